//! Whether the span of the best fields is closed under the bracket, and a readable basis of it.

use super::derivatives::stream;
use super::spectrum::Spectrum;
use nalgebra::{DMatrix, DVector};
use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};

/// Pairs of basis elements whose brackets are taken, at most.
const PAIRS: usize = 400;

/// Brackets of the fields of a spectrum, in coordinates of these fields.
pub(super) struct Brackets<'a> {
    spectrum: &'a Spectrum,
    matrices: &'a [DMatrix<f64>],
    elements: Vec<DMatrix<f64>>,
    /// Takes a matrix of the ambient algebra, as a vector, to its coefficients.
    coordinates: DMatrix<f64>,
    typical: f64,
    seed: u64,
    known: Vec<Option<f64>>,
}

impl<'a> Brackets<'a> {
    /// Of a spectrum whose basis are the given matrices.
    pub(super) fn new(matrices: &'a [DMatrix<f64>], spectrum: &'a Spectrum, seed: u64) -> Self {
        let size = matrices[0].len();
        let flat = DMatrix::from_fn(size, matrices.len(), |i, j| matrices[j][i]);
        let gram = flat.tr_mul(&flat);
        let coordinates = gram
            .cholesky()
            .expect("basis matrices are linearly independent")
            .solve(&flat.transpose());
        let q = spectrum.fields.ncols();
        let elements = (0..q)
            .map(|i| combination(matrices, &spectrum.fields.column(i).into_owned()))
            .collect();
        let mut brackets = Brackets {
            spectrum,
            matrices,
            elements,
            coordinates,
            typical: 0.0,
            seed,
            known: vec![None; q + 1],
        };
        // The size of a bracket of two random elements of length 1.
        let mut rng = stream(seed, 3, 0);
        let mut random = || {
            let direction = DVector::from_fn(q, |_, _| StandardNormal.sample(&mut rng));
            combination(matrices, &(&spectrum.fields * direction.normalize()))
        };
        let draws = 32;
        let sum: f64 = (0..draws)
            .map(|_| {
                let (a, b) = (random(), random());
                brackets.coordinates_of(&a, &b).norm_squared()
            })
            .sum();
        brackets.typical = (sum / f64::from(draws)).sqrt();
        brackets
    }

    /// The number of fields.
    pub(super) fn dimension(&self) -> usize {
        self.elements.len()
    }

    fn coordinates_of(&self, a: &DMatrix<f64>, b: &DMatrix<f64>) -> DVector<f64> {
        let bracket = a * b - b * a;
        let coefficients = &self.coordinates * DVector::from_column_slice(bracket.as_slice());
        self.spectrum.dual.tr_mul(&coefficients)
    }

    /// The root mean square part of \[ξᵢ, ξⱼ\] outside the span of the first d fields, i < j ≤ d, over the size of a bracket of
    /// random elements of the ambient algebra: about 1 for a random span, 0 for a subalgebra. Of at most 400 pairs.
    pub(super) fn defect(&mut self, d: usize) -> f64 {
        if let Some(known) = self.known[d] {
            return known;
        }
        let defect = self.measure(d);
        self.known[d] = Some(defect);
        defect
    }

    fn measure(&self, d: usize) -> f64 {
        let size = self.matrices[0].nrows() as f64;
        if d < 2 || self.typical <= 1e-9 / size {
            return 0.0;
        }
        let all = d * (d - 1) / 2;
        let pairs: Vec<(usize, usize)> = if all <= PAIRS {
            (0..d).flat_map(|j| (0..j).map(move |i| (i, j))).collect()
        } else {
            let mut rng = stream(self.seed, 4, d);
            (0..PAIRS)
                .map(|_| {
                    let i = rng.random_range(0..d);
                    (i, (i + rng.random_range(1..d)) % d)
                })
                .collect()
        };
        let outside: f64 = pairs
            .iter()
            .map(|&(i, j)| {
                let bracket = self.coordinates_of(&self.elements[i], &self.elements[j]);
                bracket.rows(d, bracket.len() - d).norm_squared()
            })
            .sum();
        (outside / pairs.len() as f64).sqrt() / self.typical
    }
}

fn combination(matrices: &[DMatrix<f64>], coefficients: &DVector<f64>) -> DMatrix<f64> {
    let (rows, columns) = matrices[0].shape();
    let mut sum = DMatrix::zeros(rows, columns);
    for (matrix, &c) in matrices
        .iter()
        .zip(coefficients.iter())
        .filter(|(_, c)| **c != 0.0)
    {
        sum += matrix * c;
    }
    sum
}

/// A basis of the span of the first fields in reduced echelon form: every vector has a 1 where all others have a 0. Pivots are
/// the largest entries, so that noise is not magnified.
pub(super) fn reduced_basis(spectrum: &Spectrum, dimension: usize) -> DMatrix<f64> {
    let mut basis = spectrum.fields.columns(0, dimension).transpose();
    let mut pivots: Vec<(usize, usize)> = Vec::new();
    for step in 0..dimension {
        let mut best = (step, 0, 0.0);
        for i in step..dimension {
            for j in 0..basis.ncols() {
                // The first of nearly equal entries, so that the form does not hang on rounding.
                if basis[(i, j)].abs() > best.2 * (1.0 + 1e-6) {
                    best = (i, j, basis[(i, j)].abs());
                }
            }
        }
        let (i, j, _) = best;
        basis.swap_rows(step, i);
        let pivot = basis[(step, j)];
        let row = basis.row(step) / pivot;
        basis.row_mut(step).copy_from(&row);
        for other in (0..dimension).filter(|&other| other != step) {
            let factor = basis[(other, j)];
            let reduced = basis.row(other) - &row * factor;
            basis.row_mut(other).copy_from(&reduced);
            basis[(other, j)] = 0.0;
        }
        basis[(step, j)] = 1.0;
        pivots.push((j, step));
    }
    pivots.sort_unstable();
    DMatrix::from_fn(basis.ncols(), dimension, |i, j| basis[(pivots[j].1, i)])
}
