//! Actions of a group on permutations: by conjugation and by right multiplication, on cosets, and on subgroups.
//!
//! A coset Hg is written as its least element in the order of image lists, which a chain of H with ascending base finds
//! one level at a time: among the h ∈ H^(i) the image of b_i under hg is smallest for one choice of b_i^h, and the points
//! before b_i that are no base points are fixed by H^(i), so the choices are independent.

use crate::action::Action;
use crate::error::GroupError;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;
use crate::stabilizer_chain::StabilizerChain;

/// Permutations under conjugation, x ↦ g⁻¹ x g; they need not be in the group.
///
/// ```
/// use groups::{catalog::parse_group, orbit_stabilizer, ByConjugation, Permutation};
/// let x = Permutation::parse_cycles("(1,2)(3,4)", Some(5))?;
/// let (class, centralizer) = orbit_stabilizer(&parse_group("S5")?, &ByConjugation, &x, 1000)?;
/// assert_eq!((class.len(), centralizer.order().to_string()), (15, "8".to_owned()));
/// # Ok::<(), groups::GroupError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ByConjugation;

impl Action<PermGroup> for ByConjugation {
    type Point = Permutation;

    fn act(&self, x: &Permutation, g: &Permutation) -> Permutation {
        x.conjugate_by(g)
    }

    fn validate(&self, group: &PermGroup, x: &Permutation) -> Result<(), GroupError> {
        same_degree(group, x)
    }

    fn heap_bytes(&self, x: &Permutation) -> usize {
        size_of_val(x.images())
    }
}

/// Permutations under right multiplication, x ↦ x g: the orbit of x is the left coset of the group.
///
/// ```
/// use groups::{catalog::parse_group, orbit_stabilizer, ByRightMultiplication, Permutation};
/// let group = parse_group("A5")?;
/// let (all, stabilizer) = orbit_stabilizer(&group, &ByRightMultiplication, &group.identity(), 1000)?;
/// assert_eq!((all.len(), stabilizer.order().to_string()), (60, "1".to_owned()));
/// # Ok::<(), groups::GroupError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ByRightMultiplication;

impl Action<PermGroup> for ByRightMultiplication {
    type Point = Permutation;

    fn act(&self, x: &Permutation, g: &Permutation) -> Permutation {
        x * g
    }

    fn validate(&self, group: &PermGroup, x: &Permutation) -> Result<(), GroupError> {
        same_degree(group, x)
    }

    fn heap_bytes(&self, x: &Permutation) -> usize {
        size_of_val(x.images())
    }
}

/// The right cosets Hx of a subgroup, each written as its least element, under Hx ↦ Hxg.
///
/// ```
/// use groups::{catalog::parse_group, orbit_stabilizer, OnCosets};
/// let group = parse_group("M11")?;
/// let subgroup = group.stabilizer(0)?;
/// let cosets = OnCosets::new(&subgroup);
/// let (orbit, stabilizer) = orbit_stabilizer(&group, &cosets, &group.identity(), 1000)?;
/// assert_eq!(orbit.len(), 11);
/// assert!(stabilizer.equals(&subgroup));
/// # Ok::<(), groups::GroupError>(())
/// ```
#[derive(Clone, Debug)]
pub struct OnCosets {
    /// The chain of the subgroup whose base ascends.
    chain: StabilizerChain,
}

impl OnCosets {
    /// The cosets of a subgroup; the subgroup itself is the coset of the identity.
    pub fn new(subgroup: &PermGroup) -> Self {
        Self {
            chain: subgroup.ascending_chain(),
        }
    }

    /// The least element of the coset Hx.
    ///
    /// # Panics
    /// If the degree of x is not that of the subgroup.
    pub fn representative(&self, x: &Permutation) -> Permutation {
        least_in_coset(&self.chain, 0, x)
    }
}

impl Action<PermGroup> for OnCosets {
    type Point = Permutation;

    fn act(&self, x: &Permutation, g: &Permutation) -> Permutation {
        self.representative(&(x * g))
    }

    fn validate(&self, group: &PermGroup, x: &Permutation) -> Result<(), GroupError> {
        same_degree(group, x)?;
        if self.chain.degree() != group.degree() {
            return Err(GroupError::DegreeMismatch {
                what: "the subgroup whose cosets are asked for".to_owned(),
                got: self.chain.degree(),
                expected: group.degree(),
            });
        }
        if self.representative(x) != *x {
            return Err(GroupError::Domain {
                what: format!("{x}, which is not the least element of its coset"),
                expected: format!("{}", self.representative(x)),
            });
        }
        Ok(())
    }

    fn heap_bytes(&self, x: &Permutation) -> usize {
        size_of_val(x.images())
    }
}

/// The least element of H^(from) x for a chain of H with ascending base.
fn least_in_coset(chain: &StabilizerChain, from: usize, x: &Permutation) -> Permutation {
    let mut least = x.clone();
    for level in chain.levels().skip(from) {
        let image = |&y: &u32| least.image(y as usize);
        let best = level.orbit().iter().copied().min_by_key(image);
        let best = best.expect("an orbit has a point") as usize;
        if best != level.base_point() {
            let u = level
                .representative(best)
                .expect("a point of the orbit has a representative");
            least = &u * &least;
        }
    }
    least
}

/// Subgroups under conjugation, H ↦ g⁻¹ H g, each written as a canonical list of generators.
///
/// ```
/// use groups::{catalog::parse_group, orbit_stabilizer, OnSubgroups};
/// let sylow = OnSubgroups::point(&parse_group("(1,2,3,4,5)")?);
/// let (orbit, normalizer) = orbit_stabilizer(&parse_group("S5")?, &OnSubgroups, &sylow, 1000)?;
/// assert_eq!((orbit.len(), normalizer.order().to_string()), (6, "20".to_owned()));
/// # Ok::<(), groups::GroupError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct OnSubgroups;

impl OnSubgroups {
    /// The canonical generators of a group: the same for equal groups, whatever generators they were given by.
    ///
    /// Along the chain with ascending base, from the last level up, the least element that carries the base point to
    /// the smallest point which the generators so far do not reach. At most log₂|H| of them.
    pub fn point(group: &PermGroup) -> Box<[Permutation]> {
        let chain = group.ascending_chain();
        let mut generators: Vec<Permutation> = Vec::new();
        for (depth, level) in chain.levels().enumerate().rev() {
            let base = level.base_point();
            let mut points: Vec<usize> = level.orbit().iter().map(|&x| x as usize).collect();
            points.sort_unstable();
            let mut reached = reach(base, group.degree(), &generators);
            for point in points {
                if !reached[point] {
                    let u = level
                        .representative(point)
                        .expect("a point of the orbit has a representative");
                    // H^(i+1) u is the set of elements of H^(i) that carry the base point to this one.
                    generators.push(least_in_coset(&chain, depth + 1, &u));
                    reached = reach(base, group.degree(), &generators);
                }
            }
        }
        generators.into_boxed_slice()
    }
}

/// Which points some permutations reach from one.
fn reach(from: usize, degree: usize, generators: &[Permutation]) -> Vec<bool> {
    let mut reached = vec![false; degree];
    reached[from] = true;
    let mut open = vec![from];
    while let Some(x) = open.pop() {
        for g in generators {
            let y = g.image(x);
            if !std::mem::replace(&mut reached[y], true) {
                open.push(y);
            }
        }
    }
    reached
}

impl Action<PermGroup> for OnSubgroups {
    type Point = Box<[Permutation]>;

    fn act(&self, x: &Self::Point, g: &Permutation) -> Self::Point {
        let conjugates: Vec<Permutation> = x.iter().map(|h| h.conjugate_by(g)).collect();
        let image = PermGroup::new(g.degree(), conjugates)
            .expect("conjugates of permutations of one degree have that degree");
        Self::point(&image)
    }

    fn validate(&self, group: &PermGroup, x: &Self::Point) -> Result<(), GroupError> {
        x.iter().try_for_each(|h| same_degree(group, h))?;
        let subgroup = PermGroup::new(group.degree(), x.to_vec())?;
        if Self::point(&subgroup) != *x {
            return Err(GroupError::Domain {
                what: "a list of generators that is not the canonical one of its group".to_owned(),
                expected: "the list that OnSubgroups::point gives".to_owned(),
            });
        }
        Ok(())
    }

    fn heap_bytes(&self, x: &Self::Point) -> usize {
        size_of_val::<[Permutation]>(x) + x.iter().map(|h| size_of_val(h.images())).sum::<usize>()
    }
}

fn same_degree(group: &PermGroup, x: &Permutation) -> Result<(), GroupError> {
    if x.degree() == group.degree() {
        return Ok(());
    }
    Err(GroupError::DegreeMismatch {
        what: "a permutation acted on".to_owned(),
        got: x.degree(),
        expected: group.degree(),
    })
}
