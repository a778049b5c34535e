//! Networks, data and layer-wise pretraining. Knows nothing of groups.

mod activation;
mod autoencoder;
mod data;
mod error;
mod layer;
mod network;
mod stack;

pub use activation::Activation;
pub use autoencoder::Autoencoder;
pub use data::Dataset;
pub use error::NetError;
pub use layer::{Dense, Layer};
pub use network::Network;
pub use stack::{EpochError, Stack};
