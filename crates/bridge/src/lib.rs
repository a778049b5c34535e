//! What relates networks to groups: shadow fits, approximate stabilizers, orbit graphs, the claims and their verdicts.

mod error;
pub mod shadow;

pub use error::BridgeError;
