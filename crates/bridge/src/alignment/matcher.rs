//! Coordinate descent over the axes, each step a linear assignment.

use nalgebra::DMatrix;
use nets::matrix::{View, product};
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::Free;
use super::placement::Placement;
use super::scales::Balanced;
use crate::assignment::assign_finite;
use crate::weight_space::{Block, WeightSpace};

/// Where the descent begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    /// From the inputs: each axis by its weights from and to axes that are done.
    Forward,
    /// The same, with weights to axes that are not done compared in sorted order.
    Profiles,
    /// From the outputs.
    Backward,
    /// At random permutations.
    Random,
}

/// One end of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Rows,
    Columns,
}

/// Inner products of each unit of the first network with each of the second, row by row; the even part is not changed
/// by signs.
struct Similarity {
    odd: Vec<f64>,
    even: Option<Vec<f64>>,
}

/// Inner products that were computed, and for which state of the other axis.
type Cached = Option<(u64, Vec<f64>)>;

pub(super) struct Matcher<'a> {
    a: &'a [Block],
    b: &'a [Block],
    /// By axis: what the units of both networks were multiplied by.
    factors: [&'a [Vec<f64>]; 2],
    free: &'a Free,
    sizes: Vec<usize>,
    is_free: Vec<bool>,
    /// By axis: changes whenever its placement does.
    versions: Vec<u64>,
    clock: u64,
    /// By block, for its rows and its columns.
    cache: Vec<[Cached; 2]>,
    /// By axis: the version of each neighbour when it was last matched.
    matched_at: Vec<u64>,
}

impl<'a> Matcher<'a> {
    pub(super) fn new(space: &WeightSpace, [a, b]: &'a [Balanced<'_>; 2], free: &'a Free) -> Self {
        let count = space.axes().len();
        let mut is_free = vec![false; count];
        free.axes.iter().for_each(|&axis| is_free[axis] = true);
        Matcher {
            a: &a.blocks,
            b: &b.blocks,
            factors: [&a.factors, &b.factors],
            free,
            sizes: space.axes().iter().map(|axis| axis.size).collect(),
            is_free,
            versions: vec![0; count],
            clock: 0,
            cache: a.blocks.iter().map(|_| [None, None]).collect(),
            matched_at: vec![0; count],
        }
    }

    /// Says that the placement of an axis is another now.
    pub(super) fn touch(&mut self, axis: usize) {
        self.clock += 1;
        self.versions[axis] = self.clock;
    }

    /// The ends of blocks that lie on an axis, with the axis at the other end.
    fn ends(&self, axis: usize) -> Vec<(usize, Side, usize)> {
        let mut ends = Vec::new();
        for (k, block) in self.a.iter().enumerate() {
            if block.rows == axis {
                ends.push((k, Side::Rows, block.columns));
            }
            if block.columns == axis {
                ends.push((k, Side::Columns, block.rows));
            }
        }
        ends
    }

    /// Goes round the axes until nothing becomes better.
    pub(super) fn descend(&mut self, places: &mut [Placement], rng: &mut ChaCha8Rng) {
        let mut order = self.free.axes.clone();
        loop {
            order.shuffle(rng);
            if !self.round(&order, places) {
                return;
            }
        }
    }

    /// By unit of the first network: the factor of its partner, from those that were divided out.
    pub(super) fn factors(&self, places: &[Placement]) -> Vec<Vec<f64>> {
        places
            .iter()
            .zip(self.factors[0].iter().zip(self.factors[1]))
            .map(|(place, (a, b))| place.images.iter().zip(a).map(|(&k, a)| b[k] / a).collect())
            .collect()
    }

    pub(super) fn start(&mut self, start: Start, rng: &mut ChaCha8Rng) -> Vec<Placement> {
        let mut places: Vec<Placement> = self.sizes.iter().map(|&n| Placement::identity(n)).collect();
        let mut order = self.free.axes.clone();
        for &axis in &order {
            self.touch(axis);
        }
        match start {
            Start::Random => {
                for axis in order {
                    places[axis].images.shuffle(rng);
                }
                return places;
            }
            Start::Backward => order.reverse(),
            Start::Forward | Start::Profiles => {}
        }
        let mut done: Vec<bool> = self.is_free.iter().map(|free| !free).collect();
        for axis in order {
            let ends = self.ends(axis);
            let anchored = ends
                .iter()
                .any(|&(_, _, other)| done[other] && self.sizes[other] > 1);
            let profiles = start == Start::Profiles || !anchored;
            let mut similarity = self.empty(axis);
            for (k, side, other) in ends {
                if done[other] {
                    self.add(&mut similarity, k, side, &places[other]);
                } else if profiles {
                    self.add_profiles(&mut similarity, k, side);
                }
            }
            places[axis] = self.assign(axis, &similarity);
            self.touch(axis);
            done[axis] = true;
        }
        places
    }

    /// Inner products of the units of an axis over their weights from and to axes that are placed, row by row.
    pub(super) fn inner_products(&mut self, axis: usize, done: &[bool], places: &[Placement]) -> Vec<f64> {
        let mut similarity = self.empty(axis);
        for (k, side, other) in self.ends(axis) {
            if done[other] {
                self.add(&mut similarity, k, side, &places[other]);
            }
        }
        similarity.odd
    }

    /// Matches each axis once, the others held; whether anything became better.
    fn round(&mut self, order: &[usize], places: &mut [Placement]) -> bool {
        let mut better = false;
        for &axis in order {
            let ends = self.ends(axis);
            let newest = ends
                .iter()
                .map(|&(_, _, other)| self.versions[other])
                .max()
                .unwrap_or(0);
            if self.matched_at[axis] > newest.max(self.versions[axis]) {
                continue;
            }
            self.clock += 1;
            self.matched_at[axis] = self.clock;
            let mut similarity = self.empty(axis);
            for &(k, side, other) in &ends {
                self.add(&mut similarity, k, side, &places[other]);
            }
            let next = self.assign(axis, &similarity);
            if next == places[axis] {
                continue;
            }
            let own = ends.iter().any(|&(_, _, other)| other == axis);
            let gain = if own {
                // Both ends of a block move: the similarity is only its linear part.
                let before = self.inner_product(axis, &places[axis], places);
                self.inner_product(axis, &next, places) - before
            } else {
                similarity.total(&next) - similarity.total(&places[axis])
            };
            let scale = similarity.total(&next).abs();
            if gain > 1e-12 * scale {
                places[axis] = next;
                self.touch(axis);
                self.clock += 1;
                self.matched_at[axis] = if own { 0 } else { self.clock };
                better = true;
            }
        }
        better
    }

    fn empty(&self, axis: usize) -> Similarity {
        let n = self.sizes[axis];
        Similarity {
            odd: vec![0.0; n * n],
            even: None,
        }
    }

    /// Adds the inner products over one block, whose other end is placed.
    fn add(&mut self, to: &mut Similarity, k: usize, side: Side, other: &Placement) {
        let (a, b) = (&self.a[k], &self.b[k]);
        let (axis, far) = match side {
            Side::Rows => (a.rows, a.columns),
            Side::Columns => (a.columns, a.rows),
        };
        let n = self.sizes[axis];
        let version = self.versions[far];
        let known = &mut self.cache[k][side as usize];
        if known.as_ref().is_none_or(|(at, _)| *at != version) {
            let mut sum = vec![0.0; n * n];
            for (a, b) in a.slots.iter().zip(&b.slots) {
                let (rows, columns) = a.shape();
                let moved = moved(b, side, other);
                // A column-major matrix is its transpose, row by row.
                let (a, moved) = (
                    View::new(a.as_slice(), columns, rows),
                    View::new(&moved, columns, rows),
                );
                match side {
                    Side::Rows => product(&mut sum, a.transposed(), moved, 1.0, 1.0),
                    Side::Columns => product(&mut sum, a, moved.transposed(), 1.0, 1.0),
                }
            }
            *known = Some((version, sum));
        }
        let Some((_, sum)) = known else { return };
        let into = if a.even {
            to.even.get_or_insert_with(|| vec![0.0; n * n])
        } else {
            &mut to.odd
        };
        into.iter_mut().zip(sum.iter()).for_each(|(to, s)| *to += s);
    }

    /// Adds the largest inner products that any placement of the other end could give: those of the sorted weights.
    fn add_profiles(&self, to: &mut Similarity, k: usize, side: Side) {
        let (a, b) = (&self.a[k], &self.b[k]);
        let axis = if side == Side::Rows { a.rows } else { a.columns };
        let n = self.sizes[axis];
        let absolute = self.free.signed[a.rows] || self.free.signed[a.columns];
        let mut sum = vec![0.0; n * n];
        for (a, b) in a.slots.iter().zip(&b.slots) {
            let [a, b] = [a, b].map(|slot| sorted(slot, side, absolute));
            let width = a.len() / n;
            product(
                &mut sum,
                View::new(&a, n, width),
                View::new(&b, n, width).transposed(),
                1.0,
                1.0,
            );
        }
        // Sorted absolute values say nothing of signs.
        let into = if self.free.signed[axis] {
            to.even.get_or_insert_with(|| vec![0.0; n * n])
        } else {
            &mut to.odd
        };
        into.iter_mut().zip(sum).for_each(|(to, s)| *to += s);
    }

    fn assign(&self, axis: usize, similarity: &Similarity) -> Placement {
        let n = self.sizes[axis];
        let signed = self.free.signed[axis];
        let costs: Vec<f64> = similarity
            .odd
            .iter()
            .enumerate()
            .map(|(at, &odd)| {
                let even = similarity.even.as_ref().map_or(0.0, |even| even[at]);
                -(if signed { odd.abs() } else { odd } + even)
            })
            .collect();
        let images = assign_finite(n, &costs).columns;
        let signs = images
            .iter()
            .enumerate()
            .map(|(i, &k)| {
                if signed && similarity.odd[i * n + k] < 0.0 {
                    -1.0
                } else {
                    1.0
                }
            })
            .collect();
        Placement { images, signs }
    }

    /// Σ ⟨A, g·B⟩ over the blocks of one axis.
    fn inner_product(&self, axis: usize, place: &Placement, places: &[Placement]) -> f64 {
        let mut sum = 0.0;
        for (a, b) in self.a.iter().zip(self.b) {
            if a.rows != axis && a.columns != axis {
                continue;
            }
            let at = |k: usize| if k == axis { place } else { &places[k] };
            let (rows, columns) = (at(a.rows), at(a.columns));
            for (a_slot, b_slot) in a.slots.iter().zip(&b.slots) {
                for j in 0..a_slot.ncols() {
                    for i in 0..a_slot.nrows() {
                        let sign = if a.even {
                            1.0
                        } else {
                            rows.signs[i] * columns.signs[j]
                        };
                        sum += sign * a_slot[(i, j)] * b_slot[(rows.images[i], columns.images[j])];
                    }
                }
            }
        }
        sum
    }
}

impl Similarity {
    fn total(&self, place: &Placement) -> f64 {
        let n = place.images.len();
        let term = |(i, (&k, &s)): (usize, (&usize, &f64))| {
            s * self.odd[i * n + k] + self.even.as_ref().map_or(0.0, |even| even[i * n + k])
        };
        place.images.iter().zip(&place.signs).enumerate().map(term).sum()
    }
}

/// A matrix whose other end is placed, column by column.
fn moved(b: &DMatrix<f64>, side: Side, other: &Placement) -> Vec<f64> {
    let mut moved = Vec::with_capacity(b.len());
    match side {
        Side::Rows => {
            for (&k, &s) in other.images.iter().zip(&other.signs) {
                moved.extend(b.column(k).iter().map(|w| s * w));
            }
        }
        Side::Columns => {
            for column in b.column_iter() {
                moved.extend(
                    other
                        .images
                        .iter()
                        .zip(&other.signs)
                        .map(|(&k, &s)| s * column[k]),
                );
            }
        }
    }
    moved
}

/// The weights of each unit in ascending order, unit by unit.
fn sorted(slot: &DMatrix<f64>, side: Side, absolute: bool) -> Vec<f64> {
    let units = match side {
        Side::Rows => slot.transpose(),
        Side::Columns => slot.clone(),
    };
    let mut all = Vec::with_capacity(slot.len());
    for unit in units.column_iter() {
        let mut values: Vec<f64> = unit.iter().map(|&w| if absolute { w.abs() } else { w }).collect();
        values.sort_by(f64::total_cmp);
        all.extend(values);
    }
    all
}
