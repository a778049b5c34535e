//! Gibbs sampling from a machine.

use super::{Rbm, VisibleUnits};
use crate::elementwise::sigmoid;
use crate::layers::shape_error;
use crate::random::{Purpose, stream, unit_f64};
use crate::{Dataset, NetError};
use nalgebra::DVector;
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

impl Rbm {
    /// A draw of the hidden units given the visible ones.
    pub(super) fn sample_hidden(&self, v: &DVector<f64>, beta: f64, rng: &mut impl Rng) -> DVector<f64> {
        let fields = self.encoder().pre_activation(v);
        fields.map(|x| f64::from(u8::from(unit_f64(rng) < sigmoid(beta * x))))
    }

    /// A draw of the visible units given the hidden ones, with the couplings scaled by `beta`.
    pub(super) fn sample_visible(&self, h: &DVector<f64>, beta: f64, rng: &mut impl Rng) -> DVector<f64> {
        let fields = self.weights().tr_mul(h) * beta + self.visible_bias();
        self.sample_at(&fields, rng)
    }

    /// A draw of the visible units in the given fields.
    pub(super) fn sample_at(&self, fields: &DVector<f64>, rng: &mut impl Rng) -> DVector<f64> {
        fields.map(|x| match self.visible_units() {
            VisibleUnits::Binary => f64::from(u8::from(unit_f64(rng) < sigmoid(x))),
            VisibleUnits::Gaussian => {
                let noise: f64 = StandardNormal.sample(rng);
                x + noise
            }
        })
    }

    /// Runs a Gibbs chain of `steps` steps from every row of `start`; returns the visible states at the end (those of
    /// the start after no step). Each chain has a random stream of its own. O(rows·steps·visible·hidden).
    ///
    /// ```
    /// use nalgebra::{dmatrix, dvector};
    /// use nets::{Dataset, Rbm};
    /// // Two units that want to be equal.
    /// let rbm = Rbm::new(dmatrix![20.0, 20.0], dvector![-10.0, -10.0], dvector![-20.0])?;
    /// let start = Dataset::new("start", vec![0.0, 1.0, 1.0, 0.0], 2)?;
    /// let samples = rbm.gibbs(&start, 10, 1)?;
    /// assert!((0..2).all(|row| samples.row(row)[0] == samples.row(row)[1]));
    /// # Ok::<(), nets::NetError>(())
    /// ```
    ///
    /// # Errors
    /// [`NetError::Shape`] if the rows are not as wide as the visible side.
    pub fn gibbs(&self, start: &Dataset, steps: usize, seed: u64) -> Result<Dataset, NetError> {
        if start.width() != self.visible_width() {
            return Err(shape_error(
                "width of the states to start from",
                self.visible_width(),
                start.width(),
            ));
        }
        let chain = |row: usize| {
            let mut rng = stream(seed, Purpose::Chains, row as u64, u64::MAX);
            let mut v = start.point(row);
            for _ in 0..steps {
                let h = self.sample_hidden(&v, 1.0, &mut rng);
                v = self.sample_visible(&h, 1.0, &mut rng);
            }
            v
        };
        let ends: Vec<DVector<f64>> = (0..start.len()).into_par_iter().map(chain).collect();
        let values = ends.iter().flat_map(|v| v.iter().map(|&x| x as f32)).collect();
        let samples = Dataset::new(format!("samples from {}", start.name()), values, start.width())?;
        match start.image_shape() {
            Some((height, width)) => samples.with_image_shape(height, width),
            None => Ok(samples),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::{dmatrix, dvector};

    #[test]
    fn samples_have_the_probabilities_of_the_machine() {
        let weights = dmatrix![1.5, -1.0, 0.5; -0.5, 1.0, 1.0];
        let rbm = Rbm::new(weights, dvector![0.2, -0.3, 0.1], dvector![0.1, -0.4]).unwrap();
        let chains = 20_000;
        let start = Dataset::new("start", vec![0.0; 3 * chains], 3).unwrap();
        let samples = rbm.gibbs(&start, 30, 3).unwrap();
        let mut counts = [0.0; 8];
        for row in 0..chains {
            let index = samples
                .row(row)
                .iter()
                .enumerate()
                .map(|(i, &v)| usize::from(v == 1.0) << i)
                .sum::<usize>();
            counts[index] += 1.0;
        }
        let z = rbm.log_partition().unwrap();
        let chi_squared: f64 = (0..8)
            .map(|state| {
                let v = DVector::from_fn(3, |i, _| f64::from(state >> i & 1));
                let expected = chains as f64 * (-rbm.free_energy(&v) - z).exp();
                (counts[state as usize] - expected).powi(2) / expected
            })
            .sum();
        // Seven degrees of freedom: the 1e-6 quantile is 40.5.
        assert!(chi_squared < 40.5, "{chi_squared}");
    }

    #[test]
    fn gaussian_samples_have_the_moments_of_the_mixture() {
        // One hidden unit: v is a mixture of N(b, 1) and N(b + w, 1).
        let (w, b, c) = (1.5f64, -0.5f64, 0.3f64);
        let units = VisibleUnits::Gaussian;
        let rbm = Rbm::with_units(units, dmatrix![w], dvector![b], dvector![c]).unwrap();
        // P(h = 1) ∝ e^(c + bw + w²/2)
        let odds = (c + b * w + 0.5 * w * w).exp();
        let p = odds / (1.0 + odds);
        let chains = 20_000;
        let start = Dataset::new("start", vec![0.0; chains], 1).unwrap();
        let samples = rbm.gibbs(&start, 40, 8).unwrap();
        let mean = samples.values().iter().map(|&v| f64::from(v)).sum::<f64>() / chains as f64;
        let deviation = ((1.0 + w * w * p * (1.0 - p)) / chains as f64).sqrt();
        assert!(
            (mean - (b + w * p)).abs() < 5.0 * deviation,
            "{mean} {}",
            b + w * p
        );
    }
}
