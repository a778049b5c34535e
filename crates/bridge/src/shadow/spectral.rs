//! Certified upper bounds of spectral norms and of extreme eigenvalues of symmetric matrices.
//!
//! If floating-point Cholesky runs to completion on a symmetric A, its factor satisfies RᵀR = A + ΔA with
//! |ΔA| ≤ γₙ₊₁ |Rᵀ||R| (Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed., theorem 10.3), hence
//! ‖ΔA‖₂ ≤ γₙ₊₁/(1 − γₙ₊₁) tr A and A + that·I is positive semidefinite. Applied to A = λI − S this certifies
//! λmax(S) ≤ λ + (a term of order n·u·tr A), whatever method proposed λ. The eigenvalue estimate is therefore only
//! a guess, and a poor guess costs sharpness, not truth; the Frobenius norm is the bound of last resort.
//! The idea is that of Rump, *Verification of positive definiteness*, BIT 46 (2006).
//!
//! ```
//! use bridge::shadow::spectral::spectral_norm_bound;
//! use nalgebra::dmatrix;
//! let bound = spectral_norm_bound(&dmatrix![3.0, 0.0; 4.0, 5.0]); // singular values √45 and √5
//! assert!(bound >= 45f64.sqrt() && bound < 45f64.sqrt() * 1.00001);
//! ```

use super::rounding::{UNIT_ROUNDOFF, add_up, gamma, mul_up, norm_up, sqrt_up, sum_up, underflow};
use nalgebra::{DMatrix, DVector};

/// Relative enlargements of the estimated eigenvalue that are tried in turn, beside the estimate's own error.
const SHIFTS: [f64; 4] = [1e-7, 1e-3, 3e-2, 0.3];

/// Steps of the Lanczos process; with as many as the order it is exact.
const LANCZOS_STEPS: usize = 16;

/// A certified upper bound of the spectral norm ‖M‖₂, typically within 10⁻⁶ of it; O(mn·min(m, n)) time.
///
/// Infinite if an entry is not finite or a product overflows.
pub fn spectral_norm_bound(m: &DMatrix<f64>) -> f64 {
    let frobenius = norm_up(m.iter().copied());
    if frobenius == 0.0 || m.nrows() == 1 || m.ncols() == 1 {
        return frobenius;
    }
    if !(frobenius > 1e-140 && frobenius < 1e140) {
        return frobenius; // the Gram matrix would under- or overflow
    }
    let gram = if m.nrows() <= m.ncols() {
        m * m.transpose()
    } else {
        m.transpose() * m
    };
    let terms = m.nrows().max(m.ncols());
    // entrywise error γ|M||Mᵀ|, whose Frobenius norm is at most γ‖M‖²
    let error = add_up(
        mul_up(gamma(terms), mul_up(frobenius, frobenius)),
        underflow(terms * gram.nrows()),
    );
    let squared = add_up(largest_eigenvalue_bound(&gram).max(0.0), error);
    sqrt_up(squared).min(frobenius)
}

/// A certified upper bound of the largest eigenvalue of the symmetric matrix whose lower triangle is given.
///
/// Only the lower triangle is read. May be negative. O(n³).
pub fn largest_eigenvalue_bound(s: &DMatrix<f64>) -> f64 {
    let frobenius = symmetric_frobenius(s);
    if !frobenius.is_finite() {
        return f64::INFINITY;
    }
    if s.nrows() < 2 {
        return s.iter().copied().sum();
    }
    certified_top(s, lanczos(s).1, frobenius)
}

/// Certified bounds (lower, upper) of all eigenvalues of the symmetric matrix whose lower triangle is given. O(n³).
///
/// ```
/// use bridge::shadow::spectral::eigenvalue_bounds;
/// use nalgebra::dmatrix;
/// let (lower, upper) = eigenvalue_bounds(&dmatrix![0.0, 2.0; 2.0, 0.0]);
/// assert!(lower <= -2.0 && lower > -2.00001 && upper >= 2.0 && upper < 2.00001);
/// ```
pub fn eigenvalue_bounds(s: &DMatrix<f64>) -> (f64, f64) {
    let frobenius = symmetric_frobenius(s);
    if !frobenius.is_finite() {
        return (f64::NEG_INFINITY, f64::INFINITY);
    }
    if s.nrows() < 2 {
        let entry = s.iter().copied().sum();
        return (entry, entry);
    }
    let (bottom, top) = lanczos(s);
    (
        -certified_top(&-s, bottom.negated(), frobenius),
        certified_top(s, top, frobenius),
    )
}

/// An estimated eigenvalue with an estimate of its error.
struct Ritz {
    value: f64,
    spread: f64,
}

impl Ritz {
    fn negated(self) -> Self {
        Ritz {
            value: -self.value,
            ..self
        }
    }
}

fn certified_top(s: &DMatrix<f64>, estimate: Ritz, frobenius: f64) -> f64 {
    // An eigenvalue far below the norm in size is resolved relative to the norm only.
    let scale = estimate.value.abs().max(1e-9 * frobenius);
    let mut work = DMatrix::zeros(s.nrows(), s.nrows());
    for shift in SHIFTS {
        let lambda = estimate.value + (shift * scale).max(estimate.spread);
        if lambda >= frobenius {
            break;
        }
        if let Some(bound) = certify(s, lambda, &mut work) {
            return bound.min(frobenius);
        }
    }
    frobenius
}

/// Upper bound of the Frobenius norm of the symmetric matrix with this lower triangle.
fn symmetric_frobenius(s: &DMatrix<f64>) -> f64 {
    let n = s.nrows();
    let lower = (0..n).flat_map(|j| (j..n).map(move |i| (i, j)));
    norm_up(lower.flat_map(|(i, j)| {
        let x = s[(i, j)];
        [x, if i == j { 0.0 } else { x }]
    }))
}

/// If Cholesky of λI − S succeeds: the eigenvalue bound that this proves.
fn certify(s: &DMatrix<f64>, lambda: f64, work: &mut DMatrix<f64>) -> Option<f64> {
    let n = s.nrows();
    let mut diagonal_error = 0.0f64;
    for j in 0..n {
        for i in j + 1..n {
            work[(i, j)] = -s[(i, j)];
        }
        let d = lambda - s[(j, j)];
        diagonal_error = diagonal_error.max(d.abs() * UNIT_ROUNDOFF);
        work[(j, j)] = d;
    }
    let trace = sum_up((0..n).map(|j| work[(j, j)]));
    cholesky_completes(work).then(|| {
        let backward = add_up(mul_up(gamma(n + 1), trace), underflow(n * n));
        add_up(add_up(lambda, backward), mul_up(2.0, diagonal_error))
    })
}

/// Right-looking Cholesky on the lower triangle, in place; false as soon as a pivot is not positive.
fn cholesky_completes(a: &mut DMatrix<f64>) -> bool {
    let n = a.nrows();
    let data = a.as_mut_slice();
    for k in 0..n {
        let pivot = data[k * n + k];
        if !(pivot > 0.0 && pivot.is_finite()) {
            return false;
        }
        let root = pivot.sqrt();
        for entry in &mut data[k * n + k..(k + 1) * n] {
            *entry /= root;
        }
        let (done, rest) = data.split_at_mut((k + 1) * n);
        let column = &done[k * n..];
        for j in k + 1..n {
            let factor = column[j];
            let target = &mut rest[(j - k - 1) * n + j..(j - k) * n];
            for (t, c) in target.iter_mut().zip(&column[j..]) {
                *t -= factor * c;
            }
        }
    }
    true
}

/// Estimates of the smallest and the largest eigenvalue, by the Lanczos process with full reorthogonalisation (Golub,
/// Van Loan, *Matrix Computations*, 4th ed., §10.1 and §10.3).
fn lanczos(s: &DMatrix<f64>) -> (Ritz, Ritz) {
    let n = s.nrows();
    let steps = n.min(LANCZOS_STEPS);
    let mut full = s.clone();
    full.fill_upper_triangle_with_lower_triangle();
    let mut basis = DMatrix::zeros(n, steps);
    let mut tridiagonal = DMatrix::zeros(steps, steps);
    // any start will do that is in no invariant subspace; this one is fixed and has no pattern
    let mut v = DVector::from_fn(n, |i, _| 1.0 + ((i as f64 + 1.0) * 0.618_033_988_749_895).fract());
    let (mut beta, mut size) = (0.0, 0);
    for k in 0..steps {
        v.normalize_mut();
        basis.set_column(k, &v);
        let mut image = &full * &v;
        size = k + 1;
        tridiagonal[(k, k)] = v.dot(&image);
        let done = basis.columns(0, size);
        for _ in 0..2 {
            let along = done.tr_mul(&image);
            image.gemv(-1.0, &done, &along, 1.0);
        }
        beta = image.norm();
        if beta <= 1e-14 * tridiagonal[(0, 0)].abs() || beta == 0.0 {
            break;
        }
        if size < steps {
            tridiagonal[(k + 1, k)] = beta;
            tridiagonal[(k, k + 1)] = beta;
        }
        v = image;
    }
    let eigen = tridiagonal
        .view((0, 0), (size, size))
        .into_owned()
        .symmetric_eigen();
    let ritz = |(place, value): (usize, f64)| {
        let spread = if size == n {
            0.0
        } else {
            (beta * eigen.eigenvectors[(size - 1, place)]).abs()
        };
        Ritz { value, spread }
    };
    (ritz(eigen.eigenvalues.argmin()), ritz(eigen.eigenvalues.argmax()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn random(rng: &mut ChaCha8Rng, m: usize, n: usize) -> DMatrix<f64> {
        DMatrix::from_fn(m, n, |_, _| rng.random_range(-1.0..1.0))
    }

    /// Planted spectrum: the norm is known from the construction (Householder reflections of a diagonal).
    fn planted(rng: &mut ChaCha8Rng, spectrum: &[f64]) -> DMatrix<f64> {
        let n = spectrum.len();
        let q = random(rng, n, n).qr().q();
        let mut s = &q * DMatrix::from_diagonal(&nalgebra::DVector::from_row_slice(spectrum)) * q.transpose();
        s.fill_upper_triangle_with_lower_triangle();
        s
    }

    #[test]
    fn bounds_are_above_every_direction_and_sharp() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for (m, n) in [(1, 5), (5, 1), (3, 3), (20, 7), (48, 64), (200, 180)] {
            let a = random(&mut rng, m, n);
            let bound = spectral_norm_bound(&a);
            let sigma = a.singular_values().max();
            assert!(
                bound >= sigma * (1.0 - 1e-13) && bound <= sigma * 1.05,
                "{m}x{n}: {bound} {sigma}"
            );
            for _ in 0..50 {
                let x = random(&mut rng, n, 1);
                assert!((&a * &x).norm() <= bound * x.norm() * (1.0 + 1e-13));
            }
        }
    }

    #[test]
    fn signed_and_clustered_spectra() {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let clustered = vec![1.0; 30];
        for spectrum in [
            vec![-5.0, -1.0, -0.5],
            vec![-9.0, 2.0, 0.0, 0.0],
            clustered,
            vec![0.0; 4],
            vec![1e-3, -1e3],
        ] {
            let s = planted(&mut rng, &spectrum);
            let top = spectrum.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let size = spectrum.iter().fold(0.0f64, |a, b| a.max(b.abs()));
            let bound = largest_eigenvalue_bound(&s);
            let (lower, upper) = eigenvalue_bounds(&s);
            let bottom = spectrum.iter().copied().fold(f64::INFINITY, f64::min);
            assert!(upper == bound && lower <= bottom + 1e-13 * size && lower >= bottom - 1e-6 * size);
            assert!(
                bound >= top - 1e-13 * size && bound <= top + 1e-6 * size,
                "{spectrum:?}: {bound}"
            );
        }
    }

    #[test]
    fn a_claim_below_the_truth_is_not_certified() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let s = planted(&mut rng, &[2.0, 1.0, -3.0, 0.25]);
        let mut work = DMatrix::zeros(4, 4);
        assert!(certify(&s, 1.999, &mut work).is_none());
        assert!(certify(&s, 2.001, &mut work).is_some());
    }

    #[test]
    fn not_finite_and_tiny_matrices() {
        assert_eq!(spectral_norm_bound(&DMatrix::zeros(3, 2)), 0.0);
        assert!(!spectral_norm_bound(&DMatrix::from_element(2, 2, f64::NAN)).is_finite());
        let tiny = DMatrix::from_element(2, 2, 1e-200);
        assert!(spectral_norm_bound(&tiny) >= 2e-200);
    }
}
