//! The elements of a small group by number, with products of numbers.

use crate::error::GroupError;
use crate::numbering::{Numbering, small_order};
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;
use crate::transversals::over;

/// A group whose elements are `0..order`, the identity being 0.
pub(crate) struct Enumerated {
    numbering: Numbering,
    /// The images of all points under element 0, then under element 1, and so on.
    images: Vec<u16>,
    inverses: Vec<u32>,
    /// Row g, column h: the number of gh; only for orders up to [`TABLE_ORDER`].
    table: Vec<u16>,
}

/// Up to this order products are looked up in a table of at most 8 MiB; above it they are computed from base images.
const TABLE_ORDER: usize = 2048;
/// The most entries of the list of images: 2^28 of two bytes.
const MAX_IMAGES: usize = 1 << 28;

impl Enumerated {
    /// Writes out the elements in O(order × degree), and the table in O(order²).
    ///
    /// # Errors
    /// [`GroupError::Limit`] if the order is over `max_order` or the images do not fit.
    pub(crate) fn new(group: &PermGroup, max_order: usize) -> Result<Self, GroupError> {
        let order = small_order(group, max_order)?;
        let entries = order.saturating_mul(group.degree());
        over(
            "the number of images of all elements of a group",
            entries,
            MAX_IMAGES,
        )?;
        let numbering = Numbering::new(group, max_order)?;
        let degree = group.degree();
        let (mut images, mut inverses) = (Vec::with_capacity(entries), Vec::with_capacity(order));
        let mut inverse = vec![0u16; degree];
        numbering.for_each(|_, g| {
            images.extend_from_slice(g);
            g.iter()
                .enumerate()
                .for_each(|(x, &y)| inverse[y as usize] = x as u16);
            inverses.push(numbering.number(|base| inverse[base]) as u32);
        });
        let mut this = Self {
            numbering,
            images,
            inverses,
            table: Vec::new(),
        };
        if order <= TABLE_ORDER {
            this.table = this.multiplication_table(group.generators());
        }
        Ok(this)
    }

    pub(crate) fn order(&self) -> usize {
        self.numbering.order()
    }

    fn images(&self, g: u32) -> &[u16] {
        let degree = self.numbering.degree();
        &self.images[g as usize * degree..(g as usize + 1) * degree]
    }

    /// First `g`, then `h`.
    #[inline]
    pub(crate) fn product(&self, g: u32, h: u32) -> u32 {
        if self.table.is_empty() {
            let (g, h) = (self.images(g), self.images(h));
            self.numbering.number(|base| h[g[base] as usize]) as u32
        } else {
            u32::from(self.table[g as usize * self.order() + h as usize])
        }
    }

    /// The inverse.
    #[inline]
    pub(super) fn inverse(&self, g: u32) -> u32 {
        self.inverses[g as usize]
    }

    /// h⁻¹gh.
    #[inline]
    pub(crate) fn conjugate(&self, g: u32, h: u32) -> u32 {
        let inverse = self.inverse(h);
        if self.table.is_empty() {
            let [inverse, g, h] = [inverse, g, h].map(|x| self.images(x));
            let image = |base: usize| h[g[inverse[base] as usize] as usize];
            self.numbering.number(image) as u32
        } else {
            self.product(self.product(inverse, g), h)
        }
    }

    /// The least positive exponent whose power of the element is the identity.
    pub(crate) fn element_order(&self, g: u32) -> usize {
        let (mut power, mut order) = (g, 1);
        while power != 0 {
            power = self.product(power, g);
            order += 1;
        }
        order
    }

    /// The number of an element of the group.
    pub(crate) fn number(&self, g: &Permutation) -> u32 {
        self.numbering.number(|base| g.image(base) as u16) as u32
    }

    /// The element with a number.
    pub(crate) fn element(&self, g: u32) -> Permutation {
        let images = self.images(g).iter().map(|&y| u32::from(y));
        Permutation::from_images_unchecked(images.collect::<Box<[u32]>>())
    }

    /// With h = h's for a generator s, gh is (gh')s: one look-up for each entry.
    fn multiplication_table(&self, generators: &[Permutation]) -> Vec<u16> {
        let order = self.order();
        let by_generator: Vec<Vec<u16>> = generators
            .iter()
            .map(|s| {
                let s = self.number(s);
                (0..order as u32).map(|g| self.product(g, s) as u16).collect()
            })
            .collect();
        // Breadth first from the identity: (h', the generator, h).
        let (mut steps, mut seen) = (Vec::with_capacity(order), vec![false; order]);
        seen[0] = true;
        let (mut reached, mut at) = (vec![0u16], 0);
        while at < reached.len() {
            for right in &by_generator {
                let h = right[reached[at] as usize];
                if !std::mem::replace(&mut seen[h as usize], true) {
                    steps.push((reached[at], right, h));
                    reached.push(h);
                }
            }
            at += 1;
        }
        let mut table = vec![0u16; order * order];
        for (g, row) in table.chunks_exact_mut(order).enumerate() {
            row[0] = g as u16;
            for &(before, right, h) in &steps {
                row[h as usize] = right[row[before as usize] as usize];
            }
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::parse_group;

    /// S7 is above the order of the table, the others below.
    #[test]
    fn products_are_those_of_permutations() {
        for text in ["()", "S1", "Q8", "S4 x C3", "PSL(2,11)", "S7"] {
            let group = parse_group(text).unwrap();
            let all = Enumerated::new(&group, 10_000).unwrap();
            let order = all.order() as u32;
            assert_eq!(group.order(), order.into());
            for k in 0..500 {
                let (g, h) = (k * 7919 % order, (k * k + 3 * k) % order);
                let (a, b) = (all.element(g), all.element(h));
                assert_eq!(all.element(all.product(g, h)), &a * &b, "{text}");
                assert_eq!(all.element(all.inverse(g)), a.inverse(), "{text}");
                assert_eq!(all.element(all.conjugate(g, h)), a.conjugate_by(&b), "{text}");
                assert_eq!(all.number(&a), g);
            }
        }
        assert!(matches!(
            Enumerated::new(&parse_group("S7").unwrap(), 5039),
            Err(GroupError::Limit {
                asked: 5040,
                limit: 5039,
                ..
            })
        ));
    }
}
