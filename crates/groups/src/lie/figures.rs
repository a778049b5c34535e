//! Figures of every kind, their stabilizers and the slices through them.

use num_rational::BigRational;
use num_traits::{One, Zero};

use super::algebra::Sparse;
use super::{
    Isotropy, LieAlgebra, Module, Representation, Space, StabilizerMode, isotropy_of_action,
    stabilizer_of_polynomials,
};
use crate::GroupError;
use crate::linear::{RationalMatrix, Subspace};
use crate::polynomial::Polynomial;
use crate::scalar::Scalar;

/// Something that a matrix algebra acts on.
///
/// Matrices, forms and tensors are placed at the origin: an affine field that fixes one has b = 0.
#[derive(Clone, PartialEq, Debug)]
pub enum Figure {
    /// Polynomials, as functions or through the ideal that they generate.
    Polynomials(Vec<Polynomial>, StabilizerMode),
    /// Points, each of which stays where it is.
    Points(Vec<Vec<BigRational>>),
    /// Linear subspaces, spanned by the rows, each of which is mapped into itself: A V in V and b in V.
    Subspaces(Vec<RationalMatrix>),
    /// A matrix under conjugation: A M = M A.
    Conjugation(RationalMatrix),
    /// A bilinear form under congruence: A^t M + M A = 0.
    Congruence(RationalMatrix),
    /// A tensor with contravariant slots first, entries in lexicographic order of the indices.
    Tensor {
        /// Slots that transform like vectors.
        contravariant: usize,
        /// Slots that transform like linear forms.
        covariant: usize,
        /// The n^(contravariant + covariant) entries.
        entries: Vec<BigRational>,
    },
}

/// The stabilizer of a figure with its orbit dimension.
///
/// # Errors
/// [`GroupError::Domain`] and [`GroupError::Shape`] when the figure does not live where the algebra acts.
///
/// ```
/// use groups::lie::{Figure, isotropy_of_figure, parse_algebra};
/// use groups::linear::RationalMatrix;
/// let nilpotent = RationalMatrix::from_integers(2, 2, &[0, 1, 0, 0])?;
/// let isotropy = isotropy_of_figure(&parse_algebra("gl(2)")?, &Figure::Conjugation(nilpotent))?;
/// assert_eq!((isotropy.stabilizer.dimension(), isotropy.orbit_dimension), (2, 2));
/// # Ok::<(), groups::GroupError>(())
/// ```
pub fn isotropy_of_figure(algebra: &LieAlgebra, figure: &Figure) -> Result<Isotropy, GroupError> {
    match figure {
        Figure::Polynomials(polynomials, mode) => stabilizer_of_polynomials(algebra, polynomials, *mode),
        _ => isotropy_of_action(algebra, &infinitesimal_action_on(algebra, figure)?),
    }
}

/// The matrix of the infinitesimal action at a figure other than polynomials: column k is the image of the figure
/// under basis element k, modulo what may move freely.
fn infinitesimal_action_on(algebra: &LieAlgebra, figure: &Figure) -> Result<RationalMatrix, GroupError> {
    match figure {
        Figure::Points(points) => {
            let n = points.first().map_or(0, Vec::len);
            algebra.check_acts_on(n, "the point")?;
            let mut rows = RationalMatrix::zeros(0, algebra.dimension());
            let representation = Representation::new(algebra, &Module::Vectors)?;
            for point in points {
                rows = rows.stacked(&representation.action_at(point)?)?;
            }
            Ok(rows)
        }
        Figure::Subspaces(subspaces) => {
            let mut rows = RationalMatrix::zeros(0, algebra.dimension());
            for rows_of_subspace in subspaces {
                rows = rows.stacked(&action_on_subspace(algebra, rows_of_subspace)?)?;
            }
            Ok(rows)
        }
        Figure::Conjugation(matrix) => at_the_origin(algebra, &Module::Matrices, square(algebra, matrix)?),
        Figure::Congruence(matrix) => at_the_origin(algebra, &Module::Forms, square(algebra, matrix)?),
        Figure::Tensor {
            contravariant,
            covariant,
            entries,
        } => {
            let module = Module::Tensors {
                contravariant: *contravariant,
                covariant: *covariant,
            };
            at_the_origin(algebra, &module, entries)
        }
        Figure::Polynomials(..) => Err(GroupError::Domain {
            what: "a figure of polynomials".to_owned(),
            expected: "a figure with coordinates".to_owned(),
        }),
    }
}

fn square<'a>(algebra: &LieAlgebra, matrix: &'a RationalMatrix) -> Result<&'a [BigRational], GroupError> {
    let n = matrix.square_size("the matrix of the figure")?;
    algebra.check_acts_on(n, "the matrix of the figure")?;
    Ok(matrix.entries())
}

/// The action on a tensor, below the translations, which would carry it away.
fn at_the_origin(
    algebra: &LieAlgebra,
    module: &Module,
    coordinates: &[BigRational],
) -> Result<RationalMatrix, GroupError> {
    let action = Representation::new(algebra, module)?.action_at(coordinates)?;
    match algebra.space() {
        Some(Space::Affine) => action.stacked(&translations(algebra)),
        _ => Ok(action),
    }
}

/// Column k is the translation of basis element k.
fn translations(algebra: &LieAlgebra) -> RationalMatrix {
    let elements = algebra.affine_elements();
    let n = elements.first().map_or(0, |element| element.b.len());
    RationalMatrix::from_fn(n, elements.len(), |i, k| elements[k].b[i].clone())
}

/// Images of a spanning set and of the origin, modulo the subspace.
fn action_on_subspace(algebra: &LieAlgebra, rows: &RationalMatrix) -> Result<RationalMatrix, GroupError> {
    algebra.check_acts_on(rows.cols(), "the subspace")?;
    let subspace = Subspace::span(rows);
    let elements = algebra.affine_elements();
    let mut columns: Vec<Vec<BigRational>> = Vec::with_capacity(elements.len());
    for element in &elements {
        let mut column = subspace.reduce(&element.b);
        for i in 0..subspace.dimension() {
            column.extend(subspace.reduce(&element.linear.apply(subspace.basis().row(i))?));
        }
        columns.push(column);
    }
    let height = rows.cols() * (subspace.dimension() + 1);
    Ok(RationalMatrix::from_fn(height, columns.len(), |i, k| {
        columns[k][i].clone()
    }))
}

/// A normal slice at a point of a module: a complement of the tangent space of the orbit, with the action of the
/// stabilizer on the normal space.
#[derive(Clone, Debug)]
pub struct NormalSlice {
    /// The stabilizer of the point.
    pub isotropy: Isotropy,
    /// An orthogonal basis-free complement: the vectors orthogonal to the orbit (for the standard inner product),
    /// one a row.
    pub normal: RationalMatrix,
    /// For each basis element of the stabilizer its matrix on the normal space X/T, in the basis above.
    pub action: Vec<RationalMatrix>,
}

/// The normal slice at a point of a module.
///
/// For a proper action the orbit space near the orbit is the slice divided by the stabilizer (Palais' slice theorem;
/// G. Bredon, *Introduction to Compact Transformation Groups*, chapter II).
///
/// # Errors
/// [`GroupError::Shape`] for a point of the wrong length, and the errors of [`Representation::new`].
///
/// ```
/// use groups::lie::{Module, normal_slice, parse_algebra};
/// use groups::scalar::rational;
/// // A symmetric matrix with spectrum 1, 1, 2 under SO(3), coordinates 11, 12, 13, 22, 23, 33.
/// let point = [1, 0, 0, 1, 0, 2].map(|x| rational(x, 1));
/// let slice = normal_slice(&parse_algebra("so(3)")?, &Module::SymmetricForms, &point)?;
/// assert_eq!((slice.isotropy.orbit_dimension, slice.normal.rows(), slice.action.len()), (2, 4, 1));
/// # Ok::<(), groups::GroupError>(())
/// ```
pub fn normal_slice(
    algebra: &LieAlgebra,
    module: &Module,
    point: &[BigRational],
) -> Result<NormalSlice, GroupError> {
    let representation = Representation::new(algebra, module)?;
    let action = representation.action_at(point)?;
    let isotropy = isotropy_of_action(algebra, &action)?;
    let tangent = action.image();
    let normal = tangent.annihilator().basis().clone();
    // A vector v is projected along the tangent space: its coordinates c in the normal basis N solve N N^t c = N v.
    let gram = (&normal * &normal.transpose()).inverse()?;
    let project = &gram * &normal;
    let mut matrices = Vec::new();
    for row in 0..isotropy.coordinates.rows() {
        let mut moved = RationalMatrix::zeros(representation.dimension(), normal.rows());
        for (k, c) in isotropy
            .coordinates
            .row(row)
            .iter()
            .enumerate()
            .filter(|(_, c)| !c.is_zero())
        {
            for j in 0..normal.rows() {
                add_image(&mut moved, j, representation.columns_of(k), normal.row(j), c);
            }
        }
        matrices.push(&project * &moved);
    }
    Ok(NormalSlice {
        isotropy,
        normal,
        action: matrices,
    })
}

/// Adds `factor` times the image of a vector to a column.
fn add_image(
    target: &mut RationalMatrix,
    column: usize,
    columns: &[Sparse],
    vector: &[BigRational],
    factor: &BigRational,
) {
    for (x, image) in vector.iter().zip(columns).filter(|(x, _)| !x.is_zero()) {
        let scale = if factor.is_one() {
            x.clone()
        } else {
            x.times(factor)
        };
        for (i, y) in image {
            target[(*i, column)].add_product(&scale, y);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse_algebra;
    use super::*;
    use crate::scalar::rational;

    fn m(rows: usize, cols: usize, entries: &[i64]) -> RationalMatrix {
        RationalMatrix::from_integers(rows, cols, entries).unwrap()
    }

    fn stabilizer_dimension(algebra: &str, figure: &Figure) -> usize {
        let algebra = parse_algebra(algebra).unwrap();
        let isotropy = isotropy_of_figure(&algebra, figure).unwrap();
        assert_eq!(
            isotropy.stabilizer.dimension() + isotropy.orbit_dimension,
            algebra.dimension()
        );
        isotropy.stabilizer.dimension()
    }

    #[test]
    fn forms_have_their_classical_groups() {
        let euclidean = Figure::Congruence(RationalMatrix::identity(3));
        let lorentz = Figure::Congruence(m(3, 3, &[1, 0, 0, 0, 1, 0, 0, 0, -1]));
        let symplectic = Figure::Congruence(m(2, 2, &[0, 1, -1, 0]));
        assert_eq!(stabilizer_dimension("gl(3)", &euclidean), 3);
        assert_eq!(stabilizer_dimension("aff(3)", &euclidean), 3);
        assert_eq!(stabilizer_dimension("gl(2)", &symplectic), 3);
        let gl3 = parse_algebra("gl(3)").unwrap();
        let name = |figure| {
            isotropy_of_figure(&gl3, figure)
                .unwrap()
                .stabilizer
                .real_type()
                .unwrap()
        };
        assert_eq!(
            (name(&euclidean).as_str(), name(&lorentz).as_str()),
            ("so(3)", "sl(2,R)")
        );
        // A volume form as a tensor: sl(2).
        let volume = [0, 1, -1, 0].map(|x| rational(x, 1)).to_vec();
        let tensor = Figure::Tensor {
            contravariant: 0,
            covariant: 2,
            entries: volume,
        };
        assert_eq!(stabilizer_dimension("gl(2)", &tensor), 3);
    }

    #[test]
    fn centralizers_of_matrices() {
        // Centralizers of Jordan types in gl(3): 9, 5, 3 for nilpotent blocks 111, 21, 3.
        assert_eq!(
            stabilizer_dimension("gl(3)", &Figure::Conjugation(RationalMatrix::zeros(3, 3))),
            9
        );
        assert_eq!(
            stabilizer_dimension(
                "gl(3)",
                &Figure::Conjugation(m(3, 3, &[0, 1, 0, 0, 0, 0, 0, 0, 0]))
            ),
            5
        );
        assert_eq!(
            stabilizer_dimension(
                "gl(3)",
                &Figure::Conjugation(m(3, 3, &[0, 1, 0, 0, 0, 1, 0, 0, 0]))
            ),
            3
        );
    }

    #[test]
    fn slices_carry_the_stabilizer() {
        let so3 = parse_algebra("so(3)").unwrap();
        let point: Vec<BigRational> = [1, 0, 0, 1, 0, 2].map(|x| rational(x, 1)).to_vec();
        let slice = normal_slice(&so3, &Module::SymmetricForms, &point).unwrap();
        // SO(2) turns the traceless 2x2 block twice as fast and fixes the two other normal directions.
        let f = slice.action[0].characteristic_polynomial().unwrap();
        assert_eq!(f.to_string(), "x^4 + 4*x^2");
        let gl2 = parse_algebra("gl(2)").unwrap();
        let open = normal_slice(&gl2, &Module::Vectors, &[rational(1, 1), rational(2, 1)]).unwrap();
        assert_eq!((open.normal.rows(), open.isotropy.orbit_dimension), (0, 2));
    }

    #[test]
    fn shapes_are_checked() {
        let gl2 = parse_algebra("gl(2)").unwrap();
        for figure in [
            Figure::Conjugation(m(2, 3, &[0; 6])),
            Figure::Congruence(RationalMatrix::identity(3)),
            Figure::Points(vec![vec![rational(1, 1)]]),
            Figure::Points(vec![vec![rational(1, 1); 2], vec![rational(1, 1)]]),
            Figure::Subspaces(vec![m(1, 3, &[1, 0, 0])]),
            Figure::Tensor {
                contravariant: 1,
                covariant: 1,
                entries: vec![rational(1, 1); 3],
            },
        ] {
            assert!(isotropy_of_figure(&gl2, &figure).is_err(), "{figure:?}");
        }
    }
}
