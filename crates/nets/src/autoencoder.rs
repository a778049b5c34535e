//! An autoencoder x ↦ σ'(W'σ(Wx + b) + b'): an encoder and a decoder, tied (W' = Wᵀ) or not.

mod trainer;

pub(crate) use trainer::fresh_layers;
pub use trainer::{AutoencoderOptions, AutoencoderTrainer};

use crate::{Activation, Dense, NetError, Network};
use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

/// A trained (or hand-made) autoencoder with one hidden layer.
///
/// ```
/// use nalgebra::{dmatrix, dvector};
/// use nets::{Activation, Autoencoder, Dense};
/// let encoder = Dense::new(dmatrix![1.0, 0.0], dvector![0.0], Activation::Linear)?;
/// let autoencoder = Autoencoder::tied(encoder, dvector![0.0, 0.0], Activation::Linear)?;
/// let projected = autoencoder.reconstruction_network().forward(&dvector![3.0, 4.0]);
/// assert_eq!(projected, dvector![3.0, 0.0]);
/// # Ok::<(), nets::NetError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "AutoencoderParts", into = "AutoencoderParts")]
pub struct Autoencoder {
    encoder: Dense,
    /// `None` when tied: the decoder's weights are then the transpose of the encoder's.
    decoder_weights: Option<DMatrix<f64>>,
    decoder_bias: DVector<f64>,
    decoder_activation: Activation,
}

#[derive(Serialize, Deserialize)]
struct AutoencoderParts {
    encoder: Dense,
    decoder_weights: Option<DMatrix<f64>>,
    decoder_bias: DVector<f64>,
    decoder_activation: Activation,
}

impl TryFrom<AutoencoderParts> for Autoencoder {
    type Error = NetError;
    fn try_from(parts: AutoencoderParts) -> Result<Self, NetError> {
        match parts.decoder_weights {
            None => Autoencoder::tied(parts.encoder, parts.decoder_bias, parts.decoder_activation),
            Some(weights) => {
                let decoder = Dense::new(weights, parts.decoder_bias, parts.decoder_activation)?;
                Autoencoder::untied(parts.encoder, decoder)
            }
        }
    }
}

impl From<Autoencoder> for AutoencoderParts {
    fn from(autoencoder: Autoencoder) -> Self {
        let Autoencoder {
            encoder,
            decoder_weights,
            decoder_bias,
            decoder_activation,
        } = autoencoder;
        AutoencoderParts {
            encoder,
            decoder_weights,
            decoder_bias,
            decoder_activation,
        }
    }
}

impl Autoencoder {
    /// An autoencoder whose decoder's weights are the transpose of the encoder's.
    ///
    /// # Errors
    /// [`NetError::Shape`] if the decoder's bias is not as long as the input is wide, [`NetError::NotFinite`] if it
    /// holds NaN or an infinity.
    pub fn tied(
        encoder: Dense,
        decoder_bias: DVector<f64>,
        decoder_activation: Activation,
    ) -> Result<Self, NetError> {
        // Built once for its checks: what the accessors make later is then known to be well formed.
        Dense::new(
            encoder.weights().transpose(),
            decoder_bias.clone(),
            decoder_activation,
        )?;
        Ok(Autoencoder {
            encoder,
            decoder_weights: None,
            decoder_bias,
            decoder_activation,
        })
    }

    /// An autoencoder with weights of its own in the decoder.
    ///
    /// # Errors
    /// [`NetError::Shape`] if the decoder does not take codes or does not return inputs.
    pub fn untied(encoder: Dense, decoder: Dense) -> Result<Self, NetError> {
        let pairs = [
            (
                "decoder's input width (the code)",
                encoder.output_width(),
                decoder.input_width(),
            ),
            (
                "decoder's output width (the input)",
                encoder.input_width(),
                decoder.output_width(),
            ),
        ];
        for (what, expected, got) in pairs {
            if expected != got {
                return Err(NetError::Shape {
                    what: what.into(),
                    expected,
                    got,
                });
            }
        }
        Ok(Autoencoder {
            decoder_bias: decoder.bias().clone(),
            decoder_activation: decoder.activation(),
            decoder_weights: Some(decoder.weights().clone()),
            encoder,
        })
    }

    /// x ↦ σ(Wx + b), input → code.
    pub fn encoder(&self) -> &Dense {
        &self.encoder
    }

    /// The decoder, code → input; built from the encoder's weights when tied.
    pub fn decoder(&self) -> Dense {
        let weights = self
            .decoder_weights
            .clone()
            .unwrap_or_else(|| self.encoder.weights().transpose());
        Dense::new(weights, self.decoder_bias.clone(), self.decoder_activation)
            .expect("the decoder's parts were checked when the autoencoder was built")
    }

    /// Whether the decoder's weights are the transpose of the encoder's.
    pub fn is_tied(&self) -> bool {
        self.decoder_weights.is_none()
    }

    /// Width of the input.
    pub fn input_width(&self) -> usize {
        self.encoder.input_width()
    }

    /// Width of the code.
    pub fn code_width(&self) -> usize {
        self.encoder.output_width()
    }

    /// The encoder as a network.
    pub fn encoder_network(&self) -> Network {
        Network::new(vec![self.encoder.clone().into()]).expect("one dense layer is a network")
    }

    /// The decoder as a network.
    pub fn decoder_network(&self) -> Network {
        Network::new(vec![self.decoder().into()]).expect("one dense layer is a network")
    }

    /// x ↦ x', input → input.
    pub fn reconstruction_network(&self) -> Network {
        Network::new(vec![self.encoder.clone().into(), self.decoder().into()])
            .expect("encoder and decoder fit, by construction")
    }
}
