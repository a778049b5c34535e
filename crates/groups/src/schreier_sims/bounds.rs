//! Upper bounds for the order of a group, from its orbits and blocks.
//!
//! G lies in the direct product of its actions on its orbits, and, if it is transitive with m blocks, in the wreath
//! product of the action of a block's stabilizer on the block by the action on the blocks (Kaloujnine and Krasner).
//! Where the factors of such an overgroup U are full symmetric groups, their signs are independent homomorphisms
//! U → C_2; if s of them take on G only a subspace of dimension r, then |G| ≤ |U| / 2^(s − r). An orbit on which G
//! acts as it does on the cosets of a larger group than a stabilizer elsewhere adds nothing: then there is a map onto it
//! that commutes with G, and G acts faithfully without it.
//!
//! If some element is an n-cycle r on all n points and every generator normalises ⟨r⟩, then G lies in the holomorph
//! C_n ⋊ (Z/n)^×, and |G| = n · |{k : r^g = r^k for some g ∈ G}|, for ⟨r⟩ is its own centralizer in Sym(n).
//!
//! A bound that equals the order of a chain of elements proves the chain, at a cost that does not depend on the length
//! of its base.

use std::collections::BTreeSet;

use num_bigint::BigUint;
use num_traits::One;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::chain_of;
use super::factors::{restrict, stabilizer_elements};
use super::giant::{cycles_of, proves_giant};
use super::random::ProductReplacement;
use crate::blocks::Classes;
use crate::permutation::Permutation;
use crate::stabilizer_chain::images::narrow;
use crate::stabilizer_chain::levels::product_of;

/// An overgroup U, by its order and the signs of the generators of G under independent homomorphisms U → C_2.
struct Overgroup {
    order: BigUint,
    signs: Vec<Vec<bool>>,
}

/// A proved upper bound for the order of a group, if its orbits or blocks give one.
pub(crate) fn upper_bound(degree: usize, generators: &[Permutation]) -> Option<BigUint> {
    let mut orbits = crate::orbit::point_orbits(degree, generators);
    orbits.retain(|orbit| orbit.len() > 1);
    let is_transitive = orbits.len() == 1;
    let orbits = without_images(degree, generators, orbits);
    let overgroup = match orbits.as_slice() {
        [] => return Some(BigUint::one()),
        // The exact order would be the question itself.
        [orbit] if is_transitive => on_orbit(orbit, generators).overgroup()?,
        _ => {
            let mut all = Overgroup {
                order: BigUint::one(),
                signs: Vec::new(),
            };
            for orbit in &orbits {
                let constituent = on_orbit(orbit, generators);
                let exact = chain_of(orbit.len(), &constituent.generators, &[]).order();
                let factor = constituent.overgroup().filter(|factor| factor.order == exact);
                let factor = factor.unwrap_or_else(|| constituent.with_order(exact));
                all.order *= factor.order;
                all.signs.extend(factor.signs);
            }
            all
        }
    };
    let rank = rank(&overgroup.signs);
    Some(overgroup.order >> (overgroup.signs.len() - rank))
}

/// The rank over GF(2).
fn rank(rows: &[Vec<bool>]) -> usize {
    let mut basis: Vec<Vec<bool>> = Vec::new();
    for row in rows {
        let mut row = row.clone();
        for b in &basis {
            let pivot = b.iter().position(|&x| x);
            if pivot.is_some_and(|pivot| row[pivot]) {
                row.iter_mut().zip(b).for_each(|(x, y)| *x ^= y);
            }
        }
        if row.contains(&true) {
            basis.push(row);
        }
    }
    basis.len()
}

/// A transitive group.
struct Transitive {
    degree: usize,
    generators: Vec<Permutation>,
}

fn on_orbit(orbit: &[usize], generators: &[Permutation]) -> Transitive {
    // An orbit is kept by definition, so nothing is dropped here.
    let generators = generators.iter().filter_map(|g| restrict(g, orbit)).collect();
    Transitive {
        degree: orbit.len(),
        generators,
    }
}

impl Transitive {
    fn signs(&self) -> Vec<bool> {
        self.generators.iter().map(|g| !g.is_even()).collect()
    }

    /// The group itself, with a sign if it is symmetric.
    fn with_order(&self, order: BigUint) -> Overgroup {
        let symmetric = order == product_of(2..self.degree + 1);
        Overgroup {
            order,
            signs: if symmetric { vec![self.signs()] } else { Vec::new() },
        }
    }

    fn overgroup(&self) -> Option<Overgroup> {
        if self.generators.len() == 1 {
            return Some(Overgroup {
                order: self.generators[0].order(),
                signs: Vec::new(),
            });
        }
        // Below, the orbits are short and their signs, which this bound does not know, may count.
        let holomorph = |g: &Permutation| self.order_in_holomorph(g.images());
        if self.degree > 64
            && let Some(order) = self.generators.iter().find_map(holomorph)
        {
            return Some(Overgroup {
                order,
                signs: Vec::new(),
            });
        }
        let seed = ChaCha8Rng::seed_from_u64(0xb0b ^ self.degree as u64);
        let images: Vec<Vec<u32>> = self.generators.iter().map(narrow).collect();
        let mut elements = ProductReplacement::new(self.degree, &images, seed);
        let samples = 24 + 4 * self.degree.max(1).ilog2() as usize;
        let mut pool: Vec<Vec<u32>> = Vec::new();
        for _ in 0..samples {
            let g = elements.draw();
            if proves_giant(self.degree, cycles_of(&g).into_iter().map(|(_, length)| length)) {
                return Some(self.with_order(product_of(2..self.degree + 1)));
            }
            if pool.len() < super::build::POOL {
                pool.push(g);
            }
        }
        let block = self.smallest_block(&pool)?;
        self.wreath(&block)
    }

    /// The order, if r is a cycle on all points and all generators normalise ⟨r⟩. O(degree × generators).
    fn order_in_holomorph(&self, r: &[u32]) -> Option<BigUint> {
        let n = self.degree;
        let mut place = vec![usize::MAX; n];
        let mut x = 0;
        for k in 0..n {
            if place[x] != usize::MAX {
                return None;
            }
            place[x] = k;
            x = r[x] as usize;
        }
        // r^g sends x^g to (x^r)^g; it is r^k where each such pair is k places apart.
        let exponent = |g: &Permutation| {
            let step = |x: usize| (place[g.image(r[x] as usize)] + n - place[g.image(x)]) % n;
            let k = step(0);
            (1..n).all(|x| step(x) == k).then_some(k)
        };
        let exponents: Vec<usize> = self.generators.iter().map(exponent).collect::<Option<_>>()?;
        let mut reached = vec![false; n];
        let mut open = vec![1 % n];
        reached[1 % n] = true;
        let mut units = 0usize;
        while let Some(u) = open.pop() {
            units += 1;
            for k in &exponents {
                let next = u * k % n;
                if !std::mem::replace(&mut reached[next], true) {
                    open.push(next);
                }
            }
        }
        Some(BigUint::from(n) * units)
    }

    /// A smallest nontrivial block among those found from the suborbits of the first point.
    fn smallest_block(&self, pool: &[Vec<u32>]) -> Option<Vec<usize>> {
        const SUBORBITS: usize = 24;
        let fixing = stabilizer_elements(self.degree, pool, 0, self.degree)?;
        let mut suborbits = crate::orbit::point_orbits(self.degree, &fixing);
        suborbits.retain(|s| s[0] != 0 && 2 * s.len() <= self.degree);
        suborbits.sort_by_key(Vec::len);
        let block = |s: &Vec<usize>| {
            let mut classes = Classes::new(self.degree);
            classes.close(&[(0, s[0])], &self.generators);
            classes.class_of(0)
        };
        let blocks = suborbits
            .iter()
            .take(SUBORBITS)
            .map(block)
            .filter(|block| block.len() < self.degree);
        blocks.min_by_key(Vec::len)
    }

    /// The wreath product of the action on a block by the action on its images.
    fn wreath(&self, block: &[usize]) -> Option<Overgroup> {
        let system = BlockMap::new(self.degree, block, &self.generators);
        let on_blocks: Vec<Permutation> = self.generators.iter().map(|g| system.on_blocks(g)).collect();
        let top = Transitive {
            degree: system.lifts.len(),
            generators: on_blocks,
        };
        let mut inner: BTreeSet<Permutation> = BTreeSet::new();
        for j in 0..system.lifts.len() {
            for g in &self.generators {
                inner.insert(system.schreier_generator(j, g));
            }
        }
        let top_order = chain_of(top.degree, &top.generators, &[]).order();
        let inner_order = order_generated(block.len(), inner);
        let inner_symmetric = inner_order == product_of(2..block.len() + 1);
        let order = inner_order.pow(system.lifts.len() as u32) * &top_order;
        let mut over = Overgroup {
            order,
            signs: top.with_order(top_order).signs,
        };
        if inner_symmetric {
            // The product of the signs of the inner parts: moving a block past another is a permutation of the
            // points whose sign is that of the blocks to the power of the block length.
            let odd_length = block.len() % 2 == 1;
            let signs = self
                .signs()
                .into_iter()
                .zip(top.signs())
                .map(|(all, top)| all ^ (odd_length && top));
            over.signs.push(signs.collect());
        }
        Some(over)
    }
}

/// The order of the group that many permutations generate: of a few first, then of more until the rest are inside.
fn order_generated(degree: usize, elements: BTreeSet<Permutation>) -> BigUint {
    const STRIDE: usize = 8;
    let elements: Vec<Permutation> = elements.into_iter().filter(|g| !g.is_identity()).collect();
    let step = elements.len().div_ceil(STRIDE).max(1);
    let mut chosen: Vec<Permutation> = elements.iter().step_by(step).cloned().collect();
    loop {
        let chain = chain_of(degree, &chosen, &[]);
        match elements.iter().find(|g| !chain.contains(g)) {
            None => return chain.order(),
            Some(g) => chosen.push(g.clone()),
        }
    }
}

/// The block system of a block of a transitive group, with an element that carries the first block to each.
struct BlockMap {
    /// For each block the images of the points of the first one, in order, under the element that carries it there.
    lifts: Vec<Vec<u32>>,
    /// For each point its block and which point of the first block is carried to it.
    place: Vec<(u32, u32)>,
}

impl BlockMap {
    fn new(degree: usize, block: &[usize], generators: &[Permutation]) -> Self {
        const UNSEEN: u32 = u32::MAX;
        let mut place = vec![(UNSEEN, 0); degree];
        let mut lifts = vec![block.iter().map(|&x| x as u32).collect::<Vec<u32>>()];
        block
            .iter()
            .enumerate()
            .for_each(|(k, &x)| place[x] = (0, k as u32));
        let mut at = 0;
        while at < lifts.len() {
            for g in generators {
                let image: Vec<u32> = lifts[at].iter().map(|&x| g.images()[x as usize]).collect();
                if place[image[0] as usize].0 == UNSEEN {
                    let here = lifts.len() as u32;
                    image
                        .iter()
                        .enumerate()
                        .for_each(|(k, &y)| place[y as usize] = (here, k as u32));
                    lifts.push(image);
                }
            }
            at += 1;
        }
        Self { lifts, place }
    }

    fn on_blocks(&self, g: &Permutation) -> Permutation {
        let image = |lift: &Vec<u32>| self.place[g.image(lift[0] as usize)].0;
        Permutation::from_images_unchecked(self.lifts.iter().map(image).collect::<Box<[u32]>>())
    }

    /// To block j, along g, and back: on the points of the first block. These generate the action of its stabilizer.
    fn schreier_generator(&self, j: usize, g: &Permutation) -> Permutation {
        let image = |&x: &u32| self.place[g.image(x as usize)].1;
        Permutation::from_images_unchecked(self.lifts[j].iter().map(image).collect::<Box<[u32]>>())
    }
}

/// The orbits without those that are images of another under a map that commutes with the group.
fn without_images(degree: usize, generators: &[Permutation], mut orbits: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
    const CANDIDATES: usize = 4;
    if orbits.len() < 2 {
        return orbits;
    }
    orbits.sort_by_key(|orbit| std::cmp::Reverse(orbit.len()));
    let images: Vec<Vec<u32>> = generators.iter().map(narrow).collect();
    let seed = ChaCha8Rng::seed_from_u64(0x1a9e ^ degree as u64);
    let mut elements = ProductReplacement::new(degree, &images, seed);
    let pool: Vec<Vec<u32>> = (0..super::build::POOL).map(|_| elements.draw()).collect();
    let mut kept = 0;
    while kept < orbits.len() {
        let source = orbits[kept].clone();
        kept += 1;
        let Some(fixing) = stabilizer_elements(degree, &pool, source[0], source.len()) else {
            continue;
        };
        let mut at = kept;
        while at < orbits.len() {
            let fixed = orbits[at]
                .iter()
                .filter(|&&y| fixing.iter().all(|g| g.image(y) == y));
            let mut candidates = fixed.take(CANDIDATES);
            if candidates.any(|&y| extends_to_map(degree, generators, source[0], y)) {
                orbits.remove(at);
            } else {
                at += 1;
            }
        }
    }
    orbits
}

/// Whether sending x^g to y^g for all g in the group is well defined.
fn extends_to_map(degree: usize, generators: &[Permutation], x: usize, y: usize) -> bool {
    const UNSEEN: usize = usize::MAX;
    let mut image = vec![UNSEEN; degree];
    image[x] = y;
    let mut open = vec![x];
    while let Some(x) = open.pop() {
        for g in generators {
            let (to, expected) = (g.image(x), g.image(image[x]));
            if image[to] == UNSEEN {
                image[to] = expected;
                open.push(to);
            } else if image[to] != expected {
                return false;
            }
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::parse_group;

    fn bound(text: &str) -> Option<String> {
        let group = parse_group(text).unwrap();
        upper_bound(group.degree(), group.generators()).map(|order| order.to_string())
    }

    #[test]
    fn bounds_are_orders_where_the_structure_says_all() {
        for (text, order) in [
            ("()", "1"),
            ("C12", "12"),
            // In holomorphs of cycles.
            ("D100", "200"),
            ("AGL(1,101)", "10100"),
            ("S3 x S4", "144"),
            ("S3 wr S2", "72"),
            ("S3 wr C4", "5184"),
            ("A5 wr S3 x C7", "9072000"),
            ("S12", "479001600"),
            // Diagonal: the second orbit is an image of the first.
            ("(1,2,3)(4,5,6),(1,2)(4,5)", "6"),
            // Signs linked; the even half of S_5 wr S_2.
            ("(1,2,3,4)(5,6),(1,2)(5,7),(1,2,3),(5,6,7)", "72"),
            ("(1,2,3),(3,4,5),(1,2)(6,7),(1,6)(2,7)(3,8)(4,9)(5,10)", "14400"),
        ] {
            assert_eq!(bound(text).as_deref(), Some(order), "{text}");
        }
        assert_eq!(bound("M11"), None);
    }

    #[test]
    fn bounds_are_never_below_the_order() {
        for degree in 2..=8 {
            for index in 1.. {
                let Ok(group) = crate::catalog::transitive_group(degree, index) else {
                    break;
                };
                let brute = group.elements().count();
                let bound = upper_bound(degree, group.generators());
                assert!(
                    bound.is_none_or(|bound| bound >= brute.into()),
                    "transitive:{degree},{index}"
                );
            }
        }
    }
}
