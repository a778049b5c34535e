//! Natural symmetric and alternating groups, whose classes are cycle types.

use num_bigint::{BigInt, BigUint};
use num_integer::Integer;
use num_traits::{One, Zero};

use super::{ClassLimits, check_count};
use crate::error::GroupError;
use crate::factorization::factorial;
use crate::permutation::Permutation;

/// The number p(n) of partitions of n.
///
/// Euler's recurrence p(n) = Σ_k (−1)^(k+1) p(n − k(3k ± 1)/2).
pub(super) fn count(n: usize) -> BigUint {
    let mut p: Vec<BigInt> = vec![BigInt::one()];
    for m in 1..=n {
        let mut sum = BigInt::zero();
        for k in 1.. {
            let pentagonal = [k * (3 * k - 1) / 2, k * (3 * k + 1) / 2];
            if pentagonal[0] > m {
                break;
            }
            for g in pentagonal.into_iter().filter(|&g| g <= m) {
                sum += if k % 2 == 1 { p[m - g].clone() } else { -&p[m - g] };
            }
        }
        p.push(sum);
    }
    p.pop().unwrap_or_default().to_biguint().unwrap_or_default()
}

/// The number of classes of A_n for n ≥ 2: even cycle types, plus one more for each with distinct odd parts.
///
/// If q types have distinct odd parts, (p(n) + q) / 2 types are even.
pub(super) fn count_alternating(n: usize) -> BigUint {
    let mut distinct_odd = vec![BigUint::zero(); n + 1];
    distinct_odd[0] = BigUint::one();
    for part in (1..=n).step_by(2) {
        for total in (part..=n).rev() {
            let more = distinct_odd[total - part].clone();
            distinct_odd[total] += more;
        }
    }
    let q = &distinct_odd[n];
    (count(n) + q) / 2u32 + q
}

/// lcm(1, …, n).
pub(super) fn exponent(n: usize) -> BigUint {
    (1..=n).fold(BigUint::one(), |all, k| all.lcm(&k.into()))
}

/// The same, but an element of order 2^k needs k = log2 of an even cycle and, to be even, two more points.
pub(super) fn exponent_alternating(n: usize) -> BigUint {
    let all = exponent(n);
    let largest = (n.max(1)).ilog2();
    let fits = largest == 0 || (1usize << largest) + 2 <= n;
    if fits { all } else { all / 2u32 }
}

/// The partitions of n, each descending; in reverse lexicographic order.
pub(crate) fn partitions(n: usize) -> Partitions {
    Partitions {
        next: Some(if n == 0 { Vec::new() } else { vec![n] }),
    }
}

/// An iterator over partitions.
pub(crate) struct Partitions {
    next: Option<Vec<usize>>,
}

impl Iterator for Partitions {
    type Item = Vec<usize>;

    fn next(&mut self) -> Option<Vec<usize>> {
        let current = self.next.take()?;
        // The last part above 1 is lowered, and what follows is refilled with parts no larger.
        if let Some(at) = current.iter().rposition(|&part| part > 1) {
            let part = current[at] - 1;
            let mut rest = current.len() - at;
            let mut next = current[..at].to_vec();
            next.push(part);
            while rest > 0 {
                next.push(rest.min(part));
                rest -= rest.min(part);
            }
            self.next = Some(next);
        }
        Some(current)
    }
}

/// The order of the centralizer in S_n of a permutation with these cycle lengths (descending): ∏ l^m m!.
pub(crate) fn centralizer_order(parts: &[usize]) -> BigUint {
    parts
        .chunk_by(|a, b| a == b)
        .fold(BigUint::one(), |order, equal| {
            order * BigUint::from(equal[0]).pow(equal.len() as u32) * factorial(equal.len())
        })
}

/// The permutation with these cycle lengths on consecutive points.
pub(crate) fn with_cycle_type(parts: &[usize]) -> Permutation {
    let mut images: Vec<u32> = Vec::with_capacity(parts.iter().sum());
    for &part in parts {
        let first = images.len() as u32;
        images.extend((1..part as u32).map(|k| first + k));
        images.push(first);
    }
    Permutation::from_images_unchecked(images)
}

fn check(count: &BigUint, limits: &ClassLimits) -> Result<(), GroupError> {
    check_count(usize::try_from(count).unwrap_or(usize::MAX), limits)
}

pub(super) fn classes(n: usize, limits: &ClassLimits) -> Result<Vec<(Permutation, BigUint)>, GroupError> {
    check(&count(n), limits)?;
    let order = factorial(n);
    let class = |parts: Vec<usize>| (with_cycle_type(&parts), &order / centralizer_order(&parts));
    Ok(partitions(n).map(class).collect())
}

pub(super) fn classes_alternating(
    n: usize,
    limits: &ClassLimits,
) -> Result<Vec<(Permutation, BigUint)>, GroupError> {
    check(&count_alternating(n), limits)?;
    let order = factorial(n);
    let mut classes = Vec::new();
    for parts in partitions(n).filter(|parts| parts.iter().filter(|&l| l % 2 == 0).count() % 2 == 0) {
        let g = with_cycle_type(&parts);
        let size = &order / centralizer_order(&parts);
        let splits = parts.iter().all(|l| l % 2 == 1) && parts.windows(2).all(|pair| pair[0] != pair[1]);
        if splits && n > 1 {
            // The centralizer in S_n is inside A_n; conjugating by a transposition leads to the other half.
            let swap: Vec<u32> = [1, 0].into_iter().chain(2..n as u32).collect();
            let other = g.conjugate_by(&Permutation::from_images_unchecked(swap));
            classes.push((g, &size / 2u32));
            classes.push((other, size / 2u32));
        } else {
            classes.push((g, size));
        }
    }
    Ok(classes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::perm_group::PermGroup;

    /// 42, 204226: OEIS A000041; 1, 1, 1, 3, 4, 5, 7, 9, 14, 18, 24: A000702.
    #[test]
    fn partition_numbers() {
        assert_eq!(count(10), 42u32.into());
        assert_eq!(count(50), 204_226u32.into());
        assert_eq!(partitions(10).count(), 42);
        let classes = [1u32, 1, 1, 3, 4, 5, 7, 9, 14, 18, 24];
        for (n, &expected) in classes.iter().enumerate().skip(2) {
            assert_eq!(count_alternating(n), expected.into(), "A_{n}");
        }
    }

    #[test]
    fn sizes_sum_to_the_order_and_exponents_are_right() {
        for n in 1..=9 {
            let (s, a) = (PermGroup::symmetric(n), PermGroup::alternating(n));
            let limits = ClassLimits::default();
            for (group, classes, exponent) in [
                (&s, classes(n, &limits).unwrap(), exponent(n)),
                (
                    &a,
                    classes_alternating(n, &limits).unwrap(),
                    exponent_alternating(n),
                ),
            ] {
                if n == 1 {
                    continue;
                }
                assert!(classes.iter().all(|(g, _)| group.contains(g)));
                assert_eq!(
                    classes.iter().map(|(_, size)| size).sum::<BigUint>(),
                    group.order()
                );
                let lcm = classes.iter().fold(BigUint::one(), |e, (g, _)| e.lcm(&g.order()));
                assert_eq!(lcm, exponent, "degree {n}");
            }
        }
    }
}
