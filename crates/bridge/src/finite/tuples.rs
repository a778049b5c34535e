//! Tuples of points: how many kinds of them there are as they get longer, and the linear maps between functions of them.

use std::collections::BTreeSet;

use groups::PermGroup;
use num_bigint::BigUint;
use num_traits::Zero;

use crate::BridgeError;
use crate::error::refuse;

/// The number of orbits on all k-tuples of points, the mean of fix^k (see
/// [`PermGroup::number_of_orbits_on_tuples`]).
///
/// # Errors
/// Those of that method.
pub fn orbits(group: &PermGroup, k: usize) -> Result<BigUint, BridgeError> {
    Ok(group.number_of_orbits_on_tuples(k)?)
}

/// For every k from 0 to `longest` the number of conjugacy classes of stabilizers of k-tuples of points.
///
/// A stabilizer is the pointwise stabilizer of the set of *all* points that it fixes, and two of them are conjugate if and
/// only if these sets are in one orbit; the sets for k + 1 arise from those for k by fixing one more point. The numbers
/// never decrease, and are constant from the length of a base on.
///
/// # Errors
/// Those of the backtrack search for smallest images.
///
/// ```
/// use bridge::finite::{named_group, tuples::isotropy_types};
/// assert_eq!(isotropy_types(&named_group("S4")?, 5)?, [1, 1, 2, 3, 3, 3]);
/// assert_eq!(isotropy_types(&named_group("Q8")?, 5)?, [1; 6]); // free: one type, whatever the length
/// # Ok::<(), bridge::BridgeError>(())
/// ```
pub fn isotropy_types(group: &PermGroup, longest: usize) -> Result<Vec<usize>, BridgeError> {
    let fixed_by = |h: &PermGroup| -> Vec<usize> {
        h.orbits()
            .iter()
            .filter(|orbit| orbit.len() == 1)
            .map(|orbit| orbit[0])
            .collect()
    };
    let smallest =
        |set: Vec<usize>| -> Result<Vec<usize>, BridgeError> { Ok(group.smallest_set_image(&set)?.0) };
    let mut sets = BTreeSet::from([smallest(fixed_by(group))?]);
    let mut counts = vec![1];
    for _ in 0..longest {
        let mut next = BTreeSet::new();
        for set in &sets {
            let stabilizer = group.pointwise_stabilizer(set)?;
            for orbit in stabilizer.orbits() {
                next.insert(smallest(fixed_by(&stabilizer.stabilizer(orbit[0])?))?);
            }
        }
        counts.push(next.len());
        if next == sets {
            // Every later step finds the same sets.
            counts.resize(longest + 1, next.len());
            break;
        }
        sets = next;
    }
    Ok(counts)
}

/// The dimension of the space of equivariant linear maps between functions on powers of the points,
/// Hom_G(⊕ ℝ^(X^j), ⊕ ℝ^(X^k)): the number of orbits on X^(j+k), summed (Maron et al. 2019).
///
/// # Errors
/// Those of [`orbits`].
///
/// ```
/// use bridge::finite::{named_group, tuples::equivariant_layer_dimension};
/// assert_eq!(equivariant_layer_dimension(&named_group("S4")?, &[2], &[2])?, 15u32.into());
/// assert_eq!(equivariant_layer_dimension(&named_group("S3")?, &[2], &[2])?, 14u32.into()); // 15 from n = 4 on only
/// # Ok::<(), bridge::BridgeError>(())
/// ```
pub fn equivariant_layer_dimension(
    group: &PermGroup,
    input: &[usize],
    output: &[usize],
) -> Result<BigUint, BridgeError> {
    let mut dimension = BigUint::zero();
    for j in input {
        for k in output {
            dimension += orbits(group, j + k)?;
        }
    }
    Ok(dimension)
}

/// Reads `X^2`, `X`, `X^0` or a sum `X^1 + X^2`; `key` is the parameter that an error names.
///
/// # Errors
/// [`BridgeError::Parameter`] for anything else, and for powers past 500.
pub fn parse_powers(key: &str, text: &str) -> Result<Vec<usize>, BridgeError> {
    let power = |term: &str| {
        let term = term.trim();
        let exponent = match term.strip_prefix(['X', 'x']) {
            Some("") => Some(1),
            Some(rest) => rest
                .trim()
                .strip_prefix('^')
                .and_then(|digits| digits.trim().parse().ok()),
            None => None,
        };
        match exponent.filter(|&exponent| exponent <= 500) {
            Some(exponent) => Ok(exponent),
            None => refuse(
                key,
                format!("`{text}`"),
                "X^k with k up to 500, or a sum of such powers",
            ),
        }
    };
    text.split(['+', '⊕']).map(power).collect()
}

#[cfg(test)]
mod tests {
    use super::super::named_group;
    use super::*;
    use nalgebra::DMatrix;
    use std::collections::HashSet;

    /// Stabilizers of all tuples, and conjugacy of sets of elements, by brute force.
    #[test]
    fn types_by_enumeration() {
        for name in [
            "S3",
            "S4",
            "D4",
            "C6",
            "A4",
            "D5",
            "5:4",
            "S3 x S2",
            "(1,2)(3,4)",
            "trivial(2)",
            "D2",
        ] {
            let group = named_group(name).unwrap();
            let elements: Vec<_> = group.elements().collect();
            let counts = isotropy_types(&group, 4).unwrap();
            for (k, count) in counts.iter().enumerate() {
                let n = group.degree();
                let mut classes: HashSet<Vec<Vec<u32>>> = HashSet::new();
                for code in 0..n.pow(k as u32) {
                    let tuple: Vec<usize> = (0..k).map(|i| code / n.pow(i as u32) % n).collect();
                    let stabilizer: Vec<_> = elements
                        .iter()
                        .filter(|g| tuple.iter().all(|&p| g.image(p) == p))
                        .collect();
                    // The smallest conjugate, as a sorted list of elements.
                    let conjugate = |h: &groups::Permutation| {
                        let mut all: Vec<Vec<u32>> = stabilizer
                            .iter()
                            .map(|g| g.conjugate_by(h).images().to_vec())
                            .collect();
                        all.sort();
                        all
                    };
                    classes.insert(elements.iter().map(conjugate).min().unwrap());
                }
                assert_eq!(*count, classes.len(), "{name}, k = {k}");
            }
        }
    }

    /// The rank of averaged random matrices is the dimension, with the mean of fix^(j+k) on the other side.
    #[test]
    fn dimensions_by_solving_for_the_maps() {
        for (name, j, k) in [
            ("S3", 2usize, 1usize),
            ("D4", 1, 1),
            ("C4", 1, 2),
            ("S2", 2, 2),
            ("A4", 1, 1),
        ] {
            let group = named_group(name).unwrap();
            let n = group.degree();
            let (rows, cols) = (n.pow(k as u32), n.pow(j as u32));
            let moved = |code: usize, length: usize, g: &groups::Permutation| {
                (0..length)
                    .map(|i| g.image(code / n.pow(i as u32) % n) * n.pow(i as u32))
                    .sum::<usize>()
            };
            // M(gx, gy) = M(x, y): one equation for every generator and entry.
            let unknowns = rows * cols;
            let mut equations = Vec::new();
            for g in group.generators() {
                for x in 0..rows {
                    for y in 0..cols {
                        let mut row = vec![0.0; unknowns];
                        row[x * cols + y] += 1.0;
                        row[moved(x, k, g) * cols + moved(y, j, g)] -= 1.0;
                        equations.push(row);
                    }
                }
            }
            let matrix = DMatrix::from_fn(equations.len(), unknowns, |a, b| equations[a][b]);
            let kernel = unknowns - matrix.rank(1e-9);
            let found = equivariant_layer_dimension(&group, &[j], &[k]).unwrap();
            assert_eq!(found, kernel.into(), "{name}");
        }
    }

    #[test]
    fn powers_are_read() {
        assert_eq!(parse_powers("input", "X^2").unwrap(), [2]);
        assert_eq!(parse_powers("input", "X + X^3").unwrap(), [1, 3]);
        for bad in ["Y^2", "X^", "X^999", "", "X2"] {
            assert!(
                parse_powers("output", bad)
                    .unwrap_err()
                    .to_string()
                    .contains("`output`"),
                "{bad}"
            );
        }
    }
}
