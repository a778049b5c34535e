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

struct Trial<'a> {
    network: &'a Network,
    ambient: &'a Ambient,
    data: DMatrix<f64>,
    values: DMatrix<f64>,
    deviation: f64,
    whitening: DMatrix<f64>,
    white: DMatrix<f64>,
    reach: f64,
}

/// Tries the generators with these coefficients.
pub(super) fn check(
    network: &Network,
    data: &DMatrix<f64>,
    ambient: &Ambient,
    fields: &DMatrix<f64>,
    basis: &DMatrix<f64>,
    options: &ContinuousOptions,
) -> Vec<FiniteCheck> {
    if basis.ncols() == 0 {
        return Vec::new();
    }
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
    let deviation = values
        .column_iter()
        .map(|c| (c - &mean).norm_squared())
        .sum::<f64>()
        / values.ncols() as f64;
    let trial = Trial {
        network,
        ambient,
        deviation: deviation.sqrt(),
        reach: nearest[(nearest.len() - 1) * 9 / 10],
        data,
        values,
        whitening,
        white,
    };
    let controls: Vec<f64> = (0..8)
        .filter_map(|draw| {
            let mut rng = stream(options.seed, 6, draw);
            let direction = DVector::from_fn(fields.ncols(), |_, _| StandardNormal.sample(&mut rng));
            trial.of(&(fields * direction), options.motion).change
        })
        .collect();
    let control = (!controls.is_empty())
        .then(|| (controls.iter().map(|c| c * c).sum::<f64>() / controls.len() as f64).sqrt());
    (0..basis.ncols().min(GENERATORS))
        .map(|i| FiniteCheck {
            control,
            ..trial.of(&basis.column(i).into_owned(), options.motion)
        })
        .collect()
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

impl Trial<'_> {
    fn of(&self, coefficients: &DVector<f64>, motion: f64) -> FiniteCheck {
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
            control: None,
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
