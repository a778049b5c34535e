//! Starting on the modes of the data, against random initialisation.

use nalgebra::DMatrix;
use nets::models::momentum::{Start, gaussian_fields, mean_squared_momentum, modes, power, start_from_data};
use nets::models::spins::Wolff;
use nets::{
    Activation, Autoencoder, AutoencoderOptions, AutoencoderTrainer, Corruption, Dataset, Loss, Optimizer,
    Stack, TrainOptions, UnrolledOptions, UnrolledTrainer, ignore_progress,
};

use super::NeighbourOptions;
use crate::BridgeError;
use crate::claim::{ClaimContext, Figure, Finding};
use crate::claims::Evidence;
use crate::error::refuse;
use crate::statistics;

/// Hidden units.
pub(super) const CODE: usize = 12;

/// The coupling of the Ising samples, a little above the critical temperature.
const COUPLING: f64 = 0.4;

/// Patches, Ising samples, digits and blue noise, all on 8 × 8 grids but the patches, of 4 × 4 pixels doubled in size.
pub(super) fn datasets(rows: usize, seed: u64) -> Result<[Dataset; 4], BridgeError> {
    let context = ClaimContext::with_seed(seed);
    let mut rng = context.rng("de mello koch spins");
    let mut torus = Wolff::new(8, 8, COUPLING)?;
    torus.flip_clusters(500, &mut rng);
    let mut values = Vec::with_capacity(64 * rows);
    for _ in 0..rows {
        torus.flip_clusters(12, &mut rng);
        values.extend(torus.spins().iter().map(|&s| s as f32));
    }
    let ising = Dataset::new("Ising, 8 x 8 at K = 0.4", values, 64)?.with_image_shape(8, 8)?;
    let all = Dataset::digits();
    let chosen: Vec<usize> = (0..rows.min(all.len())).collect();
    let digits = all.select(&chosen);
    // Windows of a scale-free field, whose power falls like 1/k²: what photographs have on average (Field 1987).
    let mut rng = context.rng("de mello koch images");
    let images = gaussian_fields(32, 32, 8, |k2| if k2 > 0.0 { 1.0 / k2 } else { 0.0 }, &mut rng)?;
    let patches = Dataset::patches(&[images], 8, rows, 0.0, seed)?;
    let mut rng = context.rng("de mello koch blue");
    let blue = gaussian_fields(8, 8, rows, |k2| (k2 / 8.0).powi(2), &mut rng)?;
    let blue = Dataset::new("blue noise", blue.values().to_vec(), 64)?.with_image_shape(8, 8)?;
    let patches = Dataset::new("patches of scale-free fields", patches.values().to_vec(), 64)?
        .with_image_shape(8, 8)?;
    Ok([ising, digits, patches, blue])
}

/// The mean squared error per coordinate of the best affine map of rank k: the principal components.
fn best_error(data: &Dataset, k: usize) -> f64 {
    let (n, width) = (data.len() as f64, data.width());
    let points = DMatrix::from_row_iterator(data.len(), width, data.values().iter().map(|&v| f64::from(v)));
    let mean = points.row_mean();
    let centred = DMatrix::from_fn(data.len(), width, |i, j| points[(i, j)] - mean[j]);
    let mut eigenvalues = (centred.tr_mul(&centred) / n)
        .symmetric_eigenvalues()
        .as_slice()
        .to_vec();
    eigenvalues.sort_by(f64::total_cmp);
    eigenvalues[..width - k].iter().sum::<f64>() / width as f64
}

fn error(data: &Dataset, autoencoder: &Autoencoder) -> f64 {
    let network = autoencoder.reconstruction_network();
    let columns = DMatrix::from_iterator(
        data.width(),
        data.len(),
        data.values().iter().map(|&v| f64::from(v)),
    );
    (network.forward_columns(&columns) - columns).norm_squared() / data.values().len() as f64
}

/// How long an autoencoder trained, and from where.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// Mean squared error before the first step.
    pub start: f64,
    /// Steps until the error was at most the threshold, in units of one pass; `None` if it never was.
    pub steps: Option<usize>,
}

/// Trains from the given weights until the mean squared error per coordinate on the rows is at most `threshold`.
///
/// Adam at rate 3e-3 on batches of 32.
///
/// # Errors
/// [`BridgeError::Parameter`] for a threshold that is not positive or no passes; the errors of training.
pub fn steps_to_threshold(
    data: &Dataset,
    from: &Autoencoder,
    threshold: f64,
    passes: usize,
    seed: u64,
) -> Result<Measured, BridgeError> {
    if !(threshold.is_finite() && threshold > 0.0) {
        return refuse("threshold", threshold, "a positive number");
    }
    if !(1..=100_000).contains(&passes) {
        return refuse("passes", passes, "an integer from 1 to 100000");
    }
    let start = error(data, from);
    let stack = Stack::new(vec![from.clone()], vec![Vec::new()])?;
    let options = UnrolledOptions {
        loss: Loss::SquaredError,
        corruption: Corruption::None,
        train: train(seed),
    };
    let mut trainer = UnrolledTrainer::unrolled(data, &stack, options)?;
    let steps_a_pass = data.len().div_ceil(options.train.batch);
    if start <= threshold {
        return Ok(Measured {
            start,
            steps: Some(0),
        });
    }
    for pass in 1..=passes {
        trainer.epoch(&mut ignore_progress)?;
        if trainer.error(data) <= threshold {
            return Ok(Measured {
                start,
                steps: Some(pass * steps_a_pass),
            });
        }
    }
    Ok(Measured { start, steps: None })
}

fn train(seed: u64) -> TrainOptions {
    TrainOptions {
        batch: 32,
        optimizer: Optimizer::adam(3e-3),
        seed,
        ..TrainOptions::default()
    }
}

/// A tanh autoencoder with fresh random weights.
fn random_start(data: &Dataset, seed: u64) -> Result<Autoencoder, BridgeError> {
    let options = AutoencoderOptions {
        code_width: CODE,
        activation: Activation::Tanh,
        decoder_activation: Activation::Linear,
        loss: Loss::SquaredError,
        train: train(seed),
        ..AutoencoderOptions::default()
    };
    Ok(AutoencoderTrainer::new(data, options)?.autoencoder())
}

/// The threshold, relative to the error of the principal components.
const NEAR: f64 = 1.05;

/// The most passes before a run is given up.
const PASSES: usize = 250;

pub(super) fn speed(data: &Dataset, seeds: u64, options: &NeighbourOptions) -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::statistical(
        &format!(
            "{}: {CODE} tanh units started on the covariance modes of the data reach {NEAR} times the error of the principal components in fewer steps than from random weights (medians over {seeds} seeds).",
            data.name()
        ),
        &ClaimContext::with_seed(options.seed),
    );
    let threshold = NEAR * best_error(data, CODE);
    let modes = start_from_data(data, CODE, Activation::Tanh, Start::LargestVariance)?;
    let capped = |measured: Measured| {
        let most = PASSES * data.len().div_ceil(32);
        measured.steps.unwrap_or(most) as f64
    };
    let (mut ours, mut random, mut starts, mut given_up) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for offset in 0..seeds {
        let seed = options.seed.wrapping_add(offset);
        ours.push(capped(steps_to_threshold(data, &modes, threshold, PASSES, seed)?));
        let fresh = steps_to_threshold(data, &random_start(data, seed)?, threshold, PASSES, seed)?;
        given_up += usize::from(fresh.steps.is_none());
        starts.push(fresh.start);
        random.push(capped(fresh));
    }
    let (ours, random) = (statistics::median(&ours), statistics::median(&random));
    evidence.case(ours < random, || format!("{ours} steps against {random}"));
    evidence.note(Figure::number(
        "threshold (mean squared error per coordinate)",
        threshold,
    ));
    evidence.note(Figure::number("error at the start, modes", error(data, &modes)));
    evidence.note(Figure::number(
        "error at the start, random (median)",
        statistics::median(&starts),
    ));
    evidence.note(Figure::number("median steps from the modes", ours));
    evidence.note(Figure::number("median steps from random weights", random));
    if ours > 0.0 {
        evidence.note(Figure::number("measured factor", random / ours));
    } else {
        evidence.note(Figure::exact(
            "measured factor",
            "none: the start is below the threshold",
        ));
    }
    evidence.note(Figure::exact(
        format!("random starts given up after {PASSES} passes (counted at the cap)"),
        given_up,
    ));
    evidence.finish()
}

pub(super) fn linear_start_is_optimal(
    data: &[Dataset],
    options: &NeighbourOptions,
) -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::statistical(
        "Linear units started on the covariance modes are at the optimum before any step: their error is that of the principal components (to 1e-9).",
        &ClaimContext::with_seed(options.seed),
    );
    for set in data {
        let best = best_error(set, CODE);
        let started = start_from_data(set, CODE, Activation::Linear, Start::LargestVariance)?;
        evidence.close(
            &format!("{}: error over the optimum, less 1", set.name()),
            error(set, &started) / best - 1.0,
            0.0,
            1e-9,
        );
    }
    evidence.finish()
}

/// The mean squared momentum of the weights into the code.
pub(super) fn momentum_of_fields(autoencoder: &Autoencoder) -> Result<(f64, Vec<f64>), BridgeError> {
    let grid = modes(8, 8)?;
    let weights = autoencoder.encoder().weights().transpose();
    let columns = (0..weights.ncols()).map(|unit| &weights.as_slice()[unit * 64..][..64]);
    // Every unit counts alike, whatever its scale.
    let mut total = vec![0.0; grid.len()];
    for column in columns {
        let of_unit = power(&grid, std::iter::once(column));
        let norm: f64 = of_unit.iter().sum();
        total.iter_mut().zip(&of_unit).for_each(|(t, p)| *t += p / norm);
    }
    Ok((mean_squared_momentum(&grid, &total), total))
}

/// The mean squared momentum of white noise in two dimensions.
const WHITE: f64 = 4.0;

fn started_momentum(data: &Dataset) -> Result<f64, BridgeError> {
    let started = start_from_data(data, CODE, Activation::Tanh, Start::LargestVariance)?;
    Ok(momentum_of_fields(&started)?.0)
}

pub(super) fn low_momenta(data: &[Dataset; 4], options: &NeighbourOptions) -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::statistical(
        "The modes of largest variance of Ising samples, digits and patches have lower momenta than white noise, whose mean square is 4.",
        &ClaimContext::with_seed(options.seed),
    );
    for set in &data[..3] {
        let found = started_momentum(set)?;
        evidence.case(found < WHITE, || format!("{}: {found}", set.name()));
        evidence.note(Figure::number(set.name(), found));
    }
    evidence.finish()
}

pub(super) fn blue_noise_is_low(
    data: &[Dataset; 4],
    options: &NeighbourOptions,
) -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::statistical(
        "False statement: the modes of largest variance of blue noise have lower momenta than white noise.",
        &ClaimContext::with_seed(options.seed),
    );
    let found = started_momentum(&data[3])?;
    evidence.case(found < WHITE, || format!("mean squared momentum {found:.3}"));
    evidence.finish()
}

pub(super) fn low_momenta_suit_blue_noise(
    data: &[Dataset; 4],
    options: &NeighbourOptions,
) -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::statistical(
        "False statement: linear units on the Fourier modes of lowest momentum are within 5% of the optimum for blue noise.",
        &ClaimContext::with_seed(options.seed),
    );
    let set = &data[3];
    let started = start_from_data(set, CODE, Activation::Linear, Start::LowestMomentum)?;
    let over = error(set, &started) / best_error(set, CODE);
    evidence.case(over <= NEAR, || format!("{over:.2} times the optimum"));
    evidence.finish()
}
