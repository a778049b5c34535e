//! C04, C09, C12, C14: counting orbits, who is found first, tuples, equivariant layers.

use groups::{PermGroup, Permutation};
use nalgebra::DMatrix;
use num_traits::ToPrimitive;
use rand::RngExt;

use super::batch::card;
use super::short::{Evidence, Short, Tuned};
use crate::claim::{About, Cost, Parameter, Picture};
use crate::finite::search::{Feature, first_found, group_of};
use crate::finite::{FiniteAction, named_group, orbits, tuples};

const ACTIONS: [(&str, &str); 6] = [
    ("D4", "2-colourings of the 3x3 grid"),
    ("C6", "binary necklaces of length 6"),
    ("S4", "2-subsets"),
    ("CubeFaces", "3-colourings of cube faces"),
    ("Q8", "2-colourings"),
    ("7:3", "3-subsets of Z7"),
];

const BURNSIDE_CARD: About = card("burnside-count", "|X/G| = (1/|G|) Σ_g |Fix g|");

const ELEMENTS: Parameter = Parameter::samples("samples", 4000, "random elements for each action");

pub(super) static BURNSIDE: Tuned = Short {
    about: &BURNSIDE_CARD,
    exact: |_| {
        let mut evidence = Evidence::exact(
            "Orbits found by walking along generators, against the mean number of fixed points.",
        );
        for (group, points) in ACTIONS {
            let action = FiniteAction::parse(group, points)?;
            let walked = orbits::size_histogram(&action)?
                .values()
                .sum::<num_bigint::BigUint>();
            evidence.equal(
                &format!("{group} on {points}"),
                orbits::burnside(&action)?.orbits,
                walked,
            );
        }
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng("burnside-count");
        let mut evidence =
            Evidence::statistical("The mean number of colourings that random elements fix.", context);
        for (group, points) in ACTIONS {
            let action = FiniteAction::parse(group, points)?;
            let fixed = |g: Permutation| {
                action
                    .fixed_by(g.cycle_type().into_iter())
                    .to_f64()
                    .unwrap_or(f64::NAN)
            };
            let sample: Vec<f64> = (0..context.natural(&ELEMENTS)?)
                .map(|_| fixed(context.random_element(action.group(), &mut rng)))
                .collect();
            let expected = orbits::burnside(&action)?.orbits.to_f64().unwrap_or(f64::NAN);
            evidence.mean(&format!("{group} on {points}"), &sample, expected);
            if (group, points) == ACTIONS[0] {
                let title = format!("Orbits of {group} on {points}");
                let level = context.confidence;
                evidence.picture(Picture::convergence(
                    &title,
                    "mean of |Fix g|",
                    &sample,
                    expected,
                    level,
                ));
            }
        }
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::exact(BURNSIDE_CARD.control);
        let action = FiniteAction::parse(ACTIONS[0].0, ACTIONS[0].1)?;
        evidence.equal(
            "|X|/|G| for D4",
            action.size() / action.group().order(),
            orbits::burnside(&action)?.orbits,
        );
        evidence.finish()
    },
}
.with(&[ELEMENTS], Cost::Second);

/// Groups with an action and two features.
pub(super) const PAIRS: [(&str, &str, &[u64], &[u64]); 4] = [
    (
        "D4",
        "3x3 words",
        &[1, 0, 1, 0, 1, 0, 1, 0, 1],
        &[1, 0, 0, 0, 0, 0, 0, 0, 0],
    ),
    ("S4", "subsets", &[0, 1], &[0]),
    ("D6", "words", &[1, 0, 1, 0, 1, 0], &[1, 1, 0, 0, 0, 0]),
    ("A5", "points", &[0], &[1]),
];

pub(super) type Stabilizers = (PermGroup, PermGroup, PermGroup);

pub(super) fn stabilizers(
    (group, action, x, y): (&str, &str, &[u64], &[u64]),
) -> Result<Stabilizers, crate::BridgeError> {
    let group = group_of(group, action)?;
    let x = Feature::parse("x", x, action)?.stabilizer("x", &group)?;
    let y = Feature::parse("y", y, action)?.stabilizer("y", &group)?;
    Ok((group, x, y))
}

const FIRST_CARD: About = card(
    "minimal-orbit-first",
    "P(x strictly before y) = |S_x \\ S_y| / |S_x ∪ S_y|",
);

const SEARCHES: Parameter = Parameter::samples("samples", 5000, "searches for each pair of features");

pub(super) static MINIMAL_ORBIT_FIRST: Tuned = Short {
    about: &FIRST_CARD,
    exact: |_| {
        let mut evidence = Evidence::exact(
            "The formula from the orders of stabilizers, against counting all elements of the group.",
        );
        for case in PAIRS {
            let (group, x, y) = stabilizers(case)?;
            let mut counts = [0u32; 3];
            for g in group.elements() {
                match (x.contains(&g), y.contains(&g)) {
                    (true, false) => counts[0] += 1,
                    (false, true) => counts[1] += 1,
                    (true, true) => counts[2] += 1,
                    (false, false) => {}
                }
            }
            let found = first_found(&x.order(), &y.order(), &x.intersection(&y)?.order())?;
            let union = counts.iter().sum::<u32>();
            let share = |k: usize| num_rational::BigRational::new(counts[k].into(), union.into());
            evidence.equal(
                &format!("P(x first), {} on {}", case.0, case.1),
                found.x_strictly_first.clone(),
                share(0),
            );
            evidence.case(
                found.y_strictly_first == share(1) && found.tie == share(2),
                || case.0.to_owned(),
            );
            let smaller_first = x.order() < y.order() || found.x_strictly_first >= found.y_strictly_first;
            evidence.case(smaller_first, || format!("the order of {}", case.0));
        }
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng("minimal-orbit-first");
        let mut evidence = Evidence::statistical("Searches with the same draws for both features.", context);
        for case in PAIRS {
            let (group, x, y) = stabilizers(case)?;
            let mut first = 0;
            let trials = context.natural(&SEARCHES)?;
            for _ in 0..trials {
                first += loop {
                    let g = context.random_element(&group, &mut rng);
                    match (x.contains(&g), y.contains(&g)) {
                        (false, false) => {}
                        (only_x, also_y) => break u64::from(only_x && !also_y),
                    }
                };
            }
            let found = first_found(&x.order(), &y.order(), &x.intersection(&y)?.order())?;
            let expected = found.x_strictly_first.to_f64().unwrap_or(f64::NAN);
            let share = crate::statistics::proportion(first, trials, context.confidence);
            evidence.covers(
                &format!("P(x first), {} on {}", case.0, case.1),
                share,
                trials,
                expected,
            );
        }
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::exact(FIRST_CARD.control);
        let (_, x, y) = stabilizers(PAIRS[0])?;
        let found = first_found(&x.order(), &y.order(), &x.intersection(&y)?.order())?;
        evidence.equal("|S_x|/(|S_x| + |S_y|), D4", found.naive, found.x_strictly_first);
        evidence.finish()
    },
}
.with(&[SEARCHES], Cost::Second);

const TUPLES_CARD: About = card(
    "depth-complexity-ktuples",
    "|X^k/G| = (1/|G|) Σ_g |Fix g|^k;  #types(k) ≤ #types(k + 1), constant for k ≥ base",
);

pub(super) const TUPLE_GROUPS: [&str; 7] = ["S3", "S4", "D4", "C6", "A4", "D5", "Q8"];

const LENGTH: Parameter = Parameter::integer("length", 6, (2, 8), "the longest tuples");
const TRIPLES: Parameter = Parameter::samples("samples", 20_000, "random elements of S6");

pub(super) static TUPLES: Tuned = Short {
    about: &TUPLES_CARD,
    exact: |context| {
        let longest = context.size(&LENGTH)?;
        let mut evidence = Evidence::exact(
            "Orbits on tuples and types of stabilizers: the means of fix^k over all elements; monotone, and constant from the length of a base on.",
        );
        for name in TUPLE_GROUPS {
            let group = named_group(name)?;
            let types = tuples::isotropy_types(&group, longest)?;
            let base = group.chain().base().len();
            for k in 1..=longest {
                let mean: u64 = group
                    .elements()
                    .map(|g| ((0..group.degree()).filter(|&p| g.image(p) == p).count() as u64).pow(k as u32))
                    .sum();
                let orbits = tuples::orbits(&group, k)?;
                evidence.case(&orbits * group.order() == mean.into(), || {
                    format!("{name}, k = {k}")
                });
                evidence.case(types[k - 1] <= types[k], || format!("types of {name} at {k}"));
                evidence.case(k < base || types[k] == types[base], || {
                    format!("types of {name} past its base")
                });
            }
            evidence.equal(
                &format!("types of {name} at k = {longest}"),
                types[longest],
                types[base.min(longest)],
            );
        }
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng("depth-complexity-ktuples");
        let mut evidence = Evidence::statistical("Mean of fix^k over random elements of S6, k = 3.", context);
        let group = named_group("S6")?;
        let fixed = |g: Permutation| ((0..6).filter(|&p| g.image(p) == p).count() as f64).powi(3);
        let sample: Vec<f64> = (0..context.natural(&TRIPLES)?)
            .map(|_| fixed(context.random_element(&group, &mut rng)))
            .collect();
        evidence.mean("orbits on triples", &sample, 5.0);
        let title = "Orbits of S6 on triples";
        evidence.picture(Picture::convergence(title, "mean of fix³", &sample, 5.0, context.confidence));
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::exact(TUPLES_CARD.control);
        let types = tuples::isotropy_types(&named_group("C6")?, 5)?;
        for pair in types[1..].windows(2) {
            evidence.case(pair[0] < pair[1], || format!("{types:?}"));
        }
        evidence.finish()
    },
}
.with(&[LENGTH, TRIPLES], Cost::Second);

const LAYER_CARD: About = card(
    "equivariant-layer-dimension",
    "dim Hom_G(ℝ^(X^j), ℝ^(X^k)) = (1/|G|) Σ_g |Fix g|^(j+k)",
);

/// The dimension of the matrices with M(gx, gy) = M(x, y), as the rank of averaged random matrices.
fn averaged_rank(group: &PermGroup, rng: &mut impl rand::Rng) -> usize {
    let n = group.degree();
    let elements: Vec<Permutation> = group.elements().collect();
    let columns: Vec<Vec<f64>> = (0..n * n)
        .map(|_| {
            let random = DMatrix::from_fn(n, n, |_, _| rng.random_range(-1.0..1.0));
            let mut sum = DMatrix::zeros(n, n);
            for g in &elements {
                sum += DMatrix::from_fn(n, n, |i, j| random[(g.image(i), g.image(j))]);
            }
            sum.iter().copied().collect()
        })
        .collect();
    DMatrix::from_fn(n * n, columns.len(), |i, j| columns[j][i]).rank(1e-9)
}

pub(super) static LAYERS: Short = Short {
    about: &LAYER_CARD,
    exact: |_| {
        let mut evidence = Evidence::exact(
            "Orbits on pairs of tuples, against the numbers of partitions of j + k places into at most n parts, under S_n.",
        );
        for (n, j, k, expected) in [
            (2, 2, 2, 8u32),
            (3, 2, 2, 14),
            (4, 2, 2, 15),
            (5, 2, 2, 15),
            (4, 1, 1, 2),
            (6, 2, 3, 52),
        ] {
            let group = named_group(&format!("S{n}"))?;
            let found = tuples::equivariant_layer_dimension(&group, &[j], &[k])?;
            evidence.equal(&format!("S{n}, {j} → {k}"), found, expected.into());
        }
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng("equivariant-layer-dimension");
        let mut evidence = Evidence::statistical("Rank of random matrices averaged over the group.", context);
        for name in ["C6", "D6", "Q8", "A4", "5:4"] {
            let group = named_group(name)?;
            let found = tuples::equivariant_layer_dimension(&group, &[1], &[1])?
                .to_usize()
                .unwrap_or(0);
            evidence.equal(name, averaged_rank(&group, &mut rng), found);
        }
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::exact(LAYER_CARD.control);
        let found = tuples::equivariant_layer_dimension(&named_group("S3")?, &[2], &[2])?;
        evidence.equal("S3, 2 → 2", found, 15u32.into());
        evidence.finish()
    },
};
