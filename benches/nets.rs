//! How fast is pretraining: epochs of autoencoders and machines on the shapes of the peers' timings.
//!
//! Each group is named by its question; throughput is in rows, so the numbers compare across shapes. Data are uniform
//! noise where only the shape matters. `RAYON_NUM_THREADS` sets the number of threads.
//!
//! `epoch_vs_its_products` runs an epoch and, in the same group, its matrix products alone, on the same operands read
//! in the same orientations: the ratio of the two is the share of the time that goes into products.

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

/// The products of a batch: (rows, inner, columns, whether the left and the right factor are read as transposes).
type Products<'a> = &'a [(usize, usize, usize, bool, bool)];

/// An epoch against its matrix products alone.
fn epoch_vs_its_products(c: &mut Criterion) {
    let mut group = c.benchmark_group("epoch_vs_its_products");
    group.sample_size(10);
    let (rows, batch, v, h) = (4096, 128, 784, 500);
    let data = noise_rows(rows, v);
    group.throughput(Throughput::Elements(rows as u64));
    let up = (batch, v, h, false, true);
    let down = (batch, h, v, false, false);
    let machine: Products = &[up, down, up, (h, 2 * batch, v, true, false)];
    let autoencoder: Products = &[
        up,
        (batch, h, v, false, true),
        (batch, v, h, false, false),
        (h, batch, v, true, false),
        (v, batch, h, true, false),
    ];
    for (name, products) in [("machine", machine), ("autoencoder", autoencoder)] {
        let mut operands: Vec<_> = products
            .iter()
            .map(|&(m, k, n, ..)| (noise(m * k), noise(k * n), vec![0.0; m * n]))
            .collect();
        group.bench_function(format!("{name} {v}-{h} products"), |b| {
            b.iter(|| {
                for _ in 0..rows / batch {
                    for (&(m, k, n, left, right), (a, b, c)) in products.iter().zip(&mut operands) {
                        let a = if left {
                            View::new(a, k, m).transposed()
                        } else {
                            View::new(a, m, k)
                        };
                        let b = if right {
                            View::new(b, n, k).transposed()
                        } else {
                            View::new(b, k, n)
                        };
                        product(c, a, b, 1.0, 0.0);
                    }
                }
            });
        });
    }
    let options = RbmOptions {
        hidden: h,
        batch,
        ..RbmOptions::default()
    };
    let mut trainer = RbmTrainer::new(&data, options).expect("options in range");
    group.bench_function(format!("machine {v}-{h} epoch"), |b| {
        b.iter(|| trainer.epoch(&mut ignore_progress))
    });
    for (name, optimizer) in [
        ("momentum", Optimizer::sgd(0.1, 0.9)),
        ("adam", Optimizer::adam(1e-3)),
    ] {
        let options = AutoencoderOptions {
            code_width: h,
            loss: Loss::SquaredError,
            train: TrainOptions {
                batch,
                optimizer,
                ..TrainOptions::default()
            },
            ..AutoencoderOptions::default()
        };
        let mut trainer = AutoencoderTrainer::new(&data, options).expect("options in range");
        group.bench_function(format!("autoencoder {v}-{h} {name} epoch"), |b| {
            b.iter(|| trainer.epoch(&mut ignore_progress))
        });
    }
    group.finish();
}

criterion_group!(
    benches,
    epoch_vs_its_products,
    epoch_of_the_default_autoencoder,
    autoencoder_epoch_vs_shape,
    machine_epoch_vs_shape,
    product_rate_vs_shape
);
criterion_main!(benches);
