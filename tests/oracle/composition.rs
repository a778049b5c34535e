//! Composition series and normal subgroups.

use std::time::Instant;

use groups::PermGroup;
use serde_json::Value;

use crate::table::{group_of, table};

/// Runs a check on every row that has a field; reports every failure and the slowest rows.
fn on_rows_with(field: &str, expected: usize, check: impl Fn(&PermGroup, &Value) -> Result<(), String>) {
    let (mut wrong, mut times, mut asked) = (Vec::new(), Vec::new(), 0);
    for row in table("groups") {
        let Some(value) = row.get(field).filter(|value| !value.is_null()) else {
            continue;
        };
        asked += 1;
        let start = Instant::now();
        if let Err(text) = check(&group_of(&row), value) {
            wrong.push(format!("{}: {text}", row["name"]));
        }
        times.push((start.elapsed(), row["name"].to_string()));
    }
    times.sort();
    for (time, name) in times.iter().rev().take(6) {
        println!("{time:>12.3?}  {field} of {name}");
    }
    assert!(wrong.is_empty(), "{field}:\n{}", wrong.join("\n"));
    assert!(asked >= expected, "only {asked} rows have {field}");
}

fn equal<T: PartialEq + std::fmt::Debug>(found: &T, wanted: &T) -> Result<(), String> {
    if found == wanted {
        Ok(())
    } else {
        Err(format!("found {found:?}, expected {wanted:?}"))
    }
}

fn strings(value: &Value) -> Vec<String> {
    serde_json::from_value(value.clone()).unwrap()
}

/// Each term is normal in the one before, and the indices are the orders of the factors.
#[test]
fn composition_series() {
    on_rows_with("composition_factors", 195, |group, wanted| {
        let series = group.composition_series().unwrap();
        for pair in series.windows(2) {
            if !pair[1].is_subgroup_of(&pair[0]) || !pair[1].is_normalized_by(&pair[0]) {
                return Err("a term is not normal in the one before".to_owned());
            }
        }
        if !series[0].equals(group) || !series.last().unwrap().is_trivial() {
            return Err("the series does not go from the group to the trivial one".to_owned());
        }
        let orders = series
            .windows(2)
            .map(|pair| (pair[0].order() / pair[1].order()).to_string());
        let mut found: Vec<String> = orders.collect();
        let mut wanted = strings(wanted);
        found.sort();
        wanted.sort();
        equal(&found, &wanted)
    });
}

#[test]
fn normal_subgroups() {
    on_rows_with("n_normal_subgroups", 160, |group, wanted| {
        let subgroups = group.normal_subgroups(1000).unwrap();
        if subgroups
            .iter()
            .any(|n| !n.is_subgroup_of(group) || !n.is_normalized_by(group))
        {
            return Err("a subgroup is not normal".to_owned());
        }
        equal(&subgroups.len(), &(wanted.as_u64().unwrap() as usize))
    });
}
