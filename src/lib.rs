#![doc = include_str!("../README.md")]

pub use bridge;
pub use groups;
pub use nets;
