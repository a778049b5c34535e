//! Exact membership: the defining equations of each group.

use num_complex::Complex;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use super::MatrixGroup;
use crate::GroupError;
use crate::linear::{Matrix, RationalMatrix};
use crate::scalar::Scalar;

impl Scalar for Complex<BigRational> {
    fn inverse(&self) -> Option<Self> {
        (!self.is_zero()).then(|| self.inv())
    }
}

impl MatrixGroup {
    /// Whether a rational matrix is in the group, exactly.
    ///
    /// # Errors
    /// [`GroupError::Shape`] unless the matrix is square of [`MatrixGroup::matrix_size`].
    pub fn contains(&self, g: &RationalMatrix) -> Result<bool, GroupError> {
        let size = self.matrix_size();
        if (g.rows(), g.cols()) != (size, size) {
            return Err(GroupError::Shape {
                what: format!("the matrix offered to {self}"),
                rows: g.rows(),
                cols: g.cols(),
                expected: format!("a square matrix of size {size}"),
            });
        }
        Ok(match self {
            Self::General(_) => !g.determinant()?.is_zero(),
            Self::Special(_) => g.determinant()?.is_one(),
            Self::Orthogonal(p, q) => preserves(g, &diagonal_form(*p, *q)),
            Self::SpecialOrthogonal(p, q) => {
                preserves(g, &diagonal_form(*p, *q)) && g.determinant()?.is_one()
            }
            Self::Symplectic(n) => preserves(g, &symplectic_form(*n)),
            Self::Unitary(n) | Self::SpecialUnitary(n) => match complex_from_real(g, *n) {
                Some(complex) => self.contains_complex(&complex)?,
                None => false,
            },
            Self::Affine(n) => linear_part(g, *n).is_some_and(|a| a.rank() == *n),
            Self::Euclidean(n) => linear_part(g, *n).is_some_and(|a| preserves(&a, &diagonal_form(*n, 0))),
            Self::SpecialEuclidean(n) => match linear_part(g, *n) {
                Some(a) => preserves(&a, &diagonal_form(*n, 0)) && a.determinant()?.is_one(),
                None => false,
            },
            Self::Similarity(n) => linear_part(g, *n).is_some_and(|a| is_similarity(&a)),
            Self::Heisenberg(_) => {
                is_unitriangular(g) && (1..size - 1).all(|i| (i + 1..size - 1).all(|j| g[(i, j)].is_zero()))
            }
            Self::Unitriangular(_) => is_unitriangular(g),
            Self::Torus(n) => (0..*n).all(|i| (0..*n).all(|j| (i == j) != g[(i, j)].is_zero())),
            Self::Product(factors) => {
                let mut offset = 0;
                for factor in factors {
                    let k = factor.matrix_size();
                    let block = RationalMatrix::from_fn(k, k, |i, j| g[(offset + i, offset + j)].clone());
                    let inside = |j: usize| (offset..offset + k).contains(&j);
                    let apart =
                        (offset..offset + k).all(|i| (0..size).all(|j| inside(j) || g[(i, j)].is_zero()));
                    if !apart || !factor.contains(&block)? {
                        return Ok(false);
                    }
                    offset += k;
                }
                true
            }
        })
    }

    /// Whether a matrix of Gaussian rationals is in U(n) or SU(n), exactly.
    ///
    /// # Errors
    /// [`GroupError::Shape`] for a wrong size, [`GroupError::Domain`] for any other group.
    ///
    /// ```
    /// use groups::lie::MatrixGroup;
    /// use groups::linear::Matrix;
    /// use groups::scalar::rational;
    /// use num_complex::Complex;
    /// let c = |re: i64, im: i64| Complex::new(rational(re, 5), rational(im, 5));
    /// let g = Matrix::from_rows(vec![vec![c(3, 0), c(0, 4)], vec![c(0, 4), c(3, 0)]])?;
    /// assert!(MatrixGroup::SpecialUnitary(2).contains_complex(&g)?);
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn contains_complex(&self, g: &Matrix<Complex<BigRational>>) -> Result<bool, GroupError> {
        let (n, special) = match self {
            Self::Unitary(n) => (*n, false),
            Self::SpecialUnitary(n) => (*n, true),
            _ => {
                return Err(GroupError::Domain {
                    what: format!("{self} has no complex matrices here"),
                    expected: "U(n) or SU(n)".to_owned(),
                });
            }
        };
        if (g.rows(), g.cols()) != (n, n) {
            return Err(GroupError::Shape {
                what: format!("the complex matrix offered to {self}"),
                rows: g.rows(),
                cols: g.cols(),
                expected: format!("a square matrix of size {n}"),
            });
        }
        let adjoint = Matrix::from_fn(n, n, |i, j| g[(j, i)].conj());
        Ok(&adjoint * g == Matrix::identity(n) && (!special || determinant(g).is_one()))
    }
}

/// The determinant over any exact field, by elimination.
fn determinant<S: Scalar>(matrix: &Matrix<S>) -> S {
    let n = matrix.rows();
    let mut rows: Vec<Vec<S>> = (0..n).map(|i| matrix.row(i).to_vec()).collect();
    let mut product = S::one();
    for j in 0..n {
        let Some(found) = (j..n).find(|&i| !rows[i][j].is_zero()) else {
            return S::zero();
        };
        if found != j {
            rows.swap(found, j);
            product = -product;
        }
        let pivot = rows[j].clone();
        product *= &pivot[j];
        let inverse = pivot[j].inverse().expect("the pivot is not zero");
        for row in &mut rows[j + 1..] {
            let factor = -row[j].times(&inverse);
            for (x, y) in row[j..].iter_mut().zip(&pivot[j..]) {
                x.add_product(&factor, y);
            }
        }
    }
    product
}

pub(super) fn diagonal_form(p: usize, q: usize) -> RationalMatrix {
    RationalMatrix::from_fn(p + q, p + q, |i, j| match i == j {
        true if i < p => BigRational::one(),
        true => -BigRational::one(),
        false => BigRational::zero(),
    })
}

pub(super) fn symplectic_form(n: usize) -> RationalMatrix {
    let k = n / 2;
    RationalMatrix::from_fn(n, n, |i, j| match (j == i + k, i == j + k) {
        (true, _) => BigRational::one(),
        (_, true) => -BigRational::one(),
        _ => BigRational::zero(),
    })
}

fn preserves(g: &RationalMatrix, form: &RationalMatrix) -> bool {
    &(&g.transpose() * form) * g == *form
}

/// The block A of a matrix (A b; 0 1), `None` when the last row is not (0 1).
fn linear_part(g: &RationalMatrix, n: usize) -> Option<RationalMatrix> {
    let last = g.row(n);
    let fits = last[..n].iter().all(Zero::is_zero) && last[n].is_one();
    fits.then(|| RationalMatrix::from_fn(n, n, |i, j| g[(i, j)].clone()))
}

fn is_similarity(a: &RationalMatrix) -> bool {
    let gram = &a.transpose() * a;
    let scale = gram[(0, 0)].clone();
    scale.is_positive() && gram == RationalMatrix::identity(a.rows()).scaled(&scale)
}

fn is_unitriangular(g: &RationalMatrix) -> bool {
    (0..g.rows()).all(|i| g[(i, i)].is_one() && (0..i).all(|j| g[(i, j)].is_zero()))
}

/// A + iB from (A -B; B A), `None` when the real matrix has another shape.
fn complex_from_real(g: &RationalMatrix, n: usize) -> Option<Matrix<Complex<BigRational>>> {
    let fits = (0..n).all(|i| {
        (0..n).all(|j| g[(i, j)] == g[(n + i, n + j)] && (&g[(n + i, j)] + &g[(i, n + j)]).is_zero())
    });
    fits.then(|| {
        Matrix::from_fn(n, n, |i, j| {
            Complex::new(g[(i, j)].clone(), g[(n + i, j)].clone())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(group: &str, matrix: &str) -> bool {
        group
            .parse::<MatrixGroup>()
            .unwrap()
            .contains(&RationalMatrix::parse(matrix).unwrap())
            .unwrap()
    }

    #[test]
    fn members_and_near_misses() {
        for (group, member, stranger) in [
            ("GL(2)", "1 2; 3 4", "1 2; 2 4"),
            ("SL(2)", "2 3; 1 2", "2 3; 1 1"),
            ("O(2)", "0 1; 1 0", "1 1; 0 1"),
            ("SO(2)", "0 -1; 1 0", "0 1; 1 0"),
            ("SO(1,1)", "5/4 3/4; 3/4 5/4", "5/4 3/4; -3/4 5/4"),
            ("Sp(2)", "2 3; 1 2", "2 3; 1 1"),
            (
                "Sp(4)",
                "1 0 1 2; 0 1 2 5; 0 0 1 0; 0 0 0 1",
                "1 0 1 2; 0 1 3 5; 0 0 1 0; 0 0 0 1",
            ),
            ("U(1)", "3/5 -4/5; 4/5 3/5", "3/5 4/5; 4/5 3/5"),
            ("SU(1)", "1 0; 0 1", "3/5 -4/5; 4/5 3/5"),
            ("Aff(1)", "2 5; 0 1", "2 5; 0 2"),
            ("E(1)", "-1 5; 0 1", "2 5; 0 1"),
            ("SE(1)", "1 5; 0 1", "-1 5; 0 1"),
            ("Sim(2)", "1 -2 7; 2 1 7; 0 0 1", "1 2 7; 2 1 7; 0 0 1"),
            (
                "Heis(5)",
                "1 2 3 4; 0 1 0 5; 0 0 1 6; 0 0 0 1",
                "1 2 3 4; 0 1 1 5; 0 0 1 6; 0 0 0 1",
            ),
            ("UT(2)", "1 9; 0 1", "1 9; 0 2"),
            ("T(2)", "2 0; 0 -1", "2 0; 0 0"),
            ("T(1) x UT(2)", "5 0 0; 0 1 3; 0 0 1", "5 1 0; 0 1 3; 0 0 1"),
        ] {
            assert!(contains(group, member), "{group}: {member}");
            assert!(!contains(group, stranger), "{group}: {stranger}");
        }
    }

    #[test]
    fn wrong_sizes_are_errors_and_not_strangers() {
        let group: MatrixGroup = "SO(3)".parse().unwrap();
        let error = group.contains(&RationalMatrix::identity(2)).unwrap_err();
        assert!(
            error.to_string().contains("expected a square matrix of size 3"),
            "{error}"
        );
        assert!(group.contains_complex(&Matrix::identity(3)).is_err());
    }
}
