//! The volume of the ε-stabilizer of a point in a compact group, or in a ball of matrices.

use groups::lie::haar::{Measure, VolumeEstimate, VolumeQuestion, estimate_volume};
use groups::lie::{Figure, isotropy_of_figure, parse_algebra};
use groups::linear::RationalMatrix;
use nalgebra::{DMatrix, DVector};
use num_rational::BigRational;
use num_traits::ToPrimitive;
use serde::Serialize;

use crate::BridgeError;
use crate::statistics::normal_quantile;

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
    /// The counts, with the fitted power law.
    pub estimate: VolumeEstimate,
    /// The fitted exponent, with its interval at the confidence of the estimate.
    pub exponent: Option<(f64, f64, f64)>,
    /// The constant C of C ε^r with r exact, from the smallest ε with enough hits, with its interval.
    pub constant: Option<(f64, f64, f64)>,
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
    /// acts; [`BridgeError::FewSamples`] if no ε has enough hits, with the factor by which to enlarge the sample;
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
        let exponent = estimate.law.as_ref().map(|law| {
            let error = quantile * law.scaled_slope_error();
            (law.slope, law.slope - error, law.slope + error)
        });
        let first = estimate.points.iter().find(|p| p.hits >= question.min_hits);
        let Some(first) = first else {
            let got = estimate.points.last().map_or(0, |p| p.hits) as usize;
            let needed = question.min_hits as usize;
            return Err(BridgeError::FewSamples {
                got,
                needed,
                factor: needed.div_ceil(got.max(1)),
            });
        };
        let power = first.epsilon.powi(isotropy.orbit_dimension as i32);
        let constant = Some((first.volume / power, first.lower / power, first.upper / power));
        Ok(GroupVolume {
            orbit_dimension: isotropy.orbit_dimension,
            stabilizer_dimension: isotropy.stabilizer.dimension(),
            singular_values,
            exponent,
            constant,
            estimate,
        })
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use groups::scalar::rational;

    fn question() -> VolumeQuestion {
        VolumeQuestion {
            samples: 200_000,
            ..VolumeQuestion::over_decades(0.05, 0.5, 6)
        }
    }

    /// Archimedes: P(‖gx − x‖ < ε) = ε²/4 on the sphere.
    #[test]
    fn a_vector_in_space_has_the_constant_of_archimedes() {
        let point = Moved::Vector(vec![rational(3, 1), rational(0, 1), rational(0, 1)]);
        let found =
            GroupVolume::of(&Measure::SpecialOrthogonal { n: 3 }, &point, &question(), 1).expect("a volume");
        assert_eq!((found.orbit_dimension, found.stabilizer_dimension), (2, 1));
        let (constant, low, high) = found.constant.expect("hits");
        assert!(low < 0.25 && 0.25 < high, "{constant}");
        let (slope, ..) = found.exponent.expect("a law");
        assert!((slope - 2.0).abs() < 0.05);
        assert!(found.singular_values[1] > 0.5 && found.singular_values[2] < 1e-12);
    }

    /// diag(1, 1.05, 2) has an orbit of dimension 3, which looks like 2 until ε is below its third singular value.
    #[test]
    fn a_form_that_is_nearly_symmetric_shows_its_crossover() {
        let form = RationalMatrix::parse("1,0,0; 0,21/20,0; 0,0,2").expect("a matrix");
        let found = GroupVolume::of(
            &Measure::SpecialOrthogonal { n: 3 },
            &Moved::Form(form),
            &question(),
            1,
        )
        .expect("a volume");
        assert_eq!(found.orbit_dimension, 3);
        let (slope, ..) = found.exponent.expect("a law");
        assert!(slope < 2.6, "{slope}");
        assert!(found.singular_values[2] < 0.05);
    }

    #[test]
    fn points_that_nothing_moves_and_points_elsewhere_are_refused() {
        let measure = Measure::SpecialOrthogonal { n: 3 };
        let zero = Moved::Vector(vec![rational(0, 1); 3]);
        assert!(matches!(
            GroupVolume::of(&measure, &zero, &question(), 1),
            Err(BridgeError::ZeroFeature { .. })
        ));
        let plane = Moved::Vector(vec![rational(1, 1); 2]);
        assert!(matches!(
            GroupVolume::of(&measure, &plane, &question(), 1),
            Err(BridgeError::WidthMismatch { .. })
        ));
    }
}
