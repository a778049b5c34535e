//! Random numbers by address: every consumer draws from its own ChaCha8 stream, named by a seed, a purpose and two
//! indices.
//!
//! A stream depends on its address alone, not on what was drawn before, so work can be shared among threads, and a run
//! can be resumed in the middle, with the same bytes.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What a stream is for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    Split = 1,
    Weights = 2,
    Order = 3,
    Corruption = 4,
    Hidden = 5,
    Visible = 6,
    Chains = 7,
    Latent = 8,
    Learner = 9,
    Patches = 10,
    Start = 11,
    Ensemble = 12,
    Hierarchy = 13,
    Deformation = 14,
}

/// The stream at (seed, purpose, first, second).
pub(crate) fn stream(seed: u64, purpose: Purpose, first: u64, second: u64) -> ChaCha8Rng {
    let mut key = [0; 32];
    for (bytes, word) in key.chunks_exact_mut(8).zip([seed, purpose as u64, first, second]) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    ChaCha8Rng::from_seed(key)
}

/// A uniform permutation of 0..n (Fisher–Yates).
pub(crate) fn permutation(n: usize, rng: &mut impl Rng) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    shuffle(&mut order, rng);
    order
}

/// Shuffles uniformly (Fisher–Yates).
pub(crate) fn shuffle<T>(items: &mut [T], rng: &mut impl Rng) {
    for last in (1..items.len()).rev() {
        items.swap(last, below(last as u64 + 1, rng) as usize);
    }
}

/// Uniform in 0..bound, without bias (Lemire's multiply-and-reject).
pub(crate) fn below(bound: u64, rng: &mut impl Rng) -> u64 {
    let threshold = bound.wrapping_neg() % bound;
    loop {
        let wide = u128::from(rng.next_u64()) * u128::from(bound);
        if wide as u64 >= threshold {
            return (wide >> 64) as u64;
        }
    }
}

/// Uniform in \[0, 1), from 24 bits.
#[inline(always)]
pub(crate) fn unit_f32(bits: u32) -> f32 {
    (bits >> 8) as f32 * (1.0 / 16_777_216.0)
}

/// Uniform in \[0, 1), from 53 bits.
pub(crate) fn unit_f64(rng: &mut impl Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_differ_in_every_part_of_their_address() {
        let first = |seed, purpose, a, b| stream(seed, purpose, a, b).next_u64();
        let base = first(1, Purpose::Split, 2, 3);
        assert_eq!(base, first(1, Purpose::Split, 2, 3));
        for other in [
            first(2, Purpose::Split, 2, 3),
            first(1, Purpose::Order, 2, 3),
            first(1, Purpose::Split, 3, 3),
            first(1, Purpose::Split, 2, 4),
        ] {
            assert_ne!(base, other);
        }
    }

    #[test]
    fn permutations_are_uniform() {
        let mut rng = stream(7, Purpose::Order, 0, 0);
        let mut counts = std::collections::BTreeMap::new();
        for _ in 0..6000 {
            *counts.entry(permutation(3, &mut rng)).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), 6);
        // Standard deviation of each count is 28.9; six of them beyond 4.5σ by chance: below 1e-4.
        assert!(
            counts.values().all(|&count: &i32| (count - 1000).abs() < 130),
            "{counts:?}"
        );
    }
}
