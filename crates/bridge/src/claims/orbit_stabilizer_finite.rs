//! C01: |orbit| · |stabilizer| = |G|, on every point of every transitive group of degree at most 8.

use std::collections::HashSet;
use std::fmt::Debug;
use std::hash::Hash;

use groups::{Permutation, catalog};
use num_bigint::BigUint;

use crate::BridgeError;
use crate::claim::{
    About, Area, Claim, ClaimContext, Cost, EvidenceKind, Figure, Finding, Parameter, Picture, Verdict,
};
use crate::statistics;

pub(super) struct OrbitStabilizerFinite;

const TRIALS: Parameter = Parameter::samples("samples", 300, "searches of 500 random elements each");

/// Number of transitive groups of degree 2, 3, …, 8.
const TRANSITIVE: [usize; 7] = [1, 2, 5, 5, 16, 7, 50];

impl Claim for OrbitStabilizerFinite {
    fn about(&self) -> &'static About {
        &About {
            code: "C01",
            id: "orbit-stabilizer-finite",
            area: Area::Groups,
            statement: "For a finite group acting on a set, the size of the orbit of a point times the order of its stabilizer is the order of the group: simple features (large stabilizers) have small orbits.",
            formula: "|G·x| · |G_x| = |G|",
            source: "textbook (Lagrange); Paul & Venkatasubramanian, arXiv 1412.6621",
            control: "The formula holds for 'shift the word by g, then flip its bits if g has even order', which is not an action.",
            expected: Verdict::Holds,
        }
    }

    fn exact(&self, context: &ClaimContext<'_>) -> Result<Finding, BridgeError> {
        let (mut points, mut broken) = (0u64, Vec::new());
        for (degree, count) in (2..).zip(TRANSITIVE) {
            for index in 1..=count {
                let name = format!("transitive:{degree},{index}");
                let group = catalog::parse_group(&name)?;
                let generators = context.generators(group.generators());
                let elements = enumerate(group.degree(), &generators);
                let examined = examine(&elements, &generators, 0..degree, |x, g| g.image(*x));
                broken.extend(examined.broken.map(|what| format!("{name}: {what}")));
                for point in 0..degree {
                    points += 1;
                    let by_chain = group.stabilizer(point)?.order();
                    let fixing = elements.iter().filter(|g| g.image(point) == point);
                    let fixing = context.stabilizer(fixing.cloned().collect(), &elements).len();
                    let orbit = context.orbit(group.orbit(point));
                    let product = BigUint::from(orbit.len()) * &by_chain;
                    let agrees = product == group.order()
                        && group.order() == BigUint::from(elements.len())
                        && by_chain == BigUint::from(fixing);
                    if !agrees {
                        broken.push(format!("{name}, point {point}"));
                    }
                }
            }
        }
        Ok(Finding {
            statement: "Orbit by breadth-first search, stabilizer by Schreier-Sims and by counting the elements that fix the point, order by Schreier-Sims and by counting all elements: the product formula on every point.".to_owned(),
            kind: EvidenceKind::Exact,
            outcome: broken.is_empty().into(),
            figures: vec![
                Figure::exact("transitive groups of degree 2 to 8", TRANSITIVE.iter().sum::<usize>()).expecting(86),
                Figure::exact("points where it breaks", broken.len()).expecting(0),
            ],
            cases: points,
            seed: None,
            picture: None,
        })
    }

    fn approximate(&self, context: &ClaimContext<'_>) -> Result<Finding, BridgeError> {
        const DRAWS: usize = 500;
        let trials = context.size(&TRIALS)?;
        let group = catalog::parse_group("M12")?;
        let mut rng = context.rng("orbit-stabilizer-finite");
        let mut distinct = Vec::with_capacity(trials);
        for _ in 0..trials {
            let found: HashSet<[usize; 4]> = (0..DRAWS)
                .map(|_| on_sets(&[0, 1, 2, 3], &context.random_element(&group, &mut rng)))
                .collect();
            distinct.push(found.len() as f64);
        }
        // M12 is 5-transitive, so every 4-set is in the orbit: |G| / |G_x| = 12 choose 4.
        let orbit = 495.0_f64;
        let expected = orbit * (1.0 - (1.0 - 1.0 / orbit).powi(DRAWS as i32));
        let found = statistics::mean(&distinct, context.confidence);
        Ok(Finding {
            statement: format!(
                "The orbit of a 4-set under M12, |G|/|G_x| = 495, found by {DRAWS} uniform random elements: the mean number of distinct images is m(1 − (1 − 1/m)^N)."
            ),
            kind: EvidenceKind::Statistical,
            outcome: found.contains(expected).into(),
            figures: vec![Figure::estimate("distinct images", found).expecting(format!("{expected:.2}"))],
            cases: (trials * DRAWS) as u64,
            seed: Some(context.seed),
            picture: Some(Picture::convergence(
                "The orbit of a 4-set under M12",
                "different images of 500",
                &distinct,
                expected,
                context.confidence,
            )),
        })
    }

    fn control(&self, _context: &ClaimContext<'_>) -> Result<Finding, BridgeError> {
        let group = catalog::parse_group("D4")?;
        let elements = enumerate(group.degree(), group.generators());
        let words = (0u8..16).map(|bits| [0, 1, 2, 3].map(|i| bits >> i & 1));
        let not_an_action = |word: &[u8; 4], g: &Permutation| {
            let even = g.order() % 2u32 == BigUint::ZERO;
            let mut moved = [0; 4];
            for (i, letter) in word.iter().enumerate() {
                moved[g.image(i)] = letter ^ u8::from(even);
            }
            moved
        };
        let examined = examine(&elements, group.generators(), words, not_an_action);
        Ok(Finding {
            statement: self.about().control.to_owned(),
            kind: EvidenceKind::Exact,
            outcome: examined.broken.is_none().into(),
            figures: vec![Figure::exact(
                "what breaks",
                examined.broken.unwrap_or_else(|| "nothing".to_owned()),
            )],
            cases: 16,
            seed: None,
            picture: None,
        })
    }

    fn parameters(&self) -> &'static [Parameter] {
        &[TRIALS]
    }

    fn cost(&self) -> Cost {
        Cost::Seconds
    }
}

/// The image of a set, sorted.
fn on_sets(set: &[usize; 4], g: &Permutation) -> [usize; 4] {
    let mut image = set.map(|p| g.image(p));
    image.sort_unstable();
    image
}

/// Every element of a small group, by closing the generators under products: no chain is trusted.
fn enumerate(degree: usize, generators: &[Permutation]) -> Vec<Permutation> {
    let identity = Permutation::identity(degree);
    let mut seen = HashSet::from([identity.clone()]);
    let mut elements = vec![identity];
    let mut next = 0;
    while next < elements.len() {
        for generator in generators {
            let product = &elements[next] * generator;
            if seen.insert(product.clone()) {
                elements.push(product);
            }
        }
        next += 1;
    }
    elements
}

/// The first way in which a map fails to be an action, or in which the formula fails for it.
struct Examined {
    broken: Option<String>,
}

/// Checks the axioms of an action (on all elements against all generators, which suffices) and the
/// orbit-stabilizer formula, with the orbit and the stabilizer taken over all elements.
fn examine<P: Clone + Eq + Hash + Debug>(
    elements: &[Permutation],
    generators: &[Permutation],
    points: impl Iterator<Item = P>,
    act: impl Fn(&P, &Permutation) -> P,
) -> Examined {
    for x in points {
        for g in elements {
            if g.is_identity() && act(&x, g) != x {
                return Examined {
                    broken: Some(format!("axiom x·1 = x at x = {x:?}")),
                };
            }
            for s in generators {
                if act(&act(&x, g), s) != act(&x, &(g * s)) {
                    let what = format!("axiom (x·g)·h = x·(gh) at x = {x:?}, g = {g}, h = {s}");
                    return Examined { broken: Some(what) };
                }
            }
        }
        let orbit: HashSet<P> = elements.iter().map(|g| act(&x, g)).collect();
        let stabilizer = elements.iter().filter(|g| act(&x, g) == x).count();
        if orbit.len() * stabilizer != elements.len() {
            let what = format!("{} · {stabilizer} ≠ {} at x = {x:?}", orbit.len(), elements.len());
            return Examined { broken: Some(what) };
        }
    }
    Examined { broken: None }
}
