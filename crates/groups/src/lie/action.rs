//! Infinitesimal actions: a Lie algebra as vector fields on what its group acts on.

use num_rational::BigRational;
use num_traits::Zero;

use super::{LieAlgebra, Space};
use crate::GroupError;
use crate::polynomial::Polynomial;

impl LieAlgebra {
    /// The number of coordinates on which the matrices act, `None` without matrices.
    pub fn coordinates(&self) -> Option<usize> {
        let size = self.matrices()?.first()?.rows();
        Some(size - usize::from(self.space() == Some(Space::Affine)))
    }

    /// Requires matrices that act on `n` coordinates; the zero algebra acts on any number of them.
    pub(crate) fn check_acts_on(&self, n: usize, what: &str) -> Result<(), GroupError> {
        let label = self.name().unwrap_or("the algebra");
        match self.coordinates() {
            Some(coordinates) if coordinates == n => Ok(()),
            Some(coordinates) => Err(GroupError::Domain {
                what: format!("{label} acts on {coordinates} coordinates, {what} has {n}"),
                expected: "equal numbers of coordinates".to_owned(),
            }),
            None if self.dimension() == 0 => Ok(()),
            None => Err(GroupError::Domain {
                what: format!("{label} is given by structure constants alone"),
                expected: "an algebra of matrices, which act on coordinates".to_owned(),
            }),
        }
    }
}

/// The derivative of a polynomial along every basis field: `X.f = (A x + b) . grad f = d/dt f(exp(tA) x)` at t = 0.
///
/// A group element g acts on functions by `f(g^-1 x)`, whose derivative is `-X.f`: the kernel is the same.
///
/// # Errors
/// [`GroupError::Domain`] unless the algebra has matrices that act on as many coordinates as there are variables.
///
/// ```
/// use groups::lie::{infinitesimal_action, parse_algebra};
/// use groups::polynomial::Polynomial;
/// let f = Polynomial::parse("x^2 + 2*y^2", None)?;
/// let images = infinitesimal_action(&parse_algebra("so(2)")?, &f)?;
/// assert_eq!(images[0].to_string(), "-2*x*y");
/// # Ok::<(), groups::GroupError>(())
/// ```
pub fn infinitesimal_action(algebra: &LieAlgebra, f: &Polynomial) -> Result<Vec<Polynomial>, GroupError> {
    let n = f.variables();
    algebra.check_acts_on(n, "the polynomial")?;
    let gradient: Vec<Polynomial> = (0..n).map(|i| f.derivative(i)).collect();
    let affine = algebra.space() == Some(Space::Affine);
    let images = algebra.matrices().unwrap_or_default().iter().map(|matrix| {
        let mut image = Polynomial::zero(n);
        for (i, partial) in gradient.iter().enumerate() {
            for (j, a) in matrix.row(i)[..n]
                .iter()
                .enumerate()
                .filter(|(_, a)| !a.is_zero())
            {
                image.add_shifted(partial, j, a);
            }
            let translation = if affine {
                matrix[(i, n)].clone()
            } else {
                BigRational::zero()
            };
            if !translation.is_zero() {
                image = &image + &partial.scaled(&translation);
            }
        }
        image
    });
    Ok(images.collect())
}
