//! Cyclotomic numbers: exact sums of roots of unity, the field of character values and rotations of finite order.
//!
//! An element is an order n with its coordinates in the basis 1, ζ, ..., ζ^(φ(n)-1) of Q(ζ_n), where ζ = E(n) is
//! exp(2πi/n) (L. Washington, *Introduction to Cyclotomic Fields*, chapter 2). Operands of different orders meet in the
//! field of the least common multiple; equality is equality of numbers, whatever the orders.
//!
//! ```
//! use groups::cyclotomic::Cyclotomic;
//! use groups::scalar::{rational, Scalar};
//! let golden = Cyclotomic::root_of_unity(5, 1) + Cyclotomic::root_of_unity(5, 4); // 2 cos 72°
//! assert_eq!(golden.times(&golden) + golden.clone(), Cyclotomic::from(rational(1, 1)));
//! assert_eq!(Cyclotomic::root_of_unity(12, 4), Cyclotomic::root_of_unity(3, 1));
//! assert!(golden.is_real());
//! ```

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::{Add, AddAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use num_complex::Complex;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};
use serde::{Serialize, Serializer};

use crate::scalar::Scalar;
use crate::univariate::Univariate;

/// A number in some cyclotomic field.
#[derive(Clone, Debug)]
pub struct Cyclotomic {
    /// The order n of the root of unity.
    order: usize,
    /// φ(n) coordinates.
    coordinates: Vec<BigRational>,
}

impl Cyclotomic {
    /// The root of unity E(n)^k = exp(2πi k/n).
    ///
    /// # Panics
    /// When `n` is zero.
    pub fn root_of_unity(n: usize, k: usize) -> Self {
        assert!(n > 0, "a root of unity has a positive order");
        let mut powers = vec![BigRational::zero(); n];
        powers[k % n] = BigRational::one();
        Self::from_powers(n, powers)
    }

    /// The sum of `coefficients[k] * E(n)^k`, for as many coefficients as n.
    pub(crate) fn from_powers(n: usize, coefficients: Vec<BigRational>) -> Self {
        let modulus = cyclotomic_polynomial(n);
        let degree = modulus.len() - 1;
        let mut rest = coefficients;
        for k in (degree..rest.len()).rev() {
            let factor = std::mem::replace(&mut rest[k], BigRational::zero());
            if factor.is_zero() {
                continue;
            }
            for (j, &c) in modulus[..degree].iter().enumerate().filter(|(_, c)| **c != 0) {
                rest[k - degree + j] -= &factor * BigRational::from_integer(c.into());
            }
        }
        rest.resize(degree, BigRational::zero());
        Cyclotomic {
            order: n,
            coordinates: rest,
        }
    }

    /// The order of the root of unity in which the number is written.
    pub fn order(&self) -> usize {
        self.order
    }

    /// The coordinates in the basis 1, E(n), ..., E(n)^(φ(n)-1).
    pub fn coordinates(&self) -> &[BigRational] {
        &self.coordinates
    }

    /// The same number in a field whose order is a multiple.
    fn lifted(&self, order: usize) -> Self {
        if order == self.order {
            return self.clone();
        }
        self.substituted(order, order / self.order)
    }

    /// E(n) replaced by E(order)^step.
    fn substituted(&self, order: usize, step: usize) -> Self {
        let mut powers = vec![BigRational::zero(); order];
        for (k, c) in self.coordinates.iter().enumerate() {
            powers[k * step % order] += c;
        }
        Self::from_powers(order, powers)
    }

    /// The image under the automorphism E(n) -> E(n)^k, for k coprime to the order.
    ///
    /// # Panics
    /// When `k` has a common factor with the order.
    pub fn galois(&self, k: usize) -> Self {
        assert!(
            k.gcd(&self.order) == 1,
            "an automorphism has an exponent coprime to the order"
        );
        self.substituted(self.order, k)
    }

    /// The complex conjugate.
    pub fn conjugate(&self) -> Self {
        self.substituted(self.order, self.order - 1)
    }

    /// Whether the number is real.
    pub fn is_real(&self) -> bool {
        *self == self.conjugate()
    }

    /// The number as a rational, `None` when it is none.
    pub fn to_rational(&self) -> Option<BigRational> {
        self.coordinates[1..]
            .iter()
            .all(BigRational::is_zero)
            .then(|| self.coordinates[0].clone())
    }

    /// The same number with the least possible order.
    pub fn reduced(&self) -> Self {
        let mut number = self.clone();
        let mut p = 2;
        while p <= number.order {
            let smaller = number.order / p;
            match number
                .order
                .is_multiple_of(p)
                .then(|| number.in_subfield(smaller))
                .flatten()
            {
                Some(reduced) => number = reduced,
                None => p += 1,
            }
        }
        number
    }

    /// The number in the field of order n/p, p a prime divisor of n, `None` when it is not there.
    fn in_subfield(&self, order: usize) -> Option<Self> {
        let p = self.order / order;
        let terms = self.coordinates.iter().enumerate().filter(|(_, c)| !c.is_zero());
        let mut powers = vec![BigRational::zero(); order];
        if order.is_multiple_of(p) {
            // ζ_n has the polynomial x^p - ζ_(n/p) over the subfield: 1, ζ_n, ..., ζ_n^(p-1) are a basis.
            for (k, c) in terms {
                if !k.is_multiple_of(p) {
                    return None;
                }
                powers[k / p] += c;
            }
            return Some(Self::from_powers(order, powers));
        }
        // ζ_n^k = ζ_(n/p)^a ζ_p^b with k = a p + b n/p. A number of the subfield is its trace over p - 1, and the trace
        // of ζ_p^b is p - 1 for b = 0 and -1 otherwise.
        let p_inverse = (1..=order).find(|x| x * p % order == 1 % order)?;
        let rest = BigRational::new((-1).into(), (p - 1).into());
        for (k, c) in terms {
            let a = k * p_inverse % order;
            if k.is_multiple_of(p) {
                powers[a] += c;
            } else {
                powers[a] += c * &rest;
            }
        }
        let candidate = Self::from_powers(order, powers);
        (candidate == *self).then_some(candidate)
    }

    /// The nearest complex floats, for display and comparison only.
    pub fn approximate(&self) -> Complex<f64> {
        let angle = 2.0 * std::f64::consts::PI / self.order as f64;
        let terms = self.coordinates.iter().enumerate();
        terms
            .map(|(k, c)| Complex::from_polar(c.to_f64().unwrap_or(f64::NAN), angle * k as f64))
            .sum()
    }
}

/// The n-th cyclotomic polynomial, lowest coefficient first: (x^n - 1) divided by those of the proper divisors.
pub(crate) fn cyclotomic_polynomial(n: usize) -> Vec<i64> {
    // The product over d | n of (1 - x^d)^mu(n/d), as a power series to the degree phi(n), up to sign.
    let degree = totient(n);
    let mut series = vec![0i64; degree + 1];
    series[0] = 1;
    for d in (1..=n).filter(|d| n.is_multiple_of(*d)) {
        match moebius(n / d) {
            1 => (d..=degree).rev().for_each(|k| series[k] -= series[k - d]),
            -1 => (d..=degree).for_each(|k| series[k] += series[k - d]),
            _ => {}
        }
    }
    if n == 1 {
        series.iter_mut().for_each(|c| *c = -*c);
    }
    series
}

fn prime_factors(mut n: usize) -> Vec<(usize, u32)> {
    let mut factors = Vec::new();
    let mut p = 2;
    while n > 1 {
        if p * p > n {
            p = n;
        }
        let mut exponent = 0;
        while n.is_multiple_of(p) {
            n /= p;
            exponent += 1;
        }
        if exponent > 0 {
            factors.push((p, exponent));
        }
        p += 1;
    }
    factors
}

fn totient(n: usize) -> usize {
    prime_factors(n).iter().fold(n, |phi, (p, _)| phi / p * (p - 1))
}

fn moebius(n: usize) -> i32 {
    let factors = prime_factors(n);
    match factors.iter().any(|(_, exponent)| *exponent > 1) {
        true => 0,
        false if factors.len() % 2 == 1 => -1,
        false => 1,
    }
}

impl From<BigRational> for Cyclotomic {
    fn from(value: BigRational) -> Self {
        Cyclotomic {
            order: 1,
            coordinates: vec![value],
        }
    }
}

impl PartialEq for Cyclotomic {
    fn eq(&self, other: &Self) -> bool {
        let order = self.order.lcm(&other.order);
        self.lifted(order).coordinates == other.lifted(order).coordinates
    }
}

impl Eq for Cyclotomic {}

/// By the coordinates in the least order, which equal numbers share.
impl Hash for Cyclotomic {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let number = self.reduced();
        number.order.hash(state);
        number.coordinates.hash(state);
    }
}

impl AddAssign<&Self> for Cyclotomic {
    fn add_assign(&mut self, other: &Self) {
        let order = self.order.lcm(&other.order);
        *self = self.lifted(order);
        for (a, b) in self.coordinates.iter_mut().zip(other.lifted(order).coordinates) {
            *a += b;
        }
    }
}

impl SubAssign<&Self> for Cyclotomic {
    fn sub_assign(&mut self, other: &Self) {
        *self += &-other.clone();
    }
}

impl MulAssign<&Self> for Cyclotomic {
    fn mul_assign(&mut self, other: &Self) {
        let order = self.order.lcm(&other.order);
        let (a, b) = (self.lifted(order), other.lifted(order));
        let mut powers = vec![BigRational::zero(); order];
        for (i, x) in a.coordinates.iter().enumerate().filter(|(_, x)| !x.is_zero()) {
            for (j, y) in b.coordinates.iter().enumerate().filter(|(_, y)| !y.is_zero()) {
                powers[(i + j) % order] += x * y;
            }
        }
        *self = Self::from_powers(order, powers);
    }
}

impl Add for Cyclotomic {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self += &other;
        self
    }
}

impl Sub for Cyclotomic {
    type Output = Self;

    fn sub(mut self, other: Self) -> Self {
        self -= &other;
        self
    }
}

impl Mul for Cyclotomic {
    type Output = Self;

    fn mul(mut self, other: Self) -> Self {
        self *= &other;
        self
    }
}

impl Neg for Cyclotomic {
    type Output = Self;

    fn neg(mut self) -> Self {
        self.coordinates.iter_mut().for_each(|c| *c = -&*c);
        self
    }
}

impl Zero for Cyclotomic {
    fn zero() -> Self {
        BigRational::zero().into()
    }

    fn is_zero(&self) -> bool {
        self.coordinates.iter().all(BigRational::is_zero)
    }
}

impl One for Cyclotomic {
    fn one() -> Self {
        BigRational::one().into()
    }
}

impl Scalar for Cyclotomic {
    /// By the extended Euclidean algorithm with the cyclotomic polynomial, which is irreducible.
    fn inverse(&self) -> Option<Self> {
        if self.is_zero() {
            return None;
        }
        let modulus = Univariate::from_integers(&cyclotomic_polynomial(self.order));
        let (_, inverse, _) = Univariate::new(self.coordinates.clone()).extended_gcd(&modulus);
        let mut powers = inverse.coefficients().to_vec();
        powers.resize(self.order.max(powers.len()), BigRational::zero());
        Some(Self::from_powers(self.order, powers))
    }
}

/// In the way of GAP: `1/2-E(3)+2*E(3)^2`, in the least order.
impl fmt::Display for Cyclotomic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.reduced();
        let mut first = true;
        for (k, c) in number
            .coordinates
            .iter()
            .enumerate()
            .filter(|(_, c)| !c.is_zero())
        {
            let sign = match (first, c.is_negative()) {
                (true, false) => "",
                (_, true) => "-",
                (false, false) => "+",
            };
            first = false;
            let size = c.abs();
            f.write_str(sign)?;
            if k == 0 || !size.is_one() {
                write!(f, "{size}{}", if k == 0 { "" } else { "*" })?;
            }
            match k {
                0 => {}
                1 => write!(f, "E({})", number.order)?,
                _ => write!(f, "E({})^{k}", number.order)?,
            }
        }
        if first { f.write_str("0") } else { Ok(()) }
    }
}

/// As text.
impl Serialize for Cyclotomic {
    fn serialize<T: Serializer>(&self, serializer: T) -> Result<T::Ok, T::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linear::Matrix;
    use crate::scalar::rational;

    fn e(n: usize, k: usize) -> Cyclotomic {
        Cyclotomic::root_of_unity(n, k)
    }

    #[test]
    fn cyclotomic_polynomials_divide_x_n_minus_1() {
        assert_eq!(cyclotomic_polynomial(1), [-1, 1]);
        assert_eq!(cyclotomic_polynomial(12), [1, 0, -1, 0, 1]);
        assert!(
            cyclotomic_polynomial(105).contains(&-2),
            "the first with a coefficient other than 0, 1, -1"
        );
        for n in 1..=30 {
            let product = (1..=n)
                .filter(|d| n % d == 0)
                .fold(Univariate::one(), |product, d| {
                    &product * &Univariate::from_integers(&cyclotomic_polynomial(d))
                });
            let mut expected = vec![0; n + 1];
            (expected[0], expected[n]) = (-1, 1);
            assert_eq!(product, Univariate::from_integers(&expected), "{n}");
        }
    }

    #[test]
    fn sums_products_inverses_and_conjugates() {
        let number = e(15, 2) + e(4, 1).times(&Cyclotomic::from(rational(3, 7)));
        assert_eq!(number.order(), 60);
        assert_eq!(number.times(&number.inverse().unwrap()), Cyclotomic::one());
        assert!(number.times(&number.conjugate()).is_real());
        assert_eq!((number.clone() - number.clone()).inverse(), None);
        let sum = (0..7).fold(Cyclotomic::zero(), |sum, k| sum + e(7, k));
        assert!(sum.is_zero());
        let z = number.approximate();
        let expected =
            Complex::from_polar(1.0, 4.0 * std::f64::consts::PI / 15.0) + Complex::new(0.0, 3.0 / 7.0);
        assert!((z - expected).norm() < 1e-14);
    }

    #[test]
    fn the_least_order_and_the_text() {
        // Gauss: the quadratic sum for 5 is sqrt 5, and sqrt(5)^2 = 5 is rational.
        let root5 = e(5, 1) - e(5, 2) - e(5, 3) + e(5, 4);
        assert_eq!(root5.times(&root5).reduced().to_rational(), Some(rational(5, 1)));
        assert_eq!(e(12, 3).reduced().order(), 4);
        assert_eq!(e(6, 1).to_string(), "1+E(3)");
        assert_eq!(e(8, 2).to_string(), "E(4)");
        assert_eq!(
            (e(3, 1).times(&Cyclotomic::from(rational(-1, 2)))).to_string(),
            "-1/2*E(3)"
        );
        assert_eq!(Cyclotomic::zero().to_string(), "0");
        assert_eq!(root5.galois(2), -root5.clone());
    }

    /// The subfield is found by a trace; here it is found by solving for coordinates in its lifted basis.
    #[test]
    fn the_least_order_agrees_with_linear_algebra() {
        let in_subfield = |number: &Cyclotomic, order: usize| {
            let degree = totient(order);
            let basis: Vec<Cyclotomic> = (0..degree).map(|k| e(order, k).lifted(number.order)).collect();
            let columns = Matrix::from_fn(number.coordinates.len(), degree, |i, j| {
                basis[j].coordinates[i].clone()
            });
            columns.solve(&number.coordinates).unwrap().is_some()
        };
        for n in [6usize, 8, 9, 12, 15, 20, 30, 45] {
            for d in (1..=n).filter(|d| n.is_multiple_of(*d)) {
                let number = (e(d, 1) + e(d, d / 2).times(&Cyclotomic::from(rational(2, 3)))).lifted(n);
                let least = (1..=n)
                    .find(|&m| n.is_multiple_of(m) && in_subfield(&number, m))
                    .unwrap();
                let reduced = number.reduced();
                assert_eq!((reduced.order(), &reduced), (least, &number), "{n} {d}");
            }
        }
    }

    #[test]
    fn linear_algebra_over_the_field() {
        // The Fourier matrix of order 5 times its conjugate is 5.
        let fourier = Matrix::from_fn(5, 5, |i, j| e(5, i * j));
        let inverse = fourier.inverse().unwrap();
        let fifth = Cyclotomic::from(rational(1, 5));
        assert_eq!(
            inverse,
            Matrix::from_fn(5, 5, |i, j| e(5, i * j).conjugate().times(&fifth))
        );
        assert_eq!(Matrix::from_fn(4, 5, |i, j| e(5, (i % 2) * j)).rank(), 2);
    }
}
