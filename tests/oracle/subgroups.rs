//! Numbers of subgroups and of orbits against GAP 4.12.1 (`data/oracle/groups.json`, see `data/LICENSES.md`).

use std::collections::BTreeMap;

use groups::catalog::parse_group;
use groups::marks::TableOfMarks;
use groups::{PermGroup, Permutation};
use serde::Deserialize;

use crate::table::table;

#[derive(Deserialize)]
struct Row {
    name: String,
    degree: usize,
    generators: Vec<Permutation>,
    n_subgroups: Option<usize>,
    n_subgroup_classes: Option<usize>,
    n_conjugacy_classes: Option<usize>,
    n_normal_subgroups: Option<usize>,
    n_sylow_subgroups: Option<Vec<(u64, serde_json::Value)>>,
    burnside_colorings_2: Option<String>,
}

fn rows() -> Vec<Row> {
    let rows = table("groups").into_iter().map(serde_json::from_value);
    rows.collect::<Result<_, _>>().unwrap()
}

fn group(row: &Row) -> PermGroup {
    PermGroup::new(row.degree, row.generators.clone()).expect("the oracle's generators have one degree")
}

/// Every row that says how many subgroups there are; and, from the same lattices, Sylow's and the normal subgroups and
/// the cyclic ones, which are counted by other means in the table.
#[test]
fn subgroups_of_the_table() {
    let mut compared = 0;
    for row in rows() {
        let (Some(subgroups), Some(classes)) = (row.n_subgroups, row.n_subgroup_classes) else {
            continue;
        };
        let name = &row.name;
        let lattice = group(&row)
            .subgroup_lattice()
            .expect("the table's lattices are small");
        assert_eq!(
            (lattice.n_classes(), lattice.n_subgroups()),
            (classes, subgroups),
            "{name}"
        );
        if let Some(normal) = row.n_normal_subgroups {
            let found = lattice.classes().iter().filter(|class| class.is_normal()).count();
            assert_eq!(found, normal, "{name}: normal subgroups");
        }
        let order = lattice.group().order();
        for (p, count) in row.n_sylow_subgroups.iter().flatten() {
            let mut sylow = num_bigint::BigUint::from(1u32);
            while (&order % (&sylow * *p)) == 0u32.into() {
                sylow *= *p;
            }
            let found: Vec<String> = lattice
                .classes()
                .iter()
                .filter(|class| class.order() == sylow)
                .map(|class| class.length().to_string())
                .collect();
            let count = count.as_str().map_or_else(|| count.to_string(), str::to_owned);
            assert_eq!(found, [count], "{name}: Sylow {p}-subgroups");
        }
        compared += 1;
    }
    assert!(compared >= 120, "only {compared} rows were compared");
}

/// The rows of the table with orders up to 7,920 that leave the numbers out: classes and subgroups, by
/// `ConjugacyClassesSubgroups` of GAP 4.12.1.
#[test]
fn subgroups_of_larger_groups() {
    let expected: BTreeMap<&str, (usize, usize)> = BTreeMap::from([
        ("S_6", (56, 1455)),
        ("S_7", (96, 11300)),
        ("A_6", (22, 501)),
        ("A_7", (40, 3786)),
        ("PSL(2,8)", (12, 386)),
        ("PSL(2,9)", (22, 501)),
        ("PSL(2,11)", (16, 620)),
        ("PSL(2,13)", (16, 942)),
        ("PSL(2,16)", (21, 3455)),
        ("PSL(2,17)", (22, 2420)),
        ("PSL(2,25)", (37, 9559)),
        ("PSL(3,3)", (51, 6374)),
        ("M11", (39, 8651)),
        ("S_3 wr S_3", (176, 4164)),
        ("C_3 wr C_4", (96, 424)),
        ("A_5 wr C_2", (103, 15144)),
        ("S_3 wr S_3 product action on 27", (176, 4164)),
        ("B_4", (193, 1659)),
        ("B_5", (953, 36430)),
        ("A_5 x D_5 intransitive", (48, 892)),
        ("M11 with fixed points (degree 15)", (39, 8651)),
        ("S_6 on 15 pairs", (56, 1455)),
        ("S_7 on 35 triples", (96, 11300)),
        ("AGL(3,2)", (95, 3299)),
        ("AGL(2,3)", (46, 646)),
        ("W(F_4) on roots", (246, 5191)),
        ("TransitiveGroup(8,42)", (46, 442)),
        ("TransitiveGroup(8,43)", (23, 413)),
        ("TransitiveGroup(8,44)", (193, 1659)),
        ("TransitiveGroup(8,45)", (128, 1880)),
        ("TransitiveGroup(8,46)", (66, 1140)),
        ("TransitiveGroup(8,47)", (221, 4586)),
        ("TransitiveGroup(8,48)", (95, 3299)),
        ("PrimitiveGroup(10,3)", (22, 501)),
        ("PrimitiveGroup(10,4)", (26, 881)),
        ("PrimitiveGroup(10,5)", (56, 1455)),
        ("PrimitiveGroup(10,6)", (25, 793)),
        ("PrimitiveGroup(10,7)", (65, 2579)),
        ("PrimitiveGroup(13,7)", (51, 6374)),
        ("PrimitiveGroup(14,1)", (16, 942)),
        ("PrimitiveGroup(14,2)", (30, 2466)),
        ("PrimitiveGroup(15,1)", (40, 3786)),
        ("PrimitiveGroup(15,2)", (22, 501)),
        ("PrimitiveGroup(15,3)", (56, 1455)),
    ]);
    let mut compared = 0;
    for row in rows() {
        if let Some(&expected) = expected.get(row.name.as_str()) {
            let lattice = group(&row).subgroup_lattice().expect("within the limits");
            assert_eq!(
                (lattice.n_classes(), lattice.n_subgroups()),
                expected,
                "{}",
                row.name
            );
            compared += 1;
        }
    }
    assert_eq!(compared, expected.len());
}

/// Classes and subgroups of the twelve groups of the claim on orbit types (GAP 4.12.1), and that the table of marks has
/// as many orbits of cyclic type as its group has classes of elements.
#[test]
fn classes_of_the_claim_on_orbit_types() {
    for (text, classes, subgroups) in [
        ("S3", 4, 6),
        ("S4", 11, 30),
        ("D4", 8, 10),
        ("Q8", 6, 6),
        ("A5", 9, 59),
        ("A4", 5, 10),
        ("S5", 19, 156),
        ("D6", 10, 16),
        ("C12", 6, 6),
        ("PSL(2,7)", 15, 179),
        ("small:21,1", 4, 10),
        ("AGL(1,5)", 6, 14),
    ] {
        let group = parse_group(text).expect("a name of the catalog");
        let lattice = group
            .subgroup_lattice()
            .expect("small groups have small lattices");
        assert_eq!(
            (lattice.n_classes(), lattice.n_subgroups()),
            (classes, subgroups),
            "{text}"
        );
        let table = TableOfMarks::new(&lattice);
        // Isotropy classes of powers of the points never exceed the classes, and stop growing.
        let marks = table
            .marks_of_points(&lattice)
            .expect("the table is that of the lattice");
        let types: Vec<usize> = (1..=4)
            .map(|n| table.power(&marks, n).expect("small numbers").len())
            .collect();
        assert!(types.is_sorted() && types[3] <= classes, "{text}: {types:?}");
        // The orbits of each power are those that the Cauchy–Frobenius lemma counts.
        for n in 1..=4u32 {
            let orbits = groups::marks::number_of_orbits(&table.power(&marks, n).expect("small numbers"));
            let counted = group
                .number_of_orbits_on_tuples(n as usize)
                .expect("short tuples");
            assert_eq!(orbits, counted, "{text}, {n}");
        }
    }
}

/// Sets of points of all sizes are the colourings by two colours.
#[test]
fn orbits_on_sets_sum_to_colourings() {
    let mut compared = 0;
    for row in rows() {
        let small = row.n_conjugacy_classes.is_none_or(|classes| classes <= 500) && row.degree <= 100;
        let Some(colourings) = row.burnside_colorings_2.as_ref().filter(|_| small) else {
            continue;
        };
        let group = group(&row);
        let inventory = group.pattern_inventory(2).expect("two colours have few terms");
        let total: num_rational::BigRational = inventory.terms().map(|(_, c)| c).sum();
        assert_eq!(total.to_string(), *colourings, "{}", row.name);
        let half = row.degree / 2;
        let sets = group.number_of_orbits_on_sets(half).expect("as above");
        let exponents = vec![half as u32, (row.degree - half) as u32];
        let found = inventory.coefficient(&groups::polynomial::Monomial::new(exponents));
        assert_eq!(found.to_string(), sets.to_string(), "{}", row.name);
        compared += 1;
    }
    assert!(compared >= 180, "only {compared} rows were compared");
}
