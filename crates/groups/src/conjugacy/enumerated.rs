//! The classes of a group small enough to visit every element.

use num_bigint::BigUint;

use super::{ClassLimits, check_count};
use crate::error::GroupError;
use crate::numbering::Numbering;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;

/// The classes of a group of at most as many elements as the limits allow.
pub(super) fn classes(
    group: &PermGroup,
    limits: &ClassLimits,
) -> Result<Vec<(Permutation, BigUint)>, GroupError> {
    let (numbering, roots) = class_roots(group, limits.max_enumerated)?;
    let mut sizes = vec![0u32; numbering.order()];
    for &root in &roots {
        sizes[root as usize] += 1;
    }
    let roots: Vec<usize> = (0..sizes.len()).filter(|&number| sizes[number] > 0).collect();
    check_count(roots.len(), limits)?;
    Ok(roots
        .into_iter()
        .map(|number| (numbering.element(number), sizes[number].into()))
        .collect())
}

/// The elements numbered, with the least number in the class of each.
///
/// Classes are the orbits of conjugation: x and s⁻¹xs are joined for every element x and every generator s.
pub(super) fn class_roots(group: &PermGroup, limit: usize) -> Result<(Numbering, Vec<u32>), GroupError> {
    let numbering = Numbering::new(group, limit)?;
    let generators: Vec<(Vec<u16>, Vec<u16>)> = few_generators(group)
        .iter()
        .map(|s| (narrow(&s.inverse()), narrow(s)))
        .collect();
    let mut parent: Vec<u32> = (0..numbering.order() as u32).collect();
    numbering.for_each(|number, x| {
        for (inverse, s) in &generators {
            let conjugate = |b: usize| s[x[inverse[b] as usize] as usize];
            join(&mut parent, number, numbering.number(conjugate));
        }
    });
    // A parent never has the larger number, so the parents of smaller numbers are roots already.
    for number in 0..parent.len() {
        parent[number] = parent[parent[number] as usize];
    }
    Ok((numbering, parent))
}

/// Generators of the group: those given, or fewer if a pair of elements of the group will do.
fn few_generators(group: &PermGroup) -> Vec<Permutation> {
    use rand::SeedableRng;
    let given = group.generators();
    if given.len() > 2 {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(0x2e ^ group.degree() as u64);
        for _ in 0..2 {
            let pair: Vec<Permutation> = (0..2).map(|_| group.random_element(&mut rng)).collect();
            let candidate = PermGroup::from_generators(group.degree(), pair);
            if candidate.order() == group.order() {
                return candidate.generators().to_vec();
            }
        }
    }
    given.to_vec()
}

fn narrow(g: &Permutation) -> Vec<u16> {
    g.images().iter().map(|&x| x as u16).collect()
}

fn root(parent: &mut [u32], mut x: usize) -> usize {
    while parent[x] as usize != x {
        parent[x] = parent[parent[x] as usize];
        x = parent[x] as usize;
    }
    x
}

fn join(parent: &mut [u32], x: usize, y: usize) {
    let (x, y) = (root(parent, x), root(parent, y));
    parent[x.max(y)] = x.min(y) as u32;
}
