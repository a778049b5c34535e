//! Exact linear algebra: matrices over a field, certified rank, kernel, image, determinant and inverse.
//!
//! A [`Matrix`] is dense and row-major over any [`Scalar`]; [`RationalMatrix`] is the case of the rationals, where
//! elimination is modular with a final exact check ([`Echelon`]): a rank is never a guess. Vectors are columns that a
//! matrix multiplies from the left; *bases* of subspaces (kernel, image, [`Subspace`]) are returned as the **rows** of
//! a matrix.
//!
//! ```
//! use groups::linear::RationalMatrix;
//! use groups::scalar::rational;
//! let a = RationalMatrix::from_integers(3, 3, &[1, 2, 3, 4, 5, 6, 7, 8, 9])?;
//! assert_eq!(a.rank(), 2);
//! assert_eq!(a.kernel(), RationalMatrix::from_integers(1, 3, &[1, -2, 1])?);
//! assert_eq!(a.determinant()?, rational(0, 1));
//! let b = RationalMatrix::from_integers(2, 2, &[2, 1, 1, 1])?;
//! assert_eq!(&b * &b.inverse()?, RationalMatrix::identity(2));
//! # Ok::<(), groups::GroupError>(())
//! ```

mod characteristic;
mod determinant;
mod echelon;
mod integer_forms;
mod modular;
mod operations;
mod reconstruct;
mod subspace;
mod symmetric;

use std::fmt;
use std::ops::{Index, IndexMut};

use num_rational::BigRational;
use num_traits::FromPrimitive;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(crate) use characteristic::characteristic_mod;
pub use echelon::Echelon;
pub(crate) use echelon::{certified_echelon, certified_kernel, gauss_jordan};
pub use integer_forms::{HermiteForm, SmithForm};
pub(crate) use modular::{PrimeField, is_prime};
pub(crate) use reconstruct::rational_from_residue;
pub use subspace::Subspace;

use crate::GroupError;
use crate::scalar::{Scalar, parse_rational};

/// A dense matrix over an exact field, row-major.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Matrix<S> {
    rows: usize,
    cols: usize,
    entries: Vec<S>,
}

/// A matrix of rationals.
pub type RationalMatrix = Matrix<BigRational>;

impl<S: Scalar> Matrix<S> {
    /// The `rows` x `cols` matrix with entry `f(i, j)` in row `i`, column `j`.
    pub fn from_fn(rows: usize, cols: usize, mut f: impl FnMut(usize, usize) -> S) -> Self {
        let mut entries = Vec::with_capacity(rows * cols);
        for i in 0..rows {
            entries.extend((0..cols).map(|j| f(i, j)));
        }
        Matrix { rows, cols, entries }
    }

    /// The zero matrix.
    pub fn zeros(rows: usize, cols: usize) -> Self {
        Self::from_fn(rows, cols, |_, _| S::zero())
    }

    /// The identity of size `n`.
    pub fn identity(n: usize) -> Self {
        Self::from_fn(n, n, |i, j| if i == j { S::one() } else { S::zero() })
    }

    /// The matrix unit of size `n` with a one in row `i`, column `j`.
    ///
    /// # Panics
    /// When `i` or `j` is not below `n`.
    pub fn unit(n: usize, i: usize, j: usize) -> Self {
        let mut unit = Self::zeros(n, n);
        unit[(i, j)] = S::one();
        unit
    }

    /// The matrix with these rows.
    ///
    /// # Errors
    /// [`GroupError::Shape`] when the rows differ in length.
    pub fn from_rows(rows: Vec<Vec<S>>) -> Result<Self, GroupError> {
        let cols = rows.first().map_or(0, Vec::len);
        let count = rows.len();
        let mut entries = Vec::with_capacity(count * cols);
        for (i, row) in rows.into_iter().enumerate() {
            if row.len() != cols {
                return Err(GroupError::Shape {
                    what: format!("row {i} (counted from 0)"),
                    rows: 1,
                    cols: row.len(),
                    expected: format!("{cols} entries, as in row 0"),
                });
            }
            entries.extend(row);
        }
        Ok(Matrix {
            rows: count,
            cols,
            entries,
        })
    }

    /// The matrix with these entries in row-major order.
    ///
    /// # Errors
    /// [`GroupError::Shape`] when there are not `rows * cols` entries.
    pub fn from_entries(rows: usize, cols: usize, entries: Vec<S>) -> Result<Self, GroupError> {
        if rows.checked_mul(cols) != Some(entries.len()) {
            return Err(GroupError::Shape {
                what: "the list of entries".to_owned(),
                rows: 1,
                cols: entries.len(),
                expected: format!("{rows} x {cols} entries"),
            });
        }
        Ok(Matrix { rows, cols, entries })
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// Whether there are as many rows as columns.
    pub fn is_square(&self) -> bool {
        self.rows == self.cols
    }

    /// Row `i` as a slice.
    ///
    /// # Panics
    /// When `i` is not below the number of rows.
    pub fn row(&self, i: usize) -> &[S] {
        &self.entries[i * self.cols..(i + 1) * self.cols]
    }

    /// Row `i`, to be written to.
    ///
    /// # Panics
    /// When `i` is not below the number of rows.
    pub fn row_mut(&mut self, i: usize) -> &mut [S] {
        &mut self.entries[i * self.cols..(i + 1) * self.cols]
    }

    /// Column `j` as a vector.
    ///
    /// # Panics
    /// When `j` is not below the number of columns.
    pub fn column(&self, j: usize) -> Vec<S> {
        (0..self.rows).map(|i| self[(i, j)].clone()).collect()
    }

    /// All entries, row by row.
    pub fn entries(&self) -> &[S] {
        &self.entries
    }

    /// Whether every entry is zero.
    pub fn is_zero(&self) -> bool {
        self.entries.iter().all(S::is_zero)
    }

    pub(crate) fn from_parts(rows: usize, cols: usize, entries: Vec<S>) -> Self {
        debug_assert_eq!(rows * cols, entries.len());
        Matrix { rows, cols, entries }
    }

    /// Requires a square matrix and returns its size.
    pub(crate) fn square_size(&self, what: &str) -> Result<usize, GroupError> {
        if self.is_square() {
            Ok(self.rows)
        } else {
            Err(GroupError::Shape {
                what: what.to_owned(),
                rows: self.rows,
                cols: self.cols,
                expected: "a square matrix".to_owned(),
            })
        }
    }
}

impl RationalMatrix {
    /// The rational matrix with these integer entries in row-major order.
    ///
    /// # Errors
    /// [`GroupError::Shape`] when there are not `rows * cols` entries.
    pub fn from_integers(rows: usize, cols: usize, entries: &[i64]) -> Result<Self, GroupError> {
        let entries = entries
            .iter()
            .map(|&x| BigRational::from_integer(x.into()))
            .collect();
        Self::from_entries(rows, cols, entries)
    }

    /// The exact rational values of floating-point entries, row-major; every finite float is a rational.
    ///
    /// # Errors
    /// [`GroupError::Shape`] for a wrong number of entries, [`GroupError::Domain`] for NaN or infinity.
    pub fn from_floats(rows: usize, cols: usize, entries: &[f64]) -> Result<Self, GroupError> {
        let exact: Option<Vec<_>> = entries.iter().map(|&x| BigRational::from_f64(x)).collect();
        let exact = exact.ok_or_else(|| GroupError::Domain {
            what: "a matrix entry is NaN or infinite".to_owned(),
            expected: "finite entries".to_owned(),
        })?;
        Self::from_entries(rows, cols, exact)
    }

    /// Reads rows separated by `;` and entries separated by `,` or blanks: `1, 1/2; 0, -3`.
    ///
    /// # Errors
    /// [`GroupError::Syntax`] for an entry that is no rational, [`GroupError::Shape`] for rows of different lengths.
    pub fn parse(text: &str) -> Result<Self, GroupError> {
        let mut rows = Vec::new();
        let mut start = 0;
        for line in text.split(';') {
            let mut row = Vec::new();
            let mut column = start;
            for word in line.split([',', ' ', '\t', '\n']) {
                if !word.is_empty() {
                    row.push(parse_rational(word).map_err(|error| in_context(error, text, column))?);
                }
                column += word.chars().count() + 1;
            }
            rows.push(row);
            start += line.chars().count() + 1;
        }
        Self::from_rows(rows)
    }
}

/// Moves a syntax error of one word to its place in the whole text.
fn in_context(error: GroupError, text: &str, offset: usize) -> GroupError {
    match error {
        GroupError::Syntax { column, expected, .. } => GroupError::Syntax {
            what: "matrix",
            text: text.to_owned(),
            column: column + offset,
            expected,
        },
        other => other,
    }
}

impl<S> Index<(usize, usize)> for Matrix<S> {
    type Output = S;

    fn index(&self, (i, j): (usize, usize)) -> &S {
        debug_assert!(j < self.cols, "column {j} of {}", self.cols);
        &self.entries[i * self.cols + j]
    }
}

impl<S> IndexMut<(usize, usize)> for Matrix<S> {
    fn index_mut(&mut self, (i, j): (usize, usize)) -> &mut S {
        debug_assert!(j < self.cols, "column {j} of {}", self.cols);
        &mut self.entries[i * self.cols + j]
    }
}

/// Rows in brackets, one line: `[1, 1/2; 0, -3]`.
impl<S: fmt::Display> fmt::Display for Matrix<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (k, entry) in self.entries.iter().enumerate() {
            let separator = match k {
                0 => "",
                k if k % self.cols == 0 => "; ",
                _ => ", ",
            };
            write!(f, "{separator}{entry}")?;
        }
        f.write_str("]")
    }
}

/// Rows of entries as text, exact: `[["1", "1/2"], ["0", "-3"]]`.
impl<S: fmt::Display> Serialize for Matrix<S> {
    fn serialize<T: Serializer>(&self, serializer: T) -> Result<T::Ok, T::Error> {
        serializer.collect_seq((0..self.rows).map(|i| {
            (0..self.cols)
                .map(|j| self.entries[i * self.cols + j].to_string())
                .collect::<Vec<_>>()
        }))
    }
}

impl<'de> Deserialize<'de> for RationalMatrix {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let rows = Vec::<Vec<String>>::deserialize(deserializer)?;
        let rows: Result<Vec<Vec<_>>, _> = rows
            .iter()
            .map(|row| row.iter().map(|x| parse_rational(x)).collect())
            .collect();
        RationalMatrix::from_rows(rows.map_err(D::Error::custom)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_round_trips() {
        let m = RationalMatrix::parse("1, 1/2; 0 -3").unwrap();
        assert_eq!(m.to_string(), "[1, 1/2; 0, -3]");
        let json = serde_json::to_string(&m).unwrap();
        assert_eq!(json, r#"[["1","1/2"],["0","-3"]]"#);
        assert_eq!(serde_json::from_str::<RationalMatrix>(&json).unwrap(), m);
    }

    #[test]
    fn bad_text_is_located() {
        let error = RationalMatrix::parse("1 2; 3 x").unwrap_err();
        assert!(matches!(error, GroupError::Syntax { column: 8, .. }), "{error}");
        assert!(matches!(
            RationalMatrix::parse("1 2; 3"),
            Err(GroupError::Shape { .. })
        ));
        assert!(RationalMatrix::from_floats(1, 1, &[f64::NAN]).is_err());
    }
}
