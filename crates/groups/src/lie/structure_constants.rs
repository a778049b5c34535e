//! Coordinates of brackets in a basis, with the check that they exist.

use num_rational::BigRational;
use num_traits::Zero;

use super::algebra::{Sparse, sparse};
use crate::GroupError;
use crate::linear::RationalMatrix;
use crate::scalar::Scalar;

/// A basis of row vectors, prepared for the coordinates of many vectors.
///
/// With B the matrix of rows and P its square part in the pivot columns, `v = c B` forces `c = v_P P^-1`; whether that
/// c really gives v decides membership.
pub(crate) struct Basis {
    pivots: Vec<usize>,
    /// Row i holds the coordinates that a one at pivot i contributes.
    inverse: Vec<Sparse>,
    rows: Vec<Sparse>,
}

impl Basis {
    pub(crate) fn new(rows: &RationalMatrix) -> Result<Self, GroupError> {
        let echelon = rows.echelon();
        if echelon.rank() < rows.rows() {
            return Err(GroupError::DependentBasis {
                given: rows.rows(),
                rank: echelon.rank(),
            });
        }
        let pivots = echelon.pivots().to_vec();
        let square = RationalMatrix::from_fn(rows.rows(), rows.rows(), |i, j| rows[(i, pivots[j])].clone());
        let inverse = square.inverse()?;
        Ok(Basis {
            pivots,
            inverse: (0..inverse.rows()).map(|i| sparse(inverse.row(i))).collect(),
            rows: (0..rows.rows()).map(|i| sparse(rows.row(i))).collect(),
        })
    }

    /// The coordinates of a vector, `None` outside the span.
    pub(crate) fn coordinates(&self, vector: &[BigRational]) -> Option<Sparse> {
        let mut coordinates = vec![BigRational::zero(); self.rows.len()];
        for (&pivot, row) in self
            .pivots
            .iter()
            .zip(&self.inverse)
            .filter(|(pivot, _)| !vector[**pivot].is_zero())
        {
            for (k, x) in row {
                coordinates[*k].add_product(&vector[pivot], x);
            }
        }
        let coordinates = sparse(&coordinates);
        let mut rest = vector.to_vec();
        for (k, c) in &coordinates {
            for (j, x) in &self.rows[*k] {
                rest[*j] -= &c.times(x);
            }
        }
        rest.iter().all(BigRational::is_zero).then_some(coordinates)
    }
}

/// The brackets of all pairs i < j of matrices in coordinates of their own basis.
pub(crate) fn of_matrices(basis: &[RationalMatrix], size: usize) -> Result<Vec<Sparse>, GroupError> {
    let flat = RationalMatrix::from_parts(
        basis.len(),
        size * size,
        basis.iter().flat_map(|m| m.entries().iter().cloned()).collect(),
    );
    let prepared = Basis::new(&flat)?;
    // For each matrix the nonzero entries of each row.
    let rows: Vec<Vec<Sparse>> = basis
        .iter()
        .map(|m| (0..size).map(|i| sparse(m.row(i))).collect())
        .collect();
    let mut brackets = Vec::with_capacity(basis.len() * basis.len().saturating_sub(1) / 2);
    for (i, a) in rows.iter().enumerate() {
        for (j, b) in rows.iter().enumerate().skip(i + 1) {
            let mut commutator = vec![BigRational::zero(); size * size];
            accumulate(&mut commutator, a, b, size, false);
            accumulate(&mut commutator, b, a, size, true);
            let coordinates = prepared.coordinates(&commutator);
            brackets.push(coordinates.ok_or(GroupError::NotClosed { first: i, second: j })?);
        }
    }
    Ok(brackets)
}

/// Adds the product of two sparse matrices, or its negative.
fn accumulate(sum: &mut [BigRational], a: &[Sparse], b: &[Sparse], size: usize, negative: bool) {
    for (i, row) in a.iter().enumerate() {
        for (k, x) in row {
            for (j, y) in &b[*k] {
                let product = x.times(y);
                if negative {
                    sum[i * size + j] -= &product;
                } else {
                    sum[i * size + j] += &product;
                }
            }
        }
    }
}
