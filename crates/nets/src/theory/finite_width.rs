//! Networks of finite width at the first order in 1/n: the four-point vertex and the correction of the mean kernel.
//!
//! Let Ĝ be the kernel that a layer of width n actually has, σ_b² + σ_w²|φ(z)|²/n. Between networks its mean is K + G/n + …
//! and its variance V/n + …. Given Ĝ, the preactivations of the next layer are independent normal numbers of that variance if
//! the weights are Gaussian, and uniform on the sphere of radius √(nĜ) if the weight matrix is orthogonal (Haar, times σ_w).
//! With g(K) = σ_w² E φ(√K z)² and χ∥ = g'(K) one layer does
//!
//! - V' = χ∥² V + σ_w⁴ Var φ² and G' = χ∥ G + g''(K) V/2 for Gaussian weights (Roberts, Yaida and Hanin, arXiv 2106.10165,
//!   chapter 4);
//! - the same with σ_w⁴ Var φ² − 2K²χ∥² and with g''(K)(V/2 − K²) for orthogonal weights, since a Gaussian vector is a
//!   uniform one whose squared norm per unit has the variance 2K²/n. Linear orthogonal networks do not fluctuate at all.
//!
//! ```
//! use nets::Activation;
//! use nets::theory::finite_width::{FiniteWidth, Weights};
//! use nets::theory::kernel::KernelRecursion;
//! let relu = KernelRecursion::new(Activation::Relu, 2.0, 0.0)?;
//! let gaussian = FiniteWidth::new(relu, Weights::Gaussian)?.flow(1.0, 11)?;
//! let orthogonal = FiniteWidth::new(relu, Weights::Orthogonal)?.flow(1.0, 11)?;
//! assert!((gaussian[10].vertex - 50.0).abs() < 1e-9); // 5 a layer
//! assert!((orthogonal[10].vertex - 30.0).abs() < 1e-9); // 3 a layer
//! # Ok::<(), nets::NetError>(())
//! ```

use super::kernel::{KernelRecursion, check_layers};
use crate::NetError;
use crate::error::refuse;
use serde::Serialize;

/// How the weights of a layer are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Weights {
    /// Independent normal numbers of variance σ_w²/n.
    Gaussian,
    /// σ_w times an orthogonal matrix from the Haar measure; no biases.
    Orthogonal,
}

/// The kernel of a layer with its first corrections in 1/n.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Moments {
    /// K, of the infinitely wide network.
    pub kernel: f64,
    /// V: n times the variance of the kernel between networks.
    pub vertex: f64,
    /// G: n times the deviation of the mean kernel from K.
    pub correction: f64,
}

/// The recursion of these moments.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FiniteWidth {
    recursion: KernelRecursion,
    weights: Weights,
}

impl FiniteWidth {
    /// The recursion for one initialisation.
    ///
    /// # Errors
    /// [`NetError::Option`] for orthogonal weights with biases.
    pub fn new(recursion: KernelRecursion, weights: Weights) -> Result<Self, NetError> {
        if weights == Weights::Orthogonal && recursion.sigma_b2 != 0.0 {
            return refuse("sigma_b2", recursion.sigma_b2, "0 for orthogonal weights");
        }
        Ok(FiniteWidth { recursion, weights })
    }

    /// The moments of layers 1 (the given kernel, which does not fluctuate), 2, …, `layers`.
    ///
    /// # Errors
    /// As [`KernelRecursion::flow`]; [`NetError::Option`] for a kernel that is not positive.
    pub fn flow(&self, kernel: f64, layers: usize) -> Result<Vec<Moments>, NetError> {
        check_layers(layers)?;
        if kernel <= 0.0 {
            return refuse("K", kernel, "a positive number up to 1e12");
        }
        let mut flow = vec![Moments {
            kernel,
            vertex: 0.0,
            correction: 0.0,
        }];
        for _ in 1..layers {
            flow.push(self.next(flow[flow.len() - 1])?);
        }
        Ok(flow)
    }

    fn next(&self, from: Moments) -> Result<Moments, NetError> {
        let KernelRecursion {
            activation,
            sigma_w2,
            sigma_b2,
        } = self.recursion;
        let (kernel, square_of) = (from.kernel, |x: f64| activation.apply(x).powi(2));
        let square = self.recursion.mean(kernel, square_of)?;
        // Centred, so that nothing cancels for a small kernel.
        let variance = self.recursion.mean(kernel, |x| (square_of(x) - square).powi(2))?;
        // By parts: dE f/dK = E f (z² − 1)/(2K), d²E f/dK² = E f (z⁴ − 6z² + 3)/(4K²).
        let first = self
            .recursion
            .mean(kernel, |x| (square_of(x) - square) * (x * x / kernel - 1.0))?;
        let second = self.recursion.mean(kernel, |x| {
            let z2 = x * x / kernel;
            (square_of(x) - square) * (z2 * z2 - 6.0 * z2 + 3.0)
        })?;
        let parallel = sigma_w2 * first / (2.0 * kernel);
        let curvature = sigma_w2 * second / (4.0 * kernel * kernel);
        let mut vertex = parallel * parallel * from.vertex + sigma_w2 * sigma_w2 * variance;
        let mut correction = parallel * from.correction + 0.5 * curvature * from.vertex;
        if self.weights == Weights::Orthogonal {
            vertex -= 2.0 * (kernel * parallel).powi(2);
            correction -= curvature * kernel * kernel;
        }
        Ok(Moments {
            kernel: sigma_b2 + sigma_w2 * square,
            vertex,
            correction,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Activation;

    fn flow(activation: Activation, sigma_w2: f64, weights: Weights, layers: usize) -> Vec<Moments> {
        let recursion = KernelRecursion::new(activation, sigma_w2, 0.0).unwrap();
        FiniteWidth::new(recursion, weights)
            .unwrap()
            .flow(1.0, layers)
            .unwrap()
    }

    /// V/K² of critical tanh networks at layers 2, 6, 21, 101 and 401, as iterated by mpmath.
    #[test]
    fn tanh_grows_by_two_thirds_a_layer() {
        let flow = flow(Activation::Tanh, 1.0, Weights::Gaussian, 401);
        for (layer, expected) in [
            (2, 0.6272908058526151),
            (6, 3.019730174688646),
            (21, 12.615900625488585),
            (101, 65.46769920290163),
            (401, 265.0715992486085),
        ] {
            let Moments { kernel, vertex, .. } = flow[layer - 1];
            let ratio = vertex / (kernel * kernel);
            assert!((ratio / expected - 1.0).abs() < 1e-6, "{layer}: {ratio}");
        }
        // The other recursion of this crate agrees.
        let other = KernelRecursion::new(Activation::Tanh, 1.0, 0.0)
            .unwrap()
            .four_point_flow(1.0, 60)
            .unwrap();
        assert!((other[59].1 / flow[59].vertex - 1.0).abs() < 1e-8);
    }

    /// Closed forms of scale-invariant networks; and the mean of a homogeneous network is exact.
    #[test]
    fn scale_invariant_networks() {
        for (activation, sigma_w2, weights, slope) in [
            (Activation::Linear, 1.0, Weights::Gaussian, 2.0),
            (Activation::Linear, 1.0, Weights::Orthogonal, 0.0),
            (Activation::Relu, 2.0, Weights::Gaussian, 5.0),
            (Activation::Relu, 2.0, Weights::Orthogonal, 3.0),
        ] {
            for (layer, moments) in flow(activation, sigma_w2, weights, 8).iter().enumerate() {
                assert!(
                    (moments.vertex - slope * layer as f64).abs() < 1e-9,
                    "{activation:?} {moments:?}"
                );
                assert!(moments.correction.abs() < 1e-9 && (moments.kernel - 1.0).abs() < 1e-10);
            }
        }
    }

    /// For tanh a uniform vector leaves only the fourth order: V/K² falls like 8/(3l) instead of growing.
    #[test]
    fn orthogonal_tanh_networks_calm_down() {
        let flow = flow(Activation::Tanh, 1.0, Weights::Orthogonal, 801);
        let ratio = |layer: usize| flow[layer].vertex / flow[layer].kernel.powi(2);
        assert!(ratio(800) < ratio(100) && ratio(100) < ratio(10));
        assert!(
            (800.0 * ratio(800) - 8.0 / 3.0).abs() < 0.2,
            "{}",
            800.0 * ratio(800)
        );
    }

    #[test]
    fn what_has_no_recursion_is_refused() {
        let biased = KernelRecursion::new(Activation::Tanh, 1.0, 0.1).unwrap();
        let message = FiniteWidth::new(biased, Weights::Orthogonal)
            .unwrap_err()
            .to_string();
        assert_eq!(message, "sigma_b2 is 0.1: expected 0 for orthogonal weights");
        let biased = FiniteWidth::new(biased, Weights::Gaussian).unwrap();
        assert!(biased.flow(0.0, 3).unwrap_err().to_string().starts_with("K is 0"));
    }
}
