//! `shadow audit` and `shadow fit` as a user meets them, on trained networks and on bad input.

#![allow(
    clippy::unwrap_used,
    reason = "the tests run the built command and read what it wrote"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn shadow(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_shadow"))
        .args(arguments)
        .output()
        .unwrap()
}

fn json(arguments: &[&str]) -> serde_json::Value {
    let output = shadow(arguments);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {error}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Runs a command that must be refused: status 2, and one line on standard error that contains every one of `says`.
fn refused(arguments: &[&str], says: &[&str]) {
    let output = shadow(arguments);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {error}");
    assert_eq!(error.lines().count(), 1, "{arguments:?}: {error}");
    assert!(error.starts_with("shadow: "), "{error}");
    for part in says {
        assert!(
            error.contains(part),
            "{arguments:?}: {error} should contain {part}"
        );
    }
}

fn shared(name: &str) -> String {
    format!("{}/data/models/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Writes a state dict of one linear layer fc with 3 inputs and its architecture.
fn linear_model(folder: &Path, name: &str, weights: [f32; 6]) -> PathBuf {
    let header = r#"{"fc.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"fc.bias":{"dtype":"F32","shape":[2],"data_offsets":[24,32]}}"#;
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.extend(weights.iter().chain(&[0.25, -1.0]).flat_map(|w| w.to_le_bytes()));
    let path = folder.join(format!("{name}.safetensors"));
    std::fs::write(&path, bytes).unwrap();
    let architecture = r#"{"format": "shadow.architecture/1", "input": [3], "layers": [{"op": "linear", "name": "fc"}, {"op": "tanh"}]}"#;
    std::fs::write(folder.join(format!("{name}.arch.json")), architecture).unwrap();
    path
}

#[test]
fn audits_of_trained_networks_find_what_is_on_their_cards_and_write_a_report() {
    let folder = tempfile::tempdir().unwrap();
    for (name, group, order) in [
        ("deepsets6", "S_6", "720"),
        ("digits_mlp_relu_c4", "C4", "4"),
        ("lorentz_mlp", "C2^2", "4"),
    ] {
        let (model, data) = (shared(&format!("{name}.onnx")), shared(&format!("{name}.in.npy")));
        let report = folder.path().join(format!("{name}.html"));
        let first = folder.path().join(format!("{name}.json"));
        let again = folder.path().join(format!("{name}-2.json"));
        for file in [&first, &again] {
            let output = shadow(&[
                "audit",
                &model,
                "--data",
                &data,
                "--json",
                text(file),
                "--report",
                text(&report),
            ]);
            assert_eq!(
                output.status.code(),
                Some(0),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
        assert_eq!(std::fs::read(&first).unwrap(), std::fs::read(&again).unwrap());
        let audit: serde_json::Value = serde_json::from_slice(&std::fs::read(&first).unwrap()).unwrap();
        assert_eq!(audit["schema"], "shadow-audit/1");
        assert_eq!(
            (&audit["discrete"]["group"], &audit["discrete"]["order"]),
            (&group.into(), &order.into()),
            "{name}"
        );
        assert!(audit["discrete"]["tolerance"].as_f64().unwrap() > 0.0);
        assert!(audit["discrete"]["filtration"].as_array().unwrap().len() > 1);
        assert_eq!(audit["isotropy"]["order"], "1");
        let dimension = if name == "lorentz_mlp" { 1 } else { 0 };
        assert_eq!(audit["continuous"]["dimension"], dimension, "{name}");
        assert_eq!(
            audit["equivariance"].as_array().unwrap().is_empty(),
            !name.starts_with("digits")
        );
        let page = std::fs::read_to_string(&report).unwrap();
        assert!(
            page.contains(group) && page.contains("<svg") && !page.contains("http://")
                || page.contains("w3.org")
        );
    }
}

#[test]
fn a_group_is_asked_for_by_name_or_by_generators() {
    let folder = tempfile::tempdir().unwrap();
    let (model, data) = (
        shared("digits_mlp_relu_c4.onnx"),
        shared("digits_mlp_relu_c4.in.npy"),
    );
    let audit = json(&[
        "audit", &model, "--data", &data, "--group", "D4", "--layer", "2", "--json", "-",
    ]);
    assert_eq!(audit["discrete"]["within"], "grid:D4");
    assert_eq!(audit["discrete"]["group"], "C4");
    let deviation = audit["discrete"]["within_deviation"].as_f64().unwrap();
    assert!(
        (deviation - 0.59484).abs() < 2e-5,
        "the figure on its card: {deviation}"
    );
    assert_eq!(audit["shadows"].as_array().unwrap().len(), 1);

    let generators = folder.path().join("g.json");
    std::fs::write(
        &generators,
        r#"["(1,2)(3,4)", {"signed": [-1, -2, -3, -4, -5, -6]}]"#,
    )
    .unwrap();
    let (model, data) = (shared("deepsets6.onnx"), shared("deepsets6.in.npy"));
    let group = format!("file:{}", text(&generators));
    let audit = json(&["audit", &model, "--data", &data, "--group", &group, "--json", "-"]);
    assert_eq!(audit["discrete"]["within_order"], "4");
    assert_eq!(audit["discrete"]["order"], "2");
    assert_eq!(audit["discrete"]["approximate"]["order"], "4");
}

#[test]
fn symmetries_of_both_kinds_are_in_one_file() {
    let found = json(&[
        "symmetries",
        &shared("lorentz_mlp.onnx"),
        "--data",
        &shared("lorentz_mlp.in.npy"),
        "--json",
        "-",
    ]);
    assert_eq!(found["schema"], "shadow-symmetries/1");
    assert_eq!(found["continuous"]["dimension"], 1);
    assert_eq!(
        (&found["discrete"]["group"], &found["discrete"]["order"]),
        (&"C2^2".into(), &"4".into())
    );
    for key in ["tolerance", "filtration"] {
        assert!(!found["discrete"][key].is_null());
    }
}

#[test]
fn fits_alone_find_the_ladder() {
    let fit = json(&[
        "fit",
        &shared("lorentz_mlp.onnx"),
        "--data",
        &shared("lorentz_mlp.in.npy"),
        "--json",
        "-",
    ]);
    assert_eq!(fit["schema"], "shadow-fit/1");
    let stages = fit["shadows"].as_array().unwrap();
    let hidden = stages
        .iter()
        .find(|s| s["inputs"] == 48 && s["outputs"] == 48)
        .unwrap();
    assert_eq!(hidden["on_data"]["smallest"], "general_linear");
    let affine = &hidden["affine"];
    assert!(affine["sample_max"].as_f64().unwrap() <= affine["certified_sup"].as_f64().unwrap());
}

#[test]
fn bad_input_is_one_line_and_status_2() {
    let folder = tempfile::tempdir().unwrap();
    let constant = linear_model(folder.path(), "constant", [0.0; 6]);
    refused(
        &["audit", text(&constant)],
        &["the output does not depend on the input"],
    );
    let audit = json(&["audit", text(&constant), "--keep-going", "--json", "-"]);
    assert!(audit["discrete"].is_null());
    assert_eq!(audit["isotropy"]["order"], "1");
    assert!(
        audit["unanswered"][0]["why"]
            .as_str()
            .unwrap()
            .contains("does not depend")
    );

    let broken = linear_model(folder.path(), "broken", [1.0, f32::NAN, 0.0, 1.0, 2.0, 3.0]);
    refused(&["audit", text(&broken)], &["fc.weight", "NaN"]);

    let good = linear_model(folder.path(), "good", [1.0, 2.0, 0.0, 1.0, 2.0, 3.0]);
    refused(
        &["audit", text(&good), "--data", "digits"],
        &["width", "expected 3, got 64"],
    );
    refused(
        &["audit", text(&good), "--group", "S_5"],
        &["S_5", "5 points", "3 coordinates"],
    );
    refused(
        &["audit", text(&good), "--group", "grid:C4"],
        &["grid:C4", "no image"],
    );
    refused(
        &["audit", text(&good), "--group", "S_3", "--output-group", "same"],
        &["S_3", "2 coordinates"],
    );
    refused(
        &["audit", text(&good), "--output-group", "some"],
        &["--output-group", "fixed, same or fit"],
    );
    refused(&["audit", text(&good), "--layer", "7"], &["7"]);
    refused(&["audit", text(&good), "--time-limit", "-1"], &["--time-limit"]);
    refused(&["audit", text(&folder.path().join("none.onnx"))], &["none.onnx"]);
    refused(&["fit", text(&good), "--layer", "7"], &["--layer"]);
}
