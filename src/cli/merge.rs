//! `shadow merge`: the journals of the shards of a sweep, in one.

use std::path::PathBuf;

use bridge::sweep;

use super::verify::sweep::{describe, outcome};
use super::{CliError, Outcome, output};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Folders of shards, or of earlier merges.
    #[arg(value_name = "DIR", required = true)]
    folders: Vec<PathBuf>,
    /// Folder for the journal and the summary of the whole; what it holds of the same sweep is merged too.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Print JSON; with a file, write it there.
    #[arg(long, value_name = "OUT", num_args = 0..=1)]
    json: Option<Option<PathBuf>>,
}

pub(crate) fn run(args: &Args) -> Result<Outcome, CliError> {
    let file = args.json.as_ref().and_then(Option::as_deref);
    if let Some(file) = file {
        output::writable(file)?;
    }
    let summary = sweep::merge(&args.folders, &args.out)?;
    match (&args.json, file) {
        (_, Some(file)) => output::file(file, (output::to_json(&summary) + "\n").as_bytes())?,
        (Some(None), None) => output::json(&summary)?,
        _ => output::text(&describe(&summary))?,
    }
    Ok(outcome(&summary))
}
