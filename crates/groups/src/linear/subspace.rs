//! Subspaces with a canonical basis: two subspaces are equal exactly when their data are.

use super::{Echelon, Matrix};
use crate::GroupError;
use crate::scalar::Scalar;

/// A subspace of column vectors, held by the reduced row echelon form of its spanning rows.
///
/// ```
/// use groups::linear::{RationalMatrix, Subspace};
/// let plane = Subspace::span(&RationalMatrix::from_integers(2, 3, &[1, 0, 0, 0, 1, 0])?);
/// let other = Subspace::span(&RationalMatrix::from_integers(2, 3, &[1, 1, 0, 0, 0, 1])?);
/// assert_eq!(plane.sum(&other)?.dimension(), 3);
/// assert_eq!(plane.intersection(&other)?.basis(), &RationalMatrix::from_integers(1, 3, &[1, 1, 0])?);
/// # Ok::<(), groups::GroupError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Subspace<S> {
    echelon: Echelon<S>,
}

impl<S: Scalar> Subspace<S> {
    /// The span of the rows of a matrix.
    pub fn span(rows: &Matrix<S>) -> Self {
        Subspace {
            echelon: rows.echelon(),
        }
    }

    /// The zero subspace of the space of dimension `ambient`.
    pub fn zero(ambient: usize) -> Self {
        Self::span(&Matrix::zeros(0, ambient))
    }

    /// The whole space of dimension `ambient`.
    pub fn whole(ambient: usize) -> Self {
        Self::span(&Matrix::identity(ambient))
    }

    /// The dimension.
    pub fn dimension(&self) -> usize {
        self.echelon.rank()
    }

    /// The dimension of the space around it.
    pub fn ambient(&self) -> usize {
        self.basis().cols()
    }

    /// The canonical basis, as rows.
    pub fn basis(&self) -> &Matrix<S> {
        self.echelon.matrix()
    }

    /// The positions of the leading ones of the basis; the other unit vectors span a complement.
    pub fn pivots(&self) -> &[usize] {
        self.echelon.pivots()
    }

    /// The coordinates of a vector in the canonical basis, `None` when it is not in the subspace.
    ///
    /// # Panics
    /// When the vector is shorter than the ambient dimension.
    pub fn coordinates(&self, vector: &[S]) -> Option<Vec<S>> {
        let coordinates: Vec<S> = self.pivots().iter().map(|&pivot| vector[pivot].clone()).collect();
        let inside = self.reduce(vector).iter().all(S::is_zero);
        inside.then_some(coordinates)
    }

    /// The vector minus its projection along the complement of unit vectors: zero exactly on the subspace.
    ///
    /// # Panics
    /// When the vector is shorter than the ambient dimension.
    pub fn reduce(&self, vector: &[S]) -> Vec<S> {
        let mut rest = vector.to_vec();
        for (i, &pivot) in self.pivots().iter().enumerate() {
            let factor = -vector[pivot].clone();
            if !factor.is_zero() {
                for (x, y) in rest.iter_mut().zip(self.basis().row(i)) {
                    x.add_product(&factor, y);
                }
            }
        }
        rest
    }

    /// Whether the vector lies in the subspace.
    ///
    /// # Panics
    /// When the vector is shorter than the ambient dimension.
    pub fn contains(&self, vector: &[S]) -> bool {
        self.reduce(vector).iter().all(S::is_zero)
    }

    /// Whether `other` is a subspace of `self`.
    pub fn contains_subspace(&self, other: &Self) -> bool {
        self.ambient() == other.ambient()
            && (0..other.dimension()).all(|i| self.contains(other.basis().row(i)))
    }

    /// The sum of two subspaces.
    ///
    /// # Errors
    /// [`GroupError::Shape`] when the ambient dimensions differ.
    pub fn sum(&self, other: &Self) -> Result<Self, GroupError> {
        Ok(Self::span(&self.basis().stacked(other.basis())?))
    }

    /// The intersection of two subspaces: from a kernel vector (a, b) of the stacked bases, the vector a·basis.
    ///
    /// # Errors
    /// [`GroupError::Shape`] when the ambient dimensions differ.
    pub fn intersection(&self, other: &Self) -> Result<Self, GroupError> {
        let relations = self.basis().stacked(other.basis())?.transpose().kernel();
        let left = Matrix::from_fn(relations.rows(), self.dimension(), |i, j| {
            relations[(i, j)].clone()
        });
        Ok(Self::span(&(&left * self.basis())))
    }

    /// The vectors with zero dot product with the whole subspace.
    pub fn annihilator(&self) -> Self {
        Subspace {
            echelon: self.echelon.kernel().echelon(),
        }
    }

    /// The image under a matrix that acts on column vectors from the left.
    ///
    /// # Errors
    /// [`GroupError::Shape`] unless the matrix has as many columns as the ambient space has dimensions.
    pub fn image_under(&self, matrix: &Matrix<S>) -> Result<Self, GroupError> {
        Ok(Self::span(&self.basis().try_mul(&matrix.transpose())?))
    }
}

#[cfg(test)]
mod tests {
    use super::super::RationalMatrix;
    use super::*;
    use crate::scalar::rational;

    #[test]
    fn dimension_formula_and_membership() {
        let a = Subspace::span(&RationalMatrix::from_integers(2, 4, &[1, 2, 0, 1, 0, 0, 1, 1]).unwrap());
        let b = Subspace::span(&RationalMatrix::from_integers(2, 4, &[1, 2, 1, 2, 5, 0, 0, 0]).unwrap());
        let (sum, meet) = (a.sum(&b).unwrap(), a.intersection(&b).unwrap());
        assert_eq!((sum.dimension(), meet.dimension()), (3, 1));
        assert!(a.contains_subspace(&meet) && b.contains_subspace(&meet) && sum.contains_subspace(&b));
        assert!(!a.contains_subspace(&b));
        let v: Vec<_> = [1, 2, 1, 2].map(|x| rational(x, 1)).to_vec();
        assert_eq!(a.coordinates(&v).unwrap(), [rational(1, 1), rational(1, 1)]);
        assert_eq!(a.coordinates(&[1, 2, 1, 3].map(|x| rational(x, 1))), None);
        assert_eq!(a.annihilator().annihilator(), a);
    }
}
