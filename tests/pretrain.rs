//! `shadow pretrain`, `shadow eval` and `shadow features` as a user meets them.

#![allow(
    clippy::unwrap_used,
    reason = "the tests run the built command and read what it wrote"
)]

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shadow"));
    command.args(arguments);
    command
}

fn shadow(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

fn stdout(arguments: &[&str]) -> String {
    let output = shadow(arguments);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {error}");
    String::from_utf8(output.stdout).unwrap()
}

fn json(arguments: &[&str]) -> serde_json::Value {
    serde_json::from_str(&stdout(arguments)).unwrap()
}

/// Runs a command that must be refused: status 2, and one line on standard error that contains every one of `says`.
fn refused(arguments: &[&str], says: &[&str]) {
    let output = shadow(arguments);
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

/// The files of a run, in the order of their names.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = entries
        .map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            (name, std::fs::read(entry.path()).unwrap())
        })
        .collect();
    files.sort();
    files
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn every_model_learns_and_is_evaluated() {
    let folder = tempfile::tempdir().unwrap();
    let models = ["rbm", "gbrbm", "ae", "dae", "cae", "sae", "rica", "vae", "dbn"];
    for model in models {
        let out = folder.path().join(model);
        let layers = if matches!(model, "rbm" | "rica") {
            "32"
        } else {
            "32,10"
        };
        let summary = json(&[
            "pretrain",
            "--model",
            model,
            "--layers",
            layers,
            "--epochs",
            "3",
            "--out",
            text(&out),
            "--json",
        ]);
        assert_eq!(summary["schema"], "shadow.pretrain/1");
        for layer in summary["layers"].as_array().unwrap() {
            let history = layer["history"].as_array().unwrap();
            assert_eq!(history.len(), 4);
            let error = |epoch: usize| history[epoch]["held_out"].as_f64().unwrap();
            assert!(error(3) < error(0), "{model}: {} to {}", error(0), error(3));
        }
        let csv = std::fs::read_to_string(out.join("history.csv")).unwrap();
        assert!(csv.starts_with("layer,epoch,loss,train_error,held_out_error,learning_rate\n0,0,,0."));
        assert_eq!(
            csv.lines().count(),
            1 + 4 * summary["layers"].as_array().unwrap().len()
        );

        let checkpoint = out.join("model.safetensors");
        let held_out = json(&["eval", text(&checkpoint), "--held-out-only", "--json"]);
        assert_eq!(held_out["rows"], 359);
        if summary["layers"].as_array().unwrap().len() == 1 {
            let (recorded, measured) = (
                &summary["layers"][0]["history"][3]["held_out"],
                &held_out["squared_error"],
            );
            let (recorded, measured) = (recorded.as_f64().unwrap(), measured.as_f64().unwrap());
            assert!(
                (recorded - measured).abs() < 1e-5 * measured,
                "training and evaluation hold out the same rows"
            );
        }
        let evaluation = json(&["eval", text(&checkpoint), "--json"]);
        assert_eq!(evaluation["rows"], 1797);
        assert_eq!(
            evaluation["checksum"], summary["checksum"],
            "both name the data they were given"
        );
        // A mean over all rows can be no better than 0 and is far below that of guessing 1/2 everywhere.
        let error = evaluation["squared_error"].as_f64().unwrap();
        assert!(error > 0.0 && error < 0.2, "{model}: {error}");
        let machine = matches!(model, "rbm" | "gbrbm" | "dbn");
        if machine && model != "gbrbm" {
            // Guessing every bit alone, with its mean, gives −64·ln 2 or more.
            let likelihood = evaluation["pseudo_log_likelihood"].as_f64().unwrap();
            assert!(likelihood > -64.0 * 2f64.ln() && likelihood < 0.0);
        } else {
            assert!(evaluation["pseudo_log_likelihood"].is_null());
        }
    }
}

#[test]
fn the_probe_beats_chance_and_has_its_controls() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ae");
    stdout(&[
        "pretrain",
        "--model",
        "ae",
        "--layers",
        "48",
        "--epochs",
        "8",
        "--out",
        text(&out),
    ]);
    let checkpoint = out.join("model.safetensors");
    let codes = folder.path().join("codes.npy");
    let probed = json(&[
        "eval",
        text(&checkpoint),
        "--probe",
        "--json",
        "--out",
        text(&codes),
    ]);
    let probe = &probed["probe"];
    assert_eq!(
        (&probe["train_rows"], &probe["test_rows"]),
        (&1438.into(), &359.into())
    );
    for features in ["outputs", "random_features", "inputs"] {
        let accuracy = probe[features]["test_accuracy"].as_f64().unwrap();
        assert!(accuracy > 0.85 && accuracy < 1.0, "{features}: {accuracy}");
    }
    let array = nets::read_npy(&codes).unwrap();
    assert_eq!(array.shape, [1797, 48]);
    let model = nets::Checkpoint::load(&checkpoint).unwrap();
    let code = model.encoder_network().forward(&nets::Dataset::digits().point(7));
    assert_eq!(array.values[7 * 48 + 3], f64::from(code[3] as f32));
}

#[test]
fn threads_and_interruptions_leave_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole");
    let layers = [
        "--model", "dae", "--layers", "160,20", "--epochs", "100", "--batch", "256", "--seed", "3",
    ];
    let run = |out: &Path, more: &[&str]| {
        let mut arguments = vec!["pretrain", "--out", text(out)];
        arguments.extend(layers);
        arguments.extend(more);
        command(&arguments)
    };
    assert!(
        run(&whole, &["--threads", "1"])
            .output()
            .unwrap()
            .status
            .success()
    );

    let parts = folder.path().join("parts");
    let mut child = run(&parts, &["--threads", "2"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let since = Instant::now();
    while !parts.join("layer-0.safetensors").exists() && since.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(2));
    }
    let interrupted = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(interrupted.success());
    let status = child.wait().unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(status.code(), Some(130), "stopped before the end");
    assert!(
        String::from_utf8(output.stdout)
            .unwrap()
            .starts_with("stopped in epoch")
    );
    assert!(!parts.join("model.safetensors").exists());

    refused(
        &[
            "pretrain",
            "--model",
            "dae",
            "--layers",
            "160,20",
            "--out",
            text(&parts),
        ],
        &["--out", "--resume"],
    );
    refused(
        &[
            "pretrain",
            "--model",
            "dae",
            "--layers",
            "160,20",
            "--resume",
            "--out",
            text(&parts),
        ],
        &["layer-0.safetensors", "is of a run with"],
    );
    assert!(
        run(&parts, &["--threads", "2", "--resume"])
            .output()
            .unwrap()
            .status
            .success()
    );
    let (whole, parts) = (files(&whole), files(&parts));
    let names: Vec<&str> = whole.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "history.csv",
            "history.json",
            "layer-0.safetensors",
            "layer-1.safetensors",
            "model.safetensors"
        ]
    );
    for ((name, a), (_, b)) in whole.iter().zip(&parts) {
        assert!(a == b, "{name} depends on threads or on the interruption");
    }
    assert_eq!(whole.len(), parts.len());
}

#[test]
fn divergence_keeps_the_last_good_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("x.csv");
    std::fs::write(&data, "1,2\n3,-4\n5,6\n-7,8\n").unwrap();
    let out = folder.path().join("out");
    let arguments = [
        "pretrain",
        "--model",
        "ae",
        "--activation",
        "linear",
        "--optimizer",
        "sgd",
        "--lr",
        "0.4",
        "--batch",
        "1",
        "--layers",
        "2",
        "--epochs",
        "50",
        "--held-out",
        "0",
        "--data",
        text(&data),
        "--out",
        text(&out),
    ];
    refused(
        &arguments,
        &["training diverged", "epoch", "batch", "learning rate 0.4"],
    );
    assert!(!out.join("model.safetensors").exists());
}

#[test]
fn models_made_elsewhere_reproduce_their_outputs() {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/models");
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.npy");
    let mut seen = 0;
    for entry in std::fs::read_dir(&models).unwrap() {
        let path = entry.unwrap().path();
        let is = |ending: &str| path.extension().is_some_and(|e| e == ending);
        if !is("onnx") && !is("safetensors") {
            continue;
        }
        let input = path.with_extension("in.npy");
        stdout(&["eval", text(&path), "--data", text(&input), "--out", text(&out)]);
        let (got, expected) = (
            nets::read_npy(&out).unwrap(),
            nets::read_npy(&path.with_extension("out.npy")).unwrap(),
        );
        assert_eq!(got.shape, expected.shape, "{}", path.display());
        for (a, b) in got.values.iter().zip(&expected.values) {
            assert!(
                (a - b).abs() <= 1e-5 * b.abs().max(1.0),
                "{}: {a} {b}",
                path.display()
            );
        }
        seen += 1;
    }
    assert!(seen >= 20, "{seen} models were compared");
}

#[test]
fn receptive_fields_are_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("ae");
    stdout(&[
        "pretrain",
        "--model",
        "ae",
        "--layers",
        "20,5",
        "--epochs",
        "1",
        "--out",
        text(&out),
    ]);
    let checkpoint = out.join("model.safetensors");
    let (png, svg) = (folder.path().join("f.png"), folder.path().join("f.svg"));
    stdout(&["features", text(&checkpoint), "--out", text(&png)]);
    let image = image::open(&png).unwrap().to_rgb8();
    // 20 tiles in 5 columns and 4 rows.
    assert_eq!((image.width() - 4) * 4, (image.height() - 4) * 5);
    stdout(&[
        "features",
        text(&checkpoint),
        "--out",
        text(&svg),
        "--layer",
        "2",
        "--shape",
        "4x16",
    ]);
    assert!(
        std::fs::read_to_string(&svg)
            .unwrap()
            .contains("data:image/png;base64,")
    );
    let out = text(&png);
    refused(
        &["features", text(&checkpoint), "--out", out, "--layer", "3"],
        &["layer is 3"],
    );
    refused(
        &["features", text(&checkpoint), "--out", out, "--shape", "8x9"],
        &["--shape '8x9'"],
    );
    refused(
        &["features", text(&checkpoint), "--out", "f.gif"],
        &[".png or .svg"],
    );
}

#[test]
fn bad_input_is_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let (nan, narrow) = (folder.path().join("nan.csv"), folder.path().join("narrow.csv"));
    std::fs::write(&nan, "1,2\n3,NaN\n").unwrap();
    std::fs::write(&narrow, "1,0\n0,1\n").unwrap();
    let pretrain = |more: &[&str], says: &[&str]| {
        let mut arguments = vec!["pretrain", "--out", text(&out), "--epochs", "1"];
        arguments.extend(more);
        refused(&arguments, says);
    };
    let ae = ["--model", "ae", "--layers", "4"];
    pretrain(
        &[&ae[..], &["--data", text(&nan)]].concat(),
        &["line 2, field 2", "NaN"],
    );
    pretrain(&[&ae[..], &["--data", "none.csv"]].concat(), &["none.csv"]);
    pretrain(
        &[&ae[..], &["--data", "mnist"]].concat(),
        &["'mnist'", "idx:FILE"],
    );
    pretrain(
        &["--model", "transformer", "--layers", "4"],
        &["transformer", "rbm"],
    );
    pretrain(&["--model", "ae"], &["--layers"]);
    pretrain(&["--model", "ae", "--layers", "0"], &["code width is 0"]);
    pretrain(&["--model", "rbm", "--layers", "4,0"], &["hidden units is 0"]);
    pretrain(&["--model", "vae", "--layers", "4,x"], &["--layers"]);
    pretrain(&["--model", "ae", "--layers", "99999999999"], &["2^28 weights"]);
    pretrain(
        &["--model", "rbm", "--layers", "4", "--optimizer", "adam"],
        &["--optimizer", "sgd"],
    );
    pretrain(&[&ae[..], &["--lr=-1"]].concat(), &["learning rate"]);
    pretrain(&[&ae[..], &["--batch", "0"]].concat(), &["batch is 0"]);
    pretrain(&[&ae[..], &["--held-out", "1"]].concat(), &["held-out share"]);
    pretrain(&[&ae[..], &["--threads", "0"]].concat(), &["--threads"]);
    assert!(!out.exists(), "nothing is made for a run that cannot begin");

    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let below = file.join("out");
    refused(
        &[
            "pretrain",
            "--model",
            "ae",
            "--layers",
            "4",
            "--out",
            text(&below),
        ],
        &["cannot write"],
    );

    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/models/digits_ae_tied.onnx");
    refused(
        &["eval", text(&model), "--data", text(&narrow)],
        &["expected 64, got 2"],
    );
    refused(&["eval", text(&nan)], &["nan.csv", "safetensors"]);
    refused(&["eval", text(&model), "--out", text(&below)], &["cannot write"]);
    let weights = model.with_extension("safetensors");
    refused(
        &["eval", text(&weights), "--architecture", "none.json"],
        &["none.json"],
    );
    refused(
        &["eval", text(&model), "--probe", "--held-out", "0"],
        &["--held-out"],
    );
}
