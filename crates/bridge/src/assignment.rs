//! The linear assignment problem: the permutation of least total cost, with a certificate.
//!
//! Solved by shortest augmenting paths with dual potentials (Jonker, Volgenant, *Computing* 38, 1987; Burkard,
//! Dell'Amico, Martello, *Assignment Problems*, 2009, §4.4). The potentials u, v satisfy uᵢ + vⱼ ≤ cᵢⱼ up to rounding, so
//! Σu + Σv bounds every assignment's cost from below; [`Assignment::certified_gap`] evaluates that bound anew, from the
//! potentials and the costs alone.
//!
//! ```
//! use bridge::assignment::assign;
//! use nalgebra::dmatrix;
//! let costs = dmatrix![4.0, 1.0, 3.0; 2.0, 0.0, 5.0; 3.0, 2.0, 2.0];
//! let best = assign(&costs)?;
//! assert_eq!(best.columns, [1, 0, 2]); // 1 + 2 + 2
//! assert!(best.certified_gap(&costs) < 1e-12);
//! # Ok::<(), bridge::BridgeError>(())
//! ```

use crate::BridgeError;
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

/// An assignment of the rows of a square cost matrix to its columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assignment {
    /// Column of each row.
    pub columns: Vec<usize>,
    /// Total cost.
    pub cost: f64,
    /// Dual potentials of the rows.
    pub row_potentials: Vec<f64>,
    /// Dual potentials of the columns.
    pub column_potentials: Vec<f64>,
}

impl Assignment {
    /// How much cheaper another assignment could be at most: the cost minus the dual lower bound. O(n²).
    ///
    /// # Panics
    /// If `costs` is not of the assignment's size.
    pub fn certified_gap(&self, costs: &DMatrix<f64>) -> f64 {
        let n = self.columns.len();
        assert_eq!(
            costs.shape(),
            (n, n),
            "the costs must be those that were assigned"
        );
        let violation = (0..n)
            .flat_map(|i| (0..n).map(move |j| (i, j)))
            .map(|(i, j)| self.row_potentials[i] + self.column_potentials[j] - costs[(i, j)])
            .fold(0.0, f64::max);
        let dual: f64 = self.row_potentials.iter().chain(&self.column_potentials).sum();
        let cost: f64 = self.columns.iter().enumerate().map(|(i, &j)| costs[(i, j)]).sum();
        (cost - dual + n as f64 * violation).max(0.0)
    }
}

/// The assignment of least total cost. O(n³) time, O(n) memory beside the costs.
///
/// # Errors
/// [`BridgeError::Shape`] if the costs are not square; [`BridgeError::NotFinite`] for a cost that is not finite.
pub fn assign(costs: &DMatrix<f64>) -> Result<Assignment, BridgeError> {
    let n = costs.nrows();
    if costs.ncols() != n {
        let what = "columns of a cost matrix (one per row)".into();
        return Err(BridgeError::Shape {
            what,
            expected: n,
            got: costs.ncols(),
        });
    }
    if let Some((index, &value)) = costs.iter().enumerate().find(|(_, c)| !c.is_finite()) {
        return Err(BridgeError::NotFinite {
            what: "cost matrix (column-major)".into(),
            index,
            value,
        });
    }
    // Row by row, as the search reads them.
    Ok(assign_finite(n, costs.transpose().as_slice()))
}

/// As [`assign`], for n × n finite costs in a slice, row by row.
pub(crate) fn assign_finite(n: usize, costs: &[f64]) -> Assignment {
    const NONE: usize = usize::MAX;
    let (mut u, mut v) = (vec![0.0; n], vec![0.0; n]);
    let (mut row_of, mut before) = (vec![NONE; n], vec![NONE; n]);
    let mut distance = vec![0.0; n];
    // Columns that are not reached yet, and those that are, in the order in which they were.
    let (mut open, mut reached): (Vec<usize>, Vec<usize>) = (Vec::with_capacity(n), Vec::with_capacity(n));
    for row in 0..n {
        distance.fill(f64::INFINITY);
        before.fill(NONE);
        open.clear();
        open.extend(0..n);
        reached.clear();
        let (mut i, mut from, mut length) = (row, NONE, 0.0);
        let last = loop {
            let (line, offset) = (&costs[i * n..(i + 1) * n], length - u[i]);
            let (mut least, mut place) = (f64::INFINITY, 0);
            for (at, &j) in open.iter().enumerate() {
                let reduced = line[j] - v[j] + offset;
                if reduced < distance[j] {
                    distance[j] = reduced;
                    before[j] = from;
                }
                if distance[j] < least {
                    least = distance[j];
                    place = at;
                }
            }
            let column = open.swap_remove(place);
            length = least;
            if row_of[column] == NONE {
                break column;
            }
            reached.push(column);
            (i, from) = (row_of[column], column);
        };
        // Dual update: columns on the tree by how much nearer than the end they are.
        u[row] += length;
        for &j in &reached {
            u[row_of[j]] += length - distance[j];
            v[j] -= length - distance[j];
        }
        let mut column = last;
        while column != NONE {
            let previous = before[column];
            row_of[column] = if previous == NONE { row } else { row_of[previous] };
            column = previous;
        }
    }
    let mut columns = vec![0; n];
    for (column, &row) in row_of.iter().enumerate() {
        columns[row] = column;
    }
    Assignment {
        cost: columns.iter().enumerate().map(|(i, &j)| costs[i * n + j]).sum(),
        columns,
        row_potentials: u,
        column_potentials: v,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn brute_force(costs: &DMatrix<f64>, row: usize, free: &mut Vec<usize>) -> f64 {
        if free.is_empty() {
            return 0.0;
        }
        let mut best = f64::INFINITY;
        for k in 0..free.len() {
            let column = free.remove(k);
            best = best.min(costs[(row, column)] + brute_force(costs, row + 1, free));
            free.insert(k, column);
        }
        best
    }

    proptest! {
        #[test]
        fn it_agrees_with_trying_all_permutations(n in 1usize..7, values in proptest::collection::vec(-5.0f64..5.0, 36)) {
            let costs = DMatrix::from_fn(n, n, |i, j| values[6 * i + j]);
            let found = assign(&costs).unwrap();
            let best = brute_force(&costs, 0, &mut (0..n).collect());
            prop_assert!((found.cost - best).abs() < 1e-12);
            prop_assert!(found.certified_gap(&costs) < 1e-12);
        }
    }

    #[test]
    fn ties_and_large_planted_assignments() {
        let tied = DMatrix::from_element(5, 5, 1.0);
        let mut columns = assign(&tied).unwrap().columns;
        columns.sort_unstable();
        assert_eq!(columns, [0, 1, 2, 3, 4]);
        let n = 300;
        let planted = DMatrix::from_fn(n, n, |i, j| {
            if j == (7 * i + 3) % n {
                0.0
            } else {
                1.0 + ((i * j) % 5) as f64
            }
        });
        let found = assign(&planted).unwrap();
        assert!(
            found
                .columns
                .iter()
                .enumerate()
                .all(|(i, &j)| j == (7 * i + 3) % n)
        );
        assert_eq!(found.certified_gap(&planted), 0.0);
    }

    #[test]
    fn the_certificate_refuses_a_worse_assignment() {
        let costs = DMatrix::from_row_slice(2, 2, &[1.0, 2.0, 2.0, 1.0]);
        let mut worse = assign(&costs).unwrap();
        worse.columns.swap(0, 1);
        assert!((worse.certified_gap(&costs) - 2.0).abs() < 1e-12);
    }

    #[test]
    fn bad_costs_are_refused() {
        assert!(matches!(
            assign(&DMatrix::zeros(2, 3)),
            Err(BridgeError::Shape { .. })
        ));
        assert!(matches!(
            assign(&DMatrix::from_element(2, 2, f64::NAN)),
            Err(BridgeError::NotFinite { .. })
        ));
    }
}
