//! What a sweep came to.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::{Line, Plan, Shard};
use crate::claim::Verdict;
use crate::statistics::{self, Interval};

/// The counts of a sweep.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// `shadow.sweep/1`.
    pub schema: &'static str,
    /// What was swept.
    pub plan: Plan,
    /// The part of it, if it was one.
    pub shard: Option<Shard>,
    /// Items of the plan, or of the shard.
    pub items: usize,
    /// Items that are not checked yet.
    pub missing: usize,
    /// Items that hold.
    pub holds: usize,
    /// Items that fail.
    pub fails: usize,
    /// Items on which a limit was reached.
    pub undecided: usize,
    /// Items whose control passed.
    pub vacuous: usize,
    /// Items that came out as theory leads one to expect.
    pub as_expected: usize,
    /// For each claim its cases (sweeps of groups) or its verdicts (sweeps of seeds).
    pub claims: BTreeMap<String, Tally>,
    /// The items that did not come out as expected.
    pub exceptions: Vec<Line>,
}

/// What one claim came to.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Tally {
    /// Single cases that were checked exactly (sweeps of groups).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cases: Option<u64>,
    /// How often each verdict came out (sweeps of seeds).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub verdicts: BTreeMap<String, u64>,
    /// The share of seeds at which the verdict is not the expected one, with its interval at 99%.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub false_alarms: Option<Interval>,
}

impl Summary {
    pub(super) fn of(plan: &Plan, shard: Option<Shard>, items: usize, lines: &[&Line]) -> Self {
        let count = |verdict| lines.iter().filter(|line| line.outcome == verdict).count();
        let exceptions: Vec<Line> = lines
            .iter()
            .filter(|line| !line.as_expected)
            .map(|line| (*line).clone())
            .collect();
        Summary {
            schema: "shadow.sweep/1",
            plan: plan.clone(),
            shard,
            items,
            missing: items - lines.len(),
            holds: count(Verdict::Holds),
            fails: count(Verdict::Fails),
            undecided: count(Verdict::Undecided),
            vacuous: count(Verdict::Vacuous),
            as_expected: lines.len() - exceptions.len(),
            claims: match plan {
                Plan::Groups { .. } => cases(lines),
                Plan::Seeds { .. } => verdicts(lines),
            },
            exceptions,
        }
    }
}

/// The sums of the cases of each claim.
fn cases(lines: &[&Line]) -> BTreeMap<String, Tally> {
    let mut sums: BTreeMap<String, Tally> = BTreeMap::new();
    for line in lines {
        let Some(Value::Object(cases)) = line.result.get("cases") else {
            continue;
        };
        for (claim, count) in cases {
            let sum = sums.entry(claim.clone()).or_default();
            *sum.cases.get_or_insert(0) += count.as_u64().unwrap_or(0);
        }
    }
    sums
}

/// How often each verdict came out.
fn verdicts(lines: &[&Line]) -> BTreeMap<String, Tally> {
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    let mut alarms: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for line in lines {
        let claim = line.item.split('@').next().unwrap_or_default();
        let tally = tallies.entry(claim.to_owned()).or_default();
        *tally.verdicts.entry(line.outcome.to_string()).or_insert(0) += 1;
        let (false_alarms, seeds) = alarms.entry(claim.to_owned()).or_default();
        *false_alarms += u64::from(!line.as_expected);
        *seeds += 1;
    }
    for (claim, (false_alarms, seeds)) in alarms {
        if let Some(tally) = tallies.get_mut(&claim) {
            tally.false_alarms = Some(statistics::proportion(false_alarms, seeds, 0.99));
        }
    }
    tallies
}
