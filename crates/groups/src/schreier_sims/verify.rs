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
//! two or three random elements of the stabilizer in H_{i−1}, one of them odd if there are such, as many as make the
//! orbit as long as is known from the random chain. Sims 1970; Seress §4.1–4.2; Holt et al. §4.4.2.

use rand::Rng;

use crate::stabilizer_chain::images::{Point, first_moved, is_identity, is_odd, multiply, product};
use crate::stabilizer_chain::levels::{Chain, ChainLevel, below};
use crate::stabilizer_chain::stored::Stored;

/// The most bytes that whole transversals may take.
const TABLES: usize = 64 << 20;
/// The most bytes of whole transversals that a finished chain keeps.
const TABLES_KEPT: usize = 1 << 20;

/// A chain in the course of its proof.
pub(crate) struct Verifier<P> {
    degree: usize,
    levels: Vec<Stored<P>>,
    /// For each level and generator: how many orbit points have been checked.
    checked: Vec<Vec<usize>>,
    with_tables: bool,
}

impl<P: Point> Verifier<P> {
    /// Chooses few generators for each level of a chain whose orbits are known to be at least as long as those of
    /// `lower`, which has stored levels only.
    pub(crate) fn new(lower: &Chain<P>, rng: &mut impl Rng) -> Self {
        let goals: Vec<&Stored<P>> = lower.levels.iter().filter_map(ChainLevel::as_stored).collect();
        let bytes: usize = goals.iter().map(|goal| goal.table_bytes()).sum();
        let with_tables = bytes <= TABLES;
        let mut levels: Vec<Stored<P>> = Vec::new();
        for (depth, goal) in goals.iter().enumerate() {
            let mut level = Stored::new(goal.base, lower.degree);
            let more_below = goals[depth + 1..].iter().any(|l| l.orbit.len() > 1);
            if depth == 0 {
                for g in &goal.generators {
                    if level.generators.len() < 2 || level.orbit.len() < goal.orbit.len() {
                        level.rebuild_with([g.images.to_vec()]);
                    }
                }
            } else if let Some(above) = levels.last().filter(|l| !l.generators.is_empty()) {
                let enough = if more_below { 2 } else { 1 };
                choose_generators(&mut level, goal.orbit.len(), enough, above, rng);
            }
            if with_tables {
                level.keep_table();
            }
            levels.push(level);
        }
        let checked = levels.iter().map(|l| vec![0; l.generators.len()]).collect();
        Self {
            degree: lower.degree,
            levels,
            checked,
            with_tables,
        }
    }

    /// Extends the chain until it is proved, and until it contains `generators`.
    pub(crate) fn finish(mut self, generators: &[Vec<P>]) -> Chain<P> {
        let mut open = self.levels.len();
        loop {
            self.prove(open);
            let outside = generators.iter().find_map(|g| {
                let mut g = g.clone();
                let depth = self.sift(&mut g, 0);
                (depth < self.levels.len() || !is_identity(&g)).then_some((g, depth))
            });
            match outside {
                None => return self.into_chain(),
                Some((residue, depth)) => {
                    self.insert(residue, 0, depth);
                    open = depth + 1;
                }
            }
        }
    }

    fn into_chain(self) -> Chain<P> {
        let keep = self.levels.iter().map(Stored::table_bytes).sum::<usize>() <= TABLES_KEPT;
        let levels = self.levels.into_iter().map(|mut level| {
            if !keep {
                level.drop_table();
            }
            ChainLevel::Stored(Box::new(level))
        });
        Chain {
            levels: levels.collect(),
            nested: true,
            ..Chain::new(self.degree)
        }
    }

    fn sift(&self, g: &mut [P], from: usize) -> usize {
        for (depth, level) in self.levels.iter().enumerate().skip(from) {
            match level.position(g[level.base as usize].index()) {
                Some(0) => {}
                Some(at) => level.divide(g, at),
                None => return depth,
            }
        }
        self.levels.len()
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
        let level = &self.levels[index];
        let mut g = vec![P::new(0); self.degree];
        for (generator, t) in level.generators.iter().enumerate() {
            for at in self.checked[index][generator]..level.orbit.len() {
                if level.is_tree_edge(at, generator) {
                    continue;
                }
                level.representative_into(at, &mut g);
                multiply(&mut g, &t.images);
                let depth = self.sift(&mut g, index);
                if depth < self.levels.len() || !is_identity(&g) {
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
        if depth == self.levels.len() {
            let Some(base) = first_moved(&g) else { return };
            let mut level = Stored::new(base, self.degree);
            if self.with_tables {
                level.keep_table();
            }
            self.levels.push(level);
            self.checked.push(Vec::new());
        }
        for index in from..=depth {
            self.levels[index].add_generator(g.clone());
            self.checked[index].push(0);
        }
    }
}

/// Gives a level random elements of the stabilizer above as generators, `enough` or as many as make its orbit as long
/// as is known, unless that seems to fail because the group above is too small itself.
///
/// If there are odd elements above, the first one is odd if it can be: two random elements of a symmetric group are
/// both even every fourth time, which shows many levels further down only.
fn choose_generators<P: Point>(
    level: &mut Stored<P>,
    length: usize,
    enough: usize,
    above: &Stored<P>,
    rng: &mut impl Rng,
) {
    /// Elements in a row that do not help.
    const PATIENCE: usize = 5;
    let odd_above = above.generators.iter().any(|g| is_odd(&g.images));
    let mut idle = 0;
    while idle < PATIENCE && (level.generators.len() < enough || level.orbit.len() < length) {
        let g = random_stabilizer_element(above, rng);
        let wait_for_odd = odd_above && level.generators.is_empty() && idle + 1 < PATIENCE;
        let helps = level.generators.len() < enough || !level.is_invariant_under(&g);
        if is_identity(&g) || wait_for_odd && !is_odd(&g) || !helps {
            idle += 1;
        } else {
            level.rebuild_with([g]);
            idle = 0;
        }
    }
}

/// The product of a few random Schreier generators: an element of the stabilizer of the base point of a level, in
/// the group that the generators of the level generate.
fn random_stabilizer_element<P: Point>(level: &Stored<P>, rng: &mut impl Rng) -> Vec<P> {
    const FACTORS: usize = 3;
    let factor = |rng: &mut _| {
        let t = &level.generators[below(rng, level.generators.len())].images;
        let mut g = product(&level.representative(below(rng, level.orbit.len())), t);
        let image = g[level.base as usize].index();
        level.divide(&mut g, level.position(image).unwrap_or(0));
        g
    };
    let mut g = factor(rng);
    for _ in 1..FACTORS {
        multiply(&mut g, &factor(rng));
    }
    g
}
