//! Backtrack search over ordered partitions.
//!
//! [`graph`] finds the automorphism group and a canonical form of a coloured graph.

mod adjacency;
pub mod graph;
mod partition;
mod refine;
mod strong;
mod union_find;

pub use graph::{CanonicalForm, ColoredGraph, GraphAutomorphisms};
