//! The product structure that a permutation group shows in its orders alone.
//!
//! An intransitive group of order ∏ |G^Ω| over its orbits is the direct product of its constituents, because it is a
//! subgroup of it. In the same way a transitive group of order |H|^m |B| with m blocks is the whole wreath product
//! H ≀ B, and a group of order n! or n!/2 on n points is S_n or A_n. So each claim here is proved by an exact order.

use num_bigint::BigUint;
use num_traits::One;

use crate::constituents::{BlockSystem, action_on_orbit, principal_block_systems};
use crate::factorization::factorial;
use crate::perm_group::PermGroup;

/// What a group is made of.
pub(crate) enum Shape {
    /// All permutations of at least two points.
    Symmetric,
    /// All even permutations of at least three points.
    Alternating,
    /// A direct product of groups on disjoint sets of points; the points outside them are fixed.
    Product(Vec<Factor>),
    /// A full wreath product in its imprimitive action.
    Wreath(Wreath),
    /// None of these, as far as is known.
    Other,
}

/// A direct factor.
pub(crate) struct Factor {
    /// The points it acts on, ascending.
    pub(crate) points: Vec<usize>,
    /// The action on these points, renumbered from 0.
    pub(crate) group: PermGroup,
}

/// H ≀ B: all permutations (j, i) ↦ (j^b, i^(h_j)) with b ∈ B and h_j ∈ H.
pub(crate) struct Wreath {
    /// H, the action of the stabilizer of a block on the block.
    pub(crate) inner: PermGroup,
    /// B, the action on the blocks.
    pub(crate) outer: PermGroup,
    /// The point (j, i) for each block j and each place i of a block.
    pub(crate) points: Vec<Vec<usize>>,
}

impl Wreath {
    /// |H|^m |B|.
    pub(crate) fn order(&self) -> BigUint {
        self.inner.order().pow(self.points.len() as u32) * self.outer.order()
    }
}

impl PermGroup {
    /// The product structure; found once.
    pub(crate) fn shape(&self) -> &Shape {
        self.structure().shape.get_or_init(|| recognize(self))
    }
}

fn recognize(group: &PermGroup) -> Shape {
    let moved: Vec<&Vec<usize>> = group.orbits().iter().filter(|orbit| orbit.len() > 1).collect();
    match moved[..] {
        [] => Shape::Other,
        [orbit] if orbit.len() == group.degree() => recognize_transitive(group),
        _ => recognize_product(group, &moved),
    }
}

fn recognize_transitive(group: &PermGroup) -> Shape {
    /// Block systems to be tried; only groups with regular subgroups have more.
    const SYSTEMS: usize = 16;
    let order = group.order();
    let all = factorial(group.degree());
    if order == all {
        return Shape::Symmetric;
    }
    if &order * 2u32 == all {
        return Shape::Alternating;
    }
    let systems = principal_block_systems(group).into_iter().take(SYSTEMS);
    for system in systems {
        if let Some(wreath) = full_wreath_product(group, &order, &system) {
            return Shape::Wreath(wreath);
        }
    }
    Shape::Other
}

fn full_wreath_product(group: &PermGroup, order: &BigUint, system: &BlockSystem) -> Option<Wreath> {
    let (points, inner) = system.coordinates(group);
    let wreath = Wreath {
        inner,
        outer: system.action(group),
        points,
    };
    (wreath.order() == *order).then_some(wreath)
}

fn recognize_product(group: &PermGroup, moved: &[&Vec<usize>]) -> Shape {
    let order = group.order();
    let singles: Vec<Vec<usize>> = moved.iter().map(|&orbit| orbit.clone()).collect();
    for clusters in [singles, dependent_clusters(group, moved)] {
        let factors: Vec<Factor> = clusters
            .into_iter()
            .map(|points| Factor {
                group: action_on_orbit(group, &points),
                points,
            })
            .collect();
        let product = factors
            .iter()
            .fold(BigUint::one(), |all, f| all * f.group.order());
        let proper = factors.iter().all(|factor| factor.points.len() < group.degree());
        if product == order && proper {
            return Shape::Product(factors);
        }
    }
    let points: Vec<usize> = moved.iter().flat_map(|orbit| orbit.iter().copied()).collect();
    if points.len() == group.degree() {
        return Shape::Other;
    }
    let mut points = points;
    points.sort_unstable();
    let group = action_on_orbit(group, &points);
    Shape::Product(vec![Factor { points, group }])
}

/// Orbits put together where the action on two of them is not the direct product.
fn dependent_clusters(group: &PermGroup, moved: &[&Vec<usize>]) -> Vec<Vec<usize>> {
    let orders: Vec<BigUint> = moved.iter().map(|o| action_on_orbit(group, o).order()).collect();
    let mut cluster: Vec<usize> = (0..moved.len()).collect();
    for j in 1..moved.len() {
        for i in 0..j {
            if cluster[i] == cluster[j] {
                continue;
            }
            let mut both = [moved[i].as_slice(), moved[j].as_slice()].concat();
            both.sort_unstable();
            if action_on_orbit(group, &both).order() != &orders[i] * &orders[j] {
                let (from, to) = (cluster[j], cluster[i]);
                cluster.iter_mut().filter(|c| **c == from).for_each(|c| *c = to);
            }
        }
    }
    let mut names = cluster.clone();
    names.sort_unstable();
    names.dedup();
    let union = |name: &usize| {
        let members = moved.iter().zip(&cluster).filter(|(_, c)| *c == name);
        let mut points: Vec<usize> = members.flat_map(|(orbit, _)| orbit.iter().copied()).collect();
        points.sort_unstable();
        points
    };
    names.iter().map(union).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::parse_group;

    fn shape_of(text: &str) -> String {
        describe(&parse_group(text).unwrap())
    }

    fn describe(group: &PermGroup) -> String {
        match group.shape() {
            Shape::Symmetric => format!("S{}", group.degree()),
            Shape::Alternating => format!("A{}", group.degree()),
            Shape::Product(factors) => {
                let names: Vec<String> = factors.iter().map(|f| describe(&f.group)).collect();
                format!("({})", names.join(" x "))
            }
            Shape::Wreath(w) => format!("{} wr {}", describe(&w.inner), describe(&w.outer)),
            Shape::Other => group.order().to_string(),
        }
    }

    #[test]
    fn products_are_recognized() {
        assert_eq!(shape_of("S7"), "S7");
        assert_eq!(shape_of("A7"), "A7");
        assert_eq!(shape_of("M11"), "7920");
        assert_eq!(shape_of("S4 x A5 x M11"), "(S4 x A5 x 7920)");
        assert_eq!(shape_of("S5 wr M11"), "S5 wr 7920");
        assert_eq!(shape_of("C4 wr S5"), "4 wr S5");
        assert_eq!(shape_of("(1,2,3)(4,5,6),(1,2)(4,5)"), "6");
        // Two diagonal pairs of orbits.
        let pairs = "(1,2,3)(4,5,6),(1,2)(4,5),(7,8,9,10)(11,12,13,14),(7,8)(11,12)";
        assert_eq!(shape_of(pairs), "(6 x 24)");
        // Pairwise independent orbits whose product is not direct.
        assert_eq!(shape_of("(1,2)(3,4),(3,4)(5,6)"), "4");
    }

    #[test]
    fn fixed_points_are_left_aside() {
        let group = parse_group("(2,3,4,5,6),(2,3)").unwrap();
        assert_eq!(describe(&group), "(S5)");
    }
}
