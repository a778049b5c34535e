//! The main job: from data to verdicts. Pretrain a stack, fit the shadow of every layer, filter the
//! stabilizers of what was learned, draw the orbits, check the claims.
//!
//! The steps share one seed; every one draws from a stream of its own, so the same seed gives the same
//! result on any number of threads.

mod orbits;
mod shadows;

use std::ops::ControlFlow;

use groups::PermGroup;
use nalgebra::DVector;
use nets::{Dataset, Stack, StackOptions, TrainOptions};
use serde::Serialize;

pub use orbits::{LayerOrbits, OrbitSizes, SYMMETRY_LIMIT};
pub use shadows::{Closure, LayerShadows, MapShadow, RankStatement, WorstResidual};

use crate::BridgeError;
use crate::claim::{self, ClaimContext, ClaimReport};
use crate::claims;
use crate::feature_action::grid_symmetries;
use crate::filtration::{Elements, Filtration};
use crate::graph::LabelledGraph;

/// What a study does, apart from the data.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StudyOptions {
    /// Seed of every random choice.
    pub seed: u64,
    /// Hidden widths of the stack, from the input up.
    pub widths: Vec<usize>,
    /// Passes over the training rows for each layer.
    pub epochs: usize,
    /// How many data points the shadows are fitted around.
    pub centres: usize,
}

impl StudyOptions {
    /// The defaults for `rows` images of `pixels` pixels: hidden widths three quarters and three eighths
    /// of the input (48 and 24 for the 8 × 8 digits), at most 256 and 128; 60 epochs and 24 centres, fewer
    /// for large data, so that a study stays a matter of minutes.
    ///
    /// ```
    /// use bridge::study::StudyOptions;
    /// let digits = StudyOptions::for_images(1_797, 64, 1);
    /// assert_eq!((digits.widths, digits.epochs, digits.centres), (vec![48, 24], 60, 24));
    /// let mnist = StudyOptions::for_images(60_000, 784, 1);
    /// assert_eq!((mnist.widths, mnist.epochs, mnist.centres), (vec![256, 128], 5, 3));
    /// ```
    pub fn for_images(rows: usize, pixels: usize, seed: u64) -> Self {
        let width = |share: usize, most: usize| (pixels * share / 8).clamp(1, most);
        StudyOptions {
            seed,
            widths: vec![width(6, 256), width(3, 128)],
            epochs: (120_000 / rows.max(1)).clamp(5, 60),
            centres: (24 * 64 / pixels.max(1)).clamp(3, 24),
        }
    }
}

/// The data in a few words and numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DataSummary {
    /// Where it came from.
    pub name: String,
    /// SHA-256 or other checksum of the source.
    pub checksum: String,
    /// Number of images.
    pub rows: usize,
    /// Height and width of an image.
    pub image_shape: (usize, usize),
}

/// Everything found about one layer.
#[derive(Debug, Clone, Serialize)]
pub struct LayerStudy {
    /// `layer 1` is next to the input.
    pub name: String,
    /// Width of its input.
    pub visible: usize,
    /// Number of its hidden units.
    pub hidden: usize,
    /// Error before training and after every epoch.
    pub history: Vec<nets::EpochError>,
    /// Its shadows.
    pub shadows: LayerShadows,
    /// Receptive fields on the image grid, one row a hidden unit.
    #[serde(skip)]
    pub features: Vec<Vec<f64>>,
    /// Orbits and stabilizers of the receptive fields.
    pub orbits: LayerOrbits,
}

/// A graph of the study and the feature that it belongs to.
#[derive(Debug, Clone)]
pub struct StudyGraph {
    /// File name without its ending.
    pub name: String,
    /// What it shows, in a sentence.
    pub caption: String,
    /// The graph.
    pub graph: LabelledGraph,
}

/// The result of a study.
#[derive(Debug, Serialize)]
pub struct Study {
    /// Version of this schema.
    pub schema: &'static str,
    /// What was asked for.
    pub options: StudyOptions,
    /// What it was done on.
    pub data: DataSummary,
    /// Layer by layer.
    pub layers: Vec<LayerStudy>,
    /// The claims with their verdicts.
    pub claims: Vec<ClaimReport>,
    /// Orbit graphs and stabilizer chains.
    #[serde(skip)]
    pub graphs: Vec<StudyGraph>,
    /// The trained stack.
    #[serde(skip)]
    pub stack: Stack,
}

/// Orbits up to this size are drawn; a larger one is drawn at the tolerance that makes it smaller.
const DRAWN_ORBIT: u32 = 64;

/// Runs a study; `progress` is told what is going on and how much of it is done, in [0, 1].
///
/// # Errors
/// [`BridgeError::NoImageShape`] when the data are no images; the errors of training, fitting and
/// checking otherwise.
pub fn run(
    data: &Dataset,
    options: &StudyOptions,
    progress: &mut (dyn FnMut(&str, f64) + Send),
) -> Result<Study, BridgeError> {
    let (height, width) = data.image_shape().ok_or(BridgeError::NoImageShape)?;
    let context = ClaimContext::with_seed(options.seed);

    let stack = pretrain(data, options, &mut |done| progress("pretraining", 0.4 * done))?;
    let context = ClaimContext {
        trained: Some((&stack, data)),
        confidence: claim::Correction::over(claims::all()).level,
        ..context
    };

    let group = grid_symmetries(height, width)?;
    let group_name = if height == width {
        format!("(C{height} x C{width}) : D4, the symmetries of the periodic {height} x {width} grid")
    } else {
        format!("(C{height} x C{width}) : V4, the symmetries of the periodic {height} x {width} grid")
    };
    let elements = Elements::of(&group)?;
    let mean = mean_row(data);
    let depth = stack.autoencoders().len();
    let (mut layers, mut graphs) = (Vec::new(), Vec::new());
    for (index, autoencoder) in stack.autoencoders().iter().enumerate() {
        let done = 0.4 + 0.4 * index as f64 / depth as f64;
        progress("fitting shadows", done);
        let shadows = shadows::of_layer(&stack, index, data, options)?;
        progress("filtering stabilizers", done + 0.2 / depth as f64);
        let features = orbits::receptive_fields(&stack, index, &mean);
        let orbits = orbits::layer_orbits(&group, &elements, &group_name, &features, &context, index)?;
        graphs.extend(draw(&group, index, &orbits.learned)?);
        layers.push(LayerStudy {
            name: format!("layer {}", index + 1),
            visible: autoencoder.input_width(),
            hidden: autoencoder.code_width(),
            history: stack.histories()[index].clone(),
            shadows,
            features,
            orbits,
        });
    }

    let ledger = claims::all();
    let mut reports = Vec::with_capacity(ledger.len());
    for (index, claim) in ledger.iter().enumerate() {
        progress(claim.about().id, 0.8 + 0.2 * index as f64 / ledger.len() as f64);
        reports.push(claim::check(*claim, &context)?);
    }
    progress("done", 1.0);
    Ok(Study {
        schema: "shadow.study/1",
        options: options.clone(),
        data: DataSummary {
            name: data.name().to_owned(),
            checksum: data.checksum().to_owned(),
            rows: data.len(),
            image_shape: (height, width),
        },
        layers,
        claims: reports,
        graphs,
        stack,
    })
}

/// The sigmoid autoencoder stack, layer by layer on the codes of the layer below.
fn pretrain(
    data: &Dataset,
    options: &StudyOptions,
    progress: &mut (dyn FnMut(f64) + Send),
) -> Result<Stack, BridgeError> {
    let stack_options = StackOptions {
        widths: options.widths.clone(),
        held_out: claims::HELD_OUT,
        train: TrainOptions {
            epochs: options.epochs,
            seed: options.seed,
            ..TrainOptions::default()
        },
        ..StackOptions::default()
    };
    Ok(Stack::pretrain(data, &stack_options, &mut |at| {
        let in_layer = (at.epoch.saturating_sub(1) as f64 + at.rows_done as f64 / at.rows.max(1) as f64)
            / at.epochs.max(1) as f64;
        progress((at.layer as f64 + in_layer) / at.layers as f64);
        ControlFlow::Continue(())
    })?)
}

fn mean_row(data: &Dataset) -> DVector<f64> {
    (0..data.len())
        .map(|index| data.point(index))
        .sum::<DVector<f64>>()
        / data.len() as f64
}

/// The Schreier graph and the stabilizer chain of the most symmetric feature of a layer.
fn draw(group: &PermGroup, layer: usize, learned: &[Filtration]) -> Result<Vec<StudyGraph>, BridgeError> {
    let symmetry = |f: &Filtration| f.symmetry(SYMMETRY_LIMIT);
    let best = (0..learned.len()).max_by(|a, b| symmetry(&learned[*a]).total_cmp(&symmetry(&learned[*b])));
    let Some(unit) = best else { return Ok(Vec::new()) };
    let filtration = &learned[unit];
    let small = |step: &&crate::filtration::Step| step.orbit_size <= DRAWN_ORBIT.into();
    let Some(step) = filtration.steps.iter().find(small) else {
        return Ok(Vec::new());
    };
    let orbit = LabelledGraph::of_cosets(group, &step.subgroup, DRAWN_ORBIT as usize)?;
    let of_what = format!("hidden unit {unit} of layer {}", layer + 1);
    let caption = format!(
        "Orbit of {of_what}, the most symmetric feature of its layer, at tolerance ε = {:.3}: {} points, the cosets of a stabilizer of order {}. Arcs a, b, c, d are the generators: one row down, one column right, a quarter turn, a mirror image.",
        step.epsilon, step.orbit_size, step.order
    );
    let chain = LabelledGraph::of_filtration(filtration).titled(format!("Stabilizer chain of {of_what}"));
    Ok(vec![
        StudyGraph {
            name: format!("orbit-layer{}-unit{unit}", layer + 1),
            caption,
            graph: orbit.titled(format!("Orbit of {of_what}")),
        },
        StudyGraph {
            name: format!("stabilizers-layer{}-unit{unit}", layer + 1),
            caption: format!(
                "Stabilizer chain of {of_what}: every subgroup S_ε with its order and the tolerance at which it is born."
            ),
            graph: chain,
        },
    ])
}
