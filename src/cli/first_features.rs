//! `shadow first-features`: the order in which features are learned, against the size of their orbits.

use std::collections::BTreeMap;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bridge::first_features::pose::PoseMeasure;
use bridge::first_features::runs::{Entries, Entry, Options};
use bridge::first_features::{Experiment, orbits_csv, runs_csv};
use bridge::report::{first_features_figures, first_features_html};
use serde::{Deserialize, Serialize};

use super::{CliError, Outcome, output};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// A smaller experiment that takes a minute or two; the default.
    #[arg(long, conflicts_with = "full")]
    quick: bool,
    /// The whole experiment.
    #[arg(long)]
    full: bool,
    /// A law of poses, instead of those of the experiment: so2, so2:DEGREES, se2:SHIFT or gl2:LOW,HIGH; may be repeated.
    #[arg(long, value_name = "LAW")]
    measure: Vec<String>,
    /// Folder of PNG images to cut patches from; without it images of dead leaves are synthesised.
    #[arg(long, value_name = "DIR")]
    images: Option<PathBuf>,
    /// Seed of every random choice.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Networks to train at the same time; all processors unless given. The result does not depend on it.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    /// Go on from the journal in the folder, if there is one.
    #[arg(long)]
    resume: bool,
    /// Folder for the tables, the pictures and the verdict.
    #[arg(long)]
    out: PathBuf,
    /// Print the regressions as JSON instead of the sentences.
    #[arg(long)]
    json: bool,
}

/// Finished pieces of work, one a line, after a line with the options.
const JOURNAL: &str = "journal.jsonl";

#[derive(Serialize, Deserialize, PartialEq)]
struct Header {
    schema: String,
    options: Options,
}

#[derive(Serialize, Deserialize)]
struct Line<E> {
    key: String,
    entry: E,
}

pub(crate) fn run(args: &Args) -> Result<Outcome, CliError> {
    let options = options(args)?;
    output::folder(&args.out)?;
    let known = known(args, &options)?;
    let jobs = match args.jobs {
        Some(jobs) => jobs.into(),
        None => std::thread::available_parallelism().map_or(1, usize::from),
    };
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed)).map_err(CliError::Signal)?;
    let path = args.out.join(JOURNAL);
    // What was left half-written by a run that was killed is dropped before anything is added.
    output::file(&path, journal(&options, &known).as_bytes())?;
    let mut file = std::fs::OpenOptions::new()
        .append(true)
        .open(&path)
        .map_err(CliError::write(&path))?;
    let mut failed = None;
    let mut bar = output::Progress::over(1_000);
    let experiment = Experiment::run(&options, jobs, known, &mut |event| {
        let line = line(event.key, event.entry);
        if let Err(error) = file.write_all(line.as_bytes()) {
            failed = Some(error);
            return ControlFlow::Break(());
        }
        let minutes = event.seconds_left / 60.0;
        bar.at(
            (1_000.0 * event.done) as u64,
            &format!("{} ({minutes:.0} min left)", event.key),
        );
        if stop.load(Ordering::Relaxed) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })?;
    drop(bar);
    if let Some(error) = failed {
        return Err(CliError::write(&path)(error));
    }
    let Some(experiment) = experiment else {
        output::text(&format!(
            "stopped; --resume goes on from the journal in {}",
            args.out.display()
        ))?;
        return Ok(Outcome::Interrupted);
    };
    save(args, &options, &experiment)
}

fn options(args: &Args) -> Result<Options, CliError> {
    let mut options = if args.full {
        Options::full(args.seed)
    } else {
        Options::quick(args.seed)
    };
    if !args.measure.is_empty() {
        options.measures = args
            .measure
            .iter()
            .map(|text| text.parse::<PoseMeasure>())
            .collect::<Result<_, _>>()?;
    }
    options.images.clone_from(&args.images);
    options.check()?;
    Ok(options)
}

fn header(options: &Options) -> Header {
    Header {
        schema: "shadow.first-features-journal/1".to_owned(),
        options: options.clone(),
    }
}

fn to_line(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("entries of the journal serialise without failing") + "\n"
}

fn line(key: &str, entry: &Entry) -> String {
    to_line(&Line {
        key: key.to_owned(),
        entry,
    })
}

/// The journal as text, in the order of the keys.
fn journal(options: &Options, entries: &Entries) -> String {
    let lines = entries.iter().map(|(key, entry)| line(key, entry));
    std::iter::once(to_line(&header(options))).chain(lines).collect()
}

/// The pieces of work in the journal of the folder.
fn known(args: &Args, options: &Options) -> Result<Entries, CliError> {
    let path = args.out.join(JOURNAL);
    if !path.exists() {
        return Ok(BTreeMap::new());
    }
    if !args.resume {
        return Err(CliError::Option {
            option: "--out",
            value: args.out.display().to_string(),
            expected: "a folder without a journal, or --resume to go on from it",
        });
    }
    read(&path, options)
}

fn read(path: &Path, options: &Options) -> Result<Entries, CliError> {
    let text = std::fs::read_to_string(path).map_err(CliError::read(path))?;
    let mut lines = text.lines();
    let found: Option<Header> = lines.next().and_then(|line| serde_json::from_str(line).ok());
    if found != Some(header(options)) {
        return Err(CliError::Option {
            option: "--resume",
            value: path.display().to_string(),
            expected: "a journal of a run with the same seed and options",
        });
    }
    // The last line may have been cut short.
    let entries = lines.filter_map(|line| serde_json::from_str::<Line<Entry>>(line).ok());
    Ok(entries.map(|line| (line.key, line.entry)).collect())
}

/// Writes everything; the journal once more, in the order of its keys.
fn save(args: &Args, options: &Options, experiment: &Experiment) -> Result<Outcome, CliError> {
    let out: &Path = &args.out;
    let pictures = first_features_figures(experiment)?;
    let page = first_features_html(experiment)?;
    let folder = out.join("figures");
    output::folder(&folder)?;
    for (name, svg) in &pictures {
        output::file(&folder.join(name), svg.as_bytes())?;
    }
    output::file(&out.join("runs.csv"), runs_csv(&experiment.tables).as_bytes())?;
    output::file(&out.join("orbits.csv"), orbits_csv(&experiment.tables).as_bytes())?;
    output::file(
        &out.join("regressions.json"),
        output::to_json(experiment).as_bytes(),
    )?;
    let path = out.join(JOURNAL);
    let written = read(&path, options)?;
    output::file(&path, journal(options, &written).as_bytes())?;
    output::file(&out.join("verdict.html"), page.as_bytes())?;
    if args.json {
        output::json(experiment)?;
        return Ok(Outcome::Good);
    }
    for sentence in &experiment.findings.sentences {
        output::text(&format!(
            "{:<10} {}\n           {}",
            sentence.outcome.to_string(),
            sentence.statement,
            sentence.evidence
        ))?;
    }
    output::text(&format!("\n{}", experiment.findings.conclusion))?;
    output::text(&format!("verdict: {}", out.join("verdict.html").display()))?;
    Ok(Outcome::Good)
}
