//! Which is the smallest group that explains a map of ℝⁿ into itself?
//!
//! The nearest element of each group of the ladder ([`Rung`]) is fitted to points and their images, and judged on points
//! held out. A group *explains* the map if its residual is within a stated tolerance. Without one, the answer is the group
//! at which the residual falls by the largest factor on the way up the ladder. A threshold on the ratio to the best rung
//! would not do, because a larger group always fits better: of f = g + δh the linear part of h goes to GL(n) whatever group
//! g is from; but the fall from 1 to δ is then the larger one. The choice is an explanation, not a theorem; every rung's
//! residual is reported, with its certified bound where the map is a network.

use super::affine::{AffineMap, check_width};
use super::bound::Enclosure;
use super::element::{Cloud, GroupElement, Rung, is_invertible};
use super::fit::{Evaluated, Residual, sampled_residual};
use super::logarithm::Logarithm;
use super::membership::Obstruction;
use super::polar::{NumericRank, svd};
use super::region::{Region, check_finite};
use super::stage::bottleneck;
use crate::BridgeError;
use nalgebra::{DMatrix, DVector};
use nets::Network;
use serde::{Deserialize, Serialize};

/// What the linear groups of the ladder leave fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Base {
    /// The origin: y ≈ gx.
    Origin,
    /// The centroid of the points, taken to that of the images: y ≈ ȳ + g(x − x̄).
    Centroid,
}

/// When a group explains a map.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Explanation {
    /// If the root mean square residual is at most this, relative to that of the images.
    Within {
        /// The tolerance.
        relative: f64,
    },
    /// If the residual falls by the largest factor at this group, going up from the zero map, and the best group's root
    /// mean square residual is at most this relative to that of the images.
    LargestFall {
        /// Largest relative residual of the best group; beyond it no group explains the map.
        relative: f64,
    },
}

impl Default for Explanation {
    fn default() -> Self {
        Explanation::LargestFall { relative: 0.5 }
    }
}

/// How to climb the ladder.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LadderOptions {
    /// Points to fit to.
    pub points: usize,
    /// Points to judge by.
    pub held_out: usize,
    /// What the linear groups leave fixed.
    pub base: Base,
    /// When a group explains the map.
    pub explanation: Explanation,
    /// Seed of the points.
    pub seed: u64,
}

impl LadderOptions {
    /// max(4(n + 1), 256) points to fit to, 256 to judge by, about the origin, with the default explanation.
    pub fn for_width(n: usize, seed: u64) -> Self {
        LadderOptions {
            points: (4 * (n + 1)).max(256),
            held_out: 256,
            base: Base::Origin,
            explanation: Explanation::default(),
            seed,
        }
    }
}

/// The nearest element of one group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RungFit {
    /// The group.
    pub rung: Rung,
    /// The element.
    pub element: GroupElement,
    /// The affine map that it stands for, base included.
    pub map: AffineMap,
    /// Its residual, with a certified bound if the map is a network on a region.
    pub residual: Residual,
    /// Root mean square residual relative to that of the images about the base.
    pub relative_rms: f64,
    /// Its logarithm in the Lie algebra.
    pub logarithm: Logarithm,
}

/// A group without a nearest element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedRung {
    /// The group.
    pub rung: Rung,
    /// Why: the best linear map is singular.
    pub obstruction: Obstruction,
}

/// The nearest elements of all groups, and the smallest group that explains the map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ladder {
    /// The fits, smallest group first.
    pub rungs: Vec<RungFit>,
    /// The groups that have none.
    pub refused: Vec<RefusedRung>,
    /// The smallest group that explains the map; `None` if no group does.
    pub smallest: Option<Rung>,
    /// Relative root mean square residual of the best affine map, whether or not it is invertible.
    pub best_relative_rms: f64,
    /// Rank of the points: below n they do not determine an element of O(n) or GL(n).
    pub span: NumericRank,
}

impl Ladder {
    /// The fit of a rung, if there is one.
    pub fn rung(&self, rung: Rung) -> Option<&RungFit> {
        self.rungs.iter().find(|fit| fit.rung == rung)
    }
}

/// The ladder of a network with as many outputs as inputs, over a ball or box, with certified bounds where its layers have
/// enclosures ([`Enclosure::new`]).
///
/// ```
/// use bridge::shadow::{Ball, LadderOptions, Rung, ladder};
/// use nalgebra::{dmatrix, dvector};
/// use nets::{Activation, Dense, Network};
/// // a quarter turn, then a tanh that is nearly the identity on a small ball
/// let layer = Dense::new(dmatrix![0.0, -1.0; 1.0, 0.0], dvector![0.0, 0.0], Activation::Tanh)?;
/// let network = Network::new(vec![layer.into()])?;
/// let ball = Ball::new(dvector![0.0, 0.0], 0.1)?;
/// let ladder = ladder(&network, &ball.into(), LadderOptions::for_width(2, 1))?;
/// assert_eq!(ladder.smallest, Some(Rung::SignedPermutation));
/// let turn = ladder.rung(Rung::SignedPermutation).unwrap();
/// assert_eq!(turn.map.linear(), &dmatrix![0.0, -1.0; 1.0, 0.0]);
/// assert!(turn.residual.certified_sup.unwrap().max < 4e-4); // |tanh z − z| ≤ z³/3
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`BridgeError::Shape`] if the network does not map ℝⁿ to itself or the region has another dimension;
/// [`BridgeError::TooFewSamples`] for fewer than n + 1 points or none held out.
pub fn ladder(network: &Network, region: &Region, options: LadderOptions) -> Result<Ladder, BridgeError> {
    let n = network.input_width();
    check_width(
        "output width of a map to compare with groups (its input width)",
        n,
        network.output_width(),
    )?;
    check_width("dimension of a region for this network", n, region.dimension())?;
    let enclosure = Enclosure::if_supported(network, region)?;
    let points = region.sample(options.points + options.held_out, options.seed);
    let evaluate = |point: DVector<f64>| Evaluated {
        value: network.forward(&point),
        point,
    };
    let mut train: Vec<Evaluated> = points.into_iter().map(evaluate).collect();
    let held_out = train.split_off(options.points);
    climb(
        &train,
        &held_out,
        options,
        enclosure.as_ref(),
        bottleneck(network),
    )
}

/// The ladder of pairs (point, image): fitted to `train`, judged on `held_out`. The numbers of points and the seed in the
/// options are not used.
///
/// ```
/// use bridge::shadow::{LadderOptions, Rung, ladder_on_data};
/// use nalgebra::dvector;
/// let scaled = |a: f64, b: f64| (dvector![a, b], dvector![-2.0 * b, 2.0 * a]);
/// let train = [scaled(1.0, 0.0), scaled(0.3, 1.0), scaled(-0.5, 0.2)];
/// let held_out = [scaled(0.7, 0.7)];
/// let ladder = ladder_on_data(&train, &held_out, LadderOptions::for_width(2, 0))?;
/// assert_eq!(ladder.smallest, Some(Rung::Similarity));
/// # Ok::<(), bridge::BridgeError>(())
/// ```
///
/// # Errors
/// As [`ladder()`]; [`BridgeError::NotFinite`] for a coordinate that is not finite.
pub fn ladder_on_data(
    train: &[(DVector<f64>, DVector<f64>)],
    held_out: &[(DVector<f64>, DVector<f64>)],
    options: LadderOptions,
) -> Result<Ladder, BridgeError> {
    let n = train.first().map_or(0, |(point, _)| point.len());
    let evaluated = |pairs: &[(DVector<f64>, DVector<f64>)]| -> Result<Vec<Evaluated>, BridgeError> {
        let check = |(point, value): &(DVector<f64>, DVector<f64>)| {
            check_width("length of a point", n, point.len())?;
            check_width("length of the image of a point", n, value.len())?;
            check_finite("point", point.iter())?;
            check_finite("image of a point", value.iter())?;
            Ok(Evaluated {
                point: point.clone(),
                value: value.clone(),
            })
        };
        pairs.iter().map(check).collect()
    };
    climb(
        &evaluated(train)?,
        &evaluated(held_out)?,
        options,
        None,
        usize::MAX,
    )
}

/// Below this share of the images' size a residual is rounding.
const ROUNDING: f64 = 1e-12;

fn climb(
    train: &[Evaluated],
    held_out: &[Evaluated],
    options: LadderOptions,
    enclosure: Option<&Enclosure>,
    bottleneck: usize,
) -> Result<Ladder, BridgeError> {
    let n = train.first().map_or(0, |e| e.point.len());
    if n == 0 || train.len() < n + 1 {
        return Err(BridgeError::TooFewSamples {
            got: train.len(),
            needed: n + 1,
        });
    }
    if held_out.is_empty() {
        return Err(BridgeError::TooFewSamples { got: 0, needed: 1 });
    }
    let points = DMatrix::from_columns(&train.iter().map(|e| e.point.column(0)).collect::<Vec<_>>());
    let images = DMatrix::from_columns(&train.iter().map(|e| e.value.column(0)).collect::<Vec<_>>());
    let (point_mean, image_mean) = (points.column_mean(), images.column_mean());
    let centred = Cloud::new(about(&points, &point_mean), about(&images, &image_mean))?;
    let (linear, base_point, base_image) = match options.base {
        Base::Centroid => (None, point_mean.clone(), image_mean.clone()),
        Base::Origin => (
            Some(Cloud::new(points, images)?),
            DVector::zeros(n),
            DVector::zeros(n),
        ),
    };
    let linear = linear.as_ref().unwrap_or(&centred);
    let sigma = svd(&linear.points)?.singular_values;
    let span = NumericRank::of(sigma.as_slice(), n, linear.points.ncols());
    let size = root_mean_square(held_out.iter().map(|e| (&e.value - &base_image).norm_squared()));
    let relative = |rms: f64| if rms == 0.0 { 0.0 } else { rms / size };

    let affine = AffineMap::through(centred.least_squares(), &point_mean, &image_mean)?;
    let best_relative_rms = relative(sampled_residual(&affine, held_out, None).sample_rms);
    let (mut rungs, mut refused) = (Vec::new(), Vec::new());
    for rung in Rung::ALL {
        let singular = if bottleneck < n {
            Obstruction::Bottleneck { width: bottleneck }
        } else {
            Obstruction::RankDeficient
        };
        let found = match rung {
            Rung::Affine if bottleneck >= n && is_invertible(affine.linear())? => {
                Some((GroupElement::Affine(affine.clone()), affine.clone()))
            }
            Rung::Affine => None,
            Rung::GeneralLinear if bottleneck < n => None,
            rung => match linear.nearest(rung)? {
                Some(element) => {
                    let map = AffineMap::through(element.matrix(), &base_point, &base_image)?;
                    Some((element, map))
                }
                None => None,
            },
        };
        let Some((element, map)) = found else {
            refused.push(RefusedRung {
                rung,
                obstruction: singular,
            });
            continue;
        };
        let certified = enclosure.map(|e| e.sup_distance(&map)).transpose()?;
        let residual = sampled_residual(&map, held_out, certified);
        let relative_rms = relative(residual.sample_rms);
        rungs.push(RungFit {
            rung,
            logarithm: element.logarithm(),
            element,
            map,
            residual,
            relative_rms,
        });
    }
    let smallest = explanation(options.explanation, &rungs);
    Ok(Ladder {
        smallest,
        rungs,
        refused,
        best_relative_rms,
        span,
    })
}

fn explanation(rule: Explanation, rungs: &[RungFit]) -> Option<Rung> {
    match rule {
        Explanation::Within { relative } => rungs
            .iter()
            .find(|fit| fit.relative_rms <= relative.max(ROUNDING))
            .map(|fit| fit.rung),
        Explanation::LargestFall { relative } => {
            let (mut least, mut largest_fall, mut found) = (1.0, 1.0, None);
            for fit in rungs {
                let rms = fit.relative_rms.max(ROUNDING);
                if rms < least {
                    let fall = least / rms;
                    least = rms;
                    if fall > largest_fall {
                        largest_fall = fall;
                        found = Some(fit.rung);
                    }
                }
            }
            found.filter(|_| least <= relative)
        }
    }
}

fn about(columns: &DMatrix<f64>, mean: &DVector<f64>) -> DMatrix<f64> {
    let mut centred = columns.clone();
    for mut column in centred.column_iter_mut() {
        column -= mean;
    }
    centred
}

fn root_mean_square(squares: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = squares.len() as f64;
    (squares.sum::<f64>() / count).sqrt()
}
