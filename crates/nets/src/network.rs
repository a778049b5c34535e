//! A network of layers as a function ℝⁿ → ℝᵐ, in f64, with exact derivatives with respect to its *input*.
//!
//! Layers are wired into an acyclic graph: every layer takes the network's input or the outputs of layers before it.
//! Invariant: the shapes of all wires agree with what the layers at their ends require. It is checked once, when the
//! network is put together ([`Network::new`] for a chain, [`NetworkBuilder`] for a graph), so evaluation has nothing
//! left to check but its argument.

mod bounds;
mod builder;

pub use bounds::DerivativeBounds;
pub use builder::{NetworkBuilder, Node};

use crate::{Layer, NetError};
use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

/// A network: layers applied in turn, or wired into a graph.
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
#[serde(try_from = "NetworkParts", into = "NetworkParts")]
pub struct Network {
    layers: Vec<Layer>,
    /// Where each layer's inputs come from: 0 is the network's input, i + 1 is layer i.
    wires: Vec<Vec<usize>>,
    /// Shape of the network's input, then of each layer's output.
    shapes: Vec<Vec<usize>>,
    /// Where the network's output comes from.
    output: usize,
}

/// What is stored of a network; reading it back goes through the checks of the builder.
#[derive(Serialize, Deserialize)]
struct NetworkParts {
    input_shape: Vec<usize>,
    layers: Vec<Layer>,
    wires: Vec<Vec<usize>>,
    output: usize,
}

impl TryFrom<NetworkParts> for Network {
    type Error = NetError;
    fn try_from(parts: NetworkParts) -> Result<Self, NetError> {
        let mut builder = NetworkBuilder::new(&parts.input_shape);
        if parts.wires.len() != parts.layers.len() {
            let (expected, got) = (parts.layers.len(), parts.wires.len());
            return Err(NetError::Shape {
                what: "wires of a network (one list per layer)".into(),
                expected,
                got,
            });
        }
        for (layer, wires) in parts.layers.into_iter().zip(parts.wires) {
            let inputs: Vec<Node> = wires.into_iter().map(Node).collect();
            builder.add(layer, &inputs)?;
        }
        builder.finish(Node(parts.output))
    }
}

impl From<Network> for NetworkParts {
    fn from(network: Network) -> Self {
        let Network {
            layers,
            wires,
            shapes,
            output,
        } = network;
        let input_shape = shapes.into_iter().next().unwrap_or_default();
        NetworkParts {
            input_shape,
            layers,
            wires,
            output,
        }
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
        let mut builder = NetworkBuilder::new(&[input_width]);
        let mut node = builder.input();
        for layer in layers {
            node = builder.add(layer, &[node])?;
        }
        builder.finish(node)
    }

    /// The layers, each after those it takes its inputs from.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// Where each layer's inputs come from: 0 is the network's input, i + 1 is layer i.
    pub fn wires(&self) -> &[Vec<usize>] {
        &self.wires
    }

    /// Where the network's output comes from, as in [`Network::wires`].
    pub fn output(&self) -> usize {
        self.output
    }

    /// The part of the network that computes the output of a layer, counted from 0.
    ///
    /// # Errors
    /// [`NetError::Shape`] if there is no such layer.
    pub fn up_to(&self, layer: usize) -> Result<Network, NetError> {
        let mut builder = NetworkBuilder::new(self.input_shape());
        for (layer, wires) in self.layers.iter().zip(&self.wires) {
            let inputs: Vec<Node> = wires.iter().map(|&wire| Node(wire)).collect();
            builder.add(layer.clone(), &inputs)?;
        }
        builder.finish(Node(layer + 1))
    }

    /// Whether the layers are applied in turn, each to the output of the one before.
    pub fn is_chain(&self) -> bool {
        self.output == self.layers.len() && self.wires.iter().enumerate().all(|(i, wires)| wires[..] == [i])
    }

    /// Shape of the input.
    pub fn input_shape(&self) -> &[usize] {
        &self.shapes[0]
    }

    /// Shape of the output.
    pub fn output_shape(&self) -> &[usize] {
        &self.shapes[self.output]
    }

    /// Shape of every node's value: the network's input first, then every layer's output.
    pub fn shapes(&self) -> &[Vec<usize>] {
        &self.shapes
    }

    /// Number of inputs.
    pub fn input_width(&self) -> usize {
        self.shapes[0].iter().product()
    }

    /// Number of outputs.
    pub fn output_width(&self) -> usize {
        self.shapes[self.output].iter().product()
    }

    /// The network's value at `x`.
    ///
    /// # Panics
    /// If `x` is not [`Network::input_width`] long.
    pub fn forward(&self, x: &DVector<f64>) -> DVector<f64> {
        let x = DMatrix::from_column_slice(x.len(), 1, x.as_slice());
        DVector::from_column_slice(self.forward_columns(&x).as_slice())
    }

    /// The network's values at the columns of `x`, one column each; much faster than one by one.
    ///
    /// # Panics
    /// If `x` does not have [`Network::input_width`] rows.
    pub fn forward_columns(&self, x: &DMatrix<f64>) -> DMatrix<f64> {
        self.check(x.nrows());
        let mut values = self.all_columns(x);
        values.swap_remove(self.output)
    }

    /// Values of all layers at `x`: the network's input first, then every layer's output.
    ///
    /// # Panics
    /// If `x` is not [`Network::input_width`] long.
    pub fn activations(&self, x: &DVector<f64>) -> Vec<DVector<f64>> {
        self.check(x.len());
        let x = DMatrix::from_column_slice(x.len(), 1, x.as_slice());
        self.all_columns(&x)
            .into_iter()
            .map(|value| DVector::from_column_slice(value.as_slice()))
            .collect()
    }

    /// Values of all nodes at the columns of `x`, one column each: `x` itself first, then every layer's output.
    ///
    /// # Panics
    /// If `x` does not have [`Network::input_width`] rows.
    pub fn activation_columns(&self, x: &DMatrix<f64>) -> Vec<DMatrix<f64>> {
        self.check(x.nrows());
        self.all_columns(x)
    }

    fn all_columns(&self, x: &DMatrix<f64>) -> Vec<DMatrix<f64>> {
        let mut values = vec![x.clone()];
        for (layer, wires) in self.layers.iter().zip(&self.wires) {
            let inputs: Vec<&DMatrix<f64>> = wires.iter().map(|&wire| &values[wire]).collect();
            let value = layer.map().forward(&inputs);
            // A constant does not know how many examples there are.
            let value = if wires.is_empty() {
                DMatrix::from_fn(value.nrows(), x.ncols(), |i, _| value[i])
            } else {
                value
            };
            values.push(value);
        }
        values
    }

    /// The images of the columns of `tangents` under the derivative at `x` (forward mode).
    ///
    /// # Panics
    /// If `x` or the columns are not [`Network::input_width`] long.
    pub fn tangents(&self, x: &DVector<f64>, tangents: &DMatrix<f64>) -> DMatrix<f64> {
        self.check(tangents.nrows());
        self.tangents_at(&self.activations(x), tangents)
            .swap_remove(self.output)
    }

    fn tangents_at(&self, values: &[DVector<f64>], tangents: &DMatrix<f64>) -> Vec<DMatrix<f64>> {
        let mut images = vec![tangents.clone()];
        for (layer, wires) in self.layers.iter().zip(&self.wires) {
            let at: Vec<&DVector<f64>> = wires.iter().map(|&wire| &values[wire]).collect();
            let inputs: Vec<&DMatrix<f64>> = wires.iter().map(|&wire| &images[wire]).collect();
            images.push(match layer {
                Layer::Constant(constant) => DMatrix::zeros(constant.len(), tangents.ncols()),
                layer => layer.map().tangent(&at, &inputs),
            });
        }
        images
    }

    /// The directional derivative at `x` along `direction`, by forward mode: the Jacobian times the direction.
    ///
    /// # Panics
    /// If `x` or `direction` is not [`Network::input_width`] long.
    pub fn directional_derivative(&self, x: &DVector<f64>, direction: &DVector<f64>) -> DVector<f64> {
        let tangent = DMatrix::from_column_slice(direction.len(), 1, direction.as_slice());
        DVector::from_column_slice(self.tangents(x, &tangent).as_slice())
    }

    /// The pullbacks of the columns of `cotangents` at `x` (reverse mode): the transposed Jacobian times each.
    ///
    /// # Panics
    /// If `x` is not [`Network::input_width`] long or the columns not [`Network::output_width`].
    pub fn cotangents(&self, x: &DVector<f64>, cotangents: &DMatrix<f64>) -> DMatrix<f64> {
        assert_eq!(
            cotangents.nrows(),
            self.output_width(),
            "a covector must be as long as the network's output"
        );
        let values = self.activations(x);
        let mut pulled: Vec<Option<DMatrix<f64>>> = vec![None; values.len()];
        pulled[self.output] = Some(cotangents.clone());
        for (index, (layer, wires)) in self.layers.iter().zip(&self.wires).enumerate().rev() {
            let Some(cotangent) = pulled[index + 1].take() else {
                continue;
            };
            let at: Vec<&DVector<f64>> = wires.iter().map(|&wire| &values[wire]).collect();
            for (&wire, part) in wires.iter().zip(layer.map().cotangent(&at, &cotangent)) {
                pulled[wire] = Some(match pulled[wire].take() {
                    Some(sum) => sum + part,
                    None => part,
                });
            }
        }
        pulled[0]
            .take()
            .unwrap_or_else(|| DMatrix::zeros(self.input_width(), cotangents.ncols()))
    }

    /// The gradient at `x` of ⟨`covector`, output⟩, by reverse mode.
    ///
    /// # Panics
    /// If `x` is not [`Network::input_width`] long or `covector` not [`Network::output_width`].
    pub fn gradient(&self, x: &DVector<f64>, covector: &DVector<f64>) -> DVector<f64> {
        let covector = DMatrix::from_column_slice(covector.len(), 1, covector.as_slice());
        DVector::from_column_slice(self.cotangents(x, &covector).as_slice())
    }

    /// The Jacobian with respect to the input at `x`, output width × input width; by forward or reverse mode,
    /// whichever has fewer vectors to move.
    ///
    /// # Panics
    /// If `x` is not [`Network::input_width`] long.
    pub fn jacobian(&self, x: &DVector<f64>) -> DMatrix<f64> {
        let (inputs, outputs) = (self.input_width(), self.output_width());
        if outputs < inputs {
            self.cotangents(x, &DMatrix::identity(outputs, outputs))
                .transpose()
        } else {
            self.tangents(x, &DMatrix::identity(inputs, inputs))
        }
    }

    fn check(&self, length: usize) {
        assert_eq!(
            length,
            self.input_width(),
            "a network's argument must be as long as its input width"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layers::*;
    use crate::random::{Purpose, stream, unit_f64};
    use crate::{Activation, Dense};

    pub(super) fn numbers(count: usize, index: u64) -> Vec<f64> {
        let mut rng = stream(23, Purpose::Weights, index, 0);
        (0..count).map(|_| 2.0 * unit_f64(&mut rng) - 1.0).collect()
    }

    fn dense(outputs: usize, inputs: usize, activation: Activation, index: u64) -> Layer {
        let weights = DMatrix::from_row_slice(outputs, inputs, &numbers(outputs * inputs, index));
        Dense::new(
            weights,
            DVector::from_vec(numbers(outputs, index + 1000)),
            activation,
        )
        .unwrap()
        .into()
    }

    /// One network for every kind of layer, each with a smooth dense layer before it.
    pub(super) fn zoo() -> Vec<(&'static str, Network)> {
        let chain = |layers: Vec<Layer>| {
            let front = dense(24, 6, Activation::Tanh, 7);
            Network::new(std::iter::once(front).chain(layers).collect()).unwrap()
        };
        let image = [2, 3, 4];
        let strided = Window {
            stride: (2, 1),
            dilation: (1, 2),
            padding: [1, 0, 2, 1],
            ..Window::new((2, 2), 1, 0)
        };
        let pooled = Window {
            dilation: (1, 1),
            padding: [1, 0, 1, 1],
            ..strided
        };
        let conv = |window: Window, groups: usize, padding| -> Layer {
            let weights = numbers(4 * 2 / groups * window.size.0 * window.size.1, 50);
            Conv2d::new(image, 4, weights, numbers(4, 51), groups, window, padding)
                .unwrap()
                .into()
        };
        let batch = BatchNorm::new(
            &numbers(2, 1),
            &numbers(2, 2),
            &numbers(2, 3),
            &[0.5, 2.0],
            1e-5,
            12,
        )
        .unwrap();
        let layer_norm = LayerNorm::new(numbers(8, 4), numbers(8, 5), 1e-2).unwrap();
        let mut all = vec![
            (
                "conv",
                chain(vec![conv(Window::new((3, 3), 1, 1), 1, Padding::Zero)]),
            ),
            (
                "circular conv",
                chain(vec![conv(Window::new((3, 3), 1, 1), 1, Padding::Circular)]),
            ),
            (
                "strided grouped conv",
                chain(vec![conv(strided, 2, Padding::Zero)]),
            ),
            (
                "max pool",
                chain(vec![
                    MaxPool2d::new(image, Window::new((2, 2), 1, 1)).unwrap().into(),
                ]),
            ),
            (
                "average pool",
                chain(vec![
                    SparseMap::average_pool(image, pooled, false).unwrap().into(),
                ]),
            ),
            ("batch norm", chain(vec![batch.into()])),
            ("layer norm", chain(vec![layer_norm.into()])),
            ("dropout", chain(vec![Layer::Dropout { rate: 0.5 }])),
            (
                "softmax",
                chain(vec![Softmax::new(&[2, 3, 4], 1).unwrap().into()]),
            ),
            (
                "flatten",
                chain(vec![Layer::flatten(24), dense(3, 24, Activation::Sigmoid, 8)]),
            ),
            (
                "transpose",
                chain(vec![SparseMap::transpose(&[2, 3, 4], &[2, 0, 1]).unwrap().into()]),
            ),
            (
                "slice",
                chain(vec![SparseMap::slice(&[2, 3, 4], 2, &[3, 1]).unwrap().into()]),
            ),
            (
                "mean",
                chain(vec![SparseMap::mean(&[2, 3, 4], &[0, 2], true).unwrap().into()]),
            ),
            (
                "positions",
                chain(vec![Layer::Reshape(vec![6, 4]), dense(3, 4, Activation::Gelu, 9)]),
            ),
        ];
        for activation in [
            Activation::Linear,
            Activation::Sigmoid,
            Activation::Tanh,
            Activation::Relu,
            Activation::LeakyRelu { slope: 0.1 },
            Activation::Silu,
            Activation::Gelu,
        ] {
            all.push((
                "activation",
                chain(vec![activation.into(), dense(5, 24, activation, 10)]),
            ));
        }
        for operation in [
            Arithmetic::Add,
            Arithmetic::Subtract,
            Arithmetic::Multiply,
            Arithmetic::Divide,
        ] {
            let mut builder = NetworkBuilder::new(&[6]);
            let x = builder.input();
            let wide = builder.add(dense(12, 6, Activation::Tanh, 11), &[x]).unwrap();
            let wide = builder.add(Layer::Reshape(vec![4, 3]), &[wide]).unwrap();
            let narrow = builder.add(dense(3, 6, Activation::Sigmoid, 12), &[x]).unwrap();
            let both = Elementwise::new(operation, &[4, 3], &[3]).unwrap();
            let out = builder.add(both.into(), &[wide, narrow]).unwrap();
            all.push((operation.name(), builder.finish(out).unwrap()));
        }
        let mut builder = NetworkBuilder::new(&[6]);
        let x = builder.input();
        let a = builder.add(dense(12, 6, Activation::Tanh, 13), &[x]).unwrap();
        let a = builder.add(Layer::Reshape(vec![2, 2, 3]), &[a]).unwrap();
        let b = builder.add(dense(24, 6, Activation::Sigmoid, 14), &[x]).unwrap();
        let b = builder.add(Layer::Reshape(vec![2, 3, 4]), &[b]).unwrap();
        let product = builder
            .add(MatMul::new(&[2, 2, 3], &[2, 3, 4]).unwrap().into(), &[a, b])
            .unwrap();
        let constant = builder
            .add(Layer::Constant(DVector::from_vec(numbers(4, 15))), &[])
            .unwrap();
        let shifted = Elementwise::new(Arithmetic::Add, &[2, 2, 4], &[4]).unwrap();
        let shifted = builder.add(shifted.into(), &[product, constant]).unwrap();
        let joined = SparseMap::concat(&[&[2, 2, 4], &[2, 2, 3]], 2).unwrap();
        let joined = builder.add(joined.into(), &[shifted, a]).unwrap();
        let residual = vec![
            dense(28, 28, Activation::Tanh, 16),
            dense(28, 28, Activation::Linear, 17),
        ];
        let flat = builder.add(Layer::flatten(28), &[joined]).unwrap();
        let out = builder.residual(flat, residual).unwrap();
        all.push(("graph", builder.finish(out).unwrap()));
        all
    }

    #[test]
    fn forward_and_reverse_mode_agree_with_central_differences() {
        for (name, network) in zoo() {
            let x = DVector::from_vec(numbers(6, 99));
            let tangents = network.tangents(&x, &DMatrix::identity(6, 6));
            let outputs = network.output_width();
            let cotangents = network
                .cotangents(&x, &DMatrix::identity(outputs, outputs))
                .transpose();
            assert!((&tangents - &cotangents).amax() < 1e-12, "{name}");
            assert_eq!(network.jacobian(&x).shape(), (outputs, 6));
            for input in 0..6 {
                let h = 1e-5;
                let shifted = |h: f64| {
                    let mut x = x.clone();
                    x[input] += h;
                    network.forward(&x)
                };
                let difference = (shifted(h) - shifted(-h)) / (2.0 * h);
                let error = (difference - tangents.column(input)).amax();
                assert!(error < 1e-6, "{name}: input {input}: {error}");
            }
        }
    }

    #[test]
    fn columns_are_points() {
        for (name, network) in zoo() {
            let x = DMatrix::from_column_slice(6, 3, &numbers(18, 5));
            let all = network.forward_columns(&x);
            for column in 0..3 {
                let one = network.forward(&x.column(column).into_owned());
                assert!((one - all.column(column)).amax() < 1e-13, "{name}");
            }
        }
    }

    #[test]
    fn wrong_widths_name_the_layer() {
        let layers = vec![
            dense(3, 2, Activation::Relu, 0),
            dense(2, 4, Activation::Linear, 0),
        ];
        let message = Network::new(layers).unwrap_err().to_string();
        assert_eq!(
            message,
            "layer 1 (dense): input of a dense layer: expected 4, got 3"
        );
        assert!(matches!(
            Network::new(vec![Activation::Relu.into()]),
            Err(NetError::EmptyNetwork)
        ));
    }

    #[test]
    fn networks_survive_serialisation_and_bad_wiring_does_not() {
        let (_, network) = zoo().pop().unwrap();
        let text = serde_json::to_string(&network).unwrap();
        assert!(serde_json::from_str::<Network>(&text).unwrap() == network);
        let (_, chain) = zoo().swap_remove(0);
        let text = serde_json::to_string(&chain).unwrap();
        assert!(serde_json::from_str::<Network>(&text.replace("\"output\":2", "\"output\":9")).is_err());
        assert!(serde_json::from_str::<Network>(&text.replace("[[0],[1]]", "[[0],[2]]")).is_err());
    }
}
