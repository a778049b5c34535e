//! Restricted Boltzmann machines with binary hidden units, and binary or Gaussian visible units.
//!
//! The energy of visible units v and hidden units h is E(v, h) = A(v) − hᵀWv − cᵀh, the probability of (v, h) is
//! e^−E / Z, with A(v) = −bᵀv for binary and A(v) = ‖v − b‖²/2 for Gaussian visible units (of variance 1: scale the
//! data). Given one side, the units of the other are independent: P(hⱼ = 1 | v) = sigmoid(Wⱼv + cⱼ), and v given h is
//! Bernoulli with probabilities sigmoid(Wᵀh + b), or normal about Wᵀh + b. Summing h out leaves the free energy
//! F(v) = A(v) − Σⱼ ln(1 + e^(Wⱼv + cⱼ)) with P(v) = e^−F(v) / Z (Smolensky 1986; Hinton 2012, "A practical guide to
//! training restricted Boltzmann machines", section 13.2 for Gaussian units).

mod gibbs;
mod learner;
mod options;
mod partition;

pub use learner::{RbmLearner, RbmTrainer};
pub use options::{NegativePhase, RbmOptions, Sparsity, WarmUp};
pub use partition::LogPartition;

use crate::elementwise::softplus;
use crate::{Activation, Autoencoder, Dense, NetError};
use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

/// What the visible units of a machine are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum VisibleUnits {
    /// 0 or 1; data in \[0, 1\] are taken for probabilities.
    #[default]
    Binary,
    /// Normal of variance 1, given the hidden units.
    Gaussian,
}

impl VisibleUnits {
    /// From the field of a visible unit to its mean.
    pub(crate) fn activation(self) -> Activation {
        match self {
            VisibleUnits::Binary => Activation::Sigmoid,
            VisibleUnits::Gaussian => Activation::Linear,
        }
    }
}

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
#[serde(try_from = "RbmParts")]
pub struct Rbm {
    /// h = sigmoid(Wv + c).
    encoder: Dense,
    visible_bias: DVector<f64>,
    #[serde(default)]
    visible: VisibleUnits,
}

/// What is stored of a machine; reading it back goes through the checks of its construction.
#[derive(Deserialize)]
struct RbmParts {
    encoder: Dense,
    visible_bias: DVector<f64>,
    #[serde(default)]
    visible: VisibleUnits,
}

impl TryFrom<RbmParts> for Rbm {
    type Error = NetError;
    fn try_from(parts: RbmParts) -> Result<Self, NetError> {
        let (weights, bias) = (parts.encoder.weights().clone(), parts.encoder.bias().clone());
        Rbm::with_units(parts.visible, weights, parts.visible_bias, bias)
    }
}

impl Rbm {
    /// A machine with binary visible units from its parameters.
    ///
    /// # Errors
    /// [`NetError::Shape`] if they do not fit together, [`NetError::NotFinite`] if one is not finite.
    pub fn new(
        weights: DMatrix<f64>,
        visible_bias: DVector<f64>,
        hidden_bias: DVector<f64>,
    ) -> Result<Self, NetError> {
        Rbm::with_units(VisibleUnits::Binary, weights, visible_bias, hidden_bias)
    }

    /// A machine with visible units of the given kind.
    ///
    /// ```
    /// use nalgebra::{dmatrix, dvector};
    /// use nets::{Rbm, VisibleUnits};
    /// let rbm = Rbm::with_units(VisibleUnits::Gaussian, dmatrix![0.0], dvector![1.0], dvector![0.0])?;
    /// // No coupling: v is normal about 1, and h a fair coin. F(v) = (v − 1)²/2 − ln 2
    /// assert!((rbm.free_energy(&dvector![3.0]) - (2.0 - 2f64.ln())).abs() < 1e-15);
    /// # Ok::<(), nets::NetError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Rbm::new`].
    pub fn with_units(
        visible: VisibleUnits,
        weights: DMatrix<f64>,
        visible_bias: DVector<f64>,
        hidden_bias: DVector<f64>,
    ) -> Result<Self, NetError> {
        let encoder = Dense::new(weights, hidden_bias, Activation::Sigmoid)?;
        Autoencoder::tied(encoder.clone(), visible_bias.clone(), visible.activation())?;
        Ok(Rbm {
            encoder,
            visible_bias,
            visible,
        })
    }

    /// What the visible units are.
    pub fn visible_units(&self) -> VisibleUnits {
        self.visible
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

    /// The mean-field autoencoder v ↦ P(h = 1 | v) ↦ mean of v given h, tied.
    pub fn autoencoder(&self) -> Autoencoder {
        Autoencoder::tied(
            self.encoder.clone(),
            self.visible_bias.clone(),
            self.visible.activation(),
        )
        .expect("the parts were checked when the machine was built")
    }

    /// The machine whose mean-field autoencoder this is: tied, with a sigmoid code, and a sigmoid (binary units) or
    /// linear (Gaussian units) output.
    ///
    /// # Errors
    /// [`NetError::Option`] if the autoencoder is not of this kind.
    pub fn from_autoencoder(autoencoder: &Autoencoder) -> Result<Self, NetError> {
        let (encoder, decoder) = (autoencoder.encoder(), autoencoder.decoder());
        let visible = match decoder.activation() {
            Activation::Sigmoid => Some(VisibleUnits::Binary),
            Activation::Linear => Some(VisibleUnits::Gaussian),
            _ => None,
        };
        let fits = autoencoder.is_tied() && encoder.activation() == Activation::Sigmoid;
        match visible.filter(|_| fits) {
            Some(visible) => Rbm::with_units(
                visible,
                encoder.weights().clone(),
                decoder.bias().clone(),
                encoder.bias().clone(),
            ),
            None => Err(NetError::Option {
                option: "autoencoder of a machine".into(),
                got: format!(
                    "{} with a {:?} code and a {:?} output",
                    if autoencoder.is_tied() { "tied" } else { "untied" },
                    encoder.activation(),
                    decoder.activation()
                ),
                expected: "tied, with a sigmoid code and a sigmoid or linear output".into(),
            }),
        }
    }

    /// F(v) = A(v) − Σⱼ ln(1 + e^(Wⱼv + cⱼ)), with A(v) = −bᵀv for binary and ‖v − b‖²/2 for Gaussian visible units.
    ///
    /// # Panics
    /// If `v` is not [`Rbm::visible_width`] long.
    pub fn free_energy(&self, v: &DVector<f64>) -> f64 {
        let fields = self.encoder.pre_activation(v);
        let own = match self.visible {
            VisibleUnits::Binary => -self.visible_bias.dot(v),
            VisibleUnits::Gaussian => 0.5 * (v - &self.visible_bias).norm_squared(),
        };
        own - fields.iter().map(|&x| softplus(x)).sum::<f64>()
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
    fn a_machine_is_found_again_in_its_autoencoder_and_its_text() {
        for units in [VisibleUnits::Binary, VisibleUnits::Gaussian] {
            let (b, c) = (dvector![0.1, -0.6], dvector![0.5]);
            let rbm = Rbm::with_units(units, dmatrix![0.7, -1.2], b, c).unwrap();
            assert_eq!(Rbm::from_autoencoder(&rbm.autoencoder()).unwrap(), rbm);
            let text = serde_json::to_string(&rbm).unwrap();
            assert_eq!(serde_json::from_str::<Rbm>(&text).unwrap(), rbm);
        }
        let encoder = Dense::new(dmatrix![1.0], dvector![0.0], Activation::Tanh).unwrap();
        let other = Autoencoder::tied(encoder, dvector![0.0], Activation::Linear).unwrap();
        assert!(Rbm::from_autoencoder(&other).is_err());
    }

    #[test]
    fn parameters_must_fit() {
        let bias = dvector![0.0, 0.0];
        assert!(Rbm::new(dmatrix![1.0, 2.0], bias.clone(), bias.clone()).is_err());
        assert!(Rbm::new(dmatrix![1.0, f64::NAN], bias, dvector![0.0]).is_err());
    }
}
