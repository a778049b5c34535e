//! First-order enclosures: every unit's value as an affine function of the displacement plus an interval.
//!
//! Invariant: with d = x − x₀, for every x in the region (and every unit k of the current stage)
//!
//! > aₖ(x) ∈ valueₖ + gradientₖ·d + errorₖ,
//!
//! where value and gradient are exact doubles, whatever rounding produced them: what they miss is in the interval.
//! An affine step keeps it by linearity; an activation keeps it because σ(z₀ + u) ∈ σ₀ + αu + deviation for *any*
//! slope α ([`super::activation`]). This is the affine relaxation of network verification (Singh et al., *Fast and
//! effective robustness certification*, NeurIPS 2018) around one base point; it needs no second derivative, so it
//! holds for ReLU as well.

use super::activation;
use super::affine::AffineMap;
use super::region::Support;
use super::rounding::{Interval, UNIT_ROUNDOFF, add_up, dot, gamma, mul_up, sum_up, underflow};
use super::stage::Stage;
use nalgebra::{DMatrix, DVector};

/// Which line replaces an inner activation.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Slope {
    /// The tangent at the base point: exact to second order, sharp for small regions.
    Tangent,
    /// The chord over the range of the pre-activation: sharp for large regions.
    Chord,
    /// A horizontal line, which is plain interval arithmetic: sharp where units saturate.
    Flat,
}

/// Enclosure of the units of one stage; see the module for the invariant.
#[derive(Clone)]
pub(super) struct Units {
    pub(super) value: DVector<f64>,
    /// n × m: column k is the gradient of unit k. `None` stands for the identity.
    pub(super) gradient: Option<DMatrix<f64>>,
    pub(super) error: Vec<Interval>,
    /// Support function of each gradient.
    pub(super) reach: Vec<f64>,
}

impl Units {
    pub(super) fn input(center: &DVector<f64>, support: &Support) -> Self {
        let n = center.len();
        Units {
            value: center.clone(),
            gradient: None,
            error: vec![Interval::ZERO; n],
            reach: (0..n).map(|i| support.coordinate(i)).collect(),
        }
    }

    /// What does not depend on the input.
    pub(super) fn constant(values: &DVector<f64>, inputs: usize) -> Self {
        Units {
            value: values.clone(),
            gradient: Some(DMatrix::zeros(inputs, values.len())),
            error: vec![Interval::ZERO; values.len()],
            reach: vec![0.0; values.len()],
        }
    }

    /// The units of several wires, one after the other, for maps of ℝⁿ.
    pub(super) fn join(parts: &[&Units], n: usize) -> Self {
        if let [only] = parts {
            return (*only).clone();
        }
        let gradients: Vec<DMatrix<f64>> = parts.iter().map(|part| part.gradient(n)).collect();
        let values: Vec<f64> = parts.iter().flat_map(|part| part.value.iter().copied()).collect();
        Units {
            gradient: Some(beside(&gradients.iter().collect::<Vec<_>>(), n)),
            value: DVector::from_vec(values),
            error: parts.iter().flat_map(|part| part.error.iter().copied()).collect(),
            reach: parts.iter().flat_map(|part| part.reach.iter().copied()).collect(),
        }
    }

    /// The gradients, written out.
    pub(super) fn gradient(&self, n: usize) -> DMatrix<f64> {
        self.gradient.clone().unwrap_or_else(|| DMatrix::identity(n, n))
    }

    pub(super) fn len(&self) -> usize {
        self.error.len()
    }

    /// Range of unit k minus its value at the base point.
    pub(super) fn offset(&self, k: usize) -> Interval {
        Interval::symmetric(self.reach[k]) + self.error[k]
    }

    /// Bound of |aₖ| over the region.
    pub(super) fn magnitude(&self, k: usize) -> f64 {
        add_up(self.value[k].abs(), self.offset(k).magnitude())
    }

    /// z = Wa + b.
    pub(super) fn affine(&self, stage: &Stage, support: &Support) -> Units {
        let Some(weights) = &stage.weights_t else {
            return self.clone();
        };
        let (inputs, outputs) = weights.shape();
        let gradient = match &self.gradient {
            None => weights.clone(),
            Some(gradient) => gradient * weights,
        };
        let middle: Vec<f64> = self.error.iter().map(|e| e.midpoint()).collect();
        let radius: Vec<f64> = self
            .error
            .iter()
            .zip(&middle)
            .map(|(e, m)| (*e - Interval::point(*m)).magnitude())
            .collect();
        let magnitude: Vec<f64> = (0..inputs).map(|k| self.magnitude(k)).collect();
        let tiny = mul_up(underflow(inputs * gradient.nrows()), support.radius());
        let mut units = Units {
            value: DVector::zeros(outputs),
            error: Vec::with_capacity(outputs),
            reach: Vec::with_capacity(outputs),
            gradient: None,
        };
        for j in 0..outputs {
            let row = weights.column(j);
            let bias = stage.bias.as_ref().map_or(0.0, |b| b[j]);
            let base = dot(row.iter().copied(), self.value.iter().copied()) + Interval::point(bias);
            let value = base.midpoint();
            let weighted = |v: &[f64]| sum_up(row.iter().zip(v).map(|(w, x)| mul_up(w.abs(), *x)));
            let spread = Interval::symmetric(weighted(&radius));
            let mut error =
                base - Interval::point(value) + dot(row.iter().copied(), middle.iter().copied()) + spread;
            // of the product with the gradients, and of entries of the matrix that were computed
            let mut rounding = 0.0;
            if self.gradient.is_some() {
                rounding = add_up(mul_up(gamma(stage.terms()), weighted(&self.reach)), tiny);
            }
            if stage.computed {
                rounding = add_up(
                    rounding,
                    mul_up(gamma(8), add_up(weighted(&magnitude), bias.abs())),
                );
            }
            error = error + Interval::symmetric(rounding);
            units.value[j] = value;
            units.error.push(error);
            units.reach.push(support.of(gradient.column(j).iter()));
        }
        units.gradient = Some(gradient);
        units
    }

    /// a = σ(z), by one line per unit.
    pub(super) fn activate(mut self, activation: nets::Activation, slope: Slope) -> Units {
        if activation == nets::Activation::Linear {
            return self;
        }
        let n = self.len();
        let mut gradient = self.gradient.take().unwrap_or_else(|| DMatrix::identity(n, n));
        for k in 0..n {
            let (z0, offset) = (self.value[k], self.offset(k));
            let value = activation.apply(z0);
            let alpha = match slope {
                Slope::Tangent => activation.derivative(z0),
                Slope::Chord => chord(activation, z0, offset),
                Slope::Flat => 0.0,
            };
            let deviation = activation::deviation(activation, z0, value, alpha, offset);
            // α·gradient is rounded entrywise: u|α||g|, whose support is u|α|·reach
            let rounding = mul_up(4.0 * UNIT_ROUNDOFF * alpha.abs(), self.reach[k]);
            self.error[k] =
                self.error[k] * alpha + deviation + Interval::symmetric(add_up(rounding, f64::MIN_POSITIVE));
            self.value[k] = value;
            self.reach[k] = mul_up(mul_up(alpha.abs(), self.reach[k]), 1.0 + gamma(1));
            gradient.column_mut(k).scale_mut(alpha);
        }
        self.gradient = Some(gradient);
        self
    }
}

/// Matrices of `rows` rows, one beside the other.
pub(super) fn beside(parts: &[&DMatrix<f64>], rows: usize) -> DMatrix<f64> {
    let columns = parts.iter().map(|part| part.ncols()).sum();
    let mut joined = DMatrix::zeros(rows, columns);
    let mut left = 0;
    for part in parts {
        joined.columns_mut(left, part.ncols()).copy_from(part);
        left += part.ncols();
    }
    joined
}

/// Slope of the chord of σ over z₀ + offset; the tangent's if that is not finite.
fn chord(activation: nets::Activation, z0: f64, offset: Interval) -> f64 {
    let rise = activation.apply(z0 + offset.hi()) - activation.apply(z0 + offset.lo());
    let slope = rise / (offset.hi() - offset.lo());
    if slope.is_finite() {
        slope
    } else {
        activation.derivative(z0)
    }
}

/// Enclosures of (σ(z(x)) − Ax − c)ⱼ over the region, for the last stage's pre-activations `z`.
///
/// The last activation is replaced by several lines in turn, among them the one that follows the row of A: for a
/// single layer the deviation of σ from it is the fit's error up to the part of the row that is orthogonal to the
/// weights. All enclosures hold, so they are intersected.
pub(super) fn residuals(
    z: &Units,
    activation: nets::Activation,
    target: &AffineMap,
    target_at_center: &[Interval],
    support: &Support,
) -> Vec<Interval> {
    let n = target.input_width();
    let identity = DMatrix::identity(n, n);
    let gradient = z.gradient.as_ref().unwrap_or(&identity);
    (0..z.len())
        .map(|j| {
            let g = gradient.column(j);
            let row = target.linear().row(j);
            let row_reach = support.of(row.iter());
            let (z0, offset) = (z.value[j], z.offset(j));
            let linear = activation == nets::Activation::Linear;
            let value = if linear { z0 } else { activation.apply(z0) };
            let constant = Interval::point(value) - target_at_center[j];
            let follow = g.iter().zip(row.iter()).map(|(a, b)| a * b).sum::<f64>() / g.norm_squared();
            let candidates = if linear {
                vec![1.0]
            } else {
                vec![
                    activation.derivative(z0),
                    chord(activation, z0, offset),
                    follow,
                    0.0,
                ]
            };
            let enclosures = candidates
                .into_iter()
                .filter(|alpha| alpha.is_finite())
                .map(|alpha| {
                    let difference: Vec<f64> = g.iter().zip(row.iter()).map(|(g, a)| alpha * g - a).collect();
                    let rounding = mul_up(
                        4.0 * UNIT_ROUNDOFF,
                        add_up(mul_up(alpha.abs(), z.reach[j]), row_reach),
                    );
                    let rounding = if linear && difference.iter().all(|d| *d == 0.0) {
                        0.0
                    } else {
                        rounding
                    };
                    let tilt = Interval::symmetric(add_up(support.of(difference.iter()), rounding));
                    let bend = if linear {
                        Interval::ZERO
                    } else {
                        activation::deviation(activation, z0, value, alpha, offset)
                    };
                    constant + tilt + z.error[j] * alpha + bend
                });
            enclosures.reduce(Interval::intersect).unwrap_or(Interval::ENTIRE)
        })
        .collect()
}

/// Enclosures of (Ax₀ + c)ⱼ.
pub(super) fn target_value(target: &AffineMap, center: &DVector<f64>) -> Vec<Interval> {
    (0..target.output_width())
        .map(|j| {
            let row = target.linear().row(j);
            dot(row.iter().copied(), center.iter().copied()) + Interval::point(target.offset()[j])
        })
        .collect()
}
