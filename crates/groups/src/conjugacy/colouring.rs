//! Colours of points that every conjugating element keeps.
//!
//! If g ∈ G carries x to y by conjugation, then it carries the points of an l-cycle of x to points of l-cycles of y,
//! keeps the orbits of G, and permutes the blocks of a block system of G. Refining colours by these rules until nothing
//! changes (the Weisfeiler-Leman method in dimension one) gives classes of points with the same description on both
//! sides: a point can only go to one of its own colour. This only prunes a search; what it finds is checked elsewhere.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rustc_hash::FxHasher;

use crate::constituents::{action_on_orbit, principal_block_systems};
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;

/// Disjoint sets of points that are permuted, not necessarily covering all.
#[derive(Clone, Debug)]
pub(crate) struct Cells(Vec<Vec<u32>>);

impl Cells {
    pub(crate) fn of_orbits(group: &PermGroup) -> Self {
        let narrow = |orbit: &Vec<usize>| orbit.iter().map(|&x| x as u32).collect();
        Self(group.orbits().iter().map(narrow).collect())
    }
}

/// What all elements of a group respect.
#[derive(Clone, Debug)]
pub(crate) struct Invariants {
    /// The number of the orbit of each point.
    orbit_of: Vec<u32>,
    systems: Vec<Cells>,
}

impl Invariants {
    pub(crate) fn new(group: &PermGroup) -> Self {
        /// Block systems to be used for each orbit: the smallest blocks say most.
        const SYSTEMS: usize = 4;
        let mut orbit_of = vec![0; group.degree()];
        let mut systems = Vec::new();
        for (k, orbit) in group.orbits().iter().enumerate() {
            orbit.iter().for_each(|&x| orbit_of[x] = k as u32);
            if orbit.len() < 4 {
                continue;
            }
            let action = action_on_orbit(group, orbit);
            for system in principal_block_systems(&action).into_iter().take(SYSTEMS) {
                let renamed = |block: &Vec<usize>| block.iter().map(|&k| orbit[k] as u32).collect();
                systems.push(Cells(system.blocks.iter().map(renamed).collect()));
            }
        }
        Self { orbit_of, systems }
    }
}

impl PermGroup {
    /// What conjugation by this group keeps; found once.
    pub(super) fn invariants(&self) -> Arc<Invariants> {
        let found = self
            .structure()
            .invariants
            .get_or_init(|| Arc::new(Invariants::new(self)));
        found.clone()
    }
}

/// Colours of the points, and a digest of how they came about: where digests differ, no element carries one colouring
/// to the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Colouring {
    pub(crate) colours: Vec<u32>,
    digest: u64,
}

impl Colouring {
    /// The colours that a group and a list of permutations to be conjugated give.
    pub(crate) fn new(invariants: &Invariants, given: Option<&[u32]>, elements: &[Permutation]) -> Self {
        let mut refinement = Refinement::start(&invariants.orbit_of);
        if let Some(given) = given {
            refinement.split(|x| given[x]);
        }
        for g in elements {
            let lengths = cycle_length_of_points(g);
            refinement.split(|x| lengths[x]);
        }
        // The points of one cycle have one colour already, if nothing else tells them apart.
        let maps = match (elements, given, &invariants.systems[..]) {
            ([_], None, []) => &[],
            _ => elements,
        };
        refinement.finish(maps, &invariants.systems.iter().collect::<Vec<_>>())
    }

    /// The colouring in which `point` is told from all others, and the cells of the partitions are respected.
    pub(crate) fn individualized(&self, point: usize, cells: &[&Cells], invariants: &Invariants) -> Self {
        let mut refinement = Refinement::start(&self.colours);
        refinement.split(|x| u32::from(x == point));
        let all: Vec<&Cells> = cells.iter().copied().chain(&invariants.systems).collect();
        refinement.finish(&[], &all)
    }

    /// The colouring refined by the cells of some partitions.
    pub(crate) fn refined(&self, cells: &[&Cells], invariants: &Invariants) -> Self {
        let all: Vec<&Cells> = cells.iter().copied().chain(&invariants.systems).collect();
        Refinement::start(&self.colours).finish(&[], &all)
    }

    /// The number of points of each colour.
    pub(crate) fn class_sizes(&self) -> Vec<usize> {
        let mut sizes = vec![0; self.colours.len()];
        self.colours.iter().for_each(|&c| sizes[c as usize] += 1);
        sizes
    }

    /// Whether nothing seen so far keeps an element from carrying this colouring to another.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

struct Refinement {
    colours: Vec<u32>,
    classes: usize,
    hasher: FxHasher,
}

impl Refinement {
    fn start(colours: &[u32]) -> Self {
        let mut this = Self {
            colours: vec![0; colours.len()],
            classes: usize::from(!colours.is_empty()),
            hasher: FxHasher::default(),
        };
        this.split(|x| colours[x]);
        this
    }

    /// Tells points of one colour apart by a label.
    fn split(&mut self, label: impl Fn(usize) -> u32) {
        let key = |x: usize| (u64::from(self.colours[x]) << 32) | u64::from(label(x));
        let keys: Vec<u64> = (0..self.colours.len()).map(key).collect();
        let mut sorted = keys.clone();
        sorted.sort_unstable();
        sorted.hash(&mut self.hasher);
        sorted.dedup();
        let rank = |key: &u64| sorted.binary_search(key).unwrap_or(0) as u32;
        self.colours = keys.iter().map(rank).collect();
        self.classes = sorted.len();
    }

    fn split_by_cells(&mut self, cells: &Cells) {
        let signature = |(k, cell): (usize, &Vec<u32>)| {
            let mut colours: Vec<u32> = cell.iter().map(|&x| self.colours[x as usize]).collect();
            colours.sort_unstable();
            (colours, k)
        };
        let mut signatures: Vec<(Vec<u32>, usize)> = cells.0.iter().enumerate().map(signature).collect();
        signatures.sort_unstable();
        let mut labels = vec![0; self.colours.len()];
        let mut rank = 0;
        for (at, (signature, k)) in signatures.iter().enumerate() {
            if at == 0 || signatures[at - 1].0 != *signature {
                rank += 1;
                signature.hash(&mut self.hasher);
            }
            cells.0[*k].iter().for_each(|&x| labels[x as usize] = rank);
        }
        self.split(|x| labels[x]);
    }

    fn finish(mut self, maps: &[Permutation], cells: &[&Cells]) -> Colouring {
        loop {
            let before = self.classes;
            for g in maps {
                let images: Vec<u32> = g.images().iter().map(|&y| self.colours[y as usize]).collect();
                self.split(|x| images[x]);
            }
            for cells in cells {
                self.split_by_cells(cells);
            }
            if self.classes == before || maps.len() + cells.len() == 0 {
                break;
            }
        }
        Colouring {
            colours: self.colours,
            digest: self.hasher.finish(),
        }
    }
}

/// The length of the cycle that each point is on.
fn cycle_length_of_points(g: &Permutation) -> Vec<u32> {
    let mut lengths = vec![1; g.degree()];
    for cycle in g.cycles() {
        cycle.iter().for_each(|&x| lengths[x] = cycle.len() as u32);
    }
    lengths
}
