//! Backtrack search over ordered partitions.
//!
//! [`graph`] finds the automorphism group and a canonical form of a coloured graph. Inside a given group, methods of
//! [`PermGroup`](crate::PermGroup) find stabilizers and transporters: of sets
//! ([`set_stabilizer`](crate::PermGroup::set_stabilizer)), colourings
//! ([`colouring_stabilizer`](crate::PermGroup::colouring_stabilizer)), ordered and unordered partitions
//! ([`partition_stabilizer`](crate::PermGroup::partition_stabilizer)); the
//! [`intersection`](crate::PermGroup::intersection) with another group; and the
//! [smallest image](crate::PermGroup::smallest_set_image) of a set, and with it
//! [representatives](crate::PermGroup::set_orbit_representatives) of all orbits on sets of one size.

mod adjacency;
mod cells;
pub mod graph;
mod orbit_refiner;
mod partition;
mod products;
mod rbase;
mod refine;
mod relation;
mod search;
mod set_orbits;
mod smallest_image;
mod strong;
#[cfg(test)]
mod tests;
mod transport;
mod union_find;

pub use graph::{CanonicalForm, ColoredGraph, GraphAutomorphisms};
pub(crate) use strong::StrongGenerators;
