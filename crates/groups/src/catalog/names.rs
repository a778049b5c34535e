//! What the names of the grammar mean.

use super::cursor::Cursor;
use super::parser::syntax;
use super::{families, puzzles, sporadic, tables, weyl};
use crate::error::GroupError;
use crate::matrix_group::{MatrixGroup, OnSubspaces};
use crate::perm_group::PermGroup;
use crate::permutation::check_degree;

/// A name: letters, then digits, then parameters in parentheses or after a colon.
struct Name {
    /// As typed.
    text: String,
    column: usize,
    /// The letters in upper case.
    letters: String,
    /// The integers after them.
    parameters: Vec<usize>,
    /// `(` or `:` if the parameters followed one, and a space in front of plain digits otherwise.
    style: char,
}

/// `p^k`: the elementary abelian group of that order. The base is a prime, so that `6^2` is refused.
pub(super) fn prime_power(cursor: &mut Cursor<'_>) -> Result<PermGroup, GroupError> {
    let base = cursor.take_integer().unwrap_or(0);
    if !cursor.take_if('^') {
        return Err(syntax(
            cursor,
            "`^` (a prime power such as 2^5 names an elementary abelian group)",
        ));
    }
    let Some(exponent) = cursor.take_integer() else {
        return Err(syntax(cursor, "a positive integer"));
    };
    families::elementary_abelian(base, exponent)
}

/// A named group.
pub(super) fn named(cursor: &mut Cursor<'_>) -> Result<PermGroup, GroupError> {
    let column = cursor.column();
    let letters = cursor.take_while(char::is_alphabetic);
    if letters.eq_ignore_ascii_case("rubik") {
        return rubik(cursor);
    }
    if letters.eq_ignore_ascii_case("w") && cursor.peek() == Some('(') {
        return weyl_of_type(cursor);
    }
    let underscore = cursor.take_while(|c| c == '_');
    let mut name = Name {
        text: format!("{letters}{underscore}"),
        column,
        letters: letters.replace('Γ', "GAMMA").to_uppercase(),
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
    name.group()
}

/// The rest of `rubik`, `rubik2`, `rubik:3` or `rubik:2x2x2`.
fn rubik(cursor: &mut Cursor<'_>) -> Result<PermGroup, GroupError> {
    let colon = cursor.take_if(':');
    let size = cursor.take_while(|c| c.is_ascii_digit() || (colon && matches!(c, 'x' | 'X')));
    match size.to_lowercase().as_str() {
        "" if !colon => puzzles::rubik_3x3x3(),
        "3" | "3x3x3" => puzzles::rubik_3x3x3(),
        "2" | "2x2x2" => puzzles::rubik_2x2x2(),
        _ => {
            let reason = format!("`{size}` is no size of the cube; expected 2x2x2 or 3x3x3");
            Err(GroupError::InvalidParameter {
                group: "rubik".to_owned(),
                reason,
            })
        }
    }
}

/// The rest of `W(E8)`, `W(E_8)` or `W(E,8)`.
fn weyl_of_type(cursor: &mut Cursor<'_>) -> Result<PermGroup, GroupError> {
    cursor.take_if('(');
    cursor.skip_space();
    let letter = cursor.take_while(|c| c.is_ascii_alphabetic());
    if letter.is_empty() {
        return Err(syntax(cursor, "a letter A to G"));
    }
    if cursor.take_while(|c| c == '_').is_empty() {
        cursor.take_if(',');
    }
    let Some(rank) = cursor.take_integer() else {
        return Err(syntax(cursor, "a rank (a positive integer)"));
    };
    if !cursor.take_if(')') {
        return Err(syntax(cursor, "`)`"));
    }
    weyl::weyl_group(&letter.to_uppercase(), rank)
}

impl Name {
    fn push(&mut self, digits: &str) {
        self.text.push_str(digits);
        // Too long for usize: over every limit in any case.
        self.parameters.push(digits.parse().unwrap_or(usize::MAX));
    }

    fn group(&self) -> Result<PermGroup, GroupError> {
        let letters = self.letters.as_str();
        let group = match (self.style, self.parameters.as_slice()) {
            (':', &[n, k]) if letters == "TRANSITIVE" => tables::transitive_group(n, k),
            (':', &[n, k]) if letters == "SMALL" => tables::small_group(n, k),
            _ if matches!(letters, "TRANSITIVE" | "SMALL") => {
                Err(self.invalid("expected two integers, `:n,k`"))
            }
            (' ', &[]) => self.plain(),
            (' ' | '(', &[n]) => self.with_one(n),
            ('(', &[n, q]) => self.with_two(n, q),
            _ => Err(self.unknown()),
        };
        group.map_err(|error| match error {
            // What is built on the way goes by another name.
            GroupError::InvalidParameter { reason, .. } => self.invalid(reason),
            // More than the limit of the orbit is more than the limit of a degree.
            GroupError::OrbitOverLimit { limit } => self.invalid(format!(
                "the group has more than {limit} natural points, the limit of a degree"
            )),
            other => other,
        })
    }

    fn plain(&self) -> Result<PermGroup, GroupError> {
        match self.letters.as_str() {
            "TRIVIAL" => Ok(PermGroup::trivial(1)),
            "HS" => sporadic::higman_sims(),
            "HJ" => sporadic::hall_janko(),
            "MCL" => sporadic::mclaughlin(),
            _ => Err(self.unknown()),
        }
    }

    fn with_one(&self, n: usize) -> Result<PermGroup, GroupError> {
        let from_one = |n: usize| match n {
            0 => Err(self.invalid("expected an integer from 1")),
            _ => check_degree(n),
        };
        match self.letters.as_str() {
            "TRIVIAL" => check_degree(n).map(|()| PermGroup::trivial(n)),
            "S" | "SYM" => from_one(n).map(|()| PermGroup::symmetric(n)),
            "A" | "ALT" => from_one(n).map(|()| PermGroup::alternating(n)),
            "C" | "Z" => families::cyclic(n),
            "D" => families::dihedral(n),
            "Q" => families::quaternion(n),
            "DIC" => families::quaternion(n.saturating_mul(4)),
            "V" if n == 4 => families::klein_four(),
            "E" => match crate::finite_field::prime_power(n.min(crate::permutation::MAX_DEGREE + 1)) {
                Some((p, k)) => families::elementary_abelian(p, k),
                None => Err(self.invalid(format!("{n} is not a prime power up to the degree limit"))),
            },
            "B" => families::hyperoctahedral(n),
            "M" => sporadic::mathieu(n).unwrap_or_else(|| Err(self.unknown())),
            "J" if n == 1 => sporadic::janko_1(),
            "J" if n == 2 => sporadic::hall_janko(),
            "SZ" => suzuki(n),
            _ => Err(self.unknown()),
        }
    }

    fn with_two(&self, n: usize, q: usize) -> Result<PermGroup, GroupError> {
        let projective = |group: MatrixGroup| group.on_projective_points();
        match self.letters.as_str() {
            "E" => families::elementary_abelian(n, q),
            "GL" => MatrixGroup::general_linear(n, q)?.on_nonzero_vectors(),
            "SL" => MatrixGroup::special_linear(n, q)?.on_nonzero_vectors(),
            "PGL" => projective(MatrixGroup::general_linear(n, q)?),
            "PSL" | "L" => projective(MatrixGroup::special_linear(n, q)?),
            "AGL" => MatrixGroup::general_linear(n, q)?.affine_on_vectors(&[first_unit_vector(n)]),
            "ASL" if n == 1 => {
                let group = MatrixGroup::special_linear(1, q)?;
                let all: Vec<_> = group
                    .field()
                    .prime_field_basis()
                    .into_iter()
                    .map(|b| vec![b])
                    .collect();
                group.affine_on_vectors(&all)
            }
            "ASL" => MatrixGroup::special_linear(n, q)?.affine_on_vectors(&[first_unit_vector(n)]),
            "GAMMAL" => MatrixGroup::general_linear(n, q)?.semilinear_on_nonzero_vectors(),
            "PGAMMAL" => MatrixGroup::general_linear(n, q)?.semilinear_on_projective_points(),
            "AGAMMAL" => MatrixGroup::general_linear(n, q)?.semiaffine_on_vectors(&[first_unit_vector(n)]),
            "SP" => MatrixGroup::symplectic(n, q)?.on_nonzero_vectors(),
            "PSP" => projective(MatrixGroup::symplectic(n, q)?),
            "GU" => MatrixGroup::general_unitary(n, q)?.on_nonzero_vectors(),
            "SU" => MatrixGroup::special_unitary(n, q)?.on_nonzero_vectors(),
            "PGU" => on_isotropic_points(&MatrixGroup::general_unitary(n, q)?),
            "PSU" | "U" => on_isotropic_points(&MatrixGroup::special_unitary(n, q)?),
            _ => Err(self.unknown()),
        }
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

fn first_unit_vector(n: usize) -> Vec<u32> {
    (0..n).map(|i| u32::from(i == 0)).collect()
}

/// A unitary group on the points ⟨v⟩ with (v, v) = 0, on which it is transitive by Witt's theorem; for n = 1 there are
/// none, and the group acts on its one projective point.
fn on_isotropic_points(group: &MatrixGroup) -> Result<PermGroup, GroupError> {
    on_orbit_of_point(group)
}

/// Sz(q) on the q² + 1 points of its ovoid.
fn suzuki(q: usize) -> Result<PermGroup, GroupError> {
    on_orbit_of_point(&MatrixGroup::suzuki(q)?)
}

/// On the orbit of the first unit vector's projective point.
fn on_orbit_of_point(group: &MatrixGroup) -> Result<PermGroup, GroupError> {
    let action = OnSubspaces::new(group.field());
    let point = action.span(group.dimension(), &[first_unit_vector(group.dimension())])?;
    Ok(group.on_orbit(&action, &point, crate::permutation::MAX_DEGREE)?.0)
}
