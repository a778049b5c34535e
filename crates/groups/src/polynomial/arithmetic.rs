//! Sums, products, powers and substitution.

use std::ops::{Add, Mul, Neg, Sub};

use num_rational::BigRational;
use num_traits::One;

use super::{Monomial, Polynomial};
use crate::GroupError;
use crate::linear::RationalMatrix;
use crate::scalar::Scalar;

impl Polynomial {
    /// Every coefficient times `factor`.
    pub fn scaled(&self, factor: &BigRational) -> Self {
        let mut scaled = Self::zero(self.variables);
        for (monomial, coefficient) in &self.terms {
            scaled.add_term(monomial.clone(), coefficient.times(factor));
        }
        scaled
    }

    /// The polynomial raised to a power; the zeroth power is one.
    pub fn pow(&self, mut exponent: u32) -> Self {
        let mut result = Self::constant(self.variables, BigRational::one());
        let mut square = self.clone();
        while exponent > 0 {
            if exponent & 1 == 1 {
                result = &result * &square;
            }
            exponent >>= 1;
            if exponent > 0 {
                square = &square * &square;
            }
        }
        result
    }

    /// The polynomial with a polynomial put in for each variable, all of them in the same variables.
    ///
    /// # Errors
    /// [`GroupError::Shape`] unless there is one value for each variable and all have equally many variables.
    pub fn substitute(&self, values: &[Polynomial]) -> Result<Self, GroupError> {
        self.check_width("the list of values", values.len())?;
        let variables = values.first().map_or(0, |value| value.variables);
        if let Some(odd) = values.iter().find(|value| value.variables != variables) {
            return Err(GroupError::Shape {
                what: "a value".to_owned(),
                rows: odd.variables,
                cols: 1,
                expected: format!("{variables} variables, as in the first value"),
            });
        }
        // Powers of each value are built once, in step with the largest exponent met so far.
        let mut powers: Vec<Vec<Polynomial>> = values
            .iter()
            .map(|_| vec![Self::constant(variables, BigRational::one())])
            .collect();
        let mut sum = Self::zero(variables);
        for (monomial, coefficient) in &self.terms {
            let mut product = Self::constant(variables, coefficient.clone());
            for ((&exponent, value), table) in monomial.exponents().iter().zip(values).zip(&mut powers) {
                while table.len() <= exponent as usize {
                    let next = table.last().expect("the zeroth power is there") * value;
                    table.push(next);
                }
                if exponent > 0 {
                    product = &product * &table[exponent as usize];
                }
            }
            sum = &sum + &product;
        }
        Ok(sum)
    }

    /// The polynomial `f(M x)`: coordinate `i` becomes row `i` of `matrix` times the variables.
    ///
    /// # Errors
    /// [`GroupError::Shape`] unless the matrix has one row for each variable.
    pub fn compose_linear(&self, matrix: &RationalMatrix) -> Result<Self, GroupError> {
        self.check_width("the matrix of the substitution", matrix.rows())?;
        let values: Vec<Polynomial> = (0..matrix.rows())
            .map(|i| Self::linear_form(matrix.row(i)))
            .collect();
        self.substitute(&values)
    }

    /// The linear form with these coefficients.
    pub fn linear_form(coefficients: &[BigRational]) -> Self {
        let variables = coefficients.len();
        let mut form = Self::zero(variables);
        for (index, coefficient) in coefficients.iter().enumerate() {
            form.add_term(Monomial::variable(variables, index), coefficient.clone());
        }
        form
    }
}

impl Add for &Polynomial {
    type Output = Polynomial;

    /// # Panics
    /// When the numbers of variables differ.
    fn add(self, other: Self) -> Polynomial {
        assert_eq!(
            self.variables, other.variables,
            "polynomials to add have the same variables"
        );
        let mut sum = self.clone();
        for (monomial, coefficient) in &other.terms {
            sum.add_term(monomial.clone(), coefficient.clone());
        }
        sum
    }
}

impl Sub for &Polynomial {
    type Output = Polynomial;

    /// # Panics
    /// When the numbers of variables differ.
    fn sub(self, other: Self) -> Polynomial {
        assert_eq!(
            self.variables, other.variables,
            "polynomials to subtract have the same variables"
        );
        let mut difference = self.clone();
        for (monomial, coefficient) in &other.terms {
            difference.add_term(monomial.clone(), -coefficient);
        }
        difference
    }
}

impl Mul for &Polynomial {
    type Output = Polynomial;

    /// # Panics
    /// When the numbers of variables differ.
    fn mul(self, other: Self) -> Polynomial {
        assert_eq!(
            self.variables, other.variables,
            "polynomials to multiply have the same variables"
        );
        let mut product = Polynomial::zero(self.variables);
        for (monomial, coefficient) in &self.terms {
            product.add_multiple(other, monomial, coefficient);
        }
        product
    }
}

impl Neg for &Polynomial {
    type Output = Polynomial;

    fn neg(self) -> Polynomial {
        self.scaled(&-BigRational::one())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::rational;

    fn p(text: &str) -> Polynomial {
        Polynomial::parse(text, Some(2)).unwrap()
    }

    #[test]
    fn ring_laws_and_cancellation() {
        let (f, g, h) = (p("x^2 - 2y + 1"), p("3x*y - 1/2"), p("y^3 + x"));
        assert_eq!(&(&f + &g) * &h, &(&f * &h) + &(&g * &h));
        assert_eq!(&f * &g, &g * &f);
        assert!((&f - &f).is_zero());
        assert_eq!(&p("x+y") * &p("x-y"), p("x^2-y^2"));
        assert_eq!(
            p("x+y").pow(5).coefficient(&Monomial::new(vec![2, 3])),
            rational(10, 1)
        );
    }

    #[test]
    fn substitution_is_a_homomorphism() {
        let values = [p("x + y"), p("x - 1")];
        let (f, g) = (p("x^2*y - 3"), p("x*y^2 + 1/3"));
        let product = (&f * &g).substitute(&values).unwrap();
        assert_eq!(
            product,
            &f.substitute(&values).unwrap() * &g.substitute(&values).unwrap()
        );
        let rotation = RationalMatrix::parse("3/5, -4/5; 4/5, 3/5").unwrap();
        assert_eq!(p("x^2+y^2-1").compose_linear(&rotation).unwrap(), p("x^2+y^2-1"));
        assert!(f.substitute(&values[..1]).is_err());
    }
}
