//! Nearly random elements before there is a chain: product replacement with an accumulator ("rattle").
//!
//! A list of generators of G is changed step by step, one entry replaced by its product with another; the list
//! always generates G, and the accumulated product comes close to uniform. C. Leedham-Green, S. Murray, "Variants
//! of product replacement" (2002); Seress §2.2. Nothing here is relied on for correctness: the elements only have
//! to be in G.

use rand::{Rng, RngExt};

use crate::perm_group::PermGroup;
use crate::permutation::Permutation;
use crate::stabilizer_chain::images::{identity, invert_into, multiply, narrow, product_into, widen};
use crate::stabilizer_chain::{Point, below};

/// Nearly random elements of a group of which no chain is known: product replacement.
///
/// The elements are in the group for certain; their distribution is close to uniform only. Once the chain is built,
/// [`PermGroup::random_element`](crate::PermGroup::random_element) is uniform.
/// F. Celler, C. Leedham-Green, S. Murray, A. Niemeyer, E. O'Brien, "Generating random elements of a finite group"
/// (1995).
///
/// ```
/// use groups::{NearlyRandom, PermGroup};
/// use rand::SeedableRng;
/// let group = PermGroup::alternating(100);
/// let elements = NearlyRandom::new(&group, rand_chacha::ChaCha8Rng::seed_from_u64(1));
/// assert!(elements.take(20).all(|g| g.is_even()));
/// ```
pub struct NearlyRandom<R> {
    replacement: ProductReplacement<u32, R>,
}

impl<R: Rng> NearlyRandom<R> {
    /// Starts from the generators of a group.
    pub fn new(group: &PermGroup, rng: R) -> Self {
        let images: Vec<Vec<u32>> = group.generators().iter().map(narrow).collect();
        Self {
            replacement: ProductReplacement::new(group.degree(), &images, rng),
        }
    }
}

impl<R: Rng> Iterator for NearlyRandom<R> {
    type Item = Permutation;

    fn next(&mut self) -> Option<Permutation> {
        Some(widen(&self.replacement.draw()))
    }
}

/// The fewest entries of the list.
const SLOTS: usize = 10;

pub(crate) struct ProductReplacement<P, R> {
    slots: Vec<Vec<P>>,
    accumulator: Vec<P>,
    scratch: Vec<P>,
    rng: R,
    /// Steps between elements handed out.
    stride: usize,
}

impl<P: Point, R: Rng> ProductReplacement<P, R> {
    /// Starts from generators and takes some steps.
    ///
    /// The entries grow as words by a constant factor every so many steps as there are entries, and a word that
    /// moves all points of a large degree must be long: sparse generators need a number of rounds that grows with
    /// the logarithm of the degree.
    pub(crate) fn new(degree: usize, generators: &[Vec<P>], rng: R) -> Self {
        let slots = if generators.is_empty() {
            0
        } else {
            SLOTS.max(generators.len() + 2)
        };
        let slots: Vec<Vec<P>> = generators.iter().cycle().take(slots).cloned().collect();
        let doublings = degree.max(1).ilog2() as usize;
        let (accumulator, scratch) = (identity(degree), identity(degree));
        let mut this = Self {
            slots,
            accumulator,
            scratch,
            rng,
            stride: 1 + doublings / 3,
        };
        for _ in 0..this.slots.len() * (5 + doublings) {
            this.step();
        }
        this
    }

    fn step(&mut self) {
        let n = self.slots.len();
        if n == 0 {
            return;
        }
        let i = below(&mut self.rng, n);
        let j = (i + 1 + below(&mut self.rng, n - 1)) % n;
        let [chosen, other] = if i < j {
            let (low, high) = self.slots.split_at_mut(j);
            [&mut low[i], &mut high[0]]
        } else {
            let (low, high) = self.slots.split_at_mut(i);
            [&mut high[0], &mut low[j]]
        };
        match self.rng.random_range(0..4u8) {
            0 => multiply(chosen, other),
            1 => {
                invert_into(other, &mut self.scratch);
                multiply(chosen, &self.scratch);
            }
            2 => {
                product_into(other, chosen, &mut self.scratch);
                std::mem::swap(chosen, &mut self.scratch);
            }
            _ => {
                invert_into(other, &mut self.scratch);
                multiply(&mut self.scratch, chosen);
                std::mem::swap(chosen, &mut self.scratch);
            }
        }
        multiply(&mut self.accumulator, chosen);
    }

    /// The next element of the group.
    pub(crate) fn draw(&mut self) -> Vec<P> {
        for _ in 0..self.stride {
            self.step();
        }
        self.accumulator.clone()
    }
}
