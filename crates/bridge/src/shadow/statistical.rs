//! What held-out points prove about a residual, statistically.
//!
//! Let M be the largest residual of n independent points drawn from a law that the fit has not seen. Whatever the
//! distribution of the residual, with confidence 1 − α the probability that another point of the same law exceeds M is
//! at most 1 − α^(1/n): if it were larger, all n points would have stayed below M with probability less than α. For
//! α = 0.05 this is close to 3/n ("rule of three"). It says nothing about the supremum: that is what the certified
//! bound is for.

use serde::{Deserialize, Serialize};

/// With the stated confidence, a new point exceeds the largest held-out residual with at most this probability.
///
/// ```
/// use bridge::shadow::StatisticalBound;
/// let bound = StatisticalBound::of_maximum(300, 0.95);
/// assert!((bound.exceedance - (1.0 - 0.05f64.powf(1.0 / 300.0))).abs() < 1e-15);
/// assert!(bound.exceedance < 3.0 / 300.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StatisticalBound {
    /// Number of held-out points.
    pub points: usize,
    /// 1 − α.
    pub confidence: f64,
    /// Upper confidence bound of the probability that a new point's residual exceeds the largest one seen.
    pub exceedance: f64,
}

impl StatisticalBound {
    /// The confidence that fits report.
    pub const CONFIDENCE: f64 = 0.95;

    /// The bound from the largest of `points` held-out residuals, at the given confidence in (0, 1); without points
    /// nothing is known and the probability is bounded by 1.
    pub fn of_maximum(points: usize, confidence: f64) -> Self {
        // 1 − α^(1/n) without cancellation for large n
        let exceedance = -((1.0 - confidence).ln() / points as f64).exp_m1();
        StatisticalBound {
            points,
            confidence,
            exceedance: exceedance.clamp(0.0, 1.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn coverage_is_the_stated_confidence_over_many_trials() {
        // uniform residuals: P(residual > M) = 1 − M exactly, so each trial can be judged
        let trials = 2000u64;
        let covered = (0..trials).filter(|trial| {
            let mut rng = ChaCha8Rng::seed_from_u64(*trial);
            let largest = (0..100).map(|_| rng.random::<f64>()).fold(0.0, f64::max);
            1.0 - largest <= StatisticalBound::of_maximum(100, 0.95).exceedance
        });
        let rate = covered.count() as f64 / trials as f64;
        let error = (0.95f64 * 0.05 / trials as f64).sqrt();
        assert!(
            (rate - 0.95).abs() < 4.0 * error,
            "the bound is exact for a continuous law: {rate}"
        );
    }

    #[test]
    fn no_points_prove_nothing() {
        assert_eq!(StatisticalBound::of_maximum(0, 0.95).exceedance, 1.0);
    }
}
