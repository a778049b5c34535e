//! The Lie side of `groups` against tables computed independently (`data/oracle/`).

#![allow(clippy::unwrap_used)]

use std::fs::File;
use std::io::BufReader;

use groups::lie::{
    BatchRow, LieAlgebra, StabilizerMode, answer_batch, infinitesimal_action, parse_algebra,
    stabilizer_of_polynomials,
};
use groups::linear::{RationalMatrix, Subspace};
use groups::polynomial::Polynomial;
use groups::scalar::parse_rational;
use num_rational::BigRational;
use serde_json::Value;

fn table(name: &str) -> Vec<Value> {
    let path = format!("{}/data/oracle/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_reader(BufReader::new(File::open(path).unwrap())).unwrap()
}

fn matrix(value: &Value) -> RationalMatrix {
    serde_json::from_value(value.clone()).unwrap()
}

fn figure(row: &Value) -> Option<Polynomial> {
    let terms = row.get("monomials")?.as_array().unwrap().iter().map(|term| {
        let exponents: Vec<u32> = serde_json::from_value(term[0].clone()).unwrap();
        (exponents, parse_rational(term[1].as_str().unwrap()).unwrap())
    });
    Some(Polynomial::from_terms(row["n"].as_u64().unwrap() as usize, terms).unwrap())
}

/// The name by which the grammar knows an algebra of the table, where it does.
fn grammar_name(oracle_name: &str) -> Option<String> {
    let name = oracle_name.strip_suffix(" compact").unwrap_or(oracle_name);
    if let Some(dimension) = name.strip_prefix("heisenberg dim ") {
        return Some(format!("heis({dimension})"));
    }
    match name {
        "co(3) = so(3)+R" => return Some("co(3)".into()),
        "sl(2) x sl(2) block" => return Some("sl(2) x sl(2)".into()),
        _ => {}
    }
    let last = name.rsplit(' ').next().unwrap();
    let known = ["gl(", "sl(", "so(", "sp(", "aff(", "se(", "t(", "n(", "d("];
    (known.iter().any(|family| last.starts_with(family))
        && !name.starts_with("borel")
        && !name.contains("parabolic"))
    .then(|| last.to_owned())
}

fn assert_structure(label: &str, algebra: &LieAlgebra, row: &Value) {
    let structure = serde_json::to_value(algebra.structure()).unwrap();
    assert_eq!(
        algebra.dimension() as u64,
        row["dimension"].as_u64().unwrap(),
        "{label}"
    );
    let fields = [
        "derived_series_dims",
        "lower_central_series_dims",
        "center_dim",
        "killing_rank",
        "killing_signature",
        "is_abelian",
        "is_solvable",
        "is_nilpotent",
        "is_perfect",
        "is_semisimple",
        "radical_dim",
    ];
    for field in fields {
        assert_eq!(structure[field], row[field], "{label}: {field}");
    }
}

#[test]
fn structure_of_every_algebra_of_the_table() {
    let rows = table("lie.json");
    assert_eq!(rows.len(), 49);
    let mut by_name = 0;
    for row in &rows {
        let label = row["name"].as_str().unwrap();
        let basis = row["basis"].as_array().unwrap().iter().map(matrix).collect();
        assert_structure(label, &LieAlgebra::from_matrices(basis).unwrap(), row);
        if let Some(name) = grammar_name(label) {
            assert_structure(&name, &parse_algebra(&name).unwrap(), row);
            by_name += 1;
        }
    }
    assert!(by_name >= 40, "only {by_name} algebras were built by name");
}

#[test]
fn stabilizers_of_every_polynomial_figure_of_the_table() {
    let mut compared = 0;
    for row in table("stabilizers.json") {
        let Some(f) = figure(&row) else { continue };
        assert_eq!(
            Polynomial::parse(row["polynomial"].as_str().unwrap(), Some(f.variables())).unwrap(),
            f
        );
        for (name, expected) in row["algebras"].as_object().unwrap() {
            let algebra = parse_algebra(name).unwrap();
            assert_eq!(algebra.dimension() as u64, expected["dim"].as_u64().unwrap());
            for (key, mode) in [
                ("zero_set", StabilizerMode::ZeroSet),
                ("function", StabilizerMode::Function),
            ] {
                let isotropy = stabilizer_of_polynomials(&algebra, std::slice::from_ref(&f), mode).unwrap();
                let label = format!("{} under {name}, {key}", row["figure"]);
                let found = serde_json::to_value(isotropy.report()).unwrap();
                for (field, value) in expected[key]
                    .as_object()
                    .unwrap()
                    .iter()
                    .filter(|(field, _)| *field != "basis")
                {
                    assert_eq!(&found[field], value, "{label}: {field}");
                }
                assert_eq!(
                    span(&found["basis"]),
                    span(&expected[key]["basis"]),
                    "{label}: basis"
                );
                for image in infinitesimal_action(&isotropy.stabilizer, &f).unwrap() {
                    let constant = image.leading_term().map_or_else(
                        || parse_rational("0").unwrap(),
                        |(_, c)| c / f.leading_term().unwrap().1,
                    );
                    let difference = &image - &f.scaled(&constant);
                    let stays = if key == "zero_set" { &difference } else { &image };
                    assert!(stays.is_zero(), "{label}: the stabilizer moves the figure");
                }
                compared += 1;
            }
        }
    }
    assert!(compared >= 300, "only {compared} stabilizers were compared");
}

#[test]
fn roots_of_the_split_algebras_of_the_table() {
    let mut compared = 0;
    for row in table("lie.json") {
        let label = row["name"].as_str().unwrap();
        let basis = row["basis"].as_array().unwrap().iter().map(matrix).collect();
        let info = serde_json::to_value(LieAlgebra::from_matrices(basis).unwrap().info().unwrap()).unwrap();
        let Some(kind) = row.get("root_system") else {
            continue;
        };
        assert_eq!(&info["root_system"], kind, "{label}");
        for field in ["rank", "n_roots", "weyl_order"] {
            assert_eq!(info[field], row[field], "{label}: {field}");
        }
        assert_eq!(info["is_split"], true, "{label}");
        compared += 1;
    }
    assert_eq!(compared, 12);
}

/// The span of a list of affine fields {A, b}, as vectors of the entries of A and b.
fn span(basis: &Value) -> Option<Subspace<BigRational>> {
    let rows: Vec<Vec<BigRational>> = basis
        .as_array()
        .unwrap()
        .iter()
        .map(|element| {
            let mut row = matrix(&element["A"]).entries().to_vec();
            row.extend(
                element["b"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|x| parse_rational(x.as_str().unwrap()).unwrap()),
            );
            row
        })
        .collect();
    (!rows.is_empty()).then(|| Subspace::span(&RationalMatrix::from_rows(rows).unwrap()))
}

#[test]
fn the_batch_format_gives_back_the_table() {
    let table = table("stabilizers.json");
    let mut blanked: Vec<BatchRow> = serde_json::from_value(Value::Array(table.clone())).unwrap();
    for row in &mut blanked {
        row.algebras.values_mut().for_each(|answer| *answer = Value::Null);
    }
    let answered = answer_batch(blanked).unwrap();
    assert_eq!(answered.len(), table.len());
    for (row, expected) in answered.iter().zip(&table) {
        if row.skipped.is_some() {
            assert!(expected.get("monomials").is_none(), "{:?}", row.figure);
            continue;
        }
        for (name, answers) in expected["algebras"].as_object().unwrap() {
            for mode in ["zero_set", "function"] {
                for (field, value) in answers[mode]
                    .as_object()
                    .unwrap()
                    .iter()
                    .filter(|(field, _)| *field != "basis")
                {
                    assert_eq!(
                        &row.algebras[name][mode][field], value,
                        "{:?} {name} {mode}",
                        row.figure
                    );
                }
            }
        }
    }
}
