//! The search tree: first path, best path, and what automorphisms cut off.
//!
//! A node is an equitable partition reached by individualising a sequence of vertices; its children individualise
//! the vertices of one *target cell*. The tree is walked depth first. A node is followed if its trace so far equals
//! that of the *first* path (an automorphism may be found below), or, when a canonical form is wanted, if it is not
//! smaller than that of the *best* leaf. Cut off are: children in one orbit, under the automorphisms known to fix the
//! node's sequence, with a child already explored; and after an automorphism the rest of the branch in which it was
//! found, which is an image of an explored one.

use std::cmp::Ordering;

use crate::backtrack::adjacency::{Adjacency, Neighbor};
use crate::backtrack::partition::{Mark, Partition};
use crate::backtrack::refine::{Refiner, mix};
use crate::backtrack::union_find::UnionFind;

/// How many automorphisms that are not generators are kept to cut branches.
const KEPT_FOR_PRUNING: usize = 256;
/// How many cells are considered for a target.
const TARGETS: usize = 32;

pub(super) struct Outcome {
    pub(super) generators: Vec<Box<[u32]>>,
    pub(super) base: Vec<usize>,
    pub(super) orbit_lengths: Vec<usize>,
    /// The images of the vertices under the canonical labelling, if one was asked for (else any labelling).
    pub(super) labeling: Box<[u32]>,
}

/// A leaf that others are compared with.
struct Leaf {
    path: Vec<u32>,
    trace: Vec<u64>,
    /// The length of the trace after each depth, the root's included.
    ends: Vec<usize>,
    /// The target cell at each depth.
    targets: Vec<usize>,
    labels: Vec<u32>,
    position: Vec<u32>,
    rows: Vec<Neighbor>,
}

struct Node {
    mark: Mark,
    trace_end: usize,
    target: usize,
    /// The target cell's vertices still to be looked at, the next one last.
    candidates: Vec<u32>,
    explored: Vec<u32>,
    chosen: u32,
    /// Whether the sequence of vertices is the beginning of the first path.
    on_first_path: bool,
    like_first: bool,
    against_best: Ordering,
    orbits: Option<(usize, UnionFind)>,
}

pub(super) struct Search<'g> {
    graph: &'g Adjacency,
    canonical: bool,
    partition: Partition,
    refiner: Refiner,
    trace: Vec<u64>,
    nodes: Vec<Node>,
    first: Option<Leaf>,
    best: Option<Leaf>,
    generators: Vec<Box<[u32]>>,
    others: Vec<Box<[u32]>>,
    orbits: UnionFind,
    /// Collected from the last base vertex to the first.
    orbit_lengths: Vec<usize>,
    /// By vertex: the type of its pair with the vertex in hand.
    kind_of: Vec<u32>,
    /// By cell: the number of neighbours of the vertex in hand and a digest of their types.
    joins: Vec<(u32, u64)>,
}

/// What comparing the trace of a new node has shown.
#[derive(Clone, Copy)]
struct Status {
    like_first: bool,
    against_best: Ordering,
}

impl<'g> Search<'g> {
    pub(super) fn new(graph: &'g Adjacency, canonical: bool) -> Self {
        let degree = graph.len();
        Self {
            graph,
            canonical,
            partition: Partition::by_key(&graph.classes),
            refiner: Refiner::new(degree),
            trace: Vec::new(),
            nodes: Vec::new(),
            first: None,
            best: None,
            generators: Vec::new(),
            others: Vec::new(),
            orbits: UnionFind::new(degree),
            orbit_lengths: Vec::new(),
            kind_of: vec![u32::MAX; degree],
            joins: vec![(0, 0); degree],
        }
    }

    pub(super) fn run(mut self) -> Outcome {
        for start in self.partition.starts_from(0).collect::<Vec<_>>() {
            self.refiner.enqueue(&self.partition, start);
        }
        let trace = &mut self.trace;
        self.refiner
            .refine(self.graph, &mut self.partition, &mut |value| {
                trace.push(value);
                true
            });
        self.arrive(
            Status {
                like_first: true,
                against_best: Ordering::Equal,
            },
            true,
        );
        while let Some(depth) = self.nodes.len().checked_sub(1) {
            match self.next_child(depth) {
                Some(vertex) => self.descend(depth, vertex),
                None => self.leave(),
            }
        }
        self.orbit_lengths.reverse();
        let first = self.first.expect("the search ends at a leaf at least once");
        let labeling = self
            .best
            .map_or(first.position, |best| best.position)
            .into_boxed_slice();
        let base = first.path.iter().map(|&v| v as usize).collect();
        Outcome {
            generators: self.generators,
            base,
            orbit_lengths: self.orbit_lengths,
            labeling,
        }
    }

    /// The next vertex of the target cell that is not known to be equivalent to an explored one.
    fn next_child(&mut self, depth: usize) -> Option<u32> {
        while let Some(vertex) = self.nodes[depth].candidates.pop() {
            if !self.is_covered(depth, vertex) {
                return Some(vertex);
            }
        }
        None
    }

    /// Whether a known automorphism that fixes the node's sequence maps an explored child to this one.
    fn is_covered(&mut self, depth: usize, vertex: u32) -> bool {
        if self.nodes[depth].explored.is_empty() {
            return false;
        }
        if !self.nodes[depth].on_first_path {
            self.update_orbits(depth);
        }
        let node = &mut self.nodes[depth];
        let orbits = match (&mut node.orbits, node.on_first_path) {
            (Some((_, orbits)), false) => orbits,
            _ => &mut self.orbits,
        };
        let root = orbits.find(vertex);
        node.explored.iter().any(|&v| orbits.find(v) == root)
    }

    /// The orbits of the known automorphisms that fix the sequence of a node off the first path.
    fn update_orbits(&mut self, depth: usize) {
        let known = self.generators.len() + self.others.len();
        if self.nodes[depth]
            .orbits
            .as_ref()
            .is_some_and(|(count, _)| *count == known)
        {
            return;
        }
        let mut orbits = UnionFind::new(self.graph.len());
        for g in self.generators.iter().chain(&self.others) {
            if self.nodes[..depth]
                .iter()
                .all(|node| g[node.chosen as usize] == node.chosen)
            {
                orbits.join_cycles(g);
            }
        }
        self.nodes[depth].orbits = Some((known, orbits));
    }

    fn descend(&mut self, depth: usize, vertex: u32) {
        let node = &mut self.nodes[depth];
        node.explored.push(vertex);
        node.chosen = vertex;
        let (mark, trace_end) = (node.mark, node.trace_end);
        let before = Status {
            like_first: node.like_first,
            against_best: node.against_best,
        };
        let on_first_path = node.on_first_path && self.first.is_none();
        self.partition.undo_to(mark);
        self.trace.truncate(trace_end);
        if let Some(status) = self.individualize(depth + 1, vertex, before) {
            self.arrive(status, on_first_path);
        }
    }

    /// Refines after giving a vertex a cell of its own; nothing if the trace shows that the node can be dropped.
    fn individualize(&mut self, depth: usize, vertex: u32, before: Status) -> Option<Status> {
        let cell = self.partition.individualize(vertex as usize);
        self.refiner.enqueue(&self.partition, cell);
        let (first, best) = (self.first.as_ref(), self.best.as_ref());
        let searching = first.is_some();
        let end_of = |leaf: Option<&Leaf>| leaf.and_then(|leaf| leaf.ends.get(depth).copied());
        let (first_end, best_end) = (end_of(first).unwrap_or(0), end_of(best).unwrap_or(0));
        let mut status = before;
        let trace = &mut self.trace;
        let follow = self
            .refiner
            .refine(self.graph, &mut self.partition, &mut |value| {
                let at = trace.len();
                trace.push(value);
                if !searching {
                    return true;
                }
                status.like_first &= at < first_end && first.is_some_and(|leaf| leaf.trace[at] == value);
                if status.against_best == Ordering::Equal {
                    status.against_best = match best {
                        Some(leaf) if at < best_end => value.cmp(&leaf.trace[at]),
                        Some(_) => Ordering::Greater,
                        None => Ordering::Less,
                    };
                }
                status.like_first || status.against_best != Ordering::Less
            });
        if searching {
            let end = self.trace.len();
            status.like_first &= end == first_end;
            if status.against_best == Ordering::Equal && end < best_end {
                status.against_best = Ordering::Less;
            }
        }
        let wanted = !searching || status.like_first || status.against_best != Ordering::Less;
        (follow && wanted).then_some(status)
    }

    /// Makes the present partition a node or, if it is discrete, compares the leaf.
    fn arrive(&mut self, status: Status, on_first_path: bool) {
        if self.partition.is_discrete() {
            return self.leaf(status);
        }
        // At depths that double, so that the attempts cost no more than the way down.
        let attempt = || (self.nodes.len() - self.first_path_depth()).is_power_of_two();
        if status.like_first && !on_first_path && attempt() && self.sparse_automorphism() {
            return;
        }
        let depth = self.nodes.len();
        let known = self
            .first
            .as_ref()
            .filter(|_| status.like_first && !self.canonical);
        let target = match known {
            Some(first) => first.targets[depth],
            None => self.target_cell(),
        };
        let mut candidates = self.partition.cell(target).to_vec();
        // The smallest first, then from the largest down: where all are alike, the automorphisms found form a star,
        // not a path, and products of few of them reach everything.
        candidates.sort_unstable();
        candidates.rotate_left(1);
        self.nodes.push(Node {
            mark: self.partition.mark(),
            trace_end: self.trace.len(),
            target,
            candidates,
            explored: Vec::new(),
            chosen: 0,
            on_first_path,
            like_first: status.like_first,
            against_best: status.against_best,
            orbits: None,
        });
    }

    /// Ends a node that has no child left; on the first path the orbit of its base vertex is now complete.
    fn leave(&mut self) {
        if let Some(node) = self.nodes.pop().filter(|node| node.on_first_path) {
            self.orbit_lengths.push(self.orbits.size_of(node.explored[0]));
        }
    }

    /// Of the first few cells, the smallest among those that are joined to the most cells neither fully nor not at
    /// all.
    fn target_cell(&mut self) -> usize {
        let counts = &mut self.joins;
        let mut best: Option<(usize, usize)> = None;
        let open = self
            .partition
            .starts_from(0)
            .filter(|&s| self.partition.len_at(s) > 1);
        for start in open.take(TARGETS) {
            let row = self.graph.of(self.partition.point_at(start));
            let cell_of = |n: &Neighbor| self.partition.start_of(n.vertex as usize);
            for n in row {
                let (count, kinds) = &mut counts[cell_of(n)];
                *count += 1;
                *kinds = kinds.wrapping_add(mix(u64::from(n.kind)));
            }
            let mut joins = 0;
            for n in row {
                let cell = cell_of(n);
                let (count, kinds) = std::mem::take(&mut counts[cell]);
                let size = self.partition.len_at(cell) - usize::from(cell == start);
                let full =
                    count as usize == size && kinds == mix(u64::from(n.kind)).wrapping_mul(u64::from(count));
                joins += usize::from(count > 0 && !full);
            }
            let smaller = |at: usize| self.partition.len_at(start) < self.partition.len_at(at);
            if best.is_none_or(|(at, most)| joins > most || (joins == most && smaller(at))) {
                best = Some((start, joins));
            }
        }
        best.map(|(start, _)| start)
            .expect("a partition that is not discrete has a cell with two vertices")
    }

    fn leaf(&mut self, status: Status) {
        let labels = self.partition.points().to_vec();
        let mut position = vec![0; labels.len()];
        for (place, &v) in labels.iter().enumerate() {
            position[v as usize] = place as u32;
        }
        if self.first.is_none() {
            if self.canonical {
                let rows = self.rows(&labels, &position);
                self.best = Some(self.new_leaf(labels.clone(), position.clone(), rows));
            }
            self.first = Some(self.new_leaf(labels, position, Vec::new()));
            return;
        }
        if let Some(first) = self.first.as_ref().filter(|_| status.like_first) {
            let g: Box<[u32]> = first
                .position
                .iter()
                .map(|&place| labels[place as usize])
                .collect();
            if self.is_automorphism(&g) {
                let depth = self.first_path_depth();
                return self.accept(g, depth);
            }
        }
        if status.against_best == Ordering::Less || self.best.is_none() {
            return;
        }
        let rows = self.rows(&labels, &position);
        let Some(best) = &self.best else { return };
        match status.against_best.then_with(|| rows.cmp(&best.rows)) {
            Ordering::Less => {}
            Ordering::Equal => {
                let g = best
                    .position
                    .iter()
                    .map(|&place| labels[place as usize])
                    .collect();
                let common = self
                    .nodes
                    .iter()
                    .zip(&best.path)
                    .take_while(|(n, v)| n.chosen == **v)
                    .count();
                self.accept(g, common);
            }
            Ordering::Greater => {
                self.best = Some(self.new_leaf(labels, position, rows));
                for node in &mut self.nodes {
                    node.against_best = Ordering::Equal;
                }
            }
        }
    }

    fn new_leaf(&self, labels: Vec<u32>, position: Vec<u32>, rows: Vec<Neighbor>) -> Leaf {
        let mut ends: Vec<usize> = self.nodes.iter().map(|node| node.trace_end).collect();
        ends.push(self.trace.len());
        let path = self.nodes.iter().map(|node| node.chosen).collect();
        let targets = self.nodes.iter().map(|node| node.target).collect();
        Leaf {
            path,
            trace: self.trace.clone(),
            ends,
            targets,
            labels,
            position,
            rows,
        }
    }

    /// The labelled graph, row by row; a row starts with its length.
    fn rows(&self, labels: &[u32], position: &[u32]) -> Vec<Neighbor> {
        let mut rows = Vec::new();
        for &v in labels {
            let row = self.graph.of(v as usize);
            rows.push(Neighbor {
                vertex: row.len() as u32,
                kind: 0,
            });
            let from = rows.len();
            rows.extend(row.iter().map(|n| Neighbor {
                vertex: position[n.vertex as usize],
                ..*n
            }));
            rows[from..].sort_unstable();
        }
        rows
    }

    /// The depth of the deepest node that is on the first path.
    fn first_path_depth(&self) -> usize {
        self.nodes.iter().take_while(|node| node.on_first_path).count() - 1
    }

    /// Tries the sparsest automorphism that maps the one-vertex cells of the first path to the present ones: a vertex
    /// where such a mapping ends goes back to where it began, and all others are fixed.
    fn sparse_automorphism(&mut self) -> bool {
        const OPEN: u32 = u32::MAX;
        let Some(first) = &self.first else { return false };
        let mut g = vec![OPEN; self.graph.len()].into_boxed_slice();
        let mut is_image = vec![false; g.len()];
        for &start in self.partition.singletons() {
            let (from, to) = (
                first.labels[start as usize],
                self.partition.point_at(start as usize),
            );
            g[from as usize] = to as u32;
            is_image[to] = true;
        }
        for &start in self.partition.singletons() {
            let begin = first.labels[start as usize];
            if !is_image[begin as usize] {
                let mut end = begin;
                while g[end as usize] != OPEN {
                    end = g[end as usize];
                }
                g[end as usize] = begin;
            }
        }
        for (x, y) in g.iter_mut().enumerate().filter(|(_, y)| **y == OPEN) {
            *y = x as u32;
        }
        let found = self.is_automorphism(&g);
        if found {
            let depth = self.first_path_depth();
            self.accept(g, depth);
        }
        found
    }

    /// Whether a permutation preserves classes and types; costs the neighbourhoods of the moved vertices.
    fn is_automorphism(&mut self, g: &[u32]) -> bool {
        let graph = self.graph;
        for (x, &y) in g.iter().enumerate().filter(|&(x, &y)| x as u32 != y) {
            let (row, image) = (graph.of(x), graph.of(y as usize));
            if graph.classes[x] != graph.classes[y as usize] || row.len() != image.len() {
                return false;
            }
            for n in image {
                self.kind_of[n.vertex as usize] = n.kind;
            }
            let same = row
                .iter()
                .all(|n| self.kind_of[g[n.vertex as usize] as usize] == n.kind);
            for n in image {
                self.kind_of[n.vertex as usize] = u32::MAX;
            }
            if !same {
                return false;
            }
        }
        true
    }

    /// Records an automorphism and goes back to the node at `depth`, below which the rest is now known.
    fn accept(&mut self, g: Box<[u32]>, depth: usize) {
        let fork = self.first_path_depth();
        self.nodes.truncate(depth + 1);
        let base = self.nodes[fork].explored[0];
        if self.orbits.find(base) == self.orbits.find(g[base as usize]) {
            // It is a product of known ones: the base vertex's orbit and stabilizer are.
            if self.others.len() == KEPT_FOR_PRUNING {
                self.others.remove(0);
            }
            self.others.push(g);
            return;
        }
        self.orbits.join_cycles(&g);
        self.generators.push(g);
        let root = self.orbits.find(self.nodes[fork].chosen);
        let explored = &self.nodes[fork].explored;
        if explored[..explored.len() - 1]
            .iter()
            .any(|&v| self.orbits.find(v) == root)
        {
            self.nodes.truncate(fork + 1);
        }
    }
}
