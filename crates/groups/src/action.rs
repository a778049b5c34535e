//! Group actions: one abstraction for everything a group moves.
//!
//! An [`Action`] is a *right* action, `act(x, gh) = act(act(x, g), h)` and `act(x, e) = x`; the laws are tested for
//! every action here over the whole catalog (`tests/laws.rs`). Orbits and stabilizers of any action come from
//! [`Orbit`](crate::Orbit) and [`orbit_stabilizer`](crate::orbit_stabilizer).

mod collections;
mod elements;
mod sets;
mod signed;

use std::hash::Hash;

use crate::error::GroupError;
use crate::group::Group;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;

pub use collections::{OnMultisets, OnPartitions};
pub use elements::{ByConjugation, ByRightMultiplication, OnCosets, OnSubgroups};
pub use sets::{OnColourings, OnSets, OnTuples};
pub use signed::OnSignedCoordinates;

/// A right action of a group on points of any kind.
///
/// ```
/// use groups::{Action, Group, PermGroup, Permutation, GroupError};
/// /// Points of the plane over GF(7), moved by cyclic shifts of their coordinates.
/// struct Shift;
/// impl Action<PermGroup> for Shift {
///     type Point = [u8; 2];
///     fn act(&self, x: &[u8; 2], g: &Permutation) -> [u8; 2] {
///         let mut y = [0; 2];
///         for k in 0..2 { y[g.image(k)] = x[k]; }
///         y
///     }
/// }
/// let c2 = PermGroup::symmetric(2);
/// let (orbit, stabilizer) = groups::orbit_stabilizer(&c2, &Shift, &[3, 5], 100)?;
/// assert_eq!((orbit.len(), stabilizer.order().to_string()), (2, "1".to_owned()));
/// # Ok::<(), GroupError>(())
/// ```
pub trait Action<G: Group> {
    /// What is moved.
    type Point: Clone + Eq + Hash;

    /// The image of `x` under `g`.
    fn act(&self, x: &Self::Point, g: &G::Element) -> Self::Point;

    /// Whether `x` is a point of this action of `group`; called once per orbit, on its first point.
    ///
    /// # Errors
    /// Says what is wrong with `x`.
    fn validate(&self, group: &G, x: &Self::Point) -> Result<(), GroupError> {
        let _ = (group, x);
        Ok(())
    }

    /// The bytes that a point owns outside its own size, for memory limits.
    fn heap_bytes(&self, x: &Self::Point) -> usize {
        let _ = x;
        0
    }
}

/// The natural action on `0, …, degree − 1`.
///
/// ```
/// use groups::{catalog::parse_group, orbit_stabilizer, OnPoints};
/// let (orbit, stabilizer) = orbit_stabilizer(&parse_group("M11")?, &OnPoints, &0, 100)?;
/// assert_eq!((orbit.len(), stabilizer.order().to_string()), (11, "720".to_owned()));
/// # Ok::<(), groups::GroupError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct OnPoints;

impl Action<PermGroup> for OnPoints {
    type Point = u32;

    #[inline]
    fn act(&self, x: &u32, g: &Permutation) -> u32 {
        g.images()[*x as usize]
    }

    fn validate(&self, group: &PermGroup, x: &u32) -> Result<(), GroupError> {
        group.check_points(&[*x as usize])
    }
}
