//! Training of one autoencoder by mini-batches.

use super::Autoencoder;
use crate::matrix::Real;
use crate::optimizer::option;
use crate::random::{Purpose, stream, unit_f64};
use crate::train::chain::{Chain, DenseUse, Parameter};
use crate::train::rows::{Corruption, Rows};
use crate::train::{ChainLearner, ChainOptions, CodePenalty, Trainer};
use crate::{Activation, Dataset, Dense, Loss, NetError, TrainOptions};
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
    /// What codes are charged for; makes a contractive or a sparse autoencoder.
    #[serde(default)]
    pub penalty: CodePenalty,
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
            penalty: CodePenalty::None,
            train: TrainOptions::default(),
        }
    }
}

impl AutoencoderOptions {
    /// Reconstruction ICA: a tied linear autoencoder whose codes are sparse by a smooth L1 penalty (Le, Karpenko, Ngiam,
    /// Ng 2011); for whitened data.
    pub fn rica(code_width: usize, weight: f64) -> Self {
        AutoencoderOptions {
            code_width,
            activation: Activation::Linear,
            decoder_activation: Activation::Linear,
            tied: true,
            loss: Loss::SquaredError,
            penalty: CodePenalty::SmoothL1 {
                weight,
                epsilon: 1e-2,
            },
            ..AutoencoderOptions::default()
        }
    }

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
        self.penalty.check(self.activation)?;
        option(
            self.loss != Loss::SoftmaxCrossEntropy,
            "loss",
            "softmax cross entropy",
            "the squared error or the cross entropy, for a reconstruction",
        )?;
        self.train.check()
    }
}

impl ChainOptions for AutoencoderOptions {
    fn loss(&self) -> Loss {
        self.loss
    }
    fn corruption(&self) -> Corruption {
        self.corruption
    }
    fn train(&self) -> &TrainOptions {
        &self.train
    }
    fn penalty(&self) -> CodePenalty {
        self.penalty
    }
}

/// An autoencoder under training.
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
pub type AutoencoderTrainer<'a> = Trainer<'a, ChainLearner<AutoencoderOptions>>;

impl<'a> Trainer<'a, ChainLearner<AutoencoderOptions>> {
    /// A trainer with fresh weights (uniform, of variance 1/(3·in): the smaller decoder that this gives generalises
    /// better than that of Glorot and Bengio, 2010) and zero biases.
    ///
    /// # Errors
    /// [`NetError::Option`] if an option is out of range; for the cross entropy, [`NetError::OutOfRange`] if a value
    /// of the data lies outside \[0, 1\].
    pub fn new(data: &'a Dataset, options: AutoencoderOptions) -> Result<Self, NetError> {
        Self::on_rows(Rows::of(data), options, 0, 1)
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
        let capacity = options.train.batch.min(rows.count());
        let chain = fresh_chain(rows.width(), &options, layer, capacity);
        let learner = ChainLearner::new(options, chain, rows.width());
        Trainer::of_layer(rows, learner, options.train, layer, layers)
    }

    /// The autoencoder as trained so far.
    pub fn autoencoder(&self) -> Autoencoder {
        let chain = &self.learner().chain;
        let (encoder, decoder) = (chain.dense(0), chain.dense(1));
        let built = if chain.layers[1].transposed {
            Autoencoder::tied(encoder, decoder.bias().clone(), decoder.activation())
        } else {
            Autoencoder::untied(encoder, decoder)
        };
        built.expect("encoder and decoder fit, by construction")
    }
}

/// Fresh dense layers on an input of the given width: weights as [`glorot`] makes them, biases 0.
pub(crate) fn fresh_layers(
    input: usize,
    widths: &[(usize, Activation)],
    seed: u64,
    layer: usize,
    first: u64,
) -> Vec<Dense> {
    let mut below = input;
    (first..)
        .zip(widths)
        .map(|(index, &(width, activation))| {
            let weights = glorot::<f32>(seed, layer, index, width, below).values;
            let weights = DMatrix::from_row_iterator(width, below, weights.into_iter().map(f64::from));
            below = width;
            Dense::new(weights, DVector::zeros(width), activation)
                .expect("fresh weights are finite, and the widths were checked to be positive")
        })
        .collect()
}

/// Fresh weights: uniform, of variance 2/(rows + columns).
pub(crate) fn glorot<T: Real>(
    seed: u64,
    layer: usize,
    index: u64,
    rows: usize,
    columns: usize,
) -> Parameter<T> {
    uniform(
        seed,
        layer,
        index,
        rows,
        columns,
        (6.0 / (rows + columns) as f64).sqrt(),
    )
}

/// Fresh weights: uniform between ∓ a limit.
fn uniform<T: Real>(
    seed: u64,
    layer: usize,
    index: u64,
    rows: usize,
    columns: usize,
    limit: f64,
) -> Parameter<T> {
    let mut rng = stream(seed, Purpose::Weights, layer as u64, index);
    let values = (0..rows * columns)
        .map(|_| T::from_f64(limit * (2.0 * unit_f64(&mut rng) - 1.0)))
        .collect();
    Parameter::new(values, rows, columns)
}

/// Encoder and decoder with fresh weights.
fn fresh_chain(width: usize, options: &AutoencoderOptions, layer: usize, capacity: usize) -> Chain<f32> {
    let code = options.code_width;
    let matrix = |index, rows, columns| {
        uniform(
            options.train.seed,
            layer,
            index,
            rows,
            columns,
            (1.0 / columns as f64).sqrt(),
        )
    };
    let mut parameters = vec![
        matrix(0, code, width),
        Parameter::zeros(code),
        Parameter::zeros(width),
    ];
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
    Chain::new(
        parameters,
        vec![encoder, decoder],
        capacity,
        &options.train.optimizer,
        options.penalty,
    )
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
                ..TrainOptions::default()
            },
            ..AutoencoderOptions::default()
        };
        let mut trainer = AutoencoderTrainer::new(&digits, options).unwrap();
        trainer.run(&mut ignore_progress).unwrap();
        let error = trainer.error(&digits);
        assert!(
            error > optimum * (1.0 - 1e-5) && error < optimum * 1.03,
            "{error} {optimum}"
        );
    }

    /// Rows ±√(dλᵢ)·eᵢ in d dimensions: mean 0 and covariance diag(λ), exactly.
    fn axes(eigenvalues: &[f64], copies: usize) -> Dataset {
        let d = eigenvalues.len();
        let mut values = Vec::new();
        for _ in 0..copies {
            for (axis, &eigenvalue) in eigenvalues.iter().enumerate() {
                for sign in [1.0, -1.0] {
                    let size = sign * (d as f64 * eigenvalue).sqrt();
                    values.extend((0..d).map(|i| if i == axis { size as f32 } else { 0.0 }));
                }
            }
        }
        Dataset::new("axes", values, d).unwrap()
    }

    fn linear(code_width: usize, train: TrainOptions) -> AutoencoderOptions {
        AutoencoderOptions {
            code_width,
            activation: Activation::Linear,
            decoder_activation: Activation::Linear,
            loss: Loss::SquaredError,
            train,
            ..AutoencoderOptions::default()
        }
    }

    /// Decoder times encoder.
    fn map(trainer: &AutoencoderTrainer<'_>) -> DMatrix<f64> {
        let autoencoder = trainer.autoencoder();
        autoencoder.decoder().weights() * autoencoder.encoder().weights()
    }

    /// Baldi and Hornik (1989): every minimum is the projector on the leading principal components.
    #[test]
    fn a_linear_autoencoder_becomes_the_projector_on_principal_components() {
        let data = axes(&[0.5, 2.0, 0.3, 1.5, 0.1], 1);
        for tied in [false, true] {
            let train = TrainOptions {
                epochs: 1500,
                batch: 10,
                optimizer: Optimizer::sgd(0.02, 0.9),
                ..TrainOptions::default()
            };
            let options = AutoencoderOptions {
                tied,
                ..linear(2, train)
            };
            let mut trainer = AutoencoderTrainer::new(&data, options).unwrap();
            trainer.run(&mut ignore_progress).unwrap();
            let projector = DMatrix::from_diagonal(&nalgebra::dvector![0.0, 1.0, 0.0, 1.0, 0.0]);
            let distance = (map(&trainer) - projector).amax();
            assert!(distance < 1e-3, "tied {tied}: {distance}");
        }
    }

    /// With noise of variance σ² on the input, the best linear map is Σ(Σ + σ²)⁻¹: gains λ/(λ + σ²) (Bishop 1995).
    #[test]
    fn a_linear_denoising_autoencoder_has_the_gains_of_wiener() {
        let (eigenvalues, noise) = ([2.0, 1.0, 0.25], 0.5);
        let data = axes(&eigenvalues, 100);
        let train = TrainOptions {
            epochs: 150,
            batch: 100,
            optimizer: Optimizer::sgd(0.05, 0.9),
            schedule: crate::Schedule {
                warm_up: 0.0,
                decay: crate::Decay::Cosine { floor: 1e-3 },
            },
            ..TrainOptions::default()
        };
        let options = AutoencoderOptions {
            corruption: Corruption::Gaussian(f64::sqrt(noise)),
            ..linear(3, train)
        };
        let mut trainer = AutoencoderTrainer::new(&data, options).unwrap();
        trainer.run(&mut ignore_progress).unwrap();
        let gains = DMatrix::from_fn(3, 3, |i, j| {
            if i == j {
                eigenvalues[i] / (eigenvalues[i] + noise)
            } else {
                0.0
            }
        });
        let distance = (map(&trainer) - gains).amax();
        assert!(distance < 0.03, "{distance}");
    }

    /// The penalties do what they are for: codes at the target activation; smaller derivatives of the code.
    #[test]
    fn penalties_shape_the_code() {
        let digits = Dataset::digits();
        let train = |penalty| {
            let options = AutoencoderOptions {
                code_width: 32,
                penalty,
                train: TrainOptions {
                    epochs: 8,
                    ..TrainOptions::default()
                },
                ..AutoencoderOptions::default()
            };
            let mut trainer = AutoencoderTrainer::new(&digits, options).unwrap();
            trainer.run(&mut ignore_progress).unwrap();
            let encoder = trainer.autoencoder().encoder_network();
            let points = (0..200).map(|row| digits.point(row));
            let measures = points.map(|x| (encoder.forward(&x).mean(), encoder.jacobian(&x).norm_squared()));
            let (mean, slope) = measures.fold((0.0, 0.0), |a, b| (a.0 + b.0 / 200.0, a.1 + b.1 / 200.0));
            (mean, slope)
        };
        let plain = train(CodePenalty::None);
        let sparse = train(CodePenalty::KlSparsity {
            target: 0.1,
            weight: 3.0,
        });
        let contractive = train(CodePenalty::Contractive { weight: 1.0 });
        assert!(
            plain.0 > 0.25 && (sparse.0 - 0.1).abs() < 0.05,
            "{plain:?} {sparse:?}"
        );
        assert!(contractive.1 < 0.5 * plain.1, "{plain:?} {contractive:?}");
    }
}
