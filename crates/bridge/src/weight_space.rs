//! The weights of a network as tensors over axes of units, and which relabellings of the units leave its map alone.
//!
//! The hidden units of a layer have no names: permuting them, with the rows of the weights before them and the columns
//! of the weights behind, gives the same map. What may be permuted together is an *axis*; a tensor of weights between
//! two axes, or between an axis and nothing (a bias), is a *block*. A convolution's channels are an axis and its taps
//! *slots* that stay where they are; a residual sum makes one axis of the two that it adds. Signs act on an axis where
//! all that lies between its blocks is odd (tanh, erf), positive factors where it is positively homogeneous (ReLU).
//!
//! An element of the group moves W over rows r and columns c to W'[p(i), q(j)] = s(i)·t(j)·λ(i)/μ(j)·W[i, j], with
//! the permutations, signs and factors of the two axes; it fixes the map if it is trivial on inputs and outputs.
//!
//! ```
//! use bridge::weight_space::WeightSpace;
//! use nalgebra::{DMatrix, DVector};
//! use nets::{Activation, Dense, Network};
//! let hidden = Dense::new(DMatrix::zeros(5, 3), DVector::zeros(5), Activation::Tanh)?;
//! let output = Dense::new(DMatrix::zeros(2, 5), DVector::zeros(2), Activation::Linear)?;
//! let space = WeightSpace::of(&Network::new(vec![hidden.into(), output.into()])?);
//! // The first axis stands for nothing: biases have it as their columns.
//! let hidden: Vec<_> = space.axes()[1..].iter().filter(|axis| axis.is_hidden()).collect();
//! assert_eq!((hidden.len(), hidden[0].size, hidden[0].odd, hidden[0].homogeneous), (1, 5, true, false));
//! assert_eq!(space.parameters(), 32);
//! # Ok::<(), nets::NetError>(())
//! ```

mod trace;

use nalgebra::DMatrix;
use nets::Network;
use serde::Serialize;

use crate::BridgeError;

/// The axis of one unit that stands for "nothing": biases have it as their columns.
pub(crate) const CONSTANT: usize = 0;

/// Units that are permuted together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Axis {
    /// What the units are: `input`, `output`, or the layer whose outputs they are, such as `layer 0`.
    pub name: String,
    /// Number of units.
    pub size: usize,
    /// The layer whose outputs the units are; none for the input.
    pub layer: Option<usize>,
    /// Whether these are (also) the network's inputs.
    pub input: bool,
    /// Whether these are (also) the network's outputs.
    pub output: bool,
    /// Whether everything between the blocks of this axis is odd, so that signs may be moved through it.
    pub odd: bool,
    /// Whether everything between the blocks of this axis is positively homogeneous, so that factors may.
    pub homogeneous: bool,
    /// Whether there is nothing between the blocks of this axis, so that any invertible matrix may.
    pub linear: bool,
    /// Why the units must stay where they are, if they must (a layer that treats them differently).
    pub fixed_by: Option<String>,
    /// Which unit each coordinate of the layer's output belongs to.
    #[serde(skip)]
    pub(crate) units: Vec<u32>,
}

impl Axis {
    fn new(name: String, size: usize, layer: Option<usize>) -> Self {
        Axis {
            name,
            size,
            layer,
            input: false,
            output: false,
            odd: true,
            homogeneous: true,
            linear: true,
            fixed_by: None,
            units: Vec::new(),
        }
    }

    /// Whether the units are neither inputs nor outputs.
    pub fn is_hidden(&self) -> bool {
        !self.input && !self.output
    }
}

/// A tensor of weights between two axes.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// `weights`, `bias`, `scale` or `shift`.
    pub name: &'static str,
    /// The layer that it belongs to, as in [`Network::layers`].
    pub layer: usize,
    /// The axis of the rows.
    pub rows: usize,
    /// The axis of the columns; axis 0, of one unit, for a bias.
    pub columns: usize,
    /// Whether signs and factors do not act on it (the scale of a normalisation).
    pub even: bool,
    /// One matrix, rows × columns, for each tap of a kernel; one for a dense layer.
    pub slots: Vec<DMatrix<f64>>,
}

impl Block {
    /// Number of weights.
    pub fn len(&self) -> usize {
        self.slots.iter().map(DMatrix::len).sum()
    }

    /// Whether there is no weight.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = f64> {
        self.slots.iter().flat_map(|slot| slot.iter().copied())
    }
}

/// The weights of a network over the axes of its units.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightSpace {
    axes: Vec<Axis>,
    blocks: Vec<Block>,
}

impl WeightSpace {
    /// The weights of a network. Layers that treat the units of an axis differently (products of two values, slices of
    /// an axis, grouped convolutions …) fix it: such an axis is not permuted, which is always valid. O(weights).
    pub fn of(network: &Network) -> Self {
        trace::trace(network)
    }

    /// One matrix alone, whose rows and columns are two axes of their own.
    ///
    /// # Errors
    /// [`BridgeError::Shape`] for a matrix without entries, [`BridgeError::NotFinite`] (row-major index).
    pub fn of_matrix(matrix: &DMatrix<f64>) -> Result<Self, BridgeError> {
        if matrix.is_empty() {
            return Err(BridgeError::Shape {
                what: "entries of a matrix (at least)".into(),
                expected: 1,
                got: 0,
            });
        }
        for (index, &value) in matrix.transpose().iter().enumerate() {
            if !value.is_finite() {
                return Err(BridgeError::NotFinite {
                    what: "matrix (row-major)".into(),
                    index,
                    value,
                });
            }
        }
        let axes = vec![
            Axis::new("constant".into(), 1, None),
            Axis::new("rows".into(), matrix.nrows(), None),
            Axis::new("columns".into(), matrix.ncols(), None),
        ];
        let blocks = vec![Block {
            name: "weights",
            layer: 0,
            rows: 1,
            columns: 2,
            even: false,
            slots: vec![matrix.clone()],
        }];
        Ok(WeightSpace { axes, blocks })
    }

    /// The axes; the first, of one unit, is the constant one.
    pub fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// The blocks, in the order of the layers.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// The layers that have weights, ascending.
    pub fn layers(&self) -> Vec<usize> {
        let mut layers: Vec<usize> = self.blocks.iter().map(|block| block.layer).collect();
        layers.dedup();
        layers
    }

    /// The weights of one layer alone, over the same axes.
    ///
    /// # Errors
    /// [`BridgeError::NoSuchLayer`] if the layer has no weights.
    pub fn of_layer(&self, layer: usize) -> Result<Self, BridgeError> {
        let blocks: Vec<Block> = self
            .blocks
            .iter()
            .filter(|block| block.layer == layer)
            .cloned()
            .collect();
        if blocks.is_empty() {
            return Err(BridgeError::NoSuchLayer {
                layer: layer.to_string(),
                known: self.layers(),
            });
        }
        Ok(WeightSpace {
            axes: self.axes.clone(),
            blocks,
        })
    }

    /// Number of weights, biases included.
    pub fn parameters(&self) -> usize {
        self.blocks.iter().map(Block::len).sum()
    }

    /// The largest absolute value of a weight.
    pub fn largest(&self) -> f64 {
        self.blocks
            .iter()
            .flat_map(Block::entries)
            .fold(0.0, |largest, w| largest.max(w.abs()))
    }

    /// The axes that are permuted: those not fixed, without the inputs or outputs unless these are asked for, which
    /// occur in a block.
    pub(crate) fn free_axes(&self, inputs: bool, outputs: bool) -> Vec<usize> {
        let occurs = |a: usize| self.blocks.iter().any(|b| b.rows == a || b.columns == a);
        let free =
            |axis: &Axis| axis.fixed_by.is_none() && (inputs || !axis.input) && (outputs || !axis.output);
        (1..self.axes.len())
            .filter(|&a| free(&self.axes[a]) && occurs(a))
            .collect()
    }
}

#[cfg(test)]
mod tests;
