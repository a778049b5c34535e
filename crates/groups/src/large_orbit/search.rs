//! Breadth-first search over packed points, block by block.
//!
//! The points found stand in 256 shards by their hashes, and the *order* lists them as they were found. A block of
//! points that wait is dealt with in three steps: all images, in parallel over pieces of the block, dealt out to
//! shards; insertion, in parallel over shards, each taking its images in the order of the block; and numbering, which
//! goes through the new ones in the order (point, generator). So the numbers are those of the plain search that takes
//! one point at a time, whatever the number of threads.

use std::sync::atomic::{AtomicU32, Ordering};

use rayon::prelude::*;

use super::key::PackedKey;
use super::packing::PackedAction;
use super::shard::{Budget, LOCAL_BITS, OverBudget, SHARDS, Shard, shard_of};
use crate::error::GroupError;
use crate::orbit::OrbitLimit;

/// Points in a piece of the order, which is the unit of parallel work.
const PIECE: usize = 1 << 12;
/// The most images that a block makes, but for one piece with many generators.
const BLOCK_IMAGES: usize = 1 << 20;
/// Fewer waiting points than this are taken one by one.
const FEW: usize = 256;
/// The mark of an image that was there already.
const KNOWN: u32 = u32::MAX;

/// How far a search has come.
///
/// ```
/// use groups::{LargeOrbit, OrbitLimit, catalog::parse_group};
/// let mut last = 0;
/// let group = parse_group("M24")?;
/// let watch = |progress: groups::OrbitProgress| last = progress.found;
/// let orbit = LargeOrbit::of_set_watched(&group, &[0, 1, 2, 3, 4, 5], OrbitLimit::default(), watch)?;
/// assert_eq!(last, orbit.len());
/// # Ok::<(), groups::GroupError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrbitProgress {
    /// Points found so far.
    pub found: usize,
    /// Those whose images have been taken.
    pub done: usize,
}

/// The shard and the position in it, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Code(u32);

impl Code {
    fn new(shard: usize, local: u32) -> Self {
        Self((shard as u32) << LOCAL_BITS | local)
    }

    #[inline(always)]
    fn shard(self) -> usize {
        (self.0 >> LOCAL_BITS) as usize
    }

    #[inline(always)]
    fn local(self) -> u32 {
        self.0 & ((1 << LOCAL_BITS) - 1)
    }
}

/// A piece of the order, and how many points of each shard stand before it.
#[derive(Clone, Debug)]
struct Piece {
    codes: Vec<Code>,
    before: Box<[u32; SHARDS]>,
}

/// All points of an orbit, in order.
#[derive(Clone, Debug)]
pub(super) struct Found<K> {
    shards: Vec<Shard<K>>,
    order: Vec<Piece>,
    /// How many points of each shard have a number.
    numbered: Box<[u32; SHARDS]>,
    len: usize,
}

/// The images of one piece, by shard.
pub(super) struct Images<K> {
    keys: Vec<K>,
    /// For each of them, point times generators plus generator, counted in the block.
    places: Vec<u32>,
    ends: Box<[u32; SHARDS]>,
}

impl<K: PackedKey> Found<K> {
    /// The orbit of a point.
    pub(super) fn search(
        action: &PackedAction<K>,
        start: K,
        limit: OrbitLimit,
        mut watch: impl FnMut(OrbitProgress),
    ) -> Result<Self, GroupError> {
        let budget = Budget::new(limit.max_bytes);
        let mut this = Self {
            shards: vec![Shard::new(); SHARDS],
            order: Vec::new(),
            numbered: Box::new([0; SHARDS]),
            len: 0,
        };
        let over = |points: usize| {
            move |OverBudget| GroupError::MemoryLimit {
                limit: limit.max_bytes,
                points,
            }
        };
        let check = |found: usize| match found > limit.max_points {
            true => Err(GroupError::OrbitOverLimit {
                limit: limit.max_points,
            }),
            false => Ok(()),
        };
        let fixed = size_of::<Self>() + SHARDS * size_of::<Shard<K>>() + action.bytes();
        budget.take(fixed).map_err(over(0))?;
        check(1)?;
        this.insert(start, &budget).map_err(over(0))?;
        // A smaller budget gets smaller blocks: all buffers together stay below a sixteenth of it.
        let per_image = size_of::<K>() + 2 * size_of::<u32>();
        let block_images = BLOCK_IMAGES.min(limit.max_bytes / 16 / per_image);
        let (mut done, mut buffers) = (0, 0);
        let mut marks: Vec<AtomicU32> = Vec::new();
        while done < this.len {
            let waiting = this.len - done;
            let before = this.len;
            if waiting < FEW || action.is_empty() || waiting * action.len() > u32::MAX as usize {
                for number in done..done + waiting.min(FEW) {
                    for generator in 0..action.len() {
                        let image = action.act(this.key(number), generator);
                        this.insert(image, &budget).map_err(over(before))?;
                        check(this.len)?;
                    }
                }
                done += waiting.min(FEW);
            } else {
                let block = waiting.min((block_images / action.len()).max(FEW));
                let images = block * action.len();
                if images > marks.len() {
                    let bytes = images * per_image + block.div_ceil(PIECE) * SHARDS * 4;
                    budget.take(bytes.saturating_sub(buffers)).map_err(over(before))?;
                    buffers = buffers.max(bytes);
                    marks.reserve_exact(images - marks.len());
                    marks.resize_with(images, || AtomicU32::new(KNOWN));
                }
                this.block(action, done..done + block, &marks[..images], &budget)
                    .map_err(over(before))?;
                check(this.len)?;
                done += block;
            }
            watch(OrbitProgress {
                found: this.len,
                done,
            });
        }
        Ok(this)
    }

    /// Adds a point if it is new.
    fn insert(&mut self, key: K, budget: &Budget) -> Result<(), OverBudget> {
        let hash = key.hash();
        let shard = shard_of(hash);
        if let Some(local) = self.shards[shard].insert(key, hash, budget)? {
            self.number(Code::new(shard, local), budget)?;
        }
        Ok(())
    }

    /// Gives the next number.
    fn number(&mut self, code: Code, budget: &Budget) -> Result<(), OverBudget> {
        if self.len.is_multiple_of(PIECE) {
            budget.take(PIECE * size_of::<Code>() + size_of::<Piece>() + SHARDS * size_of::<u32>())?;
            self.order.push(Piece {
                codes: Vec::with_capacity(PIECE),
                before: self.numbered.clone(),
            });
        }
        self.order[self.len / PIECE].codes.push(code);
        self.numbered[code.shard()] += 1;
        self.len += 1;
        Ok(())
    }

    /// Adds the images of the points with these numbers. All marks are [`KNOWN`] before and after.
    fn block(
        &mut self,
        action: &PackedAction<K>,
        numbers: std::ops::Range<usize>,
        marks: &[AtomicU32],
        budget: &Budget,
    ) -> Result<(), OverBudget> {
        let pieces = numbers.start / PIECE..(numbers.end - 1) / PIECE + 1;
        let images: Vec<Images<K>> = pieces
            .into_par_iter()
            .map(|piece| {
                let from = numbers.start.max(piece * PIECE);
                let to = numbers.end.min((piece + 1) * PIECE);
                self.images(action, from..to, numbers.start)
            })
            .collect();
        self.shards
            .par_iter_mut()
            .enumerate()
            .try_for_each(|(number, shard)| {
                images.iter().try_for_each(|piece| {
                    let (keys, places) = piece.of_shard(number);
                    shard.insert_all(keys, budget, |at, local| {
                        let code = Code::new(number, local);
                        marks[places[at] as usize].store(code.0, Ordering::Relaxed);
                    })
                })
            })?;
        for mark in marks {
            let code = mark.load(Ordering::Relaxed);
            if code != KNOWN {
                mark.store(KNOWN, Ordering::Relaxed);
                self.number(Code(code), budget)?;
            }
        }
        Ok(())
    }

    /// All images of some points of one piece, sorted by shard; the order within a shard stays.
    fn images(
        &self,
        action: &PackedAction<K>,
        numbers: std::ops::Range<usize>,
        block_start: usize,
    ) -> Images<K> {
        let codes = &self.order[numbers.start / PIECE].codes[numbers.start % PIECE..][..numbers.len()];
        let images = codes.iter().map(|&code| self.key_at(code)).flat_map(|key| {
            let generators = 0..action.len();
            generators.map(move |generator| action.act(key, generator))
        });
        let mut keys = Vec::with_capacity(codes.len() * action.len());
        keys.extend(images);
        deal(keys, ((numbers.start - block_start) * action.len()) as u32)
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    #[inline(always)]
    fn key_at(&self, code: Code) -> K {
        self.shards[code.shard()].keys()[code.local() as usize]
    }

    fn code(&self, number: usize) -> Code {
        self.order[number / PIECE].codes[number % PIECE]
    }

    /// The point with a number.
    pub(super) fn key(&self, number: usize) -> K {
        self.key_at(self.code(number))
    }

    /// The code of a point.
    pub(super) fn find(&self, key: K) -> Option<Code> {
        let hash = key.hash();
        let shard = shard_of(hash);
        let local = self.shards[shard].position(key, hash)?;
        Some(Code::new(shard, local))
    }

    /// The number of a point: within a shard the numbers ascend, so the piece is found by bisection.
    pub(super) fn position(&self, key: K) -> Option<usize> {
        let code = self.find(key)?;
        let local = code.local();
        let after = self
            .order
            .partition_point(|piece| piece.before[code.shard()] <= local);
        let piece = after.checked_sub(1)?;
        let at = self.order[piece].codes.iter().position(|&other| other == code)?;
        Some(piece * PIECE + at)
    }

    /// For each shard the numbers of its points.
    pub(super) fn numbers(&self) -> Numbers {
        let mut of_shard: Vec<Vec<u32>> = self
            .shards
            .iter()
            .map(|s| Vec::with_capacity(s.keys().len()))
            .collect();
        for (piece, number) in self.order.iter().zip((0..).step_by(PIECE)) {
            for (&code, number) in piece.codes.iter().zip(number..) {
                of_shard[code.shard()].push(number);
            }
        }
        Numbers(of_shard)
    }

    /// The bytes held.
    pub(super) fn bytes(&self) -> usize {
        let shards: usize = self.shards.iter().map(Shard::bytes).sum();
        let piece = PIECE * size_of::<Code>() + size_of::<Piece>() + SHARDS * size_of::<u32>();
        size_of::<Self>() + SHARDS * size_of::<Shard<K>>() + shards + self.order.len() * piece
    }
}

/// Sorts keys by shard; the order within a shard stays. The places are counted from `first`.
pub(super) fn deal<K: PackedKey>(keys: Vec<K>, first: u32) -> Images<K> {
    let mut ends = Box::new([0u32; SHARDS]);
    let shard_of_key = |key: &K| {
        let shard = shard_of(key.hash());
        ends[shard] += 1;
        shard as u8
    };
    let shards: Vec<u8> = keys.iter().map(shard_of_key).collect();
    // Starts for now; each becomes the end as it is filled.
    let mut sum = 0;
    for end in ends.iter_mut() {
        (*end, sum) = (sum, sum + *end);
    }
    let mut sorted = vec![K::ZERO; keys.len()];
    let mut places = vec![0; keys.len()];
    for ((&key, &shard), place) in keys.iter().zip(&shards).zip(first..) {
        let to = &mut ends[shard as usize];
        sorted[*to as usize] = key;
        places[*to as usize] = place;
        *to += 1;
    }
    Images {
        keys: sorted,
        places,
        ends,
    }
}

impl<K> Images<K> {
    /// The keys that belong to a shard, and their places.
    pub(super) fn of_shard(&self, shard: usize) -> (&[K], &[u32]) {
        let start = shard
            .checked_sub(1)
            .map_or(0, |before| self.ends[before] as usize);
        let range = start..self.ends[shard] as usize;
        (&self.keys[range.clone()], &self.places[range])
    }
}

/// The number of every point, by shard.
pub(super) struct Numbers(Vec<Vec<u32>>);

impl Numbers {
    #[inline]
    pub(super) fn of(&self, code: Code) -> u32 {
        self.0[code.shard()][code.local() as usize]
    }
}
