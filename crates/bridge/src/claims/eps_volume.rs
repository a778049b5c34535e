//! C15: the volume of the ε-stabilizer scales as ε to the dimension of the orbit (SO(2) and SO(3)).

use groups::lie::haar::{Measure, VolumeQuestion, estimate_volume, leading_constant, sphere_area};
use groups::lie::{isotropy_of_action, parse_algebra};
use groups::linear::RationalMatrix;
use groups::scalar::rational;
use nalgebra::DMatrix;
use num_rational::BigRational;

use crate::BridgeError;
use crate::claim::{
    About, Area, Claim, ClaimContext, Cost, Curve, EvidenceKind, Figure, Finding, Parameter, Picture, Verdict,
};
use crate::statistics::{self, Interval};

pub(super) struct EpsilonVolume;

/// Rotations of a vector of length 1.
struct Case {
    n: usize,
    algebra: &'static str,
    orbit: usize,
    stabilizer: usize,
    /// P(‖gx − x‖ < ε), which is known in closed form.
    probability: fn(f64) -> f64,
}

const CASES: [Case; 2] = [
    // The angle is uniform: ‖gx − x‖ = 2 sin(θ/2).
    Case {
        n: 2,
        algebra: "so(2)",
        orbit: 1,
        stabilizer: 0,
        probability: |e| 2.0 / std::f64::consts::PI * (e / 2.0).asin(),
    },
    // Archimedes: a cap of chord ε has the area π ε² of the sphere's 4π.
    Case {
        n: 3,
        algebra: "so(3)",
        orbit: 2,
        stabilizer: 1,
        probability: |e| e * e / 4.0,
    },
];

/// The ε window and the samples that the exponent is read from.
const LOW: Parameter = Parameter::real("window-low", 0.03, (0.005, 0.1), "the smallest ε");
const HIGH: Parameter = Parameter::real("window-high", 0.3, (0.15, 0.4), "the largest ε");
const SAMPLES: Parameter = Parameter::samples("samples", 1_000_000, "random rotations for each group");

/// What the curvature of the orbit may bend the exponent by over the window: (1 + O(ε²)).
const BEND: f64 = 0.02;

impl Claim for EpsilonVolume {
    fn about(&self) -> &'static About {
        &About {
            code: "C15",
            id: "eps-stabilizer-volume",
            area: Area::Lie,
            statement: "For a compact group acting by isometries, the Haar measure of the elements that move x by less than ε scales as ε to the dimension of the orbit: a search finds an approximate stabilizer of a feature of small orbit dimension first. (On GL(n) there is no such measure: only inside a stated norm ball.)",
            formula: "μ{g : ‖g·x − x‖ < ε} = [ω_r / H^r(O_x)] ε^r (1 + O(ε²)),  r = dim O_x",
            source: "area of small balls in the orbit; made precise from Paul & Venkatasubramanian, arXiv 1412.6621",
            control: "The exponent is the dimension of the stabilizer.",
            expected: Verdict::Holds,
        }
    }

    fn exact(&self, _context: &ClaimContext<'_>) -> Result<Finding, BridgeError> {
        let (mut figures, mut holds) = (Vec::new(), true);
        for case in &CASES {
            let (orbit, stabilizer) = rank(case, true)?;
            holds &= (orbit, stabilizer) == (case.orbit, case.stabilizer);
            figures
                .push(Figure::exact(format!("dim O_x under {}", case.algebra), orbit).expecting(case.orbit));
            let (at_zero, _) = rank(case, false)?;
            holds &= at_zero == 0;
            figures.push(Figure::exact(format!("dim O_0 under {}", case.algebra), at_zero).expecting(0));
            // The closed form against the theorem's constant, at an ε where ε² is below rounding.
            let constant = leading_constant(case.orbit, sphere_area(case.n - 1));
            let tiny: f64 = 1e-9;
            let ratio = (case.probability)(tiny) / (constant * tiny.powi(case.orbit as i32));
            holds &= (ratio - 1.0).abs() < 1e-7;
            figures.push(
                Figure::number(format!("closed form / [ω_r/H^r(O)] ε^r, {}", case.algebra), ratio)
                    .expecting(1),
            );
        }
        Ok(Finding {
            statement: "dim O_x as the exact rank of the infinitesimal action at a rational point, and the theorem's constant against the closed forms (2/π) asin(ε/2) and ε²/4.".to_owned(),
            kind: EvidenceKind::Numerical,
            outcome: holds.into(),
            figures,
            cases: 2 * CASES.len() as u64,
            seed: None,
            picture: None,
        })
    }

    fn approximate(&self, context: &ClaimContext<'_>) -> Result<Finding, BridgeError> {
        sampled(
            context,
            "The exponent fitted to the share of Haar-random rotations that move x by less than ε, against the dimension of the orbit; and every share against the closed form.",
            |case| case.orbit,
        )
    }

    fn control(&self, context: &ClaimContext<'_>) -> Result<Finding, BridgeError> {
        sampled(context, self.about().control, |case| case.stabilizer)
    }

    fn parameters(&self) -> &'static [Parameter] {
        &[SAMPLES, LOW, HIGH]
    }

    fn cost(&self) -> Cost {
        Cost::Second
    }

    /// A share for each ε, at most eight a decade, and an exponent, for two groups.
    fn comparisons(&self) -> usize {
        36
    }
}

/// Dimensions of the orbit and of the stabilizer at a unit vector, or at 0.
fn rank(case: &Case, at_unit_vector: bool) -> Result<(usize, usize), BridgeError> {
    let algebra = parse_algebra(case.algebra)?;
    let x: Vec<BigRational> = (0..case.n)
        .map(|i| rational(i64::from(at_unit_vector && i == 0), 1))
        .collect();
    let columns: Vec<Vec<BigRational>> = algebra
        .matrices()
        .unwrap_or_default()
        .iter()
        .map(|a| a.apply(&x))
        .collect::<Result<_, _>>()?;
    let action = RationalMatrix::from_fn(case.n, columns.len(), |i, k| columns[k][i].clone());
    let found = isotropy_of_action(&algebra, &action)?;
    Ok((found.orbit_dimension, found.stabilizer.dimension()))
}

fn sampled(
    context: &ClaimContext<'_>,
    statement: &str,
    exponent: impl Fn(&Case) -> usize,
) -> Result<Finding, BridgeError> {
    let (mut figures, mut outcome) = (Vec::new(), Verdict::Holds);
    let (samples, level) = (context.natural(&SAMPLES)?, context.confidence);
    let window = (context.real(&LOW)?, context.real(&HIGH)?);
    let mut curves = Vec::new();
    for case in &CASES {
        let moved = |g: &DMatrix<f64>| {
            (0..case.n)
                .map(|i| (context.haar(g[(i, 0)]) - f64::from(u8::from(i == 0))).powi(2))
                .sum::<f64>()
                .sqrt()
                / context.epsilon(1.0)
        };
        let question = VolumeQuestion {
            samples,
            confidence: level,
            ..VolumeQuestion::over_decades(window.0, window.1, 8)
        };
        let measure = Measure::SpecialOrthogonal { n: case.n };
        let estimate = estimate_volume(&measure, moved, &question, context.seed)?;
        let outside = estimate.points.iter().filter(|p| {
            let truth = (case.probability)(p.epsilon);
            truth < p.lower || truth > p.upper
        });
        let outside = outside.count();
        let shares = estimate
            .points
            .iter()
            .map(|p| (p.epsilon, (p.lower + p.upper) / 2.0));
        let band = estimate.points.iter().map(|p| (p.lower, p.upper)).collect();
        curves.push(Curve::measured(&format!("SO({})", case.n), shares.collect()).within(band));
        let theory = estimate
            .points
            .iter()
            .map(|p| (p.epsilon, (case.probability)(p.epsilon)));
        curves.push(Curve::theory(
            &format!("closed form, SO({})", case.n),
            theory.collect(),
        ));
        let expected = exponent(case) as f64;
        figures.push(
            Figure::exact(format!("shares outside their intervals, SO({})", case.n), outside).expecting(0),
        );
        let Some(law) = estimate.law else {
            outcome = Verdict::Undecided;
            continue;
        };
        let half = statistics::normal_quantile(level) * law.slope_error + BEND;
        let slope = Interval {
            estimate: law.slope,
            low: law.slope - half,
            high: law.slope + half,
            level,
        };
        if !slope.contains(expected) || outside > 0 {
            outcome = Verdict::Fails;
        }
        figures.push(
            Figure::estimate(format!("exponent, SO({}) on a unit vector", case.n), slope).expecting(expected),
        );
    }
    Ok(Finding {
        statement: statement.to_owned(),
        kind: EvidenceKind::Statistical,
        outcome,
        figures,
        cases: samples * CASES.len() as u64,
        seed: Some(context.seed),
        picture: Some(Picture::power_law(
            "Share of rotations that move a unit vector by less than ε",
            "ε",
            "share",
            curves,
        )),
    })
}
