//! The partition function of a machine: exactly for small ones, by annealed importance sampling for larger ones.
//!
//! Exactly: ln Z is a sum over the states of the smaller side, the other summed out in closed form. By annealing
//! (Neal 2001; Salakhutdinov and Murray 2008): every run starts at a machine without couplings, whose Z is known, is
//! moved by one Gibbs step at each of a ladder of inverse temperatures, and collects the ratios of the unnormalised
//! probabilities; the mean of the weights is an unbiased estimate of Z / Z₀.

use super::{Rbm, VisibleUnits};
use crate::elementwise::softplus;
use crate::optimizer::option;
use crate::random::{Purpose, stream};
use crate::{Dataset, NetError};
use nalgebra::DVector;
use rayon::prelude::*;
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
    /// Most units on the side that is summed over for which ln Z is computed exactly.
    pub const EXACT_LIMIT: usize = 25;

    /// ln Z, exactly, by summing over the 2ᵏ states of the smaller side (of the hidden side for Gaussian visible
    /// units, where the other one is an integral); O(2ᵏ·units of the other side).
    ///
    /// States are run through in the order of a Gray code, each differing from the one before in one unit, and the
    /// fields of the other side follow by one addition; they are computed afresh every 2¹⁰ states, so rounding does
    /// not add up.
    ///
    /// ```
    /// use nalgebra::{dmatrix, dvector};
    /// let rbm = nets::Rbm::new(dmatrix![0.0, 0.0], dvector![0.0, 0.0], dvector![0.0])?;
    /// assert!((rbm.log_partition()? - 8f64.ln()).abs() < 1e-14); // eight states of energy 0
    /// # Ok::<(), nets::NetError>(())
    /// ```
    ///
    /// # Errors
    /// [`NetError::Option`] if the side has more than [`Rbm::EXACT_LIMIT`] units.
    pub fn log_partition(&self) -> Result<f64, NetError> {
        let gaussian = self.visible_units() == VisibleUnits::Gaussian;
        let over_hidden = gaussian || self.hidden_width() <= self.visible_width();
        let units = if over_hidden {
            self.hidden_width()
        } else {
            self.visible_width()
        };
        let expected = format!("at most {}, or an estimate by annealing", Rbm::EXACT_LIMIT);
        option(
            units <= Rbm::EXACT_LIMIT,
            "units of the side to sum over",
            units,
            &expected,
        )?;
        // Column j: what unit j adds to the fields of the other side.
        let (columns, own, other) = if over_hidden {
            (
                self.weights().transpose(),
                self.hidden_bias(),
                self.visible_bias(),
            )
        } else {
            (self.weights().clone(), self.visible_bias(), self.hidden_bias())
        };
        let summed_out = |fields: &DVector<f64>| -> f64 {
            if gaussian {
                // ∫ e^(−‖v − b‖²/2 + hᵀWv) dv = (2π)^(n/2) e^((‖b + Wᵀh‖² − ‖b‖²)/2)
                0.5 * (fields.norm_squared() - other.norm_squared())
            } else {
                fields.iter().map(|&x| softplus(x)).sum()
            }
        };
        /// Units run through between two fresh computations.
        const LOW: usize = 10;
        let low = units.min(LOW);
        let block = |high: u32| {
            let gray = |i: u32| i ^ i >> 1;
            let mut bits = gray(high << low);
            let state = DVector::from_fn(units, |i, _| f64::from(bits >> i & 1));
            let mut fields = &columns * &state + other;
            let mut energy = own.dot(&state);
            let mut terms = LogSum::default();
            terms.add(energy + summed_out(&fields));
            for index in 1..1u32 << low {
                let next = gray(high << low | index);
                let unit = (bits ^ next).trailing_zeros() as usize;
                let sign = if next >> unit & 1 == 1 { 1.0 } else { -1.0 };
                fields.axpy(sign, &columns.column(unit), 1.0);
                energy += sign * own[unit];
                bits = next;
                terms.add(energy + summed_out(&fields));
            }
            terms.value()
        };
        let blocks: Vec<f64> = (0..1u32 << (units - low)).into_par_iter().map(block).collect();
        let volume = if gaussian {
            0.5 * self.visible_width() as f64 * std::f64::consts::TAU.ln()
        } else {
            0.0
        };
        Ok(volume + log_sum(&blocks))
    }

    /// ln P(v) of one state, exactly (a density for Gaussian units).
    ///
    /// # Errors
    /// As [`Rbm::log_partition`].
    ///
    /// # Panics
    /// If `v` is not [`Rbm::visible_width`] long.
    pub fn log_likelihood(&self, v: &DVector<f64>) -> Result<f64, NetError> {
        Ok(-self.free_energy(v) - self.log_partition()?)
    }

    /// Mean of ln P(v) over the rows of a data set, given ln Z: exact, or one from an estimate.
    ///
    /// # Panics
    /// If the rows are not [`Rbm::visible_width`] wide.
    pub fn mean_log_likelihood(&self, data: &Dataset, log_partition: f64) -> f64 {
        let energies: Vec<f64> = (0..data.len())
            .into_par_iter()
            .map(|row| self.free_energy(&data.point(row)))
            .collect();
        -energies.iter().sum::<f64>() / data.len() as f64 - log_partition
    }

    /// Σᵢ ln P(vᵢ | the other units), for binary units, where a grey vᵢ is compared with 1 − vᵢ: the sum over all units of what
    /// scikit-learn's `score_samples` estimates from one random unit.
    ///
    /// The hidden fields with one unit flipped follow from those without: O(visible·hidden).
    ///
    /// # Errors
    /// [`NetError::Option`] for Gaussian visible units, where there is nothing to flip.
    ///
    /// # Panics
    /// If `v` is not [`Rbm::visible_width`] long.
    pub fn pseudo_log_likelihood(&self, v: &DVector<f64>) -> Result<f64, NetError> {
        option(
            self.visible_units() == VisibleUnits::Binary,
            "pseudo-likelihood",
            "of Gaussian units",
            "binary visible units",
        )?;
        let fields = self.encoder().pre_activation(v);
        let base: f64 = fields.iter().map(|&x| softplus(x)).sum();
        let unit = |unit: usize| {
            let change = 1.0 - 2.0 * v[unit];
            let column = self.weights().column(unit);
            let moved: f64 = fields
                .iter()
                .zip(&column)
                .map(|(&x, &w)| softplus(x + change * w))
                .sum();
            let difference = -self.visible_bias()[unit] * change - (moved - base);
            -softplus(-difference)
        };
        Ok((0..v.len()).map(unit).sum())
    }

    /// Mean of [`Rbm::pseudo_log_likelihood`] over the rows of a data set.
    ///
    /// # Errors
    /// As [`Rbm::pseudo_log_likelihood`].
    ///
    /// # Panics
    /// If the rows are not [`Rbm::visible_width`] wide.
    pub fn mean_pseudo_log_likelihood(&self, data: &Dataset) -> Result<f64, NetError> {
        let of_row = |row| self.pseudo_log_likelihood(&data.point(row));
        let values: Vec<f64> = (0..data.len())
            .into_par_iter()
            .map(of_row)
            .collect::<Result<_, _>>()?;
        Ok(values.iter().sum::<f64>() / data.len() as f64)
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
        // At inverse temperature β: −F(v) = −A(v) + Σ ln(1 + e^(β·field)); at 0 the hidden units are free.
        let fields = |v: &DVector<f64>| self.encoder().pre_activation(v);
        let hidden_part =
            |fields: &DVector<f64>, beta: f64| fields.iter().map(|&x| softplus(beta * x)).sum::<f64>();
        let free: f64 = match self.visible_units() {
            VisibleUnits::Binary => self.visible_bias().iter().map(|&b| softplus(b)).sum(),
            VisibleUnits::Gaussian => 0.5 * self.visible_width() as f64 * std::f64::consts::TAU.ln(),
        };
        let start = free + self.hidden_width() as f64 * std::f64::consts::LN_2;
        let run = |run: usize| {
            let mut rng = stream(seed, Purpose::Visible, run as u64, u64::MAX);
            let mut v = self.sample_at(self.visible_bias(), &mut rng);
            let mut weight = 0.0;
            for step in 1..=temperatures {
                let (before, beta) = (
                    (step - 1) as f64 / temperatures as f64,
                    step as f64 / temperatures as f64,
                );
                let field = fields(&v);
                weight += hidden_part(&field, beta) - hidden_part(&field, before);
                let h = self.sample_hidden(&v, beta, &mut rng);
                v = self.sample_visible(&h, beta, &mut rng);
            }
            weight
        };
        let weights: Vec<f64> = (0..runs).into_par_iter().map(run).collect();
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

/// ln Σ e^x of numbers that come one by one, without overflow.
struct LogSum {
    largest: f64,
    /// Σ e^(x − largest).
    sum: f64,
}

impl Default for LogSum {
    fn default() -> Self {
        LogSum {
            largest: f64::NEG_INFINITY,
            sum: 0.0,
        }
    }
}

impl LogSum {
    fn add(&mut self, x: f64) {
        if x > self.largest {
            self.sum = self.sum * (self.largest - x).exp() + 1.0;
            self.largest = x;
        } else {
            self.sum += (x - self.largest).exp();
        }
    }

    fn value(&self) -> f64 {
        self.largest + self.sum.ln()
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
        for (hidden, visible) in [(3, 5), (5, 3), (4, 4), (11, 2), (1, 7)] {
            let rbm = machine(hidden, visible);
            assert!((rbm.log_partition().unwrap() - by_definition(&rbm)).abs() < 1e-12);
        }
        assert!(machine(26, 26).log_partition().is_err());
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
        assert!((rbm.pseudo_log_likelihood(&v).unwrap() - sum).abs() < 1e-12);
    }

    fn gaussian(hidden: usize, visible: usize) -> Rbm {
        let rbm = machine(hidden, visible);
        let (b, c) = (rbm.visible_bias().clone(), rbm.hidden_bias().clone());
        Rbm::with_units(VisibleUnits::Gaussian, rbm.weights() * 0.5, b, c).unwrap()
    }

    /// ∫ e^−F over the line, by the trapezoidal rule, which for such functions converges faster than any power.
    #[test]
    fn the_gaussian_partition_function_is_an_integral() {
        let rbm = gaussian(11, 1);
        let step = 0.05;
        let integral: f64 = (-800..800)
            .map(|i| step * (-rbm.free_energy(&dvector![step * f64::from(i)])).exp())
            .sum();
        assert!((rbm.log_partition().unwrap() - integral.ln()).abs() < 1e-10);
        assert!(rbm.pseudo_log_likelihood(&dvector![0.0]).is_err());
    }

    #[test]
    fn gaussian_annealing_agrees_with_the_exact_value() {
        let rbm = gaussian(6, 5);
        let exact = rbm.log_partition().unwrap();
        let estimate = rbm.estimate_log_partition(200, 300, 6).unwrap();
        assert!(
            estimate.interval.0 <= exact && exact <= estimate.interval.1,
            "{estimate:?} {exact}"
        );
    }
}
