//! Neighbouring papers, each as a system that runs: what the paper builds or claims, on data small enough to know the
//! truth, with a control that must fail.
//!
//! Every system is a room of its own with a `run`, from [`NeighbourOptions`] to a [`NeighbourReport`]; [`all`] lists
//! them for the command.

pub mod bengio;
pub mod celledoni;
pub mod de_mello_koch;
pub mod fan;
pub mod petrini;
pub mod roberts;
pub mod sejnowski;
pub mod vicente;
pub mod winter;

use serde::Serialize;

use crate::BridgeError;
use crate::claim::{Finding, Verdict};

/// What every system is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct NeighbourOptions {
    /// Seed of every random choice.
    pub seed: u64,
    /// Whether to take the small sizes, which are a matter of seconds, instead of those of the full study.
    pub quick: bool,
}

impl Default for NeighbourOptions {
    fn default() -> Self {
        NeighbourOptions { seed: 1, quick: true }
    }
}

/// What became of one neighbouring paper.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NeighbourReport {
    /// Name of the system, as in the address of its page in the documentation.
    pub id: &'static str,
    /// What it shows, in a line.
    pub title: &'static str,
    /// The paper.
    pub source: &'static str,
    /// What was tested, with figures. A finding on a false statement says so, and its outcome must be `fails`.
    pub findings: Vec<Finding>,
    /// One picture, an `<svg>` element.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// What the figures do not say: limits, deviations from the paper, and what was not checked.
    pub notes: Vec<String>,
}

/// How the statement of a negative control begins.
pub const FALSE: &str = "False statement";

impl NeighbourReport {
    /// How many statements came out as they should: a true one holds, a false one fails.
    pub fn right(&self) -> usize {
        let right = |finding: &&Finding| {
            let expected = if finding.statement.starts_with(FALSE) {
                Verdict::Fails
            } else {
                Verdict::Holds
            };
            finding.outcome == expected
        };
        self.findings.iter().filter(right).count()
    }

    /// Whether all of them did.
    pub fn as_expected(&self) -> bool {
        self.right() == self.findings.len()
    }
}

/// How a system is run.
pub type Run = fn(&NeighbourOptions) -> Result<NeighbourReport, BridgeError>;

/// A system: its name and how to run it.
#[derive(Debug, Clone, Copy)]
pub struct Neighbour {
    /// As [`NeighbourReport::id`].
    pub id: &'static str,
    /// Runs it. The same options give the same report, on any number of threads.
    pub run: Run,
}

/// All systems, in the order of a report.
pub fn all() -> &'static [Neighbour] {
    const ALL: &[Neighbour] = &[
        neighbour("winter", winter::run),
        neighbour("de-mello-koch", de_mello_koch::run),
        neighbour("bengio", bengio::run),
        neighbour("sejnowski", sejnowski::run),
        neighbour("vicente", vicente::run),
        neighbour("petrini", petrini::run),
        neighbour("fan", fan::run),
        neighbour("celledoni", celledoni::run),
        neighbour("roberts", roberts::run),
    ];
    ALL
}

/// One line of the list.
const fn neighbour(id: &'static str, run: Run) -> Neighbour {
    Neighbour { id, run }
}

/// Runs a system in its quick form: what it states must hold, what it calls false must fail, and it has a picture.
#[cfg(test)]
fn check_report(run: Run) {
    check_report_of(run, &NeighbourOptions::default());
}

#[cfg(test)]
fn check_report_of(run: Run, options: &NeighbourOptions) {
    let report = run(options).unwrap();
    for finding in &report.findings {
        println!("{}: {}", finding.outcome, finding.statement);
        finding.figures.iter().for_each(|figure| println!("    {figure}"));
    }
    assert!(report.as_expected(), "{:#?}", report.findings);
    assert!(report.findings.iter().any(|f| f.outcome == Verdict::Fails));
    assert!(report.picture.is_some_and(|svg| svg.starts_with("<svg")));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[ignore = "the full sizes take minutes"]
    fn full_studies_hold() {
        for system in all() {
            println!("{}", system.id);
            check_report_of(
                system.run,
                &NeighbourOptions {
                    seed: 1,
                    quick: false,
                },
            );
        }
    }
}
