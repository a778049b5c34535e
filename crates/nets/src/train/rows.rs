//! The rows of an epoch: in which order, and how they come into a batch, corrupted or not.

use crate::elementwise::vectorised;
use crate::matrix::{ROW_GROUP, for_each_block};
use crate::optimizer::option;
use crate::random::{self, Purpose, stream, unit_f32};
use crate::{Dataset, EpochError, NetError};
use rand::Rng;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

/// What is done to an input before it is encoded; the target stays clean (Vincent et al. 2010).
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Corruption {
    /// Nothing.
    #[default]
    None,
    /// Each coordinate is set to 0 with this probability.
    Masking(f64),
    /// Normal noise of this standard deviation is added.
    Gaussian(f64),
    /// Each coordinate is set, with this probability, to 0 or 1 with equal chance.
    SaltAndPepper(f64),
}

impl Corruption {
    /// Checks that the amount is in range.
    pub(crate) fn check(self) -> Result<(), NetError> {
        match self {
            Corruption::None => Ok(()),
            Corruption::Masking(p) | Corruption::SaltAndPepper(p) => option(
                (0.0..=1.0).contains(&p),
                "corruption probability",
                p,
                "a number in [0, 1]",
            ),
            Corruption::Gaussian(sd) => option(
                sd.is_finite() && sd >= 0.0,
                "corruption noise",
                sd,
                "a finite number of at least 0",
            ),
        }
    }
}

/// Rows per random stream of a batch: fixed, so that the noise does not depend on the number of threads.
const STREAM_ROWS: usize = ROW_GROUP;

/// Random bits made at a time.
const BITS: usize = 64;

/// A matrix of rows to draw batches from, with a label to each if known.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    values: &'a [f32],
    width: usize,
    labels: Option<&'a [u8]>,
}

impl<'a> Rows<'a> {
    /// The rows of a data set.
    pub fn of(data: &'a Dataset) -> Self {
        Rows {
            values: data.values(),
            width: data.width(),
            labels: data.labels(),
        }
    }

    pub(crate) fn new(values: &'a [f32], width: usize) -> Self {
        Rows {
            values,
            width,
            labels: None,
        }
    }

    /// Number of rows.
    pub fn count(&self) -> usize {
        self.values.len() / self.width
    }

    /// Numbers in a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// All numbers, row after row.
    pub fn values(&self) -> &'a [f32] {
        self.values
    }

    /// One label per row, if known.
    pub fn labels(&self) -> Option<&'a [u8]> {
        self.labels
    }

    /// One row.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn row(&self, index: usize) -> &'a [f32] {
        &self.values[index * self.width..(index + 1) * self.width]
    }

    /// The first rows, few enough to measure an error on after every epoch.
    pub(crate) fn sample(&self) -> Rows<'a> {
        let count = self.count().min(EpochError::SAMPLE);
        Rows {
            values: &self.values[..count * self.width],
            width: self.width,
            labels: self.labels.map(|labels| &labels[..count]),
        }
    }

    /// Checks that all numbers lie in \[0, 1\].
    pub(crate) fn check_unit_interval(&self, what: &str) -> Result<(), NetError> {
        let outside = self
            .values
            .iter()
            .enumerate()
            .find(|(_, v)| !(0.0..=1.0).contains(*v));
        outside.map_or(Ok(()), |(index, &value)| {
            let (what, value) = (what.into(), f64::from(value));
            Err(NetError::OutOfRange {
                what,
                index,
                value,
                expected: "[0, 1]".into(),
            })
        })
    }

    /// Copies the given rows, one after the other, into `out`.
    pub(crate) fn gather(&self, rows: &[usize], out: &mut [f32]) {
        for (&row, out) in rows.iter().zip(out.chunks_exact_mut(self.width)) {
            out.copy_from_slice(self.row(row));
        }
    }
}

/// The order of the rows in an epoch: an address of its own for each epoch, so that resuming needs no state.
pub(crate) fn epoch_order(order: &mut Vec<usize>, rows: usize, seed: u64, layer: usize, epoch: usize) {
    order.clear();
    order.extend(0..rows);
    random::shuffle(
        order,
        &mut stream(seed, Purpose::Order, layer as u64, epoch as u64),
    );
}

/// An address for the randomness of one batch: streams depend on it alone, not on what was drawn before.
#[derive(Debug, Clone, Copy)]
pub struct BatchAddress {
    pub(crate) seed: u64,
    pub(crate) layer: usize,
    pub(crate) epoch: usize,
    pub(crate) batch: usize,
    pub(crate) step: usize,
}

impl BatchAddress {
    /// A random stream of this batch; give each block of rows its own, whatever the number of threads.
    pub fn rng(&self, block: usize) -> impl Rng {
        self.stream(Purpose::Learner, block)
    }

    /// The same batch at another Gibbs step.
    pub(crate) fn with_step(self, step: usize) -> Self {
        BatchAddress { step, ..self }
    }

    /// The stream of the `block`-th group of rows for a purpose.
    pub(crate) fn stream(&self, purpose: Purpose, block: usize) -> rand_chacha::ChaCha8Rng {
        let first = (self.layer as u64) << 48 | (self.epoch as u64) << 16 | self.step as u64;
        stream(
            self.seed,
            purpose,
            first,
            (self.batch as u64) << 24 | block as u64,
        )
    }
}

/// Corrupts the rows of a batch in place.
pub(crate) fn corrupt(values: &mut [f32], width: usize, corruption: Corruption, address: BatchAddress) {
    if corruption == Corruption::None {
        return;
    }
    for_each_block(values, STREAM_ROWS * width, |block, values| {
        let mut rng = address.stream(Purpose::Corruption, block);
        match corruption {
            Corruption::None => {}
            Corruption::Masking(p) => {
                with_uniform(
                    values,
                    &mut rng,
                    |value, u| if u < p as f32 { 0.0 } else { value },
                );
            }
            Corruption::SaltAndPepper(p) => {
                let (p, half) = (p as f32, 0.5 * p as f32);
                with_uniform(values, &mut rng, |value, u| match u {
                    u if u < half => 0.0,
                    u if u < p => 1.0,
                    _ => value,
                });
            }
            Corruption::Gaussian(sd) => {
                for value in values {
                    let noise: f64 = StandardNormal.sample(&mut rng);
                    *value += (sd * noise) as f32;
                }
            }
        }
    });
}

/// Replaces each value by `f(value, u)` with u uniform in \[0, 1).
#[inline(always)]
pub(crate) fn with_uniform(values: &mut [f32], rng: &mut impl Rng, f: impl Fn(f32, f32) -> f32) {
    let mut bytes = [0u8; 4 * BITS];
    for values in values.chunks_mut(BITS) {
        rng.fill_bytes(&mut bytes);
        vectorised(
            #[inline(always)]
            || {
                let (words, _) = bytes.as_chunks::<4>();
                for (value, word) in values.iter_mut().zip(words) {
                    *value = f(*value, unit_f32(u32::from_le_bytes(*word)));
                }
            },
        );
    }
}

/// Replaces each probability by a Bernoulli draw, 0 or 1, in rows from `first` on (a multiple of the rows per stream).
pub(crate) fn sample_bernoulli(
    values: &mut [f32],
    width: usize,
    first: usize,
    purpose: Purpose,
    address: BatchAddress,
) {
    for (block, values) in values.chunks_mut(STREAM_ROWS * width).enumerate() {
        let mut rng = address.stream(purpose, first / STREAM_ROWS + block);
        with_uniform(values, &mut rng, |p, u| if u < p { 1.0 } else { 0.0 });
    }
}

/// Adds standard normal noise, in rows from `first` on.
pub(crate) fn add_normal(
    values: &mut [f32],
    width: usize,
    first: usize,
    purpose: Purpose,
    address: BatchAddress,
) {
    for (block, values) in values.chunks_mut(STREAM_ROWS * width).enumerate() {
        let mut rng = address.stream(purpose, first / STREAM_ROWS + block);
        for value in values {
            let noise: f64 = StandardNormal.sample(&mut rng);
            *value += noise as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: BatchAddress = BatchAddress {
        seed: 5,
        layer: 0,
        epoch: 1,
        batch: 2,
        step: 0,
    };

    #[test]
    fn corruption_has_the_rate_asked_for() {
        let n = 40_000;
        let corrupted = |corruption| {
            let mut values = vec![0.5f32; n];
            corrupt(&mut values, 100, corruption, ADDRESS);
            values
        };
        // Six standard deviations of a binomial count at p = .3 and .15: 550 and 428.
        let count = |values: &[f32], x: f32| values.iter().filter(|&&v| v == x).count() as i64;
        let masked = corrupted(Corruption::Masking(0.3));
        assert!((count(&masked, 0.0) - 12_000).abs() < 550);
        assert_eq!(count(&masked, 0.0) + count(&masked, 0.5), n as i64);
        let salted = corrupted(Corruption::SaltAndPepper(0.3));
        assert!((count(&salted, 0.0) - 6000).abs() < 428 && (count(&salted, 1.0) - 6000).abs() < 428);
        let noisy = corrupted(Corruption::Gaussian(0.1));
        let variance = noisy.iter().map(|v| f64::from(v - 0.5).powi(2)).sum::<f64>() / n as f64;
        assert!((variance - 0.01).abs() < 6.0 * 0.01 * (2.0 / n as f64).sqrt());
        assert_eq!(corrupted(Corruption::None), vec![0.5; n]);
    }

    #[test]
    fn samples_have_their_probabilities() {
        let mut values = vec![0.9f32; 10_000];
        sample_bernoulli(&mut values, 10, 0, Purpose::Hidden, ADDRESS);
        let ones = values.iter().filter(|&&v| v == 1.0).count() as i64;
        assert!((ones - 9000).abs() < 180 && values.iter().all(|&v| v == 0.0 || v == 1.0));
        let mut sure = vec![1.0f32, 0.0];
        sample_bernoulli(&mut sure, 2, 0, Purpose::Hidden, ADDRESS);
        assert_eq!(sure, [1.0, 0.0]);
    }
}
