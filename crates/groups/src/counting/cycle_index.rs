//! Cycle indices.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;

use num_bigint::{BigInt, BigUint};
use num_rational::BigRational;
use num_traits::{One, Zero};
use serde::{Serialize, Serializer};

use crate::conjugacy::{centralizer_order, partitions};
use crate::error::GroupError;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;
use crate::shape::Shape;
use crate::transversals::over;

/// The cycle lengths of a permutation with their multiplicities: a monomial s_1^(m_1) s_2^(m_2) ….
///
/// In lexicographic order of the ascending lists of cycle lengths, so that the identity comes first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CycleType {
    parts: Vec<(usize, Reverse<usize>)>,
}

impl CycleType {
    /// From cycle lengths in any order, fixed points included.
    ///
    /// # Errors
    /// [`GroupError::Domain`] for a length 0.
    ///
    /// ```
    /// use groups::counting::CycleType;
    /// let two_pairs = CycleType::new(&[2, 1, 2])?;
    /// assert_eq!(two_pairs.parts().collect::<Vec<_>>(), [(1, 1), (2, 2)]);
    /// assert_eq!((two_pairs.degree(), two_pairs.to_string()), (5, "s1 s2^2".to_owned()));
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn new(lengths: &[usize]) -> Result<Self, GroupError> {
        if lengths.contains(&0) {
            return Err(GroupError::Domain {
                what: format!("the cycle lengths {lengths:?}"),
                expected: "positive lengths".to_owned(),
            });
        }
        let mut sorted = lengths.to_vec();
        sorted.sort_unstable();
        Ok(Self::from_sorted(&sorted))
    }

    fn from_sorted(lengths: &[usize]) -> Self {
        let runs = lengths.chunk_by(|a, b| a == b);
        Self {
            parts: runs.map(|run| (run[0], Reverse(run.len()))).collect(),
        }
    }

    /// The cycle type of a permutation.
    pub fn of(g: &Permutation) -> Self {
        let mut lengths = g.cycle_type();
        lengths.reverse();
        Self::from_sorted(&lengths)
    }

    /// Pairs of a length, ascending, and the number of cycles of that length.
    pub fn parts(&self) -> impl ExactSizeIterator<Item = (usize, usize)> {
        self.parts.iter().map(|&(length, Reverse(count))| (length, count))
    }

    /// The number of points.
    pub fn degree(&self) -> usize {
        self.parts().map(|(length, count)| length * count).sum()
    }

    /// The number of cycles.
    pub fn cycles(&self) -> usize {
        self.parts().map(|(_, count)| count).sum()
    }

    fn times(&self, other: &Self) -> Self {
        let mut counts: BTreeMap<usize, usize> = self.parts().collect();
        other
            .parts()
            .for_each(|(length, count)| *counts.entry(length).or_default() += count);
        Self {
            parts: counts
                .into_iter()
                .map(|(length, count)| (length, Reverse(count)))
                .collect(),
        }
    }

    /// Each length times `factor`.
    fn stretched(&self, factor: usize) -> Self {
        Self {
            parts: self
                .parts
                .iter()
                .map(|&(length, count)| (length * factor, count))
                .collect(),
        }
    }
}

impl fmt::Display for CycleType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.parts.is_empty() {
            return f.write_str("1");
        }
        for (k, (length, count)) in self.parts().enumerate() {
            f.write_str(if k == 0 { "" } else { " " })?;
            write!(f, "s{length}")?;
            if count > 1 {
                write!(f, "^{count}")?;
            }
        }
        Ok(())
    }
}

/// The mean over a group of the monomials s_1^(m_1) s_2^(m_2) …, m_l being the number of cycles of length l.
///
/// The coefficients are positive rationals that sum to 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CycleIndex {
    degree: usize,
    terms: BTreeMap<CycleType, BigRational>,
}

/// The most terms under which [`PermGroup::cycle_index`] answers.
const DEFAULT_TERMS: usize = 300_000;

impl PermGroup {
    /// The cycle index, of at most 300,000 terms.
    ///
    /// # Errors
    /// [`GroupError::Limit`] if it has more terms, or a list of classes is needed and passes a limit of the default
    /// [`ClassLimits`](crate::conjugacy::ClassLimits).
    ///
    /// ```
    /// use groups::catalog::parse_group;
    /// let index = parse_group("S3")?.cycle_index()?;
    /// assert_eq!(index.to_string(), "1/6 s1^3 + 1/2 s1 s2 + 1/3 s3");
    /// assert!(parse_group("S100")?.cycle_index().is_err()); // 190,569,292 terms
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn cycle_index(&self) -> Result<CycleIndex, GroupError> {
        self.cycle_index_within(DEFAULT_TERMS)
    }

    /// The cycle index, of at most `max_terms` terms.
    ///
    /// # Errors
    /// As for [`cycle_index`](Self::cycle_index).
    pub fn cycle_index_within(&self, max_terms: usize) -> Result<CycleIndex, GroupError> {
        Ok(match self.shape() {
            Shape::Symmetric => CycleIndex::symmetric(self.degree(), max_terms)?,
            Shape::Alternating => CycleIndex::alternating(self.degree(), max_terms)?,
            Shape::Product(factors) => {
                let moved: usize = factors.iter().map(|factor| factor.points.len()).sum();
                let mut product = CycleIndex::trivial(self.degree() - moved);
                for factor in factors {
                    product = product.product(&factor.group.cycle_index_within(max_terms)?, max_terms)?;
                }
                product
            }
            Shape::Wreath(wreath) => {
                let inner = wreath.inner.cycle_index_within(max_terms)?;
                wreath
                    .outer
                    .cycle_index_within(max_terms)?
                    .plethysm(&inner, max_terms)?
            }
            Shape::Other => {
                let order = BigInt::from(self.order());
                let mut index = CycleIndex::zero(self.degree());
                for class in self.conjugacy_classes()?.iter() {
                    let share = BigRational::new(class.size().clone().into(), order.clone());
                    index.add(CycleType::of(class.representative()), share, max_terms)?;
                }
                index
            }
        })
    }
}

impl CycleIndex {
    fn zero(degree: usize) -> Self {
        Self {
            degree,
            terms: BTreeMap::new(),
        }
    }

    /// That of the trivial group.
    ///
    /// ```
    /// assert_eq!(groups::counting::CycleIndex::trivial(3).to_string(), "s1^3");
    /// ```
    pub fn trivial(degree: usize) -> Self {
        let identity = CycleType::from_sorted(&vec![1; degree]);
        Self {
            degree,
            terms: BTreeMap::from([(identity, BigRational::one())]),
        }
    }

    /// That of S_n: 1/∏ l^(m_l) m_l! for each partition.
    ///
    /// # Errors
    /// [`GroupError::Limit`] past `max_terms` terms.
    pub fn symmetric(n: usize, max_terms: usize) -> Result<Self, GroupError> {
        Self::of_partitions(n, |_| true, 1, max_terms)
    }

    /// That of A_n: twice the share of each even cycle type in S_n.
    ///
    /// # Errors
    /// [`GroupError::Limit`] past `max_terms` terms.
    pub fn alternating(n: usize, max_terms: usize) -> Result<Self, GroupError> {
        let even = |parts: &[usize]| parts.iter().filter(|&l| l % 2 == 0).count() % 2 == 0;
        Self::of_partitions(n, even, if n < 2 { 1 } else { 2 }, max_terms)
    }

    fn of_partitions(
        n: usize,
        wanted: impl Fn(&[usize]) -> bool,
        numerator: u32,
        max_terms: usize,
    ) -> Result<Self, GroupError> {
        let mut index = Self::zero(n);
        for mut parts in partitions(n).filter(|parts| wanted(parts)) {
            let share = BigRational::new(numerator.into(), centralizer_order(&parts).into());
            parts.reverse();
            index.add(CycleType::from_sorted(&parts), share, max_terms)?;
        }
        Ok(index)
    }

    /// That of the direct product on the disjoint union of the points: the product.
    ///
    /// # Errors
    /// [`GroupError::Limit`] past `max_terms` terms.
    ///
    /// ```
    /// use groups::counting::CycleIndex;
    /// let s2 = CycleIndex::symmetric(2, 10)?;
    /// assert_eq!(s2.product(&s2, 10)?.to_string(), "1/4 s1^4 + 1/2 s1^2 s2 + 1/4 s2^2");
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn product(&self, other: &Self, max_terms: usize) -> Result<Self, GroupError> {
        let mut product = Self::zero(self.degree + other.degree);
        for (a, share) in &self.terms {
            for (b, of_b) in &other.terms {
                product.add(a.times(b), share * of_b, max_terms)?;
            }
        }
        Ok(product)
    }

    /// That of the wreath product in its imprimitive action, `self` acting on the blocks: the *plethysm*, in which
    /// s_k becomes the inner cycle index with s_j replaced by s_jk.
    ///
    /// # Errors
    /// [`GroupError::Limit`] past `max_terms` terms.
    ///
    /// ```
    /// use groups::{catalog::parse_group, counting::CycleIndex};
    /// let s2 = CycleIndex::symmetric(2, 10)?;
    /// assert_eq!(s2.plethysm(&s2, 10)?, parse_group("D4")?.cycle_index()?);
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn plethysm(&self, inner: &Self, max_terms: usize) -> Result<Self, GroupError> {
        let mut sum = Self::zero(self.degree * inner.degree);
        // powers[k][m] is the m-th power of the inner index stretched by k.
        let mut powers: BTreeMap<usize, Vec<Self>> = BTreeMap::new();
        for (cycle_type, share) in &self.terms {
            let mut product = Self::trivial(0);
            for (length, count) in cycle_type.parts() {
                let table = powers.entry(length).or_insert_with(|| vec![Self::trivial(0)]);
                let stretched = inner.stretched(length);
                while table.len() <= count {
                    let next = table[table.len() - 1].product(&stretched, max_terms)?;
                    table.push(next);
                }
                product = product.product(&table[count], max_terms)?;
            }
            for (monomial, of_it) in product.terms {
                sum.add(monomial, of_it * share, max_terms)?;
            }
        }
        Ok(sum)
    }

    fn stretched(&self, factor: usize) -> Self {
        Self {
            degree: self.degree * factor,
            terms: self
                .terms
                .iter()
                .map(|(t, share)| (t.stretched(factor), share.clone()))
                .collect(),
        }
    }

    fn add(&mut self, cycle_type: CycleType, share: BigRational, max_terms: usize) -> Result<(), GroupError> {
        if let Some(sum) = self.terms.get_mut(&cycle_type) {
            *sum += share;
            return Ok(());
        }
        over(
            "the number of terms of a cycle index",
            self.terms.len() + 1,
            max_terms,
        )?;
        self.terms.insert(cycle_type, share);
        Ok(())
    }

    /// The number of points.
    pub fn degree(&self) -> usize {
        self.degree
    }

    /// The terms in order, that of the identity first.
    pub fn terms(&self) -> impl ExactSizeIterator<Item = (&CycleType, &BigRational)> {
        self.terms.iter()
    }

    /// The share of the elements with a cycle type.
    pub fn coefficient(&self, cycle_type: &CycleType) -> BigRational {
        self.terms
            .get(cycle_type)
            .cloned()
            .unwrap_or_else(BigRational::zero)
    }

    /// The number of orbits on colourings of the points by `colours` colours: every s_l is put to that number.
    ///
    /// ```
    /// use groups::catalog::parse_group;
    /// let cube = parse_group("S2 wr S3")?.cycle_index()?; // on the six faces
    /// assert_eq!(cube.number_of_colourings(&2u32.into()), 10u32.into());
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn number_of_colourings(&self, colours: &BigUint) -> BigUint {
        let value = |(cycle_type, share): (&CycleType, &BigRational)| {
            share * BigRational::from_integer(colours.pow(cycle_type.cycles() as u32).into())
        };
        let sum: BigRational = self.terms().map(value).sum();
        sum.to_integer()
            .to_biguint()
            .expect("a mean of numbers of fixed points is not negative")
    }
}

/// `1/6 s1^3 + 1/2 s1 s2 + 1/3 s3`.
impl fmt::Display for CycleIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (k, (cycle_type, share)) in self.terms().enumerate() {
            f.write_str(if k == 0 { "" } else { " + " })?;
            if !share.is_one() {
                write!(f, "{share} ")?;
            }
            write!(f, "{cycle_type}")?;
        }
        Ok(())
    }
}

/// Pairs of a cycle type and a coefficient: `[[[[1, 3]], "1/6"], [[[1, 1], [2, 1]], "1/2"], [[[3, 1]], "1/3"]]`.
impl Serialize for CycleIndex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let pair =
            |(t, share): (&CycleType, &BigRational)| (t.parts().collect::<Vec<_>>(), share.to_string());
        serializer.collect_seq(self.terms().map(pair))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::parse_group;

    /// The mean of the monomials of all elements.
    fn by_enumeration(group: &PermGroup) -> CycleIndex {
        let mut index = CycleIndex::zero(group.degree());
        let share = BigRational::new(1.into(), group.order().into());
        for g in group.elements() {
            index.add(CycleType::of(&g), share.clone(), usize::MAX).unwrap();
        }
        index
    }

    #[test]
    fn structure_and_enumeration_agree() {
        for text in [
            "()",
            "S1",
            "S2",
            "S6",
            "A2",
            "A3",
            "A6",
            "D5",
            "C4 x S3",
            "S3 wr S3",
            "C3 wr A4",
            "A4 wr C2",
            "S2 wr (S3 x S2)",
            "(2,3,4),(7,8)",
            "M11",
            "PSL(2,7)",
        ] {
            let group = parse_group(text).unwrap();
            let index = group.cycle_index().unwrap();
            assert_eq!(index, by_enumeration(&group), "{text}");
            assert_eq!(index.degree(), group.degree());
            for colours in 0..4u32 {
                let (by_index, by_group) = (
                    index.number_of_colourings(&colours.into()),
                    group.number_of_colourings(&colours.into()),
                );
                assert_eq!(by_index, by_group.unwrap(), "{text}, {colours} colours");
            }
        }
    }

    /// Z(C_n) = 1/n Σ_{d | n} φ(d) s_d^(n/d).
    #[test]
    fn cyclic_groups_by_the_totient() {
        use num_integer::Integer;
        for n in [1usize, 6, 12, 30] {
            let index = parse_group(&format!("C{n}")).unwrap().cycle_index().unwrap();
            for d in (1..=n).filter(|d| n % d == 0) {
                let totient = (1..=d).filter(|k| k.gcd(&d) == 1).count();
                let share = index.coefficient(&CycleType::new(&vec![d; n / d]).unwrap());
                assert_eq!(share, BigRational::new(totient.into(), n.into()));
            }
            assert_eq!(
                index.terms().map(|(_, share)| share).sum::<BigRational>(),
                BigRational::one()
            );
        }
    }

    #[test]
    fn too_many_terms_and_bad_types_are_refused() {
        let s20 = PermGroup::symmetric(20); // 627 partitions
        assert_eq!(s20.cycle_index_within(627).unwrap().terms().len(), 627);
        assert!(matches!(
            s20.cycle_index_within(626),
            Err(GroupError::Limit { asked: 627, .. })
        ));
        assert!(
            parse_group("S20 wr S5")
                .unwrap()
                .cycle_index_within(1000)
                .is_err()
        );
        assert!(CycleType::new(&[2, 0]).is_err());
        assert_eq!(CycleType::new(&[]).unwrap().to_string(), "1");
        let json = serde_json::to_string(&PermGroup::symmetric(3).cycle_index().unwrap()).unwrap();
        assert_eq!(json, r#"[[[[1,3]],"1/6"],[[[1,1],[2,1]],"1/2"],[[[3,1]],"1/3"]]"#);
    }
}
