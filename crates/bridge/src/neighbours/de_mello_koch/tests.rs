use super::flow::{distance_from_ring, four_neighbours};
use super::*;
use nets::models::momentum::{Start, start_from_data};
use nets::models::{hidden_unit, ising};
use nets::{Activation, Dataset};

#[test]
fn the_report_holds_and_its_controls_fail() {
    crate::neighbours::check_report(run);
}

#[test]
fn oracle_values() {
    let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-13, "{a} {b}");
    close(ising::torus(4, 4, 0.4).unwrap().energy, -1.379_116_482_259_348_7);
    close(ising::onsager_energy(0.2).unwrap(), -0.428_228_833_240_348_1);
    close(ising::ring(6, 0.7).unwrap().energy, -0.653_169_805_320_027_8);
    close(ising::decimate(1.0).unwrap(), 0.662_501_373_678_932_1);
    close(
        hidden_unit::effective_coupling(0.7, 0.7).unwrap(),
        0.382_942_822_864_032_1,
    );
    // The machine of the oracle's weights is the ring at that coupling, and at no other.
    let machine = ring_machine(5, 0.7).unwrap();
    assert!(distance_from_ring(&machine, 0.382_942_822_864_032_1) < 1e-14);
    assert!(distance_from_ring(&machine, 0.4) > 1e-3);
}

/// The closed forms for a spin among four.
#[test]
fn couplings_left_by_a_spin_among_four() {
    for k in [0.1f64, 0.44, 1.0] {
        let (pair, four) = four_neighbours(k);
        let eighth = (4.0 * k).cosh().ln() / 8.0;
        assert!((pair - eighth).abs() < 1e-14);
        assert!((four - (eighth - (2.0 * k).cosh().ln() / 2.0)).abs() < 1e-14);
    }
}

#[test]
fn bad_parameters_are_refused_with_their_range() {
    assert!(
        ring_machine(2, 0.1)
            .unwrap_err()
            .to_string()
            .contains("from 3 to 10000")
    );
    assert!(
        ring_machine(5, f64::NAN)
            .unwrap_err()
            .to_string()
            .contains("from -20 to 20")
    );
    let digits = Dataset::digits();
    let from = start_from_data(&digits, 4, Activation::Tanh, Start::LargestVariance).unwrap();
    let refused = |threshold, passes| steps_to_threshold(&digits, &from, threshold, passes, 1).unwrap_err();
    assert!(refused(0.0, 1).to_string().contains("positive"));
    assert!(refused(0.1, 0).to_string().contains("from 1 to 100000"));
}
