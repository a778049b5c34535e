//! The table of plane figures: which are kept by many transformations and which by few.
//!
//! Every figure is asked in GL(2) and in Aff(2): the stabilizer with its dimension and name, its component group, and the
//! dimension of the orbit. The larger the stabilizer the smaller the orbit; the two add up to dim G = 4 and 6.

use num_rational::BigRational;
use num_traits::{One, Zero};
use serde::Serialize;

use super::haar::{
    CIRCLE_AND_ELLIPSE_STATEMENT, CircleAndEllipse, FigureVolume, Measure, NORM_BALL_STATEMENT,
    VolumeQuestion, circle_and_ellipse, figure_volume_at_its_scale,
};
use super::{ComponentGroup, Figure, MatrixGroup, StabilizerMode, component_group, isotropy_of_figure};
use crate::GroupError;
use crate::polynomial::Polynomial;

/// A figure in one group.
#[derive(Clone, Debug, Serialize)]
pub struct OrbitEntry {
    /// The group.
    pub group: MatrixGroup,
    /// The dimension of the stabilizer.
    pub stabilizer_dim: usize,
    /// The dimension of the orbit.
    pub orbit_dim: usize,
    /// The isomorphism type of the Lie algebra of the stabilizer.
    #[serde(rename = "type")]
    pub kind: String,
    /// The component group, where it is proved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub components: Option<ComponentGroup>,
}

/// A figure with its entries.
#[derive(Clone, Debug, Serialize)]
pub struct OrbitRow {
    /// What it is called.
    pub figure: &'static str,
    /// A polynomial, or a vector.
    pub given_by: String,
    /// What stays fixed: `zero set`, `function` or `vector`.
    pub fixed: &'static str,
    /// One entry for GL(2) and one for Aff(2).
    pub entries: Vec<OrbitEntry>,
    /// Measured volumes of the ε-stabilizer in a norm ball of GL(2), and under O(2), where they were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub volumes: Vec<FigureVolume>,
    /// The figure itself.
    #[serde(skip)]
    shape: Figure,
}

/// The table with what may and may not be read from it.
#[derive(Clone, Debug, Serialize)]
pub struct OrbitTable {
    /// The figures.
    pub rows: Vec<OrbitRow>,
    /// What tells the circle from the ellipse.
    pub circle_and_ellipse: &'static str,
    /// Circle and ellipse in one norm ball, where volumes were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparison: Option<CircleAndEllipse>,
    /// What the volumes in a norm ball mean.
    pub norm_ball: &'static str,
}

/// Names, polynomials (none for the vector), and whether the function itself is to stay.
const FIGURES: [(&str, Option<&str>, StabilizerMode); 17] = [
    ("line through 0", Some("y"), StabilizerMode::ZeroSet),
    ("vector (edge)", None, StabilizerMode::Function),
    ("line off 0", Some("y - 1"), StabilizerMode::ZeroSet),
    ("corner (two lines)", Some("x*y"), StabilizerMode::ZeroSet),
    (
        "triangle",
        Some("(2*y + 1)*(3*x^2 - (1 - y)^2)"),
        StabilizerMode::ZeroSet,
    ),
    ("circle", Some("x^2 + y^2 - 1"), StabilizerMode::ZeroSet),
    ("ellipse", Some("x^2 + 4*y^2 - 1"), StabilizerMode::ZeroSet),
    ("hyperbola", Some("x^2 - y^2 - 1"), StabilizerMode::ZeroSet),
    ("parabola", Some("y - x^2"), StabilizerMode::ZeroSet),
    ("double line", Some("x^2"), StabilizerMode::Function),
    ("quadratic form", Some("x^2 + y^2"), StabilizerMode::Function),
    ("cubic x^2 y", Some("x^2*y"), StabilizerMode::Function),
    (
        "cubic, three lines",
        Some("x^3 - 3*x*y^2"),
        StabilizerMode::Function,
    ),
    ("cubic graph", Some("y - x^3"), StabilizerMode::ZeroSet),
    (
        "quartic (x^2+y^2)^2",
        Some("x^4 + 2*x^2*y^2 + y^4"),
        StabilizerMode::Function,
    ),
    ("quartic x^4+y^4", Some("x^4 + y^4"), StabilizerMode::Function),
    ("superellipse", Some("x^4 + y^4 - 1"), StabilizerMode::ZeroSet),
];

/// Computes the table, exactly.
///
/// # Errors
/// Those of [`isotropy_of_figure`], none for these figures.
///
/// ```
/// let table = groups::lie::orbit_table()?;
/// let circle = table.rows.iter().find(|row| row.figure == "circle").expect("a row");
/// let ellipse = table.rows.iter().find(|row| row.figure == "ellipse").expect("a row");
/// for (a, b) in circle.entries.iter().zip(&ellipse.entries) {
///     assert_eq!((a.stabilizer_dim, &a.kind, a.orbit_dim), (b.stabilizer_dim, &b.kind, b.orbit_dim));
/// }
/// # Ok::<(), groups::GroupError>(())
/// ```
pub fn orbit_table() -> Result<OrbitTable, GroupError> {
    let groups = [MatrixGroup::General(2), MatrixGroup::Affine(2)];
    let mut rows = Vec::with_capacity(FIGURES.len());
    for (name, text, mode) in FIGURES {
        let (shape, given_by, fixed) = match text {
            Some(text) => {
                let f = Polynomial::parse(text, Some(2))?;
                let fixed = if mode == StabilizerMode::ZeroSet {
                    "zero set"
                } else {
                    "function"
                };
                (Figure::Polynomials(vec![f.clone()], mode), f.to_string(), fixed)
            }
            None => {
                let vector = vec![BigRational::one(), BigRational::zero()];
                (Figure::Points(vec![vector]), "(1, 0)".to_owned(), "vector")
            }
        };
        let entries: Result<Vec<_>, _> = groups.iter().map(|group| entry(group, &shape)).collect();
        rows.push(OrbitRow {
            figure: name,
            given_by,
            fixed,
            entries: entries?,
            volumes: Vec::new(),
            shape,
        });
    }
    Ok(OrbitTable {
        rows,
        circle_and_ellipse: CIRCLE_AND_ELLIPSE_STATEMENT,
        comparison: None,
        norm_ball: NORM_BALL_STATEMENT,
    })
}

fn entry(group: &MatrixGroup, figure: &Figure) -> Result<OrbitEntry, GroupError> {
    let isotropy = isotropy_of_figure(&group.algebra()?, figure)?;
    Ok(OrbitEntry {
        group: group.clone(),
        stabilizer_dim: isotropy.stabilizer.dimension(),
        orbit_dim: isotropy.orbit_dimension,
        kind: isotropy.stabilizer.describe()?,
        components: component_group(group, figure)?,
    })
}

impl OrbitTable {
    /// Adds measured volumes: for every polynomial in the Frobenius ball of GL(2) and under O(2), and the circle against
    /// the ellipse of axis ratio 2 (and area π) in that ball.
    ///
    /// # Errors
    /// Those of [`figure_volume_at_its_scale`].
    pub fn measure(&mut self, radius: f64, samples: u64, seed: u64) -> Result<(), GroupError> {
        for row in &mut self.rows {
            let Figure::Polynomials(polynomials, mode) = &row.shape else {
                continue;
            };
            for measure in [
                Measure::FrobeniusBall { n: 2, radius },
                Measure::Orthogonal { n: 2 },
            ] {
                let measured = figure_volume_at_its_scale(&polynomials[0], *mode, &measure, samples, seed)?;
                row.volumes.push(measured);
            }
        }
        let question = VolumeQuestion {
            samples,
            ..VolumeQuestion::over_decades(0.02, 0.5, 8)
        };
        self.comparison = Some(circle_and_ellipse(2.0, radius, &question, seed)?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Dimensions of stabilizer and orbit in GL(2), and the components, by hand; None where a row is not in question.
    #[test]
    fn the_rows_are_those_of_theory() {
        let table = orbit_table().unwrap();
        let expected = [
            // figure, GL(2): stabilizer, name, components; Aff(2): stabilizer, components.
            ("line through 0", 3, "aff(1)+R", "D2", 4, "D2"),
            ("vector (edge)", 2, "aff(1)", "C2", 4, "C2"),
            ("line off 0", 2, "aff(1)", "C2", 4, "D2"),
            ("corner (two lines)", 2, "R^2", "D4", 2, "D4"),
            ("triangle", 0, "0", "D3", 0, "D3"),
            ("circle", 1, "so(2)", "C2", 1, "C2"),
            ("ellipse", 1, "so(2)", "C2", 1, "C2"),
            ("hyperbola", 1, "so(1,1)", "D2", 1, "D2"),
            ("parabola", 1, "R", "C2", 2, "C2"),
            ("double line", 2, "aff(1)", "D2", 3, "D2"),
            ("quadratic form", 1, "so(2)", "C2", 1, "C2"),
            ("cubic x^2 y", 1, "R", "C2", 1, "C2"),
            ("cubic, three lines", 0, "0", "D3", 0, "D3"),
            ("cubic graph", 1, "R", "C2", 1, "C2"),
            ("quartic (x^2+y^2)^2", 1, "so(2)", "C2", 1, "C2"),
            ("quartic x^4+y^4", 0, "0", "D4", 0, "D4"),
            ("superellipse", 0, "0", "D4", 0, "D4"),
        ];
        assert_eq!(table.rows.len(), expected.len());
        for (row, (figure, linear, name, components, affine, affine_components)) in
            table.rows.iter().zip(expected)
        {
            assert_eq!(row.figure, figure);
            let [gl, aff] = row.entries.as_slice() else {
                panic!("two groups")
            };
            assert_eq!(
                (gl.stabilizer_dim, gl.orbit_dim, gl.kind.as_str()),
                (linear, 4 - linear, name),
                "{figure}"
            );
            assert_eq!(
                (aff.stabilizer_dim, aff.orbit_dim),
                (affine, 6 - affine),
                "{figure}"
            );
            let kind = |entry: &OrbitEntry| entry.components.as_ref().and_then(|c| c.kind.clone());
            assert_eq!(kind(gl).as_deref(), Some(components), "{figure} in GL(2)");
            if let Some(found) = kind(aff) {
                assert_eq!(found, affine_components, "{figure} in Aff(2)");
            }
        }
    }
}
