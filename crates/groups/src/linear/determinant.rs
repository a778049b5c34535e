//! Determinants of rational matrices: modular, exact by Hadamard's bound.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Zero};

use super::RationalMatrix;
use super::echelon::{IntegerRows, common_denominator};
use super::modular::PrimeField;
use super::reconstruct::Remainders;
use crate::GroupError;

impl RationalMatrix {
    /// The determinant, by elimination modulo primes up to twice Hadamard's bound.
    ///
    /// # Errors
    /// [`GroupError::Shape`] when the matrix is not square.
    pub fn determinant(&self) -> Result<BigRational, GroupError> {
        let n = self.square_size("the matrix")?;
        let mut scale = BigInt::one();
        let mut bound = BigInt::one();
        for i in 0..n {
            let denominator = common_denominator(self.row(i));
            let squared_norm: BigInt = self
                .row(i)
                .iter()
                .map(|x| (x.numer() * (&denominator / x.denom())).pow(2))
                .sum();
            if squared_norm.is_zero() {
                return Ok(BigRational::zero());
            }
            bound *= squared_norm.sqrt() + 1;
            scale *= denominator;
        }
        let integers = IntegerRows::of_matrix(self);
        let mut remainders = Remainders::new(1);
        for field in PrimeField::descending() {
            let rows = (0..n).map(|i| integers.encoded_row(&field, i, n)).collect();
            remainders.absorb(field.p, vec![determinant_mod(&field, rows)]);
            if remainders.modulus > &bound * 2 {
                break;
            }
        }
        let value = remainders.symmetric().pop().expect("one value was reconstructed");
        Ok(BigRational::new(value, scale))
    }
}

/// The determinant modulo a prime, decoded.
fn determinant_mod(field: &PrimeField, mut rows: Vec<Vec<u64>>) -> u64 {
    let n = rows.len();
    let mut product = field.encode(1);
    for j in 0..n {
        let Some(found) = (j..n).find(|&i| rows[i][j] != 0) else {
            return 0;
        };
        if found != j {
            rows.swap(found, j);
            product = field.neg(product);
        }
        product = field.mul(product, rows[j][j]);
        let inverse = field.inv(rows[j][j]);
        let (above, below) = rows.split_at_mut(j + 1);
        for row in below.iter_mut().filter(|row| row[j] != 0) {
            let factor = field.mul(row[j], inverse);
            field.eliminate(&mut row[j..], &above[j][j..], factor);
        }
    }
    field.decode(product)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::rational;

    #[test]
    fn hilbert_and_vandermonde() {
        let hilbert = RationalMatrix::from_fn(5, 5, |i, j| rational(1, (i + j + 1) as i64));
        assert_eq!(
            hilbert.determinant().unwrap(),
            rational(1, 266_716_800_000),
            "OEIS A005249"
        );
        let nodes = [2i64, 3, 5, 7, 11, 13, 17, 19];
        let vandermonde = RationalMatrix::from_fn(8, 8, |i, j| rational(nodes[i].pow(j as u32), 1));
        let mut expected = BigRational::one();
        for (i, a) in nodes.iter().enumerate() {
            for b in &nodes[..i] {
                expected *= rational(a - b, 1);
            }
        }
        assert_eq!(vandermonde.determinant().unwrap(), expected);
    }

    #[test]
    fn small_and_singular() {
        assert_eq!(RationalMatrix::zeros(0, 0).determinant().unwrap(), rational(1, 1));
        assert_eq!(
            RationalMatrix::from_integers(2, 2, &[0, 1, 1, 0])
                .unwrap()
                .determinant()
                .unwrap(),
            rational(-1, 1)
        );
        assert!(RationalMatrix::zeros(2, 3).determinant().is_err());
    }
}
