//! Where a fit is asked to hold: a Euclidean ball or a box around a base point.
//!
//! A region enters the bounds only through its *support function* s(g) = sup over displacements d of |gᵀd|, which is
//! r|g|₂ for a ball of radius r and Σ hᵢ|gᵢ| for a box of half widths h; both are even and depend on |g| alone.
//! Certified bounds are taken over the region enlarged by a few units in the last place of its points, so that they
//! cover the f64 vectors into which its exact points round.

use super::rounding::{UNIT_ROUNDOFF, add_up, gamma, mul_up, norm_up, sum_up};
use crate::BridgeError;
use nalgebra::DVector;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

/// The closed ball {x : |x − centre|₂ ≤ radius}.
///
/// ```
/// use bridge::shadow::Ball;
/// use nalgebra::dvector;
/// let ball = Ball::new(dvector![1.0, 2.0], 0.5)?;
/// let points = ball.sample(100, 7);
/// assert!(points.iter().all(|x| (x - ball.center()).norm() <= 0.5 + 1e-12));
/// assert!(Ball::new(dvector![1.0], -1.0).is_err());
/// # Ok::<(), bridge::BridgeError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ball {
    center: DVector<f64>,
    radius: f64,
}

/// The box {x : |xᵢ − centreᵢ| ≤ half_widthsᵢ}.
///
/// ```
/// use bridge::shadow::Cuboid;
/// use nalgebra::dvector;
/// let unit_square = Cuboid::new(dvector![0.5, 0.5], dvector![0.5, 0.5])?;
/// assert_eq!(unit_square.half_widths().len(), 2);
/// # Ok::<(), bridge::BridgeError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cuboid {
    center: DVector<f64>,
    half_widths: DVector<f64>,
}

/// A ball or a box.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Region {
    /// A Euclidean ball.
    Ball(Ball),
    /// A box with sides along the axes.
    Cuboid(Cuboid),
}

impl From<Ball> for Region {
    fn from(ball: Ball) -> Self {
        Region::Ball(ball)
    }
}

impl From<Cuboid> for Region {
    fn from(cuboid: Cuboid) -> Self {
        Region::Cuboid(cuboid)
    }
}

/// Refuses a vector that is empty or not finite.
pub(super) fn check_finite<'a>(
    what: &str,
    values: impl IntoIterator<Item = &'a f64>,
) -> Result<(), BridgeError> {
    match values.into_iter().enumerate().find(|(_, v)| !v.is_finite()) {
        Some((index, &value)) => Err(BridgeError::NotFinite {
            what: what.into(),
            index,
            value,
        }),
        None => Ok(()),
    }
}

impl Ball {
    /// The ball of the given radius > 0 about `center`.
    ///
    /// # Errors
    /// [`BridgeError::NotFinite`] for a coordinate that is not finite; [`BridgeError::Region`] for an empty centre or
    /// a radius that is not a positive finite number.
    pub fn new(center: DVector<f64>, radius: f64) -> Result<Self, BridgeError> {
        check_finite("center of a ball", center.iter())?;
        if center.is_empty() {
            return Err(BridgeError::Region {
                what: "the center of a ball has no coordinates".into(),
            });
        }
        if !(radius > 0.0 && radius.is_finite()) {
            let what = format!("the radius of a ball must be positive and finite, got {radius}");
            return Err(BridgeError::Region { what });
        }
        Ok(Ball { center, radius })
    }

    /// The base point.
    pub fn center(&self) -> &DVector<f64> {
        &self.center
    }

    /// The radius.
    pub fn radius(&self) -> f64 {
        self.radius
    }

    /// The ball of another radius about the same base point.
    ///
    /// # Errors
    /// As [`Ball::new`].
    pub fn with_radius(&self, radius: f64) -> Result<Self, BridgeError> {
        Ball::new(self.center.clone(), radius)
    }

    /// `count` independent points, uniform in the ball; each from a random stream of its own.
    pub fn sample(&self, count: usize, seed: u64) -> Vec<DVector<f64>> {
        unit_ball_points(self.center.len(), 0..count as u64, seed)
            .map(|d| self.center.clone() + d * self.radius)
            .collect()
    }
}

/// Independent uniform points of the unit ball of ℝⁿ, one for each random stream: a Gaussian direction at distance
/// U^(1/n).
pub(super) fn unit_ball_points(
    n: usize,
    streams: std::ops::Range<u64>,
    seed: u64,
) -> impl Iterator<Item = DVector<f64>> {
    streams.map(move |stream| {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        let direction = DVector::from_fn(n, |_, _| StandardNormal.sample(&mut rng));
        let norm: f64 = DVector::norm(&direction);
        let distance = rng.random::<f64>().powf(1.0 / n as f64);
        if norm > 0.0 {
            direction * (distance / norm)
        } else {
            direction
        }
    })
}

impl Cuboid {
    /// The box about `center` with the given half widths ≥ 0.
    ///
    /// # Errors
    /// [`BridgeError::NotFinite`] for a number that is not finite; [`BridgeError::Region`] for an empty centre, a
    /// negative half width, or lengths that differ.
    pub fn new(center: DVector<f64>, half_widths: DVector<f64>) -> Result<Self, BridgeError> {
        check_finite("center of a box", center.iter())?;
        check_finite("half widths of a box", half_widths.iter())?;
        let what = if center.is_empty() {
            "the center of a box has no coordinates".to_owned()
        } else if center.len() != half_widths.len() {
            format!(
                "a box with a center of length {} needs as many half widths, got {}",
                center.len(),
                half_widths.len()
            )
        } else if let Some(h) = half_widths.iter().find(|h| **h < 0.0) {
            format!("the half widths of a box must not be negative, got {h}")
        } else {
            return Ok(Cuboid { center, half_widths });
        };
        Err(BridgeError::Region { what })
    }

    /// The base point.
    pub fn center(&self) -> &DVector<f64> {
        &self.center
    }

    /// Half the length of each side.
    pub fn half_widths(&self) -> &DVector<f64> {
        &self.half_widths
    }

    /// `count` independent points, uniform in the box; each from a random stream of its own.
    pub fn sample(&self, count: usize, seed: u64) -> Vec<DVector<f64>> {
        (0..count)
            .map(|index| {
                let mut rng = ChaCha8Rng::seed_from_u64(seed);
                rng.set_stream(index as u64);
                self.half_widths.map(|h| h * (2.0 * rng.random::<f64>() - 1.0)) + &self.center
            })
            .collect()
    }
}

impl Region {
    /// The base point.
    pub fn center(&self) -> &DVector<f64> {
        match self {
            Region::Ball(ball) => &ball.center,
            Region::Cuboid(cuboid) => &cuboid.center,
        }
    }

    /// Dimension of the space.
    pub fn dimension(&self) -> usize {
        self.center().len()
    }

    /// `count` independent points, uniform in the region; each from a random stream of its own.
    pub fn sample(&self, count: usize, seed: u64) -> Vec<DVector<f64>> {
        match self {
            Region::Ball(ball) => ball.sample(count, seed),
            Region::Cuboid(cuboid) => cuboid.sample(count, seed),
        }
    }

    /// The region enlarged for certified bounds, as its support function.
    pub(super) fn support(&self) -> Support {
        match self {
            Region::Ball(ball) => {
                let largest = ball.center.iter().map(|c| add_up(c.abs(), ball.radius));
                let rounding = mul_up(UNIT_ROUNDOFF * 4.0, norm_up(largest));
                // a sampled displacement is as long as asked up to the rounding of its norm
                let radius = mul_up(ball.radius, 1.0 + gamma(ball.center.len()));
                Support::Ball(add_up(radius, rounding))
            }
            Region::Cuboid(cuboid) => {
                let enlarged = cuboid.half_widths.zip_map(&cuboid.center, |h, c| {
                    add_up(h, mul_up(UNIT_ROUNDOFF * 8.0, add_up(c.abs(), h)))
                });
                Support::Cuboid(enlarged)
            }
        }
    }
}

/// The support function of an enlarged region about the origin.
pub(super) enum Support {
    Ball(f64),
    Cuboid(DVector<f64>),
}

impl Support {
    /// An upper bound of sup |gᵀd| over the region.
    pub(super) fn of<'a>(&self, g: impl IntoIterator<Item = &'a f64>) -> f64 {
        match self {
            Support::Ball(radius) => mul_up(*radius, norm_up(g.into_iter().copied())),
            Support::Cuboid(half) => {
                let products = g.into_iter().zip(half.iter()).map(|(g, h)| mul_up(g.abs(), *h));
                sum_up(products)
            }
        }
    }

    /// An upper bound of |dᵢ|.
    pub(super) fn coordinate(&self, index: usize) -> f64 {
        match self {
            Support::Ball(radius) => *radius,
            Support::Cuboid(half) => half[index],
        }
    }

    /// The radius of a ball about the origin that contains the region.
    pub(super) fn radius(&self) -> f64 {
        match self {
            Support::Ball(radius) => *radius,
            Support::Cuboid(half) => norm_up(half.iter().copied()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::dvector;

    #[test]
    fn the_uniform_law_of_the_ball() {
        // P(|x| <= t) = t^n, mean of a coordinate 0, E|x|^2 = n/(n+2)
        for n in [1usize, 2, 5] {
            let ball = Ball::new(DVector::zeros(n), 1.0).unwrap();
            let points = ball.sample(20_000, 5);
            let inner = points.iter().filter(|x| x.norm() <= 0.8).count() as f64 / 20_000.0;
            let expected = 0.8f64.powi(n as i32);
            assert!((inner - expected).abs() < 4.0 * (expected * (1.0 - expected) / 20_000.0).sqrt());
            let second = points.iter().map(|x| x.norm_squared()).sum::<f64>() / 20_000.0;
            assert!((second - n as f64 / (n as f64 + 2.0)).abs() < 0.01);
        }
    }

    #[test]
    fn samples_do_not_depend_on_how_many_are_drawn() {
        let ball = Ball::new(dvector![0.0, 1.0, 2.0], 2.0).unwrap();
        assert_eq!(ball.sample(10, 3)[..4], ball.sample(4, 3)[..]);
        assert_ne!(ball.sample(4, 3), ball.sample(4, 4));
    }

    #[test]
    fn support_is_attained_by_the_extreme_point() {
        let g = dvector![3.0, -4.0];
        let ball = Region::from(Ball::new(dvector![1.0, 1.0], 2.0).unwrap()).support();
        let cuboid = Region::from(Cuboid::new(dvector![1.0, 1.0], dvector![1.0, 0.5]).unwrap()).support();
        for (support, exact) in [(ball, 10.0), (cuboid, 5.0)] {
            let bound = support.of(g.iter());
            assert!(bound >= exact && bound < exact * (1.0 + 1e-12));
        }
    }

    #[test]
    fn bad_regions_are_refused() {
        assert!(matches!(
            Ball::new(dvector![f64::NAN], 1.0),
            Err(BridgeError::NotFinite { index: 0, .. })
        ));
        for radius in [0.0, -1.0, f64::INFINITY, f64::NAN] {
            assert!(matches!(
                Ball::new(dvector![0.0], radius),
                Err(BridgeError::Region { .. })
            ));
        }
        assert!(Ball::new(DVector::zeros(0), 1.0).is_err());
        assert!(Cuboid::new(dvector![0.0], dvector![1.0, 1.0]).is_err());
        assert!(Cuboid::new(dvector![0.0], dvector![-1.0]).is_err());
    }
}
