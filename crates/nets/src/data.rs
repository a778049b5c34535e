//! Data sets: rows of f32 with what is known about where they come from, and their readers.

mod dataset;
mod digits;
mod idx;
pub(crate) mod npy;
mod patches;
mod png;
mod split;

pub use dataset::Dataset;
pub use idx::read_idx_labels;
pub use npy::{Array, read_npy, write_npy};
