//! Shadow fits: the affine maps that a network imitates near a point, with bounds that are certified.
//!
//! A trained layer is no group element, but near a point x₀ it is close to one: its *shadow*, an affine map, is an
//! element of Aff(n) wherever the linear part is invertible (Paul, Venkatasubramanian, *Why does Deep Learning work? A
//! perspective from Group Theory*, arXiv 1412.6621). This module fits the shadow of a network on a ball
//! ([`AffineFitter`]), bounds its error over the whole ball ([`Enclosure`]), says which group it belongs to
//! ([`GroupStatus`], [`PolarFactors`]), how the error grows with the radius ([`growth()`]) and how far fits are from being
//! closed under composition ([`closure_defect`]). For maps of ℝⁿ into itself, the [`ladder()`] finds the nearest element of
//! each group from the permutations to Aff(n) and the smallest group that explains the map; [`generated_group`] is the
//! group that several such elements generate.
//!
//! Two kinds of evidence are kept apart: a *certified* bound holds for every point of the ball, by outward-rounded
//! arithmetic; a *statistical* one holds for a random point, at a stated confidence ([`StatisticalBound`]).

mod activation;
mod affine;
mod bound;
mod closure;
mod element;
mod evaluation;
mod fit;
mod generated;
mod growth;
mod ladder;
mod logarithm;
mod membership;
mod polar;
mod region;
mod relaxation;
pub mod rounding;
pub mod spectral;
mod stage;
mod statistical;
mod taylor;
pub mod unit;

pub use affine::AffineMap;
pub use bound::{CertifiedSup, Enclosure, Kink, QUADRATIC_LIMIT, curvature_constants};
pub use closure::{Closure, ClosureDefect, closure_defect};
pub use element::{GroupElement, Nearest, Rung, nearest_element, nearest_permutation};
pub use fit::{AffineFitter, AffineShadow, FitOptions, Residual, ShadowFit};
pub use generated::{GeneratedGroup, GeneratedOptions, LieClosure, generated_group, lie_closure};
pub use growth::{Growth, GrowthPoint, LogLogSlope, geometric_radii, growth, log_log_slope};
pub use ladder::{Base, Explanation, Ladder, LadderOptions, RefusedRung, RungFit, ladder, ladder_on_data};
pub use logarithm::{Logarithm, NoLogarithm, log_linear, log_orthogonal};
pub use membership::{FittingCore, GroupStatus, Invertibility, Obstruction};
pub use polar::{NumericRank, PolarFactors};
pub use region::{Ball, Cuboid, Region};
pub use rounding::Interval;
pub use stage::bottleneck;
pub use statistical::StatisticalBound;
