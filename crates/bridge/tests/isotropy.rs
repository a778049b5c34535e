//! Orders of isotropy groups that are known beforehand (task E5).

#![allow(clippy::unwrap_used)] // helpers of tests

use bridge::isotropy::{IsotropyOptions, matrix_isotropy};
use nalgebra::DMatrix;
use num_bigint::BigUint;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use std::f64::consts::PI;
use std::time::Instant;

fn factorial(n: usize) -> BigUint {
    (1..=n).product()
}

#[test]
fn synthetic_matrices_have_their_known_orders() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    // The types of the paper: blocks constant off the diagonal, and another constant on each block's diagonal.
    let typed = |sizes: &[usize]| {
        let block: Vec<usize> = sizes
            .iter()
            .enumerate()
            .flat_map(|(b, &size)| vec![b; size])
            .collect();
        let n = block.len();
        DMatrix::from_fn(n, n, |i, j| {
            let off = (3 * block[i] + block[j]) as f64 * 0.1 - 0.4;
            if i == j { 1.0 + off } else { off }
        })
    };
    let gaussian = DMatrix::from_fn(7, 7, |_, _| StandardNormal.sample(&mut rng));
    let circulant = DMatrix::from_fn(7, 7, |i, j| ((7 + j - i) % 7) as f64);
    let symmetric = DMatrix::from_fn(7, 7, |i, j| ((7 + j - i) % 7).min((7 + i - j) % 7) as f64);
    let identity: DMatrix<f64> = DMatrix::identity(7, 7);
    for (what, matrix, order) in [
        ("I", identity.clone(), 5040u64),
        (
            "aI + bJ",
            identity * 0.7 + DMatrix::from_element(7, 7, -0.2),
            5040,
        ),
        ("Δ(S6×S1)", typed(&[6, 1]), 720),
        ("Δ(S5×S2)", typed(&[5, 2]), 240),
        ("Δ(S5×S1×S1)", typed(&[5, 1, 1]), 120),
        ("J", DMatrix::from_element(7, 7, 0.3), 25_401_600),
        ("Gaussian", gaussian, 1),
        ("circulant", circulant, 7),
        ("symmetric circulant", symmetric, 14),
    ] {
        let found = matrix_isotropy(&matrix, &IsotropyOptions::default()).unwrap();
        assert_eq!(found.order, BigUint::from(order), "{what}");
        assert_eq!(
            &found.order * &found.orbit_size,
            factorial(7) * factorial(7),
            "{what}"
        );
        if what.starts_with('Δ') {
            assert_eq!(found.name.as_deref(), Some(what));
        }
        // Equal only up to rounding: the same answer, and a certificate that says how far it is from exact.
        let noisy = matrix.map(|w| w + 1e-12 * (1e3 * w).sin());
        let again = matrix_isotropy(&noisy, &IsotropyOptions::default()).unwrap();
        assert_eq!((again.order, again.name), (found.order, found.name), "{what}");
        assert!(again.certificate.displacement <= again.certificate.cluster_diameter);
        assert!(again.certificate.cluster_diameter < 1e-11);
    }
}

#[test]
fn the_order_of_64_factorial_is_exact_and_fast() {
    let identity = DMatrix::identity(64, 64);
    let begin = Instant::now();
    let found = matrix_isotropy(&identity, &IsotropyOptions::default()).unwrap();
    println!("I_64: {:.4} s", begin.elapsed().as_secs_f64());
    assert_eq!(found.order, factorial(64));
    assert_eq!(found.name.as_deref(), Some("Δ(S64)"));
    assert_eq!(found.generators.len(), 63);
}

/// ½ E(Σ relu(wᵢ·x) − Σ relu(xⱼ))² for x ~ N(0, I), and its gradient (Cho, Saul 2009; Brutzkus, Globerson 2017).
fn loss(w: &DMatrix<f64>) -> (f64, DMatrix<f64>) {
    let k = w.nrows();
    let rows: Vec<Vec<f64>> = w.row_iter().map(|r| r.iter().copied().collect()).collect();
    let units: Vec<Vec<f64>> = (0..k)
        .map(|i| (0..k).map(|j| f64::from(u8::from(i == j))).collect())
        .collect();
    let norm = |u: &[f64]| u.iter().map(|x| x * x).sum::<f64>().sqrt();
    let angle = |u: &[f64], v: &[f64]| {
        // Exact near 0 and π, where the arc cosine is not.
        let (nu, nv) = (norm(u), norm(v));
        let part = |sign: f64| -> f64 {
            u.iter()
                .zip(v)
                .map(|(a, b)| (a / nu + sign * b / nv).powi(2))
                .sum::<f64>()
                .sqrt()
        };
        2.0 * part(-1.0).atan2(part(1.0))
    };
    let mut value = 0.0;
    let mut gradient = DMatrix::zeros(k, k);
    let kernel = |u: &[f64], v: &[f64]| {
        let theta = angle(u, v);
        norm(u) * norm(v) / (2.0 * PI) * (theta.sin() + (PI - theta) * theta.cos())
    };
    for i in 0..k {
        let u = &rows[i];
        for (others, weight, sum) in [(&rows, 1.0, 0.5), (&units, -1.0, -1.0)] {
            for v in others {
                value += sum * kernel(u, v);
                let theta = angle(u, v);
                for j in 0..k {
                    let part = norm(v) * theta.sin() * u[j] / norm(u) + (PI - theta) * v[j];
                    gradient[(i, j)] += weight * part / (2.0 * PI);
                }
            }
        }
    }
    for u in &units {
        value += units.iter().map(|v| 0.5 * kernel(u, v)).sum::<f64>();
    }
    (value, gradient)
}

/// L-BFGS with backtracking, until the gradient is at the rounding.
fn minimise(mut w: DMatrix<f64>) -> (DMatrix<f64>, f64, f64) {
    let (mut value, mut gradient) = loss(&w);
    let mut memory: Vec<(DMatrix<f64>, DMatrix<f64>)> = Vec::new();
    for _ in 0..4000 {
        if gradient.amax() < 2e-11 {
            break;
        }
        let mut direction = -&gradient;
        let mut alphas = Vec::new();
        for (s, y) in memory.iter().rev() {
            let alpha = s.dot(&direction) / s.dot(y);
            direction -= y * alpha;
            alphas.push(alpha);
        }
        if let Some((s, y)) = memory.last() {
            direction *= s.dot(y) / y.dot(y);
        }
        for ((s, y), alpha) in memory.iter().zip(alphas.iter().rev()) {
            let beta = y.dot(&direction) / s.dot(y);
            direction += s * (alpha - beta);
        }
        let slope = gradient.dot(&direction);
        let mut step = if memory.is_empty() { 0.1 } else { 1.0 };
        let next = loop {
            let moved = &w + &direction * step;
            let (next_value, next_gradient) = loss(&moved);
            // Below the rounding of the loss only the gradient tells progress.
            let flat = (next_value - value).abs() < 1e-13 && next_gradient.norm() < gradient.norm();
            if next_value <= value + 1e-4 * step * slope || flat {
                break Some((moved, next_value, next_gradient));
            }
            step *= 0.5;
            if step < 1e-12 {
                break None;
            }
        };
        let Some((moved, next_value, next_gradient)) = next else {
            if memory.is_empty() {
                break;
            }
            memory.clear();
            continue;
        };
        let (s, y) = (&moved - &w, &next_gradient - &gradient);
        if s.dot(&y) > 0.0 {
            memory.push((s, y));
            if memory.len() > 12 {
                memory.remove(0);
            }
        }
        (w, value, gradient) = (moved, next_value, next_gradient);
    }
    (w, value, gradient.amax())
}

/// Minima of the student-teacher problem: by class, (isotropy's order, loss, how many), and the smallest window.
fn classes(k: usize, seeds: u64) -> (Vec<(BigUint, f64, usize)>, f64) {
    let mut classes: Vec<(BigUint, f64, usize)> = Vec::new();
    let mut smallest = f64::INFINITY;
    for seed in 0..seeds {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let start = DMatrix::from_fn(k, k, |_, _| {
            let x: f64 = StandardNormal.sample(&mut rng);
            x / (k as f64).sqrt()
        });
        let (w, value, gradient) = minimise(start);
        assert!(gradient < 1e-8, "k = {k}, seed {seed}: gradient {gradient:e}");
        let options = IsotropyOptions {
            tolerance: Some(1e-4),
            ..IsotropyOptions::default()
        };
        let found = matrix_isotropy(&w, &options).unwrap();
        smallest = smallest.min(found.tolerance_window.decades.unwrap_or(f64::INFINITY));
        let one = format!("Δ(S{}×S1)", k - 1);
        assert!(
            [format!("Δ(S{k})"), one].contains(found.name.as_ref().unwrap()),
            "{:?}",
            found.name
        );
        match classes
            .iter_mut()
            .find(|(order, loss, _)| *order == found.order && (loss.max(0.0) - value).abs() < 1e-9)
        {
            Some(class) => class.2 += 1,
            None => classes.push((found.order, value, 1)),
        }
    }
    classes.sort_by(|a, b| b.0.cmp(&a.0));
    println!("k = {k}: {classes:?}, window of at least {smallest:.2} decades");
    (classes, smallest)
}

#[test]
fn trained_minima_break_the_least_symmetry() {
    // Orders and losses from theory and an independent computation (58 and 2, 54 and 6, 49 and 11 of 60 starts).
    for (k, seeds, spurious) in [(6, 60, 0.02508), (7, 40, 0.02320), (8, 40, 0.02151)] {
        let (classes, window) = classes(k, seeds);
        assert_eq!(classes.len(), 2, "k = {k}: {classes:?}");
        assert_eq!((&classes[0].0, &classes[1].0), (&factorial(k), &factorial(k - 1)));
        assert!(classes[0].1.abs() < 1e-12 && (classes[1].1 - spurious).abs() < 1e-5);
        assert!(classes[0].2 > 2 * classes[1].2, "{classes:?}");
        assert!(window >= 2.0);
    }
}
