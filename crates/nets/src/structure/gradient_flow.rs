//! Layers that bring no two points further apart: steps x ↦ x − h Wᵀ tanh(Wx + b) down the convex function Σ ln cosh(w_i·x + b_i).
//!
//! Its gradient is monotone with Lipschitz constant |W|², so a step is non-expansive exactly for h ≤ 2/|W|² (Celledoni et al.,
//! arXiv 2006.03364, on contractive networks; Baillon and Haddad 1977).
//!
//! ```
//! use nalgebra::{dmatrix, dvector};
//! use nets::structure::gradient_flow::GradientFlowLayer;
//! let layer = GradientFlowLayer::new(dmatrix![2.0], dvector![0.0], 0.5)?;
//! assert!(layer.is_non_expansive());
//! let moved = |x: f64| layer.forward(&dvector![x])[0];
//! assert!((moved(0.1) - moved(-0.2)).abs() <= 0.3);
//! # Ok::<(), nets::NetError>(())
//! ```

use crate::NetError;
use crate::error::refuse;
use nalgebra::{DMatrix, DVector};

/// One step.
#[derive(Debug, Clone, PartialEq)]
pub struct GradientFlowLayer {
    weights: DMatrix<f64>,
    bias: DVector<f64>,
    step: f64,
    largest_step: f64,
}

impl GradientFlowLayer {
    /// A layer with k × n weights, k biases and a step length; any positive step is accepted, also one that expands.
    ///
    /// # Errors
    /// [`NetError::Shape`] for other than k biases, [`NetError::NotFinite`] for weights or biases that are not finite,
    /// [`NetError::Option`] for a step that is not positive and finite.
    pub fn new(weights: DMatrix<f64>, bias: DVector<f64>, step: f64) -> Result<Self, NetError> {
        super::check_affine(&weights, &bias)?;
        if !(step > 0.0 && step.is_finite()) {
            return refuse("step", step, "a positive number");
        }
        let norm = weights.singular_values().iter().copied().fold(0.0, f64::max);
        Ok(GradientFlowLayer {
            largest_step: 2.0 / (norm * norm),
            weights,
            bias,
            step,
        })
    }

    /// 2/|W|², the largest step that does not expand (to the rounding of a singular value); infinite for W = 0.
    pub fn largest_step(&self) -> f64 {
        self.largest_step
    }

    /// Whether the step is at most the largest.
    pub fn is_non_expansive(&self) -> bool {
        self.step <= self.largest_step
    }

    /// The value at a point.
    ///
    /// # Panics
    /// If the point has not the layer's width.
    pub fn forward(&self, x: &DVector<f64>) -> DVector<f64> {
        let z = (&self.weights * x + &self.bias).map(f64::tanh);
        x - self.weights.tr_mul(&z) * self.step
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, stream};
    use rand_distr::{Distribution, StandardNormal};

    #[test]
    fn pairs_come_no_further_apart_up_to_the_largest_step() {
        let mut rng = stream(1, Purpose::Ensemble, 0, 0);
        let mut normal = || -> f64 { StandardNormal.sample(&mut rng) };
        let weights = DMatrix::from_fn(5, 4, |_, _| normal());
        let limit = GradientFlowLayer::new(weights.clone(), DVector::zeros(5), 1.0)
            .unwrap()
            .largest_step();
        let at =
            |share: f64| GradientFlowLayer::new(weights.clone(), DVector::zeros(5), share * limit).unwrap();
        assert!(at(0.99).is_non_expansive() && !at(1.2).is_non_expansive());
        let mut ratios = |layer: GradientFlowLayer, scale: f64| {
            (0..200)
                .map(|_| {
                    let x = DVector::from_fn(4, |_, _| scale * normal());
                    let y = DVector::from_fn(4, |_, _| scale * normal());
                    (layer.forward(&x) - layer.forward(&y)).norm() / (x - y).norm()
                })
                .fold(0.0, f64::max)
        };
        for share in [0.1, 0.5, 0.99] {
            assert!(ratios(at(share), 1.0) <= 1.0 + 1e-12);
        }
        // The control: a larger step does expand, where tanh is steep.
        assert!(ratios(at(1.5), 1e-3) > 1.2);
        assert!(GradientFlowLayer::new(weights, DVector::zeros(5), -1.0).is_err());
    }
}
