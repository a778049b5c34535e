//! Enclosures of an activation σ and its derivatives over an interval, and of its deviation from a line.
//!
//! Each σ, σ', σ'' is monotone between finitely many critical points, so its range over an interval is the hull of
//! its values at the end points and at the critical points inside; values are computed in interval arithmetic, and a
//! critical point stands as an interval of doubles around it. The critical points are zeros of the next derivative:
//! 0 for σ' of the sigmoid and tanh; ±ln(2 + √3) and ±artanh(1/√3) for their σ'' (claim C18: sup |sigmoid''| = 1/(6√3),
//! sup |tanh''| = 4/(3√3)); for SiLU and GELU the constants below.

use super::rounding::Interval;
use nets::Activation;

/// Minimum of SiLU: x with 1 + e⁻ˣ + x e⁻ˣ = 0.
const SILU_MINIMUM: f64 = -1.278_464_542_761_074;
/// Positive zero of SiLU'': x·tanh(x/2) = 2.
const SILU_FIRST: f64 = 2.399_357_280_515_467_5;
/// Positive zero of SiLU''': 3t − 3ut² + u = 0 with u = x/2, t = tanh u.
const SILU_SECOND: f64 = 3.435_840_993_535_111;
/// Minimum of GELU: x with Φ(x) + xφ(x) = 0.
const GELU_MINIMUM: f64 = -0.751_791_524_693_564_5;
/// Positive zero of sigmoid''': ln(2 + √3).
const SIGMOID_SECOND: f64 = 1.316_957_896_924_816_6;
/// Positive zero of tanh''': artanh(1/√3).
const TANH_SECOND: f64 = 0.658_478_948_462_408_3;

/// How far a critical point may lie from the double written above; the nearest double is far closer.
const CRITICAL_REACH: f64 = 1e-14;

/// Relative error of one f64 evaluation of σ by `nets`, as the sampled residuals see it: a few roundings and a libm
/// call, with room to spare.
pub(super) const EVALUATION_ERROR: f64 = 32.0 * f64::EPSILON;

fn sigmoid(x: Interval) -> Interval {
    Interval::ONE / (Interval::ONE + (-x).exp())
}

/// s(1 − s) at a (nearly) point interval, written so that nothing cancels: e/(1 + e)² with e = e^−|x|.
fn sigmoid_slope(x: Interval) -> Interval {
    let e = (-x.abs()).exp();
    e / (Interval::ONE + e).square()
}

fn normal_density(x: Interval) -> Interval {
    let root_tau = (Interval::point(2.0) * pi()).sqrt();
    (x.square() * -0.5).exp() / root_tau
}

/// Φ(x) = erfc(−x/√2)/2.
fn normal_distribution(x: Interval) -> Interval {
    (-x / Interval::point(2.0).sqrt()).erfc() * 0.5
}

/// erf'(x) = 2 e^−x² / √π.
fn erf_slope(x: Interval) -> Interval {
    (-x.square()).exp() * 2.0 / pi().sqrt()
}

fn pi() -> Interval {
    let pi = std::f64::consts::PI;
    Interval::new(pi.next_down(), pi.next_up()).unwrap_or(Interval::ENTIRE)
}

/// The hull of f at the end points of `z` and at the critical points within it.
fn over(z: Interval, critical: &[f64], f: impl Fn(Interval) -> Interval) -> Interval {
    let ends = f(Interval::point(z.lo())).hull(f(Interval::point(z.hi())));
    critical.iter().fold(ends, |range, &c| {
        let at = Interval::new(c - CRITICAL_REACH, c + CRITICAL_REACH).unwrap_or(Interval::ENTIRE);
        if at.lo() <= z.hi() && z.lo() <= at.hi() {
            range.hull(f(at))
        } else {
            range
        }
    })
}

/// Beyond this all values are taken at the end point: every σ here is monotone there and the formulas stay finite.
const FAR: f64 = 1e150;

/// `None` if `z` is unbounded (or beyond any double a network's pre-activation takes).
fn bounded(z: Interval) -> Option<Interval> {
    (z.magnitude() <= FAR).then_some(z)
}

/// {σ(x) : x ∈ z}.
pub(super) fn value(activation: Activation, z: Interval) -> Interval {
    let Some(z) = bounded(z) else {
        return Interval::ENTIRE;
    };
    match activation {
        Activation::Linear => z,
        Activation::Sigmoid => over(z, &[], sigmoid),
        Activation::Tanh => over(z, &[], Interval::tanh),
        Activation::Relu => kinked(z, 0.0),
        Activation::LeakyRelu { slope } => kinked(z, slope),
        Activation::Silu => over(z, &[SILU_MINIMUM], |x| x * sigmoid(x)),
        Activation::Gelu => over(z, &[GELU_MINIMUM], |x| x * normal_distribution(x)),
        Activation::Erf => over(z, &[], Interval::erf),
        _ => Interval::ENTIRE,
    }
}

/// {max(x, 0) + slope·min(x, 0)}: a piecewise linear function is extreme at an end point or at its kink.
fn kinked(z: Interval, slope: f64) -> Interval {
    let ends = over(z, &[], |x| if x.lo() > 0.0 { x } else { x * slope });
    if z.contains(0.0) {
        ends.hull(Interval::ZERO)
    } else {
        ends
    }
}

/// {σ'(x) : x ∈ z}, at a kink the hull of both one-sided slopes (so a Lipschitz range on z).
pub(super) fn derivative(activation: Activation, z: Interval) -> Interval {
    let Some(z) = bounded(z) else {
        let bound = activation.derivative_bound(z.lo(), z.hi());
        return Interval::symmetric(bound);
    };
    match activation {
        Activation::Linear => Interval::ONE,
        Activation::Sigmoid => over(z, &[0.0], sigmoid_slope),
        Activation::Tanh => over(z, &[0.0], |x| sigmoid_slope(x * 2.0) * 4.0),
        Activation::Relu => piecewise(z, 0.0),
        Activation::LeakyRelu { slope } => piecewise(z, slope),
        Activation::Silu => over(z, &[-SILU_FIRST, SILU_FIRST], |x| {
            sigmoid(x) + x * sigmoid_slope(x)
        }),
        Activation::Gelu => over(z, &[-std::f64::consts::SQRT_2, std::f64::consts::SQRT_2], |x| {
            normal_distribution(x) + x * normal_density(x)
        }),
        Activation::Erf => over(z, &[0.0], erf_slope),
        _ => Interval::symmetric(activation.derivative_bound(z.lo(), z.hi())),
    }
}

fn piecewise(z: Interval, slope: f64) -> Interval {
    let (below, above) = (Interval::point(slope), Interval::ONE);
    if z.lo() >= 0.0 {
        above
    } else if z.hi() <= 0.0 {
        below
    } else {
        below.hull(above)
    }
}

/// {σ''(x) : x ∈ z}; `None` if z holds a kink in its interior.
pub(super) fn second_derivative(activation: Activation, z: Interval) -> Option<Interval> {
    let Some(z) = bounded(z) else {
        return Some(Interval::symmetric(
            activation.second_derivative_bound(z.lo(), z.hi())?,
        ));
    };
    Some(match activation {
        Activation::Linear => Interval::ZERO,
        Activation::Relu | Activation::LeakyRelu { .. } => {
            let slope = derivative(activation, z);
            if slope.lo() < slope.hi() {
                return None;
            }
            Interval::ZERO
        }
        Activation::Sigmoid => over(z, &[-SIGMOID_SECOND, SIGMOID_SECOND], |x| {
            -(sigmoid_slope(x) * (x * 0.5).tanh())
        }),
        Activation::Tanh => over(z, &[-TANH_SECOND, TANH_SECOND], |x| {
            x.tanh() * (sigmoid_slope(x * 2.0) * 4.0) * -2.0
        }),
        Activation::Silu => over(z, &[-SILU_SECOND, 0.0, SILU_SECOND], |x| {
            sigmoid_slope(x) * (Interval::point(2.0) - x * (x * 0.5).tanh())
        }),
        Activation::Gelu => over(z, &[-2.0, 0.0, 2.0], |x| {
            normal_density(x) * (Interval::point(2.0) - x.square())
        }),
        Activation::Erf => over(
            z,
            &[-std::f64::consts::FRAC_1_SQRT_2, std::f64::consts::FRAC_1_SQRT_2],
            |x| x * erf_slope(x) * -2.0,
        ),
        _ => Interval::symmetric(activation.second_derivative_bound(z.lo(), z.hi())?),
    })
}

/// Pieces that an interval is cut into where one Taylor expansion is too coarse.
const PIECES: u32 = 16;

/// An enclosure of σ(z₀ + u) − σ₀ − αu over u ∈ `offset`, for exact doubles z₀, σ₀, α: how far σ is from the line.
///
/// Two enclosures are intersected. The Taylor form (σ(z₀) − σ₀) + (σ'(z₀) − α)u + ½σ''(ξ)u² is the sharp one for a
/// small interval, where it is free of cancellation. For a large one the interval is cut into 16 pieces and expanded
/// about the middle of each, which errs by the square of a piece's width. At a kink only the end points and the kink
/// matter, as the deviation is piecewise linear.
pub(super) fn deviation(
    activation: Activation,
    z0: f64,
    sigma0: f64,
    alpha: f64,
    offset: Interval,
) -> Interval {
    let (centre, slope) = (Interval::point(z0), Interval::point(alpha));
    let at = |u: Interval| value(activation, centre + u) - Interval::point(sigma0) - slope * u;
    let range = centre + offset;
    let Some(curvature) = second_derivative(activation, range) else {
        let kink = -centre; // u = −z₀ is an exact double
        return at(Interval::point(offset.lo()))
            .hull(at(Interval::point(offset.hi())))
            .hull(at(kink));
    };
    let about = |u0: Interval, u: Interval, curvature: Interval| {
        let step = u - u0;
        let tilt = derivative(activation, centre + u0) - slope;
        at(u0) + tilt * step + step.square() * curvature * 0.5
    };
    let taylor = about(Interval::ZERO, offset, curvature);
    let mild = curvature.width() <= 0.05 * curvature.magnitude() && alpha == activation.derivative(z0);
    if mild || !offset.width().is_finite() {
        return taylor;
    }
    let cut = |k: u32| {
        let t = f64::from(k) / f64::from(PIECES);
        (offset.lo() * (1.0 - t) + offset.hi() * t).clamp(offset.lo(), offset.hi())
    };
    let pieces = (0..PIECES).filter_map(|k| {
        let hi = if k + 1 == PIECES { offset.hi() } else { cut(k + 1) };
        let piece = Interval::new(if k == 0 { offset.lo() } else { cut(k) }, hi)?;
        let curvature = second_derivative(activation, centre + piece)?;
        Some(about(Interval::point(piece.midpoint()), piece, curvature))
    });
    match pieces.reduce(Interval::hull) {
        Some(cut) => taylor.intersect(cut),
        None => taylor,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Activation; 8] = [
        Activation::Linear,
        Activation::Sigmoid,
        Activation::Tanh,
        Activation::Relu,
        Activation::LeakyRelu { slope: 0.01 },
        Activation::Silu,
        Activation::Gelu,
        Activation::Erf,
    ];

    /// Sampled ranges: (σ, σ', σ'') over [lo, hi].
    fn sampled(f: impl Fn(f64) -> f64, lo: f64, hi: f64) -> (f64, f64) {
        (0..=2000)
            .map(|k| f(lo + (hi - lo) * f64::from(k) / 2000.0))
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| {
                (a.min(v), b.max(v))
            })
    }

    fn check(name: &str, enclosure: Interval, (lo, hi): (f64, f64), slack: f64) {
        assert!(
            enclosure.lo() <= lo + 1e-15 && hi - 1e-15 <= enclosure.hi(),
            "{name}: {enclosure:?} {lo} {hi}"
        );
        assert!(
            enclosure.lo() >= lo - slack && enclosure.hi() <= hi + slack,
            "{name}: loose {enclosure:?} {lo} {hi}"
        );
    }

    #[test]
    fn enclosures_hold_samples_and_are_sharp() {
        for activation in ALL {
            for i in -14..14 {
                for width in [0.0, 0.3, 1.1, 5.0] {
                    let lo = 0.63 * f64::from(i) + 0.01;
                    let hi = lo + width;
                    let z = Interval::new(lo, hi).unwrap();
                    let name = format!("{activation:?} on [{lo}, {hi}]");
                    check(
                        &name,
                        value(activation, z),
                        sampled(|x| activation.apply(x), lo, hi),
                        1e-5,
                    );
                    let kinked = second_derivative(activation, z).is_none();
                    if !kinked {
                        check(
                            &name,
                            derivative(activation, z),
                            sampled(|x| activation.derivative(x), lo, hi),
                            1e-5,
                        );
                        let second = second_derivative(activation, z).unwrap();
                        check(
                            &name,
                            second,
                            sampled(|x| activation.second_derivative(x), lo, hi),
                            1e-5,
                        );
                    }
                    assert_eq!(kinked, activation.second_derivative_bound(lo, hi).is_none());
                }
            }
        }
    }

    #[test]
    fn suprema_of_the_second_derivatives_are_the_textbook_constants() {
        let line = Interval::new(-50.0, 50.0).unwrap();
        let root3 = 3f64.sqrt();
        for (activation, constant) in [
            (Activation::Tanh, 4.0 / (3.0 * root3)),
            (Activation::Sigmoid, 1.0 / (6.0 * root3)),
        ] {
            let sup = second_derivative(activation, line).unwrap().magnitude();
            assert!(
                sup >= constant && sup < constant * (1.0 + 1e-12),
                "{activation:?}"
            );
        }
        // the control of C18: a wrong constant for the sigmoid is refused by the enclosure
        assert!(second_derivative(Activation::Sigmoid, line).unwrap().magnitude() < 0.25);
    }

    #[test]
    fn deviation_from_any_line_holds_samples_and_is_sharp() {
        for activation in ALL {
            for z0 in [-3.0, -0.7, 0.0, 0.2, 2.5] {
                for radius in [1e-6, 1e-3, 0.2, 1.5, 6.0] {
                    for alpha in [activation.derivative(z0), 0.0, 0.4] {
                        let sigma0 = activation.apply(z0);
                        let offset = Interval::new(-radius, 0.8 * radius).unwrap();
                        let enclosure = deviation(activation, z0, sigma0, alpha, offset);
                        let (lo, hi) = sampled(
                            |u| activation.apply(z0 + u) - sigma0 - alpha * u,
                            -radius,
                            0.8 * radius,
                        );
                        let name = format!("{activation:?} at {z0} radius {radius} slope {alpha}");
                        let size = lo.abs().max(hi.abs());
                        assert!(
                            enclosure.lo() <= lo + 1e-15 && hi - 1e-15 <= enclosure.hi(),
                            "{name}"
                        );
                        assert!(
                            enclosure.magnitude() <= 1.15 * size + 1e-13 * (1.0 + radius),
                            "{name}: {enclosure:?} {lo} {hi}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn saturated_and_unbounded_arguments_give_finite_derivative_bounds() {
        let far = Interval::new(700.0, 1e4).unwrap();
        assert!(derivative(Activation::Sigmoid, far).magnitude() < 1e-300);
        assert!(derivative(Activation::Tanh, Interval::ENTIRE).magnitude() <= 1.0 + 1e-9);
        assert!(second_derivative(Activation::Relu, Interval::ENTIRE).is_none());
    }
}
