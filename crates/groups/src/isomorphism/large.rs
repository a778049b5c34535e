//! The search for isomorphisms of groups whose multiplication tables are too large.
//!
//! Elements are told apart by the class data that isomorphisms keep, their orders and the sizes of their classes.
//! Generators of G are chosen so that few tuples of elements of H have the same data; the first image is tried up to
//! conjugacy. A tuple is given up when some word in it has another order than the same word in the generators, and what
//! is left is decided by [`Homomorphism::new`].

use num_bigint::BigUint;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rustc_hash::FxHashMap;

use crate::action::Action;
use crate::conjugacy::{ConjugacyClass, ConjugacyClasses};
use crate::error::GroupError;
use crate::homomorphism::Homomorphism;
use crate::orbit::Orbit;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;
use crate::transversals::over;

/// The most tuples of images to be tried.
const MAX_TRIES: usize = 2_000_000;
/// The most elements of classes to be listed.
const MAX_ELEMENTS: usize = 1 << 20;

/// The order of an element and the size of its class.
type Key = (BigUint, BigUint);

fn key(class: &ConjugacyClass) -> Key {
    (class.element_order().clone(), class.size().clone())
}

fn keys(classes: &ConjugacyClasses) -> Vec<Key> {
    // Classes are listed by these keys.
    classes.iter().map(key).collect()
}

/// An isomorphism, if there is one.
///
/// # Errors
/// [`GroupError::Limit`] if there are too many classes, too many elements in them, or too many tuples to try.
pub(super) fn isomorphism(
    source: &PermGroup,
    target: &PermGroup,
) -> Result<Option<Homomorphism>, GroupError> {
    let (of_source, of_target) = (source.conjugacy_classes()?, target.conjugacy_classes()?);
    if keys(&of_source) != keys(&of_target) {
        return Ok(None);
    }
    let chosen = cheap_generators(source, &of_source);
    let mut candidates = Vec::new();
    let mut tries = 1usize;
    for (at, (_, wanted)) in chosen.iter().enumerate() {
        let classes = of_target.iter().filter(|class| key(class) == *wanted);
        let representatives = classes.map(|class| class.representative().clone());
        let images: Vec<Permutation> = if at == 0 {
            // An isomorphism followed by an inner automorphism is one too.
            representatives.collect()
        } else {
            let orbit =
                |x: Permutation| Orbit::new(target, &Conjugation, &x, MAX_ELEMENTS).map(Orbit::into_points);
            let orbits: Result<Vec<_>, _> = representatives.map(orbit).collect();
            orbits?.concat()
        };
        tries = tries.saturating_mul(images.len());
        candidates.push(images);
    }
    over("the number of images of generators to be tried", tries, MAX_TRIES)?;
    let generators: Vec<Permutation> = chosen.into_iter().map(|(g, _)| g).collect();
    let search = Search {
        source: PermGroup::new(source.degree(), generators)?,
        target,
        candidates,
    };
    let Some(map) = search.extend(&mut Vec::new())? else {
        return Ok(None);
    };
    let images: Result<Vec<_>, _> = source.generators().iter().map(|g| map.image(g)).collect();
    Homomorphism::new(source, target, images?).map(Some)
}

/// Generators with their keys, such that few tuples have the same keys, as far as a random search finds them.
fn cheap_generators(group: &PermGroup, classes: &ConjugacyClasses) -> Vec<(Permutation, Key)> {
    /// Tuples to be looked at for each length.
    const TUPLES: usize = 200;
    let mut number: FxHashMap<Key, usize> = FxHashMap::default();
    keys(classes)
        .into_iter()
        .for_each(|key| *number.entry(key).or_default() += 1);
    // How many elements have these keys; the first is taken up to conjugacy.
    let cost = |classes: &[&ConjugacyClass]| {
        let all = classes.iter().enumerate().map(|(at, class)| {
            let alike = BigUint::from(number[&key(class)]);
            if at == 0 { alike } else { alike * class.size() }
        });
        all.product::<BigUint>()
    };
    let nontrivial: Vec<&ConjugacyClass> = classes
        .iter()
        .filter(|c| !c.representative().is_identity())
        .collect();
    let mut rng = ChaCha8Rng::seed_from_u64(0x6e65 ^ group.degree() as u64);
    let order = group.order();
    for length in 2.. {
        let mut best: Option<(BigUint, Vec<(Permutation, Key)>)> = None;
        for _ in 0..TUPLES {
            let mut tuple: Vec<&ConjugacyClass> = (0..length)
                .map(|_| nontrivial[rng.random_range(0..nontrivial.len())])
                .collect();
            // The largest class first, where only representatives are tried.
            tuple.sort_by(|a, b| b.size().cmp(a.size()));
            let cost = cost(&tuple);
            if best.as_ref().is_some_and(|(known, _)| *known <= cost) {
                continue;
            }
            let elements: Vec<Permutation> = tuple
                .iter()
                .map(|class| {
                    class
                        .representative()
                        .conjugate_by(&group.random_element(&mut rng))
                })
                .collect();
            if PermGroup::from_generators(group.degree(), elements.clone()).order() == order {
                best = Some((
                    cost,
                    elements.into_iter().zip(tuple.into_iter().map(key)).collect(),
                ));
            }
        }
        if let Some((_, generators)) = best {
            return generators;
        }
    }
    unreachable!("representatives of all classes generate the group, so long tuples do")
}

struct Search<'a> {
    /// The source, with the chosen generators.
    source: PermGroup,
    target: &'a PermGroup,
    candidates: Vec<Vec<Permutation>>,
}

impl Search<'_> {
    fn extend(&self, images: &mut Vec<Permutation>) -> Result<Option<Homomorphism>, GroupError> {
        let at = images.len();
        if at == self.candidates.len() {
            return match Homomorphism::new(&self.source, self.target, images.clone()) {
                Ok(map) => Ok(Some(map).filter(Homomorphism::is_injective)),
                Err(GroupError::NotAHomomorphism { .. }) => Ok(None),
                Err(other) => Err(other),
            };
        }
        let wanted: Vec<BigUint> = word_orders(&self.source.generators()[..=at]).collect();
        for h in &self.candidates[at] {
            images.push(h.clone());
            if word_orders(images).eq(wanted.iter().cloned())
                && let Some(map) = self.extend(images)?
            {
                return Ok(Some(map));
            }
            images.pop();
        }
        Ok(None)
    }
}

/// The orders of some words in the last of some elements and each of those before it.
fn word_orders(elements: &[Permutation]) -> impl Iterator<Item = BigUint> {
    let (last, before) = elements.split_last().expect("called with at least one element");
    before.iter().flat_map(move |x| {
        (0..6).map(move |word| {
            let xy = x * last;
            let value = match word {
                0 => xy,
                1 => x.commutator(last),
                2 => &xy * last,
                3 => x * &xy,
                4 => &(&xy * &xy) * last,
                _ => &(&xy * &xy) * &(&xy * last),
            };
            value.order()
        })
    })
}

/// Conjugation of elements: x ↦ g⁻¹xg.
struct Conjugation;

impl Action<PermGroup> for Conjugation {
    type Point = Permutation;

    fn act(&self, x: &Permutation, g: &Permutation) -> Permutation {
        x.conjugate_by(g)
    }

    fn heap_bytes(&self, x: &Permutation) -> usize {
        x.degree() * size_of::<u32>()
    }
}
