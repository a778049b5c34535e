//! Arithmetic and elimination modulo a 62-bit prime: the fast half of every exact algorithm of [`crate::linear`].
//!
//! Residues are kept in Montgomery form (P. L. Montgomery, *Modular multiplication without trial division*, Math.
//! Comp. 44, 1985), so a product costs three machine multiplications. A rank modulo a prime is at most the rational
//! rank; callers turn it into a certificate by an exact check.

use std::sync::LazyLock;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::ToPrimitive;

/// The field of residues modulo an odd prime below 2^62.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PrimeField {
    pub(crate) p: u64,
    /// -1/p modulo 2^64.
    negative_inverse: u64,
    /// 2^128 modulo p.
    r_squared: u64,
}

impl PrimeField {
    pub(crate) fn new(p: u64) -> Self {
        debug_assert!(p & 1 == 1 && p < 1 << 62);
        // Newton iteration doubles the number of correct low bits; 3 bits to start with.
        let mut inverse = p;
        for _ in 0..5 {
            inverse = inverse.wrapping_mul(2u64.wrapping_sub(p.wrapping_mul(inverse)));
        }
        let r = (u128::from(u64::MAX) % u128::from(p) + 1) % u128::from(p);
        let r_squared = (r * r % u128::from(p)) as u64;
        PrimeField {
            p,
            negative_inverse: inverse.wrapping_neg(),
            r_squared,
        }
    }

    /// The largest primes below 2^62, in decreasing order; the first ones are found once and kept.
    pub(crate) fn descending() -> impl Iterator<Item = Self> {
        static FIRST: LazyLock<Vec<PrimeField>> =
            LazyLock::new(|| primes_from((1 << 62) - 1).take(32).collect());
        let last = FIRST.last().expect("there are primes below 2^62").p;
        FIRST.iter().copied().chain(primes_from(last - 2))
    }

    #[inline]
    fn reduce(&self, product: u128) -> u64 {
        let m = (product as u64).wrapping_mul(self.negative_inverse);
        let t = ((product + u128::from(m) * u128::from(self.p)) >> 64) as u64;
        if t >= self.p { t - self.p } else { t }
    }

    #[inline]
    pub(crate) fn mul(&self, a: u64, b: u64) -> u64 {
        self.reduce(u128::from(a) * u128::from(b))
    }

    #[inline]
    pub(crate) fn add(&self, a: u64, b: u64) -> u64 {
        let sum = a + b;
        if sum >= self.p { sum - self.p } else { sum }
    }

    #[inline]
    pub(crate) fn sub(&self, a: u64, b: u64) -> u64 {
        if a >= b { a - b } else { a + self.p - b }
    }

    #[inline]
    pub(crate) fn neg(&self, a: u64) -> u64 {
        if a == 0 { 0 } else { self.p - a }
    }

    /// Into Montgomery form.
    pub(crate) fn encode(&self, residue: u64) -> u64 {
        self.mul(residue, self.r_squared)
    }

    /// Out of Montgomery form, into `0..p`.
    pub(crate) fn decode(&self, a: u64) -> u64 {
        self.reduce(u128::from(a))
    }

    pub(crate) fn encode_small(&self, x: i64) -> u64 {
        self.encode((i128::from(x)).rem_euclid(i128::from(self.p)) as u64)
    }

    pub(crate) fn encode_big(&self, x: &BigInt) -> u64 {
        match x.to_i64() {
            Some(small) => self.encode_small(small),
            None => {
                let residue = (x % self.p)
                    .to_i64()
                    .expect("a remainder is below the 62-bit modulus");
                self.encode_small(residue)
            }
        }
    }

    /// The residue of a fraction, `None` when the prime divides its denominator.
    pub(crate) fn encode_rational(&self, x: &BigRational) -> Option<u64> {
        let numerator = self.encode_big(x.numer());
        if x.is_integer() {
            return Some(numerator);
        }
        let denominator = self.encode_big(x.denom());
        (denominator != 0).then(|| self.mul(numerator, self.inv(denominator)))
    }

    pub(crate) fn pow(&self, mut base: u64, mut exponent: u64) -> u64 {
        let mut result = self.encode(1);
        while exponent > 0 {
            if exponent & 1 == 1 {
                result = self.mul(result, base);
            }
            base = self.mul(base, base);
            exponent >>= 1;
        }
        result
    }

    /// The inverse of a nonzero residue.
    pub(crate) fn inv(&self, a: u64) -> u64 {
        debug_assert_ne!(a, 0);
        self.pow(a, self.p - 2)
    }

    /// `target -= factor * source`, entrywise.
    #[inline]
    pub(crate) fn eliminate(&self, target: &mut [u64], source: &[u64], factor: u64) {
        for (t, &s) in target.iter_mut().zip(source) {
            if s != 0 {
                *t = self.sub(*t, self.mul(factor, s));
            }
        }
    }
}

/// The primes from an odd number downwards.
fn primes_from(odd: u64) -> impl Iterator<Item = PrimeField> {
    (0..odd / 2)
        .map(move |k| odd - 2 * k)
        .filter(|&n| is_prime(n))
        .map(PrimeField::new)
}

/// Deterministic Miller-Rabin for 64-bit numbers: the first twelve primes as bases (Sorenson and Webster, *Strong
/// pseudoprimes to twelve prime bases*, Math. Comp. 86, 2017).
pub(crate) fn is_prime(n: u64) -> bool {
    const BASES: [u64; 12] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37];
    if n < 2 {
        return false;
    }
    if let Some(&divisor) = BASES.iter().find(|&&p| n.is_multiple_of(p)) {
        return n == divisor;
    }
    let mul = |a: u64, b: u64| (u128::from(a) * u128::from(b) % u128::from(n)) as u64;
    let shift = (n - 1).trailing_zeros();
    let odd = (n - 1) >> shift;
    BASES.iter().all(|&base| {
        let (mut power, mut square, mut exponent) = (1, base, odd);
        while exponent > 0 {
            if exponent & 1 == 1 {
                power = mul(power, square);
            }
            square = mul(square, square);
            exponent >>= 1;
        }
        power == 1
            || (0..shift).any(|_| {
                let hit = power == n - 1;
                power = mul(power, power);
                hit
            })
    })
}

/// A row space modulo a prime, grown row by row.
///
/// Invariant: `rows[k]` has a one at `pivots[k]`, its first nonzero entry, and the pivots are distinct.
pub(crate) struct ModularSpan {
    field: PrimeField,
    cols: usize,
    rows: Vec<Vec<u64>>,
    /// For each column, the row that has its pivot there.
    row_of_pivot: Vec<Option<usize>>,
}

impl ModularSpan {
    pub(crate) fn new(field: PrimeField, cols: usize) -> Self {
        ModularSpan {
            field,
            cols,
            rows: Vec::new(),
            row_of_pivot: vec![None; cols],
        }
    }

    pub(crate) fn rank(&self) -> usize {
        self.rows.len()
    }

    /// Adds a row in Montgomery form; true when the rank grew.
    pub(crate) fn insert(&mut self, mut row: Vec<u64>) -> bool {
        if self.rank() == self.cols {
            return false;
        }
        for j in 0..self.cols {
            if row[j] == 0 {
                continue;
            }
            match self.row_of_pivot[j] {
                Some(k) => {
                    let factor = row[j];
                    self.field.eliminate(&mut row[j..], &self.rows[k][j..], factor);
                }
                None => {
                    let scale = self.field.inv(row[j]);
                    for x in &mut row[j..] {
                        *x = self.field.mul(*x, scale);
                    }
                    self.row_of_pivot[j] = Some(self.rows.len());
                    self.rows.push(row);
                    return true;
                }
            }
        }
        false
    }

    /// The reduced row echelon form: pivots in increasing order and, decoded, the entries in the columns without a
    /// pivot, row by row.
    pub(crate) fn reduced(mut self) -> (Vec<usize>, Vec<u64>) {
        let pivots: Vec<usize> = (0..self.cols)
            .filter(|&j| self.row_of_pivot[j].is_some())
            .collect();
        let order: Vec<usize> = self.row_of_pivot.iter().flatten().copied().collect();
        for k in (0..order.len()).rev() {
            let mut row = std::mem::take(&mut self.rows[order[k]]);
            for (&lower, &pivot) in order[k + 1..].iter().zip(&pivots[k + 1..]) {
                let factor = row[pivot];
                if factor != 0 {
                    self.field
                        .eliminate(&mut row[pivot..], &self.rows[lower][pivot..], factor);
                }
            }
            self.rows[order[k]] = row;
        }
        let free: Vec<usize> = (0..self.cols)
            .filter(|&j| self.row_of_pivot[j].is_none())
            .collect();
        let field = self.field;
        let entries = order.iter().flat_map(|&k| {
            free.iter()
                .map(|&j| field.decode(self.rows[k][j]))
                .collect::<Vec<_>>()
        });
        (pivots, entries.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_agrees_with_wide_integers() {
        let field = PrimeField::descending().next().unwrap();
        assert_eq!(
            field.p,
            (1 << 62) - 57,
            "the largest prime below 2^62 (OEIS A013603: k = 57)"
        );
        let (a, b) = (
            0x0123_4567_89ab_cdef_u64 % field.p,
            0x0fed_cba9_8765_4321_u64 % field.p,
        );
        let product = field.decode(field.mul(field.encode(a), field.encode(b)));
        assert_eq!(
            u128::from(product),
            u128::from(a) * u128::from(b) % u128::from(field.p)
        );
        assert_eq!(
            field.decode(field.mul(field.inv(field.encode(a)), field.encode(a))),
            1
        );
        assert!(
            PrimeField::descending()
                .take(40)
                .map(|f| f.p)
                .is_sorted_by(|a, b| a > b)
        );
        assert_eq!(field.decode(field.encode_small(-1)), field.p - 1);
        let big = BigInt::from(field.p) * BigInt::from(field.p) * 7 - 5;
        assert_eq!(field.decode(field.encode_big(&big)), field.p - 5);
    }

    #[test]
    fn primality_agrees_with_trial_division_and_refuses_pseudoprimes() {
        for n in 0..2000u64 {
            let naive = n > 1 && (2..n).take_while(|d| d * d <= n).all(|d| n % d != 0);
            assert_eq!(is_prime(n), naive, "{n}");
        }
        assert!(
            !is_prime(3_215_031_751),
            "a strong pseudoprime to bases 2, 3, 5, 7"
        );
        assert!(is_prime((1 << 61) - 1));
    }
}
