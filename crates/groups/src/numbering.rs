//! The elements of a group numbered from 0 to |G| − 1.
//!
//! Every element is in exactly one way a product u_k … u_1 u_0 of representatives of the levels of a stabilizer chain;
//! the positions of the images of the base points in the fundamental orbits are the digits of its number, those of the
//! last level being the lowest. The identity has number 0. From base images to the number takes one look-up for each
//! pair of levels, because the inverses of all representatives are kept as image lists.

use crate::error::GroupError;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;
use crate::transversals::{Transversals, over};

/// A bijection between a group and `0..order`.
pub(crate) struct Numbering {
    order: usize,
    transversals: Transversals,
}

impl Numbering {
    /// Numbers the elements of a group of order at most `limit`.
    ///
    /// # Errors
    /// [`GroupError::Limit`] if the order is over the limit, or the transversals cannot be written out.
    pub(crate) fn new(group: &PermGroup, limit: usize) -> Result<Self, GroupError> {
        Ok(Self {
            order: small_order(group, limit)?,
            transversals: Transversals::new(group.chain())?,
        })
    }

    pub(crate) fn order(&self) -> usize {
        self.order
    }

    pub(crate) fn degree(&self) -> usize {
        self.transversals.degree
    }

    /// The number of the element of the group whose base images are `image(base point)`.
    #[inline]
    pub(crate) fn number(&self, image: impl Fn(usize) -> u16) -> usize {
        let levels = &self.transversals.levels;
        let mut number = 0;
        // An order that fits a machine word has fewer than 64 levels with more than one point.
        let mut digits = [0u16; 64];
        for (depth, level) in levels.iter().enumerate() {
            let mut at = image(level.base);
            // Divide by the representatives of the levels above.
            for (k, above) in levels[..depth].iter().enumerate() {
                at = above.inverse(digits[k] as usize)[at as usize];
            }
            digits[depth] = level.position[at as usize];
            number = number * level.orbit.len() + digits[depth] as usize;
        }
        number
    }

    /// The number of an element of the group.
    pub(crate) fn number_of(&self, g: &Permutation) -> usize {
        self.number(|x| g.image(x) as u16)
    }

    /// The element with a number.
    pub(crate) fn element(&self, number: usize) -> Permutation {
        let mut images: Vec<u16> = (0..self.degree() as u16).collect();
        let mut rest = number;
        // The first factor of u_k … u_0 belongs to the lowest digit.
        for level in self.transversals.levels.iter().rev() {
            let u = level.representative(rest % level.orbit.len());
            rest /= level.orbit.len();
            for y in &mut images {
                *y = u[*y as usize];
            }
        }
        Permutation::from_images_unchecked(images.into_iter().map(u32::from).collect::<Box<[u32]>>())
    }

    /// Calls `visit` with each number, ascending, and the images of its element.
    pub(crate) fn for_each(&self, mut visit: impl FnMut(usize, &[u16])) {
        let levels = &self.transversals.levels;
        // products[i] = u_{i−1} … u_0, so that products[0] is the identity.
        let identity: Vec<u16> = (0..self.degree() as u16).collect();
        let mut products = vec![identity; levels.len() + 1];
        let mut digits = vec![0; levels.len()];
        let mut changed = 0;
        for number in 0..self.order {
            for (depth, level) in levels.iter().enumerate().skip(changed) {
                let u = level.representative(digits[depth]);
                let (above, below) = products.split_at_mut(depth + 1);
                let above = &above[depth];
                for (to, &via) in below[0].iter_mut().zip(u) {
                    *to = above[via as usize];
                }
            }
            visit(number, &products[levels.len()]);
            changed = levels.len();
            while changed > 0 {
                changed -= 1;
                digits[changed] += 1;
                if digits[changed] < levels[changed].orbit.len() {
                    break;
                }
                digits[changed] = 0;
            }
        }
    }
}

/// The order as a machine integer if it is at most `limit`.
pub(crate) fn small_order(group: &PermGroup, limit: usize) -> Result<usize, GroupError> {
    let order = group.order();
    let small = usize::try_from(&order).unwrap_or(usize::MAX);
    over("the order of a group to be enumerated", small, limit)?;
    Ok(small)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::parse_group;

    #[test]
    fn numbers_and_elements_are_inverse() {
        for text in ["S5", "M11", "D9", "A4 x C6", "Q8", "()", "S3 wr S3"] {
            let group = parse_group(text).unwrap();
            let numbering = Numbering::new(&group, 10_000).unwrap();
            assert!(numbering.element(0).is_identity());
            let mut count = 0;
            numbering.for_each(|number, images| {
                assert_eq!(number, count, "{text}");
                let g = numbering.element(number);
                assert!(g.images().iter().zip(images).all(|(&x, &y)| x == u32::from(y)));
                assert!(group.contains(&g));
                assert_eq!(numbering.number_of(&g), number, "{text}");
                count += 1;
            });
            assert_eq!(group.order(), count.into());
        }
    }

    #[test]
    fn the_limit_is_kept() {
        let group = parse_group("S5").unwrap();
        let refused = Numbering::new(&group, 119).err().unwrap();
        assert!(matches!(
            refused,
            GroupError::Limit {
                asked: 120,
                limit: 119,
                ..
            }
        ));
    }
}
