//! An epoch allocates what its matrix products allocate (buffers of the `gemm` crate for packing), and nothing else.

use nets::matrix::{View, product};
use nets::*;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

/// The system's allocator, counting the allocations of each thread.
struct Counting;

// SAFETY: every call is passed on as it is to the system's allocator; the counter is a plain thread-local number
// without a destructor, which may be touched at any time of a thread's life.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's promises are those that the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the pointer comes from `alloc` above, so from the system's allocator.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Allocations made by `work` on this thread.
fn allocations(work: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.with(Cell::get);
    work();
    ALLOCATIONS.with(Cell::get) - before
}

/// Which factors of a product are read as transposes.
#[derive(Clone, Copy)]
enum Reading {
    AsTheyAre,
    LeftTransposed,
    RightTransposed,
}
use Reading::*;

/// Allocations of an m × k times k × n product.
fn of_product(m: usize, k: usize, n: usize, reading: Reading) -> usize {
    let (a, b, mut c) = (vec![1.0f32; m * k], vec![1.0; k * n], vec![0.0; m * n]);
    let (left, right) = match reading {
        AsTheyAre => (View::new(&a, m, k), View::new(&b, k, n)),
        LeftTransposed => (View::new(&a, k, m).transposed(), View::new(&b, k, n)),
        RightTransposed => (View::new(&a, m, k), View::new(&b, n, k).transposed()),
    };
    product(&mut c, left, right, 1.0, 0.0);
    allocations(|| product(&mut c, left, right, 1.0, 0.0))
}

/// Allocations of the third epoch.
fn of_epoch<L: Learner>(mut trainer: Trainer<'_, L>) -> usize {
    let mut epoch = || trainer.epoch(&mut ignore_progress).expect("training goes well");
    epoch();
    epoch();
    allocations(|| {
        epoch();
    })
}

#[test]
fn an_epoch_allocates_nothing_beside_its_products() {
    // A pool of this thread alone, whose allocations are counted.
    rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .use_current_thread()
        .build_global()
        .expect("the first pool of this process");
    let (rows, batch, width, code) = (256, 128, 64, 96);
    let values = (0..rows * width).map(|i| (i % 17) as f32 / 17.0).collect();
    let data = Dataset::new("ramp", values, width).expect("finite numbers");
    let batches = rows / batch;
    let up = of_product(batch, width, code, RightTransposed);
    let down = of_product(batch, code, width, AsTheyAre);
    let machine = of_product(code, 2 * batch, width, LeftTransposed);
    for negative_phase in [NegativePhase::Data, NegativePhase::Persistent { chains: batch }] {
        for visible in [VisibleUnits::Binary, VisibleUnits::Gaussian] {
            let sparsity = Some(Sparsity {
                target: 0.1,
                weight: 0.1,
                decay: 0.9,
            });
            let options = RbmOptions {
                hidden: code,
                batch,
                negative_phase,
                visible,
                sparsity,
                sample_visible: true,
                rate: 1e-3,
                warm_up: None,
                ..RbmOptions::default()
            };
            let trainer = RbmTrainer::new(&data, options).expect("options in range");
            assert_eq!(
                of_epoch(trainer),
                batches * (2 * up + down + machine),
                "{options:?}"
            );
        }
    }
    let forward = up + of_product(batch, code, width, RightTransposed);
    let backward = of_product(batch, width, code, AsTheyAre);
    let gradients =
        of_product(code, batch, width, LeftTransposed) + of_product(width, batch, code, LeftTransposed);
    let products = forward + backward + gradients;
    let contractive = CodePenalty::Contractive { weight: 0.1 };
    let sparse = CodePenalty::KlSparsity {
        target: 0.1,
        weight: 0.1,
    };
    for (activation, penalty, optimizer) in [
        (Activation::Sigmoid, contractive, Optimizer::sgd(0.01, 0.9)),
        (Activation::Sigmoid, sparse, Optimizer::adam(1e-3)),
        (
            Activation::Silu,
            CodePenalty::None,
            Optimizer::nesterov(0.01, 0.9),
        ),
        (Activation::Gelu, CodePenalty::None, Optimizer::adamw(1e-3, 0.1)),
        (Activation::Erf, CodePenalty::None, Optimizer::sgd(0.01, 0.0)),
    ] {
        let options = AutoencoderOptions {
            code_width: code,
            activation,
            penalty,
            corruption: Corruption::Masking(0.2),
            train: TrainOptions {
                batch,
                optimizer,
                ..TrainOptions::default()
            },
            ..AutoencoderOptions::default()
        };
        let trainer = AutoencoderTrainer::new(&data, options).expect("options in range");
        assert_eq!(of_epoch(trainer), batches * products, "{options:?}");
    }
}
