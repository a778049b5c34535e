//! Exact binomial intervals and the slope of a counted power law.

use serde::{Deserialize, Serialize};

use crate::GroupError;

/// The Clopper-Pearson interval of a binomial probability: it covers with at least the stated confidence.
///
/// The limits are quantiles of beta distributions, found by bisection of the regularised incomplete beta function
/// (Clopper and Pearson, Biometrika 26, 1934).
///
/// # Errors
/// [`GroupError::Domain`] unless `hits <= trials`, `trials > 0` and the confidence is strictly between 0 and 1.
///
/// ```
/// use groups::lie::haar::clopper_pearson;
/// let (lower, upper) = clopper_pearson(0, 10, 0.95)?;
/// assert_eq!(lower, 0.0);
/// assert!((upper - (1.0 - 0.025_f64.powf(0.1))).abs() < 1e-12, "no hits: 1 - (alpha/2)^(1/n)");
/// # Ok::<(), groups::GroupError>(())
/// ```
pub fn clopper_pearson(hits: u64, trials: u64, confidence: f64) -> Result<(f64, f64), GroupError> {
    if hits > trials || trials == 0 || !(confidence > 0.0 && confidence < 1.0) {
        return Err(GroupError::Domain {
            what: format!("{hits} hits in {trials} trials at confidence {confidence}"),
            expected: "no more hits than trials, at least one trial, a confidence between 0 and 1".to_owned(),
        });
    }
    let tail = (1.0 - confidence) / 2.0;
    let (k, n) = (hits as f64, trials as f64);
    let lower = if hits == 0 {
        0.0
    } else {
        beta_quantile(tail, k, n - k + 1.0)
    };
    let upper = if hits == trials {
        1.0
    } else {
        beta_quantile(1.0 - tail, k + 1.0, n - k)
    };
    Ok((lower, upper))
}

fn beta_quantile(probability: f64, a: f64, b: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    // Bisection to the last bit: the interval halves until its middle is one of its ends.
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return middle;
        }
        if incomplete_beta(middle, a, b) < probability {
            low = middle;
        } else {
            high = middle;
        }
    }
}

/// The regularised incomplete beta function, by its continued fraction (Press et al., *Numerical Recipes*, §6.4).
fn incomplete_beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x.clamp(0.0, 1.0);
    }
    let front = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (-x).ln_1p()).exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        front * beta_fraction(x, a, b) / a
    } else {
        1.0 - front * beta_fraction(1.0 - x, b, a) / b
    }
}

/// Lentz's method; it takes about sqrt(max(a, b)) steps.
fn beta_fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away = |y: f64| if y.abs() < TINY { TINY } else { y };
    let mut c = 1.0;
    let mut d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    let steps = 1000 + 10 * (a.max(b).sqrt() as usize);
    for m in (1..steps).map(|m| m as f64) {
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away(1.0 + even * d);
        c = away(1.0 + even / c);
        value *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away(1.0 + odd * d);
        c = away(1.0 + odd / c);
        value *= d * c;
        if (d * c - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    value
}

/// ln Γ(x) for x >= 1: Lanczos' approximation with g = 7 and nine terms (relative error below 1e-14).
fn ln_gamma(x: f64) -> f64 {
    const COEFFICIENTS: [f64; 8] = [
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    let x = x - 1.0;
    let series = COEFFICIENTS
        .iter()
        .enumerate()
        .fold(0.999_999_999_999_809_9, |sum, (k, c)| {
            sum + c / (x + (k + 1) as f64)
        });
    let t = x + 7.5;
    0.5 * (2.0 * std::f64::consts::PI).ln() + (x + 0.5) * t.ln() - t + series.ln()
}

/// A power law fitted to nested counts: p(ε) ~ constant * ε^slope.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PowerLawFit {
    /// The fitted exponent.
    pub slope: f64,
    /// Its standard error.
    pub slope_error: f64,
    /// The fitted constant (in the unit of probability).
    pub constant: f64,
    /// The standard error of the logarithm of the constant.
    pub log_constant_error: f64,
    /// The weighted sum of squared deviations: large when the counts follow no power law over the window.
    pub chi_squared: f64,
    /// The number of free deviations behind `chi_squared`.
    pub degrees_of_freedom: usize,
    /// The smallest ε used.
    pub epsilon_min: f64,
    /// The largest ε used.
    pub epsilon_max: f64,
}

impl PowerLawFit {
    /// The standard error of the slope, times the root of the reduced chi-squared where that exceeds one: counts that bend
    /// away from a power law leave the slope less certain than chance alone does.
    pub fn scaled_slope_error(&self) -> f64 {
        let freedom = self.degrees_of_freedom.max(1) as f64;
        self.slope_error * (self.chi_squared / freedom).max(1.0).sqrt()
    }
}

/// Fits a power law to counts of one sample at several ε: `(ε, hits)` with ε increasing, out of `trials`.
///
/// The counts are nested, so log p at the different ε are correlated: their covariance is `min(t_i, t_j)` with
/// `t_i = (1/p_i - 1)/N`, that of Brownian motion at time t. Successive differences are therefore independent and
/// generalised least squares is weighted least squares on them. Points with fewer than `min_hits` hits, with all
/// trials as hits, or without new hits against the next smaller one are left out.
///
/// Returns `None` when fewer than two points remain.
pub fn fit_power_law(counts: &[(f64, u64)], trials: u64, min_hits: u64) -> Option<PowerLawFit> {
    let n = trials as f64;
    let mut usable: Vec<(f64, f64)> = Vec::new();
    let mut last_hits = 0;
    for &(epsilon, hits) in counts {
        if hits >= min_hits.max(1) && hits < trials && hits > last_hits {
            usable.push((epsilon.ln(), hits as f64 / n));
            last_hits = hits;
        }
    }
    let (&(x_last, p_last), &(x_first, _)) = (usable.last()?, usable.first()?);
    if usable.len() < 2 {
        return None;
    }
    let (mut information, mut weighted) = (0.0, 0.0);
    let steps: Vec<(f64, f64, f64)> = usable
        .windows(2)
        .map(|w| {
            let variance = (1.0 / w[0].1 - 1.0 / w[1].1) / n;
            (w[1].0 - w[0].0, (w[1].1 / w[0].1).ln(), 1.0 / variance)
        })
        .collect();
    for (dx, dy, weight) in &steps {
        information += weight * dx * dx;
        weighted += weight * dx * dy;
    }
    let slope = weighted / information;
    let chi_squared = steps
        .iter()
        .map(|(dx, dy, weight)| weight * (dy - slope * dx).powi(2))
        .sum();
    Some(PowerLawFit {
        slope,
        slope_error: information.recip().sqrt(),
        constant: (p_last.ln() - slope * x_last).exp(),
        log_constant_error: ((1.0 / p_last - 1.0) / n + x_last * x_last / information).sqrt(),
        chi_squared,
        degrees_of_freedom: steps.len() - 1,
        epsilon_min: x_first.exp(),
        epsilon_max: x_last.exp(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The limits solve P(X >= k) = α/2 and P(X <= k) = α/2, summed here term by term.
    #[test]
    fn the_interval_solves_the_binomial_equations() {
        let pmf = |k: u64, n: u64, p: f64| {
            (1..=k).fold((1.0 - p).powi((n - k) as i32), |x, i| {
                x * p * (n - k + i) as f64 / i as f64
            })
        };
        for (k, n) in [(5u64, 10u64), (1, 40), (37, 40), (100, 250)] {
            let (lower, upper) = clopper_pearson(k, n, 0.9).unwrap();
            let above: f64 = (k..=n).map(|i| pmf(i, n, lower)).sum();
            let below: f64 = (0..=k).map(|i| pmf(i, n, upper)).sum();
            assert!(
                (above - 0.05).abs() < 1e-9 && (below - 0.05).abs() < 1e-9,
                "{k}/{n}: {above} {below}"
            );
        }
        let (lower, upper) = clopper_pearson(10, 10, 0.95).unwrap();
        assert!(upper == 1.0 && (lower - 0.025f64.powf(0.1)).abs() < 1e-12);
        assert!(clopper_pearson(3, 2, 0.95).is_err() && clopper_pearson(1, 2, 1.0).is_err());
    }

    #[test]
    fn large_counts_approach_the_normal_interval() {
        let (k, n) = (250_000u64, 1_000_000u64);
        let (lower, upper) = clopper_pearson(k, n, 0.954_499_736_103_642).unwrap();
        let half = 2.0 * (0.25f64 * 0.75 / n as f64).sqrt();
        assert!(
            (lower - (0.25 - half)).abs() < 2e-6 && (upper - (0.25 + half)).abs() < 2e-6,
            "{lower} {upper}"
        );
    }

    #[test]
    fn an_exact_power_law_is_recovered() {
        let counts: Vec<(f64, u64)> = (1..=8u32)
            .map(|k| (f64::from(k) / 8.0, 1_000_000 * u64::from(k).pow(3) / 1024))
            .collect();
        let fit = fit_power_law(&counts, 1_000_000, 10).unwrap();
        assert!(
            (fit.slope - 3.0).abs() < 1e-3 && (fit.constant - 0.5).abs() < 1e-3,
            "{fit:?}"
        );
        assert!(fit.chi_squared < 1e-2 && fit.degrees_of_freedom == 6);
        let bent: Vec<(f64, u64)> = counts
            .iter()
            .map(|&(e, k)| (e, (k as f64 * (1.0 + e)) as u64))
            .collect();
        let fit = fit_power_law(&bent, 1_000_000, 10).unwrap();
        assert!(fit.chi_squared > 100.0, "a bent law shows: {fit:?}");
        assert!(fit.scaled_slope_error() > 3.0 * fit.slope_error);
        assert_eq!(fit_power_law(&counts[..1], 1_000_000, 10), None);
    }
}
