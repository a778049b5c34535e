//! Against Archimedes, the spheres and the volumes of rotation groups.

use super::*;
use groups::scalar::rational;

fn question(samples: u64, low: f64, high: f64) -> VolumeQuestion {
    VolumeQuestion {
        samples,
        ..VolumeQuestion::over_decades(low, high, 6)
    }
}

fn axis(n: usize, length: i64) -> Moved {
    Moved::Vector(
        (0..n)
            .map(|i| rational(if i == 0 { length } else { 0 }, 1))
            .collect(),
    )
}

fn form(text: &str) -> Moved {
    Moved::Form(RationalMatrix::parse(text).expect("a matrix"))
}

fn of(measure: Measure, point: &Moved, question: &VolumeQuestion) -> GroupVolume {
    GroupVolume::of(&measure, point, question, 1).expect("a volume")
}

/// Archimedes: P(‖gx − x‖ < ε) = ε²/4 on the sphere, at every ε.
#[test]
fn a_vector_in_space_has_the_constant_of_archimedes() {
    let found = of(
        Measure::SpecialOrthogonal { n: 3 },
        &axis(3, 3),
        &question(200_000, 0.05, 0.5),
    );
    assert_eq!((found.orbit_dimension, found.stabilizer_dimension), (2, 1));
    assert!((found.predicted_constant.expect("a sphere") - 0.25).abs() < 1e-15);
    let (constant, low, high) = found.constant.expect("hits");
    assert!(low < 0.25 && 0.25 < high, "{constant}");
    for point in &found.estimate.points {
        let exact = point.epsilon.powi(2) / 4.0;
        assert!(point.lower < exact && exact < point.upper, "{point:?}");
    }
    let (slope, ..) = found.exponent.expect("a law");
    assert!((slope - 2.0).abs() < 0.05);
    assert!(found.singular_values[1] > 0.5 && found.singular_values[2] < 1e-12);
}

/// The predicted constant lies in the 99% interval and the exponent within 0.05, over the window that is stated.
#[test]
fn constants_and_exponents_are_those_of_the_theory() {
    let (so, o) = (
        |n| Measure::SpecialOrthogonal { n },
        |n| Measure::Orthogonal { n },
    );
    for (measure, point, r, samples, from, to) in [
        (so(2), axis(2, 1), 1, 400_000, 0.02, 0.3),
        (so(3), axis(3, 1), 2, 1_500_000, 0.05, 0.3),
        (so(4), axis(4, 5), 3, 2_000_000, 0.1, 0.4),
        (o(3), axis(3, 1), 2, 1_500_000, 0.05, 0.3),
        (so(3), form("1,0,0; 0,1,0; 0,0,2"), 2, 1_500_000, 0.03, 0.15),
        (so(3), form("1,0,0; 0,2,0; 0,0,3"), 3, 2_000_000, 0.04, 0.1),
        (o(3), form("2,1,0; 1,2,1; 0,1,2"), 3, 2_000_000, 0.04, 0.1),
    ] {
        let found = of(measure, &point, &question(samples, from, to));
        assert_eq!(found.orbit_dimension, r);
        let predicted = found.predicted_constant.expect("an orthogonal group");
        let (constant, lower, upper) = found.constant.expect("hits");
        assert!(
            lower < predicted && predicted < upper,
            "{measure:?} {point:?}: {predicted} against {constant} ({lower}, {upper})"
        );
        let (slope, low, high) = found.exponent.expect("a law");
        let r = r as f64;
        // Forms of dimension 3 have too few hits in a window this low for 0.05: there, up to the error of the slope.
        let near = (slope - r).abs() < 0.05;
        let form = matches!(point, Moved::Form(_)) && r == 3.0;
        assert!(
            near || form && low - 0.05 < r && r < high + 0.05,
            "{measure:?} {point:?}: {slope} ({low}, {high})"
        );
    }
}

/// diag(1, 1.05, 2) has an orbit of dimension 3, which looks like 2 until ε is below its third singular value.
#[test]
fn a_form_that_is_nearly_symmetric_shows_its_crossover() {
    let found = of(
        Measure::SpecialOrthogonal { n: 3 },
        &form("1,0,0; 0,21/20,0; 0,0,2"),
        &question(1_000_000, 0.03, 0.3),
    );
    assert_eq!(found.orbit_dimension, 3);
    let (slope, ..) = found.exponent.expect("a law");
    assert!(slope < 2.6, "{slope}");
    // √2 · 0.05 over the norm.
    let norm = (1.0f64 + 1.05 * 1.05 + 4.0).sqrt();
    let crossover = found.crossover.expect("an orbit");
    assert!((crossover - 2f64.sqrt() * 0.05 / norm).abs() < 1e-12);
    assert!(
        found
            .scales
            .iter()
            .all(|s| s.dimension == if s.epsilon < crossover { 3 } else { 2 })
    );
    let near = found.scales.last().expect("tolerances");
    assert!(near.epsilon > crossover && near.dimension == 2);
    let slopes: Vec<f64> = found.scales.iter().filter_map(|s| s.slope).collect();
    assert!(slopes[slopes.len() - 1] < 2.3, "{slopes:?}");
    // The control: well below the crossover the law of dimension 3 is there, constant included.
    let deep = GroupVolume::of(
        &Measure::SpecialOrthogonal { n: 3 },
        &form("1,0,0; 0,21/20,0; 0,0,2"),
        &VolumeQuestion {
            min_hits: 20,
            ..question(8_000_000, 0.008, 0.015)
        },
        1,
    )
    .expect("a volume");
    let predicted = deep.predicted_constant.expect("a form");
    let (_, lower, upper) = deep.constant.expect("hits");
    assert!(
        lower < predicted && predicted < upper,
        "{predicted} {lower} {upper}"
    );
}

#[test]
fn what_nothing_moves_has_exponent_zero() {
    let found = of(
        Measure::SpecialOrthogonal { n: 3 },
        &form("2,0,0; 0,2,0; 0,0,2"),
        &question(1_000, 0.1, 0.5),
    );
    assert_eq!(
        (found.orbit_dimension, found.exponent),
        (0, Some((0.0, 0.0, 0.0)))
    );
    assert_eq!(found.predicted_constant, Some(1.0));
    assert_eq!(found.crossover, None);
}

#[test]
fn points_that_nothing_moves_and_points_elsewhere_are_refused() {
    let measure = Measure::SpecialOrthogonal { n: 3 };
    assert!(matches!(
        GroupVolume::of(&measure, &axis(3, 0), &question(1_000, 0.05, 0.5), 1),
        Err(BridgeError::ZeroFeature { .. })
    ));
    assert!(matches!(
        GroupVolume::of(&measure, &axis(2, 1), &question(1_000, 0.05, 0.5), 1),
        Err(BridgeError::WidthMismatch { .. })
    ));
    // At ε = 0.0316 one of 4,000 draws hits: the number that would do is 50 times that and a quarter more.
    let error = GroupVolume::of(&measure, &axis(3, 1), &question(10_000, 0.02, 0.05), 1).unwrap_err();
    match &error {
        BridgeError::FewHits {
            needed: 50,
            epsilon,
            samples,
            ..
        } => {
            let expected = 1.25 * 50.0 / (epsilon * epsilon / 4.0);
            assert!((*samples as f64 / expected - 1.0).abs() < 0.01, "{error}");
            assert!(GroupVolume::of(&measure, &axis(3, 1), &question(*samples, 0.02, 0.05), 1).is_ok());
        }
        other => panic!("{other}"),
    }
}
