//! What all trainers share: options, progress, the epoch loop, the order of rows, and dense chains with their gradients.

pub(crate) mod chain;
mod chain_learner;
mod history;
mod penalty;
pub(crate) mod rows;
mod run_file;
mod schedule;
mod trainer;

pub use chain_learner::{ChainLearner, ChainOptions};
pub use history::history_csv;
pub use penalty::CodePenalty;
pub use schedule::{Decay, Schedule};
pub use trainer::{Batch, Learner, StopReason, Trainer, VisitState};

use crate::optimizer::option;
use crate::{NetError, Optimizer};
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// How long and with what to train.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TrainOptions {
    /// Passes over the training rows.
    pub epochs: usize,
    /// Rows per step; the last step of an epoch takes what is left.
    pub batch: usize,
    /// The optimiser.
    pub optimizer: Optimizer,
    /// How its learning rate changes.
    #[serde(default)]
    pub schedule: Schedule,
    /// When to stop before the last epoch.
    #[serde(default)]
    pub early_stopping: Option<EarlyStopping>,
    /// Everything random follows from it.
    pub seed: u64,
}

impl Default for TrainOptions {
    fn default() -> Self {
        TrainOptions {
            epochs: 30,
            batch: 32,
            optimizer: Optimizer::adam(3e-3),
            schedule: Schedule::default(),
            early_stopping: None,
            seed: 0,
        }
    }
}

impl TrainOptions {
    /// Checks that all settings are in range.
    ///
    /// # Errors
    /// [`NetError::Option`] naming the first that is not.
    pub fn check(&self) -> Result<(), NetError> {
        option(self.batch > 0, "batch", self.batch, "at least 1 row")?;
        self.schedule.check()?;
        if let Some(early_stopping) = self.early_stopping {
            early_stopping.check()?;
        }
        self.optimizer.check()
    }
}

/// Stops when the error on the held-out rows (on the training rows, if there are none) no longer falls, and goes back
/// to the state with the smallest error (Prechelt 1998).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct EarlyStopping {
    /// Epochs without improvement after which to stop.
    pub patience: usize,
    /// By which share of the smallest error so far an error must be below it to count as an improvement.
    pub improvement: f64,
}

impl EarlyStopping {
    /// Checks that all settings are in range.
    ///
    /// # Errors
    /// [`NetError::Option`] naming the first that is not.
    pub fn check(&self) -> Result<(), NetError> {
        option(self.patience > 0, "patience", self.patience, "at least 1 epoch")?;
        option(
            (0.0..1.0).contains(&self.improvement),
            "improvement",
            self.improvement,
            "a number in [0, 1)",
        )
    }
}

/// The error after one epoch, on training rows and on held-out rows: mean squared reconstruction error per coordinate,
/// or the share of misclassified rows for a classifier.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct EpochError {
    /// Epoch, counted from 1; 0 is the error before training.
    pub epoch: usize,
    /// On rows trained on (a fixed sample of at most [`EpochError::SAMPLE`] of them).
    pub train: f64,
    /// On the rows held out; `None` if there are none.
    pub held_out: Option<f64>,
    /// Mean loss per row during the epoch; `None` before training.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss: Option<f64>,
    /// Learning rate at the end of the epoch; `None` before training.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
}

impl EpochError {
    /// Most training rows on which the error of an epoch is measured.
    pub const SAMPLE: usize = 2048;

    /// What early stopping watches.
    pub(crate) fn watched(&self) -> f64 {
        self.held_out.unwrap_or(self.train)
    }
}

/// Where a training run stands; given to the progress callback after every batch and at the end of every epoch.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// Layer being trained, from 0.
    pub layer: usize,
    /// Layers to train.
    pub layers: usize,
    /// Epoch being run, from 1.
    pub epoch: usize,
    /// Epochs to run for this layer.
    pub epochs: usize,
    /// Rows of this epoch done.
    pub rows_done: usize,
    /// Rows in an epoch.
    pub rows: usize,
    /// Mean loss per row so far in this epoch.
    pub loss: f64,
    /// The errors measured, at the end of an epoch.
    pub errors: Option<EpochError>,
}

/// Called with the progress of a run, on a thread of the pool; breaking stops it with [`NetError::Interrupted`].
pub type OnProgress<'a> = dyn FnMut(&Progress) -> ControlFlow<()> + Send + 'a;

/// A callback that does nothing.
///
/// ```
/// use nets::{ignore_progress, Dataset, Stack, StackOptions};
/// let options = StackOptions { widths: vec![8], ..StackOptions::default() };
/// let stack = Stack::pretrain(&Dataset::digits(), &options, &mut ignore_progress)?;
/// assert_eq!(stack.encoder_network().output_width(), 8);
/// # Ok::<(), nets::NetError>(())
/// ```
pub fn ignore_progress(_: &Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}
