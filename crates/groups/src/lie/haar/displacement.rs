//! How far a matrix moves a polynomial, in floating point: the displacement whose volume is measured.

use nalgebra::DMatrix;
use num_traits::ToPrimitive;

use crate::GroupError;
use crate::lie::StabilizerMode;
use crate::linear::RationalMatrix;
use crate::polynomial::{Monomial, Polynomial, monomials_of_degree};

/// The norm on polynomials.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolynomialNorm {
    /// Euclidean on the coefficients of monomials.
    Coefficients,
    /// Bombieri's: x^a of degree d weighs a!/d!, which makes it invariant under O(n), part by part.
    Bombieri,
}

/// The distance between f and f∘g, prepared for many g.
///
/// For the zero set the distance is that between the lines through f and f∘g: of unit vectors, up to sign.
#[derive(Clone, Debug)]
pub struct PolynomialDisplacement {
    variables: usize,
    mode: StabilizerMode,
    /// For each degree that occurs: its monomials, the coefficients of f, the weights of the norm.
    parts: Vec<Part>,
    /// For each degree and monomial a variable and the index of the monomial one degree down.
    steps: Vec<Vec<(usize, usize)>>,
    /// For each degree, monomial and variable the index of their product one degree up.
    products: Vec<Vec<usize>>,
    norm: f64,
}

#[derive(Clone, Debug)]
struct Part {
    degree: usize,
    coefficients: Vec<f64>,
    weights: Vec<f64>,
}

impl PolynomialDisplacement {
    /// Prepares a polynomial of moderate degree.
    ///
    /// # Errors
    /// [`GroupError::Domain`] for the zero polynomial, [`GroupError::Limit`] above degree 16.
    ///
    /// ```
    /// use groups::lie::StabilizerMode;
    /// use groups::lie::haar::{PolynomialDisplacement, PolynomialNorm};
    /// use groups::polynomial::Polynomial;
    /// let circle = Polynomial::parse("x^2 + y^2", None)?;
    /// let by = PolynomialDisplacement::new(&circle, StabilizerMode::Function, PolynomialNorm::Coefficients)?;
    /// let stretched = nalgebra::DMatrix::from_row_slice(2, 2, &[2.0, 0.0, 0.0, 1.0]);
    /// assert_eq!(by.of(&stretched), 3.0);
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn new(f: &Polynomial, mode: StabilizerMode, norm: PolynomialNorm) -> Result<Self, GroupError> {
        const MAX_DEGREE: u64 = 16;
        let Some(degree) = f.degree() else {
            return Err(GroupError::Domain {
                what: "the zero polynomial".to_owned(),
                expected: "a figure that can be moved".to_owned(),
            });
        };
        if u64::from(degree) > MAX_DEGREE {
            return Err(GroupError::Limit {
                what: "the degree",
                asked: u64::from(degree),
                limit: MAX_DEGREE,
            });
        }
        let n = f.variables();
        let monomials: Vec<Vec<Monomial>> = (0..=degree).map(|d| monomials_of_degree(n, d)).collect();
        let index = |d: usize, m: &Monomial| {
            monomials[d]
                .binary_search(m)
                .expect("all monomials of the degree")
        };
        let mut steps = vec![Vec::new()];
        let mut products = Vec::new();
        for d in 0..degree as usize {
            let raised = |m: &Monomial| (0..n).map(|i| index(d + 1, &m.raised(i))).collect::<Vec<_>>();
            products.push(monomials[d].iter().flat_map(raised).collect());
            let lowered = |m: &Monomial| {
                let found = (0..n).find_map(|i| m.lowered(i).map(|low| (i, index(d, &low))));
                found.expect("a monomial of positive degree has a variable")
            };
            steps.push(monomials[d + 1].iter().map(lowered).collect());
        }
        let parts: Vec<Part> = (0..=degree as usize)
            .filter(|&d| {
                monomials[d]
                    .iter()
                    .any(|m| f.coefficient(m) != num_traits::Zero::zero())
            })
            .map(|d| Part {
                degree: d,
                coefficients: monomials[d]
                    .iter()
                    .map(|m| f.coefficient(m).to_f64().unwrap_or(f64::NAN))
                    .collect(),
                weights: monomials[d].iter().map(|m| weight(m, norm)).collect(),
            })
            .collect();
        let squared: f64 = parts
            .iter()
            .flat_map(|part| {
                part.coefficients
                    .iter()
                    .zip(&part.weights)
                    .map(|(c, w)| c * c * w)
            })
            .sum();
        Ok(PolynomialDisplacement {
            variables: n,
            mode,
            parts,
            steps,
            products,
            norm: squared.sqrt(),
        })
    }

    /// The number of variables.
    pub fn variables(&self) -> usize {
        self.variables
    }

    /// The singular values, decreasing, of the infinitesimal action of linear matrices: f -> (A x)·∇f in the norm of the
    /// figure; for the zero set of f/|f|, orthogonal to f.
    pub(super) fn singular_values(&self, algebra: &[RationalMatrix]) -> Vec<f64> {
        let n = self.variables;
        let height = self.parts.iter().map(|part| part.coefficients.len()).sum();
        let mut columns = DMatrix::zeros(height, algebra.len());
        for (column, a) in algebra.iter().enumerate() {
            let mut offset = 0;
            for part in &self.parts {
                // x^m -> sum over variables i in m of m_i (x^m / x_i)(row i of A).
                for (m, c) in part.coefficients.iter().enumerate().filter(|(_, c)| **c != 0.0) {
                    for (i, exponent, low) in self.lowered(part.degree, m) {
                        for j in 0..n {
                            let target = self.products[part.degree - 1][low * n + j];
                            let entry = a[(i, j)].to_f64().unwrap_or(f64::NAN);
                            columns[(offset + target, column)] += c * f64::from(exponent) * entry;
                        }
                    }
                }
                for (k, w) in part.weights.iter().enumerate() {
                    columns[(offset + k, column)] *= w.sqrt();
                }
                offset += part.coefficients.len();
            }
        }
        if self.mode == StabilizerMode::ZeroSet {
            let unit = nalgebra::DVector::from_iterator(
                height,
                self.parts.iter().flat_map(|part| {
                    part.coefficients
                        .iter()
                        .zip(&part.weights)
                        .map(|(c, w)| c * w.sqrt())
                }),
            ) / self.norm;
            columns /= self.norm;
            let along = unit.transpose() * &columns;
            columns -= unit * along;
        }
        super::figure_volume::sorted_singular_values(columns)
    }

    /// The variables of a monomial with their exponents and the index of the monomial without one power of each.
    fn lowered(&self, degree: usize, monomial: usize) -> Vec<(usize, u32, usize)> {
        if degree == 0 {
            return Vec::new();
        }
        let n = self.variables;
        let exponents = monomials_of_degree(n, degree as u32)[monomial]
            .exponents()
            .to_vec();
        let below = &self.products[degree - 1];
        (0..n)
            .filter(|&i| exponents[i] > 0)
            .map(|i| {
                let low = (0..below.len() / n).find(|low| below[low * n + i] == monomial);
                (
                    i,
                    exponents[i],
                    low.expect("a monomial with the variable has a quotient by it"),
                )
            })
            .collect()
    }

    /// The displacement |f∘g - f|, or the distance of the lines through them.
    pub fn of(&self, g: &DMatrix<f64>) -> f64 {
        let n = self.variables;
        let (mut inner, mut image_squared, mut difference_squared) = (0.0, 0.0, 0.0);
        // images[m] are the coefficients of the monomial m put through g, degree by degree.
        let mut images: Vec<Vec<f64>> = vec![vec![1.0]];
        let mut degree = 0;
        for part in &self.parts {
            while degree < part.degree {
                let next: Vec<Vec<f64>> = self.steps[degree + 1]
                    .iter()
                    .map(|&(variable, low)| {
                        let mut image = vec![0.0; self.steps[degree + 1].len()];
                        for (m, &c) in images[low].iter().enumerate() {
                            for j in 0..n {
                                image[self.products[degree][m * n + j]] += c * g[(variable, j)];
                            }
                        }
                        image
                    })
                    .collect();
                images = next;
                degree += 1;
            }
            for (k, (c, w)) in part.coefficients.iter().zip(&part.weights).enumerate() {
                let image: f64 = images
                    .iter()
                    .zip(&part.coefficients)
                    .map(|(row, c)| row[k] * c)
                    .sum();
                inner += image * c * w;
                image_squared += image * image * w;
                difference_squared += (image - c) * (image - c) * w;
            }
        }
        match self.mode {
            StabilizerMode::Function => difference_squared.sqrt(),
            StabilizerMode::ZeroSet => {
                // |u - v|² = 2 - 2 |<u, v>| for unit vectors, the nearer of v and -v.
                let cosine = inner.abs() / (self.norm * image_squared.sqrt()).max(f64::MIN_POSITIVE);
                (2.0 - 2.0 * cosine.min(1.0)).sqrt()
            }
        }
    }
}

fn weight(monomial: &Monomial, norm: PolynomialNorm) -> f64 {
    let factorial = |k: u32| (1..=k).map(f64::from).product::<f64>();
    match norm {
        PolynomialNorm::Coefficients => 1.0,
        PolynomialNorm::Bombieri => {
            monomial
                .exponents()
                .iter()
                .map(|&e| factorial(e))
                .product::<f64>()
                / factorial(monomial.degree())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Measure;
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn prepared(text: &str, n: usize, mode: StabilizerMode, norm: PolynomialNorm) -> PolynomialDisplacement {
        PolynomialDisplacement::new(&Polynomial::parse(text, Some(n)).unwrap(), mode, norm).unwrap()
    }

    /// Against exact substitution.
    #[test]
    fn agrees_with_exact_composition() {
        let f = Polynomial::parse("x^3 - 2*x*y*z + 3*y^2 - z + 5", Some(3)).unwrap();
        let entries = [2i32, 1, 0, -1, 3, 1, 0, 2, 1];
        let exact = f
            .compose_linear(&RationalMatrix::from_integers(3, 3, &entries.map(i64::from)).unwrap())
            .unwrap();
        let difference = &exact - &f;
        let expected: f64 = difference
            .terms()
            .map(|(_, c)| c.to_f64().unwrap().powi(2))
            .sum::<f64>()
            .sqrt();
        let g = DMatrix::from_row_slice(3, 3, &entries.map(f64::from));
        let by =
            PolynomialDisplacement::new(&f, StabilizerMode::Function, PolynomialNorm::Coefficients).unwrap();
        assert!(
            (by.of(&g) - expected).abs() < 1e-10 * expected,
            "{} {expected}",
            by.of(&g)
        );
    }

    #[test]
    fn symmetries_do_not_move_and_bombieri_is_invariant() {
        let turn = |t: f64| DMatrix::from_row_slice(2, 2, &[t.cos(), -t.sin(), t.sin(), t.cos()]);
        let square = prepared("x^4 + y^4", 2, StabilizerMode::Function, PolynomialNorm::Bombieri);
        assert!(square.of(&turn(std::f64::consts::FRAC_PI_2)) < 1e-14);
        assert!(square.of(&turn(0.3)) > 0.1);
        // |f∘gh - f∘h| = |f∘g - f| for orthogonal h: here through f∘g f∘g^-1 pairs of equal displacement.
        let skew = prepared(
            "x^3 + 2*x^2*y",
            2,
            StabilizerMode::Function,
            PolynomialNorm::Bombieri,
        );
        assert!((skew.of(&turn(0.7)) - skew.of(&turn(-0.7))).abs() < 1e-13);
        let plain = prepared(
            "x^3 + 2*x^2*y",
            2,
            StabilizerMode::Function,
            PolynomialNorm::Coefficients,
        );
        assert!(
            (plain.of(&turn(0.7)) - plain.of(&turn(-0.7))).abs() > 1e-3,
            "the plain norm is not invariant"
        );
    }

    #[test]
    fn the_zero_set_ignores_factors() {
        let line = prepared("x", 2, StabilizerMode::ZeroSet, PolynomialNorm::Coefficients);
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let mut g = Measure::FrobeniusBall { n: 2, radius: 1.0 }.sample(&mut rng);
        g[(0, 1)] = 0.0;
        assert!(line.of(&g) < 1e-7, "x -> c x");
        assert!(
            PolynomialDisplacement::new(
                &Polynomial::zero(2),
                StabilizerMode::ZeroSet,
                PolynomialNorm::Bombieri
            )
            .is_err()
        );
    }
}
