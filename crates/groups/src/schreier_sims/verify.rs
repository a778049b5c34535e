//! The proof: every Schreier generator of every level lies in the next group.
//!
//! Invariants. T_i generates the group H_i of level i, all of T_i fixes the base points before b_i, H_{i+1} ≤ H_i,
//! and the transversals of level i are words in T_i. Let X_i be the set of products of representatives of the
//! levels ≥ i. If X_{i+1} is the group H_{i+1} and all Schreier generators u_x t u_{x^t}⁻¹ (t ∈ T_i) sift to the
//! identity, then by Schreier's lemma the stabilizer of b_i in H_i is ≤ X_{i+1}, so H_i = X_i and |H_i| is the
//! product of orbit lengths. Working up from the last level, a Schreier generator that does not sift leaves a
//! residue that is added to the levels between, which go back to be checked. A pair (orbit point, generator) once
//! checked stays checked, for the X_i only grow and representatives never change.
//!
//! To keep the work small, T_i is not the pile of elements that a random construction leaves: it is chosen anew,
//! two or three random elements of the stabilizer in H_{i−1}, as many as make the orbit as long as is known from
//! the random chain. Sims 1970; Seress §4.1–4.2; Holt et al. §4.4.2.

use rand::Rng;

use super::first_moved;
use crate::stabilizer_chain::explicit::{Explicit, Level, is_identity};
use crate::stabilizer_chain::{Point, below, product};

/// A chain in the course of its proof.
pub(crate) struct Verifier<P> {
    chain: Explicit<P>,
    /// For each level and generator: how many orbit points have been checked.
    checked: Vec<Vec<usize>>,
}

impl<P: Point> Verifier<P> {
    /// Chooses few generators for each level of a chain whose orbits are known to be at least as long as those of
    /// `lower`.
    pub(crate) fn new(lower: &Explicit<P>, rng: &mut impl Rng) -> Self {
        const TRIES: usize = 12;
        let mut chain = Explicit {
            nested: true,
            ..Explicit::new(lower.degree)
        };
        for (depth, goal) in lower.levels.iter().enumerate() {
            let mut level = Level::new(goal.base, lower.degree);
            let more_below = lower.levels[depth + 1..].iter().any(|l| l.orbit.len() > 1);
            if depth == 0 {
                for g in &goal.generators {
                    if level.generators.len() < 2 || level.orbit.len() < goal.orbit.len() {
                        level.rebuild_with([g.images.to_vec()]);
                    }
                }
            } else if let Some(above) = chain.levels.last().filter(|l| !l.generators.is_empty()) {
                for _ in 0..TRIES {
                    let enough = level.generators.len() >= if more_below { 2 } else { 1 };
                    if enough && level.orbit.len() >= goal.orbit.len() {
                        break;
                    }
                    let g = random_stabilizer_element(above, rng);
                    if !is_identity(&g) {
                        level.rebuild_with([g]);
                    }
                }
            }
            chain.levels.push(level);
        }
        let checked = chain.levels.iter().map(|l| vec![0; l.generators.len()]).collect();
        Self { chain, checked }
    }

    /// Extends the chain until it is proved, and until it contains `generators`.
    pub(crate) fn finish(mut self, generators: &[Vec<P>]) -> Explicit<P> {
        let mut open = self.chain.levels.len();
        loop {
            self.prove(open);
            let outside = generators.iter().find_map(|g| {
                let mut g = g.clone();
                let depth = self.chain.sift(&mut g, 0);
                (depth < self.chain.levels.len() || !is_identity(&g)).then_some((g, depth))
            });
            match outside {
                None => return self.chain,
                Some((residue, depth)) => {
                    self.insert(residue, 0, depth);
                    open = depth + 1;
                }
            }
        }
    }

    /// Checks the levels below `open`, from the last to the first.
    fn prove(&mut self, mut open: usize) {
        while open > 0 {
            match self.failure(open - 1) {
                None => open -= 1,
                Some((residue, depth)) => {
                    self.insert(residue, open, depth);
                    open = depth + 1;
                }
            }
        }
    }

    /// A Schreier generator of a level that is not in the next group, sifted.
    fn failure(&mut self, index: usize) -> Option<(Vec<P>, usize)> {
        let level = &self.chain.levels[index];
        for generator in 0..level.generators.len() {
            for at in self.checked[index][generator]..level.orbit.len() {
                if level.is_tree_edge(at, generator) {
                    continue;
                }
                let mut g = product(&level.representative(at), &level.generators[generator].images);
                let depth = self.chain.sift(&mut g, index);
                if depth < self.chain.levels.len() || !is_identity(&g) {
                    self.checked[index][generator] = at;
                    return Some((g, depth));
                }
            }
            self.checked[index][generator] = level.orbit.len();
        }
        None
    }

    /// Adds an element that fixes the base points before `depth` to the levels `from..=depth`.
    fn insert(&mut self, g: Vec<P>, from: usize, depth: usize) {
        if depth == self.chain.levels.len() {
            let Some(base) = first_moved(&g) else { return };
            self.chain.levels.push(Level::new(base, self.chain.degree));
            self.checked.push(Vec::new());
        }
        for index in from..=depth {
            self.chain.levels[index].add_generator(g.clone());
            self.checked[index].push(0);
        }
    }
}

/// The product of a few random Schreier generators: an element of the stabilizer of the base point of a level, in
/// the group that the generators of the level generate.
fn random_stabilizer_element<P: Point>(level: &Level<P>, rng: &mut impl Rng) -> Vec<P> {
    const FACTORS: usize = 3;
    let factor = |rng: &mut _| {
        let mut g = level.representative(below(rng, level.orbit.len()));
        let t = &level.generators[below(rng, level.generators.len())].images;
        g = product(&g, t);
        let image = g[level.base as usize].index();
        level.divide(&mut g, level.position(image).unwrap_or(0));
        g
    };
    let mut g = factor(rng);
    for _ in 1..FACTORS {
        g = product(&g, &factor(rng));
    }
    g
}
