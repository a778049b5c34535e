//! The volume of the ε-stabilizer of a point in a compact group, or in a ball of matrices.

use groups::lie::haar::{
    Measure, VolumeEstimate, VolumePoint, VolumeQuestion, estimate_volume, leading_constant, scale_dimension,
    special_orthogonal_volume, sphere_area,
};
use groups::lie::{Figure, isotropy_of_figure, parse_algebra};
use groups::linear::RationalMatrix;
use nalgebra::{DMatrix, DVector};
use num_rational::BigRational;
use num_traits::ToPrimitive;
use serde::Serialize;

use crate::BridgeError;
use crate::statistics::normal_quantile;

#[cfg(test)]
mod tests;

/// A point that a matrix group moves.
#[derive(Debug, Clone, PartialEq)]
pub enum Moved {
    /// A vector: x → gx.
    Vector(Vec<BigRational>),
    /// A matrix, as a quadratic form: M → gMgᵗ.
    Form(RationalMatrix),
}

impl Moved {
    fn size(&self) -> usize {
        match self {
            Moved::Vector(x) => x.len(),
            Moved::Form(m) => m.rows(),
        }
    }

    /// As floats, in one column for a vector.
    fn floats(&self) -> DMatrix<f64> {
        let float = |x: &BigRational| x.to_f64().unwrap_or(f64::NAN);
        match self {
            Moved::Vector(x) => DMatrix::from_iterator(x.len(), 1, x.iter().map(float)),
            Moved::Form(m) => DMatrix::from_row_iterator(m.rows(), m.cols(), m.entries().iter().map(float)),
        }
    }
}

/// How the volume of the elements that move a point by less than ε shrinks with ε.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupVolume {
    /// The dimension r of the orbit: the exponent as ε → 0. Exact.
    pub orbit_dimension: usize,
    /// The dimension of the stabilizer. Exact.
    pub stabilizer_dimension: usize,
    /// Singular values of A ↦ A·x on the algebra, for a basis that is orthonormal in tr(AᵗB)/2, the largest first. At a
    /// tolerance ε the volume shrinks as ε to the number of those above about ε, not yet as ε^r.
    pub singular_values: Vec<f64>,
    /// The least singular value that belongs to the orbit: only well below this ε do all r dimensions show. Absent for a
    /// fixed point.
    pub crossover: Option<f64>,
    /// What is visible at each ε.
    pub scales: Vec<Scale>,
    /// The counts, with the fitted power law.
    pub estimate: VolumeEstimate,
    /// The fitted exponent, with its interval at the confidence of the estimate.
    pub exponent: Option<(f64, f64, f64)>,
    /// The constant C of C ε^r with r exact, from the smallest ε with enough hits, with its interval.
    pub constant: Option<(f64, f64, f64)>,
    /// The constant of the theory, ω_r/H^r of the orbit, ε being relative to the norm: for vectors and symmetric forms under
    /// SO(n) and O(n).
    pub predicted_constant: Option<f64>,
}

/// The orbit as it looks at one tolerance.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Scale {
    /// The tolerance, relative to the norm of the point.
    pub epsilon: f64,
    /// The number of singular values above it: the dimension that shows.
    pub dimension: usize,
    /// The slope of ln V from this tolerance to the next; absent for the last, and where there are too few hits.
    pub slope: Option<f64>,
}

/// What moves the point.
fn algebra_of(measure: &Measure) -> Result<String, BridgeError> {
    match *measure {
        Measure::Orthogonal { n } | Measure::SpecialOrthogonal { n } => Ok(format!("so({n})")),
        Measure::FrobeniusBall { n, .. } => Ok(format!("gl({n})")),
        _ => Err(BridgeError::Parameter {
            key: "group".to_owned(),
            got: format!("{measure:?}"),
            expected: "an orthogonal group, or a ball of matrices".to_owned(),
        }),
    }
}

impl GroupVolume {
    /// The volume of {g : ‖g·x − x‖ < ε} for every ε of the question, ε being relative to ‖x‖, from one seeded sample,
    /// beside the exact dimensions.
    ///
    /// # Errors
    /// [`BridgeError::ZeroFeature`] for a point of norm 0; [`BridgeError::WidthMismatch`] if it is not where the group
    /// acts; [`BridgeError::FewHits`] if fewer than two ε have enough hits, with the number of samples that would do;
    /// and the errors of [`estimate_volume`].
    pub fn of(
        measure: &Measure,
        point: &Moved,
        question: &VolumeQuestion,
        seed: u64,
    ) -> Result<Self, BridgeError> {
        let n = measure.size();
        if point.size() != n {
            return Err(BridgeError::WidthMismatch {
                got: point.size(),
                expected: n,
            });
        }
        let x = point.floats();
        let norm = x.norm();
        if !(norm.is_finite() && norm > 0.0) {
            return Err(BridgeError::ZeroFeature { norm });
        }
        let algebra = parse_algebra(&algebra_of(measure)?)?;
        let figure = match point {
            Moved::Vector(x) => Figure::Points(vec![x.clone()]),
            // gMgᵗ = M, for the inverse transposes the congruence that figures use; their dimensions are equal.
            Moved::Form(m) => Figure::Congruence(m.transpose()),
        };
        let isotropy = isotropy_of_figure(&algebra, &figure)?;
        let singular_values = singular_values(measure, &x);
        let unit = &x / norm;
        let is_vector = matches!(point, Moved::Vector(_));
        let displacement = |g: &DMatrix<f64>| displacement(g, &unit, is_vector);
        let estimate = estimate_volume(measure, displacement, question, seed)?;
        let quantile = normal_quantile(0.5 + question.confidence / 2.0);
        let r = isotropy.orbit_dimension;
        let predicted_constant = predicted_constant(measure, point, &x, r, &singular_values);
        // What no element near the identity moves has no power law to fit.
        let exponent = match (&estimate.law, r) {
            (_, 0) => Some((0.0, 0.0, 0.0)),
            (Some(law), _) => {
                let error = quantile * law.scaled_slope_error();
                Some((law.slope, law.slope - error, law.slope + error))
            }
            (None, _) => None,
        };
        let first = estimate.points.iter().find(|p| p.hits >= question.min_hits);
        let (Some(first), Some(exponent)) = (first, exponent) else {
            return Err(few_hits(&estimate.points, question, predicted_constant, r));
        };
        let power = first.epsilon.powi(r as i32);
        let constant = Some((first.volume / power, first.lower / power, first.upper / power));
        Ok(GroupVolume {
            orbit_dimension: r,
            stabilizer_dimension: isotropy.stabilizer.dimension(),
            crossover: r
                .checked_sub(1)
                .and_then(|last| singular_values.get(last).copied()),
            scales: scales(&estimate.points, &singular_values, question.min_hits),
            singular_values,
            exponent: Some(exponent),
            constant,
            predicted_constant,
            estimate,
        })
    }
}

/// The dimension that shows at each tolerance, with the local slopes.
fn scales(points: &[VolumePoint], singular_values: &[f64], min_hits: u64) -> Vec<Scale> {
    let slope = |k: usize| -> Option<f64> {
        let (a, b) = (&points[k], points.get(k + 1)?);
        (a.hits >= min_hits).then(|| (b.volume / a.volume).ln() / (b.epsilon / a.epsilon).ln())
    };
    (points.iter().enumerate())
        .map(|(k, point)| Scale {
            epsilon: point.epsilon,
            dimension: scale_dimension(singular_values, point.epsilon),
            slope: slope(k),
        })
        .collect()
}

/// How many samples would have given the second largest ε enough hits: by the law of the theory where it is known, else by
/// the hits there were.
fn few_hits(
    points: &[VolumePoint],
    question: &VolumeQuestion,
    constant: Option<f64>,
    r: usize,
) -> BridgeError {
    let at = &points[points.len().saturating_sub(2)];
    let chance = match constant {
        Some(constant) => (constant * at.epsilon.powi(r as i32)).min(1.0),
        None => at.hits.max(1) as f64 / question.samples as f64,
    };
    BridgeError::FewHits {
        got: at.hits,
        needed: question.min_hits,
        epsilon: at.epsilon,
        // A quarter more, for luck.
        samples: (1.25 * question.min_hits as f64 / chance).ceil() as u64,
    }
}

/// ω_r/H^r(O) of the orbit of x/‖x‖ for vectors and symmetric forms under O(n) and SO(n).
///
/// The orbit of a vector is a sphere. That of a symmetric form is SO(n) over S(O(m₁) × … × O(m_k)), mᵢ the multiplicities of
/// its eigenvalues, stretched by the singular values of the infinitesimal action. O(n) has the same orbits for n > 1, as some
/// reflection fixes the point.
fn predicted_constant(
    measure: &Measure,
    point: &Moved,
    x: &DMatrix<f64>,
    r: usize,
    singular_values: &[f64],
) -> Option<f64> {
    let n = match *measure {
        Measure::SpecialOrthogonal { n } | Measure::Orthogonal { n } => n,
        _ => return None,
    };
    if r == 0 {
        return Some(1.0);
    }
    let matrix = match point {
        Moved::Vector(_) => return Some(leading_constant(r, sphere_area(r))),
        Moved::Form(m) if *m == m.transpose() => x,
        Moved::Form(_) => return None,
    };
    let mut eigenvalues: Vec<f64> = matrix.clone().symmetric_eigenvalues().iter().copied().collect();
    eigenvalues.sort_by(f64::total_cmp);
    let close = 1e-9 * matrix.norm();
    let mut multiplicities: Vec<usize> = Vec::new();
    for (i, value) in eigenvalues.iter().enumerate() {
        match multiplicities.last_mut() {
            Some(last) if value - eigenvalues[i - 1] < close => *last += 1,
            _ => multiplicities.push(1),
        }
    }
    // The exact dimension of the orbit says whether the eigenvalues were told apart rightly.
    let fixed: usize = multiplicities.iter().map(|m| m * (m - 1) / 2).sum();
    if n * (n - 1) / 2 - fixed != r {
        return None;
    }
    let components = 2f64.powi(multiplicities.len() as i32 - 1);
    let stabilizer: f64 = multiplicities
        .iter()
        .map(|&m| special_orthogonal_volume(m))
        .product();
    let stretch: f64 = singular_values[..r].iter().product();
    Some(leading_constant(
        r,
        special_orthogonal_volume(n) / (components * stabilizer) * stretch,
    ))
}

/// ‖g·x − x‖.
fn displacement(g: &DMatrix<f64>, x: &DMatrix<f64>, is_vector: bool) -> f64 {
    let n = x.nrows();
    let mut square = 0.0;
    if is_vector {
        for i in 0..n {
            let moved: f64 = (0..n).map(|k| g[(i, k)] * x[k]).sum();
            square += (moved - x[i]).powi(2);
        }
        return square.sqrt();
    }
    for i in 0..n {
        for j in 0..n {
            let mut moved = 0.0;
            for k in 0..n {
                let row: f64 = (0..n).map(|l| x[(k, l)] * g[(j, l)]).sum();
                moved += g[(i, k)] * row;
            }
            square += (moved - x[(i, j)]).powi(2);
        }
    }
    square.sqrt()
}

/// Singular values of A ↦ A·x, relative to ‖x‖.
fn singular_values(measure: &Measure, x: &DMatrix<f64>) -> Vec<f64> {
    let n = measure.size();
    let orthogonal = !matches!(measure, Measure::FrobeniusBall { .. });
    let mut columns = Vec::new();
    for i in 0..n {
        for j in 0..n {
            if orthogonal && i >= j {
                continue;
            }
            let mut a = DMatrix::zeros(n, n);
            a[(i, j)] = 1.0;
            if orthogonal {
                a[(j, i)] = -1.0;
            }
            let moved = if x.ncols() == 1 {
                &a * x
            } else {
                &a * x + x * a.transpose()
            };
            columns.push(DVector::from_column_slice(moved.as_slice()));
        }
    }
    if columns.is_empty() {
        return Vec::new();
    }
    let action = DMatrix::from_columns(&columns) / x.norm();
    let mut values: Vec<f64> = action.singular_values().iter().copied().collect();
    values.sort_by(|a, b| b.total_cmp(a));
    values
}
