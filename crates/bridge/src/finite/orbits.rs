//! Orbits of a finite action: how many there are, and how large.

use std::collections::{BTreeMap, HashSet};

use groups::counting::CycleType;
use groups::marks::TableOfMarks;
use num_bigint::{BigInt, BigUint};
use num_rational::BigRational;
use num_traits::{Signed, Zero};

use super::FiniteAction;
use crate::BridgeError;

/// Sets up to this size are gone through; orbits on larger ones are counted by marks.
const LISTED: usize = 1 << 18;

/// Sets up to this size are gone through where marks are out of reach.
const LISTED_AT_MOST: usize = 1 << 22;

/// Both sides of the orbit-counting lemma.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Burnside {
    /// Σ_g |Fix g|.
    pub sum_of_fixed: BigUint,
    /// The number of orbits, that sum over |G|.
    pub orbits: BigUint,
}

/// Counts orbits as the mean number of fixed elements (Cauchy, Frobenius; "Burnside's lemma").
///
/// Through the cycle index, so that neither the group nor the set is listed where the index has a formula.
///
/// # Errors
/// [`BridgeError::Group`] when the cycle index has too many terms.
///
/// ```
/// use bridge::finite::{FiniteAction, orbits::burnside};
/// let found = burnside(&FiniteAction::parse("CubeFaces", "3-colourings of cube faces")?)?;
/// assert_eq!((found.sum_of_fixed, found.orbits), (1368u32.into(), 57u32.into()));
/// # Ok::<(), bridge::BridgeError>(())
/// ```
pub fn burnside(action: &FiniteAction) -> Result<Burnside, BridgeError> {
    let order = BigInt::from(action.group().order());
    let lengths = |kind: &CycleType| -> Vec<usize> {
        kind.parts()
            .flat_map(|(length, count)| std::iter::repeat_n(length, count))
            .collect()
    };
    let mut mean = BigRational::zero();
    for (kind, share) in action.group().cycle_index()?.terms() {
        let fixed = action.fixed_by(lengths(kind).into_iter());
        mean += share * BigRational::from_integer(fixed.into());
    }
    let natural = |value: BigRational| {
        debug_assert!(value.is_integer() && !value.is_negative());
        value.to_integer().to_biguint().unwrap_or_default()
    };
    Ok(Burnside {
        sum_of_fixed: natural(&mean * BigRational::from_integer(order)),
        orbits: natural(mean),
    })
}

/// How many orbits there are of each size.
///
/// Small sets are gone through. For larger ones the elements that a subgroup fixes are counted for every conjugacy class of
/// subgroups, and the table of marks is solved for the number of orbits of each type (Burnside): only the lattice of
/// subgroups has to be small.
///
/// # Errors
/// [`BridgeError::OrbitTooLarge`] when the set is large and the group has too many subgroups.
///
/// ```
/// use bridge::finite::{FiniteAction, orbits::size_histogram};
/// let squares = FiniteAction::parse("D4grid2", "2-colourings of the 2x2 grid")?;
/// let sizes: Vec<_> = size_histogram(&squares)?.into_iter().map(|(size, count)| (size.to_string(), count.to_string())).collect();
/// assert_eq!(sizes, [("1", "2"), ("2", "1"), ("4", "3")].map(|(a, b)| (a.to_owned(), b.to_owned())));
/// # Ok::<(), bridge::BridgeError>(())
/// ```
pub fn size_histogram(action: &FiniteAction) -> Result<BTreeMap<BigUint, BigUint>, BridgeError> {
    if action.size() <= LISTED.into() {
        return by_listing(action, LISTED);
    }
    match by_marks(action) {
        Err(BridgeError::Group(_)) => by_listing(action, LISTED_AT_MOST),
        answer => answer,
    }
}

/// Walks along the generators.
fn by_listing(action: &FiniteAction, limit: usize) -> Result<BTreeMap<BigUint, BigUint>, BridgeError> {
    let all = action.elements(limit)?;
    let mut seen: HashSet<Vec<u32>> = HashSet::with_capacity(all.len());
    let mut histogram = BTreeMap::new();
    let mut queue = Vec::new();
    for start in all {
        if !seen.insert(start.clone()) {
            continue;
        }
        let mut size = 0usize;
        queue.push(start);
        while let Some(element) = queue.pop() {
            size += 1;
            for g in action.group().generators() {
                let image = action.act(&element, g);
                if seen.insert(image.clone()) {
                    queue.push(image);
                }
            }
        }
        *histogram.entry(size.into()).or_default() += 1u32;
    }
    Ok(histogram)
}

/// Solves the table of marks.
fn by_marks(action: &FiniteAction) -> Result<BTreeMap<BigUint, BigUint>, BridgeError> {
    let lattice = action.group().subgroup_lattice()?;
    let table = TableOfMarks::new(&lattice);
    let order = action.group().order();
    // rest[h]: the elements that subgroup h fixes, less those in orbits of a type that is done.
    let fixed = |class: &groups::SubgroupClass| -> BigInt {
        let orbits = class.representative().orbits();
        action.fixed_by(orbits.iter().map(Vec::len)).into()
    };
    let mut rest: Vec<BigInt> = lattice.classes().iter().map(fixed).collect();
    let mut histogram = BTreeMap::new();
    // The classes ascend by order: G/K has no element that a larger subgroup fixes.
    for k in (0..lattice.n_classes()).rev() {
        let count = &rest[k] / BigInt::from(table.mark(k, k));
        if count.is_zero() {
            continue;
        }
        for (h, value) in rest.iter_mut().enumerate().take(k + 1) {
            *value -= &count * BigInt::from(table.mark(k, h));
        }
        let size = &order / lattice.classes()[k].order();
        *histogram.entry(size).or_default() += count.to_biguint().unwrap_or_default();
    }
    debug_assert!(rest.iter().all(Zero::is_zero));
    Ok(histogram)
}

#[cfg(test)]
mod tests {
    use super::super::{Points, named_group};
    use super::*;

    /// Three ways to count: walking, marks, and Burnside's mean over all elements of the group.
    #[test]
    fn three_counts_agree() {
        for group in [
            "D4grid2",
            "C6",
            "S4",
            "A4",
            "Q8",
            "5:4",
            "CubeFaces",
            "C2 x C3",
            "S3 x S2",
            "trivial(3)",
        ] {
            let group = named_group(group).unwrap();
            for points in [
                Points::Single,
                Points::Colourings(2),
                Points::Colourings(3),
                Points::Subsets(2),
                Points::Tuples(2),
                Points::InjectiveTuples(3),
                Points::Multisets(2),
            ] {
                let action = FiniteAction::new(group.clone(), points);
                let listed = by_listing(&action, LISTED).unwrap();
                assert_eq!(listed, by_marks(&action).unwrap(), "{group:?} {points:?}");
                let covered: BigUint = listed.iter().map(|(size, count)| size * count).sum();
                assert_eq!(covered, action.size());
                let counted = burnside(&action).unwrap();
                assert_eq!(counted.orbits, listed.values().sum());
                let sum: BigUint = group
                    .elements()
                    .map(|g| action.fixed_by(g.cycle_type().into_iter()))
                    .sum();
                assert_eq!(counted.sum_of_fixed, sum);
            }
        }
    }

    /// The control: |X|/|G| is the number of orbits of a free action only.
    #[test]
    fn the_naive_count_is_wrong() {
        let squares = FiniteAction::parse("D4grid3", "2-colourings of the 3x3 grid").unwrap();
        let naive = squares.size() / squares.group().order();
        assert_ne!(burnside(&squares).unwrap().orbits, naive);
    }

    /// 43 million colourings of the 4 × 4 grid are not gone through.
    #[test]
    fn large_sets_are_counted_by_marks() {
        let action = FiniteAction::parse("D4", "3-colourings of the 4x4 grid").unwrap();
        let histogram = size_histogram(&action).unwrap();
        assert_eq!(
            histogram.values().sum::<BigUint>(),
            burnside(&action).unwrap().orbits
        );
        let covered: BigUint = histogram.iter().map(|(size, count)| size * count).sum();
        assert_eq!(covered, 43_046_721u32.into());
    }
}
