//! Depth separates, and descent regularises (Fan, Ma and Zhong 2019, *A selective overview of deep learning*).
//!
//! The tent map as a deep and as a shallow network, and gradient descent on least squares with more unknowns than equations.
//!
//! ```
//! use bridge::neighbours::{NeighbourOptions, fan};
//! let report = fan::run(&NeighbourOptions::default())?;
//! println!("{}", report.findings[0].statement);
//! # Ok::<(), bridge::BridgeError>(())
//! ```

use nalgebra::{DMatrix, DVector, dvector};
use nets::models::tent;
use nets::theory::least_squares::LeastSquares;
use num_bigint::BigUint;
use plotters::prelude::SeriesLabelPosition;
use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};

use super::{NeighbourOptions, NeighbourReport};
use crate::BridgeError;
use crate::claim::{ClaimContext, Figure, Finding};
use crate::claims::Evidence;
use crate::report::chart::{Chart, Series};

/// Runs the system.
///
/// # Errors
/// None that the options bring about; those of the models otherwise.
pub fn run(options: &NeighbourOptions) -> Result<NeighbourReport, BridgeError> {
    let context = ClaimContext::with_seed(options.seed);
    let depth = if options.quick { 8 } else { 12 };
    let trials = if options.quick { 5 } else { 50 };
    Ok(NeighbourReport {
        id: "fan",
        title: "Depth makes exponentially many pieces, and descent from zero finds the least solution",
        source: "J. Fan, C. Ma and Y. Zhong, A selective overview of deep learning, arXiv 1904.05526 (2019)",
        findings: vec![
            deep_pieces(depth)?,
            shallow_needs_units()?,
            shallow_misses(&context)?,
            descent_from_zero(&context, trials)?,
            descent_keeps_the_null_space(&context, trials)?,
            low_tent(depth)?,
            descent_from_anywhere(&context, trials)?,
        ],
        picture: Some(picture()?),
        notes: vec![
            "The piece count is a statement about representation: nothing here says that training finds the deep network.".into(),
            "One hidden layer needs at least 2^k − 1 ReLU units by counting pieces; the network that is built has 2^k, one of them for the slope at 0.".into(),
            "Implicit regularisation is shown for a linear model, where it is exact; for deep networks it is open what takes its place.".into(),
        ],
    })
}

fn deep_pieces(deepest: u32) -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::exact(
        "The k-fold tent map as a network of k hidden layers of two ReLU units has 2^k linear pieces; one hidden layer of 2^k units is the same map. Counted on dyadic points, where floats are exact.",
    );
    for depth in 1..=deepest {
        let deep = tent::deep_network(depth)?;
        let counted = tent::pieces(|x| deep.forward(&dvector![x])[0], depth + 2)?;
        let expected = tent::linear_pieces(depth.into())?;
        if [3, 6, deepest].contains(&depth) {
            evidence.equal(
                &format!("pieces, {depth} layers"),
                BigUint::from(counted),
                expected,
            );
        } else {
            evidence.case(expected == counted.into(), || {
                format!("{counted} pieces at {depth} layers")
            });
        }
        if depth <= 8 {
            let shallow = tent::shallow_network(depth)?;
            let cells = 1u32 << (depth + 2);
            let differs = (0..=cells).find(|&k| {
                let x = dvector![f64::from(k) / f64::from(cells)];
                shallow.forward(&x) != deep.forward(&x)
            });
            evidence.case(differs.is_none(), || format!("networks of depth {depth} differ"));
        }
    }
    evidence.finish()
}

fn shallow_needs_units() -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::exact(
        "One hidden layer of ReLU units needs at least 2^k − 1 of them: with fewer its distance from the k-fold map is at least 1/2.",
    );
    for (depth, needed) in [(3u64, 7u32), (6, 63)] {
        evidence.equal(
            &format!("units needed at depth {depth}"),
            tent::shallow_units(depth)?,
            needed.into(),
        );
        let bounds = [
            tent::shallow_error_bound(depth, u64::from(needed) - 1)?,
            tent::shallow_error_bound(depth, needed.into())?,
        ];
        evidence.case(bounds == [0.5, 0.0], || {
            format!("bounds {bounds:?} at depth {depth}")
        });
    }
    evidence.finish()
}

/// The distance from the k-fold tent map of its interpolation at the given kinks, on dyadic points.
fn interpolation_error(depth: u32, kinks: &[f64]) -> f64 {
    let value = |x| tent::iterate(1.0, depth.into(), x);
    let cells = 1u32 << (depth + 3);
    (0..=cells)
        .map(|k| f64::from(k) / f64::from(cells))
        .map(|x| {
            let right = kinks.partition_point(|&kink| kink < x).clamp(1, kinks.len() - 1);
            let (a, b) = (kinks[right - 1], kinks[right]);
            let line = value(a) + (value(b) - value(a)) * (x - a) / (b - a);
            (line - value(x)).abs()
        })
        .fold(0.0, f64::max)
}

fn shallow_misses(context: &ClaimContext<'_>) -> Result<Finding, BridgeError> {
    let mut rng = context.rng("fan shallow");
    let mut evidence = Evidence::statistical(
        "Interpolations of the 5-fold map with 30 kinks (a hidden layer of 30 units) at random places miss it by at least 1/2; with the 31 kinks of the map the interpolation is exact.",
        context,
    );
    let mut best = f64::INFINITY;
    for _ in 0..200 {
        let mut kinks: Vec<f64> = (0..30).map(|_| rng.random_range(0.0..1.0)).collect();
        kinks.extend([0.0, 1.0]);
        kinks.sort_by(f64::total_cmp);
        kinks.dedup();
        let error = interpolation_error(5, &kinks);
        evidence.case(error >= 0.5, || format!("error {error}"));
        best = best.min(error);
    }
    evidence.note(Figure::number("smallest error of 200", best));
    let all: Vec<f64> = (0..=32).map(|k| f64::from(k) / 32.0).collect();
    evidence.close(
        "error with all 31 kinks",
        interpolation_error(5, &all),
        0.0,
        1e-14,
    );
    evidence.finish()
}

/// A random problem of 20 equations in 50 unknowns.
fn problem(rng: &mut impl rand::Rng) -> Result<LeastSquares, BridgeError> {
    let a = DMatrix::from_fn(20, 50, |_, _| StandardNormal.sample(&mut *rng));
    let b = DVector::from_fn(20, |_, _| StandardNormal.sample(&mut *rng));
    Ok(LeastSquares::new(a, b)?)
}

fn start(rng: &mut impl rand::Rng) -> DVector<f64> {
    DVector::from_fn(50, |_, _| StandardNormal.sample(&mut *rng))
}

const STEPS: usize = 20_000;

fn descent_from_zero(context: &ClaimContext<'_>, trials: usize) -> Result<Finding, BridgeError> {
    let mut rng = context.rng("fan descent");
    let mut evidence = Evidence::statistical(
        "Gradient descent from 0 on 20 random equations in 50 unknowns ends at the pseudo-inverse solution, to 1e-8.",
        context,
    );
    let (mut worst, mut steps) = (0.0f64, 0);
    for _ in 0..trials {
        let problem = problem(&mut rng)?;
        let end = problem.descend(&DVector::zeros(50), STEPS)?;
        worst = worst.max((end.solution - problem.minimum_norm()).norm());
        steps = steps.max(end.steps);
    }
    evidence.close("largest distance from A⁺b", worst, 0.0, 1e-8);
    evidence.note(Figure::exact("most steps", steps));
    evidence.finish()
}

fn descent_keeps_the_null_space(context: &ClaimContext<'_>, trials: usize) -> Result<Finding, BridgeError> {
    let mut rng = context.rng("fan descent");
    let mut evidence = Evidence::statistical(
        "From a random start descent ends at A⁺b plus the part of the start in the null space, to 1e-8, and solves the equations too.",
        context,
    );
    let mut worst = 0.0f64;
    for _ in 0..trials {
        let problem = problem(&mut rng)?;
        let start = start(&mut rng);
        let end = problem.descend(&start, STEPS)?;
        let expected = problem.minimum_norm() + problem.null_space_part(&start);
        worst = worst.max((end.solution - expected).norm());
    }
    evidence.close("largest distance", worst, 0.0, 1e-8);
    evidence.finish()
}

fn low_tent(depth: u32) -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::exact(
        "False statement: any map with a fold gains pieces that way; a tent with the peak 1/2, iterated, has 2^k too.",
    );
    let counted = tent::pieces(|x| tent::iterate(0.5, depth.into(), x), depth + 2)?;
    evidence.equal(
        &format!("pieces, depth {depth}"),
        BigUint::from(counted),
        tent::linear_pieces(depth.into())?,
    );
    evidence.finish()
}

fn descent_from_anywhere(context: &ClaimContext<'_>, trials: usize) -> Result<Finding, BridgeError> {
    let mut rng = context.rng("fan descent");
    let mut evidence = Evidence::statistical(
        "False statement: descent ends at the pseudo-inverse solution from any start.",
        context,
    );
    let mut worst = 0.0f64;
    for _ in 0..trials {
        let problem = problem(&mut rng)?;
        let end = problem.descend(&start(&mut rng), STEPS)?;
        worst = worst.max((end.solution - problem.minimum_norm()).norm());
    }
    evidence.close("largest distance from A⁺b", worst, 0.0, 1e-8);
    evidence.finish()
}

/// The 4-fold tent map beside an interpolation with half of its kinks.
fn picture() -> Result<String, BridgeError> {
    let at = |k: i32| f64::from(k) / 256.0;
    let map = (0..=256).map(|k| (at(k), tent::iterate(1.0, 4, at(k)))).collect();
    // Every second kink of the map, moved so that the pieces are equally long.
    let coarse: Vec<f64> = (0..=8).map(|k| f64::from(k) / 8.0).collect();
    let shallow = coarse.iter().map(|&x| (x, tent::iterate(1.0, 4, x))).collect();
    let low = (0..=256).map(|k| (at(k), tent::iterate(0.5, 4, at(k)))).collect();
    Chart {
        title: "The tent map four times over: 16 pieces",
        x: "x",
        y: "value",
        logarithmic: (false, false),
        legend: SeriesLabelPosition::UpperRight,
        series: vec![
            Series::line("4 layers of 2 units", map),
            Series::dots("interpolation with 7 kinks", shallow),
            Series::line("peak 1/2", low),
        ],
    }
    .to_svg()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_holds_and_its_controls_fail() {
        super::super::check_report(run);
    }
}
