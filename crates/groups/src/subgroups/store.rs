//! Subgroups as bit sets of equal length, one after the other, with an index to find them by.

use std::hash::BuildHasher;

use rustc_hash::FxBuildHasher;

use super::SubgroupLimits;
use crate::error::GroupError;
use crate::orbit::Index;
use crate::transversals::over;

/// A list of different bit sets.
pub(super) struct Store {
    words: usize,
    len: usize,
    bits: Vec<u64>,
    index: Index,
    limits: SubgroupLimits,
}

impl Store {
    pub(super) fn new(words: usize, limits: SubgroupLimits) -> Self {
        Self {
            words,
            len: 0,
            bits: Vec::new(),
            index: Index::new(),
            limits,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub(super) fn get(&self, at: usize) -> &[u64] {
        &self.bits[at * self.words..(at + 1) * self.words]
    }

    pub(super) fn find(&self, bits: &[u64]) -> Option<usize> {
        self.index.find(hash_of(bits), |at| self.get(at) == bits)
    }

    /// Adds a bit set that is not there yet.
    ///
    /// # Errors
    /// [`GroupError::Limit`] before a limit is passed.
    pub(super) fn push(&mut self, bits: &[u64]) -> Result<(), GroupError> {
        let most = self.limits.max_subgroups.min(u32::MAX as usize - 1);
        over("the number of subgroups", self.len + 1, most)?;
        let needed = self.bits.len() + self.words;
        if needed > self.bits.capacity() {
            // The old and the doubled list exist side by side for a moment; the index takes at most 24 bytes a set.
            let bytes = 3 * 8 * needed + 24 * self.len;
            over(
                "the number of bytes for the subgroups",
                bytes,
                self.limits.max_bytes,
            )?;
            self.bits.reserve(needed);
        }
        self.bits.extend_from_slice(bits);
        let (all, words) = (&self.bits, self.words);
        let hash_at = |at: usize| hash_of(&all[at * words..(at + 1) * words]);
        self.index.insert(hash_of(bits), self.len, hash_at);
        self.len += 1;
        Ok(())
    }
}

fn hash_of(bits: &[u64]) -> u64 {
    FxBuildHasher.hash_one(bits)
}
