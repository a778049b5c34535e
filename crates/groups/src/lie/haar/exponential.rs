//! Exponential and logarithm of real matrices in floating point, each with an estimate of its error.

use nalgebra::DMatrix;

use crate::GroupError;

/// A matrix of floats with an estimate of its distance, in the Frobenius norm, from the exact one.
#[derive(Clone, PartialEq, Debug)]
pub struct EstimatedMatrix {
    /// The matrix.
    pub value: DMatrix<f64>,
    /// The estimate, from quantities that vanish in exact arithmetic; no bound that is proved.
    pub error: f64,
}

/// The exponential, by Padé approximation with scaling and squaring (N. Higham, *Functions of Matrices*, chapter 10).
///
/// The error is estimated by `|e^A - (e^(A/2))²|` and `|e^A e^-A - 1|`.
///
/// # Errors
/// [`GroupError::Shape`] for a matrix that is not square, [`GroupError::Domain`] when an entry of it or of the result is
/// not finite.
///
/// ```
/// use groups::lie::haar::{exp, log};
/// let a = nalgebra::DMatrix::from_row_slice(2, 2, &[0.0, -1.0, 1.0, 0.0]);
/// let turn = exp(&a)?;
/// assert!((turn.value[(0, 0)] - 1f64.cos()).abs() < 1e-15 && turn.error < 1e-14);
/// let back = log(&turn.value)?;
/// assert!((&back.value - a).norm() < 1e-14 && back.error < 1e-13);
/// # Ok::<(), groups::GroupError>(())
/// ```
pub fn exp(a: &DMatrix<f64>) -> Result<EstimatedMatrix, GroupError> {
    check(a)?;
    let value = a.exp();
    let half = (a * 0.5).exp();
    let inverse = (-a).exp();
    let identity = DMatrix::identity(a.nrows(), a.ncols());
    let doubled = (&value - &half * &half).norm();
    let product = (&value * &inverse - identity).norm();
    let error = doubled
        .max(product * value.norm())
        .max(f64::EPSILON * value.norm());
    if !error.is_finite() {
        return Err(domain("the exponential overflows"));
    }
    Ok(EstimatedMatrix { value, error })
}

/// The principal logarithm, by square roots and the series of artanh: `log X = 2^k · 2 artanh((Y - 1)(Y + 1)^-1)` with
/// Y the root of X of order 2^k.
///
/// The error is estimated by `|e^L - X| |X^-1|`.
///
/// # Errors
/// [`GroupError::Shape`] for a matrix that is not square; [`GroupError::Domain`] for entries that are not finite, for a
/// singular matrix, and for an eigenvalue that is negative, where there is no principal logarithm.
pub fn log(x: &DMatrix<f64>) -> Result<EstimatedMatrix, GroupError> {
    /// Within this distance of 1 the series converges to full accuracy in a dozen terms.
    const NEAR: f64 = 0.25;
    const MAX_ROOTS: usize = 100;
    check(x)?;
    let n = x.nrows();
    let identity = DMatrix::identity(n, n);
    let negative = x
        .complex_eigenvalues()
        .iter()
        .any(|z| z.re <= 0.0 && z.im.abs() <= f64::EPSILON * x.norm());
    let inverse = x.clone().try_inverse();
    let (false, Some(inverse)) = (negative, inverse) else {
        return Err(domain(
            "an eigenvalue is zero or negative, so that there is no principal logarithm",
        ));
    };
    let mut root = x.clone();
    let mut factor = 2.0;
    for _ in 0..MAX_ROOTS {
        if (&root - &identity).norm() < NEAR {
            break;
        }
        root = square_root(&root)?;
        factor *= 2.0;
    }
    let sum = (&root + &identity)
        .try_inverse()
        .ok_or_else(|| domain("the roots do not approach 1"))?;
    let z = (&root - &identity) * sum;
    let square = &z * &z;
    let mut power = z.clone();
    let mut value = z;
    for k in 1..40 {
        power = &power * &square;
        let term = &power / f64::from(2 * k + 1);
        value += &term;
        if term.norm() <= f64::EPSILON * value.norm() {
            break;
        }
    }
    value *= factor;
    let back = exp(&value)?;
    let error = ((back.value - x).norm() * inverse.norm()).max(f64::EPSILON * value.norm().max(1.0));
    Ok(EstimatedMatrix { value, error })
}

/// The principal square root by the product form of the Denman-Beavers iteration (Higham, section 6.3).
fn square_root(x: &DMatrix<f64>) -> Result<DMatrix<f64>, GroupError> {
    let identity = DMatrix::identity(x.nrows(), x.ncols());
    let mut product = x.clone();
    let mut root = x.clone();
    for _ in 0..60 {
        let inverse = product
            .clone()
            .try_inverse()
            .ok_or_else(|| domain("the square root does not converge"))?;
        root = &root * (&identity + &inverse) * 0.5;
        product = (&identity + (&product + &inverse) * 0.5) * 0.5;
        if (&product - &identity).norm() < 1e-15 * identity.norm() * x.nrows() as f64 {
            break;
        }
    }
    if root.iter().all(|y| y.is_finite()) {
        Ok(root)
    } else {
        Err(domain("the square root does not converge"))
    }
}

fn check(a: &DMatrix<f64>) -> Result<(), GroupError> {
    if a.nrows() != a.ncols() {
        return Err(GroupError::Shape {
            what: "the matrix".to_owned(),
            rows: a.nrows(),
            cols: a.ncols(),
            expected: "a square matrix".to_owned(),
        });
    }
    if a.iter().any(|x| !x.is_finite()) {
        return Err(domain("an entry is not finite"));
    }
    Ok(())
}

fn domain(what: &str) -> GroupError {
    GroupError::Domain {
        what: what.to_owned(),
        expected: "a matrix with a finite exponential, or an invertible one without negative eigenvalues"
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn closed_forms() {
        // A Jordan block: e^(tλ) (1 t; 0 1).
        let jordan = DMatrix::from_row_slice(2, 2, &[2.0, 1.0, 0.0, 2.0]);
        let found = exp(&jordan).unwrap();
        let e = 2f64.exp();
        let exact = DMatrix::from_row_slice(2, 2, &[e, e, 0.0, e]);
        assert!((&found.value - &exact).norm() <= found.error.max(1e-14) && found.error < 1e-13);
        let back = log(&exact).unwrap();
        assert!((back.value - jordan).norm() < 1e-13);
        let zero = exp(&DMatrix::zeros(3, 3)).unwrap();
        assert_eq!(zero.value, DMatrix::identity(3, 3));
    }

    #[test]
    fn logarithms_undo_exponentials_within_the_estimate() {
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        for n in 1..6 {
            let a = DMatrix::from_fn(n, n, |_, _| rng.random_range(-0.6..0.6));
            let image = exp(&a).unwrap();
            let back = log(&image.value).unwrap();
            let distance = (&back.value - &a).norm();
            assert!(
                distance < 1e-12 && back.error < 1e-11,
                "{n}: {distance} {}",
                back.error
            );
            assert!(
                distance <= 10.0 * (back.error + image.error),
                "{n}: {distance} {}",
                back.error
            );
        }
    }

    #[test]
    fn matrices_without_a_logarithm_are_refused() {
        assert!(log(&DMatrix::from_row_slice(2, 2, &[-1.0, 0.0, 0.0, 1.0])).is_err());
        assert!(log(&DMatrix::zeros(2, 2)).is_err());
        assert!(exp(&DMatrix::zeros(2, 3)).is_err());
        assert!(exp(&DMatrix::from_element(1, 1, f64::NAN)).is_err());
        assert!(exp(&DMatrix::from_element(1, 1, 1e6)).is_err());
    }
}
