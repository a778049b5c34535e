//! Factoring modulo a prime: distinct-degree and equal-degree splitting (Cantor and Zassenhaus, Math. Comp. 36, 1981).

use num_rational::BigRational;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::Univariate;
use crate::linear::PrimeField;

/// A polynomial over a prime field: Montgomery residues, lowest first, no leading zero.
pub(crate) type Residues = Vec<u64>;

/// Polynomial arithmetic over one prime field.
pub(crate) struct ResidueRing {
    pub(super) field: PrimeField,
}

impl ResidueRing {
    pub(crate) fn new(field: PrimeField) -> Self {
        ResidueRing { field }
    }

    pub(crate) fn field(&self) -> PrimeField {
        self.field
    }

    /// The reduction of a rational polynomial, `None` when the prime divides a denominator or the leading coefficient.
    pub(crate) fn reduce(&self, f: &Univariate<BigRational>) -> Option<Residues> {
        let residues: Option<Residues> = f
            .coefficients()
            .iter()
            .map(|c| self.field.encode_rational(c))
            .collect();
        residues.filter(|residues| residues.last() != Some(&0))
    }

    /// Whether a polynomial is a product of distinct linear factors: it divides x^p - x.
    pub(crate) fn splits(&self, f: &[u64]) -> bool {
        let x = vec![0, self.field.encode(1)];
        f.len() < 3 || self.sub(&self.pow_mod(&x, self.field.p, f), &x).is_empty()
    }

    pub(super) fn trim(&self, mut a: Residues) -> Residues {
        while a.last() == Some(&0) {
            a.pop();
        }
        a
    }

    pub(super) fn monic(&self, a: &[u64]) -> Residues {
        let Some(&leading) = a.last() else {
            return Vec::new();
        };
        let inverse = self.field.inv(leading);
        a.iter().map(|&x| self.field.mul(x, inverse)).collect()
    }

    pub(super) fn mul(&self, a: &[u64], b: &[u64]) -> Residues {
        let mut product = vec![0; (a.len() + b.len()).saturating_sub(1)];
        for (i, &x) in a.iter().enumerate().filter(|(_, x)| **x != 0) {
            for (sum, &y) in product[i..].iter_mut().zip(b) {
                *sum = self.field.add(*sum, self.field.mul(x, y));
            }
        }
        if a.is_empty() || b.is_empty() {
            Vec::new()
        } else {
            product
        }
    }

    pub(super) fn sub(&self, a: &[u64], b: &[u64]) -> Residues {
        let at = |v: &[u64], k: usize| v.get(k).copied().unwrap_or(0);
        self.trim(
            (0..a.len().max(b.len()))
                .map(|k| self.field.sub(at(a, k), at(b, k)))
                .collect(),
        )
    }

    /// Quotient and remainder by a nonzero divisor.
    pub(super) fn div_rem(&self, a: &[u64], divisor: &[u64]) -> (Residues, Residues) {
        let inverse = self.field.inv(*divisor.last().expect("the divisor is not zero"));
        let mut rest = a.to_vec();
        let mut quotient = vec![0; (a.len() + 1).saturating_sub(divisor.len())];
        for k in (0..quotient.len()).rev() {
            let factor = self.field.mul(rest[k + divisor.len() - 1], inverse);
            quotient[k] = factor;
            if factor != 0 {
                self.field
                    .eliminate(&mut rest[k..k + divisor.len()], divisor, factor);
            }
        }
        rest.truncate(divisor.len() - 1);
        (self.trim(quotient), self.trim(rest))
    }

    pub(super) fn rem(&self, a: &[u64], divisor: &[u64]) -> Residues {
        self.div_rem(a, divisor).1
    }

    pub(super) fn gcd(&self, a: &[u64], b: &[u64]) -> Residues {
        let (mut a, mut b) = (a.to_vec(), b.to_vec());
        while !b.is_empty() {
            let rest = self.rem(&a, &b);
            (a, b) = (b, rest);
        }
        self.monic(&a)
    }

    /// The inverse of `a` modulo `modulus`, for coprime polynomials.
    pub(super) fn inverse_mod(&self, a: &[u64], modulus: &[u64]) -> Residues {
        let (mut r, mut next_r) = (modulus.to_vec(), self.rem(a, modulus));
        let (mut t, mut next_t) = (Vec::new(), vec![self.field.encode(1)]);
        while !next_r.is_empty() {
            let (quotient, rest) = self.div_rem(&r, &next_r);
            (r, next_r) = (next_r, rest);
            let step = self.sub(&t, &self.mul(&quotient, &next_t));
            (t, next_t) = (next_t, step);
        }
        let scale = self.field.inv(r[0]);
        self.rem(
            &t.iter().map(|&x| self.field.mul(x, scale)).collect::<Vec<_>>(),
            modulus,
        )
    }

    pub(super) fn derivative(&self, a: &[u64]) -> Residues {
        let lowered = a
            .iter()
            .enumerate()
            .skip(1)
            .map(|(k, &x)| self.field.mul(x, self.field.encode(k as u64)));
        self.trim(lowered.collect())
    }

    fn pow_mod(&self, base: &[u64], exponent: u64, modulus: &[u64]) -> Residues {
        let mut result = vec![self.field.encode(1)];
        for bit in (0..64 - exponent.leading_zeros()).rev() {
            result = self.rem(&self.mul(&result, &result), modulus);
            if exponent >> bit & 1 == 1 {
                result = self.rem(&self.mul(&result, base), modulus);
            }
        }
        result
    }

    /// The distinct roots of a polynomial, decoded, increasing.
    pub(crate) fn roots(&self, f: &[u64]) -> Vec<u64> {
        let f = self.monic(f);
        let x = vec![0, self.field.encode(1)];
        if f.len() < 2 {
            return Vec::new();
        }
        let frobenius = self.pow_mod(&x, self.field.p, &f);
        let split = self.gcd(&self.sub(&frobenius, &x), &f);
        let mut roots: Vec<u64> = self
            .equal_degree(split, 1)
            .iter()
            .map(|linear| self.field.decode(self.field.neg(linear[0])))
            .collect();
        roots.sort_unstable();
        roots
    }

    /// The monic irreducible factors of a monic squarefree polynomial.
    pub(super) fn factor_squarefree(&self, f: &[u64]) -> Vec<Residues> {
        let x = vec![0, self.field.encode(1)];
        let mut rest = f.to_vec();
        let mut frobenius = x.clone();
        let mut factors = Vec::new();
        for degree in 1.. {
            if rest.len() <= 2 * degree {
                break;
            }
            frobenius = self.pow_mod(&frobenius, self.field.p, &rest);
            let split = self.gcd(&self.sub(&frobenius, &x), &rest);
            if split.len() > 1 {
                rest = self.div_rem(&rest, &split).0;
                frobenius = self.rem(&frobenius, &rest);
                factors.extend(self.equal_degree(split, degree));
            }
        }
        if rest.len() > 1 {
            factors.push(rest);
        }
        factors
    }

    /// Splits a product of distinct irreducibles of one degree.
    fn equal_degree(&self, f: Residues, degree: usize) -> Vec<Residues> {
        if f.len() <= degree + 1 {
            return if f.len() > 1 { vec![f] } else { Vec::new() };
        }
        let mut rng = ChaCha8Rng::seed_from_u64(f.len() as u64);
        let one = [self.field.encode(1)];
        loop {
            let a: Residues = (0..f.len() - 1)
                .map(|_| rng.random_range(0..self.field.p))
                .collect();
            let a = self.trim(a);
            // a^((p^d - 1)/2) = (a^(1 + p + ... + p^(d-1)))^((p-1)/2) is 1 or -1 modulo each factor.
            let mut norm = a.clone();
            let mut conjugate = a;
            for _ in 1..degree {
                conjugate = self.pow_mod(&conjugate, self.field.p, &f);
                norm = self.rem(&self.mul(&norm, &conjugate), &f);
            }
            let sign = self.pow_mod(&norm, (self.field.p - 1) / 2, &f);
            let half = self.gcd(&self.sub(&sign, &one), &f);
            if half.len() > 1 && half.len() < f.len() {
                let other = self.monic(&self.div_rem(&f, &half).0);
                let mut factors = self.equal_degree(half, degree);
                factors.extend(self.equal_degree(other, degree));
                return factors;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_factors_multiply_to_the_polynomial() {
        let ring = ResidueRing {
            field: PrimeField::descending().next().unwrap(),
        };
        // x^12 - 1 is squarefree modulo every prime above 12.
        let mut f = vec![0; 13];
        f[0] = ring.field.encode_small(-1);
        f[12] = ring.field.encode(1);
        let factors = ring.factor_squarefree(&f);
        assert!(
            factors.len() >= 6,
            "at least the cyclotomic polynomials of the divisors of 12"
        );
        let product = factors
            .iter()
            .fold(vec![ring.field.encode(1)], |product, g| ring.mul(&product, g));
        assert_eq!(product, f);
        for root in ring.roots(&f) {
            assert_eq!(ring.field.pow(ring.field.encode(root), 12), ring.field.encode(1));
        }
        let inverse = ring.inverse_mod(&factors[0], &factors[1]);
        assert_eq!(
            ring.rem(&ring.mul(&inverse, &factors[0]), &factors[1]),
            [ring.field.encode(1)]
        );
    }
}
