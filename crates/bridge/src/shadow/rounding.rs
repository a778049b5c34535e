//! Outward-rounded interval arithmetic on f64: the ground on which the certified bounds stand.
//!
//! An [`Interval`] \[lo, hi\] is the set of reals between its end points. Invariant: each operation returns an interval
//! that contains every exact result for arguments in the given intervals. It holds because IEEE 754 rounds each
//! elementary operation to the nearest double, so the double below a rounded lower end lies at or below the exact
//! value, and likewise above (Moore, Kearfott, Cloud, *Introduction to Interval Analysis*, 2009, §3). An operation that
//! overflows or is not defined gives an infinite end point: less information, never a wrong one.
//!
//! `exp`, `tanh`, `erf` and `erfc` come from a mathematical library that is not correctly rounded. They are assumed accurate
//! to [`LIBM_ULPS`] units in the last place (glibc, musl and the `libm` crate document at most 2) and widened by
//! that much on both sides; this is the one assumption of a certified bound beyond IEEE 754.
//!
//! Sums of many products are not evaluated term by term: [`dot`] adds the a priori error bound
//! |fl(aᵀb) − aᵀb| ≤ γₙ |a|ᵀ|b| with γₙ = nu/(1 − nu), u = 2⁻⁵³, which holds for every order of summation and with or
//! without fused multiply-add (Higham, *Accuracy and Stability of Numerical Algorithms*, 2nd ed., §3.1).
//!
//! ```
//! use bridge::shadow::Interval;
//! let tenth = Interval::point(1.0) / Interval::point(10.0);
//! assert!(tenth.lo() < 0.1 && 0.1 < tenth.hi()); // the real 1/10 is not a double; the interval holds it
//! assert!((tenth * Interval::point(10.0)).contains(1.0));
//! assert!(Interval::new(-1.0, 2.0).unwrap().square().lo() == 0.0);
//! ```

use serde::{Deserialize, Serialize};
use std::ops::{Add, Div, Mul, Neg, Sub};

/// Unit roundoff of f64, 2⁻⁵³.
pub const UNIT_ROUNDOFF: f64 = f64::EPSILON / 2.0;

/// Error of the library's `exp`, `tanh`, `erf` and `erfc` that is allowed for, in units in the last place.
pub const LIBM_ULPS: u32 = 8;

/// A closed interval of reals with f64 end points; see the module for its invariant.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    lo: f64,
    hi: f64,
}

impl Interval {
    /// The whole real line.
    pub const ENTIRE: Interval = Interval {
        lo: f64::NEG_INFINITY,
        hi: f64::INFINITY,
    };
    /// The number zero.
    pub const ZERO: Interval = Interval { lo: 0.0, hi: 0.0 };
    /// The number one.
    pub const ONE: Interval = Interval { lo: 1.0, hi: 1.0 };

    /// \[lo, hi\]; `None` if an end point is NaN or lo > hi.
    pub fn new(lo: f64, hi: f64) -> Option<Self> {
        (lo <= hi).then_some(Interval { lo, hi })
    }

    /// The double `x` as an exact number; the whole line if it is NaN.
    pub fn point(x: f64) -> Self {
        if x.is_nan() {
            Interval::ENTIRE
        } else {
            Interval { lo: x, hi: x }
        }
    }

    /// \[−radius, radius\] for a radius ≥ 0; the whole line if it is NaN.
    pub fn symmetric(radius: f64) -> Self {
        if radius.is_nan() {
            Interval::ENTIRE
        } else {
            Interval {
                lo: -radius.abs(),
                hi: radius.abs(),
            }
        }
    }

    /// From end points that may be NaN after an undefined operation.
    fn outward(lo: f64, hi: f64) -> Self {
        Interval {
            lo: if lo.is_nan() {
                f64::NEG_INFINITY
            } else {
                lo.next_down()
            },
            hi: if hi.is_nan() { f64::INFINITY } else { hi.next_up() },
        }
    }

    /// Lower end point.
    pub fn lo(self) -> f64 {
        self.lo
    }

    /// Upper end point.
    pub fn hi(self) -> f64 {
        self.hi
    }

    /// An upper bound of |x| over the interval, attained at an end point.
    pub fn magnitude(self) -> f64 {
        self.lo.abs().max(self.hi.abs())
    }

    /// An upper bound of the width hi − lo.
    pub fn width(self) -> f64 {
        if self.lo == self.hi {
            0.0
        } else {
            (self.hi - self.lo).next_up()
        }
    }

    /// A double near the middle (within the interval if that is bounded).
    pub fn midpoint(self) -> f64 {
        let middle = 0.5 * self.lo + 0.5 * self.hi;
        if middle.is_finite() {
            middle.clamp(self.lo, self.hi)
        } else {
            0.0
        }
    }

    /// Whether `x` lies in the interval.
    pub fn contains(self, x: f64) -> bool {
        self.lo <= x && x <= self.hi
    }

    /// The smallest interval that contains both.
    pub fn hull(self, other: Self) -> Self {
        Interval {
            lo: self.lo.min(other.lo),
            hi: self.hi.max(other.hi),
        }
    }

    /// What both contain. Two enclosures of one number always meet; should they not, the first is returned.
    pub fn intersect(self, other: Self) -> Self {
        Interval::new(self.lo.max(other.lo), self.hi.min(other.hi)).unwrap_or(self)
    }

    /// {|x|}.
    pub fn abs(self) -> Self {
        if self.lo >= 0.0 {
            self
        } else if self.hi <= 0.0 {
            -self
        } else {
            Interval {
                lo: 0.0,
                hi: self.magnitude(),
            }
        }
    }

    /// {x²}.
    pub fn square(self) -> Self {
        let a = self.abs();
        if a.hi == 0.0 {
            return Interval::ZERO;
        }
        let square = Interval::outward(a.lo * a.lo, a.hi * a.hi);
        Interval {
            lo: square.lo.max(0.0),
            ..square
        }
    }

    /// {√x}; the negative part of the interval is taken as zero.
    pub fn sqrt(self) -> Self {
        let root = Interval::outward(self.lo.max(0.0).sqrt(), self.hi.max(0.0).sqrt());
        Interval {
            lo: root.lo.max(0.0),
            ..root
        }
    }

    /// Widened by [`LIBM_ULPS`] on both sides.
    fn widen_libm(self) -> Self {
        let margin = |x: f64| f64::from(LIBM_ULPS) * (x.abs().next_up() - x.abs()).max(f64::from_bits(1));
        let (lo, hi) = (self.lo - margin(self.lo), self.hi + margin(self.hi));
        Interval {
            lo: if lo.is_nan() { self.lo } else { lo.next_down() },
            hi: if hi.is_nan() { self.hi } else { hi.next_up() },
        }
    }

    /// {eˣ}, of which nothing is negative.
    pub fn exp(self) -> Self {
        let value = Interval {
            lo: self.lo.exp(),
            hi: self.hi.exp(),
        }
        .widen_libm();
        Interval {
            lo: value.lo.clamp(0.0, f64::MAX),
            ..value
        }
    }

    /// {tanh x}, within \[−1, 1\].
    pub fn tanh(self) -> Self {
        let value = Interval {
            lo: self.lo.tanh(),
            hi: self.hi.tanh(),
        }
        .widen_libm();
        Interval {
            lo: value.lo.max(-1.0),
            hi: value.hi.min(1.0),
        }
    }

    /// {erf x}, within \[−1, 1\].
    pub fn erf(self) -> Self {
        let value = Interval {
            lo: libm::erf(self.lo),
            hi: libm::erf(self.hi),
        }
        .widen_libm();
        Interval {
            lo: value.lo.max(-1.0),
            hi: value.hi.min(1.0),
        }
    }

    /// {erfc x}, within \[0, 2\].
    pub fn erfc(self) -> Self {
        let value = Interval {
            lo: libm::erfc(self.hi),
            hi: libm::erfc(self.lo),
        }
        .widen_libm();
        Interval {
            lo: value.lo.max(0.0),
            hi: value.hi.min(2.0),
        }
    }
}

impl Neg for Interval {
    type Output = Interval;
    fn neg(self) -> Interval {
        Interval {
            lo: -self.hi,
            hi: -self.lo,
        }
    }
}

impl Add for Interval {
    type Output = Interval;
    fn add(self, other: Interval) -> Interval {
        if other == Interval::ZERO {
            return self;
        }
        if self == Interval::ZERO {
            return other;
        }
        Interval::outward(self.lo + other.lo, self.hi + other.hi)
    }
}

impl Sub for Interval {
    type Output = Interval;
    fn sub(self, other: Interval) -> Interval {
        self + -other
    }
}

impl Mul for Interval {
    type Output = Interval;
    fn mul(self, other: Interval) -> Interval {
        if self == Interval::ZERO || other == Interval::ZERO {
            return Interval::ZERO; // the factors are real numbers, whatever the bounds on them
        }
        if self == Interval::ONE {
            return other;
        }
        if other == Interval::ONE {
            return self;
        }
        // an infinite end point means "any real so far out", so its product with an end point 0 is 0, not NaN
        let product = |a: f64, b: f64| if a == 0.0 || b == 0.0 { 0.0 } else { a * b };
        let all = [
            product(self.lo, other.lo),
            product(self.lo, other.hi),
            product(self.hi, other.lo),
            product(self.hi, other.hi),
        ];
        Interval::outward(
            all.iter().copied().fold(f64::INFINITY, f64::min),
            all.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        )
    }
}

impl Mul<f64> for Interval {
    type Output = Interval;
    fn mul(self, factor: f64) -> Interval {
        self * Interval::point(factor)
    }
}

impl Div for Interval {
    type Output = Interval;
    /// The whole line if the divisor contains 0.
    fn div(self, other: Interval) -> Interval {
        if other.contains(0.0) {
            return Interval::ENTIRE;
        }
        if self == Interval::ZERO {
            return Interval::ZERO;
        }
        let all = [
            self.lo / other.lo,
            self.lo / other.hi,
            self.hi / other.lo,
            self.hi / other.hi,
        ];
        if all.iter().any(|q| q.is_nan()) {
            return Interval::ENTIRE;
        }
        Interval::outward(
            all.iter().copied().fold(f64::INFINITY, f64::min),
            all.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        )
    }
}

/// a + b rounded up.
pub fn add_up(a: f64, b: f64) -> f64 {
    if b == 0.0 {
        a
    } else if a == 0.0 {
        b
    } else {
        (a + b).next_up()
    }
}

/// ab rounded up, for a, b ≥ 0.
pub fn mul_up(a: f64, b: f64) -> f64 {
    if a == 0.0 || b == 0.0 {
        0.0
    } else {
        (a * b).next_up()
    }
}

/// √a rounded up, for a ≥ 0.
pub fn sqrt_up(a: f64) -> f64 {
    if a == 0.0 { 0.0 } else { a.sqrt().next_up() }
}

/// An upper bound of the relative error of a computed sum of `terms` products (or of `terms` + 2 numbers), with a
/// factor of 2 to spare for replacing exact by computed absolute values: 2(n + 2)u ≥ γₙ₊₁/(1 − γₙ₊₁).
pub fn gamma(terms: usize) -> f64 {
    2.0 * (terms as f64 + 2.0) * UNIT_ROUNDOFF
}

/// What `terms` underflowing products can contribute at most.
pub fn underflow(terms: usize) -> f64 {
    (terms as f64 + 1.0) * f64::MIN_POSITIVE
}

/// An enclosure of the inner product Σ aᵢbᵢ of exact doubles, O(n); see the module for the bound.
///
/// ```
/// use bridge::shadow::rounding::dot;
/// let exact = dot([1e16, 1.0, -1e16], [1.0, 1.0, 1.0]);
/// assert!(exact.contains(1.0));
/// assert_eq!(dot([0.0, 2.0], [5.0, 0.0]).magnitude(), 0.0);
/// ```
pub fn dot(a: impl IntoIterator<Item = f64>, b: impl IntoIterator<Item = f64>) -> Interval {
    let (mut sum, mut magnitude, mut terms) = (0.0, 0.0, 0usize);
    for (x, y) in a.into_iter().zip(b) {
        let product = x * y;
        sum += product;
        magnitude += product.abs();
        terms += usize::from(x != 0.0 && y != 0.0);
    }
    if terms == 0 {
        return Interval::point(sum);
    }
    Interval::point(sum) + Interval::symmetric(add_up(mul_up(gamma(terms), magnitude), underflow(terms)))
}

/// An upper bound of Σ |xᵢ|.
pub fn sum_up(values: impl IntoIterator<Item = f64>) -> f64 {
    let (mut sum, mut terms) = (0.0, 0usize);
    for x in values {
        sum += x.abs();
        terms += usize::from(x != 0.0);
    }
    if terms <= 1 {
        sum
    } else {
        mul_up(sum, 1.0 + gamma(terms))
    }
}

/// An upper bound of the Euclidean norm, exact for zero.
pub fn norm_up(values: impl IntoIterator<Item = f64>) -> f64 {
    let (mut sum, mut terms) = (0.0, 0usize);
    for x in values {
        sum += x * x;
        terms += usize::from(x != 0.0);
    }
    if terms == 0 {
        return 0.0;
    }
    // squares below the smallest normal number lose relative accuracy: their absolute loss is added back
    mul_up(sqrt_up(add_up(sum, underflow(terms))), 1.0 + gamma(terms))
}

/// [`norm_up`] of a slice, in eight independent sums.
pub fn norm_up_slice(values: &[f64]) -> f64 {
    let chunks = values.chunks_exact(8);
    let mut sums = [0.0; 8];
    let mut rest = 0.0;
    for x in chunks.remainder() {
        rest += x * x;
    }
    for chunk in chunks {
        for (sum, x) in sums.iter_mut().zip(chunk) {
            *sum += x * x;
        }
    }
    let sum = sums.iter().sum::<f64>() + rest;
    if sum == 0.0 {
        return norm_up(values.iter().copied()); // zero, or squares too small to see
    }
    mul_up(
        sqrt_up(add_up(sum, underflow(values.len()))),
        1.0 + gamma(values.len()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::BigInt;
    use num_rational::BigRational;
    use num_traits::{FromPrimitive, One, Signed, Zero};
    use proptest::prelude::*;

    fn rational(x: f64) -> BigRational {
        BigRational::from_f64(x).expect("finite")
    }

    fn holds(interval: Interval, exact: &BigRational) -> bool {
        (interval.lo == f64::NEG_INFINITY || rational(interval.lo) <= *exact)
            && (interval.hi == f64::INFINITY || *exact <= rational(interval.hi))
    }

    /// eˣ as a rational with error below 10⁻⁴⁰: Taylor at x/2ᵏ, then k squarings, each cut to 200 bits.
    fn exp_rational(x: f64) -> BigRational {
        let k = 12u32;
        let y = rational(x) / BigRational::from_integer(BigInt::from(1u64 << k));
        let cut = |q: BigRational| {
            let scale = BigInt::one() << 260u32;
            BigRational::new(
                (q * BigRational::from_integer(scale.clone()))
                    .floor()
                    .to_integer(),
                scale,
            )
        };
        let y = cut(y);
        let (mut term, mut sum) = (BigRational::one(), BigRational::one());
        for n in 1..40 {
            term = cut(term * &y / BigRational::from_integer(BigInt::from(n)));
            sum += &term;
        }
        (0..k).fold(sum, |s, _| cut(&s * &s))
    }

    proptest! {
        #[test]
        fn elementary_operations_hold_the_exact_result(a in -1e6f64..1e6, b in -1e6f64..1e6, w in 0f64..1.0) {
            let (x, y) = (Interval::new(a, a + w).unwrap(), Interval::point(b));
            let (p, q) = (rational(a + w), rational(b));
            prop_assert!(holds(x + y, &(&p + &q)));
            prop_assert!(holds(x - y, &(&p - &q)));
            prop_assert!(holds(x * y, &(&p * &q)));
            prop_assert!(holds(x.square(), &(&p * &p)));
            prop_assert!(holds(x.abs(), &p.abs()));
            if b != 0.0 {
                prop_assert!(holds(x / y, &(&p / &q)));
            }
            let root = x.abs().sqrt();
            prop_assert!(rational(root.hi) * rational(root.hi) >= p.abs() && rational(root.lo) * rational(root.lo) <= p.abs());
        }

        #[test]
        fn dot_and_norm_hold_the_exact_result(
            v in proptest::collection::vec((-1e3f64..1e3, -1e3f64..1e3), 1..40),
            exponent in -160i32..100,
        ) {
            let scale = 2f64.powi(exponent);
            let (a, b): (Vec<f64>, Vec<f64>) = v.iter().map(|&(x, y)| (x * scale, y)).unzip();
            let exact = a.iter().zip(&b).fold(BigRational::zero(), |s, (&x, &y)| s + rational(x) * rational(y));
            prop_assert!(holds(dot(a.iter().copied(), b.iter().copied()), &exact));
            let squares = a.iter().fold(BigRational::zero(), |s, &x| s + rational(x) * rational(x));
            for norm in [norm_up(a.iter().copied()), norm_up_slice(&a)] {
                let norm = rational(norm);
                prop_assert!(&norm * &norm >= squares);
            }
            let sum = a.iter().fold(BigRational::zero(), |s, &x| s + rational(x).abs());
            prop_assert!(rational(sum_up(a.iter().copied())) >= sum);
        }

        #[test]
        fn exp_and_tanh_hold_an_independent_rational_value(x in -20f64..20.0) {
            let e = exp_rational(x);
            prop_assert!(holds(Interval::point(x).exp(), &e));
            let e2 = &e * &e;
            let tanh = (&e2 - BigRational::one()) / (&e2 + BigRational::one());
            prop_assert!(holds(Interval::point(x).tanh(), &tanh));
        }
    }

    #[test]
    fn erfc_holds_tabulated_values() {
        // Abramowitz and Stegun, table 7.1 (erf to ten digits) and erfc(2), erfc(5) from DLMF 7.2
        for (x, erfc, digit) in [
            (0.5, 1.0 - 0.520_499_877_8, 1e-10),
            (1.0, 1.0 - 0.842_700_792_9, 1e-10),
            (2.0, 4.677_734_981_047_266e-3, 1e-17),
            (5.0, 1.537_459_794_428_035e-12, 1e-26),
        ] {
            let enclosure = Interval::point(x).erfc();
            assert!((enclosure.midpoint() - erfc).abs() <= digit, "erfc({x})");
            assert!(enclosure.width() <= 20.0 * f64::EPSILON * enclosure.hi());
        }
    }

    #[test]
    fn undefined_and_overflowing_operations_lose_information_only() {
        let max = Interval::point(f64::MAX);
        assert_eq!((max + max).hi(), f64::INFINITY);
        assert_eq!((max * max).hi(), f64::INFINITY);
        assert_eq!(
            Interval::ONE / Interval::new(-1.0, 1.0).unwrap(),
            Interval::ENTIRE
        );
        assert_eq!(Interval::ENTIRE * Interval::ZERO, Interval::ZERO);
        assert_eq!(Interval::ENTIRE - Interval::ENTIRE, Interval::ENTIRE);
        assert_eq!(Interval::point(f64::NAN), Interval::ENTIRE);
        assert_eq!(Interval::new(1.0, f64::NAN), None);
        assert_eq!(Interval::new(2.0, 1.0), None);
        assert!(norm_up([1e-200, 1e-200]) >= 1.414e-200);
        assert_eq!(norm_up([0.0, 0.0]), 0.0);
    }
}
