//! Which subgroups contain which.

use serde::{Deserialize, Serialize};

use super::SubgroupLattice;
use super::zuppos::is_subset;
use crate::error::GroupError;

/// An edge of the Hasse diagram of classes: a subgroup of one class is maximal in one of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cover {
    /// The class of the smaller subgroups.
    pub lower: usize,
    /// The class of the larger subgroups.
    pub upper: usize,
    /// The number of subgroups of the lower class that are maximal in one subgroup of the upper class.
    pub below: u64,
    /// The number of subgroups of the upper class in which one subgroup of the lower class is maximal.
    pub above: u64,
}

impl SubgroupLattice {
    /// Whether one subgroup contains another, both given by class and conjugate.
    ///
    /// # Errors
    /// [`GroupError::Domain`] if there is no such subgroup.
    ///
    /// ```
    /// let lattice = groups::PermGroup::symmetric(3).subgroup_lattice()?;
    /// assert!(lattice.includes((3, 0), (1, 2))? && !lattice.includes((2, 0), (1, 2))?);
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn includes(&self, larger: (usize, usize), smaller: (usize, usize)) -> Result<bool, GroupError> {
        let (larger, smaller) = (self.place(larger.0, larger.1)?, self.place(smaller.0, smaller.1)?);
        Ok(is_subset(
            self.search.store.get(smaller),
            self.search.store.get(larger),
        ))
    }

    /// The number of subgroups of class `lower` that the representative of class `upper` contains.
    ///
    /// # Panics
    /// If there is no such class.
    ///
    /// ```
    /// let lattice = groups::PermGroup::symmetric(4).subgroup_lattice()?;
    /// assert_eq!(lattice.inclusions(0, 10), 1);
    /// assert_eq!(lattice.inclusions(10, 0), 0);
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn inclusions(&self, lower: usize, upper: usize) -> u64 {
        if !self.classes[upper]
            .order
            .is_multiple_of(self.classes[lower].order)
        {
            return 0;
        }
        let bits = self.search.store.get(self.starts[upper]);
        let places = self.starts[lower]..self.starts[lower] + self.conjugates(lower);
        places
            .filter(|&at| is_subset(self.search.store.get(at), bits))
            .count() as u64
    }

    /// The maximal subgroups of a subgroup, by class and conjugate, classes ascending.
    ///
    /// Compares bit sets with all subgroups whose order divides that of the subgroup.
    ///
    /// # Errors
    /// [`GroupError::Domain`] if there is no such subgroup.
    ///
    /// ```
    /// let lattice = groups::PermGroup::symmetric(3).subgroup_lattice()?;
    /// assert_eq!(lattice.maximal_subgroups(3, 0)?, [(1, 0), (1, 1), (1, 2), (2, 0)]);
    /// assert_eq!(lattice.maximal_subgroups(0, 0)?, []);
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn maximal_subgroups(
        &self,
        class: usize,
        conjugate: usize,
    ) -> Result<Vec<(usize, usize)>, GroupError> {
        let store = &self.search.store;
        let bits = store.get(self.place(class, conjugate)?);
        let order = self.classes[class].order;
        let mut maximal: Vec<(usize, usize)> = Vec::new();
        // From above: a smaller subgroup is maximal if none that was found before contains it.
        for lower in (0..class).rev() {
            if self.classes[lower].order == order || !order.is_multiple_of(self.classes[lower].order) {
                continue;
            }
            for k in 0..self.conjugates(lower) {
                let smaller = store.get(self.starts[lower] + k);
                let within = |&(c, k): &(usize, usize)| is_subset(smaller, store.get(self.starts[c] + k));
                if is_subset(smaller, bits) && !maximal.iter().any(within) {
                    maximal.push((lower, k));
                }
            }
        }
        maximal.sort_unstable();
        Ok(maximal)
    }

    /// The classes of the maximal subgroups of the representative of a class, ascending.
    ///
    /// # Panics
    /// If there is no such class.
    pub fn maximal_classes(&self, upper: usize) -> Vec<Cover> {
        let maximal = self
            .maximal_subgroups(upper, 0)
            .expect("each class has a representative");
        let groups = maximal.chunk_by(|a, b| a.0 == b.0);
        groups
            .map(|group| {
                let (lower, below) = (group[0].0, group.len() as u64);
                Cover {
                    lower,
                    upper,
                    below,
                    // Pairs of a lower and an upper subgroup, counted in two ways.
                    above: below * self.classes[upper].length / self.classes[lower].length,
                }
            })
            .collect()
    }

    /// The Hasse diagram of the classes: all covers, by upper and then by lower class.
    ///
    /// O(classes × subgroups) comparisons of bit sets.
    ///
    /// ```
    /// let q8 = groups::catalog::quaternion(8)?.subgroup_lattice()?;
    /// let edges: Vec<_> = q8.covers().iter().map(|c| (c.lower, c.upper)).collect();
    /// assert_eq!(edges, [(0, 1), (1, 2), (1, 3), (1, 4), (2, 5), (3, 5), (4, 5)]);
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn covers(&self) -> Vec<Cover> {
        (0..self.n_classes())
            .flat_map(|upper| self.maximal_classes(upper))
            .collect()
    }
}
