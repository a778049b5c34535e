//! A network of the shape of a hierarchy: every layer reads s neighbouring outputs of the one below with weights that all places
//! share (a convolution with stride s), and a linear layer reads the last one.
//!
//! Since a row of the data holds its symbols one after the other, and a layer's outputs do too, s neighbours are one stretch of
//! memory: a layer is one matrix product on all places of all rows.

use crate::autoencoder::fresh_layers;
use crate::elementwise::{add_column_sums, bias_then_activate, times_derivative};
use crate::error::refuse;
use crate::layers::shape_error;
use crate::matrix::{View, product, product_then};
use crate::optimizer::Slot;
use crate::train::rows::Rows;
use crate::{Activation, Batch, Dataset, Learner, Loss, NetError, TrainOptions, Trainer, VisitState};

/// The most units of a layer at one place.
pub const MAX_WIDTH: usize = 4096;

/// Numbers with their gradient and the moments of the optimiser.
#[derive(Debug, Clone)]
struct Parameter {
    values: Vec<f32>,
    gradient: Vec<f32>,
    first: Vec<f32>,
    second: Vec<f32>,
}

impl Parameter {
    fn new(values: Vec<f32>) -> Self {
        let zeros = vec![0.0; values.len()];
        Parameter {
            values,
            gradient: zeros.clone(),
            first: zeros.clone(),
            second: zeros,
        }
    }
}

/// A layer: out × in weights shared by `places` places of a row.
#[derive(Debug, Clone)]
struct Shared {
    weights: Parameter,
    bias: Parameter,
    inputs: usize,
    outputs: usize,
    places: usize,
    activation: Activation,
    /// Outputs of a batch; ∂L/∂z of the last layer after a step.
    values: Vec<f32>,
    /// ∂L/∂z.
    delta: Vec<f32>,
}

/// The network under training.
#[derive(Debug, Clone)]
pub struct HierarchicalLearner {
    layers: Vec<Shared>,
    options: TrainOptions,
    input: Vec<f32>,
    target: Vec<f32>,
    capacity: usize,
}

/// A network of the shape of a hierarchy under training; its error is the share of misclassified rows.
///
/// ```
/// use nets::models::hierarchy::network::{HierarchicalShape, HierarchicalTrainer};
/// use nets::models::hierarchy::rules::RandomHierarchy;
/// use nets::{Learner, TrainOptions, ignore_progress};
/// let model = RandomHierarchy::new(2, 4, 2, 2, 2, 1)?;
/// let data = model.dataset(1, 0, 200)?;
/// let shape = HierarchicalShape { symbols: 4, branching: 2, depth: 2, classes: 2, width: 16 };
/// let mut trainer = HierarchicalTrainer::hierarchical(&data, shape, TrainOptions::default())?;
/// trainer.run(&mut ignore_progress)?;
/// assert_eq!(trainer.history().last().map(|epoch| epoch.train), Some(0.0));
/// # Ok::<(), nets::NetError>(())
/// ```
pub type HierarchicalTrainer<'a> = Trainer<'a, HierarchicalLearner>;

/// Sizes of the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HierarchicalShape {
    /// Numbers of a row at each of its s^L places.
    pub symbols: usize,
    /// s.
    pub branching: usize,
    /// L, the hidden layers.
    pub depth: u32,
    /// Outputs.
    pub classes: usize,
    /// Units of a hidden layer at each place.
    pub width: usize,
}

impl<'a> Trainer<'a, HierarchicalLearner> {
    /// A trainer with fresh ReLU layers.
    ///
    /// # Errors
    /// [`NetError::Option`] for sizes or options out of range, or rows without labels or with one beyond the classes;
    /// [`NetError::Shape`] for rows that are not symbols·s^L wide.
    pub fn hierarchical(
        data: &'a Dataset,
        shape: HierarchicalShape,
        options: TrainOptions,
    ) -> Result<Self, NetError> {
        options.check()?;
        let HierarchicalShape {
            symbols,
            branching,
            depth,
            classes,
            width,
        } = shape;
        if !(1..=MAX_WIDTH).contains(&width) {
            return refuse("width", width, "an integer from 1 to 4096");
        }
        if depth == 0 || branching < 2 {
            let got = format!("{depth} and {branching}");
            return refuse("depth and branching", got, "integers from 1 and from 2");
        }
        let largest = data.labels().and_then(|labels| labels.iter().max());
        if largest.is_none_or(|&label| usize::from(label) >= classes) {
            let range = format!("one label per row, below {classes}");
            return refuse("labels", format!("{largest:?}"), &range);
        }
        let length = branching.checked_pow(depth).and_then(|l| l.checked_mul(symbols));
        if length != Some(data.width()) {
            let expected = length.unwrap_or(usize::MAX);
            return Err(shape_error(
                "width of the rows (symbols·s^L)",
                expected,
                data.width(),
            ));
        }
        let capacity = options.batch.min(data.len());
        let layer = |index: u64, inputs: usize, outputs: usize, places: usize, activation| {
            let fresh = fresh_layers(inputs, &[(outputs, activation)], options.seed, 0, index);
            // Column-major storage of the transpose is row-major storage.
            let weights = fresh[0].weights().transpose();
            Shared {
                weights: Parameter::new(weights.iter().map(|&w| w as f32).collect()),
                bias: Parameter::new(vec![0.0; outputs]),
                inputs,
                outputs,
                places,
                activation,
                values: vec![0.0; capacity * places * outputs],
                delta: vec![0.0; capacity * places * outputs],
            }
        };
        let mut layers = Vec::new();
        let mut below = symbols;
        for level in 0..depth {
            let places = branching.pow(depth - 1 - level);
            layers.push(layer(
                u64::from(level),
                branching * below,
                width,
                places,
                Activation::Relu,
            ));
            below = width;
        }
        layers.push(layer(u64::from(depth), below, classes, 1, Activation::Linear));
        let learner = HierarchicalLearner {
            layers,
            options,
            input: vec![0.0; capacity * data.width()],
            target: vec![0.0; capacity * classes],
            capacity,
        };
        Trainer::of_layer(Rows::of(data), learner, options, 0, 1)
    }

    /// Outputs of every layer on rows of the data's width: for each layer, all rows one after the other, the linear layer last.
    ///
    /// # Errors
    /// [`NetError::Shape`] for rows of another width.
    pub fn activations(&mut self, data: &Dataset) -> Result<Vec<Vec<f32>>, NetError> {
        let learner = self.learner_mut();
        let width = learner.input_width();
        if data.width() != width {
            return Err(shape_error("width of the rows", width, data.width()));
        }
        let mut outputs = vec![Vec::new(); learner.layers.len()];
        for rows in data.values().chunks(learner.capacity * width) {
            learner.forward(rows, rows.len() / width);
            for (outputs, layer) in outputs.iter_mut().zip(&learner.layers) {
                outputs.extend_from_slice(&layer.values[..rows.len() / width * layer.places * layer.outputs]);
            }
        }
        Ok(outputs)
    }
}

impl HierarchicalLearner {
    fn input_width(&self) -> usize {
        self.layers[0].places * self.layers[0].inputs
    }

    /// Evaluates all layers on rows.
    fn forward(&mut self, input: &[f32], rows: usize) {
        for index in 0..self.layers.len() {
            let (below, layer) = self.layers.split_at_mut(index);
            let layer = &mut layer[0];
            let count = rows * layer.places;
            let from = below
                .last()
                .map_or(input, |below| &below.values[..count * layer.inputs]);
            let weights = View::new(&layer.weights.values, layer.outputs, layer.inputs).transposed();
            let (bias, activation) = (&layer.bias.values, layer.activation);
            product_then(
                &mut layer.values[..count * layer.outputs],
                View::new(from, count, layer.inputs),
                weights,
                1.0,
                0.0,
                |_, block| {
                    bias_then_activate(block, bias, activation);
                    0.0
                },
            );
        }
    }

    /// Gradients of all parameters, from the last layer's ∂L/∂z.
    fn backward(&mut self, input: &[f32], rows: usize) {
        for index in (0..self.layers.len()).rev() {
            let (below, layer) = self.layers.split_at_mut(index);
            let layer = &mut layer[0];
            let count = rows * layer.places;
            let delta = View::new(&layer.delta[..count * layer.outputs], count, layer.outputs);
            let from = below
                .last()
                .map_or(input, |below| &below.values[..count * layer.inputs]);
            let from = View::new(from, count, layer.inputs);
            product(&mut layer.weights.gradient, delta.transposed(), from, 1.0, 0.0);
            layer.bias.gradient.fill(0.0);
            add_column_sums(&mut layer.bias.gradient, &layer.delta[..count * layer.outputs]);
            if let Some(below) = below.last_mut() {
                let weights = View::new(&layer.weights.values, layer.outputs, layer.inputs);
                let out = &mut below.delta[..count * layer.inputs];
                product(out, delta, weights, 1.0, 0.0);
                times_derivative(out, &below.values[..count * layer.inputs], below.activation);
            }
        }
    }
}

impl Learner for HierarchicalLearner {
    fn step(&mut self, batch: &Batch<'_>) -> f64 {
        let rows = batch.rows.len();
        let mut input = std::mem::take(&mut self.input);
        let filled = &mut input[..rows * batch.data.width()];
        batch.data.gather(batch.rows, filled);
        self.forward(filled, rows);
        let last = self.layers.len() - 1;
        let classes = self.layers[last].outputs;
        let target = &mut self.target[..rows * classes];
        target.fill(0.0);
        if let Some(labels) = batch.data.labels() {
            for (row, &index) in target.chunks_exact_mut(classes).zip(batch.rows) {
                row[usize::from(labels[index])] = 1.0;
            }
        }
        let layer = &mut self.layers[last];
        let delta = &mut layer.delta[..rows * classes];
        delta.copy_from_slice(&layer.values[..rows * classes]);
        let scale = 1.0 / rows as f32;
        let loss =
            Loss::SoftmaxCrossEntropy.into_delta(delta, &[], target, Activation::Linear, scale, classes);
        self.backward(filled, rows);
        self.input = input;
        for layer in &mut self.layers {
            for (parameter, decays) in [(&mut layer.weights, true), (&mut layer.bias, false)] {
                let slot = Slot {
                    values: &mut parameter.values,
                    gradient: &parameter.gradient,
                    first: &mut parameter.first,
                    second: &mut parameter.second,
                };
                self.options
                    .optimizer
                    .apply(slot, batch.step, batch.rate_factor, decays);
            }
        }
        loss
    }

    fn error(&mut self, data: Rows<'_>) -> f64 {
        let Some(labels) = data.labels() else { return 1.0 };
        let width = data.width();
        let mut wrong = 0;
        for (rows, labels) in data
            .values()
            .chunks(self.capacity * width)
            .zip(labels.chunks(self.capacity))
        {
            self.forward(rows, labels.len());
            let last = &self.layers[self.layers.len() - 1];
            let outputs = last.values[..labels.len() * last.outputs].chunks_exact(last.outputs);
            wrong += outputs
                .zip(labels)
                .filter(|(row, label)| {
                    let best = row.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
                    best.is_none_or(|(class, _)| class != usize::from(**label))
                })
                .count();
        }
        wrong as f64 / labels.len() as f64
    }

    fn visit_state(&mut self, visit: &mut VisitState<'_, f32>) {
        for (index, layer) in self.layers.iter_mut().enumerate() {
            for (name, parameter) in [("weights", &mut layer.weights), ("bias", &mut layer.bias)] {
                visit(format_args!("{name}.{index}"), &mut parameter.values);
                visit(format_args!("{name}.{index}.first"), &mut parameter.first);
                visit(format_args!("{name}.{index}.second"), &mut parameter.second);
            }
        }
    }

    fn settings(&self) -> serde_json::Value {
        let shapes: Vec<[usize; 3]> = self
            .layers
            .iter()
            .map(|layer| [layer.inputs, layer.outputs, layer.places])
            .collect();
        // Options are plain numbers and names, which JSON holds; should one not, it is left out of the comparison.
        serde_json::json!({
            "options": serde_json::to_value(self.options).unwrap_or_default(),
            "shapes": shapes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::hierarchy::rules::RandomHierarchy;
    use crate::{Optimizer, ignore_progress};

    const SHAPE: HierarchicalShape = HierarchicalShape {
        symbols: 3,
        branching: 2,
        depth: 2,
        classes: 3,
        width: 5,
    };

    fn data() -> Dataset {
        RandomHierarchy::new(3, 3, 2, 2, 2, 1)
            .unwrap()
            .dataset(1, 0, 7)
            .unwrap()
    }

    /// Gradients against differences of the loss in double precision, from the same weights.
    #[test]
    fn gradients_agree_with_differences() {
        let data = data();
        let options = TrainOptions {
            optimizer: Optimizer::sgd(1e-20, 0.0),
            ..TrainOptions::default()
        };
        let mut trainer = Trainer::hierarchical(&data, SHAPE, options).unwrap();
        trainer.epoch(&mut ignore_progress).unwrap();
        let learner = trainer.learner().clone();
        let parameters = |learner: &HierarchicalLearner| -> Vec<Vec<f64>> {
            let layers = learner.layers.iter();
            layers
                .flat_map(|layer| [&layer.weights.values, &layer.bias.values])
                .map(|values| values.iter().map(|&v| f64::from(v)).collect())
                .collect()
        };
        let loss = |parameters: &[Vec<f64>]| -> f64 {
            let labels = data.labels().unwrap();
            (0..data.len())
                .map(|row| {
                    let mut x: Vec<f64> = data.row(row).iter().map(|&v| f64::from(v)).collect();
                    for pair in parameters.chunks(2) {
                        let (weights, bias) = (&pair[0], &pair[1]);
                        let inputs = weights.len() / bias.len();
                        let next = x.chunks(inputs).flat_map(|x| {
                            weights.chunks(inputs).zip(bias).map(move |(w, b)| {
                                let z = w.iter().zip(x).map(|(w, x)| w * x).sum::<f64>() + b;
                                if bias.len() == 5 { z.max(0.0) } else { z }
                            })
                        });
                        x = next.collect();
                    }
                    let total: f64 = x.iter().map(|z| z.exp()).sum();
                    (total.ln() - x[usize::from(labels[row])]) / data.len() as f64
                })
                .sum()
        };
        let start = parameters(&learner);
        let gradients = learner
            .layers
            .iter()
            .flat_map(|layer| [&layer.weights.gradient, &layer.bias.gradient]);
        for (part, gradient) in gradients.enumerate() {
            for (index, &gradient) in gradient.iter().enumerate() {
                let at = |h: f64| {
                    let mut moved = start.clone();
                    moved[part][index] += h;
                    loss(&moved)
                };
                let difference = (at(1e-6) - at(-1e-6)) / 2e-6;
                assert!((difference - f64::from(gradient)).abs() < 1e-4, "{part} {index}");
            }
        }
    }

    #[test]
    fn activations_do_not_depend_on_the_batch() {
        let data = data();
        let run = |batch| {
            let options = TrainOptions {
                batch,
                ..TrainOptions::default()
            };
            let mut trainer = Trainer::hierarchical(&data, SHAPE, options).unwrap();
            trainer.activations(&data).unwrap()
        };
        let (one, all) = (run(2), run(7));
        assert_eq!(
            all.iter().map(Vec::len).collect::<Vec<_>>(),
            [7 * 10, 7 * 5, 7 * 3]
        );
        assert_eq!(one, all);
    }

    #[test]
    fn misfits_are_refused() {
        let data = data();
        let refused = |shape| {
            Trainer::hierarchical(&data, shape, TrainOptions::default())
                .unwrap_err()
                .to_string()
        };
        assert!(refused(HierarchicalShape { width: 0, ..SHAPE }).contains("from 1 to 4096"));
        assert!(refused(HierarchicalShape { classes: 2, ..SHAPE }).contains("below 2"));
        assert!(refused(HierarchicalShape { depth: 3, ..SHAPE }).contains("expected 24, got 12"));
        assert!(refused(HierarchicalShape { depth: 0, ..SHAPE }).contains("from 1 and from 2"));
    }
}
