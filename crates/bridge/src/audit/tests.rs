use super::*;
use nalgebra::{DMatrix, DVector};
use nets::{Activation, Dense};

fn rows(width: usize) -> Dataset {
    let values = (0..100 * width)
        .map(|k| ((k * k + 7 * k) % 101) as f32 / 50.0 - 1.0)
        .collect();
    Dataset::new("rows", values, width).unwrap()
}

/// tanh of a turn of the plane, then the same again.
fn turns() -> Network {
    let turn = DMatrix::from_row_slice(2, 2, &[0.0, -1.0, 1.0, 0.0]) * 0.2;
    let layer = || {
        Dense::new(turn.clone(), DVector::zeros(2), Activation::Tanh)
            .unwrap()
            .into()
    };
    Network::new(vec![layer(), layer()]).unwrap()
}

fn constant() -> Network {
    let weights = DMatrix::zeros(1, 2);
    let layer = Dense::new(weights, DVector::from_element(1, 0.5), Activation::Sigmoid).unwrap();
    Network::new(vec![layer.into()]).unwrap()
}

#[test]
fn every_question_is_answered_and_twice_alike() {
    let ask = || audit(&turns(), &rows(2), &AuditOptions::default(), &mut |_| ()).unwrap();
    let found = ask();
    assert_eq!(
        serde_json::to_string(&found).unwrap(),
        serde_json::to_string(&ask()).unwrap()
    );
    assert!(found.unanswered.is_empty(), "{:?}", found.unanswered);
    let discrete = found.discrete.unwrap();
    // two quarter turns are -1, with which, as with tanh, all of B_2 commutes: no invariance, and an exact equivariance
    assert_eq!(
        (discrete.group.as_str(), discrete.output),
        ("B_2", OutputRule::Same)
    );
    assert_eq!(discrete.exact_order.to_string(), "8");
    assert_eq!(found.isotropy.unwrap().whole.orbit_size.to_string(), "8");
    let whole = found.shadows.last().unwrap();
    assert_eq!(whole.stage, "whole network");
    let smallest = whole.on_ball.as_ref().unwrap().smallest;
    assert_eq!(smallest, Some(crate::shadow::Rung::Similarity));
    let affine = whole.affine.as_ref().unwrap();
    assert!(affine.sample_max <= affine.certified_sup.unwrap());
    assert!(affine.in_gl && affine.rank == 2);
}

#[test]
fn a_constant_map_ends_the_audit_unless_it_keeps_going() {
    let mut options = AuditOptions::default();
    let error = audit(&constant(), &rows(2), &options, &mut |_| ()).unwrap_err();
    assert!(matches!(error, BridgeError::ConstantMap { .. }), "{error}");
    options.keep_going = true;
    let found = audit(&constant(), &rows(2), &options, &mut |_| ()).unwrap();
    assert!(found.discrete.is_none() && found.isotropy.is_some());
    assert_eq!(found.unanswered.len(), 1);
    assert!(found.unanswered[0].why.contains("does not depend"));
    let page = crate::report::audit_html(&found, "constant").unwrap();
    assert!(page.contains("does not depend"));
}

#[test]
fn time_runs_out_between_questions_and_layers_are_chosen() {
    let options = AuditOptions {
        time_limit: Some(Duration::ZERO),
        ..AuditOptions::default()
    };
    let found = audit(&turns(), &rows(2), &options, &mut |_| ()).unwrap();
    assert!(found.unanswered.iter().all(|u| u.why.contains("time")) && !found.unanswered.is_empty());
    let mut options = AuditOptions {
        layer: Some(1),
        ..AuditOptions::default()
    };
    let found = audit(&turns(), &rows(2), &options, &mut |_| ()).unwrap();
    assert_eq!(found.shadows.len(), 1);
    assert_eq!(found.shadows[0].layers, [1]);
    options.layer = Some(2);
    let error = audit(&turns(), &rows(2), &options, &mut |_| ()).unwrap_err();
    assert!(matches!(error, BridgeError::NoSuchLayer { .. }));
}
