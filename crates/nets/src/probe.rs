//! Linear probes: multinomial logistic regression on features, to convergence.
//!
//! The objective is the mean cross entropy plus λ/2·‖W‖² on standardised features, biases free. It is convex, so its
//! minimum does not depend on the path to it; the norm of its gradient, which is kept with the result, says how near
//! it is. Minimised by L-BFGS in f64 over all rows (Nocedal and Wright, *Numerical Optimization*, algorithms 7.4 and
//! 3.1).

use crate::layers::shape_error;
use crate::matrix::{View, product};
use crate::optimizer::option;
use crate::{Dataset, NetError};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// How to fit a probe.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ProbeOptions {
    /// λ, the strength of the penalty on the weights.
    pub l2: f64,
    /// Converged when the norm of the gradient is below this.
    pub tolerance: f64,
    /// Most iterations.
    pub iterations: usize,
}

impl Default for ProbeOptions {
    fn default() -> Self {
        ProbeOptions {
            l2: 1e-4,
            tolerance: 1e-5,
            iterations: 1000,
        }
    }
}

/// A linear classifier of features.
///
/// ```
/// use nets::{Dataset, Probe, ProbeOptions};
/// let (train, test) = Dataset::digits().split(0.2, 1)?;
/// let probe = Probe::fit(&train, ProbeOptions { l2: 1e-2, ..ProbeOptions::default() })?;
/// assert!(probe.converged());
/// assert!(probe.accuracy(&test.expect("a fifth of the rows"))? > 0.9);
/// # Ok::<(), nets::NetError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    /// Classes × (features + 1), the bias last; for standardised features.
    weights: DMatrix<f64>,
    means: Vec<f64>,
    /// Reciprocal standard deviations; 0 for a constant feature.
    scales: Vec<f64>,
    gradient_norm: f64,
    iterations: usize,
    converged: bool,
}

/// Steps remembered for the curvature.
const MEMORY: usize = 10;

impl Probe {
    /// Fits a probe to labelled rows; the classes are 0 to the largest label.
    ///
    /// # Errors
    /// [`NetError::Option`] if an option is out of range or the rows have no labels.
    pub fn fit(data: &Dataset, options: ProbeOptions) -> Result<Self, NetError> {
        let ProbeOptions {
            l2,
            tolerance,
            iterations,
        } = options;
        let positive = |x: f64| x.is_finite() && x > 0.0;
        option(positive(l2), "l2", l2, "a finite number above 0")?;
        option(
            positive(tolerance),
            "tolerance",
            tolerance,
            "a finite number above 0",
        )?;
        let labels = labels(data)?;
        let classes = usize::from(labels.iter().copied().max().unwrap_or(0)) + 1;
        let (means, scales) = standardisation(data);
        let objective = Objective::new(data, labels, classes, &means, &scales, l2);
        let minimum = minimise(objective, tolerance, iterations);
        let weights = DMatrix::from_row_slice(classes, data.width() + 1, &minimum.point);
        Ok(Probe {
            weights,
            means,
            scales,
            gradient_norm: minimum.gradient_norm,
            iterations: minimum.iterations,
            converged: minimum.gradient_norm <= tolerance,
        })
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.weights.nrows()
    }

    /// Norm of the objective's gradient at the weights.
    pub fn gradient_norm(&self) -> f64 {
        self.gradient_norm
    }

    /// Iterations made.
    pub fn iterations(&self) -> usize {
        self.iterations
    }

    /// Whether the tolerance was reached.
    pub fn converged(&self) -> bool {
        self.converged
    }

    /// The most probable class of each row.
    ///
    /// # Errors
    /// [`NetError::Shape`] if the rows have another width than those fitted.
    pub fn predict(&self, data: &Dataset) -> Result<Vec<usize>, NetError> {
        if data.width() != self.means.len() {
            return Err(shape_error(
                "width of the features",
                self.means.len(),
                data.width(),
            ));
        }
        let features = standardised(data, &self.means, &self.scales);
        let width = data.width() + 1;
        let row_major = self.weights.transpose();
        let weights = View::new(row_major.as_slice(), self.classes(), width);
        let mut scores = vec![0.0; data.len() * self.classes()];
        let features = View::new(&features, data.len(), width);
        product(&mut scores, features, weights.transposed(), 1.0, 0.0);
        let largest = |row: &[f64]| {
            let best = row.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
            best.map_or(0, |(class, _)| class)
        };
        Ok(scores.chunks_exact(self.classes()).map(largest).collect())
    }

    /// Share of labelled rows whose most probable class is their label.
    ///
    /// # Errors
    /// [`NetError::Shape`] if the rows have another width than those fitted, [`NetError::Option`] if they have no
    /// labels.
    pub fn accuracy(&self, data: &Dataset) -> Result<f64, NetError> {
        let labels = labels(data)?;
        let predicted = self.predict(data)?;
        let right = predicted
            .iter()
            .zip(labels)
            .filter(|&(&class, &label)| class == usize::from(label));
        Ok(right.count() as f64 / data.len() as f64)
    }
}

fn labels(data: &Dataset) -> Result<&[u8], NetError> {
    data.labels().ok_or_else(|| NetError::Option {
        option: "labels".into(),
        got: "none".into(),
        expected: "one label per row".into(),
    })
}

/// Means and reciprocal standard deviations of the columns.
fn standardisation(data: &Dataset) -> (Vec<f64>, Vec<f64>) {
    let (count, width) = (data.len() as f64, data.width());
    let (mut means, mut squares) = (vec![0.0; width], vec![0.0; width]);
    for row in 0..data.len() {
        for (mean, &value) in means.iter_mut().zip(data.row(row)) {
            *mean += f64::from(value) / count;
        }
    }
    for row in 0..data.len() {
        for ((square, mean), &value) in squares.iter_mut().zip(&means).zip(data.row(row)) {
            *square += (f64::from(value) - mean).powi(2) / count;
        }
    }
    let scale = |&square: &f64| {
        if square > 1e-20 {
            square.sqrt().recip()
        } else {
            0.0
        }
    };
    (means, squares.iter().map(scale).collect())
}

/// Rows (x − mean)·scale with a one at the end.
fn standardised(data: &Dataset, means: &[f64], scales: &[f64]) -> Vec<f64> {
    let mut features = Vec::with_capacity(data.len() * (data.width() + 1));
    for row in 0..data.len() {
        let columns = data.row(row).iter().zip(means).zip(scales);
        features.extend(columns.map(|((&value, mean), scale)| (f64::from(value) - mean) * scale));
        features.push(1.0);
    }
    features
}

/// The objective, with its data.
struct Objective<'a> {
    features: Vec<f64>,
    labels: &'a [u8],
    classes: usize,
    width: usize,
    l2: f64,
    scores: Vec<f64>,
}

impl<'a> Objective<'a> {
    fn new(data: &Dataset, labels: &'a [u8], classes: usize, means: &[f64], scales: &[f64], l2: f64) -> Self {
        Objective {
            features: standardised(data, means, scales),
            labels,
            classes,
            width: data.width() + 1,
            l2,
            scores: vec![0.0; data.len() * classes],
        }
    }

    /// The value at a point (classes × width, row by row); leaves the gradient in `gradient`.
    fn evaluate(&mut self, point: &[f64], gradient: &mut [f64]) -> f64 {
        let (rows, classes, width) = (self.labels.len(), self.classes, self.width);
        let features = View::new(&self.features, rows, width);
        let weights = View::new(point, classes, width);
        product(&mut self.scores, features, weights.transposed(), 1.0, 0.0);
        let mut value = 0.0;
        for (row, &label) in self.scores.chunks_exact_mut(classes).zip(self.labels) {
            let label = usize::from(label);
            let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let total: f64 = row.iter().map(|z| (z - largest).exp()).sum();
            value += largest + total.ln() - row[label];
            row.iter_mut().for_each(|z| *z = (*z - largest).exp() / total);
            row[label] -= 1.0;
        }
        let scores = View::new(&self.scores, rows, classes);
        product(gradient, scores.transposed(), features, 1.0 / rows as f64, 0.0);
        let mut square = 0.0;
        let bare = |index: usize| index % width + 1 < width;
        for (index, (g, w)) in gradient.iter_mut().zip(point).enumerate() {
            if bare(index) {
                *g += self.l2 * w;
                square += w * w;
            }
        }
        value / rows as f64 + 0.5 * self.l2 * square
    }
}

struct Minimum {
    point: Vec<f64>,
    gradient_norm: f64,
    iterations: usize,
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// L-BFGS from 0, with backtracking until the value falls enough (Armijo); a pair whose curvature is not positive is
/// not remembered.
fn minimise(mut objective: Objective<'_>, tolerance: f64, most: usize) -> Minimum {
    let size = objective.classes * objective.width;
    let (mut point, mut gradient) = (vec![0.0; size], vec![0.0; size]);
    let mut value = objective.evaluate(&point, &mut gradient);
    let mut pairs: VecDeque<(Vec<f64>, Vec<f64>, f64)> = VecDeque::new();
    let (mut trial, mut trial_gradient) = (point.clone(), gradient.clone());
    let mut iterations = 0;
    while iterations < most && dot(&gradient, &gradient).sqrt() > tolerance {
        iterations += 1;
        let direction = two_loops(&gradient, &pairs);
        let slope = dot(&direction, &gradient);
        // The first step has no curvature to go by.
        let mut step = if pairs.is_empty() {
            1.0 / dot(&gradient, &gradient).sqrt().max(1.0)
        } else {
            1.0
        };
        let mut fell = false;
        for _ in 0..60 {
            for ((t, p), d) in trial.iter_mut().zip(&point).zip(&direction) {
                *t = p + step * d;
            }
            let trial_value = objective.evaluate(&trial, &mut trial_gradient);
            if trial_value <= value + 1e-4 * step * slope {
                value = trial_value;
                fell = true;
                break;
            }
            step *= 0.5;
        }
        if !fell {
            // Rounding hides any further descent.
            break;
        }
        let s: Vec<f64> = trial.iter().zip(&point).map(|(a, b)| a - b).collect();
        let y: Vec<f64> = trial_gradient.iter().zip(&gradient).map(|(a, b)| a - b).collect();
        let curvature = dot(&s, &y);
        if curvature > 1e-12 * dot(&y, &y) {
            if pairs.len() == MEMORY {
                pairs.pop_front();
            }
            pairs.push_back((s, y, curvature));
        }
        std::mem::swap(&mut point, &mut trial);
        std::mem::swap(&mut gradient, &mut trial_gradient);
    }
    Minimum {
        gradient_norm: dot(&gradient, &gradient).sqrt(),
        point,
        iterations,
    }
}

/// Minus the inverse Hessian, as the remembered pairs show it, times the gradient (algorithm 7.4).
fn two_loops(gradient: &[f64], pairs: &VecDeque<(Vec<f64>, Vec<f64>, f64)>) -> Vec<f64> {
    let mut q: Vec<f64> = gradient.iter().map(|g| -g).collect();
    let mut factors = Vec::with_capacity(pairs.len());
    for (s, y, curvature) in pairs.iter().rev() {
        let factor = dot(s, &q) / curvature;
        q.iter_mut().zip(y).for_each(|(q, y)| *q -= factor * y);
        factors.push(factor);
    }
    if let Some((_, y, curvature)) = pairs.back() {
        let scale = curvature / dot(y, y);
        q.iter_mut().for_each(|q| *q *= scale);
    }
    for ((s, y, curvature), factor) in pairs.iter().zip(factors.iter().rev()) {
        let back = factor - dot(y, &q) / curvature;
        q.iter_mut().zip(s).for_each(|(q, s)| *q += back * s);
    }
    q
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labelled(values: Vec<f32>, width: usize, labels: Vec<u8>) -> Dataset {
        Dataset::new("x", values, width)
            .unwrap()
            .with_labels(labels)
            .unwrap()
    }

    #[test]
    fn the_gradient_agrees_with_central_differences() {
        let values: Vec<f32> = (0..36).map(|i| ((i * 7 % 13) as f32).sin()).collect();
        let data = labelled(values, 3, (0..12).map(|i| i % 4).collect());
        let (means, scales) = standardisation(&data);
        let mut objective = Objective::new(&data, data.labels().unwrap(), 4, &means, &scales, 0.3);
        let point: Vec<f64> = (0..16).map(|i| 0.1 * f64::from(i * 5 % 11) - 0.5).collect();
        let (mut gradient, mut unused) = (vec![0.0; 16], vec![0.0; 16]);
        objective.evaluate(&point, &mut gradient);
        for index in 0..16 {
            let mut at = |shift: f64| {
                let mut point = point.clone();
                point[index] += shift;
                objective.evaluate(&point, &mut unused)
            };
            let difference = (at(1e-5) - at(-1e-5)) / 2e-5;
            assert!((gradient[index] - difference).abs() < 1e-8);
        }
    }

    /// Without features the best probabilities are the shares of the classes.
    #[test]
    fn biases_alone_learn_the_shares_of_the_classes() {
        let data = labelled(vec![3.0; 10], 1, vec![0, 0, 0, 0, 0, 1, 1, 1, 2, 2]);
        let options = ProbeOptions {
            tolerance: 1e-10,
            ..ProbeOptions::default()
        };
        let probe = Probe::fit(&data, options).unwrap();
        assert!(probe.converged());
        let odds: Vec<f64> = probe.weights.column(1).iter().map(|z| z.exp()).collect();
        let total: f64 = odds.iter().sum();
        for (share, want) in odds.iter().map(|o| o / total).zip([0.5, 0.3, 0.2]) {
            assert!((share - want).abs() < 1e-8);
        }
    }

    /// Two classes at ±a: the difference d of their weights solves λd = 2·sigmoid(−d)... in closed form, the
    /// derivative of ln(1 + e^−d) + λd²/4, with standardised features ±1.
    #[test]
    fn two_points_have_the_margin_of_the_stationary_equation() {
        let data = labelled(vec![-2.0, 2.0], 1, vec![0, 1]);
        let (l2, tolerance) = (0.1, 1e-11);
        let options = ProbeOptions {
            l2,
            tolerance,
            ..ProbeOptions::default()
        };
        let probe = Probe::fit(&data, options).unwrap();
        let d = probe.weights[(1, 0)] - probe.weights[(0, 0)];
        let residual = 0.5 * l2 * d - 1.0 / (1.0 + d.exp());
        assert!(residual.abs() < 1e-9, "{d} {residual}");
        assert_eq!(probe.predict(&data).unwrap(), [0, 1]);
        assert!(
            probe
                .predict(&Dataset::new("y", vec![1.0; 2], 2).unwrap())
                .is_err()
        );
        assert!(Probe::fit(&Dataset::new("y", vec![1.0; 2], 2).unwrap(), options).is_err());
    }
}
