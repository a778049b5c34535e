//! Isomorphisms of abelian groups, which their invariants decide.
//!
//! A *basis* of an abelian group is a list of elements whose cyclic groups have it as their direct product. Let the
//! invariants of its p-part be m_1 ≥ m_2 ≥ …. Elements x_1, …, x_i of orders m_1, …, m_i whose cyclic groups have a direct
//! product B are the beginning of a basis: an element of order p in B that is a power in the whole group to an exponent
//! p^h ≥ m_(i+1) is one in B, because both have as many such elements, and all elements of order p are powers to smaller
//! exponents in B; so B is pure, hence a direct factor. So a basis is found one random element after the other.

use num_bigint::BigUint;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::error::GroupError;
use crate::factorization::{factor, factor_order};
use crate::homomorphism::Homomorphism;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;

/// An isomorphism between abelian groups with the same invariants.
pub(super) fn isomorphism(source: &PermGroup, target: &PermGroup) -> Result<Homomorphism, GroupError> {
    let with_basis = PermGroup::new(source.degree(), basis(source))?;
    let map = Homomorphism::new(&with_basis, target, basis(target))?;
    let images: Result<Vec<_>, _> = source.generators().iter().map(|g| map.image(g)).collect();
    Homomorphism::new(source, target, images?)
}

/// A basis whose elements have the orders of the invariants, descending.
fn basis(group: &PermGroup) -> Vec<Permutation> {
    let mut rng = ChaCha8Rng::seed_from_u64(0xba5 ^ group.degree() as u64);
    let mut basis: Vec<Permutation> = Vec::new();
    let mut order = BigUint::from(1u8);
    for &wanted in group.abelian_invariants().iter().rev() {
        let p = factor(wanted)[0].0;
        loop {
            let x = part(&group.random_element(&mut rng), p);
            if x.order() != wanted.into() {
                continue;
            }
            let more = basis.iter().cloned().chain([x.clone()]).collect();
            if PermGroup::from_generators(group.degree(), more).order() == &order * wanted {
                basis.push(x);
                order *= wanted;
                break;
            }
        }
    }
    basis
}

/// The largest power of an element by primes other than p.
fn part(g: &Permutation, p: u64) -> Permutation {
    let others = factor_order(&g.order(), g.degree())
        .into_iter()
        .filter(|&(q, _)| q != p);
    others.fold(g.clone(), |power, (q, exponent)| {
        (0..exponent).fold(power, |power, _| power.pow(q as i64))
    })
}
