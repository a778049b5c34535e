//! Refinement by the orbits of the stabilizers in a group.
//!
//! If g ∈ G takes the fixed points b_0, …, b_{k−1} of the left partition to c_0, …, c_{k−1}, and so does some h ∈ G, then
//! g ∈ G^(k) h with G^(k) the stabilizer of the b_i; so g takes each orbit Δ of G^(k) to Δ^h, and points of the right
//! partition are told apart by the orbit of x^(h⁻¹). The orbits and the elements h come from one stabilizer chain
//! whose base is made to follow the fixed points in the order in which they come to be fixed.
//! (D. Leon 1991, §5; Á. Seress, *Permutation Group Algorithms*, §9.1.)

use std::sync::Arc;

use crate::permutation::Permutation;
use crate::schreier_sims::rebase_levels;
use crate::stabilizer_chain::images::{Point, identity, inverse, narrow};
use crate::stabilizer_chain::levels::{Chain, ChainLevel};

use super::cells::{Cells, Mismatch, Trace};
use super::relation::Side;
use super::union_find::UnionFind;

/// Entries of the transversals that are multiplied out for a search.
const TABLE_ENTRIES: usize = 1 << 20;
/// The most levels, times the degree, whose base points are prescribed from the start.
const PRESCRIBED_ENTRIES: usize = 1 << 22;
/// The fixed point is not in the base: those before it in the base fix it.
const REDUNDANT: u32 = u32::MAX;

/// A coset G x of a group, as it refines partitions.
pub(crate) struct OrbitRefiner<P> {
    chain: Chain<P>,
    /// By level k: the smallest point of the orbit of each point under G^(k).
    labels: Vec<Box<[u32]>>,
    /// By fixed point of the left partition: the level whose base point it is, or [`REDUNDANT`].
    steps: Vec<u32>,
    /// The levels used up so far.
    depth: usize,
    /// x⁻¹, and the identity.
    start: [Vec<P>; 2],
}

impl<P: Point> OrbitRefiner<P> {
    /// The refiner of G x. The base begins with points in the order of `preference`, as far as nothing else is forced.
    pub(crate) fn new(chain: &Chain<P>, x: Option<&Permutation>, preference: &[usize]) -> Self {
        let most = (PRESCRIBED_ENTRIES / chain.degree.max(1)).clamp(1, preference.len().max(1));
        let mut chain = rebase_levels(chain, &preference[..most.min(preference.len())]);
        chain.levels.retain(|level| level.orbit().len() > 1);
        let one = identity(chain.degree);
        let start = [one.clone(), x.map_or(one, |x| inverse(&narrow(x)))];
        let mut this = Self {
            labels: vec![Box::default(); chain.levels.len() + 1],
            steps: Vec::new(),
            depth: 0,
            start,
            chain,
        };
        this.relabel();
        this
    }

    /// The next base point, unless the stabilizer of the fixed points is trivial.
    pub(crate) fn next_base_point(&self) -> Option<usize> {
        self.chain
            .levels
            .get(self.depth)
            .map(|level| level.base() as usize)
    }

    /// Finds the orbits of the groups of all levels from the current one on.
    fn relabel(&mut self) {
        let degree = self.chain.degree;
        self.labels.resize(self.chain.levels.len() + 1, Box::default());
        let mut sets = UnionFind::new(degree);
        self.labels[self.chain.levels.len()] = (0..degree as u32).collect();
        for depth in (self.depth..self.chain.levels.len()).rev() {
            match &self.chain.levels[depth] {
                ChainLevel::Stored(level) => {
                    for g in &level.generators {
                        for (x, y) in g.images.iter().enumerate() {
                            if x != y.index() {
                                sets.join(x as u32, y.index() as u32);
                            }
                        }
                    }
                }
                ChainLevel::Alternating(level) => {
                    for &x in level.orbit() {
                        sets.join(level.orbit()[0], x);
                    }
                }
            }
            let mut smallest = vec![u32::MAX; degree];
            let label = |x: u32| {
                let root = sets.find(x) as usize;
                smallest[root] = smallest[root].min(x);
                smallest[root]
            };
            self.labels[depth] = (0..degree as u32).map(label).collect();
        }
    }

    /// Takes points that have become fixed on the left into the base, unless their images are determined by those of
    /// the base so far; whether the stabilizer of the fixed points has changed.
    pub(crate) fn follow(&mut self, fixed: &[usize]) -> bool {
        let before = self.depth;
        for (k, &point) in fixed.iter().enumerate() {
            let moves = |level: &ChainLevel<P>| match level {
                ChainLevel::Stored(level) => {
                    level.generators.iter().any(|g| g.images[point].index() != point)
                }
                ChainLevel::Alternating(level) => level.position(point).is_some(),
            };
            if !self.chain.levels[self.depth..].iter().any(moves) {
                self.steps.push(REDUNDANT);
                continue;
            }
            if self.next_base_point() != Some(point) {
                self.change_base(&fixed[k..]);
            }
            self.steps.push(self.depth as u32);
            self.depth += 1;
        }
        self.depth > before
    }

    /// Makes the base go on with the given points and then as before.
    fn change_base(&mut self, next: &[usize]) {
        let mut taken = vec![false; self.chain.degree];
        let mut tail = Chain {
            levels: self.chain.levels.split_off(self.depth),
            factors: self.open_factors(),
            ..Chain::new(self.chain.degree)
        };
        let later = tail.levels.iter().map(|level| level.base() as usize);
        let order = next.iter().copied().chain(later);
        let order: Vec<usize> = order
            .filter(|&x| !std::mem::replace(&mut taken[x], true))
            .collect();
        tail = rebase_levels(&tail, &order);
        tail.levels.retain(|level| level.orbit().len() > 1);
        self.chain.levels.append(&mut tail.levels);
        self.relabel();
    }

    /// Disjoint sets Ω with Alt(Ω) in the current stabilizer.
    fn open_factors(&self) -> Arc<[Box<[u32]>]> {
        let mut used = vec![false; self.chain.degree];
        for level in &self.chain.levels[..self.depth.min(self.chain.levels.len())] {
            used[level.base() as usize] = true;
        }
        let left = |factor: &[u32]| -> Box<[u32]> {
            factor.iter().copied().filter(|&x| !used[x as usize]).collect()
        };
        let factors = self.chain.factors.iter().map(|factor| left(factor));
        factors.filter(|factor| factor.len() > 2).collect()
    }

    /// Multiplies out the transversals if they are small, once the base is final.
    pub(crate) fn finish(&mut self) {
        let entries: usize = self.chain.levels.iter().map(|level| level.orbit().len()).sum();
        if entries.saturating_mul(self.chain.degree) <= TABLE_ENTRIES {
            for level in self.chain.levels.iter_mut().filter_map(ChainLevel::as_stored_mut) {
                level.keep_table();
            }
        }
    }

    /// Splits the cells of the left partition by the orbits of the current stabilizer.
    pub(crate) fn split_left(&self, cells: &mut Cells, trace: &mut Trace<'_>) -> Result<(), Mismatch> {
        let labels = &self.labels[self.depth];
        cells.split_all(|x| labels[x], trace)
    }

    /// From what inverses of elements are multiplied up: x⁻¹ for those of G x, which take the left to the right, the
    /// identity for those of G, which take the left to itself.
    pub(crate) fn start(&self, side: Side) -> &[P] {
        &self.start[side as usize]
    }

    /// Changes h⁻¹ so that h takes one more fixed point of the left to `image`; the new depth.
    ///
    /// # Errors
    /// [`Mismatch`] if no element of the coset does.
    #[inline]
    pub(crate) fn advance(
        &self,
        index: usize,
        left: usize,
        image: usize,
        inverse_of_h: &mut [P],
    ) -> Result<Option<usize>, Mismatch> {
        let x = inverse_of_h[image].index();
        let step = self.steps[index];
        if step == REDUNDANT {
            return if x == left { Ok(None) } else { Err(Mismatch) };
        }
        let level = &self.chain.levels[step as usize];
        let at = level.position(x).ok_or(Mismatch)?;
        if at != 0 {
            level.divide(inverse_of_h, at);
        }
        Ok(Some(step as usize + 1))
    }

    /// Splits the cells of the right partition by the orbits of the stabilizer of a level, taken over by h.
    pub(crate) fn split_right(
        &self,
        depth: usize,
        inverse_of_h: &[P],
        cells: &mut Cells,
        trace: &mut Trace<'_>,
    ) -> Result<(), Mismatch> {
        let labels = &self.labels[depth];
        cells.split_all(|x| labels[inverse_of_h[x].index()], trace)
    }

    /// Whether an element is in the coset, or for the left side in the group.
    pub(crate) fn contains(&self, g: &Permutation, side: Side) -> bool {
        // g ∈ G x if and only if g x⁻¹ ∈ G.
        let start = self.start(side);
        let mut quotient: Vec<P> = g.images().iter().map(|&y| start[y as usize]).collect();
        self.chain.contains(&mut quotient)
    }
}
