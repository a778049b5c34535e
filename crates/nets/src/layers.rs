//! The layers of a [`Network`](crate::Network), in f64, for analysis.
//!
//! Tensors of one example are flat, row-major (channel, row, column for images); the axes are known where a network is
//! put together and not needed any more where it is evaluated. Every layer is a differentiable [`Map`] of its inputs.

mod conv;
mod dense;
mod elementwise;
mod matmul;
mod norm;
mod pool;
mod softmax;
mod sparse;

pub use conv::{Conv2d, Padding, Window};
pub use dense::Dense;
pub use elementwise::{Arithmetic, Elementwise};
pub use matmul::MatMul;
pub use norm::{BatchNorm, LayerNorm};
pub use pool::MaxPool2d;
pub use softmax::Softmax;
pub use sparse::SparseMap;

use crate::{Activation, NetError};
use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

/// A ball in the space of an input: all points within `radius` of `center`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ball<'a> {
    pub(crate) center: &'a DVector<f64>,
    pub(crate) radius: f64,
}

/// Certified bounds of a map's derivatives while each input stays in its ball.
#[derive(Debug, Clone)]
pub(crate) struct LocalBounds {
    /// sup of the norm of the derivative with respect to each input.
    pub(crate) first: Vec<f64>,
    /// sup of the norm of the second derivative with respect to each pair of inputs; `None` where there is a kink.
    pub(crate) second: Option<DMatrix<f64>>,
    /// How far the computed value at the centre may be from the true one.
    pub(crate) rounding: f64,
}

impl LocalBounds {
    /// Of a map of one input.
    pub(crate) fn unary(first: f64, second: Option<f64>, rounding: f64) -> Self {
        let second = second.map(|second| DMatrix::from_element(1, 1, second));
        LocalBounds {
            first: vec![first],
            second,
            rounding,
        }
    }

    /// Of a linear (or affine) map.
    pub(crate) fn linear(first: Vec<f64>, rounding: f64) -> Self {
        let second = Some(DMatrix::zeros(first.len(), first.len()));
        LocalBounds {
            first,
            second,
            rounding,
        }
    }
}

/// A differentiable map from the flat tensors of its inputs to that of its output.
pub(crate) trait Map {
    /// Shape of the output for inputs of the given shapes, which are checked here.
    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, NetError>;
    /// Values; each column is an example.
    fn forward(&self, inputs: &[&DMatrix<f64>]) -> DMatrix<f64>;
    /// Images of tangent vectors at one example; each column is a tangent vector.
    fn tangent(&self, at: &[&DVector<f64>], tangents: &[&DMatrix<f64>]) -> DMatrix<f64>;
    /// Pullbacks of covectors at one example, one matrix per input; each column is a covector.
    fn cotangent(&self, at: &[&DVector<f64>], cotangents: &DMatrix<f64>) -> Vec<DMatrix<f64>>;
    /// Certified bounds of the derivatives.
    fn local_bounds(&self, at: &[Ball<'_>]) -> LocalBounds;
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
    /// A two-dimensional convolution.
    Conv2d(Conv2d),
    /// Maximum over windows.
    MaxPool2d(MaxPool2d),
    /// A fixed affine map per channel (batch normalisation in inference).
    BatchNorm(BatchNorm),
    /// Normalisation over the last axes, then a scale and a shift.
    LayerNorm(LayerNorm),
    /// The identity in inference.
    Dropout {
        /// Share of coordinates dropped in training.
        rate: f64,
    },
    /// Softmax along an axis.
    Softmax(Softmax),
    /// A change of axes without a change of the flat tensor.
    Reshape(Vec<usize>),
    /// A fixed sparse linear map of one or more inputs: average pooling, transposition, slices, concatenation, sums.
    Sparse(SparseMap),
    /// Sum, difference, product or quotient of two inputs, with broadcasting.
    Elementwise(Elementwise),
    /// Matrix product of two inputs.
    MatMul(MatMul),
    /// A fixed tensor; takes no input.
    Constant(DVector<f64>),
}

impl Layer {
    /// Flattening: a reshape to one axis.
    pub fn flatten(width: usize) -> Self {
        Layer::Reshape(vec![width])
    }

    /// Short name, as in messages and drawings.
    pub fn kind(&self) -> &'static str {
        match self {
            Layer::Dense(_) => "dense",
            Layer::Activation(_) => "activation",
            Layer::Conv2d(_) => "convolution",
            Layer::MaxPool2d(_) => "max pool",
            Layer::BatchNorm(_) => "batch norm",
            Layer::LayerNorm(_) => "layer norm",
            Layer::Dropout { .. } => "dropout",
            Layer::Softmax(_) => "softmax",
            Layer::Reshape(_) => "reshape",
            Layer::Sparse(map) => map.name(),
            Layer::Elementwise(map) => map.operation().name(),
            Layer::MatMul(_) => "matrix product",
            Layer::Constant(_) => "constant",
        }
    }

    /// How many inputs the layer takes.
    pub fn arity(&self) -> usize {
        match self {
            Layer::Constant(_) => 0,
            Layer::Elementwise(_) | Layer::MatMul(_) => 2,
            Layer::Sparse(map) => map.input_widths().len(),
            _ => 1,
        }
    }

    /// The width this layer requires of its (first) input; `None` if it takes any, or none.
    pub fn input_width(&self) -> Option<usize> {
        match self {
            Layer::Dense(dense) => Some(dense.input_width()),
            Layer::Conv2d(conv) => Some(conv.input_width()),
            Layer::MaxPool2d(pool) => Some(pool.input_width()),
            Layer::BatchNorm(norm) => Some(norm.width()),
            Layer::LayerNorm(_) | Layer::Activation(_) | Layer::Dropout { .. } | Layer::Constant(_) => None,
            Layer::Softmax(softmax) => Some(softmax.width()),
            Layer::Reshape(shape) => Some(shape.iter().product()),
            Layer::Sparse(map) => map.input_widths().first().copied(),
            Layer::Elementwise(map) => Some(map.input_widths().0),
            Layer::MatMul(map) => Some(map.input_widths().0),
        }
    }

    /// The width of the output for an input of the given width (which the layer must accept).
    pub fn output_width(&self, input: usize) -> usize {
        let shape = self.map().output_shape(&vec![&[input][..]; self.arity()]);
        shape.map_or(input, |shape| shape.iter().product())
    }

    /// The value at `x` of a layer with one input.
    ///
    /// # Panics
    /// If the layer takes another number of inputs, or `x` has not its width.
    pub fn forward(&self, x: &DVector<f64>) -> DVector<f64> {
        assert_eq!(self.arity(), 1, "a layer evaluated at one point takes one input");
        let x = DMatrix::from_column_slice(x.len(), 1, x.as_slice());
        let value = self.map().forward(&[&x]);
        DVector::from_column_slice(value.as_slice())
    }

    /// The Jacobian at `x`, out × in, of a layer with one input.
    ///
    /// # Panics
    /// If the layer takes another number of inputs, or `x` has not its width.
    pub fn jacobian(&self, x: &DVector<f64>) -> DMatrix<f64> {
        assert_eq!(
            self.arity(),
            1,
            "a layer differentiated at one point takes one input"
        );
        self.map().tangent(&[x], &[&DMatrix::identity(x.len(), x.len())])
    }

    /// The value of a layer of any number of inputs at one example.
    ///
    /// # Panics
    /// If there are not as many inputs as the layer takes, or one has not its width.
    pub fn value(&self, inputs: &[&DVector<f64>]) -> DVector<f64> {
        assert_eq!(
            self.arity(),
            inputs.len(),
            "a layer takes as many inputs as its arity"
        );
        let columns: Vec<DMatrix<f64>> = inputs
            .iter()
            .map(|x| DMatrix::from_column_slice(x.len(), 1, x.as_slice()))
            .collect();
        let value = self.map().forward(&columns.iter().collect::<Vec<_>>());
        DVector::from_column_slice(value.as_slice())
    }

    /// The transposed Jacobian with respect to each input at one example, input width × output width.
    ///
    /// # Panics
    /// As [`Layer::value`].
    pub fn transposed_jacobians(&self, inputs: &[&DVector<f64>]) -> Vec<DMatrix<f64>> {
        let outputs = self.value(inputs).len();
        self.map().cotangent(inputs, &DMatrix::identity(outputs, outputs))
    }

    /// The layer as a differentiable map.
    pub(crate) fn map(&self) -> &dyn Map {
        match self {
            Layer::Dense(map) => map,
            Layer::Activation(map) => map,
            Layer::Conv2d(map) => map,
            Layer::MaxPool2d(map) => map,
            Layer::BatchNorm(map) => map,
            Layer::LayerNorm(map) => map,
            Layer::Dropout { .. } => &Identity,
            Layer::Softmax(map) => map,
            Layer::Reshape(shape) => shape,
            Layer::Sparse(map) => map,
            Layer::Elementwise(map) => map,
            Layer::MatMul(map) => map,
            Layer::Constant(values) => values,
        }
    }
}

macro_rules! from_parts {
    ($($part:ident),*) => {$(
        impl From<$part> for Layer {
            fn from(part: $part) -> Self {
                Layer::$part(part)
            }
        }
    )*};
}
from_parts!(
    Dense,
    Activation,
    Conv2d,
    MaxPool2d,
    BatchNorm,
    LayerNorm,
    Softmax,
    Elementwise,
    MatMul
);

impl From<SparseMap> for Layer {
    fn from(map: SparseMap) -> Self {
        Layer::Sparse(map)
    }
}

/// An error about the size of an input.
pub(crate) fn shape_error(what: &str, expected: usize, got: usize) -> NetError {
    NetError::Shape {
        what: what.into(),
        expected,
        got,
    }
}

/// The identity.
struct Identity;

impl Map for Identity {
    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, NetError> {
        Ok(inputs[0].to_vec())
    }
    fn forward(&self, inputs: &[&DMatrix<f64>]) -> DMatrix<f64> {
        inputs[0].clone()
    }
    fn tangent(&self, _: &[&DVector<f64>], tangents: &[&DMatrix<f64>]) -> DMatrix<f64> {
        tangents[0].clone()
    }
    fn cotangent(&self, _: &[&DVector<f64>], cotangents: &DMatrix<f64>) -> Vec<DMatrix<f64>> {
        vec![cotangents.clone()]
    }
    fn local_bounds(&self, _: &[Ball<'_>]) -> LocalBounds {
        LocalBounds::linear(vec![1.0], 0.0)
    }
}

/// A reshape: the identity on the flat tensor.
impl Map for Vec<usize> {
    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, NetError> {
        let (expected, got) = (self.iter().product(), inputs[0].iter().product());
        if expected == got {
            Ok(self.clone())
        } else {
            Err(shape_error("input of a reshape", expected, got))
        }
    }
    fn forward(&self, inputs: &[&DMatrix<f64>]) -> DMatrix<f64> {
        Identity.forward(inputs)
    }
    fn tangent(&self, at: &[&DVector<f64>], tangents: &[&DMatrix<f64>]) -> DMatrix<f64> {
        Identity.tangent(at, tangents)
    }
    fn cotangent(&self, at: &[&DVector<f64>], cotangents: &DMatrix<f64>) -> Vec<DMatrix<f64>> {
        Identity.cotangent(at, cotangents)
    }
    fn local_bounds(&self, at: &[Ball<'_>]) -> LocalBounds {
        Identity.local_bounds(at)
    }
}

/// A constant: its columns and tangents are made by the network, which knows how many there are.
impl Map for DVector<f64> {
    fn output_shape(&self, _: &[&[usize]]) -> Result<Vec<usize>, NetError> {
        Ok(vec![self.len()])
    }
    fn forward(&self, _: &[&DMatrix<f64>]) -> DMatrix<f64> {
        DMatrix::from_column_slice(self.len(), 1, self.as_slice())
    }
    fn tangent(&self, _: &[&DVector<f64>], _: &[&DMatrix<f64>]) -> DMatrix<f64> {
        DMatrix::zeros(self.len(), 0)
    }
    fn cotangent(&self, _: &[&DVector<f64>], _: &DMatrix<f64>) -> Vec<DMatrix<f64>> {
        Vec::new()
    }
    fn local_bounds(&self, _: &[Ball<'_>]) -> LocalBounds {
        LocalBounds::linear(Vec::new(), 0.0)
    }
}
