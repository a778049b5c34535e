//! Composition series as chains of subgroups.

use crate::error::GroupError;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::factorization::factor_order;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;
use crate::schreier_sims;

use super::{Parts, parts};

impl PermGroup {
    /// Subgroups G = G_0 > G_1 > … > 1, each normal in the one before with a simple quotient.
    ///
    /// Takes one chain of subgroups of the whole degree per factor; the [factors](Self::composition_factors) alone are
    /// had for less.
    ///
    /// # Errors
    /// [`GroupError::Limit`] and [`GroupError::OrbitOverLimit`] for some primitive groups of degree 3125 or more.
    ///
    /// ```
    /// let series = groups::catalog::parse_group("S3 wr A5")?.composition_series()?;
    /// let mut indices: Vec<_> = series.windows(2).map(|pair| pair[0].order() / pair[1].order()).collect();
    /// indices.sort();
    /// let factors = [2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 60u32]; // 3^5, 2^5 and A5
    /// assert_eq!(indices, factors.map(Into::into));
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn composition_series(&self) -> Result<Vec<Self>, GroupError> {
        if self.is_solvable() {
            return Ok(solvable_series(self));
        }
        match parts(self)? {
            Parts::Simple => Ok(vec![self.clone(), Self::trivial(self.degree())]),
            Parts::SolvableAbove(derived) => {
                let mut series = abelian_series(self, &derived);
                series.extend(derived.composition_series()?);
                Ok(series)
            }
            Parts::Mapped(map) => {
                let above = map.image_group().composition_series()?;
                let last = above.len() - 1;
                let mut series: Vec<Self> = Vec::new();
                for subgroup in &above[..last] {
                    series.push(map.preimage_of_subgroup(subgroup)?);
                }
                series.extend(map.kernel().composition_series()?);
                Ok(series)
            }
        }
    }
}

/// The derived series, refined.
fn solvable_series(group: &PermGroup) -> Vec<PermGroup> {
    let mut series = Vec::new();
    let terms = group.derived_series();
    for pair in terms.windows(2) {
        series.extend(abelian_series(&pair[0], &pair[1]));
    }
    series.extend(terms.last().cloned());
    series
}

/// The subgroups of a composition series from `group` down to, but without, a normal subgroup with an abelian quotient.
///
/// Above the lower group one generator after the other is added, first the power of it that has prime order modulo what
/// is there; every group on the way contains the derived subgroup, so it is normal.
fn abelian_series(group: &PermGroup, lower: &PermGroup) -> Vec<PermGroup> {
    let degree = group.degree();
    let mut ascending = vec![lower.clone()];
    for g in group.generators() {
        let top = &ascending[ascending.len() - 1];
        // The primes of the order of g modulo the group that is there.
        let primes = factor_order(&g.order(), degree).into_iter();
        let mut primes: Vec<u64> = primes
            .flat_map(|(p, k)| std::iter::repeat_n(p, k as usize))
            .collect();
        for at in (0..primes.len()).rev() {
            let without = [&primes[..at], &primes[at + 1..]].concat();
            if top.contains(&power(g, &without)) {
                primes = without;
            }
        }
        while let Some(p) = primes.pop() {
            let next = extended(&ascending[ascending.len() - 1], &power(g, &primes), p);
            ascending.push(next);
        }
    }
    ascending.remove(0);
    ascending.reverse();
    ascending
}

/// The power of an element by the product of some primes.
fn power(g: &Permutation, primes: &[u64]) -> Permutation {
    primes.iter().fold(g.clone(), |power, &p| power.pow(p as i64))
}

/// The group that contains a given one with prime index p, and an element whose p-th power is in it.
fn extended(group: &PermGroup, element: &Permutation, p: u64) -> PermGroup {
    let mut rng = ChaCha8Rng::seed_from_u64(0xe87 ^ p);
    let order = group.order() * p;
    let chain = schreier_sims::chain_of_order(group.degree(), &[], &order, || {
        let exponent = rng.random_range(0..p) as i64;
        &element.pow(exponent) * &group.random_element(&mut rng)
    });
    let generators = group.generators().iter().chain([element]);
    PermGroup::from_chain(generators.cloned().collect(), chain)
}
