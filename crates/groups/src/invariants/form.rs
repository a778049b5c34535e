//! Homogeneous polynomials over any exact field.

use std::collections::BTreeMap;
use std::fmt;

use num_rational::BigRational;
use serde::{Serialize, Serializer};

use crate::error::GroupError;
use crate::linear::Matrix;
use crate::polynomial::{Monomial, Polynomial, monomials_of_degree, variable_name};
use crate::scalar::Scalar;

/// A homogeneous polynomial; the coefficients are rational or cyclotomic.
///
/// ```
/// use groups::invariants::Form;
/// use groups::polynomial::Polynomial;
/// let f = Form::from_polynomial(&Polynomial::parse("x^2 - 2 x y", None)?)?;
/// assert_eq!((f.degree(), f.to_string()), (2, "x^2 - 2*x*y".to_owned()));
/// assert_eq!(f.times(&f).to_string(), "x^4 - 4*x^3*y + 4*x^2*y^2");
/// assert!(Form::from_polynomial(&Polynomial::parse("x^2 + y", None)?).is_err());
/// # Ok::<(), groups::GroupError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Form<S> {
    variables: usize,
    degree: u32,
    /// Coefficients, none of them zero.
    terms: BTreeMap<Monomial, S>,
}

impl<S: Scalar> Form<S> {
    /// The zero form of a degree.
    pub fn zero(variables: usize, degree: u32) -> Self {
        Form {
            variables,
            degree,
            terms: BTreeMap::new(),
        }
    }

    /// The constant one.
    pub fn one(variables: usize) -> Self {
        let mut one = Self::zero(variables, 0);
        one.add_term(Monomial::new(vec![0; variables]), &S::one());
        one
    }

    /// The form with these coefficients of [`monomials_of_degree`].
    pub(super) fn from_coefficients(monomials: &[Monomial], degree: u32, coefficients: &[S]) -> Self {
        let variables = monomials.first().map_or(0, |m| m.exponents().len());
        let mut form = Self::zero(variables, degree);
        for (monomial, c) in monomials.iter().zip(coefficients) {
            form.add_term(monomial.clone(), c);
        }
        form
    }

    /// The coefficients of the monomials of the degree, in increasing order.
    pub(super) fn coefficients(&self, monomials: &[Monomial]) -> Vec<S> {
        let coefficient = |m| self.terms.get(m).cloned().unwrap_or_else(S::zero);
        monomials.iter().map(coefficient).collect()
    }

    /// The number of variables.
    pub fn variables(&self) -> usize {
        self.variables
    }

    /// The degree; zero has one too.
    pub fn degree(&self) -> u32 {
        self.degree
    }

    /// Whether there are no terms.
    pub fn is_zero(&self) -> bool {
        self.terms.is_empty()
    }

    /// The terms from the leading one down.
    pub fn terms(&self) -> impl Iterator<Item = (&Monomial, &S)> {
        self.terms.iter().rev()
    }

    /// Adds a multiple of a monomial of the degree.
    pub(super) fn add_term(&mut self, monomial: Monomial, coefficient: &S) {
        debug_assert_eq!(monomial.degree(), self.degree);
        if coefficient.is_zero() {
            return;
        }
        let sum = self.terms.entry(monomial.clone()).or_insert_with(S::zero);
        *sum += coefficient;
        if sum.is_zero() {
            self.terms.remove(&monomial);
        }
    }

    /// Adds a form of the same degree.
    pub(super) fn add(&mut self, other: &Self) {
        for (monomial, c) in &other.terms {
            self.add_term(monomial.clone(), c);
        }
    }

    /// The multiple by a scalar.
    pub fn scaled(&self, factor: &S) -> Self {
        let mut scaled = Self::zero(self.variables, self.degree);
        for (monomial, c) in &self.terms {
            scaled.add_term(monomial.clone(), &c.times(factor));
        }
        scaled
    }

    /// The product.
    ///
    /// # Panics
    /// When the numbers of variables differ.
    pub fn times(&self, other: &Self) -> Self {
        assert_eq!(
            self.variables, other.variables,
            "forms to multiply have the same variables"
        );
        let mut product = Self::zero(self.variables, self.degree + other.degree);
        for (m, a) in &self.terms {
            for (n, b) in &other.terms {
                product.add_term(m.times(n), &a.times(b));
            }
        }
        product
    }

    /// The form f(A x), for a square matrix with one row for each variable.
    ///
    /// # Errors
    /// [`GroupError::Shape`].
    pub fn substituted(&self, matrix: &Matrix<S>) -> Result<Self, GroupError> {
        let n = self.variables;
        if (matrix.rows(), matrix.cols()) != (n, n) {
            return Err(GroupError::Shape {
                what: "the matrix of the substitution".to_owned(),
                rows: matrix.rows(),
                cols: matrix.cols(),
                expected: format!("{n}x{n}, one row for each variable"),
            });
        }
        let mut powers = Powers::new(matrix);
        let mut sum = Self::zero(n, self.degree);
        for (monomial, c) in &self.terms {
            sum.add(&powers.image(monomial).scaled(c));
        }
        Ok(sum)
    }
}

/// The powers of the linear forms in the rows of a matrix, each multiplied out once.
pub(super) struct Powers<S> {
    variables: usize,
    tables: Vec<Vec<Form<S>>>,
}

impl<S: Scalar> Powers<S> {
    pub(super) fn new(matrix: &Matrix<S>) -> Self {
        let n = matrix.cols();
        let linear = |i: usize| {
            let mut form = Form::zero(n, 1);
            for (j, x) in matrix.row(i).iter().enumerate() {
                form.add_term(Monomial::variable(n, j), x);
            }
            form
        };
        Powers {
            variables: n,
            tables: (0..matrix.rows())
                .map(|i| vec![Form::one(n), linear(i)])
                .collect(),
        }
    }

    /// The monomial with the linear forms put in for the variables.
    pub(super) fn image(&mut self, monomial: &Monomial) -> Form<S> {
        let mut product: Option<Form<S>> = None;
        for (table, &exponent) in self.tables.iter_mut().zip(monomial.exponents()) {
            while table.len() <= exponent as usize {
                table.push(table[table.len() - 1].times(&table[1]));
            }
            if exponent > 0 {
                let power = &table[exponent as usize];
                product = Some(product.map_or_else(|| power.clone(), |p| p.times(power)));
            }
        }
        product.unwrap_or_else(|| Form::one(self.variables))
    }
}

impl Form<BigRational> {
    /// The form of a homogeneous polynomial; zero becomes the zero form of degree 0.
    ///
    /// # Errors
    /// [`GroupError::Domain`] for a polynomial with terms of different degrees.
    pub fn from_polynomial(polynomial: &Polynomial) -> Result<Self, GroupError> {
        if !polynomial.is_homogeneous() {
            return Err(GroupError::Domain {
                what: format!("the polynomial {polynomial} has terms of different degrees"),
                expected: "a homogeneous polynomial".to_owned(),
            });
        }
        let mut form = Self::zero(polynomial.variables(), polynomial.degree().unwrap_or(0));
        for (monomial, c) in polynomial.terms() {
            form.add_term(monomial.clone(), c);
        }
        Ok(form)
    }

    /// The same as a polynomial.
    pub fn to_polynomial(&self) -> Polynomial {
        let mut polynomial = Polynomial::zero(self.variables);
        for (monomial, c) in &self.terms {
            polynomial.add_term(monomial.clone(), c.clone());
        }
        polynomial
    }
}

/// As polynomials are written, from the leading term down; coefficients with several terms are in parentheses.
impl<S: Scalar> fmt::Display for Form<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_zero() {
            return f.write_str("0");
        }
        for (k, (monomial, coefficient)) in self.terms().enumerate() {
            let text = coefficient.to_string();
            let (negative, size) = match text.strip_prefix('-') {
                Some(size) if !size.contains(['+', '-']) => (true, size),
                _ => (false, text.as_str()),
            };
            match (k, negative) {
                (0, false) => {}
                (0, true) => f.write_str("-")?,
                (_, false) => f.write_str(" + ")?,
                (_, true) => f.write_str(" - ")?,
            }
            let mut separator = "";
            if monomial.degree() == 0 || size != "1" {
                match size.contains(['+', '-']) {
                    true => write!(f, "({size})")?,
                    false => f.write_str(size)?,
                }
                separator = "*";
            }
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

/// As text.
impl<S: Scalar> Serialize for Form<S> {
    fn serialize<T: Serializer>(&self, serializer: T) -> Result<T::Ok, T::Error> {
        serializer.collect_str(self)
    }
}

/// The matrix of f ↦ f(A x) on the forms of a degree, in the basis of the monomials: column j is the image of monomial j.
pub(super) fn substitution_matrix<S: Scalar>(matrix: &Matrix<S>, degree: u32) -> Matrix<S> {
    let monomials = monomials_of_degree(matrix.rows(), degree);
    let mut powers = Powers::new(matrix);
    let mut result = Matrix::zeros(monomials.len(), monomials.len());
    for (j, monomial) in monomials.iter().enumerate() {
        for (i, x) in powers
            .image(monomial)
            .coefficients(&monomials)
            .into_iter()
            .enumerate()
        {
            result[(i, j)] = x;
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cyclotomic::Cyclotomic;
    use crate::linear::RationalMatrix;

    #[test]
    fn substitution_agrees_with_polynomials() {
        let f = Polynomial::parse("x^3 - 2 x y z + 1/3 z^3", None).unwrap();
        let a = RationalMatrix::from_integers(3, 3, &[1, 2, 0, 0, 1, -1, 3, 0, 1]).unwrap();
        let form = Form::from_polynomial(&f).unwrap();
        let expected = f.compose_linear(&a).unwrap();
        assert_eq!(form.substituted(&a).unwrap().to_polynomial(), expected);
        let monomials = monomials_of_degree(3, 3);
        let image = substitution_matrix(&a, 3)
            .apply(&form.coefficients(&monomials))
            .unwrap();
        assert_eq!(
            Form::from_coefficients(&monomials, 3, &image).to_polynomial(),
            expected
        );
        assert!(form.substituted(&RationalMatrix::identity(2)).is_err());
    }

    #[test]
    fn cyclotomic_coefficients_are_written_in_parentheses() {
        let mut form = Form::zero(2, 1);
        form.add_term(
            Monomial::variable(2, 0),
            &(Cyclotomic::root_of_unity(5, 1) + Cyclotomic::root_of_unity(5, 2)),
        );
        form.add_term(Monomial::variable(2, 1), &-Cyclotomic::root_of_unity(4, 1));
        assert_eq!(form.to_string(), "(E(5)+E(5)^2)*x - E(4)*y");
    }
}
