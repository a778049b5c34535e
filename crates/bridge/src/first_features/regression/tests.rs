use super::*;
use crate::first_features::stream;

const X: [f64; 10] = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0, 5.0, 3.0];
const Y: [f64; 10] = [2.0, 7.0, 1.0, 8.0, 2.5, 8.0, 1.0, 8.0, 2.0, 8.0];
const Z: [f64; 10] = [1.0, 4.0, 1.0, 4.5, 2.0, 1.0, 3.0, 5.0, 6.0, 2.0];
const W: [f64; 10] = [2.0, 2.0, 3.0, 5.0, 8.0, 1.0, 3.0, 2.0, 1.0, 0.0];

/// Values of scipy 1.17.1 (`scipy.stats.spearmanr`, `rankdata`) and numpy: partial correlations as correlations of the
/// residuals of `numpy.linalg.lstsq` on ranks, coefficients by `lstsq` on standardised ranks.
#[test]
fn correlations_agree_with_scipy() {
    let close = |found: Option<f64>, expected: f64| (found.unwrap() - expected).abs() < 1e-12;
    assert!(close(spearman(&X, &Y), 0.15244318679334118));
    assert!(close(partial_spearman(&X, &Y, &[&Z]), 0.18545587811291078));
    assert!(close(partial_spearman(&X, &Y, &[&Z, &W]), 0.09946801880520605));
    let ranked = [Y, Z, W].map(|v| ranks(&v));
    let found = regression(&ranks(&X), &ranked.iter().collect::<Vec<_>>()).unwrap();
    for (b, expected) in found.iter().zip([0.10165042, -0.16036334, -0.25915683]) {
        assert!((b - expected).abs() < 1e-8);
    }
}

#[test]
fn what_is_not_defined_is_none() {
    assert_eq!(spearman(&X, &[1.0; 10]), None);
    assert_eq!(partial_spearman(&X, &Y, &[&X]), None);
    assert_eq!(concordance(&[1.0, 1.0], &[1.0, 2.0]), None);
}

#[test]
fn concordance_counts_pairs() {
    // Pairs with different x: (1,2) right, (1,3) wrong, (2,3) tied.
    assert_eq!(
        concordance(&[1.0, 2.0, 3.0], &[2.0, 3.0, 2.0]),
        Some((1.0 + 0.5 + 0.0) / 3.0)
    );
}

/// y follows the first predictor, the second is the first with noise, the third is unrelated, the fourth constant.
#[test]
fn the_bootstrap_finds_what_was_put_in() {
    let mut rng = stream(4, "put in");
    let mut noise = || rng.random_range(-1.0..1.0);
    let observations: Vec<Observation> = (0..60)
        .map(|i| {
            let x = f64::from(i) / 20.0;
            Observation {
                cluster: i as usize,
                responses: (0..3).map(|_| x + 0.3 * noise()).collect(),
                predictors: vec![x, x + noise(), noise(), 1.0],
            }
        })
        .collect();
    let found = relate(&observations, 0, 300, &mut stream(4, "bootstrap"));
    let partial = |i: usize| found[i].partial.unwrap();
    assert!(found[0].spearman.unwrap().low > 0.8 && partial(0).low > 0.5);
    assert!(found[1].spearman.unwrap().low > 0.3 && partial(1).contains(0.0));
    assert!(found[1].given_spectrum.unwrap().contains(0.0) && found[0].given_spectrum.is_none());
    assert!(found[2].spearman.unwrap().contains(0.0));
    assert!(found[0].concordance.unwrap().low > 0.8);
    assert_eq!(found[3].spearman, None);
    let again = relate(&observations, 0, 300, &mut stream(4, "bootstrap"));
    assert_eq!(found, again);
}
