//! Generators of a ring of invariants by way of the ideal that they generate.

use num_traits::ToPrimitive;

use super::form::Form;
use super::polynomials::{PolynomialInvariants, check_monomials};
use crate::error::GroupError;
use crate::linear::{Matrix, Subspace};
use crate::polynomial::{Monomial, monomials_of_degree};
use crate::scalar::Scalar;

/// Homogeneous invariants, none of them a polynomial in the others, that generate all invariants up to a degree.
#[derive(Clone, Debug)]
pub struct FundamentalInvariants<S> {
    forms: Vec<Form<S>>,
    is_complete: bool,
}

impl<S: Scalar> FundamentalInvariants<S> {
    /// The generators, by degree.
    pub fn forms(&self) -> &[Form<S>] {
        &self.forms
    }

    /// Whether they are proved to generate the whole ring of invariants, and not only up to the degree asked for.
    pub fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// Primary invariants among the generators: as many as there are variables, with only the origin as a common zero;
    /// of least product of degrees. `None` when no choice of generators will do.
    ///
    /// The ring is a free module over the polynomials in them (Hochster and Eagon; Derksen and Kemper, section 3.4),
    /// and [`MolienSeries::numerator_over`](super::MolienSeries::numerator_over) their degrees counts its basis. Forms of
    /// degrees d_i are such a system exactly when their ideal contains every monomial of degree Σ (d_i - 1) + 1.
    ///
    /// # Errors
    /// [`GroupError::Limit`] past [`DEFAULT_MONOMIAL_LIMIT`](super::DEFAULT_MONOMIAL_LIMIT) monomials of that degree.
    ///
    /// ```
    /// use groups::invariants::PolynomialInvariants;
    /// let a3 = groups::PermGroup::alternating(3);
    /// let generators = a3.fundamental_invariants(None)?;
    /// let primary: Vec<u32> = generators.primary()?.unwrap().iter().map(|f| f.degree()).collect();
    /// assert_eq!(primary, [1, 2, 3]);
    /// // The secondary invariants are 1 and one of degree 3, such as the discriminant's root.
    /// assert_eq!(a3.molien_series()?.numerator_over(&primary).unwrap().to_text("t"), "t^3 + 1");
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn primary(&self) -> Result<Option<Vec<&Form<S>>>, GroupError> {
        let Some(n) = self.forms.first().map(Form::variables) else {
            return Ok(None);
        };
        let product = |choice: &[usize]| -> u64 {
            choice.iter().fold(1, |product: u64, &k| {
                product.saturating_mul(self.forms[k].degree().into())
            })
        };
        let mut choices = combinations(self.forms.len(), n)?;
        choices.sort_by_key(|choice| product(choice));
        for choice in choices {
            let forms: Vec<&Form<S>> = choice.iter().map(|&k| &self.forms[k]).collect();
            if is_system_of_parameters(&forms)? {
                return Ok(Some(forms));
            }
        }
        Ok(None)
    }
}

/// All choices of k of n things.
fn combinations(n: usize, k: usize) -> Result<Vec<Vec<usize>>, GroupError> {
    const LIMIT: u64 = 10_000;
    let asked = crate::factorization::binomial(&n.into(), k)
        .to_u64()
        .unwrap_or(u64::MAX);
    if asked > LIMIT {
        return Err(GroupError::Limit {
            what: "the number of choices of primary invariants",
            asked,
            limit: LIMIT,
        });
    }
    let mut choices = vec![Vec::new()];
    for at in 0..k {
        let extend = |choice: Vec<usize>| {
            let first = choice.last().map_or(0, |last| last + 1);
            (first..(n + at + 1).saturating_sub(k)).map(move |next| {
                let mut longer = choice.clone();
                longer.push(next);
                longer
            })
        };
        choices = choices.into_iter().flat_map(extend).collect();
    }
    Ok(choices)
}

fn is_system_of_parameters<S: Scalar>(forms: &[&Form<S>]) -> Result<bool, GroupError> {
    let variables = forms[0].variables();
    let top: u32 = forms.iter().map(|f| f.degree() - 1).sum::<u32>() + 1;
    check_monomials(variables, top)?;
    let monomials = monomials_of_degree(variables, top);
    let mut rows = Vec::new();
    for form in forms.iter().filter(|f| f.degree() <= top) {
        for monomial in monomials_of_degree(variables, top - form.degree()) {
            let mut cofactor = Form::zero(variables, monomial.degree());
            cofactor.add_term(monomial, &S::one());
            rows.push(cofactor.times(form).coefficients(&monomials));
        }
    }
    Ok(Matrix::from_rows(rows)?.rank() == monomials.len())
}

/// See [`PolynomialInvariants::fundamental_invariants`].
pub(super) fn fundamental_invariants<G: PolynomialInvariants>(
    group: &G,
    max_degree: Option<u32>,
) -> Result<FundamentalInvariants<G::Coefficient>, GroupError> {
    let variables = group.variables();
    let noether = group.order().to_u32().unwrap_or(u32::MAX);
    let last = max_degree.map_or(noether, |degree| degree.min(noether));
    let mut forms = Vec::new();
    // The part of the ideal in the degree before, whose only monomial is 1 at first.
    let mut lower = vec![Monomial::new(vec![0; variables])];
    let mut ideal: Subspace<G::Coefficient> = Subspace::zero(1);
    for degree in 1..=last {
        check_monomials(variables, degree)?;
        let monomials = monomials_of_degree(variables, degree);
        ideal = raised(&ideal, &lower, &monomials, variables)?;
        if ideal.dimension() == monomials.len() {
            return Ok(FundamentalInvariants {
                forms,
                is_complete: true,
            });
        }
        for form in group.invariants_of_degree(degree)? {
            let coefficients = form.coefficients(&monomials);
            if !ideal.contains(&coefficients) {
                ideal = ideal.sum(&Subspace::span(&Matrix::from_rows(vec![coefficients])?))?;
                forms.push(form);
            }
        }
        lower = monomials;
    }
    Ok(FundamentalInvariants {
        forms,
        is_complete: last == noether,
    })
}

/// The products of a space of forms with all variables.
fn raised<S: Scalar>(
    space: &Subspace<S>,
    lower: &[Monomial],
    monomials: &[Monomial],
    variables: usize,
) -> Result<Subspace<S>, GroupError> {
    let mut rows = Vec::new();
    for i in 0..space.dimension() {
        for variable in 0..variables {
            let mut row = vec![S::zero(); monomials.len()];
            for (monomial, c) in lower
                .iter()
                .zip(space.basis().row(i))
                .filter(|(_, c)| !c.is_zero())
            {
                let at = monomials.binary_search(&monomial.raised(variable));
                row[at.expect("all monomials of the degree are listed")] = c.clone();
            }
            rows.push(row);
        }
    }
    match rows.is_empty() {
        true => Ok(Subspace::zero(monomials.len())),
        false => Ok(Subspace::span(&Matrix::from_rows(rows)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{FiniteMatrixGroup, Form, PolynomialInvariants};
    use crate::catalog::parse_group;
    use crate::linear::{Matrix, RationalMatrix};
    use crate::polynomial::monomials_of_degree;
    use crate::scalar::{Scalar, rational};
    use num_bigint::BigUint;
    use num_rational::BigRational;

    fn degrees<S: Scalar>(forms: &[Form<S>]) -> Vec<u32> {
        forms.iter().map(Form::degree).collect()
    }

    /// The dimension of the span of all products of the generators of one degree.
    fn span_of_products<S: Scalar>(generators: &[Form<S>], degree: u32) -> usize {
        fn products<S: Scalar>(left: &[Form<S>], degree: u32, so_far: Form<S>, out: &mut Vec<Form<S>>) {
            if degree == 0 {
                out.push(so_far);
                return;
            }
            for (k, f) in left.iter().enumerate().filter(|(_, f)| f.degree() <= degree) {
                products(&left[k..], degree - f.degree(), so_far.times(f), out);
            }
        }
        let Some(first) = generators.first() else { return 0 };
        let monomials = monomials_of_degree(first.variables(), degree);
        let mut all = Vec::new();
        products(generators, degree, Form::one(first.variables()), &mut all);
        match all.is_empty() {
            true => 0,
            false => {
                let rows = all.iter().map(|f| f.coefficients(&monomials)).collect();
                Matrix::from_rows(rows).unwrap().rank()
            }
        }
    }

    /// Everything at once, by ways that do not share code: bases by linear algebra or orbits, counts by Molien's
    /// theorem, products of generators by multiplying out.
    fn check<G: PolynomialInvariants>(group: &G, up_to: u32) -> Vec<u32> {
        let series = group.molien_series().unwrap().coefficients(up_to);
        let generators = group.fundamental_invariants(None).unwrap();
        assert!(generators.is_complete());
        for degree in 0..=up_to {
            let basis = group.invariants_of_degree(degree).unwrap();
            assert_eq!(
                BigUint::from(basis.len()),
                series[degree as usize],
                "degree {degree}"
            );
            for f in &basis {
                assert_eq!(group.reynolds(f).unwrap(), *f, "degree {degree}");
            }
            if degree > 0 {
                assert_eq!(
                    span_of_products(generators.forms(), degree),
                    basis.len(),
                    "degree {degree}"
                );
            }
        }
        degrees(generators.forms())
    }

    #[test]
    fn reflection_groups_have_the_degrees_of_chevalley() {
        for n in [3usize, 4, 5, 6] {
            let d = FiniteMatrixGroup::dihedral(n).unwrap();
            assert_eq!(d.elements().len(), 2 * n);
            assert_eq!(check(&d, n as u32 + 2), [2, n as u32]);
        }
        assert_eq!(check(&parse_group("S4").unwrap(), 6), [1, 2, 3, 4]);
        // The symmetries of the cube, as signed permutations: degrees 2, 4, 6.
        let cube = FiniteMatrixGroup::new(
            3,
            vec![
                RationalMatrix::from_integers(3, 3, &[0, 1, 0, 0, 0, 1, 1, 0, 0]).unwrap(),
                RationalMatrix::from_integers(3, 3, &[0, 1, 0, 1, 0, 0, 0, 0, 1]).unwrap(),
                RationalMatrix::from_integers(3, 3, &[-1, 0, 0, 0, 1, 0, 0, 0, 1]).unwrap(),
            ],
        )
        .unwrap();
        assert_eq!(cube.elements().len(), 48);
        assert_eq!(check(&cube, 6), [2, 4, 6]);
    }

    /// Groups without reflections, from the literature: C_n in the plane needs x² + y² and two forms of degree n; C_4 on
    /// 4 points has 7 generators of degrees 1, 2, 2, 3, 3, 4, 4 (Derksen and Kemper); -1 in the plane needs three squares.
    #[test]
    fn other_groups_need_more_generators() {
        assert_eq!(check(&FiniteMatrixGroup::rotations(5).unwrap(), 6), [2, 5, 5]);
        let minus = FiniteMatrixGroup::new(2, vec![RationalMatrix::identity(2).scaled(&rational(-1, 1))]);
        assert_eq!(check(&minus.unwrap(), 5), [2, 2, 2]);
        assert_eq!(check(&parse_group("C4").unwrap(), 5), [1, 2, 2, 3, 3, 4, 4]);
        assert_eq!(check(&parse_group("A4").unwrap(), 6), [1, 2, 3, 4, 6]);
    }

    /// The binary tetrahedral-like quaternion group in dimension 2 over Q(i): invariants x⁴ + y⁴, x²y², xy(x⁴ - y⁴), of
    /// degrees 4, 4, 6, with one relation in degree 12 (F. Klein).
    #[test]
    fn quaternions_over_the_gaussian_numbers() {
        use crate::cyclotomic::Cyclotomic;
        use num_traits::{One, Zero};
        let (zero, one, i) = (
            Cyclotomic::zero(),
            Cyclotomic::one(),
            Cyclotomic::root_of_unity(4, 1),
        );
        let a = Matrix::from_rows(vec![vec![i.clone(), zero.clone()], vec![zero.clone(), -i]]).unwrap();
        let b = Matrix::from_rows(vec![vec![zero.clone(), one.clone()], vec![-one, zero]]).unwrap();
        let q8 = FiniteMatrixGroup::new(2, vec![a, b]).unwrap();
        assert_eq!(q8.elements().len(), 8);
        assert_eq!(check(&q8, 12), [4, 4, 6]);
        assert_eq!(
            q8.molien_series()
                .unwrap()
                .numerator_over(&[4, 4])
                .unwrap()
                .to_text("t"),
            "t^6 + 1"
        );
    }

    /// Permutations as permutations and as matrices: the same series, the same spaces, the same means.
    #[test]
    fn permutations_and_their_matrices_agree() {
        for text in ["S4", "C5", "D5", "A4", "V4"] {
            let group = parse_group(text).unwrap();
            let matrices = FiniteMatrixGroup::of_permutations(&group).unwrap();
            assert_eq!(
                group.molien_series().unwrap(),
                matrices.molien_series().unwrap(),
                "{text}"
            );
            for degree in 0..4 {
                let monomials = monomials_of_degree(group.degree(), degree);
                let span = |forms: Vec<Form<BigRational>>| {
                    let rows = forms.iter().map(|f| f.coefficients(&monomials)).collect();
                    Matrix::from_rows(rows).unwrap().row_space()
                };
                let one = span(group.invariants_of_degree(degree).unwrap());
                let other = span(matrices.invariants_of_degree(degree).unwrap());
                assert_eq!(one.basis(), other.basis(), "{text} in degree {degree}");
                let mut odd = Form::zero(group.degree(), degree);
                for (k, m) in monomials.iter().enumerate() {
                    odd.add_term(m.clone(), &rational(k as i64 * k as i64 - 3, 2));
                }
                assert_eq!(
                    group.reynolds(&odd).unwrap(),
                    matrices.reynolds(&odd).unwrap(),
                    "{text} in degree {degree}"
                );
            }
        }
    }

    #[test]
    fn a_degree_bound_is_kept_and_said() {
        let c5 = parse_group("C5").unwrap();
        let some = c5.fundamental_invariants(Some(2)).unwrap();
        assert!(!some.is_complete());
        assert_eq!(degrees(some.forms()), [1, 2, 2]);
        assert!(parse_group("S30").unwrap().invariants_of_degree(6).is_err());
        let none = FiniteMatrixGroup::<BigRational>::new(2, vec![RationalMatrix::zeros(2, 2)]);
        assert!(matches!(none, Err(crate::GroupError::Singular { .. })));
        assert!(FiniteMatrixGroup::dihedral(0).is_err());
    }

    /// The squares of the coordinates and of their differences for -1 in dimension 3: the six quadrics have a system of
    /// parameters, two proportional forms have none.
    #[test]
    fn primary_invariants_have_no_common_zero() {
        let minus = FiniteMatrixGroup::new(3, vec![RationalMatrix::identity(3).scaled(&rational(-1, 1))]);
        let minus = minus.unwrap();
        let generators = minus.fundamental_invariants(None).unwrap();
        assert_eq!(degrees(generators.forms()), [2; 6]);
        assert_eq!(generators.primary().unwrap().unwrap().len(), 3);
        let series = minus.molien_series().unwrap();
        assert_eq!(
            series.numerator_over(&[2, 2, 2]).unwrap().to_text("t"),
            "3*t^2 + 1"
        );
        assert!(series.numerator_over(&[2, 2]).is_none());
    }
}
