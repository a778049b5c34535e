//! The Lie side of `groups` against tables computed independently (`data/oracle/`).

use groups::lie::{
    LieAlgebra, StabilizerMode, answer_batch, infinitesimal_action, parse_algebra, stabilizer_of_polynomials,
};
use groups::linear::{RationalMatrix, Subspace};
use groups::polynomial::Polynomial;
use groups::scalar::parse_rational;
use num_rational::BigRational;
use serde_json::{Value, json};

use crate::table::table;

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
    let rows = table("lie");
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
    for row in table("stabilizers") {
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
                let found = serde_json::to_value(isotropy.report().unwrap()).unwrap();
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
    for row in table("lie") {
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

/// The figures that the table describes in words only, in the terms of the batch format.
fn in_batch_terms(figure: &str) -> Option<(&'static str, Value)> {
    Some(match figure {
        "point (0, 0)" => ("points", json!([[0, 0]])),
        "point (3, -2)" => ("points", json!([[3, -2]])),
        "point (1, 0, 0)" => ("points", json!([[1, 0, 0]])),
        "two points (0,0),(1,1)" => ("points", json!([[0, 0], [1, 1]])),
        "line spanned by (1,2) as a set" => ("subspaces", json!([[[1, 2]]])),
        "full flag <e1> < <e1,e2> in space" => ("subspaces", json!([[[1, 0, 0]], [[1, 0, 0], [0, 1, 0]]])),
        "symplectic form on the plane" => ("congruence", json!([[0, 1], [-1, 0]])),
        "2x2 nilpotent matrix under conjugation" => ("conjugation", json!([[0, 1], [0, 0]])),
        _ => return None,
    })
}

#[test]
fn the_batch_format_gives_back_the_table() {
    let table = table("stabilizers");
    let mut blanked = table.clone();
    for row in &mut blanked {
        for answer in row["algebras"].as_object_mut().unwrap().values_mut() {
            *answer = Value::Null;
        }
        if let Some((key, figure)) = in_batch_terms(row["figure"].as_str().unwrap()) {
            // The condition "b in span(e1)" of the flag is stronger than keeping both subspaces.
            row[key] = figure;
        }
    }
    let answered = answer_batch(blanked);
    assert!(answered.errors.is_empty(), "{:?}", answered.errors);
    assert_eq!(answered.rows.len(), table.len());
    let mut compared = 0;
    for (row, expected) in answered.rows.iter().zip(&table) {
        assert!(row.get("skipped").is_none(), "{}", row["figure"]);
        for (key, value) in expected.as_object().unwrap() {
            if !["algebras", "polynomial"].contains(&key.as_str()) {
                assert_eq!(&row[key], value, "{}: {key} is carried through", row["figure"]);
            }
        }
        for (name, answers) in expected["algebras"].as_object().unwrap() {
            for (mode, report) in answers.as_object().unwrap() {
                let found = &row["algebras"][name][mode];
                let label = format!("{} {name} {mode}", row["figure"]);
                let Some(report) = report.as_object() else {
                    assert_eq!(found, report, "{label}");
                    continue;
                };
                for (field, value) in report.iter().filter(|(field, _)| *field != "basis") {
                    assert_eq!(&found[field], value, "{label}: {field}");
                }
                assert_eq!(span(&found["basis"]), span(&report["basis"]), "{label}: basis");
                assert!(found["type"].is_string(), "{label}");
                compared += 1;
            }
        }
    }
    assert!(compared >= 340, "only {compared} answers were compared");
}
