//! Symmetric rational matrices: diagonal form under congruence and inertia.

use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use super::RationalMatrix;
use crate::GroupError;
use crate::scalar::Scalar;

impl RationalMatrix {
    /// Whether the matrix equals its transpose.
    pub fn is_symmetric(&self) -> bool {
        self.is_square() && (0..self.rows()).all(|i| (0..i).all(|j| self[(i, j)] == self[(j, i)]))
    }

    /// The diagonal of a form congruent to this one, by symmetric elimination (Lagrange's reduction to squares).
    ///
    /// # Errors
    /// [`GroupError::Shape`] when not square, [`GroupError::Domain`] when not symmetric.
    pub fn congruent_diagonal(&self) -> Result<Vec<BigRational>, GroupError> {
        let n = self.square_size("the form")?;
        if !self.is_symmetric() {
            return Err(GroupError::Domain {
                what: "the form is not symmetric".to_owned(),
                expected: "a symmetric matrix".to_owned(),
            });
        }
        let mut form = self.clone();
        let mut live: Vec<usize> = (0..n).collect();
        let mut diagonal = Vec::with_capacity(n);
        while !live.is_empty() {
            let at = match live.iter().position(|&i| !form[(i, i)].is_zero()) {
                Some(at) => at,
                None => {
                    let pair = live.iter().enumerate().find_map(|(at, &i)| {
                        live.iter()
                            .find(|&&j| !form[(i, j)].is_zero())
                            .map(|&j| (at, i, j))
                    });
                    let Some((at, i, j)) = pair else {
                        diagonal.extend(live.drain(..).map(|_| BigRational::zero()));
                        break;
                    };
                    // All diagonal entries vanish: adding e_j to e_i gives the entry 2 form(i, j) there.
                    add_symmetrically(&mut form, &live, i, j, &BigRational::one());
                    at
                }
            };
            let pivot = live.remove(at);
            let inverse = form[(pivot, pivot)].recip();
            let coupled: Vec<usize> = live
                .iter()
                .copied()
                .filter(|&i| !form[(pivot, i)].is_zero())
                .collect();
            for (k, &i) in coupled.iter().enumerate() {
                let factor = -form[(pivot, i)].times(&inverse);
                for &j in &coupled[k..] {
                    let step = factor.times(&form[(pivot, j)]);
                    form[(i, j)] += &step;
                    if i != j {
                        form[(j, i)] = form[(i, j)].clone();
                    }
                }
            }
            diagonal.push(form[(pivot, pivot)].clone());
        }
        Ok(diagonal)
    }

    /// The inertia of a symmetric form: numbers of positive, negative and zero squares (Sylvester's law).
    ///
    /// # Errors
    /// [`GroupError::Shape`] when not square, [`GroupError::Domain`] when not symmetric.
    ///
    /// ```
    /// use groups::linear::RationalMatrix;
    /// let form = RationalMatrix::from_integers(3, 3, &[0, 1, 0, 1, 0, 0, 0, 0, 0])?;
    /// assert_eq!(form.signature()?, [1, 1, 1]);
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn signature(&self) -> Result<[usize; 3], GroupError> {
        let mut counts = [0; 3];
        for entry in self.congruent_diagonal()? {
            let kind = if entry.is_zero() {
                2
            } else {
                usize::from(entry.is_negative())
            };
            counts[kind] += 1;
        }
        Ok(counts)
    }
}

/// Replaces basis vector i by i + factor * j.
fn add_symmetrically(form: &mut RationalMatrix, live: &[usize], i: usize, j: usize, factor: &BigRational) {
    for &k in live {
        let step = form[(j, k)].times(factor);
        form[(i, k)] += &step;
    }
    for &k in live {
        let step = form[(k, j)].times(factor);
        form[(k, i)] += &step;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::rational;
    use proptest::prelude::*;

    proptest! {
        /// Sylvester: T^t D T has the inertia of D for every invertible T.
        #[test]
        fn inertia_is_invariant_under_congruence(
            squares in proptest::collection::vec(-2i64..3, 1..6), seed in proptest::collection::vec(-4i64..5, 25)
        ) {
            let n = squares.len();
            let d = RationalMatrix::from_fn(n, n, |i, j| rational(if i == j { squares[i] } else { 0 }, 1));
            let t = RationalMatrix::from_fn(n, n, |i, j| rational(seed[5 * i + j], 1));
            prop_assume!(t.rank() == n);
            let form = &(&t.transpose() * &d) * &t;
            let count = |test: fn(&i64) -> bool| squares.iter().filter(|x| test(x)).count();
            prop_assert_eq!(form.signature().unwrap(), [count(|x| *x > 0), count(|x| *x < 0), count(|x| *x == 0)]);
        }
    }

    #[test]
    fn hyperbolic_planes_and_bad_input() {
        let plane = RationalMatrix::from_integers(2, 2, &[0, 1, 1, 0]).unwrap();
        assert_eq!(plane.direct_sum(&plane).signature().unwrap(), [2, 2, 0]);
        assert!(
            RationalMatrix::from_integers(2, 2, &[0, 1, 2, 0])
                .unwrap()
                .signature()
                .is_err()
        );
    }
}
