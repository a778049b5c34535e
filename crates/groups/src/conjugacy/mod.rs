//! Conjugacy classes.
//!
//! Two elements of G are *conjugate* if some g ∈ G has g⁻¹xg = y; the class of x has |G : C(x)| elements, where the
//! *centralizer* C(x) is the group of the elements that commute with x. Every way of finding the classes here ends
//! with a proof that none is missing:
//! * natural symmetric and alternating groups: classes are cycle types, of which those with distinct odd parts split
//!   in the alternating group;
//! * direct products and full wreath products: classes are made of classes of the factors, a theorem
//!   (James and Kerber, *The Representation Theory of the Symmetric Group*, §4.2);
//! * groups small enough to be enumerated: the orbits of conjugation on all elements;
//! * other groups: random elements and their powers, whose classes are told apart by invariants or by a complete
//!   search for a conjugating element, until the sizes |G : C(x)| sum to |G|.
//!
//! ```
//! use groups::catalog::parse_group;
//! let classes = parse_group("M11")?.conjugacy_classes()?;
//! let sizes: Vec<String> = classes.iter().map(|c| format!("{}:{}", c.element_order(), c.size())).collect();
//! assert_eq!(sizes.join(" "), "1:1 2:165 3:440 4:990 5:1584 6:1320 8:990 8:990 11:720 11:720");
//! assert_eq!(classes.exponent().to_string(), "1320");
//! assert_eq!(parse_group("S100")?.n_conjugacy_classes()?.to_string(), "190569292");
//! # Ok::<(), groups::GroupError>(())
//! ```

mod base_images;
mod colouring;
mod elements;
mod enumerated;
mod finder;
mod node;
mod partitions;
mod plan;
mod search;
mod wreath;
mod wreath_elements;

use std::sync::Arc;

use num_bigint::BigUint;
use num_integer::Integer;
use num_traits::One;

use crate::error::GroupError;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;
use crate::shape::Shape;

pub(crate) use base_images::BaseImageSearch;
pub(crate) use colouring::Invariants;
pub(crate) use elements::{even_subgroup, on_points};
pub(crate) use finder::ClassFinder;
pub(crate) use partitions::{centralizer_order, partitions};

/// How much work and memory a list of classes may take.
///
/// ```
/// use groups::conjugacy::ClassLimits;
/// let limits = ClassLimits { max_classes: 10, ..ClassLimits::default() };
/// assert!(groups::PermGroup::symmetric(20).conjugacy_classes_within(&limits).is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClassLimits {
    /// The largest order of a group whose elements are all enumerated.
    pub max_enumerated: usize,
    /// The most classes to be listed.
    pub max_classes: usize,
    /// The most random elements to be drawn, for each class known, without finding a new one.
    pub max_draws: usize,
    /// The most steps of one search for a conjugating element.
    pub max_steps: usize,
}

impl Default for ClassLimits {
    fn default() -> Self {
        Self {
            max_enumerated: 1 << 22,
            max_classes: 300_000,
            max_draws: 400,
            max_steps: 200_000_000,
        }
    }
}

/// One conjugacy class of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConjugacyClass {
    representative: Permutation,
    element_order: BigUint,
    size: BigUint,
    centralizer_order: BigUint,
}

impl ConjugacyClass {
    fn new(representative: Permutation, size: BigUint, group_order: &BigUint) -> Self {
        Self {
            element_order: representative.order(),
            centralizer_order: group_order / &size,
            representative,
            size,
        }
    }

    /// One of its elements.
    pub fn representative(&self) -> &Permutation {
        &self.representative
    }

    /// The order of its elements.
    pub fn element_order(&self) -> &BigUint {
        &self.element_order
    }

    /// The number of its elements.
    pub fn size(&self) -> &BigUint {
        &self.size
    }

    /// The order of the centralizer of an element.
    pub fn centralizer_order(&self) -> &BigUint {
        &self.centralizer_order
    }
}

/// All conjugacy classes of a group, by element order and then by size.
#[derive(Clone, Debug)]
pub struct ConjugacyClasses {
    group_order: BigUint,
    classes: Vec<ConjugacyClass>,
}

impl ConjugacyClasses {
    /// From representatives of all classes with their sizes.
    fn new(group_order: BigUint, classes: Vec<(Permutation, BigUint)>) -> Self {
        let mut classes: Vec<ConjugacyClass> = classes
            .into_iter()
            .map(|(representative, size)| ConjugacyClass::new(representative, size, &group_order))
            .collect();
        // Stable, so classes that agree in both stay in the order found, which is deterministic.
        classes.sort_by(|a, b| (&a.element_order, &a.size).cmp(&(&b.element_order, &b.size)));
        debug_assert_eq!(classes.iter().map(|c| &c.size).sum::<BigUint>(), group_order);
        Self { group_order, classes }
    }

    /// The number of classes.
    pub fn len(&self) -> usize {
        self.classes.len()
    }

    /// Never true: the identity is in a class.
    pub fn is_empty(&self) -> bool {
        self.classes.is_empty()
    }

    /// The classes, by element order and then by size; the class of the identity comes first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &ConjugacyClass> {
        self.classes.iter()
    }

    /// The order of the group, which is the sum of the sizes.
    pub fn group_order(&self) -> &BigUint {
        &self.group_order
    }

    /// The least common multiple of the element orders.
    pub fn exponent(&self) -> BigUint {
        let orders = self.classes.iter().map(|class| &class.element_order);
        orders.fold(BigUint::one(), |exponent, order| exponent.lcm(order))
    }
}

impl PermGroup {
    /// The conjugacy classes, under the default [`ClassLimits`]; computed once.
    ///
    /// # Errors
    /// [`GroupError::Limit`] if a limit would be passed.
    pub fn conjugacy_classes(&self) -> Result<Arc<ConjugacyClasses>, GroupError> {
        self.conjugacy_classes_within(&ClassLimits::default())
    }

    /// The conjugacy classes, under the given limits.
    ///
    /// # Errors
    /// [`GroupError::Limit`] if a limit would be passed.
    pub fn conjugacy_classes_within(
        &self,
        limits: &ClassLimits,
    ) -> Result<Arc<ConjugacyClasses>, GroupError> {
        if let Some(known) = self.structure().classes.get() {
            return Ok(known.clone());
        }
        let classes = ConjugacyClasses::new(self.order(), list(self, limits)?);
        Ok(self.structure().classes.get_or_init(|| Arc::new(classes)).clone())
    }

    /// The number of conjugacy classes; for natural symmetric and alternating groups, direct products and wreath
    /// products it is computed without a list of classes.
    ///
    /// # Errors
    /// [`GroupError::Limit`] if a list is needed and would pass a limit of the default [`ClassLimits`].
    ///
    /// ```
    /// assert_eq!(groups::catalog::parse_group("S20 wr S5")?.n_conjugacy_classes()?.to_string(), "846606604536");
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn n_conjugacy_classes(&self) -> Result<BigUint, GroupError> {
        if let Some(known) = self.structure().classes.get() {
            return Ok(known.len().into());
        }
        Ok(match self.shape() {
            Shape::Symmetric => partitions::count(self.degree()),
            Shape::Alternating => partitions::count_alternating(self.degree()),
            Shape::Product(factors) => {
                let counts = factors.iter().map(|factor| factor.group.n_conjugacy_classes());
                counts.product::<Result<BigUint, GroupError>>()?
            }
            Shape::Wreath(wreath) => wreath::count(wreath)?,
            Shape::Other => self.conjugacy_classes()?.len().into(),
        })
    }

    /// The exponent: the smallest positive m with g^m = 1 for all elements g.
    ///
    /// # Errors
    /// [`GroupError::Limit`] if a list of classes is needed and would pass a limit of the default [`ClassLimits`].
    ///
    /// ```
    /// use groups::catalog::parse_group;
    /// assert_eq!(parse_group("S10")?.exponent()?.to_string(), "2520");
    /// assert_eq!(parse_group("S10 wr S20")?.exponent()?.to_string(), "586637251200");
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn exponent(&self) -> Result<BigUint, GroupError> {
        if self.is_abelian() {
            let orders = self.generators().iter().map(Permutation::order);
            return Ok(orders.fold(BigUint::one(), |exponent, order| exponent.lcm(&order)));
        }
        Ok(match self.shape() {
            Shape::Symmetric => partitions::exponent(self.degree()),
            Shape::Alternating => partitions::exponent_alternating(self.degree()),
            Shape::Product(factors) => {
                let mut exponent = BigUint::one();
                for factor in factors {
                    exponent = exponent.lcm(&factor.group.exponent()?);
                }
                exponent
            }
            // The part of an element on a cycle of length l of the outer group has order l times that of an element
            // of the inner one, which is arbitrary; and the outer exponent is the lcm of all its cycle lengths.
            Shape::Wreath(wreath) => wreath.inner.exponent()? * wreath.outer.exponent()?,
            Shape::Other => self.conjugacy_classes()?.exponent(),
        })
    }
}

/// Representatives and sizes of all classes.
fn list(group: &PermGroup, limits: &ClassLimits) -> Result<Vec<(Permutation, BigUint)>, GroupError> {
    /// Up to this order enumeration is faster than any insight, and up to the second than a random search.
    const TINY: u32 = 20_000;
    const SMALL: u32 = 150_000;
    let order = group.order();
    let enumerable = order <= limits.max_enumerated.into();
    if order <= TINY.into() && enumerable && group.degree() <= 1000 {
        return enumerated::classes(group, limits);
    }
    match group.shape() {
        Shape::Symmetric => partitions::classes(group.degree(), limits),
        Shape::Alternating => partitions::classes_alternating(group.degree(), limits),
        Shape::Product(factors) => wreath::product_classes(group.degree(), factors, limits),
        Shape::Wreath(wreath) => wreath::classes(wreath, limits),
        Shape::Other if order <= SMALL.into() && enumerable => enumerated::classes(group, limits),
        Shape::Other if enumerable => {
            // A group with many small classes is sooner enumerated.
            let draws = usize::try_from(&(order / 1000u32)).unwrap_or(usize::MAX);
            search::classes(group, limits, draws).or_else(|_| enumerated::classes(group, limits))
        }
        Shape::Other => search::classes(group, limits, usize::MAX),
    }
}

/// An error if more classes are to be listed than the limit allows.
fn check_count(count: usize, limits: &ClassLimits) -> Result<(), GroupError> {
    crate::transversals::over("the number of conjugacy classes", count, limits.max_classes)
}
