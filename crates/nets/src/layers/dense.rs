//! Dense layers x ↦ σ(Wx + b) with W of shape out × in, and bare activations.
//!
//! Sizes and finiteness are checked at construction, so every layer that exists is well formed. In a network, a dense
//! layer whose input has more than one axis acts on the last one, at every position alike.

use super::{Ball, LocalBounds, Map, shape_error};
use crate::rounding::{EPSILON, norm, spectral_norm_bound, up};
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

/// The columns of `x`, each holding positions one after the other, as one column a position.
fn positions(x: &DMatrix<f64>, width: usize) -> DMatrix<f64> {
    DMatrix::from_column_slice(width, x.len() / width, x.as_slice())
}

impl Map for Dense {
    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, NetError> {
        let shape = inputs[0];
        let size: usize = shape.iter().product();
        if size == self.input_width() {
            return Ok(vec![self.output_width()]);
        }
        match shape.split_last() {
            Some((&last, rest)) if last == self.input_width() => {
                Ok(rest.iter().copied().chain([self.output_width()]).collect())
            }
            _ => Err(shape_error("input of a dense layer", self.input_width(), size)),
        }
    }

    fn forward(&self, inputs: &[&DMatrix<f64>]) -> DMatrix<f64> {
        let x = positions(inputs[0], self.input_width());
        let mut z = &self.weights * x;
        for mut column in z.column_iter_mut() {
            column += &self.bias;
        }
        z.apply(|z| *z = self.activation.apply(*z));
        let (rows, columns) = (z.len() / inputs[0].ncols().max(1), inputs[0].ncols());
        z.reshape_generic(nalgebra::Dyn(rows), nalgebra::Dyn(columns))
    }

    fn tangent(&self, at: &[&DVector<f64>], tangents: &[&DMatrix<f64>]) -> DMatrix<f64> {
        let slopes = self.slopes(at[0]);
        let mut out = DMatrix::zeros(slopes.len(), tangents[0].ncols());
        for (tangent, mut out) in tangents[0].column_iter().zip(out.column_iter_mut()) {
            let tangent = DMatrix::from_column_slice(
                self.input_width(),
                at[0].len() / self.input_width(),
                tangent.as_slice(),
            );
            let image = &self.weights * tangent;
            out.iter_mut()
                .zip(image.iter())
                .zip(slopes.iter())
                .for_each(|((o, z), s)| *o = z * s);
        }
        out
    }

    fn cotangent(&self, at: &[&DVector<f64>], cotangents: &DMatrix<f64>) -> Vec<DMatrix<f64>> {
        let slopes = self.slopes(at[0]);
        let mut out = DMatrix::zeros(at[0].len(), cotangents.ncols());
        for (cotangent, mut out) in cotangents.column_iter().zip(out.column_iter_mut()) {
            let delta = cotangent.component_mul(&slopes);
            let delta = DMatrix::from_column_slice(
                self.output_width(),
                slopes.len() / self.output_width(),
                delta.as_slice(),
            );
            out.copy_from_slice(self.weights.tr_mul(&delta).as_slice());
        }
        vec![out]
    }

    fn local_bounds(&self, at: &[Ball<'_>]) -> LocalBounds {
        let Ball { center, radius } = at[0];
        let width = self.input_width();
        let z = self.forward_linear(center);
        let reach: Vec<f64> = self
            .weights
            .row_iter()
            .map(|row| norm(row.iter()) * radius)
            .collect();
        let (mut first, mut second) = (0.0f64, Some(0.0f64));
        let mut rounding = 0.0;
        for (position, z) in z.column_iter().enumerate() {
            let x = center.rows(position * width, width);
            let size = norm(self.weights.iter()) * norm(x.iter()) + norm(self.bias.iter());
            let slack = up(size * EPSILON * (width + 4) as f64, 8);
            let interval = |unit: usize| (z[unit] - reach[unit] - slack, z[unit] + reach[unit] + slack);
            let scaled = |bounds: &[f64]| {
                let mut scaled = self.weights.clone();
                scaled
                    .row_iter_mut()
                    .zip(bounds)
                    .for_each(|(mut row, bound)| row *= *bound);
                scaled
            };
            let slopes: Vec<f64> = (0..z.len())
                .map(|unit| {
                    self.activation
                        .derivative_bound(interval(unit).0, interval(unit).1)
                })
                .collect();
            first = first.max(spectral_norm_bound(&scaled(&slopes)));
            rounding += up(
                slack * slopes.iter().copied().fold(0.0, f64::max) + 16.0 * EPSILON * (size + 1.0),
                8,
            );
            let bends: Option<Vec<f64>> = (0..z.len())
                .map(|unit| {
                    self.activation
                        .second_derivative_bound(interval(unit).0, interval(unit).1)
                })
                .collect();
            second = second.zip(bends).map(|(second, bends)| {
                let roots: Vec<f64> = bends.iter().map(|b| b.sqrt()).collect();
                let symmetric = spectral_norm_bound(&scaled(&roots)).powi(2);
                let rows = self
                    .weights
                    .row_iter()
                    .zip(&bends)
                    .map(|(row, bend)| bend * norm(row.iter()));
                let skew = rows.fold(0.0, f64::max) * spectral_norm_bound(&self.weights);
                second.max(up(symmetric.min(skew), width + 8))
            });
        }
        LocalBounds::unary(first, second, rounding)
    }
}

impl Dense {
    /// Wx + b at every position, one column each.
    fn forward_linear(&self, x: &DVector<f64>) -> DMatrix<f64> {
        let x = DMatrix::from_column_slice(self.input_width(), x.len() / self.input_width(), x.as_slice());
        let mut z = &self.weights * x;
        z.column_iter_mut().for_each(|mut column| column += &self.bias);
        z
    }

    /// σ' at every position, one after the other.
    fn slopes(&self, x: &DVector<f64>) -> DVector<f64> {
        let z = self.forward_linear(x).map(|z| self.activation.derivative(z));
        DVector::from_column_slice(z.as_slice())
    }
}

impl Map for Activation {
    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, NetError> {
        Ok(inputs[0].to_vec())
    }

    fn forward(&self, inputs: &[&DMatrix<f64>]) -> DMatrix<f64> {
        inputs[0].map(|z| self.apply(z))
    }

    fn tangent(&self, at: &[&DVector<f64>], tangents: &[&DMatrix<f64>]) -> DMatrix<f64> {
        scale_rows(tangents[0], &at[0].map(|z| self.derivative(z)))
    }

    fn cotangent(&self, at: &[&DVector<f64>], cotangents: &DMatrix<f64>) -> Vec<DMatrix<f64>> {
        vec![scale_rows(cotangents, &at[0].map(|z| self.derivative(z)))]
    }

    fn local_bounds(&self, at: &[Ball<'_>]) -> LocalBounds {
        let Ball { center, radius } = at[0];
        let first = center
            .iter()
            .map(|z| self.derivative_bound(z - radius, z + radius))
            .fold(0.0, f64::max);
        let second = center
            .iter()
            .map(|z| self.second_derivative_bound(z - radius, z + radius))
            .try_fold(0.0, |sup: f64, bound| bound.map(|b| sup.max(b)));
        LocalBounds::unary(first, second, 16.0 * EPSILON * (norm(center.iter()) + 1.0))
    }
}

/// Multiplies row i by factor i.
pub(super) fn scale_rows(matrix: &DMatrix<f64>, factors: &DVector<f64>) -> DMatrix<f64> {
    let mut scaled = matrix.clone();
    for mut column in scaled.column_iter_mut() {
        column.component_mul_assign(factors);
    }
    scaled
}
