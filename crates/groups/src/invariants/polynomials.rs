//! What a finite group that acts linearly on coordinates says of polynomials.

use num_bigint::BigUint;

use super::form::Form;
use super::hilbert_ideal::{self, FundamentalInvariants};
use super::molien::MolienSeries;
use crate::error::GroupError;
use crate::scalar::Scalar;

/// The most monomials of one degree that are written out.
pub const DEFAULT_MONOMIAL_LIMIT: u64 = 5_000;

/// The invariant polynomials of a finite group that acts linearly on coordinates, f·g (x) = f(g x).
///
/// ```
/// use groups::invariants::PolynomialInvariants;
/// let s3 = groups::PermGroup::symmetric(3);
/// let series = s3.molien_series()?;
/// assert_eq!(series.coefficients(6)[..4], [1u32, 1, 2, 3].map(Into::into));
/// assert_eq!(s3.invariants_of_degree(3)?.len(), 3);
/// let degrees: Vec<u32> = s3.fundamental_invariants(None)?.forms().iter().map(|f| f.degree()).collect();
/// assert_eq!(degrees, [1, 2, 3]);
/// # Ok::<(), groups::GroupError>(())
/// ```
pub trait PolynomialInvariants {
    /// The field of the coefficients.
    type Coefficient: Scalar;

    /// The number of coordinates.
    fn variables(&self) -> usize;

    /// The order of the group.
    fn order(&self) -> BigUint;

    /// The Reynolds operator: the mean of f·g over the group, an invariant form, and f itself if f is invariant.
    ///
    /// # Errors
    /// [`GroupError::Shape`] unless the form has one variable for each coordinate.
    fn reynolds(&self, form: &Form<Self::Coefficient>) -> Result<Form<Self::Coefficient>, GroupError>;

    /// A basis of the invariant forms of a degree.
    ///
    /// # Errors
    /// [`GroupError::Limit`] past [`DEFAULT_MONOMIAL_LIMIT`] monomials.
    fn invariants_of_degree(&self, degree: u32) -> Result<Vec<Form<Self::Coefficient>>, GroupError>;

    /// The generating function of the dimensions of the spaces of invariant forms, by Molien's theorem.
    ///
    /// # Errors
    /// [`GroupError::Limit`] for a permutation group with too many conjugacy classes.
    fn molien_series(&self) -> Result<MolienSeries, GroupError>;

    /// A minimal set of homogeneous generators of the ring of invariants, or those up to a degree.
    ///
    /// Homogeneous invariants that generate the ideal of all invariants of positive degree generate the ring (Hilbert,
    /// 1890; Derksen and Kemper, Theorem 2.2.10), and once that ideal contains all monomials of a degree no generator
    /// has a larger one. This is S. King's algorithm (*Minimal generating sets of non-modular invariant rings of finite
    /// groups*, J. Symb. Comp. 48, 2013) with linear algebra in place of a truncated Gröbner basis. It ends at the order
    /// of the group at the latest (Noether's bound).
    ///
    /// # Errors
    /// [`GroupError::Limit`] past [`DEFAULT_MONOMIAL_LIMIT`] monomials of one degree.
    fn fundamental_invariants(
        &self,
        max_degree: Option<u32>,
    ) -> Result<FundamentalInvariants<Self::Coefficient>, GroupError>
    where
        Self: Sized,
    {
        hilbert_ideal::fundamental_invariants(self, max_degree)
    }
}

/// An error when there are more monomials of a degree than are written out.
pub(super) fn check_monomials(variables: usize, degree: u32) -> Result<(), GroupError> {
    let asked = crate::lie::Module::Polynomials(degree).dimension(variables);
    if asked <= DEFAULT_MONOMIAL_LIMIT {
        return Ok(());
    }
    Err(GroupError::Limit {
        what: "the number of monomials of one degree",
        asked,
        limit: DEFAULT_MONOMIAL_LIMIT,
    })
}

/// An error unless a form has as many variables as the group has coordinates.
pub(super) fn check_variables<S: Scalar>(form: &Form<S>, variables: usize) -> Result<(), GroupError> {
    if form.variables() == variables {
        return Ok(());
    }
    Err(GroupError::Shape {
        what: "the form".to_owned(),
        rows: form.variables(),
        cols: 1,
        expected: format!("{variables} variables, one for each coordinate"),
    })
}
