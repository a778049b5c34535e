//! Positive factors of units: dividing them out, and putting them back.

use std::borrow::Cow;

use super::Free;
use super::placement::Placement;
use crate::weight_space::{Block, WeightSpace};

/// A network with the factors of its units divided out.
pub(super) struct Balanced<'a> {
    pub(super) blocks: Cow<'a, [Block]>,
    /// By axis: what each unit's incoming weights were multiplied by.
    pub(super) factors: Vec<Vec<f64>>,
}

/// A network as it is.
pub(super) fn unbalanced(space: &WeightSpace) -> Balanced<'_> {
    Balanced {
        blocks: Cow::Borrowed(space.blocks()),
        factors: space.axes().iter().map(|axis| vec![1.0; axis.size]).collect(),
    }
}

/// Scales the incoming weights of each hidden unit that may be scaled to norm 1, and the outgoing ones against it, from
/// the first axis to the last.
pub(super) fn balance(space: &WeightSpace, free: &Free) -> Balanced<'static> {
    let mut factors: Vec<Vec<f64>> = space.axes().iter().map(|axis| vec![1.0; axis.size]).collect();
    for &axis in free.axes.iter().filter(|&&axis| free.scaled[axis]) {
        let mut squares = vec![0.0; space.axes()[axis].size];
        for block in space.blocks() {
            if block.rows != axis || block.columns == axis || block.even {
                continue;
            }
            for slot in &block.slots {
                for (j, column) in slot.column_iter().enumerate() {
                    for (square, w) in squares.iter_mut().zip(column.iter()) {
                        *square += (w / factors[block.columns][j]).powi(2);
                    }
                }
            }
        }
        for (factor, square) in factors[axis].iter_mut().zip(squares) {
            if square > 0.0 {
                *factor = 1.0 / square.sqrt();
            }
        }
    }
    let blocks = space
        .blocks()
        .iter()
        .map(|block| scale(block, &factors))
        .collect();
    Balanced { blocks, factors }
}

fn scale(block: &Block, factors: &[Vec<f64>]) -> Block {
    let mut scaled = block.clone();
    if !block.even {
        for slot in &mut scaled.slots {
            for (j, mut column) in slot.column_iter_mut().enumerate() {
                for (i, w) in column.iter_mut().enumerate() {
                    *w *= factors[block.rows][i] / factors[block.columns][j];
                }
            }
        }
    }
    scaled
}

/// The second network with the factor of each unit's partner applied.
pub(super) fn apply<'a>(b: &'a WeightSpace, places: &[Placement], factors: &[Vec<f64>]) -> Cow<'a, [Block]> {
    if factors.iter().flatten().all(|&factor| factor == 1.0) {
        return Cow::Borrowed(b.blocks());
    }
    let own: Vec<Vec<f64>> = places
        .iter()
        .zip(factors)
        .map(|(place, factors)| {
            let mut own = vec![1.0; factors.len()];
            for (&k, &factor) in place.images.iter().zip(factors) {
                own[k] = factor;
            }
            own
        })
        .collect();
    b.blocks().iter().map(|block| scale(block, &own)).collect()
}
