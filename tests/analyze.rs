//! `shadow group analyze` against tables of GAP's answers, and with tables that are wrong.

#![allow(
    clippy::unwrap_used,
    reason = "the tests run the built command and read their own files"
)]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Map, Value, json};

fn analyze(folder: &Path, table: &Value, options: &[&str]) -> (Output, Value) {
    let (batch, out) = (folder.join("batch.json"), folder.join("out.json"));
    std::fs::write(&batch, table.to_string()).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_shadow"))
        .args(["group", "analyze", "--batch"])
        .arg(&batch)
        .arg("--json")
        .arg(&out)
        .args(options)
        .output()
        .unwrap();
    let answers =
        std::fs::read_to_string(&out).map_or(Value::Null, |text| serde_json::from_str(&text).unwrap());
    (output, answers)
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn table(name: &str) -> Vec<Value> {
    let path = format!("{}/data/oracle/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Keys inside a field that ask, all others answer.
const INPUTS: [&str; 6] = [
    "set",
    "tuple",
    "coloring",
    "parts",
    "element",
    "subgroup_generators",
];

/// The questions of a row, with every answer blanked out.
fn questions(row: &Value) -> Value {
    let blank = |(key, value): (&String, &Value)| {
        let value = match (key.as_str(), value) {
            ("name" | "degree" | "generators" | "members" | "nonmembers", value) => value.clone(),
            (_, Value::Object(inner)) => inner
                .iter()
                .map(|(key, value)| match INPUTS.contains(&key.as_str()) {
                    true => (key.clone(), value.clone()),
                    false => (key.clone(), Value::Null),
                })
                .collect(),
            _ => Value::Null,
        };
        (key.clone(), value)
    };
    row.as_object()
        .unwrap()
        .iter()
        .map(blank)
        .collect::<Map<_, _>>()
        .into()
}

/// What the table expects, in a form that does not depend on an order that means nothing.
fn normal(key: &str, value: &Value) -> Value {
    match (key, value) {
        ("members", Value::Array(list)) if list.iter().all(Value::is_array) => {
            list.iter().map(|_| true).collect()
        }
        ("nonmembers", Value::Array(list)) if list.iter().all(Value::is_array) => {
            list.iter().map(|_| false).collect()
        }
        ("composition_factors" | "blocks" | "minimal_blocks", Value::Array(list)) => {
            let mut list: Vec<String> = list.iter().map(Value::to_string).collect();
            list.sort();
            json!(list)
        }
        _ => value.clone(),
    }
}

/// Answers a whole table and compares.
fn agree(name: &str, at_least: usize) {
    let rows = table(name);
    let folder = tempfile::tempdir().unwrap();
    let asked: Value = rows.iter().map(questions).collect();
    let (output, answers) = analyze(folder.path(), &asked, &[]);
    assert!(output.status.success(), "{}", stderr(&output));
    let notes = [
        "name",
        "degree",
        "generators",
        "complete",
        "skipped_fields",
        "note",
        "base_and_strong",
    ];
    let (mut compared, mut wrong) = (0, Vec::new());
    for (row, answer) in rows.iter().zip(answers.as_array().unwrap()) {
        for (key, expected) in row.as_object().unwrap() {
            if notes.contains(&key.as_str()) {
                continue;
            }
            let got = &answer[key];
            compared += 1;
            if normal(key, got) != normal(key, expected) {
                wrong.push(format!("{} {key}: {got}, expected {expected}", row["name"]));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {compared}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(compared >= at_least, "only {compared} answers were compared");
}

#[test]
fn every_field_of_the_table_agrees() {
    agree("groups.json", 7746);
}

#[test]
fn every_field_of_the_second_table_agrees() {
    agree("more_groups.json", 5500);
}

fn s3() -> Value {
    json!({"name": "S3", "degree": 3, "generators": [[1, 2, 0], [1, 0, 2]], "order": null, "is_abelian": null})
}

#[test]
fn bad_entries_are_named_and_the_others_answered() {
    let folder = tempfile::tempdir().unwrap();
    let with = |key: &str, value: Value| {
        let mut entry = s3();
        entry[key] = value;
        entry
    };
    let asked = json!([
        s3(),
        with("generators", json!([[1, 2, 0], [1, 1, 2]])),
        with("generators", json!([[1, 2, 0, 3]])),
        with("degree", json!("three")),
        7,
        with("set_stabilizer", json!({"set": [0, 5]})),
        with("normalizer", json!({"subgroup_generators": [[0, 1]]})),
        with("tuple_stabilizer", json!({})),
        with("colour", json!(1)),
        s3(),
    ]);
    let (output, answers) = analyze(folder.path(), &asked, &[]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stderr(&output).lines().count(), 1);
    for words in [
        "4 of 10 rows",
        "entry 1 (S3)",
        "entry 2 (S3)",
        "entry 3 (S3)",
        "entry 4 (without a name)",
    ] {
        assert!(stderr(&output).contains(words), "{words}: {}", stderr(&output));
    }
    assert!(answers[1]["error"].as_str().unwrap().contains("same image 1"));
    assert_eq!(answers[1].get("order"), None);
    for index in [0, 5, 6, 7, 8, 9] {
        assert_eq!(answers[index]["order"], "6", "{index}");
    }
    assert!(
        answers[5]["set_stabilizer"]["error"]
            .as_str()
            .unwrap()
            .contains("point 5")
    );
    assert!(
        answers[6]["normalizer"]["error"]
            .as_str()
            .unwrap()
            .contains("degree 2")
    );
    assert!(
        answers[7]["tuple_stabilizer"]["error"]
            .as_str()
            .unwrap()
            .contains("`tuple`")
    );
    assert_eq!(answers[8]["colour"], json!({"error": "no such field"}));
}

/// To find all 214,871 subgroups of M12 takes longer in a test build.
#[test]
fn a_time_limit_loses_only_what_ran_into_it() {
    let folder = tempfile::tempdir().unwrap();
    let m12 = json!([
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 11],
        [0, 1, 6, 9, 5, 3, 10, 2, 8, 4, 7, 11],
        [11, 10, 5, 7, 8, 2, 9, 3, 4, 6, 1, 0]
    ]);
    let asked = json!([
        {"name": "M12", "degree": 12, "generators": m12, "order": null, "n_subgroups": null, "orbit_sizes": null},
        s3(),
    ]);
    let (output, answers) = analyze(folder.path(), &asked, &["--time-limit", "2.5"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(answers[0]["n_subgroups"], json!({"error": "time limit"}));
    assert_eq!(
        (&answers[0]["order"], &answers[0]["orbit_sizes"]),
        (&json!("95040"), &json!([12]))
    );
    assert_eq!(answers[1]["order"], "6");
}

#[test]
fn answers_do_not_depend_on_the_number_of_jobs_nor_on_answers_in_the_table() {
    let folder = tempfile::tempdir().unwrap();
    let rows: Value = table("groups.json").into_iter().take(20).collect();
    let fields = ["--fields", "order,class_sizes,centralizer", "--jobs"];
    let run = |table: &Value, jobs: &str| {
        let (output, answers) = analyze(folder.path(), table, &[&fields[..], &[jobs]].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        answers.to_string()
    };
    let one = run(&rows, "1");
    assert_eq!(one, run(&rows, "2"));
    let blanked: Value = rows.as_array().unwrap().iter().map(questions).collect();
    assert_eq!(one, run(&blanked, "2"));
    assert!(!one.contains("is_abelian"));
}

#[test]
fn what_cannot_be_done_at_all_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |table: &Value, options: &[&str], words: &str| {
        let (output, answers) = analyze(folder.path(), table, options);
        assert_eq!(output.status.code(), Some(2));
        assert!(answers.is_null());
        assert_eq!(stderr(&output).lines().count(), 1, "{}", stderr(&output));
        assert!(stderr(&output).contains(words), "{words}: {}", stderr(&output));
    };
    let good = json!([s3()]);
    refused(&good, &["--fields", "order,ordr"], "'ordr' is no field");
    refused(&good, &["--time-limit", "0"], "positive number of seconds");
    refused(&good, &["--time-limit", "inf"], "positive number of seconds");
    refused(&good, &["--jobs", "0"], "--jobs");
    refused(&json!({"name": "no list"}), &[], "expected a list of objects");
    let nowhere = Command::new(env!("CARGO_BIN_EXE_shadow"))
        .args([
            "group",
            "analyze",
            "--batch",
            "/no/such/file",
            "--json",
            "/no/such/out",
        ])
        .output()
        .unwrap();
    assert_eq!(nowhere.status.code(), Some(2));
    assert!(stderr(&nowhere).contains("/no/such/file"));
}
