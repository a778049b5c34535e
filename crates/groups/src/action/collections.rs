//! Actions on multisets and on sets of disjoint sets.

use crate::action::Action;
use crate::action::sets::{OnSets, in_range};
use crate::error::GroupError;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;

/// Multisets of points, as ascending lists with repetitions.
///
/// ```
/// use groups::{catalog::parse_group, orbit_stabilizer, OnMultisets};
/// let point = OnMultisets::point([2, 0, 2]);
/// let (orbit, stabilizer) = orbit_stabilizer(&parse_group("S5")?, &OnMultisets, &point, 1000)?;
/// assert_eq!((orbit.len(), stabilizer.order().to_string()), (20, "6".to_owned()));
/// # Ok::<(), groups::GroupError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct OnMultisets;

impl OnMultisets {
    /// The multiset of the given points.
    pub fn point(points: impl IntoIterator<Item = usize>) -> Box<[u32]> {
        let mut multiset: Box<[u32]> = points.into_iter().map(|x| x as u32).collect();
        multiset.sort_unstable();
        multiset
    }
}

impl Action<PermGroup> for OnMultisets {
    type Point = Box<[u32]>;

    fn act(&self, x: &Box<[u32]>, g: &Permutation) -> Box<[u32]> {
        OnSets.act(x, g)
    }

    fn validate(&self, group: &PermGroup, x: &Box<[u32]>) -> Result<(), GroupError> {
        in_range(group, x)?;
        ascending(x, "a multiset, which is written ascending")
    }

    fn heap_bytes(&self, x: &Box<[u32]>) -> usize {
        size_of_val::<[u32]>(x)
    }
}

/// Sets of disjoint sets of points: each ascending, and they themselves ascending.
///
/// They need not cover the domain. The empty set may be one of them.
///
/// ```
/// use groups::{catalog::parse_group, orbit_stabilizer, OnPartitions};
/// let pairs = OnPartitions::point([vec![0, 1], vec![2, 3], vec![4, 5]])?;
/// let (orbit, stabilizer) = orbit_stabilizer(&parse_group("S6")?, &OnPartitions, &pairs, 1000)?;
/// assert_eq!((orbit.len(), stabilizer.order().to_string()), (15, "48".to_owned()));
/// # Ok::<(), groups::GroupError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct OnPartitions;

impl OnPartitions {
    /// The set of the given sets.
    ///
    /// # Errors
    /// [`GroupError::NotDistinct`] if a point occurs twice, in one set or in two.
    pub fn point(parts: impl IntoIterator<Item = Vec<usize>>) -> Result<Box<[Box<[u32]>]>, GroupError> {
        let parts: Vec<Vec<usize>> = parts.into_iter().collect();
        let mut all = parts.concat();
        all.sort_unstable();
        if let Some(pair) = all.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(GroupError::NotDistinct {
                point: pair[0],
                what: "a set of disjoint sets",
            });
        }
        let mut parts: Box<[Box<[u32]>]> = parts.into_iter().map(OnMultisets::point).collect();
        parts.sort_unstable();
        Ok(parts)
    }
}

impl Action<PermGroup> for OnPartitions {
    type Point = Box<[Box<[u32]>]>;

    fn act(&self, x: &Self::Point, g: &Permutation) -> Self::Point {
        let mut image: Self::Point = x.iter().map(|part| OnSets.act(part, g)).collect();
        image.sort_unstable();
        image
    }

    fn validate(&self, group: &PermGroup, x: &Self::Point) -> Result<(), GroupError> {
        let parts = x.iter().map(|part| part.iter().map(|&p| p as usize).collect());
        Self::point(parts)?;
        x.iter().try_for_each(|part| OnSets.validate(group, part))?;
        x.iter()
            .try_for_each(|part| ascending(part, "a set, which is written ascending"))?;
        ascending(x, "a set of sets, which is written ascending")
    }

    fn heap_bytes(&self, x: &Self::Point) -> usize {
        size_of_val::<[Box<[u32]>]>(x) + x.iter().map(|part| size_of_val::<[u32]>(part)).sum::<usize>()
    }
}

fn ascending<T: Ord>(list: &[T], expected: &str) -> Result<(), GroupError> {
    if list.is_sorted() {
        return Ok(());
    }
    Err(GroupError::Domain {
        what: "a list that is not in order".to_owned(),
        expected: expected.to_owned(),
    })
}
