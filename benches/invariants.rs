//! How long do invariants and characters take, and against what?
//!
//! GAP's figures for the same inputs are in `docs/benchmarks.md`. Every iteration starts from bare generators, so nothing
//! is answered from a cache.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use shadow::groups::PermGroup;
use shadow::groups::catalog::parse_group;
use shadow::groups::invariants::{FiniteMatrixGroup, LinearGroup, PolynomialInvariants, TensorWord};

fn fresh(group: &PermGroup) -> PermGroup {
    PermGroup::new(group.degree(), group.generators().to_vec()).expect("the generators have one degree")
}

fn named(text: &str) -> PermGroup {
    parse_group(text).expect("the bench names groups of the catalog")
}

fn word(text: &str) -> TensorWord {
    text.parse().expect("the bench spells words of the grammar")
}

/// Tables of groups of order 1,000 first, then what the ATLAS has.
fn character_table(c: &mut Criterion) {
    let mut group = c.benchmark_group("character_table_vs_gap");
    group.sample_size(10);
    for name in [
        "D500",
        "D5 x D5 x D5",
        "M11",
        "M12",
        "S8",
        "PSL(2,25)",
        "PSL(2,31)",
    ] {
        let input = named(name);
        group.bench_function(name, |b| {
            b.iter(|| black_box(fresh(&input).character_table().expect("within the limits").len()));
        });
    }
    group.finish();
}

fn molien_series(c: &mut Criterion) {
    let mut group = c.benchmark_group("molien_series_vs_gap");
    group.sample_size(10);
    let s8 = named("S8");
    group.bench_function("S8 on 8 coordinates", |b| {
        b.iter(|| {
            black_box(
                fresh(&s8)
                    .molien_series()
                    .expect("within the limits")
                    .coefficients(8),
            )
        });
    });
    group.bench_function("D12 in the plane", |b| {
        b.iter(|| {
            let d12 = FiniteMatrixGroup::dihedral(12).expect("a small group");
            black_box(d12.molien_series().expect("a finite group").coefficients(12))
        });
    });
    group.finish();
}

fn fundamental_invariants(c: &mut Criterion) {
    let mut group = c.benchmark_group("fundamental_invariants");
    group.sample_size(10);
    for name in ["S4", "C5", "A4"] {
        let input = named(name);
        group.bench_function(name, |b| {
            b.iter(|| {
                black_box(
                    fresh(&input)
                        .fundamental_invariants(None)
                        .expect("within the limits"),
                )
            });
        });
    }
    group.finish();
}

/// EMLP solves the same systems with floats and iterations; here the basis is exact.
fn equivariant_basis(c: &mut Criterion) {
    let mut group = c.benchmark_group("equivariant_basis_vs_emlp");
    group.sample_size(10);
    for (name, source, target) in [
        ("S5", "V^2", "V^2"),
        ("S10", "V^2", "V^2"),
        ("SO(3)", "V^2", "V^2"),
        ("O(1,3)", "V^2", "V^2"),
        ("Sp(4)", "V^2", "V^2"),
    ] {
        let linear = LinearGroup::parse(name).expect("the bench names groups");
        let (from, to) = (word(source), word(target));
        group.bench_function(format!("{name}: {source} to {target}"), |b| {
            b.iter(|| {
                black_box(
                    linear
                        .equivariant_maps(&from, &to)
                        .expect("within the limits")
                        .len(),
                )
            });
        });
    }
    group.finish();
}

criterion_group!(
    benches,
    character_table,
    molien_series,
    fundamental_invariants,
    equivariant_basis
);
criterion_main!(benches);
