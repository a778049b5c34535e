//! All normal subgroups, and those that play a part: minimal ones, socle, radical, cores, chief series.
//!
//! A normal subgroup is a union of conjugacy classes, and the join of the *principal* normal subgroups, the closures of
//! one element, of the classes in it. So with representatives of all classes every question here is decided: a normal
//! subgroup is the set of the classes inside it, |NM| = |N| |M| / |N ∩ M| is read off from these sets, and a chain of that
//! order proves each join. (Hulpke, *Computing normal subgroups*, 1998.)
//!
//! ```
//! use groups::catalog::parse_group;
//! let s4 = parse_group("S4")?;
//! let orders: Vec<String> = s4.normal_subgroups(100)?.iter().map(|n| n.order().to_string()).collect();
//! assert_eq!(orders, ["1", "4", "12", "24"]);
//! let group = parse_group("A5 x SL(2,3)")?;
//! assert_eq!(group.socle()?.order().to_string(), "120");
//! assert_eq!(group.solvable_radical()?.order().to_string(), "24");
//! assert_eq!(group.p_core(2)?.order().to_string(), "8");
//! # Ok::<(), groups::GroupError>(())
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;

use num_bigint::BigUint;
use num_traits::{One, Zero};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::conjugacy::ConjugacyClasses;
use crate::error::GroupError;
use crate::factorization::divide_out;
use crate::homomorphism::of_order;
use crate::linear::is_prime;
use crate::perm_group::PermGroup;
use crate::series::closure_under;
use crate::shape::Shape;

/// A normal subgroup with the classes inside it.
#[derive(Clone)]
struct Normal {
    group: PermGroup,
    order: BigUint,
    /// One bit for each class of the whole group.
    classes: Vec<u64>,
}

impl Normal {
    fn contains(&self, other: &Self) -> bool {
        self.classes
            .iter()
            .zip(&other.classes)
            .all(|(mine, theirs)| theirs & !mine == 0)
    }
}

/// The classes of a group, and the principal normal subgroups other than 1.
struct Principal {
    degree: usize,
    classes: Arc<ConjugacyClasses>,
    /// By order.
    subgroups: Vec<Normal>,
}

impl Principal {
    fn new(group: &PermGroup) -> Result<Self, GroupError> {
        let mut this = Self {
            degree: group.degree(),
            classes: group.conjugacy_classes()?,
            subgroups: Vec::new(),
        };
        for class in this
            .classes
            .clone()
            .iter()
            .filter(|class| !class.representative().is_identity())
        {
            let closure = closure_under(group, &[class.representative().clone()]);
            let normal = this.with_classes(closure);
            if this.subgroups.iter().all(|known| known.classes != normal.classes) {
                this.subgroups.push(normal);
            }
        }
        this.subgroups
            .sort_by(|a, b| (&a.order, &b.classes).cmp(&(&b.order, &a.classes)));
        Ok(this)
    }

    fn with_classes(&self, group: PermGroup) -> Normal {
        let mut classes = vec![0u64; self.classes.len().div_ceil(64)];
        for (k, class) in self.classes.iter().enumerate() {
            if group.contains(class.representative()) {
                classes[k / 64] |= 1 << (k % 64);
            }
        }
        Normal {
            order: group.order(),
            group,
            classes,
        }
    }

    fn trivial(&self) -> Normal {
        self.with_classes(PermGroup::trivial(self.degree))
    }

    /// |NM|
    fn order_of_join(&self, n: &Normal, m: &Normal) -> BigUint {
        let common = |&(k, _): &(usize, _)| (n.classes[k / 64] & m.classes[k / 64]) >> (k % 64) & 1 == 1;
        let in_both = self.classes.iter().enumerate().filter(common);
        let meet = in_both.fold(BigUint::zero(), |sum, (_, class)| sum + class.size());
        &n.order * &m.order / meet
    }

    /// NM, whose elements are the products of elements of N and M.
    fn join(&self, n: &Normal, m: &Normal) -> Normal {
        let mut rng = ChaCha8Rng::seed_from_u64(0x101 ^ self.degree as u64);
        let order = self.order_of_join(n, m);
        let product = || &n.group.random_element(&mut rng) * &m.group.random_element(&mut rng);
        self.with_classes(of_order(self.degree, &order, product))
    }

    /// The join of the principal normal subgroups with a property that joins keep.
    fn largest(&self, has: impl Fn(&Normal) -> bool) -> PermGroup {
        let kept = self.subgroups.iter().filter(|n| has(n));
        let join = |all: Normal, n: &Normal| if all.contains(n) { all } else { self.join(&all, n) };
        kept.fold(self.trivial(), join).group
    }

    fn minimal(&self) -> impl Iterator<Item = &Normal> {
        let is_minimal = |n: &&Normal| {
            let mut smaller = self.subgroups.iter().take_while(|m| m.order < n.order);
            !smaller.any(|m| n.contains(m))
        };
        self.subgroups.iter().filter(is_minimal)
    }
}

impl PermGroup {
    /// All normal subgroups, by order; the trivial group and the group itself are among them.
    ///
    /// # Errors
    /// [`GroupError::Limit`] past `limit` normal subgroups (an elementary abelian group of order 2^10 has more than
    /// 2·10^8), or if there are too many conjugacy classes to be listed.
    pub fn normal_subgroups(&self, limit: usize) -> Result<Vec<Self>, GroupError> {
        let check = |count: usize| crate::transversals::over("the number of normal subgroups", count, limit);
        if let Some(few) = self.few_normal_subgroups()? {
            check(few.len())?;
            return Ok(few);
        }
        let principal = Principal::new(self)?;
        let mut all = vec![principal.trivial()];
        let mut of_order: BTreeMap<BigUint, Vec<usize>> = BTreeMap::new();
        let mut at = 0;
        while at < all.len() {
            for n in &principal.subgroups {
                if all[at].contains(n) {
                    continue;
                }
                let order = principal.order_of_join(&all[at], n);
                let alike = of_order.entry(order).or_default();
                // A group of the same order that contains both is their join.
                if alike
                    .iter()
                    .any(|&k| all[k].contains(n) && all[k].contains(&all[at]))
                {
                    continue;
                }
                alike.push(all.len());
                check(all.len() + 1)?;
                let join = principal.join(&all[at], n);
                all.push(join);
            }
            at += 1;
        }
        all.sort_by(|a, b| (&a.order, &b.classes).cmp(&(&b.order, &a.classes)));
        Ok(all.into_iter().map(|normal| normal.group).collect())
    }

    /// The number of normal subgroups.
    ///
    /// # Errors
    /// [`GroupError::Limit`] past 100,000 of them, or if there are too many conjugacy classes to be listed.
    ///
    /// ```
    /// assert_eq!(groups::catalog::parse_group("D6")?.n_normal_subgroups()?, 7);
    /// assert_eq!(groups::catalog::parse_group("S100")?.n_normal_subgroups()?, 3);
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn n_normal_subgroups(&self) -> Result<usize, GroupError> {
        Ok(self.normal_subgroups(100_000)?.len())
    }

    /// The normal subgroups of a group that is known to have few without a look at its classes.
    fn few_normal_subgroups(&self) -> Result<Option<Vec<Self>>, GroupError> {
        let trivial = Self::trivial(self.degree());
        if self.is_trivial() {
            return Ok(Some(vec![trivial]));
        }
        if matches!(self.shape(), Shape::Symmetric) && self.degree() >= 5 {
            return Ok(Some(vec![trivial, self.derived_subgroup(), self.clone()]));
        }
        Ok(self.is_simple()?.then(|| vec![trivial, self.clone()]))
    }

    /// The normal subgroups other than 1 that contain no other such, by order.
    ///
    /// # Errors
    /// [`GroupError::Limit`] if there are too many conjugacy classes to be listed.
    ///
    /// ```
    /// let minimal = groups::catalog::parse_group("C6 x A5")?.minimal_normal_subgroups()?;
    /// let orders: Vec<String> = minimal.iter().map(|n| n.order().to_string()).collect();
    /// assert_eq!(orders, ["2", "3", "60"]);
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn minimal_normal_subgroups(&self) -> Result<Vec<Self>, GroupError> {
        if let Some(few) = self.few_normal_subgroups()? {
            return Ok(few.get(1).cloned().into_iter().collect());
        }
        let principal = Principal::new(self)?;
        Ok(principal.minimal().map(|n| n.group.clone()).collect())
    }

    /// The socle: the join of the minimal normal subgroups.
    ///
    /// # Errors
    /// [`GroupError::Limit`] if there are too many conjugacy classes to be listed.
    pub fn socle(&self) -> Result<Self, GroupError> {
        if let Some(few) = self.few_normal_subgroups()? {
            return Ok(few[few.len().min(2) - 1].clone());
        }
        let principal = Principal::new(self)?;
        let minimal: Vec<Vec<u64>> = principal.minimal().map(|n| n.classes.clone()).collect();
        Ok(principal.largest(|n| minimal.contains(&n.classes)))
    }

    /// The solvable radical: the largest solvable normal subgroup.
    ///
    /// # Errors
    /// [`GroupError::Limit`] if there are too many conjugacy classes to be listed.
    pub fn solvable_radical(&self) -> Result<Self, GroupError> {
        if self.is_solvable() {
            return Ok(self.clone());
        }
        if self.few_normal_subgroups()?.is_some() {
            return Ok(Self::trivial(self.degree()));
        }
        Ok(Principal::new(self)?.largest(|n| n.group.is_solvable()))
    }

    /// O_p(G): the largest normal subgroup whose order is a power of the prime p.
    ///
    /// # Errors
    /// [`GroupError::Domain`] if p is no prime; [`GroupError::Limit`] if there are too many conjugacy classes to be
    /// listed.
    pub fn p_core(&self, p: u64) -> Result<Self, GroupError> {
        if !is_prime(p) {
            return Err(GroupError::Domain {
                what: format!("the {p}-core of a group"),
                expected: "a prime".to_owned(),
            });
        }
        let is_p_group = |order: &BigUint| divide_out(order, p).1.is_one();
        if is_p_group(&self.order()) {
            return Ok(self.clone());
        }
        Ok(Principal::new(self)?.largest(|n| is_p_group(&n.order)))
    }

    /// The Fitting subgroup: the largest nilpotent normal subgroup, the product of the p-cores.
    ///
    /// # Errors
    /// [`GroupError::Limit`] if there are too many conjugacy classes to be listed.
    ///
    /// ```
    /// assert_eq!(groups::catalog::parse_group("S4 x S3")?.fitting_subgroup()?.order().to_string(), "12");
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn fitting_subgroup(&self) -> Result<Self, GroupError> {
        if self.is_nilpotent() {
            return Ok(self.clone());
        }
        Ok(Principal::new(self)?.largest(|n| n.group.is_nilpotent()))
    }

    /// A chief series G = G_0 > G_1 > … > 1: normal subgroups of G with none between two neighbours.
    ///
    /// # Errors
    /// [`GroupError::Limit`] if there are too many conjugacy classes to be listed.
    ///
    /// ```
    /// let series = groups::catalog::parse_group("GL(2,3)")?.chief_series()?;
    /// let orders: Vec<String> = series.iter().map(|n| n.order().to_string()).collect();
    /// assert_eq!(orders, ["48", "24", "8", "2", "1"]);
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn chief_series(&self) -> Result<Vec<Self>, GroupError> {
        if let Some(mut few) = self.few_normal_subgroups()? {
            // Each lies in the next.
            few.reverse();
            return Ok(few);
        }
        let principal = Principal::new(self)?;
        let order = self.order();
        let mut last = principal.trivial();
        let mut series = vec![last.group.clone()];
        while last.order != order {
            // What lies above N contains the join of N with some principal subgroup.
            let above = principal.subgroups.iter().filter(|n| !last.contains(n));
            let next = above.min_by_key(|n| principal.order_of_join(&last, n));
            let next = next.expect("the whole group is the join of its principal normal subgroups");
            last = principal.join(&last, next);
            series.push(last.group.clone());
        }
        series.reverse();
        Ok(series)
    }
}
