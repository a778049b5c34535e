//! Ensembles of random networks of finite width, whose kernels can be held against [`finite_width`](super::finite_width).
//!
//! Every network has weight matrices of its own: n² normal numbers a layer, or an orthogonal matrix from the Haar measure in
//! its factored form, n − 1 reflections and a sign (Stewart, *The efficient generation of random orthogonal matrices*, 1980).
//! Matrices are applied as they are drawn and not kept.
//!
//! ```
//! use nets::Activation;
//! use nets::theory::ensemble::{Ensemble, Spread};
//! use nets::theory::finite_width::Weights;
//! use nets::theory::kernel::KernelRecursion;
//! let recursion = KernelRecursion::new(Activation::Linear, 1.0, 0.0)?;
//! let ensemble = Ensemble { recursion, weights: Weights::Orthogonal, width: 16, networks: 20, seed: 1 };
//! let kernels = ensemble.kernels(1.0, &[3])?;
//! assert!(Spread::of(&kernels[0]).variance < 1e-20); // orthogonal maps keep the norm
//! # Ok::<(), nets::NetError>(())
//! ```

use super::finite_width::{FiniteWidth, Weights};
use super::kernel::KernelRecursion;
use crate::NetError;
use crate::error::refuse;
use crate::random::{Purpose, stream};
use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;
use serde::Serialize;

/// The widest network of an ensemble.
pub const MAX_WIDTH: usize = 4096;
/// The most networks of an ensemble.
pub const MAX_NETWORKS: usize = 1_000_000;

/// Networks with square layers that share their initialisation and differ in their weights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ensemble {
    /// Activation and variances.
    pub recursion: KernelRecursion,
    /// How weights are drawn.
    pub weights: Weights,
    /// Units in each layer.
    pub width: usize,
    /// How many networks.
    pub networks: usize,
    /// Everything random follows from it.
    pub seed: u64,
}

impl Ensemble {
    /// The kernel σ_b² + σ_w²|φ(z)|²/n of every network after each of the given numbers of layers (ascending), one vector of
    /// `networks` numbers for each depth. The input has the given kernel in the first layer.
    ///
    /// O(networks · width² · deepest), shared among threads; the same seed gives the same numbers whatever their count.
    ///
    /// # Errors
    /// [`NetError::Option`] for a width, a number of networks, depths or a kernel out of range, or orthogonal weights with
    /// biases.
    pub fn kernels(&self, kernel: f64, depths: &[usize]) -> Result<Vec<Vec<f64>>, NetError> {
        // Refuses orthogonal weights with biases.
        FiniteWidth::new(self.recursion, self.weights)?;
        if !(1..=MAX_WIDTH).contains(&self.width) {
            return refuse("width", self.width, "an integer from 1 to 4096");
        }
        if !(2..=MAX_NETWORKS).contains(&self.networks) {
            return refuse("networks", self.networks, "an integer from 2 to 1000000");
        }
        if depths.is_empty() || depths[0] == 0 || depths.windows(2).any(|pair| pair[0] >= pair[1]) {
            return refuse("depths", format!("{depths:?}"), "ascending integers from 1");
        }
        let KernelRecursion {
            sigma_w2, sigma_b2, ..
        } = self.recursion;
        if !(kernel > 0.0 && kernel <= 1e12 && kernel >= sigma_b2) {
            return refuse("K", kernel, "a positive number up to 1e12, at least sigma_b2");
        }
        let input = ((kernel - sigma_b2) / sigma_w2).sqrt();
        let rows: Vec<Vec<f64>> = (0..self.networks)
            .into_par_iter()
            .map(|network| self.one_network(network as u64, input, depths))
            .collect();
        Ok((0..depths.len())
            .map(|depth| rows.iter().map(|row| row[depth]).collect())
            .collect())
    }

    /// The kernels of one network.
    fn one_network(&self, network: u64, input: f64, depths: &[usize]) -> Vec<f64> {
        let KernelRecursion {
            activation,
            sigma_w2,
            sigma_b2,
        } = self.recursion;
        let mut rng = stream(self.seed, Purpose::Ensemble, self.width as u64, network);
        let n = self.width;
        let mut below = vec![input; n];
        let mut above = vec![0.0; n];
        let mut normals = vec![0.0; n];
        let mut kernels = Vec::with_capacity(depths.len());
        for depth in 1..=depths[depths.len() - 1] {
            match self.weights {
                Weights::Gaussian => {
                    let (spread, bias) = ((sigma_w2 / n as f64).sqrt(), sigma_b2.sqrt());
                    for z in &mut above {
                        draw(&mut normals, &mut rng);
                        let sum: f64 = normals.iter().zip(&below).map(|(w, x)| w * x).sum();
                        *z = spread * sum;
                    }
                    if bias > 0.0 {
                        draw(&mut normals, &mut rng);
                        above.iter_mut().zip(&normals).for_each(|(z, b)| *z += bias * b);
                    }
                }
                Weights::Orthogonal => {
                    above.copy_from_slice(&below);
                    apply_haar(&mut above, &mut normals, &mut rng);
                    above.iter_mut().for_each(|z| *z *= sigma_w2.sqrt());
                }
            }
            std::mem::swap(&mut above, &mut below);
            below.iter_mut().for_each(|x| *x = activation.apply(*x));
            if depths[kernels.len()] == depth {
                let square: f64 = below.iter().map(|x| x * x).sum();
                kernels.push(sigma_b2 + sigma_w2 * square / n as f64);
            }
        }
        kernels
    }
}

fn draw(normals: &mut [f64], rng: &mut impl Rng) {
    normals.iter_mut().for_each(|g| *g = StandardNormal.sample(rng));
}

/// x ↦ Qx for an orthogonal Q from the Haar measure. O(n²).
///
/// Q takes the first basis vector to a uniform point u of the sphere, and what is orthogonal to it by a Haar matrix of one
/// dimension less: Q = ±H diag(1, Q'), where the reflection H takes e₁ to ±u. The sign is the one that does not cancel.
fn apply_haar(x: &mut [f64], normals: &mut [f64], rng: &mut impl Rng) {
    let n = x.len();
    if rng.random::<bool>() {
        x[n - 1] = -x[n - 1];
    }
    for first in (0..n - 1).rev() {
        let (tail, u) = (&mut x[first..], &mut normals[first..]);
        draw(u, rng);
        let norm = u.iter().map(|g| g * g).sum::<f64>().sqrt();
        // With v = u ± |u|e₁ the reflection 1 − 2vvᵀ/|v|² takes e₁ to ∓u/|u|.
        let sign = if u[0] >= 0.0 { 1.0 } else { -1.0 };
        u[0] += sign * norm;
        let square: f64 = u.iter().map(|g| g * g).sum();
        let dot: f64 = u.iter().zip(tail.iter()).map(|(g, x)| g * x).sum();
        let factor = 2.0 * dot / square;
        tail.iter_mut()
            .zip(u.iter())
            .for_each(|(x, g)| *x = -sign * (*x - factor * g));
    }
}

/// Mean and variance of a sample with their standard errors.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    /// The mean.
    pub mean: f64,
    /// Its standard error.
    pub mean_error: f64,
    /// The variance.
    pub variance: f64,
    /// Its standard error, √((m₄ − m₂²)/N) from the central moments of the sample.
    pub variance_error: f64,
}

impl Spread {
    /// Of a sample of at least two numbers; not a number for less.
    pub fn of(sample: &[f64]) -> Self {
        let count = sample.len() as f64;
        let mean = sample.iter().sum::<f64>() / count;
        let moment = |power: i32| sample.iter().map(|x| (x - mean).powi(power)).sum::<f64>() / count;
        let (second, fourth) = (moment(2), moment(4));
        let variance = second * count / (count - 1.0);
        Spread {
            mean,
            mean_error: (variance / count).sqrt(),
            variance,
            variance_error: ((fourth - second * second) / count).sqrt(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Activation;
    use crate::theory::depth_width::relu_second_moment;

    fn ensemble(activation: Activation, sigma_w2: f64, weights: Weights, width: usize) -> Ensemble {
        Ensemble {
            recursion: KernelRecursion::new(activation, sigma_w2, 0.0).unwrap(),
            weights,
            width,
            networks: 1000,
            seed: 5,
        }
    }

    #[test]
    fn ensembles_follow_the_expansion_in_the_inverse_width() {
        for (activation, sigma_w2) in [(Activation::Tanh, 1.0), (Activation::Relu, 2.0)] {
            for weights in [Weights::Gaussian, Weights::Orthogonal] {
                let ensemble = ensemble(activation, sigma_w2, weights, 64);
                let flow = FiniteWidth::new(ensemble.recursion, weights)
                    .unwrap()
                    .flow(1.0, 5)
                    .unwrap();
                let sample = ensemble.kernels(1.0, &[2, 4]).unwrap();
                for (steps, kernels) in [2, 4].into_iter().zip(&sample) {
                    let (spread, theory) = (Spread::of(kernels), flow[steps]);
                    let n = 64.0;
                    let mean = theory.kernel + theory.correction / n;
                    assert!(
                        (spread.mean - mean).abs() < 4.0 * spread.mean_error,
                        "{activation:?}"
                    );
                    // ReLU's variance has the exact form (1 + 5/n)^L − 1.
                    let variance = if activation == Activation::Relu && weights == Weights::Gaussian {
                        relu_second_moment(steps as u32, 64).unwrap() - 1.0
                    } else {
                        theory.vertex / n
                    };
                    let error = (spread.variance - variance).abs();
                    assert!(
                        error < 4.0 * spread.variance_error,
                        "{activation:?} {weights:?} {steps}: {spread:?} {theory:?}"
                    );
                }
                // The control: networks of one initialisation are told from those of the other.
                let other = if weights == Weights::Gaussian {
                    Weights::Orthogonal
                } else {
                    Weights::Gaussian
                };
                let other = FiniteWidth::new(ensemble.recursion, other)
                    .unwrap()
                    .flow(1.0, 5)
                    .unwrap()[4]
                    .vertex
                    / 64.0;
                let spread = Spread::of(&sample[1]);
                assert!((spread.variance - other).abs() > 4.0 * spread.variance_error);
            }
        }
    }

    /// Entries of a Haar matrix: E q² = 1/n, E q⁴ = 3/(n(n + 2)), and norms are kept.
    #[test]
    fn reflections_make_the_haar_measure() {
        let n = 5;
        let mut rng = stream(3, Purpose::Ensemble, 0, 0);
        let mut normals = vec![0.0; n];
        let (mut fourth, mut mixed) = (Vec::new(), Vec::new());
        for _ in 0..20_000 {
            let mut x = vec![0.0, 0.0, 0.6, 0.0, 0.8];
            apply_haar(&mut x, &mut normals, &mut rng);
            assert!((x.iter().map(|v| v * v).sum::<f64>() - 1.0).abs() < 1e-13);
            fourth.push(x[0].powi(4));
            mixed.push(x[1] * x[3] * x[3]);
        }
        let spread = Spread::of(&fourth);
        assert!(
            (spread.mean - 3.0 / 35.0).abs() < 4.0 * spread.mean_error,
            "{spread:?}"
        );
        let spread = Spread::of(&mixed);
        assert!(spread.mean.abs() < 4.0 * spread.mean_error);
    }

    #[test]
    fn threads_do_not_matter_and_ranges_are_stated() {
        let ensemble = Ensemble {
            networks: 9,
            ..ensemble(Activation::Tanh, 1.0, Weights::Gaussian, 7)
        };
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| ensemble.kernels(1.0, &[1, 3]).unwrap())
        };
        assert_eq!(run(1), run(2));
        let refused =
            |ensemble: Ensemble, depths: &[usize]| ensemble.kernels(1.0, depths).unwrap_err().to_string();
        assert!(refused(Ensemble { width: 0, ..ensemble }, &[1]).contains("from 1 to 4096"));
        assert!(
            refused(
                Ensemble {
                    networks: 1,
                    ..ensemble
                },
                &[1]
            )
            .contains("from 2 to 1000000")
        );
        assert!(refused(ensemble, &[2, 2]).contains("ascending integers from 1"));
        assert!(ensemble.kernels(0.0, &[1]).is_err());
    }
}
