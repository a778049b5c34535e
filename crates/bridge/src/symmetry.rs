//! Symmetries of a trained map: which transformations of its inputs it does not notice, or answers by one of its outputs.

pub mod continuous;
pub mod discrete;
pub mod equivariance;
