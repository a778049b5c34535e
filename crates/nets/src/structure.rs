//! Layers that keep something by construction: symplectic steps of Hamiltonian systems, invertible couplings, orthogonal and
//! non-expansive layers (Celledoni, Ehrhardt, Etmann, McLachlan, Owren, Schönlieb and Sherry, *Structure preserving deep
//! learning*, arXiv 2006.03364).
//!
//! ```
//! use nalgebra::{dmatrix, dvector};
//! use nets::structure::hamiltonian::{HamiltonianLayer, Scheme, State};
//! let layer = HamiltonianLayer::new(dmatrix![1.0, -1.0], dvector![0.3], 0.1)?;
//! let start = State { q: dvector![0.5, -0.2], p: dvector![0.0, 1.0] };
//! let end = layer.steps(Scheme::SymplecticEuler, &start, 1000)?;
//! // The potential does not see the sum of the positions, so the sum of the momenta is kept.
//! assert!((end.p.sum() - start.p.sum()).abs() < 1e-12);
//! # Ok::<(), nets::NetError>(())
//! ```

pub mod coupling;
pub mod gradient_flow;
pub mod hamiltonian;
pub mod orthogonal;

use crate::NetError;
use crate::layers::shape_error;
use nalgebra::{DMatrix, DVector};

/// Checks that weights and biases fit and are finite.
fn check_affine(weights: &DMatrix<f64>, bias: &DVector<f64>) -> Result<(), NetError> {
    if weights.nrows() != bias.len() {
        return Err(shape_error(
            "biases (one per row of the weights)",
            weights.nrows(),
            bias.len(),
        ));
    }
    let numbers = weights.iter().chain(bias.iter()).enumerate();
    for (index, &value) in numbers {
        if !value.is_finite() {
            let what = "weights and biases".into();
            return Err(NetError::NotFinite { what, index, value });
        }
    }
    Ok(())
}
