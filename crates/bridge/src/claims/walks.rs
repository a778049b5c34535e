//! C10, C11: random walks by generators.

use num_rational::BigRational;
use num_traits::ToPrimitive;

use super::batch::card;
use super::short::{Evidence, Short};
use crate::BridgeError;
use crate::claim::About;
use crate::finite::walk::Walk;
use groups::scalar::rational;
use rand::RngExt;

const WALKS: [(&str, &str, (i64, i64)); 5] = [
    ("C7", "+1,-1", (0, 1)),
    ("C12", "+1,-1", (1, 2)),
    ("Cayley(S4; adjacent)", "adjacent transpositions", (1, 4)),
    ("Schreier D4 on 4 vertices", "r, r^-1, s", (0, 1)),
    ("Schreier S5 on 2-subsets", "star transpositions", (0, 1)),
];

fn walk((graph, generators, (a, b)): (&str, &str, (i64, i64))) -> Result<Walk, BridgeError> {
    Walk::parse(graph, generators, rational(a, b))
}

const RETURN_CARD: About = card("cayley-walk-return-time", "E_x[first return to x] = |G·x|");

pub(super) static RETURN_TIME: Short = Short {
    about: &RETURN_CARD,
    exact: |_| {
        let mut evidence = Evidence::exact("First-step equations solved in rationals, from every state.");
        for case in WALKS {
            let walk = walk(case)?;
            let size = BigRational::from_integer(walk.states().into());
            for target in 0..walk.states() {
                let time = walk.return_time(target)?;
                evidence.case(time == size, || format!("{}, {target}: {time}", case.0));
            }
            evidence.equal(&format!("return time, {}", case.0), walk.return_time(0)?, size);
        }
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng("cayley-walk-return-time");
        let mut evidence =
            Evidence::statistical("Simulated excursions on C7 and on the pairs of S5.", context);
        for case in [WALKS[0], WALKS[4]] {
            let walk = walk(case)?;
            let moves = walk.moves();
            let excursions: Vec<f64> = (0..5000)
                .map(|_| {
                    let (mut x, mut steps) = (0, 0.0);
                    loop {
                        x = moves[rng.random_range(0..moves.len())][x];
                        steps += 1.0;
                        if x == 0 {
                            return steps;
                        }
                    }
                })
                .collect();
            evidence.mean(
                &format!("return time, {}", case.0),
                &excursions,
                walk.states() as f64,
            );
        }
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::exact(RETURN_CARD.control);
        let walk = walk(("C12", "+1,-1", (0, 1)))?;
        let mean = walk.hitting_times(0)?.iter().sum::<BigRational>() / rational(12, 1);
        evidence.equal("mean hitting time on C12", mean, rational(12, 1));
        evidence.finish()
    },
};

const MIXING_CARD: About = card("cayley-walk-mixing", "‖P^t(x, ·) − π‖_TV ≤ ½ √n λ*^t");

pub(super) static MIXING: Short = Short {
    about: &MIXING_CARD,
    exact: |_| {
        let mut evidence = Evidence::exact(
            "The distance after t = 1, …, 40 steps as an exact fraction, below the bound (whose eigenvalue is numerical, taken 1e-9 larger).",
        );
        for case in WALKS {
            let walk = walk(case)?;
            let eigenvalue = walk.second_eigenvalue() + 1e-9;
            for steps in 1..=40 {
                let distance = walk.total_variation(0, steps)?.to_f64().unwrap_or(f64::NAN);
                let bound = 0.5 * (walk.states() as f64).sqrt() * eigenvalue.powi(steps as i32);
                evidence.case(distance <= bound, || {
                    format!("{}, t = {steps}: {distance} > {bound}", case.0)
                });
            }
        }
        evidence.finish()
    },
    approximate: |context| {
        let mut evidence = Evidence::statistical(
            "The slope of log distance between 40 and 80 steps, against log λ*.",
            context,
        );
        for case in &WALKS[..3] {
            let walk = walk(*case)?;
            let log = |steps| -> Result<f64, BridgeError> {
                Ok(walk.total_variation(0, steps)?.to_f64().unwrap_or(f64::NAN).ln())
            };
            let slope = (log(80)? - log(40)?) / 40.0;
            let expected = walk.second_eigenvalue().ln();
            evidence.close(
                &format!("slope, {}", case.0),
                slope,
                expected,
                0.02 * expected.abs(),
            );
        }
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::exact(MIXING_CARD.control);
        let walk = walk(("C12", "+1,-1", (0, 1)))?;
        let far = walk.total_variation(0, 2000)?;
        evidence.case(far < rational(1, 100), || {
            format!("the distance is {far} after 2000 steps")
        });
        evidence.finish()
    },
};
