//! How long do the questions of computational group theory take, and against what?
//!
//! GAP's figures for the same inputs are in `docs/benchmarks.md`. All inputs have fixed seeds. Every iteration starts
//! from bare generators, so nothing is answered from a cache.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use shadow::groups::catalog::parse_group;
use shadow::groups::{
    GroupError, LargeOrbit, MatrixGroup, OrbitLimit, PermGroup, Permutation, insert_random_words,
    wreath_product,
};

/// A uniform permutation by Fisher and Yates.
fn shuffled(degree: usize, rng: &mut impl Rng) -> Permutation {
    let mut images: Vec<u32> = (0..degree as u32).collect();
    for i in (1..degree).rev() {
        images.swap(i, rng.random_range(0..=i));
    }
    Permutation::from_images(images).expect("a shuffle is a bijection")
}

fn named(text: &str) -> PermGroup {
    parse_group(text).expect("the bench names groups of the catalog")
}

/// (1,2,…,n), (1,2) and (2,3,…,n), (1,2,3).
fn cycle_and(degree: usize, first: usize, short: &[usize]) -> PermGroup {
    let long: Vec<usize> = (first..degree).collect();
    let cycle = |c: &[usize]| Permutation::from_cycles(degree, &[c]).expect("distinct points in range");
    PermGroup::new(degree, vec![cycle(&long), cycle(short)]).expect("one degree")
}

fn inputs() -> Vec<(&'static str, PermGroup)> {
    let rng = &mut ChaCha8Rng::seed_from_u64(5);
    let random = PermGroup::new(500, vec![shuffled(500, rng), shuffled(500, rng)]).expect("one degree");
    let wreath = |a: &str, b: &str| wreath_product(&named(a), &named(b)).expect("within the degree limit");
    let mut fat = named("S117");
    for k in 0..40 {
        let small = ["S3", "C4", "D5", "V4", "A5"][k % 5];
        fat = shadow::groups::direct_product(&fat, &named(small)).expect("within the degree limit");
    }
    vec![
        ("rubik", named("rubik")),
        ("M24", named("M24")),
        ("S_100", cycle_and(100, 0, &[0, 1])),
        ("A_50", cycle_and(50, 1, &[0, 1, 2])),
        ("A_200", cycle_and(200, 1, &[0, 1, 2])),
        ("PSL(2,101)", named("PSL(2,101)")),
        ("S_20 wr S_5", wreath("S20", "S5")),
        ("A_5 wr S_20", wreath("A5", "S20")),
        ("S_8 wr PSL(2,125)", wreath("S8", "PSL(2,125)")),
        ("random in S_500", random),
        ("S_117 x 40 small", fat),
    ]
}

fn schreier_sims(c: &mut Criterion) {
    let mut group = c.benchmark_group("schreier_sims_vs_gap");
    group.sample_size(10);
    for (name, input) in inputs() {
        let generators = input.generators().to_vec();
        group.bench_function(name, |b| {
            b.iter(|| {
                let fresh = PermGroup::new(input.degree(), generators.clone()).expect("one degree");
                black_box(fresh.order())
            })
        });
    }
    group.finish();
}

/// Large orbits, each beside as many random words of its width put into the same hash table.
fn orbit_cost_vs_size(c: &mut Criterion) {
    let mut group = c.benchmark_group("orbit_cost_vs_size");
    group.sample_size(10);
    let (m24, s50, s200) = (named("M24"), named("S50"), named("S200"));
    let first: Vec<usize> = (0..24).collect();
    let limit = OrbitLimit::default();
    let sets = |group: &PermGroup, size: usize| LargeOrbit::of_set(group, &first[..size], limit);
    let tuples = |size: usize| LargeOrbit::of_tuple(&m24, &first[..size], limit);
    let vectors = |n: usize, q: usize| {
        let group = MatrixGroup::general_linear(n, q)?;
        let mut vector = vec![0; n];
        vector[0] = 1;
        LargeOrbit::of_vector(&group, &vector, limit)
    };
    type Enumerate<'a> = &'a dyn Fn() -> Result<LargeOrbit, GroupError>;
    let orbits: [(&str, Enumerate<'_>); 9] = [
        ("4-sets under S_50", &|| sets(&s50, 4)),
        ("8-sets under M24", &|| sets(&m24, 8)),
        ("12-sets under M24", &|| sets(&m24, 12)),
        ("5-tuples under M24", &|| tuples(5)),
        ("vectors under GL(8,3)", &|| vectors(8, 3)),
        ("vectors under GL(10,3)", &|| vectors(10, 3)),
        ("vectors under GL(6,7)", &|| vectors(6, 7)),
        ("vectors under GL(15,3): 14,348,906", &|| vectors(15, 3)),
        ("3-sets under S_200: 1,313,400", &|| sets(&s200, 3)),
    ];
    for (name, enumerate) in orbits {
        let orbit = enumerate().expect("within the limit");
        let (points, width) = (orbit.len(), orbit.bytes_per_word());
        drop(orbit);
        group.throughput(Throughput::Elements(points as u64));
        group.bench_function(name, |b| {
            b.iter(|| black_box(enumerate().expect("within the limit").len()))
        });
        group.bench_function(format!("{points} random words of {width} bytes"), |b| {
            b.iter(|| black_box(insert_random_words(width, points, 1).expect("a width of packed points")))
        });
    }
    group.finish();
}

/// From a group whose order is known, as in GAP's figures.
fn set_stabilizer_vs_gap(c: &mut Criterion) {
    let mut group = c.benchmark_group("set_stabilizer_vs_gap");
    group.sample_size(10);
    let every = |step: usize, degree: usize| (0..degree).step_by(step).collect::<Vec<usize>>();
    let (m24, rubik) = (named("M24"), named("rubik"));
    let wreath = wreath_product(&named("S20"), &named("S5")).expect("within the degree limit");
    let twelve = vec![0, 2, 3, 6, 8, 10, 12, 15, 17, 19, 21, 23];
    let questions = [
        ("M24, 8-set", &m24, (0..8).collect()),
        ("M24, 12-set", &m24, twelve),
        ("S_20 wr S_5, every 2nd point", &wreath, every(2, 100)),
        ("S_20 wr S_5, every 3rd point", &wreath, every(3, 99)),
        ("rubik, facelets 1..24", &rubik, (0..24).collect()),
        ("rubik, every 3rd facelet", &rubik, every(3, 48)),
    ];
    for (name, input, set) in questions {
        input.order();
        group.bench_function(name, |b| {
            b.iter(|| {
                black_box(
                    input
                        .set_stabilizer(&set)
                        .expect("distinct points in range")
                        .order(),
                )
            })
        });
    }
    group.finish();
}

/// The groups of the oracle table by name, with the element whose centralizer is asked there and the cyclic subgroup whose
/// normalizer is.
fn oracle_inputs(names: &[&str]) -> Vec<(String, PermGroup, Permutation, Permutation)> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/data/oracle/groups.json");
    let text = std::fs::read_to_string(path).expect("the oracle table is part of the project");
    let rows: Vec<serde_json::Value> = serde_json::from_str(&text).expect("the oracle table is JSON");
    let permutation = |value: &serde_json::Value| -> Permutation {
        serde_json::from_value(value.clone()).expect("permutations are image arrays")
    };
    let input = |name: &&str| {
        let row = rows
            .iter()
            .find(|row| row["name"] == **name)
            .expect("a group of the table");
        let generators: Vec<Permutation> = row["generators"]
            .as_array()
            .expect("a list")
            .iter()
            .map(permutation)
            .collect();
        let group = PermGroup::new(generators[0].degree(), generators).expect("one degree");
        let element = permutation(&row["centralizer"]["element"]);
        let cyclic = permutation(&row["normalizer"]["subgroup_generators"][0]);
        ((*name).to_owned(), group, element, cyclic)
    };
    names.iter().map(input).collect()
}

const SEARCHED: [&str; 8] = [
    "M24",
    "S_100",
    "A_50",
    "S_20 wr S_5",
    "Rubik 3x3x3 (48 facelets)",
    "W(E_8) on roots",
    "McL on 275",
    "J2 on 100",
];

/// Centralizers of 20 conjugates of an element, normalizers of 20 cyclic subgroups, and a Sylow 2-subgroup, in groups whose
/// orders are known.
fn conjugation_vs_gap(c: &mut Criterion) {
    let mut group = c.benchmark_group("conjugation_vs_gap");
    group.sample_size(10);
    for (name, input, x, h) in oracle_inputs(&SEARCHED) {
        let product = input
            .generators()
            .iter()
            .fold(input.identity(), |all, g| &all * g);
        let conjugates: Vec<Permutation> = (0..20).map(|k| x.conjugate_by(&product.pow(k))).collect();
        let with_order = || {
            let fresh = PermGroup::new(input.degree(), input.generators().to_vec()).expect("one degree");
            fresh.order();
            fresh
        };
        let known = with_order();
        group.bench_function(format!("centralizers in {name}"), |b| {
            b.iter(|| {
                for y in &conjugates {
                    black_box(known.element_centralizer(y).expect("within the limits").order());
                }
            })
        });
        group.bench_function(format!("normalizers in {name}"), |b| {
            b.iter(|| {
                for y in &conjugates {
                    let h = h.conjugate_by(&(y * &input.generators()[0]));
                    let cyclic = PermGroup::new(input.degree(), vec![h]).expect("one degree");
                    black_box(known.normalizer(&cyclic).expect("within the limits").order());
                }
            })
        });
        group.bench_function(format!("Sylow 2-subgroup of {name}"), |b| {
            b.iter_batched(
                with_order,
                |fresh| black_box(fresh.sylow_subgroup(2).expect("within the limits").order()),
                criterion::BatchSize::PerIteration,
            )
        });
    }
    group.finish();
}

/// From bare generators.
fn conjugacy_classes_vs_gap(c: &mut Criterion) {
    let mut group = c.benchmark_group("conjugacy_classes_vs_gap");
    group.sample_size(10);
    let mut inputs = vec![
        (
            "S_8 + M11 + M12".to_owned(),
            vec![named("S8"), named("M11"), named("M12")],
        ),
        ("M24".to_owned(), vec![named("M24")]),
    ];
    for (name, input, _, _) in oracle_inputs(&["W(E_8) on roots", "McL on 275", "J2 on 100"]) {
        inputs.push((name, vec![input]));
    }
    for (name, inputs) in inputs {
        group.bench_function(name, |b| {
            b.iter(|| {
                for input in &inputs {
                    let generators = input.generators().to_vec();
                    let fresh = PermGroup::new(input.degree(), generators).expect("one degree");
                    black_box(fresh.conjugacy_classes().expect("within the limits").len());
                }
            })
        });
    }
    group.finish();
}

criterion_group!(
    benches,
    schreier_sims,
    orbit_cost_vs_size,
    set_stabilizer_vs_gap,
    conjugation_vs_gap,
    conjugacy_classes_vs_gap
);
criterion_main!(benches);
