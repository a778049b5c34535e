//! Pictures of simple figures, drawn with antialiasing at poses that the caller chooses.
//!
//! All figures but the blob are regions bounded by polygons. The grey value of a pixel is the share of its square that
//! the region covers, computed exactly: the polygon is cut to the pixel (Sutherland and Hodgman 1974; for a polygon that
//! is not convex, the cut has edges that run back and forth on the border and enclose no area) and its area taken by the
//! shoelace formula. So the sum of a picture is the area of the figure, and a pose that permutes the pixels permutes the
//! picture.

use crate::{Dataset, NetError};
use serde::{Deserialize, Serialize};
use std::f64::consts::TAU;

/// An affine map as a 2 × 3 matrix: the point (x, y) of a figure goes to (a·x + b·y + c, d·x + e·y + f).
///
/// Coordinates have their origin at the centre of the picture, x to the right along a line of pixels, y down along the
/// lines; half of the shorter side is 1.
pub type Pose = [[f64; 3]; 2];

/// Vertices of a circle or an ellipse.
const VERTICES: usize = 240;

/// Width of a stroke.
const STROKE: f64 = 0.2;

/// Standard deviation of the blob.
const BLOB: f64 = 0.3;

/// Largest entry of a pose.
const LARGEST_ENTRY: f64 = 1e6;

/// A figure, centred, and inside the unit circle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Figure {
    /// A stroke along the x axis, of length 1.6.
    Line,
    /// The circle of radius 0.7, as a stroke.
    Circle,
    /// The ellipse with half-axes 0.8 and 0.5 outside, 0.6 and 0.3 inside.
    Ellipse,
    /// Two strokes that meet at a right angle in the origin, along the positive axes.
    Corner,
    /// The equilateral triangle with corners at distance 0.8, one of them on the positive x axis, as a stroke.
    Triangle,
    /// exp(−(x² + y²)/(2·0.3²)), taken at the centres of the pixels.
    Blob,
}

type Polygon = Vec<[f64; 2]>;

/// A regular polygon, counter-clockwise (for y up), stretched along the axes.
fn regular(vertices: usize, across: f64, down: f64) -> Polygon {
    let vertex = |i: usize| {
        let (sin, cos) = (TAU * i as f64 / vertices as f64).sin_cos();
        [across * cos, down * sin]
    };
    (0..vertices).map(vertex).collect()
}

/// The region between two polygons, the second inside the first.
fn between(outer: Polygon, mut inner: Polygon) -> Vec<Polygon> {
    inner.reverse();
    vec![outer, inner]
}

impl Figure {
    /// All figures.
    pub const ALL: [Figure; 6] = [
        Figure::Line,
        Figure::Circle,
        Figure::Ellipse,
        Figure::Corner,
        Figure::Triangle,
        Figure::Blob,
    ];

    /// The borders of the region, oriented so that it lies to their left; none for the blob.
    fn borders(self) -> Vec<Polygon> {
        let half = STROKE / 2.0;
        match self {
            Figure::Line => vec![vec![[-0.8, -half], [0.8, -half], [0.8, half], [-0.8, half]]],
            Figure::Circle => between(
                regular(VERTICES, 0.7 + half, 0.7 + half),
                regular(VERTICES, 0.7 - half, 0.7 - half),
            ),
            Figure::Ellipse => between(
                regular(VERTICES, 0.8, 0.5),
                regular(VERTICES, 0.8 - STROKE, 0.5 - STROKE),
            ),
            Figure::Corner => vec![vec![
                [-half, -half],
                [0.7, -half],
                [0.7, half],
                [half, half],
                [half, 0.7],
                [-half, 0.7],
            ]],
            // The distance of the sides from the centre is half that of the corners.
            Figure::Triangle => between(
                regular(3, 0.8, 0.8),
                regular(3, 0.8 - 2.0 * STROKE, 0.8 - 2.0 * STROKE),
            ),
            Figure::Blob => Vec::new(),
        }
    }

    /// Draws the figure at a pose, `height` lines of `width` pixels with values in \[0, 1\].
    /// O(vertices·height + height·width).
    ///
    /// # Errors
    /// [`NetError::Option`] if there are no pixels; [`NetError::OutOfRange`] if an entry of the pose is not finite or
    /// above a million in size, or its determinant is 0.
    pub fn draw(self, pose: &Pose, height: usize, width: usize) -> Result<Vec<f32>, NetError> {
        let [[a, b, c], [d, e, f]] = *pose;
        let entries = [a, b, c, d, e, f];
        let fine = |v: &f64| v.abs() <= LARGEST_ENTRY;
        let determinant = a * e - b * d;
        let wrong = entries.iter().position(|v| !fine(v)).map(|i| (i, entries[i]));
        let wrong = wrong.map(|wrong| (wrong, "[-1e6, 1e6]"));
        if let Some(((index, value), expected)) =
            wrong.or((determinant == 0.0).then_some(((0, 0.0), "determinants other than 0")))
        {
            return Err(NetError::OutOfRange {
                what: "pose of a figure".into(),
                index,
                value,
                expected: expected.into(),
            });
        }
        if height == 0 || width == 0 || height.checked_mul(width).is_none() {
            return Err(NetError::Option {
                option: "size of a picture".into(),
                got: format!("{height} x {width}"),
                expected: "at least 1 x 1 pixel".into(),
            });
        }
        let scale = height.min(width) as f64 / 2.0;
        let centre = [width as f64 / 2.0, height as f64 / 2.0];
        if self == Figure::Blob {
            return Ok(blob(pose, determinant, scale, centre, height, width));
        }
        let place = |[x, y]: [f64; 2]| {
            [
                centre[0] + scale * (a * x + b * y + c),
                centre[1] + scale * (d * x + e * y + f),
            ]
        };
        let mut covered = vec![0.0; height * width];
        for border in self.borders() {
            let border: Polygon = border.into_iter().map(place).collect();
            add_coverage(&mut covered, width, &border);
        }
        // A pose that turns the figure over turns its borders around.
        let sign = determinant.signum();
        Ok(covered
            .iter()
            .map(|area| (sign * area).clamp(0.0, 1.0) as f32)
            .collect())
    }
}

/// The blob at the centres of the pixels.
fn blob(
    pose: &Pose,
    determinant: f64,
    scale: f64,
    centre: [f64; 2],
    height: usize,
    width: usize,
) -> Vec<f32> {
    let [[a, b, c], [d, e, f]] = *pose;
    let value = |index: usize| {
        let (column, line) = (index % width, index / width);
        let x = (column as f64 + 0.5 - centre[0]) / scale - c;
        let y = (line as f64 + 0.5 - centre[1]) / scale - f;
        let (u, v) = ((e * x - b * y) / determinant, (a * y - d * x) / determinant);
        (-(u * u + v * v) / (2.0 * BLOB * BLOB)).exp() as f32
    };
    (0..height * width).map(value).collect()
}

/// Adds to each pixel the signed area that a polygon covers of it.
fn add_coverage(covered: &mut [f64], width: usize, polygon: &[[f64; 2]]) {
    let (mut half, mut line, mut rest, mut pixel) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (row, covered) in covered.chunks_exact_mut(width).enumerate() {
        cut(polygon, 1, row as f64, 1.0, &mut half);
        cut(&half, 1, row as f64 + 1.0, -1.0, &mut line);
        if line.is_empty() {
            continue;
        }
        cut(&line, 0, 0.0, 1.0, &mut rest);
        for (column, covered) in covered.iter_mut().enumerate() {
            cut(&rest, 0, column as f64, 1.0, &mut half);
            cut(&half, 0, column as f64 + 1.0, -1.0, &mut pixel);
            *covered += area(&pixel);
        }
    }
}

/// The part of a polygon where side·(coordinate − bound) ≥ 0.
fn cut(polygon: &[[f64; 2]], axis: usize, bound: f64, side: f64, out: &mut Polygon) {
    out.clear();
    let distance = |p: &[f64; 2]| side * (p[axis] - bound);
    let Some(mut from) = polygon.last() else { return };
    for to in polygon {
        let (before, after) = (distance(from), distance(to));
        if (before < 0.0) != (after < 0.0) {
            let share = before / (before - after);
            let mut crossing = [0, 1].map(|i| from[i] + share * (to[i] - from[i]));
            crossing[axis] = bound;
            out.push(crossing);
        }
        if after >= 0.0 {
            out.push(*to);
        }
        from = to;
    }
}

/// The signed area of a polygon.
fn area(polygon: &[[f64; 2]]) -> f64 {
    // About the first vertex, so that small polygons far from the origin lose no digits.
    let Some(&[x0, y0]) = polygon.first() else {
        return 0.0;
    };
    let corners = polygon.windows(2).map(|pair| {
        let [[x, y], [u, v]] = [pair[0], pair[1]];
        (x - x0) * (v - y0) - (u - x0) * (y - y0)
    });
    corners.sum::<f64>() / 2.0
}

impl Dataset {
    /// Pictures of a figure, one for each pose.
    ///
    /// ```
    /// use nets::{Dataset, Figure};
    /// let turned = |angle: f64| [[angle.cos(), -angle.sin(), 0.0], [angle.sin(), angle.cos(), 0.0]];
    /// let poses: Vec<_> = (0..8).map(|i| turned(f64::from(i))).collect();
    /// let corners = Dataset::figures(Figure::Corner, &poses, 16, 16)?;
    /// assert_eq!((corners.len(), corners.image_shape()), (8, Some((16, 16))));
    /// # Ok::<(), nets::NetError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Figure::draw`]; [`NetError::Shape`] without poses.
    pub fn figures(figure: Figure, poses: &[Pose], height: usize, width: usize) -> Result<Self, NetError> {
        let mut values = Vec::new();
        for pose in poses {
            values.extend(figure.draw(pose, height, width)?);
        }
        let name = format!("{figure:?} {height} x {width}").to_lowercase();
        Dataset::new(name, values, height * width)?.with_image_shape(height, width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    const IDENTITY: Pose = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]];

    fn sum(picture: &[f32]) -> f64 {
        picture.iter().map(|&v| f64::from(v)).sum()
    }

    /// Areas by elementary geometry; those of the rounded figures for polygons inscribed in them.
    fn expected_area(figure: Figure) -> f64 {
        let inscribed = (TAU / VERTICES as f64).sin() / (TAU / VERTICES as f64);
        match figure {
            Figure::Line => 1.6 * 0.2,
            Figure::Circle => inscribed * PI * (0.8f64.powi(2) - 0.6f64.powi(2)),
            Figure::Ellipse => inscribed * PI * (0.8 * 0.5 - 0.6 * 0.3),
            Figure::Corner => 0.8 * 0.2 + 0.6 * 0.2,
            Figure::Triangle => 3.0 * 3f64.sqrt() / 4.0 * (0.8f64.powi(2) - 0.4f64.powi(2)),
            Figure::Blob => TAU * 0.3 * 0.3,
        }
    }

    #[test]
    fn the_sum_of_a_picture_is_the_area_of_the_figure() {
        // Any pose that keeps the figure inside; the last one turns it over.
        let poses = [
            [[0.6, -0.2, 0.1], [0.3, 0.5, -0.05]],
            [[0.1, 0.3, 0.0], [0.4, 0.1, 0.3]],
        ];
        for figure in Figure::ALL {
            for pose in &poses {
                let [[a, b, _], [d, e, _]] = *pose;
                let picture = figure.draw(pose, 30, 40).unwrap();
                let area = sum(&picture) / 225.0;
                let expected = (a * e - b * d).abs() * expected_area(figure);
                // The blob is sampled, and its tail leaves the picture.
                let tolerance = if figure == Figure::Blob { 1e-2 } else { 1e-6 };
                assert!(
                    (area - expected).abs() < tolerance * expected,
                    "{figure:?} {area} {expected}"
                );
            }
        }
    }

    #[test]
    fn poses_that_permute_pixels_permute_the_picture() {
        let side = 12;
        for figure in Figure::ALL {
            let pose = [[0.7, 0.1, 0.2], [-0.2, 0.6, 0.1]];
            let [[a, b, c], [d, e, f]] = pose;
            let picture = figure.draw(&pose, side, side).unwrap();
            // (x, y) → (−y, x): a quarter turn, which sends pixel (line, column) to (column, side − 1 − line).
            let turned = figure.draw(&[[-d, -e, -f], [a, b, c]], side, side).unwrap();
            let mirrored = figure.draw(&[[-a, -b, -c], [d, e, f]], side, side).unwrap();
            // Two pixels to the right are 2/6 of the unit.
            let moved = figure
                .draw(&[[a, b, c + 2.0 / 6.0], [d, e, f]], side, side)
                .unwrap();
            for line in 0..side {
                for column in 0..side {
                    let value = picture[line * side + column];
                    let same = |other: f32| (value - other).abs() < 1e-6;
                    assert!(same(turned[column * side + side - 1 - line]));
                    assert!(same(mirrored[line * side + side - 1 - column]));
                    assert!(column + 2 >= side || same(moved[line * side + column + 2]));
                }
            }
            assert!(
                picture != turned || figure == Figure::Circle,
                "the pose has no symmetry"
            );
        }
    }

    #[test]
    fn a_half_covered_pixel_is_grey() {
        // The stroke ends at y = ±0.1, which is ±0.1·5 = half a pixel from the line between two rows of pixels.
        let picture = Figure::Line.draw(&IDENTITY, 10, 10).unwrap();
        let column: Vec<f32> = (0..10).map(|line| picture[line * 10 + 5]).collect();
        let expected = [0.0, 0.0, 0.0, 0.0, 0.5, 0.5, 0.0, 0.0, 0.0, 0.0];
        assert!(column.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6));
        let away = Figure::Line.draw(&[[1.0, 0.0, 5.0], [0.0, 1.0, 0.0]], 10, 10);
        assert_eq!(away.unwrap(), [0.0; 100]);
    }

    #[test]
    fn impossible_poses_and_sizes_are_refused() {
        let draw = |pose: Pose, side| Figure::Circle.draw(&pose, side, side);
        assert!(draw([[f64::NAN, 0.0, 0.0], [0.0, 1.0, 0.0]], 4).is_err());
        assert!(draw([[1.0, 0.0, 1e9], [0.0, 1.0, 0.0]], 4).is_err());
        assert!(draw([[1.0, 2.0, 0.0], [2.0, 4.0, 0.0]], 4).is_err());
        assert!(draw(IDENTITY, 0).is_err());
        assert!(Dataset::figures(Figure::Blob, &[], 4, 4).is_err());
    }
}
