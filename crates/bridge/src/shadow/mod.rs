//! Shadow fits: the affine maps that a network imitates near a point, with bounds that are certified.
//!
//! A trained layer is no group element, but near a point x₀ it is close to one: its *shadow*, an affine map, is an
//! element of Aff(n) wherever the linear part is invertible (Paul, Venkatasubramanian, *Why does Deep Learning work? A
//! perspective from Group Theory*, arXiv 1412.6621, §4). This module fits the shadow of a network on a ball
//! ([`AffineFitter`]), bounds its error over the whole ball ([`Enclosure`]), says which group it belongs to
//! ([`GroupStatus`], [`PolarFactors`]), how the error grows with the radius ([`growth()`]) and how far fits are from being
//! closed under composition ([`closure_defect`]).
//!
//! Two kinds of evidence are kept apart: a *certified* bound holds for every point of the ball, by outward-rounded
//! arithmetic; a *statistical* one holds for a random point, at a stated confidence ([`StatisticalBound`]).

mod activation;
mod affine;
mod bound;
mod closure;
mod evaluation;
mod fit;
mod growth;
mod membership;
mod polar;
mod region;
mod relaxation;
pub mod rounding;
pub mod spectral;
mod stage;
mod statistical;
mod taylor;

pub use affine::AffineMap;
pub use bound::{CertifiedSup, Enclosure, Kink, QUADRATIC_LIMIT, curvature_constants};
pub use closure::{Closure, ClosureDefect, closure_defect};
pub use fit::{AffineFitter, AffineShadow, FitOptions, Residual, ShadowFit};
pub use growth::{Growth, GrowthPoint, LogLogSlope, geometric_radii, growth, log_log_slope};
pub use membership::{FittingCore, GroupStatus, Invertibility, Obstruction};
pub use polar::{NumericRank, PolarFactors};
pub use region::{Ball, Cuboid, Region};
pub use rounding::Interval;
pub use stage::bottleneck;
pub use statistical::StatisticalBound;
