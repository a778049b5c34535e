//! What relates networks to groups: shadow fits, approximate stabilizers, orbit graphs, the claims and
//! their verdicts.

pub mod claim;
pub mod claims;
mod error;
pub mod feature_action;
pub mod filtration;
pub mod graph;
pub mod shadow;
pub mod statistics;

pub use error::BridgeError;
