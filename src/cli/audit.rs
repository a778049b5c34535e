//! `shadow audit`: everything that can be said of a trained network.

use std::path::{Path, PathBuf};
use std::time::Duration;

use bridge::audit::{Audit, AuditOptions, StageShadow, audit};
use bridge::report::audit_html;
use serde::Serialize;

use super::isotropy::whole_network;
use super::{CliError, Outcome, discrete, model, output};

/// Questions that are asked, for the progress bar.
const QUESTIONS: u64 = 8;

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    model: model::Args,
    /// Rows to work on: `digits` (embedded), a .npy or .csv file, or another source of `shadow eval`. Without it the digits
    /// if the model has 64 inputs, else standard Gaussian rows: give the data that the model was made for.
    #[arg(long, value_name = "SOURCE")]
    data: Option<String>,
    #[command(flatten)]
    discrete: discrete::Args,
    /// Among which transformations to look for continuous symmetries: translations, so, so(p,q), sp, sl, gl, aff or image;
    /// what suits the input unless given.
    #[arg(long, value_name = "ALGEBRA")]
    algebra: Option<String>,
    /// Fit the shadow of the stage of this layer only, counted from 0.
    #[arg(long, value_name = "LAYER")]
    layer: Option<usize>,
    /// Write the answers as JSON to a file, or to the standard output with `-`.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write a report with figures.
    #[arg(long, value_name = "FILE.html")]
    report: Option<PathBuf>,
    /// Begin no question later than this many seconds.
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    time_limit: Option<f64>,
    /// Where a question cannot be answered, answer the others.
    #[arg(long)]
    keep_going: bool,
    /// Rows of the data to use at most.
    #[arg(long, default_value_t = AuditOptions::default().rows)]
    rows: usize,
    /// Seed of every random choice.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    model: &'a Path,
    #[serde(flatten)]
    audit: &'a Audit,
}

pub(crate) fn run(args: &Args) -> Result<Outcome, CliError> {
    let to_file = args.json.as_deref().filter(|path| *path != Path::new("-"));
    for path in to_file.iter().chain(&args.report.as_deref()) {
        output::writable(path)?;
    }
    let network = whole_network(&args.model.read()?);
    let data = discrete::rows(args.data.as_deref(), &network, args.seed)?;
    let options = AuditOptions {
        group: args.discrete.group(&network, &data)?,
        output: args.discrete.rule()?,
        algebra: args.algebra.as_deref().map(str::parse).transpose()?,
        layer: args.layer,
        rows: positive_rows(args.rows)?,
        keep_going: args.keep_going,
        time_limit: args.time_limit.map(seconds).transpose()?,
        seed: args.seed,
    };
    let mut bar = output::Progress::over(QUESTIONS);
    let mut step = 0;
    let found = audit(&network, &data, &options, &mut |question| {
        bar.at(step, question);
        step += 1;
    })?;
    drop(bar);
    let path = args.model.path();
    let report = Report {
        schema: "shadow-audit/1",
        model: path,
        audit: &found,
    };
    if let Some(file) = &args.report {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        output::file(file, audit_html(&found, &name)?.as_bytes())?;
    }
    match to_file {
        Some(file) => output::file(file, (output::to_json(&report) + "\n").as_bytes())?,
        None if args.json.is_some() => return output::json(&report).map(|()| Outcome::Good),
        None => {}
    }
    output::text(&describe(path, &found))?;
    Ok(Outcome::Good)
}

fn positive_rows(rows: usize) -> Result<usize, CliError> {
    if rows > 1 {
        return Ok(rows);
    }
    Err(CliError::Option {
        option: "--rows",
        value: rows.to_string(),
        expected: "at least 2",
    })
}

fn seconds(seconds: f64) -> Result<Duration, CliError> {
    Duration::try_from_secs_f64(seconds).map_err(|_| CliError::Option {
        option: "--time-limit",
        value: seconds.to_string(),
        expected: "a number of seconds of at least 0",
    })
}

fn describe(path: &Path, found: &Audit) -> String {
    let mut text = format!(
        "{}: {} inputs, {} outputs, {} weights, on {} of {} rows of {}\n",
        path.display(),
        found.network.input_shape.iter().product::<usize>(),
        found.network.output_shape.iter().product::<usize>(),
        found.network.parameters,
        found.data.used,
        found.data.rows,
        found.data.name
    );
    if let Some(found) = &found.discrete {
        text += &discrete::describe(found);
    }
    if let Some(found) = &found.continuous {
        text += &format!(
            "continuous symmetries: dimension {} within {} (of dimension {}), {}\n  {}\n",
            found.dimension,
            found.algebra,
            found.ambient_dimension,
            found.name.as_deref().unwrap_or("without a name"),
            found.verdict.reason
        );
    }
    for motion in &found.equivariance {
        text += &format!(
            "{}: mean square error {:.3e} (interpolation alone {:.1e})\n",
            motion.motion, motion.report.total.error.mean_square, motion.interpolation_floor.mean_square
        );
    }
    if let Some(isotropy) = &found.isotropy {
        text += &format!(
            "isotropy of weights: {}, order {}\n",
            isotropy.whole.name.as_deref().unwrap_or("no name"),
            isotropy.whole.order
        );
    }
    if let Some(gauge) = &found.gauge {
        text += &format!(
            "gauge orbit: dimension {} of {} weights\n",
            gauge.dimension.unwrap_or(gauge.scaling),
            gauge.parameters
        );
    }
    if let Some(functional) = &found.functional_dimension {
        text += &format!(
            "functional dimension: {} on {} rows (gap {:.1} decades)\n",
            functional.rank.rank, functional.examples, functional.rank.gap_decades
        );
    }
    for shadow in &found.shadows {
        text += &describe_shadow(shadow);
    }
    for item in &found.unanswered {
        text += &format!("not answered: {}: {}\n", item.question, item.why);
    }
    text
}

/// Some lines about the shadow of a stage.
pub(super) fn describe_shadow(shadow: &StageShadow) -> String {
    let mut text = format!(
        "shadow of {} ({} → {}), radius {:.3}\n",
        shadow.stage, shadow.inputs, shadow.outputs, shadow.radius
    );
    if let Some(affine) = &shadow.affine {
        let certified = affine
            .certified_sup
            .map_or("no certified bound".to_owned(), |sup| {
                format!("certified bound {sup:.2e}")
            });
        text += &format!(
            "  affine: rank {}, relative residual {:.2e}, largest sampled {:.2e}, {certified}\n",
            affine.rank, affine.relative_rms, affine.sample_max
        );
    }
    for (place, ladder) in [("ball", &shadow.on_ball), ("data", &shadow.on_data)] {
        if let Some(ladder) = ladder {
            let rungs: Vec<String> = ladder
                .rungs
                .iter()
                .map(|rung| format!("{} {:.2e}", rung.group, rung.relative_rms))
                .collect();
            let smallest = ladder
                .smallest
                .map_or("no group".to_owned(), |rung| rung.to_string());
            text += &format!(
                "  smallest group on the {place}: {smallest} ({})\n",
                rungs.join(", ")
            );
        }
    }
    text
}
