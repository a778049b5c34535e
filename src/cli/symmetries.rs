//! `shadow symmetries`: what leaves a trained map alone.

use std::path::{Path, PathBuf};

use bridge::audit::image_of;
use bridge::symmetry::continuous::{
    Algebra, Ambient, ContinuousOptions, ContinuousSymmetries, continuous_symmetries, default_ambient,
};
use bridge::symmetry::discrete::{DiscreteOptions, DiscreteSymmetries, discrete_symmetries};
use nalgebra::DMatrix;
use nets::{Dataset, Network};
use serde::Serialize;

use super::{CliError, Outcome, discrete, model, output};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    model: model::Args,
    /// Rows to work on: `digits` (embedded), a .npy or .csv file, or another source of `shadow eval`. Without it the
    /// digits if the model has 64 inputs, else standard Gaussian rows: give the data that the model was made for.
    #[arg(long, value_name = "SOURCE")]
    data: Option<String>,
    /// Among which transformations: translations, so, so(p,q), sp, sl, gl, aff or image. By default aff(n) for vectors up to
    /// width 16 (gl, so or translations if the rows are too few), image for images.
    #[arg(long, value_name = "ALGEBRA")]
    algebra: Option<String>,
    #[command(flatten)]
    discrete: discrete::Args,
    /// Shape of an input that is an image, such as 8x8 or 3x32x32.
    #[arg(long, value_name = "[CHANNELSx]ROWSxCOLUMNS")]
    shape: Option<String>,
    /// Ask about the output of this layer, counted from 0, instead of the network's.
    #[arg(long, value_name = "LAYER")]
    layer: Option<usize>,
    /// Write the result as JSON to a file, or to the standard output with `-`.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Seed of every random choice.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// The rows worked on, and where they are from.
#[derive(Serialize)]
struct Rows {
    source: String,
    rows: usize,
    checksum: String,
    /// Shape (channels, rows, columns) if the inputs are taken as images.
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<[usize; 3]>,
    #[serde(skip)]
    points: DMatrix<f64>,
}

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    model: &'a Path,
    data: &'a Rows,
    #[serde(skip_serializing_if = "Option::is_none")]
    layer: Option<usize>,
    seed: u64,
    continuous: &'a ContinuousSymmetries,
    discrete: &'a DiscreteSymmetries,
}

pub(crate) fn run(args: &Args) -> Result<Outcome, CliError> {
    let to_file = args.json.as_deref().filter(|path| *path != Path::new("-"));
    if let Some(path) = to_file {
        output::writable(path)?;
    }
    let mut network = args.model.read()?.network();
    if let Some(layer) = args.layer {
        network = network.up_to(layer)?;
    }
    let (rows, data) = rows(args, &network)?;
    let group = args.discrete.group(&network, &data)?;
    let rule = args.discrete.rule()?;
    let ambient = match &args.algebra {
        Some(name) => name.parse::<Algebra>()?.on(network.input_width(), rows.image)?,
        None => default_ambient(
            network.input_width(),
            rows.image,
            rows.rows * network.output_width(),
        )?,
    };
    let options = ContinuousOptions {
        seed: args.seed,
        ..ContinuousOptions::default()
    };
    let found = continuous_symmetries(&network, &rows.points, &ambient, options)?;
    let mut settings = DiscreteOptions::default();
    settings.stabilizer.seed = args.seed;
    let moved = discrete_symmetries(&network, &data, group.as_ref(), rule, &settings)?;
    let report = Report {
        schema: "shadow-symmetries/1",
        model: args.model.path(),
        data: &rows,
        layer: args.layer,
        seed: args.seed,
        continuous: &found,
        discrete: &moved,
    };
    match to_file {
        Some(path) => output::file(path, (output::to_json(&report) + "\n").as_bytes())?,
        None if args.json.is_some() => return output::json(&report).map(|()| Outcome::Good),
        None => {}
    }
    output::text(&describe(&report, &ambient))?;
    Ok(Outcome::Good)
}

fn rows(args: &Args, network: &Network) -> Result<(Rows, Dataset), CliError> {
    let mut data = discrete::rows(args.data.as_deref(), network, args.seed)?;
    let given = args.shape.as_deref().map(shape).transpose()?;
    if let Some([1, h, w]) = given {
        data = data.with_image_shape(h, w)?;
    }
    let rows = Rows {
        source: data.name().to_owned(),
        rows: data.len(),
        checksum: data.checksum().to_owned(),
        image: given.or_else(|| image_of(network, &data)),
        points: DMatrix::from_fn(data.width(), data.len(), |i, j| f64::from(data.row(j)[i])),
    };
    Ok((rows, data))
}

fn shape(text: &str) -> Result<[usize; 3], CliError> {
    let parts: Option<Vec<usize>> = text.split('x').map(|part| part.trim().parse().ok()).collect();
    match parts.as_deref() {
        Some(&[h, w]) if h * w > 0 => Ok([1, h, w]),
        Some(&[c, h, w]) if c * h * w > 0 => Ok([c, h, w]),
        _ => Err(CliError::Option {
            option: "--shape",
            value: text.to_owned(),
            expected: "ROWSxCOLUMNS or CHANNELSxROWSxCOLUMNS, such as 8x8",
        }),
    }
}

fn describe(report: &Report<'_>, ambient: &Ambient) -> String {
    let found = report.continuous;
    let mut text = format!(
        "{} on {} ({} rows)\n",
        report.model.display(),
        report.data.source,
        found.rows
    );
    if let Some([c, h, w]) = report.data.image {
        text += &format!("inputs taken as images of {c} x {h} x {w}\n");
    }
    text += &format!(
        "continuous symmetries: dimension {} within {} (of dimension {}), {}\n",
        found.dimension,
        found.algebra,
        found.ambient_dimension,
        found.name.as_deref().unwrap_or("without a name")
    );
    text += &format!("  {}\n", found.verdict.reason);
    if found.dimension > 0 {
        text += &format!(
            "  gap {:.2} decades, closure defect {:.3}, {:.0}% of {} resamples agree\n",
            found.gap_decades,
            found.closure_defect,
            100.0 * found.confidence.share,
            found.confidence.resamples
        );
    }
    if found.spurious_dimension > 0 || found.tangent_dimension < found.ambient_dimension {
        text += &format!(
            "  the data span {} dimensions: {} fields lead out of them and {} vanish there; both are left out\n",
            found.data_dimension,
            found.ambient_dimension - found.tangent_dimension,
            found.spurious_dimension
        );
    }
    for (index, (generator, residual)) in found.generators.iter().zip(&found.residuals).enumerate().take(12) {
        text += &format!(
            "  generator {index} ({}), residual {residual:.2e}",
            ambient.form()
        );
        if let Some((change, control)) = found
            .finite
            .get(index)
            .and_then(|check| Some((check.change?, check.control?)))
        {
            text += &format!(
                ", a finite motion changes the output by {change:.3} (a random one by {control:.3})"
            );
        }
        text.push('\n');
        for row in generator {
            let entries: Vec<String> = row.iter().map(|x| format!("{x:9.4}")).collect();
            text += &format!("    {}\n", entries.join(" "));
        }
    }
    if found.generators.len() > 12 {
        text += "  … (all of them with --json)\n";
    }
    text += &discrete::describe(report.discrete);
    text
}
