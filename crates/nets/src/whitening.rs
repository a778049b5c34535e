//! Whitening: linear maps after which the covariance of the data is the identity.

use crate::layers::shape_error;
use crate::optimizer::option;
use crate::{Dataset, NetError};
use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

/// Which of the whitening maps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum WhiteningKind {
    /// Coordinates along the leading principal components, each scaled to variance 1.
    Pca {
        /// How many components are kept.
        components: usize,
    },
    /// The symmetric one, nearest to the identity (Bell and Sejnowski 1997).
    Zca,
}

/// A whitening map y = W(x − mean) with its way back.
///
/// ```
/// use nets::{Dataset, Whitening, WhiteningKind};
/// let digits = Dataset::digits();
/// let whitening = Whitening::fit(&digits, WhiteningKind::Pca { components: 20 }, 0.0)?;
/// let white = whitening.apply(&digits)?;
/// assert_eq!((white.len(), white.width()), (1797, 20));
/// # Ok::<(), nets::NetError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Whitening {
    mean: DVector<f64>,
    /// Outputs × inputs.
    map: DMatrix<f64>,
    /// Inputs × outputs.
    inverse: DMatrix<f64>,
    /// Of the covariance, largest first.
    eigenvalues: DVector<f64>,
}

impl Whitening {
    /// Fits the map to the covariance of the rows (divided by their number), with `epsilon` added to each eigenvalue so
    /// that small ones do not blow noise up. O(n·d² + d³).
    ///
    /// # Errors
    /// [`NetError::Option`] if epsilon is negative or there are not as many components; [`NetError::OutOfRange`] if a
    /// direction that is kept has no variance (below 1e-12 of the largest) and epsilon is 0.
    pub fn fit(data: &Dataset, kind: WhiteningKind, epsilon: f64) -> Result<Self, NetError> {
        let width = data.width();
        let fine = epsilon.is_finite() && epsilon >= 0.0;
        option(
            fine,
            "whitening epsilon",
            epsilon,
            "a finite number of at least 0",
        )?;
        let kept = match kind {
            WhiteningKind::Pca { components } => components,
            WhiteningKind::Zca => width,
        };
        let expected = format!("a number in 1..={width}");
        option(
            (1..=width).contains(&kept),
            "principal components",
            kept,
            &expected,
        )?;
        let (mean, covariance) = moments(data);
        let eigen = covariance.symmetric_eigen();
        let mut order: Vec<usize> = (0..width).collect();
        order.sort_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]));
        let eigenvalues = DVector::from_fn(width, |i, _| eigen.eigenvalues[order[i]].max(0.0));
        let least = eigenvalues[kept - 1] + epsilon;
        if least <= 1e-12 * (eigenvalues[0] + epsilon) {
            return Err(NetError::OutOfRange {
                what: "eigenvalue of the covariance".into(),
                index: kept - 1,
                value: eigenvalues[kept - 1],
                expected: "(0, ∞): keep fewer components, or give an epsilon".into(),
            });
        }
        // The sign of an eigenvector is free: its largest entry is made positive.
        let axes = DMatrix::from_fn(kept, width, |i, j| eigen.eigenvectors[(j, order[i])]);
        let axes = DMatrix::from_rows(
            &axes
                .row_iter()
                .map(|row| {
                    if row[row.transpose().iamax()] < 0.0 {
                        -row
                    } else {
                        row.into_owned()
                    }
                })
                .collect::<Vec<_>>(),
        );
        let scaled = |power: f64| {
            let mut rows = axes.clone();
            for (mut row, &eigenvalue) in rows.row_iter_mut().zip(eigenvalues.iter()) {
                row *= (eigenvalue + epsilon).powf(power);
            }
            rows
        };
        let (down, up) = (scaled(-0.5), scaled(0.5));
        let (map, inverse) = match kind {
            WhiteningKind::Pca { .. } => (down, up.transpose()),
            WhiteningKind::Zca => (axes.tr_mul(&down), axes.tr_mul(&up)),
        };
        Ok(Whitening {
            mean,
            map,
            inverse,
            eigenvalues,
        })
    }

    /// The mean of the data.
    pub fn mean(&self) -> &DVector<f64> {
        &self.mean
    }

    /// W, outputs × inputs.
    pub fn map(&self) -> &DMatrix<f64> {
        &self.map
    }

    /// All eigenvalues of the covariance, largest first.
    pub fn eigenvalues(&self) -> &DVector<f64> {
        &self.eigenvalues
    }

    /// The rows whitened, with their labels; images stay images only under ZCA, which keeps the pixels.
    ///
    /// # Errors
    /// [`NetError::Shape`] if the rows have another width than those fitted.
    pub fn apply(&self, data: &Dataset) -> Result<Dataset, NetError> {
        self.transform(data, self.mean.len(), |x| &self.map * (x - &self.mean))
    }

    /// Whitened rows mapped back (for PCA with fewer components: into their span).
    ///
    /// # Errors
    /// [`NetError::Shape`] if the rows have another width than the whitened ones.
    pub fn invert(&self, data: &Dataset) -> Result<Dataset, NetError> {
        self.transform(data, self.map.nrows(), |y| &self.inverse * y + &self.mean)
    }

    fn transform(
        &self,
        data: &Dataset,
        expected: usize,
        map: impl Fn(DVector<f64>) -> DVector<f64>,
    ) -> Result<Dataset, NetError> {
        if data.width() != expected {
            return Err(shape_error("width of the rows to whiten", expected, data.width()));
        }
        let mapped = (0..data.len()).map(|row| map(data.point(row)));
        let values: Vec<f32> = mapped
            .flat_map(|y| y.iter().map(|&v| v as f32).collect::<Vec<_>>())
            .collect();
        let width = values.len() / data.len();
        let out = Dataset::new(data.name(), values, width)?;
        let out = match data.image_shape().filter(|&(h, w)| h * w == width) {
            Some((height, width)) => out.with_image_shape(height, width)?,
            None => out,
        };
        match data.labels() {
            Some(labels) => out.with_labels(labels.to_vec()),
            None => Ok(out),
        }
    }
}

/// Mean and covariance of the rows, in f64.
pub(crate) fn moments(data: &Dataset) -> (DVector<f64>, DMatrix<f64>) {
    let (count, width) = (data.len() as f64, data.width());
    let mut mean = DVector::zeros(width);
    for row in 0..data.len() {
        mean += data.point(row);
    }
    mean /= count;
    let mut covariance = DMatrix::zeros(width, width);
    let rows: Vec<usize> = (0..data.len()).collect();
    for rows in rows.chunks(1024) {
        let centred = DMatrix::from_fn(rows.len(), width, |i, j| {
            f64::from(data.row(rows[i])[j]) - mean[j]
        });
        covariance += centred.tr_mul(&centred);
    }
    (mean, covariance / count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mixed() -> Dataset {
        let values: Vec<f32> = (0..900u32)
            .map(|i| ((i.wrapping_mul(2_654_435_761) >> 8) as f32 / 16_777_216.0) + (i / 3 % 5) as f32 * 0.2)
            .collect();
        Dataset::new("mixed", values, 3).unwrap()
    }

    #[test]
    fn whitened_data_have_the_identity_for_covariance() {
        let data = mixed();
        for kind in [
            WhiteningKind::Pca { components: 3 },
            WhiteningKind::Pca { components: 2 },
            WhiteningKind::Zca,
        ] {
            let whitening = Whitening::fit(&data, kind, 0.0).unwrap();
            let white = whitening.apply(&data).unwrap();
            let (mean, covariance) = moments(&white);
            let identity = DMatrix::identity(white.width(), white.width());
            assert!(mean.amax() < 1e-5 && (covariance - identity).amax() < 1e-4);
            if white.width() == 3 {
                let back = whitening.invert(&white).unwrap();
                let pairs = back.values().iter().zip(data.values());
                assert!(pairs.fold(0f32, |worst, (a, b)| worst.max((a - b).abs())) < 1e-5);
            }
        }
    }

    #[test]
    fn zca_is_symmetric_and_flat_data_are_refused() {
        let whitening = Whitening::fit(&mixed(), WhiteningKind::Zca, 1e-3).unwrap();
        let map = whitening.map();
        assert!((map - map.transpose()).amax() < 1e-12);
        let flat = Dataset::new("flat", vec![0.0, 1.0, 0.0, 2.0, 0.0, 4.0], 2).unwrap();
        assert!(matches!(
            Whitening::fit(&flat, WhiteningKind::Zca, 0.0),
            Err(NetError::OutOfRange { index: 1, .. })
        ));
        assert!(Whitening::fit(&flat, WhiteningKind::Pca { components: 1 }, 0.0).is_ok());
        assert!(Whitening::fit(&flat, WhiteningKind::Pca { components: 3 }, 0.0).is_err());
    }
}
