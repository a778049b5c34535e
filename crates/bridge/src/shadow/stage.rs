//! A network as stages z = Wa + b, a' = σ(z): what the enclosures propagate through.

use crate::BridgeError;
use nalgebra::{DMatrix, DVector};
use nets::{Activation, Layer, Network};

/// One stage. Without weights and bias it is σ alone.
pub(super) struct Stage<'a> {
    /// Wᵀ (in × out), so that the weights of a unit are contiguous.
    pub(super) weights_t: Option<DMatrix<f64>>,
    pub(super) bias: Option<&'a DVector<f64>>,
    pub(super) activation: Activation,
    /// Index of the layer in the network.
    pub(super) layer: usize,
}

/// The stages of a network.
pub(super) fn stages(network: &Network) -> Result<Vec<Stage<'_>>, BridgeError> {
    let layers = network.layers().iter().enumerate();
    layers
        .map(|(layer, kind)| match kind {
            Layer::Dense(dense) => Ok(Stage {
                weights_t: Some(dense.weights().transpose()),
                bias: Some(dense.bias()),
                activation: dense.activation(),
                layer,
            }),
            Layer::Activation(activation) => Ok(Stage {
                weights_t: None,
                bias: None,
                activation: *activation,
                layer,
            }),
            other => Err(BridgeError::UnsupportedLayer {
                layer,
                kind: other.kind().into(),
            }),
        })
        .collect()
}

/// The narrowest width that the network's values pass through, its input and output included: no affine shadow of
/// it has a larger rank (claim C20).
///
/// ```
/// use bridge::shadow::bottleneck;
/// use nalgebra::{DMatrix, DVector};
/// use nets::{Activation, Dense, Network};
/// let down = Dense::new(DMatrix::zeros(2, 5), DVector::zeros(2), Activation::Tanh)?;
/// let up = Dense::new(DMatrix::zeros(5, 2), DVector::zeros(5), Activation::Tanh)?;
/// assert_eq!(bottleneck(&Network::new(vec![down.into(), up.into()])?), 2);
/// # Ok::<(), nets::NetError>(())
/// ```
pub fn bottleneck(network: &Network) -> usize {
    let mut width = network.input_width();
    let mut narrowest = width;
    for layer in network.layers() {
        width = layer.output_width(width);
        narrowest = narrowest.min(width);
    }
    narrowest
}
