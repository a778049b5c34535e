//! Many figures at once, in the format of the stabilizer oracle.
//!
//! Each row gives the number of variables `n`, the polynomial as `monomials` (pairs of exponents and coefficient) and
//! `algebras`, whose names say what to answer; answers in the input are ignored and may be null. The output has the
//! same rows with the answers filled in. A row without `monomials` is passed through with the reason in `skipped`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{IsotropyReport, StabilizerMode, parse_algebra, stabilizer_of_polynomials};
use crate::GroupError;
use crate::polynomial::Polynomial;
use crate::scalar::parse_rational;

/// A figure with the algebras whose stabilizers are asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BatchRow {
    /// A name for the figure, repeated in the output.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub figure: Option<String>,
    /// The number of variables.
    pub n: usize,
    /// The polynomial in text form: written in the output, ignored in the input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub polynomial: Option<String>,
    /// Pairs of exponents and coefficient; coefficients are texts such as "-1/2" or integers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub monomials: Option<Vec<(Vec<u32>, Value)>>,
    /// The algebras by name; the values are ignored in the input.
    pub algebras: BTreeMap<String, Value>,
    /// Why a row was not answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
}

/// Both stabilizers of a figure in one algebra.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct StabilizerAnswer {
    /// The dimension of the algebra.
    pub dim: usize,
    /// The stabilizer of the ideal: X.f = c f.
    pub zero_set: IsotropyReport,
    /// The stabilizer of the function: X.f = 0.
    pub function: IsotropyReport,
}

/// Both stabilizers of one polynomial in the algebra with this name.
///
/// # Errors
/// Those of [`parse_algebra`] and [`stabilizer_of_polynomials`].
///
/// ```
/// use groups::lie::stabilizer_answer;
/// use groups::polynomial::Polynomial;
/// let answer = stabilizer_answer("gl(2)", &Polynomial::parse("x*y", None)?)?;
/// assert_eq!((answer.zero_set.dim, answer.function.dim), (2, 1));
/// # Ok::<(), groups::GroupError>(())
/// ```
pub fn stabilizer_answer(algebra: &str, f: &Polynomial) -> Result<StabilizerAnswer, GroupError> {
    let algebra = parse_algebra(algebra)?;
    let answer = |mode| -> Result<IsotropyReport, GroupError> {
        Ok(stabilizer_of_polynomials(&algebra, std::slice::from_ref(f), mode)?.report())
    };
    Ok(StabilizerAnswer {
        dim: algebra.dimension(),
        zero_set: answer(StabilizerMode::ZeroSet)?,
        function: answer(StabilizerMode::Function)?,
    })
}

/// Answers every row of a batch, in order.
///
/// # Errors
/// [`GroupError::InRow`] with the row, counted from 0, for whatever is wrong in it.
pub fn answer_batch(rows: Vec<BatchRow>) -> Result<Vec<BatchRow>, GroupError> {
    let answered = rows.into_iter().enumerate().map(|(row, content)| {
        answer_row(content).map_err(|error| GroupError::InRow {
            row,
            error: Box::new(error),
        })
    });
    answered.collect()
}

fn answer_row(mut row: BatchRow) -> Result<BatchRow, GroupError> {
    let Some(monomials) = &row.monomials else {
        row.skipped = Some("no `monomials`: only figures given by a polynomial are answered".to_owned());
        return Ok(row);
    };
    let terms: Result<Vec<_>, GroupError> = monomials
        .iter()
        .map(|(exponents, coefficient)| {
            let text = match coefficient {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            Ok((exponents.clone(), parse_rational(&text)?))
        })
        .collect();
    let f = Polynomial::from_terms(row.n, terms?)?;
    for (name, answer) in &mut row.algebras {
        let value = serde_json::to_value(stabilizer_answer(name, &f)?);
        *answer = value.map_err(|error| GroupError::Domain {
            what: format!("the answer cannot be written as JSON ({error})"),
            expected: "serializable figures".to_owned(),
        })?;
    }
    row.polynomial = Some(f.to_string());
    Ok(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(json: &str) -> Result<Vec<BatchRow>, GroupError> {
        answer_batch(serde_json::from_str(json).unwrap())
    }

    #[test]
    fn answers_replace_whatever_stood_there() {
        let json = r#"[{"n": 2, "monomials": [[[2, 0], 1], [[0, 2], "1/2"]],
            "algebras": {"so(2)": null, "gl(2)": {"dim": 99}}}]"#;
        let rows = batch(json).unwrap();
        assert_eq!(rows[0].algebras["gl(2)"]["dim"], 4);
        assert_eq!(rows[0].algebras["so(2)"]["zero_set"]["dim"], 0);
        assert!(rows[0].algebras["so(2)"]["zero_set"].get("center_dim").is_none());
        assert_eq!(rows[0].polynomial.as_deref(), Some("x^2 + 1/2*y^2"));
    }

    #[test]
    fn errors_name_the_row() {
        let json = r#"[{"n": 1, "algebras": {}},
            {"n": 2, "monomials": [[[2, 0], "1"]], "algebras": {"gl(3)": null}}]"#;
        let error = batch(json).unwrap_err().to_string();
        assert!(
            error.starts_with("row 1 (counted from 0): gl(3) acts on 3 coordinates"),
            "{error}"
        );
        let json = r#"[{"n": 2, "monomials": [[[2, 0, 1], "1"]], "algebras": {"gl(2)": null}}]"#;
        assert!(
            batch(json)
                .unwrap_err()
                .to_string()
                .contains("expected 2 exponents")
        );
    }
}
