//! How long does it take to find all subgroups, against GAP?
//!
//! `benches/compare/subgroups.g` asks GAP for the same; its figures are in `docs/benchmarks.md`.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use shadow::groups::catalog::{parse_group, small_group};
use shadow::groups::{PermGroup, Permutation};

/// Classes and subgroups of each group, added up. Every iteration starts from bare generators.
fn count(groups: &[PermGroup]) -> (usize, usize) {
    groups.iter().fold((0, 0), |(classes, subgroups), group| {
        let fresh = PermGroup::new(group.degree(), group.generators().to_vec()).expect("one degree");
        let lattice = fresh.subgroup_lattice().expect("within the limits");
        (classes + lattice.n_classes(), subgroups + lattice.n_subgroups())
    })
}

fn named(texts: &[&str]) -> Vec<PermGroup> {
    let group = |text: &&str| parse_group(text).expect("the bench names groups of the catalog");
    texts.iter().map(group).collect()
}

fn up_to(order: usize) -> Vec<PermGroup> {
    let of_order = |n| (1..).map_while(move |k| small_group(n, k).ok());
    (1..=order).flat_map(of_order).collect()
}

/// Twelve groups of order 128 as GAP writes them out, on 128 points or fewer.
fn order_128() -> Vec<PermGroup> {
    let rows: Vec<Vec<Permutation>> =
        serde_json::from_str(include_str!("groups_of_order_128.json")).expect("lists of generators");
    let group = |generators: Vec<Permutation>| {
        let degree = generators.first().map_or(0, Permutation::degree);
        PermGroup::new(degree, generators).expect("one degree")
    };
    rows.into_iter().map(group).collect()
}

fn subgroups_vs_gap(c: &mut Criterion) {
    let mut group = c.benchmark_group("subgroups_vs_gap");
    group.sample_size(10);
    for (name, groups, expected) in [
        ("all groups of order <= 48", up_to(48), (5474, 8326)),
        ("12 groups of order 128", order_128(), (3217, 5624)),
        ("S6 and A7", named(&["S6", "A7"]), (96, 1455 + 3786)),
        ("W(F4)", named(&["W(F4)"]), (246, 5191)),
        ("M11", named(&["M11"]), (39, 8651)),
    ] {
        assert_eq!(count(&groups), expected, "{name}");
        group.bench_function(name, |b| b.iter(|| black_box(count(&groups))));
    }
    group.finish();
}

criterion_group!(benches, subgroups_vs_gap);
criterion_main!(benches);
