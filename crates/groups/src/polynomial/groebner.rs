//! Gröbner bases in the degree-reverse-lexicographic order, and exact ideal membership.
//!
//! Buchberger's algorithm with the coprime and the chain criterion (Cox, Little and O'Shea, *Ideals, Varieties, and
//! Algorithms*, chapter 2, §6, §7 and §10). The order refines the degree, so the remainder of f by the basis is zero
//! exactly when f is in the ideal, and it depends linearly on f.

use std::collections::BTreeSet;

use num_rational::BigRational;

use super::{Monomial, Polynomial};
use crate::GroupError;

/// The largest number of critical pairs that [`GroebnerBasis::new`] works through.
pub const DEFAULT_PAIR_LIMIT: u64 = 20_000;

/// The reduced Gröbner basis of an ideal: monic, no term of one element divisible by the leading term of another.
///
/// ```
/// use groups::polynomial::{GroebnerBasis, Polynomial};
/// let twisted = ["y - x^2", "z - x^3"].map(|text| Polynomial::parse(text, Some(3)).unwrap());
/// let basis = GroebnerBasis::new(&twisted)?;
/// assert!(basis.contains(&Polynomial::parse("x*z - y^2", None)?)?);
/// assert!(!basis.contains(&Polynomial::parse("x*z - y", Some(3))?)?);
/// # Ok::<(), groups::GroupError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GroebnerBasis {
    variables: usize,
    elements: Vec<Polynomial>,
}

impl GroebnerBasis {
    /// The basis of the ideal that the polynomials generate.
    ///
    /// # Errors
    /// [`GroupError::Shape`] for different numbers of variables, [`GroupError::Limit`] beyond [`DEFAULT_PAIR_LIMIT`].
    pub fn new(generators: &[Polynomial]) -> Result<Self, GroupError> {
        Self::with_pair_limit(generators, DEFAULT_PAIR_LIMIT)
    }

    /// As [`GroebnerBasis::new`], with a limit of the caller's on the number of critical pairs.
    ///
    /// # Errors
    /// [`GroupError::Shape`] for different numbers of variables, [`GroupError::Limit`] beyond the limit.
    pub fn with_pair_limit(generators: &[Polynomial], limit: u64) -> Result<Self, GroupError> {
        Self::with_limits(generators, limit, u64::MAX)
    }

    /// As [`GroebnerBasis::with_pair_limit`], with a limit on the bits of the coefficients of new elements too: over the
    /// rationals these can grow without end while pairs are few.
    ///
    /// # Errors
    /// [`GroupError::Shape`] for different numbers of variables, [`GroupError::Limit`] beyond a limit.
    pub fn with_limits(generators: &[Polynomial], limit: u64, bits: u64) -> Result<Self, GroupError> {
        let variables = generators.first().map_or(0, Polynomial::variables);
        for generator in generators {
            generator.check_width("the first generator", variables)?;
        }
        let mut elements: Vec<Polynomial> = generators
            .iter()
            .filter(|f| !f.is_zero())
            .map(Polynomial::monic)
            .collect();
        // Pairs by the degree of their lcm (the normal strategy), then by index.
        let mut pairs = BTreeSet::new();
        for j in 0..elements.len() {
            for i in 0..j {
                pairs.insert(pair(&elements, i, j));
            }
        }
        let mut worked = 0;
        while let Some((lcm, i, j)) = pairs.pop_first() {
            if coprime(&elements, i, j) || chain(&elements, &pairs, &lcm, i, j) {
                continue;
            }
            worked += 1;
            if worked > limit {
                return Err(GroupError::Limit {
                    what: "the number of critical pairs",
                    asked: worked,
                    limit,
                });
            }
            let rest = remainder(s_polynomial(&elements, &lcm, i, j), &elements);
            if !rest.is_zero() {
                let rest = rest.monic();
                let size = |c: &BigRational| c.numer().bits().max(c.denom().bits());
                let asked = rest.terms().map(|(_, c)| size(c)).max().unwrap_or(0);
                if asked > bits {
                    return Err(GroupError::Limit {
                        what: "the number of bits of a coefficient",
                        asked,
                        limit: bits,
                    });
                }
                elements.push(rest);
                let new = elements.len() - 1;
                for k in 0..new {
                    pairs.insert(pair(&elements, k, new));
                }
            }
        }
        Ok(GroebnerBasis {
            variables,
            elements: reduced(elements),
        })
    }

    /// The number of variables of the polynomials.
    pub fn variables(&self) -> usize {
        self.variables
    }

    /// The elements, smallest leading monomial first.
    pub fn elements(&self) -> &[Polynomial] {
        &self.elements
    }

    /// The remainder of `f`: the unique polynomial congruent to it with no term in the initial ideal.
    ///
    /// # Errors
    /// [`GroupError::Shape`] when `f` has another number of variables.
    pub fn normal_form(&self, f: &Polynomial) -> Result<Polynomial, GroupError> {
        if !self.elements.is_empty() {
            f.check_width("the ideal", self.variables)?;
        }
        Ok(remainder(f.clone(), &self.elements))
    }

    /// Whether `f` is in the ideal.
    ///
    /// # Errors
    /// [`GroupError::Shape`] when `f` has another number of variables.
    pub fn contains(&self, f: &Polynomial) -> Result<bool, GroupError> {
        Ok(self.normal_form(f)?.is_zero())
    }
}

fn leading(f: &Polynomial) -> &Monomial {
    f.leading_term().expect("a basis element is not zero").0
}

fn pair(elements: &[Polynomial], i: usize, j: usize) -> (Monomial, usize, usize) {
    (leading(&elements[i]).lcm(leading(&elements[j])), i, j)
}

/// Buchberger's first criterion: coprime leading monomials give a pair that reduces to zero.
fn coprime(elements: &[Polynomial], i: usize, j: usize) -> bool {
    let (a, b) = (leading(&elements[i]), leading(&elements[j]));
    a.exponents()
        .iter()
        .zip(b.exponents())
        .all(|(a, b)| *a == 0 || *b == 0)
}

/// Buchberger's second criterion: a third element divides the lcm and both its pairs are done.
fn chain(
    elements: &[Polynomial],
    pending: &BTreeSet<(Monomial, usize, usize)>,
    lcm: &Monomial,
    i: usize,
    j: usize,
) -> bool {
    let done = |a: usize, b: usize| !pending.contains(&pair(elements, a.min(b), a.max(b)));
    (0..elements.len())
        .any(|k| k != i && k != j && leading(&elements[k]).divides(lcm) && done(i, k) && done(j, k))
}

fn s_polynomial(elements: &[Polynomial], lcm: &Monomial, i: usize, j: usize) -> Polynomial {
    let cofactor = |k: usize| {
        lcm.quotient(leading(&elements[k]))
            .expect("the lcm of two leading monomials is a multiple of each")
    };
    let one = BigRational::from_integer(1.into());
    let mut difference = Polynomial::zero(elements[i].variables());
    difference.add_multiple(&elements[i], &cofactor(i), &one);
    difference.add_multiple(&elements[j], &cofactor(j), &-one);
    difference
}

/// The remainder of division by monic polynomials: no term is divisible by a leading monomial.
fn remainder(mut f: Polynomial, divisors: &[Polynomial]) -> Polynomial {
    let mut rest = Polynomial::zero(f.variables());
    while let Some((monomial, coefficient)) = f.pop_leading() {
        let divisor = divisors
            .iter()
            .find_map(|g| monomial.quotient(leading(g)).map(|quotient| (g, quotient)));
        match divisor {
            Some((g, quotient)) => {
                f.add_term(monomial, coefficient.clone());
                f.add_multiple(g, &quotient, &-coefficient);
            }
            None => rest.add_term(monomial, coefficient),
        }
    }
    rest
}

/// The reduced basis from any Gröbner basis.
fn reduced(mut elements: Vec<Polynomial>) -> Vec<Polynomial> {
    elements.sort_by(|f, g| leading(f).cmp(leading(g)));
    let mut minimal: Vec<Polynomial> = Vec::new();
    for f in elements {
        if !minimal.iter().any(|g| leading(g).divides(leading(&f))) {
            minimal.push(f);
        }
    }
    (0..minimal.len())
        .map(|k| {
            let others: Vec<Polynomial> = minimal
                .iter()
                .enumerate()
                .filter(|(i, _)| *i != k)
                .map(|(_, g)| g.clone())
                .collect();
            remainder(minimal[k].clone(), &others)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ideal(variables: usize, texts: &[&str]) -> GroebnerBasis {
        let generators: Vec<_> = texts
            .iter()
            .map(|t| Polynomial::parse(t, Some(variables)).unwrap())
            .collect();
        GroebnerBasis::new(&generators).unwrap()
    }

    #[test]
    fn textbook_bases() {
        // Cox, Little, O'Shea, chapter 2, §7, example 1: grlex basis of (x3 - 2xy, x2 y - 2 y2 + x).
        let basis = ideal(2, &["x^3 - 2x y", "x^2 y - 2y^2 + x"]);
        let shown: Vec<_> = basis.elements().iter().map(Polynomial::to_string).collect();
        assert_eq!(shown, ["y^2 - 1/2*x", "x*y", "x^2"]);
        assert_eq!(ideal(2, &["x*y - 1", "x*y"]).elements()[0].to_string(), "1");
        assert!(ideal(2, &["0"]).elements().is_empty());
    }

    #[test]
    fn every_generator_and_s_polynomial_reduces_to_zero() {
        let texts = ["x + y + z", "x*y + y*z + z*x", "x*y*z - 1"];
        let basis = ideal(3, &texts);
        for text in texts {
            assert!(
                basis
                    .contains(&Polynomial::parse(text, Some(3)).unwrap())
                    .unwrap()
            );
        }
        for j in 0..basis.elements.len() {
            for i in 0..j {
                let (lcm, ..) = pair(&basis.elements, i, j);
                assert!(
                    basis
                        .contains(&s_polynomial(&basis.elements, &lcm, i, j))
                        .unwrap()
                );
            }
        }
        assert!(
            basis
                .contains(&Polynomial::parse("z^3 - 1", Some(3)).unwrap())
                .unwrap()
        );
        assert!(
            !basis
                .contains(&Polynomial::parse("z - 1", Some(3)).unwrap())
                .unwrap()
        );
    }

    #[test]
    fn limits_are_kept() {
        let generators = ["x^3 - 2x y", "x^2 y - 2y^2 + x"].map(|t| Polynomial::parse(t, Some(2)).unwrap());
        let error = GroebnerBasis::with_pair_limit(&generators, 1).unwrap_err();
        assert_eq!(
            error,
            GroupError::Limit {
                what: "the number of critical pairs",
                asked: 2,
                limit: 1
            }
        );
        let wide = ["123456789*x^2 - y", "987654321*x*y - 1"].map(|t| Polynomial::parse(t, Some(2)).unwrap());
        assert!(GroebnerBasis::with_limits(&wide, 100, 200).is_ok());
        assert!(matches!(
            GroebnerBasis::with_limits(&wide, 100, 8),
            Err(GroupError::Limit { limit: 8, .. })
        ));
    }
}
