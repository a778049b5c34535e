//! The classical matrix Lie algebras and the text grammar that names them.
//!
//! ```text
//! algebra = name { ("+" | "x") name }                       direct sum, block-diagonal
//! name    = gl(n) sl(n) so(n) so(p,q) sp(2n) u(n) su(n) co(n) t(n) n(n) d(n) heis(2k+1) R^n
//!         | aff(n) saff(n) se(n) = e(n) se(p,q) sim(n)      affine: these act by x -> A x + b on n coordinates
//! ```
//! The field of gl, sl, so, sp, aff, saff and se may be written out, as in `sl(2,R)`, and `R` is short for `R^1`.
//! `t(n)` are the upper triangular matrices, `n(n)` (unitriangular) the strictly upper ones, `d(n)` the diagonal torus,
//! `co(n)` is so(n) with the scalings, `R^n` as an algebra of translations, `heis(2k+1)` the Heisenberg algebra of that
//! dimension, `sim(n)` the similarities, and u(n), su(n) are real matrices of size 2n, A + iB as (A -B; B A).

use num_rational::BigRational;
use num_traits::One;

use super::{LieAlgebra, Space};
use crate::GroupError;
use crate::linear::RationalMatrix;

/// The largest matrix size that [`parse_algebra`] builds.
pub const DEFAULT_MATRIX_SIZE_LIMIT: usize = 12;

/// Reads the name of a matrix Lie algebra, such as `gl(3)`, `so(3,1)`, `aff(2)` or `sl(2) + sl(2)`.
///
/// # Errors
/// [`GroupError::Syntax`] with the column, [`GroupError::Limit`] beyond [`DEFAULT_MATRIX_SIZE_LIMIT`].
///
/// ```
/// use groups::lie::parse_algebra;
/// assert_eq!(parse_algebra("aff(2)")?.dimension(), 6);
/// assert_eq!(parse_algebra("so(3,1)")?.structure().killing_signature, [3, 3, 0]);
/// let error = parse_algebra("so[3]").unwrap_err();
/// assert_eq!(error.to_string(), "cannot read the Lie algebra `so[3]`: column 3: expected `(`");
/// # Ok::<(), groups::GroupError>(())
/// ```
pub fn parse_algebra(text: &str) -> Result<LieAlgebra, GroupError> {
    parse_algebra_with_limit(text, DEFAULT_MATRIX_SIZE_LIMIT)
}

/// As [`parse_algebra`], for matrices up to a size of the caller's choice.
///
/// # Errors
/// [`GroupError::Syntax`] with the column, [`GroupError::Limit`] beyond the size.
pub fn parse_algebra_with_limit(text: &str, max_matrix_size: usize) -> Result<LieAlgebra, GroupError> {
    let characters: Vec<char> = text.chars().collect();
    let mut reader = Reader {
        text,
        characters: &characters,
        at: 0,
    };
    let mut total = 0;
    let mut sum: Option<LieAlgebra> = None;
    loop {
        let term = reader.term()?;
        total += term.size();
        if total > max_matrix_size as u64 {
            return Err(GroupError::Limit {
                what: "the matrix size",
                asked: total,
                limit: max_matrix_size as u64,
            });
        }
        let algebra = LieAlgebra::with_space(term.space, term.basis())?.named(term.to_name());
        sum = Some(match sum {
            Some(left) => left.direct_sum(&algebra),
            None => algebra,
        });
        reader.skip_blanks();
        match reader.peek() {
            Some('+' | 'x') => reader.at += 1,
            None => return sum.ok_or_else(|| reader.expected("a Lie algebra")),
            Some(_) => return Err(reader.expected("`+`, `x` or the end")),
        }
    }
}

const NAMES: &str = "gl, sl, so, sp, u, su, co, t, n, d, heis, aff, saff, se, e, sim or R^n";

struct Reader<'a> {
    text: &'a str,
    characters: &'a [char],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    fn expected(&self, expected: impl Into<String>) -> GroupError {
        GroupError::Syntax {
            what: "Lie algebra",
            text: self.text.to_owned(),
            column: self.at + 1,
            expected: expected.into(),
        }
    }

    fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> String {
        let start = self.at;
        while self.peek().is_some_and(&belongs) {
            self.at += 1;
        }
        self.characters[start..self.at].iter().collect()
    }

    fn number(&mut self) -> Result<usize, GroupError> {
        self.skip_blanks();
        let start = self.at;
        let digits = self.take_while(|c| c.is_ascii_digit());
        self.skip_blanks();
        // Up to 6 digits: sizes stay far from overflow and the size limit names the number.
        if digits.is_empty() || digits.len() > 6 {
            self.at = start;
            return Err(self.expected("a whole number of at most 6 digits"));
        }
        digits.parse().map_err(|_| self.expected("a whole number"))
    }

    fn literal(&mut self, c: char) -> Result<(), GroupError> {
        if self.peek() != Some(c) {
            return Err(self.expected(format!("`{c}`")));
        }
        self.at += 1;
        Ok(())
    }

    fn term(&mut self) -> Result<Term, GroupError> {
        self.skip_blanks();
        let start = self.at;
        let word = self.take_while(|c| c.is_ascii_alphabetic()).to_ascii_lowercase();
        if word == "r" {
            let mut n = 1;
            if self.peek() == Some('^') {
                self.at += 1;
                let at = self.at;
                n = self.number()?;
                self.positive(n, at)?;
            }
            return Ok(Term {
                family: Family::Translations,
                space: Space::Affine,
                p: n,
                q: 0,
            });
        }
        let (family, space) = match word.as_str() {
            "gl" => (Family::General, Space::Linear),
            "sl" => (Family::Special, Space::Linear),
            "so" => (Family::Orthogonal, Space::Linear),
            "sp" => (Family::Symplectic, Space::Linear),
            "u" => (Family::Unitary, Space::Linear),
            "su" => (Family::SpecialUnitary, Space::Linear),
            "co" => (Family::Conformal, Space::Linear),
            "t" => (Family::Upper, Space::Linear),
            "n" => (Family::StrictlyUpper, Space::Linear),
            "d" => (Family::Diagonal, Space::Linear),
            "heis" => (Family::Heisenberg, Space::Linear),
            "aff" => (Family::General, Space::Affine),
            "saff" => (Family::Special, Space::Affine),
            "se" | "e" => (Family::Orthogonal, Space::Affine),
            "sim" => (Family::Conformal, Space::Affine),
            _ => {
                self.at = start;
                return Err(self.expected(format!("one of {NAMES}")));
            }
        };
        self.literal('(')?;
        let at = self.at;
        let p = self.number()?;
        let mut q = 0;
        if self.peek() == Some(',') {
            let comma = self.at;
            self.at += 1;
            if self.peek().is_some_and(|c| c.eq_ignore_ascii_case(&'r')) && family.takes_a_field() {
                self.at += 1;
            } else if family == Family::Orthogonal {
                q = self.number()?;
            } else {
                self.at = comma;
                return Err(self.expected("`)`: only so and se take a signature p,q, and no field but R"));
            }
        }
        self.literal(')')?;
        self.positive(p + q, at)?;
        if family == Family::Symplectic && p % 2 == 1 {
            self.at = at;
            return Err(self.expected("an even size"));
        }
        if family == Family::Heisenberg && (p % 2 == 0 || p < 3) {
            self.at = at;
            return Err(self.expected("an odd dimension of at least 3"));
        }
        Ok(Term { family, space, p, q })
    }

    fn positive(&mut self, n: usize, at: usize) -> Result<(), GroupError> {
        if n == 0 {
            self.at = at;
            return Err(self.expected("a positive number"));
        }
        Ok(())
    }
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Family {
    General,
    Special,
    Orthogonal,
    Symplectic,
    Unitary,
    SpecialUnitary,
    Conformal,
    Upper,
    StrictlyUpper,
    Diagonal,
    Heisenberg,
    Translations,
}

impl Family {
    /// Whether the field is part of the usual name, as in sl(2,R).
    fn takes_a_field(self) -> bool {
        use Family::{General, Orthogonal, Special, Symplectic};
        matches!(self, General | Special | Orthogonal | Symplectic)
    }
}

/// A family with its parameters; `q` is zero outside so(p,q).
struct Term {
    family: Family,
    space: Space,
    p: usize,
    q: usize,
}

impl Term {
    /// The size of its matrices.
    fn size(&self) -> u64 {
        let n = (self.p + self.q) as u64;
        match self.family {
            Family::Unitary | Family::SpecialUnitary => 2 * n,
            Family::Heisenberg => n.div_ceil(2) + 1,
            _ => n + u64::from(self.space == Space::Affine),
        }
    }

    fn to_name(&self) -> String {
        let word = match (self.family, self.space) {
            (Family::General, Space::Linear) => "gl",
            (Family::General, Space::Affine) => "aff",
            (Family::Special, Space::Linear) => "sl",
            (Family::Special, Space::Affine) => "saff",
            (Family::Orthogonal, Space::Linear) => "so",
            (Family::Orthogonal, Space::Affine) => "se",
            (Family::Conformal, Space::Linear) => "co",
            (Family::Conformal, Space::Affine) => "sim",
            (Family::Symplectic, _) => "sp",
            (Family::Unitary, _) => "u",
            (Family::SpecialUnitary, _) => "su",
            (Family::Upper, _) => "t",
            (Family::StrictlyUpper, _) => "n",
            (Family::Diagonal, _) => "d",
            (Family::Heisenberg, _) => "heis",
            (Family::Translations, _) => return format!("R^{}", self.p),
        };
        match self.q {
            0 => format!("{word}({})", self.p),
            q => format!("{word}({},{q})", self.p),
        }
    }

    fn basis(&self) -> Vec<RationalMatrix> {
        let n = self.p + self.q;
        match self.space {
            Space::Linear => self.linear_basis(n),
            Space::Affine => {
                let enlarge = |m: RationalMatrix| m.direct_sum(&RationalMatrix::zeros(1, 1));
                let mut basis: Vec<_> = self.linear_basis(n).into_iter().map(enlarge).collect();
                basis.extend((0..n).map(|i| RationalMatrix::unit(n + 1, i, n)));
                basis
            }
        }
    }

    fn linear_basis(&self, n: usize) -> Vec<RationalMatrix> {
        match self.family {
            Family::General => units(n, |_, _| true),
            Family::Special => {
                let mut basis = units(n, |i, j| i != j);
                basis.extend(
                    (1..n).map(|i| &RationalMatrix::unit(n, i - 1, i - 1) - &RationalMatrix::unit(n, i, i)),
                );
                basis
            }
            Family::Orthogonal => orthogonal(n, self.p),
            Family::Conformal => {
                let mut basis = orthogonal(n, n);
                basis.push(RationalMatrix::identity(n));
                basis
            }
            Family::Symplectic => symplectic(n / 2),
            Family::Unitary => unitary(n, false),
            Family::SpecialUnitary => unitary(n, true),
            Family::Upper => units(n, |i, j| i <= j),
            Family::StrictlyUpper => units(n, |i, j| i < j),
            Family::Diagonal => units(n, |i, j| i == j),
            Family::Heisenberg => heisenberg(n / 2),
            Family::Translations => Vec::new(),
        }
    }
}

fn units(n: usize, keep: impl Fn(usize, usize) -> bool) -> Vec<RationalMatrix> {
    let pairs = (0..n).flat_map(|i| (0..n).map(move |j| (i, j)));
    pairs
        .filter(|&(i, j)| keep(i, j))
        .map(|(i, j)| RationalMatrix::unit(n, i, j))
        .collect()
}

/// A with A^t D + D A = 0 for D = diag(1, .., 1, -1, .., -1) with `p` ones.
fn orthogonal(n: usize, p: usize) -> Vec<RationalMatrix> {
    let pairs = (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j)));
    pairs
        .map(|(i, j)| {
            let (a, b) = (RationalMatrix::unit(n, i, j), RationalMatrix::unit(n, j, i));
            if (i < p) == (j < p) { &a - &b } else { &a + &b }
        })
        .collect()
}

/// A with A^t J + J A = 0 for J = (0 1; -1 0): blocks (P Q; R -P^t) with Q and R symmetric.
fn symplectic(k: usize) -> Vec<RationalMatrix> {
    let n = 2 * k;
    let mut basis = Vec::new();
    for i in 0..k {
        for j in 0..k {
            basis.push(&RationalMatrix::unit(n, i, j) - &RationalMatrix::unit(n, k + j, k + i));
        }
    }
    for (row, column) in [(0, k), (k, 0)] {
        for i in 0..k {
            for j in i..k {
                let mut matrix = RationalMatrix::unit(n, row + i, column + j);
                matrix[(row + j, column + i)] = BigRational::one();
                basis.push(matrix);
            }
        }
    }
    basis
}

/// Skew-hermitian n x n matrices A + iB as real matrices (A -B; B A): A skew, B symmetric, traceless when special.
fn unitary(n: usize, special: bool) -> Vec<RationalMatrix> {
    let real = |a: &RationalMatrix, b: &RationalMatrix| {
        RationalMatrix::from_fn(2 * n, 2 * n, |i, j| match (i < n, j < n) {
            (true, true) => a[(i, j)].clone(),
            (true, false) => -b[(i, j - n)].clone(),
            (false, true) => b[(i - n, j)].clone(),
            (false, false) => a[(i - n, j - n)].clone(),
        })
    };
    let zero = RationalMatrix::zeros(n, n);
    let mut basis: Vec<RationalMatrix> = orthogonal(n, n).iter().map(|a| real(a, &zero)).collect();
    for i in 0..n {
        for j in i + 1..n {
            let b = &RationalMatrix::unit(n, i, j) + &RationalMatrix::unit(n, j, i);
            basis.push(real(&zero, &b));
        }
    }
    let diagonal = (usize::from(special)..n).map(|i| {
        let unit = RationalMatrix::unit(n, i, i);
        if special {
            &unit - &RationalMatrix::unit(n, i - 1, i - 1)
        } else {
            unit
        }
    });
    basis.extend(diagonal.map(|b| real(&zero, &b)));
    basis
}

/// Matrices of size k + 2 with free first row and last column off the corner blocks: x_i, y_i with [x_i, y_i] = z.
fn heisenberg(k: usize) -> Vec<RationalMatrix> {
    let n = k + 2;
    let mut basis: Vec<RationalMatrix> = (1..=k).map(|i| RationalMatrix::unit(n, 0, i)).collect();
    basis.extend((1..=k).map(|i| RationalMatrix::unit(n, i, n - 1)));
    basis.push(RationalMatrix::unit(n, 0, n - 1));
    basis
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dimensions_are_the_classical_ones() {
        for (text, dimension) in [
            ("gl(4)", 16),
            ("sl(4)", 15),
            ("so(5)", 10),
            ("so(3,2)", 10),
            ("sp(6)", 21),
            ("u(3)", 9),
            ("su(3)", 8),
            ("co(3)", 4),
            ("t(4)", 10),
            ("n(4)", 6),
            ("d(3)", 3),
            ("heis(5)", 5),
            ("aff(3)", 12),
            ("saff(2)", 5),
            ("SE(3)", 6),
            ("e(2)", 3),
            ("se(2,1)", 6),
            ("sim(2)", 4),
            ("R^3", 3),
            ("sl(2,R) + R", 4),
            ("gl(3,R)", 9),
            ("sp(4,r)", 10),
            ("so(3,R)", 3),
            ("sl(2) + sl(2)", 6),
            ("so(2)xR^2 + gl(1)", 4),
            ("sl(1)", 0),
        ] {
            let algebra = parse_algebra(text).unwrap();
            assert_eq!(algebra.dimension(), dimension, "{text}");
            assert_eq!(algebra.affine_elements().len(), dimension, "{text}");
        }
    }

    #[test]
    fn orthogonal_symplectic_and_unitary_preserve_their_forms() {
        let j = RationalMatrix::parse("0 0 1 0; 0 0 0 1; -1 0 0 0; 0 -1 0 0").unwrap();
        let d = RationalMatrix::parse("1 0 0 0; 0 1 0 0; 0 0 -1 0; 0 0 0 -1").unwrap();
        for (text, forms) in [("sp(4)", vec![&j]), ("so(2,2)", vec![&d]), ("u(2)", vec![&j])] {
            for a in parse_algebra(text).unwrap().matrices().unwrap() {
                for form in &forms {
                    assert!((&(&a.transpose() * form) + &(*form * a)).is_zero(), "{text}: {a}");
                }
            }
        }
        assert_eq!(
            parse_algebra("su(3)").unwrap().structure().killing_signature,
            [0, 8, 0],
            "compact"
        );
    }

    #[test]
    fn bad_names_are_located() {
        for (text, at) in [
            ("", 1),
            ("gl", 3),
            ("gl()", 4),
            ("gl(0)", 4),
            ("gl(2", 5),
            ("gl(2,1)", 5),
            ("sl(2,C)", 5),
            ("heis(3,R)", 7),
            ("sl(2,R", 7),
            ("so(2,R,1)", 7),
            ("sp(3)", 4),
            ("heis(4)", 6),
            ("gl(2) gl(2)", 7),
            ("gl(2)+", 7),
            ("foo(2)", 1),
            ("R2", 2),
            ("gl(1234567)", 4),
            ("so(0,0)", 4),
        ] {
            match parse_algebra(text) {
                Err(GroupError::Syntax { column, .. }) => assert_eq!(column, at, "{text}"),
                other => panic!("{text}: {other:?}"),
            }
        }
        let limit = parse_algebra("gl(7)+sl(6)").unwrap_err();
        assert_eq!(
            limit,
            GroupError::Limit {
                what: "the matrix size",
                asked: 13,
                limit: 12
            }
        );
    }
}
