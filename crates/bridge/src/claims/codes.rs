//! C23, C25, C28, C29: linear autoencoders, weight space, denoising, invariant and equivariant codes.

use nalgebra::{DMatrix, DVector};
use nets::theory::linear_autoencoder::{denoising_gains, landscape};
use num_rational::BigRational;
use num_traits::ToPrimitive;
use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};

use super::batch::card;
use super::short::{Evidence, Short, Tuned};
use crate::claim::{About, ClaimContext, Cost, Parameter};
use crate::finite::named_group;
use crate::finite::necklaces::necklace_counts;
use crate::finite::weights::{HiddenSymmetry, weight_orbit};

const PCA_CARD: About = card("linear-ae-pca", "min E|x − BAx|² = Σ_{i>k} λ_i");

fn spectrum(values: &[i64]) -> Vec<BigRational> {
    values
        .iter()
        .map(|&v| BigRational::from_integer(v.into()))
        .collect()
}

const DESCENT: Parameter = Parameter::integer("steps", 4000, (500, 100_000), "steps of gradient descent");

/// The loss that gradient descent on the encoder alone ends at, with the decoder tied to it, and how far the
/// reconstruction is from a symmetric matrix.
fn tied_descent(
    context: &ClaimContext<'_>,
    variances: &DMatrix<f64>,
    mut encoder: DMatrix<f64>,
    steps: u64,
) -> (f64, f64) {
    let n = encoder.ncols();
    for _ in 0..steps {
        let decoder = context.tied_decoder(&encoder);
        let residual = (&decoder * &encoder - DMatrix::identity(n, n)) * variances;
        let down = decoder.transpose() * &residual + (&residual * encoder.transpose()).transpose();
        encoder -= down * 0.01;
    }
    let map = context.tied_decoder(&encoder) * &encoder;
    let left = &map - DMatrix::identity(n, n);
    (
        (&left * variances * left.transpose()).trace(),
        (&map - map.transpose()).amax(),
    )
}

pub(super) static PCA: Tuned = Short {
    about: &PCA_CARD,
    exact: |_| {
        let mut evidence =
            Evidence::exact("All projectors on k eigendirections: the smallest loss is that of the top k.");
        for values in [vec![5, 3, 2, 1], vec![9, 4, 1], vec![7, 7, 2, 1, 1]] {
            let n = values.len();
            for k in 1..n {
                let subsets = (0..1u32 << n).filter(|kept| kept.count_ones() as usize == k);
                let losses = subsets.map(|kept| {
                    (0..n)
                        .filter(|i| kept >> i & 1 == 0)
                        .map(|i| values[i])
                        .sum::<i64>()
                });
                let least = losses.min().unwrap_or(0);
                let found = landscape(&spectrum(&values), k)?;
                evidence.case(found.min_loss == BigRational::from_integer(least.into()), || {
                    format!("{values:?}, k = {k}")
                });
                let unique = values[k - 1] > values[k];
                evidence.case(found.projector_unique == unique, || {
                    format!("{values:?}, k = {k}: uniqueness")
                });
            }
        }
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng("linear-ae-pca");
        let mut evidence = Evidence::statistical(
            "Gradient descent on (B, A) from random starts ends at the smallest loss, also with B tied to be the transpose of A; the tied reconstruction is then symmetric.",
            context,
        );
        let variances = DMatrix::from_diagonal(&DVector::from_vec(vec![5.0, 3.0, 2.0, 1.0]));
        let steps = context.natural(&DESCENT)?;
        for k in 1..=3 {
            let mut small = |rows, cols| DMatrix::from_fn(rows, cols, |_, _| rng.random_range(-0.5..0.5));
            let (mut b, mut a) = (small(4, k), small(k, 4));
            for _ in 0..steps {
                let residual = (&b * &a - DMatrix::identity(4, 4)) * &variances;
                let (down_b, down_a) = (&residual * a.transpose(), b.transpose() * &residual);
                b -= down_b * 0.02;
                a -= down_a * 0.02;
            }
            let left = &b * &a - DMatrix::identity(4, 4);
            let loss = (&left * &variances * left.transpose()).trace();
            let expected = landscape(&spectrum(&[5, 3, 2, 1]), k)?
                .min_loss
                .to_f64()
                .unwrap_or(f64::NAN);
            evidence.close(&format!("loss, k = {k}"), loss, expected, 1e-6);
            let start = DMatrix::from_fn(k, 4, |_, _| rng.random_range(-0.5..0.5));
            let (tied, asymmetry) = tied_descent(context, &variances, start, steps);
            evidence.close(&format!("loss with tied weights, k = {k}"), tied, expected, 1e-6);
            evidence.close(&format!("asymmetry of the projector, k = {k}"), asymmetry, 0.0, 1e-9);
        }
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::exact(PCA_CARD.control);
        evidence.equal(
            "unique",
            landscape(&spectrum(&[4, 4, 1]), 1)?.projector_unique,
            true,
        );
        evidence.finish()
    },
}
.with(&[DESCENT], Cost::Second);

const WEIGHTS_CARD: About = card("weight-space-orbit", "|orbit of w| = k! 2^k / |isotropy of w|");

/// Images of units under all signed permutations.
fn images(units: &[[i32; 2]], signed: bool) -> Result<usize, crate::BridgeError> {
    let k = units.len();
    let mut images = std::collections::HashSet::new();
    for g in named_group(&format!("S{k}"))?.elements() {
        for flips in 0..if signed { 1u32 << k } else { 1 } {
            let sign = |i: usize| if flips >> i & 1 == 1 { -1 } else { 1 };
            images.insert(
                (0..k)
                    .map(|i| units[g.image(i)].map(|w| sign(i) * w))
                    .collect::<Vec<_>>(),
            );
        }
    }
    Ok(images.len())
}

/// The size of the orbit of units under permutations, signed or not.
pub(super) fn weight_orbit_of(
    units: &[[i32; 2]],
    signed: bool,
) -> Result<num_bigint::BigUint, crate::BridgeError> {
    let symmetry = if signed {
        HiddenSymmetry::SignedPermutations
    } else {
        HiddenSymmetry::Permutations
    };
    let floats: Vec<Vec<f64>> = units
        .iter()
        .map(|u| u.iter().map(|&w| f64::from(w)).collect())
        .collect();
    Ok(weight_orbit(symmetry, &floats)?.orbit)
}

const NETWORKS: Parameter = Parameter::samples("samples", 200, "random networks");

pub(super) static WEIGHTS: Tuned = Short {
    about: &WEIGHTS_CARD,
    exact: |_| {
        let mut evidence = Evidence::exact("The formula against applying all signed permutations.");
        let cases: [&[[i32; 2]]; 5] = [
            &[[1, 2], [2, 1], [3, 1]],
            &[[1, 2], [1, 2], [3, 1]],
            &[[1, 2], [-1, -2], [3, 1]],
            &[[0, 0], [2, 1], [3, 1]],
            &[[1, 2], [2, 1], [3, 1], [1, 1]],
        ];
        for units in cases {
            for signed in [false, true] {
                evidence.equal(
                    &format!("{units:?}"),
                    weight_orbit_of(units, signed)?,
                    images(units, signed)?.into(),
                );
            }
        }
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng("weight-space-orbit");
        let mut evidence = Evidence::statistical(
            "tanh networks keep their outputs under random signed permutations of units, to rounding.",
            context,
        );
        for _ in 0..context.natural(&NETWORKS)? {
            let units: Vec<[f64; 2]> = (0..4)
                .map(|_| [rng.random_range(-2.0..2.0), rng.random_range(-2.0..2.0)])
                .collect();
            let output =
                |units: &[[f64; 2]], x: f64| units.iter().map(|[w, v]| v * (w * x).tanh()).sum::<f64>();
            let g = named_group("S4")?.random_element(&mut rng);
            let moved: Vec<[f64; 2]> = (0..4)
                .map(|i| {
                    let sign = if rng.random_bool(0.5) { -1.0 } else { 1.0 };
                    units[g.image(i)].map(|w| sign * w)
                })
                .collect();
            let x = rng.random_range(-3.0..3.0);
            let difference = (output(&units, x) - output(&moved, x)).abs();
            evidence.case(difference < 1e-12, || format!("difference {difference}"));
        }
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::exact(WEIGHTS_CARD.control);
        evidence.equal(
            "orbit with two equal units of three",
            weight_orbit_of(&[[1, 2], [1, 2], [3, 1]], true)?,
            48u32.into(),
        );
        evidence.finish()
    },
}
.with(&[NETWORKS], Cost::Instant);

const DENOISER_CARD: About = card(
    "dae-linear-shrinkage",
    "r(x) = Σ(Σ + σ²)⁻¹ x,  (r(x) − x)/σ² = ∇ log p_σ(x)",
);

const NOISY: Parameter = Parameter::samples("samples", 20_000, "pairs of clean and noisy values");

pub(super) static DENOISER: Tuned = Short {
    about: &DENOISER_CARD,
    exact: |_| {
        let mut evidence = Evidence::exact(
            "The loss (1 − g)²λ + g²σ² has its minimum at the gain, and (g − 1)/σ² is the slope of the score of N(0, λ + σ²).",
        );
        for (value, noise) in [(4.0, 0.5), (1.0, 0.5), (0.3, 2.0)] {
            let gain = denoising_gains(&[value], noise)?[0];
            evidence.close(
                &format!("derivative of the loss, λ = {value}"),
                2.0 * gain * noise - 2.0 * (1.0 - gain) * value,
                0.0,
                1e-14,
            );
            evidence.close(
                &format!("score, λ = {value}"),
                (gain - 1.0) / noise,
                -1.0 / (value + noise),
                1e-14,
            );
        }
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng("dae-linear-shrinkage");
        let mut evidence = Evidence::statistical(
            "Regression of clean on noisy samples: the mean of (x − g x̃) x̃ is 0.",
            context,
        );
        for (value, noise) in [(4.0f64, 0.5f64), (1.0, 0.5)] {
            let gain = denoising_gains(&[value], noise)?[0];
            let sample: Vec<f64> = (0..context.natural(&NOISY)?)
                .map(|_| {
                    let mut normal = || -> f64 { StandardNormal.sample(&mut rng) };
                    let clean = value.sqrt() * normal();
                    let noisy = clean + noise.sqrt() * normal();
                    (clean - gain * noisy) * noisy
                })
                .collect();
            evidence.mean(&format!("moment, λ = {value}"), &sample, 0.0);
        }
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::exact(DENOISER_CARD.control);
        let gain = denoising_gains(&[1.0], 0.5)?[0];
        evidence.close("(g − 1)/σ² for λ = 1", (gain - 1.0) / 0.5, -1.0, 1e-9);
        evidence.finish()
    },
}
.with(&[NOISY], Cost::Instant);

const SPLIT_CARD: About = card(
    "invariant-equivariant-split-Cn",
    "x = pose · canonical(x);  pose unique ⇔ x aperiodic",
);

/// The canonical rotation and the first pose that leads back.
fn split(word: &[usize]) -> (Vec<usize>, usize) {
    let n = word.len();
    let turned = |d: usize| -> Vec<usize> { (0..n).map(|i| word[(i + d) % n]).collect() };
    let pose = (0..n).min_by_key(|&d| turned(d)).unwrap_or(0);
    (turned(pose), pose)
}

const WORDS: Parameter = Parameter::samples("samples", 500, "random words");

pub(super) static SPLIT: Tuned = Short {
    about: &SPLIT_CARD,
    exact: |_| {
        let mut evidence = Evidence::exact(
            "All binary words of length 8: canonical form and pose give the word back; counts of canonical forms and of unique poses.",
        );
        let (mut forms, mut unique) = (std::collections::HashSet::new(), std::collections::HashSet::new());
        for code in 0..256usize {
            let word: Vec<usize> = (0..8).map(|i| code >> i & 1).collect();
            let (form, pose) = split(&word);
            let back: Vec<usize> = (0..8).map(|i| form[(i + 8 - pose) % 8]).collect();
            evidence.case(back == word, || format!("{word:?}"));
            let poses = (0..8)
                .filter(|d| (0..8).all(|i| word[(i + d) % 8] == form[i]))
                .count();
            if poses == 1 {
                unique.insert(form.clone());
            }
            forms.insert(form);
        }
        let counts = necklace_counts(8, 2)?;
        evidence.equal("orbits", counts.orbits.clone(), forms.len().into());
        evidence.equal(
            "orbits with a unique pose",
            counts.free_orbits.clone(),
            unique.len().into(),
        );
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng("invariant-equivariant-split-Cn");
        let mut evidence = Evidence::statistical(
            "Random words of length 24 and rotations of them: one canonical form, poses that differ by the rotation.",
            context,
        );
        for _ in 0..context.natural(&WORDS)? {
            let word: Vec<usize> = (0..24).map(|_| rng.random_range(0..3)).collect();
            let by = rng.random_range(0..24);
            let turned: Vec<usize> = (0..24).map(|i| word[(i + by) % 24]).collect();
            let ((form, pose), (other, moved)) = (split(&word), split(&turned));
            let periodic = (1..24).any(|d| (0..24).all(|i| word[(i + d) % 24] == word[i]));
            evidence.case(form == other && (periodic || (moved + by) % 24 == pose), || {
                format!("{word:?} by {by}")
            });
        }
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::exact(SPLIT_CARD.control);
        let counts = necklace_counts(8, 2)?;
        evidence.equal(
            "spectra of C8",
            counts.distinct_autocorrelations.into(),
            counts.dihedral_orbits,
        );
        evidence.finish()
    },
}
.with(&[WORDS], Cost::Instant);
