//! The ledger: every claim there is, one file each.
//!
//! To add a claim, write a file here that implements [`Claim`] and add one line to [`all`]; its section of `docs/claims.md`
//! is written from it ([`documentation`]).

mod actions;
mod ae_stabilizer;
mod affine_error;
pub mod batch;
mod codes;
mod cosets;
mod document;
mod eps_volume;
mod first_features;
mod hitting_time;
mod layers;
mod loose;
mod maps;
mod models;
mod moduli;
mod orbit_stabilizer_finite;
mod orbit_stabilizer_lie;
mod short;
mod solved;
mod walks;
mod wide;

use crate::BridgeError;
use crate::claim::{self, Claim};
pub(crate) use short::Evidence;

/// The confidence level at which a sample decides when nothing is known of the run it is part of.
pub(crate) const DECIDING: f64 = claim::ALONE;

/// Share of the rows that training never sees; claims about held-out rows find them again by the seed.
pub(crate) const HELD_OUT: f64 = 0.2;

/// Every claim, in the order of the catalogue.
///
/// ```
/// assert!(bridge::claims::all().iter().any(|claim| claim.about().code == "C01"));
/// ```
pub fn all() -> &'static [&'static dyn Claim] {
    static ALL: &[&dyn Claim] = &[
        &orbit_stabilizer_finite::OrbitStabilizerFinite,
        &orbit_stabilizer_lie::OrbitStabilizerLie,
        &loose::LIE,
        &cosets::PARTITION,
        &actions::BURNSIDE,
        &cosets::CONJUGATE,
        &cosets::COSETS,
        &cosets::TYPES,
        &hitting_time::HittingTime,
        &loose::HITTING,
        &actions::MINIMAL_ORBIT_FIRST,
        &loose::FIRST,
        &walks::RETURN_TIME,
        &loose::RETURN,
        &walks::MIXING,
        &loose::MIXING,
        &actions::TUPLES,
        &loose::TUPLES,
        &moduli::JETS,
        &actions::LAYERS,
        &eps_volume::EpsilonVolume,
        &layers::NORM_BALL,
        &loose::BALL,
        &moduli::NONCOMPACT,
        &layers::CONSTANTS,
        &affine_error::AffineError,
        &maps::IN_GL,
        &layers::CLOSURE,
        &loose::CLOSURE,
        &maps::DRIFT,
        &codes::PCA,
        &maps::GAUGE,
        &codes::WEIGHTS,
        &loose::WEIGHTS,
        &ae_stabilizer::AutoencoderStabilizer,
        &codes::DENOISER,
        &codes::SPLIT,
        &first_features::SMALLER_ORBITS_FIRST,
        &first_features::SMALLER_ORBITS_FIRST_LOOSE,
        &maps::KERNEL,
        &models::HIERARCHY,
        &models::TENT,
        &solved::TANH_KERNEL,
        &wide::CRITICALITY,
        &wide::RELU,
        &solved::RELU_ANGLE,
        &wide::FLUCTUATIONS,
        &solved::VERTEX,
        &models::OSCILLATOR,
        &models::DECIMATION,
        &solved::RING,
        &models::ONSAGER,
        &solved::HIDDEN,
        &wide::SADDLES,
    ];
    ALL
}

pub use document::documentation;

/// The claim with this id or catalogue number (in any case).
///
/// # Errors
/// [`BridgeError::UnknownClaim`], with the names there are.
///
/// ```
/// assert_eq!(bridge::claims::find("c08")?.about().id, "hitting-time-iid");
/// assert!(bridge::claims::find("C99").is_err());
/// # Ok::<(), bridge::BridgeError>(())
/// ```
pub fn find(name: &str) -> Result<&'static dyn Claim, BridgeError> {
    let is_called = |claim: &&&dyn Claim| {
        let about = claim.about();
        about.id.eq_ignore_ascii_case(name) || about.code.eq_ignore_ascii_case(name)
    };
    all()
        .iter()
        .find(is_called)
        .copied()
        .ok_or_else(|| BridgeError::UnknownClaim {
            name: name.to_owned(),
            known: all().iter().map(|c| c.about().id).collect::<Vec<_>>().join(", "),
        })
}
