//! Readers against files that are cut short, have bits flipped or declare huge sizes: an error or a result, never a
//! panic, and never more memory than the bytes of the file can justify.

#![allow(clippy::unwrap_used, reason = "the tests write and read their own files")]

use nets::{Checkpoint, Dataset, NetError, Network, Stack, StackOptions, TrainOptions, ignore_progress};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io::Write;
use std::path::{Path, PathBuf};

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

/// The system's allocator, keeping account of the bytes that each thread holds.
struct Accounting;

// SAFETY: every call is passed on as it is to the system's allocator; the counters are plain thread-local numbers
// without destructors, which may be touched at any time of a thread's life.
unsafe impl GlobalAlloc for Accounting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HELD.with(|held| {
            held.set(held.get() + layout.size() as isize);
            PEAK.with(|peak| peak.set(peak.get().max(held.get())));
        });
        // SAFETY: the caller's promises are those that the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.with(|held| held.set(held.get() - layout.size() as isize));
        // SAFETY: the pointer comes from `alloc` above, so from the system's allocator.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ACCOUNTING: Accounting = Accounting;

/// Most bytes held at once during `work`, beyond those held before.
fn peak(work: impl FnOnce()) -> usize {
    let before = HELD.with(Cell::get);
    PEAK.with(|peak| peak.set(before));
    work();
    usize::try_from(PEAK.with(Cell::get) - before).unwrap_or(0)
}

/// A reader, a good file for it, and what it may allocate.
struct Case {
    name: &'static str,
    bytes: Vec<u8>,
    read: fn(&Path) -> Result<(), NetError>,
    /// Bytes of memory per byte of the file.
    factor: usize,
    /// Whether a file that is cut short anywhere is no file.
    whole: bool,
}

/// Memory for what does not grow with the file: messages, tables of decompressors.
const CONSTANT: usize = 1 << 19;

impl Case {
    /// Reads what the bytes are; true if there was no error.
    fn accepts(&self, path: &Path, bytes: &[u8], change: &str) -> bool {
        std::fs::write(path, bytes).unwrap();
        let mut fine = false;
        let peak = peak(|| fine = (self.read)(path).is_ok());
        let most = self.factor * bytes.len() + CONSTANT;
        assert!(
            peak <= most,
            "{}, {change}: {peak} bytes held, at most {most}",
            self.name
        );
        fine
    }

    fn run(&self) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let (bytes, length) = (&self.bytes, self.bytes.len());
        assert!(
            self.accepts(&path, bytes, "unchanged"),
            "{} must be read",
            self.name
        );
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut below = |bound: usize| (rng.next_u64() % bound as u64) as usize;
        for cut in (0..40.min(length)).chain((0..60).map(|_| below(length))) {
            let fine = self.accepts(&path, &bytes[..cut], &format!("cut at {cut}"));
            assert!(
                !(fine && self.whole),
                "{} cut at {cut} of {length} is read",
                self.name
            );
        }
        for _ in 0..200 {
            // Half of the flips are in the first bytes, where the sizes are.
            let range = if below(2) == 0 { length } else { length.min(128) };
            let (at, bit) = (below(range), below(8));
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            self.accepts(&path, &flipped, &format!("bit {bit} of byte {at} flipped"));
        }
        for at in 0..96.min(length - 8) {
            for huge in [
                &[0xff; 8][..],
                &[0x7f, 0xff, 0xff, 0xff],
                &[0xff, 0xff, 0xff, 0x7f],
                b"99999999",
            ] {
                let mut changed = bytes.clone();
                changed[at..at + huge.len()].copy_from_slice(huge);
                self.accepts(&path, &changed, &format!("{huge:?} at byte {at}"));
            }
        }
    }
}

/// 30 images of 6 × 5 bytes.
fn idx() -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, 3];
    [30u32, 6, 5]
        .iter()
        .for_each(|size| bytes.extend(size.to_be_bytes()));
    bytes.extend((0..900u32).map(|i| (i * 7 % 256) as u8));
    bytes
}

#[test]
fn idx_files() {
    Case {
        name: "IDX",
        bytes: idx(),
        read: |path| Dataset::read_idx(path).map(drop),
        factor: 40,
        whole: true,
    }
    .run();
}

#[test]
fn gzipped_idx_files() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&idx()).unwrap();
    Case {
        name: "IDX.gz",
        bytes: encoder.finish().unwrap(),
        read: |path| Dataset::read_idx(path).map(drop),
        // Deflate expands up to 1032-fold.
        factor: 1032 * 20,
        whole: true,
    }
    .run();
}

#[test]
fn npy_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.npy");
    let values: Vec<f32> = (0..600u16).map(f32::from).collect();
    nets::write_npy(&path, &[30, 4, 5], &values).unwrap();
    Case {
        name: "NPY",
        bytes: std::fs::read(&path).unwrap(),
        read: |path| Dataset::read_npy(path).map(drop),
        factor: 40,
        whole: true,
    }
    .run();
}

#[test]
fn csv_files() {
    let mut text = String::from("a,b,label\n");
    (0..60).for_each(|i| text += &format!("{},{},{}\n", f64::from(i) / 7.0, i * i, i % 10));
    Case {
        name: "CSV",
        bytes: text.into_bytes(),
        read: |path| Dataset::read_csv(path).map(drop),
        factor: 40,
        // A table that ends early is a table.
        whole: false,
    }
    .run();
}

#[test]
fn png_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.png");
    image::RgbImage::from_fn(23, 17, |x, y| {
        image::Rgb([x as u8 * 9, y as u8 * 13, (x * y) as u8])
    })
    .save(&path)
    .unwrap();
    Case {
        name: "PNG",
        bytes: std::fs::read(&path).unwrap(),
        read: |path| Dataset::read_png(path).map(drop),
        factor: 1032 * 20,
        // The last chunk carries nothing; without it, all pixels are there.
        whole: false,
    }
    .run();
}

fn model_file(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../data/models");
    std::fs::read(folder.join(name)).unwrap()
}

#[test]
fn onnx_files() {
    Case {
        name: "ONNX",
        bytes: model_file("digits_cnn.onnx"),
        read: |path| Network::read_onnx(path).map(drop),
        factor: 400,
        whole: false,
    }
    .run();
}

#[test]
fn state_dicts() {
    Case {
        name: "safetensors",
        bytes: model_file("digits_ae_tied.safetensors"),
        read: |path| {
            let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../data/models");
            let architecture = folder.join("digits_ae_tied.arch.json");
            Network::read_safetensors(path, Some(&architecture)).map(drop)
        },
        factor: 40,
        whole: true,
    }
    .run();
}

#[test]
fn tensors_as_rows() {
    Case {
        name: "safetensors tensor",
        bytes: model_file("digits_ae_tied.safetensors"),
        read: |path| Dataset::read_safetensors(path, "weight").map(drop),
        factor: 40,
        whole: true,
    }
    .run();
}

#[test]
fn checkpoints() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stack.safetensors");
    let train = TrainOptions {
        epochs: 0,
        ..TrainOptions::default()
    };
    let options = StackOptions {
        widths: vec![6, 3],
        train,
        ..StackOptions::default()
    };
    let stack = Stack::pretrain(&Dataset::digits(), &options, &mut ignore_progress).unwrap();
    stack.save(&path).unwrap();
    Case {
        name: "checkpoint",
        bytes: std::fs::read(&path).unwrap(),
        read: |path| Checkpoint::load(path).map(drop),
        factor: 60,
        whole: true,
    }
    .run();
}

#[test]
fn architecture_files() {
    Case {
        name: "architecture",
        bytes: model_file("digits_cnn.arch.json"),
        read: |path| {
            let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../data/models");
            Network::read_safetensors(&folder.join("digits_cnn.safetensors"), Some(path)).map(drop)
        },
        // The weights are those of a file of 9 kB.
        factor: 4000,
        whole: false,
    }
    .run();
}

/// The account itself: it sees what is held at once, and not what is held in turn.
#[test]
fn the_account_is_right() {
    assert!(peak(|| drop(vec![0u8; 1 << 20])) >= 1 << 20);
    let in_turn = peak(|| (0..10).for_each(|_| drop(vec![1u8; 1 << 20])));
    assert!((1 << 20..3 << 20).contains(&in_turn));
}
