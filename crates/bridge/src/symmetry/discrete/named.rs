//! The grammar of groups that act on the inputs of a map.

use groups::catalog::{hyperoctahedral, parse_group};
use groups::{PermGroup, Permutation};

use super::action::Coordinates;
use super::layout::Layout;
use crate::BridgeError;

/// A group with the points of the inputs that it permutes.
///
#[doc = include_str!("../../../../../docs/input-groups.md")]
#[derive(Debug, Clone)]
pub struct InputGroup {
    /// What it is called.
    pub name: String,
    /// The points.
    pub coordinates: Coordinates,
    /// The group on those points.
    pub group: PermGroup,
}

impl InputGroup {
    fn plain(name: impl Into<String>, group: PermGroup) -> Self {
        InputGroup {
            name: name.into(),
            coordinates: Coordinates::Plain(group.degree()),
            group,
        }
    }

    fn signed(name: impl Into<String>, group: PermGroup) -> Self {
        InputGroup {
            name: name.into(),
            coordinates: Coordinates::Signed(group.degree() / 2),
            group,
        }
    }

    /// The group that a text names, by the grammar above, on inputs of this layout.
    ///
    /// ```
    /// use bridge::symmetry::discrete::{InputGroup, Layout};
    /// let image = Layout::of_shape(&[1, 8, 8]);
    /// let vector = Layout::of_shape(&[6]);
    /// let order = |text: &str, layout: &Layout| InputGroup::parse(text, layout).map(|g| g.group.order().to_string());
    /// assert_eq!(order("D4", &image)?, "8");
    /// assert_eq!(order("Z8xZ8", &image)?, "64");
    /// assert_eq!(order("S_6", &vector)?, "720");
    /// assert_eq!(order("signed", &vector)?, "46080");
    /// assert!(order("S_5", &vector).is_err());
    /// # Ok::<(), bridge::BridgeError>(())
    /// ```
    ///
    /// # Errors
    /// [`BridgeError::GroupDoesNotAct`] if it acts on no input of this layout; the errors of the catalog.
    pub fn parse(text: &str, layout: &Layout) -> Result<Self, BridgeError> {
        let text = text.trim();
        let refuse = |why: String| BridgeError::GroupDoesNotAct {
            group: text.to_owned(),
            why,
        };
        let width = layout.width;
        match text {
            "signs" => return Ok(Self::signed(text, sign_changes(width)?)),
            "signed" => return Ok(Self::signed(format!("B{width}"), hyperoctahedral(width)?)),
            "shifts" if layout.image.is_none() => {
                return Ok(Self::plain(format!("Z{width}"), groups::catalog::cyclic(width)?));
            }
            _ => {}
        }
        if let Some(name) = text.strip_prefix("grid:") {
            return match grid_group(name, layout)? {
                Some(group) => Ok(Self::plain(text, group)),
                None => Err(refuse(match layout.image {
                    None => format!("the input of {width} coordinates is no image"),
                    Some((_, h, w)) => format!(
                        "it is no group of the {h} x {w} grid that is known: expected C2, C4, D2, D4, mirror, flip, shifts, Z{h}xZ{w} or full"
                    ),
                })),
            };
        }
        for (prefix, rows) in [("rows:", true), ("columns:", false)] {
            let Some(inner) = text.strip_prefix(prefix) else {
                continue;
            };
            let group = parse_group(inner)?;
            let why = || match layout.table {
                Some((h, w)) => format!(
                    "it permutes {} points and the table has {h} rows and {w} columns",
                    group.degree()
                ),
                None => "the input is no table".to_owned(),
            };
            let found = layout.on_table(&group, rows)?;
            return found.map(|g| Self::plain(text, g)).ok_or_else(|| refuse(why()));
        }
        let catalog = parse_group(text);
        if let Ok(group) = &catalog {
            if group.degree() == width {
                return Ok(Self::plain(text, group.clone()));
            }
            if group.degree() == 2 * width && keeps_pairs(group) {
                return Ok(Self::signed(text, group.clone()));
            }
            if layout.image.is_some_and(|(_, h, w)| group.degree() == h * w) {
                let lift = |g: &Permutation| layout.on_channels(g);
                let generators = group.generators().iter().map(lift).collect::<Result<_, _>>()?;
                return Ok(Self::plain(text, PermGroup::new(width, generators)?));
            }
        }
        if let Some(group) = grid_group(text, layout)? {
            return Ok(Self::plain(format!("grid:{text}"), group));
        }
        let degree = catalog?.degree();
        Err(refuse(format!(
            "it permutes {degree} points and the input has {width} coordinates: expected degree {width}, or {} for a group of signed coordinates",
            2 * width
        )))
    }
}

/// All sign changes of `width` coordinates, on their 2·`width` points.
pub(super) fn sign_changes(width: usize) -> Result<PermGroup, BridgeError> {
    let flip = |i: usize| Permutation::from_cycles(2 * width, &[&[2 * i, 2 * i + 1]]);
    Ok(PermGroup::new(
        2 * width,
        (0..width).map(flip).collect::<Result<_, _>>()?,
    )?)
}

/// Whether a group on 2n points keeps each pair {2i, 2i + 1}.
fn keeps_pairs(group: &PermGroup) -> bool {
    let keeps = |g: &Permutation| (0..group.degree() / 2).all(|i| g.image(2 * i) ^ 1 == g.image(2 * i + 1));
    group.generators().iter().all(keeps)
}

/// The names of the groups of the grid, larger ones first among those of one kind.
pub(super) const GRID_NAMES: [&str; 9] = [
    "full",
    "shifts",
    "D4",
    "C4",
    "D2",
    "C2",
    "mirror",
    "flip",
    "transpose",
];

/// The group of the grid that goes by a name; `None` if there is no image or no such group of it.
pub(super) fn grid_group(name: &str, layout: &Layout) -> Result<Option<PermGroup>, BridgeError> {
    let (Some((_, height, width)), Some([down, right, turn, mirror])) =
        (layout.image, layout.grid_generators()?)
    else {
        return Ok(None);
    };
    let square = height == width;
    let half = if square { turn.pow(2) } else { turn.clone() };
    let flip = &half * &mirror;
    let shifts = format!("z{height}xz{width}");
    let plain: String = name
        .chars()
        .filter(|c| *c != '_' && *c != ' ')
        .collect::<String>()
        .to_lowercase();
    let generators = match plain.replace('c', "z").as_str() {
        "full" | "periodiz" => vec![down, right, turn, mirror],
        "shifts" => vec![down, right],
        text if text == shifts => vec![down, right],
        "z4" if square => vec![turn],
        "d4" if square => vec![turn, mirror],
        "z2" => vec![half],
        "d2" | "v4" => vec![half, mirror],
        "mirror" | "d1" => vec![mirror],
        "flip" => vec![flip],
        "transpose" if square => vec![&turn * &mirror],
        _ => return Ok(None),
    };
    Ok(Some(PermGroup::new(layout.width, generators)?))
}
