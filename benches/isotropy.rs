//! How long do the isotropy of 64! elements and the alignment of a large network take?

use bridge::alignment::{AlignOptions, align_weights};
use bridge::isotropy::{IsotropyOptions, matrix_isotropy};
use bridge::weight_space::WeightSpace;
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use nalgebra::{DMatrix, DVector};
use nets::{Activation, Dense, Network};
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::hint::black_box;

fn isotropy_of_matrices(c: &mut Criterion) {
    let mut group = c.benchmark_group("isotropy");
    group.sample_size(20);
    let identity: DMatrix<f64> = DMatrix::identity(64, 64);
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let dense = DMatrix::from_fn(64, 64, |_, _| rng.random_range(-1.0..1.0));
    for (name, matrix) in [("I_64", &identity), ("uniform_64", &dense)] {
        for window in [true, false] {
            let options = IsotropyOptions {
                window,
                ..IsotropyOptions::default()
            };
            let what = if window { "with_window" } else { "one_tolerance" };
            group.bench_function(BenchmarkId::new(name, what), |b| {
                b.iter(|| matrix_isotropy(black_box(matrix), &options).expect("a matrix"))
            });
        }
    }
    group.finish();
}

/// A network and a copy with permuted hidden units and noise relative to each weight.
fn copies(widths: &[usize], noise: f64) -> [WeightSpace; 2] {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let last = widths.len() - 1;
    let places: Vec<Vec<usize>> = widths
        .iter()
        .enumerate()
        .map(|(l, &n)| {
            let mut place: Vec<usize> = (0..n).collect();
            if l != 0 && l != last {
                place.shuffle(&mut rng);
            }
            place
        })
        .collect();
    let mut layers = [Vec::new(), Vec::new()];
    for l in 0..last {
        let scale = (6.0 / widths[l] as f64).sqrt();
        let w = DMatrix::from_fn(widths[l + 1], widths[l], |_, _| {
            scale * rng.random_range(-1.0..1.0)
        });
        let mut moved = w.clone();
        for (i, &to) in places[l + 1].iter().enumerate() {
            for (j, &into) in places[l].iter().enumerate() {
                let factor = 1.0 + noise * 3f64.sqrt() * rng.random_range(-1.0..1.0);
                moved[(to, into)] = w[(i, j)] * factor;
            }
        }
        let activation = if l + 1 == last {
            Activation::Linear
        } else {
            Activation::Relu
        };
        for (layers, w) in layers.iter_mut().zip([w, moved]) {
            let bias = DVector::zeros(w.nrows());
            layers.push(Dense::new(w, bias, activation).expect("finite weights").into());
        }
    }
    layers.map(|layers| WeightSpace::of(&Network::new(layers).expect("widths agree")))
}

fn alignment_of_networks(c: &mut Criterion) {
    let mut group = c.benchmark_group("align");
    group.sample_size(10);
    for widths in [&[64, 64, 64, 10][..], &[784, 512, 512, 512, 10]] {
        let name = widths
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("-");
        for noise in [0.0, 0.3] {
            let [a, b] = copies(widths, noise);
            group.bench_function(BenchmarkId::new(&name, format!("noise_{noise}")), |bench| {
                bench.iter(|| {
                    align_weights(black_box(&a), &b, &AlignOptions::default()).expect("one architecture")
                })
            });
        }
    }
    group.finish();
}

criterion_group!(benches, isotropy_of_matrices, alignment_of_networks);
criterion_main!(benches);
