//! What a subgroup is called.

use groups::{PermGroup, Permutation};
use num_bigint::BigUint;
use num_traits::One;

use super::action::Coordinates;
use super::layout::Layout;
use super::named::{GRID_NAMES, grid_group};
use crate::BridgeError;

/// The largest order at which a group is compared with dihedral groups.
const LARGEST_NAMED: u32 = 512;

/// The name of a group of permutations of input coordinates: that of a group of the grid, a product of symmetric groups,
/// the signed permutations, an abelian or dihedral group, or else its order.
///
/// # Errors
/// [`BridgeError::Group`] from the constructions that it is compared with.
pub fn name_of(group: &PermGroup, coordinates: Coordinates, layout: &Layout) -> Result<String, BridgeError> {
    let order = group.order();
    if order.is_one() {
        return Ok("trivial".to_owned());
    }
    if matches!(coordinates, Coordinates::Plain(_)) {
        for name in GRID_NAMES {
            if grid_group(name, layout)?.is_some_and(|grid| grid.equals(group)) {
                return Ok(match (name, layout.image) {
                    ("shifts", Some((_, h, w))) => format!("Z{h}xZ{w}"),
                    ("full", Some((_, h, w))) if h == w => format!("(Z{h}xZ{w}):D4"),
                    ("full", Some((_, h, w))) => format!("(Z{h}xZ{w}):D2"),
                    _ => name.to_owned(),
                });
            }
        }
        if let Some(name) = symmetric_product(group) {
            return Ok(name);
        }
    } else if order == factorial(coordinates.width()) << coordinates.width() {
        return Ok(format!("B_{}", coordinates.width()));
    } else if let Some(name) = signless(group, coordinates, layout)? {
        return Ok(name);
    }
    if group.is_abelian() {
        return Ok(with_powers(
            group.abelian_invariants().iter().map(|n| format!("C{n}")),
        ));
    }
    if order <= LARGEST_NAMED.into() && (&order % 2u32) == BigUint::ZERO {
        let half: BigUint = &order / 2u32;
        let dihedral = groups::catalog::parse_group(&format!("D{half}"))?;
        if group.is_isomorphic_to(&dihedral)? {
            return Ok(format!("D{half}"));
        }
    }
    Ok(format!("a group of order {order}"))
}

/// "S_4 x S_2" if the group is the product of the symmetric groups on its orbits, "A_4" if it is alternating on one.
fn symmetric_product(group: &PermGroup) -> Option<String> {
    let mut sizes: Vec<usize> = group.orbits().iter().map(Vec::len).filter(|&n| n > 1).collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    let whole: BigUint = sizes.iter().map(|&n| factorial(n)).product();
    if let [n] = sizes[..]
        && n >= 4
        && group.order() * 2u32 == whole
    {
        return Some(format!("A_{n}")); // the only subgroup of index 2
    }
    if whole != group.order() {
        return None;
    }
    Some(with_powers(sizes.iter().map(|n| format!("S_{n}"))))
}

/// "A x B^2" from A, B, B.
fn with_powers(factors: impl Iterator<Item = String>) -> String {
    let factors: Vec<String> = factors.collect();
    let power = |run: &[String]| match run.len() {
        1 => run[0].clone(),
        count => format!("{}^{count}", run[0]),
    };
    factors
        .chunk_by(|a, b| a == b)
        .map(power)
        .collect::<Vec<_>>()
        .join(" x ")
}

/// The name by that of a group of unsigned permutations, if every element changes no sign or, where −1 is in the group, all
/// of them.
fn signless(
    group: &PermGroup,
    coordinates: Coordinates,
    layout: &Layout,
) -> Result<Option<String>, BridgeError> {
    let mut plain = Vec::new();
    let mut negative = false;
    for g in group.generators() {
        let images = coordinates.images(0, g);
        let changed = images.iter().filter(|&&(_, sign)| sign < 0.0).count();
        if changed != 0 && changed != images.len() {
            return Ok(None);
        }
        negative |= changed != 0;
        plain.push(Permutation::from_images(
            images.iter().map(|&(to, _)| to as u32).collect(),
        )?);
    }
    let width = coordinates.width();
    let plain = PermGroup::new(width, plain)?;
    let halves = plain.order() * 2u32 == group.order();
    if negative && !halves {
        return Ok(None);
    }
    let name = name_of(&plain, Coordinates::Plain(width), layout)?;
    Ok(Some(match (negative, plain.order().is_one()) {
        (false, _) => name,
        (true, true) => "{1, -1}".to_owned(),
        (true, false) => format!("{name} x {{1, -1}}"),
    }))
}

fn factorial(n: usize) -> BigUint {
    (1..=n).map(BigUint::from).product()
}
