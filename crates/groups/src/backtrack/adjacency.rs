//! The form of a graph that the search works on: one relation type per ordered pair of vertices.
//!
//! All arcs between u and v, both ways, make up one *type*, a number that depends on their colours alone; a vertex's
//! loops go into its class. Between two classes of vertices the type that more than half of the pairs have is left
//! out (no arc at all counts as a type, 0): the numbers of pairs of the other types determine it. A complete graph
//! thus has no arcs left, and a matrix of weights only its rare values. Types, classes and what is left out depend
//! on the isomorphism class only, so a canonical labelling of the reduced graph is one of the graph.

use super::graph::ColoredGraph;

/// The type of a pair without arcs.
const NONE: u32 = 0;

/// One pair of vertices seen from the first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Neighbor {
    pub(crate) vertex: u32,
    pub(crate) kind: u32,
}

pub(crate) struct Adjacency {
    /// By vertex: its class, from its colour and its loops.
    pub(crate) classes: Vec<u32>,
    rows: Rows,
}

/// For each vertex a run of a list, ascending.
struct Rows {
    offsets: Vec<usize>,
    neighbors: Vec<Neighbor>,
}

impl Rows {
    fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    #[inline]
    fn of(&self, vertex: usize) -> &[Neighbor] {
        &self.neighbors[self.offsets[vertex]..self.offsets[vertex + 1]]
    }
}

impl Adjacency {
    pub(crate) fn new(graph: &ColoredGraph) -> Self {
        let classes = vertex_classes(graph);
        let rows = drop_majorities(&classes, typed_pairs(graph));
        Self { classes, rows }
    }

    pub(crate) fn len(&self) -> usize {
        self.classes.len()
    }

    /// The typed neighbours of a vertex, ascending.
    #[inline]
    pub(crate) fn of(&self, vertex: usize) -> &[Neighbor] {
        self.rows.of(vertex)
    }
}

/// Replaces each value by its place among the distinct values.
fn ranks<T: Ord + Clone>(values: &[T]) -> Vec<u32> {
    let mut distinct = values.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    values
        .iter()
        .map(|value| distinct.partition_point(|other| other < value) as u32)
        .collect()
}

fn vertex_classes(graph: &ColoredGraph) -> Vec<u32> {
    let mut loops: Vec<Vec<u32>> = vec![Vec::new(); graph.vertex_count()];
    for &(u, v, color) in graph.arcs() {
        if u == v {
            loops[u as usize].push(color);
        }
    }
    ranks(&graph.colors().iter().copied().zip(loops).collect::<Vec<_>>())
}

/// The arcs without loops, those between the same ends in one bundle, which is numbered from 1 on by its colours.
fn bundles(graph: &ColoredGraph) -> Rows {
    let arcs = graph.arcs();
    let runs: Vec<&[(u32, u32, u32)]> = arcs
        .chunk_by(|a, b| (a.0, a.1) == (b.0, b.1))
        .filter(|run| run[0].0 != run[0].1)
        .collect();
    let numbers = if runs.iter().all(|run| run.len() == 1) {
        ranks(&runs.iter().map(|run| run[0].2).collect::<Vec<_>>())
    } else {
        ranks(
            &runs
                .iter()
                .map(|run| run.iter().map(|arc| arc.2).collect())
                .collect::<Vec<Vec<u32>>>(),
        )
    };
    let mut offsets = vec![0; graph.vertex_count() + 1];
    for run in &runs {
        offsets[run[0].0 as usize + 1] += 1;
    }
    accumulate(&mut offsets);
    let number = |(run, kind): (&&[(u32, u32, u32)], u32)| Neighbor {
        vertex: run[0].1,
        kind: kind + 1,
    };
    Rows {
        offsets,
        neighbors: runs.iter().zip(numbers).map(number).collect(),
    }
}

fn accumulate(counts: &mut [usize]) {
    for k in 1..counts.len() {
        counts[k] += counts[k - 1];
    }
}

/// Every arc seen from its head.
fn reversed(rows: &Rows) -> Rows {
    let mut offsets = vec![0; rows.len() + 1];
    for n in &rows.neighbors {
        offsets[n.vertex as usize + 1] += 1;
    }
    accumulate(&mut offsets);
    let mut next = offsets.clone();
    let mut neighbors = vec![Neighbor { vertex: 0, kind: 0 }; rows.neighbors.len()];
    for u in 0..rows.len() {
        for n in rows.of(u) {
            let place = &mut next[n.vertex as usize];
            neighbors[*place] = Neighbor {
                vertex: u as u32,
                kind: n.kind,
            };
            *place += 1;
        }
    }
    Rows { offsets, neighbors }
}

/// All ordered pairs with an arc one way or the other; types start at 1.
fn typed_pairs(graph: &ColoredGraph) -> Rows {
    let out = bundles(graph);
    let back = reversed(&out);
    let mut offsets = vec![0];
    let mut ends = Vec::with_capacity(out.neighbors.len());
    let mut both: Vec<u64> = Vec::with_capacity(out.neighbors.len());
    for u in 0..out.len() {
        let (mut there, mut here) = (out.of(u), back.of(u));
        while let Some(v) = there
            .first()
            .into_iter()
            .chain(here.first())
            .map(|n| n.vertex)
            .min()
        {
            let take = |row: &mut &[Neighbor]| match row.split_first() {
                Some((n, rest)) if n.vertex == v => {
                    *row = rest;
                    u64::from(n.kind)
                }
                _ => u64::from(NONE),
            };
            both.push(take(&mut there) << 32 | take(&mut here));
            ends.push(v);
        }
        offsets.push(ends.len());
    }
    let neighbors = ends.into_iter().zip(ranks(&both)).map(|(vertex, kind)| Neighbor {
        vertex,
        kind: kind + 1,
    });
    Rows {
        offsets,
        neighbors: neighbors.collect(),
    }
}

/// Leaves out, for each two classes, the type that more than half of the pairs have.
fn drop_majorities(classes: &[u32], rows: Rows) -> Rows {
    let mut members: Vec<Vec<u32>> = vec![Vec::new(); classes.iter().max().map_or(0, |&c| c as usize + 1)];
    for (x, &c) in classes.iter().enumerate() {
        members[c as usize].push(x as u32);
    }
    let mut votes = vec![Vote::default(); members.len()];
    let majorities: Vec<Vec<(u32, u32)>> = (0..members.len())
        .map(|class| majorities_of(classes, &members, class, &rows, &mut votes))
        .collect();
    if majorities.iter().all(Vec::is_empty) {
        return rows;
    }
    let mut kept = Rows {
        offsets: vec![0],
        neighbors: Vec::new(),
    };
    let mut joined = vec![u32::MAX; classes.len()];
    for (u, &class) in classes.iter().enumerate() {
        let majorities = &majorities[class as usize];
        let from = kept.neighbors.len();
        for n in rows.of(u) {
            joined[n.vertex as usize] = u as u32;
            if majorities
                .binary_search(&(classes[n.vertex as usize], n.kind))
                .is_err()
            {
                kept.neighbors.push(*n);
            }
        }
        for &(other, _) in majorities {
            let others = members[other as usize].iter().copied();
            let missing = others.filter(|&v| v as usize != u && joined[v as usize] != u as u32);
            kept.neighbors
                .extend(missing.map(|vertex| Neighbor { vertex, kind: NONE }));
        }
        kept.neighbors[from..].sort_unstable();
        kept.offsets.push(kept.neighbors.len());
    }
    kept
}

/// The vote of Boyer and Moore among the types between two classes, then the count of its winner.
#[derive(Clone, Copy, Default)]
struct Vote {
    kind: u32,
    lead: usize,
    count: usize,
}

/// The classes to which a class is mostly joined by one type other than "no arc", each with that type, ascending.
///
/// A strict majority wins the vote of Boyer and Moore; whether the winner is one, the count shows.
fn majorities_of(
    classes: &[u32],
    members: &[Vec<u32>],
    class: usize,
    rows: &Rows,
    votes: &mut [Vote],
) -> Vec<(u32, u32)> {
    let pairs = || {
        let neighbors = members[class].iter().flat_map(|&u| rows.of(u as usize));
        neighbors.map(|n| (classes[n.vertex as usize] as usize, n.kind))
    };
    for (other, kind) in pairs() {
        let vote = &mut votes[other];
        if vote.lead == 0 {
            vote.kind = kind;
        }
        if vote.kind == kind {
            vote.lead += 1;
        } else {
            vote.lead -= 1;
        }
    }
    for (other, kind) in pairs() {
        votes[other].count += usize::from(votes[other].kind == kind);
    }
    let mut majorities = Vec::new();
    for (other, _) in pairs() {
        let Vote { kind, count, .. } = std::mem::take(&mut votes[other]);
        let possible = members[class].len() * (members[other].len() - usize::from(other == class));
        if 2 * count > possible {
            majorities.push((other as u32, kind));
        }
    }
    majorities.sort_unstable();
    majorities
}
