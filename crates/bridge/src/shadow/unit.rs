//! The affine shadows of a single unit x → σ(wx + b) on [−r, r]: Taylor, least squares and minimax, with their errors.
//!
//! In one dimension everything is known without samples: suprema are attained at ends, kinks and points where the slope
//! is that of the line; least squares against the uniform law are the first two Legendre coefficients; the minimax line
//! is where two extremes of the deviation balance.
//!
//! ```
//! use bridge::shadow::unit::Unit;
//! let unit = Unit::new(nets::Activation::Relu, 1.0, 0.0)?;
//! assert!((unit.minimax_error(0.5)? - 0.125).abs() < 1e-12); // r/4 at the kink
//! let smooth = Unit::new(nets::Activation::Tanh, 1.0, 0.8)?;
//! let order = (smooth.taylor_error(0.2)? / smooth.taylor_error(0.1)?).log2();
//! assert!((order - 2.0).abs() < 0.05);
//! # Ok::<(), bridge::BridgeError>(())
//! ```

use nets::Activation;
use nets::theory::quadrature::integrate_above;

use crate::BridgeError;
use crate::error::refuse;

/// Relative tolerance of the integrals.
const TOLERANCE: f64 = 1e-13;

/// Cells in which a critical point of the deviation is looked for.
const CELLS: usize = 2_000;

/// The constants behind all bounds of shadows of tanh and sigmoid layers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShadowConstants {
    /// sup |tanh''| = 4/(3√3).
    pub tanh_second: f64,
    /// Where it is attained: artanh(1/√3).
    pub tanh_second_at: f64,
    /// sup |tanh'''| = 2, at 0.
    pub tanh_third: f64,
    /// sup |sigmoid''| = 1/(6√3).
    pub sigmoid_second: f64,
    /// Where it is attained: 2 artanh(1/√3).
    pub sigmoid_second_at: f64,
    /// sup |sigmoid'''| = 1/8, at 0.
    pub sigmoid_third: f64,
    /// sup tanh' = 1.
    pub tanh_lipschitz: f64,
    /// sup sigmoid' = 1/4.
    pub sigmoid_lipschitz: f64,
}

/// The constants, each derivative evaluated at its critical point.
///
/// ```
/// let constants = bridge::shadow::unit::shadow_constants();
/// assert!((constants.sigmoid_second - 1.0 / (6.0 * 3f64.sqrt())).abs() < 1e-15);
/// assert!((constants.sigmoid_second - 0.25).abs() > 0.1); // 1/4 bounds the first derivative
/// ```
pub fn shadow_constants() -> ShadowConstants {
    let (tanh, sigmoid) = (Activation::Tanh, Activation::Sigmoid);
    // tanh'' = −2t(1 − t²) is extreme at t = 1/√3; sigmoid(x) = (1 + tanh(x/2))/2.
    let tanh_second_at = (1.0 / 3f64.sqrt()).atanh();
    let slope = sigmoid.derivative(0.0);
    ShadowConstants {
        tanh_second: tanh.second_derivative(tanh_second_at).abs(),
        tanh_second_at,
        // tanh''' = −2(1 − t²)(1 − 3t²) and sigmoid''' = s'(1 − 6s'), extreme at 0.
        tanh_third: 2.0 * tanh.derivative(0.0),
        sigmoid_second: sigmoid.second_derivative(2.0 * tanh_second_at).abs(),
        sigmoid_second_at: 2.0 * tanh_second_at,
        sigmoid_third: (slope * (1.0 - 6.0 * slope)).abs(),
        tanh_lipschitz: tanh.derivative(0.0),
        sigmoid_lipschitz: slope,
    }
}

/// The activation of a name: tanh, sigmoid, relu, `leaky_relu` (slope 0.01), silu (swish), gelu, erf, linear.
///
/// # Errors
/// [`BridgeError::Parameter`] naming `activation`.
pub fn activation_named(name: &str) -> Result<Activation, BridgeError> {
    match name.trim().to_lowercase().replace([' ', '-'], "_").as_str() {
        "tanh" => Ok(Activation::Tanh),
        "sigmoid" | "logistic" => Ok(Activation::Sigmoid),
        "relu" => Ok(Activation::Relu),
        "leaky_relu" | "leakyrelu" => Ok(Activation::LeakyRelu { slope: 0.01 }),
        "silu" | "swish" => Ok(Activation::Silu),
        "gelu" => Ok(Activation::Gelu),
        "erf" => Ok(Activation::Erf),
        "linear" | "identity" => Ok(Activation::Linear),
        _ => refuse(
            "activation",
            format!("`{name}`"),
            "tanh, sigmoid, relu, leaky_relu, silu, gelu, erf or linear",
        ),
    }
}

/// The line c + a·x that is closest in the mean square, with its error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LeastSquares {
    /// c, the mean of the unit.
    pub intercept: f64,
    /// a.
    pub slope: f64,
    /// The root of the mean squared deviation.
    pub rms: f64,
}

/// A unit x → σ(wx + b).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unit {
    activation: Activation,
    weight: f64,
    bias: f64,
}

impl Unit {
    /// A unit.
    ///
    /// # Errors
    /// [`BridgeError::Parameter`] naming `w` or `b` for numbers that are not finite or above 1e6 in size.
    pub fn new(activation: Activation, weight: f64, bias: f64) -> Result<Self, BridgeError> {
        for (key, value) in [("w", weight), ("b", bias)] {
            if !(-1e6..=1e6).contains(&value) {
                return refuse(key, value, "a number from -1e6 to 1e6");
            }
        }
        Ok(Unit {
            activation,
            weight,
            bias,
        })
    }

    /// σ(wx + b).
    pub fn value(&self, x: f64) -> f64 {
        self.activation.apply(self.weight * x + self.bias)
    }

    fn slope(&self, x: f64) -> f64 {
        self.weight * self.activation.derivative(self.weight * x + self.bias)
    }

    /// Where the unit has its kink, if it has one within r of `centre`.
    fn kink(&self, centre: f64, radius: f64) -> Option<f64> {
        let kinked = self.activation.second_derivative_bound_global().is_none();
        let at = -self.bias / self.weight;
        (kinked && (at - centre).abs() < radius).then_some(at)
    }

    fn check(radius: f64) -> Result<(), BridgeError> {
        if !(radius > 0.0 && radius <= 1e6) {
            return refuse("r", radius, "a positive number up to 1e6");
        }
        Ok(())
    }

    /// Points of [−r, r] that contain the extremes of σ(wx + b) − c − ax for any c.
    fn candidates(&self, radius: f64, slope: f64) -> Vec<f64> {
        let mut points = vec![-radius, radius];
        points.extend(self.kink(0.0, radius));
        let excess = |x: f64| self.slope(x) - slope;
        let at = |i: usize| radius * (2.0 * i as f64 / CELLS as f64 - 1.0);
        let mut before = excess(-radius);
        for i in 1..=CELLS {
            let after = excess(at(i));
            if before * after < 0.0 {
                let (mut low, mut high) = (at(i - 1), at(i));
                while high - low > f64::EPSILON * radius {
                    let middle = (low + high) / 2.0;
                    if middle <= low || middle >= high {
                        break;
                    }
                    if excess(middle) * before > 0.0 {
                        low = middle;
                    } else {
                        high = middle;
                    }
                }
                points.push((low + high) / 2.0);
            } else if after == 0.0 {
                points.push(at(i));
            }
            before = after;
        }
        points
    }

    /// sup |σ(wx + b) − σ(b) − σ'(b) w x| over |x| ≤ r; at a kink the slope is that from the left.
    ///
    /// # Errors
    /// [`BridgeError::Parameter`] naming `r` unless it is positive and at most 1e6.
    pub fn taylor_error(&self, radius: f64) -> Result<f64, BridgeError> {
        Self::check(radius)?;
        let (value, slope) = (self.value(0.0), self.slope(0.0));
        let deviation = |x: &f64| (self.value(*x) - value - slope * x).abs();
        Ok(self
            .candidates(radius, slope)
            .iter()
            .map(deviation)
            .fold(0.0, f64::max))
    }

    /// The least-squares line about `centre` against the uniform law on a radius: c + a (x − centre).
    ///
    /// # Errors
    /// As [`taylor_error`](Self::taylor_error); [`BridgeError::Net`] from the quadrature.
    pub fn least_squares(&self, centre: f64, radius: f64) -> Result<LeastSquares, BridgeError> {
        Self::check(radius)?;
        let mut ends = vec![-radius, radius];
        if let Some(kink) = self.kink(centre, radius) {
            ends.insert(1, kink - centre);
        }
        // About the value at the centre, so that nothing cancels for a small radius. What is left may be all rounding (a
        // unit that is affine or saturated there), which no relative error describes.
        let base = self.value(centre);
        let ends_of_range = self.value(centre + radius).abs() + self.value(centre - radius).abs();
        let rounding = 8.0 * f64::EPSILON * (base.abs() + ends_of_range);
        let mean = |f: &dyn Fn(f64) -> f64, noise: f64| -> Result<f64, BridgeError> {
            let whole = 2.0 * radius;
            Ok(integrate_above(f, &ends, TOLERANCE, noise * whole)?.value / whole)
        };
        let shift = mean(&|u| self.value(centre + u) - base, rounding)?;
        let moment = mean(&|u| u * (self.value(centre + u) - base), rounding * radius)?;
        let slope = 3.0 / (radius * radius) * moment;
        let deviation = |u: f64| self.value(centre + u) - base - shift - slope * u;
        let square = mean(&|u| deviation(u).powi(2), rounding * rounding)?;
        Ok(LeastSquares {
            intercept: base + shift,
            slope,
            rms: square.sqrt(),
        })
    }

    /// The smallest possible sup |σ(wx + b) − c − ax| over |x| ≤ r.
    ///
    /// (max − min)/2 of σ − ax is convex in a, with slope half the distance from the highest to the lowest point: bisection.
    ///
    /// # Errors
    /// As [`taylor_error`](Self::taylor_error).
    pub fn minimax_error(&self, radius: f64) -> Result<f64, BridgeError> {
        Self::check(radius)?;
        let bound = self.weight.abs() * self.activation.derivative_bound_global();
        let (mut low, mut high) = (-bound, bound);
        let extremes = |slope: f64| {
            let points = self.candidates(radius, slope);
            let of = |x: &f64| self.value(*x) - slope * x;
            let top = points.iter().copied().max_by(|x, y| of(x).total_cmp(&of(y)));
            let bottom = points.iter().copied().min_by(|x, y| of(x).total_cmp(&of(y)));
            let (top, bottom) = (top.unwrap_or(radius), bottom.unwrap_or(radius));
            (top - bottom, (of(&top) - of(&bottom)) / 2.0)
        };
        let mut best = extremes(low).1.min(extremes(high).1);
        for _ in 0..80 {
            let middle = (low + high) / 2.0;
            let (reach, error) = extremes(middle);
            best = best.min(error);
            if reach > 0.0 {
                low = middle;
            } else {
                high = middle;
            }
            if high - low <= f64::EPSILON * bound {
                break;
            }
        }
        Ok(best)
    }

    /// ½ sup|σ''| w² r², which bounds the Taylor error; `None` for a function with a kink.
    ///
    /// # Errors
    /// As [`taylor_error`](Self::taylor_error).
    pub fn curvature_bound(&self, radius: f64) -> Result<Option<f64>, BridgeError> {
        Self::check(radius)?;
        let second = self.activation.second_derivative_bound_global();
        Ok(second.map(|second| 0.5 * second * (self.weight * radius).powi(2)))
    }
}

/// |fit of g∘f − fit of g ∘ fit of f| in intercept and slope, for least-squares fits: f and g∘f on [−r, r], g about f(0) on the
/// radius |slope of f|·r.
///
/// # Errors
/// Those of [`Unit::least_squares`].
///
/// ```
/// use bridge::shadow::unit::{Unit, closure_defects};
/// let unit = Unit::new(nets::Activation::Tanh, 1.0, 0.5)?;
/// let [(_, coarse), (_, fine)] = [0.2, 0.1].map(|r| closure_defects(&unit, &unit, r).unwrap_or_default());
/// assert!(fine > 1e-6 && (coarse / fine).log2() > 1.8); // fits do not close; the defect is O(r²)
/// # Ok::<(), bridge::BridgeError>(())
/// ```
pub fn closure_defects(f: &Unit, g: &Unit, radius: f64) -> Result<(f64, f64), BridgeError> {
    let inner = f.least_squares(0.0, radius)?;
    let centre = f.value(0.0);
    let reach = inner.slope.abs() * radius;
    if reach == 0.0 {
        return refuse("f", "a constant", "a unit with a nonzero slope");
    }
    let outer = g.least_squares(centre, reach)?;
    // The composition, about its value at 0, with a piece end wherever either has a kink.
    let mut ends = vec![-radius, radius];
    ends.extend(f.kink(0.0, radius));
    if let Some(kink) = g.kink(centre, f64::INFINITY) {
        // f is monotone: at most one point is sent to the kink of g.
        let (mut low, mut high) = (-radius, radius);
        let beyond = |x: f64| f.value(x) > kink;
        if beyond(low) != beyond(high) {
            for _ in 0..200 {
                let middle = (low + high) / 2.0;
                if beyond(middle) == beyond(low) {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            ends.push(low);
        }
    }
    ends.sort_by(f64::total_cmp);
    let base = g.value(centre);
    let composed = |x: f64| g.value(f.value(x)) - base;
    let noise =
        16.0 * f64::EPSILON * (base.abs() + composed(radius).abs() + composed(-radius).abs()) * radius;
    let shift = integrate_above(composed, &ends, TOLERANCE, noise)?.value / (2.0 * radius);
    let moment = integrate_above(|x| x * composed(x), &ends, TOLERANCE, noise * radius)?.value;
    let slope = 1.5 * moment / radius.powi(3);
    let product = (outer.intercept - base) + outer.slope * (inner.intercept - centre);
    Ok(((shift - product).abs(), (slope - outer.slope * inner.slope).abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNITS: [(Activation, f64, f64); 6] = [
        (Activation::Tanh, 1.3, 0.4),
        (Activation::Sigmoid, 4.0, -0.7),
        (Activation::Relu, 2.0, 0.3),
        (Activation::Gelu, -1.5, 0.2),
        (Activation::Silu, 3.0, -1.0),
        (Activation::LeakyRelu { slope: 0.01 }, 1.0, -0.1),
    ];

    /// Sup and mean square on a fine grid, minimax by trying many lines.
    #[test]
    fn errors_by_brute_force() {
        for (activation, w, b) in UNITS {
            let unit = Unit::new(activation, w, b).unwrap();
            let r = 0.6;
            let grid: Vec<f64> = (0..=4000).map(|i| r * (f64::from(i) / 2000.0 - 1.0)).collect();
            let sup = |c: f64, a: f64| {
                grid.iter()
                    .map(|x| (unit.value(*x) - c - a * x).abs())
                    .fold(0.0, f64::max)
            };
            let taylor = sup(unit.value(0.0), unit.slope(0.0));
            assert!(
                (unit.taylor_error(r).unwrap() - taylor).abs() < 1e-6,
                "{activation:?}"
            );
            let fit = unit.least_squares(0.0, r).unwrap();
            let loss = |c: f64, a: f64| {
                let square = |x: &f64| (unit.value(*x) - c - a * x).powi(2);
                (grid[1..]
                    .iter()
                    .zip(&grid)
                    .map(|(x, y)| (square(x) + square(y)) / 2.0)
                    .sum::<f64>()
                    / 4000.0)
                    .sqrt()
            };
            assert!((loss(fit.intercept, fit.slope) - fit.rms).abs() < 1e-6);
            for (dc, da) in [(1e-3, 0.0), (-1e-3, 0.0), (0.0, 1e-3), (0.0, -1e-3)] {
                assert!(loss(fit.intercept + dc, fit.slope + da) > fit.rms);
            }
            let minimax = unit.minimax_error(r).unwrap();
            let tried = (0..=400).map(|k| {
                let a = fit.slope + (f64::from(k) / 200.0 - 1.0) * 0.5 * w.abs();
                let deviations = grid.iter().map(|x| unit.value(*x) - a * x);
                let (low, high) = deviations.fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(v), h.max(v)));
                (high - low) / 2.0
            });
            let tried = tried.fold(f64::MAX, f64::min);
            assert!(
                minimax <= tried + 1e-6 && minimax > tried - 2e-3,
                "{activation:?}: {minimax} {tried}"
            );
            if let Some(bound) = unit.curvature_bound(r).unwrap() {
                assert!(taylor <= bound && minimax <= taylor && fit.rms <= taylor);
            }
        }
    }

    /// At the inflection the error is of third order, elsewhere of second, at a kink of first.
    #[test]
    fn orders() {
        let order = |activation, b| {
            let unit = Unit::new(activation, 1.0, b).unwrap();
            (unit.minimax_error(0.02).unwrap() / unit.minimax_error(0.01).unwrap()).log2()
        };
        assert!((order(Activation::Tanh, 0.5) - 2.0).abs() < 0.01);
        assert!((order(Activation::Tanh, 0.0) - 3.0).abs() < 0.01);
        assert!((order(Activation::Relu, 0.0) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn constants_bound_on_a_grid() {
        let constants = shadow_constants();
        let (tanh, sigmoid) = (Activation::Tanh, Activation::Sigmoid);
        let sup = |f: &dyn Fn(f64) -> f64| {
            (-8000..=8000)
                .map(|i| f(f64::from(i) * 1e-3).abs())
                .fold(0.0, f64::max)
        };
        let near =
            |found: f64, grid: f64| assert!(found >= grid - 1e-9 && found < grid + 1e-5, "{found} {grid}");
        near(constants.tanh_second, sup(&|x| tanh.second_derivative(x)));
        near(constants.sigmoid_second, sup(&|x| sigmoid.second_derivative(x)));
        let third = |a: Activation| {
            move |x: f64| (a.second_derivative(x + 1e-4) - a.second_derivative(x - 1e-4)) / 2e-4
        };
        near(constants.tanh_third, sup(&third(tanh)));
        near(constants.sigmoid_third, sup(&third(sigmoid)));
    }

    /// Where a unit is affine or constant, all that is left is rounding.
    #[test]
    fn nothing_is_left_of_an_affine_unit() {
        for (activation, b) in [
            (Activation::Relu, 0.9),
            (Activation::Tanh, 30.0),
            (Activation::Linear, 1e5),
            (Activation::Relu, -3.0),
        ] {
            let unit = Unit::new(activation, 0.7, b).unwrap();
            let (fit, size) = (unit.least_squares(0.0, 0.5).unwrap(), b.abs());
            assert!(fit.rms <= 1e-15 * size, "{activation:?}: {fit:?}");
            assert!(
                (fit.slope - unit.slope(0.0)).abs() < 1e-14 * size,
                "{activation:?}: {fit:?}"
            );
            assert!(unit.minimax_error(0.5).unwrap() < 1e-14 * size);
        }
    }

    #[test]
    fn ranges() {
        assert!(
            Unit::new(Activation::Tanh, f64::NAN, 0.0)
                .unwrap_err()
                .to_string()
                .contains("`w`")
        );
        let unit = Unit::new(Activation::Tanh, 1.0, 0.0).unwrap();
        assert!(unit.taylor_error(0.0).unwrap_err().to_string().contains("`r`"));
        assert!(
            activation_named("step")
                .unwrap_err()
                .to_string()
                .contains("`activation`")
        );
        // Kinks inside compositions.
        let relu = Unit::new(Activation::Relu, 1.0, -0.1).unwrap();
        assert!(closure_defects(&unit, &relu, 0.3).unwrap().1 > 0.0);
    }
}
