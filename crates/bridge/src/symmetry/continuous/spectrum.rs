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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symmetry::continuous::gaussian_inputs;

    fn system(rows: DMatrix<f64>) -> System {
        let p = rows.ncols();
        System {
            raw: rows.clone(),
            averaged: rows,
            scale: DMatrix::identity(p, p),
            blocks: Vec::new(),
            tangent: None,
            tangent_dimension: p,
            data_dimension: p,
            null_level: 1.0,
        }
    }

    /// Rows with a known null space: all orthogonal to four given directions.
    fn planted(rows: usize, p: usize) -> (DMatrix<f64>, DMatrix<f64>) {
        let directions = gaussian_inputs(p, 4, 1).qr().q();
        let rows = gaussian_inputs(p, rows, 2).transpose();
        let along = &rows * &directions;
        (rows - along * directions.transpose(), directions)
    }

    #[test]
    fn blocks_give_the_singular_values_of_the_whole() {
        let (rows, directions) = planted(1_500, 20);
        let mut whole: Vec<f64> = rows.singular_values().iter().copied().collect();
        whole.sort_by(f64::total_cmp);
        let spectrum = Spectrum::of(&system(rows)).unwrap();
        for (ours, direct) in spectrum.values.iter().zip(&whole).skip(4) {
            assert!((ours - direct).abs() < 1e-12 * direct);
        }
        assert!(spectrum.values[..4].iter().all(|v| *v < 1e-13 * whole[4]));
        let cosines = spectrum
            .fields
            .columns(0, 4)
            .tr_mul(&directions)
            .singular_values();
        assert!(cosines.min() > 1.0 - 1e-12);
    }

    /// Units of the basis change neither the values nor what vanishes.
    #[test]
    fn values_do_not_depend_on_the_basis() {
        let (rows, _) = planted(400, 8);
        let plain = Spectrum::of(&system(rows.clone())).unwrap();
        let change = DMatrix::from_fn(8, 8, |i, j| if i == j { 10f64.powi(i as i32 - 4) } else { 0.0 });
        let mut other = system(rows * &change);
        other.scale = change.tr_mul(&change);
        let other = Spectrum::of(&other).unwrap();
        assert_eq!(other.spurious, 0);
        for (a, b) in plain.values.iter().zip(&other.values).skip(4) {
            assert!((a - b).abs() < 1e-9 * a);
        }
    }

    #[test]
    fn fields_that_vanish_are_counted_apart() {
        let (rows, _) = planted(300, 6);
        let mut system = system(rows);
        system.scale[(2, 2)] = 0.0;
        system.averaged.column_mut(2).fill(0.0);
        let spectrum = Spectrum::of(&system).unwrap();
        assert_eq!((spectrum.spurious, spectrum.values.len()), (1, 5));
    }
}
