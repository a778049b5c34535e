#![doc = include_str!("../../../../docs/group-grammar.md")]
//!
//! # In Rust
//! ```
//! use groups::catalog::parse_group;
//! for (text, order) in [("S3 wr S2", 72u32), ("S3 x S4", 144), ("M11", 7920), ("small:96,70", 96)] {
//!     assert_eq!(parse_group(text)?.order(), order.into());
//! }
//! let message = parse_group("S5 y S3").unwrap_err().to_string();
//! assert!(message.starts_with("column 4: expected"));
//! # Ok::<(), groups::GroupError>(())
//! ```

mod cursor;
pub(crate) mod cycles;
mod families;
mod larger;
mod names;
mod parser;
mod puzzles;
mod sporadic;
mod tables;
mod weyl;

pub use families::{cyclic, dihedral, elementary_abelian, hyperoctahedral, quaternion};
pub(crate) use larger::{LargerGroup, larger_groups_of_order};
pub use parser::parse_group;
pub(crate) use tables::small_groups_of_order;
pub use tables::{small_group, transitive_group};
pub use weyl::weyl_group;
