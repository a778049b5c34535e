//! Groups by name: `GL(3)`, `SO(3,1)`, `SU(2) x SE(3)`; letter case does not matter.

use std::str::FromStr;

use super::MatrixGroup;
use crate::GroupError;
use crate::lie::DEFAULT_MATRIX_SIZE_LIMIT;

const NAMES: &str = "GL, SL, O, SO, Sp, U, SU, Aff, E, SE, Sim, Heis, UT or T with a size in parentheses";

impl FromStr for MatrixGroup {
    type Err = GroupError;

    /// Reads a group or a product of groups joined by `x`.
    ///
    /// # Errors
    /// [`GroupError::Syntax`] with the column, [`GroupError::Limit`] beyond the default matrix size.
    fn from_str(text: &str) -> Result<Self, GroupError> {
        let mut factors = Vec::new();
        let mut column = 1;
        for word in text.split(['x', 'X']) {
            let indent = word.chars().take_while(|c| c.is_whitespace()).count();
            factors.push(factor(word.trim()).ok_or_else(|| GroupError::Syntax {
                what: "matrix group",
                text: text.to_owned(),
                column: column + indent,
                expected: NAMES.to_owned(),
            })?);
            column += word.chars().count() + 1;
        }
        let group = match factors.len() {
            1 => factors.remove(0),
            _ => MatrixGroup::Product(factors),
        };
        let (asked, limit) = (group.matrix_size() as u64, DEFAULT_MATRIX_SIZE_LIMIT as u64);
        if asked > limit {
            return Err(GroupError::Limit {
                what: "the matrix size",
                asked,
                limit,
            });
        }
        Ok(group)
    }
}

fn factor(word: &str) -> Option<MatrixGroup> {
    let (name, rest) = word.split_once('(')?;
    let sizes: Option<Vec<usize>> = rest
        .strip_suffix(')')?
        .split(',')
        .map(|size| {
            let size = size.trim();
            let fits = size.len() <= 6 && size.chars().all(|c| c.is_ascii_digit());
            if fits { size.parse().ok() } else { None }
        })
        .collect();
    let name = name.trim().to_ascii_lowercase();
    let (n, q) = match (name.as_str(), sizes?.as_slice()) {
        (_, &[n]) if n > 0 => (n, 0),
        ("o" | "so", &[p, q]) if p + q > 0 => (p, q),
        _ => return None,
    };
    Some(match name.as_str() {
        "gl" => MatrixGroup::General(n),
        "sl" => MatrixGroup::Special(n),
        "o" => MatrixGroup::Orthogonal(n, q),
        "so" => MatrixGroup::SpecialOrthogonal(n, q),
        "sp" if n % 2 == 0 => MatrixGroup::Symplectic(n),
        "u" => MatrixGroup::Unitary(n),
        "su" => MatrixGroup::SpecialUnitary(n),
        "aff" => MatrixGroup::Affine(n),
        "e" => MatrixGroup::Euclidean(n),
        "se" => MatrixGroup::SpecialEuclidean(n),
        "sim" => MatrixGroup::Similarity(n),
        "heis" if n % 2 == 1 && n > 1 => MatrixGroup::Heisenberg(n),
        "ut" => MatrixGroup::Unitriangular(n),
        "t" => MatrixGroup::Torus(n),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_names_are_located() {
        for (text, at) in [
            ("", 1),
            ("GL", 1),
            ("GL(0)", 1),
            ("GL(2,1)", 1),
            ("Sp(3)", 1),
            ("SO(2) x ", 9),
            ("SO(2) x PL(2)", 9),
            ("O(1,2,3)", 1),
            ("GL(-1)", 1),
            ("Heis(4)", 1),
        ] {
            match text.parse::<MatrixGroup>() {
                Err(GroupError::Syntax { column, .. }) => assert_eq!(column, at, "{text}"),
                other => panic!("{text}: {other:?}"),
            }
        }
        assert!(matches!(
            "GL(9) x GL(9)".parse::<MatrixGroup>(),
            Err(GroupError::Limit { .. })
        ));
    }
}
