//! `shadow pretrain`: layer-wise training of one model, with checkpoints.

mod model;
mod progress;

use std::path::{Path, PathBuf};

use nets::{
    Dataset, EpochError, LayerOptions, NetError, Stack, VariationalOptions, VariationalTrainer, history_csv,
};
use serde::Serialize;

use super::signal::stop_on_signal;
use super::{CliError, Outcome, data, output};
use model::Plan;
use progress::Reporter;

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    data: data::Args,
    #[command(flatten)]
    model: model::Args,
    /// Share of the rows, chosen by the seed, that is not trained on but measured.
    #[arg(long, default_value_t = 0.2, value_name = "SHARE")]
    held_out: f64,
    /// Seed of every random choice.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder for the model, the history and the checkpoints.
    #[arg(long)]
    out: PathBuf,
    /// Go on from the checkpoints in the folder, if there are any.
    #[arg(long)]
    resume: bool,
    /// Threads to train on; all processors unless given. The result does not depend on it.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Print a summary as JSON instead of a table.
    #[arg(long)]
    json: bool,
}

/// The final model.
const MODEL: &str = "model.safetensors";

/// What a run leaves for people and programs: printed by `--json`, written as `history.json`.
#[derive(Serialize)]
struct Summary<'a> {
    schema: &'static str,
    model: String,
    data: &'a str,
    /// SHA-256 of what the rows were read from.
    checksum: &'a str,
    rows: usize,
    held_out_rows: usize,
    seed: u64,
    layers: Vec<LayerSummary<'a>>,
}

#[derive(Serialize)]
struct LayerSummary<'a> {
    inputs: usize,
    outputs: usize,
    history: &'a [EpochError],
}

/// A trained model, with what the summary says of its layers.
enum Trained {
    Stack(Stack),
    Variational(nets::Variational, Vec<EpochError>),
}

impl Trained {
    fn save(&self, path: &Path) -> Result<(), NetError> {
        match self {
            Trained::Stack(stack) => stack.save(path),
            Trained::Variational(model, history) => model.save(history, path),
        }
    }

    fn layers(&self) -> Vec<LayerSummary<'_>> {
        match self {
            Trained::Stack(stack) => {
                let layers = stack.autoencoders().iter().zip(stack.histories());
                layers
                    .map(|(autoencoder, history)| LayerSummary {
                        inputs: autoencoder.input_width(),
                        outputs: autoencoder.code_width(),
                        history,
                    })
                    .collect()
            }
            Trained::Variational(model, history) => vec![LayerSummary {
                inputs: model.mean_network().input_width(),
                outputs: model.latent_width(),
                history,
            }],
        }
    }
}

pub(crate) fn run(args: &Args) -> Result<Outcome, CliError> {
    let data = args.data.read()?;
    let plan = args.model.plan(&data, args.seed)?;
    let (train, held_out) = data.split(args.held_out, args.seed)?;
    output::folder(&args.out)?;
    let found = checkpoint(&args.out, 0).exists();
    if found && !args.resume {
        return Err(CliError::Option {
            option: "--out",
            value: args.out.display().to_string(),
            expected: "a folder without checkpoints, or --resume to go on from them",
        });
    }
    let stop = stop_on_signal()?;
    let mut reporter = Reporter::new(stop);
    let mut builder = rayon::ThreadPoolBuilder::new();
    if let Some(threads) = args.threads {
        builder = builder.num_threads(threads.into());
    }
    let pool = builder.build().map_err(|error| CliError::Option {
        option: "--threads",
        value: error.to_string(),
        expected: "as many threads as the system gives",
    })?;
    let trained = pool.install(|| train_plan(&plan, &train, held_out.as_ref(), &args.out, &mut reporter));
    drop(reporter);
    let trained = match trained {
        Err(NetError::Interrupted { epoch }) => {
            output::text(&format!(
                "stopped in epoch {epoch}; --resume goes on from the checkpoints in {}",
                args.out.display()
            ))?;
            return Ok(Outcome::Interrupted);
        }
        trained => trained?,
    };
    save(args, &data, held_out.as_ref(), &trained)
}

/// The state of the run of one layer, as the trainers name it.
fn checkpoint(out: &Path, layer: usize) -> PathBuf {
    out.join(format!("layer-{layer}.safetensors"))
}

fn train_plan(
    plan: &Plan,
    train: &Dataset,
    held_out: Option<&Dataset>,
    out: &Path,
    reporter: &mut Reporter,
) -> Result<Trained, NetError> {
    match plan {
        Plan::Layers(layers) => train_layers(layers, train, held_out, out, reporter),
        Plan::Variational(options) => train_variational(options, train, held_out, out, reporter),
    }
}

fn train_layers(
    layers: &[LayerOptions],
    train: &Dataset,
    held_out: Option<&Dataset>,
    out: &Path,
    reporter: &mut Reporter,
) -> Result<Trained, NetError> {
    let on_progress = &mut |progress: &_| reporter.at(progress);
    Stack::pretrain_layers(train, held_out, layers, Some(out), on_progress).map(Trained::Stack)
}

fn train_variational(
    options: &VariationalOptions,
    train: &Dataset,
    held_out: Option<&Dataset>,
    out: &Path,
    reporter: &mut Reporter,
) -> Result<Trained, NetError> {
    let mut trainer = VariationalTrainer::variational(train, options.clone())?;
    if let Some(held_out) = held_out {
        trainer = trainer.with_held_out(held_out)?;
    }
    trainer.run_with_file(&checkpoint(out, 0), &mut |progress| reporter.at(progress))?;
    Ok(Trained::Variational(trainer.model(), trainer.history().to_vec()))
}

/// Writes the model and its history, and says how it went.
fn save(
    args: &Args,
    data: &Dataset,
    held_out: Option<&Dataset>,
    trained: &Trained,
) -> Result<Outcome, CliError> {
    let held_out_rows = held_out.map_or(0, Dataset::len);
    let summary = Summary {
        schema: "shadow.pretrain/1",
        model: args.model.name(),
        data: data.name(),
        checksum: data.checksum(),
        rows: data.len() - held_out_rows,
        held_out_rows,
        seed: args.seed,
        layers: trained.layers(),
    };
    trained.save(&args.out.join(MODEL))?;
    output::file(&args.out.join("history.csv"), csv(&summary.layers).as_bytes())?;
    output::file(
        &args.out.join("history.json"),
        output::to_json(&summary).as_bytes(),
    )?;
    if args.json {
        output::json(&summary)?;
    } else {
        output::text(&table(&summary, &args.out.join(MODEL)))?;
    }
    Ok(Outcome::Good)
}

/// The histories of all layers, the number of the layer (from 0) before each line.
fn csv(layers: &[LayerSummary<'_>]) -> String {
    let mut text = String::new();
    for (index, layer) in layers.iter().enumerate() {
        let csv = history_csv(layer.history);
        let mut lines = csv.lines();
        let header = lines.next().unwrap_or_default();
        if index == 0 {
            text += &format!("layer,{header}\n");
        }
        for line in lines {
            text += &format!("{index},{line}\n");
        }
    }
    text
}

fn table(summary: &Summary<'_>, model: &Path) -> String {
    let mut text = format!(
        "{} on {}: {} rows trained on, {} held out, seed {}\n",
        summary.model, summary.data, summary.rows, summary.held_out_rows, summary.seed
    );
    for (index, layer) in summary.layers.iter().enumerate() {
        if let (Some(before), Some(after)) = (layer.history.first(), layer.history.last()) {
            let watched = |errors: &EpochError| errors.held_out.unwrap_or(errors.train);
            text += &format!(
                "layer {index} ({} -> {}): squared error per coordinate {:.6} before, {:.6} after epoch {}\n",
                layer.inputs,
                layer.outputs,
                watched(before),
                watched(after),
                after.epoch
            );
        }
    }
    text + &format!("model: {}\n", model.display())
}
