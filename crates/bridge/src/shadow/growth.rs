//! How the error of a shadow grows with the radius of its ball.
//!
//! On a geometric grid of radii the error and its certified bound follow C·r^p; p is the slope of a straight line through
//! (log r, log error). Generically p = 2, the first Taylor term that an affine map misses; where all second derivatives
//! vanish (the sigmoid or tanh at pre-activation 0) p = 3; across a kink p = 1 (claim C19). Errors at the level of
//! rounding say nothing about p and are left out of the line.

use super::bound::Enclosure;
use super::fit::AffineFitter;
use super::region::Ball;
use crate::BridgeError;
use nalgebra::DVector;
use nets::Network;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// The errors of both fits at one radius, in the Euclidean norm.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GrowthPoint {
    /// Radius of the ball.
    pub radius: f64,
    /// The 1-jet's largest error over the held-out points.
    pub jet_max: f64,
    /// The 1-jet's certified bound.
    pub jet_bound: f64,
    /// The least-squares fit's root mean square error over the held-out points.
    pub least_squares_rms: f64,
    /// The least-squares fit's certified bound.
    pub least_squares_bound: f64,
    /// Level of rounding.
    pub rounding: f64,
}

/// The exponent of a power law, by ordinary least squares on logarithms.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LogLogSlope {
    /// The exponent.
    pub slope: f64,
    /// Its standard error, from the scatter about the line.
    pub standard_error: f64,
    /// Number of points used.
    pub points: usize,
}

/// Error against radius; see the module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Growth {
    /// The errors, in the order of the radii.
    pub points: Vec<GrowthPoint>,
    /// Slope of the 1-jet's sampled error; `None` with fewer than three errors above rounding level.
    pub jet_slope: Option<LogLogSlope>,
    /// Slope of the 1-jet's certified bound.
    pub jet_bound_slope: Option<LogLogSlope>,
    /// Slope of the least-squares fit's sampled error.
    pub least_squares_slope: Option<LogLogSlope>,
    /// Slope of the least-squares fit's certified bound.
    pub least_squares_bound_slope: Option<LogLogSlope>,
}

/// Errors must exceed the level of rounding by this factor to count for a slope.
const ABOVE_ROUNDING: f64 = 50.0;

/// `count` radii from `smallest` to `largest` in geometric progression.
///
/// ```
/// let radii = bridge::shadow::geometric_radii(0.01, 1.0, 3);
/// assert!((radii[1] - 0.1).abs() < 1e-15 && radii[2] == 1.0);
/// ```
pub fn geometric_radii(smallest: f64, largest: f64, count: usize) -> Vec<f64> {
    let last = count.saturating_sub(1).max(1) as f64;
    (0..count)
        .map(|k| {
            let t = k as f64 / last;
            if k + 1 == count {
                largest
            } else {
                (smallest.ln() * (1.0 - t) + largest.ln() * t).exp()
            }
        })
        .collect()
}

/// The shadows of `network` on balls of the given radii about `center`, and the exponents of their errors.
///
/// ```
/// use bridge::shadow::{AffineFitter, FitOptions, geometric_radii, growth};
/// use nalgebra::{dmatrix, dvector};
/// use nets::{Activation, Dense, Network};
/// let fitter = AffineFitter::new(1, FitOptions::for_width(1, 1))?;
/// for (bias, exponent) in [(0.6, 2.0), (0.0, 3.0)] {
///     let layer = Dense::new(dmatrix![1.0], dvector![bias], Activation::Tanh)?;
///     let network = Network::new(vec![layer.into()])?;
///     let growth = growth(&fitter, &network, &dvector![0.0], &geometric_radii(0.003, 0.1, 6))?;
///     assert!((growth.jet_slope.unwrap().slope - exponent).abs() < 0.05);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`Ball::new`] and [`AffineFitter::shadow`]; [`BridgeError::UnsupportedLayer`] for a layer without a certified bound.
pub fn growth(
    fitter: &AffineFitter,
    network: &Network,
    center: &DVector<f64>,
    radii: &[f64],
) -> Result<Growth, BridgeError> {
    let balls = radii
        .iter()
        .map(|r| Ball::new(center.clone(), *r))
        .collect::<Result<Vec<_>, _>>()?;
    let points: Vec<_> = balls
        .par_iter()
        .map(|ball| point(fitter, network, ball))
        .collect();
    let points = points.into_iter().collect::<Result<Vec<_>, _>>()?;
    let slope = |error: &dyn Fn(&GrowthPoint) -> f64| {
        let above = points.iter().filter(|p| error(p) > ABOVE_ROUNDING * p.rounding);
        log_log_slope(above.map(|p| (p.radius, error(p))))
    };
    Ok(Growth {
        jet_slope: slope(&|p| p.jet_max),
        jet_bound_slope: slope(&|p| p.jet_bound),
        least_squares_slope: slope(&|p| p.least_squares_rms),
        least_squares_bound_slope: slope(&|p| p.least_squares_bound),
        points,
    })
}

fn point(fitter: &AffineFitter, network: &Network, ball: &Ball) -> Result<GrowthPoint, BridgeError> {
    let (jet, least_squares) = fitter.residuals(network, ball)?;
    let (Some(jet_sup), Some(least_squares_sup)) = (jet.certified_sup, least_squares.certified_sup) else {
        return Err(Enclosure::new(network, &ball.clone().into())
            .err()
            .unwrap_or(BridgeError::Unbounded));
    };
    Ok(GrowthPoint {
        radius: ball.radius(),
        jet_max: jet.sample_max,
        jet_bound: jet_sup.euclidean,
        least_squares_rms: least_squares.sample_rms,
        least_squares_bound: least_squares_sup.euclidean,
        rounding: jet_sup.rounding.max(least_squares_sup.rounding),
    })
}

/// The line through (ln x, ln y) over the points with positive coordinates; `None` for fewer than three of them or
/// for a single x.
pub fn log_log_slope(points: impl Iterator<Item = (f64, f64)>) -> Option<LogLogSlope> {
    let logs: Vec<(f64, f64)> = points
        .filter(|(x, y)| *x > 0.0 && *y > 0.0)
        .map(|(x, y)| (x.ln(), y.ln()))
        .collect();
    let n = logs.len();
    if n < 3 {
        return None;
    }
    let mean = |f: &dyn Fn(&(f64, f64)) -> f64| logs.iter().map(f).sum::<f64>() / n as f64;
    let (mx, my) = (mean(&|p| p.0), mean(&|p| p.1));
    let sxx: f64 = logs.iter().map(|(x, _)| (x - mx).powi(2)).sum();
    if sxx == 0.0 {
        return None;
    }
    let slope = logs.iter().map(|(x, y)| (x - mx) * (y - my)).sum::<f64>() / sxx;
    let scatter: f64 = logs
        .iter()
        .map(|(x, y)| (y - my - slope * (x - mx)).powi(2))
        .sum();
    let standard_error = (scatter / (n as f64 - 2.0) / sxx).sqrt();
    Some(LogLogSlope {
        slope,
        standard_error,
        points: n,
    })
}
