//! Prime factors of group orders.
//!
//! The order of a permutation group of degree n divides n!, so trial division by the primes up to n factors it
//! completely, however large it is.

use num_bigint::BigUint;
use num_integer::Integer;
use num_traits::{One, Zero};

/// The primes that divide `order` with their exponents, ascending; `order` divides `degree!`.
pub(crate) fn factor_order(order: &BigUint, degree: usize) -> Vec<(u64, u32)> {
    let mut rest = order.clone();
    let mut factors = Vec::new();
    for p in primes().take_while(|&p| p <= degree as u64) {
        if rest.is_one() {
            break;
        }
        let (exponent, left) = divide_out(&rest, p);
        if exponent > 0 {
            factors.push((p, exponent));
        }
        rest = left;
    }
    factors
}

/// The largest k with p^k | n, and n / p^k; n is not 0.
pub(crate) fn divide_out(n: &BigUint, p: u64) -> (u32, BigUint) {
    let (mut exponent, mut rest) = (0, n.clone());
    loop {
        let (quotient, remainder) = rest.div_rem(&BigUint::from(p));
        if !remainder.is_zero() {
            return (exponent, rest);
        }
        (exponent, rest) = (exponent + 1, quotient);
    }
}

fn primes() -> impl Iterator<Item = u64> {
    (2u64..).filter(|&n| (2..).take_while(|d| d * d <= n).all(|d| !n.is_multiple_of(d)))
}

/// The prime factorization of a machine integer, ascending; nothing for 0 and 1.
pub(crate) fn factor(mut n: u64) -> Vec<(u64, u32)> {
    let mut factors = Vec::new();
    let mut p = 2;
    while n > 1 {
        if p * p > n {
            p = n;
        }
        let mut exponent = 0;
        while n.is_multiple_of(p) {
            n /= p;
            exponent += 1;
        }
        if exponent > 0 {
            factors.push((p, exponent));
        }
        p += 1;
    }
    factors
}

/// n!
pub(crate) fn factorial(n: usize) -> BigUint {
    (2..=n).fold(BigUint::one(), |product, k| product * k)
}

/// The binomial coefficient `n` over `k`.
pub(crate) fn binomial(n: &BigUint, k: usize) -> BigUint {
    let mut value = BigUint::one();
    for i in 0..k {
        if *n < BigUint::from(i) {
            return BigUint::zero();
        }
        value = value * (n - BigUint::from(i)) / BigUint::from(i + 1);
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_multiply_to_the_number() {
        let n = factorial(30);
        let factors = factor_order(&n, 30);
        let product = factors
            .iter()
            .fold(BigUint::one(), |all, &(p, k)| all * BigUint::from(p).pow(k));
        assert_eq!(product, n);
        assert_eq!(factors[0], (2, 26));
        assert_eq!(factor(84), vec![(2, 2), (3, 1), (7, 1)]);
        assert!(factor(1).is_empty() && factor(0).is_empty());
        assert_eq!(binomial(&BigUint::from(10u32), 3), BigUint::from(120u32));
        assert_eq!(binomial(&BigUint::from(2u32), 3), BigUint::zero());
    }
}
