//! Two networks compared up to the names of their units: permutations, signs, and positive factors.
//!
//! Copies of a network that differ in the order of their hidden units compute the same map; two trained networks may
//! be nearer than their weights show. Alignment looks for the element g of the group of the
//! [`WeightSpace`](crate::weight_space) that brings the second network nearest to the first,
//!
//! ```text
//! minimise Σ ‖A − g·B‖²  over all blocks of weights.
//! ```
//!
//! With all axes but one held, the best permutation of that one is a linear assignment; going round the axes is
//! coordinate descent (Ainsworth, Hayase, Srinivasa, *Git Re-Basin*, 2023, algorithm 1), which stops in a local
//! optimum. It is started from the inputs forward, where the rows of a layer are compared over columns that are already
//! matched, and where a unit stays *unexplained* (its weights differ from its partner's by more than a quarter of what
//! unrelated ones would) also from other places: sorted weights, the outputs backward, and random permutations. The
//! nearest of all is kept. Without scales the result of each step is certified by the potentials of its assignment;
//! that no other element is nearer is certified for exact copies alone, by their distance 0.
//!
//! Where factors act (ReLU) each start is made twice, on the weights as they are and with the factors divided out (each
//! hidden unit's weights from below scaled to norm 1 in both networks).
//!
//! ```
//! use bridge::alignment::{AlignOptions, align_weights};
//! use bridge::weight_space::WeightSpace;
//! use nalgebra::{dmatrix, dvector};
//! use nets::{Activation, Dense, Network};
//! let network = |order: [usize; 3]| -> Result<Network, nets::NetError> {
//!     let (w, b) = (dmatrix![1.0, 2.0; 0.0, -1.0; 3.0, 1.0], dvector![0.1, 0.2, 0.3]);
//!     let hidden = Dense::new(w.select_rows(&order), b.select_rows(&order), Activation::Sigmoid)?;
//!     let output = Dense::new(dmatrix![4.0, 5.0, 6.0].select_columns(&order), dvector![0.0], Activation::Linear)?;
//!     Network::new(vec![hidden.into(), output.into()])
//! };
//! let (a, b) = (WeightSpace::of(&network([0, 1, 2])?), WeightSpace::of(&network([2, 0, 1])?));
//! let found = align_weights(&a, &b, &AlignOptions::default())?;
//! assert_eq!(found.permutations(), [[1, 2, 0]]); // unit 0 of A is unit 1 of B
//! assert!(found.exact && found.distance == 0.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod activations;
mod matcher;
mod placement;
mod scales;

use std::borrow::Cow;
use std::cell::OnceCell;

use nalgebra::DMatrix;
use nets::Network;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::BridgeError;
use crate::weight_space::{Axis, Block, WeightSpace};
use matcher::{Matcher, Start};
use placement::{Difference, Placement};
use scales::Balanced;

/// Copies whose weights agree to this, relative to the largest weight, are exact up to the rounding of f32.
pub const ROUNDING: f64 = 4.0 * f32::EPSILON as f64;

/// The share of an unrelated pair's squared distance below which a pair of units is explained.
const EXPLAINED: f64 = 0.25;

/// How two networks are matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// By their weights.
    Weights,
    /// By what their units do on data.
    Activations,
}

/// What may be moved, and how hard to look.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AlignOptions {
    /// Whether inputs may be permuted too.
    pub inputs: bool,
    /// Whether outputs may be permuted too.
    pub outputs: bool,
    /// Whether signs may be flipped between odd functions.
    pub signs: bool,
    /// Whether units may be scaled between positively homogeneous functions.
    pub scales: bool,
    /// How often to start anew while units stay unexplained.
    pub restarts: usize,
    /// Seed of the random starts and orders.
    pub seed: u64,
}

impl Default for AlignOptions {
    fn default() -> Self {
        AlignOptions {
            inputs: false,
            outputs: false,
            signs: true,
            scales: true,
            restarts: 8,
            seed: 1,
        }
    }
}

/// How the units of one axis correspond.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AxisAlignment {
    /// Name of the axis.
    pub axis: String,
    /// Unit i of the first network corresponds to unit `permutation[i]` of the second.
    pub permutation: Vec<usize>,
    /// By unit of the first network: the sign of its partner; absent where signs do not act.
    pub signs: Option<Vec<i8>>,
    /// By unit of the first network: the positive factor by which its partner's incoming weights are multiplied (and the
    /// outgoing divided); absent where factors do not act.
    pub scales: Option<Vec<f64>>,
}

/// The nearest element that was found, and how near it brings the networks.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Alignment {
    /// How they were matched.
    pub method: Method,
    /// By free axis, the hidden ones in the order of the layers.
    pub axes: Vec<AxisAlignment>,
    /// ‖A − g·B‖ over all weights and biases.
    pub distance: f64,
    /// The same divided by ‖A‖.
    pub relative_distance: f64,
    /// ‖A − B‖ before.
    pub distance_before: f64,
    /// The largest |A − g·B|.
    pub largest_difference: f64,
    /// Whether the second network is a copy of the first: bit for bit, or up to [`ROUNDING`] of the largest weight.
    pub exact: bool,
    /// Whether every weight agrees bit for bit (up to the sign of zero).
    pub bitwise: bool,
    /// Units whose weights differ from their partner's by more than a quarter of what unrelated ones would.
    pub unexplained: usize,
    /// Starts that were tried.
    pub starts: usize,
}

impl Alignment {
    /// The permutations, by axis.
    pub fn permutations(&self) -> Vec<&[usize]> {
        self.axes.iter().map(|axis| &axis.permutation[..]).collect()
    }
}

/// Matches two networks by their weights.
///
/// O(Σ n²(m + n)) per round over layers of n units with m weights each; a start takes a few rounds.
///
/// # Errors
/// [`BridgeError::DifferentShapes`] naming the first difference, if the networks are not of one architecture.
pub fn align_weights(
    a: &WeightSpace,
    b: &WeightSpace,
    options: &AlignOptions,
) -> Result<Alignment, BridgeError> {
    check(a, b)?;
    let free = Free::new(a, options);
    // As they are, and, once that leaves units unexplained, with the factors divided out: each can be misled where the
    // other is not.
    let plain = [a, b].map(scales::unbalanced);
    let balanced: OnceCell<[Balanced<'_>; 2]> = OnceCell::new();
    let mut matchers: Vec<Matcher<'_>> = vec![Matcher::new(a, &plain, &free)];
    let mut rng = ChaCha8Rng::seed_from_u64(options.seed);
    let mut best: Option<(Difference, Vec<Placement>, Vec<Vec<f64>>)> = None;
    let mut starts = 0;
    let explained =
        |best: &Option<(Difference, _, _)>| best.as_ref().is_some_and(|(known, ..)| known.unexplained == 0);
    for attempt in 0..=options.restarts {
        let start = match attempt {
            0 => Start::Forward,
            1 => Start::Profiles,
            2 => Start::Backward,
            _ => Start::Random,
        };
        for metric in 0..1 + usize::from(free.scaled.contains(&true)) {
            if explained(&best) {
                break;
            }
            if metric == matchers.len() {
                let balanced = balanced.get_or_init(|| [a, b].map(|space| scales::balance(space, &free)));
                matchers.push(Matcher::new(a, balanced, &free));
            }
            let matcher = &mut matchers[metric];
            starts += 1;
            let mut places = matcher.start(start, &mut rng);
            let is_copy =
                attempt == 0 && Difference::new(a.blocks(), b.blocks(), &places, a.axes()).largest == 0.0;
            if !is_copy {
                matcher.descend(&mut places, &mut rng);
            }
            let factors = matcher.factors(&places);
            let scaled = scales::apply(b, &places, &factors);
            let difference = Difference::new(a.blocks(), &scaled, &places, a.axes());
            let known = best.as_ref().map_or(f64::INFINITY, |(known, ..)| known.squares);
            if difference.squares < known {
                best = Some((difference, places, factors));
            }
        }
    }
    let (difference, places, factors) = best.expect("the first start is nearer than infinity");
    Ok(report(
        a,
        b,
        &free,
        Method::Weights,
        places,
        factors,
        difference.unexplained,
        starts,
    ))
}

/// Matches two networks by the correlations of their units on the columns of `data`; units that are constant there by
/// their weights.
///
/// # Errors
/// [`BridgeError::DifferentShapes`] as [`align_weights`]; [`BridgeError::Shape`] if the data do not have the width of
/// the networks' input, or there are none.
pub fn align_activations(
    a: &Network,
    b: &Network,
    data: &DMatrix<f64>,
    options: &AlignOptions,
) -> Result<Alignment, BridgeError> {
    let spaces = [a, b].map(WeightSpace::of);
    check(&spaces[0], &spaces[1])?;
    if a.input_shape() != b.input_shape() {
        return Err(different("inputs", a.input_width(), b.input_width()));
    }
    for (what, expected, got) in [
        (
            "width of the data (the networks' input)",
            a.input_width(),
            data.nrows(),
        ),
        ("rows of data", 1, data.ncols().min(1)),
    ] {
        if expected != got {
            let what = what.into();
            return Err(BridgeError::Shape { what, expected, got });
        }
    }
    let hidden = AlignOptions {
        inputs: false,
        outputs: false,
        ..options.clone()
    };
    let free = Free::new(&spaces[0], &hidden);
    let (places, factors) = activations::align(a, b, &spaces, data, &free);
    let scaled = scales::apply(&spaces[1], &places, &factors);
    let difference = Difference::new(spaces[0].blocks(), &scaled, &places, spaces[0].axes());
    Ok(report(
        &spaces[0],
        &spaces[1],
        &free,
        Method::Activations,
        places,
        factors,
        difference.unexplained,
        1,
    ))
}

/// The axes that may move, and how.
#[derive(Debug, Clone)]
struct Free {
    axes: Vec<usize>,
    /// By axis of the space.
    signed: Vec<bool>,
    scaled: Vec<bool>,
}

impl Free {
    fn new(space: &WeightSpace, options: &AlignOptions) -> Self {
        let axes = space.free_axes(options.inputs, options.outputs);
        let acts = |wanted: bool, has: fn(&Axis) -> bool| -> Vec<bool> {
            let on = |(a, axis): (usize, &Axis)| wanted && axes.contains(&a) && axis.is_hidden() && has(axis);
            space.axes().iter().enumerate().map(on).collect()
        };
        Free {
            signed: acts(options.signs, |axis| axis.odd),
            scaled: acts(options.scales, |axis| axis.homogeneous),
            axes,
        }
    }
}

#[allow(clippy::too_many_arguments, reason = "the parts of one record")]
fn report(
    a: &WeightSpace,
    b: &WeightSpace,
    free: &Free,
    method: Method,
    places: Vec<Placement>,
    mut factors: Vec<Vec<f64>>,
    unexplained: usize,
    starts: usize,
) -> Alignment {
    let identity: Vec<Placement> = a
        .axes()
        .iter()
        .map(|axis| Placement::identity(axis.size))
        .collect();
    let before = Difference::new(a.blocks(), b.blocks(), &identity, a.axes());
    let mut after = Difference::new(a.blocks(), b.blocks(), &places, a.axes());
    // Factors are kept only if they bring the networks nearer: a permuted copy stays one bit for bit.
    if let Cow::Owned(scaled) = scales::apply(b, &places, &factors) {
        let with_factors = Difference::new(a.blocks(), &scaled, &places, a.axes());
        if with_factors.squares < after.squares {
            after = with_factors;
        } else {
            factors.iter_mut().for_each(|factors| factors.fill(1.0));
        }
    }
    let axes = free.axes.iter().map(|&axis| AxisAlignment {
        axis: a.axes()[axis].name.clone(),
        permutation: places[axis].images.clone(),
        signs: free.signed[axis].then(|| places[axis].signs.iter().map(|&s| s as i8).collect()),
        scales: free.scaled[axis].then(|| factors[axis].clone()),
    });
    let norm = a
        .blocks()
        .iter()
        .flat_map(Block::entries)
        .map(|w| w * w)
        .sum::<f64>()
        .sqrt();
    Alignment {
        method,
        axes: axes.collect(),
        distance: after.squares.sqrt(),
        relative_distance: if norm > 0.0 {
            after.squares.sqrt() / norm
        } else {
            after.squares.sqrt()
        },
        distance_before: before.squares.sqrt(),
        largest_difference: after.largest,
        exact: after.largest <= ROUNDING * a.largest(),
        bitwise: after.largest == 0.0,
        unexplained,
        starts,
    }
}

fn different(what: &str, first: impl ToString, second: impl ToString) -> BridgeError {
    BridgeError::DifferentShapes {
        what: what.to_owned(),
        first: first.to_string(),
        second: second.to_string(),
    }
}

/// Whether two networks are of one architecture.
fn check(a: &WeightSpace, b: &WeightSpace) -> Result<(), BridgeError> {
    if a.blocks().len() != b.blocks().len() {
        return Err(different(
            "tensors of weights",
            a.blocks().len(),
            b.blocks().len(),
        ));
    }
    for (x, y) in a.blocks().iter().zip(b.blocks()) {
        let shape = |block: &Block| {
            let (rows, columns) = block.slots[0].shape();
            let taps = match block.slots.len() {
                1 => String::new(),
                taps => format!(" x {taps}"),
            };
            format!("{} {rows} x {columns}{taps}", block.name)
        };
        if shape(x) != shape(y) || (x.rows, x.columns, x.layer) != (y.rows, y.columns, y.layer) {
            let what = format!("weights of layer {}", x.layer);
            return Err(different(&what, shape(x), shape(y)));
        }
    }
    let kind = |axis: &Axis| {
        let kind = match (axis.linear, axis.odd, axis.homogeneous) {
            (true, _, _) => "linear",
            (_, true, _) => "odd",
            (_, _, true) => "positively homogeneous",
            _ => "other",
        };
        format!("{kind} functions on {} units", axis.size)
    };
    for (x, y) in a.axes().iter().zip(b.axes()) {
        if kind(x) != kind(y) || (x.input, x.output) != (y.input, y.output) {
            return Err(different(&format!("axis '{}'", x.name), kind(x), kind(y)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
