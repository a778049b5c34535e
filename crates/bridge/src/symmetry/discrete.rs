//! Discrete symmetries of a trained map: stabilizer filtrations under finite groups that act on its inputs.
//!
//! For a map f, rows of data and a finite group G acting on the inputs by permutations and sign changes of coordinates
//! (and, where asked for, on the outputs), every element has a [deviation](Probe::deviation), 0 where f(gx) = ρ(g)f(x) on
//! the data and √2 where the two have nothing to do with each other. The elements within ε do not make a group; the
//! *stabilizer filtration* takes the one they generate,
//!
//! ```text
//! S_ε(f) = ⟨ g ∈ G : dev(g) ≤ ε ⟩,
//! ```
//!
//! which is nested in ε and has an exact order. Generated elements may be farther off than ε, so what is reported as *the*
//! symmetry is not S_ε but the largest subgroup found **all** of whose elements are within the tolerance; how that was
//! checked is part of the answer ([`Verification`]).
//!
//! The tolerance, unless given, is the middle of the widest gap between the deviations from √2/4 to √2/2 (of two outputs
//! with dev = 1/2 seven eighths of the variance agree), or of a gap of at least a factor of 4 below, if that is wider. Exact symmetries are a matter of their own: where there are any, they
//! are what is reported, with the larger approximate group beside them. Against a deviation that is small because the
//! element hardly moves the data stands the [control](Probe::control).
//!
//! ```
//! use bridge::symmetry::discrete::{DiscreteOptions, discrete_symmetries};
//! use nalgebra::{dmatrix, dvector};
//! use nets::{Activation, Dataset, Dense, Network};
//! // tanh(x + y) + tanh(-x - y + 1): the exchange of x and y, and no sign changes
//! let hidden = Dense::new(dmatrix![1.0, 1.0; -1.0, -1.0], dvector![0.0, 1.0], Activation::Tanh)?;
//! let output = Dense::new(dmatrix![1.0, 1.0], dvector![0.0], Activation::Linear)?;
//! let network = Network::new(vec![hidden.into(), output.into()])?;
//! let values = (0..80).map(|k| ((k * k) % 17) as f32 / 4.0 - 2.0).collect();
//! let rows = Dataset::new("rows", values, 2)?;
//! let found = discrete_symmetries(&network, &rows, None, None, &DiscreteOptions::default())?;
//! assert_eq!((found.group.as_str(), found.order.to_string()), ("S_2", "2".to_owned()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod action;
mod generators;
mod layout;
mod matching;
mod named;
mod naming;
mod output;
mod probe;
mod search;
mod stabilizer;

pub use action::{Coordinates, MapAction};
pub use generators::generators_from_json;
pub use layout::Layout;
pub use named::InputGroup;
pub use naming::name_of;
pub use output::OutputRule;
pub use probe::{CHANCE, Probe};
pub use stabilizer::{
    Approximate, Candidates, EXACT, MapStabilizer, MapStep, StabilizerOptions, Verification, stabilizer,
};

use nets::{Dataset, Network};
use num_bigint::BigUint;
use num_traits::One;
use serde::{Serialize, Serializer};

use crate::BridgeError;
use output::all_elements;
use search::{Hunt, HuntKind};

/// How discrete symmetries are looked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DiscreteOptions {
    /// Rows of the data that are used.
    pub rows: usize,
    /// How stabilizers are found.
    pub stabilizer: StabilizerOptions,
}

impl Default for DiscreteOptions {
    fn default() -> Self {
        DiscreteOptions {
            rows: 256,
            stabilizer: StabilizerOptions::default(),
        }
    }
}

/// An element, as images of coordinates counted from 0 with signs: coordinate i goes to `sign[i]` times place `images[i]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Element {
    /// Where each coordinate goes.
    pub images: Vec<usize>,
    /// With which sign, where signs may change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signs: Option<Vec<i8>>,
}

/// A generator on the inputs and, where the outputs move, on them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Generator {
    /// On the inputs.
    pub input: Element,
    /// On the outputs; absent if they stay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<Element>,
}

/// A group that was searched, and what was found in it.
#[derive(Debug, Clone, Serialize)]
pub struct Searched {
    /// The group.
    pub within: String,
    /// Its order.
    #[serde(serialize_with = "as_text")]
    pub within_order: BigUint,
    /// The subgroup that was found.
    pub group: String,
    /// Its order.
    #[serde(serialize_with = "as_text")]
    pub order: BigUint,
}

/// A larger subgroup, within a wider tolerance.
#[derive(Debug, Clone, Serialize)]
pub struct ApproximateGroup {
    /// Its name.
    pub group: String,
    /// Its order.
    #[serde(serialize_with = "as_text")]
    pub order: BigUint,
    /// The tolerance.
    pub tolerance: f64,
    /// The largest deviation over it.
    pub largest_deviation: f64,
}

/// The discrete symmetries of a map.
#[derive(Debug, Clone, Serialize)]
pub struct DiscreteSymmetries {
    /// The name of the largest subgroup within the tolerance, on the inputs.
    pub group: String,
    /// Its order.
    #[serde(serialize_with = "as_text")]
    pub order: BigUint,
    /// Order of the subgroup of exact symmetries (up to rounding).
    #[serde(serialize_with = "as_text")]
    pub exact_order: BigUint,
    /// The largest deviation that its elements may have.
    pub tolerance: f64,
    /// What the outputs do.
    pub output: OutputRule,
    /// The group that was searched.
    pub within: String,
    /// Its order.
    #[serde(serialize_with = "as_text")]
    pub within_order: BigUint,
    /// Whether all of its elements were measured, or candidates only.
    pub complete: bool,
    /// Number of elements measured.
    pub measured: usize,
    /// Root mean square deviation over the whole group searched (but the identity), if all were measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within_deviation: Option<f64>,
    /// Rows used.
    pub rows: usize,
    /// Root mean square of the standard deviations of the outputs, which deviations are relative to.
    pub spread: f64,
    /// The deviation of what is no symmetry: √2.
    pub chance: f64,
    /// Largest deviation over the subgroup.
    pub largest_deviation: f64,
    /// Root mean square deviation over the subgroup's elements but the identity.
    pub mean_deviation: f64,
    /// What random displacements of the same lengths would have made of the generators' deviations.
    pub control_deviation: f64,
    /// How the deviations over the subgroup were found.
    pub verification: Verification,
    /// The larger subgroup of approximate symmetries, where `group` is one of exact symmetries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approximate: Option<ApproximateGroup>,
    /// Generators of the subgroup.
    pub generators: Vec<Generator>,
    /// The stabilizer filtration: exact orders, births in ε.
    pub filtration: Vec<MapStep>,
    /// All groups that were searched.
    pub searched: Vec<Searched>,
    /// The same question with the other rule for the outputs, where it applies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other: Option<Box<DiscreteSymmetries>>,
    /// The subgroup itself, on the points of both sides.
    #[serde(skip)]
    pub stabilizer: MapStabilizer,
}

fn as_text<S: Serializer>(value: &BigUint, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

/// The share of its control that the deviation of a grid symmetry must stay under to be taken for one in a search.
const EVIDENCE: f64 = 0.75;

/// The same for equivariances, which maps near the identity have by themselves.
const EQUIVARIANCE_EVIDENCE: f64 = 0.5;

/// The same for permutations of coordinates: there are many, and exchanges of two coordinates with much the same influence
/// (or, in images, of neighbours and of places that are always dark) change little in every map.
const COORDINATE_EVIDENCE: f64 = 0.25;

/// The discrete symmetries of a network on data: in the given group, or, if there is none, in the groups that suit the
/// input. With no rule for the outputs, invariances are looked for and, where the outputs are laid out like the inputs,
/// equivariances too; the first is what is reported, with the second beside it, unless it is trivial and the equivariance
/// is exact.
///
/// # Errors
/// As [`Probe::new`]; [`BridgeError::GroupDoesNotAct`] if the rule gives the outputs no action.
pub fn discrete_symmetries(
    network: &Network,
    data: &Dataset,
    group: Option<&InputGroup>,
    rule: Option<OutputRule>,
    options: &DiscreteOptions,
) -> Result<DiscreteSymmetries, BridgeError> {
    let probe = Probe::new(network, data, options.rows)?;
    let layout = Layout::of_inputs(network, data);
    let mut output = Layout::of_shape(network.output_shape());
    // As many outputs as inputs are laid out alike, unless they are another image by their own shape.
    let other_image = output.image.is_some() && !output.guessed && output.image != layout.image;
    if output.width == layout.width && !other_image {
        output = layout;
    }
    let answer = |rule| match group {
        Some(group) => in_group(&probe, group, (&layout, &output), rule, options).map(Some),
        None => search_all(&probe, (&layout, &output), rule, options),
    };
    if let Some(rule) = rule {
        return answer(rule)?.ok_or_else(|| nowhere(&layout, rule));
    }
    let fixed = answer(OutputRule::Fixed)?;
    let alike = output == layout || output.image.is_some() && !output.guessed;
    let same = if alike {
        match answer(OutputRule::Same) {
            Ok(same) => same,
            Err(BridgeError::GroupDoesNotAct { .. }) => None,
            Err(error) => return Err(error),
        }
    } else {
        None
    };
    match (fixed, same) {
        (Some(fixed), Some(same))
            if fixed.order.is_one() && !same.exact_order.is_one() && !same.order.is_one() =>
        {
            Ok(DiscreteSymmetries {
                other: Some(Box::new(fixed)),
                ..same
            })
        }
        (Some(fixed), same) => Ok(DiscreteSymmetries {
            other: same.map(Box::new),
            ..fixed
        }),
        (None, Some(same)) => Ok(same),
        (None, None) => Err(nowhere(&layout, OutputRule::Fixed)),
    }
}

fn nowhere(layout: &Layout, rule: OutputRule) -> BridgeError {
    BridgeError::GroupDoesNotAct {
        group: "searched for".to_owned(),
        why: format!(
            "an input of {} coordinates has no permutations to search (outputs: {rule:?})",
            layout.width
        ),
    }
}

fn in_group(
    probe: &Probe<'_>,
    group: &InputGroup,
    layouts: (&Layout, &Layout),
    rule: OutputRule,
    options: &DiscreteOptions,
) -> Result<DiscreteSymmetries, BridgeError> {
    let candidates = match all_elements(probe, group, layouts, rule, options.stabilizer.exhaustive)? {
        Some(candidates) => candidates,
        None => search::lifted(
            probe,
            group.coordinates,
            search::candidates_in(probe, group)?,
            rule,
        )?,
    };
    let hunt = Hunt {
        group: group.clone(),
        candidates,
        kind: HuntKind::Coordinates,
    };
    let found = stabilizer(probe, &hunt.candidates, &options.stabilizer)?;
    describe(probe, &hunt, found, layouts.0, rule)
}

fn search_all(
    probe: &Probe<'_>,
    layouts: (&Layout, &Layout),
    rule: OutputRule,
    options: &DiscreteOptions,
) -> Result<Option<DiscreteSymmetries>, BridgeError> {
    let mut best: Option<DiscreteSymmetries> = None;
    let mut searched = Vec::new();
    for hunt in search::hunts(probe, layouts.0, layouts.1, rule, options.stabilizer.exhaustive)? {
        let evidence = match (hunt.kind, rule) {
            (HuntKind::Grid, OutputRule::Same) => EQUIVARIANCE_EVIDENCE,
            (HuntKind::Grid, _) => EVIDENCE,
            _ => COORDINATE_EVIDENCE,
        };
        let settings = StabilizerOptions {
            evidence: Some(evidence),
            ..options.stabilizer
        };
        let mut found = stabilizer(probe, &hunt.candidates, &settings)?;
        if hunt.kind == HuntKind::PerhapsPixels && found.control_deviation < CHANCE / 2.0 {
            found = found.refused();
        }
        let described = describe(probe, &hunt, found, layouts.0, rule)?;
        searched.extend(described.searched.clone());
        if best.as_ref().is_none_or(|best| described.order > best.order) {
            best = Some(described);
        }
    }
    Ok(best.map(|best| DiscreteSymmetries { searched, ..best }))
}

fn describe(
    probe: &Probe<'_>,
    hunt: &Hunt,
    found: MapStabilizer,
    layout: &Layout,
    rule: OutputRule,
) -> Result<DiscreteSymmetries, BridgeError> {
    let action = &hunt.candidates.action;
    let on_inputs = action.on_inputs(&found.subgroup)?;
    let group = name_of(&on_inputs, action.input, layout)?;
    let order = on_inputs.order();
    let side = |coordinates: Coordinates, offset: usize, g: &groups::Permutation| {
        let images = coordinates.images(offset, g);
        Element {
            images: images.iter().map(|&(to, _)| to).collect(),
            signs: matches!(coordinates, Coordinates::Signed(_)).then(|| {
                images
                    .iter()
                    .map(|&(_, s)| if s < 0.0 { -1 } else { 1 })
                    .collect()
            }),
        }
    };
    let generators = found.subgroup.generators().iter().map(|g| Generator {
        input: side(action.input, 0, g),
        output: action.output.map(|output| side(output, action.input.degree(), g)),
    });
    let approximate = match &found.approximate {
        Some(wider) => {
            let on_inputs = action.on_inputs(&wider.subgroup)?;
            Some(ApproximateGroup {
                group: name_of(&on_inputs, action.input, layout)?,
                order: on_inputs.order(),
                tolerance: wider.tolerance,
                largest_deviation: wider.largest_deviation,
            })
        }
        None => None,
    };
    let within_order = hunt.group.group.order();
    let searched = vec![Searched {
        within: hunt.group.name.clone(),
        within_order: within_order.clone(),
        group: group.clone(),
        order: order.clone(),
    }];
    Ok(DiscreteSymmetries {
        group,
        order,
        exact_order: found
            .at(EXACT)
            .map_or_else(BigUint::one, |step| step.order.clone()),
        tolerance: found.tolerance,
        output: rule,
        within: hunt.group.name.clone(),
        within_order,
        complete: found.complete,
        measured: found.measured,
        within_deviation: found.whole_deviation,
        rows: probe.rows(),
        spread: probe.spread(),
        chance: CHANCE,
        largest_deviation: found.largest_deviation,
        mean_deviation: found.mean_deviation,
        control_deviation: found.control_deviation,
        verification: found.verification.clone(),
        approximate,
        generators: generators.collect(),
        filtration: found.filtration.clone(),
        searched,
        other: None,
        stabilizer: found,
    })
}

#[cfg(test)]
mod tests;
