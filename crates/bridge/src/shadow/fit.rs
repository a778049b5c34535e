//! Affine fits of a map on a ball, and what is known about their error.
//!
//! Two fits are made. The *1-jet* f(x₀) + Df(x₀)(x − x₀) is the Taylor polynomial: it composes exactly (chain rule) and
//! has the certified O(r²) error. The *least-squares* fit minimises the mean square error over the uniform law of the
//! ball, estimated from a seeded design of antithetic pairs x₀ ± rdᵢ: on it even and odd parts of f separate exactly, so
//! the constant is the mean of f and the linear part is fitted to the odd part (f(x₀ + rd) − f(x₀ − rd))/2 alone, free of
//! the O(r) noise that the quadratic part would bring to unpaired points.
//!
//! A least-squares fit of a map through k dimensions is cut to rank k, the rank that every 1-jet of it has.

use super::affine::{AffineMap, check_width};
use super::bound::{CertifiedSup, Enclosure, Kink, jet};
use super::membership::GroupStatus;
use super::polar::{PolarFactors, svd, truncate_rank};
use super::region::{Ball, check_finite, unit_ball_points};
use super::stage::bottleneck;
use super::statistical::StatisticalBound;
use crate::BridgeError;
use nalgebra::{DMatrix, DVector};
use nets::Network;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// An element fitted to a map on a ball, with what is known of its error there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShadowFit<E> {
    /// The element.
    pub element: E,
    /// How far the map is from it.
    pub residual: Residual,
    /// Where.
    pub ball: Ball,
}

/// The error ‖f(x) − element(x)‖ of a fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Residual {
    /// Largest Euclidean norm over the held-out points.
    pub sample_max: f64,
    /// Largest max norm over the held-out points.
    pub sample_max_coordinate: f64,
    /// Root mean square of the Euclidean norm over the held-out points.
    pub sample_rms: f64,
    /// What the held-out points prove about the ball, statistically.
    pub statistical: StatisticalBound,
    /// Upper bound over the whole ball; `None` for a map of which only values are known, or with a layer that has no
    /// enclosure (softmax, layer normalisation, max pooling, products of wires).
    pub certified_sup: Option<CertifiedSup>,
}

/// The affine shadow of a network on a ball.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AffineShadow {
    /// The 1-jet at the centre.
    pub jet: ShadowFit<AffineMap>,
    /// The least-squares fit.
    pub least_squares: ShadowFit<AffineMap>,
    /// The unit that keeps the jet's error from being of second order, if there is one.
    pub kink: Option<Kink>,
    /// The narrowest width that the map passes through.
    pub bottleneck: usize,
    /// Polar factors of the jet's linear part.
    pub polar: PolarFactors,
    /// Which group the jet belongs to, if any.
    pub group: GroupStatus,
}

/// How many points a fit takes, and from which seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FitOptions {
    /// Antithetic pairs for the least-squares fit; at least the input width.
    pub pairs: usize,
    /// Held-out points for the sampled residual; at least 1.
    pub held_out: usize,
    /// Seed of both.
    pub seed: u64,
}

impl FitOptions {
    /// max(2(n + 1), 128) pairs and 256 held-out points for maps of ℝⁿ.
    pub fn for_width(n: usize, seed: u64) -> Self {
        FitOptions {
            pairs: (2 * (n + 1)).max(128),
            held_out: 256,
            seed,
        }
    }
}

/// Makes fits on balls of one dimension; the design of sample points is made and factored once.
///
/// ```
/// use bridge::shadow::{AffineFitter, Ball, FitOptions, GroupStatus};
/// use nalgebra::{dmatrix, dvector};
/// use nets::{Activation, Dense, Network};
/// let layer = Dense::new(dmatrix![1.0, 0.5; -0.5, 1.0], dvector![0.3, -0.2], Activation::Tanh)?;
/// let network = Network::new(vec![layer.into()])?;
/// let fitter = AffineFitter::new(2, FitOptions::for_width(2, 1))?;
/// let shadow = fitter.shadow(&network, &Ball::new(dvector![0.1, 0.1], 0.2)?)?;
/// for fit in [&shadow.jet, &shadow.least_squares] {
///     let bound = fit.residual.certified_sup.unwrap().euclidean;
///     assert!(fit.residual.sample_max <= bound && bound < 0.03);
/// }
/// assert!(matches!(shadow.group, GroupStatus::ElementOfGl { .. }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct AffineFitter {
    options: FitOptions,
    /// n × pairs: points dᵢ of the unit ball.
    design: DMatrix<f64>,
    /// pairs × n: the pseudo-inverse of the design.
    pseudo_inverse: DMatrix<f64>,
    /// Held-out points of the unit ball.
    held_out: Vec<DVector<f64>>,
}

impl AffineFitter {
    /// A fitter for maps of ℝⁿ. O(pairs·n²) time.
    ///
    /// # Errors
    /// [`BridgeError::TooFewSamples`] for fewer pairs than `n` or no held-out points.
    pub fn new(n: usize, options: FitOptions) -> Result<Self, BridgeError> {
        if options.pairs < n.max(1) {
            return Err(BridgeError::TooFewSamples {
                got: options.pairs,
                needed: n.max(1),
            });
        }
        if options.held_out == 0 {
            return Err(BridgeError::TooFewSamples { got: 0, needed: 1 });
        }
        let pairs = options.pairs as u64;
        let points: Vec<_> = unit_ball_points(n, 0..pairs, options.seed).collect();
        let design = DMatrix::from_columns(&points);
        let held_out = unit_ball_points(n, pairs..pairs + options.held_out as u64, options.seed).collect();
        let pseudo_inverse = pseudo_inverse(&design)?;
        Ok(AffineFitter {
            options,
            design,
            pseudo_inverse,
            held_out,
        })
    }

    /// The options it was made with.
    pub fn options(&self) -> FitOptions {
        self.options
    }

    /// The shadow of `network` on `ball`: both fits with sampled and certified errors, polar factors and group.
    ///
    /// # Errors
    /// [`BridgeError::Shape`] if the widths differ, and as [`Enclosure::new`] and [`Enclosure::sup_distance`].
    pub fn shadow(&self, network: &Network, ball: &Ball) -> Result<AffineShadow, BridgeError> {
        let Fits {
            jet,
            least_squares,
            kink,
        } = self.both(network, ball)?;
        let bottleneck = bottleneck(network);
        Ok(AffineShadow {
            polar: PolarFactors::new(jet.element.linear())?,
            group: GroupStatus::of(&jet.element, Some(bottleneck))?,
            kink,
            bottleneck,
            least_squares,
            jet,
        })
    }

    /// Both fits with their errors, without the algebra of [`AffineFitter::shadow`].
    fn both(&self, network: &Network, ball: &Ball) -> Result<Fits, BridgeError> {
        self.check(network.input_width(), ball)?;
        let enclosure = Enclosure::if_supported(network, &ball.clone().into())?;
        let f = |x: &DVector<f64>| network.forward(x);
        let least_squares = self.fit_rank(f, ball, bottleneck(network))?;
        let values = self.held_out_values(f, ball)?;
        let fit = |element: AffineMap| -> Result<ShadowFit<AffineMap>, BridgeError> {
            let certified = enclosure.as_ref().map(|e| e.sup_distance(&element)).transpose()?;
            let residual = sampled_residual(&element, &values, certified);
            Ok(ShadowFit {
                element,
                residual,
                ball: ball.clone(),
            })
        };
        Ok(Fits {
            jet: fit(jet(network, ball.center())?)?,
            least_squares: fit(least_squares)?,
            kink: enclosure.as_ref().and_then(Enclosure::kink),
        })
    }

    /// The residuals of the 1-jet and of the least-squares fit.
    pub(super) fn residuals(
        &self,
        network: &Network,
        ball: &Ball,
    ) -> Result<(Residual, Residual), BridgeError> {
        self.both(network, ball)
            .map(|fits| (fits.jet.residual, fits.least_squares.residual))
    }

    /// The shadows on many balls, in parallel and in the balls' order.
    ///
    /// # Errors
    /// The first error of [`AffineFitter::shadow`], in the balls' order.
    pub fn shadows(&self, network: &Network, balls: &[Ball]) -> Result<Vec<AffineShadow>, BridgeError> {
        let shadows: Vec<_> = balls.par_iter().map(|ball| self.shadow(network, ball)).collect();
        shadows.into_iter().collect()
    }

    /// The least-squares fit of any map on `ball`, with its sampled residual.
    ///
    /// # Errors
    /// [`BridgeError::Shape`] if the ball has another dimension than the fitter or the map's values differ in length;
    /// [`BridgeError::NotFinite`] if a value of the map is not finite.
    pub fn fit(
        &self,
        f: impl Fn(&DVector<f64>) -> DVector<f64>,
        ball: &Ball,
    ) -> Result<ShadowFit<AffineMap>, BridgeError> {
        self.check(ball.center().len(), ball)?;
        let element = self.fit_rank(&f, ball, usize::MAX)?;
        let values = self.held_out_values(&f, ball)?;
        let residual = sampled_residual(&element, &values, None);
        Ok(ShadowFit {
            element,
            residual,
            ball: ball.clone(),
        })
    }

    fn check(&self, width: usize, ball: &Ball) -> Result<(), BridgeError> {
        check_width("input width of a map for this fitter", self.design.nrows(), width)?;
        check_width(
            "dimension of a ball for this fitter",
            self.design.nrows(),
            ball.center().len(),
        )
    }

    /// Least squares, cut to the given rank.
    pub(super) fn fit_rank(
        &self,
        f: impl Fn(&DVector<f64>) -> DVector<f64>,
        ball: &Ball,
        rank: usize,
    ) -> Result<AffineMap, BridgeError> {
        let (mean, odd) = even_and_odd(f, ball.center(), &(&self.design * ball.radius()))?;
        let linear = odd * &self.pseudo_inverse / ball.radius();
        AffineMap::through(truncate_rank(&linear, rank)?, ball.center(), &mean)
    }

    /// The displacements of the design on a ball of the given radius, n × pairs.
    pub(super) fn displacements(&self, radius: f64) -> DMatrix<f64> {
        &self.design * radius
    }

    fn held_out_values(
        &self,
        f: impl Fn(&DVector<f64>) -> DVector<f64>,
        ball: &Ball,
    ) -> Result<Vec<Evaluated>, BridgeError> {
        let point = |d: &DVector<f64>| ball.center() + d * ball.radius();
        let pairs = self.held_out.iter().map(|d| {
            let x = point(d);
            let value = f(&x);
            check_finite("value of a map at a held-out point", value.iter())?;
            Ok(Evaluated { point: x, value })
        });
        pairs.collect()
    }
}

/// A point with the map's value there.
pub(super) struct Evaluated {
    pub(super) point: DVector<f64>,
    pub(super) value: DVector<f64>,
}

/// Both fits of a network on a ball.
struct Fits {
    jet: ShadowFit<AffineMap>,
    least_squares: ShadowFit<AffineMap>,
    kink: Option<Kink>,
}

/// Mean of f over the points center ± dᵢ, and the odd parts (f(center + dᵢ) − f(center − dᵢ))/2 as columns.
pub(super) fn even_and_odd(
    f: impl Fn(&DVector<f64>) -> DVector<f64>,
    center: &DVector<f64>,
    displacements: &DMatrix<f64>,
) -> Result<(DVector<f64>, DMatrix<f64>), BridgeError> {
    let width = f(center).len();
    let mut mean = DVector::zeros(width);
    let mut odd = DMatrix::zeros(width, displacements.ncols());
    for (d, mut column) in displacements.column_iter().zip(odd.column_iter_mut()) {
        let (plus, minus) = (f(&(center + d)), f(&(center - d)));
        for value in [&plus, &minus] {
            check_width("length of the map's value at a sample point", width, value.len())?;
            check_finite("value of a map at a sample point", value.iter())?;
        }
        mean += (&plus + &minus) * 0.5;
        column.copy_from(&((plus - minus) * 0.5));
    }
    mean /= displacements.ncols() as f64;
    Ok((mean, odd))
}

/// The Moore-Penrose inverse of a wide matrix (n × N), N × n; directions below rounding level are left out.
pub(super) fn pseudo_inverse(a: &DMatrix<f64>) -> Result<DMatrix<f64>, BridgeError> {
    let decomposition = svd(a)?;
    let level = a.nrows().max(a.ncols()) as f64 * f64::EPSILON * decomposition.singular_values.max();
    decomposition
        .pseudo_inverse(8.0 * level)
        .map_err(|_| BridgeError::NoConvergence {
            what: "pseudo-inverse".into(),
            rows: a.nrows(),
            columns: a.ncols(),
        })
}

/// The residual over points with known values.
pub(super) fn sampled_residual(
    element: &AffineMap,
    values: &[Evaluated],
    certified_sup: Option<CertifiedSup>,
) -> Residual {
    let (mut max, mut max_coordinate, mut sum) = (0.0f64, 0.0f64, 0.0);
    for Evaluated { point, value } in values {
        let difference = value - element.apply(point);
        let square = difference.norm_squared();
        max = max.max(square.sqrt());
        max_coordinate = max_coordinate.max(difference.amax());
        sum += square;
    }
    Residual {
        sample_max: max,
        sample_max_coordinate: max_coordinate,
        sample_rms: (sum / values.len() as f64).sqrt(),
        statistical: StatisticalBound::of_maximum(values.len(), StatisticalBound::CONFIDENCE),
        certified_sup,
    }
}
