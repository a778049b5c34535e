//! Finite groups that act on finite sets, named in words, and what is exactly true of them: orbits, searches, walks,
//! tuples, weight spaces and necklaces.
//!
//! ```
//! use bridge::finite::{FiniteAction, orbits};
//! let squares = FiniteAction::parse("D4grid3", "2-colourings of the 3x3 grid")?;
//! assert_eq!(orbits::burnside(&squares)?.orbits, 102u32.into());
//! # Ok::<(), bridge::BridgeError>(())
//! ```

mod action;
mod named;
pub mod necklaces;
pub mod orbits;
pub mod search;
pub mod tuples;
pub mod walk;
mod walk_text;
pub mod weights;
mod words;

pub use action::{FiniteAction, Points};
pub use named::named_group;
