//! Orthogonal layers: Cayley transforms of skew matrices, and chains of orthogonal matrices with tanh between them, trained along
//! the Stiefel manifold.
//!
//! The Cayley transform (1 − A/2)⁻¹(1 + A/2) of a skew A is a rotation: the layer is the implicit midpoint step of x' = Ax.
//!
//! ```
//! use nalgebra::dmatrix;
//! let turn = nets::structure::orthogonal::cayley(&dmatrix![0.0, -2.0; 2.0, 0.0])?;
//! assert!((turn - dmatrix![0.0, -1.0; 1.0, 0.0]).amax() < 1e-15); // by 2 arctan(2/2), a quarter
//! # Ok::<(), nets::NetError>(())
//! ```

use crate::layers::shape_error;
use crate::random::{Purpose, stream};
use crate::{NetError, Stiefel};
use nalgebra::DMatrix;
use rand_distr::{Distribution, StandardNormal};

/// The Cayley transform of a skew matrix: orthogonal, to rounding. O(n³).
///
/// # Errors
/// [`NetError::Shape`] for a matrix that is not square; [`NetError::OutOfRange`] naming the entry furthest from skew, if it is
/// further than 1e-12 of the largest entry.
pub fn cayley(skew: &DMatrix<f64>) -> Result<DMatrix<f64>, NetError> {
    let n = skew.nrows();
    if skew.ncols() != n {
        return Err(shape_error("columns of a skew matrix", n, skew.ncols()));
    }
    let symmetric = skew + skew.transpose();
    let (index, value) = symmetric
        .iter()
        .enumerate()
        .max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))
        .map_or((0, 0.0), |(index, value)| (index, *value));
    if value.is_nan() || value.abs() > 1e-12 * skew.amax() {
        return Err(NetError::OutOfRange {
            what: "A + Aᵀ of a skew matrix".into(),
            index,
            value,
            expected: "{0}".into(),
        });
    }
    let half = skew * 0.5;
    let identity = DMatrix::identity(n, n);
    let solved = (&identity - &half).lu().solve(&(identity + half));
    Ok(solved.expect("1 − A/2 has no eigenvalue of real part other than 1, so it is invertible"))
}

/// Mean squared error of x ↦ W_L tanh(… tanh(W_1 x)) on columns, halved, with its gradient in every matrix.
///
/// # Errors
/// [`NetError::EmptyNetwork`] without matrices; [`NetError::Shape`] if neighbours, inputs or targets do not fit.
pub fn loss_and_gradients(
    layers: &[DMatrix<f64>],
    inputs: &DMatrix<f64>,
    targets: &DMatrix<f64>,
) -> Result<(f64, Vec<DMatrix<f64>>), NetError> {
    let Some(last) = layers.last() else {
        return Err(NetError::EmptyNetwork);
    };
    let mut width = inputs.nrows();
    for (index, layer) in layers.iter().enumerate() {
        if layer.ncols() != width {
            return Err(shape_error(
                &format!("columns of matrix {index}"),
                width,
                layer.ncols(),
            ));
        }
        width = layer.nrows();
    }
    if targets.shape() != (last.nrows(), inputs.ncols()) || inputs.is_empty() {
        let expected = last.nrows() * inputs.ncols().max(1);
        return Err(shape_error("numbers in the targets", expected, targets.len()));
    }
    // What each matrix is applied to.
    let mut below = vec![inputs.clone()];
    for layer in &layers[..layers.len() - 1] {
        let next = (layer * &below[below.len() - 1]).map(f64::tanh);
        below.push(next);
    }
    let count = inputs.ncols() as f64;
    let error = last * &below[layers.len() - 1] - targets;
    let loss = error.norm_squared() / (2.0 * count);
    let mut delta = error / count;
    let mut gradients = Vec::with_capacity(layers.len());
    for (layer, input) in layers.iter().zip(&below).rev() {
        gradients.push(&delta * input.transpose());
        delta = layer.tr_mul(&delta).component_mul(&input.map(|y| 1.0 - y * y));
    }
    gradients.reverse();
    Ok((loss, gradients))
}

/// A chain of square orthogonal matrices with tanh between them.
#[derive(Debug, Clone, PartialEq)]
pub struct OrthogonalChain {
    layers: Vec<Stiefel>,
}

impl OrthogonalChain {
    /// A chain of random orthogonal matrices of determinant 1.
    ///
    /// # Errors
    /// [`NetError::EmptyNetwork`] for depth 0; [`NetError::Shape`] for width 0.
    pub fn random(width: usize, depth: usize, seed: u64) -> Result<Self, NetError> {
        if depth == 0 {
            return Err(NetError::EmptyNetwork);
        }
        let layers = (0..depth).map(|layer| {
            let mut rng = stream(seed, Purpose::Weights, layer as u64, 0);
            let normal = DMatrix::from_fn(width, width, |_, _| StandardNormal.sample(&mut rng));
            let point = Stiefel::new(normal)?.point().clone();
            // Descent moves along a component, so all chains start in one: that of the identity.
            let determinant = point.determinant();
            let mut turned = point;
            if determinant < 0.0 {
                turned.column_mut(0).neg_mut();
            }
            Stiefel::new(turned)
        });
        Ok(OrthogonalChain {
            layers: layers.collect::<Result<_, _>>()?,
        })
    }

    /// The matrices.
    pub fn matrices(&self) -> Vec<DMatrix<f64>> {
        self.layers.iter().map(|layer| layer.point().clone()).collect()
    }

    /// Largest entry of |QᵀQ − 1| over the layers.
    pub fn deviation(&self) -> f64 {
        self.layers.iter().map(Stiefel::deviation).fold(0.0, f64::max)
    }

    /// Outputs for columns of inputs.
    ///
    /// # Panics
    /// If the inputs have not the chain's width.
    pub fn forward(&self, inputs: &DMatrix<f64>) -> DMatrix<f64> {
        let (last, inner) = self.layers.split_last().expect("a chain has at least one layer");
        let below = inner
            .iter()
            .fold(inputs.clone(), |x, layer| (layer.point() * x).map(f64::tanh));
        last.point() * below
    }

    /// One step of gradient descent along the manifold; returns the loss before it.
    ///
    /// # Errors
    /// As [`loss_and_gradients`] and [`Stiefel::step`].
    pub fn step(
        &mut self,
        inputs: &DMatrix<f64>,
        targets: &DMatrix<f64>,
        rate: f64,
        momentum: f64,
    ) -> Result<f64, NetError> {
        let (loss, gradients) = loss_and_gradients(&self.matrices(), inputs, targets)?;
        for (layer, gradient) in self.layers.iter_mut().zip(&gradients) {
            layer.step(gradient, rate, momentum)?;
        }
        Ok(loss)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::{DVector, dmatrix};

    fn normal(rows: usize, columns: usize, seed: u64) -> DMatrix<f64> {
        let mut rng = stream(seed, Purpose::Ensemble, 0, 0);
        DMatrix::from_fn(rows, columns, |_, _| StandardNormal.sample(&mut rng))
    }

    fn skew(n: usize, seed: u64) -> DMatrix<f64> {
        let m = normal(n, n, seed);
        &m - m.transpose()
    }

    #[test]
    fn a_thousand_cayley_layers_keep_the_norm() {
        let mut x = DVector::from_fn(8, |i, _| 1.0 / (1.0 + i as f64));
        let start = x.norm();
        for layer in 0..1000 {
            let turn = cayley(&skew(8, layer)).unwrap();
            x = turn * x;
            assert!((x.norm() / start - 1.0).abs() < 1e-12, "layer {layer}");
        }
        // The control: explicit Euler steps of the same flow gain (1 + h²)^n for a rotation of the plane.
        let (turn, mut y) = (dmatrix![1.0f64, -0.1; 0.1, 1.0], dmatrix![1.0; 0.0]);
        (0..100).for_each(|_| y = &turn * &y);
        assert!((y.norm_squared() - 1.01f64.powi(100)).abs() < 1e-11);
    }

    #[test]
    fn what_is_not_skew_is_refused() {
        let message = cayley(&dmatrix![0.0, 1.0; 1.0, 0.0]).unwrap_err().to_string();
        assert!(message.contains("expected a number in {0}"), "{message}");
        assert!(cayley(&DMatrix::zeros(2, 3)).is_err());
        assert!(cayley(&dmatrix![f64::NAN]).is_err());
        assert_eq!(cayley(&DMatrix::zeros(3, 3)).unwrap(), DMatrix::identity(3, 3));
    }

    #[test]
    fn gradients_agree_with_differences() {
        let layers: Vec<_> = (0..3).map(|k| normal(4, 4, k) * 0.5).collect();
        let (x, y) = (normal(4, 6, 10), normal(4, 6, 11));
        let (_, gradients) = loss_and_gradients(&layers, &x, &y).unwrap();
        for layer in 0..3 {
            for index in 0..16 {
                let at = |h: f64| {
                    let mut layers = layers.clone();
                    layers[layer][index] += h;
                    loss_and_gradients(&layers, &x, &y).unwrap().0
                };
                let difference = (at(1e-5) - at(-1e-5)) / 2e-5;
                assert!((difference - gradients[layer][index]).abs() < 1e-8);
            }
        }
    }

    /// One layer is the orthogonal Procrustes problem: the minimum over rotations is (|x|² + |y|²)/2 − Σσ_i, with the smallest
    /// singular value of yxᵀ negated if its determinant is negative (Schönemann 1966; Kabsch 1976).
    #[test]
    fn one_layer_solves_the_procrustes_problem() {
        let (x, y) = (normal(4, 10, 1), normal(4, 10, 2));
        let cross = &y * x.transpose();
        let mut singular = cross.singular_values();
        singular[3] *= cross.determinant().signum();
        let best = ((x.norm_squared() + y.norm_squared()) / 2.0 - singular.sum()) / 10.0;
        let mut chain = OrthogonalChain::random(4, 1, 3).unwrap();
        for _ in 0..3000 {
            chain.step(&x, &y, 0.2, 0.5).unwrap();
            assert!(chain.deviation() < 1e-12);
        }
        let loss = chain.step(&x, &y, 0.2, 0.5).unwrap();
        assert!((loss - best).abs() < 1e-10, "{loss} {best}");
    }

    #[test]
    fn deep_chains_learn_on_the_manifold_and_leave_it_without() {
        let teacher = OrthogonalChain::random(5, 3, 8).unwrap();
        let x = normal(5, 40, 20);
        let y = teacher.forward(&x);
        let mut chain = OrthogonalChain::random(5, 3, 9).unwrap();
        let mut plain = chain.matrices();
        let first = chain.step(&x, &y, 0.1, 0.8).unwrap();
        for _ in 0..500 {
            chain.step(&x, &y, 0.1, 0.8).unwrap();
        }
        let last = chain.step(&x, &y, 0.1, 0.8).unwrap();
        assert!(last < 0.5 * first, "{first} {last}");
        assert!(chain.deviation() < 1e-12);
        for _ in 0..500 {
            let (_, gradients) = loss_and_gradients(&plain, &x, &y).unwrap();
            plain.iter_mut().zip(&gradients).for_each(|(w, g)| *w -= g * 0.1);
        }
        let off = plain
            .iter()
            .map(|w| (w.tr_mul(w) - DMatrix::identity(5, 5)).amax())
            .fold(0.0, f64::max);
        assert!(off > 0.01, "{off}");
    }

    #[test]
    fn misfits_are_refused() {
        assert!(OrthogonalChain::random(3, 0, 1).is_err() && OrthogonalChain::random(0, 1, 1).is_err());
        let (x, w) = (normal(3, 2, 1), normal(3, 3, 2));
        assert!(loss_and_gradients(&[], &x, &x).is_err());
        assert!(loss_and_gradients(&[w.clone(), normal(3, 2, 1)], &x, &x).is_err());
        assert!(loss_and_gradients(&[w], &x, &normal(3, 3, 1)).is_err());
    }
}
