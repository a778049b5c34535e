//! Generalised singular values of the derivative system against its scale.

use super::derivatives::System;
use crate::BridgeError;
use nalgebra::{DMatrix, DVector, SVD, SymmetricEigen};

/// Fields whose mean squared length, seen by the gradients, is below this share of the others' vanish on the data.
const VANISHING: f64 = 1e-11;

/// The values σ of a system, rising, with their fields.
#[derive(Debug, Clone)]
pub(super) struct Spectrum {
    /// σ₁ ≤ σ₂ ≤ …
    pub(super) values: Vec<f64>,
    /// Coefficients of the fields, orthonormal for the scale R, p × q.
    pub(super) fields: DMatrix<f64>,
    /// R times the fields: coordinates of c are `dual`ᵀ c.
    pub(super) dual: DMatrix<f64>,
    /// Dimension of the fields that vanish on the data.
    pub(super) spurious: usize,
}

impl Spectrum {
    /// By a QR factorisation of the tall system, block by block, then an SVD of p × q numbers: nothing is squared, so that exact
    /// zeros are found to rounding. O(rows · p² + p³).
    pub(super) fn of(system: &System) -> Result<Self, BridgeError> {
        let (basis, spurious) = orthonormal(&system.scale, system.tangent.as_ref());
        if basis.ncols() == 0 {
            return Ok(Spectrum {
                values: Vec::new(),
                dual: DMatrix::zeros(basis.nrows(), 0),
                fields: basis,
                spurious,
            });
        }
        let small = triangle(&system.averaged) * &basis;
        let (rows, columns) = small.shape();
        let svd = SVD::try_new(small, false, true, 5.0 * f64::EPSILON, 10_000).ok_or_else(|| {
            BridgeError::NoConvergence {
                what: "singular value decomposition".into(),
                rows,
                columns,
            }
        })?;
        let v_t = svd
            .v_t
            .as_ref()
            .expect("the right side of the decomposition was asked for");
        let mut order: Vec<usize> = (0..svd.singular_values.len()).collect();
        order.sort_by(|&a, &b| svd.singular_values[a].total_cmp(&svd.singular_values[b]));
        let turned = DMatrix::from_fn(columns, order.len(), |i, j| v_t[(order[j], i)]);
        let fields = basis * turned;
        Ok(Spectrum {
            values: order.iter().map(|&i| svd.singular_values[i]).collect(),
            dual: &system.scale * &fields,
            fields,
            spurious,
        })
    }

    /// The largest σ that is counted as zero, 0 if none is.
    pub(super) fn level(&self, dimension: usize) -> f64 {
        if dimension == 0 {
            0.0
        } else {
            self.values[dimension - 1]
        }
    }
}

/// The triangular factor of a tall matrix (its rows in blocks, so that one stays in the cache).
pub(super) fn triangle(rows: &DMatrix<f64>) -> DMatrix<f64> {
    let p = rows.ncols();
    let height = (4 * p).max(256);
    let mut factor = DMatrix::zeros(0, p);
    let mut at = 0;
    while at < rows.nrows() {
        let taken = height.min(rows.nrows() - at);
        let mut stacked = DMatrix::zeros(factor.nrows() + taken, p);
        stacked.rows_mut(0, factor.nrows()).copy_from(&factor);
        stacked
            .rows_mut(factor.nrows(), taken)
            .copy_from(&rows.rows(at, taken));
        factor = stacked.qr().r();
        at += taken;
    }
    if factor.nrows() < p {
        factor = factor.resize_vertically(p, 0.0);
    }
    factor
}

/// A basis of the fields that do not vanish, orthonormal for the scale, and the dimension of those that do.
fn orthonormal(scale: &DMatrix<f64>, within: Option<&DMatrix<f64>>) -> (DMatrix<f64>, usize) {
    let p = scale.nrows();
    let within = within.cloned().unwrap_or_else(|| DMatrix::identity(p, p));
    let gram = within.tr_mul(&(scale * &within));
    // Units of the basis must not matter to what counts as vanishing.
    let largest = gram.diagonal().max();
    let unit = gram.diagonal().map(|v| {
        if v > VANISHING * VANISHING * largest {
            1.0 / v.sqrt()
        } else {
            0.0
        }
    });
    let balanced = DMatrix::from_fn(gram.nrows(), gram.ncols(), |i, j| {
        gram[(i, j)] * unit[i] * unit[j]
    });
    if balanced.is_empty() {
        return (DMatrix::zeros(p, 0), 0);
    }
    let eigen = SymmetricEigen::new(balanced);
    let top = eigen.eigenvalues.max();
    let kept: Vec<usize> = (0..eigen.eigenvalues.len())
        .filter(|&i| top > 0.0 && eigen.eigenvalues[i] > VANISHING * top)
        .collect();
    let basis = DMatrix::from_fn(gram.nrows(), kept.len(), |i, j| {
        unit[i] * eigen.eigenvectors[(i, kept[j])] / eigen.eigenvalues[kept[j]].sqrt()
    });
    let spurious = gram.nrows() - kept.len();
    (within * basis, spurious)
}

/// Coefficients on which a positive semidefinite form vanishes, relative to `lengths` of the basis.
pub(super) fn kernel(form: &DMatrix<f64>, lengths: &DVector<f64>) -> DMatrix<f64> {
    let unit = lengths.map(|v| if v > 0.0 { 1.0 / v.sqrt() } else { 1.0 });
    let balanced = DMatrix::from_fn(form.nrows(), form.ncols(), |i, j| {
        form[(i, j)] * unit[i] * unit[j]
    });
    let eigen = SymmetricEigen::new(balanced);
    let kept: Vec<usize> = (0..eigen.eigenvalues.len())
        .filter(|&i| eigen.eigenvalues[i] <= 1e-9)
        .collect();
    DMatrix::from_fn(form.nrows(), kept.len(), |i, j| {
        unit[i] * eigen.eigenvectors[(i, kept[j])]
    })
}

/// The smallest generalised singular value of a Gram matrix against a scale.
pub(super) fn smallest_value(
    gram: &DMatrix<f64>,
    scale: &DMatrix<f64>,
    within: Option<&DMatrix<f64>>,
) -> f64 {
    let (basis, _) = orthonormal(scale, within);
    if basis.ncols() == 0 {
        return 0.0;
    }
    let small = basis.tr_mul(&(gram * &basis));
    SymmetricEigen::new(small).eigenvalues.min().max(0.0).sqrt()
}
