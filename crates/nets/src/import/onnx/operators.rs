//! The operators of ONNX, each as a layer.

mod axes;
mod windows;

use super::graph::{Importer, Value};
use super::proto;
use super::tensor::Constant;
use crate::layers::*;
use crate::{Activation, Dense, Layer, NetError};
use nalgebra::{DMatrix, DVector};

/// Attributes of a node.
struct Attributes<'a>(&'a proto::Node);

impl Attributes<'_> {
    fn get(&self, name: &str) -> Option<&proto::Attribute> {
        self.0.attribute.iter().find(|attribute| attribute.name == name)
    }
    fn int(&self, name: &str, default: i64) -> i64 {
        self.get(name).map_or(default, |a| a.i)
    }
    fn float(&self, name: &str, default: f64) -> f64 {
        self.get(name).map_or(default, |a| f64::from(a.f))
    }
    fn ints(&self, name: &str) -> Option<&[i64]> {
        self.get(name).map(|a| &a.ints[..])
    }
    fn text(&self, name: &str) -> Option<&[u8]> {
        self.get(name).map(|a| &a.s[..])
    }
}

impl Importer<'_> {
    /// The value of a node's first output.
    pub(super) fn import(&mut self, node: &proto::Node) -> Result<Value, NetError> {
        let attributes = Attributes(node);
        match node.op_type.as_str() {
            "Identity" | "Dropout" | "Cast" => self.value(node, 0).cloned(),
            "Constant" => self.constant_node(node),
            "Relu" => self.activate(node, Activation::Relu),
            "Sigmoid" => self.activate(node, Activation::Sigmoid),
            "Tanh" => self.activate(node, Activation::Tanh),
            "Erf" => self.activate(node, Activation::Erf),
            "LeakyRelu" => self.activate(
                node,
                Activation::LeakyRelu {
                    slope: attributes.float("alpha", 0.01),
                },
            ),
            "Gelu" if attributes.text("approximate").is_none_or(|t| t == b"none") => {
                self.activate(node, Activation::Gelu)
            }
            "Gemm" => self.gemm(node, &attributes),
            "MatMul" => self.matmul(node),
            "Add" => self.arithmetic(node, Arithmetic::Add),
            "Sub" => self.arithmetic(node, Arithmetic::Subtract),
            "Mul" => self.arithmetic(node, Arithmetic::Multiply),
            "Div" => self.arithmetic(node, Arithmetic::Divide),
            "Conv" => self.conv(node, &attributes),
            "MaxPool" => {
                let (step, image, window) = self.pool_window(node, &attributes)?;
                self.push(MaxPool2d::new(image, window)?.into(), &[step])
            }
            "AveragePool" => {
                let (step, image, window) = self.pool_window(node, &attributes)?;
                let count_padding = attributes.int("count_include_pad", 0) != 0;
                self.push(
                    SparseMap::average_pool(image, window, count_padding)?.into(),
                    &[step],
                )
            }
            "GlobalAveragePool" => {
                let step = self.step(node, 0)?;
                let shape = self.shape(step).to_vec();
                let axes: Vec<usize> = (1..shape.len()).collect();
                self.push(SparseMap::mean(&shape, &axes, true)?.into(), &[step])
            }
            "BatchNormalization" => self.batch_norm(node, &attributes),
            "LayerNormalization" => self.layer_norm(node, &attributes),
            "Softmax" => self.softmax(node, &attributes),
            "Flatten" | "Reshape" | "Squeeze" | "Unsqueeze" => self.reshape(node, &attributes),
            "Transpose" => self.transpose(node, &attributes),
            "Slice" => self.slice(node, &attributes),
            "Concat" => self.concat(node, &attributes),
            "ReduceSum" | "ReduceMean" => self.reduce(node, &attributes),
            _ => Err(self.unsupported(node, "operator not supported")),
        }
    }

    fn constant_node(&self, node: &proto::Node) -> Result<Value, NetError> {
        let [attribute] = &node.attribute[..] else {
            return Err(self.unsupported(node, "expected one attribute"));
        };
        let row = |values: Vec<f64>| Constant {
            shape: vec![values.len()],
            values,
        };
        let scalar = |value: f64| Constant {
            shape: Vec::new(),
            values: vec![value],
        };
        Ok(Value::Constant(match (attribute.name.as_str(), &attribute.t) {
            ("value", Some(tensor)) => Constant::decode(std::path::Path::new(&node.name), tensor)?,
            ("value_float", _) => scalar(f64::from(attribute.f)),
            ("value_int", _) => scalar(attribute.i as f64),
            ("value_floats", _) => row(attribute.floats.iter().map(|&v| f64::from(v)).collect()),
            ("value_ints", _) => row(attribute.ints.iter().map(|&v| v as f64).collect()),
            (other, _) => return Err(self.unsupported(node, &format!("attribute {other} not supported"))),
        }))
    }

    fn gemm(&mut self, node: &proto::Node, attributes: &Attributes<'_>) -> Result<Value, NetError> {
        let step = self.step(node, 0)?;
        if attributes.int("transA", 0) != 0 || self.shape(step).len() != 1 {
            return Err(self.unsupported(node, "expected a matrix of rows, not transposed, as input 0"));
        }
        let (alpha, beta) = (attributes.float("alpha", 1.0), attributes.float("beta", 1.0));
        let Constant { shape, values } = self.constant(node, 1)?;
        let &[rows, columns] = &shape[..] else {
            return Err(self.unsupported(node, "expected a matrix as input 1"));
        };
        let matrix = DMatrix::from_row_slice(rows, columns, values) * alpha;
        let weights = if attributes.int("transB", 0) != 0 {
            matrix
        } else {
            matrix.transpose()
        };
        let width = weights.nrows();
        let bias = match self.optional(node, 2)? {
            None => DVector::zeros(width),
            Some(Value::Constant(c)) if c.values.len() == width => {
                DVector::from_column_slice(&c.values) * beta
            }
            Some(Value::Constant(c)) if c.values.len() == 1 => {
                DVector::from_element(width, c.values[0] * beta)
            }
            Some(_) => return Err(self.unsupported(node, &format!("expected {width} constants as input 2"))),
        };
        self.push(Dense::new(weights, bias, Activation::Linear)?.into(), &[step])
    }

    fn matmul(&mut self, node: &proto::Node) -> Result<Value, NetError> {
        let step = self.step(node, 0)?;
        match self.value(node, 1)?.clone() {
            Value::Constant(Constant { shape, values }) => {
                let &[inputs, outputs] = &shape[..] else {
                    return Err(self.unsupported(node, "expected a matrix as input 1"));
                };
                if self.shape(step).last() != Some(&inputs) {
                    return Err(self.unsupported(node, "inner dimensions differ"));
                }
                let weights = DMatrix::from_row_slice(inputs, outputs, &values).transpose();
                self.push(
                    Dense::new(weights, DVector::zeros(outputs), Activation::Linear)?.into(),
                    &[step],
                )
            }
            Value::Step(other) => {
                let product = MatMul::new(self.shape(step), self.shape(other))?;
                self.push(product.into(), &[step, other])
            }
        }
    }

    /// An input as a step without batch axis: a constant whose axes reach that of the batch must have size 1 there.
    fn as_step(&mut self, node: &proto::Node, index: usize, rank: usize) -> Result<usize, NetError> {
        let Constant { mut shape, values } = match self.value(node, index)? {
            Value::Step(step) => return Ok(*step),
            Value::Constant(constant) => constant.clone(),
        };
        if shape.len() > rank && (shape.remove(0) != 1 || shape.len() > rank) {
            return Err(self.unsupported(node, &format!("input {index} is a constant with a batch axis")));
        }
        let Value::Step(step) = self.push(Layer::Constant(DVector::from_vec(values)), &[])? else {
            return Err(self.unsupported(node, "a constant is a step"));
        };
        match self.push(Layer::Reshape(shape), &[step])? {
            Value::Step(step) => Ok(step),
            Value::Constant(_) => Err(self.unsupported(node, "a reshape is a step")),
        }
    }

    fn arithmetic(&mut self, node: &proto::Node, operation: Arithmetic) -> Result<Value, NetError> {
        if operation == Arithmetic::Add {
            for index in 0..2 {
                if let Some(value) = self.fuse_bias(node, index)? {
                    return Ok(value);
                }
            }
        }
        let rank = |value: &Value| {
            if let Value::Step(step) = value {
                Some(self.shape(*step).len())
            } else {
                None
            }
        };
        let Some(rank) = rank(self.value(node, 0)?).max(rank(self.value(node, 1)?)) else {
            return Err(self.unsupported(node, "both inputs are constants"));
        };
        let (left, right) = (self.as_step(node, 0, rank)?, self.as_step(node, 1, rank)?);
        let map = Elementwise::new(operation, self.shape(left), self.shape(right))?;
        self.push(map.into(), &[left, right])
    }

    fn batch_norm(&mut self, node: &proto::Node, attributes: &Attributes<'_>) -> Result<Value, NetError> {
        let step = self.step(node, 0)?;
        let positions = self.shape(step)[1..].iter().product();
        let part = |index| self.constant(node, index).map(|c| &c.values[..]);
        let epsilon = attributes.float("epsilon", 1e-5);
        let norm = BatchNorm::new(part(1)?, part(2)?, part(3)?, part(4)?, epsilon, positions)?;
        self.push(norm.into(), &[step])
    }

    fn layer_norm(&mut self, node: &proto::Node, attributes: &Attributes<'_>) -> Result<Value, NetError> {
        let step = self.step(node, 0)?;
        let axis = self.axis(node, attributes.int("axis", -1), self.shape(step).len())?;
        let group: usize = self.shape(step)[axis..].iter().product();
        let gamma = self.constant(node, 1)?.values.clone();
        let beta = match self.optional(node, 2)? {
            None => vec![0.0; gamma.len()],
            Some(_) => self.constant(node, 2)?.values.clone(),
        };
        if gamma.len() != group {
            return Err(self.unsupported(node, &format!("{} scales, expected {group}", gamma.len())));
        }
        self.push(
            LayerNorm::new(gamma, beta, attributes.float("epsilon", 1e-5))?.into(),
            &[step],
        )
    }

    fn softmax(&mut self, node: &proto::Node, attributes: &Attributes<'_>) -> Result<Value, NetError> {
        let step = self.step(node, 0)?;
        let rank = self.shape(step).len();
        let axis = self.axis(
            node,
            attributes.int("axis", if self.opset < 13 { 1 } else { -1 }),
            rank,
        )?;
        // Before operator set 13 all axes from this one on were taken together.
        let shape = self.shape(step).to_vec();
        let softmax = if self.opset < 13 {
            Softmax::new(
                &[shape[..axis].iter().product(), shape[axis..].iter().product()],
                1,
            )?
        } else {
            Softmax::new(&shape, axis)?
        };
        self.push(softmax.into(), &[step])
    }
}
