//! Zero-dimensional ideals: how many real and complex points they have, exactly.
//!
//! If the quotient A = Q[x]/I has finite dimension, the trace form (p, q) -> tr(multiplication by p q g on A) has as
//! rank the number of complex points of I with g != 0, and as signature the number of real points with g > 0 less the
//! number with g < 0 (Hermite; P. Pedersen, M.-F. Roy and A. Szpirglas, *Counting real zeros in the multivariate case*,
//! 1993; Basu, Pollack and Roy, *Algorithms in Real Algebraic Geometry*, theorem 4.102).

use num_rational::BigRational;
use num_traits::{One, Zero};

use super::{GroebnerBasis, Monomial, Polynomial};
use crate::GroupError;
use crate::linear::RationalMatrix;
use crate::scalar::Scalar;

/// The largest dimension of a quotient algebra that [`FiniteVariety::new`] takes.
pub const DEFAULT_QUOTIENT_LIMIT: u64 = 200;

/// The finitely many points of an ideal, known through its quotient algebra.
///
/// ```
/// use groups::polynomial::{FiniteVariety, GroebnerBasis, Polynomial};
/// let parse = |text: &str| Polynomial::parse(text, Some(2)).unwrap();
/// // x^4 = 1 on the line y = x: four points, two of them real, one with x > 0.
/// let ideal = GroebnerBasis::new(&[parse("x^4 - 1"), parse("y - x")])?;
/// let points = FiniteVariety::new(&ideal)?.expect("four points");
/// assert_eq!((points.complex_points()?, points.real_points()?), (4, 2));
/// assert_eq!(points.real_points_by_sign(&parse("x"))?, [1, 1, 0]);
/// assert!(FiniteVariety::new(&GroebnerBasis::new(&[parse("x*y")])?)?.is_none(), "two lines");
/// # Ok::<(), groups::GroupError>(())
/// ```
#[derive(Clone, Debug)]
pub struct FiniteVariety {
    ideal: GroebnerBasis,
    /// The standard monomials, a basis of the quotient.
    basis: Vec<Monomial>,
    /// For each standard monomial the matrix of multiplication by it.
    multiplication: Vec<RationalMatrix>,
}

impl FiniteVariety {
    /// The points of an ideal, `None` when there are infinitely many over the complex numbers.
    ///
    /// # Errors
    /// [`GroupError::Limit`] when the quotient has a dimension beyond [`DEFAULT_QUOTIENT_LIMIT`].
    pub fn new(ideal: &GroebnerBasis) -> Result<Option<Self>, GroupError> {
        let Some(basis) = standard_monomials(ideal)? else {
            return Ok(None);
        };
        let n = ideal.variables();
        let index = |m: &Monomial| basis.iter().position(|b| b == m);
        let by_variable: Vec<RationalMatrix> = (0..n)
            .map(|i| {
                let mut matrix = RationalMatrix::zeros(basis.len(), basis.len());
                for (j, monomial) in basis.iter().enumerate() {
                    let product = Polynomial::monomial(monomial.raised(i));
                    for (m, c) in ideal.normal_form(&product)?.terms() {
                        let row = index(m).expect("a normal form has standard monomials only");
                        matrix[(row, j)] = c.clone();
                    }
                }
                Ok(matrix)
            })
            .collect::<Result<_, GroupError>>()?;
        // Standard monomials come by degree, and each is a variable times an earlier one.
        let mut multiplication: Vec<RationalMatrix> = Vec::with_capacity(basis.len());
        for monomial in &basis {
            let step = (0..n).find_map(|i| monomial.lowered(i).and_then(|m| index(&m)).map(|at| (i, at)));
            multiplication.push(match step {
                None => RationalMatrix::identity(basis.len()),
                Some((i, at)) => by_variable[i].try_mul(&multiplication[at])?,
            });
        }
        Ok(Some(FiniteVariety {
            ideal: ideal.clone(),
            basis,
            multiplication,
        }))
    }

    /// The dimension of the quotient: the number of complex points with multiplicity.
    pub fn multiplicity(&self) -> usize {
        self.basis.len()
    }

    /// The number of distinct complex points.
    ///
    /// # Errors
    /// None in practice: the trace form is symmetric by construction.
    pub fn complex_points(&self) -> Result<usize, GroupError> {
        Ok(self.trace_form(&self.one())?.rank())
    }

    /// The number of distinct real points.
    ///
    /// # Errors
    /// None in practice: the trace form is symmetric by construction.
    pub fn real_points(&self) -> Result<usize, GroupError> {
        let [positive, negative, _] = self.trace_form(&self.one())?.signature()?;
        Ok(positive - negative)
    }

    /// The numbers of distinct real points at which a polynomial is positive, negative and zero.
    ///
    /// # Errors
    /// [`GroupError::Shape`] when the polynomial has another number of variables.
    pub fn real_points_by_sign(&self, g: &Polynomial) -> Result<[usize; 3], GroupError> {
        let count = |g: &Polynomial| -> Result<isize, GroupError> {
            let [positive, negative, _] = self.trace_form(g)?.signature()?;
            Ok(positive as isize - negative as isize)
        };
        let all = self.real_points()?;
        let difference = count(g)?;
        let nonzero = count(&(g * g))?;
        Ok([
            ((nonzero + difference) / 2) as usize,
            ((nonzero - difference) / 2) as usize,
            all - nonzero as usize,
        ])
    }

    fn one(&self) -> Polynomial {
        Polynomial::constant(self.ideal.variables(), BigRational::one())
    }

    /// Entry (i, j) is the trace of multiplication by b_i b_j g.
    fn trace_form(&self, g: &Polynomial) -> Result<RationalMatrix, GroupError> {
        let d = self.basis.len();
        let mut by_g = RationalMatrix::zeros(d, d);
        for (m, c) in self.ideal.normal_form(g)?.terms() {
            let at = self.basis.iter().position(|b| b == m);
            let at = at.expect("a normal form has standard monomials only");
            by_g = &by_g + &self.multiplication[at].scaled(c);
        }
        // tr(M_b M_g) for every standard monomial b, then tr(M_p M_g) for a product p by its coordinates.
        let traces: Vec<BigRational> = self
            .multiplication
            .iter()
            .map(|m| {
                let mut trace = BigRational::zero();
                for i in 0..d {
                    for k in 0..d {
                        trace.add_product(&m[(i, k)], &by_g[(k, i)]);
                    }
                }
                trace
            })
            .collect();
        Ok(RationalMatrix::from_fn(d, d, |i, j| {
            let mut entry = BigRational::zero();
            for (k, trace) in traces.iter().enumerate() {
                // Column j of M_i holds the coordinates of b_i b_j.
                entry.add_product(&self.multiplication[i][(k, j)], trace);
            }
            entry
        }))
    }
}

/// The monomials outside the initial ideal, by degree; `None` when they are infinitely many.
fn standard_monomials(ideal: &GroebnerBasis) -> Result<Option<Vec<Monomial>>, GroupError> {
    let n = ideal.variables();
    let leading: Vec<&Monomial> = ideal
        .elements()
        .iter()
        .filter_map(|f| f.leading_term().map(|(m, _)| m))
        .collect();
    // Finitely many exactly when a power of every variable (or 1) is a leading monomial.
    let has_power = |i: usize| {
        leading
            .iter()
            .any(|m| m.exponents().iter().enumerate().all(|(k, &e)| e == 0 || k == i))
    };
    if !(0..n).all(has_power) {
        return Ok(None);
    }
    let mut basis: Vec<Monomial> = Vec::new();
    let mut layer = vec![Monomial::one(n)];
    while !layer.is_empty() {
        layer.retain(|m| !leading.iter().any(|l| l.divides(m)));
        layer.sort();
        layer.dedup();
        basis.extend(layer.iter().cloned());
        let asked = basis.len() as u64;
        if asked > DEFAULT_QUOTIENT_LIMIT {
            return Err(GroupError::Limit {
                what: "the dimension of the quotient algebra",
                asked,
                limit: DEFAULT_QUOTIENT_LIMIT,
            });
        }
        layer = layer
            .iter()
            .flat_map(|m| (0..n).map(move |i| m.raised(i)))
            .collect();
    }
    Ok(Some(basis))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(variables: usize, texts: &[&str]) -> FiniteVariety {
        let generators: Vec<_> = texts
            .iter()
            .map(|t| Polynomial::parse(t, Some(variables)).unwrap())
            .collect();
        FiniteVariety::new(&GroebnerBasis::new(&generators).unwrap())
            .unwrap()
            .unwrap()
    }

    #[test]
    fn multiplicities_do_not_count() {
        // (x^2 - 2)^2 (x^2 + 1): four distinct points, two real.
        let roots = points(1, &["(x^2 - 2)^2*(x^2 + 1)"]);
        let numbers = (
            roots.multiplicity(),
            roots.complex_points().unwrap(),
            roots.real_points().unwrap(),
        );
        assert_eq!(numbers, (6, 4, 2));
        let empty = points(1, &["1"]);
        assert_eq!((empty.multiplicity(), empty.real_points().unwrap()), (0, 0));
    }

    #[test]
    fn intersections_of_conics() {
        // A circle of radius 2 and the hyperbola xy = c: four real points for c < 2, two at c = 2, none beyond.
        for (c, real) in [("1", 4), ("2", 2), ("3", 0)] {
            let both = points(2, &["x^2 + y^2 - 4", &format!("x*y - {c}")]);
            assert_eq!(both.real_points().unwrap(), real, "{c}");
        }
        let both = points(2, &["x^2 + y^2 - 4", "x*y - 1"]);
        let x = Polynomial::parse("x", Some(2)).unwrap();
        assert_eq!(both.real_points_by_sign(&x).unwrap(), [2, 2, 0]);
        let difference = Polynomial::parse("x^2 + y^2 - 4", Some(2)).unwrap();
        assert_eq!(both.real_points_by_sign(&difference).unwrap(), [0, 0, 4]);
    }

    /// Against Sturm's theorem on polynomials in one variable.
    #[test]
    fn agrees_with_sturm() {
        use crate::univariate::Univariate;
        for coefficients in [[-6i64, 1, 5, -3, 2, 1], [1, 0, -7, 0, 3, 2], [0, 0, 1, -4, 0, 1]] {
            let sturm = Univariate::from_integers(&coefficients).real_root_count();
            let terms = coefficients.iter().enumerate();
            let f = Polynomial::from_terms(
                1,
                terms.map(|(k, &c)| (vec![k as u32], BigRational::from_integer(c.into()))),
            )
            .unwrap();
            let ideal = GroebnerBasis::new(&[f]).unwrap();
            let ours = FiniteVariety::new(&ideal)
                .unwrap()
                .unwrap()
                .real_points()
                .unwrap();
            assert_eq!(ours, sturm, "{coefficients:?}");
        }
    }
}
