//! Exact elements: Cayley transforms, exponentials of nilpotents, random members.

use num_rational::BigRational;
use num_traits::{One, Zero};
use rand::{Rng, RngExt};

use super::MatrixGroup;
use crate::GroupError;
use crate::lie::LieAlgebra;
use crate::linear::RationalMatrix;
use crate::scalar::rational;

/// The Cayley transform (1 - S)^-1 (1 + S).
///
/// It maps the Lie algebra of a group defined by a bilinear form (O(p,q), Sp) into the group, and its image is every
/// element without the eigenvalue -1.
///
/// # Errors
/// [`GroupError::Shape`] when not square, [`GroupError::Singular`] when 1 is an eigenvalue of S.
///
/// ```
/// use groups::lie::cayley_transform;
/// use groups::linear::RationalMatrix;
/// let rotation = cayley_transform(&RationalMatrix::parse("0, -1/2; 1/2, 0")?)?;
/// assert_eq!(rotation, RationalMatrix::parse("3/5, -4/5; 4/5, 3/5")?);
/// # Ok::<(), groups::GroupError>(())
/// ```
pub fn cayley_transform(s: &RationalMatrix) -> Result<RationalMatrix, GroupError> {
    let one = RationalMatrix::identity(s.square_size("the matrix to transform")?);
    (&one - s).inverse()?.try_mul(&(&one + s))
}

/// The exponential of a nilpotent matrix, a finite sum.
///
/// # Errors
/// [`GroupError::Shape`] when not square, [`GroupError::Domain`] when the matrix is not nilpotent.
pub fn exp_nilpotent(a: &RationalMatrix) -> Result<RationalMatrix, GroupError> {
    let n = a.square_size("the matrix")?;
    let mut sum = RationalMatrix::identity(n);
    let mut term = RationalMatrix::identity(n);
    for k in 1..=n {
        term = (&term * a).scaled(&rational(1, k as i64));
        sum = &sum + &term;
    }
    if term.is_zero() {
        Ok(sum)
    } else {
        Err(not("nilpotent", a))
    }
}

/// The logarithm of a matrix whose only eigenvalue is 1, a finite sum.
///
/// # Errors
/// [`GroupError::Shape`] when not square, [`GroupError::Domain`] when the matrix is not unipotent.
///
/// ```
/// use groups::lie::{exp_nilpotent, log_unipotent};
/// use groups::linear::RationalMatrix;
/// let a = RationalMatrix::parse("0 1 2; 0 0 3; 0 0 0")?;
/// assert_eq!(log_unipotent(&exp_nilpotent(&a)?)?, a);
/// # Ok::<(), groups::GroupError>(())
/// ```
pub fn log_unipotent(g: &RationalMatrix) -> Result<RationalMatrix, GroupError> {
    let n = g.square_size("the matrix")?;
    let step = g - &RationalMatrix::identity(n);
    let mut sum = RationalMatrix::zeros(n, n);
    let mut power = RationalMatrix::identity(n);
    for k in 1..=n as i64 {
        power = &power * &step;
        sum = &sum + &power.scaled(&rational(if k % 2 == 1 { 1 } else { -1 }, k));
    }
    if power.is_zero() {
        Ok(sum)
    } else {
        Err(not("unipotent", g))
    }
}

fn not(property: &str, matrix: &RationalMatrix) -> GroupError {
    GroupError::Domain {
        what: format!("the matrix {matrix} is not {property}"),
        expected: format!("a {property} matrix"),
    }
}

impl LieAlgebra {
    /// The adjoint action of a group element: the matrix of X -> g X g^-1 in the basis of the algebra.
    ///
    /// # Errors
    /// [`GroupError::Singular`] for a singular matrix, [`GroupError::Domain`] when the algebra has no matrices or g does
    /// not normalize it.
    ///
    /// ```
    /// use groups::lie::parse_algebra;
    /// use groups::linear::RationalMatrix;
    /// let so3 = parse_algebra("so(3)")?;
    /// let g = RationalMatrix::parse("3/5, -4/5, 0; 4/5, 3/5, 0; 0, 0, 1")?;
    /// let adjoint = so3.adjoint_action(&g)?;
    /// // Ad keeps the Killing form.
    /// let killing = so3.killing_form();
    /// assert_eq!(&(&adjoint.transpose() * &killing) * &adjoint, killing);
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn adjoint_action(&self, g: &RationalMatrix) -> Result<RationalMatrix, GroupError> {
        let basis = self.matrices().ok_or_else(|| GroupError::Domain {
            what: "the algebra has no matrices".to_owned(),
            expected: "an algebra of matrices".to_owned(),
        })?;
        let inverse = g.inverse()?;
        let flat: Vec<Vec<BigRational>> = basis.iter().map(|m| m.entries().to_vec()).collect();
        let columns = RationalMatrix::from_rows(flat)?.transpose();
        let mut images = Vec::with_capacity(basis.len());
        for x in basis {
            let image = g.try_mul(x)?.try_mul(&inverse)?;
            images.push(
                columns
                    .solve(image.entries())?
                    .ok_or_else(|| GroupError::Domain {
                        what: format!("conjugation by {g} leaves the algebra"),
                        expected: "an element of the normalizer".to_owned(),
                    })?,
            );
        }
        Ok(RationalMatrix::from_fn(basis.len(), basis.len(), |i, j| {
            images[j][i].clone()
        }))
    }
}

impl MatrixGroup {
    /// A random rational element with entries built from integers of size at most `height`.
    ///
    /// The elements are exact members and reach every connected component; their distribution is no invariant measure.
    ///
    /// # Errors
    /// [`GroupError::Domain`] for a height of zero.
    pub fn random_element(
        &self,
        height: u32,
        rng: &mut (impl Rng + ?Sized),
    ) -> Result<RationalMatrix, GroupError> {
        if height == 0 {
            return Err(GroupError::Domain {
                what: "height 0".to_owned(),
                expected: "a positive height".to_owned(),
            });
        }
        let h = i64::from(height);
        Ok(match self {
            Self::General(n) => invertible(*n, h, rng),
            Self::Special(n) => transvections(*n, h, rng),
            Self::Orthogonal(p, q) => {
                let g = self.cayley_element(h, rng)?;
                // Reflections in a positive and in a negative direction reach all components.
                let signs: Vec<bool> = (0..p + q).map(|i| (i == 0 || i == *p) && rng.random()).collect();
                &g * &RationalMatrix::from_fn(p + q, p + q, |i, j| sign(i == j, signs[i]))
            }
            Self::SpecialOrthogonal(p, q) => {
                let g = self.cayley_element(h, rng)?;
                let flip = *p > 0 && *q > 0 && rng.random();
                &g * &RationalMatrix::from_fn(p + q, p + q, |i, j| sign(i == j, flip && (i == 0 || i == *p)))
            }
            Self::Symplectic(_) | Self::Unitary(_) => self.cayley_element(h, rng)?,
            Self::SpecialUnitary(n) => special_unitary(*n, h, rng)?,
            Self::Affine(n) => affine(&invertible(*n, h, rng), h, rng),
            Self::Euclidean(n) => affine(&Self::Orthogonal(*n, 0).random_element(height, rng)?, h, rng),
            Self::SpecialEuclidean(n) => affine(
                &Self::SpecialOrthogonal(*n, 0).random_element(height, rng)?,
                h,
                rng,
            ),
            Self::Similarity(n) => {
                let scale = rational(rng.random_range(1..=h), rng.random_range(1..=h));
                affine(
                    &Self::Orthogonal(*n, 0)
                        .random_element(height, rng)?
                        .scaled(&scale),
                    h,
                    rng,
                )
            }
            Self::Heisenberg(_) | Self::Unitriangular(_) => {
                exp_nilpotent(&self.random_algebra_element(h, rng)?)?
            }
            Self::Torus(n) => {
                let entries: Vec<BigRational> = (0..*n)
                    .map(|_| {
                        sign(true, rng.random()) * rational(rng.random_range(1..=h), rng.random_range(1..=h))
                    })
                    .collect();
                RationalMatrix::from_fn(*n, *n, |i, j| {
                    if i == j {
                        entries[i].clone()
                    } else {
                        BigRational::zero()
                    }
                })
            }
            Self::Product(factors) => {
                let mut product = RationalMatrix::zeros(0, 0);
                for factor in factors {
                    product = product.direct_sum(&factor.random_element(height, rng)?);
                }
                product
            }
        })
    }

    fn random_algebra_element(
        &self,
        h: i64,
        rng: &mut (impl Rng + ?Sized),
    ) -> Result<RationalMatrix, GroupError> {
        let algebra = self.algebra()?;
        let coordinates: Vec<BigRational> = (0..algebra.dimension())
            .map(|_| rational(rng.random_range(-h..=h), rng.random_range(1..=h)))
            .collect();
        let size = self.matrix_size();
        Ok(algebra
            .element(&coordinates)
            .filter(|m| m.rows() == size)
            .unwrap_or_else(|| RationalMatrix::zeros(size, size)))
    }

    fn cayley_element(&self, h: i64, rng: &mut (impl Rng + ?Sized)) -> Result<RationalMatrix, GroupError> {
        loop {
            match cayley_transform(&self.random_algebra_element(h, rng)?) {
                Err(GroupError::Singular { .. }) => {}
                other => return other,
            }
        }
    }
}

fn sign(diagonal: bool, negative: bool) -> BigRational {
    match (diagonal, negative) {
        (false, _) => BigRational::zero(),
        (true, true) => -BigRational::one(),
        (true, false) => BigRational::one(),
    }
}

fn invertible(n: usize, h: i64, rng: &mut (impl Rng + ?Sized)) -> RationalMatrix {
    loop {
        let g = RationalMatrix::from_fn(n, n, |_, _| rational(rng.random_range(-h..=h), 1));
        if g.rank() == n {
            return g;
        }
    }
}

/// A product of elementary matrices, which have determinant one.
fn transvections(n: usize, h: i64, rng: &mut (impl Rng + ?Sized)) -> RationalMatrix {
    let mut g = RationalMatrix::identity(n);
    for _ in 0..if n > 1 { 2 * n } else { 0 } {
        let i = rng.random_range(0..n);
        let j = (i + rng.random_range(1..n)) % n;
        let mut elementary = RationalMatrix::identity(n);
        elementary[(i, j)] = rational(rng.random_range(-h..=h), rng.random_range(1..=h));
        g = &g * &elementary;
    }
    g
}

fn affine(linear: &RationalMatrix, h: i64, rng: &mut (impl Rng + ?Sized)) -> RationalMatrix {
    let n = linear.rows();
    let b: Vec<BigRational> = (0..n)
        .map(|_| rational(rng.random_range(-h..=h), rng.random_range(1..=h)))
        .collect();
    RationalMatrix::from_fn(n + 1, n + 1, |i, j| match (i < n, j < n) {
        (true, true) => linear[(i, j)].clone(),
        (true, false) => b[i].clone(),
        (false, true) => BigRational::zero(),
        (false, false) => BigRational::one(),
    })
}

/// A product of rotations in coordinate planes of C^n: the Cayley transform of an element of su(2) has determinant one.
fn special_unitary(n: usize, h: i64, rng: &mut (impl Rng + ?Sized)) -> Result<RationalMatrix, GroupError> {
    let mut g = RationalMatrix::identity(2 * n);
    let small = MatrixGroup::SpecialUnitary(2);
    for i in 0..n {
        for j in i + 1..n {
            let plane = small.cayley_element(h, rng)?;
            let place = [i, j, n + i, n + j];
            let mut block = RationalMatrix::identity(2 * n);
            for (a, &row) in place.iter().enumerate() {
                for (b, &column) in place.iter().enumerate() {
                    block[(row, column)] = plane[(a, b)].clone();
                }
            }
            g = &g * &block;
        }
    }
    Ok(g)
}

#[cfg(test)]
mod tests {
    use super::super::tests::EVERY_FAMILY;
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn random_elements_products_and_inverses_are_members() {
        let mut rng = ChaCha8Rng::seed_from_u64(8);
        for text in EVERY_FAMILY {
            let group: MatrixGroup = text.parse().unwrap();
            for _ in 0..4 {
                let g = group.random_element(3, &mut rng).unwrap();
                let h = group.random_element(3, &mut rng).unwrap();
                assert!(group.contains(&g).unwrap(), "{text}: {g}");
                assert!(group.contains(&(&g * &h)).unwrap(), "{text}");
                assert!(group.contains(&g.inverse().unwrap()).unwrap(), "{text}");
            }
        }
    }

    #[test]
    fn the_adjoint_action_is_a_homomorphism_into_automorphisms() {
        let mut rng = ChaCha8Rng::seed_from_u64(9);
        for text in ["SO(3)", "SL(2)", "SE(2)", "Heis(3)", "Sp(4)"] {
            let group: MatrixGroup = text.parse().unwrap();
            let algebra = group.algebra().unwrap();
            let g = group.random_element(2, &mut rng).unwrap();
            let h = group.random_element(2, &mut rng).unwrap();
            let (ad_g, ad_h) = (
                algebra.adjoint_action(&g).unwrap(),
                algebra.adjoint_action(&h).unwrap(),
            );
            assert_eq!(
                algebra.adjoint_action(&(&g * &h)).unwrap(),
                &ad_g * &ad_h,
                "{text}"
            );
            let (x, y) = (ad_g.column(0), ad_g.column(1));
            let bracket = algebra.bracket(
                &(0..algebra.dimension())
                    .map(|i| rational(i64::from(i == 0), 1))
                    .collect::<Vec<_>>(),
                &(0..algebra.dimension())
                    .map(|i| rational(i64::from(i == 1), 1))
                    .collect::<Vec<_>>(),
            );
            assert_eq!(algebra.bracket(&x, &y), ad_g.apply(&bracket).unwrap(), "{text}");
        }
        let so2 = "SO(2)".parse::<MatrixGroup>().unwrap().algebra().unwrap();
        assert!(
            so2.adjoint_action(&RationalMatrix::parse("1 1; 0 1").unwrap())
                .is_err()
        );
        assert!(so2.adjoint_action(&RationalMatrix::zeros(2, 2)).is_err());
    }

    #[test]
    fn exponentials_need_nilpotents() {
        assert!(exp_nilpotent(&RationalMatrix::identity(2)).is_err());
        assert!(log_unipotent(&RationalMatrix::zeros(2, 2)).is_err());
        assert!(matches!(
            cayley_transform(&RationalMatrix::identity(2)),
            Err(GroupError::Singular { .. })
        ));
    }
}
