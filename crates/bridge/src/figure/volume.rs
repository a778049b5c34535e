//! The volume of the matrices that move a figure by less than ε, exactly: leading constants by the coarea formula, and for
//! ellipses the whole function of ε.
//!
//! `C = ω_r ∫ 1/J` over the stabilizer, J the product of the nonzero singular values of the infinitesimal action and r the
//! dimension of the orbit. J is the same at every element of a stabilizer whose determinants are ±1, as multiplying by
//! one of them from the left keeps both the volume and the set.

use groups::lie::haar::{ellipse_constant, singular_values, unit_ball_volume};
use groups::lie::{
    Figure, MatrixGroup, Module, Representation, StabilizerMode, component_group, isotropy_of_figure,
    parse_algebra,
};
use groups::polynomial::{Polynomial, monomials_of_degree};
use nets::theory::quadrature::{Integral, double_exponential_above};
use num_rational::BigRational;

use crate::BridgeError;
use crate::error::refuse;

/// vol{T : ‖f∘T − f‖ < ε} ~ C ε^r for a form f.
#[derive(Debug, Clone, PartialEq)]
pub struct VolumeLaw {
    /// r, the dimension of the orbit.
    pub exponent: usize,
    /// C.
    pub constant: f64,
    /// The number of components of the stabilizer: its order if it is finite.
    pub components: usize,
}

/// The law of a form in n variables under all n × n matrices with Lebesgue measure, in the Euclidean norm of the
/// coefficients.
///
/// For forms with a finite stabilizer, and binary forms whose stabilizer is O(2) or SO(2) (powers of x² + y²). With
/// `known_order`, that many components are taken where the exact search does not apply.
///
/// # Errors
/// [`BridgeError::Parameter`] for a polynomial that is no form or whose stabilizer is not compact; those of
/// [`component_group`].
///
/// ```
/// use groups::polynomial::Polynomial;
/// let law = bridge::figure::volume::form_law(&Polynomial::parse("x^4+y^4", Some(2))?, None)?;
/// assert_eq!((law.exponent, law.components), (4, 8));
/// # Ok::<(), bridge::BridgeError>(())
/// ```
pub fn form_law(f: &Polynomial, known_order: Option<usize>) -> Result<VolumeLaw, BridgeError> {
    let n = f.variables();
    let Some(degree) = f.degree().filter(|&degree| degree > 0 && f.is_homogeneous()) else {
        return refuse(
            "figure",
            f,
            "a form: a polynomial all of whose terms have one degree",
        );
    };
    let algebra = parse_algebra(&format!("gl({n})"))?;
    let figure = Figure::Polynomials(vec![f.clone()], StabilizerMode::Function);
    let isotropy = isotropy_of_figure(&algebra, &figure)?;
    let rotations = match isotropy.stabilizer.matrices().unwrap_or_default() {
        [] => false,
        [x] if n == 2 && (x + &x.transpose()).is_zero() => true,
        _ => return refuse("figure", f, "a form with a compact stabilizer (finite, or O(2))"),
    };
    let found = match component_group(&MatrixGroup::General(n), &figure) {
        Ok(found) => found.map(|group| group.order),
        Err(error) if known_order.is_none() => return Err(error.into()),
        Err(_) => None,
    };
    let Some(components) = found.or(known_order) else {
        return refuse(
            "stabilizer_order",
            "missing",
            "the order of the stabilizer, which was not found",
        );
    };
    let module = Representation::new(&algebra, &Module::Polynomials(degree))?;
    let point: Vec<BigRational> = monomials_of_degree(n, degree)
        .iter()
        .map(|m| f.coefficient(m))
        .collect();
    let values = singular_values(&module.action_at(&point)?);
    let exponent = isotropy.orbit_dimension;
    let jacobian: f64 = values[..exponent].iter().product();
    // A circle of rotations has the length 2π√2 in the Frobenius norm.
    let measure = components as f64
        * if rotations {
            std::f64::consts::TAU * 2f64.sqrt()
        } else {
            1.0
        };
    Ok(VolumeLaw {
        exponent,
        constant: measure * unit_ball_volume(exponent) / jacobian,
        components,
    })
}

/// The volume of {T : ‖TᵗAT − A‖ < ε} (Frobenius norm, Lebesgue measure) for A = diag(1/a², 1/b²) over its leading term
/// (2√2 π²/3)(ab)³ ε³, at any ε.
///
/// T → TᵗAT carries Lebesgue measure to a multiple of det(S)^(−1/2) dS on positive forms S, so the ratio is the mean over the
/// ε-ball of √(det A/det S), with 0 where S is not positive. One of the three integrals is elementary (an arcsine); the
/// others are done by the tanh-sinh rule between the lines where the arcsine reaches π/2, which are known in closed form.
///
/// # Errors
/// [`BridgeError::Parameter`] unless a, b and ε are positive and finite; [`BridgeError::Net`] from the quadrature.
///
/// ```
/// let small = bridge::figure::volume::ellipse_volume_ratio(1.0, 1.0, 1e-3)?;
/// assert!((small.value - 1.0).abs() < 1e-6);
/// # Ok::<(), bridge::BridgeError>(())
/// ```
pub fn ellipse_volume_ratio(a: f64, b: f64, epsilon: f64) -> Result<Integral, BridgeError> {
    for (key, value) in [("a", a), ("b", b), ("eps", epsilon)] {
        if !(1e-6..=1e6).contains(&value) {
            return refuse(key, value, "a number from 1e-6 to 1e6");
        }
    }
    // In units of ε: forms p + u, q + v and off-diagonal t/√2 with u² + v² + t² < 1.
    let (p, q) = (1.0 / (a * a * epsilon), 1.0 / (b * b * epsilon));
    let root = 2f64.sqrt();
    let (from, to) = ((-root).max(-(p + q)), root);
    let mut ends = vec![from, to];
    // Where the circle meets a line of singular forms; where it nearly does, the integrand is steep at the nearest s.
    for corner in [p, q] {
        let half = (1.0 - corner * corner).max(0.0).sqrt();
        ends.extend([-corner - half, -corner + half]);
    }
    ends.retain(|s| (from..=to).contains(s));
    ends.sort_by(f64::total_cmp);
    ends.dedup_by(|x, y| (*x - *y).abs() < 1e-14);
    // du dv = ds dd/2, dt = √2 dw, over the volume of the ball.
    let factor = root * (p * q).sqrt() * 0.5 / (4.0 * std::f64::consts::PI / 3.0);
    // Near the ends of the lines numerator and denominator of κ² lose digits together, over lengths that do not matter.
    let noise = 1e-14 / factor;
    let failure = std::cell::Cell::new(None);
    let slice = |s: f64| {
        inner_integral(p, q, s, noise).unwrap_or_else(|error| {
            failure.set(Some(error));
            f64::NAN
        })
    };
    let (mut value, mut error) = (0.0, 0.0);
    for end in ends.windows(2) {
        // Between these ends there are positive forms for every s or for none.
        if slice((end[0] + end[1]) / 2.0) == 0.0 {
            continue;
        }
        let part = double_exponential_above(slice, end[0], end[1], 1e-11, 10.0 * noise);
        if let Some(error) = failure.take() {
            return Err(error);
        }
        let part = part?;
        value += part.value;
        error += part.error;
    }
    Ok(Integral {
        value: factor * value,
        error: factor * error,
    })
}

/// ∫ 2 asin(min(1, κ)) over d = u − v for fixed s = u + v, κ² = (2 − s² − d²)/((2p + s + d)(2q + s − d)).
fn inner_integral(p: f64, q: f64, s: f64, noise: f64) -> Result<f64, BridgeError> {
    let half = (2.0 - s * s).max(0.0).sqrt();
    let (from, to) = ((-half).max(-(2.0 * p + s)), half.min(2.0 * q + s));
    if from >= to {
        return Ok(0.0);
    }
    // The denominator less the numerator: the squares of d cancel, and by completing the square so do all digits that
    // would be lost where κ is near 1.
    let middle = (p + q) / 2.0;
    let constant = 2.0 * (s + middle).powi(2) + 2.0 * (middle - 1.0) * (middle + 1.0) - (p - q).powi(2);
    let slope = 2.0 * (q - p);
    let asin = |d: f64| {
        let (room, excess) = (((half - d) * (half + d)).max(0.0), constant + slope * d);
        if excess <= 0.0 {
            std::f64::consts::PI
        } else {
            2.0 * room.sqrt().atan2(excess.sqrt())
        }
    };
    // κ = 1 here.
    let crossing = -constant / slope;
    let mut total = 0.0;
    let mut pieces = vec![from, to];
    if crossing.is_finite() && from < crossing && crossing < to {
        pieces.insert(1, crossing);
    }
    for piece in pieces.windows(2) {
        let middle = (piece[0] + piece[1]) / 2.0;
        total += if asin(middle) == std::f64::consts::PI {
            std::f64::consts::PI * (piece[1] - piece[0])
        } else {
            double_exponential_above(asin, piece[0], piece[1], 1e-12, noise)?.value
        };
    }
    Ok(total)
}

/// The leading term (2√2 π²/3)(ab)³ ε³ of [`ellipse_volume_ratio`].
pub fn ellipse_leading_term(a: f64, b: f64, epsilon: f64) -> f64 {
    ellipse_constant(a, b) * epsilon.powi(3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};

    /// The mean over the ε-ball, sampled.
    fn sampled(a: f64, b: f64, epsilon: f64) -> crate::statistics::Interval {
        let (p, q) = (1.0 / (a * a), 1.0 / (b * b));
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(9);
        let mut values = Vec::new();
        while values.len() < 200_000 {
            let [u, v, t] = [0; 3].map(|_| rng.random_range(-1.0..1.0f64));
            if u * u + v * v + t * t < 1.0 {
                let (u, v, w) = (epsilon * u, epsilon * v, epsilon * t / 2f64.sqrt());
                let det = (p + u) * (q + v) - w * w;
                values.push(if p + u > 0.0 && det > 0.0 {
                    (p * q / det).sqrt()
                } else {
                    0.0
                });
            }
        }
        crate::statistics::mean(&values, 0.9999)
    }

    #[test]
    fn ratios_agree_with_samples() {
        for (a, b, epsilon) in [
            (1.0, 1.0, 0.3),
            (2.0, 0.5, 0.1),
            (1.5, 0.8, 0.4),
            (1.0, 1.0, 0.9),
            (3.0, 0.3, 1.5),
            (0.5, 4.0, 2.0),
        ] {
            let exact = ellipse_volume_ratio(a, b, epsilon).unwrap();
            assert!(exact.error < 1e-9, "{exact:?}");
            assert!(
                sampled(a, b, epsilon).contains(exact.value),
                "{a} {b} {epsilon}: {exact:?}"
            );
        }
    }

    /// From balls that hold positive forms only to balls in which they are a small part, the quadrature keeps its promise, and
    /// the two axes may be exchanged.
    #[test]
    fn every_shape_and_size_is_integrated() {
        for (a, b) in [
            (1.0, 1.0),
            (3.0, 0.3),
            (0.5, 4.0),
            (0.2, 0.2),
            (1.0, 1.001),
            (0.9999, 0.7),
        ] {
            for epsilon in [1e-3, 0.05, 0.25, 1.0, 1.5, 10.0, 300.0] {
                let ratio = ellipse_volume_ratio(a, b, epsilon).unwrap();
                let swapped = ellipse_volume_ratio(b, a, epsilon).unwrap();
                assert!(
                    ratio.error < 1e-10 && ratio.value > 0.0,
                    "{a} {b} {epsilon}: {ratio:?}"
                );
                let difference = (ratio.value - swapped.value).abs();
                assert!(
                    difference < 1e-10 * ratio.value.max(1.0),
                    "{a} {b} {epsilon}: {ratio:?} {swapped:?}"
                );
            }
        }
    }

    /// Below the small eigenvalue the integrand is smooth: its expansion in ε² by hand for the circle.
    #[test]
    fn small_balls_have_their_expansion() {
        // det(1 + Z)^(−1/2) to second order has the mean 1 + ε²/5 · (3/8 + 3/8 + 1/4 + 1/4 · …) over the ball; compare two ε.
        let excess = |e: f64| ellipse_volume_ratio(1.0, 1.0, e).unwrap().value - 1.0;
        assert!((excess(0.02) / excess(0.01) - 4.0).abs() < 1e-3);
        // Mean of 3/8 (u² + v²) + uv/4 + w²/2 with u², v², 2w² of mean ε²/5 each: (3/4 + 1/4)/5 = 1/5.
        assert!((excess(0.01) / 1e-4 - 0.2).abs() < 1e-4, "{}", excess(0.01));
        assert!((excess(0.01) - ellipse_volume_ratio(2.0, 2.0, 0.0025).unwrap().value + 1.0).abs() < 1e-12);
    }

    #[test]
    fn laws_of_forms() {
        let law = |text: &str| form_law(&Polynomial::parse(text, Some(2)).unwrap(), None);
        // x² + y² in coefficients (1, 0, 1): the off-diagonal coefficient is 2w, not √2 w as in the Frobenius norm.
        let circle = law("x^2+y^2").unwrap();
        assert_eq!((circle.exponent, circle.components), (3, 2));
        assert!((circle.constant * 2f64.sqrt() - ellipse_constant(1.0, 1.0)).abs() < 1e-12);
        let cubic = law("x^3-3xy^2").unwrap();
        assert_eq!((cubic.exponent, cubic.components), (4, 6));
        // Rotating a form keeps its stabilizer's order.
        assert_eq!(law("(3x+4y)^4+(4x-3y)^4").unwrap().components, 8);
        for (text, says) in [
            ("x^2+y", "all of whose terms"),
            ("x^2 y", "compact"),
            ("x^2", "compact"),
        ] {
            assert!(law(text).unwrap_err().to_string().contains(says), "{text}");
        }
        assert!(ellipse_volume_ratio(0.0, 1.0, 0.1).is_err());
    }
}
