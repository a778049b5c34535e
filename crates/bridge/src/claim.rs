//! A claim of the theory, the evidence for and against it, and the verdict.
//!
//! A [`Claim`] states one sentence that could be false and checks it three times: *exactly* on small
//! objects, *approximately* on samples or trained networks, and on a *negative control*, a statement
//! of the same form that is known to be false. The checks only collect evidence (a [`Finding`] each);
//! the verdict is a pure function of the three findings ([`judge`]), so a stored report can be judged
//! again by anyone. Invariant: a claim whose control also comes out [`Verdict::Holds`] is
//! [`Verdict::Vacuous`], whatever its other evidence says, because its checker cannot say no.
//!
//! ```
//! use bridge::claim::{judge, Verdict};
//! use Verdict::*;
//! assert_eq!(judge(Holds, Holds, Fails), Holds);
//! assert_eq!(judge(Holds, Fails, Fails), Fails);
//! assert_eq!(judge(Holds, Holds, Holds), Vacuous); // the control passed too
//! assert_eq!(judge(Holds, Holds, Undecided), Undecided);
//! ```

mod context;
mod hooks;
mod parameter;
mod picture;
mod run;

use serde::{Deserialize, Serialize};

pub use context::{ALONE, ClaimContext, Level};
pub use hooks::Defect;
pub use parameter::{Parameter, Parameters, Range};
pub use picture::{Curve, Picture, Style};
pub use run::{Correction, FAMILY_ERROR, Timed, check_all};

use crate::BridgeError;
use crate::error::refuse;

/// What became of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The evidence supports the statement.
    Holds,
    /// The evidence contradicts the statement.
    Fails,
    /// The evidence is too weak to say.
    Undecided,
    /// The negative control came out true as well: the check says nothing.
    Vacuous,
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Verdict::Holds => "holds",
            Verdict::Fails => "fails",
            Verdict::Undecided => "undecided",
            Verdict::Vacuous => "vacuous",
        })
    }
}

impl From<bool> for Verdict {
    fn from(holds: bool) -> Self {
        if holds { Verdict::Holds } else { Verdict::Fails }
    }
}

/// How a finding was obtained, which is how far it can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EvidenceKind {
    /// Integer or rational arithmetic, or enumeration: a proof for the cases named.
    Exact,
    /// Outward-rounded interval arithmetic: a proof up to the stated enclosure.
    Interval,
    /// Floating point without sampling, to stated tolerances: no proof, but no chance either.
    Numerical,
    /// Samples: a confidence statement with its seed.
    Statistical,
}

impl std::fmt::Display for EvidenceKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            EvidenceKind::Exact => "exact",
            EvidenceKind::Interval => "interval",
            EvidenceKind::Numerical => "numerical",
            EvidenceKind::Statistical => "statistical",
        })
    }
}

/// One number, or exact value, behind a finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// What was measured.
    pub name: String,
    /// Its value.
    pub value: FigureValue,
    /// What theory says it should be, where theory says it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expected: Option<String>,
}

/// The value of a [`Figure`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FigureValue {
    /// An estimate with its confidence interval.
    Estimate {
        /// The point estimate.
        estimate: f64,
        /// Lower end of the interval.
        low: f64,
        /// Upper end of the interval.
        high: f64,
        /// Confidence level of the interval, for example 0.99.
        level: f64,
    },
    /// A float without sampling error.
    Number(f64),
    /// An exact value, written out.
    Exact(String),
}

impl Figure {
    /// An exact value, as text.
    pub fn exact(name: impl Into<String>, value: impl ToString) -> Self {
        Figure {
            name: name.into(),
            value: FigureValue::Exact(value.to_string()),
            expected: None,
        }
    }

    /// A float that carries no sampling error.
    pub fn number(name: impl Into<String>, value: f64) -> Self {
        Figure {
            name: name.into(),
            value: FigureValue::Number(value),
            expected: None,
        }
    }

    /// An estimate with its interval.
    pub fn estimate(name: impl Into<String>, interval: crate::statistics::Interval) -> Self {
        let crate::statistics::Interval {
            estimate,
            low,
            high,
            level,
        } = interval;
        Figure {
            name: name.into(),
            value: FigureValue::Estimate {
                estimate,
                low,
                high,
                level,
            },
            expected: None,
        }
    }

    /// The same figure with the value that theory predicts.
    pub fn expecting(mut self, expected: impl ToString) -> Self {
        self.expected = Some(expected.to_string());
        self
    }
}

impl std::fmt::Display for Figure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} = ", self.name)?;
        match &self.value {
            FigureValue::Exact(text) => write!(f, "{text}")?,
            FigureValue::Number(value) => write!(f, "{}", Sig(*value))?,
            FigureValue::Estimate {
                estimate,
                low,
                high,
                level,
            } => {
                let (estimate, low, high) = (Sig(*estimate), Sig(*low), Sig(*high));
                // 99.99, not 99.99000000000001.
                let percent = (level * 1e6).round() / 1e4;
                write!(f, "{estimate} ({percent}% CI {low} to {high})")?;
            }
        }
        match &self.expected {
            Some(expected) => write!(f, ", theory {expected}"),
            None => Ok(()),
        }
    }
}

/// A float printed with four significant digits.
struct Sig(f64);

impl std::fmt::Display for Sig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let magnitude = self.0.abs();
        if self.0 == 0.0 {
            write!(f, "0")
        } else if (1e-3..1e5).contains(&magnitude) {
            let digits = (3 - magnitude.max(1e-3).log10().floor() as i32).clamp(0, 6) as usize;
            write!(f, "{:.digits$}", self.0)
        } else {
            write!(f, "{:.3e}", self.0)
        }
    }
}

/// What one check found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The statement that was put to the test, in the checker's own words.
    pub statement: String,
    /// How it was tested.
    pub kind: EvidenceKind,
    /// What came out.
    pub outcome: Verdict,
    /// The figures behind the outcome.
    pub figures: Vec<Figure>,
    /// Number of cases or samples.
    pub cases: u64,
    /// Seed of the random part, if there was one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub seed: Option<u64>,
    /// The series behind the figures, where they are worth a look.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub picture: Option<Picture>,
}

/// The subject a claim belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Area {
    /// Finite group actions.
    Groups,
    /// Lie group actions.
    Lie,
    /// Shadows of layers.
    Shadow,
    /// Pretraining.
    Pretraining,
    /// What changes with the number of layers or features.
    Depth,
    /// Neighbouring papers.
    Neighbours,
}

impl std::fmt::Display for Area {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Area::Groups => "groups",
            Area::Lie => "lie",
            Area::Shadow => "shadow",
            Area::Pretraining => "pretraining",
            Area::Depth => "depth",
            Area::Neighbours => "neighbours",
        })
    }
}

impl Area {
    /// Every area, in the order of the catalogue.
    pub const ALL: [Area; 6] = [
        Area::Groups,
        Area::Lie,
        Area::Shadow,
        Area::Pretraining,
        Area::Depth,
        Area::Neighbours,
    ];
}

impl std::str::FromStr for Area {
    type Err = BridgeError;

    fn from_str(text: &str) -> Result<Self, BridgeError> {
        match Area::ALL.iter().find(|area| area.to_string() == text) {
            Some(area) => Ok(*area),
            None => refuse(
                "area",
                text,
                "groups, lie, shadow, pretraining, depth or neighbours",
            ),
        }
    }
}

/// The card of a claim: everything about it that is not computed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct About {
    /// Catalogue number, such as `C01`.
    pub code: &'static str,
    /// Name used on the command line.
    pub id: &'static str,
    /// The subject it belongs to.
    pub area: Area,
    /// The claim in plain words.
    pub statement: &'static str,
    /// The claim as a formula.
    pub formula: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// The statement of the negative control, which must fail.
    pub control: &'static str,
    /// The verdict that theory leads one to expect: [`Verdict::Fails`] for the loose form of a claim that is true only
    /// in a more careful one.
    pub expected: Verdict,
}

/// How long the checks of a claim take at the level `quick`, by order of magnitude.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cost {
    /// Less than a tenth of a second.
    Instant,
    /// Up to a second.
    Second,
    /// Up to ten seconds.
    Seconds,
    /// Up to a minute or more.
    Minute,
}

impl std::fmt::Display for Cost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Cost::Instant => "less than 0.1 s",
            Cost::Second => "up to 1 s",
            Cost::Seconds => "up to 10 s",
            Cost::Minute => "up to a minute",
        })
    }
}

/// One claim with its three checks.
pub trait Claim: Sync {
    /// The card.
    fn about(&self) -> &'static About;

    /// Checks the claim by exact arithmetic, enumeration or certified intervals; a claim on real functions that have none of
    /// these by floating point, and then its finding says that it is numerical.
    ///
    /// # Errors
    /// Anything that kept the check from running; a claim that does not hold is no error.
    fn exact(&self, context: &ClaimContext<'_>) -> Result<Finding, BridgeError>;

    /// Checks the claim on samples or on trained networks.
    ///
    /// # Errors
    /// As [`Claim::exact`].
    fn approximate(&self, context: &ClaimContext<'_>) -> Result<Finding, BridgeError>;

    /// Puts the false statement of the card to the same test; its outcome must be [`Verdict::Fails`].
    ///
    /// # Errors
    /// As [`Claim::exact`].
    fn control(&self, context: &ClaimContext<'_>) -> Result<Finding, BridgeError>;

    /// What may be set about the checks.
    fn parameters(&self) -> &'static [Parameter] {
        &[]
    }

    /// How long the checks take at the level `quick`.
    fn cost(&self) -> Cost {
        Cost::Second
    }

    /// The most intervals that the exact and the approximate part compare with theory, which the level of confidence of a run allows for.
    fn comparisons(&self) -> usize {
        8
    }
}

/// A claim, its evidence and its verdict.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClaimReport {
    /// The card.
    #[serde(flatten)]
    pub about: &'static About,
    /// Evidence by exact arithmetic.
    pub exact: Finding,
    /// Evidence by samples.
    pub approximate: Finding,
    /// Evidence on the false statement.
    #[serde(rename = "negative_control")]
    pub control: Finding,
    /// What follows from the three.
    pub verdict: Verdict,
}

impl ClaimReport {
    /// Whether the verdict is the one that theory leads one to expect.
    pub fn as_expected(&self) -> bool {
        self.verdict == self.about.expected
    }
}

/// The verdict that follows from the outcomes of the exact part, the approximate part and the control.
///
/// A control that holds makes the claim vacuous; otherwise one failing part makes it fail; otherwise
/// any doubt, the control's included, leaves it undecided.
pub fn judge(exact: Verdict, approximate: Verdict, control: Verdict) -> Verdict {
    let parts = [exact, approximate];
    if control == Verdict::Holds || parts.contains(&Verdict::Vacuous) {
        Verdict::Vacuous
    } else if parts.contains(&Verdict::Fails) {
        Verdict::Fails
    } else if parts.contains(&Verdict::Undecided) || control != Verdict::Fails {
        Verdict::Undecided
    } else {
        Verdict::Holds
    }
}

/// Runs the three checks of a claim and judges them.
///
/// # Errors
/// The first error of a check.
///
/// ```
/// use bridge::claim::{check, ClaimContext, Verdict};
/// let claim = bridge::claims::find("hitting-time-iid")?;
/// let report = check(claim, &ClaimContext::with_seed(1))?;
/// assert_eq!(report.verdict, Verdict::Holds);
/// assert_eq!(report.control.outcome, Verdict::Fails);
/// # Ok::<(), bridge::BridgeError>(())
/// ```
pub fn check(claim: &dyn Claim, context: &ClaimContext<'_>) -> Result<ClaimReport, BridgeError> {
    let exact = claim.exact(context)?;
    let approximate = claim.approximate(context)?;
    let control = claim.control(context)?;
    let verdict = judge(exact.outcome, approximate.outcome, control.outcome);
    Ok(ClaimReport {
        about: claim.about(),
        exact,
        approximate,
        control,
        verdict,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_control_that_passes_makes_every_claim_vacuous() {
        for exact in [Verdict::Holds, Verdict::Fails, Verdict::Undecided] {
            for approximate in [Verdict::Holds, Verdict::Fails, Verdict::Undecided] {
                assert_eq!(judge(exact, approximate, Verdict::Holds), Verdict::Vacuous);
                assert_ne!(judge(exact, approximate, Verdict::Fails), Verdict::Vacuous);
            }
        }
    }

    #[test]
    fn a_confidence_level_keeps_its_nines() {
        let interval = crate::statistics::Interval {
            estimate: 1.0,
            low: 0.5,
            high: 1.5,
            level: 0.9999,
        };
        assert_eq!(
            Figure::estimate("x", interval).to_string(),
            "x = 1.000 (99.99% CI 0.5000 to 1.500)"
        );
    }

    #[test]
    fn four_significant_digits() {
        let shown: Vec<String> = [0.0, 0.012345, 1.0, 12.3456, 1234.56, 1e-7, 2.5e9]
            .iter()
            .map(|v| Sig(*v).to_string())
            .collect();
        assert_eq!(
            shown,
            ["0", "0.01235", "1.000", "12.35", "1235", "1.000e-7", "2.500e9"]
        );
    }
}
