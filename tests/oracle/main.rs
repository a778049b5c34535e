//! The libraries against tables that were computed independently (`data/oracle/`, see `data/LICENSES.md`).
//!
//! `tests/analyze.rs` compares every field of the tables of permutation groups through the command; here answers are also
//! looked at: subgroups lie in their groups, stabilizers keep, normal subgroups are normal, tangents annihilate.

#![allow(clippy::unwrap_used, reason = "a table that cannot be read is a failed test")]

mod claims_lie;
mod composition;
mod conjugacy;
mod lie;
mod search;
mod subgroups;
mod table;
