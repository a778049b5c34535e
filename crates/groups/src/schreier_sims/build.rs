//! The random construction: a pool of elements sifted level by level.

use std::sync::Arc;

use num_bigint::BigUint;

use crate::stabilizer_chain::alternating::{Alternating, Segment};
use crate::stabilizer_chain::images::{Point, first_moved, is_identity, product};
use crate::stabilizer_chain::levels::{Chain, ChainLevel};
use crate::stabilizer_chain::stored::Stored;

/// Elements in the pool that is sifted down the levels.
pub(crate) const POOL: usize = 12;
/// Random elements that must sift to the identity before a random construction is taken to be complete.
const CONFIRMATIONS: usize = 4;
/// The same where it is known to be incomplete.
const PATIENCE: usize = 40;

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
        pool: &[Vec<P>],
        generators: &[Vec<P>],
        draw: &mut impl FnMut() -> Vec<P>,
    ) -> Chain<P> {
        self.with_factors_or_without(|plan| {
            let mut chain = plan.descend(pool.to_vec(), None, draw)?;
            for g in generators {
                if absorb(&mut chain, g.clone())? == Absorbed::Added {
                    while absorb(&mut chain, draw())? == Absorbed::Added {}
                }
            }
            Ok(chain)
        })
    }

    /// A chain of elements that `draw` takes uniformly from a group of the given order.
    ///
    /// The order of the result is smaller only if that of the group is.
    pub(crate) fn chain_of_order<P: Point>(
        &self,
        order: &BigUint,
        draw: &mut impl FnMut() -> Vec<P>,
    ) -> Chain<P> {
        let trivial = *order == BigUint::from(1u8);
        self.with_factors_or_without(|plan| {
            let pool = if trivial {
                Vec::new()
            } else {
                (0..POOL).map(|_| draw()).collect()
            };
            plan.descend(pool, Some(order), draw)
        })
    }

    /// Adds random elements to a chain until its order is the given one, or until nothing has come of many.
    pub(crate) fn complete<P: Point>(
        chain: &mut Chain<P>,
        order: &BigUint,
        draw: &mut impl FnMut() -> Vec<P>,
    ) -> bool {
        let mut idle = 0;
        while idle < PATIENCE && chain.order() < *order {
            match absorb(chain, draw()) {
                Ok(Absorbed::Added) => idle = 0,
                Ok(Absorbed::Nothing) => idle += 1,
                Err(Stuck) => return false,
            }
        }
        chain.order() == *order
    }

    fn with_factors_or_without<P: Point>(
        &self,
        mut build: impl FnMut(&Self) -> Result<Chain<P>, Stuck>,
    ) -> Chain<P> {
        build(self)
            .or_else(|Stuck| build(&self.without_factors()))
            .unwrap_or_else(|Stuck| {
                unreachable!("only a level without storage gets stuck, and a plan without factors has none")
            })
    }

    /// Builds levels from a pool of elements of a group, drawing more where the pool runs dry, until a number of
    /// drawn elements sift to the identity or, if it is given, the order is reached.
    fn descend<P: Point>(
        &self,
        mut pool: Vec<Vec<P>>,
        order: Option<&BigUint>,
        draw: &mut impl FnMut() -> Vec<P>,
    ) -> Result<Chain<P>, Stuck> {
        let mut chain = Chain {
            factors: Arc::clone(&self.factors),
            ..Chain::new(self.degree)
        };
        let mut factors = OpenFactors::new(self);
        loop {
            self.replenish(&mut chain, &mut pool, order, draw)?;
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
                return Ok(chain);
            };
            factors.use_up(base);
            chain.levels.push(ChainLevel::Stored(Box::new(level_of(
                base,
                self.degree,
                &mut pool,
                depth,
            ))));
        }
    }

    /// Puts new elements, sifted, in the place of identities if there are many in the pool.
    ///
    /// A group further down may need more generators than the pool has elements: those of an elementary abelian
    /// group are as many as its rank, and each level takes one.
    fn replenish<P: Point>(
        &self,
        chain: &mut Chain<P>,
        pool: &mut [Vec<P>],
        order: Option<&BigUint>,
        draw: &mut impl FnMut() -> Vec<P>,
    ) -> Result<(), Stuck> {
        let mut blanks: Vec<usize> = (0..pool.len()).filter(|&k| is_identity(&pool[k])).collect();
        if 2 * blanks.len() <= pool.len() || order.is_some_and(|order| chain.order() == *order) {
            return Ok(());
        }
        let mut idle = 0;
        let size = pool.len();
        let patience = |blanks: &[usize]| match order {
            Some(_) if blanks.len() == size => PATIENCE,
            _ => CONFIRMATIONS,
        };
        while idle < patience(&blanks) && 2 * blanks.len() > size {
            let mut g = draw();
            let depth = chain.sift(&mut g, 0);
            if depth < chain.levels.len() {
                chain.levels[depth]
                    .as_stored_mut()
                    .ok_or(Stuck)?
                    .rebuild_with([g]);
                idle = 0;
            } else if is_identity(&g) {
                idle += 1;
            } else if let Some(blank) = blanks.pop() {
                pool[blank] = g;
                idle = 0;
            }
        }
        Ok(())
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

/// A stored level for the orbit of `base` under a pool, which is then divided by the representatives.
///
/// The tree is made of products of two elements of the pool, not of the elements themselves: an element divided by a
/// representative that is the same word would be the identity, and the pool would run dry within a few levels. With
/// uniform independent p, q the product pq is independent of p, so what is left of p is as good as before.
pub(crate) fn level_of<P: Point>(base: u32, degree: usize, pool: &mut [Vec<P>], depth: usize) -> Stored<P> {
    let n = pool.len();
    let pair = |k: usize| product(&pool[(2 * k + depth) % n], &pool[(2 * k + 1 + depth) % n]);
    let mut products = (0..n / 2).map(pair).filter(|g| !is_identity(g));
    let mut level = Stored::new(base, degree);
    level.rebuild_with(products.by_ref().take(2));
    // More generators than the orbit needs make its tree shallower.
    let wanted = level.orbit.len().ilog2() as usize / 2 + 1;
    if wanted > level.generators.len() {
        level.rebuild_with(products.take(wanted - level.generators.len()));
    }
    for g in &*pool {
        if !level.is_invariant_under(g) {
            level.rebuild_with([g.clone()]);
        }
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
