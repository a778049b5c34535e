//! A greedy stack of autoencoders: each one is trained on the codes of the one below.

use crate::{Autoencoder, NetError, Network};
use serde::{Deserialize, Serialize};

/// Mean squared reconstruction error per coordinate after one epoch, on the training rows and on held-out rows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct EpochError {
    /// Epoch, counted from 1; 0 is the error before training.
    pub epoch: usize,
    /// On the rows trained on.
    pub train: f64,
    /// On the rows held out.
    pub held_out: f64,
}

/// A stack of autoencoders, the first nearest to the input, with the training history of each.
///
/// ```
/// use nalgebra::{dmatrix, dvector};
/// use nets::{Activation, Autoencoder, Dense, Stack};
/// let layer = |w, b, v| -> Result<Autoencoder, nets::NetError> {
///     Autoencoder::tied(Dense::new(w, b, Activation::Sigmoid)?, v, Activation::Sigmoid)
/// };
/// let first = layer(dmatrix![1.0, 0.0, 1.0; 0.0, 1.0, 1.0], dvector![0.0, 0.0], dvector![0.0, 0.0, 0.0])?;
/// let second = layer(dmatrix![1.0, -1.0], dvector![0.0], dvector![0.0, 0.0])?;
/// let stack = Stack::new(vec![first, second], vec![vec![], vec![]])?;
/// assert_eq!(stack.encoder_network().output_width(), 1);
/// assert_eq!(stack.reconstruction_network().output_width(), 3);
/// # Ok::<(), nets::NetError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "StackParts", into = "StackParts")]
pub struct Stack {
    autoencoders: Vec<Autoencoder>,
    histories: Vec<Vec<EpochError>>,
}

#[derive(Serialize, Deserialize)]
struct StackParts {
    autoencoders: Vec<Autoencoder>,
    histories: Vec<Vec<EpochError>>,
}

impl TryFrom<StackParts> for Stack {
    type Error = NetError;
    fn try_from(parts: StackParts) -> Result<Self, NetError> {
        Stack::new(parts.autoencoders, parts.histories)
    }
}

impl From<Stack> for StackParts {
    fn from(stack: Stack) -> Self {
        StackParts {
            autoencoders: stack.autoencoders,
            histories: stack.histories,
        }
    }
}

impl Stack {
    /// A stack from its autoencoders and one history each (which may be empty).
    ///
    /// # Errors
    /// [`NetError::EmptyNetwork`] without autoencoders; [`NetError::Shape`] if a code does not fit the input of the
    /// next autoencoder or the histories are not one per autoencoder.
    pub fn new(autoencoders: Vec<Autoencoder>, histories: Vec<Vec<EpochError>>) -> Result<Self, NetError> {
        if autoencoders.is_empty() {
            return Err(NetError::EmptyNetwork);
        }
        for (index, pair) in autoencoders.windows(2).enumerate() {
            if pair[0].code_width() != pair[1].input_width() {
                return Err(NetError::Shape {
                    what: format!("input width of autoencoder {} (the code below)", index + 1),
                    expected: pair[0].code_width(),
                    got: pair[1].input_width(),
                });
            }
        }
        if histories.len() != autoencoders.len() {
            return Err(NetError::Shape {
                what: "number of training histories (one per autoencoder)".into(),
                expected: autoencoders.len(),
                got: histories.len(),
            });
        }
        Ok(Stack {
            autoencoders,
            histories,
        })
    }

    /// The autoencoders, the first nearest to the input.
    pub fn autoencoders(&self) -> &[Autoencoder] {
        &self.autoencoders
    }

    /// The training history of each autoencoder, in the same order.
    pub fn histories(&self) -> &[Vec<EpochError>] {
        &self.histories
    }

    /// Input → code of the last layer: the composition of all encoders.
    pub fn encoder_network(&self) -> Network {
        self.encoder_network_to(self.autoencoders.len())
    }

    /// Input → code of layer `depth`: the composition of the first `depth` encoders.
    ///
    /// # Panics
    /// If `depth` is zero or larger than the number of autoencoders.
    pub fn encoder_network_to(&self, depth: usize) -> Network {
        let layers = self.autoencoders[..depth]
            .iter()
            .map(|a| a.encoder().clone().into())
            .collect();
        Network::new(layers).expect("neighbouring encoders fit, by construction")
    }

    /// Input → reconstruction: all encoders, then all decoders.
    pub fn reconstruction_network(&self) -> Network {
        let encoders = self.autoencoders.iter().map(|a| a.encoder().clone().into());
        let decoders = self.autoencoders.iter().rev().map(|a| a.decoder().into());
        Network::new(encoders.chain(decoders).collect()).expect("neighbouring layers fit, by construction")
    }
}
