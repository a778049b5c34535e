//! Arithmetic of matrices and what follows at once from the echelon form.

use std::ops::{Add, Mul, Neg, Sub};

use super::{Echelon, Matrix, Subspace};
use crate::GroupError;
use crate::scalar::Scalar;

impl<S: Scalar> Matrix<S> {
    /// The transpose.
    pub fn transpose(&self) -> Self {
        Self::from_fn(self.cols, self.rows, |i, j| self[(j, i)].clone())
    }

    /// The sum of the diagonal entries (of the largest leading square).
    pub fn trace(&self) -> S {
        let mut sum = S::zero();
        for i in 0..self.rows.min(self.cols) {
            sum += &self[(i, i)];
        }
        sum
    }

    /// Every entry times `factor`.
    pub fn scaled(&self, factor: &S) -> Self {
        Self::from_parts(
            self.rows,
            self.cols,
            self.entries.iter().map(|x| x.times(factor)).collect(),
        )
    }

    /// The product `self * other`, zero entries skipped.
    ///
    /// # Errors
    /// [`GroupError::Shape`] unless `other` has as many rows as `self` has columns.
    pub fn try_mul(&self, other: &Self) -> Result<Self, GroupError> {
        if self.cols != other.rows {
            return Err(GroupError::Shape {
                what: "the right factor".to_owned(),
                rows: other.rows,
                cols: other.cols,
                expected: format!("{} rows", self.cols),
            });
        }
        let mut product = Self::zeros(self.rows, other.cols);
        for i in 0..self.rows {
            for (k, a) in self.row(i).iter().enumerate().filter(|(_, a)| !a.is_zero()) {
                for (sum, b) in product.row_mut(i).iter_mut().zip(other.row(k)) {
                    sum.add_product(a, b);
                }
            }
        }
        Ok(product)
    }

    /// The image of a column vector.
    ///
    /// # Errors
    /// [`GroupError::Shape`] unless the vector has as many entries as the matrix has columns.
    pub fn apply(&self, vector: &[S]) -> Result<Vec<S>, GroupError> {
        if vector.len() != self.cols {
            return Err(GroupError::Shape {
                what: "the vector".to_owned(),
                rows: vector.len(),
                cols: 1,
                expected: format!("{} entries", self.cols),
            });
        }
        Ok((0..self.rows)
            .map(|i| {
                let mut sum = S::zero();
                for (a, x) in self.row(i).iter().zip(vector) {
                    sum.add_product(a, x);
                }
                sum
            })
            .collect())
    }

    /// The commutator `self * other - other * self` of square matrices.
    ///
    /// # Errors
    /// [`GroupError::Shape`] unless both are square of one size.
    pub fn commutator(&self, other: &Self) -> Result<Self, GroupError> {
        Ok(&self.try_mul(other)? - &other.try_mul(self)?)
    }

    /// `self` raised to a power; the zeroth power is the identity.
    ///
    /// # Errors
    /// [`GroupError::Shape`] unless the matrix is square.
    pub fn power(&self, mut exponent: u64) -> Result<Self, GroupError> {
        let mut result = Self::identity(self.square_size("the matrix")?);
        let mut square = self.clone();
        while exponent > 0 {
            if exponent & 1 == 1 {
                result = &result * &square;
            }
            exponent >>= 1;
            if exponent > 0 {
                square = &square * &square;
            }
        }
        Ok(result)
    }

    /// The Kronecker product `self ⊗ other`.
    pub fn kronecker(&self, other: &Self) -> Self {
        Self::from_fn(self.rows * other.rows, self.cols * other.cols, |i, j| {
            self[(i / other.rows, j / other.cols)].times(&other[(i % other.rows, j % other.cols)])
        })
    }

    /// The block-diagonal matrix of `self` and `other`.
    pub fn direct_sum(&self, other: &Self) -> Self {
        Self::from_fn(self.rows + other.rows, self.cols + other.cols, |i, j| {
            match (i < self.rows, j < self.cols) {
                (true, true) => self[(i, j)].clone(),
                (false, false) => other[(i - self.rows, j - self.cols)].clone(),
                _ => S::zero(),
            }
        })
    }

    /// The rows of `self` above the rows of `other`.
    ///
    /// # Errors
    /// [`GroupError::Shape`] unless both have the same number of columns.
    pub fn stacked(&self, other: &Self) -> Result<Self, GroupError> {
        if self.cols != other.cols {
            return Err(GroupError::Shape {
                what: "the lower block".to_owned(),
                rows: other.rows,
                cols: other.cols,
                expected: format!("{} columns", self.cols),
            });
        }
        let mut entries = self.entries.clone();
        entries.extend_from_slice(&other.entries);
        Ok(Self::from_parts(self.rows + other.rows, self.cols, entries))
    }

    /// The reduced row echelon form with its pivots, exact and certified.
    pub fn echelon(&self) -> Echelon<S> {
        S::reduced_row_echelon(self)
    }

    /// The exact rank.
    pub fn rank(&self) -> usize {
        self.echelon().rank()
    }

    /// A basis of `{v : self * v = 0}`, as the rows of a matrix in reduced echelon form.
    pub fn kernel(&self) -> Self {
        self.echelon().kernel().echelon().into_matrix()
    }

    /// The column space as a subspace.
    pub fn image(&self) -> Subspace<S> {
        Subspace::span(&self.transpose())
    }

    /// The row space as a subspace.
    pub fn row_space(&self) -> Subspace<S> {
        Subspace::span(self)
    }

    /// A solution of `self * x = right`, or `None` when there is none; free variables are zero.
    ///
    /// # Errors
    /// [`GroupError::Shape`] unless `right` has as many entries as the matrix has rows.
    pub fn solve(&self, right: &[S]) -> Result<Option<Vec<S>>, GroupError> {
        if right.len() != self.rows {
            return Err(GroupError::Shape {
                what: "the right-hand side".to_owned(),
                rows: right.len(),
                cols: 1,
                expected: format!("{} entries", self.rows),
            });
        }
        let augmented = Self::from_fn(self.rows, self.cols + 1, |i, j| {
            if j < self.cols {
                self[(i, j)].clone()
            } else {
                right[i].clone()
            }
        });
        let echelon = augmented.echelon();
        if echelon.pivots().last() == Some(&self.cols) {
            return Ok(None);
        }
        let mut solution = vec![S::zero(); self.cols];
        for (i, &pivot) in echelon.pivots().iter().enumerate() {
            solution[pivot] = echelon.matrix()[(i, self.cols)].clone();
        }
        Ok(Some(solution))
    }

    /// The inverse.
    ///
    /// # Errors
    /// [`GroupError::Shape`] when not square, [`GroupError::Singular`] with the rank when not invertible.
    pub fn inverse(&self) -> Result<Self, GroupError> {
        let n = self.square_size("the matrix to invert")?;
        let augmented = Self::from_fn(n, 2 * n, |i, j| match j {
            j if j < n => self[(i, j)].clone(),
            j if j - n == i => S::one(),
            _ => S::zero(),
        });
        let echelon = augmented.echelon();
        let rank = echelon.pivots().iter().filter(|&&pivot| pivot < n).count();
        if rank < n {
            return Err(GroupError::Singular { size: n, rank });
        }
        Ok(Self::from_fn(n, n, |i, j| echelon.matrix()[(i, n + j)].clone()))
    }
}

impl<S: Scalar> Add for &Matrix<S> {
    type Output = Matrix<S>;

    /// # Panics
    /// When the shapes differ.
    fn add(self, other: Self) -> Matrix<S> {
        assert_eq!(
            (self.rows, self.cols),
            (other.rows, other.cols),
            "matrices to add have one shape"
        );
        let mut sum = self.clone();
        for (a, b) in sum.entries.iter_mut().zip(&other.entries) {
            *a += b;
        }
        sum
    }
}

impl<S: Scalar> Sub for &Matrix<S> {
    type Output = Matrix<S>;

    /// # Panics
    /// When the shapes differ.
    fn sub(self, other: Self) -> Matrix<S> {
        assert_eq!(
            (self.rows, self.cols),
            (other.rows, other.cols),
            "matrices to subtract have one shape"
        );
        let mut difference = self.clone();
        for (a, b) in difference.entries.iter_mut().zip(&other.entries) {
            *a -= b;
        }
        difference
    }
}

impl<S: Scalar> Mul for &Matrix<S> {
    type Output = Matrix<S>;

    /// # Panics
    /// When the shapes do not fit; [`Matrix::try_mul`] returns an error instead.
    fn mul(self, other: Self) -> Matrix<S> {
        self.try_mul(other)
            .expect("factors of a product fit: the caller knows their shapes")
    }
}

impl<S: Scalar> Neg for &Matrix<S> {
    type Output = Matrix<S>;

    fn neg(self) -> Matrix<S> {
        Matrix::from_parts(
            self.rows,
            self.cols,
            self.entries.iter().map(|x| -x.clone()).collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::RationalMatrix;
    use crate::GroupError;
    use crate::scalar::rational;

    fn m(rows: usize, cols: usize, entries: &[i64]) -> RationalMatrix {
        RationalMatrix::from_integers(rows, cols, entries).unwrap()
    }

    #[test]
    fn powers_products_and_commutators() {
        let fibonacci = m(2, 2, &[1, 1, 1, 0]);
        assert_eq!(fibonacci.power(10).unwrap(), m(2, 2, &[89, 55, 55, 34]));
        let (e, f) = (m(2, 2, &[0, 1, 0, 0]), m(2, 2, &[0, 0, 1, 0]));
        assert_eq!(e.commutator(&f).unwrap(), m(2, 2, &[1, 0, 0, -1]));
        assert_eq!(e.kronecker(&f).rank(), 1);
        assert!(e.try_mul(&m(3, 1, &[1, 2, 3])).is_err());
    }

    #[test]
    fn solves_or_says_that_there_is_no_solution() {
        let a = m(2, 3, &[1, 2, 3, 2, 4, 7]);
        let x = a.solve(&[rational(1, 1), rational(3, 1)]).unwrap().unwrap();
        assert_eq!(a.apply(&x).unwrap(), [rational(1, 1), rational(3, 1)]);
        let b = m(2, 2, &[1, 2, 2, 4]);
        assert_eq!(b.solve(&[rational(1, 1), rational(3, 1)]).unwrap(), None);
    }

    #[test]
    fn a_singular_matrix_has_no_inverse() {
        assert_eq!(
            m(2, 2, &[1, 2, 2, 4]).inverse(),
            Err(GroupError::Singular { size: 2, rank: 1 })
        );
        let hilbert = RationalMatrix::from_fn(6, 6, |i, j| rational(1, (i + j + 1) as i64));
        let inverse = hilbert.inverse().unwrap();
        assert_eq!(
            inverse[(5, 5)],
            rational(698544, 1),
            "Choi 1983: the inverse Hilbert matrix is integral"
        );
        assert_eq!(&hilbert * &inverse, RationalMatrix::identity(6));
    }
}
