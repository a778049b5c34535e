//! Turning by any angle: SO(2) on band-limited functions on rings.

use nets::{AutoencoderTrainer, Dataset, ignore_progress};
use rand::RngExt;
use std::f64::consts::{PI, TAU};

use super::data::{ANGLES, on_rings};
use super::{autoencoder_options, polar_digits, refuse};
use crate::BridgeError;
use crate::claim::{ClaimContext, Figure, Finding};
use crate::claims::Evidence;
use crate::statistics;

/// Rings of equally many equally spaced samples, on which SO(2) acts by turning the trigonometric polynomials through
/// them. An odd number of samples, or none of the highest frequency of an even one, makes this an action.
///
/// ```
/// use bridge::neighbours::winter::Circle;
/// let circle = Circle::new(1, 5)?;
/// let wave = |phase: f64| -> Vec<f64> { (0..5).map(|t| (f64::from(t) * std::f64::consts::TAU / 5.0 - phase).cos()).collect() };
/// let turned = circle.turned(&wave(0.3), 0.4);
/// assert!(turned.iter().zip(wave(0.7)).all(|(a, b)| (a - b).abs() < 1e-12));
/// let (frequency, angle) = circle.pose(&wave(0.7)).expect("a wave has a phase");
/// assert!(frequency == 1 && (angle - 0.7).abs() < 1e-12);
/// # Ok::<(), bridge::BridgeError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Circle {
    rings: usize,
    places: usize,
}

impl Circle {
    /// Rings of that many samples each.
    ///
    /// # Errors
    /// [`BridgeError::Parameter`] for no rings or fewer than 3 samples.
    pub fn new(rings: usize, places: usize) -> Result<Self, BridgeError> {
        if rings == 0 {
            return refuse("rings", rings, "an integer from 1");
        }
        if places < 3 {
            return refuse("places", places, "an integer from 3");
        }
        Ok(Circle { rings, places })
    }

    /// The coefficients c_m = (1/n) Σ x_t e^(−imt 2π/n) of one ring, for m from 0 to below n/2.
    fn coefficients(&self, ring: &[f64]) -> Vec<(f64, f64)> {
        let n = self.places as f64;
        let of = |m: usize| {
            ring.iter().enumerate().fold((0.0, 0.0), |(re, im), (t, x)| {
                let angle = TAU * (m * t % self.places) as f64 / n;
                (re + x * angle.cos() / n, im - x * angle.sin() / n)
            })
        };
        (0..self.places.div_ceil(2)).map(of).collect()
    }

    /// x turned by an angle; the highest frequency of an even number of samples is dropped.
    ///
    /// # Panics
    /// If x is not rings × places long; so do the following.
    pub fn turned(&self, x: &[f64], angle: f64) -> Vec<f64> {
        assert_eq!(
            x.len(),
            self.rings * self.places,
            "one number for each place of each ring"
        );
        let turn = |ring: &[f64]| {
            let coefficients = self.coefficients(ring);
            let at = move |t: usize| {
                let waves = coefficients.iter().enumerate().map(|(m, (re, im))| {
                    let phase = TAU * (m * t % self.places) as f64 / self.places as f64 - m as f64 * angle;
                    let real = re * phase.cos() - im * phase.sin();
                    if m == 0 { real } else { 2.0 * real }
                });
                waves.sum::<f64>()
            };
            (0..self.places).map(at).collect::<Vec<f64>>()
        };
        x.chunks(self.places).flat_map(turn).collect()
    }

    /// The smallest frequency m from 1 on whose coefficients, summed over the rings, are not small against the largest,
    /// and the angle in [0, 2π/m) that they stand at; `None` for constant rings.
    ///
    /// The pose of x turned by α is that of x plus α, modulo 2π/m: the stabilizer of the wave.
    pub fn pose(&self, x: &[f64]) -> Option<(usize, f64)> {
        assert_eq!(
            x.len(),
            self.rings * self.places,
            "one number for each place of each ring"
        );
        let mut sums = vec![(0.0, 0.0); self.places.div_ceil(2)];
        let mut size = 0f64;
        // Weights break the symmetry between rings, so that opposite rings do not cancel for good.
        for (index, ring) in x.chunks(self.places).enumerate() {
            let weight = 1.0 + index as f64;
            for (sum, (re, im)) in sums.iter_mut().zip(self.coefficients(ring)) {
                *sum = (sum.0 + weight * re, sum.1 + weight * im);
                size = size.max(re.hypot(im));
            }
        }
        let m = (1..sums.len()).find(|&m| sums[m].0.hypot(sums[m].1) > 1e-6 * size)?;
        let angle = -sums[m].1.atan2(sums[m].0) / m as f64;
        Some((m, angle.rem_euclid(TAU / m as f64)))
    }

    /// x turned back by its pose.
    pub fn canonical(&self, x: &[f64]) -> Vec<f64> {
        let angle = self.pose(x).map_or(0.0, |(_, angle)| angle);
        self.turned(x, -angle)
    }
}

/// The distance of two angles modulo a period.
pub(super) fn apart(a: f64, b: f64, period: f64) -> f64 {
    let difference = (a - b).rem_euclid(period);
    difference.min(period - difference)
}

pub(super) fn any_angle(rows: usize, epochs: usize, seed: u64) -> Result<Finding, BridgeError> {
    let context = ClaimContext::with_seed(seed);
    let mut rng = context.rng("winter angles");
    let mut evidence = Evidence::statistical(
        "Digits on rings, band-limited, turned by any angle: the code of the canonical form is the same, and the phase of the first wave turns along, modulo 2π/m.",
        &context,
    );
    let digits = polar_digits(rows, seed)?;
    let circle = Circle::new(digits.posed.width() / ANGLES, ANGLES)?;
    let canonical: Vec<f32> = (0..rows)
        .flat_map(|row| circle.canonical(digits.posed.point(row).as_slice()))
        .map(|v| v as f32)
        .collect();
    let canonical = Dataset::new("digits in canonical pose", canonical, digits.posed.width())?;
    let mut trainer = AutoencoderTrainer::new(&canonical, autoencoder_options(digits.code, epochs, seed))?;
    trainer.run(&mut ignore_progress)?;
    let autoencoder = trainer.autoencoder();
    let code = |x: &[f64]| autoencoder.encoder().forward(&circle.canonical(x).into());
    let (mut codes, mut poses) = (0f64, 0f64);
    let (raw, mut pixels) = (Dataset::digits(), Vec::new());
    for row in 0..rows.min(100) {
        let angle = rng.random_range(0.0..TAU);
        let x = circle.turned(digits.posed.point(row).as_slice(), 0.0);
        let y = circle.turned(&x, angle);
        codes = codes.max((code(&x) - code(&y)).amax());
        if let (Some((m, before)), Some((_, after))) = (circle.pose(&x), circle.pose(&y)) {
            poses = poses.max(apart(after, before + angle, TAU / m as f64));
            // The picture turned by interpolation between its pixels, for comparison.
            if let Some((n, turned)) = circle.pose(&on_rings(raw.row(row), angle)) {
                pixels.push(apart(turned, before + angle, TAU / m.max(n) as f64) * 180.0 / PI);
            }
        }
    }
    evidence.close("largest difference of codes", codes, 0.0, 1e-6);
    evidence.close("largest error of the angle (radians)", poses, 0.0, 1e-6);
    evidence.note(Figure::number(
        "median error of the angle when the pixels are turned by interpolation (degrees)",
        statistics::median(&pixels),
    ));
    evidence.note(Figure::number(
        "mean squared error of the autoencoder",
        trainer.error(&canonical),
    ));
    evidence.finish()
}
