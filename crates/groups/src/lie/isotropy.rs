//! Stabilizer subalgebras and orbit dimensions, as kernels and ranks of infinitesimal actions.
//!
//! If a_x : g -> T is the infinitesimal action at x, the Lie algebra of the stabilizer is ker a_x and the dimension of
//! the orbit is rank a_x, so that the two add up to dim g (theorem of orbit and stabilizer for Lie groups; J. Lee,
//! *Introduction to Smooth Manifolds*, theorem 21.18).
//!
//! For an ideal I the condition is X.I in I. For affine fields and one polynomial f this reads X.f = c f with a
//! constant c, because X.f has no larger degree than f. The stabilizers of (f) and of the complex zero set agree: if X
//! preserves (f) it preserves its minimal primes, that is, every irreducible factor up to a constant, and conversely.
//! For several generators an ideal that is not radical can have a smaller stabilizer than its zero set, never a larger.

use std::collections::BTreeMap;

use num_rational::BigRational;
use serde::{Deserialize, Serialize};

use super::{AffineElement, LieAlgebra, infinitesimal_action};
use crate::GroupError;
use crate::linear::RationalMatrix;
use crate::polynomial::{GroebnerBasis, Monomial, Polynomial};

/// What is to stay fixed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StabilizerMode {
    /// The ideal, hence the complex zero set: X.f = c f for one polynomial.
    ZeroSet,
    /// Each polynomial as a function: X.f = 0.
    Function,
}

/// The stabilizer of a point of some space, with the dimension of its orbit.
#[derive(Clone, Debug)]
pub struct Isotropy {
    /// The stabilizer subalgebra, with matrices when the whole algebra has them.
    pub stabilizer: LieAlgebra,
    /// Its basis in coordinates of the whole algebra, one element a row, in reduced echelon form.
    pub coordinates: RationalMatrix,
    /// The rank of the infinitesimal action.
    pub orbit_dimension: usize,
}

/// An [`Isotropy`] as data, with the field names of the oracle tables.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct IsotropyReport {
    /// The dimension of the stabilizer.
    pub dim: usize,
    /// The dimension of the orbit.
    pub orbit_dim: usize,
    /// The name of its isomorphism type over the reals, see [`LieAlgebra::describe`].
    #[serde(rename = "type")]
    pub kind: String,
    /// A basis of the stabilizer as affine fields x -> A x + b.
    pub basis: Vec<AffineElement>,
    /// What kind of algebra the stabilizer is; absent when it is 0.
    #[serde(flatten)]
    pub structure: Option<StabilizerStructure>,
}

/// The part of [`super::Structure`] that the oracle tables list for stabilizers.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StabilizerStructure {
    /// See [`super::Structure::derived_series_dims`].
    pub derived_series_dims: Vec<usize>,
    /// See [`super::Structure::lower_central_series_dims`].
    pub lower_central_series_dims: Vec<usize>,
    /// See [`super::Structure::center_dim`].
    pub center_dim: usize,
    /// See [`super::Structure::killing_signature`].
    pub killing_signature: [usize; 3],
    /// See [`super::Structure::is_abelian`].
    pub is_abelian: bool,
    /// See [`super::Structure::is_solvable`].
    pub is_solvable: bool,
    /// See [`super::Structure::is_nilpotent`].
    pub is_nilpotent: bool,
    /// See [`super::Structure::is_semisimple`].
    pub is_semisimple: bool,
}

impl Isotropy {
    /// The figures of the stabilizer as data.
    ///
    /// # Errors
    /// Those of [`LieAlgebra::describe`].
    pub fn report(&self) -> Result<IsotropyReport, GroupError> {
        let structure = (self.stabilizer.dimension() > 0).then(|| {
            let structure = self.stabilizer.structure();
            StabilizerStructure {
                derived_series_dims: structure.derived_series_dims,
                lower_central_series_dims: structure.lower_central_series_dims,
                center_dim: structure.center_dim,
                killing_signature: structure.killing_signature,
                is_abelian: structure.is_abelian,
                is_solvable: structure.is_solvable,
                is_nilpotent: structure.is_nilpotent,
                is_semisimple: structure.is_semisimple,
            }
        });
        Ok(IsotropyReport {
            dim: self.stabilizer.dimension(),
            orbit_dim: self.orbit_dimension,
            kind: self.stabilizer.describe()?,
            basis: self.stabilizer.affine_elements(),
            structure,
        })
    }
}

/// The stabilizer from the matrix of an infinitesimal action, whose column k is the image of basis element k.
///
/// # Errors
/// [`GroupError::Shape`] unless there is one column for each basis element; [`GroupError::NotClosed`] when the kernel
/// is no subalgebra, which means that the matrix is not that of an action at a point.
pub fn isotropy_of_action(algebra: &LieAlgebra, action: &RationalMatrix) -> Result<Isotropy, GroupError> {
    if action.cols() != algebra.dimension() {
        return Err(GroupError::Shape {
            what: "the matrix of the infinitesimal action".to_owned(),
            rows: action.rows(),
            cols: action.cols(),
            expected: format!("{} columns, one for each basis element", algebra.dimension()),
        });
    }
    let coordinates = action.kernel();
    Ok(Isotropy {
        stabilizer: algebra.subalgebra(&coordinates)?,
        orbit_dimension: algebra.dimension() - coordinates.rows(),
        coordinates,
    })
}

/// The stabilizer of polynomials, as functions or as the ideal that they generate, with its orbit dimension.
///
/// # Errors
/// [`GroupError::Domain`] when the algebra acts on another number of coordinates than there are variables,
/// [`GroupError::Limit`] when the Gröbner basis of several generators grows beyond its limit.
///
/// ```
/// use groups::lie::{StabilizerMode, parse_algebra, stabilizer_of_polynomials};
/// use groups::polynomial::Polynomial;
/// let aff2 = parse_algebra("aff(2)")?;
/// let parabola = [Polynomial::parse("y - x^2", None)?];
/// let figure = stabilizer_of_polynomials(&aff2, &parabola, StabilizerMode::ZeroSet)?;
/// let function = stabilizer_of_polynomials(&aff2, &parabola, StabilizerMode::Function)?;
/// assert_eq!((figure.orbit_dimension, function.orbit_dimension), (4, 5));
/// # Ok::<(), groups::GroupError>(())
/// ```
pub fn stabilizer_of_polynomials(
    algebra: &LieAlgebra,
    polynomials: &[Polynomial],
    mode: StabilizerMode,
) -> Result<Isotropy, GroupError> {
    let ideal = match mode {
        StabilizerMode::Function => None,
        StabilizerMode::ZeroSet => Some(GroebnerBasis::new(polynomials)?),
    };
    let mut blocks = Vec::with_capacity(polynomials.len());
    for f in polynomials {
        let mut images = infinitesimal_action(algebra, f)?;
        if let Some(ideal) = &ideal {
            for image in &mut images {
                *image = ideal.normal_form(image)?;
            }
        }
        blocks.push(images);
    }
    isotropy_of_action(algebra, &coefficient_matrix(&blocks, algebra.dimension()))
}

/// Column k holds the coefficients of the k-th image in every block, one row for each block and monomial.
fn coefficient_matrix(blocks: &[Vec<Polynomial>], columns: usize) -> RationalMatrix {
    let mut rows: BTreeMap<(usize, &Monomial), usize> = BTreeMap::new();
    for (block, images) in blocks.iter().enumerate() {
        for (monomial, _) in images.iter().flat_map(Polynomial::terms) {
            let next = rows.len();
            rows.entry((block, monomial)).or_insert(next);
        }
    }
    let mut matrix = RationalMatrix::zeros(rows.len(), columns);
    for (block, images) in blocks.iter().enumerate() {
        for (column, image) in images.iter().enumerate() {
            for (monomial, coefficient) in image.terms() {
                matrix[(rows[&(block, monomial)], column)] = BigRational::clone(coefficient);
            }
        }
    }
    matrix
}

#[cfg(test)]
mod tests {
    use super::super::parse_algebra;
    use super::*;

    fn stabilizer(algebra: &str, texts: &[&str], mode: StabilizerMode) -> Isotropy {
        let algebra = parse_algebra(algebra).unwrap();
        let n = algebra.coordinates().unwrap();
        let figures: Vec<_> = texts
            .iter()
            .map(|text| Polynomial::parse(text, Some(n)).unwrap())
            .collect();
        stabilizer_of_polynomials(&algebra, &figures, mode).unwrap()
    }

    #[test]
    fn the_ideal_condition_is_weaker_than_a_fixed_span() {
        // The twisted cubic: its affine symmetries are t -> at + b, of dimension 2; they fix the ideal, not the span of
        // the two chosen generators.
        let curve = stabilizer("aff(3)", &["y - x^2", "z - x^3"], StabilizerMode::ZeroSet);
        assert_eq!((curve.stabilizer.dimension(), curve.orbit_dimension), (2, 10));
        let both = stabilizer("aff(3)", &["y - x^2", "z - x^3"], StabilizerMode::Function);
        assert_eq!(both.stabilizer.dimension(), 0);
        // A circle in space: rotations, and scaling of the normal direction.
        let circle = stabilizer("aff(3)", &["z", "x^2 + y^2 - 1"], StabilizerMode::ZeroSet);
        assert_eq!(
            circle.stabilizer.dimension(),
            1 + 3,
            "z -> c z + nothing, and shears (x, y) += z v"
        );
    }

    #[test]
    fn powers_have_the_stabilizer_of_their_base() {
        let once = stabilizer("aff(2)", &["x^2 + y^2 - 1"], StabilizerMode::ZeroSet);
        let cubed = stabilizer("aff(2)", &["(x^2 + y^2 - 1)^3"], StabilizerMode::ZeroSet);
        assert_eq!(once.coordinates, cubed.coordinates);
    }

    #[test]
    fn every_element_of_a_stabilizer_annihilates() {
        for (algebra, text) in [
            ("gl(3)", "x*y*z"),
            ("aff(3)", "z - x^2 - y^2"),
            ("sl(2)", "x y"),
            ("aff(2)", "0"),
        ] {
            let function = stabilizer(algebra, &[text], StabilizerMode::Function);
            let n = parse_algebra(algebra).unwrap().coordinates().unwrap();
            let f = Polynomial::parse(text, Some(n)).unwrap();
            for image in infinitesimal_action(&function.stabilizer, &f).unwrap() {
                assert!(image.is_zero(), "{algebra} on {text}: {image}");
            }
            assert!(function.coordinates.rows() > 0);
        }
    }

    #[test]
    fn shapes_are_checked() {
        let gl3 = parse_algebra("gl(3)").unwrap();
        let f = Polynomial::parse("x^2+y^2", Some(2)).unwrap();
        let error = stabilizer_of_polynomials(&gl3, &[f], StabilizerMode::ZeroSet).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("gl(3) acts on 3 coordinates, the polynomial has 2"),
            "{error}"
        );
        let broken = RationalMatrix::from_integers(1, 9, &[0, 0, 0, 0, 1, 0, 0, 0, 0]).unwrap();
        assert!(matches!(
            isotropy_of_action(&gl3, &broken),
            Err(GroupError::NotClosed { .. })
        ));
    }
}
