//! One network seen from four sides (Vicente 2019, *The many faces of deep learning*): symmetry, statistical physics,
//! computation, information.
//!
//! [`views`] takes any chain of dense layers and says how large the orbit of its weights is, how its layers stand to the
//! kernel recursion of wide networks, how many linear pieces it has between data points, and how much of the variance
//! of the data its narrowest layer keeps.
//!
//! ```
//! use bridge::neighbours::vicente::views;
//! use nets::{Activation, AutoencoderOptions, AutoencoderTrainer, Dataset, Loss};
//! let digits = Dataset::digits();
//! let options = AutoencoderOptions {
//!     code_width: 6,
//!     activation: Activation::Relu,
//!     decoder_activation: Activation::Linear,
//!     loss: Loss::SquaredError,
//!     ..AutoencoderOptions::default()
//! };
//! let network = AutoencoderTrainer::new(&digits, options)?.autoencoder().reconstruction_network();
//! let seen = views(&network, &digits, 5)?;
//! assert_eq!(seen.symmetry.orbit.to_string(), "720"); // 6!, and
//! assert_eq!(seen.symmetry.continuous, 6); // a scale for each unit
//! assert!(seen.computation.is_some_and(|pieces| pieces.most <= 7.0)); // 6 kinks on a line
//! # Ok::<(), bridge::BridgeError>(())
//! ```

mod findings;

use nalgebra::DMatrix;
use nets::models::pieces::pieces_on_segment;
use nets::theory::kernel::KernelRecursion;
use nets::{Activation, Dataset, Dense, Layer, Network};
use num_bigint::BigUint;
use serde::Serialize;

use super::{NeighbourOptions, NeighbourReport};
use crate::BridgeError;
use crate::error::refuse;
use crate::gauge::gauge_orbit;
use crate::isotropy::{IsotropyOptions, isotropy};
use crate::statistics;
use crate::weight_space::WeightSpace;

/// The four views of one network on one data set.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Views {
    /// Symmetry: which other weights make the same map.
    pub symmetry: SymmetryView,
    /// Statistical physics: layer by layer against wide random networks.
    pub physics: Vec<KernelView>,
    /// Computation: linear pieces between data points; none for networks that are not piecewise linear.
    pub computation: Option<PiecesView>,
    /// Information: what the narrowest layer keeps.
    pub information: InformationView,
}

/// Sizes of the orbit of the weights.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SymmetryView {
    /// Order of the group of relabellings (and signs, where units are odd) of hidden units.
    #[serde(serialize_with = "as_text")]
    pub group: BigUint,
    /// How many of them leave the weights as they are.
    #[serde(serialize_with = "as_text")]
    pub isotropy: BigUint,
    /// Different weights with the same map under the group.
    #[serde(serialize_with = "as_text")]
    pub orbit: BigUint,
    /// Dimension of the orbit under scalings of ReLU units.
    pub continuous: usize,
}

fn as_text<S: serde::Serializer>(value: &BigUint, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

/// One layer against the kernel recursion.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct KernelView {
    /// Inputs of a unit times the mean square of the weights.
    pub sigma_w2: f64,
    /// Mean square of the biases.
    pub sigma_b2: f64,
    /// Mean square of the preactivations over units and rows.
    pub measured: f64,
    /// What σ_b² + σ_w² E φ² makes of that of the layer before (of the mean square of the data, for the first).
    pub predicted: f64,
    /// χ⊥ of this layer's weights and activation at the measured kernel, 1 at criticality: σ_w² E φ'(√K z)².
    pub susceptibility: f64,
}

/// Linear pieces on segments between data points.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PiecesView {
    /// Number of segments.
    pub segments: usize,
    /// Fewest pieces on one of them.
    pub fewest: f64,
    /// Median.
    pub median: f64,
    /// Most.
    pub most: f64,
}

/// The variance of the data that is left in a layer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct InformationView {
    /// Width of the narrowest hidden layer (the first of them).
    pub width: usize,
    /// Share of the variance of the data that an affine map of that layer's values explains.
    pub variance_kept: f64,
}

/// The most weights of a network whose views are taken.
pub const MAX_WEIGHTS: usize = 200_000;

fn dense_layers(network: &Network) -> Result<Vec<&Dense>, BridgeError> {
    let mut layers = Vec::new();
    for layer in network.layers() {
        match layer {
            Layer::Dense(dense) => layers.push(dense),
            other => {
                return refuse(
                    "network",
                    format!("one with a {}", other.kind()),
                    "a chain of dense layers",
                );
            }
        }
    }
    let weights: usize = layers.iter().map(|dense| dense.weights().len()).sum();
    if !network.is_chain() || layers.len() < 2 || weights > MAX_WEIGHTS {
        let got = format!("one of {} layers and {weights} weights", layers.len());
        let expected = format!("a chain of at least 2 dense layers with at most {MAX_WEIGHTS} weights");
        return refuse("network", got, expected);
    }
    Ok(layers)
}

/// The four views of a chain of dense layers on a data set; pieces are counted on `segments` segments between rows.
///
/// # Errors
/// [`BridgeError::Parameter`] unless the network is a chain of at least two dense layers with at most [`MAX_WEIGHTS`]
/// weights, there are from 1 to 10,000 segments and at least two different rows; [`BridgeError::Shape`] if the rows do
/// not fit; those of the four parts.
pub fn views(network: &Network, data: &Dataset, segments: usize) -> Result<Views, BridgeError> {
    let layers = dense_layers(network)?;
    let nodes = nodes(network, data)?;
    if !(1..=10_000).contains(&segments) {
        return refuse("segments", segments, "an integer from 1 to 10000");
    }
    Ok(Views {
        symmetry: symmetry(network)?,
        physics: physics(&layers, &nodes)?,
        computation: computation(network, &layers, data, segments)?,
        information: information(&layers, &nodes)?,
    })
}

/// The values of all layers at all rows, one column a row; the rows themselves first.
fn nodes(network: &Network, data: &Dataset) -> Result<Vec<DMatrix<f64>>, BridgeError> {
    if data.width() != network.input_width() {
        return Err(BridgeError::Shape {
            what: "width of the rows".into(),
            expected: network.input_width(),
            got: data.width(),
        });
    }
    let values = data.values().iter().map(|&v| f64::from(v));
    let columns = DMatrix::from_iterator(data.width(), data.len(), values);
    Ok(network.activation_columns(&columns))
}

/// The view of statistical physics alone.
fn kernels(network: &Network, data: &Dataset) -> Result<Vec<KernelView>, BridgeError> {
    physics(&dense_layers(network)?, &nodes(network, data)?)
}

fn symmetry(network: &Network) -> Result<SymmetryView, BridgeError> {
    let space = WeightSpace::of(network);
    let options = IsotropyOptions {
        window: false,
        ..IsotropyOptions::default()
    };
    let found = isotropy(&space, &options)?;
    Ok(SymmetryView {
        group: found.ambient_order,
        isotropy: found.order,
        orbit: found.orbit_size,
        continuous: gauge_orbit(&space)?.scaling,
    })
}

fn mean_square<'a>(values: impl ExactSizeIterator<Item = &'a f64>) -> f64 {
    let count = values.len().max(1) as f64;
    values.map(|v| v * v).sum::<f64>() / count
}

fn physics(layers: &[&Dense], nodes: &[DMatrix<f64>]) -> Result<Vec<KernelView>, BridgeError> {
    let mut seen: Vec<KernelView> = Vec::new();
    for (index, dense) in layers.iter().enumerate() {
        let sigma_w2 = dense.input_width() as f64 * mean_square(dense.weights().iter());
        let sigma_b2 = mean_square(dense.bias().iter());
        let mut before = dense.weights() * &nodes[index];
        for mut column in before.column_iter_mut() {
            column += dense.bias();
        }
        let measured = mean_square(before.iter());
        let predicted = match index.checked_sub(1) {
            None => sigma_b2 + sigma_w2 * mean_square(nodes[0].iter()),
            Some(last) => KernelRecursion::new(layers[last].activation(), sigma_w2, sigma_b2)?
                .next(seen[last].measured)?,
        };
        let own = KernelRecursion::new(dense.activation(), sigma_w2, sigma_b2)?;
        seen.push(KernelView {
            sigma_w2,
            sigma_b2,
            measured,
            predicted,
            susceptibility: own.susceptibilities(measured)?.perpendicular,
        });
    }
    Ok(seen)
}

fn computation(
    network: &Network,
    layers: &[&Dense],
    data: &Dataset,
    segments: usize,
) -> Result<Option<PiecesView>, BridgeError> {
    let linear = |dense: &&Dense| matches!(dense.activation(), Activation::Relu | Activation::Linear);
    if !layers.iter().all(linear) {
        return Ok(None);
    }
    if data.len() < 2 {
        return refuse("rows", data.len(), "at least 2, to put segments between");
    }
    let mut counts = Vec::with_capacity(segments);
    for segment in 0..segments {
        // Pairs far apart in the data, all different as long as there are rows enough.
        let first = segment % data.len();
        let second = (first + 1 + segment / data.len() % (data.len() - 1)) % data.len();
        let pieces = pieces_on_segment(network, &data.point(first), &data.point(second))?;
        counts.push(pieces as f64);
    }
    Ok(Some(PiecesView {
        segments,
        fewest: counts.iter().copied().fold(f64::INFINITY, f64::min),
        median: statistics::median(&counts),
        most: counts.iter().copied().fold(0.0, f64::max),
    }))
}

/// Rows less their mean.
fn centred(columns: &DMatrix<f64>) -> DMatrix<f64> {
    let mean = columns.column_mean();
    let mut rows = columns.clone();
    rows.column_iter_mut().for_each(|mut column| column -= &mean);
    rows.transpose()
}

fn information(layers: &[&Dense], nodes: &[DMatrix<f64>]) -> Result<InformationView, BridgeError> {
    let hidden = 1..layers.len();
    let narrowest = hidden.min_by_key(|&node| nodes[node].nrows()).unwrap_or(1);
    let (data, code) = (centred(&nodes[0]), centred(&nodes[narrowest]));
    let total = data.norm_squared();
    if total <= 0.0 {
        return refuse("rows", "all equal", "at least two different rows");
    }
    let svd = code.svd(true, false);
    let largest = svd.singular_values.max();
    let explained = svd.u.map_or(0.0, |u| {
        let directions = svd.singular_values.iter().zip(u.column_iter());
        directions
            .filter(|(size, _)| **size > 1e-10 * largest)
            .map(|(_, direction)| data.tr_mul(&direction).norm_squared())
            .sum()
    });
    Ok(InformationView {
        width: nodes[narrowest].nrows(),
        variance_kept: explained / total,
    })
}

/// Runs the system: one ReLU autoencoder of the digits, before and after training.
///
/// # Errors
/// None that the options bring about; those of training and of the views otherwise.
pub fn run(options: &NeighbourOptions) -> Result<NeighbourReport, BridgeError> {
    let trained = findings::Trained::new(options)?;
    Ok(NeighbourReport {
        id: "vicente",
        title: "One network from four sides",
        source: "R. Vicente, The many faces of deep learning, arXiv 1908.10206",
        findings: vec![
            trained.four_views()?,
            trained.views_under_symmetry(options)?,
            findings::known_networks()?,
            trained.kernel_of_random_weights()?,
            findings::always_factorial()?,
            findings::low_tents_multiply()?,
            findings::one_is_critical()?,
            trained.narrow_keeps_all()?,
        ],
        picture: Some(trained.table()),
        notes: vec![
            "The paper is a perspective and names no algorithm; the four numbers were chosen so that one network object feeds all of them.".into(),
            "The kernel recursion is a statement about wide random weights: a trained layer need not follow it, and its deviation is reported.".into(),
            "Pieces are counted on segments between rows, not in the whole input space.".into(),
        ],
    })
}

#[cfg(test)]
mod tests;
