//! Permutation groups against the table of GAP 4.12.1 (`data/oracle/groups.json`, see `data/LICENSES.md`).

use num_bigint::BigUint;
use serde::Deserialize;
use shadow::groups::{PermGroup, Permutation};

#[derive(Deserialize)]
struct TupleStabilizer {
    tuple: Vec<usize>,
    order: String,
}

#[derive(Deserialize)]
struct Row {
    name: String,
    degree: usize,
    generators: Vec<Permutation>,
    order: String,
    orbits: Vec<Vec<usize>>,
    orbit_sizes: Vec<usize>,
    transitivity: usize,
    primitive: bool,
    blocks: Vec<Vec<usize>>,
    minimal_blocks: Vec<Vec<usize>>,
    point_stabilizer_order: Option<String>,
    tuple_stabilizer: Option<TupleStabilizer>,
    members: Vec<Permutation>,
    nonmembers: Option<Vec<Permutation>>,
}

fn number(text: &str) -> BigUint {
    text.parse().expect("the oracle writes orders in decimal")
}

fn rows() -> Vec<Row> {
    let rows: Vec<Row> = serde_json::from_str(include_str!("../data/oracle/groups.json"))
        .expect("the oracle table has the fields it describes");
    assert_eq!(rows.len(), 202);
    rows
}

fn group(row: &Row) -> PermGroup {
    PermGroup::new(row.degree, row.generators.clone()).expect("the oracle's generators have one degree")
}

#[test]
fn orders_orbits_and_members() {
    for row in rows() {
        let (name, group) = (&row.name, group(&row));
        assert_eq!(group.order(), number(&row.order), "{name}: order");
        assert_eq!(group.orbits(), row.orbits, "{name}: orbits");
        assert_eq!(
            group.orbits().iter().map(Vec::len).collect::<Vec<_>>(),
            row.orbit_sizes,
            "{name}"
        );
        assert!(row.members.iter().all(|g| group.contains(g)), "{name}: members");
        assert!(
            !row.nonmembers.iter().flatten().any(|g| group.contains(g)),
            "{name}: nonmembers"
        );
    }
}

#[test]
fn stabilizers() {
    for row in rows() {
        let (name, group) = (&row.name, group(&row));
        if let Some(order) = &row.point_stabilizer_order {
            assert_eq!(
                group.stabilizer(0).unwrap().order(),
                number(order),
                "{name}: point stabilizer"
            );
        }
        if let Some(TupleStabilizer { tuple, order }) = &row.tuple_stabilizer {
            let stabilizer = group.pointwise_stabilizer(tuple).unwrap();
            assert_eq!(stabilizer.order(), number(order), "{name}: tuple stabilizer");
            // The generators handed out are checked apart from the chain that came with them.
            for g in stabilizer.generators() {
                assert!(
                    group.contains(g) && tuple.iter().all(|&x| g.image(x) == x),
                    "{name}"
                );
            }
            let again = PermGroup::new(row.degree, stabilizer.generators().to_vec()).unwrap();
            assert_eq!(
                again.order(),
                number(order),
                "{name}: generators of the tuple stabilizer"
            );
        }
    }
}

#[test]
fn transitivity_and_blocks() {
    for row in rows() {
        let (name, group) = (&row.name, group(&row));
        assert_eq!(group.transitivity(), row.transitivity, "{name}: transitivity");
        assert_eq!(group.is_primitive(), row.primitive, "{name}: primitive");
        assert_eq!(
            group.minimal_blocks(),
            row.minimal_blocks,
            "{name}: minimal blocks"
        );
        assert_eq!(group.blocks(10_000).unwrap(), row.blocks, "{name}: blocks");
    }
}
