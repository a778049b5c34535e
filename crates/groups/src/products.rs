//! Direct products, and wreath products in both actions.

use crate::error::GroupError;
use crate::perm_group::PermGroup;
use crate::permutation::{Permutation, check_degree};

/// The most images that the generators of a product have in all: 256 MiB.
const MAX_IMAGES: usize = 1 << 26;

/// Checks degree and memory of a product before its generators are made.
fn check_size(degree: usize, count: usize) -> Result<(), GroupError> {
    check_degree(degree)?;
    if count.saturating_mul(degree) > MAX_IMAGES {
        return Err(GroupError::GeneratorsTooLarge {
            count,
            degree,
            limit: MAX_IMAGES,
        });
    }
    Ok(())
}

/// The direct product A × B on the disjoint union of the points: those of A first.
///
/// # Errors
/// [`GroupError::DegreeTooLarge`], and [`GroupError::GeneratorsTooLarge`] past 2²⁶ images.
///
/// ```
/// use groups::{direct_product, PermGroup};
/// let group = direct_product(&PermGroup::symmetric(3), &PermGroup::symmetric(4))?;
/// assert_eq!((group.degree(), group.order().to_string()), (7, "144".to_owned()));
/// # Ok::<(), groups::GroupError>(())
/// ```
pub fn direct_product(a: &PermGroup, b: &PermGroup) -> Result<PermGroup, GroupError> {
    let degree = a.degree() + b.degree();
    check_size(degree, a.generators().len() + b.generators().len())?;
    let left = a.generators().iter().map(|g| shifted(g, 0, degree));
    let right = b.generators().iter().map(|g| shifted(g, a.degree(), degree));
    PermGroup::new(degree, left.chain(right).collect())
}

/// The wreath product A ≀ B in its imprimitive action: one copy of A's points for each point of B, with a copy of A
/// on each, permuted by B. Point x of copy j is `j * A.degree() + x`.
///
/// # Errors
/// [`GroupError::DegreeTooLarge`], and [`GroupError::GeneratorsTooLarge`] past 2²⁶ images.
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
    let orbits = outer.orbits();
    let in_base = orbits.len().saturating_mul(inner.generators().len());
    check_size(degree, in_base + outer.generators().len())?;
    let base = orbits.iter().flat_map(|orbit| {
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

/// The wreath product A ≀ B in its product action: on the tuples (x₁, …, xₘ) of points of A, one for each point of B,
/// where A acts on each entry and B moves the entries. The tuple is the point Σ xⱼ dᵐ⁻ʲ with d the degree of A.
///
/// # Errors
/// [`GroupError::DegreeTooLarge`] past [`MAX_DEGREE`](crate::MAX_DEGREE) tuples, and
/// [`GroupError::GeneratorsTooLarge`] past 2²⁶ images.
///
/// ```
/// use groups::{wreath_product_action, PermGroup};
/// let group = wreath_product_action(&PermGroup::symmetric(3), &PermGroup::symmetric(2))?;
/// assert_eq!((group.degree(), group.order().to_string()), (9, "72".to_owned()));
/// # Ok::<(), groups::GroupError>(())
/// ```
pub fn wreath_product_action(inner: &PermGroup, outer: &PermGroup) -> Result<PermGroup, GroupError> {
    let (size, entries) = (inner.degree(), outer.degree());
    let power = |exponent: usize| {
        u32::try_from(exponent)
            .ok()
            .and_then(|e| size.checked_pow(e))
            .unwrap_or(usize::MAX)
    };
    // Past the limit already for two points and 20 entries; with one point there is one tuple of any length.
    let degree = power(entries);
    check_degree(degree)?;
    let orbits = outer.orbits();
    let in_base = orbits.len().saturating_mul(inner.generators().len());
    check_size(degree, in_base + outer.generators().len())?;
    let place = |entry: usize| power(entries - 1 - entry);
    let base = orbits.iter().flat_map(|orbit| {
        let unit = place(orbit[0]);
        inner.generators().iter().map(move |g| {
            let image = |tuple: usize| {
                let x = tuple / unit % size;
                (tuple - x * unit + g.image(x) * unit) as u32
            };
            Permutation::from_images_unchecked((0..degree).map(image).collect::<Box<[u32]>>())
        })
    });
    let top = outer.generators().iter().map(|h| {
        let image = |tuple: usize| {
            (0..entries)
                .map(|j| tuple / place(j) % size * place(h.image(j)))
                .sum::<usize>() as u32
        };
        Permutation::from_images_unchecked((0..degree).map(image).collect::<Box<[u32]>>())
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
