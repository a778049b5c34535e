//! A chain of dense layers under training: batched forward pass, gradient, and optimiser step.
//!
//! Activations are row-major, one row per example. Two layers may share one weight matrix, one of them transposed
//! (a tied autoencoder): the gradient of a parameter is the sum over its uses.
//!
//! Invariant: all buffers are sized for the batch capacity at construction, so a step allocates nothing; and every sum
//! is taken in an order that does not depend on the number of threads (see [`crate::matrix`]).

use super::penalty::PenaltyState;
use crate::elementwise::{
    add_column_sums, bias_then_activate, derivative_from_value, times_derivative, vectorised,
};
use crate::matrix::{Real, View, product_then, product_with};
use crate::optimizer::Slot;
use crate::train::CodePenalty;
use crate::{Activation, Dense, Loss, Optimizer};
use nalgebra::{DMatrix, DVector};

/// A matrix of parameters (or a bias, as one row) with its gradient and the optimiser's moments, each empty if the
/// optimiser has no use for it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parameter<T> {
    pub(crate) values: Vec<T>,
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    pub(crate) gradient: Vec<T>,
    pub(crate) first: Vec<T>,
    pub(crate) second: Vec<T>,
}

impl<T: Real> Parameter<T> {
    pub(crate) fn new(values: Vec<T>, rows: usize, columns: usize) -> Self {
        assert_eq!(values.len(), rows * columns, "a parameter fills its matrix");
        Parameter {
            values,
            rows,
            columns,
            ..Parameter::default()
        }
    }

    /// A bias of zeros.
    pub(crate) fn zeros(length: usize) -> Self {
        Parameter::new(vec![T::ZERO; length], 1, length)
    }

    /// Makes room for what the optimiser keeps; a bias always needs its gradient.
    fn prepare(&mut self, optimizer: &Optimizer) {
        let zeros = vec![T::ZERO; self.values.len()];
        self.first = zeros.clone();
        if self.rows == 1 || optimizer.heavy_ball().is_none() {
            self.gradient = zeros.clone();
        }
        if optimizer.keeps_second_moment() {
            self.second = zeros;
        }
    }

    pub(crate) fn view(&self) -> View<'_, T> {
        View::new(&self.values, self.rows, self.columns)
    }
}

/// A dense layer of a chain: y = σ(x·op(W) + b), with W out × in, or in × out and `transposed`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DenseUse {
    pub(crate) weight: usize,
    pub(crate) transposed: bool,
    pub(crate) bias: usize,
    pub(crate) activation: Activation,
}

/// How the parameters move in one step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StepRule<'a> {
    pub(crate) optimizer: &'a Optimizer,
    /// Number of the step, from 1.
    pub(crate) number: u64,
    /// Factor of the learning rate.
    pub(crate) factor: f64,
}

/// The chain.
#[derive(Debug, Clone)]
pub(crate) struct Chain<T> {
    pub(crate) parameters: Vec<Parameter<T>>,
    pub(crate) layers: Vec<DenseUse>,
    widths: Vec<usize>,
    capacity: usize,
    /// Output of each layer; that of the last becomes ∂L/∂z in place.
    values: Vec<Vec<T>>,
    /// z of each layer whose σ' needs it, else empty.
    pre_activations: Vec<Vec<T>>,
    /// ∂L/∂z of each layer but the last.
    deltas: Vec<Vec<T>>,
    /// What the outputs of the first layer are charged for.
    penalty: PenaltyState<T>,
}

impl<T: Real> Chain<T> {
    /// A chain for batches of at most `capacity` rows; `penalty` is on the first layer's outputs.
    pub(crate) fn new(
        mut parameters: Vec<Parameter<T>>,
        layers: Vec<DenseUse>,
        capacity: usize,
        optimizer: &Optimizer,
        penalty: CodePenalty,
    ) -> Self {
        let widths: Vec<usize> = layers.iter().map(|l| parameters[l.bias].values.len()).collect();
        let buffer = |width: &usize| vec![T::ZERO; capacity * width];
        let pre_activations = layers.iter().zip(&widths).map(|(layer, width)| {
            if derivative_from_value(layer.activation) {
                Vec::new()
            } else {
                buffer(width)
            }
        });
        parameters
            .iter_mut()
            .for_each(|parameter| parameter.prepare(optimizer));
        Chain {
            values: widths.iter().map(buffer).collect(),
            pre_activations: pre_activations.collect(),
            deltas: widths[..widths.len() - 1].iter().map(buffer).collect(),
            penalty: PenaltyState::new(penalty, layers[0].activation, widths[0]),
            layers,
            widths,
            capacity,
            parameters,
        }
    }

    /// Most rows in a batch.
    pub(crate) fn capacity(&self) -> usize {
        self.capacity
    }

    /// Number of outputs of a layer.
    pub(crate) fn width(&self, layer: usize) -> usize {
        self.widths[layer]
    }

    /// Values of a layer after [`Chain::forward`], `rows` rows.
    pub(crate) fn output(&self, layer: usize, rows: usize) -> &[T] {
        &self.values[layer][..rows * self.widths[layer]]
    }

    /// W as the matrix to multiply a row by from the right, in × out.
    fn forward_weights(&self, layer: usize) -> View<'_, T> {
        let view = self.parameters[self.layers[layer].weight].view();
        if self.layers[layer].transposed {
            view
        } else {
            view.transposed()
        }
    }

    /// Evaluates layers `0..depth` on `rows` rows.
    pub(crate) fn forward(&mut self, input: &[T], rows: usize, depth: usize) {
        assert!(rows <= self.capacity, "a batch fits its buffers");
        for layer in 0..depth {
            self.forward_layer(layer, input, rows, |_, _| 0.0);
        }
    }

    /// Evaluates one layer, then `finish` on each block of its output; returns the sum of what that returns.
    fn forward_layer(
        &mut self,
        layer: usize,
        input: &[T],
        rows: usize,
        finish: impl Fn(usize, &mut [T]) -> f64 + Sync,
    ) -> f64 {
        let DenseUse { bias, activation, .. } = self.layers[layer];
        let width = self.widths[layer];
        let mut out_buffer = std::mem::take(&mut self.values[layer]);
        let mut pre_buffer = std::mem::take(&mut self.pre_activations[layer]);
        let from = if layer == 0 {
            input
        } else {
            self.output(layer - 1, rows)
        };
        let weights = self.forward_weights(layer);
        let input = View::new(from, rows, weights.rows());
        let bias = &self.parameters[bias].values;
        let out = &mut out_buffer[..rows * width];
        let total = if pre_buffer.is_empty() {
            product_then(out, input, weights, T::ONE, T::ZERO, |first, block| {
                bias_then_activate(block, bias, activation);
                finish(first, block)
            })
        } else {
            let pre = &mut pre_buffer[..rows * width];
            product_with(
                pre,
                input,
                weights,
                T::ONE,
                T::ZERO,
                [out],
                |first, pre, [out]| {
                    bias_then_activate(pre, bias, Activation::Linear);
                    out.copy_from_slice(pre);
                    bias_then_activate(out, &[], activation);
                    finish(first, out)
                },
            )
        };
        self.values[layer] = out_buffer;
        self.pre_activations[layer] = pre_buffer;
        total
    }

    /// Forward and backward pass; leaves ∂L/∂z of every layer and returns the loss, with the penalty, summed over rows
    /// and coordinates.
    ///
    /// The gradient is that of the loss averaged over the rows.
    pub(crate) fn backward(&mut self, input: &[T], target: &[T], rows: usize, loss: Loss) -> f64 {
        let last = self.layers.len() - 1;
        self.forward(input, rows, last);
        let (activation, width) = (self.layers[last].activation, self.widths[last]);
        let scale = T::from_f64(1.0 / rows as f64);
        let total = if derivative_from_value(activation) {
            self.forward_layer(last, input, rows, |first, block| {
                let target = &target[first * width..first * width + block.len()];
                loss.into_delta(block, &[], target, activation, scale, width)
            })
        } else {
            self.forward_layer(last, input, rows, |_, _| 0.0);
            let (out, pre) = (&mut self.values[last], &self.pre_activations[last]);
            let (out, pre) = (&mut out[..rows * width], &pre[..rows * width]);
            loss.into_delta(out, pre, &target[..rows * width], activation, scale, width)
        };
        total + self.backward_through(rows)
    }

    /// Where ∂L/∂z of the last layer is put before [`Chain::backward_through`].
    pub(crate) fn last_delta(&mut self, rows: usize) -> &mut [T] {
        let last = self.layers.len() - 1;
        &mut self.values[last][..rows * self.widths[last]]
    }

    /// The backward pass below the last layer, whose ∂L/∂z is known; returns the penalty, summed over rows.
    pub(crate) fn backward_through(&mut self, rows: usize) -> f64 {
        let last = self.layers.len() - 1;
        let mut penalty = std::mem::take(&mut self.penalty);
        let code = &self.values[0][..rows * self.widths[0]];
        let charged = penalty.prepare(code, &self.parameters[self.layers[0].weight], rows);
        self.penalty = penalty;
        for layer in (0..last).rev() {
            self.backward_layer(layer, rows);
        }
        charged
    }

    /// ∂L/∂z of a layer from that of the next.
    fn backward_layer(&mut self, layer: usize, rows: usize) {
        let (activation, width) = (self.layers[layer].activation, self.widths[layer]);
        let mut delta = std::mem::take(&mut self.deltas[layer]);
        let weights = self.forward_weights(layer + 1).transposed();
        let above = View::new(self.delta(layer + 1, rows), rows, weights.rows());
        let values = &self.values[layer];
        let state = if derivative_from_value(activation) {
            values
        } else {
            &self.pre_activations[layer]
        };
        let penalty = Some(&self.penalty).filter(|_| layer == 0);
        product_then(
            &mut delta[..rows * width],
            above,
            weights,
            T::ONE,
            T::ZERO,
            |first, block| {
                let range = first * width..first * width + block.len();
                if let Some(penalty) = penalty {
                    penalty.add_gradient(block, &values[range.clone()]);
                }
                times_derivative(block, &state[range], activation);
                0.0
            },
        );
        self.deltas[layer] = delta;
    }

    fn delta(&self, layer: usize, rows: usize) -> &[T] {
        let last = self.layers.len() - 1;
        let buffer = if layer == last {
            &self.values[last]
        } else {
            &self.deltas[layer]
        };
        &buffer[..rows * self.widths[layer]]
    }

    /// ∂L/∂x of the input, after [`Chain::backward`].
    pub(crate) fn input_delta(&self, out: &mut [T], rows: usize) {
        let weights = self.forward_weights(0).transposed();
        let delta = View::new(self.delta(0, rows), rows, self.widths[0]);
        product_then(out, delta, weights, T::ONE, T::ZERO, |_, _| 0.0);
    }

    /// One optimiser step on every parameter, after [`Chain::backward`]. Matrices decay, biases do not.
    ///
    /// The gradient of a matrix is turned into its step block by block, while it is in the cache; for gradient descent
    /// with momentum the product adds it to the velocity in place.
    pub(crate) fn step(&mut self, input: &[T], rows: usize, rule: StepRule<'_>) {
        for index in 0..self.parameters.len() {
            let mut parameter = std::mem::take(&mut self.parameters[index]);
            if parameter.rows == 1 && self.layers.iter().any(|layer| layer.bias == index) {
                self.step_bias(index, &mut parameter, rows, rule);
            } else {
                self.step_weights(index, &mut parameter, input, rows, rule);
            }
            self.parameters[index] = parameter;
        }
    }

    fn step_bias(&self, index: usize, parameter: &mut Parameter<T>, rows: usize, rule: StepRule<'_>) {
        parameter.gradient.fill(T::ZERO);
        for layer in (0..self.layers.len()).filter(|&layer| self.layers[layer].bias == index) {
            add_column_sums(&mut parameter.gradient, self.delta(layer, rows));
        }
        let slot = Slot {
            values: &mut parameter.values,
            gradient: &parameter.gradient,
            first: &mut parameter.first,
            second: &mut parameter.second,
        };
        rule.optimizer.apply(slot, rule.number, rule.factor, false);
    }

    fn step_weights(
        &self,
        index: usize,
        parameter: &mut Parameter<T>,
        input: &[T],
        rows: usize,
        rule: StepRule<'_>,
    ) {
        let Parameter {
            values,
            gradient,
            first,
            second,
            columns,
            ..
        } = parameter;
        let columns = *columns;
        let heavy_ball = rule.optimizer.heavy_ball();
        let mut uses = (0..self.layers.len()).filter(|&layer| self.layers[layer].weight == index);
        let penalty = Some(&self.penalty).filter(|_| self.layers[0].weight == index);
        let mut beta = T::from_f64(heavy_ball.map_or(0.0, |(momentum, _)| momentum));
        let mut next = uses.next();
        while let Some(layer) = next {
            next = uses.next();
            let from = if layer == 0 {
                input
            } else {
                self.output(layer - 1, rows)
            };
            let from = View::new(from, rows, from.len() / rows);
            let delta = View::new(self.delta(layer, rows), rows, self.widths[layer]);
            let (a, b) = if self.layers[layer].transposed {
                (from, delta)
            } else {
                (delta, from)
            };
            let a = a.transposed();
            let add_penalty = |row: usize, block: &mut [T], weights: &[T]| {
                if let Some(penalty) = penalty {
                    penalty.add_weight_gradient(row, block, weights, columns);
                }
            };
            match (heavy_ball, next) {
                (Some(_), Some(_)) => drop(product_then(first, a, b, T::ONE, beta, |_, _| 0.0)),
                (None, Some(_)) => drop(product_then(gradient, a, b, T::ONE, beta, |_, _| 0.0)),
                (Some((_, decay)), None) => {
                    let decay = T::from_f64(decay);
                    let eta = T::from_f64(rule.optimizer.rate() * rule.factor);
                    product_with(first, a, b, T::ONE, beta, [values], |row, velocity, [weights]| {
                        add_penalty(row, velocity, weights);
                        vectorised(
                            #[inline(always)]
                            || {
                                for (w, v) in weights.iter_mut().zip(velocity) {
                                    *v += decay * *w;
                                    *w -= eta * *v;
                                }
                            },
                        );
                        0.0
                    });
                }
                (None, None) if second.is_empty() => {
                    let others = [&mut values[..], first];
                    product_with(
                        gradient,
                        a,
                        b,
                        T::ONE,
                        beta,
                        others,
                        |row, gradient, [values, first]| {
                            add_penalty(row, gradient, values);
                            let slot = Slot {
                                values,
                                gradient,
                                first,
                                second: &mut [],
                            };
                            rule.optimizer.apply(slot, rule.number, rule.factor, true);
                            0.0
                        },
                    );
                }
                (None, None) => {
                    let others = [&mut values[..], first, second];
                    product_with(
                        gradient,
                        a,
                        b,
                        T::ONE,
                        beta,
                        others,
                        |row, gradient, [values, first, second]| {
                            add_penalty(row, gradient, values);
                            let slot = Slot {
                                values,
                                gradient,
                                first,
                                second,
                            };
                            rule.optimizer.apply(slot, rule.number, rule.factor, true);
                            0.0
                        },
                    );
                }
            }
            beta = T::ONE;
        }
    }

    /// Visits what a step depends on: parameters and moments, by name.
    pub(crate) fn visit_state(&mut self, prefix: &str, visit: &mut super::VisitState<'_, T>) {
        for (index, parameter) in self.parameters.iter_mut().enumerate() {
            let parts = [
                ("values", &mut parameter.values),
                ("first_moment", &mut parameter.first),
                ("second_moment", &mut parameter.second),
            ];
            for (part, values) in parts {
                visit(format_args!("{prefix}.{index}.{part}"), values);
            }
        }
    }

    /// The loss, summed over rows and coordinates, of many rows taken `capacity` at a time.
    pub(crate) fn evaluate(&mut self, input: &[T], target: &[T], input_width: usize, loss: Loss) -> f64 {
        let depth = self.layers.len();
        let width = self.widths[depth - 1];
        let mut total = 0.0;
        let inputs = input.chunks(self.capacity * input_width);
        for (input, target) in inputs.zip(target.chunks(self.capacity * width)) {
            let rows = input.len() / input_width;
            self.forward(input, rows, depth);
            total += loss.sum(self.output(depth - 1, rows), target, width);
        }
        total
    }
}

impl<T: Real> Chain<T> {
    /// A chain of the given layers, each with parameters of its own.
    pub(crate) fn of_layers(layers: &[Dense], capacity: usize, optimizer: &Optimizer) -> Self {
        let mut parameters = Vec::new();
        let mut uses = Vec::new();
        for dense in layers {
            let (weights, bias) = (dense.weights(), dense.bias());
            uses.push(DenseUse {
                weight: parameters.len(),
                transposed: false,
                bias: parameters.len() + 1,
                activation: dense.activation(),
            });
            let values = weights
                .row_iter()
                .flat_map(|row| row.iter().copied().collect::<Vec<_>>());
            let values = values.map(T::from_f64).collect();
            parameters.push(Parameter::new(values, weights.nrows(), weights.ncols()));
            let bias: Vec<T> = bias.iter().map(|&b| T::from_f64(b)).collect();
            parameters.push(Parameter::new(bias, 1, weights.nrows()));
        }
        Chain::new(parameters, uses, capacity, optimizer, CodePenalty::None)
    }

    /// Number of layers.
    pub(crate) fn depth(&self) -> usize {
        self.layers.len()
    }
}

impl Chain<f32> {
    /// All layers as they stand, in f64.
    pub(crate) fn denses(&self) -> Vec<Dense> {
        (0..self.depth()).map(|layer| self.dense(layer)).collect()
    }

    /// A layer as it stands, in f64.
    pub(crate) fn dense(&self, layer: usize) -> Dense {
        let DenseUse { bias, activation, .. } = self.layers[layer];
        let weights = self.forward_weights(layer).transposed();
        let weights = DMatrix::from_fn(weights.rows(), weights.columns(), |i, j| {
            f64::from(weights.get(i, j))
        });
        let bias = &self.parameters[bias].values;
        let bias = DVector::from_iterator(bias.len(), bias.iter().map(|&b| f64::from(b)));
        Dense::new(weights, bias, activation)
            .expect("shapes fit by construction, and a trainer keeps its weights finite")
    }
}

#[cfg(test)]
mod tests;
