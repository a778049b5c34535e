//! Isomorphism, identification and normal subgroups: every small group, and groups that are hard to tell apart.

#![allow(clippy::unwrap_used)]

use groups::catalog::{parse_group, small_group};
use groups::{GroupError, OnSets, PermGroup, Permutation};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

fn group(text: &str) -> PermGroup {
    parse_group(text).unwrap()
}

/// The numbers of groups of order 1 to 100 (Besche, Eick, O'Brien; OEIS A000001).
const NUMBERS: [usize; 100] = [
    1, 1, 1, 2, 1, 2, 1, 5, 2, 2, 1, 5, 1, 2, 1, 14, 1, 5, 1, 5, 2, 2, 1, 15, 2, 2, 5, 4, 1, 4, 1, 51, 1, 2,
    1, 14, 1, 2, 2, 14, 1, 6, 1, 4, 2, 2, 1, 52, 2, 5, 1, 5, 1, 15, 2, 13, 2, 2, 1, 13, 1, 2, 4, 267, 1, 4,
    1, 5, 1, 4, 1, 50, 1, 2, 3, 4, 1, 6, 1, 52, 15, 2, 1, 15, 1, 2, 1, 12, 1, 10, 1, 4, 2, 2, 1, 231, 1, 5,
    2, 16,
];

/// The group with its points renamed at random, random generators, and for every second group its regular action.
fn disguised(group: &PermGroup, regular: bool, rng: &mut ChaCha8Rng) -> PermGroup {
    let generators: Vec<Permutation> = loop {
        let chosen: Vec<Permutation> = (0..8).map(|_| group.random_element(rng)).collect();
        if PermGroup::new(group.degree(), chosen.clone()).unwrap().order() == group.order() {
            break chosen;
        }
    };
    let generators: Vec<Permutation> = if regular {
        let elements: Vec<Permutation> = group.sorted_elements().collect();
        let image = |x: &Permutation, g: &Permutation| elements.binary_search(&(x * g)).unwrap() as u32;
        let on_elements = |g: &Permutation| elements.iter().map(|x| image(x, g)).collect();
        generators
            .iter()
            .map(|g| Permutation::from_images(on_elements(g)).unwrap())
            .collect()
    } else {
        generators
    };
    let degree = generators[0].degree();
    let mut names: Vec<u32> = (0..degree as u32).collect();
    names.shuffle(rng);
    let names = Permutation::from_images(names).unwrap();
    PermGroup::new(
        degree,
        generators.iter().map(|g| g.conjugate_by(&names)).collect(),
    )
    .unwrap()
}

#[test]
fn every_small_group_identifies_itself() {
    let mut rng = ChaCha8Rng::seed_from_u64(100);
    for (order, &count) in (1..).zip(&NUMBERS) {
        for index in 1..=count {
            let row = small_group(order, index).unwrap();
            let disguised = disguised(&row, index % 2 == 0, &mut rng);
            assert_eq!(disguised.id_small_group().unwrap(), (order, index));
        }
        assert!(small_group(order, count + 1).is_err());
    }
    assert_eq!(PermGroup::trivial(0).id_small_group().unwrap(), (1, 1));
}

/// The numbers are GAP's, from `data/oracle/groups.json` and its documentation; the names there are of the same groups.
#[test]
fn larger_groups_are_identified() {
    for (text, id) in [
        ("S5", (120, 34)),
        ("SL(2,5)", (120, 5)),
        ("A5 x C2", (120, 35)),
        ("C101", (101, 1)),
        ("PSL(3,2)", (168, 42)),
        ("W(D4)", (192, 1493)),
        ("A6", (360, 118)),
        ("B4", (384, 5602)),
        ("AGL(2,3)", (432, 734)),
        ("PSL(2,8)", (504, 156)),
        ("A5 x D5", (600, 146)),
        ("S6", (720, 763)),
        ("PGL(2,9)", (720, 764)),
        ("W(F4)", (1152, 157478)),
        ("S4 wr C2", (1152, 157849)),
        ("S3 wr S3", (1296, 3490)),
        ("AGL(3,2)", (1344, 11686)),
    ] {
        assert_eq!(group(text).id_small_group().unwrap(), id, "{text}");
    }
}

/// A sample of the rows, on other points and by other generators.
#[test]
fn larger_rows_identify_themselves() {
    let mut rng = ChaCha8Rng::seed_from_u64(2000);
    for (order, step) in [
        (108, 3),
        (112, 5),
        (144, 11),
        (160, 13),
        (162, 5),
        (168, 7),
        (196, 1),
    ] {
        for index in (1..).step_by(step) {
            let Ok(row) = small_group(order, index) else {
                break;
            };
            let disguised = disguised(&row, index % 2 == 0, &mut rng);
            assert_eq!(disguised.id_small_group().unwrap(), (order, index));
        }
    }
}

#[test]
fn what_the_table_does_not_have_is_refused() {
    // 2^7 is abelian, C4 x C4 x D4 is not; of order 128 the table has few.
    assert_eq!(group("2^7").id_small_group().unwrap(), (128, 2328));
    let refused = group("C4 x C4 x D4").id_small_group().unwrap_err();
    assert!(
        matches!(refused, GroupError::NotInTable { order: 128 }),
        "{refused}"
    );
    let refused = group("S7").id_small_group().unwrap_err();
    assert!(matches!(
        refused,
        GroupError::Limit {
            asked: 5040,
            limit: 2000,
            ..
        }
    ));
    // GAP cannot tell groups of order 1024 apart.
    let refused = group("C1024").id_small_group().unwrap_err();
    assert!(
        matches!(refused, GroupError::NotInTable { order: 1024 }),
        "{refused}"
    );
}

#[test]
fn isomorphisms_are_proved_and_refused() {
    for (a, b) in [
        ("S3", "D3"),
        ("A5", "PSL(2,4)"),
        ("A5", "PSL(2,5)"),
        ("PSL(2,7)", "GL(3,2)"),
        ("A6", "PSL(2,9)"),
        ("SL(2,3)", "small:24,3"),
        ("S4", "PGL(2,3)"),
        ("C6", "C2 x C3"),
        ("V4 : S3", "S4"),
        ("W(A4)", "S5"),
        ("W(B3)", "S4 x C2"),
        ("Sp(2,5)", "SL(2,5)"),
        ("S6", "Sp(4,2)"),
        ("trivial(0)", "trivial(4)"),
        // Of order above 2048.
        ("A8", "PSL(4,2)"),
        ("PSp(4,3)", "PSU(4,2)"),
        ("C64 x C12 x C6", "C64 x C2 x C3 x C3 x C4"),
        ("C2^12", "2^5 x 2^7"),
    ] {
        let (a_group, b_group) = (group(a), group(b));
        let map = a_group
            .isomorphism(&b_group)
            .unwrap()
            .unwrap_or_else(|| panic!("{a} and {b}"));
        assert!(
            map.is_injective() && map.image_group().equals(&b_group),
            "{a} and {b}"
        );
    }
    for (a, b) in [
        ("Q8", "D4"),
        ("C4 x C2", "C8"),
        ("C4 x C2", "2^3"),
        ("S4", "SL(2,3)"),
        ("S5", "SL(2,5)"),
        ("S5", "A5 x C2"),
        ("C6", "C7"),
        // The elements of both have the same orders: 1, 3 of order 2 and 12 of order 4.
        ("small:16,4", "small:16,2"),
        // The elements other than 1 all have order 3.
        ("small:27,3", "3^3"),
        // Not abelian, with the same numbers and sizes of classes of each element order, centre and abelian quotient.
        ("small:32,13", "small:32,14"),
        ("small:32,32", "small:32,35"),
        ("small:64,129", "small:64,161"),
        // The three groups of order 720 between A6 and its automorphism group.
        ("PGL(2,9)", "S6"),
    ] {
        assert!(!group(a).is_isomorphic_to(&group(b)).unwrap(), "{a} and {b}");
    }
    // Renamed points, and other actions.
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    for text in ["M11", "M12", "S3 wr S5", "C4 wr C5", "Sz(8)", "W(F4)"] {
        let group = group(text);
        let renamed = disguised(&group, false, &mut rng);
        let map = group
            .isomorphism(&renamed)
            .unwrap()
            .unwrap_or_else(|| panic!("{text}"));
        assert!(map.is_injective() && map.image_group().equals(&renamed), "{text}");
    }
    let on_pairs = group("S8")
        .action_homomorphism(&OnSets, &OnSets::point([0, 1]).unwrap(), 28)
        .unwrap()
        .1;
    assert!(group("S8").is_isomorphic_to(on_pairs.image_group()).unwrap());
    // Orders above 2048, with the same composition factors.
    assert!(
        !group("S6 x A5")
            .is_isomorphic_to(&group("PGL(2,9) x A5"))
            .unwrap()
    );
    assert!(!group("2^9 x D4").is_isomorphic_to(&group("2^9 x Q8")).unwrap());
    assert!(!group("S8").is_isomorphic_to(&group("A8 x C2")).unwrap());
    let refused = group("A8").isomorphism(&group("PSL(3,4)"));
    assert!(matches!(refused, Ok(None)), "told apart by their factors");
}

/// Known orders of automorphism groups.
#[test]
fn automorphisms_are_counted() {
    for (text, order) in [
        ("trivial", 1u32),
        ("C12", 4),
        ("V4", 6),
        ("2^3", 168),
        ("2^4", 20160),
        ("3^3", 11232),
        ("D4", 8),
        ("D5", 20),
        ("Q8", 24),
        ("S4", 24),
        ("A4", 24),
        ("A6", 1440),
        ("PSL(2,7)", 336),
        ("SL(2,3)", 24),
        ("C4 x C2", 8),
    ] {
        assert_eq!(
            group(text).automorphism_group_order().unwrap(),
            order.into(),
            "{text}"
        );
    }
}

/// Normal subgroups by definition: the joins of all normal closures of single elements, until nothing new comes.
fn normal_subgroups_by_definition(group: &PermGroup) -> usize {
    let elements: Vec<Permutation> = group.sorted_elements().collect();
    let position = |g: &Permutation| elements.binary_search(g).unwrap();
    let close = |set: &mut Vec<bool>| loop {
        let members: Vec<usize> = (0..elements.len()).filter(|&k| set[k]).collect();
        for &a in &members {
            for &b in &members {
                set[position(&(&elements[a] * &elements[b]))] = true;
            }
            for g in &elements {
                set[position(&elements[a].conjugate_by(g))] = true;
            }
        }
        if set.iter().filter(|x| **x).count() == members.len() {
            break;
        }
    };
    let principal: Vec<Vec<bool>> = (0..elements.len())
        .map(|k| {
            let mut set = vec![false; elements.len()];
            (set[0], set[k]) = (true, true);
            close(&mut set);
            set
        })
        .collect();
    let mut all: std::collections::BTreeSet<Vec<bool>> = principal.iter().cloned().collect();
    loop {
        let mut next = all.clone();
        for a in &all {
            for b in &principal {
                let mut join: Vec<bool> = a.iter().zip(b).map(|(x, y)| x | y).collect();
                close(&mut join);
                next.insert(join);
            }
        }
        if next.len() == all.len() {
            return all.len();
        }
        all = next;
    }
}

#[test]
fn normal_subgroups_of_groups_of_small_order() {
    for (order, &count) in (1..=24).zip(&NUMBERS) {
        for index in 1..=count {
            let group = small_group(order, index).unwrap();
            let found = group.normal_subgroups(1000).unwrap();
            assert_eq!(
                found.len(),
                normal_subgroups_by_definition(&group),
                "{order},{index}"
            );
            assert!(found.iter().all(|n| n.is_normalized_by(&group)));
            // The chief factors are elementary abelian or powers of a simple group, with nothing normal between.
            let series = group.chief_series().unwrap();
            for pair in series.windows(2) {
                let between = found
                    .iter()
                    .filter(|n| pair[1].is_subgroup_of(n) && n.is_subgroup_of(&pair[0]));
                assert_eq!(between.count(), 2, "{order},{index}");
            }
            // The socle of a p-group is the part of exponent p of its centre; O_p of a p-group is all.
            if let [(p, _)] = group.order_factors()[..] {
                let center = group.center();
                let socle = group.socle().unwrap();
                assert!(socle.is_subgroup_of(&center), "{order},{index}");
                assert_eq!(
                    socle.order(),
                    center
                        .elements()
                        .filter(|z| z.pow(p as i64).is_identity())
                        .count()
                        .into()
                );
                assert!(group.p_core(p).unwrap().equals(&group));
            }
            assert!(group.solvable_radical().unwrap().equals(&group));
        }
    }
    assert!(matches!(
        group("2^5").normal_subgroups(373),
        Err(GroupError::Limit { limit: 373, .. })
    ));
    assert!(group("S4").p_core(4).is_err());
}

#[test]
fn characteristic_subgroups_of_known_groups() {
    // (group, socle, solvable radical, O_2, Fitting subgroup)
    for (text, orders) in [
        ("S4", [4u32, 24, 4, 4]),
        ("SL(2,3)", [2, 24, 8, 8]),
        ("GL(2,3)", [2, 48, 8, 8]),
        ("S5", [60, 1, 1, 1]),
        ("SL(2,5)", [2, 2, 2, 2]),
        ("ASL(3,2)", [8, 8, 8, 8]),
        ("C2 wr A5", [32, 32, 32, 32]),
        ("S3 x A5", [180, 6, 1, 3]),
        ("M11", [7920, 1, 1, 1]),
        ("A5 wr C2", [3600, 1, 1, 1]),
    ] {
        let g = group(text);
        let found = [g.socle(), g.solvable_radical(), g.p_core(2), g.fitting_subgroup()];
        let found = found.map(|n| n.unwrap().order());
        assert_eq!(found, orders.map(Into::into), "{text}");
    }
}
