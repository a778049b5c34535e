//! Figures drawn with strokes, with stabilizers made on purpose.
//!
//! A figure is a set of curves in the plane. A pose moves the curves, and the pen, a Gaussian of fixed width, draws them
//! afterwards: two poses that move the curves to the same set give the same picture, so the stabilizer of the picture is
//! that of the set, which is known by construction.

use std::f64::consts::{PI, TAU};

use nets::Pose;
use num_traits::Float;
use rand::RngExt;
use serde::{Deserialize, Serialize};

use super::pose::Group;
use super::stream;
use crate::BridgeError;

/// Pixels on a side of a picture; its coordinates go from −1 to 1.
pub const SIDE: usize = 16;

/// Pixels of a picture.
pub const PIXELS: usize = SIDE * SIDE;

/// Standard deviation of the pen.
pub const PEN: f64 = 0.11;

/// Sum of the squares of every picture.
pub const ENERGY: f64 = 16.0;

/// Straight pieces of a closed curve in the pictures that are trained on.
pub const PIECES: usize = 48;

/// Where rays end: outside the picture, at every pose that is used.
const FAR: f64 = 40.0;

/// Root of the sum of squares below which nothing of a figure is on the picture.
const BLANK: f64 = 1e-3;

/// A set of curves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// Half-lines from the origin to beyond the picture, each an angle (radians) and a brightness.
    Rays(Vec<(f64, f64)>),
    /// Concentric ellipses with axes along the coordinates.
    Ellipses {
        /// Half-axes along x.
        radii: Vec<f64>,
        /// Half-axis along y as a share of that along x.
        ratio: f64,
    },
    /// The closed curve r(t) = radius·(1 + Σ aⱼ cos(fold·j·t + φⱼ)), which a turn by 1/fold leaves as it is.
    Curve {
        /// Order of its symmetry.
        fold: usize,
        /// Mean radius.
        radius: f64,
        /// (aⱼ, φⱼ) for j = 1, 2, …; a₁ is not 0, which makes the order exact.
        harmonics: Vec<(f64, f64)>,
    },
    /// A regular polygon about the origin.
    Polygon {
        /// Number of corners.
        corners: usize,
        /// Their distance from the origin.
        radius: f64,
    },
}

/// A shape with a name and a pen.
///
/// ```
/// use bridge::first_features::figure::{Figure, Shape};
/// use bridge::first_features::pose::Group;
/// let circle = Figure::new("circle", Shape::Ellipses { radii: vec![0.6], ratio: 1.0 });
/// assert_eq!([Group::So2, Group::Se2, Group::Gl2].map(|group| circle.orbit_dimension(group)), [0, 2, 3]);
/// assert_eq!(circle.rotations(), None); // all of them
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// What it is called in tables.
    pub name: String,
    /// Its curves.
    pub shape: Shape,
    /// Standard deviation of the pen.
    pub pen: f64,
    /// Whether it is there for the control of the stroke only, not for the regressions.
    pub control: bool,
}

/// A broken line with its brightness.
struct Stroke {
    points: Vec<[f64; 2]>,
    brightness: f64,
}

impl Figure {
    /// A figure drawn with the pen of the regressions.
    pub fn new(name: impl Into<String>, shape: Shape) -> Self {
        Figure {
            name: name.into(),
            shape,
            pen: PEN,
            control: false,
        }
    }

    /// The same curves drawn with another pen: the same stabilizer, another picture.
    pub fn with_pen(&self, pen: f64) -> Self {
        Figure {
            name: format!("{} pen {pen}", self.name),
            pen,
            control: true,
            ..self.clone()
        }
    }

    /// dim G·x, known by construction: lines through the origin are moved by GL(2) as points of a projective line, of
    /// which three are in general position; ellipses about the origin are quadratic forms; other closed curves have a
    /// finite stabilizer.
    pub fn orbit_dimension(&self, group: Group) -> usize {
        match (&self.shape, group) {
            (Shape::Ellipses { ratio, .. }, Group::So2) if *ratio == 1.0 => 0,
            (Shape::Ellipses { ratio, .. }, Group::Se2) if *ratio == 1.0 => 2,
            (Shape::Rays(rays), Group::Se2) if is_line(rays) => 2,
            (_, Group::So2) => 1,
            (_, Group::Se2) | (Shape::Ellipses { .. }, Group::Gl2) => 3,
            (Shape::Rays(rays), Group::Gl2) => lines(rays).min(3),
            (Shape::Curve { .. } | Shape::Polygon { .. }, Group::Gl2) => 4,
        }
    }

    /// Order of the stabilizer in SO(2); none if it is all of it.
    pub fn rotations(&self) -> Option<usize> {
        match &self.shape {
            Shape::Ellipses { ratio, .. } => (*ratio != 1.0).then_some(2),
            Shape::Rays(rays) => Some(turns(rays)),
            Shape::Curve { fold, .. } => Some(*fold),
            Shape::Polygon { corners, .. } => Some(*corners),
        }
    }

    /// Whether its stabilizer in GL(2) is finite.
    pub fn is_closed_curve(&self) -> bool {
        matches!(self.shape, Shape::Curve { .. } | Shape::Polygon { .. })
    }

    /// The curves, closed ones as so many straight pieces.
    fn strokes(&self, pieces: usize) -> Vec<Stroke> {
        let closed = |point: &dyn Fn(f64) -> [f64; 2], pieces: usize| Stroke {
            points: (0..=pieces)
                .map(|i| point(TAU * (i % pieces) as f64 / pieces as f64))
                .collect(),
            brightness: 1.0,
        };
        match &self.shape {
            Shape::Rays(rays) => rays
                .iter()
                .map(|&(angle, brightness)| Stroke {
                    points: vec![[0.0, 0.0], [FAR * libm::cos(angle), FAR * libm::sin(angle)]],
                    brightness,
                })
                .collect(),
            Shape::Ellipses { radii, ratio } => radii
                .iter()
                .map(|radius| {
                    closed(
                        &|t| [radius * libm::cos(t), radius * ratio * libm::sin(t)],
                        pieces,
                    )
                })
                .collect(),
            Shape::Curve {
                fold,
                radius,
                harmonics,
            } => {
                let point = |t: f64| {
                    let waves = harmonics
                        .iter()
                        .zip(1..)
                        .map(|(&(a, phase), j)| a * libm::cos((fold * j) as f64 * t + phase));
                    let r = radius * (1.0 + waves.sum::<f64>());
                    [r * libm::cos(t), r * libm::sin(t)]
                };
                vec![closed(&point, pieces)]
            }
            Shape::Polygon { corners, radius } => {
                vec![closed(
                    &|t| [radius * libm::cos(t), radius * libm::sin(t)],
                    *corners,
                )]
            }
        }
    }

    /// The figure ready to be drawn, closed curves as so many straight pieces.
    pub fn prepare(&self, pieces: usize) -> Prepared {
        Prepared {
            strokes: self.strokes(pieces),
            pen: self.pen,
            name: self.name.clone(),
        }
    }
}

/// A figure as broken lines.
pub struct Prepared {
    strokes: Vec<Stroke>,
    pen: f64,
    name: String,
}

impl Prepared {
    /// The picture at a pose, row by row, scaled to [`ENERGY`]. O(pieces·pixels).
    ///
    /// # Errors
    /// [`BridgeError::Parameter`] for a pose that leaves nothing of the figure on the picture: a feature of norm 0 cannot
    /// be scaled.
    pub fn draw<T: Float>(&self, pose: &Pose) -> Result<Vec<T>, BridgeError> {
        let of = |value: f64| T::from(value).unwrap_or_else(T::nan);
        let place = |i: usize| of((2 * i + 1) as f64 / SIDE as f64 - 1.0);
        let (zero, one) = (T::zero(), T::one());
        let scale = of(0.5 / (self.pen * self.pen));
        let mut picture = vec![zero; PIXELS];
        let mut nearest = vec![zero; PIXELS];
        for stroke in &self.strokes {
            nearest.fill(T::max_value());
            let moved = |p: &[f64; 2]| pose.map(|[a, b, c]| a * p[0] + b * p[1] + c);
            for ends in stroke.points.windows(2) {
                let (from, to) = (moved(&ends[0]), moved(&ends[1]));
                let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
                let inverse = of(1.0 / (dx * dx + dy * dy).max(1e-24));
                let (dx, dy, x, y) = (of(dx), of(dy), of(from[0]), of(from[1]));
                for (row, nearest) in nearest.chunks_exact_mut(SIDE).enumerate() {
                    let qy = place(row) - y;
                    for (column, nearest) in nearest.iter_mut().enumerate() {
                        let qx = place(column) - x;
                        let along = (qx * dx + qy * dy) * inverse;
                        let along = if along > zero { along } else { zero };
                        let along = if along < one { along } else { one };
                        let (ex, ey) = (qx - along * dx, qy - along * dy);
                        let square = ex * ex + ey * ey;
                        *nearest = if square < *nearest { square } else { *nearest };
                    }
                }
            }
            let brightness = of(stroke.brightness);
            for (grey, &square) in picture.iter_mut().zip(&nearest) {
                let ink = brightness * exponential(-(square * scale));
                *grey = if ink > *grey { ink } else { *grey };
            }
        }
        let square = picture.iter().fold(zero, |sum, &v| sum + v * v);
        let norm = square.to_f64().unwrap_or(f64::NAN).sqrt();
        if !(norm.is_finite() && norm > BLANK) {
            return crate::error::refuse(
                "measure",
                format!("one with a pose that leaves {} with norm {norm:.1e}", self.name),
                "poses that keep every figure on the picture, as a feature of norm 0 cannot be scaled",
            );
        }
        let factor = of(ENERGY.sqrt() / norm);
        picture.iter_mut().for_each(|v| *v = *v * factor);
        Ok(picture)
    }
}

/// eˣ by a fixed program, so that pictures are the same on every machine.
fn exponential<T: Float>(x: T) -> T {
    T::from(libm::exp(x.to_f64().unwrap_or(f64::NEG_INFINITY))).unwrap_or_else(T::zero)
}

/// Whether angles agree up to whole turns.
fn same(a: f64, b: f64, period: f64) -> bool {
    let turns = (a - b) / period;
    (turns - turns.round()).abs() < 1e-9
}

/// Number of different lines that the rays lie on.
fn lines(rays: &[(f64, f64)]) -> usize {
    (0..rays.len())
        .filter(|&i| !rays[..i].iter().any(|earlier| same(earlier.0, rays[i].0, PI)))
        .count()
}

/// Whether the rays are the two halves of one line, equally bright.
fn is_line(rays: &[(f64, f64)]) -> bool {
    rays.len() == 2 && lines(rays) == 1 && turns(rays) == 2
}

/// Number of rotations that map the rays to themselves.
fn turns(rays: &[(f64, f64)]) -> usize {
    let Some(first) = rays.first() else { return 1 };
    let maps = |by: f64| {
        rays.iter().all(|ray| {
            let lands = |other: &&(f64, f64)| same(ray.0 + by, other.0, TAU) && other.1 == ray.1;
            rays.iter().find(lands).is_some()
        })
    };
    rays.iter().filter(|ray| maps(ray.0 - first.0)).count()
}

/// The figures of an experiment: circles, lines and rays, ellipses, polygons, and `curves` random closed curves for each
/// order k = 1, …, 6 of a symmetry C_k made on purpose; then the same curves with thinner and thicker pens.
///
/// With 4 curves for each order there are 54 for the regressions and 10 for the control of the stroke.
pub fn library(seed: u64, curves: usize) -> Vec<Figure> {
    let mut rng = stream(seed, "figures");
    let mut figures = Vec::new();
    let mut add = |name: String, shape: Shape| figures.push(Figure::new(name, shape));
    let ellipses = |radii: &[f64], ratio: f64| Shape::Ellipses {
        radii: radii.to_vec(),
        ratio,
    };
    let line = |angle: f64| [(angle, 1.0), (angle + PI, 1.0)];
    let star = |rays: usize| Shape::Rays((0..rays).map(|i| (TAU * i as f64 / rays as f64, 1.0)).collect());
    // One curve for each order is the size of a trial run, which also does with one figure of each other kind.
    let many = curves.clamp(1, 4);
    add("circle".into(), ellipses(&[0.6], 1.0));
    add("line".into(), Shape::Rays(line(0.0).to_vec()));
    add("ray".into(), Shape::Rays(vec![(0.0, 1.0)]));
    if many > 1 {
        add("small circle".into(), ellipses(&[0.4], 1.0));
        add("two circles".into(), ellipses(&[0.3, 0.7], 1.0));
        add("uneven line".into(), Shape::Rays(vec![(0.0, 1.0), (PI, 0.5)]));
    }
    for i in 1..=many {
        let mut turn = || rng.random_range(0.5..1.6);
        add(
            format!("corner {i}"),
            Shape::Rays(vec![(0.0, 1.0), (turn(), 1.0)]),
        );
        if i > 3 {
            continue;
        }
        let cross = [line(0.0), line(turn())].concat();
        add(format!("cross {i}"), Shape::Rays(cross));
        let (first, second) = (turn(), turn());
        add(
            format!("three rays {i}"),
            Shape::Rays(vec![(0.0, 1.0), (first + 0.5, 1.0), (first + second + 1.5, 1.0)]),
        );
        let ratio = rng.random_range(0.35..0.7);
        add(format!("ellipse {i}"), ellipses(&[0.75], ratio));
    }
    if many > 1 {
        add("line and ray".into(), {
            Shape::Rays([&line(0.0)[..], &[(1.1, 1.0)]].concat())
        });
        add("line and weak ray".into(), {
            Shape::Rays([&line(0.0)[..], &[(0.8, 0.6)]].concat())
        });
        for directions in [[0.7, 1.9], [1.0, 2.1]] {
            let three = [line(0.0), line(directions[0]), line(directions[1])].concat();
            add(format!("three lines {}", directions[0]), Shape::Rays(three));
        }
        add(
            "four rays".into(),
            Shape::Rays(vec![(0.0, 1.0), (1.2, 1.0), (2.2, 1.0), (4.4, 1.0)]),
        );
        add("two ellipses".into(), ellipses(&[0.4, 0.85], 0.6));
        add("star 5".into(), star(5));
    }
    add("star 3".into(), star(3));
    add(
        "triangle".into(),
        Shape::Polygon {
            corners: 3,
            radius: 0.75,
        },
    );
    if many > 1 {
        for (name, corners) in [("square", 4), ("pentagon", 5)] {
            add(name.into(), Shape::Polygon { corners, radius: 0.7 });
        }
    }
    for fold in 1..=6 {
        for i in 1..=curves {
            let harmonics = (0..1 + i % 3)
                .map(|j| {
                    let amplitude = rng.random_range(0.14..0.28) / (1 + j) as f64;
                    (amplitude, rng.random_range(0.0..TAU))
                })
                .collect();
            let radius = rng.random_range(0.5..0.62);
            add(
                format!("C{fold} curve {i}"),
                Shape::Curve {
                    fold,
                    radius,
                    harmonics,
                },
            );
        }
    }
    let drawn_again = ["line", "circle", "triangle", "C1 curve 1", "C3 curve 1"];
    let pens = |figure: &Figure| [0.5, 2.0].map(|factor| figure.with_pen(PEN * factor));
    let again: Vec<Figure> = figures
        .iter()
        .filter(|figure| drawn_again.contains(&figure.name.as_str()))
        .flat_map(pens)
        .collect();
    figures.extend(again);
    figures
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_library_has_its_numbers_and_distinct_names() {
        let figures = library(1, 4);
        assert_eq!(figures.iter().filter(|f| !f.control).count(), 54);
        assert_eq!(figures.iter().filter(|f| f.control).count(), 10);
        let mut names: Vec<&String> = figures.iter().map(|f| &f.name).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), figures.len());
        assert_eq!(library(1, 4), figures);
        assert_ne!(library(2, 4), figures);
    }

    #[test]
    fn stabilizers_of_rays_are_counted() {
        let of = |rays: &[(f64, f64)]| Figure::new("rays", Shape::Rays(rays.to_vec()));
        let right = |n: usize| (n as f64 * PI / 2.0, 1.0);
        let cross = of(&[right(0), right(1), right(2), right(3)]);
        assert_eq!(
            (cross.rotations(), cross.orbit_dimension(Group::Gl2)),
            (Some(4), 2)
        );
        let line = of(&[right(0), right(2)]);
        assert_eq!((line.rotations(), line.orbit_dimension(Group::Se2)), (Some(2), 2));
        let uneven = of(&[right(0), (PI, 0.5)]);
        assert_eq!(
            (uneven.rotations(), uneven.orbit_dimension(Group::Se2)),
            (Some(1), 3)
        );
        assert_eq!(uneven.orbit_dimension(Group::Gl2), 1);
    }

    #[test]
    fn a_pose_that_loses_the_figure_is_refused() {
        let circle = Figure::new(
            "circle",
            Shape::Ellipses {
                radii: vec![0.6],
                ratio: 1.0,
            },
        );
        let away = [[1.0, 0.0, 9.0], [0.0, 1.0, 0.0]];
        let error = circle.prepare(64).draw::<f32>(&away).unwrap_err().to_string();
        assert!(error.contains("circle") && error.contains("norm"), "{error}");
    }
}
