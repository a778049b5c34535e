//! Following the units of a network through its layers.
//!
//! Every coordinate of every value gets a label: its axis, its unit on that axis, and a slot that tells the several
//! coordinates of one unit apart (the pixels of a channel). Layers that treat all units of an axis alike carry the
//! labels on; the others fix the axis.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use nalgebra::{DMatrix, DVector};
use nets::{Activation, Arithmetic, Conv2d, Dense, Elementwise, Layer, LayerNorm, Network, SparseMap};

use super::{Axis, Block, CONSTANT, WeightSpace};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Label {
    axis: usize,
    unit: u32,
    slot: u32,
}

struct Trace<'a> {
    network: &'a Network,
    axes: Vec<Axis>,
    /// By axis: itself, or the one it was made one with.
    same_as: Vec<usize>,
    blocks: Vec<Block>,
    /// By node.
    labels: Vec<Vec<Label>>,
}

pub(super) fn trace(network: &Network) -> WeightSpace {
    let mut trace = Trace {
        network,
        axes: vec![Axis::new("constant".into(), 1, None)],
        same_as: vec![CONSTANT],
        blocks: Vec::new(),
        labels: Vec::new(),
    };
    trace.fix(CONSTANT, "it is the constant");
    trace.input();
    for layer in 0..network.layers().len() {
        let labels = trace.layer(layer);
        trace.labels.push(labels);
    }
    for axis in trace.axes_of(network.output()) {
        let axis = &mut trace.axes[axis];
        axis.output = true;
        axis.name = if axis.input { "input and output" } else { "output" }.into();
    }
    trace.finish()
}

impl Trace<'_> {
    fn input(&mut self) {
        let shape = self.network.input_shape();
        let width = self.network.input_width();
        let is_image = shape.len() == 3
            && self
                .network
                .layers()
                .iter()
                .any(|layer| matches!(layer, Layer::Conv2d(_)));
        // (unit, slot) of a coordinate: channels of an image, the last axis of a sequence, else the coordinates.
        let label: Box<dyn Fn(usize) -> (usize, usize)> = if is_image {
            let pixels = shape[1] * shape[2];
            Box::new(move |i| (i / pixels, i % pixels))
        } else if shape.len() == 2 {
            let last = shape[1];
            Box::new(move |i| (i % last, i / last))
        } else {
            Box::new(|i| (i, 0))
        };
        let units = (0..width).map(|i| label(i).0 + 1).max().unwrap_or(0);
        let axis = self.add_axis(Axis {
            input: true,
            ..Axis::new("input".into(), units, None)
        });
        let labels = (0..width).map(|i| {
            let (unit, slot) = label(i);
            Label {
                axis,
                unit: unit as u32,
                slot: slot as u32,
            }
        });
        self.labels.push(labels.collect());
    }

    fn add_axis(&mut self, axis: Axis) -> usize {
        self.axes.push(axis);
        self.same_as.push(self.axes.len() - 1);
        self.axes.len() - 1
    }

    fn output_axis(&mut self, layer: usize, size: usize) -> usize {
        self.add_axis(Axis::new(format!("layer {layer}"), size, Some(layer)))
    }

    fn find(&self, mut axis: usize) -> usize {
        while self.same_as[axis] != axis {
            axis = self.same_as[axis];
        }
        axis
    }

    fn fix(&mut self, axis: usize, why: &str) {
        let axis = self.find(axis);
        self.axes[axis].fixed_by.get_or_insert_with(|| why.to_owned());
    }

    /// The axes that occur in a node's value.
    fn axes_of(&self, node: usize) -> BTreeSet<usize> {
        self.labels[node]
            .iter()
            .map(|label| self.find(label.axis))
            .filter(|&axis| axis != CONSTANT)
            .collect()
    }

    /// Restricts what may act on the axes of a node.
    fn restrict(&mut self, node: usize, with: impl Fn(&mut Axis)) {
        for axis in self.axes_of(node) {
            with(&mut self.axes[axis]);
        }
    }

    fn width(&self, node: usize) -> usize {
        self.network.shapes()[node].iter().product()
    }

    /// The labels of a layer's output.
    fn layer(&mut self, index: usize) -> Vec<Label> {
        let wires = self.network.wires()[index].clone();
        let node = wires.first().copied().unwrap_or(0);
        match &self.network.layers()[index] {
            Layer::Dense(dense) => self.dense(index, node, dense),
            Layer::Conv2d(conv) if conv.groups() == 1 => self.convolution(index, node, conv),
            Layer::Activation(activation) => {
                let activation = *activation;
                self.restrict(node, |axis| through(axis, activation));
                self.labels[node].clone()
            }
            Layer::Dropout { .. } | Layer::Reshape(_) => self.labels[node].clone(),
            Layer::MaxPool2d(pool) => {
                let channels = pool.input_shape()[0];
                self.restrict(node, |axis| {
                    axis.odd = false;
                    axis.linear = false;
                });
                self.per_channel(index, node, channels)
            }
            Layer::BatchNorm(norm) => {
                self.restrict(node, |axis| axis.linear = false);
                let channels = norm.scale().len();
                let positions = norm.width() / channels;
                let repeat = |values: &[f64]| -> Vec<f64> {
                    (0..channels * positions).map(|i| values[i / positions]).collect()
                };
                let (scale, shift) = (repeat(norm.scale()), repeat(norm.shift()));
                self.vector(index, node, "scale", true, &scale);
                self.vector(index, node, "shift", false, &shift);
                self.labels[node].clone()
            }
            Layer::LayerNorm(norm) => self.layer_norm(index, node, norm),
            Layer::Softmax(_) if self.network.shapes()[node].len() == 1 => {
                self.restrict(node, |axis| {
                    axis.odd = false;
                    axis.homogeneous = false;
                    axis.linear = false;
                });
                self.labels[node].clone()
            }
            Layer::Sparse(map) => self.sparse(index, &wires, map),
            Layer::Elementwise(map) => self.elementwise(index, &wires, map),
            Layer::Constant(values) => (0..values.len())
                .map(|slot| Label {
                    axis: CONSTANT,
                    unit: 0,
                    slot: slot as u32,
                })
                .collect(),
            _ => self.opaque(index, &wires),
        }
    }

    /// A layer that is not looked into: what goes in and what comes out stays where it is.
    fn opaque(&mut self, index: usize, wires: &[usize]) -> Vec<Label> {
        let why = format!("layer {index} ({})", self.network.layers()[index].kind());
        for &wire in wires {
            for axis in self.axes_of(wire) {
                self.fix(axis, &why);
            }
            self.restrict(wire, |axis| {
                axis.odd = false;
                axis.homogeneous = false;
                axis.linear = false;
            });
        }
        let width = self.width(index + 1);
        let axis = self.output_axis(index, width);
        self.fix(axis, &why);
        self.outputs(axis, width, |unit| (unit, 0))
    }

    fn dense(&mut self, index: usize, node: usize, dense: &Dense) -> Vec<Label> {
        let (inputs, outputs) = (dense.input_width(), dense.output_width());
        let positions = self.width(node) / inputs;
        let columns = self.columns_of(node, inputs, index);
        let rows = self.output_axis(index, outputs);
        through(&mut self.axes[rows], dense.activation());
        for (axis, places) in by_axis(&columns) {
            let size = self.axes[axis].size;
            let slots = places.values().map(|units| {
                DMatrix::from_fn(outputs, size, |i, unit| {
                    units
                        .get(&(unit as u32))
                        .map_or(0.0, |&j| dense.weights()[(i, j)])
                })
            });
            self.blocks.push(Block {
                name: "weights",
                layer: index,
                rows,
                columns: axis,
                even: false,
                slots: slots.collect(),
            });
        }
        self.bias(index, rows, dense.bias().as_slice());
        self.outputs(rows, positions * outputs, |i| (i % outputs, i / outputs))
    }

    /// Labels of an output whose coordinate i is `(unit, slot)` of an axis of its own.
    fn outputs(&mut self, axis: usize, width: usize, place: impl Fn(usize) -> (usize, usize)) -> Vec<Label> {
        self.axes[axis].units = (0..width).map(|i| place(i).0 as u32).collect();
        (0..width)
            .map(|i| Label {
                axis,
                unit: place(i).0 as u32,
                slot: place(i).1 as u32,
            })
            .collect()
    }

    fn bias(&mut self, layer: usize, rows: usize, values: &[f64]) {
        self.blocks.push(Block {
            name: "bias",
            layer,
            rows,
            columns: CONSTANT,
            even: false,
            slots: vec![DMatrix::from_column_slice(values.len(), 1, values)],
        });
    }

    /// Labels of the columns of a dense layer that is applied at every position of a value alike.
    fn columns_of(&mut self, node: usize, inputs: usize, index: usize) -> Vec<Label> {
        let resolve = |label: &Label| Label {
            axis: self.find(label.axis),
            ..*label
        };
        let labels: Vec<Label> = self.labels[node].iter().map(resolve).collect();
        let columns = labels[..inputs].to_vec();
        let mut alike = labels.chunks(inputs).all(|chunk| {
            let mut slots: HashMap<(usize, u32), u32> = HashMap::new();
            chunk.iter().zip(&columns).all(|(here, first)| {
                (here.axis, here.unit) == (first.axis, first.unit)
                    && *slots.entry((first.axis, first.slot)).or_insert(here.slot) == here.slot
            })
        });
        // Every unit of an axis must have the same columns.
        for (axis, places) in by_axis(&columns) {
            let whole = places.values().all(|units| units.len() == self.axes[axis].size);
            alike &= axis == CONSTANT || whole;
        }
        if alike {
            return columns;
        }
        for axis in self.axes_of(node) {
            self.fix(axis, &format!("layer {index} (dense, on a part of the units)"));
        }
        (0..inputs)
            .map(|j| Label {
                axis: CONSTANT,
                unit: 0,
                slot: j as u32,
            })
            .collect()
    }

    /// The channel labels of an image, one for each, if every channel is one unit and its pixels are its slots.
    fn channels(&self, node: usize, channels: usize) -> Option<Vec<Label>> {
        let labels = &self.labels[node];
        let pixels = labels.len() / channels;
        let alike = labels.iter().enumerate().all(|(i, label)| {
            let first = labels[i / pixels * pixels];
            (label.axis, label.unit) == (first.axis, first.unit)
                && (label.axis, label.slot) == (labels[0].axis, labels[i % pixels].slot)
        });
        let whole = self.axes[self.find(labels[0].axis)].size == channels;
        (alike && whole).then(|| labels.iter().step_by(pixels).copied().collect())
    }

    fn per_channel(&mut self, index: usize, node: usize, channels: usize) -> Vec<Label> {
        let Some(first) = self.channels(node, channels) else {
            return self.opaque(index, &[node]);
        };
        let pixels = self.width(index + 1) / channels;
        (0..channels * pixels)
            .map(|i| Label {
                slot: (i % pixels) as u32,
                ..first[i / pixels]
            })
            .collect()
    }

    fn convolution(&mut self, index: usize, node: usize, conv: &Conv2d) -> Vec<Label> {
        let channels = conv.input_shape()[0];
        let [outputs, height, width] = conv.output_shape();
        let Some(first) = self.channels(node, channels) else {
            return self.opaque(index, &[node]);
        };
        self.restrict(node, |axis| axis.linear = false);
        let rows = self.output_axis(index, outputs);
        self.axes[rows].linear = false;
        let taps = conv.window().size.0 * conv.window().size.1;
        let columns = self.find(first[0].axis);
        let slots = (0..taps).map(|tap| {
            let mut slot = DMatrix::zeros(outputs, channels);
            for i in 0..outputs {
                for (j, label) in first.iter().enumerate() {
                    slot[(i, label.unit as usize)] = conv.weights()[(i * channels + j) * taps + tap];
                }
            }
            slot
        });
        self.blocks.push(Block {
            name: "weights",
            layer: index,
            rows,
            columns,
            even: false,
            slots: slots.collect(),
        });
        self.bias(index, rows, conv.bias());
        let pixels = height * width;
        self.outputs(rows, outputs * pixels, |i| (i / pixels, i % pixels))
    }

    /// A block of one number per coordinate of a value.
    fn vector(&mut self, index: usize, node: usize, name: &'static str, even: bool, values: &[f64]) {
        let resolve = |label: &Label| Label {
            axis: self.find(label.axis),
            ..*label
        };
        let labels: Vec<Label> = self.labels[node].iter().map(resolve).collect();
        for (axis, places) in by_axis(&labels) {
            let size = self.axes[axis].size;
            let slots = places.values().map(|units| {
                DMatrix::from_fn(size, 1, |unit, _| {
                    units.get(&(unit as u32)).map_or(0.0, |&i| values[i])
                })
            });
            self.blocks.push(Block {
                name,
                layer: index,
                rows: axis,
                columns: CONSTANT,
                even,
                slots: slots.collect(),
            });
        }
    }

    fn layer_norm(&mut self, index: usize, node: usize, norm: &LayerNorm) -> Vec<Label> {
        let size = norm.gamma().len();
        let labels = self.labels[node].clone();
        let axis = self.find(labels[0].axis);
        // Each group must hold every unit of one axis once, at the same slot.
        let whole = self.axes[axis].size == size
            && labels.chunks(size).all(|group| {
                let units: BTreeSet<u32> = group.iter().map(|label| label.unit).collect();
                let same = |label: &Label| self.find(label.axis) == axis && label.slot == group[0].slot;
                units.len() == size && group.iter().all(same)
            });
        if !whole {
            return self.opaque(index, &[node]);
        }
        self.restrict(node, |axis| {
            axis.odd = false;
            axis.homogeneous = false;
            axis.linear = false;
        });
        let repeat =
            |values: &[f64]| -> Vec<f64> { values.iter().copied().cycle().take(labels.len()).collect() };
        self.vector(index, node, "scale", true, &repeat(norm.gamma()));
        self.vector(index, node, "shift", false, &repeat(norm.beta()));
        labels
    }

    /// A map that moves, copies or adds coordinates: each output must be made of one unit's, in the same way for all
    /// units of its axis.
    fn sparse(&mut self, index: usize, wires: &[usize], map: &SparseMap) -> Vec<Label> {
        let inputs: Vec<(usize, Label)> = wires
            .iter()
            .enumerate()
            .flat_map(|(wire, &node)| self.labels[node].iter().map(move |&label| (wire, label)))
            .collect();
        let mut recipes: HashMap<(Vec<(usize, u32)>, u64), u32> = HashMap::new();
        let mut copies: HashMap<(usize, u32, u32), u32> = HashMap::new();
        let mut slots: HashMap<(u32, u32), u32> = HashMap::new();
        let mut labels = Vec::new();
        for (sources, weight) in map.rows() {
            let Some(&first) = sources.first() else {
                labels.push(Label {
                    axis: CONSTANT,
                    unit: 0,
                    slot: labels.len() as u32,
                });
                continue;
            };
            let (axis, unit) = (
                self.find(inputs[first as usize].1.axis),
                inputs[first as usize].1.unit,
            );
            let mut recipe = Vec::with_capacity(sources.len());
            for &source in sources {
                let (wire, label) = inputs[source as usize];
                if (self.find(label.axis), label.unit) != (axis, unit) {
                    return self.opaque(index, wires);
                }
                recipe.push((wire, label.slot));
            }
            recipe.sort_unstable();
            let next = recipes.len() as u32;
            let recipe = *recipes.entry((recipe, weight.to_bits())).or_insert(next);
            let copy = copies.entry((axis, unit, recipe)).or_insert(0);
            let next = slots.len() as u32;
            let slot = *slots.entry((recipe, *copy)).or_insert(next);
            *copy += 1;
            labels.push(Label { axis, unit, slot });
        }
        let whole = by_axis(&labels).into_iter().all(|(axis, places)| {
            axis == CONSTANT || places.values().all(|units| units.len() == self.axes[axis].size)
        });
        if !whole {
            return self.opaque(index, wires);
        }
        for &wire in wires {
            self.restrict(wire, |axis| axis.linear = false);
        }
        labels
    }

    fn elementwise(&mut self, index: usize, wires: &[usize], map: &Elementwise) -> Vec<Label> {
        let width: usize = map.shape().iter().product();
        let constant = |node: usize| match node.checked_sub(1).map(|layer| &self.network.layers()[layer]) {
            Some(Layer::Constant(values)) => Some(values),
            _ => None,
        };
        let spread = |values: &DVector<f64>| match values.len() {
            n if n == width => Some(values.as_slice().to_vec()),
            1 => Some(vec![values[0]; width]),
            _ => None,
        };
        let widths = map.input_widths();
        let operation = map.operation();
        let even = matches!(operation, Arithmetic::Multiply | Arithmetic::Divide);
        match (constant(wires[0]), constant(wires[1])) {
            (None, Some(values)) if widths.0 == width => {
                if let Some(values) = spread(values) {
                    return self.with_constant(index, wires[0], even, &values);
                }
            }
            (Some(values), None) if widths.1 == width && operation != Arithmetic::Divide => {
                if let Some(values) = spread(values) {
                    return self.with_constant(index, wires[1], even, &values);
                }
            }
            (None, None) if widths == (width, width) && !even => return self.sum(index, wires),
            _ => {}
        }
        self.opaque(index, wires)
    }

    fn with_constant(&mut self, index: usize, node: usize, even: bool, values: &[f64]) -> Vec<Label> {
        self.restrict(node, |axis| axis.linear = false);
        self.vector(index, node, if even { "scale" } else { "shift" }, even, values);
        self.labels[node].clone()
    }

    /// A sum makes one axis of the two at each coordinate.
    fn sum(&mut self, index: usize, wires: &[usize]) -> Vec<Label> {
        let pairs: Vec<(Label, Label)> = self.labels[wires[0]]
            .iter()
            .copied()
            .zip(self.labels[wires[1]].iter().copied())
            .collect();
        let fits = pairs.iter().all(|(a, b)| {
            let (a_axis, b_axis) = (self.find(a.axis), self.find(b.axis));
            (a.unit, a.slot) == (b.unit, b.slot)
                && self.axes[a_axis].size == self.axes[b_axis].size
                && (a_axis == CONSTANT) == (b_axis == CONSTANT)
        });
        if !fits {
            return self.opaque(index, wires);
        }
        for (a, b) in &pairs {
            let (a, b) = (self.find(a.axis), self.find(b.axis));
            if a != b {
                self.join(a.min(b), a.max(b));
            }
        }
        for &wire in wires {
            self.restrict(wire, |axis| axis.linear = false);
        }
        self.labels[wires[0]].clone()
    }

    fn join(&mut self, kept: usize, gone: usize) {
        self.same_as[gone] = kept;
        let other = self.axes[gone].clone();
        let axis = &mut self.axes[kept];
        axis.input |= other.input;
        axis.output |= other.output;
        axis.odd &= other.odd;
        axis.homogeneous &= other.homogeneous;
        axis.linear = false;
        axis.fixed_by = axis.fixed_by.take().or(other.fixed_by);
    }

    fn finish(self) -> WeightSpace {
        let mut renumbered = BTreeMap::new();
        for axis in 0..self.axes.len() {
            if self.same_as[axis] == axis {
                renumbered.insert(axis, renumbered.len());
            }
        }
        let number = |axis: usize| renumbered[&self.find(axis)];
        let blocks = self.blocks.iter().map(|block| Block {
            rows: number(block.rows),
            columns: number(block.columns),
            ..block.clone()
        });
        WeightSpace {
            blocks: blocks.collect(),
            axes: renumbered.keys().map(|&axis| self.axes[axis].clone()).collect(),
        }
    }
}

/// What an activation leaves of the symmetries of an axis.
fn through(axis: &mut Axis, activation: Activation) {
    axis.odd &= matches!(
        activation,
        Activation::Linear | Activation::Tanh | Activation::Erf
    );
    axis.homogeneous &= matches!(
        activation,
        Activation::Linear | Activation::Relu | Activation::LeakyRelu { .. }
    );
    axis.linear &= activation == Activation::Linear;
}

/// By axis and slot: which coordinate each unit has there.
fn by_axis(labels: &[Label]) -> BTreeMap<usize, BTreeMap<u32, HashMap<u32, usize>>> {
    let mut axes: BTreeMap<usize, BTreeMap<u32, HashMap<u32, usize>>> = BTreeMap::new();
    for (i, label) in labels.iter().enumerate() {
        let slots = axes.entry(label.axis).or_default();
        slots.entry(label.slot).or_default().insert(label.unit, i);
    }
    axes
}
