//! Outward rounding: upper bounds of real numbers from floating-point computations.
//!
//! A sum or product of n operations on non-negative numbers has a relative error of at most n·u/(1 − n·u) with
//! u = 2⁻⁵³ (Higham, *Accuracy and Stability of Numerical Algorithms*, section 3.1); [`up`] enlarges by twice that.

use nalgebra::{Cholesky, DMatrix, DVector};

/// Distance from 1 to the next number: twice the unit roundoff.
pub(crate) const EPSILON: f64 = f64::EPSILON;

/// An upper bound of a non-negative quantity computed with `operations` roundings.
pub(crate) fn up(computed: f64, operations: usize) -> f64 {
    computed * (1.0 + (operations as f64 + 2.0) * EPSILON) + f64::MIN_POSITIVE
}

/// An upper bound of the Euclidean norm.
pub(crate) fn norm<'a>(values: impl ExactSizeIterator<Item = &'a f64>) -> f64 {
    let count = values.len();
    up(values.map(|v| v * v).sum::<f64>().sqrt(), count + 4)
}

/// A certified upper bound of the largest singular value, usually within 1e-9 of it (relatively).
///
/// An eigenvalue computation (a power iteration for large matrices) guesses σ₁; then μI − AᵀA is shown to be positive definite, for a μ slightly above σ₁², by a
/// Cholesky decomposition that succeeds after its diagonal was lowered by more than all rounding errors of AᵀA and of
/// the decomposition (Rump 2006, "Verification of positive definiteness"). Cost: O(n²m) for the smaller side n.
pub(crate) fn spectral_norm_bound(a: &DMatrix<f64>) -> f64 {
    let frobenius = norm(a.iter());
    let gram = if a.nrows() < a.ncols() {
        a * a.transpose()
    } else {
        a.tr_mul(a)
    };
    let n = gram.nrows();
    if n < 2 || !frobenius.is_finite() || frobenius < f64::MIN_POSITIVE.sqrt() {
        return frobenius;
    }
    let inner = a.nrows().max(a.ncols());
    let mut guess = if n <= EXACT {
        gram.symmetric_eigenvalues().max()
    } else {
        power_iteration(&gram)
    };
    // |fl(AᵀA) − AᵀA| ≤ inner·u·|A|ᵀ|A|, whose norm is at most inner·u·‖A‖_F²; the decomposition of a matrix of trace t
    // has a backward error of at most (n + 1)·u·t/(1 − (n + 1)u).
    let certified = |square: f64| {
        let shift = EPSILON * (inner + 2 * n + 8) as f64 * (frobenius * frobenius + n as f64 * square);
        let mut matrix = -gram.clone();
        (0..n).for_each(|i| matrix[(i, i)] += square - shift);
        shift < square && Cholesky::new(matrix).is_some()
    };
    let shift = EPSILON * (inner + 2 * n + 8) as f64 * (frobenius * frobenius + n as f64 * guess);
    guess += 4.0 * shift;
    let mut slack = 1e-9;
    while slack < 1.0 {
        let square = guess * (1.0 + slack);
        if certified(square) {
            return up(square.sqrt(), 2).min(frobenius);
        }
        slack *= 4.0;
    }
    frobenius
}

/// Size up to which all eigenvalues are computed for the guess.
const EXACT: usize = 200;

/// Roughly the largest eigenvalue of a positive semidefinite matrix.
fn power_iteration(gram: &DMatrix<f64>) -> f64 {
    let mut vector = DVector::from_fn(gram.nrows(), |i, _| 1.0 + 0.3 * ((i * 7919 % 101) as f64 / 101.0));
    let mut value = 0.0;
    for _ in 0..500 {
        let image = gram * &vector;
        let size = image.norm();
        if size == 0.0 {
            break;
        }
        let before = std::mem::replace(&mut value, size / vector.norm());
        vector = image / size;
        if (value - before).abs() < 1e-13 * value {
            break;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spectral_bound_is_above_and_close() {
        for (rows, columns) in [(1, 5), (5, 1), (3, 3), (20, 7), (7, 20), (40, 40)] {
            for salt in 0..5 {
                let a = DMatrix::from_fn(rows, columns, |i, j| {
                    ((i * 31 + j * 17 + salt * 13) % 23) as f64 / 11.0 - 1.0
                });
                let exact = a.clone().singular_values().max();
                let bound = spectral_norm_bound(&a);
                assert!(
                    bound >= exact * (1.0 - 1e-14) && bound <= exact * (1.0 + 1e-6),
                    "{bound} {exact}"
                );
            }
        }
    }

    #[test]
    fn spectral_bound_of_special_matrices() {
        assert!(spectral_norm_bound(&DMatrix::zeros(3, 3)) < 1e-150);
        let identity = spectral_norm_bound(&DMatrix::identity(50, 50));
        assert!((1.0..1.0 + 1e-8).contains(&identity));
        // Two equal largest singular values: the power iteration may stop anywhere between them.
        let twin = DMatrix::from_diagonal(&nalgebra::dvector![3.0, 3.0, 1.0]);
        assert!((3.0..3.0 + 1e-7).contains(&spectral_norm_bound(&twin)));
        assert_eq!(
            spectral_norm_bound(&DMatrix::from_element(2, 2, f64::INFINITY)),
            f64::INFINITY
        );
    }
}
