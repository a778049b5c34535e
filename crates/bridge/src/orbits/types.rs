//! Orbit types: stabilizers up to conjugacy, ordered by inclusion up to conjugacy.

use groups::{PermGroup, Permutation};
use num_bigint::BigUint;
use num_integer::Integer;
use petgraph::graph::{DiGraph, NodeIndex};
use serde::Serialize;

use crate::BridgeError;
use crate::graph::{GraphMeasures, LabelledGraph};

/// One conjugacy class of stabilizers.
#[derive(Debug, Clone, Serialize)]
pub struct OrbitType {
    /// Order of the stabilizer, in decimal.
    pub stabilizer_order: String,
    /// Size of the orbit, in decimal.
    pub orbit_size: String,
    /// The units whose features are of this type.
    pub units: Vec<usize>,
    /// Measures of the Schreier graph of the orbit, for the walk by a random generator or its inverse; absent where not asked
    /// for, and where the orbit is too large.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schreier: Option<GraphMeasures>,
    /// A stabilizer of this type.
    #[serde(skip)]
    pub stabilizer: PermGroup,
}

/// The orbit types of some features, with their partial order.
#[derive(Debug, Clone, Serialize)]
pub struct OrbitTypes {
    /// The types, the smallest stabilizers first.
    pub types: Vec<OrbitType>,
    /// Pairs (i, j): some conjugate of stabilizer i is in stabilizer j, with no type of the list between them.
    pub covers: Vec<(usize, usize)>,
}

/// Sorts features into types by their stabilizers in `group`, whose elements are all of `elements`.
///
/// Whether two stabilizers are conjugate is decided exactly by base-image search, and whether one is in a conjugate of another by
/// trying all elements: O(|G|) membership tests a pair of types.
///
/// ```
/// use bridge::orbits::orbit_types;
/// use groups::catalog::parse_group;
/// let s4 = parse_group("S4")?;
/// let stabilizers = [(0, s4.stabilizer(0)?), (1, s4.stabilizer(2)?), (2, s4.pointwise_stabilizer(&[0, 1])?)];
/// let elements: Vec<_> = s4.elements().collect();
/// let found = orbit_types(&s4, &elements, &stabilizers)?;
/// assert_eq!(found.types.len(), 2); // points are of one type, pairs of points of another
/// assert_eq!(found.types[1].units, [0, 1]);
/// assert_eq!(found.covers, [(0, 1)]);
/// # Ok::<(), bridge::BridgeError>(())
/// ```
///
/// # Errors
/// Those of [`PermGroup::subgroup_conjugator`].
pub fn orbit_types(
    group: &PermGroup,
    elements: &[Permutation],
    stabilizers: &[(usize, PermGroup)],
) -> Result<OrbitTypes, BridgeError> {
    let whole = group.order();
    let mut types: Vec<OrbitType> = Vec::new();
    for (unit, stabilizer) in stabilizers {
        let mut place = None;
        for (index, known) in types.iter().enumerate() {
            if group
                .subgroup_conjugator(stabilizer, &known.stabilizer)?
                .is_some()
            {
                place = Some(index);
                break;
            }
        }
        match place {
            Some(index) => types[index].units.push(*unit),
            None => types.push(OrbitType {
                stabilizer_order: stabilizer.order().to_string(),
                orbit_size: (&whole / stabilizer.order()).to_string(),
                units: vec![*unit],
                schreier: None,
                stabilizer: stabilizer.clone(),
            }),
        }
    }
    types.sort_by_key(|t| t.stabilizer.order());
    let below = |h: &PermGroup, k: &PermGroup| {
        let (a, b): (BigUint, BigUint) = (h.order(), k.order());
        a < b
            && b.is_multiple_of(&a)
            && elements
                .iter()
                .any(|g| h.generators().iter().all(|s| k.contains(&s.conjugate_by(g))))
    };
    let count = types.len();
    let less: Vec<Vec<bool>> = (0..count)
        .map(|i| {
            (0..count)
                .map(|j| below(&types[i].stabilizer, &types[j].stabilizer))
                .collect()
        })
        .collect();
    let covers = (0..count)
        .flat_map(|i| (0..count).map(move |j| (i, j)))
        .filter(|&(i, j)| less[i][j] && !(0..count).any(|k| less[i][k] && less[k][j]))
        .collect();
    Ok(OrbitTypes { types, covers })
}

impl OrbitTypes {
    /// The Hasse diagram: one vertex a type with the number of its features, an arc from each to those right above it, whose
    /// stabilizers are larger and whose orbits are smaller.
    pub fn graph(&self) -> LabelledGraph {
        let mut graph = DiGraph::new();
        let mut levels = vec![0; self.types.len()];
        for kind in &self.types {
            graph.add_node(format!(
                "|S| = {}, orbit {}: {} features",
                kind.stabilizer_order,
                kind.orbit_size,
                kind.units.len()
            ));
        }
        for &(i, j) in &self.covers {
            graph.add_edge(NodeIndex::new(i), NodeIndex::new(j), "in".to_owned());
            levels[j] = levels[j].max(levels[i] + 1);
        }
        LabelledGraph::layered("Orbit types", graph, levels)
    }
}
