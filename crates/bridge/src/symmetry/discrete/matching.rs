//! Candidate symmetries of the inputs from matching what a map does with them.
//!
//! If f(gx) = f(x) and the law of the data is that of the moved data, the second moment of the gradients,
//! M = E\[JᵀJ\] with J the Jacobian, satisfies M = PᵀMP for the matrix P of g. Candidates are permutations that nearly do:
//! for every seed pair (i → j) an assignment by what is the same for matching coordinates (their diagonal entries, their
//! sorted rows, their entries at the seeds), then a few assignments of M P M, each of which lessens ‖M − PᵀMP‖ in its
//! linear part (as in Vogelstein et al., *Fast approximate quadratic programming for graph matching*, 2015). Signs follow
//! from the signs of M by power iteration. Nothing is claimed of a candidate before it is verified on the data.

use nalgebra::{DMatrix, DVector};

use super::probe::Probe;
use crate::BridgeError;
use crate::assignment::assign;

/// Rows whose Jacobians are taken.
const ROWS: usize = 48;

/// The widest input that is matched.
const WIDEST: usize = 128;

/// Widths up to this have every coordinate as the first of a seed pair; others have two.
const ALL_SEEDS: usize = 16;

/// Assignments after the first.
const ROUNDS: usize = 3;

/// E\[JᵀJ\] over the rows.
fn gradient_moment(probe: &Probe<'_>) -> DMatrix<f64> {
    let n = probe.inputs().nrows();
    let rows = ROWS.min(probe.rows());
    let mut moment = DMatrix::zeros(n, n);
    for row in 0..rows {
        let x: DVector<f64> = probe.inputs().column(row).into_owned();
        let jacobian = probe.network().jacobian(&x);
        moment += jacobian.tr_mul(&jacobian) / rows as f64;
    }
    moment
}

/// Permutations of the coordinates, with signs if asked for, that nearly keep the gradients' second moment.
///
/// # Errors
/// [`BridgeError::NotFinite`] if a gradient is not.
pub(super) fn matched(probe: &Probe<'_>, signs: bool) -> Result<Vec<Vec<(usize, f64)>>, BridgeError> {
    let n = probe.inputs().nrows();
    if !(3..=WIDEST).contains(&n) {
        return Ok(Vec::new());
    }
    let moment = gradient_moment(probe);
    let size = moment.amax();
    if size == 0.0 {
        return Ok(Vec::new());
    }
    let moment = moment / size;
    let compared = if signs { moment.abs() } else { moment.clone() };
    let sorted_row = |i: usize| {
        let mut row: Vec<f64> = (0..n).filter(|&k| k != i).map(|k| compared[(i, k)]).collect();
        row.sort_by(f64::total_cmp);
        row
    };
    let profiles: Vec<Vec<f64>> = (0..n).map(sorted_row).collect();
    let unlike = DMatrix::from_fn(n, n, |k, l| {
        let rows: f64 = profiles[k]
            .iter()
            .zip(&profiles[l])
            .map(|(a, b)| (a - b).powi(2))
            .sum();
        (compared[(k, k)] - compared[(l, l)]).powi(2) + rows / n as f64
    });
    let firsts: Vec<usize> = if n <= ALL_SEEDS {
        (0..n).collect()
    } else {
        vec![n / 3, n / 2]
    };
    let mut found: Vec<Vec<(usize, f64)>> = Vec::new();
    for &i in &firsts {
        for j in 0..n {
            let seeded = DMatrix::from_fn(n, n, |k, l| match (k == i, l == j) {
                (true, true) => 0.0,
                (true, false) | (false, true) => 4.0 * n as f64,
                _ => unlike[(k, l)] + (compared[(i, k)] - compared[(j, l)]).powi(2),
            });
            let mut columns = assign(&seeded)?.columns;
            for _ in 0..ROUNDS {
                // costs of k → l: −Σ M[k, k'] M[l, l'] over the present pairs (k', l')
                let mut permuted = DMatrix::zeros(n, n);
                for (k, &l) in columns.iter().enumerate() {
                    permuted.set_column(l, &compared.column(k));
                }
                let better = assign(&(-(permuted * &compared)))?.columns;
                if better == columns {
                    break;
                }
                columns = better;
            }
            let images = with_signs(&moment, &columns, signs);
            let moves = images
                .iter()
                .enumerate()
                .any(|(k, &(l, sign))| k != l || sign < 0.0);
            if moves && !found.contains(&images) {
                found.push(images);
            }
        }
    }
    Ok(found)
}

/// The signs s that make Σ s_k s_l M[k, l] M[Pk, Pl] large: those of a leading eigenvector.
fn with_signs(moment: &DMatrix<f64>, columns: &[usize], signs: bool) -> Vec<(usize, f64)> {
    let n = columns.len();
    let mut vector = DVector::from_element(n, 1.0);
    if signs {
        let agreement = DMatrix::from_fn(n, n, |k, l| moment[(k, l)] * moment[(columns[k], columns[l])]);
        let shift = agreement.norm();
        for _ in 0..50 {
            vector = &agreement * &vector + &vector * shift;
            let length = vector.norm();
            if length == 0.0 {
                break;
            }
            vector /= length;
        }
    }
    columns
        .iter()
        .zip(vector.iter())
        .map(|(&l, &v)| (l, if v < 0.0 { -1.0 } else { 1.0 }))
        .collect()
}
