//! What is known of a group's structure, kept with the group once computed.

use std::sync::OnceLock;

use crate::perm_group::PermGroup;

/// Results that several questions share.
#[derive(Default)]
pub(crate) struct StructureCache {
    /// The derived subgroup; `None` inside if it is the whole group, which must not own itself.
    pub(crate) derived: OnceLock<Option<PermGroup>>,
    pub(crate) is_solvable: OnceLock<bool>,
}
