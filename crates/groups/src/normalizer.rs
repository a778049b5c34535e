//! Normalizers of subgroups, and conjugacy of subgroups.
//!
//! The normalizer of a cyclic group ⟨x⟩ is made of the centralizer of x and of elements that conjugate x to x^k; the
//! exponents k for which there are such elements form a group of units. For other subgroups the images of a base are
//! searched for ([`crate::conjugacy`]). In the alternating group an odd element is mended by an odd element of the
//! normalizer in the symmetric group, if there is one. (Seress §9.1; Holt et al. §4.6.)

use num_integer::Integer;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::conjugacy::{BaseImageSearch, ClassLimits, even_subgroup, on_points};
use crate::constituents::action_on_orbit;
use crate::error::GroupError;
use crate::factorization::factor;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;
use crate::schreier_sims::chain_of_order;
use crate::shape::{Factor, Shape};
use crate::stabilizer_chain::below;

/// The largest order of a cyclic group whose generators are gone through.
const MAX_ORDER: u64 = 1 << 20;

impl PermGroup {
    /// The elements g with g⁻¹ H g = H, for a subgroup H.
    ///
    /// # Errors
    /// [`GroupError::NotAMember`] names a generator of the subgroup that is not in the group;
    /// [`GroupError::DegreeMismatch`]; [`GroupError::Limit`] if a search would pass the default
    /// [`ClassLimits::max_steps`], or the transversals of the group do not fit.
    ///
    /// ```
    /// use groups::{catalog::parse_group, PermGroup};
    /// let klein = parse_group("(1,2),(3,4)")?;
    /// assert_eq!(PermGroup::symmetric(4).normalizer(&klein)?.order().to_string(), "8");
    /// assert!(PermGroup::alternating(4).normalizer(&klein).is_err());
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn normalizer(&self, subgroup: &Self) -> Result<Self, GroupError> {
        self.check_subgroup("the subgroup", subgroup)?;
        if subgroup.is_normalized_by(self) {
            return Ok(self.clone());
        }
        if let Some(x) = cyclic_generator(subgroup)
            && let Some(normalizer) = normalizer_of_cyclic(self, &x)?
        {
            return Ok(normalizer);
        }
        match self.shape() {
            Shape::Alternating => {
                let all = Self::symmetric(self.degree()).normalizer(subgroup)?;
                Ok(even_subgroup(&all))
            }
            Shape::Product(factors) => match parts(subgroup, factors) {
                Some(parts) => {
                    let identity = self.identity();
                    let mut generators = Vec::new();
                    for (factor, part) in factors.iter().zip(&parts) {
                        let normalizer = factor.group.normalizer(part)?;
                        let embedded = normalizer
                            .generators()
                            .iter()
                            .map(|g| on_points(&identity, &factor.points, g));
                        generators.extend(embedded);
                    }
                    Ok(Self::from_generators(self.degree(), generators))
                }
                None => search(self, subgroup),
            },
            _ => search(self, subgroup),
        }
    }

    /// An element g of the group with g⁻¹ H g = K, for subgroups H and K; `None` if there is none.
    ///
    /// # Errors
    /// As [`normalizer`](Self::normalizer).
    ///
    /// ```
    /// use groups::{catalog::parse_group, PermGroup};
    /// let (h, k) = (parse_group("(1,2)(3,4),(1,3)(2,4)")?, parse_group("(1,2),(3,4)")?);
    /// let s4 = PermGroup::symmetric(4);
    /// assert!(s4.subgroup_conjugator(&h, &k)?.is_none());
    /// assert!(s4.subgroup_conjugator(&k, &parse_group("(1,3),(2,4)")?)?.is_some());
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn subgroup_conjugator(&self, h: &Self, k: &Self) -> Result<Option<Permutation>, GroupError> {
        self.check_subgroup("the first subgroup", h)?;
        self.check_subgroup("the second subgroup", k)?;
        if h.order() != k.order() {
            return Ok(None);
        }
        if h.is_subgroup_of(k) {
            return Ok(Some(self.identity()));
        }
        match (cyclic_generator(h), cyclic_generator(k)) {
            (Some(x), Some(y)) => {
                if let Some(answer) = conjugator_of_cyclic(self, &x, &y)? {
                    return Ok(answer);
                }
            }
            (None, None) => {}
            _ => return Ok(None),
        }
        if let Shape::Alternating = self.shape() {
            let symmetric = Self::symmetric(self.degree());
            let Some(g) = symmetric.subgroup_conjugator(h, k)? else {
                return Ok(None);
            };
            if g.is_even() {
                return Ok(Some(g));
            }
            let normalizer = symmetric.normalizer(k)?;
            let odd = normalizer.generators().iter().find(|n| !n.is_even());
            return Ok(odd.map(|n| &g * n));
        }
        BaseImageSearch::for_subgroup(self, h)?.subgroup_conjugator(k, ClassLimits::default().max_steps)
    }

    /// Refuses a group that is not a subgroup.
    ///
    /// # Errors
    /// [`GroupError::DegreeMismatch`], or [`GroupError::NotAMember`] for the first generator outside.
    pub(crate) fn check_subgroup(&self, what: &str, subgroup: &Self) -> Result<(), GroupError> {
        self.check_degree_of(what, subgroup.degree())?;
        for (k, g) in subgroup.generators().iter().enumerate() {
            if !self.contains(g) {
                return Err(GroupError::NotAMember {
                    what: format!("generator {} of {what}", k + 1),
                    element: g.to_string(),
                });
            }
        }
        Ok(())
    }
}

fn search(group: &PermGroup, subgroup: &PermGroup) -> Result<PermGroup, GroupError> {
    BaseImageSearch::for_subgroup(group, subgroup)?.stabilizer(ClassLimits::default().max_steps)
}

/// The projections of a subgroup to direct factors, if it is their product.
fn parts(subgroup: &PermGroup, factors: &[Factor]) -> Option<Vec<PermGroup>> {
    let parts: Vec<PermGroup> = factors
        .iter()
        .map(|factor| action_on_orbit(subgroup, &factor.points))
        .collect();
    let product: num_bigint::BigUint = parts.iter().map(PermGroup::order).product();
    (product == subgroup.order()).then_some(parts)
}

/// An element that generates the group, if it is cyclic.
///
/// In an abelian group the powers of generators of orders p^k, the largest of each prime, multiply to an element whose
/// order is the exponent.
fn cyclic_generator(group: &PermGroup) -> Option<Permutation> {
    if let [x] = group.generators() {
        return Some(x.clone());
    }
    if !group.is_abelian() {
        return None;
    }
    let order = u64::try_from(&group.order()).ok()?;
    let mut product = group.identity();
    for (p, exponent) in factor(order) {
        let power = p.pow(exponent);
        let part = group.generators().iter().find_map(|g| {
            let order = u64::try_from(&g.order()).ok()?;
            order.is_multiple_of(power).then(|| g.pow((order / power) as i64))
        })?;
        product = &product * &part;
    }
    Some(product)
}

/// The units modulo the order of an element, as they are gone through.
struct Units {
    order: u64,
    /// Units settled so far.
    seen: Vec<bool>,
}

impl Units {
    fn new(order: u64) -> Self {
        Self {
            order,
            seen: vec![false; order as usize],
        }
    }

    /// The next unit that is not settled, from a start on.
    fn next(&self, from: u64) -> Option<u64> {
        (from..self.order).find(|k| !self.seen[*k as usize] && k.gcd(&self.order) == 1)
    }

    /// Settles the coset of a unit by a group of units.
    fn settle(&mut self, unit: u64, group: &[u64]) {
        let order = self.order;
        group
            .iter()
            .for_each(|k| self.seen[(k * unit % order) as usize] = true);
    }
}

/// The group of units generated by a group and one more.
fn extended(group: &[u64], unit: u64, order: u64) -> Vec<u64> {
    let mut all = group.to_vec();
    let mut power = unit % order;
    while !group.contains(&power) {
        all.extend(group.iter().map(|k| k * power % order));
        power = power * unit % order;
    }
    all
}

/// The normalizer of ⟨x⟩; `None` if x has too large an order.
fn normalizer_of_cyclic(group: &PermGroup, x: &Permutation) -> Result<Option<PermGroup>, GroupError> {
    let Some(order) = u64::try_from(&x.order()).ok().filter(|&n| n <= MAX_ORDER) else {
        return Ok(None);
    };
    let centralizer = group.element_centralizer(x)?;
    // Elements that conjugate x to x^u, with the index of the group of units before in that with u: an element of the
    // normalizer is in one way a product of an element of the centralizer and of such powers of them.
    let mut outer: Vec<(Permutation, usize)> = Vec::new();
    let mut units = Units::new(order);
    let mut good = vec![1 % order];
    let mut unit = 1;
    units.settle(1 % order, &good);
    while let Some(next) = units.next(unit) {
        unit = next;
        match group.conjugating_element(x, &x.pow(unit as i64))? {
            Some(g) => {
                let before = good.len();
                good = extended(&good, unit, order);
                outer.push((g, good.len() / before));
                // What failed failed for its whole coset by the larger group, too.
                let failed: Vec<u64> = (0..order).filter(|&k| units.seen[k as usize]).collect();
                failed.iter().for_each(|&k| units.settle(k, &good));
            }
            None => units.settle(unit, &good),
        }
    }
    let normalizer_order = centralizer.order() * good.len();
    let mut rng = ChaCha8Rng::seed_from_u64(0xcc1c ^ order);
    let chain = chain_of_order(group.degree(), &[], &normalizer_order, || {
        let start = centralizer.random_element(&mut rng);
        outer.iter().fold(start, |product, (g, index)| {
            &product * &g.pow(below(&mut rng, *index) as i64)
        })
    });
    let outer = outer.into_iter().map(|(g, _)| g);
    let generators = centralizer.generators().iter().cloned().chain(outer);
    Ok(Some(PermGroup::from_chain(generators.collect(), chain)))
}

/// What conjugates ⟨x⟩ to ⟨y⟩, where both have the same order; `None` if that is too large.
fn conjugator_of_cyclic(
    group: &PermGroup,
    x: &Permutation,
    y: &Permutation,
) -> Result<Option<Option<Permutation>>, GroupError> {
    let Some(order) = u64::try_from(&x.order()).ok().filter(|&n| n <= MAX_ORDER) else {
        return Ok(None);
    };
    let units = Units::new(order);
    let mut unit = 1;
    while let Some(next) = units.next(unit) {
        unit = next + 1;
        let found = group.conjugating_element(x, &y.pow(next as i64))?;
        if found.is_some() {
            return Ok(Some(found));
        }
    }
    Ok(Some(None))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::parse_group;

    fn normalizer_order(group: &str, subgroup: &str) -> String {
        let (group, subgroup) = (parse_group(group).unwrap(), parse_group(subgroup).unwrap());
        group.normalizer(&subgroup).unwrap().order().to_string()
    }

    /// The normalizer of a regular group in the symmetric group is its holomorph, of order |G| |Aut G|.
    #[test]
    fn holomorphs() {
        assert_eq!(normalizer_order("S97", "C97"), (97 * 96).to_string());
        assert_eq!(normalizer_order("S8", "Q8"), (8 * 24).to_string());
        let regular = |text: &str| {
            let group = parse_group(text).unwrap();
            let elements: Vec<Permutation> = group.sorted_elements().collect();
            let right = |g: &Permutation| {
                let number = |x: &Permutation| elements.binary_search(&(x * g)).unwrap() as u32;
                Permutation::from_images(elements.iter().map(number).collect()).unwrap()
            };
            PermGroup::new(elements.len(), group.generators().iter().map(right).collect()).unwrap()
        };
        let cases = [
            ("D4", 8 * 8),
            ("A4", 12 * 24),
            ("S4", 24 * 24),
            ("A5", 60 * 120),
            ("D12", 24 * 48),
            ("C3 x C3 x C3", 27 * 11232),
            ("C2 x C2 x C2 x C2 x C2", 32 * 9_999_360),
            ("C2 x C4", 8 * 8),
            ("C4 x C4", 16 * 96),
        ];
        for (text, expected) in cases {
            let group = regular(text);
            let symmetric = PermGroup::symmetric(group.degree());
            let normalizer = symmetric.normalizer(&group).unwrap();
            assert_eq!(normalizer.order(), (expected as u64).into(), "{text}");
        }
    }

    /// Groups whose normalizers in the symmetric group are known.
    #[test]
    fn in_symmetric_and_alternating_groups() {
        assert_eq!(normalizer_order("S8", "PSL(2,7)"), "336");
        assert_eq!(normalizer_order("A8", "PSL(2,7)"), "168");
        assert_eq!(normalizer_order("S24", "M24"), "244823040");
        assert_eq!(normalizer_order("S9", "PSL(2,8)"), "1512");
        assert_eq!(
            normalizer_order("S12", "S3 wr S4"),
            (6u32.pow(4) * 24).to_string()
        );
        // Modulo A_3^4, what normalizes A_4 in C_2 ≀ S_4 is S_4 and the constant functions.
        assert_eq!(
            normalizer_order("S12", "A3 wr A4"),
            (3u32.pow(4) * 2 * 24).to_string()
        );
        // (S_5 × S_5) is normalized by S_5 ≀ S_2.
        assert_eq!(normalizer_order("S10", "S5 x S5"), (2 * 120 * 120).to_string());
        assert_eq!(
            normalizer_order("S100", "S50 x S50"),
            (PermGroup::symmetric(50).order().pow(2u32) * 2u32).to_string()
        );
    }

    /// A planted conjugate is found, and a conjugate under a larger group that is none is refused.
    #[test]
    fn subgroups_are_conjugated() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        for (text, p) in [
            ("M12", 2),
            ("S10", 2),
            ("A9", 3),
            ("S3 wr S5", 3),
            ("W(F4)", 2),
            ("AGL(3,3)", 3),
        ] {
            let group = parse_group(text).unwrap();
            let h = group.sylow_subgroup(p).unwrap().derived_subgroup();
            let g = group.random_element(&mut rng);
            let conjugate = |h: &PermGroup| {
                let generators = h.generators().iter().map(|x| x.conjugate_by(&g)).collect();
                PermGroup::new(group.degree(), generators).unwrap()
            };
            let found = group.subgroup_conjugator(&h, &conjugate(&h)).unwrap().unwrap();
            assert!(group.contains(&found), "{text}");
            assert!(
                h.generators()
                    .iter()
                    .all(|x| conjugate(&h).contains(&x.conjugate_by(&found))),
                "{text}"
            );
        }
        // PSL(2,7) has two classes of subgroups S_4, which PGL(2,7) fuses.
        let (small, large) = (parse_group("PSL(2,7)").unwrap(), parse_group("PGL(2,7)").unwrap());
        let outer = large
            .generators()
            .iter()
            .find(|g| !small.contains(g))
            .unwrap()
            .clone();
        let octahedral = (0..)
            .map(|_| vec![small.random_element(&mut rng), small.random_element(&mut rng)])
            .map(|pair| PermGroup::new(8, pair).unwrap())
            .find(|h| h.order() == 24u32.into())
            .unwrap();
        let twin = octahedral
            .generators()
            .iter()
            .map(|x| x.conjugate_by(&outer))
            .collect();
        let twin = PermGroup::new(8, twin).unwrap();
        assert!(small.subgroup_conjugator(&octahedral, &twin).unwrap().is_none());
        assert!(large.subgroup_conjugator(&octahedral, &twin).unwrap().is_some());
    }

    #[test]
    fn what_is_no_subgroup_is_named() {
        let outside = parse_group("(1,2,3,4,5),(1,2)").unwrap();
        let named = PermGroup::alternating(5)
            .normalizer(&outside)
            .unwrap_err()
            .to_string();
        assert_eq!(named, "generator 2 of the subgroup is not in the group: (1,2)");
        assert!(matches!(
            PermGroup::symmetric(4).normalizer(&outside),
            Err(GroupError::DegreeMismatch { .. })
        ));
    }
}
