//! Polynomials in one variable over an exact field, and their factors over the rationals.
//!
//! ```
//! use groups::scalar::rational;
//! use groups::univariate::Univariate;
//! let f = Univariate::from_integers(&[-1, 0, 0, 0, 1]); // x^4 - 1, lowest coefficient first
//! let factors: Vec<String> = f.factor().iter().map(|(g, k)| format!("({g})^{k}")).collect();
//! assert_eq!(factors, ["(x - 1)^1", "(x + 1)^1", "(x^2 + 1)^1"]);
//! assert_eq!(f.evaluate(&rational(2, 1)), rational(15, 1));
//! ```

mod factor;
mod finite;
mod sturm;

use std::fmt;
use std::ops::{Add, Mul, Sub};

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use serde::{Serialize, Serializer};

pub(crate) use finite::ResidueRing;

use crate::GroupError;
use crate::linear::{Matrix, RationalMatrix};
use crate::scalar::Scalar;

/// A polynomial in one variable; the zero polynomial has no coefficients.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Univariate<S> {
    /// Lowest coefficient first, the last one nonzero.
    coefficients: Vec<S>,
}

impl<S: Scalar> Univariate<S> {
    /// The polynomial with these coefficients, lowest first; leading zeros are dropped.
    pub fn new(mut coefficients: Vec<S>) -> Self {
        while coefficients.last().is_some_and(S::is_zero) {
            coefficients.pop();
        }
        Univariate { coefficients }
    }

    /// The zero polynomial.
    pub fn zero() -> Self {
        Univariate {
            coefficients: Vec::new(),
        }
    }

    /// The constant one.
    pub fn one() -> Self {
        Univariate {
            coefficients: vec![S::one()],
        }
    }

    /// The variable.
    pub fn x() -> Self {
        Univariate {
            coefficients: vec![S::zero(), S::one()],
        }
    }

    /// The coefficients, lowest first.
    pub fn coefficients(&self) -> &[S] {
        &self.coefficients
    }

    /// The coefficient of x^k.
    pub fn coefficient(&self, k: usize) -> S {
        self.coefficients.get(k).cloned().unwrap_or_else(S::zero)
    }

    /// Whether this is zero.
    pub fn is_zero(&self) -> bool {
        self.coefficients.is_empty()
    }

    /// The degree, `None` for zero.
    pub fn degree(&self) -> Option<usize> {
        self.coefficients.len().checked_sub(1)
    }

    /// The leading coefficient, `None` for zero.
    pub fn leading(&self) -> Option<&S> {
        self.coefficients.last()
    }

    /// The value at a point (Horner).
    pub fn evaluate(&self, x: &S) -> S {
        self.coefficients.iter().rev().fold(S::zero(), |mut value, c| {
            value *= x;
            value += c;
            value
        })
    }

    /// The value at a square matrix.
    ///
    /// # Errors
    /// [`GroupError::Shape`] when the matrix is not square.
    pub fn evaluate_at_matrix(&self, matrix: &Matrix<S>) -> Result<Matrix<S>, GroupError> {
        let n = matrix.square_size("the matrix")?;
        let mut value = Matrix::zeros(n, n);
        for c in self.coefficients.iter().rev() {
            value = &value * matrix;
            for i in 0..n {
                value[(i, i)] += c;
            }
        }
        Ok(value)
    }

    /// The derivative.
    pub fn derivative(&self) -> Self {
        let mut factor = S::zero();
        let lowered = self.coefficients.iter().skip(1).map(|c| {
            factor += &S::one();
            c.times(&factor)
        });
        Self::new(lowered.collect())
    }

    /// Every coefficient times `factor`.
    pub fn scaled(&self, factor: &S) -> Self {
        Self::new(self.coefficients.iter().map(|c| c.times(factor)).collect())
    }

    /// The multiple with leading coefficient one; zero stays zero.
    pub fn monic(&self) -> Self {
        match self.leading().and_then(S::inverse) {
            Some(inverse) => self.scaled(&inverse),
            None => self.clone(),
        }
    }

    /// Quotient and remainder, `None` for a zero divisor.
    pub fn div_rem(&self, divisor: &Self) -> Option<(Self, Self)> {
        let inverse = divisor.leading()?.inverse()?;
        let shift = divisor.coefficients.len();
        let mut rest = self.coefficients.clone();
        let mut quotient = vec![S::zero(); (rest.len() + 1).saturating_sub(shift)];
        for k in (0..quotient.len()).rev() {
            let factor = rest[k + shift - 1].times(&inverse);
            if factor.is_zero() {
                continue;
            }
            let negative = -factor.clone();
            for (x, c) in rest[k..].iter_mut().zip(&divisor.coefficients) {
                x.add_product(&negative, c);
            }
            quotient[k] = factor;
        }
        rest.truncate(shift - 1);
        Some((Self::new(quotient), Self::new(rest)))
    }

    /// The monic greatest common divisor; zero when both are zero.
    pub fn gcd(&self, other: &Self) -> Self {
        let (mut a, mut b) = (self.clone(), other.clone());
        while let Some((_, rest)) = a.div_rem(&b) {
            (a, b) = (b, rest.monic());
        }
        a.monic()
    }

    /// The gcd d with cofactors: `self * s + other * t = d`.
    pub fn extended_gcd(&self, other: &Self) -> (Self, Self, Self) {
        let (mut a, mut b) = (self.clone(), other.clone());
        let (mut s, mut next_s) = (Self::one(), Self::zero());
        let (mut t, mut next_t) = (Self::zero(), Self::one());
        while let Some((quotient, rest)) = a.div_rem(&b) {
            (a, b) = (b, rest);
            (s, next_s) = (next_s.clone(), &s - &(&quotient * &next_s));
            (t, next_t) = (next_t.clone(), &t - &(&quotient * &next_t));
        }
        match a.leading().and_then(S::inverse) {
            Some(scale) => (a.scaled(&scale), s.scaled(&scale), t.scaled(&scale)),
            None => (a, s, t),
        }
    }

    /// The polynomial raised to a power.
    pub fn pow(&self, exponent: usize) -> Self {
        (0..exponent).fold(Self::one(), |product, _| &product * self)
    }

    /// The product of the distinct irreducible factors, monic; the field must have characteristic 0.
    pub fn squarefree_part(&self) -> Self {
        let common = self.gcd(&self.derivative());
        self.div_rem(&common)
            .map_or_else(Self::zero, |(quotient, _)| quotient.monic())
    }

    /// Yun's squarefree decomposition in characteristic 0: monic coprime parts with their multiplicities.
    pub fn squarefree_decomposition(&self) -> Vec<(Self, usize)> {
        let divide = |a: &Self, b: &Self| a.div_rem(b).map_or_else(Self::zero, |(quotient, _)| quotient);
        let mut parts = Vec::new();
        let common = self.gcd(&self.derivative());
        let mut b = divide(self, &common);
        let mut d = &divide(&self.derivative(), &common) - &b.derivative();
        let mut multiplicity = 1;
        while b.degree().is_some_and(|degree| degree > 0) {
            let part = b.gcd(&d);
            b = divide(&b, &part);
            d = &divide(&d, &part) - &b.derivative();
            if part.degree() > Some(0) {
                parts.push((part, multiplicity));
            }
            multiplicity += 1;
        }
        parts
    }
}

impl Univariate<BigRational> {
    /// The rational polynomial with these integer coefficients, lowest first.
    pub fn from_integers(coefficients: &[i64]) -> Self {
        Self::new(
            coefficients
                .iter()
                .map(|&c| BigRational::from_integer(c.into()))
                .collect(),
        )
    }

    /// The primitive integer multiple with positive leading coefficient; empty for zero.
    pub(crate) fn primitive(&self) -> Vec<BigInt> {
        use num_integer::Integer;
        let denominator = self
            .coefficients
            .iter()
            .fold(BigInt::one(), |common, c| common.lcm(c.denom()));
        let integers: Vec<BigInt> = self
            .coefficients
            .iter()
            .map(|c| c.numer() * (&denominator / c.denom()))
            .collect();
        let content = integers.iter().fold(BigInt::zero(), |common, c| common.gcd(c));
        let negative = integers.last().is_some_and(BigInt::is_negative);
        let content = if negative { -content } else { content };
        integers.iter().map(|c| c / &content).collect()
    }

    /// The companion matrix, whose characteristic polynomial is the monic multiple; `None` for constants.
    pub fn companion_matrix(&self) -> Option<RationalMatrix> {
        let n = self.degree().filter(|&n| n > 0)?;
        let monic = self.monic();
        Some(RationalMatrix::from_fn(n, n, |i, j| match j {
            j if j + 1 == n => -monic.coefficient(i),
            j if j + 1 == i => BigRational::one(),
            _ => BigRational::zero(),
        }))
    }
}

impl<S: Scalar> Add for &Univariate<S> {
    type Output = Univariate<S>;

    fn add(self, other: Self) -> Univariate<S> {
        let len = self.coefficients.len().max(other.coefficients.len());
        Univariate::new(
            (0..len)
                .map(|k| {
                    let mut sum = self.coefficient(k);
                    sum += &other.coefficient(k);
                    sum
                })
                .collect(),
        )
    }
}

impl<S: Scalar> Sub for &Univariate<S> {
    type Output = Univariate<S>;

    fn sub(self, other: Self) -> Univariate<S> {
        let len = self.coefficients.len().max(other.coefficients.len());
        Univariate::new(
            (0..len)
                .map(|k| {
                    let mut difference = self.coefficient(k);
                    difference -= &other.coefficient(k);
                    difference
                })
                .collect(),
        )
    }
}

impl<S: Scalar> Mul for &Univariate<S> {
    type Output = Univariate<S>;

    fn mul(self, other: Self) -> Univariate<S> {
        let mut product = vec![S::zero(); self.coefficients.len() + other.coefficients.len()];
        for (i, a) in self.coefficients.iter().enumerate() {
            for (j, b) in other.coefficients.iter().enumerate() {
                product[i + j].add_product(a, b);
            }
        }
        Univariate::new(product)
    }
}

/// Highest power first, in the variable x: `x^2 - 1/2*x + 3`.
impl fmt::Display for Univariate<BigRational> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, "x")
    }
}

impl Univariate<BigRational> {
    /// The text form in a variable of the caller's choice.
    pub fn to_text(&self, variable: &str) -> String {
        struct In<'a>(&'a Univariate<BigRational>, &'a str);
        impl fmt::Display for In<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.write(f, self.1)
            }
        }
        In(self, variable).to_string()
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, variable: &str) -> fmt::Result {
        if self.is_zero() {
            return f.write_str("0");
        }
        let mut first = true;
        for (k, c) in self
            .coefficients
            .iter()
            .enumerate()
            .rev()
            .filter(|(_, c)| !c.is_zero())
        {
            f.write_str(match (first, c.is_negative()) {
                (true, false) => "",
                (true, true) => "-",
                (false, false) => " + ",
                (false, true) => " - ",
            })?;
            first = false;
            let size = c.abs();
            let separator = match (k, size.is_one()) {
                (0, _) | (_, false) => {
                    write!(f, "{size}")?;
                    "*"
                }
                _ => "",
            };
            match k {
                0 => {}
                1 => write!(f, "{separator}{variable}")?,
                _ => write!(f, "{separator}{variable}^{k}")?,
            }
        }
        Ok(())
    }
}

/// As text.
impl Serialize for Univariate<BigRational> {
    fn serialize<T: Serializer>(&self, serializer: T) -> Result<T::Ok, T::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::rational;

    #[test]
    fn division_gcd_and_bezout() {
        let (a, b) = (
            Univariate::from_integers(&[-1, 0, 0, 1]),
            Univariate::from_integers(&[-1, 0, 1]),
        );
        let (q, r) = a.div_rem(&b).unwrap();
        assert_eq!(&(&q * &b) + &r, a);
        assert_eq!(a.gcd(&b), Univariate::from_integers(&[-1, 1]));
        let (d, s, t) = a.extended_gcd(&b);
        assert_eq!(&(&a * &s) + &(&b * &t), d);
        assert_eq!(a.div_rem(&Univariate::zero()), None);
        assert_eq!(
            Univariate::<BigRational>::zero().gcd(&b.scaled(&rational(3, 1))),
            b
        );
    }

    #[test]
    fn squarefree_decomposition_separates_multiplicities() {
        let (f, g) = (
            Univariate::from_integers(&[1, 0, 1]),
            Univariate::from_integers(&[-2, 1]),
        );
        let product = &(&f * &g.pow(3)).scaled(&rational(5, 2)) * &Univariate::one();
        assert_eq!(
            product.squarefree_decomposition(),
            [(f.clone(), 1), (g.clone(), 3)]
        );
        assert_eq!(product.squarefree_part(), &f * &g);
    }

    #[test]
    fn text_form() {
        let f = Univariate::new(vec![
            rational(-1, 2),
            rational(0, 1),
            rational(-3, 1),
            rational(1, 1),
        ]);
        assert_eq!(f.to_string(), "x^3 - 3*x^2 - 1/2");
        assert_eq!(f.scaled(&rational(-1, 1)).to_text("t"), "-t^3 + 3*t^2 + 1/2");
        let companion = f.companion_matrix().unwrap();
        assert!(
            f.evaluate_at_matrix(&companion).unwrap().is_zero(),
            "Cayley and Hamilton"
        );
    }
}
