//! Nested sampling of a loss on a box.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::loss::BoxLoss;
use super::walk::Walk;
use crate::BridgeError;

/// How to follow the volume of a loss.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct NestedOptions {
    /// Points that are kept, N, in each run.
    pub live: usize,
    /// Independent runs, whose agreement is a diagnostic. They run in parallel.
    pub runs: usize,
    /// Sweeps over all coordinates between a copy and its use as a fresh draw.
    pub sweeps: usize,
    /// Where to stop: the smallest loss, or the floor of the loss's arithmetic if that is larger.
    pub floor: f64,
    /// Most evaluations of the loss, over all runs.
    pub evaluations: u64,
    /// Everything random follows from it.
    pub seed: u64,
}

impl Default for NestedOptions {
    fn default() -> Self {
        NestedOptions {
            live: 500,
            runs: 4,
            sweeps: 8,
            floor: 1e-60,
            evaluations: 2_000_000_000,
            seed: 1,
        }
    }
}

impl NestedOptions {
    fn check(&self) -> Result<(), BridgeError> {
        let whole = |name: &str, value: usize, range: std::ops::RangeInclusive<usize>, expected: &str| {
            if range.contains(&value) {
                return Ok(());
            }
            Err(BridgeError::Parameter {
                key: name.to_owned(),
                got: value.to_string(),
                expected: expected.to_owned(),
            })
        };
        whole("live points", self.live, 16..=1_000_000, "from 16 to 1,000,000")?;
        whole("runs", self.runs, 1..=1024, "from 1 to 1,024")?;
        whole("sweeps", self.sweeps, 1..=100_000, "from 1 to 100,000")?;
        if !(self.floor > 0.0 && self.floor < 1.0) {
            return Err(BridgeError::Parameter {
                key: "floor".to_owned(),
                got: self.floor.to_string(),
                expected: "a loss between 0 and 1".to_owned(),
            });
        }
        Ok(())
    }
}

/// What nested sampling leaves: the losses at which the volume shrank by one step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NestedSample {
    /// Points kept in each run, N.
    pub live: usize,
    /// −ln of the losses of the points that were taken away, in the order of the runs; rising within each.
    pub levels: Vec<Vec<f64>>,
    /// Evaluations of the loss.
    pub evaluations: u64,
    /// Whether every run reached the floor.
    pub complete: bool,
    /// The seed.
    pub seed: u64,
}

/// A live point; the largest loss is taken first.
struct Live {
    loss: f64,
    index: usize,
}

impl PartialEq for Live {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Live {}

impl PartialOrd for Live {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Live {
    fn cmp(&self, other: &Self) -> Ordering {
        self.loss
            .total_cmp(&other.loss)
            .then(self.index.cmp(&other.index))
    }
}

/// Follows the volume {K < t} of a loss from the whole box down to the floor.
///
/// Each run takes about N·λ·ln(1/floor) steps of `sweeps` moves for every coordinate; a move costs from one to about
/// 2 log₂(1/width of the level set) evaluations. The result depends on the seed, not on the number of threads.
///
/// # Errors
/// [`BridgeError::Parameter`] if an option is out of range, and [`BridgeError::BadLoss`] where the loss is negative or
/// not finite.
pub fn follow<L: BoxLoss>(loss: &L, options: &NestedOptions) -> Result<NestedSample, BridgeError> {
    options.check()?;
    let share = options.evaluations / options.runs as u64;
    let runs: Vec<(Vec<f64>, u64, bool)> = (0..options.runs)
        .into_par_iter()
        .map(|run| follow_once(loss, options, run, share))
        .collect::<Result<_, _>>()?;
    Ok(NestedSample {
        live: options.live,
        evaluations: runs.iter().map(|run| run.1).sum(),
        complete: runs.iter().all(|run| run.2),
        levels: runs.into_iter().map(|run| run.0).collect(),
        seed: options.seed,
    })
}

fn follow_once<L: BoxLoss>(
    loss: &L,
    options: &NestedOptions,
    run: usize,
    most: u64,
) -> Result<(Vec<f64>, u64, bool), BridgeError> {
    let mut rng = ChaCha8Rng::seed_from_u64(options.seed);
    rng.set_stream(run as u64);
    let (dimension, side) = (loss.dimension(), loss.half_width());
    let mut points = vec![0.0; options.live * dimension];
    for x in &mut points {
        *x = side * (2.0 * rng.random::<f64>() - 1.0);
    }
    let mut heap = BinaryHeap::with_capacity(options.live);
    for (index, point) in points.chunks(dimension).enumerate() {
        let value = loss.value(point);
        if !(value.is_finite() && value >= 0.0) {
            let point = point.to_vec();
            return Err(BridgeError::BadLoss { value, point });
        }
        heap.push(Live { loss: value, index });
    }
    let mut walk = Walk::new(loss);
    let mut levels = Vec::new();
    let floor = options.floor.max(loss.floor());
    let mut fresh = vec![0.0; dimension];
    while let Some(worst) = heap.pop() {
        let bound = worst.loss;
        if bound <= floor {
            return Ok((levels, walk.evaluations, true));
        }
        if walk.evaluations > most {
            break;
        }
        levels.push(-bound.ln());
        // A copy of another live point, moved about below the bound.
        let mut from = rng.random_range(0..options.live - 1);
        from += usize::from(from >= worst.index);
        fresh.copy_from_slice(&points[from * dimension..][..dimension]);
        let mut value = loss.value(&fresh);
        for _ in 0..options.sweeps {
            value = walk.sweep(&mut fresh, value, bound, &points, &mut rng);
        }
        if !(value.is_finite() && value >= 0.0) {
            let point = fresh.clone();
            return Err(BridgeError::BadLoss { value, point });
        }
        points[worst.index * dimension..][..dimension].copy_from_slice(&fresh);
        let index = worst.index;
        heap.push(Live { loss: value, index });
    }
    Ok((levels, walk.evaluations, false))
}
