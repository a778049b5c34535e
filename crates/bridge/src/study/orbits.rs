//! Orbits and stabilizers of what a layer learned, against random features.

use groups::PermGroup;
use nets::Stack;
use rand::RngExt;
use rand_distr::StandardNormal;
use rayon::prelude::*;
use serde::Serialize;

use crate::BridgeError;
use crate::claim::ClaimContext;
use crate::filtration::{Elements, Filtration};
use crate::statistics::{self, Interval};

/// The filtrations of one layer's features, learned and random.
#[derive(Debug, Clone, Serialize)]
pub struct LayerOrbits {
    /// What acts, in words.
    pub group: String,
    /// Its order.
    pub group_order: String,
    /// The filtration of every hidden unit's receptive field.
    pub learned: Vec<Filtration>,
    /// The filtration of as many random features of the same norms: the control.
    pub random: Vec<Filtration>,
    /// Orbit sizes at a grid of tolerances.
    pub sizes: Vec<OrbitSizes>,
    /// The probability that a learned feature is more symmetric than a random one (one half if the two
    /// are not told apart), by [`Filtration::symmetry`] up to ε = [`SYMMETRY_LIMIT`].
    pub more_symmetric_than_random: Interval,
}

/// How orbit sizes are distributed at one tolerance.
#[derive(Debug, Clone, Serialize)]
pub struct OrbitSizes {
    /// The tolerance ε, relative to the norm of the feature.
    pub epsilon: f64,
    /// Smallest, median and largest orbit of the learned features.
    pub learned: [f64; 3],
    /// The same of the random features.
    pub random: [f64; 3],
}

/// Tolerances from 0 to this count for how symmetric a feature is; beyond √2 even orthogonal images
/// are near.
pub const SYMMETRY_LIMIT: f64 = 1.0;

/// Tolerances at which the distribution of orbit sizes is tabulated.
const GRID: usize = 30;

/// Confidence level of the comparison with random features.
const LEVEL: f64 = 0.99;

/// The receptive fields of the hidden units of layer `depth` (0 is the first) as functions on the
/// input: the gradient of each unit's activation with respect to the input at `at`, the mean input.
/// For the first layer that is its row of weights up to a positive factor, which no stabilizer sees.
pub(super) fn receptive_fields(stack: &Stack, depth: usize, at: &nalgebra::DVector<f64>) -> Vec<Vec<f64>> {
    let jacobian = stack.encoder_network_to(depth + 1).jacobian(at);
    jacobian
        .row_iter()
        .map(|row| row.iter().copied().collect())
        .collect()
}

/// Filters the features of a layer and as many random ones of the same norms.
pub(super) fn layer_orbits(
    group: &PermGroup,
    elements: &Elements,
    group_name: &str,
    features: &[Vec<f64>],
    context: &ClaimContext<'_>,
    depth: usize,
) -> Result<LayerOrbits, BridgeError> {
    let filter = |features: &[Vec<f64>]| -> Result<Vec<Filtration>, BridgeError> {
        features
            .par_iter()
            .map(|x| Filtration::over(group, elements, x))
            .collect()
    };
    let random: Vec<Vec<f64>> = (features.iter().enumerate())
        .map(|(unit, feature)| {
            let mut rng = context.rng(&format!("random feature {depth} {unit}"));
            let noise: Vec<f64> = feature.iter().map(|_| rng.sample(StandardNormal)).collect();
            let factor = norm(feature) / norm(&noise);
            noise.into_iter().map(|v| v * factor).collect()
        })
        .collect();
    let (learned, random) = (filter(features)?, filter(&random)?);
    let sizes = (0..=GRID)
        .map(|i| 1.5 * i as f64 / GRID as f64)
        .map(|epsilon| OrbitSizes {
            epsilon,
            learned: spread(&learned, epsilon),
            random: spread(&random, epsilon),
        });
    let symmetry =
        |of: &[Filtration]| -> Vec<f64> { of.iter().map(|f| f.symmetry(SYMMETRY_LIMIT)).collect() };
    Ok(LayerOrbits {
        group: group_name.to_owned(),
        group_order: group.order().to_string(),
        sizes: sizes.collect(),
        more_symmetric_than_random: statistics::probability_below(
            &symmetry(&random),
            &symmetry(&learned),
            LEVEL,
        ),
        learned,
        random,
    })
}

fn norm(x: &[f64]) -> f64 {
    x.iter().map(|v| v * v).sum::<f64>().sqrt()
}

/// Smallest, median and largest orbit size at a tolerance.
fn spread(filtrations: &[Filtration], epsilon: f64) -> [f64; 3] {
    let sizes: Vec<f64> = filtrations
        .iter()
        .map(|f| f.at(epsilon).orbit_size_f64())
        .collect();
    let low = sizes.iter().copied().fold(f64::INFINITY, f64::min);
    let high = sizes.iter().copied().fold(0.0, f64::max);
    [low, statistics::median(&sizes), high]
}
