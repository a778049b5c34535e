//! Classes of direct products and of wreath products, made of classes of the factors.
//!
//! An element of H ≀ B on top of b ∈ B is, up to conjugacy, one class of H for each cycle of b (that of the product of
//! its coordinates around the cycle), up to the action of C_B(b) on the cycles. With S the stabilizer in C_B(b) of that
//! colouring and a_j the colours, its centralizer has order |S| ∏ |C_H(a_j)|.

use num_bigint::BigUint;
use num_integer::Integer;
use num_traits::One;

use super::elements::on_points;
use super::partitions::{centralizer_order, partitions, with_cycle_type};
use super::{ClassLimits, check_count};
use crate::error::GroupError;
use crate::factorization::{binomial, factorial};
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;
use crate::shape::{Factor, Shape, Wreath};

type Classes = Vec<(Permutation, BigUint)>;

/// The classes of a direct product: all tuples.
pub(super) fn product_classes(
    degree: usize,
    factors: &[Factor],
    limits: &ClassLimits,
) -> Result<Classes, GroupError> {
    let mut tuples: Classes = vec![(Permutation::identity(degree), BigUint::one())];
    for factor in factors {
        let classes = factor.group.conjugacy_classes_within(limits)?;
        check_count(tuples.len().saturating_mul(classes.len()), limits)?;
        tuples = tuples
            .iter()
            .flat_map(|(g, size)| {
                classes.iter().map(move |class| {
                    (
                        on_points(g, &factor.points, class.representative()),
                        size * class.size(),
                    )
                })
            })
            .collect();
    }
    Ok(tuples)
}

/// The number of classes of H ≀ B, where H has k: over the classes of B, the orbits of colourings of the cycles by k
/// colours.
pub(super) fn count(wreath: &Wreath) -> Result<BigUint, GroupError> {
    let colours = wreath.inner.n_conjugacy_classes()?;
    if let Shape::Symmetric = wreath.outer.shape() {
        return Ok(count_symmetric(wreath.points.len(), &colours));
    }
    let mut total = BigUint::default();
    for class in wreath.outer.conjugacy_classes()?.iter() {
        let (_, on_cycles) = centralizer_on_cycles(&wreath.outer, class.representative())?;
        total += on_cycles.number_of_colourings(&colours)?;
    }
    Ok(total)
}

/// The coefficient of x^m in ∏_l (1 − x^l)^(−k): multisets of colours for the cycles of each length.
fn count_symmetric(m: usize, colours: &BigUint) -> BigUint {
    let multisets = |c: usize| binomial(&(colours + c - 1u32), c);
    let mut series = vec![BigUint::default(); m + 1];
    series[0] = BigUint::one();
    for length in 1..=m {
        let mut next = series.clone();
        for c in 1..=m / length {
            let ways = multisets(c);
            for at in length * c..=m {
                next[at] += &series[at - length * c] * &ways;
            }
        }
        series = next;
    }
    series.swap_remove(m)
}

/// The classes of H ≀ B.
pub(super) fn classes(wreath: &Wreath, limits: &ClassLimits) -> Result<Classes, GroupError> {
    check_count(usize::try_from(&count(wreath)?).unwrap_or(usize::MAX), limits)?;
    let inner = wreath.inner.conjugacy_classes_within(limits)?;
    let order = wreath.order();
    let mut all = Vec::new();
    let mut add = |b: &Permutation, colouring: &[usize], stabilizer: BigUint| {
        let colours: Vec<&super::ConjugacyClass> = colouring.iter().map(|&c| &inner.classes[c]).collect();
        let centralizer = colours
            .iter()
            .fold(stabilizer, |order, class| order * class.centralizer_order());
        let elements: Vec<&Permutation> = colours.iter().map(|class| class.representative()).collect();
        all.push((element(wreath, b, &elements), &order / centralizer));
    };
    if let Shape::Symmetric = wreath.outer.shape() {
        symmetric_colourings(wreath.points.len(), inner.len(), &mut add);
        return Ok(all);
    }
    for class in wreath.outer.conjugacy_classes_within(limits)?.iter() {
        let b = class.representative();
        let (centralizer, on_cycles) = centralizer_on_cycles(&wreath.outer, b)?;
        for (colouring, length) in colouring_orbits(&on_cycles, inner.len(), limits)? {
            add(b, &colouring, centralizer.order() / length);
        }
    }
    Ok(all)
}

/// The element over `b` whose coordinates are trivial but for the last one of each cycle.
fn element(wreath: &Wreath, b: &Permutation, coordinates: &[&Permutation]) -> Permutation {
    let degree = wreath.points.len() * wreath.inner.degree();
    let mut images = vec![0u32; degree];
    for (cycle, a) in all_cycles(b).iter().zip(coordinates) {
        for (t, &j) in cycle.iter().enumerate() {
            let last = t + 1 == cycle.len();
            let to = cycle[(t + 1) % cycle.len()];
            for (i, &x) in wreath.points[j].iter().enumerate() {
                images[x] = wreath.points[to][if last { a.image(i) } else { i }] as u32;
            }
        }
    }
    Permutation::from_images_unchecked(images)
}

/// The cycles with fixed points, each from its smallest point, in order of that point.
pub(super) fn all_cycles(b: &Permutation) -> Vec<Vec<usize>> {
    let moved = b.cycles();
    let fixed = (0..b.degree()).filter(|&x| b.image(x) == x).map(|x| vec![x]);
    let mut cycles: Vec<Vec<usize>> = moved.into_iter().chain(fixed).collect();
    cycles.sort_unstable();
    cycles
}

/// C_B(b) and its action on the cycles of b.
fn centralizer_on_cycles(outer: &PermGroup, b: &Permutation) -> Result<(PermGroup, PermGroup), GroupError> {
    let centralizer = outer.element_centralizer(b)?;
    let cycles = all_cycles(b);
    let mut cycle_of = vec![0u32; b.degree()];
    for (k, cycle) in cycles.iter().enumerate() {
        cycle.iter().for_each(|&x| cycle_of[x] = k as u32);
    }
    let image = |g: &Permutation| {
        let images = cycles.iter().map(|cycle| cycle_of[g.image(cycle[0])]);
        Permutation::from_images_unchecked(images.collect::<Box<[u32]>>())
    };
    let images = centralizer.generators().iter().map(image).collect();
    let action = PermGroup::from_generators(cycles.len(), images);
    Ok((centralizer, action))
}

/// For B = S_m: all cycle types with a multiset of colours for the cycles of each length.
fn symmetric_colourings(m: usize, colours: usize, add: &mut impl FnMut(&Permutation, &[usize], BigUint)) {
    for parts in partitions(m) {
        let b = with_cycle_type(&parts);
        let centralizer = centralizer_order(&parts);
        // Positions of equal parts carry colours in ascending order.
        let mut colouring = vec![0; parts.len()];
        loop {
            // |orbit| = ∏ (number of equal parts)! / ∏ (number of equal parts of equal colour)!
            let of_one_length = runs(&parts);
            let pairs: Vec<(usize, usize)> = parts.iter().copied().zip(colouring.iter().copied()).collect();
            let length = of_one_length / runs(&pairs);
            add(&b, &colouring, &centralizer / length);
            // The next colouring: raise the last colour that can be raised, and start those of its run from it.
            let Some(at) = colouring.iter().rposition(|&c| c + 1 < colours) else {
                break;
            };
            let colour = colouring[at] + 1;
            for k in at..colouring.len() {
                colouring[k] = if parts[k] == parts[at] { colour } else { 0 };
            }
        }
    }
}

/// The product of the factorials of the lengths of the runs of equal entries.
fn runs<T: PartialEq>(list: &[T]) -> BigUint {
    list.chunk_by(|a, b| a == b)
        .fold(BigUint::one(), |product, run| product * factorial(run.len()))
}

/// The orbits of a permutation group on colourings of its points: a representative of each, and its length.
fn colouring_orbits(
    group: &PermGroup,
    colours: usize,
    limits: &ClassLimits,
) -> Result<Vec<(Vec<usize>, usize)>, GroupError> {
    let points = group.degree();
    let total = (0..points).try_fold(1usize, |all, _| all.checked_mul(colours));
    let total = total.unwrap_or(usize::MAX);
    crate::transversals::over(
        "the number of colourings to be enumerated",
        total,
        limits.max_enumerated,
    )?;
    let decode = |mut code: usize| -> Vec<usize> {
        let mut digit = || {
            let (rest, digit) = code.div_rem(&colours);
            code = rest;
            digit
        };
        (0..points).map(|_| digit()).collect()
    };
    let encode = |colouring: &[usize]| colouring.iter().rev().fold(0, |code, &c| code * colours + c);
    let mut seen = vec![false; total];
    let mut orbits = Vec::new();
    for start in 0..total {
        if std::mem::replace(&mut seen[start], true) {
            continue;
        }
        let mut orbit = vec![start];
        let mut at = 0;
        while at < orbit.len() {
            let colouring = decode(orbit[at]);
            for g in group.generators() {
                let mut image = vec![0; points];
                for (x, &c) in colouring.iter().enumerate() {
                    image[g.image(x)] = c;
                }
                let code = encode(&image);
                if !std::mem::replace(&mut seen[code], true) {
                    orbit.push(code);
                }
            }
            at += 1;
        }
        orbits.push((decode(start), orbit.len()));
    }
    Ok(orbits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::parse_group;

    /// Classes listed through the product structure are those found by enumeration.
    #[test]
    fn listed_classes_agree_with_enumeration() {
        for text in [
            "S3 wr S3",
            "S4 wr C3",
            "C3 wr A4",
            "S3 x A4 x S3",
            "D4 wr V4",
            "S2 wr (S3 x S2)",
        ] {
            let group = parse_group(text).unwrap();
            let limits = ClassLimits::default();
            let listed = match group.shape() {
                Shape::Wreath(wreath) => {
                    let listed = classes(wreath, &limits).unwrap();
                    assert_eq!(count(wreath).unwrap(), listed.len().into(), "{text}");
                    listed
                }
                Shape::Product(factors) => product_classes(group.degree(), factors, &limits).unwrap(),
                _ => continue,
            };
            let enumerated = super::super::enumerated::classes(&group, &limits).unwrap();
            let profile = |classes: &Classes| {
                let mut pairs: Vec<(Vec<usize>, BigUint)> =
                    classes.iter().map(|(g, s)| (g.cycle_type(), s.clone())).collect();
                pairs.sort();
                pairs
            };
            assert!(listed.iter().all(|(g, _)| group.contains(g)), "{text}");
            assert_eq!(profile(&listed), profile(&enumerated), "{text}");
        }
    }
}
