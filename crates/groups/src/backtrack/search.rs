//! The search itself: images for the points of an R-base, one after the other, with what is known cut off.
//!
//! Let K be a subgroup of the group U that is looked for (or U = Stab(left), if elements g that take the left to the right
//! are looked for; they form a coset U g). It is enough to find one element of each K g, or of each double coset, and
//! we take the one whose images of the R-base come first in lexicographic order:
//!
//! * the image c_j of b_j comes before the images of the other points of its orbit Δ_j under K_{b_0 … b_{j−1}}, which all
//!   lie in the same cell; so the last |Δ_j| − 1 points of that cell need not be tried;
//! * c_j is the first of its orbit under the known automorphisms of the right that fix c_0, …, c_{j−1}. Their orbits
//!   cost a base change, so they are only found where a subtree turns out to be large.
//!
//! A subgroup is found from the bottom up: with all its elements that fix b_0, …, b_i known, one further element is
//! looked for with b_i ↦ c for each c in the cell of b_i up to known orbits. What is found are strong generators.
//! (Á. Seress, *Permutation Group Algorithms*, §9.1; Holt, Eick, O'Brien, *Handbook*, §4.6; D. Leon 1991, §6.)

use crate::error::GroupError;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;
use crate::stabilizer_chain::images::{inverse, widen};

use super::cells::{Cells, Mismatch, Trace};
use super::partition::Mark;
use super::rbase::{Problem, Question, RBase, RLevel, Width, split_by_relation};
use super::relation::{Counts, Side};
use super::strong::StrongGenerators;
use super::union_find::UnionFind;

/// The nodes of a subtree after which the orbits of the known stabilizer of the images above are found.
const LARGE_SUBTREE: u64 = 160;
/// The nodes after which a search for one element is given up in favour of finding automorphisms first.
const SHORT_SEARCH: u64 = 400;

impl Problem {
    /// The group of all permutations that the problem asks for, if its left and its right side are the same and its
    /// cosets are groups.
    pub(crate) fn subgroup(&self) -> PermGroup {
        self.ask(Subgroup)
    }

    /// A permutation that takes the left side to the right, if there is one. `reverse` makes the problem with the
    /// sides exchanged, for the symmetries of the right.
    ///
    /// # Errors
    /// Those of `reverse`.
    pub(crate) fn element(
        &self,
        reverse: impl FnOnce() -> Result<Self, GroupError>,
    ) -> Result<Option<Permutation>, GroupError> {
        let short = Element {
            symmetries: None,
            budget: SHORT_SEARCH,
        };
        if let Ok(answer) = self.ask(short) {
            return Ok(answer);
        }
        let long = Element {
            symmetries: Some(reverse()?.subgroup()),
            budget: u64::MAX,
        };
        Ok(self.ask(long).unwrap_or(None))
    }
}

/// Asks for the group that takes the left to itself.
struct Subgroup;

impl Question for Subgroup {
    type Answer = PermGroup;
    fn answer<P: Width>(self, rbase: &RBase<'_, P>) -> PermGroup {
        strong_group(rbase, find_subgroup(rbase).generators)
    }
}

/// Asks for one element, within a number of nodes.
struct Element {
    /// The group that takes the right to itself.
    symmetries: Option<PermGroup>,
    budget: u64,
}

/// The search was not finished within its budget.
struct OverBudget;

impl Question for Element {
    type Answer = Result<Option<Permutation>, OverBudget>;
    fn answer<P: Width>(self, rbase: &RBase<'_, P>) -> Self::Answer {
        // Orbit lengths of the left are worth a search of their own once the search is known to be long.
        let lengths = match &self.symmetries {
            Some(_) => find_subgroup(rbase).lengths,
            None => vec![1; rbase.levels.len()],
        };
        let Ok(mut search) = Search::new(rbase, Side::Right) else {
            return Ok(None);
        };
        search.lengths = lengths;
        search.budget = self.budget;
        search.symmetries = self.symmetries.filter(|group| !group.is_trivial());
        let found = search.descend(0, 0);
        match (found, search.nodes > search.budget) {
            (None, true) => Err(OverBudget),
            (found, _) => Ok(found),
        }
    }
}

/// The group with these strong generators for the R-base.
fn strong_group<P: Width>(rbase: &RBase<'_, P>, generators: Vec<Permutation>) -> PermGroup {
    let base = rbase.levels.iter().map(|level| level.point).collect();
    StrongGenerators::new(rbase.problem.degree(), base, generators).into_group()
}

/// Strong generators for the R-base, and the lengths of the fundamental orbits.
struct Found {
    generators: Vec<Permutation>,
    lengths: Vec<usize>,
}

fn find_subgroup<P: Width>(rbase: &RBase<'_, P>) -> Found {
    let Ok(mut search) = Search::new(rbase, Side::Left) else {
        unreachable!("the refinement of the left partition follows its own trace")
    };
    let mut marks = Vec::new();
    for level in 0..rbase.levels.len() {
        marks.push(search.cells.partition.mark());
        let own = search.enter(level, rbase.levels[level].point);
        debug_assert_eq!(
            own,
            Ok(()),
            "the refinement of the left partition follows its own trace"
        );
    }
    let mut orbits = UnionFind::new(rbase.problem.degree());
    for level in (0..rbase.levels.len()).rev() {
        search.cells.undo_to(marks[level]);
        let point = rbase.levels[level].point as u32;
        let mut failed: Vec<u32> = Vec::new();
        let cell = search.sorted_cell(level);
        for (k, &image) in cell.iter().enumerate() {
            if k + orbits.size_of(point) > cell.len() {
                break;
            }
            let root = orbits.find(image);
            if root == orbits.find(point) || failed.iter().any(|&x| orbits.find(x) == root) {
                continue;
            }
            match search.try_image(level, image as usize, level) {
                Some(g) => {
                    orbits.join_cycles(g.images());
                    search.generators.push(g);
                    search.symmetries = None;
                }
                None => failed.push(image),
            }
        }
        search.lengths[level] = orbits.size_of(point);
    }
    Found {
        generators: search.generators,
        lengths: search.lengths,
    }
}

/// The state of a search: the right partition, and the images chosen so far.
struct Search<'r, 'p, P> {
    rbase: &'r RBase<'p, P>,
    side: Side,
    cells: Cells,
    counts: Counts,
    /// By level and coset: h⁻¹ for an element h of the coset that takes the points fixed so far to their images.
    inverses: Vec<Vec<Vec<P>>>,
    /// The images chosen for the R-base.
    images: Vec<usize>,
    /// By level: |Δ_j|, or a lower bound.
    lengths: Vec<usize>,
    /// Strong generators of what is known of the group that is looked for.
    generators: Vec<Permutation>,
    /// The group of these, or of symmetries of the right known from elsewhere.
    symmetries: Option<PermGroup>,
    nodes: u64,
    budget: u64,
}

impl<'r, 'p, P: Width> Search<'r, 'p, P> {
    /// A search at its root.
    ///
    /// # Errors
    /// [`Mismatch`] if already the refined partitions differ, so that there is nothing to be found.
    fn new(rbase: &'r RBase<'p, P>, side: Side) -> Result<Self, Mismatch> {
        let problem = rbase.problem;
        let colours = problem.colours_of(side);
        let sorted = |side| {
            let mut colours = problem.colours_of(side).to_vec();
            colours.sort_unstable();
            colours
        };
        if side == Side::Right && sorted(Side::Left) != sorted(Side::Right) {
            return Err(Mismatch);
        }
        let start = || -> Vec<Vec<P>> { rbase.refiners.iter().map(|r| r.start(side).to_vec()).collect() };
        let mut this = Self {
            rbase,
            side,
            cells: Cells::new(colours, !problem.relations().is_empty()),
            counts: Counts::new(problem.degree()),
            inverses: (0..=rbase.levels.len()).map(|_| start()).collect(),
            images: vec![0; rbase.levels.len()],
            lengths: vec![1; rbase.levels.len()],
            generators: Vec::new(),
            symmetries: None,
            nodes: 0,
            budget: u64::MAX,
        };
        let trace = &mut Trace::Follow {
            events: &rbase.trace,
            at: 0,
        };
        for (refiner, inverse) in rbase.refiners.iter().zip(&this.inverses[0]) {
            refiner.split_right(0, inverse, &mut this.cells, trace)?;
        }
        this.refine(0, 0, trace)?;
        Ok(this)
    }

    /// The points that the next point of the R-base may go to, ascending.
    fn sorted_cell(&self, level: usize) -> Vec<u32> {
        let mut cell = self.cells.partition.cell(self.rbase.levels[level].cell).to_vec();
        cell.sort_unstable();
        cell
    }

    /// Chooses the image of the point of a level and refines.
    ///
    /// # Errors
    /// [`Mismatch`] if no permutation that is looked for has these images; the caller undoes the refinement.
    fn enter(&mut self, level: usize, image: usize) -> Result<(), Mismatch> {
        self.nodes += 1;
        self.images[level] = image;
        let (above, below) = self.inverses.split_at_mut(level + 1);
        for (from, to) in above[level].iter().zip(&mut below[0]) {
            to.copy_from_slice(from);
        }
        self.cells.individualize(image);
        let RLevel {
            fixed_before, trace, ..
        } = self.rbase.levels[level];
        let trace = &mut Trace::Follow {
            events: &self.rbase.trace,
            at: trace,
        };
        self.refine(level + 1, fixed_before, trace)
    }

    /// Refines the right partition as the left one was refined.
    fn refine(&mut self, level: usize, mut known: usize, trace: &mut Trace<'_>) -> Result<(), Mismatch> {
        let rbase = self.rbase;
        loop {
            while let Some(start) = self.cells.pop() {
                for relation in rbase.problem.relations() {
                    let (cells, counts) = (&mut self.cells, &mut self.counts);
                    split_by_relation(&**relation, self.side, start, cells, counts, trace)?;
                }
            }
            let fixed = self.cells.partition.singletons().len();
            if fixed == known {
                return Ok(());
            }
            for (refiner, inverse) in rbase.refiners.iter().zip(&mut self.inverses[level]) {
                let mut depth = None;
                for index in known..fixed {
                    let start = self.cells.partition.singletons()[index];
                    let image = self.cells.partition.point_at(start as usize);
                    let left = *rbase.fixed.get(index).ok_or(Mismatch)?;
                    depth = refiner.advance(index, left, image, inverse)?.or(depth);
                }
                if let Some(depth) = depth {
                    refiner.split_right(depth, inverse, &mut self.cells, trace)?;
                }
            }
            known = fixed;
        }
    }

    /// An element with the images chosen above and this one, if there is any. `root` is the level at which the
    /// search began: above it the images are those of the left.
    fn try_image(&mut self, level: usize, image: usize, root: usize) -> Option<Permutation> {
        let mark: Mark = self.cells.partition.mark();
        let found = match self.enter(level, image) {
            Ok(()) => self.descend(level + 1, root),
            Err(Mismatch) => None,
        };
        self.cells.undo_to(mark);
        found
    }

    /// An element with the images chosen above, if there is any.
    fn descend(&mut self, level: usize, root: usize) -> Option<Permutation> {
        if level == self.rbase.levels.len() {
            return self.leaf();
        }
        let cell = self.sorted_cell(level);
        let tried = (cell.len() + 1).saturating_sub(self.lengths[level]);
        let start = self.nodes;
        let mut first_of_orbit: Option<Vec<u32>> = None;
        for &image in &cell[..tried] {
            if self.nodes > self.budget {
                return None;
            }
            if first_of_orbit.is_none() && self.nodes - start > LARGE_SUBTREE {
                first_of_orbit = self.symmetries_below(level, root);
            }
            if first_of_orbit
                .as_ref()
                .is_some_and(|first| first[image as usize] != image)
            {
                continue;
            }
            if let Some(g) = self.try_image(level, image as usize, root) {
                return Some(g);
            }
        }
        None
    }

    /// The first point of the orbit of each point under the known symmetries of the right that fix the images chosen
    /// above.
    fn symmetries_below(&mut self, level: usize, root: usize) -> Option<Vec<u32>> {
        if self.symmetries.is_none() && !self.generators.is_empty() {
            self.symmetries = Some(strong_group(self.rbase, self.generators.clone()));
        }
        // What is known fixes the images above the root.
        let images = self.images.get(root..level)?;
        let group = self.symmetries.as_ref()?.pointwise_stabilizer(images).ok()?;
        let mut first = vec![0; group.degree()];
        for orbit in group.orbits() {
            for &x in orbit {
                first[x] = orbit[0] as u32;
            }
        }
        Some(first)
    }

    /// The element that the images determine, if it does what is asked.
    fn leaf(&self) -> Option<Permutation> {
        let rbase = self.rbase;
        let g = widen(&inverse(&self.inverses[rbase.levels.len()][0]));
        let problem = rbase.problem;
        let (left, right) = (problem.colours_of(Side::Left), problem.colours_of(self.side));
        let fits = left
            .iter()
            .zip(g.images())
            .all(|(colour, &y)| *colour == right[y as usize])
            && problem
                .relations()
                .iter()
                .all(|relation| relation.is_taken_by(&g, self.side))
            && rbase.refiners[1..]
                .iter()
                .all(|refiner| refiner.contains(&g, self.side));
        fits.then_some(g)
    }
}
