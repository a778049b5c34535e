//! Random matrices: Haar measure on O(n), SO(n), U(n) and SU(n), Lebesgue measure in a Frobenius ball.

use nalgebra::DMatrix;
use num_complex::Complex;
use num_traits::Zero;
use rand::{Rng, RngExt};
use rand_distr::{Open01, StandardNormal};
use serde::{Deserialize, Serialize};

use super::unit_ball_volume;
use crate::GroupError;

/// A measure on n x n matrices from which elements are drawn.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Haar probability on O(n).
    Orthogonal {
        /// The size of the matrices.
        n: usize,
    },
    /// Haar probability on SO(n).
    SpecialOrthogonal {
        /// The size of the matrices.
        n: usize,
    },
    /// Haar probability on U(n), as real matrices (A -B; B A) of size 2n.
    Unitary {
        /// The complex size of the matrices.
        n: usize,
    },
    /// Haar probability on SU(n), as real matrices (A -B; B A) of size 2n.
    SpecialUnitary {
        /// The complex size of the matrices.
        n: usize,
    },
    /// Lebesgue measure on the matrices of Frobenius norm at most `radius`.
    FrobeniusBall {
        /// The size of the matrices.
        n: usize,
        /// The radius of the ball.
        radius: f64,
    },
}

impl Measure {
    /// The size of the (real) matrices.
    pub fn size(&self) -> usize {
        match *self {
            Measure::Unitary { n } | Measure::SpecialUnitary { n } => 2 * n,
            Measure::Orthogonal { n }
            | Measure::SpecialOrthogonal { n }
            | Measure::FrobeniusBall { n, .. } => n,
        }
    }

    /// The total mass: 1 for Haar probability, the Lebesgue volume of a ball.
    pub fn total(&self) -> f64 {
        match *self {
            Measure::FrobeniusBall { n, radius } => unit_ball_volume(n * n) * radius.powi((n * n) as i32),
            _ => 1.0,
        }
    }

    /// Checks the size and the radius.
    pub(super) fn check(&self) -> Result<(), GroupError> {
        let radius_is_fine = match *self {
            Measure::FrobeniusBall { radius, .. } => radius.is_finite() && radius > 0.0,
            _ => true,
        };
        if self.size() == 0 || !radius_is_fine {
            return Err(GroupError::Domain {
                what: format!("{self:?}"),
                expected: "a positive size and a positive finite radius".to_owned(),
            });
        }
        Ok(())
    }

    /// Draws one matrix.
    ///
    /// ```
    /// use groups::lie::haar::Measure;
    /// use rand::SeedableRng;
    /// let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(1);
    /// let g = Measure::SpecialOrthogonal { n: 4 }.sample(&mut rng);
    /// assert!((g.determinant() - 1.0).abs() < 1e-12 && (g.transpose() * &g - nalgebra::DMatrix::identity(4, 4)).norm() < 1e-12);
    /// ```
    pub fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> DMatrix<f64> {
        let mut matrix = DMatrix::zeros(self.size(), self.size());
        self.sample_into(rng, &mut matrix);
        matrix
    }

    /// Draws one matrix into a matrix of the right size, without allocation for n up to 16.
    ///
    /// # Panics
    /// When the target has the wrong size.
    pub fn sample_into<R: Rng + ?Sized>(&self, rng: &mut R, target: &mut DMatrix<f64>) {
        assert_eq!(
            target.shape(),
            (self.size(), self.size()),
            "the target has the size of the samples"
        );
        match *self {
            Measure::Orthogonal { .. } => {
                let sign = if rng.random() { 1.0 } else { -1.0 };
                haar(rng, target, Last::Sign(sign));
            }
            Measure::SpecialOrthogonal { .. } => haar(rng, target, Last::UnitDeterminant),
            Measure::Unitary { n } => unitary(rng, target, n, false),
            Measure::SpecialUnitary { n } => unitary(rng, target, n, true),
            Measure::FrobeniusBall { n, radius } => {
                target.iter_mut().for_each(|x| *x = rng.sample(StandardNormal));
                let uniform: f64 = rng.sample(Open01);
                *target *= radius * uniform.powf(1.0 / (n * n) as f64) / target.norm();
            }
        }
    }
}

/// How the 1 x 1 block is chosen.
#[derive(Clone, Copy)]
enum Last {
    Sign(f64),
    UnitDeterminant,
}

/// The subgroup algorithm, which is QR of a Gaussian matrix with the signs set right, by Householder reflections.
///
/// If x is Gaussian in m dimensions and H the reflection with H x = -s|x| e_1, s the sign of x_1, then -s H maps e_1 to
/// the uniform unit vector x/|x|, and -s H diag(1, U) is Haar on O(m) when U is Haar on O(m - 1) (Diaconis and
/// Shahshahani, *The subgroup algorithm for generating uniform random variables*, 1987; Stewart, SIAM J. Numer. Anal.
/// 17, 1980; Mezzadri, Notices AMS 54, 2007). The same holds for SO(m) with the last sign chosen for determinant one.
fn haar<R: Rng + ?Sized>(rng: &mut R, q: &mut DMatrix<f64>, last: Last) {
    let n = q.nrows();
    q.fill_with_identity();
    let mut small = [0.0; 16];
    let mut large = Vec::new();
    let v: &mut [f64] = if n <= small.len() {
        &mut small
    } else {
        large.resize(n, 0.0);
        &mut large
    };
    let mut determinant = 1.0;
    for m in 2..=n {
        let first = n - m;
        let v = &mut v[..m];
        v.iter_mut().for_each(|x| *x = rng.sample(StandardNormal));
        let norm = v.iter().map(|x| x * x).sum::<f64>().sqrt();
        let s = if v[0] < 0.0 { -1.0 } else { 1.0 };
        let squared = 2.0 * norm * (norm + v[0].abs());
        v[0] += s * norm;
        for j in first..n {
            let mut column = q.column_mut(j);
            let dot: f64 = v.iter().zip(column.iter().skip(first)).map(|(a, b)| a * b).sum();
            let factor = 2.0 * dot / squared;
            for (x, y) in column.iter_mut().skip(first).zip(v.iter()) {
                *x = -s * (*x - factor * y);
            }
        }
        // det(-s H) = (-s)^m (-1).
        determinant *= if m % 2 == 1 { s } else { -1.0 };
    }
    // The innermost block has been reflected with a one in its place; its sign multiplies the last column.
    let sign = match last {
        Last::Sign(sign) => sign,
        Last::UnitDeterminant => determinant,
    };
    if sign < 0.0 {
        q.column_mut(n - 1).neg_mut();
    }
}

/// Gram and Schmidt's process on complex Gaussian columns, twice for accuracy: the factor Q of a QR factorization with
/// positive diagonal is Haar on U(n) (Mezzadri, Notices AMS 54, 2007). Dividing one column by the determinant maps Haar
/// measure of U(n) to that of SU(n), since the map commutes with left multiplication by SU(n).
fn unitary<R: Rng + ?Sized>(rng: &mut R, target: &mut DMatrix<f64>, n: usize, special: bool) {
    let mut q = DMatrix::from_fn(n, n, |_, _| Complex::<f64>::zero());
    for j in 0..n {
        let mut column = nalgebra::DVector::from_fn(n, |_, _| {
            Complex::new(rng.sample(StandardNormal), rng.sample(StandardNormal))
        });
        for _ in 0..2 {
            for k in 0..j {
                let overlap = q.column(k).dotc(&column);
                column -= q.column(k) * overlap;
            }
        }
        let norm = column.norm();
        q.set_column(j, &(column / Complex::new(norm, 0.0)));
    }
    if special {
        let phase = q.determinant().conj();
        q.column_mut(0).iter_mut().for_each(|z| *z *= phase);
    }
    for i in 0..n {
        for j in 0..n {
            let z = q[(i, j)];
            target[(i, j)] = z.re;
            target[(n + i, n + j)] = z.re;
            target[(n + i, j)] = z.im;
            target[(i, n + j)] = -z.im;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn samples_are_orthogonal_with_the_right_determinants() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        for n in [1, 2, 3, 5, 20] {
            let mut signs = [0; 2];
            for _ in 0..64 {
                let g = Measure::Orthogonal { n }.sample(&mut rng);
                assert!((g.transpose() * &g - DMatrix::identity(n, n)).norm() < 1e-12);
                signs[usize::from(g.determinant() > 0.0)] += 1;
                let h = Measure::SpecialOrthogonal { n }.sample(&mut rng);
                assert!((h.transpose() * &h - DMatrix::identity(n, n)).norm() < 1e-12);
                assert!((h.determinant() - 1.0).abs() < 1e-12);
            }
            assert!(
                signs[0] > 12 && signs[1] > 12,
                "both components of O({n}): {signs:?}"
            );
        }
    }

    /// Moments of the trace: E tr(g)^2 = 1 on O(n) for every n >= 1, E tr(g)^4 = 3 for n >= 2 on O(n) (Diaconis and
    /// Shahshahani 1994), and on SO(3) the trace has mean 0, second moment 1 and third moment 1 (so(3) has one
    /// invariant 3-tensor).
    #[test]
    fn traces_have_haar_moments() {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let count = 200_000;
        let mut moments = |measure: Measure| {
            let mut target = DMatrix::zeros(measure.size(), measure.size());
            let mut sums = [0.0; 4];
            for _ in 0..count {
                measure.sample_into(&mut rng, &mut target);
                let trace = target.trace();
                for (k, sum) in sums.iter_mut().enumerate() {
                    *sum += trace.powi(k as i32 + 1) / f64::from(count);
                }
            }
            sums
        };
        for (measure, expected) in [
            (Measure::Orthogonal { n: 4 }, [0.0, 1.0, 0.0, 3.0]),
            (Measure::Orthogonal { n: 5 }, [0.0, 1.0, 0.0, 3.0]),
            (Measure::SpecialOrthogonal { n: 3 }, [0.0, 1.0, 1.0, 3.0]),
        ] {
            // Standard errors are below sqrt(E tr^8 / N) = sqrt(105 / 2e5) = 0.023.
            for (found, expected) in moments(measure).iter().zip(expected) {
                assert!(
                    (found - expected).abs() < 0.1,
                    "{measure:?}: {found} against {expected}"
                );
            }
        }
    }

    /// E |tr U|^2 = 1 and E |tr U|^4 = 2 on U(n), n >= 2; on SU(2) the trace is real with E tr^4 = 2, the Catalan number.
    #[test]
    fn unitary_traces_have_haar_moments() {
        let mut rng = ChaCha8Rng::seed_from_u64(6);
        let count = 50_000;
        for (measure, real) in [
            (Measure::Unitary { n: 3 }, false),
            (Measure::SpecialUnitary { n: 2 }, true),
        ] {
            let n = measure.size() / 2;
            let (mut second, mut fourth) = (0.0, 0.0);
            for _ in 0..count {
                let g = measure.sample(&mut rng);
                let real_part: f64 = (0..n).map(|i| g[(i, i)]).sum();
                let imaginary: f64 = (0..n).map(|i| g[(n + i, i)]).sum();
                assert!(!real || imaginary.abs() < 1e-12);
                let squared = real_part * real_part + imaginary * imaginary;
                second += squared / f64::from(count);
                fourth += squared * squared / f64::from(count);
            }
            // Standard errors are below sqrt(E |tr|^8 / N) = sqrt(24 / 5e4) = 0.022.
            assert!(
                (second - 1.0).abs() < 0.05 && (fourth - 2.0).abs() < 0.1,
                "{measure:?}: {second} {fourth}"
            );
            let g = measure.sample(&mut rng);
            assert!((g.transpose() * &g - DMatrix::identity(2 * n, 2 * n)).norm() < 1e-13);
        }
    }

    #[test]
    fn the_ball_is_filled_uniformly() {
        let mut rng = ChaCha8Rng::seed_from_u64(9);
        let measure = Measure::FrobeniusBall { n: 2, radius: 3.0 };
        let inside = (0..20_000)
            .filter(|_| measure.sample(&mut rng).norm() < 1.5)
            .count();
        // Binomial with p = 2^-4: standard error 0.0017.
        assert!((inside as f64 / 20_000.0 - 1.0 / 16.0).abs() < 0.007);
        assert!((measure.total() - std::f64::consts::PI.powi(2) / 2.0 * 81.0).abs() < 1e-9);
    }
}
