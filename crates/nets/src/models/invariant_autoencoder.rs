//! An autoencoder that reads every input in a pose of its own choosing: its code does not change when the input moves,
//! and the pose says how to move the reconstruction back (Winter, Bertolini, Le, Noé, Clevert 2022, *Unsupervised
//! learning of group invariant and equivariant representations*).
//!
//! Moves are given as plain lists of coordinates, `moved[i] = x[list[i]]`. The [`Frame`] tries them all and takes the one
//! that brings the input nearest to an affine subspace, which is fitted to the inputs so posed, in turn with the poses
//! (no pose is ever told). If the lists are closed under composition, an input and a moved copy have the same candidates,
//! number for number, and so the same canonical form: the code is invariant exactly, not up to training.

use crate::error::refuse;
use crate::whitening::moments;
use crate::{Autoencoder, AutoencoderOptions, AutoencoderTrainer, Dataset, NetError, ignore_progress};
use nalgebra::{DMatrix, DVector};

/// How many starts a fit tries.
const STARTS: usize = 4;

/// What chooses poses: moves, and the affine subspace that posed inputs lie near.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    moves: Vec<Vec<usize>>,
    mean: DVector<f64>,
    /// Orthonormal rows.
    basis: DMatrix<f64>,
}

impl Frame {
    /// A frame from its parts; the rows of the basis should be orthonormal.
    ///
    /// # Errors
    /// [`NetError::Shape`] if a move, or the basis, is not as wide as the mean; [`NetError::Option`] if there are no
    /// moves or one does not permute the coordinates.
    pub fn new(moves: Vec<Vec<usize>>, mean: DVector<f64>, basis: DMatrix<f64>) -> Result<Self, NetError> {
        let width = mean.len();
        if moves.is_empty() {
            return refuse(
                "moves",
                "an empty list",
                "at least one permutation of the coordinates",
            );
        }
        let lengths = moves.iter().map(|list| ("coordinates of a move", list.len()));
        for (what, got) in lengths.chain([("columns of the basis", basis.ncols())]) {
            if got != width {
                return Err(NetError::Shape {
                    what: what.into(),
                    expected: width,
                    got,
                });
            }
        }
        for (index, list) in moves.iter().enumerate() {
            let mut seen = vec![false; width];
            list.iter().filter(|&&c| c < width).for_each(|&c| seen[c] = true);
            if seen.contains(&false) {
                return refuse(
                    "moves",
                    format!("{list:?} at {index}"),
                    "permutations of the coordinates",
                );
            }
        }
        Ok(Frame { moves, mean, basis })
    }

    /// Fits the subspace, of dimension `dimension`, and the poses in turn, at most `rounds` times.
    ///
    /// Neither step lets the mean squared distance to the subspace grow, but it can settle in a local minimum: of
    /// several starts, each from the correlation with one row, the best is kept.
    /// O(rounds × rows × moves × width × dimension).
    ///
    /// # Errors
    /// As [`Frame::new`]; [`NetError::Option`] for a dimension outside 1, …, width.
    pub fn fit(
        data: &Dataset,
        moves: Vec<Vec<usize>>,
        dimension: usize,
        rounds: usize,
    ) -> Result<Self, NetError> {
        let width = data.width();
        if dimension == 0 || dimension > width {
            return refuse("dimension", dimension, &format!("an integer from 1 to {width}"));
        }
        let starts = STARTS.min(data.len());
        let (mut best, mut least) = (None, f64::INFINITY);
        for start in 0..starts {
            let row = data.point(start * data.len() / starts);
            let (frame, distance) = Frame::settle(data, &moves, dimension, rounds, &row)?;
            if best.is_none() || distance < least {
                (best, least) = (Some(frame), distance);
            }
        }
        Ok(best.expect("a data set has at least one row to start from"))
    }

    /// Subspace and poses in turn from one start, with the sum of squared distances.
    fn settle(
        data: &Dataset,
        moves: &[Vec<usize>],
        dimension: usize,
        rounds: usize,
        start: &DVector<f64>,
    ) -> Result<(Self, f64), NetError> {
        let width = data.width();
        // The subspace through 0 along the row: near it means strongly correlated with it.
        let length = start.norm();
        let along = DMatrix::from_fn(
            1,
            width,
            |_, j| {
                if length > 0.0 { start[j] / length } else { 0.0 }
            },
        );
        let mut frame = Frame::new(moves.to_vec(), DVector::zeros(width), along)?;
        let mut poses = Vec::new();
        for _ in 0..=rounds {
            let next: Vec<usize> = (0..data.len())
                .map(|row| frame.pose(data.point(row).as_slice()))
                .collect();
            if next == poses {
                break;
            }
            poses = next;
            let (mean, covariance) = moments(&frame.posed(data, &poses)?);
            let eigen = covariance.symmetric_eigen();
            let mut order: Vec<usize> = (0..width).collect();
            order.sort_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]));
            frame.basis = DMatrix::from_fn(dimension, width, |i, j| eigen.eigenvectors[(j, order[i])]);
            frame.mean = mean;
        }
        let distances = poses
            .iter()
            .enumerate()
            .map(|(row, &pose)| frame.distance(&frame.moved(pose, data.point(row).as_slice())));
        let sum = distances.sum();
        Ok((frame, sum))
    }

    /// The moves.
    pub fn moves(&self) -> &[Vec<usize>] {
        &self.moves
    }

    /// The point of the subspace that is the mean of the posed inputs.
    pub fn mean(&self) -> &DVector<f64> {
        &self.mean
    }

    /// The squared distance of x from the subspace.
    pub fn distance(&self, x: &[f64]) -> f64 {
        let centred = DVector::from_fn(x.len(), |i, _| x[i] - self.mean[i]);
        centred.norm_squared() - (&self.basis * &centred).norm_squared()
    }

    /// The index of the move that brings x nearest to the subspace; of several, that with the lexicographically largest
    /// result, so that the canonical form is unique.
    ///
    /// # Panics
    /// If x is not as wide as the frame.
    pub fn pose(&self, x: &[f64]) -> usize {
        let mut best = (0, f64::INFINITY, Vec::new());
        for index in 0..self.moves.len() {
            let moved = self.moved(index, x);
            let distance = self.distance(&moved);
            let tie = distance == best.1 && moved.partial_cmp(&best.2).is_some_and(|order| order.is_gt());
            if distance < best.1 || tie {
                best = (index, distance, moved);
            }
        }
        best.0
    }

    /// x moved by the move of that index.
    ///
    /// # Panics
    /// If there is no such move or x is not as wide as the frame.
    pub fn moved(&self, index: usize, x: &[f64]) -> Vec<f64> {
        assert_eq!(x.len(), self.mean.len(), "an input is as wide as its frame");
        self.moves[index]
            .iter()
            .map(|&coordinate| x[coordinate])
            .collect()
    }

    /// What the move of that index takes to y.
    ///
    /// # Panics
    /// As [`Frame::moved`].
    pub fn moved_back(&self, index: usize, y: &[f64]) -> Vec<f64> {
        assert_eq!(y.len(), self.mean.len(), "an input is as wide as its frame");
        let mut x = vec![0.0; y.len()];
        for (&coordinate, &value) in self.moves[index].iter().zip(y) {
            x[coordinate] = value;
        }
        x
    }

    /// x in its pose.
    ///
    /// # Panics
    /// If x is not as wide as the frame.
    pub fn canonical(&self, x: &[f64]) -> Vec<f64> {
        self.moved(self.pose(x), x)
    }

    /// All rows in their poses.
    ///
    /// # Errors
    /// [`NetError::Shape`] if the rows are not as wide as the frame.
    pub fn canonical_rows(&self, data: &Dataset) -> Result<Dataset, NetError> {
        if data.width() != self.mean.len() {
            return Err(NetError::Shape {
                what: "width of the rows".into(),
                expected: self.mean.len(),
                got: data.width(),
            });
        }
        let poses: Vec<usize> = (0..data.len())
            .map(|row| self.pose(data.point(row).as_slice()))
            .collect();
        self.posed(data, &poses)
    }

    fn posed(&self, data: &Dataset, poses: &[usize]) -> Result<Dataset, NetError> {
        let values = poses.iter().enumerate().flat_map(|(row, &pose)| {
            let row = data.row(row);
            self.moves[pose].iter().map(|&coordinate| row[coordinate])
        });
        Dataset::new(data.name(), values.collect(), data.width())
    }
}

/// A frame and an autoencoder of what it shows.
///
/// ```
/// use nets::models::invariant_autoencoder::InvariantAutoencoder;
/// use nets::{Activation, AutoencoderOptions, Dataset, Loss};
/// // Bumps of two heights anywhere on a ring of 6, all shifts as moves.
/// let shift = |by: usize| -> Vec<usize> { (0..6).map(|i| (i + by) % 6).collect() };
/// let bump = |at: usize, height: f32| (0..6).map(move |i| if i == at { height } else { 0.0 });
/// let values = (0..6).flat_map(|at| bump(at, 1.0).chain(bump(at, 2.0))).collect();
/// let data = Dataset::new("bumps", values, 6)?;
/// let options = AutoencoderOptions {
///     code_width: 1,
///     activation: Activation::Tanh,
///     decoder_activation: Activation::Linear,
///     loss: Loss::SquaredError,
///     ..AutoencoderOptions::default()
/// };
/// let model = InvariantAutoencoder::fit(&data, (0..6).map(shift).collect(), 10, options)?;
/// assert_eq!(model.code(&[0.0, 0.0, 2.0, 0.0, 0.0, 0.0]), model.code(&[0.0, 0.0, 0.0, 0.0, 2.0, 0.0]));
/// # Ok::<(), nets::NetError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct InvariantAutoencoder {
    frame: Frame,
    autoencoder: Autoencoder,
}

impl InvariantAutoencoder {
    /// Fits the frame, with a subspace of the dimension of the code, and then trains the autoencoder on the posed rows.
    ///
    /// # Errors
    /// As [`Frame::fit`] and [`AutoencoderTrainer::new`]; [`NetError::Diverged`] if training does.
    pub fn fit(
        data: &Dataset,
        moves: Vec<Vec<usize>>,
        rounds: usize,
        options: AutoencoderOptions,
    ) -> Result<Self, NetError> {
        let frame = Frame::fit(data, moves, options.code_width.min(data.width()), rounds)?;
        let posed = frame.canonical_rows(data)?;
        let mut trainer = AutoencoderTrainer::new(&posed, options)?;
        trainer.run(&mut ignore_progress)?;
        let autoencoder = trainer.autoencoder();
        Ok(InvariantAutoencoder { frame, autoencoder })
    }

    /// What chooses the poses.
    pub fn frame(&self) -> &Frame {
        &self.frame
    }

    /// The autoencoder of posed inputs.
    pub fn autoencoder(&self) -> &Autoencoder {
        &self.autoencoder
    }

    /// The invariant code of x: that of its canonical form.
    ///
    /// # Panics
    /// If x is not as wide as the frame.
    pub fn code(&self, x: &[f64]) -> DVector<f64> {
        let canonical = DVector::from_vec(self.frame.canonical(x));
        self.autoencoder.encoder().forward(&canonical)
    }

    /// The decoded code, moved back to where x is.
    ///
    /// # Panics
    /// As [`InvariantAutoencoder::code`].
    pub fn reconstruction(&self, x: &[f64]) -> Vec<f64> {
        let pose = self.frame.pose(x);
        let decoded = self.autoencoder.decoder().forward(&self.code(x));
        self.frame.moved_back(pose, decoded.as_slice())
    }

    /// The mean squared error per coordinate of the reconstructions of all rows.
    ///
    /// # Panics
    /// As [`InvariantAutoencoder::code`].
    pub fn error(&self, data: &Dataset) -> f64 {
        let of_row = |row: usize| {
            let x = data.point(row);
            let back = self.reconstruction(x.as_slice());
            x.iter().zip(&back).map(|(a, b)| (a - b).powi(2)).sum::<f64>()
        };
        (0..data.len()).map(of_row).sum::<f64>() / data.values().len() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Activation, Loss, TrainOptions};

    fn shifts(n: usize) -> Vec<Vec<usize>> {
        (0..n).map(|by| (0..n).map(|i| (i + by) % n).collect()).collect()
    }

    /// A one-sided bump of the given height at a place on the ring, and a smaller one beside it.
    fn bumps(n: usize) -> Dataset {
        let row = move |at: usize, height: f32| {
            (0..n).map(move |i| match (i + n - at) % n {
                0 => height,
                1 => 0.6 * height,
                4 => 0.5,
                _ => 0.0,
            })
        };
        let values = (0..4 * n).flat_map(|k| row(k * 5 % n, 1.0 + (k % 7) as f32 / 7.0));
        Dataset::new("bumps", values.collect(), n).unwrap()
    }

    #[test]
    fn codes_are_invariant_to_the_bit_and_poses_move_along() {
        let data = bumps(9);
        let options = AutoencoderOptions {
            code_width: 2,
            activation: Activation::Tanh,
            decoder_activation: Activation::Linear,
            loss: Loss::SquaredError,
            train: TrainOptions {
                epochs: 1500,
                ..TrainOptions::default()
            },
            ..AutoencoderOptions::default()
        };
        let model = InvariantAutoencoder::fit(&data, shifts(9), 20, options).unwrap();
        let x = data.point(3);
        for by in 0..9 {
            let moved = model.frame().moved(by, x.as_slice());
            assert_eq!(model.code(&moved), model.code(x.as_slice()));
            // Moving by `by` first leaves the rest of the way.
            let rest = (model.frame().pose(x.as_slice()) + 9 - by) % 9;
            assert_eq!(model.frame().pose(&moved), rest);
            assert_eq!(model.frame().moved_back(by, &moved), x.as_slice());
        }
        // All rows are one curve when posed: far below the variance of any pixel.
        assert!(model.error(&data) < 2e-3, "{}", model.error(&data));
    }

    /// The subspace of powers of two makes the largest rotation of a word canonical.
    #[test]
    fn ties_are_broken_alike_in_every_pose() {
        let frame = Frame::new(shifts(4), DVector::zeros(4), DMatrix::zeros(0, 4)).unwrap();
        assert_eq!(frame.canonical(&[0.0, 1.0, 0.0, 0.0]), [1.0, 0.0, 0.0, 0.0]);
        assert_eq!(frame.canonical(&[0.0, 1.0, 1.0, 0.0]), [1.0, 1.0, 0.0, 0.0]);
    }

    #[test]
    fn moves_that_are_none_are_refused() {
        let data = bumps(5);
        let says = |moves, dimension| Frame::fit(&data, moves, dimension, 3).unwrap_err().to_string();
        assert!(says(vec![], 1).contains("at least one permutation"));
        assert!(says(vec![vec![0, 1, 2, 3, 3]], 1).contains("permutations of the coordinates"));
        assert!(says(vec![vec![0, 1]], 1).contains("expected 5, got 2"));
        assert!(says(shifts(5), 0).contains("from 1 to 5") && says(shifts(5), 6).contains("from 1 to 5"));
    }
}
