//! Sweeps over many groups or seeds: run, resumed, cut into shards.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::Ordering;

use bridge::sweep::{self, Finished, Plan, Shard, Summary};

use crate::cli::signal::stop_on_signal;
use crate::cli::{CliError, Outcome, output};

/// Runs a plan, or a shard of it, with its journal in a folder; `None` if the user stopped it.
pub(super) fn run(plan: &Plan, shard: Option<Shard>, folder: &Path) -> Result<Option<Summary>, CliError> {
    output::folder(folder)?;
    let stop = stop_on_signal()?;
    let bar = Mutex::new(output::Progress::over(plan.items()?.len() as u64));
    let finished = sweep::run(plan, shard, folder, &|progress| {
        if let Ok(mut bar) = bar.lock() {
            bar.at_of(progress.done as u64, progress.of as u64, progress.item);
        }
        if stop.load(Ordering::Relaxed) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })?;
    drop(bar);
    match finished {
        Finished::All(summary) => Ok(Some(summary)),
        Finished::Stopped { done, of } => {
            output::text(&format!(
                "stopped after {done} of {of} items; the same command goes on from {}",
                folder.display()
            ))?;
            Ok(None)
        }
    }
}

/// A sweep for people.
pub(crate) fn describe(summary: &Summary) -> String {
    let mut text = format!(
        "{} of {} items checked: {} hold, {} fail, {} undecided, {} vacuous; {} came out as theory expects\n",
        summary.items - summary.missing,
        summary.items,
        summary.holds,
        summary.fails,
        summary.undecided,
        summary.vacuous,
        summary.as_expected
    );
    for (claim, tally) in &summary.claims {
        text += &format!("  {claim:34}");
        if let Some(cases) = tally.cases {
            text += &format!(" {cases} cases");
        }
        for (verdict, count) in &tally.verdicts {
            text += &format!(" {verdict} {count}");
        }
        if let Some(rate) = &tally.false_alarms {
            text += &format!(
                ", not as expected: {:.4} (99% CI {:.4} to {:.4})",
                rate.estimate, rate.low, rate.high
            );
        }
        text.push('\n');
    }
    for line in summary.exceptions.iter().take(20) {
        text += &format!("  {} {}: {}\n", line.item, line.outcome, line.result);
    }
    text
}

/// Whether everything is checked and came out as expected.
pub(crate) fn outcome(summary: &Summary) -> Outcome {
    if summary.missing == 0 && summary.exceptions.is_empty() {
        Outcome::Good
    } else {
        Outcome::ClaimsNotConfirmed
    }
}
