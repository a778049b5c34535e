//! Fine-tuning: a stack unrolled into one deep autoencoder, and a classifier on top of an encoder.
//!
//! References: unrolling, Hinton and Salakhutdinov (2006); supervised fine-tuning, Bengio et al. (2007).

use crate::autoencoder::fresh_layers;
use crate::optimizer::option;
use crate::train::chain::Chain;
use crate::train::rows::Rows;
use crate::{
    Activation, Autoencoder, ChainLearner, ChainOptions, Corruption, Dataset, Dense, Layer, Loss, NetError,
    Network, Softmax, Stack, TrainOptions, Trainer,
};
use serde::{Deserialize, Serialize};

/// How to fine-tune an unrolled stack.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct UnrolledOptions {
    /// The loss.
    pub loss: Loss,
    /// What is done to inputs.
    pub corruption: Corruption,
    /// Epochs, batch size, optimiser, seed.
    pub train: TrainOptions,
}

impl ChainOptions for UnrolledOptions {
    fn loss(&self) -> Loss {
        self.loss
    }
    fn corruption(&self) -> Corruption {
        self.corruption
    }
    fn train(&self) -> &TrainOptions {
        &self.train
    }
}

/// A stack under fine-tuning as one deep autoencoder: all encoders, then all decoders, each with weights of its own.
///
/// ```
/// use nets::*;
/// let digits = Dataset::digits();
/// let train = TrainOptions { epochs: 2, ..TrainOptions::default() };
/// let options = StackOptions { widths: vec![20, 8], train, held_out: 0.0, ..StackOptions::default() };
/// let stack = Stack::pretrain(&digits, &options, &mut ignore_progress)?;
/// let options = UnrolledOptions { loss: Loss::CrossEntropy, corruption: Corruption::None, train };
/// let mut trainer = UnrolledTrainer::unrolled(&digits, &stack, options)?;
/// let before = trainer.error(&digits);
/// trainer.run(&mut ignore_progress)?;
/// assert!(trainer.error(&digits) < before);
/// assert_eq!(trainer.stack().encoder_network().output_width(), 8);
/// # Ok::<(), NetError>(())
/// ```
pub type UnrolledTrainer<'a> = Trainer<'a, ChainLearner<UnrolledOptions>>;

impl<'a> Trainer<'a, ChainLearner<UnrolledOptions>> {
    /// A trainer that starts at the weights of a stack.
    ///
    /// # Errors
    /// [`NetError::Option`] if an option is out of range, [`NetError::Shape`] if the data do not fit the stack,
    /// [`NetError::OutOfRange`] for the cross entropy of values outside \[0, 1\].
    pub fn unrolled(data: &'a Dataset, stack: &Stack, options: UnrolledOptions) -> Result<Self, NetError> {
        let autoencoders = stack.autoencoders();
        let encoders = autoencoders.iter().map(|a| a.encoder().clone());
        let decoders = autoencoders.iter().rev().map(Autoencoder::decoder);
        let layers: Vec<Dense> = encoders.chain(decoders).collect();
        check_width(data, &layers)?;
        options.train.check()?;
        options.corruption.check()?;
        let output = layers.last().map_or(Activation::Linear, Dense::activation);
        option(
            options.loss != Loss::SoftmaxCrossEntropy,
            "loss",
            "softmax cross entropy",
            "the squared error or the cross entropy, for a reconstruction",
        )?;
        options.loss.check(output)?;
        let rows = Rows::of(data);
        if options.loss == Loss::CrossEntropy {
            rows.check_unit_interval("data for the cross entropy")?;
        }
        let capacity = options.train.batch.min(rows.count());
        let chain = Chain::of_layers(&layers, capacity, &options.train.optimizer);
        let learner = ChainLearner::new(options, chain, rows.width());
        Trainer::of_layer(rows, learner, options.train, 0, 1)
    }

    /// The stack as tuned so far, untied, without histories.
    pub fn stack(&self) -> Stack {
        let layers = self.learner().chain.denses();
        let (encoders, decoders) = layers.split_at(layers.len() / 2);
        let pairs = encoders.iter().zip(decoders.iter().rev());
        let built: Result<Vec<_>, _> = pairs
            .map(|(encoder, decoder)| Autoencoder::untied(encoder.clone(), decoder.clone()))
            .collect();
        built
            .and_then(|autoencoders| {
                let histories = vec![Vec::new(); autoencoders.len()];
                Stack::new(autoencoders, histories)
            })
            .expect("the shapes are those of the stack that was unrolled")
    }
}

/// How to train a classifier.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ClassifierOptions {
    /// What is done to inputs.
    pub corruption: Corruption,
    /// Epochs, batch size, optimiser, seed.
    pub train: TrainOptions,
}

impl ChainOptions for ClassifierOptions {
    fn loss(&self) -> Loss {
        Loss::SoftmaxCrossEntropy
    }
    fn corruption(&self) -> Corruption {
        self.corruption
    }
    fn train(&self) -> &TrainOptions {
        &self.train
    }
}

/// A softmax classifier under training; its error is the share of misclassified rows.
///
/// ```
/// use nets::*;
/// let (train_rows, test_rows) = Dataset::digits().split(0.2, 1)?;
/// let train = TrainOptions { epochs: 5, ..TrainOptions::default() };
/// let options = ClassifierOptions { corruption: Corruption::None, train };
/// let mut trainer = ClassifierTrainer::classifier(&train_rows, &[], &[(30, Activation::Relu)], options)?;
/// trainer.run(&mut ignore_progress)?;
/// assert!(trainer.error(&test_rows.expect("a fifth of the rows")) < 0.1);
/// assert_eq!(trainer.network().output_width(), 10);
/// # Ok::<(), NetError>(())
/// ```
pub type ClassifierTrainer<'a> = Trainer<'a, ChainLearner<ClassifierOptions>>;

impl<'a> Trainer<'a, ChainLearner<ClassifierOptions>> {
    /// A classifier of labelled rows: the given encoder (none for raw inputs), fresh layers of the given widths, and a
    /// fresh linear layer to as many outputs as the largest label asks for. All layers are trained.
    ///
    /// # Errors
    /// [`NetError::Option`] if an option is out of range or the rows have no labels, [`NetError::Shape`] if the data do
    /// not fit the encoder or its layers each other.
    pub fn classifier(
        data: &'a Dataset,
        encoder: &[Dense],
        hidden: &[(usize, Activation)],
        options: ClassifierOptions,
    ) -> Result<Self, NetError> {
        let Some(largest) = data.labels().and_then(|labels| labels.iter().max()) else {
            return Err(NetError::Option {
                option: "labels".into(),
                got: "none".into(),
                expected: "one label per row".into(),
            });
        };
        options.train.check()?;
        options.corruption.check()?;
        if !encoder.is_empty() {
            check_width(data, encoder)?;
            Network::new(encoder.iter().cloned().map(Layer::from).collect())?;
        }
        let narrowest = hidden.iter().map(|&(width, _)| width).min();
        option(narrowest != Some(0), "hidden width", 0, "at least 1 unit")?;
        let mut widths = hidden.to_vec();
        widths.push((usize::from(*largest) + 1, Activation::Linear));
        let below = encoder.last().map_or(data.width(), Dense::output_width);
        let mut layers = encoder.to_vec();
        layers.extend(fresh_layers(below, &widths, options.train.seed, 0, 0));
        let rows = Rows::of(data);
        let capacity = options.train.batch.min(rows.count());
        let chain = Chain::of_layers(&layers, capacity, &options.train.optimizer);
        let learner = ChainLearner::new(options, chain, rows.width());
        Trainer::of_layer(rows, learner, options.train, 0, 1)
    }

    /// The classifier as trained so far: input → probabilities of the classes.
    pub fn network(&self) -> Network {
        let layers = self.learner().chain.denses();
        let classes = layers.last().map_or(1, Dense::output_width);
        let mut layers: Vec<Layer> = layers.into_iter().map(Layer::from).collect();
        let build = |layers| Network::new(layers);
        Softmax::new(&[classes], 0)
            .and_then(|softmax| {
                layers.push(softmax.into());
                build(layers)
            })
            .expect("the layers fit each other, by construction")
    }
}

fn check_width(data: &Dataset, layers: &[Dense]) -> Result<(), NetError> {
    match layers.first().map(Dense::input_width) {
        Some(expected) if expected != data.width() => Err(NetError::Shape {
            what: "width of the rows (the input of the first layer)".into(),
            expected,
            got: data.width(),
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{StackOptions, ignore_progress};

    #[test]
    fn an_unrolled_stack_starts_as_the_stack() {
        let digits = Dataset::digits();
        let train = TrainOptions {
            epochs: 1,
            ..TrainOptions::default()
        };
        let options = StackOptions {
            widths: vec![12, 5],
            tied: true,
            train,
            ..StackOptions::default()
        };
        let stack = Stack::pretrain(&digits, &options, &mut ignore_progress).unwrap();
        let loss = Loss::CrossEntropy;
        let corruption = Corruption::None;
        let options = UnrolledOptions {
            loss,
            corruption,
            train,
        };
        let tuned = UnrolledTrainer::unrolled(&digits, &stack, options)
            .unwrap()
            .stack();
        let x = digits.point(3);
        let (a, b) = (stack.reconstruction_network(), tuned.reconstruction_network());
        assert!((a.forward(&x) - b.forward(&x)).amax() < 1e-12);
    }

    #[test]
    fn the_error_of_a_classifier_is_that_of_its_network() {
        let digits = Dataset::digits();
        let train = TrainOptions {
            epochs: 2,
            ..TrainOptions::default()
        };
        let options = ClassifierOptions {
            corruption: Corruption::None,
            train,
        };
        let mut trainer = ClassifierTrainer::classifier(&digits, &[], &[], options).unwrap();
        trainer.run(&mut ignore_progress).unwrap();
        let network = trainer.network();
        let labels = digits.labels().unwrap();
        let wrong = (0..digits.len())
            .filter(|&row| network.forward(&digits.point(row)).imax() != usize::from(labels[row]))
            .count();
        assert_eq!(trainer.error(&digits), wrong as f64 / digits.len() as f64);
        let bare = Dataset::new("bare", vec![0.0; 4], 2).unwrap();
        let error = ClassifierTrainer::classifier(&bare, &[], &[], options).unwrap_err();
        assert!(error.to_string().starts_with("labels is none"), "{error}");
    }
}
