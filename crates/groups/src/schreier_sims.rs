//! Construction of stabilizer chains: a random one first, then a proof.
//!
//! **Random construction.** A pool of nearly random elements of G is sifted level by level. At level i the pool
//! consists of elements of G^(i), which generate the fundamental orbit; dividing each by its representative gives
//! the pool of level i + 1. The cost is one product per element and level. The result is a chain of *elements of G*,
//! so the product of its orbit lengths never exceeds |G|: a lower bound, whatever the luck.
//!
//! **Proof.** A known order that the lower bound reaches; or else the Schreier generators of all levels
//! ([`verify`]), which also completes what luck left out. All randomness is seeded by the degree: the same
//! generators give the same chain.

pub(crate) mod random;
pub(crate) mod verify;

use num_bigint::BigUint;
use num_traits::One;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::permutation::Permutation;
use crate::stabilizer_chain::explicit::{Explicit, Level, is_identity};
use crate::stabilizer_chain::{Point, Repr, StabilizerChain, narrow, random_images, with_chain};
use random::ProductReplacement;
use verify::Verifier;

/// Elements in the pool that is sifted down the levels.
const POOL: usize = 12;
/// Random elements that must sift before the random construction is taken to be complete.
const CONFIRMATIONS: usize = 6;

/// Evaluates an expression with the narrowest integer type for a degree, wrapped in the matching `Repr`.
macro_rules! at_width {
    ($degree:expr, $p:ident => $body:expr) => {
        if $degree <= <u8 as Point>::MAX_DEGREE {
            type $p = u8;
            Repr::U8($body)
        } else if $degree <= <u16 as Point>::MAX_DEGREE {
            type $p = u16;
            Repr::U16($body)
        } else {
            type $p = u32;
            Repr::U32($body)
        }
    };
}

/// The proved chain of the group with these generators.
pub(crate) fn chain_of(degree: usize, generators: &[Permutation], base: &[usize]) -> StabilizerChain {
    let repr = at_width!(degree, P => {
        let generators: Vec<Vec<P>> = generators.iter().filter(|g| !g.is_identity()).map(narrow).collect();
        prove::<P>(degree, &generators, base)
    });
    StabilizerChain { repr }
}

fn prove<P: Point>(degree: usize, generators: &[Vec<P>], base: &[usize]) -> Explicit<P> {
    let mut rng = ChaCha8Rng::seed_from_u64(0x5eed ^ degree as u64);
    let mut elements = ProductReplacement::new(degree, generators, &mut rng);
    let mut draw = || elements.next(&mut rng);
    let lower = random_chain(degree, base, generators.is_empty(), &mut draw);
    let mut rng = ChaCha8Rng::seed_from_u64(0x9100f ^ degree as u64);
    Verifier::new(&lower, &mut rng).finish(generators)
}

fn random_chain<P: Point>(
    degree: usize,
    base: &[usize],
    trivial: bool,
    draw: &mut impl FnMut() -> Vec<P>,
) -> Explicit<P> {
    let mut chain = Explicit::new(degree);
    let pool = if trivial {
        Vec::new()
    } else {
        (0..POOL).map(|_| draw()).collect()
    };
    descend(&mut chain, pool, base);
    let mut confirmed = 0;
    while !trivial && confirmed < CONFIRMATIONS {
        confirmed = if absorb(&mut chain, draw()) {
            0
        } else {
            confirmed + 1
        };
    }
    chain
}

/// The chain with the given base points first, of the group of a chain that is already proved.
///
/// Uniform elements are drawn from the old chain until the new one has the same order, which proves it.
pub(crate) fn rebase(chain: &StabilizerChain, base: &[usize]) -> StabilizerChain {
    let order = chain.order();
    let repr = with_chain!(&chain.repr, old => {
        let mut rng = ChaCha8Rng::seed_from_u64(0xba5e ^ old.degree as u64);
        let mut draw = || random_images(old, 0, &mut rng);
        known_order(old.degree, base, &order, &mut draw).into()
    });
    StabilizerChain { repr }
}

/// The chain of a group of known order, from uniform elements.
pub(crate) fn chain_of_order(
    degree: usize,
    base: &[usize],
    order: &BigUint,
    mut draw: impl FnMut() -> Permutation,
) -> StabilizerChain {
    let repr = at_width!(degree, P => known_order::<P>(degree, base, order, &mut || narrow(&draw())));
    StabilizerChain { repr }
}

/// A chain of elements that `draw` takes uniformly from a group of the given order.
pub(crate) fn known_order<P: Point>(
    degree: usize,
    base: &[usize],
    order: &BigUint,
    draw: &mut impl FnMut() -> Vec<P>,
) -> Explicit<P> {
    let mut chain = Explicit::new(degree);
    let pool = if order.is_one() {
        Vec::new()
    } else {
        (0..POOL).map(|_| draw()).collect()
    };
    descend(&mut chain, pool, base);
    // Uniform: an element lies outside a proper subgroup with probability at least 1/2.
    while order_of(&chain) != *order {
        while !absorb(&mut chain, draw()) {}
    }
    chain
}

pub(crate) fn order_of<P: Point>(chain: &Explicit<P>) -> BigUint {
    chain
        .lengths()
        .fold(BigUint::one(), |order, length| order * length)
}

/// Builds levels from a pool of elements; the first levels have the given base points.
fn descend<P: Point>(chain: &mut Explicit<P>, mut pool: Vec<Vec<P>>, base: &[usize]) {
    loop {
        pool.retain(|g| !is_identity(g));
        let depth = chain.levels.len();
        let point = match base.get(depth) {
            Some(&point) => point as u32,
            None => match pool.iter().filter_map(|g| first_moved(g)).min() {
                Some(point) => point,
                None => return,
            },
        };
        let mut level = Level::new(point, chain.degree);
        for (k, g) in pool.iter().enumerate() {
            if k < 2 || !level.is_invariant_under(g) {
                level.rebuild_with([g.clone()]);
            }
        }
        // More generators than the orbit needs make its tree shallower.
        let wanted = level.orbit.len().ilog2() as usize / 2 + 1;
        let have = level.generators.len();
        if wanted > have {
            level.rebuild_with(pool.iter().skip(have).take(wanted - have).cloned());
        }
        for g in &mut pool {
            let image = g[point as usize].index();
            if let Some(at) = level.position(image) {
                level.divide(g, at);
            }
        }
        chain.levels.push(level);
    }
}

/// Sifts an element of the group and adds what is left to the level where it stopped; whether anything was.
fn absorb<P: Point>(chain: &mut Explicit<P>, mut g: Vec<P>) -> bool {
    let depth = chain.sift(&mut g, 0);
    if depth == chain.levels.len() {
        let Some(base) = first_moved(&g) else { return false };
        chain.levels.push(Level::new(base, chain.degree));
    }
    chain.levels[depth].rebuild_with([g]);
    true
}

/// The smallest point that is not fixed.
pub(crate) fn first_moved<P: Point>(g: &[P]) -> Option<u32> {
    g.iter()
        .enumerate()
        .position(|(x, y)| x != y.index())
        .map(|x| x as u32)
}

impl From<Explicit<u8>> for Repr {
    fn from(chain: Explicit<u8>) -> Self {
        Self::U8(chain)
    }
}

impl From<Explicit<u16>> for Repr {
    fn from(chain: Explicit<u16>) -> Self {
        Self::U16(chain)
    }
}

impl From<Explicit<u32>> for Repr {
    fn from(chain: Explicit<u32>) -> Self {
        Self::U32(chain)
    }
}
