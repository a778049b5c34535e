//! Losses, as a value and as the gradient with respect to the output layer's pre-activation.
//!
//! A loss is *summed over the coordinates of a row and averaged over the rows of a batch*, so the gradient does not
//! shrink with the width of the data. Reported errors are means per coordinate.

use crate::elementwise::{derivative_from_value, times_derivative, vectorised};
use crate::matrix::Real;
use crate::optimizer::option;
use crate::{Activation, NetError};
use serde::{Deserialize, Serialize};

/// What an output is compared with its target by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Loss {
    /// Σ (y − t)².
    SquaredError,
    /// −Σ t ln y + (1 − t) ln(1 − y), for a sigmoid output and targets in \[0, 1\].
    CrossEntropy,
    /// −Σ t ln softmax(z), for a linear output z and targets that sum to 1 in each row: the classes of a classifier.
    SoftmaxCrossEntropy,
}

impl Loss {
    /// Checks that the loss goes with the activation of the output layer.
    ///
    /// # Errors
    /// [`NetError::Option`] for a cross entropy with an output that is not its own.
    pub(crate) fn check(self, output: Activation) -> Result<(), NetError> {
        let (name, needed, why) = match self {
            Loss::SquaredError => return Ok(()),
            Loss::CrossEntropy => (
                "cross entropy",
                Activation::Sigmoid,
                "a sigmoid output, whose values lie in (0, 1)",
            ),
            Loss::SoftmaxCrossEntropy => (
                "softmax cross entropy",
                Activation::Linear,
                "a linear output, which the loss itself puts through the softmax",
            ),
        };
        let got = format!("{name} with a {output:?} output");
        option(output == needed, "loss", got, why)
    }

    /// Turns outputs y = σ(z) into scale·∂L/∂z in place and returns the (unscaled) loss summed over all entries.
    ///
    /// `pre_activation` is z where σ' needs it (see [`derivative_from_value`]) and empty otherwise; rows are `width`
    /// long.
    pub(crate) fn into_delta<T: Real>(
        self,
        output: &mut [T],
        pre_activation: &[T],
        target: &[T],
        activation: Activation,
        scale: T,
        width: usize,
    ) -> f64 {
        match self {
            Loss::SoftmaxCrossEntropy => output
                .chunks_exact_mut(width)
                .zip(target.chunks_exact(width))
                .map(|(z, t)| softmax_delta(z, t, scale))
                .sum(),
            Loss::SquaredError => {
                let sum = squared_error(output, target);
                if derivative_from_value(activation) {
                    squared_error_delta(output, target, activation, scale);
                } else {
                    let twice = scale + scale;
                    for (y, &t) in output.iter_mut().zip(target) {
                        *y = twice * (*y - t);
                    }
                    times_derivative(output, pre_activation, activation);
                }
                sum
            }
            Loss::CrossEntropy => {
                let sum = cross_entropy(output, target);
                vectorised(
                    #[inline(always)]
                    || {
                        for (y, &t) in output.iter_mut().zip(target) {
                            *y = scale * (*y - t);
                        }
                    },
                );
                sum
            }
        }
    }

    /// The loss summed over all entries of rows of the given width.
    pub(crate) fn sum<T: Real>(self, output: &[T], target: &[T], width: usize) -> f64 {
        match self {
            Loss::SoftmaxCrossEntropy => softmax_cross_entropy(output, target, width),
            Loss::SquaredError => squared_error(output, target),
            Loss::CrossEntropy => cross_entropy(output, target),
        }
    }
}

/// y ↦ 2·scale·(y − t)·σ'(z), with σ' taken from y.
fn squared_error_delta<T: Real>(output: &mut [T], target: &[T], activation: Activation, scale: T) {
    #[inline(always)]
    fn on<T: Real>(output: &mut [T], target: &[T], twice: T, slope: impl Fn(T) -> T) {
        for (y, &t) in output.iter_mut().zip(target) {
            *y = twice * (*y - t) * slope(*y);
        }
    }
    let twice = scale + scale;
    vectorised(
        #[inline(always)]
        || match activation {
            Activation::Sigmoid => on(output, target, twice, |y| y * (T::ONE - y)),
            Activation::Tanh => on(output, target, twice, |y| T::ONE - y * y),
            Activation::Relu => on(
                output,
                target,
                twice,
                |y| if y > T::ZERO { T::ONE } else { T::ZERO },
            ),
            Activation::LeakyRelu { slope } => {
                let slope = T::from_f64(slope);
                on(
                    output,
                    target,
                    twice,
                    |y| if y > T::ZERO { T::ONE } else { slope },
                );
            }
            Activation::Linear | Activation::Silu | Activation::Gelu | Activation::Erf => {
                on(output, target, twice, |_| T::ONE)
            }
        },
    );
}

/// z ↦ scale·(softmax(z) − t) in one row; returns its −Σ t ln softmax(z).
fn softmax_delta<T: Real>(z: &mut [T], target: &[T], scale: T) -> f64 {
    let log_total = log_sum_exp(z);
    let mut loss = 0.0;
    for (z, &t) in z.iter_mut().zip(target) {
        loss += t.to_f64() * (log_total - *z).to_f64();
        *z = scale * ((*z - log_total).exp() - t);
    }
    loss
}

/// ln Σ eᶻ, without overflow.
fn log_sum_exp<T: Real>(z: &[T]) -> T {
    let largest = z.iter().copied().fold(z[0], T::max);
    largest + z.iter().map(|&z| (z - largest).exp()).sum::<T>().ln()
}

/// −Σ t ln softmax(z) over rows of the given width.
fn softmax_cross_entropy<T: Real>(output: &[T], target: &[T], width: usize) -> f64 {
    let rows = output.chunks_exact(width).zip(target.chunks_exact(width));
    rows.map(|(z, t)| {
        let log_total = log_sum_exp(z);
        z.iter()
            .zip(t)
            .map(|(&z, &t)| t.to_f64() * (log_total - z).to_f64())
            .sum::<f64>()
    })
    .sum()
}

/// Sums `term` over pairs in sixteen lanes (so that it vectorises) in an order that does not depend on the vectors.
#[inline(always)]
fn sum_pairs<T: Real>(a: &[T], b: &[T], term: impl Fn(T, T) -> T) -> f64 {
    let mut total = 0.0;
    for (a, b) in a.chunks(4096).zip(b.chunks(4096)) {
        let mut lanes = [T::ZERO; 16];
        let (a_blocks, a_rest) = a.as_chunks::<16>();
        let (b_blocks, b_rest) = b.as_chunks::<16>();
        for (a, b) in a_blocks.iter().zip(b_blocks) {
            for lane in 0..16 {
                lanes[lane] += term(a[lane], b[lane]);
            }
        }
        for ((lane, &a), &b) in lanes.iter_mut().zip(a_rest).zip(b_rest) {
            *lane += term(a, b);
        }
        total += lanes.iter().map(|lane| lane.to_f64()).sum::<f64>();
    }
    total
}

/// Σ (y − t)².
pub(crate) fn squared_error<T: Real>(output: &[T], target: &[T]) -> f64 {
    vectorised(
        #[inline(always)]
        || sum_pairs(output, target, |y, t| (y - t) * (y - t)),
    )
}

/// −Σ t ln y + (1 − t) ln(1 − y), with y kept 1e-7 away from 0 and 1.
pub(crate) fn cross_entropy<T: Real>(output: &[T], target: &[T]) -> f64 {
    let least = T::from_f64(1e-7);
    vectorised(
        #[inline(always)]
        || {
            sum_pairs(output, target, |y, t| {
                -(t * y.max(least).ln() + (T::ONE - t) * (T::ONE - y).max(least).ln())
            })
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deltas_agree_with_central_differences() {
        let z: Vec<f64> = (0..40).map(|i| 0.17 * f64::from(i) - 3.3).collect();
        let target: Vec<f64> = (0..40).map(|i| f64::from(i * 7 % 11) / 10.0).collect();
        let mut pairs = vec![(Loss::CrossEntropy, Activation::Sigmoid)];
        for activation in [
            Activation::Linear,
            Activation::Sigmoid,
            Activation::Tanh,
            Activation::Relu,
            Activation::LeakyRelu { slope: 0.2 },
            Activation::Silu,
            Activation::Gelu,
        ] {
            pairs.push((Loss::SquaredError, activation));
        }
        for (loss, activation) in pairs {
            let mut delta: Vec<f64> = z.iter().map(|&z| activation.apply(z)).collect();
            loss.into_delta(&mut delta, &z, &target, activation, 0.5, 40);
            for i in 0..z.len() {
                let h = 1e-5;
                let at = |z: f64| loss.sum(&[activation.apply(z)], &target[i..=i], 1);
                let difference = 0.5 * (at(z[i] + h) - at(z[i] - h)) / (2.0 * h);
                assert!(
                    (delta[i] - difference).abs() < 1e-6,
                    "{loss:?} {activation:?} {}",
                    z[i]
                );
            }
        }
    }

    #[test]
    fn the_softmax_delta_agrees_with_central_differences() {
        let z: Vec<f64> = (0..12).map(|i| 0.9 * f64::from(i * 5 % 7) - 2.0).collect();
        let target = [0.2, 0.5, 0.3, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.25, 0.5, 0.25];
        let loss = Loss::SoftmaxCrossEntropy;
        let mut delta = z.clone();
        let value = loss.into_delta(&mut delta, &[], &target, Activation::Linear, 0.5, 3);
        assert!((value - loss.sum(&z, &target, 3)).abs() < 1e-13);
        for i in 0..z.len() {
            let at = |shift: f64| {
                let mut z = z.clone();
                z[i] += shift;
                loss.sum(&z, &target, 3)
            };
            let difference = 0.5 * (at(1e-5) - at(-1e-5)) / 2e-5;
            assert!((delta[i] - difference).abs() < 1e-9, "{i}");
        }
    }

    #[test]
    fn cross_entropy_needs_a_sigmoid() {
        assert!(Loss::CrossEntropy.check(Activation::Tanh).is_err());
        assert!(Loss::CrossEntropy.check(Activation::Sigmoid).is_ok());
    }
}
