//! Against brute force, theory, and tables.

use std::collections::BTreeSet;

use super::*;
use crate::catalog::{elementary_abelian, parse_group, small_group};

fn numbers(text: &str) -> (usize, usize) {
    let lattice = parse_group(text).unwrap().subgroup_lattice().unwrap();
    (lattice.n_classes(), lattice.n_subgroups())
}

/// All subgroups as sorted lists of elements, by adding one element at a time to subgroups known.
fn by_closure(group: &PermGroup) -> BTreeSet<Vec<Permutation>> {
    let all: Vec<Permutation> = group.elements().collect();
    let mut found = BTreeSet::from([vec![group.identity()]]);
    let mut queue: Vec<Vec<Permutation>> = found.iter().cloned().collect();
    while let Some(subgroup) = queue.pop() {
        for g in all.iter().filter(|&g| !subgroup.contains(g)) {
            let mut closed: BTreeSet<Permutation> = subgroup.iter().cloned().chain([g.clone()]).collect();
            loop {
                let products = closed.iter().flat_map(|a| closed.iter().map(move |b| a * b));
                let larger: BTreeSet<Permutation> = products.collect();
                if larger.len() == closed.len() {
                    break;
                }
                closed = larger;
            }
            let closed: Vec<Permutation> = closed.into_iter().collect();
            if found.insert(closed.clone()) {
                queue.push(closed);
            }
        }
    }
    found
}

/// The subgroups that the lattice has, as sorted lists of elements, by class.
fn listed(lattice: &SubgroupLattice) -> Vec<BTreeSet<Vec<Permutation>>> {
    let conjugate = |class, k| lattice.subgroup(class, k).unwrap().sorted_elements().collect();
    (0..lattice.n_classes())
        .map(|class| {
            (0..lattice.conjugates(class))
                .map(|k| conjugate(class, k))
                .collect()
        })
        .collect()
}

/// Every group of order at most 24: the same sets of elements, in the same classes.
#[test]
fn small_groups_by_brute_force() {
    for order in 1..=24 {
        for index in 1.. {
            let Ok(group) = small_group(order, index) else {
                break;
            };
            let lattice = group.subgroup_lattice().unwrap();
            let classes = listed(&lattice);
            let all: BTreeSet<Vec<Permutation>> = classes.iter().flatten().cloned().collect();
            assert_eq!(all, by_closure(&group), "{order},{index}");
            assert_eq!(all.len(), lattice.n_subgroups());
            for (class, members) in classes.iter().enumerate() {
                let orbit: BTreeSet<Vec<Permutation>> = group
                    .elements()
                    .map(|g| {
                        let mut image: Vec<Permutation> = members
                            .first()
                            .unwrap()
                            .iter()
                            .map(|h| h.conjugate_by(&g))
                            .collect();
                        image.sort();
                        image
                    })
                    .collect();
                assert_eq!(&orbit, members, "{order},{index} class {class}");
            }
        }
    }
}

/// Maximal subgroups and inclusions are those of the sets of elements.
#[test]
fn containments_by_brute_force() {
    for text in ["S4", "D12", "SL(2,3)", "A5", "C3 x S3"] {
        let lattice = parse_group(text).unwrap().subgroup_lattice().unwrap();
        let sets: Vec<(usize, usize, BTreeSet<Permutation>)> = (0..lattice.n_classes())
            .flat_map(|c| (0..lattice.conjugates(c)).map(move |k| (c, k)))
            .map(|(c, k)| (c, k, lattice.subgroup(c, k).unwrap().elements().collect()))
            .collect();
        for (c, k, upper) in &sets {
            let below: Vec<_> = sets
                .iter()
                .filter(|(.., s)| s.is_subset(upper) && s.len() < upper.len())
                .collect();
            let between =
                |s: &BTreeSet<Permutation>| below.iter().any(|(.., t)| s.is_subset(t) && s.len() < t.len());
            let maximal: Vec<(usize, usize)> = below
                .iter()
                .filter(|(.., s)| !between(s))
                .map(|(c, k, _)| (*c, *k))
                .collect();
            assert_eq!(lattice.maximal_subgroups(*c, *k).unwrap(), maximal, "{text}");
            let found = lattice.find(&lattice.subgroup(*c, *k).unwrap()).unwrap();
            assert_eq!(found, (*c, *k), "{text}");
            if *k == 0 {
                for lower in 0..lattice.n_classes() {
                    let count = sets
                        .iter()
                        .filter(|(d, _, s)| *d == lower && s.is_subset(upper))
                        .count();
                    assert_eq!(lattice.inclusions(lower, *c), count as u64, "{text}");
                }
            }
        }
        for cover in lattice.covers() {
            let (lower, upper) = (&lattice.classes()[cover.lower], &lattice.classes()[cover.upper]);
            assert_eq!(cover.below * upper.length, cover.above * lower.length);
        }
    }
}

/// The numbers of subspaces of GF(p)^n, by Gaussian binomials: 2^6 has 2825, 3^4 has 212, 5^3 has 64.
#[test]
fn elementary_abelian_groups_have_subspaces() {
    for (p, n) in [(2u64, 1u32), (2, 6), (3, 4), (5, 3)] {
        let gaussian = |k: u32| {
            let (above, below) = (0..k).fold((1u64, 1u64), |(a, b), i| {
                (a * (p.pow(n - i) - 1), b * (p.pow(i + 1) - 1))
            });
            above / below
        };
        let group = elementary_abelian(p as usize, n as usize).unwrap();
        let lattice = group.subgroup_lattice().unwrap();
        assert_eq!(
            lattice.n_subgroups() as u64,
            (0..=n).map(gaussian).sum::<u64>(),
            "{p}^{n}"
        );
        assert_eq!(lattice.n_classes(), lattice.n_subgroups());
    }
}

/// A cyclic group has one subgroup for each divisor of its order; D_n has τ(n) + σ(n).
#[test]
fn cyclic_and_dihedral_groups() {
    for n in [1usize, 2, 30, 64, 97, 360, 1000] {
        let divisors = (1..=n).filter(|d| n % d == 0).count();
        assert_eq!(numbers(&format!("C{n}")), (divisors, divisors));
    }
    for n in [3usize, 12, 100, 499] {
        let divisors: Vec<usize> = (1..=n).filter(|d| n % d == 0).collect();
        let subgroups = divisors.len() + divisors.iter().sum::<usize>();
        assert_eq!(numbers(&format!("D{n}")).1, subgroups, "D{n}");
    }
}

/// Classes and subgroups of S_n: OEIS A000638 and A005432; of A_n: A029726 and A029725. Many of them are perfect.
#[test]
fn symmetric_and_alternating_groups() {
    let symmetric = [
        (1, 1),
        (2, 2),
        (4, 6),
        (11, 30),
        (19, 156),
        (56, 1455),
        (96, 11300),
    ];
    for (n, expected) in (1..).zip(symmetric) {
        assert_eq!(numbers(&format!("S{n}")), expected, "S{n}");
    }
    for (n, expected) in [(4, (5, 10)), (5, (9, 59)), (6, (22, 501)), (7, (40, 3786))] {
        assert_eq!(numbers(&format!("A{n}")), expected, "A{n}");
    }
}

/// Classes and subgroups from the tables of marks of GAP's TomLib. All but the last have perfect subgroups, which are
/// found without a table of them.
#[test]
fn groups_with_perfect_subgroups() {
    for (text, expected) in [
        ("PSL(2,7)", (15, 179)),
        ("PSL(2,11)", (16, 620)),
        ("PSL(2,16)", (21, 3455)),
        ("PSL(2,19)", (19, 2912)),
        ("PSL(2,25)", (37, 9559)),
        ("PSL(2,31)", (29, 15413)),
        ("PSL(3,3)", (51, 6374)),
        ("ASL(3,2)", (95, 3299)),
        ("A8", (137, 48337)),
        ("M11", (39, 8651)),
        ("PSL(2,8)", (12, 386)),
    ] {
        assert_eq!(numbers(text), expected, "{text}");
    }
}

/// The normal subgroups among the classes: S_n, n ≥ 5, has three, a group of order p² that is elementary p + 3.
#[test]
fn normal_subgroups_and_normalizers() {
    for (text, expected) in [("S6", 3), ("A6", 1 + 1), ("5^2", 8), ("D4", 6), ("Q8", 6)] {
        let lattice = parse_group(text).unwrap().subgroup_lattice().unwrap();
        assert_eq!(
            lattice.classes().iter().filter(|c| c.is_normal()).count(),
            expected,
            "{text}"
        );
    }
    let lattice = parse_group("PSL(2,7)").unwrap().subgroup_lattice().unwrap();
    for class in lattice.classes() {
        let group = class.representative();
        assert_eq!(group.order(), class.order());
        let fixes = |g: &Permutation| {
            group
                .generators()
                .iter()
                .all(|h| group.contains(&h.conjugate_by(g)))
        };
        let normalizer = lattice.group().elements().filter(fixes).count();
        assert_eq!(class.normalizer_order(), normalizer.into());
        assert_eq!(class.length() * normalizer, lattice.group().order());
    }
}

#[test]
fn limits_and_strangers_are_refused() {
    let s5 = PermGroup::symmetric(5);
    let limits = SubgroupLimits::default();
    for refused in [
        SubgroupLimits {
            max_order: 119,
            ..limits
        },
        SubgroupLimits {
            max_subgroups: 155,
            ..limits
        },
        SubgroupLimits {
            max_bytes: 1000,
            ..limits
        },
    ] {
        let error = s5.subgroup_lattice_within(&refused).err().unwrap();
        assert!(matches!(error, GroupError::Limit { .. }), "{error}");
    }
    let exact = SubgroupLimits {
        max_order: 120,
        max_subgroups: 156,
        ..limits
    };
    assert_eq!(s5.subgroup_lattice_within(&exact).unwrap().n_subgroups(), 156);
    let lattice = PermGroup::alternating(4).subgroup_lattice().unwrap();
    let odd = parse_group("(1,2,3),(1,2,3,4)").unwrap();
    let error = lattice.find(&odd).unwrap_err();
    assert_eq!(
        error.to_string(),
        "generator 2 of the subgroup is not in the group: (1,2,3,4)"
    );
    assert!(matches!(
        lattice.find(&s5),
        Err(GroupError::DegreeMismatch { .. })
    ));
    assert!(lattice.subgroup(5, 0).is_err() && lattice.maximal_subgroups(1, 3).is_err());
}

/// Degenerate groups have one subgroup, and answers do not depend on the order of the generators.
#[test]
fn trivial_groups_and_other_generators() {
    for degree in 0..3 {
        let lattice = PermGroup::trivial(degree).subgroup_lattice().unwrap();
        assert_eq!((lattice.n_classes(), lattice.n_subgroups()), (1, 1));
        assert!(lattice.covers().is_empty());
    }
    let group = parse_group("S3 wr S2").unwrap();
    let mut generators = group.generators().to_vec();
    generators.reverse();
    generators.push(&generators[0] * &generators[1]);
    let other = PermGroup::new(6, generators).unwrap().subgroup_lattice().unwrap();
    assert_eq!((other.n_classes(), other.n_subgroups()), (26, 112));
}
