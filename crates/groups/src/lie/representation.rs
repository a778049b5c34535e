//! Linear representations made from the one by which an algebra of matrices is given.
//!
//! Every module is a vector space X with a basis, and the algebra acts on it by matrices ρ(A); ρ is a homomorphism, so
//! the infinitesimal action at a point x is A -> ρ(A) x, linear in x. On vectors an affine algebra acts by
//! x -> A x + b; on everything else (forms, matrices, tensors) it acts by its linear part, placed at the origin.

use num_rational::BigRational;
use num_traits::{One, Zero};
use serde::Serialize;

use super::algebra::{AffineElement, Sparse, sparse};
use super::{LieAlgebra, Space};
use crate::GroupError;
use crate::linear::RationalMatrix;
use crate::polynomial::{Monomial, Polynomial, monomials_of_degree};
use crate::scalar::Scalar;

/// The largest dimension of a module that is built.
pub const DEFAULT_MODULE_LIMIT: u64 = 20_000;

/// A space on which a matrix algebra acts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Module {
    /// Column vectors, x -> A x (+ b).
    Vectors,
    /// Tuples of this many vectors, one after the other, acted on together.
    Tuples(usize),
    /// Square matrices under conjugation, M -> A M - M A.
    Matrices,
    /// Bilinear forms under congruence, M -> -(A^t M + M A).
    Forms,
    /// Symmetric bilinear forms, by the entries on and above the diagonal.
    SymmetricForms,
    /// Alternating bilinear forms, by the entries above the diagonal.
    AlternatingForms,
    /// Tensors with contravariant slots first and then covariant ones, in lexicographic order of the indices.
    Tensors {
        /// Slots that transform like vectors.
        contravariant: usize,
        /// Slots that transform like linear forms.
        covariant: usize,
    },
    /// Homogeneous polynomials of this degree, f -> -(A x).grad f, in increasing order of the monomials.
    Polynomials(u32),
}

/// The matrices of a module.
#[derive(Clone, Debug)]
pub struct Representation {
    dimension: usize,
    /// For each basis element of the algebra the columns of its matrix.
    columns: Vec<Vec<Sparse>>,
    /// For each basis element the image of the origin; empty vectors for linear modules.
    translations: Vec<Sparse>,
}

impl Module {
    /// The dimension over n coordinates, saturating.
    pub fn dimension(&self, n: usize) -> u64 {
        let n = n as u64;
        match *self {
            Module::Vectors => n,
            Module::Tuples(k) => n.saturating_mul(k as u64),
            Module::Matrices | Module::Forms => n.saturating_mul(n),
            Module::SymmetricForms => n.saturating_mul(n + 1) / 2,
            Module::AlternatingForms => n.saturating_mul(n.saturating_sub(1)) / 2,
            Module::Tensors {
                contravariant,
                covariant,
            } => u32::try_from(contravariant + covariant).map_or(u64::MAX, |k| n.saturating_pow(k)),
            Module::Polynomials(degree) => (1..n)
                .try_fold(1u64, |count, k| {
                    Some(count.checked_mul(u64::from(degree) + k)? / k)
                })
                .unwrap_or(u64::MAX),
        }
    }
}

impl Representation {
    /// The module over an algebra of matrices.
    ///
    /// # Errors
    /// [`GroupError::Domain`] for an algebra without matrices, [`GroupError::Limit`] beyond [`DEFAULT_MODULE_LIMIT`].
    ///
    /// ```
    /// use groups::lie::{Module, Representation, parse_algebra};
    /// let so3 = parse_algebra("so(3)")?;
    /// let forms = Representation::new(&so3, &Module::SymmetricForms)?;
    /// assert_eq!(forms.dimension(), 6);
    /// assert_eq!(forms.invariants().len(), 1);
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn new(algebra: &LieAlgebra, module: &Module) -> Result<Self, GroupError> {
        let n = algebra.coordinates().ok_or_else(|| GroupError::Domain {
            what: "the algebra has no matrices".to_owned(),
            expected: "an algebra of matrices, which acts on coordinates".to_owned(),
        })?;
        let asked = module.dimension(n);
        if asked > DEFAULT_MODULE_LIMIT {
            return Err(GroupError::Limit {
                what: "the dimension of the module",
                asked,
                limit: DEFAULT_MODULE_LIMIT,
            });
        }
        let elements = algebra.affine_elements();
        let columns = elements
            .iter()
            .map(|element| module.columns(&element.linear))
            .collect();
        let affine = algebra.space() == Some(Space::Affine);
        let translations = elements
            .iter()
            .map(|element| module.translation(element, affine))
            .collect();
        Ok(Representation {
            dimension: asked as usize,
            columns,
            translations,
        })
    }

    /// The adjoint representation.
    pub fn adjoint(algebra: &LieAlgebra) -> Self {
        let d = algebra.dimension();
        Representation {
            dimension: d,
            columns: (0..d)
                .map(|i| (0..d).map(|j| algebra.basis_bracket(i, j)).collect())
                .collect(),
            translations: vec![Vec::new(); d],
        }
    }

    /// The dimension of the space.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// The matrix of a basis element of the algebra (its linear part).
    ///
    /// # Panics
    /// When the index is not below the dimension of the algebra.
    pub fn matrix(&self, element: usize) -> RationalMatrix {
        let mut matrix = RationalMatrix::zeros(self.dimension, self.dimension);
        for (j, column) in self.columns[element].iter().enumerate() {
            for (i, x) in column {
                matrix[(*i, j)] = x.clone();
            }
        }
        matrix
    }

    /// The infinitesimal action at a point: column k is the image of the point under basis element k.
    ///
    /// # Errors
    /// [`GroupError::Shape`] for a point of the wrong length.
    pub fn action_at(&self, point: &[BigRational]) -> Result<RationalMatrix, GroupError> {
        if point.len() != self.dimension {
            return Err(GroupError::Shape {
                what: "the point".to_owned(),
                rows: point.len(),
                cols: 1,
                expected: format!("{} coordinates", self.dimension),
            });
        }
        let mut action = RationalMatrix::zeros(self.dimension, self.columns.len());
        for (k, (columns, translation)) in self.columns.iter().zip(&self.translations).enumerate() {
            for (j, column) in columns.iter().enumerate().filter(|(j, _)| !point[*j].is_zero()) {
                for (i, x) in column {
                    action[(*i, k)].add_product(x, &point[j]);
                }
            }
            for (i, x) in translation {
                action[(*i, k)] += x;
            }
        }
        Ok(action)
    }

    /// A basis of the vectors that every element annihilates, as sparse vectors, exact.
    ///
    /// For an affine algebra on vectors these are the fixed points of the linear parts.
    pub fn invariants(&self) -> Vec<Vec<(usize, BigRational)>> {
        let mut rows = Vec::new();
        for columns in &self.columns {
            let mut block: Vec<Sparse> = vec![Vec::new(); self.dimension];
            for (j, column) in columns.iter().enumerate() {
                for (i, x) in column {
                    block[*i].push((j, x.clone()));
                }
            }
            rows.extend(block.into_iter().filter(|row| !row.is_empty()));
        }
        crate::linear::certified_kernel(&rows, self.dimension)
    }

    pub(super) fn columns_of(&self, element: usize) -> &[Sparse] {
        &self.columns[element]
    }

    pub(super) fn translation_of(&self, element: usize) -> &Sparse {
        &self.translations[element]
    }
}

impl Module {
    /// The columns of ρ(A).
    fn columns(&self, a: &RationalMatrix) -> Vec<Sparse> {
        let n = a.rows();
        match *self {
            Module::Vectors => (0..n).map(|j| sparse(&a.column(j))).collect(),
            Module::Tuples(k) => (0..k * n)
                .map(|at| {
                    sparse(&a.column(at % n))
                        .into_iter()
                        .map(|(i, x)| (at / n * n + i, x))
                        .collect()
                })
                .collect(),
            Module::Matrices => tensor_columns(a, 1, 1),
            Module::Forms => tensor_columns(a, 0, 2),
            Module::Tensors {
                contravariant,
                covariant,
            } => tensor_columns(a, contravariant, covariant),
            Module::SymmetricForms => form_columns(a, false),
            Module::AlternatingForms => form_columns(a, true),
            Module::Polynomials(degree) => polynomial_columns(a, degree),
        }
    }

    fn translation(&self, element: &AffineElement, affine: bool) -> Sparse {
        let n = element.b.len();
        match *self {
            _ if !affine => Vec::new(),
            Module::Vectors => sparse(&element.b),
            Module::Tuples(k) => (0..k)
                .flat_map(|slot| {
                    sparse(&element.b)
                        .into_iter()
                        .map(move |(i, x)| (slot * n + i, x))
                })
                .collect(),
            _ => Vec::new(),
        }
    }
}

/// The Leibniz rule on slots: vectors by A, linear forms by -A^t.
fn tensor_columns(a: &RationalMatrix, contravariant: usize, covariant: usize) -> Vec<Sparse> {
    let n = a.rows();
    let slots = contravariant + covariant;
    let columns: Vec<Sparse> = (0..n).map(|j| sparse(&a.column(j))).collect();
    let rows: Vec<Sparse> = (0..n)
        .map(|i| sparse(a.row(i)).into_iter().map(|(j, x)| (j, -x)).collect())
        .collect();
    (0..n.pow(slots as u32))
        .map(|index| {
            let mut image = std::collections::BTreeMap::new();
            for slot in 0..slots {
                let stride = n.pow((slots - 1 - slot) as u32);
                let j = index / stride % n;
                let table = if slot < contravariant {
                    &columns[j]
                } else {
                    &rows[j]
                };
                for (i, x) in table {
                    *image
                        .entry(index - j * stride + i * stride)
                        .or_insert_with(BigRational::zero) += x;
                }
            }
            image.into_iter().filter(|(_, x)| !x.is_zero()).collect()
        })
        .collect()
}

/// -(A^t M + M A) on symmetric or alternating M, in coordinates M_ij with i <= j or i < j.
fn form_columns(a: &RationalMatrix, alternating: bool) -> Vec<Sparse> {
    let n = a.rows();
    let pairs: Vec<(usize, usize)> = (0..n)
        .flat_map(|i| (i + usize::from(alternating)..n).map(move |j| (i, j)))
        .collect();
    pairs
        .iter()
        .map(|&(i, j)| {
            let mut form = RationalMatrix::zeros(n, n);
            form[(j, i)] = if alternating {
                -BigRational::one()
            } else {
                BigRational::one()
            };
            form[(i, j)] = BigRational::one();
            let image = -&(&(&a.transpose() * &form) + &(&form * a));
            sparse(
                &pairs
                    .iter()
                    .map(|&(i, j)| image[(i, j)].clone())
                    .collect::<Vec<_>>(),
            )
        })
        .collect()
}

fn polynomial_columns(a: &RationalMatrix, degree: u32) -> Vec<Sparse> {
    let n = a.rows();
    let monomials = monomials_of_degree(n, degree);
    let index = |m: &Monomial| monomials.binary_search(m).expect("the field keeps the degree");
    monomials
        .iter()
        .map(|monomial| {
            let mut image = Polynomial::zero(n);
            for i in 0..n {
                let Some(lowered) = monomial.lowered(i) else {
                    continue;
                };
                let exponent = -BigRational::from_integer(monomial.exponents()[i].into());
                for (j, x) in a.row(i).iter().enumerate().filter(|(_, x)| !x.is_zero()) {
                    image.add_term(lowered.raised(j), x.times(&exponent));
                }
            }
            let mut column: Sparse = image.terms().map(|(m, c)| (index(m), c.clone())).collect();
            column.sort_by_key(|(i, _)| *i);
            column
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::parse_algebra;
    use super::*;

    /// ρ is a homomorphism: ρ([A, B]) = [ρ(A), ρ(B)] for all basis elements of gl(2) and sl(3).
    #[test]
    fn modules_are_representations() {
        let modules = [
            Module::Vectors,
            Module::Tuples(2),
            Module::Matrices,
            Module::Forms,
            Module::SymmetricForms,
            Module::AlternatingForms,
            Module::Tensors {
                contravariant: 2,
                covariant: 1,
            },
            Module::Polynomials(3),
        ];
        for (text, modules) in [("gl(2)", &modules[..]), ("sl(3)", &modules[..6])] {
            let algebra = parse_algebra(text).unwrap();
            let mut representations: Vec<(String, Representation)> = modules
                .iter()
                .map(|m| (format!("{m:?}"), Representation::new(&algebra, m).unwrap()))
                .collect();
            representations.push(("adjoint".into(), Representation::adjoint(&algebra)));
            for (label, rho) in representations {
                let matrices: Vec<RationalMatrix> = (0..algebra.dimension()).map(|i| rho.matrix(i)).collect();
                for i in 0..algebra.dimension() {
                    for j in 0..i {
                        let mut expected = RationalMatrix::zeros(rho.dimension(), rho.dimension());
                        for (k, x) in algebra.basis_bracket(i, j) {
                            expected = &expected + &matrices[k].scaled(&x);
                        }
                        assert_eq!(
                            matrices[i].commutator(&matrices[j]).unwrap(),
                            expected,
                            "{text} on {label}"
                        );
                    }
                }
            }
        }
    }

    /// Dimensions of invariant tensors: SO(3) in T1..T5 has 0, 1, 1, 3, 6; SO(1,3) in T2, T4 has 1, 4 (the metric and its
    /// products, and the volume form); GL(n) in End(V)^(x2) has 2 (identity and transposition).
    #[test]
    fn invariant_tensors_have_the_classical_dimensions() {
        let count = |text: &str, contravariant: usize, covariant: usize| {
            let module = Module::Tensors {
                contravariant,
                covariant,
            };
            Representation::new(&parse_algebra(text).unwrap(), &module)
                .unwrap()
                .invariants()
                .len()
        };
        assert_eq!([1, 2, 3, 4, 5].map(|k| count("so(3)", k, 0)), [0, 1, 1, 3, 6]);
        assert_eq!([2, 4].map(|k| count("so(1,3)", k, 0)), [1, 4]);
        assert_eq!(
            [count("gl(3)", 1, 1), count("gl(3)", 2, 2), count("gl(3)", 2, 0)],
            [1, 2, 0]
        );
        assert_eq!(count("sl(2)", 2, 0), 1, "the area form");
        assert_eq!(count("sp(4)", 4, 0), 3, "three pairings");
    }

    #[test]
    fn limits_hold_before_memory_is_taken() {
        let gl4 = parse_algebra("gl(4)").unwrap();
        let module = Module::Tensors {
            contravariant: 40,
            covariant: 0,
        };
        assert!(matches!(
            Representation::new(&gl4, &module),
            Err(GroupError::Limit { .. })
        ));
    }
}
