//! How fast the volume of near-solutions shrinks: the learning coefficient λ of a loss and its multiplicity m.
//!
//! For an analytic loss K ≥ 0 on a box with K = 0 somewhere, the share of the box with K < t is
//!
//! ```text
//! V(t) ≈ c t^λ (−ln t)^(m−1)      as t → 0
//! ```
//!
//! (Watanabe, *Algebraic Geometry and Statistical Learning Theory*, 2009). λ is half the codimension of the zero set
//! where that is smooth, and smaller where it is not. Estimators that look at one temperature cannot tell λ from
//! λ − (m−1)/ln n; here V is followed over as many decades as the arithmetic of the loss allows, by nested sampling
//! ([`follow`]), and λ and m are read from the whole curve ([`LearningCoefficient`]).
//!
//! *Nested sampling* (Skilling 2006): N points are drawn uniformly from {K < t}; the one with the largest loss is
//! taken away, its loss is the new t, and it is replaced by a fresh draw. Each step shrinks the volume by a factor that
//! is distributed as the largest of N uniform numbers, whatever K is. So in the variable s = −ln K the points that are
//! taken away form a Poisson process of intensity
//!
//! ```text
//! N · d(−ln V)/ds = N (λ − (m−1)/(s + a)),
//! ```
//!
//! where a stands for the next term of the expansion of V (for w₁²w₂² on the unit box, V is exactly of this form, with
//! a = 1/λ). λ and a are fitted by maximum likelihood for each m; nothing is binned.
//!
//! ```
//! use bridge::volume::{LearningCoefficient, MonomialLoss, NestedOptions, follow};
//! let loss = MonomialLoss::new(&[2, 4])?; // w₁² w₂⁴
//! let sample = follow(&loss, &NestedOptions { live: 250, runs: 2, ..NestedOptions::default() })?;
//! let found = LearningCoefficient::of(&sample)?;
//! assert_eq!(found.multiplicity, 1);
//! assert!((found.lambda - 0.25).abs() < 0.05); // 1/4
//! # Ok::<(), bridge::BridgeError>(())
//! ```

mod coefficient;
mod group;
mod loss;
mod nested;
mod network;
mod rotations;
mod walk;

pub use coefficient::{LearningCoefficient, MultiplicityFit};
pub use group::{GroupVolume, Moved, Scale};
pub use loss::{BoxLoss, MonomialLoss, PolynomialLoss, ReducedRankLoss};
pub use nested::{NestedOptions, NestedSample, follow};
pub use network::NetworkLoss;
pub use rotations::{random_rotation, rotation_volume, spin_two};
