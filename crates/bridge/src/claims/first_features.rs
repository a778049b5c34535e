//! C27: figures of smaller orbits are learned in fewer steps, at equal variance; loose, whatever the variance.

use super::short::{Evidence, Short, Tuned};
use crate::BridgeError;
use crate::claim::{About, Area, ClaimContext, Cost, EvidenceKind, Figure, Finding, Verdict};
use crate::figure::dimensions;
use crate::first_features::figure::{Figure as Drawn, Shape};
use crate::first_features::pose::{Group, PoseMeasure};
use crate::first_features::runs::Condition;
use crate::first_features::small::steps_against_orbits;

const CARD: About = About {
    code: "C27",
    id: "ae-learns-smaller-orbits-first",
    area: Area::Pretraining,
    statement: "Autoencoders, each trained on one figure at random rotations, the pictures of all figures scaled to one variance: the steps to half of the variance grow with the size of the orbit (the covering number at a distance), as a tendency: the rank correlation is positive.",
    formula: "ρ(steps to 50 %, covering number) > 0 at equal variance",
    source: "the order of Paul & Venkatasubramanian, arXiv 1412.6621, under a condition on the variance; an experiment, at full size in docs/first-features.md",
    control: "The same with the variances handed out against it: the larger the orbit, the larger the variance.",
    expected: Verdict::Holds,
};

const LOOSE_CARD: About = About {
    code: "C27L",
    id: "ae-learns-smaller-orbits-first-loose",
    area: Area::Pretraining,
    statement: "Autoencoders, each trained on one figure at random rotations, all pictures of the same energy: the steps to half of the variance grow with the size of the orbit, whatever the variance is.",
    formula: "ρ(steps to 50 %, covering number) > 0 at equal energy",
    source: "a looser reading of Paul & Venkatasubramanian, arXiv 1412.6621, than the arguments there support",
    control: "The same with the variances handed out against it: the larger the orbit, the larger the variance.",
    expected: Verdict::Fails,
};

/// Haar measure of SO(2).
const TURNS: PoseMeasure = PoseMeasure::Turns(180.0);

pub(super) static SMALLER_ORBITS_FIRST: Tuned = Short {
    about: &CARD,
    exact: |_| dimensions_agree(),
    approximate: |context| trained(CARD.formula, context, TURNS, Condition::EqualVariance),
    control: |context| trained(CARD.control, context, TURNS, Condition::SwappedVariance),
}
.with(&[], Cost::Seconds);

pub(super) static SMALLER_ORBITS_FIRST_LOOSE: Tuned = Short {
    about: &LOOSE_CARD,
    exact: |_| dimensions_agree(),
    approximate: |context| trained(LOOSE_CARD.formula, context, TURNS, Condition::Energy),
    control: |context| trained(LOOSE_CARD.control, context, TURNS, Condition::SwappedVariance),
}
.with(&[], Cost::Seconds);

fn dimensions_agree() -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::exact(
        "Dimensions of orbits by construction against exact ranks of the infinitesimal action.",
    );
    for (ratio, text) in [(1.0, "circle x^2+y^2"), (0.5, "ellipse x^2/4+y^2")] {
        let radii = vec![0.6];
        let figure = Drawn::new(text, Shape::Ellipses { radii, ratio });
        for (group, name) in [(Group::Gl2, "GL(2,R)"), (Group::So2, "SO(2)")] {
            evidence.equal(
                &format!("dimension of the orbit of {text} under {name}"),
                figure.orbit_dimension(group),
                dimensions(name, text)?.orbit,
            );
        }
    }
    evidence.finish()
}

/// Trains one network for each figure and judges the rank correlation.
fn trained(
    statement: &str,
    context: &ClaimContext<'_>,
    law: PoseMeasure,
    condition: Condition,
) -> Result<Finding, BridgeError> {
    let (found, figures) = steps_against_orbits(law, condition, context.seed, context.confidence)?;
    Ok(Finding {
        statement: statement.to_owned(),
        kind: EvidenceKind::Statistical,
        // No order, or the opposite one, contradicts the statement; a weak order decides nothing.
        outcome: if found.low > 0.0 {
            Verdict::Holds
        } else if found.estimate <= 0.0 {
            Verdict::Fails
        } else {
            Verdict::Undecided
        },
        figures: vec![
            Figure::estimate("rank correlation of steps and covering number", found).expecting("above 0"),
        ],
        cases: figures as u64,
        seed: Some(context.seed),
        picture: None,
    })
}
