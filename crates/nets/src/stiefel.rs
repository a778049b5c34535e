//! Gradient descent over matrices with orthonormal columns.
//!
//! At a point X of the Stiefel manifold (XᵀX = 1) the gradient G of a function is projected on the tangent space,
//! G − X·sym(XᵀG), and a step along it is brought back by the QR decomposition, the triangular factor taken with a
//! positive diagonal (Absil, Mahony, Sepulchre 2008, sections 3.6 and 4.1). Momentum is carried from point to point by
//! projecting it on the new tangent space (their vector transport 8.1.3). As every step ends with a QR decomposition,
//! rounding does not add up: columns stay orthonormal to a few units in the last place.

use crate::NetError;
use crate::layers::shape_error;
use crate::optimizer::option;
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

/// A matrix with orthonormal columns, and its momentum.
///
/// ```
/// use nalgebra::{DMatrix, dmatrix};
/// use nets::Stiefel;
/// // The largest eigenvalue of A is the maximum of xᵀAx over unit vectors.
/// let a = dmatrix![2.0, 1.0; 1.0, 2.0];
/// let mut x = Stiefel::new(dmatrix![1.0; 0.0])?;
/// for _ in 0..200 {
///     let gradient = -2.0 * &a * x.point();
///     x.step(&gradient, 0.1, 0.0)?;
/// }
/// assert!(((x.point().transpose() * &a * x.point())[(0, 0)] - 3.0).abs() < 1e-12);
/// # Ok::<(), nets::NetError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stiefel {
    point: DMatrix<f64>,
    velocity: DMatrix<f64>,
}

impl Stiefel {
    /// The point nearest to a matrix in the order of its columns: the orthogonal factor of its QR decomposition.
    ///
    /// # Errors
    /// [`NetError::Shape`] if there are more columns than rows, [`NetError::NotFinite`] naming the first entry (in the
    /// order of columns) that is not finite, [`NetError::OutOfRange`] if the columns are dependent.
    pub fn new(matrix: DMatrix<f64>) -> Result<Self, NetError> {
        if matrix.ncols() > matrix.nrows() || matrix.is_empty() {
            return Err(shape_error(
                "rows of a matrix with orthonormal columns (at least the columns)",
                matrix.ncols().max(1),
                matrix.nrows(),
            ));
        }
        let point = orthonormal(matrix)?;
        let velocity = DMatrix::zeros(point.nrows(), point.ncols());
        Ok(Stiefel { point, velocity })
    }

    /// The matrix.
    pub fn point(&self) -> &DMatrix<f64> {
        &self.point
    }

    /// Largest entry of |XᵀX − 1|.
    pub fn deviation(&self) -> f64 {
        let columns = self.point.ncols();
        (self.point.tr_mul(&self.point) - DMatrix::identity(columns, columns)).amax()
    }

    /// One step downhill from the gradient of the function in the space of all matrices. O(n·p²) for n × p.
    ///
    /// # Errors
    /// [`NetError::Shape`] if the gradient has not the shape of the point, [`NetError::Option`] for a rate that is not
    /// positive or a momentum outside [0, 1), [`NetError::NotFinite`] if the gradient is not finite; the point is
    /// unchanged then.
    pub fn step(&mut self, gradient: &DMatrix<f64>, rate: f64, momentum: f64) -> Result<(), NetError> {
        let expected = self.point.len();
        if gradient.shape() != self.point.shape() {
            return Err(shape_error(
                "entries of a gradient on the Stiefel manifold",
                expected,
                gradient.len(),
            ));
        }
        let positive = rate.is_finite() && rate > 0.0;
        option(positive, "learning rate", rate, "a finite number above 0")?;
        option(
            (0.0..1.0).contains(&momentum),
            "momentum",
            momentum,
            "a number in [0, 1)",
        )?;
        let velocity = &self.velocity * momentum + self.tangent(gradient);
        self.point = orthonormal(&self.point - &velocity * rate)?;
        self.velocity = self.tangent(&velocity);
        Ok(())
    }

    /// The part of a matrix in the tangent space: D − X·sym(XᵀD).
    fn tangent(&self, direction: &DMatrix<f64>) -> DMatrix<f64> {
        let inner = self.point.tr_mul(direction);
        direction - &self.point * ((&inner + inner.transpose()) * 0.5)
    }
}

/// The orthogonal factor of the QR decomposition with a positive diagonal.
fn orthonormal(matrix: DMatrix<f64>) -> Result<DMatrix<f64>, NetError> {
    if let Some((index, &value)) = matrix.iter().enumerate().find(|(_, v)| !v.is_finite()) {
        return Err(NetError::NotFinite {
            what: "matrix to be made orthonormal".into(),
            index,
            value,
        });
    }
    let scale = matrix.amax();
    let qr = matrix.qr();
    let (mut q, r) = (qr.q(), qr.r());
    for (index, mut column) in q.column_iter_mut().enumerate() {
        let pivot = r[(index, index)];
        if pivot.abs() <= 1e-14 * scale {
            return Err(NetError::OutOfRange {
                what: "distance of a column from the span of those before it".into(),
                index,
                value: pivot.abs(),
                expected: "(0, ∞): independent columns".into(),
            });
        }
        if pivot < 0.0 {
            column.neg_mut();
        }
    }
    Ok(q)
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::{DVector, dmatrix};

    fn matrix(rows: usize, columns: usize, salt: usize) -> DMatrix<f64> {
        DMatrix::from_fn(rows, columns, |i, j| {
            ((i * 37 + j * 61 + salt * 17) % 29) as f64 / 14.0 - 1.0
        })
    }

    /// tr(XᵀAX) over orthonormal X of p columns has its minimum at the p smallest eigenvalues (Ky Fan); and the
    /// columns are orthonormal to 1e-12 after thousands of steps.
    #[test]
    fn descent_finds_the_smallest_eigenvalues_and_stays_on_the_manifold() {
        let eigenvalues = [0.5, 1.0, 2.5, 3.0, 4.0, 5.0];
        let rotation = Stiefel::new(matrix(6, 6, 5) + DMatrix::identity(6, 6) * 3.0).unwrap();
        let q = rotation.point();
        let a = q * DMatrix::from_diagonal(&DVector::from_row_slice(&eigenvalues)) * q.transpose();
        for momentum in [0.0, 0.8] {
            let mut x = Stiefel::new(matrix(6, 2, 1)).unwrap();
            for _ in 0..3000 {
                let gradient = 2.0 * &a * x.point();
                x.step(&gradient, 0.03, momentum).unwrap();
                assert!(x.deviation() < 1e-12);
            }
            let value = (x.point().transpose() * &a * x.point()).trace();
            assert!((value - 1.5).abs() < 1e-10, "momentum {momentum}: {value}");
        }
    }

    #[test]
    fn a_step_goes_downhill_at_the_rate_of_the_projected_gradient() {
        let (a, start) = (matrix(5, 5, 2), Stiefel::new(matrix(5, 3, 3)).unwrap());
        let value = |x: &DMatrix<f64>| (a.tr_mul(&a) * x).dot(x);
        let gradient = 2.0 * a.tr_mul(&a) * start.point();
        let slope = start.tangent(&gradient).norm_squared();
        let mut moved = start.clone();
        let rate = 1e-6;
        moved.step(&gradient, rate, 0.0).unwrap();
        let descent = (value(start.point()) - value(moved.point())) / rate;
        assert!((descent - slope).abs() < 1e-3 * slope, "{descent} {slope}");
    }

    #[test]
    fn dependent_wide_and_infinite_matrices_are_refused() {
        assert!(Stiefel::new(dmatrix![1.0, 2.0]).is_err());
        assert!(matches!(
            Stiefel::new(dmatrix![1.0, 2.0; 2.0, 4.0; 0.0, 0.0]),
            Err(NetError::OutOfRange { index: 1, .. })
        ));
        let mut x = Stiefel::new(dmatrix![1.0; 0.0]).unwrap();
        let before = x.clone();
        assert!(x.step(&dmatrix![f64::NAN; 0.0], 0.1, 0.0).is_err());
        assert!(x.step(&dmatrix![1.0, 1.0], 0.1, 0.0).is_err());
        assert_eq!(x, before);
    }
}
