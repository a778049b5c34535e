//! Perfect primitive groups.
//!
//! Let G be perfect and primitive of degree n. By the theorem of O'Nan and Scott (Liebeck, Praeger, Saxl 1988; Dixon and
//! Mortimer ch. 4) one of these holds.
//! 1. G has a regular normal subgroup, which is elementary abelian of order n = p^d.
//! 2. G has two regular normal subgroups, not abelian, of order n. Their factors are permuted transitively; a transitive
//!    group of degree 2, 3 or 4 is solvable, so for n < 60^5 they are simple, and as G is perfect and outer automorphism
//!    groups of simple groups are solvable, G is their product and |G| = n².
//! 3. The socle T^k is the only minimal normal subgroup, and is not abelian. If k = 1 then G/T is solvable, so G = T. If
//!    not, G permutes the k factors transitively, so again k ≥ 5, and n is a proper power a^e with e ≥ 3 and
//!    n ≥ 5^5 = 3125 (a product action has n = m^k with m ≥ 5; the diagonal types and the twisted wreath products have
//!    degree |T|^j with j ≥ k/2).
//!
//! So where 1 and 2 are excluded and n is not such a power, G is simple. In case 1, G/V is a perfect group and
//! isomorphic to a point stabilizer, and each element has 0 or a power of p fixed points.

use num_bigint::BigUint;
use num_traits::ToPrimitive;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::error::GroupError;
use crate::factorization::factor;
use crate::finite_field::prime_power;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;
use crate::series::closure_under;

/// What a perfect primitive group is.
pub(super) enum Primitive {
    Simple,
    /// It has this normal subgroup, which is neither trivial nor all.
    Normal(PermGroup),
}

pub(super) fn recognize(group: &PermGroup) -> Result<Primitive, GroupError> {
    let degree = group.degree();
    let affine = match prime_power(degree) {
        Some((p, d)) => affine(group, p, d),
        None => Affine::No,
    };
    let holomorph = group.order() == BigUint::from(degree).pow(2);
    match affine {
        Affine::Yes(normal) => Ok(Primitive::Normal(normal)),
        Affine::No if !holomorph && !may_have_many_factors(degree) => Ok(Primitive::Simple),
        _ => match by_powers(group) {
            Some(normal) => Ok(Primitive::Normal(normal)),
            None => by_classes(group),
        },
    }
}

/// Whether n = a^e ≥ 3125 with e ≥ 3.
fn may_have_many_factors(degree: usize) -> bool {
    let is_power = |e: u32| (2usize..).map(|a| a.pow(e)).find(|&power| power >= degree) == Some(degree);
    degree >= 3125 && (3..=degree.ilog2()).any(is_power)
}

enum Affine {
    /// The regular normal subgroup.
    Yes(PermGroup),
    No,
    Unknown,
}

/// Looks for a regular elementary abelian normal subgroup of order p^d.
fn affine(group: &PermGroup, p: usize, d: usize) -> Affine {
    /// Random elements to be tried.
    const DRAWS: usize = 400;
    let stabilizer = group.stabilizer(0).expect("a primitive group has a point");
    if d == 1 || !stabilizer.is_perfect() {
        return Affine::No;
    }
    let mut rng = ChaCha8Rng::seed_from_u64(0xaff ^ group.degree() as u64);
    for _ in 0..DRAWS {
        let g = group.random_element(&mut rng);
        let fixed = group.degree() - g.moved_points().len();
        if fixed > 0 && (0..=d as u32).all(|k| p.pow(k) != fixed) {
            return Affine::No;
        }
        let Some(order) = g.order().to_i64().filter(|order| order % p as i64 == 0) else {
            continue;
        };
        let power = g.pow(order / p as i64);
        let is_translation = power.moved_points().len() == group.degree()
            && (0..8).all(|_| commute(&power, &power.conjugate_by(&group.random_element(&mut rng))));
        if !is_translation {
            continue;
        }
        // If the conjugates of the element commute, its closure is abelian, so regular.
        let closure = closure_under(group, &[power]);
        if closure.order() == group.degree().into() {
            return Affine::Yes(closure);
        }
    }
    Affine::Unknown
}

fn commute(g: &Permutation, h: &Permutation) -> bool {
    g * h == h * g
}

/// Looks for a proper normal subgroup among the closures of powers of random elements: a power of an element of a
/// product or of a wreath product that leaves some factors alone is not rare.
fn by_powers(group: &PermGroup) -> Option<PermGroup> {
    const DRAWS: usize = 16;
    let order = group.order();
    let mut rng = ChaCha8Rng::seed_from_u64(0x90e5 ^ group.degree() as u64);
    for _ in 0..DRAWS {
        let g = group.random_element(&mut rng);
        let Some(element_order) = g.order().to_u64() else {
            continue;
        };
        for (p, _) in factor(element_order) {
            let closure = closure_under(group, &[g.pow((element_order / p) as i64)]);
            if closure.order() != order {
                return Some(closure);
            }
        }
    }
    None
}

/// A proper normal subgroup contains a class of elements of prime order, so it is enough to look at one of each.
fn by_classes(group: &PermGroup) -> Result<Primitive, GroupError> {
    let order = group.order();
    for class in group.conjugacy_classes()?.iter() {
        let element_order = class.element_order().to_u64();
        if !element_order.is_some_and(|m| matches!(factor(m)[..], [(_, 1)])) {
            continue;
        }
        let closure = closure_under(group, &[class.representative().clone()]);
        if closure.order() != order {
            return Ok(Primitive::Normal(closure));
        }
    }
    Ok(Primitive::Simple)
}
