//! Data sets: rows of f32 with what is known about where they come from, and their readers.

mod csv;
mod dataset;
mod digits;
mod figures;
mod idx;
pub(crate) mod npy;
mod patches;
mod png;
mod source;
mod split;
mod tensor;

pub use dataset::Dataset;
pub use figures::{Figure, Pose};
pub use idx::read_idx_labels;
pub use npy::{Array, read_npy, write_npy};
pub use source::{DataSource, PatchSource};
