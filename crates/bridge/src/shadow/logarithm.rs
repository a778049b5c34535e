//! Logarithms of group elements: the one-parameter subgroup exp(tX) through an element, where there is one.
//!
//! In SO(n) every element has a logarithm: it is a direct sum of plane rotations and ±1, and the −1 come in pairs, each
//! pair a half turn. An orthogonal matrix of determinant −1 lies in another component and has none. In
//! GL(n) the principal logarithm exists iff no eigenvalue lies on (−∞, 0]; it is computed by inverse scaling and
//! squaring, A^(1/2ᵏ) by the product form of the Denman-Beavers iteration, then the \[7/7\] Padé approximant of log(I + E)
//! as a Gauss-Legendre sum (Higham, *Functions of Matrices*, 2008, §6.3, §11.4 and §11.5). A real logarithm can exist
//! beyond that, if the Jordan blocks of each negative eigenvalue come in pairs (Culver 1966); it is then not unique and
//! not isolated, and none is returned.
//!
//! ```
//! use bridge::shadow::{Logarithm, log_linear};
//! use nalgebra::dmatrix;
//! let Logarithm::Exists { generator, residual } = log_linear(&dmatrix![2.0, 1.0; 0.0, 2.0]) else {
//!     panic!("positive eigenvalues")
//! };
//! assert!((generator - dmatrix![2f64.ln(), 0.5; 0.0, 2f64.ln()]).norm() < 1e-13 && residual < 1e-14);
//! assert!(matches!(log_linear(&dmatrix![-1.0, 0.0; 0.0, 1.0]), Logarithm::None { .. }));
//! ```

use nalgebra::{DMatrix, Schur};
use serde::{Deserialize, Serialize};

/// Why an element has no logarithm here.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoLogarithm {
    /// Its group is finite: the Lie algebra is zero.
    FiniteGroup,
    /// Its determinant is not positive: it is not in the identity component.
    OtherComponent,
    /// It has an eigenvalue on the negative real axis, so no principal logarithm.
    NegativeEigenvalue {
        /// The eigenvalue.
        eigenvalue: f64,
    },
    /// The iteration did not converge: the matrix is singular or too ill conditioned.
    NoConvergence,
}

/// A logarithm in the Lie algebra, or why there is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Logarithm {
    /// exp(generator) is the element.
    Exists {
        /// X.
        generator: DMatrix<f64>,
        /// ‖exp(X) − A‖/‖A‖ in the Frobenius norm, evaluated anew.
        residual: f64,
    },
    /// There is none, or none is known.
    None {
        /// Why.
        reason: NoLogarithm,
    },
}

impl Logarithm {
    pub(super) fn none(reason: NoLogarithm) -> Self {
        Logarithm::None { reason }
    }

    fn checked(generator: DMatrix<f64>, a: &DMatrix<f64>) -> Self {
        let residual = (generator.exp() - a).norm() / a.norm();
        if residual < 1e-6 {
            Logarithm::Exists { generator, residual }
        } else {
            Logarithm::none(NoLogarithm::NoConvergence)
        }
    }
}

/// An eigenvalue this close to the real axis, relative to its size, is taken as real.
const REAL: f64 = 1e-12;

/// A skew logarithm of an orthogonal matrix, with rotation angles in \[−π, π\]. O(n³).
///
/// The symmetric part of Q has the cosines of the angles as eigenvalues, each plane a double one, and commutes with the
/// skew part K. Away from half turns log Q = g(S)K with g(cos θ) = θ/sin θ. Near half turns the same gives the small
/// logarithm M of −Q, and log Q = M + πJ with a complex structure J that commutes with M: −M/|M| on each plane.
///
/// # Panics
/// If `q` is not square.
pub fn log_orthogonal(q: &DMatrix<f64>) -> Logarithm {
    let n = q.nrows();
    let eigen = ((q + q.transpose()) * 0.5).symmetric_eigen();
    let boundary = widest_gap(eigen.eigenvalues.as_slice());
    let (near, far): (Vec<usize>, Vec<usize>) = (0..n).partition(|&i| eigen.eigenvalues[i] < boundary);
    if near.len() % 2 == 1 {
        return Logarithm::none(NoLogarithm::OtherComponent);
    }
    let (half, rest) = (
        eigen.eigenvectors.select_columns(&near),
        eigen.eigenvectors.select_columns(&far),
    );
    let turned = small_logarithm(&(rest.transpose() * q * &rest));
    let small = small_logarithm(&-(half.transpose() * q * &half));
    let structure = complex_structure(&small) * std::f64::consts::PI;
    let generator = &rest * turned * rest.transpose() + &half * (small + structure) * half.transpose();
    let skew = (&generator - generator.transpose()) * 0.5;
    Logarithm::checked(skew, q)
}

/// A number in [−0.95, −0.3] as far as possible from all the given cosines, so that no plane is divided.
fn widest_gap(cosines: &[f64]) -> f64 {
    let (lo, hi) = (-0.95, -0.3);
    let mut marks: Vec<f64> = cosines
        .iter()
        .copied()
        .filter(|c| (lo..=hi).contains(c))
        .chain([lo, hi])
        .collect();
    marks.sort_by(f64::total_cmp);
    let widest = marks
        .windows(2)
        .max_by(|a, b| (a[1] - a[0]).total_cmp(&(b[1] - b[0])));
    widest.map_or(lo, |gap| 0.5 * (gap[0] + gap[1]))
}

/// g(S)K for an orthogonal matrix without rotations near a half turn.
fn small_logarithm(q: &DMatrix<f64>) -> DMatrix<f64> {
    if q.is_empty() {
        return q.clone();
    }
    let mut eigen = ((q + q.transpose()) * 0.5).symmetric_eigen();
    eigen.eigenvalues.apply(|c| {
        let versine = 1.0 - *c;
        *c = if versine < 1e-8 {
            1.0 + versine / 3.0
        } else {
            c.acos() / (versine * (1.0 + *c)).sqrt()
        };
    });
    eigen.recompose() * (q - q.transpose()) * 0.5
}

/// A skew J with J² = −1 that commutes with the small skew matrix M of even size: −M/|M| on the planes of M, and any
/// pairing of the directions that M does not move.
fn complex_structure(m: &DMatrix<f64>) -> DMatrix<f64> {
    let n = m.nrows();
    if n == 0 {
        return m.clone();
    }
    let eigen = (m.transpose() * m).symmetric_eigen();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]));
    // the directions in turn, then those that M gives them as partners
    let mut chosen: Vec<nalgebra::DVector<f64>> = Vec::with_capacity(n);
    let mut structure = DMatrix::zeros(n, n);
    let free = |v: nalgebra::DVector<f64>, chosen: &[nalgebra::DVector<f64>], share: f64| {
        let size = v.norm();
        let mut v = v;
        for _ in 0..2 {
            for b in chosen {
                v.axpy(-b.dot(&v), b, 1.0);
            }
        }
        // what is left of a direction already taken is rounding
        (v.norm() > share * size && size > 1e-14).then(|| v.normalize())
    };
    // a second pass for directions of which too little was left at first
    for (&i, share) in order
        .iter()
        .map(|i| (i, 0.3))
        .chain(order.iter().map(|i| (i, 0.02)))
    {
        let Some(w) = free(eigen.eigenvectors.column(i).into_owned(), &chosen, share) else {
            continue;
        };
        chosen.push(w.clone());
        let moved = free(-(m * &w), &chosen, share);
        let partner = moved.or_else(|| {
            let candidates = order
                .iter()
                .rev()
                .map(|&j| eigen.eigenvectors.column(j).into_owned());
            candidates.filter_map(|v| free(v, &chosen, 0.02)).next()
        });
        let Some(partner) = partner else {
            break; // the residual of the logarithm tells
        };
        structure += &partner * w.transpose() - &w * partner.transpose();
        chosen.push(partner);
    }
    structure
}

/// The principal logarithm of an invertible real matrix. O(n³ (log ‖A‖ + log ‖A⁻¹‖)).
///
/// # Panics
/// If `a` is not square.
pub fn log_linear(a: &DMatrix<f64>) -> Logarithm {
    if let Some(eigenvalues) = eigenvalues(a) {
        let negative = eigenvalues
            .iter()
            .filter(|z| z.re <= 0.0 && z.im.abs() <= REAL * z.norm());
        let negative: Vec<f64> = negative.map(|z| z.re).collect();
        if negative.len() % 2 == 1 {
            return Logarithm::none(NoLogarithm::OtherComponent);
        }
        if let Some(&eigenvalue) = negative.first() {
            return Logarithm::none(NoLogarithm::NegativeEigenvalue { eigenvalue });
        }
    }
    match inverse_scaling_and_squaring(a) {
        Some(generator) => Logarithm::checked(generator, a),
        None => Logarithm::none(NoLogarithm::NoConvergence),
    }
}

/// The eigenvalues, if the QR iteration converges at one of a few tolerances (it can stall on clusters at the finest).
fn eigenvalues(a: &DMatrix<f64>) -> Option<nalgebra::DVector<nalgebra::Complex<f64>>> {
    let tolerances = [1.0, 16.0, 256.0, 4096.0].map(|ulps| ulps * f64::EPSILON);
    let schur = tolerances
        .iter()
        .find_map(|eps| Schur::try_new(a.clone(), *eps, 100 * a.nrows()));
    schur.map(|schur| schur.complex_eigenvalues())
}

/// Abscissae and weights of 7-point Gauss-Legendre quadrature on [0, 1].
const GAUSS: [(f64, f64); 7] = [
    (0.025_446_043_828_620_737, 0.064_742_483_084_434_85),
    (0.129_234_407_200_302_78, 0.139_852_695_744_638_33),
    (0.297_077_424_311_301_4, 0.190_915_025_252_559_47),
    (0.5, 0.208_979_591_836_734_7),
    (0.702_922_575_688_698_6, 0.190_915_025_252_559_47),
    (0.870_765_592_799_697_2, 0.139_852_695_744_638_33),
    (0.974_553_956_171_379_3, 0.064_742_483_084_434_85),
];

/// The Padé approximant is exact to rounding for ‖E‖ below this (Higham, table 11.1).
const NEAR_IDENTITY: f64 = 0.25;

fn inverse_scaling_and_squaring(a: &DMatrix<f64>) -> Option<DMatrix<f64>> {
    let identity = DMatrix::identity(a.nrows(), a.nrows());
    let mut root = a.clone();
    let mut scale = 1.0;
    while (&root - &identity).norm() > NEAR_IDENTITY {
        root = square_root(root)?;
        scale *= 2.0;
        if scale > 1e15 {
            return None;
        }
    }
    let e = root - &identity;
    let mut log = DMatrix::zeros(a.nrows(), a.nrows());
    for (x, weight) in GAUSS {
        log += (&identity + &e * x).lu().solve(&e)? * weight;
    }
    Some(log * scale)
}

/// The principal square root by the product form of the Denman-Beavers iteration with determinantal scaling.
fn square_root(a: DMatrix<f64>) -> Option<DMatrix<f64>> {
    let n = a.nrows();
    let identity = DMatrix::identity(n, n);
    let (mut m, mut x) = (a.clone(), a);
    for _ in 0..100 {
        let error = (&m - &identity).norm();
        let inverse = m.clone().try_inverse()?;
        // scaling speeds up the first steps only
        let mu = if error > 1e-2 {
            m.determinant().abs().powf(-0.5 / n as f64)
        } else {
            1.0
        };
        let mu = if mu.is_finite() && mu > 0.0 { mu } else { 1.0 };
        let square = mu * mu;
        x = &x * (&identity + &inverse / square) * (0.5 * mu);
        m = (&identity + (&m * square + inverse / square) * 0.5) * 0.5;
        if !x.iter().all(|v| v.is_finite()) {
            return None;
        }
        if (&m - &identity).norm() < n as f64 * f64::EPSILON * 4.0
            || (error < 1e-9 && (&m - &identity).norm() >= error)
        {
            return Some(x);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::dmatrix;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn random(rng: &mut ChaCha8Rng, n: usize) -> DMatrix<f64> {
        DMatrix::from_fn(n, n, |_, _| rng.random_range(-1.0..1.0))
    }

    fn expect(log: Logarithm) -> (DMatrix<f64>, f64) {
        match log {
            Logarithm::Exists { generator, residual } => (generator, residual),
            Logarithm::None { reason } => panic!("no logarithm: {reason:?}"),
        }
    }

    #[test]
    fn the_logarithm_of_an_exponential_is_its_exponent_within_the_principal_strip() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for n in [1usize, 2, 3, 6, 12, 30] {
            let x = random(&mut rng, n);
            let x = &x * (1.5 / x.norm()); // spectrum within |Im| < π
            let (generator, residual) = expect(log_linear(&x.exp()));
            assert!(
                (&generator - &x).norm() < 1e-11 && residual < 1e-12,
                "n = {n}: {residual}"
            );
            let skew = &x - x.transpose();
            let (generator, residual) = expect(log_orthogonal(&skew.exp()));
            assert!((&generator - &skew).norm() < 1e-10 && residual < 1e-11, "n = {n}");
            assert_eq!(generator, -generator.transpose());
        }
    }

    #[test]
    fn every_rotation_has_one_even_with_half_turns() {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        for n in 2..9 {
            for _ in 0..20 {
                let mut q = random(&mut rng, n).qr().q();
                if q.determinant() < 0.0 {
                    assert!(matches!(
                        log_orthogonal(&q),
                        Logarithm::None {
                            reason: NoLogarithm::OtherComponent
                        }
                    ));
                    q.column_mut(0).neg_mut();
                }
                assert!(expect(log_orthogonal(&q)).1 < 1e-9);
                // a product of half turns in a random frame
                let mut signs = DMatrix::identity(n, n);
                signs[(0, 0)] = -1.0;
                signs[(1, 1)] = -1.0;
                let half = &q * signs * q.transpose();
                assert!(expect(log_orthogonal(&half)).1 < 1e-9);
            }
        }
        assert!(matches!(
            log_orthogonal(&dmatrix![0.0, 1.0; 1.0, 0.0]),
            Logarithm::None {
                reason: NoLogarithm::OtherComponent
            }
        ));
    }

    #[test]
    fn large_and_nearly_singular_matrices() {
        let (x, _) = expect(log_linear(&dmatrix![1e6, 0.0; 0.0, 1e-6]));
        assert!((x - dmatrix![6.0, 0.0; 0.0, -6.0] * 10f64.ln()).norm() < 1e-8);
        assert!(matches!(
            log_linear(&dmatrix![1.0, 0.0; 0.0, 0.0]),
            Logarithm::None { .. }
        ));
        assert!(matches!(
            log_linear(&dmatrix![-2.0, 0.0; 0.0, -3.0]),
            Logarithm::None {
                reason: NoLogarithm::NegativeEigenvalue { .. }
            }
        ));
    }
}
