//! What the code of an autoencoder is charged for, beside the reconstruction.

use super::chain::Parameter;
use crate::elementwise::{add_column_sums, vectorised};
use crate::matrix::Real;
use crate::optimizer::option;
use crate::{Activation, NetError};
use serde::{Deserialize, Serialize};

/// A penalty on the code h of an autoencoder, added to the loss of every row.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CodePenalty {
    /// Nothing.
    #[default]
    None,
    /// weight·‖∂h/∂x‖²: the contractive autoencoder (Rifai, Vincent, Muller, Glorot, Bengio 2011).
    Contractive {
        /// Factor of the penalty.
        weight: f64,
    },
    /// weight·Σⱼ KL(target ‖ ρⱼ), where ρⱼ is the mean of hⱼ over the batch: the sparse autoencoder (Lee, Ekanadham,
    /// Ng 2008; Ng's lecture notes CS294A). For sigmoid codes.
    KlSparsity {
        /// Mean activation asked for, in (0, 1).
        target: f64,
        /// Factor of the penalty.
        weight: f64,
    },
    /// weight·Σⱼ √(hⱼ² + epsilon): with a tied linear autoencoder, reconstruction ICA (Le, Karpenko, Ngiam, Ng 2011).
    SmoothL1 {
        /// Factor of the penalty.
        weight: f64,
        /// Rounds the corner of |h| at 0.
        epsilon: f64,
    },
}

impl CodePenalty {
    /// Checks that the settings are in range and go with the activation of the code.
    pub(crate) fn check(self, code: Activation) -> Result<(), NetError> {
        let weight = match self {
            CodePenalty::None => return Ok(()),
            CodePenalty::Contractive { weight } => {
                let smooth = matches!(
                    code,
                    Activation::Linear | Activation::Sigmoid | Activation::Tanh | Activation::Relu
                );
                option(
                    smooth,
                    "contractive penalty",
                    format!("on a {code:?} code"),
                    "a linear, sigmoid, tanh or ReLU code",
                )?;
                weight
            }
            CodePenalty::KlSparsity { target, weight } => {
                option(
                    code == Activation::Sigmoid,
                    "sparsity",
                    format!("of a {code:?} code"),
                    "a sigmoid code, whose values lie in (0, 1)",
                )?;
                let fine = target > 0.0 && target < 1.0;
                option(fine, "sparsity target", target, "a number in (0, 1)")?;
                weight
            }
            CodePenalty::SmoothL1 { weight, epsilon } => {
                let fine = epsilon.is_finite() && epsilon > 0.0;
                option(
                    fine,
                    "epsilon of the smooth L1",
                    epsilon,
                    "a finite number above 0",
                )?;
                weight
            }
        };
        let fine = weight.is_finite() && weight >= 0.0;
        option(fine, "penalty weight", weight, "a finite number of at least 0")
    }
}

/// A penalty with what it knows of the present batch.
#[derive(Debug, Clone, Default)]
pub(crate) struct PenaltyState<T> {
    penalty: CodePenalty,
    code: Option<Activation>,
    /// Per unit: ‖Wⱼ‖²·factor when contractive, the derivative with respect to hⱼ when sparse.
    units: Vec<T>,
    /// Per unit, when contractive: the factor of Wⱼ in the gradient of Wⱼ.
    weight_factors: Vec<T>,
    /// weight / rows.
    scale: T,
}

/// σ' and σ'' from the value of an activation that [`CodePenalty::check`] lets through.
#[inline(always)]
fn slopes<T: Real>(code: Activation, y: T) -> (T, T) {
    match code {
        Activation::Sigmoid => {
            let slope = y * (T::ONE - y);
            (slope, slope * (T::ONE - y - y))
        }
        Activation::Tanh => {
            let slope = T::ONE - y * y;
            (slope, -(y + y) * slope)
        }
        Activation::Relu if y <= T::ZERO => (T::ZERO, T::ZERO),
        _ => (T::ONE, T::ZERO),
    }
}

impl<T: Real> PenaltyState<T> {
    /// For codes of the given activation and width.
    pub(crate) fn new(penalty: CodePenalty, code: Activation, width: usize) -> Self {
        let units = |needed: bool| vec![T::ZERO; if needed { width } else { 0 }];
        let contractive = matches!(penalty, CodePenalty::Contractive { .. });
        PenaltyState {
            penalty,
            code: Some(code),
            units: units(contractive || matches!(penalty, CodePenalty::KlSparsity { .. })),
            weight_factors: units(contractive),
            scale: T::ZERO,
        }
    }

    /// Learns what the gradient needs from the codes of a batch; returns the penalty summed over its rows.
    pub(crate) fn prepare(&mut self, codes: &[T], weights: &Parameter<T>, rows: usize) -> f64 {
        let count = rows as f64;
        match self.penalty {
            CodePenalty::None => 0.0,
            CodePenalty::Contractive { weight } => {
                let Some(code) = self.code else { return 0.0 };
                self.scale = T::from_f64(weight / count);
                let factors = &mut self.weight_factors;
                factors.fill(T::ZERO);
                vectorised(
                    #[inline(always)]
                    || {
                        for row in codes.chunks_exact(factors.len()) {
                            for (factor, &y) in factors.iter_mut().zip(row) {
                                let slope = slopes(code, y).0;
                                *factor += slope * slope;
                            }
                        }
                    },
                );
                let mut total = 0.0;
                let rows = weights.values.chunks_exact(weights.columns);
                for ((unit, factor), row) in self.units.iter_mut().zip(factors).zip(rows) {
                    let square: T = row.iter().map(|&w| w * w).sum();
                    total += (*factor * square).to_f64();
                    *unit = square * (self.scale + self.scale);
                    *factor *= self.scale + self.scale;
                }
                weight * total
            }
            CodePenalty::KlSparsity { target, weight } => {
                self.units.fill(T::ZERO);
                add_column_sums(&mut self.units, codes);
                let mut total = 0.0;
                for unit in &mut self.units {
                    let mean = (unit.to_f64() / count).clamp(1e-6, 1.0 - 1e-6);
                    total +=
                        target * (target / mean).ln() + (1.0 - target) * ((1.0 - target) / (1.0 - mean)).ln();
                    *unit = T::from_f64(weight * ((1.0 - target) / (1.0 - mean) - target / mean) / count);
                }
                weight * total * count
            }
            CodePenalty::SmoothL1 { weight, epsilon } => {
                self.scale = T::from_f64(weight / count);
                let epsilon = T::from_f64(epsilon);
                weight
                    * codes
                        .iter()
                        .map(|&h| (h * h + epsilon).sqrt().to_f64())
                        .sum::<f64>()
            }
        }
    }

    /// Adds the penalty's derivative with respect to the codes, of rows that [`PenaltyState::prepare`] has seen.
    pub(crate) fn add_gradient(&self, gradient: &mut [T], codes: &[T]) {
        match (self.penalty, self.code) {
            (CodePenalty::None, _) | (_, None) => {}
            (CodePenalty::Contractive { .. }, Some(code)) => {
                // d/dz of σ'(z)²‖W‖² is 2σ'σ''‖W‖²; the σ' comes with the chain rule.
                let width = self.units.len();
                vectorised(
                    #[inline(always)]
                    || {
                        let rows = gradient.chunks_exact_mut(width).zip(codes.chunks_exact(width));
                        for (gradient, row) in rows {
                            for ((g, &y), &unit) in gradient.iter_mut().zip(row).zip(&self.units) {
                                *g += unit * slopes(code, y).1;
                            }
                        }
                    },
                );
            }
            (CodePenalty::KlSparsity { .. }, _) => {
                for row in gradient.chunks_exact_mut(self.units.len()) {
                    row.iter_mut().zip(&self.units).for_each(|(g, &unit)| *g += unit);
                }
            }
            (CodePenalty::SmoothL1 { epsilon, .. }, _) => {
                let (scale, epsilon) = (self.scale, T::from_f64(epsilon));
                vectorised(
                    #[inline(always)]
                    || {
                        for (g, &h) in gradient.iter_mut().zip(codes) {
                            *g += scale * h / (h * h + epsilon).sqrt();
                        }
                    },
                );
            }
        }
    }

    /// Adds the penalty's own derivative with respect to rows of the weights, from row `first` on.
    pub(crate) fn add_weight_gradient(
        &self,
        first: usize,
        gradient: &mut [T],
        weights: &[T],
        columns: usize,
    ) {
        if self.weight_factors.is_empty() {
            return;
        }
        let rows = gradient
            .chunks_exact_mut(columns)
            .zip(weights.chunks_exact(columns));
        for ((gradient, weights), &factor) in rows.zip(&self.weight_factors[first..]) {
            gradient
                .iter_mut()
                .zip(weights)
                .for_each(|(g, &w)| *g += factor * w);
        }
    }
}
