//! Motions of images as they act on the input and on every layer that still has the shape of an image.

use crate::symmetry::continuous::{Ambient, Generator, Interpolation};
use nets::Network;
use std::f64::consts::{PI, TAU};

/// A motion of the plane about the centre of an image.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Motion {
    /// By a share of the image's rows and columns: (down, right).
    Translation {
        /// Rows, as a share of the height.
        down: f64,
        /// Columns, as a share of the width.
        right: f64,
    },
    /// By an angle in radians, from the column axis towards the row axis.
    Rotation(f64),
}

impl Motion {
    /// The motion back.
    #[must_use]
    pub fn inverse(self) -> Self {
        match self {
            Motion::Translation { down, right } => Motion::Translation {
                down: -down,
                right: -right,
            },
            Motion::Rotation(angle) => Motion::Rotation(-angle),
        }
    }

    /// The map of samples of an image of `shape` (channels, rows, columns).
    ///
    /// Spectral translations are exact for periodic signals of frequency below half the number of samples; rotations are always
    /// cubic. Cubic motions leave 0 where nothing comes in, and are exact wherever grid points come from grid points.
    ///
    /// ```
    /// use bridge::symmetry::continuous::Interpolation;
    /// use bridge::symmetry::equivariance::Motion;
    /// let quarter = Motion::Rotation(std::f64::consts::FRAC_PI_2).map([1, 3, 3], Interpolation::Cubic);
    /// let mut turned = vec![0.0; 9];
    /// quarter.add_at(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0], 1.0, &mut turned);
    /// assert_eq!(turned, [7.0, 4.0, 1.0, 8.0, 5.0, 2.0, 9.0, 6.0, 3.0]);
    /// ```
    pub fn map(self, shape: [usize; 3], interpolation: Interpolation) -> Generator {
        let [channels, height, width] = shape;
        let mut linear = Vec::new();
        let mut push = |r: usize, s: usize, from: (usize, usize), value: f64| {
            for c in 0..channels {
                linear.push((
                    (c * height + r) * width + s,
                    (c * height + from.0) * width + from.1,
                    value,
                ));
            }
        };
        let separable = |rows: &[Vec<(usize, f64)>], columns: &[Vec<(usize, f64)>]| {
            let mut entries = Vec::new();
            for (r, from_rows) in rows.iter().enumerate() {
                for (s, from_columns) in columns.iter().enumerate() {
                    for &(t, a) in from_rows {
                        entries.extend(from_columns.iter().map(|&(u, b)| (r, s, (t, u), a * b)));
                    }
                }
            }
            entries
        };
        match (self, interpolation) {
            (Motion::Translation { down, right }, Interpolation::Spectral) => {
                let rows = spectral_shift(height, down * height as f64);
                let columns = spectral_shift(width, right * width as f64);
                for (r, s, from, value) in separable(&rows, &columns) {
                    push(r, s, from, value);
                }
            }
            (motion, _) => {
                for r in 0..height {
                    for s in 0..width {
                        let (y, x) = motion.source(r, s, height, width);
                        for (t, a) in cubic_weights(y, height) {
                            for (u, b) in cubic_weights(x, width) {
                                push(r, s, (t, u), a * b);
                            }
                        }
                    }
                }
            }
        }
        Generator {
            linear,
            offset: Vec::new(),
        }
    }

    /// Where the value at a grid point comes from, in grid coordinates.
    fn source(self, r: usize, s: usize, height: usize, width: usize) -> (f64, f64) {
        match self {
            Motion::Translation { down, right } => {
                (r as f64 - down * height as f64, s as f64 - right * width as f64)
            }
            Motion::Rotation(angle) => {
                let (my, mx) = ((height as f64 - 1.0) / 2.0, (width as f64 - 1.0) / 2.0);
                let (y, x) = (r as f64 - my, s as f64 - mx);
                let (sin, cos) = angle.sin_cos();
                (my + cos * y - sin * x, mx + sin * y + cos * x)
            }
        }
    }
}

/// Keys' weights (a = −1/2) of the samples around a point; a point that is a grid point but for rounding is taken as one.
fn cubic_weights(at: f64, n: usize) -> Vec<(usize, f64)> {
    let at = if (at - at.round()).abs() < 1e-9 {
        at.round()
    } else {
        at
    };
    let base = at.floor();
    let keys = |d: f64| {
        let d = d.abs();
        if d <= 1.0 {
            (1.5 * d - 2.5) * d * d + 1.0
        } else if d < 2.0 {
            ((-0.5 * d + 2.5) * d - 4.0) * d + 2.0
        } else {
            0.0
        }
    };
    (-1..=2)
        .map(|k| base + f64::from(k))
        .filter(|&p| p >= 0.0 && p < n as f64)
        .map(|p| (p as usize, keys(at - p)))
        .filter(|(_, weight)| *weight != 0.0)
        .collect()
}

/// The shift of the trigonometric polynomial through n periodic samples; the highest frequency of an even n by its cosine.
fn spectral_shift(n: usize, by: f64) -> Vec<Vec<(usize, f64)>> {
    let kernel = |j: i64| {
        let phase = TAU * (j as f64 - by) / n as f64;
        let highest = (n - 1) / 2;
        let mut sum = 1.0 + 2.0 * (1..=highest).map(|k| (k as f64 * phase).cos()).sum::<f64>();
        if n.is_multiple_of(2) {
            sum += (PI * by).cos() * if j % 2 == 0 { 1.0 } else { -1.0 };
        }
        sum / n as f64
    };
    (0..n as i64)
        .map(|i| (0..n as i64).map(|j| (j as usize, kernel(i - j))).collect())
        .collect()
}

/// The shapes (channels, rows, columns) on the way through a network: of the input and of the outputs of the layers of a chain, of
/// input and output of another network; `None` where it is no image.
fn shapes(network: &Network) -> Vec<Option<[usize; 3]>> {
    let image = |shape: &[usize]| <[usize; 3]>::try_from(shape).ok();
    let mut shapes = vec![image(network.input_shape())];
    if network.is_chain() {
        let layers = 0..network.layers().len();
        shapes.extend(layers.map(|l| network.up_to(l).ok().and_then(|part| image(part.output_shape()))));
    } else {
        shapes.push(image(network.output_shape()));
    }
    shapes
}

fn widths(network: &Network) -> Vec<usize> {
    let mut widths = vec![network.input_width()];
    if network.is_chain() {
        let layers = 0..network.layers().len();
        widths.extend(layers.map(|l| network.up_to(l).map_or(0, |part| part.output_width())));
    } else {
        widths.push(network.output_width());
    }
    widths
}

/// The field of an image motion on the input and on the output of every layer, for
/// [`infinitesimal_equivariance`](super::infinitesimal_equivariance); the speed is 1 radian, or the given share of the image, per unit
/// of time. Layers whose output is no image are to be invariant: their field is 0.
pub fn image_fields(network: &Network, motion: Motion, interpolation: Interpolation) -> Vec<Generator> {
    let field = |shape: Option<[usize; 3]>| match shape {
        None => Generator {
            linear: Vec::new(),
            offset: Vec::new(),
        },
        Some(shape) => {
            let ambient = Ambient::image(shape, interpolation);
            let weights = match motion {
                Motion::Translation { down, right } => {
                    vec![(0, right * shape[2] as f64), (1, down * shape[1] as f64)]
                }
                Motion::Rotation(speed) => vec![(2, speed)],
            };
            let linear = weights
                .into_iter()
                .filter(|(_, weight)| *weight != 0.0)
                .flat_map(|(i, weight)| {
                    ambient.generators()[i]
                        .linear
                        .iter()
                        .map(move |&(r, s, v)| (r, s, weight * v))
                })
                .collect();
            Generator {
                linear,
                offset: Vec::new(),
            }
        }
    };
    shapes(network).into_iter().map(field).collect()
}

/// A finite image motion on the input and on the output of every layer, for [`finite_equivariance`](super::finite_equivariance);
/// layers whose output is no image are to be invariant: their map is the identity.
pub fn image_maps(network: &Network, motion: Motion, interpolation: Interpolation) -> Vec<Generator> {
    shapes(network)
        .into_iter()
        .zip(widths(network))
        .map(|(shape, width)| match shape {
            Some(shape) => motion.map(shape, interpolation),
            None => Generator {
                linear: (0..width).map(|i| (i, i, 1.0)).collect(),
                offset: Vec::new(),
            },
        })
        .collect()
}
