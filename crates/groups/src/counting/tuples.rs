//! Orbits on tuples, from the moments of the number of fixed points.
//!
//! Let a_k be the number of orbits on injective k-tuples, the mean of fix (fix − 1) … (fix − k + 1), and
//! F(u) = Σ_k a_k u^k / k!, the mean of (1 + u)^fix. For a direct product on disjoint points F is the product. An
//! element of H ≀ B fixes the sum over the fixed blocks of what it fixes in them, so F = F_B(F_H(u) − 1).

use num_bigint::{BigInt, BigUint};
use num_rational::BigRational;
use num_traits::{One, Zero};

use crate::error::GroupError;
use crate::factorization::{binomial, factorial};
use crate::perm_group::PermGroup;
use crate::shape::Shape;
use crate::transversals::over;

/// The longest tuples whose orbits are counted.
pub const MAX_TUPLE: usize = 1000;

impl PermGroup {
    /// The number of orbits on tuples of `k` different points.
    ///
    /// # Errors
    /// [`GroupError::Limit`] if `k` is over [`MAX_TUPLE`], or a list of classes is needed and passes a limit; pairs
    /// need none.
    ///
    /// ```
    /// use groups::catalog::parse_group;
    /// let m24 = parse_group("M24")?;
    /// // Five times transitive; the stabilizer of five points has two orbits on the others.
    /// assert_eq!(m24.number_of_orbits_on_injective_tuples(5)?, 1u32.into());
    /// assert_eq!(m24.number_of_orbits_on_injective_tuples(6)?, 2u32.into());
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn number_of_orbits_on_injective_tuples(&self, k: usize) -> Result<BigUint, GroupError> {
        over("the length of a tuple", k, MAX_TUPLE)?;
        let series = moments(self, k)?;
        Ok(injective(&series, k))
    }

    /// The number of orbits on all tuples of `k` points, the mean of fix^k: the orbits on the power X^k.
    ///
    /// # Errors
    /// As for [`number_of_orbits_on_injective_tuples`](Self::number_of_orbits_on_injective_tuples).
    ///
    /// ```
    /// use groups::PermGroup;
    /// // S_n with n ≥ k: one for each partition of the k places.
    /// assert_eq!(PermGroup::symmetric(10).number_of_orbits_on_tuples(10)?.to_string(), "115975");
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn number_of_orbits_on_tuples(&self, k: usize) -> Result<BigUint, GroupError> {
        over("the length of a tuple", k, MAX_TUPLE)?;
        let series = moments(self, k)?;
        let kinds = stirling(k);
        Ok((0..=k).map(|j| &kinds[j] * injective(&series, j)).sum())
    }

    /// The number of orbits on ordered pairs of points, the diagonal included; the *rank* if the group is transitive.
    ///
    /// # Errors
    /// As for [`number_of_orbits_on_injective_tuples`](Self::number_of_orbits_on_injective_tuples).
    ///
    /// ```
    /// use groups::catalog::parse_group;
    /// assert_eq!(parse_group("rubik")?.number_of_orbits_on_pairs()?, 9u32.into());
    /// assert_eq!(parse_group("J2")?.number_of_orbits_on_pairs()?, 3u32.into());
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn number_of_orbits_on_pairs(&self) -> Result<BigUint, GroupError> {
        self.number_of_orbits_on_tuples(2)
    }
}

/// a_k, with a_k = 0 past the end of the series.
fn injective(series: &[BigRational], k: usize) -> BigUint {
    let Some(coefficient) = series.get(k) else {
        return BigUint::zero();
    };
    let count = coefficient * BigRational::from_integer(factorial(k).into());
    debug_assert!(count.is_integer());
    count
        .to_integer()
        .to_biguint()
        .expect("a number of orbits is not negative")
}

/// The coefficients of F(u) up to u^k.
fn moments(group: &PermGroup, k: usize) -> Result<Vec<BigRational>, GroupError> {
    let n = group.degree();
    let inverse_factorial = |j: usize| BigRational::new(BigInt::one(), factorial(j).into());
    let mut series = match group.shape() {
        Shape::Symmetric => (0..=n.min(k)).map(inverse_factorial).collect(),
        // (n − 2)-transitive, with two orbits on longer tuples.
        Shape::Alternating => {
            let orbits = |j: usize| if j + 2 > n { 2 } else { 1 };
            let coefficient = |j| inverse_factorial(j) * BigRational::from_integer(orbits(j).into());
            (0..=n.min(k)).map(coefficient).collect()
        }
        Shape::Product(factors) => {
            let moved: usize = factors.iter().map(|factor| factor.points.len()).sum();
            let fixed = BigUint::from(n - moved);
            let choose = |j| BigRational::from_integer(binomial(&fixed, j).into());
            let mut product: Vec<BigRational> = (0..=(n - moved).min(k)).map(choose).collect();
            for factor in factors {
                product = times(&product, &moments(&factor.group, k)?, k);
            }
            product
        }
        Shape::Wreath(wreath) => {
            let mut inner = moments(&wreath.inner, k)?;
            inner[0] = BigRational::zero();
            let outer = moments(&wreath.outer, k)?;
            // Horner's rule.
            outer.iter().rev().fold(Vec::new(), |sum, coefficient| {
                let mut next = times(&sum, &inner, k);
                next.resize(next.len().max(1), BigRational::zero());
                next[0] += coefficient;
                next
            })
        }
        Shape::Other if k <= 2 => pairs(group)?,
        Shape::Other => {
            let order = BigInt::from(group.order());
            let mut sums = vec![BigUint::zero(); n.min(k) + 1];
            for class in group.conjugacy_classes()?.iter() {
                let g = class.representative();
                let fixed = BigUint::from((0..n).filter(|&x| g.image(x) == x).count());
                for (j, sum) in sums.iter_mut().enumerate() {
                    *sum += class.size() * binomial(&fixed, j);
                }
            }
            let mean = |sum: BigUint| BigRational::new(sum.into(), order.clone());
            sums.into_iter().map(mean).collect()
        }
    };
    series.truncate(k + 1);
    Ok(series)
}

/// 1 + a_1 u + a_2 u²/2: a_2 is the number of orbits of point stabilizers on the other points.
fn pairs(group: &PermGroup) -> Result<Vec<BigRational>, GroupError> {
    let mut pairs = 0usize;
    for orbit in group.orbits() {
        pairs += group.stabilizer(orbit[0])?.orbits().len() - 1;
    }
    let orbits = BigRational::from_integer(group.orbits().len().into());
    Ok(vec![
        BigRational::one(),
        orbits,
        BigRational::new(pairs.into(), 2.into()),
    ])
}

/// The product of two series up to u^k.
fn times(f: &[BigRational], g: &[BigRational], k: usize) -> Vec<BigRational> {
    if f.is_empty() || g.is_empty() {
        return Vec::new();
    }
    let mut product = vec![BigRational::zero(); (f.len() + g.len() - 1).min(k + 1)];
    for (i, a) in f.iter().enumerate() {
        for (slot, b) in product.iter_mut().skip(i).zip(g) {
            *slot += a * b;
        }
    }
    product
}

/// The Stirling numbers S(k, 0), …, S(k, k) of the second kind: ways to say which places of a tuple are equal.
fn stirling(k: usize) -> Vec<BigUint> {
    let mut row = vec![BigUint::one()];
    for _ in 0..k {
        let mut next = vec![BigUint::zero()];
        for (j, value) in row.iter().enumerate() {
            next[j] += value * j;
            next.push(value.clone());
        }
        row = next;
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::parse_group;

    /// The means of fix^k and of its falling factorials over all elements.
    #[test]
    fn moments_by_enumeration() {
        for text in [
            "()",
            "S1",
            "S2",
            "S5",
            "A3",
            "A6",
            "D6",
            "C4 x S3",
            "(2,3,4),(7,8)",
            "S3 wr S3",
            "A4 wr C3",
            "C3 wr A4",
            "PSL(2,7)",
            "M11",
            "D4 x D4",
        ] {
            let group = parse_group(text).unwrap();
            for k in 0..=6usize {
                let (mut all, mut injective) = (BigUint::zero(), BigUint::zero());
                for g in group.elements() {
                    let fixed = (0..group.degree()).filter(|&x| g.image(x) == x).count();
                    all += BigUint::from(fixed).pow(k as u32);
                    injective += (0..k).map(|i| fixed.saturating_sub(i)).product::<usize>();
                }
                assert_eq!(
                    group.number_of_orbits_on_tuples(k).unwrap() * group.order(),
                    all,
                    "{text}, {k}"
                );
                let found = group.number_of_orbits_on_injective_tuples(k).unwrap() * group.order();
                assert_eq!(found, injective, "{text}, {k}");
            }
        }
    }

    /// A transitive group of rank r: the orbits of a point stabilizer. Large groups are not enumerated.
    #[test]
    fn large_groups() {
        for (text, pairs) in [
            ("S100", 2u32),
            ("A50", 2),
            ("S20 wr S5", 3),
            ("W(E8)", 5),
            ("McL", 3),
        ] {
            assert_eq!(
                parse_group(text).unwrap().number_of_orbits_on_pairs().unwrap(),
                pairs.into(),
                "{text}"
            );
        }
        let s5 = PermGroup::symmetric(5);
        assert!(s5.number_of_orbits_on_injective_tuples(6).unwrap().is_zero());
        assert!(s5.number_of_orbits_on_tuples(MAX_TUPLE).is_ok());
        assert!(matches!(
            s5.number_of_orbits_on_tuples(MAX_TUPLE + 1),
            Err(GroupError::Limit { .. })
        ));
    }
}
