//! Filters that networks learn from patches of images, and how simple they are: the dimension of their approximate stabilizer
//! in GL(2) over the time of training.
//!
//! A filter is seen as an image f in the space of whitened patches. The derivatives of f along the four generators of gl(2)
//! about its centre of energy have a 4 × 4 Gram matrix; eigenvalues below a tenth of the largest count as directions that
//! leave f approximately alone. The structure tensor ∫∇f∇fᵀ tells the same of translations: its ratio of eigenvalues is 0
//! for stripes and 1 where no direction is preferred.

use nalgebra::{DMatrix, Matrix2, SMatrix};
use nets::{
    Activation, AutoencoderOptions, AutoencoderTrainer, Dataset, Ica, IcaOptions, Loss, Optimizer,
    TrainOptions, Whitening, WhiteningKind,
};
use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

use super::learning::train_to;
use super::stream;
use crate::BridgeError;
use crate::statistics::median;

/// Pixels on a side of a patch.
pub const PATCH: usize = 12;

/// Leading principal components that are kept.
const COMPONENTS: usize = 64;

/// Share of the largest eigenvalue below which a direction of gl(2) counts as one of the stabilizer.
const STABLE: f64 = 0.1;

/// How many patches, and how long to train.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PatchOptions {
    /// Patches trained on.
    pub count: usize,
    /// Steps after which filters are looked at.
    pub steps: Vec<usize>,
    /// Networks of each kind.
    pub inits: usize,
}

/// Where filters come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Null: white noise.
    Noise,
    /// Null: whitened patches drawn at random.
    Patches,
    /// Positive control: independent components.
    Ica,
    /// A tied linear autoencoder with sparse codes (reconstruction ICA).
    Sparse,
    /// A sigmoid autoencoder without any penalty.
    Plain,
}

impl Source {
    /// All of them.
    pub const ALL: [Source; 5] = [
        Source::Noise,
        Source::Patches,
        Source::Ica,
        Source::Sparse,
        Source::Plain,
    ];
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Source::Noise => "null: white noise",
            Source::Patches => "null: random patches",
            Source::Ica => "control: independent components",
            Source::Sparse => "sparse linear autoencoder",
            Source::Plain => "plain sigmoid autoencoder",
        })
    }
}

/// How simple the filters of one source are: medians over the filters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Simplicity {
    /// Where they come from.
    pub source: Source,
    /// Number of the network.
    pub init: usize,
    /// Steps of training, for networks.
    pub step: Option<usize>,
    /// Unexplained share of the variance of the whitened patches, for networks.
    pub unexplained: Option<f64>,
    /// Mean dimension of the approximate stabilizer in GL(2).
    pub stabilizer_dimension: f64,
    /// Smallest over largest eigenvalue of the Gram matrix of gl(2).
    pub gl2_ratio: f64,
    /// Smallest over largest eigenvalue of the structure tensor.
    pub translation_ratio: f64,
}

/// Whitened patches with the axes to see filters as images.
pub struct Whitened {
    data: Dataset,
    /// Orthonormal rows, components × pixels.
    axes: DMatrix<f64>,
}

/// Four images of dead leaves: discs of random grey, radii with density r⁻³ between 2 and 60 pixels, each hiding what lies
/// below it. Their power falls about as 1/f², as that of natural images does (Lee, Mumford, Huang 2001).
///
/// # Errors
/// Those of [`Dataset::new`].
pub fn dead_leaves(seed: u64) -> Result<Vec<Dataset>, BridgeError> {
    const EDGE: usize = 160;
    (0..4)
        .map(|index| {
            let mut rng = stream(seed, &format!("dead leaves {index}"));
            let mut image = vec![f32::NAN; EDGE * EDGE];
            let mut bare = image.len();
            // Front to back: what is covered already stays.
            for _ in 0..200_000 {
                if bare == 0 {
                    break;
                }
                let (small, large) = (2f64.powi(-2), 60f64.powi(-2));
                let r = (small + (large - small) * rng.random::<f64>()).powf(-0.5);
                let mut place = || (EDGE as f64 + 120.0) * rng.random::<f64>() - 60.0;
                let (x, y) = (place(), place());
                let grey = rng.random::<f32>();
                let range = |c: f64| {
                    let low = (c - r).ceil().max(0.0) as usize;
                    let high = (c + r).floor().min(EDGE as f64 - 1.0);
                    low..(high + 1.0).max(0.0) as usize
                };
                for row in range(y) {
                    for column in range(x) {
                        let pixel = &mut image[row * EDGE + column];
                        let inside = (row as f64 - y).powi(2) + (column as f64 - x).powi(2) <= r * r;
                        if inside && pixel.is_nan() {
                            *pixel = grey;
                            bare -= 1;
                        }
                    }
                }
            }
            image.iter_mut().filter(|v| v.is_nan()).for_each(|v| *v = 0.5);
            Ok(Dataset::new("dead leaves", image, EDGE * EDGE)?.with_image_shape(EDGE, EDGE)?)
        })
        .collect()
}

/// Cuts patches from images and whitens them on their leading components.
///
/// # Errors
/// Those of the patches and of the whitening.
pub fn whiten(images: &[Dataset], count: usize, seed: u64) -> Result<Whitened, BridgeError> {
    let patches = Dataset::patches(images, PATCH, count, 0.02, seed)?.centred_rows();
    let whitening = Whitening::fit(
        &patches,
        WhiteningKind::Pca {
            components: COMPONENTS,
        },
        0.0,
    )?;
    let mut axes = whitening.map().clone();
    for mut row in axes.row_iter_mut() {
        let norm = row.norm();
        row /= norm;
    }
    Ok(Whitened {
        data: whitening.apply(&patches)?,
        axes,
    })
}

/// Trains one source and measures its filters at every step asked for (once, for sources that are not trained).
///
/// # Errors
/// Those of the trainer and of the analysis.
pub fn measure(
    white: &Whitened,
    source: Source,
    init: usize,
    options: &PatchOptions,
    seed: u64,
) -> Result<Vec<Simplicity>, BridgeError> {
    let mut rng = stream(seed, &format!("filters: {source} {init}"));
    let untrained = |filters: DMatrix<f64>| vec![simplicity(white, &filters, source, init, None)];
    match source {
        Source::Noise => Ok(untrained(DMatrix::from_fn(COMPONENTS, COMPONENTS, |_, _| {
            StandardNormal.sample(&mut rng)
        }))),
        Source::Patches => {
            let rows: Vec<usize> = (0..COMPONENTS)
                .map(|_| rng.random_range(0..white.data.len()))
                .collect();
            Ok(untrained(DMatrix::from_fn(COMPONENTS, COMPONENTS, |i, j| {
                f64::from(white.data.row(rows[i])[j])
            })))
        }
        Source::Ica => {
            let ica = Ica::fit(
                &white.data,
                IcaOptions {
                    components: COMPONENTS,
                    iterations: 120,
                    tolerance: 1e-4,
                    seed: rng.random(),
                },
            )?;
            Ok(untrained(ica.unmixing().clone()))
        }
        Source::Sparse | Source::Plain => train(white, source, init, &options.steps, rng.random()),
    }
}

fn train(
    white: &Whitened,
    source: Source,
    init: usize,
    steps: &[usize],
    seed: u64,
) -> Result<Vec<Simplicity>, BridgeError> {
    const BATCH: usize = 128;
    let last = steps.iter().max().copied().unwrap_or(0);
    let train = TrainOptions {
        epochs: last.div_ceil(white.data.len().div_ceil(BATCH)).max(1),
        batch: BATCH,
        optimizer: Optimizer::adam(2e-3),
        seed,
        ..TrainOptions::default()
    };
    let options = match source {
        Source::Sparse => AutoencoderOptions {
            train,
            ..AutoencoderOptions::rica(COMPONENTS, 0.3)
        },
        _ => AutoencoderOptions {
            code_width: COMPONENTS,
            activation: Activation::Sigmoid,
            decoder_activation: Activation::Linear,
            tied: true,
            loss: Loss::SquaredError,
            train,
            ..AutoencoderOptions::default()
        },
    };
    let mut trainer = AutoencoderTrainer::new(&white.data, options)?;
    let mut found = Vec::new();
    let mut done = 0;
    for &goal in steps {
        train_to(&mut trainer, &mut done, goal)?;
        let filters = trainer.autoencoder().encoder().weights().clone();
        // Whitened coordinates have variance 1, so the error per coordinate is the unexplained share.
        let unexplained = trainer.error(&white.data);
        let mut simple = simplicity(white, &filters, source, init, Some(goal));
        simple.unexplained = Some(unexplained);
        found.push(simple);
    }
    Ok(found)
}

/// Measures filters given as rows in whitened coordinates.
fn simplicity(
    white: &Whitened,
    filters: &DMatrix<f64>,
    source: Source,
    init: usize,
    step: Option<usize>,
) -> Simplicity {
    let images = filters * &white.axes;
    let measured: Vec<[f64; 3]> = images
        .row_iter()
        .map(|row| {
            let image: Vec<f64> = row.iter().copied().collect();
            measure_image(&image, PATCH)
        })
        .collect();
    let column = |i: usize| measured.iter().map(|m| m[i]).collect::<Vec<f64>>();
    let dimensions = column(0);
    Simplicity {
        source,
        init,
        step,
        unexplained: None,
        stabilizer_dimension: dimensions.iter().sum::<f64>() / dimensions.len() as f64,
        gl2_ratio: median(&column(1)),
        translation_ratio: median(&column(2)),
    }
}

/// Approximate stabilizer dimension, ratio of the Gram matrix of gl(2), ratio of the structure tensor.
fn measure_image(image: &[f64], side: usize) -> [f64; 3] {
    let at = |row: usize, column: usize| image[row * side + column];
    let energy: f64 = image.iter().map(|v| v * v).sum();
    let centre = |coordinate: &dyn Fn(usize) -> usize| {
        let weighted = image
            .iter()
            .enumerate()
            .map(|(i, v)| v * v * coordinate(i) as f64);
        weighted.sum::<f64>() / energy.max(f64::MIN_POSITIVE)
    };
    let (cx, cy) = (centre(&|i| i % side), centre(&|i| i / side));
    let mut gram = SMatrix::<f64, 4, 4>::zeros();
    let mut tensor = Matrix2::<f64>::zeros();
    for row in 1..side - 1 {
        for column in 1..side - 1 {
            let fx = (at(row, column + 1) - at(row, column - 1)) / 2.0;
            let fy = (at(row + 1, column) - at(row - 1, column)) / 2.0;
            let (x, y) = (column as f64 - cx, row as f64 - cy);
            let moved = nalgebra::vector![x * fx, y * fx, x * fy, y * fy];
            gram += moved * moved.transpose();
            tensor += Matrix2::new(fx * fx, fx * fy, fx * fy, fy * fy);
        }
    }
    let values = gram.symmetric_eigenvalues();
    let largest = values.max();
    if largest <= 0.0 || largest.is_nan() {
        // A constant image is left alone by everything.
        return [4.0, 0.0, 0.0];
    }
    let stable = values.iter().filter(|&&v| v < STABLE * largest).count();
    let translations = tensor.symmetric_eigenvalues();
    [
        stable as f64,
        values.min().max(0.0) / largest,
        translations.min().max(0.0) / translations.max(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(f: impl Fn(f64, f64) -> f64) -> Vec<f64> {
        (0..24 * 24)
            .map(|i| f(f64::from(i % 24) - 11.5, f64::from(i / 24) - 11.5))
            .collect()
    }

    /// A stripe cos(x) is left alone by y∂/∂x-like maps that only change y: two directions; an isotropic blob by rotation
    /// alone; a localised blob of three unequal arms by nothing.
    #[test]
    fn stabilizers_of_known_images() {
        let stripe = measure_image(&image(|x, _| (0.5 * x).cos()), 24);
        assert_eq!(stripe[0], 2.0);
        assert!(stripe[2] < 1e-9);
        let disc = measure_image(&image(|x, y| (-(x * x + y * y) / 18.0).exp()), 24);
        assert_eq!(disc[0], 1.0);
        assert!((disc[2] - 1.0).abs() < 1e-6);
        let arms = measure_image(
            &image(|x, y| {
                let (r, t) = (x.hypot(y), y.atan2(x));
                (-r * r / 40.0).exp() * (0.3 * r * (1.0 + (5.0 * t + 0.2 * r).cos())).sin()
            }),
            24,
        );
        assert_eq!(arms[0], 0.0);
    }

    #[test]
    fn leaves_are_covered_and_their_patches_measured() {
        let images = dead_leaves(1).unwrap();
        assert!(
            images
                .iter()
                .all(|i| i.values().iter().all(|v| (0.0..=1.0).contains(v)))
        );
        let white = whiten(&images, 600, 1).unwrap();
        let options = PatchOptions {
            count: 600,
            steps: vec![0, 5],
            inits: 1,
        };
        let trained = measure(&white, Source::Plain, 0, &options, 1).unwrap();
        assert_eq!(trained.len(), 2);
        assert!(trained[1].unexplained < trained[0].unexplained);
    }
}
