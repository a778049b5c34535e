//! How far a network is from being equivariant, end to end and layer by layer.
//!
//! A motion acts on the input of a network, on the output of each layer and on its output. Infinitesimally it is a vector field
//! on each of them, and the error of a map f between two of them is the Lie derivative L f(x) = Df(x)·ξ(x) − η(f(x)), computed by
//! forward mode without any step size; for one finite motion g it is f(gx) − g f(x). Both split over the layers: with zₗ the
//! output of layer l,
//!
//! ```text
//! L f(x) = Σₗ D(layers after l)(zₗ) · ( Dlₗ·ξ(zₗ₋₁) − ξ(zₗ) )
//! ```
//!
//! is a telescoping sum, and so is its finite form. What a layer adds to the total is not what it is off by itself: later layers
//! may forget it. (The layerwise Lie derivative of Gruver, Finzi, Goldblum, Wilson, arXiv 2210.02984, who average |·| end to end
//! and squares by layer; both norms are given here for both.)
//!
//! An image is moved through an interpolation, and a motion of samples is a group action only as far as the interpolation is
//! exact. [`interpolation_floor`] is the change of the output when an image is moved there and back: what is not above it
//! says nothing of the network.

mod motion;

use super::continuous::Generator;
use crate::BridgeError;
use nalgebra::{DMatrix, DVector};
use nets::{Network, NetworkBuilder};
use serde::Serialize;

pub use motion::{Motion, image_fields, image_maps};

/// An error in the two norms in use.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Norms {
    /// Mean over rows and coordinates of |e|.
    pub mean_absolute: f64,
    /// Mean over rows and coordinates of e².
    pub mean_square: f64,
}

/// The error of a map, with what it is measured against.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct EquivarianceError {
    /// The error itself.
    pub error: Norms,
    /// How much the motion changes the value on the output side: η(f(x)), or g f(x) − f(x).
    pub motion: Norms,
    /// Ratio of the mean squares; `None` where the motion does nothing to the output (invariance).
    pub relative: Option<f64>,
}

/// What one layer does.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LayerEquivariance {
    /// Number of the layer, from 0.
    pub layer: usize,
    /// Its kind.
    pub kind: &'static str,
    /// Its own error, at its output.
    pub own: EquivarianceError,
    /// What of it arrives at the output of the network.
    pub contribution: Norms,
}

/// The error of a network and of its layers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EquivarianceReport {
    /// End to end.
    pub total: EquivarianceError,
    /// Layer by layer, for networks that are chains; empty for others.
    pub layers: Vec<LayerEquivariance>,
    /// The largest difference between the sum of the contributions and the total: rounding.
    pub chain_defect: f64,
}

/// The equivariance error of a network under an infinitesimal motion: `fields[0]` acts on the input, `fields[l + 1]` on the output
/// of layer l. `data` holds one point per column.
///
/// ```
/// use bridge::symmetry::continuous::{Generator, gaussian_inputs};
/// use bridge::symmetry::equivariance::infinitesimal_equivariance;
/// use nalgebra::{dmatrix, dvector};
/// use nets::{Activation, Dense, Network};
/// // A turn commutes with a turn; tanh breaks it.
/// let turn = Dense::new(dmatrix![0.6, -0.8; 0.8, 0.6], dvector![0.0, 0.0], Activation::Linear)?;
/// let network = Network::new(vec![turn.into(), Activation::Tanh.into()])?;
/// let rotation = Generator { linear: vec![(0, 1, -1.0), (1, 0, 1.0)], offset: vec![] };
/// let fields = vec![rotation.clone(), rotation.clone(), rotation];
/// let report = infinitesimal_equivariance(&network, &gaussian_inputs(2, 100, 1), &fields)?;
/// assert!(report.layers[0].own.error.mean_square < 1e-30);
/// assert!(report.layers[1].own.error.mean_square > 1e-3 && report.chain_defect < 1e-14);
/// # Ok::<(), bridge::BridgeError>(())
/// ```
///
/// # Errors
/// [`BridgeError::Shape`] if the data or the number of fields do not fit, [`BridgeError::NotFinite`] for a datum that is not finite.
pub fn infinitesimal_equivariance(
    network: &Network,
    data: &DMatrix<f64>,
    fields: &[Generator],
) -> Result<EquivarianceReport, BridgeError> {
    let stages = Stages::of(network, data, fields)?;
    let apply = |map: &Network, x: &DVector<f64>, v: &DVector<f64>| map.directional_derivative(x, v);
    let mut tally = Tally::new(&stages);
    for column in data.column_iter() {
        let x = column.into_owned();
        let values = stages.values(&x);
        let moved: Vec<DVector<f64>> = values.iter().zip(fields).map(|(z, field)| at(field, z)).collect();
        let last = moved.len() - 1;
        let total = apply(network, &x, &moved[0]) - &moved[last];
        let mut sum = DVector::zeros(total.len());
        for (l, layer) in stages.layers.iter().enumerate() {
            let own = apply(layer, &values[l], &moved[l]) - &moved[l + 1];
            let arrived = match &stages.rest[l] {
                Some(rest) => apply(rest, &values[l + 1], &own),
                None => own.clone(),
            };
            sum += &arrived;
            tally.layer(l, &own, &moved[l + 1], &arrived);
        }
        tally.total(&total, &moved[last], &sum);
    }
    Ok(tally.report(&stages, network))
}

/// The equivariance error of a network under one finite motion: `maps[0]` acts on the input, `maps[l + 1]` on the output of layer l.
/// `data` holds one point per column.
///
/// # Errors
/// As for [`infinitesimal_equivariance`].
pub fn finite_equivariance(
    network: &Network,
    data: &DMatrix<f64>,
    maps: &[Generator],
) -> Result<EquivarianceReport, BridgeError> {
    let stages = Stages::of(network, data, maps)?;
    let mut tally = Tally::new(&stages);
    for column in data.column_iter() {
        let x = column.into_owned();
        let values = stages.values(&x);
        let moved: Vec<DVector<f64>> = values.iter().zip(maps).map(|(z, map)| at(map, z)).collect();
        let last = moved.len() - 1;
        let change = &moved[last] - &values[last];
        let total = network.forward(&moved[0]) - &moved[last];
        let mut sum = DVector::zeros(total.len());
        for (l, layer) in stages.layers.iter().enumerate() {
            let through = layer.forward(&moved[l]);
            let own = &through - &moved[l + 1];
            let arrived = match &stages.rest[l] {
                Some(rest) => rest.forward(&through) - rest.forward(&moved[l + 1]),
                None => own.clone(),
            };
            sum += &arrived;
            tally.layer(l, &own, &(&moved[l + 1] - &values[l + 1]), &arrived);
        }
        tally.total(&total, &change, &sum);
    }
    Ok(tally.report(&stages, network))
}

/// How much the output changes when the data (columns) are moved by `there` and then by `back`, its inverse but for interpolation.
///
/// # Errors
/// As for [`infinitesimal_equivariance`].
pub fn interpolation_floor(
    network: &Network,
    data: &DMatrix<f64>,
    there: &Generator,
    back: &Generator,
) -> Result<Norms, BridgeError> {
    check(network, data)?;
    let mut sums = Sums::default();
    for column in data.column_iter() {
        let x = column.into_owned();
        sums.add(&(network.forward(&at(back, &at(there, &x))) - network.forward(&x)));
    }
    Ok(sums.norms())
}

fn at(map: &Generator, x: &DVector<f64>) -> DVector<f64> {
    let mut value = DVector::zeros(x.len());
    map.add_at(x.as_slice(), 1.0, value.as_mut_slice());
    value
}

fn check(network: &Network, data: &DMatrix<f64>) -> Result<(), BridgeError> {
    if data.nrows() != network.input_width() {
        return Err(BridgeError::Shape {
            what: "width of the data for this network".into(),
            expected: network.input_width(),
            got: data.nrows(),
        });
    }
    match data.iter().enumerate().find(|(_, v)| !v.is_finite()) {
        Some((index, &value)) => Err(BridgeError::NotFinite {
            what: "data".into(),
            index,
            value,
        }),
        None => Ok(()),
    }
}

/// A chain cut into its layers; of another network, the whole as one piece.
struct Stages {
    layers: Vec<Network>,
    /// The layers after each.
    rest: Vec<Option<Network>>,
    whole: Option<Network>,
}

impl Stages {
    fn of(network: &Network, data: &DMatrix<f64>, actions: &[Generator]) -> Result<Self, BridgeError> {
        check(network, data)?;
        let count = network.layers().len();
        let chain = network.is_chain();
        let expected = if chain { count + 1 } else { 2 };
        if actions.len() != expected {
            return Err(BridgeError::Shape {
                what: "number of actions (on the input and on the output of each layer; on input and output unless the \
                       network is a chain)"
                    .into(),
                expected,
                got: actions.len(),
            });
        }
        if !chain {
            return Ok(Stages {
                layers: Vec::new(),
                rest: Vec::new(),
                whole: Some(network.clone()),
            });
        }
        let mut shapes = vec![network.input_shape().to_vec()];
        for layer in 0..count {
            shapes.push(network.up_to(layer)?.output_shape().to_vec());
        }
        let piece = |from: usize, to: usize| -> Result<Network, BridgeError> {
            let mut builder = NetworkBuilder::new(&shapes[from]);
            let mut node = builder.input();
            for layer in &network.layers()[from..to] {
                node = builder.add(layer.clone(), &[node])?;
            }
            Ok(builder.finish(node)?)
        };
        Ok(Stages {
            layers: (0..count).map(|l| piece(l, l + 1)).collect::<Result<_, _>>()?,
            rest: (0..count)
                .map(|l| (l + 1 < count).then(|| piece(l + 1, count)).transpose())
                .collect::<Result<_, _>>()?,
            whole: None,
        })
    }

    /// The input and the outputs of the layers.
    fn values(&self, x: &DVector<f64>) -> Vec<DVector<f64>> {
        let mut values = vec![x.clone()];
        for layer in self.layers.iter().chain(&self.whole) {
            let next = layer.forward(&values[values.len() - 1]);
            values.push(next);
        }
        values
    }
}

/// Sums over rows and coordinates.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    absolute: f64,
    square: f64,
    count: usize,
}

impl Sums {
    fn add(&mut self, error: &DVector<f64>) {
        self.absolute += error.iter().map(|e| e.abs()).sum::<f64>();
        self.square += error.norm_squared();
        self.count += error.len();
    }

    fn norms(self) -> Norms {
        let count = self.count.max(1) as f64;
        Norms {
            mean_absolute: self.absolute / count,
            mean_square: self.square / count,
        }
    }
}

fn against(error: Sums, motion: Sums) -> EquivarianceError {
    let (error, motion) = (error.norms(), motion.norms());
    EquivarianceError {
        error,
        motion,
        relative: (motion.mean_square > 0.0).then(|| error.mean_square / motion.mean_square),
    }
}

struct Tally {
    total: [Sums; 2],
    /// Own error, motion, contribution of each layer.
    layers: Vec<[Sums; 3]>,
    chain_defect: f64,
}

impl Tally {
    fn new(stages: &Stages) -> Self {
        Tally {
            total: Default::default(),
            layers: vec![Default::default(); stages.layers.len()],
            chain_defect: 0.0,
        }
    }

    fn layer(&mut self, l: usize, own: &DVector<f64>, motion: &DVector<f64>, arrived: &DVector<f64>) {
        for (sums, error) in self.layers[l].iter_mut().zip([own, motion, arrived]) {
            sums.add(error);
        }
    }

    fn total(&mut self, total: &DVector<f64>, motion: &DVector<f64>, sum: &DVector<f64>) {
        self.total[0].add(total);
        self.total[1].add(motion);
        if !self.layers.is_empty() {
            self.chain_defect = self.chain_defect.max((total - sum).amax());
        }
    }

    fn report(self, stages: &Stages, network: &Network) -> EquivarianceReport {
        EquivarianceReport {
            total: against(self.total[0], self.total[1]),
            layers: self
                .layers
                .iter()
                .enumerate()
                .map(|(layer, &[own, motion, arrived])| LayerEquivariance {
                    layer,
                    kind: network.layers()[layer].kind(),
                    own: against(own, motion),
                    contribution: arrived.norms(),
                })
                .collect(),
            chain_defect: if stages.whole.is_some() {
                0.0
            } else {
                self.chain_defect
            },
        }
    }
}
