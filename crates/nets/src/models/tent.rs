//! The tent map: depth k makes 2^k linear pieces, for which one hidden layer of ReLU units needs 2^k − 1 units
//! (Telgarsky 2015).

use nalgebra::{DMatrix, DVector};
use num_bigint::BigUint;

use crate::error::refuse;
use crate::{Activation, Dense, NetError, Network};

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

/// The deepest tent map that is built as a network.
pub const MAX_NETWORK_DEPTH: u32 = 20;

/// A network of k hidden layers of two ReLU units that is the k-fold tent map on [0, 1]:
/// T(x) = 2 max(x, 0) − 4 max(x − 1/2, 0), again and again.
///
/// # Errors
/// [`NetError::Option`] for a depth of 0 or past [`MAX_NETWORK_DEPTH`].
///
/// ```
/// use nalgebra::dvector;
/// let deep = nets::models::tent::deep_network(3)?; // six units
/// assert_eq!(deep.forward(&dvector![0.1875])[0], 0.5);
/// assert_eq!(nets::models::tent::pieces(|x| deep.forward(&dvector![x])[0], 5)?, 8);
/// # Ok::<(), nets::NetError>(())
/// ```
pub fn deep_network(depth: u32) -> Result<Network, NetError> {
    check_network_depth(depth)?;
    let kinks = DVector::from_vec(vec![0.0, -0.5]);
    let mut layers = vec![Dense::new(
        DMatrix::from_element(2, 1, 1.0),
        kinks.clone(),
        Activation::Relu,
    )?];
    for _ in 1..depth {
        let weights = DMatrix::from_row_slice(2, 2, &[2.0, -4.0, 2.0, -4.0]);
        layers.push(Dense::new(weights, kinks.clone(), Activation::Relu)?);
    }
    let last = DMatrix::from_row_slice(1, 2, &[2.0, -4.0]);
    layers.push(Dense::new(last, DVector::zeros(1), Activation::Linear)?);
    Network::new(layers.into_iter().map(Into::into).collect())
}

/// The same map by one hidden layer: 2^k ReLU units, one for the first slope and one at each kink.
///
/// # Errors
/// As [`deep_network`].
pub fn shallow_network(depth: u32) -> Result<Network, NetError> {
    check_network_depth(depth)?;
    let units = 1usize << depth;
    let slope = units as f64;
    let kinks = DVector::from_fn(units, |j, _| -(j as f64) / slope);
    let weights = DMatrix::from_fn(1, units, |_, j| match j {
        0 => slope,
        j if j % 2 == 1 => -2.0 * slope,
        _ => 2.0 * slope,
    });
    Network::new(vec![
        Dense::new(DMatrix::from_element(units, 1, 1.0), kinks, Activation::Relu)?.into(),
        Dense::new(weights, DVector::zeros(1), Activation::Linear)?.into(),
    ])
}

fn check_network_depth(depth: u32) -> Result<(), NetError> {
    if !(1..=MAX_NETWORK_DEPTH).contains(&depth) {
        return refuse("depth", depth, "an integer from 1 to 20");
    }
    Ok(())
}

/// The largest distance on [0, 1] from the k-fold tent map that one hidden layer of so many ReLU units cannot go below: 1/2 for
/// fewer than 2^k − 1 units, else 0.
///
/// A function closer than 1/2 is above 1/2 at the peaks and below at the zeros between, so it crosses 1/2 at least 2^k times;
/// m units make at most m + 1 affine pieces, and each crosses once at most.
///
/// # Errors
/// As [`linear_pieces`].
pub fn shallow_error_bound(depth: u64, units: u64) -> Result<f64, NetError> {
    let needed = shallow_units(depth)?;
    Ok(if BigUint::from(units) < needed { 0.5 } else { 0.0 })
}

/// Pieces of equal slope of a function on the cells of [0, 1] cut in 2^bits: its linear pieces, if its kinks are among the cuts and
/// their values are exact.
///
/// # Errors
/// [`NetError::Option`] for more than 24 bits.
pub fn pieces(f: impl Fn(f64) -> f64, bits: u32) -> Result<usize, NetError> {
    if bits > 24 {
        return refuse("bits", bits, "an integer from 0 to 24");
    }
    let cells = 1u32 << bits;
    let values: Vec<f64> = (0..=cells).map(|k| f(f64::from(k) / f64::from(cells))).collect();
    let bends = values.windows(3).filter(|v| (v[2] - v[1]) - (v[1] - v[0]) != 0.0);
    Ok(1 + bends.count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::dvector;

    /// Counts changes of slope on a grid that contains all kinks.
    fn pieces(peak: f64, depth: u64) -> usize {
        super::pieces(|x| iterate(peak, depth, x), depth as u32 + 2).unwrap()
    }

    /// Both networks are the map, at points where it is computed exactly, and have its pieces; the deep one has 2k units.
    #[test]
    fn networks_are_the_map() {
        for depth in 1..=8 {
            let (deep, shallow) = (deep_network(depth).unwrap(), shallow_network(depth).unwrap());
            for k in 0..=1 << (depth + 2) {
                let x = f64::from(k) / f64::from(1 << (depth + 2));
                let value = iterate(1.0, depth.into(), x);
                assert_eq!(deep.forward(&dvector![x])[0], value);
                assert_eq!(shallow.forward(&dvector![x])[0], value);
            }
            for network in [deep, shallow] {
                let found = super::pieces(|x| network.forward(&dvector![x])[0], depth + 2).unwrap();
                assert_eq!(linear_pieces(depth.into()).unwrap(), found.into());
            }
        }
        assert!(deep_network(0).unwrap_err().to_string().contains("from 1 to 20"));
        assert!(shallow_network(21).is_err());
    }

    /// Interpolation of the map with one unit too few misses it by the bound, and the map itself does not.
    #[test]
    fn one_hidden_layer_needs_its_units() {
        assert_eq!(shallow_error_bound(5, 30).unwrap(), 0.5);
        assert_eq!(shallow_error_bound(5, 31).unwrap(), 0.0);
        // All ways to leave one kink of the 3-fold map out, among 7.
        for left_out in 1..8 {
            let kinks: Vec<f64> = (0..=8)
                .filter(|&k| k != left_out)
                .map(|k| f64::from(k) / 8.0)
                .collect();
            let error = (0..=64)
                .map(|k| f64::from(k) / 64.0)
                .map(|x| {
                    let right = kinks.iter().position(|&k| k >= x).unwrap().max(1);
                    let (a, b) = (kinks[right - 1], kinks[right]);
                    let at = |x| iterate(1.0, 3, x);
                    let line = at(a) + (at(b) - at(a)) * (x - a) / (b - a);
                    (line - at(x)).abs()
                })
                .fold(0.0, f64::max);
            assert!(error >= 0.5, "{left_out}: {error}");
        }
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
