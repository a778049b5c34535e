//! What all trainers share: options, progress, the order of rows, and dense chains with their gradients.

pub(crate) mod chain;
pub(crate) mod rows;

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
    /// Everything random follows from it.
    pub seed: u64,
}

impl Default for TrainOptions {
    fn default() -> Self {
        TrainOptions {
            epochs: 30,
            batch: 32,
            optimizer: Optimizer::adam(3e-3),
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
        self.optimizer.check()
    }
}

/// Mean squared reconstruction error per coordinate after one epoch, on training rows and on held-out rows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct EpochError {
    /// Epoch, counted from 1; 0 is the error before training.
    pub epoch: usize,
    /// On rows trained on (a fixed sample of at most [`EpochError::SAMPLE`] of them).
    pub train: f64,
    /// On the rows held out; `None` if there are none.
    pub held_out: Option<f64>,
}

impl EpochError {
    /// Most training rows on which the error of an epoch is measured.
    pub const SAMPLE: usize = 2048;
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
