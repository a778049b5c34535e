//! The tent map: depth k makes 2^k linear pieces, for which one hidden layer of ReLU units needs 2^k − 1 units
//! (Telgarsky 2015).

use num_bigint::BigUint;

use crate::NetError;
use crate::error::refuse;

/// The largest depth whose pieces are written out as one number.
pub const MAX_DEPTH: u64 = 100_000;

/// The number of linear pieces of the k-fold tent map on [0, 1]: 2^k.
///
/// # Errors
/// [`NetError::Option`] past [`MAX_DEPTH`].
///
/// ```
/// assert_eq!(nets::models::tent::linear_pieces(6)?, 64u32.into());
/// # Ok::<(), nets::NetError>(())
/// ```
pub fn linear_pieces(depth: u64) -> Result<BigUint, NetError> {
    if depth > MAX_DEPTH {
        return refuse("depth", depth, "an integer from 0 to 100000");
    }
    Ok(BigUint::from(1u32) << depth)
}

/// The ReLU units that one hidden layer needs for the k-fold tent map: m units make at most m + 1 pieces.
///
/// # Errors
/// As [`linear_pieces`].
pub fn shallow_units(depth: u64) -> Result<BigUint, NetError> {
    Ok(linear_pieces(depth)? - 1u32)
}

/// The k-fold iterate at x of the tent map with this peak; the tent map proper has peak 1.
pub fn iterate(peak: f64, depth: u64, x: f64) -> f64 {
    (0..depth).fold(x, |x, _| 2.0 * peak * x.min(1.0 - x))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts changes of slope on a grid that contains all kinks.
    fn pieces(peak: f64, depth: u64) -> usize {
        let cells = 1 << (depth + 2);
        let at = |k: usize| iterate(peak, depth, k as f64 / cells as f64);
        let slopes: Vec<f64> = (0..cells).map(|k| at(k + 1) - at(k)).collect();
        1 + slopes.windows(2).filter(|s| (s[0] - s[1]).abs() > 1e-12).count()
    }

    #[test]
    fn pieces_are_counted() {
        for depth in 0..=9 {
            assert_eq!(linear_pieces(depth).unwrap(), pieces(1.0, depth).into());
            assert_eq!(shallow_units(depth).unwrap() + 1u32, pieces(1.0, depth).into());
        }
        assert!(linear_pieces(MAX_DEPTH + 1).is_err());
    }

    /// The control: with a peak at most 1/2 the iterates never fold again.
    #[test]
    fn a_low_tent_does_not_multiply() {
        assert!((1..=9).all(|depth| pieces(0.5, depth) == 2));
    }
}
