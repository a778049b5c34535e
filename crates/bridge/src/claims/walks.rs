//! C10, C11: random walks by generators.

use num_rational::BigRational;
use num_traits::ToPrimitive;

use super::batch::card;
use super::short::{Evidence, Short, Tuned};
use crate::BridgeError;
use crate::claim::{About, Cost, Curve, Parameter, Picture};
use crate::finite::walk::Walk;
use groups::scalar::rational;
use rand::RngExt;

pub(super) const WALKS: [(&str, &str, (i64, i64)); 5] = [
    ("C7", "+1,-1", (0, 1)),
    ("C12", "+1,-1", (1, 2)),
    ("Cayley(S4; adjacent)", "adjacent transpositions", (1, 4)),
    ("Schreier D4 on 4 vertices", "r, r^-1, s", (0, 1)),
    ("Schreier S5 on 2-subsets", "star transpositions", (0, 1)),
];

pub(super) fn walk((graph, generators, (a, b)): (&str, &str, (i64, i64))) -> Result<Walk, BridgeError> {
    Walk::parse(graph, generators, rational(a, b))
}

const RETURN_CARD: About = card("cayley-walk-return-time", "E_x[first return to x] = |G·x|");

const EXCURSIONS: Parameter = Parameter::samples("samples", 5000, "excursions of each walk");

pub(super) static RETURN_TIME: Tuned = Short {
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
            let excursions: Vec<f64> = (0..context.natural(&EXCURSIONS)?)
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
            if case == WALKS[4] {
                evidence.picture(schreier_graph(
                    &walk,
                    "The walk by star transpositions on the pairs of five points",
                ));
            }
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
}
.with(&[EXCURSIONS], Cost::Second);

/// The states with the moves as arcs.
fn schreier_graph(walk: &Walk, title: &str) -> Picture {
    let arcs = |(index, step): (usize, &Vec<usize>)| -> Vec<(usize, usize, String)> {
        let name = format!("generator {}", index + 1);
        step.iter()
            .enumerate()
            .filter(|(from, to)| from < to)
            .map(|(from, to)| (from, *to, name.clone()))
            .collect()
    };
    Picture::Orbit {
        title: title.to_owned(),
        points: (0..walk.states()).map(|state| format!("state {state}")).collect(),
        arcs: walk.moves().iter().enumerate().flat_map(arcs).collect(),
    }
}

const MIXING_CARD: About = card("cayley-walk-mixing", "‖P^t(x, ·) − π‖_TV ≤ ½ √n λ*^t");

const STEPS: Parameter = Parameter::integer(
    "steps",
    40,
    (5, 200),
    "steps of each walk that are followed exactly",
);

pub(super) static MIXING: Tuned = Short {
    about: &MIXING_CARD,
    exact: |context| {
        let last = context.size(&STEPS)?;
        let mut evidence = Evidence::numerical(
            "The distance after t = 1, 2, … steps as an exact fraction, below the bound (whose eigenvalue is numerical, taken 1e-9 larger).",
        );
        for case in WALKS {
            let walk = walk(case)?;
            let eigenvalue = walk.second_eigenvalue() + 1e-9;
            let (mut distances, mut bounds) = (Vec::new(), Vec::new());
            for steps in 1..=last {
                let distance = walk.total_variation(0, steps)?.to_f64().unwrap_or(f64::NAN);
                let bound = 0.5 * (walk.states() as f64).sqrt() * eigenvalue.powi(steps as i32);
                evidence.case(distance <= bound, || {
                    format!("{}, t = {steps}: {distance} > {bound}", case.0)
                });
                distances.push((steps as f64, distance));
                bounds.push((steps as f64, bound));
            }
            if case == WALKS[1] {
                evidence.picture(Picture::Chart {
                    title: "The lazy walk on C12 comes near the uniform law".to_owned(),
                    x: "steps t".to_owned(),
                    y: "distance in total variation".to_owned(),
                    logarithmic: (false, true),
                    curves: vec![
                        Curve::measured("distance", distances),
                        Curve::theory("½ √n λ*^t", bounds),
                    ],
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
}
.with(&[STEPS], Cost::Seconds);
