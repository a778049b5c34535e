//! Generic orbits: their dimension, the dimension of the orbit space, and proofs of both.
//!
//! The rank of the infinitesimal action a_x is largest on a nonempty Zariski-open set. At a random integer point it is
//! a certified lower bound of that generic rank r, and equal to it with probability at least 1 - r/|S|, where S is the set
//! the coordinates are drawn from: some r-minor is a nonzero polynomial of degree at most r (Schwartz 1980, Zippel
//! 1979). An upper bound is proved by covariants: polynomial maps k : X -> g with a_x k(x) = 0 identically. If t of them
//! are independent at one point, the generic stabilizer has dimension at least t.

use num_rational::BigRational;
use num_traits::Zero;
use rand::{Rng, RngExt};
use serde::Serialize;

use super::algebra::Sparse;
use super::{LieAlgebra, Module, Representation};
use crate::GroupError;
use crate::linear::{RationalMatrix, certified_kernel};
use crate::polynomial::{Monomial, monomials_of_degree};
use crate::scalar::{Scalar, rational};

/// Coordinates are drawn from this many integers.
const SAMPLE_SIZE: i64 = 1 << 31;

/// How the generic dimension is known.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// The rank at the point cannot be exceeded: it equals the dimension of the algebra or of the space.
    Maximal,
    /// As many independent covariants, of at most this degree, as the stabilizer has dimensions.
    Covariants {
        /// The largest degree among them.
        degree: u32,
    },
    /// The generic rank may be larger, with at most this probability over the random point.
    Probable {
        /// The bound r/|S|.
        error: f64,
    },
}

/// The dimensions of the orbits of general points.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct GenericOrbit {
    /// The dimension of the space.
    pub space_dimension: usize,
    /// The dimension of a generic orbit.
    pub orbit_dimension: usize,
    /// The dimension of a generic stabilizer.
    pub stabilizer_dimension: usize,
    /// The dimension of the orbit space: that of the space less that of a generic orbit.
    pub moduli_dimension: usize,
    /// How the generic dimension is known.
    pub evidence: Evidence,
}

/// The generic orbit dimension, exact at a random point; with `prove_up_to` a proof by covariants up to that degree is
/// looked for when the random point alone proves nothing.
///
/// The cost of a proof is that of a linear system with dim g times C(dim X + degree, degree) unknowns.
///
/// # Errors
/// Those of [`Representation::new`].
///
/// ```
/// use groups::lie::{Evidence, Module, generic_orbit, parse_algebra};
/// use rand::SeedableRng;
/// let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(1);
/// // SO(3) on three vectors: orbits of dimension 3, six parameters (the Gram matrix).
/// let triples = generic_orbit(&parse_algebra("so(3)")?, &Module::Tuples(3), None, &mut rng)?;
/// assert_eq!((triples.orbit_dimension, triples.moduli_dimension), (3, 6));
/// assert_eq!(triples.evidence, Evidence::Maximal);
/// // SO(3) on one vector: x itself, read as a rotation axis, is a covariant of degree 1 in the stabilizer.
/// let vector = generic_orbit(&parse_algebra("so(3)")?, &Module::Vectors, Some(2), &mut rng)?;
/// assert_eq!((vector.orbit_dimension, vector.evidence), (2, Evidence::Covariants { degree: 1 }));
/// # Ok::<(), groups::GroupError>(())
/// ```
pub fn generic_orbit(
    algebra: &LieAlgebra,
    module: &Module,
    prove_up_to: Option<u32>,
    rng: &mut (impl Rng + ?Sized),
) -> Result<GenericOrbit, GroupError> {
    let representation = Representation::new(algebra, module)?;
    let x = representation.dimension();
    let d = algebra.dimension();
    let point: Vec<BigRational> = (0..x)
        .map(|_| rational(rng.random_range(-SAMPLE_SIZE / 2..SAMPLE_SIZE / 2), 1))
        .collect();
    let rank = representation.action_at(&point)?.rank();
    let proof = (0..=prove_up_to.unwrap_or(0)).find(|&degree| {
        prove_up_to.is_some() && covariants_at(&representation, d, degree, &point) >= d - rank
    });
    let evidence = match proof {
        _ if rank == d.min(x) => Evidence::Maximal,
        Some(degree) => Evidence::Covariants { degree },
        None => Evidence::Probable {
            error: rank as f64 / SAMPLE_SIZE as f64,
        },
    };
    Ok(GenericOrbit {
        space_dimension: x,
        orbit_dimension: rank,
        stabilizer_dimension: d - rank,
        moduli_dimension: x - rank,
        evidence,
    })
}

/// The dimension of the span, at a point, of all covariants of degree at most `degree`.
fn covariants_at(representation: &Representation, d: usize, degree: u32, point: &[BigRational]) -> usize {
    let x = representation.dimension();
    let monomials: Vec<Monomial> = (0..=degree).flat_map(|k| monomials_of_degree(x, k)).collect();
    // Unknown (k, m): the coefficient of monomial m in coordinate k of the covariant. The equation for (i, m') collects
    // the coefficient of m' in row i of sum_k (ρ_k x + t_k) c_k(x).
    let mut rows: std::collections::BTreeMap<(usize, Monomial), Sparse> = std::collections::BTreeMap::new();
    for k in 0..d {
        for (at, monomial) in monomials.iter().enumerate() {
            let unknown = k * monomials.len() + at;
            for (j, column) in representation.columns_of(k).iter().enumerate() {
                for (i, value) in column {
                    rows.entry((*i, monomial.raised(j)))
                        .or_default()
                        .push((unknown, value.clone()));
                }
            }
            for (i, value) in representation.translation_of(k) {
                rows.entry((*i, monomial.clone()))
                    .or_default()
                    .push((unknown, value.clone()));
            }
        }
    }
    let system: Vec<Sparse> = rows.into_values().collect();
    let values: Vec<BigRational> = monomials.iter().map(|m| value_at(m, point)).collect();
    let covariants = certified_kernel(&system, d * monomials.len());
    let mut at_point = RationalMatrix::zeros(covariants.len(), d);
    for (row, covariant) in covariants.iter().enumerate() {
        for (unknown, c) in covariant {
            at_point[(row, unknown / monomials.len())].add_product(c, &values[unknown % monomials.len()]);
        }
    }
    at_point.rank()
}

fn value_at(monomial: &Monomial, point: &[BigRational]) -> BigRational {
    let one = rational(1, 1);
    monomial
        .exponents()
        .iter()
        .zip(point)
        .filter(|(e, _)| **e > 0)
        .fold(one, |value, (e, x)| {
            if x.is_zero() {
                BigRational::zero()
            } else {
                value * num_traits::pow(x.clone(), *e as usize)
            }
        })
}

#[cfg(test)]
mod tests {
    use super::super::parse_algebra;
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn orbit(algebra: &str, module: &Module, degree: Option<u32>) -> GenericOrbit {
        let mut rng = ChaCha8Rng::seed_from_u64(6);
        generic_orbit(&parse_algebra(algebra).unwrap(), module, degree, &mut rng).unwrap()
    }

    /// theory: O(n) on k vectors has k(k+1)/2 parameters for k <= n; conjugation has n; SE(2) on segments has 1.
    #[test]
    fn moduli_of_classical_actions() {
        for k in 1..=3 {
            assert_eq!(
                orbit("so(4)", &Module::Tuples(k), None).moduli_dimension,
                k * (k + 1) / 2
            );
        }
        assert_eq!(
            orbit("so(3)", &Module::SymmetricForms, None).moduli_dimension,
            3,
            "eigenvalues"
        );
        assert_eq!(
            orbit("se(2)", &Module::Tuples(2), None).moduli_dimension,
            1,
            "the length of a segment"
        );
        assert_eq!(
            orbit("sl(2)", &Module::Polynomials(4), None).moduli_dimension,
            2,
            "the invariants of a quartic"
        );
        assert_eq!(
            orbit("gl(2)", &Module::Polynomials(4), None).moduli_dimension,
            1,
            "the cross-ratio"
        );
        assert_eq!(
            orbit("gl(3)", &Module::Polynomials(2), None).evidence,
            Evidence::Maximal,
            "quadrics are dense"
        );
    }

    #[test]
    fn proofs_by_covariants() {
        // The powers 1, M, M^2 commute with M: three covariants of degree at most 2.
        let conjugation = orbit("gl(3)", &Module::Matrices, Some(2));
        assert_eq!(
            (conjugation.orbit_dimension, conjugation.moduli_dimension),
            (6, 3)
        );
        assert_eq!(conjugation.evidence, Evidence::Covariants { degree: 2 });
        let short = orbit("gl(3)", &Module::Matrices, Some(1));
        assert!(
            matches!(short.evidence, Evidence::Probable { error } if error < 1e-8),
            "degree 1 does not reach"
        );
        let points = orbit("se(3)", &Module::Vectors, Some(1));
        assert_eq!((points.orbit_dimension, points.evidence), (3, Evidence::Maximal));
        let pairs = orbit("so(4)", &Module::Tuples(2), Some(2));
        assert_eq!(
            (pairs.stabilizer_dimension, pairs.evidence),
            (1, Evidence::Covariants { degree: 2 })
        );
    }
}
