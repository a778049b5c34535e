//! Relations between points that a search preserves, and how they refine partitions.
//!
//! If g takes the relation R to R', then it takes the points that are related by R to exactly m points of a cell C to
//! those related by R' to exactly m points of C^g. So the numbers of neighbours in a cell split other cells: the
//! refinement to an equitable partition, for each relation and each cell that has changed.

use crate::permutation::Permutation;

/// Which of the two objects of a search: it looks for permutations that take the left one to the right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// The object that is taken.
    Left,
    /// The object it is taken to.
    Right,
}

/// The numbers of neighbours that points have in a cell.
#[derive(Clone, Debug)]
pub(crate) struct Counts {
    by_point: Vec<u32>,
    touched: Vec<u32>,
    /// Room for counts by class, zero between uses.
    tally: Vec<u32>,
}

impl Counts {
    pub(crate) fn new(degree: usize) -> Self {
        Self {
            by_point: vec![0; degree],
            touched: Vec::new(),
            tally: vec![0; degree],
        }
    }

    /// Counts more neighbours of a point.
    #[inline]
    pub(crate) fn add(&mut self, point: usize, more: u32) {
        if self.by_point[point] == 0 {
            self.touched.push(point as u32);
        }
        self.by_point[point] += more;
    }

    #[inline]
    pub(crate) fn of(&self, point: usize) -> u32 {
        self.by_point[point]
    }

    /// The points with neighbours.
    pub(crate) fn touched(&self) -> &[u32] {
        &self.touched
    }

    pub(crate) fn clear(&mut self) {
        for x in self.touched.drain(..) {
            self.by_point[x as usize] = 0;
        }
    }
}

/// A pair of relations, one on each side.
pub(crate) trait Relation: Send + Sync {
    /// Adds, for each point, how many points of the cell it is related to.
    fn count(&self, side: Side, cell: &[u32], counts: &mut Counts);

    /// Whether `g` takes the relation of the left to that of a side.
    fn is_taken_by(&self, g: &Permutation, side: Side) -> bool;
}

/// Disjoint sets of points: two points are related if one of the sets contains both.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    sides: [PartsOfSide; 2],
}

#[derive(Clone, Debug)]
struct PartsOfSide {
    parts: Vec<Box<[u32]>>,
    /// By point: its part, or [`OUTSIDE`].
    part: Vec<u32>,
}

const OUTSIDE: u32 = u32::MAX;

impl Parts {
    /// Sets that are disjoint and not empty, on each side.
    pub(crate) fn new(degree: usize, left: &[Vec<usize>], right: &[Vec<usize>]) -> Self {
        Self {
            sides: [PartsOfSide::new(degree, left), PartsOfSide::new(degree, right)],
        }
    }
}

impl PartsOfSide {
    fn new(degree: usize, parts: &[Vec<usize>]) -> Self {
        let mut part = vec![OUTSIDE; degree];
        for (k, points) in parts.iter().enumerate() {
            for &x in points {
                part[x] = k as u32;
            }
        }
        let parts = parts
            .iter()
            .map(|points| points.iter().map(|&x| x as u32).collect());
        Self {
            parts: parts.collect(),
            part,
        }
    }
}

impl Relation for Parts {
    fn count(&self, side: Side, cell: &[u32], counts: &mut Counts) {
        let sets = &self.sides[side as usize];
        let part_of = |x: &u32| Some(sets.part[*x as usize]).filter(|&k| k != OUTSIDE);
        for k in cell.iter().filter_map(part_of) {
            counts.tally[k as usize] += 1;
        }
        for k in cell.iter().filter_map(part_of) {
            let count = std::mem::take(&mut counts.tally[k as usize]);
            if count != 0 {
                for &y in &sets.parts[k as usize] {
                    counts.add(y as usize, count);
                }
            }
        }
    }

    fn is_taken_by(&self, g: &Permutation, side: Side) -> bool {
        let (left, other) = (&self.sides[0], &self.sides[side as usize]);
        left.parts.iter().all(|points| {
            let image = other.part[g.image(points[0] as usize)];
            image != OUTSIDE
                && other.parts[image as usize].len() == points.len()
                && points.iter().all(|&x| other.part[g.image(x as usize)] == image)
        }) && left.parts.len() == other.parts.len()
    }
}
