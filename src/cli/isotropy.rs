//! `shadow isotropy`: which relabellings of the units leave a network's weights as they are.

use std::path::{Path, PathBuf};

use bridge::gauge::{FunctionalDimension, GaugeOrbit, functional_dimension, gauge_orbit};
use bridge::isotropy::{Isotropy, IsotropyOptions, ToleranceWindow, isotropy, matrix_isotropy};
use bridge::weight_space::WeightSpace;
use nalgebra::DMatrix;
use nets::{DataSource, Network, read_npy};
use num_bigint::BigUint;
use serde::Serialize;

use super::model::{self, Model};
use super::{CliError, Outcome, data, output};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// MODEL may also be a matrix, an .npy file with two axes: its rows and columns are then permuted.
    #[command(flatten)]
    model: model::Args,
    /// Only this layer, by its number from 0.
    #[arg(long, value_name = "NAME")]
    layer: Option<String>,
    /// Distance up to which neighbouring weights are one value; 1e-6 of the largest weight unless given.
    #[arg(long, value_name = "T", allow_negative_numbers = true)]
    tolerance: Option<f64>,
    /// Permute inputs too.
    #[arg(long)]
    inputs: bool,
    /// Permute outputs too.
    #[arg(long)]
    outputs: bool,
    /// Rows on which to work out the functional dimension too, a source as of `shadow eval --data`.
    #[arg(long, value_name = "SOURCE", conflicts_with = "layer")]
    data: Option<String>,
    /// Write the answer as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    model: &'a Path,
    /// The layer that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    layer: Option<usize>,
    weights: usize,
    #[serde(flatten)]
    isotropy: Isotropy,
    /// Each layer alone.
    layers: Vec<LayerReport>,
    /// Orbit under scalings and linear maps; of a whole network.
    #[serde(skip_serializing_if = "Option::is_none")]
    gauge: Option<GaugeOrbit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    functional_dimension: Option<FunctionalDimension>,
}

#[derive(Serialize)]
struct LayerReport {
    layer: usize,
    kind: &'static str,
    #[serde(flatten)]
    isotropy: Isotropy,
}

pub(crate) fn run(args: &Args) -> Result<Outcome, CliError> {
    if let Some(path) = &args.json {
        output::writable(path)?;
    }
    let options = IsotropyOptions {
        tolerance: args.tolerance,
        inputs: args.inputs,
        outputs: args.outputs,
        ..IsotropyOptions::default()
    };
    let path = args.model.path();
    let report = if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("npy")) {
        let matrix = matrix(path)?;
        Report {
            schema: "shadow-isotropy/1",
            model: path,
            layer: None,
            weights: matrix.len(),
            isotropy: matrix_isotropy(&matrix, &options)?,
            layers: Vec::new(),
            gauge: None,
            functional_dimension: None,
        }
    } else {
        of_network(args, &whole_network(&args.model.read()?), &options)?
    };
    if let Some(path) = &args.json {
        output::file(path, output::to_json(&report).as_bytes())?;
    }
    output::text(&describe(&report))?;
    Ok(Outcome::Good)
}

/// Input → input of a checkpoint, so that its units are hidden; a network as it is.
pub(crate) fn whole_network(model: &Model) -> Network {
    match model {
        Model::Checkpoint(checkpoint) => checkpoint.reconstruction_network(),
        Model::Network(network) => network.clone(),
    }
}

fn matrix(path: &Path) -> Result<DMatrix<f64>, CliError> {
    let array = read_npy(path)?;
    match array.shape[..] {
        [rows, columns] => Ok(DMatrix::from_row_slice(rows, columns, &array.values)),
        _ => Err(CliError::Format {
            path: path.to_owned(),
            error: format!("an array of shape {:?}", array.shape),
            expected: "a matrix, with two axes",
        }),
    }
}

fn of_network<'a>(
    args: &'a Args,
    network: &Network,
    options: &IsotropyOptions,
) -> Result<Report<'a>, CliError> {
    let space = WeightSpace::of(network);
    let layer = match args.layer.as_deref().map(|name| layer_number(name, &space)) {
        Some(number) => Some(number?),
        None => None,
    };
    let whole = match layer {
        Some(layer) => space.of_layer(layer)?,
        None => space.clone(),
    };
    let numbers = if layer.is_none() {
        space.layers()
    } else {
        Vec::new()
    };
    let layers = numbers.into_iter().map(|layer| {
        Ok(LayerReport {
            layer,
            kind: network.layers()[layer].kind(),
            isotropy: isotropy(&space.of_layer(layer)?, options)?,
        })
    });
    let functional_dimension = match &args.data {
        Some(source) => {
            let rows = source.parse::<DataSource>()?.read()?;
            Some(functional_dimension(network, &data::columns(&rows))?)
        }
        None => None,
    };
    Ok(Report {
        schema: "shadow-isotropy/1",
        model: args.model.path(),
        gauge: layer.is_none().then(|| gauge_orbit(&space)).transpose()?,
        functional_dimension,
        layer,
        weights: whole.parameters(),
        layers: layers.collect::<Result<_, CliError>>()?,
        isotropy: isotropy(&whole, options)?,
    })
}

/// A layer by its number, also as `layer 2`.
fn layer_number(name: &str, space: &WeightSpace) -> Result<usize, CliError> {
    let number = name.strip_prefix("layer").unwrap_or(name).trim();
    let no_such = || bridge::BridgeError::NoSuchLayer {
        layer: name.to_owned(),
        known: space.layers(),
    };
    Ok(number.parse().map_err(|_| no_such())?)
}

fn describe(report: &Report<'_>) -> String {
    let axes: Vec<String> = report
        .isotropy
        .axes
        .iter()
        .map(|axis| {
            let signs = if axis.signs { ", signs" } else { "" };
            format!("{} ({} units{signs})", axis.axis, axis.size)
        })
        .collect();
    let mut text = format!(
        "{}: {} weights; permuted: {}\n",
        report.model.display(),
        report.weights,
        if axes.is_empty() {
            "nothing".to_owned()
        } else {
            axes.join(", ")
        }
    );
    let name = match report.layer {
        Some(layer) => format!("layer {layer}"),
        None => "all".to_owned(),
    };
    text += &line(&name, &report.isotropy);
    for layer in &report.layers {
        text += &line(
            &format!("layer {} ({})", layer.layer, layer.kind),
            &layer.isotropy,
        );
    }
    text
}

fn line(what: &str, found: &Isotropy) -> String {
    let one = BigUint::from(1u32);
    let isotropy = match &found.name {
        _ if found.order == one => "no isotropy".to_owned(),
        Some(name) => format!("isotropy {name} of order {}", number(&found.order)),
        None => format!("isotropy of order {}", number(&found.order)),
    };
    let settings = if found.orbit_size == one { "" } else { "s" };
    format!(
        "{what}: {isotropy}, {} equivalent setting{settings}; the same for tolerances {} (taken: {:.3e})\n",
        number(&found.orbit_size),
        interval(&found.tolerance_window),
        found.tolerance,
    )
}

fn interval(window: &ToleranceWindow) -> String {
    let decades = window
        .decades
        .map_or(String::new(), |d| format!(", {d:.1} decades"));
    match window.high {
        Some(high) if window.low == 0.0 => format!("below {high:.3e}{decades}"),
        Some(high) => format!("from {:.3e} to {high:.3e}{decades}", window.low),
        None => format!("from {:.3e} on", window.low),
    }
}

/// A big number: its digits, or of a long one the first and how many there are.
fn number(value: &BigUint) -> String {
    let digits = value.to_string();
    if digits.len() <= 30 {
        digits
    } else {
        format!("{}.{}e{}", &digits[..1], &digits[1..6], digits.len() - 1)
    }
}
