//! Whole spaces as permutation domains: all vectors, all projective points, all subspaces of one dimension.
//!
//! Vectors are numbered by their entries as base-q digits, the first the highest. The images of all vectors under a
//! matrix are walked in that order with the partial sums of columns on a stack, so one image costs O(n) operations
//! and no lookup.

use super::actions::Subspace;
use super::matrix::FieldMatrix;
use crate::error::GroupError;
use crate::finite_field::FiniteField;
use crate::permutation::{MAX_DEGREE, check_degree};

/// The number of vectors, if it is a legal degree.
pub(super) fn vectors(field: &FiniteField, n: usize) -> Result<usize, GroupError> {
    checked_sum([power(field.order(), n)])
}

/// The number of projective points, if it is a legal degree.
pub(super) fn projective_points(field: &FiniteField, n: usize) -> Result<usize, GroupError> {
    checked_sum((0..n).map(|k| power(field.order(), k)))
}

/// The sum of numbers, refused past [`MAX_DEGREE`].
fn checked_sum(terms: impl IntoIterator<Item = usize>) -> Result<usize, GroupError> {
    let mut sum = 0usize;
    for term in terms {
        sum = sum.saturating_add(term);
        check_degree(sum)?;
    }
    Ok(sum)
}

fn power(q: usize, n: usize) -> usize {
    u32::try_from(n)
        .ok()
        .and_then(|n| q.checked_pow(n))
        .unwrap_or(usize::MAX)
}

/// The images of all vectors under x ↦ A x + b.
pub(super) fn on_vectors(field: &FiniteField, a: &FieldMatrix, b: Option<&[u32]>) -> Vec<u32> {
    let mut images = Vec::new();
    let start = b.map_or_else(|| vec![0; a.dimension()], <[u32]>::to_vec);
    walk(field, a, 0, start, &mut |image| images.push(code(field, image)));
    images
}

/// The images of all projective points.
pub(super) fn on_projective_points(field: &FiniteField, a: &FieldMatrix) -> Vec<u32> {
    let n = a.dimension();
    // The points with first nonzero entry at i start at this number.
    let mut offsets = vec![0];
    for i in 1..n {
        offsets.push(offsets[i - 1] + power(field.order(), n - i) as u32);
    }
    let mut images = Vec::new();
    let mut scaled = vec![0; n];
    for lead in 0..n {
        let start = (0..n).map(|row| a.entry(row, lead)).collect();
        walk(field, a, lead + 1, start, &mut |image| {
            let first = image
                .iter()
                .position(|&x| x != 0)
                .expect("an invertible matrix sends no point to 0");
            let scale = field.inv(image[first]).expect("the first nonzero entry");
            for (s, &x) in scaled.iter_mut().zip(image) {
                *s = field.mul(x, scale);
            }
            images.push(offsets[first] + code(field, &scaled[first + 1..]));
        });
    }
    images
}

/// Calls `visit` with start + Σ vⱼ columnⱼ for all entries vⱼ with j from `column` on, in the order of the vectors.
fn walk(
    field: &FiniteField,
    a: &FieldMatrix,
    column: usize,
    start: Vec<u32>,
    visit: &mut impl FnMut(&[u32]),
) {
    let n = a.dimension();
    if column == n {
        visit(&start);
        return;
    }
    for v in 0..field.order() as u32 {
        let sum = |row: usize| field.add(start[row], field.mul(v, a.entry(row, column)));
        walk(field, a, column + 1, (0..n).map(sum).collect(), visit);
    }
}

/// The number of a vector.
fn code(field: &FiniteField, v: &[u32]) -> u32 {
    v.iter()
        .fold(0, |code, &digit| code * field.order() as u32 + digit)
}

/// The images of all vectors under the Frobenius map of their entries.
pub(super) fn frobenius_on_vectors(field: &FiniteField, n: usize) -> Result<Vec<u32>, GroupError> {
    let mut images = vec![0];
    images.reserve(vectors(field, n)?);
    for _ in 0..n {
        images = with_last_entry(field, &images);
    }
    Ok(images)
}

/// The images of all projective points, if they are a legal degree: (0, …, 0, 1, w) goes to (0, …, 0, 1, wᵖ).
pub(super) fn frobenius_on_projective_points(field: &FiniteField, n: usize) -> Vec<u32> {
    let mut blocks = vec![vec![0]];
    for lead in 1..n {
        blocks.push(with_last_entry(field, &blocks[lead - 1]));
    }
    let mut images = Vec::new();
    for block in blocks.iter().rev() {
        let offset = images.len() as u32;
        images.extend(block.iter().map(|image| image + offset));
    }
    images
}

/// From the images of vectors to those of vectors with one entry more.
fn with_last_entry(field: &FiniteField, images: &[u32]) -> Vec<u32> {
    let q = field.order() as u32;
    images
        .iter()
        .flat_map(|image| (0..q).map(move |a| image * q + field.frobenius(a)))
        .collect()
}

/// All k-dimensional subspaces of GF(q)ⁿ, ascending.
pub(super) fn subspaces(field: &FiniteField, n: usize, k: usize) -> Result<Vec<Subspace>, GroupError> {
    if k > n {
        let reason =
            format!("the space of dimension {n} has no subspaces of dimension {k}; expected 0 to {n}");
        return Err(GroupError::InvalidParameter {
            group: format!("subspaces over {field:?}"),
            reason,
        });
    }
    let pivots = pivot_sets(n, k)?;
    checked_sum(
        pivots
            .iter()
            .map(|p| power(field.order(), free_entries(n, p).len())),
    )?;
    let mut all = Vec::new();
    for p in &pivots {
        let free = free_entries(n, p);
        for number in 0..power(field.order(), free.len()) {
            let mut basis = vec![0; n * k];
            for (row, &column) in p.iter().enumerate() {
                basis[row * n + column] = 1;
            }
            let mut rest = number;
            for &at in &free {
                basis[at] = (rest % field.order()) as u32;
                rest /= field.order();
            }
            all.push(Subspace::from_reduced(n, basis));
        }
    }
    all.sort_unstable();
    Ok(all)
}

/// All k-subsets of the columns; each gives at least one subspace, so more than [`MAX_DEGREE`] are refused.
fn pivot_sets(n: usize, k: usize) -> Result<Vec<Vec<usize>>, GroupError> {
    let mut sets = vec![Vec::new()];
    for chosen in 0..k {
        let extended = sets.iter().flat_map(|set: &Vec<usize>| {
            let next = set.last().map_or(0, |last| last + 1);
            // Leave room for the pivots still to come.
            (next..=n - (k - chosen)).map(|column| [&set[..], &[column]].concat())
        });
        sets = extended.take(MAX_DEGREE + 1).collect();
        check_degree(sets.len())?;
    }
    Ok(sets)
}

/// The positions of a reduced echelon basis that are not fixed by its pivots.
fn free_entries(n: usize, pivots: &[usize]) -> Vec<usize> {
    let of_row = |(row, &pivot): (usize, &usize)| {
        (pivot + 1..n)
            .filter(|column| !pivots.contains(column))
            .map(move |column| row * n + column)
            .collect::<Vec<_>>()
    };
    pivots.iter().enumerate().flat_map(of_row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gaussian binomial by Pascal's rule [n k] = [n−1 k−1] + qᵏ [n−1 k].
    fn gaussian(q: usize, n: usize, k: usize) -> usize {
        match (n, k) {
            (_, 0) => 1,
            (0, _) => 0,
            _ => gaussian(q, n - 1, k - 1) + q.pow(k as u32) * gaussian(q, n - 1, k),
        }
    }

    #[test]
    fn numbers_of_subspaces_are_gaussian_binomials() {
        for q in [2, 3, 4] {
            let field = FiniteField::new(q).unwrap();
            for n in 0..5 {
                for k in 0..=n {
                    let all = subspaces(&field, n, k).unwrap();
                    assert_eq!(all.len(), gaussian(q, n, k), "{k}-spaces of GF({q})^{n}");
                    assert!(all.windows(2).all(|pair| pair[0] < pair[1]));
                }
            }
        }
        let field = FiniteField::new(2).unwrap();
        assert!(matches!(
            subspaces(&field, 40, 20),
            Err(GroupError::DegreeTooLarge { .. })
        ));
        assert!(matches!(
            subspaces(&field, 500, 499),
            Err(GroupError::DegreeTooLarge { .. })
        ));
    }

    #[test]
    fn walks_agree_with_single_images() {
        let field = FiniteField::new(3).unwrap();
        let a = FieldMatrix::from_rows(&field, &[vec![1, 2, 0], vec![0, 1, 1], vec![2, 0, 1]]).unwrap();
        let images = on_vectors(&field, &a, Some(&[0, 1, 2]));
        for (point, &image) in images.iter().enumerate() {
            let v = [point as u32 / 9, point as u32 / 3 % 3, point as u32 % 3];
            let w: Vec<u32> = a
                .apply(&field, &v)
                .iter()
                .zip([0, 1, 2])
                .map(|(&x, b)| field.add(x, b))
                .collect();
            assert_eq!(image, code(&field, &w));
        }
    }
}
