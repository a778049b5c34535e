//! The size of a machine and how to train it.

use super::VisibleUnits;
use crate::optimizer::option;
use crate::{EarlyStopping, NetError, Optimizer, Schedule, TrainOptions};
use serde::{Deserialize, Serialize};

/// Where the Gibbs chains of the negative phase start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NegativePhase {
    /// At the data of the batch: contrastive divergence (Hinton 2002).
    #[default]
    Data,
    /// Where they stood after the batch before: persistent contrastive divergence (Tieleman 2008).
    Persistent {
        /// Number of chains; as many as a batch has rows is usual.
        chains: usize,
    },
}

/// A pull of every hidden unit's mean activation q towards a target p, by the gradient of the cross entropy between
/// them: weight·(p − q) is added to the positive statistics of the unit (Hinton's guide, section 11).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Sparsity {
    /// p, in (0, 1).
    pub target: f64,
    /// Strength of the pull.
    pub weight: f64,
    /// q is a running mean: q ← decay·q + (1 − decay)·(mean over the batch).
    pub decay: f64,
}

impl Sparsity {
    fn check(&self) -> Result<(), NetError> {
        let Sparsity {
            target,
            weight,
            decay,
        } = *self;
        let inside = target > 0.0 && target < 1.0;
        option(inside, "sparsity target", target, "a number in (0, 1)")?;
        let fine = weight.is_finite() && weight >= 0.0;
        option(fine, "sparsity weight", weight, "a finite number of at least 0")?;
        option(
            (0.0..1.0).contains(&decay),
            "sparsity decay",
            decay,
            "a number in [0, 1)",
        )
    }
}

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
    /// What the visible units are.
    #[serde(default)]
    pub visible: VisibleUnits,
    /// Where the chains of the negative phase start.
    #[serde(default)]
    pub negative_phase: NegativePhase,
    /// Gibbs steps in the negative phase (the k of CD-k).
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
    /// What pulls the mean activations of the hidden units.
    #[serde(default)]
    pub sparsity: Option<Sparsity>,
    /// Milder settings for the first epochs, as Hinton's guide advises.
    pub warm_up: Option<WarmUp>,
    /// How the learning rate changes, on top of the milder settings.
    #[serde(default)]
    pub schedule: Schedule,
    /// When to stop before the last epoch.
    #[serde(default)]
    pub early_stopping: Option<EarlyStopping>,
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
            visible: VisibleUnits::Binary,
            negative_phase: NegativePhase::Data,
            gibbs_steps: 1,
            sample_visible: false,
            rate: 0.04,
            momentum: 0.9,
            weight_decay: 2e-4,
            sparsity: None,
            warm_up: Some(WarmUp {
                epochs: 3,
                rate: 0.1,
                momentum: 0.5,
            }),
            schedule: Schedule::default(),
            early_stopping: None,
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
        if let NegativePhase::Persistent { chains } = self.negative_phase {
            option(chains > 0, "persistent chains", chains, "at least 1")?;
        }
        if let Some(sparsity) = self.sparsity {
            sparsity.check()?;
        }
        self.train_options().check()?;
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

    /// What the epoch loop needs to know.
    pub(super) fn train_options(&self) -> TrainOptions {
        TrainOptions {
            epochs: self.epochs,
            batch: self.batch,
            optimizer: Optimizer::sgd(self.rate, self.momentum),
            schedule: self.schedule,
            early_stopping: self.early_stopping,
            seed: self.seed,
        }
    }

    /// Learning rate and momentum of an epoch, counted from 1.
    pub(super) fn settings(&self, epoch: usize) -> (f64, f64) {
        match self.warm_up {
            Some(warm_up) if epoch <= warm_up.epochs => (warm_up.rate, warm_up.momentum),
            _ => (self.rate, self.momentum),
        }
    }
}
