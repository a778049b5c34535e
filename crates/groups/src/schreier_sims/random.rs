//! Nearly random elements before there is a chain: product replacement with an accumulator ("rattle").
//!
//! A list of generators of G is changed step by step, one entry replaced by its product with another; the list
//! always generates G, and the accumulated product comes close to uniform. C. Leedham-Green, S. Murray, "Variants
//! of product replacement" (2002); Seress §2.2. Nothing here is relied on for correctness: the elements only have
//! to be in G.

use rand::{Rng, RngExt};

use crate::stabilizer_chain::explicit::{identity, inverse, multiply};
use crate::stabilizer_chain::{Point, below};

/// The fewest entries of the list.
const SLOTS: usize = 10;

pub(crate) struct ProductReplacement<P> {
    slots: Vec<Vec<P>>,
    accumulator: Vec<P>,
}

impl<P: Point> ProductReplacement<P> {
    /// Starts from generators and takes a number of steps proportional to their number.
    pub(crate) fn new(degree: usize, generators: &[Vec<P>], rng: &mut impl Rng) -> Self {
        let slots = if generators.is_empty() {
            0
        } else {
            SLOTS.max(generators.len() + 2)
        };
        let slots: Vec<Vec<P>> = generators.iter().cycle().take(slots).cloned().collect();
        let mut this = Self {
            slots,
            accumulator: identity(degree),
        };
        for _ in 0..5 * this.slots.len() {
            this.step(rng);
        }
        this
    }

    fn step(&mut self, rng: &mut impl Rng) {
        let n = self.slots.len();
        if n == 0 {
            return;
        }
        let i = below(rng, n);
        let j = (i + 1 + below(rng, n - 1)) % n;
        let mut other = self.slots[j].clone();
        if rng.random() {
            other = inverse(&other);
        }
        if rng.random() {
            multiply(&mut self.slots[i], &other);
        } else {
            multiply(&mut other, &self.slots[i]);
            self.slots[i] = other;
        }
        multiply(&mut self.accumulator, &self.slots[i]);
    }

    /// The next element of the group.
    pub(crate) fn next(&mut self, rng: &mut impl Rng) -> Vec<P> {
        self.step(rng);
        self.accumulator.clone()
    }
}
