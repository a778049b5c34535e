//! The search for alternating factors: sets Ω with Alt(Ω) ≤ G, on orbits and on blocks.
//!
//! What [`giant`](super::giant) proves is looked for here among random elements. Whatever is found is proved;
//! whatever luck misses only costs time.

use num_bigint::BigUint;

use super::build::level_of;
use super::giant::{Cycles, cycles_of, has_power_inside, proves_giant};
use crate::blocks::Classes;
use crate::permutation::Permutation;
use crate::stabilizer_chain::Point;
use crate::stabilizer_chain::images::{inverse, is_identity, product, widen};
use crate::stabilizer_chain::levels::product_of;

/// The smallest orbit on which a giant is looked for; smaller ones have short chains in any case.
const SMALLEST_GIANT: usize = 8;
/// The smallest degree at which blocks are looked for.
const SMALLEST_BLOCK_SEARCH: usize = 40;
/// How many suborbits are tried for blocks.
const SUBORBITS: usize = 8;

/// What is known of a group before its chain is built.
pub(crate) struct Factors {
    /// Disjoint sets Ω with Alt(Ω) ≤ G.
    pub(crate) sets: Vec<Box<[u32]>>,
    /// For each orbit: whether the group acts on it as the alternating or symmetric group.
    pub(crate) giants: Vec<bool>,
}

pub(crate) struct Search<'a, P, D> {
    pub(crate) degree: usize,
    pub(crate) generators: &'a [Permutation],
    pub(crate) orbits: &'a [Vec<usize>],
    /// Random elements of the group, already drawn.
    pub(crate) pool: &'a [Vec<P>],
    pub(crate) draw: &'a mut D,
}

impl<P: Point, D: FnMut() -> Vec<P>> Search<'_, P, D> {
    pub(crate) fn run(mut self) -> Factors {
        let largest = self.orbits.iter().map(Vec::len).max().unwrap_or(0);
        let mut factors = Factors {
            sets: Vec::new(),
            giants: vec![false; self.orbits.len()],
        };
        if largest < SMALLEST_GIANT {
            return factors;
        }
        let mut orbit_of = vec![0; self.degree];
        for (k, orbit) in self.orbits.iter().enumerate() {
            orbit.iter().for_each(|&x| orbit_of[x] = k);
        }
        let mut samples: Vec<Cycles> = self.pool.iter().map(|g| cycles_of(g)).collect();
        // A giant of large degree shows in one element of log n.
        let wanted = match largest {
            0..=32 => samples.len(),
            33..=256 => 24,
            _ => 24 + 4 * largest.ilog2() as usize,
        };
        let candidate = |k: usize| self.orbits[k].len() >= SMALLEST_GIANT;
        for at in 0..wanted {
            if (0..self.orbits.len()).all(|k| !candidate(k) || factors.giants[k]) {
                break;
            }
            if at == samples.len() {
                samples.push(cycles_of(&(self.draw)()));
            }
            for (k, orbit) in self.orbits.iter().enumerate().filter(|&(k, _)| candidate(k)) {
                let inside = samples[at].iter().filter(|(x, _)| orbit_of[*x as usize] == k);
                factors.giants[k] |= proves_giant(orbit.len(), inside.map(|&(_, length)| length));
            }
        }
        for (k, orbit) in self.orbits.iter().enumerate() {
            if factors.giants[k]
                && samples
                    .iter()
                    .any(|c| has_power_inside(c, |x| orbit_of[x as usize] == k))
            {
                factors.sets.push(orbit.iter().map(|&x| x as u32).collect());
            }
        }
        if self.degree >= SMALLEST_BLOCK_SEARCH {
            for k in 0..self.orbits.len() {
                if !factors.giants[k] && self.orbits[k].len() >= 2 * SMALLEST_GIANT {
                    factors.sets.extend(self.block_factors(k));
                }
            }
        }
        factors
    }

    /// The blocks of a smallest system on an orbit, if the group contains the alternating group of each.
    fn block_factors(&mut self, orbit: usize) -> Vec<Box<[u32]>> {
        let orbit = &self.orbits[orbit];
        let a = orbit[0];
        // A block that contains a is a union of orbits of the stabilizer of a.
        let Some(fixing) = stabilizer_elements(self.degree, self.pool, a, orbit.len()) else {
            return Vec::new();
        };
        let mut suborbits = crate::orbit::point_orbits(self.degree, &fixing);
        suborbits.retain(|s| orbit.binary_search(&s[0]).is_ok() && s[0] != a && 2 * s.len() < orbit.len());
        suborbits.sort_by_key(Vec::len);
        let mut tried = Vec::new();
        for suborbit in suborbits.iter().take(SUBORBITS) {
            let mut classes = Classes::new(self.degree);
            classes.close(&[(a, suborbit[0])], self.generators);
            let block = classes.class_of(a);
            if block.len() < 5 || block.len() == orbit.len() || tried.contains(&block) {
                continue;
            }
            if is_giant_with_stabilizer(&block, &fixing) {
                let mut block_of = vec![u32::MAX; self.degree];
                orbit.iter().for_each(|&x| block_of[x] = classes.root(x) as u32);
                if self.moves_one_block_only(&block_of) {
                    return orbit_by(orbit, &block_of);
                }
            }
            tried.push(block);
        }
        Vec::new()
    }

    /// Looks for an element that moves points of one block only (points outside the block system count as blocks
    /// of their own kind): among powers, then among commutators of an element with few moved blocks.
    fn moves_one_block_only(&mut self, block_of: &[u32]) -> bool {
        const POWERS: usize = 40;
        const COMMUTATORS: usize = 40;
        let mut best: Option<(usize, Vec<P>)> = None;
        for at in 0..POWERS {
            let g = self.pool.get(at).cloned().unwrap_or_else(|| (self.draw)());
            let cycles = cycles_of(&g);
            let fixed = |x: u32| block_of[g[x as usize].index()] == block_of[x as usize];
            let mut blocks: Vec<u32> = cycles
                .iter()
                .filter(|&&(x, _)| fixed(x))
                .map(|&(x, _)| block_of[x as usize])
                .collect();
            blocks.sort_unstable();
            blocks.dedup();
            blocks.retain(|&block| block != u32::MAX);
            if blocks
                .iter()
                .any(|&block| has_power_inside(&cycles, |x| block_of[x as usize] == block))
            {
                return true;
            }
            for z in powers_of_prime_order(&g, &cycles) {
                if let Some(moved) = moved_blocks(&z, block_of)
                    && best.as_ref().is_none_or(|(fewest, _)| moved < *fewest)
                {
                    best = Some((moved, z));
                }
            }
        }
        // [z, z^h] moves only what z and z^h both move.
        for _ in 0..COMMUTATORS {
            let Some((fewest, z)) = &best else { return false };
            if *fewest == 1 {
                return true;
            }
            let h = (self.draw)();
            let conjugate = product(&product(&inverse(&h), z), &h);
            let backwards = product(&inverse(z), &inverse(&conjugate));
            let commutator = product(&backwards, &product(z, &conjugate));
            if let Some(moved) = moved_blocks(&commutator, block_of)
                && moved < *fewest
            {
                best = Some((moved, commutator));
            }
        }
        best.is_some_and(|(fewest, _)| fewest == 1)
    }
}

/// Elements of a group that fix a point, from random elements of the group; `None` if those do not even reach as many
/// points as its orbit has.
pub(crate) fn stabilizer_elements<P: Point>(
    degree: usize,
    elements: &[Vec<P>],
    point: usize,
    orbit_length: usize,
) -> Option<Vec<Permutation>> {
    let mut pool = elements.to_vec();
    let level = level_of(point as u32, degree, &mut pool, 0);
    (level.orbit.len() == orbit_length).then(|| pool.iter().map(|g| widen(g)).collect())
}

/// How many blocks an element that is not the identity moves points of, if it keeps each block and moves no point
/// outside of them.
fn moved_blocks<P: Point>(g: &[P], block_of: &[u32]) -> Option<usize> {
    let mut moved: Vec<u32> = Vec::new();
    for (x, y) in g.iter().enumerate() {
        if block_of[x] != block_of[y.index()] || (x != y.index() && block_of[x] == u32::MAX) {
            return None;
        }
        if x != y.index() {
            moved.push(block_of[x]);
        }
    }
    moved.sort_unstable();
    moved.dedup();
    (!is_identity(g)).then_some(moved.len())
}

/// For each prime p that divides a cycle length, the power of g that kills all but the highest power of p and is of
/// order p.
fn powers_of_prime_order<P: Point>(g: &[P], cycles: &Cycles) -> Vec<Vec<P>> {
    let order = |x: u32| {
        cycles
            .iter()
            .map(move |&(_, length)| valuation(length, x))
            .max()
            .unwrap_or(0)
    };
    let mut primes: Vec<u32> = cycles.iter().flat_map(|&(_, length)| primes_of(length)).collect();
    primes.sort_unstable();
    primes.dedup();
    let kill = |p: u32| {
        // On a cycle of length p^a m the power acts with order p exactly where a is the largest.
        let top = order(p);
        let mut z: Vec<P> = g.to_vec();
        for &(start, length) in cycles {
            let mut points = vec![start as usize];
            let mut x = g[start as usize].index();
            while x != start as usize {
                points.push(x);
                x = g[x].index();
            }
            let shift = if valuation(length, p) == top {
                power_mod(cycles, p, top, length)
            } else {
                0
            };
            for (k, &x) in points.iter().enumerate() {
                z[x] = P::new(points[(k + shift) % points.len()]);
            }
        }
        z
    };
    primes.into_iter().map(kill).collect()
}

/// The exponent e = p^(top − 1) · (the part of the order that is prime to p), modulo `length`.
fn power_mod(cycles: &Cycles, p: u32, top: u32, length: u32) -> usize {
    let length = u64::from(length);
    let mut exponent = u64::from(p).pow(top - 1) % length;
    let mut primes: Vec<u32> = cycles
        .iter()
        .flat_map(|&(_, l)| primes_of(l))
        .filter(|&q| q != p)
        .collect();
    primes.sort_unstable();
    primes.dedup();
    for q in primes {
        let highest = cycles.iter().map(|&(_, l)| valuation(l, q)).max().unwrap_or(0);
        for _ in 0..highest {
            exponent = exponent * u64::from(q) % length;
        }
    }
    exponent as usize
}

fn valuation(mut length: u32, p: u32) -> u32 {
    let mut a = 0;
    while length.is_multiple_of(p) {
        length /= p;
        a += 1;
    }
    a
}

fn primes_of(mut length: u32) -> Vec<u32> {
    let mut primes = Vec::new();
    let mut p = 2;
    while p * p <= length {
        if length.is_multiple_of(p) {
            primes.push(p);
            length /= p.pow(valuation(length, p));
        }
        p += 1;
    }
    if length > 1 {
        primes.push(length);
    }
    primes
}

/// Whether a group that is transitive on the block acts on it as a giant, judged by elements of the stabilizer of
/// its first point: they generate there a group of order at least (k − 1)!/2, so the group on the block has order at
/// least k!/2.
fn is_giant_with_stabilizer(block: &[usize], fixing: &[Permutation]) -> bool {
    let restricted: Option<Vec<Permutation>> = fixing.iter().map(|g| restrict(g, block)).collect();
    let Some(restricted) = restricted else {
        return false;
    };
    let order = super::chain_of(block.len(), &restricted, &[]).order();
    let giant = product_of(2..block.len());
    order.clone() * BigUint::from(2u8) == giant || order == giant
}

/// The action on an ascending list of points, if the element keeps it.
pub(crate) fn restrict(g: &Permutation, points: &[usize]) -> Option<Permutation> {
    let image = |&x: &usize| points.binary_search(&g.image(x)).ok().map(|y| y as u32);
    points
        .iter()
        .map(image)
        .collect::<Option<Box<[u32]>>>()
        .map(Permutation::from_images_unchecked)
}

/// The points of an orbit, one list per block.
fn orbit_by(orbit: &[usize], block_of: &[u32]) -> Vec<Box<[u32]>> {
    let mut by_block: std::collections::BTreeMap<u32, Vec<u32>> = std::collections::BTreeMap::new();
    for &x in orbit {
        by_block.entry(block_of[x]).or_default().push(x as u32);
    }
    by_block.into_values().map(Vec::into_boxed_slice).collect()
}
