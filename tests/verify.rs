//! `shadow verify`: options, bad input, the same bytes on any number of threads.

#![allow(
    clippy::unwrap_used,
    reason = "the tests run the built command and read what it wrote"
)]

use std::process::{Command, Output};

use serde_json::Value;

fn shadow(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_shadow"))
        .args(arguments)
        .output()
        .unwrap()
}

fn verify(arguments: &[&str]) -> Output {
    shadow(&[&["verify"], arguments].concat())
}

fn json(arguments: &[&str]) -> Value {
    let output = verify(&[arguments, &["--json"]].concat());
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Status 2 and one line on standard error that says all of this.
fn refused(output: &Output, says: &[&str]) {
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert_eq!(message.trim_end().lines().count(), 1, "{message}");
    assert!(message.starts_with("shadow: "), "{message}");
    for text in says {
        assert!(message.contains(text), "{text} is not in: {message}");
    }
}

/// Cheap claims of several areas, one of them a loose reading.
const CHEAP: [&str; 5] = ["C09L", "C09", "C12", "C37", "C02"];

fn cheap() -> Vec<&'static str> {
    let known = |id: &&str| bridge::claims::find(id).is_ok();
    CHEAP.into_iter().filter(known).collect()
}

#[test]
fn the_same_seed_gives_the_same_json_on_any_number_of_threads() {
    let run = |threads: &str, seed: &str| {
        let options = ["--threads", threads, "--seed", seed, "--json"];
        let output = verify(&[cheap().as_slice(), &options].concat());
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        output.stdout
    };
    let one = run("1", "5");
    assert_eq!(one, run("2", "5"));
    assert_ne!(one, run("2", "6"));
}

#[test]
fn areas_levels_and_parameters_choose_what_is_done() {
    let of_lie = json(&["--area", "lie", "--param", "samples=200000", "C15", "C16", "C38"]);
    let claims = of_lie["claims"].as_array().unwrap();
    assert_eq!(claims.len(), 2);
    assert!(claims.iter().all(|claim| claim["area"] == "lie"));
    assert_eq!(of_lie["parameters"]["samples"], "200000");
    assert_eq!(claims[0]["approximate"]["cases"], 400_000);
    assert!(claims[0].get("seconds").is_none());

    let quick = json(&["C37"]);
    let standard = json(&["C37", "--level", "standard", "--timings"]);
    let cases = |run: &Value| run["claims"][0]["approximate"]["cases"].as_u64().unwrap();
    assert_eq!(4 * cases(&quick), cases(&standard));
    assert!(standard["claims"][0]["seconds"].as_f64().unwrap() > 0.0);
    assert_eq!(standard["level"], "standard");
}

/// Bonferroni: the chance of any false alarm stays, the level of each interval grows with their number.
#[test]
fn the_level_of_confidence_allows_for_the_whole_run() {
    let level = |run: &Value| run["confidence"]["level"].as_f64().unwrap();
    let (one, two) = (json(&["C09"]), json(&["C09", "C37"]));
    for run in [&one, &two] {
        let comparisons = run["confidence"]["comparisons"].as_f64().unwrap();
        let error = comparisons * (1.0 - level(run));
        assert!((error - 0.001).abs() < 1e-9, "{error}");
        let figure = &run["claims"][0]["approximate"]["figures"][0]["value"];
        assert_eq!(figure["level"], run["confidence"]["level"]);
    }
    assert!(level(&two) > level(&one));
}

#[test]
fn loose_readings_fail_and_that_is_good() {
    let run = json(&["minimal-orbit-first-loose", "c12l"]);
    for claim in run["claims"].as_array().unwrap() {
        assert_eq!(
            (&claim["verdict"], &claim["expected"]),
            (&"fails".into(), &"fails".into())
        );
        assert_eq!(claim["negative_control"]["outcome"], "fails");
    }
    // The counter-example of the catalogue: 3/4 strictly first, where the loose reading says 4/5.
    let figure = &run["claims"][0]["exact"]["figures"][0];
    assert_eq!(
        (&figure["value"], &figure["expected"]),
        (&"3/4".into(), &"4/5".into())
    );
}

#[test]
fn bad_options_are_named() {
    for (arguments, says) in [
        (vec!["C99"], vec!["C99", "hitting-time-iid"]),
        (
            vec!["--area", "rings"],
            vec!["`area` is rings", "groups, lie, shadow"],
        ),
        (vec!["C01", "--area", "lie"], vec!["--area", "lie"]),
        (
            vec!["--level", "deep"],
            vec!["`level` is deep", "quick, standard or exhaustive"],
        ),
        (vec!["--threads", "0"], vec!["--threads", "from 1 to 1024"]),
        (vec!["C08", "--param", "samples"], vec!["`samples`", "KEY=VALUE"]),
        (
            vec!["C08", "--param", "samples=0"],
            vec!["`samples` is 0", "hitting-time-iid", "40 to 10000000"],
        ),
        (
            vec!["C08", "--param", "window-low=0.1"],
            vec!["`window-low`", "eps-stabilizer-volume"],
        ),
        (
            vec!["C08", "--param", "colour=red"],
            vec!["`colour`", "samples (hitting-time-iid"],
        ),
        (vec!["--seed", "minus"], vec!["--seed"]),
        (vec!["--batch", "x.json", "--area", "lie"], vec!["--area"]),
        (vec!["C08", "--json", "/nowhere/x.json"], vec!["/nowhere/x.json"]),
    ] {
        refused(&verify(&arguments), &says);
    }
}

#[test]
fn the_catalogue_lists_parameters_and_costs() {
    let list = json(&["--list"]);
    let claims = list["claims"].as_array().unwrap();
    let hitting = claims.iter().find(|claim| claim["code"] == "C08").unwrap();
    assert_eq!(hitting["parameters"][0]["key"], "samples");
    assert!(hitting["cost"].is_string());
}
