//! Multiplication tables of small groups, and invariants of their elements.
//!
//! The invariants are colours that every isomorphism keeps: at first the order of an element, then, round by round, the
//! old colour of a together with the multiset of the colours of b, ab and ba, and whether these two are equal, over all
//! b (refinement in the manner of Weisfeiler and Leman). A multiset is summed up by the sum of a scrambling of its members:
//! if different ones happened to agree, colours would tell less, but nothing that they do tell would be wrong.

use crate::error::GroupError;
use crate::factorization::factor;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;
use crate::subgroups::enumerated::Enumerated;

/// A group whose elements are numbered from 0, the identity.
pub(crate) struct CayleyTable {
    elements: Enumerated,
    generators: Vec<u32>,
}

impl CayleyTable {
    /// # Errors
    /// [`GroupError::Limit`] if the order is over the limit.
    pub(crate) fn new(group: &PermGroup, limit: usize) -> Result<Self, GroupError> {
        let elements = Enumerated::new(group, limit)?;
        let generators = group.generators().iter().map(|g| elements.number(g)).collect();
        Ok(Self { elements, generators })
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
        self.elements.element_order(a as u32)
    }

    /// Whether some element has this order.
    pub(crate) fn has_element_of_order(&self, order: usize) -> bool {
        let leaders = self.class_leaders();
        let mut representatives = (0..self.order()).filter(|&a| leaders[a] == a);
        representatives.any(|a| self.order_of(a) == order)
    }

    /// The smallest number in the conjugacy class of each element.
    pub(crate) fn class_leaders(&self) -> Vec<usize> {
        let mut leader = vec![usize::MAX; self.order()];
        let mut class = Vec::new();
        for a in 0..self.order() {
            if leader[a] == usize::MAX {
                leader[a] = a;
                class.push(a as u32);
                while let Some(b) = class.pop() {
                    for &g in &self.generators {
                        let moved = self.elements.conjugate(b, g);
                        if leader[moved as usize] == usize::MAX {
                            leader[moved as usize] = a;
                            class.push(moved);
                        }
                    }
                }
            }
        }
        leader
    }

    /// A number that isomorphic groups share, from the orders and class sizes of elements and of their powers to the
    /// prime divisors of the group order: that of the script which wrote the table of groups of order over 100.
    pub(crate) fn class_invariant(&self) -> u64 {
        const PRIME: u64 = (1 << 31) - 1;
        let mix = |hash: u64, value: u64| {
            let sum = (hash * 1_000_003 + value + 1) % PRIME;
            sum * sum % PRIME
        };
        let leaders = self.class_leaders();
        let mut sizes = vec![0u64; self.order()];
        leaders.iter().for_each(|&leader| sizes[leader] += 1);
        let own = |a: usize| mix(mix(0, self.order_of(a) as u64), sizes[leaders[a]]);
        let primes = factor(self.order() as u64);
        let of_class = |a: usize| {
            let power = |p: u64| (1..p).fold(a, |power, _| self.product(power, a));
            let all = primes
                .iter()
                .fold(own(a), |hash, &(p, _)| mix(hash, own(power(p))));
            mix(all, 0)
        };
        let classes = (0..self.order()).filter(|&a| leaders[a] == a);
        classes.fold(0, |sum, a| (sum + of_class(a)) % PRIME)
    }

    /// Colours that isomorphisms keep; those of conjugate elements are the same.
    pub(crate) fn colours(&self) -> Vec<u64> {
        let leaders = self.class_leaders();
        let mut colours = vec![0; self.order()];
        for a in 0..self.order() {
            colours[a] = match leaders[a] {
                leader if leader < a => colours[leader],
                _ => scramble(self.order_of(a) as u64),
            };
        }
        self.refined(colours, &leaders)
    }

    /// The colours after some rounds of refinement, of elements a with the colour of `leaders[a]` ≤ a.
    fn refined(&self, mut colours: Vec<u64>, leaders: &[usize]) -> Vec<u64> {
        const ROUNDS: usize = 3;
        for _ in 0..ROUNDS {
            let mut next = vec![0; self.order()];
            for a in 0..self.order() {
                if leaders[a] < a {
                    next[a] = next[leaders[a]];
                    continue;
                }
                let around = (0..self.order()).fold(0u64, |sum, b| {
                    let (ab, ba) = (self.product(a, b), self.product(b, a));
                    let pair = colours[b].rotate_left(1) ^ colours[ab].wrapping_mul(5) ^ u64::from(ab == ba);
                    sum.wrapping_add(scramble(pair.wrapping_add(colours[ba].rotate_left(32))))
                });
                next[a] = scramble(colours[a] ^ scramble(around));
            }
            colours = next;
        }
        colours
    }

    /// Finer colours: those of all elements once one of them is told apart from the others.
    pub(crate) fn finer_colours(&self, colours: &[u64]) -> Vec<u64> {
        let leaders = self.class_leaders();
        let each: Vec<usize> = (0..self.order()).collect();
        let mut finer = vec![0; self.order()];
        for a in 0..self.order() {
            finer[a] = if leaders[a] < a {
                finer[leaders[a]]
            } else {
                let mut marked = colours.to_vec();
                marked[a] = scramble(marked[a]);
                fingerprint(&self.refined(marked, &each))
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
