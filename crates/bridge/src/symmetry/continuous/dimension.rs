//! How many values of a spectrum are zero enough: a test that can answer none.
//!
//! The bounds below were set on 796 small networks (tanh, ReLU, SiLU, GELU; 2 to 10 inputs; R² from 0.975 to 0.9999), 427 of which
//! had learned maps without an affine symmetry; `docs/symmetries.md` has the table.

use super::ContinuousOptions;
use super::ambient::Kind;
use super::closure::Brackets;
use super::derivatives::{System, stream};
use super::finite::Trial;
use super::spectrum::Spectrum;
use nalgebra::{DMatrix, SymmetricEigen};
use rand::RngExt;
use serde::Serialize;

/// Values below this are not told apart: a trained network's are noise.
const FLOOR: f64 = 0.01;
/// Values below this are zero up to the rounding of weights that were stored in single precision.
const EXACT: f64 = 1e-5;
/// By how much the next value must exceed an exact zero.
const EXACT_RATIO: f64 = 100.0;
/// Least ratio of the next value to that of a single field; of several fields, which must also close.
const RATIO: (f64, f64) = (3.5, 2.0);
/// The same where finite motions show that the values are mostly error.
const NOISY_RATIO: (f64, f64) = (2.2, 2.0);
/// Largest value; above `CLEAR` finite motions must change the map no more than it says.
const VALUE: f64 = 0.25;
const CLEAR: f64 = 0.12;
/// Largest value where finite motions change the map by at most this share of what it says: the error of a trained network
/// oscillates along the motion, a defect of symmetry adds up.
const NOISY: (f64, f64) = (0.35, 0.8);
/// Largest closure defect.
const CLOSURE: f64 = 0.15;
/// Bounds for translations, on the share of the gradient along the field: either pair of value and ratio.
const TRANSLATION: [(f64, f64); 2] = [(0.04, 3.0), (0.08, 8.0)];
/// A gap this wide makes a level worth listing, if the fields below it close.
const LEVEL_RATIO: f64 = 1.5;
/// Levels that are listed, at most.
const LEVELS: usize = 8;
/// The share of resamples below which a dimension is not stable.
const STABLE: f64 = 0.5;

/// How the dimension was decided.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// The dimension.
    pub dimension: usize,
    /// How many values are zero to rounding.
    pub exact_dimension: usize,
    /// The largest value counted as zero; `None` if none is.
    pub largest_zero: Option<f64>,
    /// The smallest value not counted as zero; `None` if all are.
    pub smallest_nonzero: Option<f64>,
    /// log₁₀ of the squared ratio of the two (for dimension 0, of the second smallest value to the smallest).
    pub gap_decades: f64,
    /// The smallest value when every gradient is replaced by one in a random direction (1 for many rows; lower if the rows are
    /// few for the dimension of the ambient algebra).
    pub null_level: f64,
    /// Other dimensions at which the spectrum has a gap and the fields below it close: finer or coarser algebras, at most 8.
    pub levels: Vec<Level>,
    /// Why.
    pub reason: String,
}

/// A span of the best fields that is nearly closed and set off by a gap.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Level {
    /// Its dimension.
    pub dimension: usize,
    /// Its largest value.
    pub value: f64,
    /// Ratio of the next value to it.
    pub ratio: f64,
    /// Closure defect.
    pub closure_defect: f64,
    /// How much finite motions by its fields change the output, over what random ones of the ambient algebra do; `None` if no
    /// row stays near the data.
    pub change: Option<f64>,
}

/// The bootstrap's view of the dimension.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Confidence {
    /// Share of resamples with the reported dimension.
    pub share: f64,
    /// Resamples of the rows (in blocks).
    pub resamples: usize,
    /// (dimension, how often), rising.
    pub dimensions: Vec<(usize, usize)>,
}

/// What decides beside the values.
pub(super) struct Judge<'a, 'b> {
    pub(super) kind: Kind,
    /// Dimension of the span of the data.
    pub(super) data_dimension: usize,
    pub(super) brackets: &'b mut Brackets<'a>,
    /// Finite motions, where the map can be tried by them.
    pub(super) motions: Option<Motions<'a>>,
}

/// Finite motions by the spans of the best fields of a spectrum, each span tried once.
pub(super) struct Motions<'a> {
    trial: &'a Trial<'a>,
    spectrum: &'a Spectrum,
    seed: u64,
    known: Vec<Option<Option<f64>>>,
}

impl<'a> Motions<'a> {
    pub(super) fn new(trial: &'a Trial<'a>, spectrum: &'a Spectrum, seed: u64) -> Self {
        Motions {
            trial,
            spectrum,
            seed,
            known: vec![None; spectrum.values.len() + 1],
        }
    }

    /// The change of the map under the first d fields over that under random ones.
    fn share(&mut self, d: usize) -> Option<f64> {
        if let Some(known) = self.known[d] {
            return known;
        }
        let fields = self.spectrum.fields.columns(0, d).into_owned();
        let share = self.trial.share(&fields, self.seed);
        self.known[d] = Some(share);
        share
    }
}

impl Judge<'_, '_> {
    /// The dimension, and how many values are exact zeros.
    fn dimensions(&mut self, values: &[f64]) -> (usize, usize) {
        let next = |d: usize| {
            values
                .get(d)
                .copied()
                .unwrap_or_else(|| values.last().map_or(1.0, |v| v.max(1.0)))
        };
        let exact = (1..=values.len())
            .rev()
            .find(|&d| values[d - 1] <= EXACT && next(d) >= EXACT_RATIO * values[d - 1].max(1e-12))
            .unwrap_or(0);
        let mut best = (0, 0.0);
        for d in 1..=values.len() {
            let value = values[d - 1].max(FLOOR);
            let ratio = next(d).max(FLOOR) / value;
            if ratio > best.1 && self.accepts(d, value, ratio) {
                best = (d, ratio);
            }
        }
        (best.0.max(exact), exact)
    }

    fn change(&mut self, d: usize) -> Option<f64> {
        self.motions.as_mut().and_then(|motions| motions.share(d))
    }

    fn accepts(&mut self, d: usize, value: f64, ratio: f64) -> bool {
        match self.kind {
            Kind::Translations => {
                let share = value / (self.data_dimension as f64).sqrt();
                TRANSLATION
                    .iter()
                    .any(|&(most, least)| share <= most && ratio >= least)
            }
            _ => {
                let (plain, noisy) = if d == 1 {
                    (RATIO.0, NOISY_RATIO.0)
                } else {
                    (RATIO.1, NOISY_RATIO.1)
                };
                if value > NOISY.0 || ratio < plain.min(noisy) || self.brackets.defect(d) > CLOSURE {
                    return false;
                }
                if value <= CLEAR && ratio >= plain {
                    return true;
                }
                // Of the whole ambient algebra there is nothing to compare with but itself.
                let whole = self.brackets.dimension() == d;
                match self.change(d).filter(|_| !whole) {
                    Some(change) => {
                        value <= VALUE && ratio >= plain && change <= value
                            || ratio >= noisy && change <= NOISY.1 * value
                    }
                    None => value <= VALUE && ratio >= plain,
                }
            }
        }
    }

    /// The gaps above nearly closed spans, widest first, without that of the decision.
    fn levels(&mut self, values: &[f64], decided: usize) -> Vec<Level> {
        let mut gaps: Vec<(f64, usize)> = (1..values.len())
            .filter(|&d| d != decided)
            .map(|d| (values[d].max(FLOOR) / values[d - 1].max(FLOOR), d))
            .filter(|(ratio, d)| *ratio >= LEVEL_RATIO && values[d - 1] <= 0.5)
            .collect();
        gaps.sort_by(|a, b| b.0.total_cmp(&a.0));
        gaps.truncate(LEVELS);
        gaps.retain(|&(_, d)| self.brackets.defect(d) <= CLOSURE);
        let mut levels: Vec<Level> = gaps
            .into_iter()
            .map(|(ratio, d)| Level {
                dimension: d,
                value: values[d - 1],
                ratio,
                closure_defect: self.brackets.defect(d),
                change: self.change(d),
            })
            .collect();
        levels.sort_by_key(|level| level.dimension);
        levels
    }

    /// The decision with its reason.
    pub(super) fn verdict(&mut self, values: &[f64], null_level: f64) -> Verdict {
        let (dimension, exact_dimension) = self.dimensions(values);
        let largest_zero = dimension.checked_sub(1).map(|d| values[d]);
        let smallest_nonzero = values.get(dimension).copied();
        // The whole ambient algebra being null is measured against 1, what a random field has.
        let above = smallest_nonzero.unwrap_or(1.0);
        let gap_decades = match (largest_zero, values) {
            (Some(low), _) => gap_decades(low, above.max(low)),
            (None, [first, second, ..]) => gap_decades(*first, *second),
            (None, _) => 0.0,
        };
        let reason = match (dimension, exact_dimension) {
            (0, _) if values.is_empty() => {
                "no field of the ambient algebra moves the data within their span".to_owned()
            }
            (0, _) => format!(
                "no gap is wide enough above values that are small enough: the smallest are {}",
                values
                    .iter()
                    .take(3)
                    .map(|v| format!("{v:.3}"))
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
            (d, e) if d == e => format!("{d} values are zero to rounding"),
            (1, _) => "one value is small and the next far above it".to_owned(),
            (d, _) if d == values.len() => "all values are small: the whole ambient algebra".to_owned(),
            (d, _) => format!(
                "{d} values are small, the next is far above them, and their span closes under the bracket"
            ),
        };
        Verdict {
            dimension,
            exact_dimension,
            largest_zero,
            smallest_nonzero,
            gap_decades,
            null_level,
            levels: self.levels(values, dimension),
            reason,
        }
    }

    /// The verdict after the bootstrap: a dimension that most resamples do not share is not claimed, unless it is exact.
    pub(super) fn reconsidered(
        &mut self,
        verdict: Verdict,
        confidence: &Confidence,
        values: &[f64],
    ) -> Verdict {
        if verdict.dimension <= verdict.exact_dimension || confidence.share >= STABLE {
            return verdict;
        }
        let share = (100.0 * confidence.share).round();
        let exact = verdict.exact_dimension;
        let largest_zero = exact.checked_sub(1).map(|d| values[d]);
        let above = values[exact];
        Verdict {
            dimension: exact,
            largest_zero,
            smallest_nonzero: Some(above),
            gap_decades: largest_zero.map_or(0.0, |low| gap_decades(low, above)),
            levels: self.levels(values, exact),
            reason: format!(
                "dimension {} is not stable: {share}% of resampled rows agree",
                verdict.dimension
            ),
            ..verdict
        }
    }

    /// How often resampled rows give the same dimension.
    pub(super) fn bootstrap(
        &mut self,
        spectrum: &Spectrum,
        system: &System,
        dimension: usize,
        options: &ContinuousOptions,
    ) -> Confidence {
        let q = spectrum.fields.ncols();
        let resamples = if q > 200 {
            options.resamples.min(20)
        } else {
            options.resamples
        };
        let mut at = 0;
        let grams: Vec<(DMatrix<f64>, DMatrix<f64>)> = system
            .blocks
            .iter()
            .map(|(height, scale)| {
                let rows = system.averaged.rows(at, *height) * &spectrum.fields;
                at += height;
                (
                    rows.tr_mul(&rows),
                    spectrum.fields.tr_mul(&(scale * &spectrum.fields)),
                )
            })
            .collect();
        let mut counts = std::collections::BTreeMap::new();
        for resample in 0..resamples {
            let mut rng = stream(options.seed, 5, resample);
            let mut weights = vec![0.0; grams.len()];
            (0..grams.len()).for_each(|_| weights[rng.random_range(0..grams.len())] += 1.0);
            let mut sums = (DMatrix::zeros(q, q), DMatrix::zeros(q, q));
            for (weight, (gram, scale)) in weights.iter().zip(&grams).filter(|(w, _)| **w > 0.0) {
                sums.0 += gram * *weight;
                sums.1 += scale * *weight;
            }
            if let Some(values) = generalised(sums.0, sums.1) {
                *counts.entry(self.dimensions(&values).0).or_insert(0) += 1;
            }
        }
        let same = counts.get(&dimension).copied().unwrap_or(0);
        Confidence {
            share: if resamples == 0 {
                1.0
            } else {
                same as f64 / resamples as f64
            },
            resamples,
            dimensions: counts.into_iter().collect(),
        }
    }
}

/// log₁₀ of the squared ratio of two values, the lower one taken as no smaller than rounding.
fn gap_decades(low: f64, high: f64) -> f64 {
    2.0 * (high / low.max(f64::EPSILON * high)).log10()
}

/// Square roots of the eigenvalues of a Gram matrix against a scale, rising; `None` if the scale is singular.
fn generalised(gram: DMatrix<f64>, scale: DMatrix<f64>) -> Option<Vec<f64>> {
    if gram.is_empty() {
        return Some(Vec::new());
    }
    let lower = scale.cholesky()?.l();
    let half = lower.solve_lower_triangular(&gram)?;
    let whole = lower.solve_lower_triangular(&half.transpose())?;
    let mut values: Vec<f64> = SymmetricEigen::new(whole)
        .eigenvalues
        .iter()
        .map(|v| v.max(0.0).sqrt())
        .collect();
    values.sort_by(f64::total_cmp);
    Some(values)
}
