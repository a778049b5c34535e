//! `shadow study`: the main job.

use std::path::{Path, PathBuf};

use bridge::neighbours::{self, NeighbourOptions, NeighbourReport};
use bridge::report;
use bridge::study::{self, Study, StudyOptions};
use serde::Serialize;

use super::{CliError, Outcome, data, output, verify};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    data: data::Args,
    /// Seed of every random choice.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder for the report, the figures, the network and the graphs.
    #[arg(long, default_value = "shadow-out")]
    out: PathBuf,
    /// Run the systems of the neighbouring papers too (docs/neighbours), into the report and `neighbours.json`.
    #[arg(long)]
    neighbours: bool,
    /// Print the study as JSON instead of the table.
    #[arg(long)]
    json: bool,
}

impl Default for Args {
    fn default() -> Self {
        Args {
            data: data::Args::default(),
            seed: 1,
            out: PathBuf::from("shadow-out"),
            neighbours: false,
            json: false,
        }
    }
}

pub(crate) fn run(args: &Args) -> Result<Outcome, CliError> {
    let data = args.data.read()?;
    output::folder(&args.out)?;
    let options = StudyOptions::for_images(data.len(), data.width(), args.seed);
    let mut bar = output::Progress::over(1_000);
    let study = study::run(&data, &options, &mut |what, done| {
        bar.at((done * 1_000.0) as u64, what);
    })?;
    drop(bar);
    let neighbours = if args.neighbours {
        run_neighbours(args.seed)?
    } else {
        Vec::new()
    };
    let report = save(&study, &neighbours, &args.out)?;
    let claims: Vec<_> = study.claims.iter().collect();
    if args.json {
        output::json(&study)?;
    } else {
        output::text(&summary(&study))?;
        output::text(&verify::table(&claims, &[]))?;
        for report in &neighbours {
            output::text(&line(report))?;
        }
        output::text(&format!("report: {}", report.display()))?;
    }
    if neighbours.iter().all(NeighbourReport::as_expected) {
        Ok(verify::outcome(&claims))
    } else {
        Ok(Outcome::ClaimsNotConfirmed)
    }
}

/// What `neighbours.json` holds.
#[derive(Serialize)]
struct Neighbours<'a> {
    schema: &'static str,
    options: NeighbourOptions,
    systems: &'a [NeighbourReport],
}

fn options(seed: u64) -> NeighbourOptions {
    NeighbourOptions { seed, quick: true }
}

/// Runs the systems one after the other, at their small sizes.
fn run_neighbours(seed: u64) -> Result<Vec<NeighbourReport>, CliError> {
    let systems = neighbours::all();
    let mut bar = output::Progress::over(systems.len() as u64);
    let mut reports = Vec::with_capacity(systems.len());
    for (done, system) in systems.iter().enumerate() {
        bar.at(done as u64, system.id);
        reports.push((system.run)(&options(seed))?);
    }
    Ok(reports)
}

/// One system, for people.
fn line(report: &NeighbourReport) -> String {
    format!(
        "{:14} {} of {} statements came out as they should: {}",
        report.id,
        report.right(),
        report.findings.len(),
        report.title
    )
}

/// Writes everything a study found; gives back the path of the report.
fn save(study: &Study, systems: &[NeighbourReport], out: &Path) -> Result<PathBuf, CliError> {
    let page = report::html(study, systems)?;
    let graphs = out.join("graphs");
    output::folder(&graphs)?;
    for item in &study.graphs {
        let path = |ending: &str| graphs.join(format!("{}.{ending}", item.name));
        output::file(&path("dot"), item.graph.to_dot().as_bytes())?;
        output::file(&path("graphml"), item.graph.to_graphml().as_bytes())?;
        output::file(&path("json"), output::to_json(&item.graph.to_json()).as_bytes())?;
    }
    output::file(&out.join("study.json"), output::to_json(study).as_bytes())?;
    if !systems.is_empty() {
        let found = Neighbours {
            schema: "shadow.neighbours/1",
            options: options(study.options.seed),
            systems,
        };
        output::file(&out.join("neighbours.json"), output::to_json(&found).as_bytes())?;
    }
    study.stack.save(&out.join("network.safetensors"))?;
    let report = out.join("report.html");
    output::file(&report, page.as_bytes())?;
    Ok(report)
}

/// A few lines on what was done, for people.
fn summary(study: &Study) -> String {
    let mut text = format!(
        "{}: {} images of {} x {}, seed {}\n",
        study.data.name,
        study.data.rows,
        study.data.image_shape.0,
        study.data.image_shape.1,
        study.options.seed
    );
    for layer in &study.layers {
        let error = layer
            .history
            .last()
            .map_or(f64::NAN, |e| e.held_out.unwrap_or(e.train));
        let (shadow, orbits) = (&layer.shadows.encoder, &layer.orbits);
        text += &format!(
            "{} ({} -> {}): held-out error {:.5}; shadow residual grows as r^{:.2}, certified bound {:.2e} at r = {:.2}; learned features are more symmetric than random with probability {:.2} ({:.2} to {:.2})\n",
            layer.name,
            layer.visible,
            layer.hidden,
            error,
            shadow.residual_slope.estimate,
            shadow.reference.certified_sup,
            shadow.reference.radius,
            orbits.more_symmetric_than_random.estimate,
            orbits.more_symmetric_than_random.low,
            orbits.more_symmetric_than_random.high,
        );
    }
    text
}
