//! Activation functions σ: ℝ → ℝ with their first two derivatives and certified bounds on them.
//!
//! The bounds are what turns a fit on samples into a statement about a whole ball: over an interval \[lo, hi\] they
//! return a number that is *never below* sup |σ'| (or sup |σ''|). They hold because each of these functions is
//! monotone between the critical points written down here, so that the supremum over an interval is attained at an
//! end point or at a critical point inside; the computed value is then enlarged by more than the rounding error of
//! its evaluation ([`Activation::RELATIVE_SLACK`], against a libm accurate to a few units in the last place).
//!
//! ```
//! use nets::Activation;
//! let tanh = Activation::Tanh;
//! let sup = 4.0 / (3.0 * 3f64.sqrt()); // sup |tanh''|, attained where tanh = 1/√3
//! let bound = tanh.second_derivative_bound(0.0, 2.0).unwrap();
//! assert!(bound >= sup && bound < sup * (1.0 + 1e-11));
//! assert!(tanh.second_derivative_bound(2.0, 3.0).unwrap() < 0.3); // far from the critical point: much smaller
//! assert_eq!(Activation::Relu.second_derivative_bound(-1.0, 1.0), None); // the kink has no second derivative
//! ```

use serde::{Deserialize, Serialize};

/// An elementwise activation function.
///
/// GELU is the exact x·Φ(x), SiLU is x·sigmoid(x); leaky ReLU carries its slope on the negative side.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Activation {
    /// σ(x) = x.
    Linear,
    /// σ(x) = 1 / (1 + e^−x).
    Sigmoid,
    /// σ(x) = tanh x.
    Tanh,
    /// σ(x) = max(x, 0).
    Relu,
    /// σ(x) = x for x > 0, slope·x otherwise.
    LeakyRelu {
        /// Slope on the negative side.
        slope: f64,
    },
    /// σ(x) = x / (1 + e^−x), also called swish.
    Silu,
    /// σ(x) = x·Φ(x) with the standard normal distribution function Φ.
    Gelu,
    /// σ(x) = erf x, the error function.
    Erf,
}

/// 1/√(2π).
const INV_SQRT_TAU: f64 = 0.398_942_280_401_432_7;
/// Where |sigmoid''| is largest: ln(2 + √3).
const SIGMOID_CRITICAL: f64 = 1.316_957_896_924_816_6;
/// Where |tanh''| is largest: artanh(1/√3).
const TANH_CRITICAL: f64 = 0.658_478_948_462_408_3;
/// Positive zero of SiLU'' (so an extremum of SiLU'): x·tanh(x/2) = 2.
const SILU_FIRST_CRITICAL: f64 = 2.399_357_280_515_467_5;
/// Positive zero of SiLU''': 3t − 3ut² + u = 0 with u = x/2, t = tanh u.
const SILU_SECOND_CRITICAL: f64 = 3.435_840_993_535_111;

fn sigmoid(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + (-x).exp())
    } else {
        let e = x.exp();
        e / (1.0 + e)
    }
}

/// sigmoid'(x), without the cancellation of s(1 − s) for large |x|.
fn sigmoid_derivative(x: f64) -> f64 {
    let e = (-x.abs()).exp();
    e / ((1.0 + e) * (1.0 + e))
}

fn normal_density(x: f64) -> f64 {
    INV_SQRT_TAU * (-0.5 * x * x).exp()
}

fn normal_distribution(x: f64) -> f64 {
    0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
}

impl Activation {
    /// By how much a computed supremum is enlarged, relative to itself: far above the rounding error of the few
    /// operations behind it, far below anything that a bound's user can see.
    pub const RELATIVE_SLACK: f64 = 1e-12;

    /// σ(x).
    pub fn apply(self, x: f64) -> f64 {
        match self {
            Activation::Linear => x,
            Activation::Sigmoid => sigmoid(x),
            Activation::Tanh => x.tanh(),
            Activation::Relu => x.max(0.0),
            Activation::LeakyRelu { slope } => {
                if x > 0.0 {
                    x
                } else {
                    slope * x
                }
            }
            Activation::Silu => x * sigmoid(x),
            Activation::Gelu => x * normal_distribution(x),
            Activation::Erf => libm::erf(x),
        }
    }

    /// σ'(x); at the kink of ReLU and leaky ReLU the derivative from the left, as in PyTorch.
    pub fn derivative(self, x: f64) -> f64 {
        match self {
            Activation::Linear => 1.0,
            Activation::Sigmoid => sigmoid_derivative(x),
            Activation::Tanh => 4.0 * sigmoid_derivative(2.0 * x),
            Activation::Relu => f64::from(x > 0.0),
            Activation::LeakyRelu { slope } => {
                if x > 0.0 {
                    1.0
                } else {
                    slope
                }
            }
            Activation::Silu => sigmoid(x) + x * sigmoid_derivative(x),
            Activation::Gelu => normal_distribution(x) + x * normal_density(x),
            Activation::Erf => std::f64::consts::FRAC_2_SQRT_PI * (-x * x).exp(),
        }
    }

    /// σ''(x); zero on both sides of the kink of ReLU and leaky ReLU.
    pub fn second_derivative(self, x: f64) -> f64 {
        match self {
            Activation::Linear | Activation::Relu | Activation::LeakyRelu { .. } => 0.0,
            Activation::Sigmoid => -sigmoid_derivative(x) * (0.5 * x).tanh(),
            Activation::Tanh => -2.0 * x.tanh() * self.derivative(x),
            Activation::Silu => sigmoid_derivative(x) * (2.0 - x * (0.5 * x).tanh()),
            Activation::Gelu => normal_density(x) * (2.0 - x * x),
            Activation::Erf => -2.0 * x * self.derivative(x),
        }
    }

    /// A certified upper bound of |σ'| over \[lo, hi\], infinite end points allowed; for ReLU and leaky ReLU a
    /// Lipschitz constant on the interval.
    ///
    /// Returns +∞ when an end point is NaN.
    pub fn derivative_bound(self, lo: f64, hi: f64) -> f64 {
        if lo.is_nan() || hi.is_nan() {
            return f64::INFINITY;
        }
        let critical: &[f64] = match self {
            Activation::Linear => return 1.0,
            Activation::Relu => return f64::from(hi > 0.0),
            Activation::LeakyRelu { slope } => {
                let below = if lo < 0.0 { slope.abs() } else { 0.0 };
                return if hi > 0.0 { below.max(1.0) } else { slope.abs() };
            }
            Activation::Sigmoid | Activation::Tanh | Activation::Erf => &[0.0],
            Activation::Silu => &[-SILU_FIRST_CRITICAL, SILU_FIRST_CRITICAL],
            Activation::Gelu => &[-std::f64::consts::SQRT_2, std::f64::consts::SQRT_2],
        };
        sup_abs(|x| self.derivative(x), lo, hi, critical)
    }

    /// A certified upper bound of |σ''| over \[lo, hi\]; `None` if the interval holds a kink in its interior, where
    /// no second derivative exists.
    ///
    /// Returns +∞ when an end point is NaN.
    pub fn second_derivative_bound(self, lo: f64, hi: f64) -> Option<f64> {
        if lo.is_nan() || hi.is_nan() {
            return Some(f64::INFINITY);
        }
        let critical: &[f64] = match self {
            Activation::Linear => return Some(0.0),
            Activation::LeakyRelu { slope: 1.0 } => return Some(0.0),
            Activation::Relu | Activation::LeakyRelu { .. } => {
                return if lo < 0.0 && hi > 0.0 { None } else { Some(0.0) };
            }
            Activation::Sigmoid => &[-SIGMOID_CRITICAL, SIGMOID_CRITICAL],
            Activation::Tanh => &[-TANH_CRITICAL, TANH_CRITICAL],
            Activation::Silu => &[-SILU_SECOND_CRITICAL, 0.0, SILU_SECOND_CRITICAL],
            Activation::Gelu => &[-2.0, 0.0, 2.0],
            Activation::Erf => &[-std::f64::consts::FRAC_1_SQRT_2, std::f64::consts::FRAC_1_SQRT_2],
        };
        Some(sup_abs(|x| self.second_derivative(x), lo, hi, critical))
    }

    /// A certified upper bound of |σ'| over the whole line: 1/4 for the sigmoid, 1 for tanh and ReLU.
    pub fn derivative_bound_global(self) -> f64 {
        self.derivative_bound(f64::NEG_INFINITY, f64::INFINITY)
    }

    /// A certified upper bound of |σ''| over the whole line: 1/(6√3) for the sigmoid, 4/(3√3) for tanh, `None`
    /// for functions with a kink.
    pub fn second_derivative_bound_global(self) -> Option<f64> {
        self.second_derivative_bound(f64::NEG_INFINITY, f64::INFINITY)
    }
}

/// max |f| over the end points and the critical points within \[lo, hi\], enlarged by the slack.
///
/// A critical point known to double precision moves the value of f only in second order, which the slack covers; one
/// that lies just outside the interval is taken in all the same. At an infinite end point the value is f at a point
/// so far out that |f| has reached its limit to within the slack.
fn sup_abs(f: impl Fn(f64) -> f64, lo: f64, hi: f64, critical: &[f64]) -> f64 {
    /// All functions here are constant to double precision beyond this.
    const FAR: f64 = 800.0;
    let (lo, hi) = (lo.min(hi), lo.max(hi));
    let (a, b) = (lo.clamp(-FAR, FAR), hi.clamp(-FAR, FAR));
    let reach = 1e-9;
    let inside = critical
        .iter()
        .copied()
        .filter(|&c| c >= a - reach && c <= b + reach);
    let sup = inside.chain([a, b]).map(|x| f(x).abs()).fold(0.0, f64::max);
    sup * (1.0 + Activation::RELATIVE_SLACK) + f64::MIN_POSITIVE
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Activation; 8] = [
        Activation::Linear,
        Activation::Sigmoid,
        Activation::Tanh,
        Activation::Relu,
        Activation::LeakyRelu { slope: 0.01 },
        Activation::Silu,
        Activation::Gelu,
        Activation::Erf,
    ];

    #[test]
    fn derivatives_agree_with_central_differences() {
        for activation in ALL {
            for step in -80..80 {
                let x = 0.1 * f64::from(step) + 0.05; // never on the kink
                let h = 1e-5;
                let first = (activation.apply(x + h) - activation.apply(x - h)) / (2.0 * h);
                let second = (activation.derivative(x + h) - activation.derivative(x - h)) / (2.0 * h);
                assert!(
                    (first - activation.derivative(x)).abs() < 1e-9,
                    "{activation:?}' at {x}"
                );
                assert!(
                    (second - activation.second_derivative(x)).abs() < 1e-9,
                    "{activation:?}'' at {x}"
                );
            }
        }
    }

    #[test]
    fn global_bounds_are_the_textbook_constants() {
        let close = |got: f64, want: f64| got >= want && got <= want * (1.0 + 1e-11);
        let root3 = 3f64.sqrt();
        assert!(close(Activation::Sigmoid.derivative_bound_global(), 0.25));
        assert!(close(
            Activation::Sigmoid.second_derivative_bound_global().unwrap(),
            1.0 / (6.0 * root3)
        ));
        assert!(close(Activation::Tanh.derivative_bound_global(), 1.0));
        assert!(close(
            Activation::Tanh.second_derivative_bound_global().unwrap(),
            4.0 / (3.0 * root3)
        ));
        assert!(close(
            Activation::Silu.second_derivative_bound_global().unwrap(),
            0.5
        ));
        assert!(close(
            Activation::Gelu.second_derivative_bound_global().unwrap(),
            2.0 * INV_SQRT_TAU
        ));
        assert_eq!(Activation::Relu.derivative_bound_global(), 1.0);
        assert_eq!(Activation::Relu.second_derivative_bound_global(), None);
    }

    #[test]
    fn bounds_hold_and_are_attained_on_intervals() {
        for activation in ALL {
            for i in -12i32..12 {
                for width in 0..8 {
                    let (lo, hi) = (0.7 * f64::from(i), 0.7 * f64::from(i) + 0.9 * f64::from(width));
                    let samples = (0..=4000).map(|k| lo + (hi - lo) * f64::from(k) / 4000.0);
                    let (mut first, mut second) = (0f64, 0f64);
                    for x in samples {
                        first = first.max(activation.derivative(x).abs());
                        second = second.max(activation.second_derivative(x).abs());
                    }
                    let bound = activation.derivative_bound(lo, hi);
                    assert!(
                        bound >= first && bound <= first + 1e-5,
                        "{activation:?} {lo} {hi}: {bound} {first}"
                    );
                    if let Some(bound) = activation.second_derivative_bound(lo, hi) {
                        assert!(
                            bound >= second && bound <= second + 1e-5,
                            "{activation:?} {lo} {hi}: {bound} {second}"
                        );
                    } else {
                        assert!(lo < 0.0 && hi > 0.0);
                    }
                }
            }
        }
    }

    #[test]
    fn nan_gives_no_finite_bound() {
        assert_eq!(Activation::Tanh.derivative_bound(f64::NAN, 1.0), f64::INFINITY);
        assert_eq!(
            Activation::Tanh.second_derivative_bound(0.0, f64::NAN),
            Some(f64::INFINITY)
        );
    }
}
