use super::circle::apart;
use super::findings::{exact_invariance, word_counts};
use super::*;
use crate::claim::Verdict;
use std::f64::consts::TAU;

#[test]
fn the_report_holds_and_its_controls_fail() {
    crate::neighbours::check_report(run);
}

/// The counts of the oracle: necklaces and aperiodic necklaces.
#[test]
fn oracle_counts_of_words() {
    assert_eq!(word_counts(6).unwrap(), (14, 9));
    assert_eq!(word_counts(8).unwrap(), (36, 30));
    assert_eq!(word_counts(9).unwrap(), (60, 56));
}

/// A wrong element is not accepted, unless it differs by the stabilizer.
#[test]
fn only_the_stabilizer_is_forgiven() {
    let data = signals(40, 2).unwrap();
    let model = PosedAutoencoder::fit(&data.moved, &data.group, 4, 2, 1).unwrap();
    let shift = data.group.generators()[0].clone();
    let x = data.moved.point(0);
    let same = |x: &[f64], g: &Permutation, h: &Permutation| model.same_modulo_stabilizer(x, g, h).unwrap();
    assert!(same(x.as_slice(), &shift, &shift) && !same(x.as_slice(), &shift, &shift.pow(2)));
    // A signal of period 4.
    let periodic: Vec<f64> = (0..16).map(|i| [1.0, 0.5, 0.0, 0.25][i % 4]).collect();
    assert!(same(&periodic, &shift, &shift.pow(5)) && !same(&periodic, &shift, &shift.pow(3)));
    assert!(model.recovers(&periodic, &shift).unwrap());
}

#[test]
fn the_maker_s_moves_are_found_again_up_to_one_element() {
    let data = sets(50, 3).unwrap();
    let found = exact_invariance(&data, 3, 1).unwrap();
    assert_eq!(found.outcome, Verdict::Holds, "{found:#?}");
    for (row, g) in data.by.iter().enumerate() {
        assert_eq!(
            act(data.posed.point(row).as_slice(), g),
            data.moved.point(row).as_slice()
        );
    }
}

#[test]
fn phases_turn_with_the_ring_modulo_their_stabilizer() {
    let circle = Circle::new(2, 16).unwrap();
    for m in [1, 2, 3] {
        let x: Vec<f64> = (0..32)
            .map(|p| 0.3 + (TAU * (m * (p % 16)) as f64 / 16.0 - 0.2 * (p / 16) as f64).cos())
            .collect();
        let (frequency, before) = circle.pose(&x).unwrap();
        assert_eq!(frequency, m);
        for angle in [0.1, 1.0, 2.5, 6.0] {
            let (_, after) = circle.pose(&circle.turned(&x, angle)).unwrap();
            assert!(apart(after, before + angle, TAU / m as f64) < 1e-9);
        }
        let back = circle.turned(&circle.turned(&x, 1.3), -1.3);
        assert!(x.iter().zip(&back).all(|(a, b)| (a - b).abs() < 1e-12));
    }
    assert_eq!(circle.pose(&[0.5; 32]), None);
}

#[test]
fn bad_parameters_are_refused_with_their_range() {
    assert!(Circle::new(1, 2).unwrap_err().to_string().contains("from 3"));
    assert!(Circle::new(0, 5).is_err());
    assert!(
        signals(1, 1)
            .unwrap_err()
            .to_string()
            .contains("from 2 to 100000")
    );
    assert!(
        polar_digits(1798, 1)
            .unwrap_err()
            .to_string()
            .contains("from 2 to 1797")
    );
    let data = signals(10, 1).unwrap();
    let small = PermGroup::symmetric(5);
    assert!(PosedAutoencoder::fit(&data.moved, &small, 2, 1, 1).is_err());
    let large = PermGroup::symmetric(16);
    let refused = PosedAutoencoder::fit(&data.moved, &large, 2, 1, 1);
    assert!(matches!(refused, Err(BridgeError::GroupTooLarge { .. })));
}
