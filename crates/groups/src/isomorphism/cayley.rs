//! Multiplication tables of small groups, and invariants of their elements.
//!
//! The invariants are colours that every isomorphism keeps: at first the order of an element, then, round by round, the
//! old colour of a together with the multiset of the colours of b, ab and ba, and whether these two are equal, over all
//! b (refinement in the manner of Weisfeiler and Leman). A multiset is summed up by the sum of a scrambling of its members:
//! if different ones happened to agree, colours would tell less, but nothing that they do tell would be wrong.

use crate::error::GroupError;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;
use crate::subgroups::enumerated::Enumerated;

/// A group whose elements are numbered from 0, the identity.
pub(crate) struct CayleyTable {
    elements: Enumerated,
}

impl CayleyTable {
    /// # Errors
    /// [`GroupError::Limit`] if the order is over the limit.
    pub(crate) fn new(group: &PermGroup, limit: usize) -> Result<Self, GroupError> {
        let elements = Enumerated::new(group, limit)?;
        Ok(Self { elements })
    }

    pub(crate) fn order(&self) -> usize {
        self.elements.order()
    }

    #[inline]
    pub(crate) fn product(&self, a: usize, b: usize) -> usize {
        self.elements.product(a as u32, b as u32) as usize
    }

    pub(crate) fn element(&self, a: usize) -> Permutation {
        self.elements.element(a as u32)
    }

    fn order_of(&self, a: usize) -> usize {
        let (mut power, mut order) = (a, 1);
        while power != 0 {
            power = self.product(power, a);
            order += 1;
        }
        order
    }

    /// The smallest number in the conjugacy class of each element.
    pub(crate) fn class_leaders(&self) -> Vec<usize> {
        let mut leader = vec![usize::MAX; self.order()];
        for a in 0..self.order() {
            if leader[a] == usize::MAX {
                for g in 0..self.order() {
                    leader[self.elements.conjugate(a as u32, g as u32) as usize] = a;
                }
            }
        }
        leader
    }

    /// Colours that isomorphisms keep.
    pub(crate) fn colours(&self) -> Vec<u64> {
        let orders: Vec<u64> = (0..self.order())
            .map(|a| scramble(self.order_of(a) as u64))
            .collect();
        self.refined(orders)
    }

    /// The colours after some rounds of refinement.
    fn refined(&self, mut colours: Vec<u64>) -> Vec<u64> {
        const ROUNDS: usize = 3;
        for _ in 0..ROUNDS {
            let next = |a: usize| {
                let around = (0..self.order()).fold(0u64, |sum, b| {
                    let (ab, ba) = (self.product(a, b), self.product(b, a));
                    let pair = colours[b].rotate_left(1) ^ colours[ab].wrapping_mul(5) ^ u64::from(ab == ba);
                    sum.wrapping_add(scramble(pair.wrapping_add(colours[ba].rotate_left(32))))
                });
                scramble(colours[a] ^ scramble(around))
            };
            colours = (0..self.order()).map(next).collect();
        }
        colours
    }

    /// Finer colours: those of all elements once one of them is told apart from the others.
    pub(crate) fn finer_colours(&self, colours: &[u64]) -> Vec<u64> {
        let leaders = self.class_leaders();
        let mut finer = vec![0; self.order()];
        for a in 0..self.order() {
            finer[a] = if leaders[a] < a {
                finer[leaders[a]]
            } else {
                let mut marked = colours.to_vec();
                marked[a] = scramble(marked[a]);
                fingerprint(&self.refined(marked))
            };
        }
        finer
    }

    /// The elements of the subgroup that some elements generate, the identity first.
    pub(crate) fn closure(&self, generators: &[usize]) -> Vec<usize> {
        let mut seen = vec![false; self.order()];
        seen[0] = true;
        let mut elements = vec![0];
        let mut at = 0;
        while at < elements.len() {
            for &g in generators {
                let next = self.product(elements[at], g);
                if !std::mem::replace(&mut seen[next], true) {
                    elements.push(next);
                }
            }
            at += 1;
        }
        elements
    }
}

/// One number for the multiset of all colours.
pub(crate) fn fingerprint(colours: &[u64]) -> u64 {
    colours
        .iter()
        .fold(0, |sum, &colour| sum.wrapping_add(scramble(colour)))
}

/// A bijection of 64-bit words that leaves no pattern (S. Steele, D. Lea, C. Flood, SplitMix, 2014).
fn scramble(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
