//! From residues back to integers and fractions: Chinese remaindering and rational reconstruction.
//!
//! A fraction n/d with |n|, d <= sqrt(M/2) is determined by its residue modulo M (von zur Gathen and Gerhard, *Modern
//! Computer Algebra*, section 5.10). A reconstructed value is a candidate only: callers check it exactly.

use num_bigint::BigInt;
use num_integer::{Integer, Roots};
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

/// Residues of a list of numbers modulo a growing product of primes.
pub(crate) struct Remainders {
    pub(crate) modulus: BigInt,
    values: Vec<BigInt>,
    /// The first prime and its residues, for the case that one prime is enough.
    first: Option<(u64, Vec<u64>)>,
    primes: usize,
}

impl Remainders {
    pub(crate) fn new(len: usize) -> Self {
        Remainders {
            modulus: BigInt::one(),
            values: vec![BigInt::zero(); len],
            first: None,
            primes: 0,
        }
    }

    pub(crate) fn primes(&self) -> usize {
        self.primes
    }

    /// Takes in the residues modulo one more prime.
    pub(crate) fn absorb(&mut self, p: u64, residues: Vec<u64>) {
        debug_assert_eq!(residues.len(), self.values.len());
        self.primes += 1;
        if self.primes == 1 {
            self.modulus = BigInt::from(p);
            self.first = Some((p, residues));
            return;
        }
        if let Some((_, first)) = self.first.take() {
            self.values = first.into_iter().map(BigInt::from).collect();
        }
        let prime = BigInt::from(p);
        let inverse = (&self.modulus % &prime)
            .modinv(&prime)
            .expect("distinct primes are coprime");
        for (value, residue) in self.values.iter_mut().zip(residues) {
            let step = ((BigInt::from(residue) - &*value) * &inverse).mod_floor(&prime);
            if !step.is_zero() {
                *value += &self.modulus * step;
            }
        }
        self.modulus *= prime;
    }

    /// The integers of least absolute value with these residues.
    pub(crate) fn symmetric(&self) -> Vec<BigInt> {
        let half: BigInt = &self.modulus >> 1;
        let lift = |value: BigInt| {
            if value > half {
                value - &self.modulus
            } else {
                value
            }
        };
        match &self.first {
            Some((_, residues)) => residues.iter().map(|&r| lift(BigInt::from(r))).collect(),
            None => self.values.iter().cloned().map(lift).collect(),
        }
    }

    /// Fractions with these residues and small enough parts, or `None` when some value has none.
    pub(crate) fn fractions(&self) -> Option<Vec<BigRational>> {
        if let Some((p, residues)) = &self.first {
            return residues.iter().map(|&r| small_fraction(r, *p)).collect();
        }
        let bound = (&self.modulus >> 1usize).sqrt();
        self.values
            .iter()
            .map(|value| fraction(value, &self.modulus, &bound))
            .collect()
    }
}

/// The fraction of small enough parts with this residue, if there is one.
pub(crate) fn rational_from_residue(residue: &BigInt, modulus: &BigInt) -> Option<BigRational> {
    fraction(residue, modulus, &(modulus >> 1usize).sqrt())
}

/// The fraction with residue `r` modulo the 62-bit prime `p`, both parts below 2^30.5.
fn small_fraction(r: u64, p: u64) -> Option<BigRational> {
    let bound = (p >> 1).sqrt();
    if r <= bound {
        return Some(BigRational::from_integer(r.into()));
    }
    if p - r <= bound {
        return Some(BigRational::from_integer(-BigInt::from(p - r)));
    }
    let (mut a, mut b) = (p, r);
    let (mut s, mut t) = (0i128, 1i128);
    while b > bound {
        let quotient = a / b;
        (a, b) = (b, a - quotient * b);
        (s, t) = (t, s - i128::from(quotient) * t);
    }
    let denominator = t.unsigned_abs().to_u64()?;
    if denominator > bound || denominator.gcd(&b) != 1 {
        return None;
    }
    let numerator = if t < 0 { -BigInt::from(b) } else { BigInt::from(b) };
    Some(BigRational::new_raw(numerator, denominator.into()))
}

/// The fraction with residue `r` modulo `modulus`, both parts at most `bound`.
fn fraction(r: &BigInt, modulus: &BigInt, bound: &BigInt) -> Option<BigRational> {
    let (mut a, mut b) = (modulus.clone(), r.clone());
    let (mut s, mut t) = (BigInt::zero(), BigInt::one());
    while b > *bound {
        let (quotient, remainder) = a.div_rem(&b);
        (a, b) = (b, remainder);
        let next = s - quotient * &t;
        (s, t) = (t, next);
    }
    if t.abs() > *bound || !t.gcd(&b).is_one() {
        return None;
    }
    Some(if t.is_negative() {
        BigRational::new_raw(-b, -t)
    } else {
        BigRational::new_raw(b, t)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linear::modular::PrimeField;
    use crate::scalar::rational;

    #[test]
    fn fractions_come_back_from_one_prime_and_from_three() {
        let values = [
            rational(-22, 7),
            rational(0, 1),
            rational(1_000_003, 999_983),
            rational(5, 1),
        ];
        for count in [1, 3] {
            let mut remainders = Remainders::new(values.len());
            for field in PrimeField::descending().take(count) {
                let residues = values.iter().map(|v| {
                    let inverse = field.inv(field.encode_big(v.denom()));
                    field.decode(field.mul(field.encode_big(v.numer()), inverse))
                });
                remainders.absorb(field.p, residues.collect());
            }
            assert_eq!(remainders.fractions().unwrap(), values);
        }
    }

    #[test]
    fn a_number_too_large_for_the_modulus_is_not_found() {
        let field = PrimeField::descending().next().unwrap();
        let mut remainders = Remainders::new(1);
        remainders.absorb(field.p, vec![field.p / 3]);
        let found = remainders.fractions();
        assert!(found.is_none_or(|f| f[0] != rational((field.p / 3) as i64, 1)));
        assert_eq!(remainders.symmetric(), [BigInt::from(field.p / 3)]);
    }
}
