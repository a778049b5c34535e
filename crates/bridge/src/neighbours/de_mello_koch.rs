//! Weights set from the data, momentum spectra and the renormalisation group (de Mello Koch, de Mello Koch, de Mello Koch
//! 2020, *Why unsupervised deep networks generalize*; de Mello Koch, de Mello Koch, Cheng 2020, *Short sighted deep
//! learning*).
//!
//! An autoencoder is started on the modes of its data ([`nets::models::momentum`]) and timed against random
//! initialisation; what such modes are is compared with momentum on Ising samples ([`nets::models::spins`]), digits,
//! patches and, as the control, blue noise. Block spins on a ring follow the exact decimation of the coupling, which a
//! Boltzmann machine with one hidden unit a bond carries out exactly.
//!
//! ```
//! use bridge::neighbours::de_mello_koch::ring_machine;
//! use nalgebra::DVector;
//! // tanh² 0.7 = tanh K: summing the hidden units out leaves a ring at K.
//! let machine = ring_machine(4, 0.7)?;
//! let energy = |state: [f64; 4]| machine.free_energy(&DVector::from_vec(state.to_vec()));
//! let k = nets::models::ising::decimate(0.7)?;
//! let flip = energy([1.0, 1.0, 1.0, 0.0]) - energy([1.0; 4]);
//! assert!((flip - 4.0 * k).abs() < 1e-12); // two bonds change sign
//! # Ok::<(), bridge::BridgeError>(())
//! ```

mod flow;
mod picture;
mod start;

pub use flow::ring_machine;
pub use start::{Measured, steps_to_threshold};

use super::{NeighbourOptions, NeighbourReport};
use crate::BridgeError;

/// Runs the system.
///
/// # Errors
/// None that the options bring about; those of sampling and training otherwise.
pub fn run(options: &NeighbourOptions) -> Result<NeighbourReport, BridgeError> {
    let (rows, seeds) = if options.quick { (256, 10) } else { (1024, 10) };
    let data = start::datasets(rows, options.seed)?;
    let mut findings = vec![
        flow::ising_energies(options)?,
        flow::ring_spectrum(options)?,
        flow::block_spins(options)?,
        flow::machine_is_decimation()?,
        start::linear_start_is_optimal(&data, options)?,
        start::low_momenta(&data, options)?,
    ];
    for set in &data {
        findings.push(start::speed(set, seeds, options)?);
    }
    findings.extend([
        flow::machine_flow(options)?,
        start::blue_noise_is_low(&data, options)?,
        start::low_momenta_suit_blue_noise(&data, options)?,
        flow::machine_flow_is_decimation(options)?,
        flow::plane_stays_nearest()?,
        flow::torus_is_plane()?,
    ]);
    Ok(NeighbourReport {
        id: "de-mello-koch",
        title: "Weights from the modes of the data, and the flow of the coupling",
        source: "A. de Mello Koch, E. de Mello Koch, R. de Mello Koch, Why unsupervised deep networks generalize, arXiv 2012.03531; E. de Mello Koch, R. de Mello Koch, L. Cheng, Is deep learning a renormalization group flow?, arXiv 1906.05212, and Short sighted deep learning, arXiv 2002.02664",
        findings,
        picture: Some(picture::picture(&data, options)?),
        notes: vec![
            "The paper's abstract speaks of training times shorter by a factor from 4 to 100; the factor measured here is reported and no number is asserted. It depends on the threshold, on the size of the data and on the optimiser.".into(),
            "The paper's algorithm was known from its abstract only: the start used here is the covariance modes of largest variance, which for data that do not change under shifts are the Fourier modes of largest power.".into(),
            "Steps are counted in units of one pass over the rows. A start that is below the threshold before any step has no factor.".into(),
        ],
    })
}

#[cfg(test)]
mod tests;
