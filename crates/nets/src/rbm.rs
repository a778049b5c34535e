//! Restricted Boltzmann machines with binary units.
//!
//! The energy of visible units v and hidden units h is E(v, h) = −hᵀWv − bᵀv − cᵀh, the probability of (v, h) is
//! e^−E / Z. Given one side, the units of the other are independent: P(hⱼ = 1 | v) = sigmoid(Wⱼv + cⱼ), and summing h
//! out leaves the free energy F(v) = −bᵀv − Σⱼ ln(1 + e^(Wⱼv + cⱼ)) with P(v) = e^−F(v) / Z (Smolensky 1986; Hinton
//! 2012, "A practical guide to training restricted Boltzmann machines").

mod partition;
mod trainer;

pub use partition::LogPartition;
pub use trainer::{RbmOptions, RbmTrainer, WarmUp};

use crate::elementwise::softplus;
use crate::{Activation, Autoencoder, Dense, NetError};
use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

/// A restricted Boltzmann machine: weights W (hidden × visible), visible bias b, hidden bias c.
///
/// ```
/// use nalgebra::{dmatrix, dvector};
/// use nets::Rbm;
/// let rbm = Rbm::new(dmatrix![2.0, 0.0], dvector![0.0, 1.0], dvector![-1.0])?;
/// // F(1, 1) = −(0 + 1) − ln(1 + e^(2 − 1))
/// let expected = -1.0 - (1.0 + 1f64.exp()).ln();
/// assert!((rbm.free_energy(&dvector![1.0, 1.0]) - expected).abs() < 1e-14);
/// # Ok::<(), nets::NetError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rbm {
    /// h = sigmoid(Wv + c).
    encoder: Dense,
    visible_bias: DVector<f64>,
}

impl Rbm {
    /// A machine from its parameters.
    ///
    /// # Errors
    /// [`NetError::Shape`] if they do not fit together, [`NetError::NotFinite`] if one is not finite.
    pub fn new(
        weights: DMatrix<f64>,
        visible_bias: DVector<f64>,
        hidden_bias: DVector<f64>,
    ) -> Result<Self, NetError> {
        let encoder = Dense::new(weights, hidden_bias, Activation::Sigmoid)?;
        Autoencoder::tied(encoder.clone(), visible_bias.clone(), Activation::Sigmoid)?;
        Ok(Rbm {
            encoder,
            visible_bias,
        })
    }

    /// W, hidden × visible.
    pub fn weights(&self) -> &DMatrix<f64> {
        self.encoder.weights()
    }

    /// b.
    pub fn visible_bias(&self) -> &DVector<f64> {
        &self.visible_bias
    }

    /// c.
    pub fn hidden_bias(&self) -> &DVector<f64> {
        self.encoder.bias()
    }

    /// Number of visible units.
    pub fn visible_width(&self) -> usize {
        self.encoder.input_width()
    }

    /// Number of hidden units.
    pub fn hidden_width(&self) -> usize {
        self.encoder.output_width()
    }

    /// v ↦ P(h = 1 | v).
    pub fn encoder(&self) -> &Dense {
        &self.encoder
    }

    /// The mean-field autoencoder v ↦ P(h = 1 | v) ↦ P(v = 1 | h), tied.
    pub fn autoencoder(&self) -> Autoencoder {
        Autoencoder::tied(
            self.encoder.clone(),
            self.visible_bias.clone(),
            Activation::Sigmoid,
        )
        .expect("the parts were checked when the machine was built")
    }

    /// F(v) = −bᵀv − Σⱼ ln(1 + e^(Wⱼv + cⱼ)).
    ///
    /// # Panics
    /// If `v` is not [`Rbm::visible_width`] long.
    pub fn free_energy(&self, v: &DVector<f64>) -> f64 {
        let fields = self.encoder.pre_activation(v);
        -self.visible_bias.dot(v) - fields.iter().map(|&x| softplus(x)).sum::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::{dmatrix, dvector};

    #[test]
    fn free_energy_is_the_sum_over_hidden_states() {
        let rbm = Rbm::new(
            dmatrix![0.7, -1.2, 0.3; -0.4, 0.9, 2.0],
            dvector![0.1, -0.6, 0.2],
            dvector![0.5, -1.0],
        )
        .unwrap();
        for state in 0..8 {
            let v = DVector::from_fn(3, |i, _| f64::from(state >> i & 1));
            let sum: f64 = (0..4)
                .map(|hidden| {
                    let h = DVector::from_fn(2, |i, _| f64::from(hidden >> i & 1));
                    (h.dot(&(rbm.weights() * &v)) + rbm.visible_bias().dot(&v) + rbm.hidden_bias().dot(&h))
                        .exp()
                })
                .sum();
            assert!((rbm.free_energy(&v) + sum.ln()).abs() < 1e-13);
        }
    }

    #[test]
    fn parameters_must_fit() {
        let bias = dvector![0.0, 0.0];
        assert!(Rbm::new(dmatrix![1.0, 2.0], bias.clone(), bias.clone()).is_err());
        assert!(Rbm::new(dmatrix![1.0, f64::NAN], bias, dvector![0.0]).is_err());
    }
}
