//! C19: a smooth layer is affine up to O(r²) on a ball of radius r, with a certified constant.

use nalgebra::{DMatrix, DVector};
use nets::{Activation, Dense, Network};
use rand::{Rng, RngExt};

use crate::BridgeError;
use crate::claim::{
    About, Area, Claim, ClaimContext, Cost, Curve, EvidenceKind, Figure, Finding, Picture, Verdict,
};
use crate::shadow::{AffineFitter, Ball, FitOptions};
use crate::statistics;

pub(super) struct AffineError;

/// Widths (input, output) of the layers put to the test.
const SHAPES: [(usize, usize); 4] = [(1, 1), (2, 3), (8, 5), (16, 16)];

/// Radii over which the exponent is read.
const RADII: [f64; 5] = [0.005, 0.01, 0.02, 0.04, 0.08];

/// How far the exponent may be from the one that theory gives.
const NEAR: f64 = 0.1;

/// Confidence level of the exponents.
const LEVEL: f64 = 0.99;

impl Claim for AffineError {
    fn about(&self) -> &'static About {
        &About {
            code: "C19",
            id: "shadow-affine-error",
            area: Area::Shadow,
            statement: "On a ball of radius r a sigmoid or tanh layer differs from its affine shadow by O(r²), with a constant that the second derivative of the activation certifies; where the activation has its inflection (bias 0) by O(r³).",
            formula: "|φ(Wx + b) − Ax − c|_i ≤ ½ M₂ |w_i|² r²,  M₂ = 4/(3√3) for tanh, 1/(6√3) for sigmoid",
            source: "Taylor's theorem; makes the 'shadow group' of Paul & Venkatasubramanian, arXiv 1412.6621, precise",
            control: "The same O(r²) for a ReLU layer on balls around its kink.",
            expected: Verdict::Holds,
        }
    }

    fn exact(&self, context: &ClaimContext<'_>) -> Result<Finding, BridgeError> {
        let mut rng = context.rng("shadow-affine-error bound");
        let (mut cases, mut broken, mut tightest) = (0, 0, 0.0_f64);
        for activation in [Activation::Tanh, Activation::Sigmoid] {
            for shape in SHAPES {
                let layer = layer(shape, activation, true, &mut rng)?;
                let constant = a_priori_constant(&layer);
                let network = Network::new(vec![layer.into()])?;
                let fitter = fitter(shape.0, context.seed)?;
                for radius in RADII.iter().chain(&[0.5, 2.0]) {
                    let shadow = fitter.shadow(&network, &Ball::new(DVector::zeros(shape.0), *radius)?)?;
                    let residual = &shadow.jet.residual;
                    let bound = residual.certified_sup.map_or(f64::INFINITY, |b| b.euclidean);
                    let promised = constant * radius * radius;
                    broken += usize::from(residual.sample_max > bound || bound > promised * (1.0 + 1e-9));
                    tightest = tightest.max(residual.sample_max / bound);
                    cases += 1;
                }
            }
        }
        Ok(Finding {
            statement: "For random layers and radii up to 2: largest sampled error of the 1-jet ≤ outward-rounded certified bound ≤ ½ M₂ |w|² r².".to_owned(),
            kind: EvidenceKind::Interval,
            outcome: (broken == 0).into(),
            figures: vec![
                Figure::exact("cases where an inequality breaks", broken).expecting(0),
                Figure::number("largest sampled error as a share of its bound", tightest),
            ],
            cases,
            seed: Some(context.seed),
            picture: None,
        })
    }

    fn approximate(&self, context: &ClaimContext<'_>) -> Result<Finding, BridgeError> {
        let mut rng = context.rng("shadow-affine-error exponent");
        let (mut figures, mut curves, mut holds) = (Vec::new(), Vec::new(), true);
        for activation in [Activation::Tanh, Activation::Sigmoid] {
            for (biased, theory) in [(true, 2.0), (false, 3.0)] {
                let layer = layer((2, 3), activation, biased, &mut rng)?;
                let residuals = residuals(layer, context.seed)?;
                let exponent = exponent(&residuals);
                holds &= (exponent.estimate - theory).abs() <= NEAR;
                let at = if biased { "generic bias" } else { "bias 0" };
                let points = RADII.iter().copied().zip(residuals.iter().copied()).collect();
                curves.push(Curve::measured(&format!("{activation:?}, {at}"), points));
                figures.push(
                    Figure::estimate(format!("exponent, {activation:?}, {at}"), exponent).expecting(theory),
                );
            }
        }
        Ok(Finding {
            statement: format!(
                "Log-log slope of the largest held-out residual of the least-squares fit over r from {} to {}, within {NEAR} of theory.",
                RADII[0],
                RADII[RADII.len() - 1]
            ),
            kind: EvidenceKind::Statistical,
            outcome: holds.into(),
            figures,
            cases: 4 * RADII.len() as u64,
            seed: Some(context.seed),
            picture: Some(Picture::power_law(
                "Largest residual of the affine fit",
                "radius r",
                "residual",
                curves,
            )),
        })
    }

    fn control(&self, context: &ClaimContext<'_>) -> Result<Finding, BridgeError> {
        let mut rng = context.rng("shadow-affine-error control");
        let layer = layer((2, 3), Activation::Relu, false, &mut rng)?;
        let exponent = exponent(&residuals(layer, context.seed)?);
        Ok(Finding {
            statement: self.about().control.to_owned(),
            kind: EvidenceKind::Statistical,
            outcome: ((exponent.estimate - 2.0).abs() <= NEAR).into(),
            figures: vec![Figure::estimate("exponent, Relu at its kink", exponent).expecting(2)],
            cases: RADII.len() as u64,
            seed: Some(context.seed),
            picture: None,
        })
    }

    fn cost(&self) -> Cost {
        Cost::Seconds
    }

    /// The exponents are compared within a fixed distance, not within their intervals.
    fn comparisons(&self) -> usize {
        4
    }
}

/// A random dense layer; biases are in [0.3, 0.8] either way, or all 0.
fn layer(
    (n, m): (usize, usize),
    activation: Activation,
    biased: bool,
    rng: &mut impl Rng,
) -> Result<Dense, BridgeError> {
    let weights = DMatrix::from_fn(m, n, |_, _| rng.random_range(-1.0..1.0));
    let bias = DVector::from_fn(m, |_, _| {
        let size: f64 = rng.random_range(0.3..0.8);
        if !biased {
            0.0
        } else if rng.random_bool(0.5) {
            size
        } else {
            -size
        }
    });
    Ok(Dense::new(weights, bias, activation)?)
}

/// The norm of the vector ½ M₂ |w_i|².
fn a_priori_constant(layer: &Dense) -> f64 {
    let curvature = layer
        .activation()
        .second_derivative_bound_global()
        .unwrap_or(f64::INFINITY);
    layer
        .weights()
        .row_iter()
        .map(|w| (0.5 * curvature * w.norm_squared()).powi(2))
        .sum::<f64>()
        .sqrt()
}

fn fitter(n: usize, seed: u64) -> Result<AffineFitter, BridgeError> {
    AffineFitter::new(n, FitOptions::for_width(n, seed))
}

/// The largest held-out residuals of least-squares fits around 0, for each radius.
fn residuals(layer: Dense, seed: u64) -> Result<Vec<f64>, BridgeError> {
    let n = layer.input_width();
    let network = Network::new(vec![layer.into()])?;
    let fitter = fitter(n, seed)?;
    let residual = |radius: &f64| -> Result<f64, BridgeError> {
        let fit = fitter.fit(|x| network.forward(x), &Ball::new(DVector::zeros(n), *radius)?)?;
        Ok(fit.residual.sample_max)
    };
    RADII.iter().map(residual).collect()
}

/// The log-log slope of the residuals.
fn exponent(residuals: &[f64]) -> statistics::Interval {
    let logs: Vec<f64> = residuals.iter().map(|r| r.ln()).collect();
    statistics::slope(&RADII.map(f64::ln), &logs, LEVEL)
}
