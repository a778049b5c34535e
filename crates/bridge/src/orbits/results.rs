//! What is asked about the orbits of a network's features, and what is answered.

use serde::Serialize;

use super::{OrbitMatch, OrbitTypes};
use crate::audit::Unanswered;
use crate::depth::{CodeStabilizers, OrbitTower, TupleOrbits};
use crate::filtration::Filtration;
use crate::graph::LabelledGraph;
use crate::statistics::Interval;

/// What to ask.
#[derive(Debug, Clone, PartialEq)]
pub struct OrbitOptions {
    /// The stage of this layer only.
    pub layer: Option<usize>,
    /// The tolerance at which stabilizers are taken, relative to the norm of a feature; unless given half of the smallest that gives
    /// any feature of the null a stabilizer.
    pub tolerance: Option<f64>,
    /// Rows of the data at most.
    pub rows: usize,
    /// Seed of the null.
    pub seed: u64,
}

impl Default for OrbitOptions {
    fn default() -> Self {
        OrbitOptions {
            layer: None,
            tolerance: None,
            rows: 1_000,
            seed: 1,
        }
    }
}

/// The orbit of one feature.
#[derive(Debug, Clone, Serialize)]
pub struct FeatureOrbit {
    /// The unit.
    pub unit: usize,
    /// The norm of the feature.
    pub norm: f64,
    /// Order of the stabilizer at the tolerance, in decimal.
    pub stabilizer_order: String,
    /// Size of the exact orbit, in decimal.
    pub orbit_size: String,
    /// Whether the whole group fixes it: an orbit of one point, which any search for small orbits finds first and which says
    /// nothing.
    pub fixed: bool,
    /// How far the feature is from the one that the stabilizer fixes exactly, relative to its norm.
    pub rounding: f64,
    /// ln|S_ε|/ln|G| averaged over ε up to 1.
    pub symmetry: f64,
    /// The approximate orbit against the exact one. Where the sum of the cubes of the orbits exceeds 2·10⁹, every k-th feature has
    /// it, to stay below.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matching: Option<OrbitMatch>,
    /// Error of the induced maps for this unit's code on held-out rows, relative to its standard deviation; null for a unit
    /// whose code does not vary.
    pub residual: Option<f64>,
    /// The stabilizers at all tolerances.
    pub filtration: Filtration,
}

/// A unit without a feature.
#[derive(Debug, Clone, Serialize)]
pub struct RefusedUnit {
    /// The unit.
    pub unit: usize,
    /// Why.
    pub why: String,
}

/// The learned features against those of the null.
#[derive(Debug, Clone, Serialize)]
pub struct AgainstNull {
    /// Median of the learned features.
    pub learned: f64,
    /// Median of the null.
    pub null: f64,
    /// The probability that a learned feature has the smaller value (the larger, for symmetry) than one of the null: one half if
    /// they are not told apart.
    pub better: Interval,
}

/// The features of one layer.
#[derive(Debug, Clone, Serialize)]
pub struct LayerOrbits {
    /// The last layer of the stage.
    pub layer: usize,
    /// The stage in words.
    pub stage: String,
    /// Its units.
    pub units: usize,
    /// The tolerance of the stabilizers.
    pub tolerance: f64,
    /// Mean distance of the matched orbits.
    pub distance: AgainstNull,
    /// Hausdorff distance of the orbits.
    pub hausdorff: AgainstNull,
    /// How symmetric the features are.
    pub symmetry: AgainstNull,
    /// Error of the induced affine maps on held-out rows, relative to the spread of the codes: 0 if some linear action on the codes
    /// carries the group. Then the same of the null.
    pub residual: [f64; 2],
    /// How far these maps are from being a representation, A_(st) = A_t A_s; and of the null.
    pub representation_defect: [f64; 2],
    /// How much the motions change the inner products of the codes: 0 if some orthogonal action on the codes carries the group;
    /// and of the null.
    pub gram_defect: [f64; 2],
    /// Stabilizers of rows as this layer sees them, {g : ‖φ(x·g) − φ(x)‖ ≤ ε·spread} generated.
    pub rows: CodeStabilizers,
    /// The same of the null.
    pub rows_of_null: CodeStabilizers,
    /// The features.
    pub features: Vec<FeatureOrbit>,
    /// Units without one.
    pub refused: Vec<RefusedUnit>,
    /// Their orbit types.
    pub types: OrbitTypes,
    /// The graphs of the layer.
    #[serde(skip)]
    pub graphs: OrbitGraphs,
}

/// The graphs of a layer.
#[derive(Debug, Clone)]
pub struct OrbitGraphs {
    /// The most symmetric feature that the group moves; absent if it moves none.
    pub unit: Option<usize>,
    /// The Schreier graph of its orbit; absent also if it is too large.
    pub schreier: Option<LabelledGraph>,
    /// Its chain of subgroups.
    pub chain: Option<LabelledGraph>,
    /// The orbit types of the layer.
    pub types: LabelledGraph,
}

/// All that [`feature_orbits`](super::feature_orbits) finds.
#[derive(Debug, Clone, Serialize)]
pub struct NetworkOrbits {
    /// The group.
    pub group: String,
    /// Its order, in decimal.
    pub group_order: String,
    /// Rows used.
    pub rows: usize,
    /// Seed of the null.
    pub seed: u64,
    /// Stabilizers of rows as the input shows them.
    pub input: CodeStabilizers,
    /// The layers.
    pub layers: Vec<LayerOrbits>,
    /// What the layers make of the orbit of the first row; absent if that is too large.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tower: Option<OrbitTower>,
    /// Tuples of coordinates under the group.
    pub tuples: Vec<TupleOrbits>,
    /// What was not answered.
    pub unanswered: Vec<Unanswered>,
}
