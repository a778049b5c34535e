//! An entry of a table: a group and what is asked of it.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Field;
use crate::error::GroupError;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;

/// One question of an entry.
#[derive(Clone, Debug)]
pub struct Question {
    /// What is asked.
    pub field: Field,
    /// What stands in the table there: the input of the question and perhaps somebody's answer.
    pub input: Value,
}

/// A group of a table, with the questions about it in the order of [`Field::ALL`].
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name in the table.
    pub name: Option<String>,
    /// The number of points.
    pub degree: usize,
    /// Generators, as image arrays that are not yet checked.
    pub generators: Value,
    /// What is asked.
    pub questions: Vec<Question>,
    /// Keys that are no field.
    pub unknown: Vec<String>,
}

/// Keys that say how a table was made.
const NOTES: [&str; 4] = ["complete", "skipped_fields", "note", "base_and_strong"];

impl Entry {
    /// Reads an object of a table.
    ///
    /// # Errors
    /// [`GroupError::Domain`] if it is no object with `degree` and `generators`.
    pub fn read(object: &Value) -> Result<Self, GroupError> {
        let domain = |what: &str, expected: &str| GroupError::Domain {
            what: what.to_owned(),
            expected: expected.to_owned(),
        };
        let Value::Object(keys) = object else {
            return Err(domain(
                "the entry is no JSON object",
                "an object with `degree` and `generators`",
            ));
        };
        let degree = keys
            .get("degree")
            .and_then(Value::as_u64)
            .and_then(|degree| usize::try_from(degree).ok())
            .ok_or_else(|| domain("`degree` is missing or no number", "the number of points"))?;
        let generators = keys
            .get("generators")
            .filter(|value| value.is_array())
            .ok_or_else(|| {
                domain(
                    "`generators` is missing or no list",
                    "a list of 0-based image arrays",
                )
            })?;
        let questions = Field::ALL.iter().filter_map(|&field| {
            let input = keys.get(field.name())?.clone();
            Some(Question { field, input })
        });
        let known = |key: &str| {
            ["name", "degree", "generators"].contains(&key)
                || NOTES.contains(&key)
                || Field::parse(key).is_some()
        };
        Ok(Self {
            name: keys.get("name").and_then(Value::as_str).map(str::to_owned),
            degree,
            generators: generators.clone(),
            questions: questions.collect(),
            unknown: keys.keys().filter(|key| !known(key)).cloned().collect(),
        })
    }

    /// The group.
    ///
    /// # Errors
    /// What is wrong with the generators: [`GroupError::InRow`] names the first bad one.
    pub fn group(&self) -> Result<PermGroup, GroupError> {
        PermGroup::new(self.degree, permutations(&self.generators, self.degree)?)
    }
}

/// Reads a list of image arrays of one degree.
pub(super) fn permutations(list: &Value, degree: usize) -> Result<Vec<Permutation>, GroupError> {
    let rows = list.as_array().ok_or_else(|| GroupError::Domain {
        what: "a list of permutations is missing".to_owned(),
        expected: "a list of 0-based image arrays".to_owned(),
    })?;
    rows.iter()
        .enumerate()
        .map(|(row, images)| {
            permutation(images, degree).map_err(|error| GroupError::InRow {
                row,
                figure: None,
                error: Box::new(error),
            })
        })
        .collect()
}

/// Reads an image array.
pub(super) fn permutation(images: &Value, degree: usize) -> Result<Permutation, GroupError> {
    let images: Vec<u32> = numbers(images, "an image array")?;
    let g = Permutation::from_images(images)?;
    if g.degree() == degree {
        return Ok(g);
    }
    Err(GroupError::DegreeMismatch {
        what: "an image array".to_owned(),
        got: g.degree(),
        expected: degree,
    })
}

/// Reads a list of points.
pub(super) fn points(list: &Value, what: &str) -> Result<Vec<usize>, GroupError> {
    numbers(list, what)
}

/// Reads one colour for each point.
pub(super) fn colours(list: &Value) -> Result<Vec<u32>, GroupError> {
    numbers(list, "`coloring`")
}

fn numbers<T: DeserializeOwned>(list: &Value, what: &str) -> Result<Vec<T>, GroupError> {
    serde_json::from_value(list.clone()).map_err(|_| GroupError::Domain {
        what: format!("{what} is missing or has entries that are no numbers from 0"),
        expected: "a list of integers from 0".to_owned(),
    })
}
