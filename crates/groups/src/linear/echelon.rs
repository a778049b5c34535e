//! The reduced row echelon form, and why the modular one is exact.
//!
//! *Certificate.* Let R be the form found modulo a prime p, of rank r, with entries read as fractions. The rational
//! rank of A is at least r, since a minor that is nonzero modulo p is nonzero. If A K = 0 holds exactly for the n - r
//! independent kernel vectors K read off R, the rational rank is at most r. Then the rows of A lie in the orthogonal
//! complement of K, which has dimension r and is spanned by the rows of R: R is the reduced row echelon form of A.
//! Primes that divide a minor give a smaller rank or later pivots and are thrown away; there are finitely many.

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, ToPrimitive, Zero};

use super::modular::{ModularSpan, PrimeField};
use super::reconstruct::Remainders;
use super::{Matrix, RationalMatrix};
use crate::scalar::Scalar;

/// A reduced row echelon form: nonzero rows only, each with a one at its pivot, which is alone in its column.
///
/// ```
/// use groups::linear::RationalMatrix;
/// let echelon = RationalMatrix::from_integers(2, 3, &[2, 4, 6, 1, 2, 4])?.echelon();
/// assert_eq!((echelon.rank(), echelon.pivots()), (2, &[0, 2][..]));
/// # Ok::<(), groups::GroupError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Echelon<S> {
    matrix: Matrix<S>,
    pivots: Vec<usize>,
}

impl<S: Scalar> Echelon<S> {
    /// The number of nonzero rows.
    pub fn rank(&self) -> usize {
        self.pivots.len()
    }

    /// The pivot columns, increasing.
    pub fn pivots(&self) -> &[usize] {
        &self.pivots
    }

    /// The columns without a pivot, increasing.
    pub fn free_columns(&self) -> Vec<usize> {
        (0..self.matrix.cols())
            .filter(|j| self.pivots.binary_search(j).is_err())
            .collect()
    }

    /// The nonzero rows.
    pub fn matrix(&self) -> &Matrix<S> {
        &self.matrix
    }

    /// The nonzero rows, by value.
    pub fn into_matrix(self) -> Matrix<S> {
        self.matrix
    }

    /// A kernel basis as rows: one vector for each free column, with a one there and zeros at the other free columns.
    pub fn kernel(&self) -> Matrix<S> {
        let free = self.free_columns();
        let mut kernel = Matrix::zeros(free.len(), self.matrix.cols());
        for (k, &j) in free.iter().enumerate() {
            kernel[(k, j)] = S::one();
            for (i, &pivot) in self.pivots.iter().enumerate() {
                kernel[(k, pivot)] = -self.matrix[(i, j)].clone();
            }
        }
        kernel
    }
}

/// Gauss-Jordan elimination over any exact field.
pub(crate) fn gauss_jordan<S: Scalar>(matrix: &Matrix<S>) -> Echelon<S> {
    let cols = matrix.cols();
    let mut rows: Vec<Vec<S>> = (0..matrix.rows()).map(|i| matrix.row(i).to_vec()).collect();
    let mut pivots = Vec::new();
    for j in 0..cols {
        let top = pivots.len();
        let Some(found) = (top..rows.len()).find(|&i| !rows[i][j].is_zero()) else {
            continue;
        };
        rows.swap(top, found);
        let scale = rows[top][j].inverse().expect("the pivot is nonzero");
        let mut pivot_row = std::mem::take(&mut rows[top]);
        for x in &mut pivot_row[j..] {
            *x *= &scale;
        }
        for row in rows.iter_mut().filter(|row| !row.is_empty() && !row[j].is_zero()) {
            let factor = -row[j].clone();
            for (x, y) in row[j..].iter_mut().zip(&pivot_row[j..]) {
                x.add_product(&factor, y);
            }
        }
        rows[top] = pivot_row;
        pivots.push(j);
    }
    rows.truncate(pivots.len());
    Echelon {
        matrix: Matrix::from_parts(pivots.len(), cols, rows.into_iter().flatten().collect()),
        pivots,
    }
}

/// Rows by their nonzero entries, scaled to integers: machine words when they fit.
pub(crate) enum IntegerRows {
    Small(Vec<Vec<(usize, i64)>>),
    Big(Vec<Vec<(usize, BigInt)>>),
}

impl IntegerRows {
    /// Each row of a matrix times the least common multiple of its denominators.
    pub(crate) fn of_matrix(matrix: &RationalMatrix) -> Self {
        let nonzero = |i: usize| matrix.row(i).iter().enumerate().filter(|(_, x)| !x.is_zero());
        Self::new((0..matrix.rows()).map(nonzero))
    }

    fn new<'a, R: Iterator<Item = (usize, &'a BigRational)> + Clone>(rows: impl Iterator<Item = R>) -> Self {
        let rows: Vec<Vec<(usize, BigInt)>> = rows
            .map(|row| {
                let scale = common_denominator(row.clone().map(|(_, x)| x));
                row.map(|(j, x)| {
                    if scale.is_one() {
                        (j, x.numer().clone())
                    } else {
                        (j, x.numer() * (&scale / x.denom()))
                    }
                })
                .collect()
            })
            .collect();
        let small: Option<Vec<Vec<(usize, i64)>>> = rows
            .iter()
            .map(|row| row.iter().map(|(j, x)| Some((*j, x.to_i64()?))).collect())
            .collect();
        small.map_or(IntegerRows::Big(rows), IntegerRows::Small)
    }

    fn len(&self) -> usize {
        match self {
            IntegerRows::Small(rows) => rows.len(),
            IntegerRows::Big(rows) => rows.len(),
        }
    }

    pub(crate) fn encoded_row(&self, field: &PrimeField, i: usize, cols: usize) -> Vec<u64> {
        let mut encoded = vec![0; cols];
        match self {
            IntegerRows::Small(rows) => rows[i]
                .iter()
                .for_each(|(j, x)| encoded[*j] = field.encode_small(*x)),
            IntegerRows::Big(rows) => rows[i]
                .iter()
                .for_each(|(j, x)| encoded[*j] = field.encode_big(x)),
        }
        encoded
    }

    /// Whether every row has product zero with a vector.
    fn annihilate(&self, vector: &[BigInt]) -> bool {
        match self {
            IntegerRows::Small(rows) => {
                let small: Vec<Option<i64>> = vector.iter().map(BigInt::to_i64).collect();
                rows.iter().all(|row| {
                    let sum = row.iter().try_fold(0i128, |sum, (j, a)| {
                        sum.checked_add(i128::from(*a) * i128::from(small[*j]?))
                    });
                    match sum {
                        Some(sum) => sum == 0,
                        None => row.iter().map(|(j, a)| &vector[*j] * a).sum::<BigInt>().is_zero(),
                    }
                })
            }
            IntegerRows::Big(rows) => rows
                .iter()
                .all(|row| row.iter().map(|(j, a)| &vector[*j] * a).sum::<BigInt>().is_zero()),
        }
    }
}

pub(crate) fn common_denominator<'a>(row: impl IntoIterator<Item = &'a BigRational>) -> BigInt {
    let mut common = BigInt::one();
    for x in row.into_iter().filter(|x| !x.denom().is_one()) {
        common = common.lcm(x.denom());
    }
    common
}

/// A reduced row echelon form by its pivots and, row by row, the entries in the columns without a pivot.
struct Candidate {
    cols: usize,
    pivots: Vec<usize>,
    free: Vec<usize>,
    entries: Vec<BigRational>,
}

impl Candidate {
    fn new(cols: usize, pivots: Vec<usize>, entries: Vec<BigRational>) -> Self {
        let free = (0..cols).filter(|j| pivots.binary_search(j).is_err()).collect();
        Candidate {
            cols,
            pivots,
            free,
            entries,
        }
    }

    fn entry(&self, i: usize, k: usize) -> &BigRational {
        &self.entries[i * self.free.len() + k]
    }

    /// Whether the rows annihilate the kernel read off the form.
    fn is_exact(&self, rows: &IntegerRows) -> bool {
        (0..self.free.len()).all(|k| {
            let scale = common_denominator((0..self.pivots.len()).map(|i| self.entry(i, k)));
            let mut vector = vec![BigInt::zero(); self.cols];
            for (i, &pivot) in self.pivots.iter().enumerate() {
                let x = self.entry(i, k);
                if !x.is_zero() {
                    vector[pivot] = x.numer() * (&scale / x.denom());
                }
            }
            vector[self.free[k]] = -scale;
            rows.annihilate(&vector)
        })
    }

    fn into_echelon(self) -> Echelon<BigRational> {
        let mut matrix = Matrix::zeros(self.pivots.len(), self.cols);
        for (i, &pivot) in self.pivots.iter().enumerate() {
            matrix[(i, pivot)] = BigRational::one();
        }
        let width = self.free.len();
        for (at, x) in self.entries.into_iter().enumerate() {
            matrix[(at / width, self.free[at % width])] = x;
        }
        Echelon {
            matrix,
            pivots: self.pivots,
        }
    }

    /// The kernel, one sparse vector for each column without a pivot.
    fn into_kernel(self) -> Vec<Vec<(usize, BigRational)>> {
        (0..self.free.len())
            .map(|k| {
                let mut vector: Vec<(usize, BigRational)> = (0..self.pivots.len())
                    .filter(|&i| !self.entry(i, k).is_zero())
                    .map(|i| (self.pivots[i], -self.entry(i, k)))
                    .collect();
                let at = vector.partition_point(|(j, _)| *j < self.free[k]);
                vector.insert(at, (self.free[k], BigRational::one()));
                vector
            })
            .collect()
    }
}

/// The reduced row echelon form of a rational matrix, by the modular method of the module header.
pub(crate) fn certified_echelon(matrix: &RationalMatrix) -> Echelon<BigRational> {
    certified(&IntegerRows::of_matrix(matrix), matrix.cols()).into_echelon()
}

/// A kernel basis of a system of sparse rows: one sparse vector for each free column.
pub(crate) fn certified_kernel(
    rows: &[Vec<(usize, BigRational)>],
    cols: usize,
) -> Vec<Vec<(usize, BigRational)>> {
    let rows = IntegerRows::new(rows.iter().map(|row| row.iter().map(|(j, x)| (*j, x))));
    certified(&rows, cols).into_kernel()
}

fn certified(integers: &IntegerRows, cols: usize) -> Candidate {
    let mut best: Option<(Vec<usize>, Remainders)> = None;
    let mut next_attempt = 1;
    for field in PrimeField::descending() {
        let mut span = ModularSpan::new(field, cols);
        for i in 0..integers.len() {
            span.insert(integers.encoded_row(&field, i, cols));
            if span.rank() == cols {
                break;
            }
        }
        let (pivots, residues) = span.reduced();
        let (profile, remainders) = match &mut best {
            Some(known) if known.0 == pivots => known,
            // A true profile has the largest rank and, among those, the earliest pivots.
            Some(known) if (known.0.len(), &pivots) > (pivots.len(), &known.0) => continue,
            _ => {
                next_attempt = 1;
                let len = residues.len();
                best.insert((pivots, Remainders::new(len)))
            }
        };
        remainders.absorb(field.p, residues);
        if remainders.primes() < next_attempt {
            continue;
        }
        next_attempt = 2 * remainders.primes();
        let Some(fractions) = remainders.fractions() else {
            continue;
        };
        let candidate = Candidate::new(cols, profile.clone(), fractions);
        if candidate.is_exact(integers) {
            return candidate;
        }
    }
    unreachable!("only finitely many primes divide the minors of a matrix, and there are 2^56 primes to try")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::rational;
    use proptest::prelude::*;

    proptest! {
        /// The modular form against plain Gaussian elimination, on matrices of every rank and with large entries.
        #[test]
        fn modular_and_plain_elimination_agree(
            rows in 1usize..7, cols in 1usize..7, rank in 0usize..5, large in any::<bool>(),
            seed in proptest::collection::vec((-9i64..10, 1i64..5), 60)
        ) {
            let scale = if large { 1i64 << 40 } else { 1 };
            let entry = |k: usize| { let (n, d) = seed[k % 60]; rational(n * scale + (n & 1), d) };
            let left = RationalMatrix::from_fn(rows, rank, |i, j| entry(7 * i + j));
            let right = RationalMatrix::from_fn(rank, cols, |i, j| entry(31 + 5 * i + j));
            let product = &left * &right;
            let modular = certified_echelon(&product);
            prop_assert!(modular.rank() <= rank);
            prop_assert_eq!(&modular, &gauss_jordan(&product));
            let kernel = modular.kernel();
            prop_assert_eq!(kernel.rows() + modular.rank(), cols);
            prop_assert!((&product * &kernel.transpose()).is_zero());
        }
    }

    #[test]
    fn a_prime_that_divides_a_minor_does_not_lower_the_rank() {
        let p = BigRational::from_integer(PrimeField::descending().next().unwrap().p.into());
        let one = BigRational::one();
        let a = Matrix::from_entries(2, 2, vec![p.clone(), one.clone(), BigRational::zero(), one]).unwrap();
        assert_eq!(a.rank(), 2, "modulo the first prime the rank is 1");
        let b = Matrix::from_entries(1, 1, vec![p]).unwrap();
        assert_eq!(b.rank(), 1, "modulo the first prime the matrix is zero");
    }

    #[test]
    fn empty_shapes() {
        assert_eq!(RationalMatrix::zeros(0, 3).kernel(), RationalMatrix::identity(3));
        assert_eq!(RationalMatrix::zeros(3, 0).rank(), 0);
    }
}
