//! Second-order enclosures: every unit's value as a quadratic polynomial of the displacement plus an interval.
//!
//! Invariant: with d = x − x₀, for every x in the region (and every unit k of the current stage)
//!
//! > aₖ(x) ∈ valueₖ + gradientₖ·d + ½ dᵀMₖd + errorₖ,
//!
//! with exact doubles for value, gradient and the symmetric Mₖ; the interval is of third order in the radius. An affine
//! step keeps it by linearity. For an activation write z = z₀ + u, u = g·d + w with w ∈ ½dᵀMd + e; then Taylor's
//! theorem gives σ(z) = σ(z₀) + σ'(z₀)u + u²∫₀¹(1 − t)σ''(z₀ + tu)dt, that is, the new Hessian σ'(z₀)M + σ''(z₀)ggᵀ (the chain rule)
//! and the rest, the change of σ'' along the way times u² and ½σ''(z₀)w(2g·d + w), in the interval. The quadratic forms keep what an
//! interval would lose, the cancellation between hidden units; what they are worth on the ball is read off their
//! extreme eigenvalues ([`super::spectral`]). A Taylor model in the sense of Makino and Berz (2003), of order two.
//!
//! Intervals bound each output by itself, and in many dimensions all of them are not extreme at one point. So the
//! Euclidean norm of the vector of errors is bounded beside them, by ‖We‖ ≤ ‖W‖₂‖e‖ and, for the terms that are powers of
//! linear forms, by Σⱼcⱼ²(gⱼ·d)⁴ ≤ |d|⁴ λmax(Σⱼcⱼ²|gⱼ|²gⱼgⱼᵀ).

use super::Kink;
use super::activation;
use super::affine::AffineMap;
use super::region::Support;
use super::relaxation::{Units, beside};
use super::rounding::{
    Interval, UNIT_ROUNDOFF, add_up, gamma, mul_up, norm_up, norm_up_slice, sqrt_up, sum_up, underflow,
};
use super::spectral::{eigenvalue_bounds, largest_eigenvalue_bound, spectral_norm_bound};
use super::stage::Stage;
use nalgebra::{DMatrix, DVector};
use std::sync::OnceLock;

/// Quadratic enclosure of the units of one stage; see the module for the invariant.
pub(super) struct Quadratic {
    /// Value, gradient and (third-order) error; the quadratic part is not in its error.
    pub(super) units: Units,
    /// n² × m: column k is Mₖ. `None` while all are zero.
    hessians: Option<DMatrix<f64>>,
    /// Upper bounds of the Frobenius norms ‖Mₖ‖.
    sizes: Vec<f64>,
    /// Upper bound of the Euclidean norm of the vector of errors.
    error_norm: f64,
    /// Enclosures of ½dᵀMₖd from eigenvalues, as far as they were asked for.
    bends: Vec<OnceLock<Interval>>,
}

impl Quadratic {
    pub(super) fn input(center: &DVector<f64>, support: &Support) -> Self {
        let units = Units::input(center, support);
        let sizes = vec![0.0; units.len()];
        Quadratic {
            units,
            hessians: None,
            sizes,
            error_norm: 0.0,
            bends: unasked(center.len()),
        }
    }

    /// What does not depend on the input.
    pub(super) fn constant(values: &DVector<f64>, inputs: usize) -> Self {
        Quadratic {
            units: Units::constant(values, inputs),
            hessians: None,
            sizes: vec![0.0; values.len()],
            error_norm: 0.0,
            bends: unasked(values.len()),
        }
    }

    /// The units of several wires, one after the other, for maps of ℝⁿ.
    pub(super) fn join(parts: &[&Quadratic], n: usize) -> Self {
        let units = Units::join(&parts.iter().map(|part| &part.units).collect::<Vec<_>>(), n);
        let flat: Vec<DMatrix<f64>> = if parts.iter().all(|part| part.hessians.is_none()) {
            Vec::new()
        } else {
            let zeros = |part: &Quadratic| DMatrix::zeros(n * n, part.units.len());
            parts
                .iter()
                .map(|part| part.hessians.clone().unwrap_or_else(|| zeros(part)))
                .collect()
        };
        Quadratic {
            bends: unasked(units.len()),
            units,
            hessians: (!flat.is_empty()).then(|| beside(&flat.iter().collect::<Vec<_>>(), n * n)),
            sizes: parts.iter().flat_map(|part| part.sizes.iter().copied()).collect(),
            error_norm: norm_up(parts.iter().map(|part| part.error_norm)),
        }
    }

    /// Bound of ½|dᵀMₖd| over the region.
    fn bend(&self, k: usize, support: &Support) -> f64 {
        let radius = support.radius();
        mul_up(mul_up(0.5, self.sizes[k]), mul_up(radius, radius))
    }

    /// z = Wa + b.
    pub(super) fn affine(&self, stage: &Stage, support: &Support) -> Quadratic {
        let mut units = self.units.affine(stage, support);
        let Some(weights) = &stage.weights_t else {
            return Quadratic {
                units,
                hessians: self.hessians.clone(),
                sizes: self.sizes.clone(),
                error_norm: self.error_norm,
                bends: unasked(self.units.len()),
            };
        };
        // what the step itself rounds, apart from the errors that it passes on
        let (inputs, outputs) = weights.shape();
        let fresh = Units {
            error: vec![Interval::ZERO; inputs],
            ..self.units.clone()
        };
        let mut rounding: Vec<f64> = fresh
            .affine(stage, support)
            .error
            .iter()
            .map(|e| e.magnitude())
            .collect();
        let mut sizes = vec![0.0; outputs];
        let hessians = self.hessians.as_ref().map(|hessians| {
            let mut combined = hessians * weights;
            let half_square = mul_up(0.5, mul_up(support.radius(), support.radius()));
            let n = hessians.nrows().isqrt();
            for (j, mut hessian) in combined.column_iter_mut().enumerate() {
                // sums of equal terms may round differently in a blocked product: keep the lower triangle
                for column in 0..n {
                    for row in column + 1..n {
                        hessian[row * n + column] = hessian[column * n + row];
                    }
                }
                let row = weights.column(j);
                let products = row.iter().zip(&self.sizes).map(|(w, s)| mul_up(w.abs(), *s));
                let entries = add_up(mul_up(gamma(stage.terms()), sum_up(products)), underflow(n * n));
                let lost = mul_up(half_square, entries);
                units.error[j] = units.error[j] + Interval::symmetric(lost);
                rounding[j] = add_up(rounding[j], lost);
                sizes[j] = norm_up_slice(hessian.as_slice());
            }
            combined
        });
        let passed = if self.error_norm == 0.0 {
            0.0
        } else {
            mul_up(spectral_norm_bound(weights), self.error_norm)
        };
        let error_norm = add_up(passed, norm_up(rounding)).min(magnitude_norm(&units.error));
        Quadratic {
            units,
            hessians,
            sizes,
            error_norm,
            bends: unasked(outputs),
        }
    }

    /// a = σ(z).
    ///
    /// # Errors
    /// The first unit whose pre-activation has a kink in its range.
    pub(super) fn activate(mut self, stage: &Stage, support: &Support) -> Result<Quadratic, Kink> {
        let sigma = stage.activation;
        if sigma == nets::Activation::Linear {
            return Ok(self);
        }
        let m = self.units.len();
        let n = self.units.gradient.as_ref().map_or(m, DMatrix::nrows);
        let mut gradient = self
            .units
            .gradient
            .take()
            .unwrap_or_else(|| DMatrix::identity(n, n));
        let wander_norm = self.wander_norm(support);
        let mut hessians = self.hessians.take().unwrap_or_else(|| DMatrix::zeros(n * n, m));
        let half_square = mul_up(0.5, mul_up(support.radius(), support.radius()));
        let (mut terms, mut slopes) = (Vec::with_capacity(m), Vec::with_capacity(m));
        for k in 0..m {
            let z0 = self.units.value[k];
            let wander = Interval::symmetric(self.bend(k, support)) + self.units.error[k];
            let tilt = Interval::symmetric(self.units.reach[k]);
            let u = tilt + wander;
            let range = Interval::point(z0) + u;
            let Some(curvature) = activation::second_derivative(sigma, range) else {
                return Err(Kink {
                    layer: stage.layer,
                    unit: k,
                    activation: sigma,
                    lo: range.lo(),
                    hi: range.hi(),
                });
            };
            let at = Interval::point(z0);
            let (value, alpha, beta) = (sigma.apply(z0), sigma.derivative(z0), sigma.second_derivative(z0));
            let variation = bend_variation(sigma, z0, beta, u, curvature);
            let second = variation * u.square();
            let cross = wander * (tilt * 2.0 + wander) * beta * 0.5;
            let inexact = (activation::value(sigma, at) - Interval::point(value))
                + (activation::derivative(sigma, at) - Interval::point(alpha)) * u;
            // a direct enclosure of σ(z₀ + u) − σ₀ − αu − ½βu², sharper when the region is large
            let direct = activation::deviation(sigma, z0, value, alpha, u) - u.square() * beta * 0.5;
            let rest = (second + inexact).intersect(direct);
            let g = gradient.column(k).into_owned();
            let length = norm_up(g.iter().copied());
            let rank_one = mul_up(beta.abs(), mul_up(length, length));
            let rounding = mul_up(gamma(4), add_up(mul_up(alpha.abs(), self.sizes[k]), rank_one));
            let lost = add_up(
                mul_up(half_square, rounding),
                add_up(
                    mul_up(4.0 * UNIT_ROUNDOFF * alpha.abs(), self.units.reach[k]),
                    underflow(n * n),
                ),
            );
            terms.push(Terms {
                alpha: alpha.abs(),
                beta: beta.abs(),
                variation: variation.magnitude(),
                length,
                reach: self.units.reach[k],
                wander: wander.magnitude(),
                small: add_up(lost, inexact.magnitude()),
            });
            self.units.error[k] = self.units.error[k] * alpha + rest + cross + Interval::symmetric(lost);
            self.units.value[k] = value;
            self.units.reach[k] = mul_up(mul_up(alpha.abs(), self.units.reach[k]), 1.0 + gamma(1));
            let hessian = &mut hessians.as_mut_slice()[k * n * n..(k + 1) * n * n];
            for (column, &gc) in hessian.chunks_exact_mut(n).zip(g.iter()) {
                for (entry, &gr) in column.iter_mut().zip(g.as_slice()) {
                    *entry = alpha * *entry + beta * (gr * gc);
                }
            }
            self.sizes[k] = norm_up_slice(hessian);
            slopes.push(alpha);
        }
        let error_norm = activated_norm(&terms, &gradient, self.error_norm, wander_norm, support);
        self.error_norm = error_norm.min(magnitude_norm(&self.units.error));
        for (mut column, alpha) in gradient.column_iter_mut().zip(slopes) {
            column.scale_mut(alpha);
        }
        self.units.gradient = Some(gradient);
        self.hessians = Some(hessians);
        Ok(self)
    }

    /// Bound of the Euclidean norm of the vector ½M(d, d) + e over the region.
    fn wander_norm(&self, support: &Support) -> f64 {
        let Some(hessians) = &self.hessians else {
            return self.error_norm;
        };
        let half_square = mul_up(0.5, mul_up(support.radius(), support.radius()));
        add_up(mul_up(half_square, joint_norm(hessians.clone())), self.error_norm)
    }

    /// Upper bounds of sup |f − target| over the region in the max norm and in the Euclidean norm, for the last
    /// stage's units; `first_order` are enclosures of the same residuals by other means, used where they are sharper.
    pub(super) fn residual_bounds(
        &self,
        target: &AffineMap,
        target_value: &[Interval],
        support: &Support,
        first_order: &[Interval],
    ) -> (f64, f64) {
        let m = self.units.len();
        let n = target.input_width();
        let gradient = self
            .units
            .gradient
            .clone()
            .unwrap_or_else(|| DMatrix::identity(n, n));
        let difference = gradient - target.linear().transpose();
        let rounding: Vec<f64> = (0..m)
            .map(|j| {
                let size = add_up(self.units.reach[j], support.of(target.linear().row(j).iter()));
                if difference.column(j).iter().all(|d| *d == 0.0) {
                    0.0
                } else {
                    mul_up(4.0 * UNIT_ROUNDOFF, size)
                }
            })
            .collect();
        let constant: Vec<Interval> = (0..m)
            .map(|j| Interval::point(self.units.value[j]) - target_value[j])
            .collect();
        let with_bend = |j: usize, bend: Interval| {
            let tilt = Interval::symmetric(add_up(support.of(difference.column(j).iter()), rounding[j]));
            (constant[j] + tilt + bend + self.units.error[j]).intersect(first_order[j])
        };
        let mut sizes: Vec<f64> = (0..m)
            .map(|j| with_bend(j, Interval::symmetric(self.bend(j, support))).magnitude())
            .collect();
        let max = self.refine(&mut sizes, support, with_bend);
        let euclidean = norm_up(sizes.iter().copied());
        let joint = self.joint_bound(&constant, &difference, &rounding, support);
        (max, euclidean.min(joint).max(max))
    }

    /// Sharpens the largest of the componentwise bounds by the eigenvalues of the quadratic forms, as many as can be
    /// the maximum, and returns it.
    fn refine(
        &self,
        sizes: &mut [f64],
        support: &Support,
        with_bend: impl Fn(usize, Interval) -> Interval,
    ) -> f64 {
        let mut order: Vec<usize> = (0..sizes.len()).collect();
        order.sort_by(|&a, &b| sizes[b].total_cmp(&sizes[a]).then(a.cmp(&b)));
        let mut largest = 0.0f64;
        for j in order {
            if sizes[j] <= largest {
                break;
            }
            sizes[j] = sizes[j].min(with_bend(j, self.bend_range(j, support)).magnitude());
            largest = largest.max(sizes[j]);
        }
        largest
    }

    /// Enclosure of ½dᵀMⱼd over the ball about the region, from the extreme eigenvalues.
    fn bend_range(&self, j: usize, support: &Support) -> Interval {
        let Some(hessians) = &self.hessians else {
            return Interval::ZERO;
        };
        *self.bends[j].get_or_init(|| {
            let n = hessians.nrows().isqrt();
            let hessian = DMatrix::from_column_slice(n, n, hessians.column(j).as_slice());
            let half_square = mul_up(0.5, mul_up(support.radius(), support.radius()));
            let (lower, upper) = eigenvalue_bounds(&hessian);
            let (bottom, top) = (
                mul_up(half_square, -lower.min(0.0)),
                mul_up(half_square, upper.max(0.0)),
            );
            Interval::new(-bottom, top).unwrap_or(Interval::ENTIRE)
        })
    }

    /// Bound of the Euclidean norm of e + Dd + ½M(d, d) + errors over the ball of radius ρ about the region.
    ///
    /// On the segment from 0 to a point of the sphere, e + ½M(d, d) moves on a straight line from e to its value on
    /// the sphere, where e = e|d|²/ρ² joins the quadratic form: Pⱼ = Mⱼ + 2eⱼ/ρ²·I. There
    /// Σⱼ(dᵀPⱼd)² ≤ |d|² Σⱼ|Pⱼd|² ≤ ρ⁴ λmax(ΣPⱼ²), with equality for rank-one forms along one or orthogonal axes.
    fn joint_bound(
        &self,
        constant: &[Interval],
        difference: &DMatrix<f64>,
        rounding: &[f64],
        support: &Support,
    ) -> f64 {
        let radius = support.radius();
        let square = mul_up(radius, radius);
        let m = self.units.len();
        let middle: Vec<f64> = constant.iter().map(|e| e.midpoint()).collect();
        let rounding = norm_up((0..m).map(|j| {
            add_up(
                (constant[j] - Interval::point(middle[j])).magnitude(),
                rounding[j],
            )
        }));
        let errors = add_up(rounding, self.error_norm);
        let tilt = mul_up(radius, spectral_norm_bound(difference));
        let ends = norm_up(middle.iter().copied());
        let Some(hessians) = &self.hessians else {
            return add_up(add_up(tilt, errors), ends);
        };
        let n = hessians.nrows().isqrt();
        let mut forms = hessians.clone();
        for (j, mut form) in forms.column_iter_mut().enumerate() {
            let shift = 2.0 * middle[j] / square;
            for i in 0..n {
                form[i * (n + 1)] += shift;
            }
        }
        let size = norm_up_slice(forms.as_slice());
        let root = joint_norm(forms);
        // the shift 2e/ρ² and the shifted diagonal are rounded: at most 4u in the Frobenius norm of each form
        let shifts = mul_up(mul_up(2.0, ends), n as f64) / square;
        let root = add_up(root, mul_up(4.0 * UNIT_ROUNDOFF, add_up(size, shifts.next_up())));
        let sphere = mul_up(mul_up(0.5, square), root);
        add_up(add_up(tilt, errors), sphere.max(ends))
    }
}

/// √λmax(ΣMⱼ²), a bound of sup ‖M(d, d)‖₂ over unit vectors d, for symmetric Mⱼ stored as columns.
fn joint_norm(forms: DMatrix<f64>) -> f64 {
    let (n, m) = (forms.nrows().isqrt(), forms.ncols());
    let size = norm_up_slice(forms.as_slice());
    if !(size > 1e-140 && size < 1e140) {
        return size; // the squares would under- or overflow; the Frobenius norm is a bound too
    }
    let beside = forms.reshape_generic(nalgebra::Dyn(n), nalgebra::Dyn(n * m));
    let gram = &beside * beside.transpose();
    let error = add_up(mul_up(gamma(n * m), mul_up(size, size)), underflow(n * m * n));
    sqrt_up(add_up(largest_eigenvalue_bound(&gram).max(0.0), error)).min(size)
}

fn unasked(units: usize) -> Vec<OnceLock<Interval>> {
    vec![OnceLock::new(); units]
}

fn magnitude_norm(errors: &[Interval]) -> f64 {
    norm_up(errors.iter().map(|e| e.magnitude()))
}

/// An enclosure of (σ(z₀ + u) − σ(z₀) − σ'(z₀)u − ½βu²)/u² = ∫₀¹ (1 − t)(σ''(z₀ + tu) − β) dt for u in the interval,
/// by quarters of the range of t: sharper than ½(σ''(ξ) − β), as σ'' is close to β for small t.
fn bend_variation(sigma: nets::Activation, z0: f64, beta: f64, u: Interval, curvature: Interval) -> Interval {
    const QUARTERS: [(f64, f64); 4] = [
        (0.25, 7.0 / 32.0),
        (0.5, 5.0 / 32.0),
        (0.75, 3.0 / 32.0),
        (1.0, 1.0 / 32.0),
    ];
    QUARTERS.iter().fold(Interval::ZERO, |sum, &(end, weight)| {
        let reach = (u * end).hull(Interval::ZERO);
        let range = activation::second_derivative(sigma, Interval::point(z0) + reach).unwrap_or(curvature);
        sum + (range - Interval::point(beta)) * weight
    })
}

/// What an activation step does to one unit, in absolute values.
struct Terms {
    /// |σ'(z₀)|.
    alpha: f64,
    /// |σ''(z₀)|.
    beta: f64,
    /// Bound of |∫₀¹ (1 − t)(σ''(z₀ + tu) − β) dt|.
    variation: f64,
    /// |g|.
    length: f64,
    /// Bound of |g·d|.
    reach: f64,
    /// Bound of |w|.
    wander: f64,
    /// Rounding.
    small: f64,
}

/// Bound of the Euclidean norm of αe + cu² + ½βw(2g·d + w) over all units, where u = g·d + w and |c| ≤ variation.
fn activated_norm(
    terms: &[Terms],
    gradient: &DMatrix<f64>,
    error_norm: f64,
    wander_norm: f64,
    support: &Support,
) -> f64 {
    let largest = |f: &dyn Fn(&Terms) -> f64| terms.iter().map(f).fold(0.0, f64::max);
    let passed = mul_up(largest(&|t| t.alpha), error_norm);
    // ‖(cⱼ(gⱼ·d)²)ⱼ‖ for c the variation of half the curvature
    let mut scaled = gradient.clone();
    for (mut column, t) in scaled.column_iter_mut().zip(terms) {
        column.scale_mut(mul_up(t.variation, t.length));
    }
    let square = mul_up(support.radius(), support.radius());
    let rounding = 1.0 + gamma(2); // of the scaled columns
    let bent = mul_up(mul_up(square, spectral_norm_bound(&scaled)), rounding);
    let separate = norm_up(
        terms
            .iter()
            .map(|t| mul_up(t.variation, mul_up(t.reach, t.reach))),
    );
    // ‖(cⱼwⱼ²)ⱼ‖, then Minkowski in ℓ⁴ for the square of the sum
    let wandered = mul_up(largest(&|t| mul_up(t.variation, t.wander)), wander_norm);
    let root = add_up(sqrt_up(bent.min(separate)), sqrt_up(wandered));
    let second = mul_up(root, root);
    let cross = mul_up(
        largest(&|t| mul_up(t.beta, add_up(t.reach, 0.5 * t.wander))),
        wander_norm,
    );
    add_up(
        add_up(passed, second),
        add_up(cross, norm_up(terms.iter().map(|t| t.small))),
    )
}
