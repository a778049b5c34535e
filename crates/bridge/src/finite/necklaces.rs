//! Words on a ring split into a canonical form and a pose, and what the power spectrum misses of them.

use std::collections::HashSet;

use num_bigint::BigUint;
use num_traits::{ToPrimitive, Zero};

use crate::BridgeError;
use crate::error::refuse;

/// The most necklaces that are gone through.
pub const MAX_NECKLACES: u64 = 20_000_000;

/// Counts of words of length n over q letters under rotation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NecklaceCounts {
    /// Orbits of C_n: necklaces.
    pub orbits: BigUint,
    /// Those of n words, in which the pose is unique: aperiodic necklaces.
    pub free_orbits: BigUint,
    /// Orbits of D_n: bracelets.
    pub dihedral_orbits: BigUint,
    /// Different autocorrelations, which are the power spectra in integers.
    pub distinct_autocorrelations: u64,
}

impl NecklaceCounts {
    /// How many orbits of C_n the power spectrum cannot tell from others.
    pub fn missed_by_power_spectrum(&self) -> BigUint {
        &self.orbits - self.distinct_autocorrelations
    }

    /// How many of them are not explained by reflections, which keep the autocorrelation.
    pub fn missed_beyond_reflection(&self) -> BigUint {
        &self.dihedral_orbits - self.distinct_autocorrelations
    }
}

/// The counts for words over the letters 0, …, q − 1.
///
/// The orbits by Burnside's and Möbius' formulas, the autocorrelations Σ_i x_i x_(i+d) by going through all necklaces
/// (Fredricksen, Kessler and Maiorana's order): O(necklaces × n²).
///
/// # Errors
/// [`BridgeError::Parameter`] for n = 0, no letters, or more than [`MAX_NECKLACES`] necklaces.
///
/// ```
/// let c8 = bridge::finite::necklaces::necklace_counts(8, 2)?;
/// assert_eq!((c8.orbits.clone(), c8.dihedral_orbits.clone()), (36u32.into(), 30u32.into()));
/// assert_eq!(c8.missed_beyond_reflection(), 1u32.into()); // the power spectrum is not complete
/// # Ok::<(), bridge::BridgeError>(())
/// ```
pub fn necklace_counts(n: usize, letters: u32) -> Result<NecklaceCounts, BridgeError> {
    if n == 0 {
        return refuse("group", "C0", "C n with n from 1");
    }
    if letters == 0 {
        return refuse("alphabet", letters, "an integer from 1");
    }
    let q = BigUint::from(letters);
    let divisors = || (1..=n).filter(move |&d| n.is_multiple_of(d));
    let orbits = divisors()
        .map(|d| q.pow((n / d) as u32) * totient(d))
        .sum::<BigUint>()
        / n;
    if orbits.to_u64().is_none_or(|count| count > MAX_NECKLACES) {
        return refuse(
            "group",
            format!("C{n} over {letters} letters"),
            format!("at most {MAX_NECKLACES} necklaces"),
        );
    }
    let mut aperiodic = num_bigint::BigInt::zero();
    for d in divisors() {
        aperiodic += num_bigint::BigInt::from(q.pow((n / d) as u32)) * moebius(d);
    }
    let free_orbits = (aperiodic / n).to_biguint().unwrap_or_default();
    // Words that a reflection fixes, summed over the n reflections.
    let mirrored = if n.is_multiple_of(2) {
        (q.pow((n / 2) as u32) + q.pow((n / 2 + 1) as u32)) * (n / 2)
    } else {
        q.pow(n.div_ceil(2) as u32) * n
    };
    let dihedral_orbits = (&orbits * n + mirrored) / (2 * n);
    let mut seen: HashSet<Box<[u64]>> = HashSet::new();
    for_each_necklace(n, letters, |word| {
        let at = |d: usize| {
            (0..n)
                .map(|i| u64::from(word[i]) * u64::from(word[(i + d) % n]))
                .sum()
        };
        seen.insert((0..=n / 2).map(at).collect());
    });
    Ok(NecklaceCounts {
        orbits,
        free_orbits,
        dihedral_orbits,
        distinct_autocorrelations: seen.len() as u64,
    })
}

/// Every word that is the smallest of its rotations, in lexicographic order.
fn for_each_necklace(n: usize, letters: u32, mut visit: impl FnMut(&[u32])) {
    let mut word = vec![0u32; n];
    visit(&word);
    loop {
        let Some(last) = (0..n).rev().find(|&i| word[i] + 1 < letters) else {
            return;
        };
        word[last] += 1;
        let period = last + 1;
        for i in period..n {
            word[i] = word[i - period];
        }
        if n.is_multiple_of(period) {
            visit(&word);
        }
    }
}

fn totient(n: usize) -> usize {
    (1..=n).filter(|&k| num_integer::gcd(k, n) == 1).count()
}

fn moebius(mut n: usize) -> i32 {
    let mut sign = 1;
    for p in 2.. {
        if p > n {
            break;
        }
        if n.is_multiple_of(p) {
            n /= p;
            if n.is_multiple_of(p) {
                return 0;
            }
            sign = -sign;
        }
    }
    sign
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All words, their rotations and reflections.
    #[test]
    fn counts_by_enumeration() {
        for (n, q) in [
            (1usize, 3u32),
            (2, 2),
            (5, 2),
            (6, 2),
            (6, 3),
            (8, 2),
            (9, 2),
            (4, 4),
            (7, 1),
        ] {
            let (mut necklaces, mut free, mut bracelets, mut spectra) =
                (HashSet::new(), HashSet::new(), HashSet::new(), HashSet::new());
            for code in 0..(q as usize).pow(n as u32) {
                let word: Vec<usize> = (0..n)
                    .map(|i| code / (q as usize).pow(i as u32) % q as usize)
                    .collect();
                let turned = |word: &[usize]| -> Vec<Vec<usize>> {
                    (0..n)
                        .map(|d| (0..n).map(|i| word[(i + d) % n]).collect())
                        .collect()
                };
                let rotations = turned(&word);
                let smallest = rotations.iter().min().unwrap().clone();
                if rotations.iter().collect::<HashSet<_>>().len() == n {
                    free.insert(smallest.clone());
                }
                let mirrored: Vec<usize> = word.iter().rev().copied().collect();
                bracelets.insert(turned(&mirrored).into_iter().chain(rotations).min().unwrap());
                necklaces.insert(smallest);
                let correlation = |d: usize| (0..n).map(|i| word[i] * word[(i + d) % n]).sum::<usize>();
                spectra.insert((0..n).map(correlation).collect::<Vec<_>>());
            }
            let found = necklace_counts(n, q).unwrap();
            assert_eq!(found.orbits, necklaces.len().into(), "{n} {q}");
            assert_eq!(found.free_orbits, free.len().into(), "{n} {q}");
            assert_eq!(found.dihedral_orbits, bracelets.len().into(), "{n} {q}");
            assert_eq!(found.distinct_autocorrelations, spectra.len() as u64, "{n} {q}");
        }
        assert!(
            necklace_counts(0, 2).is_err()
                && necklace_counts(3, 0).is_err()
                && necklace_counts(60, 2).is_err()
        );
    }
}
