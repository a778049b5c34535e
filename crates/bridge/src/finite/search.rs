//! A search for a symmetry by drawing group elements: how long until one fixes a feature, and which of two features is
//! fixed first.

use groups::PermGroup;
use num_bigint::{BigInt, BigUint};
use num_rational::BigRational;
use num_traits::{One, ToPrimitive};

use super::words::Words;
use crate::BridgeError;
use crate::error::refuse;

/// Something on the points of a group that a search may find a stabilizer of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Feature {
    /// A colour for every point.
    Word(Vec<u32>),
    /// A set of points.
    Subset(Vec<usize>),
    /// A tuple of points (a single point is a tuple of one).
    Tuple(Vec<usize>),
}

impl Feature {
    /// Reads a feature of the kind that an action text speaks of: a word (also for colourings, necklaces and grids), a
    /// subset, a tuple or a point. `key` is the parameter that an error names.
    ///
    /// # Errors
    /// [`BridgeError::Parameter`] for values that are no points, or an action that is not understood.
    pub fn parse(key: &str, values: &[u64], action: &str) -> Result<Self, BridgeError> {
        let words = Words::new(action);
        let points = || -> Result<Vec<usize>, BridgeError> {
            values
                .iter()
                .map(|&v| usize::try_from(v).or_else(|_| refuse(key, v, "a point")))
                .collect()
        };
        let spoken = |stems: &[&str]| stems.iter().any(|stem| words.has(stem));
        if spoken(&["tuple", "point", "ordered", "vertices"]) {
            return Ok(Feature::Tuple(points()?));
        }
        if action.to_lowercase().contains("set") || spoken(&["unordered"]) {
            return Ok(Feature::Subset(points()?));
        }
        let lower = action.to_lowercase();
        let of_words = [
            "word", "colour", "color", "necklace", "bracelet", "grid", "string", "pattern", "feature",
            "image",
        ];
        if of_words.iter().any(|word| lower.contains(word)) {
            let letter = |&v: &u64| u32::try_from(v).or_else(|_| refuse(key, v, "a letter below 2^32"));
            return Ok(Feature::Word(
                values.iter().map(letter).collect::<Result<_, _>>()?,
            ));
        }
        refuse(
            "action",
            format!("`{action}`"),
            "words, colourings, subsets, tuples or points",
        )
    }

    /// The stabilizer of the feature.
    ///
    /// # Errors
    /// [`BridgeError::Parameter`] naming `key` for a word that is not as long as the group's degree, or points outside it.
    pub fn stabilizer(&self, key: &str, group: &PermGroup) -> Result<PermGroup, BridgeError> {
        let n = group.degree();
        let inside = |points: &[usize]| match points.iter().find(|&&p| p >= n) {
            Some(p) => refuse(
                key,
                format!("a list with {p}"),
                format!("points from 0 to {}", n - 1),
            ),
            None => Ok(()),
        };
        match self {
            Feature::Word(word) if word.len() != n => refuse(
                key,
                format!("a list of {}", word.len()),
                format!("one letter for each of the {n} points"),
            ),
            Feature::Word(word) => Ok(group.colouring_stabilizer(word)?),
            Feature::Subset(points) => {
                inside(points)?;
                let mut set = points.clone();
                set.sort_unstable();
                if set.windows(2).any(|pair| pair[0] == pair[1]) {
                    return refuse(key, format!("{points:?}"), "different points");
                }
                Ok(group.set_stabilizer(&set)?)
            }
            Feature::Tuple(points) => {
                inside(points)?;
                Ok(group.pointwise_stabilizer(points)?)
            }
        }
    }
}

/// The group of a search, where the action may speak of a grid (see
/// [`FiniteAction::parse`](super::FiniteAction::parse)).
///
/// # Errors
/// Those of [`named_group`](super::named_group), and [`BridgeError::Parameter`] when the sizes disagree.
pub fn group_of(group: &str, action: &str) -> Result<PermGroup, BridgeError> {
    Words::new(action).group(group)
}

/// The number of draws until the first element of a stabilizer, exactly.
#[derive(Debug, Clone, PartialEq)]
pub struct HittingTime {
    /// E T for independent uniform draws: |G|/|S|, the size of the orbit.
    pub mean: BigRational,
    /// Var T: |G| (|G| − |S|)/|S|².
    pub variance: BigRational,
    /// E T without replacement: (|G| + 1)/(|S| + 1).
    pub mean_without_replacement: BigRational,
    /// E T for independent draws that leave out the identity, which fixes everything: (|G| − 1)/(|S| − 1), `None` (never)
    /// for a trivial stabilizer.
    pub mean_without_identity: Option<BigRational>,
    /// P(T ≤ |orbit|) for independent draws.
    pub within_orbit_size: f64,
}

/// The hitting times of a stabilizer of order `stabilizer` in a group of order `order`: T is geometric.
///
/// # Errors
/// [`BridgeError::Parameter`] unless the one order divides the other.
///
/// ```
/// use bridge::finite::search::hitting_time;
/// let time = hitting_time(&24u32.into(), &4u32.into())?;
/// assert_eq!(time.mean_without_identity.map(|mean| mean.to_string()).as_deref(), Some("23/3"));
/// assert_eq!(hitting_time(&8u32.into(), &1u32.into())?.mean_without_identity, None);
/// # Ok::<(), bridge::BridgeError>(())
/// ```
pub fn hitting_time(order: &BigUint, stabilizer: &BigUint) -> Result<HittingTime, BridgeError> {
    if stabilizer == &BigUint::ZERO || order % stabilizer != BigUint::ZERO {
        return refuse("stab", stabilizer, format!("a divisor of the order {order}"));
    }
    let ratio = |a: &BigUint, b: &BigUint| BigRational::new(a.clone().into(), b.clone().into());
    let one = BigUint::one();
    let orbit = ratio(order, stabilizer);
    let m = (order / stabilizer).to_f64().unwrap_or(f64::INFINITY);
    Ok(HittingTime {
        variance: &orbit * (&orbit - BigRational::one()),
        mean: orbit,
        mean_without_replacement: ratio(&(order + &one), &(stabilizer + &one)),
        mean_without_identity: (stabilizer > &one).then(|| ratio(&(order - &one), &(stabilizer - &one))),
        within_orbit_size: if m == 1.0 {
            1.0
        } else {
            -(m * (-1.0 / m).ln_1p()).exp_m1()
        },
    })
}

/// Who is fixed first when the same draws are tried on two features.
#[derive(Debug, Clone, PartialEq)]
pub struct FirstFound {
    /// P(x strictly first) = |S_x \ S_y| / |S_x ∪ S_y|.
    pub x_strictly_first: BigRational,
    /// P(y strictly first).
    pub y_strictly_first: BigRational,
    /// P(both at the same draw) = |S_x ∩ S_y| / |S_x ∪ S_y|, never 0.
    pub tie: BigRational,
    /// The loose form |S_x|/(|S_x| + |S_y|), which is none of these.
    pub naive: BigRational,
}

/// The chances of two stabilizers, given by their orders and that of their intersection.
///
/// # Errors
/// [`BridgeError::Parameter`] for an intersection larger than one of them, or empty.
pub fn first_found(x: &BigUint, y: &BigUint, both: &BigUint) -> Result<FirstFound, BridgeError> {
    if both > x || both > y || both == &BigUint::ZERO {
        return refuse("Sx_and_Sy", both, format!("1 to {}", x.min(y)));
    }
    let union = x + y - both;
    let share = |part: BigUint, of: &BigUint| BigRational::new(BigInt::from(part), BigInt::from(of.clone()));
    Ok(FirstFound {
        x_strictly_first: share(x - both, &union),
        y_strictly_first: share(y - both, &union),
        tie: share(both.clone(), &union),
        naive: share(x.clone(), &(x + y)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use groups::catalog::parse_group;

    fn feature(action: &str, values: &[u64]) -> Feature {
        Feature::parse("x", values, action).unwrap()
    }

    /// Stabilizers, and the law of the first draw, by going through all elements.
    #[test]
    fn first_draws_by_enumeration() {
        for (group, action, x, y) in [
            ("D4", "words", vec![0, 1, 0, 1], vec![1, 0, 0, 0]),
            ("S5", "subsets", vec![0, 1], vec![2]),
            ("A5", "points", vec![0], vec![3]),
            ("S4", "tuples", vec![0, 1], vec![1]),
            (
                "C6",
                "binary necklaces of length 6",
                vec![0, 1, 0, 1, 0, 1],
                vec![0, 0, 1, 0, 0, 1],
            ),
        ] {
            let group = group_of(group, action).unwrap();
            let [x, y] = [("x", x), ("y", y)].map(|(_, values)| feature(action, &values));
            let (sx, sy) = (
                x.stabilizer("x", &group).unwrap(),
                y.stabilizer("y", &group).unwrap(),
            );
            let fixes = |f: &Feature, g: &groups::Permutation| match f {
                Feature::Word(word) => (0..word.len()).all(|p| word[g.image(p)] == word[p]),
                Feature::Subset(set) => set.iter().all(|&p| set.contains(&g.image(p))),
                Feature::Tuple(points) => points.iter().all(|&p| g.image(p) == p),
            };
            let (mut only_x, mut only_y, mut both) = (0u32, 0u32, 0u32);
            for g in group.elements() {
                let (a, b) = (fixes(&x, &g), fixes(&y, &g));
                assert_eq!((a, b), (sx.contains(&g), sy.contains(&g)));
                only_x += u32::from(a && !b);
                only_y += u32::from(b && !a);
                both += u32::from(a && b);
            }
            let found =
                first_found(&sx.order(), &sy.order(), &sx.intersection(&sy).unwrap().order()).unwrap();
            let union = only_x + only_y + both;
            let share = |part: u32| BigRational::new(part.into(), union.into());
            assert_eq!(found.x_strictly_first, share(only_x));
            assert_eq!(found.y_strictly_first, share(only_y));
            assert_eq!(found.tie, share(both));
            // The control: the loose form is another number unless one contains the other trivially.
            assert_ne!(found.naive, found.x_strictly_first);
        }
    }

    /// The geometric law, summed.
    #[test]
    fn hitting_times_by_summation() {
        for (order, stabilizer) in [(24u32, 4u32), (8, 1), (12, 12), (120, 2)] {
            let time = hitting_time(&order.into(), &stabilizer.into()).unwrap();
            let p = f64::from(stabilizer) / f64::from(order);
            let (mut mean, mut square, mut within) = (0.0, 0.0, 0.0);
            for t in 1..100_000 {
                let weight = p * (1.0 - p).powi(t - 1);
                mean += f64::from(t) * weight;
                square += f64::from(t).powi(2) * weight;
                within += if f64::from(t) <= 1.0 / p { weight } else { 0.0 };
            }
            assert!((time.mean.to_f64().unwrap() - mean).abs() < 1e-9 * mean);
            assert!((time.variance.to_f64().unwrap() - (square - mean * mean)).abs() < 1e-6 * mean * mean);
            assert!((time.within_orbit_size - within).abs() < 1e-12);
            // Without replacement: the expected minimum of a random subset of positions.
            let (n, k) = (f64::from(order), f64::from(stabilizer));
            let mut alive = 1.0;
            let mut expected = 0.0;
            for t in 0..order - stabilizer + 1 {
                expected += alive;
                alive *= (n - k - f64::from(t)) / (n - f64::from(t));
            }
            assert!((time.mean_without_replacement.to_f64().unwrap() - expected).abs() < 1e-9);
        }
        assert!(hitting_time(&24u32.into(), &5u32.into()).is_err());
        let s4 = parse_group("S4").unwrap();
        assert!(
            feature("words", &[0, 1])
                .stabilizer("x", &s4)
                .unwrap_err()
                .to_string()
                .contains("`x`")
        );
        assert!(feature("subsets", &[7]).stabilizer("x", &s4).is_err());
        assert!(feature("subsets", &[1, 1]).stabilizer("x", &s4).is_err());
    }
}
