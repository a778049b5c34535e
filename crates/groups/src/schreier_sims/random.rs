//! Nearly random elements before there is a chain: product replacement with an accumulator ("rattle").
//!
//! A list of generators of G is changed step by step, one entry replaced by its product with another; the list
//! always generates G, and the accumulated product comes close to uniform. C. Leedham-Green, S. Murray, "Variants
//! of product replacement" (2002); Seress §2.2. Nothing here is relied on for correctness: the elements only have
//! to be in G.

use rand::{Rng, RngExt};

use crate::stabilizer_chain::images::{identity, invert_into, multiply, product_into};
use crate::stabilizer_chain::{Point, below};

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
