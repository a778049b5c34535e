//! The command line: parse, seed, call the libraries, print. No mathematics.

mod align;
mod audit;
mod data;
mod discrete;
mod error;
mod eval;
mod features;
mod first_features;
mod fit;
mod group;
mod isotropy;
mod lie;
mod merge;
mod model;
mod orbits;
mod output;
mod pretrain;
mod signal;
mod study;
mod symmetries;
mod verify;
mod volume;

use std::ffi::OsString;

use clap::{Parser, Subcommand};

pub(crate) use error::CliError;

/// How a command that ran to its end came out.
pub(crate) enum Outcome {
    /// Nothing to complain about.
    Good,
    /// A claim that is expected to hold did not, or was vacuous.
    ClaimsNotConfirmed,
    /// The user stopped it; what was done is saved.
    Interrupted,
}

/// The group theory of deep learning, computable.
#[derive(Parser)]
#[command(name = "shadow", version, about, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// From data to a verdict: pretrain, fit shadows, filter stabilizers, check the claims, write a report.
    Study(study::Args),
    /// Train a model layer by layer, without labels.
    Pretrain(Box<pretrain::Args>),
    /// What a trained network makes of data: errors, accuracy, outputs, a linear probe.
    Eval(eval::Args),
    /// Receptive fields of a trained model, as a picture.
    Features(features::Args),
    /// What leaves a trained map alone: its Lie algebra of symmetries.
    Symmetries(Box<symmetries::Args>),
    /// Check claims of the theory, each with a negative control.
    Verify(Box<verify::Args>),
    /// Join the shards of a sweep (`shadow verify --shard I/N`).
    Merge(merge::Args),
    /// Which relabellings of the units leave a network's weights (or a matrix) as they are.
    Isotropy(isotropy::Args),
    /// Two networks compared up to the names of their units.
    Align(align::Args),
    /// What symmetry did a trained network learn? Everything that applies, with a report.
    Audit(audit::Args),
    /// The group elements that the layers of a trained network imitate.
    Fit(fit::Args),
    /// Are features with smaller orbits learned first? An experiment with its controls and a verdict.
    FirstFeatures(first_features::Args),
    /// The orbits of learned features under a group: exact, and as the network moves them, with their graphs.
    Orbits(Box<orbits::Args>),
    /// How fast the volume of near-stabilizers, or of near-solutions, shrinks with the tolerance.
    Volume(Box<volume::Args>),
    /// Questions about a permutation group.
    Group(group::Args),
    /// Questions about a Lie algebra.
    Lie(lie::Args),
}

/// Runs the command that `arguments` spell; without a subcommand it is `study`.
pub(crate) fn run(arguments: impl IntoIterator<Item = OsString>) -> Result<Outcome, CliError> {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) if !error.use_stderr() => {
            output::text(&error.to_string())?;
            return Ok(Outcome::Good);
        }
        Err(error) => return Err(CliError::usage(&error)),
    };
    match cli
        .command
        .unwrap_or_else(|| Command::Study(study::Args::default()))
    {
        Command::Study(args) => study::run(&args),
        Command::Pretrain(args) => pretrain::run(&args),
        Command::Eval(args) => eval::run(&args),
        Command::Features(args) => features::run(&args),
        Command::Symmetries(args) => symmetries::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Merge(args) => merge::run(&args),
        Command::Isotropy(args) => isotropy::run(&args),
        Command::Align(args) => align::run(&args),
        Command::Audit(args) => audit::run(&args),
        Command::Fit(args) => fit::run(&args),
        Command::FirstFeatures(args) => first_features::run(&args),
        Command::Orbits(args) => orbits::run(&args),
        Command::Volume(args) => volume::run(&args),
        Command::Group(args) => group::run(&args),
        Command::Lie(args) => lie::run(&args),
    }
}
