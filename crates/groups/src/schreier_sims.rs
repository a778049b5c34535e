//! Construction of stabilizer chains: a random one first, then a proof.
//!
//! **Random construction** ([`build`]). A pool of nearly random elements of G is sifted level by level. At level i the
//! pool consists of elements of G^(i), which generate the fundamental orbit; dividing each by its representative gives
//! the pool of level i + 1. The cost is one product per element and level. The result is a chain of *elements of G*,
//! so the product of its orbit lengths never exceeds |G|: a lower bound, whatever the luck. Alternating factors
//! ([`factors`]) are proved beforehand and need no storage.
//!
//! **Proof.** In this order: a theorem on giants ([`giant`]), a known order, an upper bound from orbits and blocks
//! ([`bounds`]) that the lower bound reaches, or else the Schreier generators of all levels ([`verify`]), which also
//! completes what luck left out. All randomness is seeded by the degree: the same generators give the same chain.

pub(crate) mod bounds;
pub(crate) mod build;
pub(crate) mod factors;
pub(crate) mod giant;
pub(crate) mod random;
pub(crate) mod verify;

use std::sync::Arc;

use num_bigint::BigUint;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::permutation::Permutation;
use crate::stabilizer_chain::images::narrow;
use crate::stabilizer_chain::levels::{Chain, product_of};
use crate::stabilizer_chain::{Point, Repr, StabilizerChain, with_chain};
use build::{POOL, Plan};
use factors::Search;
pub use random::NearlyRandom;
use random::ProductReplacement;
use verify::Verifier;

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
    let generators: Vec<Permutation> = generators.iter().filter(|g| !g.is_identity()).cloned().collect();
    StabilizerChain {
        repr: at_width!(degree, P => certify::<P>(degree, &generators, base)),
    }
}

/// Elementary steps of a verification below which no other proof is tried.
const CHEAP: usize = 4_000_000;

fn certify<P: Point>(degree: usize, generators: &[Permutation], base: &[usize]) -> Chain<P> {
    let images: Vec<Vec<P>> = generators.iter().map(narrow).collect();
    let seed = ChaCha8Rng::seed_from_u64(0x5eed ^ degree as u64);
    let mut elements = ProductReplacement::new(degree, &images, seed);
    let pool: Vec<Vec<P>> = if images.is_empty() {
        Vec::new()
    } else {
        (0..POOL).map(|_| elements.draw()).collect()
    };
    let mut draw = || elements.draw();
    let mut orbits = crate::orbit::point_orbits(degree, generators);
    orbits.retain(|orbit| orbit.len() > 1);
    let found = Search {
        degree,
        generators,
        orbits: &orbits,
        pool: &pool,
        draw: &mut draw,
    }
    .run();
    let plan = Plan {
        degree,
        base,
        factors: found.sets.into(),
    };
    let mut chain = plan.random_chain(&pool, &images, &mut draw);
    if let [orbit] = orbits.as_slice()
        && found.giants[0]
        && chain.order() == giant_order(orbit.len(), generators)
    {
        return chain;
    }
    let stored_only = chain.factors.is_empty();
    if !(stored_only && verification_steps(&chain) < CHEAP) {
        let bound = bounds::upper_bound(degree, generators);
        if bound.is_some_and(|bound| Plan::complete(&mut chain, &bound, &mut draw)) {
            return chain;
        }
    }
    let chain = if stored_only {
        chain
    } else {
        Plan {
            factors: Arc::new([]),
            ..plan
        }
        .random_chain(&pool, &images, &mut draw)
    };
    let mut rng = ChaCha8Rng::seed_from_u64(0x9100f ^ degree as u64);
    Verifier::new(&chain, &mut rng).finish(&images)
}

/// The order of the alternating or symmetric group of a degree, by the signs of the generators.
fn giant_order(degree: usize, generators: &[Permutation]) -> BigUint {
    let order = product_of(2..degree + 1);
    if generators.iter().all(Permutation::is_even) {
        order >> 1
    } else {
        order
    }
}

/// About how many table look-ups the Schreier generators of a chain cost.
fn verification_steps<P: Point>(chain: &Chain<P>) -> usize {
    let levels = chain.levels.len();
    let per_level = |(depth, length): (usize, usize)| length.saturating_mul(levels - depth);
    let lengths = chain.levels.iter().map(|level| level.orbit().len()).enumerate();
    lengths
        .map(per_level)
        .fold(0, usize::saturating_add)
        .saturating_mul(2 * chain.degree)
}

/// The chain with the given base points first, of the group of a chain that is already proved.
///
/// Uniform elements are drawn from the old chain until the new one has the same order, which proves it.
pub(crate) fn rebase(chain: &StabilizerChain, base: &[usize]) -> StabilizerChain {
    let repr = with_chain!(&chain.repr, old => rebase_levels(old, base).into());
    StabilizerChain { repr }
}

/// [`rebase`] for a chain of one width.
pub(crate) fn rebase_levels<P: Point>(old: &Chain<P>, base: &[usize]) -> Chain<P> {
    let mut rng = ChaCha8Rng::seed_from_u64(0xba5e ^ old.degree as u64);
    let plan = Plan {
        degree: old.degree,
        base,
        factors: Arc::clone(&old.factors),
    };
    plan.chain_of_order(&old.order(), &mut || old.random_element(0, &mut rng))
}

/// The chain of a group of known order, from uniform elements.
pub(crate) fn chain_of_order(
    degree: usize,
    base: &[usize],
    order: &BigUint,
    mut draw: impl FnMut() -> Permutation,
) -> StabilizerChain {
    let plan = Plan {
        degree,
        base,
        factors: Arc::new([]),
    };
    let repr = at_width!(degree, P => plan.chain_of_order::<P>(order, &mut || narrow(&draw())));
    StabilizerChain { repr }
}

impl From<Chain<u8>> for Repr {
    fn from(chain: Chain<u8>) -> Self {
        Self::U8(chain)
    }
}

impl From<Chain<u16>> for Repr {
    fn from(chain: Chain<u16>) -> Self {
        Self::U16(chain)
    }
}

impl From<Chain<u32>> for Repr {
    fn from(chain: Chain<u32>) -> Self {
        Self::U32(chain)
    }
}
