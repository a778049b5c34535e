//! Composition series and composition factors.
//!
//! A *composition series* G = G_0 > G_1 > … > 1 has each term normal and maximal in the one before; its factors are
//! simple, and up to their order they do not depend on the series (Jordan and Hölder). A group is taken apart until only
//! simple groups are left (R. Beals, *Towards polynomial time algorithms for matrix groups*, and Seress §6.2):
//! * a solvable group has factors of prime order, which its order tells; the quotient by the derived subgroup has too;
//! * a perfect group that is intransitive, or has blocks, is mapped to its action on an orbit or on blocks, which leaves
//!   that image and the kernel;
//! * a perfect primitive group is simple, unless it has a regular normal subgroup, or its degree is at least 3125: see
//!   `primitive.rs`.
//!
//! ```
//! use groups::catalog::parse_group;
//! let names = |text| -> Result<String, groups::GroupError> {
//!     let factors = parse_group(text)?.composition_factors()?;
//!     Ok(factors.iter().map(|f| f.to_string()).collect::<Vec<_>>().join(" "))
//! };
//! assert_eq!(names("S5 wr C2")?, "C2 C2 C2 A5 A5");
//! assert_eq!(names("PSL(3,4)")?, "PSL(3,4)");
//! assert_eq!(names("AGL(4,2)")?, "C2 C2 C2 C2 A8");
//! assert_eq!(names("S100")?, "C2 A100");
//! # Ok::<(), groups::GroupError>(())
//! ```

mod identify;
mod primitive;
mod series;

use crate::constituents::{action_on_orbit, block_system};
use crate::error::GroupError;
use crate::factorization::factor_order;
use crate::homomorphism::Homomorphism;
use crate::perm_group::PermGroup;
use crate::shape::Shape;
use crate::simple_group::SimpleGroup;
use primitive::Primitive;

/// How a group that is not solvable comes apart.
enum Parts {
    /// It is simple.
    Simple,
    /// A normal subgroup with a solvable quotient: its derived subgroup.
    SolvableAbove(PermGroup),
    /// A homomorphism that is not trivial and whose kernel is not the whole group, or whose image has a smaller degree.
    Mapped(Homomorphism),
}

fn parts(group: &PermGroup) -> Result<Parts, GroupError> {
    let derived = group.derived_subgroup();
    if derived.order() != group.order() {
        return Ok(Parts::SolvableAbove(derived));
    }
    let moved = group.orbits().iter().find(|orbit| orbit.len() > 1);
    let orbit = moved.expect("a group that is not solvable moves a point");
    if orbit.len() < group.degree() {
        return Ok(Parts::Mapped(group.orbit_homomorphism(orbit)));
    }
    if let Some(system) = block_system(group) {
        return Ok(Parts::Mapped(group.block_homomorphism(&system.blocks[0])?));
    }
    Ok(match primitive::recognize(group)? {
        Primitive::Simple => Parts::Simple,
        Primitive::Normal(normal) => Parts::Mapped(group.quotient(&normal)?),
    })
}

impl PermGroup {
    /// The composition factors with their multiplicities, by order.
    ///
    /// # Errors
    /// [`GroupError::Limit`] for a primitive group of degree 3125 or more that has to be looked at class by class and
    /// has too many classes.
    ///
    /// ```
    /// let factors = groups::catalog::parse_group("rubik2")?.composition_factors()?;
    /// let names: Vec<String> = factors.iter().map(|f| f.to_string()).collect();
    /// assert_eq!(names.join(" "), "C2 C3 C3 C3 C3 C3 C3 C3 A8");
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn composition_factors(&self) -> Result<Vec<SimpleGroup>, GroupError> {
        let mut factors = Vec::new();
        collect(self, &mut factors)?;
        factors.sort_by_cached_key(|factor| (factor.order(), factor.to_string()));
        Ok(factors)
    }

    /// Whether the group has exactly two normal subgroups; the trivial group has one.
    ///
    /// # Errors
    /// [`GroupError::Limit`], as for [`composition_factors`](Self::composition_factors).
    ///
    /// ```
    /// use groups::catalog::parse_group;
    /// assert!(parse_group("M24")?.is_simple()? && parse_group("C7")?.is_simple()?);
    /// assert!(!parse_group("S5")?.is_simple()? && !parse_group("trivial")?.is_simple()?);
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn is_simple(&self) -> Result<bool, GroupError> {
        if self.is_solvable() {
            let factors = self.order_factors();
            return Ok(matches!(factors[..], [(_, 1)]));
        }
        Ok(self.is_perfect() && self.composition_factors()?.len() == 1)
    }
}

fn collect(group: &PermGroup, factors: &mut Vec<SimpleGroup>) -> Result<(), GroupError> {
    if group.is_solvable() {
        solvable(group, None, factors);
        return Ok(());
    }
    // Products that orders prove need no kernels.
    match group.shape() {
        Shape::Symmetric => {
            factors.extend([SimpleGroup::Cyclic(2), SimpleGroup::Alternating(group.degree())])
        }
        Shape::Alternating => factors.push(SimpleGroup::Alternating(group.degree())),
        Shape::Product(parts) => {
            for part in parts {
                collect(&part.group, factors)?;
            }
        }
        Shape::Wreath(wreath) => {
            let mut inner = Vec::new();
            collect(&wreath.inner, &mut inner)?;
            for _ in &wreath.points {
                factors.extend_from_slice(&inner);
            }
            collect(&wreath.outer, factors)?;
        }
        Shape::Other => match parts(group)? {
            Parts::Simple => factors.push(identify::identify(group)?),
            Parts::SolvableAbove(derived) => {
                solvable(group, Some(&derived), factors);
                collect(&derived, factors)?;
            }
            Parts::Mapped(map) => {
                collect(map.image_group(), factors)?;
                collect(&reduced(&map.kernel()), factors)?;
            }
        },
    }
    Ok(())
}

/// The factors of the solvable quotient by a normal subgroup: the primes of its order.
fn solvable(group: &PermGroup, normal: Option<&PermGroup>, factors: &mut Vec<SimpleGroup>) {
    let order = normal.map_or_else(|| group.order(), |normal| group.order() / normal.order());
    for (p, exponent) in factor_order(&order, group.degree()) {
        factors.extend(std::iter::repeat_n(SimpleGroup::Cyclic(p), exponent as usize));
    }
}

/// The same group without the points that it fixes.
fn reduced(group: &PermGroup) -> PermGroup {
    let moved: Vec<usize> = group
        .orbits()
        .iter()
        .filter(|orbit| orbit.len() > 1)
        .flatten()
        .copied()
        .collect();
    if moved.len() == group.degree() {
        return group.clone();
    }
    let mut moved = moved;
    moved.sort_unstable();
    action_on_orbit(group, &moved)
}
