//! One layer of a [`Network`](crate::Network), in f64, for analysis.
//!
//! Vectors are columns; a dense layer is x ↦ σ(Wx + b) with W of shape out × in. Sizes and finiteness are checked at
//! construction, so every layer that exists is well formed.

use crate::{Activation, NetError};
use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

/// A dense layer x ↦ σ(Wx + b).
///
/// ```
/// use nalgebra::{dmatrix, dvector};
/// use nets::{Activation, Dense};
/// let layer = Dense::new(dmatrix![1.0, -1.0; 0.5, 2.0], dvector![0.0, 1.0], Activation::Relu)?;
/// assert_eq!(layer.forward(&dvector![1.0, 2.0]), dvector![0.0, 5.5]);
/// assert_eq!(layer.jacobian(&dvector![1.0, 2.0]), dmatrix![0.0, 0.0; 0.5, 2.0]);
/// # Ok::<(), nets::NetError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "DenseParts", into = "DenseParts")]
pub struct Dense {
    weights: DMatrix<f64>,
    bias: DVector<f64>,
    activation: Activation,
}

/// What is stored of a dense layer; reading it back goes through the checks of [`Dense::new`].
#[derive(Serialize, Deserialize)]
struct DenseParts {
    weights: DMatrix<f64>,
    bias: DVector<f64>,
    activation: Activation,
}

impl TryFrom<DenseParts> for Dense {
    type Error = NetError;
    fn try_from(parts: DenseParts) -> Result<Self, NetError> {
        Dense::new(parts.weights, parts.bias, parts.activation)
    }
}

impl From<Dense> for DenseParts {
    fn from(dense: Dense) -> Self {
        DenseParts {
            weights: dense.weights,
            bias: dense.bias,
            activation: dense.activation,
        }
    }
}

impl Dense {
    /// A layer from its weights (out × in), bias (out) and activation.
    ///
    /// # Errors
    /// [`NetError::Shape`] if the bias is not as long as the weights have rows or a side is empty;
    /// [`NetError::NotFinite`] naming the first weight (row-major index) that is not finite.
    pub fn new(weights: DMatrix<f64>, bias: DVector<f64>, activation: Activation) -> Result<Self, NetError> {
        if weights.is_empty() {
            return Err(NetError::EmptyNetwork);
        }
        if bias.len() != weights.nrows() {
            return Err(NetError::Shape {
                what: "length of a dense layer's bias (one per row of its weights)".into(),
                expected: weights.nrows(),
                got: bias.len(),
            });
        }
        for (row, values) in weights.row_iter().enumerate() {
            for (column, &value) in values.iter().enumerate() {
                if !value.is_finite() {
                    let index = row * weights.ncols() + column;
                    return Err(NetError::NotFinite {
                        what: "dense layer's weights".into(),
                        index,
                        value,
                    });
                }
            }
        }
        if let Some((index, &value)) = bias.iter().enumerate().find(|(_, b)| !b.is_finite()) {
            return Err(NetError::NotFinite {
                what: "dense layer's bias".into(),
                index,
                value,
            });
        }
        Ok(Dense {
            weights,
            bias,
            activation,
        })
    }

    /// W, out × in.
    pub fn weights(&self) -> &DMatrix<f64> {
        &self.weights
    }

    /// b, one per output.
    pub fn bias(&self) -> &DVector<f64> {
        &self.bias
    }

    /// σ.
    pub fn activation(&self) -> Activation {
        self.activation
    }

    /// Number of inputs.
    pub fn input_width(&self) -> usize {
        self.weights.ncols()
    }

    /// Number of outputs.
    pub fn output_width(&self) -> usize {
        self.weights.nrows()
    }

    /// Wx + b.
    ///
    /// # Panics
    /// If `x` is not [`Dense::input_width`] long.
    pub fn pre_activation(&self, x: &DVector<f64>) -> DVector<f64> {
        &self.weights * x + &self.bias
    }

    /// σ(Wx + b).
    ///
    /// # Panics
    /// If `x` is not [`Dense::input_width`] long.
    pub fn forward(&self, x: &DVector<f64>) -> DVector<f64> {
        self.pre_activation(x).map(|z| self.activation.apply(z))
    }

    /// The Jacobian diag(σ'(Wx + b))·W at `x`, out × in.
    ///
    /// # Panics
    /// If `x` is not [`Dense::input_width`] long.
    pub fn jacobian(&self, x: &DVector<f64>) -> DMatrix<f64> {
        let slopes = self.pre_activation(x).map(|z| self.activation.derivative(z));
        let mut jacobian = self.weights.clone();
        for (mut row, slope) in jacobian.row_iter_mut().zip(slopes.iter()) {
            row *= *slope;
        }
        jacobian
    }
}

/// A layer of a network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Layer {
    /// x ↦ σ(Wx + b).
    Dense(Dense),
    /// σ on each coordinate.
    Activation(Activation),
}

impl Layer {
    /// Short name, as in messages and drawings.
    pub fn kind(&self) -> &'static str {
        match self {
            Layer::Dense(_) => "dense",
            Layer::Activation(_) => "activation",
        }
    }

    /// The width this layer requires of its input; `None` if it takes any.
    pub fn input_width(&self) -> Option<usize> {
        match self {
            Layer::Dense(dense) => Some(dense.input_width()),
            Layer::Activation(_) => None,
        }
    }

    /// The width of the output for an input of the given width.
    pub fn output_width(&self, input: usize) -> usize {
        match self {
            Layer::Dense(dense) => dense.output_width(),
            Layer::Activation(_) => input,
        }
    }

    /// The layer's value at `x`.
    ///
    /// # Panics
    /// If `x` does not have the layer's input width.
    pub fn forward(&self, x: &DVector<f64>) -> DVector<f64> {
        match self {
            Layer::Dense(dense) => dense.forward(x),
            Layer::Activation(activation) => x.map(|z| activation.apply(z)),
        }
    }

    /// The layer's Jacobian at `x`, out × in.
    ///
    /// # Panics
    /// If `x` does not have the layer's input width.
    pub fn jacobian(&self, x: &DVector<f64>) -> DMatrix<f64> {
        match self {
            Layer::Dense(dense) => dense.jacobian(x),
            Layer::Activation(activation) => DMatrix::from_diagonal(&x.map(|z| activation.derivative(z))),
        }
    }
}

impl From<Dense> for Layer {
    fn from(dense: Dense) -> Self {
        Layer::Dense(dense)
    }
}

impl From<Activation> for Layer {
    fn from(activation: Activation) -> Self {
        Layer::Activation(activation)
    }
}
