//! The equations of a stabilizer in the entries of an unknown matrix.

use std::collections::BTreeMap;

use num_rational::BigRational;
use num_traits::{One, Zero};

use crate::GroupError;
use crate::lie::{Figure, MatrixGroup, StabilizerMode};
use crate::polynomial::{Monomial, Polynomial};

/// The entries of an unknown matrix T as variables: A row by row, then b, then 1/det A where it is needed.
pub(super) struct Unknowns {
    /// The number of coordinates.
    pub(super) n: usize,
    affine: bool,
    pub(super) count: usize,
}

impl Unknowns {
    pub(super) fn of(group: &MatrixGroup) -> Result<Self, GroupError> {
        let (n, affine, unimodular) = match group {
            MatrixGroup::General(n) => (*n, false, false),
            MatrixGroup::Special(n) => (*n, false, true),
            MatrixGroup::Orthogonal(n, 0) | MatrixGroup::SpecialOrthogonal(n, 0) => (*n, false, true),
            MatrixGroup::Affine(n) => (*n, true, false),
            MatrixGroup::Euclidean(n) | MatrixGroup::SpecialEuclidean(n) => (*n, true, true),
            _ => {
                return Err(GroupError::Domain {
                    what: format!("the component group of a stabilizer in {group}"),
                    expected: "GL(n), SL(n), O(n), SO(n), Aff(n), E(n) or SE(n)".to_owned(),
                });
            }
        };
        let count = n * n + if affine { n } else { 0 } + usize::from(!unimodular);
        // Outside the unimodular groups one more unknown keeps the determinant away from zero.
        Ok(Unknowns { n, affine, count })
    }

    pub(super) fn entry(&self, i: usize, j: usize) -> Polynomial {
        Polynomial::variable(self.count, i * self.n + j)
    }

    pub(super) fn constant(&self, value: &BigRational) -> Polynomial {
        Polynomial::constant(self.count, value.clone())
    }

    /// T as an n x n matrix, or (A b; 0 1).
    pub(super) fn matrix(&self) -> Vec<Vec<Polynomial>> {
        let size = self.n + usize::from(self.affine);
        let bottom = |j: usize| {
            if j == self.n {
                BigRational::one()
            } else {
                BigRational::zero()
            }
        };
        (0..size)
            .map(|i| {
                (0..size)
                    .map(|j| match (i < self.n, j < self.n) {
                        (true, true) => self.entry(i, j),
                        (true, false) => Polynomial::variable(self.count, self.n * self.n + i),
                        _ => self.constant(&bottom(j)),
                    })
                    .collect()
            })
            .collect()
    }

    /// The determinant of A, by Laplace's expansion: the sizes are small.
    pub(super) fn determinant(&self) -> Polynomial {
        fn minor(unknowns: &Unknowns, row: usize, columns: &[usize]) -> Polynomial {
            if columns.is_empty() {
                return unknowns.constant(&BigRational::one());
            }
            let mut sum = Polynomial::zero(unknowns.count);
            for (k, &column) in columns.iter().enumerate() {
                let rest: Vec<usize> = columns.iter().copied().filter(|&c| c != column).collect();
                let term = &unknowns.entry(row, column) * &minor(unknowns, row + 1, &rest);
                sum = if k % 2 == 0 { &sum + &term } else { &sum - &term };
            }
            sum
        }
        minor(self, 0, &(0..self.n).collect::<Vec<_>>())
    }

    /// The entries of T^t T - 1, on and above the diagonal.
    pub(super) fn orthogonality(&self, matrix: &[Vec<Polynomial>]) -> Vec<(usize, usize, Polynomial)> {
        let size = matrix.len();
        let mut entries = Vec::new();
        for i in 0..size {
            for j in i..size {
                let mut entry = Polynomial::zero(self.count);
                for row in matrix {
                    entry = &entry + &(&row[i] * &row[j]);
                }
                if i == j {
                    entry = &entry - &self.constant(&BigRational::one());
                }
                entries.push((i, j, entry));
            }
        }
        entries
    }

    pub(super) fn group_equations(&self, group: &MatrixGroup) -> Vec<Polynomial> {
        let one = self.constant(&BigRational::one());
        let linear_part: Vec<Vec<Polynomial>> = (0..self.n)
            .map(|i| (0..self.n).map(|j| self.entry(i, j)).collect())
            .collect();
        let orthogonal = || -> Vec<Polynomial> {
            self.orthogonality(&linear_part)
                .into_iter()
                .map(|(_, _, entry)| entry)
                .collect()
        };
        let unit_determinant = &self.determinant() - &one;
        match group {
            MatrixGroup::Special(_) => vec![unit_determinant],
            MatrixGroup::Orthogonal(..) | MatrixGroup::Euclidean(_) => orthogonal(),
            MatrixGroup::SpecialOrthogonal(..) | MatrixGroup::SpecialEuclidean(_) => {
                let mut equations = orthogonal();
                equations.push(unit_determinant);
                equations
            }
            _ => {
                let inverse = Polynomial::variable(self.count, self.count - 1);
                vec![&(&inverse * &self.determinant()) - &one]
            }
        }
    }

    pub(super) fn figure_equations(&self, figure: &Figure) -> Result<Vec<Polynomial>, GroupError> {
        let matrix = self.matrix();
        match figure {
            Figure::Points(points) => {
                let mut equations = Vec::new();
                for point in points {
                    for (row, image) in matrix[..self.n].iter().zip(point) {
                        let mut equation = -&self.constant(image);
                        for (entry, x) in row.iter().zip(point) {
                            equation = &equation + &entry.scaled(x);
                        }
                        if self.affine {
                            equation = &equation + &row[self.n];
                        }
                        equations.push(equation);
                    }
                }
                Ok(equations)
            }
            Figure::Polynomials(polynomials, mode) => match polynomials.as_slice() {
                [f] => self.polynomial_equations(f, *mode),
                _ => Err(GroupError::Domain {
                    what: format!("the component group for {} polynomials", polynomials.len()),
                    expected: "one polynomial".to_owned(),
                }),
            },
            _ => Err(GroupError::Domain {
                what: "the component group of this kind of figure".to_owned(),
                expected: "one polynomial, or points".to_owned(),
            }),
        }
    }

    /// f(T x) = f(x), or f(T x) proportional to f(x), coefficient by coefficient.
    fn polynomial_equations(
        &self,
        f: &Polynomial,
        mode: StabilizerMode,
    ) -> Result<Vec<Polynomial>, GroupError> {
        // Variables: the coordinates x first, then the unknowns.
        let total = self.n + self.count;
        let shifted = |g: &Polynomial| -> Result<Polynomial, GroupError> {
            let places: Vec<Polynomial> = (0..self.count)
                .map(|k| Polynomial::variable(total, self.n + k))
                .collect();
            g.substitute(&places)
        };
        let mut images = Vec::with_capacity(self.n);
        for row in &self.matrix()[..self.n] {
            let mut image = Polynomial::zero(total);
            for (j, entry) in row.iter().enumerate() {
                let entry = shifted(entry)?;
                image = if j < self.n {
                    &image + &(&entry * &Polynomial::variable(total, j))
                } else {
                    &image + &entry
                };
            }
            images.push(image);
        }
        let moved = f.substitute(&images)?;
        let mut coefficients: BTreeMap<Vec<u32>, Vec<(Vec<u32>, BigRational)>> = BTreeMap::new();
        for (monomial, c) in moved.terms() {
            let (x, unknowns) = monomial.exponents().split_at(self.n);
            coefficients
                .entry(x.to_vec())
                .or_default()
                .push((unknowns.to_vec(), c.clone()));
        }
        for (monomial, _) in f.terms() {
            coefficients.entry(monomial.exponents().to_vec()).or_default();
        }
        let Some((pivot, pivot_value)) = f.leading_term() else {
            return Ok(Vec::new());
        };
        // Over the whole zero set, every coefficient of the image is that of f times the factor of the pivot.
        let mut image_of_pivot = Polynomial::zero(self.count);
        if mode == StabilizerMode::ZeroSet {
            let terms = coefficients.get(pivot.exponents()).cloned().unwrap_or_default();
            image_of_pivot = Polynomial::from_terms(self.count, terms)?.scaled(&pivot_value.recip());
        }
        let mut equations = Vec::new();
        for (x, terms) in coefficients {
            let wanted = f.coefficient(&Monomial::new(x));
            let found = Polynomial::from_terms(self.count, terms)?;
            let equation = match mode {
                StabilizerMode::Function => &found - &self.constant(&wanted),
                StabilizerMode::ZeroSet => &found - &image_of_pivot.scaled(&wanted),
            };
            if !equation.is_zero() {
                equations.push(equation);
            }
        }
        Ok(equations)
    }
}
