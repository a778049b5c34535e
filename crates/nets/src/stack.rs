//! A greedy stack of autoencoders: each one is trained on the codes of the one below.

use crate::layers::shape_error;
use crate::optimizer::option;
use crate::train::OnProgress;
use crate::train::rows::Rows;
use crate::{
    Activation, Autoencoder, AutoencoderOptions, AutoencoderTrainer, CodePenalty, Corruption, Dataset,
    EpochError, Learner, Loss, NetError, Network, Rbm, RbmOptions, RbmTrainer, TrainOptions, Trainer,
};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The architecture of a stack and how to train it: the same settings for every layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StackOptions {
    /// Widths of the codes, from the input upward.
    pub widths: Vec<usize>,
    /// Activation of every encoder.
    pub activation: Activation,
    /// Activation of every decoder.
    pub decoder_activation: Activation,
    /// Whether the decoders' weights are the transposes of the encoders'.
    pub tied: bool,
    /// The loss of every layer.
    pub loss: Loss,
    /// What is done to the inputs of every layer before they are encoded.
    pub corruption: Corruption,
    /// What the codes of every layer are charged for.
    #[serde(default)]
    pub penalty: CodePenalty,
    /// Share of the rows held out, in \[0, 1).
    pub held_out: f64,
    /// Epochs of each layer, batch size, optimiser, seed.
    pub train: TrainOptions,
}

impl Default for StackOptions {
    fn default() -> Self {
        StackOptions {
            widths: vec![48, 24],
            activation: Activation::Sigmoid,
            decoder_activation: Activation::Sigmoid,
            tied: false,
            loss: Loss::CrossEntropy,
            corruption: Corruption::None,
            penalty: CodePenalty::None,
            held_out: 0.2,
            train: TrainOptions::default(),
        }
    }
}

/// One layer of a stack and how it is trained.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LayerOptions {
    /// An autoencoder.
    Autoencoder(AutoencoderOptions),
    /// A restricted Boltzmann machine.
    Rbm(RbmOptions),
}

/// Trains one layer to the end.
fn run_layer<'a, L: Learner>(
    trainer: Trainer<'a, L>,
    held_out: Rows<'a>,
    file: Option<&Path>,
    on_progress: &mut OnProgress<'_>,
) -> Result<Trainer<'a, L>, NetError> {
    let mut trainer = trainer.with_held_out_rows(Some(held_out));
    match file {
        Some(file) => trainer.run_with_file(file, on_progress)?,
        None => trainer.run(on_progress)?,
    };
    Ok(trainer)
}

/// A stack of autoencoders, the first nearest to the input, with the training history of each.
///
/// ```
/// use nalgebra::{dmatrix, dvector};
/// use nets::{Activation, Autoencoder, Dense, Stack};
/// let layer = |w, b, v| -> Result<Autoencoder, nets::NetError> {
///     Autoencoder::tied(Dense::new(w, b, Activation::Sigmoid)?, v, Activation::Sigmoid)
/// };
/// let first = layer(dmatrix![1.0, 0.0, 1.0; 0.0, 1.0, 1.0], dvector![0.0, 0.0], dvector![0.0, 0.0, 0.0])?;
/// let second = layer(dmatrix![1.0, -1.0], dvector![0.0], dvector![0.0, 0.0])?;
/// let stack = Stack::new(vec![first, second], vec![vec![], vec![]])?;
/// assert_eq!(stack.encoder_network().output_width(), 1);
/// assert_eq!(stack.reconstruction_network().output_width(), 3);
/// # Ok::<(), nets::NetError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "StackParts", into = "StackParts")]
pub struct Stack {
    autoencoders: Vec<Autoencoder>,
    histories: Vec<Vec<EpochError>>,
}

#[derive(Serialize, Deserialize)]
struct StackParts {
    autoencoders: Vec<Autoencoder>,
    histories: Vec<Vec<EpochError>>,
}

impl TryFrom<StackParts> for Stack {
    type Error = NetError;
    fn try_from(parts: StackParts) -> Result<Self, NetError> {
        Stack::new(parts.autoencoders, parts.histories)
    }
}

impl From<Stack> for StackParts {
    fn from(stack: Stack) -> Self {
        StackParts {
            autoencoders: stack.autoencoders,
            histories: stack.histories,
        }
    }
}

impl Stack {
    /// A stack from its autoencoders and one history each (which may be empty).
    ///
    /// # Errors
    /// [`NetError::EmptyNetwork`] without autoencoders; [`NetError::Shape`] if a code does not fit the input of the
    /// next autoencoder or the histories are not one per autoencoder.
    pub fn new(autoencoders: Vec<Autoencoder>, histories: Vec<Vec<EpochError>>) -> Result<Self, NetError> {
        if autoencoders.is_empty() {
            return Err(NetError::EmptyNetwork);
        }
        for (index, pair) in autoencoders.windows(2).enumerate() {
            if pair[0].code_width() != pair[1].input_width() {
                return Err(NetError::Shape {
                    what: format!("input width of autoencoder {} (the code below)", index + 1),
                    expected: pair[0].code_width(),
                    got: pair[1].input_width(),
                });
            }
        }
        if histories.len() != autoencoders.len() {
            return Err(NetError::Shape {
                what: "number of training histories (one per autoencoder)".into(),
                expected: autoencoders.len(),
                got: histories.len(),
            });
        }
        Ok(Stack {
            autoencoders,
            histories,
        })
    }

    /// Trains a stack greedily: the first autoencoder on the data, each next one on the codes of the one below.
    ///
    /// A share of the rows, chosen by the seed, is held out from all layers; each history holds, for every epoch from 0
    /// (before training) on, the layer's mean squared error in reconstructing *its own* input. The same seed gives
    /// the same bytes, whatever the number of threads. Reference: Bengio, Lamblin, Popovici, Larochelle (2007).
    ///
    /// # Errors
    /// [`NetError::Option`] if an option is out of range, [`NetError::Diverged`] if a loss is not finite,
    /// [`NetError::Interrupted`] if the callback breaks.
    pub fn pretrain(
        data: &Dataset,
        options: &StackOptions,
        on_progress: &mut OnProgress<'_>,
    ) -> Result<Self, NetError> {
        let (train, held_out) = data.split(options.held_out, options.train.seed)?;
        let layers: Vec<LayerOptions> = options
            .widths
            .iter()
            .map(|&code_width| {
                LayerOptions::Autoencoder(AutoencoderOptions {
                    code_width,
                    activation: options.activation,
                    decoder_activation: options.decoder_activation,
                    tied: options.tied,
                    loss: options.loss,
                    corruption: options.corruption,
                    penalty: options.penalty,
                    train: options.train,
                })
            })
            .collect();
        Stack::pretrain_layers(&train, held_out.as_ref(), &layers, None, on_progress)
    }

    /// Trains layers of any kind greedily, each on the codes of the one below: autoencoders, machines (a deep belief
    /// net: Hinton, Osindero, Teh 2006) or both. A machine becomes its mean-field autoencoder; its codes are
    /// probabilities.
    ///
    /// With a folder, the state of each layer's run is kept there in `layer-I.safetensors`, and a call that finds such
    /// files goes on from them, with the bytes of a run that was never interrupted.
    ///
    /// # Errors
    /// As [`Stack::pretrain`], and as [`Trainer::run_with_file`](crate::Trainer::run_with_file).
    pub fn pretrain_layers(
        train: &Dataset,
        held_out: Option<&Dataset>,
        layers: &[LayerOptions],
        folder: Option<&Path>,
        on_progress: &mut OnProgress<'_>,
    ) -> Result<Self, NetError> {
        option(!layers.is_empty(), "widths", "empty", "at least one width")?;
        if let Some(held_out) = held_out.filter(|held_out| held_out.width() != train.width()) {
            return Err(shape_error(
                "width of the held-out rows",
                train.width(),
                held_out.width(),
            ));
        }
        let mut below = train.values().to_vec();
        let mut below_held_out = held_out.map_or(Vec::new(), |rows| rows.values().to_vec());
        let mut width = train.width();
        let (mut autoencoders, mut histories) = (Vec::new(), Vec::new());
        for (index, layer) in layers.iter().enumerate() {
            let rows = Rows::new(&below, width);
            let held_out = Rows::new(&below_held_out, width);
            let file = folder.map(|folder| folder.join(format!("layer-{index}.safetensors")));
            let file = file.as_deref();
            let (autoencoder, history, codes, codes_held_out) = match *layer {
                LayerOptions::Autoencoder(options) => {
                    let trainer = AutoencoderTrainer::on_rows(rows, options, index, layers.len())?;
                    let mut trainer = run_layer(trainer, held_out, file, on_progress)?;
                    let (autoencoder, history) = (trainer.autoencoder(), trainer.history().to_vec());
                    let learner = trainer.learner_mut();
                    let codes = learner.outputs(rows, 1);
                    (autoencoder, history, codes, learner.outputs(held_out, 1))
                }
                LayerOptions::Rbm(options) => {
                    let trainer = RbmTrainer::on_rows(rows, options, index, layers.len())?;
                    let trainer = run_layer(trainer, held_out, file, on_progress)?;
                    let (autoencoder, history) = (trainer.rbm().autoencoder(), trainer.history().to_vec());
                    let codes = trainer.learner().codes(rows);
                    (autoencoder, history, codes, trainer.learner().codes(held_out))
                }
            };
            width = autoencoder.code_width();
            autoencoders.push(autoencoder);
            histories.push(history);
            (below, below_held_out) = (codes, codes_held_out);
        }
        Stack::new(autoencoders, histories)
    }

    /// The machines of a stack that was trained as a deep belief net.
    ///
    /// # Errors
    /// [`NetError::Option`] if a layer is not a machine's (see [`Rbm::from_autoencoder`]).
    pub fn machines(&self) -> Result<Vec<Rbm>, NetError> {
        self.autoencoders.iter().map(Rbm::from_autoencoder).collect()
    }

    /// The autoencoders, the first nearest to the input.
    pub fn autoencoders(&self) -> &[Autoencoder] {
        &self.autoencoders
    }

    /// The training history of each autoencoder, in the same order.
    pub fn histories(&self) -> &[Vec<EpochError>] {
        &self.histories
    }

    /// Input → code of the last layer: the composition of all encoders.
    pub fn encoder_network(&self) -> Network {
        self.encoder_network_to(self.autoencoders.len())
    }

    /// Input → code of layer `depth`: the composition of the first `depth` encoders.
    ///
    /// # Panics
    /// If `depth` is zero or larger than the number of autoencoders.
    pub fn encoder_network_to(&self, depth: usize) -> Network {
        let layers = self.autoencoders[..depth]
            .iter()
            .map(|a| a.encoder().clone().into())
            .collect();
        Network::new(layers).expect("neighbouring encoders fit, by construction")
    }

    /// Input → reconstruction: all encoders, then all decoders.
    pub fn reconstruction_network(&self) -> Network {
        let encoders = self.autoencoders.iter().map(|a| a.encoder().clone().into());
        let decoders = self.autoencoders.iter().rev().map(|a| a.decoder().into());
        Network::new(encoders.chain(decoders).collect()).expect("neighbouring layers fit, by construction")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ignore_progress;

    fn quick() -> StackOptions {
        let train = TrainOptions {
            epochs: 4,
            seed: 3,
            ..TrainOptions::default()
        };
        StackOptions {
            widths: vec![20, 9],
            train,
            ..StackOptions::default()
        }
    }

    #[test]
    fn pretraining_lowers_the_error_of_every_layer() {
        let stack = Stack::pretrain(&Dataset::digits(), &quick(), &mut ignore_progress).unwrap();
        assert_eq!(stack.encoder_network().output_width(), 9);
        for history in stack.histories() {
            assert_eq!(
                history.iter().map(|e| e.epoch).collect::<Vec<_>>(),
                [0, 1, 2, 3, 4]
            );
            assert!(history[4].train < 0.5 * history[0].train);
            assert!(history[4].held_out.unwrap() < 0.5 * history[0].held_out.unwrap());
        }
    }

    #[test]
    fn the_recorded_error_is_that_of_the_network() {
        let digits = Dataset::digits();
        let options = StackOptions {
            widths: vec![12],
            ..quick()
        };
        let stack = Stack::pretrain(&digits, &options, &mut ignore_progress).unwrap();
        let (_, held_out) = digits.split(options.held_out, options.train.seed).unwrap();
        let held_out = held_out.unwrap();
        let network = stack.reconstruction_network();
        let sum: f64 = (0..held_out.len())
            .map(|row| (network.forward(&held_out.point(row)) - held_out.point(row)).norm_squared())
            .sum();
        let error = sum / held_out.values().len() as f64;
        let recorded = stack.histories()[0].last().unwrap().held_out.unwrap();
        assert!((error - recorded).abs() < 1e-6 * error, "{error} {recorded}");
    }

    #[test]
    fn one_and_two_threads_give_the_same_bytes() {
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            let options = StackOptions {
                corruption: Corruption::Masking(0.2),
                widths: vec![200, 30],
                train: TrainOptions {
                    batch: 256,
                    ..quick().train
                },
                ..quick()
            };
            pool.install(|| Stack::pretrain(&Dataset::digits(), &options, &mut ignore_progress).unwrap())
        };
        let (one, two) = (run(1), run(2));
        assert_eq!(
            serde_json::to_string(&one).unwrap(),
            serde_json::to_string(&two).unwrap()
        );
    }

    #[test]
    fn divergence_and_interruption_are_errors() {
        let digits = Dataset::digits();
        let wild = crate::Optimizer::sgd(1e30, 0.9);
        let options = StackOptions {
            loss: Loss::SquaredError,
            decoder_activation: Activation::Linear,
            activation: Activation::Linear,
            train: TrainOptions {
                optimizer: wild,
                ..quick().train
            },
            ..quick()
        };
        let error = Stack::pretrain(&digits, &options, &mut ignore_progress).unwrap_err();
        assert!(matches!(error, NetError::Diverged { epoch: 1, .. }), "{error}");
        let mut stop = |_: &crate::Progress| std::ops::ControlFlow::Break(());
        let error = Stack::pretrain(&digits, &quick(), &mut stop).unwrap_err();
        assert!(matches!(error, NetError::Interrupted { epoch: 1 }));
    }

    #[test]
    fn a_deep_belief_net_resumes_between_and_inside_its_layers() {
        let (train, test) = Dataset::digits().split(0.5, 2).unwrap();
        let machine = |hidden| {
            LayerOptions::Rbm(RbmOptions {
                hidden,
                epochs: 2,
                batch: 100,
                ..RbmOptions::default()
            })
        };
        let layers = [machine(30), machine(10)];
        let whole =
            Stack::pretrain_layers(&train, test.as_ref(), &layers, None, &mut ignore_progress).unwrap();
        let folder = tempfile::tempdir().unwrap();
        for stop in [3, 14, 12, 2] {
            let mut calls = 0;
            let mut progress = |_: &crate::Progress| {
                calls += 1;
                if calls == stop {
                    std::ops::ControlFlow::Break(())
                } else {
                    std::ops::ControlFlow::Continue(())
                }
            };
            let folder = Some(folder.path());
            let result = Stack::pretrain_layers(&train, test.as_ref(), &layers, folder, &mut progress);
            assert!(matches!(result, Err(NetError::Interrupted { .. })));
        }
        let folder = Some(folder.path());
        let parts =
            Stack::pretrain_layers(&train, test.as_ref(), &layers, folder, &mut ignore_progress).unwrap();
        assert_eq!(whole, parts);
        let machines = whole.machines().unwrap();
        assert_eq!((machines.len(), machines[1].visible_width()), (2, 30));
    }
}
