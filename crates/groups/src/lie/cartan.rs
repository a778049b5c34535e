//! Cartan subalgebras.
//!
//! A Cartan subalgebra is a nilpotent subalgebra that is its own normalizer. For a semisimple algebra it is a maximal
//! abelian subalgebra of semisimple elements, and it is built here one element at a time, split elements (rational
//! eigenvalues) first. Otherwise it is the null component of ad x for a regular x (W. de Graaf, *Lie Algebras: Theory
//! and Algorithms*, chapter 3); a random x is tried until the component is nilpotent, which proves the result.

use num_rational::BigRational;
use num_traits::Zero;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::LieAlgebra;
use crate::linear::{RationalMatrix, Subspace};
use crate::scalar::{Scalar, rational};
use crate::univariate::Univariate;

/// What kind of adjoint an element has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    /// Diagonalizable over the rationals.
    Split,
    /// Diagonalizable over the algebraic closure only.
    Semisimple,
    Nilpotent,
    Mixed,
}

impl LieAlgebra {
    /// A Cartan subalgebra; of a semisimple algebra one that is as split as was found.
    ///
    /// ```
    /// use groups::lie::parse_algebra;
    /// assert_eq!(parse_algebra("sl(4)")?.cartan_subalgebra().dimension(), 3);
    /// assert_eq!(parse_algebra("heis(3)")?.cartan_subalgebra().dimension(), 3);
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn cartan_subalgebra(&self) -> Subspace<BigRational> {
        let signature = self
            .killing_form()
            .signature()
            .expect("the Killing form is symmetric");
        if signature[2] == 0 {
            Subspace::span(&self.maximal_torus())
        } else {
            self.regular_null_component()
        }
    }

    /// A maximal abelian subalgebra of ad-semisimple elements of a semisimple algebra: one element a row, the split
    /// ones first.
    pub(super) fn maximal_torus(&self) -> RationalMatrix {
        let d = self.dimension();
        let mut torus = RationalMatrix::zeros(0, d);
        let mut centralizer = Subspace::whole(d);
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        while centralizer.dimension() > torus.rows() {
            let next = self.toral_element(&torus, &centralizer, &mut rng);
            let row = RationalMatrix::from_parts(1, d, next);
            torus = torus.stacked(&row).expect("rows of one length");
            centralizer = self.centralizer(&Subspace::span(&torus));
        }
        torus
    }

    /// A semisimple element of the centralizer of a torus, outside the torus.
    fn toral_element(
        &self,
        torus: &RationalMatrix,
        centralizer: &Subspace<BigRational>,
        rng: &mut ChaCha8Rng,
    ) -> Vec<BigRational> {
        let inside = Subspace::span(torus);
        let candidates: Vec<(Vec<BigRational>, Kind)> = (0..centralizer.dimension())
            .map(|i| centralizer.basis().row(i))
            .filter(|row| !inside.contains(row))
            .map(|row| (row.to_vec(), self.kind_of(row)))
            .collect();
        let first = |kind: Kind| candidates.iter().find(|(_, k)| *k == kind).map(|(row, _)| row);
        if let Some(row) = first(Kind::Split) {
            return row.clone();
        }
        // A nilpotent element lies in an sl(2)-triple, whose neutral element is split.
        if let Some(neutral) = first(Kind::Nilpotent)
            .and_then(|e| self.neutral_element(e, centralizer))
            .filter(|h| !inside.contains(h))
        {
            return neutral;
        }
        if let Some(row) = first(Kind::Semisimple) {
            return row.clone();
        }
        for size in 1.. {
            let mut row = vec![BigRational::zero(); self.dimension()];
            for i in 0..centralizer.dimension() {
                let factor = rational(rng.random_range(-size..=size), 1);
                for (sum, x) in row.iter_mut().zip(centralizer.basis().row(i)) {
                    sum.add_product(&factor, x);
                }
            }
            if !inside.contains(&row) && matches!(self.kind_of(&row), Kind::Split | Kind::Semisimple) {
                return row;
            }
        }
        unreachable!("the semisimple elements of a reductive algebra are dense")
    }

    fn kind_of(&self, x: &[BigRational]) -> Kind {
        let adjoint = self.adjoint(x);
        let characteristic = adjoint
            .characteristic_polynomial()
            .expect("an adjoint matrix is square");
        let squarefree = characteristic.squarefree_part();
        if squarefree == Univariate::x() {
            return Kind::Nilpotent;
        }
        let vanishes = squarefree
            .evaluate_at_matrix(&adjoint)
            .expect("an adjoint matrix is square")
            .is_zero();
        match vanishes {
            false => Kind::Mixed,
            true if Some(squarefree.rational_roots().len()) == squarefree.degree() => Kind::Split,
            true => Kind::Semisimple,
        }
    }

    /// h in [e, C] with [h, e] = 2e, for e nilpotent in the reductive subalgebra C (Morozov's lemma: such an h belongs
    /// to an sl(2)-triple, so that ad h has integer eigenvalues).
    fn neutral_element(&self, e: &[BigRational], within: &Subspace<BigRational>) -> Option<Vec<BigRational>> {
        let brackets: Vec<Vec<BigRational>> = (0..within.dimension())
            .map(|i| self.bracket(e, within.basis().row(i)))
            .collect();
        let images: Vec<Vec<BigRational>> = brackets.iter().map(|h| self.bracket(h, e)).collect();
        let system = RationalMatrix::from_fn(self.dimension(), images.len(), |i, j| images[j][i].clone());
        let twice: Vec<BigRational> = e.iter().map(|x| x + x).collect();
        let solution = system.solve(&twice).expect("one equation for each coordinate")?;
        let mut h = vec![BigRational::zero(); self.dimension()];
        for (factor, bracket) in solution.iter().zip(&brackets) {
            for (sum, x) in h.iter_mut().zip(bracket) {
                sum.add_product(factor, x);
            }
        }
        Some(h)
    }

    /// The null component of ad x for a regular x.
    fn regular_null_component(&self) -> Subspace<BigRational> {
        let d = self.dimension();
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        for size in 1.. {
            let x: Vec<BigRational> = (0..d)
                .map(|_| rational(rng.random_range(-size..=size), 1))
                .collect();
            let component = null_component(&self.adjoint(&x));
            // A null component is its own normalizer; it is a Cartan subalgebra exactly when it is nilpotent.
            if self.is_nilpotent_subalgebra(&component) {
                return component;
            }
        }
        unreachable!("regular elements are dense")
    }
}

/// The vectors that some power of the matrix annihilates.
fn null_component(matrix: &RationalMatrix) -> Subspace<BigRational> {
    let mut component = Subspace::zero(matrix.rows());
    loop {
        // The preimage of the component: A v must be annihilated by everything that annihilates the component.
        let conditions = component.annihilator().basis() * matrix;
        let next = Subspace::span(&conditions.kernel());
        if next.dimension() == component.dimension() {
            return component;
        }
        component = next;
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse_algebra;
    use super::*;

    fn normalizer_is_itself(algebra: &LieAlgebra, h: &Subspace<BigRational>) -> bool {
        // x normalizes H when [x, h_i] is in H: a linear condition for each annihilator of H.
        let mut rows = RationalMatrix::zeros(0, algebra.dimension());
        for i in 0..h.dimension() {
            let block = h.annihilator().basis() * &algebra.adjoint(h.basis().row(i));
            rows = rows.stacked(&block).unwrap();
        }
        rows.kernel().rows() == h.dimension()
    }

    #[test]
    fn cartan_subalgebras_are_nilpotent_and_their_own_normalizer() {
        for (text, rank) in [
            ("gl(3)", 3),
            ("sl(4)", 3),
            ("so(5)", 2),
            ("so(3,1)", 2),
            ("sp(4)", 2),
            ("su(3)", 2),
            ("aff(2)", 2),
            ("se(2)", 1),
            ("se(3)", 2),
            ("t(3)", 3),
            ("heis(5)", 5),
            ("so(3)+aff(1)", 2),
        ] {
            let algebra = parse_algebra(text).unwrap();
            let h = algebra.cartan_subalgebra();
            assert_eq!(h.dimension(), rank, "{text}");
            assert!(algebra.is_nilpotent_subalgebra(&h), "{text}");
            assert!(normalizer_is_itself(&algebra, &h), "{text}");
        }
    }

    #[test]
    fn split_algebras_get_split_tori() {
        for text in ["sl(4)", "sp(6)", "so(3,2)", "so(3,3)", "sl(2)+sl(3)"] {
            let algebra = parse_algebra(text).unwrap();
            let torus = algebra.maximal_torus();
            for i in 0..torus.rows() {
                assert_eq!(algebra.kind_of(torus.row(i)), Kind::Split, "{text}");
            }
        }
        let compact = parse_algebra("so(4)").unwrap();
        assert_eq!(compact.kind_of(compact.maximal_torus().row(0)), Kind::Semisimple);
    }
}
