//! The operators of ONNX, each as a layer.

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

    /// Channels, height and width of an input.
    fn image(&self, node: &proto::Node) -> Result<(usize, [usize; 3]), NetError> {
        let step = self.step(node, 0)?;
        match self.shape(step) {
            &[channels, height, width] => Ok((step, [channels, height, width])),
            other => Err(self.unsupported(
                node,
                &format!("input of shape {other:?}, expected (channels, rows, columns)"),
            )),
        }
    }

    fn window(
        &self,
        node: &proto::Node,
        attributes: &Attributes<'_>,
        image: [usize; 3],
        size: (usize, usize),
    ) -> Result<Window, NetError> {
        let pair = |name: &str| -> Result<(usize, usize), NetError> {
            match attributes.ints(name) {
                None => Ok((1, 1)),
                Some(&[a, b]) if a > 0 && b > 0 => Ok((a as usize, b as usize)),
                Some(other) => {
                    Err(self.unsupported(node, &format!("{name} {other:?}, expected two positive numbers")))
                }
            }
        };
        let (stride, dilation) = (pair("strides")?, pair("dilations")?);
        let mut padding = match attributes.ints("pads") {
            None => [0; 4],
            Some(&[a, b, c, d]) if [a, b, c, d].iter().all(|p| (0..1 << 20).contains(p)) => {
                [a as usize, b as usize, c as usize, d as usize]
            }
            Some(other) => {
                return Err(self.unsupported(node, &format!("pads {other:?}, expected four numbers")));
            }
        };
        match attributes.text("auto_pad").unwrap_or(b"NOTSET") {
            b"NOTSET" | b"" => {}
            b"VALID" => padding = [0; 4],
            same @ (b"SAME_UPPER" | b"SAME_LOWER") => {
                let total = |input: usize, size: usize, stride: usize, dilation: usize| {
                    ((input.div_ceil(stride) - 1) * stride + (size - 1) * dilation + 1).saturating_sub(input)
                };
                let down = total(image[1], size.0, stride.0, dilation.0);
                let across = total(image[2], size.1, stride.1, dilation.1);
                let first = |total: usize| {
                    if same == b"SAME_UPPER" {
                        total / 2
                    } else {
                        total.div_ceil(2)
                    }
                };
                padding = [
                    first(down),
                    first(across),
                    down - first(down),
                    across - first(across),
                ];
            }
            other => {
                let other = String::from_utf8_lossy(other);
                return Err(self.unsupported(node, &format!("auto_pad {other} not supported")));
            }
        }
        Ok(Window {
            size,
            stride,
            dilation,
            padding,
            ceil: attributes.int("ceil_mode", 0) != 0,
        })
    }

    fn pool_window(
        &self,
        node: &proto::Node,
        attributes: &Attributes<'_>,
    ) -> Result<(usize, [usize; 3], Window), NetError> {
        let (step, image) = self.image(node)?;
        let Some(&[height, width]) = attributes.ints("kernel_shape") else {
            return Err(self.unsupported(node, "expected a kernel_shape of two numbers"));
        };
        if !(1..1 << 12).contains(&height) || !(1..1 << 12).contains(&width) {
            return Err(self.unsupported(node, "kernel_shape out of range"));
        }
        let window = self.window(node, attributes, image, (height as usize, width as usize))?;
        Ok((step, image, window))
    }

    fn conv(&mut self, node: &proto::Node, attributes: &Attributes<'_>) -> Result<Value, NetError> {
        let (step, image) = self.image(node)?;
        let Constant { shape, values } = self.constant(node, 1)?;
        let (&[channels, _, height, width], values) = (&shape[..], values.clone()) else {
            return Err(self.unsupported(node, "expected weights with four axes"));
        };
        if height == 0 || width == 0 {
            return Err(self.unsupported(node, "empty kernel"));
        }
        let window = self.window(node, attributes, image, (height, width))?;
        let bias = match self.optional(node, 2)? {
            None => vec![0.0; channels],
            Some(_) => self.constant(node, 2)?.values.clone(),
        };
        let groups = usize::try_from(attributes.int("group", 1)).unwrap_or(0);
        let conv = Conv2d::new(image, channels, values, bias, groups, window, Padding::Zero)?;
        self.push(conv.into(), &[step])
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

    /// An axis of the file (which counts the batch) as an axis of the example.
    fn axis(&self, node: &proto::Node, axis: i64, rank: usize) -> Result<usize, NetError> {
        let full = rank as i64 + 1;
        let positive = if axis < 0 { axis.saturating_add(full) } else { axis };
        match positive {
            0 => Err(self.unsupported(node, "acts on the batch axis")),
            a if (1..full).contains(&a) => Ok(a as usize - 1),
            _ => Err(self.unsupported(node, &format!("axis {axis}, expected below {full}"))),
        }
    }

    /// Axes from an input (newer operator sets) or an attribute.
    fn axes(&self, node: &proto::Node, attributes: &Attributes<'_>) -> Result<Option<Vec<i64>>, NetError> {
        match (self.optional(node, 1)?, attributes.ints("axes")) {
            (Some(_), _) => self.integers(node, 1).map(Some),
            (None, axes) => Ok(axes.map(<[i64]>::to_vec)),
        }
    }

    fn reshape(&mut self, node: &proto::Node, attributes: &Attributes<'_>) -> Result<Value, NetError> {
        let shape = match self.value(node, 0)? {
            Value::Step(step) => self.shape(*step).to_vec(),
            Value::Constant(constant) => return self.reshape_constant(node, attributes, constant.clone()),
        };
        let step = self.step(node, 0)?;
        let width: usize = shape.iter().product();
        let new = match node.op_type.as_str() {
            "Flatten" if attributes.int("axis", 1) == 1 => vec![width],
            "Flatten" => return Err(self.unsupported(node, "expected axis 1")),
            "Squeeze" => {
                let rank = shape.len();
                let drop: Vec<usize> = match self.axes(node, attributes)? {
                    Some(axes) => axes
                        .iter()
                        .map(|&a| self.axis(node, a, rank))
                        .collect::<Result<_, _>>()?,
                    None => (0..rank).filter(|&a| shape[a] == 1).collect(),
                };
                if drop.iter().any(|&a| shape[a] != 1) {
                    return Err(self.unsupported(node, "squeezes an axis whose size is not 1"));
                }
                (0..rank)
                    .filter(|a| !drop.contains(a))
                    .map(|a| shape[a])
                    .collect()
            }
            "Unsqueeze" => {
                let axes = self.axes(node, attributes)?.unwrap_or_default();
                let rank = shape.len() + axes.len();
                let mut added: Vec<usize> = axes
                    .iter()
                    .map(|&a| self.axis(node, a, rank))
                    .collect::<Result<_, _>>()?;
                added.sort_unstable();
                let mut new = shape.clone();
                for axis in added {
                    if axis > new.len() {
                        return Err(self.unsupported(node, "axes repeat"));
                    }
                    new.insert(axis, 1);
                }
                new
            }
            _ => {
                let wanted = self.integers(node, 1)?;
                self.reshaped(node, &shape, &wanted)?
            }
        };
        self.push(Layer::Reshape(new), &[step])
    }

    /// The shape that a Reshape asks for, without the batch axis.
    fn reshaped(&self, node: &proto::Node, shape: &[usize], wanted: &[i64]) -> Result<Vec<usize>, NetError> {
        let width: usize = shape.iter().product();
        let wrong = || {
            self.unsupported(
                node,
                &format!("shape {wanted:?} for an example of shape {shape:?}"),
            )
        };
        let (&batch, rest) = wanted.split_first().ok_or_else(wrong)?;
        let mut new = Vec::new();
        let mut open = None;
        for (axis, &size) in rest.iter().enumerate() {
            new.push(match size {
                0 => *shape.get(axis).ok_or_else(wrong)?,
                -1 if open.is_none() => {
                    open = Some(axis);
                    1
                }
                size => usize::try_from(size).map_err(|_| wrong())?,
            });
        }
        let known = new
            .iter()
            .try_fold(1usize, |p, &d| p.checked_mul(d))
            .filter(|&p| p > 0)
            .ok_or_else(wrong)?;
        if let Some(axis) = open {
            // A -1 beside a fixed batch stands for what is left of one example.
            new[axis] = width / known;
        }
        let fits = new.iter().product::<usize>() == width && (batch != -1 || open.is_none());
        if fits { Ok(new) } else { Err(wrong()) }
    }

    fn reshape_constant(
        &self,
        node: &proto::Node,
        attributes: &Attributes<'_>,
        mut constant: Constant,
    ) -> Result<Value, NetError> {
        let full = constant.values.len();
        let rank = constant.shape.len();
        let at = |axis: i64, rank: usize| if axis < 0 { axis + rank as i64 } else { axis };
        match node.op_type.as_str() {
            "Unsqueeze" => {
                let axes = self.axes(node, attributes)?.unwrap_or_default();
                let mut added: Vec<i64> = axes.iter().map(|&a| at(a, rank + axes.len())).collect();
                added.sort_unstable();
                for axis in added {
                    let axis = usize::try_from(axis).ok().filter(|&a| a <= constant.shape.len());
                    constant.shape.insert(
                        axis.ok_or_else(|| self.unsupported(node, "axis out of range"))?,
                        1,
                    );
                }
            }
            "Reshape" => {
                let wanted = self.integers(node, 1)?;
                let known: i64 = wanted.iter().filter(|&&d| d != -1).product();
                let size = |&d: &i64| if d == -1 { full as i64 / known.max(1) } else { d };
                let shape: Vec<usize> = wanted
                    .iter()
                    .map(|d| usize::try_from(size(d)).unwrap_or(0))
                    .collect();
                if shape.iter().product::<usize>() != full {
                    return Err(self.unsupported(node, &format!("shape {wanted:?} for {full} numbers")));
                }
                constant.shape = shape;
            }
            _ => return Err(self.unsupported(node, "not supported on a constant")),
        }
        Ok(Value::Constant(constant))
    }

    fn transpose(&mut self, node: &proto::Node, attributes: &Attributes<'_>) -> Result<Value, NetError> {
        let step = self.step(node, 0)?;
        let shape = self.shape(step).to_vec();
        let Some((0, order)) = attributes
            .ints("perm")
            .and_then(|p| p.split_first())
            .map(|(b, o)| (*b, o))
        else {
            return Err(self.unsupported(node, "expected a perm that leaves the batch axis in its place"));
        };
        let order: Vec<usize> = order
            .iter()
            .map(|&a| self.axis(node, a, shape.len()))
            .collect::<Result<_, _>>()?;
        self.push(SparseMap::transpose(&shape, &order)?.into(), &[step])
    }

    fn slice(&mut self, node: &proto::Node, attributes: &Attributes<'_>) -> Result<Value, NetError> {
        let from_attributes = node.input.len() == 1;
        let list = |index: usize, name: &str| -> Result<Option<Vec<i64>>, NetError> {
            if from_attributes {
                return Ok(attributes.ints(name).map(<[i64]>::to_vec));
            }
            if self.optional(node, index)?.is_some() {
                self.integers(node, index).map(Some)
            } else {
                Ok(None)
            }
        };
        let missing = || self.unsupported(node, "expected starts and ends");
        let starts = list(1, "starts")?.ok_or_else(missing)?;
        let ends = list(2, "ends")?.ok_or_else(missing)?;
        let axes = list(3, "axes")?.unwrap_or_else(|| (0..starts.len() as i64).collect());
        let steps = list(4, "steps")?.unwrap_or_else(|| vec![1; starts.len()]);
        if ends.len() != starts.len() || axes.len() != starts.len() || steps.len() != starts.len() {
            return Err(self.unsupported(node, "starts, ends, axes and steps of different lengths"));
        }
        let mut step = self.step(node, 0)?;
        for (((&start, &end), &axis), &stride) in starts.iter().zip(&ends).zip(&axes).zip(&steps) {
            let shape = self.shape(step).to_vec();
            let axis = self.axis(node, axis, shape.len())?;
            let size = shape[axis] as i64;
            let place = |at: i64, low: i64, high: i64| {
                (if at < 0 { at.saturating_add(size) } else { at }).clamp(low, high)
            };
            let positions: Vec<usize> = match stride {
                0 => return Err(self.unsupported(node, "a step of 0")),
                stride if stride > 0 => {
                    let (from, to) = (place(start, 0, size), place(end, 0, size));
                    (from..to).step_by(stride as usize).map(|p| p as usize).collect()
                }
                stride => {
                    let (from, to) = (place(start, 0, size - 1), place(end, -1, size - 1));
                    let back = stride.unsigned_abs() as usize;
                    (to + 1..=from).rev().step_by(back).map(|p| p as usize).collect()
                }
            };
            let Value::Step(next) = self.push(SparseMap::slice(&shape, axis, &positions)?.into(), &[step])?
            else {
                return Err(self.unsupported(node, "a slice is a step"));
            };
            step = next;
        }
        Ok(Value::Step(step))
    }

    fn concat(&mut self, node: &proto::Node, attributes: &Attributes<'_>) -> Result<Value, NetError> {
        let rank = (0..node.input.len())
            .find_map(|i| self.step(node, i).ok())
            .map(|s| self.shape(s).len());
        let Some(rank) = rank else {
            return Err(self.unsupported(node, "all inputs are constants"));
        };
        let steps: Vec<usize> = (0..node.input.len())
            .map(|i| self.as_step(node, i, rank))
            .collect::<Result<_, _>>()?;
        let axis = self.axis(node, attributes.int("axis", 1), rank)?;
        let shapes: Vec<&[usize]> = steps.iter().map(|&step| self.shape(step)).collect();
        self.push(SparseMap::concat(&shapes, axis)?.into(), &steps)
    }

    fn reduce(&mut self, node: &proto::Node, attributes: &Attributes<'_>) -> Result<Value, NetError> {
        let step = self.step(node, 0)?;
        let shape = self.shape(step).to_vec();
        let keep = attributes.int("keepdims", 1) != 0;
        let Some(axes) = self.axes(node, attributes)?.filter(|axes| !axes.is_empty()) else {
            return Err(self.unsupported(node, "expected axes (all of them would include the batch)"));
        };
        let axes: Vec<usize> = axes
            .iter()
            .map(|&a| self.axis(node, a, shape.len()))
            .collect::<Result<_, _>>()?;
        let map = if node.op_type == "ReduceSum" {
            SparseMap::sum(&shape, &axes, keep)?
        } else {
            SparseMap::mean(&shape, &axes, keep)?
        };
        self.push(map.into(), &[step])
    }
}
