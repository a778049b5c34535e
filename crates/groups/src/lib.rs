//! Exact group theory: permutation groups, matrix groups, Lie algebras, actions, orbits and stabilizers.
//!
//! No floating point decides anything here.

mod error;

pub use error::GroupError;
