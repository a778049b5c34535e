//! Continuous symmetries of the weights of a network, and how many dimensions of weights the map uses.
//!
//! Where a hidden layer is positively homogeneous (ReLU), the incoming weights of a unit may be multiplied by any λ > 0
//! and the outgoing divided; where there is no activation, any invertible matrix, and a shift of the biases, may be
//! put between two layers. These *gauges* move the weights along orbits on which the map is the same. The dimension
//! of an orbit is the rank of the infinitesimal action; for the scalings it is a number of edges in a spanning forest,
//! and exact.
//!
//! The *functional dimension* is the rank of the derivative of the outputs on data with respect to all weights. For
//! generic weights it is the number of weights less the dimension of the orbit; what is missing besides is the *hidden
//! excess*: equal units, dead units, rank drops (and for ReLU, units that never fire on the data). Grigsby, Lindsey,
//! Meyerhoff, Wu, *Functional dimension of feedforward ReLU neural networks*, arXiv 2209.04036.
//!
//! ```
//! use bridge::gauge::{functional_dimension, gauge_orbit};
//! use bridge::weight_space::WeightSpace;
//! use nalgebra::{DMatrix, dmatrix, dvector};
//! use nets::{Activation, Dense, Network};
//! let hidden = Dense::new(dmatrix![1.0; -0.7], dvector![0.3, 0.5], Activation::Relu)?;
//! let output = Dense::new(dmatrix![2.0, 1.5], dvector![0.1], Activation::Linear)?;
//! let network = Network::new(vec![hidden.into(), output.into()])?;
//! let orbit = gauge_orbit(&WeightSpace::of(&network))?;
//! assert_eq!((orbit.scaling, orbit.dimension), (2, Some(2)));
//! let data = DMatrix::from_fn(1, 50, |_, j| j as f64 / 10.0 - 2.5);
//! let found = functional_dimension(&network, &data)?;
//! assert_eq!((found.parameters, found.rank.rank), (7, 5));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod derivative;
mod linear;

use std::collections::HashMap;

use nalgebra::DMatrix;
use nets::Network;
use serde::Serialize;

use crate::BridgeError;
use crate::weight_space::{Axis, WeightSpace};

/// The most weights whose functional dimension is worked out.
pub const MAX_PARAMETERS: usize = 1500;

/// A numerical rank with the gap that it rests on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct GappedRank {
    /// Number of singular values above the rounding of the largest.
    pub rank: usize,
    /// The largest singular value.
    pub largest: f64,
    /// The last singular value that counts; 0 for rank 0.
    pub last: f64,
    /// The first that does not; none for full rank.
    pub next: Option<f64>,
    /// log₁₀ of their quotient, the next one taken as at least the rounding of the largest; for full rank, of the last
    /// one over that rounding.
    pub gap_decades: f64,
}

impl GappedRank {
    /// Of a matrix with the given singular values, which is `size` long on its longer side.
    fn new(mut values: Vec<f64>, size: usize) -> Self {
        values.sort_by(|a, b| b.total_cmp(a));
        let largest = values.first().copied().unwrap_or(0.0);
        let rounding = largest * f64::EPSILON * size.max(1) as f64;
        let rank = values.iter().filter(|&&s| s > rounding).count();
        let last = if rank > 0 { values[rank - 1] } else { 0.0 };
        let next = values.get(rank).copied();
        let floor = next.unwrap_or(0.0).max(largest * f64::EPSILON);
        GappedRank {
            rank,
            largest,
            last,
            next,
            gap_decades: if rank > 0 { (last / floor).log10() } else { 0.0 },
        }
    }

    /// Of a matrix.
    fn of(matrix: &DMatrix<f64>) -> Result<Self, BridgeError> {
        let (rows, columns) = matrix.shape();
        Ok(GappedRank::new(singular_values(matrix)?, rows.max(columns)))
    }
}

fn singular_values(matrix: &DMatrix<f64>) -> Result<Vec<f64>, BridgeError> {
    /// Far more sweeps than a matrix of this size needs.
    const SWEEPS: usize = 100_000;
    if matrix.is_empty() {
        return Ok(Vec::new());
    }
    let (rows, columns) = matrix.shape();
    let svd = nalgebra::SVD::try_new(matrix.clone(), false, false, f64::EPSILON, SWEEPS);
    let svd = svd.ok_or_else(|| BridgeError::NoConvergence {
        what: "singular values".into(),
        rows,
        columns,
    })?;
    Ok(svd.singular_values.as_slice().to_vec())
}

/// The orbit of weights under the continuous symmetries that every map of the architecture has.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GaugeOrbit {
    /// Number of weights.
    pub parameters: usize,
    /// Hidden units that may be scaled (positively homogeneous, not linear).
    pub scaled_units: usize,
    /// Dimension of the orbit under these scalings; exact. Less than the number of units by that of unconnected ones.
    pub scaling: usize,
    /// Names of the hidden axes without an activation.
    pub linear_axes: Vec<String>,
    /// Dimension of the group of linear maps and shifts on these axes, Σ k² + k.
    pub linear_group: usize,
    /// Dimension of the orbit under both; none if it is too large to be worked out.
    pub dimension: Option<usize>,
    /// Smallest gap of the numerical ranks behind it, in decades; none if it is exact.
    pub gap_decades: Option<f64>,
}

/// Dimension of the orbit of the weights under scalings of homogeneous hidden units and linear maps on linear hidden
/// axes.
///
/// Scalings cost O(weights); a linear axis of k units two singular value decompositions of its weights, and adjacent
/// linear axes one of a matrix with Σ k² + k columns.
///
/// # Errors
/// [`BridgeError::NoConvergence`] of a decomposition.
pub fn gauge_orbit(space: &WeightSpace) -> Result<GaugeOrbit, BridgeError> {
    let acts = |axis: &Axis| axis.is_hidden() && axis.fixed_by.is_none() && axis.homogeneous;
    let axes = || {
        space
            .axes()
            .iter()
            .enumerate()
            .skip(1)
            .filter(|(_, axis)| acts(axis))
    };
    let linear: Vec<usize> = axes().filter(|(_, axis)| axis.linear).map(|(a, _)| a).collect();
    let scaled: Vec<usize> = axes().filter(|(_, axis)| !axis.linear).map(|(a, _)| a).collect();
    let scaling = scaling_rank(space, &scaled);
    let (dimension, gap_decades) = linear::orbit(space, &linear, &scaled, scaling)?;
    let size = |a: &usize| space.axes()[*a].size;
    Ok(GaugeOrbit {
        parameters: space.parameters(),
        scaled_units: scaled.iter().map(size).sum(),
        scaling,
        linear_axes: linear.iter().map(|&a| space.axes()[a].name.clone()).collect(),
        linear_group: linear.iter().map(size).map(|k| k * k + k).sum(),
        dimension,
        gap_decades,
    })
}

/// Rank of the exponents with which the weights that are not 0 scale: the edges of a spanning forest on the units,
/// with one vertex for all that is not scaled.
fn scaling_rank(space: &WeightSpace, axes: &[usize]) -> usize {
    let mut starts = HashMap::new();
    let mut count = 1;
    for &axis in axes {
        starts.insert(axis, count);
        count += space.axes()[axis].size;
    }
    let mut parents: Vec<usize> = (0..count).collect();
    fn find(parents: &mut [usize], mut x: usize) -> usize {
        while parents[x] != x {
            parents[x] = parents[parents[x]];
            x = parents[x];
        }
        x
    }
    let vertex = |axis: usize, unit: usize| starts.get(&axis).map_or(0, |start| start + unit);
    let mut edges = 0;
    for block in space.blocks().iter().filter(|block| !block.even) {
        for slot in &block.slots {
            for (j, column) in slot.column_iter().enumerate() {
                for (i, _) in column.iter().enumerate().filter(|(_, w)| **w != 0.0) {
                    let ends = [vertex(block.rows, i), vertex(block.columns, j)];
                    let [a, b] = ends.map(|end| find(&mut parents, end));
                    if a != b {
                        parents[a] = b;
                        edges += 1;
                    }
                }
            }
        }
    }
    edges
}

/// How many dimensions of weights the map uses on data.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FunctionalDimension {
    /// Number of weights.
    pub parameters: usize,
    /// Examples it was worked out on.
    pub examples: usize,
    /// Rank of the derivative of all outputs on all examples with respect to the weights.
    pub rank: GappedRank,
    /// Dimension of the orbit of the gauges, where known.
    pub orbit: Option<usize>,
    /// Weights less rank less orbit: directions that change nothing on the data, to first order, and are no gauge.
    pub hidden_excess: Option<i64>,
}

/// Rank of the derivative of the outputs on the columns of `data` with respect to the weights and biases.
///
/// O(examples · outputs · p²) for p weights, by orthogonal reduction (the singular values are not squared on the way).
///
/// # Errors
/// [`BridgeError::TooManyParameters`] above [`MAX_PARAMETERS`]; [`BridgeError::Shape`] if the data have another width;
/// [`BridgeError::NoDerivative`] if a layer other than a dense layer or a convolution has weights.
pub fn functional_dimension(
    network: &Network,
    data: &DMatrix<f64>,
) -> Result<FunctionalDimension, BridgeError> {
    let space = WeightSpace::of(network);
    let reduced = derivative::reduced(network, data)?;
    let orbit = gauge_orbit(&space)?.dimension;
    let parameters = reduced.ncols();
    let rows = data.ncols() * network.output_width();
    // Counted against the rounding of the whole matrix.
    let rank = GappedRank::new(singular_values(&reduced)?, rows.max(parameters));
    Ok(FunctionalDimension {
        parameters,
        examples: data.ncols(),
        orbit,
        hidden_excess: orbit.map(|orbit| parameters as i64 - rank.rank as i64 - orbit as i64),
        rank,
    })
}

#[cfg(test)]
mod tests;
