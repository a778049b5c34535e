//! From the options of the command to those of the trainers.

use clap::ValueEnum;
use nets::{
    Activation, AutoencoderOptions, CodePenalty, Corruption, Dataset, Decay, EarlyStopping, LayerOptions,
    Loss, NegativePhase, Optimizer, RbmOptions, Schedule, TrainOptions, VariationalOptions, VisibleUnits,
    WarmUp,
};

use crate::cli::CliError;

/// Largest number of weights in a layer: they take 4 bytes each, and their optimiser up to 8 more.
const MOST_WEIGHTS: usize = 1 << 28;

/// The kinds of models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Restricted Boltzmann machine with binary units.
    Rbm,
    /// Restricted Boltzmann machine with Gaussian visible units (of variance 1: scale the data).
    Gbrbm,
    /// Autoencoder.
    Ae,
    /// Denoising autoencoder.
    Dae,
    /// Contractive autoencoder.
    Cae,
    /// Sparse autoencoder.
    Sae,
    /// Reconstruction ICA: tied, linear, with sparse codes; for whitened data.
    Rica,
    /// Variational autoencoder; the last layer is the code.
    Vae,
    /// Deep belief net: a stack of machines.
    Dbn,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OptimizerKind {
    Sgd,
    Nesterov,
    Adam,
    Adamw,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ScheduleKind {
    /// The same rate throughout.
    Constant,
    /// Half a cosine, from the full rate in the first epoch to 0 after the last.
    Cosine,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ActivationKind {
    Linear,
    Sigmoid,
    Tanh,
    Relu,
    Silu,
    Gelu,
}

impl ActivationKind {
    fn activation(self) -> Activation {
        match self {
            ActivationKind::Linear => Activation::Linear,
            ActivationKind::Sigmoid => Activation::Sigmoid,
            ActivationKind::Tanh => Activation::Tanh,
            ActivationKind::Relu => Activation::Relu,
            ActivationKind::Silu => Activation::Silu,
            ActivationKind::Gelu => Activation::Gelu,
        }
    }
}

/// What to train, and how.
#[derive(clap::Args)]
#[group(skip)]
pub(super) struct Args {
    /// What to train. Layers of autoencoders reconstruct by a sigmoid and the cross entropy if their input lies in
    /// [0, 1], linearly and by the squared error otherwise.
    #[arg(long, value_enum)]
    model: Kind,
    /// Widths of the layers, from the input upward.
    #[arg(long, value_delimiter = ',', required = true, value_name = "WIDTHS")]
    layers: Vec<usize>,
    /// Passes over the rows, for each layer.
    #[arg(long, default_value_t = 30)]
    epochs: usize,
    /// Rows per step.
    #[arg(long, default_value_t = 32)]
    batch: usize,
    /// Learning rate: 0.003 for Adam and 0.05 for descent unless given; for machines 0.04 (binary) or 0.002
    /// (Gaussian), and 2.5 times that in the first 3 epochs.
    #[arg(long, value_name = "RATE")]
    lr: Option<f64>,
    /// How the learning rate falls.
    #[arg(long, value_enum, default_value_t = ScheduleKind::Constant)]
    schedule: ScheduleKind,
    /// Optimiser: Adam unless given; machines are trained by `sgd`.
    #[arg(long, value_enum)]
    optimizer: Option<OptimizerKind>,
    /// Momentum of `sgd` and `nesterov`.
    #[arg(long, default_value_t = 0.9)]
    momentum: f64,
    /// Weight decay; for machines 0.0002 unless given, otherwise 0 (0.01 for `adamw`).
    #[arg(long)]
    weight_decay: Option<f64>,
    /// Activation of the codes: sigmoid unless given; tanh in the hidden layers of `vae`, linear for `rica`.
    #[arg(long, value_enum)]
    activation: Option<ActivationKind>,
    /// Decoders with the transposes of the encoders' weights.
    #[arg(long)]
    tied: bool,
    /// For `dae`: the share of inputs set to 0.
    #[arg(long, default_value_t = 0.3, value_name = "SHARE")]
    masking: f64,
    /// For `dae`: the standard deviation of normal noise, instead of masking.
    #[arg(long, value_name = "DEVIATION")]
    noise: Option<f64>,
    /// Weight of the penalty of `cae` (0.1 unless given), `sae` (0.5) and `rica` (1), or of the divergence of `vae` (1).
    #[arg(long, value_name = "WEIGHT")]
    penalty: Option<f64>,
    /// For `sae`: the mean activation asked for.
    #[arg(long, default_value_t = 0.05, value_name = "ACTIVATION")]
    sparsity: f64,
    /// For machines: Gibbs steps in the negative phase.
    #[arg(long, default_value_t = 1, value_name = "STEPS")]
    gibbs: usize,
    /// For machines: persistent chains, so many.
    #[arg(long, value_name = "CHAINS")]
    persistent: Option<usize>,
    /// Stop a layer when its error has not fallen for so many epochs, and go back to the best.
    #[arg(long, value_name = "EPOCHS")]
    patience: Option<usize>,
}

/// What the trainers are to do.
pub(super) enum Plan {
    Layers(Vec<LayerOptions>),
    Variational(VariationalOptions),
}

impl Args {
    /// The name of the model with its layers.
    pub(super) fn name(&self) -> String {
        let name = self.model.to_possible_value();
        let name = name.as_ref().map_or("", |value| value.get_name());
        let widths: Vec<String> = self.layers.iter().map(usize::to_string).collect();
        format!("{name} {}", widths.join("-"))
    }

    /// Checks all options, before any work is done.
    pub(super) fn plan(&self, data: &Dataset, seed: u64) -> Result<Plan, CliError> {
        self.check_sizes(data.width())?;
        let in_unit_interval = data.values().iter().all(|v| (0.0..=1.0).contains(v));
        if self.model == Kind::Vae {
            let options = self.variational(in_unit_interval, seed);
            options.check()?;
            return Ok(Plan::Variational(options));
        }
        let mut layers = Vec::with_capacity(self.layers.len());
        for (index, &width) in self.layers.iter().enumerate() {
            let layer = match self.model {
                Kind::Rbm | Kind::Dbn => self.machine(width, VisibleUnits::Binary, seed)?,
                Kind::Gbrbm if index == 0 => self.machine(width, VisibleUnits::Gaussian, seed)?,
                Kind::Gbrbm => self.machine(width, VisibleUnits::Binary, seed)?,
                _ => {
                    let codes = self.activation() == Activation::Sigmoid;
                    let unit = if index == 0 { in_unit_interval } else { codes };
                    let options = self.autoencoder(width, unit, seed);
                    options.check()?;
                    LayerOptions::Autoencoder(options)
                }
            };
            layers.push(layer);
        }
        Ok(Plan::Layers(layers))
    }

    /// Refuses layers that no memory would hold.
    fn check_sizes(&self, input: usize) -> Result<(), CliError> {
        let mut below = input;
        for &width in &self.layers {
            if below
                .checked_mul(width)
                .is_none_or(|weights| weights > MOST_WEIGHTS)
            {
                return Err(CliError::Option {
                    option: "--layers",
                    value: width.to_string(),
                    expected: "layers of at most 2^28 weights each",
                });
            }
            below = width;
        }
        Ok(())
    }

    fn activation(&self) -> Activation {
        let default = match self.model {
            Kind::Vae => ActivationKind::Tanh,
            Kind::Rica => ActivationKind::Linear,
            _ => ActivationKind::Sigmoid,
        };
        self.activation.unwrap_or(default).activation()
    }

    fn schedule(&self) -> Schedule {
        Schedule {
            warm_up: 0.0,
            decay: match self.schedule {
                ScheduleKind::Constant => Decay::Constant,
                ScheduleKind::Cosine => Decay::Cosine { floor: 0.0 },
            },
        }
    }

    fn early_stopping(&self) -> Option<EarlyStopping> {
        self.patience.map(|patience| EarlyStopping {
            patience,
            improvement: 0.0,
        })
    }

    fn train(&self, seed: u64) -> TrainOptions {
        let kind = self.optimizer.unwrap_or(OptimizerKind::Adam);
        let decay = self.weight_decay;
        let descent = |nesterov| Optimizer::Sgd {
            rate: self.lr.unwrap_or(0.05),
            momentum: self.momentum,
            nesterov,
            weight_decay: decay.unwrap_or(0.0),
        };
        let optimizer = match kind {
            OptimizerKind::Sgd => descent(false),
            OptimizerKind::Nesterov => descent(true),
            OptimizerKind::Adam => Optimizer::adamw(self.lr.unwrap_or(3e-3), decay.unwrap_or(0.0)),
            OptimizerKind::Adamw => Optimizer::adamw(self.lr.unwrap_or(3e-3), decay.unwrap_or(0.01)),
        };
        TrainOptions {
            epochs: self.epochs,
            batch: self.batch,
            optimizer,
            schedule: self.schedule(),
            early_stopping: self.early_stopping(),
            seed,
        }
    }

    fn machine(&self, hidden: usize, visible: VisibleUnits, seed: u64) -> Result<LayerOptions, CliError> {
        if self.optimizer.is_some_and(|kind| kind != OptimizerKind::Sgd) {
            return Err(CliError::Option {
                option: "--optimizer",
                value: "for machines".to_owned(),
                expected: "sgd, with its momentum",
            });
        }
        let usual = if visible == VisibleUnits::Binary {
            0.04
        } else {
            0.002
        };
        let rate = self.lr.unwrap_or(usual);
        let options = RbmOptions {
            hidden,
            visible,
            negative_phase: match self.persistent {
                Some(chains) => NegativePhase::Persistent { chains },
                None => NegativePhase::Data,
            },
            gibbs_steps: self.gibbs,
            rate,
            momentum: self.momentum,
            weight_decay: self.weight_decay.unwrap_or(2e-4),
            warm_up: Some(WarmUp {
                epochs: 3,
                rate: 2.5 * rate,
                momentum: self.momentum.min(0.5),
            }),
            schedule: self.schedule(),
            early_stopping: self.early_stopping(),
            epochs: self.epochs,
            batch: self.batch,
            seed,
            ..RbmOptions::default()
        };
        options.check()?;
        Ok(LayerOptions::Rbm(options))
    }

    fn autoencoder(&self, code_width: usize, in_unit_interval: bool, seed: u64) -> AutoencoderOptions {
        let train = self.train(seed);
        if self.model == Kind::Rica {
            return AutoencoderOptions {
                train,
                ..AutoencoderOptions::rica(code_width, self.penalty.unwrap_or(1.0))
            };
        }
        let (decoder_activation, loss) = reconstruction(in_unit_interval);
        AutoencoderOptions {
            code_width,
            activation: self.activation(),
            decoder_activation,
            tied: self.tied,
            loss,
            corruption: match (self.model, self.noise) {
                (Kind::Dae, Some(deviation)) => Corruption::Gaussian(deviation),
                (Kind::Dae, None) => Corruption::Masking(self.masking),
                _ => Corruption::None,
            },
            penalty: match self.model {
                Kind::Cae => CodePenalty::Contractive {
                    weight: self.penalty.unwrap_or(0.1),
                },
                Kind::Sae => CodePenalty::KlSparsity {
                    target: self.sparsity,
                    weight: self.penalty.unwrap_or(0.5),
                },
                _ => CodePenalty::None,
            },
            train,
        }
    }

    fn variational(&self, in_unit_interval: bool, seed: u64) -> VariationalOptions {
        let (decoder_activation, loss) = reconstruction(in_unit_interval);
        let (latent, hidden) = self
            .layers
            .split_last()
            .map_or((0, &[][..]), |(last, rest)| (*last, rest));
        VariationalOptions {
            hidden: hidden.to_vec(),
            latent,
            activation: self.activation(),
            decoder_activation,
            loss,
            beta: self.penalty.unwrap_or(1.0),
            train: self.train(seed),
        }
    }
}

/// How rows are reconstructed.
fn reconstruction(in_unit_interval: bool) -> (Activation, Loss) {
    if in_unit_interval {
        (Activation::Sigmoid, Loss::CrossEntropy)
    } else {
        (Activation::Linear, Loss::SquaredError)
    }
}
