//! Training of a restricted Boltzmann machine by contrastive divergence.

use super::Rbm;
use crate::elementwise::{add_column_sums, bias_then_activate, vectorised};
use crate::loss::squared_error;
use crate::matrix::{View, for_each_block, for_each_block_pair, on_pool, product, product_then};
use crate::optimizer::option;
use crate::random::{Purpose, stream};
use crate::train::OnProgress;
use crate::train::rows::{BatchAddress, Rows, epoch_order, sample_bernoulli};
use crate::{Activation, Dataset, EpochError, NetError, Progress};
use nalgebra::{DMatrix, DVector};
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

/// Milder settings for the first epochs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct WarmUp {
    /// How many epochs.
    pub epochs: usize,
    /// Learning rate in them.
    pub rate: f64,
    /// Momentum in them.
    pub momentum: f64,
}

/// The size of a machine and how to train it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RbmOptions {
    /// Number of hidden units.
    pub hidden: usize,
    /// Gibbs steps between the positive and the negative phase (the k of CD-k).
    pub gibbs_steps: usize,
    /// Whether the visible units are sampled in the Gibbs chain, as the theory asks, or left as probabilities, which
    /// is less noisy and the custom.
    pub sample_visible: bool,
    /// Learning rate.
    pub rate: f64,
    /// Momentum of the weights.
    pub momentum: f64,
    /// Weight decay: λw is taken from the gradient of the weights.
    pub weight_decay: f64,
    /// Milder settings for the first epochs, as Hinton's guide advises.
    pub warm_up: Option<WarmUp>,
    /// Passes over the training rows.
    pub epochs: usize,
    /// Rows per step.
    pub batch: usize,
    /// Everything random follows from it.
    pub seed: u64,
}

impl Default for RbmOptions {
    fn default() -> Self {
        RbmOptions {
            hidden: 64,
            gibbs_steps: 1,
            sample_visible: false,
            rate: 0.04,
            momentum: 0.9,
            weight_decay: 2e-4,
            warm_up: Some(WarmUp {
                epochs: 3,
                rate: 0.1,
                momentum: 0.5,
            }),
            epochs: 60,
            batch: 32,
            seed: 0,
        }
    }
}

impl RbmOptions {
    /// Checks that all settings are in range.
    ///
    /// # Errors
    /// [`NetError::Option`] naming the first that is not.
    pub fn check(&self) -> Result<(), NetError> {
        option(self.hidden > 0, "hidden units", self.hidden, "at least 1")?;
        option(
            self.gibbs_steps > 0,
            "Gibbs steps",
            self.gibbs_steps,
            "at least 1",
        )?;
        option(self.batch > 0, "batch", self.batch, "at least 1 row")?;
        let decay = self.weight_decay;
        option(
            decay.is_finite() && decay >= 0.0,
            "weight decay",
            decay,
            "a finite number of at least 0",
        )?;
        let warm_up = self.warm_up.map(|w| (w.rate, w.momentum));
        for (rate, momentum) in [(self.rate, self.momentum)].into_iter().chain(warm_up) {
            option(
                rate.is_finite() && rate > 0.0,
                "learning rate",
                rate,
                "a finite number above 0",
            )?;
            option(
                (0.0..1.0).contains(&momentum),
                "momentum",
                momentum,
                "a number in [0, 1)",
            )?;
        }
        Ok(())
    }

    /// Learning rate and momentum of an epoch, counted from 1.
    fn settings(&self, epoch: usize) -> (f64, f64) {
        match self.warm_up {
            Some(warm_up) if epoch <= warm_up.epochs => (warm_up.rate, warm_up.momentum),
            _ => (self.rate, self.momentum),
        }
    }
}

/// A machine under training: one call of [`RbmTrainer::epoch`] is one pass over the data.
///
/// The hidden units of the positive phase and of every Gibbs step are sampled (Hinton's guide, section 3); the
/// visible biases start at the log-odds of the data's means.
///
/// ```
/// use nets::{ignore_progress, Dataset, RbmOptions, RbmTrainer};
/// let digits = Dataset::digits();
/// let mut trainer = RbmTrainer::new(&digits, RbmOptions::default())?;
/// let first = trainer.epoch(&mut ignore_progress)?;
/// let second = trainer.epoch(&mut ignore_progress)?;
/// assert!(second < first); // squared error of the one-step reconstruction, per row
/// # Ok::<(), nets::NetError>(())
/// ```
#[derive(Debug, Clone)]
pub struct RbmTrainer<'a> {
    rows: Rows<'a>,
    options: RbmOptions,
    /// Hidden × visible.
    weights: Vec<f32>,
    velocity: Vec<f32>,
    visible_bias: Vec<f32>,
    hidden_bias: Vec<f32>,
    order: Vec<usize>,
    /// Data, then its reconstruction: 2·batch × visible.
    visible: Vec<f32>,
    /// Hidden probabilities given each, the second half negated: 2·batch × hidden.
    hidden: Vec<f32>,
    /// Sampled hidden states, batch × hidden.
    sample: Vec<f32>,
    visible_sums: Vec<f32>,
    hidden_sums: Vec<f32>,
    epoch: usize,
    layer: usize,
    layers: usize,
}

impl<'a> RbmTrainer<'a> {
    /// A trainer with fresh weights (normal, standard deviation 0.01).
    ///
    /// # Errors
    /// [`NetError::Option`] if an option is out of range, [`NetError::OutOfRange`] if a value of the data lies outside
    /// \[0, 1\].
    pub fn new(data: &'a Dataset, options: RbmOptions) -> Result<Self, NetError> {
        RbmTrainer::on_rows(
            Rows {
                values: data.values(),
                width: data.width(),
            },
            options,
            0,
            1,
        )
    }

    /// A trainer for one layer of several.
    pub(crate) fn on_rows(
        rows: Rows<'a>,
        options: RbmOptions,
        layer: usize,
        layers: usize,
    ) -> Result<Self, NetError> {
        options.check()?;
        rows.check_unit_interval("data for binary units")?;
        let (width, hidden) = (rows.width, options.hidden);
        let mut rng = stream(options.seed, Purpose::Weights, layer as u64, 0);
        let mut normal = || -> f64 { StandardNormal.sample(&mut rng) };
        let weights: Vec<f32> = (0..hidden * width).map(|_| (0.01 * normal()) as f32).collect();
        let mut means = vec![0.0; width];
        for row in rows.values.chunks_exact(width) {
            means
                .iter_mut()
                .zip(row)
                .for_each(|(mean, &value)| *mean += f64::from(value) / rows.len() as f64);
        }
        let log_odds = |mean: &f64| {
            let mean = mean.clamp(0.01, 0.99);
            (mean / (1.0 - mean)).ln() as f32
        };
        let batch = options.batch.min(rows.len());
        Ok(RbmTrainer {
            velocity: vec![0.0; weights.len()],
            weights,
            visible_bias: means.iter().map(log_odds).collect(),
            hidden_bias: vec![0.0; hidden],
            order: Vec::new(),
            visible: vec![0.0; 2 * batch * width],
            hidden: vec![0.0; 2 * batch * hidden],
            sample: vec![0.0; batch * hidden],
            visible_sums: vec![0.0; width],
            hidden_sums: vec![0.0; hidden],
            epoch: 0,
            rows,
            options,
            layer,
            layers,
        })
    }

    /// One pass over the data; returns the mean squared error per row of the negative phase's visible units.
    ///
    /// Allocates nothing after the first call.
    ///
    /// # Errors
    /// [`NetError::Diverged`] if a batch's error is not finite, [`NetError::Interrupted`] if the callback breaks.
    pub fn epoch(&mut self, on_progress: &mut OnProgress<'_>) -> Result<f64, NetError> {
        on_pool(|| self.pass(on_progress))
    }

    fn pass(&mut self, on_progress: &mut OnProgress<'_>) -> Result<f64, NetError> {
        self.epoch += 1;
        let RbmOptions {
            batch, seed, epochs, ..
        } = self.options;
        let mut order = std::mem::take(&mut self.order);
        epoch_order(&mut order, self.rows.len(), seed, self.layer, self.epoch);
        let (mut total, mut done) = (0.0, 0);
        for (index, rows) in order.chunks(batch).enumerate() {
            let loss = self.batch(
                rows,
                BatchAddress {
                    seed,
                    layer: self.layer,
                    epoch: self.epoch,
                    batch: index,
                    step: 0,
                },
            );
            if !loss.is_finite() {
                let rate = self.options.settings(self.epoch).0;
                return Err(NetError::Diverged {
                    epoch: self.epoch,
                    batch: index,
                    rate,
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

    /// One step of contrastive divergence; returns the squared error of the reconstruction, summed.
    fn batch(&mut self, rows: &[usize], address: BatchAddress) -> f64 {
        let (count, width, hidden) = (rows.len(), self.rows.width, self.options.hidden);
        let (data, model) = self.visible[..2 * count * width].split_at_mut(count * width);
        let (data_hidden, model_hidden) = self.hidden[..2 * count * hidden].split_at_mut(count * hidden);
        let sample = &mut self.sample[..count * hidden];
        let weights = View::new(&self.weights, hidden, width);
        let up = |visible: &[f32], out: &mut [f32]| {
            product_then(
                out,
                View::new(visible, count, width),
                weights.transposed(),
                1.0,
                0.0,
                |_, block| {
                    bias_then_activate(block, &self.hidden_bias, Activation::Sigmoid);
                    0.0
                },
            );
        };
        self.rows.gather(rows, data);
        up(data, data_hidden);
        sample.copy_from_slice(data_hidden);
        for step in 0..self.options.gibbs_steps {
            sample_bernoulli(sample, hidden, Purpose::Hidden, address.with_step(step));
            product_then(
                model,
                View::new(sample, count, hidden),
                weights,
                1.0,
                0.0,
                |_, block| {
                    bias_then_activate(block, &self.visible_bias, Activation::Sigmoid);
                    0.0
                },
            );
            if self.options.sample_visible {
                sample_bernoulli(model, width, Purpose::Visible, address.with_step(step));
            }
            up(model, model_hidden);
            if step + 1 < self.options.gibbs_steps {
                sample.copy_from_slice(model_hidden);
            }
        }
        let error = squared_error(model, data);
        model_hidden.iter_mut().for_each(|h| *h = -*h);
        self.update(count);
        error
    }

    /// W, b, c ← W + velocity, b + η(v₀ − v₁), c + η(h₀ − h₁).
    fn update(&mut self, count: usize) {
        let (width, hidden) = (self.rows.width, self.options.hidden);
        let (rate, momentum) = self.options.settings(self.epoch);
        let step = (rate / count as f64) as f32;
        let visible = View::new(&self.visible[..2 * count * width], 2 * count, width);
        let probabilities = View::new(&self.hidden[..2 * count * hidden], 2 * count, hidden);
        // Positive minus negative statistics in one product, since the second half of `hidden` is negated.
        product(
            &mut self.velocity,
            probabilities.transposed(),
            visible,
            step,
            momentum as f32,
        );
        let decay = (rate * self.options.weight_decay) as f32;
        /// Weights per task.
        const BLOCK: usize = 1 << 15;
        for_each_block_pair(
            &mut self.weights,
            &mut self.velocity,
            BLOCK,
            |_, weights, velocity| {
                vectorised(#[inline(always)] || {
                    for (w, v) in weights.iter_mut().zip(velocity) {
                        *v -= decay * *w;
                        *w += *v;
                    }
                });
            },
        );
        let (data, model) = self.visible[..2 * count * width].split_at(count * width);
        let mean_difference = |sums: &mut Vec<f32>, plus: &[f32], minus: &[f32], sign: f32| {
            sums.fill(0.0);
            add_column_sums(sums, minus);
            sums.iter_mut().for_each(|sum| *sum *= sign);
            add_column_sums(sums, plus);
        };
        mean_difference(&mut self.visible_sums, data, model, -1.0);
        let (data, model) = self.hidden[..2 * count * hidden].split_at(count * hidden);
        mean_difference(&mut self.hidden_sums, data, model, 1.0); // already negated
        for (bias, sums) in [
            (&mut self.visible_bias, &self.visible_sums),
            (&mut self.hidden_bias, &self.hidden_sums),
        ] {
            bias.iter_mut().zip(sums).for_each(|(b, s)| *b += step * s);
        }
    }

    /// Mean squared error per coordinate of the mean-field reconstruction.
    pub(crate) fn error(&mut self, rows: Rows<'_>) -> f64 {
        let (width, hidden) = (self.rows.width, self.options.hidden);
        let batch = self.sample.len() / hidden;
        let mut total = 0.0;
        for values in rows.values.chunks(batch * width) {
            let count = values.len() / width;
            let up = &mut self.sample[..count * hidden];
            let weights = View::new(&self.weights, hidden, width);
            product(
                up,
                View::new(values, count, width),
                weights.transposed(),
                1.0,
                0.0,
            );
            bias_then_activate(up, &self.hidden_bias, Activation::Sigmoid);
            let down = &mut self.visible[..count * width];
            product(down, View::new(up, count, hidden), weights, 1.0, 0.0);
            for_each_block(down, 64 * width, |_, block| {
                bias_then_activate(block, &self.visible_bias, Activation::Sigmoid);
            });
            total += squared_error(down, values);
        }
        total / rows.values.len() as f64
    }

    /// Trains to the end; returns the mean-field reconstruction errors before training and after every epoch.
    ///
    /// # Errors
    /// As [`RbmTrainer::epoch`].
    pub fn run(
        &mut self,
        held_out: Option<&Dataset>,
        on_progress: &mut OnProgress<'_>,
    ) -> Result<Vec<EpochError>, NetError> {
        let sample = self.rows.sample();
        let held_out = held_out.map(|data| Rows {
            values: data.values(),
            width: data.width(),
        });
        let measure = |trainer: &mut Self| {
            let train = trainer.error(sample);
            EpochError {
                epoch: trainer.epoch,
                train,
                held_out: held_out.map(|rows| trainer.error(rows)),
            }
        };
        let mut history = vec![measure(self)];
        while self.epoch < self.options.epochs {
            self.epoch(on_progress)?;
            history.push(measure(self));
        }
        Ok(history)
    }

    /// The machine as trained so far.
    pub fn rbm(&self) -> Rbm {
        let double =
            |values: &[f32]| DVector::from_iterator(values.len(), values.iter().map(|&v| f64::from(v)));
        let weights = self.weights.iter().map(|&w| f64::from(w));
        let weights = DMatrix::from_row_iterator(self.options.hidden, self.rows.width, weights);
        Rbm::new(weights, double(&self.visible_bias), double(&self.hidden_bias))
            .expect("shapes fit by construction, and a step with a finite error keeps the weights finite")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ignore_progress;

    /// Every state of `width` binary units.
    fn states(width: usize) -> impl Iterator<Item = DVector<f64>> {
        (0..1u32 << width).map(move |s| DVector::from_fn(width, |i, _| f64::from(s >> i & 1)))
    }

    /// Mean log-likelihood of rows by enumeration of the visible states.
    fn likelihood(rbm: &Rbm, rows: &Dataset) -> f64 {
        let z: f64 = states(rbm.visible_width())
            .map(|v| (-rbm.free_energy(&v)).exp())
            .sum();
        let mean = (0..rows.len())
            .map(|row| -rbm.free_energy(&rows.point(row)))
            .sum::<f64>()
            / rows.len() as f64;
        mean - z.ln()
    }

    /// 000111, 111000, 111111, 000000 in turn.
    fn patterns(rows: usize) -> Dataset {
        let bit = |row: usize, unit: usize| [unit >= 3, unit < 3, true, false][row % 4];
        let values = (0..rows * 6)
            .map(|i| f32::from(u8::from(bit(i / 6, i % 6))))
            .collect();
        Dataset::new("patterns", values, 6).unwrap()
    }

    #[test]
    fn training_raises_the_likelihood_of_a_small_machine() {
        let data = patterns(400);
        let options = RbmOptions {
            hidden: 4,
            epochs: 100,
            batch: 20,
            gibbs_steps: 10,
            sample_visible: true,
            ..RbmOptions::default()
        };
        let mut trainer = RbmTrainer::new(&data, options).unwrap();
        let before = likelihood(&trainer.rbm(), &data);
        trainer.run(None, &mut ignore_progress).unwrap();
        let after = likelihood(&trainer.rbm(), &data);
        // Independent units: 6 ln(1/2) = −4.16; the best possible: ln(1/4) = −1.39.
        assert!(before < -4.0 && after > -1.8, "{before} {after}");
    }

    #[test]
    fn a_long_chain_gives_the_gradient_of_the_likelihood() {
        let rows = 40_000;
        let data = patterns(rows);
        let (rate, momentum) = (1e-3, 0.0);
        let options = RbmOptions {
            hidden: 3,
            gibbs_steps: 25,
            sample_visible: true,
            rate,
            momentum,
            weight_decay: 0.0,
            warm_up: None,
            epochs: 1,
            batch: rows,
            seed: 4,
        };
        let mut trainer = RbmTrainer::new(&data, options).unwrap();
        let start: Vec<f32> = (0..18).map(|i| 0.15 * (i * 7 % 11) as f32 - 0.8).collect();
        trainer.weights = start.clone();
        let before = trainer.rbm();
        trainer.epoch(&mut ignore_progress).unwrap();
        for (index, (&now, &then)) in trainer.weights.iter().zip(&start).enumerate() {
            let estimate = f64::from(now - then) / rate;
            let shifted = |shift: f64| {
                let mut weights = before.weights().clone();
                weights[(index / 6, index % 6)] += shift;
                let rbm = Rbm::new(
                    weights,
                    before.visible_bias().clone(),
                    before.hidden_bias().clone(),
                )
                .unwrap();
                likelihood(&rbm, &patterns(4))
            };
            let exact = (shifted(1e-5) - shifted(-1e-5)) / 2e-5;
            // The spread of one row's statistic is below 1/2, so that of the mean below 0.0025: five of those.
            assert!(
                (estimate - exact).abs() < 0.0125,
                "weight {index}: {estimate} {exact}"
            );
        }
    }

    #[test]
    fn one_and_two_threads_give_the_same_bytes() {
        let digits = Dataset::digits();
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            let options = RbmOptions {
                hidden: 300,
                batch: 256,
                epochs: 2,
                gibbs_steps: 2,
                ..RbmOptions::default()
            };
            let mut trainer = RbmTrainer::new(&digits, options).unwrap();
            let history = pool.install(|| trainer.run(None, &mut ignore_progress).unwrap());
            (trainer.weights, history)
        };
        assert_eq!(run(1), run(2));
    }

    #[test]
    fn data_outside_the_unit_interval_is_refused() {
        let data = Dataset::new("x", vec![0.5, 1.5], 2).unwrap();
        let error = RbmTrainer::new(&data, RbmOptions::default()).unwrap_err();
        assert!(matches!(error, NetError::OutOfRange { index: 1, .. }), "{error}");
    }
}
