//! Orbits of learned features: under the group exactly, and as the network itself moves them.
//!
//! The feature of a unit φᵢ is its mean gradient wᵢ = E ∇φᵢ(x·g) over rows and all motions, with respect to the input: for a first layer a
//! multiple of its row of weights, for a later one the gradient of the whole map up to it, not a product of weights. Moving
//! the input by g moves the feature: φᵢ(x·g) has the mean gradient wᵢ·g⁻¹, a point of the **exact orbit** wᵢ·G, which has
//! |G|/|S| points, S the stabilizer ([`crate::filtration`] at a tolerance; what is then in S up to that tolerance fixes the
//! mean of the feature over S exactly, and it is the orbit of this mean that is listed).
//!
//! What the *network* can make of a moved input is another thing. Its codes of moved data are, nearly, an affine function of
//! its codes of the data: φ(x·g) ≈ A_g φ(x) + c_g, by least squares over rows (each moved by a random
//! element first, so that no row is more usual than its images). A_g is the *shadow* that g induces on the
//! codes, and Σⱼ (A_g)ᵢⱼ wⱼ the point that it moves the feature to: the **approximate orbit**. For an equivariant layer A_g
//! is its action and the two orbits are one. For any other layer the distance says how far the features are from being
//! closed under the group. The two are compared point by point by an optimal assignment ([`crate::assignment`]) with its mean
//! distance, and as sets by the Hausdorff distance, relative to the norm of the feature.
//!
//! Beside every number stands the same of a **null**: the same network with its input turned about the mean of the data by a
//! random orthogonal matrix, which keeps all that the layers are but what they have to do with the group.

mod features;
mod induced;
mod matching;
mod results;
#[cfg(test)]
mod tests;
mod types;

pub use features::feature_orbits;
pub use matching::{OrbitMatch, match_orbits};
pub use results::{
    AgainstNull, FeatureOrbit, LayerOrbits, NetworkOrbits, OrbitGraphs, OrbitOptions, RefusedUnit,
};
pub use types::{OrbitType, OrbitTypes, orbit_types};

use induced::{Induced, Probe};
