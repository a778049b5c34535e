//! Learning a hierarchy by learning its synonyms (Petrini 2023, *Breaking the curse of dimensionality in deep neural networks by
//! learning invariant representations*).
//!
//! The random hierarchy model with exact counts, the number of samples at which a network learns it, the invariance of hidden layers
//! to synonyms, and the relative stability of networks on images to smooth deformations.
//!
//! ```no_run
//! use bridge::neighbours::{NeighbourOptions, petrini};
//! let report = petrini::run(&NeighbourOptions::default())?;
//! println!("{}", report.findings[0].statement);
//! # Ok::<(), bridge::BridgeError>(())
//! ```

use nalgebra::DMatrix;
use nets::deformation::{DeformationOptions, relative_stability};
use nets::invariance::relative_change;
use nets::models::hierarchy::network::{HierarchicalShape, HierarchicalTrainer};
use nets::models::hierarchy::rules::RandomHierarchy;
use nets::{
    Activation, ClassifierOptions, ClassifierTrainer, Corruption, Dataset, Learner, Optimizer, Rows,
    TrainOptions, ignore_progress,
};
use num_bigint::BigUint;
use num_traits::ToPrimitive;
use plotters::prelude::SeriesLabelPosition;
use rand::Rng;

use super::{NeighbourOptions, NeighbourReport};
use crate::BridgeError;
use crate::claim::{ClaimContext, Figure, Finding};
use crate::claims::Evidence;
use crate::report::chart::{Chart, Series};

/// Classes and symbols of the models that are learned.
const SYMBOLS: u64 = 8;
/// Their synonyms.
const SYNONYMS: u64 = 4;
/// Rows that errors and invariances are measured on.
const TEST_ROWS: usize = 1000;
/// Test rows come from far beyond the training rows of a seed.
const TEST_FROM: u64 = 1 << 32;

/// Runs the system: counts by listing, trainings on growing numbers of samples, deformations of digits.
///
/// # Errors
/// None that the options bring about; those of the training otherwise.
pub fn run(options: &NeighbourOptions) -> Result<NeighbourReport, BridgeError> {
    let context = ClaimContext::with_seed(options.seed);
    let curves = curves(&context, options.quick)?;
    let stabilities = stabilities(&context, options.quick)?;
    Ok(NeighbourReport {
        id: "petrini",
        title: "Networks learn a hierarchy from about n_c m^L samples, as they learn its synonyms",
        source: "L. Petrini, Breaking the Curse of Dimensionality in Deep Neural Networks by Learning Invariant Representations, arXiv 2310.16154 (2023)",
        findings: vec![
            counts(&context)?,
            sizes_of_the_paper()?,
            transition(&context, &curves)?,
            synonyms(&context, &curves)?,
            measure_of_the_class(&context)?,
            identity_is_neutral(&context, &stabilities)?,
            exponential_in_dimension(&context, &curves)?,
            random_function_is_invariant(&context)?,
            untrained_network_is_invariant(&context, &curves)?,
        ],
        picture: Some(picture(&curves)?),
        notes: vec![
            "P* = n_c m^L is a scaling: the number of samples at which the error is half of chance is required to lie within a factor 3 of it, no more.".into(),
            "The trained sizes, v = n_c = 8, m = 4, s = 2, are chosen for the time; the generator takes those of the paper, v = m = 8 and beyond. The network has the shape of the hierarchy (shared weights, stride s), 64 units a place, Adam.".into(),
            "An exchange replaces every string by one of the m − 1 others; the paper draws among all m.".into(),
            "The stability of trained digits classifiers is reported, not judged: the sign of its change differs between dense and convolutional networks in the literature.".into(),
        ],
    })
}

fn model(synonyms: u64, depth: u32, seed: u64) -> Result<RandomHierarchy, BridgeError> {
    Ok(RandomHierarchy::new(SYMBOLS, SYMBOLS, synonyms, 2, depth, seed)?)
}

fn counts(context: &ClaimContext<'_>) -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::statistical(
        "The inputs of random models, listed: n_c m^((s^L − 1)/(s − 1)) different ones, each read back as its class.",
        context,
    );
    for (classes, v, m, s, depth) in [(2, 4, 2, 2, 2), (8, 8, 8, 2, 2), (3, 3, 2, 2, 3), (3, 5, 2, 3, 2)] {
        let model = RandomHierarchy::new(classes, v, m, s, depth, context.seed)?;
        let inputs = model.inputs()?;
        let wrong = inputs
            .iter()
            .filter(|(class, word)| model.class_of(word) != Some(*class));
        let wrong = wrong.count();
        evidence.case(wrong == 0, || format!("{wrong} inputs are read as another class"));
        let different: std::collections::HashSet<_> = inputs.iter().map(|(_, word)| word).collect();
        evidence.equal(
            &format!("inputs, n_c = {classes}, v = {v}, m = {m}, s = {s}, L = {depth}"),
            BigUint::from(different.len()),
            model.counts().total_inputs(),
        );
    }
    evidence.finish()
}

fn sizes_of_the_paper() -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::exact(
        "The generator makes models of the paper's sizes: v = n_c = m = 8, s = 2, L = 3, and larger ones, with counts of the closed form.",
    );
    for (v, m, depth, total, samples) in [
        (8u64, 8u64, 3u32, "16777216", 4096u64),
        (8, 8, 4, "281474976710656", 32_768),
        (32, 8, 3, "67108864", 16_384),
    ] {
        let model = RandomHierarchy::new(v, v, m, 2, depth, 0)?;
        let name = format!("v = {v}, m = {m}, L = {depth}");
        evidence.equal(
            &format!("inputs, {name}"),
            model.counts().total_inputs().to_string(),
            total.into(),
        );
        evidence.equal(
            &format!("P*, {name}"),
            model.counts().sample_complexity(),
            samples.into(),
        );
        let (class, word) = model.sample(1, 0);
        evidence.case(model.class_of(&word) == Some(class), || format!("{word:?}"));
    }
    evidence.finish()
}

/// What training on so many samples came to.
struct Point {
    samples: usize,
    error: f64,
    /// Relative change under exchanges of lowest strings, layer by layer, the output last.
    invariance: Vec<f64>,
}

/// One model's points, in the order of their samples.
struct Curve {
    depth: u32,
    /// P*.
    scale: f64,
    points: Vec<Point>,
    /// Invariances before training.
    untrained: Vec<f64>,
}

impl Curve {
    /// The number of samples at which the error falls to half of chance, between the points by interpolation in its logarithm.
    fn transition(&self) -> Option<f64> {
        let half = 0.5 * (1.0 - 1.0 / SYMBOLS as f64);
        let pair = self
            .points
            .windows(2)
            .find(|pair| pair[0].error > half && pair[1].error <= half)?;
        let [a, b] = [&pair[0], &pair[1]];
        let t = (a.error - half) / (a.error - b.error);
        let [low, high] = [a, b].map(|point| (point.samples as f64).ln());
        Some((low + t * (high - low)).exp())
    }
}

fn curves(context: &ClaimContext<'_>, quick: bool) -> Result<Vec<Curve>, BridgeError> {
    let shares: &[f64] = if quick {
        &[0.5, 1.0, 2.0, 4.0]
    } else {
        &[0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0]
    };
    [2, 3]
        .into_iter()
        .map(|depth| {
            let model = model(SYNONYMS, depth, context.seed)?;
            let scale = model.counts().sample_complexity().to_f64().unwrap_or(f64::NAN);
            let test = test_rows(&model, context.seed)?;
            let mut points = Vec::new();
            let mut untrained = Vec::new();
            for share in shares {
                let samples = (share * scale) as usize;
                let data = model.dataset(context.seed, 0, samples)?;
                // About as many steps for every number of samples.
                let steps = if quick { 1600 } else { 3000 };
                let options = TrainOptions {
                    epochs: (steps / samples.div_ceil(64)).max(1),
                    batch: 64,
                    optimizer: Optimizer::adam(1e-3),
                    seed: context.seed,
                    ..TrainOptions::default()
                };
                let shape = HierarchicalShape {
                    symbols: SYMBOLS as usize,
                    branching: 2,
                    depth,
                    classes: SYMBOLS as usize,
                    width: 64,
                };
                let mut trainer = HierarchicalTrainer::hierarchical(&data, shape, options)?;
                if untrained.is_empty() {
                    untrained = invariances(&mut trainer, &test)?;
                }
                for _ in 0..options.epochs {
                    trainer.epoch(&mut ignore_progress)?;
                }
                let mut learner = trainer.learner().clone();
                points.push(Point {
                    samples,
                    error: learner.error(Rows::of(&test.0)),
                    invariance: invariances(&mut trainer, &test)?,
                });
            }
            Ok(Curve {
                depth,
                scale,
                points,
                untrained,
            })
        })
        .collect()
}

/// Rows never trained on, and the same with their lowest strings exchanged.
fn test_rows(model: &RandomHierarchy, seed: u64) -> Result<(Dataset, Dataset), BridgeError> {
    let plain = model.dataset(seed, TEST_FROM, TEST_ROWS)?;
    let moved: Vec<Vec<u32>> = (0..TEST_ROWS as u64)
        .map(|index| {
            let (_, word) = model.sample(seed, TEST_FROM + index);
            model.exchange(&word, 1, seed, index)
        })
        .collect::<Result<_, _>>()?;
    Ok((plain, model.rows(&moved)?))
}

fn invariances(
    trainer: &mut HierarchicalTrainer<'_>,
    (plain, moved): &(Dataset, Dataset),
) -> Result<Vec<f64>, BridgeError> {
    let (plain, moved) = (trainer.activations(plain)?, trainer.activations(moved)?);
    let layers = plain.iter().zip(&moved);
    Ok(layers
        .map(|(plain, moved)| relative_change(plain, moved, plain.len() / TEST_ROWS))
        .collect::<Result<_, _>>()?)
}

fn transition(context: &ClaimContext<'_>, curves: &[Curve]) -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::statistical(
        "The test error falls to half of chance at a number of samples within a factor 3 of P* = n_c m^L, for L = 2 and 3.",
        context,
    );
    for curve in curves {
        for point in &curve.points {
            evidence.note(Figure::number(
                format!("error, L = {}, {} samples", curve.depth, point.samples),
                point.error,
            ));
        }
        let name = format!("samples at half of chance over P*, L = {}", curve.depth);
        match curve.transition() {
            Some(samples) => {
                let ratio = samples / curve.scale;
                evidence.note(Figure::number(name, ratio));
                evidence.case((1.0 / 3.0..=3.0).contains(&ratio), || format!("ratio {ratio}"));
            }
            None => evidence.case(false, || format!("L = {}: no transition", curve.depth)),
        }
    }
    evidence.finish()
}

fn synonyms(context: &ClaimContext<'_>, curves: &[Curve]) -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::statistical(
        "Synonyms become alike where the error falls: the relative change of every layer from the second on is less at the most samples than at the fewest, and of the output below a quarter once the error is below a tenth.",
        context,
    );
    for curve in curves {
        let (Some(first), Some(last)) = (curve.points.first(), curve.points.last()) else {
            continue;
        };
        for layer in 1..first.invariance.len() {
            let (few, many) = (first.invariance[layer], last.invariance[layer]);
            evidence.case(many < few, || {
                format!("L = {}, layer {}: {few} to {many}", curve.depth, layer + 1)
            });
            let name = |samples: usize| {
                format!(
                    "change of layer {}, L = {}, {samples} samples",
                    layer + 1,
                    curve.depth
                )
            };
            evidence.note(Figure::number(name(first.samples), few));
            evidence.note(Figure::number(name(last.samples), many));
        }
        for point in curve.points.iter().filter(|point| point.error < 0.1) {
            let output = point.invariance.last().copied().unwrap_or(f64::NAN);
            evidence.case(output < 0.25, || {
                format!("output changes by {output} at an error of {}", point.error)
            });
        }
    }
    evidence.finish()
}

/// The measure of a function of words with one value, on exchanges of lowest strings.
fn measure(
    context: &ClaimContext<'_>,
    function: impl Fn(&RandomHierarchy, &[u32]) -> f32,
) -> Result<f64, BridgeError> {
    let model = model(SYNONYMS, 3, context.seed)?;
    let (mut plain, mut moved) = (Vec::new(), Vec::new());
    for index in 0..2000 {
        let (_, word) = model.sample(context.seed, index);
        plain.push(function(&model, &word));
        moved.push(function(&model, &model.exchange(&word, 1, context.seed, index)?));
    }
    Ok(relative_change(&plain, &moved, 1)?)
}

fn measure_of_the_class(context: &ClaimContext<'_>) -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::statistical(
        "The measure is 0 for the class itself and 1, to sampling error, for an independent random number at every input.",
        context,
    );
    let class = measure(context, |model, word| {
        model.class_of(word).map_or(f32::NAN, |class| class as f32)
    })?;
    evidence.close("the class", class, 0.0, 0.0);
    evidence.close(
        "a random function",
        measure(context, |_, word| random_value(context, word))?,
        1.0,
        0.1,
    );
    evidence.finish()
}

/// A number that depends on the word and the seed and on nothing in an orderly way.
fn random_value(context: &ClaimContext<'_>, word: &[u32]) -> f32 {
    let mut rng = context.rng(&format!("petrini random function {word:?}"));
    (rng.next_u32() >> 8) as f32
}

/// Relative stabilities to deformations of digits, by name.
fn stabilities(context: &ClaimContext<'_>, quick: bool) -> Result<Vec<(&'static str, f64)>, BridgeError> {
    let (train, test) = Dataset::digits().split(0.3, context.seed)?;
    let Some(test) = test else { return Ok(Vec::new()) };
    let options = DeformationOptions {
        displacement: 0.5,
        cutoff: 3,
        seed: context.seed,
    };
    let ratio = |map: &dyn Fn(&DMatrix<f64>) -> DMatrix<f64>| -> Result<f64, BridgeError> {
        Ok(relative_stability(map, &test, options)?.ratio())
    };
    let blur = DMatrix::from_fn(64, 64, |to, from| {
        let near = (to / 8).abs_diff(from / 8) <= 1 && (to % 8).abs_diff(from % 8) <= 1;
        if near { 1.0 / 9.0 } else { 0.0 }
    });
    let training = ClassifierOptions {
        corruption: Corruption::None,
        train: TrainOptions {
            epochs: if quick { 10 } else { 60 },
            seed: context.seed,
            ..TrainOptions::default()
        },
    };
    let hidden = [(64, Activation::Relu), (64, Activation::Relu)];
    let mut trainer = ClassifierTrainer::classifier(&train, &[], &hidden, training)?;
    let mut stabilities = vec![
        ("the identity", ratio(&|x| x.clone())?),
        ("a blur", ratio(&|x| &blur * x)?),
        ("what a blur takes away", ratio(&|x| x - &blur * x)?),
    ];
    let network = trainer.network();
    stabilities.push(("an untrained classifier", ratio(&|x| network.forward_columns(x))?));
    trainer.run(&mut ignore_progress)?;
    let network = trainer.network();
    stabilities.push(("a trained classifier", ratio(&|x| network.forward_columns(x))?));
    Ok(stabilities)
}

fn identity_is_neutral(
    context: &ClaimContext<'_>,
    stabilities: &[(&'static str, f64)],
) -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::statistical(
        "Relative stability to smooth deformations of digits (half a pixel, frequencies up to 3): 1 for the identity, above 1 for a blur, which hears noise less, below 1 for what the blur takes away. Networks beside them.",
        context,
    );
    for (name, ratio) in stabilities {
        evidence.note(Figure::number(*name, *ratio));
    }
    let [identity, blur, rest] = [0, 1, 2].map(|index| stabilities.get(index).map_or(f64::NAN, |s| s.1));
    evidence.close("identity", identity, 1.0, 1e-9);
    evidence.case(blur > 1.2 && rest < 0.9, || format!("{blur} and {rest}"));
    evidence.finish()
}

fn exponential_in_dimension(context: &ClaimContext<'_>, curves: &[Curve]) -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::statistical(
        "False statement: the samples needed are exponential in the input's length, so that twice the length squares them (within a factor 3).",
        context,
    );
    let transitions: Vec<f64> = curves.iter().filter_map(Curve::transition).collect();
    if let [two, three] = transitions[..] {
        let ratio = three / (two * two);
        evidence.case((1.0 / 3.0..=3.0).contains(&ratio), || format!("ratio {ratio}"));
    }
    evidence.finish()
}

fn random_function_is_invariant(context: &ClaimContext<'_>) -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::statistical(
        "False statement: a random function of the input does not change under synonyms.",
        context,
    );
    evidence.close(
        "its measure",
        measure(context, |_, word| random_value(context, word))?,
        0.0,
        0.1,
    );
    evidence.finish()
}

fn untrained_network_is_invariant(
    context: &ClaimContext<'_>,
    curves: &[Curve],
) -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::statistical(
        "False statement: the architecture makes synonyms alike without training.",
        context,
    );
    for curve in curves {
        let output = curve.untrained.last().copied().unwrap_or(f64::NAN);
        evidence.close(
            &format!("change of the output, L = {}", curve.depth),
            output,
            0.0,
            0.25,
        );
    }
    evidence.finish()
}

/// Errors and invariances against samples over P*.
fn picture(curves: &[Curve]) -> Result<String, BridgeError> {
    let mut series = Vec::new();
    for curve in curves {
        let over = |value: &dyn Fn(&Point) -> f64| -> Vec<(f64, f64)> {
            let points = curve.points.iter();
            points
                .map(|point| (point.samples as f64 / curve.scale, value(point)))
                .collect()
        };
        series.push(Series::dots(
            format!("test error, L = {}", curve.depth),
            over(&|point| point.error),
        ));
        series.push(Series::dots(
            format!("change of the output under synonyms, L = {}", curve.depth),
            over(&|point| point.invariance.last().copied().unwrap_or(f64::NAN)),
        ));
    }
    Chart {
        title: "Learning a random hierarchy: v = n_c = 8, m = 4, s = 2",
        x: "samples over n_c m^L",
        y: "error, relative change",
        logarithmic: (true, false),
        legend: SeriesLabelPosition::UpperRight,
        series,
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
