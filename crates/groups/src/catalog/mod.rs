//! Named groups, and the text that names them.
//!
//! # Grammar
//! White space is free between tokens, and names may be written in either case and with an underscore (`S_5`).
//! ```text
//! group   = wreath { "x" wreath }                direct product, on disjoint points
//! wreath  = atom { "wr" atom }                   wreath product, imprimitive action, grouped from the left
//! atom    = "(" group ")" | cycles | name
//! cycles  = permutation { "," permutation }      generators, 1-based: (1,2,3)(4,5),(1,2)
//! name    = "S" n | "A" n                        symmetric, alternating on n points
//!         | "C" n | "D" n                        cyclic on n points; dihedral of order 2n on n points
//!         | "V4" | "Q" m                         Klein's four-group on 4 points; (generalised) quaternion of order
//!                                                m = 8, 12, 16, … (dicyclic), acting regularly
//!         | "M11" | "M12" | "M22" | "M23" | "M24"
//!         | "PSL(2," q ")" | "PGL(2," q ")"      on the q + 1 points of the projective line over GF(q)
//!         | "AGL(1," q ")"                       on the q points of GF(q)
//!         | "rubik" | "rubik2"                   the 3x3x3 cube on 48 facelets, the 2x2x2 cube on 24
//!         | "transitive:" degree "," index       transitive groups of degree 2 to 8, GAP's numbering
//!         | "small:" order "," index             groups of order 1 to 100, GAP's SmallGroup numbering
//! ```
//!
//! ```
//! use groups::catalog::parse_group;
//! for (text, order) in [("S3 wr S2", 72u32), ("S3 x S4", 144), ("M11", 7920), ("small:96,70", 96)] {
//!     assert_eq!(parse_group(text)?.order(), order.into());
//! }
//! assert!(parse_group("S5 y S3").is_err());
//! # Ok::<(), groups::GroupError>(())
//! ```

pub(crate) mod cycles;
mod field;
mod named;
mod tables;

use crate::error::GroupError;
use crate::perm_group::PermGroup;
use crate::products::{direct_product, wreath_product};
use cycles::Cursor;

pub use tables::{small_group, transitive_group};

/// The group that a text names, by the [grammar](self) of this module.
///
/// # Errors
/// [`GroupError::UnknownGroup`], [`GroupError::GroupSyntax`], [`GroupError::CycleSyntax`],
/// [`GroupError::RepeatedPoint`], [`GroupError::InvalidParameter`], [`GroupError::DegreeTooLarge`]; all but the last
/// two with a column.
pub fn parse_group(text: &str) -> Result<PermGroup, GroupError> {
    let mut cursor = Cursor::new(text);
    let group = parse_product(&mut cursor, 0)?;
    match cursor.peek() {
        None => Ok(group),
        Some(_) => Err(syntax(&mut cursor, "`x`, `wr` or the end of the text")),
    }
}

/// The deepest nesting of parentheses.
const MAX_NESTING: usize = 100;

fn syntax(cursor: &mut Cursor<'_>, expected: &'static str) -> GroupError {
    let found = cursor.found();
    GroupError::GroupSyntax {
        column: cursor.column(),
        expected,
        found,
    }
}

fn parse_product(cursor: &mut Cursor<'_>, nesting: usize) -> Result<PermGroup, GroupError> {
    let mut group = parse_wreath(cursor, nesting)?;
    while matches!(cursor.peek(), Some('x' | 'X' | '×')) {
        cursor.next();
        group = direct_product(&group, &parse_wreath(cursor, nesting)?)?;
    }
    Ok(group)
}

fn parse_wreath(cursor: &mut Cursor<'_>, nesting: usize) -> Result<PermGroup, GroupError> {
    let mut group = parse_atom(cursor, nesting)?;
    while matches!(cursor.peek(), Some('w' | 'W')) {
        cursor.next();
        if !matches!(cursor.next(), Some('r' | 'R')) {
            return Err(syntax(cursor, "`wr`"));
        }
        group = wreath_product(&group, &parse_atom(cursor, nesting)?)?;
    }
    Ok(group)
}

fn parse_atom(cursor: &mut Cursor<'_>, nesting: usize) -> Result<PermGroup, GroupError> {
    match cursor.peek() {
        Some('(') if cursor.opens_cycle() => {
            let generators = cycles::parse_generators(cursor)?;
            PermGroup::new(generators.first().map_or(0, |g| g.degree()), generators)
        }
        Some('(') => {
            if nesting == MAX_NESTING {
                return Err(syntax(cursor, "at most 100 nested parentheses"));
            }
            cursor.next();
            let group = parse_product(cursor, nesting + 1)?;
            if !cursor.take_if(')') {
                return Err(syntax(cursor, "`)`"));
            }
            Ok(group)
        }
        Some(c) if c.is_alphabetic() => parse_name(cursor),
        _ => Err(syntax(cursor, "a group name, `(` or cycles")),
    }
}

/// A name: letters, then digits, then parameters in parentheses or after a colon.
struct Name {
    /// As typed.
    text: String,
    column: usize,
    /// The letters in upper case.
    letters: String,
    /// The integers after them.
    parameters: Vec<usize>,
    /// `(` or `:` if the parameters followed one, and the space in front of plain digits otherwise.
    style: char,
}

fn parse_name(cursor: &mut Cursor<'_>) -> Result<PermGroup, GroupError> {
    let column = cursor.column();
    let letters = cursor.take_while(char::is_alphabetic);
    let underscore = cursor.take_while(|c| c == '_');
    let mut name = Name {
        text: format!("{letters}{underscore}"),
        column,
        letters: letters.to_uppercase(),
        parameters: Vec::new(),
        style: ' ',
    };
    let digits = cursor.take_while(|c| c.is_ascii_digit());
    if !digits.is_empty() {
        name.push(&digits);
    } else if let Some(open @ ('(' | ':')) = cursor.peek() {
        cursor.next();
        name.style = open;
        name.text.push(open);
        loop {
            cursor.skip_space();
            let digits = cursor.take_while(|c| c.is_ascii_digit());
            if digits.is_empty() {
                return Err(syntax(cursor, "a positive integer"));
            }
            name.push(&digits);
            if !cursor.take_if(',') {
                break;
            }
            name.text.push(',');
        }
        if open == '(' && !cursor.take_if(')') {
            return Err(syntax(cursor, "`,` or `)`"));
        }
        name.text.push_str(if open == '(' { ")" } else { "" });
    }
    named::group(&name)
}

impl Name {
    fn push(&mut self, digits: &str) {
        self.text.push_str(digits);
        // Too long for usize: over every limit in any case.
        self.parameters.push(digits.parse().unwrap_or(usize::MAX));
    }

    fn unknown(&self) -> GroupError {
        GroupError::UnknownGroup {
            name: self.text.clone(),
            column: self.column,
        }
    }

    fn invalid(&self, reason: impl Into<String>) -> GroupError {
        GroupError::InvalidParameter {
            group: self.text.clone(),
            reason: reason.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(text: &str) -> String {
        parse_group(text).unwrap().order().to_string()
    }

    /// Orders by theorem.
    #[test]
    fn named_orders() {
        for (text, expected) in [
            ("S1", "1"),
            ("S5", "120"),
            ("s_5", "120"),
            ("A5", "60"),
            ("A2", "1"),
            ("C12", "12"),
            ("C1", "1"),
            ("D1", "2"),
            ("D2", "4"),
            ("D4", "8"),
            ("Q8", "8"),
            ("Q12", "12"),
            ("V4", "4"),
            ("M11", "7920"),
            ("M12", "95040"),
            ("M22", "443520"),
            ("M23", "10200960"),
            ("M24", "244823040"),
            ("PSL(2,7)", "168"),
            ("PSL(2,9)", "360"),
            ("PSL(2,16)", "4080"),
            ("PGL(2,7)", "336"),
            ("AGL(1,5)", "20"),
            ("AGL(1,9)", "72"),
            ("S3 wr S2", "72"),
            ("S3 x S4", "144"),
            ("(S3 x S2) wr C3", "5184"),
            ("(1,2,3)(4,5),(1,2)", "12"),
            ("(1,2,3) x (1,2)", "6"),
            ("()", "1"),
            ("rubik", "43252003274489856000"),
            ("rubik2", "88179840"),
            ("transitive:8,23", "48"),
            ("small:96,70", "96"),
            ("small:1,1", "1"),
        ] {
            assert_eq!(order(text), expected, "{text}");
        }
    }

    #[test]
    fn bad_names_are_refused() {
        let column = |text: &str| match parse_group(text) {
            Err(GroupError::UnknownGroup { column, .. } | GroupError::GroupSyntax { column, .. }) => column,
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(column("Foo5"), 1);
        assert_eq!(column("S5 x Bar"), 6);
        assert_eq!(column("S5 S5"), 4);
        assert_eq!(column(""), 1);
        assert_eq!(column("S5 x"), 5);
        assert_eq!(column("(S5"), 4);
        assert_eq!(column("PSL(2,"), 7);
        assert_eq!(column("M13"), 1);
        assert_eq!(column(&"(".repeat(200)), 101);
        for text in [
            "S0",
            "PSL(2,6)",
            "PSL(3,2)",
            "AGL(1,1)",
            "Q6",
            "transitive:8,51",
            "small:101,1",
            "small:96",
        ] {
            assert!(
                matches!(parse_group(text), Err(GroupError::InvalidParameter { .. })),
                "{text}"
            );
        }
        for text in ["S99999999999999999999", "C1000001", "S1000 wr S1001"] {
            assert!(
                matches!(parse_group(text), Err(GroupError::DegreeTooLarge { .. })),
                "{text}"
            );
        }
        let twice = parse_group("S3 x (1,2)(2,3)");
        assert_eq!(
            twice.unwrap_err(),
            GroupError::RepeatedPoint {
                point: 1,
                column: 12,
                first_column: 9
            }
        );
    }
}
