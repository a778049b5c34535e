//! C08: the expected number of uniform draws until a stabilizer of x is hit is |O_x|.

use groups::{OnColourings, Orbit, PermGroup, Permutation, catalog};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::One;

use crate::BridgeError;
use crate::claim::{
    About, Area, Claim, ClaimContext, Cost, EvidenceKind, Figure, Finding, Parameter, Picture, Verdict,
};
use crate::statistics;

pub(super) struct HittingTime;

const SEARCHES: Parameter = Parameter::samples("samples", 4000, "searches for each feature");

/// A group permuting the letters of a word.
struct Case {
    group: &'static str,
    word: &'static [u8],
}

const CASES: [Case; 5] = [
    Case {
        group: "S5",
        word: &[1, 1, 1, 0, 0],
    },
    Case {
        group: "S6",
        word: &[0, 1, 2, 3, 4, 4],
    },
    Case {
        group: "D4",
        word: &[1, 0, 0, 0],
    },
    Case {
        group: "M11",
        word: &[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    },
    Case {
        group: "PSL(2,7)",
        word: &[0, 0, 0, 0, 0, 0, 0, 0],
    },
];

impl Case {
    fn fixes(&self, g: &Permutation) -> bool {
        self.word
            .iter()
            .enumerate()
            .all(|(i, letter)| self.word[g.image(i)] == *letter)
    }

    fn orbit_size(&self, group: &PermGroup) -> Result<usize, BridgeError> {
        let word: Box<[u32]> = self.word.iter().map(|letter| u32::from(*letter)).collect();
        Ok(Orbit::new(group, &OnColourings, &word, 10_000)?.len())
    }

    fn name(&self) -> String {
        let word: String = self.word.iter().map(|letter| letter.to_string()).collect();
        format!("{} on the word {word}", self.group)
    }
}

impl Claim for HittingTime {
    fn about(&self) -> &'static About {
        &About {
            code: "C08",
            id: "hitting-time-iid",
            area: Area::Groups,
            statement: "A search that draws group elements uniformly at random hits a stabilizer of x after |O_x| draws on average: features with small orbits are found first (on average, not in every run, and with the identity counted).",
            formula: "E T = |O_x|,  Var T = |O_x| (|O_x| − 1)",
            source: "geometric law; Paul & Venkatasubramanian, arXiv 1412.6621",
            control: "E T = |G_x|, the order of the stabilizer in place of the size of the orbit.",
            expected: Verdict::Holds,
        }
    }

    fn exact(&self, _context: &ClaimContext<'_>) -> Result<Finding, BridgeError> {
        let (mut figures, mut holds, mut elements) = (Vec::new(), true, 0u64);
        for case in &CASES {
            let group = catalog::parse_group(case.group)?;
            let (mut all, mut fixing) = (0u64, 0u64);
            for g in group.elements() {
                all += 1;
                fixing += u64::from(case.fixes(&g));
            }
            // T is geometric with success probability p, so E T = 1/p and Var T = (1 − p)/p².
            let p = BigRational::new(BigInt::from(fixing), BigInt::from(all));
            let expectation = p.recip();
            let variance = (BigRational::one() - &p) / (&p * &p);
            let orbit = BigRational::from(BigInt::from(case.orbit_size(&group)?));
            holds &= expectation == orbit && variance == &orbit * (&orbit - BigRational::one());
            elements += all;
            figures.push(Figure::exact(format!("E T, {}", case.name()), &expectation).expecting(orbit));
        }
        Ok(Finding {
            statement: "P(g fixes x) counted over all elements, E T = 1/P and Var T as rationals, against the orbit listed by breadth-first search.".to_owned(),
            kind: EvidenceKind::Exact,
            outcome: holds.into(),
            figures,
            cases: elements,
            seed: None,
            picture: None,
        })
    }

    fn approximate(&self, context: &ClaimContext<'_>) -> Result<Finding, BridgeError> {
        sampled(
            context,
            "The mean of T over independent searches, against the size of the orbit.",
            |orbit, _| orbit,
        )
    }

    fn control(&self, context: &ClaimContext<'_>) -> Result<Finding, BridgeError> {
        sampled(context, self.about().control, |_, stabilizer| stabilizer)
    }

    fn parameters(&self) -> &'static [Parameter] {
        &[SEARCHES]
    }

    fn cost(&self) -> Cost {
        Cost::Seconds
    }
}

/// Searches repeated for each case, and whether every mean agrees with `theory(|O_x|, |G_x|)`.
fn sampled(
    context: &ClaimContext<'_>,
    statement: &str,
    theory: impl Fn(f64, f64) -> f64,
) -> Result<Finding, BridgeError> {
    let searches = context.natural(&SEARCHES)?;
    let (mut figures, mut holds, mut picture) = (Vec::new(), true, None);
    for case in &CASES {
        let group = catalog::parse_group(case.group)?;
        let orbit = case.orbit_size(&group)?;
        let stabilizer = &group.order() / orbit;
        let purpose = format!("hitting-time-iid {}", case.group);
        let search = |repetition| {
            let mut rng = context.rng_of(&purpose, repetition);
            (1u64..).find(|_| case.fixes(&context.random_element(&group, &mut rng)))
        };
        let draws: Vec<f64> = (0..searches).filter_map(search).map(|t| t as f64).collect();
        let found = statistics::mean(&draws, context.confidence);
        let stabilizer: f64 = stabilizer.to_string().parse().unwrap_or(f64::INFINITY);
        let expected = theory(orbit as f64, stabilizer);
        if picture.is_none() {
            let success = 1.0 / expected.max(1.0);
            let geometric = |t: usize| success * (1.0 - success).powi(t as i32 - 1);
            let title = format!("Draws until {} is fixed", case.name());
            let last = 3 * orbit;
            picture = Some(Picture::integer_histogram(
                &title, "draws T", &draws, last, geometric,
            ));
        }
        holds &= found.contains(expected);
        figures.push(Figure::estimate(format!("E T, {}", case.name()), found).expecting(expected));
    }
    Ok(Finding {
        statement: statement.to_owned(),
        kind: EvidenceKind::Statistical,
        outcome: Verdict::from(holds),
        figures,
        cases: searches * CASES.len() as u64,
        seed: Some(context.seed),
        picture,
    })
}
