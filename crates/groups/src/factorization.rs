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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_multiply_to_the_number() {
        let n = (2..=30u32).fold(BigUint::one(), |product, k| product * k);
        let factors = factor_order(&n, 30);
        let product = factors
            .iter()
            .fold(BigUint::one(), |all, &(p, k)| all * BigUint::from(p).pow(k));
        assert_eq!(product, n);
        assert_eq!(factors[0], (2, 26));
    }
}
