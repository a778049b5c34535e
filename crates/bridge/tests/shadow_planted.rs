//! A planted group element with a bounded perturbation, f(x) = g(x) + δ·tanh(Vx + b), as a network: what the ladder
//! makes of it from beginning to end (task E10).

#![allow(clippy::unwrap_used)] // helpers of tests

use bridge::shadow::{AffineMap, Cuboid, GroupElement, LadderOptions, Region, Rung, ladder, ladder_on_data};
use groups::Permutation;
use nalgebra::{DMatrix, DVector};
use nets::{Activation, Arithmetic, Dense, Elementwise, Network, NetworkBuilder};
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

fn gaussian(rng: &mut ChaCha8Rng, m: usize, n: usize) -> DMatrix<f64> {
    DMatrix::from_fn(m, n, |_, _| StandardNormal.sample(rng))
}

/// A random element of each group, not of the smaller ones.
fn planted(rng: &mut ChaCha8Rng, rung: Rung, n: usize) -> AffineMap {
    let mut images: Vec<u32> = (0..n as u32).collect();
    images.shuffle(rng);
    let permutation = Permutation::from_images(images).unwrap();
    let mut signs: Vec<i8> = (0..n)
        .map(|_| if rng.random::<bool>() { 1 } else { -1 })
        .collect();
    signs[0] = -1;
    let linear = match rung {
        Rung::Permutation => GroupElement::Permutation(permutation).matrix(),
        Rung::SignedPermutation => GroupElement::SignedPermutation { permutation, signs }.matrix(),
        Rung::Orthogonal => gaussian(rng, n, n).qr().q(),
        Rung::Similarity => gaussian(rng, n, n).qr().q() * 1.7,
        Rung::GeneralLinear | Rung::Affine => gaussian(rng, n, n) / (n as f64).sqrt(),
    };
    let offset = match rung {
        Rung::Affine => gaussian(rng, n, 1).column(0).into_owned(),
        _ => DVector::zeros(n),
    };
    AffineMap::new(linear, offset).unwrap()
}

/// The network, and V, b.
fn network(g: &AffineMap, delta: f64, rng: &mut ChaCha8Rng) -> Network {
    let n = g.linear().nrows();
    let (v, b) = (gaussian(rng, n, n) / (n as f64).sqrt(), gaussian(rng, n, 1) * 0.5);
    let layer = |weights, bias, activation| Dense::new(weights, bias, activation).unwrap().into();
    let mut builder = NetworkBuilder::new(&[n]);
    let x = builder.input();
    let straight = layer(g.linear().clone(), g.offset().clone(), Activation::Linear);
    let straight = builder.add(straight, &[x]).unwrap();
    let bump = builder
        .add(layer(v, b.column(0).into_owned(), Activation::Tanh), &[x])
        .unwrap();
    let scale = layer(
        DMatrix::identity(n, n) * delta,
        DVector::zeros(n),
        Activation::Linear,
    );
    let bump = builder.add(scale, &[bump]).unwrap();
    let add = Elementwise::new(Arithmetic::Add, &[n], &[n]).unwrap();
    let sum = builder.add(add.into(), &[straight, bump]).unwrap();
    builder.finish(sum).unwrap()
}

/// The largest |f − fit| in a coordinate that corners of the box, and ascent from them, find: a lower bound of the truth.
fn found_sup(network: &Network, map: &AffineMap, half: f64, rng: &mut ChaCha8Rng) -> f64 {
    let n = network.input_width();
    let apart = |x: &DVector<f64>| network.forward(x) - map.apply(x);
    let mut largest = 0.0f64;
    for unit in 0..n.min(16) {
        for sign in [1.0, -1.0] {
            let mut x = DVector::from_fn(n, |_, _| half * if rng.random::<bool>() { 1.0 } else { -1.0 });
            let mut best = 0.0f64;
            for _ in 0..8 {
                let value = sign * apart(&x)[unit];
                if value <= best {
                    break;
                }
                best = value;
                let slope = (network.jacobian(&x) - map.linear()).row(unit) * sign;
                x = DVector::from_fn(n, |i, _| half * slope[i].signum());
            }
            largest = largest.max(best);
        }
    }
    largest
}

#[test]
fn the_ladder_recovers_planted_elements_with_a_certified_bound() {
    let mut rng = ChaCha8Rng::seed_from_u64(21);
    let half = 1.0;
    for n in [4usize, 16, 64] {
        for rung in Rung::ALL {
            for delta in [0.0, 1e-3, 1e-1] {
                let g = planted(&mut rng, rung, n);
                let network = network(&g, delta, &mut rng);
                let region: Region = Cuboid::new(DVector::zeros(n), DVector::from_element(n, half))
                    .unwrap()
                    .into();
                let name = format!("{rung}, n = {n}, delta = {delta}");
                let found = ladder(&network, &region, LadderOptions::for_width(n, 3)).unwrap();
                assert_eq!(found.smallest, Some(rung), "{name}");
                let fit = found.rung(rung).unwrap();
                let error = (fit.map.linear() - g.linear()).norm() / g.linear().norm();
                match rung {
                    Rung::Permutation | Rung::SignedPermutation => assert_eq!(error, 0.0, "{name}"),
                    _ => assert!(error <= 2.0 * delta + 1e-12, "{name}: {error}"),
                }
                let bound = fit.residual.certified_sup.unwrap().max;
                let truth = found_sup(&network, &fit.map, half, &mut rng);
                assert!(
                    fit.residual.sample_max_coordinate <= bound && truth <= bound,
                    "{name}"
                );
                if delta == 0.0 {
                    assert!(bound < 1e-11, "{name}: {bound:e}");
                } else {
                    println!("{name}: bound / found = {:.3}", bound / truth);
                    assert!(bound <= 2.0 * truth, "{name}: {bound} {truth}");
                }
            }
        }
    }
}

#[test]
fn the_statistical_bound_covers_at_least_as_often_as_it_says() {
    // The exceedance bound has confidence 0.95, exactly for a continuous law: of 200 trials on each of six groups about
    // 190 are covered. All together are 1200, of which less than 1140 − 3·7.55 would refute it.
    let mut rng = ChaCha8Rng::seed_from_u64(22);
    let n = 4;
    let region: Region = Cuboid::new(DVector::zeros(n), DVector::from_element(n, 1.0))
        .unwrap()
        .into();
    let fresh = region.sample(16_000, 1_000_000);
    let mut covered = 0;
    for rung in Rung::ALL {
        let g = planted(&mut rng, rung, n);
        let network = network(&g, 0.1, &mut rng);
        let value = |x: &DVector<f64>| (x.clone(), network.forward(x));
        let fresh: Vec<_> = fresh.iter().map(value).collect();
        let mut here = 0;
        for trial in 0..200 {
            let pairs: Vec<_> = region.sample(164, trial).iter().map(value).collect();
            let found = ladder_on_data(&pairs[..64], &pairs[64..], LadderOptions::for_width(n, 0)).unwrap();
            let fit = found.rung(rung).unwrap();
            let above = fresh
                .iter()
                .filter(|(x, y)| (y - fit.map.apply(x)).norm() > fit.residual.sample_max)
                .count();
            here += u32::from(above as f64 / fresh.len() as f64 <= fit.residual.statistical.exceedance);
        }
        println!("{rung}: covered {here} of 200");
        covered += here;
    }
    println!("covered {covered} of 1200");
    assert!(f64::from(covered) >= 1140.0 - 3.0 * (1200.0f64 * 0.95 * 0.05).sqrt());
}
