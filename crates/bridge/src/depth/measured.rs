//! Stabilizers of rows as a layer sees them, and tuples of coordinates.

use groups::PermGroup;
use num_traits::ToPrimitive;
use rayon::prelude::*;
use serde::Serialize;

use crate::BridgeError;
use crate::filtration::{Elements, Filtration};
use crate::finite::tuples;
use crate::statistics;

/// Tolerances at which orders are given.
const TOLERANCES: [f64; 4] = [0.0, 0.1, 0.25, 0.5];

/// The stabilizers of some rows, measured at one layer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CodeStabilizers {
    /// Number of rows.
    pub rows: usize,
    /// ln|S_ε|/ln|G| averaged over ε up to 1 and over the rows: 1 for an invariant layer.
    pub symmetry: f64,
    /// The median order of S_ε over the rows, for some ε.
    pub orders: Vec<OrderAt>,
}

/// The order of a stabilizer at a tolerance.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct OrderAt {
    /// The tolerance, relative to the root mean square distance of two rows.
    pub epsilon: f64,
    /// The median order.
    pub order: f64,
}

/// The filtrations of rows whose codes the elements move by these distances (`displacements[row][element]`), summed up.
///
/// # Errors
/// Those of [`Filtration::of_displacements`]; [`BridgeError::Shape`] without rows.
pub fn code_stabilizers(
    group: &PermGroup,
    elements: &Elements,
    displacements: &[Vec<f64>],
) -> Result<CodeStabilizers, BridgeError> {
    if displacements.is_empty() {
        return Err(BridgeError::Shape {
            what: "rows whose stabilizers are measured".to_owned(),
            expected: 1,
            got: 0,
        });
    }
    let filtrations: Vec<Filtration> = displacements
        .par_iter()
        .map(|moved| Filtration::of_displacements(group, elements, moved))
        .collect::<Result<_, _>>()?;
    let orders = TOLERANCES.map(|epsilon| {
        let all: Vec<f64> = filtrations.iter().map(|f| f.at(epsilon).order_f64()).collect();
        OrderAt {
            epsilon,
            order: statistics::median(&all),
        }
    });
    Ok(CodeStabilizers {
        rows: filtrations.len(),
        symmetry: filtrations.iter().map(|f| f.symmetry(1.0)).sum::<f64>() / filtrations.len() as f64,
        orders: orders.to_vec(),
    })
}

/// Tuples of points under a permutation group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TupleOrbits {
    /// Length of the tuples.
    pub length: usize,
    /// Number of orbits, in decimal.
    pub orbits: String,
    /// Conjugacy classes of stabilizers; absent where the number of tuples is too large to go through their orbits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub isotropy_types: Option<usize>,
}

/// The most elements of a group whose isotropy types are counted here.
const COUNTED: u64 = 1_000_000;

/// Orbits and isotropy types of the tuples of up to `longest` points ([`crate::finite::tuples`]).
///
/// ```
/// let found = bridge::depth::tuple_orbits(&groups::catalog::parse_group("S4")?, 3)?;
/// let counts: Vec<&str> = found.iter().map(|t| t.orbits.as_str()).collect();
/// assert_eq!(counts, ["1", "2", "5"]); // Bell numbers
/// assert_eq!(found[2].isotropy_types, Some(3));
/// # Ok::<(), bridge::BridgeError>(())
/// ```
///
/// # Errors
/// Those of [`tuples::orbits`] and [`tuples::isotropy_types`].
pub fn tuple_orbits(group: &PermGroup, longest: usize) -> Result<Vec<TupleOrbits>, BridgeError> {
    let small = group.order().to_u64().is_some_and(|order| order <= COUNTED);
    let types = small
        .then(|| tuples::isotropy_types(group, longest))
        .transpose()?;
    (1..=longest)
        .map(|length| {
            Ok(TupleOrbits {
                length,
                orbits: tuples::orbits(group, length)?.to_string(),
                isotropy_types: types.as_ref().map(|t| t[length]),
            })
        })
        .collect()
}
