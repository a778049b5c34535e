//! The bundled tables: transitive groups of degree 2 to 8 and groups of order 1 to 100, written out with GAP 4.12.1
//! (TransGrp by A. Hulpke, SmallGrp by H. U. Besche, B. Eick and E. O'Brien).

use std::sync::OnceLock;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::larger::larger_groups_of_order;
use crate::error::GroupError;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;

#[derive(Deserialize)]
struct Row {
    degree: usize,
    #[serde(default)]
    order: usize,
    index: usize,
    generators: Vec<Permutation>,
}

fn rows<T: DeserializeOwned>(cell: &'static OnceLock<Vec<T>>, json: &str) -> &'static [T] {
    cell.get_or_init(|| serde_json::from_str(json).expect("the bundled tables parse, which a test checks"))
}

fn transitive() -> &'static [Row] {
    static ROWS: OnceLock<Vec<Row>> = OnceLock::new();
    rows(&ROWS, include_str!("../../data/transitive_groups.json"))
}

fn small() -> &'static [Row] {
    static ROWS: OnceLock<Vec<Row>> = OnceLock::new();
    rows(&ROWS, include_str!("../../data/small_groups.json"))
}

/// The transitive group number `index` of degree 2 to 8, in GAP's numbering.
///
/// # Errors
/// [`GroupError::InvalidParameter`] if there is no such number.
///
/// ```
/// assert_eq!(groups::catalog::transitive_group(8, 23)?.order().to_string(), "48");
/// # Ok::<(), groups::GroupError>(())
/// ```
pub fn transitive_group(degree: usize, index: usize) -> Result<PermGroup, GroupError> {
    let of_degree = || transitive().iter().filter(|row| row.degree == degree);
    let Some(row) = of_degree().find(|row| row.index == index) else {
        let reason = match of_degree().count() {
            0 => "expected a degree from 2 to 8".to_owned(),
            count => format!("expected an index from 1 to {count} for degree {degree}"),
        };
        return Err(GroupError::InvalidParameter {
            group: format!("transitive:{degree},{index}"),
            reason,
        });
    };
    PermGroup::new(row.degree, row.generators.clone())
}

/// The group number `index` of an order, in GAP's SmallGroup numbering, as a faithful permutation group.
///
/// All of order up to 200 are there but those of order 128 and 192, of which there are some, as there are of order up
/// to 2000.
///
/// # Errors
/// [`GroupError::InvalidParameter`] if there is no such number.
///
/// ```
/// assert_eq!(groups::catalog::small_group(96, 70)?.order().to_string(), "96");
/// # Ok::<(), groups::GroupError>(())
/// ```
pub fn small_group(order: usize, index: usize) -> Result<PermGroup, GroupError> {
    let of_order = || small().iter().filter(|row| row.order == order);
    let larger = larger_groups_of_order(order);
    if let Some(stored) = larger.and_then(|larger| larger.groups.iter().find(|group| group.index == index)) {
        return stored.group();
    }
    let Some(row) = of_order().find(|row| row.index == index) else {
        let reason = match (of_order().count(), larger) {
            (0, Some(larger)) if larger.is_complete => {
                format!(
                    "expected an index from 1 to {} for order {order}",
                    larger.groups.len()
                )
            }
            (0, Some(_)) => format!("of order {order} the table has some groups, but not this one"),
            (0, None) => "expected an order from 1 to 200, or one up to 2000 in the table".to_owned(),
            (count, _) => format!("expected an index from 1 to {count} for order {order}"),
        };
        return Err(GroupError::InvalidParameter {
            group: format!("small:{order},{index}"),
            reason,
        });
    };
    PermGroup::new(row.degree, row.generators.clone())
}

/// The numbers of the groups of an order in the table, with the groups.
pub(crate) fn small_groups_of_order(
    order: usize,
) -> impl Iterator<Item = (usize, Result<PermGroup, GroupError>)> {
    let rows = small().iter().filter(move |row| row.order == order);
    rows.map(|row| (row.index, PermGroup::new(row.degree, row.generators.clone())))
}

#[derive(Deserialize)]
struct Sporadic {
    name: String,
    degree: usize,
    generators: Vec<Permutation>,
}

/// One of the groups that are stored by generators.
pub(super) fn sporadic_group(name: &str) -> Result<PermGroup, GroupError> {
    static ROWS: OnceLock<Vec<Sporadic>> = OnceLock::new();
    let rows = rows(&ROWS, include_str!("../../data/sporadic_groups.json"));
    match rows.iter().find(|row| row.name == name) {
        Some(row) => PermGroup::new(row.degree, row.generators.clone()),
        None => Err(GroupError::UnknownGroup {
            name: name.to_owned(),
            column: 1,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The orders are GAP's.
    #[test]
    fn every_row_has_the_order_it_names() {
        assert_eq!((transitive().len(), small().len()), (86, 1048));
        for row in transitive().iter().chain(small()) {
            let group = PermGroup::new(row.degree, row.generators.clone()).unwrap();
            assert_eq!(
                group.order(),
                row.order.into(),
                "degree {} index {}",
                row.degree,
                row.index
            );
        }
    }
}
