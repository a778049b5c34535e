//! Direct and wreath products.

use crate::error::GroupError;
use crate::perm_group::PermGroup;
use crate::permutation::{Permutation, check_degree};

/// The direct product A × B on the disjoint union of the points: those of A first.
///
/// # Errors
/// [`GroupError::DegreeTooLarge`].
///
/// ```
/// use groups::{direct_product, PermGroup};
/// let group = direct_product(&PermGroup::symmetric(3), &PermGroup::symmetric(4))?;
/// assert_eq!((group.degree(), group.order().to_string()), (7, "144".to_owned()));
/// # Ok::<(), groups::GroupError>(())
/// ```
pub fn direct_product(a: &PermGroup, b: &PermGroup) -> Result<PermGroup, GroupError> {
    let degree = a.degree() + b.degree();
    check_degree(degree)?;
    let left = a.generators().iter().map(|g| shifted(g, 0, degree));
    let right = b.generators().iter().map(|g| shifted(g, a.degree(), degree));
    PermGroup::new(degree, left.chain(right).collect())
}

/// The wreath product A ≀ B in its imprimitive action: one copy of A's points for each point of B, with a copy of A
/// on each, permuted by B. Point x of copy j is `j * A.degree() + x`.
///
/// # Errors
/// [`GroupError::DegreeTooLarge`].
///
/// ```
/// use groups::{wreath_product, PermGroup};
/// let group = wreath_product(&PermGroup::symmetric(3), &PermGroup::symmetric(2))?;
/// assert_eq!((group.degree(), group.order().to_string()), (6, "72".to_owned()));
/// # Ok::<(), groups::GroupError>(())
/// ```
pub fn wreath_product(inner: &PermGroup, outer: &PermGroup) -> Result<PermGroup, GroupError> {
    let (size, copies) = (inner.degree(), outer.degree());
    let degree = size.saturating_mul(copies);
    check_degree(degree)?;
    // One copy of A per orbit of B is enough: B carries it to the others.
    let base = outer.orbits().iter().flat_map(|orbit| {
        inner
            .generators()
            .iter()
            .map(move |g| shifted(g, orbit[0] * size, degree))
    });
    let top = outer.generators().iter().map(|h| {
        let images = (0..degree).map(|point| (h.image(point / size) * size + point % size) as u32);
        Permutation::from_images_unchecked(images.collect::<Box<[u32]>>())
    });
    PermGroup::new(degree, base.chain(top).collect())
}

/// A permutation moved to the points from `offset` on, of a larger degree.
fn shifted(g: &Permutation, offset: usize, degree: usize) -> Permutation {
    let mut images: Vec<u32> = (0..degree as u32).collect();
    for (x, &y) in g.images().iter().enumerate() {
        images[offset + x] = y + offset as u32;
    }
    Permutation::from_images_unchecked(images)
}
