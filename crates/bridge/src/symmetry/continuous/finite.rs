//! Finite motions: generators tried on the map itself, near the data.

use super::ambient::Ambient;
use super::derivatives::{Metric, stream};
use super::{ContinuousOptions, vector};
use nalgebra::{DMatrix, DVector};
use nets::Network;
use rand_distr::{Distribution, StandardNormal};
use serde::Serialize;

/// Rows that are moved, at most.
const ROWS: usize = 300;
/// Generators that are tried, at most.
const GENERATORS: usize = 24;
/// Random fields of a control.
const CONTROLS: usize = 8;
/// Steps and order of the Taylor series of the flow.
const STEPS: usize = 16;
const ORDER: usize = 6;

/// What a motion e^{tA} does to the map.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FiniteCheck {
    /// t; the motion is tried forwards and backwards.
    pub time: f64,
    /// Share of moved rows that stay as near to the data as nine of ten rows are to each other; only these count.
    pub kept: f64,
    /// Root mean square of f(e^{tA}x) − f(x), over √2 times the deviation of f: 0 is exact, 1 is two unrelated rows. `None` if
    /// no row stays near the data.
    pub change: Option<f64>,
    /// The same for random generators of the ambient algebra that move the data as far.
    pub control: Option<f64>,
}

/// The map, the data near which it is tried, and what random motions do to it.
pub(super) struct Trial<'a> {
    network: &'a Network,
    ambient: &'a Ambient,
    data: DMatrix<f64>,
    values: DMatrix<f64>,
    deviation: f64,
    whitening: DMatrix<f64>,
    white: DMatrix<f64>,
    reach: f64,
    motion: f64,
    control: Option<f64>,
}

fn distance(points: &DMatrix<f64>, to: &DVector<f64>, except: Option<usize>) -> f64 {
    let squared = points
        .column_iter()
        .enumerate()
        .filter(|(j, _)| Some(*j) != except)
        .map(|(_, point)| (point - to).norm_squared())
        .fold(f64::INFINITY, f64::min);
    squared.sqrt()
}

impl<'a> Trial<'a> {
    /// Prepares trials; `fields` are the coefficients of all fields that move the data, of length 1 (columns).
    pub(super) fn new(
        network: &'a Network,
        data: &DMatrix<f64>,
        ambient: &'a Ambient,
        fields: &DMatrix<f64>,
        options: &ContinuousOptions,
    ) -> Self {
        let step = data.ncols().div_ceil(ROWS);
        let kept: Vec<usize> = (0..data.ncols()).step_by(step).collect();
        let whitening = Metric::of(data, ambient).whitening;
        let data = data.select_columns(&kept);
        let white = whitening.tr_mul(&data);
        let mut nearest: Vec<f64> = (0..white.ncols())
            .map(|i| distance(&white, &white.column(i).into_owned(), Some(i)))
            .collect();
        nearest.sort_by(f64::total_cmp);
        let values = network.forward_columns(&data);
        let mean = values.column_mean();
        let square: f64 = values.column_iter().map(|c| (c - &mean).norm_squared()).sum();
        let mut trial = Trial {
            network,
            ambient,
            deviation: (square / values.ncols() as f64).sqrt(),
            reach: nearest[(nearest.len() - 1) * 9 / 10],
            data,
            values,
            whitening,
            white,
            motion: options.motion,
            control: None,
        };
        trial.control = trial.mean_change(fields, options.seed);
        trial
    }

    /// Root mean square change under random fields of the span of the given ones (coefficients in columns).
    fn mean_change(&self, fields: &DMatrix<f64>, seed: u64) -> Option<f64> {
        let changes: Vec<f64> = (0..CONTROLS)
            .filter_map(|draw| {
                let mut rng = stream(seed, 6, draw);
                let direction = DVector::from_fn(fields.ncols(), |_, _| StandardNormal.sample(&mut rng));
                self.of(&(fields * direction)).change
            })
            .collect();
        (!changes.is_empty())
            .then(|| (changes.iter().map(|c| c * c).sum::<f64>() / changes.len() as f64).sqrt())
    }

    /// The change under random fields of a span over that under random fields of the ambient algebra.
    pub(super) fn share(&self, fields: &DMatrix<f64>, seed: u64) -> Option<f64> {
        let control = self.control.filter(|control| *control > 0.0)?;
        Some(self.mean_change(fields, seed)? / control)
    }

    /// Tries the generators with these coefficients (columns), at most 24.
    pub(super) fn checks(&self, basis: &DMatrix<f64>) -> Vec<FiniteCheck> {
        (0..basis.ncols().min(GENERATORS))
            .map(|i| self.of(&basis.column(i).into_owned()))
            .collect()
    }

    fn of(&self, coefficients: &DVector<f64>) -> FiniteCheck {
        let motion = self.motion;
        let rows = self.data.ncols();
        let speed = (0..rows)
            .map(|j| {
                let field = self
                    .ambient
                    .field_at(coefficients.as_slice(), self.data.column(j).as_slice());
                self.whitening.tr_mul(&field).norm_squared()
            })
            .sum::<f64>();
        let time = motion * ((self.whitening.ncols() * rows) as f64 / speed.max(f64::MIN_POSITIVE)).sqrt();
        let (mut sum, mut count) = (0.0, 0);
        for time in [time, -time] {
            for j in 0..rows {
                let moved = flow(
                    self.ambient,
                    coefficients.as_slice(),
                    self.data.column(j).as_slice(),
                    time,
                );
                if distance(&self.white, &self.whitening.tr_mul(&moved), None) <= self.reach {
                    sum += (self.network.forward(&moved) - self.values.column(j)).norm_squared();
                    count += 1;
                }
            }
        }
        let change = (sum / count as f64).sqrt() / (std::f64::consts::SQRT_2 * self.deviation);
        FiniteCheck {
            time,
            kept: count as f64 / (2 * rows) as f64,
            change: (count > 0 && change.is_finite()).then_some(change),
            control: self.control,
        }
    }
}

/// e^{tA} applied to x, by Taylor's series in 16 steps.
fn flow(ambient: &Ambient, coefficients: &[f64], x: &[f64], time: f64) -> DVector<f64> {
    let mut point = vector(x);
    let zero = DVector::zeros(x.len());
    let constant = ambient.field_at(coefficients, zero.as_slice());
    let step = time / STEPS as f64;
    for _ in 0..STEPS {
        let mut term = ambient.field_at(coefficients, point.as_slice()) * step;
        let mut moved = &point + &term;
        for order in 2..=ORDER {
            term = (ambient.field_at(coefficients, term.as_slice()) - &constant) * (step / order as f64);
            moved += &term;
        }
        point = moved;
    }
    point
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symmetry::continuous::Algebra;

    #[test]
    fn flows_are_exponentials() {
        let aff = "aff".parse::<Algebra>().and_then(|a| a.on(2, None)).unwrap();
        // x' = y + 1, y' = -x: a turn about (0, -1).
        let moved = flow(&aff, &[0.0, 1.0, -1.0, 0.0, 1.0, 0.0], &[1.0, 0.5], 0.9);
        let (sin, cos) = 0.9f64.sin_cos();
        let expected = [cos + 1.5 * sin, -sin + 1.5 * cos - 1.0];
        assert!((moved[0] - expected[0]).abs() < 1e-10 && (moved[1] - expected[1]).abs() < 1e-10);
    }
}
