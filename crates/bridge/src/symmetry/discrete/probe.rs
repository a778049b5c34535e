//! How far a group element is from being a symmetry of a map, measured on data.
//!
//! The *deviation* of g is
//!
//! ```text
//! dev(g) = √( mean over rows and outputs of (f(gx) − ρ(g) f(x))² ) / √( mean over outputs of the variance of f )
//! ```
//!
//! with ρ(g) = 1 for an invariance. It is 0 for an exact symmetry and √2 if f(gx) is as good as independent of f(x): for
//! two independent values of one law the mean square of the difference is twice the variance. In general
//! dev(g)² = 2(1 − R) where f(gx) has the law of f(x), R being the correlation of the two. The deviation of a *group* is
//! the root mean square over its elements other than the identity.

use groups::Permutation;
use nalgebra::{DMatrix, DVector};
use nets::{Dataset, Layer, NetError, Network};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

use super::action::MapAction;
use crate::BridgeError;

/// The deviation of what is no symmetry at all.
pub const CHANCE: f64 = std::f64::consts::SQRT_2;

/// Below this share of the size of the outputs their variation is rounding.
const CONSTANT: f64 = 1e-10;

/// A map with the rows at which it is probed and its outputs there.
///
/// ```
/// use bridge::symmetry::discrete::{Coordinates, MapAction, Probe};
/// use groups::Permutation;
/// use nalgebra::{dmatrix, dvector};
/// use nets::{Activation, Dataset, Dense, Network};
/// // x + y: the exchange of the coordinates does not matter
/// let sum = Dense::new(dmatrix![1.0, 1.0], dvector![0.0], Activation::Linear)?;
/// let network = Network::new(vec![sum.into()])?;
/// let rows = Dataset::new("rows", vec![0.0, 1.0, 3.0, -1.0, 0.5, 0.25], 2)?;
/// let probe = Probe::new(&network, &rows, 3)?;
/// let action = MapAction { input: Coordinates::Plain(2), output: None };
/// let swap = Permutation::parse_cycles("(1,2)", Some(2))?;
/// assert_eq!(probe.deviation(&action, &swap, 3), 0.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Probe<'a> {
    network: &'a Network,
    inputs: DMatrix<f64>,
    outputs: DMatrix<f64>,
    spread: f64,
    /// What the deviation of an equivariance would be by chance for a map as near to the identity as this one.
    near_identity: f64,
}

impl<'a> Probe<'a> {
    /// Evaluates the network at `rows` rows, evenly chosen from the data, or at all if there are fewer.
    ///
    /// # Errors
    /// [`NetError::Shape`] if the rows are not as wide as the network's inputs; [`BridgeError::NotFinite`] for an output
    /// that is not; [`BridgeError::ConstantMap`] if the outputs do not vary, so that no deviation is relative to them.
    pub fn new(network: &'a Network, data: &Dataset, rows: usize) -> Result<Self, BridgeError> {
        if data.width() != network.input_width() {
            return Err(NetError::Shape {
                what: "width of the rows (the network's input)".to_owned(),
                expected: network.input_width(),
                got: data.width(),
            }
            .into());
        }
        let rows = rows.clamp(1, data.len());
        let mut chosen: Vec<usize> = (0..rows).map(|k| k * data.len() / rows).collect();
        // Mixed, so that the first so many of them are spread over the data too.
        chosen.sort_by_key(|&row| (row as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let points: Vec<DVector<f64>> = chosen.into_iter().map(|row| data.point(row)).collect();
        let inputs = DMatrix::from_columns(&points);
        let outputs = network.forward_columns(&inputs);
        if let Some((index, &value)) = outputs.iter().enumerate().find(|(_, v)| !v.is_finite()) {
            return Err(BridgeError::NotFinite {
                what: "network's output (row by row)".to_owned(),
                index,
                value,
            });
        }
        let variance = outputs.row_iter().map(|row| row.variance()).sum::<f64>() / outputs.nrows() as f64;
        let spread = variance.sqrt();
        if spread <= CONSTANT * outputs.amax() {
            return Err(BridgeError::ConstantMap { rows, spread });
        }
        let near_identity = near_identity(&inputs, &outputs, spread);
        Ok(Probe {
            network,
            inputs,
            outputs,
            spread,
            near_identity,
        })
    }

    /// The network.
    pub fn network(&self) -> &Network {
        self.network
    }

    /// The rows, one a column.
    pub fn inputs(&self) -> &DMatrix<f64> {
        &self.inputs
    }

    /// The outputs at the rows, one a column.
    pub(super) fn outputs(&self) -> &DMatrix<f64> {
        &self.outputs
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.inputs.ncols()
    }

    /// Root mean square of the outputs' standard deviations.
    pub fn spread(&self) -> f64 {
        self.spread
    }

    /// The deviation of one element on the first `rows` rows.
    ///
    /// # Panics
    /// If the element is not of the action's degree, or the action not of the network's widths.
    pub fn deviation(&self, action: &MapAction, g: &Permutation, rows: usize) -> f64 {
        let rows = rows.clamp(1, self.rows());
        let (x, y) = (
            self.inputs.columns(0, rows).into_owned(),
            self.outputs.columns(0, rows).into_owned(),
        );
        let moved = self.network.forward_columns(&action.move_inputs(g, &x));
        self.relative(&moved, &action.move_outputs(g, &y))
    }

    /// The deviations of many elements, in parallel.
    ///
    /// # Panics
    /// As [`Probe::deviation`].
    pub fn deviations(&self, action: &MapAction, elements: &[Permutation], rows: usize) -> Vec<f64> {
        elements
            .par_iter()
            .map(|g| self.deviation(action, g, rows))
            .collect()
    }

    /// The control of an element: how much the outputs change if every row is displaced by as much as g displaces it, in
    /// a random direction. A small deviation of g says something only if its control is not small as well.
    ///
    /// A map f(x) ≈ ax + b·mean(x) + c commutes with every permutation, up to √2 times the residual e of that fit if
    /// e(gx) and g·e(x) have nothing to do with each other; so for an equivariance the control is at most that.
    pub fn control(&self, action: &MapAction, g: &Permutation, seed: u64) -> f64 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed ^ fingerprint(g));
        let mut shift = action.move_inputs(g, &self.inputs) - &self.inputs;
        for mut column in shift.column_iter_mut() {
            let length = column.norm();
            column
                .iter_mut()
                .for_each(|v| *v = StandardNormal.sample(&mut rng));
            let random = column.norm();
            if random > 0.0 {
                column *= length / random;
            }
        }
        let moved = self.network.forward_columns(&(shift + &self.inputs));
        let control = self.relative(&moved, &self.outputs);
        if action.output == Some(action.input) {
            control.min(self.near_identity)
        } else {
            control
        }
    }

    /// Outputs at the rows moved by an element.
    pub(super) fn outputs_at_moved(&self, action: &MapAction, g: &Permutation) -> DMatrix<f64> {
        self.network.forward_columns(&action.move_inputs(g, &self.inputs))
    }

    fn relative(&self, a: &DMatrix<f64>, b: &DMatrix<f64>) -> f64 {
        let square = a
            .iter()
            .zip(b.iter())
            .map(|(a, b)| (a - b) * (a - b))
            .sum::<f64>();
        let deviation = (square / a.len() as f64).sqrt() / self.spread;
        if deviation.is_finite() {
            deviation
        } else {
            f64::MAX
        }
    }

    /// Multiplications at one row, roughly; convolutions count eightfold, because they are slower.
    pub(super) fn cost(&self) -> f64 {
        let layer = |layer: &Layer| match layer {
            Layer::Dense(dense) => dense.weights().len(),
            Layer::Conv2d(conv) => 8 * conv.weights().len() * conv.output_width() / conv.bias().len().max(1),
            Layer::MatMul(map) => map.input_widths().0.saturating_mul(map.input_widths().1),
            layer => 8 * layer.input_width().unwrap_or(64),
        };
        self.network.layers().iter().map(layer).sum::<usize>() as f64
    }
}

/// √2 times the root mean square residual of the best fit f(x) = ax + b·mean(x) + c, relative to the spread; infinite if
/// there are not as many outputs as inputs.
fn near_identity(inputs: &DMatrix<f64>, outputs: &DMatrix<f64>, spread: f64) -> f64 {
    if inputs.shape() != outputs.shape() {
        return f64::INFINITY;
    }
    let count = inputs.len();
    let means: Vec<f64> = inputs.column_iter().map(|x| x.mean()).collect();
    let design = DMatrix::from_fn(count, 3, |k, term| match term {
        0 => inputs[k],
        1 => means[k / inputs.nrows()],
        _ => 1.0,
    });
    let target = DVector::from_column_slice(outputs.as_slice());
    let residual = match design.clone().svd(true, true).solve(&target, 1e-9) {
        Ok(fit) => target - design * fit,
        Err(_) => target,
    };
    CHANCE * (residual.norm_squared() / count as f64).sqrt() / spread
}

/// A number that depends on the element alone (FNV-1a), so that its control does too.
fn fingerprint(g: &Permutation) -> u64 {
    let step = |hash: u64, image: &u32| (hash ^ u64::from(*image)).wrapping_mul(0x0100_0000_01b3);
    g.images().iter().fold(0xcbf2_9ce4_8422_2325, step)
}

/// Root mean square of deviations.
pub(super) fn root_mean_square(deviations: &[f64]) -> f64 {
    let sum: f64 = deviations.iter().map(|d| d * d).sum();
    if deviations.is_empty() {
        0.0
    } else {
        (sum / deviations.len() as f64).sqrt()
    }
}
