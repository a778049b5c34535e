//! One part of the hash table of a large orbit.
//!
//! Keys stand in the order in which they came; an open-addressing table of 4-byte slots finds them. A slot holds 8 bits
//! of the hash beside the position, so that a key that is not there is almost always refused without a look at the
//! keys. Slots are at most 7/8 full and grow by 8/5, keys grow by 5/4: the worst case is 7.4 bytes and a quarter of a
//! key beside each key.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::key::PackedKey;

/// Bits of the hash that choose the shard.
pub(super) const SHARD_BITS: u32 = 8;
pub(super) const SHARDS: usize = 1 << SHARD_BITS;
/// Bits of a position within a shard.
pub(super) const LOCAL_BITS: u32 = 32 - SHARD_BITS;
const LOCAL: u32 = (1 << LOCAL_BITS) - 1;
/// Keys looked up together, so that their cache misses overlap.
const BATCH: usize = 16;
const FEWEST_SLOTS: usize = 16;

/// The shard of a hash.
#[inline(always)]
pub(super) fn shard_of(hash: u64) -> usize {
    (hash >> (64 - SHARD_BITS)) as usize
}

/// The bytes in use, against the most that may be.
pub(super) struct Budget {
    used: AtomicUsize,
    pub(super) limit: usize,
}

/// More bytes were asked for than there are.
#[derive(Debug)]
pub(super) struct OverBudget;

impl Budget {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            used: AtomicUsize::new(0),
            limit,
        }
    }

    /// Takes bytes before they are allocated.
    ///
    /// While a shard grows its old and its new memory exist side by side; an eighth of what is in use stays free for
    /// that, which serves 32 threads. Only sums count, so whether a block of points fits does not depend on the order
    /// in which threads come.
    pub(super) fn take(&self, bytes: usize) -> Result<(), OverBudget> {
        let used = self
            .used
            .fetch_add(bytes, Ordering::Relaxed)
            .saturating_add(bytes);
        if used.saturating_add(used / 8) > self.limit {
            return Err(OverBudget);
        }
        Ok(())
    }
}

#[derive(Clone, Debug)]
pub(super) struct Shard<K> {
    keys: Vec<K>,
    /// Each is 0, or 8 hash bits above the position plus one.
    slots: Vec<u32>,
}

/// Whether a key was there, and where it is.
enum Found {
    At(u32),
    /// The slot where it belongs.
    Free(usize),
}

impl<K: PackedKey> Shard<K> {
    pub(super) fn new() -> Self {
        Self {
            keys: Vec::new(),
            slots: Vec::new(),
        }
    }

    pub(super) fn keys(&self) -> &[K] {
        &self.keys
    }

    /// The hash bits in use are none that choose the shard.
    #[inline(always)]
    fn start(&self, hash: u64) -> usize {
        ((u64::from((hash >> 8) as u32) * self.slots.len() as u64) >> 32) as usize
    }

    #[inline(always)]
    fn tag(hash: u64) -> u32 {
        (hash as u32) << LOCAL_BITS
    }

    #[inline]
    fn search(&self, key: K, hash: u64) -> Found {
        let mut at = self.start(hash);
        let tag = Self::tag(hash);
        loop {
            let slot = self.slots[at];
            if slot == 0 {
                return Found::Free(at);
            }
            if slot & !LOCAL == tag && self.keys[((slot & LOCAL) - 1) as usize] == key {
                return Found::At((slot & LOCAL) - 1);
            }
            at += 1;
            if at == self.slots.len() {
                at = 0;
            }
        }
    }

    /// The position of a key in this shard.
    pub(super) fn position(&self, key: K, hash: u64) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        match self.search(key, hash) {
            Found::At(local) => Some(local),
            Found::Free(_) => None,
        }
    }

    /// Adds a key; its position if it is new.
    #[inline]
    pub(super) fn insert(&mut self, key: K, hash: u64, budget: &Budget) -> Result<Option<u32>, OverBudget> {
        let found = if self.slots.is_empty() {
            Found::Free(0)
        } else {
            self.search(key, hash)
        };
        let Found::Free(mut at) = found else {
            return Ok(None);
        };
        let local = self.keys.len() as u32;
        if 8 * (self.keys.len() + 1) > 7 * self.slots.len() {
            self.grow_slots(budget)?;
            let Found::Free(moved) = self.search(key, hash) else {
                return Ok(None);
            };
            at = moved;
        }
        if self.keys.len() == self.keys.capacity() {
            self.grow_keys(budget)?;
        }
        self.keys.push(key);
        self.slots[at] = Self::tag(hash) | (local + 1);
        Ok(Some(local))
    }

    /// Adds keys one after the other and calls `fresh` with the index and the position of each that is new.
    pub(super) fn insert_all(
        &mut self,
        keys: &[K],
        budget: &Budget,
        mut fresh: impl FnMut(usize, u32),
    ) -> Result<(), OverBudget> {
        let mut hashes = [0; BATCH];
        let mut slots = [0; BATCH];
        let mut there = [K::ZERO; BATCH];
        for (batch, keys) in keys.chunks(BATCH).enumerate() {
            if !self.slots.is_empty() {
                // Loads that do not depend on one another: first all slots, then all keys that they point to.
                for (k, &key) in keys.iter().enumerate() {
                    hashes[k] = key.hash();
                    slots[k] = self.slots[self.start(hashes[k])];
                }
                for k in 0..keys.len() {
                    if slots[k] & !LOCAL == Self::tag(hashes[k]) && slots[k] != 0 {
                        there[k] = self.keys[((slots[k] & LOCAL) - 1) as usize];
                    } else {
                        slots[k] = 0;
                    }
                }
            } else {
                for (k, &key) in keys.iter().enumerate() {
                    (hashes[k], slots[k]) = (key.hash(), 0);
                }
            }
            for (k, &key) in keys.iter().enumerate() {
                // What is found stays found; what is not is searched for, as the keys before it may have come in.
                if (slots[k] == 0 || there[k] != key)
                    && let Some(local) = self.insert(key, hashes[k], budget)?
                {
                    fresh(batch * BATCH + k, local);
                }
            }
        }
        Ok(())
    }

    fn grow_slots(&mut self, budget: &Budget) -> Result<(), OverBudget> {
        let (old, new) = (self.slots.len(), FEWEST_SLOTS.max(self.slots.len() / 5 * 8));
        if self.keys.len() + 1 >= LOCAL as usize {
            return Err(OverBudget);
        }
        budget.take((new - old) * size_of::<u32>())?;
        self.slots = Vec::new();
        self.slots = vec![0; new];
        for (local, key) in self.keys.iter().enumerate() {
            let hash = key.hash();
            let mut at = self.start(hash);
            while self.slots[at] != 0 {
                at += 1;
                if at == new {
                    at = 0;
                }
            }
            self.slots[at] = Self::tag(hash) | (local as u32 + 1);
        }
        Ok(())
    }

    fn grow_keys(&mut self, budget: &Budget) -> Result<(), OverBudget> {
        let more = FEWEST_SLOTS.max(self.keys.capacity() / 4);
        budget.take(more * size_of::<K>())?;
        self.keys.reserve_exact(more);
        Ok(())
    }

    /// The bytes held.
    pub(super) fn bytes(&self) -> usize {
        self.keys.capacity() * size_of::<K>() + self.slots.len() * size_of::<u32>()
    }
}
