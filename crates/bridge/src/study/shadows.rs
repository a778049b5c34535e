//! The shadows of a layer: affine maps that approximate it on balls around data points.
//!
//! The growth with the radius is that of the least-squares fit, whose residual is the smaller one; its
//! bound is certified like that of the 1-jet. Every figure over several balls is the worst of them unless
//! it says median.

use nalgebra::DVector;
use nets::{Autoencoder, Dataset, Network, Stack};
use rayon::prelude::*;
use serde::Serialize;

use super::StudyOptions;
use crate::BridgeError;
use crate::shadow::{
    self, AffineFitter, AffineShadow, Ball, FitOptions, GroupStatus, NumericRank, closure_defect,
};
use crate::statistics::{self, Interval};

/// Radii of the balls, as shares of the median distance of a data point from the mean.
const RADII: [f64; 8] = [0.00125, 0.0025, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16];

/// The first so many radii give the slopes: beyond, the curvature of the activation changes over the ball.
const SLOPE_RADII: usize = 5;

/// Which of the radii is quoted in tables.
const REFERENCE: usize = 5;

/// Confidence level of slopes.
const LEVEL: f64 = 0.99;

/// The shadows of a layer's encoder and of its reconstruction.
#[derive(Debug, Clone, Serialize)]
pub struct LayerShadows {
    /// The layer's map from its input to its code.
    pub encoder: MapShadow,
    /// The layer's map from its input to its reconstruction.
    pub reconstruction: MapShadow,
    /// How far fits are from composing.
    pub closure: Closure,
}

/// How closely affine maps shadow one map.
#[derive(Debug, Clone, Serialize)]
pub struct MapShadow {
    /// Which map, in words.
    pub name: String,
    /// Input width.
    pub input: usize,
    /// Output width.
    pub output: usize,
    /// Number of data points that balls were laid around.
    pub centres: usize,
    /// Residuals against the radius, the worst over all centres.
    pub growth: Vec<WorstResidual>,
    /// Log-log slope of the largest held-out residual.
    pub residual_slope: Interval,
    /// Log-log slope of the certified bound.
    pub bound_slope: Interval,
    /// The row of `growth` at the middle radius.
    pub reference: WorstResidual,
    /// Rank of the linear part and what follows for GL.
    pub rank: RankStatement,
    /// Largest singular value of the linear part, median over centres.
    pub singular_max: f64,
    /// Smallest singular value among the first `rank`, median over centres.
    pub singular_min: f64,
    /// ln |det| of the group element on the subspace where the map acts invertibly, median over centres.
    pub core_log_determinant: Option<f64>,
    /// Dimension of that subspace.
    pub core_dimension: usize,
    /// Relative distance between the linear part and the product of its polar factors, worst case.
    pub polar_residual: f64,
}

/// Residuals at one radius, the worst over the centres.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct WorstResidual {
    /// Radius of the balls.
    pub radius: f64,
    /// Largest residual on held-out points.
    pub sample_max: f64,
    /// Root mean square residual on held-out points.
    pub sample_rms: f64,
    /// Certified upper bound of the residual over the whole ball.
    pub certified_sup: f64,
}

/// The rank of a linear part and what it says about group elements.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RankStatement {
    /// Numeric rank.
    pub rank: usize,
    /// Ratio of the last singular value kept to the first dropped.
    pub gap: f64,
    /// Whether the linear part is an element of GL of the input space.
    pub in_gl: bool,
    /// The statement in words.
    pub says: String,
}

/// Distance between the fit of a composition and the composition of fits, relative to the former.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Closure {
    /// Radius of the balls.
    pub radius: f64,
    /// For least-squares fits, median over the centres.
    pub least_squares: f64,
    /// For 1-jets, the largest over the centres.
    pub jets: f64,
}

/// The shadows of layer `index` of a stack, around points of its own input: data, encoded by the layers
/// below.
pub(super) fn of_layer(
    stack: &Stack,
    index: usize,
    data: &Dataset,
    options: &StudyOptions,
) -> Result<LayerShadows, BridgeError> {
    let autoencoder = &stack.autoencoders()[index];
    let below = (index > 0).then(|| stack.encoder_network_to(index));
    let input = |row: usize| {
        let x = data.point(row);
        below
            .as_ref()
            .map_or_else(|| x.clone(), |below| below.forward(&x))
    };
    let count = options.centres.clamp(1, data.len());
    let centres: Vec<DVector<f64>> = (0..count).map(|i| input(i * data.len() / count)).collect();
    let mean = centres.iter().sum::<DVector<f64>>() / count as f64;
    let spread = statistics::median(&centres.iter().map(|x| (x - &mean).norm()).collect::<Vec<_>>());
    let scale = if spread > 0.0 { spread } else { 1.0 };
    let radii = RADII.map(|share| share * scale);

    let encoder = autoencoder.encoder_network();
    let fitter = AffineFitter::new(
        autoencoder.input_width(),
        FitOptions::for_width(autoencoder.input_width(), options.seed),
    )?;
    let map = |name: &str, network: &Network| map_shadow(name, network, &fitter, &centres, &radii);
    Ok(LayerShadows {
        encoder: map("the encoder", &encoder)?,
        reconstruction: map("the reconstruction", &autoencoder.reconstruction_network())?,
        closure: closure(autoencoder, &fitter, &centres, radii[REFERENCE])?,
    })
}

fn map_shadow(
    name: &str,
    network: &Network,
    fitter: &AffineFitter,
    centres: &[DVector<f64>],
    radii: &[f64],
) -> Result<MapShadow, BridgeError> {
    let (mut growth, mut reference) = (Vec::new(), Vec::new());
    for (step, radius) in radii.iter().enumerate() {
        let balls: Vec<Ball> = centres
            .iter()
            .map(|c| Ball::new(c.clone(), *radius))
            .collect::<Result<_, _>>()?;
        let shadows = fitter.shadows(network, &balls)?;
        growth.push(worst(*radius, &shadows));
        if step == REFERENCE {
            reference = shadows;
        }
    }
    let log = |value: fn(&WorstResidual) -> f64| {
        growth[..SLOPE_RADII]
            .iter()
            .map(|g| value(g).ln())
            .collect::<Vec<_>>()
    };
    let slope = |value: fn(&WorstResidual) -> f64| statistics::slope(&log(|g| g.radius), &log(value), LEVEL);
    let rank = rank_statement(name, network, &reference);
    let over = |value: &dyn Fn(&AffineShadow) -> Option<f64>| -> Vec<f64> {
        reference.iter().filter_map(value).collect()
    };
    let singular = |i: usize| statistics::median(&over(&|s| s.polar.singular_values.get(i).copied()));
    let core = |s: &AffineShadow| match &s.group {
        GroupStatus::ElementOfGl { invertibility, .. } => {
            Some((network.input_width(), invertibility.log_abs_determinant))
        }
        GroupStatus::NoElementOfGl { core: Some(core), .. } => core
            .invertibility
            .as_ref()
            .map(|i| (core.dimension, i.log_abs_determinant)),
        // Between two spaces: the positive polar factor on the row space, which the isometry carries over.
        GroupStatus::NoElementOfGl { core: None, rank, .. } => Some((
            rank.value,
            s.polar.singular_values[..rank.value].iter().map(|v| v.ln()).sum(),
        )),
    };
    let determinants = over(&|s| core(s).map(|(_, log)| log));
    let polar_residual = over(&|s| {
        let linear = s.jet.element.linear();
        Some((&s.polar.isometry * &s.polar.positive - linear).norm() / linear.norm().max(f64::MIN_POSITIVE))
    });
    Ok(MapShadow {
        name: name.to_owned(),
        input: network.input_width(),
        output: network.output_width(),
        centres: centres.len(),
        residual_slope: slope(|g| g.sample_max),
        bound_slope: slope(|g| g.certified_sup),
        reference: growth[REFERENCE],
        growth,
        singular_max: singular(0),
        singular_min: singular(rank.rank.saturating_sub(1)),
        rank,
        core_log_determinant: (!determinants.is_empty()).then(|| statistics::median(&determinants)),
        core_dimension: reference
            .iter()
            .filter_map(core)
            .map(|(dimension, _)| dimension)
            .min()
            .unwrap_or(0),
        polar_residual: polar_residual.into_iter().fold(0.0, f64::max),
    })
}

/// The worst figures of the least-squares fits over several balls.
fn worst(radius: f64, shadows: &[AffineShadow]) -> WorstResidual {
    let start = WorstResidual {
        radius,
        sample_max: 0.0,
        sample_rms: 0.0,
        certified_sup: 0.0,
    };
    shadows.iter().fold(start, |worst, shadow| {
        let residual = &shadow.least_squares.residual;
        let certified = residual
            .certified_sup
            .map_or(f64::INFINITY, |bound| bound.euclidean);
        WorstResidual {
            sample_max: worst.sample_max.max(residual.sample_max),
            sample_rms: worst.sample_rms.max(residual.sample_rms),
            certified_sup: worst.certified_sup.max(certified),
            ..worst
        }
    })
}

/// What the ranks of the 1-jets say, at the centre where the rank is least evident.
fn rank_statement(name: &str, network: &Network, shadows: &[AffineShadow]) -> RankStatement {
    let of = |s: &AffineShadow| -> NumericRank {
        match s.group {
            GroupStatus::ElementOfGl { rank, .. } | GroupStatus::NoElementOfGl { rank, .. } => rank,
        }
    };
    let least = shadows.iter().map(of).min_by(|a, b| {
        (a.value, a.gap)
            .partial_cmp(&(b.value, b.gap))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    let NumericRank { value: rank, gap } = least.unwrap_or(NumericRank { value: 0, gap: 0.0 });
    let in_gl = !shadows.is_empty()
        && shadows
            .iter()
            .all(|s| matches!(s.group, GroupStatus::ElementOfGl { .. }));
    let (n, m) = (network.input_width(), network.output_width());
    let k = shadows.first().map_or(n, |s| s.bottleneck);
    let core = shadows.iter().filter_map(|s| match &s.group {
        GroupStatus::NoElementOfGl { core: Some(core), .. } => Some(core.dimension),
        _ => None,
    });
    let says = if in_gl {
        format!("The shadow of {name} is an element of GL({n}) at every centre.")
    } else if n != m {
        format!(
            "The shadow of {name} maps R^{n} to R^{m}, two spaces, and is no group element itself. It is invertible between its {rank}-dimensional row space and its image; once the polar isometry identifies the two, its positive polar factor there is an element of GL({rank})."
        )
    } else {
        let dimension = core.min().unwrap_or(0);
        format!(
            "The shadow of {name} passes through {k} hidden units, so it is an affine map of rank at most {k} and no element of GL({n}). On the {dimension}-dimensional core of its linear part (im A^ν in Fitting's decomposition of R^{n}) it acts invertibly, and there it is an element of GL({dimension})."
        )
    };
    RankStatement {
        rank,
        gap,
        in_gl,
        says,
    }
}

/// How far the fits of encoder and decoder are from composing to the fit of the reconstruction.
fn closure(
    autoencoder: &Autoencoder,
    fitter: &AffineFitter,
    centres: &[DVector<f64>],
    radius: f64,
) -> Result<Closure, BridgeError> {
    let (encoder, decoder) = (autoencoder.encoder_network(), autoencoder.decoder_network());
    let defects: Vec<shadow::Closure> = centres
        .par_iter()
        .map(|centre| closure_defect(fitter, &encoder, &decoder, &Ball::new(centre.clone(), radius)?))
        .collect::<Result<_, _>>()?;
    let least_squares: Vec<f64> = defects.iter().map(|d| d.least_squares.linear).collect();
    let jets = defects.iter().map(|d| d.jet.linear).fold(0.0, f64::max);
    Ok(Closure {
        radius,
        least_squares: statistics::median(&least_squares),
        jets,
    })
}
