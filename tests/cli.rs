//! The command as a user meets it: answers, and one clear line with status 2 on bad input.

#![allow(
    clippy::unwrap_used,
    reason = "the tests run the built command and read their own files"
)]

use std::path::Path;
use std::process::{Command, Output};

fn shadow(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_shadow"))
        .args(arguments)
        .output()
        .unwrap()
}

fn stdout(arguments: &[&str]) -> String {
    let output = shadow(arguments);
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn json(arguments: &[&str]) -> serde_json::Value {
    serde_json::from_str(&stdout(arguments)).unwrap()
}

/// Runs a command that must be refused: status 2, nothing on standard output, one line on standard
/// error that contains every one of `says`.
fn refused(arguments: &[&str], says: &[&str]) {
    let output = shadow(arguments);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {error}");
    assert_eq!(error.lines().count(), 1, "{arguments:?}: {error}");
    assert!(output.stdout.is_empty(), "{arguments:?} printed something");
    assert!(!error.contains("panicked"), "{arguments:?}: {error}");
    for word in says {
        assert!(
            error.contains(word),
            "{arguments:?} should mention '{word}': {error}"
        );
    }
}

/// Factors and normal subgroups from the theory of these groups; the two names of PSL(2,7).
#[test]
fn structure_and_isomorphism_answer() {
    let cube = json(&["group", "structure", "rubik", "--json"]);
    let names: Vec<&str> = cube["composition_factors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|factor| factor["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["C2", "C3", "A8", "A12"]);
    assert_eq!(cube["composition_factors"][0]["multiplicity"], 12);
    assert_eq!(cube["id_small_group"], serde_json::Value::Null);
    let s4 = stdout(&["group", "structure", "S4", "--normal"]);
    for line in [
        "factors           C2^3 C3",
        "small group       24,12",
        "chief series      24 > 12 > 4 > 1",
    ] {
        assert!(s4.contains(line), "{s4}");
    }
    let limited = json(&[
        "group",
        "structure",
        "2^5",
        "--normal",
        "--limit",
        "373",
        "--json",
    ]);
    assert!(limited["notes"][0].as_str().unwrap().contains("373"), "{limited}");
    let map = json(&["group", "isomorphism", "PSL(2,7)", "PSL(3,2)", "--json"]);
    assert_eq!(map["is_isomorphic"], true);
    assert_eq!(map["isomorphism"][0]["image"].as_array().unwrap().len(), 7);
    assert!(stdout(&["group", "isomorphism", "Q8", "D4"]).contains("not isomorphic"));
    refused(&["group", "structure", "S5 y"], &["column 4"]);
    refused(&["group", "isomorphism", "S5", "Q7"], &["Q7"]);
}

/// The ring of D4 in the plane has generators of degrees 2 and 4; SO(3) has the volume form in T(3), and O(3) has not.
#[test]
fn invariants_answer() {
    let d4 = json(&["lie", "invariants", "--group", "D4", "--degree", "6", "--json"]);
    let found = &d4["polynomials"];
    assert_eq!(d4["order"], "8");
    assert_eq!(found["dimensions"], serde_json::json!([1, 0, 1, 0, 2, 0, 2]));
    assert_eq!(found["ring"]["generator_degrees"], serde_json::json!([2, 4]));
    assert_eq!(found["ring"]["generate_the_whole_ring"], true);
    assert_eq!(
        found["ring"]["molien_series"]["denominator"],
        "t^6 - t^4 - t^2 + 1"
    );
    let points = json(&[
        "lie",
        "invariants",
        "--group",
        "D4",
        "--on",
        "points",
        "--degree",
        "2",
        "--json",
    ]);
    assert_eq!(points["polynomials"]["dimensions"], serde_json::json!([1, 1, 3]));
    for (group, dimension) in [("SO(3)", 1), ("O(3)", 0)] {
        let volume = json(&[
            "lie",
            "invariants",
            "--group",
            group,
            "--tensor",
            "T(3)",
            "--json",
        ]);
        assert_eq!(volume["tensors"]["dimension"], dimension, "{group}");
    }
    let text = stdout(&["lie", "invariants", "--group", "O(1,1)", "--degree", "2"]);
    assert!(text.contains("x^2 - y^2"), "{text}");
    refused(&["lie", "invariants", "--group", "D4"], &["--degree"]);
    refused(
        &["lie", "invariants", "--group", "D4", "--tensor", "T(2)"],
        &["--on points"],
    );
    refused(
        &["lie", "invariants", "--group", "S5", "--tensor", "V^"],
        &["tensor word", "column 3"],
    );
    refused(
        &["lie", "invariants", "--group", "SO(3)", "--tensor", "T(9)"],
        &["19683", "4096"],
    );
    refused(&["lie", "invariants", "--group", "Q9", "--degree", "2"], &["Q9"]);
    refused(
        &["lie", "invariants", "--group", "S1", "--degree", "4294967295"],
        &["the degree is 4294967295", "200"],
    );
}

/// The word that is printed makes the element when it is multiplied out here, letter by letter.
#[test]
fn words_make_the_element() {
    let images = |value: &serde_json::Value| -> Vec<u64> {
        let list = value.as_array().unwrap();
        list.iter().map(|image| image.as_u64().unwrap()).collect()
    };
    // (1,2,3) and its images, in S5 and in A5.
    for (group, element) in [("S5", "(1,2,3)"), ("A5", "[1,2,0,3,4]")] {
        let answer = json(&["group", "word", group, "--element", element, "--json"]);
        let word = answer["word"].as_array().unwrap();
        let mut product: Vec<u64> = (0..5).collect();
        for letter in word {
            let letter = letter.as_i64().unwrap();
            let g = images(&answer["generators"][letter.unsigned_abs() as usize - 1]);
            product = product
                .iter()
                .map(|&x| match letter {
                    1.. => g[x as usize],
                    _ => g.iter().position(|&y| y == x).unwrap() as u64,
                })
                .collect();
        }
        assert_eq!(product, [1, 2, 0, 3, 4], "{answer}");
        assert_eq!(answer["checked"], true);
    }
    let text = stdout(&[
        "group",
        "word",
        "C12",
        "--element",
        "(1,3,5,7,9,11)(2,4,6,8,10,12)",
    ]);
    assert!(text.ends_with("word of 2 letters: x1^2\n"), "{text}");
    let identity = stdout(&["group", "word", "S4", "--element", "()"]);
    assert!(identity.ends_with("word of 0 letters: ()\n"), "{identity}");
    refused(
        &["group", "word", "A5", "--element", "(1,2)"],
        &["not in the group", "(1,2)"],
    );
    refused(
        &["group", "word", "A5", "--element", "[1,0]"],
        &["the element", "5"],
    );
    refused(
        &["group", "word", "A5", "--element", "[1,x]"],
        &["--element", "[1,2,0]"],
    );
    refused(&["group", "word", "A5", "--element", "(1,7)"], &["5"]);
}

/// Degrees and indicators of SL(2,3) from its table in the literature; the fundamental representations of E6.
#[test]
fn characters_and_roots_answer() {
    let table = json(&["group", "characters", "SL(2,3)", "--json"]);
    let degrees: Vec<u64> = table["characters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|character| character["degree"].as_u64().unwrap())
        .collect();
    assert_eq!(degrees, [1, 1, 1, 2, 2, 2, 3]);
    let text = stdout(&["group", "characters", "A5"]);
    assert!(
        text.contains("permutation character: X0 + X3; 2 orbits on pairs"),
        "{text}"
    );
    let e6 = json(&["lie", "roots", "E6", "--weight", "0,1,0,0,0,0", "--json"]);
    assert_eq!(
        (e6["weyl_order"].as_str(), e6["irreducible"]["dimension"].as_str()),
        (Some("51840"), Some("78"))
    );
    assert_eq!(e6["fundamental_dimensions"][0], "27");
    refused(&["group", "characters", "S60"], &["characters", "limit"]);
    refused(&["lie", "roots", "E9"], &["Dynkin type", "column 1"]);
    refused(
        &["lie", "roots", "A2", "--weight", "1"],
        &["highest weight", "2 coefficients"],
    );
}

#[test]
fn subgroups_and_cycle_indices_answer() {
    let lattice = json(&["group", "subgroups", "S4", "--json"]);
    assert_eq!(
        (
            lattice["n_subgroup_classes"].as_u64(),
            lattice["n_subgroups"].as_u64()
        ),
        (Some(11), Some(30))
    );
    let classes = lattice["classes"].as_array().unwrap();
    let normal: Vec<&str> = classes
        .iter()
        .filter(|class| class["normal"] == true)
        .map(|class| class["order"].as_str().unwrap())
        .collect();
    assert_eq!(normal, ["1", "4", "12", "24"]);
    let top: Vec<u64> = lattice["covers"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|cover| cover["upper"] == 10)
        .map(|cover| cover["below"].as_u64().unwrap())
        .collect();
    assert_eq!(top, [4, 3, 1]);
    assert!(stdout(&["group", "subgroups", "Q8"]).starts_with("Q8: 6 subgroups in 6 classes\n"));
    assert_eq!(
        stdout(&["group", "cycle-index", "S3"]),
        "1/6 s1^3 + 1/2 s1 s2 + 1/3 s3\n"
    );
    let index = json(&["group", "cycle-index", "C2", "--json"]);
    assert_eq!(
        index["cycle_index"],
        serde_json::json!([[[[1, 2]], "1/2"], [[[2, 1]], "1/2"]])
    );
    refused(&["group", "subgroups", "M24"], &["244823040", "100000"]);
    refused(
        &["group", "subgroups", "S5", "--limit", "155"],
        &["subgroups", "155"],
    );
    refused(&["group", "cycle-index", "S100"], &["terms", "300000"]);
}

#[test]
fn groups_answer() {
    let info = json(&["group", "info", "M24", "--json"]);
    assert_eq!(
        (info["degree"].as_u64(), info["order"].as_str()),
        (Some(24), Some("244823040"))
    );
    let rubik = json(&["group", "info", "rubik", "--json"]);
    assert_eq!(rubik["order"], "43252003274489856000");
    let cycles = json(&["group", "info", "(1,2,3)(4,5),(1,2)", "--json"]);
    assert_eq!(
        (cycles["degree"].as_u64(), cycles["order"].as_str()),
        (Some(5), Some("12"))
    );
    let orbit = json(&["group", "orbit", "S5", "--set", "0,1", "--json"]);
    assert_eq!(
        (orbit["size"].as_u64(), orbit["orbit"].as_array().unwrap().len()),
        (Some(10), 10)
    );
    let stabilizer = json(&["group", "stabilizer", "M24", "--set", "0,1,2,3,4,5,6,7", "--json"]);
    assert_eq!(stabilizer["order"], "384");
    // The orbit is too long to be listed.
    let facelets: Vec<String> = (0..24).map(|x: u32| (2 * x).to_string()).collect();
    let rubik = json(&[
        "group",
        "stabilizer",
        "rubik",
        "--set",
        &facelets.join(","),
        "--json",
    ]);
    let number = |key: &str| rubik[key].as_str().and_then(|text| text.parse::<u128>().ok());
    let product = number("order")
        .zip(number("orbit_size"))
        .map(|(order, size)| order * size);
    assert_eq!(product, Some(43_252_003_274_489_856_000));
    let tuple = json(&["group", "stabilizer", "M12", "--tuple", "0,1,2,3,4", "--json"]);
    assert_eq!(tuple["order"], "1"); // sharply 5-transitive
    let point = json(&["group", "stabilizer", "S3 wr S2", "--point", "0", "--json"]);
    assert_eq!(point["order"], "12");
}

#[test]
fn large_orbits_are_counted_and_streamed() {
    let octads = [
        "group",
        "orbit",
        "M24",
        "--set",
        "0,1,2,3,4,5,6,7",
        "--count-only",
    ];
    let with = |more: &[&'static str]| [&octads, more].concat();
    let counted = json(&with(&["--json", "--threads", "2"]));
    assert_eq!(counted["size"], 637_560);
    assert!(counted.get("orbit").is_none());
    assert!(stdout(&with(&["--memory-limit", "64MiB"])).contains("637560 points"));
    refused(
        &with(&["--memory-limit", "1MiB"]),
        &["1048576 bytes", "memory limit"],
    );
    refused(
        &with(&["--memory-limit", "much"]),
        &["--memory-limit", "much", "2GiB"],
    );
    refused(&with(&["--threads", "0"]), &["--threads", "0"]);
    // Twenty points of a thousand do not fit a packed word.
    let long = "0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19";
    let unpacked = json(&["group", "orbit", "C1000", "--set", long, "--json", "--count-only"]);
    assert_eq!(unpacked["size"], 1000);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("graph.tsv");
    let path = file.to_str().unwrap();
    stdout(&[
        "group",
        "orbit",
        "D5",
        "--point",
        "2",
        "--count-only",
        "--stream",
        path,
    ]);
    let graph = std::fs::read_to_string(&file).unwrap();
    assert_eq!(graph.lines().count(), 5);
    assert!(graph.starts_with("0\t2\t"), "{graph}");
    refused(
        &["group", "orbit", "C1000", "--set", long, "--stream", path],
        &["bits", "128"],
    );
}

/// A rename would put a file in the place of a pipe.
#[cfg(unix)]
#[test]
fn pipes_are_written_to_and_stay_pipes() {
    use std::os::unix::fs::FileTypeExt;
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::read_to_string(pipe).unwrap()
    });
    stdout(&[
        "group",
        "graph",
        "D4",
        "--point",
        "0",
        "--dot",
        pipe.to_str().unwrap(),
    ]);
    assert!(reader.join().unwrap().starts_with("digraph"));
    assert!(std::fs::metadata(&pipe).unwrap().file_type().is_fifo());
}

#[test]
fn graphs_are_written_whole() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("d4.dot");
    let text = stdout(&[
        "group",
        "graph",
        "D4",
        "--point",
        "0",
        "--dot",
        file.to_str().unwrap(),
    ]);
    assert!(text.contains("4 vertices, 8 arcs"), "{text}");
    assert!(std::fs::read_to_string(&file).unwrap().starts_with("digraph"));
    let graph = json(&["group", "graph", "D4", "--set", "0,1", "--json"]);
    assert_eq!(graph["nodes"].as_array().unwrap().len(), 4);
    let missing = folder.path().join("no/such/folder/d4.dot");
    refused(
        &[
            "group",
            "graph",
            "D4",
            "--point",
            "0",
            "--dot",
            missing.to_str().unwrap(),
        ],
        &["cannot write", "d4.dot"],
    );
}

#[test]
fn bad_groups_are_refused() {
    refused(&["group", "info", "Monster"], &["Monster"]);
    refused(&["group", "info", "(1,2,1)"], &["1"]);
    refused(&["group", "info", "(1,2"], &["expected"]);
    refused(&["group", "info", "(0,1)"], &["0"]);
    refused(&["group", "info", "S99999999"], &["99999999"]);
    refused(&["group", "info", ""], &[]);
    refused(&["group", "orbit", "S5", "--point", "5"], &["5"]);
    refused(&["group", "orbit", "S5", "--point", "one"], &["--point", "one"]);
    refused(&["group", "orbit", "S5", "--set", "0,0"], &["0"]);
    refused(&["group", "orbit", "S5"], &["--point"]);
    refused(
        &[
            "group",
            "orbit",
            "S20",
            "--set",
            "0,1,2,3,4,5,6,7,8,9",
            "--limit",
            "1000",
        ],
        &["1000"],
    );
}

#[test]
fn lie_algebras_answer() {
    let circle = json(&[
        "lie",
        "stabilizer",
        "--algebra",
        "gl(2)",
        "--polynomial",
        "x^2+y^2-1",
        "--json",
    ]);
    assert_eq!(circle["zero_set"]["dim"], 1);
    assert_eq!(circle["zero_set"]["orbit_dim"], 3);
    let line = json(&[
        "lie",
        "stabilizer",
        "--algebra",
        "aff(2)",
        "--polynomial",
        "y-2*x",
        "--json",
    ]);
    assert_eq!(
        (line["zero_set"]["dim"].as_u64(), line["function"]["dim"].as_u64()),
        (Some(4), Some(3))
    );
}

#[test]
fn lie_algebras_are_described() {
    let lorentz = json(&["lie", "info", "so(3,1)", "--json"]);
    assert_eq!(lorentz["description"], "sl(2,C)");
    assert_eq!(lorentz["killing_signature"], serde_json::json!([3, 3, 0]));
    assert_eq!(lorentz["root_system"], "A1+A1");
    assert!(stdout(&["lie", "info", "aff(2)"]).contains("Levi factor"));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("algebra.json");
    let path = file.to_str().unwrap();
    std::fs::write(&file, r#"{"dimension": 3, "brackets": [[0, 1, [[2, 1]]]]}"#).unwrap();
    assert_eq!(
        json(&["lie", "info", "--basis", path, "--json"])["description"],
        "heis(3)"
    );
    std::fs::write(&file, r#"[[["0", "1"], ["0", "0"]], [["0", "0"], ["1", "0"]]]"#).unwrap();
    refused(
        &["lie", "info", "--basis", path],
        &["basis elements 0 and 1", "not in their span"],
    );
    std::fs::write(&file, r#"[[["0", "1", "1"], ["0", "0", "1"]]]"#).unwrap();
    refused(
        &["lie", "info", "--basis", path],
        &["basis element 0", "2x3", "square"],
    );
    refused(&["lie", "info", "gl(40)"], &["40", "limit"]);
    refused(&["lie", "info"], &["<ALGEBRA>"]);
    refused(
        &["lie", "info", "--basis", "/nowhere/x.json"],
        &["cannot read /nowhere/x.json"],
    );
}

#[test]
fn figures_of_every_kind_have_stabilizers() {
    for (figure, dim, kind) in [
        (&["--vector", "1,0"][..], 2, "aff(1)"),
        (&["--tuple", "1,0; 0,1"], 0, "0"),
        (&["--subspace", "1,2"], 3, "aff(1)+R"),
        (&["--form", "1,0;0,-1"], 1, "so(1,1)"),
        (&["--matrix", "0,1;0,0", "--by", "conjugation"], 2, "R^2"),
        (&["--matrix", "0,1;-1,0", "--by", "congruence"], 3, "sl(2,R)"),
        (&["--tensor", "0,1,-1,0", "--slots", "0,2"], 3, "sl(2,R)"),
    ] {
        let answer = json(&[&["lie", "stabilizer", "--algebra", "gl(2)", "--json"], figure].concat());
        assert_eq!(answer["stabilizer"]["dim"], dim, "{figure:?}");
        assert_eq!(answer["stabilizer"]["type"], kind, "{figure:?}");
        assert_eq!(answer["dim"], 4);
    }
    let bad = |figure: &[&str], says: &[&str]| {
        refused(
            &[&["lie", "stabilizer", "--algebra", "gl(2)"], figure].concat(),
            says,
        );
    };
    bad(&["--vector", "1,0,0"], &["2 coordinates", "3"]);
    bad(&["--vector", "1,0;0,1"], &["--tuple"]);
    bad(&["--matrix", "1,0,0"], &["1x3"]);
    bad(&["--form", "1,x;0,1"], &["column 3"]);
    bad(&["--tensor", "1,2,3", "--slots", "0,2"], &["4 coordinates"]);
    bad(&["--tensor", "1,2,3", "--slots", "two"], &["--slots"]);
    bad(&[], &["--polynomial"]);
}

#[test]
fn figures_have_components_and_a_table() {
    let quartic = json(&[
        "lie",
        "stabilizer",
        "--group",
        "GL(2)",
        "--polynomial",
        "x^4+y^4",
        "--json",
    ]);
    assert_eq!(quartic["components"][1]["type"], "D4");
    assert_eq!(quartic["function"]["dim"], 0);
    let table = json(&["lie", "orbit-table", "--json"]);
    let row = |name: &str| {
        let rows = table["rows"].as_array().unwrap();
        rows.iter().find(|row| row["figure"] == name).unwrap().clone()
    };
    let (circle, ellipse) = (row("circle"), row("ellipse"));
    for k in 0..2 {
        for key in ["stabilizer_dim", "orbit_dim", "type", "components"] {
            assert_eq!(circle["entries"][k][key], ellipse["entries"][k][key], "{key}");
        }
    }
    assert_eq!(
        row("corner (two lines)")["entries"][0]["components"]["type"],
        "D4"
    );
    let measured = &[
        "lie",
        "orbit-table",
        "--approximate",
        "--samples",
        "20000",
        "--seed",
        "5",
    ];
    assert_eq!(stdout(measured), stdout(measured), "the seed fixes the output");
    assert!(stdout(measured).contains("one orbit of GL(2)"));
    refused(
        &["lie", "orbit-table", "--approximate", "--radius", "-1"],
        &["radius"],
    );
    refused(&["lie", "orbit-table", "--samples", "5"], &["--approximate"]);
    refused(
        &["lie", "stabilizer", "--group", "T(2)", "--vector", "1,0"],
        &["T(2)", "Aff(n)"],
    );
}

#[test]
fn a_batch_answers_good_rows_and_names_bad_ones() {
    let folder = tempfile::tempdir().unwrap();
    let (rows, out) = (folder.path().join("rows.json"), folder.path().join("out.json"));
    let text = r#"[{"figure": "odd", "n": 2, "monomials": [[[1, 1], "1"]], "algebras": {"gl(3)": null}},
        {"figure": "cross", "n": 2, "monomials": [[[1, 1], "1"]], "algebras": {"gl(2)": null}}]"#;
    std::fs::write(&rows, text).unwrap();
    let (rows, path) = (rows.to_str().unwrap(), out.to_str().unwrap());
    refused(
        &["lie", "stabilizer", "--batch", rows, "--json", path],
        &["1 of 2 rows", "row 0", "odd", "gl(3) acts on 3 coordinates"],
    );
    let answers: serde_json::Value = serde_json::from_slice(&std::fs::read(&out).unwrap()).unwrap();
    assert_eq!(answers[1]["algebras"]["gl(2)"]["zero_set"]["dim"], 2);
    assert!(answers[0]["error"].is_string());
    std::fs::write(rows, "{").unwrap();
    refused(
        &["lie", "stabilizer", "--batch", rows, "--json", path],
        &["rows.json", "a JSON list"],
    );
}

#[test]
fn bad_figures_are_refused() {
    let stabilizer = |algebra: &str, polynomial: &str, says: &[&str]| {
        refused(
            &[
                "lie",
                "stabilizer",
                "--algebra",
                algebra,
                "--polynomial",
                polynomial,
            ],
            says,
        );
    };
    stabilizer("gl(2)", "x^2+*y", &["column 5"]);
    stabilizer("gl(2)", "x^2+y^2-", &["expected"]);
    stabilizer("gl(two)", "x", &["gl(two)"]);
    stabilizer("e8(2)", "x", &["e8(2)"]);
}

#[test]
fn claims_are_listed_and_unknown_ones_refused() {
    let list = stdout(&["verify", "--list"]);
    assert!(list.contains("orbit-stabilizer-finite") && list.contains("hitting-time-iid"));
    refused(&["verify", "C99"], &["C99", "orbit-stabilizer-finite"]);
}

#[test]
fn a_claim_is_verified_with_its_control() {
    let ledger = json(&["verify", "hitting-time-iid", "--json", "--seed", "3"]);
    let claim = &ledger["claims"][0];
    assert_eq!(
        (
            claim["verdict"].as_str(),
            claim["negative_control"]["outcome"].as_str()
        ),
        (Some("holds"), Some("fails"))
    );
    assert_eq!(ledger["seed"], 3);
}

#[test]
fn bad_data_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let out = path("out");
    let study = |data: &str, says: &[&str]| {
        refused(&["study", "--data", data, "--out", &out], says);
        assert!(!Path::new(&out).join("report.html").exists());
    };
    study("cifar", &["cifar", "digits"]);
    study(&format!("idx:{}", path("missing")), &["missing"]);

    std::fs::write(
        path("short"),
        [0, 0, 8, 3, 0, 0, 0, 9, 0, 0, 0, 8, 0, 0, 0, 8, 1, 2, 3],
    )
    .unwrap();
    study(&format!("idx:{}", path("short")), &["short", "576", "3"]);
    std::fs::write(path("magic"), [1, 2, 3, 4, 0, 0, 0, 0]).unwrap();
    study(&format!("idx:{}", path("magic")), &["magic"]);

    std::fs::create_dir(path("empty")).unwrap();
    study(&format!("png:{}", path("empty")), &["empty"]);
    std::fs::create_dir(path("mixed")).unwrap();
    for (name, side) in [("a.png", 8), ("b.png", 9)] {
        image::GrayImage::new(side, side)
            .save(folder.path().join("mixed").join(name))
            .unwrap();
    }
    study(&format!("png:{}", path("mixed")), &["b.png", "8", "9"]);
}

#[test]
fn an_unwritable_folder_is_refused_before_the_work() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "a file where a folder should be").unwrap();
    let started = std::time::Instant::now();
    refused(
        &["study", "--out", file.to_str().unwrap()],
        &["cannot write", "file"],
    );
    assert!(
        started.elapsed().as_secs() < 5,
        "the folder is looked at before anything is trained"
    );
}

#[test]
fn misspelt_options_are_refused_in_one_line() {
    refused(&["study", "--sed", "1"], &["--sed"]);
    refused(&["study", "--seed", "x"], &["--seed", "x"]);
    refused(&["stduy"], &["stduy"]);
}
