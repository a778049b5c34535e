//! How soon an autoencoder has learned the pictures of a figure.

use std::ops::ControlFlow;

use nets::{
    Activation, AutoencoderOptions, AutoencoderTrainer, Dataset, Loss, NetError, Optimizer, TrainOptions,
};
use serde::{Deserialize, Serialize};

use super::THRESHOLDS;
use crate::BridgeError;

/// Rows in a batch.
const BATCH: usize = 64;

/// Ratio of consecutive steps at which the error is measured.
const RATIO: f64 = 1.12;

/// The first of them.
const FIRST: f64 = 8.0;

/// With what the networks are trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Adam with rate 0.001.
    Adam,
    /// Gradient descent with rate 0.02 and momentum 0.9.
    Sgd,
}

impl Method {
    /// Both.
    pub const ALL: [Method; 2] = [Method::Adam, Method::Sgd];

    fn optimizer(self) -> Optimizer {
        match self {
            Method::Adam => Optimizer::adam(1e-3),
            Method::Sgd => Optimizer::sgd(0.02, 0.9),
        }
    }
}

impl std::fmt::Display for Method {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Method::Adam => "adam",
            Method::Sgd => "sgd",
        })
    }
}

/// The network and how long it is trained.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Training {
    /// Hidden sigmoid units; the output is linear.
    pub hidden: usize,
    /// Most steps.
    pub steps: usize,
}

/// When the error on the test pictures fell below the thresholds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Learned {
    /// Steps until the error is below 50, 20 and 10 % of the variance, interpolated between measurements on logarithmic
    /// scales; none if that was not reached.
    pub steps: [Option<f64>; 3],
    /// Area between the curve of the logarithm of the error against that of the steps and the last threshold: a measure of
    /// slowness without a threshold of its own.
    pub area: f64,
    /// The last error measured, as a share of the variance.
    pub error: f64,
}

/// A curve of errors as it grows.
#[derive(Debug, Clone, Copy)]
struct Curve {
    last: Option<(f64, f64)>,
    learned: Learned,
}

impl Curve {
    fn new() -> Self {
        Curve {
            last: None,
            learned: Learned {
                steps: [None; 3],
                area: 0.0,
                error: f64::NAN,
            },
        }
    }

    /// Adds a measurement. Before the first one the error is taken as what it is there.
    fn add(&mut self, step: usize, error: f64) {
        let at = (step as f64).ln();
        let height = error.max(1e-12).ln();
        let (before, from) = self.last.unwrap_or((0.0, height));
        for (threshold, reached) in THRESHOLDS.iter().zip(&mut self.learned.steps) {
            let level = threshold.ln();
            if reached.is_none() && height < level {
                // Already below at the first measurement: then that is all that is known.
                let share = if from > level {
                    (from - level) / (from - height)
                } else {
                    1.0
                };
                *reached = Some((before + share * (at - before)).exp());
            }
        }
        let floor = THRESHOLDS[THRESHOLDS.len() - 1].ln();
        let above = |height: f64| (height - floor).max(0.0);
        self.learned.area += 0.5 * (above(from) + above(height)) * (at - before);
        self.learned.error = error;
        self.last = Some((at, height));
    }

    fn done(&self) -> bool {
        self.learned.steps.iter().all(Option::is_some)
    }
}

/// The steps after which errors are measured.
fn measured(most: usize) -> Vec<usize> {
    let mut steps = Vec::new();
    let mut next = FIRST;
    while next < most as f64 {
        steps.push(next.round() as usize);
        next *= RATIO;
    }
    steps.push(most);
    steps.dedup();
    steps
}

/// Trains one network on `train` and tells for each set of test pictures, given with its variance (the mean square distance
/// from the mean of what counts as known), when it was learned. Training ends when all are, or diverged, or after the most steps.
///
/// # Errors
/// Those of the trainer, but for divergence, which counts as never learned.
pub fn learn(
    train: &Dataset,
    tests: &[(Dataset, f64)],
    training: Training,
    method: Method,
    seed: u64,
) -> Result<Vec<Learned>, BridgeError> {
    let batches = train.len().div_ceil(BATCH);
    let options = AutoencoderOptions {
        code_width: training.hidden,
        activation: Activation::Sigmoid,
        decoder_activation: Activation::Linear,
        loss: Loss::SquaredError,
        train: TrainOptions {
            epochs: training.steps.div_ceil(batches),
            batch: BATCH,
            optimizer: method.optimizer(),
            seed,
            ..TrainOptions::default()
        },
        ..AutoencoderOptions::default()
    };
    let mut trainer = AutoencoderTrainer::new(train, options)?;
    let mut curves = vec![Curve::new(); tests.len()];
    let mut done = 0;
    for goal in measured(training.steps) {
        match train_to(&mut trainer, &mut done, goal) {
            Ok(()) => {}
            Err(NetError::Diverged { .. }) => return Ok(curves.iter().map(|c| c.learned).collect()),
            Err(error) => return Err(error.into()),
        }
        for ((test, variance), curve) in tests.iter().zip(&mut curves) {
            let error = trainer.error(test) * test.width() as f64 / variance;
            if !curve.done() {
                curve.add(goal, error);
            }
        }
        if curves.iter().all(Curve::done) {
            break;
        }
    }
    Ok(curves.iter().map(|curve| curve.learned).collect())
}

/// Trains on until `goal` steps are done, of which `done` are behind.
pub(super) fn train_to(
    trainer: &mut AutoencoderTrainer,
    done: &mut usize,
    goal: usize,
) -> Result<(), NetError> {
    while *done < goal {
        let passed = trainer.epoch(&mut |_| {
            *done += 1;
            if *done == goal {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        match passed {
            Ok(_) | Err(NetError::Interrupted { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The mean of rows.
pub(crate) fn mean_of(rows: &[f32], width: usize) -> Vec<f64> {
    let mut mean = vec![0.0; width];
    for row in rows.chunks_exact(width) {
        for (mean, &value) in mean.iter_mut().zip(row) {
            *mean += f64::from(value);
        }
    }
    let count = (rows.len() / width) as f64;
    mean.iter_mut().for_each(|v| *v /= count);
    mean
}

/// Mean square distance of rows from a point.
pub(crate) fn spread(rows: &[f32], from: &[f64]) -> f64 {
    let squares = rows
        .chunks_exact(from.len())
        .flat_map(|row| row.iter().zip(from).map(|(&a, b)| (f64::from(a) - b).powi(2)));
    squares.sum::<f64>() / (rows.len() / from.len()) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crossings_are_interpolated_and_areas_trapezia() {
        let mut curve = Curve::new();
        // ln error falls from 0 at ln step = 2 to ln 0.04 at 3.
        let (first, second) = (2f64.exp(), 3f64.exp());
        curve.last = Some((first.ln(), 0.0));
        curve.add(second.round() as usize, 0.04);
        let at = (second.round()).ln();
        for (reached, threshold) in curve.learned.steps.iter().zip(THRESHOLDS) {
            let expected = 2.0 + (at - 2.0) * threshold.ln() / 0.04f64.ln();
            assert!((reached.unwrap().ln() - expected).abs() < 1e-12);
        }
        // From ln 10 above the last threshold to 0.
        assert!((curve.learned.area - 0.5 * 10f64.ln() * (at - 2.0)).abs() < 1e-12);
        assert!(curve.done());
    }

    #[test]
    fn measurements_are_spaced_by_a_ratio_and_end_at_the_last_step() {
        let steps = measured(100);
        assert_eq!((steps[0], steps[steps.len() - 1]), (8, 100));
        assert!(steps.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn means_and_spreads_by_hand() {
        let rows = [1.0, 2.0, 3.0, 6.0];
        assert_eq!(mean_of(&rows, 2), [2.0, 4.0]);
        assert_eq!(spread(&rows, &[2.0, 4.0]), 5.0);
    }
}
