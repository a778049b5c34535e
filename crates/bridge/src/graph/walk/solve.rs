//! (1 − Q)h = 1 by conjugate gradients, with a bound of the error that holds whatever they did.

use nalgebra::DVector;

use super::GraphWalk;
use crate::BridgeError;

/// The residual that is asked for.
const WANTED: f64 = 1e-12;

/// A larger residual than this proves too little.
const ALLOWED: f64 = 1e-3;

/// Steps of one pass at most.
const MOST_STEPS: usize = 20_000;

/// Restarts from the true residual: what rounding had lost is made good.
const RESTARTS: usize = 8;

impl GraphWalk {
    /// The solution and the bound of its relative error.
    pub(super) fn solve(&self, target: usize) -> Result<(DVector<f64>, f64), BridgeError> {
        let n = self.states;
        let mut right = DVector::from_element(n, 1.0);
        right[target] = 0.0;
        if n == 1 {
            return Ok((DVector::zeros(1), 0.0));
        }
        // 1 − Q off the target; its row and column are those of the zero matrix.
        let apply = |back: bool, x: &DVector<f64>| {
            let mut y = x - self.step(back, x);
            y[target] = 0.0;
            y
        };
        let operator = |x: &DVector<f64>| match self.symmetric {
            true => apply(false, x),
            false => apply(true, &apply(false, x)),
        };
        let mut times = DVector::zeros(n);
        let (mut best, mut error) = (DVector::zeros(n), f64::INFINITY);
        for _ in 0..RESTARTS {
            let residual = &right - apply(false, &times);
            let bound = self.residual_bound(&residual, &times);
            if bound < error {
                (best, error) = (times.clone(), bound);
            } else {
                break;
            }
            if error < WANTED {
                break;
            }
            let load = if self.symmetric {
                residual
            } else {
                apply(true, &residual)
            };
            times += conjugate_gradients(operator, load);
        }
        if error > ALLOWED {
            return Err(BridgeError::NoConvergence {
                what: "sparse solution for the hitting times".to_owned(),
                rows: n,
                columns: n,
            });
        }
        Ok((best, error / (1.0 - error)))
    }

    /// The largest entry of the residual with all that rounding may have hidden of it: sums of d products of numbers up to the
    /// largest time, in double precision.
    fn residual_bound(&self, residual: &DVector<f64>, times: &DVector<f64>) -> f64 {
        let terms = self.moves.len() as f64 + 4.0;
        residual.amax() + terms * f64::EPSILON * (2.0 * times.amax() + 1.0)
    }
}

/// The solution of a symmetric positive semidefinite system by conjugate gradients (Hestenes and Stiefel 1952), to about the
/// precision of one pass.
fn conjugate_gradients(
    operator: impl Fn(&DVector<f64>) -> DVector<f64>,
    mut residual: DVector<f64>,
) -> DVector<f64> {
    let n = residual.len();
    let mut solution = DVector::zeros(n);
    let mut direction = residual.clone();
    let mut square = residual.norm_squared();
    let goal = square * 1e-28;
    for _ in 0..(20 * n + 100).min(MOST_STEPS) {
        if square <= goal {
            break;
        }
        let image = operator(&direction);
        let curvature = direction.dot(&image);
        if curvature <= 0.0 {
            break;
        }
        let step = square / curvature;
        solution.axpy(step, &direction, 1.0);
        residual.axpy(-step, &image, 1.0);
        let next = residual.norm_squared();
        direction *= next / square;
        direction += &residual;
        square = next;
    }
    solution
}
