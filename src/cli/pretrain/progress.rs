//! How a run is going, and whether it is to stop.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use nets::Progress;

use crate::cli::output;

/// Between two changes of the line.
const PERIOD: Duration = Duration::from_millis(125);

/// Draws a bar with loss, rows per second and time left, and breaks when the flag is set.
pub(super) struct Reporter {
    stop: Arc<AtomicBool>,
    bar: output::Progress,
    /// When the first batch of this run was done, and how many rows had been then (by this run or an earlier one).
    began: Option<(Instant, u64)>,
    drawn: Option<Instant>,
}

impl Reporter {
    pub(super) fn new(stop: Arc<AtomicBool>) -> Self {
        Reporter {
            stop,
            bar: output::Progress::over(1),
            began: None,
            drawn: None,
        }
    }

    /// Called after every batch; allocates nothing but when it draws.
    pub(super) fn at(&mut self, progress: &Progress) -> ControlFlow<()> {
        let now = Instant::now();
        if self.drawn.is_none_or(|drawn| now - drawn >= PERIOD) {
            self.drawn = Some(now);
            self.draw(progress, now);
        }
        if self.stop.load(Ordering::Relaxed) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    fn draw(&mut self, progress: &Progress, now: Instant) {
        let rows = progress.rows as u64;
        let epochs = (progress.layer * progress.epochs + progress.epoch
            - usize::from(progress.errors.is_none())) as u64;
        let in_epoch = if progress.errors.is_some() {
            0
        } else {
            progress.rows_done as u64
        };
        let done = epochs * rows + in_epoch;
        let all = (progress.layers * progress.epochs) as u64 * rows;
        let (began, before) = *self.began.get_or_insert((now, done));
        let seconds = (now - began).as_secs_f64();
        let rate = (done - before) as f64 / seconds.max(1e-3);
        let left = if rate > 0.0 {
            (all.saturating_sub(done)) as f64 / rate
        } else {
            f64::INFINITY
        };
        let left = if left.is_finite() {
            clock(left)
        } else {
            "?".to_owned()
        };
        self.bar.at_of(
            done,
            all,
            &format!(
                "layer {}/{} epoch {}/{}  loss {:.4}  {:.0} rows/s  {left} left",
                progress.layer + 1,
                progress.layers,
                progress.epoch,
                progress.epochs,
                progress.loss,
                rate,
            ),
        );
    }
}

/// Seconds as minutes and seconds, or hours, minutes and seconds.
fn clock(seconds: f64) -> String {
    let seconds = seconds.round() as u64;
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{rest:02}")
    } else {
        format!("{minutes}:{rest:02}")
    }
}
