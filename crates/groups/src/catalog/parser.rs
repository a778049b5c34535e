//! The grammar of group text, by recursive descent; [`names`](super::names) knows what the names mean.

use super::cursor::Cursor;
use super::{cycles, names};
use crate::error::GroupError;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;
use crate::products::{direct_product, wreath_product, wreath_product_action};
use crate::semidirect::{internal_semidirect_product, semidirect_product};

/// The deepest nesting of parentheses.
const MAX_NESTING: usize = 100;

/// The group that a text names, by the [grammar](crate::catalog) of this module.
///
/// # Errors
/// Each with the column where the fault is: [`GroupError::GroupSyntax`], [`GroupError::UnknownGroup`],
/// [`GroupError::CycleSyntax`], [`GroupError::RepeatedPoint`], and [`GroupError::InGroupText`] around what the
/// constructor of a group has to say ([`GroupError::InvalidParameter`], [`GroupError::DegreeTooLarge`], …).
///
/// ```
/// use groups::catalog::parse_group;
/// assert_eq!(parse_group("(S3 x S4) wr C2")?.order().to_string(), (144 * 144 * 2).to_string());
/// let message = parse_group("C3 x PSL(2,6)").unwrap_err().to_string();
/// assert_eq!(message, "column 6: PSL(2,6): 6 is not a prime power");
/// # Ok::<(), groups::GroupError>(())
/// ```
pub fn parse_group(text: &str) -> Result<PermGroup, GroupError> {
    let mut cursor = Cursor::new(text);
    let group = product(&mut cursor, 0)?;
    match cursor.peek() {
        None => Ok(group),
        Some(_) => Err(syntax(
            &mut cursor,
            "`x`, `:`, `wr`, `pwr`, `^` or the end of the text",
        )),
    }
}

pub(super) fn syntax(cursor: &mut Cursor<'_>, expected: &'static str) -> GroupError {
    let found = cursor.found();
    GroupError::GroupSyntax {
        column: cursor.column(),
        expected,
        found,
    }
}

/// An error with the column it belongs to, unless it has one already.
pub(super) fn at<T>(column: usize, result: Result<T, GroupError>) -> Result<T, GroupError> {
    result.map_err(|error| match error {
        GroupError::GroupSyntax { .. }
        | GroupError::UnknownGroup { .. }
        | GroupError::CycleSyntax { .. }
        | GroupError::RepeatedPoint { .. }
        | GroupError::InGroupText { .. } => error,
        source => GroupError::InGroupText {
            column,
            source: Box::new(source),
        },
    })
}

fn product(cursor: &mut Cursor<'_>, nesting: usize) -> Result<PermGroup, GroupError> {
    let mut group = semidirect(cursor, nesting)?;
    while let Some('x' | 'X' | '×') = cursor.peek() {
        let column = cursor.column();
        cursor.next();
        let right = semidirect(cursor, nesting)?;
        group = at(column, direct_product(&group, &right))?;
    }
    Ok(group)
}

fn semidirect(cursor: &mut Cursor<'_>, nesting: usize) -> Result<PermGroup, GroupError> {
    let mut group = wreath(cursor, nesting)?;
    while let Some(':') = cursor.peek() {
        let column = cursor.column();
        cursor.next();
        let right = wreath(cursor, nesting)?;
        group = at(column, internal_semidirect_product(&group, &right))?;
    }
    Ok(group)
}

fn wreath(cursor: &mut Cursor<'_>, nesting: usize) -> Result<PermGroup, GroupError> {
    let mut group = power(cursor, nesting)?;
    while let Some('w' | 'W' | 'p' | 'P') = cursor.peek() {
        let column = cursor.column();
        let on_tuples = cursor.take_keyword("pwr");
        if !on_tuples && !cursor.take_keyword("wr") {
            return Err(syntax(cursor, "`wr` or `pwr`"));
        }
        let outer = power(cursor, nesting)?;
        let of = if on_tuples {
            wreath_product_action
        } else {
            wreath_product
        };
        group = at(column, of(&group, &outer))?;
    }
    Ok(group)
}

/// An atom, or a direct power of one.
fn power(cursor: &mut Cursor<'_>, nesting: usize) -> Result<PermGroup, GroupError> {
    let group = atom(cursor, nesting)?;
    let Some('^') = cursor.peek() else {
        return Ok(group);
    };
    let column = cursor.column();
    cursor.next();
    cursor.skip_space();
    match cursor.mark().take_integer() {
        None | Some(0) => Err(syntax(cursor, "a positive integer")),
        Some(count) => {
            cursor.take_integer();
            // A direct power is what a wreath product over the trivial group has for its base.
            at(
                column,
                crate::permutation::check_degree(group.degree().saturating_mul(count)),
            )?;
            at(column, crate::permutation::check_degree(count))?;
            at(column, wreath_product(&group, &PermGroup::trivial(count)))
        }
    }
}

fn atom(cursor: &mut Cursor<'_>, nesting: usize) -> Result<PermGroup, GroupError> {
    if nesting > MAX_NESTING {
        return Err(syntax(cursor, "at most 100 nested parentheses"));
    }
    let first = cursor.peek();
    let column = cursor.column();
    match first {
        Some('(') if cursor.opens_cycle() => at(column, generated_by_cycles(cursor)),
        Some('(') => {
            cursor.next();
            let group = product(cursor, nesting + 1)?;
            if !cursor.take_if(')') {
                return Err(syntax(cursor, "`)` or an operator"));
            }
            Ok(group)
        }
        Some('[') => at(column, images(cursor)),
        Some(c) if c.is_ascii_digit() => at(column, names::prime_power(cursor)),
        Some(c) if c.is_alphabetic() => {
            if cursor.take_keyword("semidirect") {
                return at(column, external_semidirect(cursor, nesting));
            }
            at(column, names::named(cursor))
        }
        _ => Err(syntax(cursor, "a group name, `(`, cycles or image lists")),
    }
}

fn generated_by_cycles(cursor: &mut Cursor<'_>) -> Result<PermGroup, GroupError> {
    let generators = cycles::parse_generators(cursor)?;
    PermGroup::new(generators.first().map_or(0, Permutation::degree), generators)
}

/// `[1,2,0]` or `[[1,2,0],[1,0,2]]`.
fn images(cursor: &mut Cursor<'_>) -> Result<PermGroup, GroupError> {
    let mut ahead = cursor.mark();
    ahead.next();
    let generators = if ahead.peek() == Some('[') {
        list(cursor, |cursor| {
            cursor.skip_space();
            let column = cursor.column();
            let images = list(cursor, image)?;
            at(column, Permutation::from_images(images))
        })?
    } else {
        vec![Permutation::from_images(list(cursor, image)?)?]
    };
    PermGroup::new(generators.first().map_or(0, Permutation::degree), generators)
}

fn image(cursor: &mut Cursor<'_>) -> Result<u32, GroupError> {
    match cursor.take_integer() {
        // What does not fit is out of range for every degree, which the message of the permutation says.
        Some(image) => Ok(u32::try_from(image).unwrap_or(u32::MAX)),
        None => Err(syntax(cursor, "an image (an integer from 0)")),
    }
}

/// `[ item { , item } ]`, perhaps empty.
fn list<T>(
    cursor: &mut Cursor<'_>,
    mut item: impl FnMut(&mut Cursor<'_>) -> Result<T, GroupError>,
) -> Result<Vec<T>, GroupError> {
    let mut items = Vec::new();
    if !cursor.take_if('[') {
        return Err(syntax(cursor, "`[`"));
    }
    if cursor.take_if(']') {
        return Ok(items);
    }
    loop {
        items.push(item(cursor)?);
        if cursor.take_if(']') {
            return Ok(items);
        }
        if !cursor.take_if(',') {
            return Err(syntax(cursor, "`,` or `]`"));
        }
    }
}

/// `(N, H, [images of the generators of N under the first generator of H], …)` after the word `semidirect`.
fn external_semidirect(cursor: &mut Cursor<'_>, nesting: usize) -> Result<PermGroup, GroupError> {
    if !cursor.take_if('(') {
        return Err(syntax(cursor, "`(`"));
    }
    let normal = product(cursor, nesting + 1)?;
    if !cursor.take_if(',') {
        return Err(syntax(cursor, "`,` and the group that acts"));
    }
    let acting = product(cursor, nesting + 1)?;
    let mut automorphisms = Vec::new();
    while cursor.take_if(',') {
        automorphisms.push(list(cursor, |cursor| {
            cycles::parse_of_degree(cursor, normal.degree())
        })?);
    }
    if !cursor.take_if(')') {
        return Err(syntax(cursor, "`,` and images, or `)`"));
    }
    semidirect_product(&normal, &acting, &automorphisms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_bind_as_documented() {
        let order = |text: &str| parse_group(text).unwrap().order().to_string();
        // ^ before wr before : before x, each from the left.
        assert_eq!(order("C2 x C3 wr C2"), "36");
        assert_eq!(order("(C2 x C3) wr C2"), "72");
        assert_eq!(order("C2 wr C2 wr C2"), "128");
        assert_eq!(order("C2 wr (C2 wr C2)"), "128");
        assert_eq!(order("C2 wr C2^2"), "64"); // A wr (B x B) = (A wr B)^2 as B x B has two orbits
        assert_eq!(order("(C2 wr C2)^2"), "64");
        assert_eq!(order("V4 : C3 x C2"), "24");
        assert_eq!(parse_group("C2 wr C2^2").unwrap().degree(), 8);
        assert_eq!(order("s3WRs2"), "72");
    }

    #[test]
    fn faults_have_columns() {
        let column = |text: &str| match parse_group(text) {
            Err(
                GroupError::UnknownGroup { column, .. }
                | GroupError::GroupSyntax { column, .. }
                | GroupError::CycleSyntax { column, .. }
                | GroupError::RepeatedPoint { column, .. }
                | GroupError::InGroupText { column, .. },
            ) => column,
            other => panic!("{text}: {other:?}"),
        };
        for (text, expected) in [
            ("Foo5", 1),
            ("S5 x Bar", 6),
            ("S5 S5", 4),
            ("", 1),
            ("S5 x", 5),
            ("(S5", 4),
            ("PSL(2,", 7),
            ("PSL(2 7)", 7),
            ("M13", 1),
            ("S3 wx S2", 4),
            ("S3^", 4),
            ("S3^0", 4),
            ("S3 x PSL(2,6)", 6),
            ("S1000 wr S1001", 7),
            ("S3 x (1,2)(2,3)", 12),
            ("S3 x (1,9999999999)", 6),
            ("[1,1]", 1),
            ("[[1,0],[2,0]]", 8),
            ("[[1,0],[0,1,2]]", 1),
            ("[1,a]", 4),
            ("[1 0]", 4),
            ("S4 : C4", 4),
            ("semidirect(C7)", 14),
            ("semidirect(C7, C3, [(1,2)])", 1),
            ("semidirect(C7, C3, [(1,8)])", 1),
            ("W(E9)", 1),
            ("W(X2)", 1),
            ("6^2", 1),
            ("2", 2),
        ] {
            assert_eq!(column(text), expected, "{text}");
        }
        assert_eq!(column(&"(".repeat(200)), 102);
        assert_eq!(column(&"semidirect(".repeat(200)), 1 + 11 * 101);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let message = |text: &str| parse_group(text).unwrap_err().to_string();
        assert_eq!(
            message("S5 y"),
            "column 4: expected `x`, `:`, `wr`, `pwr`, `^` or the end of the text, found `y`"
        );
        assert_eq!(
            message("C1000001"),
            "column 1: degree 1000001 is over the limit of 1000000 points"
        );
        assert!(message("S99999999999999999999").contains("over the limit"));
        assert!(message("C2^1000000").contains("degree 2000000 is over the limit"));
        assert_eq!(
            message("C2^100000"),
            "column 3: 100000 generators of degree 200000 are over the limit of 67108864 images in all"
        );
        assert!(message("C2^5000 x C2^5000").contains("10000 generators of degree 20000"));
        assert!(message("C2^1000 wr trivial(50)").contains("generators of degree"));
        assert!(message("(1,2)(2,3)").contains("point 2 occurs twice"));
    }
}
