//! What is tested about invariant codes and poses.

use nalgebra::{DMatrix, DVector};
use nets::models::invariant_autoencoder::Frame;
use nets::{
    Activation, AutoencoderTrainer, ClassifierOptions, ClassifierTrainer, Corruption, Dataset, TrainOptions,
    ignore_progress,
};
use std::collections::HashSet;

use super::data::ring_shifts;
use super::{Moved, PosedAutoencoder, autoencoder_options, gather, polar_digits, sets, signals};
use crate::BridgeError;
use crate::claim::{ClaimContext, Figure, Finding};
use crate::claims::{DECIDING, Evidence};
use crate::feature_action::act;
use crate::finite::necklaces::necklace_counts;
use crate::statistics;

/// Signals, digits and sets.
pub(super) fn systems(rows: usize, seed: u64) -> Result<[Moved; 3], BridgeError> {
    Ok([signals(rows, seed)?, polar_digits(rows, seed)?, sets(rows, seed)?])
}

/// Rows on which invariance is measured.
const TRIALS: usize = 60;

pub(super) fn exact_invariance(system: &Moved, epochs: usize, seed: u64) -> Result<Finding, BridgeError> {
    let context = ClaimContext::with_seed(seed);
    let mut rng = context.rng(&format!("winter invariance {}", system.name));
    let mut evidence = Evidence::statistical(
        &format!(
            "{}: the code of x·g is that of x, and g is recovered modulo the stabilizer of x, for data rows and for rows averaged over a random cyclic subgroup.",
            system.name
        ),
        &context,
    );
    let model = PosedAutoencoder::fit(&system.moved, &system.group, system.code, epochs, seed)?;
    let (mut worst, mut right, mut symmetric) = (0f64, 0usize, 0usize);
    let mut trials = 0;
    for trial in 0..TRIALS {
        let row = system.moved.point(trial % system.moved.len());
        let mut x: Vec<f64> = row.as_slice().to_vec();
        let g = system.group.random_element(&mut rng);
        // Every third row is made symmetric under a cyclic subgroup, so that its pose is not unique.
        let h = system.group.random_element(&mut rng);
        if trial % 3 == 0 {
            x = symmetrised(&x, &h);
        }
        symmetric += usize::from(trial % 3 == 0 && !h.is_identity());
        let y = act(&x, &g);
        worst = worst.max((model.code(&x) - model.code(&y)).amax());
        right += usize::from(model.recovers(&x, &g)?);
        trials += 1;
    }
    evidence.close("largest difference of codes", worst, 0.0, 1e-6);
    evidence.equal("elements recovered modulo the stabilizer", right, trials);
    evidence.note(Figure::exact(
        "of these with a stabilizer by construction",
        symmetric,
    ));
    evidence.finish()
}

/// The mean of x over the powers of h, rounded so that equal coordinates are equal to the bit.
fn symmetrised(x: &[f64], h: &groups::Permutation) -> Vec<f64> {
    let mut mean = x.to_vec();
    for cycle in h.cycles() {
        let value = cycle.iter().map(|&c| x[c]).sum::<f64>() / cycle.len() as f64;
        cycle.iter().for_each(|&c| mean[c] = value);
    }
    mean
}

/// The error of a plain autoencoder of the same size.
fn plain_error(data: &Dataset, code: usize, epochs: usize, seed: u64) -> Result<f64, BridgeError> {
    let mut trainer = AutoencoderTrainer::new(data, autoencoder_options(code, epochs, seed))?;
    trainer.run(&mut ignore_progress)?;
    Ok(trainer.error(data))
}

pub(super) fn as_good_as_posed(
    system: &Moved,
    epochs: usize,
    seeds: u64,
    seed: u64,
) -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::statistical(
        &format!(
            "{}: after equal training on rows in unknown poses the invariant autoencoder reconstructs at least as well (median of {seeds} seeds, up to 5%) as a plain one of the same size on the rows in their maker's pose.",
            system.name
        ),
        &ClaimContext::with_seed(seed),
    );
    let (mut ours, mut posed, mut moved) = (Vec::new(), Vec::new(), Vec::new());
    for offset in 0..seeds {
        let seed = seed.wrapping_add(offset);
        let model = PosedAutoencoder::fit(&system.moved, &system.group, system.code, epochs, seed)?;
        ours.push(model.model().error(&system.moved));
        posed.push(plain_error(&system.posed, system.code, epochs, seed)?);
        moved.push(plain_error(&system.moved, system.code, epochs, seed)?);
    }
    let [ours, posed, moved] = [ours, posed, moved].map(|errors| statistics::median(&errors));
    evidence.case(ours <= 1.05 * posed, || {
        format!("{ours:.3e} is more than 1.05 times {posed:.3e}")
    });
    evidence.note(Figure::number("mean squared error, invariant", ours));
    evidence.note(Figure::number("plain, maker's pose", posed));
    evidence.note(Figure::number("plain, unknown poses", moved));
    evidence.finish()
}

/// The frame whose canonical form is the largest rotation of a word: all subspaces are equally near.
pub(super) fn word_frame(n: usize) -> Result<Frame, BridgeError> {
    let group = ring_shifts(1, n)?;
    let moves = group.elements().map(|g| gather(&g)).collect();
    Ok(Frame::new(moves, DVector::zeros(n), DMatrix::zeros(0, n))?)
}

/// Canonical forms of all binary words of length n, and of those whose pose is unique.
pub(super) fn word_counts(n: usize) -> Result<(usize, usize), BridgeError> {
    let frame = word_frame(n)?;
    let (mut all, mut free) = (HashSet::new(), HashSet::new());
    for word in 0u32..1 << n {
        let x: Vec<f64> = (0..n).map(|i| f64::from(word >> i & 1)).collect();
        let canonical = frame.canonical(&x);
        let poses = (0..n).filter(|&pose| frame.moved(pose, &x) == canonical).count();
        let key: Vec<u64> = canonical.iter().map(|v| v.to_bits()).collect();
        if poses == 1 {
            free.insert(key.clone());
        }
        all.insert(key);
    }
    Ok((all.len(), free.len()))
}

pub(super) fn words() -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::exact(
        "Binary words on a ring, all of them: as many canonical forms as necklaces, and one pose exactly for the aperiodic ones.",
    );
    for n in [6, 8, 9] {
        let (forms, free) = word_counts(n)?;
        let counts = necklace_counts(n, 2)?;
        evidence.equal(&format!("C{n}: canonical forms"), forms.into(), counts.orbits);
        evidence.equal(&format!("C{n}: with one pose"), free.into(), counts.free_orbits);
    }
    evidence.finish()
}

/// A network that predicts the pose from the row as it is, without equivariance built in.
pub(super) fn learned_poses(system: &Moved, epochs: usize, seed: u64) -> Result<Finding, BridgeError> {
    let context = ClaimContext::with_seed(seed);
    let mut rng = context.rng("winter learned poses");
    let mut evidence = Evidence::statistical(
        &format!(
            "{}: a dense network trained to predict the pose is right (modulo the stabilizer) more often than by chance on rows moved anew; its codes are invariant only so far.",
            system.name
        ),
        &context,
    );
    let model = PosedAutoencoder::fit(&system.moved, &system.group, system.code, epochs, seed)?;
    let moved_anew = |rng: &mut rand_chacha::ChaCha8Rng| -> Vec<Vec<f64>> {
        (0..system.moved.len())
            .map(|row| {
                act(
                    system.moved.point(row).as_slice(),
                    &system.group.random_element(rng),
                )
            })
            .collect()
    };
    let train_rows: Vec<Vec<f64>> = (0..4).flat_map(|_| moved_anew(&mut rng)).collect();
    let labels: Vec<u8> = train_rows.iter().map(|x| model.pose_index(x) as u8).collect();
    let values = train_rows.concat().into_iter().map(|v| v as f32).collect();
    let data = Dataset::new(system.name, values, system.moved.width())?.with_labels(labels)?;
    let train = TrainOptions {
        epochs: 2 * epochs,
        seed,
        ..TrainOptions::default()
    };
    let options = ClassifierOptions {
        corruption: Corruption::None,
        train,
    };
    let mut trainer = ClassifierTrainer::classifier(&data, &[], &[(64, Activation::Tanh)], options)?;
    trainer.run(&mut ignore_progress)?;
    let network = trainer.network();
    let (mut right, mut squares, mut trials) = (0, 0.0, 0u64);
    let encoder = model.model().autoencoder().encoder();
    let tests = moved_anew(&mut rng);
    for x in &tests {
        // A class that no row was labelled with is not an output of the network, and never predicted.
        let guess = network.forward(&DVector::from_column_slice(x)).imax();
        let g = &model.elements[guess.min(model.elements.len() - 1)];
        right += u64::from(model.same_modulo_stabilizer(x, model.pose(x), g)?);
        let seen = DVector::from_vec(act(x, g));
        squares += (encoder.forward(&seen) - model.code(x)).norm_squared();
        trials += 1;
    }
    let share = statistics::proportion(right, trials, DECIDING);
    let chance = 1.0 / model.elements.len() as f64;
    evidence.case(share.low > chance, || {
        format!("{share:?} does not exceed {chance}")
    });
    evidence.note(Figure::estimate("share of poses that are right", share));
    let codes = squares / (trials as usize * model.code(&tests[0]).len()) as f64;
    evidence.note(Figure::number(
        "root mean square change of the code (codes lie in [-1, 1])",
        codes.sqrt(),
    ));
    evidence.finish()
}

pub(super) fn plain_code_is_invariant(
    system: &Moved,
    epochs: usize,
    seed: u64,
) -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::statistical(
        "False statement: a plain autoencoder trained on turned digits has an invariant code (to 1e-6).",
        &ClaimContext::with_seed(seed),
    );
    let mut trainer = AutoencoderTrainer::new(&system.moved, autoencoder_options(system.code, epochs, seed))?;
    trainer.run(&mut ignore_progress)?;
    let autoencoder = trainer.autoencoder();
    let g = &system.group.generators()[0];
    let change = |row: usize| {
        let x = system.moved.point(row);
        let y = DVector::from_vec(act(x.as_slice(), g));
        (autoencoder.encoder().forward(&x) - autoencoder.encoder().forward(&y)).amax()
    };
    let worst = (0..TRIALS.min(system.moved.len()))
        .map(change)
        .fold(0.0, f64::max);
    evidence.close("largest difference of codes", worst, 0.0, 1e-6);
    evidence.finish()
}

pub(super) fn plain_is_as_good(system: &Moved, epochs: usize, seed: u64) -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::statistical(
        "False statement: a plain autoencoder of the same size reconstructs digits in unknown poses as well as posed ones (up to 5%).",
        &ClaimContext::with_seed(seed),
    );
    let posed = plain_error(&system.posed, system.code, epochs, seed)?;
    let moved = plain_error(&system.moved, system.code, epochs, seed)?;
    evidence.case(moved <= 1.05 * posed, || {
        format!("mean squared error {moved:.3e} against {posed:.3e}")
    });
    evidence.finish()
}

pub(super) fn spectrum_is_complete() -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::exact(
        "False statement: the power spectrum, an invariant without a pose, tells all binary words on a ring of 8 apart up to reflection.",
    );
    let counts = necklace_counts(8, 2)?;
    evidence.equal(
        "power spectra",
        counts.distinct_autocorrelations.into(),
        counts.dihedral_orbits,
    );
    evidence.finish()
}

pub(super) fn pose_is_unique() -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::exact("False statement: the word 01010101 has one pose.");
    let frame = word_frame(8)?;
    let x = [0.0, 1.0].repeat(4);
    let canonical = frame.canonical(&x);
    let poses = (0..8).filter(|&pose| frame.moved(pose, &x) == canonical).count();
    evidence.equal("poses", poses, 1);
    evidence.finish()
}
