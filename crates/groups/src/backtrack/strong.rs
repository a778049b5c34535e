//! A group as a search finds it: strong generators for a base, and the orbit lengths that make up its order.
//!
//! A search works up a base b_0, b_1, … from its end; what it finds at level i fixes the points before b_i, and with
//! the generators of the deeper levels it generates all of the stabilizer of those points. The order is thus known,
//! and uniform elements can be drawn, so a stabilizer chain is built without any further proof.

use num_bigint::BigUint;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::perm_group::PermGroup;
use crate::permutation::Permutation;
use crate::schreier_sims::chain_of_order;

/// Strong generators with respect to a base.
#[derive(Clone, Debug)]
pub(crate) struct StrongGenerators {
    degree: usize,
    base: Vec<usize>,
    /// By level: the generators that move the base point of that level and none before.
    levels: Vec<Vec<Permutation>>,
}

/// The orbit of a base point with, for each point but the first, where it was reached from and by which generator.
struct Tree {
    orbit: Vec<u32>,
    edges: Vec<(u32, u32)>,
}

impl StrongGenerators {
    /// Sorts generators, which the caller knows to be strong, into levels.
    pub(crate) fn new(
        degree: usize,
        base: Vec<usize>,
        generators: impl IntoIterator<Item = Permutation>,
    ) -> Self {
        let mut levels = vec![Vec::new(); base.len()];
        for g in generators {
            if let Some(level) = base.iter().position(|&b| g.image(b) != b) {
                levels[level].push(g);
            }
        }
        Self { degree, base, levels }
    }

    /// The group they generate, with its chain.
    pub(crate) fn into_group(self) -> PermGroup {
        let trees: Vec<Tree> = (0..self.base.len()).map(|level| self.tree(level)).collect();
        let order = trees
            .iter()
            .fold(BigUint::from(1u32), |order, tree| order * tree.orbit.len());
        let seed = trees.iter().fold(self.degree as u64, |seed, tree| {
            seed.rotate_left(7) ^ tree.orbit.len() as u64
        });
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let chain = chain_of_order(self.degree, &[], &order, || self.uniform(&trees, &mut rng));
        PermGroup::from_chain(self.levels.into_iter().flatten().collect(), chain)
    }

    /// The orbit of a base point under the generators from its level on.
    fn tree(&self, level: usize) -> Tree {
        let generators: Vec<&Permutation> = self.levels[level..].iter().flatten().collect();
        let mut seen = vec![false; self.degree];
        seen[self.base[level]] = true;
        let mut tree = Tree {
            orbit: vec![self.base[level] as u32],
            edges: vec![(0, 0)],
        };
        let mut at = 0;
        while at < tree.orbit.len() {
            for (k, g) in generators.iter().enumerate() {
                let image = g.images()[tree.orbit[at] as usize];
                if !std::mem::replace(&mut seen[image as usize], true) {
                    tree.orbit.push(image);
                    tree.edges.push((at as u32, k as u32));
                }
            }
            at += 1;
        }
        tree
    }

    /// A product of random representatives, the deepest level first.
    fn uniform(&self, trees: &[Tree], rng: &mut ChaCha8Rng) -> Permutation {
        let mut product: Vec<u32> = (0..self.degree as u32).collect();
        for (level, tree) in trees.iter().enumerate().rev() {
            let mut at = rng.random_range(0..tree.orbit.len() as u64) as usize;
            let mut word = Vec::new();
            while at != 0 {
                let (parent, generator) = tree.edges[at];
                word.push(generator as usize);
                at = parent as usize;
            }
            for &k in word.iter().rev() {
                let g = self.generator_from(level, k).images();
                for x in &mut product {
                    *x = g[*x as usize];
                }
            }
        }
        Permutation::from_images_unchecked(product)
    }

    fn generator_from(&self, mut level: usize, mut index: usize) -> &Permutation {
        while index >= self.levels[level].len() {
            index -= self.levels[level].len();
            level += 1;
        }
        &self.levels[level][index]
    }
}
