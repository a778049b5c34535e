//! Planted permutations are found again, on exact copies and noisy ones, in wide, deep and residual nets (task E4).

#![allow(clippy::unwrap_used)] // helpers of tests

use bridge::alignment::{AlignOptions, align_weights};
use bridge::weight_space::WeightSpace;
use nalgebra::{DMatrix, DVector};
use nets::{Activation, Dense, Layer, Network, NetworkBuilder};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use std::time::Instant;

fn normal(rng: &mut ChaCha8Rng) -> f64 {
    StandardNormal.sample(rng)
}

/// He-Gaussian weights, biases of standard deviation 0.1.
fn random(outputs: usize, inputs: usize, rng: &mut ChaCha8Rng) -> (DMatrix<f64>, DVector<f64>) {
    let scale = (2.0 / inputs as f64).sqrt();
    (
        DMatrix::from_fn(outputs, inputs, |_, _| scale * normal(rng)),
        DVector::from_fn(outputs, |_, _| 0.1 * normal(rng)),
    )
}

fn permutation(n: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let mut p: Vec<usize> = (0..n).collect();
    p.shuffle(rng);
    p
}

/// Row i of the weights goes to row p[i], column j to column q[j]; then noise relative to each weight.
fn copy(
    (weights, bias): &(DMatrix<f64>, DVector<f64>),
    p: &[usize],
    q: &[usize],
    noise: f64,
    rng: &mut ChaCha8Rng,
) -> (DMatrix<f64>, DVector<f64>) {
    let (mut w, mut b) = (weights.clone(), bias.clone());
    for (i, &to) in p.iter().enumerate() {
        for (j, &into) in q.iter().enumerate() {
            w[(to, into)] = weights[(i, j)] * (1.0 + noise * normal(rng));
        }
        b[to] = bias[i] * (1.0 + noise * normal(rng));
    }
    (w, b)
}

fn chain(layers: &[(DMatrix<f64>, DVector<f64>)]) -> WeightSpace {
    let last = layers.len() - 1;
    let layers = layers.iter().enumerate().map(|(l, (w, b))| {
        let activation = if l == last {
            Activation::Linear
        } else {
            Activation::Relu
        };
        Dense::new(w.clone(), b.clone(), activation).unwrap().into()
    });
    WeightSpace::of(&Network::new(layers.collect()).unwrap())
}

/// How many of the seeds give the planted permutations, and the largest time of one alignment in seconds.
fn hits(widths: &[usize], noise: f64, seeds: u64) -> (u64, f64) {
    let (mut hits, mut slowest) = (0, 0.0f64);
    for seed in 0..seeds {
        let mut rng = ChaCha8Rng::seed_from_u64(1000 + seed);
        let a: Vec<_> = widths.windows(2).map(|w| random(w[1], w[0], &mut rng)).collect();
        let last = widths.len() - 1;
        let places: Vec<Vec<usize>> = widths
            .iter()
            .enumerate()
            .map(|(l, &n)| {
                if l == 0 || l == last {
                    (0..n).collect()
                } else {
                    permutation(n, &mut rng)
                }
            })
            .collect();
        let b: Vec<_> = a
            .iter()
            .enumerate()
            .map(|(l, layer)| copy(layer, &places[l + 1], &places[l], noise, &mut rng))
            .collect();
        let (a, b) = (chain(&a), chain(&b));
        let begin = Instant::now();
        let found = align_weights(&a, &b, &AlignOptions::default()).unwrap();
        slowest = slowest.max(begin.elapsed().as_secs_f64());
        let planted = found.permutations() == places[1..last].iter().map(|p| &p[..]).collect::<Vec<_>>();
        hits += u64::from(planted);
        assert_eq!(found.bitwise, noise == 0.0 && planted, "{widths:?}, seed {seed}");
    }
    println!("{widths:?}, noise {noise}: {hits} of {seeds}, at most {slowest:.4} s");
    (hits, slowest)
}

#[test]
fn planted_permutations_of_wide_nets_are_found() {
    for widths in [&[64, 64, 10][..], &[64, 64, 64, 10], &[64, 64, 64, 64, 10]] {
        for noise in [0.0, 0.3] {
            assert_eq!(hits(widths, noise, 50).0, 50, "{widths:?}, noise {noise}");
        }
    }
}

#[test]
fn planted_permutations_of_deep_narrow_nets_are_found() {
    for widths in [vec![8; 6], vec![8; 10], vec![8; 12], vec![2, 16, 16, 16, 16, 1]] {
        for noise in [0.0, 0.3] {
            assert_eq!(hits(&widths, noise, 100).0, 100, "{widths:?}, noise {noise}");
        }
    }
}

#[test]
fn planted_permutations_of_a_large_net_are_found_in_time() {
    for noise in [0.0, 0.3] {
        assert_eq!(hits(&[784, 512, 512, 512, 10], noise, 2).0, 2);
    }
}

/// Two residual blocks d1-d2-d1-d2-d1, in which the stream (inputs and outputs) is permuted too, so that nothing holds
/// the matching (task E4b).
fn residual_hits(d1: usize, d2: usize, noise: f64, seeds: u64) -> u64 {
    let mut hits = 0;
    for seed in 0..seeds {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let build = |layers: &[(DMatrix<f64>, DVector<f64>)]| {
            let layer = |k: usize, activation| -> Layer {
                Dense::new(layers[k].0.clone(), layers[k].1.clone(), activation)
                    .unwrap()
                    .into()
            };
            let mut builder = NetworkBuilder::new(&[d1]);
            let mut node = builder.input();
            for k in [0, 2] {
                let block = vec![layer(k, Activation::Relu), layer(k + 1, Activation::Linear)];
                node = builder.residual(node, block).unwrap();
            }
            WeightSpace::of(&builder.finish(node).unwrap())
        };
        let a: Vec<_> = [(d2, d1), (d1, d2), (d2, d1), (d1, d2)]
            .iter()
            .map(|&(outputs, inputs)| random(outputs, inputs, &mut rng))
            .collect();
        let stream = permutation(d1, &mut rng);
        let hidden = [permutation(d2, &mut rng), permutation(d2, &mut rng)];
        let b: Vec<_> = (0..4)
            .map(|k| {
                let h = &hidden[k / 2];
                let (p, q) = if k % 2 == 0 { (h, &stream) } else { (&stream, h) };
                copy(&a[k], p, q, noise, &mut rng)
            })
            .collect();
        let options = AlignOptions {
            inputs: true,
            outputs: true,
            ..AlignOptions::default()
        };
        let found = align_weights(&build(&a), &build(&b), &options).unwrap();
        hits += u64::from(found.permutations() == [&stream[..], &hidden[0], &hidden[1]]);
    }
    println!("residual {d1}-{d2}, noise {noise}: {hits} of {seeds}");
    hits
}

#[test]
fn planted_permutations_of_residual_nets_are_found() {
    for (d1, d2) in [(16, 32), (32, 64)] {
        for noise in [0.0, 0.3] {
            assert_eq!(residual_hits(d1, d2, noise, 30), 30, "{d1}-{d2}, noise {noise}");
        }
    }
}
