//! The affine map on codes that a motion of the inputs induces, by least squares.

use groups::{PermGroup, Permutation};
use nalgebra::{DMatrix, DVector, SymmetricEigen};
use nets::Network;
use rayon::prelude::*;

use crate::BridgeError;
use crate::symmetry::discrete::MapAction;

/// One of so many rows is held out of a fit.
const HELD_OUT: usize = 4;

/// Gradients that are averaged, if these are neither too few rows nor too many for every element.
const GRADIENTS: usize = 1_024;

/// Rows that gradients are taken at, at least and at most.
const FEWEST_ROWS: usize = 2;
const MOST_ROWS: usize = 64;

/// Directions of the codes with a smaller share of the largest variance are left out.
const CUT: f64 = 1e-12;

/// A network on rows of data that a group moves, perhaps with its input turned.
pub(crate) struct Probe<'a> {
    pub(crate) network: &'a Network,
    pub(crate) action: MapAction,
    /// Inputs, one a column.
    pub(crate) rows: &'a DMatrix<f64>,
    /// An orthogonal matrix that the input is turned by about the mean of the rows: the null.
    pub(crate) turn: Option<&'a DMatrix<f64>>,
}

impl Probe<'_> {
    fn turned(&self, mut x: DMatrix<f64>) -> DMatrix<f64> {
        let Some(turn) = self.turn else { return x };
        let mean = self.rows.column_mean();
        x.column_iter_mut().for_each(|mut column| column -= &mean);
        let mut y = turn * x;
        y.column_iter_mut().for_each(|mut column| column += &mean);
        y
    }

    /// The codes of the rows moved by an element, one column each.
    pub(crate) fn codes(&self, g: &Permutation) -> DMatrix<f64> {
        let moved = self.action.move_inputs(g, self.rows);
        self.network.forward_columns(&self.turned(moved))
    }

    /// The mean gradients of the outputs, one a row, over some rows moved by all elements. Without the motions the mean of an
    /// equivariant layer would be off by its fluctuation over the rows.
    pub(crate) fn features(&self, elements: &[Permutation]) -> DMatrix<f64> {
        let count = (GRADIENTS / elements.len())
            .clamp(FEWEST_ROWS, MOST_ROWS)
            .min(self.rows.ncols());
        let chosen: Vec<DVector<f64>> = (0..count)
            .map(|k| self.rows.column(k * self.rows.ncols() / count).into_owned())
            .collect();
        let chosen = DMatrix::from_columns(&chosen);
        let gradient = |g: &Permutation| {
            let points = self.turned(self.action.move_inputs(g, &chosen));
            let mut sum = DMatrix::zeros(self.network.output_width(), self.network.input_width());
            for point in points.column_iter() {
                sum += self.network.jacobian(&point.into_owned());
            }
            sum
        };
        let gradients: Vec<DMatrix<f64>> = elements.par_iter().map(gradient).collect();
        let mut mean = DMatrix::zeros(self.network.output_width(), self.network.input_width());
        for gradient in &gradients {
            mean += gradient;
        }
        mean /= (count * elements.len()) as f64;
        match self.turn {
            Some(turn) => mean * turn,
            None => mean,
        }
    }
}

/// What the elements of a group do to the codes.
pub(crate) struct Induced {
    /// For every element, A_g times the features: the points that it moves them to, one a row.
    pub(crate) images: Vec<DMatrix<f64>>,
    /// For every unit the root mean square of φᵢ(x·g) − (A_g φ(x) + c_g)ᵢ over all elements and held-out rows, relative to the
    /// standard deviation of φᵢ(x·g); `None` for a unit that does not vary.
    pub(crate) residuals: Vec<Option<f64>>,
    /// The same of all units together.
    pub(crate) residual: f64,
    /// How far A_(st) is from A_t A_s for pairs of generators, on the codes, relative to A_(st): root mean square.
    pub(crate) representation_defect: f64,
    /// The largest difference over the elements between the inner products of the codes and of the moved codes, relative to
    /// their size: 0 exactly if some orthogonal action on the codes carries the motion.
    pub(crate) gram_defect: f64,
    /// For every observed row and every element how far the code moves, relative to the root mean square distance of two rows.
    pub(crate) displacements: Vec<Vec<f64>>,
}

impl Induced {
    /// The maps that all `elements` induce, with the displacements of the codes of the first `observed` rows.
    ///
    /// # Errors
    /// [`BridgeError::TooFewSamples`] if three quarters of the rows are not more than there are codes;
    /// [`BridgeError::ConstantMap`] if the codes do not vary; [`BridgeError::NotFinite`] for codes that are not finite.
    pub(crate) fn of(
        probe: &Probe<'_>,
        group: &PermGroup,
        elements: &[Permutation],
        features: &DMatrix<f64>,
        observed: usize,
    ) -> Result<Self, BridgeError> {
        let codes = probe.codes(&group.identity());
        if let Some((index, &value)) = codes.iter().enumerate().find(|(_, v)| !v.is_finite()) {
            return Err(BridgeError::NotFinite {
                what: "codes of the rows".to_owned(),
                index,
                value,
            });
        }
        let (m, n) = codes.shape();
        let held_out: Vec<usize> = (0..n).filter(|k| k % HELD_OUT == 0).collect();
        let train: Vec<usize> = (0..n).filter(|k| k % HELD_OUT != 0).collect();
        if train.len() < m + 2 || held_out.len() < 2 {
            return Err(BridgeError::TooFewSamples {
                got: n,
                needed: ((m + 2) * HELD_OUT).div_ceil(HELD_OUT - 1).max(2 * HELD_OUT),
            });
        }
        let fit = Fit::new(&codes, &train);
        // The root mean square distance of two different rows.
        let spread = (2.0 * fit.variance * n as f64 / (n as f64 - 1.0)).sqrt();
        if spread <= 1e-12 * codes.amax() || spread == 0.0 {
            return Err(BridgeError::ConstantMap { rows: n, spread });
        }
        let observed = observed.min(n);
        let kept = codes.columns(0, observed).into_owned();
        let gram = kept.transpose() * &kept;
        let gram_size = gram.norm().max(f64::MIN_POSITIVE);

        let one = |g: &Permutation| {
            let moved = probe.codes(g);
            let linear = fit.map_to(&moved);
            let offset = fit.mean_of(&moved) - &linear * &fit.mean;
            let mut errors = DVector::zeros(m);
            let mut variances = DVector::zeros(m);
            let mean = moved.select_columns(&held_out).column_mean();
            for &k in &held_out {
                let error = moved.column(k) - (&linear * codes.column(k) + &offset);
                errors += error.map(|e| e * e);
                variances += (moved.column(k) - &mean).map(|e| e * e);
            }
            let now = moved.columns(0, observed).into_owned();
            let defect = (now.transpose() * &now - &gram).norm() / gram_size;
            let displacements: Vec<f64> = (0..observed)
                .map(|k| (moved.column(k) - codes.column(k)).norm() / spread)
                .collect();
            (&linear * features, errors, variances, defect, displacements)
        };
        let all: Vec<_> = elements.par_iter().map(one).collect();
        let (mut errors, mut variances) = (DVector::zeros(m), DVector::zeros(m));
        let mut gram_defect: f64 = 0.0;
        let mut displacements = vec![Vec::with_capacity(elements.len()); observed];
        let mut images = Vec::with_capacity(elements.len());
        for (image, error, variance, defect, moved) in all {
            images.push(image);
            errors += error;
            variances += variance;
            gram_defect = gram_defect.max(defect);
            for (list, d) in displacements.iter_mut().zip(moved) {
                list.push(d);
            }
        }
        let floor = 1e-20 * variances.max();
        Ok(Induced {
            images,
            residuals: (0..m)
                .map(|i| (variances[i] > floor).then(|| (errors[i] / variances[i]).sqrt()))
                .collect(),
            residual: (errors.sum() / variances.sum()).sqrt(),
            representation_defect: representation_defect(probe, group, &fit),
            gram_defect,
            displacements,
        })
    }
}

/// The least-squares fit of affine maps from the codes, factored once.
struct Fit<'a> {
    train: &'a [usize],
    /// Mean of the codes over the rows that are fitted.
    mean: DVector<f64>,
    /// Codes of these rows less their mean.
    centred: DMatrix<f64>,
    /// The pseudo-inverse of those: rows × codes.
    inverse: DMatrix<f64>,
    /// Mean square distance of the codes of these rows from their mean.
    variance: f64,
}

impl<'a> Fit<'a> {
    fn new(codes: &DMatrix<f64>, train: &'a [usize]) -> Self {
        let mut centred = codes.select_columns(train);
        let mean = centred.column_mean();
        centred.column_iter_mut().for_each(|mut column| column -= &mean);
        let eigen = SymmetricEigen::new(&centred * centred.transpose());
        let largest = eigen.eigenvalues.max().max(f64::MIN_POSITIVE);
        let inverted = eigen
            .eigenvalues
            .map(|v| if v > CUT * largest { v.recip() } else { 0.0 });
        let scaled = &eigen.eigenvectors * DMatrix::from_diagonal(&inverted);
        let inverse = centred.transpose() * (scaled * eigen.eigenvectors.transpose());
        Fit {
            train,
            variance: centred.norm_squared() / train.len() as f64,
            mean,
            centred,
            inverse,
        }
    }

    fn mean_of(&self, moved: &DMatrix<f64>) -> DVector<f64> {
        moved.select_columns(self.train).column_mean()
    }

    /// The linear part of the best affine map from the codes to the moved codes.
    fn map_to(&self, moved: &DMatrix<f64>) -> DMatrix<f64> {
        // The mean of the moved codes drops out, as the columns of the centred codes sum to 0.
        moved.select_columns(self.train) * &self.inverse
    }
}

fn representation_defect(probe: &Probe<'_>, group: &PermGroup, fit: &Fit<'_>) -> f64 {
    let map = |g: &Permutation| fit.map_to(&probe.codes(g));
    let generators = group.generators();
    let maps: Vec<DMatrix<f64>> = generators.iter().map(map).collect();
    let (mut errors, mut sizes) = (0.0, 0.0);
    for (s, a) in generators.iter().zip(&maps) {
        for (t, b) in generators.iter().zip(&maps) {
            let whole = map(&(s * t)) * &fit.centred;
            errors += (&whole - b * (a * &fit.centred)).norm_squared();
            sizes += whole.norm_squared();
        }
    }
    if sizes > 0.0 { (errors / sizes).sqrt() } else { 0.0 }
}
