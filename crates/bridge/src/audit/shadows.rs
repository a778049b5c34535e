//! The shadows of the stages of a network, summed up.

use nalgebra::{DMatrix, DVector};
use nets::{Dataset, Layer, Network, NetworkBuilder};
use serde::Serialize;

use crate::BridgeError;
use crate::shadow::{
    AffineFitter, Ball, Base, FitOptions, GroupStatus, Ladder, LadderOptions, Logarithm, Rung,
    StatisticalBound, ladder, ladder_on_data,
};

/// The widest input whose shadow is fitted: the fit takes O(n³).
const WIDEST: usize = 400;

/// The radius of the ball of a fit, as a share of the root mean square distance of the data from their mean.
const RADIUS: f64 = 0.1;

/// Of four rows one is held out of a fit to data.
const HELD_OUT: usize = 4;

/// A rung of a ladder, without its element.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RungSummary {
    /// The group.
    pub group: Rung,
    /// Root mean square residual of its nearest element on held-out points, relative to the images.
    pub relative_rms: f64,
    /// Largest residual on held-out points.
    pub sample_max: f64,
    /// Certified bound of the residual over the ball, in the Euclidean norm; absent for data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certified_sup: Option<f64>,
    /// Whether the element is the exponential of one of the Lie algebra.
    pub has_logarithm: bool,
}

/// The nearest elements of the groups of the ladder, and the smallest group that explains the map.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LadderSummary {
    /// The smallest group that explains the map; absent if none does.
    pub smallest: Option<Rung>,
    /// The groups that have a nearest element.
    pub rungs: Vec<RungSummary>,
    /// The groups that have none.
    pub refused: Vec<Rung>,
}

impl From<Ladder> for LadderSummary {
    fn from(ladder: Ladder) -> Self {
        let rung = |fit: &crate::shadow::RungFit| RungSummary {
            group: fit.rung,
            relative_rms: fit.relative_rms,
            sample_max: fit.residual.sample_max,
            certified_sup: fit.residual.certified_sup.map(|bound| bound.euclidean),
            has_logarithm: matches!(fit.logarithm, Logarithm::Exists { .. }),
        };
        LadderSummary {
            smallest: ladder.smallest,
            rungs: ladder.rungs.iter().map(rung).collect(),
            refused: ladder.refused.iter().map(|refused| refused.rung).collect(),
        }
    }
}

/// The affine map that a stage imitates on the ball.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AffineSummary {
    /// Numeric rank of the 1-jet's linear part.
    pub rank: usize,
    /// The ratio of the last singular value that counts to the first that does not.
    pub rank_gap: f64,
    /// Its singular values, descending.
    pub singular_values: Vec<f64>,
    /// Whether it is an element of GL(n).
    pub in_gl: bool,
    /// Root mean square residual of the least-squares fit on held-out points of the ball.
    pub sample_rms: f64,
    /// The same relative to how far the map's values lie from their mean there.
    pub relative_rms: f64,
    /// Largest residual on held-out points.
    pub sample_max: f64,
    /// What they prove about other points.
    pub statistical: StatisticalBound,
    /// Certified bound of the residual over the whole ball; absent where a layer has no enclosure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certified_sup: Option<f64>,
}

/// The shadow of one stage.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StageShadow {
    /// The stage: `whole network`, or its layers.
    pub stage: String,
    /// Its layers, counted from 0.
    pub layers: Vec<usize>,
    /// Width of its input.
    pub inputs: usize,
    /// Width of its output.
    pub outputs: usize,
    /// Radius of the ball around the mean of the data's values at its input.
    pub radius: f64,
    /// The affine shadow on that ball.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub affine: Option<AffineSummary>,
    /// The ladder on that ball, if the stage has as many outputs as inputs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_ball: Option<LadderSummary>,
    /// The ladder on the data, about their mean.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_data: Option<LadderSummary>,
}

/// A part of a network with one input.
pub(crate) struct Stage {
    pub(crate) name: String,
    pub(crate) layers: Vec<usize>,
    network: Network,
    /// The node that its input is the value of.
    from: usize,
}

/// Every layer with weights together with the activations right behind it.
pub(crate) fn stages(network: &Network) -> Result<Vec<Stage>, BridgeError> {
    let mut stages = Vec::new();
    for (first, layer) in network.layers().iter().enumerate() {
        if !matches!(layer, Layer::Dense(_) | Layer::Conv2d(_)) {
            continue;
        }
        let from = network.wires()[first][0];
        let mut builder = NetworkBuilder::new(&network.shapes()[from]);
        let mut node = builder.input();
        let mut layers = Vec::new();
        for (index, layer) in network.layers().iter().enumerate().skip(first) {
            let next = index == first
                || matches!(layer, Layer::Activation(_)) && network.wires()[index][..] == [index];
            if !next {
                break;
            }
            node = builder.add(layer.clone(), &[node])?;
            layers.push(index);
        }
        let kinds: Vec<&str> = layers
            .iter()
            .map(|&index| network.layers()[index].kind())
            .collect();
        let name = match layers[..] {
            [only] => format!("layer {only} ({})", kinds[0]),
            [first, .., last] => format!("layers {first} to {last} ({})", kinds.join(", ")),
            [] => continue,
        };
        stages.push(Stage {
            name,
            layers,
            network: builder.finish(node)?,
            from,
        });
    }
    Ok(stages)
}

/// The shadows of the stages of a network (of the one with the given layer, or of all and of the whole), each with notes on
/// what could not be said of it.
///
/// # Errors
/// [`BridgeError::Shape`] for data of another width; [`BridgeError::NotFinite`] where a value of the network is not.
pub fn stage_shadows(
    network: &Network,
    data: &Dataset,
    layer: Option<usize>,
    rows: usize,
    seed: u64,
) -> Result<Vec<(StageShadow, Vec<String>)>, BridgeError> {
    if data.width() != network.input_width() {
        return Err(BridgeError::Shape {
            what: "width of the rows (the network's input)".to_owned(),
            expected: network.input_width(),
            got: data.width(),
        });
    }
    let rows = rows.min(data.len());
    let points: Vec<DVector<f64>> = (0..rows).map(|k| data.point(k * data.len() / rows)).collect();
    let values = network.activation_columns(&DMatrix::from_columns(&points));
    let mut stages = stages(network)?;
    match layer {
        Some(layer) => stages.retain(|stage| stage.layers.contains(&layer)),
        None => stages.push(Stage {
            name: "whole network".to_owned(),
            layers: (0..network.layers().len()).collect(),
            network: network.clone(),
            from: 0,
        }),
    }
    stages
        .iter()
        .map(|stage| shadow(stage, &values[stage.from], seed))
        .collect()
}

fn shadow(
    stage: &Stage,
    inputs: &DMatrix<f64>,
    seed: u64,
) -> Result<(StageShadow, Vec<String>), BridgeError> {
    let (n, m) = (stage.network.input_width(), stage.network.output_width());
    let mean = inputs.column_mean();
    let distances = inputs.column_iter().map(|x| (x - &mean).norm_squared());
    let radius = RADIUS * (distances.sum::<f64>() / inputs.ncols() as f64).sqrt();
    let mut shadow = StageShadow {
        stage: stage.name.clone(),
        layers: stage.layers.clone(),
        inputs: n,
        outputs: m,
        radius,
        affine: None,
        on_ball: None,
        on_data: None,
    };
    let mut notes = Vec::new();
    if n > WIDEST || m > WIDEST {
        notes.push(format!(
            "fits take maps of at most {WIDEST} inputs and outputs, and it has {n} and {m}"
        ));
        return Ok((shadow, notes));
    }
    if radius == 0.0 {
        notes.push("its input is the same at all rows".to_owned());
        return Ok((shadow, notes));
    }
    let ball = Ball::new(mean, radius)?;
    let fitter = AffineFitter::new(n, FitOptions::for_width(n, seed))?;
    let found = fitter.shadow(&stage.network, &ball)?;
    let residual = &found.least_squares.residual;
    let (rank, in_gl) = match &found.group {
        GroupStatus::ElementOfGl { rank, .. } => (*rank, true),
        GroupStatus::NoElementOfGl { rank, .. } => (*rank, false),
    };
    let mut singular_values: Vec<f64> = found
        .jet
        .element
        .linear()
        .singular_values()
        .iter()
        .copied()
        .collect();
    singular_values.sort_by(|a, b| b.total_cmp(a));
    // The mean square of |A d| for d uniform in the ball of radius r of ℝⁿ is r²‖A‖²/(n + 2).
    let size = found.least_squares.element.linear().norm() * radius / (n as f64 + 2.0).sqrt();
    shadow.affine = Some(AffineSummary {
        rank: rank.value,
        rank_gap: rank.gap,
        singular_values,
        in_gl,
        sample_rms: residual.sample_rms,
        relative_rms: residual.sample_rms / size.hypot(residual.sample_rms).max(f64::MIN_POSITIVE),
        sample_max: residual.sample_max,
        statistical: residual.statistical,
        certified_sup: residual.certified_sup.map(|bound| bound.euclidean),
    });
    if n == m {
        let options = LadderOptions {
            base: Base::Centroid,
            ..LadderOptions::for_width(n, seed)
        };
        shadow.on_ball = Some(ladder(&stage.network, &ball.into(), options)?.into());
        let images = stage.network.forward_columns(inputs);
        let mut train = Vec::new();
        let mut held_out = Vec::new();
        for (row, (x, y)) in inputs.column_iter().zip(images.column_iter()).enumerate() {
            let part = if row % HELD_OUT == 0 {
                &mut held_out
            } else {
                &mut train
            };
            part.push((x.into_owned(), y.into_owned()));
        }
        match ladder_on_data(&train, &held_out, options) {
            Ok(found) => shadow.on_data = Some(found.into()),
            Err(BridgeError::TooFewSamples { got, needed }) => {
                notes.push(format!(
                    "a fit to the data takes {needed} rows, and there are {got}"
                ));
            }
            Err(error) => return Err(error),
        }
    }
    Ok((shadow, notes))
}
