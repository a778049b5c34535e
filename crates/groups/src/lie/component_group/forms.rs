//! Finite stabilizers of binary forms of higher degree, by polarized equations.
//!
//! A finite group of real matrices has determinants 1 and -1, so that the inverse of T is the adjugate up to sign, linear
//! in the entries. If F is the symmetric form in d arguments with f(x) = F(x, ..., x), then f∘T = f says
//! `F(Tx, ..., Tx, y, ..., y) = F(x, ..., x, T^-1 y, ..., T^-1 y)`, k arguments and d - k: equations of degree max(k, d - k)
//! in four unknowns in place of degree d, and many more of them. Gröbner bases of those stay small.

use num_rational::BigRational;
use num_traits::One;

use super::{COEFFICIENT_LIMIT, ComponentGroup, PAIR_LIMIT, kind};
use crate::GroupError;
use crate::lie::{Figure, MatrixGroup, StabilizerMode};
use crate::polynomial::{FiniteVariety, GroebnerBasis, Polynomial};

/// From this degree on; below, the plain equations are small and count the complex symmetries too.
const LEAST_DEGREE: u32 = 5;

/// The four entries of T, row by row, come after x1, x2 and y1, y2.
const VARIABLES: usize = 8;

/// A binary form of degree 5 or more whose stabilizer in GL(2) or SL(2) is finite.
pub(super) struct FormSymmetries<'a> {
    form: &'a Polynomial,
    special: bool,
}

impl<'a> FormSymmetries<'a> {
    /// When the figure is such a form, kept as a function.
    pub(super) fn of(group: &MatrixGroup, figure: &'a Figure) -> Option<Self> {
        let special = match group {
            MatrixGroup::General(2) => false,
            MatrixGroup::Special(2) => true,
            _ => return None,
        };
        let Figure::Polynomials(polynomials, StabilizerMode::Function) = figure else {
            return None;
        };
        let [form] = polynomials.as_slice() else {
            return None;
        };
        let is_form = form.is_homogeneous() && form.degree().is_some_and(|d| d >= LEAST_DEGREE);
        is_form.then_some(FormSymmetries { form, special })
    }

    /// The stabilizer, counted for each sign of the determinant.
    pub(super) fn components(&self) -> Result<ComponentGroup, GroupError> {
        let positive = self.count(1)?;
        let negative = if self.special { 0 } else { self.count(-1)? };
        let order = positive + negative;
        Ok(ComponentGroup {
            order,
            orientation_preserving: positive,
            kind: kind(2, order, negative),
            is_whole_stabilizer: true,
            complex_order: None,
        })
    }

    /// The number of real T with determinant `sign` and f∘T = f.
    fn count(&self, sign: i64) -> Result<usize, GroupError> {
        let sign = BigRational::from_integer(sign.into());
        let variable = |k: usize| Polynomial::variable(VARIABLES, k);
        let ([x, y], [a, b, c, d]) = (
            [[0, 1], [2, 3]].map(|v| v.map(variable)),
            [4, 5, 6, 7].map(variable),
        );
        let apply = |[[p, q], [r, s]]: [[&Polynomial; 2]; 2], v: &[Polynomial; 2]| {
            [&(p * &v[0]) + &(q * &v[1]), &(r * &v[0]) + &(s * &v[1])]
        };
        let plus = |u: &[Polynomial; 2], v: &[Polynomial; 2]| [&u[0] + &v[0], &u[1] + &v[1]];
        let moved = plus(&apply([[&a, &b], [&c, &d]], &x), &y);
        let (minus_b, minus_c) = (-&b, -&c);
        let back = apply([[&d, &minus_b], [&minus_c, &a]], &y).map(|entry| entry.scaled(&sign));
        let difference = &self.form.substitute(&moved)? - &self.form.substitute(&plus(&x, &back))?;
        // The part of degree k in x and d - k in y, for every k: the equations of one k imply the others.
        let mut equations: std::collections::BTreeMap<Vec<u32>, Vec<(Vec<u32>, BigRational)>> =
            std::collections::BTreeMap::new();
        for (monomial, coefficient) in difference.terms() {
            let (outer, unknowns) = monomial.exponents().split_at(4);
            let terms = equations.entry(outer.to_vec()).or_default();
            terms.push((unknowns.to_vec(), coefficient.clone()));
        }
        let degree = self.form.degree().unwrap_or(0);
        let middle = |outer: &[u32]| {
            let k = outer[0] + outer[1];
            k == degree.div_ceil(2) || k == degree / 2
        };
        let mut system = equations
            .into_iter()
            .filter(|(outer, _)| middle(outer))
            .map(|(_, terms)| Polynomial::from_terms(4, terms))
            .collect::<Result<Vec<_>, _>>()?;
        let determinant = Polynomial::from_terms(
            4,
            [
                (vec![1, 0, 0, 1], BigRational::one()),
                (vec![0, 1, 1, 0], -BigRational::one()),
                (vec![0; 4], -sign),
            ],
        )?;
        system.push(determinant);
        let basis = GroebnerBasis::with_limits(&system, PAIR_LIMIT, COEFFICIENT_LIMIT)?;
        let points = FiniteVariety::new(&basis)?.ok_or_else(|| GroupError::Domain {
            what: format!("{} is kept by infinitely many complex matrices", self.form),
            expected: "a form with a finite stabilizer".to_owned(),
        })?;
        points.real_points()
    }
}
