//! Everything about one algebra, as data.

use serde::Serialize;

use super::{LieAlgebra, SemisimpleStructure, Structure};
use crate::GroupError;
use crate::univariate::Univariate;

/// A summary of an algebra, in the terms of the oracle tables and beyond.
#[derive(Clone, Debug, Serialize)]
pub struct LieInfo {
    /// The name it was asked for under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The size of its matrices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matrix_size: Option<usize>,
    /// The dimension.
    pub dimension: usize,
    /// A name for the isomorphism type over the reals, see [`LieAlgebra::describe`].
    pub description: String,
    /// Series, centre, Killing form.
    #[serde(flatten)]
    pub structure: Structure,
    /// The dimension of the nilradical.
    pub nilradical_dim: usize,
    /// The dimension of a Levi factor.
    pub levi_dim: usize,
    /// The dimension of a Cartan subalgebra.
    pub cartan_dim: usize,
    /// The Dynkin type of the Levi factor (of its complexification), absent for solvable algebras.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root_system: Option<String>,
    /// The rank of the Levi factor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rank: Option<usize>,
    /// The number of roots of the Levi factor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n_roots: Option<usize>,
    /// The order of the Weyl group of the Levi factor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weyl_order: Option<String>,
    /// Whether the Levi factor has a Cartan subalgebra that is split over the rationals (as far as was found).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_split: Option<bool>,
    /// The real simple algebras in the Levi factor, by type and signature.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub real_forms: Vec<Vec<String>>,
}

impl LieAlgebra {
    /// All of the above.
    ///
    /// # Errors
    /// Those of [`LieAlgebra::semisimple_structure`] for the Levi factor.
    ///
    /// ```
    /// use groups::lie::parse_algebra;
    /// let info = parse_algebra("so(3,1)")?.info()?;
    /// assert_eq!(info.description, "sl(2,C)");
    /// assert_eq!(info.root_system.as_deref(), Some("A1+A1"));
    /// let info = parse_algebra("aff(2)")?.info()?;
    /// assert_eq!(info.description, "sl(2,R) acting on a solvable radical of dimension 3 with nilradical R^2");
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn info(&self) -> Result<LieInfo, GroupError> {
        let levi = self.levi_factor()?;
        let nilradical = self.nilradical();
        let structure = self.structure();
        let levi_structure = levi.as_ref().map(LieAlgebra::semisimple_structure).transpose()?;
        Ok(LieInfo {
            name: self.name().map(str::to_owned),
            matrix_size: self
                .matrices()
                .and_then(|basis| basis.first())
                .map(|matrix| matrix.rows()),
            dimension: self.dimension(),
            description: self.describe_with(&structure, levi_structure.as_ref())?,
            nilradical_dim: nilradical.dimension(),
            levi_dim: levi.as_ref().map_or(0, LieAlgebra::dimension),
            cartan_dim: match &levi_structure {
                Some(whole) if structure.is_semisimple => whole.rank,
                _ => self.cartan_subalgebra().dimension(),
            },
            root_system: levi_structure.as_ref().map(|levi| self.type_name(levi)),
            rank: levi_structure.as_ref().map(|levi| levi.rank),
            n_roots: levi_structure.as_ref().map(|levi| levi.n_roots),
            weyl_order: levi_structure.as_ref().map(|levi| levi.weyl_order.clone()),
            is_split: levi_structure.as_ref().map(|levi| levi.split),
            real_forms: levi_structure
                .map(|levi| levi.ideals.into_iter().map(|ideal| ideal.real_forms).collect())
                .unwrap_or_default(),
            structure,
        })
    }

    /// The Dynkin type by name; B2 = C2 is called C2 when it is given by matrices of size 4, on which it is symplectic.
    fn type_name(&self, levi: &SemisimpleStructure) -> String {
        let name = levi.kind.to_string();
        let size = self
            .matrices()
            .and_then(|basis| basis.first())
            .map(|matrix| matrix.rows());
        if name == "B2" && size == Some(4) {
            "C2".to_owned()
        } else {
            name
        }
    }

    fn levi_factor(&self) -> Result<Option<LieAlgebra>, GroupError> {
        let levi = self.levi_decomposition()?.levi;
        if levi.rows() == 0 {
            Ok(None)
        } else {
            self.subalgebra(&levi).map(Some)
        }
    }

    /// A name for the isomorphism type over the reals.
    ///
    /// Up to dimension 4 the exact type ([`LieAlgebra::real_type`]); for reductive algebras the real forms of the
    /// simple ideals, by signature, with the centre; else the Levi factor and the radical by dimension.
    ///
    /// # Errors
    /// Those of [`LieAlgebra::semisimple_structure`] for the Levi factor.
    pub fn describe(&self) -> Result<String, GroupError> {
        if let Some(name) = self.real_type() {
            return Ok(self.realization().map_or(name, str::to_owned));
        }
        let levi = self
            .levi_factor()?
            .map(|levi| levi.semisimple_structure())
            .transpose()?;
        self.describe_with(&self.structure(), levi.as_ref())
    }

    fn describe_with(
        &self,
        structure: &Structure,
        levi: Option<&SemisimpleStructure>,
    ) -> Result<String, GroupError> {
        if let Some(name) = self.real_type() {
            return Ok(self.realization().map_or(name, str::to_owned));
        }
        if structure.is_abelian {
            return Ok(format!("R^{}", self.dimension()));
        }
        let mut parts: Vec<String> = levi
            .map(|levi| {
                levi.ideals
                    .iter()
                    .map(|ideal| ideal.real_forms.join(" or "))
                    .collect()
            })
            .unwrap_or_default();
        match structure.center_dim {
            0 => {}
            1 => parts.push("R".to_owned()),
            k => parts.push(format!("R^{k}")),
        }
        if structure.is_reductive {
            return Ok(parts.join("+"));
        }
        let radical = self.radical_text(structure)?;
        Ok(match levi {
            Some(levi) => {
                let simple: Vec<String> = levi
                    .ideals
                    .iter()
                    .map(|ideal| ideal.real_forms.join(" or "))
                    .collect();
                format!("{} acting on a {radical}", simple.join("+"))
            }
            None => radical,
        })
    }

    fn radical_text(&self, structure: &Structure) -> Result<String, GroupError> {
        let nilradical = self.nilradical();
        let inside = self.subalgebra(nilradical.basis())?;
        let nilradical_name = match inside.real_type() {
            Some(name) => name,
            None if inside.structure().is_abelian => format!("R^{}", inside.dimension()),
            None => format!("a nilpotent algebra of dimension {}", inside.dimension()),
        };
        let whole = if structure.is_solvable {
            "solvable algebra"
        } else {
            "solvable radical"
        };
        Ok(
            match (
                structure.is_nilpotent,
                nilradical.dimension() == structure.radical_dim,
            ) {
                (true, _) => format!("nilpotent algebra of dimension {}", self.dimension()),
                (_, true) => format!("nilpotent radical {nilradical_name}"),
                _ => format!(
                    "{whole} of dimension {} with nilradical {nilradical_name}",
                    structure.radical_dim
                ),
            },
        )
    }

    /// For a single matrix, whether its one-parameter group is a rotation or a boost: `so(2)` when the matrix is
    /// diagonalizable with eigenvalues 0 and ±iω, `so(1,1)` with 0 and ±ω.
    fn realization(&self) -> Option<&'static str> {
        let [matrix] = self.matrices()? else { return None };
        let f = matrix.characteristic_polynomial().ok()?.squarefree_part();
        if !f.evaluate_at_matrix(matrix).ok()?.is_zero() {
            return None;
        }
        let without_zero = match f.coefficient(0) == num_traits::Zero::zero() {
            true => f.div_rem(&Univariate::x())?.0,
            false => f,
        };
        // x^2 + c with c > 0: a rotation; with c < 0: a boost.
        let pure =
            without_zero.degree() == Some(2) && num_traits::Zero::is_zero(&without_zero.coefficient(1));
        let constant = without_zero.coefficient(0);
        match pure {
            true if num_traits::Signed::is_positive(&constant) => Some("so(2)"),
            true => Some("so(1,1)"),
            false => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse_algebra;

    #[test]
    fn descriptions() {
        for (text, description) in [
            ("so(2)", "so(2)"),
            ("so(1,1)", "so(1,1)"),
            ("R^1", "R"),
            ("d(1)", "R"),
            ("gl(2)", "gl(2)"),
            ("gl(3)", "sl(3,R)+R"),
            ("u(3)", "su(3)+R"),
            ("so(4,2)", "su(2,2)"),
            ("sl(2)+so(3)", "so(3)+sl(2,R)"),
            ("se(3)", "so(3) acting on a nilpotent radical R^3"),
            (
                "sim(3)",
                "so(3) acting on a solvable radical of dimension 4 with nilradical R^3",
            ),
            ("d(5)", "R^5"),
            ("heis(5)", "nilpotent algebra of dimension 5"),
            (
                "t(3)",
                "solvable algebra of dimension 6 with nilradical heis(3)+R",
            ),
        ] {
            let algebra = parse_algebra(text).unwrap();
            assert_eq!(algebra.info().unwrap().description, description, "{text}");
            assert_eq!(algebra.describe().unwrap(), description, "{text}");
        }
    }

    #[test]
    fn the_two_names_of_b2() {
        let name = |text: &str| parse_algebra(text).unwrap().info().unwrap().root_system.unwrap();
        assert_eq!((name("sp(4)").as_str(), name("so(3,2)").as_str()), ("C2", "B2"));
    }
}
