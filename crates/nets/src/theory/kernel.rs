//! The kernel of an infinitely wide network from layer to layer, its susceptibilities, and the four-point vertex that
//! measures fluctuations between networks of finite width.
//!
//! With weights of variance σ_w²/n and biases of variance σ_b² the preactivations of a wide layer are Gaussian with
//! variance K, and K' = σ_b² + σ_w² E φ(√K z)² (Roberts, Yaida and Hanin, *The Principles of Deep Learning Theory*,
//! arXiv 2106.10165, chapters 4 and 5). A network is critical where both susceptibilities are 1: χ∥ = dK'/dK, which
//! carries differences of norms, and χ⊥ = σ_w² E φ'(√K z)², which carries differences of direction.
//!
//! ```
//! use nets::{Activation, theory::kernel::KernelRecursion};
//! let critical = KernelRecursion::new(Activation::Tanh, 1.0, 0.0)?;
//! let flow = critical.flow(1.0, 1000)?;
//! assert!((1000.0 * flow[1000] - 0.5).abs() < 2e-3); // l·K_l → 1/2
//! let ordered = KernelRecursion::new(Activation::Tanh, 0.8, 0.0)?;
//! assert!(ordered.flow(1.0, 1000)?[1000] < 1e-90); // exponentially small instead
//! # Ok::<(), nets::NetError>(())
//! ```

use super::quadrature::{Integral, gaussian_mean};
use crate::error::refuse;
use crate::{Activation, NetError};

/// Relative error of the Gaussian means.
const TOLERANCE: f64 = 1e-13;

/// The most layers of a flow.
pub const MAX_LAYERS: usize = 1_000_000;

/// The recursion of one activation at one initialisation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KernelRecursion {
    pub(super) activation: Activation,
    pub(super) sigma_w2: f64,
    pub(super) sigma_b2: f64,
}

/// χ⊥ and χ∥ at a kernel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Susceptibilities {
    /// σ_w² E φ'².
    pub perpendicular: f64,
    /// dK'/dK = σ_w² E (φ'² + φ φ'').
    pub parallel: f64,
}

impl KernelRecursion {
    /// The recursion for weights of variance σ_w²/n and biases of variance σ_b².
    ///
    /// # Errors
    /// [`NetError::Option`] unless σ_w² is positive and σ_b² is not negative, both at most 1e6.
    pub fn new(activation: Activation, sigma_w2: f64, sigma_b2: f64) -> Result<Self, NetError> {
        if !(sigma_w2 > 0.0 && sigma_w2 <= 1e6) {
            return refuse("sigma_w2", sigma_w2, "a positive number up to 1e6");
        }
        if !(0.0..=1e6).contains(&sigma_b2) {
            return refuse("sigma_b2", sigma_b2, "a number from 0 to 1e6");
        }
        Ok(KernelRecursion {
            activation,
            sigma_w2,
            sigma_b2,
        })
    }

    /// E f(√K z).
    pub(super) fn mean(&self, kernel: f64, f: impl Fn(f64) -> f64) -> Result<f64, NetError> {
        Ok(mean_over_kernel(kernel, f)?.value)
    }

    /// The kernel of the next layer.
    ///
    /// # Errors
    /// [`NetError::Option`] for a kernel outside [0, 1e12]; those of the quadrature.
    pub fn next(&self, kernel: f64) -> Result<f64, NetError> {
        let square = self.mean(kernel, |x| self.activation.apply(x).powi(2))?;
        Ok(self.sigma_b2 + self.sigma_w2 * square)
    }

    /// Both susceptibilities at a kernel.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    pub fn susceptibilities(&self, kernel: f64) -> Result<Susceptibilities, NetError> {
        let phi = self.activation;
        let slope = self.mean(kernel, |x| phi.derivative(x).powi(2))?;
        let bend = self.mean(kernel, |x| phi.apply(x) * phi.second_derivative(x))?;
        Ok(Susceptibilities {
            perpendicular: self.sigma_w2 * slope,
            parallel: self.sigma_w2 * (slope + bend),
        })
    }

    /// The kernels of layers 0 (the given one), 1, …, `layers`.
    ///
    /// # Errors
    /// As [`next`](Self::next); [`NetError::Option`] for more than [`MAX_LAYERS`] layers.
    pub fn flow(&self, kernel: f64, layers: usize) -> Result<Vec<f64>, NetError> {
        check_layers(layers)?;
        let mut flow = vec![kernel];
        for layer in 0..layers {
            flow.push(self.next(flow[layer])?);
        }
        Ok(flow)
    }

    /// (K_l, V_l) of layers 1 (the given kernel, V = 0), 2, …, `layers`, where V is n times the variance between networks
    /// of the squared norm per unit at leading order in the inverse width n:
    /// V' = χ∥² V + σ_w⁴ Var(φ²) (Roberts, Yaida and Hanin, §5.4).
    ///
    /// # Errors
    /// As [`flow`](Self::flow).
    pub fn four_point_flow(&self, kernel: f64, layers: usize) -> Result<Vec<(f64, f64)>, NetError> {
        check_layers(layers)?;
        let mut flow = vec![(kernel, 0.0)];
        for _ in 1..layers {
            let (kernel, vertex) = flow[flow.len() - 1];
            let parallel = self.susceptibilities(kernel)?.parallel;
            let square = self.mean(kernel, |x| self.activation.apply(x).powi(2))?;
            // Centred, so that nothing cancels for a small kernel.
            let variance = self.mean(kernel, |x| (self.activation.apply(x).powi(2) - square).powi(2))?;
            flow.push((
                self.sigma_b2 + self.sigma_w2 * square,
                parallel * parallel * vertex + self.sigma_w2.powi(2) * variance,
            ));
        }
        Ok(flow)
    }
}

/// E f(√K z) over a standard normal z.
pub(super) fn mean_over_kernel(kernel: f64, f: impl Fn(f64) -> f64) -> Result<Integral, NetError> {
    if !(0.0..=1e12).contains(&kernel) {
        return refuse("K", kernel, "a number from 0 to 1e12");
    }
    let root = kernel.sqrt();
    gaussian_mean(|z| f(root * z), 1.0 / root, TOLERANCE)
}

pub(super) fn check_layers(layers: usize) -> Result<(), NetError> {
    if layers > MAX_LAYERS {
        return refuse("layers", layers, "at most 1000000");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ReLU has closed forms: K' = σ_w² K/2, χ = σ_w²/2, and Var(φ²) = (3/2 − 1/4) K².
    #[test]
    fn relu_has_its_closed_forms() {
        for (kernel, sigma) in [(0.3, 2.0), (7.0, 1.5), (1e-8, 2.0), (1e6, 0.5)] {
            let relu = KernelRecursion::new(Activation::Relu, sigma, 0.25).unwrap();
            let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-11 * b.abs(), "{a} {b}");
            close(relu.next(kernel).unwrap(), 0.25 + sigma * kernel / 2.0);
            let chi = relu.susceptibilities(kernel).unwrap();
            close(chi.perpendicular, sigma / 2.0);
            close(chi.parallel, sigma / 2.0);
            let (_, vertex) = relu.four_point_flow(kernel, 2).unwrap()[1];
            close(vertex, sigma * sigma * 1.25 * kernel * kernel);
        }
    }

    /// E erf(√K z)² = (2/π) asin(2K/(1 + 2K)) (Williams 1997).
    #[test]
    fn erf_has_its_closed_form() {
        let erf = KernelRecursion::new(Activation::Erf, 1.0, 0.0).unwrap();
        for kernel in [1e-6, 0.01, 0.5, 3.0, 1e3, 1e8f64] {
            let exact = 2.0 / std::f64::consts::PI * f64::asin(2.0 * kernel / (1.0 + 2.0 * kernel));
            assert!((erf.next(kernel).unwrap() - exact).abs() < 1e-12, "{kernel}");
        }
    }

    /// χ∥ is the derivative of the recursion, by central differences.
    #[test]
    fn the_parallel_susceptibility_is_the_slope() {
        for activation in [
            Activation::Tanh,
            Activation::Gelu,
            Activation::Silu,
            Activation::Sigmoid,
        ] {
            let recursion = KernelRecursion::new(activation, 1.7, 0.1).unwrap();
            for kernel in [0.2, 1.0, 4.0] {
                let h = 1e-4 * kernel;
                let slope =
                    (recursion.next(kernel + h).unwrap() - recursion.next(kernel - h).unwrap()) / (2.0 * h);
                let parallel = recursion.susceptibilities(kernel).unwrap().parallel;
                assert!(
                    (slope - parallel).abs() < 1e-7,
                    "{activation:?} {kernel}: {slope} {parallel}"
                );
            }
        }
    }

    #[test]
    fn bad_parameters_are_refused_with_their_range() {
        let message = KernelRecursion::new(Activation::Tanh, -1.0, 0.0)
            .unwrap_err()
            .to_string();
        assert_eq!(message, "sigma_w2 is -1: expected a positive number up to 1e6");
        let tanh = KernelRecursion::new(Activation::Tanh, 1.0, 0.0).unwrap();
        assert!(
            tanh.next(-0.1)
                .unwrap_err()
                .to_string()
                .contains("from 0 to 1e12")
        );
        assert!(tanh.flow(1.0, MAX_LAYERS + 1).is_err());
        assert_eq!(tanh.next(0.0).unwrap(), 0.0);
    }
}
