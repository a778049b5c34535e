//! How much networks of finite width differ from one another: the second moment of q = |h_L|²/|h_0|².
//!
//! In a square Gaussian network of width n the layers multiply q by independent factors, so that its moments are powers:
//! for linear layers with weights of variance 1/n the factor is χ²_n/n, for ReLU layers with variance 2/n it is the mean of n
//! independent 2·max(g, 0)² (Hanin and Rolnick 2018; Hanin and Nica, arXiv 1812.05994). Both have mean 1.

use crate::NetError;
use crate::error::refuse;

/// E q² of a linear network of `layers` layers of width `width`: (1 + 2/n)^L.
///
/// # Errors
/// [`NetError::Option`] for width 0.
///
/// ```
/// assert!((nets::theory::depth_width::linear_second_moment(10, 100)? - 1.02f64.powi(10)).abs() < 1e-14);
/// # Ok::<(), nets::NetError>(())
/// ```
pub fn linear_second_moment(layers: u32, width: u64) -> Result<f64, NetError> {
    second_moment(2.0, layers, width)
}

/// E q² of a ReLU network at the critical variance 2/n, activations included: (1 + 5/n)^L.
///
/// E (2 max(g, 0)²)² = 4 · 3/2 = 6, so the variance of one term is 5.
///
/// # Errors
/// As [`linear_second_moment`].
pub fn relu_second_moment(layers: u32, width: u64) -> Result<f64, NetError> {
    second_moment(5.0, layers, width)
}

fn second_moment(variance: f64, layers: u32, width: u64) -> Result<f64, NetError> {
    if width == 0 {
        return refuse("width", width, "an integer from 1");
    }
    Ok((f64::from(layers) * (variance / width as f64).ln_1p()).exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_distr::{Distribution, StandardNormal};

    #[test]
    fn ensembles_of_real_networks_have_these_moments() {
        let (layers, width, networks) = (4u32, 24usize, 3_000);
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(11);
        for relu in [false, true] {
            let spread = (if relu { 2.0 } else { 1.0f64 } / width as f64).sqrt();
            let squares: Vec<f64> = (0..networks)
                .map(|_| {
                    let mut h = vec![1.0; width];
                    for _ in 0..layers {
                        let next = (0..width).map(|_| {
                            let sum: f64 = h
                                .iter()
                                .map(|x| {
                                    let g: f64 = StandardNormal.sample(&mut rng);
                                    x * g
                                })
                                .sum();
                            let sum = spread * sum;
                            if relu { sum.max(0.0) } else { sum }
                        });
                        h = next.collect();
                    }
                    (h.iter().map(|x| x * x).sum::<f64>() / width as f64).powi(2)
                })
                .collect();
            let n = networks as f64;
            let mean = squares.iter().sum::<f64>() / n;
            let error = (squares.iter().map(|q| (q - mean).powi(2)).sum::<f64>() / n / n).sqrt();
            let (exact, other) = (
                relu_second_moment(layers, width as u64).unwrap(),
                linear_second_moment(layers, width as u64).unwrap(),
            );
            let (exact, other) = if relu { (exact, other) } else { (other, exact) };
            assert!((mean - exact).abs() < 4.0 * error, "{mean} {exact} {error}");
            assert!((mean - other).abs() > 4.0 * error, "the other law is told apart");
        }
        assert!(linear_second_moment(1, 0).is_err());
    }
}
