//! Integrals in one dimension with control of the error.
//!
//! [`integrate`] is adaptive Gauss-Kronrod (7 and 15 nodes, error estimate of QUADPACK; Piessens et al., *QUADPACK*,
//! 1983) for smooth integrands; [`double_exponential`] is the tanh-sinh rule (Takahasi and Mori 1974), which does not mind
//! square-root singularities at the ends. [`gaussian_mean`] is the mean over a standard normal variable.
//!
//! ```
//! use nets::theory::quadrature::{double_exponential, integrate};
//! let sine = integrate(f64::sin, 0.0, std::f64::consts::PI, 1e-13)?;
//! assert!((sine.value - 2.0).abs() < 1e-13 && sine.error < 1e-12);
//! let quarter = double_exponential(|x| (1.0 - x * x).sqrt(), -1.0, 1.0, 1e-13)?;
//! assert!((quarter.value - std::f64::consts::FRAC_PI_2).abs() < 1e-13);
//! # Ok::<(), nets::NetError>(())
//! ```

use crate::NetError;

/// An integral with an estimate of its error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Integral {
    /// The value.
    pub value: f64,
    /// An estimate of the absolute error, never below rounding.
    pub error: f64,
}

/// Nodes of the 15-point Kronrod rule on [−1, 1], the positive ones and 0; every second is a node of Gauss.
const NODES: [f64; 8] = [
    0.991_455_371_120_812_6,
    0.949_107_912_342_758_5,
    0.864_864_423_359_769_1,
    0.741_531_185_599_394_4,
    0.586_087_235_467_691_1,
    0.405_845_151_377_397_2,
    0.207_784_955_007_898_47,
    0.0,
];
const KRONROD: [f64; 8] = [
    0.022_935_322_010_529_224,
    0.063_092_092_629_978_55,
    0.104_790_010_322_250_18,
    0.140_653_259_715_525_92,
    0.169_004_726_639_267_9,
    0.190_350_578_064_785_4,
    0.204_432_940_075_298_9,
    0.209_482_141_084_727_82,
];
/// Weights of the 7-point Gauss rule at the nodes 1, 3, 5, 7 above.
const GAUSS: [f64; 4] = [
    0.129_484_966_168_869_7,
    0.279_705_391_489_276_64,
    0.381_830_050_505_118_9,
    0.417_959_183_673_469_4,
];

/// The most panels of one integral.
const MAX_PANELS: usize = 4_000;

/// A panel with its integral, its error and the integral of |f|.
struct Panel {
    from: f64,
    to: f64,
    value: f64,
    error: f64,
    absolute: f64,
}

impl Panel {
    fn new(f: &impl Fn(f64) -> f64, from: f64, to: f64) -> Self {
        let (middle, half) = ((from + to) / 2.0, (to - from) / 2.0);
        let centre = f(middle);
        let (mut kronrod, mut gauss) = (KRONROD[7] * centre, GAUSS[3] * centre);
        let mut absolute = KRONROD[7] * centre.abs();
        let mut values = [(centre, centre); 8];
        for (k, (node, weight)) in NODES.iter().zip(KRONROD).enumerate().take(7) {
            let (left, right) = (f(middle - half * node), f(middle + half * node));
            values[k] = (left, right);
            kronrod += weight * (left + right);
            absolute += weight * (left.abs() + right.abs());
            if k % 2 == 1 {
                gauss += GAUSS[k / 2] * (left + right);
            }
        }
        // QUADPACK's estimate: the difference of the rules, far too careful for a smooth integrand, is scaled by how
        // much the integrand varies.
        let mean = kronrod / 2.0;
        let spread = KRONROD[7] * (centre - mean).abs()
            + (0..7)
                .map(|k| KRONROD[k] * ((values[k].0 - mean).abs() + (values[k].1 - mean).abs()))
                .sum::<f64>();
        let mut error = (kronrod - gauss).abs();
        if spread > 0.0 && error > 0.0 {
            error = spread * (200.0 * error / spread).powf(1.5).min(1.0);
        }
        Panel {
            from,
            to,
            value: kronrod * half,
            error: (error * half.abs()).max(10.0 * f64::EPSILON * absolute * half.abs()),
            absolute: absolute * half.abs(),
        }
    }
}

/// ∫ f over [from, to], to a relative error (against ∫ |f|) of `tolerance`, by adaptive Gauss-Kronrod quadrature.
///
/// # Errors
/// [`NetError::Quadrature`] when the error stays above, [`NetError::Option`] for a tolerance below 1e-14 or ends that are
/// not finite.
pub fn integrate(f: impl Fn(f64) -> f64, from: f64, to: f64, tolerance: f64) -> Result<Integral, NetError> {
    integrate_pieces(f, &[from, to], tolerance)
}

/// As [`integrate`], over consecutive pieces with the given ends, at which f may have kinks.
///
/// # Errors
/// As [`integrate`].
pub fn integrate_pieces(f: impl Fn(f64) -> f64, ends: &[f64], tolerance: f64) -> Result<Integral, NetError> {
    integrate_above(f, ends, tolerance, 0.0)
}

/// As [`integrate_pieces`], with an absolute error of `noise` allowed in any case: for an f that is all rounding somewhere,
/// where no relative error is reached.
///
/// # Errors
/// As [`integrate`].
pub fn integrate_above(
    f: impl Fn(f64) -> f64,
    ends: &[f64],
    tolerance: f64,
    noise: f64,
) -> Result<Integral, NetError> {
    check(ends, tolerance)?;
    let mut panels: Vec<Panel> = ends
        .windows(2)
        .map(|end| Panel::new(&f, end[0], end[1]))
        .collect();
    loop {
        let sum = |part: fn(&Panel) -> f64| panels.iter().map(part).sum::<f64>();
        let (value, error, absolute) = (sum(|p| p.value), sum(|p| p.error), sum(|p| p.absolute));
        let allowed = tolerance * absolute;
        // Below this, rounding is all that is left.
        let floor = 20.0 * f64::EPSILON * absolute;
        // An infinite sum is within no error, however large its own.
        if absolute.is_finite() && error <= allowed.max(floor).max(noise) {
            return Ok(Integral { value, error });
        }
        let worst = (0..panels.len())
            .max_by(|a, b| panels[*a].error.total_cmp(&panels[*b].error))
            .filter(|_| panels.len() < MAX_PANELS && error.is_finite());
        let Some(worst) = worst else {
            return Err(NetError::Quadrature {
                interval: format!("[{}, {}]", ends[0], ends[ends.len() - 1]),
                error,
                tolerance: allowed,
            });
        };
        let panel = panels.swap_remove(worst);
        let middle = (panel.from + panel.to) / 2.0;
        panels.push(Panel::new(&f, panel.from, middle));
        panels.push(Panel::new(&f, middle, panel.to));
    }
}

fn check(ends: &[f64], tolerance: f64) -> Result<(), NetError> {
    if ends.len() < 2 || ends.iter().any(|end| !end.is_finite()) {
        return crate::error::refuse("the range of integration", format!("{ends:?}"), "finite ends");
    }
    if !(1e-14..1.0).contains(&tolerance) {
        return crate::error::refuse("the tolerance of an integral", tolerance, "1e-14 to 1");
    }
    Ok(())
}

/// ∫ f over [from, to] by the tanh-sinh rule, halving its step until two results agree to `tolerance` relative to ∫ |f|.
///
/// # Errors
/// As [`integrate`].
pub fn double_exponential(
    f: impl Fn(f64) -> f64,
    from: f64,
    to: f64,
    tolerance: f64,
) -> Result<Integral, NetError> {
    double_exponential_above(f, from, to, tolerance, 0.0)
}

/// As [`double_exponential`], with an absolute error of `noise` allowed in any case.
///
/// # Errors
/// As [`integrate`].
pub fn double_exponential_above(
    f: impl Fn(f64) -> f64,
    from: f64,
    to: f64,
    tolerance: f64,
    noise: f64,
) -> Result<Integral, NetError> {
    check(&[from, to], tolerance)?;
    let (middle, half) = ((from + to) / 2.0, (to - from) / 2.0);
    let at = |t: f64| {
        let inner = std::f64::consts::FRAC_PI_2 * t.sinh();
        let weight = std::f64::consts::FRAC_PI_2 * t.cosh() / inner.cosh().powi(2);
        // The distance from the nearer end, which the node itself would lose to rounding.
        let gap = half.abs() * 2.0 / (1.0 + (2.0 * inner.abs()).exp());
        let x = if (t > 0.0) == (half > 0.0) {
            middle + half.abs() - gap
        } else {
            middle - half.abs() + gap
        };
        weight * f(x)
    };
    // Beyond |t| = 3.2 the weights are below 1e-17.
    let (reach, mut step) = (3.2, 0.4);
    let first = (reach / step) as i32;
    let values = (-first..=first).map(|k| at(f64::from(k) * step));
    let (mut sum, mut absolute) = values.fold((0.0, 0.0), |(s, a), v| (s + v, a + f64::abs(v)));
    let mut value = sum * step * half;
    let mut last = f64::NAN;
    for _ in 0..9 {
        step /= 2.0;
        let count = (reach / step) as i32;
        for k in (-count..=count).filter(|k| k % 2 != 0) {
            let v = at(f64::from(k) * step);
            sum += v;
            absolute += v.abs();
        }
        let next = sum * step * half;
        let error = (next - value).abs();
        last = error;
        let scale = absolute * step * half.abs();
        value = next;
        if scale.is_finite() && error <= (tolerance * scale).max(noise) {
            let error = error.max(10.0 * f64::EPSILON * scale);
            return Ok(Integral { value, error });
        }
    }
    Err(NetError::Quadrature {
        interval: format!("[{from}, {to}]"),
        error: last,
        tolerance,
    })
}

/// Beyond this the standard normal density is below 1e-31.
const NORMAL_REACH: f64 = 12.0;

/// E f(z) over a standard normal z, to a relative error of `tolerance`.
///
/// `scale` is the length over which f varies near 0, where it may have a kink; for f(z) = g(√K z) it is 1/√K.
///
/// # Errors
/// As [`integrate`].
///
/// ```
/// use nets::theory::quadrature::gaussian_mean;
/// assert!((gaussian_mean(|z| z.powi(4), 1.0, 1e-13)?.value - 3.0).abs() < 1e-12);
/// assert!((gaussian_mean(f64::abs, 1.0, 1e-13)?.value - (2.0 / std::f64::consts::PI).sqrt()).abs() < 1e-13);
/// # Ok::<(), nets::NetError>(())
/// ```
pub fn gaussian_mean(f: impl Fn(f64) -> f64, scale: f64, tolerance: f64) -> Result<Integral, NetError> {
    let inner = [scale, 6.0 * scale, 40.0 * scale, 2.0, 5.0];
    let mut ends: Vec<f64> = inner.iter().flat_map(|&end| [-end, end]).collect();
    ends.retain(|end| end.is_finite() && end.abs() < NORMAL_REACH && *end != 0.0);
    ends.extend([-NORMAL_REACH, 0.0, NORMAL_REACH]);
    ends.sort_by(f64::total_cmp);
    ends.dedup();
    let density = |z: f64| (-0.5 * z * z).exp() / std::f64::consts::TAU.sqrt();
    integrate_pieces(|z| f(z) * density(z), &ends, tolerance)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The 15-point rule is exact up to degree 22, the 7-point rule up to degree 13.
    #[test]
    fn the_rules_are_exact_for_polynomials() {
        for degree in 0..=22 {
            let panel = Panel::new(&|x: f64| x.powi(degree), 0.0, 1.0);
            let exact = 1.0 / f64::from(degree + 1);
            assert!((panel.value - exact).abs() < 1e-15, "{degree}: {}", panel.value);
            let gauss: f64 = (0..4)
                .map(|k| {
                    let node = NODES[2 * k + 1];
                    let both = |s: f64| ((1.0 + s * node) / 2.0).powi(degree);
                    GAUSS[k] / 2.0 * if k == 3 { both(0.0) } else { both(1.0) + both(-1.0) }
                })
                .sum();
            assert_eq!((gauss - exact).abs() < 1e-15, degree <= 13, "{degree}");
        }
    }

    #[test]
    fn kinks_spikes_and_singular_ends() {
        let kink = integrate(|x| (x - 0.3).abs(), 0.0, 1.0, 1e-12).unwrap();
        assert!((kink.value - (0.09 + 0.49) / 2.0).abs() < 1e-12);
        let spike = integrate_pieces(|x| 1.0 / (x * x + 1e-8), &[-1.0, 0.0, 1.0], 1e-12).unwrap();
        assert!((spike.value / (2e4 * 1e4f64.atan()) - 1.0).abs() < 1e-11);
        let singular = double_exponential(|x| 1.0 / x.sqrt(), 0.0, 1.0, 1e-9).unwrap();
        assert!((singular.value - 2.0).abs() < 1e-7, "{singular:?}");
        let backwards = double_exponential(|x| x * x, 1.0, 0.0, 1e-12).unwrap();
        assert!((backwards.value + 1.0 / 3.0).abs() < 1e-13);
    }

    #[test]
    fn noise_is_no_obstacle() {
        let noisy = |x: f64| ((x + 1.0) - 1.0 - x) * (x * 1e9).sin();
        assert!(integrate(noisy, 0.0, 1.0, 1e-12).is_err());
        let found = integrate_above(noisy, &[0.0, 1.0], 1e-12, 1e-16).unwrap();
        assert!(found.value.abs() < 1e-15);
    }

    #[test]
    fn what_cannot_be_integrated_is_refused() {
        assert!(integrate(|x| 1.0 / x, 0.0, 1.0, 1e-10).is_err());
        assert!(integrate(|x| 1.0 / (x * x), 0.0, 1.0, 1e-10).is_err());
        assert!(integrate(|x| x, 0.0, f64::INFINITY, 1e-10).is_err());
        assert!(integrate(|x| x, 0.0, 1.0, 0.0).is_err());
        assert!(integrate(|_| f64::NAN, 0.0, 1.0, 1e-10).is_err());
        assert!(double_exponential(|x| x, f64::NAN, 1.0, 1e-10).is_err());
    }
}
