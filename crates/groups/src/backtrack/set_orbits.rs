//! Orbits on k-sets, one representative each, without listing the orbits.
//!
//! *Canonical augmentation* (B. McKay, "Isomorph-free exhaustive generation", 1998): every (k+1)-set T has a point that
//! is singled out up to its stabilizer, the one that an element taking T to its smallest image takes to the largest
//! point. T is accepted from the representative R of a k-set and a point x ∉ R only if T = R ∪ {x} has x in the orbit of that
//! point under its stabilizer. Each orbit of (k+1)-sets is then accepted exactly once, from the representative of the set
//! without that point, if the points x are taken up to the stabilizer of R.

use crate::error::GroupError;
use crate::perm_group::PermGroup;

impl PermGroup {
    /// The smallest sets of the orbits on sets of `size` points, in lexicographic order.
    ///
    /// Costs a smallest image for each orbit on smaller sets and each orbit of its stabilizer on points, not the length
    /// of any orbit. Sets of more than half of the points are found by their complements.
    ///
    /// # Errors
    /// [`GroupError::Domain`] if there are not so many points; [`GroupError::Limit`] if there are more than `limit` orbits on
    /// sets of this size or of a smaller one on the way; those of [`smallest_set_image`](Self::smallest_set_image).
    ///
    /// ```
    /// // Two orbits of M24 on 6-sets: those inside an octad and the others.
    /// let m24 = groups::catalog::parse_group("M24")?;
    /// let sets = m24.set_orbit_representatives(6, 100)?;
    /// assert_eq!((sets.len(), &sets[0]), (2, &vec![0, 1, 2, 3, 4, 5]));
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn set_orbit_representatives(
        &self,
        size: usize,
        limit: usize,
    ) -> Result<Vec<Vec<usize>>, GroupError> {
        let degree = self.degree();
        if size > degree {
            return Err(GroupError::Domain {
                what: format!("sets of {size} points of {degree}"),
                expected: "not more points than the degree".to_owned(),
            });
        }
        if 2 * size > degree {
            let complements = self.set_orbit_representatives(degree - size, limit)?;
            let sets = complements.iter().map(|set| self.smallest_complement(set));
            let mut sets = sets.collect::<Result<Vec<_>, _>>()?;
            sets.sort_unstable();
            return Ok(sets);
        }
        let mut sets = vec![Vec::new()];
        for _ in 0..size {
            let mut longer: Vec<Vec<usize>> = Vec::new();
            for set in &sets {
                for orbit in self.set_stabilizer(set)?.orbits() {
                    if let Some(larger) = self.accepted(set, orbit[0])? {
                        crate::transversals::over("the number of orbits on sets", longer.len() + 1, limit)?;
                        longer.push(larger);
                    }
                }
            }
            sets = longer;
        }
        sets.sort_unstable();
        Ok(sets)
    }

    fn smallest_complement(&self, set: &[usize]) -> Result<Vec<usize>, GroupError> {
        let outside: Vec<usize> = (0..self.degree())
            .filter(|x| set.binary_search(x).is_err())
            .collect();
        Ok(self.smallest_set_image(&outside)?.0)
    }

    /// The smallest image of a set with one more point, if the set is where it has to come from.
    fn accepted(&self, set: &[usize], point: usize) -> Result<Option<Vec<usize>>, GroupError> {
        if set.contains(&point) {
            return Ok(None);
        }
        let larger = [set, &[point]].concat();
        let (smallest, g) = self.smallest_set_image(&larger)?;
        // The image of the point and the largest point must be in one orbit of the stabilizer of the image.
        let (image, largest) = (g.image(point), smallest.last().copied());
        let stays = Some(image) == largest || {
            let orbit = self.set_stabilizer(&smallest)?.orbit(image);
            largest.is_some_and(|largest| orbit.binary_search(&largest).is_ok())
        };
        Ok(stays.then_some(smallest))
    }
}
