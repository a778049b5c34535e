//! Data sets: rows of f32 with what is known about where they come from.

mod dataset;

pub use dataset::Dataset;
