//! `shadow lie stabilizer --batch`: many figures in one file.

use std::path::Path;

use groups::lie::answer_batch;
use serde_json::Value;

use crate::cli::{CliError, Outcome, output};

/// How many bad rows the message names; each carries its own error in the output.
const SHOWN: usize = 5;

/// Answers a file of figures; when rows are bad the others are written all the same, and the command fails.
pub(super) fn run(file: &Path, out: Option<&Path>) -> Result<Outcome, CliError> {
    let rows: Vec<Value> =
        serde_json::from_str(&super::read_text(file)?).map_err(|error| CliError::Format {
            path: file.to_owned(),
            error: error.to_string(),
            expected: "a JSON list of rows with `n`, `monomials` and `algebras`",
        })?;
    let answer = answer_batch(rows);
    match out {
        Some(out) => output::file(out, (output::to_json(&answer.rows) + "\n").as_bytes())?,
        None => output::json(&answer.rows)?,
    }
    if answer.errors.is_empty() {
        return Ok(Outcome::Good);
    }
    let mut errors: Vec<String> = answer
        .errors
        .iter()
        .take(SHOWN)
        .map(ToString::to_string)
        .collect();
    if answer.errors.len() > SHOWN {
        errors.push(format!("and {} more", answer.errors.len() - SHOWN));
    }
    Err(CliError::Rows {
        bad: answer.errors.len(),
        all: answer.rows.len(),
        errors: errors.join("; "),
    })
}
