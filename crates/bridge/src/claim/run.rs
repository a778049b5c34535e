//! Many claims in one run: a level of confidence that allows for all of them, on as many threads as there are, with the
//! time that each took.

use std::time::{Duration, Instant};

use rayon::prelude::*;
use serde::Serialize;

use super::{Claim, ClaimContext, ClaimReport, check};
use crate::BridgeError;

/// The chance that a run calls any true claim false, over all of its intervals.
pub const FAMILY_ERROR: f64 = 0.001;

/// The level of confidence of a run, corrected for the number of its comparisons (Bonferroni): with the error of one
/// interval at `family_error` / `comparisons`, the chance that any of them misses is at most `family_error`, however
/// they depend on each other.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Correction {
    /// The chance that any interval of the run misses.
    pub family_error: f64,
    /// The most comparisons that the claims of the run make.
    pub comparisons: usize,
    /// The level of each interval, 1 − `family_error` / `comparisons`.
    pub level: f64,
}

impl Correction {
    /// For a run of these claims.
    ///
    /// ```
    /// use bridge::claim::Correction;
    /// let one = Correction::over(&bridge::claims::all()[..1]);
    /// let all = Correction::over(bridge::claims::all());
    /// assert!(all.level > one.level && one.level > 0.999);
    /// ```
    pub fn over(claims: &[&dyn Claim]) -> Self {
        let comparisons = claims
            .iter()
            .map(|claim| claim.comparisons())
            .sum::<usize>()
            .max(1);
        Correction {
            family_error: FAMILY_ERROR,
            comparisons,
            level: 1.0 - FAMILY_ERROR / comparisons as f64,
        }
    }
}

/// A report with the time that its checks took, which is kept apart because it is never the same twice.
#[derive(Debug, Clone, PartialEq)]
pub struct Timed {
    /// The report.
    pub report: ClaimReport,
    /// How long the checks ran.
    pub time: Duration,
}

/// Checks claims in parallel, on the current pool of threads; reports come in the order of the claims and do not depend on
/// the number of threads. `done` is told of each claim that is finished.
///
/// # Errors
/// The error of the first claim, in order, that could not be checked.
pub fn check_all(
    claims: &[&dyn Claim],
    context: &ClaimContext<'_>,
    done: &(dyn Fn(&'static str) + Sync),
) -> Result<Vec<Timed>, BridgeError> {
    let checked: Vec<Result<Timed, BridgeError>> = claims
        .par_iter()
        .with_max_len(1)
        .map(|claim| {
            let start = Instant::now();
            let report = check(*claim, context)?;
            done(report.about.id);
            Ok(Timed {
                report,
                time: start.elapsed(),
            })
        })
        .collect();
    checked.into_iter().collect()
}
