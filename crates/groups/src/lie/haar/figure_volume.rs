//! Exact dimensions against measured volumes: exponents, constants, scales, and the circle against the ellipse.
//!
//! Under a compact group the volume law has exponent dim O_x and constant ω_r / H^r(O_x). Under GL(n) there is no Haar
//! probability, and g is drawn uniformly from a norm ball B: then vol{g in B : |g·x - x| < ε} ~ C ε^r still has the
//! exponent r = dim O_x as long as the stabilizer meets the interior of B, and by the coarea formula
//! `C = ω_r ∫ 1/J dH` over the stabilizer in B, J the product of the singular values of the differential of g -> g·x.
//! The exponent separates figures whose orbits differ in dimension, and no others; what else differs is C, which depends
//! on B, on the norm of the figures and on the scale of the figure.

use nalgebra::DMatrix;
use num_traits::ToPrimitive;
use serde::Serialize;

use super::{
    Measure, PolynomialDisplacement, PolynomialNorm, VolumeEstimate, VolumeQuestion, estimate_volume,
    unit_ball_volume,
};
use crate::GroupError;
use crate::lie::{StabilizerMode, parse_algebra, stabilizer_of_polynomials};
use crate::linear::RationalMatrix;
use crate::polynomial::Polynomial;

/// What the exponent and the constant say when elements are drawn from a norm ball.
pub const NORM_BALL_STATEMENT: &str = "GL(n) carries no probability that is invariant: every constant depends on the \
ball from which elements are drawn and on the norm of the figures. The exponent is the orbit dimension, whatever the \
ball, as long as the stabilizer meets its interior. It separates figures whose orbits differ in dimension and no others: \
on nonzero vectors it is n for all of them.";

/// What tells the circle from the ellipse, and what does not.
pub const CIRCLE_AND_ELLIPSE_STATEMENT: &str = "Circle and ellipse lie in one orbit of GL(2): their stabilizers are \
conjugate and the dimensions equal, so no exponent tells them apart. The leading constant (2√2 π²/3)(ab)³ depends on the \
area alone and agrees at ab = 1. What tells them apart is the norm ball (the share of the stabilizer that lies inside) or \
the metric on the figures, and with another metric the ellipse is the circle.";

/// The volume of the ε-stabilizer of a polynomial figure beside its exact dimensions.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct FigureVolume {
    /// The exact dimension of the orbit: the exponent that theory gives.
    pub orbit_dimension: usize,
    /// The exact dimension of the stabilizer.
    pub stabilizer_dimension: usize,
    /// The singular values of the infinitesimal action in the norm of the figure, decreasing.
    pub singular_values: Vec<f64>,
    /// For each ε of the estimate how many of them are larger: the dimension that is visible at that scale.
    pub scale_dimensions: Vec<usize>,
    /// The measured volumes and the fitted power law.
    pub estimate: VolumeEstimate,
}

impl FigureVolume {
    /// Whether every sample kept the figure within the smallest ε.
    pub fn fixes_everything(&self) -> bool {
        self.estimate
            .points
            .first()
            .is_some_and(|point| point.hits == self.estimate.samples)
    }

    /// Whether the measured slope is within `width` standard errors, and `slack` besides, of the orbit dimension.
    ///
    /// The slack stands for the terms of higher order in ε, which no standard error covers. `None` without a slope.
    pub fn agrees(&self, width: f64, slack: f64) -> Option<bool> {
        let law = self.estimate.law.as_ref()?;
        Some((law.slope - self.orbit_dimension as f64).abs() <= width * law.slope_error + slack)
    }
}

/// Measures the ε-stabilizer of one polynomial: under a compact group in Bombieri's norm, in which it acts by
/// isometries; in a norm ball of GL(n) in the norm of the coefficients.
///
/// The zero set of a polynomial is moved as a line of polynomials; its singular values are those orthogonal to f, for
/// |f| = 1.
///
/// # Errors
/// Those of [`PolynomialDisplacement::new`] and [`estimate_volume`]; [`GroupError::Domain`] when the measure is on
/// matrices of another size.
///
/// ```
/// use groups::lie::StabilizerMode;
/// use groups::lie::haar::{Measure, VolumeQuestion, figure_volume};
/// use groups::polynomial::Polynomial;
/// let square = Polynomial::parse("x^4 + y^4", None)?;
/// let question = VolumeQuestion { samples: 20_000, ..VolumeQuestion::over_decades(0.01, 0.1, 4) };
/// let measured = figure_volume(&square, StabilizerMode::Function, &Measure::Orthogonal { n: 2 }, &question, 1)?;
/// assert_eq!(measured.orbit_dimension, 1);
/// assert_eq!(measured.agrees(4.0, 0.05), Some(true));
/// # Ok::<(), groups::GroupError>(())
/// ```
pub fn figure_volume(
    f: &Polynomial,
    mode: StabilizerMode,
    measure: &Measure,
    question: &VolumeQuestion,
    seed: u64,
) -> Result<FigureVolume, GroupError> {
    let n = f.variables();
    if measure.size() != n {
        return Err(GroupError::Domain {
            what: format!("{n} variables under matrices of size {}", measure.size()),
            expected: "one variable for each row".to_owned(),
        });
    }
    let (algebra, norm) = match measure {
        Measure::FrobeniusBall { .. } => (format!("gl({n})"), PolynomialNorm::Coefficients),
        Measure::Unitary { n } => (format!("u({n})"), PolynomialNorm::Bombieri),
        Measure::SpecialUnitary { n } => (format!("su({n})"), PolynomialNorm::Bombieri),
        _ => (format!("so({n})"), PolynomialNorm::Bombieri),
    };
    let algebra = parse_algebra(&algebra)?;
    let isotropy = stabilizer_of_polynomials(&algebra, std::slice::from_ref(f), mode)?;
    let displacement = PolynomialDisplacement::new(f, mode, norm)?;
    let estimate = estimate_volume(measure, |g| displacement.of(g), question, seed)?;
    let singular_values = displacement.singular_values(algebra.matrices().unwrap_or_default());
    let above = |epsilon: f64| scale_dimension(&singular_values, epsilon);
    Ok(FigureVolume {
        orbit_dimension: isotropy.orbit_dimension,
        stabilizer_dimension: isotropy.stabilizer.dimension(),
        scale_dimensions: estimate.points.iter().map(|point| above(point.epsilon)).collect(),
        singular_values,
        estimate,
    })
}

/// As [`figure_volume`], with values of ε that suit the figure: up to half of the smallest singular value that belongs to
/// the orbit, since the law holds for ε well below it, over a factor of thirty.
///
/// # Errors
/// Those of [`figure_volume`].
pub fn figure_volume_at_its_scale(
    f: &Polynomial,
    mode: StabilizerMode,
    measure: &Measure,
    samples: u64,
    seed: u64,
) -> Result<FigureVolume, GroupError> {
    let probe = VolumeQuestion {
        samples: 1,
        ..VolumeQuestion::over_decades(0.5, 1.0, 1)
    };
    let exact = figure_volume(f, mode, measure, &probe, seed)?;
    let smallest = match exact.orbit_dimension {
        0 => 1.0,
        r => exact.singular_values[r - 1],
    };
    let question = VolumeQuestion {
        samples,
        ..VolumeQuestion::over_decades(smallest / 60.0, smallest / 2.0, 8)
    };
    figure_volume(f, mode, measure, &question, seed)
}

/// How many singular values of an infinitesimal action are above ε: the dimension of the orbit seen at that scale.
pub fn scale_dimension(singular_values: &[f64], epsilon: f64) -> usize {
    singular_values.iter().filter(|&&s| s > epsilon).count()
}

/// The singular values of a matrix of rationals, decreasing, in floating point.
pub fn singular_values(matrix: &RationalMatrix) -> Vec<f64> {
    let floats = DMatrix::from_fn(matrix.rows(), matrix.cols(), |i, j| {
        matrix[(i, j)].to_f64().unwrap_or(f64::NAN)
    });
    sorted_singular_values(floats)
}

pub(super) fn sorted_singular_values(matrix: DMatrix<f64>) -> Vec<f64> {
    let mut values: Vec<f64> = matrix.singular_values().iter().copied().collect();
    values.sort_by(|a, b| b.total_cmp(a));
    values
}

/// The constant for a finite stabilizer of orthogonal matrices, each of which sees the same singular values: its order
/// times ω_r over their product.
///
/// ```
/// use groups::lie::haar::finite_stabilizer_constant;
/// // Four elements, r = 2: 4 π / (2 · 1).
/// assert!((finite_stabilizer_constant(4, &[2.0, 1.0]) - 2.0 * std::f64::consts::PI).abs() < 1e-15);
/// ```
pub fn finite_stabilizer_constant(order: usize, singular_values: &[f64]) -> f64 {
    order as f64 * unit_ball_volume(singular_values.len()) / singular_values.iter().product::<f64>()
}

/// The constant of the ellipse x²/a² + y²/b² = 1 under Lebesgue measure on all 2 x 2 matrices, with the Frobenius norm
/// on forms T^t A T: (2√2 π²/3)(ab)³, with exponent 3.
pub fn ellipse_constant(a: f64, b: f64) -> f64 {
    2.0 * 2f64.sqrt() * std::f64::consts::PI.powi(2) / 3.0 * (a * b).powi(3)
}

/// The share of the stabilizer of an ellipse with this ratio of axes that lies in the Frobenius ball of a radius.
///
/// It is D O(2) D^-1, whose rotations have squared norm 2 + (k - 1/k)² sin² t: all of it for the circle from radius √2 on.
pub fn ellipse_share_inside(axis_ratio: f64, radius: f64) -> f64 {
    let spread = (axis_ratio - 1.0 / axis_ratio).powi(2);
    let room = radius * radius - 2.0;
    match room {
        room if room < 0.0 => 0.0,
        room if room >= spread => 1.0,
        room => (room / spread).sqrt().asin() / std::f64::consts::FRAC_PI_2,
    }
}

/// The volume for a line through the origin of the plane, moved by an angle below ε, in a Frobenius ball: exactly
/// π R⁴ ε up to ε = π/2.
pub fn line_constant(radius: f64) -> f64 {
    std::f64::consts::PI * radius.powi(4)
}

/// The constant for a unit vector of the plane in a Frobenius ball, with exponent 2: π²(R² - 1).
pub fn vector_constant(radius: f64) -> f64 {
    std::f64::consts::PI.powi(2) * (radius * radius - 1.0).max(0.0)
}

/// Circle and ellipse of the same area in the same norm ball.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct CircleAndEllipse {
    /// The ratio k of the axes of the ellipse, √k and 1/√k.
    pub axis_ratio: f64,
    /// The radius of the Frobenius ball.
    pub radius: f64,
    /// The dimension of both orbits, exact: they are one orbit.
    pub orbit_dimension: usize,
    /// The constant without a ball, the same for both.
    pub constant: f64,
    /// The share of each stabilizer inside the ball, circle first.
    pub shares: [f64; 2],
    /// The measured volumes of the circle.
    pub circle: VolumeEstimate,
    /// The measured volumes of the ellipse.
    pub ellipse: VolumeEstimate,
    /// What this shows.
    pub statement: &'static str,
}

/// Measures circle and ellipse of area π in one Frobenius ball, with the Frobenius norm on forms.
///
/// # Errors
/// [`GroupError::Domain`] for a ratio that is not positive and finite; those of [`estimate_volume`].
pub fn circle_and_ellipse(
    axis_ratio: f64,
    radius: f64,
    question: &VolumeQuestion,
    seed: u64,
) -> Result<CircleAndEllipse, GroupError> {
    if !(axis_ratio.is_finite() && axis_ratio > 0.0) {
        return Err(GroupError::Domain {
            what: format!("the axis ratio {axis_ratio}"),
            expected: "a positive number".to_owned(),
        });
    }
    let circle = Polynomial::parse("x^2 + y^2", None)?;
    let gl2 = parse_algebra("gl(2)")?;
    let orbit = stabilizer_of_polynomials(&gl2, &[circle], StabilizerMode::Function)?.orbit_dimension;
    let measure = Measure::FrobeniusBall { n: 2, radius };
    let measured = |ratio: f64| {
        let form = [1.0 / ratio, ratio];
        estimate_volume(&measure, move |g| form_displacement(g, form), question, seed)
    };
    Ok(CircleAndEllipse {
        axis_ratio,
        radius,
        orbit_dimension: orbit,
        constant: ellipse_constant(1.0, 1.0),
        shares: [
            ellipse_share_inside(1.0, radius),
            ellipse_share_inside(axis_ratio, radius),
        ],
        circle: measured(1.0)?,
        ellipse: measured(axis_ratio)?,
        statement: CIRCLE_AND_ELLIPSE_STATEMENT,
    })
}

/// |T^t A T - A| in the Frobenius norm for A = diag(p, q).
pub fn form_displacement(t: &DMatrix<f64>, [p, q]: [f64; 2]) -> f64 {
    let entry = |i: usize, j: usize| p * t[(0, i)] * t[(0, j)] + q * t[(1, i)] * t[(1, j)];
    let (first, second, off) = (entry(0, 0) - p, entry(1, 1) - q, entry(0, 1));
    (first * first + second * second + 2.0 * off * off).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_are_orbit_dimensions() {
        let compact = VolumeQuestion {
            samples: 100_000,
            ..VolumeQuestion::over_decades(0.02, 0.2, 6)
        };
        for (text, n, orbit) in [
            ("x^4 + y^4", 2, 1),
            ("x^2 + 2*y^2 + 4*z^2", 3, 3),
            ("x^2 + 3*y^2 + 3*z^2", 3, 2),
        ] {
            let f = Polynomial::parse(text, Some(n)).unwrap();
            let question = VolumeQuestion {
                samples: 400_000,
                ..VolumeQuestion::over_decades(0.15, 0.6, 8)
            };
            let question = if n == 2 { &compact } else { &question };
            let measure = Measure::SpecialOrthogonal { n };
            let found = figure_volume(&f, StabilizerMode::Function, &measure, question, 3).unwrap();
            assert_eq!(found.orbit_dimension, orbit, "{text}");
            assert_eq!(
                found.agrees(4.0, 0.1),
                Some(true),
                "{text}: {:?}",
                found.estimate.law
            );
            assert_eq!(scale_dimension(&found.singular_values, 1e-9), orbit, "{text}");
            // A wrong exponent is not accepted.
            let wrong = FigureVolume {
                orbit_dimension: orbit + 1,
                ..found
            };
            assert_eq!(wrong.agrees(4.0, 0.1), Some(false), "{text}");
        }
    }

    /// The length of the orbit of x^4 + y^4 under SO(2): speed times 2π over the four rotations that fix it.
    #[test]
    fn the_constant_is_that_of_the_length_of_the_orbit() {
        let f = Polynomial::parse("x^4 + y^4", None).unwrap();
        let question = VolumeQuestion {
            samples: 400_000,
            ..VolumeQuestion::over_decades(0.02, 0.1, 4)
        };
        let measure = Measure::SpecialOrthogonal { n: 2 };
        let found = figure_volume(&f, StabilizerMode::Function, &measure, &question, 8).unwrap();
        let length = 2.0 * std::f64::consts::PI * found.singular_values[0] / 4.0;
        let predicted = super::super::leading_constant(1, length);
        let point = found.estimate.points.last().unwrap();
        let slack = 1.01;
        assert!(
            point.lower / slack < predicted * point.epsilon
                && predicted * point.epsilon < point.upper * slack
        );
    }

    #[test]
    fn scales_hide_small_directions() {
        // A nearly round ellipse: at ε above its eccentricity the rotation is invisible.
        let f = Polynomial::parse("x^2 + 1.01*y^2", None).unwrap();
        let question = VolumeQuestion {
            samples: 1000,
            ..VolumeQuestion::over_decades(0.001, 0.1, 1)
        };
        let measure = Measure::SpecialOrthogonal { n: 2 };
        let found = figure_volume(&f, StabilizerMode::Function, &measure, &question, 8).unwrap();
        // The one singular value is 0.02/√2: (A x)·∇f = -0.02 x y, and x y weighs 1/2.
        assert!((found.singular_values[0] - 0.02 / 2f64.sqrt()).abs() < 1e-15);
        assert_eq!(found.scale_dimensions, [1, 1, 0]);
        assert_eq!(found.orbit_dimension, 1);
    }

    #[test]
    fn the_ball_tells_circle_from_ellipse_and_the_exponent_does_not() {
        let question = VolumeQuestion {
            samples: 400_000,
            confidence: 0.999,
            ..VolumeQuestion::over_decades(0.1, 0.4, 8)
        };
        let both = circle_and_ellipse(2.0, 1.6, &question, 5).unwrap();
        assert_eq!(both.orbit_dimension, 3);
        let (circle, ellipse) = (
            both.circle.points.last().unwrap(),
            both.ellipse.points.last().unwrap(),
        );
        assert!(
            ellipse.upper < circle.lower,
            "less of the ellipse's stabilizer lies inside"
        );
        assert!(both.shares[0] == 1.0 && both.shares[1] < 0.5);
        assert!(circle_and_ellipse(f64::NAN, 1.0, &question, 5).is_err());
    }
}
