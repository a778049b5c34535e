//! The one epoch loop: what all models are trained by.
//!
//! A [`Learner`] knows how to take a step on a batch; the [`Trainer`] gives it batches, epoch after epoch, reports,
//! measures, stops early, stops at divergence, and writes and reads its state.
//!
//! Invariant: a step depends on the learner's state, on the rows and on the address of the batch (seed, layer, epoch,
//! number), never on what was drawn before, and the order of an epoch's rows on its address alone. So a run that is
//! resumed from its state gives the same bytes as one that was never interrupted.

use super::rows::{BatchAddress, Rows, epoch_order};
use super::{EpochError, Progress, TrainOptions};
use crate::matrix::on_pool;
use crate::train::OnProgress;
use crate::{Dataset, NetError};
use serde::{Deserialize, Serialize};

/// A batch, as a learner sees it.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// All rows that are trained on.
    pub data: Rows<'a>,
    /// Which of them make up the batch.
    pub rows: &'a [usize],
    /// Where the batch's random streams are.
    pub address: BatchAddress,
    /// Number of the step since training began, from 1.
    pub step: u64,
    /// The schedule's factor of the learning rate.
    pub rate_factor: f64,
}

/// Called with the name and the numbers of each part of a state, in a fixed order.
pub type VisitState<'a, T> = dyn FnMut(std::fmt::Arguments<'_>, &mut Vec<T>) + 'a;

/// A model under training, with the state of its optimiser.
///
/// ```
/// use nets::{Batch, Dataset, Learner, Rows, TrainOptions, Trainer, VisitState, ignore_progress};
/// /// Learns the mean of the rows.
/// struct Mean(Vec<f32>);
/// impl Learner for Mean {
///     fn step(&mut self, batch: &Batch<'_>) -> f64 {
///         let mut loss = 0.0;
///         for &row in batch.rows {
///             for (mean, value) in self.0.iter_mut().zip(batch.data.row(row)) {
///                 let difference = value - *mean;
///                 loss += f64::from(difference * difference);
///                 *mean += difference / batch.step as f32;
///             }
///         }
///         loss
///     }
///     fn error(&mut self, _: Rows<'_>) -> f64 { 0.0 }
///     fn visit_state(&mut self, visit: &mut VisitState<'_, f32>) { visit(format_args!("mean"), &mut self.0) }
///     fn settings(&self) -> serde_json::Value { "mean".into() }
/// }
/// let data = Dataset::new("four points", vec![1.0, 2.0, 3.0, 6.0], 1)?;
/// let options = TrainOptions { epochs: 1, batch: 1, ..TrainOptions::default() };
/// let mut trainer = Trainer::with_learner(&data, Mean(vec![0.0]), options)?;
/// trainer.run(&mut ignore_progress)?;
/// assert_eq!(trainer.learner().0, [3.0]);
/// # Ok::<(), nets::NetError>(())
/// ```
pub trait Learner: Send {
    /// One step; returns the loss summed over the batch's rows.
    fn step(&mut self, batch: &Batch<'_>) -> f64;

    /// The error on clean rows that histories record and early stopping watches.
    fn error(&mut self, data: Rows<'_>) -> f64;

    /// Shows every number that the next step depends on; their count must not change.
    fn visit_state(&mut self, visit: &mut VisitState<'_, f32>);

    /// All settings of model and training; a run is resumed only by a learner with the same.
    fn settings(&self) -> serde_json::Value;

    /// Learning rate in an epoch (counted from 1), before the schedule's factor; for reports.
    fn rate(&self, epoch: usize, options: &TrainOptions) -> f64 {
        let _ = epoch;
        options.optimizer.rate()
    }
}

/// Why a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// All epochs were run.
    Finished,
    /// The error no longer fell; the trainer is back at the best epoch.
    StoppedEarly {
        /// Epoch with the smallest error.
        best_epoch: usize,
    },
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Position {
    /// Epochs finished.
    pub(super) epoch: usize,
    /// Batches of the next epoch done.
    pub(super) batch: usize,
    /// Their losses, summed.
    pub(super) loss: f64,
}

/// A copy of a learner's state, with the position at which it was taken.
#[derive(Debug, Clone, Default)]
pub(super) struct Snapshot {
    pub(super) position: Position,
    pub(super) values: Vec<Vec<f32>>,
}

impl Snapshot {
    /// Copies the state; allocates the first time only.
    pub(super) fn take(&mut self, learner: &mut impl Learner, position: Position) {
        self.position = position;
        let (mut index, values) = (0, &mut self.values);
        learner.visit_state(&mut |_, part| {
            match values.get_mut(index) {
                Some(copy) => copy.copy_from_slice(part),
                None => values.push(part.clone()),
            }
            index += 1;
        });
    }

    /// Puts the state back.
    pub(super) fn restore(&self, learner: &mut impl Learner) {
        let mut copies = self.values.iter();
        learner.visit_state(&mut |_, part| {
            if let Some(copy) = copies.next() {
                part.copy_from_slice(copy);
            }
        });
    }
}

/// The state with the smallest error so far.
#[derive(Debug, Clone)]
pub(super) struct Best {
    pub(super) error: f64,
    pub(super) snapshot: Snapshot,
}

/// A training run: one call of [`Trainer::epoch`] is one pass over the data, [`Trainer::run`] goes to the end.
#[derive(Debug, Clone)]
pub struct Trainer<'a, L> {
    pub(super) rows: Rows<'a>,
    held_out: Option<Rows<'a>>,
    pub(super) learner: L,
    pub(super) options: TrainOptions,
    order: Vec<usize>,
    pub(super) position: Position,
    pub(super) history: Vec<EpochError>,
    /// The state at the beginning of the epoch, to go back to when training diverges.
    pub(super) good: Snapshot,
    pub(super) best: Option<Best>,
    pub(super) layer: usize,
    layers: usize,
}

impl<'a, L: Learner> Trainer<'a, L> {
    /// A trainer of any learner.
    ///
    /// # Errors
    /// [`NetError::Option`] if an option is out of range.
    pub fn with_learner(data: &'a Dataset, learner: L, options: TrainOptions) -> Result<Self, NetError> {
        Trainer::of_layer(Rows::of(data), learner, options, 0, 1)
    }

    /// A trainer for one layer of several.
    pub(crate) fn of_layer(
        rows: Rows<'a>,
        learner: L,
        options: TrainOptions,
        layer: usize,
        layers: usize,
    ) -> Result<Self, NetError> {
        options.check()?;
        Ok(Trainer {
            rows,
            held_out: None,
            learner,
            options,
            order: Vec::new(),
            position: Position::default(),
            history: Vec::new(),
            good: Snapshot::default(),
            best: None,
            layer,
            layers,
        })
    }

    /// The same with rows to measure the error on.
    ///
    /// # Errors
    /// [`NetError::Shape`] if they are not as wide as the training rows.
    pub fn with_held_out(self, data: &'a Dataset) -> Result<Self, NetError> {
        if data.width() != self.rows.width() {
            return Err(NetError::Shape {
                what: "width of the held-out rows".into(),
                expected: self.rows.width(),
                got: data.width(),
            });
        }
        Ok(self.with_held_out_rows(Some(Rows::of(data))))
    }

    pub(crate) fn with_held_out_rows(mut self, rows: Option<Rows<'a>>) -> Self {
        self.held_out = rows.filter(|rows| rows.count() > 0);
        self
    }

    /// The model, as it stands.
    pub fn learner(&self) -> &L {
        &self.learner
    }

    pub(crate) fn learner_mut(&mut self) -> &mut L {
        &mut self.learner
    }

    /// Epochs finished.
    pub fn epochs_done(&self) -> usize {
        self.position.epoch
    }

    /// The errors before training and after every epoch, as measured by [`Trainer::run`].
    pub fn history(&self) -> &[EpochError] {
        &self.history
    }

    /// One pass over the data, or the rest of one that was interrupted; returns the mean loss per row during it (of
    /// corrupted inputs, if inputs are).
    ///
    /// Allocates nothing after the first call, beside the packing buffers of the matrix products.
    ///
    /// # Errors
    /// [`NetError::Diverged`] if the loss of a batch or a parameter is not finite: the model is then as it was at the
    /// beginning of the epoch; [`NetError::Interrupted`] if the callback breaks: the next call goes on from there.
    pub fn epoch(&mut self, on_progress: &mut OnProgress<'_>) -> Result<f64, NetError> {
        on_pool(|| self.pass(on_progress))
    }

    fn pass(&mut self, on_progress: &mut OnProgress<'_>) -> Result<f64, NetError> {
        let mut order = std::mem::take(&mut self.order);
        let epoch = self.position.epoch + 1;
        epoch_order(
            &mut order,
            self.rows.count(),
            self.options.seed,
            self.layer,
            epoch,
        );
        let result = self.pass_in_order(&order, on_progress);
        self.order = order;
        result
    }

    fn pass_in_order(&mut self, order: &[usize], on_progress: &mut OnProgress<'_>) -> Result<f64, NetError> {
        let TrainOptions {
            batch,
            seed,
            epochs,
            schedule,
            ..
        } = self.options;
        let epoch = self.position.epoch + 1;
        if self.position.batch == 0 || self.good.values.is_empty() {
            self.good.take(&mut self.learner, self.position);
        }
        let batches = order.len().div_ceil(batch);
        for (index, rows) in order.chunks(batch).enumerate().skip(self.position.batch) {
            let step = ((epoch - 1) * batches + index + 1) as u64;
            // The rate of a step is that at its end, so that the first step of a warm-up moves at all.
            let rate_factor = schedule.factor(step as f64 / batches as f64, epochs as f64);
            let (data, layer) = (self.rows, self.layer);
            let address = BatchAddress {
                seed,
                layer,
                epoch,
                batch: index,
                step: 0,
            };
            let loss = self.learner.step(&Batch {
                data,
                rows,
                address,
                step,
                rate_factor,
            });
            if !loss.is_finite() {
                return Err(self.diverged(index, loss, rate_factor));
            }
            self.position.batch = index + 1;
            self.position.loss += loss;
            let done = (index * batch + rows.len()).min(order.len());
            let progress = self.progress(done, self.position.loss / done as f64, None);
            if on_progress(&progress).is_break() {
                self.check_finite(index, rate_factor)?;
                return Err(NetError::Interrupted { epoch });
            }
        }
        self.check_finite(
            batches.saturating_sub(1),
            schedule.factor(epoch as f64, epochs as f64),
        )?;
        let mean = self.position.loss / order.len() as f64;
        self.position = Position {
            epoch,
            ..Position::default()
        };
        Ok(mean)
    }

    fn progress(&self, rows_done: usize, loss: f64, errors: Option<EpochError>) -> Progress {
        Progress {
            layer: self.layer,
            layers: self.layers,
            epoch: self.position.epoch + usize::from(errors.is_none()),
            epochs: self.options.epochs,
            rows_done,
            rows: self.rows.count(),
            loss,
            errors,
        }
    }

    /// A loss can be finite and the step that follows from it not.
    fn check_finite(&mut self, batch: usize, rate_factor: f64) -> Result<(), NetError> {
        let mut fine = true;
        self.learner
            .visit_state(&mut |_, part| fine &= part.iter().all(|v| v.is_finite()));
        if fine {
            Ok(())
        } else {
            Err(self.diverged(batch, f64::INFINITY, rate_factor))
        }
    }

    /// Goes back to the last good state.
    fn diverged(&mut self, batch: usize, loss: f64, rate_factor: f64) -> NetError {
        let epoch = self.position.epoch + 1;
        let rate = rate_factor * self.learner.rate(epoch, &self.options);
        self.good.restore(&mut self.learner);
        self.position = self.good.position;
        NetError::Diverged {
            epoch,
            batch,
            rate,
            loss,
        }
    }

    /// Mean error on the rows of a data set.
    ///
    /// # Panics
    /// If they are not as wide as the training rows.
    pub fn error(&mut self, data: &Dataset) -> f64 {
        assert_eq!(
            data.width(),
            self.rows.width(),
            "rows to measure are as wide as those trained on"
        );
        let learner = &mut self.learner;
        on_pool(|| learner.error(Rows::of(data)))
    }

    /// The errors at the end of an epoch; one that is not finite is divergence, too.
    fn measure_finite(&mut self, loss: f64) -> Result<EpochError, NetError> {
        let errors = self.measure(Some(loss));
        if errors.train.is_finite() && errors.held_out.is_none_or(f64::is_finite) {
            return Ok(errors);
        }
        let batches = self.rows.count().div_ceil(self.options.batch);
        let (time, epochs) = (self.position.epoch as f64, self.options.epochs as f64);
        self.position.epoch -= 1;
        let factor = self.options.schedule.factor(time, epochs);
        Err(self.diverged(batches - 1, errors.watched(), factor))
    }

    fn measure(&mut self, loss: Option<f64>) -> EpochError {
        let epoch = self.position.epoch;
        let (learner, rows, held_out) = (&mut self.learner, self.rows, self.held_out);
        let factor = self
            .options
            .schedule
            .factor(epoch as f64, self.options.epochs as f64);
        let rate = loss.map(|_| factor * learner.rate(epoch, &self.options));
        EpochError {
            epoch,
            train: learner.error(rows.sample()),
            held_out: held_out.map(|rows| learner.error(rows)),
            loss,
            rate,
        }
    }

    /// Trains to the end, measuring the errors before and after every epoch.
    ///
    /// # Errors
    /// As [`Trainer::epoch`].
    pub fn run(&mut self, on_progress: &mut OnProgress<'_>) -> Result<StopReason, NetError> {
        self.run_saving(on_progress, &mut |_| Ok(()))
    }

    /// The same, calling `save` at the end of every epoch and when the callback breaks.
    pub(super) fn run_saving(
        &mut self,
        on_progress: &mut OnProgress<'_>,
        save: &mut (dyn FnMut(&mut Self) -> Result<(), NetError> + Send),
    ) -> Result<StopReason, NetError> {
        on_pool(|| {
            if self.history.is_empty() {
                let errors = self.measure(None);
                self.record(errors);
            }
            while self.position.epoch < self.options.epochs {
                if let Some(best_epoch) = self.stopped_early() {
                    return Ok(StopReason::StoppedEarly { best_epoch });
                }
                let loss = match self.pass(on_progress) {
                    Err(NetError::Interrupted { epoch }) => {
                        save(self)?;
                        return Err(NetError::Interrupted { epoch });
                    }
                    result => result?,
                };
                let errors = self.measure_finite(loss)?;
                self.record(errors);
                save(self)?;
                let progress = self.progress(self.rows.count(), loss, Some(errors));
                if on_progress(&progress).is_break() {
                    return Err(NetError::Interrupted {
                        epoch: self.position.epoch,
                    });
                }
            }
            let stopped = self.stopped_early();
            Ok(
                stopped.map_or(StopReason::Finished, |best_epoch| StopReason::StoppedEarly {
                    best_epoch,
                }),
            )
        })
    }

    /// Adds errors to the history, and keeps the state if it is the best so far.
    fn record(&mut self, errors: EpochError) {
        self.history.push(errors);
        let Some(early) = self.options.early_stopping else {
            return;
        };
        let error = errors.watched();
        let bound = self
            .best
            .as_ref()
            .map_or(f64::INFINITY, |best| best.error * (1.0 - early.improvement));
        if error < bound {
            let mut snapshot = self
                .best
                .take()
                .map_or_else(Snapshot::default, |best| best.snapshot);
            snapshot.take(&mut self.learner, self.position);
            self.best = Some(Best { error, snapshot });
        }
    }

    /// The best epoch, if the patience is at an end or all epochs are run: the model goes back to it.
    fn stopped_early(&mut self) -> Option<usize> {
        let (early, best) = (self.options.early_stopping?, self.best.as_ref()?);
        let best_epoch = best.snapshot.position.epoch;
        let measured = self.history.last()?.epoch;
        if measured - best_epoch < early.patience {
            return None;
        }
        best.snapshot.restore(&mut self.learner);
        Some(best_epoch)
    }
}

#[cfg(test)]
mod tests;
