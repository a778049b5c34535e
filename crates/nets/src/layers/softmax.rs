//! Softmax along an axis.

use super::{Ball, LocalBounds, Map, shape_error};
use crate::NetError;
use crate::rounding::EPSILON;
use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

/// x ↦ e^x / Σ e^x along one axis.
///
/// ```
/// use nalgebra::dvector;
/// use nets::{Layer, Softmax};
/// let softmax = Layer::from(Softmax::new(&[2, 2], 1)?);
/// let p = softmax.forward(&dvector![0.0, 0.0, 3f64.ln(), 0.0]);
/// assert!((p - dvector![0.5, 0.5, 0.75, 0.25]).norm() < 1e-15);
/// # Ok::<(), nets::NetError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Softmax {
    outer: usize,
    size: usize,
    inner: usize,
}

impl Softmax {
    /// Softmax of tensors of a shape along an axis.
    ///
    /// # Errors
    /// [`NetError::Option`] if there is no such axis.
    pub fn new(shape: &[usize], axis: usize) -> Result<Self, NetError> {
        let Some(&size) = shape.get(axis).filter(|&&size| size > 0) else {
            return Err(NetError::Option {
                option: "axis of a softmax".into(),
                got: axis.to_string(),
                expected: format!("an axis of {shape:?}"),
            });
        };
        let (outer, inner) = (shape[..axis].iter().product(), shape[axis + 1..].iter().product());
        Ok(Softmax { outer, size, inner })
    }

    /// Numbers in the input.
    pub fn width(&self) -> usize {
        self.outer * self.size * self.inner
    }

    /// Calls `visit` with the flat indices of each group.
    fn for_each_group(&self, mut visit: impl FnMut(&[usize])) {
        let mut group = vec![0; self.size];
        for outer in 0..self.outer {
            for inner in 0..self.inner {
                let index = |i| (outer * self.size + i) * self.inner + inner;
                group
                    .iter_mut()
                    .enumerate()
                    .for_each(|(i, slot)| *slot = index(i));
                visit(&group);
            }
        }
    }

    fn apply(&self, x: &mut [f64]) {
        self.for_each_group(|group| {
            let largest = group.iter().map(|&i| x[i]).fold(f64::NEG_INFINITY, f64::max);
            group.iter().for_each(|&i| x[i] = (x[i] - largest).exp());
            let sum: f64 = group.iter().map(|&i| x[i]).sum();
            group.iter().for_each(|&i| x[i] /= sum);
        });
    }

    /// v ↦ p∘v − p⟨p, v⟩, the (symmetric) derivative, on each column.
    fn derivative(&self, at: &DVector<f64>, vectors: &DMatrix<f64>) -> DMatrix<f64> {
        let mut p = at.as_slice().to_vec();
        self.apply(&mut p);
        let mut out = vectors.clone();
        for mut column in out.column_iter_mut() {
            self.for_each_group(|group| {
                let mean: f64 = group.iter().map(|&i| p[i] * column[i]).sum();
                group.iter().for_each(|&i| column[i] = p[i] * (column[i] - mean));
            });
        }
        out
    }
}

impl Map for Softmax {
    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, NetError> {
        let got = inputs[0].iter().product();
        if got == self.width() {
            Ok(inputs[0].to_vec())
        } else {
            Err(shape_error("input of a softmax", self.width(), got))
        }
    }

    fn forward(&self, inputs: &[&DMatrix<f64>]) -> DMatrix<f64> {
        let mut out = inputs[0].clone();
        out.column_iter_mut()
            .for_each(|mut column| self.apply(column.as_mut_slice()));
        out
    }

    fn tangent(&self, at: &[&DVector<f64>], tangents: &[&DMatrix<f64>]) -> DMatrix<f64> {
        self.derivative(at[0], tangents[0])
    }

    fn cotangent(&self, at: &[&DVector<f64>], cotangents: &DMatrix<f64>) -> Vec<DMatrix<f64>> {
        vec![self.derivative(at[0], cotangents)]
    }

    fn local_bounds(&self, _: &[Ball<'_>]) -> LocalBounds {
        // The derivative is the covariance diag(p) − ppᵀ: ⟨v, Cv⟩ = Var_p(v) ≤ (max v − min v)²/4 ≤ 1/2 for |v| = 1
        // (Popoviciu). The second, p∘((h − h̄)(k − k̄) − Cov(h, k)), is in the 1-norm at most 2√(Var h · Var k) ≤ 1.
        LocalBounds::unary(0.5, Some(1.0), 16.0 * EPSILON * self.width() as f64)
    }
}
