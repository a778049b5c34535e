//! The partition function of a machine: exactly for small ones, by annealed importance sampling for larger ones.
//!
//! Exactly: ln Z is a sum over the states of the smaller side, the other summed out in closed form. By annealing
//! (Neal 2001; Salakhutdinov and Murray 2008): every run starts at a machine without couplings, whose Z is known, is
//! moved by one Gibbs step at each of a ladder of inverse temperatures, and collects the ratios of the unnormalised
//! probabilities; the mean of the weights is an unbiased estimate of Z / Z₀.

use super::Rbm;
use crate::NetError;
use crate::elementwise::{sigmoid, softplus};
use crate::optimizer::option;
use crate::random::{Purpose, stream, unit_f64};
use nalgebra::DVector;
use serde::{Deserialize, Serialize};

/// An estimate of ln Z with its statistical error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LogPartition {
    /// The estimate.
    pub value: f64,
    /// ln of the mean weight minus and plus three standard errors (the lower end is −∞ if that is not positive).
    pub interval: (f64, f64),
}

impl Rbm {
    /// Most units on the smaller side for which ln Z is computed exactly.
    pub const EXACT_LIMIT: usize = 20;

    /// ln Z, exactly, by summing over the 2ᵏ states of the smaller side; O(2ᵏ·visible·hidden).
    ///
    /// ```
    /// use nalgebra::{dmatrix, dvector};
    /// let rbm = nets::Rbm::new(dmatrix![0.0, 0.0], dvector![0.0, 0.0], dvector![0.0])?;
    /// assert!((rbm.log_partition()? - 8f64.ln()).abs() < 1e-14); // eight states of energy 0
    /// # Ok::<(), nets::NetError>(())
    /// ```
    ///
    /// # Errors
    /// [`NetError::Option`] if both sides have more than [`Rbm::EXACT_LIMIT`] units.
    pub fn log_partition(&self) -> Result<f64, NetError> {
        let units = self.visible_width().min(self.hidden_width());
        let expected = format!("at most {}, or an estimate by annealing", Rbm::EXACT_LIMIT);
        option(
            units <= Rbm::EXACT_LIMIT,
            "units on the smaller side",
            units,
            &expected,
        )?;
        let state = |bits: u32| DVector::from_fn(units, |i, _| f64::from(bits >> i & 1));
        let term = |bits: u32| {
            let state = state(bits);
            if units == self.visible_width() {
                return -self.free_energy(&state);
            }
            let fields = self.weights().tr_mul(&state) + self.visible_bias();
            self.hidden_bias().dot(&state) + fields.iter().map(|&x| softplus(x)).sum::<f64>()
        };
        let terms: Vec<f64> = (0..1u32 << units).map(term).collect();
        Ok(log_sum(&terms))
    }

    /// ln P(v) of one state, exactly.
    ///
    /// # Errors
    /// As [`Rbm::log_partition`].
    ///
    /// # Panics
    /// If `v` is not [`Rbm::visible_width`] long.
    pub fn log_likelihood(&self, v: &DVector<f64>) -> Result<f64, NetError> {
        Ok(-self.free_energy(v) - self.log_partition()?)
    }

    /// Σᵢ ln P(vᵢ | the other units), where a grey vᵢ is compared with 1 − vᵢ: the sum over all units of what
    /// scikit-learn's `score_samples` estimates from one random unit.
    ///
    /// # Panics
    /// If `v` is not [`Rbm::visible_width`] long.
    pub fn pseudo_log_likelihood(&self, v: &DVector<f64>) -> f64 {
        let energy = self.free_energy(v);
        let mut flipped = v.clone();
        (0..v.len())
            .map(|unit| {
                flipped[unit] = 1.0 - v[unit];
                let difference = self.free_energy(&flipped) - energy;
                flipped[unit] = v[unit];
                -softplus(-difference)
            })
            .sum()
    }

    /// ln Z by annealed importance sampling: `runs` independent runs over `temperatures` equal steps of the inverse
    /// temperature, each run with a random stream of its own.
    ///
    /// # Errors
    /// [`NetError::Option`] unless there are at least 2 runs and 1 temperature.
    pub fn estimate_log_partition(
        &self,
        runs: usize,
        temperatures: usize,
        seed: u64,
    ) -> Result<LogPartition, NetError> {
        option(runs >= 2, "annealing runs", runs, "at least 2")?;
        option(temperatures >= 1, "temperatures", temperatures, "at least 1")?;
        // At inverse temperature β: −F(v) = bᵀv + Σ ln(1 + e^(β·field)); at 0 the hidden units are free.
        let fields = |v: &DVector<f64>| self.encoder().pre_activation(v);
        let hidden_part =
            |fields: &DVector<f64>, beta: f64| fields.iter().map(|&x| softplus(beta * x)).sum::<f64>();
        let start: f64 = self.visible_bias().iter().map(|&b| softplus(b)).sum::<f64>()
            + self.hidden_width() as f64 * std::f64::consts::LN_2;
        let run = |run: usize| {
            let mut rng = stream(seed, Purpose::Visible, run as u64, u64::MAX);
            let mut draw = |p: f64| f64::from(u8::from(unit_f64(&mut rng) < p));
            let mut v = self.visible_bias().map(|b| draw(sigmoid(b)));
            let mut weight = 0.0;
            for step in 1..=temperatures {
                let (before, beta) = (
                    (step - 1) as f64 / temperatures as f64,
                    step as f64 / temperatures as f64,
                );
                let field = fields(&v);
                weight += hidden_part(&field, beta) - hidden_part(&field, before);
                let h = field.map(|x| draw(sigmoid(beta * x)));
                let down = self.weights().tr_mul(&h) * beta + self.visible_bias();
                v = down.map(|x| draw(sigmoid(x)));
            }
            weight
        };
        let weights: Vec<f64> = (0..runs).map(run).collect();
        let mean = log_sum(&weights) - (runs as f64).ln();
        let spread = weights
            .iter()
            .map(|w| ((w - mean).exp() - 1.0).powi(2))
            .sum::<f64>()
            / (runs - 1) as f64;
        let error = 3.0 * (spread / runs as f64).sqrt();
        let value = start + mean;
        Ok(LogPartition {
            value,
            interval: (value + (1.0 - error).max(0.0).ln(), value + (1.0 + error).ln()),
        })
    }
}

/// ln Σ e^x without overflow.
fn log_sum(terms: &[f64]) -> f64 {
    let largest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    largest + terms.iter().map(|x| (x - largest).exp()).sum::<f64>().ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::{DMatrix, dvector};

    fn machine(hidden: usize, visible: usize) -> Rbm {
        let weights = DMatrix::from_fn(hidden, visible, |i, j| {
            0.8 * (((i * 7 + j * 5) % 11) as f64 / 5.0 - 1.0)
        });
        let bias = |n: usize| DVector::from_fn(n, |i, _| 0.3 * (i as f64 % 3.0 - 1.0));
        Rbm::new(weights, bias(visible), bias(hidden)).unwrap()
    }

    /// ln Z by the definition: every state of both sides.
    fn by_definition(rbm: &Rbm) -> f64 {
        let (m, n) = (rbm.visible_width(), rbm.hidden_width());
        let state = |bits: u32, n: usize| DVector::from_fn(n, |i, _| f64::from(bits >> i & 1));
        let mut z = 0.0;
        for v in (0..1 << m).map(|bits| state(bits, m)) {
            for h in (0..1 << n).map(|bits| state(bits, n)) {
                z += (h.dot(&(rbm.weights() * &v)) + rbm.visible_bias().dot(&v) + rbm.hidden_bias().dot(&h))
                    .exp();
            }
        }
        z.ln()
    }

    #[test]
    fn the_partition_function_is_the_sum_over_all_states() {
        for (hidden, visible) in [(3, 5), (5, 3), (4, 4)] {
            let rbm = machine(hidden, visible);
            assert!((rbm.log_partition().unwrap() - by_definition(&rbm)).abs() < 1e-12);
        }
        assert!(machine(21, 21).log_partition().is_err());
    }

    #[test]
    fn probabilities_sum_to_one() {
        let rbm = machine(3, 4);
        let state = |bits: u32| DVector::from_fn(4, |i, _| f64::from(bits >> i & 1));
        let sum: f64 = (0..16)
            .map(|bits| rbm.log_likelihood(&state(bits)).unwrap().exp())
            .sum();
        assert!((sum - 1.0).abs() < 1e-12);
    }

    #[test]
    fn annealing_agrees_with_the_exact_value() {
        let rbm = machine(8, 10);
        let exact = rbm.log_partition().unwrap();
        let estimate = rbm.estimate_log_partition(200, 300, 5).unwrap();
        assert!(
            estimate.interval.0 <= exact && exact <= estimate.interval.1,
            "{estimate:?} {exact}"
        );
        assert!(estimate.interval.1 - estimate.interval.0 < 0.5, "{estimate:?}");
        assert_eq!(estimate, rbm.estimate_log_partition(200, 300, 5).unwrap());
        assert!(rbm.estimate_log_partition(1, 10, 0).is_err());
    }

    #[test]
    fn pseudo_likelihood_is_the_sum_of_conditionals() {
        let rbm = machine(3, 4);
        let v = dvector![1.0, 0.0, 0.0, 1.0];
        let joint = |v: &DVector<f64>| rbm.log_likelihood(v).unwrap().exp();
        let sum: f64 = (0..4)
            .map(|unit| {
                let mut flipped = v.clone();
                flipped[unit] = 1.0 - v[unit];
                (joint(&v) / (joint(&v) + joint(&flipped))).ln()
            })
            .sum();
        assert!((rbm.pseudo_log_likelihood(&v) - sum).abs() < 1e-12);
    }
}
