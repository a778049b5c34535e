//! `shadow isotropy` and `shadow align` as a user meets them.

#![allow(
    clippy::unwrap_used,
    reason = "the tests run the built command and read their own files"
)]

use std::path::Path;
use std::process::Command;

use nets::write_npy;
use serde_json::Value;

const MODELS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/models");

fn run(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_shadow"))
        .args(arguments)
        .output()
        .unwrap();
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

/// What a command that must succeed writes with `--json`.
fn json(arguments: &[&str], folder: &Path) -> (String, Value) {
    let file = folder.join("answer.json");
    let mut arguments = arguments.to_vec();
    arguments.extend(["--json", file.to_str().unwrap()]);
    let (status, _, error) = run(&arguments);
    assert_eq!(status, 0, "{arguments:?}: {error}");
    let text = std::fs::read_to_string(&file).unwrap();
    let value = serde_json::from_str(&text).unwrap();
    (text, value)
}

fn refused(arguments: &[&str], says: &[&str]) {
    let (status, out, error) = run(arguments);
    assert_eq!(
        (status, out.as_str(), error.lines().count()),
        (2, "", 1),
        "{arguments:?}: {error}"
    );
    for word in says {
        assert!(
            error.contains(word),
            "{arguments:?} should mention '{word}': {error}"
        );
    }
}

fn matrix(folder: &Path, name: &str, rows: usize, values: &[f32]) -> String {
    let path = folder.join(name);
    write_npy(&path, &[rows, values.len() / rows], values).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A copy of a state dict with one tensor's rows (or columns) moved: a reader and writer of its own.
fn edit(bytes: &[u8], tensor: &str, change: impl Fn(&[usize], &mut [f32])) -> Vec<u8> {
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let header: Value = serde_json::from_slice(&bytes[8..8 + length]).unwrap();
    let numbers = |key: &str| -> Vec<usize> {
        let list = header[tensor][key].as_array().unwrap();
        list.iter().map(|n| n.as_u64().unwrap() as usize).collect()
    };
    let (shape, ends) = (numbers("shape"), numbers("data_offsets"));
    let (start, end) = (8 + length + ends[0], 8 + length + ends[1]);
    let mut values: Vec<f32> = bytes[start..end]
        .chunks(4)
        .map(|b| f32::from_le_bytes(b.try_into().unwrap()))
        .collect();
    change(&shape, &mut values);
    let mut out = bytes.to_vec();
    for (at, value) in out[start..end].chunks_mut(4).zip(values) {
        at.copy_from_slice(&value.to_le_bytes());
    }
    out
}

#[test]
fn isotropy_of_matrices_and_networks() {
    let folder = tempfile::tempdir().unwrap();
    let identity: Vec<f32> = (0..64 * 64).map(|i| f32::from(u8::from(i % 65 == 0))).collect();
    let (text, found) = json(
        &["isotropy", &matrix(folder.path(), "i.npy", 64, &identity)],
        folder.path(),
    );
    assert_eq!(found["schema"], "shadow-isotropy/1");
    // 64!, from the textbook.
    let order = "126886932185884164103433389335161480802865516174545192198801894375214704230400000000000000";
    assert_eq!(found["order"], order);
    assert_eq!(
        (&found["name"], &found["tolerance_window"]["low"]),
        (&"Δ(S64)".into(), &0.0.into())
    );
    assert_eq!(found["orbit_size"], order);
    assert_eq!(
        found["generators"][0][0]["permutation"].as_array().unwrap().len(),
        64
    );
    let again = json(
        &["isotropy", &matrix(folder.path(), "i.npy", 64, &identity)],
        folder.path(),
    )
    .0;
    assert_eq!(text, again);

    // No two hidden units of a trained network are equal: all 48!·32! orders of units are different weights.
    let model = format!("{MODELS}/digits_mlp_relu.onnx");
    let (_, found) = json(&["isotropy", &model], folder.path());
    assert_eq!(
        (&found["order"], &found["generators"]),
        (&"1".into(), &Value::Array(Vec::new()))
    );
    let factorial = |n: u32| -> num_bigint::BigUint { (1..=n).product() };
    assert_eq!(found["orbit_size"], (factorial(48) * factorial(32)).to_string());
    assert_eq!(found["layers"].as_array().unwrap().len(), 3);
    assert_eq!(
        (&found["gauge"]["scaling"], &found["gauge"]["dimension"]),
        (&80.into(), &80.into())
    );

    // With one unit's weights put in the place of another's, those two may be exchanged.
    let bytes = std::fs::read(format!("{MODELS}/digits_mlp_relu.safetensors")).unwrap();
    let bytes = edit(&bytes, "fc1.weight", |shape, w| {
        w.copy_within(3 * shape[1]..4 * shape[1], 7 * shape[1])
    });
    let bytes = edit(&bytes, "fc1.bias", |_, b| b[7] = b[3]);
    let bytes = edit(&bytes, "fc2.weight", |shape, w| {
        w.chunks_mut(shape[1]).for_each(|row| row[7] = row[3]);
    });
    let path = folder.path().join("twins.safetensors");
    std::fs::write(&path, bytes).unwrap();
    let architecture = format!("{MODELS}/digits_mlp_relu.arch.json");
    let twins = [
        "isotropy",
        path.to_str().unwrap(),
        "--architecture",
        &architecture,
    ];
    let (_, found) = json(&twins, folder.path());
    assert_eq!((&found["order"], &found["name"]), (&"2".into(), &"S2".into()));
    let p = &found["generators"][0][0]["permutation"];
    assert_eq!((&p[3], &p[7], &p[5]), (&7.into(), &3.into(), &5.into()));
    let (_, layer) = json(&[&twins[..], &["--layer", "2"]].concat(), folder.path());
    assert_eq!(layer["order"], "1");
}

#[test]
fn alignment_of_a_permuted_copy_and_of_strangers() {
    let folder = tempfile::tempdir().unwrap();
    let place = |i: usize| (5 * i + 11) % 48;
    let bytes = std::fs::read(format!("{MODELS}/digits_mlp_relu.safetensors")).unwrap();
    let bytes = edit(&bytes, "fc1.weight", |shape, w| {
        let (before, width) = (w.to_vec(), shape[1]);
        for i in 0..shape[0] {
            w[place(i) * width..][..width].copy_from_slice(&before[i * width..][..width]);
        }
    });
    let bytes = edit(&bytes, "fc1.bias", |_, b| {
        let before = b.to_vec();
        before.iter().enumerate().for_each(|(i, &v)| b[place(i)] = v);
    });
    let bytes = edit(&bytes, "fc2.weight", |shape, w| {
        for row in w.chunks_mut(shape[1]) {
            let before = row.to_vec();
            before.iter().enumerate().for_each(|(i, &v)| row[place(i)] = v);
        }
    });
    let copy = folder.path().join("copy.safetensors");
    std::fs::write(&copy, bytes).unwrap();
    std::fs::copy(
        format!("{MODELS}/digits_mlp_relu.arch.json"),
        folder.path().join("copy.arch.json"),
    )
    .unwrap();
    let original = format!("{MODELS}/digits_mlp_relu.onnx");
    let copy = copy.to_str().unwrap();
    for method in ["weights", "activations"] {
        let (_, found) = json(&["align", &original, copy, "--method", method], folder.path());
        assert_eq!(found["schema"], "shadow-align/1");
        let planted: Vec<Value> = (0..48).map(|i| place(i).into()).collect();
        assert_eq!(found["permutations"][0], Value::Array(planted), "{method}");
        let identity: Vec<Value> = (0..32).map(Into::into).collect();
        assert_eq!(found["permutations"][1], Value::Array(identity), "{method}");
        assert_eq!((&found["exact"], &found["bitwise"]), (&true.into(), &true.into()));
        assert_eq!(found["distance"], 0.0);
    }
    let strangers = [
        format!("{MODELS}/digits_ae_tied.onnx"),
        format!("{MODELS}/digits_ae_untied.onnx"),
    ];
    let arguments = ["align", &strangers[0], &strangers[1]];
    let (text, found) = json(&arguments, folder.path());
    assert_eq!(found["exact"], false);
    assert!(found["unexplained"].as_u64().unwrap() > 16);
    assert_eq!(json(&arguments, folder.path()).0, text);
}

#[test]
fn bad_input_is_refused_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let model = format!("{MODELS}/digits_mlp_relu.onnx");
    let nan = matrix(folder.path(), "nan.npy", 1, &[1.0, f32::NAN]);
    refused(&["isotropy", &nan], &["NaN", "index 1"]);
    let cube = folder.path().join("cube.npy");
    write_npy(&cube, &[2, 2, 2], &[0.0; 8]).unwrap();
    refused(&["isotropy", cube.to_str().unwrap()], &["[2, 2, 2]", "a matrix"]);
    refused(&["isotropy", &model, "--tolerance", "-1"], &["-1", "at least 0"]);
    refused(&["isotropy", &model, "--layer", "fc9"], &["fc9", "[0, 1, 2]"]);
    refused(&["isotropy", &model, "--data", &nan], &["nan.npy"]);
    refused(&["isotropy", "/nowhere.onnx"], &["/nowhere.onnx"]);
    let other = format!("{MODELS}/digits_mlp_relu_c4.onnx");
    refused(&["align", &model, &other], &["48 x 64", "96 x 64"]);
    let tanh = format!("{MODELS}/lorentz_mlp.onnx");
    refused(
        &["align", &model, &tanh, "--method", "guess"],
        &["guess", "weights or activations"],
    );
    // A NaN in a state dict.
    let bytes = std::fs::read(format!("{MODELS}/digits_mlp_relu.safetensors")).unwrap();
    let bytes = edit(&bytes, "fc2.bias", |_, b| b[4] = f32::NAN);
    let broken = folder.path().join("broken.safetensors");
    std::fs::write(&broken, bytes).unwrap();
    let architecture = format!("{MODELS}/digits_mlp_relu.arch.json");
    for command in [
        vec!["isotropy", broken.to_str().unwrap()],
        vec!["align", broken.to_str().unwrap(), broken.to_str().unwrap()],
    ] {
        let arguments = [&command[..], &["--architecture", &architecture]].concat();
        refused(&arguments, &["NaN"]);
    }
}
