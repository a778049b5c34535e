//! The main job on a small data set: complete, self-contained, and the same bytes on any number of threads.

#![allow(
    clippy::unwrap_used,
    reason = "the tests run the built command and read what it wrote"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

const DIGITS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/crates/nets/data/digits-8x8-images-idx3-ubyte"
);

/// The first `rows` digits as an IDX file.
fn few_digits(rows: u32, path: &Path) {
    let all = std::fs::read(DIGITS).unwrap();
    let mut few = all[..4].to_vec();
    few.extend(rows.to_be_bytes());
    few.extend(&all[8..16 + 64 * rows as usize]);
    std::fs::write(path, few).unwrap();
}

/// Every file below a folder, by its path from there.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            found.extend(
                files(&path)
                    .into_iter()
                    .map(|(below, bytes)| (format!("{name}/{below}"), bytes)),
            );
        } else {
            found.insert(name, std::fs::read(&path).unwrap());
        }
    }
    found
}

#[test]
fn a_study_is_complete_and_does_not_depend_on_threads() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("few.idx");
    few_digits(400, &data);
    let run = |threads: &str| {
        let out = folder.path().join(threads);
        let output = Command::new(env!("CARGO_BIN_EXE_shadow"))
            .args([
                "study",
                "--data",
                &format!("idx:{}", data.display()),
                "--seed",
                "5",
            ])
            .args(["--out", out.to_str().unwrap()])
            .env("RAYON_NUM_THREADS", threads)
            .output()
            .unwrap();
        // Few data may leave a claim about them undecided (status 1), but nothing is refused.
        assert!(
            matches!(output.status.code(), Some(0 | 1)),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        files(&out)
    };
    let (one, two) = (run("1"), run("2"));
    assert_eq!(one.keys().collect::<Vec<_>>(), two.keys().collect::<Vec<_>>());
    for (name, bytes) in &one {
        assert!(bytes == &two[name], "{name} depends on the number of threads");
    }

    let page = String::from_utf8(one["report.html"].clone()).unwrap();
    assert!(page.contains("<svg") && page.contains("data:image/png;base64,"));
    for outside in ["src=\"http", "href=\"http", "url(", "<script", "@import"] {
        assert!(
            !page.contains(outside),
            "the report must be self-contained: {outside}"
        );
    }
    let study: serde_json::Value = serde_json::from_slice(&one["study.json"]).unwrap();
    assert_eq!(study["schema"], "shadow.study/1");
    assert_eq!(study["layers"].as_array().unwrap().len(), 2);
    for layer in study["layers"].as_array().unwrap() {
        for map in ["encoder", "reconstruction"] {
            let map = &layer["shadows"][map];
            for slope in ["residual_slope", "bound_slope"] {
                let slope = map[slope]["estimate"].as_f64().unwrap();
                assert!((slope - 2.0).abs() < 0.2, "{slope}");
            }
            for step in map["growth"].as_array().unwrap() {
                assert!(step["sample_max"].as_f64() <= step["certified_sup"].as_f64());
            }
            assert_eq!(map["rank"]["in_gl"], false, "a bottleneck is no element of GL");
        }
        for feature in layer["orbits"]["learned"].as_array().unwrap() {
            let steps = feature["steps"].as_array().unwrap();
            for step in steps {
                let number = |key: &str| step[key].as_str().unwrap().parse::<u64>().unwrap();
                assert_eq!(number("order") * number("orbit_size"), 512);
            }
            assert_eq!(steps.last().unwrap()["order"], "512");
        }
    }
    assert!(
        one.keys()
            .any(|name| name.starts_with("graphs/orbit") && name.ends_with(".graphml"))
    );
    assert!(one.contains_key("network.safetensors"));
}

#[test]
fn every_claim_comes_out_as_expected_and_every_control_fails() {
    let output = Command::new(env!("CARGO_BIN_EXE_shadow"))
        .args(["verify", "--json", "--seed", "2"])
        .output()
        .unwrap();
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let ledger: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let claims = ledger["claims"].as_array().unwrap();
    assert_eq!(claims.len(), bridge::claims::all().len());
    for claim in claims {
        assert_eq!(claim["verdict"], claim["expected"], "{}", claim["id"]);
        assert_eq!(claim["negative_control"]["outcome"], "fails", "{}", claim["id"]);
        // The level of confidence allows for at least the comparisons that were made.
        let id = claim["id"].as_str().unwrap();
        let compared = |part: &str| {
            let figures = claim[part]["figures"].as_array().unwrap();
            let is_compared = |f: &&serde_json::Value| f["value"].is_object() && f["expected"].is_string();
            figures.iter().filter(is_compared).count()
        };
        let allowed = bridge::claims::find(id).unwrap().comparisons();
        assert!(compared("exact") + compared("approximate") <= allowed, "{id}");
    }
}
