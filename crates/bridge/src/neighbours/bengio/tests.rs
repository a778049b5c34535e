use super::*;
use nets::theory::linear_autoencoder::{denoising_gains, noisy_score_slopes};

#[test]
fn the_report_holds_and_its_controls_fail() {
    crate::neighbours::check_report(run);
}

#[test]
fn oracle_values_of_the_denoiser() {
    let gains = denoising_gains(&[4.0, 1.0], 0.5).unwrap();
    assert!((gains[0] - 8.0 / 9.0).abs() < 1e-15 && (gains[1] - 2.0 / 3.0).abs() < 1e-15);
    let slopes = noisy_score_slopes(&[4.0, 1.0], 0.5).unwrap();
    assert!((slopes[0] + 0.222_222_222_222_222_2).abs() < 1e-15 && (slopes[1] + 2.0 / 3.0).abs() < 1e-15);
}

/// More units than factors, and fewer.
#[test]
fn unmatched_factors_count_nothing() {
    let factors = DMatrix::from_row_slice(4, 2, &[1.0, 1.0, 1.0, -1.0, -1.0, 1.0, -1.0, -1.0]);
    let first = factors.columns(0, 1).into_owned();
    assert!((matched_correlation(&first, &factors).unwrap() - 0.5).abs() < 1e-12);
    assert!((matched_correlation(&factors, &first).unwrap() - 1.0).abs() < 1e-12);
}

#[test]
fn bad_codes_are_refused() {
    let factors = DMatrix::from_row_slice(3, 2, &[1.0, 0.0, 0.0, 1.0, 2.0, 5.0]);
    let constant = DMatrix::from_element(3, 2, 1.0);
    let says = |code: &DMatrix<f64>| matched_correlation(code, &factors).unwrap_err().to_string();
    assert!(says(&constant).contains("columns that vary"));
    assert!(says(&DMatrix::zeros(2, 2)).contains("expected 3, got 2"));
    assert!(says(&DMatrix::from_element(3, 1, f64::NAN)).contains("only finite numbers"));
    let single = factors.columns(0, 1).into_owned();
    assert!(
        disentanglement(&factors, &single)
            .unwrap_err()
            .to_string()
            .contains("at least 2")
    );
}
