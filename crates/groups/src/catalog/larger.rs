//! The bundled table of groups of order 101 to 2000, in GAP's SmallGroup numbering: all of order up to 200 but 128 and
//! 192, and of larger order those that one is likely to meet.
//!
//! `data/larger_groups.g` has written it, and says what is in it and how the lines are to be read.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::error::GroupError;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;

/// The groups of an order in the table.
#[derive(Default)]
pub(crate) struct LargerOrder {
    /// Whether they are all that there are, up to isomorphism.
    pub(crate) is_complete: bool,
    pub(crate) groups: Vec<LargerGroup>,
}

/// A group of the table, not written out yet.
pub(crate) struct LargerGroup {
    pub(crate) index: usize,
    description: Description,
}

enum Description {
    /// An invariant of its conjugacy classes, and generators as packed image lists.
    Generators(u64, &'static str),
    /// The prime powers whose cyclic groups are its factors, with full stops between them.
    Abelian(&'static str),
    /// A name in the grammar.
    Named(&'static str),
}

/// The groups of an order, `None` if the table has none.
pub(crate) fn larger_groups_of_order(order: usize) -> Option<&'static LargerOrder> {
    static TABLE: OnceLock<BTreeMap<usize, LargerOrder>> = OnceLock::new();
    TABLE
        .get_or_init(|| {
            read(include_str!("../../data/larger_groups.txt"))
                .expect("the bundled table has the form that its script writes, which a test checks")
        })
        .get(&order)
}

/// All lines of the table, `None` if one has another form.
fn read(text: &'static str) -> Option<BTreeMap<usize, LargerOrder>> {
    let mut table = BTreeMap::new();
    let mut order: &mut LargerOrder = &mut LargerOrder::default();
    for line in text.lines() {
        if let Some((index, family)) = line.split_once('=') {
            let description = match family.starts_with(|c: char| c.is_ascii_digit()) {
                true => Description::Abelian(family),
                false => Description::Named(family),
            };
            let index = index.parse().ok()?;
            order.groups.push(LargerGroup { index, description });
        } else if let Some((index, rest)) = line.split_once(' ') {
            let (invariant, generators) = rest.split_once(' ')?;
            let description = Description::Generators(invariant.parse().ok()?, generators);
            let index = index.parse().ok()?;
            order.groups.push(LargerGroup { index, description });
        } else {
            let (number, is_complete) = match line.strip_suffix('!') {
                Some(number) => (number, true),
                None => (line, false),
            };
            order = table.entry(number.parse().ok()?).or_insert(LargerOrder {
                is_complete,
                groups: Vec::new(),
            });
        }
    }
    Some(table)
}

impl LargerGroup {
    /// The invariant of the conjugacy classes, if it is in the table.
    pub(crate) fn class_invariant(&self) -> Option<u64> {
        match self.description {
            Description::Generators(invariant, _) => Some(invariant),
            _ => None,
        }
    }

    /// The prime powers of an abelian group that is described by them, descending.
    pub(crate) fn abelian_invariants(&self) -> Option<Vec<u64>> {
        match self.description {
            Description::Abelian(factors) => factors.split('.').map(|factor| factor.parse().ok()).collect(),
            _ => None,
        }
    }

    /// Whether it is a dihedral or a generalised quaternion group that is described by its name.
    pub(crate) fn is_named(&self) -> bool {
        matches!(self.description, Description::Named(_))
    }

    /// The group, as a faithful permutation group.
    ///
    /// # Errors
    /// None but for a table that is damaged.
    pub(crate) fn group(&self) -> Result<PermGroup, GroupError> {
        match self.description {
            Description::Generators(_, packed) => {
                let images: Vec<Vec<u32>> = packed.split(' ').map(unpacked).collect();
                let degree = images.iter().map(Vec::len).max().unwrap_or(0);
                let padded = |mut images: Vec<u32>| {
                    images.extend(images.len() as u32..degree as u32);
                    Permutation::from_images(images)
                };
                let generators: Result<Vec<_>, _> = images.into_iter().map(padded).collect();
                PermGroup::new(degree, generators?)
            }
            Description::Abelian(factors) => {
                super::parse_group(&format!("C{}", factors.replace('.', " x C")))
            }
            Description::Named(name) => super::parse_group(name),
        }
    }
}

/// A list of images, one base-62 digit each, or two after a full stop.
fn unpacked(text: &str) -> Vec<u32> {
    let digit = |c: u8| match c {
        b'0'..=b'9' => c - b'0',
        b'A'..=b'Z' => c - b'A' + 10,
        _ => c - b'a' + 36,
    };
    let digit = |c: &u8| u32::from(digit(*c));
    match text.as_bytes() {
        [b'.', wide @ ..] => wide
            .chunks(2)
            .map(|pair| pair.iter().fold(0, |image, c| 62 * image + digit(c)))
            .collect(),
        narrow => narrow.iter().map(digit).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers of groups of order 101 to 200: H. U. Besche, B. Eick, E. O'Brien, *The groups of order at most 2000*;
    /// OEIS A000001.
    const NUMBERS: [usize; 100] = [
        1, 4, 1, 14, 2, 2, 1, 45, 1, 6, 2, 43, 1, 6, 1, 5, 4, 2, 1, 47, 2, 2, 1, 4, 5, 16, 1, 2328, 2, 4, 1,
        10, 1, 2, 5, 15, 1, 4, 1, 11, 1, 2, 1, 197, 1, 2, 6, 5, 1, 13, 1, 12, 2, 4, 2, 18, 1, 2, 1, 238, 1,
        55, 1, 5, 2, 2, 1, 57, 2, 4, 5, 4, 1, 4, 2, 42, 1, 2, 1, 37, 1, 4, 2, 12, 1, 6, 1, 4, 13, 4, 1, 1543,
        1, 2, 2, 12, 1, 10, 1, 52,
    ];

    #[test]
    fn the_table_has_the_orders_and_numbers_that_it_names() {
        for order in 101..=2000 {
            let Some(stored) = larger_groups_of_order(order) else {
                // GAP cannot tell the groups of these orders apart.
                assert!([512, 1024, 1536].contains(&order), "{order}");
                continue;
            };
            let mut indices: Vec<usize> = stored.groups.iter().map(|group| group.index).collect();
            indices.sort_unstable();
            assert!(indices.windows(2).all(|pair| pair[0] < pair[1]), "{order}");
            let is_complete = order <= 200 && order != 128 && order != 192;
            assert_eq!(stored.is_complete, is_complete, "{order}");
            if is_complete {
                assert!(indices.into_iter().eq(1..=NUMBERS[order - 101]), "{order}");
            }
            for stored in &stored.groups {
                let group = stored.group().unwrap();
                assert_eq!(group.order(), order.into(), "{order},{}", stored.index);
            }
        }
    }

    #[test]
    fn packed_images_are_read() {
        assert_eq!(unpacked("10Zaz"), [1, 0, 35, 36, 61]);
        assert_eq!(unpacked(".0110zz"), [1, 62, 61 * 63]);
    }
}
