//! Certified bounds of a network's first and second derivative over a ball.
//!
//! For every wire f of the network three numbers are carried along: L ≥ sup ‖Df‖, M ≥ sup ‖D²f‖ over the ball (norms of
//! linear and bilinear maps between Euclidean spaces), and how far the computed centre value may be from the true one.
//! Through a layer φ of inputs f₁, …, fₖ the chain rule gives L ≤ Σ φᵢLᵢ and M ≤ Σ φᵢMᵢ + Σ φᵢⱼLᵢLⱼ, with bounds φᵢ, φᵢⱼ
//! of the layer's own derivatives while its inputs stay in the balls of radius Lᵢr. Every wire's L is then lowered, if
//! that helps, to ‖Df(centre)‖ + M·r (mean value theorem).

use super::Network;
use crate::layers::{Ball, LocalBounds};
use crate::rounding::{EPSILON, norm, spectral_norm_bound, up};
use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

/// Certified bounds of the derivatives of a network over a ball.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DerivativeBounds {
    /// Never below the norm of the Jacobian anywhere in the ball: a Lipschitz constant.
    pub first: f64,
    /// Never below the norm of the second derivative anywhere in the ball; `None` if a kink (of ReLU, of max pooling)
    /// may lie in it.
    pub second: Option<f64>,
}

/// What is known of a wire.
struct Wire {
    first: f64,
    second: Option<f64>,
    error: f64,
}

impl Network {
    /// Certified bounds of the first and the second derivative over the ball around `center`.
    ///
    /// Cost: a Jacobian at the centre and a few norms per layer. The bounds of deep networks are products of those of
    /// their layers and grow accordingly.
    ///
    /// ```
    /// use nalgebra::{dmatrix, dvector};
    /// use nets::{Activation, Dense, Network};
    /// let network = Network::new(vec![Dense::new(dmatrix![2.0], dvector![0.0], Activation::Tanh)?.into()])?;
    /// let bounds = network.derivative_bounds(&dvector![0.0], 10.0);
    /// assert!(bounds.first >= 2.0 && bounds.first < 2.0 + 1e-9);
    /// let sup = 4.0 * 4.0 / (3.0 * 3f64.sqrt()); // |w|² sup |tanh''|
    /// assert!(bounds.second.is_some_and(|second| second >= sup && second < sup + 1e-6));
    /// # Ok::<(), nets::NetError>(())
    /// ```
    ///
    /// # Panics
    /// If `center` is not [`Network::input_width`] long, or the radius is negative or NaN.
    pub fn derivative_bounds(&self, center: &DVector<f64>, radius: f64) -> DerivativeBounds {
        assert!(radius >= 0.0, "a ball's radius is a number of at least 0");
        let values = self.activations(center);
        let width = self.input_width();
        let jacobians = self.tangents_at(&values, &DMatrix::identity(width, width));
        let mut wires = vec![Wire {
            first: 1.0,
            second: Some(0.0),
            error: 0.0,
        }];
        for (index, (layer, inputs)) in self.layers.iter().zip(&self.wires).enumerate() {
            let balls: Vec<Ball<'_>> = inputs
                .iter()
                .map(|&i| Ball {
                    center: &values[i],
                    radius: up(wires[i].first * radius + wires[i].error, 4),
                })
                .collect();
            let local = layer.map().local_bounds(&balls);
            let inputs: Vec<&Wire> = inputs.iter().map(|&i| &wires[i]).collect();
            let mut wire = through(&local, &inputs);
            if let Some(second) = wire.second {
                // The computed Jacobian at the centre: rounding grows like the product of the layers' norms.
                let jacobian = &jacobians[index + 1];
                let slack = EPSILON
                    * (64 * (index + 1) * (width + 8)) as f64
                    * wire.first
                    * (1.0 + norm(jacobian.iter()));
                let drift = second * (radius + wire.error);
                wire.first = wire
                    .first
                    .min(up(spectral_norm_bound(jacobian) + slack + drift, 8));
            }
            wires.push(wire);
        }
        let Wire { first, second, .. } = wires.swap_remove(self.output);
        DerivativeBounds { first, second }
    }
}

/// The chain rule.
fn through(local: &LocalBounds, inputs: &[&Wire]) -> Wire {
    let sum = |term: &dyn Fn(usize) -> f64| {
        let sum: f64 = (0..inputs.len()).map(term).sum();
        // 0·∞ is no bound: nothing is known then.
        if sum.is_nan() {
            f64::INFINITY
        } else {
            up(sum, 4 * inputs.len() + 4)
        }
    };
    let first = sum(&|i| local.first[i] * inputs[i].first);
    let error = sum(&|i| local.first[i] * inputs[i].error) + local.rounding;
    let bends: Option<Vec<f64>> = inputs.iter().map(|wire| wire.second).collect();
    let second = local.second.as_ref().zip(bends).map(|(second, bends)| {
        sum(&|i| {
            let cross: f64 = (0..inputs.len())
                .map(|j| second[(i, j)] * inputs[i].first * inputs[j].first)
                .sum();
            local.first[i] * bends[i] + cross
        })
    });
    Wire { first, second, error }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{numbers, zoo};
    use super::*;
    use crate::Activation;

    /// Points of a ball: its centre, and random ones inside.
    fn points(center: &DVector<f64>, radius: f64) -> Vec<DVector<f64>> {
        let random = (0..25).map(|i| {
            let direction = DVector::from_vec(numbers(center.len(), 300 + i)).normalize();
            center + direction * radius * (f64::from(i as u32) / 25.0).sqrt()
        });
        std::iter::once(center.clone()).chain(random).collect()
    }

    #[test]
    fn bounds_hold_at_random_points_of_the_ball() {
        for (name, network) in zoo() {
            let center = DVector::from_vec(numbers(6, 99));
            for radius in [0.0, 1e-3, 0.1, 0.5] {
                let bounds = network.derivative_bounds(&center, radius);
                for x in points(&center, radius) {
                    let jacobian = network.jacobian(&x);
                    let first = jacobian.clone().singular_values().max();
                    assert!(
                        bounds.first >= first * (1.0 - 1e-12),
                        "{name} {radius}: {} {first}",
                        bounds.first
                    );
                    // A difference of Jacobians along u is D²f[u, ·], up to O(h²).
                    let Some(second) = bounds.second else { continue };
                    let h = 1e-4;
                    if (&x - &center).norm() + h > radius {
                        continue;
                    }
                    let u = DVector::from_vec(numbers(6, 77)).normalize();
                    let change =
                        (network.jacobian(&(&x + &u * h)) - network.jacobian(&(&x - &u * h))) / (2.0 * h);
                    let found = change.singular_values().max();
                    assert!(second >= found - 1e-5, "{name} {radius}: {second} {found}");
                }
            }
        }
    }

    #[test]
    fn kinks_in_the_ball_are_seen() {
        for (name, network) in zoo() {
            let center = DVector::from_vec(numbers(6, 99));
            let kinked = network.layers().iter().any(|layer| match layer {
                crate::Layer::MaxPool2d(_) => true,
                crate::Layer::Activation(a) => matches!(a, Activation::Relu | Activation::LeakyRelu { .. }),
                _ => false,
            });
            let wide = network.derivative_bounds(&center, 5.0).second;
            assert_eq!(wide.is_none(), kinked, "{name}");
        }
    }

    #[test]
    fn bounds_at_a_point_are_close_to_the_truth() {
        for (name, network) in zoo() {
            let center = DVector::from_vec(numbers(6, 99));
            let exact = network.jacobian(&center).singular_values().max();
            let bound = network.derivative_bounds(&center, 0.0);
            if bound.second.is_some() {
                assert!(
                    bound.first <= exact * (1.0 + 1e-6),
                    "{name}: {} {exact}",
                    bound.first
                );
            }
        }
    }
}
