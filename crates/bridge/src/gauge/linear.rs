//! Orbits under linear maps between layers without an activation.
//!
//! On a linear axis of k units the group is that of the affine maps of ℝᵏ: X moves the incoming weights W to XW, the
//! biases b to Xb + v, the outgoing weights U to −UX and the biases behind by −Uv (infinitesimally).

use std::collections::HashMap;

use nalgebra::DMatrix;

use super::GappedRank;
use crate::BridgeError;
use crate::weight_space::{Block, CONSTANT, WeightSpace};

/// The most directions of a group whose orbit is worked out in one piece.
const MOST_DIRECTIONS: usize = 900;

/// Dimension of the orbit and the smallest gap of the ranks behind it; the scalings have rank `scaling` alone.
pub(super) fn orbit(
    space: &WeightSpace,
    linear: &[usize],
    scaled: &[usize],
    scaling: usize,
) -> Result<(Option<usize>, Option<f64>), BridgeError> {
    if linear.is_empty() {
        return Ok((Some(scaling), None));
    }
    let moves = |axis: &usize| linear.contains(axis) || scaled.contains(axis);
    let next_to_another = |block: &&Block| {
        let ends = [block.rows, block.columns];
        ends.iter().all(moves) && ends.iter().any(|axis| linear.contains(axis))
    };
    let mut gap = f64::INFINITY;
    let mut take = |rank: GappedRank| {
        gap = gap.min(rank.gap_decades);
        rank.rank
    };
    if !space.blocks().iter().any(|block| next_to_another(&block)) {
        let mut dimension = scaling;
        for &axis in linear {
            let k = space.axes()[axis].size;
            let before = take(GappedRank::of(&beside(space, axis, true))?);
            let after = take(GappedRank::of(&beside(space, axis, false))?);
            // Fixed are the X with XW = 0 and UX = 0, each with v = −Xb.
            dimension += k * k + k - (k - before) * (k - after);
        }
        return Ok((Some(dimension), Some(gap)));
    }
    let sizes = |axes: &[usize]| -> Vec<usize> { axes.iter().map(|&a| space.axes()[a].size).collect() };
    let directions: usize =
        sizes(linear).iter().map(|k| k * k + k).sum::<usize>() + sizes(scaled).iter().sum::<usize>();
    if directions > MOST_DIRECTIONS {
        return Ok((None, None));
    }
    let rank = take(GappedRank::of(&tangents(space, linear, scaled))?);
    Ok((Some(rank), Some(gap)))
}

/// All weights into an axis side by side (one row per unit), or out of it.
fn beside(space: &WeightSpace, axis: usize, into: bool) -> DMatrix<f64> {
    let k = space.axes()[axis].size;
    let mut columns: Vec<f64> = Vec::new();
    for block in space.blocks() {
        for slot in &block.slots {
            if into && block.rows == axis && block.columns != CONSTANT {
                columns.extend(slot.iter());
            }
            if !into && block.columns == axis {
                columns.extend(slot.transpose().iter());
            }
        }
    }
    DMatrix::from_vec(k, columns.len() / k.max(1), columns)
}

/// The infinitesimal action: one column per direction of the group, one row per weight; reduced to a triangle where there
/// are more weights than directions.
pub(super) fn tangents(space: &WeightSpace, linear: &[usize], scaled: &[usize]) -> DMatrix<f64> {
    let mut starts = Vec::new();
    let mut parameters = 0;
    for block in space.blocks() {
        starts.push(parameters);
        parameters += block.len();
    }
    // The bias of each layer, which shifts move.
    let bias: HashMap<usize, usize> = space
        .blocks()
        .iter()
        .enumerate()
        .filter(|(_, block)| block.name == "bias")
        .map(|(k, block)| (block.layer, k))
        .collect();
    let mut columns: Vec<Vec<f64>> = Vec::new();
    for &axis in linear {
        let k = space.axes()[axis].size;
        // X = the unit matrix at (p, q), then v = the unit vector p.
        for (p, q) in (0..k).flat_map(|p| (0..=k).map(move |q| (p, q))) {
            let mut tangent = vec![0.0; parameters];
            for (block, &start) in space.blocks().iter().zip(&starts) {
                let (rows, width) = block.slots[0].shape();
                for (s, slot) in block.slots.iter().enumerate() {
                    let start = start + s * slot.len();
                    if block.rows == axis {
                        for j in 0..width {
                            let value = match (q < k, block.columns) {
                                (true, _) => slot[(q, j)],
                                (false, CONSTANT) => 1.0,
                                (false, _) => 0.0,
                            };
                            tangent[start + j * rows + p] += value;
                        }
                    }
                    if block.columns == axis {
                        for i in 0..rows {
                            if q < k {
                                tangent[start + q * rows + i] -= slot[(i, p)];
                            } else if let Some(&bias) = bias.get(&block.layer) {
                                tangent[starts[bias] + i] -= slot[(i, p)];
                            }
                        }
                    }
                }
            }
            columns.push(tangent);
        }
    }
    for &axis in scaled {
        for p in 0..space.axes()[axis].size {
            let mut tangent = vec![0.0; parameters];
            for (block, &start) in space.blocks().iter().zip(&starts).filter(|(b, _)| !b.even) {
                let (rows, width) = block.slots[0].shape();
                for (s, slot) in block.slots.iter().enumerate() {
                    let start = start + s * slot.len();
                    if block.rows == axis {
                        (0..width).for_each(|j| tangent[start + j * rows + p] += slot[(p, j)]);
                    }
                    if block.columns == axis {
                        (0..rows).for_each(|i| tangent[start + p * rows + i] -= slot[(i, p)]);
                    }
                }
            }
            columns.push(tangent);
        }
    }
    let directions = columns.len();
    let matrix = DMatrix::from_vec(parameters, directions, columns.concat());
    if parameters > directions {
        matrix.qr().unpack_r()
    } else {
        matrix
    }
}
