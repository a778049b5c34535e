//! The one numeric corner: Haar sampling, norm balls, and the volume of ε-stabilizers.
//!
//! For a compact group G acting by isometries, with Haar probability μ and r = dim O_x,
//! `μ{g : |gx - x| < ε} = [ω_r / H^r(O_x)] ε^r (1 + O(ε²))`, where ω_r is the volume of the unit r-ball and H^r the
//! Hausdorff measure: the push-forward of μ to the orbit is its normalised H^r. On GL(n) there is no Haar probability;
//! there the samples are uniform in a stated norm ball, and only the constant, never the exponent, depends on it.
//!
//! Nothing exact depends on this module. Every estimate carries its seed, its sample size and confidence intervals.
//!
//! ```
//! use groups::lie::haar::{Measure, VolumeQuestion, estimate_volume};
//! // Archimedes: a random rotation moves a unit vector by less than e with probability e^2/4.
//! let question = VolumeQuestion { samples: 20_000, confidence: 0.99, ..VolumeQuestion::over_decades(0.1, 1.0, 4) };
//! let moved = |g: &nalgebra::DMatrix<f64>| ((g[(0, 0)] - 1.0).powi(2) + g[(1, 0)].powi(2) + g[(2, 0)].powi(2)).sqrt();
//! let estimate = estimate_volume(&Measure::SpecialOrthogonal { n: 3 }, moved, &question, 7)?;
//! for point in &estimate.points {
//!     assert!(point.lower < point.epsilon.powi(2) / 4.0 && point.epsilon.powi(2) / 4.0 < point.upper);
//! }
//! # Ok::<(), groups::GroupError>(())
//! ```

mod constants;
mod displacement;
mod exponential;
mod figure_volume;
mod sampling;
mod statistics;
mod volume;

pub use constants::{leading_constant, special_orthogonal_volume, sphere_area, unit_ball_volume};
pub use displacement::{PolynomialDisplacement, PolynomialNorm};
pub use exponential::{EstimatedMatrix, exp, log};
pub use figure_volume::{
    CIRCLE_AND_ELLIPSE_STATEMENT, CircleAndEllipse, FigureVolume, NORM_BALL_STATEMENT, circle_and_ellipse,
    ellipse_constant, ellipse_share_inside, figure_volume, figure_volume_at_its_scale,
    finite_stabilizer_constant, form_displacement, line_constant, scale_dimension, singular_values,
    vector_constant,
};
pub use sampling::Measure;
pub use statistics::{PowerLawFit, clopper_pearson, fit_power_law};
pub use volume::{VolumeEstimate, VolumePoint, VolumeQuestion, estimate_volume};
