//! Actions on sets, tuples and colourings of points.

use crate::action::Action;
use crate::error::GroupError;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;

/// Sets of points, as ascending lists.
///
/// ```
/// use groups::{catalog::parse_group, orbit_stabilizer, OnSets};
/// let octad = OnSets::point([0, 1, 2, 3])?;
/// let (orbit, stabilizer) = orbit_stabilizer(&parse_group("S6")?, &OnSets, &octad, 1000)?;
/// assert_eq!((orbit.len(), stabilizer.order().to_string()), (15, "48".to_owned()));
/// # Ok::<(), groups::GroupError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct OnSets;

impl OnSets {
    /// The set of the given points.
    ///
    /// # Errors
    /// [`GroupError::NotDistinct`] if one is repeated.
    pub fn point(points: impl IntoIterator<Item = usize>) -> Result<Box<[u32]>, GroupError> {
        let mut set: Box<[u32]> = points.into_iter().map(|x| x as u32).collect();
        set.sort_unstable();
        match set.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(GroupError::NotDistinct {
                point: pair[0] as usize,
                what: "a set",
            }),
            None => Ok(set),
        }
    }
}

impl Action<PermGroup> for OnSets {
    type Point = Box<[u32]>;

    fn act(&self, x: &Box<[u32]>, g: &Permutation) -> Box<[u32]> {
        let mut image: Box<[u32]> = x.iter().map(|&p| g.images()[p as usize]).collect();
        image.sort_unstable();
        image
    }

    fn validate(&self, group: &PermGroup, x: &Box<[u32]>) -> Result<(), GroupError> {
        in_range(group, x)?;
        Self::point(x.iter().map(|&p| p as usize)).map(drop)
    }

    fn heap_bytes(&self, x: &Box<[u32]>) -> usize {
        size_of_val::<[u32]>(x)
    }
}

/// Tuples of points, repetitions allowed.
///
/// ```
/// use groups::{catalog::parse_group, orbit_stabilizer, OnTuples};
/// let pair: Box<[u32]> = [0, 1].into();
/// let (orbit, stabilizer) = orbit_stabilizer(&parse_group("M12")?, &OnTuples, &pair, 1000)?;
/// assert_eq!((orbit.len(), stabilizer.order().to_string()), (132, "720".to_owned()));
/// # Ok::<(), groups::GroupError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct OnTuples;

impl Action<PermGroup> for OnTuples {
    type Point = Box<[u32]>;

    fn act(&self, x: &Box<[u32]>, g: &Permutation) -> Box<[u32]> {
        x.iter().map(|&p| g.images()[p as usize]).collect()
    }

    fn validate(&self, group: &PermGroup, x: &Box<[u32]>) -> Result<(), GroupError> {
        in_range(group, x)
    }

    fn heap_bytes(&self, x: &Box<[u32]>) -> usize {
        size_of_val::<[u32]>(x)
    }
}

/// Colourings: `c[x]` is the colour of point x, and a permutation carries the colours along, `(c·g)[x^g] = c[x]`.
///
/// ```
/// use groups::{catalog::parse_group, orbit_stabilizer, OnColourings};
/// let necklace: Box<[u32]> = [0, 1, 0, 1].into();
/// let (orbit, stabilizer) = orbit_stabilizer(&parse_group("D4")?, &OnColourings, &necklace, 100)?;
/// assert_eq!((orbit.len(), stabilizer.order().to_string()), (2, "4".to_owned()));
/// # Ok::<(), groups::GroupError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct OnColourings;

impl Action<PermGroup> for OnColourings {
    type Point = Box<[u32]>;

    fn act(&self, x: &Box<[u32]>, g: &Permutation) -> Box<[u32]> {
        let mut image = vec![0; x.len()].into_boxed_slice();
        for (&y, &colour) in g.images().iter().zip(x) {
            image[y as usize] = colour;
        }
        image
    }

    fn validate(&self, group: &PermGroup, x: &Box<[u32]>) -> Result<(), GroupError> {
        if x.len() == group.degree() {
            return Ok(());
        }
        Err(GroupError::ShapeMismatch {
            what: "a colouring",
            got: x.len(),
            expected: group.degree(),
        })
    }

    fn heap_bytes(&self, x: &Box<[u32]>) -> usize {
        size_of_val::<[u32]>(x)
    }
}

pub(super) fn in_range(group: &PermGroup, points: &[u32]) -> Result<(), GroupError> {
    match points.iter().find(|&&p| p as usize >= group.degree()) {
        Some(&p) => Err(GroupError::PointOutOfRange {
            point: p as usize,
            degree: group.degree(),
        }),
        None => Ok(()),
    }
}
