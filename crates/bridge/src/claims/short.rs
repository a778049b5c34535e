//! Claims whose three checks are functions, and the evidence that these collect.

use super::DECIDING;
use crate::BridgeError;
use crate::claim::{About, Claim, ClaimContext, Cost, EvidenceKind, Figure, Finding, Parameter, Picture};
use crate::statistics::{self, Interval};

type Check = fn(&ClaimContext<'_>) -> Result<Finding, BridgeError>;

/// A claim by its card and its checks.
pub(super) struct Short {
    pub(super) about: &'static About,
    pub(super) exact: Check,
    pub(super) approximate: Check,
    pub(super) control: Check,
}

impl Short {
    /// The same with parameters and a cost.
    pub(super) const fn with(self, parameters: &'static [Parameter], cost: Cost) -> Tuned {
        Tuned {
            short: self,
            parameters,
            cost,
        }
    }
}

/// A claim by its card, its checks and what may be set about them.
pub(super) struct Tuned {
    short: Short,
    parameters: &'static [Parameter],
    cost: Cost,
}

impl Claim for Tuned {
    fn about(&self) -> &'static About {
        self.short.about
    }

    fn exact(&self, context: &ClaimContext<'_>) -> Result<Finding, BridgeError> {
        (self.short.exact)(context)
    }

    fn approximate(&self, context: &ClaimContext<'_>) -> Result<Finding, BridgeError> {
        (self.short.approximate)(context)
    }

    fn control(&self, context: &ClaimContext<'_>) -> Result<Finding, BridgeError> {
        (self.short.control)(context)
    }

    fn parameters(&self) -> &'static [Parameter] {
        self.parameters
    }

    fn cost(&self) -> Cost {
        self.cost
    }
}

impl Claim for Short {
    fn about(&self) -> &'static About {
        self.about
    }

    fn exact(&self, context: &ClaimContext<'_>) -> Result<Finding, BridgeError> {
        (self.exact)(context)
    }

    fn approximate(&self, context: &ClaimContext<'_>) -> Result<Finding, BridgeError> {
        (self.approximate)(context)
    }

    fn control(&self, context: &ClaimContext<'_>) -> Result<Finding, BridgeError> {
        (self.control)(context)
    }
}

/// Figures, and whether all of them are what the statement says.
pub(crate) struct Evidence {
    finding: Finding,
    holds: bool,
    /// The level of the intervals made here.
    confidence: f64,
}

impl Evidence {
    /// Evidence by exact arithmetic or enumeration.
    pub(crate) fn exact(statement: &str) -> Self {
        Evidence {
            finding: Finding {
                statement: statement.to_owned(),
                kind: EvidenceKind::Exact,
                outcome: true.into(),
                figures: Vec::new(),
                cases: 0,
                seed: None,
                picture: None,
            },
            holds: true,
            confidence: DECIDING,
        }
    }

    /// Evidence by floating point, to tolerances that the figures state.
    pub(crate) fn numerical(statement: &str) -> Self {
        let mut evidence = Self::exact(statement);
        evidence.finding.kind = EvidenceKind::Numerical;
        evidence
    }

    /// Evidence by samples.
    pub(crate) fn statistical(statement: &str, context: &ClaimContext<'_>) -> Self {
        let mut evidence = Self::exact(statement);
        evidence.finding.kind = EvidenceKind::Statistical;
        evidence.finding.seed = Some(context.seed);
        evidence.confidence = context.confidence;
        evidence
    }

    /// A case that is right or wrong; only the wrong ones are shown.
    pub(crate) fn case(&mut self, right: bool, what: impl FnOnce() -> String) {
        self.finding.cases += 1;
        if !right {
            self.holds = false;
            self.finding.figures.push(Figure::exact("breaks at", what()));
        }
    }

    /// An exact figure.
    pub(crate) fn equal<T: PartialEq + ToString>(&mut self, name: &str, found: T, expected: T) {
        self.finding.cases += 1;
        self.holds &= found == expected;
        self.finding
            .figures
            .push(Figure::exact(name, found.to_string()).expecting(expected.to_string()));
    }

    /// A float near its expected value. What rests on it is exact no longer.
    pub(crate) fn close(&mut self, name: &str, found: f64, expected: f64, within: f64) {
        if self.finding.kind == EvidenceKind::Exact {
            self.finding.kind = EvidenceKind::Numerical;
        }
        self.finding.cases += 1;
        self.holds &= (found - expected).abs() <= within;
        self.finding
            .figures
            .push(Figure::number(name, found).expecting(format!("{expected:.6} ± {within:.0e}")));
    }

    /// The mean of a sample, whose interval should contain the expected value.
    pub(crate) fn mean(&mut self, name: &str, sample: &[f64], expected: f64) {
        self.covers(
            name,
            statistics::mean(sample, self.confidence),
            sample.len() as u64,
            expected,
        );
    }

    /// An interval that should contain the expected value.
    pub(crate) fn covers(&mut self, name: &str, interval: Interval, samples: u64, expected: f64) {
        self.finding.cases += samples;
        self.holds &= interval.contains(expected);
        self.finding
            .figures
            .push(Figure::estimate(name, interval).expecting(format!("{expected:.6}")));
    }

    /// A figure that decides nothing.
    pub(crate) fn note(&mut self, figure: Figure) {
        self.finding.figures.push(figure);
    }

    /// The series behind the figures.
    pub(crate) fn picture(&mut self, picture: Picture) {
        self.finding.picture = Some(picture);
    }

    pub(crate) fn finish(mut self) -> Result<Finding, BridgeError> {
        self.finding.outcome = self.holds.into();
        Ok(self.finding)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_float_is_no_exact_evidence() {
        let kind = |collect: fn(&mut Evidence)| {
            let mut evidence = Evidence::exact("one");
            collect(&mut evidence);
            evidence
                .finish()
                .map(|finding| (finding.kind, finding.outcome))
                .ok()
        };
        let holds = true.into();
        assert_eq!(kind(|e| e.equal("1", 1, 1)), Some((EvidenceKind::Exact, holds)));
        assert_eq!(
            kind(|e| e.close("1", 1.0, 1.0, 1e-9)),
            Some((EvidenceKind::Numerical, holds))
        );
        let fails = false.into();
        assert_eq!(
            kind(|e| e.close("1", 1.1, 1.0, 1e-9)),
            Some((EvidenceKind::Numerical, fails))
        );
    }
}
