//! Permutation groups on coordinates: invariants are constant on the orbits of monomials.

use std::collections::BTreeSet;

use num_bigint::BigUint;
use num_rational::BigRational;
use num_traits::One;

use super::finite_group::reciprocal;
use super::form::Form;
use super::molien::MolienSeries;
use super::polynomials::{PolynomialInvariants, check_monomials, check_variables};
use crate::error::GroupError;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;
use crate::polynomial::{Monomial, monomials_of_degree};

/// The group permutes the coordinates: the variable of point p becomes that of p^g.
impl PolynomialInvariants for PermGroup {
    type Coefficient = BigRational;

    fn variables(&self) -> usize {
        self.degree()
    }

    fn order(&self) -> BigUint {
        PermGroup::order(self)
    }

    /// The coefficients become their means over the orbits of the monomials; the group is not enumerated.
    fn reynolds(&self, form: &Form<BigRational>) -> Result<Form<BigRational>, GroupError> {
        check_variables(form, self.degree())?;
        let mut means = Form::zero(self.degree(), form.degree());
        for (monomial, c) in form.terms() {
            let orbit = monomial_orbit(self, monomial);
            let share = c * reciprocal::<BigRational>(orbit.len());
            orbit.into_iter().for_each(|m| means.add_term(m, &share));
        }
        Ok(means)
    }

    /// The sums over the orbits of monomials.
    fn invariants_of_degree(&self, degree: u32) -> Result<Vec<Form<BigRational>>, GroupError> {
        check_monomials(self.degree(), degree)?;
        let mut left: BTreeSet<Monomial> = monomials_of_degree(self.degree(), degree).into_iter().collect();
        let mut invariants = Vec::new();
        while let Some(monomial) = left.pop_last() {
            let mut sum = Form::zero(self.degree(), degree);
            for m in monomial_orbit(self, &monomial) {
                left.remove(&m);
                sum.add_term(m, &BigRational::one());
            }
            invariants.push(sum);
        }
        Ok(invariants)
    }

    fn molien_series(&self) -> Result<MolienSeries, GroupError> {
        let classes = self.conjugacy_classes()?;
        let types = classes
            .iter()
            .map(|class| (class.representative().cycle_type(), class.size().clone()));
        Ok(MolienSeries::of_cycle_types(types, &PermGroup::order(self)))
    }
}

fn monomial_orbit(group: &PermGroup, monomial: &Monomial) -> Vec<Monomial> {
    let mut orbit = vec![monomial.clone()];
    let mut known: BTreeSet<Monomial> = BTreeSet::from([monomial.clone()]);
    let mut at = 0;
    while at < orbit.len() {
        for g in group.generators() {
            let image = moved(&orbit[at], g);
            if known.insert(image.clone()) {
                orbit.push(image);
            }
        }
        at += 1;
    }
    orbit
}

fn moved(monomial: &Monomial, g: &Permutation) -> Monomial {
    let mut exponents = vec![0; g.degree()];
    for (p, &exponent) in monomial.exponents().iter().enumerate() {
        exponents[g.image(p)] = exponent;
    }
    Monomial::new(exponents)
}
