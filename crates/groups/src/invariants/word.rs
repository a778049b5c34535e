//! Words for the spaces made from a vector space: tensor products, symmetric and alternating powers, duals, sums, maps.

use std::fmt;
use std::str::FromStr;

use num_traits::ToPrimitive;

use crate::error::GroupError;
use crate::factorization::binomial;

/// A space made from the natural module V of a linear group.
///
/// ```text
/// word   = term { "+" term }                     direct sum
/// term   = factor { "*" factor }                 tensor product
/// factor = atom [ "^" k ]                        tensor power
/// atom   = "V" | "R" | "T(" p [ "," q ] ")" | "Sym(" k [ "," word ] ")" | "Alt(" k [ "," word ] ")"
///        | "Dual(" word ")" | "Hom(" word "," word ")" | "(" word ")"
/// ```
/// `R` is the trivial module and `T(p,q)` has p slots V and q slots Dual(V). Coordinates: slots of a product in
/// lexicographic order of their indices; monomials e_i e_j … with i <= j <= … of a symmetric power and i < j < … of an
/// alternating one in the same order; `Hom(A,B)` is B * Dual(A), the matrix of the map row by row.
///
/// ```
/// use groups::invariants::TensorWord;
/// let word: TensorWord = "Hom(V^2, Sym(2) + R)".parse()?;
/// assert_eq!(word.dimension(3), 9 * 7);
/// assert_eq!(word.to_string(), "Hom(V*V, Sym(2,V)+R)");
/// assert!("V^".parse::<TensorWord>().is_err());
/// # Ok::<(), groups::GroupError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum TensorWord {
    /// The trivial module of dimension 1.
    Trivial,
    /// V.
    Vector,
    /// The linear forms on a space.
    Dual(Box<TensorWord>),
    /// A tensor product, in order.
    Product(Vec<TensorWord>),
    /// A direct sum, in order.
    Sum(Vec<TensorWord>),
    /// A symmetric power.
    Symmetric(usize, Box<TensorWord>),
    /// An alternating power.
    Alternating(usize, Box<TensorWord>),
}

/// The most slots that a word may have, so that indices fit everywhere.
const MAX_SLOTS: usize = 64;
/// The deepest nesting of parentheses.
const MAX_DEPTH: usize = 32;

impl TensorWord {
    /// Tensors with p slots V and q slots Dual(V).
    pub fn tensors(contravariant: usize, covariant: usize) -> Self {
        let dual = Self::Dual(Box::new(Self::Vector));
        let slots = std::iter::repeat_n(Self::Vector, contravariant);
        Self::Product(slots.chain(std::iter::repeat_n(dual, covariant)).collect())
    }

    /// Linear maps from one space to another, as matrices row by row.
    pub fn maps(source: Self, target: Self) -> Self {
        Self::Product(vec![target, Self::Dual(Box::new(source))])
    }

    /// The dimension when V has dimension n, saturating.
    pub fn dimension(&self, n: usize) -> u64 {
        match self {
            Self::Trivial => 1,
            Self::Vector => n as u64,
            Self::Dual(word) => word.dimension(n),
            Self::Product(words) => words.iter().fold(1, |d: u64, w| d.saturating_mul(w.dimension(n))),
            Self::Sum(words) => words.iter().fold(0, |d: u64, w| d.saturating_add(w.dimension(n))),
            Self::Symmetric(k, word) | Self::Alternating(k, word) => {
                let d = word.dimension(n);
                let top = match self {
                    Self::Symmetric(..) if *k > 0 => d.saturating_add(*k as u64 - 1),
                    _ => d,
                };
                // With d = 0 and k > 0 there is no monomial, though the binomial coefficient may say otherwise.
                match (d, k) {
                    (0, 1..) => 0,
                    _ => binomial(&top.into(), *k).to_u64().unwrap_or(u64::MAX),
                }
            }
        }
    }
}

impl fmt::Display for TensorWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, words: &[Self], separator: &str, empty: &str| {
            if words.is_empty() {
                return f.write_str(empty);
            }
            for (k, word) in words.iter().enumerate() {
                let before = if k > 0 { separator } else { "" };
                let nested =
                    matches!(word, Self::Sum(_)) || (matches!(word, Self::Product(_)) && separator == "*");
                match nested {
                    true => write!(f, "{before}({word})")?,
                    false => write!(f, "{before}{word}")?,
                }
            }
            Ok(())
        };
        match self {
            Self::Trivial => f.write_str("R"),
            Self::Vector => f.write_str("V"),
            Self::Dual(word) => write!(f, "Dual({word})"),
            Self::Product(words) => match words.as_slice() {
                [target, Self::Dual(source)] => write!(f, "Hom({source}, {target})"),
                words => list(f, words, "*", "R"),
            },
            Self::Sum(words) => list(f, words, "+", "0"),
            Self::Symmetric(k, word) => write!(f, "Sym({k},{word})"),
            Self::Alternating(k, word) => write!(f, "Alt({k},{word})"),
        }
    }
}

impl FromStr for TensorWord {
    type Err = GroupError;

    /// Reads a word.
    ///
    /// # Errors
    /// [`GroupError::Syntax`] with the column; [`GroupError::Limit`] for more than 64 slots or 32 levels of parentheses.
    fn from_str(text: &str) -> Result<Self, GroupError> {
        let characters: Vec<char> = text.chars().collect();
        let mut reader = Reader {
            text,
            characters: &characters,
            at: 0,
            depth: 0,
        };
        let word = reader.word()?;
        reader.skip_blanks();
        match reader.at == characters.len() {
            true => Ok(word),
            false => Err(reader.expected("`+`, `*`, `^` or the end")),
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    characters: &'a [char],
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn word(&mut self) -> Result<TensorWord, GroupError> {
        self.depth += 1;
        limit("the nesting of a tensor word", self.depth, MAX_DEPTH)?;
        let mut terms = vec![self.term()?];
        while self.accept('+') {
            terms.push(self.term()?);
        }
        self.depth -= 1;
        Ok(single(terms, TensorWord::Sum))
    }

    fn term(&mut self) -> Result<TensorWord, GroupError> {
        let mut factors = Vec::new();
        loop {
            let atom = self.atom()?;
            let power = if self.accept('^') {
                Some(self.number()?)
            } else {
                None
            };
            limit(
                "the number of slots of a tensor word",
                factors.len() + power.unwrap_or(1),
                MAX_SLOTS,
            )?;
            factors.extend(std::iter::repeat_n(atom, power.unwrap_or(1)));
            if !self.accept('*') {
                break;
            }
        }
        Ok(single(factors, TensorWord::Product))
    }

    fn atom(&mut self) -> Result<TensorWord, GroupError> {
        self.skip_blanks();
        let start = self.at;
        if self.accept('(') {
            let word = self.word()?;
            self.require(')')?;
            return Ok(word);
        }
        let name: String = self.characters[start..]
            .iter()
            .take_while(|c| c.is_ascii_alphabetic())
            .collect();
        self.at += name.len();
        match name.to_ascii_lowercase().as_str() {
            "v" => return Ok(TensorWord::Vector),
            "r" => return Ok(TensorWord::Trivial),
            "t" | "sym" | "alt" | "dual" | "hom" => {}
            _ => {
                self.at = start;
                return Err(self.expected("V, R, T(p,q), Sym(k), Alt(k), Dual(..), Hom(..,..) or `(`"));
            }
        }
        self.require('(')?;
        let word = match name.to_ascii_lowercase().as_str() {
            "t" => {
                let contravariant = self.number()?;
                let covariant = if self.accept(',') { self.number()? } else { 0 };
                limit(
                    "the number of slots of a tensor word",
                    contravariant + covariant,
                    MAX_SLOTS,
                )?;
                TensorWord::tensors(contravariant, covariant)
            }
            "dual" => TensorWord::Dual(Box::new(self.word()?)),
            "hom" => {
                let source = self.word()?;
                self.require(',')?;
                TensorWord::maps(source, self.word()?)
            }
            power => {
                let k = self.number()?;
                limit("the number of slots of a tensor word", k, MAX_SLOTS)?;
                let base = if self.accept(',') {
                    self.word()?
                } else {
                    TensorWord::Vector
                };
                match power {
                    "sym" => TensorWord::Symmetric(k, Box::new(base)),
                    _ => TensorWord::Alternating(k, Box::new(base)),
                }
            }
        };
        self.require(')')?;
        Ok(word)
    }

    fn number(&mut self) -> Result<usize, GroupError> {
        self.skip_blanks();
        let digits: String = self.characters[self.at..]
            .iter()
            .take_while(|c| c.is_ascii_digit())
            .take(6)
            .collect();
        let value = digits.parse().map_err(|_| self.expected("a number"))?;
        self.at += digits.len();
        Ok(value)
    }

    fn accept(&mut self, c: char) -> bool {
        self.skip_blanks();
        let found = self.characters.get(self.at) == Some(&c);
        self.at += usize::from(found);
        found
    }

    fn require(&mut self, c: char) -> Result<(), GroupError> {
        match self.accept(c) {
            true => Ok(()),
            false => Err(self.expected(&format!("`{c}`"))),
        }
    }

    fn skip_blanks(&mut self) {
        while self.characters.get(self.at).is_some_and(|c| c.is_whitespace()) {
            self.at += 1;
        }
    }

    fn expected(&self, expected: &str) -> GroupError {
        GroupError::Syntax {
            what: "tensor word",
            text: self.text.to_owned(),
            column: self.at + 1,
            expected: expected.to_owned(),
        }
    }
}

fn single(mut words: Vec<TensorWord>, join: fn(Vec<TensorWord>) -> TensorWord) -> TensorWord {
    match words.len() {
        1 => words.remove(0),
        _ => join(words),
    }
}

fn limit(what: &'static str, asked: usize, limit: usize) -> Result<(), GroupError> {
    crate::transversals::over(what, asked, limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_their_dimensions_and_read_back() {
        for (text, dimension) in [
            ("R", 1),
            ("V", 4),
            ("V^0", 1),
            ("T(2,1)", 64),
            ("Sym(3)", 20),
            ("Alt(2)", 6),
            ("Alt(5)", 0),
            ("Sym(2, V + R)", 15),
            ("Alt(2, V^2)", 120),
            ("Hom(V^2, V)", 64),
            ("V * (V + R) + Dual(V)", 24),
        ] {
            let word: TensorWord = text.parse().unwrap();
            assert_eq!(word.dimension(4), dimension, "{text}");
            let again: TensorWord = word.to_string().parse().unwrap();
            assert_eq!(again.to_string(), word.to_string(), "{text}");
            assert_eq!(again.dimension(4), dimension, "{text}");
        }
        assert_eq!("T(60)".parse::<TensorWord>().unwrap().dimension(10), u64::MAX);
    }

    #[test]
    fn bad_words_are_located() {
        for (text, at) in [
            ("", 1),
            ("V +", 4),
            ("T(2", 4),
            ("Sym(x)", 5),
            ("V V", 3),
            ("Hom(V)", 6),
            ("W", 1),
        ] {
            match text.parse::<TensorWord>() {
                Err(GroupError::Syntax { column, .. }) => assert_eq!(column, at, "{text}"),
                other => panic!("{text}: {other:?}"),
            }
        }
        for text in ["V^100", "T(40,40)", "Sym(999999)"] {
            assert!(
                matches!(text.parse::<TensorWord>(), Err(GroupError::Limit { .. })),
                "{text}"
            );
        }
        let deep = "(".repeat(1000);
        assert!(matches!(
            deep.parse::<TensorWord>(),
            Err(GroupError::Limit { .. })
        ));
    }
}
