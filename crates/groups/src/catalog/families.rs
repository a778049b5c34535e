//! The infinite families that need no field: cyclic, dihedral, quaternion, elementary abelian, hyperoctahedral.

use crate::error::GroupError;
use crate::perm_group::PermGroup;
use crate::permutation::{Permutation, check_degree};
use crate::products::wreath_product;

fn from_map(degree: usize, image: impl Fn(usize) -> usize) -> Result<Permutation, GroupError> {
    Permutation::from_images((0..degree).map(|x| image(x) as u32).collect())
}

fn refuse<T>(group: String, reason: &str) -> Result<T, GroupError> {
    Err(GroupError::InvalidParameter {
        group,
        reason: reason.to_owned(),
    })
}

/// The cyclic group of order n, turning n points.
///
/// # Errors
/// [`GroupError::InvalidParameter`] for n = 0, [`GroupError::DegreeTooLarge`].
///
/// ```
/// let c12 = groups::catalog::cyclic(12)?;
/// assert_eq!((c12.degree(), c12.order().to_string()), (12, "12".to_owned()));
/// # Ok::<(), groups::GroupError>(())
/// ```
pub fn cyclic(n: usize) -> Result<PermGroup, GroupError> {
    check_degree(n)?;
    match n {
        0 => refuse(format!("C{n}"), "expected an integer from 1"),
        1 => Ok(PermGroup::trivial(1)),
        _ => PermGroup::new(n, vec![from_map(n, |x| (x + 1) % n)?]),
    }
}

/// The dihedral group of order 2n: the symmetries of the n-gon on its corners. For n = 2 it acts on four points and
/// for n = 1 on two, where it is faithful.
///
/// # Errors
/// [`GroupError::InvalidParameter`] for n = 0, [`GroupError::DegreeTooLarge`].
///
/// ```
/// assert_eq!(groups::catalog::dihedral(4)?.order().to_string(), "8");
/// # Ok::<(), groups::GroupError>(())
/// ```
pub fn dihedral(n: usize) -> Result<PermGroup, GroupError> {
    check_degree(n)?;
    match n {
        0 => refuse(format!("D{n}"), "expected an integer from 1"),
        1 => Ok(PermGroup::symmetric(2)),
        2 => klein_four(),
        _ => PermGroup::new(
            n,
            vec![from_map(n, |x| (x + 1) % n)?, from_map(n, |x| n - 1 - x)?],
        ),
    }
}

/// The regular four-group on four points.
pub(super) fn klein_four() -> Result<PermGroup, GroupError> {
    PermGroup::new(4, vec![from_map(4, |x| x ^ 1)?, from_map(4, |x| x ^ 2)?])
}

/// The quaternion group of order 8 and its generalisations (dicyclic groups) of order 12, 16, …, acting regularly.
///
/// ⟨a, b : a^2m = 1, b² = a^m, b⁻¹ab = a⁻¹⟩ of order 4m acts by right multiplication; a^i b^j is the point 2m·j + i.
///
/// # Errors
/// [`GroupError::InvalidParameter`] unless the order is one of 8, 12, 16, …; [`GroupError::DegreeTooLarge`].
///
/// ```
/// assert_eq!(groups::catalog::quaternion(16)?.order().to_string(), "16");
/// # Ok::<(), groups::GroupError>(())
/// ```
pub fn quaternion(order: usize) -> Result<PermGroup, GroupError> {
    check_degree(order)?;
    if order < 8 || !order.is_multiple_of(4) {
        return refuse(format!("Q{order}"), "expected an order 8, 12, 16, …");
    }
    let (m, n) = (order / 4, order / 2);
    // a^i b^j · a = a^(i ± 1) b^j and a^i · b = a^i b, a^i b · b = a^(i + m).
    let a = from_map(order, |x| {
        if x < n {
            (x + 1) % n
        } else {
            n + (x - n + n - 1) % n
        }
    })?;
    let b = from_map(order, |x| if x < n { x + n } else { (x - n + m) % n })?;
    PermGroup::new(order, vec![a, b])
}

/// The elementary abelian group of order pᵏ, acting regularly; (x₁, …, xₖ) is the point Σ xᵢ pᵏ⁻ⁱ.
///
/// # Errors
/// [`GroupError::InvalidParameter`] if p is no prime, [`GroupError::DegreeTooLarge`].
///
/// ```
/// let group = groups::catalog::elementary_abelian(2, 5)?;
/// assert_eq!((group.degree(), group.order().to_string()), (32, "32".to_owned()));
/// # Ok::<(), groups::GroupError>(())
/// ```
pub fn elementary_abelian(p: usize, k: usize) -> Result<PermGroup, GroupError> {
    let order = u32::try_from(k)
        .ok()
        .and_then(|k| p.checked_pow(k))
        .unwrap_or(usize::MAX);
    check_degree(order)?;
    check_degree(p)?;
    if crate::finite_field::prime_power(p) != Some((p, 1)) {
        return refuse(format!("{p}^{k}"), &format!("{p} is not a prime"));
    }
    let digits = (0..k as u32).rev().map(|place| p.pow(place));
    let shift = |unit| {
        from_map(order, move |x| {
            if x / unit % p == p - 1 {
                x + unit - p * unit
            } else {
                x + unit
            }
        })
    };
    PermGroup::new(order, digits.map(shift).collect::<Result<_, _>>()?)
}

/// The hyperoctahedral group of order 2ⁿ n!: signed permutations of n coordinates, on the 2n points ±eᵢ. The points
/// of eᵢ and −eᵢ are 2i and 2i + 1, for i from 0.
///
/// # Errors
/// [`GroupError::InvalidParameter`] for n = 0, [`GroupError::DegreeTooLarge`].
///
/// ```
/// assert_eq!(groups::catalog::hyperoctahedral(4)?.order().to_string(), "384");
/// # Ok::<(), groups::GroupError>(())
/// ```
pub fn hyperoctahedral(n: usize) -> Result<PermGroup, GroupError> {
    check_degree(n.saturating_mul(2))?;
    match n {
        0 => refuse(format!("B{n}"), "expected an integer from 1"),
        _ => wreath_product(&PermGroup::symmetric(2), &PermGroup::symmetric(n)),
    }
}
