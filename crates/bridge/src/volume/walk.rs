//! Moves that leave the uniform distribution on {K < t} as it is.
//!
//! * *Slices* (Neal 2003): along one coordinate, or along a random direction, a point is drawn from the chord of the
//!   box, and the chord is cut back towards the current point until the draw is below the bound.
//! * *Difference slices*: the same along the difference of two other points of the set, which is as long as the set is
//!   in that direction (ter Braak 2006).
//! * *Shears*: two coordinates are multiplied by e^ξ and e^(−ξp), p ∈ {1/2, 1, 2}; accepted with the Jacobian
//!   e^(ξ(1−p)). Near a normal crossing, level sets reach over many orders of magnitude of both coordinates at once,
//!   which slices cross one factor at a time and a shear in one step.

use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};

use super::loss::BoxLoss;

/// Most cuts of one slice; after so many the point stays where it is, which rounding alone can bring about.
const MOST_CUTS: usize = 400;

/// Where a quadratic is below the bound, within a chord and about a point that is; a little wider than rounding, as what is
/// drawn is checked again.
fn below([c0, c1, c2]: [f64; 3], bound: f64, (low, high): (f64, f64), here: f64) -> (f64, f64) {
    if c2 <= 0.0 {
        return (low, high);
    }
    let middle = -c1 / (2.0 * c2);
    let reach = (middle * middle + (bound - c0) / c2).max(0.0).sqrt();
    let reach = reach.max((here - middle).abs()) * (1.0 + 1e-9);
    (low.max(middle - reach), high.min(middle + reach))
}

/// A walker's memory, so that moves allocate nothing.
pub(super) struct Walk<'a, L: BoxLoss> {
    loss: &'a L,
    half_width: f64,
    direction: Vec<f64>,
    trial: Vec<f64>,
    pub(super) evaluations: u64,
}

impl<'a, L: BoxLoss> Walk<'a, L> {
    pub(super) fn new(loss: &'a L) -> Self {
        let dimension = loss.dimension();
        Walk {
            loss,
            half_width: loss.half_width(),
            direction: vec![0.0; dimension],
            trial: vec![0.0; dimension],
            evaluations: 0,
        }
    }

    /// As many moves of each kind as there are coordinates; returns the loss at the end. `points` are the live points.
    pub(super) fn sweep(
        &mut self,
        w: &mut [f64],
        mut value: f64,
        bound: f64,
        points: &[f64],
        rng: &mut impl Rng,
    ) -> f64 {
        let dimension = w.len();
        if self.loss.is_smooth() {
            for _ in 0..dimension {
                value = self.difference(w, value, bound, points, rng);
            }
            return value;
        }
        for _ in 0..dimension {
            let index = rng.random_range(0..dimension);
            value = self.slice(w, index, value, bound, rng);
            if dimension > 1 {
                value = self.shear(w, value, bound, rng);
                value = self.oblique(w, value, bound, rng);
            }
        }
        value
    }

    /// A slice along one coordinate.
    fn slice(&mut self, w: &mut [f64], index: usize, value: f64, bound: f64, rng: &mut impl Rng) -> f64 {
        let here = w[index];
        let (mut low, mut high) = (-self.half_width, self.half_width);
        if let Some(coefficients) = self.loss.quadratic_along(w, index) {
            self.evaluations += 1;
            (low, high) = below(coefficients, bound, (low, high), here);
        }
        for _ in 0..MOST_CUTS {
            let there = low + (high - low) * rng.random::<f64>();
            w[index] = there;
            let new = self.loss.value(w);
            self.evaluations += 1;
            if new < bound {
                return new;
            }
            w[index] = here;
            *(if there < here { &mut low } else { &mut high }) = there;
        }
        value
    }

    /// A slice along a direction that is uniform on the sphere.
    fn oblique(&mut self, w: &mut [f64], value: f64, bound: f64, rng: &mut impl Rng) -> f64 {
        for d in &mut self.direction {
            *d = StandardNormal.sample(rng);
        }
        let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
        for (w, d) in w.iter().zip(&self.direction) {
            let (a, b) = ((-self.half_width - w) / d, (self.half_width - w) / d);
            low = low.max(a.min(b));
            high = high.min(a.max(b));
        }
        if !(low.is_finite() && high.is_finite()) {
            return value;
        }
        for _ in 0..MOST_CUTS {
            let along = low + (high - low) * rng.random::<f64>();
            for ((trial, w), d) in self.trial.iter_mut().zip(&*w).zip(&self.direction) {
                *trial = (w + along * d).clamp(-self.half_width, self.half_width);
            }
            let new = self.loss.value(&self.trial);
            self.evaluations += 1;
            if new < bound {
                w.copy_from_slice(&self.trial);
                return new;
            }
            *(if along < 0.0 { &mut low } else { &mut high }) = along;
        }
        value
    }

    /// A slice along the difference of two live points, which has about the shape of the level set; the bracket is
    /// stepped out.
    fn difference(
        &mut self,
        w: &mut [f64],
        value: f64,
        bound: f64,
        points: &[f64],
        rng: &mut impl Rng,
    ) -> f64 {
        /// Length of the first bracket and of each step, and most steps, in units of the difference.
        const STEP: f64 = 1.5;
        const MOST_STEPS: usize = 20;
        let dimension = w.len();
        let count = points.len() / dimension;
        let (i, j) = (rng.random_range(0..count), rng.random_range(0..count));
        if i == j {
            return value;
        }
        for (k, d) in self.direction.iter_mut().enumerate() {
            *d = points[i * dimension + k] - points[j * dimension + k];
        }
        let mut low = -STEP * rng.random::<f64>();
        let mut high = low + STEP;
        let steps = rng.random_range(0..MOST_STEPS);
        let (mut left, mut right) = (steps, MOST_STEPS - 1 - steps);
        while left > 0 && self.at(w, low) < bound {
            low -= STEP;
            left -= 1;
        }
        while right > 0 && self.at(w, high) < bound {
            high += STEP;
            right -= 1;
        }
        for _ in 0..MOST_CUTS {
            let along = low + (high - low) * rng.random::<f64>();
            let new = self.at(w, along);
            if new < bound {
                w.copy_from_slice(&self.trial);
                return new;
            }
            *(if along < 0.0 { &mut low } else { &mut high }) = along;
        }
        value
    }

    /// The loss at w + along·direction, which is left in `trial`; infinite outside the box.
    fn at(&mut self, w: &[f64], along: f64) -> f64 {
        for ((trial, w), d) in self.trial.iter_mut().zip(w).zip(&self.direction) {
            *trial = w + along * d;
        }
        if self.trial.iter().any(|x| x.abs() > self.half_width) {
            return f64::INFINITY;
        }
        self.evaluations += 1;
        self.loss.value(&self.trial)
    }

    /// A shear of two coordinates.
    fn shear(&mut self, w: &mut [f64], value: f64, bound: f64, rng: &mut impl Rng) -> f64 {
        let (i, j) = (rng.random_range(0..w.len()), rng.random_range(0..w.len()));
        if i == j {
            return value;
        }
        let power = [0.5, 1.0, 2.0][rng.random_range(0..3)];
        // Uniform over as many e-folds as the bound has: from a nudge to the whole length of a level set.
        let reach = (-bound.ln()).clamp(1.0, 200.0);
        let xi = reach * (2.0 * rng.random::<f64>() - 1.0);
        let (a, b) = (w[i] * xi.exp(), w[j] * (-xi * power).exp());
        if a.abs() > self.half_width || b.abs() > self.half_width {
            return value;
        }
        if rng.random::<f64>() >= (xi * (1.0 - power)).exp() {
            return value;
        }
        let kept = (std::mem::replace(&mut w[i], a), std::mem::replace(&mut w[j], b));
        let new = self.loss.value(w);
        self.evaluations += 1;
        if new < bound {
            return new;
        }
        (w[i], w[j]) = kept;
        value
    }
}
