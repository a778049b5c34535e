//! `--data`, which several commands take.

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
