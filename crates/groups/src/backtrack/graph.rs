//! Automorphism group and canonical form of a coloured, edge-coloured directed graph.
//!
//! *Individualisation and refinement*: an ordered partition of the vertices is refined until it is equitable
//! (vertices of one cell have the same number of arcs of each colour to every cell); where cells with several
//! vertices remain, one vertex after the other is given a cell of its own and the search goes on below. Leaves are
//! labellings of the vertices. Two leaves with the same labelled graph differ by an automorphism, and the greatest
//! leaf, by the invariants met on the way and then by its labelled graph, is the same for isomorphic graphs: the
//! canonical form. Automorphisms that are found cut off the branches they map to branches already explored.
//!
//! The automorphisms found below the k-th vertex of the first path, together with those found deeper, generate the
//! stabilizer of the vertices before it; so the generators are strong, their base is the first path, and the order is
//! the product of the orbit lengths along it. Every permutation that is returned has been checked against the graph.
//!
//! B. McKay, A. Piperno, "Practical graph isomorphism, II" (2014); T. Junttila, P. Kaski, "Engineering an efficient
//! canonical labeling tool" (2007, bliss); P. Darga et al., "Exploiting structure in symmetry detection for CNF"
//! (2004, saucy): the early recognition of sparse automorphisms.

mod search;

use num_bigint::BigUint;

use super::adjacency::Adjacency;
use super::strong::StrongGenerators;
use crate::error::GroupError;
use crate::perm_group::PermGroup;
use crate::permutation::{Permutation, check_degree};
use search::{Outcome, Search};

/// A directed graph whose vertices and arcs carry colours; loops and parallel arcs are allowed.
///
/// An undirected edge is a pair of opposite arcs. The colours are plain labels: an automorphism maps a vertex to one
/// of its colour and arcs to as many arcs of the same colours.
///
/// ```
/// use groups::backtrack::ColoredGraph;
/// // A directed cycle of four vertices, and the same with its opposite corners coloured.
/// let arcs = vec![(0, 1, 0), (1, 2, 0), (2, 3, 0), (3, 0, 0)];
/// let cycle = ColoredGraph::new(vec![0; 4], arcs.clone())?;
/// assert_eq!(cycle.automorphisms().order().to_string(), "4");
/// let colored = ColoredGraph::new(vec![0, 1, 0, 1], arcs)?;
/// assert_eq!(colored.automorphisms().order().to_string(), "2");
/// # Ok::<(), groups::GroupError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColoredGraph {
    colors: Vec<u32>,
    /// `(tail, head, colour)`, sorted.
    arcs: Vec<(u32, u32, u32)>,
}

/// The automorphism group of a graph, as its search found it.
#[derive(Clone, Debug)]
pub struct GraphAutomorphisms {
    degree: usize,
    generators: Vec<Permutation>,
    base: Vec<usize>,
    orbit_lengths: Vec<usize>,
}

/// A canonical form: a graph that is the same for all isomorphic graphs, and how to get there.
#[derive(Clone, Debug)]
pub struct CanonicalForm {
    /// The representative of the isomorphism class.
    pub graph: ColoredGraph,
    /// The permutation that maps the given graph to `graph`.
    pub labeling: Permutation,
    /// The automorphisms of the given graph.
    pub automorphisms: GraphAutomorphisms,
}

impl ColoredGraph {
    /// The graph with one vertex per entry of `colors` and arcs `(tail, head, colour)`.
    ///
    /// # Errors
    /// [`GroupError::PointOutOfRange`] for an arc whose end is no vertex, [`GroupError::DegreeTooLarge`].
    pub fn new(colors: Vec<u32>, arcs: Vec<(usize, usize, u32)>) -> Result<Self, GroupError> {
        let degree = colors.len();
        check_degree(degree)?;
        if let Some(&(tail, head, _)) = arcs.iter().find(|&&(tail, head, _)| tail.max(head) >= degree) {
            return Err(GroupError::PointOutOfRange {
                point: tail.max(head),
                degree,
            });
        }
        Ok(Self::from_arcs(
            colors,
            arcs.into_iter()
                .map(|(u, v, c)| (u as u32, v as u32, c))
                .collect(),
        ))
    }

    fn from_arcs(colors: Vec<u32>, mut arcs: Vec<(u32, u32, u32)>) -> Self {
        arcs.sort_unstable();
        Self { colors, arcs }
    }

    /// The undirected graph with these edges and no colours.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    ///
    /// ```
    /// use groups::backtrack::ColoredGraph;
    /// let path = ColoredGraph::undirected(3, &[(0, 1), (1, 2)])?;
    /// assert_eq!(path.automorphisms().generators()[0].to_string(), "(1,3)");
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn undirected(vertices: usize, edges: &[(usize, usize)]) -> Result<Self, GroupError> {
        let both = |&(u, v): &(usize, usize)| {
            let back = (u != v).then_some((v, u, 0));
            std::iter::once((u, v, 0)).chain(back)
        };
        Self::new(vec![0; vertices], edges.iter().flat_map(both).collect())
    }

    /// The number of vertices.
    pub fn vertex_count(&self) -> usize {
        self.colors.len()
    }

    /// The colour of each vertex.
    pub fn colors(&self) -> &[u32] {
        &self.colors
    }

    /// The arcs `(tail, head, colour)`, sorted.
    pub fn arcs(&self) -> &[(u32, u32, u32)] {
        &self.arcs
    }

    /// The graph with each vertex x renamed to its image under g.
    ///
    /// # Errors
    /// [`GroupError::DegreeMismatch`].
    ///
    /// ```
    /// use groups::{Permutation, backtrack::ColoredGraph};
    /// let arc = ColoredGraph::new(vec![0, 1, 2], vec![(0, 1, 7)])?;
    /// let renamed = arc.image(&Permutation::parse_cycles("(1,2,3)", Some(3))?)?;
    /// assert_eq!(renamed, ColoredGraph::new(vec![2, 0, 1], vec![(1, 2, 7)])?);
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn image(&self, g: &Permutation) -> Result<Self, GroupError> {
        if g.degree() != self.vertex_count() {
            let what = "a renaming of vertices".to_owned();
            return Err(GroupError::DegreeMismatch {
                what,
                got: g.degree(),
                expected: self.vertex_count(),
            });
        }
        let mut colors = vec![0; self.colors.len()];
        for (x, &color) in self.colors.iter().enumerate() {
            colors[g.image(x)] = color;
        }
        let rename = |x: u32| g.images()[x as usize];
        Ok(Self::from_arcs(
            colors,
            self.arcs
                .iter()
                .map(|&(u, v, c)| (rename(u), rename(v), c))
                .collect(),
        ))
    }

    /// Whether renaming the vertices by g gives the same graph; O(arcs log arcs), independent of the search.
    pub fn is_automorphism(&self, g: &Permutation) -> bool {
        self.image(g).is_ok_and(|image| image == *self)
    }

    /// The automorphism group: strong generators and the exact order.
    ///
    /// Exponential in the worst case; polynomial, and fast, where refinement tells inequivalent vertices apart.
    ///
    /// ```
    /// use groups::backtrack::ColoredGraph;
    /// let complete: Vec<_> = (0..64).flat_map(|u| (0..u).map(move |v| (u, v))).collect();
    /// let order = ColoredGraph::undirected(64, &complete)?.automorphisms().order();
    /// assert!(order.to_string().starts_with("126886932185884164103433389335161480802865516174545192198801894375"));
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn automorphisms(&self) -> GraphAutomorphisms {
        self.collect(Search::new(&Adjacency::new(self), false).run())
    }

    /// A canonical form, together with the automorphism group.
    ///
    /// ```
    /// use groups::{Permutation, backtrack::ColoredGraph};
    /// let path = ColoredGraph::undirected(4, &[(0, 1), (1, 2), (2, 3)])?;
    /// let renamed = path.image(&Permutation::parse_cycles("(1,4,2)", Some(4))?)?;
    /// assert_eq!(path.canonical_form().graph, renamed.canonical_form().graph);
    /// let star = ColoredGraph::undirected(4, &[(0, 1), (0, 2), (0, 3)])?;
    /// assert_ne!(path.canonical_form().graph, star.canonical_form().graph);
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn canonical_form(&self) -> CanonicalForm {
        let outcome = Search::new(&Adjacency::new(self), true).run();
        let labeling = Permutation::from_images_unchecked(outcome.labeling.clone());
        let rename = |x: u32| labeling.images()[x as usize];
        let mut colors = vec![0; self.colors.len()];
        for (x, &color) in self.colors.iter().enumerate() {
            colors[labeling.image(x)] = color;
        }
        let arcs = self
            .arcs
            .iter()
            .map(|&(u, v, c)| (rename(u), rename(v), c))
            .collect();
        let graph = Self::from_arcs(colors, arcs);
        CanonicalForm {
            graph,
            labeling,
            automorphisms: self.collect(outcome),
        }
    }

    /// A permutation that maps this graph to the other, if there is one.
    ///
    /// ```
    /// use groups::backtrack::ColoredGraph;
    /// let square = ColoredGraph::undirected(4, &[(0, 1), (1, 2), (2, 3), (3, 0)])?;
    /// let crossed = ColoredGraph::undirected(4, &[(0, 2), (2, 1), (1, 3), (3, 0)])?;
    /// let g = square.isomorphism_to(&crossed).ok_or("isomorphic").unwrap();
    /// assert_eq!(square.image(&g)?, crossed);
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn isomorphism_to(&self, other: &Self) -> Option<Permutation> {
        let sizes = |graph: &Self| (graph.colors.len(), graph.arcs.len());
        if sizes(self) != sizes(other) {
            return None;
        }
        let (ours, theirs) = (self.canonical_form(), other.canonical_form());
        (ours.graph == theirs.graph).then(|| &ours.labeling * &theirs.labeling.inverse())
    }

    fn collect(&self, outcome: Outcome) -> GraphAutomorphisms {
        let degree = self.vertex_count();
        let generators = outcome
            .generators
            .into_iter()
            .map(Permutation::from_images_unchecked)
            .collect();
        GraphAutomorphisms {
            degree,
            generators,
            base: outcome.base,
            orbit_lengths: outcome.orbit_lengths,
        }
    }
}

impl GraphAutomorphisms {
    /// The order of the group: the product of the orbit lengths along the base.
    pub fn order(&self) -> BigUint {
        self.orbit_lengths
            .iter()
            .fold(BigUint::from(1u32), |order, &length| order * length)
    }

    /// Strong generators with respect to [`base`](Self::base), none for the trivial group.
    pub fn generators(&self) -> &[Permutation] {
        &self.generators
    }

    /// Vertices that only the identity fixes one and all.
    pub fn base(&self) -> &[usize] {
        &self.base
    }

    /// For each base vertex the length of its orbit under the stabilizer of those before it.
    pub fn orbit_lengths(&self) -> &[usize] {
        &self.orbit_lengths
    }

    /// The group of permutations of the vertices.
    ///
    /// ```
    /// use groups::backtrack::ColoredGraph;
    /// let triangle = ColoredGraph::undirected(3, &[(0, 1), (1, 2), (2, 0)])?;
    /// assert!(triangle.automorphisms().group().equals(&groups::PermGroup::symmetric(3)));
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn group(&self) -> PermGroup {
        StrongGenerators::new(self.degree, self.base.clone(), self.generators.iter().cloned()).into_group()
    }
}

#[cfg(test)]
mod tests;
