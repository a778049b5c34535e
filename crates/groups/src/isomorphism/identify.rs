//! Which group of the table of small groups a group is.
//!
//! The table has one group of each isomorphism type of order up to 100. An invariant that only one row of the order
//! shares with the group identifies it; where several rows do, a finer invariant is tried, and then an isomorphism is
//! looked for. The invariants of the rows are worked out when the first group of their order is asked for.

use std::sync::OnceLock;

use super::cayley::{CayleyTable, fingerprint};
use super::search::{Coloured, Search};
use crate::catalog::small_groups_of_order;
use crate::error::GroupError;
use crate::numbering::small_order;
use crate::perm_group::PermGroup;

/// The largest order in the table.
const LARGEST: usize = 100;

struct Row {
    index: usize,
    table: CayleyTable,
    colours: Vec<u64>,
    fingerprint: u64,
    finer: OnceLock<u64>,
}

impl Row {
    fn new(index: usize, group: &PermGroup) -> Result<Self, GroupError> {
        let table = CayleyTable::new(group, LARGEST)?;
        let colours = table.colours();
        Ok(Self {
            index,
            fingerprint: fingerprint(&colours),
            table,
            colours,
            finer: OnceLock::new(),
        })
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
}

fn rows_of_order(order: usize) -> Result<&'static [Row], GroupError> {
    static ROWS: [OnceLock<Vec<Row>>; LARGEST + 1] = [const { OnceLock::new() }; LARGEST + 1];
    if let Some(rows) = ROWS[order].get() {
        return Ok(rows);
    }
    let mut rows = Vec::new();
    for (index, group) in small_groups_of_order(order) {
        rows.push(Row::new(index, &group?)?);
    }
    Ok(ROWS[order].get_or_init(|| rows))
}

impl PermGroup {
    /// The order and the number of the group among the groups of that order, in GAP's SmallGroup numbering.
    ///
    /// # Errors
    /// [`GroupError::Limit`] past order 100.
    ///
    /// ```
    /// use groups::catalog::parse_group;
    /// assert_eq!(parse_group("A5")?.id_small_group()?, (60, 5));
    /// assert!(parse_group("S5")?.id_small_group().is_err());
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn id_small_group(&self) -> Result<(usize, usize), GroupError> {
        let order = small_order(self, LARGEST)?;
        let group = Row::new(0, self)?;
        let rows = rows_of_order(order)?.iter();
        let alike: Vec<&Row> = rows.filter(|row| row.fingerprint == group.fingerprint).collect();
        if let [row] = alike[..] {
            return Ok((order, row.index));
        }
        let mut alike = alike
            .into_iter()
            .filter(|row| row.finer() == group.finer())
            .peekable();
        let first = alike.next();
        let row = match first.filter(|_| alike.peek().is_none()) {
            Some(only) => Some(only),
            None => first
                .into_iter()
                .chain(alike)
                .find(|row| row.is_isomorphic_to(&group)),
        };
        let row = row.expect("every group of order at most 100 is isomorphic to one in the table");
        Ok((order, row.index))
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
        for order in 1..=LARGEST {
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
