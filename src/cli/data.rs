//! `--data`, which several commands take.

use nalgebra::DMatrix;
use nets::{DataSource, Dataset};

use super::CliError;

/// What rows to work on.
#[derive(clap::Args)]
#[group(skip)]
pub(crate) struct Args {
    /// Rows: `digits` (embedded), `idx:FILE` (plain or .gz), `png:DIR`, `npy:FILE`, `csv:FILE`,
    /// `safetensors:FILE#TENSOR`, `patches:DIR,size=12,count=20000,whiten=zca` (of the PNG images in a folder), or a
    /// path whose ending says which of these it is.
    #[arg(long, default_value = "digits", value_name = "SOURCE")]
    data: String,
}

impl Default for Args {
    fn default() -> Self {
        Args {
            data: "digits".to_owned(),
        }
    }
}

impl Args {
    /// Reads the rows.
    pub(crate) fn read(&self) -> Result<Dataset, CliError> {
        Ok(self.data.parse::<DataSource>()?.read()?)
    }
}

/// The rows of a data set as columns.
pub(crate) fn columns(data: &Dataset) -> DMatrix<f64> {
    let values = data.values().iter().map(|&v| f64::from(v));
    DMatrix::from_iterator(data.width(), data.len(), values)
}
