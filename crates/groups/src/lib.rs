//! Exact group theory: permutation groups, matrix groups, Lie algebras, actions, orbits and stabilizers.
//!
//! No floating point decides anything here.

mod error;
pub mod lie;
pub mod linear;
pub mod polynomial;
pub mod scalar;

pub use error::GroupError;
