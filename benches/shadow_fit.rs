//! What does a shadow fit cost, and how much of it is the certificate?
//!
//! The layers of the default digits stack (64-48-24, sigmoid): encoders, and reconstructions through the bottleneck.

use bridge::shadow::{AffineFitter, Ball, Enclosure, FitOptions};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use nalgebra::{DMatrix, DVector};
use nets::{Activation, Dense, Network};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::hint::black_box;

fn sigmoid_network(widths: &[usize]) -> Network {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let layers = widths.windows(2).map(|w| {
        let scale = 4.0 / (w[0] as f64).sqrt();
        let weights = DMatrix::from_fn(w[1], w[0], |_, _| scale * rng.random_range(-1.0..1.0));
        let bias = DVector::from_fn(w[1], |_, _| rng.random_range(-0.5..0.5));
        Dense::new(weights, bias, Activation::Sigmoid)
            .expect("finite weights")
            .into()
    });
    Network::new(layers.collect()).expect("widths agree")
}

fn shadow_fit_vs_width(c: &mut Criterion) {
    let mut group = c.benchmark_group("shadow_fit_vs_width");
    group.sample_size(20);
    for widths in [&[64, 48][..], &[48, 24], &[64, 48, 64], &[48, 24, 48]] {
        let name = widths.iter().map(|w| w.to_string()).collect::<Vec<_>>().join("-");
        let network = sigmoid_network(widths);
        let ball = Ball::new(DVector::from_element(widths[0], 0.5), 0.1).expect("a ball");
        let fitter = AffineFitter::new(widths[0], FitOptions::for_width(widths[0], 1)).expect("a design");
        let region = ball.clone().into();
        let enclosure = Enclosure::new(&network, &region).expect("dense layers");
        group.bench_function(BenchmarkId::new("shadow", &name), |b| {
            b.iter(|| fitter.shadow(black_box(&network), &ball).expect("a shadow"))
        });
        group.bench_function(BenchmarkId::new("uncertified_fit", &name), |b| {
            b.iter(|| {
                fitter
                    .fit(|x| network.forward(x), black_box(&ball))
                    .expect("a fit")
            })
        });
        group.bench_function(BenchmarkId::new("enclosure", &name), |b| {
            b.iter(|| Enclosure::new(black_box(&network), &region).expect("dense layers"))
        });
        group.bench_function(BenchmarkId::new("certified_sup", &name), |b| {
            b.iter(|| {
                enclosure
                    .sup_distance(black_box(enclosure.jet()))
                    .expect("finite")
            })
        });
    }
    group.finish();
}

criterion_group!(benches, shadow_fit_vs_width);
criterion_main!(benches);
