//! Which features are learned first? Time of learning against the dimension and the size of orbits, with the spectrum as the
//! rival explanation.
//!
//! Figures with stabilizers made on purpose ([`figure`]) are drawn at random poses under named laws ([`pose`]); the orbit is
//! measured as a set of pictures ([`orbit`]): dimension, covering number at a tolerance, spectrum. Autoencoders are trained on
//! each figure alone and on mixtures ([`learning`], [`runs`]) at equal energy, at equal variance, and with variances handed out
//! against the statement, a control that has to come out as not supporting it. Ranks are correlated and regressed, with
//! bootstrap intervals over figures and seeds ([`regression`], [`analysis`]), and the sentences follow from these ([`verdict`]).
//! Filters learned from patches of images are measured beside it ([`patches`]).
//!
//! ```
//! use std::ops::ControlFlow;
//! use bridge::first_features::{Experiment, runs::Options, learning::Training};
//! let options = Options {
//!     measures: vec!["so2".parse()?],
//!     curves: 1, train: 60, test: 20, training: Training { hidden: 4, steps: 20 }, mixtures: 0, replicates: 20,
//!     patches: bridge::first_features::patches::PatchOptions { count: 300, steps: vec![0], inits: 0 },
//!     ..Options::quick(1)
//! };
//! let experiment = Experiment::run(&options, 1, Default::default(), &mut |_| ControlFlow::Continue(()))?;
//! assert!(!experiment.expect("nobody stopped it").findings.sentences.is_empty());
//! # Ok::<(), bridge::BridgeError>(())
//! ```

pub mod analysis;
pub mod figure;
pub mod learning;
pub mod orbit;
pub mod patches;
pub mod pose;
pub mod regression;
pub mod runs;
pub mod small;
mod table;
pub mod verdict;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use serde::Serialize;

use crate::BridgeError;
use analysis::{Analyses, Tables};
use runs::{Entries, Observer, Options};
use verdict::Findings;

pub use table::{orbits_csv, runs_csv};

/// Shares of the variance that count as learned.
pub const THRESHOLDS: [f64; 3] = [0.5, 0.2, 0.1];

/// An experiment with what follows from it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Experiment {
    /// Name and version of this form.
    pub schema: &'static str,
    /// What decided the result.
    pub options: Options,
    /// The sentences.
    pub findings: Findings,
    /// Correlations, regressions and controls.
    pub analyses: Analyses,
    /// The filters of patches.
    pub filters: Vec<patches::Simplicity>,
    /// The tables behind it, which are written as CSV.
    #[serde(skip)]
    pub tables: Tables,
}

impl Experiment {
    /// Does what is not `known` (see [`runs::run`]) and analyses it; none if the observer stopped it.
    ///
    /// # Errors
    /// As [`runs::run`].
    pub fn run(
        options: &Options,
        jobs: usize,
        known: Entries,
        observer: &mut Observer<'_>,
    ) -> Result<Option<Self>, BridgeError> {
        Ok(runs::run(options, jobs, known, observer)?.map(|entries| Self::of(options, &entries)))
    }

    /// Analyses pieces of work that are done.
    pub fn of(options: &Options, entries: &Entries) -> Self {
        let tables = Tables::of(entries);
        let analyses = analysis::analyse(&tables, options);
        Experiment {
            schema: "shadow.first-features/1",
            options: options.clone(),
            findings: verdict::judge(&analyses),
            analyses,
            filters: tables.filters.clone(),
            tables,
        }
    }
}

/// A random stream that depends on the seed and on what it is for.
fn stream(seed: u64, purpose: &str) -> ChaCha8Rng {
    // FNV-1a, as for the streams of claims.
    let number = purpose.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    });
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(number);
    rng
}

#[cfg(test)]
mod tests;
