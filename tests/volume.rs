//! `shadow volume --group` as a user meets it.

#![allow(
    clippy::unwrap_used,
    reason = "the tests run the built command and read what it wrote"
)]

use std::process::{Command, Output};

fn volume(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_shadow"))
        .arg("volume")
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn a_sphere_and_a_form_are_measured_beside_the_theory() {
    let sphere = [
        "--group",
        "SO(3)",
        "--point",
        "1,0,0",
        "--samples",
        "300000",
        "--json",
    ];
    let output = volume(&sphere);
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let number = |value: &serde_json::Value| value.as_f64().unwrap();
    assert_eq!(found["multiplicity"], 1);
    for key in ["lambda", "exponent", "constant", "interval", "window"] {
        assert!(!found[key].is_null(), "{key}");
    }
    assert!((number(&found["exponent"]) - 2.0).abs() < 0.05);
    let group = &found["group"];
    assert!((number(&group["predicted_constant"]) - 0.25).abs() < 1e-12);
    assert!(number(&group["constant"][1]) < 0.25 && number(&group["constant"][2]) > 0.25);
    assert_eq!(output.stdout, volume(&sphere).stdout);
    let form = volume(&[
        "--group",
        "SO(3)",
        "--point",
        "1,0,0; 0,21/20,0; 0,0,2",
        "--epsilon",
        "0.05,0.4",
        "--samples",
        "100000",
    ]);
    let text = String::from_utf8(form.stdout).unwrap();
    assert!(
        text.contains("orbit of dimension 3") && text.contains("all dimensions show below 0.0286"),
        "{text}"
    );
    assert!(text.contains("dimension seen: 2 at 0.050"), "{text}");
}

#[test]
fn bad_questions_are_refused_in_one_line() {
    for (arguments, says) in [
        (vec!["--group", "GL(2)", "--point", "1,0"], "--proposal"),
        (vec!["--group", "SO(3)", "--point", "0,0,0"], "norm"),
        (vec!["--group", "SO(3)", "--point", "1,0"], "3"),
        // P = ε²/4 at the second largest ε, 0.0026: 50 hits and a quarter more take some 3.7·10⁷ samples.
        (
            vec![
                "--group",
                "SO(3)",
                "--point",
                "1,0,0",
                "--epsilon",
                "0.001,0.0035",
                "--samples",
                "1000",
            ],
            "samples, or larger tolerances",
        ),
    ] {
        let output = volume(&arguments);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {error}");
        assert_eq!(error.lines().count(), 1, "{error}");
        assert!(error.starts_with("shadow: ") && error.contains(says), "{error}");
    }
}
