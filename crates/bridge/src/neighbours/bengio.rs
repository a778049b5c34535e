//! Disentangling: when a code has one unit for each factor of variation (Bengio 2013, *Deep learning of
//! representations: looking forward*).
//!
//! Two measures of a code whose factors are known. [`matched_correlation`]: the mean |correlation| of units and factors
//! under the best one-to-one matching, the *mean correlation coefficient* of Hyvärinen and Morioka (2016); it is 1 iff
//! the code is the factors up to a signed permutation and scales. [`disentanglement`]: of Eastwood and Williams (2018),
//! one less the entropy of the importances of a unit for the factors, here of the weights of the linear regression of
//! the standardised factors on the standardised units.
//!
//! What can be expected: principal components find independent factors iff their variances differ; independent
//! components find factors of equal variances iff they are not Gaussian; a trained linear autoencoder finds the
//! subspace, in a basis that nothing chooses.
//!
//! ```
//! use bridge::neighbours::bengio::{disentanglement, matched_correlation};
//! use nalgebra::DMatrix;
//! // Two uncorrelated factors, and the code that is one of them negated and the other.
//! let factors = DMatrix::from_row_slice(4, 2, &[1.0, 1.0, 1.0, -1.0, -1.0, 1.0, -1.0, -1.0]);
//! let code = DMatrix::from_fn(4, 2, |i, j| if j == 0 { -2.0 * factors[(i, 1)] } else { factors[(i, 0)] });
//! assert!((matched_correlation(&code, &factors)? - 1.0).abs() < 1e-12);
//! assert!((disentanglement(&code, &factors)? - 1.0).abs() < 1e-12);
//! # Ok::<(), bridge::BridgeError>(())
//! ```

mod findings;

use nalgebra::DMatrix;

use super::{NeighbourOptions, NeighbourReport};
use crate::BridgeError;
use crate::assignment::assign;
use crate::error::refuse;

/// Columns of mean 0 and variance 1.
fn standardised(what: &str, values: &DMatrix<f64>) -> Result<DMatrix<f64>, BridgeError> {
    if let Some((index, &value)) = values.iter().enumerate().find(|(_, v)| !v.is_finite()) {
        return Err(BridgeError::NotFinite {
            what: format!("{what} (column by column)"),
            index,
            value,
        });
    }
    let rows = values.nrows() as f64;
    let mut standard = values.clone();
    for (index, mut column) in standard.column_iter_mut().enumerate() {
        let mean = column.sum() / rows;
        column.add_scalar_mut(-mean);
        let deviation = (column.norm_squared() / rows).sqrt();
        if deviation <= 1e-12 * (1.0 + mean.abs()) {
            return refuse(
                &format!("column {index} of the {what}"),
                "constant",
                "columns that vary",
            );
        }
        column /= deviation;
    }
    Ok(standard)
}

/// Standardised units and factors.
fn pair(code: &DMatrix<f64>, factors: &DMatrix<f64>) -> Result<(DMatrix<f64>, DMatrix<f64>), BridgeError> {
    if code.nrows() != factors.nrows() {
        return Err(BridgeError::Shape {
            what: "rows of the code (one for each row of the factors)".into(),
            expected: factors.nrows(),
            got: code.nrows(),
        });
    }
    if code.nrows() < 2 || code.ncols() == 0 || factors.ncols() == 0 {
        let got = format!(
            "{} x {} and {} x {}",
            code.nrows(),
            code.ncols(),
            factors.nrows(),
            factors.ncols()
        );
        return refuse("code and factors", got, "at least 2 rows and a column each");
    }
    Ok((standardised("code", code)?, standardised("factors", factors)?))
}

/// The mean |correlation| of factors with the units that a best one-to-one matching gives them; factors without a unit
/// count 0.
///
/// Rows are examples. O(rows × units × factors + max(units, factors)³).
///
/// # Errors
/// [`BridgeError::Shape`] for different numbers of rows, [`BridgeError::Parameter`] for fewer than 2 rows or a constant
/// column, [`BridgeError::NotFinite`].
pub fn matched_correlation(code: &DMatrix<f64>, factors: &DMatrix<f64>) -> Result<f64, BridgeError> {
    let (units, causes) = pair(code, factors)?;
    let correlation = units.tr_mul(&causes) / units.nrows() as f64;
    let size = correlation.nrows().max(correlation.ncols());
    let costs = DMatrix::from_fn(size, size, |i, j| {
        if i < correlation.nrows() && j < correlation.ncols() {
            -correlation[(i, j)].abs()
        } else {
            0.0
        }
    });
    Ok(-assign(&costs)?.cost / correlation.ncols() as f64)
}

/// The disentanglement of Eastwood and Williams: units weighted by their share of importance, each with
/// 1 − H(p) / ln(factors), where p are its importances for the factors; between 0 and 1.
///
/// Importances are the absolute weights of the least squares of the factors on the units. O(rows × units²).
///
/// # Errors
/// As [`matched_correlation`]; [`BridgeError::Parameter`] for a single factor; [`BridgeError::NoConvergence`] if the
/// regression does not converge.
pub fn disentanglement(code: &DMatrix<f64>, factors: &DMatrix<f64>) -> Result<f64, BridgeError> {
    let (units, causes) = pair(code, factors)?;
    if causes.ncols() < 2 {
        return refuse("factors", causes.ncols(), "at least 2");
    }
    let svd = units.clone().svd(true, true);
    let weights = svd
        .solve(&causes, 1e-10 * svd.singular_values.max())
        .map_err(|_| BridgeError::NoConvergence {
            what: "least squares".into(),
            rows: units.nrows(),
            columns: units.ncols(),
        })?;
    let importances = weights.abs();
    let total = importances.sum();
    let entropy_of_all = (causes.ncols() as f64).ln();
    let of_unit = |unit: usize| {
        let row = importances.row(unit);
        let sum = row.sum();
        let entropy: f64 = row
            .iter()
            .map(|r| r / sum)
            .filter(|p| *p > 0.0)
            .map(|p| -p * p.ln())
            .sum();
        sum / total * (1.0 - entropy / entropy_of_all)
    };
    let used = (0..importances.nrows()).filter(|&unit| importances.row(unit).sum() > 0.0);
    Ok(used.map(of_unit).sum())
}

/// Runs the system.
///
/// # Errors
/// None that the options bring about; those of fitting and training otherwise.
pub fn run(options: &NeighbourOptions) -> Result<NeighbourReport, BridgeError> {
    Ok(NeighbourReport {
        id: "bengio",
        title: "Which codes have one unit for each factor",
        source: "Y. Bengio, Deep learning of representations: looking forward, SLSP 2013, LNCS 7978, arXiv 1305.0445; A. Hyvärinen, H. Morioka, NIPS 2016; C. Eastwood, C. K. I. Williams, ICLR 2018",
        findings: vec![
            findings::measures()?,
            findings::different_variances(options)?,
            findings::independent_components(options)?,
            findings::nested_subspaces(options)?,
            findings::denoising(options)?,
            findings::equal_variances(options)?,
            findings::gaussian_components(options)?,
            findings::trained_basis(options)?,
            findings::clean_score()?,
        ],
        picture: Some(findings::picture(options)?),
        notes: vec![
            "The paper sets out challenges and gives no measure; the two measures used are later ones, named with their sources.".into(),
            "All data are linear mixtures of independent factors by an orthogonal matrix: the place where it is known what can be found.".into(),
        ],
    })
}

#[cfg(test)]
mod tests;
