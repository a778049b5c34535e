//! What a large orbit is measured against: the table alone, filled with random words.

use rayon::prelude::*;

use super::key::PackedKey;
use super::search::deal;
use super::shard::{Budget, SHARDS, Shard};
use crate::error::GroupError;

/// Inserts `count` pseudorandom words of 4, 8 or 16 bytes into the hash table of a
/// [`LargeOrbit`](super::LargeOrbit) and returns how many are distinct.
///
/// The words come in blocks and on all threads, as the images of a search do, but no image is taken and no point is
/// numbered: the time of this is the limit that the time of an orbit with as many points is compared with.
///
/// ```
/// let distinct = groups::insert_random_words(8, 10_000, 1)?;
/// assert_eq!(distinct, 10_000); // 64-bit words do not meet by chance
/// # Ok::<(), groups::GroupError>(())
/// ```
///
/// # Errors
/// [`GroupError::InvalidParameter`] for another width.
pub fn insert_random_words(bytes: usize, count: usize, seed: u64) -> Result<usize, GroupError> {
    match bytes {
        4 => Ok(insert::<u32>(count, seed)),
        8 => Ok(insert::<u64>(count, seed)),
        16 => Ok(insert::<u128>(count, seed)),
        _ => Err(GroupError::InvalidParameter {
            group: format!("words of {bytes} bytes"),
            reason: "packed points have 4, 8 or 16 bytes".to_owned(),
        }),
    }
}

fn insert<K: PackedKey>(count: usize, seed: u64) -> usize {
    const PIECE: usize = 1 << 14;
    const BLOCK: usize = 1 << 20;
    let budget = Budget::new(usize::MAX);
    let mut shards = vec![Shard::<K>::new(); SHARDS];
    for block in (0..count).step_by(BLOCK) {
        let end = count.min(block + BLOCK);
        let starts: Vec<usize> = (block..end).step_by(PIECE).collect();
        let pieces: Vec<_> = starts
            .into_par_iter()
            .map(|start| {
                deal(
                    (start..end.min(start + PIECE)).map(|k| word(seed, k)).collect(),
                    0,
                )
            })
            .collect();
        shards.par_iter_mut().enumerate().for_each(|(number, shard)| {
            for piece in &pieces {
                shard
                    .insert_all(piece.of_shard(number).0, &budget, |_, _| ())
                    .expect("a budget without a limit is not exceeded");
            }
        });
    }
    shards.iter().map(|shard| shard.keys().len()).sum()
}

/// The k-th word of a stream: splitmix64 (Steele, Lea, Flood 2014), twice for wide words.
fn word<K: PackedKey>(seed: u64, k: usize) -> K {
    let mix = |x: u64| {
        let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    };
    let state = seed.wrapping_add((2 * k as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    K::from_wide(u128::from(mix(state)) | u128::from(mix(!state)) << 64)
}
