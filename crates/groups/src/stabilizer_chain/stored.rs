//! A stored level: a base point, its orbit, and a Schreier tree or the whole transversal.

use super::images::{Generator, Point, identity, inverse, invert_into, multiply, product_into};

/// How an orbit point was reached: from the orbit position `parent`, by generator `label / 2`, or by its inverse
/// if `label` is odd. The root has label [`ROOT`]. Parents come before their children in the orbit.
#[derive(Clone, Copy, Debug)]
struct Edge {
    parent: u32,
    label: u32,
}

const ROOT: u32 = u32::MAX;
const ABSENT: u32 = u32::MAX;

/// One step G^(i) > G^(i+1) of the chain: a base point, its orbit under G^(i), and a Schreier tree.
#[derive(Clone, Debug)]
pub(crate) struct Stored<P> {
    pub(crate) base: u32,
    /// The fundamental orbit in the order found, the base point first.
    pub(crate) orbit: Vec<u32>,
    /// The position in `orbit` of each point.
    slot: Vec<u32>,
    edges: Vec<Edge>,
    pub(crate) generators: Vec<Generator<P>>,
    /// The inverses of all representatives, one after the other, if they are kept.
    table: Vec<P>,
}

impl<P: Point> Stored<P> {
    pub(crate) fn new(base: u32, degree: usize) -> Self {
        let mut slot = vec![ABSENT; degree];
        slot[base as usize] = 0;
        let root = Edge {
            parent: 0,
            label: ROOT,
        };
        let (orbit, edges) = (vec![base], vec![root]);
        Self {
            base,
            orbit,
            slot,
            edges,
            generators: Vec::new(),
            table: Vec::new(),
        }
    }

    pub(crate) fn degree(&self) -> usize {
        self.slot.len()
    }

    /// The position of a point in the fundamental orbit.
    #[inline]
    pub(crate) fn position(&self, point: usize) -> Option<usize> {
        let slot = self.slot[point];
        (slot != ABSENT).then_some(slot as usize)
    }

    /// Whether `g` maps the fundamental orbit to itself.
    pub(crate) fn is_invariant_under(&self, g: &[P]) -> bool {
        self.orbit
            .iter()
            .all(|&x| self.slot[g[x as usize].index()] != ABSENT)
    }

    /// Adds a generator and grows the orbit; the tree is kept, so representatives already in use stay the same.
    pub(crate) fn add_generator(&mut self, g: Vec<P>) {
        self.generators.push(Generator::new(g));
        let newest = self.generators.len() - 1;
        let known = self.orbit.len();
        for at in 0..known {
            self.grow(at, newest);
        }
        self.grow_from(known);
        if !self.table.is_empty() {
            self.keep_table();
        }
    }

    /// Adds generators and searches the orbit afresh, breadth first: the shallowest tree for them.
    pub(crate) fn rebuild_with(&mut self, more: impl IntoIterator<Item = Vec<P>>) {
        self.generators.extend(more.into_iter().map(Generator::new));
        for &x in &self.orbit {
            self.slot[x as usize] = ABSENT;
        }
        self.table.clear();
        self.orbit.truncate(1);
        self.edges.truncate(1);
        self.slot[self.base as usize] = 0;
        self.grow_from(0);
    }

    fn grow_from(&mut self, mut at: usize) {
        while at < self.orbit.len() {
            for generator in 0..self.generators.len() {
                self.grow(at, generator);
            }
            at += 1;
        }
    }

    #[inline]
    fn grow(&mut self, at: usize, generator: usize) {
        let x = self.orbit[at] as usize;
        let g = &self.generators[generator];
        for (y, inverse) in [(g.images[x], 0), (g.inverse[x], 1)] {
            let slot = &mut self.slot[y.index()];
            if *slot == ABSENT {
                *slot = self.orbit.len() as u32;
                self.orbit.push(y.index() as u32);
                self.edges.push(Edge {
                    parent: at as u32,
                    label: 2 * generator as u32 + inverse,
                });
            }
        }
    }

    /// The bytes that [`keep_table`](Self::keep_table) takes.
    pub(crate) fn table_bytes(&self) -> usize {
        self.orbit.len() * self.degree() * size_of::<P>()
    }

    /// Multiplies out the whole transversal, so that dividing is one product.
    pub(crate) fn keep_table(&mut self) {
        let n = self.degree();
        if self.table.is_empty() {
            self.table.reserve_exact(self.orbit.len() * n);
            self.table.extend((0..n).map(P::new));
        }
        let known = self.table.len() / n.max(1);
        self.table.resize(self.orbit.len() * n, P::new(0));
        for at in known..self.orbit.len() {
            let Edge { parent, label } = self.edges[at];
            let g = &self.generators[(label / 2) as usize];
            // (u g)⁻¹ = g⁻¹ u⁻¹.
            let step = if label.is_multiple_of(2) {
                &g.inverse
            } else {
                &g.images
            };
            let (done, rest) = self.table.split_at_mut(at * n);
            product_into(step, &done[parent as usize * n..][..n], &mut rest[..n]);
        }
    }

    pub(crate) fn drop_table(&mut self) {
        self.table = Vec::new();
    }

    /// `g := g · u⁻¹` with u the representative that maps the base point to orbit position `at`.
    #[inline]
    pub(crate) fn divide(&self, g: &mut [P], at: usize) {
        if !self.table.is_empty() {
            let n = self.degree();
            return multiply(g, &self.table[at * n..][..n]);
        }
        let mut edge = self.edges[at];
        while edge.label != ROOT {
            let h = &self.generators[(edge.label / 2) as usize];
            multiply(
                g,
                if edge.label.is_multiple_of(2) {
                    &h.inverse
                } else {
                    &h.images
                },
            );
            edge = self.edges[edge.parent as usize];
        }
    }

    /// `x^(u⁻¹)` with u the representative of orbit position `at`.
    #[inline]
    pub(crate) fn divide_point(&self, mut x: usize, at: usize) -> usize {
        if !self.table.is_empty() {
            return self.table[at * self.degree() + x].index();
        }
        let mut edge = self.edges[at];
        while edge.label != ROOT {
            let h = &self.generators[(edge.label / 2) as usize];
            x = if edge.label.is_multiple_of(2) {
                h.inverse[x]
            } else {
                h.images[x]
            }
            .index();
            edge = self.edges[edge.parent as usize];
        }
        x
    }

    /// Whether the Schreier generator of orbit position `at` and a generator is trivial because the step is an
    /// edge of the tree.
    pub(crate) fn is_tree_edge(&self, at: usize, generator: usize) -> bool {
        let to = self.slot[self.generators[generator].images[self.orbit[at] as usize].index()] as usize;
        let (down, up) = (self.edges[to], self.edges[at]);
        (down.label == 2 * generator as u32 && down.parent as usize == at)
            || (up.label == 2 * generator as u32 + 1 && up.parent as usize == to)
    }

    /// The representative of orbit position `at`.
    pub(crate) fn representative(&self, at: usize) -> Vec<P> {
        let mut u = identity(self.degree());
        self.divide(&mut u, at);
        inverse(&u)
    }

    /// `out := u`, the representative of orbit position `at`, from the table.
    pub(crate) fn representative_into(&self, at: usize, out: &mut [P]) {
        if self.table.is_empty() {
            out.copy_from_slice(&self.representative(at));
        } else {
            invert_into(&self.table[at * self.degree()..][..self.degree()], out);
        }
    }
}
