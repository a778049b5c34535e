//! Actions as homomorphisms: on orbits of any action, on blocks, and on the cosets of a subgroup.

use std::hash::Hash;

use super::{Homomorphism, not_in};
use crate::action::{Action, OnCosets};
use crate::constituents::restricted;
use crate::error::GroupError;
use crate::orbit::{Orbit, OrbitLimit};
use crate::perm_group::PermGroup;
use crate::permutation::{Permutation, check_degree};

impl PermGroup {
    /// The action on the orbit of a point of any action, as permutations of the orbit's positions.
    ///
    /// # Errors
    /// What the action says of a bad point; [`GroupError::OrbitOverLimit`], [`GroupError::MemoryLimit`],
    /// [`GroupError::DegreeTooLarge`].
    ///
    /// ```
    /// use groups::{catalog::parse_group, OnSets};
    /// let (orbit, on_pairs) = parse_group("S5")?.action_homomorphism(&OnSets, &OnSets::point([0, 1])?, 100)?;
    /// assert_eq!((orbit.len(), on_pairs.image_group().degree()), (10, 10));
    /// assert!(on_pairs.is_injective());
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn action_homomorphism<A: Action<Self>>(
        &self,
        action: &A,
        point: &A::Point,
        limit: impl Into<OrbitLimit>,
    ) -> Result<(Orbit<A::Point>, Homomorphism), GroupError> {
        let orbit = Orbit::new(self, action, point, limit)?;
        check_degree(self.degree() + orbit.len())?;
        let map = on_orbit(self, action, &orbit);
        Ok((orbit, map))
    }

    /// The action on the images of a block of a transitive group, numbered by their smallest points.
    ///
    /// # Errors
    /// [`GroupError::PointOutOfRange`], [`GroupError::NotABlock`].
    pub fn block_homomorphism(&self, block: &[usize]) -> Result<Homomorphism, GroupError> {
        let system = self.block_system(block)?;
        let mut owner = vec![0u32; self.degree()];
        for (number, block) in system.iter().enumerate() {
            block.iter().for_each(|&x| owner[x] = number as u32);
        }
        let image = |g: &Permutation| {
            let images = system.iter().map(|block| owner[g.image(block[0])]);
            Permutation::from_images_unchecked(images.collect::<Box<[u32]>>())
        };
        let images = self.generators().iter().map(image).collect();
        Ok(Homomorphism::known(self, system.len(), images))
    }

    /// The action on the right cosets of a subgroup, `Hx ↦ Hxg`; H itself is number 0. Its kernel is the largest
    /// normal subgroup of G inside H.
    ///
    /// # Errors
    /// [`GroupError::NotAMember`] names a generator of the subgroup that is outside the group;
    /// [`GroupError::OrbitOverLimit`] past `limit` cosets; [`GroupError::DegreeTooLarge`].
    ///
    /// ```
    /// use groups::catalog::parse_group;
    /// let (s4, d4) = (parse_group("S4")?, parse_group("D4")?);
    /// let map = s4.coset_homomorphism(&d4, 100)?;
    /// assert_eq!((map.image_group().degree(), map.kernel().order().to_string()), (3, "4".to_owned()));
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn coset_homomorphism(&self, subgroup: &Self, limit: usize) -> Result<Homomorphism, GroupError> {
        if let Some(g) = subgroup.generators().iter().find(|g| !self.contains(g)) {
            return Err(not_in("a generator of the subgroup", g));
        }
        if self.order() > subgroup.order() * limit {
            return Err(GroupError::OrbitOverLimit { limit });
        }
        let cosets = OnCosets::new(subgroup);
        let (_, map) = self.action_homomorphism(&cosets, &self.identity(), limit)?;
        Ok(map)
    }

    /// The action on an orbit of points, renumbered in ascending order.
    pub(crate) fn orbit_homomorphism(&self, orbit: &[usize]) -> Homomorphism {
        let images = self.generators().iter().map(|g| restricted(g, orbit)).collect();
        Homomorphism::known(self, orbit.len(), images)
    }
}

fn on_orbit<P: Clone + Eq + Hash, A: Action<PermGroup, Point = P>>(
    group: &PermGroup,
    action: &A,
    orbit: &Orbit<P>,
) -> Homomorphism {
    let image = |g: &Permutation| {
        let position = |x: &P| {
            let found = orbit.position(&action.act(x, g));
            found.expect("an orbit is closed under the generators") as u32
        };
        Permutation::from_images_unchecked(orbit.points().iter().map(position).collect::<Box<[u32]>>())
    };
    let images = group.generators().iter().map(image).collect();
    Homomorphism::known(group, orbit.len(), images)
}
