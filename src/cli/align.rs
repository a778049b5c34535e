//! `shadow align`: two networks compared up to the names of their units.

use std::path::{Path, PathBuf};

use bridge::alignment::{AlignOptions, Alignment, Method, align_activations, align_weights};
use bridge::weight_space::WeightSpace;
use serde::Serialize;

use super::isotropy::whole_network;
use super::{CliError, Outcome, data, model, output};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The first network: a checkpoint, an .onnx file, or a .safetensors state dict with its architecture file.
    a: PathBuf,
    /// The second, of the same architecture.
    b: PathBuf,
    /// The architecture file of state dicts; the file of each one's name that ends in .arch.json unless given.
    #[arg(long, value_name = "FILE")]
    architecture: Option<PathBuf>,
    /// What to compare units by: `weights`, or `activations` on --data.
    #[arg(long, default_value = "weights")]
    method: String,
    #[command(flatten)]
    data: data::Args,
    /// Permute inputs too (weights only).
    #[arg(long)]
    inputs: bool,
    /// Permute outputs too (weights only).
    #[arg(long)]
    outputs: bool,
    /// New starts while units stay unexplained.
    #[arg(long, default_value_t = AlignOptions::default().restarts)]
    restarts: usize,
    /// Seed of the random starts.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Write the answer as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    a: &'a Path,
    b: &'a Path,
    seed: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a str>,
    /// By axis: unit i of A corresponds to unit `permutations[axis][i]` of B.
    permutations: Vec<&'a [usize]>,
    #[serde(flatten)]
    alignment: &'a Alignment,
}

pub(crate) fn run(args: &Args) -> Result<Outcome, CliError> {
    let method = match args.method.as_str() {
        "weights" => Method::Weights,
        "activations" => Method::Activations,
        _ => {
            return Err(CliError::Option {
                option: "--method",
                value: args.method.clone(),
                expected: "weights or activations",
            });
        }
    };
    if let Some(path) = &args.json {
        output::writable(path)?;
    }
    let read = |path: &Path| model::read(path, args.architecture.as_deref());
    let (a, b) = (whole_network(&read(&args.a)?), whole_network(&read(&args.b)?));
    let options = AlignOptions {
        inputs: args.inputs,
        outputs: args.outputs,
        restarts: args.restarts,
        seed: args.seed,
        ..AlignOptions::default()
    };
    let (alignment, data) = match method {
        Method::Weights => (
            align_weights(&WeightSpace::of(&a), &WeightSpace::of(&b), &options)?,
            None,
        ),
        Method::Activations => {
            let data = args.data.read()?;
            let found = align_activations(&a, &b, &data::columns(&data), &options)?;
            (found, Some(data.name().to_owned()))
        }
    };
    let report = Report {
        schema: "shadow-align/1",
        a: &args.a,
        b: &args.b,
        seed: args.seed,
        data: data.as_deref(),
        permutations: alignment.permutations(),
        alignment: &alignment,
    };
    if let Some(path) = &args.json {
        output::file(path, output::to_json(&report).as_bytes())?;
    }
    output::text(&describe(&report))?;
    Ok(Outcome::Good)
}

fn describe(report: &Report<'_>) -> String {
    let found = report.alignment;
    let mut text = format!(
        "{} and {}: distance {:.6e} ({:.3e} of the first's norm), {:.6e} as they are\n",
        report.a.display(),
        report.b.display(),
        found.distance,
        found.relative_distance,
        found.distance_before,
    );
    text += &match (found.bitwise, found.exact) {
        (true, _) => "the second is a copy of the first, bit for bit\n".to_owned(),
        (_, true) => format!(
            "the second is a copy of the first up to {:.3e} in every weight\n",
            found.largest_difference
        ),
        _ => format!(
            "no copy: {} hidden units are not explained, after {} starts\n",
            found.unexplained, found.starts
        ),
    };
    for axis in &found.axes {
        let moved = axis
            .permutation
            .iter()
            .enumerate()
            .filter(|(i, k)| i != *k)
            .count();
        let flipped = axis.signs.as_ref().map_or(String::new(), |signs| {
            format!(", {} signs flipped", signs.iter().filter(|&&s| s < 0).count())
        });
        let scaled = axis.scales.as_ref().map_or(String::new(), |scales| {
            format!(", {} scaled", scales.iter().filter(|&&s| s != 1.0).count())
        });
        text += &format!(
            "{}: {moved} of {} units moved{flipped}{scaled}\n",
            axis.axis,
            axis.permutation.len()
        );
    }
    text
}
