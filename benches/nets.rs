//! How fast is pretraining: epochs of autoencoders and machines on the shapes of the peers' timings.
//!
//! Each group is named by its question; throughput is in rows, so the numbers compare across shapes. Data are uniform
//! noise where only the shape matters. `RAYON_NUM_THREADS` sets the number of threads.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use nets::matrix::{View, product};
use nets::{
    AutoencoderOptions, AutoencoderTrainer, Corruption, Dataset, Loss, Optimizer, RbmOptions, RbmTrainer,
    TrainOptions, ignore_progress,
};
use rand::{Rng, SeedableRng};

fn noise(count: usize) -> Vec<f32> {
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(1);
    (0..count)
        .map(|_| (rng.next_u32() >> 8) as f32 / 16_777_216.0)
        .collect()
}

fn noise_rows(rows: usize, width: usize) -> Dataset {
    Dataset::new("noise", noise(rows * width), width).expect("noise is finite")
}

/// An epoch of the default autoencoder on the digits.
fn epoch_of_the_default_autoencoder(c: &mut Criterion) {
    let digits = Dataset::digits();
    let mut group = c.benchmark_group("epoch_of_the_default_autoencoder");
    group.throughput(Throughput::Elements(digits.len() as u64));
    let mut trainer =
        AutoencoderTrainer::new(&digits, AutoencoderOptions::default()).expect("default options");
    group.bench_function("64-48 digits", |b| b.iter(|| trainer.epoch(&mut ignore_progress)));
    group.finish();
}

/// An epoch of an autoencoder, batch 128, sigmoid units, squared error.
fn autoencoder_epoch_vs_shape(c: &mut Criterion) {
    let mut group = c.benchmark_group("autoencoder_epoch_vs_shape");
    group.sample_size(10);
    let momentum = Optimizer::sgd(0.1, 0.9);
    let masking = Corruption::Masking(0.25);
    for (name, width, code_width, optimizer, corruption) in [
        ("784-500 momentum", 784, 500, momentum, Corruption::None),
        ("784-500 adam", 784, 500, Optimizer::adam(1e-3), Corruption::None),
        ("784-500 momentum masking", 784, 500, momentum, masking),
        ("500-250 momentum masking", 500, 250, momentum, masking),
        ("250-30 momentum masking", 250, 30, momentum, masking),
        ("144-256 momentum masking", 144, 256, momentum, masking),
    ] {
        let data = noise_rows(4096, width);
        let train = TrainOptions {
            epochs: 1,
            batch: 128,
            optimizer,
            ..TrainOptions::default()
        };
        let loss = Loss::SquaredError;
        let options = AutoencoderOptions {
            code_width,
            loss,
            corruption,
            train,
            ..AutoencoderOptions::default()
        };
        let mut trainer = AutoencoderTrainer::new(&data, options).expect("options in range");
        group.throughput(Throughput::Elements(data.len() as u64));
        group.bench_function(name, |b| b.iter(|| trainer.epoch(&mut ignore_progress)));
    }
    group.finish();
}

/// An epoch of contrastive divergence, k = 1, batch 128.
fn machine_epoch_vs_shape(c: &mut Criterion) {
    let mut group = c.benchmark_group("machine_epoch_vs_shape");
    group.sample_size(10);
    for (width, hidden) in [(784, 64), (784, 256), (784, 500), (64, 64), (64, 256), (144, 256)] {
        let data = noise_rows(4096, width);
        let options = RbmOptions {
            hidden,
            batch: 128,
            ..RbmOptions::default()
        };
        let mut trainer = RbmTrainer::new(&data, options).expect("options in range");
        group.throughput(Throughput::Elements(data.len() as u64));
        group.bench_function(format!("{width}-{hidden}"), |b| {
            b.iter(|| trainer.epoch(&mut ignore_progress))
        });
    }
    group.finish();
}

/// The matrix product alone, at the shapes that training asks for: the rate that training is measured against.
fn product_rate_vs_shape(c: &mut Criterion) {
    let mut group = c.benchmark_group("product_rate_vs_shape");
    for (m, k, n) in [
        (128, 784, 500),
        (128, 500, 784),
        (784, 128, 500),
        (128, 144, 256),
        (128, 64, 256),
    ] {
        let (a, b) = (noise(m * k), noise(k * n));
        group.throughput(Throughput::Elements((2 * m * k * n) as u64));
        group.bench_function(format!("{m}x{k}x{n}"), |bench| {
            bench.iter_batched_ref(
                || vec![0.0; m * n],
                |c| product(c, View::new(&a, m, k), View::new(&b, k, n), 1.0, 0.0),
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

criterion_group!(
    benches,
    epoch_of_the_default_autoencoder,
    autoencoder_epoch_vs_shape,
    machine_epoch_vs_shape,
    product_rate_vs_shape
);
criterion_main!(benches);
