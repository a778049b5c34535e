//! Training of a restricted Boltzmann machine by contrastive divergence, from the data or with persistent chains.

use super::{NegativePhase, Rbm, RbmOptions, VisibleUnits};
use crate::elementwise::{add_column_sums, bias_then_activate, vectorised};
use crate::loss::squared_error;
use crate::matrix::{View, product_then, product_with};
use crate::random::{Purpose, stream};
use crate::train::rows::{BatchAddress, Rows, add_normal, sample_bernoulli};
use crate::train::{Batch, Learner, Trainer, VisitState};
use crate::{Activation, Dataset, NetError, TrainOptions};
use nalgebra::{DMatrix, DVector};
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

/// A machine with what its training needs.
///
/// The hidden units of the positive phase and of every Gibbs step are sampled (Hinton's guide, section 3); the
/// positive and the last negative statistics use their probabilities.
#[derive(Debug, Clone)]
pub struct RbmLearner {
    options: RbmOptions,
    width: usize,
    /// Hidden × visible.
    weights: Vec<f32>,
    velocity: Vec<f32>,
    visible_bias: Vec<f32>,
    hidden_bias: Vec<f32>,
    /// Sampled hidden states of the persistent chains, chains × hidden; empty without.
    chains: Vec<f32>,
    /// Running means of the hidden units; empty without a sparsity target.
    activity: Vec<f32>,
    /// The batch, then the model's states: (batch + chains) × visible.
    visible: Vec<f32>,
    /// Hidden probabilities given each, those of the model scaled to cancel the data's: (batch + chains) × hidden.
    hidden: Vec<f32>,
    /// Sampled hidden states, batch × hidden.
    sample: Vec<f32>,
    visible_sums: Vec<f32>,
    hidden_sums: Vec<f32>,
}

/// A machine under training.
///
/// The loss of an epoch is the squared error of the negative phase's visible units per row, which for chains from the
/// data is that of the reconstruction; for persistent chains, that of the mean of their visible units.
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
pub type RbmTrainer<'a> = Trainer<'a, RbmLearner>;

impl<'a> Trainer<'a, RbmLearner> {
    /// A trainer with fresh weights (normal, standard deviation 0.01), hidden biases 0, and visible biases at the means
    /// of the data (at their log-odds for binary units).
    ///
    /// # Errors
    /// [`NetError::Option`] if an option is out of range, [`NetError::OutOfRange`] if a value of the data lies outside
    /// \[0, 1\] though the visible units are binary.
    pub fn new(data: &'a Dataset, options: RbmOptions) -> Result<Self, NetError> {
        RbmTrainer::on_rows(Rows::of(data), options, 0, 1)
    }

    /// A trainer for one layer of several.
    pub(crate) fn on_rows(
        rows: Rows<'a>,
        options: RbmOptions,
        layer: usize,
        layers: usize,
    ) -> Result<Self, NetError> {
        options.check()?;
        if options.visible == VisibleUnits::Binary {
            rows.check_unit_interval("data for binary units")?;
        }
        let learner = RbmLearner::new(rows, options, layer);
        Trainer::of_layer(rows, learner, options.train_options(), layer, layers)
    }

    /// The machine as trained so far.
    pub fn rbm(&self) -> Rbm {
        self.learner().rbm()
    }
}

impl RbmLearner {
    fn new(rows: Rows<'_>, options: RbmOptions, layer: usize) -> Self {
        let (width, hidden) = (rows.width(), options.hidden);
        let mut rng = stream(options.seed, Purpose::Weights, layer as u64, 0);
        let mut normal = || -> f64 { StandardNormal.sample(&mut rng) };
        let weights: Vec<f32> = (0..hidden * width).map(|_| (0.01 * normal()) as f32).collect();
        let mut means = vec![0.0; width];
        for row in rows.values().chunks_exact(width) {
            means
                .iter_mut()
                .zip(row)
                .for_each(|(mean, &value)| *mean += f64::from(value) / rows.count() as f64);
        }
        let start = |&mean: &f64| match options.visible {
            VisibleUnits::Gaussian => mean as f32,
            VisibleUnits::Binary => {
                let mean = mean.clamp(0.01, 0.99);
                (mean / (1.0 - mean)).ln() as f32
            }
        };
        let batch = options.batch.min(rows.count());
        let mut chains = Vec::new();
        if let NegativePhase::Persistent { chains: count } = options.negative_phase {
            let mut rng = stream(options.seed, Purpose::Chains, layer as u64, 0);
            chains = (0..count * hidden)
                .map(|_| f32::from(u8::from(rng.next_u32() >> 31 == 1)))
                .collect();
        }
        let rows = batch + (chains.len() / hidden).max(batch);
        RbmLearner {
            velocity: vec![0.0; weights.len()],
            weights,
            visible_bias: means.iter().map(start).collect(),
            hidden_bias: vec![0.0; hidden],
            activity: options
                .sparsity
                .map_or(Vec::new(), |sparsity| vec![sparsity.target as f32; hidden]),
            chains,
            visible: vec![0.0; rows * width],
            hidden: vec![0.0; rows * hidden],
            sample: vec![0.0; batch * hidden],
            visible_sums: vec![0.0; width],
            hidden_sums: vec![0.0; hidden],
            options,
            width,
        }
    }

    /// The machine as trained so far.
    fn rbm(&self) -> Rbm {
        let double =
            |values: &[f32]| DVector::from_iterator(values.len(), values.iter().map(|&v| f64::from(v)));
        let weights = self.weights.iter().map(|&w| f64::from(w));
        let weights = DMatrix::from_row_iterator(self.options.hidden, self.width, weights);
        let (visible, hidden) = (double(&self.visible_bias), double(&self.hidden_bias));
        Rbm::with_units(self.options.visible, weights, visible, hidden)
            .expect("shapes fit by construction, and a trainer keeps its weights finite")
    }

    /// The parameters alone, which the passes between the sides read.
    fn machine(&self) -> Machine<'_> {
        Machine {
            weights: View::new(&self.weights, self.options.hidden, self.width),
            visible_bias: &self.visible_bias,
            hidden_bias: &self.hidden_bias,
            visible: self.options.visible,
        }
    }

    /// Hidden probabilities of clean rows, one row each.
    pub(crate) fn codes(&self, rows: Rows<'_>) -> Vec<f32> {
        let hidden = self.options.hidden;
        let batch = (self.sample.len() / hidden).max(1);
        let mut codes = vec![0.0; rows.count() * hidden];
        let batches = rows.values().chunks(batch * self.width);
        for (out, values) in codes.chunks_mut(batch * hidden).zip(batches) {
            self.machine().up(values, out);
        }
        codes
    }

    /// The positive phase and the Gibbs steps of the negative one; returns the loss.
    fn phases(&mut self, batch: &Batch<'_>, count: usize, chains: usize) -> f64 {
        let (width, hidden, options) = (self.width, self.options.hidden, self.options);
        let mut visible = std::mem::take(&mut self.visible);
        let mut probabilities = std::mem::take(&mut self.hidden);
        let mut sample = std::mem::take(&mut self.sample);
        let mut persistent = std::mem::take(&mut self.chains);
        let machine = self.machine();
        let (data, model) = visible[..(count + chains) * width].split_at_mut(count * width);
        let (data_hidden, model_hidden) =
            probabilities[..(count + chains) * hidden].split_at_mut(count * hidden);
        let address = batch.address;
        batch.data.gather(batch.rows, data);
        let from_data = persistent.is_empty();
        let state = if from_data {
            let sample = &mut sample[..count * hidden];
            machine.up_and_sample(data, data_hidden, sample, address);
            sample
        } else {
            machine.up(data, data_hidden);
            &mut persistent[..]
        };
        let mut loss = 0.0;
        for step in 0..options.gibbs_steps {
            let noise = options.sample_visible.then(|| address.with_step(step));
            loss = machine.down(state, model, Some(&*data).filter(|_| from_data), noise);
            let last = step + 1 == options.gibbs_steps;
            if last && from_data {
                machine.up(model, model_hidden);
            } else {
                machine.up_and_sample(model, model_hidden, state, address.with_step(step + 1));
            }
        }
        (self.visible, self.hidden) = (visible, probabilities);
        (self.sample, self.chains) = (sample, persistent);
        loss
    }

    /// Adds the pull towards the sparsity target to the positive statistics.
    fn add_sparsity(&mut self, count: usize) {
        let Some(sparsity) = self.options.sparsity else {
            return;
        };
        let hidden = self.options.hidden;
        let data_hidden = &mut self.hidden[..count * hidden];
        self.hidden_sums.fill(0.0);
        add_column_sums(&mut self.hidden_sums, data_hidden);
        let (decay, fresh) = (
            sparsity.decay as f32,
            ((1.0 - sparsity.decay) / count as f64) as f32,
        );
        for (q, sum) in self.activity.iter_mut().zip(&mut self.hidden_sums) {
            *q = decay * *q + fresh * *sum;
            *sum = (sparsity.weight as f32) * (sparsity.target as f32 - *q);
        }
        for row in data_hidden.chunks_exact_mut(hidden) {
            row.iter_mut()
                .zip(&self.hidden_sums)
                .for_each(|(h, pull)| *h += pull);
        }
    }

    /// W, b, c ← W + velocity, b + η(v₀ − v₁), c + η(h₀ − h₁), in means over the rows of each.
    ///
    /// Returns the squared distance of the mean visible states.
    fn update(&mut self, count: usize, chains: usize, rate: f64, momentum: f64) -> f64 {
        let (width, hidden) = (self.width, self.options.hidden);
        let step = (rate / count as f64) as f32;
        let ratio = count as f32 / chains as f32;
        let model_hidden = &mut self.hidden[count * hidden..(count + chains) * hidden];
        model_hidden.iter_mut().for_each(|h| *h *= -ratio);
        let rows = count + chains;
        let visible = View::new(&self.visible[..rows * width], rows, width);
        let probabilities = View::new(&self.hidden[..rows * hidden], rows, hidden);
        let decay = (rate * self.options.weight_decay) as f32;
        // Positive minus negative statistics in one product, since the second half of `hidden` is negated.
        product_with(
            &mut self.velocity,
            probabilities.transposed(),
            visible,
            step,
            momentum as f32,
            [&mut self.weights],
            |_, velocity, [weights]| {
                vectorised(
                    #[inline(always)]
                    || {
                        for (w, v) in weights.iter_mut().zip(velocity) {
                            *v -= decay * *w;
                            *w += *v;
                        }
                    },
                );
                0.0
            },
        );
        let (data, model) = self.visible[..rows * width].split_at(count * width);
        self.visible_sums.fill(0.0);
        add_column_sums(&mut self.visible_sums, model);
        self.visible_sums.iter_mut().for_each(|sum| *sum *= -ratio);
        add_column_sums(&mut self.visible_sums, data);
        self.hidden_sums.fill(0.0);
        add_column_sums(&mut self.hidden_sums, &self.hidden[..rows * hidden]);
        for (bias, sums) in [
            (&mut self.visible_bias, &self.visible_sums),
            (&mut self.hidden_bias, &self.hidden_sums),
        ] {
            bias.iter_mut().zip(sums).for_each(|(b, s)| *b += step * s);
        }
        let square: f64 = self.visible_sums.iter().map(|&s| f64::from(s).powi(2)).sum();
        square / (count * count) as f64
    }
}

impl Learner for RbmLearner {
    fn step(&mut self, batch: &Batch<'_>) -> f64 {
        let count = batch.rows.len();
        let persistent = self.chains.len() / self.options.hidden;
        let chains = if persistent == 0 { count } else { persistent };
        let loss = self.phases(batch, count, chains);
        self.add_sparsity(count);
        let (rate, momentum) = self.options.settings(batch.address.epoch);
        let distance = self.update(count, chains, rate * batch.rate_factor, momentum);
        if persistent == 0 {
            loss
        } else {
            distance * count as f64
        }
    }

    /// Mean squared error per coordinate of the mean-field reconstruction.
    fn error(&mut self, rows: Rows<'_>) -> f64 {
        let hidden = self.options.hidden;
        let batch = self.sample.len() / hidden;
        let (mut sample, mut visible) = (
            std::mem::take(&mut self.sample),
            std::mem::take(&mut self.visible),
        );
        let mut total = 0.0;
        for values in rows.values().chunks(batch * self.width) {
            let up = &mut sample[..values.len() / self.width * hidden];
            self.machine().up(values, up);
            total += self
                .machine()
                .down(up, &mut visible[..values.len()], Some(values), None);
        }
        (self.sample, self.visible) = (sample, visible);
        total / rows.values().len() as f64
    }

    fn visit_state(&mut self, visit: &mut VisitState<'_, f32>) {
        visit(format_args!("weights"), &mut self.weights);
        visit(format_args!("velocity"), &mut self.velocity);
        visit(format_args!("visible_bias"), &mut self.visible_bias);
        visit(format_args!("hidden_bias"), &mut self.hidden_bias);
        visit(format_args!("chains"), &mut self.chains);
        visit(format_args!("activity"), &mut self.activity);
    }

    fn settings(&self) -> serde_json::Value {
        serde_json::json!({
            "options": serde_json::to_value(self.options).unwrap_or_default(),
            "input_width": self.width,
        })
    }

    fn rate(&self, epoch: usize, _: &TrainOptions) -> f64 {
        self.options.settings(epoch).0
    }
}

/// The parameters of a machine, for passes from one side to the other.
#[derive(Clone, Copy)]
struct Machine<'a> {
    /// Hidden × visible.
    weights: View<'a, f32>,
    visible_bias: &'a [f32],
    hidden_bias: &'a [f32],
    visible: VisibleUnits,
}

impl Machine<'_> {
    /// Hidden probabilities of rows of visible states.
    fn up(&self, visible: &[f32], out: &mut [f32]) {
        let width = self.weights.columns();
        let input = View::new(visible, visible.len() / width, width);
        product_then(out, input, self.weights.transposed(), 1.0, 0.0, |_, block| {
            bias_then_activate(block, self.hidden_bias, Activation::Sigmoid);
            0.0
        });
    }

    /// The same, with a sample of the hidden states.
    fn up_and_sample(&self, visible: &[f32], out: &mut [f32], sample: &mut [f32], address: BatchAddress) {
        let (hidden, width) = (self.weights.rows(), self.weights.columns());
        let input = View::new(visible, visible.len() / width, width);
        let weights = self.weights.transposed();
        product_with(
            out,
            input,
            weights,
            1.0,
            0.0,
            [sample],
            |first, block, [sample]| {
                bias_then_activate(block, self.hidden_bias, Activation::Sigmoid);
                sample.copy_from_slice(block);
                sample_bernoulli(sample, hidden, first, Purpose::Hidden, address);
                0.0
            },
        );
    }

    /// Means of the visible units given rows of hidden states, or a sample if there is an address for it; returns the
    /// squared error of the means against `compare`.
    fn down(
        &self,
        hidden: &[f32],
        out: &mut [f32],
        compare: Option<&[f32]>,
        sample: Option<BatchAddress>,
    ) -> f64 {
        let (units, width) = (self.weights.rows(), self.weights.columns());
        let input = View::new(hidden, hidden.len() / units, units);
        product_then(out, input, self.weights, 1.0, 0.0, |first, block| {
            bias_then_activate(block, self.visible_bias, self.visible.activation());
            let error = compare.map_or(0.0, |compare| {
                squared_error(block, &compare[first * width..][..block.len()])
            });
            match (sample, self.visible) {
                (None, _) => {}
                (Some(address), VisibleUnits::Binary) => {
                    sample_bernoulli(block, width, first, Purpose::Visible, address);
                }
                (Some(address), VisibleUnits::Gaussian) => {
                    add_normal(block, width, first, Purpose::Visible, address);
                }
            }
            error
        })
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
        trainer.run(&mut ignore_progress).unwrap();
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
            ..RbmOptions::default()
        };
        let mut trainer = RbmTrainer::new(&data, options).unwrap();
        let start: Vec<f32> = (0..18).map(|i| 0.15 * (i * 7 % 11) as f32 - 0.8).collect();
        trainer.learner_mut().weights = start.clone();
        let before = trainer.rbm();
        trainer.epoch(&mut ignore_progress).unwrap();
        for (index, (&now, &then)) in trainer.learner().weights.iter().zip(&start).enumerate() {
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
            pool.install(|| trainer.run(&mut ignore_progress).unwrap());
            (trainer.learner().weights.clone(), trainer.history().to_vec())
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
