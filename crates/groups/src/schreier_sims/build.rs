//! The random construction: a pool of elements sifted level by level.

use std::sync::Arc;

use num_bigint::BigUint;

use crate::stabilizer_chain::alternating::{Alternating, Segment};
use crate::stabilizer_chain::images::{Point, first_moved, is_identity};
use crate::stabilizer_chain::levels::{Chain, ChainLevel};
use crate::stabilizer_chain::stored::Stored;

/// Elements in the pool that is sifted down the levels.
pub(crate) const POOL: usize = 12;
/// Random elements that must sift before the random construction is taken to be complete.
const CONFIRMATIONS: usize = 4;

/// What is prescribed of a chain.
#[derive(Clone)]
pub(crate) struct Plan<'a> {
    pub(crate) degree: usize,
    /// The first base points.
    pub(crate) base: &'a [usize],
    /// Disjoint sets Ω with Alt(Ω) in the group.
    pub(crate) factors: Arc<[Box<[u32]>]>,
}

/// A level without storage turned out too short: its alternating factor is moved by its group.
pub(crate) struct Stuck;

/// What became of an element that was sifted.
#[derive(PartialEq)]
enum Absorbed {
    Nothing,
    Added,
}

impl Plan<'_> {
    fn without_factors(&self) -> Self {
        Self {
            factors: Arc::new([]),
            ..*self
        }
    }

    /// A chain of elements that `draw` takes from a group and of `generators` of it; complete with high
    /// probability.
    pub(crate) fn random_chain<P: Point>(
        &self,
        pool: Vec<Vec<P>>,
        generators: &[Vec<P>],
        draw: &mut impl FnMut() -> Vec<P>,
    ) -> Chain<P> {
        self.try_random_chain(pool.clone(), generators, draw)
            .unwrap_or_else(|Stuck| {
                let plain = self.without_factors();
                plain
                    .try_random_chain(pool, generators, draw)
                    .unwrap_or_else(|Stuck| unreachable_without_factors())
            })
    }

    fn try_random_chain<P: Point>(
        &self,
        pool: Vec<Vec<P>>,
        generators: &[Vec<P>],
        draw: &mut impl FnMut() -> Vec<P>,
    ) -> Result<Chain<P>, Stuck> {
        let mut chain = self.descend(pool);
        for g in generators {
            absorb(&mut chain, g.clone())?;
        }
        let mut confirmed = 0;
        while !generators.is_empty() && confirmed < CONFIRMATIONS {
            confirmed = if absorb(&mut chain, draw())? == Absorbed::Added {
                0
            } else {
                confirmed + 1
            };
        }
        Ok(chain)
    }

    /// A chain of elements that `draw` takes uniformly from a group of the given order.
    pub(crate) fn chain_of_order<P: Point>(
        &self,
        order: &BigUint,
        draw: &mut impl FnMut() -> Vec<P>,
    ) -> Chain<P> {
        self.try_chain_of_order(order, draw).unwrap_or_else(|Stuck| {
            let plain = self.without_factors();
            plain
                .try_chain_of_order(order, draw)
                .unwrap_or_else(|Stuck| unreachable_without_factors())
        })
    }

    fn try_chain_of_order<P: Point>(
        &self,
        order: &BigUint,
        draw: &mut impl FnMut() -> Vec<P>,
    ) -> Result<Chain<P>, Stuck> {
        let trivial = *order == BigUint::from(1u8);
        let mut chain = self.descend(if trivial {
            Vec::new()
        } else {
            (0..POOL).map(|_| draw()).collect()
        });
        // A uniform element lies outside a proper subgroup with probability at least 1/2.
        while chain.order() != *order {
            while absorb(&mut chain, draw())? == Absorbed::Nothing {}
        }
        Ok(chain)
    }

    /// Builds levels from a pool of elements.
    fn descend<P: Point>(&self, mut pool: Vec<Vec<P>>) -> Chain<P> {
        let mut chain = Chain {
            factors: Arc::clone(&self.factors),
            ..Chain::new(self.degree)
        };
        let mut factors = OpenFactors::new(self);
        loop {
            pool.retain(|g| !is_identity(g));
            let depth = chain.levels.len();
            let prescribed = self.base.get(depth).map(|&point| point as u32);
            if let Some(factor) = factors.settled(prescribed, &pool) {
                self.push_segment(&mut chain, factors.segment(factor, self.degree));
                for g in &mut pool {
                    chain.sift(g, depth);
                }
                factors.close(factor, chain.levels.len() - depth);
                continue;
            }
            let Some(base) = prescribed.or_else(|| pool.iter().filter_map(|g| first_moved(g)).min()) else {
                return chain;
            };
            factors.use_up(base);
            chain.levels.push(ChainLevel::Stored(Box::new(level_of(
                base,
                self.degree,
                &mut pool,
            ))));
        }
    }

    /// The levels of a segment, as many as the prescribed base allows.
    fn push_segment<P: Point>(&self, chain: &mut Chain<P>, (segment, mut start): (Arc<Segment>, u32)) {
        loop {
            let level = Alternating {
                segment: Arc::clone(&segment),
                start,
            };
            let prescribed = self.base.get(chain.levels.len()).map(|&point| point as u32);
            let orbit = level.orbit();
            if orbit.len() < 3 || prescribed.is_some_and(|point| point != orbit[0]) {
                return;
            }
            chain.levels.push(ChainLevel::Alternating(level));
            start += 1;
        }
    }
}

fn unreachable_without_factors<T>() -> T {
    unreachable!("only a level without storage gets stuck, and a plan without factors has none")
}

/// A stored level for the orbit of `base` under a pool, which is divided by the representatives.
fn level_of<P: Point>(base: u32, degree: usize, pool: &mut [Vec<P>]) -> Stored<P> {
    let mut level = Stored::new(base, degree);
    level.rebuild_with(pool.iter().take(2).cloned());
    for g in pool.iter().skip(2) {
        if !level.is_invariant_under(g) {
            level.rebuild_with([g.clone()]);
        }
    }
    // More generators than the orbit needs make its tree shallower.
    let (have, wanted) = (level.generators.len(), level.orbit.len().ilog2() as usize / 2 + 1);
    if wanted > have {
        level.rebuild_with(pool.iter().skip(have).take(wanted - have).cloned());
    }
    for g in pool {
        if let Some(at) = level.position(g[base as usize].index()) {
            level.divide(g, at);
        }
    }
    level
}

/// Sifts an element of the group and adds what is left to the level where it stopped.
fn absorb<P: Point>(chain: &mut Chain<P>, mut g: Vec<P>) -> Result<Absorbed, Stuck> {
    let depth = chain.sift(&mut g, 0);
    if depth == chain.levels.len() {
        let Some(base) = first_moved(&g) else {
            return Ok(Absorbed::Nothing);
        };
        chain.levels.push(ChainLevel::stored(base, chain.degree));
    }
    chain.levels[depth]
        .as_stored_mut()
        .ok_or(Stuck)?
        .rebuild_with([g]);
    Ok(Absorbed::Added)
}

/// The alternating factors in the course of a descent.
struct OpenFactors {
    /// The number of the factor that holds each point, or [`OUTSIDE`].
    factor_of: Vec<u32>,
    /// The points of each factor that are not base points yet: prescribed ones first, in their order.
    left: Vec<Vec<u32>>,
    segments: Vec<Option<(Arc<Segment>, u32)>>,
}

const OUTSIDE: u32 = u32::MAX;

impl OpenFactors {
    fn new(plan: &Plan<'_>) -> Self {
        let mut factor_of = Vec::new();
        if !plan.factors.is_empty() {
            factor_of = vec![OUTSIDE; plan.degree];
            for (k, factor) in plan.factors.iter().enumerate() {
                for &x in factor {
                    factor_of[x as usize] = k as u32;
                }
            }
        }
        let mut left = vec![Vec::new(); plan.factors.len()];
        let mut placed = vec![false; factor_of.len()];
        let ascending = 0..factor_of.len();
        for x in plan.base.iter().copied().chain(ascending) {
            if factor_of.get(x).is_some_and(|&k| k != OUTSIDE) && !std::mem::replace(&mut placed[x], true) {
                left[factor_of[x] as usize].push(x as u32);
            }
        }
        let segments = vec![None; left.len()];
        Self {
            factor_of,
            left,
            segments,
        }
    }

    /// A factor that the pool keeps: the one of the prescribed base point, or any.
    fn settled<P: Point>(&self, prescribed: Option<u32>, pool: &[Vec<P>]) -> Option<usize> {
        let is_settled = |&k: &usize| {
            self.left[k].len() > 2
                && pool.iter().all(|g| {
                    self.left[k]
                        .iter()
                        .all(|&x| self.factor_of[g[x as usize].index()] as usize == k)
                })
        };
        match prescribed {
            Some(point) => {
                let k = *self.factor_of.get(point as usize)?;
                Some(k as usize).filter(|_| k != OUTSIDE).filter(is_settled)
            }
            None => (0..self.left.len()).find(is_settled),
        }
    }

    fn segment(&mut self, k: usize, degree: usize) -> (Arc<Segment>, u32) {
        let left = &self.left[k];
        let create = || (Arc::new(Segment::new(left.clone(), degree)), 0);
        self.segments[k].get_or_insert_with(create).clone()
    }

    /// Notes that the first `count` points left became base points of levels without storage.
    fn close(&mut self, k: usize, count: usize) {
        self.left[k].drain(..count);
        if let Some((_, start)) = &mut self.segments[k] {
            *start += count as u32;
        }
    }

    /// Notes that a point became the base point of a stored level.
    fn use_up(&mut self, point: u32) {
        if let Some(&k) = self.factor_of.get(point as usize).filter(|&&k| k != OUTSIDE) {
            self.left[k as usize].retain(|&x| x != point);
        }
    }
}
