//! The one error type of this crate: variants carry facts, messages say what was got and what was expected.

/// What can go wrong in this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GroupError {}
