//! Optimisers: what turns a gradient into a step.
//!
//! References: momentum as in Sutskever, Martens, Dahl, Hinton (2013) in PyTorch's form, v ← μv + g, w ← w − ηv;
//! Adam, Kingma and Ba (2015); decoupled weight decay (AdamW), Loshchilov and Hutter (2019).

use crate::NetError;
use crate::elementwise::vectorised;
use crate::matrix::Real;
use serde::{Deserialize, Serialize};

/// An optimiser with its settings.
///
/// ```
/// use nets::Optimizer;
/// assert!(Optimizer::adam(1e-3).check().is_ok());
/// assert!(Optimizer::sgd(-1.0, 0.9).check().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Optimizer {
    /// Stochastic gradient descent with momentum.
    Sgd {
        /// Learning rate η.
        rate: f64,
        /// Momentum μ; 0 is plain gradient descent.
        momentum: f64,
        /// Nesterov's variant: the step is g + μv instead of v.
        nesterov: bool,
        /// Weight decay λ, added to the gradient as λw; not applied to biases.
        weight_decay: f64,
    },
    /// Adam; with weight decay, AdamW (decoupled).
    Adam {
        /// Learning rate η.
        rate: f64,
        /// Decay of the mean of the gradient.
        beta1: f64,
        /// Decay of the mean of its square.
        beta2: f64,
        /// Added to the root of the mean square.
        epsilon: f64,
        /// Decoupled weight decay λ: w ← (1 − ηλ)w; not applied to biases.
        weight_decay: f64,
    },
}

impl Optimizer {
    /// Gradient descent with momentum, no weight decay.
    pub fn sgd(rate: f64, momentum: f64) -> Self {
        Optimizer::Sgd {
            rate,
            momentum,
            nesterov: false,
            weight_decay: 0.0,
        }
    }

    /// Gradient descent with Nesterov's momentum, no weight decay.
    pub fn nesterov(rate: f64, momentum: f64) -> Self {
        Optimizer::Sgd {
            rate,
            momentum,
            nesterov: true,
            weight_decay: 0.0,
        }
    }

    /// Adam with the authors' settings (0.9, 0.999, 1e-8).
    pub fn adam(rate: f64) -> Self {
        Optimizer::adamw(rate, 0.0)
    }

    /// Adam with decoupled weight decay.
    pub fn adamw(rate: f64, weight_decay: f64) -> Self {
        Optimizer::Adam {
            rate,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weight_decay,
        }
    }

    /// The learning rate.
    pub fn rate(&self) -> f64 {
        match *self {
            Optimizer::Sgd { rate, .. } | Optimizer::Adam { rate, .. } => rate,
        }
    }

    /// Checks that all settings are in range.
    ///
    /// # Errors
    /// [`NetError::Option`] naming the first that is not.
    pub fn check(&self) -> Result<(), NetError> {
        let finite_above = |name: &str, value: f64, open: bool| {
            let fine = value.is_finite() && if open { value > 0.0 } else { value >= 0.0 };
            let range = if open {
                "a finite number above 0"
            } else {
                "a finite number of at least 0"
            };
            option(fine, name, value, range)
        };
        let below_one =
            |name: &str, value: f64| option((0.0..1.0).contains(&value), name, value, "a number in [0, 1)");
        match *self {
            Optimizer::Sgd {
                rate,
                momentum,
                weight_decay,
                ..
            } => {
                finite_above("learning rate", rate, true)?;
                below_one("momentum", momentum)?;
                finite_above("weight decay", weight_decay, false)
            }
            Optimizer::Adam {
                rate,
                beta1,
                beta2,
                epsilon,
                weight_decay,
            } => {
                finite_above("learning rate", rate, true)?;
                below_one("beta1", beta1)?;
                below_one("beta2", beta2)?;
                finite_above("epsilon", epsilon, true)?;
                finite_above("weight decay", weight_decay, false)
            }
        }
    }

    /// Momentum and weight decay if the velocity alone makes the step (w ← w − ηv, v ← μv + g + λw), so that a product
    /// can add the gradient to it in place.
    pub(crate) fn heavy_ball(&self) -> Option<(f64, f64)> {
        match *self {
            Optimizer::Sgd {
                momentum,
                nesterov: false,
                weight_decay,
                ..
            } => Some((momentum, weight_decay)),
            _ => None,
        }
    }

    /// Whether a second moment is kept.
    pub(crate) fn keeps_second_moment(&self) -> bool {
        matches!(self, Optimizer::Adam { .. })
    }

    /// One step on a slice of a parameter: `step` counts from 1, `factor` scales the learning rate, `decays` says
    /// whether weight decay applies.
    pub(crate) fn apply<T: Real>(&self, slot: Slot<'_, T>, step: u64, factor: f64, decays: bool) {
        let Slot {
            values,
            gradient,
            first,
            second,
        } = slot;
        match *self {
            Optimizer::Sgd {
                rate,
                momentum,
                nesterov,
                weight_decay,
            } => {
                let (eta, mu) = (T::from_f64(rate * factor), T::from_f64(momentum));
                let decay = T::from_f64(if decays { weight_decay } else { 0.0 });
                vectorised(
                    #[inline(always)]
                    || {
                        for ((w, &g), v) in values.iter_mut().zip(gradient).zip(first) {
                            let g = g + decay * *w;
                            *v = mu * *v + g;
                            *w -= eta * if nesterov { g + mu * *v } else { *v };
                        }
                    },
                );
            }
            Optimizer::Adam {
                rate,
                beta1,
                beta2,
                epsilon,
                weight_decay,
            } => {
                let t = step.min(i32::MAX as u64) as i32;
                let eta = T::from_f64(rate * factor / (1.0 - beta1.powi(t)));
                let correction = T::from_f64(1.0 / (1.0 - beta2.powi(t)).sqrt());
                let keep = T::from_f64(1.0 - if decays { rate * factor * weight_decay } else { 0.0 });
                let (b1, b2, eps) = (T::from_f64(beta1), T::from_f64(beta2), T::from_f64(epsilon));
                let (c1, c2) = (T::from_f64(1.0 - beta1), T::from_f64(1.0 - beta2));
                vectorised(
                    #[inline(always)]
                    || {
                        for (((w, &g), m), s) in values.iter_mut().zip(gradient).zip(first).zip(second) {
                            *m = b1 * *m + c1 * g;
                            *s = b2 * *s + c2 * g * g;
                            *w = keep * *w - eta * *m / (s.sqrt() * correction + eps);
                        }
                    },
                );
            }
        }
    }
}

/// A slice of a parameter with its gradient and moments, all equally long (the second moment empty if not kept).
pub(crate) struct Slot<'a, T> {
    pub(crate) values: &'a mut [T],
    pub(crate) gradient: &'a [T],
    pub(crate) first: &'a mut [T],
    pub(crate) second: &'a mut [T],
}

/// An option's check as a result.
pub(crate) fn option(fine: bool, name: &str, got: impl ToString, expected: &str) -> Result<(), NetError> {
    if fine {
        return Ok(());
    }
    Err(NetError::Option {
        option: name.into(),
        got: got.to_string(),
        expected: expected.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs `steps` steps on f(w) = w²/2 from w = 1 (gradient w).
    fn descend(optimizer: Optimizer, steps: u64) -> Vec<f64> {
        let (mut w, mut m, mut s) = ([1.0f64], [0.0], [0.0]);
        (1..=steps)
            .map(|step| {
                let g = w;
                let slot = Slot {
                    values: &mut w,
                    gradient: &g,
                    first: &mut m,
                    second: &mut s,
                };
                optimizer.apply(slot, step, 1.0, true);
                w[0]
            })
            .collect()
    }

    #[test]
    fn steps_are_the_recurrences_worked_out_by_hand() {
        // v: 1, 0.5 + 0.9 = 1.4; w: 1 - .1, .9 - .1·1.4
        let momentum = descend(Optimizer::sgd(0.1, 0.5), 2);
        assert!((momentum[0] - 0.9).abs() < 1e-15 && (momentum[1] - 0.76).abs() < 1e-15);
        // g + μv: 1 + .5; then v = .5 + .85 = 1.35, step .85 + .675
        let nesterov = descend(Optimizer::nesterov(0.1, 0.5), 2);
        assert!((nesterov[0] - 0.85).abs() < 1e-15 && (nesterov[1] - (0.85 - 0.1525)).abs() < 1e-15);
        // Adam's first step is η·sign(g) up to ε.
        let adam = descend(Optimizer::adam(0.1), 1);
        assert!((adam[0] - 0.9).abs() < 1e-8);
        // AdamW shrinks first: (1 − ηλ)w − η.
        let adamw = descend(Optimizer::adamw(0.1, 0.5), 1);
        assert!((adamw[0] - (0.95 - 0.1)).abs() < 1e-8);
        // L2 in SGD: gradient 1 + λ.
        let decayed = descend(
            Optimizer::Sgd {
                rate: 0.1,
                momentum: 0.0,
                nesterov: false,
                weight_decay: 1.0,
            },
            1,
        );
        assert!((decayed[0] - 0.8).abs() < 1e-15);
    }

    #[test]
    fn settings_out_of_range_are_named() {
        let message = Optimizer::sgd(0.1, 1.0).check().unwrap_err().to_string();
        assert_eq!(message, "momentum is 1: expected a number in [0, 1)");
        assert!(Optimizer::adam(f64::NAN).check().is_err());
    }
}
