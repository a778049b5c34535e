//! What is known of a group's structure, kept with the group once computed.

use std::sync::{Arc, OnceLock};

use crate::conjugacy::{ConjugacyClasses, Invariants};
use crate::perm_group::PermGroup;
use crate::shape::Shape;

/// Results that several questions share.
#[derive(Default)]
pub(crate) struct StructureCache {
    /// The derived subgroup; `None` inside if it is the whole group, which must not own itself.
    pub(crate) derived: OnceLock<Option<PermGroup>>,
    pub(crate) classes: OnceLock<Arc<ConjugacyClasses>>,
    pub(crate) shape: OnceLock<Shape>,
    pub(crate) is_solvable: OnceLock<bool>,
    pub(crate) invariants: OnceLock<Arc<Invariants>>,
}
