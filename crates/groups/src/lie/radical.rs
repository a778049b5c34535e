//! The nilradical and the Levi decomposition.
//!
//! Over a field of characteristic 0 (W. de Graaf, *Lie Algebras: Theory and Algorithms*, chapters 2 and 4; N. Jacobson,
//! *Lie Algebras*, chapter III): the nilradical N is the set of elements of the radical R with nilpotent adjoint, it
//! contains [g, R], and g is the semidirect sum of R and a semisimple subalgebra, the Levi factor.

use num_rational::BigRational;
use num_traits::Zero;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::LieAlgebra;
use super::algebra::unit_vector;
use crate::GroupError;
use crate::linear::{RationalMatrix, Subspace};
use crate::scalar::{Scalar, rational};

/// A Levi decomposition: a semisimple subalgebra and the radical, whose sum is direct.
#[derive(Clone, Debug)]
pub struct LeviDecomposition {
    /// A basis of the Levi factor in coordinates, one element a row.
    pub levi: RationalMatrix,
    /// The radical.
    pub radical: Subspace<BigRational>,
}

impl LieAlgebra {
    /// The nilradical, the largest nilpotent ideal.
    ///
    /// By Lie's theorem the adjoint action of R has weights λ_i that vanish on [g, R]. For x in R and all k,
    /// `tr(ad y (ad x)^k) = sum_i m_i λ_i(y) λ_i(x)^k`; when x separates the weights these conditions say that every
    /// λ_i(y) is 0, which is y in N. They hold on N for every x. So their solutions contain N, and once they form a
    /// nilpotent ideal, which is checked, they are N: the random x decides the running time, never the answer.
    pub fn nilradical(&self) -> Subspace<BigRational> {
        let d = self.dimension();
        let radical = self.radical();
        let inner = self.product_space(&Subspace::whole(d), &radical);
        let rest = complement(&inner, &radical);
        let mut rng = ChaCha8Rng::seed_from_u64(0);
        for attempt in 1.. {
            let mut x = vec![BigRational::zero(); d];
            for i in 0..rest.rows() {
                let factor = rational(rng.random_range(-attempt..=attempt), 1);
                for (sum, y) in x.iter_mut().zip(rest.row(i)) {
                    sum.add_product(&factor, y);
                }
            }
            let conditions = self.trace_conditions(&x, &rest);
            let solutions = &conditions.kernel() * &rest;
            let candidate = Subspace::span(&inner.basis().stacked(&solutions).expect("both have d columns"));
            // An ideal since it lies between [g, R] and R.
            if self.is_nilpotent_subalgebra(&candidate) {
                return candidate;
            }
        }
        unreachable!("random elements separate the weights with probability one")
    }

    /// Row k: the traces of ad y (ad x)^k for the rows y, as far as new conditions appear.
    fn trace_conditions(&self, x: &[BigRational], elements: &RationalMatrix) -> RationalMatrix {
        let d = self.dimension();
        let adjoint = self.adjoint(x);
        let adjoints: Vec<RationalMatrix> = (0..elements.rows())
            .map(|i| self.adjoint(elements.row(i)))
            .collect();
        let mut power = RationalMatrix::identity(d);
        let mut conditions = RationalMatrix::zeros(0, elements.rows());
        for _ in 0..d {
            let traces = adjoints.iter().map(|y| trace_of_product(y, &power)).collect();
            let row = RationalMatrix::from_parts(1, elements.rows(), traces);
            conditions = conditions.stacked(&row).expect("one trace for each element");
            if conditions.rank() == elements.rows() {
                break;
            }
            power = &power * &adjoint;
        }
        conditions
    }

    /// Whether a subalgebra, given by its subspace, is nilpotent.
    pub fn is_nilpotent_subalgebra(&self, subspace: &Subspace<BigRational>) -> bool {
        let mut term = subspace.clone();
        while term.dimension() > 0 {
            let next = self.product_space(subspace, &term);
            if next.dimension() >= term.dimension() {
                return false;
            }
            term = next;
        }
        true
    }

    /// A Levi factor and the radical.
    ///
    /// A complement of R is moved into a subalgebra modulo each term of the derived series of R in turn: the
    /// corrections solve linear equations, which have a solution by Whitehead's second lemma (de Graaf, section 4.13).
    ///
    /// ```
    /// use groups::lie::parse_algebra;
    /// let aff3 = parse_algebra("aff(3)")?;
    /// let decomposition = aff3.levi_decomposition()?;
    /// let levi = aff3.subalgebra(&decomposition.levi)?;
    /// assert!(levi.structure().is_semisimple);
    /// assert_eq!((levi.dimension(), decomposition.radical.dimension()), (8, 4));
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    ///
    /// # Errors
    /// None for a Lie algebra; the result is checked to be a subalgebra.
    pub fn levi_decomposition(&self) -> Result<LeviDecomposition, GroupError> {
        let d = self.dimension();
        let radical = self.radical();
        let free: Vec<usize> = (0..d).filter(|j| !radical.pivots().contains(j)).collect();
        let mut levi: Vec<Vec<BigRational>> = free.iter().map(|&j| unit_vector(d, j)).collect();
        let mut term = radical.clone();
        while term.dimension() > 0 && !levi.is_empty() {
            let next = self.product_space(&term, &term);
            self.correct(&mut levi, &free, &radical, &term, &next)?;
            term = next;
        }
        let levi = RationalMatrix::from_parts(levi.len(), d, levi.into_iter().flatten().collect());
        self.subalgebra(&levi)?;
        Ok(LeviDecomposition { levi, radical })
    }

    /// Moves the elements by vectors of `term` so that they span a subalgebra modulo `next` = [term, term].
    fn correct(
        &self,
        levi: &mut [Vec<BigRational>],
        free: &[usize],
        radical: &Subspace<BigRational>,
        term: &Subspace<BigRational>,
        next: &Subspace<BigRational>,
    ) -> Result<(), GroupError> {
        let quotient = Subspace::span(&complement(next, term));
        let (m, s) = (levi.len(), quotient.dimension());
        let coordinates = |vector: &[BigRational]| {
            quotient
                .coordinates(&next.reduce(vector))
                .expect("the vector lies in the term of the series")
        };
        // The action of each element on term/next: column a is the image of the a-th basis vector.
        let actions: Vec<RationalMatrix> = levi
            .iter()
            .map(|x| {
                let images: Vec<_> = (0..s)
                    .map(|a| coordinates(&self.bracket(x, quotient.basis().row(a))))
                    .collect();
                RationalMatrix::from_fn(s, s, |b, a| images[a][b].clone())
            })
            .collect();
        let pairs: Vec<(usize, usize)> = (0..m).flat_map(|i| (i + 1..m).map(move |j| (i, j))).collect();
        let mut system = RationalMatrix::zeros(pairs.len() * s, m * s);
        let mut right = Vec::with_capacity(pairs.len() * s);
        for (block, &(i, j)) in pairs.iter().enumerate() {
            let bracket = self.bracket(&levi[i], &levi[j]);
            // Coordinates modulo the radical stand at the free positions.
            let modulo = radical.reduce(&bracket);
            let mut defect = bracket.iter().map(|x| -x).collect::<Vec<_>>();
            for (k, &position) in free.iter().enumerate().filter(|(_, p)| !modulo[**p].is_zero()) {
                let gamma = &modulo[position];
                for (sum, x) in defect.iter_mut().zip(&levi[k]) {
                    sum.add_product(gamma, x);
                }
                for b in 0..s {
                    system[(block * s + b, k * s + b)] -= gamma;
                }
            }
            for b in 0..s {
                for a in 0..s {
                    system[(block * s + b, j * s + a)] += &actions[i][(b, a)];
                    system[(block * s + b, i * s + a)] -= &actions[j][(b, a)];
                }
            }
            right.extend(coordinates(&defect));
        }
        let solution = system
            .solve(&right)?
            .expect("Whitehead's lemma: the equations have a solution");
        for (i, x) in levi.iter_mut().enumerate() {
            for a in 0..s {
                for (sum, y) in x.iter_mut().zip(quotient.basis().row(a)) {
                    sum.add_product(&solution[i * s + a], y);
                }
            }
        }
        Ok(())
    }
}

/// Rows that span a complement of `inner` in `outer`, reduced modulo `inner`.
fn complement(inner: &Subspace<BigRational>, outer: &Subspace<BigRational>) -> RationalMatrix {
    let rows = (0..outer.dimension())
        .flat_map(|i| inner.reduce(outer.basis().row(i)))
        .collect();
    let rows = RationalMatrix::from_parts(outer.dimension(), outer.ambient(), rows);
    rows.echelon().into_matrix()
}

pub(super) fn trace_of_product(a: &RationalMatrix, b: &RationalMatrix) -> BigRational {
    let mut trace = BigRational::zero();
    for i in 0..a.rows() {
        for (j, x) in a.row(i).iter().enumerate().filter(|(_, x)| !x.is_zero()) {
            trace.add_product(x, &b[(j, i)]);
        }
    }
    trace
}

#[cfg(test)]
mod tests {
    use super::super::parse_algebra;
    use super::*;

    #[test]
    fn nilradicals_of_known_algebras() {
        // t(n): strictly upper matrices and the scalars; aff(n): translations; se(n): translations.
        for (text, dimension) in [
            ("t(3)", 4),
            ("t(4)", 7),
            ("aff(2)", 2),
            ("se(2)", 2),
            ("se(3)", 3),
            ("sim(2)", 2),
            ("heis(5)", 5),
            ("gl(3)", 1),
            ("sl(3)", 0),
            ("d(3)", 3),
            ("aff(1)+so(3)", 1),
        ] {
            let algebra = parse_algebra(text).unwrap();
            let nilradical = algebra.nilradical();
            assert_eq!(nilradical.dimension(), dimension, "{text}");
            assert!(algebra.is_ideal(&nilradical), "{text}");
            assert!(algebra.is_nilpotent_subalgebra(&nilradical), "{text}");
            assert!(algebra.radical().contains_subspace(&nilradical), "{text}");
        }
    }

    /// The nilradical is all elements of the radical with nilpotent adjoint: nothing nilpotent is left outside.
    #[test]
    fn elements_outside_the_nilradical_are_not_nilpotent() {
        let algebra = parse_algebra("t(3)+aff(1)").unwrap();
        let (radical, nilradical) = (algebra.radical(), algebra.nilradical());
        let outside = complement(&nilradical, &radical);
        assert_eq!(outside.rows(), 3);
        for i in 0..outside.rows() {
            let f = algebra
                .adjoint(outside.row(i))
                .characteristic_polynomial()
                .unwrap();
            assert!(
                f.squarefree_part().degree() > Some(1),
                "ad has an eigenvalue besides 0"
            );
        }
    }

    #[test]
    fn levi_factors_survive_a_change_of_basis() {
        for text in [
            "aff(2)",
            "se(3)",
            "saff(3)",
            "gl(3)",
            "co(3)",
            "t(3)",
            "so(3)",
            "sl(2)+aff(1)",
            "aff(2)+heis(3)",
        ] {
            let algebra = parse_algebra(text).unwrap();
            let d = algebra.dimension();
            // A unimodular change of basis mixes the radical into every element.
            let mixed = RationalMatrix::from_fn(d, d, |i, j| {
                rational(i64::from(j <= i) * (1 + (i * j) as i64 % 3), 1)
            });
            let mixed = RationalMatrix::from_fn(d, d, |i, j| {
                if i == j {
                    rational(1, 1)
                } else {
                    mixed[(i, j)].clone()
                }
            });
            let scrambled = algebra.subalgebra(&mixed).unwrap();
            let decomposition = scrambled.levi_decomposition().unwrap();
            let levi = scrambled.subalgebra(&decomposition.levi).unwrap();
            assert_eq!(levi.dimension() + decomposition.radical.dimension(), d, "{text}");
            assert!(levi.dimension() == 0 || levi.structure().is_semisimple, "{text}");
            let rows = decomposition.levi.stacked(decomposition.radical.basis()).unwrap();
            assert_eq!(rows.rank(), d, "{text}: the sum is direct");
        }
    }
}
