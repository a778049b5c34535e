//! The search for isomorphisms of groups given by multiplication tables.
//!
//! An isomorphism is determined by the images of generators g_1, …, g_k of G. They are chosen one after the other among
//! the elements of the same colour; after each choice the map of ⟨g_1, …, g_i⟩ that it forces is worked out, and given up
//! as soon as an element gets two images or an image two preimages. So what is found is an isomorphism, and if nothing is
//! found there is none.

use num_bigint::BigUint;
use num_traits::One;

use super::cayley::CayleyTable;

/// A group with the colours of its elements.
pub(crate) struct Coloured<'a> {
    pub(crate) table: &'a CayleyTable,
    pub(crate) colours: &'a [u64],
}

/// The search for isomorphisms from one group to another of the same order.
pub(crate) struct Search<'a> {
    source: &'a Coloured<'a>,
    target: &'a Coloured<'a>,
    generators: Vec<usize>,
    /// The order of the subgroup that the first i generators generate.
    orders: Vec<usize>,
}

impl<'a> Search<'a> {
    pub(crate) fn new(source: &'a Coloured<'a>, target: &'a Coloured<'a>) -> Self {
        let generators = generators(source);
        let prefixes = (0..=generators.len()).map(|k| source.table.closure(&generators[..k]).len());
        Self {
            source,
            target,
            orders: prefixes.collect(),
            generators,
        }
    }

    pub(crate) fn generators(&self) -> &[usize] {
        &self.generators
    }

    /// The images of the generators under some isomorphism.
    pub(crate) fn isomorphism(&self) -> Option<Vec<usize>> {
        let mut images = Vec::new();
        // An isomorphism followed by an inner automorphism is one too, so the first image can be any of its class.
        let leaders = self.target.table.class_leaders();
        self.extend(&mut images, &|h| leaders[h] == h).then_some(images)
    }

    /// The number of isomorphisms of a group to itself: the product, over the generators, of the number of images that
    /// one can have when those before it are fixed.
    pub(crate) fn number_of_automorphisms(&self) -> BigUint {
        let mut number = BigUint::one();
        for at in 0..self.generators.len() {
            let colour = self.source.colours[self.generators[at]];
            let possible = |&h: &usize| {
                let mut images = self.generators[..at].to_vec();
                images.push(h);
                self.target.colours[h] == colour
                    && self.is_partial_isomorphism(&images)
                    && self.extend(&mut images, &|_| true)
            };
            number *= (0..self.target.table.order()).filter(possible).count();
        }
        number
    }

    /// Completes the images of the first generators to those of an isomorphism.
    fn extend(&self, images: &mut Vec<usize>, first: &dyn Fn(usize) -> bool) -> bool {
        let at = images.len();
        let Some(&g) = self.generators.get(at) else {
            return true;
        };
        let colour = self.source.colours[g];
        for h in 0..self.target.table.order() {
            if self.target.colours[h] != colour || (at == 0 && !first(h)) {
                continue;
            }
            images.push(h);
            if self.is_partial_isomorphism(images) && self.extend(images, first) {
                return true;
            }
            images.truncate(at);
        }
        false
    }

    /// Whether the images of the first generators define an isomorphism of the subgroups generated.
    fn is_partial_isomorphism(&self, images: &[usize]) -> bool {
        let (source, target) = (self.source.table, self.target.table);
        const NONE: u16 = u16::MAX;
        let mut image = vec![NONE; source.order()];
        let mut hit = vec![false; target.order()];
        (image[0], hit[0]) = (0, true);
        let mut elements = Vec::with_capacity(self.orders[images.len()]);
        elements.push(0);
        let mut at = 0;
        while at < elements.len() {
            let (x, y) = (elements[at], image[elements[at]] as usize);
            at += 1;
            for (&g, &h) in self.generators.iter().zip(images) {
                let (xg, yh) = (source.product(x, g), target.product(y, h));
                if image[xg] == NONE {
                    if std::mem::replace(&mut hit[yh], true) {
                        return false;
                    }
                    image[xg] = yh as u16;
                    elements.push(xg);
                } else if image[xg] as usize != yh {
                    return false;
                }
            }
        }
        true
    }
}

/// Few generators, each of which adds as much as one can, and among these one with as few possible images as any.
fn generators(group: &Coloured) -> Vec<usize> {
    let table = group.table;
    let mut sizes = rustc_hash::FxHashMap::<u64, usize>::default();
    group
        .colours
        .iter()
        .for_each(|&colour| *sizes.entry(colour).or_default() += 1);
    let leaders = table.class_leaders();
    let mut chosen: Vec<usize> = Vec::new();
    let mut order = 1;
    while order < table.order() {
        let inside = table.closure(&chosen);
        let mut is_inside = vec![false; table.order()];
        inside.iter().for_each(|&x| is_inside[x] = true);
        let with = |g: usize| table.closure(&[chosen.as_slice(), &[g]].concat()).len();
        // Conjugate elements generate as much.
        let is_first = chosen.is_empty();
        let outside = (0..table.order()).filter(|&g| !(is_inside[g] || is_first && leaders[g] < g));
        let mut outside: Vec<usize> = outside.collect();
        outside.sort_by_key(|&g| sizes[&group.colours[g]]);
        let mut best: Option<(usize, usize)> = None;
        for g in outside {
            let reached = with(g);
            if best.is_none_or(|(most, _)| reached > most) {
                best = Some((reached, g));
            }
            if reached == table.order() {
                break;
            }
        }
        let Some((reached, g)) = best else { break };
        order = reached;
        chosen.push(g);
    }
    chosen
}
