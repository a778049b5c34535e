//! What a trained network makes of a data set: its outputs, and how good they are.

use crate::layers::shape_error;
use crate::matrix::{View, product};
use crate::random::{Purpose, stream};
use crate::{Activation, Dataset, NetError, Network};
use nalgebra::DMatrix;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

/// Rows that go through a network at a time.
const BLOCK: usize = 256;

/// How well rows are reconstructed, in means per coordinate.
///
/// ```
/// use nets::{Dataset, Reconstruction};
/// let data = Dataset::new("two rows", vec![0.0, 1.0, 1.0, 0.0], 2)?;
/// let guess = Dataset::new("guess", vec![0.5; 4], 2)?;
/// let error = Reconstruction::of(&data, &guess)?;
/// assert_eq!(error.squared_error, 0.25);
/// assert!((error.cross_entropy.unwrap() - 2f64.ln()).abs() < 1e-15);
/// # Ok::<(), nets::NetError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reconstruction {
    /// (y − t)².
    pub squared_error: f64,
    /// −t ln y − (1 − t) ln(1 − y), logarithms bounded below by −100 as in PyTorch; `None` if a number lies outside
    /// \[0, 1\].
    pub cross_entropy: Option<f64>,
}

impl Reconstruction {
    /// Compares reconstructions y with the rows t.
    ///
    /// # Errors
    /// [`NetError::Shape`] if they are not as many and as wide.
    pub fn of(data: &Dataset, reconstructions: &Dataset) -> Result<Self, NetError> {
        if data.width() != reconstructions.width() {
            return Err(shape_error(
                "width of the reconstructions",
                data.width(),
                reconstructions.width(),
            ));
        }
        if data.len() != reconstructions.len() {
            return Err(shape_error(
                "number of reconstructions",
                data.len(),
                reconstructions.len(),
            ));
        }
        let (mut squares, mut entropy) = (0.0, 0.0);
        let mut probabilities = true;
        let log = |x: f64| x.ln().max(-100.0);
        for (&t, &y) in data.values().iter().zip(reconstructions.values()) {
            let (t, y) = (f64::from(t), f64::from(y));
            squares += (y - t) * (y - t);
            probabilities &= (0.0..=1.0).contains(&t) && (0.0..=1.0).contains(&y);
            if probabilities {
                entropy -= t * log(y) + (1.0 - t) * log(1.0 - y);
            }
        }
        let count = data.values().len() as f64;
        Ok(Reconstruction {
            squared_error: squares / count,
            cross_entropy: probabilities.then_some(entropy / count),
        })
    }
}

impl Network {
    /// The network's outputs at all rows, computed in f64, with the rows' labels.
    ///
    /// ```
    /// use nets::{Dataset, ignore_progress, Stack, StackOptions, TrainOptions};
    /// let digits = Dataset::digits();
    /// let train = TrainOptions { epochs: 1, ..TrainOptions::default() };
    /// let options = StackOptions { widths: vec![4], train, ..StackOptions::default() };
    /// let network = Stack::pretrain(&digits, &options, &mut ignore_progress)?.encoder_network();
    /// let codes = network.outputs(&digits)?;
    /// assert_eq!((codes.len(), codes.width()), (1797, 4));
    /// assert_eq!(codes.row(5)[0], network.forward(&digits.point(5))[0] as f32);
    /// # Ok::<(), nets::NetError>(())
    /// ```
    ///
    /// # Errors
    /// [`NetError::Shape`] if the rows are not as wide as the network's input, [`NetError::NotFinite`] if an output is
    /// not finite.
    pub fn outputs(&self, data: &Dataset) -> Result<Dataset, NetError> {
        if data.width() != self.input_width() {
            return Err(shape_error(
                "width of the rows (the network's input)",
                self.input_width(),
                data.width(),
            ));
        }
        let blocks: Vec<Vec<f32>> = data
            .values()
            .par_chunks(BLOCK * data.width())
            .map(|rows| {
                let columns = rows.len() / data.width();
                let x = DMatrix::from_iterator(data.width(), columns, rows.iter().map(|&v| f64::from(v)));
                self.forward_columns(&x).iter().map(|&v| v as f32).collect()
            })
            .collect();
        let name = format!("outputs at {}", data.name());
        let outputs = Dataset::new(name, blocks.concat(), self.output_width())?;
        match data.labels() {
            Some(labels) => outputs.with_labels(labels.to_vec()),
            None => Ok(outputs),
        }
    }
}

impl Dataset {
    /// Share of the rows whose largest number (the first of them) is at their label.
    ///
    /// # Errors
    /// [`NetError::Option`] if there are no labels, or one that is no column.
    pub fn argmax_accuracy(&self) -> Result<f64, NetError> {
        let largest = self.labels().and_then(|labels| labels.iter().max());
        let Some(labels) = self
            .labels()
            .filter(|_| largest.is_some_and(|&l| usize::from(l) < self.width()))
        else {
            return Err(NetError::Option {
                option: "labels".into(),
                got: largest.map_or("none".into(), |l| format!("up to {l}")),
                expected: format!("one below {} for each row", self.width()),
            });
        };
        let right = labels.iter().enumerate().filter(|&(row, &label)| {
            let values = self.row(row);
            let best = (1..values.len()).fold(0, |best, i| if values[i] > values[best] { i } else { best });
            best == usize::from(label)
        });
        Ok(right.count() as f64 / self.len() as f64)
    }

    /// Random features, the control for learned ones: sigmoid(W(x − m)), where m is the mean of `reference` and the
    /// entries of W are normal, of the variance that gives W(x − m) variance 1 on it.
    ///
    /// ```
    /// let digits = nets::Dataset::digits();
    /// let features = digits.random_features(&digits, 100, 1)?;
    /// assert_eq!((features.len(), features.width()), (1797, 100));
    /// assert_eq!(features.labels(), digits.labels());
    /// # Ok::<(), nets::NetError>(())
    /// ```
    ///
    /// # Errors
    /// [`NetError::Shape`] if the two data sets differ in width, or `width` is 0.
    pub fn random_features(&self, reference: &Dataset, width: usize, seed: u64) -> Result<Self, NetError> {
        let inputs = self.width();
        if reference.width() != inputs {
            return Err(shape_error("width of the reference", inputs, reference.width()));
        }
        let count = reference.len() as f64;
        let mut mean = vec![0.0; inputs];
        for row in reference.values().chunks_exact(inputs) {
            for (mean, &value) in mean.iter_mut().zip(row) {
                *mean += f64::from(value) / count;
            }
        }
        let squares = reference.values().chunks_exact(inputs).map(|row| {
            let squares = row.iter().zip(&mean).map(|(&v, m)| (f64::from(v) - m).powi(2));
            squares.sum::<f64>()
        });
        let variance = squares.sum::<f64>() / count;
        let scale = if variance > 0.0 {
            variance.sqrt().recip()
        } else {
            0.0
        };
        let mut rng = stream(seed, Purpose::Weights, u64::MAX, 0);
        let weights: Vec<f64> = (0..width * inputs)
            .map(|_| {
                let normal: f64 = StandardNormal.sample(&mut rng);
                scale * normal
            })
            .collect();
        let mut values = Vec::with_capacity(self.len() * width);
        let (mut centred, mut fields) = (Vec::new(), Vec::new());
        for rows in self.values().chunks(BLOCK * inputs) {
            let count = rows.len() / inputs;
            centred.clear();
            for row in rows.chunks_exact(inputs) {
                centred.extend(row.iter().zip(&mean).map(|(&v, m)| f64::from(v) - m));
            }
            fields.resize(count * width, 0.0);
            let (x, w) = (
                View::new(&centred, count, inputs),
                View::new(&weights, width, inputs),
            );
            product(&mut fields, x, w.transposed(), 1.0, 0.0);
            values.extend(
                fields
                    .iter()
                    .map(|&field| Activation::Sigmoid.apply(field) as f32),
            );
        }
        let features = Dataset::new(format!("random features of {}", self.name()), values, width)?;
        match self.labels() {
            Some(labels) => features.with_labels(labels.to_vec()),
            None => Ok(features),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cross_entropy_is_for_probabilities_and_is_bounded() {
        let data = |values: &[f32]| Dataset::new("x", values.to_vec(), 1).unwrap();
        let of = |t: &[f32], y: &[f32]| Reconstruction::of(&data(t), &data(y)).unwrap();
        assert_eq!(of(&[1.0, 0.0], &[0.0, 0.0]).cross_entropy, Some(50.0));
        assert_eq!(of(&[1.0, 0.0], &[1.5, 0.0]).cross_entropy, None);
        assert_eq!(of(&[-1.0, 0.0], &[1.0, 0.0]).cross_entropy, None);
        assert_eq!(of(&[-1.0, 0.0], &[1.0, 0.0]).squared_error, 2.0);
        assert!(Reconstruction::of(&data(&[1.0]), &data(&[1.0, 0.0])).is_err());
    }

    #[test]
    fn accuracy_counts_the_rows_whose_label_is_largest() {
        let data = Dataset::new("x", vec![0.0, 1.0, 0.7, 0.2, 0.5, 0.5, 0.1, 0.3], 2).unwrap();
        assert!(data.argmax_accuracy().is_err());
        let labelled = |labels: [u8; 4]| data.clone().with_labels(labels.to_vec()).unwrap();
        assert_eq!(labelled([1, 0, 0, 1]).argmax_accuracy().unwrap(), 1.0);
        assert_eq!(labelled([1, 1, 1, 1]).argmax_accuracy().unwrap(), 0.5);
        assert!(labelled([2, 0, 0, 0]).argmax_accuracy().is_err());
    }

    #[test]
    fn random_features_have_the_variance_they_should() {
        let digits = Dataset::digits();
        let features = digits.random_features(&digits, 400, 3).unwrap();
        // The variance of a field over rows, averaged over 400 random directions, is near 1; undo the sigmoid to see it.
        let count = features.len();
        let mut total = 0.0;
        for unit in 0..400 {
            let field = |row: usize| {
                let p = f64::from(features.row(row)[unit]);
                (p / (1.0 - p)).ln()
            };
            let mean = (0..count).map(field).sum::<f64>() / count as f64;
            assert!(mean.abs() < 1e-4, "the mean of the rows is taken off");
            total += (0..count).map(|row| field(row).powi(2)).sum::<f64>() / count as f64;
        }
        assert!((total / 400.0 - 1.0).abs() < 0.15, "{}", total / 400.0);
        assert_eq!(features, digits.random_features(&digits, 400, 3).unwrap());
    }
}
