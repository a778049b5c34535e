//! Walking an ONNX graph: names, constants and nodes, with what may be fused.

use super::LARGEST_WIDTH;
use super::proto;
use super::tensor::Constant;
use crate::{Activation, Dense, Layer, NetError, Network, NetworkBuilder, Node};
use std::collections::HashMap;
use std::path::Path;

/// What a name in the graph stands for.
#[derive(Debug, Clone)]
pub(super) enum Value {
    /// A tensor that depends on the input, without its batch axis: a step of the network to be.
    Step(usize),
    /// A constant, with all its axes.
    Constant(Constant),
}

/// A layer to be added, with its inputs as steps.
struct Step {
    layer: Layer,
    inputs: Vec<usize>,
    shape: Vec<usize>,
}

/// The state of an import.
pub(super) struct Importer<'a> {
    path: &'a Path,
    pub(super) opset: i64,
    /// How often a name is used.
    uses: HashMap<String, usize>,
    values: HashMap<String, Value>,
    input_shape: Vec<usize>,
    /// Step 0 is the input; step i + 1 is `steps[i]`.
    steps: Vec<Step>,
}

impl<'a> Importer<'a> {
    pub(super) fn new(path: &'a Path, opset: i64, graph: &proto::Graph) -> Result<Self, NetError> {
        let broken = |problem: String| NetError::Unreadable {
            path: path.into(),
            problem,
        };
        let mut values = HashMap::new();
        for tensor in &graph.initializer {
            values.insert(
                tensor.name.clone(),
                Value::Constant(Constant::decode(path, tensor)?),
            );
        }
        let inputs: Vec<_> = graph
            .input
            .iter()
            .filter(|input| !values.contains_key(&input.name))
            .collect();
        let ([input], [_]) = (&inputs[..], &graph.output[..]) else {
            let (i, o) = (inputs.len(), graph.output.len());
            return Err(broken(format!(
                "{i} inputs and {o} outputs, expected one of each"
            )));
        };
        let shape = input
            .kind
            .as_ref()
            .and_then(|k| k.tensor.as_ref())
            .and_then(|t| t.shape.as_ref());
        let dims = shape.map_or(&[][..], |shape| &shape.dim[..]);
        let sizes = |dims: &[proto::Dimension]| -> Option<Vec<usize>> {
            dims.iter()
                .map(|d| d.value.and_then(|v| usize::try_from(v).ok()).filter(|&v| v > 0))
                .collect()
        };
        let input_shape = dims
            .split_first()
            .and_then(|(_, rest)| sizes(rest))
            .unwrap_or_default();
        let width = input_shape.iter().try_fold(1usize, |p, &d| p.checked_mul(d));
        if input_shape.is_empty() || width.is_none_or(|w| w > LARGEST_WIDTH) {
            let name = &input.name;
            return Err(broken(format!(
                "input \"{name}\" has no usable shape, expected (batch, sizes…)"
            )));
        }
        values.insert(input.name.clone(), Value::Step(0));
        let mut uses = HashMap::new();
        let outputs = graph.output.iter().map(|output| &output.name);
        for name in graph.node.iter().flat_map(|node| &node.input).chain(outputs) {
            *uses.entry(name.clone()).or_insert(0) += 1;
        }
        Ok(Importer {
            path,
            opset,
            uses,
            values,
            input_shape,
            steps: Vec::new(),
        })
    }

    /// Imports all nodes and builds the network.
    pub(super) fn run(mut self, graph: &proto::Graph) -> Result<Network, NetError> {
        for node in &graph.node {
            let value = self.import(node).map_err(|error| match error {
                named @ (NetError::Unsupported { .. } | NetError::TensorNotFinite { .. }) => named,
                other => self.unsupported(node, &other.to_string()),
            })?;
            if let Some(name) = node.output.first() {
                self.values.insert(name.clone(), value);
            }
        }
        let name = &graph.output[0].name;
        let Some(Value::Step(output)) = self.values.get(name).cloned() else {
            let problem = format!("output \"{name}\" does not depend on the input");
            return Err(NetError::Unreadable {
                path: self.path.into(),
                problem,
            });
        };
        let mut builder = NetworkBuilder::new(&self.input_shape);
        let mut nodes: Vec<Node> = vec![builder.input()];
        for Step { layer, inputs, .. } in self.steps {
            let inputs: Vec<Node> = inputs.iter().map(|&step| nodes[step]).collect();
            nodes.push(builder.add(layer, &inputs)?);
        }
        builder.finish(nodes[output])
    }

    /// An error about a node.
    pub(super) fn unsupported(&self, node: &proto::Node, problem: &str) -> NetError {
        NetError::Unsupported {
            path: self.path.into(),
            node: if node.name.is_empty() {
                node.output.join(", ")
            } else {
                node.name.clone()
            },
            operator: node.op_type.clone(),
            problem: problem.into(),
        }
    }

    /// The value of a node's input, or `None` if it is left out.
    pub(super) fn optional(&self, node: &proto::Node, index: usize) -> Result<Option<&Value>, NetError> {
        let Some(name) = node.input.get(index).filter(|name| !name.is_empty()) else {
            return Ok(None);
        };
        let missing = || self.unsupported(node, &format!("input \"{name}\" is not computed before"));
        self.values.get(name).map(Some).ok_or_else(missing)
    }

    /// The value of a node's input.
    pub(super) fn value(&self, node: &proto::Node, index: usize) -> Result<&Value, NetError> {
        self.optional(node, index)?
            .ok_or_else(|| self.unsupported(node, &format!("input {index} is missing")))
    }

    /// A step that an input stands for.
    pub(super) fn step(&self, node: &proto::Node, index: usize) -> Result<usize, NetError> {
        match self.value(node, index)? {
            Value::Step(step) => Ok(*step),
            Value::Constant(_) => Err(self.unsupported(node, &format!("input {index} is a constant"))),
        }
    }

    /// A constant input.
    pub(super) fn constant(&self, node: &proto::Node, index: usize) -> Result<&Constant, NetError> {
        match self.value(node, index)? {
            Value::Constant(constant) => Ok(constant),
            Value::Step(_) => Err(self.unsupported(node, &format!("input {index} is not a constant"))),
        }
    }

    /// Integers of an input.
    pub(super) fn integers(&self, node: &proto::Node, index: usize) -> Result<Vec<i64>, NetError> {
        Ok(self
            .constant(node, index)?
            .values
            .iter()
            .map(|&v| v as i64)
            .collect())
    }

    /// Shape of a step, without the batch axis.
    pub(super) fn shape(&self, step: usize) -> &[usize] {
        if step == 0 {
            &self.input_shape
        } else {
            &self.steps[step - 1].shape
        }
    }

    /// Adds a layer.
    pub(super) fn push(&mut self, layer: Layer, inputs: &[usize]) -> Result<Value, NetError> {
        let shapes: Vec<&[usize]> = inputs.iter().map(|&step| self.shape(step)).collect();
        let shape = layer.map().output_shape(&shapes)?;
        self.push_shaped(layer, inputs, shape)
    }

    fn push_shaped(&mut self, layer: Layer, inputs: &[usize], shape: Vec<usize>) -> Result<Value, NetError> {
        let width = shape
            .iter()
            .try_fold(1usize, |p, &d| p.checked_mul(d))
            .unwrap_or(usize::MAX);
        if width > LARGEST_WIDTH {
            let expected = format!("at most {LARGEST_WIDTH}");
            return Err(NetError::Option {
                option: "numbers in a value".into(),
                got: width.to_string(),
                expected,
            });
        }
        self.steps.push(Step {
            layer,
            inputs: inputs.to_vec(),
            shape,
        });
        Ok(Value::Step(self.steps.len()))
    }

    /// The dense layer, still linear, that alone feeds an input.
    fn open_dense(&mut self, node: &proto::Node, index: usize) -> Option<(usize, &mut Dense)> {
        let name = node.input.get(index)?;
        let Some(Value::Step(step)) = self.values.get(name) else {
            return None;
        };
        let step = *step;
        if self.uses.get(name) != Some(&1) || step == 0 {
            return None;
        }
        match &mut self.steps[step - 1].layer {
            Layer::Dense(dense) if dense.activation() == Activation::Linear => Some((step, dense)),
            _ => None,
        }
    }

    /// An activation, fused into the dense layer before it if that feeds nothing else.
    pub(super) fn activate(&mut self, node: &proto::Node, activation: Activation) -> Result<Value, NetError> {
        if let Some((step, dense)) = self.open_dense(node, 0) {
            *dense = Dense::new(dense.weights().clone(), dense.bias().clone(), activation)?;
            return Ok(Value::Step(step));
        }
        let step = self.step(node, 0)?;
        self.push(activation.into(), &[step])
    }

    /// A constant row added to a dense layer's output, fused into its bias; `None` if that cannot be done.
    pub(super) fn fuse_bias(&mut self, node: &proto::Node, index: usize) -> Result<Option<Value>, NetError> {
        let Value::Constant(constant) = self.value(node, 1 - index)?.clone() else {
            return Ok(None);
        };
        let Some((step, dense)) = self.open_dense(node, index) else {
            return Ok(None);
        };
        let row = constant.shape.last() == Some(&dense.output_width())
            && constant.values.len() == dense.output_width();
        if !row {
            return Ok(None);
        }
        let bias = dense.bias() + nalgebra::DVector::from_vec(constant.values);
        *dense = Dense::new(dense.weights().clone(), bias, Activation::Linear)?;
        Ok(Some(Value::Step(step)))
    }
}
