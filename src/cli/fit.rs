//! `shadow fit`: the group elements that the layers of a trained network imitate.

use std::path::{Path, PathBuf};

use bridge::audit::{StageShadow, Unanswered, stage_shadows};
use serde::Serialize;

use super::audit::describe_shadow;
use super::isotropy::whole_network;
use super::{CliError, Outcome, discrete, model, output};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    model: model::Args,
    /// Rows to work on, as for `shadow audit`.
    #[arg(long, value_name = "SOURCE")]
    data: Option<String>,
    /// The stage of this layer only, counted from 0.
    #[arg(long, value_name = "LAYER")]
    layer: Option<usize>,
    /// Write the fits as JSON to a file, or to the standard output with `-`.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Rows of the data to use at most.
    #[arg(long, default_value_t = 1_000)]
    rows: usize,
    /// Seed of every random choice.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    model: &'a Path,
    data: &'a str,
    seed: u64,
    shadows: Vec<StageShadow>,
    unanswered: Vec<Unanswered>,
}

pub(crate) fn run(args: &Args) -> Result<Outcome, CliError> {
    let to_file = args.json.as_deref().filter(|path| *path != Path::new("-"));
    if let Some(path) = to_file {
        output::writable(path)?;
    }
    let network = whole_network(&args.model.read()?);
    let data = discrete::rows(args.data.as_deref(), &network, args.seed)?;
    let found = stage_shadows(&network, &data, args.layer, args.rows.max(2), args.seed)?;
    if found.is_empty() {
        return Err(CliError::Option {
            option: "--layer",
            value: args.layer.map_or_else(String::new, |layer| layer.to_string()),
            expected: "a layer with weights, or an activation behind one",
        });
    }
    let mut report = Report {
        schema: "shadow-fit/1",
        model: args.model.path(),
        data: data.name(),
        seed: args.seed,
        shadows: Vec::new(),
        unanswered: Vec::new(),
    };
    for (shadow, notes) in found {
        report.unanswered.extend(notes.into_iter().map(|why| Unanswered {
            question: format!("shadow of {}", shadow.stage),
            why,
        }));
        report.shadows.push(shadow);
    }
    match to_file {
        Some(file) => output::file(file, (output::to_json(&report) + "\n").as_bytes())?,
        None if args.json.is_some() => return output::json(&report).map(|()| Outcome::Good),
        None => {}
    }
    let mut text: String = report.shadows.iter().map(describe_shadow).collect();
    for item in &report.unanswered {
        text += &format!("not answered: {}: {}\n", item.question, item.why);
    }
    output::text(&text)?;
    Ok(Outcome::Good)
}
