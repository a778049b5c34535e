//! `shadow lie`: questions about a Lie algebra.

mod batch;
mod info;
mod invariants;
mod orbit_table;
mod roots;
mod stabilizer;

use std::path::{Path, PathBuf};

use groups::lie::{LieAlgebra, algebra_from_json, parse_algebra};

use super::{CliError, Outcome};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    question: Question,
}

#[derive(clap::Subcommand)]
enum Question {
    /// Structure, Levi factor, Dynkin type, real form and name of an algebra.
    Info(info::Args),
    /// The stabilizer of a figure, what it is, and the dimension of its orbit; of many figures with --batch.
    Stabilizer(Box<stabilizer::Args>),
    /// Invariant polynomials and tensors of a classical or finite group.
    Invariants(invariants::Args),
    /// A root system: roots, Cartan matrix, Weyl group, dimensions of irreducible representations.
    Roots(roots::Args),
    /// Plane figures with their stabilizers in GL(2) and Aff(2).
    OrbitTable(orbit_table::Args),
}

pub(crate) fn run(args: &Args) -> Result<Outcome, CliError> {
    match &args.question {
        Question::Info(args) => info::run(args),
        Question::Stabilizer(args) => stabilizer::run(args),
        Question::Invariants(args) => invariants::run(args),
        Question::Roots(args) => roots::run(args),
        Question::OrbitTable(args) => orbit_table::run(args),
    }
}

/// The algebra that is meant: by name, or from a file with a basis or structure constants.
fn read_algebra(name: Option<&str>, file: Option<&Path>) -> Result<LieAlgebra, CliError> {
    match (name, file) {
        (_, Some(path)) => Ok(algebra_from_json(&read_text(path)?)?),
        (Some(name), None) => Ok(parse_algebra(name)?),
        (None, None) => Err(CliError::Usage(
            "give an algebra by name, or --basis FILE".to_owned(),
        )),
    }
}

fn read_text(path: &Path) -> Result<String, CliError> {
    std::fs::read_to_string(path).map_err(|source| CliError::Read {
        path: PathBuf::from(path),
        source,
    })
}
