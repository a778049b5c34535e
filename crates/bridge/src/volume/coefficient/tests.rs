use super::*;
use crate::volume::{MonomialLoss, NestedOptions, ReducedRankLoss, follow};

fn found(exponents: &[u32]) -> LearningCoefficient {
    let loss = MonomialLoss::new(exponents).expect("even exponents");
    let options = NestedOptions {
        live: 300,
        sweeps: 4,
        ..NestedOptions::default()
    };
    let sample = follow(&loss, &options).expect("a loss");
    LearningCoefficient::of(&sample).expect("enough levels")
}

/// λ = min 1/kᵢ, and m is the number of exponents that reach it.
#[test]
fn normal_crossings_have_the_coefficients_of_the_theory() {
    for (exponents, lambda, multiplicity) in [
        (&[4, 0][..], 0.25, 1),
        (&[2, 4], 0.25, 1),
        (&[2, 6], 1.0 / 6.0, 1),
        (&[2, 2], 0.5, 2),
        (&[4, 4], 0.25, 2),
        (&[6, 6], 1.0 / 6.0, 2),
        (&[4, 4, 4], 0.25, 3),
    ] {
        let found = found(exponents);
        assert!(
            (found.lambda - lambda).abs() < 0.02,
            "{exponents:?}: {}",
            found.lambda
        );
        assert_eq!(found.multiplicity, multiplicity, "{exponents:?}");
        assert!(
            found.complete && found.r_hat < 1.2,
            "{exponents:?}: {}",
            found.r_hat
        );
    }
}

/// The single-temperature formula would give λ − (m−1)/ln n here; a multiplicity of 1 must not be reported for a crossing.
#[test]
fn a_crossing_is_told_from_a_smooth_zero_set() {
    let log_likelihood = |found: &LearningCoefficient, m: usize| found.fits[m - 1].log_likelihood;
    let (smooth, crossing) = (found(&[2, 0]), found(&[2, 2]));
    assert!(log_likelihood(&smooth, 1) > log_likelihood(&smooth, 2));
    assert!(log_likelihood(&crossing, 2) > log_likelihood(&crossing, 1) + 5.0);
}

#[test]
fn reduced_rank_regression_has_the_coefficient_of_aoyagi_and_watanabe() {
    for (m, h, n, r) in [(2, 1, 2, 0), (2, 1, 2, 1), (3, 2, 3, 0)] {
        let loss = ReducedRankLoss::new(m, h, n, r).expect("in range");
        let (lambda, _) = loss.theory();
        let options = NestedOptions {
            live: 200,
            sweeps: 1,
            floor: 1e-14,
            ..NestedOptions::default()
        };
        let found =
            LearningCoefficient::of(&follow(&loss, &options).expect("a loss")).expect("enough levels");
        assert!(
            (found.lambda / lambda - 1.0).abs() < 0.05,
            "{m},{h},{n},{r}: {}",
            found.lambda
        );
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let loss = MonomialLoss::new(&[2, 4]).expect("even exponents");
    let options = NestedOptions {
        live: 50,
        sweeps: 1,
        floor: 1e-9,
        ..NestedOptions::default()
    };
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("a pool");
        pool.install(|| follow(&loss, &options).expect("a loss"))
    };
    assert_eq!(run(1), run(2));
}

#[test]
fn a_loss_that_is_negative_somewhere_is_refused() {
    let x = groups::polynomial::Polynomial::parse("x", None).expect("a polynomial");
    let loss = crate::volume::PolynomialLoss::new(&x, 1.0).expect("a box");
    assert!(matches!(
        follow(&loss, &NestedOptions::default()),
        Err(BridgeError::BadLoss { .. })
    ));
}

#[test]
fn too_few_levels_are_refused_with_the_number_that_would_do() {
    let loss = MonomialLoss::new(&[2, 4]).expect("even exponents");
    let options = NestedOptions {
        live: 20,
        runs: 1,
        sweeps: 1,
        floor: 1e-3,
        ..NestedOptions::default()
    };
    let sample = follow(&loss, &options).expect("a loss");
    assert!(matches!(
        LearningCoefficient::of(&sample),
        Err(BridgeError::FewSamples { needed: 200, .. })
    ));
}
