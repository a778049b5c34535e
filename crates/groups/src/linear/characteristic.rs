//! Characteristic polynomials of rational matrices: Hessenberg form modulo primes, exact by a root bound.
//!
//! If R bounds the absolute row sums of an integer matrix, its eigenvalues lie in the disc of radius R, so that the
//! coefficient of x^(n-k) is at most C(n,k) R^k, and all are at most (1 + R)^n.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use super::echelon::common_denominator;
use super::modular::PrimeField;
use super::reconstruct::Remainders;
use super::{Matrix, RationalMatrix};
use crate::GroupError;
use crate::univariate::Univariate;

impl RationalMatrix {
    /// The characteristic polynomial det(x - A), monic of degree n.
    ///
    /// # Errors
    /// [`GroupError::Shape`] when the matrix is not square.
    ///
    /// ```
    /// use groups::linear::RationalMatrix;
    /// let rotation = RationalMatrix::parse("3/5, -4/5; 4/5, 3/5")?;
    /// assert_eq!(rotation.characteristic_polynomial()?.to_string(), "x^2 - 6/5*x + 1");
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn characteristic_polynomial(&self) -> Result<Univariate<BigRational>, GroupError> {
        let n = self.square_size("the matrix")?;
        let scale = common_denominator(self.entries());
        let integers: Vec<BigInt> = self
            .entries()
            .iter()
            .map(|x| x.numer() * (&scale / x.denom()))
            .collect();
        let radius = (0..n)
            .map(|i| {
                integers[i * n..(i + 1) * n]
                    .iter()
                    .map(Signed::abs)
                    .sum::<BigInt>()
            })
            .max()
            .unwrap_or_else(BigInt::zero);
        let bound = num_traits::pow(radius + 1u32, n) * 2u32;
        let mut remainders = Remainders::new(n + 1);
        for field in PrimeField::descending() {
            let rows = (0..n)
                .map(|i| {
                    integers[i * n..(i + 1) * n]
                        .iter()
                        .map(|x| field.encode_big(x))
                        .collect()
                })
                .collect();
            let residues = characteristic_mod(&field, rows);
            remainders.absorb(field.p, residues.into_iter().map(|c| field.decode(c)).collect());
            if remainders.modulus > bound {
                break;
            }
        }
        // det(x - A) = scale^-n det(scale x - scale A).
        let mut power = BigInt::one();
        let mut coefficients: Vec<BigRational> = Vec::with_capacity(n + 1);
        for c in remainders.symmetric().into_iter().rev() {
            coefficients.push(BigRational::new(c, power.clone()));
            power *= &scale;
        }
        coefficients.reverse();
        Ok(Univariate::new(coefficients))
    }

    /// The minimal polynomial: the monic polynomial of least degree that annihilates the matrix.
    ///
    /// # Errors
    /// [`GroupError::Shape`] when the matrix is not square.
    pub fn minimal_polynomial(&self) -> Result<Univariate<BigRational>, GroupError> {
        let n = self.square_size("the matrix")?;
        // The least common multiple of the minimal polynomials of the unit vectors.
        let mut minimal = Univariate::one();
        for i in 0..n {
            let unit: Vec<BigRational> = (0..n)
                .map(|j| BigRational::from_integer(u8::from(i == j).into()))
                .collect();
            let image = minimal.evaluate_at_matrix(self)?.apply(&unit)?;
            minimal = &minimal * &self.annihilator_of(image)?;
        }
        Ok(minimal.monic())
    }

    /// The minimal polynomial of a vector under the matrix, from its Krylov space.
    fn annihilator_of(&self, start: Vec<BigRational>) -> Result<Univariate<BigRational>, GroupError> {
        let mut krylov: Vec<Vec<BigRational>> = Vec::new();
        let mut next = start;
        loop {
            let columns = Matrix::from_fn(self.rows(), krylov.len(), |i, j| krylov[j][i].clone());
            if let Some(relation) = columns.solve(&next)? {
                let mut coefficients: Vec<BigRational> = relation.into_iter().map(|c| -c).collect();
                coefficients.push(BigRational::one());
                return Ok(Univariate::new(coefficients));
            }
            let image = self.apply(&next)?;
            krylov.push(std::mem::replace(&mut next, image));
        }
    }
}

/// The characteristic polynomial modulo a prime, lowest coefficient first (Cohen, *A Course in Computational Algebraic
/// Number Theory*, algorithm 2.2.9).
pub(crate) fn characteristic_mod(field: &PrimeField, mut h: Vec<Vec<u64>>) -> Vec<u64> {
    let n = h.len();
    for m in 1..n.saturating_sub(1) {
        let Some(i) = (m..n).find(|&i| h[i][m - 1] != 0) else {
            continue;
        };
        if i != m {
            h.swap(i, m);
            h.iter_mut().for_each(|row| row.swap(i, m));
        }
        let inverse = field.inv(h[m][m - 1]);
        for i in m + 1..n {
            let factor = field.mul(h[i][m - 1], inverse);
            if factor == 0 {
                continue;
            }
            let (above, below) = h.split_at_mut(i);
            field.eliminate(&mut below[0][m - 1..], &above[m][m - 1..], factor);
            for row in &mut h {
                row[m] = field.add(row[m], field.mul(factor, row[i]));
            }
        }
    }
    let mut polynomials: Vec<Vec<u64>> = vec![vec![field.encode(1)]];
    for m in 0..n {
        // p_(m+1) = (x - h_mm) p_m - sum_i h_im (product of subdiagonals i+1..m) p_i
        let mut next = vec![0; m + 2];
        next[1..].copy_from_slice(&polynomials[m]);
        field.eliminate(&mut next[..=m], &polynomials[m], h[m][m]);
        let mut product = field.encode(1);
        for i in (0..m).rev() {
            product = field.mul(product, h[i + 1][i]);
            let factor = field.mul(product, h[i][m]);
            if factor != 0 {
                field.eliminate(&mut next[..=i], &polynomials[i], factor);
            }
        }
        polynomials.push(next);
    }
    polynomials
        .pop()
        .expect("there is the polynomial of the empty matrix")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::rational;
    use proptest::prelude::*;

    proptest! {
        /// Cayley and Hamilton, and the two coefficients with names of their own.
        #[test]
        fn a_matrix_satisfies_its_characteristic_polynomial(
            n in 0usize..7, entries in proptest::collection::vec((-9i64..10, 1i64..4), 36)
        ) {
            let a = RationalMatrix::from_fn(n, n, |i, j| rational(entries[6 * i + j].0, entries[6 * i + j].1));
            let f = a.characteristic_polynomial().unwrap();
            prop_assert_eq!(f.degree(), Some(n));
            prop_assert!(f.evaluate_at_matrix(&a).unwrap().is_zero());
            if n > 0 {
                prop_assert_eq!(f.coefficient(n - 1), -a.trace());
                let sign = if n % 2 == 1 { -1 } else { 1 };
                prop_assert_eq!(f.coefficient(0), a.determinant().unwrap() * rational(sign, 1));
            }
            let minimal = a.minimal_polynomial().unwrap();
            prop_assert!(minimal.evaluate_at_matrix(&a).unwrap().is_zero());
            prop_assert!(f.div_rem(&minimal).unwrap().1.is_zero());
            prop_assert_eq!(minimal.squarefree_part(), f.squarefree_part());
        }
    }

    #[test]
    fn companion_and_scalar_matrices() {
        let f = Univariate::from_integers(&[-7, 3, 0, 2, 1]);
        let companion = f.companion_matrix().unwrap();
        assert_eq!(companion.characteristic_polynomial().unwrap(), f);
        assert_eq!(companion.minimal_polynomial().unwrap(), f);
        let scalar = RationalMatrix::identity(4).scaled(&rational(2, 1));
        assert_eq!(
            scalar.minimal_polynomial().unwrap(),
            Univariate::from_integers(&[-2, 1])
        );
    }
}
