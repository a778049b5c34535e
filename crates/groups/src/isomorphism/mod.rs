//! Isomorphisms of groups, automorphisms, and identification in the table of small groups.
//!
//! Groups of small order are written out as multiplication tables, whose elements get colours that every isomorphism
//! keeps; in larger ones elements are told apart by their conjugacy classes. Where these invariants of two groups agree, a
//! complete search for images of generators decides.
//!
//! ```
//! use groups::{catalog::parse_group, GroupError};
//! let (a, b) = (parse_group("PSL(2,7)")?, parse_group("PSL(3,2)")?);
//! let map = a.isomorphism(&b)?.expect("two names of one group");
//! assert!(map.is_injective() && map.image_group().equals(&b));
//! assert!(parse_group("D4")?.isomorphism(&parse_group("Q8")?)?.is_none());
//! assert_eq!(a.automorphism_group_order()?.to_string(), "336");
//! assert_eq!(parse_group("S4 x C2")?.id_small_group()?, (48, 48));
//! # Ok::<(), GroupError>(())
//! ```

mod abelian;
mod cayley;
mod identify;
mod large;
mod search;

use num_bigint::BigUint;

use crate::error::GroupError;
use crate::homomorphism::Homomorphism;
use crate::perm_group::PermGroup;
use cayley::{CayleyTable, fingerprint};
use search::{Coloured, Search};

/// The largest order of a group whose multiplication table is written out here; it then takes 8 MiB.
const MAX_ORDER: usize = 2048;

impl PermGroup {
    /// An isomorphism to another group, if there is one; the groups may have different degrees.
    ///
    /// Up to order 2048 by multiplication tables, in O(order²) if the answer is soon found; above by conjugacy classes.
    ///
    /// # Errors
    /// [`GroupError::Limit`] for larger groups with too many conjugacy classes, or with too many images of generators to
    /// be tried.
    ///
    /// ```
    /// use groups::catalog::parse_group;
    /// let map = parse_group("A8")?.isomorphism(&parse_group("PSL(4,2)")?)?.expect("isomorphic");
    /// assert_eq!(map.image_group().degree(), 15);
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn isomorphism(&self, other: &Self) -> Result<Option<Homomorphism>, GroupError> {
        if self.order() != other.order()
            || self.is_abelian() != other.is_abelian()
            || self.abelian_invariants() != other.abelian_invariants()
            || self.center().order() != other.center().order()
        {
            return Ok(None);
        }
        if self.equals(other) {
            return Ok(Some(Homomorphism::known(
                self,
                self.degree(),
                self.generators().to_vec(),
            )));
        }
        if self.is_abelian() {
            return abelian::isomorphism(self, other).map(Some);
        }
        if self.order() > MAX_ORDER.into() {
            let orders = |group: &Self| group.derived_series().iter().map(Self::order).collect::<Vec<_>>();
            if orders(self) != orders(other) || self.composition_factors()? != other.composition_factors()? {
                return Ok(None);
            }
            return large::isomorphism(self, other);
        }
        self.isomorphism_by_tables(other)
    }

    fn isomorphism_by_tables(&self, other: &Self) -> Result<Option<Homomorphism>, GroupError> {
        let tables = [
            CayleyTable::new(self, MAX_ORDER)?,
            CayleyTable::new(other, MAX_ORDER)?,
        ];
        let colours = tables.each_ref().map(CayleyTable::colours);
        if fingerprint(&colours[0]) != fingerprint(&colours[1]) {
            return Ok(None);
        }
        let [source, target] = [0, 1].map(|k| Coloured {
            table: &tables[k],
            colours: &colours[k],
        });
        let search = Search::new(&source, &target);
        let Some(images) = search.isomorphism() else {
            return Ok(None);
        };
        // Through generators that the search has chosen to those of the group.
        let chosen = search
            .generators()
            .iter()
            .map(|&g| tables[0].element(g))
            .collect();
        let images = images.iter().map(|&h| tables[1].element(h)).collect();
        let map = Homomorphism::new(&Self::new(self.degree(), chosen)?, other, images)?;
        let images: Result<Vec<_>, _> = self.generators().iter().map(|g| map.image(g)).collect();
        Homomorphism::new(self, other, images?).map(Some)
    }

    /// Whether the groups are isomorphic.
    ///
    /// # Errors
    /// [`GroupError::Limit`], as for [`isomorphism`](Self::isomorphism).
    ///
    /// ```
    /// use groups::{catalog::parse_group, PermGroup};
    /// assert!(PermGroup::symmetric(3).is_isomorphic_to(&parse_group("D3")?)?);
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn is_isomorphic_to(&self, other: &Self) -> Result<bool, GroupError> {
        Ok(self.isomorphism(other)?.is_some())
    }

    /// The number of isomorphisms of the group to itself.
    ///
    /// # Errors
    /// [`GroupError::Limit`] past order 2048.
    ///
    /// ```
    /// use groups::catalog::parse_group;
    /// assert_eq!(parse_group("Q8")?.automorphism_group_order()?.to_string(), "24");
    /// assert_eq!(parse_group("S6")?.automorphism_group_order()?.to_string(), "1440");
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn automorphism_group_order(&self) -> Result<BigUint, GroupError> {
        let table = CayleyTable::new(self, MAX_ORDER)?;
        let colours = table.colours();
        let group = Coloured {
            table: &table,
            colours: &colours,
        };
        Ok(Search::new(&group, &group).number_of_automorphisms())
    }
}
