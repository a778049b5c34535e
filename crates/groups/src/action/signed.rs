//! The action of signed permutations on vectors.

use crate::action::Action;
use crate::error::GroupError;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;

/// Integer vectors of length n under signed permutations of their coordinates.
///
/// The group permutes the 2n points ±eᵢ, eᵢ being 2i and −eᵢ being 2i + 1, and keeps the pairs {eᵢ, −eᵢ}; the
/// [hyperoctahedral group](crate::catalog::hyperoctahedral) is the largest such group. If g sends eᵢ to ±eⱼ, then
/// (v·g)ⱼ = ±vᵢ.
///
/// ```
/// use groups::{catalog::hyperoctahedral, orbit_stabilizer, OnSignedCoordinates};
/// let root: Box<[i64]> = [1, 1, 0].into();
/// let (orbit, stabilizer) = orbit_stabilizer(&hyperoctahedral(3)?, &OnSignedCoordinates, &root, 100)?;
/// assert_eq!((orbit.len(), stabilizer.order().to_string()), (12, "4".to_owned()));
/// # Ok::<(), groups::GroupError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct OnSignedCoordinates;

impl Action<PermGroup> for OnSignedCoordinates {
    type Point = Box<[i64]>;

    fn act(&self, x: &Box<[i64]>, g: &Permutation) -> Box<[i64]> {
        let mut image = vec![0; x.len()].into_boxed_slice();
        for (i, &value) in x.iter().enumerate() {
            let to = g.image(2 * i);
            image[to / 2] = if to.is_multiple_of(2) { value } else { -value };
        }
        image
    }

    fn validate(&self, group: &PermGroup, x: &Box<[i64]>) -> Result<(), GroupError> {
        if 2 * x.len() != group.degree() {
            return Err(GroupError::ShapeMismatch {
                what: "a vector of signed coordinates",
                got: x.len(),
                expected: group.degree() / 2,
            });
        }
        if x.contains(&i64::MIN) {
            return Err(GroupError::Domain {
                what: format!("the entry {}, which has no negative", i64::MIN),
                expected: "entries whose negatives are 64-bit integers".to_owned(),
            });
        }
        let splits = |g: &Permutation| (0..x.len()).find(|&i| g.image(2 * i) ^ 1 != g.image(2 * i + 1));
        let broken = group
            .generators()
            .iter()
            .enumerate()
            .find_map(|(k, g)| splits(g).map(|i| (k, i)));
        match broken {
            None => Ok(()),
            Some((k, i)) => Err(GroupError::Domain {
                what: format!(
                    "generator {} sends the points {} and {} of one coordinate to two coordinates",
                    k + 1,
                    2 * i,
                    2 * i + 1
                ),
                expected: "a group of signed permutations, which keeps each pair 2i, 2i + 1".to_owned(),
            }),
        }
    }

    fn heap_bytes(&self, x: &Box<[i64]>) -> usize {
        size_of_val::<[i64]>(x)
    }
}
