//! Networks, data and layer-wise pretraining. Knows nothing of groups.

mod error;

pub use error::NetError;
