//! Rank correlations, partial rank correlations and one joint regression of ranks, with bootstrap intervals over figures and
//! seeds.
//!
//! Everything is computed from the correlation matrix of the ranks: the partial correlation of two variables given others is
//! −P₁₂/√(P₁₁P₂₂) with P the inverse of the matrix of all of them, and the standardised coefficients of the regression on all
//! predictors solve R·b = r (Whittaker 1990, chapter 5). An interval is that of the percentiles of a bootstrap which draws
//! figures with replacement, each with all its runs, and then seeds within them (Davison and Hinkley 1997, section 3.8).

use nalgebra::{DMatrix, DVector};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::statistics::Interval;

/// Confidence level of all intervals.
pub const LEVEL: f64 = 0.95;

/// Least eigenvalue of a correlation matrix below which its predictors are not told apart.
const COLLINEAR: f64 = 1e-6;

/// One figure under one law of poses, with the runs on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// What is drawn together in the bootstrap: the figure.
    pub cluster: usize,
    /// The response, one value a seed.
    pub responses: Vec<f64>,
    /// The predictors.
    pub predictors: Vec<f64>,
}

/// What one predictor has to do with the response. None where a rank is constant or predictors are not told apart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Relation {
    /// Spearman's rank correlation.
    pub spearman: Option<Interval>,
    /// Partial rank correlation given the predictor of the spectrum alone.
    pub given_spectrum: Option<Interval>,
    /// Partial rank correlation given all other predictors that vary.
    pub partial: Option<Interval>,
    /// Standardised coefficient of the joint regression of ranks.
    pub coefficient: Option<Interval>,
    /// Of two observations with different predictors, the probability that the smaller one comes first (ties count half).
    pub concordance: Option<Interval>,
}

/// Ranks from 1, ties sharing their mean.
///
/// ```
/// assert_eq!(bridge::first_features::regression::ranks(&[3.0, 1.0, 3.0, 2.0]), [3.5, 1.0, 3.5, 2.0]);
/// ```
pub fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    while start < order.len() {
        let tied = order[start..]
            .iter()
            .take_while(|&&i| values[i] == values[order[start]])
            .count()
            .max(1);
        for &i in &order[start..start + tied] {
            ranks[i] = (2 * start + tied + 1) as f64 / 2.0;
        }
        start += tied;
    }
    ranks
}

/// Correlation matrix of columns, none if one is constant.
fn correlations(columns: &[&Vec<f64>]) -> Option<DMatrix<f64>> {
    let n = columns.first()?.len() as f64;
    let standard: Option<Vec<DVector<f64>>> = columns
        .iter()
        .map(|column| {
            let mean = column.iter().sum::<f64>() / n;
            let centred = DVector::from_iterator(column.len(), column.iter().map(|v| v - mean));
            let norm = centred.norm();
            (norm > 1e-9).then(|| centred / norm)
        })
        .collect();
    let standard = standard?;
    Some(DMatrix::from_fn(columns.len(), columns.len(), |i, j| {
        standard[i].dot(&standard[j])
    }))
}

/// The rank correlation of two samples; none if one is constant.
pub fn spearman(x: &[f64], y: &[f64]) -> Option<f64> {
    Some(correlations(&[&ranks(x), &ranks(y)])?[(0, 1)])
}

/// The partial correlation of the first two variables of a correlation matrix given the others; none if the others and one of
/// them are not told apart.
fn partial_of(matrix: &DMatrix<f64>) -> Option<f64> {
    if matrix.clone().symmetric_eigenvalues().min() < COLLINEAR {
        return None;
    }
    let inverse = matrix.clone().try_inverse()?;
    Some(-inverse[(0, 1)] / (inverse[(0, 0)] * inverse[(1, 1)]).sqrt())
}

/// The partial rank correlation of two samples given others.
///
/// ```
/// use bridge::first_features::regression::partial_spearman;
/// let x = [1.0, 2.0, 3.0, 4.0, 5.0];
/// let y = [2.0, 1.0, 4.0, 3.0, 5.0];
/// let z = [1.0, 2.0, 4.0, 3.0, 5.0];
/// // (r_xy − r_xz r_yz)/√((1 − r_xz²)(1 − r_yz²)) with .8, .9, .9
/// let expected = (0.8 - 0.81) / 0.19;
/// assert!((partial_spearman(&x, &y, &[&z]).unwrap() - expected).abs() < 1e-12);
/// ```
pub fn partial_spearman(x: &[f64], y: &[f64], given: &[&[f64]]) -> Option<f64> {
    let columns: Vec<Vec<f64>> = [x, y].iter().chain(given).map(|v| ranks(v)).collect();
    partial_of(&correlations(&columns.iter().collect::<Vec<_>>())?)
}

/// Share of the pairs of different x in which the smaller x has the smaller y, ties of y counting half.
pub fn concordance(x: &[f64], y: &[f64]) -> Option<f64> {
    let (mut pairs, mut hits) = (0u64, 0.0);
    for i in 0..x.len() {
        for j in 0..i {
            if x[i] == x[j] {
                continue;
            }
            pairs += 1;
            let agreement = (x[i] - x[j]) * (y[i] - y[j]);
            hits += if agreement > 0.0 {
                1.0
            } else if agreement == 0.0 {
                0.5
            } else {
                0.0
            };
        }
    }
    (pairs > 0).then(|| hits / pairs as f64)
}

/// Statistics of each predictor, in the order of the fields of [`Relation`].
fn statistics_of(response: &[f64], predictors: &[Vec<f64>], spectrum: usize) -> Vec<[Option<f64>; 5]> {
    let y = ranks(response);
    let x: Vec<Vec<f64>> = predictors.iter().map(|p| ranks(p)).collect();
    let varies = |ranks: &Vec<f64>| ranks.iter().any(|v| *v != ranks[0]);
    let varying: Vec<usize> = (0..x.len()).filter(|&i| varies(&x[i])).collect();
    let coefficients = regression(&y, &varying.iter().map(|&i| &x[i]).collect::<Vec<_>>());
    (0..x.len())
        .map(|i| {
            let Some(place) = varying.iter().position(|&v| v == i) else {
                return [None; 5];
            };
            let given = |others: &mut dyn Iterator<Item = usize>| {
                let columns: Vec<&Vec<f64>> = [&y, &x[i]].into_iter().chain(others.map(|j| &x[j])).collect();
                partial_of(&correlations(&columns)?)
            };
            let others = varying.iter().copied().filter(|&j| j != i);
            [
                correlations(&[&y, &x[i]]).map(|matrix| matrix[(0, 1)]),
                (i != spectrum && varying.contains(&spectrum))
                    .then(|| given(&mut std::iter::once(spectrum)))
                    .flatten(),
                given(&mut others.into_iter()),
                coefficients.as_ref().map(|b| b[place]),
                concordance(&predictors[i], response),
            ]
        })
        .collect()
}

/// Standardised coefficients.
fn regression(y: &Vec<f64>, x: &[&Vec<f64>]) -> Option<DVector<f64>> {
    let columns: Vec<&Vec<f64>> = std::iter::once(y).chain(x.iter().copied()).collect();
    let matrix = correlations(&columns)?;
    let among = matrix.view((1, 1), (x.len(), x.len())).into_owned();
    if x.is_empty() || among.clone().symmetric_eigenvalues().min() < COLLINEAR {
        return None;
    }
    among
        .lu()
        .solve(&matrix.view((1, 0), (x.len(), 1)).column(0).into_owned())
}

/// Relations of all predictors to the response (the mean over seeds), with bootstrap intervals. `spectrum` is the index of the
/// predictor that stands for the spectrum. O(replicates·observations²).
pub fn relate(
    observations: &[Observation],
    spectrum: usize,
    replicates: usize,
    rng: &mut ChaCha8Rng,
) -> Vec<Relation> {
    let Some(first) = observations.first() else {
        return Vec::new();
    };
    let count = first.predictors.len();
    let column = |rows: &[&Observation], i: usize| rows.iter().map(|o| o.predictors[i]).collect::<Vec<f64>>();
    let columns = |rows: &[&Observation]| (0..count).map(|i| column(rows, i)).collect::<Vec<_>>();
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let all: Vec<&Observation> = observations.iter().collect();
    let response: Vec<f64> = all.iter().map(|o| mean(&o.responses)).collect();
    let points = statistics_of(&response, &columns(&all), spectrum);

    let mut clusters: Vec<usize> = observations.iter().map(|o| o.cluster).collect();
    clusters.sort_unstable();
    clusters.dedup();
    let members: Vec<Vec<&Observation>> = clusters
        .iter()
        .map(|c| observations.iter().filter(|o| o.cluster == *c).collect())
        .collect();
    let mut samples = vec![[const { Vec::new() }; 5]; count];
    for _ in 0..replicates {
        let rows: Vec<&Observation> = (0..members.len())
            .flat_map(|_| members[rng.random_range(0..members.len())].iter().copied())
            .collect();
        let response: Vec<f64> = rows
            .iter()
            .map(|o| {
                let seeds = o.responses.len();
                (0..seeds)
                    .map(|_| o.responses[rng.random_range(0..seeds)])
                    .sum::<f64>()
                    / seeds as f64
            })
            .collect();
        for (found, samples) in statistics_of(&response, &columns(&rows), spectrum)
            .iter()
            .zip(&mut samples)
        {
            for (value, sample) in found.iter().zip(samples) {
                sample.extend(*value);
            }
        }
    }
    let interval = |point: Option<f64>, sample: &mut Vec<f64>| {
        let estimate = point?;
        // A statistic that most replicates lack has no interval.
        if 2 * sample.len() < replicates || sample.is_empty() {
            return None;
        }
        sample.sort_by(f64::total_cmp);
        let at = |p: f64| sample[((sample.len() - 1) as f64 * p).round() as usize];
        Some(Interval {
            estimate,
            low: at((1.0 - LEVEL) / 2.0),
            high: at((1.0 + LEVEL) / 2.0),
            level: LEVEL,
        })
    };
    points
        .into_iter()
        .zip(&mut samples)
        .map(|(point, [a, b, c, d, e])| Relation {
            spearman: interval(point[0], a),
            given_spectrum: interval(point[1], b),
            partial: interval(point[2], c),
            coefficient: interval(point[3], d),
            concordance: interval(point[4], e),
        })
        .collect()
}

#[cfg(test)]
mod tests;
