//! The characters of the symmetric groups.

use std::collections::BTreeMap;

use num_bigint::BigInt;
use num_traits::{One, Zero};

use crate::error::GroupError;

/// The value of the character of S_n of a partition λ on the permutations with given cycle lengths.
///
/// The rule of Murnaghan and Nakayama: Σ (-1)^(height) over the ways to remove a rim hook of the length of one cycle,
/// with the rest of the cycles on what is left (James and Kerber, *The Representation Theory of the Symmetric Group*,
/// 2.4.7). A rim hook of length l is a bead moved down by l places on the beads λ_i + (number of rows below i), and its
/// height is the number of beads passed.
///
/// # Errors
/// [`GroupError::Domain`] unless the parts are positive and both lists have the same sum.
///
/// ```
/// use groups::characters::symmetric_group_character;
/// assert_eq!(symmetric_group_character(&[3, 1], &[2, 1, 1])?, 1.into());
/// assert_eq!(symmetric_group_character(&[2, 2], &[3, 1])?, (-1).into());
/// assert!(symmetric_group_character(&[3, 1], &[2, 1]).is_err());
/// # Ok::<(), groups::GroupError>(())
/// ```
pub fn symmetric_group_character(partition: &[usize], cycle_lengths: &[usize]) -> Result<BigInt, GroupError> {
    let total = |parts: &[usize]| parts.iter().try_fold(0usize, |sum, &part| sum.checked_add(part));
    let positive = partition.iter().chain(cycle_lengths).all(|&part| part > 0);
    if !positive || total(partition).is_none() || total(partition) != total(cycle_lengths) {
        return Err(GroupError::Domain {
            what: format!("the partitions {partition:?} and {cycle_lengths:?}"),
            expected: "positive parts with the same sum".to_owned(),
        });
    }
    let mut parts = partition.to_vec();
    parts.sort_unstable();
    let beads: Vec<usize> = parts
        .iter()
        .enumerate()
        .map(|(below, part)| part + below)
        .collect();
    // The signed number of ways to each set of beads; equal sets of different ways are joined.
    let mut ways: BTreeMap<Vec<usize>, BigInt> = BTreeMap::from([(beads, BigInt::one())]);
    for &length in cycle_lengths {
        let mut next: BTreeMap<Vec<usize>, BigInt> = BTreeMap::new();
        for (beads, count) in ways {
            for (at, &bead) in beads.iter().enumerate() {
                let Some(target) = bead.checked_sub(length) else {
                    continue;
                };
                let place = beads.partition_point(|&b| b < target);
                if beads[place] == target {
                    continue;
                }
                let mut moved = beads.clone();
                moved[place..=at].rotate_right(1);
                moved[place] = target;
                let entry = next.entry(moved).or_insert_with(BigInt::zero);
                if (at - place) % 2 == 0 {
                    *entry += &count;
                } else {
                    *entry -= &count;
                }
            }
        }
        ways = next;
    }
    // Only the empty partition is left.
    Ok(ways.into_values().next().unwrap_or_else(BigInt::zero))
}
