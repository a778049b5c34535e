//! Many figures at once, in the format of the stabilizer oracle.
//!
//! A row is an object with the number of variables `n`, a figure, and `algebras`, whose names say what to answer;
//! answers in the input are ignored and may be null. The figure is one of
//!
//! - `monomials`: one polynomial by pairs of exponents and coefficient, or, without it, `polynomial` as text;
//! - `polynomials`: several, each as such a list of pairs or as text: the ideal that they generate;
//! - `points`, `subspaces` (each a list of spanning rows), `conjugation` or `congruence` (a matrix), each at the origin.
//!
//! For polynomials the answer has `dim` (of the algebra), `zero_set` and `function`; for the others `dim` and
//! `stabilizer`. Every other key of a row is carried through. A row in which something is wrong says so in `error`, and
//! the other rows are answered all the same; a row without a figure is carried through with the reason in `skipped`.

use std::collections::BTreeMap;

use num_rational::BigRational;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::input::{domain, list, read_matrix, read_rational, read_vector};
use super::{
    Figure, IsotropyReport, LieAlgebra, StabilizerMode, isotropy_of_figure, parse_algebra,
    stabilizer_of_polynomials,
};
use crate::GroupError;
use crate::polynomial::Polynomial;

/// A figure with the algebras whose stabilizers are asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Row {
    n: usize,
    algebras: BTreeMap<String, Value>,
    /// The figure, its name, and whatever else the row carries.
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// The answered rows of a batch with what was wrong in some of them.
#[derive(Clone, Debug)]
pub struct BatchAnswer {
    /// As many rows as were given, in their order.
    pub rows: Vec<Value>,
    /// One error, [`GroupError::InRow`], for each row that has the key `error`.
    pub errors: Vec<GroupError>,
}

/// Both stabilizers of a figure given by polynomials in one algebra.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct StabilizerAnswer {
    /// The dimension of the algebra.
    pub dim: usize,
    /// The stabilizer of the ideal: X.I in I, for one polynomial X.f = c f.
    pub zero_set: IsotropyReport,
    /// The stabilizer of the functions: X.f = 0.
    pub function: IsotropyReport,
}

/// Both stabilizers of polynomials.
///
/// # Errors
/// Those of [`stabilizer_of_polynomials`].
///
/// ```
/// use groups::lie::{parse_algebra, stabilizer_answer};
/// use groups::polynomial::Polynomial;
/// let answer = stabilizer_answer(&parse_algebra("gl(2)")?, &[Polynomial::parse("x*y", None)?])?;
/// assert_eq!((answer.zero_set.dim, answer.function.dim), (2, 1));
/// assert_eq!(answer.function.kind, "so(1,1)");
/// # Ok::<(), groups::GroupError>(())
/// ```
pub fn stabilizer_answer(
    algebra: &LieAlgebra,
    polynomials: &[Polynomial],
) -> Result<StabilizerAnswer, GroupError> {
    let answer = |mode| stabilizer_of_polynomials(algebra, polynomials, mode)?.report();
    Ok(StabilizerAnswer {
        dim: algebra.dimension(),
        zero_set: answer(StabilizerMode::ZeroSet)?,
        function: answer(StabilizerMode::Function)?,
    })
}

/// Answers every row of a batch, in order; a bad row does not stop the others.
///
/// ```
/// use groups::lie::answer_batch;
/// let rows = serde_json::from_str(r#"[{"n": 2, "monomials": [[[1, 1], "1"]], "algebras": {"gl(2)": null}},
///     {"figure": "odd one", "n": 2, "monomials": [[[1, 1], "one"]], "algebras": {"gl(2)": null}}]"#).unwrap();
/// let answer = answer_batch(rows);
/// assert_eq!(answer.rows[0]["algebras"]["gl(2)"]["zero_set"]["dim"], 2);
/// assert!(answer.errors[0].to_string().starts_with("row 1 (counted from 0), \"odd one\": cannot read"));
/// ```
pub fn answer_batch(rows: Vec<Value>) -> BatchAnswer {
    let answered: Vec<_> = rows.into_par_iter().map(answer_row).collect();
    let mut answer = BatchAnswer {
        rows: Vec::with_capacity(answered.len()),
        errors: Vec::new(),
    };
    for (row, (content, error)) in answered.into_iter().enumerate() {
        if let Some(error) = error {
            answer.errors.push(GroupError::InRow {
                row,
                figure: content.get("figure").and_then(Value::as_str).map(str::to_owned),
                error: Box::new(error),
            });
        }
        answer.rows.push(content);
    }
    answer
}

/// The row with its answers and, when something is wrong in it, the first error.
fn answer_row(content: Value) -> (Value, Option<GroupError>) {
    let mut row: Row = match Row::deserialize(&content) {
        Ok(row) => row,
        Err(error) => {
            let error = domain(
                format!("the row cannot be read ({error})"),
                "an object with `n`, a figure and `algebras`",
            );
            return (with_error(content, &error), Some(error));
        }
    };
    row.algebras.values_mut().for_each(|answer| *answer = Value::Null);
    let mut first_error = None;
    match read_figure(&row) {
        Ok(Some(figure)) => {
            if let Figure::Polynomials(polynomials, _) = &figure
                && let [f] = polynomials.as_slice()
            {
                row.rest.insert("polynomial".to_owned(), f.to_string().into());
            }
            for (name, slot) in &mut row.algebras {
                match answer_in(name, &figure) {
                    Ok(answer) => *slot = answer,
                    Err(error) => first_error = first_error.or(Some(error)),
                }
            }
        }
        Ok(None) => {
            let reason = "no `monomials` or other figure: only a name or a condition in words";
            row.rest.insert("skipped".to_owned(), reason.into());
        }
        Err(error) => first_error = Some(error),
    }
    let value = serde_json::to_value(&row).expect("a row of JSON values is JSON");
    match first_error {
        Some(error) => (with_error(value, &error), Some(error)),
        None => (value, None),
    }
}

fn with_error(mut row: Value, error: &GroupError) -> Value {
    if let Value::Object(fields) = &mut row {
        fields.insert("error".to_owned(), error.to_string().into());
    }
    row
}

fn answer_in(name: &str, figure: &Figure) -> Result<Value, GroupError> {
    let algebra = parse_algebra(name)?;
    let answer = match figure {
        Figure::Polynomials(polynomials, _) => {
            serde_json::to_value(stabilizer_answer(&algebra, polynomials)?)
        }
        _ => serde_json::to_value(BTreeMap::from([(
            "stabilizer",
            isotropy_of_figure(&algebra, figure)?.report()?,
        )]))
        .map(|mut answer| {
            answer["dim"] = algebra.dimension().into();
            answer
        }),
    };
    Ok(answer.expect("dimensions, names and texts are JSON"))
}

fn read_figure(row: &Row) -> Result<Option<Figure>, GroupError> {
    let polynomials = |polynomials| Figure::Polynomials(polynomials, StabilizerMode::ZeroSet);
    let given = |key: &str| row.rest.get(key).filter(|value| !value.is_null());
    Ok(Some(if let Some(terms) = given("monomials") {
        polynomials(vec![read_polynomial(terms, row.n, "`monomials`")?])
    } else if let Some(several) = given("polynomials") {
        let read = |f: &Value| read_polynomial(f, row.n, "`polynomials`");
        polynomials(
            list(several, "`polynomials`")?
                .iter()
                .map(read)
                .collect::<Result<_, _>>()?,
        )
    } else if let Some(text) = given("polynomial") {
        polynomials(vec![read_polynomial(text, row.n, "`polynomial`")?])
    } else if let Some(points) = given("points") {
        let read = |point: &Value| read_vector(point, "`points`");
        Figure::Points(
            list(points, "`points`")?
                .iter()
                .map(read)
                .collect::<Result<_, _>>()?,
        )
    } else if let Some(subspaces) = given("subspaces") {
        let read = |rows: &Value| read_matrix(rows, "`subspaces`");
        Figure::Subspaces(
            list(subspaces, "`subspaces`")?
                .iter()
                .map(read)
                .collect::<Result<_, _>>()?,
        )
    } else if let Some(matrix) = given("conjugation") {
        Figure::Conjugation(read_matrix(matrix, "`conjugation`")?)
    } else if let Some(matrix) = given("congruence") {
        Figure::Congruence(read_matrix(matrix, "`congruence`")?)
    } else {
        return Ok(None);
    }))
}

/// A polynomial in n variables, as text or as pairs of exponents and coefficient.
fn read_polynomial(value: &Value, n: usize, place: &str) -> Result<Polynomial, GroupError> {
    if let Some(text) = value.as_str() {
        return Polynomial::parse(text, Some(n));
    }
    let mut terms: Vec<(Vec<u32>, BigRational)> = Vec::new();
    for term in list(value, place)? {
        let [exponents, coefficient] = list(term, place)? else {
            return Err(domain(
                format!("the term {term} in {place}"),
                "a pair of exponents and coefficient",
            ));
        };
        let read: Result<Vec<u32>, _> = Vec::deserialize(exponents);
        let exponents =
            read.map_err(|_| domain(format!("the exponents {exponents} in {place}"), "whole numbers"))?;
        terms.push((exponents, read_rational(coefficient, place)?));
    }
    Polynomial::from_terms(n, terms)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(json: &str) -> BatchAnswer {
        answer_batch(serde_json::from_str(json).unwrap())
    }

    #[test]
    fn answers_replace_whatever_stood_there_and_the_rest_is_kept() {
        let json = r#"[{"n": 2, "monomials": [[[2, 0], 1], [[0, 2], "1/2"]], "note": {"kept": [1]},
            "algebras": {"so(2)": null, "gl(2)": {"dim": 99}}}]"#;
        let answer = batch(json);
        assert!(answer.errors.is_empty());
        let row = &answer.rows[0];
        assert_eq!(row["algebras"]["gl(2)"]["dim"], 4);
        assert_eq!(row["algebras"]["so(2)"]["zero_set"]["dim"], 0);
        assert!(row["algebras"]["so(2)"]["zero_set"].get("center_dim").is_none());
        assert_eq!(row["polynomial"], "x^2 + 1/2*y^2");
        assert_eq!(row["note"]["kept"][0], 1);
    }

    #[test]
    fn ideals_and_other_figures_are_answered() {
        let json = r#"[
            {"n": 3, "polynomials": ["y - x^2", [[[0, 0, 1], 1], [[3, 0, 0], "-1"]]], "algebras": {"aff(3)": null}},
            {"n": 2, "points": [[3, "-2"]], "algebras": {"gl(2)": null, "se(2)": null}},
            {"n": 2, "subspaces": [[[1, 2]]], "algebras": {"gl(2)": null}},
            {"n": 2, "conjugation": [[0, 1], [0, 0]], "algebras": {"gl(2)": null}},
            {"n": 2, "congruence": [[0, 1], [-1, 0]], "algebras": {"gl(2)": null}}]"#;
        let answer = batch(json);
        assert!(answer.errors.is_empty(), "{:?}", answer.errors);
        let dim = |row: usize, name: &str, key: &str| answer.rows[row]["algebras"][name][key]["dim"].clone();
        assert_eq!(
            dim(0, "aff(3)", "zero_set"),
            2,
            "t -> a t + b on the twisted cubic"
        );
        assert_eq!(dim(1, "gl(2)", "stabilizer"), 2);
        assert_eq!(dim(1, "se(2)", "stabilizer"), 1);
        assert_eq!(dim(2, "gl(2)", "stabilizer"), 3);
        assert_eq!(dim(3, "gl(2)", "stabilizer"), 2);
        assert_eq!(dim(4, "gl(2)", "stabilizer"), 3);
        assert_eq!(
            answer.rows[4]["algebras"]["gl(2)"]["stabilizer"]["type"],
            "sl(2,R)"
        );
    }

    #[test]
    fn bad_rows_are_named_and_the_others_answered() {
        let json = r#"[{"n": 1, "algebras": {}},
            {"figure": "flat", "n": 2, "monomials": [[[2, 0], "1"]], "algebras": {"gl(3)": null, "gl(2)": 7}},
            {"n": 2, "monomials": [[[2, 0, 1], "1"]], "algebras": {"gl(2)": 7}},
            {"monomials": []}, 5,
            {"n": 2, "monomials": [[[1, 0], "1"], [[0, -1], "1"]], "algebras": {"gl(2)": null}},
            {"n": 2, "monomials": [[[1, 0], "1"]], "algebras": {"gl(2)": null}}]"#;
        let answer = batch(json);
        assert_eq!(answer.rows.len(), 7);
        assert!(answer.rows[0]["skipped"].is_string());
        let errors: Vec<String> = answer.errors.iter().map(ToString::to_string).collect();
        for (error, says) in errors.iter().zip([
            "row 1 (counted from 0), \"flat\": gl(3) acts on 3 coordinates",
            "row 2 (counted from 0): ",
            "row 3 (counted from 0): the row cannot be read",
            "row 4 (counted from 0): the row cannot be read",
            "row 5 (counted from 0): the exponents [0,-1] in `monomials`",
        ]) {
            assert!(error.starts_with(says), "{error}");
        }
        assert_eq!(errors.len(), 5);
        assert!(
            answer.rows[1]["error"]
                .as_str()
                .unwrap()
                .starts_with("gl(3) acts on")
        );
        assert_eq!(answer.rows[1]["algebras"]["gl(2)"]["zero_set"]["dim"], 3);
        assert!(answer.rows[2]["algebras"]["gl(2)"].is_null());
        assert_eq!(answer.rows[6]["algebras"]["gl(2)"]["zero_set"]["dim"], 3);
    }
}
