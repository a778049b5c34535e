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
    // column 0 and row 0 are sentinels: row_of[0] is the row being inserted
    let (mut u, mut v) = (vec![0.0; n + 1], vec![0.0; n + 1]);
    let (mut row_of, mut before) = (vec![0usize; n + 1], vec![0usize; n + 1]);
    let (mut distance, mut reached) = (vec![0.0; n + 1], vec![false; n + 1]);
    for row in 1..=n {
        row_of[0] = row;
        distance.fill(f64::INFINITY);
        reached.fill(false);
        let mut column = 0;
        while row_of[column] != 0 {
            reached[column] = true;
            let i = row_of[column];
            let (mut step, mut next) = (f64::INFINITY, 0);
            for j in 1..=n {
                if reached[j] {
                    continue;
                }
                let reduced = costs[(i - 1, j - 1)] - u[i] - v[j];
                if reduced < distance[j] {
                    distance[j] = reduced;
                    before[j] = column;
                }
                if distance[j] < step {
                    step = distance[j];
                    next = j;
                }
            }
            for j in 0..=n {
                if reached[j] {
                    u[row_of[j]] += step;
                    v[j] -= step;
                } else {
                    distance[j] -= step;
                }
            }
            column = next;
        }
        while column != 0 {
            let previous = before[column];
            row_of[column] = row_of[previous];
            column = previous;
        }
    }
    let mut columns = vec![0; n];
    for (column, &row) in row_of.iter().enumerate().skip(1) {
        columns[row - 1] = column - 1;
    }
    let cost = columns.iter().enumerate().map(|(i, &j)| costs[(i, j)]).sum();
    Ok(Assignment {
        columns,
        cost,
        row_potentials: u.split_off(1),
        column_potentials: v.split_off(1),
    })
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
