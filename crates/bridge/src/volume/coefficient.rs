//! λ and m from the levels of nested sampling.

use serde::{Deserialize, Serialize};

use super::nested::NestedSample;
use crate::BridgeError;
use crate::statistics::normal_quantile;

/// Levels that a fit takes at least.
const FEWEST: usize = 200;

/// The largest multiplicity that is tried.
const LARGEST: u32 = 8;

/// The best fit with one multiplicity.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MultiplicityFit {
    /// m.
    pub multiplicity: u32,
    /// λ.
    pub lambda: f64,
    /// The offset a of s in (m−1)/(s + a); 0 for m = 1.
    pub offset: f64,
    /// Log-likelihood, up to a constant that all fits share.
    pub log_likelihood: f64,
}

/// The learning coefficient of a loss, with its multiplicity and the evidence for both.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LearningCoefficient {
    /// λ.
    pub lambda: f64,
    /// A confidence interval for λ, given m: the levels' Poisson noise, widened by the disagreement of the runs.
    pub interval: (f64, f64),
    /// Its level.
    pub level: f64,
    /// m.
    pub multiplicity: u32,
    /// ln c in V(t) ≈ c t^λ (−ln t)^(m−1), V the share of the box.
    pub log_constant: f64,
    /// The losses between which the curve was fitted, the smaller first.
    pub window: (f64, f64),
    /// The best fit with each multiplicity that was tried.
    pub fits: Vec<MultiplicityFit>,
    /// Levels in the window.
    pub levels: usize,
    /// As many independent levels would scatter as much as the runs do.
    pub effective_sample_size: f64,
    /// √(1 + B/W) of λ over the runs: near 1 where they agree. 1 for a single run.
    pub r_hat: f64,
    /// Evaluations of the loss.
    pub evaluations: u64,
    /// Whether the levels reach to where the sampler was to go.
    pub complete: bool,
    /// The seed.
    pub seed: u64,
}

impl LearningCoefficient {
    /// λ and m, from the lower part of the curve, where the leading terms hold.
    ///
    /// The window begins where s is an eighth of its end, and at 4. Of the multiplicities the smallest is taken that no larger one
    /// beats by more than the Bayesian information criterion charges for the offset.
    ///
    /// # Errors
    /// [`BridgeError::FewSamples`] if the window holds too few levels, with the factor by which to enlarge the run.
    pub fn of(sample: &NestedSample) -> Result<Self, BridgeError> {
        let end = sample
            .levels
            .iter()
            .filter_map(|levels| levels.last())
            .fold(f64::INFINITY, |a, &b| a.min(b));
        let end = if end.is_finite() { end } else { 0.0 };
        let begin = (end / 8.0).max(4.0);
        Self::between(sample, begin, end)
    }

    /// The same, from the levels −ln t between two numbers.
    ///
    /// # Errors
    /// As [`LearningCoefficient::of`].
    pub fn between(sample: &NestedSample, begin: f64, end: f64) -> Result<Self, BridgeError> {
        let inside = |levels: &[f64]| -> Vec<f64> {
            let levels = levels.iter().copied();
            levels.filter(|s| (begin..end).contains(s)).collect()
        };
        let runs: Vec<Vec<f64>> = sample.levels.iter().map(|levels| inside(levels)).collect();
        let all: Vec<f64> = runs.concat();
        if all.len() < FEWEST {
            return Err(BridgeError::FewSamples {
                got: all.len(),
                needed: FEWEST,
                factor: FEWEST.div_ceil(all.len().max(1)),
            });
        }
        let rate = (sample.live * sample.levels.len()) as f64;
        let process = Process {
            levels: &all,
            rate,
            begin,
            end,
        };
        let fits: Vec<MultiplicityFit> = (1..=LARGEST).map(|m| process.fit(m)).collect();
        let penalty = |m: u32| {
            if m == 1 {
                0.0
            } else {
                0.5 * (all.len() as f64).ln()
            }
        };
        let score = |fit: &MultiplicityFit| fit.log_likelihood - penalty(fit.multiplicity);
        let best = fits.iter().map(score).fold(f64::NEG_INFINITY, f64::max);
        let chosen = fits
            .iter()
            .find(|fit| score(fit) >= best - 2.0)
            .unwrap_or(&fits[0]);
        // Poisson noise of the count, and what the runs scatter beyond it.
        let lambdas: Vec<f64> = runs
            .iter()
            .map(|levels| {
                Process {
                    levels,
                    rate: sample.live as f64,
                    begin,
                    end,
                }
                .lambda(chosen.multiplicity, chosen.offset)
            })
            .collect();
        let count = lambdas.len() as f64;
        let within = chosen.lambda.powi(2) * count / all.len() as f64;
        let mean = lambdas.iter().sum::<f64>() / count;
        let between = if lambdas.len() > 1 {
            lambdas.iter().map(|l| (l - mean).powi(2)).sum::<f64>() / (count - 1.0)
        } else {
            within
        };
        let dispersion = (between / within).max(1.0);
        let error = (within / count * dispersion).sqrt() * normal_quantile(0.5 + LEVEL / 2.0);
        Ok(LearningCoefficient {
            lambda: chosen.lambda,
            interval: (chosen.lambda - error, chosen.lambda + error),
            level: LEVEL,
            multiplicity: chosen.multiplicity,
            log_constant: process.log_constant(sample, chosen),
            window: ((-end).exp(), (-begin).exp()),
            levels: all.len(),
            effective_sample_size: all.len() as f64 / dispersion,
            r_hat: if lambdas.len() > 1 {
                ((count - 1.0) / count + between / within / count).sqrt().max(1.0)
            } else {
                1.0
            },
            fits,
            evaluations: sample.evaluations,
            complete: sample.complete,
            seed: sample.seed,
        })
    }
}

/// Level of the confidence interval.
const LEVEL: f64 = 0.95;

/// A Poisson process of the given rate times λ − (m−1)/(s + a), observed on a window.
struct Process<'a> {
    levels: &'a [f64],
    rate: f64,
    begin: f64,
    end: f64,
}

impl Process<'_> {
    /// The best λ and a for one m. The likelihood is concave in λ; a is searched between 0 and 2/λ, as the
    /// expansion of V has it near 1/λ.
    fn fit(&self, multiplicity: u32) -> MultiplicityFit {
        let at = |offset: f64| {
            let lambda = self.lambda(multiplicity, offset);
            let log_likelihood = self.log_likelihood(lambda, multiplicity, offset);
            MultiplicityFit {
                multiplicity,
                lambda,
                offset,
                log_likelihood,
            }
        };
        if multiplicity == 1 {
            return at(0.0);
        }
        let scale =
            f64::from(multiplicity - 1) * (self.end - self.begin) * self.rate / self.levels.len() as f64;
        let offsets = (0..=48).map(|i| scale * f64::from(i) / 16.0);
        let better = |a: MultiplicityFit, b: MultiplicityFit| {
            if b.log_likelihood > a.log_likelihood { b } else { a }
        };
        offsets.map(at).fold(at(0.0), better)
    }

    /// The λ of largest likelihood, by Newton's method on Σ 1/(λ − gᵢ) = rate · length.
    fn lambda(&self, multiplicity: u32, offset: f64) -> f64 {
        let (length, count) = (self.end - self.begin, self.levels.len() as f64);
        let excess = f64::from(multiplicity - 1);
        let mut lambda = count / (self.rate * length);
        if multiplicity == 1 {
            return lambda;
        }
        // The intensity is to be positive where a level was seen.
        let least = self
            .levels
            .iter()
            .map(|s| excess / (s + offset))
            .fold(0.0, f64::max);
        lambda += excess * ((self.end + offset) / (self.begin + offset)).ln() / length;
        lambda = lambda.max(least * (1.0 + 1e-6));
        for _ in 0..60 {
            let (mut value, mut slope) = (0.0, 0.0);
            for s in self.levels {
                let inverse = 1.0 / (lambda - excess / (s + offset));
                value += inverse;
                slope += inverse * inverse;
            }
            let step = (value - self.rate * length) / slope;
            let next = (lambda + step).max(0.5 * (lambda + least));
            let done = (next - lambda).abs() <= 1e-12 * lambda;
            lambda = next;
            if done {
                break;
            }
        }
        lambda
    }

    fn log_likelihood(&self, lambda: f64, multiplicity: u32, offset: f64) -> f64 {
        let excess = f64::from(multiplicity - 1);
        let integral =
            lambda * (self.end - self.begin) - excess * ((self.end + offset) / (self.begin + offset)).ln();
        let logs: f64 = self
            .levels
            .iter()
            .map(|s| (lambda - excess / (s + offset)).ln())
            .sum();
        logs - self.rate * integral
    }

    /// ln c: the volume at the middle of the window is the number of levels before it, over the rate.
    fn log_constant(&self, sample: &NestedSample, fit: &MultiplicityFit) -> f64 {
        let middle = 0.5 * (self.begin + self.end);
        let above: usize = sample
            .levels
            .iter()
            .map(|levels| levels.partition_point(|&s| s < middle))
            .sum();
        let excess = f64::from(fit.multiplicity - 1);
        -(above as f64) / self.rate + fit.lambda * middle - excess * (middle + fit.offset).ln()
    }
}

#[cfg(test)]
mod tests;
