//! Tables of claims: entries `{claim, params}` in, the same entries with our `value` out.
//!
//! A *kind* of claim ([`Kind`]) is a name, a vocabulary of parameters, the keys of its value, and a function that computes the
//! one from the other; nothing is looked up. An entry that is not understood gets an `error` that names the key, and the
//! others are answered all the same. [`documentation`] writes the page on all kinds from the kinds themselves.
//!
//! ```
//! use serde_json::json;
//! let table = json!([{"claim": "burnside-count", "params": {"group": "C6", "action": "binary necklaces of length 6"}},
//!                    {"claim": "burnside-count", "params": {"group": "C6"}}]);
//! let answered = bridge::claims::batch::answer_table(&table, None)?;
//! assert_eq!(answered.table[0]["value"], json!({"sum_fix": 84, "orbits": 14}));
//! assert!(answered.table[1]["error"].as_str().is_some_and(|error| error.contains("`action` is missing")));
//! # Ok::<(), bridge::BridgeError>(())
//! ```

mod document;
mod finite;
mod lie;
mod models;
mod params;
mod pretraining;
mod shadow;
mod wide;

use std::sync::mpsc;
use std::time::Duration;

use rayon::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value, json};

pub use document::documentation;

use crate::BridgeError;
use crate::claim::{About, Area, Verdict};
use crate::error::refuse;
use params::Params;

/// A key of `params` or of `value`, with what it means.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Field {
    /// The key.
    pub key: &'static str,
    /// What it holds, with the range that is allowed.
    pub about: &'static str,
}

/// A kind of claim that tables may hold.
#[derive(Clone, Copy, Serialize)]
pub struct Kind {
    /// The name, `claim` of an entry.
    pub id: &'static str,
    /// Number in the catalogue.
    pub code: &'static str,
    /// The subject.
    pub area: Area,
    /// What is true, in words and formulas.
    pub statement: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// A statement of the same form that is false, which tests put to the same computation.
    pub control: &'static str,
    /// The vocabulary of `params`.
    pub params: &'static [Field],
    /// The keys of `value`.
    pub value: &'static [Field],
    /// Relative accuracy of the floats in `value`; exact values are integers, or texts such as `5/7`.
    pub accuracy: &'static str,
    /// Computes the value.
    #[serde(skip)]
    answer: fn(&Params<'_>) -> Result<Value, BridgeError>,
}

impl Kind {
    /// The value for parameters.
    ///
    /// # Errors
    /// [`BridgeError::Parameter`] naming a key that is missing or outside its range, and those of the computation.
    pub fn value(&self, params: &Map<String, Value>) -> Result<Value, BridgeError> {
        (self.answer)(&Params(params))
    }
}

/// Every kind, in the order of the catalogue.
pub fn kinds() -> impl Iterator<Item = &'static Kind> {
    [
        finite::KINDS,
        lie::KINDS,
        shadow::KINDS,
        pretraining::KINDS,
        models::KINDS,
        wide::KINDS,
    ]
    .into_iter()
    .flatten()
}

/// The card of a claim that is also a kind: one text for both.
pub(super) const fn card(id: &str, formula: &'static str) -> About {
    let groups = [
        finite::KINDS,
        lie::KINDS,
        shadow::KINDS,
        pretraining::KINDS,
        models::KINDS,
        wide::KINDS,
    ];
    let mut group = 0;
    while group < groups.len() {
        let mut place = 0;
        while place < groups[group].len() {
            let kind = &groups[group][place];
            if same(kind.id, id) {
                return About {
                    code: kind.code,
                    id: kind.id,
                    area: kind.area,
                    statement: kind.statement,
                    formula,
                    source: kind.source,
                    control: kind.control,
                    expected: Verdict::Holds,
                };
            }
            place += 1;
        }
        group += 1;
    }
    panic!("no kind of that name: cards are made when the program is compiled")
}

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut equal = a.len() == b.len();
    let mut i = 0;
    while equal && i < a.len() {
        equal = a[i] == b[i];
        i += 1;
    }
    equal
}

/// The kind of a name.
///
/// # Errors
/// [`BridgeError::UnknownClaim`] with the names there are.
pub fn kind(id: &str) -> Result<&'static Kind, BridgeError> {
    kinds()
        .find(|kind| kind.id == id)
        .ok_or_else(|| BridgeError::UnknownClaim {
            name: id.to_owned(),
            known: kinds().map(|kind| kind.id).collect::<Vec<_>>().join(", "),
        })
}

/// An answered table.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    /// In the form of the input: a list, or an object with `entries`.
    pub table: Value,
    /// Number of entries.
    pub entries: usize,
    /// What is wrong with entries that were not answered, with their places.
    pub errors: Vec<String>,
}

/// Answers a table: a list of entries, or an object with a list `entries`. A `value` in the input is ignored.
///
/// Entries are answered in parallel; the result does not depend on the number of threads. With a limit of time, an entry that
/// takes longer is given up (which entries are may then depend on the machine); its computation goes on in the
/// background until the process ends.
///
/// # Errors
/// [`BridgeError::Parameter`] when the input has neither form.
pub fn answer_table(table: &Value, limit: Option<Duration>) -> Result<Answered, BridgeError> {
    let (rows, is_list) = match (table, table.get("entries")) {
        (Value::Array(rows), _) => (rows, true),
        (_, Some(Value::Array(rows))) => (rows, false),
        _ => {
            return refuse(
                "entries",
                "missing",
                "a list of entries, or an object with a list `entries`",
            );
        }
    };
    let answers: Vec<(Value, Option<String>)> = rows.par_iter().map(|row| answer_row(row, limit)).collect();
    let mut errors = Vec::new();
    let mut entries = Vec::with_capacity(answers.len());
    for (place, (entry, error)) in answers.into_iter().enumerate() {
        errors.extend(error.map(|error| format!("entry {place}: {error}")));
        entries.push(entry);
    }
    Ok(Answered {
        entries: entries.len(),
        errors,
        table: if is_list {
            Value::Array(entries)
        } else {
            json!({
                "schema": "shadow.claims-batch/1",
                "generated_by": concat!("shadow ", env!("CARGO_PKG_VERSION")),
                "entries": entries,
            })
        },
    })
}

/// The entry with our value or an error, and the error.
fn answer_row(row: &Value, limit: Option<Duration>) -> (Value, Option<String>) {
    let mut entry = Map::new();
    for key in ["claim", "params"] {
        entry.insert(key.to_owned(), row.get(key).cloned().unwrap_or(Value::Null));
    }
    let answer = match limit {
        Some(limit) => answer_within(row, limit),
        None => answer(row),
    };
    let error = match answer {
        Ok((kind, value)) => {
            entry.insert("value".to_owned(), value);
            entry.insert("how".to_owned(), kind.source.into());
            None
        }
        Err(error) => {
            entry.insert("error".to_owned(), error.clone().into());
            Some(error)
        }
    };
    if let Some(n) = row.get("n") {
        entry.insert("n".to_owned(), n.clone());
    }
    (Value::Object(entry), error)
}

fn answer(row: &Value) -> Result<(&'static Kind, Value), String> {
    let claim = row.get("claim").and_then(Value::as_str);
    let claim = claim.ok_or_else(|| "`claim` is missing: expected the name of a kind of claim".to_owned())?;
    let kind = kind(claim).map_err(|error| format!("`claim`: {error}"))?;
    let none = Map::new();
    let params = match row.get("params") {
        None | Some(Value::Null) => &none,
        Some(Value::Object(params)) => params,
        Some(_) => return Err("`params` is no object: expected one key for each parameter".to_owned()),
    };
    let value = kind.value(params).map_err(|error| named(&error, params))?;
    Ok((kind, value))
}

/// The message, with a key of the parameters where the libraries speak of their own options.
fn named(error: &BridgeError, params: &Map<String, Value>) -> String {
    match error {
        BridgeError::Net(nets::NetError::Option {
            option,
            got,
            expected,
        }) if params.contains_key(option) => {
            format!("parameter `{option}` is {got}: expected {expected}")
        }
        BridgeError::Group(error) if params.contains_key("group") => format!("parameter `group`: {error}"),
        BridgeError::Group(error) if params.contains_key("figure") => format!("parameter `figure`: {error}"),
        _ => error.to_string(),
    }
}

fn answer_within(row: &Value, limit: Duration) -> Result<(&'static Kind, Value), String> {
    let (send, receive) = mpsc::channel();
    let row = row.clone();
    // Nobody listens any more after the limit.
    std::thread::spawn(move || drop(send.send(answer(&row))));
    receive
        .recv_timeout(limit)
        .unwrap_or_else(|_| Err(format!("the time limit of {} s is over", limit.as_secs_f64())))
}

/// A rational as the tables write it: `5/7`, or `3`.
fn fraction(value: &num_rational::BigRational) -> Value {
    value.to_string().into()
}

/// A count: a number where every reader of JSON keeps it exactly, else its digits as a text.
fn count(value: &num_bigint::BigUint) -> Value {
    match u64::try_from(value) {
        Ok(small) if small <= 1 << 53 => small.into(),
        _ => value.to_string().into(),
    }
}

/// A float, or null where there is none to write.
fn float(value: f64) -> Value {
    serde_json::Number::from_f64(value).map_or(Value::Null, Value::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_answered_in_kind_and_bad_entries_named() {
        let good = json!({"claim": "tent-depth-pieces", "params": {"depth": 3}, "value": null, "n": 7});
        let entries = json!([
            good,
            {"claim": "no-such-claim", "params": {}},
            {"params": {}},
            {"claim": "tent-depth-pieces", "params": {"depth": -1}},
            {"claim": "tent-depth-pieces", "params": [3]},
            {"claim": "relu-angle-recursion", "params": {"cos0": 2}},
            {"claim": "hitting-time-iid", "params": {"group": "S1x", "x": [0], "action": "subsets"}},
        ]);
        let answered = answer_table(&entries, None).unwrap();
        assert_eq!(answered.table[0]["value"]["linear_pieces"], 8);
        assert_eq!(answered.table[0]["n"], 7);
        let says = [
            "no-such-claim",
            "`claim` is missing",
            "`depth` is -1",
            "`params`",
            "`cos0` is 2",
            "`group`",
        ];
        assert_eq!(answered.errors.len(), says.len());
        for (place, says) in says.iter().enumerate() {
            let error = answered.table[place + 1]["error"].as_str().unwrap();
            assert!(error.contains(says), "{error}");
            assert!(answered.table[place + 1].get("value").is_none());
        }
        let object = answer_table(&json!({"generated_by": "x", "entries": entries}), None).unwrap();
        assert_eq!(object.table["entries"], answered.table);
        for bad in [json!(3), json!({"rows": []}), json!({"entries": 3})] {
            assert!(answer_table(&bad, None).is_err());
        }
    }

    #[test]
    fn a_limit_of_time_gives_up_slow_entries_only() {
        let table = json!([
            {"claim": "tent-depth-pieces", "params": {"depth": 3}},
            {"claim": "ising-2d-energy", "params": {"torus": [10, 450], "K": 0.4}},
        ]);
        let answered = answer_table(&table, Some(Duration::from_millis(300))).unwrap();
        assert_eq!(answered.errors.len(), 1);
        assert!(
            answered.table[1]["error"]
                .as_str()
                .unwrap()
                .contains("time limit")
        );
    }

    #[test]
    fn kinds_have_distinct_names_and_full_cards() {
        let mut names: Vec<&str> = kinds().map(|kind| kind.id).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        for kind in kinds() {
            let texts = [kind.statement, kind.source, kind.control, kind.accuracy];
            assert!(
                texts.iter().all(|text| text.len() > 3) && !kind.value.is_empty(),
                "{}",
                kind.id
            );
        }
    }
}
