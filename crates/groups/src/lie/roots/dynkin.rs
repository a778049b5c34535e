//! Dynkin types: their Cartan matrices, and the type of a Cartan matrix.

use std::fmt;
use std::str::FromStr;

use num_bigint::BigUint;
use serde::{Deserialize, Serialize, Serializer};

use crate::GroupError;
use crate::transversals::over;

/// The families of irreducible root systems.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Family {
    A,
    B,
    C,
    D,
    E,
    F,
    G,
}

/// An irreducible type such as A3 or E8.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SimpleType {
    family: Family,
    rank: usize,
}

/// A finite type: irreducible types in order, the largest rank last; empty for rank 0.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct DynkinType {
    parts: Vec<SimpleType>,
}

/// The largest rank, all parts together, that is read from text.
const RANK_LIMIT: usize = 64;

impl SimpleType {
    /// The type of a family and rank: A from 1, B and C from 2, D from 3, E 6 to 8, F 4, G 2.
    ///
    /// # Errors
    /// [`GroupError::Domain`] for a rank that the family does not have.
    pub fn new(family: Family, rank: usize) -> Result<Self, GroupError> {
        let valid = match family {
            Family::A => rank >= 1,
            Family::B | Family::C => rank >= 2,
            Family::D => rank >= 3,
            Family::E => (6..=8).contains(&rank),
            Family::F => rank == 4,
            Family::G => rank == 2,
        };
        if valid {
            return Ok(SimpleType { family, rank });
        }
        Err(GroupError::Domain {
            what: format!("{family:?}{rank} is no root system"),
            expected: "A1.., B2.., C2.., D3.., E6, E7, E8, F4 or G2".to_owned(),
        })
    }

    /// The family.
    pub fn family(&self) -> Family {
        self.family
    }

    /// The rank.
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// The Cartan matrix `a[i][j] = 2 (α_i, α_j) / (α_i, α_i)`, in Bourbaki's numbering.
    pub fn cartan_matrix(&self) -> Vec<Vec<i64>> {
        let n = self.rank;
        let mut cartan = vec![vec![0; n]; n];
        let mut edge = |i: usize, j: usize| (cartan[i][j], cartan[j][i]) = (-1, -1);
        match self.family {
            Family::D => {
                (1..n - 1).for_each(|i| edge(i - 1, i));
                edge(n - 3, n - 1);
            }
            Family::E => {
                edge(0, 2);
                edge(1, 3);
                (3..n).for_each(|i| edge(i - 1, i));
            }
            _ => (1..n).for_each(|i| edge(i - 1, i)),
        }
        match self.family {
            // The short root has the entry of larger size in its row.
            Family::B => cartan[n - 1][n - 2] = -2,
            Family::C => cartan[n - 2][n - 1] = -2,
            Family::F => cartan[2][1] = -2,
            Family::G => cartan[0][1] = -3,
            _ => {}
        }
        for (i, row) in cartan.iter_mut().enumerate() {
            row[i] = 2;
        }
        cartan
    }

    /// The degrees of the basic invariants of the Weyl group.
    pub fn degrees(&self) -> Vec<usize> {
        let n = self.rank;
        match self.family {
            Family::A => (2..=n + 1).collect(),
            Family::B | Family::C => (1..=n).map(|k| 2 * k).collect(),
            Family::D => {
                let mut degrees: Vec<usize> = (1..n).map(|k| 2 * k).collect();
                degrees.push(n);
                degrees.sort_unstable();
                degrees
            }
            Family::E => match n {
                6 => vec![2, 5, 6, 8, 9, 12],
                7 => vec![2, 6, 8, 10, 12, 14, 18],
                _ => vec![2, 8, 12, 14, 18, 20, 24, 30],
            },
            Family::F => vec![2, 6, 8, 12],
            Family::G => vec![2, 6],
        }
    }

    /// The number of roots: twice the sum of the exponents, which are the degrees less one.
    pub fn root_count(&self) -> usize {
        self.degrees().iter().map(|degree| 2 * (degree - 1)).sum()
    }

    /// The dimension of the simple Lie algebra.
    pub fn algebra_dimension(&self) -> usize {
        self.root_count() + self.rank
    }
}

impl DynkinType {
    /// The type with these irreducible parts, in any order.
    pub fn new(mut parts: Vec<SimpleType>) -> Self {
        parts.sort_by_key(|part| (part.rank, part.family));
        DynkinType { parts }
    }

    /// The irreducible parts, by rank and then family.
    pub fn parts(&self) -> &[SimpleType] {
        &self.parts
    }

    /// The sum of the ranks.
    pub fn rank(&self) -> usize {
        self.parts.iter().map(SimpleType::rank).sum()
    }

    /// The number of roots.
    pub fn root_count(&self) -> usize {
        self.parts.iter().map(SimpleType::root_count).sum()
    }

    /// The order of the Weyl group: the product of the degrees.
    pub fn weyl_order(&self) -> BigUint {
        self.parts
            .iter()
            .flat_map(SimpleType::degrees)
            .map(BigUint::from)
            .product()
    }

    /// The block-diagonal Cartan matrix.
    pub fn cartan_matrix(&self) -> Vec<Vec<i64>> {
        let n = self.rank();
        let mut cartan = vec![vec![0; n]; n];
        let mut offset = 0;
        for part in &self.parts {
            for (i, row) in part.cartan_matrix().into_iter().enumerate() {
                cartan[offset + i][offset..offset + part.rank].copy_from_slice(&row);
            }
            offset += part.rank;
        }
        cartan
    }

    /// The type of a Cartan matrix whose rows may be in any order; B2 = C2 is called B2 and A3 = D3 is called A3.
    ///
    /// # Errors
    /// [`GroupError::Domain`] when it is not the Cartan matrix of a finite root system.
    pub fn of_cartan(cartan: &[Vec<i64>]) -> Result<Self, GroupError> {
        let n = cartan.len();
        let refused = |why: &str| GroupError::Domain {
            what: format!("the Cartan matrix {cartan:?} ({why})"),
            expected: "the Cartan matrix of a finite root system".to_owned(),
        };
        if cartan.iter().any(|row| row.len() != n) {
            return Err(refused("not square"));
        }
        let mut seen = vec![false; n];
        let mut parts = Vec::new();
        for start in 0..n {
            if seen[start] {
                continue;
            }
            let mut component = vec![start];
            seen[start] = true;
            let mut next = 0;
            while next < component.len() {
                let i = component[next];
                for j in 0..n {
                    if !seen[j] && cartan[i][j] != 0 {
                        seen[j] = true;
                        component.push(j);
                    }
                }
                next += 1;
            }
            let block: Vec<Vec<i64>> = component
                .iter()
                .map(|&i| component.iter().map(|&j| cartan[i][j]).collect())
                .collect();
            parts.push(connected_type(&block).ok_or_else(|| refused("a component is of no finite type"))?);
        }
        Ok(DynkinType::new(parts))
    }
}

/// The type of a connected diagram: the only candidates of its rank are compared by an explicit isomorphism.
fn connected_type(cartan: &[Vec<i64>]) -> Option<SimpleType> {
    let rank = cartan.len();
    let families = [
        Family::A,
        Family::B,
        Family::C,
        Family::D,
        Family::E,
        Family::F,
        Family::G,
    ];
    let candidates = families
        .iter()
        .filter_map(|&family| SimpleType::new(family, rank).ok());
    candidates
        .into_iter()
        .find(|candidate| isomorphic(cartan, &candidate.cartan_matrix()))
}

/// Whether a simultaneous permutation of rows and columns takes one matrix to the other (backtracking; the diagrams
/// are trees with at most three arms, so each step has few choices).
fn isomorphic(a: &[Vec<i64>], b: &[Vec<i64>]) -> bool {
    fn extend(a: &[Vec<i64>], b: &[Vec<i64>], images: &mut Vec<usize>) -> bool {
        let i = images.len();
        if i == a.len() {
            return true;
        }
        for image in 0..b.len() {
            let fits = !images.contains(&image)
                && a[i][i] == b[image][image]
                && images
                    .iter()
                    .enumerate()
                    .all(|(j, &k)| a[i][j] == b[image][k] && a[j][i] == b[k][image]);
            if fits {
                images.push(image);
                if extend(a, b, images) {
                    return true;
                }
                images.pop();
            }
        }
        false
    }
    let profile = |m: &[Vec<i64>]| {
        let mut rows: Vec<Vec<i64>> = m.to_vec();
        rows.iter_mut().for_each(|row| row.sort_unstable());
        rows.sort_unstable();
        rows
    };
    profile(a) == profile(b) && extend(a, b, &mut Vec::new())
}

impl fmt::Display for SimpleType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}{}", self.family, self.rank)
    }
}

/// Parts joined by `+`, as in `A1+A1+D4`.
impl fmt::Display for DynkinType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (k, part) in self.parts.iter().enumerate() {
            write!(f, "{}{part}", if k == 0 { "" } else { "+" })?;
        }
        Ok(())
    }
}

impl Serialize for DynkinType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromStr for DynkinType {
    type Err = GroupError;

    /// Reads types such as `E8` or `A1+B3`, up to rank 64.
    fn from_str(text: &str) -> Result<Self, GroupError> {
        let mut parts = Vec::new();
        let mut column = 1;
        for word in text.split('+') {
            let indent = word.chars().take_while(|c| c.is_whitespace()).count();
            parts.push(parse_simple(word.trim()).ok_or_else(|| GroupError::Syntax {
                what: "Dynkin type",
                text: text.to_owned(),
                column: column + indent,
                expected: format!(
                    "A1.., B2.., C2.., D3.., E6, E7, E8, F4 or G2, of rank at most {RANK_LIMIT}"
                ),
            })?);
            column += word.chars().count() + 1;
        }
        let rank = parts.iter().map(|part| part.rank()).sum();
        over("the rank of a Dynkin type", rank, RANK_LIMIT)?;
        Ok(DynkinType::new(parts))
    }
}

fn parse_simple(word: &str) -> Option<SimpleType> {
    let family = match word.chars().next()?.to_ascii_uppercase() {
        'A' => Family::A,
        'B' => Family::B,
        'C' => Family::C,
        'D' => Family::D,
        'E' => Family::E,
        'F' => Family::F,
        'G' => Family::G,
        _ => return None,
    };
    let digits = &word[1..];
    let rank = digits
        .chars()
        .all(|c| c.is_ascii_digit())
        .then(|| digits.parse().ok())
        .flatten()?;
    (rank <= RANK_LIMIT)
        .then(|| SimpleType::new(family, rank).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_recognised_in_any_order() {
        for text in [
            "A1",
            "A5",
            "B2",
            "B4",
            "C3",
            "D4",
            "D7",
            "E6",
            "E7",
            "E8",
            "F4",
            "G2",
            "A1+A1+B3+E6",
        ] {
            let kind: DynkinType = text.parse().unwrap();
            assert_eq!(kind.to_string(), text);
            let cartan = kind.cartan_matrix();
            let n = cartan.len();
            // A fixed shuffle: i -> 7 i + 3 modulo a prime above n, restricted.
            let mut order: Vec<usize> = (0..n).collect();
            order.sort_by_key(|i| (7 * i + 3) % 11);
            let shuffled: Vec<Vec<i64>> = order
                .iter()
                .map(|&i| order.iter().map(|&j| cartan[i][j]).collect())
                .collect();
            assert_eq!(DynkinType::of_cartan(&shuffled).unwrap(), kind, "{text}");
        }
        let c2: DynkinType = "C2".parse().unwrap();
        assert_eq!(
            DynkinType::of_cartan(&c2.cartan_matrix()).unwrap().to_string(),
            "B2"
        );
    }

    #[test]
    fn affine_and_broken_matrices_are_refused() {
        for bad in [
            vec![vec![2, -2], vec![-2, 2]],
            vec![vec![2, -1, -1], vec![-1, 2, -1], vec![-1, -1, 2]],
            vec![vec![2, 1]],
        ] {
            assert!(DynkinType::of_cartan(&bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn bad_names_are_located() {
        for (text, at) in [
            ("E9", 1),
            ("A1+H4", 4),
            ("A0", 1),
            ("", 1),
            ("B1", 1),
            ("A1 + ", 6),
            ("A99999999999", 1),
        ] {
            match text.parse::<DynkinType>() {
                Err(GroupError::Syntax { column, .. }) => assert_eq!(column, at, "{text}"),
                other => panic!("{text}: {other:?}"),
            }
        }
    }

    #[test]
    fn the_rank_is_limited_as_a_whole() {
        let parsed = |copies: usize| vec!["A1"; copies].join("+").parse::<DynkinType>();
        assert_eq!(parsed(RANK_LIMIT).unwrap().rank(), RANK_LIMIT);
        assert!(matches!(
            parsed(RANK_LIMIT + 1),
            Err(GroupError::Limit {
                asked: 65,
                limit: 64,
                ..
            })
        ));
    }
}
