//! Colourings counted by what they are made of.
//!
//! A *figure* is what a point may carry, and a polynomial counts the figures by weight. In the cycle index, s_l becomes
//! the polynomial of the figures with every variable replaced by its l-th power: a cycle of length l carries l equal
//! figures.

use num_bigint::{BigInt, BigUint};
use num_rational::BigRational;
use num_traits::{One, Zero};

use super::CycleIndex;
use crate::error::GroupError;
use crate::perm_group::PermGroup;
use crate::polynomial::{Monomial, Polynomial};
use crate::shape::Shape;
use crate::transversals::over;

/// The most terms of a polynomial that counts colourings.
const MAX_TERMS: usize = 1_000_000;
/// The largest degree of such a polynomial.
const MAX_DEGREE: usize = 1 << 20;

impl PermGroup {
    /// The polynomial that counts the orbits on assignments of figures to the points by weight.
    ///
    /// `figures` counts the figures: its coefficient at a monomial is the number of figures of that weight.
    ///
    /// # Errors
    /// [`GroupError::Limit`] if the polynomial would pass a degree of 2^20 or a million terms, or a list of classes is
    /// needed and passes a limit.
    ///
    /// ```
    /// use groups::{catalog::parse_group, polynomial::Polynomial};
    /// // Graphs on four vertices by edges: no edge or an edge on each of six pairs.
    /// let pairs = parse_group("(2,4)(3,5),(1,4,6,3)(2,5)")?; // S4 on pairs
    /// let graphs = pairs.inventory(&Polynomial::parse("1 + x", None)?)?;
    /// assert_eq!(graphs.to_string(), "x^6 + x^5 + 2*x^4 + 3*x^3 + 2*x^2 + x + 1");
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn inventory(&self, figures: &Polynomial) -> Result<Polynomial, GroupError> {
        let degree = (figures.degree().unwrap_or(0) as usize).saturating_mul(self.degree());
        over("the degree of an inventory", degree, MAX_DEGREE)?;
        Counting { cap: degree as u32 }.inventory(self, figures)
    }

    /// The pattern inventory of Pólya for `colours` colours: the coefficient of x_1^(e_1) x_2^(e_2) … is the number of
    /// orbits on colourings with e_i points of colour i.
    ///
    /// # Errors
    /// As for [`inventory`](Self::inventory).
    ///
    /// ```
    /// // Necklaces of six beads in three colours: two beads of each colour occur 16 times.
    /// let necklaces = groups::catalog::parse_group("C6")?.pattern_inventory(3)?;
    /// let two_of_each = groups::polynomial::Monomial::new(vec![2, 2, 2]);
    /// assert_eq!(necklaces.coefficient(&two_of_each).to_string(), "16");
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn pattern_inventory(&self, colours: usize) -> Result<Polynomial, GroupError> {
        // All monomials of one degree.
        let monomials = crate::factorization::binomial(
            &BigUint::from(self.degree() + colours.max(1) - 1),
            self.degree().min(colours.max(1) - 1),
        );
        let monomials = usize::try_from(&monomials).unwrap_or(usize::MAX);
        over("the number of terms of a pattern inventory", monomials, MAX_TERMS)?;
        over("the number of colours", colours, MAX_TERMS)?;
        let mut figures = Polynomial::zero(colours);
        for colour in 0..colours {
            figures.add_term(Monomial::variable(colours, colour), BigRational::one());
        }
        self.inventory(&figures)
    }

    /// The number of orbits on sets of `k` points; 0 if there are fewer points.
    ///
    /// # Errors
    /// [`GroupError::Limit`] if a list of classes is needed and passes a limit.
    ///
    /// ```
    /// use groups::catalog::parse_group;
    /// assert_eq!(parse_group("S20 wr S5")?.number_of_orbits_on_sets(50)?.to_string(), "1394");
    /// assert_eq!(parse_group("M24")?.number_of_orbits_on_sets(12)?.to_string(), "5");
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn number_of_orbits_on_sets(&self, k: usize) -> Result<BigUint, GroupError> {
        if k > self.degree() {
            return Ok(BigUint::zero());
        }
        // Sets and their complements have the same orbits.
        let k = k.min(self.degree() - k);
        over("the degree of an inventory", k, MAX_DEGREE)?;
        let in_or_out = &Polynomial::variable(1, 0) + &Polynomial::constant(1, BigRational::one());
        let sets = Counting { cap: k as u32 }.inventory(self, &in_or_out)?;
        Ok(natural(&sets.coefficient(&Monomial::new(vec![k as u32]))))
    }
}

impl CycleIndex {
    /// The cycle index with s_l replaced by the polynomial of the figures in the l-th powers of its variables.
    ///
    /// # Errors
    /// [`GroupError::Limit`] as for [`PermGroup::inventory`].
    pub fn inventory(&self, figures: &Polynomial) -> Result<Polynomial, GroupError> {
        let degree = (figures.degree().unwrap_or(0) as usize).saturating_mul(self.degree());
        over("the degree of an inventory", degree, MAX_DEGREE)?;
        Counting { cap: degree as u32 }.substitute(self, figures)
    }
}

/// A coefficient that counts.
fn natural(coefficient: &BigRational) -> BigUint {
    debug_assert!(coefficient.is_integer());
    coefficient
        .to_integer()
        .to_biguint()
        .expect("a number of orbits is not negative")
}

/// Arithmetic with polynomials up to a total degree, beyond which terms are left out.
struct Counting {
    cap: u32,
}

impl Counting {
    fn inventory(&self, group: &PermGroup, figures: &Polynomial) -> Result<Polynomial, GroupError> {
        match group.shape() {
            Shape::Symmetric => self.multisets(group.degree(), figures, false),
            // Orbits of S_n, and once more those without odd symmetry: sets of different figures.
            Shape::Alternating => {
                let n = group.degree();
                Ok(&self.multisets(n, figures, false)? + &self.multisets(n, figures, true)?)
            }
            Shape::Product(factors) => {
                let moved: usize = factors.iter().map(|factor| factor.points.len()).sum();
                let mut product = self.power(figures, group.degree() - moved)?;
                for factor in factors {
                    product = self.times(&product, &self.inventory(&factor.group, figures)?)?;
                }
                Ok(product)
            }
            // The orbits on what a block carries are the figures of the block.
            Shape::Wreath(wreath) => {
                let of_a_block = self.inventory(&wreath.inner, figures)?;
                self.inventory(&wreath.outer, &of_a_block)
            }
            Shape::Other => self.substitute(&group.cycle_index()?, figures),
        }
    }

    /// Multisets or sets of n figures, by n h_n = Σ_k p_k h_(n−k) and n e_n = Σ_k (−1)^(k−1) p_k e_(n−k) (Newton).
    fn multisets(&self, n: usize, figures: &Polynomial, distinct: bool) -> Result<Polynomial, GroupError> {
        let powers: Vec<Polynomial> = (1..=n).map(|k| self.stretched(figures, k)).collect();
        let mut all = vec![Polynomial::constant(figures.variables(), BigRational::one())];
        for m in 1..=n {
            let mut sum = Polynomial::zero(figures.variables());
            for k in 1..=m {
                let term = self.times(&powers[k - 1], &all[m - k])?;
                sum = if distinct && k % 2 == 0 {
                    &sum - &term
                } else {
                    &sum + &term
                };
            }
            all.push(sum.scaled(&BigRational::new(BigInt::one(), m.into())));
        }
        Ok(all.swap_remove(n))
    }

    fn substitute(&self, index: &CycleIndex, figures: &Polynomial) -> Result<Polynomial, GroupError> {
        let mut sum = Polynomial::zero(figures.variables());
        for (cycle_type, share) in index.terms() {
            let mut product = Polynomial::constant(figures.variables(), share.clone());
            for (length, count) in cycle_type.parts() {
                let power = self.power(&self.stretched(figures, length), count)?;
                product = self.times(&product, &power)?;
            }
            sum = &sum + &product;
        }
        Ok(sum)
    }

    /// Every variable replaced by its power.
    fn stretched(&self, f: &Polynomial, exponent: usize) -> Polynomial {
        let mut stretched = Polynomial::zero(f.variables());
        for (monomial, coefficient) in f.terms() {
            if monomial.degree() as usize * exponent <= self.cap as usize {
                let exponents = monomial.exponents().iter().map(|e| e * exponent as u32);
                stretched.add_term(Monomial::new(exponents.collect()), coefficient.clone());
            }
        }
        stretched
    }

    fn power(&self, f: &Polynomial, mut exponent: usize) -> Result<Polynomial, GroupError> {
        let mut power = Polynomial::constant(f.variables(), BigRational::one());
        let mut square = f.clone();
        while exponent > 0 {
            if exponent & 1 == 1 {
                power = self.times(&power, &square)?;
            }
            exponent >>= 1;
            if exponent > 0 {
                square = self.times(&square, &square)?;
            }
        }
        Ok(power)
    }

    fn times(&self, f: &Polynomial, g: &Polynomial) -> Result<Polynomial, GroupError> {
        let mut product = Polynomial::zero(f.variables());
        for (a, c) in f.terms() {
            for (b, d) in g.terms().filter(|(b, _)| a.degree() + b.degree() <= self.cap) {
                product.add_term(a.times(b), c * d);
            }
            over("the number of terms of an inventory", product.len(), MAX_TERMS)?;
        }
        Ok(product)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::action::OnSets;
    use crate::catalog::parse_group;
    use crate::orbit::Orbit;

    const GROUPS: [&str; 10] = [
        "S1",
        "S6",
        "A3",
        "A6",
        "D7",
        "C4 x S3",
        "S3 wr S2",
        "PSL(2,7)",
        "(2,3,4),(7,8)",
        "C2 wr C4",
    ];

    /// Orbits of k-sets, enumerated.
    #[test]
    fn orbits_on_sets_by_enumeration() {
        for text in GROUPS {
            let group = parse_group(text).unwrap();
            for k in 0..=group.degree() + 1 {
                let mut seen = BTreeSet::new();
                let mut orbits = 0u32;
                for mask in (0..1u32 << group.degree()).filter(|mask| mask.count_ones() as usize == k) {
                    let set = OnSets::point((0..group.degree()).filter(|x| mask >> x & 1 == 1)).unwrap();
                    if !seen.contains(&set) {
                        seen.extend(Orbit::new(&group, &OnSets, &set, 10_000).unwrap().into_points());
                        orbits += 1;
                    }
                }
                assert_eq!(
                    group.number_of_orbits_on_sets(k).unwrap(),
                    orbits.into(),
                    "{text}, {k}"
                );
            }
        }
    }

    /// Structure and cycle index are two ways to the same polynomial, and its value at 1 counts colourings.
    #[test]
    fn inventories_agree_with_the_cycle_index() {
        let weighted = Polynomial::parse("2 + x + 3 x^2 y", None).unwrap();
        for text in GROUPS {
            let group = parse_group(text).unwrap();
            let inventory = group.inventory(&weighted).unwrap();
            assert_eq!(
                inventory,
                group.cycle_index().unwrap().inventory(&weighted).unwrap(),
                "{text}"
            );
            let one = BigRational::one();
            let total = natural(&inventory.evaluate(&[one.clone(), one]).unwrap());
            assert_eq!(total, group.number_of_colourings(&6u32.into()).unwrap(), "{text}");
        }
    }

    /// Graphs on n vertices are colourings of the pairs: OEIS A000088 and, by edges, A008406.
    #[test]
    fn graphs_by_edges() {
        let s6_on_pairs = {
            let pairs: Vec<(usize, usize)> = (0..6).flat_map(|b| (0..b).map(move |a| (a, b))).collect();
            let image = |g: &crate::Permutation| {
                let to = pairs.iter().map(|&(a, b)| {
                    let (a, b) = (g.image(a), g.image(b));
                    pairs
                        .iter()
                        .position(|&pair| pair == (a.min(b), a.max(b)))
                        .unwrap() as u32
                });
                crate::Permutation::from_images(to.collect()).unwrap()
            };
            let s6 = PermGroup::symmetric(6);
            PermGroup::new(15, s6.generators().iter().map(image).collect()).unwrap()
        };
        let by_edges = [1u32, 1, 2, 5, 9, 15, 21, 24, 24, 21, 15, 9, 5, 2, 1, 1];
        for (edges, &expected) in by_edges.iter().enumerate() {
            assert_eq!(
                s6_on_pairs.number_of_orbits_on_sets(edges).unwrap(),
                expected.into()
            );
        }
        assert_eq!(
            s6_on_pairs.number_of_colourings(&2u32.into()).unwrap(),
            156u32.into()
        );
    }

    #[test]
    fn no_colours_no_points_and_limits() {
        let (none, s3) = (PermGroup::trivial(0), PermGroup::symmetric(3));
        assert_eq!(none.pattern_inventory(2).unwrap().to_string(), "1");
        assert!(s3.pattern_inventory(0).unwrap().is_zero());
        assert_eq!(s3.pattern_inventory(1).unwrap().to_string(), "x^3");
        assert_eq!(none.number_of_orbits_on_sets(0).unwrap(), 1u32.into());
        let s100 = PermGroup::symmetric(100);
        assert_eq!(s100.pattern_inventory(2).unwrap().len(), 101);
        assert!(matches!(s100.pattern_inventory(6), Err(GroupError::Limit { .. })));
    }
}
