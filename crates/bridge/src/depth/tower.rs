//! One orbit and its images in the layers.

use nalgebra::DMatrix;
use num_bigint::BigUint;
use petgraph::graph::{DiGraph, NodeIndex};
use serde::Serialize;

use crate::BridgeError;
use crate::graph::{GraphWalk, LabelledGraph};

/// The values of a layer on the points of an orbit.
#[derive(Debug, Clone)]
pub struct LevelCodes {
    /// What the layer is called.
    pub name: String,
    /// One column for each point of the orbit.
    pub codes: DMatrix<f64>,
    /// What distances of codes are relative to.
    pub scale: f64,
}

/// The image of the orbit in one layer.
#[derive(Debug, Clone, Serialize)]
pub struct Level {
    /// What the layer is called.
    pub name: String,
    /// Number of different images.
    pub blocks: usize,
    /// Points with the same image as the first.
    pub block_size: usize,
    /// Whether every generator carries points of one image to points of one image: the map is a homomorphism onto the graph
    /// of the images.
    pub quotient: bool,
    /// Whether points with one image in the level before have one here. Certain at tolerance 0.
    pub nested: bool,
    /// Order of the stabilizer of the image of the first point, in decimal; absent unless the images are a quotient.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stabilizer_order: Option<String>,
    /// The largest change of an inner product of two codes under a generator, relative to the largest square of a code: 0 if
    /// and only if an orthogonal action on the codes carries the orbit.
    pub gram_defect: f64,
    /// The largest step between points of one block.
    pub within: f64,
    /// The smallest distance of points of different blocks; absent for one block. The blocks are the same for every tolerance
    /// between the two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub between: Option<f64>,
    /// The block of every point.
    #[serde(skip)]
    pub block_of: Vec<usize>,
}

/// An orbit with its images in the layers of a network.
#[derive(Debug, Clone, Serialize)]
pub struct OrbitTower {
    /// Points of the orbit.
    pub points: usize,
    /// The tolerance below which codes are one, relative to the scale of each level.
    pub tolerance: f64,
    /// The levels, the input first.
    pub levels: Vec<Level>,
    /// Images of the points under the generators.
    #[serde(skip)]
    moves: Vec<Vec<u32>>,
}

impl OrbitTower {
    /// Sorts the points of an orbit by the values of the layers there: points in a chain of steps of at most `tolerance` times the
    /// scale of the level are one. `moves[s][x]` is the image of point x under generator s, `stabilizer` the order of the stabilizer
    /// of the first point. O(points² × width) a level.
    ///
    /// # Errors
    /// [`BridgeError::Parameter`] for moves that are no transitive permutations; [`BridgeError::Shape`] for codes of another
    /// number of points; [`BridgeError::NotFinite`] for a code that is not finite; [`BridgeError::Tolerance`].
    pub fn of(
        moves: Vec<Vec<u32>>,
        stabilizer: &BigUint,
        levels: &[LevelCodes],
        tolerance: f64,
    ) -> Result<Self, BridgeError> {
        if !(tolerance.is_finite() && tolerance >= 0.0) {
            return Err(BridgeError::Tolerance { tolerance });
        }
        // The checks are those of a walk.
        let walk = GraphWalk::new(moves)?;
        let (points, moves) = (walk.states(), walk.moves().to_vec());
        let mut found: Vec<Level> = Vec::with_capacity(levels.len());
        for level in levels {
            if level.codes.ncols() != points {
                return Err(BridgeError::Shape {
                    what: format!("codes of {} (one column for each point of the orbit)", level.name),
                    expected: points,
                    got: level.codes.ncols(),
                });
            }
            let bad = level.codes.iter().enumerate().find(|(_, v)| !v.is_finite());
            if let Some((index, &value)) = bad {
                return Err(BridgeError::NotFinite {
                    what: format!("codes of {}", level.name),
                    index,
                    value,
                });
            }
            let next = Level::of(level, &moves, stabilizer, tolerance, found.last());
            found.push(next);
        }
        Ok(OrbitTower {
            points,
            tolerance,
            levels: found,
            moves,
        })
    }

    /// The images of the blocks of a level under the generators; `None` unless they are a quotient.
    pub fn quotient_moves(&self, level: usize) -> Option<Vec<Vec<u32>>> {
        let level = self.levels.get(level).filter(|level| level.quotient)?;
        let images = |images: &Vec<u32>| {
            let mut to = vec![0; level.blocks];
            for (x, &y) in images.iter().enumerate() {
                to[level.block_of[x]] = level.block_of[y as usize] as u32;
            }
            to
        };
        Some(self.moves.iter().map(images).collect())
    }

    /// The layer-to-layer quotient graph: a row of images for every level, the input at the bottom, with the arcs of the generators
    /// in it (a, b, …), and from every image an arc (onto) to its image in the next level.
    pub fn graph(&self) -> LabelledGraph {
        let (mut graph, mut levels) = (DiGraph::new(), Vec::new());
        let mut before: Option<(usize, &Level)> = None;
        for (number, level) in self.levels.iter().enumerate() {
            let first = graph.node_count();
            let mut sizes = vec![0usize; level.blocks];
            level.block_of.iter().for_each(|&b| sizes[b] += 1);
            for size in sizes {
                graph.add_node(match size {
                    1 => "1".to_owned(),
                    size => format!("{size} in one"),
                });
                levels.push(number);
            }
            let mut arcs = std::collections::BTreeSet::new();
            for (s, images) in self.moves.iter().enumerate() {
                for (x, &y) in images.iter().enumerate() {
                    arcs.insert((level.block_of[x], s, level.block_of[y as usize]));
                }
            }
            for (x, s, y) in arcs {
                let (x, y) = (NodeIndex::new(first + x), NodeIndex::new(first + y));
                graph.add_edge(x, y, crate::graph::generator_name(s));
            }
            if let Some((below, lower)) = before {
                let onto: std::collections::BTreeSet<(usize, usize)> = (0..self.points)
                    .map(|x| (lower.block_of[x], level.block_of[x]))
                    .collect();
                for (x, y) in onto {
                    let (x, y) = (NodeIndex::new(below + x), NodeIndex::new(first + y));
                    graph.add_edge(x, y, "onto".to_owned());
                }
            }
            before = Some((first, level));
        }
        LabelledGraph::layered("An orbit in the layers", graph, levels)
    }
}

impl Level {
    fn of(
        level: &LevelCodes,
        moves: &[Vec<u32>],
        stabilizer: &BigUint,
        tolerance: f64,
        before: Option<&Level>,
    ) -> Self {
        let n = level.codes.ncols();
        let scale = if level.scale > 0.0 { level.scale } else { 1.0 };
        let gram = level.codes.transpose() * &level.codes;
        let distance = DMatrix::from_fn(n, n, |i, j| {
            (level.codes.column(i) - level.codes.column(j)).norm() / scale
        });
        let (block_of, within) = chains(&distance, tolerance);
        let blocks = block_of.iter().max().map_or(0, |last| last + 1);
        let apart = |i: usize, j: usize| block_of[i] != block_of[j];
        let between = (0..n)
            .flat_map(|i| (0..i).map(move |j| (i, j)))
            .filter(|&(i, j)| apart(i, j))
            .map(|(i, j)| distance[(i, j)])
            .min_by(f64::total_cmp);
        let quotient = moves.iter().all(|images| {
            let mut to = vec![usize::MAX; blocks];
            images.iter().enumerate().all(|(x, &y)| {
                let (from, image) = (block_of[x], block_of[y as usize]);
                let known = to[from];
                to[from] = image;
                known == usize::MAX || known == image
            })
        });
        let block_size = block_of.iter().filter(|&&b| b == 0).count();
        let size = (0..n).map(|i| gram[(i, i)]).fold(f64::MIN_POSITIVE, f64::max);
        let defect = moves
            .iter()
            .flat_map(|images| (0..n).flat_map(move |i| (0..n).map(move |j| (images, i, j))))
            .map(|(images, i, j)| (gram[(images[i] as usize, images[j] as usize)] - gram[(i, j)]).abs())
            .fold(0.0, f64::max);
        let nested = before.is_none_or(|lower| {
            let mut to = vec![usize::MAX; lower.blocks];
            (0..n).all(|x| {
                let known = std::mem::replace(&mut to[lower.block_of[x]], block_of[x]);
                known == usize::MAX || known == block_of[x]
            })
        });
        Level {
            name: level.name.clone(),
            blocks,
            block_size,
            quotient,
            nested,
            stabilizer_order: quotient.then(|| (stabilizer * block_size).to_string()),
            gram_defect: defect / size,
            within,
            between,
            block_of,
        }
    }
}

/// The classes of points in a chain of steps of at most `tolerance`, numbered in the order of their first points, and the longest
/// step that was needed (Kruskal's algorithm on the complete graph).
fn chains(distance: &DMatrix<f64>, tolerance: f64) -> (Vec<usize>, f64) {
    let n = distance.nrows();
    let mut near: Vec<(f64, usize, usize)> = (0..n)
        .flat_map(|i| (0..i).map(move |j| (i, j)))
        .map(|(i, j)| (distance[(i, j)], i, j))
        .filter(|(d, ..)| *d <= tolerance)
        .collect();
    near.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut sets = petgraph::unionfind::UnionFind::<usize>::new(n);
    let mut longest = 0.0;
    for (d, i, j) in near {
        if sets.union(i, j) {
            longest = d;
        }
    }
    let mut numbers = std::collections::HashMap::new();
    let block_of = (0..n)
        .map(|x| {
            let next = numbers.len();
            *numbers.entry(sets.find(x)).or_insert(next)
        })
        .collect();
    (block_of, longest)
}
