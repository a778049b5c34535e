//! Why training does not get stuck: saddles outnumber minima (Sejnowski 2020, *The unreasonable effectiveness of deep
//! learning in artificial intelligence*).
//!
//! The perspective says that critical points of high-dimensional losses are nearly all saddles. Two places where this
//! is exact are put side by side: the linear autoencoder, all of whose critical points are known with their index
//! ([`nets::theory::critical_points`]), and random symmetric matrices
//! ([`nets::theory::saddles`]).
//!
//! ```
//! use bridge::neighbours::{NeighbourOptions, sejnowski};
//! let report = sejnowski::run(&NeighbourOptions::default())?;
//! assert_eq!(report.id, "sejnowski");
//! println!("{}", report.findings[0].statement);
//! # Ok::<(), bridge::BridgeError>(())
//! ```

use nalgebra::{DMatrix, DVector};
use nets::theory::critical_points::{critical_points, gaussian_binomial, hessian};
use nets::theory::linear_autoencoder::landscape;
use nets::theory::saddles::probability_all_positive;
use num_bigint::BigUint;
use num_rational::BigRational;
use num_traits::ToPrimitive;
use plotters::prelude::SeriesLabelPosition;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use super::{NeighbourOptions, NeighbourReport};
use crate::BridgeError;
use crate::claim::{ClaimContext, Figure, Finding};
use crate::claims::{DECIDING, Evidence};
use crate::report::chart::{Chart, Series};
use crate::statistics;

/// Runs the system: counts and indices exactly, Hessians and descents numerically, random matrices by sampling.
///
/// # Errors
/// None that the options bring about; those of the theory otherwise.
pub fn run(options: &NeighbourOptions) -> Result<NeighbourReport, BridgeError> {
    let context = ClaimContext::with_seed(options.seed);
    Ok(NeighbourReport {
        id: "sejnowski",
        title: "Nearly all critical points are saddles, and descent leaves them",
        source: "T. J. Sejnowski, The unreasonable effectiveness of deep learning in artificial intelligence, PNAS 117 (2020), 30033",
        findings: vec![
            indices_counted(if options.quick { 8 } else { 10 })?,
            indices_measured(&context)?,
            saddles_are_left(&context, if options.quick { 2 } else { 20 })?,
            rare_minima(&context, if options.quick { 20_000 } else { 400_000 })?,
            coin_tosses()?,
            unique_with_ties()?,
        ],
        picture: Some(picture()?),
        notes: vec![
            "The paper is a perspective and names no algorithm; the two models were chosen because their critical points are known exactly.".into(),
            "For the linear autoencoder the share of minima falls like one over a binomial coefficient, for random matrices like exp(−n² (ln 3)/4): a trained network need resemble neither.".into(),
        ],
    })
}

fn spectrum(values: &[i64]) -> Vec<BigRational> {
    values
        .iter()
        .map(|&v| BigRational::from_integer(v.into()))
        .collect()
}

/// n, n − 1, …, 1.
fn ladder(n: usize) -> Vec<i64> {
    (1..=n as i64).rev().collect()
}

fn indices_counted(largest: usize) -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::exact(
        "A linear autoencoder with a k-dimensional code on n different eigenvalues has C(n, 0) + … + C(n, k) critical points up to GL(k); one of them, the principal components, is a minimum, and those of rank k are distributed over the indices as the Gaussian binomial coefficient.",
    );
    for n in 2..=largest {
        for k in 1..n {
            let points = critical_points(&spectrum(&ladder(n)), k)?;
            let minima: Vec<_> = points.iter().filter(|p| p.index == 0).collect();
            let principal: Vec<usize> = (0..k).collect();
            evidence.case(minima.len() == 1 && minima[0].kept == principal, || {
                format!("minima for n = {n}, k = {k}")
            });
            let distribution = gaussian_binomial(n, k)?;
            for (index, expected) in distribution.iter().enumerate() {
                let found = points
                    .iter()
                    .filter(|p| p.kept.len() == k && p.index == index)
                    .count();
                evidence.case(BigUint::from(found) == *expected, || {
                    format!("index {index} for n = {n}, k = {k}")
                });
            }
            if n == largest && k == n / 2 {
                evidence.equal(&format!("minima, n = {n}, k = {k}"), minima.len(), 1);
                evidence.note(Figure::exact(
                    format!("saddles, n = {n}, k = {k}"),
                    points.len() - 1,
                ));
            }
        }
    }
    evidence.finish()
}

/// A random orthogonal basis.
fn basis(n: usize, rng: &mut ChaCha8Rng) -> DMatrix<f64> {
    DMatrix::from_fn(n, n, |_, _| StandardNormal.sample(rng)).qr().q()
}

/// A factorisation (B, A) of the critical point that keeps the given columns of `turn`, in a random gauge.
fn factors(
    turn: &DMatrix<f64>,
    kept: &[usize],
    k: usize,
    rng: &mut ChaCha8Rng,
) -> Option<(DMatrix<f64>, DMatrix<f64>)> {
    let flat = DMatrix::from_fn(turn.nrows(), k, |i, j| kept.get(j).map_or(0.0, |&s| turn[(i, s)]));
    // A rotation times scales near 1 keeps the Hessian well conditioned.
    let stretch = DMatrix::from_fn(k, k, |i, j| if i == j { 0.7 + 0.2 * i as f64 } else { 0.0 });
    let gauge = basis(k, rng) * stretch;
    let inverse = gauge.clone().try_inverse()?;
    Some((&flat * gauge, inverse * flat.transpose()))
}

fn covariance(turn: &DMatrix<f64>, values: &[i64]) -> DMatrix<f64> {
    let diagonal = DVector::from_iterator(values.len(), values.iter().map(|&v| v as f64));
    turn * DMatrix::from_diagonal(&diagonal) * turn.transpose()
}

fn indices_measured(context: &ClaimContext<'_>) -> Result<Finding, BridgeError> {
    let mut rng = context.rng("sejnowski hessians");
    let mut evidence = Evidence::statistical(
        "Eigenvalues of the Hessian at every critical point, in a random basis and a random gauge: as many negative ones as the index, as many zeros as the gauge orbit has dimensions.",
        context,
    );
    let mut narrowest = f64::INFINITY;
    for (values, k) in [
        (vec![9, 4, 1], 1),
        (vec![5, 3, 2, 1], 2),
        (vec![7, 5, 3, 2, 1], 2),
        (vec![6, 4, 1], 3),
    ] {
        for point in critical_points(&spectrum(&values), k)? {
            let turn = basis(values.len(), &mut rng);
            let Some((b, a)) = factors(&turn, &point.kept, k, &mut rng) else {
                continue;
            };
            let eigenvalues = hessian(&covariance(&turn, &values), &b, &a)?.symmetric_eigenvalues();
            let flat = 1e-9 * eigenvalues.amax();
            let negative = eigenvalues.iter().filter(|&&v| v < -flat).count();
            let zero = eigenvalues.iter().filter(|v| v.abs() <= flat).count();
            evidence.case((negative, zero) == (point.index, point.gauge_dimension), || {
                format!(
                    "{values:?}, k = {k}, kept {:?}: {negative} negative, {zero} zero",
                    point.kept
                )
            });
            let smallest = eigenvalues.iter().map(|v| v.abs()).filter(|&v| v > flat);
            narrowest = narrowest.min(smallest.fold(f64::INFINITY, f64::min));
        }
    }
    evidence.note(Figure::number(
        "smallest eigenvalue counted as not zero, in absolute value",
        narrowest,
    ));
    evidence.finish()
}

fn saddles_are_left(context: &ClaimContext<'_>, starts: usize) -> Result<Finding, BridgeError> {
    let mut rng = context.rng("sejnowski descents");
    let mut evidence = Evidence::statistical(
        "Gradient descent from within 1e-3 of every saddle of a linear autoencoder with a two-dimensional code on variances 5, 3, 2, 1 ends at the loss of the principal components, 3.",
        context,
    );
    let (values, k) = (vec![5, 3, 2, 1], 2);
    let best = landscape(&spectrum(&values), k)?
        .min_loss
        .to_f64()
        .unwrap_or(f64::NAN);
    let sigma = covariance(&DMatrix::identity(4, 4), &values);
    let identity = DMatrix::identity(4, 4);
    let loss = |b: &DMatrix<f64>, a: &DMatrix<f64>| {
        let left = &identity - b * a;
        (&left * &sigma * left.transpose()).trace()
    };
    let (mut steps, mut worst): (Vec<f64>, f64) = (Vec::new(), 0.0);
    for point in critical_points(&spectrum(&values), k)? {
        for _ in 0..if point.index > 0 { starts } else { 0 } {
            let mut noise = |rows, columns| -> DMatrix<f64> {
                DMatrix::from_fn(rows, columns, |_, _| {
                    1e-3 * Distribution::<f64>::sample(&StandardNormal, &mut rng)
                })
            };
            let flat = DMatrix::from_fn(4, k, |i, j| f64::from(u8::from(point.kept.get(j) == Some(&i))));
            let (mut b, mut a) = (&flat + noise(4, k), flat.transpose() + noise(k, 4));
            let mut taken = 0;
            while taken < 20_000 && loss(&b, &a) > best + 1e-6 {
                let residual = (&b * &a - &identity) * &sigma;
                let (down_b, down_a) = (&residual * a.transpose(), b.transpose() * &residual);
                b -= down_b * 0.02;
                a -= down_a * 0.02;
                taken += 1;
            }
            steps.push(f64::from(taken));
            worst = worst.max(loss(&b, &a) - best);
        }
    }
    evidence.close("largest loss above the minimum at the end", worst, 0.0, 1e-6);
    evidence.note(Figure::number(
        "median number of steps",
        statistics::median(&steps),
    ));
    evidence.note(Figure::exact("descents", steps.len()));
    evidence.finish()
}

fn rare_minima(context: &ClaimContext<'_>, samples: u64) -> Result<Finding, BridgeError> {
    let mut rng = context.rng("sejnowski goe");
    let mut evidence = Evidence::statistical(
        "The share of random symmetric matrices (Gaussian orthogonal ensemble) without a negative eigenvalue, by Cholesky decomposition, against the probability by Pfaffians.",
        context,
    );
    for n in 1..=4 {
        let mut hits = 0;
        for _ in 0..samples {
            let mut matrix = DMatrix::<f64>::zeros(n, n);
            for i in 0..n {
                for j in i..n {
                    let normal: f64 = StandardNormal.sample(&mut rng);
                    let entry = if i == j { normal * 2f64.sqrt() } else { normal };
                    (matrix[(i, j)], matrix[(j, i)]) = (entry, entry);
                }
            }
            hits += u64::from(matrix.cholesky().is_some());
        }
        evidence.covers(
            &format!("n = {n}"),
            statistics::proportion(hits, samples, DECIDING),
            samples,
            probability_all_positive(n)?,
        );
    }
    evidence.note(Figure::number(
        "n = 8, by Pfaffians",
        probability_all_positive(8)?,
    ));
    evidence.finish()
}

fn coin_tosses() -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::exact(
        "False statement: the signs of the eigenvalues are independent coins, so that a minimum has probability 2^−n.",
    );
    for n in [2, 3, 4] {
        let coins = 0.5f64.powi(n as i32);
        evidence.close(
            &format!("n = {n}"),
            probability_all_positive(n)?,
            coins,
            0.01 * coins,
        );
    }
    evidence.finish()
}

fn unique_with_ties() -> Result<Finding, BridgeError> {
    let mut evidence =
        Evidence::exact("False statement: the minimum is one projector for the variances 4, 4, 1 too.");
    evidence.equal(
        "unique",
        landscape(&spectrum(&[4, 4, 1]), 1)?.projector_unique,
        true,
    );
    evidence.finish()
}

/// The loss of critical points against their index.
fn picture() -> Result<String, BridgeError> {
    let (n, k) = (8, 3);
    let points = critical_points(&spectrum(&ladder(n)), k)?;
    let series = (0..=k).rev().map(|rank| {
        let of_rank = points.iter().filter(|p| p.kept.len() == rank);
        let mut places: Vec<(f64, f64)> = of_rank
            .map(|p| (p.index as f64, p.loss.to_f64().unwrap_or(f64::NAN)))
            .collect();
        places.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        places.dedup();
        Series::dots(format!("rank {rank}"), places)
    });
    Chart {
        title: "Critical points of a linear autoencoder, variances 8, 7, …, 1, code 3",
        x: "negative eigenvalues of the Hessian",
        y: "loss",
        logarithmic: (false, false),
        legend: SeriesLabelPosition::UpperLeft,
        series: series.collect(),
    }
    .to_svg()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_holds_and_its_controls_fail() {
        crate::neighbours::check_report(run);
    }

    #[test]
    fn a_seed_gives_one_report_and_another_seed_another() {
        let with = |seed| run(&NeighbourOptions { seed, quick: true }).unwrap();
        assert_eq!(with(5), with(5));
        assert_ne!(with(5), with(6));
        assert_eq!(with(6).findings.len(), with(5).findings.len());
    }

    /// The closed forms of the oracle.
    #[test]
    fn oracle_values() {
        let close = |n, exact: f64| assert!((probability_all_positive(n).unwrap() - exact).abs() < 1e-12);
        close(2, 0.146_446_609_406_726_2);
        let points = critical_points(&spectrum(&[5, 3, 2, 1]), 2).unwrap();
        let mut losses: Vec<_> = points
            .iter()
            .filter(|p| p.kept.len() == 2)
            .map(|p| p.loss.to_integer())
            .collect();
        losses.sort();
        assert_eq!(losses, [3, 4, 5, 6, 7, 8].map(Into::into));
    }
}
