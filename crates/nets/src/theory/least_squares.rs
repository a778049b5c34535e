//! Gradient descent on least squares with more unknowns than equations, and where it ends.
//!
//! Every gradient Aᵀ(Ax − b) lies in the row space of A, so descent never changes the part of its start in the null space: from 0 it
//! ends at the solution of least norm, A⁺b, from elsewhere at A⁺b plus that part (the implicit regularisation of Fan, Ma and
//! Zhong, *A selective overview of deep learning*, arXiv 1904.05526).
//!
//! ```
//! use nalgebra::{dmatrix, dvector};
//! use nets::theory::least_squares::LeastSquares;
//! let problem = LeastSquares::new(dmatrix![1.0, 1.0], dvector![2.0])?;
//! let end = problem.descend(&dvector![0.0, 0.0], 1000)?;
//! assert!((end.solution - dvector![1.0, 1.0]).amax() < 1e-12);
//! let end = problem.descend(&dvector![3.0, 1.0], 1000)?;
//! assert!((end.solution - dvector![2.0, 0.0]).amax() < 1e-12); // keeps (1, −1)
//! # Ok::<(), nets::NetError>(())
//! ```

use crate::NetError;
use crate::error::refuse;
use crate::layers::shape_error;
use nalgebra::{DMatrix, DVector};

/// The most steps of a descent.
pub const MAX_STEPS: usize = 10_000_000;

/// min |Ax − b|².
#[derive(Debug, Clone, PartialEq)]
pub struct LeastSquares {
    a: DMatrix<f64>,
    b: DVector<f64>,
    pseudo_inverse: DMatrix<f64>,
    largest: f64,
}

/// Where a descent stopped.
#[derive(Debug, Clone, PartialEq)]
pub struct Descent {
    /// The last point.
    pub solution: DVector<f64>,
    /// Steps taken.
    pub steps: usize,
    /// |Aᵀ(Ax − b)| at the last point.
    pub gradient: f64,
}

impl LeastSquares {
    /// A problem from its equations; singular values below 1e-12 of the largest count as 0. O(m²n) for m × n.
    ///
    /// # Errors
    /// [`NetError::Shape`] for other than m right-hand sides, [`NetError::NotFinite`] for numbers that are not finite,
    /// [`NetError::OutOfRange`] for A = 0.
    pub fn new(a: DMatrix<f64>, b: DVector<f64>) -> Result<Self, NetError> {
        if a.nrows() != b.len() || a.is_empty() {
            return Err(shape_error("right-hand sides", a.nrows().max(1), b.len()));
        }
        if let Some((index, &value)) = a.iter().chain(b.iter()).enumerate().find(|(_, v)| !v.is_finite()) {
            let what = "equations".into();
            return Err(NetError::NotFinite { what, index, value });
        }
        let svd = a.clone().svd(true, true);
        let largest = svd.singular_values.iter().copied().fold(0.0, f64::max);
        if largest == 0.0 {
            return Err(NetError::OutOfRange {
                what: "largest singular value of the equations".into(),
                index: 0,
                value: 0.0,
                expected: "(0, ∞)".into(),
            });
        }
        let pseudo_inverse = svd
            .pseudo_inverse(1e-12 * largest)
            .expect("both factors were computed, and the tolerance is not negative");
        Ok(LeastSquares {
            a,
            b,
            pseudo_inverse,
            largest,
        })
    }

    /// A⁺b, the solution of least norm.
    pub fn minimum_norm(&self) -> DVector<f64> {
        &self.pseudo_inverse * &self.b
    }

    /// The part of a point in the null space of A: x − A⁺Ax.
    ///
    /// # Panics
    /// If the point has not one number for each column of A.
    pub fn null_space_part(&self, x: &DVector<f64>) -> DVector<f64> {
        x - &self.pseudo_inverse * (&self.a * x)
    }

    /// Gradient descent with the step 1/σ₁² until the gradient no longer shrinks below 1e-14 σ₁|b|, or for so many steps.
    ///
    /// # Errors
    /// [`NetError::Shape`] for a start of another length, [`NetError::Option`] for more than [`MAX_STEPS`] steps.
    pub fn descend(&self, start: &DVector<f64>, most_steps: usize) -> Result<Descent, NetError> {
        if start.len() != self.a.ncols() {
            return Err(shape_error("numbers in the start", self.a.ncols(), start.len()));
        }
        if most_steps > MAX_STEPS {
            return refuse("steps", most_steps, "at most 10000000");
        }
        let rate = 1.0 / (self.largest * self.largest);
        let enough = 1e-14 * self.largest * self.b.norm();
        let mut solution = start.clone();
        let mut steps = 0;
        loop {
            let gradient = self.a.tr_mul(&(&self.a * &solution - &self.b));
            let norm = gradient.norm();
            if steps == most_steps || norm <= enough {
                return Ok(Descent {
                    solution,
                    steps,
                    gradient: norm,
                });
            }
            solution -= gradient * rate;
            steps += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, stream};
    use nalgebra::{dmatrix, dvector};
    use rand_distr::{Distribution, StandardNormal};

    fn normal(rows: usize, columns: usize, seed: u64) -> DMatrix<f64> {
        let mut rng = stream(seed, Purpose::Ensemble, 0, 0);
        DMatrix::from_fn(rows, columns, |_, _| StandardNormal.sample(&mut rng))
    }

    #[test]
    fn descent_from_zero_ends_at_the_pseudo_inverse_and_elsewhere_keeps_the_null_space() {
        let problem = LeastSquares::new(normal(12, 30, 1), normal(12, 1, 2).column(0).into_owned()).unwrap();
        let least = problem.minimum_norm();
        // By the normal equations of the second kind, Aᵀ(AAᵀ)⁻¹b.
        let a = &problem.a;
        let other = a.tr_mul(&(a * a.transpose()).lu().solve(&problem.b).unwrap());
        assert!((&least - other).amax() < 1e-12);
        let end = problem.descend(&DVector::zeros(30), 100_000).unwrap();
        assert!((&end.solution - &least).norm() < 1e-8 && end.steps < 100_000);
        let start = normal(30, 1, 3).column(0).into_owned();
        let kept = problem.null_space_part(&start);
        let end = problem.descend(&start, 100_000).unwrap();
        assert!((&end.solution - &least - &kept).norm() < 1e-8);
        assert!((a * &end.solution - &problem.b).norm() < 1e-8);
        // The control: this is another solution.
        assert!((end.solution - least).norm() > 1.0);
    }

    #[test]
    fn equations_without_a_solution_and_of_low_rank() {
        let problem = LeastSquares::new(dmatrix![1.0, 0.0; 1.0, 0.0], dvector![1.0, 3.0]).unwrap();
        let end = problem.descend(&dvector![0.0, 0.0], 1000).unwrap();
        assert!((end.solution - dvector![2.0, 0.0]).amax() < 1e-12);
        assert!(problem.null_space_part(&dvector![5.0, 7.0]) == dvector![0.0, 7.0]);
    }

    #[test]
    fn misfits_are_refused() {
        assert!(LeastSquares::new(dmatrix![1.0, 1.0], dvector![1.0, 2.0]).is_err());
        assert!(LeastSquares::new(dmatrix![f64::NAN], dvector![1.0]).is_err());
        assert!(LeastSquares::new(dmatrix![0.0], dvector![1.0]).is_err());
        let problem = LeastSquares::new(dmatrix![1.0, 1.0], dvector![1.0]).unwrap();
        assert!(problem.descend(&dvector![1.0], 1).is_err());
        let message = problem
            .descend(&dvector![0.0, 0.0], MAX_STEPS + 1)
            .unwrap_err()
            .to_string();
        assert!(message.contains("at most 10000000"));
    }
}
