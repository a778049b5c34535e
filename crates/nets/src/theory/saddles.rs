//! How rare minima are among critical points: the Hessian of a random surface as a matrix of the Gaussian orthogonal
//! ensemble (Dauphin et al. 2014; Dean and Majumdar 2006).

use nalgebra::DMatrix;

use super::quadrature::integrate;
use crate::NetError;
use crate::error::refuse;

/// The largest matrix; beyond, the Pfaffians lose the digits that are promised.
pub const MAX_SIZE: usize = 8;

/// The probability that all eigenvalues of a GOE matrix of size n are positive.
///
/// The eigenvalues have the density |∏(x_i − x_j)| e^(−Σx²/2), whose integral over a box is a Pfaffian of double integrals
/// (de Bruijn 1955): the probability is that of the half-line over that of the line. In polar coordinates the double
/// integrals are those of trigonometric polynomials. Relative error below 1e-9 for n up to 8; (2 − √2)/4 for n = 2 and
/// (π − 2√2)/(4π) for n = 3.
///
/// # Errors
/// [`NetError::Option`] for n = 0 and n over [`MAX_SIZE`].
///
/// ```
/// let two = nets::theory::saddles::probability_all_positive(2)?;
/// assert!((two - (2.0 - 2f64.sqrt()) / 4.0).abs() < 1e-14);
/// assert!((two - 0.25).abs() > 0.1); // not 2^-n: the eigenvalues repel each other
/// # Ok::<(), nets::NetError>(())
/// ```
pub fn probability_all_positive(n: usize) -> Result<f64, NetError> {
    if n == 0 || n > MAX_SIZE {
        return refuse("N", n, "an integer from 1 to 8");
    }
    use std::f64::consts::FRAC_PI_4;
    let half_line = pfaffian_squared(n, FRAC_PI_4, 2.0 * FRAC_PI_4, 0.5)?;
    let line = pfaffian_squared(n, FRAC_PI_4, 5.0 * FRAC_PI_4, 1.0)?;
    Ok((half_line / line).sqrt())
}

/// The square of the Pfaffian for x < y on a range that is the sector of angles [from, to] in the plane of (x, y); `side`
/// is the share of the line that the range is.
fn pfaffian_squared(n: usize, from: f64, to: f64, side: f64) -> Result<f64, NetError> {
    let size = n + n % 2;
    let mut matrix = DMatrix::zeros(size, size);
    for j in 0..n {
        for k in j + 1..n {
            let (p, q) = (j as i32, k as i32);
            let f = |t: f64| t.cos().powi(p) * t.sin().powi(q) - t.cos().powi(q) * t.sin().powi(p);
            // By symmetry many of these vanish, where a relative error means nothing.
            let angular = match (j + k) % 2 == 1 || side < 1.0 {
                true => integrate(f, from, to, 1e-14)?.value,
                false => 0.0,
            };
            let entry = normalised_radial(j, k) * angular;
            (matrix[(j, k)], matrix[(k, j)]) = (entry, -entry);
        }
        if n % 2 == 1 {
            // ∫ x^j e^(−x²/2): on the line the odd ones vanish.
            let half = 2f64.powf((j as f64 - 1.0) / 2.0) * libm::tgamma((j as f64 + 1.0) / 2.0);
            let border = match (j % 2 == 0, side < 1.0) {
                (_, true) => half,
                (true, false) => 2.0 * half,
                (false, false) => 0.0,
            } / scale(j);
            (matrix[(j, n)], matrix[(n, j)]) = (border, -border);
        }
    }
    Ok(matrix.determinant())
}

/// ∫ r^(j+k+1) e^(−r²/2) dr over the scales of both functions.
fn normalised_radial(j: usize, k: usize) -> f64 {
    let half = (j + k) as f64 / 2.0;
    2f64.powf(half) * libm::tgamma(half + 1.0) / (scale(j) * scale(k))
}

/// Keeps the entries of one size; it cancels between the half-line and the line.
fn scale(j: usize) -> f64 {
    (2f64.powi(j as i32) * libm::tgamma(j as f64 + 1.0)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_distr::{Distribution, StandardNormal};
    use std::f64::consts::PI;

    #[test]
    fn closed_forms() {
        let close = |n: usize, exact: f64| {
            let found = probability_all_positive(n).unwrap();
            assert!((found - exact).abs() < 1e-12 * exact, "{n}: {found} {exact}");
        };
        close(1, 0.5);
        close(2, (2.0 - 2f64.sqrt()) / 4.0);
        close(3, (PI - 2.0 * 2f64.sqrt()) / (4.0 * PI));
        assert!(probability_all_positive(0).is_err() && probability_all_positive(9).is_err());
    }

    /// Sampled matrices, by Cholesky decomposition.
    #[test]
    fn sampled_matrices_agree() {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(3);
        for (n, samples) in [(2, 40_000), (3, 100_000), (4, 400_000)] {
            let mut hits = 0;
            for _ in 0..samples {
                let mut m = DMatrix::zeros(n, n);
                for i in 0..n {
                    for j in i..n {
                        let g: f64 = StandardNormal.sample(&mut rng);
                        let g = if i == j { g * 2f64.sqrt() } else { g };
                        (m[(i, j)], m[(j, i)]) = (g, g);
                    }
                }
                hits += usize::from(m.cholesky().is_some());
            }
            let exact = probability_all_positive(n).unwrap();
            let share = hits as f64 / samples as f64;
            let error = (exact * (1.0 - exact) / samples as f64).sqrt();
            assert!(
                (share - exact).abs() < 4.0 * error,
                "{n}: {share} {exact} {error}"
            );
        }
    }

    /// Shifting the functions x^j to (x − s)^j leaves the Pfaffian; here: the large-n law exp(−(ln 3)/4 n²) is approached.
    #[test]
    fn larger_matrices_follow_the_law_of_dean_and_majumdar() {
        let logs: Vec<f64> = (4..=8)
            .map(|n| probability_all_positive(n).unwrap().ln())
            .collect();
        for pair in logs.windows(3) {
            // Second differences of −(ln 3)/4 n² are −(ln 3)/2.
            let second = pair[2] - 2.0 * pair[1] + pair[0];
            assert!((second + 3f64.ln() / 2.0).abs() < 0.02, "{second}");
        }
    }
}
