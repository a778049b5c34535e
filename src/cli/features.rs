//! `shadow features`: the receptive fields of a trained model, as a picture.

use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bridge::report::feature_png;
use nets::Checkpoint;

use super::{CliError, Outcome, output};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The `model.safetensors` of `shadow pretrain`.
    checkpoint: PathBuf,
    /// The picture, .png or .svg.
    #[arg(long)]
    out: PathBuf,
    /// Layer, from 1; units above the first are shown by the product of the weights below them.
    #[arg(long, default_value_t = 1)]
    layer: usize,
    /// Height and width of the inputs as images, such as 28x28; a square unless given.
    #[arg(long, value_name = "HxW")]
    shape: Option<String>,
    /// Most units shown.
    #[arg(long, default_value_t = 256)]
    most: usize,
}

pub(crate) fn run(args: &Args) -> Result<Outcome, CliError> {
    let extension = args
        .out
        .extension()
        .and_then(|e| e.to_str())
        .map(str::to_ascii_lowercase);
    let svg = match extension.as_deref() {
        Some("png") => false,
        Some("svg") => true,
        _ => {
            return Err(CliError::Option {
                option: "--out",
                value: args.out.display().to_string(),
                expected: "a file that ends in .png or .svg",
            });
        }
    };
    output::writable(&args.out)?;
    let checkpoint = Checkpoint::load(&args.checkpoint)?;
    let fields = checkpoint.receptive_fields(args.layer)?;
    let shape = shape(args.shape.as_deref(), fields.ncols())?;
    let features: Vec<Vec<f64>> = fields
        .row_iter()
        .take(args.most)
        .map(|row| row.iter().copied().collect())
        .collect();
    let views: Vec<&[f64]> = features.iter().map(Vec::as_slice).collect();
    let columns = (1..).find(|n| n * n >= views.len()).unwrap_or(1);
    let png = feature_png(&views, shape, columns, "receptive fields")?;
    if svg {
        output::file(&args.out, embed(&png).as_bytes())?;
    } else {
        output::file(&args.out, &png)?;
    }
    output::text(&format!(
        "{}: {} of {} units of layer {}, {} x {} each",
        args.out.display(),
        views.len(),
        fields.nrows(),
        args.layer,
        shape.0,
        shape.1
    ))?;
    Ok(Outcome::Good)
}

/// Height and width: those given, or of a square.
fn shape(given: Option<&str>, width: usize) -> Result<(usize, usize), CliError> {
    let parsed = match given {
        Some(text) => text
            .split_once('x')
            .and_then(|(height, width)| Some((height.parse().ok()?, width.parse().ok()?))),
        None => Some((width.isqrt(), width.isqrt())),
    };
    parsed
        .filter(|&(h, w): &(usize, usize)| h.checked_mul(w) == Some(width))
        .ok_or_else(|| CliError::Option {
            option: "--shape",
            value: given.map_or_else(|| format!("of {width} inputs"), str::to_owned),
            expected: "HxW with as many pixels as the model has inputs",
        })
}

/// The sheet as an SVG picture.
fn embed(png: &[u8]) -> String {
    // The size stands at the same place in every PNG file: the first chunk is IHDR.
    let number = |at: usize| {
        png[at..at + 4]
            .iter()
            .fold(0u32, |n, &byte| n << 8 | u32::from(byte))
    };
    let (width, height) = (number(16), number(20));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\">\
         <title>receptive fields</title>\
         <image width=\"{width}\" height=\"{height}\" style=\"image-rendering:pixelated\" \
         href=\"data:image/png;base64,{}\"/></svg>\n",
        STANDARD.encode(png)
    )
}
