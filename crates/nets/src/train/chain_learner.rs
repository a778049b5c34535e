//! The learner of everything that is a chain of dense layers: autoencoders, unrolled stacks, classifiers.

use super::chain::{Chain, StepRule};
use super::rows::{Corruption, Rows, corrupt};
use super::{Batch, CodePenalty, Learner, TrainOptions, VisitState};
use crate::Loss;
use serde::Serialize;

/// What a chain is trained for.
pub trait ChainOptions: Serialize + Clone + Send + Sync {
    /// What outputs are compared with their targets by.
    fn loss(&self) -> Loss;
    /// What is done to inputs.
    fn corruption(&self) -> Corruption;
    /// Epochs, batch size, optimiser, seed.
    fn train(&self) -> &TrainOptions;
    /// What the outputs of the first layer are charged for.
    fn penalty(&self) -> CodePenalty {
        CodePenalty::None
    }
}

/// A chain of dense layers under training. Its target is its input or, for the softmax cross entropy, the label.
#[derive(Debug, Clone)]
pub struct ChainLearner<O> {
    pub(crate) options: O,
    pub(crate) chain: Chain<f32>,
    input_width: usize,
    /// The input as it is in the data, or the label as a row of zeros and a one.
    target: Vec<f32>,
    /// The input of the chain, if it is not the target.
    input: Vec<f32>,
}

impl<O: ChainOptions> ChainLearner<O> {
    pub(crate) fn new(options: O, chain: Chain<f32>, input_width: usize) -> Self {
        let last = chain.layers.len() - 1;
        let buffer = |width: usize| vec![0.0; chain.capacity() * width];
        let separate =
            options.corruption() != Corruption::None || options.loss() == Loss::SoftmaxCrossEntropy;
        ChainLearner {
            target: buffer(chain.width(last)),
            input: buffer(if separate { input_width } else { 0 }),
            options,
            chain,
            input_width,
        }
    }

    /// Outputs of the first `depth` layers for clean rows, one row each.
    pub(crate) fn outputs(&mut self, rows: Rows<'_>, depth: usize) -> Vec<f32> {
        let mut outputs = Vec::with_capacity(rows.count() * self.chain.width(depth - 1));
        for values in rows.values().chunks(self.chain.capacity() * self.input_width) {
            let count = values.len() / self.input_width;
            self.chain.forward(values, count, depth);
            outputs.extend_from_slice(self.chain.output(depth - 1, count));
        }
        outputs
    }

    /// Share of the rows whose largest output is not at their label; of rows without labels, all.
    fn misclassified(&mut self, rows: Rows<'_>) -> f64 {
        let Some(labels) = rows.labels() else { return 1.0 };
        let depth = self.chain.layers.len();
        let classes = self.chain.width(depth - 1);
        let outputs = self.outputs(rows, depth);
        let largest = |row: &[f32]| {
            let best = row.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
            best.map_or(0, |(class, _)| class)
        };
        let wrong = outputs
            .chunks_exact(classes)
            .zip(labels)
            .filter(|&(row, &label)| largest(row) != usize::from(label))
            .count();
        wrong as f64 / rows.count() as f64
    }
}

/// Copies rows of the data, one after the other.
fn gather(batch: &Batch<'_>, out: &mut [f32]) {
    batch.data.gather(batch.rows, out);
}

impl<O: ChainOptions> Learner for ChainLearner<O> {
    fn step(&mut self, batch: &Batch<'_>) -> f64 {
        let count = batch.rows.len();
        let loss = self.options.loss();
        let last = self.chain.layers.len() - 1;
        let target = &mut self.target[..count * self.chain.width(last)];
        let input: &[f32] = if loss == Loss::SoftmaxCrossEntropy {
            let classes = self.chain.width(last);
            target.fill(0.0);
            if let Some(labels) = batch.data.labels() {
                for (row, &index) in target.chunks_exact_mut(classes).zip(batch.rows) {
                    row[usize::from(labels[index])] = 1.0;
                }
            }
            let input = &mut self.input[..count * self.input_width];
            gather(batch, input);
            corrupt(input, self.input_width, self.options.corruption(), batch.address);
            input
        } else {
            gather(batch, target);
            if self.input.is_empty() {
                target
            } else {
                let input = &mut self.input[..target.len()];
                input.copy_from_slice(target);
                corrupt(input, self.input_width, self.options.corruption(), batch.address);
                input
            }
        };
        let total = self.chain.backward(input, target, count, loss);
        let rule = StepRule {
            optimizer: &self.options.train().optimizer,
            number: batch.step,
            factor: batch.rate_factor,
        };
        self.chain.step(input, count, rule);
        total
    }

    fn error(&mut self, data: Rows<'_>) -> f64 {
        if self.options.loss() == Loss::SoftmaxCrossEntropy {
            return self.misclassified(data);
        }
        let (values, width) = (data.values(), data.width());
        self.chain.evaluate(values, values, width, Loss::SquaredError) / values.len() as f64
    }

    fn visit_state(&mut self, visit: &mut VisitState<'_, f32>) {
        self.chain.visit_state("parameter", visit);
    }

    fn settings(&self) -> serde_json::Value {
        // Options are plain numbers and names, which JSON holds; should one not, it is left out of the comparison.
        let widths: Vec<usize> = (0..self.chain.layers.len())
            .map(|l| self.chain.width(l))
            .collect();
        serde_json::json!({
            "options": serde_json::to_value(&self.options).unwrap_or_default(),
            "input_width": self.input_width,
            "widths": widths,
        })
    }
}
