//! What people ask before they use exact orbits, one group of benches a question: exact or approximate orbits, the cost of a
//! verdict against the order of the group, memory against the size of an orbit.
//!
//! What is not a time (accuracy, bytes) goes to tables beside the target directory's other temporary files;
//! `benches/summary.py` writes all of it into `docs/benchmarks.md`.

use bridge::claims::batch::answer_table;
use bridge::feature_action::{Feature, OnFeatures, grid_symmetries};
use bridge::filtration::Filtration;
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use groups::catalog::parse_group;
use groups::{LargeOrbit, OrbitLimit, orbit_stabilizer};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::json;
use std::hint::black_box;

/// Writes a table, the first row its head.
fn write_table(name: &str, rows: &[Vec<String>]) {
    let path = format!("{}/{name}.tsv", env!("CARGO_TARGET_TMPDIR"));
    let text: String = rows.iter().map(|row| row.join("\t") + "\n").collect();
    std::fs::write(&path, text).expect("the target directory can be written to");
}

/// Stripes on a square grid under translations, rotations and reflections: the exact orbit of the clean image, and the orbit that the
/// image with 5% noise has at a tolerance. The truth is known: stripes have an orbit of 4.
fn exact_against_approximate_orbits(c: &mut Criterion) {
    let mut group = c.benchmark_group("exact_against_approximate_orbits");
    group.sample_size(10);
    let tolerances = [0.02, 0.05, 0.1, 0.2, 0.5];
    let mut head = vec!["group order".to_owned(), "exact".to_owned()];
    head.extend(tolerances.iter().map(|e| format!("ε = {e}")));
    let mut rows = vec![head];
    for side in [4usize, 8, 12, 16] {
        let symmetries = grid_symmetries(side, side).expect("a grid with pixels");
        let order = symmetries.order().to_string();
        let clean: Vec<f64> = (0..side * side).map(|p| (p % 2) as f64).collect();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let noisy: Vec<f64> = clean
            .iter()
            .map(|v| v + 0.05 * rng.random_range(-1.0..1.0))
            .collect();
        let feature = Feature::new(clean).expect("finite values");
        let exact = || orbit_stabilizer(&symmetries, &OnFeatures, &feature, 1 << 20).expect("a small orbit");
        let approximate = || Filtration::new(&symmetries, &noisy).expect("a small group");
        group.bench_function(BenchmarkId::new("exact", &order), |b| {
            b.iter(|| black_box(exact().0.len()))
        });
        group.bench_function(BenchmarkId::new("approximate", &order), |b| {
            b.iter(|| black_box(approximate().steps.len()))
        });
        let filtration = approximate();
        let mut row = vec![order, exact().0.len().to_string()];
        row.extend(
            tolerances
                .iter()
                .map(|&e| filtration.at(e).orbit_size.to_string()),
        );
        rows.push(row);
    }
    group.finish();
    write_table("orbit_size_against_tolerance", &rows);
}

/// Exact orbit counts, with all that is checked on the way, for groups of growing order.
fn cost_of_a_verdict_against_group_order(c: &mut Criterion) {
    let mut group = c.benchmark_group("cost_of_a_verdict_against_group_order");
    group.sample_size(10);
    let mut cases: Vec<(String, String)> = Vec::new();
    for n in [4, 6, 8, 10] {
        cases.push((format!("S{n}"), format!("2-subsets of {n}")));
    }
    for n in [6, 12, 18] {
        cases.push((format!("C{n}"), format!("binary necklaces of length {n}")));
    }
    for (name, action) in cases {
        let table =
            json!([{"claim": "orbit-stabilizer-finite", "params": {"group": name, "action": action}}]);
        let order = parse_group(&name).expect("a group of the catalogue").order();
        let answer = || answer_table(&table, None).expect("a table of one entry");
        assert!(answer().table[0].get("error").is_none(), "{:?}", answer().table);
        group.bench_function(BenchmarkId::new(action, order), |b| {
            b.iter(|| black_box(answer()))
        });
    }
    group.finish();
}

/// The bytes of an orbit, points, order and index, beside the time to list it.
fn memory_against_orbit_size(c: &mut Criterion) {
    let mut group = c.benchmark_group("memory_against_orbit_size");
    group.sample_size(10);
    let mut rows = vec![
        ["orbit", "points", "bytes", "bytes a point"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for (name, size) in [
        ("M24", 3usize),
        ("M24", 5),
        ("M24", 8),
        ("M24", 12),
        ("S50", 4),
        ("S200", 3),
    ] {
        let symmetries = parse_group(name).expect("a group of the catalogue");
        let points: Vec<usize> = (0..size).collect();
        let list =
            || LargeOrbit::of_set(&symmetries, &points, OrbitLimit::default()).expect("within the limit");
        let orbit = list();
        let (length, bytes) = (orbit.len(), orbit.bytes());
        let title = format!("{size}-sets under {name}");
        rows.push(vec![
            title.clone(),
            length.to_string(),
            bytes.to_string(),
            format!("{:.1}", bytes as f64 / length as f64),
        ]);
        drop(orbit);
        group.bench_function(BenchmarkId::new(title, length), |b| {
            b.iter(|| black_box(list().len()))
        });
    }
    group.finish();
    write_table("memory_against_orbit_size", &rows);
}

criterion_group!(
    benches,
    exact_against_approximate_orbits,
    cost_of_a_verdict_against_group_order,
    memory_against_orbit_size
);
criterion_main!(benches);
