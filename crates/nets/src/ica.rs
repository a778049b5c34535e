//! Independent component analysis by FastICA.
//!
//! On whitened data x the rows of an orthogonal W are moved to maxima of the non-Gaussianity E[ln cosh(wᵀx)] by the
//! fixed-point iteration w ← E[x·tanh(wᵀx)] − E[1 − tanh²(wᵀx)]·w, all rows at once, and made orthogonal again by
//! W ← (WWᵀ)^(−1/2)·W (Hyvärinen 1999, "Fast and robust fixed-point algorithms for ICA", symmetric version).

use crate::matrix::{View, product};
use crate::optimizer::option;
use crate::random::{Purpose, stream};
use crate::{Dataset, NetError, Whitening, WhiteningKind};
use nalgebra::DMatrix;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

/// How to look for independent components.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct IcaOptions {
    /// How many.
    pub components: usize,
    /// Most iterations.
    pub iterations: usize,
    /// Converged when every |cos| between a row and the same row before is within this of 1.
    pub tolerance: f64,
    /// The random start.
    pub seed: u64,
}

/// Independent components: sources are the unmixing matrix times (x − mean).
///
/// ```
/// use nets::{Dataset, Ica, IcaOptions};
/// let options = IcaOptions { components: 8, iterations: 300, tolerance: 1e-4, seed: 1 };
/// let ica = Ica::fit(&Dataset::digits(), options)?;
/// assert_eq!(ica.unmixing().shape(), (8, 64));
/// # Ok::<(), nets::NetError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ica {
    unmixing: DMatrix<f64>,
    iterations: usize,
    converged: bool,
}

impl Ica {
    /// Finds components of the rows, whitened on as many principal components. O(iterations·n·k²) after the whitening.
    ///
    /// # Errors
    /// [`NetError::Option`] if an option is out of range, [`NetError::OutOfRange`] if the data have not as many
    /// directions of positive variance.
    pub fn fit(data: &Dataset, options: IcaOptions) -> Result<Self, NetError> {
        let IcaOptions {
            components,
            iterations,
            tolerance,
            seed,
        } = options;
        option(iterations > 0, "iterations", iterations, "at least 1")?;
        let fine = tolerance.is_finite() && tolerance > 0.0;
        option(fine, "tolerance", tolerance, "a finite number above 0")?;
        let whitening = Whitening::fit(data, WhiteningKind::Pca { components }, 0.0)?;
        let rows = data.len();
        let mut white = Vec::with_capacity(rows * components);
        for row in 0..rows {
            let y = whitening.map() * (data.point(row) - whitening.mean());
            white.extend(y.iter().copied());
        }
        let white = View::new(&white, rows, components);
        let mut rng = stream(seed, Purpose::Start, components as u64, 0);
        let start = DMatrix::from_fn(components, components, |_, _| StandardNormal.sample(&mut rng));
        let mut w = symmetric_orthogonal(&start);
        let mut projections = vec![0.0; rows * components];
        let mut sums = vec![0.0; components * components];
        let (mut done, mut converged) = (0, false);
        while done < iterations && !converged {
            done += 1;
            // Row-major W is nalgebra's transpose.
            let row_major = w.transpose();
            let unmix = View::new(row_major.as_slice(), components, components);
            product(&mut projections, white, unmix.transposed(), 1.0, 0.0);
            let mut slopes = vec![0.0; components];
            for row in projections.chunks_exact_mut(components) {
                for (value, slope) in row.iter_mut().zip(&mut slopes) {
                    *value = value.tanh();
                    *slope += 1.0 - *value * *value;
                }
            }
            let squashed = View::new(&projections, rows, components);
            product(&mut sums, squashed.transposed(), white, 1.0 / rows as f64, 0.0);
            let next = DMatrix::from_fn(components, components, |i, j| {
                sums[i * components + j] - slopes[i] / rows as f64 * w[(i, j)]
            });
            let next = symmetric_orthogonal(&next);
            converged = next
                .row_iter()
                .zip(w.row_iter())
                .all(|(new, old)| (new.dot(&old).abs() - 1.0).abs() < tolerance);
            w = next;
        }
        Ok(Ica {
            unmixing: w * whitening.map(),
            iterations: done,
            converged,
        })
    }

    /// Components × width of the data.
    pub fn unmixing(&self) -> &DMatrix<f64> {
        &self.unmixing
    }

    /// Iterations made.
    pub fn iterations(&self) -> usize {
        self.iterations
    }

    /// Whether the tolerance was reached; if not, the components are those of the last iteration.
    pub fn converged(&self) -> bool {
        self.converged
    }
}

/// (WWᵀ)^(−1/2)·W: UVᵀ of the singular value decomposition, the nearest orthogonal matrix.
fn symmetric_orthogonal(w: &DMatrix<f64>) -> DMatrix<f64> {
    let gram = (w * w.transpose()).symmetric_eigen();
    let roots = gram
        .eigenvalues
        .map(|value| value.max(f64::MIN_POSITIVE).sqrt().recip());
    &gram.eigenvectors * DMatrix::from_diagonal(&roots) * gram.eigenvectors.transpose() * w
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::unit_f64;
    use nalgebra::{DVector, dmatrix};

    #[test]
    fn mixed_sources_are_found_again() {
        let rows = 6000;
        let mut rng = stream(5, Purpose::Patches, 0, 0);
        // Uniform, Laplace and two-valued sources.
        let mut source = || {
            let mut unit = || unit_f64(&mut rng);
            let (a, b, c) = (unit() - 0.5, unit() - 0.5, unit());
            DVector::from_vec(vec![
                a,
                b.signum() * -(1.0 - 2.0 * b.abs()).max(1e-12).ln(),
                f64::from(c < 0.3),
            ])
        };
        let mixing = dmatrix![1.0, 0.4, -0.3; 0.2, 1.0, 0.5; -0.6, 0.1, 1.0];
        let values: Vec<f32> = (0..rows)
            .flat_map(|_| (&mixing * source()).iter().map(|&v| v as f32).collect::<Vec<_>>())
            .collect();
        let data = Dataset::new("mixed", values, 3).unwrap();
        let options = IcaOptions {
            components: 3,
            iterations: 200,
            tolerance: 1e-6,
            seed: 2,
        };
        let ica = Ica::fit(&data, options).unwrap();
        assert!(ica.converged());
        // Unmixing times mixing is a scaled permutation: one entry of each row outweighs the others.
        let gain = ica.unmixing() * mixing;
        let mut found = Vec::new();
        for row in gain.row_iter() {
            let best = row.transpose().iamax();
            let others = row.iter().enumerate().filter(|&(i, _)| i != best);
            let leak = others.map(|(_, v)| v.abs()).fold(0.0, f64::max) / row[best].abs();
            assert!(leak < 0.08, "{gain}");
            found.push(best);
        }
        found.sort_unstable();
        assert_eq!(found, [0, 1, 2]);
    }

    #[test]
    fn orthogonalisation_is_the_polar_factor() {
        let w = dmatrix![2.0, 1.0; 0.5, -1.5];
        let q = symmetric_orthogonal(&w);
        assert!((&q * q.transpose() - DMatrix::identity(2, 2)).amax() < 1e-14);
        // W = PQ with P symmetric positive definite.
        let p = &w * q.transpose();
        assert!((&p - p.transpose()).amax() < 1e-14 && p.symmetric_eigenvalues().min() > 0.0);
    }
}
