//! Blocks of imprimitivity.
//!
//! A *block* of a transitive group G is a set B of points such that every image of B is B itself or disjoint from it;
//! its images are a *block system*. The smallest block that contains two given points is found by merging classes
//! until the generators respect them (M. Atkinson 1975; Holt et al. §4.3), in nearly linear time. Every block that
//! contains a point a is a join of such smallest blocks {a, b}, and one b per orbit of the stabilizer of a is enough.

use std::collections::BTreeSet;

use crate::error::GroupError;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;

/// Classes of points under merging, each with its smallest point as the root.
pub(crate) struct Classes {
    parent: Vec<u32>,
}

impl Classes {
    pub(crate) fn new(degree: usize) -> Self {
        Self {
            parent: (0..degree as u32).collect(),
        }
    }

    pub(crate) fn root(&mut self, x: usize) -> usize {
        let mut root = x as u32;
        while self.parent[root as usize] != root {
            // Path halving.
            let grandparent = self.parent[self.parent[root as usize] as usize];
            self.parent[root as usize] = grandparent;
            root = grandparent;
        }
        root as usize
    }

    /// Merges two classes; the root that lost, if they were different.
    fn merge(&mut self, x: usize, y: usize) -> Option<usize> {
        let (x, y) = (self.root(x), self.root(y));
        let (low, high) = (x.min(y), x.max(y));
        self.parent[high] = low as u32;
        (low != high).then_some(high)
    }

    /// Merges the classes of each pair and all that the generators then force: the finest classes that join the
    /// pairs and that the generators permute.
    pub(crate) fn close(&mut self, pairs: &[(usize, usize)], generators: &[Permutation]) {
        let mut open: Vec<usize> = pairs.iter().filter_map(|&(x, y)| self.merge(x, y)).collect();
        while let Some(x) = open.pop() {
            // x was a root and is now in the class of its parent; their images must be together too. Points merged
            // with either before had their images merged when they were.
            let y = self.parent[x] as usize;
            for g in generators {
                open.extend(self.merge(g.image(x), g.image(y)));
            }
        }
    }

    /// The class of `x`, ascending.
    pub(crate) fn class_of(&mut self, x: usize) -> Vec<usize> {
        let root = self.root(x);
        (0..self.parent.len()).filter(|&y| self.root(y) == root).collect()
    }
}

impl PermGroup {
    /// The smallest block that contains the given points, for a group that is transitive; ascending.
    ///
    /// For an intransitive group, the class of the points in the finest partition that the group keeps and that
    /// has them in one class.
    ///
    /// # Errors
    /// [`GroupError::PointOutOfRange`].
    ///
    /// ```
    /// let group = groups::catalog::parse_group("S3 wr S2")?;
    /// assert_eq!(group.smallest_block(&[0, 1])?, vec![0, 1, 2]);
    /// assert_eq!(group.smallest_block(&[0, 3])?.len(), 6);
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn smallest_block(&self, points: &[usize]) -> Result<Vec<usize>, GroupError> {
        self.check_points(points)?;
        let Some(&first) = points.first() else {
            return Ok(Vec::new());
        };
        let pairs: Vec<(usize, usize)> = points.iter().map(|&x| (first, x)).collect();
        let mut classes = Classes::new(self.degree());
        classes.close(&pairs, self.generators());
        Ok(classes.class_of(first))
    }

    /// The block system of a block: its images, ascending by smallest point, each ascending.
    ///
    /// # Errors
    /// [`GroupError::PointOutOfRange`]; [`GroupError::NotABlock`] if two images of the set overlap.
    ///
    /// ```
    /// let group = groups::catalog::parse_group("C6")?;
    /// assert_eq!(group.block_system(&[0, 3])?, vec![vec![0, 3], vec![1, 4], vec![2, 5]]);
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn block_system(&self, block: &[usize]) -> Result<Vec<Vec<usize>>, GroupError> {
        self.check_points(block)?;
        let mut block = block.to_vec();
        block.sort_unstable();
        block.dedup();
        let mut owner = vec![usize::MAX; self.degree()];
        block.iter().for_each(|&x| owner[x] = 0);
        let mut system = vec![block];
        let mut at = 0;
        while at < system.len() {
            for g in self.generators() {
                let mut image: Vec<usize> = system[at].iter().map(|&x| g.image(x)).collect();
                image.sort_unstable();
                let there = image.first().map_or(0, |&x| owner[x]);
                if let Some(&x) = image.iter().find(|&&x| owner[x] != there) {
                    return Err(GroupError::NotABlock {
                        block: system.swap_remove(0),
                        point: x,
                    });
                }
                if there == usize::MAX {
                    image.iter().for_each(|&x| owner[x] = system.len());
                    system.push(image);
                }
            }
            at += 1;
        }
        system.sort();
        Ok(system)
    }

    /// The smallest blocks {a, b} for the first point a of a transitive group and one b per orbit of its
    /// stabilizer, without repetitions, by size and then lexicographically; trivial ones left out.
    fn principal_blocks(&self) -> Vec<Vec<usize>> {
        let mut blocks = BTreeSet::new();
        if self.is_transitive() && self.degree() > 1 {
            let stabilizer = self
                .stabilizer(0)
                .map(|s| s.orbits().to_vec())
                .unwrap_or_default();
            for orbit in stabilizer.iter().filter(|orbit| orbit[0] != 0) {
                let mut classes = Classes::new(self.degree());
                classes.close(&[(0, orbit[0])], self.generators());
                let block = classes.class_of(0);
                if block.len() < self.degree() {
                    blocks.insert((block.len(), block));
                }
            }
        }
        blocks.into_iter().map(|(_, block)| block).collect()
    }

    /// The inclusion-minimal nontrivial blocks that contain point 0, by size and then lexicographically; none for
    /// a primitive or intransitive group.
    ///
    /// ```
    /// let group = groups::catalog::parse_group("C12")?;
    /// assert_eq!(group.minimal_blocks(), vec![vec![0, 6], vec![0, 4, 8]]);
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn minimal_blocks(&self) -> Vec<Vec<usize>> {
        let principal = self.principal_blocks();
        let within = |small: &[usize], large: &[usize]| small.iter().all(|x| large.binary_search(x).is_ok());
        let is_minimal = |block: &&Vec<usize>| {
            !principal
                .iter()
                .any(|other| other.len() < block.len() && within(other, block))
        };
        principal.iter().filter(is_minimal).cloned().collect()
    }

    /// All nontrivial blocks that contain point 0, by size and then lexicographically; none for an intransitive
    /// group. They correspond to the groups strictly between G and the stabilizer of 0.
    ///
    /// # Errors
    /// [`GroupError::Limit`] past `limit` blocks: an elementary abelian group of order 2^20 acting regularly has
    /// more than 10^30 of them.
    ///
    /// ```
    /// let group = groups::catalog::parse_group("C12")?;
    /// let sizes: Vec<usize> = group.blocks(100)?.iter().map(Vec::len).collect();
    /// assert_eq!(sizes, vec![2, 3, 4, 6]);
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn blocks(&self, limit: usize) -> Result<Vec<Vec<usize>>, GroupError> {
        let principal = self.principal_blocks();
        let mut blocks: BTreeSet<(usize, Vec<usize>)> = principal
            .iter()
            .map(|block| (block.len(), block.clone()))
            .collect();
        let mut open: Vec<Vec<usize>> = principal.clone();
        while let Some(block) = open.pop() {
            if blocks.len() > limit {
                let (asked, limit) = (blocks.len() as u64, limit as u64);
                return Err(GroupError::Limit {
                    what: "the number of blocks",
                    asked,
                    limit,
                });
            }
            for other in &principal {
                if other.iter().all(|x| block.binary_search(x).is_ok()) {
                    continue;
                }
                // The join: the smallest block that contains both.
                let pairs: Vec<(usize, usize)> = block.iter().chain(other).map(|&x| (0, x)).collect();
                let mut classes = Classes::new(self.degree());
                classes.close(&pairs, self.generators());
                let join = classes.class_of(0);
                if join.len() < self.degree() && blocks.insert((join.len(), join.clone())) {
                    open.push(join);
                }
            }
        }
        Ok(blocks.into_iter().map(|(_, block)| block).collect())
    }

    /// Whether the group is transitive on at least two points and has no nontrivial blocks.
    ///
    /// ```
    /// use groups::catalog::parse_group;
    /// assert!(parse_group("M11")?.is_primitive());
    /// assert!(!parse_group("D4")?.is_primitive());
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn is_primitive(&self) -> bool {
        self.degree() > 1 && self.is_transitive() && self.principal_blocks().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::parse_group;

    /// All blocks by definition, for small degrees.
    fn blocks_by_definition(group: &PermGroup) -> Vec<Vec<usize>> {
        let n = group.degree();
        let elements: Vec<Permutation> = group.elements().collect();
        let mut blocks = Vec::new();
        for mask in (1usize..1 << n).step_by(2) {
            let size = mask.count_ones() as usize;
            let is_block = elements.iter().all(|g| {
                let image = (0..n)
                    .filter(|&x| mask >> x & 1 == 1)
                    .fold(0, |m, x| m | 1 << g.image(x));
                image == mask || image & mask == 0
            });
            if is_block && size > 1 && size < n {
                blocks.push((0..n).filter(|&x| mask >> x & 1 == 1).collect::<Vec<_>>());
            }
        }
        blocks.sort_by_key(|block| (block.len(), block.clone()));
        blocks
    }

    #[test]
    fn blocks_of_all_transitive_groups_of_degree_up_to_8() {
        for (degree, count) in [(2, 1), (3, 2), (4, 5), (5, 5), (6, 16), (7, 7), (8, 50)] {
            for index in 1..=count {
                let group = crate::catalog::transitive_group(degree, index).unwrap();
                let expected = blocks_by_definition(&group);
                assert_eq!(
                    group.blocks(1000).unwrap(),
                    expected,
                    "transitive:{degree},{index}"
                );
                assert_eq!(group.is_primitive(), expected.is_empty());
                for block in &expected {
                    let system = group.block_system(block).unwrap();
                    assert_eq!(system.len() * block.len(), degree);
                }
            }
        }
    }

    #[test]
    fn degenerate_and_bad_inputs() {
        for n in 0..3 {
            let group = PermGroup::trivial(n);
            assert!(group.blocks(10).unwrap().is_empty() && !group.is_primitive());
            assert_eq!(group.transitivity(), usize::from(n == 1), "degree {n}");
        }
        assert!(PermGroup::symmetric(2).is_primitive());
        assert_eq!(PermGroup::symmetric(2).transitivity(), 2);
        let group = parse_group("C6").unwrap();
        assert!(matches!(
            group.block_system(&[0, 1]),
            Err(GroupError::NotABlock { .. })
        ));
        let many = parse_group("C2 x C2 x C2 x C2").unwrap();
        assert!(
            many.blocks(0).unwrap().is_empty(),
            "an intransitive group has no blocks"
        );
        assert!(matches!(
            parse_group("C64").unwrap().blocks(2),
            Err(GroupError::Limit { .. })
        ));
    }
}
