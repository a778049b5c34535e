//! The size of an orbit as a set of pictures: its dimension, its covering number at a tolerance, and the spectrum of the
//! covariance of its pictures.

use nalgebra::{DMatrix, SymmetricEigen};
use nets::{Dataset, Pose};
use serde::{Deserialize, Serialize};

use super::figure::{ENERGY, Figure, PIECES, PIXELS, Prepared, SIDE};
use super::pose::PoseMeasure;
use super::runs::{Condition, EQUAL};
use super::{THRESHOLDS, stream};
use crate::BridgeError;
use crate::statistics::median;

/// Tolerances of covering numbers, relative to the norm of a picture.
pub const TOLERANCES: [f64; 3] = [0.3, 0.5, 0.7];

/// Which of them the regressions use.
pub const TOLERANCE: usize = 1;

/// Pieces of a closed curve where derivatives are taken.
const FINE_PIECES: usize = 2048;

/// Half of the difference of central differences.
const STEP: f64 = 1e-3;

/// Variance, as a share of the energy, below which an orbit is a single picture up to the error of drawing.
pub(super) const NO_VARIANCE: f64 = 1e-3;

/// Pictures of a figure at random poses.
#[derive(Debug, Clone)]
pub struct Pictures {
    /// Trained on.
    pub train: Vec<f32>,
    /// Measured on.
    pub test: Vec<f32>,
}

/// Draws pictures of a figure, first those to train on, from the stream of the figure and the measure. O(poses·pieces·pixels).
///
/// # Errors
/// As [`Prepared::draw`].
pub fn pictures(
    figure: &Figure,
    measure: &PoseMeasure,
    train: usize,
    test: usize,
    seed: u64,
) -> Result<Pictures, BridgeError> {
    let mut rng = stream(seed, &format!("poses of {} under {measure}", figure.name));
    let prepared = figure.prepare(PIECES);
    let mut draw = |count: usize| -> Result<Vec<f32>, BridgeError> {
        let mut values = Vec::with_capacity(count * PIXELS);
        for _ in 0..count {
            values.extend(prepared.draw::<f32>(&measure.sample(&mut rng))?);
        }
        Ok(values)
    };
    Ok(Pictures {
        train: draw(train)?,
        test: draw(test)?,
    })
}

/// Rows as a data set of pictures.
///
/// # Errors
/// Those of [`Dataset::new`].
pub fn dataset(name: &str, values: Vec<f32>) -> Result<Dataset, BridgeError> {
    Ok(Dataset::new(name, values, PIXELS)?.with_image_shape(SIDE, SIDE)?)
}

/// What was measured of an orbit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrbitSize {
    /// The figure.
    pub figure: String,
    /// The law of poses.
    pub measure: PoseMeasure,
    /// Whether the figure is there for the control of the stroke only.
    pub control: bool,
    /// Whether it is a closed curve, of finite stabilizer in GL(2).
    pub closed_curve: bool,
    /// Standard deviation of the pen.
    pub pen: f64,
    /// dim G·x by construction.
    pub dimension: usize,
    /// The same as the numeric rank of the derivatives of the picture with respect to the pose.
    pub rank: usize,
    /// The last singular value of the rank over the first beyond it; none where there is no value beyond.
    pub gap: Option<f64>,
    /// Directions of the group along which a unit step moves the picture by more than the tolerance of the regressions:
    /// the dimension that the orbit has at this tolerance.
    pub dimension_at_tolerance: usize,
    /// Order of the stabilizer in SO(2); none if it is all of it.
    pub rotations: Option<usize>,
    /// Covering numbers at [`TOLERANCES`]: sizes of greedy nets of the pictures trained on.
    pub covering: [usize; 3],
    /// The same at variance [`EQUAL`] (pictures scaled to it, the tolerance in pixels unchanged), a number that does not
    /// depend on the scale of the pictures.
    pub covering_equal: usize,
    /// Whether more than a third of the pictures are centres at the tolerance of the regressions, so that the covering
    /// number is limited by how many there are.
    pub saturated: bool,
    /// Mean square distance of the pictures from their mean, of an energy of 16.
    pub variance: f64,
    /// 1/λ of the eigenvalue of the covariance with which the rest falls below each of the thresholds.
    pub inverse_eigenvalue: [f64; 3],
    /// Principal components for 90 % of the variance.
    pub components_90: usize,
}

impl OrbitSize {
    /// The covering number of the pictures as they are trained on under a condition. Swapped variances follow the order at
    /// equal variance.
    pub fn seen_covering(&self, condition: Condition) -> usize {
        match condition {
            Condition::Energy => self.covering[TOLERANCE],
            Condition::EqualVariance | Condition::SwappedVariance => self.covering_equal,
        }
    }

    /// Whether there is variance to learn.
    pub fn varies(&self) -> bool {
        self.variance > NO_VARIANCE * ENERGY
    }
}

/// Measures the orbit of a figure. O(poses·(pieces + covering number)·pixels + pixels³).
///
/// # Errors
/// As [`pictures`].
pub fn measure(
    figure: &Figure,
    measure: &PoseMeasure,
    train: usize,
    seed: u64,
) -> Result<OrbitSize, BridgeError> {
    let rows = pictures(figure, measure, train, 0, seed)?.train;
    let moved = displacements(figure, measure, seed)?;
    let (rank, gap) = rank_with_gap(&moved);
    let covering = TOLERANCES.map(|tolerance| covering_number(&rows, PIXELS, tolerance * ENERGY.sqrt()));
    let spectrum = spectrum(&rows, PIXELS);
    let variance = spectrum.iter().sum::<f64>();
    let covering_equal = covering_number(
        &rows,
        PIXELS,
        TOLERANCES[TOLERANCE] * ENERGY.sqrt() * (variance / EQUAL).sqrt(),
    );
    let tolerance = TOLERANCES[TOLERANCE] * ENERGY.sqrt();
    Ok(OrbitSize {
        figure: figure.name.clone(),
        measure: *measure,
        control: figure.control,
        closed_curve: figure.is_closed_curve(),
        pen: figure.pen,
        dimension: figure.orbit_dimension(measure.group()),
        rank,
        gap,
        dimension_at_tolerance: moved.iter().filter(|&&s| s > tolerance).count(),
        rotations: figure.rotations(),
        covering,
        covering_equal,
        saturated: 3 * covering[TOLERANCE].max(covering_equal) > train,
        variance,
        inverse_eigenvalue: THRESHOLDS.map(|share| 1.0 / spectrum[needed(&spectrum, share)]),
        components_90: needed(&spectrum, 0.1) + 1,
    })
}

/// Poses at which the rank is taken; the singular values are medians over them.
const PLACES: usize = 3;

/// Singular values of the derivative of the picture with respect to the pose, largest first: medians over poses of the law.
fn displacements(figure: &Figure, measure: &PoseMeasure, seed: u64) -> Result<Vec<f64>, BridgeError> {
    let prepared = figure.prepare(FINE_PIECES);
    let mut rng = stream(seed, &format!("tangents of {} under {measure}", figure.name));
    let generators = measure.group().generators();
    let mut all: Vec<Vec<f64>> = Vec::new();
    for _ in 0..PLACES {
        let at = measure.sample(&mut rng);
        let mut columns = Vec::new();
        for generator in generators {
            columns.extend(derivative(&prepared, &at, generator)?);
        }
        let tangents = DMatrix::from_vec(PIXELS, generators.len(), columns);
        let gram = tangents.tr_mul(&tangents);
        let mut values: Vec<f64> = gram
            .symmetric_eigenvalues()
            .iter()
            .map(|v| v.max(0.0).sqrt())
            .collect();
        values.sort_by(|a, b| b.total_cmp(a));
        all.push(values);
    }
    let nth = |i: usize| median(&all.iter().map(|values| values[i]).collect::<Vec<_>>());
    Ok((0..generators.len()).map(nth).collect())
}

/// d/dt of the picture at (pose)·(1 + t·generator), by central differences: the figure is moved first, then posed.
fn derivative(prepared: &Prepared, pose: &Pose, generator: &Pose) -> Result<Vec<f64>, BridgeError> {
    let moved = |t: f64| -> Pose {
        let [[a, b, c], [d, e, f]] = generator.map(|row| row.map(|v| t * v));
        let near = [[1.0 + a, b, c], [d, 1.0 + e, f]];
        let entry = |i: usize, j: usize| {
            let sum = pose[i][0] * near[0][j] + pose[i][1] * near[1][j];
            if j == 2 { sum + pose[i][2] } else { sum }
        };
        [0, 1].map(|i| [0, 1, 2].map(|j| entry(i, j)))
    };
    let (ahead, behind) = (
        prepared.draw::<f64>(&moved(STEP))?,
        prepared.draw::<f64>(&moved(-STEP))?,
    );
    Ok(ahead
        .iter()
        .zip(&behind)
        .map(|(a, b)| (a - b) / (2.0 * STEP))
        .collect())
}

/// The numeric rank of descending singular values of pictures of norm 4, and the ratio across the place where it is cut:
/// values below a hundredth of the norm are errors of drawing circles with straight pieces.
fn rank_with_gap(values: &[f64]) -> (usize, Option<f64>) {
    let floor = 0.01 * ENERGY.sqrt();
    let rank = values.iter().filter(|&&v| v > floor).count();
    let gap = match (rank.checked_sub(1), values.get(rank)) {
        (Some(last), Some(beyond)) => Some(values[last] / beyond.max(1e-9)),
        _ => None,
    };
    (rank, gap)
}

/// The size of a greedy net: rows in turn become centres unless they lie within `radius` of one. It lies between the covering
/// numbers of the rows at `radius` and at half of it. O(rows·net·width).
///
/// ```
/// use bridge::first_features::orbit::covering_number;
/// let line: Vec<f32> = (0..100).map(|i| i as f32 / 100.0).collect();
/// assert_eq!(covering_number(&line, 1, 0.095), 10);
/// ```
///
/// # Panics
/// If the width is 0.
pub fn covering_number(rows: &[f32], width: usize, radius: f64) -> usize {
    let bound = (radius * radius) as f32;
    let mut centres: Vec<&[f32]> = Vec::new();
    for row in rows.chunks_exact(width) {
        let near = |centre: &&[f32]| {
            let squares = row.iter().zip(*centre).map(|(a, b)| (a - b) * (a - b));
            squares.sum::<f32>() <= bound
        };
        if !centres.iter().any(near) {
            centres.push(row);
        }
    }
    centres.len()
}

/// Eigenvalues of the covariance of rows, largest first.
fn spectrum(rows: &[f32], width: usize) -> Vec<f64> {
    let count = (rows.len() / width) as f64;
    let points = DMatrix::from_iterator(width, rows.len() / width, rows.iter().map(|&v| f64::from(v)));
    let mean = points.column_mean();
    let covariance = &points * points.transpose() / count - &mean * mean.transpose();
    let mut values: Vec<f64> = SymmetricEigen::new(covariance)
        .eigenvalues
        .iter()
        .map(|v| v.max(1e-9))
        .collect();
    values.sort_by(|a, b| b.total_cmp(a));
    values
}

/// Index of the eigenvalue after which the rest is at most a share of all.
fn needed(spectrum: &[f64], share: f64) -> usize {
    let total: f64 = spectrum.iter().sum();
    let mut rest = total;
    for (index, value) in spectrum.iter().enumerate() {
        rest -= value;
        if rest <= share * total {
            return index;
        }
    }
    spectrum.len() - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::first_features::figure::{Shape, library};

    #[test]
    fn ranks_of_derivatives_are_the_dimensions_by_construction() {
        for text in ["so2", "se2:0.2", "gl2:0.7,1.2"] {
            let law: PoseMeasure = text.parse().unwrap();
            for figure in library(1, 1).iter().filter(|f| !f.control) {
                let moved = displacements(figure, &law, 1).unwrap();
                let (rank, gap) = rank_with_gap(&moved);
                assert_eq!(
                    rank,
                    figure.orbit_dimension(law.group()),
                    "{} under {text}: {moved:?}",
                    figure.name
                );
                assert!(
                    gap.is_none_or(|gap| gap > 5.0),
                    "{} under {text}: {moved:?}",
                    figure.name
                );
            }
        }
    }

    /// A net of a circle of radius 1 whose centres are more than r apart: steps of at least 2 asin(r/2), less than twice that.
    #[test]
    fn the_covering_number_of_a_circle_is_its_length() {
        let rows: Vec<f32> = (0..20_000)
            .flat_map(|i| {
                let t = f64::from(i) * 2.399_963; // The golden angle: dense and unordered.
                [t.cos() as f32, t.sin() as f32]
            })
            .collect();
        for radius in [0.05f64, 0.2, 0.6] {
            let step = 2.0 * (radius / 2.0).asin();
            let most = (std::f64::consts::TAU / step).floor();
            let found = covering_number(&rows, 2, radius) as f64;
            assert!(
                found <= most && found >= most / 2.0,
                "{radius}: {found} of {most}"
            );
        }
        assert_eq!(covering_number(&rows, 2, 3.0), 1);
    }

    /// A curve with symmetry C_k runs through its orbit k times: an arc of 1/k covers it. Breaking the symmetry by a mark
    /// makes the orbit about k times as long.
    #[test]
    fn a_stabilizer_of_order_k_divides_the_covering_number() {
        let star = |mark: f64| {
            let rays = (0..5).map(|i| {
                let angle = std::f64::consts::TAU * f64::from(i) / 5.0;
                (angle, if i == 0 { mark } else { 1.0 })
            });
            Figure::new("star", Shape::Rays(rays.collect()))
        };
        let cover = |figure: &Figure, text: &str| {
            let rows = pictures(figure, &text.parse().unwrap(), 3000, 0, 1)
                .unwrap()
                .train;
            covering_number(&rows, PIXELS, 0.2 * ENERGY.sqrt()) as f64
        };
        let (whole, fifth) = (cover(&star(1.0), "so2"), cover(&star(1.0), "so2:36"));
        assert!((whole - fifth).abs() <= 0.25 * whole, "{whole} {fifth}");
        // Marked so strongly that turns by 1/5 are further apart than the tolerance.
        let marked = cover(&star(0.2), "so2");
        assert!((3.5..6.5).contains(&(marked / whole)), "{marked} {whole}");
    }

    #[test]
    fn spectra_and_thresholds_by_hand() {
        let values: Vec<f64> = spectrum(&[2.0, 0.0, -2.0, 0.0, 0.0, 1.0, 0.0, -1.0], 2);
        assert!((values[0] - 2.0).abs() < 1e-6 && (values[1] - 0.5).abs() < 1e-6);
        assert_eq!(
            (needed(&values, 0.5), needed(&values, 0.2), needed(&values, 0.1)),
            (0, 0, 1)
        );
    }
}
