//! The structure of permutation groups against GAP's answers (`data/oracle/groups.json`).
//!
//! Fields that the table leaves out for a group are not asked. The groups are shared out among threads, and every
//! disagreement is reported, not only the first.

#![allow(clippy::unwrap_used, reason = "a table that cannot be read is a failed test")]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use groups::{ConjugacyClass, PermGroup, Permutation};
use serde_json::{Value, json};

type Answer = fn(&PermGroup, &Value) -> Value;

fn table() -> Vec<Value> {
    let path = format!("{}/data/oracle/groups.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_reader(BufReader::new(File::open(path).unwrap())).unwrap()
}

fn group_of(row: &Value) -> PermGroup {
    let generators: Vec<Permutation> = serde_json::from_value(row["generators"].clone()).unwrap();
    PermGroup::new(row["degree"].as_u64().unwrap() as usize, generators).unwrap()
}

/// Compares the answers for all fields of all groups, and checks that at least `expected` comparisons were made.
fn compare(fields: &[(&str, Answer)], expected: usize) {
    let rows = table();
    let (next, compared) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let wrong = Mutex::new(Vec::new());
    let times = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(row) = rows.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let group = group_of(row);
                    for &(field, answer) in fields {
                        let Some(wanted) = row.get(field).filter(|value| !value.is_null()) else {
                            continue;
                        };
                        let start = Instant::now();
                        let found = answer(&group, row);
                        let time = start.elapsed();
                        times
                            .lock()
                            .unwrap()
                            .insert(time, format!("{field} of {}", row["name"]));
                        compared.fetch_add(1, Ordering::Relaxed);
                        if found != *wanted {
                            let text =
                                format!("{field} of {}: found {found}, expected {wanted}", row["name"]);
                            wrong.lock().unwrap().push(text);
                        }
                    }
                }
            });
        }
    });
    for (time, what) in times.into_inner().unwrap().iter().rev().take(12) {
        println!("{time:>12.3?}  {what}");
    }
    let wrong = wrong.into_inner().unwrap();
    assert!(
        wrong.is_empty(),
        "{} answers differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    let compared = compared.into_inner();
    assert!(compared >= expected, "only {compared} answers were compared");
}

fn orders(groups: &[PermGroup]) -> Value {
    groups.iter().map(|group| group.order().to_string()).collect()
}

#[test]
fn series_and_quotients() {
    let fields: &[(&str, Answer)] = &[
        ("transitivity", |g, _| json!(g.transitivity())),
        ("sylow_orders", |g, _| json!(g.order_factors())),
        ("is_abelian", |g, _| json!(g.is_abelian())),
        ("is_nilpotent", |g, _| json!(g.is_nilpotent())),
        ("is_perfect", |g, _| json!(g.is_perfect())),
        ("is_solvable", |g, _| json!(g.is_solvable())),
        ("center_order", |g, _| json!(g.center().order().to_string())),
        ("derived_order", |g, _| {
            json!(g.derived_subgroup().order().to_string())
        }),
        ("derived_series_orders", |g, _| orders(&g.derived_series())),
        ("abelian_invariants", |g, _| json!(g.abelian_invariants())),
    ];
    compare(fields, 2000);
}

#[test]
fn conjugacy_classes() {
    let fields: &[(&str, Answer)] = &[
        ("n_conjugacy_classes", |g, _| {
            json!(usize::try_from(g.n_conjugacy_classes().unwrap()).unwrap())
        }),
        ("class_sizes", |g, _| {
            let classes = g.conjugacy_classes().unwrap();
            let size = |c: &ConjugacyClass| {
                let order = u64::try_from(c.element_order().clone()).unwrap();
                json!([order, c.size().to_string()])
            };
            classes.iter().map(size).collect()
        }),
        ("exponent", |g, _| json!(g.exponent().unwrap().to_string())),
        ("burnside_colorings_2", |g, _| {
            json!(g.number_of_colourings(&2u32.into()).unwrap().to_string())
        }),
        ("burnside_colorings_3", |g, _| {
            json!(g.number_of_colourings(&3u32.into()).unwrap().to_string())
        }),
    ];
    compare(fields, 970);
}

/// Carter, *Conjugacy classes in the Weyl group* (1972): W(E_8) has 112 classes; and its exponent is the least common
/// multiple of the orders that he lists.
#[test]
fn classes_of_the_weyl_group_of_type_e8() {
    let row = table()
        .into_iter()
        .find(|row| row["name"] == "W(E_8) on roots")
        .unwrap();
    let classes = group_of(&row).conjugacy_classes().unwrap();
    assert_eq!(classes.len(), 112);
    assert_eq!(classes.exponent(), 2520u32.into());
}
