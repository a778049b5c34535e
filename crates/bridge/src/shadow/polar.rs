//! Singular values, numeric rank and polar factors of the linear part of a shadow.
//!
//! Every m × n matrix is A = UP with P = (AᵀA)^½ positive semidefinite and U a partial isometry from the row space of
//! A onto its image; both are unique with ker U = ker A. For invertible A, U is orthogonal: the element of O(n) nearest to
//! A in every unitarily invariant norm (Higham, *Functions of Matrices*, 2008, theorems 8.1 and 8.4).
//!
//! ```
//! use bridge::shadow::PolarFactors;
//! use nalgebra::dmatrix;
//! let polar = PolarFactors::new(&dmatrix![0.0, -2.0; 3.0, 0.0])?; // a quarter turn after a stretch by (3, 2)
//! assert!((polar.isometry - dmatrix![0.0, -1.0; 1.0, 0.0]).norm() < 1e-14);
//! assert!((polar.positive - dmatrix![3.0, 0.0; 0.0, 2.0]).norm() < 1e-14);
//! assert_eq!(polar.rank.value, 2);
//! # Ok::<(), bridge::BridgeError>(())
//! ```

use super::region::check_finite;
use crate::BridgeError;
use nalgebra::{DMatrix, DVector, Dyn, SVD};
use serde::{Deserialize, Serialize};

/// A numeric rank with its evidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct NumericRank {
    /// How many singular values are counted as not zero.
    pub value: usize,
    /// The ratio of the smallest counted singular value to the largest that is not counted, the latter taken as no
    /// smaller than the rounding level max(m, n)·2⁻⁵²·σ₁. Far above 1: the rank is evident; near 1: it is not. 0 for a
    /// rank of 0.
    pub gap: f64,
}

/// Singular values are zero to rounding below this many times max(m, n)·2⁻⁵²·σ₁.
const RANK_SAFETY: f64 = 8.0;

impl NumericRank {
    /// The number of singular values (in falling order, of an m × n matrix) above rounding level.
    pub fn of(singular_values: &[f64], rows: usize, columns: usize) -> Self {
        let level = rounding_level(singular_values, rows, columns);
        let value = singular_values
            .iter()
            .filter(|s| **s > RANK_SAFETY * level)
            .count();
        NumericRank::at(value, singular_values, rows, columns)
    }

    /// The rank `value`, known beforehand, with the evidence that the singular values give for it.
    pub fn at(value: usize, singular_values: &[f64], rows: usize, columns: usize) -> Self {
        let floor = rounding_level(singular_values, rows, columns).max(f64::MIN_POSITIVE);
        let next = singular_values.get(value).copied().unwrap_or(0.0).max(floor);
        let gap = if value == 0 {
            0.0
        } else {
            singular_values[value - 1] / next
        };
        NumericRank { value, gap }
    }
}

fn rounding_level(singular_values: &[f64], rows: usize, columns: usize) -> f64 {
    rows.max(columns) as f64 * f64::EPSILON * singular_values.first().copied().unwrap_or(0.0)
}

/// The polar factors of a matrix; see the module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolarFactors {
    /// U, m × n: orthogonal if A is square and invertible, else a partial isometry of A's rank.
    pub isometry: DMatrix<f64>,
    /// P, n × n, symmetric positive semidefinite.
    pub positive: DMatrix<f64>,
    /// Singular values in falling order.
    pub singular_values: Vec<f64>,
    /// Rank.
    pub rank: NumericRank,
}

impl PolarFactors {
    /// The polar factors of `a`, with the rank read off its singular values. O(mn·min(m, n)).
    ///
    /// # Errors
    /// [`BridgeError::NotFinite`] for an entry that is not finite; [`BridgeError::NoConvergence`] if the singular
    /// values cannot be computed.
    pub fn new(a: &DMatrix<f64>) -> Result<Self, BridgeError> {
        let svd = svd(a)?;
        let rank = NumericRank::of(svd.singular_values.as_slice(), a.nrows(), a.ncols());
        Ok(PolarFactors::from_svd(&svd, rank))
    }

    fn from_svd(svd: &SVD<f64, Dyn, Dyn>, rank: NumericRank) -> Self {
        let (u, v_t) = factors(svd);
        let (image, rows) = (u.columns(0, rank.value), v_t.rows(0, rank.value));
        let sigma = DMatrix::from_diagonal(&svd.singular_values);
        PolarFactors {
            isometry: image * rows,
            positive: v_t.transpose() * sigma * v_t,
            singular_values: svd.singular_values.iter().copied().collect(),
            rank,
        }
    }
}

/// Singular value decomposition with sorted values.
pub(super) fn svd(a: &DMatrix<f64>) -> Result<SVD<f64, Dyn, Dyn>, BridgeError> {
    check_finite("matrix to decompose (column-major)", a.iter())?;
    SVD::try_new(a.clone(), true, true, 5.0 * f64::EPSILON, 10_000).ok_or_else(|| {
        BridgeError::NoConvergence {
            what: "singular value decomposition".into(),
            rows: a.nrows(),
            columns: a.ncols(),
        }
    })
}

/// U and Vᵀ of a decomposition that was asked for both.
pub(super) fn factors(svd: &SVD<f64, Dyn, Dyn>) -> (&DMatrix<f64>, &DMatrix<f64>) {
    let both = "both sides of the decomposition were asked for";
    (svd.u.as_ref().expect(both), svd.v_t.as_ref().expect(both))
}

/// The nearest matrix of rank at most `rank` in every unitarily invariant norm (Eckart, Young, Mirsky).
pub(super) fn truncate_rank(a: &DMatrix<f64>, rank: usize) -> Result<DMatrix<f64>, BridgeError> {
    if rank >= a.nrows().min(a.ncols()) {
        return Ok(a.clone());
    }
    let svd = svd(a)?;
    let (u, v_t) = factors(&svd);
    let sigma: DVector<f64> = svd.singular_values.rows(0, rank).into_owned();
    Ok(u.columns(0, rank) * DMatrix::from_diagonal(&sigma) * v_t.rows(0, rank))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn random(rng: &mut ChaCha8Rng, m: usize, n: usize) -> DMatrix<f64> {
        DMatrix::from_fn(m, n, |_, _| rng.random_range(-1.0..1.0))
    }

    #[test]
    fn factors_recompose_and_are_what_they_say() {
        let mut rng = ChaCha8Rng::seed_from_u64(11);
        for (m, n, k) in [
            (1, 1, 1),
            (5, 5, 5),
            (7, 4, 4),
            (4, 7, 4),
            (48, 64, 48),
            (20, 20, 6),
            (12, 9, 3),
        ] {
            let a = random(&mut rng, m, k) * random(&mut rng, k, n);
            let polar = PolarFactors::new(&a).unwrap();
            let name = format!("{m}x{n} of rank {k}");
            assert_eq!(polar.rank.value, k, "{name}");
            assert!(polar.rank.gap > 1e6, "{name}: {}", polar.rank.gap);
            assert!(
                (&polar.isometry * &polar.positive - &a).norm() <= 1e-12 * a.norm(),
                "{name}"
            );
            assert!(
                (&polar.positive - polar.positive.transpose()).norm() <= 1e-12 * a.norm(),
                "{name}"
            );
            assert!(
                polar.positive.clone().symmetric_eigenvalues().min() >= -1e-12 * a.norm(),
                "{name}"
            );
            // U Uᵀ U = U characterises a partial isometry; its rank is its squared Frobenius norm
            let u = &polar.isometry;
            assert!((u * u.transpose() * u - u).norm() <= 1e-12, "{name}");
            assert!((u.norm_squared() - k as f64).abs() <= 1e-10, "{name}");
        }
    }

    #[test]
    fn no_random_orthogonal_matrix_is_nearer_than_the_polar_factor() {
        let mut rng = ChaCha8Rng::seed_from_u64(12);
        let a = random(&mut rng, 4, 4);
        let nearest = (PolarFactors::new(&a).unwrap().isometry - &a).norm();
        for _ in 0..500 {
            let q = random(&mut rng, 4, 4).qr().q();
            assert!((q - &a).norm() >= nearest - 1e-12);
        }
    }

    #[test]
    fn zero_and_not_finite_matrices() {
        let zero = PolarFactors::new(&DMatrix::zeros(3, 2)).unwrap();
        assert_eq!(zero.rank, NumericRank { value: 0, gap: 0.0 });
        assert!(matches!(
            PolarFactors::new(&DMatrix::from_element(2, 2, f64::NAN)),
            Err(BridgeError::NotFinite { index: 0, .. })
        ));
    }

    #[test]
    fn an_unclear_rank_has_a_small_gap() {
        let clear = NumericRank::of(&[1.0, 0.5, 1e-17], 3, 3);
        assert_eq!(clear.value, 2);
        assert!(clear.gap > 1e13);
        let unclear = NumericRank::at(2, &[1.0, 0.5, 0.4], 3, 3);
        assert!(unclear.gap < 2.0);
    }

    #[test]
    fn truncation_is_the_nearest_of_its_rank() {
        let mut rng = ChaCha8Rng::seed_from_u64(13);
        let a = random(&mut rng, 6, 5);
        let truncated = truncate_rank(&a, 2).unwrap();
        assert_eq!(PolarFactors::new(&truncated).unwrap().rank.value, 2);
        let sigma = a.clone().singular_values();
        let discarded = sigma.rows(2, 3).norm();
        assert!(((&a - truncated).norm() - discarded).abs() < 1e-12);
    }
}
