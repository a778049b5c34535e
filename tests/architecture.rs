//! The direction of dependencies: groups and nets know nothing of each other, bridge uses both.

#![allow(
    clippy::unwrap_used,
    reason = "the tests read the manifests of their own workspace"
)]

use std::collections::BTreeSet;
use std::path::Path;

/// The workspace members that a manifest depends on, outside its dev-dependencies.
fn members_used_by(manifest: &str) -> BTreeSet<&'static str> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(manifest);
    let text = std::fs::read_to_string(&path).unwrap();
    let section = text
        .split("\n[")
        .find(|s| s.starts_with("dependencies]"))
        .unwrap_or_default();
    let uses = |name: &str| {
        section
            .lines()
            .any(|l| l.starts_with(&format!("{name}.")) || l.starts_with(&format!("{name} ")))
    };
    ["groups", "nets", "bridge"]
        .into_iter()
        .filter(|name| uses(name))
        .collect()
}

#[test]
fn dependencies_point_one_way() {
    assert_eq!(members_used_by("crates/groups/Cargo.toml"), BTreeSet::new());
    assert_eq!(members_used_by("crates/nets/Cargo.toml"), BTreeSet::new());
    assert_eq!(
        members_used_by("crates/bridge/Cargo.toml"),
        BTreeSet::from(["groups", "nets"])
    );
    assert_eq!(
        members_used_by("Cargo.toml"),
        BTreeSet::from(["groups", "nets", "bridge"])
    );
}

#[test]
fn there_is_no_room_for_everything() {
    let crates = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("crates")).unwrap();
    for entry in crates {
        let name = entry.unwrap().file_name();
        assert!(
            !["common", "utils", "core", "util"].contains(&name.to_str().unwrap()),
            "{name:?}"
        );
    }
}
