//! The class of an element: a table for groups that can be enumerated, cycle lengths and searches for the others.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::search::cycle_lengths;
use super::{BaseImageSearch, ClassLimits, ConjugacyClasses, enumerated};
use crate::error::GroupError;
use crate::numbering::Numbering;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;
use crate::transversals::over;

/// The largest order of a group for which the class of every element is written down.
const TABULATED: u32 = 1 << 23;

/// Says which class of a list an element of the group is in.
pub(crate) struct ClassFinder {
    group: PermGroup,
    classes: Arc<ConjugacyClasses>,
    kind: Kind,
}

enum Kind {
    /// The class of each element by its number, and the numbers of the elements of each class.
    Table {
        numbering: Numbering,
        class_of: Vec<u32>,
        members: Vec<Vec<u32>>,
    },
    /// The classes with the same cycle lengths, each with a search for conjugating elements when it is not alone.
    Search(FxHashMap<Vec<u32>, Vec<(usize, Option<BaseImageSearch>)>>),
}

impl ClassFinder {
    /// Prepares for the classes of a group.
    ///
    /// # Errors
    /// Those of [`PermGroup::conjugacy_classes`].
    pub(crate) fn new(group: &PermGroup) -> Result<Self, GroupError> {
        let classes = group.conjugacy_classes()?;
        let kind = if group.order() <= TABULATED.into() && group.degree() < usize::from(u16::MAX) {
            tabulate(group, &classes)?
        } else {
            let mut alike: FxHashMap<Vec<u32>, Vec<(usize, Option<BaseImageSearch>)>> = FxHashMap::default();
            for (k, class) in classes.iter().enumerate() {
                let key = cycle_lengths(group, class.representative());
                alike.entry(key).or_default().push((k, None));
            }
            for known in alike.values_mut().filter(|known| known.len() > 1) {
                for (k, search) in known {
                    let representative = classes.classes[*k].representative();
                    *search = Some(BaseImageSearch::for_tuple(
                        group,
                        vec![representative.clone()],
                        None,
                    )?);
                }
            }
            Kind::Search(alike)
        };
        Ok(ClassFinder {
            group: group.clone(),
            classes,
            kind,
        })
    }

    pub(crate) fn classes(&self) -> &Arc<ConjugacyClasses> {
        &self.classes
    }

    pub(crate) fn group(&self) -> &PermGroup {
        &self.group
    }

    /// The class of an element of the group.
    ///
    /// # Errors
    /// [`GroupError::Limit`] when a search for a conjugating element is too long.
    pub(crate) fn class_of(&self, g: &Permutation) -> Result<usize, GroupError> {
        match &self.kind {
            Kind::Table {
                numbering, class_of, ..
            } => Ok(class_of[numbering.number_of(g)] as usize),
            Kind::Search(alike) => {
                let known = &alike[&cycle_lengths(&self.group, g)];
                let max_steps = ClassLimits::default().max_steps;
                // Whatever is in none of the other classes is in the last one.
                let (last, others) = known.split_last().expect("a key is made for a class");
                for (k, search) in others {
                    let search = search.as_ref().expect("classes with a companion have a search");
                    if search
                        .conjugator(std::slice::from_ref(g), None, max_steps)?
                        .is_some()
                    {
                        return Ok(*k);
                    }
                }
                Ok(last.0)
            }
        }
    }

    /// For every representative z and every y in class `j`: calls `visit` with the positions of the class of z and of
    /// that of zy.
    ///
    /// # Errors
    /// [`GroupError::Limit`] as for [`ClassFinder::class_of`], or when the class does not fit in memory.
    pub(crate) fn products_with_class(
        &self,
        j: usize,
        mut visit: impl FnMut(usize, usize),
    ) -> Result<(), GroupError> {
        match &self.kind {
            Kind::Table {
                numbering,
                class_of,
                members,
            } => {
                for &number in &members[j] {
                    let y = numbering.element(number as usize);
                    for (k, class) in self.classes.iter().enumerate() {
                        let z = class.representative();
                        let product = numbering.number(|b| y.image(z.image(b)) as u16);
                        visit(k, class_of[product] as usize);
                    }
                }
            }
            Kind::Search(_) => {
                for y in self.members_by_conjugation(j)? {
                    for (k, class) in self.classes.iter().enumerate() {
                        visit(k, self.class_of(&(class.representative() * &y))?);
                    }
                }
            }
        }
        Ok(())
    }

    /// The elements of a class, breadth first.
    fn members_by_conjugation(&self, j: usize) -> Result<Vec<Permutation>, GroupError> {
        /// The most image entries of a class that is written out.
        const MAX_ENTRIES: usize = 1 << 28;
        let class = &self.classes.classes[j];
        let size = usize::try_from(class.size()).unwrap_or(usize::MAX);
        over(
            "the size of a conjugacy class to be written out",
            size.saturating_mul(self.group.degree()),
            MAX_ENTRIES,
        )?;
        let mut members = vec![class.representative().clone()];
        let mut known: FxHashSet<Permutation> = members.iter().cloned().collect();
        let mut at = 0;
        while at < members.len() {
            for s in self.group.generators() {
                let image = members[at].conjugate_by(s);
                if known.insert(image.clone()) {
                    members.push(image);
                }
            }
            at += 1;
        }
        Ok(members)
    }
}

/// The class of every element, by the orbits of conjugation.
fn tabulate(group: &PermGroup, classes: &ConjugacyClasses) -> Result<Kind, GroupError> {
    let (numbering, mut class_of) = enumerated::class_roots(group, TABULATED as usize)?;
    let mut position = FxHashMap::default();
    for (k, class) in classes.iter().enumerate() {
        position.insert(class_of[numbering.number_of(class.representative())], k as u32);
    }
    let mut members = vec![Vec::new(); classes.len()];
    for (number, class) in class_of.iter_mut().enumerate() {
        *class = position[class];
        members[*class as usize].push(number as u32);
    }
    Ok(Kind::Table {
        numbering,
        class_of,
        members,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::parse_group;

    /// Conjugates of representatives by random elements, and all elements of small groups counted by class.
    #[test]
    fn elements_are_found_in_their_classes() {
        use rand::SeedableRng;
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(1);
        for text in ["S5", "D9", "M11", "M23", "S12", "A10 x C3"] {
            let group = parse_group(text).unwrap();
            let finder = ClassFinder::new(&group).unwrap();
            for (k, class) in finder.classes().iter().enumerate() {
                let g = group.random_element(&mut rng);
                let moved = class.representative().conjugate_by(&g);
                assert_eq!(finder.class_of(&moved).unwrap(), k, "{text}");
            }
        }
    }

    /// The two ways of going through the products agree: S_11 is too large for the table, its list of transpositions is
    /// not.
    #[test]
    fn products_with_a_class_are_counted_with_multiplicity() {
        for text in ["S6", "S11"] {
            let group = parse_group(text).unwrap();
            let finder = ClassFinder::new(&group).unwrap();
            let n = group.degree();
            let transpositions = finder
                .classes()
                .iter()
                .position(|c| c.size() == &(n * (n - 1) / 2).into() && !c.representative().is_even())
                .unwrap();
            let mut from_identity = 0;
            let mut to_identity = 0;
            finder
                .products_with_class(transpositions, |z, product| {
                    from_identity += usize::from(z == 0 && product == transpositions);
                    to_identity += usize::from(z == transpositions && product == 0);
                })
                .unwrap();
            assert_eq!((from_identity, to_identity), (n * (n - 1) / 2, 1), "{text}");
        }
    }
}
