//! The few statistics that a verdict rests on: confidence intervals, slopes and rank comparisons.
//!
//! Every estimate leaves this module as an [`Interval`] that names its confidence level.

use serde::{Deserialize, Serialize};
use statrs::distribution::{Beta, ContinuousCDF, Normal, StudentsT};

/// An estimate with its confidence interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The point estimate.
    pub estimate: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Confidence level, for example 0.99.
    pub level: f64,
}

impl Interval {
    /// Whether the interval contains a value.
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

/// How many standard errors the two-sided normal interval of confidence `level` reaches.
///
/// ```
/// assert!((bridge::statistics::normal_quantile(0.95) - 1.959964).abs() < 1e-6);
/// ```
pub fn normal_quantile(level: f64) -> f64 {
    Normal::standard().inverse_cdf(0.5 + level / 2.0)
}

/// The mean of a sample whose standard deviation is estimated from it (normal approximation).
///
/// Fewer than two values leave the interval infinite.
///
/// ```
/// let interval = bridge::statistics::mean(&[1.0, 2.0, 3.0, 4.0], 0.95);
/// assert_eq!(interval.estimate, 2.5);
/// assert!(interval.contains(2.0) && !interval.contains(5.0));
/// ```
pub fn mean(values: &[f64], level: f64) -> Interval {
    let n = values.len() as f64;
    let estimate = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - estimate).powi(2)).sum::<f64>() / (n - 1.0);
    let half = if values.len() < 2 {
        f64::INFINITY
    } else {
        normal_quantile(level) * (variance / n).sqrt()
    };
    Interval {
        estimate,
        low: estimate - half,
        high: estimate + half,
        level,
    }
}

/// The Clopper-Pearson interval of a proportion: never less than its nominal confidence.
///
/// ```
/// let none = bridge::statistics::proportion(0, 100, 0.95);
/// assert_eq!((none.estimate, none.low), (0.0, 0.0));
/// assert!((none.high - 0.0362).abs() < 1e-3); // 1 - 0.025^(1/100)
/// ```
pub fn proportion(hits: u64, trials: u64, level: f64) -> Interval {
    let (k, n, tail) = (hits as f64, trials as f64, (1.0 - level) / 2.0);
    let quantile = |a: f64, b: f64, p: f64| Beta::new(a, b).map_or(f64::NAN, |beta| beta.inverse_cdf(p));
    Interval {
        estimate: k / n,
        low: if hits == 0 {
            0.0
        } else {
            quantile(k, n - k + 1.0, tail)
        },
        high: if hits == trials {
            1.0
        } else {
            quantile(k + 1.0, n - k, 1.0 - tail)
        },
        level,
    }
}

/// The least-squares slope of `y` against `x`, with a Student-t interval from the scatter.
///
/// ```
/// let x = [0.0, 1.0, 2.0, 3.0];
/// let y = [1.0, 3.1, 4.9, 7.0];
/// let slope = bridge::statistics::slope(&x, &y, 0.95);
/// assert!((slope.estimate - 1.98).abs() < 1e-12 && slope.contains(2.0));
/// ```
pub fn slope(x: &[f64], y: &[f64], level: f64) -> Interval {
    let n = x.len() as f64;
    let (mx, my) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
    let sxx: f64 = x.iter().map(|v| (v - mx).powi(2)).sum();
    let sxy: f64 = x.iter().zip(y).map(|(a, b)| (a - mx) * (b - my)).sum();
    let estimate = sxy / sxx;
    let residual: f64 = x
        .iter()
        .zip(y)
        .map(|(a, b)| (b - my - estimate * (a - mx)).powi(2))
        .sum();
    let freedom = n - 2.0;
    let half = match StudentsT::new(0.0, 1.0, freedom) {
        Ok(t) => t.inverse_cdf(0.5 + level / 2.0) * (residual / freedom / sxx).sqrt(),
        Err(_) => f64::INFINITY,
    };
    Interval {
        estimate,
        low: estimate - half,
        high: estimate + half,
        level,
    }
}

/// P(a < b) + P(a = b)/2 for independent draws from two samples (the Mann-Whitney statistic as a
/// probability), with the normal interval of DeLong's variance.
///
/// 0.5 means that the samples are not told apart; 1 that every `a` is below every `b`.
///
/// ```
/// let below = bridge::statistics::probability_below(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0], 0.95);
/// assert_eq!(below.estimate, 1.0);
/// let same = bridge::statistics::probability_below(&[1.0, 2.0], &[1.0, 2.0], 0.95);
/// assert_eq!(same.estimate, 0.5);
/// ```
pub fn probability_below(a: &[f64], b: &[f64], level: f64) -> Interval {
    let win = |x: f64, y: f64| {
        if x < y {
            1.0
        } else if x == y {
            0.5
        } else {
            0.0
        }
    };
    let placement =
        |x: &[f64], wins: &dyn Fn(f64) -> f64| -> Vec<f64> { x.iter().map(|v| wins(*v)).collect() };
    let of_a = placement(a, &|x| b.iter().map(|y| win(x, *y)).sum::<f64>() / b.len() as f64);
    let of_b = placement(b, &|y| a.iter().map(|x| win(*x, y)).sum::<f64>() / a.len() as f64);
    let estimate = of_a.iter().sum::<f64>() / a.len() as f64;
    let spread = |v: &[f64]| {
        let n = v.len() as f64;
        v.iter().map(|p| (p - estimate).powi(2)).sum::<f64>() / (n - 1.0).max(1.0) / n
    };
    let half = normal_quantile(level) * (spread(&of_a) + spread(&of_b)).sqrt();
    Interval {
        estimate,
        low: (estimate - half).max(0.0),
        high: (estimate + half).min(1.0),
        level,
    }
}

/// The median of a sample (the mean of the middle two for even sizes); NaN for an empty one.
///
/// ```
/// assert_eq!(bridge::statistics::median(&[3.0, 1.0, 2.0]), 2.0);
/// ```
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => sorted[n / 2],
        n => (sorted[n / 2 - 1] + sorted[n / 2]) / 2.0,
    }
}
