//! Orders at the ends of the range of degrees, from formulas.

#![allow(clippy::unwrap_used, reason = "the tests name groups that exist")]

use groups::catalog::parse_group;
use groups::{PermGroup, Permutation};
use num_bigint::BigUint;

fn factorial(n: u32) -> BigUint {
    (1..=n).map(BigUint::from).product()
}

#[test]
fn no_points_one_point_and_two() {
    for degree in 0..3 {
        let trivial = PermGroup::trivial(degree);
        assert_eq!(trivial.order(), 1u32.into());
        assert_eq!(trivial.orbits().len(), degree);
        assert!(trivial.contains(&Permutation::identity(degree)));
        assert!(trivial.is_solvable() && trivial.is_nilpotent() && trivial.is_abelian());
        assert_eq!(trivial.conjugacy_classes().unwrap().len(), 1);
        assert_eq!(trivial.elements().count(), 1);
        assert_eq!(trivial.subgroup_lattice().unwrap().n_subgroups(), 1);
        assert!(trivial.composition_factors().unwrap().is_empty());
        assert_eq!(trivial.set_stabilizer(&[]).unwrap().order(), 1u32.into());
    }
    let swap = PermGroup::symmetric(2);
    assert_eq!((swap.order(), swap.transitivity()), (2u32.into(), 2));
    assert!(!swap.contains(&Permutation::identity(3)));
}

#[test]
fn a_hundred_thousand_points() {
    let n = 100_000;
    for (name, order) in [
        ("C100000", BigUint::from(n)),
        ("D100000", BigUint::from(2 * n)),
        ("S100000", factorial(n)),
        ("A100000", factorial(n) / 2u32),
    ] {
        let group = parse_group(name).unwrap();
        assert_eq!(group.order(), order, "{name}");
        let swap = Permutation::from_cycles(n as usize, &[&[0, 1]]).unwrap();
        assert_eq!(group.contains(&swap), name == "S100000", "{name}");
    }
}
