//! A chain of dense layers under training: batched forward pass, gradient, and optimiser step.
//!
//! Activations are row-major, one row per example. Two layers may share one weight matrix, one of them transposed
//! (a tied autoencoder): the gradient of a parameter is the sum over its uses.
//!
//! Invariant: all buffers are sized for the batch capacity at construction, so a step allocates nothing; and every sum
//! is taken in an order that does not depend on the number of threads (see [`crate::matrix`]).

use crate::elementwise::{add_column_sums, bias_then_activate, derivative_from_value, times_derivative};
use crate::matrix::{Real, View, for_each_block_pair, for_each_block_triple, product_then};
use crate::optimizer::Slot;
use crate::{Activation, Loss, Optimizer};

/// A matrix of parameters with its gradient and the optimiser's moments.
#[derive(Debug, Clone)]
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
        let zeros = vec![T::ZERO; values.len()];
        Parameter {
            values,
            rows,
            columns,
            gradient: zeros.clone(),
            first: zeros,
            second: Vec::new(),
        }
    }

    pub(crate) fn view(&self) -> View<'_, T> {
        View::new(&self.values, self.rows, self.columns)
    }

    /// One optimiser step from the gradient.
    fn step(&mut self, optimizer: &Optimizer, step: u64, factor: f64, decays: bool) {
        if optimizer.keeps_second_moment() && self.second.is_empty() {
            self.second = vec![T::ZERO; self.values.len()];
        }
        /// Parameters per task.
        const BLOCK: usize = 1 << 15;
        let (gradient, first) = (&self.gradient, &mut self.first);
        if self.second.is_empty() {
            for_each_block_pair(&mut self.values, first, BLOCK, |index, values, first| {
                let gradient = &gradient[index * BLOCK..][..values.len()];
                let second = &mut [];
                optimizer.apply(
                    Slot {
                        values,
                        gradient,
                        first,
                        second,
                    },
                    step,
                    factor,
                    decays,
                );
            });
        } else {
            let second = &mut self.second;
            for_each_block_triple(
                &mut self.values,
                first,
                second,
                BLOCK,
                |index, values, first, second| {
                    let gradient = &gradient[index * BLOCK..][..values.len()];
                    optimizer.apply(
                        Slot {
                            values,
                            gradient,
                            first,
                            second,
                        },
                        step,
                        factor,
                        decays,
                    );
                },
            );
        }
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

/// The chain.
#[derive(Debug, Clone)]
pub(crate) struct Chain<T> {
    pub(crate) parameters: Vec<Parameter<T>>,
    pub(crate) layers: Vec<DenseUse>,
    capacity: usize,
    /// Output of each layer; that of the last becomes ∂L/∂z in place.
    values: Vec<Vec<T>>,
    /// z of each layer whose σ' needs it, else empty.
    pre_activations: Vec<Vec<T>>,
    /// ∂L/∂z of each layer but the last.
    deltas: Vec<Vec<T>>,
    steps: u64,
}

impl<T: Real> Chain<T> {
    /// A chain for batches of at most `capacity` rows.
    pub(crate) fn new(parameters: Vec<Parameter<T>>, layers: Vec<DenseUse>, capacity: usize) -> Self {
        let width = |layer: &DenseUse| parameters[layer.bias].values.len();
        let buffer = |layer: &DenseUse| vec![T::ZERO; capacity * width(layer)];
        let values = layers.iter().map(buffer).collect();
        let pre_activations = layers
            .iter()
            .map(|layer| {
                if derivative_from_value(layer.activation) {
                    Vec::new()
                } else {
                    buffer(layer)
                }
            })
            .collect();
        let deltas = layers[..layers.len() - 1].iter().map(buffer).collect();
        Chain {
            layers,
            capacity,
            values,
            pre_activations,
            deltas,
            parameters,
            steps: 0,
        }
    }

    /// Number of outputs of a layer.
    pub(crate) fn width(&self, layer: usize) -> usize {
        self.parameters[self.layers[layer].bias].values.len()
    }

    /// Values of a layer after [`Chain::forward`], `rows` rows.
    pub(crate) fn output(&self, layer: usize, rows: usize) -> &[T] {
        &self.values[layer][..rows * self.width(layer)]
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
        let width = self.width(layer);
        let mut out = std::mem::take(&mut self.values[layer]);
        let mut pre = std::mem::take(&mut self.pre_activations[layer]);
        let from = if layer == 0 {
            input
        } else {
            self.output(layer - 1, rows)
        };
        let weights = self.forward_weights(layer);
        let input = View::new(from, rows, weights.rows());
        let bias = &self.parameters[bias].values;
        let total = if pre.is_empty() {
            product_then(
                &mut out[..rows * width],
                input,
                weights,
                T::ONE,
                T::ZERO,
                |first, block| {
                    bias_then_activate(block, bias, activation);
                    finish(first, block)
                },
            )
        } else {
            product_then(
                &mut pre[..rows * width],
                input,
                weights,
                T::ONE,
                T::ZERO,
                |_, block| {
                    bias_then_activate(block, bias, Activation::Linear);
                    0.0
                },
            );
            out[..rows * width].copy_from_slice(&pre[..rows * width]);
            let zeros = vec![T::ZERO; width];
            bias_then_activate(&mut out[..rows * width], &zeros, activation);
            finish(0, &mut out[..rows * width])
        };
        self.values[layer] = out;
        self.pre_activations[layer] = pre;
        total
    }

    /// Forward and backward pass; leaves ∂L/∂z of every layer and returns the loss summed over rows and coordinates.
    ///
    /// The gradient is that of the loss averaged over the rows.
    pub(crate) fn backward(&mut self, input: &[T], target: &[T], rows: usize, loss: Loss) -> f64 {
        let last = self.layers.len() - 1;
        self.forward(input, rows, last);
        let (activation, width) = (self.layers[last].activation, self.width(last));
        let scale = T::from_f64(1.0 / rows as f64);
        let total = if derivative_from_value(activation) {
            self.forward_layer(last, input, rows, |first, block| {
                let target = &target[first * width..first * width + block.len()];
                loss.into_delta(block, &[], target, activation, scale)
            })
        } else {
            self.forward_layer(last, input, rows, |_, _| 0.0);
            let (out, pre) = (&mut self.values[last], &self.pre_activations[last]);
            let (out, pre) = (&mut out[..rows * width], &pre[..rows * width]);
            loss.into_delta(out, pre, &target[..rows * width], activation, scale)
        };
        for layer in (0..last).rev() {
            self.backward_layer(layer, rows);
        }
        total
    }

    /// ∂L/∂z of a layer from that of the next.
    fn backward_layer(&mut self, layer: usize, rows: usize) {
        let (activation, width) = (self.layers[layer].activation, self.width(layer));
        let mut delta = std::mem::take(&mut self.deltas[layer]);
        let weights = self.forward_weights(layer + 1).transposed();
        let above = View::new(self.delta(layer + 1, rows), rows, weights.rows());
        let state = if derivative_from_value(activation) {
            &self.values
        } else {
            &self.pre_activations
        };
        let state = &state[layer];
        product_then(
            &mut delta[..rows * width],
            above,
            weights,
            T::ONE,
            T::ZERO,
            |first, block| {
                times_derivative(
                    block,
                    &state[first * width..first * width + block.len()],
                    activation,
                );
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
        &buffer[..rows * self.width(layer)]
    }

    /// Gradients of all parameters, after [`Chain::backward`].
    pub(crate) fn gradients(&mut self, input: &[T], rows: usize) {
        for index in 0..self.parameters.len() {
            let mut gradient = std::mem::take(&mut self.parameters[index].gradient);
            let mut beta = T::ZERO;
            for layer in 0..self.layers.len() {
                let delta = self.delta(layer, rows);
                let DenseUse {
                    weight,
                    transposed,
                    bias,
                    ..
                } = self.layers[layer];
                if bias == index {
                    gradient.fill(T::ZERO);
                    add_column_sums(&mut gradient, delta);
                }
                if weight == index {
                    let from = if layer == 0 {
                        input
                    } else {
                        self.output(layer - 1, rows)
                    };
                    let from = View::new(from, rows, from.len() / rows);
                    let delta = View::new(delta, rows, self.width(layer));
                    let (a, b) = if transposed { (from, delta) } else { (delta, from) };
                    product_then(&mut gradient, a.transposed(), b, T::ONE, beta, |_, _| 0.0);
                    beta = T::ONE;
                }
            }
            self.parameters[index].gradient = gradient;
        }
    }

    /// One optimiser step on every parameter; `factor` scales the learning rate. Matrices decay, biases do not.
    pub(crate) fn step(&mut self, optimizer: &Optimizer, factor: f64) {
        self.steps += 1;
        for parameter in &mut self.parameters {
            let decays = parameter.rows > 1;
            parameter.step(optimizer, self.steps, factor, decays);
        }
    }

    /// The loss, summed over rows and coordinates, of many rows taken `capacity` at a time.
    pub(crate) fn evaluate(&mut self, input: &[T], target: &[T], input_width: usize, loss: Loss) -> f64 {
        let depth = self.layers.len();
        let width = self.width(depth - 1);
        let mut total = 0.0;
        let inputs = input.chunks(self.capacity * input_width);
        for (input, target) in inputs.zip(target.chunks(self.capacity * width)) {
            let rows = input.len() / input_width;
            self.forward(input, rows, depth);
            total += loss.sum(self.output(depth - 1, rows), target);
        }
        total
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, stream, unit_f64};

    const ALL: [Activation; 7] = [
        Activation::Linear,
        Activation::Sigmoid,
        Activation::Tanh,
        Activation::Relu,
        Activation::LeakyRelu { slope: 0.1 },
        Activation::Silu,
        Activation::Gelu,
    ];

    fn numbers(count: usize, index: u64) -> Vec<f64> {
        let mut rng = stream(11, Purpose::Weights, index, 0);
        (0..count).map(|_| unit_f64(&mut rng) - 0.5).collect()
    }

    /// input 5 → 4 → 3 → 4 → 5, the last two layers tied to the first two.
    fn tied(hidden: Activation, output: Activation) -> Chain<f64> {
        let shapes = [(4, 5), (1, 4), (3, 4), (1, 3), (1, 4), (1, 5)];
        let parameters = (0..)
            .zip(shapes)
            .map(|(i, (r, c))| Parameter::new(numbers(r * c, i), r, c))
            .collect();
        let layer = |weight, transposed, bias, activation| DenseUse {
            weight,
            transposed,
            bias,
            activation,
        };
        let layers = vec![
            layer(0, false, 1, hidden),
            layer(2, false, 3, hidden),
            layer(2, true, 4, hidden),
            layer(0, true, 5, output),
        ];
        Chain::new(parameters, layers, 7)
    }

    #[test]
    fn gradients_agree_with_central_differences() {
        let rows = 6;
        let input = numbers(rows * 5, 90);
        let target: Vec<f64> = numbers(rows * 5, 91).iter().map(|x| x + 0.5).collect();
        let mut cases: Vec<_> = ALL.map(|a| (a, a, Loss::SquaredError)).into();
        cases.push((Activation::Tanh, Activation::Sigmoid, Loss::CrossEntropy));
        for (hidden, output, loss) in cases {
            let mut chain = tied(hidden, output);
            chain.backward(&input, &target, rows, loss);
            chain.gradients(&input, rows);
            for parameter in 0..chain.parameters.len() {
                for index in 0..chain.parameters[parameter].values.len() {
                    let mut at = |shift: f64| {
                        chain.parameters[parameter].values[index] += shift;
                        let value = chain.evaluate(&input, &target, 5, loss) / rows as f64;
                        chain.parameters[parameter].values[index] -= shift;
                        value
                    };
                    let h = 1e-5;
                    let difference = (at(h) - at(-h)) / (2.0 * h);
                    let gradient = chain.parameters[parameter].gradient[index];
                    assert!(
                        (gradient - difference).abs() < 1e-6 * difference.abs().max(1.0),
                        "{hidden:?} {output:?} {loss:?}: parameter {parameter} [{index}]: {gradient} {difference}"
                    );
                }
            }
        }
    }

    #[test]
    fn evaluation_in_pieces_is_evaluation_of_all() {
        let (input, target) = (numbers(20 * 5, 1), numbers(20 * 5, 2));
        let mut chain = tied(Activation::Tanh, Activation::Linear);
        let all = chain.evaluate(&input, &target, 5, Loss::SquaredError);
        let single: f64 = (0..20)
            .map(|row| {
                let range = row * 5..row * 5 + 5;
                chain.evaluate(&input[range.clone()], &target[range], 5, Loss::SquaredError)
            })
            .sum();
        assert!((all - single).abs() < 1e-12 * all);
    }
}
