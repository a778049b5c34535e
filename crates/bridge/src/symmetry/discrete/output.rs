//! What the outputs of a map do when its inputs are moved.

use groups::{PermGroup, Permutation};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

use super::action::{Coordinates, MapAction};
use super::layout::Layout;
use super::named::InputGroup;
use super::probe::Probe;
use super::stabilizer::Candidates;
use crate::BridgeError;
use crate::assignment::assign;
use crate::filtration::Elements;

/// The most outputs that are matched by assignment.
const MOST_OUTPUTS: usize = 512;

/// How the outputs are to move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutputRule {
    /// Not at all: f(gx) = f(x), an invariance.
    Fixed,
    /// As the inputs do: f(gx) = g f(x), an equivariance. On an image whose sides are whole multiples of those of the
    /// output image, a shift by as many pixels moves the output by one.
    Same,
    /// By the permutation that fits best, for each g anew.
    Fitted,
}

impl std::str::FromStr for OutputRule {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "fixed" => Ok(OutputRule::Fixed),
            "same" => Ok(OutputRule::Same),
            "fit" | "fitted" => Ok(OutputRule::Fitted),
            _ => Err("expected fixed, same or fit".to_owned()),
        }
    }
}

/// The joint group on inputs and outputs under a rule, as generators in the order of the input group's; `None` under the
/// rule `Fitted`, which has elements but no group before it is fitted.
pub(super) fn joint_group(
    input: &InputGroup,
    layout: &Layout,
    output: &Layout,
    rule: OutputRule,
) -> Result<Option<(MapAction, PermGroup)>, BridgeError> {
    match rule {
        OutputRule::Fixed => {
            let action = MapAction {
                input: input.coordinates,
                output: None,
            };
            Ok(Some((action, input.group.clone())))
        }
        OutputRule::Fitted => Ok(None),
        OutputRule::Same => {
            let (action, pairs) = same_action(input, layout, output)?;
            Ok(Some((action, PermGroup::new(action.degree(), pairs)?)))
        }
    }
}

fn same_action(
    input: &InputGroup,
    layout: &Layout,
    output: &Layout,
) -> Result<(MapAction, Vec<Permutation>), BridgeError> {
    let points = |g: &Permutation| g.images().iter().map(|&p| p as usize).collect::<Vec<_>>();
    if layout == output {
        let action = MapAction {
            input: input.coordinates,
            output: Some(input.coordinates),
        };
        let pair = |g: &Permutation| action.joint(&points(g), &points(g));
        let pairs = input
            .group
            .generators()
            .iter()
            .map(pair)
            .collect::<Result<_, _>>()?;
        return Ok((action, pairs));
    }
    let refuse = || BridgeError::GroupDoesNotAct {
        group: input.name.clone(),
        why: format!(
            "the output has {} coordinates, the input {}: expected as many, or an output image that the grid group acts on too",
            output.width, layout.width
        ),
    };
    let (Some((_, h, w)), Some((_, rows, columns))) = (layout.image, output.image) else {
        return Err(refuse());
    };
    let (Some(inputs), Some(outputs)) = (layout.grid_generators()?, output.grid_generators()?) else {
        return Err(refuse());
    };
    if layout.guessed || output.guessed || h % rows != 0 || w % columns != 0 {
        return Err(refuse());
    }
    // The grid group of the output acts on the input through its own generators, shifts by whole strides.
    let action = MapAction {
        input: Coordinates::Plain(layout.width),
        output: Some(Coordinates::Plain(output.width)),
    };
    let strides = [(h / rows) as i64, (w / columns) as i64, 1, 1];
    let mut pairs = Vec::new();
    for ((g, stride), out) in inputs.iter().zip(strides).zip(&outputs) {
        pairs.push(action.joint(&points(&g.pow(stride)), &points(out))?);
    }
    let whole = PermGroup::new(action.degree(), pairs)?;
    // Of those, the ones that the group in question holds on the inputs.
    let mut kept = Vec::new();
    for joint in whole.elements() {
        let on_inputs = Permutation::from_images(joint.images()[..layout.width].to_vec())?;
        if input.group.contains(&on_inputs) {
            kept.push(joint);
        }
    }
    Ok((action, kept))
}

/// All elements of a group of at most `limit` elements with what the outputs do; `None` if it is larger.
///
/// # Errors
/// [`BridgeError::GroupDoesNotAct`] if the rule gives the outputs no action.
pub(super) fn all_elements(
    probe: &Probe<'_>,
    input: &InputGroup,
    layouts: (&Layout, &Layout),
    rule: OutputRule,
    limit: u64,
) -> Result<Option<Candidates>, BridgeError> {
    if input.group.order() > limit.into() {
        return Ok(None);
    }
    if let Some((action, group)) = joint_group(input, layouts.0, layouts.1, rule)? {
        let elements = Elements::of(&group)?.as_slice().to_vec();
        return Ok(Some(Candidates {
            action,
            elements,
            all_of: Some(group.order()),
        }));
    }
    let elements = Elements::of(&input.group)?;
    let (action, elements) = fitted(probe, input.coordinates, elements.as_slice())?;
    Ok(Some(Candidates {
        action,
        elements,
        all_of: Some(input.group.order()),
    }))
}

/// Elements on the inputs, each with the output permutation that fits best.
pub(super) fn fitted(
    probe: &Probe<'_>,
    input: Coordinates,
    elements: &[Permutation],
) -> Result<(MapAction, Vec<Permutation>), BridgeError> {
    let outputs = probe.outputs();
    let width = outputs.nrows();
    if width > MOST_OUTPUTS {
        return Err(BridgeError::Shape {
            what: "outputs to match by assignment, at most".to_owned(),
            expected: MOST_OUTPUTS,
            got: width,
        });
    }
    let still = MapAction { input, output: None };
    let action = MapAction {
        input,
        output: Some(Coordinates::Plain(width)),
    };
    let norms: Vec<f64> = outputs.row_iter().map(|row| row.norm_squared()).collect();
    let fit = |g: &Permutation| -> Result<Permutation, BridgeError> {
        let moved = probe.outputs_at_moved(&still, g);
        let cross = outputs * moved.transpose();
        // Output j goes to place k: the mean of (f_k(gx) − f_j(x))².
        let there: Vec<f64> = moved.row_iter().map(|row| row.norm_squared()).collect();
        let costs = DMatrix::from_fn(width, width, |j, k| norms[j] + there[k] - 2.0 * cross[(j, k)]);
        let points: Vec<usize> = g.images().iter().map(|&p| p as usize).collect();
        action.joint(&points, &assign(&costs)?.columns)
    };
    let joint = elements.iter().map(fit).collect::<Result<_, _>>()?;
    Ok((action, joint))
}
