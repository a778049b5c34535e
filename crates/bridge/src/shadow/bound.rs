//! Certified upper bounds of how far a network is from an affine map, over a whole ball or box.
//!
//! Two enclosures of the network's units are propagated through its layers and the sharper one is taken, output by
//! output: a first-order one, which holds for every activation and is sharp for one layer ([`super::relaxation`]), and a
//! second-order one, which is sharp for compositions on small balls and gives the O(r²) constant
//! ([`super::taylor`]). All arithmetic is rounded outward ([`super::rounding`]), and the error of evaluating network
//! and map in f64 is included: the bound holds for the real functions and for what a computer prints of them.
//!
//! For one layer f(x) = σ(Wx + b) and its 1-jet the bound is the classical ½ sup|σ''| |wᵢ|² r² per unit (claim C19),
//! with the supremum over the interval that wᵢ·x + bᵢ reaches on the ball. Where that interval holds a kink no second
//! derivative exists: [`Enclosure::remainder`] says so with a typed error, [`Enclosure::sup_distance`] still bounds
//! the error, which is of first order there.

use super::activation;
use super::affine::{AffineMap, check_width};
use super::evaluation;
use super::region::{Region, Support};
use super::relaxation::{self, Slope, Units};
use super::rounding::{Interval, add_up, mul_up, norm_up};
use super::stage::{Stage, stages};
use super::taylor::Quadratic;
use crate::BridgeError;
use nalgebra::DVector;
use nets::{Activation, Dense, Network};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Certified upper bounds of sup ‖f(x) − Ax − c‖ over a region.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CertifiedSup {
    /// In the Euclidean norm of the outputs.
    pub euclidean: f64,
    /// In the max norm of the outputs.
    pub max: f64,
    /// What of the Euclidean bound stands for the rounding of an evaluation in f64: no fit is better than this.
    pub rounding: f64,
}

/// A unit whose pre-activation reaches a kink of its activation within a region.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Kink {
    /// Index of the layer in the network.
    pub layer: usize,
    /// Index of the unit in the layer.
    pub unit: usize,
    /// Its activation.
    pub activation: Activation,
    /// Lower end of the enclosure of its pre-activation.
    pub lo: f64,
    /// Upper end of the enclosure of its pre-activation.
    pub hi: f64,
}

impl fmt::Display for Kink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "unit {} of layer {} ({:?}) has its kink inside the region (pre-activation from {:e} to {:e}): no second \
             derivative exists there, the affine error is of first order in the radius",
            self.unit, self.layer, self.activation, self.lo, self.hi
        )
    }
}

/// Largest number of entries of all second derivatives together (outputs × inputs²) that are kept for the
/// second-order enclosure; beyond it only the first-order one is used.
pub const QUADRATIC_LIMIT: usize = 1 << 24;

/// Enclosures of a network's outputs over a region, computed once and read for any number of affine maps.
///
/// ```
/// use bridge::shadow::{AffineMap, Ball, Enclosure};
/// use nalgebra::{dmatrix, dvector};
/// use nets::{Activation, Dense, Network};
/// let layer = Dense::new(dmatrix![1.0], dvector![0.5], Activation::Tanh)?;
/// let network = Network::new(vec![layer.into()])?;
/// let enclosure = Enclosure::new(&network, &Ball::new(dvector![0.0], 0.1)?.into())?;
/// let jet = AffineMap::through(network.jacobian(&dvector![0.0]), &dvector![0.0], &network.forward(&dvector![0.0]))?;
/// let bound = enclosure.sup_distance(&jet)?.max;
/// let truth = (0.6f64.tanh() - jet.apply(&dvector![0.1])[0]).abs(); // one point of the ball
/// assert!(truth <= bound && bound <= 0.5 * 0.7698004 * 0.01); // and below the global constant 4/(3√3)
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Enclosure {
    center: DVector<f64>,
    support: Support,
    /// Pre-activations of the last stage, for each choice of inner slopes.
    first_order: Vec<Units>,
    last: Activation,
    /// Bounds of the error of evaluating the outputs in f64.
    evaluation: Vec<f64>,
    second_order: SecondOrder,
    /// The network's value and Jacobian at the base point, as computed.
    jet: AffineMap,
}

enum SecondOrder {
    Bounded(Quadratic),
    Kink(Kink),
    TooLarge,
}

impl Enclosure {
    /// The enclosures of `network` over `region`.
    ///
    /// Time O(Σ mₗ mₗ₋₁ n²) over the layers' widths mₗ with input width n while widths × n² stay within
    /// [`QUADRATIC_LIMIT`], else O(Σ mₗ mₗ₋₁ n).
    ///
    /// # Errors
    /// [`BridgeError::Shape`] if the region's dimension is not the network's input width;
    /// [`BridgeError::UnsupportedLayer`] for a layer that is not affine up to an activation: softmax, layer normalisation,
    /// max pooling, products of two wires.
    pub fn new(network: &Network, region: &Region) -> Result<Self, BridgeError> {
        check_width(
            "dimension of a region for this network",
            network.input_width(),
            region.dimension(),
        )?;
        let (center, support) = (region.center().clone(), region.support());
        let plan = Plan {
            stages: stages(network, &center)?,
            output: network.output(),
            center,
            support,
        };
        let slopes: &[Slope] = match plan.stages.len() {
            1 => &[Slope::Tangent], // the slopes concern inner activations only
            _ => &[Slope::Tangent, Slope::Chord, Slope::Flat],
        };
        let jet = jet(network, &plan.center)?;
        let runs: Vec<(Units, Vec<f64>)> = slopes.iter().map(|slope| plan.first_order(*slope)).collect();
        // each run bounds the evaluation error; the tangents' is as good as any
        let evaluation = runs[0].1.clone();
        Ok(Enclosure {
            evaluation,
            first_order: runs.into_iter().map(|(units, _)| units).collect(),
            last: plan.last(),
            second_order: plan.second_order(),
            jet,
            center: plan.center,
            support: plan.support,
        })
    }

    /// [`Enclosure::new`], or `None` if a layer of the network has no enclosure.
    pub(super) fn if_supported(network: &Network, region: &Region) -> Result<Option<Self>, BridgeError> {
        match Enclosure::new(network, region) {
            Err(BridgeError::UnsupportedLayer { .. }) => Ok(None),
            enclosure => enclosure.map(Some),
        }
    }

    /// The 1-jet x ↦ f(x₀) + Df(x₀)(x − x₀) at the region's base point, as computed in f64.
    pub fn jet(&self) -> &AffineMap {
        &self.jet
    }

    /// The unit that rules out a second-order bound, if there is one.
    pub fn kink(&self) -> Option<Kink> {
        match self.second_order {
            SecondOrder::Kink(kink) => Some(kink),
            _ => None,
        }
    }

    /// Certified sup ‖f(x) − target(x)‖ over the region.
    ///
    /// # Errors
    /// [`BridgeError::Shape`] if the target's widths are not the network's; [`BridgeError::Unbounded`] if the bound
    /// overflows.
    pub fn sup_distance(&self, target: &AffineMap) -> Result<CertifiedSup, BridgeError> {
        check_width(
            "input width of an affine map for this network",
            self.center.len(),
            target.input_width(),
        )?;
        check_width(
            "output width of an affine map for this network",
            self.evaluation.len(),
            target.output_width(),
        )?;
        let at_center = relaxation::target_value(target, &self.center);
        let first: Vec<Interval> = self
            .first_order
            .iter()
            .map(|z| relaxation::residuals(z, self.last, target, &at_center, &self.support))
            .reduce(|a, b| a.into_iter().zip(b).map(|(a, b)| a.intersect(b)).collect())
            .expect("at least one choice of slopes is propagated");
        let (max, euclidean) = match &self.second_order {
            SecondOrder::Bounded(quadratic) => {
                quadratic.residual_bounds(target, &at_center, &self.support, &first)
            }
            _ => {
                let sizes = || first.iter().map(|r| r.magnitude());
                (sizes().fold(0.0, f64::max), norm_up(sizes()))
            }
        };
        let own = evaluation::target(target, &self.center, &self.support);
        let rounding: Vec<f64> = self
            .evaluation
            .iter()
            .zip(own)
            .map(|(a, b)| add_up(*a, b))
            .collect();
        let floor = norm_up(rounding.iter().copied());
        let sup = CertifiedSup {
            euclidean: add_up(euclidean, floor),
            max: add_up(max, rounding.iter().copied().fold(0.0, f64::max)),
            rounding: floor,
        };
        if sup.euclidean.is_finite() && sup.max.is_finite() {
            Ok(sup)
        } else {
            Err(BridgeError::Unbounded)
        }
    }

    /// Certified sup ‖f(x) − f(x₀) − Df(x₀)(x − x₀)‖ over the region, from second derivatives.
    ///
    /// # Errors
    /// [`BridgeError::NotTwiceDifferentiable`] if a unit reaches a kink in the region; otherwise as
    /// [`Enclosure::sup_distance`].
    pub fn remainder(&self) -> Result<CertifiedSup, BridgeError> {
        match self.kink() {
            Some(kink) => Err(BridgeError::NotTwiceDifferentiable(kink)),
            None => self.sup_distance(&self.jet),
        }
    }
}

/// The 1-jet of a network at a point, as computed in f64.
pub(super) fn jet(network: &Network, center: &DVector<f64>) -> Result<AffineMap, BridgeError> {
    AffineMap::through(network.jacobian(center), center, &network.forward(center))
}

/// How the enclosures run through a network.
struct Plan {
    center: DVector<f64>,
    support: Support,
    stages: Vec<Stage>,
    /// The wire that is the network's output: 0 is its input, i + 1 comes from stage i.
    output: usize,
}

impl Plan {
    /// The activation that makes the output.
    fn last(&self) -> Activation {
        self.output
            .checked_sub(1)
            .map_or(Activation::Linear, |stage| self.stages[stage].activation)
    }

    /// Pre-activations of the output, with bounds of the error of evaluating the output in f64.
    fn first_order(&self, slope: Slope) -> (Units, Vec<f64>) {
        let n = self.center.len();
        let mut wires = vec![Units::input(&self.center, &self.support)];
        let mut errors = vec![vec![0.0; n]];
        for stage in &self.stages {
            let joined = self.enter(stage, &wires, n);
            let z = joined.affine(stage, &self.support);
            let entering: Vec<f64> = stage
                .inputs
                .iter()
                .flat_map(|&wire| errors[wire].iter().copied())
                .collect();
            let linear = evaluation::affine(&joined, &entering, stage);
            errors.push(evaluation::activate(&z, &linear, stage.activation));
            if wires.len() == self.output {
                return (z, errors.swap_remove(self.output));
            }
            wires.push(z.activate(stage.activation, slope));
        }
        (wires.swap_remove(self.output), errors.swap_remove(self.output))
    }

    /// What a stage takes.
    fn enter(&self, stage: &Stage, wires: &[Units], n: usize) -> Units {
        match &stage.constant {
            Some(values) => Units::constant(values, n),
            None => Units::join(
                &stage.inputs.iter().map(|&wire| &wires[wire]).collect::<Vec<_>>(),
                n,
            ),
        }
    }

    fn second_order(&self) -> SecondOrder {
        let n = self.center.len();
        let widths = self
            .stages
            .iter()
            .map(|s| s.weights_t.as_ref().map_or(n, |w| w.ncols().max(w.nrows())));
        let entries = widths.max().unwrap_or(n).saturating_mul(n).saturating_mul(n);
        if entries > QUADRATIC_LIMIT {
            return SecondOrder::TooLarge;
        }
        let mut wires = vec![Quadratic::input(&self.center, &self.support)];
        for stage in &self.stages {
            let joined = match &stage.constant {
                Some(values) => Quadratic::constant(values, n),
                None => Quadratic::join(
                    &stage.inputs.iter().map(|&wire| &wires[wire]).collect::<Vec<_>>(),
                    n,
                ),
            };
            match joined.affine(stage, &self.support).activate(stage, &self.support) {
                Ok(next) => wires.push(next),
                Err(kink) => return SecondOrder::Kink(kink),
            }
        }
        SecondOrder::Bounded(wires.swap_remove(self.output))
    }
}

/// Certified constants cᵢ ≥ ½ sup|σ''| |wᵢ|² of a dense layer, the supremum over what unit i reaches in the region:
/// on a ball of radius r about x₀ inside it the 1-jet at x₀ errs by at most cᵢr² in output i (claim C19).
///
/// ```
/// use bridge::shadow::{Ball, curvature_constants};
/// use nalgebra::{dmatrix, dvector};
/// use nets::{Activation, Dense};
/// let layer = Dense::new(dmatrix![3.0, 4.0], dvector![0.0], Activation::Sigmoid)?;
/// let everywhere = curvature_constants(&layer, &Ball::new(dvector![0.0, 0.0], 100.0)?.into())?;
/// let textbook = 0.5 * 25.0 / (6.0 * 3f64.sqrt());
/// assert!(everywhere[0] >= textbook && everywhere[0] < textbook * 1.0001);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`BridgeError::Shape`] if the region's dimension is not the layer's input width;
/// [`BridgeError::NotTwiceDifferentiable`] if a unit reaches a kink in the region.
pub fn curvature_constants(layer: &Dense, region: &Region) -> Result<Vec<f64>, BridgeError> {
    check_width(
        "dimension of a region for this layer",
        layer.input_width(),
        region.dimension(),
    )?;
    let support = region.support();
    let units = Units::input(region.center(), &support);
    let network = Network::new(vec![layer.clone().into()]).map_err(BridgeError::from)?;
    let stages = stages(&network, region.center())?;
    let z = units.affine(&stages[0], &support);
    (0..z.len())
        .map(|unit| {
            let range = Interval::point(z.value[unit]) + z.offset(unit);
            let sigma = layer.activation();
            let curvature = activation::second_derivative(sigma, range).ok_or(
                BridgeError::NotTwiceDifferentiable(Kink {
                    layer: 0,
                    unit,
                    activation: sigma,
                    lo: range.lo(),
                    hi: range.hi(),
                }),
            )?;
            let norm = norm_up(layer.weights().row(unit).iter().copied());
            Ok(mul_up(mul_up(0.5, curvature.magnitude()), mul_up(norm, norm)))
        })
        .collect()
}
