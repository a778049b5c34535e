//! How far the weights of a trained network can move without changing what it does.

use nalgebra::DMatrix;
use nets::{Activation, Layer, Network};

use super::loss::BoxLoss;
use crate::BridgeError;

/// Most weights of a network whose volume is followed: the cost grows with about their square.
const MOST_WEIGHTS: usize = 200;

/// K(w) = mean over rows x of ‖f_w(x) − f_{w*}(x)‖², for weights w in a box about those of a trained network, w*.
///
/// For squared error with the network itself as the truth this is the divergence of statistical learning theory, so its
/// λ is the local learning coefficient at w*; {K < ε²} is the ε-stabilizer of the map in the space of weights. The
/// parameters are the changes of the weights, layer by layer: each matrix by columns, then the bias.
#[derive(Debug, Clone)]
pub struct NetworkLoss {
    layers: Vec<(DMatrix<f64>, Vec<f64>, Activation)>,
    /// Rows of the data are columns here.
    data: DMatrix<f64>,
    outputs: DMatrix<f64>,
    dimension: usize,
    half_width: f64,
}

impl NetworkLoss {
    /// The loss of a chain of dense layers on data (one row of the data set a column), in a box of half side `half_width`.
    ///
    /// # Errors
    /// [`BridgeError::Parameter`] if the network has other layers than dense ones, activations and reshapes, more than
    /// 200 weights, or the box is empty; [`BridgeError::WidthMismatch`] if the data are of another width.
    pub fn new(network: &Network, data: DMatrix<f64>, half_width: f64) -> Result<Self, BridgeError> {
        let refuse = |what: String| BridgeError::Parameter {
            key: "network".to_owned(),
            got: what,
            expected: "a chain of dense layers and activations with at most 200 weights".to_owned(),
        };
        if !network.is_chain() {
            return Err(refuse("a network with branches".to_owned()));
        }
        if data.nrows() != network.input_width() {
            return Err(BridgeError::WidthMismatch {
                got: data.nrows(),
                expected: network.input_width(),
            });
        }
        if !(half_width.is_finite() && half_width > 0.0) {
            return Err(BridgeError::Parameter {
                key: "half the side of the box".to_owned(),
                got: half_width.to_string(),
                expected: "a finite number above 0".to_owned(),
            });
        }
        let mut layers: Vec<(DMatrix<f64>, Vec<f64>, Activation)> = Vec::new();
        for layer in network.layers() {
            match layer {
                Layer::Dense(dense) => layers.push((
                    dense.weights().clone(),
                    dense.bias().iter().copied().collect(),
                    dense.activation(),
                )),
                Layer::Activation(activation) => match layers.last_mut() {
                    Some((.., last)) if *last == Activation::Linear => *last = *activation,
                    _ => return Err(refuse("an activation without a dense layer before it".to_owned())),
                },
                Layer::Reshape(_) | Layer::Dropout { .. } => {}
                other => return Err(refuse(format!("a {} layer", other.kind()))),
            }
        }
        let dimension = layers.iter().map(|(w, b, _)| w.len() + b.len()).sum();
        if dimension == 0 || dimension > MOST_WEIGHTS {
            return Err(refuse(format!("a network of {dimension} weights")));
        }
        let outputs = network.forward_columns(&data);
        Ok(NetworkLoss {
            layers,
            data,
            outputs,
            dimension,
            half_width,
        })
    }
}

impl BoxLoss for NetworkLoss {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn half_width(&self) -> f64 {
        self.half_width
    }

    fn value(&self, change: &[f64]) -> f64 {
        let mut rest = change;
        let mut x = None;
        for (weights, bias, activation) in &self.layers {
            let (dw, tail) = rest.split_at(weights.len());
            let (db, tail) = tail.split_at(bias.len());
            rest = tail;
            let moved = weights + DMatrix::from_column_slice(weights.nrows(), weights.ncols(), dw);
            let mut next = moved * x.as_ref().unwrap_or(&self.data);
            for mut column in next.column_iter_mut() {
                for ((value, b), db) in column.iter_mut().zip(bias).zip(db) {
                    *value = activation.apply(*value + b + db);
                }
            }
            x = Some(next);
        }
        let x = x.as_ref().unwrap_or(&self.data);
        (x - &self.outputs).norm_squared() / self.data.ncols() as f64
    }

    fn floor(&self) -> f64 {
        let scale = self.outputs.norm_squared() / self.data.ncols() as f64;
        1e-20 * scale.max(1e-300)
    }

    fn is_smooth(&self) -> bool {
        true
    }
}
