use super::*;
use crate::first_features::learning::Method;
use crate::first_features::pose::PoseMeasure;

fn interval(low: f64, high: f64) -> Option<Interval> {
    Some(Interval {
        estimate: (low + high) / 2.0,
        low,
        high,
        level: 0.95,
    })
}

/// An analysis in which every statistic of every predictor has the same interval.
fn analysis(condition: Condition, range: (f64, f64)) -> Analysis {
    let value = interval(range.0, range.1);
    let relation = Relation {
        spearman: value,
        given_spectrum: value,
        partial: value,
        coefficient: value,
        concordance: value,
    };
    Analysis {
        scope: Scope::Law(PoseMeasure::Turns(180.0)),
        condition,
        method: Method::Adam,
        response: Response::Steps20,
        cells: 54,
        censored: 0,
        relations: vec![relation; 4],
    }
}

fn found(energy: (f64, f64), equal: (f64, f64), swapped: (f64, f64)) -> Findings {
    judge(&Analyses {
        correlations: vec![
            analysis(Condition::Energy, energy),
            analysis(Condition::EqualVariance, equal),
            analysis(Condition::SwappedVariance, swapped),
        ],
        mixtures: vec![],
        pens: vec![],
        boxes: vec![],
        flat: (0, 0),
    })
}

#[test]
fn a_control_that_supports_the_order_leaves_nothing_to_conclude() {
    let findings = found((0.3, 0.6), (0.3, 0.6), (0.2, 0.5));
    assert!(!findings.control_fails && findings.conclusion.starts_with("Nothing"));
}

#[test]
fn verdicts_follow_from_the_intervals() {
    let good = found((0.3, 0.6), (0.3, 0.6), (-0.5, -0.2));
    assert!(good.control_fails && good.conclusion.starts_with("Smaller orbits are learned first"));
    let bad = found((-0.1, 0.6), (-0.6, -0.1), (-0.5, -0.2));
    assert!(bad.conclusion.contains("is not supported"), "{}", bad.conclusion);
    let outcomes: Vec<Verdict> = bad.sentences.iter().map(|s| s.outcome).collect();
    assert_eq!(
        outcomes[..4],
        [
            Verdict::Undecided,
            Verdict::Undecided,
            Verdict::Fails,
            Verdict::Fails
        ]
    );
    assert_eq!(outcomes[8], Verdict::Fails);
}
