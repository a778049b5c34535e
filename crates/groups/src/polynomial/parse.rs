//! The text form of polynomials.
//!
//! ```text
//! sum     = ["+" | "-"] product { ("+" | "-") product }
//! product = power { ["*" | "/"] power }        a missing sign is a product; a divisor must be constant
//! power   = atom [("^" | "**") whole number]
//! atom    = number | variable | "(" sum ")"
//! ```
//! Division binds as tightly as multiplication and to the left: `1/2 x` is half of x.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;

use super::{Monomial, Polynomial};
use crate::GroupError;
use crate::scalar::parse_rational;

/// How large a polynomial a text may describe.
#[derive(Clone, Debug)]
pub struct PolynomialLimits {
    /// The largest total degree of any intermediate result.
    pub degree: u32,
    /// The largest number of terms of any intermediate result.
    pub terms: usize,
    /// The largest number of variables.
    pub variables: usize,
    /// The largest number of bits of a coefficient.
    pub coefficient_bits: u64,
    /// The deepest nesting of parentheses.
    pub depth: usize,
}

impl Default for PolynomialLimits {
    fn default() -> Self {
        PolynomialLimits {
            degree: 200,
            terms: 100_000,
            variables: 256,
            coefficient_bits: 8_192,
            depth: 100,
        }
    }
}

#[derive(Clone, PartialEq, Debug)]
enum Token {
    Number(BigRational),
    Variable(usize),
    Sign(char),
    Power,
    Open,
    Close,
    End,
}

pub(super) fn parse(
    text: &str,
    variables: Option<usize>,
    limits: &PolynomialLimits,
) -> Result<Polynomial, GroupError> {
    let tokens = tokens(text, variables, limits)?;
    let named = tokens.iter().filter_map(|(token, _)| match token {
        Token::Variable(index) => Some(index + 1),
        _ => None,
    });
    let variables = variables.unwrap_or_else(|| named.max().unwrap_or(1));
    let mut parser = Parser {
        text,
        tokens: &tokens,
        at: 0,
        depth: 0,
        variables,
        limits,
    };
    let sum = parser.sum()?;
    match parser.peek() {
        Token::End => Ok(sum),
        _ => Err(parser.expected("`+`, `-`, `*`, `/`, `^` or the end")),
    }
}

/// The tokens with their columns, counted from 1 in characters; the last is [`Token::End`].
fn tokens(
    text: &str,
    variables: Option<usize>,
    limits: &PolynomialLimits,
) -> Result<Vec<(Token, usize)>, GroupError> {
    let characters: Vec<char> = text.chars().collect();
    let fail = |at: usize, expected: String| syntax(text, at + 1, expected);
    let mut tokens = Vec::new();
    let mut styles = [false; 2];
    let mut at = 0;
    while at < characters.len() {
        let start = at;
        at += 1;
        let token = match characters[start] {
            c if c.is_whitespace() => continue,
            c if c.is_ascii_digit() => {
                at = end_of(&characters, start, |c| c.is_ascii_digit() || c == '.');
                let word: String = characters[start..at].iter().collect();
                Token::Number(
                    parse_rational(&word).map_err(|_| fail(start, "a number such as 2 or 0.5".into()))?,
                )
            }
            c @ ('x' | 'y' | 'z' | 'w') => {
                at = end_of(&characters, at, |c| c.is_ascii_digit());
                let indexed = at > start + 1;
                if indexed && c != 'x' {
                    return Err(fail(start, "x, y, z, w or x1, x2, ...".into()));
                }
                styles[usize::from(indexed)] = true;
                if styles == [true; 2] {
                    return Err(fail(
                        start,
                        "one way of naming variables: x, y, z, w or x1, x2, ...".into(),
                    ));
                }
                let digits: String = characters[start + 1..at].iter().collect();
                let number = match c {
                    'x' if indexed => digits.parse().unwrap_or(usize::MAX),
                    'x' => 1,
                    'y' => 2,
                    'z' => 3,
                    _ => 4,
                };
                let most = variables.unwrap_or(limits.variables);
                if number == 0 || number > most {
                    return Err(fail(start, format!("one of the {most} variables")));
                }
                Token::Variable(number - 1)
            }
            '*' if characters.get(at) == Some(&'*') => {
                at += 1;
                Token::Power
            }
            '^' => Token::Power,
            c @ ('+' | '-' | '*' | '/') => Token::Sign(c),
            '(' => Token::Open,
            ')' => Token::Close,
            _ => {
                return Err(fail(
                    start,
                    "a number, a variable (x, y, z, w or x1, x2, ...) or one of + - * / ^ ( )".into(),
                ));
            }
        };
        tokens.push((token, start + 1));
    }
    tokens.push((Token::End, characters.len() + 1));
    Ok(tokens)
}

fn end_of(characters: &[char], start: usize, belongs: impl Fn(char) -> bool) -> usize {
    characters[start..]
        .iter()
        .position(|&c| !belongs(c))
        .map_or(characters.len(), |length| start + length)
}

fn syntax(text: &str, column: usize, expected: String) -> GroupError {
    GroupError::Syntax {
        what: "polynomial",
        text: text.to_owned(),
        column,
        expected,
    }
}

struct Parser<'a> {
    text: &'a str,
    tokens: &'a [(Token, usize)],
    at: usize,
    depth: usize,
    variables: usize,
    limits: &'a PolynomialLimits,
}

impl Parser<'_> {
    fn peek(&self) -> &Token {
        &self.tokens[self.at].0
    }

    fn expected(&self, expected: &str) -> GroupError {
        syntax(self.text, self.tokens[self.at].1, expected.to_owned())
    }

    fn sum(&mut self) -> Result<Polynomial, GroupError> {
        let mut sum = Polynomial::zero(self.variables);
        let mut negative = self.leading_signs();
        loop {
            let product = self.product()?;
            sum = if negative {
                &sum - &product
            } else {
                &sum + &product
            };
            match self.peek() {
                Token::Sign('+' | '-') => negative = self.leading_signs(),
                _ => return Ok(sum),
            }
        }
    }

    /// Skips `+` and `-`; true when they amount to a minus.
    fn leading_signs(&mut self) -> bool {
        let mut negative = false;
        while let Token::Sign(sign @ ('+' | '-')) = self.peek() {
            negative ^= *sign == '-';
            self.at += 1;
        }
        negative
    }

    fn product(&mut self) -> Result<Polynomial, GroupError> {
        let mut product = self.power()?;
        loop {
            match self.peek() {
                Token::Sign('*') => {
                    self.at += 1;
                    let factor = self.power()?;
                    product = self.multiply(&product, &factor)?;
                }
                Token::Sign('/') => {
                    self.at += 1;
                    let at = self.at;
                    let divisor = self.power()?;
                    let value = divisor.coefficient(&Monomial::one(self.variables));
                    if divisor.degree() != Some(0) {
                        self.at = at;
                        return Err(self.expected("a constant divisor that is not zero"));
                    }
                    product = product.scaled(&value.recip());
                }
                Token::Number(_) | Token::Variable(_) | Token::Open => {
                    let factor = self.power()?;
                    product = self.multiply(&product, &factor)?;
                }
                _ => return Ok(product),
            }
        }
    }

    fn power(&mut self) -> Result<Polynomial, GroupError> {
        let base = self.atom()?;
        if *self.peek() != Token::Power {
            return Ok(base);
        }
        self.at += 1;
        let exponent = match self.peek() {
            Token::Number(number) if number.is_integer() => number.to_integer(),
            _ => return Err(self.expected("a whole number as exponent")),
        };
        let exponent = u32::try_from(&exponent).ok().filter(|&e| e <= self.limits.degree);
        let Some(exponent) = exponent else {
            return Err(self.expected(&format!("an exponent of at most {}", self.limits.degree)));
        };
        self.at += 1;
        // A power of a sum of k terms has at most C(k - 1 + e, e) of them: refuse before multiplying out.
        let degree = u64::from(base.degree().unwrap_or(0)) * u64::from(exponent);
        limit("the degree", degree, u64::from(self.limits.degree))?;
        let terms = monomials_up_to(base.len().saturating_sub(1), u64::from(exponent));
        let terms = terms.min(monomials_up_to(self.variables, degree));
        limit("the number of terms", terms, self.limits.terms as u64)?;
        let mut result = Polynomial::constant(self.variables, BigRational::from_integer(BigInt::from(1)));
        for _ in 0..exponent {
            result = self.multiply(&result, &base)?;
        }
        Ok(result)
    }

    fn atom(&mut self) -> Result<Polynomial, GroupError> {
        let atom = match self.peek() {
            Token::Number(value) => Polynomial::constant(self.variables, value.clone()),
            Token::Variable(index) => Polynomial::variable(self.variables, *index),
            Token::Open => {
                if self.depth == self.limits.depth {
                    return Err(self.expected(&format!("at most {} nested parentheses", self.limits.depth)));
                }
                self.at += 1;
                self.depth += 1;
                let sum = self.sum()?;
                self.depth -= 1;
                if *self.peek() != Token::Close {
                    return Err(self.expected("`)`"));
                }
                sum
            }
            _ => return Err(self.expected("a number, a variable or `(`")),
        };
        self.at += 1;
        Ok(atom)
    }

    /// The product, after the limits on its degree, terms and coefficients.
    fn multiply(&self, a: &Polynomial, b: &Polynomial) -> Result<Polynomial, GroupError> {
        let degree = u64::from(a.degree().unwrap_or(0)) + u64::from(b.degree().unwrap_or(0));
        limit("the degree", degree, u64::from(self.limits.degree))?;
        let terms = (a.len() as u64 * b.len() as u64).min(monomials_up_to(self.variables, degree));
        limit("the number of terms", terms, self.limits.terms as u64)?;
        limit(
            "the number of bits of a coefficient",
            bits(a) + bits(b),
            self.limits.coefficient_bits,
        )?;
        Ok(a * b)
    }
}

fn limit(what: &'static str, asked: u64, limit: u64) -> Result<(), GroupError> {
    if asked > limit {
        Err(GroupError::Limit { what, asked, limit })
    } else {
        Ok(())
    }
}

fn bits(polynomial: &Polynomial) -> u64 {
    polynomial
        .terms()
        .map(|(_, c)| {
            if c.is_zero() {
                0
            } else {
                c.numer().bits().max(c.denom().bits())
            }
        })
        .max()
        .unwrap_or(0)
}

/// C(n + d, n), the number of monomials of degree at most d, saturating.
fn monomials_up_to(variables: usize, degree: u64) -> u64 {
    (1..=variables as u64)
        .try_fold(1u64, |count, k| Some(count.checked_mul(degree + k)? / k))
        .unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> String {
        Polynomial::parse(text, None).unwrap().to_string()
    }

    #[test]
    fn reads_the_usual_ways_of_writing() {
        for (text, expected) in [
            ("x^2+y^2-1", "x^2 + y^2 - 1"),
            ("2*x*y", "2*x*y"),
            ("x1^2", "x^2"),
            ("3/2 x", "3/2*x"),
            ("(x+y)^2", "x^2 + 2*x*y + y^2"),
            ("x**3/3 - x*y + z", "1/3*x^3 - x*y + z"),
            ("-(x-1)(x+1)", "-x^2 + 1"),
            ("2(x - -y)", "2*x + 2*y"),
            ("-x^2", "-x^2"),
            ("0.5x5 - x5", "-1/2*x5"),
            ("7", "7"),
            ("x - x", "0"),
            ("x^0", "1"),
        ] {
            assert_eq!(show(text), expected, "{text}");
        }
        assert_eq!(Polynomial::parse("x", Some(3)).unwrap().variables(), 3);
    }

    #[test]
    fn says_where_and_what_was_expected() {
        for (text, at) in [
            ("", 1),
            ("x^^2", 3),
            ("x^2 + ", 7),
            ("(x+y", 5),
            ("x)", 2),
            ("x^y", 3),
            ("x/y", 3),
            ("x/0", 3),
            ("2 $ x", 3),
            ("x^201", 3),
            ("1.2.3", 1),
            ("x + x2", 5),
            ("q", 1),
            ("x^-1", 3),
            ("x0", 1),
            ("y3", 1),
            ("é", 1),
        ] {
            match Polynomial::parse(text, None) {
                Err(GroupError::Syntax { column, .. }) => assert_eq!(column, at, "{text}"),
                other => panic!("{text}: {other:?}"),
            }
        }
        assert!(Polynomial::parse("x + z", Some(2)).is_err());
    }

    #[test]
    fn limits_hold_before_memory_is_taken() {
        for text in [
            "(x1+x2+x3+x4+x5+x6+x7+x8)^100",
            "x^150 * x^60",
            "((((9^200)^200)^200)^200)",
            "x99999999999",
        ] {
            let error = Polynomial::parse(text, None).unwrap_err();
            assert!(
                matches!(error, GroupError::Limit { .. } | GroupError::Syntax { .. }),
                "{text}: {error}"
            );
        }
        let deep = format!("{}x{}", "(".repeat(100_000), ")".repeat(100_000));
        assert!(matches!(
            Polynomial::parse(&deep, None),
            Err(GroupError::Syntax { column: 101, .. })
        ));
    }
}
