//! Orbits and stabilizer chains as graphs.
//!
//! The *Schreier graph* of an orbit has its points as vertices and, for every generator s, an arc from
//! x to x·s; equivalently its vertices are the cosets of the stabilizer. It is strongly connected and
//! every vertex has one arc out and one arc in per generator (each generator permutes the orbit).
//! At a tolerance ε > 0 the points of an approximate orbit are the cosets of S_ε (see
//! [`crate::filtration`]), so the same graph is drawn of the subgroup. References: Seress, *Permutation
//! Group Algorithms*, section 4.1; Holt, Eick, O'Brien, *Handbook of Computational Group Theory*, 4.1.
//!
//! ```
//! use bridge::graph::LabelledGraph;
//! let group = groups::catalog::parse_group("D4")?;
//! let graph = LabelledGraph::of_cosets(&group, &group.stabilizer(0)?, 1_000)?;
//! assert_eq!((graph.vertex_count(), graph.arc_count()), (4, 4 * group.generators().len()));
//! assert!(graph.to_dot().starts_with("digraph"));
//! # Ok::<(), bridge::BridgeError>(())
//! ```

mod layout;
mod walk;
mod write;

pub use walk::{GraphMeasures, GraphWalk, HittingTimes, SpectralGap};

use groups::{Action, Orbit, PermGroup, Permutation};
use num_bigint::BigUint;
use petgraph::graph::{DiGraph, NodeIndex};

use crate::BridgeError;
use crate::filtration::Filtration;

/// A directed graph whose vertices and arcs carry a text.
#[derive(Debug, Clone)]
pub struct LabelledGraph {
    /// What is drawn, for titles.
    pub title: String,
    /// The graph itself; arcs of a Schreier graph carry the name of their generator.
    pub graph: DiGraph<String, String>,
    /// For a graph that is drawn in layers, such as a chain or a partial order, the layer of every vertex, the lowest 0.
    pub levels: Option<Vec<usize>>,
}

/// The largest stabilizer whose elements are listed to tell its cosets apart.
const MAX_STABILIZER: u64 = 200_000;

impl LabelledGraph {
    /// The Schreier graph of the orbit of `start`, breadth first, with at most `limit` points.
    ///
    /// # Errors
    /// The errors of [`Orbit::new`]: a bad point, or an orbit of more than `limit` points.
    ///
    /// ```
    /// use bridge::graph::LabelledGraph;
    /// use groups::OnSets;
    /// let group = groups::catalog::parse_group("S4")?;
    /// let pair = OnSets::point([0, 1])?;
    /// let graph = LabelledGraph::of_orbit(&group, &OnSets, &pair, |x| format!("{x:?}"), 100)?;
    /// assert_eq!(graph.vertex_count(), 6);
    /// # Ok::<(), bridge::BridgeError>(())
    /// ```
    pub fn of_orbit<A: Action<PermGroup>>(
        group: &PermGroup,
        action: &A,
        start: &A::Point,
        label: impl Fn(&A::Point) -> String,
        limit: usize,
    ) -> Result<Self, BridgeError> {
        let orbit = Orbit::new(group, action, start, limit)?;
        let mut graph = DiGraph::with_capacity(orbit.len(), orbit.len() * group.generators().len());
        for x in orbit.points() {
            graph.add_node(label(x));
        }
        for (from, x) in orbit.points().iter().enumerate() {
            for (index, generator) in group.generators().iter().enumerate() {
                let to = orbit
                    .position(&action.act(x, generator))
                    .expect("an orbit is closed under the generators");
                graph.add_edge(NodeIndex::new(from), NodeIndex::new(to), generator_name(index));
            }
        }
        Ok(LabelledGraph {
            title: "Schreier graph".to_owned(),
            graph,
            levels: None,
        })
    }

    /// The Schreier graph of `group` on the right cosets of `subgroup`, of which there may be `limit`.
    ///
    /// Vertex 0 is the subgroup itself. Each coset is known by its least element among the listed
    /// elements of the subgroup times a representative: |H| products of permutations an arc.
    ///
    /// # Errors
    /// [`BridgeError::OrbitTooLarge`] when the index is above `limit`, [`BridgeError::GroupTooLarge`]
    /// when the subgroup itself is too large to list.
    pub fn of_cosets(group: &PermGroup, subgroup: &PermGroup, limit: usize) -> Result<Self, BridgeError> {
        let index = group.order() / subgroup.order();
        if index > BigUint::from(limit) {
            return Err(BridgeError::OrbitTooLarge { limit });
        }
        if subgroup.order() > BigUint::from(MAX_STABILIZER) {
            return Err(BridgeError::GroupTooLarge {
                order: subgroup.order(),
                limit: MAX_STABILIZER,
            });
        }
        let elements: Vec<Permutation> = subgroup.elements().collect();
        let action = OnLeastElements(elements);
        let start = action.least(&Permutation::identity(group.degree()));
        let mut built = Self::of_orbit(group, &action, &start, |_| String::new(), limit)?;
        for (number, label) in built.graph.node_weights_mut().enumerate() {
            *label = number.to_string();
        }
        Ok(built)
    }

    /// The chain of subgroups of a filtration: one vertex per step with its order and its birth, an arc
    /// from each to the next with the index.
    ///
    /// ```
    /// # use bridge::{feature_action::grid_symmetries, filtration::Filtration, graph::LabelledGraph};
    /// let group = grid_symmetries(3, 3)?;
    /// let x = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    /// let filtration = Filtration::new(&group, &x)?;
    /// let chain = LabelledGraph::of_filtration(&filtration);
    /// assert_eq!(chain.vertex_count(), filtration.steps.len());
    /// # Ok::<(), bridge::BridgeError>(())
    /// ```
    pub fn of_filtration(filtration: &Filtration) -> Self {
        let mut graph = DiGraph::new();
        let mut previous: Option<(NodeIndex, &BigUint)> = None;
        for step in &filtration.steps {
            let vertex = graph.add_node(format!("order {}, born at {:.4}", step.order, step.epsilon));
            if let Some((from, order)) = previous {
                graph.add_edge(from, vertex, format!("index {}", &step.order / order));
            }
            previous = Some((vertex, &step.order));
        }
        let levels = (0..graph.node_count()).collect();
        Self::layered("Stabilizer chain", graph, levels)
    }

    /// A graph that is drawn in layers.
    ///
    /// # Panics
    /// If there is not one level for each vertex.
    pub fn layered(title: impl Into<String>, graph: DiGraph<String, String>, levels: Vec<usize>) -> Self {
        assert_eq!(levels.len(), graph.node_count(), "every vertex has a level");
        LabelledGraph {
            title: title.into(),
            graph,
            levels: Some(levels),
        }
    }

    /// The same graph under another title.
    pub fn titled(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Number of vertices.
    pub fn vertex_count(&self) -> usize {
        self.graph.node_count()
    }

    /// Number of arcs.
    pub fn arc_count(&self) -> usize {
        self.graph.edge_count()
    }
}

/// Right cosets of a subgroup, known by their least elements.
struct OnLeastElements(Vec<Permutation>);

impl OnLeastElements {
    fn least(&self, g: &Permutation) -> Permutation {
        let products = self.0.iter().map(|h| h * g);
        products
            .min_by(|a, b| a.images().cmp(b.images()))
            .unwrap_or_else(|| g.clone())
    }
}

impl Action<PermGroup> for OnLeastElements {
    type Point = Permutation;

    fn act(&self, coset: &Permutation, g: &Permutation) -> Permutation {
        self.least(&(coset * g))
    }
}

/// a, b, …, z, then s26, s27, …
pub(crate) fn generator_name(index: usize) -> String {
    match u8::try_from(index) {
        Ok(small) if small < 26 => char::from(b'a' + small).to_string(),
        _ => format!("s{index}"),
    }
}
