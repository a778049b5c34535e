//! Checks over many groups or many seeds: cut into items that are checked in parallel, kept in a journal as they are
//! finished, so that a run that was stopped goes on where it was, and cut into shards for several machines, whose journals
//! are merged.
//!
//! A [`Plan`] lists its items; what an item comes to depends on the plan and on nothing else, so the journals of all shards, in
//! any number, interrupted or not, merge into the same bytes. There are two kinds of plans: all small groups with all their
//! transitive actions, checked exactly, and claims of the ledger at many seeds.
//!
//! ```
//! use std::ops::ControlFlow;
//! use bridge::sweep::{self, Finished, Plan};
//! let folder = tempfile::tempdir().expect("a temporary folder can be made");
//! let plan = Plan::Groups { max_order: 6, max_degree: 3 };
//! let finished = sweep::run(&plan, None, folder.path(), &|_| ControlFlow::Continue(()))?;
//! let Finished::All(summary) = finished else { panic!("nobody stopped it") };
//! // One group each of order 1, 2, 3, 5, two each of order 4 and 6, and three transitive groups of degree 2 and 3.
//! assert_eq!((summary.items, summary.holds), (11, 11));
//! # Ok::<(), bridge::BridgeError>(())
//! ```

mod concrete;
mod groups;
mod journal;
mod seeds;
mod summary;

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Mutex;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use journal::{JOURNAL, SUMMARY, merge};
pub use summary::{Summary, Tally};

use crate::BridgeError;
use crate::claim::{Level, Parameters, Verdict};
use crate::error::refuse;
use journal::{Header, Journal};

/// What is swept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "sweep")]
pub enum Plan {
    /// Every group of order up to `max_order` (at most 100) on the cosets of every subgroup up to conjugacy, and every transitive group of degree
    /// 2 to `max_degree` (at most 8) on its points.
    Groups {
        /// The largest order.
        max_order: usize,
        /// The largest degree.
        max_degree: usize,
    },
    /// Claims of the ledger at every seed from the first to the last, both included.
    Seeds {
        /// Their ids.
        claims: Vec<String>,
        /// The first seed.
        first: u64,
        /// The last seed.
        last: u64,
        /// How much work each check is given.
        level: Level,
        /// What was set about the checks.
        parameters: Parameters,
    },
}

/// The most items of a plan.
const MOST_ITEMS: u64 = 10_000_000;

impl Plan {
    /// The names of the items, in order: `small:24,12`, `transitive:8,23`, `hitting-time-iid@17`.
    ///
    /// # Errors
    /// [`BridgeError::Parameter`] for orders above 100, degrees above 8, or a range of seeds that is empty or too long.
    pub fn items(&self) -> Result<Vec<String>, BridgeError> {
        match self {
            Plan::Groups {
                max_order,
                max_degree,
            } => groups::items(*max_order, *max_degree),
            Plan::Seeds {
                claims, first, last, ..
            } => {
                let most = MOST_ITEMS / claims.len().max(1) as u64;
                if last < first || last - first >= most {
                    return refuse(
                        "seeds",
                        format!("{first}..{last}"),
                        format!("a first and a last seed, and at most {most} of them"),
                    );
                }
                let of_seed = |seed| claims.iter().map(move |id| format!("{id}@{seed}"));
                Ok((*first..=*last).flat_map(of_seed).collect())
            }
        }
    }

    fn check(&self, item: &str) -> Result<Line, BridgeError> {
        match self {
            Plan::Groups { .. } => groups::check(item),
            Plan::Seeds {
                claims,
                level,
                parameters,
                ..
            } => seeds::check(item, claims, *level, parameters),
        }
    }
}

/// A part of a plan: every `of`-th item, beginning with number `index`, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// Which part, from 1.
    pub index: usize,
    /// Of how many.
    pub of: usize,
}

impl std::str::FromStr for Shard {
    type Err = BridgeError;

    /// Reads `I/N`.
    ///
    /// ```
    /// use bridge::sweep::Shard;
    /// assert_eq!("2/5".parse::<Shard>()?, Shard { index: 2, of: 5 });
    /// assert!("0/5".parse::<Shard>().is_err() && "6/5".parse::<Shard>().is_err());
    /// # Ok::<(), bridge::BridgeError>(())
    /// ```
    fn from_str(text: &str) -> Result<Self, BridgeError> {
        let parts = text.split_once('/');
        let numbers = parts.and_then(|(i, n)| Some((i.trim().parse().ok()?, n.trim().parse().ok()?)));
        match numbers {
            Some((index, of)) if (1..=of).contains(&index) => Ok(Shard { index, of }),
            _ => refuse("shard", text, "I/N with I from 1 to N, for example 2/5"),
        }
    }
}

/// What an item came to: a line of a journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// The item.
    pub item: String,
    /// Its verdict.
    pub outcome: Verdict,
    /// Whether that is what theory leads one to expect.
    pub as_expected: bool,
    /// The evidence.
    pub result: Value,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress<'a> {
    /// Items finished, those of earlier runs included.
    pub done: usize,
    /// Items of the plan, or of the shard.
    pub of: usize,
    /// The item that was finished last.
    pub item: &'a str,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Finished {
    /// Everything is checked.
    All(Summary),
    /// It was stopped; the journal keeps what was done.
    Stopped {
        /// Items in the journal.
        done: usize,
        /// Items of the plan, or of the shard.
        of: usize,
    },
}

/// Checks the items of a plan, or of a shard of it, that the journal in `folder` does not hold yet, in parallel on the
/// current pool of threads. At the end the journal is put in the order of the plan and `summary.json` is written beside it: the same
/// bytes however often the run was stopped and on however many threads.
///
/// `go_on` is told of each item that is finished; when it breaks, the items under way are finished and the run stops.
///
/// # Errors
/// [`BridgeError::Journal`] for a journal of another plan or shard or one that cannot be read or written, and the errors of the checks.
pub fn run(
    plan: &Plan,
    shard: Option<Shard>,
    folder: &Path,
    go_on: &(dyn Fn(&Progress<'_>) -> ControlFlow<()> + Sync),
) -> Result<Finished, BridgeError> {
    let items: Vec<String> = match shard {
        None => plan.items()?,
        Some(Shard { index, of }) => plan.items()?.into_iter().skip(index - 1).step_by(of).collect(),
    };
    let journal = Journal::open(folder, Header::new(plan.clone(), shard), &items)?;
    let pending: Vec<&String> = items.iter().filter(|item| !journal.holds(item)).collect();
    let of = items.len();
    let journal = Mutex::new((journal, ControlFlow::Continue(())));
    let poisoned = || BridgeError::Journal {
        path: folder.join(JOURNAL),
        problem: "a check ended in a panic".to_owned(),
    };
    pending
        .par_iter()
        .with_max_len(1)
        .try_for_each(|item| -> Result<(), BridgeError> {
            if journal.lock().map_err(|_| poisoned())?.1.is_break() {
                return Ok(());
            }
            let line = plan.check(item)?;
            let mut journal = journal.lock().map_err(|_| poisoned())?;
            journal.0.append(line)?;
            let done = journal.0.len();
            if go_on(&Progress { done, of, item }).is_break() {
                journal.1 = ControlFlow::Break(());
            }
            Ok(())
        })?;
    let (journal, _) = journal.into_inner().map_err(|_| poisoned())?;
    if journal.len() < of {
        return Ok(Finished::Stopped {
            done: journal.len(),
            of,
        });
    }
    Ok(Finished::All(journal.finish(&items)?))
}

#[cfg(test)]
mod tests;
