//! The one seam through which every matrix product of training goes.
//!
//! Matrices are row-major slices; a [`View`] reads one, or its transpose, or a range of its columns, without copying.
//!
//! Invariant: **the bytes of a product do not depend on the number of threads.** The result is cut into blocks of
//! rows, or of columns where rows are few, whose sizes are a function of the shape alone; each block is one single-threaded product by
//! the `gemm` crate (AVX-512, AVX2 or portable, chosen at run time), with the whole sum over the inner dimension
//! inside it. Threads only decide who computes a block.
//!
//! ```
//! use nets::matrix::{product, View};
//! let a = [1.0f32, 2.0, 3.0, 4.0]; // [[1, 2], [3, 4]]
//! let mut c = [0.0f32; 4];
//! product(&mut c, View::new(&a, 2, 2), View::new(&a, 2, 2).transposed(), 1.0, 0.0);
//! assert_eq!(c, [5.0, 11.0, 11.0, 25.0]);
//! ```

use rayon::prelude::*;
use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Range, Sub, SubAssign};

/// The scalar of training: `f32`, and `f64` so that every gradient can be checked against differences.
pub trait Real:
    Copy
    + Send
    + Sync
    + PartialOrd
    + std::fmt::Debug
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + std::iter::Sum
    + Default
    + 'static
{
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// The nearest number of this type.
    fn from_f64(x: f64) -> Self;
    /// The same number in double precision.
    fn to_f64(self) -> f64;
    /// eˣ, to within 2 units in the last place, for x where it is a normal number.
    fn exp(self) -> Self;
    /// ln x for positive x, to within 2 units in the last place.
    fn ln(self) -> Self;
    /// tanh x.
    fn tanh(self) -> Self;
    /// √x.
    fn sqrt(self) -> Self;
    /// |x|.
    fn abs(self) -> Self;
    /// The larger of two numbers, none of them NaN.
    fn max(self, other: Self) -> Self;
    /// Φ(x), the standard normal distribution function.
    fn normal_distribution(self) -> Self;
}

impl Real for f64 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    fn from_f64(x: f64) -> Self {
        x
    }
    fn to_f64(self) -> f64 {
        self
    }
    fn exp(self) -> Self {
        f64::exp(self)
    }
    fn ln(self) -> Self {
        f64::ln(self)
    }
    fn tanh(self) -> Self {
        f64::tanh(self)
    }
    fn sqrt(self) -> Self {
        f64::sqrt(self)
    }
    fn abs(self) -> Self {
        f64::abs(self)
    }
    fn max(self, other: Self) -> Self {
        f64::max(self, other)
    }
    fn normal_distribution(self) -> Self {
        0.5 * libm::erfc(-self * std::f64::consts::FRAC_1_SQRT_2)
    }
}

impl Real for f32 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    #[inline(always)]
    fn from_f64(x: f64) -> Self {
        x as f32
    }
    #[inline(always)]
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
    #[inline(always)]
    fn exp(self) -> Self {
        crate::elementwise::exp_f32(self)
    }
    #[inline(always)]
    fn ln(self) -> Self {
        crate::elementwise::ln_f32(self)
    }
    #[inline(always)]
    fn tanh(self) -> Self {
        crate::elementwise::tanh_f32(self)
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        f32::sqrt(self)
    }
    #[inline(always)]
    fn abs(self) -> Self {
        f32::abs(self)
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        f32::max(self, other)
    }
    fn normal_distribution(self) -> Self {
        0.5 * libm::erfcf(-self * std::f32::consts::FRAC_1_SQRT_2)
    }
}

/// A matrix read from a slice: `rows` × `columns`, entry (i, j) at `i·row_stride + j·column_stride`.
///
/// Invariant: every entry lies inside the slice.
#[derive(Debug, Clone, Copy)]
pub struct View<'a, T> {
    values: &'a [T],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'a, T> View<'a, T> {
    /// A row-major matrix.
    ///
    /// # Panics
    /// If the slice is not `rows`·`columns` long.
    pub fn new(values: &'a [T], rows: usize, columns: usize) -> Self {
        assert_eq!(values.len(), rows * columns, "a row-major matrix fills its slice");
        View {
            values,
            rows,
            columns,
            row_stride: columns,
            column_stride: 1,
        }
    }

    /// Its transpose, without copying.
    pub fn transposed(self) -> Self {
        View {
            values: self.values,
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
        }
    }

    /// A range of its rows, without copying.
    ///
    /// # Panics
    /// If the range is not inside the matrix.
    pub fn row_range(self, range: Range<usize>) -> Self {
        assert!(
            range.start <= range.end && range.end <= self.rows,
            "a range of rows inside the matrix"
        );
        let values = if range.is_empty() {
            &[]
        } else {
            &self.values[range.start * self.row_stride..]
        };
        View {
            values,
            rows: range.len(),
            ..self
        }
    }

    /// A range of its columns, without copying.
    fn column_range(self, range: Range<usize>) -> Self {
        self.transposed().row_range(range).transposed()
    }

    /// One entry.
    pub(crate) fn get(&self, row: usize, column: usize) -> T
    where
        T: Copy,
    {
        self.values[row * self.row_stride + column * self.column_stride]
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }
}

/// Multiply-adds below which sharing costs more than it gains.
const WORTH: usize = 1 << 20;

/// Rows in a block are a multiple of this, so that what is drawn per group of rows does not straddle blocks.
pub(crate) const ROW_GROUP: usize = 16;

/// Rows in each block of a product: a function of the shape alone.
///
/// Blocks are large enough that a single-threaded product runs at its full rate, at least two when the whole is worth
/// sharing, and at most eight.
fn block_rows(rows: usize, inner: usize, columns: usize) -> usize {
    /// Fewest rows with which the product runs near its full rate.
    const FEWEST: usize = 64;
    let work = rows.saturating_mul(inner).saturating_mul(columns);
    let blocks = (work / WORTH).min(rows / FEWEST).clamp(1, MAX_BLOCKS);
    rows.div_ceil(blocks).next_multiple_of(ROW_GROUP)
}

/// Whether a product is cut into blocks of columns instead of rows: where rows are few, each block of them would pack
/// the whole of B again.
fn by_columns(rows: usize, columns: usize) -> bool {
    2 * rows <= columns
}

/// Columns in each block of a product that is cut by columns: a function of the shape alone. The number of blocks is a
/// power of two, since every block packs the whole of A.
fn block_columns(rows: usize, inner: usize, columns: usize) -> usize {
    /// Fewest columns in a block.
    const FEWEST: usize = 128;
    let work = rows.saturating_mul(inner).saturating_mul(columns);
    let blocks = (work / WORTH).min(columns / FEWEST).clamp(1, MAX_BLOCKS);
    columns.div_ceil(1 << blocks.ilog2()).next_multiple_of(ROW_GROUP)
}

/// C = alpha·AB + beta·C.
///
/// # Panics
/// If the shapes do not fit.
pub fn product<T: Real>(c: &mut [T], a: View<'_, T>, b: View<'_, T>, alpha: T, beta: T) {
    product_then(c, a, b, alpha, beta, |_, _| 0.0);
}

/// C = alpha·AB + beta·C, then `finish(first row, rows of C)` on each block while it is still in the cache; returns
/// the sum, in the order of the blocks, of what `finish` returns.
///
/// # Panics
/// If the shapes do not fit.
pub fn product_then<T: Real>(
    c: &mut [T],
    a: View<'_, T>,
    b: View<'_, T>,
    alpha: T,
    beta: T,
    finish: impl Fn(usize, &mut [T]) -> f64 + Sync,
) -> f64 {
    product_with(c, a, b, alpha, beta, [], |first, rows, []| finish(first, rows))
}

/// A block of rows of a product, with the same entries of other matrices.
struct Block<'a, T, const N: usize> {
    first: usize,
    rows: &'a mut [T],
    others: [&'a mut [T]; N],
    sum: f64,
}

/// As [`product_then`], where `finish` also gets the same rows of other matrices of C's shape: a gradient is turned
/// into a step while both are in the cache.
///
/// # Panics
/// If the shapes do not fit.
pub(crate) fn product_with<T: Real, const N: usize>(
    c: &mut [T],
    a: View<'_, T>,
    b: View<'_, T>,
    alpha: T,
    beta: T,
    mut others: [&mut [T]; N],
    finish: impl Fn(usize, &mut [T], [&mut [T]; N]) -> f64 + Sync,
) -> f64 {
    assert_eq!(a.columns, b.rows, "the inner dimensions of a product agree");
    assert_eq!(c.len(), a.rows * b.columns, "a product's result fills its slice");
    assert!(
        others.iter().all(|other| other.len() == c.len()),
        "the other matrices have the shape of the result"
    );
    let by_columns = by_columns(a.rows, b.columns);
    if by_columns {
        product_columns(c, a, b, alpha, beta);
    }
    let step = block_rows(a.rows, a.columns, b.columns);
    let (mut blocks, mut count) = ([const { None }; MAX_BLOCKS], 0);
    let mut rest = c;
    while !rest.is_empty() {
        let length = rest.len().min(step * b.columns);
        let (rows, tail) = rest.split_at_mut(length);
        rest = tail;
        let others = others.each_mut().map(|other| {
            let (head, tail) = std::mem::take(other).split_at_mut(length);
            *other = tail;
            head
        });
        let (first, sum) = (count * step, 0.0);
        blocks[count] = Some(Block {
            first,
            rows,
            others,
            sum,
        });
        count += 1;
    }
    let run = |block: &mut Option<Block<'_, T, N>>| {
        let Some(block) = block else { return };
        if !by_columns {
            let last = block.first + block.rows.len() / b.columns;
            product_block(block.rows, a.row_range(block.first..last), b, alpha, beta);
        }
        block.sum = finish(
            block.first,
            block.rows,
            block.others.each_mut().map(|other| &mut **other),
        );
    };
    if count < 2 || rayon::current_num_threads() == 1 {
        blocks[..count].iter_mut().for_each(run);
    } else {
        blocks[..count].par_iter_mut().for_each(run);
    }
    blocks[..count].iter().flatten().map(|block| block.sum).sum()
}

/// Most blocks that a product is cut into.
const MAX_BLOCKS: usize = 8;

/// Runs `work(index, block)` on consecutive blocks of `length`, in parallel if there is more than one of both blocks
/// and threads.
pub(crate) fn for_each_block<T: Send>(
    values: &mut [T],
    length: usize,
    work: impl Fn(usize, &mut [T]) + Sync,
) {
    if values.len() <= length || rayon::current_num_threads() == 1 {
        values
            .chunks_mut(length.max(1))
            .enumerate()
            .for_each(|(index, block)| work(index, block));
    } else {
        values
            .par_chunks_mut(length)
            .enumerate()
            .for_each(|(index, block)| work(index, block));
    }
}

/// Runs `work` on a thread of the pool, so that the parallel loops inside it start there without a hand-over each.
pub(crate) fn on_pool<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    if rayon::current_num_threads() == 1 {
        work()
    } else {
        rayon::scope(|_| work())
    }
}

/// One single-threaded product into a row-major matrix.
fn product_block<T: Real>(c: &mut [T], a: View<'_, T>, b: View<'_, T>, alpha: T, beta: T) {
    assert_eq!(c.len(), a.rows * b.columns, "a product's result fills its slice");
    // SAFETY: the rows of C, `b.columns` apart, fill the slice, by the assertion; it is borrowed mutably, so it overlaps
    // neither A nor B.
    unsafe { product_at(c.as_mut_ptr(), b.columns, a, b, alpha, beta) }
}

/// A matrix that several threads write to, each in columns of its own.
struct SharedColumns<T>(*mut T);

// SAFETY: `product_columns` hands every column to one block, and a block to one thread.
unsafe impl<T: Send> Sync for SharedColumns<T> {}

impl<T> SharedColumns<T> {
    fn column(&self, column: usize) -> *mut T {
        self.0.wrapping_add(column)
    }
}

/// The same, cut into blocks of columns that run in parallel.
fn product_columns<T: Real>(c: &mut [T], a: View<'_, T>, b: View<'_, T>, alpha: T, beta: T) {
    assert_eq!(c.len(), a.rows * b.columns, "a product's result fills its slice");
    let block = block_columns(a.rows, a.columns, b.columns);
    let shared = SharedColumns(c.as_mut_ptr());
    let run = |index: usize| {
        let range = index * block..((index + 1) * block).min(b.columns);
        let columns = shared.column(range.start);
        // SAFETY: the block's entries, at rows `b.columns` apart, lie inside C, which is borrowed mutably and so overlaps
        // neither A nor B; the ranges of different blocks have no column in common.
        unsafe { product_at(columns, b.columns, a, b.column_range(range), alpha, beta) }
    };
    let blocks = b.columns.div_ceil(block);
    if blocks < 2 || rayon::current_num_threads() == 1 {
        (0..blocks).for_each(run);
    } else {
        (0..blocks).into_par_iter().with_max_len(1).for_each(run);
    }
}

/// C = alpha·AB + beta·C, C's rows being `stride` apart.
///
/// # Safety
/// All entries (i, j) of C, at `c + i·stride + j`, may be read and written, and none is an entry of A or B.
unsafe fn product_at<T: Real>(c: *mut T, stride: usize, a: View<'_, T>, b: View<'_, T>, alpha: T, beta: T) {
    assert_eq!(a.columns, b.rows, "the inner dimensions of a product agree");
    // SAFETY: the strides describe matrices whose every entry lies inside its slice: for A and B that is the
    // invariant of `View`, for C it is the caller's promise.
    unsafe {
        gemm::gemm(
            a.rows,
            b.columns,
            a.columns,
            c,
            1,
            stride as isize,
            beta != T::ZERO,
            a.values.as_ptr(),
            a.column_stride as isize,
            a.row_stride as isize,
            b.values.as_ptr(),
            b.column_stride as isize,
            b.row_stride as isize,
            beta,
            alpha,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(count: usize, salt: u64) -> Vec<f64> {
        let mut state = salt.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        (0..count)
            .map(|_| {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                (state >> 11) as f64 / (1u64 << 53) as f64 - 0.5
            })
            .collect()
    }

    fn by_definition(m: usize, k: usize, n: usize, a: &[f64], b: &[f64]) -> Vec<f64> {
        let entry = |i: usize, j: usize| (0..k).map(|p| a[i * k + p] * b[p * n + j]).sum();
        (0..m * n).map(|at| entry(at / n, at % n)).collect()
    }

    #[test]
    fn products_agree_with_the_definition_in_all_orientations() {
        for (m, k, n) in [
            (1, 1, 1),
            (3, 5, 2),
            (17, 33, 9),
            (130, 70, 50),
            (200, 1, 3),
            (1, 300, 40),
            (100, 90, 300),
            (64, 130, 530),
        ] {
            let (a, b) = (numbers(m * k, 1), numbers(k * n, 2));
            let at: Vec<f64> = (0..k * m).map(|i| a[(i % m) * k + i / m]).collect();
            let bt: Vec<f64> = (0..n * k).map(|i| b[(i % k) * n + i / k]).collect();
            let want = by_definition(m, k, n, &a, &b);
            for (a, b) in [
                (View::new(&a, m, k), View::new(&b, k, n)),
                (View::new(&at, k, m).transposed(), View::new(&b, k, n)),
                (View::new(&a, m, k), View::new(&bt, n, k).transposed()),
            ] {
                let mut c = vec![1.0; m * n];
                product(&mut c, a, b, 2.0, 3.0);
                for (got, want) in c.iter().zip(&want) {
                    assert!((got - (2.0 * want + 3.0)).abs() < 1e-12 * k as f64);
                }
            }
        }
    }

    #[test]
    fn one_and_two_threads_give_the_same_bytes() {
        for (m, k, n) in [(300, 200, 150), (100, 150, 700)] {
            same_bytes(m, k, n);
        }
    }

    fn same_bytes(m: usize, k: usize, n: usize) {
        let a: Vec<f32> = numbers(m * k, 3).iter().map(|&x| x as f32).collect();
        let b: Vec<f32> = numbers(k * n, 4).iter().map(|&x| x as f32).collect();
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            let mut c = vec![0.0; m * n];
            pool.install(|| product(&mut c, View::new(&a, m, k), View::new(&b, k, n), 1.0, 0.0));
            c
        };
        assert_eq!(run(1), run(2));
        assert_eq!(run(1), run(5));
    }

    #[test]
    fn a_product_over_nothing_is_zero() {
        let mut c = [5.0f32; 4];
        product(&mut c, View::new(&[], 2, 0), View::new(&[], 0, 2), 1.0, 0.0);
        assert_eq!(c, [0.0; 4]);
    }
}
