//! Variational autoencoders (Kingma and Welling 2014; Rezende, Mohamed, Wierstra 2014).
//!
//! The encoder gives the mean μ and the log-variance ln s² of a normal code; the decoder turns a draw z = μ + s·ε into a
//! reconstruction. The loss of a row is that of the reconstruction plus β·KL(N(μ, s²) ‖ N(0, 1)), which for β = 1 and
//! the cross entropy is minus the evidence lower bound at one draw; the squared error Σ (y − t)² is, up to a constant,
//! minus the log-density of a normal of variance 1/2. Gradients go through the draw (the reparametrisation).

use crate::autoencoder::fresh_layers;
use crate::elementwise::vectorised;
use crate::matrix::Real;
use crate::optimizer::option;
use crate::random::{Purpose, stream};
use crate::train::chain::{Chain, StepRule};
use crate::train::rows::{Rows, add_normal};
use crate::train::{Batch, Learner, Trainer, VisitState};
use crate::{Activation, Dataset, Dense, Layer, Loss, NetError, Network, TrainOptions};
use nalgebra::DVector;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

/// The architecture of a variational autoencoder and how to train it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VariationalOptions {
    /// Widths of the encoder's hidden layers; the decoder has the same in the opposite order.
    pub hidden: Vec<usize>,
    /// Width of the code.
    pub latent: usize,
    /// Activation of the hidden layers.
    pub activation: Activation,
    /// Activation of the reconstruction.
    pub decoder_activation: Activation,
    /// Loss of the reconstruction.
    pub loss: Loss,
    /// β, the factor of the divergence from the prior.
    pub beta: f64,
    /// Epochs, batch size, optimiser, seed.
    pub train: TrainOptions,
}

impl Default for VariationalOptions {
    fn default() -> Self {
        VariationalOptions {
            hidden: vec![128],
            latent: 10,
            activation: Activation::Tanh,
            decoder_activation: Activation::Sigmoid,
            loss: Loss::CrossEntropy,
            beta: 1.0,
            train: TrainOptions::default(),
        }
    }
}

impl VariationalOptions {
    /// Checks that all settings are in range and go together.
    ///
    /// # Errors
    /// [`NetError::Option`] naming the first that does not.
    pub fn check(&self) -> Result<(), NetError> {
        option(self.latent > 0, "code width", self.latent, "at least 1 unit")?;
        let narrowest = self.hidden.iter().min();
        option(narrowest != Some(&0), "hidden width", 0, "at least 1 unit")?;
        let fine = self.beta.is_finite() && self.beta >= 0.0;
        option(fine, "beta", self.beta, "a finite number of at least 0")?;
        option(
            self.loss != Loss::SoftmaxCrossEntropy,
            "loss",
            "softmax cross entropy",
            "the squared error or the cross entropy, for a reconstruction",
        )?;
        self.loss.check(self.decoder_activation)?;
        self.train.check()
    }
}

/// A trained variational autoencoder.
///
/// Invariant: the encoder's last layer gives the means, then the log-variances; the decoder takes a code.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "VariationalParts", into = "VariationalParts")]
pub struct Variational {
    encoder: Vec<Dense>,
    decoder: Vec<Dense>,
}

#[derive(Serialize, Deserialize)]
struct VariationalParts {
    encoder: Vec<Dense>,
    decoder: Vec<Dense>,
}

impl TryFrom<VariationalParts> for Variational {
    type Error = NetError;
    fn try_from(parts: VariationalParts) -> Result<Self, NetError> {
        Variational::new(parts.encoder, parts.decoder)
    }
}

impl From<Variational> for VariationalParts {
    fn from(model: Variational) -> Self {
        VariationalParts {
            encoder: model.encoder,
            decoder: model.decoder,
        }
    }
}

fn network(layers: &[Dense]) -> Result<Network, NetError> {
    Network::new(layers.iter().cloned().map(Layer::from).collect())
}

impl Variational {
    /// A model from its layers; the encoder's last one gives the means of the code, then the log-variances.
    ///
    /// # Errors
    /// [`NetError::EmptyNetwork`] if a part has no layers, [`NetError::Shape`] or [`NetError::Layer`] if they do not fit.
    pub fn new(encoder: Vec<Dense>, decoder: Vec<Dense>) -> Result<Self, NetError> {
        let (up, down) = (network(&encoder)?, network(&decoder)?);
        let sizes = [
            (
                "outputs of the encoder (means and log-variances)",
                2 * down.input_width(),
                up.output_width(),
            ),
            (
                "outputs of the decoder (the input)",
                up.input_width(),
                down.output_width(),
            ),
        ];
        for (what, expected, got) in sizes {
            if expected != got {
                return Err(NetError::Shape {
                    what: what.into(),
                    expected,
                    got,
                });
            }
        }
        Ok(Variational { encoder, decoder })
    }

    /// Width of the code.
    pub fn latent_width(&self) -> usize {
        self.decoder[0].input_width()
    }

    /// Input → mean and log-variance of the code, one after the other.
    pub fn encoder_network(&self) -> Network {
        network(&self.encoder).expect("checked when the model was built")
    }

    /// Input → mean of the code.
    pub fn mean_network(&self) -> Network {
        let mut layers = self.encoder.clone();
        let head = layers.pop().expect("an encoder has at least one layer");
        let latent = self.latent_width();
        let (weights, bias) = (head.weights().rows(0, latent), head.bias().rows(0, latent));
        let mean = Dense::new(weights.into_owned(), bias.into_owned(), head.activation());
        layers.push(mean.expect("a part of a layer is a layer"));
        network(&layers).expect("checked when the model was built")
    }

    /// The encoder's layers; the last one gives means, then log-variances.
    pub fn encoder(&self) -> &[Dense] {
        &self.encoder
    }

    /// The decoder's layers.
    pub fn decoder(&self) -> &[Dense] {
        &self.decoder
    }

    /// Input → reconstruction from the mean of the code.
    pub fn reconstruction_network(&self) -> Network {
        let layers = [self.mean_network().layers(), self.decoder_network().layers()].concat();
        Network::new(layers).expect("checked when the model was built")
    }

    /// Code → reconstruction.
    pub fn decoder_network(&self) -> Network {
        network(&self.decoder).expect("checked when the model was built")
    }

    /// KL(code of x ‖ standard normal) = Σ (s² + μ² − 1 − ln s²)/2.
    ///
    /// # Panics
    /// If `x` is not as long as the input is wide.
    pub fn divergence(&self, x: &DVector<f64>) -> f64 {
        let code = self.encoder_network().forward(x);
        let latent = self.latent_width();
        (0..latent).map(|i| divergence(code[i], code[latent + i])).sum()
    }

    /// Reconstructions of codes drawn from the prior.
    ///
    /// # Errors
    /// [`NetError::Option`] for a count of 0, [`NetError::NotFinite`] if the decoder overflows.
    pub fn sample(&self, count: usize, seed: u64) -> Result<Dataset, NetError> {
        option(count > 0, "samples", count, "at least 1")?;
        let decoder = self.decoder_network();
        let mut values = Vec::with_capacity(count * decoder.output_width());
        for row in 0..count {
            let mut rng = stream(seed, Purpose::Latent, row as u64, u64::MAX);
            let code = DVector::from_fn(self.latent_width(), |_, _| StandardNormal.sample(&mut rng));
            values.extend(decoder.forward(&code).iter().map(|&v| v as f32));
        }
        Dataset::new("samples from the prior", values, decoder.output_width())
    }
}

/// KL(N(μ, e^ℓ) ‖ N(0, 1)).
#[inline(always)]
fn divergence<T: Real>(mean: T, log_variance: T) -> T {
    T::from_f64(0.5) * (log_variance.exp() + mean * mean - T::ONE - log_variance)
}

/// Both chains, with the code between them.
#[derive(Debug, Clone)]
struct Halves<T> {
    encoder: Chain<T>,
    decoder: Chain<T>,
    latent: usize,
    noise: Vec<T>,
    code: Vec<T>,
    code_delta: Vec<T>,
}

impl<T: Real> Halves<T> {
    fn new(encoder: Chain<T>, decoder: Chain<T>, latent: usize) -> Self {
        let buffer = vec![T::ZERO; encoder.capacity() * latent];
        Halves {
            noise: buffer.clone(),
            code: buffer.clone(),
            code_delta: buffer,
            encoder,
            decoder,
            latent,
        }
    }

    /// Leaves the gradients of both chains, for the noise that is set; returns the loss summed over rows.
    fn backward(&mut self, input: &[T], target: &[T], rows: usize, loss: Loss, beta: f64) -> f64 {
        let (latent, depth) = (self.latent, self.encoder.depth());
        self.encoder.forward(input, rows, depth);
        let half = T::from_f64(0.5);
        let codes = &mut self.code[..rows * latent];
        let noise = &self.noise[..rows * latent];
        let mut kl = 0.0;
        let heads = self.encoder.output(depth - 1, rows).chunks_exact(2 * latent);
        for ((head, code), noise) in heads
            .zip(codes.chunks_exact_mut(latent))
            .zip(noise.chunks_exact(latent))
        {
            let (mean, log_variance) = head.split_at(latent);
            for i in 0..latent {
                code[i] = mean[i] + (half * log_variance[i]).exp() * noise[i];
                kl += divergence(mean[i], log_variance[i]).to_f64();
            }
        }
        let total = self.decoder.backward(codes, target, rows, loss);
        let code_delta = &mut self.code_delta[..rows * latent];
        self.decoder.input_delta(code_delta, rows);
        let scale = T::from_f64(beta / rows as f64);
        let heads = self.encoder.last_delta(rows).chunks_exact_mut(2 * latent);
        vectorised(
            #[inline(always)]
            || {
                for ((head, delta), noise) in heads
                    .zip(code_delta.chunks_exact(latent))
                    .zip(noise.chunks_exact(latent))
                {
                    let (mean, log_variance) = head.split_at_mut(latent);
                    for i in 0..latent {
                        let deviation = (half * log_variance[i]).exp();
                        mean[i] = delta[i] + scale * mean[i];
                        log_variance[i] = half
                            * (delta[i] * noise[i] * deviation + scale * (deviation * deviation - T::ONE));
                    }
                }
            },
        );
        self.encoder.backward_through(rows);
        total + beta * kl
    }

    fn step(&mut self, input: &[T], rows: usize, rule: StepRule<'_>) {
        self.encoder.step(input, rows, rule);
        self.decoder.step(&self.code[..rows * self.latent], rows, rule);
    }
}

/// A variational autoencoder with what its training needs.
#[derive(Debug, Clone)]
pub struct VariationalLearner {
    options: VariationalOptions,
    halves: Halves<f32>,
    input: Vec<f32>,
}

/// A variational autoencoder under training; its error is that of the reconstruction from the mean of the code.
///
/// ```
/// use nets::*;
/// let digits = Dataset::digits();
/// let mut trainer = VariationalTrainer::variational(&digits, VariationalOptions::default())?;
/// let first = trainer.epoch(&mut ignore_progress)?;
/// let second = trainer.epoch(&mut ignore_progress)?;
/// assert!(second < first); // minus the evidence lower bound, in nats per row
/// let model = trainer.model();
/// assert_eq!(model.mean_network().output_width(), 10);
/// assert!(model.divergence(&digits.point(0)) > 0.0);
/// assert_eq!(model.sample(3, 1)?.len(), 3);
/// # Ok::<(), NetError>(())
/// ```
pub type VariationalTrainer<'a> = Trainer<'a, VariationalLearner>;

impl<'a> Trainer<'a, VariationalLearner> {
    /// A trainer with fresh weights (uniform, of variance 2/(in + out)) and zero biases.
    ///
    /// # Errors
    /// [`NetError::Option`] if an option is out of range; for the cross entropy, [`NetError::OutOfRange`] if a value
    /// of the data lies outside \[0, 1\].
    pub fn variational(data: &'a Dataset, options: VariationalOptions) -> Result<Self, NetError> {
        options.check()?;
        let rows = Rows::of(data);
        if options.loss == Loss::CrossEntropy {
            rows.check_unit_interval("data for the cross entropy")?;
        }
        let train = options.train;
        let hidden = options.hidden.iter().map(|&width| (width, options.activation));
        let mut up: Vec<_> = hidden.clone().collect();
        up.push((2 * options.latent, Activation::Linear));
        let mut down: Vec<_> = hidden.rev().collect();
        down.push((rows.width(), options.decoder_activation));
        let capacity = train.batch.min(rows.count());
        let chain = |input, widths: &[_], first| {
            let layers = fresh_layers(input, widths, train.seed, 0, first);
            Chain::of_layers(&layers, capacity, &train.optimizer)
        };
        let encoder = chain(rows.width(), &up, 0);
        let decoder = chain(options.latent, &down, up.len() as u64);
        let learner = VariationalLearner {
            halves: Halves::new(encoder, decoder, options.latent),
            input: vec![0.0; capacity * rows.width()],
            options,
        };
        Trainer::of_layer(rows, learner, train, 0, 1)
    }

    /// The model as trained so far.
    pub fn model(&self) -> Variational {
        let halves = &self.learner().halves;
        Variational::new(halves.encoder.denses(), halves.decoder.denses())
            .expect("the layers fit each other, by construction")
    }
}

impl Learner for VariationalLearner {
    fn step(&mut self, batch: &Batch<'_>) -> f64 {
        let (rows, width) = (batch.rows.len(), batch.data.width());
        let input = &mut self.input[..rows * width];
        batch.data.gather(batch.rows, input);
        let noise = &mut self.halves.noise[..rows * self.options.latent];
        noise.fill(0.0);
        add_normal(noise, self.options.latent, 0, Purpose::Latent, batch.address);
        let VariationalOptions {
            loss, beta, train, ..
        } = &self.options;
        let total = self.halves.backward(input, input, rows, *loss, *beta);
        let rule = StepRule {
            optimizer: &train.optimizer,
            number: batch.step,
            factor: batch.rate_factor,
        };
        self.halves.step(input, rows, rule);
        total
    }

    fn error(&mut self, data: Rows<'_>) -> f64 {
        let (latent, width) = (self.options.latent, data.width());
        let Halves {
            encoder,
            decoder,
            code,
            ..
        } = &mut self.halves;
        let depth = encoder.depth();
        let mut total = 0.0;
        for values in data.values().chunks(encoder.capacity() * width) {
            let rows = values.len() / width;
            encoder.forward(values, rows, depth);
            let heads = encoder.output(depth - 1, rows).chunks_exact(2 * latent);
            let code = &mut code[..rows * latent];
            for (head, code) in heads.zip(code.chunks_exact_mut(latent)) {
                code.copy_from_slice(&head[..latent]);
            }
            total += decoder.evaluate(code, values, latent, Loss::SquaredError);
        }
        total / data.values().len() as f64
    }

    fn visit_state(&mut self, visit: &mut VisitState<'_, f32>) {
        self.halves.encoder.visit_state("encoder", visit);
        self.halves.decoder.visit_state("decoder", visit);
    }

    fn settings(&self) -> serde_json::Value {
        serde_json::to_value(&self.options).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::unit_f64;
    use crate::{Optimizer, ignore_progress};

    fn numbers(count: usize, index: u64) -> Vec<f64> {
        let mut rng = stream(23, Purpose::Weights, index, 0);
        (0..count).map(|_| unit_f64(&mut rng) - 0.5).collect()
    }

    #[test]
    fn the_gradient_agrees_with_central_differences() {
        let (rows, latent) = (5, 2);
        let unit = Optimizer::sgd(1.0, 0.0);
        let chain = |input, widths: &[_], first| {
            Chain::<f64>::of_layers(&fresh_layers(input, widths, 9, 0, first), rows, &unit)
        };
        let encoder = chain(4, &[(3, Activation::Tanh), (2 * latent, Activation::Linear)], 0);
        let decoder = chain(latent, &[(3, Activation::Tanh), (4, Activation::Sigmoid)], 2);
        let mut halves = Halves::new(encoder, decoder, latent);
        halves.noise = numbers(rows * latent, 1).iter().map(|x| 3.0 * x).collect();
        let input: Vec<f64> = numbers(rows * 4, 2).iter().map(|x| x + 0.5).collect();
        for loss in [Loss::CrossEntropy, Loss::SquaredError] {
            let mut stepped = halves.clone();
            stepped.backward(&input, &input, rows, loss, 0.7);
            let rule = StepRule {
                optimizer: &unit,
                number: 1,
                factor: 1.0,
            };
            stepped.step(&input, rows, rule);
            for encoding in [true, false] {
                let part = |halves: &Halves<f64>, parameter: usize| {
                    let chain = if encoding {
                        &halves.encoder
                    } else {
                        &halves.decoder
                    };
                    chain.parameters[parameter].values.clone()
                };
                for parameter in 0..4 {
                    let (before, after) = (part(&halves, parameter), part(&stepped, parameter));
                    for index in 0..before.len() {
                        let at = |shift: f64| {
                            let mut moved = halves.clone();
                            let chain = if encoding {
                                &mut moved.encoder
                            } else {
                                &mut moved.decoder
                            };
                            chain.parameters[parameter].values[index] += shift;
                            moved.backward(&input, &input, rows, loss, 0.7) / rows as f64
                        };
                        let difference = (at(1e-5) - at(-1e-5)) / 2e-5;
                        let gradient = before[index] - after[index];
                        assert!(
                            (gradient - difference).abs() < 1e-6 * difference.abs().max(1.0),
                            "{loss:?} encoder {encoding} {parameter} [{index}]: {gradient} {difference}"
                        );
                    }
                }
            }
        }
    }

    /// KL(p ‖ q) = ∫ p ln(p/q) by the trapezoidal rule.
    #[test]
    fn the_divergence_is_the_integral() {
        for (mean, log_variance) in [(0.0, 0.0), (0.7, -1.2), (-1.5, 0.6)] {
            let variance = f64::exp(log_variance);
            let density = |x: f64, m: f64, v: f64| {
                (-0.5 * (x - m).powi(2) / v).exp() / (std::f64::consts::TAU * v).sqrt()
            };
            let integral: f64 = (-4000..4000)
                .map(|i| 0.005 * f64::from(i))
                .map(|x| {
                    let p = density(x, mean, variance);
                    let log_ratio = -0.5 * ((x - mean).powi(2) / variance - x * x) - 0.5 * log_variance;
                    0.005 * p * log_ratio
                })
                .sum();
            assert!((integral - divergence(mean, log_variance)).abs() < 1e-9);
        }
    }

    #[test]
    fn a_large_beta_makes_the_code_the_prior() {
        let digits = Dataset::digits();
        let run = |beta| {
            let options = VariationalOptions {
                hidden: vec![32],
                latent: 4,
                beta,
                train: TrainOptions {
                    epochs: 6,
                    ..TrainOptions::default()
                },
                ..VariationalOptions::default()
            };
            let mut trainer = VariationalTrainer::variational(&digits, options).unwrap();
            trainer.run(&mut ignore_progress).unwrap();
            let model = trainer.model();
            (0..100)
                .map(|row| model.divergence(&digits.point(row)))
                .sum::<f64>()
                / 100.0
        };
        let (loose, tight) = (run(0.1), run(30.0));
        assert!(loose > 3.0 && tight < 0.2, "{loose} {tight}");
    }
}
