//! Functions on a periodic grid in Fourier modes: power spectra, Gaussian fields with a given spectrum, and autoencoders
//! whose weights are set from the modes of the data without training (de Mello Koch, de Mello Koch, de Mello Koch 2020,
//! *Why unsupervised deep networks generalize*).
//!
//! The squared momentum of the mode (p, q) on an h × w grid is that of the lattice Laplacian,
//! 4 sin²(πp/h) + 4 sin²(πq/w), from 0 to 8. Where the distribution of the data does not change under shifts, their
//! covariance has the Fourier modes as eigenvectors and the power spectrum as eigenvalues.

use nalgebra::{DMatrix, DVector};
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};
use std::f64::consts::TAU;

use crate::error::refuse;
use crate::whitening::moments;
use crate::{Activation, Autoencoder, Dataset, Dense, NetError};

/// The most points of a grid, since its modes are summed one by one.
pub const MAX_POINTS: usize = 4096;

/// A real Fourier mode: a unit vector over the grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Mode {
    /// Frequencies along rows and columns of the grid.
    pub frequency: (usize, usize),
    /// 4 sin²(πp/h) + 4 sin²(πq/w).
    pub squared_momentum: f64,
    /// Its values, row by row.
    pub values: Vec<f64>,
}

/// The real Fourier modes of an h × w grid, an orthonormal basis, by ascending momentum.
///
/// O((hw)²).
///
/// # Errors
/// [`NetError::Option`] for sides of 0 or more than [`MAX_POINTS`] points.
///
/// ```
/// let modes = nets::models::momentum::modes(1, 4)?;
/// let momenta: Vec<f64> = modes.iter().map(|mode| mode.squared_momentum.round()).collect();
/// assert_eq!(momenta, [0.0, 2.0, 2.0, 4.0]);
/// # Ok::<(), nets::NetError>(())
/// ```
pub fn modes(height: usize, width: usize) -> Result<Vec<Mode>, NetError> {
    let points = height.checked_mul(width).filter(|n| (1..=MAX_POINTS).contains(n));
    let Some(points) = points else {
        return refuse("grid", format!("[{height}, {width}]"), "1 to 4096 points");
    };
    let mut found = Vec::with_capacity(points);
    for p in 0..height {
        for q in 0..width {
            // One of each pair ±(p, q) stands for both: it gives the cosine and the sine.
            let opposite = ((height - p) % height, (width - q) % width);
            if opposite < (p, q) {
                continue;
            }
            let sine = |k: usize, n: usize| 2.0 - 2.0 * (TAU * k as f64 / n as f64).cos();
            let squared_momentum = sine(p, height) + sine(q, width);
            let wave = |shift: f64, norm: f64| {
                let at = |place: usize| {
                    let (row, column) = (place / width, place % width);
                    let turn = (p * row % height) as f64 / height as f64
                        + (q * column % width) as f64 / width as f64;
                    (TAU * (turn + shift)).cos() * norm
                };
                Mode {
                    frequency: (p, q),
                    squared_momentum,
                    values: (0..points).map(at).collect(),
                }
            };
            if opposite == (p, q) {
                found.push(wave(0.0, (1.0 / points as f64).sqrt()));
            } else {
                let norm = (2.0 / points as f64).sqrt();
                found.extend([wave(0.0, norm), wave(-0.25, norm)]);
            }
        }
    }
    // Stable, and equal up to rounding is equal: a fixed order of modes of one momentum.
    found.sort_by_key(|mode| (mode.squared_momentum * 1e9).round() as u64);
    Ok(found)
}

/// The mean power of rows in every mode: the mean of the squared coefficient, in the order of the modes.
///
/// O(rows × points²).
///
/// # Panics
/// If a row is not as long as the modes.
pub fn power<'a>(modes: &[Mode], rows: impl Iterator<Item = &'a [f64]>) -> Vec<f64> {
    let mut sums = vec![0.0; modes.len()];
    let mut count = 0usize;
    for row in rows {
        count += 1;
        for (sum, mode) in sums.iter_mut().zip(modes) {
            assert_eq!(
                row.len(),
                mode.values.len(),
                "a row has a value for each point of the grid"
            );
            let coefficient: f64 = row.iter().zip(&mode.values).map(|(x, v)| x * v).sum();
            *sum += coefficient * coefficient;
        }
    }
    sums.into_iter().map(|sum| sum / count.max(1) as f64).collect()
}

/// The mean squared momentum of a spectrum: Σ k² P(k) / Σ P(k). White noise has 2 in one dimension, 4 in two.
pub fn mean_squared_momentum(modes: &[Mode], power: &[f64]) -> f64 {
    let weighted: f64 = modes
        .iter()
        .zip(power)
        .map(|(mode, p)| mode.squared_momentum * p)
        .sum();
    weighted / power.iter().sum::<f64>()
}

/// The mean power at each squared momentum, ascending: (k², P).
pub fn radial(modes: &[Mode], power: &[f64]) -> Vec<(f64, f64)> {
    let mut shells: Vec<(f64, f64, f64)> = Vec::new();
    for (mode, p) in modes.iter().zip(power) {
        match shells.last_mut() {
            Some((k, sum, count)) if (*k - mode.squared_momentum).abs() < 1e-8 => {
                *sum += p;
                *count += 1.0;
            }
            _ => shells.push((mode.squared_momentum, *p, 1.0)),
        }
    }
    shells
        .into_iter()
        .map(|(k, sum, count)| (k, sum / count))
        .collect()
}

/// Gaussian fields on a periodic grid with mean 0 and the given power at each squared momentum.
///
/// # Errors
/// As [`modes`]; [`NetError::Option`] for no rows or a power that is negative or not finite.
pub fn gaussian_fields(
    height: usize,
    width: usize,
    rows: usize,
    spectrum: impl Fn(f64) -> f64,
    rng: &mut impl Rng,
) -> Result<Dataset, NetError> {
    let modes = modes(height, width)?;
    let powers: Vec<f64> = modes.iter().map(|mode| spectrum(mode.squared_momentum)).collect();
    if let Some(power) = powers.iter().find(|p| !(p.is_finite() && **p >= 0.0)) {
        return refuse("spectrum", power, "finite powers of at least 0");
    }
    if rows == 0 {
        return refuse("rows", rows, "at least 1");
    }
    let mut values = Vec::with_capacity(rows * height * width);
    for _ in 0..rows {
        let mut field = vec![0.0; height * width];
        for (mode, power) in modes.iter().zip(&powers) {
            let normal: f64 = StandardNormal.sample(rng);
            let amplitude = power.sqrt() * normal;
            field
                .iter_mut()
                .zip(&mode.values)
                .for_each(|(x, v)| *x += amplitude * v);
        }
        values.extend(field.into_iter().map(|x| x as f32));
    }
    Dataset::new("Gaussian fields", values, height * width)?.with_image_shape(height, width)
}

/// Which modes of the data an autoencoder is started on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// The eigenvectors of the covariance with the largest eigenvalues: for linear units the optimum (Baldi and Hornik
    /// 1989).
    LargestVariance,
    /// The Fourier modes of the lowest momentum, whatever their variance: the optimum only for data that do not change
    /// under shifts and have a falling spectrum.
    LowestMomentum,
}

/// The standard deviation of a hidden unit before a tanh: small enough for it to be nearly linear.
const GAIN: f64 = 0.5;

/// An autoencoder whose weights are set from the data: each hidden unit reads one mode of the centred data, and the
/// decoder writes it back.
///
/// Linear units have the modes as weights. Tanh units get them scaled to half a unit of standard deviation, with the
/// inverse scale in the decoder. O(rows × width² + width³).
///
/// # Errors
/// [`NetError::Option`] for a code outside 1, …, width, an activation that is neither linear nor tanh, or
/// [`Start::LowestMomentum`] for data that are no images.
///
/// ```
/// use nets::models::momentum::{Start, start_from_data};
/// use nets::{Activation, Dataset};
/// let digits = Dataset::digits();
/// let started = start_from_data(&digits, 8, Activation::Linear, Start::LargestVariance)?;
/// let back = started.reconstruction_network().forward(&digits.point(0));
/// assert!((back - digits.point(0)).norm() < 0.6 * digits.point(0).norm());
/// # Ok::<(), nets::NetError>(())
/// ```
pub fn start_from_data(
    data: &Dataset,
    code: usize,
    activation: Activation,
    start: Start,
) -> Result<Autoencoder, NetError> {
    let width = data.width();
    if code == 0 || code > width {
        return refuse("code width", code, &format!("an integer from 1 to {width}"));
    }
    let tanh = match activation {
        Activation::Linear => false,
        Activation::Tanh => true,
        other => return refuse("activation", format!("{other:?}"), "linear or tanh"),
    };
    let (mean, covariance) = moments(data);
    let rows: DMatrix<f64> = match start {
        Start::LargestVariance => {
            let eigen = covariance.clone().symmetric_eigen();
            let mut order: Vec<usize> = (0..width).collect();
            order.sort_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]));
            DMatrix::from_fn(code, width, |i, j| eigen.eigenvectors[(j, order[i])])
        }
        Start::LowestMomentum => {
            let Some((height, columns)) = data.image_shape() else {
                return refuse(
                    "data",
                    "rows without an image shape",
                    "images, for modes of low momentum",
                );
            };
            let modes = modes(height, columns)?;
            DMatrix::from_fn(code, width, |i, j| modes[i].values[j])
        }
    };
    let scale = |i: usize| {
        let mode = rows.row(i);
        let variance = (mode * &covariance * mode.transpose())[0];
        // A mode without variance is read at its own size: its unit stays at 0.
        if tanh && variance > 0.0 {
            GAIN / variance.sqrt()
        } else {
            1.0
        }
    };
    let scales = DVector::from_fn(code, |i, _| scale(i));
    let encoder = DMatrix::from_diagonal(&scales) * &rows;
    let decoder = rows.transpose() * DMatrix::from_diagonal(&scales.map(f64::recip));
    let bias = -(&encoder * &mean);
    Autoencoder::untied(
        Dense::new(encoder, bias, activation)?,
        Dense::new(decoder, mean, Activation::Linear)?,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn modes_are_an_orthonormal_basis_of_eigenvectors() {
        for (height, width) in [(1usize, 5usize), (1, 6), (3, 4), (4, 4)] {
            let modes = modes(height, width).unwrap();
            let n = height * width;
            assert_eq!(modes.len(), n);
            for (i, a) in modes.iter().enumerate() {
                for (j, b) in modes.iter().enumerate() {
                    let dot: f64 = a.values.iter().zip(&b.values).map(|(x, y)| x * y).sum();
                    assert!((dot - f64::from(u8::from(i == j))).abs() < 1e-12, "{i} {j}");
                }
                // −Laplacian by its definition; one-point sides have none.
                for place in 0..n {
                    let (row, column) = (place / width, place % width);
                    let at = |r: usize, c: usize| a.values[r % height * width + c % width];
                    let here = at(row, column);
                    let laplace = 4.0 * here
                        - at(row + 1, column)
                        - at(row + height - 1, column)
                        - at(row, column + 1)
                        - at(row, column + width - 1);
                    assert!((laplace - a.squared_momentum * here).abs() < 1e-12);
                }
            }
            assert!(
                modes
                    .windows(2)
                    .all(|p| p[0].squared_momentum <= p[1].squared_momentum + 1e-9)
            );
        }
        assert!(modes(0, 4).is_err() && modes(65, 64).is_err());
    }

    #[test]
    fn fields_have_their_spectrum() {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(4);
        let rows = 4000;
        let fields = gaussian_fields(4, 4, rows, |k2| 1.0 + k2, &mut rng).unwrap();
        let modes = modes(4, 4).unwrap();
        let points: Vec<Vec<f64>> = (0..rows)
            .map(|row| fields.point(row).as_slice().to_vec())
            .collect();
        let found = power(&modes, points.iter().map(Vec::as_slice));
        for (mode, p) in modes.iter().zip(&found) {
            let exact = 1.0 + mode.squared_momentum;
            // The square of a normal has the variance 2 P².
            assert!(
                (p - exact).abs() < 4.5 * exact * (2.0 / rows as f64).sqrt(),
                "{p} {exact}"
            );
        }
        let white = vec![1.0; 16];
        assert!((mean_squared_momentum(&modes, &white) - 4.0).abs() < 1e-12);
        assert_eq!(radial(&modes, &white).len(), 5);
        assert!(gaussian_fields(4, 4, 1, |_| -1.0, &mut rng).is_err());
    }

    /// For linear units the start is the optimum: the error is that of the principal components.
    #[test]
    fn a_linear_start_is_the_optimum() {
        let digits = Dataset::digits();
        let (_, covariance) = moments(&digits);
        let mut eigenvalues = covariance.symmetric_eigenvalues().as_slice().to_vec();
        eigenvalues.sort_by(f64::total_cmp);
        let best: f64 = eigenvalues[..64 - 8].iter().sum();
        let error = |start| {
            let network = start_from_data(&digits, 8, Activation::Linear, start)
                .unwrap()
                .reconstruction_network();
            let of_row =
                |row: usize| (network.forward(&digits.point(row)) - digits.point(row)).norm_squared();
            (0..digits.len()).map(of_row).sum::<f64>() / digits.len() as f64
        };
        assert!((error(Start::LargestVariance) - best).abs() < 1e-9);
        assert!(error(Start::LowestMomentum) > best);
        assert!(start_from_data(&digits, 0, Activation::Tanh, Start::LargestVariance).is_err());
        assert!(start_from_data(&digits, 4, Activation::Relu, Start::LargestVariance).is_err());
        let bare = Dataset::new("bare", vec![0.0, 1.0, 2.0, 4.0], 2).unwrap();
        let refused = start_from_data(&bare, 1, Activation::Linear, Start::LowestMomentum).unwrap_err();
        assert!(refused.to_string().contains("image shape"));
    }
}
