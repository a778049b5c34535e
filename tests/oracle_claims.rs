//! `shadow verify --batch` against the table of claims that was computed independently (`data/oracle/claims.json`, see
//! `data/LICENSES.md`), its answers blanked from the input.

#![allow(
    clippy::unwrap_used,
    reason = "the tests run the built command and read their own files"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

fn table() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/oracle/claims.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn verify(table: &Value, options: &[&str]) -> (Output, String) {
    let folder = tempfile::tempdir().unwrap();
    let (batch, out) = (folder.path().join("batch.json"), folder.path().join("out.json"));
    std::fs::write(&batch, table.to_string()).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_shadow"))
        .args(["verify", "--batch"])
        .arg(&batch)
        .arg("--json")
        .arg(&out)
        .args(options)
        .env("RAYON_NUM_THREADS", if options.is_empty() { "2" } else { "1" })
        .output()
        .unwrap();
    let written = std::fs::read_to_string(&out).unwrap_or_default();
    (output, written)
}

/// The table without its answers.
fn blanked(table: &Value) -> Value {
    let mut table = table.clone();
    for entry in table["entries"].as_array_mut().unwrap() {
        entry["value"] = Value::Null;
        entry.as_object_mut().unwrap().remove("how");
    }
    table
}

/// How far a float may be from the table, relative to max(1, |value|), and absolutely: for values that the table states
/// with few digits, by a coarse rule, or with a standard error.
fn tolerance(entry: &Value, path: &str) -> (f64, f64) {
    let claim = entry["claim"].as_str().unwrap();
    let last = path.rsplit('/').next().unwrap();
    match (claim, last) {
        // Monte Carlo: four standard errors of theirs.
        ("eps-stabilizer-volume", "volume_over_leading_term") => {
            (0.0, 4.0 * entry["value"]["se"].as_f64().unwrap())
        }
        // Our own error takes the place of theirs.
        ("eps-stabilizer-volume", "se") => (0.0, 1e-3),
        ("cayley-walk-mixing", "second_largest_abs_eigenvalue") => (0.0, 1.1e-12),
        // Three decimals.
        ("shadow-affine-error", _) if path.contains("orders") => (0.0, 1.1e-3),
        ("shadow-closure-defect", "order_intercept" | "order_slope") => (0.0, 1.1e-3),
        // 60 Gauss nodes across the kink, as the table says.
        ("shadow-affine-error", "ls_intercept" | "ls_slope" | "ls_rms")
            if entry["params"]["activation"] == "relu" =>
        {
            (0.0, 1e-4)
        }
        // The sup over 20001 points, and a one-dimensional search.
        ("shadow-affine-error", "taylor_sup" | "minimax_sup") => (0.0, 2e-9),
        ("shadow-closure-defect", _) => (1e-9, 1e-15),
        _ => (1e-9, 1e-14),
    }
}

/// Everything that the table states is in our value: the same keys, exact values equal, floats within the tolerance.
fn compare(entry: &Value, expected: &Value, found: &Value, path: &str, differences: &mut Vec<String>) {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            for (key, value) in expected {
                let path = format!("{path}/{key}");
                match found.get(key) {
                    Some(found) => compare(entry, value, found, &path, differences),
                    None => differences.push(format!("{path} is missing")),
                }
            }
            // Distances after more steps than the table has are no difference.
            let more = |key: &&String| !expected.contains_key(*key) && !path.ends_with("TV_distance");
            differences.extend(
                found
                    .keys()
                    .filter(more)
                    .map(|key| format!("{path}/{key} is not in the table")),
            );
        }
        (Value::Array(expected), Value::Array(found)) if expected.len() == found.len() => {
            for (i, (expected, found)) in expected.iter().zip(found).enumerate() {
                compare(entry, expected, found, &format!("{path}/{i}"), differences);
            }
        }
        (Value::Number(expected), Value::Number(found)) if expected.is_f64() || found.is_f64() => {
            let (expected, found) = (expected.as_f64().unwrap(), found.as_f64().unwrap());
            let (relative, absolute) = tolerance(entry, path);
            if (expected - found).abs() > absolute + relative * expected.abs() {
                differences.push(format!("{path}: {expected} in the table, {found} found"));
            }
        }
        _ if expected == found => {}
        _ => differences.push(format!("{path}: {expected} in the table, {found} found")),
    }
}

#[test]
fn every_entry_agrees_with_the_answers_blanked() {
    let table = table();
    let (output, written) = verify(&blanked(&table), &[]);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let answers: Value = serde_json::from_str(&written).unwrap();
    let (expected, found) = (
        table["entries"].as_array().unwrap(),
        answers["entries"].as_array().unwrap(),
    );
    assert_eq!((expected.len(), found.len()), (143, 143));
    let mut differences = Vec::new();
    for (entry, answer) in expected.iter().zip(found) {
        for key in ["claim", "params", "n"] {
            assert_eq!(entry[key], answer[key]);
        }
        let path = format!("{} {}", entry["n"], entry["claim"]);
        compare(entry, &entry["value"], &answer["value"], &path, &mut differences);
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    // The same bytes on one thread, under a limit of time that nothing reaches.
    let (_, again) = verify(&blanked(&table), &["--time-limit", "300"]);
    assert!(written == again);
}

/// The comparison itself can say no: a changed digit of every kind of claim is seen.
#[test]
fn a_changed_answer_is_seen() {
    fn change(value: &mut Value) -> bool {
        match value {
            Value::Number(number) => {
                let changed = number.as_f64().unwrap() * 1.01 + 0.01;
                *value = if number.is_f64() {
                    json!(changed)
                } else {
                    json!(number.as_i64().unwrap() + 1)
                };
                true
            }
            Value::Array(list) => list.iter_mut().any(change),
            Value::Object(object) => object.values_mut().any(change),
            Value::String(text) if text.parse::<f64>().is_ok() || text.contains('/') => {
                *text = format!("1{text}");
                true
            }
            _ => false,
        }
    }
    let table = table();
    let mut kinds = BTreeSet::new();
    for entry in table["entries"].as_array().unwrap() {
        let mut wrong = entry["value"].clone();
        assert!(change(&mut wrong), "{entry}");
        let (mut none, mut some) = (Vec::new(), Vec::new());
        compare(entry, &entry["value"], &entry["value"], "", &mut none);
        compare(entry, &entry["value"], &wrong, "", &mut some);
        assert!(none.is_empty() && !some.is_empty(), "{entry}");
        kinds.insert(entry["claim"].as_str().unwrap().to_owned());
    }
    let known: BTreeSet<String> = bridge::claims::batch::kinds()
        .map(|kind| kind.id.to_owned())
        .collect();
    assert_eq!(
        kinds, known,
        "every kind is in the table, and every kind of the table is known"
    );
}

/// Every kind names every key that the table uses.
#[test]
fn the_vocabulary_is_documented() {
    let table = table();
    let mut used: BTreeMap<String, (BTreeSet<String>, BTreeSet<String>)> = BTreeMap::new();
    let keys = |value: &Value| -> Vec<String> {
        value
            .as_object()
            .map(|object| object.keys().cloned().collect())
            .unwrap_or_default()
    };
    for entry in table["entries"].as_array().unwrap() {
        let (params, value) = used
            .entry(entry["claim"].as_str().unwrap().to_owned())
            .or_default();
        params.extend(keys(&entry["params"]));
        value.extend(keys(&entry["value"]));
    }
    // Remarks that say nothing to the computation.
    let remarks = ["note", "space", "circle_needs", "measure"];
    for kind in bridge::claims::batch::kinds() {
        let (params, value) = &used[kind.id];
        let named = |fields: &[bridge::claims::batch::Field], key: &str| {
            fields
                .iter()
                .any(|field| field.key.split(", ").any(|named| named == key))
        };
        for key in params.iter().filter(|key| !remarks.contains(&key.as_str())) {
            assert!(named(kind.params, key), "{}: parameter {key}", kind.id);
        }
        for key in value {
            assert!(named(kind.value, key), "{}: value {key}", kind.id);
        }
    }
}

#[test]
fn bad_tables_and_entries_are_named() {
    let entries = json!([
        {"claim": "ising-1d-ring", "params": {"n": 6, "K": "cold"}, "n": 0},
        {"claim": "ising-1d-ring", "params": {"n": 6, "K": 0.7}, "value": {"lnZ_per_spin": -1.0}, "n": 1},
    ]);
    let (output, written) = verify(&entries, &[]);
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        message.contains("1 of 2 rows") && message.contains("`K`") && message.lines().count() == 1,
        "{message}"
    );
    let answers: Value = serde_json::from_str(&written).unwrap();
    assert!(answers[0]["error"].as_str().unwrap().contains("`K` is \"cold\""));
    // The value of the input is ignored.
    assert!(answers[1]["value"]["lnZ_per_spin"].as_f64().unwrap() > 0.9);
    let (output, written) = verify(&json!({"rows": []}), &[]);
    assert!(output.status.code() == Some(2) && written.is_empty());
    let (output, _) = verify(&entries, &["--time-limit", "0"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("--time-limit"));
}

/// The same vocabulary with other values: values that are in the literature or follow by hand.
#[test]
fn other_values_of_the_same_vocabulary_are_answered() {
    let cases = [
        (
            "burnside-count",
            json!({"group": "S4", "action": "2-colourings of cube faces"}),
            json!({"sum_fix": 240, "orbits": 10}),
        ),
        (
            "burnside-count",
            json!({"group": "S5", "action": "graphs on 5 vertices"}),
            json!({"sum_fix": 34 * 120, "orbits": 34}),
        ),
        (
            "hitting-time-iid",
            json!({"group": "F20", "x": 0, "action": "points"}),
            json!({"E_with_replacement": "5", "E_nonidentity_draws": "19/3"}),
        ),
        (
            "minimal-orbit-first",
            json!({"group": "S5", "x": [0, 1], "y": [0, 1, 2], "action": "subsets"}),
            json!({"P_x_strictly_first": "2/5", "P_tie": "1/5"}),
        ),
        (
            "cayley-walk-return-time",
            json!({"graph": "Cayley(Q8; i, j)", "generators": "i, -i, j, -j", "points": 8}),
            json!({"expected_return_time_to_0": "8"}),
        ),
        (
            "cayley-walk-mixing",
            json!({"graph": "K5", "generators": "all"}),
            json!({"second_largest_abs_eigenvalue": 0.25}),
        ),
        (
            "depth-complexity-ktuples",
            json!({"group": "S6", "points": 6, "k": [1, 2, 3, 4, 5]}),
            json!({"orbits_on_Xk": [1, 2, 5, 15, 52], "isotropy_types_on_Xk": [1, 2, 3, 4, 5]}),
        ),
        (
            "depth-complexity-ktuples",
            json!({"group": "S3", "points": 6, "k": 2}),
            json!({"orbits_on_Xk": [6], "isotropy_types_on_Xk": [1]}),
        ),
        (
            "equivariant-layer-dimension",
            json!({"group": "S7", "points": 7, "input": "X^3", "output": "X^3"}),
            json!(203),
        ),
        (
            "orbit-stabilizer-lie",
            json!({"group": "GL(4,R)", "figures": "nonzero vector; k-plane k=2"}),
            json!({"vector": [4, 12], "two_plane": [4, 12]}),
        ),
        (
            "eps-stabilizer-volume",
            json!({"figure": "ellipse", "a": 3, "b": 0.3, "eps": 1.5, "norm_ball": "none"}),
            json!({}),
        ),
        (
            "shadow-affine-error",
            json!({"activation": "relu", "w": 1, "b": 0.3, "r": 0.25}),
            json!({"taylor_sup": 0.0, "ls_slope": 1.0}),
        ),
        (
            "shadow-closure-defect",
            json!({"f": ["relu", 1, 0.1], "g": ["tanh", 1, 0.2]}),
            json!({}),
        ),
        (
            "weight-space-orbit",
            json!({"activation": "relu, permutations only", "units_w_then_v": [[1], [1]]}),
            json!({"orbit": 1}),
        ),
        (
            "rhm-counts",
            json!({"n_classes": 16, "m": 16, "s": 2, "L": 4}),
            json!({"total_inputs": "18446744073709551616"}),
        ),
        (
            "linear-ae-pca",
            json!({"cov_eigenvalues": [0.5, 2, 0.25], "k": 1}),
            json!({"min_loss": 0.75}),
        ),
        (
            "ising-2d-energy",
            json!({"torus": [1, 6], "K": 0.7}),
            json!({"energy_per_spin": -1.6531698053200278}),
        ),
        (
            "saddle-dominance-goe",
            json!({"N": 1}),
            json!({"P_all_eigenvalues_positive": 0.5}),
        ),
        (
            "relu-angle-recursion",
            json!({"cos0": 1, "sigma_w2": 2}),
            json!({"cos_by_layer": [1.0, 1.0, 1.0, 1.0, 1.0, 1.0]}),
        ),
        (
            "tanh-kernel-recursion",
            json!({"K": 2, "sigma_w2": 2, "activation": "relu"}),
            json!({"next_K": 2.0, "chi_perp": 1.0}),
        ),
    ];
    let table: Vec<Value> = cases
        .iter()
        .map(|(claim, params, _)| json!({"claim": claim, "params": params}))
        .collect();
    let (output, written) = verify(&json!(table), &[]);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let answers: Value = serde_json::from_str(&written).unwrap();
    let mut differences = Vec::new();
    for ((claim, params, expected), answer) in cases.iter().zip(answers.as_array().unwrap()) {
        // Only the keys that are stated.
        let stated = |found: &Value| match expected.as_object() {
            Some(keys) => keys.keys().map(|key| (key.clone(), found[key].clone())).collect(),
            None => found.clone(),
        };
        let entry = json!({"claim": claim, "params": params, "value": expected});
        compare(
            &entry,
            expected,
            &stated(&answer["value"]),
            claim,
            &mut differences,
        );
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// The page is what the claims and the kinds say; `SHADOW_WRITE_DOCS=1 cargo test --test oracle_claims` writes it.
#[test]
fn the_page_on_claims_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/claims.md");
    let page = bridge::claims::documentation();
    if std::env::var_os("SHADOW_WRITE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    assert!(
        std::fs::read_to_string(&path).unwrap_or_default() == page,
        "docs/claims.md is out of date: run this test with SHADOW_WRITE_DOCS=1"
    );
}
