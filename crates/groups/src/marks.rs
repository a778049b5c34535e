//! Tables of marks, and what they say about actions on finite sets.
//!
//! Every transitive action of G is that on the cosets of a subgroup K, and K up to conjugacy determines it. The *mark*
//! of a subgroup H on a finite G-set X is the number of points of X that all of H fixes. For X = G/K it is
//! |N(K) : K| times the number of conjugates of K that contain H (W. Burnside, *Theory of Groups of Finite Order*,
//! 2nd edition 1911, §180; G. Pfeiffer, *The subgroups of M24*, 1997). Ordered by the order of K and H, the table of
//! these numbers is triangular with nonzero diagonal, so marks determine an action up to isomorphism, and an action is
//! taken apart into transitive ones by exact division.
//!
//! Sums and products of marks are those of disjoint unions and of direct products: the *Burnside ring*.
//!
//! ```
//! use groups::catalog::parse_group;
//! use groups::marks::TableOfMarks;
//! let table = TableOfMarks::new(&parse_group("S3")?.subgroup_lattice()?);
//! assert_eq!(table.to_rows(), [vec![6, 0, 0, 0], vec![3, 1, 0, 0], vec![2, 0, 2, 0], vec![1, 1, 1, 1]]);
//! // G/⟨(1,2)⟩ × G/⟨(1,2)⟩, the pairs of points: the diagonal and the pairs of different points.
//! assert_eq!(table.product_of_transitive(1, 1), [1, 1, 0, 0]);
//! # Ok::<(), groups::GroupError>(())
//! ```

use num_bigint::BigUint;
use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};

use crate::action::Action;
use crate::error::GroupError;
use crate::perm_group::PermGroup;
use crate::subgroups::SubgroupLattice;

/// The marks of the classes of subgroups on the transitive actions of a group.
///
/// Classes are numbered as in the [`SubgroupLattice`] that the table is made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableOfMarks {
    /// Row K, columns H = 0, …, K: the points of G/K that H fixes.
    rows: Vec<Vec<u64>>,
}

/// An orbit type of an action: how many of its orbits are isomorphic to G/K, for a class of subgroups K.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrbitType {
    /// The class of the stabilizers of the points (the *isotropy class*).
    pub class: usize,
    /// The number of orbits.
    pub orbits: u64,
}

impl TableOfMarks {
    /// Counts the conjugates of each class above each representative.
    ///
    /// O(classes × subgroups) comparisons of bit sets.
    pub fn new(lattice: &SubgroupLattice) -> Self {
        let order = lattice.group_order();
        let row = |k: usize| {
            let upper = &lattice.classes()[k];
            (0..=k).map(move |h| {
                // With c subgroups of class H in one of class K, c · length(K) / length(H) of class K contain one of
                // class H, and |N(K) : K| = |G| / (length(K) · |K|).
                let lower = &lattice.classes()[h];
                let pairs = u128::from(order) * u128::from(lattice.inclusions(h, k));
                let scale = u128::from(lower.length) * u128::from(upper.order);
                debug_assert_eq!(pairs % scale, 0);
                (pairs / scale) as u64
            })
        };
        Self {
            rows: (0..lattice.n_classes()).map(|k| row(k).collect()).collect(),
        }
    }

    /// The number of classes.
    pub fn n_classes(&self) -> usize {
        self.rows.len()
    }

    /// The number of points of G/K that the subgroup H fixes, for classes K and H.
    ///
    /// # Panics
    /// If there is no such class.
    pub fn mark(&self, k: usize, h: usize) -> u64 {
        assert!(h < self.n_classes(), "class {h} of {}", self.n_classes());
        self.rows[k].get(h).copied().unwrap_or(0)
    }

    /// The whole square table, row by row.
    pub fn to_rows(&self) -> Vec<Vec<u64>> {
        let all = 0..self.n_classes();
        all.clone()
            .map(|k| all.clone().map(|h| self.mark(k, h)).collect())
            .collect()
    }

    /// How often each transitive action occurs in a virtual action with these marks.
    ///
    /// The answer may have negative multiplicities: then the marks are those of a difference of actions.
    ///
    /// # Errors
    /// [`GroupError::ShapeMismatch`] for a wrong number of marks; [`GroupError::Domain`] if the marks are those of no
    /// integral combination of actions, with the class where division fails.
    ///
    /// ```
    /// use groups::{catalog::parse_group, marks::TableOfMarks};
    /// let table = TableOfMarks::new(&parse_group("C2")?.subgroup_lattice()?);
    /// assert_eq!(table.decompose(&[7, 3])?, [2, 3]);
    /// assert!(table.decompose(&[7, 2]).is_err());
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn decompose(&self, marks: &[i128]) -> Result<Vec<i128>, GroupError> {
        if marks.len() != self.n_classes() {
            return Err(GroupError::ShapeMismatch {
                what: "a list of marks",
                got: marks.len(),
                expected: self.n_classes(),
            });
        }
        let mut rest = marks.to_vec();
        let mut multiplicities = vec![0; marks.len()];
        for k in (0..marks.len()).rev() {
            let diagonal = i128::from(self.rows[k][k]);
            if rest[k] % diagonal != 0 {
                return Err(GroupError::Domain {
                    what: format!("the marks {marks:?}, which leave {} at class {k}", rest[k]),
                    expected: format!("marks of an action: a multiple of {diagonal} there"),
                });
            }
            multiplicities[k] = rest[k] / diagonal;
            for (rest, &mark) in rest.iter_mut().zip(&self.rows[k]) {
                *rest -= multiplicities[k] * i128::from(mark);
            }
        }
        Ok(multiplicities)
    }

    /// The orbits of the product G/K × G/L: how often each transitive action occurs in it.
    ///
    /// # Panics
    /// If there is no such class.
    pub fn product_of_transitive(&self, k: usize, l: usize) -> Vec<u64> {
        let marks = |h| i128::from(self.mark(k, h)) * i128::from(self.mark(l, h));
        let marks: Vec<i128> = (0..self.n_classes()).map(marks).collect();
        let multiplicities = self.decompose(&marks).expect("the product is an action");
        multiplicities.into_iter().map(|m| m as u64).collect()
    }

    /// The orbit types of the power X^n of an action with these marks.
    ///
    /// Marks of a power are powers of marks.
    ///
    /// # Errors
    /// As for [`decompose`](Self::decompose); [`GroupError::Limit`] if a mark of the power passes 2^127.
    ///
    /// ```
    /// use groups::{catalog::parse_group, marks::TableOfMarks};
    /// let s4 = parse_group("S4")?;
    /// let lattice = s4.subgroup_lattice()?;
    /// let table = TableOfMarks::new(&lattice);
    /// // Triples of points: stabilizers S3, S2 and 1 occur, 3 of 11 classes.
    /// let triples = table.power(&table.marks_of_points(&lattice)?, 3)?;
    /// let types: Vec<_> = triples.iter().map(|t| (lattice.classes()[t.class].order(), t.orbits)).collect();
    /// assert_eq!(types, [(1u32.into(), 1), (2u32.into(), 3), (6u32.into(), 1)]);
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn power(&self, marks: &[u64], n: u32) -> Result<Vec<OrbitType>, GroupError> {
        let power = |&mark: &u64| {
            i128::from(mark).checked_pow(n).ok_or_else(|| GroupError::Limit {
                what: "the exponent of a power of an action",
                asked: n.into(),
                // mark < 2^(bits), so that mark^(126 / bits) fits.
                limit: u64::from(126 / (mark.ilog2() + 1)),
            })
        };
        let marks = marks.iter().map(power).collect::<Result<Vec<_>, _>>()?;
        self.types(&marks)
    }

    /// The marks of the natural action on points.
    ///
    /// # Errors
    /// [`GroupError::ShapeMismatch`] if the lattice has another number of classes than the table.
    pub fn marks_of_points(&self, lattice: &SubgroupLattice) -> Result<Vec<u64>, GroupError> {
        self.check(lattice)?;
        let fixed = |group: &PermGroup| {
            let fixes = |x: &usize| group.generators().iter().all(|g| g.image(*x) == *x);
            (0..group.degree()).filter(fixes).count() as u64
        };
        Ok(lattice
            .classes()
            .iter()
            .map(|class| fixed(class.representative()))
            .collect())
    }

    /// The orbit types of an action on a finite set, classes ascending.
    ///
    /// The points that each representative fixes are counted; no orbit is enumerated.
    ///
    /// # Errors
    /// What the action says of a bad point; [`GroupError::Domain`] if the set is not mapped to itself or names a point
    /// twice; [`GroupError::ShapeMismatch`] if the lattice has another number of classes than the table.
    ///
    /// ```
    /// use groups::{OnSets, catalog::parse_group, marks::TableOfMarks};
    /// let lattice = parse_group("D4")?.subgroup_lattice()?;
    /// let table = TableOfMarks::new(&lattice);
    /// let pairs = [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]];
    /// let pairs = pairs.into_iter().map(OnSets::point).collect::<Result<Vec<_>, _>>()?;
    /// // The sides of the square and its diagonals.
    /// let sizes = table.orbit_types(&lattice, &OnSets, &pairs)?;
    /// let orders: Vec<_> = sizes.iter().map(|t| lattice.classes()[t.class].order().to_string()).collect();
    /// assert_eq!(orders, ["2", "4"]);
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn orbit_types<A: Action<PermGroup>>(
        &self,
        lattice: &SubgroupLattice,
        action: &A,
        domain: &[A::Point],
    ) -> Result<Vec<OrbitType>, GroupError> {
        self.check(lattice)?;
        check_domain(lattice.group(), action, domain)?;
        let fixed = |group: &PermGroup| {
            let fixes = |x: &&A::Point| group.generators().iter().all(|g| action.act(x, g) == **x);
            domain.iter().filter(fixes).count() as i128
        };
        let marks: Vec<i128> = lattice
            .classes()
            .iter()
            .map(|class| fixed(class.representative()))
            .collect();
        self.types(&marks)
    }

    /// The transitive actions that occur in an action with these marks.
    fn types(&self, marks: &[i128]) -> Result<Vec<OrbitType>, GroupError> {
        let mut types = Vec::new();
        for (class, multiplicity) in self.decompose(marks)?.into_iter().enumerate() {
            let orbits = u64::try_from(multiplicity).map_err(|_| GroupError::Domain {
                what: format!("the marks {marks:?}, with {multiplicity} orbits of class {class}"),
                expected: "marks of an action with fewer than 2^64 orbits".to_owned(),
            })?;
            if orbits > 0 {
                types.push(OrbitType { class, orbits });
            }
        }
        Ok(types)
    }

    fn check(&self, lattice: &SubgroupLattice) -> Result<(), GroupError> {
        if lattice.n_classes() == self.n_classes() {
            return Ok(());
        }
        Err(GroupError::ShapeMismatch {
            what: "the list of classes of the lattice",
            got: lattice.n_classes(),
            expected: self.n_classes(),
        })
    }
}

/// The number of orbits of an action, given by its types.
///
/// ```
/// use groups::marks::{OrbitType, number_of_orbits};
/// let types = [OrbitType { class: 0, orbits: 2 }, OrbitType { class: 3, orbits: 1 }];
/// assert_eq!(number_of_orbits(&types), 3u32.into());
/// ```
pub fn number_of_orbits(types: &[OrbitType]) -> BigUint {
    types.iter().map(|t| BigUint::from(t.orbits)).sum()
}

/// Refuses a list of points that is no set, or no union of orbits.
fn check_domain<A: Action<PermGroup>>(
    group: &PermGroup,
    action: &A,
    domain: &[A::Point],
) -> Result<(), GroupError> {
    let mut all = FxHashSet::default();
    for (k, x) in domain.iter().enumerate() {
        action.validate(group, x)?;
        if !all.insert(x) {
            return Err(GroupError::Domain {
                what: format!("point {k} of the domain of an action (counted from 0), which occurs before"),
                expected: "different points".to_owned(),
            });
        }
    }
    for (k, x) in domain.iter().enumerate() {
        if group
            .generators()
            .iter()
            .any(|g| !all.contains(&action.act(x, g)))
        {
            return Err(GroupError::Domain {
                what: format!(
                    "point {k} of the domain of an action (counted from 0), with an image outside it"
                ),
                expected: "a union of orbits".to_owned(),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::{OnPoints, OnTuples};
    use crate::catalog::parse_group;
    use crate::orbit::Orbit;

    fn table(text: &str) -> (SubgroupLattice, TableOfMarks) {
        let lattice = parse_group(text).unwrap().subgroup_lattice().unwrap();
        let table = TableOfMarks::new(&lattice);
        (lattice, table)
    }

    /// The published table of marks of A5 (Burnside 1911, §185; GAP's library has the same).
    #[test]
    fn the_table_of_a5() {
        let rows = [
            vec![60],
            vec![30, 2],
            vec![20, 0, 2],
            vec![15, 3, 0, 3],
            vec![12, 0, 0, 0, 2],
            vec![10, 2, 1, 0, 0, 1],
            vec![6, 2, 0, 0, 1, 0, 1],
            vec![5, 1, 2, 1, 0, 0, 0, 1],
            vec![1; 9],
        ];
        assert_eq!(table("A5").1.rows, rows);
    }

    /// Each mark is the number of cosets of K that H fixes: of g with H ≤ K^g, divided by |K|.
    #[test]
    fn marks_by_brute_force() {
        for text in ["S4", "D6", "SL(2,3)", "A5", "C2 x D4"] {
            let (lattice, table) = table(text);
            let classes = lattice.classes();
            for (k, upper) in classes.iter().enumerate() {
                for (h, lower) in classes.iter().enumerate() {
                    let fixes = |g: &crate::Permutation| {
                        let (group, inverse) = (lower.representative(), g.inverse());
                        let inside = |s: &crate::Permutation| {
                            upper.representative().contains(&s.conjugate_by(&inverse))
                        };
                        group.generators().iter().all(inside)
                    };
                    let count = BigUint::from(lattice.group().elements().filter(fixes).count());
                    assert_eq!(count / upper.order(), table.mark(k, h).into(), "{text}: {k}, {h}");
                }
            }
        }
    }

    /// The orbits of tuples, enumerated, with the class of each stabilizer looked up.
    #[test]
    fn orbit_types_agree_with_orbits() {
        for (text, length) in [
            ("S4", 3),
            ("D6", 2),
            ("A5", 2),
            ("PSL(2,7)", 2),
            ("(1,2)(3,4),(3,4)", 2),
        ] {
            let (lattice, table) = table(text);
            let group = lattice.group();
            let degree = group.degree() as u32;
            let tuples = (0..degree.pow(length)).map(|code| {
                (0..length)
                    .map(|k| code / degree.pow(k) % degree)
                    .collect::<Box<[u32]>>()
            });
            let tuples: Vec<_> = tuples.collect();
            let mut expected = vec![0u64; lattice.n_classes()];
            let mut seen = FxHashSet::default();
            for x in &tuples {
                if seen.contains(x) {
                    continue;
                }
                let orbit = Orbit::new(group, &OnTuples, x, 100_000).unwrap();
                seen.extend(orbit.points().iter().cloned());
                let points: Vec<usize> = x.iter().map(|&x| x as usize).collect();
                let stabilizer = group.pointwise_stabilizer(&points).unwrap();
                expected[lattice.find(&stabilizer).unwrap().0] += 1;
            }
            let types = table.orbit_types(&lattice, &OnTuples, &tuples).unwrap();
            let mut found = vec![0; lattice.n_classes()];
            types.iter().for_each(|t| found[t.class] = t.orbits);
            assert_eq!(found, expected, "{text}");
            let marks = table.marks_of_points(&lattice).unwrap();
            assert_eq!(table.power(&marks, length).unwrap(), types, "{text}");
        }
    }

    /// S4 on powers of its four points: 1, 2, 3, 3, 3 isotropy classes of 11, and never more.
    #[test]
    fn the_types_of_powers_saturate() {
        let (lattice, table) = table("S4");
        let marks = table.marks_of_points(&lattice).unwrap();
        let counts: Vec<usize> = (1..=5).map(|n| table.power(&marks, n).unwrap().len()).collect();
        assert_eq!(counts, [1, 2, 3, 3, 3]);
        assert!(matches!(table.power(&marks, 100), Err(GroupError::Limit { .. })));
    }

    #[test]
    fn what_is_no_action_is_refused() {
        let (lattice, table) = table("S3");
        assert!(matches!(
            table.decompose(&[1, 2]),
            Err(GroupError::ShapeMismatch {
                got: 2,
                expected: 4,
                ..
            })
        ));
        assert!(matches!(
            table.decompose(&[5, 1, 0, 0]),
            Err(GroupError::Domain { .. })
        ));
        // A difference of actions has integral multiplicities, but no orbits.
        assert_eq!(table.decompose(&[-2, 0, 1, 1]).unwrap()[3], 1);
        assert!(matches!(
            table.types(&[-2, 0, 1, 1]),
            Err(GroupError::Domain { .. })
        ));
        assert!(matches!(
            table.orbit_types(&lattice, &OnPoints, &[0, 1]),
            Err(GroupError::Domain { .. })
        ));
        assert!(matches!(
            table.orbit_types(&lattice, &OnPoints, &[0, 0, 1, 2]),
            Err(GroupError::Domain { .. })
        ));
        assert!(table.orbit_types(&lattice, &OnPoints, &[7]).is_err());
        let other = parse_group("C2").unwrap().subgroup_lattice().unwrap();
        assert!(table.orbit_types(&other, &OnPoints, &[0, 1]).is_err());
    }
}
