//! A network of layers as a function ℝⁿ → ℝᵐ, in f64, with exact derivatives with respect to its *input*.
//!
//! Invariant: the widths of consecutive layers agree. It is checked once, by [`Network::new`], so evaluation has
//! nothing left to check but its argument.

use crate::{Layer, NetError};
use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

/// A network: layers applied in turn.
///
/// ```
/// use nalgebra::{dmatrix, dvector};
/// use nets::{Activation, Dense, Network};
/// let hidden = Dense::new(dmatrix![1.0, 2.0], dvector![-1.0], Activation::Tanh)?;
/// let output = Dense::new(dmatrix![3.0; -1.0], dvector![0.0, 0.0], Activation::Linear)?;
/// let network = Network::new(vec![hidden.into(), output.into()])?;
/// assert_eq!((network.input_width(), network.output_width()), (2, 2));
/// assert_eq!(network.forward(&dvector![1.0, 0.0]), dvector![0.0, 0.0]);
/// assert_eq!(network.jacobian(&dvector![1.0, 0.0]), dmatrix![3.0, 6.0; -1.0, -2.0]); // tanh'(0) = 1
/// # Ok::<(), nets::NetError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Layer>", into = "Vec<Layer>")]
pub struct Network {
    layers: Vec<Layer>,
    input_width: usize,
    output_width: usize,
}

impl TryFrom<Vec<Layer>> for Network {
    type Error = NetError;
    fn try_from(layers: Vec<Layer>) -> Result<Self, NetError> {
        Network::new(layers)
    }
}

impl From<Network> for Vec<Layer> {
    fn from(network: Network) -> Self {
        network.layers
    }
}

impl Network {
    /// A network that applies `layers` in turn.
    ///
    /// # Errors
    /// [`NetError::EmptyNetwork`] if no layer has a width of its own; [`NetError::Shape`] naming the first layer whose
    /// input does not fit the output before it.
    pub fn new(layers: Vec<Layer>) -> Result<Self, NetError> {
        let input_width = layers
            .iter()
            .find_map(Layer::input_width)
            .ok_or(NetError::EmptyNetwork)?;
        let mut width = input_width;
        for (index, layer) in layers.iter().enumerate() {
            match layer.input_width() {
                Some(expected) if expected != width => {
                    let what = format!("input width of layer {index} ({})", layer.kind());
                    return Err(NetError::Shape {
                        what,
                        expected,
                        got: width,
                    });
                }
                _ => width = layer.output_width(width),
            }
        }
        Ok(Network {
            layers,
            input_width,
            output_width: width,
        })
    }

    /// The layers in the order they are applied.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// Number of inputs.
    pub fn input_width(&self) -> usize {
        self.input_width
    }

    /// Number of outputs.
    pub fn output_width(&self) -> usize {
        self.output_width
    }

    /// The network's value at `x`.
    ///
    /// # Panics
    /// If `x` is not [`Network::input_width`] long.
    pub fn forward(&self, x: &DVector<f64>) -> DVector<f64> {
        self.check(x);
        self.layers.iter().fold(x.clone(), |x, layer| layer.forward(&x))
    }

    /// The Jacobian with respect to the input at `x`, output width × input width.
    ///
    /// # Panics
    /// If `x` is not [`Network::input_width`] long.
    pub fn jacobian(&self, x: &DVector<f64>) -> DMatrix<f64> {
        self.check(x);
        let mut value = x.clone();
        let mut product: Option<DMatrix<f64>> = None;
        for layer in &self.layers {
            let jacobian = layer.jacobian(&value);
            product = Some(match product {
                Some(before) => jacobian * before,
                None => jacobian,
            });
            value = layer.forward(&value);
        }
        product.expect("a network has at least one layer, by construction")
    }

    fn check(&self, x: &DVector<f64>) {
        assert_eq!(
            x.len(),
            self.input_width,
            "a network's argument must be as long as its input width"
        );
    }
}
