//! Algebras and figures from JSON, with errors that say where.
//!
//! Numbers are texts (`"-1/2"`, `"0.25"`) or integers. An algebra is a list of square matrices, or an object
//! `{"basis": [...], "space": "linear" | "affine"}`, or `{"dimension": d, "brackets": [[i, j, [[k, c], ...]], ...]}`
//! with `[e_i, e_j] = sum c e_k`; brackets that are not listed vanish, and the opposite ones follow by antisymmetry.

use num_rational::BigRational;
use num_traits::Zero;
use serde_json::Value;

use super::{LieAlgebra, Space};
use crate::GroupError;
use crate::linear::RationalMatrix;
use crate::scalar::parse_rational;

/// The largest dimension of an algebra that is read, that of gl(12): the Jacobi check is cubic in it.
pub const DEFAULT_DIMENSION_LIMIT: u64 = 144;

/// The longest number that is read, as text; about the bits that a polynomial's coefficients may have.
const MAX_DIGITS: usize = 2_500;

/// The largest matrix that is read.
const MAX_MATRIX_SIZE: usize = 64;

/// Reads an algebra from JSON text, see the module for the format.
///
/// # Errors
/// [`GroupError::Domain`] for what does not fit the format, with its place; those of [`LieAlgebra::from_matrices`] and
/// [`LieAlgebra::from_structure_constants`]; [`GroupError::Limit`] beyond [`DEFAULT_DIMENSION_LIMIT`].
///
/// ```
/// use groups::lie::algebra_from_json;
/// let rotations = r#"{"dimension": 3, "brackets": [[0, 1, [[2, 1]]], [1, 2, [[0, 1]]], [2, 0, [[1, 1]]]]}"#;
/// assert_eq!(algebra_from_json(rotations)?.describe()?, "so(3)");
/// let open = r#"[[["0", "1"], ["0", "0"]], [["0", "0"], ["1", "0"]]]"#;
/// assert!(algebra_from_json(open).unwrap_err().to_string().contains("basis elements 0 and 1"));
/// # Ok::<(), groups::GroupError>(())
/// ```
pub fn algebra_from_json(text: &str) -> Result<LieAlgebra, GroupError> {
    let value: Value =
        serde_json::from_str(text).map_err(|error| domain(format!("no JSON ({error})"), "JSON"))?;
    match &value {
        Value::Array(matrices) => from_basis(matrices, Space::Linear),
        Value::Object(fields) => {
            if let Some(basis) = fields.get("basis") {
                let space = match fields.get("space").map(Value::as_str) {
                    None | Some(Some("linear")) => Space::Linear,
                    Some(Some("affine")) => Space::Affine,
                    _ => return Err(domain("the `space`".into(), "\"linear\" or \"affine\"")),
                };
                return from_basis(list(basis, "the `basis`")?, space);
            }
            let dimension = fields.get("dimension").and_then(Value::as_u64);
            match (dimension, fields.get("brackets")) {
                (Some(dimension), Some(brackets)) => {
                    from_brackets(dimension, list(brackets, "the `brackets`")?)
                }
                _ => Err(domain(
                    "an algebra without `basis`".into(),
                    "`basis`, or `dimension` and `brackets`",
                )),
            }
        }
        _ => Err(domain("the algebra".into(), "a list of matrices or an object")),
    }
}

fn from_basis(matrices: &[Value], space: Space) -> Result<LieAlgebra, GroupError> {
    let basis: Vec<RationalMatrix> = matrices
        .iter()
        .enumerate()
        .map(|(i, matrix)| read_matrix(matrix, &format!("basis element {i} (counted from 0)")))
        .collect::<Result<_, _>>()?;
    let (asked, limit) = (basis.len() as u64, DEFAULT_DIMENSION_LIMIT);
    if asked > limit {
        return Err(dimension_limit(asked));
    }
    match space {
        Space::Linear => LieAlgebra::from_matrices(basis),
        Space::Affine => LieAlgebra::from_affine_matrices(basis),
    }
}

fn from_brackets(dimension: u64, brackets: &[Value]) -> Result<LieAlgebra, GroupError> {
    if dimension > DEFAULT_DIMENSION_LIMIT {
        return Err(dimension_limit(dimension));
    }
    let d = dimension as usize;
    let mut table: Vec<Option<Vec<BigRational>>> = vec![None; d * d];
    for (at, bracket) in brackets.iter().enumerate() {
        let place = format!("bracket {at} (counted from 0)");
        let index = |value: Option<&Value>| {
            value
                .and_then(Value::as_u64)
                .filter(|&i| i < dimension)
                .map(|i| i as usize)
                .ok_or_else(|| domain(format!("an index in {place}"), &format!("an index below {d}")))
        };
        let parts = list(bracket, &place)?;
        let (i, j) = (index(parts.first())?, index(parts.get(1))?);
        let mut image = vec![BigRational::zero(); d];
        for term in list(parts.get(2).unwrap_or(&Value::Null), &place)? {
            let term = list(term, &place)?;
            image[index(term.first())?] += read_rational(term.get(1).unwrap_or(&Value::Null), &place)?;
        }
        if table[i * d + j].replace(image).is_some() {
            return Err(domain(format!("{place} repeats [{i}, {j}]"), "each pair once"));
        }
    }
    LieAlgebra::from_structure_constants(d, |i, j| match (&table[i * d + j], &table[j * d + i]) {
        (Some(image), _) => image.clone(),
        (None, Some(opposite)) => opposite.iter().map(|x| -x).collect(),
        (None, None) => vec![BigRational::zero(); d],
    })
}

fn dimension_limit(asked: u64) -> GroupError {
    GroupError::Limit {
        what: "the dimension of the algebra",
        asked,
        limit: DEFAULT_DIMENSION_LIMIT,
    }
}

pub(super) fn domain(what: String, expected: &str) -> GroupError {
    GroupError::Domain {
        what,
        expected: expected.to_owned(),
    }
}

pub(super) fn list<'a>(value: &'a Value, place: &str) -> Result<&'a [Value], GroupError> {
    value
        .as_array()
        .map(Vec::as_slice)
        .ok_or_else(|| domain(place.to_owned(), "a list"))
}

/// A rational from a text or an integer; a JSON number with a point would already have been rounded.
pub(super) fn read_rational(value: &Value, place: &str) -> Result<BigRational, GroupError> {
    match value {
        Value::String(text) if text.len() > MAX_DIGITS => Err(GroupError::Limit {
            what: "the number of digits of a coefficient",
            asked: text.len() as u64,
            limit: MAX_DIGITS as u64,
        }),
        Value::String(text) => parse_rational(text),
        Value::Number(number) if number.is_i64() || number.is_u64() => parse_rational(&number.to_string()),
        _ => Err(domain(
            format!("the number {value} in {place}"),
            "an integer or a text such as \"-1/2\"",
        )),
    }
}

pub(super) fn read_vector(value: &Value, place: &str) -> Result<Vec<BigRational>, GroupError> {
    list(value, place)?
        .iter()
        .map(|x| read_rational(x, place))
        .collect()
}

pub(super) fn read_matrix(value: &Value, place: &str) -> Result<RationalMatrix, GroupError> {
    let rows: Result<Vec<_>, _> = list(value, place)?
        .iter()
        .map(|row| read_vector(row, place))
        .collect();
    let rows = rows?;
    if rows.len() > MAX_MATRIX_SIZE {
        return Err(GroupError::Limit {
            what: "the size of a matrix",
            asked: rows.len() as u64,
            limit: MAX_MATRIX_SIZE as u64,
        });
    }
    RationalMatrix::from_rows(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_algebras_are_located() {
        for (text, says) in [
            ("[1", "no JSON"),
            ("3", "a list of matrices or an object"),
            ("{}", "`basis`, or `dimension` and `brackets`"),
            (
                r#"[[[1, 2]], [[1, 2]]]"#,
                "basis element 0 (counted from 0) is 1x2",
            ),
            (r#"[[[1.5]]]"#, "1.5 in basis element 0"),
            (
                &format!("[[[\"{}\"]]]", "7".repeat(3_000)),
                "digits of a coefficient is 3000: the limit is 2500",
            ),
            (
                &format!("[[{}]]", vec!["[0]"; 65].join(",")),
                "size of a matrix is 65: the limit is 64",
            ),
            (r#"[[["1", "0"], ["0"]]]"#, "expected"),
            (r#"[[[1, 0], [0, 1]], [[2, 0], [0, 2]]]"#, "dimension 1"),
            (
                r#"{"basis": [[[1]]], "space": "curved"}"#,
                "\"linear\" or \"affine\"",
            ),
            (r#"{"dimension": 2, "brackets": [[0, 2, []]]}"#, "below 2"),
            (
                r#"{"dimension": 2, "brackets": [[0, 1, [[0, 1]]], [0, 1, []]]}"#,
                "bracket 1",
            ),
            (
                r#"{"dimension": 2, "brackets": [[0, 1, [[0, 1]]], [1, 0, [[0, 1]]]]}"#,
                "antisymmetry",
            ),
            (
                r#"{"dimension": 3, "brackets": [[0, 1, [[2, 1]]], [0, 2, [[0, 1]]]]}"#,
                "the Jacobi identity",
            ),
            (r#"{"dimension": 100000, "brackets": []}"#, "the limit is 144"),
        ] {
            let error = algebra_from_json(text).unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }

    #[test]
    fn affine_bases_act_with_translations() {
        let text = r#"{"basis": [[[0, 1], [0, 0]]], "space": "affine"}"#;
        let algebra = algebra_from_json(text).unwrap();
        assert_eq!(
            (algebra.coordinates(), algebra.space()),
            (Some(1), Some(Space::Affine))
        );
    }
}
