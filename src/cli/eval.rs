//! `shadow eval`: what a trained network makes of a data set.

use std::path::{Path, PathBuf};

use nets::{Checkpoint, DataSource, Dataset, Network, Probe, ProbeOptions, Rbm, Reconstruction, write_npy};
use serde::Serialize;

use super::model::{self, Model};
use super::{CliError, Outcome, data, output};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    model: model::Args,
    #[command(flatten)]
    data: data::Args,
    /// Write the outputs as NPY: of a checkpoint, its codes; of another network, its outputs.
    #[arg(long, value_name = "OUTPUTS.npy")]
    out: Option<PathBuf>,
    /// Fit a linear classifier to the outputs, with one on random features of the same width for comparison.
    #[arg(long)]
    probe: bool,
    /// Rows to test the probe on; a share of the data, chosen by the seed as `shadow pretrain` does, unless given.
    #[arg(long, value_name = "SOURCE", requires = "probe")]
    test: Option<String>,
    /// That share.
    #[arg(long, default_value_t = 0.2, value_name = "SHARE")]
    held_out: f64,
    /// Measure errors and write outputs on that share only, which `shadow pretrain` with the same seed did not train on.
    #[arg(long)]
    held_out_only: bool,
    /// Strength of the probe's penalty on its weights.
    #[arg(long, default_value_t = ProbeOptions::default().l2)]
    l2: f64,
    /// Seed of every random choice.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Model {
    /// Input → input, if the model reconstructs.
    fn reconstruction(&self) -> Option<Network> {
        match self {
            Model::Checkpoint(checkpoint) => Some(checkpoint.reconstruction_network()),
            Model::Network(network) if network.output_width() == network.input_width() => {
                Some(network.clone())
            }
            Model::Network(_) => None,
        }
    }

    /// The machine next to the input, if there is one.
    fn machine(&self) -> Option<Rbm> {
        let Model::Checkpoint(Checkpoint::Stack(stack)) = self else {
            return None;
        };
        Rbm::from_autoencoder(stack.autoencoders().first()?).ok()
    }
}

/// What is found; what does not apply is absent.
#[derive(Serialize)]
struct Evaluation<'a> {
    schema: &'static str,
    model: &'a Path,
    data: &'a str,
    checksum: &'a str,
    rows: usize,
    inputs: usize,
    outputs: usize,
    /// Mean squared error of the reconstruction, per coordinate.
    #[serde(skip_serializing_if = "Option::is_none")]
    squared_error: Option<f64>,
    /// Mean cross entropy of the reconstruction, per coordinate.
    #[serde(skip_serializing_if = "Option::is_none")]
    cross_entropy: Option<f64>,
    /// Mean over rows of Σᵢ ln P(vᵢ | the others), of the machine with the weights of a tied first layer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pseudo_log_likelihood: Option<f64>,
    /// Share of rows whose largest output is at their label, where there are as many outputs as classes.
    #[serde(skip_serializing_if = "Option::is_none")]
    accuracy: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    probe: Option<Probes>,
}

/// Linear classifiers of the outputs and of their control.
#[derive(Serialize)]
struct Probes {
    seed: u64,
    l2: f64,
    train_rows: usize,
    test_rows: usize,
    outputs: Classifier,
    random_features: Classifier,
    inputs: Classifier,
}

#[derive(Serialize)]
struct Classifier {
    train_accuracy: f64,
    test_accuracy: f64,
    converged: bool,
}

pub(crate) fn run(args: &Args) -> Result<Outcome, CliError> {
    if let Some(out) = &args.out {
        output::writable(out)?;
    }
    let model = args.model.read()?;
    let all = args.data.read()?;
    let network = model.network();
    let probe = if args.probe {
        Some(probes(args, &network, &all)?)
    } else {
        None
    };
    let data = if args.held_out_only {
        cut(&all, args)?.1
    } else {
        all
    };
    let outputs = network.outputs(&data)?;
    if let Some(out) = &args.out {
        let mut shape = vec![data.len()];
        shape.extend(network.output_shape());
        write_npy(out, &shape, outputs.values())?;
    }
    let reconstruction = match model.reconstruction() {
        Some(network) => Some(Reconstruction::of(&data, &network.outputs(&data)?)?),
        None => None,
    };
    let machine = model.machine();
    let evaluation = Evaluation {
        schema: "shadow.eval/1",
        model: args.model.path(),
        data: data.name(),
        checksum: data.checksum(),
        rows: data.len(),
        inputs: data.width(),
        outputs: outputs.width(),
        squared_error: reconstruction.map(|r| r.squared_error),
        cross_entropy: reconstruction.and_then(|r| r.cross_entropy),
        pseudo_log_likelihood: machine.and_then(|machine| machine.mean_pseudo_log_likelihood(&data).ok()),
        accuracy: accuracy(&outputs)?,
        probe,
    };
    if args.json {
        output::json(&evaluation)?;
    } else {
        output::text(&describe(&evaluation))?;
    }
    Ok(Outcome::Good)
}

/// Where there is one output for each class.
fn accuracy(outputs: &Dataset) -> Result<Option<f64>, CliError> {
    let largest = outputs.labels().and_then(|labels| labels.iter().max());
    if largest.is_some_and(|&label| usize::from(label) + 1 == outputs.width()) {
        Ok(Some(outputs.argmax_accuracy()?))
    } else {
        Ok(None)
    }
}

/// The rows that `shadow pretrain` trains on, and those that it holds out.
fn cut(data: &Dataset, args: &Args) -> Result<(Dataset, Dataset), CliError> {
    let (train, test) = data.split(args.held_out, args.seed)?;
    let test = test.ok_or(CliError::Option {
        option: "--held-out",
        value: args.held_out.to_string(),
        expected: "a share of at least one row",
    })?;
    Ok((train, test))
}

fn probes(args: &Args, network: &Network, data: &Dataset) -> Result<Probes, CliError> {
    let inputs = match &args.test {
        Some(source) => (data.clone(), source.parse::<DataSource>()?.read()?),
        None => cut(data, args)?,
    };
    let features = (network.outputs(&inputs.0)?, network.outputs(&inputs.1)?);
    let options = ProbeOptions {
        l2: args.l2,
        ..ProbeOptions::default()
    };
    let classifier = |(train, test): &(Dataset, Dataset)| -> Result<Classifier, CliError> {
        let probe = Probe::fit(train, options)?;
        Ok(Classifier {
            train_accuracy: probe.accuracy(train)?,
            test_accuracy: probe.accuracy(test)?,
            converged: probe.converged(),
        })
    };
    let random = |rows: &Dataset| rows.random_features(&inputs.0, network.output_width(), args.seed);
    let control = (random(&inputs.0)?, random(&inputs.1)?);
    Ok(Probes {
        seed: args.seed,
        l2: args.l2,
        train_rows: inputs.0.len(),
        test_rows: inputs.1.len(),
        outputs: classifier(&features)?,
        random_features: classifier(&control)?,
        inputs: classifier(&inputs)?,
    })
}

fn describe(evaluation: &Evaluation<'_>) -> String {
    let mut text = format!(
        "{} on {}: {} rows, {} inputs, {} outputs\n",
        evaluation.model.display(),
        evaluation.data,
        evaluation.rows,
        evaluation.inputs,
        evaluation.outputs
    );
    let figures = [
        ("squared error per coordinate", evaluation.squared_error),
        ("cross entropy per coordinate", evaluation.cross_entropy),
        ("pseudo-log-likelihood per row", evaluation.pseudo_log_likelihood),
        ("accuracy", evaluation.accuracy),
    ];
    for (name, value) in figures {
        if let Some(value) = value {
            text += &format!("{name:30} {value:.6}\n");
        }
    }
    if let Some(probe) = &evaluation.probe {
        text += &format!(
            "linear probe: {} rows fitted, {} tested, seed {}\n",
            probe.train_rows, probe.test_rows, probe.seed
        );
        let classifiers = [
            ("outputs", &probe.outputs),
            ("random features", &probe.random_features),
            ("inputs", &probe.inputs),
        ];
        for (name, classifier) in classifiers {
            text += &format!(
                "  {name:28} {:.4} (on its own rows {:.4}){}\n",
                classifier.test_accuracy,
                classifier.train_accuracy,
                if classifier.converged {
                    ""
                } else {
                    ", not converged"
                }
            );
        }
    }
    text
}
