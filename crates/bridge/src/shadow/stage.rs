//! A network as stages z = Σ Lₖaₖ + b, a' = σ(z): what the enclosures propagate through.
//!
//! Every layer that is affine up to an activation becomes one stage of the network's graph, with the matrices Lₖ written
//! out: dense layers (on every position), convolutions, normalisations with fixed statistics, reshapes, averages and
//! other sparse maps, sums and differences of wires (so residual connections), and products with constants. What does
//! not depend on the input is a constant, as the network computes it.

use crate::BridgeError;
use nalgebra::{DMatrix, DVector};
use nets::{Activation, Arithmetic, Layer, Network};

/// Largest number of entries of one stage's matrix.
pub(super) const STAGE_LIMIT: usize = 1 << 25;

/// One stage.
pub(super) struct Stage {
    /// The wires that it takes, stacked; none for a constant.
    pub(super) inputs: Vec<usize>,
    /// The values of a constant, which has no matrix and no bias.
    pub(super) constant: Option<DVector<f64>>,
    /// Lᵀ (stacked inputs × outputs), so that the weights of a unit are contiguous; `None` for the identity.
    pub(super) weights_t: Option<DMatrix<f64>>,
    pub(super) bias: Option<DVector<f64>>,
    pub(super) activation: Activation,
    /// Whether entries of the matrix are results of a few roundings, not the layer's own numbers.
    pub(super) computed: bool,
    /// Index of the layer in the network.
    pub(super) layer: usize,
}

impl Stage {
    /// A bound of how many terms an output sums: inputs, and a few roundings that made an entry of the matrix.
    pub(super) fn terms(&self) -> usize {
        self.weights_t.as_ref().map_or(1, DMatrix::nrows) + 8
    }
}

/// The stages of a network: stage i makes wire i + 1, as in [`Network::wires`].
///
/// # Errors
/// [`BridgeError::UnsupportedLayer`] for a layer that is not affine up to an activation of one input, or too large to
/// write out.
pub(super) fn stages(network: &Network, center: &DVector<f64>) -> Result<Vec<Stage>, BridgeError> {
    let values = network.activations(center);
    let mut constant = vec![false; values.len()];
    let mut stages = Vec::with_capacity(network.layers().len());
    for (index, (layer, wires)) in network.layers().iter().zip(network.wires()).enumerate() {
        let width = values[index + 1].len();
        constant[index + 1] = wires.iter().all(|&wire| constant[wire]);
        let identity = |activation| Stage {
            inputs: wires.clone(),
            constant: None,
            weights_t: None,
            bias: None,
            activation,
            computed: false,
            layer: index,
        };
        let unsupported = || BridgeError::UnsupportedLayer {
            layer: index,
            kind: layer.kind().into(),
        };
        let stage = match layer {
            _ if constant[index + 1] => Stage {
                inputs: Vec::new(),
                constant: Some(values[index + 1].clone()),
                ..identity(Activation::Linear)
            },
            Layer::Activation(activation) => identity(*activation),
            Layer::Dropout { .. } | Layer::Reshape(_) => identity(Activation::Linear),
            Layer::Dense(dense) => {
                let positions = values[wires[0]].len() / dense.input_width();
                check_size(values[wires[0]].len(), width).ok_or_else(unsupported)?;
                let weights_t = dense.weights().transpose();
                Stage {
                    weights_t: Some(if positions == 1 {
                        weights_t
                    } else {
                        DMatrix::identity(positions, positions).kronecker(&weights_t)
                    }),
                    bias: Some(DVector::from_fn(width, |i, _| {
                        dense.bias()[i % dense.output_width()]
                    })),
                    ..identity(dense.activation())
                }
            }
            Layer::Conv2d(_)
            | Layer::BatchNorm(_)
            | Layer::Sparse(_)
            | Layer::Elementwise(_)
            | Layer::MatMul(_) => {
                let variable: Vec<bool> = wires.iter().map(|&wire| !constant[wire]).collect();
                if is_nonlinear(layer, &variable) {
                    return Err(unsupported());
                }
                let sums = !matches!(layer, Layer::MatMul(_)) && !is_product(layer);
                // a sum takes its constants as inputs; a product is linear in what is not constant
                let used: Vec<usize> = (0..wires.len()).filter(|&k| sums || variable[k]).collect();
                let inputs: Vec<usize> = used.iter().map(|&k| wires[k]).collect();
                check_size(inputs.iter().map(|&wire| values[wire].len()).sum(), width)
                    .ok_or_else(unsupported)?;
                let at: Vec<DVector<f64>> = wires
                    .iter()
                    .zip(&variable)
                    .map(|(&wire, &variable)| {
                        if variable || sums {
                            DVector::zeros(values[wire].len())
                        } else {
                            values[wire].clone()
                        }
                    })
                    .collect();
                let at: Vec<&DVector<f64>> = at.iter().collect();
                let parts = layer.transposed_jacobians(&at);
                Stage {
                    weights_t: Some(stack(&used.iter().map(|&k| &parts[k]).collect::<Vec<_>>())),
                    bias: Some(layer.value(&at)),
                    inputs,
                    computed: true,
                    ..identity(Activation::Linear)
                }
            }
            _ => return Err(unsupported()),
        };
        stages.push(stage);
    }
    Ok(stages)
}

fn check_size(inputs: usize, outputs: usize) -> Option<()> {
    inputs
        .checked_mul(outputs)
        .filter(|entries| *entries <= STAGE_LIMIT)
        .map(|_| ())
}

fn is_product(layer: &Layer) -> bool {
    matches!(layer, Layer::Elementwise(map) if matches!(map.operation(), Arithmetic::Multiply | Arithmetic::Divide))
}

/// Whether a layer with these variable inputs is not affine in them.
fn is_nonlinear(layer: &Layer, variable: &[bool]) -> bool {
    let all = variable.iter().all(|v| *v);
    match layer {
        Layer::MatMul(_) => all,
        Layer::Elementwise(map) => match map.operation() {
            Arithmetic::Multiply => all,
            Arithmetic::Divide => variable[1],
            Arithmetic::Add | Arithmetic::Subtract => false,
        },
        _ => false,
    }
}

/// Matrices of equal width, one above the other.
pub(super) fn stack(parts: &[&DMatrix<f64>]) -> DMatrix<f64> {
    let (rows, columns) = (
        parts.iter().map(|p| p.nrows()).sum(),
        parts.first().map_or(0, |p| p.ncols()),
    );
    let mut stacked = DMatrix::zeros(rows, columns);
    let mut top = 0;
    for part in parts {
        stacked.rows_mut(top, part.nrows()).copy_from(part);
        top += part.nrows();
    }
    stacked
}

/// The smallest number of coordinates that all of the network's output passes through: the least total width of wires
/// (the input and the output included) that cut every path from input to output. No affine shadow of the network has a
/// larger rank, for the map factors through those coordinates (claim C20). Of a chain of layers it is the narrowest
/// width.
///
/// ```
/// use bridge::shadow::bottleneck;
/// use nalgebra::{DMatrix, DVector};
/// use nets::{Activation, Dense, Network, NetworkBuilder};
/// let down = Dense::new(DMatrix::zeros(2, 5), DVector::zeros(2), Activation::Tanh)?;
/// let up = Dense::new(DMatrix::zeros(5, 2), DVector::zeros(5), Activation::Tanh)?;
/// assert_eq!(bottleneck(&Network::new(vec![down.clone().into(), up.clone().into()])?), 2);
/// // a residual connection leads around it
/// let mut builder = NetworkBuilder::new(&[5]);
/// let sum = builder.residual(builder.input(), vec![down.into(), up.into()])?;
/// assert_eq!(bottleneck(&builder.finish(sum)?), 5);
/// # Ok::<(), nets::NetError>(())
/// ```
pub fn bottleneck(network: &Network) -> usize {
    let widths: Vec<usize> = network
        .activations(&DVector::zeros(network.input_width()))
        .iter()
        .map(|value| value.len())
        .collect();
    let n = widths.len();
    // every wire is an edge from its node 2w to 2w + 1 with its width as capacity; what uses it begins at 2w + 1
    let mut capacity = vec![std::collections::BTreeMap::new(); 2 * n];
    let mut connect = |from: usize, to: usize, width: usize| {
        *capacity[from].entry(to).or_insert(0usize) += width;
        capacity[to].entry(from).or_insert(0);
    };
    let unlimited = widths.iter().sum::<usize>() + 1;
    for (wire, &width) in widths.iter().enumerate() {
        connect(2 * wire, 2 * wire + 1, width);
    }
    for (index, wires) in network.wires().iter().enumerate() {
        for &wire in wires {
            connect(2 * wire + 1, 2 * (index + 1), unlimited);
        }
    }
    let (source, sink) = (0, 2 * network.output() + 1);
    let mut flow = 0;
    while let Some(path) = shortest_path(&capacity, source, sink) {
        let least = path
            .windows(2)
            .map(|edge| capacity[edge[0]][&edge[1]])
            .min()
            .unwrap_or(0);
        for edge in path.windows(2) {
            *capacity[edge[0]].entry(edge[1]).or_insert(0) -= least;
            *capacity[edge[1]].entry(edge[0]).or_insert(0) += least;
        }
        flow += least;
    }
    flow
}

/// A shortest path of positive capacity (Edmonds, Karp 1972).
fn shortest_path(
    capacity: &[std::collections::BTreeMap<usize, usize>],
    source: usize,
    sink: usize,
) -> Option<Vec<usize>> {
    let mut before = vec![usize::MAX; capacity.len()];
    before[source] = source;
    let mut queue = std::collections::VecDeque::from([source]);
    while let Some(node) = queue.pop_front() {
        if node == sink {
            let mut path = vec![sink];
            while *path.last()? != source {
                path.push(before[*path.last()?]);
            }
            path.reverse();
            return Some(path);
        }
        for (&next, &left) in &capacity[node] {
            if left > 0 && before[next] == usize::MAX {
                before[next] = node;
                queue.push_back(next);
            }
        }
    }
    None
}
