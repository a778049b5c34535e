//! Eigenvectors of diagonalizable matrices modulo a prime over which they split.
//!
//! A random vector v of an invariant space is the sum of its parts in the eigenspaces. The minimal polynomial of the
//! sequence u(A^i v), u a random functional, comes from 2k of its terms by the algorithm of Berlekamp and Massey (J.
//! Massey, *Shift-register synthesis and BCH decoding*, IEEE Trans. Inf. Theory 15, 1969); with its roots λ the parts are
//! f_λ(A) v for f_λ = f / (x - λ). Vectors are taken until the parts span the space. Each part is checked to be an
//! eigenvector, so bad luck with u costs another round and never a wrong answer.

use rand::{Rng, RngExt};
use rustc_hash::FxHashMap;

use crate::linear::PrimeField;
use crate::univariate::ResidueRing;

/// A sum of multiples of class multiplication matrices, by the nonzero entries of each row.
pub(super) struct ClassMatrix {
    field: PrimeField,
    sums: Vec<FxHashMap<u32, u64>>,
    rows: Vec<Vec<(u32, u64)>>,
}

impl ClassMatrix {
    pub(super) fn new(field: PrimeField, size: usize) -> Self {
        ClassMatrix {
            field,
            sums: vec![FxHashMap::default(); size],
            rows: Vec::new(),
        }
    }

    /// Adds to the entry in row `i`, column `k`.
    pub(super) fn add(&mut self, i: usize, k: usize, x: u64) {
        let entry = self.sums[i].entry(k as u32).or_insert(0);
        *entry = self.field.add(*entry, x);
    }

    /// The matrix, ready to be multiplied by.
    pub(super) fn finished(mut self) -> Self {
        self.rows = std::mem::take(&mut self.sums)
            .into_iter()
            .map(|row| {
                let mut row: Vec<(u32, u64)> = row.into_iter().collect();
                row.sort_unstable_by_key(|(k, _)| *k);
                row
            })
            .collect();
        self
    }

    fn apply(&self, v: &[u64]) -> Vec<u64> {
        let field = &self.field;
        self.rows
            .iter()
            .map(|row| {
                row.iter()
                    .fold(0, |sum, &(k, x)| field.add(sum, field.mul(x, v[k as usize])))
            })
            .collect()
    }
}

/// The intersections of an invariant space, given by a basis, with the eigenspaces of a matrix, as bases.
pub(super) fn split(
    field: &PrimeField,
    matrix: &ClassMatrix,
    space: Vec<Vec<u64>>,
    rng: &mut impl Rng,
) -> Vec<Vec<Vec<u64>>> {
    let dimension = space.len();
    if dimension < 2 {
        return vec![space];
    }
    let mut eigenspaces: std::collections::BTreeMap<u64, Independent> = std::collections::BTreeMap::new();
    let mut found = 0;
    while found < dimension {
        let v = random_combination(field, &space, rng);
        for (eigenvalue, part) in eigenparts(field, matrix, v, dimension, rng) {
            let eigenspace = eigenspaces
                .entry(eigenvalue)
                .or_insert_with(|| Independent::new(*field));
            found += usize::from(eigenspace.insert(part));
        }
    }
    eigenspaces.into_values().map(|e| e.vectors).collect()
}

fn random_combination(field: &PrimeField, space: &[Vec<u64>], rng: &mut impl Rng) -> Vec<u64> {
    let mut sum = vec![0; space[0].len()];
    for v in space {
        field.eliminate(&mut sum, v, rng.random_range(0..field.p));
    }
    sum
}

/// The nonzero parts of a vector in eigenspaces, with their eigenvalues; some may be missing.
fn eigenparts(
    field: &PrimeField,
    matrix: &ClassMatrix,
    v: Vec<u64>,
    dimension: usize,
    rng: &mut impl Rng,
) -> Vec<(u64, Vec<u64>)> {
    let functional: Vec<u64> = v.iter().map(|_| rng.random_range(0..field.p)).collect();
    let dot = |w: &[u64]| {
        let products = w.iter().zip(&functional);
        products.fold(0, |sum, (&x, &y)| field.add(sum, field.mul(x, y)))
    };
    let mut krylov = vec![v];
    let mut sequence = vec![dot(&krylov[0])];
    let mut last = matrix.apply(&krylov[0]);
    for _ in 1..2 * dimension {
        sequence.push(dot(&last));
        let next = matrix.apply(&last);
        let previous = std::mem::replace(&mut last, next);
        if krylov.len() < dimension {
            krylov.push(previous);
        }
    }
    let minimal = minimal_polynomial(field, &sequence);
    let one = field.encode(1);
    let ring = ResidueRing::new(*field);
    let mut parts = Vec::new();
    for root in ring.roots(&minimal) {
        let eigenvalue = field.encode(root);
        // Horner's rule yields the coefficients of f / (x - λ) from the top.
        let mut part = vec![0; krylov[0].len()];
        let mut coefficient = one;
        for k in (0..minimal.len() - 1).rev() {
            field.eliminate(&mut part, &krylov[k], field.neg(coefficient));
            coefficient = field.add(minimal[k], field.mul(coefficient, eigenvalue));
        }
        let image = matrix.apply(&part);
        let is_eigenvector = image
            .iter()
            .zip(&part)
            .all(|(&y, &x)| y == field.mul(eigenvalue, x));
        if is_eigenvector && part.iter().any(|&x| x != 0) {
            parts.push((eigenvalue, part));
        }
    }
    parts
}

/// The monic polynomial of least degree whose recurrence a sequence satisfies, lowest coefficient first.
fn minimal_polynomial(field: &PrimeField, sequence: &[u64]) -> Vec<u64> {
    let one = field.encode(1);
    // Connection polynomials: s_n = -Σ c_i s_(n-i), i >= 1.
    let (mut current, mut previous) = (vec![one], vec![one]);
    let (mut length, mut gap, mut previous_discrepancy) = (0usize, 1usize, one);
    for n in 0..sequence.len() {
        let discrepancy = (0..current.len().min(n + 1))
            .fold(0, |sum, i| field.add(sum, field.mul(current[i], sequence[n - i])));
        if discrepancy == 0 {
            gap += 1;
            continue;
        }
        let factor = field.mul(discrepancy, field.inv(previous_discrepancy));
        let mut next = current.clone();
        next.resize(next.len().max(previous.len() + gap), 0);
        field.eliminate(&mut next[gap..gap + previous.len()], &previous, factor);
        if 2 * length <= n {
            length = n + 1 - length;
            previous = std::mem::replace(&mut current, next);
            previous_discrepancy = discrepancy;
            gap = 1;
        } else {
            current = next;
            gap += 1;
        }
    }
    current.resize(length + 1, 0);
    current.reverse();
    current
}

/// Linearly independent vectors, with an echelon form to recognise dependent ones.
struct Independent {
    field: PrimeField,
    vectors: Vec<Vec<u64>>,
    /// Reduced rows with a one at their pivots.
    echelon: Vec<(usize, Vec<u64>)>,
}

impl Independent {
    fn new(field: PrimeField) -> Self {
        Independent {
            field,
            vectors: Vec::new(),
            echelon: Vec::new(),
        }
    }

    /// Adds a vector unless it is in the span; whether it was added.
    fn insert(&mut self, v: Vec<u64>) -> bool {
        let mut rest = v.clone();
        for (pivot, row) in &self.echelon {
            let factor = rest[*pivot];
            if factor != 0 {
                self.field.eliminate(&mut rest, row, factor);
            }
        }
        let Some(pivot) = rest.iter().position(|&x| x != 0) else {
            return false;
        };
        let scale = self.field.inv(rest[pivot]);
        rest.iter_mut().for_each(|x| *x = self.field.mul(*x, scale));
        self.echelon.push((pivot, rest));
        self.vectors.push(v);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn fibonacci_numbers_have_the_polynomial_of_the_golden_ratio() {
        let field = PrimeField::descending().next().unwrap();
        let terms = [0, 1, 1, 2, 3, 5, 8, 13].map(|x| field.encode(x));
        let expected = [-1, -1, 1].map(|x| field.encode_small(x));
        assert_eq!(minimal_polynomial(&field, &terms), expected);
    }

    /// A matrix conjugate to diag(1, 1, 1, 2, 2, 5) has eigenspaces of these dimensions.
    #[test]
    fn eigenspaces_have_their_dimensions() {
        let field = PrimeField::new(1_000_003);
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(3);
        // Upper triangular with those diagonal entries and nothing between equal ones: diagonalizable.
        let diagonal = [1, 1, 1, 2, 2, 5];
        let mut matrix = ClassMatrix::new(field, 6);
        for i in 0..6 {
            matrix.add(i, i, field.encode(diagonal[i]));
            for j in i + 1..6 {
                if diagonal[i] != diagonal[j] {
                    matrix.add(i, j, field.encode((3 * i + 7 * j) as u64));
                }
            }
        }
        let matrix = matrix.finished();
        let unit = |i: usize| (0..6).map(|j| if i == j { field.encode(1) } else { 0 }).collect();
        let spaces = split(&field, &matrix, (0..6).map(unit).collect(), &mut rng);
        let mut dimensions: Vec<usize> = spaces.iter().map(Vec::len).collect();
        dimensions.sort_unstable();
        assert_eq!(dimensions, [1, 2, 3]);
    }
}
