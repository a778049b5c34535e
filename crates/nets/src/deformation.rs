//! Smooth random deformations of images, and how stable a map is to them relative to noise.
//!
//! A deformation moves every point of the unit square by a sum of sines that vanishes on the border, with normal coefficients of
//! variance T/(i² + j²) up to a cutoff i² + j² ≤ c² (Petrini, Favero, Geiger and Wyart, *Relative stability toward
//! diffeomorphisms indicates performance in deep nets*, 2021). The relative stability of a map f is
//! R = E|f(τx) − f(x)|² / E|f(x + η) − f(x)|², where the noise η is as long as τx − x; it is 1 for the identity, and smaller for
//! maps that mind deformations less than noise.
//!
//! ```
//! use nets::Dataset;
//! use nets::deformation::{DeformationOptions, relative_stability};
//! let options = DeformationOptions { displacement: 0.5, cutoff: 3, seed: 1 };
//! let identity = relative_stability(&|x| x.clone(), &Dataset::digits(), options)?;
//! assert!((identity.ratio() - 1.0).abs() < 1e-9);
//! # Ok::<(), nets::NetError>(())
//! ```

use crate::error::refuse;
use crate::random::{Purpose, stream};
use crate::{Dataset, NetError};
use nalgebra::DMatrix;
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};
use serde::Serialize;
use std::f64::consts::PI;

/// Which deformations.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DeformationOptions {
    /// Root mean square length of the displacement over deformations and pixels, in pixels.
    pub displacement: f64,
    /// c, the largest frequency.
    pub cutoff: usize,
    /// Everything random follows from it.
    pub seed: u64,
}

/// A field of displacements on the pixels of an image.
#[derive(Debug, Clone, PartialEq)]
pub struct Deformation {
    height: usize,
    width: usize,
    /// By how many rows and columns further each pixel is read.
    shifts: Vec<(f64, f64)>,
}

impl Deformation {
    /// Deformation `index` of the options' seed.
    ///
    /// # Errors
    /// [`NetError::Option`] for an image of less than two pixels a side, a displacement that is not positive or more than a
    /// quarter of the shorter side, a cutoff of 0 or 1 or larger than the shorter side.
    pub fn random(
        height: usize,
        width: usize,
        options: DeformationOptions,
        index: u64,
    ) -> Result<Self, NetError> {
        let side = height.min(width);
        if side < 2 {
            return refuse("image", format!("{height} x {width}"), "at least 2 pixels a side");
        }
        let largest = side as f64 / 4.0;
        let displacement = options.displacement;
        if !(displacement > 0.0 && displacement <= largest) {
            let range = format!("a positive number of pixels up to {largest}");
            return refuse("displacement", displacement, &range);
        }
        if !(2..=side).contains(&options.cutoff) {
            let range = format!("an integer from 2 to {side}");
            return refuse("cutoff", options.cutoff, &range);
        }
        let modes: Vec<(f64, f64)> = (1..=options.cutoff)
            .flat_map(|i| (1..=options.cutoff).map(move |j| (i, j)))
            .filter(|(i, j)| i * i + j * j <= options.cutoff * options.cutoff)
            .map(|(i, j)| (i as f64, j as f64))
            .collect();
        // The mean over the pixels' centres of the variance of one component at T = 1.
        let centre = |pixel: usize, side: usize| (pixel as f64 + 0.5) / side as f64;
        let basis: Vec<Vec<f64>> = (0..height * width)
            .map(|pixel| {
                let (u, v) = (centre(pixel / width, height), centre(pixel % width, width));
                modes
                    .iter()
                    .map(|(i, j)| (PI * i * u).sin() * (PI * j * v).sin() / (i * i + j * j).sqrt())
                    .collect()
            })
            .collect();
        let power: f64 = basis.iter().flatten().map(|b| b * b).sum::<f64>() / basis.len() as f64;
        let scale = displacement / (2.0 * power).sqrt();
        let mut rng = stream(options.seed, Purpose::Deformation, 0, index);
        let mut draw = || -> Vec<f64> {
            let normals = modes.iter().map(|_| -> f64 { StandardNormal.sample(&mut rng) });
            normals.collect()
        };
        let (rows, columns) = (draw(), draw());
        let dot = |a: &[f64], b: &[f64]| scale * a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        Ok(Deformation {
            height,
            width,
            shifts: basis
                .iter()
                .map(|basis| (dot(basis, &rows), dot(basis, &columns)))
                .collect(),
        })
    }

    /// The displacements, pixel by pixel.
    pub fn shifts(&self) -> &[(f64, f64)] {
        &self.shifts
    }

    /// The image read at the displaced pixels, between them by bilinear interpolation, beyond the border as on it.
    ///
    /// # Panics
    /// If the image has another number of pixels.
    pub fn apply(&self, image: &[f32]) -> Vec<f32> {
        assert_eq!(
            image.len(),
            self.shifts.len(),
            "an image has the deformation's pixels"
        );
        let at = |row: f64, column: f64| -> f64 {
            let row = row.clamp(0.0, (self.height - 1) as f64);
            let column = column.clamp(0.0, (self.width - 1) as f64);
            let (top, left) = (row.floor() as usize, column.floor() as usize);
            let (bottom, right) = ((top + 1).min(self.height - 1), (left + 1).min(self.width - 1));
            let (a, b) = (row - top as f64, column - left as f64);
            let pixel = |row: usize, column: usize| f64::from(image[row * self.width + column]);
            (1.0 - a) * ((1.0 - b) * pixel(top, left) + b * pixel(top, right))
                + a * ((1.0 - b) * pixel(bottom, left) + b * pixel(bottom, right))
        };
        let pixels = self.shifts.iter().enumerate();
        pixels
            .map(|(pixel, (down, along))| {
                at(
                    (pixel / self.width) as f64 + down,
                    (pixel % self.width) as f64 + along,
                ) as f32
            })
            .collect()
    }
}

/// How far a map moves under deformations and under noise of the same length.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Stability {
    /// E|f(τx) − f(x)|².
    pub deformation: f64,
    /// E|f(x + η) − f(x)|².
    pub noise: f64,
}

impl Stability {
    /// R.
    pub fn ratio(&self) -> f64 {
        self.deformation / self.noise
    }
}

/// The relative stability of a map on columns of pixels, over all images of a data set, each with a deformation and a noise of its
/// own; the noise has a uniform direction and the length of τx − x.
///
/// # Errors
/// [`NetError::Option`] for data without an image shape and as [`Deformation::random`]; [`NetError::OutOfRange`] if the map does not
/// move under the noise.
pub fn relative_stability(
    map: &dyn Fn(&DMatrix<f64>) -> DMatrix<f64>,
    images: &Dataset,
    options: DeformationOptions,
) -> Result<Stability, NetError> {
    let Some((height, width)) = images.image_shape() else {
        return refuse("image shape", "none", "data with the height and width of images");
    };
    let pixels = images.width();
    let mut columns = [(); 3].map(|()| DMatrix::zeros(pixels, images.len()));
    for index in 0..images.len() {
        let image = images.row(index);
        let moved = Deformation::random(height, width, options, index as u64)?.apply(image);
        let mut rng = stream(options.seed, Purpose::Deformation, 1, index as u64);
        let noise = direction(pixels, &mut rng);
        let length = image
            .iter()
            .zip(&moved)
            .map(|(x, y)| (f64::from(*x) - f64::from(*y)).powi(2))
            .sum::<f64>()
            .sqrt();
        for pixel in 0..pixels {
            let value = f64::from(image[pixel]);
            columns[0][(pixel, index)] = value;
            columns[1][(pixel, index)] = f64::from(moved[pixel]);
            columns[2][(pixel, index)] = value + length * noise[pixel];
        }
    }
    let [plain, deformed, noisy] = columns.map(|columns| map(&columns));
    let count = images.len() as f64;
    let stability = Stability {
        deformation: (deformed - &plain).norm_squared() / count,
        noise: (noisy - plain).norm_squared() / count,
    };
    if stability.noise.is_nan() || stability.noise == 0.0 {
        return Err(NetError::OutOfRange {
            what: "mean squared response to noise".into(),
            index: 0,
            value: stability.noise,
            expected: "(0, ∞): the map must move".into(),
        });
    }
    Ok(stability)
}

/// A uniform unit vector.
fn direction(n: usize, rng: &mut impl Rng) -> Vec<f64> {
    let normals: Vec<f64> = (0..n).map(|_| StandardNormal.sample(rng)).collect();
    let norm = normals.iter().map(|g| g * g).sum::<f64>().sqrt();
    normals.iter().map(|g| g / norm).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPTIONS: DeformationOptions = DeformationOptions {
        displacement: 0.5,
        cutoff: 3,
        seed: 2,
    };

    #[test]
    fn displacements_have_the_length_that_was_asked_for() {
        let mut total = 0.0;
        let count = 4000;
        for index in 0..count {
            let deformation = Deformation::random(6, 9, OPTIONS, index).unwrap();
            let square: f64 = deformation.shifts().iter().map(|(a, b)| a * a + b * b).sum();
            total += square / 54.0;
        }
        let rms = (total / count as f64).sqrt();
        assert!((rms - 0.5).abs() < 0.01, "{rms}");
    }

    /// A linear image is read where the pixel went, and a constant one stays.
    #[test]
    fn images_are_read_at_the_displaced_pixels() {
        let deformation = Deformation::random(8, 8, OPTIONS, 3).unwrap();
        assert_eq!(deformation.apply(&[0.25; 64]), [0.25; 64]);
        let ramp: Vec<f32> = (0..64).map(|pixel| (pixel / 8) as f32).collect();
        for (pixel, value) in deformation.apply(&ramp).into_iter().enumerate() {
            let row = (pixel / 8) as f64 + deformation.shifts()[pixel].0;
            assert!((f64::from(value) - row.clamp(0.0, 7.0)).abs() < 1e-6);
        }
    }

    /// The identity and its multiples have R = 1. Displacements change images where they vary, in low frequencies, noise in all: a
    /// blur hears the noise less than its share, so R > 1, and what the blur takes away has R < 1.
    #[test]
    fn filters_are_ordered_as_their_frequencies() {
        let digits = Dataset::digits();
        let blur = DMatrix::from_fn(64, 64, |to, from| {
            let near = (to / 8).abs_diff(from / 8) <= 1 && (to % 8).abs_diff(from % 8) <= 1;
            if near { 1.0 / 9.0 } else { 0.0 }
        });
        let ratio = |map: &dyn Fn(&DMatrix<f64>) -> DMatrix<f64>| {
            relative_stability(map, &digits, OPTIONS).unwrap().ratio()
        };
        assert!((ratio(&|x| x * -3.0) - 1.0).abs() < 1e-9);
        let (low, high) = (ratio(&|x| &blur * x), ratio(&|x| x - &blur * x));
        assert!(low > 1.2 && high < 0.9, "{low} {high}");
        assert!(relative_stability(&|x| x * 0.0, &digits, OPTIONS).is_err());
    }

    #[test]
    fn ranges_are_stated() {
        let refused = |options| Deformation::random(8, 8, options, 0).unwrap_err().to_string();
        let message = refused(DeformationOptions {
            displacement: 3.0,
            ..OPTIONS
        });
        assert_eq!(
            message,
            "displacement is 3: expected a positive number of pixels up to 2"
        );
        assert!(refused(DeformationOptions { cutoff: 1, ..OPTIONS }).contains("from 2 to 8"));
        assert!(Deformation::random(1, 8, OPTIONS, 0).is_err());
        let flat = Dataset::new("flat", vec![0.0, 1.0], 2).unwrap();
        assert!(relative_stability(&|x| x.clone(), &flat, OPTIONS).is_err());
    }
}
