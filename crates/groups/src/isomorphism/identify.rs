//! Which group of the table of small groups a group is.
//!
//! The table has one group of each isomorphism type of order up to 200, 128 and 192 excepted, and some more up to order
//! 2000. Where it has all groups of an order, an invariant that only one row shares with the group identifies it. Where
//! it has not, or several rows share it, an isomorphism is looked for; so a number is never a guess. Up to order 100 the
//! invariants of the rows are worked out when the first group of their order is asked for, above that one of them is in
//! the table.

use std::sync::OnceLock;

use super::MAX_ORDER;
use super::cayley::{CayleyTable, fingerprint};
use super::search::{Coloured, Search};
use crate::catalog::{LargerGroup, larger_groups_of_order, small_groups_of_order};
use crate::error::GroupError;
use crate::numbering::small_order;
use crate::perm_group::PermGroup;

/// The largest order in the first table, which is complete.
const FIRST: usize = 100;
/// The largest order in the table.
const LARGEST: usize = 2000;
/// The largest order where it pays to tell rows apart by the finer invariant before an isomorphism is looked for.
const FINER: usize = 256;

struct Row {
    index: usize,
    table: CayleyTable,
    colours: Vec<u64>,
    fingerprint: u64,
    finer: OnceLock<u64>,
}

impl Row {
    fn new(index: usize, group: &PermGroup) -> Result<Self, GroupError> {
        Ok(Self::of_table(index, CayleyTable::new(group, MAX_ORDER)?))
    }

    fn of_table(index: usize, table: CayleyTable) -> Self {
        let colours = table.colours();
        Self {
            index,
            fingerprint: fingerprint(&colours),
            table,
            colours,
            finer: OnceLock::new(),
        }
    }

    fn finer(&self) -> u64 {
        *self
            .finer
            .get_or_init(|| fingerprint(&self.table.finer_colours(&self.colours)))
    }

    fn is_isomorphic_to(&self, other: &Self) -> bool {
        let [source, target] = [self, other].map(|row| Coloured {
            table: &row.table,
            colours: &row.colours,
        });
        Search::new(&source, &target).isomorphism().is_some()
    }

    /// The index of the row that is isomorphic to this group; `complete` if one of them must be.
    fn index_in(&self, rows: &[Self], complete: bool) -> Option<usize> {
        let alike = rows.iter().filter(|row| row.fingerprint == self.fingerprint);
        let mut alike: Vec<&Self> = alike.collect();
        if alike.len() > 1 && self.table.order() <= FINER {
            alike.retain(|row| row.finer() == self.finer());
        }
        let row = match alike[..] {
            [row] if complete => Some(row),
            _ => alike.into_iter().find(|row| row.is_isomorphic_to(self)),
        };
        row.map(|row| row.index)
    }
}

fn rows_of_order(order: usize) -> Result<&'static [Row], GroupError> {
    static ROWS: [OnceLock<Vec<Row>>; FIRST + 1] = [const { OnceLock::new() }; FIRST + 1];
    if let Some(rows) = ROWS[order].get() {
        return Ok(rows);
    }
    let mut rows = Vec::new();
    for (index, group) in small_groups_of_order(order) {
        rows.push(Row::new(index, &group?)?);
    }
    Ok(ROWS[order].get_or_init(|| rows))
}

/// The index of a group of order over 100, if the table has it.
fn index_among_larger(group: &PermGroup, order: usize) -> Result<Option<usize>, GroupError> {
    let Some(stored) = larger_groups_of_order(order) else {
        return Ok(None);
    };
    if !stored.is_complete && group.is_abelian() {
        let mut invariants = group.abelian_invariants();
        invariants.reverse();
        let same = |row: &&LargerGroup| row.abelian_invariants().as_ref() == Some(&invariants);
        return Ok(stored.groups.iter().find(same).map(|row| row.index));
    }
    let table = CayleyTable::new(group, MAX_ORDER)?;
    let invariant = table.class_invariant();
    let alike = stored
        .groups
        .iter()
        .filter(|row| row.class_invariant() == Some(invariant));
    let alike: Vec<_> = alike.collect();
    if let [row] = alike[..]
        && stored.is_complete
    {
        return Ok(Some(row.index));
    }
    let mut rows = Vec::new();
    for row in alike {
        rows.push(Row::new(row.index, &row.group()?)?);
    }
    // The dihedral and quaternion groups, which have no invariant in the table, but a cyclic subgroup of index 2.
    if table.has_element_of_order(order / 2) {
        let families = stored.groups.iter().filter(|row| row.is_named());
        for row in families {
            let table = CayleyTable::new(&row.group()?, MAX_ORDER)?;
            if table.class_invariant() == invariant {
                rows.push(Row::of_table(row.index, table));
            }
        }
    }
    if rows.is_empty() {
        return Ok(None);
    }
    Ok(Row::of_table(0, table).index_in(&rows, stored.is_complete))
}

impl PermGroup {
    /// The order and the number of the group among the groups of that order, in GAP's SmallGroup numbering.
    ///
    /// Up to order 200, but for 128 and 192, every group has its number here, and a number that is returned is proved.
    ///
    /// # Errors
    /// [`GroupError::NotInTable`] for a group that the table does not have, and [`GroupError::Limit`] past order 2000.
    ///
    /// ```
    /// use groups::catalog::parse_group;
    /// assert_eq!(parse_group("A5")?.id_small_group()?, (60, 5));
    /// assert_eq!(parse_group("S3 wr S3")?.id_small_group()?, (1296, 3490));
    /// assert!(parse_group("S7")?.id_small_group().is_err());
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn id_small_group(&self) -> Result<(usize, usize), GroupError> {
        let order = small_order(self, LARGEST)?;
        let index = match order <= FIRST {
            true => Row::new(0, self)?.index_in(rows_of_order(order)?, true),
            false => index_among_larger(self, order)?,
        };
        index
            .map(|index| (order, index))
            .ok_or(GroupError::NotInTable { order })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of one order are different groups: the search says so of every pair that the first invariant does not
    /// tell apart, and the finer one tells most of these apart as well.
    #[test]
    fn rows_are_not_isomorphic_to_one_another() {
        let (mut alike, mut still_alike) = (0, 0);
        for order in 1..=FIRST {
            let rows = rows_of_order(order).unwrap();
            for (k, row) in rows.iter().enumerate() {
                for other in rows[..k]
                    .iter()
                    .filter(|other| other.fingerprint == row.fingerprint)
                {
                    alike += 1;
                    still_alike += usize::from(row.finer() == other.finer());
                    let names = (order, row.index, other.index);
                    assert!(!row.is_isomorphic_to(other), "{names:?}");
                }
            }
        }
        println!("{alike} pairs share the first invariant, {still_alike} the finer one too");
        assert!(alike > 0 && 10 * still_alike < alike);
    }
}
