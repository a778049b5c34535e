//! The roots of a semisimple algebra with respect to a torus that splits modulo a prime, and the Dynkin type.
//!
//! *Why a prime is enough.* Let H be a Cartan subalgebra over Q and P a prime above p of a field that splits it. If the
//! reductions of the roots are distinct and nonzero, the Killing form of H is invertible modulo p, and the root spaces
//! are lines, then the Cartan integer 2(β,α)/(α,α) reduces to the same expression modulo p. It is one of -3, ..., 3, so
//! for p > 7 its residue determines it. All such integers together determine the root system up to isomorphism.

use num_rational::BigRational;

use super::DynkinType;
use crate::GroupError;
use crate::linear::{PrimeField, RationalMatrix, characteristic_mod};
use crate::univariate::{ResidueRing, Univariate};

/// How many primes are tried before a torus is given up as not splitting.
const PRIME_LIMIT: usize = 4000;

/// The roots on a torus, by their values modulo a prime at which it splits.
pub(crate) struct ModularRoots {
    /// `pairings[a][b]` = 2(a, b)/(b, b).
    pub(crate) pairings: Vec<Vec<i64>>,
    /// The indices of a set of simple roots.
    pub(crate) simple: Vec<usize>,
}

impl ModularRoots {
    /// The roots for a torus given by the adjoint matrices of a basis and its Killing form.
    ///
    /// Returns `None` when no prime within the limit splits the torus.
    pub(crate) fn new(adjoints: &[RationalMatrix], killing: &RationalMatrix) -> Option<Self> {
        let moduli: Vec<Univariate<BigRational>> = adjoints
            .iter()
            .filter_map(|adjoint| adjoint.characteristic_polynomial().ok())
            .map(|f| f.squarefree_part())
            .collect();
        PrimeField::descending()
            .take(PRIME_LIMIT)
            .find_map(|field| at_prime(field, adjoints, killing, &moduli))
    }

    /// The Dynkin type.
    ///
    /// # Errors
    /// None for a semisimple algebra; the Cartan matrix is checked to be of finite type.
    pub(crate) fn kind(&self) -> Result<DynkinType, GroupError> {
        DynkinType::of_cartan(&self.cartan_matrix(&self.simple))
    }

    /// `a[i][j] = 2(α_i, α_j)/(α_i, α_i)` for these roots.
    pub(crate) fn cartan_matrix(&self, roots: &[usize]) -> Vec<Vec<i64>> {
        roots
            .iter()
            .map(|&i| roots.iter().map(|&j| self.pairings[j][i]).collect())
            .collect()
    }

    /// The simple roots sorted into connected components.
    pub(crate) fn components(&self) -> Vec<Vec<usize>> {
        let mut left = self.simple.clone();
        let mut components = Vec::new();
        while let Some(start) = left.pop() {
            let mut component = vec![start];
            let mut next = 0;
            while next < component.len() {
                let root = component[next];
                let (joined, apart): (Vec<usize>, Vec<usize>) =
                    left.iter().partition(|&&other| self.pairings[root][other] != 0);
                component.extend(joined);
                left = apart;
                next += 1;
            }
            components.push(component);
        }
        components
    }
}

fn at_prime(
    field: PrimeField,
    adjoints: &[RationalMatrix],
    killing: &RationalMatrix,
    moduli: &[Univariate<BigRational>],
) -> Option<ModularRoots> {
    let ring = ResidueRing::new(field);
    let reduced: Option<Vec<Vec<u64>>> = moduli.iter().map(|f| ring.reduce(f)).collect();
    if !reduced?.iter().all(|f| ring.splits(f)) {
        return None;
    }
    let d = killing.rows();
    let rank = adjoints.len();
    let encode = |matrix: &RationalMatrix| -> Option<Vec<Vec<u64>>> {
        (0..matrix.rows())
            .map(|i| matrix.row(i).iter().map(|x| field.encode_rational(x)).collect())
            .collect()
    };
    let adjoints: Option<Vec<Vec<Vec<u64>>>> = adjoints.iter().map(encode).collect();
    let adjoints = adjoints?;
    let mut blocks = vec![Block {
        values: Vec::new(),
        rows: identity(&field, d),
    }];
    for adjoint in &adjoints {
        let mut finer = Vec::new();
        for block in &blocks {
            finer.extend(block.split(&ring, adjoint)?);
        }
        blocks = finer;
    }
    let (zero, roots): (Vec<Block>, Vec<Block>) = blocks
        .into_iter()
        .partition(|block| block.values.iter().all(|&value| value == 0));
    if zero.iter().map(|block| block.rows.len()).sum::<usize>() != rank
        || roots.iter().any(|block| block.rows.len() != 1)
    {
        return None;
    }
    let values: Vec<Vec<u64>> = roots.into_iter().map(|block| block.values).collect();
    let pairings = pairings(&field, &values)?;
    let simple = simple_roots(&pairings);
    (simple.len() == rank).then_some(ModularRoots { pairings, simple })
}

fn identity(field: &PrimeField, d: usize) -> Vec<Vec<u64>> {
    (0..d)
        .map(|i| (0..d).map(|j| if i == j { field.encode(1) } else { 0 }).collect())
        .collect()
}

/// A common eigenspace of the first few elements of the torus.
struct Block {
    values: Vec<u64>,
    rows: Vec<Vec<u64>>,
}

impl Block {
    /// The eigenspaces of one more element, `None` when its eigenvalues on the block are not all in the field.
    fn split(&self, ring: &ResidueRing, adjoint: &[Vec<u64>]) -> Option<Vec<Block>> {
        let field = ring.field();
        let k = self.rows.len();
        let images: Vec<Vec<u64>> = self.rows.iter().map(|row| apply(&field, adjoint, row)).collect();
        let matrix = in_basis(&field, &self.rows, &images)?;
        let eigenvalues = ring.roots(&characteristic_mod(&field, matrix.clone()));
        let mut parts = Vec::new();
        let mut total = 0;
        for value in eigenvalues {
            let value = field.encode(value);
            let mut shifted = matrix.clone();
            for (i, row) in shifted.iter_mut().enumerate() {
                row[i] = field.sub(row[i], value);
            }
            // Rows of `matrix` are images: left kernel vectors are eigenvectors.
            let rows: Vec<Vec<u64>> = left_kernel(&field, &shifted)
                .iter()
                .map(|v| combine(&field, v, &self.rows))
                .collect();
            total += rows.len();
            let mut values = self.values.clone();
            values.push(value);
            parts.push(Block { values, rows });
        }
        (total == k).then_some(parts)
    }
}

fn apply(field: &PrimeField, matrix: &[Vec<u64>], vector: &[u64]) -> Vec<u64> {
    matrix
        .iter()
        .map(|row| {
            let products = row.iter().zip(vector).filter(|(a, x)| **a != 0 && **x != 0);
            products.fold(0, |sum, (&a, &x)| field.add(sum, field.mul(a, x)))
        })
        .collect()
}

fn combine(field: &PrimeField, coefficients: &[u64], rows: &[Vec<u64>]) -> Vec<u64> {
    let mut sum = vec![0; rows.first().map_or(0, Vec::len)];
    for (&c, row) in coefficients.iter().zip(rows).filter(|(c, _)| **c != 0) {
        field.eliminate(&mut sum, row, field.neg(c));
    }
    sum
}

/// The coordinates of `images` in `basis`, row by row; `None` when they leave its span.
fn in_basis(field: &PrimeField, basis: &[Vec<u64>], images: &[Vec<u64>]) -> Option<Vec<Vec<u64>>> {
    let k = basis.len();
    let d = basis.first().map_or(0, Vec::len);
    // Columns are the basis vectors and then the images.
    let mut rows: Vec<Vec<u64>> = (0..d)
        .map(|i| basis.iter().chain(images).map(|vector| vector[i]).collect())
        .collect();
    let pivots = reduce(field, &mut rows, k);
    let outside = rows[pivots.len()..]
        .iter()
        .any(|row| row[k..].iter().any(|&x| x != 0));
    if pivots.len() < k || outside {
        return None;
    }
    Some((0..k).map(|i| (0..k).map(|j| rows[j][k + i]).collect()).collect())
}

/// Gauss-Jordan on the first columns; the pivots are in rows 0, 1, ...
fn reduce(field: &PrimeField, rows: &mut [Vec<u64>], columns: usize) -> Vec<usize> {
    let mut pivots = Vec::new();
    for j in 0..columns {
        let top = pivots.len();
        let Some(found) = (top..rows.len()).find(|&i| rows[i][j] != 0) else {
            continue;
        };
        rows.swap(top, found);
        let scale = field.inv(rows[top][j]);
        rows[top].iter_mut().for_each(|x| *x = field.mul(*x, scale));
        let pivot = rows[top].clone();
        for (i, row) in rows.iter_mut().enumerate() {
            if i != top && row[j] != 0 {
                let factor = row[j];
                field.eliminate(row, &pivot, factor);
            }
        }
        pivots.push(j);
    }
    pivots
}

/// A basis of the vectors v with v M = 0.
fn left_kernel(field: &PrimeField, matrix: &[Vec<u64>]) -> Vec<Vec<u64>> {
    let k = matrix.len();
    let mut rows: Vec<Vec<u64>> = (0..k)
        .map(|j| matrix.iter().map(|row| row[j]).collect())
        .collect();
    let pivots = reduce(field, &mut rows, k);
    let free = (0..k).filter(|j| !pivots.contains(j));
    free.map(|j| {
        let mut vector = vec![0; k];
        vector[j] = field.encode(1);
        for (i, &pivot) in pivots.iter().enumerate() {
            vector[pivot] = field.neg(rows[i][j]);
        }
        vector
    })
    .collect()
}

/// All Cartan integers 2(a,b)/(b,b), where the form on the dual of H is the inverse of the Killing form
/// K(h, k) = sum over roots of α(h) α(k).
fn pairings(field: &PrimeField, roots: &[Vec<u64>]) -> Option<Vec<Vec<i64>>> {
    let rank = roots.first().map_or(0, Vec::len);
    let mut rows: Vec<Vec<u64>> = (0..rank)
        .map(|i| {
            let form = (0..rank).map(|j| {
                roots
                    .iter()
                    .fold(0, |sum, root| field.add(sum, field.mul(root[i], root[j])))
            });
            let unit = (0..rank).map(|j| if i == j { field.encode(1) } else { 0 });
            form.chain(unit).collect()
        })
        .collect();
    if reduce(field, &mut rows, rank).len() < rank {
        return None;
    }
    let dual: Vec<Vec<u64>> = rows.iter().map(|row| row[rank..].to_vec()).collect();
    let lowered: Vec<Vec<u64>> = roots.iter().map(|root| apply(field, &dual, root)).collect();
    let product = |a: &[u64], b: &[u64]| {
        a.iter()
            .zip(b)
            .fold(0, |sum, (&x, &y)| field.add(sum, field.mul(x, y)))
    };
    let scales: Vec<u64> = roots
        .iter()
        .zip(&lowered)
        .map(|(root, low)| product(root, low))
        .collect();
    if scales.contains(&0) {
        return None;
    }
    let two = field.encode(2);
    let scales: Vec<u64> = scales.into_iter().map(|s| field.mul(two, field.inv(s))).collect();
    roots
        .iter()
        .map(|a| {
            lowered
                .iter()
                .zip(&scales)
                .map(|(b, &scale)| {
                    let residue = field.decode(field.mul(product(a, b), scale));
                    (-3..=3).find(|&n: &i64| n.rem_euclid(field.p as i64) as u64 == residue)
                })
                .collect()
        })
        .collect()
}

/// Simple roots for the lexicographic order of the vectors of pairings, which are linear in the root.
fn simple_roots(pairings: &[Vec<i64>]) -> Vec<usize> {
    let zero = vec![0; pairings.len()];
    let positive: Vec<usize> = (0..pairings.len()).filter(|&i| pairings[i] > zero).collect();
    let sums: std::collections::BTreeSet<Vec<i64>> = positive
        .iter()
        .flat_map(|&i| positive.iter().map(move |&j| (i, j)))
        .filter(|(i, j)| i < j)
        .map(|(i, j)| pairings[i].iter().zip(&pairings[j]).map(|(a, b)| a + b).collect())
        .collect();
    positive
        .into_iter()
        .filter(|&i| !sums.contains(&pairings[i]))
        .collect()
}
