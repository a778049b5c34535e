//! All critical points of a linear autoencoder with their Hessian index, exactly.
//!
//! For L(B, A) = E|x − BAx|² with a covariance of different positive eigenvalues, (B, A) is critical iff BA is the
//! orthogonal projector on the span of a set S of at most k eigendirections and, up to GL(k), B = (U_S, 0) and A = Bᵀ
//! (Baldi and Hornik 1989; the converse: B'(1 − BA)Σ = 0 makes BA the projector on the range of B, and (1 − BA)ΣA' = 0
//! makes that range invariant under Σ). In the eigenbasis the Hessian there falls into blocks of two:
//!
//! - for s in S and a outside, [[λ_s, −λ_a], [−λ_a, λ_a]]: one negative eigenvalue iff λ_a > λ_s;
//! - for a outside and each of the k − r unused units, [[0, −λ_a], [−λ_a, 0]]: always one negative eigenvalue;
//! - the rest is positive or tangent to the orbit of GL(k), whose dimension is 2kr − r².
//!
//! So the index is the number of pairs (s, a) in the wrong order plus (k − r)(n − r), nothing is flat but the gauge, and
//! the top k directions alone are a minimum. Over the sets of k directions the indices are distributed as the
//! coefficients of the Gaussian binomial [n over k]_q.

use nalgebra::DMatrix;
use num_bigint::BigUint;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use crate::NetError;
use crate::error::refuse;

/// The most critical points that are listed.
pub const MAX_POINTS: usize = 200_000;

/// A critical point, up to GL(k).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CriticalPoint {
    /// Which eigendirections BA keeps, 0 being that of the largest eigenvalue; ascending.
    pub kept: Vec<usize>,
    /// The loss: the sum of the other eigenvalues.
    pub loss: BigRational,
    /// The number of negative eigenvalues of the Hessian.
    pub index: usize,
    /// The number of its zero eigenvalues: the dimension of the orbit of GL(k), 2kr − r².
    pub gauge_dimension: usize,
}

/// All critical points, by rank of BA from 0 to k, and within a rank in lexicographic order of the kept directions.
///
/// O(points × k (n − k)).
///
/// # Errors
/// [`NetError::Option`] unless the eigenvalues are positive and different, k lies in 1, …, n, and there are at most
/// [`MAX_POINTS`] points.
///
/// ```
/// use nets::theory::critical_points::critical_points;
/// use num_rational::BigRational;
/// let spectrum: Vec<_> = [9, 4, 1].map(|v| BigRational::from_integer(v.into())).to_vec();
/// let points = critical_points(&spectrum, 1)?;
/// let found: Vec<_> = points.iter().map(|p| (p.kept.clone(), p.index)).collect();
/// assert_eq!(found, [(vec![], 3), (vec![0], 0), (vec![1], 1), (vec![2], 2)]);
/// # Ok::<(), nets::NetError>(())
/// ```
pub fn critical_points(eigenvalues: &[BigRational], k: usize) -> Result<Vec<CriticalPoint>, NetError> {
    let n = eigenvalues.len();
    let mut spectrum = eigenvalues.to_vec();
    spectrum.sort_by(|a, b| b.cmp(a));
    if let Some(value) = spectrum.iter().find(|value| !value.is_positive()) {
        return refuse("cov_eigenvalues", value, "positive numbers");
    }
    if let Some(pair) = spectrum.windows(2).find(|pair| pair[0] == pair[1]) {
        let got = format!("{} twice", pair[0]);
        return refuse(
            "cov_eigenvalues",
            got,
            "different numbers: equal ones make continua of critical points",
        );
    }
    if k == 0 || k > n {
        return refuse("k", k, &format!("an integer from 1 to the {n} eigenvalues"));
    }
    let count: BigUint = (0..=k).map(|r| binomial(n, r)).sum();
    if count > MAX_POINTS.into() {
        return refuse(
            "cov_eigenvalues",
            format!("a list of {n} with {count} critical points"),
            "a list with at most 200000 critical points",
        );
    }
    let total: BigRational = spectrum.iter().sum();
    let mut points = Vec::new();
    for rank in 0..=k {
        for_each_subset(n, rank, |kept| {
            // The outside directions before s have the larger eigenvalues: s less the kept ones before it.
            let disorder: usize = kept.iter().enumerate().map(|(place, s)| s - place).sum();
            points.push(CriticalPoint {
                kept: kept.to_vec(),
                loss: &total - kept.iter().map(|&s| &spectrum[s]).sum::<BigRational>(),
                index: disorder + (k - rank) * (n - rank),
                gauge_dimension: 2 * k * rank - rank * rank,
            });
        });
    }
    Ok(points)
}

/// The coefficients of the Gaussian binomial [n over k]_q, from q⁰ to q^(k(n−k)): how many k-sets of n have that many
/// pairs in the wrong order. By the recursion [n, k] = [n−1, k−1] + q^k [n−1, k].
///
/// # Errors
/// [`NetError::Option`] unless k ≤ n ≤ 64.
///
/// ```
/// use nets::theory::critical_points::gaussian_binomial;
/// assert_eq!(gaussian_binomial(4, 2)?, [1u32, 1, 2, 1, 1].map(Into::into));
/// # Ok::<(), nets::NetError>(())
/// ```
pub fn gaussian_binomial(n: usize, k: usize) -> Result<Vec<BigUint>, NetError> {
    if n > 64 {
        return refuse("n", n, "an integer up to 64");
    }
    if k > n {
        return refuse("k", k, &format!("an integer from 0 to {n}"));
    }
    let mut row = vec![vec![BigUint::one()]];
    for m in 1..=n {
        row = (0..=m.min(k))
            .map(|j| {
                let mut sum = vec![BigUint::zero(); j * (m - j) + 1];
                if let Some(with) = j.checked_sub(1).and_then(|j| row.get(j)) {
                    with.iter().enumerate().for_each(|(power, c)| sum[power] += c);
                }
                if let Some(without) = row.get(j).filter(|_| j < m) {
                    without
                        .iter()
                        .enumerate()
                        .for_each(|(power, c)| sum[power + j] += c);
                }
                sum
            })
            .collect();
    }
    Ok(row.swap_remove(k))
}

/// The Hessian of L at (B, A) for a covariance Σ, over the entries of B and then of A, row by row: 2nk × 2nk.
///
/// From the definition, entry by entry: the second derivative of L in the directions (β, α) and (β', α') is
/// 2 tr(DΣD'ᵀ) − 2 tr((βα' + β'α)Σ(1 − BA)ᵀ) with D = βA + Bα. O(n⁵k²).
///
/// # Errors
/// [`NetError::Shape`] if Σ is not n × n, B not n × k or A not k × n.
pub fn hessian(
    covariance: &DMatrix<f64>,
    b: &DMatrix<f64>,
    a: &DMatrix<f64>,
) -> Result<DMatrix<f64>, NetError> {
    let (n, k) = b.shape();
    let sides = [
        ("rows of the covariance", n, covariance.nrows()),
        ("columns of the covariance", n, covariance.ncols()),
        ("rows of A", k, a.nrows()),
        ("columns of A", n, a.ncols()),
    ];
    for (what, expected, got) in sides {
        if expected != got {
            return Err(NetError::Shape {
                what: what.into(),
                expected,
                got,
            });
        }
    }
    let left = covariance * (DMatrix::identity(n, n) - b * a).transpose();
    let unit = |rows, columns, at: usize| {
        DMatrix::from_fn(rows, columns, |i, j| f64::from(u8::from(i * columns + j == at)))
    };
    let directions: Vec<(DMatrix<f64>, DMatrix<f64>)> = (0..2 * n * k)
        .map(|at| match at.checked_sub(n * k) {
            None => (unit(n, k, at), DMatrix::zeros(k, n)),
            Some(at) => (DMatrix::zeros(n, k), unit(k, n, at)),
        })
        .collect();
    let moved: Vec<DMatrix<f64>> = directions
        .iter()
        .map(|(beta, alpha)| beta * a + b * alpha)
        .collect();
    let weighted: Vec<DMatrix<f64>> = moved.iter().map(|d| d * covariance).collect();
    Ok(DMatrix::from_fn(2 * n * k, 2 * n * k, |p, q| {
        let ((beta, alpha), (beta2, alpha2)) = (&directions[p], &directions[q]);
        let mixed = beta * alpha2 + beta2 * alpha;
        2.0 * weighted[p].dot(&moved[q]) - 2.0 * (mixed * &left).trace()
    }))
}

fn binomial(n: usize, k: usize) -> BigUint {
    (0..k).fold(BigUint::one(), |c, i| c * (n - i) / (i + 1))
}

/// All subsets of k of n, in lexicographic order.
fn for_each_subset(n: usize, k: usize, mut visit: impl FnMut(&[usize])) {
    let mut subset: Vec<usize> = (0..k).collect();
    loop {
        visit(&subset);
        // The last place that can still move up.
        let Some(place) = (0..k).rev().find(|&place| subset[place] < n - k + place) else {
            return;
        };
        subset[place] += 1;
        for next in place + 1..k {
            subset[next] = subset[next - 1] + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::linear_autoencoder::landscape;

    fn spectrum(values: &[i64]) -> Vec<BigRational> {
        values
            .iter()
            .map(|&v| BigRational::from_integer(v.into()))
            .collect()
    }

    fn loss(covariance: &DMatrix<f64>, b: &DMatrix<f64>, a: &DMatrix<f64>) -> f64 {
        let left = DMatrix::identity(b.nrows(), b.nrows()) - b * a;
        (&left * covariance * left.transpose()).trace()
    }

    /// Reproduces what the landscape says of the points of full rank, and counts those of lower rank.
    #[test]
    fn values_and_counts_agree_with_the_landscape() {
        for (values, k) in [(&[5, 3, 2, 1][..], 2), (&[9, 4, 1], 1), (&[8, 6, 5, 3, 1], 3)] {
            let points = critical_points(&spectrum(values), k).unwrap();
            let surface = landscape(&spectrum(values), k).unwrap();
            let mut losses: Vec<_> = points
                .iter()
                .filter(|p| p.kept.len() == k)
                .map(|p| p.loss.clone())
                .collect();
            assert_eq!(Some(losses.len().into()), surface.critical_projectors);
            losses.sort();
            losses.dedup();
            assert_eq!(losses, surface.critical_values);
            let minima: Vec<_> = points.iter().filter(|p| p.index == 0).collect();
            assert_eq!(minima.len(), 1);
            assert_eq!(minima[0].loss, surface.min_loss);
            assert_eq!(minima[0].gauge_dimension, surface.gauge_orbit_dimension);
        }
    }

    /// The indices against the eigenvalues of the Hessian, in a turned basis and another gauge.
    #[test]
    fn indices_are_those_of_the_hessian() {
        let wave = |i: usize, j: usize, salt: usize| ((7 * i + 13 * j * j + 5 * salt + i * j) as f64).sin();
        for (values, k) in [(&[5, 3, 2, 1][..], 2), (&[9, 4, 1], 1), (&[7, 4, 2], 3)] {
            let n = values.len();
            let turn = DMatrix::from_fn(n, n, |i, j| wave(i, j, 1)).qr().q();
            let diagonal = DMatrix::from_fn(n, n, |i, j| if i == j { values[i] as f64 } else { 0.0 });
            let covariance = &turn * diagonal * turn.transpose();
            let gauge = DMatrix::identity(k, k) * 1.5 + DMatrix::from_fn(k, k, |i, j| 0.3 * wave(i, j, 2));
            let inverse = gauge.clone().try_inverse().unwrap();
            for point in critical_points(&spectrum(values), k).unwrap() {
                let b = DMatrix::from_fn(n, k, |i, j| point.kept.get(j).map_or(0.0, |&s| turn[(i, s)]));
                let (b, a) = (&b * &gauge, &inverse * b.transpose());
                let hessian = hessian(&covariance, &b, &a).unwrap();
                let eigenvalues = hessian.clone().symmetric_eigenvalues();
                let negative = eigenvalues.iter().filter(|&&v| v < -1e-6).count();
                let zero = eigenvalues.iter().filter(|v| v.abs() <= 1e-6).count();
                assert_eq!(
                    (negative, zero),
                    (point.index, point.gauge_dimension),
                    "{point:?}"
                );
                // The Hessian itself, by central differences of the loss along random directions.
                let beta = DMatrix::from_fn(n, k, |i, j| wave(i, j, 3));
                let alpha = DMatrix::from_fn(k, n, |i, j| wave(i, j, 4));
                let h = 1e-3;
                let at = |t: f64| loss(&covariance, &(&b + &beta * t), &(&a + &alpha * t));
                let second = (at(h) - 2.0 * at(0.0) + at(-h)) / (h * h);
                let direction = nalgebra::DVector::from_iterator(
                    2 * n * k,
                    beta.transpose().iter().chain(alpha.transpose().iter()).copied(),
                );
                let form = direction.dot(&(&hessian * &direction));
                assert!(
                    (second - form).abs() < 1e-3 * (1.0 + form.abs()),
                    "{second} {form}"
                );
                assert!(((at(h) - at(-h)) / (2.0 * h)).abs() < 1e-3, "critical");
            }
        }
    }

    #[test]
    fn indices_follow_the_gaussian_binomial() {
        for (n, k) in [(4usize, 2usize), (6, 3), (7, 2)] {
            let values: Vec<i64> = (1..=n as i64).collect();
            let mut counts = vec![BigUint::zero(); k * (n - k) + 1];
            for point in critical_points(&spectrum(&values), k).unwrap() {
                if point.kept.len() == k {
                    counts[point.index] += 1u32;
                }
            }
            assert_eq!(counts, gaussian_binomial(n, k).unwrap());
        }
        assert_eq!(gaussian_binomial(5, 0).unwrap(), [BigUint::one()]);
        assert_eq!(gaussian_binomial(3, 3).unwrap(), [BigUint::one()]);
    }

    #[test]
    fn degenerate_spectra_are_refused() {
        let says = |values: &[i64], k| critical_points(&spectrum(values), k).unwrap_err().to_string();
        assert!(says(&[4, 4, 1], 1).contains("continua"));
        assert!(says(&[4, 0], 1).contains("positive"));
        assert!(says(&[4, 1], 3).contains("from 1 to the 2"));
        assert!(critical_points(&spectrum(&(1..=40).collect::<Vec<_>>()), 20).is_err());
        assert!(gaussian_binomial(2, 3).is_err() && gaussian_binomial(65, 1).is_err());
        let square = DMatrix::identity(3, 3);
        assert!(hessian(&square, &DMatrix::zeros(2, 1), &DMatrix::zeros(1, 2)).is_err());
    }
}
