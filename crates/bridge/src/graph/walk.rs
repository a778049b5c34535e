//! Random walks on the graphs of orbits: return and hitting times by sparse solves with a certificate, the spectral gap
//! and the diameter.
//!
//! A walk applies a uniformly random one of its moves, each of which permutes the points. Its law of rest is therefore
//! uniform, and by Kac's theorem the mean time of return to a point is the number of points, *whatever* the moves. The mean
//! time to hit a point from a uniform start is another number: Σ φⱼ(x)²/(1 − λⱼ) over the eigenfunctions of a reversible
//! walk but the constant one, at most (n − 1)/gap (Aldous and Fill, *Reversible Markov Chains and Random Walks on Graphs*,
//! chapter 3).
//!
//! With Q the walk kept off the target, h solves (1 − Q)h = 1, here by conjugate gradients (on the normal equations if the
//! walk is not symmetric). (1 − Q)⁻¹ = ΣQᵏ has no negative entry, so a residual of largest entry ρ proves
//!
//! ```text
//! h̃/(1 + ρ) ≤ h ≤ h̃/(1 − ρ)      point by point,
//! ```
//!
//! whatever way h̃ was found. ρ counts the rounding of the residual itself.
//!
//! ```
//! use bridge::graph::GraphWalk;
//! let turn = |k: u32| (0..7).map(|x| (x + k) % 7).collect::<Vec<u32>>();
//! let walk = GraphWalk::new(vec![turn(1), turn(6)])?;
//! let found = walk.hitting_times(0)?;
//! assert!((found.times[3] - 12.0).abs() < 1e-9); // k (n − k)
//! assert!((found.return_time - 7.0).abs() < 1e-9 && found.relative_error < 1e-9);
//! assert_eq!(walk.diameter(), Some(3));
//! # Ok::<(), bridge::BridgeError>(())
//! ```

mod solve;
mod spectrum;
#[cfg(test)]
mod tests;

pub use spectrum::SpectralGap;

use std::collections::BTreeMap;

use nalgebra::DVector;
use petgraph::visit::EdgeRef;
use rayon::prelude::*;
use serde::Serialize;

use super::LabelledGraph;
use crate::BridgeError;
use crate::error::refuse;

/// The most arcs that a search for the diameter may look at: points × arcs.
const DIAMETER_WORK: usize = 2_000_000_000;

/// A walk that applies a uniformly random one of its moves, each a permutation of the points.
#[derive(Debug, Clone)]
pub struct GraphWalk {
    states: usize,
    /// For each move the image of every point.
    moves: Vec<Vec<u32>>,
    /// For each move where every point comes from.
    back: Vec<Vec<u32>>,
    /// Whether the chance from x to y is that from y to x.
    symmetric: bool,
}

/// Mean times to a target.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HittingTimes {
    /// From every point; 0 from the target.
    #[serde(skip)]
    pub times: Vec<f64>,
    /// From the target back to it.
    pub return_time: f64,
    /// From a uniformly random point (0 if that is the target).
    pub from_uniform: f64,
    /// From the point that is farthest in this sense.
    pub largest: f64,
    /// Proved bound of the relative error of each of these.
    pub relative_error: f64,
}

/// What is measured of the graph of an orbit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GraphMeasures {
    /// Number of points.
    pub points: usize,
    /// Moves at each point.
    pub moves: usize,
    /// The largest number of moves from one point to another; absent where the graph is too large to be searched.
    pub diameter: Option<usize>,
    /// The spectral gap of the walk.
    pub spectrum: SpectralGap,
    /// Mean times to point 0.
    pub hitting: HittingTimes,
    /// (n − 1)/gap, which no mean hitting time from a uniform start exceeds.
    pub hitting_bound: f64,
}

impl GraphWalk {
    /// The walk by these moves; `moves[s][x]` is the image of x.
    ///
    /// # Errors
    /// [`BridgeError::Parameter`] without moves, for a move that is no permutation of the points, or for moves that do not
    /// connect all points.
    pub fn new(moves: Vec<Vec<u32>>) -> Result<Self, BridgeError> {
        let states = moves.first().map_or(0, Vec::len);
        if states == 0 {
            return refuse("moves", "empty", "at least one move of at least one point");
        }
        let mut back = Vec::with_capacity(moves.len());
        for images in &moves {
            let mut from = vec![u32::MAX; states];
            for (x, &y) in images.iter().enumerate() {
                match from.get_mut(y as usize) {
                    Some(place) if *place == u32::MAX => *place = x as u32,
                    _ => {
                        return refuse(
                            "moves",
                            "a map that is not one to one",
                            "permutations of the points",
                        );
                    }
                }
            }
            if from.contains(&u32::MAX) {
                return refuse(
                    "moves",
                    "lists of different lengths",
                    "permutations of the same points",
                );
            }
            back.push(from);
        }
        let symmetric = (0..states).all(|x| {
            let neighbours = |lists: &[Vec<u32>]| {
                let mut all: Vec<u32> = lists.iter().map(|images| images[x]).collect();
                all.sort_unstable();
                all
            };
            neighbours(&moves) == neighbours(&back)
        });
        let walk = GraphWalk {
            states,
            moves,
            back,
            symmetric,
        };
        if walk.distances(0).contains(&usize::MAX) {
            return refuse(
                "moves",
                "a set that does not connect the points",
                "generators of a transitive group",
            );
        }
        Ok(walk)
    }

    /// The walk on a Schreier graph: its arcs of one label are one move. With `inverses`, each move may also be undone, which
    /// makes the walk symmetric: a random generator or, by the toss of a fair coin, its inverse.
    ///
    /// # Errors
    /// As [`GraphWalk::new`], if the arcs of some label do not permute the vertices.
    pub fn of_graph(graph: &LabelledGraph, inverses: bool) -> Result<Self, BridgeError> {
        let states = graph.vertex_count();
        let mut moves: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        for arc in graph.graph.edge_references() {
            let images = moves
                .entry(arc.weight())
                .or_insert_with(|| vec![u32::MAX; states]);
            images[arc.source().index()] = arc.target().index() as u32;
        }
        let mut moves: Vec<Vec<u32>> = moves.into_values().collect();
        if moves.is_empty() {
            // The trivial group: nothing to apply, and one point to stay at.
            moves.push((0..states as u32).collect());
        }
        let walk = Self::new(moves)?;
        if inverses && !walk.symmetric {
            let GraphWalk { mut moves, back, .. } = walk;
            moves.extend(back);
            return Self::new(moves);
        }
        Ok(walk)
    }

    /// Number of points.
    pub fn states(&self) -> usize {
        self.states
    }

    /// For each move the image of every point.
    pub fn moves(&self) -> &[Vec<u32>] {
        &self.moves
    }

    /// Whether the chance from x to y is that from y to x, for all points.
    pub fn is_symmetric(&self) -> bool {
        self.symmetric
    }

    /// The mean of a function over the moves from every point: Px. With `back`, over the moves to it.
    fn step(&self, back: bool, x: &DVector<f64>) -> DVector<f64> {
        let lists = if back { &self.back } else { &self.moves };
        let share = 1.0 / lists.len() as f64;
        DVector::from_fn(self.states, |v, _| {
            lists.iter().map(|images| x[images[v] as usize]).sum::<f64>() * share
        })
    }

    /// The number of moves from `start` to every point.
    fn distances(&self, start: usize) -> Vec<usize> {
        let mut distance = vec![usize::MAX; self.states];
        distance[start] = 0;
        let mut queue = std::collections::VecDeque::from([start]);
        while let Some(x) = queue.pop_front() {
            for images in &self.moves {
                let y = images[x] as usize;
                if distance[y] == usize::MAX {
                    distance[y] = distance[x] + 1;
                    queue.push_back(y);
                }
            }
        }
        distance
    }

    /// The largest number of moves that it takes from one point to another, by a search from each; `None` if points × arcs
    /// exceed 2·10⁹.
    pub fn diameter(&self) -> Option<usize> {
        let work = self
            .states
            .checked_mul(self.states)?
            .checked_mul(self.moves.len())?;
        if work > DIAMETER_WORK {
            return None;
        }
        (0..self.states)
            .into_par_iter()
            .map(|start| self.distances(start).into_iter().max().unwrap_or(0))
            .max()
    }

    /// Mean times to `target`, with a proved bound of their error. Iterations of O(points × moves) each.
    ///
    /// # Errors
    /// [`BridgeError::Parameter`] for a target that is no point; [`BridgeError::NoConvergence`] if the residual stays so large
    /// that it proves nothing.
    pub fn hitting_times(&self, target: usize) -> Result<HittingTimes, BridgeError> {
        if target >= self.states {
            return refuse("target", target, format!("a point from 0 to {}", self.states - 1));
        }
        let (times, relative_error) = self.solve(target)?;
        let arrivals: f64 = self
            .moves
            .iter()
            .map(|images| times[images[target] as usize])
            .sum();
        Ok(HittingTimes {
            return_time: 1.0 + arrivals / self.moves.len() as f64,
            from_uniform: times.sum() / self.states as f64,
            largest: times.max(),
            times: times.as_slice().to_vec(),
            relative_error,
        })
    }

    /// Everything that is measured of the graph, with times to point 0.
    ///
    /// # Errors
    /// As [`GraphWalk::hitting_times`] and [`GraphWalk::spectral_gap`].
    pub fn measures(&self) -> Result<GraphMeasures, BridgeError> {
        let spectrum = self.spectral_gap()?;
        Ok(GraphMeasures {
            points: self.states,
            moves: self.moves.len(),
            diameter: self.diameter(),
            hitting: self.hitting_times(0)?,
            hitting_bound: (self.states - 1) as f64 / spectrum.gap,
            spectrum,
        })
    }
}
