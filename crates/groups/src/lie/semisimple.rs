//! Semisimple algebras: Dynkin type, rank, roots on a split torus, simple ideals, real forms.

use num_rational::BigRational;
use num_traits::Zero;
use serde::Serialize;

use super::algebra::text_vector;
use super::roots::ModularRoots;
use super::{DynkinType, LieAlgebra, real_forms};
use crate::GroupError;
use crate::linear::{RationalMatrix, Subspace};
use crate::scalar::{Scalar, rational};
use crate::univariate::Univariate;

/// A root on a split torus: its values on a basis of the torus and a vector of its root space.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct RootSpace {
    /// α(h_i) for the rows h_i of the torus.
    #[serde(with = "text_vector")]
    pub values: Vec<BigRational>,
    /// A vector x with [h_i, x] = α(h_i) x, in coordinates of the algebra.
    #[serde(with = "text_vector")]
    pub vector: Vec<BigRational>,
}

/// A simple ideal over the rationals.
#[derive(Clone, Debug, Serialize)]
pub struct SimpleIdeal {
    /// The dimension.
    pub dimension: usize,
    /// The type of the complexification: several equal parts when the ideal is not absolutely simple.
    pub kind: DynkinType,
    /// Positive and negative squares of the Killing form.
    pub killing_signature: [usize; 2],
    /// The real algebras with this type and signature.
    pub real_forms: Vec<String>,
    /// A basis, one element a row, in coordinates of the algebra.
    #[serde(skip)]
    pub basis: RationalMatrix,
}

/// What is known about a semisimple algebra.
#[derive(Clone, Debug, Serialize)]
pub struct SemisimpleStructure {
    /// The type of the complexification.
    pub kind: DynkinType,
    /// The dimension of a Cartan subalgebra.
    pub rank: usize,
    /// The number of roots.
    pub n_roots: usize,
    /// The order of the Weyl group, as text.
    pub weyl_order: String,
    /// Whether the Cartan subalgebra found is split over the rationals.
    pub split: bool,
    /// The dimension of the split part of that Cartan subalgebra.
    pub split_rank: usize,
    /// The simple ideals over the rationals, small ones first.
    pub ideals: Vec<SimpleIdeal>,
    /// The torus, one element a row, split elements first.
    #[serde(skip)]
    pub torus: RationalMatrix,
    /// The root spaces when the torus is split, else empty.
    #[serde(skip)]
    pub root_spaces: Vec<RootSpace>,
}

impl LieAlgebra {
    /// Dynkin type, roots and simple ideals of a semisimple algebra.
    ///
    /// # Errors
    /// [`GroupError::Domain`] when the Killing form is degenerate, or when the torus found splits at none of the first
    /// few thousand primes (its splitting field is then too large).
    ///
    /// ```
    /// use groups::lie::parse_algebra;
    /// let so32 = parse_algebra("so(3,2)")?.semisimple_structure()?;
    /// assert_eq!((so32.kind.to_string().as_str(), so32.n_roots, so32.split), ("B2", 8, true));
    /// let so31 = parse_algebra("so(3,1)")?.semisimple_structure()?;
    /// assert_eq!(so31.ideals[0].real_forms, ["sl(2,C)"]);
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn semisimple_structure(&self) -> Result<SemisimpleStructure, GroupError> {
        let killing = self.killing_form();
        if killing.rank() < self.dimension() || self.dimension() == 0 {
            return Err(GroupError::Domain {
                what: format!(
                    "the Killing form has rank {} of {}",
                    killing.rank(),
                    self.dimension()
                ),
                expected: "a semisimple algebra, whose Killing form is nondegenerate".to_owned(),
            });
        }
        let torus = self.maximal_torus();
        let adjoints: Vec<RationalMatrix> = (0..torus.rows()).map(|i| self.adjoint(torus.row(i))).collect();
        let roots = ModularRoots::new(&adjoints, &killing).ok_or_else(|| GroupError::Domain {
            what: "the torus found does not split at the primes tried".to_owned(),
            expected: "a Cartan subalgebra with a small splitting field".to_owned(),
        })?;
        let kind = roots.kind()?;
        let split_rank = adjoints
            .iter()
            .take_while(|adjoint| {
                let f = adjoint.characteristic_polynomial().map(|f| f.squarefree_part());
                f.is_ok_and(|f| Some(f.rational_roots().len()) == f.degree())
            })
            .count();
        let split = split_rank == torus.rows();
        let root_spaces = if split {
            self.root_spaces(&adjoints)
        } else {
            Vec::new()
        };
        let ideals = self.simple_ideals(&torus, &killing, &roots)?;
        Ok(SemisimpleStructure {
            rank: kind.rank(),
            n_roots: kind.root_count(),
            weyl_order: kind.weyl_order().to_string(),
            kind,
            split,
            split_rank,
            ideals,
            torus,
            root_spaces,
        })
    }

    /// Common eigenvectors of a split torus with nonzero eigenvalues, by splitting eigenspaces one element at a time.
    fn root_spaces(&self, adjoints: &[RationalMatrix]) -> Vec<RootSpace> {
        let mut blocks = vec![(Vec::new(), RationalMatrix::identity(self.dimension()))];
        for adjoint in adjoints {
            let mut finer = Vec::new();
            for (values, rows) in blocks {
                for (value, part) in eigenspaces(adjoint, &rows) {
                    let mut values: Vec<BigRational> = values.clone();
                    values.push(value);
                    finer.push((values, part));
                }
            }
            blocks = finer;
        }
        let nonzero = blocks
            .into_iter()
            .filter(|(values, _)| values.iter().any(|x| !x.is_zero()));
        nonzero
            .map(|(values, rows)| RootSpace {
                values,
                vector: rows.row(0).to_vec(),
            })
            .collect()
    }

    /// The simple ideals over Q.
    ///
    /// Over a splitting field the ideal is a sum of components of the root system, and an orbit of the Galois group on
    /// the components is an ideal over Q. If g is an irreducible factor of the characteristic polynomial of ad h, with h
    /// in the torus and g(0) != 0, the roots with g(α(h)) = 0 are a union of Galois orbits whose components, for generic
    /// h, form one orbit; so the kernel of g(ad h) generates a simple ideal.
    fn simple_ideals(
        &self,
        torus: &RationalMatrix,
        killing: &RationalMatrix,
        roots: &ModularRoots,
    ) -> Result<Vec<SimpleIdeal>, GroupError> {
        let mut ideals = Vec::new();
        if roots.components().len() == 1 {
            ideals.push(self.simple_ideal(Subspace::whole(self.dimension()), killing)?);
            return Ok(ideals);
        }
        let adjoint = self.adjoint(&self.separating_element(torus)?);
        let mut covered = Subspace::zero(self.dimension());
        for (factor, _) in adjoint.characteristic_polynomial()?.factor() {
            if factor == Univariate::x() {
                continue;
            }
            let kernel = factor.evaluate_at_matrix(&adjoint)?.kernel();
            let seed = Subspace::span(&kernel);
            if covered.contains_subspace(&seed) {
                continue;
            }
            let ideal = self.ideal_generated_by(&seed);
            covered = covered.sum(&ideal)?;
            ideals.push(self.simple_ideal(ideal, killing)?);
        }
        ideals.sort_by_key(|ideal| (ideal.dimension, ideal.killing_signature));
        Ok(ideals)
    }

    /// An element of the torus on which distinct roots take distinct values: ad h has as many eigenvalues as there are
    /// roots, and zero.
    fn separating_element(&self, torus: &RationalMatrix) -> Result<Vec<BigRational>, GroupError> {
        let expected = self.dimension() - torus.rows() + 1;
        for base in 2.. {
            let mut h = vec![BigRational::zero(); self.dimension()];
            let mut factor = rational(1, 1);
            for i in 0..torus.rows() {
                for (sum, x) in h.iter_mut().zip(torus.row(i)) {
                    sum.add_product(&factor, x);
                }
                factor *= rational(base, 1);
            }
            let distinct = self
                .adjoint(&h)
                .characteristic_polynomial()?
                .squarefree_part()
                .degree();
            if distinct == Some(expected) {
                return Ok(h);
            }
        }
        unreachable!("the powers of a large number separate finitely many roots")
    }

    /// The smallest ideal that contains a subspace.
    pub fn ideal_generated_by(&self, subspace: &Subspace<BigRational>) -> Subspace<BigRational> {
        let whole = Subspace::whole(self.dimension());
        let mut ideal = subspace.clone();
        loop {
            let brackets = self.product_space(&whole, &ideal);
            let next = ideal.sum(&brackets).expect("both are subspaces of the algebra");
            if next.dimension() == ideal.dimension() {
                return ideal;
            }
            ideal = next;
        }
    }

    fn simple_ideal(
        &self,
        ideal: Subspace<BigRational>,
        killing: &RationalMatrix,
    ) -> Result<SimpleIdeal, GroupError> {
        let basis = ideal.basis().clone();
        // The Killing form of an ideal is the restriction of that of the algebra.
        let form = &(&basis * killing) * &basis.transpose();
        let signature = form.signature()?;
        let killing_signature = [signature[0], signature[1]];
        let subalgebra = self.subalgebra(&basis)?;
        let torus = subalgebra.maximal_torus();
        let adjoints: Vec<RationalMatrix> = (0..torus.rows())
            .map(|i| subalgebra.adjoint(torus.row(i)))
            .collect();
        let kind = ModularRoots::new(&adjoints, &form)
            .ok_or_else(|| GroupError::Domain {
                what: "the torus of a simple ideal does not split at the primes tried".to_owned(),
                expected: "a Cartan subalgebra with a small splitting field".to_owned(),
            })?
            .kind()?;
        Ok(SimpleIdeal {
            dimension: basis.rows(),
            real_forms: real_forms(&kind, killing_signature),
            kind,
            killing_signature,
            basis,
        })
    }
}

/// The eigenspaces of a matrix on an invariant subspace (rows) on which it is diagonalizable over Q.
fn eigenspaces(matrix: &RationalMatrix, rows: &RationalMatrix) -> Vec<(BigRational, RationalMatrix)> {
    let subspace = Subspace::span(rows);
    let k = subspace.dimension();
    let images = subspace.basis() * &matrix.transpose();
    // Row i holds the coordinates of the image of the i-th basis vector.
    let action = RationalMatrix::from_rows(
        (0..k)
            .map(|i| {
                subspace
                    .coordinates(images.row(i))
                    .expect("an eigenspace of the torus is invariant")
            })
            .collect(),
    )
    .expect("coordinate vectors have one length");
    let characteristic = action.characteristic_polynomial().expect("the action is square");
    characteristic
        .rational_roots()
        .into_iter()
        .map(|value| {
            let shifted = &action - &RationalMatrix::identity(k).scaled(&value);
            (value, &shifted.transpose().kernel() * subspace.basis())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::parse_algebra;
    use super::*;

    fn structure(text: &str) -> SemisimpleStructure {
        parse_algebra(text).unwrap().semisimple_structure().unwrap()
    }

    #[test]
    fn types_of_the_classical_algebras() {
        for (text, kind) in [
            ("sl(2)", "A1"),
            ("sl(5)", "A4"),
            ("so(3)", "A1"),
            ("so(5)", "B2"),
            ("so(7)", "B3"),
            ("so(8)", "D4"),
            ("so(6)", "A3"),
            ("sp(6)", "C3"),
            ("so(4,3)", "B3"),
            ("su(4)", "A3"),
            ("so(4)", "A1+A1"),
            ("sl(3)+so(5)", "A2+B2"),
        ] {
            assert_eq!(structure(text).kind.to_string(), kind, "{text}");
        }
    }

    #[test]
    fn split_forms_have_their_root_spaces() {
        for text in ["sl(4)", "sp(4)", "so(3,3)", "sl(2)+sl(3)"] {
            let algebra = parse_algebra(text).unwrap();
            let found = algebra.semisimple_structure().unwrap();
            assert!(found.split);
            assert_eq!(found.root_spaces.len(), found.n_roots, "{text}");
            for root in &found.root_spaces {
                for (i, value) in root.values.iter().enumerate() {
                    let bracket = algebra.bracket(found.torus.row(i), &root.vector);
                    assert!(
                        bracket.iter().zip(&root.vector).all(|(b, x)| *b == value * x),
                        "{text}"
                    );
                }
            }
        }
        assert!(!structure("so(5)").split);
        assert_eq!(structure("so(4,1)").split_rank, 1);
    }

    #[test]
    fn simple_ideals_and_their_real_forms() {
        let forms = |text: &str| {
            let ideals = structure(text).ideals;
            ideals
                .into_iter()
                .map(|ideal| ideal.real_forms.join(" or "))
                .collect::<Vec<_>>()
        };
        assert_eq!(forms("so(4)"), ["so(3)", "so(3)"]);
        assert_eq!(forms("so(3,1)"), ["sl(2,C)"]);
        assert_eq!(forms("so(2,2)"), ["sl(2,R)", "sl(2,R)"]);
        assert_eq!(forms("sl(2)+so(3)+su(3)"), ["so(3)", "sl(2,R)", "su(3)"]);
        assert_eq!(forms("so(4,2)"), ["su(2,2)"]);
        assert_eq!(forms("so(3,2)"), ["so(3,2)"]);
    }

    #[test]
    fn algebras_with_a_radical_are_refused() {
        assert!(parse_algebra("gl(2)").unwrap().semisimple_structure().is_err());
        assert!(parse_algebra("sl(1)").unwrap().semisimple_structure().is_err());
    }
}
