//! Elementwise passes of training: activations, their derivatives, exp and ln for f32.
//!
//! The f32 functions are branch-free polynomials (Cephes: `expf`, `logf`, `tanhf`, S. Moshier), so that a loop over a
//! slice becomes vector code for whatever the processor has; fused multiply-adds are spelled out, so every processor
//! computes the same bytes.

use crate::Activation;
use crate::matrix::Real;

/// Runs a loop compiled for the widest vectors that the processor has.
#[inline(always)]
pub(crate) fn vectorised<R>(work: impl FnOnce() -> R) -> R {
    pulp::Arch::new().dispatch(work)
}

/// eˣ, clamped to the range of normal numbers.
#[inline(always)]
pub(crate) fn exp_f32(x: f32) -> f32 {
    let x = x.clamp(-87.0, 88.0);
    let n = (x * std::f32::consts::LOG2_E).round_ties_even();
    let r = n.mul_add(-0.693_359_4, x);
    let r = n.mul_add(2.121_944_4e-4, r);
    let p = 1.987_569_1e-4f32;
    let p = p.mul_add(r, 1.398_2e-3);
    let p = p.mul_add(r, 8.333_452e-3);
    let p = p.mul_add(r, 4.166_579_6e-2);
    let p = p.mul_add(r, 1.666_666_5e-1);
    let p = p.mul_add(r, 0.5);
    let y = p.mul_add(r * r, r) + 1.0;
    // n lies in -126..=127, so the biased exponent of 2ⁿ is that of a normal number.
    let exponent = (n as i32 + 127) << 23;
    y * f32::from_bits(exponent as u32)
}

/// ln x for normal positive x; everything below the smallest normal number is taken for it.
#[inline(always)]
pub(crate) fn ln_f32(x: f32) -> f32 {
    let bits = x.max(f32::MIN_POSITIVE).to_bits();
    // x = m·2ᵉ with m in [1/2, 1).
    let e = (bits >> 23) as i32 - 126;
    let m = f32::from_bits((bits & 0x007f_ffff) | 0x3f00_0000);
    let small = m < std::f32::consts::FRAC_1_SQRT_2;
    let e = e as f32 - if small { 1.0 } else { 0.0 };
    let m = if small { m + m } else { m } - 1.0;
    let z = m * m;
    let p = 7.037_683_6e-2f32;
    let p = p.mul_add(m, -1.151_461e-1);
    let p = p.mul_add(m, 1.167_699_9e-1);
    let p = p.mul_add(m, -1.242_014_1e-1);
    let p = p.mul_add(m, 1.424_932_3e-1);
    let p = p.mul_add(m, -1.666_805_8e-1);
    let p = p.mul_add(m, 2.000_071_5e-1);
    let p = p.mul_add(m, -2.499_999_4e-1);
    let p = p.mul_add(m, 3.333_333e-1);
    let y = p * m * z;
    let y = e.mul_add(-2.121_944_4e-4, y);
    let y = z.mul_add(-0.5, y);
    e.mul_add(0.693_359_4, m + y)
}

/// tanh x.
#[inline(always)]
pub(crate) fn tanh_f32(x: f32) -> f32 {
    let z = x * x;
    let p = -5.704_988_7e-3f32;
    let p = p.mul_add(z, 2.063_909e-2);
    let p = p.mul_add(z, -5.373_971_5e-2);
    let p = p.mul_add(z, 1.333_144_2e-1);
    let p = p.mul_add(z, -3.333_328e-1);
    let near = (p * z).mul_add(x, x);
    let a = x.abs();
    let far = (1.0 - 2.0 / (exp_f32(a + a) + 1.0)).copysign(x);
    if a < 0.625 { near } else { far }
}

/// 1 / (1 + e^−x).
#[inline(always)]
pub(crate) fn sigmoid<T: Real>(x: T) -> T {
    T::ONE / (T::ONE + (-x).exp())
}

/// ln(1 + eˣ), without overflow.
#[inline(always)]
pub(crate) fn softplus<T: Real>(x: T) -> T {
    x.max(T::ZERO) + (T::ONE + (-x.abs()).exp()).ln()
}

/// z ↦ σ(z + bias) on rows as long as the bias; an empty bias is none.
pub(crate) fn bias_then_activate<T: Real>(rows: &mut [T], bias: &[T], activation: Activation) {
    #[inline(always)]
    fn on_rows<T: Real>(rows: &mut [T], bias: &[T], sigma: impl Fn(T) -> T) {
        if bias.is_empty() {
            rows.iter_mut().for_each(|z| *z = sigma(*z));
            return;
        }
        for row in rows.chunks_exact_mut(bias.len()) {
            for (z, &b) in row.iter_mut().zip(bias) {
                *z = sigma(*z + b);
            }
        }
    }
    vectorised(
        #[inline(always)]
        || match activation {
            Activation::Linear => on_rows(rows, bias, |z| z),
            Activation::Sigmoid => on_rows(rows, bias, sigmoid),
            Activation::Tanh => on_rows(rows, bias, T::tanh),
            Activation::Relu => on_rows(rows, bias, |z| z.max(T::ZERO)),
            Activation::LeakyRelu { slope } => {
                let slope = T::from_f64(slope);
                on_rows(rows, bias, |z| if z > T::ZERO { z } else { slope * z });
            }
            Activation::Silu => on_rows(rows, bias, |z| z * sigmoid(z)),
            Activation::Gelu => on_rows(rows, bias, |z| z * z.normal_distribution()),
            Activation::Erf => {
                let (two, root) = (T::from_f64(2.0), T::from_f64(std::f64::consts::SQRT_2));
                on_rows(rows, bias, |z| two * (root * z).normal_distribution() - T::ONE);
            }
        },
    );
}

/// Whether σ' can be had from the value σ(z) alone; if not, the trainer keeps z.
pub(crate) fn derivative_from_value(activation: Activation) -> bool {
    !matches!(activation, Activation::Silu | Activation::Gelu | Activation::Erf)
}

/// delta ↦ delta·σ', where `state` holds σ(z), or z if [`derivative_from_value`] says no.
pub(crate) fn times_derivative<T: Real>(delta: &mut [T], state: &[T], activation: Activation) {
    #[inline(always)]
    fn on<T: Real>(delta: &mut [T], state: &[T], slope: impl Fn(T) -> T) {
        for (d, &s) in delta.iter_mut().zip(state) {
            *d *= slope(s);
        }
    }
    vectorised(
        #[inline(always)]
        || match activation {
            Activation::Linear => {}
            Activation::Sigmoid => on(delta, state, |y| y * (T::ONE - y)),
            Activation::Tanh => on(delta, state, |y| T::ONE - y * y),
            Activation::Relu => on(delta, state, |y| if y > T::ZERO { T::ONE } else { T::ZERO }),
            Activation::LeakyRelu { slope } => {
                let slope = T::from_f64(slope);
                on(delta, state, |y| if y > T::ZERO { T::ONE } else { slope });
            }
            Activation::Silu => on(delta, state, |z| {
                let s = sigmoid(z);
                s * (T::ONE + z * (T::ONE - s))
            }),
            Activation::Erf => {
                let top = T::from_f64(std::f64::consts::FRAC_2_SQRT_PI);
                on(delta, state, |z| top * (-(z * z)).exp());
            }
            Activation::Gelu => on(delta, state, |z| {
                let density = T::from_f64(0.398_942_280_401_432_7) * (T::from_f64(-0.5) * z * z).exp();
                z.normal_distribution() + z * density
            }),
        },
    );
}

/// Adds every row to `sums`.
pub(crate) fn add_column_sums<T: Real>(sums: &mut [T], rows: &[T]) {
    vectorised(
        #[inline(always)]
        || {
            for row in rows.chunks_exact(sums.len()) {
                for (sum, &value) in sums.iter_mut().zip(row) {
                    *sum += value;
                }
            }
        },
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Largest error of `f` against `exact` on a grid, in units of the last place of the exact value.
    fn worst_ulps(lo: f32, hi: f32, f: impl Fn(f32) -> f32, exact: impl Fn(f64) -> f64) -> f64 {
        let steps = 200_000;
        (0..=steps)
            .map(|k| lo + (hi - lo) * (k as f32 / steps as f32))
            .map(|x| {
                let want = exact(f64::from(x));
                let ulp = f64::from((want.abs() as f32).next_up()) - f64::from(want.abs() as f32);
                (f64::from(f(x)) - want).abs() / ulp
            })
            .fold(0.0, f64::max)
    }

    #[test]
    fn f32_functions_are_accurate() {
        assert!(worst_ulps(-86.9, 87.9, exp_f32, f64::exp) < 2.0);
        assert!(worst_ulps(1e-30, 10.0, ln_f32, f64::ln) < 2.0);
        assert!(
            worst_ulps(
                0.0,
                1e30,
                |x| ln_f32(x.max(1e-3)),
                |x| x.max(f64::from(1e-3f32)).ln()
            ) < 2.0
        );
        assert!(worst_ulps(-20.0, 20.0, tanh_f32, f64::tanh) < 3.0);
        assert!(worst_ulps(-80.0, 80.0, sigmoid::<f32>, |x| 1.0 / (1.0 + (-x).exp())) < 4.0);
        assert!(
            worst_ulps(-60.0, 60.0, softplus::<f32>, |x| x.max(0.0)
                + (-x.abs()).exp().ln_1p())
                < 2e7
        );
    }

    #[test]
    fn extremes_saturate_without_nan() {
        for x in [-1e30f32, -100.0, 100.0, 1e30] {
            assert!(sigmoid(x).is_finite() && softplus(x).is_finite() && tanh_f32(x).abs() == 1.0);
        }
        assert!(sigmoid(f32::NAN).is_nan());
    }

    #[test]
    fn passes_agree_with_the_scalar_activation() {
        let all = [
            Activation::Linear,
            Activation::Sigmoid,
            Activation::Tanh,
            Activation::Relu,
            Activation::LeakyRelu { slope: 0.1 },
            Activation::Silu,
            Activation::Gelu,
            Activation::Erf,
        ];
        let z: Vec<f64> = (0..37).map(|i| 0.3 * f64::from(i) - 5.2).collect();
        for activation in all {
            let mut value = z.clone();
            bias_then_activate(&mut value, &vec![0.25; 37], activation);
            let shifted: Vec<f64> = z.iter().map(|z| z + 0.25).collect();
            let mut slope = vec![1.0; 37];
            let state = if derivative_from_value(activation) {
                &value
            } else {
                &shifted
            };
            times_derivative(&mut slope, state, activation);
            for ((&z, value), slope) in shifted.iter().zip(&value).zip(&slope) {
                assert!(
                    (value - activation.apply(z)).abs() < 1e-14,
                    "{activation:?} at {z}"
                );
                assert!(
                    (slope - activation.derivative(z)).abs() < 1e-12,
                    "{activation:?}' at {z}"
                );
            }
        }
    }
}
