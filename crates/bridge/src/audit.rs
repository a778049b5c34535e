//! Everything that can be said of one trained network, in one go.
//!
//! An audit asks the questions of this crate that apply to a network and the data at hand: the discrete and
//! continuous symmetries of its map, its errors of equivariance, the isotropy of its weights and the dimension of their
//! gauge orbit, the affine shadow of every stage (a layer with weights and the activations behind it)
//! and of the whole, with the ladder of groups where a map goes from ℝⁿ to itself. It holds no times, so that the same
//! file audited twice gives the same bytes.
//!
//! A question that cannot be answered ends the audit with its error, unless it is told to keep going; then the reason
//! stands among [`Audit::unanswered`], where questions that do not apply or for which the time had run out always stand.
//!
//! ```
//! use bridge::audit::{AuditOptions, audit};
//! use nalgebra::{dmatrix, dvector};
//! use nets::{Activation, Dataset, Dense, Network};
//! let hidden = Dense::new(dmatrix![1.0, 1.0; -1.0, -1.0], dvector![0.0, 1.0], Activation::Tanh)?;
//! let output = Dense::new(dmatrix![1.0, 1.0], dvector![0.0], Activation::Linear)?;
//! let network = Network::new(vec![hidden.into(), output.into()])?;
//! let values = (0..80).map(|k| ((k * k) % 17) as f32 / 4.0 - 2.0).collect();
//! let rows = Dataset::new("rows", values, 2)?;
//! let found = audit(&network, &rows, &AuditOptions::default(), &mut |_| ())?;
//! assert_eq!(found.discrete.as_ref().unwrap().group, "S_2");
//! assert_eq!(found.shadows.len(), 3); // two layers and the whole
//! assert!(bridge::report::audit_html(&found, "model")?.contains("S_2"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod motions;
mod shadows;

use std::time::{Duration, Instant};

use nalgebra::DMatrix;
use nets::{Dataset, Network};
use serde::Serialize;

use crate::BridgeError;
use crate::gauge::{FunctionalDimension, GaugeOrbit, MAX_PARAMETERS, functional_dimension, gauge_orbit};
use crate::isotropy::{Isotropy, IsotropyOptions, isotropy};
use crate::symmetry::continuous::{
    Algebra, ContinuousOptions, ContinuousSymmetries, continuous_symmetries, default_ambient, gaussian_inputs,
};
use crate::symmetry::discrete::{
    DiscreteOptions, DiscreteSymmetries, InputGroup, Layout, OutputRule, Probe, discrete_symmetries,
};
use crate::weight_space::WeightSpace;

pub use motions::{MotionError, motion_errors};
pub use shadows::{AffineSummary, LadderSummary, RungSummary, StageShadow, stage_shadows};
pub(crate) use shadows::{Stage, stages};

/// Multiplications that are spent on the functional dimension at most.
const MOST_WORK: f64 = 1e10;

/// What an audit is to ask.
#[derive(Debug, Clone)]
pub struct AuditOptions {
    /// The group to look for discrete symmetries in; those that suit the input if absent.
    pub group: Option<InputGroup>,
    /// What the outputs are to do under it.
    pub output: Option<OutputRule>,
    /// Among which transformations to look for continuous symmetries; those that suit the input if absent.
    pub algebra: Option<Algebra>,
    /// The layer whose stage alone has its shadow fitted; all of them if absent.
    pub layer: Option<usize>,
    /// Rows of the data that are used.
    pub rows: usize,
    /// Whether to answer what can be answered where something cannot.
    pub keep_going: bool,
    /// No question is begun later than this.
    pub time_limit: Option<Duration>,
    /// Seed of every random choice.
    pub seed: u64,
}

impl Default for AuditOptions {
    fn default() -> Self {
        AuditOptions {
            group: None,
            output: None,
            algebra: None,
            layer: None,
            rows: 256,
            keep_going: false,
            time_limit: None,
            seed: 1,
        }
    }
}

/// A layer of the network that was audited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditedLayer {
    /// Its number, from 0.
    pub layer: usize,
    /// What it is.
    pub kind: &'static str,
    /// The shape of its output.
    pub shape: Vec<usize>,
}

/// The network that was audited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditedNetwork {
    /// Shape of its input.
    pub input_shape: Vec<usize>,
    /// Shape of its output.
    pub output_shape: Vec<usize>,
    /// Its layers.
    pub layers: Vec<AuditedLayer>,
    /// Number of weights and biases that belong to units.
    pub parameters: usize,
}

/// The data that it was audited on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditedData {
    /// Where they come from.
    pub name: String,
    /// SHA-256 of the source.
    pub checksum: String,
    /// Rows there are.
    pub rows: usize,
    /// Rows that were used at most.
    pub used: usize,
}

/// The isotropy of the weights, of all and of every layer alone.
#[derive(Debug, Clone, Serialize)]
pub struct AuditedIsotropy {
    /// Of all weights.
    #[serde(flatten)]
    pub whole: Isotropy,
    /// Of the layers with weights, by number.
    pub layers: Vec<LayerIsotropy>,
}

/// The isotropy of one layer's weights.
#[derive(Debug, Clone, Serialize)]
pub struct LayerIsotropy {
    /// Its number.
    pub layer: usize,
    /// Its isotropy.
    #[serde(flatten)]
    pub isotropy: Isotropy,
}

/// A question without an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unanswered {
    /// Which.
    pub question: String,
    /// Why not.
    pub why: String,
}

/// The answers.
#[derive(Debug, Clone, Serialize)]
pub struct Audit {
    /// The network.
    pub network: AuditedNetwork,
    /// The data.
    pub data: AuditedData,
    /// Seed of every random choice.
    pub seed: u64,
    /// Which permutations and sign changes of the inputs the map does not notice, or answers by one of its outputs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discrete: Option<DiscreteSymmetries>,
    /// Which one-parameter groups of transformations of the inputs leave the map alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub continuous: Option<ContinuousSymmetries>,
    /// How far the network is from being equivariant under motions of an image, whole and layer by layer; empty for other
    /// inputs.
    pub equivariance: Vec<MotionError>,
    /// Which relabellings of its units leave the weights alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub isotropy: Option<AuditedIsotropy>,
    /// Dimension of the orbit of the weights under continuous gauges: scalings and linear maps of hidden units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gauge: Option<GaugeOrbit>,
    /// Rank of the derivative of the outputs with respect to the weights.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub functional_dimension: Option<FunctionalDimension>,
    /// The shadow of every stage, and of the whole.
    pub shadows: Vec<StageShadow>,
    /// What was not answered, and why.
    pub unanswered: Vec<Unanswered>,
}

/// Asks everything that applies. `progress` is told what is begun.
///
/// # Errors
/// That of the first question that fails, unless told to keep going; [`BridgeError::NoSuchLayer`] for a layer that is not
/// there.
pub fn audit(
    network: &Network,
    data: &Dataset,
    options: &AuditOptions,
    progress: &mut dyn FnMut(&str),
) -> Result<Audit, BridgeError> {
    let space = WeightSpace::of(network);
    let layers = network.layers().iter().zip(&network.shapes()[1..]).enumerate();
    let mut asking = Asking {
        begun: Instant::now(),
        options,
        unanswered: Vec::new(),
    };
    if let Some(layer) = options.layer.filter(|&layer| layer >= network.layers().len()) {
        return Err(BridgeError::NoSuchLayer {
            layer: layer.to_string(),
            known: space.layers(),
        });
    }
    // A map that is constant, not finite or of another width is told once, not by every question about it.
    let sound = asking.ask("the map on the data", progress, || {
        Probe::new(network, data, options.rows).map(|_| ())
    })?;
    let (mut discrete, mut continuous) = (None, None);
    let (mut equivariance, mut shadows) = (Vec::new(), Vec::new());
    if sound.is_some() {
        let mut settings = DiscreteOptions {
            rows: options.rows,
            ..DiscreteOptions::default()
        };
        settings.stabilizer.seed = options.seed;
        discrete = asking.ask("discrete symmetries", progress, || {
            discrete_symmetries(network, data, options.group.as_ref(), options.output, &settings)
        })?;
        let image = image_of(network, data);
        let points = columns(data, data.len());
        continuous = asking.ask("continuous symmetries", progress, || {
            let ambient = match options.algebra {
                Some(algebra) => algebra.on(network.input_width(), image)?,
                None => {
                    let equations = data.len().saturating_mul(network.output_width());
                    default_ambient(network.input_width(), image, equations)?
                }
            };
            let settings = ContinuousOptions {
                seed: options.seed,
                ..ContinuousOptions::default()
            };
            continuous_symmetries(network, &points, &ambient, settings)
        })?;
        if let Some(shape) = image {
            let few = columns(data, options.rows.min(motions::ROWS));
            let found = asking.ask("errors of equivariance", progress, || {
                motion_errors(network, &few, shape)
            })?;
            equivariance = found.unwrap_or_default();
        }
        let found = asking.ask("shadows", progress, || {
            stage_shadows(network, data, options.layer, options.rows, options.seed)
        })?;
        for (shadow, notes) in found.into_iter().flatten() {
            asking.unanswered.extend(notes.into_iter().map(|why| Unanswered {
                question: format!("shadow of {}", shadow.stage),
                why,
            }));
            shadows.push(shadow);
        }
    }
    let isotropy = asking.ask("isotropy of weights", progress, || {
        let settings = IsotropyOptions::default();
        let alone = |layer| -> Result<LayerIsotropy, BridgeError> {
            Ok(LayerIsotropy {
                layer,
                isotropy: isotropy(&space.of_layer(layer)?, &settings)?,
            })
        };
        Ok(AuditedIsotropy {
            whole: isotropy(&space, &settings)?,
            layers: space.layers().into_iter().map(alone).collect::<Result<_, _>>()?,
        })
    })?;
    let gauge = asking.ask("gauge orbit", progress, || gauge_orbit(&space))?;
    let functional_dimension = asking.functional_dimension(network, data, space.parameters(), progress)?;
    Ok(Audit {
        network: AuditedNetwork {
            input_shape: network.input_shape().to_vec(),
            output_shape: network.output_shape().to_vec(),
            layers: layers
                .map(|(layer, (l, shape))| AuditedLayer {
                    layer,
                    kind: l.kind(),
                    shape: shape.clone(),
                })
                .collect(),
            parameters: space.parameters(),
        },
        data: AuditedData {
            name: data.name().to_owned(),
            checksum: data.checksum().to_owned(),
            rows: data.len(),
            used: options.rows.min(data.len()),
        },
        seed: options.seed,
        discrete,
        continuous,
        equivariance,
        isotropy,
        gauge,
        functional_dimension,
        shadows,
        unanswered: asking.unanswered,
    })
}

/// Standard Gaussian rows, for a network without data.
///
/// # Errors
/// [`BridgeError::Net`] if the width or the number of rows is 0.
pub fn gaussian_rows(width: usize, rows: usize, seed: u64) -> Result<Dataset, BridgeError> {
    let values = gaussian_inputs(width, rows, seed)
        .iter()
        .map(|&v| v as f32)
        .collect();
    let name = format!("standard Gaussian rows drawn with seed {seed}");
    Ok(Dataset::new(name, values, width)?)
}

/// The shape (channels, rows, columns) if the inputs are images; a vector is taken for one above a width of 16 only, up to
/// which all affine maps are tried.
pub fn image_of(network: &Network, data: &Dataset) -> Option<[usize; 3]> {
    let layout = Layout::of_inputs(network, data);
    let (channels, height, width) = layout.image.filter(|_| !layout.guessed || layout.width > 16)?;
    Some([channels, height, width])
}

/// So many rows, evenly chosen, as columns.
fn columns(data: &Dataset, rows: usize) -> DMatrix<f64> {
    let points: Vec<_> = (0..rows).map(|k| data.point(k * data.len() / rows)).collect();
    DMatrix::from_columns(&points)
}

/// The course of an audit.
struct Asking<'a> {
    begun: Instant,
    options: &'a AuditOptions,
    unanswered: Vec<Unanswered>,
}

impl Asking<'_> {
    /// Asks one question if there is time, and notes why there is no answer.
    fn ask<T>(
        &mut self,
        question: &str,
        progress: &mut dyn FnMut(&str),
        answer: impl FnOnce() -> Result<T, BridgeError>,
    ) -> Result<Option<T>, BridgeError> {
        let late = self
            .options
            .time_limit
            .is_some_and(|limit| self.begun.elapsed() >= limit);
        let why = if late {
            "the time had run out".to_owned()
        } else {
            progress(question);
            match answer() {
                Ok(answer) => return Ok(Some(answer)),
                Err(error) if self.options.keep_going => error.to_string(),
                Err(error) => return Err(error),
            }
        };
        self.unanswered.push(Unanswered {
            question: question.to_owned(),
            why,
        });
        Ok(None)
    }
}

impl Asking<'_> {
    /// The functional dimension where its cost, O(examples · outputs · weights²), is bearable.
    fn functional_dimension(
        &mut self,
        network: &Network,
        data: &Dataset,
        parameters: usize,
        progress: &mut dyn FnMut(&str),
    ) -> Result<Option<FunctionalDimension>, BridgeError> {
        const QUESTION: &str = "functional dimension";
        let outputs = network.output_width();
        // Twice as many equations as weights, if the data have them.
        let examples = (2 * parameters).div_ceil(outputs).clamp(1, data.len());
        let cost = examples as f64 * outputs as f64 * (parameters as f64).powi(2);
        let too_much = if parameters > MAX_PARAMETERS {
            Some(format!(
                "it is worked out for at most {MAX_PARAMETERS} weights, and there are {parameters}"
            ))
        } else if cost > MOST_WORK {
            Some(format!(
                "it takes {cost:.0e} multiplications, and at most {MOST_WORK:.0e} are spent"
            ))
        } else {
            None
        };
        if let Some(why) = too_much {
            self.unanswered.push(Unanswered {
                question: QUESTION.to_owned(),
                why,
            });
            return Ok(None);
        }
        self.ask(QUESTION, progress, || {
            functional_dimension(network, &columns(data, examples))
        })
    }
}

#[cfg(test)]
mod tests;
