//! Figures in words: a polynomial with a name before it and a remark behind it, or one of a few figures without equation.

use groups::lie::{Figure, StabilizerMode};
use groups::linear::RationalMatrix;
use groups::polynomial::Polynomial;
use groups::scalar::rational;
use num_rational::BigRational;

use crate::BridgeError;
use crate::error::refuse;

/// Reads a figure in n coordinates.
///
/// A polynomial in x, y, z, w is a *function* (forms are moved as functions, so `x^2+y^2` is the form, not the circle line);
/// words around it are left out. Without one: `vector`, `line`, `k-plane` (with `k=2`, or `plane` for 2), and
/// `quadratic form`, `circle`, `ellipse`, `ellipsoid` for a definite form.
///
/// # Errors
/// [`BridgeError::Parameter`] naming `figure`.
pub fn parse_figure(text: &str, n: usize) -> Result<Figure, BridgeError> {
    if let Some(f) = polynomial_in(text, n) {
        return Ok(Figure::Polynomials(vec![f], StabilizerMode::Function));
    }
    let lower = text.to_lowercase();
    let first = |k: usize| RationalMatrix::from_fn(k, n, |i, j| rational(i64::from(i == j), 1));
    let unknown = || {
        refuse(
            "figure",
            format!("`{text}`"),
            format!(
                "a polynomial in the first {n} of x, y, z, w, or a vector, line, k-plane (k up to {n}) or quadratic form"
            ),
        )
    };
    if lower.contains("vector") {
        let axis: Vec<BigRational> = (0..n).map(|i| rational(i64::from(i == 0), 1)).collect();
        return Ok(Figure::Points(vec![axis]));
    }
    if lower.contains("plane") {
        let number = |after: &str| {
            after
                .trim_start()
                .chars()
                .take_while(char::is_ascii_digit)
                .collect::<String>()
                .parse()
        };
        let k = match lower.split_once("k=").or_else(|| lower.split_once("k =")) {
            Some((_, after)) => number(after).unwrap_or(0),
            None => number(&lower).unwrap_or(2),
        };
        return if (1..=n).contains(&k) {
            Ok(Figure::Subspaces(vec![first(k)]))
        } else {
            unknown()
        };
    }
    if lower.contains("line") {
        return Ok(Figure::Subspaces(vec![first(1)]));
    }
    if ["form", "ellips", "circle", "sphere"]
        .iter()
        .any(|word| lower.contains(word))
    {
        return Ok(Figure::Congruence(RationalMatrix::identity(n)));
    }
    unknown()
}

/// The longest run of words that is a polynomial of degree at least 1 in n variables.
pub fn polynomial_in(text: &str, n: usize) -> Option<Polynomial> {
    let words: Vec<&str> = text.split_whitespace().collect();
    (1..=words.len()).rev().find_map(|length| {
        words.windows(length).find_map(|run| {
            let joined = run.join(" ");
            let f = Polynomial::parse(joined.trim_end_matches([',', ';', '.']), Some(n)).ok()?;
            (f.degree()? > 0).then_some(f)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polynomials_are_found_among_words() {
        for (text, polynomial) in [
            ("circle x^2+y^2", "x^2 + y^2"),
            ("ellipse x^2/4+y^2", "1/4*x^2 + y^2"),
            ("linear form x (edge with length)", "x"),
            ("cubic x^2 y", "x^2*y"),
            (
                "the quartic (x^2+y^2)^2, a double circle",
                "x^4 + 2*x^2*y^2 + y^4",
            ),
            ("x^4 + y^4", "x^4 + y^4"),
        ] {
            assert_eq!(polynomial_in(text, 2).unwrap().to_string(), polynomial, "{text}");
        }
        assert!(polynomial_in("line through 0", 2).is_none());
    }
}
