//! Hermite and Smith normal forms of integer matrices, with the unimodular matrices that lead to them.
//!
//! H = U A is the row Hermite form: pivots positive, entries above a pivot in `0..pivot`. S = U A V is diagonal with
//! each entry dividing the next (Cohen, *A Course in Computational Algebraic Number Theory*, section 2.4).

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{Signed, Zero};

use super::{Matrix, RationalMatrix};
use crate::GroupError;

/// The Hermite form H with U A = H.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HermiteForm {
    /// The form; zero rows are last.
    pub form: RationalMatrix,
    /// The unimodular transformation of rows.
    pub left: RationalMatrix,
}

/// The Smith form S with U A V = S.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SmithForm {
    /// The nonzero diagonal entries, positive, each dividing the next.
    pub invariants: Vec<BigInt>,
    /// The unimodular transformation of rows.
    pub left: RationalMatrix,
    /// The unimodular transformation of columns.
    pub right: RationalMatrix,
}

impl RationalMatrix {
    /// The row Hermite normal form.
    ///
    /// # Errors
    /// [`GroupError::Domain`] when an entry is no integer.
    ///
    /// ```
    /// use groups::linear::RationalMatrix;
    /// let a = RationalMatrix::from_integers(2, 2, &[2, 3, 4, 4])?;
    /// let hermite = a.hermite_form()?;
    /// assert_eq!(hermite.form, RationalMatrix::from_integers(2, 2, &[2, 1, 0, 2])?);
    /// assert_eq!(&hermite.left * &a, hermite.form);
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn hermite_form(&self) -> Result<HermiteForm, GroupError> {
        let mut work = Work::new(self)?;
        let mut top = 0;
        for j in 0..self.cols() {
            if top == self.rows() {
                break;
            }
            work.clear_column(top, j);
            if work.a[top][j].is_zero() {
                continue;
            }
            if work.a[top][j].is_negative() {
                work.negate_row(top);
            }
            for i in 0..top {
                let quotient = work.a[i][j].div_floor(&work.a[top][j]);
                work.subtract_row(i, top, &quotient);
            }
            top += 1;
        }
        Ok(HermiteForm {
            form: rational_rows(&work.a, self.cols()),
            left: rational_rows(&work.left, self.rows()),
        })
    }

    /// The Smith normal form.
    ///
    /// # Errors
    /// [`GroupError::Domain`] when an entry is no integer.
    ///
    /// ```
    /// use groups::linear::RationalMatrix;
    /// let a = RationalMatrix::from_integers(3, 3, &[2, 4, 4, -6, 6, 12, 10, -4, -16])?;
    /// let invariants: Vec<String> = a.smith_form()?.invariants.iter().map(ToString::to_string).collect();
    /// assert_eq!(invariants, ["2", "6", "12"]);
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn smith_form(&self) -> Result<SmithForm, GroupError> {
        let mut work = Work::new(self)?;
        let mut invariants = Vec::new();
        for k in 0..self.rows().min(self.cols()) {
            let Some((i, j)) = work.smallest_entry(k) else {
                break;
            };
            work.swap_rows(k, i);
            work.swap_columns(k, j);
            loop {
                work.clear_column(k, k);
                if work.clear_row(k) {
                    continue;
                }
                // An entry that the pivot does not divide is brought into its row.
                match work.indivisible_row(k) {
                    Some(i) => work.subtract_row(k, i, &BigInt::from(-1)),
                    None => break,
                }
            }
            if work.a[k][k].is_negative() {
                work.negate_row(k);
            }
            invariants.push(work.a[k][k].clone());
        }
        Ok(SmithForm {
            invariants,
            left: rational_rows(&work.left, self.rows()),
            right: rational_rows(&work.right, self.cols()).transpose(),
        })
    }
}

fn rational_rows(rows: &[Vec<BigInt>], cols: usize) -> RationalMatrix {
    Matrix::from_fn(rows.len(), cols, |i, j| {
        BigRational::from_integer(rows[i][j].clone())
    })
}

/// A matrix under row and column operations; `right` holds the columns of V as its rows.
struct Work {
    a: Vec<Vec<BigInt>>,
    left: Vec<Vec<BigInt>>,
    right: Vec<Vec<BigInt>>,
}

impl Work {
    fn new(matrix: &RationalMatrix) -> Result<Self, GroupError> {
        if let Some(k) = matrix.entries().iter().position(|x| !x.is_integer()) {
            return Err(GroupError::Domain {
                what: format!(
                    "entry ({}, {}) is {}",
                    k / matrix.cols(),
                    k % matrix.cols(),
                    matrix.entries()[k]
                ),
                expected: "an integer matrix".to_owned(),
            });
        }
        let identity = |n: usize| -> Vec<Vec<BigInt>> {
            (0..n)
                .map(|i| (0..n).map(|j| BigInt::from(u8::from(i == j))).collect())
                .collect()
        };
        let rows = (0..matrix.rows()).map(|i| matrix.row(i).iter().map(|x| x.numer().clone()).collect());
        Ok(Work {
            a: rows.collect(),
            left: identity(matrix.rows()),
            right: identity(matrix.cols()),
        })
    }

    fn swap_rows(&mut self, i: usize, k: usize) {
        self.a.swap(i, k);
        self.left.swap(i, k);
    }

    fn swap_columns(&mut self, j: usize, k: usize) {
        self.a.iter_mut().for_each(|row| row.swap(j, k));
        self.right.swap(j, k);
    }

    fn negate_row(&mut self, i: usize) {
        for x in self.a[i].iter_mut().chain(&mut self.left[i]) {
            *x = -&*x;
        }
    }

    /// Row i minus `factor` times row k.
    fn subtract_row(&mut self, i: usize, k: usize, factor: &BigInt) {
        if factor.is_zero() {
            return;
        }
        for table in [&mut self.a, &mut self.left] {
            let source = table[k].clone();
            for (x, y) in table[i].iter_mut().zip(&source).filter(|(_, y)| !y.is_zero()) {
                *x -= factor * y;
            }
        }
    }

    fn subtract_column(&mut self, j: usize, k: usize, factor: &BigInt) {
        for row in &mut self.a {
            let step = factor * &row[k];
            row[j] -= step;
        }
        let source = self.right[k].clone();
        for (x, y) in self.right[j].iter_mut().zip(&source) {
            *x -= factor * y;
        }
    }

    /// Euclid on column j from row `top` down, always by the smallest entry: zeros below, the gcd at the top.
    fn clear_column(&mut self, top: usize, j: usize) {
        loop {
            let smallest = (top..self.a.len())
                .filter(|&i| !self.a[i][j].is_zero())
                .min_by_key(|&i| self.a[i][j].abs());
            let Some(smallest) = smallest else { return };
            self.swap_rows(top, smallest);
            let mut clean = true;
            for i in top + 1..self.a.len() {
                let quotient = self.a[i][j].div_floor(&self.a[top][j]);
                self.subtract_row(i, top, &quotient);
                clean &= self.a[i][j].is_zero();
            }
            if clean {
                return;
            }
        }
    }

    /// Reduces row k by its pivot; true when that left a smaller pivot, so that column k must be cleared again.
    fn clear_row(&mut self, k: usize) -> bool {
        let mut smallest: Option<usize> = None;
        for j in k + 1..self.a[k].len() {
            let quotient = self.a[k][j].div_floor(&self.a[k][k]);
            if !quotient.is_zero() {
                self.subtract_column(j, k, &quotient);
            }
            let entry = self.a[k][j].abs();
            if !entry.is_zero() && smallest.is_none_or(|s| entry < self.a[k][s].abs()) {
                smallest = Some(j);
            }
        }
        match smallest {
            Some(j) => {
                self.swap_columns(j, k);
                true
            }
            None => false,
        }
    }

    fn smallest_entry(&self, k: usize) -> Option<(usize, usize)> {
        let cells = (k..self.a.len()).flat_map(|i| (k..self.a[i].len()).map(move |j| (i, j)));
        cells
            .filter(|&(i, j)| !self.a[i][j].is_zero())
            .min_by_key(|&(i, j)| self.a[i][j].abs())
    }

    fn indivisible_row(&self, k: usize) -> Option<usize> {
        (k + 1..self.a.len()).find(|&i| {
            self.a[i][k + 1..]
                .iter()
                .any(|x| !x.is_multiple_of(&self.a[k][k]))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::rational;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn both_forms_are_reached_by_unimodular_matrices(
            rows in 1usize..6, cols in 1usize..6, rank in 0usize..5,
            entries in proptest::collection::vec(-7i64..8, 60)
        ) {
            let left = RationalMatrix::from_fn(rows, rank, |i, j| rational(entries[5 * i + j], 1));
            let right = RationalMatrix::from_fn(rank, cols, |i, j| rational(entries[30 + 5 * i + j], 1));
            let a = &left * &right;
            let unit = |m: &RationalMatrix| m.determinant().unwrap().abs() == rational(1, 1);

            let hermite = a.hermite_form().unwrap();
            prop_assert!(unit(&hermite.left));
            prop_assert_eq!(&hermite.left * &a, hermite.form.clone());
            let mut last = None;
            for i in 0..rows {
                let pivot = hermite.form.row(i).iter().position(|x| !x.is_zero());
                if let Some(j) = pivot {
                    prop_assert!(last.is_none_or(|last| j > last) && (i == 0 || last.is_some()));
                    let p = &hermite.form[(i, j)];
                    prop_assert!(p.is_positive());
                    prop_assert!((0..i).all(|k| !hermite.form[(k, j)].is_negative() && hermite.form[(k, j)] < *p));
                }
                last = pivot;
            }

            let smith = a.smith_form().unwrap();
            prop_assert!(unit(&smith.left) && unit(&smith.right));
            prop_assert_eq!(smith.invariants.len(), a.rank());
            prop_assert!(smith.invariants.windows(2).all(|w| (&w[1] % &w[0]).is_zero()));
            let diagonal = RationalMatrix::from_fn(rows, cols, |i, j| match smith.invariants.get(i) {
                Some(d) if i == j => BigRational::from_integer(d.clone()),
                _ => rational(0, 1),
            });
            prop_assert_eq!(&(&smith.left * &a) * &smith.right, diagonal);
        }
    }

    #[test]
    fn fractions_are_refused() {
        let error = RationalMatrix::parse("1 1/2").unwrap().smith_form().unwrap_err();
        assert!(error.to_string().starts_with("entry (0, 1) is 1/2"), "{error}");
    }
}
