//! Centralizers, normalizers and Sylow subgroups against GAP's answers.
//!
//! `data/oracle/groups.json` has one centralizer of an element and one normalizer of a cyclic group for each of its groups,
//! and the numbers of Sylow subgroups; `data/oracle/normalizers.json` has normalizers and centralizers of Sylow subgroups,
//! stabilizers and other subgroups of 22 of these groups.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use groups::{PermGroup, Permutation};
use num_bigint::BigUint;
use serde_json::{Value, json};

use crate::table::{generated, group_of, table};

fn order_of(group: PermGroup) -> Value {
    json!(group.order().to_string())
}

/// What is asked, what was found, what was expected.
type Comparison = (String, Value, Value);

/// Makes the comparisons of all rows, two at a time, and checks that there were at least `expected`.
fn compare(rows: &[Value], expected: usize, ask: impl Fn(&Value) -> Vec<Comparison> + Sync) {
    let (next, compared) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let wrong = Mutex::new(Vec::new());
    let times = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(row) = rows.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let start = Instant::now();
                    let comparisons = ask(row);
                    let what = comparisons.first().map(|c| c.0.clone());
                    times.lock().unwrap().insert(start.elapsed(), what);
                    compared.fetch_add(comparisons.len(), Ordering::Relaxed);
                    for (what, found, wanted) in comparisons {
                        if found != wanted {
                            let text = format!("{what}: found {found}, expected {wanted}");
                            wrong.lock().unwrap().push(text);
                        }
                    }
                }
            });
        }
    });
    for (time, what) in times.into_inner().unwrap().iter().rev().take(12) {
        println!("{time:>12.3?}  {}", what.as_deref().unwrap_or("nothing asked"));
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

#[test]
fn elements_and_cyclic_subgroups() {
    compare(&table("groups"), 400, |row| {
        let group = group_of(row);
        let mut all = Vec::new();
        if let Some(query) = row.get("centralizer").filter(|query| !query.is_null()) {
            let x: Permutation = serde_json::from_value(query["element"].clone()).unwrap();
            let centralizer = group.element_centralizer(&x).unwrap();
            assert!(centralizer.is_subgroup_of(&group));
            assert!(centralizer.generators().iter().all(|g| g * &x == &x * g));
            let what = format!("centralizer in {}", row["name"]);
            all.push((what, order_of(centralizer), query["order"].clone()));
        }
        if let Some(query) = row.get("normalizer").filter(|query| !query.is_null()) {
            let subgroup = generated(group.degree(), &query["subgroup_generators"]);
            let normalizer = group.normalizer(&subgroup).unwrap();
            assert!(normalizer.is_subgroup_of(&group) && subgroup.is_normalized_by(&normalizer));
            let what = format!("normalizer in {}", row["name"]);
            all.push((what, order_of(normalizer), query["order"].clone()));
        }
        all
    });
}

/// Orders for all rows, numbers where GAP has them; where it has not, the number must be 1 modulo p and divide the index.
#[test]
fn sylow_subgroups() {
    compare(&table("groups"), 700, |row| {
        let group = group_of(row);
        let numbers: BTreeMap<u64, u64> = match row.get("n_sylow_subgroups") {
            Some(pairs) if !pairs.is_null() => {
                let pairs: Vec<(u64, u64)> = serde_json::from_value(pairs.clone()).unwrap();
                pairs.into_iter().collect()
            }
            _ => BTreeMap::new(),
        };
        let mut all = Vec::new();
        for (p, k) in group.order_factors() {
            let what = format!("Sylow {p}-subgroups of {}", row["name"]);
            let subgroup = group.sylow_subgroup(p).unwrap();
            assert!(subgroup.is_subgroup_of(&group), "{what}");
            let order = BigUint::from(p).pow(k).to_string();
            all.push((what.clone(), order_of(subgroup.clone()), json!(order)));
            let number = group.n_sylow_subgroups(p).unwrap();
            let index = group.order() / subgroup.order();
            assert!(
                &number % p == 1u32.into() && index % &number == 0u32.into(),
                "{what}"
            );
            if let Some(wanted) = numbers.get(&p) {
                all.push((what, json!(number.to_string()), json!(wanted.to_string())));
            }
        }
        all
    });
}

#[test]
fn normalizers_and_centralizers_of_subgroups() {
    let groups: BTreeMap<String, PermGroup> = table("groups")
        .iter()
        .map(|row| {
            let name = row["name"].as_str().unwrap().to_owned();
            (name, group_of(row))
        })
        .collect();
    compare(&table("normalizers"), 530, |row| {
        let group = &groups[row["group"].as_str().unwrap()];
        let subgroup = generated(group.degree(), &row["subgroup_generators"]);
        let what = format!("{} in {}", row["kind"], row["group"]);
        let normalizer = group.normalizer(&subgroup).unwrap();
        assert!(
            normalizer.is_subgroup_of(group) && subgroup.is_normalized_by(&normalizer),
            "{what}"
        );
        let centralizer = group.centralizer(&subgroup).unwrap();
        let commutes = |g: &Permutation| subgroup.generators().iter().all(|h| g * h == h * g);
        assert!(
            centralizer.is_subgroup_of(group) && centralizer.generators().iter().all(commutes),
            "{what}"
        );
        vec![
            (
                format!("normalizer of {what}"),
                order_of(normalizer),
                row["normalizer"].clone(),
            ),
            (
                format!("centralizer of {what}"),
                order_of(centralizer),
                row["centralizer"].clone(),
            ),
        ]
    });
}

/// Carter, *Conjugacy classes in the Weyl group* (1972): W(E_8) has 112 classes; and its exponent is the least common
/// multiple of the orders that he lists.
#[test]
fn classes_of_the_weyl_group_of_type_e8() {
    let row = table("groups")
        .into_iter()
        .find(|row| row["name"] == "W(E_8) on roots")
        .unwrap();
    let classes = group_of(&row).conjugacy_classes().unwrap();
    assert_eq!(classes.len(), 112);
    assert_eq!(classes.exponent(), 2520u32.into());
}
