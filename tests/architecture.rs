//! The building: groups and nets know nothing of each other, bridge uses both, and the book is complete.

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

/// The pages under `docs/`, by their paths from there.
fn pages() -> BTreeSet<String> {
    fn gather(folder: &Path, prefix: &str, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
            if entry.file_type().unwrap().is_dir() {
                gather(&entry.path(), &format!("{name}/"), found);
            } else if name.ends_with(".md") {
                found.insert(name);
            }
        }
    }
    let mut found = BTreeSet::new();
    gather(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("docs"),
        "",
        &mut found,
    );
    found
}

/// Where the links of a page lead, within the project.
fn links(page: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(page).unwrap();
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let local = targets.filter(|target| !target.contains("://") && !target.starts_with('#'));
    local
        .map(|target| target.split('#').next().unwrap().to_owned())
        .collect()
}

#[test]
fn every_page_is_in_the_book_and_every_link_leads_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let contents = links(&root.join("docs/SUMMARY.md"));
    for page in pages() {
        assert!(
            page == "SUMMARY.md" || contents.contains(&page),
            "docs/{page} is not in docs/SUMMARY.md"
        );
        let page = root.join("docs").join(page);
        for target in links(&page) {
            let path = page.parent().unwrap().join(&target);
            assert!(path.exists(), "{}: {target} is nowhere", page.display());
        }
    }
    for target in links(&root.join("README.md")) {
        assert!(root.join(&target).exists(), "README.md: {target} is nowhere");
    }
}
