//! Critical initialisations of any activation, found numerically.
//!
//! A wide network is critical at a kernel K* with K* = σ_b² + σ_w² E φ(√K* z)² where both susceptibilities are 1: neither
//! differences of norm nor differences of direction grow or die exponentially with depth. Since
//! χ∥ − χ⊥ = σ_w² E φφ'', the condition on K* alone is E φφ'' = 0; then σ_w² = 1/E φ'² and σ_b² follows from the fixed
//! point, and must not be negative. Three classes come out of it (Roberts, Yaida and Hanin, *The Principles of Deep Learning
//! Theory*, arXiv 2106.10165, chapter 5): scale-invariant activations, where every kernel is fixed; those that vanish at 0
//! with a slope, where K* = 0; and isolated positive K*, which attract from one side only. Some activations have none.
//!
//! ```
//! use nets::Activation;
//! use nets::theory::criticality::{Criticality, FixedPoint, criticality};
//! let Criticality::Points(points) = criticality(Activation::Gelu)? else { panic!("GELU can be critical") };
//! let FixedPoint::Isolated { kernel, .. } = points[1].fixed_point else { panic!("at a positive kernel") };
//! assert!((kernel - (3.0 + 17f64.sqrt()) / 2.0).abs() < 1e-9); // its closed form
//! assert!(matches!(criticality(Activation::Sigmoid)?, Criticality::None(_)));
//! # Ok::<(), nets::NetError>(())
//! ```

use super::kernel::mean_over_kernel;
use crate::{Activation, NetError};
use serde::Serialize;

/// Kernels between which sign changes of E φφ'' are looked for.
pub const SEARCHED: (f64, f64) = (1.0 / 65_536.0, 65_536.0);

/// A function with its first two derivatives, for activations that [`Activation`] does not list.
#[derive(Clone, Copy)]
pub struct ScalarFunction<'a> {
    /// φ.
    pub value: &'a dyn Fn(f64) -> f64,
    /// φ'.
    pub derivative: &'a dyn Fn(f64) -> f64,
    /// φ''.
    pub second_derivative: &'a dyn Fn(f64) -> f64,
}

/// Where the kernel of a critical network rests, and how it moves nearby.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "class")]
pub enum FixedPoint {
    /// Every kernel is fixed: φ(λx) = λφ(x) for λ > 0.
    EveryKernel,
    /// K* = 0, near which K' = K + bend·K² + …: attracting below 0, repelling above.
    Zero {
        /// The coefficient of K².
        bend: f64,
    },
    /// A positive K*, near which K' − K = curvature·(K − K*)²/2 + …: half-stable, attracting from above if the curvature is
    /// negative, from below if it is positive.
    Isolated {
        /// K*.
        kernel: f64,
        /// d²K'/dK² there.
        curvature: f64,
    },
}

/// An initialisation at which both susceptibilities are 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CriticalPoint {
    /// n times the variance of the weights.
    pub sigma_w2: f64,
    /// The variance of the biases.
    pub sigma_b2: f64,
    /// The fixed point.
    #[serde(flatten)]
    pub fixed_point: FixedPoint,
    /// The larger of |χ∥ − 1| and |χ⊥ − 1|, evaluated at the fixed point (at K = 1 if every kernel is, at K = 1e-9 for 0).
    pub residual: f64,
}

impl CriticalPoint {
    /// The class in words.
    pub fn class(&self) -> &'static str {
        match self.fixed_point {
            FixedPoint::EveryKernel => "scale-invariant",
            FixedPoint::Zero { bend } if bend > 0.0 => "K* = 0, repelling",
            FixedPoint::Zero { .. } => "K* = 0, attracting",
            FixedPoint::Isolated { .. } => "isolated K*, half-stable",
        }
    }
}

/// A kernel where both susceptibilities could be 1 only with biases of negative variance.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Refused {
    /// The kernel.
    pub kernel: f64,
    /// The variance that the biases would need.
    pub sigma_b2: f64,
}

/// All critical initialisations of an activation that were found, or none.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Criticality {
    /// At least one, by ascending kernels.
    Points(Vec<CriticalPoint>),
    /// No criticality: E φφ'' does not vanish within [`SEARCHED`], or only at these kernels.
    None(Vec<Refused>),
}

/// The critical initialisations of an activation.
///
/// # Errors
/// Those of the quadrature.
pub fn criticality(activation: Activation) -> Result<Criticality, NetError> {
    criticality_of(&ScalarFunction {
        value: &|x| activation.apply(x),
        derivative: &|x| activation.derivative(x),
        second_derivative: &|x| activation.second_derivative(x),
    })
}

/// The critical initialisations of any function. A zero of E φφ'' without a change of sign is not found; kernels at which
/// the quadrature does not converge, as for fast oscillations, are passed over.
///
/// # Errors
/// Those of the quadrature at a critical kernel.
///
/// ```
/// use nets::theory::criticality::{Criticality, ScalarFunction, criticality_of};
/// // The softplus is positive and convex, so E φφ'' > 0 everywhere.
/// let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
/// let softplus = ScalarFunction {
///     value: &|x| x.max(0.0) + (-x.abs()).exp().ln_1p(),
///     derivative: &sigmoid,
///     second_derivative: &|x| sigmoid(x) * sigmoid(-x),
/// };
/// assert!(matches!(criticality_of(&softplus)?, Criticality::None(_)));
/// # Ok::<(), nets::NetError>(())
/// ```
pub fn criticality_of(phi: &ScalarFunction<'_>) -> Result<Criticality, NetError> {
    if is_scale_invariant(phi) {
        let slope = phi.mean_slope(1.0)?;
        if slope == 0.0 {
            return Ok(Criticality::None(Vec::new()));
        }
        return Ok(Criticality::Points(vec![phi.point(
            1.0 / slope,
            0.0,
            FixedPoint::EveryKernel,
            1.0,
        )?]));
    }
    let (mut points, mut refused) = (Vec::new(), Vec::new());
    let (value, slope) = ((phi.value)(0.0), (phi.derivative)(0.0));
    if slope != 0.0 {
        let sigma_w2 = 1.0 / (slope * slope);
        if value == 0.0 {
            let bend = phi.bend(sigma_w2)?;
            points.push(phi.point(sigma_w2, 0.0, FixedPoint::Zero { bend }, 1e-9)?);
        } else {
            refused.push(Refused {
                kernel: 0.0,
                sigma_b2: -sigma_w2 * value * value,
            });
        }
    }
    for kernel in phi.zeros() {
        let sigma_w2 = 1.0 / phi.mean_slope(kernel)?;
        let square = mean_over_kernel(kernel, |x| (phi.value)(x).powi(2))?.value;
        let sigma_b2 = kernel - sigma_w2 * square;
        if sigma_b2 < 0.0 {
            refused.push(Refused { kernel, sigma_b2 });
            continue;
        }
        let curvature = sigma_w2 * phi.second_kernel_derivative(kernel)?;
        let fixed_point = FixedPoint::Isolated { kernel, curvature };
        points.push(phi.point(sigma_w2, sigma_b2, fixed_point, kernel)?);
    }
    Ok(if points.is_empty() {
        Criticality::None(refused)
    } else {
        Criticality::Points(points)
    })
}

/// Whether φ(λx) = λφ(x) for λ = 2 and 3 at many x of either sign, which no other activation in use passes.
fn is_scale_invariant(phi: &ScalarFunction<'_>) -> bool {
    (-12..=12).all(|k| {
        [-1.37, 1.37].iter().all(|sign| {
            let x = sign * 2f64.powi(k);
            let value = (phi.value)(x);
            [2.0, 3.0].iter().all(|&factor| {
                let (found, expected) = ((phi.value)(factor * x), factor * value);
                (found - expected).abs() <= 1e-12 * expected.abs()
            })
        })
    })
}

impl ScalarFunction<'_> {
    /// E φ'².
    fn mean_slope(&self, kernel: f64) -> Result<f64, NetError> {
        Ok(mean_over_kernel(kernel, |x| (self.derivative)(x).powi(2))?.value)
    }

    /// The sign of E φφ'', and 0 where the integral or its error does not tell.
    fn sign(&self, kernel: f64) -> f64 {
        match mean_over_kernel(kernel, |x| (self.value)(x) * (self.second_derivative)(x)) {
            Ok(mean) if mean.value.abs() > 4.0 * mean.error => mean.value.signum(),
            _ => 0.0,
        }
    }

    /// The kernels at which E φφ'' changes its sign.
    fn zeros(&self) -> Vec<f64> {
        /// Kernels tried in each octave.
        const PER_OCTAVE: f64 = 4.0;
        let (low, high) = SEARCHED;
        let steps = ((high / low).log2() * PER_OCTAVE) as i32;
        let (mut zeros, mut last) = (Vec::new(), (low, 0.0));
        for step in 0..=steps {
            let kernel = low * (f64::from(step) / PER_OCTAVE).exp2();
            let sign = self.sign(kernel);
            if sign * last.1 < 0.0 {
                let (mut below, mut above) = (last.0, kernel);
                for _ in 0..60 {
                    let middle = (below * above).sqrt();
                    if self.sign(middle) == sign {
                        above = middle;
                    } else {
                        below = middle;
                    }
                }
                zeros.push((below + above) / 2.0);
            }
            if sign != 0.0 {
                last = (kernel, sign);
            }
        }
        zeros
    }

    /// The coefficient of K² in σ_w² E φ² for φ(0) = 0, by Richardson extrapolation.
    fn bend(&self, sigma_w2: f64) -> Result<f64, NetError> {
        let quotient = |kernel: f64| -> Result<f64, NetError> {
            let square = mean_over_kernel(kernel, |x| (self.value)(x).powi(2))?.value;
            Ok((sigma_w2 * square / kernel - 1.0) / kernel)
        };
        let h = 1e-4;
        Ok(2.0 * quotient(h / 2.0)? - quotient(h)?)
    }

    /// d²/dK² E φ(√K z)² = E φ² (z⁴ − 6z² + 3)/(4K²), by two integrations by parts.
    fn second_kernel_derivative(&self, kernel: f64) -> Result<f64, NetError> {
        let weighted = |x: f64| {
            let z2 = x * x / kernel;
            (self.value)(x).powi(2) * (z2 * z2 - 6.0 * z2 + 3.0)
        };
        Ok(mean_over_kernel(kernel, weighted)?.value / (4.0 * kernel * kernel))
    }

    /// A critical point with its residual at a kernel.
    fn point(
        &self,
        sigma_w2: f64,
        sigma_b2: f64,
        fixed_point: FixedPoint,
        at: f64,
    ) -> Result<CriticalPoint, NetError> {
        let perpendicular = sigma_w2 * self.mean_slope(at)?;
        let bend = mean_over_kernel(at, |x| (self.value)(x) * (self.second_derivative)(x))?.value;
        let parallel = perpendicular + sigma_w2 * bend;
        Ok(CriticalPoint {
            sigma_w2,
            sigma_b2,
            fixed_point,
            residual: (perpendicular - 1.0).abs().max((parallel - 1.0).abs()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::kernel::KernelRecursion;

    fn points(activation: Activation) -> Vec<CriticalPoint> {
        match criticality(activation).unwrap() {
            Criticality::Points(points) => points,
            Criticality::None(refused) => panic!("{activation:?}: {refused:?}"),
        }
    }

    /// σ_w² = 2 for ReLU (He et al. 2015), 2/(1 + a²) with a slope a below 0, 1 for the identity.
    #[test]
    fn scale_invariant_activations() {
        for (activation, sigma_w2) in [
            (Activation::Relu, 2.0),
            (Activation::Linear, 1.0),
            (Activation::LeakyRelu { slope: 0.1 }, 2.0 / 1.01),
        ] {
            let [point] = points(activation)[..] else {
                panic!("one point")
            };
            assert_eq!(point.class(), "scale-invariant");
            assert_eq!(
                (point.fixed_point, point.sigma_b2),
                (FixedPoint::EveryKernel, 0.0)
            );
            assert!((point.sigma_w2 - sigma_w2).abs() < 1e-10 && point.residual < 1e-6);
        }
    }

    /// By Taylor expansion K' = K + (φ'''(0)/φ'(0)) K² for odd φ: −2 for tanh, −2 for erf (erf''' = −4/√π, erf' = 2/√π).
    #[test]
    fn odd_activations_rest_at_zero() {
        for (activation, sigma_w2) in [
            (Activation::Tanh, 1.0),
            (Activation::Erf, std::f64::consts::FRAC_PI_4),
        ] {
            let [point] = points(activation)[..] else {
                panic!("one point")
            };
            let FixedPoint::Zero { bend } = point.fixed_point else {
                panic!("{point:?}")
            };
            assert!((point.sigma_w2 - sigma_w2).abs() < 1e-12 && point.residual < 1e-6);
            assert!((bend + 2.0).abs() < 1e-5, "{bend}");
            assert_eq!((point.sigma_b2, point.class()), (0.0, "K* = 0, attracting"));
        }
    }

    /// SiLU and GELU, to the eight digits printed in the book (section 5.3.4); for GELU K* = (3 + √17)/2.
    #[test]
    fn silu_and_gelu_are_half_stable() {
        for (activation, kernel, sigma_b2, sigma_w2) in [
            (Activation::Silu, 14.32017362, 0.55514317, 1.98800468),
            (
                Activation::Gelu,
                (3.0 + 17f64.sqrt()) / 2.0,
                0.17292239,
                1.98305826,
            ),
        ] {
            let [zero, point] = points(activation)[..] else {
                panic!("two points")
            };
            assert_eq!(zero.class(), "K* = 0, repelling");
            // φ = x/2 + c x²: K' = K + 3·(2c)² K²; c = 1/4 for SiLU, 1/√(2π) for GELU.
            let FixedPoint::Isolated {
                kernel: found,
                curvature,
            } = point.fixed_point
            else {
                panic!("{point:?}")
            };
            assert_eq!(point.class(), "isolated K*, half-stable");
            assert!((found - kernel).abs() < 1e-7, "{found}");
            assert!((point.sigma_b2 - sigma_b2).abs() < 1e-8 && (point.sigma_w2 - sigma_w2).abs() < 1e-8);
            assert!(point.residual < 1e-6);
            // By the recursion itself: K* is fixed, and both sides move the same way, SiLU within 0.1 only, as its curvature
            // is 5.7e-6 and its third derivative -6.4e-5 (by mpmath).
            let recursion = KernelRecursion::new(activation, point.sigma_w2, point.sigma_b2).unwrap();
            assert!((recursion.next(found).unwrap() - found).abs() < 1e-9);
            for side in [-0.01, 0.01] {
                let moved = recursion.next(found + side).unwrap() - found - side;
                let law = 0.5 * curvature * side * side;
                assert!(
                    (moved / law - 1.0).abs() < 0.1,
                    "{activation:?} {side}: {moved} {law}"
                );
            }
            // The control: with other weights K* is not critical.
            let other = KernelRecursion::new(activation, point.sigma_w2 * 1.01, point.sigma_b2).unwrap();
            let chi = other.susceptibilities(found).unwrap();
            assert!((chi.parallel - 1.0).abs() > 1e-3);
        }
    }

    /// The sigmoid would need σ_b² = −(σ/σ')² = −4 at K = 0; x² + 1 has no slope at 0 and E φφ'' > 0.
    #[test]
    fn some_have_none() {
        let refused = Refused {
            kernel: 0.0,
            sigma_b2: -4.0,
        };
        assert_eq!(
            criticality(Activation::Sigmoid).unwrap(),
            Criticality::None(vec![refused])
        );
        let parabola = ScalarFunction {
            value: &|x| x * x + 1.0,
            derivative: &|x| 2.0 * x,
            second_derivative: &|_| 2.0,
        };
        assert_eq!(criticality_of(&parabola).unwrap(), Criticality::None(vec![]));
        let nothing = ScalarFunction {
            value: &|_| 0.0,
            derivative: &|_| 0.0,
            second_derivative: &|_| 0.0,
        };
        assert_eq!(criticality_of(&nothing).unwrap(), Criticality::None(vec![]));
    }

    /// sin: K' = (1 − e^(−2K))/2 = K − K² + …, so the bend is −1.
    #[test]
    fn a_function_of_ones_own() {
        let sine = ScalarFunction {
            value: &f64::sin,
            derivative: &f64::cos,
            second_derivative: &|x: f64| -x.sin(),
        };
        let Criticality::Points(points) = criticality_of(&sine).unwrap() else {
            panic!("none")
        };
        let FixedPoint::Zero { bend } = points[0].fixed_point else {
            panic!("{points:?}")
        };
        assert!((bend + 1.0).abs() < 1e-5 && points.len() == 1);
    }
}
