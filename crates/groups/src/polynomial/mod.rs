//! Polynomials in several variables with rational coefficients.
//!
//! A [`Polynomial`] is a finite map from [`Monomial`]s to nonzero rationals, ordered by degree first and then by the
//! reverse lexicographic rule (grevlex; Cox, Little and O'Shea, *Ideals, Varieties, and Algorithms*, chapter 2, §2).
//! The text form is the usual one; variables are `x y z w` (the first four) or `x1 x2 ...`.
//!
//! ```
//! use groups::polynomial::Polynomial;
//! use groups::scalar::rational;
//! let f = Polynomial::parse("(x + y)^2 - 3/2 x y", None)?;
//! assert_eq!(f.to_string(), "x^2 + 1/2*x*y + y^2");
//! assert_eq!(f.derivative(0).to_string(), "2*x + 1/2*y");
//! assert_eq!(f.evaluate(&[rational(1, 1), rational(2, 1)])?, rational(6, 1));
//! let error = Polynomial::parse("x^2 + * y", None).unwrap_err();
//! assert_eq!(error.to_string(), "cannot read the polynomial `x^2 + * y`: column 7: expected a number, a variable or `(`");
//! # Ok::<(), groups::GroupError>(())
//! ```

mod arithmetic;
mod finite_variety;
mod groebner;
mod monomial;
mod parse;

use std::collections::BTreeMap;
use std::fmt;

use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use finite_variety::{DEFAULT_QUOTIENT_LIMIT, FiniteVariety};
pub use groebner::{DEFAULT_PAIR_LIMIT, GroebnerBasis};
pub use monomial::{Monomial, monomials_of_degree};
pub use parse::PolynomialLimits;

use crate::GroupError;
use crate::scalar::{Scalar, parse_rational};

/// The largest total degree that [`Polynomial::from_terms`] takes: exponents stay far from overflow in products.
const MAX_DEGREE: u64 = 1 << 20;

/// A polynomial with rational coefficients in a fixed number of variables.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Polynomial {
    variables: usize,
    /// Coefficients, none of them zero.
    terms: BTreeMap<Monomial, BigRational>,
}

impl Polynomial {
    /// The zero polynomial in `variables` variables.
    pub fn zero(variables: usize) -> Self {
        Polynomial {
            variables,
            terms: BTreeMap::new(),
        }
    }

    /// A constant.
    pub fn constant(variables: usize, value: BigRational) -> Self {
        let mut constant = Self::zero(variables);
        constant.add_term(Monomial::one(variables), value);
        constant
    }

    /// The variable with this index, counted from 0.
    ///
    /// # Panics
    /// When `index` is not below `variables`.
    pub fn variable(variables: usize, index: usize) -> Self {
        let mut variable = Self::zero(variables);
        variable.add_term(Monomial::variable(variables, index), BigRational::one());
        variable
    }

    pub(crate) fn monomial(monomial: Monomial) -> Self {
        let mut single = Self::zero(monomial.exponents().len());
        single.add_term(monomial, BigRational::one());
        single
    }

    /// The sum of terms given by exponents and coefficient; equal exponents add up.
    ///
    /// # Errors
    /// [`GroupError::Shape`] for exponents of the wrong length, [`GroupError::Limit`] for a degree above 2^20.
    pub fn from_terms(
        variables: usize,
        terms: impl IntoIterator<Item = (Vec<u32>, BigRational)>,
    ) -> Result<Self, GroupError> {
        let mut sum = Self::zero(variables);
        for (exponents, coefficient) in terms {
            if exponents.len() != variables {
                return Err(GroupError::Shape {
                    what: format!("the exponent list {exponents:?}"),
                    rows: 1,
                    cols: exponents.len(),
                    expected: format!("{variables} exponents"),
                });
            }
            let degree = exponents.iter().map(|&e| u64::from(e)).sum();
            if degree > MAX_DEGREE {
                return Err(GroupError::Limit {
                    what: "the degree",
                    asked: degree,
                    limit: MAX_DEGREE,
                });
            }
            sum.add_term(Monomial::new(exponents), coefficient);
        }
        Ok(sum)
    }

    /// Reads a polynomial; without a number of variables, as many as the text names (at least one).
    ///
    /// # Errors
    /// [`GroupError::Syntax`] with the column, [`GroupError::Limit`] beyond the default [`PolynomialLimits`].
    pub fn parse(text: &str, variables: Option<usize>) -> Result<Self, GroupError> {
        Self::parse_with_limits(text, variables, &PolynomialLimits::default())
    }

    /// As [`Polynomial::parse`], with limits of the caller's.
    ///
    /// # Errors
    /// [`GroupError::Syntax`] with the column, [`GroupError::Limit`] beyond the limits.
    pub fn parse_with_limits(
        text: &str,
        variables: Option<usize>,
        limits: &PolynomialLimits,
    ) -> Result<Self, GroupError> {
        parse::parse(text, variables, limits)
    }

    /// The number of variables.
    pub fn variables(&self) -> usize {
        self.variables
    }

    /// Whether there are no terms.
    pub fn is_zero(&self) -> bool {
        self.terms.is_empty()
    }

    /// The number of terms.
    pub fn len(&self) -> usize {
        self.terms.len()
    }

    /// Whether there are no terms; the same as [`Polynomial::is_zero`].
    pub fn is_empty(&self) -> bool {
        self.is_zero()
    }

    /// The terms from the leading one down.
    pub fn terms(&self) -> impl DoubleEndedIterator<Item = (&Monomial, &BigRational)> {
        self.terms.iter().rev()
    }

    /// The coefficient of a monomial, zero when it does not occur.
    pub fn coefficient(&self, monomial: &Monomial) -> BigRational {
        self.terms
            .get(monomial)
            .cloned()
            .unwrap_or_else(BigRational::zero)
    }

    /// The leading term in the degree-reverse-lexicographic order, `None` for zero.
    pub fn leading_term(&self) -> Option<(&Monomial, &BigRational)> {
        self.terms.last_key_value()
    }

    /// The total degree, `None` for zero.
    pub fn degree(&self) -> Option<u32> {
        self.leading_term().map(|(monomial, _)| monomial.degree())
    }

    /// Whether all terms have one degree.
    pub fn is_homogeneous(&self) -> bool {
        self.terms
            .first_key_value()
            .map(|(monomial, _)| monomial.degree())
            == self.degree()
    }

    /// The terms of one degree.
    pub fn homogeneous_part(&self, degree: u32) -> Self {
        let terms = self
            .terms
            .iter()
            .filter(|(monomial, _)| monomial.degree() == degree);
        Polynomial {
            variables: self.variables,
            terms: terms.map(|(m, c)| (m.clone(), c.clone())).collect(),
        }
    }

    /// The partial derivative by the variable with this index, counted from 0.
    ///
    /// # Panics
    /// When `index` is not below the number of variables.
    pub fn derivative(&self, index: usize) -> Self {
        let mut derivative = Self::zero(self.variables);
        for (monomial, coefficient) in &self.terms {
            if let Some(lowered) = monomial.lowered(index) {
                let exponent = BigRational::from_integer(monomial.exponents()[index].into());
                derivative.terms.insert(lowered, coefficient * exponent);
            }
        }
        derivative
    }

    /// The value at a point.
    ///
    /// # Errors
    /// [`GroupError::Shape`] unless the point has one coordinate for each variable.
    pub fn evaluate(&self, point: &[BigRational]) -> Result<BigRational, GroupError> {
        self.check_width("the point", point.len())?;
        let mut sum = BigRational::zero();
        for (monomial, coefficient) in &self.terms {
            let mut product = coefficient.clone();
            for (x, &exponent) in point.iter().zip(monomial.exponents()) {
                if exponent > 0 {
                    product *= num_traits::pow(x.clone(), exponent as usize);
                }
            }
            sum += product;
        }
        Ok(sum)
    }

    pub(crate) fn check_width(&self, what: &str, len: usize) -> Result<(), GroupError> {
        if len == self.variables {
            return Ok(());
        }
        Err(GroupError::Shape {
            what: what.to_owned(),
            rows: len,
            cols: 1,
            expected: format!("{} coordinates, one for each variable", self.variables),
        })
    }

    /// Adds one term, dropping it when the sum is zero.
    pub(crate) fn add_term(&mut self, monomial: Monomial, coefficient: BigRational) {
        use std::collections::btree_map::Entry;
        if coefficient.is_zero() {
            return;
        }
        match self.terms.entry(monomial) {
            Entry::Vacant(slot) => {
                slot.insert(coefficient);
            }
            Entry::Occupied(mut slot) => {
                *slot.get_mut() += &coefficient;
                if slot.get().is_zero() {
                    slot.remove();
                }
            }
        }
    }

    /// Adds `factor * x_index * other`.
    pub(crate) fn add_shifted(&mut self, other: &Self, index: usize, factor: &BigRational) {
        for (m, c) in &other.terms {
            self.add_term(m.raised(index), c.times(factor));
        }
    }

    /// Takes the leading term out.
    pub(crate) fn pop_leading(&mut self) -> Option<(Monomial, BigRational)> {
        self.terms.pop_last()
    }

    /// The multiple with leading coefficient one; zero stays zero.
    pub(crate) fn monic(&self) -> Self {
        self.leading_term()
            .map_or_else(|| self.clone(), |(_, c)| self.scaled(&c.recip()))
    }

    /// Adds `factor * monomial * other`.
    pub(crate) fn add_multiple(&mut self, other: &Self, monomial: &Monomial, factor: &BigRational) {
        for (m, c) in &other.terms {
            self.add_term(m.times(monomial), c.times(factor));
        }
    }
}

/// The name of a variable: `x y z w` for up to four variables, else `x1 x2 ...`.
pub fn variable_name(variables: usize, index: usize) -> String {
    match index {
        0..4 if variables <= 4 => ["x", "y", "z", "w"][index].to_owned(),
        _ => format!("x{}", index + 1),
    }
}

impl fmt::Display for Polynomial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_zero() {
            return f.write_str("0");
        }
        for (k, (monomial, coefficient)) in self.terms().enumerate() {
            match (k, coefficient.is_negative()) {
                (0, false) => {}
                (0, true) => f.write_str("-")?,
                (_, false) => f.write_str(" + ")?,
                (_, true) => f.write_str(" - ")?,
            }
            let size = coefficient.abs();
            if monomial.degree() == 0 || !size.is_one() {
                write!(f, "{size}")?;
                if monomial.degree() > 0 {
                    f.write_str("*")?;
                }
            }
            let mut separator = "";
            for (index, &exponent) in monomial.exponents().iter().enumerate().filter(|(_, e)| **e > 0) {
                write!(f, "{separator}{}", variable_name(self.variables, index))?;
                if exponent > 1 {
                    write!(f, "^{exponent}")?;
                }
                separator = "*";
            }
        }
        Ok(())
    }
}

/// Pairs of exponents and coefficient, leading term first: `[[[2, 0], "1"], [[0, 0], "-1/2"]]`.
impl Serialize for Polynomial {
    fn serialize<T: Serializer>(&self, serializer: T) -> Result<T::Ok, T::Error> {
        serializer.collect_seq(
            self.terms()
                .map(|(monomial, c)| (monomial.exponents(), c.to_string())),
        )
    }
}

impl<'de> Deserialize<'de> for Polynomial {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let pairs = Vec::<(Vec<u32>, String)>::deserialize(deserializer)?;
        let variables = pairs.first().map_or(0, |(exponents, _)| exponents.len());
        let terms: Result<Vec<_>, GroupError> = pairs
            .into_iter()
            .map(|(exponents, c)| Ok((exponents, parse_rational(&c)?)))
            .collect();
        Polynomial::from_terms(variables, terms.map_err(D::Error::custom)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::rational;

    #[test]
    fn euler_and_schwarz() {
        let f = Polynomial::parse("x^3*y - 2/3 x y z^2 + z^4", None).unwrap();
        assert!(f.is_homogeneous());
        let mut euler = Polynomial::zero(3);
        for i in 0..3 {
            euler = &euler + &(&Polynomial::variable(3, i) * &f.derivative(i));
        }
        assert_eq!(euler, f.scaled(&rational(4, 1)), "Euler's identity for degree 4");
        assert_eq!(f.derivative(0).derivative(2), f.derivative(2).derivative(0));
    }

    #[test]
    fn parts_terms_and_json() {
        let f = Polynomial::parse("x^2 + y - 1/2", None).unwrap();
        assert_eq!((f.degree(), f.len(), f.variables()), (Some(2), 3, 2));
        assert_eq!(f.homogeneous_part(1).to_string(), "y");
        assert_eq!(f.coefficient(&Monomial::new(vec![0, 0])), rational(-1, 2));
        let json = serde_json::to_string(&f).unwrap();
        assert_eq!(json, r#"[[[2,0],"1"],[[0,1],"1"],[[0,0],"-1/2"]]"#);
        assert_eq!(serde_json::from_str::<Polynomial>(&json).unwrap(), f);
        assert!(serde_json::from_str::<Polynomial>(r#"[[[2,0],"1"],[[0],"1"]]"#).is_err());
        assert!(matches!(
            Polynomial::from_terms(2, [(vec![u32::MAX, 3], rational(1, 1))]),
            Err(GroupError::Limit { .. })
        ));
        assert!(f.evaluate(&[rational(1, 1)]).is_err());
    }
}
