//! Exact scalars: the one abstraction over the fields in which this crate does linear algebra.
//!
//! A [`Scalar`] is an element of a field with exact equality. The rationals are the default
//! ([`num_rational::BigRational`]); every algorithm of [`crate::linear`] that is generic works over any other exact
//! field too. Elements carry their own context, so that `zero()` and `one()` need none.
//!
//! ```
//! use groups::scalar::{parse_rational, rational, Scalar};
//! assert_eq!(parse_rational("-6/4")?, rational(-3, 2));
//! assert_eq!(rational(2, 3).inverse(), Some(rational(3, 2)));
//! assert_eq!(rational(0, 1).inverse(), None);
//! # Ok::<(), groups::GroupError>(())
//! ```

use std::fmt;
use std::ops::{AddAssign, MulAssign, Neg, SubAssign};

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Zero};

use crate::GroupError;
use crate::linear::{Echelon, Matrix};

/// An element of an exact field.
pub trait Scalar:
    Clone
    + Eq
    + fmt::Debug
    + fmt::Display
    + Zero
    + One
    + Neg<Output = Self>
    + for<'a> AddAssign<&'a Self>
    + for<'a> SubAssign<&'a Self>
    + for<'a> MulAssign<&'a Self>
    + Send
    + Sync
{
    /// The multiplicative inverse, `None` for zero.
    fn inverse(&self) -> Option<Self>;

    /// The reduced row echelon form; Gaussian elimination unless the field has something faster.
    fn reduced_row_echelon(matrix: &Matrix<Self>) -> Echelon<Self> {
        crate::linear::gauss_jordan(matrix)
    }

    /// The product of two scalars.
    fn times(&self, other: &Self) -> Self {
        let mut product = self.clone();
        product *= other;
        product
    }

    /// `self + a * b`, in place; products with zero cost nothing.
    fn add_product(&mut self, a: &Self, b: &Self) {
        if !a.is_zero() && !b.is_zero() {
            *self += &a.times(b);
        }
    }
}

impl Scalar for BigRational {
    fn inverse(&self) -> Option<Self> {
        (!self.is_zero()).then(|| self.recip())
    }

    fn reduced_row_echelon(matrix: &Matrix<Self>) -> Echelon<Self> {
        crate::linear::certified_echelon(matrix)
    }
}

/// The rational `numerator / denominator`.
///
/// # Panics
/// When the denominator is zero: this is for constants in code, [`parse_rational`] is for input.
pub fn rational(numerator: i64, denominator: i64) -> BigRational {
    BigRational::new(BigInt::from(numerator), BigInt::from(denominator))
}

/// Reads `3`, `-3/4`, `+2` or a finite decimal such as `0.25`.
///
/// # Errors
/// [`GroupError::Syntax`] with the column (from 1) of the first character that does not fit.
pub fn parse_rational(text: &str) -> Result<BigRational, GroupError> {
    let fail = |column: usize, expected: &str| GroupError::Syntax {
        what: "rational number",
        text: text.to_owned(),
        column,
        expected: expected.to_owned(),
    };
    let (head, denominator) = match text.split_once('/') {
        Some((head, tail)) => {
            let offset = head.chars().count() + 2;
            let digits: BigInt = unsigned(tail).map_err(|at| fail(offset + at, "a digit"))?;
            if digits.is_zero() {
                return Err(fail(offset, "a denominator that is not zero"));
            }
            (head, digits)
        }
        None => (text, BigInt::one()),
    };
    let (negative, body) = match head.strip_prefix('-') {
        Some(body) => (true, body),
        None => (false, head.strip_prefix('+').unwrap_or(head)),
    };
    let signed = head.len() - body.len();
    let (whole, decimals) = body.split_once('.').unwrap_or((body, ""));
    let mut value = unsigned(whole).map_err(|at| fail(1 + signed + at, "a digit"))?;
    let mut scale = denominator;
    if body.len() > whole.len() {
        let offset = signed + whole.len() + 2;
        let fraction = unsigned(decimals).map_err(|at| fail(offset + at, "a digit"))?;
        let power = num_traits::pow(BigInt::from(10), decimals.len());
        value = value * &power + fraction;
        scale *= power;
    }
    Ok(BigRational::new(if negative { -value } else { value }, scale))
}

/// A non-empty run of decimal digits, or the 0-based column of the first character that is not one.
fn unsigned(digits: &str) -> Result<BigInt, usize> {
    if let Some(at) = digits.chars().position(|c| !c.is_ascii_digit()) {
        return Err(at);
    }
    digits.parse().map_err(|_| digits.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_rationals() {
        for (text, value) in [
            ("7", rational(7, 1)),
            ("-7/21", rational(-1, 3)),
            ("+0.125", rational(1, 8)),
            ("-2.50/5", rational(-1, 2)),
        ] {
            assert_eq!(parse_rational(text).unwrap(), value, "{text}");
        }
    }

    #[test]
    fn says_where_a_rational_ends_wrongly() {
        for (text, at) in [
            ("", 1),
            ("a", 1),
            ("12x", 3),
            ("1/", 3),
            ("1/0", 3),
            ("-", 2),
            ("1.", 3),
            ("1/2/3", 4),
            ("--1", 2),
        ] {
            match parse_rational(text) {
                Err(GroupError::Syntax { column, .. }) => assert_eq!(column, at, "{text}"),
                other => panic!("{text}: {other:?}"),
            }
        }
    }
}
