//! How long do ten million random rotations of a 5 × 5 matrix take? (Wanted: less than 5 s on two cores.)

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use shadow::bridge::volume::rotation_volume;
use shadow::groups::lie::haar::VolumeQuestion;

fn rotations(c: &mut Criterion) {
    const SAMPLES: u64 = 10_000_000;
    let mut group = c.benchmark_group("haar");
    group.sample_size(10).throughput(Throughput::Elements(SAMPLES));
    let matrix: [[f64; 5]; 5] =
        std::array::from_fn(|i| std::array::from_fn(|j| ((2 * i + 3 * j * j) % 7) as f64 / 4.0));
    let question = VolumeQuestion {
        samples: SAMPLES,
        ..VolumeQuestion::over_decades(0.1, 1.0, 8)
    };
    group.bench_function("so3_on_5x5_matrices", |b| {
        b.iter(|| black_box(rotation_volume(&matrix, &question, 1)))
    });
    group.finish();
}

criterion_group!(benches, rotations);
criterion_main!(benches);
