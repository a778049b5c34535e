//! Where units go, and what is left of the difference of two networks then.

use crate::weight_space::{Axis, Block};

/// Which unit of the second network, with which sign, corresponds to each unit of an axis of the first.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Placement {
    pub(super) images: Vec<usize>,
    pub(super) signs: Vec<f64>,
}

impl Placement {
    pub(super) fn identity(size: usize) -> Self {
        Placement {
            images: (0..size).collect(),
            signs: vec![1.0; size],
        }
    }
}

/// A − g·B.
#[derive(Debug, Clone)]
pub(super) struct Difference {
    /// Σ (A − g·B)².
    pub(super) squares: f64,
    /// max |A − g·B|.
    pub(super) largest: f64,
    /// Units whose weights are not explained by those of their partners.
    pub(super) unexplained: usize,
}

impl Difference {
    /// The difference of two lists of blocks over the same axes, with a placement for each axis.
    pub(super) fn new(a: &[Block], b: &[Block], places: &[Placement], axes: &[Axis]) -> Self {
        let (mut squares, mut largest) = (0.0, 0.0f64);
        let zeros = || -> Vec<Vec<f64>> { axes.iter().map(|axis| vec![0.0; axis.size]).collect() };
        let (mut apart, mut whole) = (zeros(), zeros());
        for (a, b) in a.iter().zip(b) {
            let (rows, columns) = (&places[a.rows], &places[a.columns]);
            for (a_slot, b_slot) in a.slots.iter().zip(&b.slots) {
                for j in 0..a_slot.ncols() {
                    let b_column = b_slot.column(columns.images[j]);
                    let t = if a.even { 1.0 } else { columns.signs[j] };
                    let (mut column_apart, mut column_whole) = (0.0, 0.0);
                    for (i, &x) in a_slot.column(j).iter().enumerate() {
                        let s = if a.even { 1.0 } else { rows.signs[i] };
                        let y = s * t * b_column[rows.images[i]];
                        let d = (x - y) * (x - y);
                        let n = x * x + y * y;
                        largest = largest.max((x - y).abs());
                        apart[a.rows][i] += d;
                        whole[a.rows][i] += n;
                        column_apart += d;
                        column_whole += n;
                    }
                    apart[a.columns][j] += column_apart;
                    whole[a.columns][j] += column_whole;
                    squares += column_apart;
                }
            }
        }
        let hidden = axes
            .iter()
            .enumerate()
            .skip(1)
            .filter(|(_, axis)| axis.is_hidden());
        let unexplained = hidden
            .flat_map(|(k, _)| apart[k].iter().zip(&whole[k]))
            .filter(|(apart, whole)| **apart > super::EXPLAINED * **whole)
            .count();
        Difference {
            squares,
            largest,
            unexplained,
        }
    }
}
