//! Reading the tables.

use groups::{PermGroup, Permutation};
use serde_json::Value;

/// A table of `data/oracle/`.
pub(crate) fn table(name: &str) -> Vec<Value> {
    let path = format!("{}/data/oracle/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The group of a row.
pub(crate) fn group_of(row: &Value) -> PermGroup {
    generated(row["degree"].as_u64().unwrap() as usize, &row["generators"])
}

/// The group on so many points that image arrays generate.
pub(crate) fn generated(degree: usize, generators: &Value) -> PermGroup {
    let generators: Vec<Permutation> = serde_json::from_value(generators.clone()).unwrap();
    PermGroup::new(degree, generators).unwrap()
}
