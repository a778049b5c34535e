//! Motions of the plane as vector fields on images.
//!
//! An image I on a grid is taken as a smooth function through its samples; moving the plane by a field v moves the image by
//! −v·∇I. The derivative is that of the interpolating function at the grid points, a linear map of the samples:
//!
//! - *cubic*: Keys' cubic convolution through the samples, 0 outside; its derivative at a sample is (I₊ − I₋)/2;
//! - *spectral*: the trigonometric polynomial through the samples of a periodic image; translations are then exact.

use super::ambient::Generator;
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

/// The function through the samples of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Interpolation {
    /// Keys' cubic convolution, 0 outside the image.
    Cubic,
    /// Trigonometric, the image taken as periodic.
    Spectral,
}

impl Interpolation {
    /// The matrix that takes n samples to the derivative at the samples.
    pub fn derivative(self, n: usize) -> DMatrix<f64> {
        DMatrix::from_fn(n, n, |i, j| match self {
            Interpolation::Cubic if j == i + 1 => 0.5,
            Interpolation::Cubic if i == j + 1 => -0.5,
            Interpolation::Cubic => 0.0,
            Interpolation::Spectral if i == j => 0.0,
            Interpolation::Spectral => {
                // Derivative of the periodic sinc (Trefethen, *Spectral Methods in MATLAB*, chapter 3), period n.
                let turn = std::f64::consts::PI / n as f64;
                let angle = (i as f64 - j as f64) * turn;
                let sign = if (i + j).is_multiple_of(2) { 1.0 } else { -1.0 };
                sign * turn
                    * if n.is_multiple_of(2) {
                        1.0 / angle.tan()
                    } else {
                        1.0 / angle.sin()
                    }
            }
        })
    }
}

/// Velocity fields (x, y, 1) ↦ v of the motions, in the order of the generators.
const FIELDS: [[[f64; 3]; 3]; 6] = [
    [[0.0, 0.0, 1.0], [0.0; 3], [0.0; 3]],
    [[0.0; 3], [0.0, 0.0, 1.0], [0.0; 3]],
    [[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0; 3]],
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0; 3]],
    [[1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0; 3]],
    [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0; 3]],
];

/// Translation along columns (x) and rows (y), rotation, scale, shears along the axes and along the diagonals.
pub(super) fn generators(
    [channels, height, width]: [usize; 3],
    interpolation: Interpolation,
) -> (Vec<Generator>, Vec<DMatrix<f64>>) {
    let (along_x, along_y) = (interpolation.derivative(width), interpolation.derivative(height));
    let middle = |n: usize| (n as f64 - 1.0) / 2.0;
    let pixel = |c: usize, r: usize, s: usize| (c * height + r) * width + s;
    let generator = |v: &[[f64; 3]; 3]| {
        let mut linear = Vec::new();
        for c in 0..channels {
            for r in 0..height {
                for s in 0..width {
                    let (x, y) = (s as f64 - middle(width), r as f64 - middle(height));
                    let vx = v[0][0] * x + v[0][1] * y + v[0][2];
                    let vy = v[1][0] * x + v[1][1] * y + v[1][2];
                    let here = pixel(c, r, s);
                    let mut push = |there: usize, value: f64| {
                        if value != 0.0 {
                            linear.push((here, there, value));
                        }
                    };
                    (0..width).for_each(|t| push(pixel(c, r, t), -vx * along_x[(s, t)]));
                    (0..height).for_each(|t| push(pixel(c, t, s), -vy * along_y[(r, t)]));
                }
            }
        }
        Generator {
            linear,
            offset: Vec::new(),
        }
    };
    let fields = FIELDS.iter().map(generator).collect();
    let matrices = FIELDS
        .iter()
        .map(|v| DMatrix::from_fn(3, 3, |i, j| v[i][j]))
        .collect();
    (fields, matrices)
}
