//! `shadow first-features` as a user meets it. The experiment itself is tested, tiny, in the library.

#![allow(
    clippy::unwrap_used,
    reason = "the tests run the built command and read what it wrote"
)]

use std::path::Path;
use std::process::{Command, Output};

fn shadow(arguments: &[&str], out: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_shadow"))
        .arg("first-features")
        .args(arguments)
        .args(["--out", out.to_str().unwrap()])
        .output()
        .unwrap()
}

/// Refused: status 2, one line that contains every one of `says`.
fn refused(arguments: &[&str], out: &Path, says: &[&str]) {
    let output = shadow(arguments, out);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {error}");
    assert_eq!(error.lines().count(), 1, "{arguments:?}: {error}");
    for part in says {
        assert!(
            error.contains(part),
            "{arguments:?}: {error} should contain {part}"
        );
    }
}

#[test]
fn bad_input_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    refused(
        &["--measure", "gl2"],
        &out,
        &["gl2", "no invariant probability", "gl2:0.6,1.3"],
    );
    refused(&["--measure", "se2"], &out, &["no invariant probability"]);
    refused(&["--measure", "so3"], &out, &["so3", "so2:DEGREES"]);
    refused(&["--measure", "so2", "--measure", "so2"], &out, &["twice"]);
    refused(&["--quick", "--full"], &out, &["--full"]);
    refused(&["--images", "/nowhere", "--measure", "so2"], &out, &["/nowhere"]);
    let lost = folder.path().join("lost");
    refused(&["--measure", "se2:9"], &lost, &["norm", "measure"]);
    // The journal of that run is in the way, and of another seed.
    refused(&["--measure", "se2:9"], &lost, &["--resume"]);
    refused(
        &["--measure", "se2:9", "--seed", "2", "--resume"],
        &lost,
        &["same seed and options"],
    );
}
