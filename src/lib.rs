//! The group theory of deep learning, computable.

pub use bridge;
pub use groups;
pub use nets;
