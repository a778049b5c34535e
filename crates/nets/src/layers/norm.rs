//! Batch normalisation (in inference, a fixed affine map per channel) and layer normalisation.

use super::dense::scale_rows;
use super::{Ball, LocalBounds, Map, shape_error};
use crate::NetError;
use crate::optimizer::option;
use crate::rounding::{EPSILON, norm, up};
use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

/// Batch normalisation with fixed statistics: x ↦ γ(x − mean)/√(variance + ε) + β, per channel.
///
/// ```
/// use nalgebra::dvector;
/// use nets::{BatchNorm, Layer};
/// let norm = BatchNorm::new(&[2.0], &[1.0], &[3.0], &[0.75], 0.25, 2)?;
/// assert_eq!(Layer::from(norm).forward(&dvector![3.0, 4.0]), dvector![1.0, 3.0]);
/// # Ok::<(), nets::NetError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BatchNorm {
    scale: Vec<f64>,
    shift: Vec<f64>,
    positions: usize,
}

fn finite(what: &str, values: &[f64]) -> Result<(), NetError> {
    values
        .iter()
        .enumerate()
        .find(|(_, v)| !v.is_finite())
        .map_or(Ok(()), |(index, &value)| {
            Err(NetError::NotFinite {
                what: what.into(),
                index,
                value,
            })
        })
}

impl BatchNorm {
    /// From γ, β, the running mean and variance of each channel, and the number of positions (pixels) per channel.
    ///
    /// # Errors
    /// [`NetError::Shape`] if the four are not equally long, [`NetError::NotFinite`] or [`NetError::Option`] if the
    /// result is not finite or ε is negative.
    pub fn new(
        gamma: &[f64],
        beta: &[f64],
        mean: &[f64],
        variance: &[f64],
        epsilon: f64,
        positions: usize,
    ) -> Result<Self, NetError> {
        for (what, values) in [
            ("batch norm's beta", beta),
            ("batch norm's mean", mean),
            ("batch norm's variance", variance),
        ] {
            if values.len() != gamma.len() {
                return Err(shape_error(
                    &format!("length of {what}"),
                    gamma.len(),
                    values.len(),
                ));
            }
        }
        option(
            epsilon >= 0.0,
            "batch norm's epsilon",
            epsilon,
            "a number of at least 0",
        )?;
        option(
            positions > 0 && !gamma.is_empty(),
            "batch norm's positions",
            positions,
            "at least 1",
        )?;
        let scale: Vec<f64> = gamma
            .iter()
            .zip(variance)
            .map(|(g, v)| g / (v + epsilon).sqrt())
            .collect();
        let shift: Vec<f64> = beta
            .iter()
            .zip(mean)
            .zip(&scale)
            .map(|((b, m), s)| b - s * m)
            .collect();
        finite("batch norm's scale", &scale)?;
        finite("batch norm's shift", &shift)?;
        Ok(BatchNorm {
            scale,
            shift,
            positions,
        })
    }

    /// Factor of each channel.
    pub fn scale(&self) -> &[f64] {
        &self.scale
    }

    /// What is added to each channel.
    pub fn shift(&self) -> &[f64] {
        &self.shift
    }

    /// Numbers in the input.
    pub fn width(&self) -> usize {
        self.scale.len() * self.positions
    }

    fn factors(&self) -> DVector<f64> {
        DVector::from_fn(self.width(), |i, _| self.scale[i / self.positions])
    }
}

impl Map for BatchNorm {
    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, NetError> {
        let got = inputs[0].iter().product();
        if got != self.width() {
            return Err(shape_error("input of a batch norm", self.width(), got));
        }
        Ok(inputs[0].to_vec())
    }

    fn forward(&self, inputs: &[&DMatrix<f64>]) -> DMatrix<f64> {
        let mut out = scale_rows(inputs[0], &self.factors());
        for mut column in out.column_iter_mut() {
            column
                .iter_mut()
                .enumerate()
                .for_each(|(i, x)| *x += self.shift[i / self.positions]);
        }
        out
    }

    fn tangent(&self, _: &[&DVector<f64>], tangents: &[&DMatrix<f64>]) -> DMatrix<f64> {
        scale_rows(tangents[0], &self.factors())
    }

    fn cotangent(&self, _: &[&DVector<f64>], cotangents: &DMatrix<f64>) -> Vec<DMatrix<f64>> {
        vec![scale_rows(cotangents, &self.factors())]
    }

    fn local_bounds(&self, at: &[Ball<'_>]) -> LocalBounds {
        let first = self.scale.iter().fold(0.0f64, |sup, s| sup.max(s.abs()));
        let size =
            first * norm(at[0].center.iter()) + norm(self.shift.iter()) * (self.positions as f64).sqrt();
        LocalBounds::linear(vec![first], up(2.0 * EPSILON * size, 8))
    }
}

/// Layer normalisation: each group of consecutive coordinates is shifted to mean 0 and scaled to variance 1 (with ε
/// added to it), then multiplied by γ and shifted by β (Ba, Kiros, Hinton 2016).
///
/// ```
/// use nalgebra::dvector;
/// use nets::{Layer, LayerNorm};
/// let norm = LayerNorm::new(vec![1.0; 2], vec![0.0; 2], 0.0)?;
/// assert_eq!(Layer::from(norm).forward(&dvector![1.0, 3.0, 5.0, 4.0]), dvector![-1.0, 1.0, 1.0, -1.0]);
/// # Ok::<(), nets::NetError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LayerNorm {
    gamma: Vec<f64>,
    beta: Vec<f64>,
    epsilon: f64,
}

impl LayerNorm {
    /// From γ and β, as long as a group.
    ///
    /// # Errors
    /// [`NetError::Shape`] if they are not equally long, [`NetError::NotFinite`] or [`NetError::Option`] if a number
    /// is not finite or ε is negative.
    pub fn new(gamma: Vec<f64>, beta: Vec<f64>, epsilon: f64) -> Result<Self, NetError> {
        if beta.len() != gamma.len() || gamma.is_empty() {
            return Err(shape_error(
                "length of layer norm's beta",
                gamma.len().max(1),
                beta.len(),
            ));
        }
        finite("layer norm's gamma", &gamma)?;
        finite("layer norm's beta", &beta)?;
        option(
            epsilon >= 0.0,
            "layer norm's epsilon",
            epsilon,
            "a number of at least 0",
        )?;
        Ok(LayerNorm { gamma, beta, epsilon })
    }

    /// γ.
    pub fn gamma(&self) -> &[f64] {
        &self.gamma
    }

    /// β.
    pub fn beta(&self) -> &[f64] {
        &self.beta
    }

    /// ε.
    pub fn epsilon(&self) -> f64 {
        self.epsilon
    }

    /// The normalised group (x − mean)/n and its n = √(variance + ε).
    fn normalised(&self, group: &[f64]) -> (Vec<f64>, f64) {
        let size = group.len() as f64;
        let mean = group.iter().sum::<f64>() / size;
        let variance = group.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / size;
        let n = (variance + self.epsilon).sqrt();
        (group.iter().map(|x| (x - mean) / n).collect(), n)
    }

    /// v ↦ (Pv − y⟨y, Pv⟩/d)/n with P the projection along the mean: the (symmetric) derivative of x ↦ y.
    fn derivative(y: &[f64], n: f64, v: &[f64]) -> Vec<f64> {
        let size = y.len() as f64;
        let mean = v.iter().sum::<f64>() / size;
        let along = v.iter().zip(y).map(|(v, y)| v * y).sum::<f64>() / size;
        v.iter().zip(y).map(|(v, y)| (v - mean - y * along) / n).collect()
    }
}

impl Map for LayerNorm {
    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, NetError> {
        let got: usize = inputs[0].iter().product();
        if got == 0 || !got.is_multiple_of(self.gamma.len()) {
            return Err(shape_error(
                "input of a layer norm (a multiple of its group)",
                self.gamma.len(),
                got,
            ));
        }
        Ok(inputs[0].to_vec())
    }

    fn forward(&self, inputs: &[&DMatrix<f64>]) -> DMatrix<f64> {
        let mut out = inputs[0].clone();
        for group in out.as_mut_slice().chunks_mut(self.gamma.len()) {
            let (y, _) = self.normalised(group);
            group
                .iter_mut()
                .zip(y)
                .enumerate()
                .for_each(|(i, (x, y))| *x = y * self.gamma[i] + self.beta[i]);
        }
        out
    }

    fn tangent(&self, at: &[&DVector<f64>], tangents: &[&DMatrix<f64>]) -> DMatrix<f64> {
        let size = self.gamma.len();
        let mut out = tangents[0].clone();
        for (start, group) in at[0].as_slice().chunks(size).enumerate() {
            let (y, n) = self.normalised(group);
            for mut column in out.column_iter_mut() {
                let part = &mut column.as_mut_slice()[start * size..(start + 1) * size];
                let image = LayerNorm::derivative(&y, n, part);
                part.iter_mut()
                    .zip(image)
                    .zip(&self.gamma)
                    .for_each(|((p, v), g)| *p = v * g);
            }
        }
        out
    }

    fn cotangent(&self, at: &[&DVector<f64>], cotangents: &DMatrix<f64>) -> Vec<DMatrix<f64>> {
        let size = self.gamma.len();
        let mut out = cotangents.clone();
        for (start, group) in at[0].as_slice().chunks(size).enumerate() {
            let (y, n) = self.normalised(group);
            for mut column in out.column_iter_mut() {
                let part = &mut column.as_mut_slice()[start * size..(start + 1) * size];
                part.iter_mut().zip(&self.gamma).for_each(|(p, g)| *p *= g);
                let image = LayerNorm::derivative(&y, n, part);
                part.copy_from_slice(&image);
            }
        }
        vec![out]
    }

    fn local_bounds(&self, at: &[Ball<'_>]) -> LocalBounds {
        let Ball { center, radius } = at[0];
        let size = self.gamma.len();
        let root = (size as f64).sqrt();
        let gain = self.gamma.iter().fold(0.0f64, |sup, g| sup.max(g.abs()));
        let (mut first, mut second, mut rounding) = (0.0f64, 0.0f64, 0.0);
        for group in center.as_slice().chunks(size) {
            let mean = group.iter().sum::<f64>() / size as f64;
            let centred = group.iter().map(|x| (x - mean).powi(2)).sum::<f64>().sqrt();
            let slack = EPSILON * (size + 8) as f64 * (norm(group.iter()) + 1.0);
            let least = ((centred - radius - slack).max(0.0) / root).powi(2) + self.epsilon;
            // With u = Px and n² = |u|²/d + ε: the derivative of u/n has norm at most 1/n. Its second derivative, split
            // along u and across it, has a part along u of at most max(3t(1 − t²), t) ≤ 2/√3 and a part across of at
            // most 1, both over √d·n², where t = |u|/(√d·n) < 1: together at most √(4/3 + 1) < 1.53.
            first = first.max(up(gain / least.sqrt(), 16));
            second = second.max(up(1.53 * gain / (root * least), 16));
            let n = (centred / root).powi(2) + self.epsilon;
            rounding +=
                gain * slack * 4.0 / n.sqrt() + EPSILON * 8.0 * (gain * root + norm(self.beta.iter()));
        }
        LocalBounds::unary(first, Some(second), up(rounding, 16))
    }
}
