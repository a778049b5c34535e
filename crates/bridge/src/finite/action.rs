//! What a group acts on, said in words: "2-colourings of the 3x3 grid", "3-subsets of Z7", "words", "points".

use groups::{PermGroup, Permutation};
use num_bigint::BigUint;
use num_traits::{One, Zero};

use super::words::Words;
use crate::BridgeError;

/// The set that a permutation group acts on, made from its points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Points {
    /// The points themselves.
    Single,
    /// Colourings of the points with so many colours (words over so many letters).
    Colourings(u64),
    /// Subsets of so many points.
    Subsets(usize),
    /// Tuples of so many points, repetitions allowed.
    Tuples(usize),
    /// Tuples of so many different points.
    InjectiveTuples(usize),
    /// Multisets of so many points.
    Multisets(usize),
}

/// A permutation group with a set that it acts on.
#[derive(Debug, Clone)]
pub struct FiniteAction {
    group: PermGroup,
    points: Points,
}

impl FiniteAction {
    /// A group on a set.
    pub fn new(group: PermGroup, points: Points) -> Self {
        FiniteAction { group, points }
    }

    /// Reads a group (see [`named_group`](super::named_group)) and the set that it acts on.
    ///
    /// The set is said by one of: `q-colourings`, `binary necklaces`, `ternary words`, `words over q letters`; `k-subsets`,
    /// `unordered pairs`; `k-tuples`, `ordered pairs`, `injective k-tuples`; `k-multisets`; `points`. Colourings *of* k-subsets
    /// (`2-colourings of the 2-subsets`, `of the edges of K5`) colour them. A size that is mentioned (`HxW grid`, `length n`,
    /// `of n`, `n points`, `Z n`) must be the degree of the group; where a dihedral or cyclic group of another degree meets a
    /// grid, or any group a solid (`cube faces`), the symmetries of the grid or solid are meant.
    ///
    /// # Errors
    /// Those of [`named_group`](super::named_group); [`BridgeError::Parameter`] for `action` when no set is recognised or a size disagrees.
    pub fn parse(group: &str, action: &str) -> Result<Self, BridgeError> {
        let words = Words::new(action);
        let group = words.group(group)?;
        let (group, points) = match (words.colours(), words.subset()) {
            (Some(colours), Some(k)) => (on_subsets(&group, k)?, Points::Colourings(colours?)),
            (Some(colours), None) => (group, Points::Colourings(colours?)),
            (None, Some(k)) => (group, Points::Subsets(k)),
            (None, None) => {
                let points = words.other()?;
                (group, points)
            }
        };
        Ok(FiniteAction { group, points })
    }

    /// The group.
    pub fn group(&self) -> &PermGroup {
        &self.group
    }

    /// What it acts on.
    pub fn points(&self) -> Points {
        self.points
    }

    /// The number of elements of the set.
    pub fn size(&self) -> BigUint {
        // What the identity fixes.
        self.fixed_by(std::iter::repeat_n(1, self.group.degree()))
    }

    /// The number of elements that a permutation (or a subgroup) fixes whose cycles (orbits) on the points have these
    /// lengths.
    pub fn fixed_by(&self, lengths: impl Iterator<Item = usize>) -> BigUint {
        let lengths: Vec<usize> = lengths.collect();
        let fixed = lengths.iter().filter(|&&length| length == 1).count();
        match self.points {
            Points::Single => fixed.into(),
            Points::Colourings(colours) => BigUint::from(colours).pow(lengths.len() as u32),
            Points::Tuples(k) => BigUint::from(fixed).pow(k as u32),
            Points::InjectiveTuples(k) => (0..k).map(|i| BigUint::from(fixed.saturating_sub(i))).product(),
            // Coefficients of ∏(1 + t^l) and of ∏ 1/(1 − t^l).
            Points::Subsets(k) => coefficient(&lengths, k, true),
            Points::Multisets(k) => coefficient(&lengths, k, false),
        }
    }

    /// What the group acts on, written as numbers: every element of a set of at most `limit`.
    ///
    /// # Errors
    /// [`BridgeError::OrbitTooLarge`] past the limit.
    pub(crate) fn elements(&self, limit: usize) -> Result<Vec<Vec<u32>>, BridgeError> {
        if self.size() > limit.into() {
            return Err(BridgeError::OrbitTooLarge { limit });
        }
        let n = self.group.degree() as u32;
        let (length, letters) = match self.points {
            Points::Single => (1, u64::from(n)),
            Points::Colourings(colours) => (n as usize, colours),
            Points::Subsets(k) | Points::Tuples(k) | Points::InjectiveTuples(k) | Points::Multisets(k) => {
                (k, n.into())
            }
        };
        let mut all = vec![Vec::new()];
        for _ in 0..length {
            let extend = |head: Vec<u32>| {
                let points = self.points;
                (0..letters as u32).filter_map(move |letter| {
                    let last = head.last().copied();
                    let fits = match points {
                        Points::Subsets(_) => last.is_none_or(|last| last < letter),
                        Points::Multisets(_) => last.is_none_or(|last| last <= letter),
                        Points::InjectiveTuples(_) => !head.contains(&letter),
                        _ => true,
                    };
                    fits.then(|| [head.as_slice(), &[letter]].concat())
                })
            };
            all = all.into_iter().flat_map(extend).collect();
        }
        Ok(all)
    }

    /// The image of an element of the set.
    pub(crate) fn act(&self, element: &[u32], g: &Permutation) -> Vec<u32> {
        let image = |p: u32| g.image(p as usize) as u32;
        match self.points {
            Points::Colourings(_) => {
                let mut moved = vec![0; element.len()];
                for (p, &colour) in element.iter().enumerate() {
                    moved[g.image(p)] = colour;
                }
                moved
            }
            Points::Subsets(_) | Points::Multisets(_) => {
                let mut moved: Vec<u32> = element.iter().map(|&p| image(p)).collect();
                moved.sort_unstable();
                moved
            }
            Points::Single | Points::Tuples(_) | Points::InjectiveTuples(_) => {
                element.iter().map(|&p| image(p)).collect()
            }
        }
    }
}

/// The coefficient of t^k in ∏(1 + t^l), or in ∏ 1/(1 − t^l).
fn coefficient(lengths: &[usize], k: usize, once: bool) -> BigUint {
    let mut series = vec![BigUint::zero(); k + 1];
    series[0] = BigUint::one();
    for &length in lengths.iter().filter(|&&length| length <= k) {
        for step in 0..=k - length {
            let at = if once { k - step } else { length + step };
            let add = series[at - length].clone();
            series[at] += add;
        }
    }
    series.pop().unwrap_or_default()
}

/// The group on the subsets of k points.
fn on_subsets(group: &PermGroup, k: usize) -> Result<PermGroup, BridgeError> {
    let subsets = FiniteAction::new(group.clone(), Points::Subsets(k));
    let all = subsets.elements(1 << 16)?;
    let number: std::collections::HashMap<&[u32], u32> = all
        .iter()
        .enumerate()
        .map(|(i, set)| (set.as_slice(), i as u32))
        .collect();
    let generators = group.generators().iter().map(|g| {
        let images = all.iter().map(|set| number[subsets.act(set, g).as_slice()]);
        Permutation::from_images(images.collect())
    });
    Ok(PermGroup::new(all.len(), generators.collect::<Result<_, _>>()?)?)
}

#[cfg(test)]
mod tests {
    use super::super::named_group;
    use super::*;

    fn parsed(group: &str, action: &str) -> (usize, Points) {
        let action = FiniteAction::parse(group, action).unwrap();
        (action.group.degree(), action.points)
    }

    #[test]
    fn the_vocabulary_is_understood() {
        for (group, action, degree, points) in [
            (
                "D4grid2",
                "2-colourings of the 2x2 grid",
                4,
                Points::Colourings(2),
            ),
            ("D4", "3-colourings of the 3x3 grid", 9, Points::Colourings(3)),
            ("C6", "binary necklaces of length 6", 6, Points::Colourings(2)),
            ("D6", "3-colour bracelets of length 6", 6, Points::Colourings(3)),
            ("C4", "ternary words", 4, Points::Colourings(3)),
            ("C4", "words over 5 letters", 4, Points::Colourings(5)),
            ("S4", "2-subsets of 4", 4, Points::Subsets(2)),
            ("S5", "3-element subsets", 5, Points::Subsets(3)),
            (
                "CubeFaces",
                "3-colourings of cube faces (24 rotations)",
                6,
                Points::Colourings(3),
            ),
            (
                "S4",
                "2-colourings of cube vertices (24 rotations)",
                8,
                Points::Colourings(2),
            ),
            (
                "A5",
                "2-colourings of the dodecahedron faces",
                12,
                Points::Colourings(2),
            ),
            ("Q8", "2-colourings of Q8, left regular", 8, Points::Colourings(2)),
            ("A4", "3-colourings of 4 points", 4, Points::Colourings(3)),
            (
                "F21",
                "3-subsets of Z7, Frobenius group 7:3",
                7,
                Points::Subsets(3),
            ),
            ("S5", "ordered pairs", 5, Points::Tuples(2)),
            ("S5", "injective 3-tuples", 5, Points::InjectiveTuples(3)),
            ("S5", "2-multisets", 5, Points::Multisets(2)),
            ("S5", "unordered pairs", 5, Points::Subsets(2)),
            ("S5", "points", 5, Points::Single),
            ("S5", "2-colourings of the 2-subsets", 10, Points::Colourings(2)),
            ("S5", "graphs on 5 vertices", 10, Points::Colourings(2)),
            ("S4", "3-colourings of the edges of K4", 6, Points::Colourings(3)),
        ] {
            assert_eq!(parsed(group, action), (degree, points), "{group} on {action}");
        }
    }

    #[test]
    fn what_does_not_fit_is_named() {
        for (group, action, says) in [
            ("S4", "3-colourings of 5 points", "speaks of 5 points"),
            ("S4", "dreams", "parameter `action`"),
            ("S4", "colourings", "number of colours"),
            ("S4", "0-colourings", "from 1"),
            ("D5", "2-colourings of the 3x3 grid", "9 points"),
            ("S5", "2-colourings of cube faces", "`group`"),
        ] {
            let message = FiniteAction::parse(group, action).unwrap_err().to_string();
            assert!(message.contains(says), "{action}: {message}");
        }
    }

    /// Fixed elements by the formulas, against going through all elements.
    #[test]
    fn fixed_elements_are_counted() {
        let s4 = named_group("S4").unwrap();
        for points in [
            Points::Single,
            Points::Colourings(3),
            Points::Subsets(2),
            Points::Subsets(0),
            Points::Subsets(5),
            Points::Tuples(3),
            Points::InjectiveTuples(3),
            Points::Multisets(3),
        ] {
            let action = FiniteAction::new(s4.clone(), points);
            let all = action.elements(1_000).unwrap();
            assert_eq!(action.size(), all.len().into(), "{points:?}");
            for g in s4.elements() {
                let fixed = all.iter().filter(|x| action.act(x, &g) == **x).count();
                assert_eq!(
                    action.fixed_by(g.cycle_type().into_iter()),
                    fixed.into(),
                    "{points:?} {g}"
                );
            }
        }
    }
}
