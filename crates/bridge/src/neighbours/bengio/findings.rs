//! What is tested about disentangling.

use nalgebra::DMatrix;
use nets::models::momentum::{Start, start_from_data};
use nets::theory::linear_autoencoder::{denoising_gains, noisy_score_slopes};
use nets::{
    Activation, Autoencoder, AutoencoderOptions, AutoencoderTrainer, Dataset, Ica, IcaOptions, Loss,
    TrainOptions, ignore_progress,
};
use plotters::prelude::SeriesLabelPosition;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use super::{NeighbourOptions, disentanglement, matched_correlation};
use crate::BridgeError;
use crate::claim::{ClaimContext, Figure, Finding};
use crate::claims::Evidence;
use crate::report::chart::{Chart, Series};

/// Independent factors and what an orthogonal matrix makes of them.
pub(super) struct Mixture {
    pub(super) factors: DMatrix<f64>,
    pub(super) data: Dataset,
}

/// Whether factors are normal or uniform.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Law {
    Normal,
    Uniform,
}

/// Rows of factors of the given variances, mixed by a random orthogonal matrix.
pub(super) fn mixture(
    variances: &[f64],
    law: Law,
    rows: usize,
    rng: &mut ChaCha8Rng,
) -> Result<Mixture, BridgeError> {
    let n = variances.len();
    let normal = |rng: &mut ChaCha8Rng| -> f64 { StandardNormal.sample(rng) };
    let factors = DMatrix::from_fn(rows, n, |_, j| {
        let unit = match law {
            Law::Normal => normal(rng),
            Law::Uniform => rng.random_range(-1.0..1.0) * 3f64.sqrt(),
        };
        unit * variances[j].sqrt()
    });
    let mixing = DMatrix::from_fn(n, n, |_, _| normal(rng)).qr().q();
    let mixed = &factors * mixing.transpose();
    let values = mixed.transpose().iter().map(|&v| v as f32).collect();
    Ok(Mixture {
        factors,
        data: Dataset::new("mixed factors", values, n)?,
    })
}

fn columns(data: &Dataset) -> DMatrix<f64> {
    DMatrix::from_iterator(
        data.width(),
        data.len(),
        data.values().iter().map(|&v| f64::from(v)),
    )
}

/// Codes of all rows, one row each.
fn codes(autoencoder: &Autoencoder, data: &Dataset) -> DMatrix<f64> {
    autoencoder
        .encoder_network()
        .forward_columns(&columns(data))
        .transpose()
}

pub(super) fn principal_codes(data: &Dataset) -> Result<DMatrix<f64>, BridgeError> {
    let modes = start_from_data(data, data.width(), Activation::Linear, Start::LargestVariance)?;
    Ok(codes(&modes, data))
}

/// Codes by independent components.
pub(super) fn independent_codes(data: &Dataset, seed: u64) -> Result<DMatrix<f64>, BridgeError> {
    let options = IcaOptions {
        components: data.width(),
        iterations: 300,
        tolerance: 1e-6,
        seed,
    };
    let ica = Ica::fit(data, options)?;
    Ok((ica.unmixing() * columns(data)).transpose())
}

fn rows(options: &NeighbourOptions) -> usize {
    if options.quick { 3000 } else { 30_000 }
}

const DIFFERENT: [f64; 4] = [5.0, 3.0, 2.0, 1.0];
const EQUAL: [f64; 4] = [2.0; 4];

/// A code counts as disentangled from this matched correlation on.
const CLEAN: f64 = 0.97;

pub(super) fn measures() -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::exact(
        "Two factors and codes turned against them by an angle: the matched correlation is the larger of |cos| and |sin|, and the disentanglement 1 less the entropy (in bits) of |cos| and |sin| as shares; 1 and 1 for every signed permutation, 0.7071 and 0 at 45 degrees.",
    );
    // All sign patterns: uncorrelated to the last bit.
    let factors = DMatrix::from_row_slice(4, 2, &[1.0, 1.0, 1.0, -1.0, -1.0, 1.0, -1.0, -1.0]);
    for degrees in [0.0f64, 10.0, 30.0, 45.0, 70.0, 90.0, 180.0] {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let turn = DMatrix::from_row_slice(2, 2, &[cos, -sin, sin, cos]);
        let code = &factors * turn;
        let (c, s) = (cos.abs(), sin.abs());
        let shares = [c / (c + s), s / (c + s)];
        let bits: f64 = shares.iter().filter(|p| **p > 1e-12).map(|p| -p * p.log2()).sum();
        evidence.close(
            &format!("matched correlation at {degrees} degrees"),
            matched_correlation(&code, &factors)?,
            c.max(s),
            1e-9,
        );
        evidence.close(
            &format!("disentanglement at {degrees} degrees"),
            disentanglement(&code, &factors)?,
            1.0 - bits,
            1e-9,
        );
    }
    evidence.finish()
}

pub(super) fn different_variances(options: &NeighbourOptions) -> Result<Finding, BridgeError> {
    let context = ClaimContext::with_seed(options.seed);
    let mut rng = context.rng("bengio different variances");
    let mut evidence = Evidence::statistical(
        "Independent factors of variances 5, 3, 2, 1 are the principal components up to a signed permutation (matched correlation of at least 0.97), normal or uniform.",
        &context,
    );
    for (law, name) in [(Law::Normal, "normal"), (Law::Uniform, "uniform")] {
        let mixed = mixture(&DIFFERENT, law, rows(options), &mut rng)?;
        let code = principal_codes(&mixed.data)?;
        let found = matched_correlation(&code, &mixed.factors)?;
        evidence.case(found >= CLEAN, || format!("{name}: {found}"));
        evidence.note(Figure::number(format!("matched correlation, {name}"), found));
        let found = disentanglement(&code, &mixed.factors)?;
        evidence.note(Figure::number(format!("disentanglement, {name}"), found));
    }
    evidence.finish()
}

pub(super) fn independent_components(options: &NeighbourOptions) -> Result<Finding, BridgeError> {
    let context = ClaimContext::with_seed(options.seed);
    let mut rng = context.rng("bengio independent components");
    let mut evidence = Evidence::statistical(
        "Uniform factors of equal variances are the independent components up to a signed permutation (matched correlation of at least 0.97).",
        &context,
    );
    let mixed = mixture(&EQUAL, Law::Uniform, rows(options), &mut rng)?;
    let code = independent_codes(&mixed.data, options.seed)?;
    let found = matched_correlation(&code, &mixed.factors)?;
    evidence.case(found >= CLEAN, || format!("{found}"));
    evidence.note(Figure::number("matched correlation", found));
    evidence.note(Figure::number(
        "disentanglement",
        disentanglement(&code, &mixed.factors)?,
    ));
    evidence.finish()
}

pub(super) fn nested_subspaces(options: &NeighbourOptions) -> Result<Finding, BridgeError> {
    let context = ClaimContext::with_seed(options.seed);
    let mut rng = context.rng("bengio nested");
    let mut evidence = Evidence::statistical(
        "A greedy stack of optimal linear autoencoders, 4 to 3 to 2 units, projects on the subspace of one of 2 units.",
        &context,
    );
    let mixed = mixture(&DIFFERENT, Law::Normal, rows(options), &mut rng)?;
    let optimum = |data: &Dataset, k| start_from_data(data, k, Activation::Linear, Start::LargestVariance);
    let lower = optimum(&mixed.data, 3)?;
    let values = codes(&lower, &mixed.data)
        .transpose()
        .iter()
        .map(|&v| v as f32)
        .collect();
    let upper = optimum(&Dataset::new("codes", values, 3)?, 2)?;
    let stacked = upper.encoder().weights() * lower.encoder().weights();
    let single = optimum(&mixed.data, 2)?.encoder().weights().clone();
    // Rows are orthonormal, so WᵀW is the projector.
    let difference = (stacked.tr_mul(&stacked) - single.tr_mul(&single)).amax();
    evidence.close("largest difference of the projectors", difference, 0.0, 1e-4);
    evidence.finish()
}

pub(super) fn denoising(options: &NeighbourOptions) -> Result<Finding, BridgeError> {
    let context = ClaimContext::with_seed(options.seed);
    let mut rng = context.rng("bengio denoising");
    let mut evidence = Evidence::statistical(
        "The linear map that best recovers factors of variances 4 and 1 from noise of variance 0.5 has the gains λ/(λ + s²); what it adds, over s², is the score of the noisy density.",
        &context,
    );
    let (variances, noise) = ([4.0, 1.0], 0.5);
    let gains = denoising_gains(&variances, noise)?;
    let slopes = noisy_score_slopes(&variances, noise)?;
    let count = 40_000;
    for (index, variance) in variances.iter().enumerate() {
        let (mut with, mut square) = (0.0, 0.0);
        for _ in 0..count {
            let clean: f64 = variance.sqrt() * Distribution::<f64>::sample(&StandardNormal, &mut rng);
            let noisy = clean + noise.sqrt() * Distribution::<f64>::sample(&StandardNormal, &mut rng);
            with += clean * noisy;
            square += noisy * noisy;
        }
        // Standard error of a regression slope: residual over regressor.
        let error = ((1.0 - gains[index]) * gains[index] / f64::from(count)).sqrt();
        evidence.close(
            &format!("gain at variance {variance}"),
            with / square,
            gains[index],
            4.0 * error,
        );
        evidence.close(
            &format!("score less (gain − 1)/s² at variance {variance}"),
            slopes[index] - (gains[index] - 1.0) / noise,
            0.0,
            1e-12,
        );
    }
    evidence.finish()
}

pub(super) fn equal_variances(options: &NeighbourOptions) -> Result<Finding, BridgeError> {
    let context = ClaimContext::with_seed(options.seed);
    let mut rng = context.rng("bengio equal variances");
    let mut evidence = Evidence::statistical(
        "False statement: factors of equal variances, turned, are the principal components up to a signed permutation.",
        &context,
    );
    let mixed = mixture(&EQUAL, Law::Uniform, rows(options), &mut rng)?;
    let found = matched_correlation(&principal_codes(&mixed.data)?, &mixed.factors)?;
    evidence.case(found >= CLEAN, || format!("matched correlation {found:.3}"));
    evidence.finish()
}

pub(super) fn gaussian_components(options: &NeighbourOptions) -> Result<Finding, BridgeError> {
    let context = ClaimContext::with_seed(options.seed);
    let mut rng = context.rng("bengio gaussian components");
    let mut evidence = Evidence::statistical(
        "False statement: normal factors of equal variances are the independent components up to a signed permutation.",
        &context,
    );
    let mixed = mixture(&EQUAL, Law::Normal, rows(options), &mut rng)?;
    let found = matched_correlation(&independent_codes(&mixed.data, options.seed)?, &mixed.factors)?;
    evidence.case(found >= CLEAN, || format!("matched correlation {found:.3}"));
    evidence.finish()
}

pub(super) fn trained_basis(options: &NeighbourOptions) -> Result<Finding, BridgeError> {
    let context = ClaimContext::with_seed(options.seed);
    let mut rng = context.rng("bengio trained");
    let mut evidence = Evidence::statistical(
        "False statement: a linear autoencoder with 3 units, trained on factors of variances 5, 3, 2, 1 by gradient steps, has the factors as its units, since its loss is that of the principal components.",
        &context,
    );
    let mixed = mixture(&DIFFERENT, Law::Normal, 1000, &mut rng)?;
    let settings = AutoencoderOptions {
        code_width: 3,
        activation: Activation::Linear,
        decoder_activation: Activation::Linear,
        loss: Loss::SquaredError,
        train: TrainOptions {
            epochs: 60,
            seed: options.seed,
            ..TrainOptions::default()
        },
        ..AutoencoderOptions::default()
    };
    let mut trainer = AutoencoderTrainer::new(&mixed.data, settings)?;
    trainer.run(&mut ignore_progress)?;
    let kept = mixed.factors.columns(0, 3).into_owned();
    let found = matched_correlation(&codes(&trainer.autoencoder(), &mixed.data), &kept)?;
    evidence.note(Figure::number(
        "mean squared error per coordinate (principal components: near 0.25)",
        trainer.error(&mixed.data),
    ));
    evidence.case(found >= CLEAN, || format!("matched correlation {found:.3}"));
    evidence.finish()
}

pub(super) fn clean_score() -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::exact(
        "False statement: the denoiser at noise 0.5 gives the score of the clean density, −1/4 for variance 4.",
    );
    let slope = noisy_score_slopes(&[4.0], 0.5)?[0];
    evidence.close("slope", slope, -0.25, 1e-3);
    evidence.finish()
}

/// The matched correlation against how different two variances are.
pub(super) fn picture(options: &NeighbourOptions) -> Result<String, BridgeError> {
    let mut rng = ClaimContext::with_seed(options.seed).rng("bengio picture");
    let repeats: u32 = if options.quick { 12 } else { 60 };
    let mut series = vec![
        Series::dots("principal components, normal factors", Vec::new()),
        Series::dots("independent components, uniform factors", Vec::new()),
        Series::dots("independent components, normal factors", Vec::new()),
    ];
    for ratio in [1.0, 1.05, 1.1, 1.2, 1.35, 1.5, 1.75, 2.0, 2.5, 3.0] {
        let mut sums = [0.0; 3];
        for repeat in 0..repeats {
            let normal = mixture(&[ratio, 1.0], Law::Normal, 400, &mut rng)?;
            let uniform = mixture(&[ratio, 1.0], Law::Uniform, 400, &mut rng)?;
            let seed = options.seed.wrapping_add(u64::from(repeat));
            sums[0] += matched_correlation(&principal_codes(&normal.data)?, &normal.factors)?;
            sums[1] += matched_correlation(&independent_codes(&uniform.data, seed)?, &uniform.factors)?;
            sums[2] += matched_correlation(&independent_codes(&normal.data, seed)?, &normal.factors)?;
        }
        for (curve, sum) in series.iter_mut().zip(&sums) {
            curve.points.push((ratio, sum / f64::from(repeats)));
        }
    }
    Chart {
        title: "Two factors from 400 mixed rows",
        x: "quotient of their variances",
        y: "matched correlation",
        logarithmic: (false, false),
        legend: SeriesLabelPosition::LowerRight,
        series,
    }
    .to_svg()
}
