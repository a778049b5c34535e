//! Layers as steps of the Hamiltonian system H(q, p) = |p|²/2 + Σ ln cosh(w_i·q + b_i), whose force is −Wᵀ tanh(Wq + b): the
//! residual network with tied weights of Haber and Ruthotto (*Stable architectures for deep neural networks*, 2017) in its
//! symplectic form.
//!
//! Symplectic Euler and Störmer-Verlet keep dq∧dp, hence volume, and every linear or bilinear invariant such as a total momentum;
//! the energy is not kept but oscillates near its value (Hairer, Lubich and Wanner, *Geometric Numerical Integration*,
//! chapters VI and IX). Explicit Euler keeps nothing.

use crate::NetError;
use crate::error::refuse;
use crate::layers::shape_error;
use nalgebra::{DMatrix, DVector};

/// Positions and momenta.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Positions.
    pub q: DVector<f64>,
    /// Momenta, as many.
    pub p: DVector<f64>,
}

/// How a layer steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Both from the old state: an ordinary residual layer.
    ExplicitEuler,
    /// Momenta first, positions from the new momenta.
    SymplecticEuler,
    /// Half a step of the momenta, a step of the positions, half a step of the momenta; of order 2, and reversible.
    StormerVerlet,
}

/// A layer on n positions and n momenta.
#[derive(Debug, Clone, PartialEq)]
pub struct HamiltonianLayer {
    weights: DMatrix<f64>,
    bias: DVector<f64>,
    step: f64,
}

impl HamiltonianLayer {
    /// A layer with k × n weights, k biases and a step length.
    ///
    /// # Errors
    /// [`NetError::Shape`] for other than k biases, [`NetError::NotFinite`] for weights or biases that are not finite,
    /// [`NetError::Option`] for a step that is not positive and finite.
    pub fn new(weights: DMatrix<f64>, bias: DVector<f64>, step: f64) -> Result<Self, NetError> {
        super::check_affine(&weights, &bias)?;
        if !(step > 0.0 && step.is_finite()) {
            return refuse("step", step, "a positive number");
        }
        Ok(HamiltonianLayer { weights, bias, step })
    }

    /// Number of positions.
    pub fn width(&self) -> usize {
        self.weights.ncols()
    }

    /// H at a state.
    ///
    /// # Panics
    /// If the state has not the layer's width.
    pub fn energy(&self, state: &State) -> f64 {
        // ln cosh x = |x| + ln(1 + e^(−2|x|)) − ln 2, without overflow.
        let potential = |x: f64| x.abs() + (-2.0 * x.abs()).exp().ln_1p() - std::f64::consts::LN_2;
        let z = &self.weights * &state.q + &self.bias;
        state.p.norm_squared() / 2.0 + z.iter().map(|&z| potential(z)).sum::<f64>()
    }

    /// −∂H/∂q.
    fn force(&self, q: &DVector<f64>) -> DVector<f64> {
        let z = (&self.weights * q + &self.bias).map(f64::tanh);
        -self.weights.tr_mul(&z)
    }

    /// So many layers with these weights. O(k·n) a layer.
    ///
    /// # Errors
    /// [`NetError::Shape`] if the state has not the layer's width.
    pub fn steps(&self, scheme: Scheme, state: &State, layers: usize) -> Result<State, NetError> {
        self.check(state)?;
        let mut state = state.clone();
        for _ in 0..layers {
            self.step_in_place(scheme, &mut state);
        }
        Ok(state)
    }

    fn check(&self, state: &State) -> Result<(), NetError> {
        for (what, got) in [("positions", state.q.len()), ("momenta", state.p.len())] {
            if got != self.width() {
                return Err(shape_error(what, self.width(), got));
            }
        }
        Ok(())
    }

    fn step_in_place(&self, scheme: Scheme, state: &mut State) {
        let h = self.step;
        match scheme {
            Scheme::ExplicitEuler => {
                let force = self.force(&state.q);
                state.q += &state.p * h;
                state.p += force * h;
            }
            Scheme::SymplecticEuler => {
                state.p += self.force(&state.q) * h;
                state.q += &state.p * h;
            }
            Scheme::StormerVerlet => {
                state.p += self.force(&state.q) * (h / 2.0);
                state.q += &state.p * h;
                state.p += self.force(&state.q) * (h / 2.0);
            }
        }
    }

    /// Undoes so many layers of symplectic Euler, in closed form and to rounding.
    ///
    /// # Errors
    /// As [`steps`](Self::steps).
    pub fn inverse_steps(&self, state: &State, layers: usize) -> Result<State, NetError> {
        self.check(state)?;
        let mut state = state.clone();
        for _ in 0..layers {
            state.q -= &state.p * self.step;
            state.p -= self.force(&state.q) * self.step;
        }
        Ok(state)
    }

    /// The Jacobian of one layer at a state, 2n × 2n, positions before momenta.
    ///
    /// # Errors
    /// As [`steps`](Self::steps).
    pub fn jacobian(&self, scheme: Scheme, state: &State) -> Result<DMatrix<f64>, NetError> {
        self.check(state)?;
        let (n, h) = (self.width(), self.step);
        // ∂force/∂q.
        let bend = |q: &DVector<f64>| {
            let slopes = (&self.weights * q + &self.bias).map(|z| 1.0 - z.tanh().powi(2));
            -self
                .weights
                .tr_mul(&(DMatrix::from_diagonal(&slopes) * &self.weights))
        };
        let kick = |force: DMatrix<f64>, h: f64| {
            let mut kick = DMatrix::identity(2 * n, 2 * n);
            kick.view_mut((n, 0), (n, n)).copy_from(&(force * h));
            kick
        };
        let mut drift = DMatrix::identity(2 * n, 2 * n);
        drift.view_mut((0, n), (n, n)).fill_diagonal(h);
        Ok(match scheme {
            Scheme::ExplicitEuler => {
                let identity = DMatrix::identity(2 * n, 2 * n);
                kick(bend(&state.q), h) + drift - identity
            }
            Scheme::SymplecticEuler => drift * kick(bend(&state.q), h),
            Scheme::StormerVerlet => {
                let momenta = &state.p + self.force(&state.q) * (h / 2.0);
                let moved = &state.q + momenta * h;
                kick(bend(&moved), h / 2.0) * drift * kick(bend(&state.q), h / 2.0)
            }
        })
    }
}

/// Largest entry of |JᵀΩJ − Ω|, where Ω pairs positions with momenta: 0 for a symplectic map.
///
/// # Errors
/// [`NetError::Shape`] for a matrix that is not square of even size.
pub fn symplectic_defect(jacobian: &DMatrix<f64>) -> Result<f64, NetError> {
    let (rows, columns) = jacobian.shape();
    if rows != columns || rows % 2 != 0 || rows == 0 {
        let expected = (rows.max(2) / 2) * 2;
        return Err(shape_error(
            "columns of a Jacobian of even size",
            expected,
            columns,
        ));
    }
    let n = rows / 2;
    let mut form = DMatrix::zeros(rows, rows);
    form.view_mut((0, n), (n, n)).fill_diagonal(1.0);
    form.view_mut((n, 0), (n, n)).fill_diagonal(-1.0);
    Ok((jacobian.tr_mul(&(&form * jacobian)) - form).amax())
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::{dmatrix, dvector};

    fn layer(step: f64) -> (HamiltonianLayer, State) {
        let weights = dmatrix![0.9, -0.4, -0.5; 0.2, 0.6, -0.8; 1.1, -1.0, -0.1; 0.3, 0.5, -0.8];
        let state = State {
            q: dvector![0.4, -0.7, 1.2],
            p: dvector![0.3, 0.1, -0.6],
        };
        let bias = dvector![0.1, -0.2, 0.05, 0.3];
        (HamiltonianLayer::new(weights, bias, step).unwrap(), state)
    }

    const SYMPLECTIC: [Scheme; 2] = [Scheme::SymplecticEuler, Scheme::StormerVerlet];

    /// The rows of the weights sum to 0, so the total momentum is kept; Euler keeps this linear invariant too, but not the energy.
    #[test]
    fn invariants_over_a_thousand_layers() {
        let (layer, start) = layer(0.1);
        let energy = layer.energy(&start);
        for scheme in SYMPLECTIC {
            let (mut state, mut worst) = (start.clone(), 0.0f64);
            for _ in 0..1000 {
                state = layer.steps(scheme, &state, 1).unwrap();
                assert!((state.p.sum() - start.p.sum()).abs() < 1e-12);
                worst = worst.max((layer.energy(&state) / energy - 1.0).abs());
            }
            assert!(worst < 0.1, "{scheme:?}: {worst}");
        }
        let euler = layer.steps(Scheme::ExplicitEuler, &start, 1000).unwrap();
        assert!(layer.energy(&euler) > 10.0 * energy);
    }

    /// Energy errors of Störmer-Verlet fall with the square of the step.
    #[test]
    fn verlet_is_of_second_order() {
        let error = |step: f64| {
            let (layer, start) = layer(step);
            let end = layer
                .steps(Scheme::StormerVerlet, &start, (2.0 / step) as usize)
                .unwrap();
            (layer.energy(&end) - layer.energy(&start)).abs()
        };
        let ratio = error(0.05) / error(0.025);
        assert!((ratio - 4.0).abs() < 0.3, "{ratio}");
    }

    #[test]
    fn jacobians_agree_with_differences_and_are_symplectic() {
        let (layer, start) = layer(0.3);
        for scheme in [
            Scheme::ExplicitEuler,
            Scheme::SymplecticEuler,
            Scheme::StormerVerlet,
        ] {
            let jacobian = layer.jacobian(scheme, &start).unwrap();
            let at = |column: usize, h: f64| {
                let mut state = start.clone();
                if column < 3 {
                    state.q[column] += h
                } else {
                    state.p[column - 3] += h
                }
                let end = layer.steps(scheme, &state, 1).unwrap();
                DVector::from_iterator(6, end.q.iter().chain(end.p.iter()).copied())
            };
            for column in 0..6 {
                let difference = (at(column, 1e-5) - at(column, -1e-5)) / 2e-5;
                assert!((difference - jacobian.column(column)).amax() < 1e-9);
            }
            let defect = symplectic_defect(&jacobian).unwrap();
            // The control: Euler's layer is not symplectic, and gains volume.
            let symplectic = scheme != Scheme::ExplicitEuler;
            assert_eq!(defect < 1e-14, symplectic, "{scheme:?}: {defect}");
            assert_eq!((jacobian.determinant() - 1.0).abs() < 1e-12, symplectic);
        }
        // Products over 200 layers stay symplectic, relative to their size.
        let (mut state, mut product) = (start, DMatrix::identity(6, 6));
        for _ in 0..200 {
            product = layer.jacobian(Scheme::SymplecticEuler, &state).unwrap() * product;
            state = layer.steps(Scheme::SymplecticEuler, &state, 1).unwrap();
        }
        assert!(symplectic_defect(&product).unwrap() < 1e-12 * product.norm_squared());
    }

    #[test]
    fn layers_are_undone() {
        let (layer, start) = layer(0.1);
        let end = layer.steps(Scheme::SymplecticEuler, &start, 100).unwrap();
        let back = layer.inverse_steps(&end, 100).unwrap();
        assert!((&back.q - &start.q).amax().max((&back.p - &start.p).amax()) < 1e-11);
        assert!((end.q - start.q).amax() > 0.1);
    }

    #[test]
    fn misfits_are_refused() {
        let refused = |weights, bias, step| {
            HamiltonianLayer::new(weights, bias, step)
                .unwrap_err()
                .to_string()
        };
        assert!(refused(dmatrix![1.0], dvector![0.0], 0.0).contains("step is 0: expected a positive number"));
        assert!(refused(dmatrix![1.0], dvector![0.0, 1.0], 0.1).contains("expected 1, got 2"));
        assert!(refused(dmatrix![f64::NAN], dvector![0.0], 0.1).contains("expected a finite number"));
        let (layer, mut state) = layer(0.1);
        state.p = dvector![1.0];
        assert!(layer.steps(Scheme::SymplecticEuler, &state, 1).is_err());
        assert!(symplectic_defect(&DMatrix::identity(3, 3)).is_err());
    }
}
