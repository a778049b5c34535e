//! The volume of the ε-stabilizer {g : d(g) < ε}, counted over a range of ε at once.

use nalgebra::DMatrix;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Measure, PowerLawFit, clopper_pearson, fit_power_law};
use crate::GroupError;

/// Samples that share one random stream; the stream number is the index of the chunk, so threads change nothing.
const CHUNK: u64 = 4096;

/// At how many ε to count, and how carefully.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct VolumeQuestion {
    /// The ε, positive and increasing.
    pub epsilons: Vec<f64>,
    /// The number of group elements to draw.
    pub samples: u64,
    /// The confidence of each interval, for example 0.99.
    pub confidence: f64,
    /// The fewest hits with which an ε enters the slope.
    pub min_hits: u64,
}

impl VolumeQuestion {
    /// `per_decade` values of ε per factor of ten from `low` to `high`; a million samples, confidence 0.99.
    pub fn over_decades(low: f64, high: f64, per_decade: usize) -> Self {
        let steps = ((high / low).log10() * per_decade as f64).round().max(1.0) as usize;
        let ratio = (high / low).powf(1.0 / steps as f64);
        VolumeQuestion {
            epsilons: (0..=steps).map(|k| low * ratio.powi(k as i32)).collect(),
            samples: 1_000_000,
            confidence: 0.99,
            min_hits: 50,
        }
    }

    fn check(&self) -> Result<(), GroupError> {
        let increasing = self.epsilons.iter().is_sorted_by(|a, b| a < b);
        let positive = self.epsilons.iter().all(|e| e.is_finite() && *e > 0.0);
        if self.epsilons.is_empty() || !increasing || !positive || self.samples == 0 {
            return Err(GroupError::Domain {
                what: format!(
                    "{} values of epsilon, {} samples",
                    self.epsilons.len(),
                    self.samples
                ),
                expected: "positive increasing values of epsilon and at least one sample".to_owned(),
            });
        }
        Ok(())
    }
}

/// The measured volume at one ε.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct VolumePoint {
    /// The tolerance.
    pub epsilon: f64,
    /// How many samples moved the point by less.
    pub hits: u64,
    /// The estimate: total mass times hits over samples.
    pub volume: f64,
    /// The lower Clopper-Pearson limit.
    pub lower: f64,
    /// The upper Clopper-Pearson limit.
    pub upper: f64,
}

/// Volumes over a range of ε with the fitted power law.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct VolumeEstimate {
    /// From what the elements were drawn.
    pub measure: Measure,
    /// The seed of the draw.
    pub seed: u64,
    /// The number of elements drawn.
    pub samples: u64,
    /// The confidence of each interval.
    pub confidence: f64,
    /// One entry for each ε, increasing; the counts are nested, so the intervals hold one by one.
    pub points: Vec<VolumePoint>,
    /// The fitted law in the unit of the measure, absent when too few ε have hits.
    pub law: Option<PowerLawFit>,
}

/// Estimates the measure of `{g : displacement(g) < ε}` for every ε of the question from one seeded sample.
///
/// # Errors
/// [`GroupError::Domain`] for a bad question or measure, and when a displacement is NaN.
pub fn estimate_volume(
    measure: &Measure,
    displacement: impl Fn(&DMatrix<f64>) -> f64 + Sync,
    question: &VolumeQuestion,
    seed: u64,
) -> Result<VolumeEstimate, GroupError> {
    question.check()?;
    measure.check()?;
    let bins = question.epsilons.len() + 1;
    let histogram = (0..question.samples.div_ceil(CHUNK))
        .into_par_iter()
        .map(|chunk| {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            rng.set_stream(chunk);
            let mut g = DMatrix::zeros(measure.size(), measure.size());
            let mut counts = vec![0u64; bins];
            for _ in 0..CHUNK.min(question.samples - chunk * CHUNK) {
                measure.sample_into(&mut rng, &mut g);
                let moved = displacement(&g);
                if moved.is_nan() {
                    return Err(GroupError::Domain {
                        what: "a displacement is NaN".to_owned(),
                        expected: "a distance".to_owned(),
                    });
                }
                counts[question.epsilons.partition_point(|&epsilon| epsilon <= moved)] += 1;
            }
            Ok(counts)
        })
        .try_reduce(
            || vec![0; bins],
            |mut sum, counts| {
                sum.iter_mut().zip(counts).for_each(|(s, c)| *s += c);
                Ok(sum)
            },
        )?;
    summarize(measure, &histogram, question, seed)
}

fn summarize(
    measure: &Measure,
    histogram: &[u64],
    question: &VolumeQuestion,
    seed: u64,
) -> Result<VolumeEstimate, GroupError> {
    let total = measure.total();
    let mut hits = 0;
    let mut points = Vec::with_capacity(question.epsilons.len());
    for (&epsilon, count) in question.epsilons.iter().zip(histogram) {
        hits += count;
        let (lower, upper) = clopper_pearson(hits, question.samples, question.confidence)?;
        let volume = total * hits as f64 / question.samples as f64;
        points.push(VolumePoint {
            epsilon,
            hits,
            volume,
            lower: total * lower,
            upper: total * upper,
        });
    }
    let counts: Vec<(f64, u64)> = points.iter().map(|point| (point.epsilon, point.hits)).collect();
    let law = fit_power_law(&counts, question.samples, question.min_hits).map(|fit| PowerLawFit {
        constant: fit.constant * total,
        ..fit
    });
    Ok(VolumeEstimate {
        measure: *measure,
        seed,
        samples: question.samples,
        confidence: question.confidence,
        points,
        law,
    })
}

#[cfg(test)]
mod tests {
    use super::super::{leading_constant, special_orthogonal_volume, sphere_area};
    use super::*;

    /// How far g moves the vector along the first axis with this length.
    fn moves_axis(g: &DMatrix<f64>, length: f64) -> f64 {
        let squared: f64 = g
            .column(0)
            .iter()
            .enumerate()
            .map(|(i, x)| (x - f64::from(i == 0)).powi(2))
            .sum();
        length * squared.sqrt()
    }

    #[test]
    fn rotations_of_a_vector_follow_the_law_of_their_orbit() {
        for (n, length) in [(2usize, 1.0), (3, 1.0), (3, 2.0), (4, 1.0)] {
            let measure = Measure::SpecialOrthogonal { n };
            let question = VolumeQuestion {
                samples: 400_000,
                ..VolumeQuestion::over_decades(0.05, 0.5, 6)
            };
            let estimate = estimate_volume(&measure, |g| moves_axis(g, length), &question, 11).unwrap();
            let law = estimate.law.clone().unwrap();
            let orbit = (n - 1) as f64;
            assert!(
                (law.slope - orbit).abs() < 4.0 * law.slope_error + 0.05,
                "SO({n}): {law:?}"
            );
            let constant = leading_constant(n - 1, sphere_area(n - 1) * f64::powi(length, n as i32 - 1));
            let last = estimate.points.iter().find(|p| p.hits > 2000).unwrap();
            let predicted = constant * last.epsilon.powf(orbit);
            assert!(
                last.lower * 0.97 < predicted && predicted < last.upper * 1.03,
                "SO({n}): {predicted} {last:?}"
            );
        }
    }

    /// The exact laws: arcs on a circle, and Archimedes' caps on a sphere.
    #[test]
    fn circle_and_sphere_are_covered_by_the_intervals() {
        let question = VolumeQuestion {
            samples: 300_000,
            confidence: 0.9999,
            ..VolumeQuestion::over_decades(0.02, 2.0, 5)
        };
        for n in [2, 3] {
            let measure = Measure::SpecialOrthogonal { n };
            let estimate = estimate_volume(&measure, |g| moves_axis(g, 1.0), &question, 2).unwrap();
            for point in &estimate.points {
                let exact = match n {
                    2 => 2.0 / std::f64::consts::PI * (point.epsilon / 2.0).min(1.0).asin(),
                    _ => (point.epsilon.powi(2) / 4.0).min(1.0),
                };
                assert!(
                    point.lower <= exact && exact <= point.upper,
                    "SO({n}): {exact} {point:?}"
                );
            }
        }
    }

    /// Symmetric matrices under rotation: the generic orbit has dimension 3 and a stabilizer of order 4.
    #[test]
    fn conjugation_of_a_symmetric_matrix_has_the_predicted_constant() {
        let spectrum = [0.0, 1.0, 3.0];
        let moved = |g: &DMatrix<f64>| {
            let mut squared = 0.0;
            for i in 0..3 {
                for j in 0..3 {
                    let entry: f64 = (0..3).map(|k| g[(i, k)] * spectrum[k] * g[(j, k)]).sum();
                    squared += (entry - if i == j { spectrum[i] } else { 0.0 }).powi(2);
                }
            }
            squared.sqrt()
        };
        let question = VolumeQuestion {
            samples: 1_000_000,
            ..VolumeQuestion::over_decades(0.1, 0.6, 8)
        };
        let estimate = estimate_volume(&Measure::SpecialOrthogonal { n: 3 }, moved, &question, 4).unwrap();
        let law = estimate.law.unwrap();
        assert!((law.slope - 3.0).abs() < 4.0 * law.slope_error + 0.05, "{law:?}");
        let singular_values: f64 = [1.0f64, 3.0, 2.0].iter().map(|gap| 2f64.sqrt() * gap).product();
        let constant = leading_constant(3, special_orthogonal_volume(3) / 4.0 * singular_values);
        let point = estimate.points.iter().find(|p| p.hits > 1000).unwrap();
        let predicted = constant * point.epsilon.powi(3);
        assert!(
            point.lower * 0.97 < predicted && predicted < point.upper * 1.03,
            "{predicted} {point:?}"
        );
    }

    #[test]
    fn the_number_of_threads_changes_nothing() {
        let question = VolumeQuestion {
            samples: 30_000,
            ..VolumeQuestion::over_decades(0.1, 1.0, 3)
        };
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| {
                estimate_volume(
                    &Measure::Orthogonal { n: 3 },
                    |g| moves_axis(g, 1.0),
                    &question,
                    5,
                )
                .unwrap()
            })
        };
        assert_eq!(run(1), run(3));
    }

    #[test]
    fn bad_questions_are_refused() {
        let good = VolumeQuestion::over_decades(0.1, 1.0, 3);
        let ask = |measure: Measure, question: &VolumeQuestion, value: f64| {
            estimate_volume(&measure, |_| value, question, 0).is_err()
        };
        let ball = |radius| Measure::FrobeniusBall { n: 2, radius };
        assert!(ask(ball(-1.0), &good, 0.0));
        assert!(ask(
            ball(1.0),
            &VolumeQuestion {
                epsilons: vec![0.2, 0.1],
                ..good.clone()
            },
            0.0
        ));
        assert!(ask(
            ball(1.0),
            &VolumeQuestion {
                samples: 0,
                ..good.clone()
            },
            0.0
        ));
        assert!(ask(ball(1.0), &good, f64::NAN));
    }
}
