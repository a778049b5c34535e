//! Sweeps of `shadow verify`, and `shadow merge`: shards, stops, bad input; and the report of a run.

#![allow(
    clippy::unwrap_used,
    reason = "the tests run the built command and read what it wrote"
)]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn shadow(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_shadow"))
        .args(arguments)
        .output()
        .unwrap()
}

/// The claims that an exhaustive run of the tests checks: a cheap one about groups, with few samples.
const EXHAUSTIVE: [&str; 9] = [
    "verify",
    "C09",
    "--param",
    "samples=500",
    "--level",
    "exhaustive",
    "--max-order=12",
    "--max-degree=4",
    "--out",
];

fn exhaustive(folder: &Path, more: &[&str]) -> Output {
    shadow(&[&EXHAUSTIVE[..], &[folder.to_str().unwrap()], more].concat())
}

fn files(folder: &Path) -> (String, String) {
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    (read("journal.jsonl"), read("summary.json"))
}

#[test]
fn shards_merge_into_the_whole_and_a_stopped_run_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let [whole, stopped, one, two, merged] =
        ["whole", "stopped", "one", "two", "merged"].map(|name| folder.path().join(name));
    let output = exhaustive(&whole, &["--json", "--threads", "1"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let ledger: Value = serde_json::from_slice(&output.stdout).unwrap();
    // 24 groups of order up to 12, 8 transitive groups of degree 2 to 4.
    assert_eq!(
        (&ledger["sweep"]["items"], &ledger["sweep"]["holds"]),
        (&32.into(), &32.into())
    );
    assert_eq!(ledger["claims"][0]["verdict"], "holds");

    // Stopped after ten items, in the middle of a line.
    std::fs::create_dir_all(&stopped).unwrap();
    let journal = files(&whole).0;
    let end = journal.match_indices('\n').nth(10).unwrap().0;
    std::fs::write(stopped.join("journal.jsonl"), &journal[..end + 9]).unwrap();
    assert_eq!(exhaustive(&stopped, &["--threads", "2"]).status.code(), Some(0));
    assert_eq!(files(&stopped), files(&whole));

    assert_eq!(exhaustive(&one, &["--shard", "1/2"]).status.code(), Some(0));
    let merge = |folders: &[&Path]| {
        let folders: Vec<&str> = folders.iter().map(|folder| folder.to_str().unwrap()).collect();
        shadow(
            &[
                &["merge"],
                folders.as_slice(),
                &["--out", merged.to_str().unwrap()],
            ]
            .concat(),
        )
    };
    // Half of it is missing.
    assert_eq!(merge(&[&one]).status.code(), Some(1));
    assert_eq!(exhaustive(&two, &["--shard", "2/2"]).status.code(), Some(0));
    for parts in [[&two, &one], [&two, &merged]] {
        let output = merge(&[parts[0], parts[1]]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert!(String::from_utf8_lossy(&output.stdout).contains("32 of 32 items checked: 32 hold"));
        assert_eq!(files(&merged), files(&whole));
    }
}

#[test]
fn seeds_are_swept_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let arguments = ["verify", "C12", "C12L", "--seeds", "3..7", "--out", out, "--json"];
    let output = shadow(&arguments);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&summary["items"], &summary["as_expected"]),
        (&10.into(), &10.into())
    );
    let verdicts = |id: &str| summary["claims"][id]["verdicts"].clone();
    assert_eq!(verdicts("depth-complexity-ktuples")["holds"], 5);
    assert_eq!(verdicts("depth-complexity-ktuples-loose")["fails"], 5);
    // Nothing is left to do.
    assert_eq!(shadow(&arguments).stdout, output.stdout);
}

#[test]
fn bad_sweeps_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("sweep");
    let out = out.to_str().unwrap();
    let refused = |arguments: &[&str], says: &[&str]| {
        let output = shadow(arguments);
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert_eq!(message.trim_end().lines().count(), 1, "{message}");
        assert!(says.iter().all(|text| message.contains(text)), "{message}");
    };
    refused(&["verify", "--seeds", "1..5"], &["--out"]);
    refused(
        &["verify", "C12", "--seeds", "5..1", "--out", out],
        &["`seeds` is 5..1"],
    );
    refused(
        &["verify", "C12", "--seeds", "many", "--out", out],
        &["--seeds 'many'", "FIRST..LAST"],
    );
    refused(&["verify", "C09", "--level", "exhaustive"], &["--out DIR"]);
    refused(&["verify", "C12", "--out", out], &["--out", "--seeds"]);
    refused(
        &["verify", "C12", "--shard", "1/2", "--out", out],
        &["--shard", "--seeds"],
    );
    let exhaustive = ["verify", "C09", "--level", "exhaustive", "--out", out];
    refused(
        &[&exhaustive[..], &["--shard", "3/2"]].concat(),
        &["`shard` is 3/2", "I/N"],
    );
    refused(
        &[&exhaustive[..], &["--max-order", "101"]].concat(),
        &["`max-order` is 101", "1 to 100"],
    );
    refused(
        &[&exhaustive[..], &["--max-degree", "9"]].concat(),
        &["`max-degree` is 9"],
    );
    refused(&["merge", out, "--out", out], &["journal.jsonl"]);
    refused(&["merge", "--out", out], &["<DIR>"]);
    // The journal of another sweep.
    let seeds = ["verify", "C12", "--seeds", "1..2", "--out", out];
    assert_eq!(shadow(&seeds).status.code(), Some(0));
    refused(
        &["verify", "C12", "--seeds", "1..3", "--out", out],
        &["another run", "take another folder"],
    );
}

#[test]
fn the_report_shows_every_claim_with_a_picture_and_needs_no_network() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("report.html");
    let claims = [
        "C01", "C08", "C09", "C09L", "C10", "C11", "C12", "C15", "C19", "C21", "C32", "C37",
    ];
    let options = ["--report", page.to_str().unwrap()];
    let output = shadow(&[&["verify"], &claims[..], &options].concat());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let page = std::fs::read_to_string(page).unwrap();
    for id in claims {
        let about = bridge::claims::find(id).unwrap().about();
        let start = page.find(&format!("<section id=\"{}\">", about.id)).unwrap();
        let end = page[start..].find("</section>").unwrap();
        let section = &page[start..start + end];
        assert!(
            section.contains("<svg") && section.contains("Negative control"),
            "{id}"
        );
    }
    assert!(
        !page.contains("http://") || !page.contains("src=\"http"),
        "nothing is loaded"
    );
    assert!(page.contains("12 of 12"));
}
