//! Names of composition factors, and orders of the finite simple groups.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use groups::catalog::parse_group;
use groups::{PermGroup, Permutation, SimpleGroup};

fn names(group: &PermGroup) -> String {
    let factors = group.composition_factors().unwrap();
    factors
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(" ")
}

/// The orders of all non-abelian simple groups of order less than 10^6 (GAP 4.12.1, `SimpleGroupsIterator`).
#[test]
fn simple_groups_of_order_less_than_a_million() {
    let expected = [
        60, 168, 360, 504, 660, 1092, 2448, 2520, 3420, 4080, 5616, 6048, 6072, 7800, 7920, 9828, 12180,
        14880, 20160, 20160, 25308, 25920, 29120, 32736, 34440, 39732, 51888, 58800, 62400, 74412, 95040,
        102660, 113460, 126000, 150348, 175560, 178920, 181440, 194472, 246480, 262080, 265680, 285852,
        352440, 372000, 443520, 456288, 515100, 546312, 604800, 612468, 647460, 721392, 885720, 976500,
        979200,
    ];
    // An order that is not prime is divisible by 4 and by 3, or by 64 and by 5 (the Suzuki groups).
    const SCANNED: u32 = 100_000;
    let scanned = (4..SCANNED).step_by(4).filter(|n| n % 3 == 0 || n % 320 == 0);
    let mut larger: Vec<u32> = expected.into_iter().filter(|&n| n > SCANNED).collect();
    larger.extend(larger.clone().iter().map(|n| n + 12));
    larger.sort_unstable();
    let found: Vec<u32> = scanned
        .chain(larger)
        .flat_map(|n| SimpleGroup::of_order(&n.into()).into_iter().map(move |_| n))
        .collect();
    assert_eq!(found, expected);
}

/// Orders as printed in the *Atlas of Finite Groups*.
#[test]
fn orders_in_the_atlas() {
    use groups::Exceptional::{D4Triality, E6, E6Twisted, F4, G2, Ree, ReeF4, Suzuki};
    use groups::SimpleGroup::*;
    let rows = [
        (Linear(2, 7), "168"),
        (Unitary(3, 3), "6048"),
        (Symplectic(6, 2), "1451520"),
        (Orthogonal(7, 3), "4585351680"),
        (Symplectic(6, 3), "4585351680"),
        (OrthogonalPlus(8, 2), "174182400"),
        (OrthogonalMinus(8, 2), "197406720"),
        (OrthogonalPlus(8, 3), "4952179814400"),
        (OrthogonalMinus(8, 3), "10151968619520"),
        (OrthogonalPlus(10, 2), "23499295948800"),
        (OrthogonalMinus(10, 2), "25015379558400"),
        (Unitary(6, 2), "9196830720"),
        (Exceptional(Suzuki, 8), "29120"),
        (Exceptional(Ree, 27), "10073444472"),
        (Exceptional(G2, 3), "4245696"),
        (Exceptional(G2, 4), "251596800"),
        (Exceptional(D4Triality, 2), "211341312"),
        (Exceptional(F4, 2), "3311126603366400"),
        (Exceptional(ReeF4, 8), "264905352699586176614400"),
        (Exceptional(E6, 2), "214841575522005575270400"),
        (Exceptional(E6Twisted, 2), "76532479683774853939200"),
        (Tits, "17971200"),
        (Sporadic("J1"), "175560"),
    ];
    for (group, order) in rows {
        assert_eq!(group.order().to_string(), order, "{group}");
        assert!(SimpleGroup::of_order(&group.order()).contains(&group), "{group}");
    }
}

#[test]
fn names_of_simple_groups() {
    for (text, name) in [
        ("C2", "C2"),
        ("A5", "A5"),
        ("PSL(2,5)", "A5"),
        ("PSL(2,7)", "PSL(2,7)"),
        ("PSL(3,2)", "PSL(2,7)"),
        ("PSL(2,9)", "A6"),
        ("A8", "A8"),
        ("PSL(4,2)", "A8"),
        ("PSL(3,4)", "PSL(3,4)"),
        ("M11", "M11"),
        ("M24", "M24"),
        ("PSU(3,3)", "PSU(3,3)"),
        ("PSU(4,2)", "PSp(4,3)"),
        ("PSp(4,3)", "PSp(4,3)"),
        ("PSp(6,2)", "PSp(6,2)"),
        ("PSp(6,3)", "PSp(6,3)"),
        ("Sz(8)", "Sz(8)"),
        ("J1", "J1"),
        ("J2", "J2"),
        ("McL", "McL"),
        ("HS", "HS"),
        ("PSL(2,101)", "PSL(2,101)"),
        ("A50", "A50"),
    ] {
        let group = parse_group(text).unwrap();
        assert_eq!(names(&group), name, "{text}");
        assert!(group.is_simple().unwrap(), "{text}");
    }
}

/// Ω(7,3) has the order of PSp(6,3): its matrices over GF(3), with respect to GAP's form, on the vectors of one orbit.
#[test]
fn orthogonal_and_symplectic_groups_of_equal_order() {
    let matrices = OMEGA;
    let apply = |v: [u8; 7], m: &str| {
        let rows: Vec<&[u8]> = m.split(' ').map(str::as_bytes).collect();
        let mut w = [0u8; 7];
        for (row, x) in rows.iter().zip(v) {
            for (to, digit) in w.iter_mut().zip(*row) {
                *to = (*to + x * (digit - b'0')) % 3;
            }
        }
        w
    };
    let mut orbit = vec![[1, 0, 0, 0, 0, 0, 0]];
    let mut seen = BTreeSet::from([orbit[0]]);
    let mut at = 0;
    while at < orbit.len() {
        for m in matrices {
            let w = apply(orbit[at], m);
            if seen.insert(w) {
                orbit.push(w);
            }
        }
        at += 1;
    }
    orbit.sort_unstable();
    let generators = matrices.map(|m| {
        let images = orbit
            .iter()
            .map(|&v| orbit.binary_search(&apply(v, m)).unwrap() as u32);
        Permutation::from_images(images.collect()).unwrap()
    });
    let group = PermGroup::new(orbit.len(), generators.to_vec()).unwrap();
    assert_eq!(group.order().to_string(), "4585351680");
    assert_eq!(names(&group), "Omega(7,3)");
}

const OMEGA: [&str; 2] = [
    "1000000 0100000 0012200 0001200 0000100 0000010 0000001",
    "0100000 0010000 0000002 0002000 2000000 0000100 0000010",
];

#[test]
fn factors_of_composite_groups() {
    for (text, expected) in [
        ("trivial(0)", ""),
        ("trivial(3)", ""),
        ("S4", "C2 C2 C2 C3"),
        ("GL(2,3)", "C2 C2 C2 C2 C3"),
        ("SL(2,5)", "C2 A5"),
        ("ASL(2,5)", "C2 C5 C5 A5"),
        ("ASL(2,7)", "C2 C7 C7 PSL(2,7)"),
        ("ASL(3,2)", "C2 C2 C2 PSL(2,7)"),
        ("ASL(3,3)", "C3 C3 C3 PSL(3,3)"),
        ("AGL(2,4)", "C2 C2 C2 C2 C3 A5"),
        ("A5 x A5", "A5 A5"),
        ("A5 wr A5", "A5 A5 A5 A5 A5 A5"),
        ("A5 pwr C2", "C2 A5 A5"),
        (
            "PSL(2,7) wr A5",
            "A5 PSL(2,7) PSL(2,7) PSL(2,7) PSL(2,7) PSL(2,7)",
        ),
        ("W(E8)", "C2 C2 POmega+(8,2)"),
        ("W(E7)", "C2 PSp(6,2)"),
        ("W(E6)", "C2 PSp(4,3)"),
        ("PGammaL(2,8)", "C3 PSL(2,8)"),
        ("Sp(4,3)", "C2 PSp(4,3)"),
    ] {
        assert_eq!(names(&parse_group(text).unwrap()), expected, "{text}");
    }
    let cube = names(&parse_group("rubik").unwrap());
    assert_eq!(cube, format!("{}{}A8 A12", "C2 ".repeat(12), "C3 ".repeat(7)));
    let large = names(&parse_group("S8 wr PSL(2,125)").unwrap());
    assert_eq!(
        large,
        format!("{}{}PSL(2,125)", "C2 ".repeat(126), "A8 ".repeat(126))
    );
    assert_eq!(
        names(&parse_group("S20 wr S5").unwrap()),
        format!("{}A5 {}", "C2 ".repeat(6), ["A20"; 5].join(" "))
    );
}

/// A group with two regular normal subgroups, each of which has the other as its centralizer: A5 × A5 on the 60
/// elements of A5, from the left and from the right.
#[test]
fn two_regular_normal_subgroups() {
    let a5 = PermGroup::alternating(5);
    let elements: Vec<Permutation> = a5.sorted_elements().collect();
    let position = |g: &Permutation| elements.binary_search(g).unwrap() as u32;
    let mut generators = Vec::new();
    for s in a5.generators() {
        let right = elements.iter().map(|x| position(&(x * s)));
        generators.push(Permutation::from_images(right.collect()).unwrap());
        let left = elements.iter().map(|x| position(&(&s.inverse() * x)));
        generators.push(Permutation::from_images(left.collect()).unwrap());
    }
    let group = PermGroup::new(60, generators).unwrap();
    assert!(group.is_primitive() && group.is_perfect());
    assert_eq!(names(&group), "A5 A5");
    assert!(!group.is_simple().unwrap());
    let series = group.composition_series().unwrap();
    let orders: Vec<String> = series.iter().map(|h| h.order().to_string()).collect();
    assert_eq!(orders, ["3600", "60", "1"]);
}

/// A5 wr A5 in its product action on 5^5 = 3125 points is perfect, primitive, and not simple.
#[test]
fn a_perfect_primitive_group_that_is_not_simple() {
    let group = parse_group("A5 pwr A5").unwrap();
    assert!(group.is_primitive() && group.is_perfect());
    assert_eq!(names(&group), "A5 A5 A5 A5 A5 A5");
}
