//! Square matrices over a finite field, as plain data: the field is passed to what computes with them.

use crate::error::GroupError;
use crate::finite_field::FiniteField;

/// A square matrix with entries in a [`FiniteField`], stored by rows.
///
/// ```
/// use groups::{FieldMatrix, FiniteField};
/// let field = FiniteField::new(7)?;
/// let a = FieldMatrix::from_rows(&field, &[vec![1, 2], vec![3, 4]])?;
/// assert_eq!(a.apply(&field, &[1, 1]), [3, 0]);
/// assert_eq!(a.determinant(&field), field.from_integer(-2));
/// let inverse = a.inverse(&field).unwrap();
/// assert_eq!(a.product(&field, &inverse), FieldMatrix::identity(2));
/// # Ok::<(), groups::GroupError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldMatrix {
    dimension: usize,
    entries: Box<[u32]>,
}

impl FieldMatrix {
    /// The matrix with the given rows.
    ///
    /// # Errors
    /// [`GroupError::ShapeMismatch`] if the rows do not make a square, [`GroupError::InvalidParameter`] for an entry
    /// that is no element of the field.
    pub fn from_rows(field: &FiniteField, rows: &[Vec<u32>]) -> Result<Self, GroupError> {
        let dimension = rows.len();
        if let Some(row) = rows.iter().find(|row| row.len() != dimension) {
            let what = "a row of a square matrix";
            return Err(GroupError::ShapeMismatch {
                what,
                got: row.len(),
                expected: dimension,
            });
        }
        let entries: Box<[u32]> = rows.iter().flatten().copied().collect();
        if let Some(a) = entries.iter().find(|&&a| a as usize >= field.order()) {
            let reason = format!(
                "{a} is no element of the field; its elements are 0 to {}",
                field.order() - 1
            );
            return Err(GroupError::InvalidParameter {
                group: format!("a matrix over {field:?}"),
                reason,
            });
        }
        Ok(Self { dimension, entries })
    }

    /// The matrix with entry `f(row, column)`, which the caller takes from the field.
    pub(crate) fn from_fn(dimension: usize, f: impl Fn(usize, usize) -> u32) -> Self {
        let entries = (0..dimension * dimension)
            .map(|at| f(at / dimension, at % dimension))
            .collect();
        Self { dimension, entries }
    }

    /// The identity.
    pub fn identity(dimension: usize) -> Self {
        Self::from_fn(dimension, |i, j| u32::from(i == j))
    }

    /// The number of rows.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// The entries, row by row.
    pub fn entries(&self) -> &[u32] {
        &self.entries
    }

    /// The entry in row i and column j.
    ///
    /// # Panics
    /// Outside the matrix.
    pub fn entry(&self, i: usize, j: usize) -> u32 {
        self.entries[i * self.dimension + j]
    }

    /// The transposed matrix.
    pub fn transpose(&self) -> Self {
        Self::from_fn(self.dimension, |i, j| self.entry(j, i))
    }

    /// The matrix with `f` applied to every entry.
    pub fn map(&self, f: impl Fn(u32) -> u32) -> Self {
        Self {
            dimension: self.dimension,
            entries: self.entries.iter().map(|&a| f(a)).collect(),
        }
    }

    /// The matrix product `self` · `other`.
    ///
    /// # Panics
    /// If the sizes differ.
    pub fn product(&self, field: &FiniteField, other: &Self) -> Self {
        assert_eq!(
            self.dimension, other.dimension,
            "matrices of one group have one size"
        );
        let dot = |i, j| {
            (0..self.dimension).fold(0, |sum, k| {
                field.add(sum, field.mul(self.entry(i, k), other.entry(k, j)))
            })
        };
        Self::from_fn(self.dimension, dot)
    }

    /// The image A v of a column vector.
    ///
    /// # Panics
    /// If the vector has another length.
    pub fn apply(&self, field: &FiniteField, v: &[u32]) -> Vec<u32> {
        assert_eq!(
            self.dimension,
            v.len(),
            "a vector has as many entries as the matrix has columns"
        );
        let dot = |i| (0..self.dimension).fold(0, |sum, j| field.add(sum, field.mul(self.entry(i, j), v[j])));
        (0..self.dimension).map(dot).collect()
    }

    /// The determinant, by elimination.
    pub fn determinant(&self, field: &FiniteField) -> u32 {
        let n = self.dimension;
        let mut rows = self.entries.to_vec();
        let mut determinant = 1;
        for column in 0..n {
            let Some(pivot) = (column..n).find(|&row| rows[row * n + column] != 0) else {
                return 0;
            };
            if pivot != column {
                swap_rows(&mut rows, n, pivot, column);
                determinant = field.neg(determinant);
            }
            let lead = rows[column * n + column];
            determinant = field.mul(determinant, lead);
            let scale = field.inv(lead).expect("a pivot is not 0");
            for row in column + 1..n {
                let factor = field.neg(field.mul(rows[row * n + column], scale));
                add_multiple(field, &mut rows, n, row, column, factor);
            }
        }
        determinant
    }

    /// The inverse; none for a singular matrix.
    pub fn inverse(&self, field: &FiniteField) -> Option<Self> {
        let n = self.dimension;
        let width = 2 * n;
        let at = |at: usize| match (at / width, at % width) {
            (i, j) if j < n => self.entry(i, j),
            (i, j) => u32::from(j - n == i),
        };
        let mut rows: Vec<u32> = (0..n * width).map(at).collect();
        if reduce(field, &mut rows, width, n) < n {
            return None;
        }
        Some(Self::from_fn(n, |i, j| rows[i * width + n + j]))
    }
}

/// Brings rows of the given width into reduced echelon form with pivots among the first `columns` columns; returns
/// the rank of that part. The rows with a pivot come first.
pub(super) fn reduce(field: &FiniteField, rows: &mut [u32], width: usize, columns: usize) -> usize {
    let height = rows.len().checked_div(width).unwrap_or(0);
    let mut rank = 0;
    for column in 0..columns {
        let Some(pivot) = (rank..height).find(|&row| rows[row * width + column] != 0) else {
            continue;
        };
        swap_rows(rows, width, pivot, rank);
        let scale = field.inv(rows[rank * width + column]).expect("a pivot is not 0");
        for a in &mut rows[rank * width..(rank + 1) * width] {
            *a = field.mul(*a, scale);
        }
        for row in (0..height).filter(|&row| row != rank) {
            let factor = field.neg(rows[row * width + column]);
            add_multiple(field, rows, width, row, rank, factor);
        }
        rank += 1;
    }
    rank
}

fn swap_rows(rows: &mut [u32], width: usize, a: usize, b: usize) {
    for j in 0..width {
        rows.swap(a * width + j, b * width + j);
    }
}

/// Adds `factor` times row `from` to row `to`.
fn add_multiple(field: &FiniteField, rows: &mut [u32], width: usize, to: usize, from: usize, factor: u32) {
    if factor != 0 {
        for j in 0..width {
            rows[to * width + j] = field.add(rows[to * width + j], field.mul(factor, rows[from * width + j]));
        }
    }
}
