//! Cycle text: `(1,2,3)(4,5)`, 1-based, and lists of permutations such as `(1,2,3)(4,5),(1,2)`.
//!
//! Grammar (white space is free between tokens):
//! ```text
//! list        = permutation { "," permutation }
//! permutation = cycle { cycle }
//! cycle       = "(" [ point { "," point } ] ")"
//! ```

use rustc_hash::FxHashMap;

use super::cursor::Cursor;
use crate::error::GroupError;
use crate::permutation::{Permutation, check_degree};

fn syntax(cursor: &mut Cursor<'_>, expected: &'static str) -> GroupError {
    let found = cursor.found();
    GroupError::CycleSyntax {
        column: cursor.column(),
        expected,
        found,
    }
}

/// Where the parser met a point for the first time.
type Sightings = FxHashMap<usize, usize>;

/// One permutation as 0-based cycles.
type Cycles = Vec<Vec<usize>>;

pub(crate) fn parse_one(text: &str, degree: Option<usize>) -> Result<Permutation, GroupError> {
    let mut cursor = Cursor::new(text);
    let cycles = parse_permutation(&mut cursor)?;
    if cursor.peek().is_some() {
        return Err(syntax(&mut cursor, "`(` or the end of the text"));
    }
    build(&cycles, degree.unwrap_or_else(|| points(&cycles)))
}

/// Reads generators separated by commas, all of the degree of the largest point named, and stops after them.
pub(crate) fn parse_generators(cursor: &mut Cursor<'_>) -> Result<Vec<Permutation>, GroupError> {
    let mut all = vec![parse_permutation(cursor)?];
    while cursor.take_if(',') {
        all.push(parse_permutation(cursor)?);
    }
    let degree = all.iter().map(points).max().unwrap_or(0);
    all.iter().map(|cycles| build(cycles, degree)).collect()
}

/// Reads one permutation of the given degree and stops after it.
pub(crate) fn parse_of_degree(cursor: &mut Cursor<'_>, degree: usize) -> Result<Permutation, GroupError> {
    let cycles = parse_permutation(cursor)?;
    build(&cycles, degree)
}

/// Reads `cycle { cycle }` and stops at the first character after it.
fn parse_permutation(cursor: &mut Cursor<'_>) -> Result<Cycles, GroupError> {
    let mut seen = Sightings::default();
    let mut cycles = Vec::new();
    if cursor.peek() != Some('(') {
        return Err(syntax(cursor, "`(`"));
    }
    while cursor.take_if('(') {
        let mut cycle = Vec::new();
        if !cursor.take_if(')') {
            loop {
                cycle.push(parse_point(cursor, &mut seen)?);
                if cursor.take_if(')') {
                    break;
                }
                if !cursor.take_if(',') {
                    return Err(syntax(cursor, "`,` or `)`"));
                }
            }
        }
        cycles.push(cycle);
    }
    Ok(cycles)
}

fn parse_point(cursor: &mut Cursor<'_>, seen: &mut Sightings) -> Result<usize, GroupError> {
    const EXPECTED: &str = "a point (an integer from 1)";
    cursor.skip_space();
    let column = cursor.column();
    let Some(label) = cursor.take_integer() else {
        return Err(syntax(cursor, EXPECTED));
    };
    if label == 0 {
        return Err(GroupError::CycleSyntax {
            column,
            expected: EXPECTED,
            found: "`0`".to_owned(),
        });
    }
    check_degree(label)?;
    let point = label - 1;
    if let Some(&first_column) = seen.get(&point) {
        return Err(GroupError::RepeatedPoint {
            point,
            column,
            first_column,
        });
    }
    seen.insert(point, column);
    Ok(point)
}

/// One more than the largest point named.
fn points(cycles: &Cycles) -> usize {
    cycles.iter().flatten().max().map_or(0, |&x| x + 1)
}

fn build(cycles: &Cycles, degree: usize) -> Result<Permutation, GroupError> {
    let cycles: Vec<&[usize]> = cycles.iter().map(Vec::as_slice).collect();
    Permutation::from_cycles(degree, &cycles)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_list(text: &str) -> Result<Vec<Permutation>, GroupError> {
        let mut cursor = Cursor::new(text);
        let all = parse_generators(&mut cursor)?;
        cursor.peek().map_or(Ok(all), |_| Err(syntax(&mut cursor, "`,`")))
    }

    #[test]
    fn reads_what_display_writes() {
        for text in ["()", "(1,2,3)(4,5)", "(2,9)"] {
            assert_eq!(parse_one(text, None).unwrap().to_string(), text);
        }
        assert_eq!(parse_one(" ( 1 , 2 ) () ", Some(4)).unwrap().to_string(), "(1,2)");
        let list = parse_list("(1,2,3)(4,5), (1,2)").unwrap();
        assert_eq!(
            list.iter().map(Permutation::degree).collect::<Vec<_>>(),
            vec![5, 5]
        );
    }

    #[test]
    fn faults_have_columns() {
        let syntax = |text: &str| match parse_list(text) {
            Err(GroupError::CycleSyntax { column, .. }) => column,
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(syntax(""), 1);
        assert_eq!(syntax("(1,2"), 5);
        assert_eq!(syntax("(1,,2)"), 4);
        assert_eq!(syntax("(0,1)"), 2);
        assert_eq!(syntax("(1,2) x"), 7);
        assert_eq!(syntax("(1,2),"), 7);
        assert!(matches!(
            parse_list("(1,99999999999999999999999)"),
            Err(GroupError::DegreeTooLarge { .. })
        ));
        assert!(matches!(
            parse_one("(1,7)", Some(3)),
            Err(GroupError::PointOutOfRange { point: 6, degree: 3 })
        ));
    }
}
