//! `shadow orbits` as a user meets it, on trained networks and on bad input.

#![allow(
    clippy::unwrap_used,
    reason = "the tests run the built command and read what it wrote"
)]

use std::process::{Command, Output};

fn shadow(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_shadow"))
        .args(arguments)
        .output()
        .unwrap()
}

fn model(name: &str) -> String {
    format!("{}/data/models/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn json(arguments: &[&str]) -> serde_json::Value {
    let output = shadow(arguments);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {error}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn orbits_of_trained_features_are_measured_and_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("graphs");
    let relu = model("digits_mlp_relu_c4.onnx");
    let arguments = [
        "orbits",
        &relu,
        "--group",
        "C4",
        "--layer",
        "0",
        "--json",
        "-",
        "--out",
        out.to_str().unwrap(),
    ];
    let found = json(&arguments);
    assert_eq!(found, json(&arguments));
    assert_eq!(
        (&found["schema"], &found["group_order"]),
        (&"shadow-orbits/1".into(), &"4".into())
    );
    let layer = &found["layers"][0];
    let number = |value: &serde_json::Value| value.as_f64().unwrap();
    // Trained on turned images: its features are nearer to being closed under turns than random ones.
    assert!(
        number(&layer["distance"]["better"]["low"]) > 0.5,
        "{}",
        layer["distance"]
    );
    assert!(number(&layer["residual"][0]) < number(&layer["residual"][1]));
    // One of the 96 units is dead, and said to be.
    let count = |key: &str| layer[key].as_array().unwrap().len();
    assert_eq!((count("features"), count("refused")), (95, 1));
    assert_eq!(found["tower"]["points"], 4);
    for name in ["types-layer0", "layers"] {
        for ending in ["dot", "graphml", "json", "svg"] {
            let text = std::fs::read_to_string(out.join(format!("{name}.{ending}"))).unwrap();
            assert!(!text.is_empty());
            if ending == "svg" {
                assert!(text.starts_with("<svg xmlns=") && text.ends_with("</svg>"));
            }
        }
    }
}

#[test]
fn an_invariant_network_merges_orbits() {
    let (sets, data) = (model("deepsets6.onnx"), model("deepsets6.in.npy"));
    let output = shadow(&["orbits", &sets, "--group", "D6", "--data", &data]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(text.contains("order 12"), "{text}");
}

#[test]
fn bad_input_is_refused_in_one_line() {
    let relu = model("digits_mlp_relu_c4.onnx");
    for (extra, says) in [
        (vec!["--group", "S_5"], "S_5"),
        (vec!["--group", "S_64"], "too large"),
        (vec!["--group", "C4", "--layer", "9"], "no layer 9"),
        (vec!["--group", "C4", "--tolerance", "-1"], "tolerance of -1"),
        (vec!["--group", "C4", "--rows", "20", "--layer", "0"], "20"),
        (vec![], "--group"),
    ] {
        let mut arguments = vec!["orbits", relu.as_str()];
        arguments.extend(&extra);
        let output = shadow(&arguments);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{extra:?}: {error}");
        assert_eq!(error.lines().count(), 1, "{error}");
        assert!(
            error.starts_with("shadow: ") && error.contains(says),
            "{extra:?}: {error}"
        );
    }
}
