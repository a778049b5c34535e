//! The Lie algebra as a parent object: a basis, its structure constants and, when it has them, its matrices.
//!
//! Invariant: the table holds `[e_i, e_j]` for i < j in coordinates, antisymmetry is built in, and the Jacobi
//! identity holds, because the table comes from commutators of matrices, from a subalgebra, or was checked.

use num_rational::BigRational;
use num_traits::{One, Zero};
use serde::Serialize;

use crate::GroupError;
use crate::linear::{RationalMatrix, Subspace};
use crate::scalar::Scalar;

/// A vector by its nonzero coordinates, indices increasing.
pub(crate) type Sparse = Vec<(usize, BigRational)>;

/// How the matrices of an algebra act on coordinates.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Space {
    /// An n x n matrix A acts as the linear vector field x -> A x on n coordinates.
    Linear,
    /// An (n+1) x (n+1) matrix (A b; 0 0) acts as the affine vector field x -> A x + b on n coordinates.
    Affine,
}

/// The affine vector field x -> A x + b that a matrix of an algebra stands for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, serde::Deserialize)]
pub struct AffineElement {
    /// The linear part A.
    #[serde(rename = "A")]
    pub linear: RationalMatrix,
    /// The translation b, as text such as "-1/2" in JSON.
    #[serde(with = "text_vector")]
    pub b: Vec<BigRational>,
}

/// A vector of rationals as a list of texts.
pub(crate) mod text_vector {
    use num_rational::BigRational;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(vector: &[BigRational], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(vector.iter().map(BigRational::to_string))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<BigRational>, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        texts
            .iter()
            .map(|x| crate::scalar::parse_rational(x).map_err(D::Error::custom))
            .collect()
    }
}

/// A finite-dimensional Lie algebra over the rationals.
///
/// ```
/// use groups::lie::LieAlgebra;
/// use groups::linear::RationalMatrix;
/// let e = RationalMatrix::from_integers(2, 2, &[0, 1, 0, 0])?;
/// let f = RationalMatrix::from_integers(2, 2, &[0, 0, 1, 0])?;
/// let open = LieAlgebra::from_matrices(vec![e.clone(), f.clone()]);
/// assert!(open.unwrap_err().to_string().starts_with("the bracket of basis elements 0 and 1"));
/// let sl2 = LieAlgebra::generated_by(&[e, f])?;
/// assert_eq!(sl2.dimension(), 3);
/// # Ok::<(), groups::GroupError>(())
/// ```
#[derive(Clone, Debug)]
pub struct LieAlgebra {
    name: Option<String>,
    dimension: usize,
    /// `[e_i, e_j]` for i < j, at `pair_index(i, j)`.
    brackets: Vec<Sparse>,
    matrices: Option<(Space, Vec<RationalMatrix>)>,
}

impl LieAlgebra {
    /// The Lie algebra with this basis of square matrices, acting linearly.
    ///
    /// # Errors
    /// [`GroupError::Shape`] for matrices that are not square of one size, [`GroupError::DependentBasis`],
    /// [`GroupError::NotClosed`] with the pair whose bracket leaves the span.
    pub fn from_matrices(basis: Vec<RationalMatrix>) -> Result<Self, GroupError> {
        Self::with_space(Space::Linear, basis)
    }

    /// The Lie algebra with this basis of matrices (A b; 0 0), acting as the affine fields x -> A x + b.
    ///
    /// # Errors
    /// As [`LieAlgebra::from_matrices`], and [`GroupError::Domain`] for a matrix whose last row is not zero.
    pub fn from_affine_matrices(basis: Vec<RationalMatrix>) -> Result<Self, GroupError> {
        Self::with_space(Space::Affine, basis)
    }

    pub(crate) fn with_space(space: Space, basis: Vec<RationalMatrix>) -> Result<Self, GroupError> {
        let size = check_sizes(&basis)?;
        if space == Space::Affine {
            check_affine(&basis, size)?;
        }
        let brackets = super::structure_constants::of_matrices(&basis, size)?;
        Ok(LieAlgebra {
            name: None,
            dimension: basis.len(),
            brackets,
            matrices: Some((space, basis)),
        })
    }

    /// The smallest Lie algebra of linear matrices that contains the given ones, with a reduced echelon basis.
    ///
    /// # Errors
    /// [`GroupError::Shape`] for matrices that are not square of one size.
    pub fn generated_by(matrices: &[RationalMatrix]) -> Result<Self, GroupError> {
        let size = check_sizes(matrices)?;
        let flat = RationalMatrix::from_rows(matrices.iter().map(|m| m.entries().to_vec()).collect())?;
        let mut span = Subspace::span(&flat);
        loop {
            let basis = unflatten(&span, size);
            let mut rows = span.basis().clone();
            for (i, a) in basis.iter().enumerate() {
                for b in &basis[..i] {
                    let bracket = a.commutator(b)?;
                    if !bracket.is_zero() {
                        rows = rows.stacked(&RationalMatrix::from_rows(vec![bracket.entries().to_vec()])?)?;
                    }
                }
            }
            let next = Subspace::span(&rows);
            if next.dimension() == span.dimension() {
                return Self::from_matrices(basis);
            }
            span = next;
        }
    }

    /// The Lie algebra with `[e_i, e_j] = sum_k table(i, j)[k] e_k`.
    ///
    /// # Errors
    /// [`GroupError::Shape`] for a vector of the wrong length, [`GroupError::NotALieBracket`] when antisymmetry or the
    /// Jacobi identity fails, with the basis elements that show it.
    pub fn from_structure_constants(
        dimension: usize,
        mut table: impl FnMut(usize, usize) -> Vec<BigRational>,
    ) -> Result<Self, GroupError> {
        let mut brackets = Vec::with_capacity(dimension * dimension.saturating_sub(1) / 2);
        for i in 0..dimension {
            for j in i..dimension {
                let (forward, backward) = (table(i, j), table(j, i));
                if forward.len() != dimension || backward.len() != dimension {
                    return Err(GroupError::Shape {
                        what: format!("the bracket of basis elements {i} and {j}"),
                        rows: forward.len(),
                        cols: 1,
                        expected: format!("{dimension} coordinates"),
                    });
                }
                if forward.iter().zip(&backward).any(|(a, b)| *a != -b) {
                    return Err(GroupError::NotALieBracket {
                        law: "antisymmetry",
                        elements: vec![i, j],
                    });
                }
                if i < j {
                    brackets.push(sparse(&forward));
                }
            }
        }
        let algebra = LieAlgebra {
            name: None,
            dimension,
            brackets,
            matrices: None,
        };
        algebra.check_jacobi()?;
        Ok(algebra)
    }

    fn check_jacobi(&self) -> Result<(), GroupError> {
        let d = self.dimension;
        for i in 0..d {
            for j in 0..i {
                for k in 0..j {
                    let mut sum = vec![BigRational::zero(); d];
                    for (a, b, c) in [(i, j, k), (j, k, i), (k, i, j)] {
                        for (m, x) in self.basis_bracket(b, c) {
                            for (n, y) in self.basis_bracket(a, m) {
                                sum[n].add_product(&x, &y);
                            }
                        }
                    }
                    if sum.iter().any(|x| !x.is_zero()) {
                        let elements = vec![k, j, i];
                        return Err(GroupError::NotALieBracket {
                            law: "the Jacobi identity",
                            elements,
                        });
                    }
                }
            }
        }
        Ok(())
    }

    /// The same algebra under a name.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The name it was made under, if any.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The dimension.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// The basis matrices, `None` for an algebra given by structure constants alone.
    pub fn matrices(&self) -> Option<&[RationalMatrix]> {
        self.matrices.as_ref().map(|(_, basis)| basis.as_slice())
    }

    /// How the matrices act on coordinates, `None` without matrices.
    pub fn space(&self) -> Option<Space> {
        self.matrices.as_ref().map(|(space, _)| *space)
    }

    /// The basis as affine vector fields; empty without matrices.
    pub fn affine_elements(&self) -> Vec<AffineElement> {
        let Some((space, basis)) = &self.matrices else {
            return Vec::new();
        };
        basis
            .iter()
            .map(|matrix| affine_element(*space, matrix))
            .collect()
    }

    /// The bracket of two basis elements, by its nonzero coordinates.
    ///
    /// # Panics
    /// When `i` or `j` is not below the dimension.
    pub fn basis_bracket(&self, i: usize, j: usize) -> Vec<(usize, BigRational)> {
        match i.cmp(&j) {
            std::cmp::Ordering::Less => self.brackets[self.pair_index(i, j)].clone(),
            std::cmp::Ordering::Equal => Vec::new(),
            std::cmp::Ordering::Greater => self.brackets[self.pair_index(j, i)]
                .iter()
                .map(|(k, x)| (*k, -x))
                .collect(),
        }
    }

    fn pair_index(&self, i: usize, j: usize) -> usize {
        i * (2 * self.dimension - i - 1) / 2 + j - i - 1
    }

    /// The stored brackets: each pair i < j with the coordinates of its bracket.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (usize, usize, &Sparse)> {
        let d = self.dimension;
        let indices = (0..d).flat_map(move |i| (i + 1..d).map(move |j| (i, j)));
        indices
            .zip(&self.brackets)
            .map(|((i, j), bracket)| (i, j, bracket))
    }

    /// The bracket of two elements given by coordinates.
    ///
    /// # Panics
    /// When a vector is shorter than the dimension.
    pub fn bracket(&self, x: &[BigRational], y: &[BigRational]) -> Vec<BigRational> {
        let mut sum = vec![BigRational::zero(); self.dimension];
        let support = |v: &[BigRational]| {
            (0..self.dimension)
                .filter(|&i| !v[i].is_zero())
                .collect::<Vec<_>>()
        };
        let (left, right) = (support(x), support(y));
        for &i in &left {
            for &j in right.iter().filter(|&&j| j != i) {
                let factor = x[i].times(&y[j]);
                let factor = if i < j { factor } else { -factor };
                for (k, c) in &self.brackets[self.pair_index(i.min(j), i.max(j))] {
                    sum[*k].add_product(&factor, c);
                }
            }
        }
        sum
    }

    /// The matrix of `y -> [x, y]` on coordinates.
    ///
    /// # Panics
    /// When the vector is shorter than the dimension.
    pub fn adjoint(&self, x: &[BigRational]) -> RationalMatrix {
        let mut matrix = RationalMatrix::zeros(self.dimension, self.dimension);
        for (i, j, bracket) in self
            .pairs()
            .filter(|(i, j, _)| !x[*i].is_zero() || !x[*j].is_zero())
        {
            for (k, c) in bracket {
                matrix[(*k, j)].add_product(&x[i], c);
                matrix[(*k, i)].add_product(&-x[j].clone(), c);
            }
        }
        matrix
    }

    /// The matrix with these coordinates, `None` without matrices.
    ///
    /// # Panics
    /// When the vector is shorter than the dimension.
    pub fn element(&self, coordinates: &[BigRational]) -> Option<RationalMatrix> {
        let (_, basis) = self.matrices.as_ref()?;
        let size = basis.first().map_or(0, RationalMatrix::rows);
        let mut sum = RationalMatrix::zeros(size, size);
        for (c, matrix) in coordinates.iter().zip(basis).filter(|(c, _)| !c.is_zero()) {
            sum = &sum + &matrix.scaled(c);
        }
        Some(sum)
    }

    /// The subalgebra with this basis, one element a row in coordinates of `self`.
    ///
    /// # Errors
    /// [`GroupError::Shape`] for rows of the wrong length, [`GroupError::DependentBasis`], and
    /// [`GroupError::NotClosed`] with the pair of rows whose bracket leaves their span.
    pub fn subalgebra(&self, rows: &RationalMatrix) -> Result<Self, GroupError> {
        if rows.cols() != self.dimension && rows.rows() > 0 {
            return Err(GroupError::Shape {
                what: "the basis of the subalgebra".to_owned(),
                rows: rows.rows(),
                cols: rows.cols(),
                expected: format!("{} coordinates in each row", self.dimension),
            });
        }
        let basis = super::structure_constants::Basis::new(rows)?;
        let mut brackets = Vec::new();
        for i in 0..rows.rows() {
            for j in i + 1..rows.rows() {
                let bracket = self.bracket(rows.row(i), rows.row(j));
                let coordinates = basis.coordinates(&bracket);
                brackets.push(coordinates.ok_or(GroupError::NotClosed { first: i, second: j })?);
            }
        }
        let matrices = self.matrices.as_ref().map(|(space, _)| {
            let elements = (0..rows.rows()).filter_map(|i| self.element(rows.row(i)));
            (*space, elements.collect())
        });
        Ok(LieAlgebra {
            name: None,
            dimension: rows.rows(),
            brackets,
            matrices,
        })
    }

    /// The direct sum, as block-diagonal matrices when both have matrices.
    pub fn direct_sum(&self, other: &Self) -> Self {
        let (d, e) = (self.dimension, other.dimension);
        let mut brackets = Vec::new();
        for i in 0..d + e {
            for j in i + 1..d + e {
                brackets.push(match (i < d, j < d) {
                    (true, true) => self.basis_bracket(i, j),
                    (false, false) => other
                        .basis_bracket(i - d, j - d)
                        .into_iter()
                        .map(|(k, x)| (k + d, x))
                        .collect(),
                    _ => Vec::new(),
                });
            }
        }
        let matrices = self
            .matrices
            .as_ref()
            .zip(other.matrices.as_ref())
            .map(|(left, right)| block_sum(left, right));
        let name = self
            .name
            .as_ref()
            .zip(other.name.as_ref())
            .map(|(a, b)| format!("{a}+{b}"));
        LieAlgebra {
            name,
            dimension: d + e,
            brackets,
            matrices,
        }
    }
}

fn check_sizes(basis: &[RationalMatrix]) -> Result<usize, GroupError> {
    let size = basis.first().map_or(0, RationalMatrix::rows);
    for (i, matrix) in basis.iter().enumerate() {
        if matrix.rows() != size || matrix.cols() != size {
            return Err(GroupError::Shape {
                what: format!("basis element {i} (counted from 0)"),
                rows: matrix.rows(),
                cols: matrix.cols(),
                expected: format!("a square matrix of size {size}"),
            });
        }
    }
    Ok(size)
}

fn check_affine(basis: &[RationalMatrix], size: usize) -> Result<(), GroupError> {
    let bad = basis
        .iter()
        .position(|m| size > 0 && m.row(size - 1).iter().any(|x| !x.is_zero()));
    bad.map_or(Ok(()), |i| {
        Err(GroupError::Domain {
            what: format!("the last row of basis element {i} (counted from 0) is not zero"),
            expected: "an affine matrix (A b; 0 0)".to_owned(),
        })
    })
}

pub(crate) fn sparse(vector: &[BigRational]) -> Sparse {
    vector
        .iter()
        .enumerate()
        .filter(|(_, x)| !x.is_zero())
        .map(|(k, x)| (k, x.clone()))
        .collect()
}

fn unflatten(span: &Subspace<BigRational>, size: usize) -> Vec<RationalMatrix> {
    let rows = span.basis();
    (0..rows.rows())
        .map(|i| RationalMatrix::from_parts(size, size, rows.row(i).to_vec()))
        .collect()
}

fn affine_element(space: Space, matrix: &RationalMatrix) -> AffineElement {
    match space {
        Space::Linear => AffineElement {
            linear: matrix.clone(),
            b: vec![BigRational::zero(); matrix.rows()],
        },
        Space::Affine => {
            let n = matrix.rows() - 1;
            AffineElement {
                linear: RationalMatrix::from_fn(n, n, |i, j| matrix[(i, j)].clone()),
                b: (0..n).map(|i| matrix[(i, n)].clone()).collect(),
            }
        }
    }
}

/// Block matrices; as soon as one side is affine, both translations share the last column.
fn block_sum(
    (left_space, left): &(Space, Vec<RationalMatrix>),
    (right_space, right): &(Space, Vec<RationalMatrix>),
) -> (Space, Vec<RationalMatrix>) {
    let affine = *left_space == Space::Affine || *right_space == Space::Affine;
    let width = |space: &Space, basis: &[RationalMatrix]| {
        basis
            .first()
            .map_or(0, |m| m.rows() - usize::from(*space == Space::Affine))
    };
    let (n, m) = (width(left_space, left), width(right_space, right));
    let size = n + m + usize::from(affine);
    let place = |space: Space, matrix: &RationalMatrix, offset: usize| {
        let element = affine_element(space, matrix);
        let k = element.b.len();
        let mut placed = RationalMatrix::zeros(size, size);
        for i in 0..k {
            for j in 0..k {
                placed[(offset + i, offset + j)] = element.linear[(i, j)].clone();
            }
            if affine {
                placed[(offset + i, n + m)] = element.b[i].clone();
            }
        }
        placed
    };
    let mut basis: Vec<RationalMatrix> = left.iter().map(|x| place(*left_space, x, 0)).collect();
    basis.extend(right.iter().map(|x| place(*right_space, x, n)));
    (if affine { Space::Affine } else { Space::Linear }, basis)
}

/// The coordinate vector of a basis element.
pub(crate) fn unit_vector(dimension: usize, i: usize) -> Vec<BigRational> {
    let mut unit = vec![BigRational::zero(); dimension];
    unit[i] = BigRational::one();
    unit
}
