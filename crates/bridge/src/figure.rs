//! Figures in words under matrix groups: the dimensions of their orbits and stabilizers, and the volume of the elements that
//! move them little.
//!
//! ```
//! use bridge::figure::{Dimensions, dimensions};
//! let circle = dimensions("GL(2,R)", "circle x^2+y^2")?;
//! assert_eq!(circle, Dimensions { orbit: 3, stabilizer: 1 });
//! assert_eq!(dimensions("GL(2,R)", "ellipse x^2/4+y^2")?, circle); // one orbit: no dimension tells them apart
//! # Ok::<(), bridge::BridgeError>(())
//! ```

mod text;
pub mod volume;

use groups::lie::{Figure, LieAlgebra, isotropy_of_figure, parse_algebra};

pub use text::{parse_figure, polynomial_in};

use crate::BridgeError;
use crate::error::refuse;

/// Dimensions of an orbit and a stabilizer, which add up to that of the group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dimensions {
    /// dim G·x, the exact rank of the infinitesimal action.
    pub orbit: usize,
    /// dim G_x.
    pub stabilizer: usize,
}

/// The dimensions for a figure in words (see [`parse_figure`]) under a group such as `GL(2,R)`, `SL(3,R)`, `SO(3)`,
/// `Aff(2)`.
///
/// # Errors
/// [`BridgeError::Parameter`] naming `group` or `figure`; those of the algebra.
pub fn dimensions(group: &str, figure: &str) -> Result<Dimensions, BridgeError> {
    let (algebra, n) = matrix_algebra(group)?;
    dimensions_of(&algebra, &parse_figure(figure, n)?)
}

/// The dimensions for a figure.
///
/// # Errors
/// Those of [`isotropy_of_figure`].
pub fn dimensions_of(algebra: &LieAlgebra, figure: &Figure) -> Result<Dimensions, BridgeError> {
    let isotropy = isotropy_of_figure(algebra, figure)?;
    Ok(Dimensions {
        orbit: isotropy.orbit_dimension,
        stabilizer: isotropy.stabilizer.dimension(),
    })
}

/// The Lie algebra of a group such as `GL(2,R)`, with the number of coordinates that it acts on.
///
/// # Errors
/// [`BridgeError::Parameter`] naming `group` for a text that is no matrix group over the reals.
pub fn matrix_algebra(group: &str) -> Result<(LieAlgebra, usize), BridgeError> {
    let lower: String = group
        .to_lowercase()
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    let real = lower.replace(",r)", ")").replace(",ℝ)", ")");
    let name = match real.split_once('(') {
        // O(n) and E(n) have the algebras of their components of the identity.
        Some(("o", rest)) => format!("so({rest}"),
        Some(("e", rest)) => format!("se({rest}"),
        _ => real,
    };
    let parsed = parse_algebra(&name)
        .ok()
        .and_then(|algebra| Some((algebra.coordinates()?, algebra)));
    match parsed {
        Some((n, algebra)) => Ok((algebra, n)),
        None => refuse(
            "group",
            format!("`{group}`"),
            "GL(n,R), SL(n,R), O(n), SO(n), Sp(n,R), Aff(n), E(n) or SE(n)",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Dimensions that are in every textbook, and the law dim orbit + dim stabilizer = dim G.
    #[test]
    fn classical_dimensions() {
        for (group, figure, orbit, stabilizer) in [
            ("GL(2,R)", "unoriented line through 0", 1, 3),
            ("GL(2,R)", "nonzero vector", 2, 2),
            ("GL(2,R)", "double line x^2", 2, 2),
            ("GL(2,R)", "linear form x (edge with length)", 2, 2),
            ("GL(2,R)", "cubic x^2 y", 3, 1),
            ("GL(2,R)", "quartic (x^2+y^2)^2", 3, 1),
            ("GL(2,R)", "quartic x^4+6x^2y^2+y^4", 4, 0),
            ("GL(2,R)", "cubic x^3", 2, 2),
            ("SL(2,R)", "circle x^2+y^2", 2, 1),
            ("O(2)", "circle x^2+y^2", 0, 1),
            ("SO(3)", "nonzero vector", 2, 1),
            ("GL(3,R)", "definite quadratic form", 6, 3),
            ("GL(4,R)", "k-plane k=2", 4, 12),
            ("GL(3,R)", "cone x^2+y^2-z^2", 6, 3),
            ("Aff(2)", "parabola y-x^2", 5, 1),
        ] {
            let found = dimensions(group, figure).unwrap();
            assert_eq!(
                (found.orbit, found.stabilizer),
                (orbit, stabilizer),
                "{group} on {figure}"
            );
        }
        // The control: the orbit of an ellipse is no larger than that of the circle.
        let [circle, ellipse] = ["x^2+y^2", "x^2+9y^2"].map(|f| dimensions("GL(2,R)", f).unwrap().orbit);
        assert!(ellipse <= circle);
    }

    #[test]
    fn bad_words_are_named() {
        for (group, figure, says) in [
            ("GL(2,Q)", "x", "`group`"),
            ("E8", "x", "`group`"),
            ("GL(2,R)", "a dream", "`figure`"),
            ("GL(2,R)", "k-plane k=5", "`figure`"),
            ("GL(2,R)", "x^2+z^2", "`figure`"),
        ] {
            let message = dimensions(group, figure).unwrap_err().to_string();
            assert!(message.contains(says), "{group} on {figure}: {message}");
        }
    }
}
