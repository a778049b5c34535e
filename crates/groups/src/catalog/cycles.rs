//! Cycle text: `(1,2,3)(4,5)`, 1-based, and lists of permutations such as `(1,2,3)(4,5),(1,2)`.
//!
//! Grammar (white space is free between tokens):
//! ```text
//! list        = permutation { "," permutation }
//! permutation = cycle { cycle }
//! cycle       = "(" [ point { "," point } ] ")"
//! ```

use rustc_hash::FxHashMap;

use crate::error::GroupError;
use crate::permutation::{Permutation, check_degree};

/// A cursor over characters that knows its 1-based column.
pub(crate) struct Cursor<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    column: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self {
            rest: text.chars().peekable(),
            column: 1,
        }
    }

    pub(crate) fn skip_space(&mut self) {
        while self.rest.next_if(|c| c.is_whitespace()).is_some() {
            self.column += 1;
        }
    }

    /// The next character that is not white space.
    pub(crate) fn peek(&mut self) -> Option<char> {
        self.skip_space();
        self.rest.peek().copied()
    }

    pub(crate) fn next(&mut self) -> Option<char> {
        let c = self.rest.next();
        self.column += usize::from(c.is_some());
        c
    }

    pub(crate) fn column(&self) -> usize {
        self.column
    }

    pub(crate) fn take_if(&mut self, wanted: char) -> bool {
        self.skip_space();
        let taken = self.rest.next_if_eq(&wanted).is_some();
        self.column += usize::from(taken);
        taken
    }

    pub(crate) fn take_while(&mut self, keep: impl Fn(char) -> bool) -> String {
        let mut taken = String::new();
        while let Some(c) = self.rest.next_if(|&c| keep(c)) {
            taken.push(c);
            self.column += 1;
        }
        taken
    }

    /// Whether the parenthesis here opens a cycle rather than a group.
    pub(crate) fn opens_cycle(&mut self) -> bool {
        self.skip_space();
        let mut ahead = self.rest.clone().skip(1).skip_while(|c| c.is_whitespace());
        matches!(ahead.next(), Some(c) if c.is_ascii_digit() || c == ')')
    }

    /// What is here, for an error message.
    pub(crate) fn found(&mut self) -> String {
        self.peek()
            .map_or_else(|| "the end of the text".to_owned(), |c| format!("`{c}`"))
    }

    fn error(&mut self, expected: &'static str) -> GroupError {
        let found = self.found();
        GroupError::CycleSyntax {
            column: self.column,
            expected,
            found,
        }
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
        return Err(cursor.error("`(` or the end of the text"));
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

/// Reads `cycle { cycle }` and stops at the first character after it.
fn parse_permutation(cursor: &mut Cursor<'_>) -> Result<Cycles, GroupError> {
    let mut seen = Sightings::default();
    let mut cycles = Vec::new();
    if cursor.peek() != Some('(') {
        return Err(cursor.error("`(`"));
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
                    return Err(cursor.error("`,` or `)`"));
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
    let digits = cursor.take_while(|c| c.is_ascii_digit());
    if digits.is_empty() {
        return Err(cursor.error(EXPECTED));
    }
    // A number too long for usize is in any case over the degree limit.
    let label: usize = digits.parse().unwrap_or(usize::MAX);
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
        cursor.peek().map_or(Ok(all), |_| Err(cursor.error("`,`")))
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
