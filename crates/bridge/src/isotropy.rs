//! The isotropy of weights: which relabellings of the units leave the weights themselves as they are.
//!
//! The group of a [`WeightSpace`] (permutations of the units of each axis, sign flips where everything is odd) moves
//! the weights; the stabilizer of a point is its *isotropy* (Arjevani, Field, *Analytic study of families of spurious
//! minima in two-layer ReLU neural networks*, arXiv 2107.10370), and the orbit, of size |group| / |isotropy|, is the
//! set of networks that differ in the names of their units only. The isotropy is the automorphism group of a graph with
//! a vertex for each unit and an arc for each weight, coloured by its value, which the search of
//! [`groups::backtrack`] finds exactly.
//!
//! Floats are equal up to a tolerance τ: the entries of a block are clustered by single linkage, so that neighbours at
//! most τ apart are one value. The answer is exact for the clustered weights, and a function of the clustering: it can
//! only grow with τ, and the *window* of tolerances around the chosen one over which it stays the same says how
//! much it depends on the choice. Every element of the isotropy moves every weight by at most the diameter of its
//! cluster, however long a product of generators it is.
//!
//! ```
//! use bridge::isotropy::{IsotropyOptions, matrix_isotropy};
//! use nalgebra::DMatrix;
//! // Rows and columns permuted alike: the diagonal symmetric group.
//! let found = matrix_isotropy(&DMatrix::identity(7, 7), &IsotropyOptions::default())?;
//! assert_eq!((found.order.to_string().as_str(), found.name.as_deref()), ("5040", Some("Δ(S7)")));
//! assert_eq!(found.orbit_size.to_string(), "5040"); // 7!² / 7!
//! assert_eq!((found.tolerance_window.low, found.tolerance_window.high), (0.0, Some(1.0)));
//! # Ok::<(), bridge::BridgeError>(())
//! ```

mod cluster;
mod colored;
mod name;

use nalgebra::DMatrix;
use num_bigint::BigUint;
use serde::{Serialize, Serializer};

use crate::BridgeError;
use crate::weight_space::WeightSpace;
use cluster::Levels;
use colored::Layout;

/// The default tolerance, relative to the largest weight: far above the rounding of f32, far below what training
/// makes of a number.
pub const RELATIVE_TOLERANCE: f64 = 1e-6;

/// What counts as equal and what may move.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IsotropyOptions {
    /// Distance up to which neighbouring entries are one value; [`RELATIVE_TOLERANCE`] of the largest unless given.
    pub tolerance: Option<f64>,
    /// Whether inputs may be permuted too.
    pub inputs: bool,
    /// Whether outputs may be permuted too.
    pub outputs: bool,
    /// Whether signs may be flipped on hidden axes between odd functions.
    pub signs: bool,
    /// Whether to look for the window of tolerances (some dozens of searches instead of one).
    pub window: bool,
}

impl Default for IsotropyOptions {
    fn default() -> Self {
        IsotropyOptions {
            tolerance: None,
            inputs: false,
            outputs: false,
            signs: true,
            window: true,
        }
    }
}

/// The tolerances τ, low ≤ τ < high, at which the isotropy is the same as at the chosen one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ToleranceWindow {
    /// The smallest.
    pub low: f64,
    /// The smallest above at which it is larger; none if it stays for ever.
    pub high: Option<f64>,
    /// log₁₀(high / low), where low is at least the rounding of the largest weight; none if it stays for ever.
    pub decades: Option<f64>,
}

/// What one generator does to the units of one axis.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AxisMove {
    /// Name of the axis.
    pub axis: String,
    /// Where each unit goes: unit i to place `permutation[i]`.
    pub permutation: Vec<usize>,
    /// The sign by which unit i is multiplied on the way; absent where signs do not act.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signs: Option<Vec<i8>>,
}

/// A generator: what it does to each axis that it moves.
pub type Generator = Vec<AxisMove>;

/// An axis that was allowed to move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FreeAxis {
    /// Its name.
    pub axis: String,
    /// Number of units.
    pub size: usize,
    /// Whether signs were allowed.
    pub signs: bool,
}

/// What backs the answer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct IsotropyCertificate {
    /// The largest change of a weight under a generator, measured on the weights that were given.
    pub displacement: f64,
    /// The largest diameter of a cluster: no element of the group changes a weight by more.
    pub cluster_diameter: f64,
    /// Number of clusters over all blocks.
    pub clusters: usize,
}

/// The stabilizer of weights under relabellings of units.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Isotropy {
    /// Number of elements.
    #[serde(serialize_with = "as_text")]
    pub order: BigUint,
    /// Generators; none for the trivial group.
    pub generators: Vec<Generator>,
    /// Number of different weights with the same map up to the names of units: |ambient| / |isotropy|.
    #[serde(serialize_with = "as_text")]
    pub orbit_size: BigUint,
    /// The group's name where it is a product of symmetric groups (Bₙ with signs), each natural on some axes; Δ where
    /// it moves several axes at once. Also Cₙ and Dₙ (of order 2n). None for other groups.
    pub name: Option<String>,
    /// The tolerance τ.
    pub tolerance: f64,
    /// Over which tolerances the answer is the same.
    pub tolerance_window: ToleranceWindow,
    /// Order of the group of all permutations (and signs) of the free axes.
    #[serde(serialize_with = "as_text")]
    pub ambient_order: BigUint,
    /// The axes that were allowed to move.
    pub axes: Vec<FreeAxis>,
    /// What backs the answer.
    pub certificate: IsotropyCertificate,
}

fn as_text<S: Serializer>(value: &BigUint, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

/// The permutations P of rows and Q of columns with P·W·Qᵀ = W up to the tolerance.
///
/// Signs are not considered, whatever the options. One graph search on rows + columns vertices, and O(log entries) more
/// for the window.
///
/// # Errors
/// As [`isotropy`], and [`BridgeError::Shape`] or [`BridgeError::NotFinite`] for a matrix without entries or with one
/// that is not finite.
pub fn matrix_isotropy(matrix: &DMatrix<f64>, options: &IsotropyOptions) -> Result<Isotropy, BridgeError> {
    let options = IsotropyOptions {
        signs: false,
        ..options.clone()
    };
    isotropy(&WeightSpace::of_matrix(matrix)?, &options)
}

/// The isotropy of the weights of a network, or of one of its layers ([`WeightSpace::of_layer`]).
///
/// A graph search on one vertex per unit of a free axis (two where signs act), exponential in the worst case and fast
/// where refinement tells inequivalent units apart; O(log weights) more for the window.
///
/// # Errors
/// [`BridgeError::Tolerance`] if the tolerance is negative or not a number; [`BridgeError::Group`] if there are more
/// units than a permutation can move.
///
/// ```
/// use bridge::isotropy::{IsotropyOptions, isotropy};
/// use bridge::weight_space::WeightSpace;
/// use nalgebra::{dmatrix, dvector};
/// use nets::{Activation, Dense, Network};
/// // Two hidden units are the same up to the sign.
/// let hidden = Dense::new(dmatrix![1.0, 2.0; -1.0, -2.0; 3.0, 5.0], dvector![0.5, -0.5, 1.0], Activation::Tanh)?;
/// let output = Dense::new(dmatrix![4.0, -4.0, 1.0], dvector![0.0], Activation::Linear)?;
/// let space = WeightSpace::of(&Network::new(vec![hidden.into(), output.into()])?);
/// let found = isotropy(&space, &IsotropyOptions::default())?;
/// assert_eq!(found.order.to_string(), "2");
/// assert_eq!(found.generators[0][0].permutation, [1, 0, 2]);
/// assert_eq!(found.generators[0][0].signs.as_deref(), Some(&[-1, -1, 1][..]));
/// assert_eq!(found.orbit_size.to_string(), "24"); // 3!·2³ / 2
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn isotropy(space: &WeightSpace, options: &IsotropyOptions) -> Result<Isotropy, BridgeError> {
    let largest = space.largest();
    let tolerance = options.tolerance.unwrap_or(RELATIVE_TOLERANCE * largest);
    if tolerance.is_nan() || tolerance < 0.0 {
        return Err(BridgeError::Tolerance { tolerance });
    }
    let layout = Layout::new(space, options);
    let levels: Vec<Levels> = space
        .blocks()
        .iter()
        .map(|block| Levels::new(block, layout.sign_acts_on(block)))
        .collect();
    let found = layout.automorphisms(space, &levels, tolerance)?;
    let order = found.order();
    let window = if options.window {
        let mut gaps: Vec<f64> = levels.iter().flat_map(Levels::gaps).collect();
        gaps.sort_by(f64::total_cmp);
        gaps.dedup();
        let same = |tolerance: f64| -> Result<bool, BridgeError> {
            Ok(layout.automorphisms(space, &levels, tolerance)?.order() == order)
        };
        window(&gaps, tolerance, largest, same)?
    } else {
        ToleranceWindow {
            low: tolerance,
            high: Some(tolerance),
            decades: Some(0.0),
        }
    };
    let generators: Vec<Generator> = found.generators().iter().map(|g| layout.generator(g)).collect();
    let displacement = found
        .generators()
        .iter()
        .map(|g| layout.displacement(space, g))
        .fold(0.0, f64::max);
    let ambient_order = layout.ambient_order();
    let clusters: Vec<cluster::Classes> = levels.iter().map(|l| l.classes(tolerance)).collect();
    Ok(Isotropy {
        name: name::name(&layout, &found),
        generators,
        orbit_size: &ambient_order / &order,
        tolerance,
        tolerance_window: window,
        ambient_order,
        axes: layout.free_axes(),
        certificate: IsotropyCertificate {
            displacement,
            cluster_diameter: clusters.iter().map(|c| c.diameter).fold(0.0, f64::max),
            clusters: clusters.iter().map(|c| c.count).sum(),
        },
        order,
    })
}

/// The run of tolerances with the same answer, by bisection: the isotropy grows with the tolerance, and changes at gaps
/// between neighbouring entries only.
fn window(
    gaps: &[f64],
    tolerance: f64,
    largest: f64,
    same: impl Fn(f64) -> Result<bool, BridgeError>,
) -> Result<ToleranceWindow, BridgeError> {
    let here = gaps.partition_point(|&gap| gap <= tolerance);
    // State k merges the k smallest gaps.
    let at = |state: usize| if state == 0 { 0.0 } else { gaps[state - 1] };
    let (mut bad, mut low) = (None, here);
    if here > 0 && same(0.0)? {
        low = 0;
    } else {
        let mut below = 0;
        while below + 1 < low {
            let middle = usize::midpoint(below, low);
            if same(at(middle))? {
                low = middle;
            } else {
                below = middle;
            }
        }
    }
    let mut high = here;
    let mut step = 1;
    while bad.is_none() && high < gaps.len() {
        let probe = (high + step).min(gaps.len());
        if same(at(probe))? {
            high = probe;
            step *= 4;
        } else {
            bad = Some(probe);
        }
    }
    let mut end = bad;
    if let Some(end) = &mut end {
        while high + 1 < *end {
            let middle = usize::midpoint(high, *end);
            if same(at(middle))? {
                high = middle;
            } else {
                *end = middle;
            }
        }
    }
    let (low, high) = (at(low), end.map(at));
    let floor = low.max(f64::EPSILON * largest).max(f64::MIN_POSITIVE);
    Ok(ToleranceWindow {
        low,
        high,
        decades: high.map(|high| (high / floor).log10().max(0.0)),
    })
}

#[cfg(test)]
mod tests;
