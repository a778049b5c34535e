//! The stored form of a stabilizer chain: one level per base point, each with a shallow Schreier tree.
//!
//! Elements are image lists over the narrowest integer that holds a point (`u8`, `u16` or `u32`), because a chain
//! is nothing but products, and a product of permutations runs at the speed of the cache.

use std::fmt::Debug;

/// An integer that holds a point.
pub(crate) trait Point: Copy + Eq + Ord + Send + Sync + Debug + 'static {
    /// The largest degree this width is used for.
    const MAX_DEGREE: usize;
    fn new(x: usize) -> Self;
    fn index(self) -> usize;
}

macro_rules! impl_point {
    ($($t:ty, $max:expr);*) => {$(
        impl Point for $t {
            const MAX_DEGREE: usize = $max;
            #[inline(always)]
            fn new(x: usize) -> Self { x as $t }
            #[inline(always)]
            fn index(self) -> usize { self as usize }
        }
    )*};
}
impl_point!(u8, 1 << 8; u16, 1 << 16; u32, u32::MAX as usize);

/// `g := g · h`, in place.
#[inline]
pub(crate) fn multiply<P: Point>(g: &mut [P], h: &[P]) {
    for y in g {
        *y = h[y.index()];
    }
}

/// `out := g⁻¹`.
#[inline]
pub(crate) fn invert_into<P: Point>(g: &[P], out: &mut [P]) {
    for (x, y) in g.iter().enumerate() {
        out[y.index()] = P::new(x);
    }
}

pub(crate) fn inverse<P: Point>(g: &[P]) -> Vec<P> {
    let mut out = vec![P::new(0); g.len()];
    invert_into(g, &mut out);
    out
}

pub(crate) fn identity<P: Point>(degree: usize) -> Vec<P> {
    (0..degree).map(P::new).collect()
}

pub(crate) fn is_identity<P: Point>(g: &[P]) -> bool {
    g.iter().enumerate().all(|(x, y)| x == y.index())
}

/// A generator with its inverse, so that a tree can be walked both ways.
#[derive(Clone, Debug)]
pub(crate) struct Generator<P> {
    pub(crate) images: Box<[P]>,
    pub(crate) inverse: Box<[P]>,
}

impl<P: Point> Generator<P> {
    pub(crate) fn new(images: Vec<P>) -> Self {
        let inverse = inverse(&images).into_boxed_slice();
        Self {
            images: images.into_boxed_slice(),
            inverse,
        }
    }
}

/// How an orbit point was reached: from the orbit position `parent`, by generator `label / 2`, or by its inverse
/// if `label` is odd. The root has label [`ROOT`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edge {
    pub(crate) parent: u32,
    pub(crate) label: u32,
}

const ROOT: u32 = u32::MAX;
const ABSENT: u32 = u32::MAX;

/// One step G^(i) > G^(i+1) of the chain: a base point, its orbit under G^(i), and a Schreier tree.
#[derive(Clone, Debug)]
pub(crate) struct Level<P> {
    pub(crate) base: u32,
    /// The fundamental orbit in the order found, the base point first.
    pub(crate) orbit: Vec<u32>,
    /// The position in `orbit` of each point.
    slot: Vec<u32>,
    pub(crate) edges: Vec<Edge>,
    pub(crate) generators: Vec<Generator<P>>,
}

impl<P: Point> Level<P> {
    pub(crate) fn new(base: u32, degree: usize) -> Self {
        let mut slot = vec![ABSENT; degree];
        slot[base as usize] = 0;
        let root = Edge {
            parent: 0,
            label: ROOT,
        };
        Self {
            base,
            orbit: vec![base],
            slot,
            edges: vec![root],
            generators: Vec::new(),
        }
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
    }

    /// Adds generators and searches the orbit afresh, breadth first: the shallowest tree for them.
    pub(crate) fn rebuild_with(&mut self, more: impl IntoIterator<Item = Vec<P>>) {
        self.generators.extend(more.into_iter().map(Generator::new));
        for &x in &self.orbit {
            self.slot[x as usize] = ABSENT;
        }
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

    /// `g := g · u⁻¹` with u the representative that maps the base point to orbit position `at`.
    #[inline]
    pub(crate) fn divide(&self, g: &mut [P], at: usize) {
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
        let mut u = identity(self.slot.len());
        self.divide(&mut u, at);
        inverse(&u)
    }
}

/// A stabilizer chain with stored levels.
#[derive(Clone, Debug)]
pub(crate) struct Explicit<P> {
    pub(crate) degree: usize,
    pub(crate) levels: Vec<Level<P>>,
    /// Whether the generators of each level generate its group by themselves; otherwise those of all later levels
    /// are needed too.
    pub(crate) nested: bool,
}

impl<P: Point> Explicit<P> {
    pub(crate) fn new(degree: usize) -> Self {
        Self {
            degree,
            levels: Vec::new(),
            nested: false,
        }
    }

    /// Divides `g` by representatives from level `from` on as long as its base images allow, and returns the
    /// level where that stopped (the number of levels if it never did).
    #[inline]
    pub(crate) fn sift(&self, g: &mut [P], from: usize) -> usize {
        for (depth, level) in self.levels.iter().enumerate().skip(from) {
            let image = g[level.base as usize].index();
            match level.position(image) {
                Some(0) => {}
                Some(at) => level.divide(g, at),
                None => return depth,
            }
        }
        self.levels.len()
    }

    pub(crate) fn contains(&self, g: &mut [P]) -> bool {
        self.sift(g, 0) == self.levels.len() && is_identity(g)
    }

    /// An element that maps the base points to `images`.
    pub(crate) fn with_base_images(&self, images: &[usize]) -> Option<Vec<P>> {
        let mut inverse_of_g = identity::<P>(self.degree);
        for (level, &image) in self.levels.iter().zip(images) {
            let image = inverse_of_g.get(image)?.index();
            level.divide(&mut inverse_of_g, level.position(image)?);
        }
        Some(inverse(&inverse_of_g))
    }

    /// Generators of the group of a level.
    pub(crate) fn generators_of(&self, level: usize) -> Vec<&Generator<P>> {
        let last = if self.nested {
            (level + 1).min(self.levels.len())
        } else {
            self.levels.len()
        };
        self.levels[level.min(last)..last]
            .iter()
            .flat_map(|l| &l.generators)
            .collect()
    }

    /// The orbit lengths, whose product is the order.
    pub(crate) fn lengths(&self) -> impl Iterator<Item = usize> + '_ {
        self.levels.iter().map(|l| l.orbit.len())
    }
}
