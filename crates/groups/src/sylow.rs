//! Sylow subgroups.
//!
//! A Sylow p-subgroup of G has order p^k, the largest power of p that divides |G|. In natural symmetric groups it is a
//! direct product of iterated wreath products of C_p (L. Kaloujnine 1948), in a direct product it is the product of those
//! of the factors, and in H ≀ B it is P_H ≀ P_B. In other groups:
//! * where the action on an orbit or on a block system is not a p-group, the preimage of a Sylow subgroup of the image
//!   contains a Sylow subgroup of G and is smaller than G;
//! * a Sylow subgroup P of the centralizer of a p-element is extended until it is one of G: if it is not, then a p-element
//!   that normalizes P and is not in it fixes an element z ≠ 1 of order p of the centre of P, so that the centralizer of
//!   one such z has a larger Sylow subgroup, or else the normalizer of P itself is asked.
//!
//! The answer has order p^k, which proves it. (G. Butler and J. Cannon, *Computing Sylow subgroups of permutation groups
//! using homomorphic images of centralizers*, 1991; Seress §6.1; Holt et al. §4.7.)
//!
//! The number of Sylow subgroups is |G : N(P)|. In S_n, P permutes the points in orbits of lengths p^i, a_i of each by the
//! digits of n in base p, and |N(P)| = ∏ (p^(v_i) (p − 1)^i)^(a_i) a_i! with v_i = (p^i − 1)/(p − 1). In H ≀ B with m blocks
//! an element of the normalizer normalizes P_H^m, so its coordinates are in N_H(P_H), and modulo P_H^m it normalizes the
//! complement P_B of a p′-group: |N(P)| = |P_H|^m |N_H(P_H) : P_H|^r |N_B(P_B)|, with r the number of orbits of P_B.

use num_bigint::BigUint;
use num_integer::Integer;
use num_traits::One;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::center::{second_half, side_by_side};
use crate::conjugacy::{even_subgroup, on_points};
use crate::constituents::{BlockSystem, principal_block_systems, restricted};
use crate::error::GroupError;
use crate::factorization::{divide_out, factor, factorial};
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;
use crate::schreier_sims::chain_of_order;
use crate::shape::{Shape, Wreath};
use crate::transversals::over;

impl PermGroup {
    /// A Sylow p-subgroup; the trivial group if p does not divide the order.
    ///
    /// # Errors
    /// [`GroupError::Domain`] if p is not a prime; [`GroupError::Limit`] if a search for a centralizer or a normalizer
    /// would pass its limit.
    ///
    /// ```
    /// use groups::catalog::parse_group;
    /// let m11 = parse_group("M11")?;
    /// assert_eq!(m11.sylow_subgroup(2)?.order().to_string(), "16");
    /// assert_eq!(m11.sylow_subgroup(7)?.order().to_string(), "1");
    /// assert!(m11.sylow_subgroup(6).is_err());
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn sylow_subgroup(&self, p: u64) -> Result<Self, GroupError> {
        check_prime(p)?;
        sylow(self, p)
    }

    /// The number of Sylow p-subgroups, which is |G : N(P)| for any one of them.
    ///
    /// # Errors
    /// As [`sylow_subgroup`](Self::sylow_subgroup).
    ///
    /// ```
    /// use groups::catalog::parse_group;
    /// assert_eq!(parse_group("M11")?.n_sylow_subgroups(2)?.to_string(), "495");
    /// assert_eq!(parse_group("S20")?.n_sylow_subgroups(19)?.to_string(), "7113748561920000");
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn n_sylow_subgroups(&self, p: u64) -> Result<BigUint, GroupError> {
        check_prime(p)?;
        count(self, p)
    }
}

fn check_prime(p: u64) -> Result<(), GroupError> {
    if factor(p) == [(p, 1)] {
        return Ok(());
    }
    Err(GroupError::Domain {
        what: format!("Sylow {p}-subgroups were asked for"),
        expected: "a prime".to_owned(),
    })
}

/// The exponent of p in a number.
fn exponent(n: &BigUint, p: u64) -> u32 {
    divide_out(n, p).0
}

fn power(p: u64, exponent: u32) -> BigUint {
    BigUint::from(p).pow(exponent)
}

fn is_p_group(group: &PermGroup, p: u64) -> bool {
    divide_out(&group.order(), p).1.is_one()
}

fn sylow(group: &PermGroup, p: u64) -> Result<PermGroup, GroupError> {
    let degree = group.degree();
    let (exponent, rest) = divide_out(&group.order(), p);
    if exponent == 0 {
        return Ok(PermGroup::trivial(degree));
    }
    if rest.is_one() {
        return Ok(group.clone());
    }
    match group.shape() {
        Shape::Symmetric => Ok(sylow_of_symmetric(degree, p)),
        Shape::Alternating => Ok(even_subgroup(&sylow_of_symmetric(degree, p))),
        Shape::Product(factors) => {
            let identity = group.identity();
            let mut generators = Vec::new();
            for factor in factors {
                let part = sylow(&factor.group, p)?;
                let embedded = part.generators().iter();
                generators.extend(embedded.map(|g| on_points(&identity, &factor.points, g)));
            }
            Ok(PermGroup::from_generators(degree, generators))
        }
        Shape::Wreath(wreath) => {
            let (inner, outer) = (sylow(&wreath.inner, p)?, sylow(&wreath.outer, p)?);
            Ok(wreath_subgroup(wreath, &inner, &outer))
        }
        Shape::Other => match smaller_preimage(group, p)? {
            Some(smaller) => sylow(&smaller, p),
            None => extend_to_sylow(group, p),
        },
    }
}

/// For each i ≥ 1 and each of the orbits of length p^k with k ≥ i: the cycle of order p that exchanges the first p sets of
/// p^(i−1) points.
fn sylow_of_symmetric(degree: usize, p: u64) -> PermGroup {
    let p = p as usize;
    let mut generators = Vec::new();
    let mut start = 0;
    let mut length = 1;
    while length * p <= degree {
        length *= p;
    }
    while length > 1 {
        while start + length <= degree {
            let mut size = 1;
            while size < length {
                let mut images: Vec<u32> = (0..degree as u32).collect();
                for k in 0..size * p {
                    images[start + k] = (start + (k + size) % (size * p)) as u32;
                }
                generators.push(Permutation::from_images_unchecked(images));
                size *= p;
            }
            start += length;
        }
        length /= p;
    }
    PermGroup::from_generators(degree, generators)
}

/// H₁ ≀ B₁ for subgroups of the two groups of a wreath product.
///
/// Uniform elements have uniform coordinates, and the order is known, which proves the chain made of them.
fn wreath_subgroup(wreath: &Wreath, inner: &PermGroup, outer: &PermGroup) -> PermGroup {
    let degree = wreath.points.len() * wreath.inner.degree();
    let order = inner.order().pow(wreath.points.len() as u32) * outer.order();
    let mut rng = ChaCha8Rng::seed_from_u64(0x3ea7 ^ degree as u64);
    let chain = chain_of_order(degree, &[], &order, || {
        let b = outer.random_element(&mut rng);
        let mut images = vec![0u32; degree];
        for (j, points) in wreath.points.iter().enumerate() {
            let to = &wreath.points[b.image(j)];
            let h = inner.random_element(&mut rng);
            points
                .iter()
                .enumerate()
                .for_each(|(i, &x)| images[x] = to[h.image(i)] as u32);
        }
        Permutation::from_images_unchecked(images)
    });
    PermGroup::from_chain(chain.generators(), chain)
}

/// The preimage of a Sylow subgroup of the action on an orbit or on a block system that is no p-group; `None` if the group
/// is primitive or all these actions are p-groups.
fn smaller_preimage(group: &PermGroup, p: u64) -> Result<Option<PermGroup>, GroupError> {
    for orbit in group.orbits().iter().filter(|orbit| orbit.len() > 1) {
        if orbit.len() < group.degree() {
            let images: Vec<Permutation> = group.generators().iter().map(|g| restricted(g, orbit)).collect();
            if let Some(smaller) = preimage_of_sylow(group, images, p)? {
                return Ok(Some(smaller));
            }
        } else {
            for system in principal_block_systems(group) {
                let image = |g: &Permutation| BlockSystem::image(&system, g);
                let images: Vec<Permutation> = group.generators().iter().map(image).collect();
                if let Some(smaller) = preimage_of_sylow(group, images, p)? {
                    return Ok(Some(smaller));
                }
            }
        }
    }
    Ok(None)
}

/// The preimage of a Sylow subgroup under the homomorphism with these images of the generators, if it is not the whole
/// group.
///
/// The image acts on points before those of the group, so that a chain with a base along them lifts elements.
fn preimage_of_sylow(
    group: &PermGroup,
    images: Vec<Permutation>,
    p: u64,
) -> Result<Option<PermGroup>, GroupError> {
    let points = images.first().map_or(0, Permutation::degree);
    let image = PermGroup::from_generators(points, images.clone());
    let below = sylow(&image, p)?;
    if below.order() == image.order() {
        return Ok(None);
    }
    let degree = group.degree();
    let joint = group
        .generators()
        .iter()
        .zip(&images)
        .map(|(g, image)| side_by_side(image, g));
    let joint = PermGroup::from_generators(points + degree, joint.collect());
    let base = image.chain().base();
    let chain = joint.chain_with_base(&base)?;
    let lifted = below.generators().iter().map(|h| {
        let images: Vec<usize> = base.iter().map(|&b| h.image(b)).collect();
        chain
            .element_with_base_images(&images)
            .expect("an element of the image is the image of an element")
    });
    let lifted: Vec<Permutation> = lifted.map(|g| second_half(&g, points)).collect();
    let kernel = joint.pointwise_stabilizer(&base)?;
    let kernel = kernel.generators().iter().map(|g| second_half(g, points));
    let generators = kernel.chain(lifted).collect();
    Ok(Some(PermGroup::from_generators(degree, generators)))
}

/// A Sylow subgroup by centralizers of p-elements.
fn extend_to_sylow(group: &PermGroup, p: u64) -> Result<PermGroup, GroupError> {
    let degree = group.degree();
    let order = power(p, exponent(&group.order(), p));
    let centre = group.center();
    let central = centre.generators().iter().map(|g| p_part(g, p)).collect();
    let central = PermGroup::from_generators(degree, central);
    if central.order() == order {
        return Ok(central);
    }
    let mut rng = ChaCha8Rng::seed_from_u64(0x5109 ^ p);
    let element = p_element_outside(group, &centre, p, &mut rng)?;
    let mut found = sylow(&group.element_centralizer(&element)?, p)?;
    while found.order() != order {
        found = match larger_centralizer(group, &centre, &found, p)? {
            Some(centralizer) => sylow(&centralizer, p)?,
            None => {
                let normalizer = group.normalizer(&found)?;
                let more = p_element_outside(&normalizer, &found, p, &mut rng)?;
                let generators = found.generators().iter().cloned().chain([more]);
                PermGroup::from_generators(degree, generators.collect())
            }
        };
    }
    Ok(found)
}

/// The part of an element whose order is a power of p.
fn p_part(g: &Permutation, p: u64) -> Permutation {
    let mut part = g.clone();
    // Cycle by cycle, because the order of the whole may be large.
    let mut lengths = g.cycle_type();
    lengths.dedup();
    let mut done = BigUint::one();
    for length in lengths {
        let (_, rest) = divide_out(&BigUint::from(length), p);
        let factor = &rest / rest.gcd(&done);
        done *= &factor;
        part = part.pow(i64::try_from(&factor).expect("at most a cycle length"));
    }
    part
}

/// A p-element of a group that is not in a normal subgroup with an index divisible by p; of order p, if there is one among
/// its powers.
fn p_element_outside(
    group: &PermGroup,
    normal: &PermGroup,
    p: u64,
    rng: &mut ChaCha8Rng,
) -> Result<Permutation, GroupError> {
    /// At least one element in `degree` has an order divisible by p (I. Isaacs, W. Kantor, N. Spaltenstein 1995).
    const DRAWS_PER_POINT: usize = 200;
    let limit = DRAWS_PER_POINT * (group.degree() + 1);
    for draw in 1.. {
        over("the random elements drawn to find a p-element", draw, limit)?;
        let mut g = p_part(&group.random_element(rng), p);
        if normal.contains(&g) {
            continue;
        }
        loop {
            let next = g.pow(p as i64);
            if normal.contains(&next) {
                return Ok(g);
            }
            g = next;
        }
    }
    unreachable!("the limit ends the loop")
}

/// The centralizer of an element of order p of the centre of a p-subgroup, if there is one with a larger Sylow subgroup.
fn larger_centralizer(
    group: &PermGroup,
    centre: &PermGroup,
    subgroup: &PermGroup,
    p: u64,
) -> Result<Option<PermGroup>, GroupError> {
    /// Elements to be tried before the normalizer is.
    const TRIES: usize = 1000;
    let own = exponent(&subgroup.order(), p);
    let elementary = elements_of_order_p(&subgroup.center(), p);
    for z in elementary.elements().skip(1).take(TRIES) {
        if centre.contains(&z) {
            continue;
        }
        let centralizer = group.element_centralizer(&z)?;
        if exponent(&centralizer.order(), p) > own {
            return Ok(Some(centralizer));
        }
    }
    Ok(None)
}

/// The elements whose order divides p in an abelian group: the kernel of g ↦ g^p.
fn elements_of_order_p(abelian: &PermGroup, p: u64) -> PermGroup {
    let degree = abelian.degree();
    let powers: Vec<Permutation> = abelian.generators().iter().map(|g| g.pow(p as i64)).collect();
    let joint = powers.iter().zip(abelian.generators());
    let joint = joint.map(|(power, g)| side_by_side(power, g)).collect();
    let joint = PermGroup::from_generators(2 * degree, joint);
    let base = PermGroup::from_generators(degree, powers).chain().base();
    let kernel = joint
        .pointwise_stabilizer(&base)
        .expect("base points are in range");
    let generators = kernel.generators().iter().map(|g| second_half(g, degree));
    PermGroup::from_generators(degree, generators.collect())
}

fn count(group: &PermGroup, p: u64) -> Result<BigUint, GroupError> {
    let order = group.order();
    let exponent = exponent(&order, p);
    if exponent == 0 || is_p_group(group, p) {
        return Ok(BigUint::one());
    }
    match group.shape() {
        Shape::Symmetric => Ok(order / normalizer_order_in_symmetric(group.degree(), p)),
        // Odd p: the Sylow subgroups are those of S_n.
        Shape::Alternating if p > 2 => Ok((order * 2u32) / normalizer_order_in_symmetric(group.degree(), p)),
        Shape::Product(factors) => factors.iter().map(|factor| count(&factor.group, p)).product(),
        Shape::Wreath(wreath) => {
            let inner = wreath.inner.order();
            let inner_normalizer = &inner / count(&wreath.inner, p)?;
            let inner_sylow = power(p, self::exponent(&inner, p));
            let orbits = sylow(&wreath.outer, p)?.orbits().len() as u32;
            let blocks = wreath.points.len() as u32;
            let normalizer = inner_sylow.pow(blocks)
                * (inner_normalizer / &inner_sylow).pow(orbits)
                * (wreath.outer.order() / count(&wreath.outer, p)?);
            Ok(order / normalizer)
        }
        _ => {
            let subgroup = sylow(group, p)?;
            Ok(order / group.normalizer(&subgroup)?.order())
        }
    }
}

/// ∏ (p^(v_i) (p − 1)^i)^(a_i) a_i! over the digits a_i of the degree in base p.
fn normalizer_order_in_symmetric(degree: usize, p: u64) -> BigUint {
    let mut order = BigUint::one();
    let (mut rest, mut level, mut exponent) = (degree as u64, 0u32, 0u32);
    while rest > 0 {
        let digit = (rest % p) as u32;
        let single = power(p, exponent) * power(p - 1, level);
        order *= single.pow(digit) * factorial(digit as usize);
        rest /= p;
        level += 1;
        // v_i = 1 + p v_(i−1)
        exponent = exponent * p as u32 + 1;
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::parse_group;

    /// The formulas for symmetric groups and wreath products against normalizers that were searched for.
    #[test]
    fn formulas_agree_with_searches() {
        for text in [
            "S4", "S6", "S7", "S9", "S12", "A7", "A9", "S3 wr S3", "C3 wr A4", "S4 wr C3", "A5 wr S3",
        ] {
            let group = parse_group(text).unwrap();
            for (p, k) in group.order_factors() {
                let subgroup = group.sylow_subgroup(p).unwrap();
                assert_eq!(subgroup.order(), power(p, k), "{text}, {p}");
                let normalizer = group.normalizer(&subgroup).unwrap();
                let expected = group.order() / normalizer.order();
                assert_eq!(group.n_sylow_subgroups(p).unwrap(), expected, "{text}, {p}");
            }
        }
    }

    /// The number of Sylow subgroups is 1 modulo p and divides the index.
    #[test]
    fn large_groups() {
        for text in ["S100", "A50", "S20 wr S5", "rubik"] {
            let group = parse_group(text).unwrap();
            for (p, k) in group.order_factors() {
                let subgroup = group.sylow_subgroup(p).unwrap();
                assert_eq!(subgroup.order(), power(p, k), "{text}, {p}");
                assert!(subgroup.is_subgroup_of(&group));
                let number = group.n_sylow_subgroups(p).unwrap();
                assert!((&number % p).is_one(), "{text}, {p}");
                assert_eq!(group.order() % (number * power(p, k)), BigUint::default());
            }
        }
    }

    #[test]
    fn degenerate_and_bad_inputs() {
        for n in 0..3 {
            let group = PermGroup::trivial(n);
            assert!(group.sylow_subgroup(2).unwrap().is_trivial());
            assert!(group.n_sylow_subgroups(3).unwrap().is_one());
        }
        for p in [0, 1, 4, 91] {
            assert!(matches!(
                PermGroup::symmetric(5).sylow_subgroup(p),
                Err(GroupError::Domain { .. })
            ));
        }
    }
}
