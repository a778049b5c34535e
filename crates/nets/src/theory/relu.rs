//! Wide ReLU networks in closed form: criticality and the recursion of angles.

use crate::NetError;
use crate::error::refuse;

/// K_l/K_0 after `layers` layers without biases: (σ_w²/2)^l; critical at σ_w² = 2 (He et al. 2015).
///
/// # Errors
/// [`NetError::Option`] unless σ_w² is positive and finite.
///
/// ```
/// assert_eq!(nets::theory::relu::kernel_ratio(2.0, 50)?, 1.0);
/// assert_eq!(nets::theory::relu::kernel_ratio(1.0, 10)?, 0.5f64.powi(10)); // not critical
/// # Ok::<(), nets::NetError>(())
/// ```
pub fn kernel_ratio(sigma_w2: f64, layers: u32) -> Result<f64, NetError> {
    Ok(susceptibility(sigma_w2)?.powf(f64::from(layers)))
}

/// χ = χ∥ = χ⊥ = σ_w²/2, whatever the kernel.
///
/// # Errors
/// As [`kernel_ratio`].
pub fn susceptibility(sigma_w2: f64) -> Result<f64, NetError> {
    if !(sigma_w2 > 0.0 && sigma_w2.is_finite()) {
        return refuse("sigma_w2", sigma_w2, "a positive number");
    }
    Ok(sigma_w2 / 2.0)
}

/// The cosine of the angle between two inputs in layers 0, 1, …, `layers` of a wide ReLU network without biases:
/// c' = (√(1 − c²) + (π − arccos c) c)/π, the arc-cosine kernel of degree 1 (Cho and Saul 2009), whatever σ_w².
///
/// # Errors
/// [`NetError::Option`] for a cosine outside [−1, 1].
///
/// ```
/// let cosines = nets::theory::relu::angle_flow(0.0, 2)?;
/// assert!((cosines[1] - std::f64::consts::FRAC_1_PI).abs() < 1e-15);
/// # Ok::<(), nets::NetError>(())
/// ```
pub fn angle_flow(cosine: f64, layers: usize) -> Result<Vec<f64>, NetError> {
    if !(-1.0..=1.0).contains(&cosine) {
        return refuse("cos0", cosine, "a number from -1 to 1");
    }
    let next = |c: &f64| {
        let sine = ((1.0 - c) * (1.0 + c)).max(0.0).sqrt();
        let next = (sine + (std::f64::consts::PI - c.acos()) * c) / std::f64::consts::PI;
        Some(next.clamp(-1.0, 1.0))
    };
    Ok(std::iter::successors(Some(cosine), next)
        .take(layers + 1)
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_distr::{Distribution, StandardNormal};

    /// E φ(u)φ(v)/E φ(u)² over Gaussian pairs with correlation c.
    #[test]
    fn one_step_agrees_with_samples() {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(5);
        for c in [-0.9, -0.2, 0.4, 0.95f64] {
            let samples = 200_000;
            let mut values = Vec::with_capacity(samples);
            for _ in 0..samples {
                let (x, y): (f64, f64) = (StandardNormal.sample(&mut rng), StandardNormal.sample(&mut rng));
                let v = c * x + (1.0 - c * c).sqrt() * y;
                values.push(2.0 * x.max(0.0) * v.max(0.0));
            }
            let mean = values.iter().sum::<f64>() / samples as f64;
            let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / samples as f64;
            let error = (variance / samples as f64).sqrt();
            let exact = angle_flow(c, 1).unwrap()[1];
            assert!((mean - exact).abs() < 4.0 * error, "{c}: {mean} {exact} {error}");
        }
    }

    #[test]
    fn angles_close_polynomially_and_ends_are_kept() {
        assert_eq!(angle_flow(1.0, 3).unwrap(), [1.0; 4]);
        assert!(angle_flow(-1.0, 1).unwrap()[1].abs() < 1e-15);
        // 1 − c_l ~ 9π²/(2 l²).
        let far = 1.0 - angle_flow(0.0, 2000).unwrap()[2000];
        let law = 4.5 * std::f64::consts::PI.powi(2) / 2000f64.powi(2);
        assert!((far / law - 1.0).abs() < 0.02, "{far} {law}");
        assert!(angle_flow(1.5, 1).is_err() && susceptibility(0.0).is_err());
    }
}
