//! How long do exact questions about Lie algebras take, and against what?
//!
//! The figures of GAP and SymPy for the same questions are in `docs/benchmarks.md`. Every iteration starts from the
//! matrices or the Dynkin type, so nothing is answered from a cache.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use shadow::groups::lie::{
    DynkinType, Figure, LieAlgebra, MatrixGroup, RootSystem, StabilizerMode, component_group, orbit_table,
    parse_algebra, stabilizer_of_polynomials,
};
use shadow::groups::polynomial::Polynomial;

fn stabilizers(c: &mut Criterion) {
    let mut group = c.benchmark_group("stabilizer_vs_sympy");
    let quartic = "x^4 + 2*x^3*y - y^4 + 3*x^2*z^2 + x*y*z^2 - 5*z^4 + x^3 - 7*x*y*z + y^2 - 2*z + 11";
    let torus = "(x^2 + y^2 + z^2 + 3)^2 - 16*(x^2 + y^2)";
    let aff3 = parse_algebra("aff(3)").expect("a name of the grammar");
    for (label, text) in [
        ("general quartic under aff(3)", quartic),
        ("torus under aff(3)", torus),
    ] {
        let f = [Polynomial::parse(text, Some(3)).expect("a polynomial")];
        group.bench_function(label, |b| {
            b.iter(|| black_box(stabilizer_of_polynomials(&aff3, &f, StabilizerMode::ZeroSet)))
        });
    }
    group.finish();
}

fn structure(c: &mut Criterion) {
    let mut group = c.benchmark_group("structure_vs_gap");
    group.sample_size(10);
    let gl6 = parse_algebra("gl(6)").expect("a name of the grammar");
    let basis = gl6.matrices().expect("matrices").to_vec();
    group.bench_function("gl(6) from its matrices", |b| {
        b.iter(|| {
            let algebra = LieAlgebra::from_matrices(basis.clone()).expect("closed");
            black_box(algebra.structure())
        })
    });
    group.bench_function("gl(6) with Levi factor and Dynkin type", |b| {
        b.iter(|| {
            let algebra = LieAlgebra::from_matrices(basis.clone()).expect("closed");
            black_box(algebra.info().expect("a reductive algebra"))
        })
    });
    group.finish();
}

fn weyl_groups(c: &mut Criterion) {
    let mut group = c.benchmark_group("weyl_group_vs_gap");
    group.sample_size(10);
    for name in ["E7", "E8"] {
        let kind: DynkinType = name.parse().expect("a Dynkin type");
        group.bench_function(format!("{name}: roots, group on the roots, order"), |b| {
            b.iter(|| {
                let weyl = RootSystem::new(kind.clone()).weyl_group().expect("few roots");
                black_box(weyl.order().clone())
            })
        });
    }
    group.finish();
}

fn components(c: &mut Criterion) {
    let mut group = c.benchmark_group("component_groups");
    group.sample_size(10);
    let quartic = vec![Polynomial::parse("x^4 + y^4", None).expect("a polynomial")];
    let figure = Figure::Polynomials(quartic, StabilizerMode::Function);
    group.bench_function("x^4 + y^4 in GL(2)", |b| {
        b.iter(|| black_box(component_group(&MatrixGroup::General(2), &figure)))
    });
    group.bench_function("the whole table of figures", |b| {
        b.iter(|| black_box(orbit_table()))
    });
    group.finish();
}

criterion_group!(benches, stabilizers, structure, weyl_groups, components);
criterion_main!(benches);
