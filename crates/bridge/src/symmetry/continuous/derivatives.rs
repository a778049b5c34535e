//! The derivative system: a row Df_k(x)·ξ_i(x) for each data row and output, and what its columns are measured against.

use super::ambient::{Ambient, Kind};
use super::{ContinuousOptions, spectrum, vector};
use crate::BridgeError;
use nalgebra::{DMatrix, DVector, SymmetricEigen};
use nets::Network;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

/// Directions whose variance is below this share of the largest are outside the span of the data.
const FLAT: f64 = 1e-10;
/// Points at which derivatives are taken for the average, at most.
const POINT_BUDGET: usize = 8_192;

/// The system with its scale; see the module.
#[derive(Debug, Clone)]
pub(super) struct System {
    /// Mean of Df·ξ over the neighbourhood of each data row, divided by √rows: (rows · outputs) × p.
    pub(super) averaged: DMatrix<f64>,
    /// The same at the data rows themselves.
    pub(super) raw: DMatrix<f64>,
    /// cᵀRc is what E|Df·ξ_c|² is for a field of the same lengths that points anywhere: E\[|Df|²|ξ_c|²\]/m.
    pub(super) scale: DMatrix<f64>,
    /// Blocks of rows for the bootstrap: the number of rows of `averaged`, and the block's share of R.
    pub(super) blocks: Vec<(usize, DMatrix<f64>)>,
    /// Coefficients of the fields that stay in the span of the data, p × t.
    pub(super) tangent: Option<DMatrix<f64>>,
    /// t.
    pub(super) tangent_dimension: usize,
    /// Dimension of the span of the data.
    pub(super) data_dimension: usize,
    /// The smallest σ when every gradient is replaced by one of its length in a random direction.
    pub(super) null_level: f64,
}

impl System {
    /// σ of the field with these coefficients, from derivatives at the data rows.
    pub(super) fn residual(&self, coefficients: &DVector<f64>) -> f64 {
        let scale = coefficients.dot(&(&self.scale * coefficients));
        (&self.raw * coefficients).norm() / scale.sqrt()
    }
}

/// Coordinates in which the data are white.
#[derive(Debug, Clone)]
pub(super) struct Metric {
    /// Columns: the directions of the data's span over their deviations, n × m.
    pub(super) whitening: DMatrix<f64>,
    /// The directions times their deviations, n × m.
    spread: DMatrix<f64>,
    /// Orthonormal basis of the complement of the span, n × (n − m).
    normal: DMatrix<f64>,
}

impl Metric {
    /// Of the data, or the Euclidean metric for images, whose motions lead out of the span of any finite sample.
    pub(super) fn of(data: &DMatrix<f64>, ambient: &Ambient) -> Self {
        let n = data.nrows();
        let mean = data.column_mean();
        let centred = DMatrix::from_fn(n, data.ncols(), |i, j| data[(i, j)] - mean[i]);
        if ambient.kind() == Kind::Image {
            // One length for all directions: that of the data's spread, per coordinate.
            let size = (centred.norm_squared() / data.len() as f64)
                .sqrt()
                .max(f64::MIN_POSITIVE);
            return Metric {
                whitening: DMatrix::identity(n, n) / size,
                spread: DMatrix::identity(n, n) * size,
                normal: DMatrix::zeros(n, 0),
            };
        }
        let eigen = SymmetricEigen::new(&centred * centred.transpose() / data.ncols() as f64);
        let largest = eigen.eigenvalues.max();
        let (mut inside, mut outside) = (Vec::new(), Vec::new());
        for (i, &value) in eigen.eigenvalues.iter().enumerate() {
            if value > FLAT * largest {
                inside.push(i)
            } else {
                outside.push(i)
            }
        }
        let pick = |indices: &[usize], factor: &dyn Fn(f64) -> f64| {
            DMatrix::from_fn(n, indices.len(), |i, j| {
                eigen.eigenvectors[(i, indices[j])] * factor(eigen.eigenvalues[indices[j]].max(0.0).sqrt())
            })
        };
        Metric {
            whitening: pick(&inside, &|s| 1.0 / s),
            spread: pick(&inside, &|s| s),
            normal: pick(&outside, &|_| 1.0),
        }
    }

    pub(super) fn dimension(&self) -> usize {
        self.whitening.ncols()
    }

    /// The squared length of the rows of a Jacobian, in the dual metric.
    pub(super) fn gradient_norm_squared(&self, jacobian: &DMatrix<f64>) -> f64 {
        (jacobian * &self.spread).norm_squared()
    }
}

/// The data, thinned to the number of rows wanted, if they fit.
pub(super) fn checked(
    network: &Network,
    data: &DMatrix<f64>,
    ambient: &Ambient,
    rows: usize,
) -> Result<DMatrix<f64>, BridgeError> {
    let width = network.input_width();
    for (what, got) in [
        ("width of the data for this network", data.nrows()),
        (
            "width that the ambient algebra acts on, for this network",
            ambient.width(),
        ),
    ] {
        if got != width {
            return Err(BridgeError::Shape {
                what: what.into(),
                expected: width,
                got,
            });
        }
    }
    if let Some((index, &value)) = data.iter().enumerate().find(|(_, v)| !v.is_finite()) {
        return Err(BridgeError::NotFinite {
            what: "data".into(),
            index,
            value,
        });
    }
    let step = data.ncols().div_ceil(rows.max(1)).max(1);
    let kept: Vec<usize> = (0..data.ncols()).step_by(step).collect();
    Ok(data.select_columns(&kept))
}

/// Root mean square deviation of the outputs (columns) from their mean, if they are finite and differ.
pub(super) fn spread(values: &DMatrix<f64>) -> Result<f64, BridgeError> {
    if let Some((index, &value)) = values.iter().enumerate().find(|(_, v)| !v.is_finite()) {
        return Err(BridgeError::NotFinite {
            what: "output of the network on the data".into(),
            index,
            value,
        });
    }
    let rows = values.ncols();
    let mean = values.column_mean();
    let square: f64 = values.column_iter().map(|c| (c - &mean).norm_squared()).sum();
    let spread = (square / rows as f64).sqrt();
    if square <= 1e-24 * values.norm_squared() {
        return Err(BridgeError::ConstantMap { rows, spread });
    }
    Ok(spread)
}

/// The Jacobian at a point, checked.
fn jacobian(network: &Network, x: &[f64], row: usize) -> Result<DMatrix<f64>, BridgeError> {
    let jacobian = network.jacobian(&vector(x));
    match jacobian.iter().find(|v| !v.is_finite()) {
        Some(&value) => {
            let what = "derivative of the network at a data row".into();
            Err(BridgeError::NotFinite {
                what,
                index: row,
                value,
            })
        }
        None => Ok(jacobian),
    }
}

/// A random stream of its own for each row and purpose.
pub(super) fn stream(seed: u64, purpose: u64, index: usize) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream((purpose << 48) | index as u64);
    rng
}

/// x + h(x' − x'') with two other rows drawn at random.
fn neighbour(data: &DMatrix<f64>, row: usize, h: f64, rng: &mut impl Rng) -> Vec<f64> {
    let (a, b) = (
        rng.random_range(0..data.ncols()),
        rng.random_range(0..data.ncols()),
    );
    (0..data.nrows())
        .map(|i| data[(i, row)] + h * (data[(i, a)] - data[(i, b)]))
        .collect()
}

/// What a block of rows gives.
struct Block {
    averaged: DMatrix<f64>,
    raw: DMatrix<f64>,
    scale: DMatrix<f64>,
    null: DMatrix<f64>,
    normal: DMatrix<f64>,
    lengths: DVector<f64>,
}

/// The system of invariance, f(e^{tA}x) = f(x).
pub(super) fn invariance(
    network: &Network,
    data: &DMatrix<f64>,
    ambient: &Ambient,
    options: &ContinuousOptions,
) -> Result<System, BridgeError> {
    let (rows, outputs, p) = (data.ncols(), network.output_width(), ambient.dimension());
    if rows * outputs < 2 * p || rows < 2 {
        let needed = (2 * p).div_ceil(outputs.max(1)).max(2);
        return Err(BridgeError::TooFewSamples { got: rows, needed });
    }
    spread(&network.forward_columns(data))?;
    let metric = Metric::of(data, ambient);
    let m = metric.dimension();
    if m == 0 {
        return Err(BridgeError::TooFewSamples { got: 1, needed: 2 });
    }
    let per_row = options.neighbours.min(POINT_BUDGET / rows);
    let neighbours = if options.smoothing > 0.0 && per_row > 1 {
        per_row
    } else {
        0
    };
    let share = 1.0 / (rows as f64).sqrt();
    let count = if p > 150 { 24 } else { 64 }.min(rows);
    let block = |index: usize| -> Result<Block, BridgeError> {
        let (from, to) = (index * rows / count, (index + 1) * rows / count);
        let height = (to - from) * outputs;
        let mut block = Block {
            averaged: DMatrix::zeros(height, p),
            raw: DMatrix::zeros(height, p),
            scale: DMatrix::zeros(p, p),
            null: DMatrix::zeros(p, p),
            normal: DMatrix::zeros(p, p),
            lengths: DVector::zeros(p),
        };
        for row in from..to {
            let x: Vec<f64> = data.column(row).iter().copied().collect();
            let at = (row - from) * outputs;
            let (jacobian_here, fields) = (jacobian(network, &x, row)?, ambient.fields_at(&x));
            block
                .raw
                .rows_mut(at, outputs)
                .copy_from(&(&jacobian_here * &fields * share));
            let white = metric.whitening.tr_mul(&fields);
            let gradients = &jacobian_here * &metric.spread;
            block
                .scale
                .gemm_tr(gradients.norm_squared() / (rows * m) as f64, &white, &white, 1.0);
            let mut rng = stream(options.seed, 1, row);
            let random = DMatrix::from_fn(outputs, m, |_, _| StandardNormal.sample(&mut rng));
            let directions = DMatrix::from_rows(
                &(0..outputs)
                    .map(|k| {
                        let direction: nalgebra::RowDVector<f64> = random.row(k).into_owned();
                        direction.normalize() * (gradients.row(k).norm() * share)
                    })
                    .collect::<Vec<_>>(),
            );
            let null = directions * &white;
            block.null.gemm_tr(1.0, &null, &null, 1.0);
            if metric.normal.ncols() > 0 {
                let out = metric.normal.tr_mul(&fields);
                block.normal.gemm_tr(1.0, &out, &out, 1.0);
                fields
                    .column_iter()
                    .enumerate()
                    .for_each(|(i, c)| block.lengths[i] += c.norm_squared());
            }
            let mut rng = stream(options.seed, 2, row);
            let mut sum = DMatrix::zeros(outputs, p);
            for _ in 0..neighbours {
                let y = neighbour(data, row, options.smoothing, &mut rng);
                sum += jacobian(network, &y, row)? * ambient.fields_at(&y);
            }
            let averaged = if neighbours > 0 {
                sum * (share / neighbours as f64)
            } else {
                block.raw.rows(at, outputs).into_owned()
            };
            block.averaged.rows_mut(at, outputs).copy_from(&averaged);
        }
        Ok(block)
    };
    let blocks: Vec<Block> = (0..count).into_par_iter().map(block).collect::<Result<_, _>>()?;
    let sum = |part: &dyn Fn(&Block) -> &DMatrix<f64>| {
        blocks
            .iter()
            .fold(DMatrix::zeros(p, p), |sum: DMatrix<f64>, block| sum + part(block))
    };
    let scale = sum(&|b| &b.scale);
    let tangent = (metric.normal.ncols() > 0).then(|| {
        let lengths = blocks
            .iter()
            .fold(DVector::zeros(p), |sum: DVector<f64>, b| sum + &b.lengths);
        spectrum::kernel(&sum(&|b| &b.normal), &lengths)
    });
    let tangent_dimension = tangent.as_ref().map_or(p, DMatrix::ncols);
    let null_level = spectrum::smallest_value(&sum(&|b| &b.null), &scale, tangent.as_ref());
    let stack = |part: &dyn Fn(&Block) -> &DMatrix<f64>| {
        let mut all = DMatrix::zeros(rows * outputs, p);
        let mut at = 0;
        for block in &blocks {
            all.rows_mut(at, part(block).nrows()).copy_from(part(block));
            at += part(block).nrows();
        }
        all
    };
    Ok(System {
        averaged: stack(&|b| &b.averaged),
        raw: stack(&|b| &b.raw),
        scale,
        tangent,
        tangent_dimension,
        data_dimension: m,
        null_level,
        blocks: blocks
            .into_iter()
            .map(|b| (b.averaged.nrows(), b.scale))
            .collect(),
    })
}
