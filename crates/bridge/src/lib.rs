//! What relates networks to groups: shadow fits, approximate stabilizers, orbit graphs, the claims and their verdicts.

mod error;

pub use error::BridgeError;
