//! `shadow verify --batch`: the values of a table of claims.

use std::path::Path;
use std::time::Duration;

use bridge::claims::batch::answer_table;
use serde_json::Value;

use crate::cli::{CliError, Outcome, output};

/// How many bad entries the message names; each carries its own error in the output.
const SHOWN: usize = 5;

/// Answers a table; when entries are bad the others are written all the same, and the command fails.
pub(super) fn run(file: &Path, out: Option<&Path>, seconds: Option<f64>) -> Result<Outcome, CliError> {
    let limit = seconds.map(|seconds| {
        let limit = Duration::try_from_secs_f64(seconds)
            .ok()
            .filter(|limit| !limit.is_zero());
        limit.ok_or_else(|| CliError::Option {
            option: "--time-limit",
            value: seconds.to_string(),
            expected: "a positive number of seconds",
        })
    });
    let limit = limit.transpose()?;
    let text = std::fs::read_to_string(file).map_err(CliError::read(file))?;
    let format = |error: String| CliError::Format {
        path: file.to_owned(),
        error,
        expected: "JSON: a list of entries with `claim` and `params`, or an object with such a list `entries`",
    };
    let table: Value = serde_json::from_str(&text).map_err(|error| format(error.to_string()))?;
    let answered = answer_table(&table, limit).map_err(|error| format(error.to_string()))?;
    match out {
        Some(out) => output::file(out, (output::to_json(&answered.table) + "\n").as_bytes())?,
        None => output::json(&answered.table)?,
    }
    if answered.errors.is_empty() {
        return Ok(Outcome::Good);
    }
    let mut errors: Vec<String> = answered.errors.iter().take(SHOWN).cloned().collect();
    if answered.errors.len() > SHOWN {
        errors.push(format!("and {} more", answered.errors.len() - SHOWN));
    }
    Err(CliError::Rows {
        bad: answered.errors.len(),
        all: answered.entries,
        errors: errors.join("; "),
    })
}
