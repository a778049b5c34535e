//! Training of one autoencoder by mini-batches.

use super::Autoencoder;
use crate::matrix::{Real, on_pool};
use crate::optimizer::option;
use crate::random::{Purpose, stream, unit_f64};
use crate::train::OnProgress;
use crate::train::chain::{Chain, DenseUse, Parameter};
use crate::train::rows::{BatchAddress, Corruption, Rows, corrupt, epoch_order};
use crate::{Activation, Dataset, Dense, EpochError, Loss, NetError, Progress, TrainOptions};
use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

/// The architecture of an autoencoder and how to train it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AutoencoderOptions {
    /// Width of the code.
    pub code_width: usize,
    /// Activation of the encoder.
    pub activation: Activation,
    /// Activation of the decoder.
    pub decoder_activation: Activation,
    /// Whether the decoder's weights are the transpose of the encoder's.
    pub tied: bool,
    /// The loss.
    pub loss: Loss,
    /// What is done to inputs before they are encoded; anything but `None` makes a denoising autoencoder.
    pub corruption: Corruption,
    /// Epochs, batch size, optimiser, seed.
    pub train: TrainOptions,
}

impl Default for AutoencoderOptions {
    fn default() -> Self {
        AutoencoderOptions {
            code_width: 48,
            activation: Activation::Sigmoid,
            decoder_activation: Activation::Sigmoid,
            tied: false,
            loss: Loss::CrossEntropy,
            corruption: Corruption::None,
            train: TrainOptions::default(),
        }
    }
}

impl AutoencoderOptions {
    /// Checks that all settings are in range and go together.
    ///
    /// # Errors
    /// [`NetError::Option`] naming the first that does not.
    pub fn check(&self) -> Result<(), NetError> {
        option(
            self.code_width > 0,
            "code width",
            self.code_width,
            "at least 1 unit",
        )?;
        self.loss.check(self.decoder_activation)?;
        self.corruption.check()?;
        self.train.check()
    }
}

/// An autoencoder under training: one call of [`AutoencoderTrainer::epoch`] is one pass over the data.
///
/// ```
/// use nets::{ignore_progress, AutoencoderOptions, AutoencoderTrainer, Dataset};
/// let digits = Dataset::digits();
/// let mut trainer = AutoencoderTrainer::new(&digits, AutoencoderOptions::default())?;
/// let first = trainer.epoch(&mut ignore_progress)?;
/// let second = trainer.epoch(&mut ignore_progress)?;
/// assert!(second < first);
/// # Ok::<(), nets::NetError>(())
/// ```
#[derive(Debug, Clone)]
pub struct AutoencoderTrainer<'a> {
    rows: Rows<'a>,
    options: AutoencoderOptions,
    chain: Chain<f32>,
    order: Vec<usize>,
    target: Vec<f32>,
    input: Vec<f32>,
    epoch: usize,
    layer: usize,
    layers: usize,
}

impl<'a> AutoencoderTrainer<'a> {
    /// A trainer with fresh weights (uniform, of variance 2/(in + out): Glorot and Bengio 2010) and zero biases.
    ///
    /// # Errors
    /// [`NetError::Option`] if an option is out of range; for the cross entropy, [`NetError::OutOfRange`] if a value
    /// of the data lies outside \[0, 1\].
    pub fn new(data: &'a Dataset, options: AutoencoderOptions) -> Result<Self, NetError> {
        let rows = Rows {
            values: data.values(),
            width: data.width(),
        };
        AutoencoderTrainer::on_rows(rows, options, 0, 1)
    }

    /// A trainer for one layer of several.
    pub(crate) fn on_rows(
        rows: Rows<'a>,
        options: AutoencoderOptions,
        layer: usize,
        layers: usize,
    ) -> Result<Self, NetError> {
        options.check()?;
        if options.loss == Loss::CrossEntropy {
            rows.check_unit_interval("data for the cross entropy")?;
        }
        let chain = fresh_chain(rows.width, &options, layer);
        let buffer = vec![0.0; options.train.batch.min(rows.len()) * rows.width];
        let input = if options.corruption == Corruption::None {
            Vec::new()
        } else {
            buffer.clone()
        };
        Ok(AutoencoderTrainer {
            rows,
            options,
            chain,
            order: Vec::new(),
            target: buffer,
            input,
            epoch: 0,
            layer,
            layers,
        })
    }

    /// One pass over the data; returns the mean loss per row during it (of the corrupted inputs, if any).
    ///
    /// Allocates nothing after the first call.
    ///
    /// # Errors
    /// [`NetError::Diverged`] if the loss of a batch is not finite, [`NetError::Interrupted`] if the callback breaks.
    pub fn epoch(&mut self, on_progress: &mut OnProgress<'_>) -> Result<f64, NetError> {
        on_pool(|| self.pass(on_progress))
    }

    fn pass(&mut self, on_progress: &mut OnProgress<'_>) -> Result<f64, NetError> {
        self.epoch += 1;
        let TrainOptions {
            batch,
            seed,
            optimizer,
            epochs,
        } = self.options.train;
        let mut order = std::mem::take(&mut self.order);
        epoch_order(&mut order, self.rows.len(), seed, self.layer, self.epoch);
        let (mut total, mut done) = (0.0, 0);
        for (index, rows) in order.chunks(batch).enumerate() {
            let address = BatchAddress {
                seed,
                layer: self.layer,
                epoch: self.epoch,
                batch: index,
                step: 0,
            };
            let loss = self.batch(rows, address);
            if !loss.is_finite() {
                return Err(NetError::Diverged {
                    epoch: self.epoch,
                    batch: index,
                    rate: optimizer.rate(),
                    loss,
                });
            }
            total += loss;
            done += rows.len();
            let progress = Progress {
                layer: self.layer,
                layers: self.layers,
                epoch: self.epoch,
                epochs,
                rows_done: done,
                rows: self.rows.len(),
                loss: total / done as f64,
                errors: None,
            };
            if on_progress(&progress).is_break() {
                return Err(NetError::Interrupted { epoch: self.epoch });
            }
        }
        self.order = order;
        Ok(total / self.rows.len() as f64)
    }

    /// One step; returns the loss summed over its rows.
    fn batch(&mut self, rows: &[usize], address: BatchAddress) -> f64 {
        let count = rows.len();
        let target = &mut self.target[..count * self.rows.width];
        self.rows.gather(rows, target);
        let input: &[f32] = if self.input.is_empty() {
            target
        } else {
            let input = &mut self.input[..target.len()];
            input.copy_from_slice(target);
            corrupt(input, self.rows.width, self.options.corruption, address);
            input
        };
        let loss = self.chain.backward(input, target, count, self.options.loss);
        self.chain.gradients(input, count);
        self.chain.step(&self.options.train.optimizer, 1.0);
        loss
    }

    /// Mean squared reconstruction error per coordinate on clean rows.
    pub(crate) fn error(&mut self, rows: Rows<'_>) -> f64 {
        let sum = self
            .chain
            .evaluate(rows.values, rows.values, rows.width, Loss::SquaredError);
        sum / rows.values.len() as f64
    }

    /// The errors on the training rows (a sample of them) and on held-out rows.
    pub(crate) fn errors(&mut self, sample: Rows<'_>, held_out: Option<Rows<'_>>) -> EpochError {
        let train = self.error(sample);
        EpochError {
            epoch: self.epoch,
            train,
            held_out: held_out.map(|rows| self.error(rows)),
        }
    }

    /// Trains to the end, measuring the errors before and after every epoch.
    pub(crate) fn run(
        &mut self,
        held_out: Option<Rows<'_>>,
        on_progress: &mut OnProgress<'_>,
    ) -> Result<Vec<EpochError>, NetError> {
        let sample = self.rows.sample();
        let mut history = vec![self.errors(sample, held_out)];
        let TrainOptions { epochs, .. } = self.options.train;
        while self.epoch < epochs {
            let loss = self.epoch(on_progress)?;
            let errors = self.errors(sample, held_out);
            history.push(errors);
            let progress = Progress {
                layer: self.layer,
                layers: self.layers,
                epoch: self.epoch,
                epochs,
                rows_done: self.rows.len(),
                rows: self.rows.len(),
                loss,
                errors: Some(errors),
            };
            if on_progress(&progress).is_break() {
                return Err(NetError::Interrupted { epoch: self.epoch });
            }
        }
        Ok(history)
    }

    /// Codes of clean rows, one row each.
    pub(crate) fn encode(&mut self, rows: Rows<'_>) -> Vec<f32> {
        let mut codes = Vec::with_capacity(rows.len() * self.options.code_width);
        let batch = self.target.len() / self.rows.width;
        for values in rows.values.chunks(batch * rows.width) {
            let count = values.len() / rows.width;
            self.chain.forward(values, count, 1);
            codes.extend_from_slice(self.chain.output(0, count));
        }
        codes
    }

    /// The autoencoder as trained so far.
    pub fn autoencoder(&self) -> Autoencoder {
        let matrix = |p: &Parameter<f32>| {
            DMatrix::from_row_iterator(p.rows, p.columns, p.values.iter().map(|v| v.to_f64()))
        };
        let vector =
            |p: &Parameter<f32>| DVector::from_iterator(p.values.len(), p.values.iter().map(|v| v.to_f64()));
        let [encoder, decoder] = [self.chain.layers[0], self.chain.layers[1]];
        let parameters = &self.chain.parameters;
        let build = || {
            let bias = vector(&parameters[encoder.bias]);
            let first = Dense::new(matrix(&parameters[encoder.weight]), bias, encoder.activation)?;
            let bias = vector(&parameters[decoder.bias]);
            if decoder.transposed {
                Autoencoder::tied(first, bias, decoder.activation)
            } else {
                Autoencoder::untied(
                    first,
                    Dense::new(matrix(&parameters[decoder.weight]), bias, decoder.activation)?,
                )
            }
        };
        build().expect("shapes fit by construction, and a step with a finite loss keeps the weights finite")
    }
}

/// Encoder and decoder with fresh weights.
fn fresh_chain(width: usize, options: &AutoencoderOptions, layer: usize) -> Chain<f32> {
    let code = options.code_width;
    let matrix = |index: u64, rows: usize, columns: usize| {
        let mut rng = stream(options.train.seed, Purpose::Weights, layer as u64, index);
        let limit = (6.0 / (rows + columns) as f64).sqrt();
        let values = (0..rows * columns)
            .map(|_| (limit * (2.0 * unit_f64(&mut rng) - 1.0)) as f32)
            .collect();
        Parameter::new(values, rows, columns)
    };
    let zeros = |length| Parameter::new(vec![0.0; length], 1, length);
    let mut parameters = vec![matrix(0, code, width), zeros(code), zeros(width)];
    let encoder = DenseUse {
        weight: 0,
        transposed: false,
        bias: 1,
        activation: options.activation,
    };
    let mut decoder = DenseUse {
        weight: 0,
        transposed: true,
        bias: 2,
        activation: options.decoder_activation,
    };
    if !options.tied {
        parameters.push(matrix(1, width, code));
        decoder = DenseUse {
            weight: 3,
            transposed: false,
            ..decoder
        };
    }
    Chain::new(parameters, vec![encoder, decoder], options.train.batch.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Optimizer, ignore_progress};

    /// The best affine map of rank k leaves the sum of the smaller eigenvalues of the covariance (Eckart and Young
    /// 1936; Baldi and Hornik 1989): no linear autoencoder is below it, and training comes close.
    #[test]
    fn a_linear_autoencoder_reaches_the_error_of_principal_components() {
        let digits = Dataset::digits();
        let rows = digits.len() as f64;
        let points =
            DMatrix::from_row_iterator(digits.len(), 64, digits.values().iter().map(|&v| f64::from(v)));
        let mean = points.row_mean();
        let centred = DMatrix::from_fn(digits.len(), 64, |i, j| points[(i, j)] - mean[j]);
        let mut eigenvalues = (centred.tr_mul(&centred) / rows)
            .symmetric_eigenvalues()
            .as_slice()
            .to_vec();
        eigenvalues.sort_by(f64::total_cmp);
        let optimum = eigenvalues[..64 - 8].iter().sum::<f64>() / 64.0;
        let options = AutoencoderOptions {
            code_width: 8,
            activation: Activation::Linear,
            decoder_activation: Activation::Linear,
            loss: Loss::SquaredError,
            train: TrainOptions {
                epochs: 80,
                batch: 100,
                optimizer: Optimizer::adam(2e-3),
                seed: 1,
            },
            ..AutoencoderOptions::default()
        };
        let mut trainer = AutoencoderTrainer::new(&digits, options).unwrap();
        trainer.run(None, &mut ignore_progress).unwrap();
        let error = trainer.error(trainer.rows);
        assert!(
            error > optimum * (1.0 - 1e-5) && error < optimum * 1.03,
            "{error} {optimum}"
        );
    }
}
