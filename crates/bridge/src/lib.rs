//! What relates networks to groups: shadow fits, approximate stabilizers, orbit graphs, the claims and
//! their verdicts.

pub mod alignment;
pub mod assignment;
pub mod audit;
pub mod claim;
pub mod claims;
pub mod depth;
mod error;
pub mod feature_action;
pub mod figure;
pub mod filtration;
pub mod finite;
pub mod first_features;
pub mod gauge;
pub mod graph;
pub mod isotropy;
pub mod neighbours;
pub mod orbits;
pub mod report;
pub mod shadow;
pub mod statistics;
pub mod study;
pub mod sweep;
pub mod symmetry;
pub mod volume;
pub mod weight_space;

pub use error::BridgeError;
