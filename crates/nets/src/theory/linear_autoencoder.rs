//! The loss surface of a linear autoencoder, exactly, and the optimal linear denoiser.
//!
//! E|x − BAx|² over a k-dimensional code has its minimum at the projector on the top k principal directions; every other
//! projector on k eigendirections is a saddle (Baldi and Hornik 1989). The factors are determined up to GL(k):
//! (B, A) → (BC, C⁻¹A).

use std::collections::BTreeSet;

use num_bigint::BigUint;
use num_rational::BigRational;
use num_traits::{Signed, Zero};

use crate::NetError;
use crate::error::refuse;

/// The most distinct partial sums that are kept while critical values are listed.
const MAX_SUMS: usize = 1_000_000;

/// The loss surface over a k-dimensional code, from the eigenvalues of the covariance.
#[derive(Debug, Clone, PartialEq)]
pub struct Landscape {
    /// The smallest loss: the sum of the eigenvalues that are left out.
    pub min_loss: BigRational,
    /// The dimension of what the optimal BA fixes: k.
    pub fixed_subspace_dimension: usize,
    /// Whether the optimal projector is unique: λ_k > λ_{k+1}.
    pub projector_unique: bool,
    /// The losses of all critical points of rank k, ascending.
    pub critical_values: Vec<BigRational>,
    /// The number of critical projectors of rank k, `None` where a repeated eigenvalue makes a continuum of them.
    pub critical_projectors: Option<BigUint>,
    /// The dimension of the orbit of GL(k) on factors of rank k: k².
    pub gauge_orbit_dimension: usize,
    /// The number of parameters of (B, A): 2nk.
    pub factor_parameters: usize,
    /// What is left of them modulo GL(k).
    pub quotient_dimension: usize,
}

/// The loss surface for a covariance with these eigenvalues (in any order) and a code of dimension k.
///
/// # Errors
/// [`NetError::Option`] for no or negative eigenvalues, k outside 1, …, n, or more than a million critical values.
///
/// ```
/// use nets::theory::linear_autoencoder::landscape;
/// use num_rational::BigRational;
/// let spectrum = |values: &[i64]| -> Vec<_> { values.iter().map(|&v| BigRational::from_integer(v.into())).collect() };
/// let surface = landscape(&spectrum(&[9, 4, 1]), 1)?;
/// assert_eq!(surface.critical_values, spectrum(&[5, 10, 13]));
/// assert!(!landscape(&spectrum(&[4, 4, 1]), 1)?.projector_unique);
/// # Ok::<(), nets::NetError>(())
/// ```
pub fn landscape(eigenvalues: &[BigRational], k: usize) -> Result<Landscape, NetError> {
    let n = eigenvalues.len();
    if let Some(negative) = eigenvalues.iter().find(|value| value.is_negative()) {
        return refuse("cov_eigenvalues", negative, "numbers from 0");
    }
    if k == 0 || k > n {
        return refuse("k", k, &format!("an integer from 1 to the {n} eigenvalues"));
    }
    let mut spectrum = eigenvalues.to_vec();
    spectrum.sort_by(|a, b| b.cmp(a));
    // sums[j]: what j eigenvalues can add up to.
    let mut sums: Vec<BTreeSet<BigRational>> = vec![BTreeSet::new(); n - k + 1];
    sums[0].insert(BigRational::zero());
    for value in &spectrum {
        for j in (1..sums.len()).rev() {
            let more: Vec<BigRational> = sums[j - 1].iter().map(|sum| sum + value).collect();
            sums[j].extend(more);
        }
        if sums.iter().map(BTreeSet::len).sum::<usize>() > MAX_SUMS {
            return refuse(
                "cov_eigenvalues",
                format!("a list of {n}"),
                "a list with at most a million critical values",
            );
        }
    }
    let repeated = spectrum.windows(2).any(|pair| pair[0] == pair[1]);
    Ok(Landscape {
        min_loss: spectrum[k..].iter().sum(),
        fixed_subspace_dimension: k,
        projector_unique: k == n || spectrum[k - 1] > spectrum[k],
        critical_values: sums.pop().unwrap_or_default().into_iter().collect(),
        critical_projectors: (k == n || !repeated).then(|| binomial(n, k)),
        gauge_orbit_dimension: k * k,
        factor_parameters: 2 * n * k,
        quotient_dimension: 2 * n * k - k * k,
    })
}

fn binomial(n: usize, k: usize) -> BigUint {
    (0..k).fold(BigUint::from(1u32), |c, i| c * (n - i) / (i + 1))
}

/// λ/(λ + σ²) for every eigenvalue: the gains of the linear map that best recovers x from x plus white noise of variance
/// σ² (Wiener); with it (r(x) − x)/σ² is the score −(Σ + σ²)⁻¹x of the *noisy* density (Vincent 2011), not of the clean.
///
/// # Errors
/// [`NetError::Option`] unless the eigenvalues are at least 0 and the variance is positive.
///
/// ```
/// let gains = nets::theory::linear_autoencoder::denoising_gains(&[4.0, 1.0], 0.5)?;
/// assert!((gains[1] - 2.0 / 3.0).abs() < 1e-15);
/// # Ok::<(), nets::NetError>(())
/// ```
pub fn denoising_gains(eigenvalues: &[f64], noise_variance: f64) -> Result<Vec<f64>, NetError> {
    check_noise(eigenvalues, noise_variance)?;
    Ok(eigenvalues
        .iter()
        .map(|value| value / (value + noise_variance))
        .collect())
}

/// −1/(λ + σ²) for every eigenvalue: the slopes of the score of the noisy density, which are (gain − 1)/σ².
///
/// # Errors
/// As [`denoising_gains`].
pub fn noisy_score_slopes(eigenvalues: &[f64], noise_variance: f64) -> Result<Vec<f64>, NetError> {
    check_noise(eigenvalues, noise_variance)?;
    Ok(eigenvalues
        .iter()
        .map(|value| -1.0 / (value + noise_variance))
        .collect())
}

fn check_noise(eigenvalues: &[f64], noise_variance: f64) -> Result<(), NetError> {
    if !(noise_variance > 0.0 && noise_variance.is_finite()) {
        return refuse("noise_var", noise_variance, "a positive number");
    }
    match eigenvalues
        .iter()
        .find(|value| !(value.is_finite() && **value >= 0.0))
    {
        Some(value) => refuse("cov_eigenvalues", value, "finite numbers from 0"),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::DMatrix;

    fn spectrum(values: &[i64]) -> Vec<BigRational> {
        values
            .iter()
            .map(|&v| BigRational::from_integer(v.into()))
            .collect()
    }

    /// Every k-subset of the eigendirections, by brute force.
    #[test]
    fn critical_values_by_enumeration() {
        for values in [vec![1, 2, 5, 11, 30], vec![3, 3, 2, 0], vec![7], vec![2, 2, 2]] {
            let n = values.len();
            for k in 1..=n {
                let left_out = (0..1u32 << n).filter(|kept| kept.count_ones() as usize == k);
                let losses =
                    left_out.map(|kept| (0..n).filter(|i| kept >> i & 1 == 0).map(|i| values[i]).sum());
                let losses: BTreeSet<i64> = losses.collect();
                let found = landscape(&spectrum(&values), k).unwrap();
                assert_eq!(
                    found.critical_values,
                    spectrum(&losses.into_iter().collect::<Vec<_>>())
                );
                assert_eq!(found.min_loss, found.critical_values[0]);
            }
        }
        assert_eq!(
            landscape(&spectrum(&[5, 3, 2, 1]), 2)
                .unwrap()
                .critical_projectors,
            Some(6u32.into())
        );
        assert_eq!(
            landscape(&spectrum(&[4, 4]), 2).unwrap().critical_projectors,
            Some(1u32.into())
        );
        assert_eq!(
            landscape(&spectrum(&[4, 4, 1]), 2).unwrap().critical_projectors,
            None
        );
    }

    /// The rank of the Jacobian of (B, A) → BA is 2nk − k².
    #[test]
    fn the_quotient_is_the_rank_of_the_jacobian() {
        for (n, k) in [(3, 1), (4, 2), (5, 3)] {
            let entry = |i: usize, j: usize, salt: usize| {
                ((31 * i * i + 13 * i * j + 17 * j + 7 * salt) as f64).sin()
            };
            let b = DMatrix::from_fn(n, k, |i, j| entry(i, j, 1));
            let a = DMatrix::from_fn(k, n, |i, j| entry(i, j, 2));
            let mut jacobian = DMatrix::zeros(n * n, 2 * n * k);
            for (column, (i, j)) in (0..n).flat_map(|i| (0..k).map(move |j| (i, j))).enumerate() {
                for l in 0..n {
                    jacobian[(i * n + l, column)] = a[(j, l)];
                    jacobian[(l * n + i, n * k + column)] = b[(l, j)];
                }
            }
            let expected = landscape(&spectrum(&vec![1; n]), k).unwrap().quotient_dimension;
            assert_eq!(jacobian.rank(1e-9), expected, "{n} {k}");
        }
    }

    #[test]
    fn the_gains_are_optimal_and_give_the_noisy_score() {
        let gains = denoising_gains(&[4.0, 0.0], 0.5).unwrap();
        let slopes = noisy_score_slopes(&[4.0, 0.0], 0.5).unwrap();
        for (value, (gain, slope)) in [4.0, 0.0].iter().zip(gains.iter().zip(&slopes)) {
            assert!(((gain - 1.0) / 0.5 - slope).abs() < 1e-15);
            let loss = |g: f64| (1.0 - g).powi(2) * value + g * g * 0.5;
            assert!(loss(*gain) < loss(gain + 0.01) && loss(*gain) < loss(gain - 0.01));
        }
        // The score of the clean density is another: −1/4 for variance 4.
        assert!((slopes[0] + 0.25).abs() > 0.02);
        assert!(denoising_gains(&[1.0], 0.0).is_err() && denoising_gains(&[-1.0], 1.0).is_err());
        assert!(
            landscape(&spectrum(&[1]), 2)
                .unwrap_err()
                .to_string()
                .contains("from 1 to the 1")
        );
    }
}
