//! What the regressions support, as sentences: a pure function of them, so that stored results can be judged again.

use serde::{Deserialize, Serialize};

use super::analysis::{Analyses, Analysis, DIMENSION, Response, SPECTRUM, Scope, VOLUME};
use super::regression::Relation;
use super::runs::Condition;
use crate::claim::Verdict;
use crate::statistics::Interval;

/// In how many (law, method) pairs an interval lies above 0, below 0, or on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// The whole interval is above 0.
    pub above: usize,
    /// The whole interval is below 0.
    pub below: usize,
    /// It contains 0.
    pub open: usize,
}

impl Tally {
    fn add(&mut self, interval: Interval) {
        if interval.low > 0.0 {
            self.above += 1;
        } else if interval.high < 0.0 {
            self.below += 1;
        } else {
            self.open += 1;
        }
    }

    /// Number of pairs where the correlation is defined.
    pub fn all(&self) -> usize {
        self.above + self.below + self.open
    }

    /// A statement about all laws and methods: it holds if all intervals lie above 0, and fails if one lies below.
    pub fn verdict(&self) -> Verdict {
        if self.below > 0 {
            Verdict::Fails
        } else if self.open > 0 || self.above == 0 {
            Verdict::Undecided
        } else {
            Verdict::Holds
        }
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "above 0 in {} of {} pairs of a law and a method, below 0 in {}, undecided in {}",
            self.above,
            self.all(),
            self.below,
            self.open
        )
    }
}

/// One sentence with the evidence behind it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sentence {
    /// The statement that is judged.
    pub statement: String,
    /// What became of it.
    pub outcome: Verdict,
    /// The numbers.
    pub evidence: String,
}

/// The verdict of an experiment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Findings {
    /// The sentence that the result supports.
    pub conclusion: String,
    /// What it rests on.
    pub sentences: Vec<Sentence>,
    /// Whether the control of swapped variances failed to support the order by orbits, as it must.
    pub control_fails: bool,
}

/// A field of [`Relation`].
type Field = fn(&Relation) -> Option<Interval>;

/// Counts one statistic of one predictor over laws and methods.
fn tally(analyses: &Analyses, which: impl Fn(&Analysis) -> bool, predictor: usize, field: Field) -> Tally {
    let mut tally = Tally::default();
    for analysis in analyses.correlations.iter().filter(|a| which(a)) {
        if let Some(interval) = analysis.relations.get(predictor).and_then(field) {
            tally.add(interval);
        }
    }
    tally
}

/// Median of the point estimates behind a tally.
fn typical(analyses: &Analyses, which: impl Fn(&Analysis) -> bool, predictor: usize, field: Field) -> String {
    let values: Vec<f64> = analyses
        .correlations
        .iter()
        .filter(|a| which(a))
        .filter_map(|a| a.relations.get(predictor).and_then(field))
        .map(|interval| interval.estimate)
        .collect();
    let (low, high) = values
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| {
            (l.min(*v), h.max(*v))
        });
    match values.len() {
        0 => "not defined".to_owned(),
        1 => format!("{low:.2}"),
        _ => format!(
            "median {:.2}, from {low:.2} to {high:.2}",
            crate::statistics::median(&values)
        ),
    }
}

/// Judges an experiment. The response is the number of steps to 20 % of the variance; the other responses stand in the tables.
pub fn judge(analyses: &Analyses) -> Findings {
    let law = |condition: Condition| {
        move |a: &Analysis| {
            matches!(a.scope, Scope::Law(_)) && a.condition == condition && a.response == Response::Steps20
        }
    };
    let curves = |a: &Analysis| {
        matches!(a.scope, Scope::ClosedCurves(_))
            && a.condition == Condition::EqualVariance
            && a.response == Response::Steps20
    };
    let spearman: Field = |r| r.spearman;
    let given: Field = |r| r.given_spectrum;
    let partial: Field = |r| r.partial;
    let mut sentences = Vec::new();
    let mut judged =
        |statement: &str, name: &str, which: &dyn Fn(&Analysis) -> bool, predictor: usize, field: Field| {
            let tally = tally(analyses, which, predictor, field);
            sentences.push(Sentence {
                statement: statement.to_owned(),
                outcome: tally.verdict(),
                evidence: format!(
                    "{name}: {tally} ({}).",
                    typical(analyses, which, predictor, field)
                ),
            });
            tally
        };
    let (energy, equal, swapped) = (
        law(Condition::Energy),
        law(Condition::EqualVariance),
        law(Condition::SwappedVariance),
    );
    let loose = judged(
        "At equal energy, figures with smaller orbits (covering number) are learned first, under every law and method.",
        "Rank correlation of steps and covering number",
        &energy,
        VOLUME,
        spearman,
    );
    judged(
        "At equal energy, figures with orbits of lower dimension are learned first, under every law and method.",
        "Rank correlation of steps and orbit dimension",
        &energy,
        DIMENSION,
        spearman,
    );
    let controlled = judged(
        "At equal variance, figures with smaller orbits (covering number) are learned first, under every law and method.",
        "Rank correlation of steps and covering number",
        &equal,
        VOLUME,
        spearman,
    );
    judged(
        "At equal variance, figures with orbits of lower dimension are learned first, under every law and method.",
        "Rank correlation of steps and orbit dimension",
        &equal,
        DIMENSION,
        spearman,
    );
    judged(
        "Among closed curves, whose orbits have one dimension, a stabilizer of larger order (a smaller covering number) goes with earlier learning at equal variance.",
        "Rank correlation of steps and covering number over closed curves",
        &curves,
        VOLUME,
        spearman,
    );
    let spectrum = judged(
        "At equal variance, the spectrum (1/λ of the eigenvalue needed) orders learning, given dimension and covering number.",
        "Partial rank correlation of steps and 1/λ given the rest",
        &equal,
        SPECTRUM,
        partial,
    );
    let beyond = judged(
        "At equal variance, the covering number orders learning beyond the spectrum.",
        "Partial rank correlation of steps and covering number given 1/λ",
        &equal,
        VOLUME,
        given,
    );
    judged(
        "At equal variance, the orbit dimension orders learning beyond the spectrum.",
        "Partial rank correlation of steps and orbit dimension given 1/λ",
        &equal,
        DIMENSION,
        given,
    );
    let control = judged(
        "Control that must not hold: with variances handed out in the order of the orbits, the smaller orbits are still learned first.",
        "Rank correlation of steps and covering number",
        &swapped,
        VOLUME,
        spearman,
    );
    sentences.push(mixed(analyses));
    let control_fails = control.verdict() != Verdict::Holds;
    Findings {
        conclusion: conclusion(loose, controlled, spectrum, beyond, control_fails),
        sentences,
        control_fails,
    }
}

/// The order inside mixtures, where features do compete.
fn mixed(analyses: &Analyses) -> Sentence {
    let mut tally = Tally::default();
    let mut values = Vec::new();
    for mixture in &analyses.mixtures {
        if let (Condition::EqualVariance, Some(interval)) = (mixture.condition, mixture.volume) {
            tally.add(interval);
            values.push(interval.estimate);
        }
    }
    Sentence {
        statement: "One network on a mixture of six figures of equal variance learns those of smaller orbits first, under every law and method.".to_owned(),
        outcome: tally.verdict(),
        evidence: format!(
            "Mean rank correlation inside mixtures of steps and covering number: {tally} (median {:.2}).",
            crate::statistics::median(&values)
        ),
    }
}

/// The sentence that the tallies support.
fn conclusion(
    loose: Tally,
    controlled: Tally,
    spectrum: Tally,
    beyond: Tally,
    control_fails: bool,
) -> String {
    if !control_fails {
        return "Nothing can be concluded: the control, in which the variances were handed out against the statement, supports it as well.".to_owned();
    }
    let share = |tally: Tally| format!("{} of {}", tally.above, tally.all());
    let order = match (loose.verdict(), controlled.verdict()) {
        (Verdict::Holds, Verdict::Holds) => {
            "Smaller orbits are learned first, under every law of poses and with both methods, also at equal variance".to_owned()
        }
        (_, Verdict::Holds) => format!(
            "At equal variance, smaller orbits are learned first under every law of poses and with both methods; at equal energy alone this is so in {}",
            share(loose)
        ),
        (Verdict::Holds, _) => format!(
            "At equal energy, smaller orbits are learned first under every law of poses and with both methods; at equal variance this is so in {}",
            share(controlled)
        ),
        _ => format!(
            "As a law over all groups and methods, \"smaller orbits are learned first\" is not supported: at equal energy the order by covering number is there in {} pairs of a law and a method, at equal variance in {}",
            share(loose),
            share(controlled)
        ),
    };
    let rest = match (spectrum.verdict(), beyond.verdict()) {
        (Verdict::Holds, Verdict::Holds) => "the spectrum of the covariance orders learning given the orbit, and the orbit's size orders it beyond the spectrum".to_owned(),
        (Verdict::Holds, _) => format!(
            "the spectrum of the covariance orders learning whatever the orbit, while the orbit's size adds to the spectrum in {} pairs only",
            share(beyond)
        ),
        _ => format!(
            "given the rest, the spectrum orders learning in {} pairs, and the orbit's size does so beyond the spectrum in {}",
            share(spectrum),
            share(beyond)
        ),
    };
    format!(
        "{order}; {rest}. With the variances handed out against it the order is gone or reversed: it is not one of the orbits alone, and differences of variance override it."
    )
}

#[cfg(test)]
mod tests;
