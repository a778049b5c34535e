//! The question in a few seconds, for the ledger of claims: some thirty figures, one network each.

use super::figure::{PIXELS, library};
use super::learning::{Method, Training, learn, mean_of, spread};
use super::orbit::{NO_VARIANCE, TOLERANCE, covering_number, dataset, pictures};
use super::pose::PoseMeasure;
use super::regression::spearman;
use super::runs::{Condition, EQUAL, SWAPPED};
use crate::BridgeError;
use crate::first_features::figure::ENERGY;
use crate::first_features::orbit::TOLERANCES;
use crate::statistics::{Interval, normal_quantile};

/// Pictures of a figure to train on, and to test with.
const POSES: (usize, usize) = (256, 48);

/// The network.
const TRAINING: Training = Training {
    hidden: 16,
    steps: 200,
};

/// The rank correlation of the steps to half of the variance (gradient descent) and the covering number under a law of poses and
/// a condition of the experiment, with its interval at a level, and the number of figures that vary.
///
/// # Errors
/// Those of the pictures and of the trainer.
pub fn steps_against_orbits(
    law: PoseMeasure,
    condition: Condition,
    seed: u64,
    level: f64,
) -> Result<(Interval, usize), BridgeError> {
    let mut drawn = Vec::new();
    for figure in library(seed, 2).iter().filter(|f| !f.control) {
        let pictures = pictures(figure, &law, POSES.0, POSES.1, seed)?;
        let mean = mean_of(&pictures.train, PIXELS);
        let variance = spread(&pictures.train, &mean);
        if variance < NO_VARIANCE * ENERGY {
            continue;
        }
        let scale = match condition {
            Condition::Energy => 1.0,
            Condition::EqualVariance | Condition::SwappedVariance => (variance / EQUAL).sqrt(),
        };
        let distance = TOLERANCES[TOLERANCE] * ENERGY.sqrt() * scale;
        let covering = covering_number(&pictures.train, PIXELS, distance);
        drawn.push((covering, pictures));
    }
    drawn.sort_by_key(|(covering, _)| *covering);
    let last = (drawn.len() - 1) as f64;
    let mut cells = Vec::new();
    for (place, (covering, pictures)) in drawn.into_iter().enumerate() {
        let mean = mean_of(&pictures.train, PIXELS);
        let own = spread(&pictures.train, &mean);
        let (low, high) = SWAPPED;
        let variance = match condition {
            Condition::Energy => own,
            Condition::EqualVariance => EQUAL,
            Condition::SwappedVariance => low * libm::pow(high / low, place as f64 / last),
        };
        let factor = (variance / own).sqrt();
        let scale = |rows: &[f32]| {
            if condition == Condition::Energy {
                return rows.to_vec();
            }
            let values = rows.iter().zip(mean.iter().cycle());
            values
                .map(|(&value, mean)| ((f64::from(value) - mean) * factor) as f32)
                .collect::<Vec<f32>>()
        };
        let train = dataset("figure", scale(&pictures.train))?;
        let test = dataset("figure", scale(&pictures.test))?;
        let learned = learn(&train, &[(test, variance)], TRAINING, Method::Sgd, seed)?;
        let steps = learned[0].steps[0].unwrap_or(f64::INFINITY);
        cells.push((covering as f64, steps));
    }
    let steps: Vec<f64> = cells.iter().map(|(_, steps)| *steps).collect();
    let coverings: Vec<f64> = cells.iter().map(|(covering, _)| *covering).collect();
    // Without any order there is no correlation, which decides nothing.
    let found = spearman(&coverings, &steps).unwrap_or(0.0);
    Ok((rank_interval(found, cells.len(), level), cells.len()))
}

/// The interval of a rank correlation by Fisher's transformation, whose standard error is 1.03/√(n − 3) for ranks (Fieller,
/// Hartley, Pearson 1957).
fn rank_interval(found: f64, count: usize, level: f64) -> Interval {
    let z = libm::atanh(found.clamp(-0.999_999, 0.999_999));
    let half = normal_quantile(level) * 1.03 / (count as f64 - 3.0).sqrt();
    Interval {
        estimate: found,
        low: libm::tanh(z - half),
        high: libm::tanh(z + half),
        level,
    }
}
