//! SO(3) acting on 5 × 5 matrices, fast: how often a random rotation moves one of them by less than ε.
//!
//! The rotations act on the symmetric traceless 3 × 3 matrices, S → R S Rᵗ; in an orthonormal basis of these that is an
//! orthogonal 5 × 5 matrix D(R), the irreducible representation of spin 2, and a 5 × 5 matrix M is moved to D M Dᵗ. Rotations
//! are drawn as unit quaternions by Marsaglia's method (*Ann. Math. Statist.* 43, 1972), which needs no decomposition: uniform
//! on S³ and so Haar on SO(3). As D is orthogonal, ‖DMDᵗ − M‖ = ‖DM − MD‖.
//!
//! Nothing is stored: one pass over the samples in chunks, each with a random stream of its own, so that the counts do not
//! depend on the number of threads. 10⁷ rotations take 1.1 s of CPU time, on all cores at once (`benches/haar.rs`).
//!
//! ```
//! use bridge::volume::rotation_volume;
//! use groups::lie::haar::VolumeQuestion;
//! let mut pole = [[0.0; 5]; 5]; // the projection onto the multiples of diag(−1, −1, 2)
//! pole[4][4] = 1.0;
//! let question = VolumeQuestion { samples: 200_000, ..VolumeQuestion::over_decades(0.1, 0.5, 4) };
//! let found = rotation_volume(&pole, &question, 1)?;
//! // It is moved as the axis is: P = 1 − √((1 + 2√(1 − ε²/2))/3).
//! for point in &found.points {
//!     let exact = 1.0 - ((1.0 + 2.0 * (1.0 - point.epsilon.powi(2) / 2.0).sqrt()) / 3.0f64).sqrt();
//!     assert!(point.lower < exact && exact < point.upper);
//! }
//! # Ok::<(), bridge::BridgeError>(())
//! ```

use std::f64::consts::{FRAC_1_SQRT_2, SQRT_2};

use groups::lie::haar::{
    Measure, VolumeEstimate, VolumePoint, VolumeQuestion, clopper_pearson, fit_power_law,
};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::BridgeError;
use crate::error::refuse;

/// Samples that share one random stream.
const CHUNK: u64 = 1 << 14;

/// A rotation, Haar on SO(3).
///
/// ```
/// use rand::SeedableRng;
/// let r = bridge::volume::random_rotation(&mut rand_chacha::ChaCha8Rng::seed_from_u64(1));
/// let first: f64 = (0..3).map(|i| r[i][0] * r[i][0]).sum();
/// assert!((first - 1.0).abs() < 1e-14);
/// ```
pub fn random_rotation<R: Rng + ?Sized>(rng: &mut R) -> [[f64; 3]; 3] {
    let mut disc = || loop {
        let (x, y) = (rng.random::<f64>() * 2.0 - 1.0, rng.random::<f64>() * 2.0 - 1.0);
        let s = x * x + y * y;
        if s < 1.0 && s > 0.0 {
            return (x, y, s);
        }
    };
    let (w, x, s) = disc();
    let (u, v, t) = disc();
    let factor = ((1.0 - s) / t).sqrt();
    let (y, z) = (u * factor, v * factor);
    [
        [
            1.0 - 2.0 * (y * y + z * z),
            2.0 * (x * y - w * z),
            2.0 * (x * z + w * y),
        ],
        [
            2.0 * (x * y + w * z),
            1.0 - 2.0 * (x * x + z * z),
            2.0 * (y * z - w * x),
        ],
        [
            2.0 * (x * z - w * y),
            2.0 * (y * z + w * x),
            1.0 - 2.0 * (x * x + y * y),
        ],
    ]
}

/// The orthogonal 5 × 5 matrix of S → R S Rᵗ on symmetric traceless matrices, in the basis (xy + yx)/√2, (yz + zy)/√2,
/// (xz + zx)/√2, (xx − yy)/√2, (2zz − xx − yy)/√6.
///
/// ```
/// let quarter = [[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]; // about z
/// let d = bridge::volume::spin_two(&quarter);
/// assert!((d[4][4] - 1.0).abs() < 1e-15 && (d[3][3] + 1.0).abs() < 1e-15 && (d[0][0] + 1.0).abs() < 1e-15);
/// ```
pub fn spin_two(r: &[[f64; 3]; 3]) -> [[f64; 5]; 5] {
    // Row a holds the coordinates of Rᵗ B_a R, for the basis B_a, as ⟨B_a, R B_b Rᵗ⟩ = ⟨Rᵗ B_a R, B_b⟩.
    let product = |i: usize, j: usize, k: usize, l: usize| r[k][i] * r[l][j];
    let mixed = |k: usize, l: usize| {
        move |i: usize, j: usize| (product(i, j, k, l) + product(i, j, l, k)) * FRAC_1_SQRT_2
    };
    let difference = |i, j| (product(i, j, 0, 0) - product(i, j, 1, 1)) * FRAC_1_SQRT_2;
    // Rᵗ R = 1, so the traceless (2zz − xx − yy)/√6 is (3 zz − 1)/√6.
    let pole = |i, j| (3.0 * product(i, j, 2, 2) - if i == j { 1.0 } else { 0.0 }) / 6f64.sqrt();
    [
        coordinates(mixed(0, 1)),
        coordinates(mixed(1, 2)),
        coordinates(mixed(0, 2)),
        coordinates(difference),
        coordinates(pole),
    ]
}

/// The coordinates of a symmetric traceless matrix in the basis of [`spin_two`].
#[inline(always)]
fn coordinates(entry: impl Fn(usize, usize) -> f64) -> [f64; 5] {
    [
        entry(0, 1) * SQRT_2,
        entry(1, 2) * SQRT_2,
        entry(0, 2) * SQRT_2,
        (entry(0, 0) - entry(1, 1)) * FRAC_1_SQRT_2,
        entry(2, 2) * 1.5f64.sqrt(),
    ]
}

/// ‖DM − MD‖² in the Frobenius norm. Loops over constant ranges are unrolled; with zipped iterators they take six times as
/// long.
fn commutator(d: &[[f64; 5]; 5], m: &[[f64; 5]; 5]) -> f64 {
    let mut square = 0.0;
    for i in 0..5 {
        let mut row = [0.0; 5];
        for k in 0..5 {
            let (a, b) = (d[i][k], m[i][k]);
            for j in 0..5 {
                row[j] += a * m[k][j] - b * d[k][j];
            }
        }
        square += row.iter().map(|x| x * x).sum::<f64>();
    }
    square
}

/// The share of rotations R with ‖D(R) M D(R)ᵗ − M‖ < ε, for every ε of the question, from one seeded sample.
///
/// O(samples) time, 500 multiplications each; the same bytes for any number of threads.
///
/// # Errors
/// [`BridgeError::Parameter`] for tolerances that are not positive and increasing, or no samples; [`BridgeError::NotFinite`]
/// for a matrix with an entry that is not finite.
pub fn rotation_volume(
    matrix: &[[f64; 5]; 5],
    question: &VolumeQuestion,
    seed: u64,
) -> Result<VolumeEstimate, BridgeError> {
    let entries = matrix.iter().flatten();
    if let Some((index, &value)) = entries.enumerate().find(|(_, v)| !v.is_finite()) {
        return Err(BridgeError::NotFinite {
            what: "matrix that is rotated".to_owned(),
            index,
            value,
        });
    }
    let epsilons = &question.epsilons;
    let fine = epsilons.iter().all(|e| e.is_finite() && *e > 0.0) && epsilons.is_sorted_by(|a, b| a < b);
    if epsilons.is_empty() || !fine {
        return refuse(
            "epsilon",
            format!("{epsilons:?}"),
            "positive increasing tolerances",
        );
    }
    if question.samples == 0 {
        return refuse("samples", 0, "at least 1");
    }
    let squares: Vec<f64> = epsilons.iter().map(|e| e * e).collect();
    let histogram = (0..question.samples.div_ceil(CHUNK))
        .into_par_iter()
        .map(|chunk| {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            rng.set_stream(chunk);
            let mut counts = vec![0u64; squares.len() + 1];
            for _ in 0..CHUNK.min(question.samples - chunk * CHUNK) {
                let moved = commutator(&spin_two(&random_rotation(&mut rng)), matrix);
                // Most rotations move it farther than every ε.
                let bin = if moved >= squares[squares.len() - 1] {
                    squares.len()
                } else {
                    squares.partition_point(|&square| square <= moved)
                };
                counts[bin] += 1;
            }
            counts
        })
        .reduce(
            || vec![0; squares.len() + 1],
            |mut sum, counts| {
                sum.iter_mut().zip(counts).for_each(|(s, c)| *s += c);
                sum
            },
        );
    let mut hits = 0;
    let mut points = Vec::with_capacity(epsilons.len());
    for (&epsilon, count) in epsilons.iter().zip(&histogram) {
        hits += count;
        let (lower, upper) = clopper_pearson(hits, question.samples, question.confidence)?;
        points.push(VolumePoint {
            epsilon,
            hits,
            volume: hits as f64 / question.samples as f64,
            lower,
            upper,
        });
    }
    let counts: Vec<(f64, u64)> = points.iter().map(|point| (point.epsilon, point.hits)).collect();
    Ok(VolumeEstimate {
        measure: Measure::SpecialOrthogonal { n: 3 },
        seed,
        samples: question.samples,
        confidence: question.confidence,
        law: fit_power_law(&counts, question.samples, question.min_hits),
        points,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::{Matrix3, SMatrix};

    fn matrix(d: &[[f64; 5]; 5]) -> SMatrix<f64, 5, 5> {
        SMatrix::from_fn(|i, j| d[i][j])
    }

    fn three(r: &[[f64; 3]; 3]) -> Matrix3<f64> {
        Matrix3::from_fn(|i, j| r[i][j])
    }

    #[test]
    fn spin_two_is_an_orthogonal_representation_with_its_character() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        for _ in 0..50 {
            let (r, s) = (random_rotation(&mut rng), random_rotation(&mut rng));
            let (a, b) = (three(&r), three(&s));
            assert!((a * a.transpose() - Matrix3::identity()).norm() < 1e-14);
            assert!((a.determinant() - 1.0).abs() < 1e-14);
            let (d, e) = (matrix(&spin_two(&r)), matrix(&spin_two(&s)));
            assert!((d * d.transpose() - SMatrix::<f64, 5, 5>::identity()).norm() < 1e-13);
            let product = a * b;
            let both = spin_two(&std::array::from_fn(|i| std::array::from_fn(|j| product[(i, j)])));
            assert!((d * e - matrix(&both)).norm() < 1e-13);
            // 1 + 2 cos θ + 2 cos 2θ with tr R = 1 + 2 cos θ.
            let c = (a.trace() - 1.0) / 2.0;
            assert!((d.trace() - (1.0 + 2.0 * c + 2.0 * (2.0 * c * c - 1.0))).abs() < 1e-13);
            let m = SMatrix::<f64, 5, 5>::from_fn(|i, j| ((3 * i + 7 * j) % 5) as f64);
            let moved = (d * m * d.transpose() - m).norm_squared();
            let array = std::array::from_fn(|i| std::array::from_fn(|j| m[(i, j)]));
            assert!((commutator(&spin_two(&r), &array) - moved).abs() < 1e-11);
        }
    }

    /// Haar moments of the trace of R: 0, 1, 1, 3 (the invariants in tensor powers of the vector representation).
    #[test]
    fn rotations_have_haar_moments() {
        let mut rng = ChaCha8Rng::seed_from_u64(8);
        let count = 200_000;
        let mut sums = [0.0; 4];
        for _ in 0..count {
            let trace = three(&random_rotation(&mut rng)).trace();
            for (k, sum) in sums.iter_mut().enumerate() {
                *sum += trace.powi(k as i32 + 1) / f64::from(count);
            }
        }
        for (found, expected) in sums.iter().zip([0.0, 1.0, 1.0, 3.0]) {
            assert!((found - expected).abs() < 0.1, "{sums:?}");
        }
    }

    /// The exact law of an axis, of dimension 2; a generic matrix has dimension 3, and the identity is moved by nothing.
    #[test]
    fn orbits_of_matrices_have_their_dimensions() {
        let question = VolumeQuestion {
            samples: 2_000_000,
            ..VolumeQuestion::over_decades(0.05, 0.25, 8)
        };
        let mut pole = [[0.0; 5]; 5];
        pole[4][4] = 1.0;
        let axis = rotation_volume(&pole, &question, 1).unwrap();
        for point in &axis.points {
            let cosine = (1.0 - point.epsilon.powi(2) / 2.0).sqrt();
            let exact = 1.0 - ((1.0 + 2.0 * cosine) / 3.0).sqrt();
            assert!(point.lower < exact && exact < point.upper, "{exact} {point:?}");
        }
        assert!((axis.law.unwrap().slope - 2.0).abs() < 0.05);
        let one = std::array::from_fn(|i| std::array::from_fn(|j| f64::from(u8::from(i == j))));
        let fixed = rotation_volume(&one, &question, 1).unwrap();
        assert!(fixed.points.iter().all(|p| p.hits == question.samples));
    }

    /// The same law by the other sampler (products of reflections) and by matrices of symmetric traceless 3 x 3 matrices.
    #[test]
    fn a_generic_matrix_agrees_with_the_other_sampler() {
        let generic: [[f64; 5]; 5] =
            std::array::from_fn(|i| std::array::from_fn(|j| ((2 * i + 3 * j * j) % 7) as f64 / 4.0));
        let question = VolumeQuestion {
            samples: 1_000_000,
            ..VolumeQuestion::over_decades(0.5, 1.5, 8)
        };
        let fast = rotation_volume(&generic, &question, 1).unwrap();
        let (h, s) = (0.5f64.sqrt(), 6f64.sqrt().recip());
        let basis = [
            Matrix3::new(0.0, h, 0.0, h, 0.0, 0.0, 0.0, 0.0, 0.0),
            Matrix3::new(0.0, 0.0, 0.0, 0.0, 0.0, h, 0.0, h, 0.0),
            Matrix3::new(0.0, 0.0, h, 0.0, 0.0, 0.0, h, 0.0, 0.0),
            Matrix3::new(h, 0.0, 0.0, 0.0, -h, 0.0, 0.0, 0.0, 0.0),
            Matrix3::new(-s, 0.0, 0.0, 0.0, -s, 0.0, 0.0, 0.0, 2.0 * s),
        ];
        let m = matrix(&generic);
        let slow = |g: &nalgebra::DMatrix<f64>| {
            let r = Matrix3::from_fn(|i, j| g[(i, j)]);
            let d = SMatrix::<f64, 5, 5>::from_fn(|i, j| {
                (basis[i].transpose() * r * basis[j] * r.transpose()).trace()
            });
            (d * m * d.transpose() - m).norm()
        };
        let few = VolumeQuestion {
            samples: 200_000,
            confidence: 0.9999,
            ..question
        };
        let measure = Measure::SpecialOrthogonal { n: 3 };
        let other = groups::lie::haar::estimate_volume(&measure, slow, &few, 2).unwrap();
        for (a, b) in fast.points.iter().zip(&other.points) {
            assert!(a.lower < b.upper && b.lower < a.upper, "{a:?} {b:?}");
        }
        let law = fast.law.unwrap();
        assert!(
            (law.slope - 3.0).abs() < 4.0 * law.scaled_slope_error() + 0.05,
            "{law:?}"
        );
    }

    #[test]
    fn threads_change_nothing_and_bad_questions_are_refused() {
        let question = VolumeQuestion {
            samples: 50_000,
            ..VolumeQuestion::over_decades(0.1, 1.0, 3)
        };
        let mut m = [[0.0; 5]; 5];
        m[0][1] = 1.0;
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| rotation_volume(&m, &question, 5).unwrap())
        };
        assert_eq!(run(1), run(3));
        let ask = |epsilons: Vec<f64>, samples| {
            let question = VolumeQuestion {
                epsilons,
                samples,
                ..question.clone()
            };
            rotation_volume(&m, &question, 1)
        };
        assert!(matches!(ask(vec![], 10), Err(BridgeError::Parameter { .. })));
        assert!(matches!(
            ask(vec![0.2, 0.1], 10),
            Err(BridgeError::Parameter { .. })
        ));
        assert!(matches!(ask(vec![0.2], 0), Err(BridgeError::Parameter { .. })));
        m[2][2] = f64::NAN;
        assert!(matches!(
            rotation_volume(&m, &question, 1),
            Err(BridgeError::NotFinite { .. })
        ));
    }
}
