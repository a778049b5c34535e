//! Stabilizers and transporters of sets, colourings and partitions, and intersections, by backtrack search.

use super::rbase::Problem;
use super::relation::Parts;
use crate::error::GroupError;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;

impl PermGroup {
    /// The setwise stabilizer: all elements that map a set of points to itself.
    ///
    /// The points may be in any order. Worst case exponential in the degree, as for every known method; in practice
    /// a fraction of the time of enumerating the orbit, whose length does not matter.
    ///
    /// # Errors
    /// [`GroupError::PointOutOfRange`]; [`GroupError::NotDistinct`] if a point is repeated; [`GroupError::Limit`] if
    /// the degree times the base length exceeds 2^28.
    ///
    /// ```
    /// let m24 = groups::catalog::parse_group("M24")?;
    /// assert_eq!(m24.set_stabilizer(&[0, 1, 2, 3, 4])?.order().to_string(), "5760");
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn set_stabilizer(&self, set: &[usize]) -> Result<Self, GroupError> {
        let colours = self.colours_of_parts(&[set], "a set")?;
        self.colouring_stabilizer(&colours)
    }

    /// An element that maps one set of points to another; `None` if there is provably none.
    ///
    /// # Errors
    /// As for [`set_stabilizer`](Self::set_stabilizer).
    ///
    /// ```
    /// let m24 = groups::catalog::parse_group("M24")?;
    /// let g = m24.set_transporter(&[0, 1, 2, 3, 4], &[5, 9, 13, 17, 21])?.ok_or("5-transitive").unwrap();
    /// assert!([5, 9, 13, 17, 21].contains(&g.image(3)));
    /// assert!(m24.set_transporter(&[0, 1], &[0, 1, 2])?.is_none());
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn set_transporter(&self, from: &[usize], to: &[usize]) -> Result<Option<Permutation>, GroupError> {
        let from = self.colours_of_parts(&[from], "a set")?;
        let to = self.colours_of_parts(&[to], "a set")?;
        self.colouring_transporter(&from, &to)
    }

    /// All elements that leave the colour of every point as it is.
    ///
    /// # Errors
    /// [`GroupError::ShapeMismatch`] if there is not one colour for each point; [`GroupError::Limit`] as for
    /// [`set_stabilizer`](Self::set_stabilizer).
    ///
    /// ```
    /// let d6 = groups::catalog::parse_group("D6")?;
    /// assert_eq!(d6.colouring_stabilizer(&[0, 1, 2, 0, 1, 2])?.order().to_string(), "2");
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn colouring_stabilizer(&self, colours: &[u32]) -> Result<Self, GroupError> {
        self.check_colouring(colours)?;
        if let Some(parts) = self.parts_for_colourings() {
            return parts.stabilizer(colours);
        }
        let problem = Problem::new(self)?.colours(colours.to_vec(), colours.to_vec());
        Ok(problem.subgroup())
    }

    /// An element g that takes one colouring to another, `to[x^g] = from[x]`; `None` if there is provably none.
    ///
    /// # Errors
    /// As for [`colouring_stabilizer`](Self::colouring_stabilizer).
    ///
    /// ```
    /// let c4 = groups::catalog::parse_group("C4")?;
    /// assert!(c4.colouring_transporter(&[0, 0, 1, 2], &[2, 0, 0, 1])?.is_some());
    /// assert!(c4.colouring_transporter(&[0, 0, 1, 2], &[0, 0, 2, 1])?.is_none());
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn colouring_transporter(&self, from: &[u32], to: &[u32]) -> Result<Option<Permutation>, GroupError> {
        self.check_colouring(from)?;
        self.check_colouring(to)?;
        if let Some(parts) = self.parts_for_colourings() {
            return parts.transporter(from, to);
        }
        let problem = |from: &[u32], to: &[u32]| Ok(Problem::new(self)?.colours(from.to_vec(), to.to_vec()));
        problem(from, to)?.element(|| problem(to, from))
    }

    /// All elements that map each of some disjoint sets to itself.
    ///
    /// # Errors
    /// As for [`set_stabilizer`](Self::set_stabilizer); a point in two of the sets is repeated.
    ///
    /// ```
    /// let s6 = groups::PermGroup::symmetric(6);
    /// let parts = [vec![0, 1], vec![2, 3]];
    /// assert_eq!(s6.ordered_partition_stabilizer(&parts)?.order().to_string(), "8");
    /// assert_eq!(s6.partition_stabilizer(&parts)?.order().to_string(), "16");
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn ordered_partition_stabilizer(&self, parts: &[Vec<usize>]) -> Result<Self, GroupError> {
        self.colouring_stabilizer(&self.colours_of_parts(parts, "a partition")?)
    }

    /// An element that maps each of some disjoint sets to the corresponding one of others; `None` if there is provably
    /// none.
    ///
    /// # Errors
    /// As for [`ordered_partition_stabilizer`](Self::ordered_partition_stabilizer).
    ///
    /// ```
    /// let a4 = groups::PermGroup::alternating(4);
    /// let singles = [vec![0], vec![1], vec![2], vec![3]];
    /// let swapped = [vec![1], vec![0], vec![2], vec![3]];
    /// assert!(a4.ordered_partition_transporter(&singles, &swapped)?.is_none());
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn ordered_partition_transporter(
        &self,
        from: &[Vec<usize>],
        to: &[Vec<usize>],
    ) -> Result<Option<Permutation>, GroupError> {
        let colours = [from, to].map(|parts| self.colours_of_parts(parts, "a partition"));
        let [from_colours, to_colours] = colours;
        let (from_colours, to_colours) = (from_colours?, to_colours?);
        if from.len() != to.len() {
            return Ok(None);
        }
        self.colouring_transporter(&from_colours, &to_colours)
    }

    /// All elements that permute some disjoint sets among themselves; the sets need not cover all points. Empty sets
    /// mean nothing.
    ///
    /// # Errors
    /// As for [`ordered_partition_stabilizer`](Self::ordered_partition_stabilizer).
    ///
    /// ```
    /// let s6 = groups::PermGroup::symmetric(6);
    /// let pairs = [vec![0, 1], vec![2, 3], vec![4, 5]];
    /// assert_eq!(s6.partition_stabilizer(&pairs)?.order().to_string(), "48");
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn partition_stabilizer(&self, parts: &[Vec<usize>]) -> Result<Self, GroupError> {
        Ok(self.partition_problem(parts, parts)?.subgroup())
    }

    /// An element that maps a set of disjoint sets to another, in any order; `None` if there is provably none. Empty
    /// sets mean nothing.
    ///
    /// # Errors
    /// As for [`partition_stabilizer`](Self::partition_stabilizer).
    ///
    /// ```
    /// let c6 = groups::catalog::parse_group("C6")?;
    /// assert!(c6.partition_transporter(&[vec![0, 1], vec![3, 4]], &[vec![5, 0], vec![2, 3]])?.is_some());
    /// assert!(c6.partition_transporter(&[vec![0, 1], vec![3, 4]], &[vec![0, 1], vec![2, 3]])?.is_none());
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn partition_transporter(
        &self,
        from: &[Vec<usize>],
        to: &[Vec<usize>],
    ) -> Result<Option<Permutation>, GroupError> {
        self.partition_problem(from, to)?
            .element(|| self.partition_problem(to, from))
    }

    /// The elements that two groups of one degree have in common.
    ///
    /// # Errors
    /// [`GroupError::DegreeMismatch`]; [`GroupError::Limit`] as for [`set_stabilizer`](Self::set_stabilizer).
    ///
    /// ```
    /// use groups::catalog::parse_group;
    /// let (d6, a6) = (parse_group("D6")?, parse_group("A6")?);
    /// assert_eq!(d6.intersection(&a6)?.order().to_string(), "6");
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn intersection(&self, other: &Self) -> Result<Self, GroupError> {
        self.check_degree_of("the other group", other.degree())?;
        Ok(Problem::new(self)?.within(other, None)?.subgroup())
    }

    /// An element that the right cosets G x and H y have in common, G this group and H the other; `None` if there is
    /// provably none. All of them are (G ∩ H) g for any one such element g.
    ///
    /// # Errors
    /// [`GroupError::DegreeMismatch`]; [`GroupError::Limit`] as for [`set_stabilizer`](Self::set_stabilizer).
    ///
    /// ```
    /// use groups::{PermGroup, Permutation};
    /// let (a4, c4) = (PermGroup::alternating(4), groups::catalog::parse_group("C4")?);
    /// let odd = Permutation::parse_cycles("(1,2)", Some(4))?;
    /// let g = a4.coset_intersection(&odd, &c4, &c4.identity())?.ok_or("a 4-cycle").unwrap();
    /// assert!(!g.is_even() && c4.contains(&g));
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn coset_intersection(
        &self,
        x: &Permutation,
        other: &Self,
        y: &Permutation,
    ) -> Result<Option<Permutation>, GroupError> {
        self.check_degree_of("the other group", other.degree())?;
        self.check_degree_of("the first representative", x.degree())?;
        self.check_degree_of("the second representative", y.degree())?;
        // g ∈ G x ∩ H y if and only if g y⁻¹ ∈ G x y⁻¹ ∩ H.
        let z = x * &y.inverse();
        let problem = Problem::new(other)?.within(self, Some(&z))?;
        let found = problem.element(|| {
            // k takes the right to itself if G z k = G z.
            let conjugates = self.generators().iter().map(|g| g.conjugate_by(&z)).collect();
            Problem::new(other)?.within(&Self::new(self.degree(), conjugates)?, None)
        })?;
        Ok(found.map(|g| &g * y))
    }

    fn partition_problem(&self, from: &[Vec<usize>], to: &[Vec<usize>]) -> Result<Problem, GroupError> {
        let sizes = |parts: &[Vec<usize>]| -> Result<Vec<u32>, GroupError> {
            let mut colours = self.colours_of_parts(parts, "a partition")?;
            for part in parts {
                part.iter().for_each(|&x| colours[x] = part.len() as u32);
            }
            Ok(colours)
        };
        let full = |parts: &[Vec<usize>]| -> Vec<Vec<usize>> {
            parts.iter().filter(|part| !part.is_empty()).cloned().collect()
        };
        let (left, right) = (sizes(from)?, sizes(to)?);
        let relation = Parts::new(self.degree(), &full(from), &full(to));
        Ok(Problem::new(self)?.colours(left, right).relation(relation))
    }

    /// 1 for the points of the first set, 2 for those of the second, and so on, 0 for the others.
    fn colours_of_parts(
        &self,
        parts: &[impl AsRef<[usize]>],
        what: &'static str,
    ) -> Result<Vec<u32>, GroupError> {
        let mut colours = vec![0; self.degree()];
        for (k, part) in parts.iter().enumerate() {
            self.check_points(part.as_ref())?;
            for &point in part.as_ref() {
                if std::mem::replace(&mut colours[point], k as u32 + 1) != 0 {
                    return Err(GroupError::NotDistinct { point, what });
                }
            }
        }
        Ok(colours)
    }

    fn check_colouring(&self, colours: &[u32]) -> Result<(), GroupError> {
        if colours.len() == self.degree() {
            return Ok(());
        }
        Err(GroupError::ShapeMismatch {
            what: "a colouring",
            got: colours.len(),
            expected: self.degree(),
        })
    }
}
