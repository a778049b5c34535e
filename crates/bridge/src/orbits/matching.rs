//! Two lists of points, matched at the least total distance.

use nalgebra::DMatrix;
use serde::Serialize;

use crate::BridgeError;
use crate::assignment::assign;

/// How far two orbits are apart, relative to the norm of the feature.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct OrbitMatch {
    /// Points of each orbit.
    pub points: usize,
    /// The largest distance from a point of one orbit to the nearest of the other.
    pub hausdorff: f64,
    /// Mean distance of the points that the optimal assignment pairs.
    pub mean: f64,
    /// Mean distance of the points that belong to the same group elements; never smaller.
    pub labelled: f64,
    /// By how much the mean could be smaller at most, from the dual potentials: rounding.
    pub certified_gap: f64,
}

/// Matches the points of an orbit with as many others; `norm` is what distances are relative to. O(n³ + n²·width).
///
/// ```
/// use bridge::orbits::match_orbits;
/// let square = [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]].map(|p| p.to_vec());
/// let mut turned = square.to_vec();
/// turned.rotate_left(1);
/// let found = match_orbits(&square, &turned, 1.0)?;
/// assert_eq!((found.hausdorff, found.mean), (0.0, 0.0)); // one set
/// assert!((found.labelled - 2f64.sqrt()).abs() < 1e-15); // each a quarter turn off
/// # Ok::<(), bridge::BridgeError>(())
/// ```
///
/// # Errors
/// [`BridgeError::Shape`] if the lists or their points differ in length or there is none; [`BridgeError::ZeroFeature`] for a
/// norm that is not positive; [`BridgeError::NotFinite`] for points that are not.
pub fn match_orbits(exact: &[Vec<f64>], other: &[Vec<f64>], norm: f64) -> Result<OrbitMatch, BridgeError> {
    let n = exact.len();
    if n == 0 || other.len() != n {
        return Err(BridgeError::Shape {
            what: "points of an orbit to be matched".to_owned(),
            expected: n.max(1),
            got: other.len(),
        });
    }
    if let Some(point) = exact.iter().chain(other).find(|p| p.len() != exact[0].len()) {
        return Err(BridgeError::Shape {
            what: "width of a point to be matched".to_owned(),
            expected: exact[0].len(),
            got: point.len(),
        });
    }
    if !(norm.is_finite() && norm > 0.0) {
        return Err(BridgeError::ZeroFeature { norm });
    }
    let distances = DMatrix::from_fn(n, n, |i, j| distance(&exact[i], &other[j]) / norm);
    let best = assign(&distances)?;
    let nearest = |line: &mut dyn Iterator<Item = &f64>| line.copied().fold(f64::INFINITY, f64::min);
    let rows = distances.row_iter().map(|row| nearest(&mut row.iter()));
    let columns = distances.column_iter().map(|column| nearest(&mut column.iter()));
    Ok(OrbitMatch {
        points: n,
        hausdorff: rows.chain(columns).fold(0.0, f64::max),
        mean: best.cost / n as f64,
        labelled: distances.diagonal().mean(),
        certified_gap: best.certified_gap(&distances) / n as f64,
    })
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| (x - y).powi(2)).sum::<f64>().sqrt()
}
