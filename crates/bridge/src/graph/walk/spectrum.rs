//! The second eigenvalue of a walk: all eigenvalues of small graphs, Lanczos's method on large ones.

use nalgebra::{DMatrix, DVector, SymmetricEigen};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use serde::Serialize;

use super::GraphWalk;
use crate::BridgeError;

/// Graphs of at most so many points have all eigenvalues computed.
const DENSE: usize = 400;

/// Steps of Lanczos's method at most.
const STEPS: usize = 600;

/// The residual at which an eigenvalue of Lanczos's method is taken.
const SMALL: f64 = 1e-10;

/// The eigenvalues of a walk next to 1, of (P + Pᵗ)/2 if P is not symmetric.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SpectralGap {
    /// The second largest eigenvalue λ₂; 0 for a single point.
    pub second: f64,
    /// The least eigenvalue.
    pub least: f64,
    /// 1 − λ₂.
    pub gap: f64,
    /// 1 less the larger of |λ₂| and the modulus of the least: 0 for a walk that alternates between two halves.
    pub absolute_gap: f64,
    /// Some eigenvalue is certainly within this of each of the two. Lanczos's method may miss a larger one, though with a random
    /// start that has probability 0.
    pub residual: f64,
}

impl GraphWalk {
    /// The spectral gap: O(n³) up to 400 points, beyond by at most 600 steps of Lanczos's method with full
    /// reorthogonalisation, off the constant function.
    ///
    /// # Errors
    /// [`BridgeError::NoConvergence`] if these steps do not bring the residual below 10⁻⁶.
    pub fn spectral_gap(&self) -> Result<SpectralGap, BridgeError> {
        let n = self.states;
        let (second, least, residual) = match n {
            1 => (0.0, 0.0, 0.0),
            2..=DENSE => {
                let mut matrix = DMatrix::<f64>::zeros(n, n);
                let share = 0.5 / self.moves.len() as f64;
                for images in &self.moves {
                    for (x, &y) in images.iter().enumerate() {
                        matrix[(x, y as usize)] += share;
                        matrix[(y as usize, x)] += share;
                    }
                }
                let mut values: Vec<f64> = SymmetricEigen::new(matrix).eigenvalues.iter().copied().collect();
                values.sort_by(f64::total_cmp);
                (values[n - 2], values[0], n as f64 * f64::EPSILON)
            }
            _ => self.lanczos()?,
        };
        let gap = 1.0 - second;
        Ok(SpectralGap {
            second,
            least,
            gap,
            absolute_gap: 1.0 - second.abs().max(least.abs()),
            residual,
        })
    }

    /// The two ends of the spectrum off the constants, with the larger of their residuals.
    fn lanczos(&self) -> Result<(f64, f64, f64), BridgeError> {
        let n = self.states;
        let centred = |mut x: DVector<f64>| {
            let mean = x.mean();
            x.add_scalar_mut(-mean);
            x
        };
        let apply = |x: &DVector<f64>| match self.symmetric {
            true => self.step(false, x),
            false => (self.step(false, x) + self.step(true, x)) * 0.5,
        };
        let mut rng = ChaCha8Rng::seed_from_u64(0);
        let start = DVector::from_fn(n, |_, _| rng.sample::<f64, _>(StandardNormal));
        let mut basis = vec![centred(start).normalize()];
        let (mut diagonal, mut off) = (Vec::new(), Vec::<f64>::new());
        let mut found = (0.0, 0.0, f64::INFINITY);
        for step in 0..STEPS.min(n - 1) {
            let mut next = centred(apply(&basis[step]));
            diagonal.push(next.dot(&basis[step]));
            for _ in 0..2 {
                for v in &basis {
                    let overlap = next.dot(v);
                    next.axpy(-overlap, v, 1.0);
                }
            }
            let norm = next.norm();
            let exhausted = norm < 1e-13;
            if step % 50 == 49 || exhausted || step + 1 == STEPS.min(n - 1) {
                let k = diagonal.len();
                let tridiagonal = DMatrix::from_fn(k, k, |i, j| match i.abs_diff(j) {
                    0 => diagonal[i],
                    1 => off[i.min(j)],
                    _ => 0.0,
                });
                let eigen = SymmetricEigen::new(tridiagonal);
                let (top, bottom) = (eigen.eigenvalues.imax(), eigen.eigenvalues.imin());
                let left_over = |i: usize| norm * eigen.eigenvectors[(k - 1, i)].abs();
                found = (
                    eigen.eigenvalues[top],
                    eigen.eigenvalues[bottom],
                    left_over(top).max(left_over(bottom)) + 1e-15 * k as f64,
                );
                if found.2 < SMALL {
                    break;
                }
            }
            if exhausted {
                break;
            }
            off.push(norm);
            basis.push(next / norm);
        }
        if found.2 > 1e-6 {
            return Err(BridgeError::NoConvergence {
                what: "spectral gap".to_owned(),
                rows: n,
                columns: n,
            });
        }
        Ok(found)
    }
}
