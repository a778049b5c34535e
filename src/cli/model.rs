//! MODEL, which several commands take: a trained network in one of the files that are read.

use std::path::{Path, PathBuf};

use nets::{Checkpoint, Network};

use super::CliError;

/// Where a trained network is.
#[derive(clap::Args)]
#[group(skip)]
pub(crate) struct Args {
    /// A checkpoint (the `model.safetensors` of `shadow pretrain`), an .onnx file, or a .safetensors state dict with
    /// its architecture file.
    #[arg(value_name = "MODEL")]
    model: PathBuf,
    /// The architecture file of a state dict; the file of its name that ends in .arch.json unless given.
    #[arg(long, value_name = "FILE")]
    architecture: Option<PathBuf>,
}

/// What the file holds.
pub(crate) enum Model {
    Checkpoint(Checkpoint),
    Network(Network),
}

impl Args {
    /// The file that was named.
    pub(crate) fn path(&self) -> &Path {
        &self.model
    }

    /// Reads it.
    pub(crate) fn read(&self) -> Result<Model, CliError> {
        read(&self.model, self.architecture.as_deref())
    }
}

/// Reads a model: what it is follows from the ending of its name and the files beside it.
pub(crate) fn read(path: &Path, architecture: Option<&Path>) -> Result<Model, CliError> {
    let is = |ending: &str| path.extension().is_some_and(|e| e.eq_ignore_ascii_case(ending));
    if is("onnx") {
        return Ok(Model::Network(Network::read_onnx(path)?));
    }
    if architecture.is_some() || path.with_extension("arch.json").is_file() {
        return Ok(Model::Network(Network::read_safetensors(path, architecture)?));
    }
    Ok(Model::Checkpoint(Checkpoint::load(path)?))
}

impl Model {
    /// Input → codes of a checkpoint, input → outputs of a network.
    pub(crate) fn network(&self) -> Network {
        match self {
            Model::Checkpoint(checkpoint) => checkpoint.encoder_network(),
            Model::Network(network) => network.clone(),
        }
    }
}
