//! The graph whose automorphisms are the isotropy.
//!
//! One vertex per unit of a free axis, two (one for each sign) where signs act, joined to each other; one arc per pair
//! of units between which there are weights, coloured by the clusters of these. Weights to units that do not move are
//! part of the colour of a vertex. Between two axes the most frequent colour is left out.

use std::collections::HashMap;

use groups::Permutation;
use groups::backtrack::{ColoredGraph, GraphAutomorphisms};
use num_bigint::BigUint;

use super::cluster::{Classes, Levels};
use super::{AxisMove, FreeAxis, Generator, IsotropyOptions};
use crate::BridgeError;
use crate::weight_space::{Block, WeightSpace};

/// A free axis and its vertices.
#[derive(Debug, Clone)]
pub(super) struct Span {
    pub(super) axis: usize,
    pub(super) name: String,
    pub(super) size: usize,
    /// Whether signs act: then unit i has the vertices `start + 2i` (+) and `start + 2i + 1` (−).
    pub(super) signed: bool,
    pub(super) start: usize,
}

impl Span {
    fn signs(&self) -> usize {
        1 + usize::from(self.signed)
    }

    pub(super) fn vertices(&self) -> usize {
        self.size * self.signs()
    }

    /// (unit, sign) of a vertex.
    fn unit_of(&self, vertex: usize) -> (usize, i8) {
        let place = vertex - self.start;
        if self.signed {
            (place / 2, if place.is_multiple_of(2) { 1 } else { -1 })
        } else {
            (place, 1)
        }
    }

    fn vertex(&self, unit: usize, negative: usize) -> usize {
        self.start + unit * self.signs() + negative
    }
}

/// Which units have which vertices.
pub(super) struct Layout {
    pub(super) spans: Vec<Span>,
    /// By axis.
    span_of: Vec<Option<usize>>,
    pub(super) degree: usize,
}

const OPPOSITE: u32 = u32::MAX;

impl Layout {
    pub(super) fn new(space: &WeightSpace, options: &IsotropyOptions) -> Self {
        let mut layout = Layout {
            spans: Vec::new(),
            span_of: vec![None; space.axes().len()],
            degree: 0,
        };
        for axis in space.free_axes(options.inputs, options.outputs) {
            let about = &space.axes()[axis];
            let span = Span {
                axis,
                name: about.name.clone(),
                size: about.size,
                signed: options.signs && about.odd && about.is_hidden(),
                start: layout.degree,
            };
            layout.degree += span.vertices();
            layout.span_of[axis] = Some(layout.spans.len());
            layout.spans.push(span);
        }
        layout
    }

    pub(super) fn free_axes(&self) -> Vec<FreeAxis> {
        let about = |span: &Span| FreeAxis {
            axis: span.name.clone(),
            size: span.size,
            signs: span.signed,
        };
        self.spans.iter().map(about).collect()
    }

    fn span(&self, axis: usize) -> Option<&Span> {
        self.span_of[axis].map(|k| &self.spans[k])
    }

    /// Whether signs act on the rows and on the columns of a block.
    fn signs_on(&self, block: &Block) -> (bool, bool) {
        let acts = |axis: usize| !block.even && self.span(axis).is_some_and(|span| span.signed);
        (acts(block.rows), acts(block.columns))
    }

    pub(super) fn sign_acts_on(&self, block: &Block) -> bool {
        let (rows, columns) = self.signs_on(block);
        rows || columns
    }

    pub(super) fn ambient_order(&self) -> BigUint {
        let factor = |span: &Span| {
            let permutations: BigUint = (1..=span.size).product();
            if span.signed {
                permutations << span.size
            } else {
                permutations
            }
        };
        self.spans.iter().map(factor).product()
    }

    pub(super) fn automorphisms(
        &self,
        space: &WeightSpace,
        levels: &[Levels],
        tolerance: f64,
    ) -> Result<GraphAutomorphisms, BridgeError> {
        let classes: Vec<Classes> = levels.iter().map(|levels| levels.classes(tolerance)).collect();
        let colors = self.colors(space, &classes);
        let mut arcs = Vec::new();
        for span in self.spans.iter().filter(|span| span.signed) {
            for unit in 0..span.size {
                let (plus, minus) = (span.vertex(unit, 0), span.vertex(unit, 1));
                arcs.extend([(plus, minus, OPPOSITE), (minus, plus, OPPOSITE)]);
            }
        }
        for rows in &self.spans {
            for columns in &self.spans {
                self.arcs_between(space, &classes, rows, columns, &mut arcs);
            }
        }
        Ok(ColoredGraph::new(colors, arcs)?.automorphisms())
    }

    /// Colours of the vertices: axis and weights from and to what does not move.
    fn colors(&self, space: &WeightSpace, classes: &[Classes]) -> Vec<u32> {
        let mut seen: HashMap<(usize, Vec<i32>), u32> = HashMap::new();
        let mut colors = Vec::with_capacity(self.degree);
        for span in &self.spans {
            let mut signatures: Vec<Vec<i32>> = vec![Vec::new(); span.vertices()];
            for (block, classes) in space.blocks().iter().zip(classes) {
                let (by_rows, by_columns) = (block.rows == span.axis, block.columns == span.axis);
                let other = if by_rows { block.columns } else { block.rows };
                if !(by_rows || by_columns) || self.span(other).is_some() {
                    continue;
                }
                for (entry, (row, column)) in places(block).enumerate() {
                    let unit = if by_rows { row } else { column };
                    for negative in 0..span.signs() {
                        let flips = negative == 1 && !block.even;
                        let class = if flips {
                            -classes.of[entry]
                        } else {
                            classes.of[entry]
                        };
                        signatures[unit * span.signs() + negative].push(class);
                    }
                }
            }
            for signature in signatures {
                let next = seen.len() as u32;
                colors.push(*seen.entry((span.axis, signature)).or_insert(next));
            }
        }
        colors
    }

    fn arcs_between(
        &self,
        space: &WeightSpace,
        classes: &[Classes],
        rows: &Span,
        columns: &Span,
        arcs: &mut Vec<(usize, usize, u32)>,
    ) {
        let mut layers: Vec<(&[i32], bool, bool)> = Vec::new();
        for (block, classes) in space.blocks().iter().zip(classes) {
            if (block.rows, block.columns) == (rows.axis, columns.axis) {
                let (on_rows, on_columns) = self.signs_on(block);
                let slots = classes.of.chunks(rows.size * columns.size);
                layers.extend(slots.map(|slot| (slot, on_rows, on_columns)));
            }
        }
        if layers.is_empty() {
            return;
        }
        let mut numbers: HashMap<Vec<i32>, u32> = HashMap::new();
        let mut single: HashMap<i32, u32> = HashMap::new();
        let mut counts: Vec<usize> = Vec::new();
        let mut pairs: Vec<(usize, usize, u32)> = Vec::with_capacity(rows.vertices() * columns.vertices());
        for column in 0..columns.size {
            for row in 0..rows.size {
                let entry = column * rows.size + row;
                for (s, t) in (0..rows.signs()).flat_map(|s| (0..columns.signs()).map(move |t| (s, t))) {
                    let class = |&(slot, on_rows, on_columns): &(&[i32], bool, bool)| {
                        let flips = (s == 1 && on_rows) != (t == 1 && on_columns);
                        if flips { -slot[entry] } else { slot[entry] }
                    };
                    let next = counts.len() as u32;
                    let color = if let [layer] = &layers[..] {
                        *single.entry(class(layer)).or_insert(next)
                    } else {
                        *numbers.entry(layers.iter().map(class).collect()).or_insert(next)
                    };
                    if color == next {
                        counts.push(0);
                    }
                    counts[color as usize] += 1;
                    pairs.push((rows.vertex(row, s), columns.vertex(column, t), color));
                }
            }
        }
        let most = counts.iter().copied().max().unwrap_or(0);
        let usual = counts.iter().position(|&count| count == most).unwrap_or(0) as u32;
        arcs.extend(pairs.into_iter().filter(|&(_, _, color)| color != usual));
    }

    /// A permutation of the vertices as one of units with signs.
    pub(super) fn generator(&self, g: &Permutation) -> Generator {
        let mut moves = Vec::new();
        for span in &self.spans {
            let images: Vec<(usize, i8)> = (0..span.size)
                .map(|unit| span.unit_of(g.image(span.vertex(unit, 0))))
                .collect();
            if images.iter().enumerate().all(|(unit, &image)| image == (unit, 1)) {
                continue;
            }
            moves.push(AxisMove {
                axis: span.name.clone(),
                permutation: images.iter().map(|image| image.0).collect(),
                signs: span.signed.then(|| images.iter().map(|image| image.1).collect()),
            });
        }
        moves
    }

    /// max |(g·W − W)[i, j]|, over all blocks.
    pub(super) fn displacement(&self, space: &WeightSpace, g: &Permutation) -> f64 {
        let image = |axis: usize, unit: usize| match self.span(axis) {
            Some(span) => span.unit_of(g.image(span.vertex(unit, 0))),
            None => (unit, 1),
        };
        let mut largest = 0.0f64;
        for block in space.blocks() {
            let rows: Vec<(usize, i8)> = (0..block.slots[0].nrows())
                .map(|i| image(block.rows, i))
                .collect();
            let columns: Vec<(usize, i8)> = (0..block.slots[0].ncols())
                .map(|j| image(block.columns, j))
                .collect();
            for slot in &block.slots {
                for (j, &(to_j, t)) in columns.iter().enumerate() {
                    for (i, &(to_i, s)) in rows.iter().enumerate() {
                        let sign = if block.even { 1.0 } else { f64::from(s * t) };
                        largest = largest.max((slot[(to_i, to_j)] - sign * slot[(i, j)]).abs());
                    }
                }
            }
        }
        largest
    }
}

/// Row and column of each entry, slot by slot, column by column.
fn places(block: &Block) -> impl Iterator<Item = (usize, usize)> {
    let (rows, columns) = block.slots[0].shape();
    block
        .slots
        .iter()
        .flat_map(move |_| (0..columns).flat_map(move |column| (0..rows).map(move |row| (row, column))))
}
