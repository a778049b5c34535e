//! The search for symmetries with no group given.

use std::collections::BTreeSet;

use groups::catalog::hyperoctahedral;
use groups::{PermGroup, Permutation};

use super::action::{Coordinates, MapAction};
use super::layout::Layout;
use super::matching::matched;
use super::named::{InputGroup, grid_group};
use super::output::{OutputRule, all_elements};
use super::probe::Probe;
use super::stabilizer::Candidates;
use crate::BridgeError;

/// The widest vector whose transpositions are all tried.
const WIDEST: usize = 128;

/// The most block exchanges and shifts that are tried for one way to cut a vector into blocks.
const MOST_BLOCKS: usize = 64;

/// A range of a coordinate is symmetric enough for a change of its sign if its ends are within this factor.
const SKEWED: f64 = 3.0;

/// A group, or a set of candidates, in which symmetries are looked for.
pub(super) struct Hunt {
    /// The group that all candidates are in.
    pub(super) group: InputGroup,
    /// The candidates.
    pub(super) candidates: Candidates,
    /// What they permute.
    pub(super) kind: HuntKind,
}

/// What is permuted: of some kinds more evidence is asked than of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HuntKind {
    /// Pixels, by the symmetries of the grid.
    Grid,
    /// Coordinates, rows or columns.
    Coordinates,
    /// Coordinates that may be pixels of an image.
    PerhapsPixels,
}

/// Where to look, given the layout of inputs and outputs.
pub(super) fn hunts(
    probe: &Probe<'_>,
    layout: &Layout,
    output: &Layout,
    rule: OutputRule,
    limit: u64,
) -> Result<Vec<Hunt>, BridgeError> {
    let mut hunts = Vec::new();
    for (rows, prefix) in [(true, "rows"), (false, "columns")] {
        let Some((h, w)) = layout.table else { continue };
        let count = if rows { h } else { w };
        if !(2..=WIDEST).contains(&count) || layout != output && rule == OutputRule::Same {
            continue;
        }
        let Some(group) = layout.on_table(&PermGroup::symmetric(count), rows)? else {
            continue;
        };
        let group = InputGroup {
            name: format!("{prefix}:S_{count}"),
            coordinates: Coordinates::Plain(layout.width),
            group,
        };
        let mut moves = Vec::new();
        for (i, j) in pairs(count) {
            moves.push(Permutation::from_cycles(count, &[&[i, j]])?);
        }
        moves.push(Permutation::from_images((0..count as u32).rev().collect())?);
        let shift = Permutation::from_images((0..count).map(|i| ((i + 1) % count) as u32).collect())?;
        moves.extend(
            (1..count)
                .filter(|k| count.is_multiple_of(*k))
                .map(|k| shift.pow(k as i64)),
        );
        let moves = PermGroup::new(count, moves)?;
        let elements = layout
            .on_table(&moves, rows)?
            .map_or_else(Vec::new, |g| g.generators().to_vec());
        hunts.push(hunt(probe, group, elements, (layout, output), rule, limit)?);
    }
    if let Some(full) = grid_group("full", layout)? {
        hunts.extend(grid(probe, full, (layout, output), rule, limit)?);
    }
    let vector = layout.image.is_none() || layout.guessed && layout.table.is_none();
    if vector && layout.width >= 2 && (rule != OutputRule::Same || layout == output) {
        let mut hunt = vector_hunt(probe, layout, output, rule, limit)?;
        if layout.image.is_some() {
            hunt.kind = HuntKind::PerhapsPixels;
        }
        hunts.push(hunt);
    }
    Ok(hunts)
}

/// All elements of a group if they are few, otherwise the given candidates in it.
fn hunt(
    probe: &Probe<'_>,
    group: InputGroup,
    elements: Vec<Permutation>,
    layouts: (&Layout, &Layout),
    rule: OutputRule,
    limit: u64,
) -> Result<Hunt, BridgeError> {
    let candidates = match all_elements(probe, &group, layouts, rule, limit)? {
        Some(candidates) => candidates,
        None => lifted(probe, group.coordinates, elements, rule)?,
    };
    Ok(Hunt {
        group,
        candidates,
        kind: HuntKind::Coordinates,
    })
}

/// Elements on the inputs with what the outputs do.
pub(super) fn lifted(
    probe: &Probe<'_>,
    input: Coordinates,
    elements: Vec<Permutation>,
    rule: OutputRule,
) -> Result<Candidates, BridgeError> {
    let (action, elements) = match rule {
        OutputRule::Fixed => (MapAction { input, output: None }, elements),
        OutputRule::Fitted => super::output::fitted(probe, input, &elements)?,
        OutputRule::Same => {
            let action = MapAction {
                input,
                output: Some(input),
            };
            let pair = |g: &Permutation| {
                let points: Vec<usize> = g.images().iter().map(|&p| p as usize).collect();
                action.joint(&points, &points)
            };
            (action, elements.iter().map(pair).collect::<Result<_, _>>()?)
        }
    };
    Ok(Candidates {
        action,
        elements,
        all_of: None,
    })
}

/// The symmetries of the periodic grid: all of them, or, where they are many, the shifts by one, a half and so on, the
/// turns and the mirror images. `None` if the outputs have no such action.
fn grid(
    probe: &Probe<'_>,
    full: PermGroup,
    layouts: (&Layout, &Layout),
    rule: OutputRule,
    limit: u64,
) -> Result<Option<Hunt>, BridgeError> {
    let (layout, output) = layouts;
    let group = InputGroup {
        name: "grid:full".to_owned(),
        coordinates: Coordinates::Plain(layout.width),
        group: full,
    };
    let mut elements = BTreeSet::new();
    if let (Some([down, right, ..]), Some((_, h, w)), Some(point)) = (
        layout.grid_generators()?,
        layout.image,
        grid_group("D4", layout)?.map_or_else(|| grid_group("D2", layout), |g| Ok(Some(g)))?,
    ) {
        elements.extend((1..h).map(|k| down.pow(k as i64)));
        elements.extend((1..w).map(|k| right.pow(k as i64)));
        elements.extend(point.elements().filter(|g| !g.is_identity()));
    }
    let few = group.group.order() <= limit.into();
    if rule == OutputRule::Same && layout != output && !few {
        return Ok(None);
    }
    match hunt(probe, group, elements.into_iter().collect(), layouts, rule, limit) {
        Ok(hunt) => Ok(Some(Hunt {
            kind: HuntKind::Grid,
            ..hunt
        })),
        Err(BridgeError::GroupDoesNotAct { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Permutations of the coordinates of a vector, with sign changes where the data allow them: all of the hyperoctahedral
/// group if it is small; otherwise exchanges of two coordinates, sign changes of one or two, exchanges and cyclic shifts of
/// blocks, and what matching proposes.
fn vector_hunt(
    probe: &Probe<'_>,
    layout: &Layout,
    output: &Layout,
    rule: OutputRule,
    limit: u64,
) -> Result<Hunt, BridgeError> {
    let n = layout.width;
    let signable: Vec<bool> = probe
        .inputs()
        .row_iter()
        .map(|row| symmetric_range(row.min(), row.max()))
        .collect();
    let signs = signable.contains(&true);
    if signs && signable.iter().all(|&s| s) && n <= 8 {
        let group = InputGroup {
            name: format!("B_{n}"),
            coordinates: Coordinates::Signed(n),
            group: hyperoctahedral(n)?,
        };
        if group.group.order() <= limit.into() {
            return hunt(probe, group, Vec::new(), (layout, output), rule, limit);
        }
    }
    let coordinates = if signs {
        Coordinates::Signed(n)
    } else {
        Coordinates::Plain(n)
    };
    let mut images: Vec<Vec<(usize, f64)>> = Vec::new();
    let still: Vec<(usize, f64)> = (0..n).map(|i| (i, 1.0)).collect();
    if n <= WIDEST {
        for (i, j) in pairs(n) {
            let mut swap = still.clone();
            swap.swap(i, j);
            if signable[i] && signable[j] {
                let mut negative = swap.clone();
                negative[i].1 = -1.0;
                negative[j].1 = -1.0;
                images.push(negative);
                let mut both = still.clone();
                both[i].1 = -1.0;
                both[j].1 = -1.0;
                images.push(both);
            }
            images.push(swap);
        }
        for i in (0..n).filter(|&i| signable[i]) {
            let mut flip = still.clone();
            flip[i].1 = -1.0;
            images.push(flip);
        }
    }
    if signs {
        images.push(
            (0..n)
                .map(|i| (i, if signable[i] { -1.0 } else { 1.0 }))
                .collect(),
        );
    }
    images.push((0..n).map(|i| (n - 1 - i, 1.0)).collect());
    for size in (1..=n / 2).filter(|size| n.is_multiple_of(*size)) {
        images.extend(block_moves(n, size));
    }
    images.extend(matched(probe, signs)?);
    let mut elements = BTreeSet::new();
    for images in images {
        let points = coordinates
            .point_images(&images)
            .into_iter()
            .map(|p| p as u32)
            .collect();
        elements.insert(Permutation::from_images(points)?);
    }
    elements.remove(&Permutation::identity(coordinates.degree()));
    let group = if signs {
        hyperoctahedral(n)?
    } else {
        PermGroup::symmetric(n)
    };
    let name = if signs { format!("B_{n}") } else { format!("S_{n}") };
    let group = InputGroup {
        name,
        coordinates,
        group,
    };
    // Without signs a small group is listed whole; with them only some of the signs are allowed.
    let limit = if signs { 0 } else { limit };
    hunt(
        probe,
        group,
        elements.into_iter().collect(),
        (layout, output),
        rule,
        limit,
    )
}

/// Candidates in a group too large to list: its generators with their powers, exchanges of two points and of two pairs of
/// signed coordinates, sign changes, cycles of three points and cyclic shifts, those of matching, as far as they are in it.
pub(super) fn candidates_in(probe: &Probe<'_>, group: &InputGroup) -> Result<Vec<Permutation>, BridgeError> {
    let coordinates = group.coordinates;
    let (n, degree) = (coordinates.width(), coordinates.degree());
    let signs = matches!(coordinates, Coordinates::Signed(_));
    let mut images: Vec<Vec<(usize, f64)>> = matched(probe, signs)?;
    let still: Vec<(usize, f64)> = (0..n).map(|i| (i, 1.0)).collect();
    if n <= WIDEST {
        for (i, j) in pairs(n) {
            let mut swap = still.clone();
            swap.swap(i, j);
            images.push(swap.clone());
            for k in (j + 1..n).take(2) {
                let mut cycle = swap.clone();
                cycle.swap(i, k);
                images.push(cycle);
            }
            let mut flips = still.clone();
            flips[i].1 = -1.0;
            images.push(flips.clone());
            flips[j].1 = -1.0;
            images.push(flips);
            swap[i].1 = -1.0;
            swap[j].1 = -1.0;
            images.push(swap);
        }
        let mut last = still.clone();
        last[n - 1].1 = -1.0;
        images.push(last);
    }
    images.push((0..n).map(|i| (n - 1 - i, 1.0)).collect());
    images.push((0..n).map(|i| (i, -1.0)).collect());
    for size in (1..=n / 2).filter(|size| n.is_multiple_of(*size)) {
        images.extend(block_moves(n, size));
    }
    let mut elements = BTreeSet::new();
    for images in images
        .iter()
        .filter(|images| signs || images.iter().all(|&(_, sign)| sign > 0.0))
    {
        let points = coordinates
            .point_images(images)
            .into_iter()
            .map(|p| p as u32)
            .collect();
        elements.insert(Permutation::from_images(points)?);
    }
    elements.retain(|g| group.group.contains(g));
    for g in group.group.generators() {
        let mut power = g.clone();
        for _ in 0..MOST_BLOCKS {
            if power.is_identity() {
                break;
            }
            elements.insert(power.clone());
            power = &power * g;
        }
    }
    elements.remove(&Permutation::identity(degree));
    Ok(elements.into_iter().collect())
}

/// Cyclic shifts of blocks of `size` coordinates, cyclic shifts inside all blocks at once, and exchanges of two blocks or
/// of two places in all blocks.
fn block_moves(n: usize, size: usize) -> Vec<Vec<(usize, f64)>> {
    let blocks = n / size;
    let by = |to: &dyn Fn(usize, usize) -> (usize, usize)| -> Vec<(usize, f64)> {
        let image = |i: usize| {
            let (block, place) = to(i / size, i % size);
            (block * size + place, 1.0)
        };
        (0..n).map(image).collect()
    };
    let swap = |i: usize, k: usize| match i {
        i if i == k => k + 1,
        i if i == k + 1 => k,
        i => i,
    };
    let mut moves = vec![by(&|b, p| ((b + 1) % blocks, p)), by(&|b, p| (b, (p + 1) % size))];
    if size > 1 {
        moves.extend((0..blocks.min(MOST_BLOCKS) - 1).map(|k| by(&|b, p| (swap(b, k), p))));
        moves.extend((0..size.min(MOST_BLOCKS) - 1).map(|k| by(&|b, p| (b, swap(p, k)))));
    }
    moves
}

fn pairs(n: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..n).flat_map(move |j| (0..j).map(move |i| (i, j)))
}

/// Whether a change of sign keeps a coordinate about where its data are.
fn symmetric_range(low: f64, high: f64) -> bool {
    low < 0.0 && high > 0.0 && high <= -SKEWED * low && -low <= SKEWED * high
}
