//! Stabilizer chains: a base, a strong generating set and the fundamental orbits.
//!
//! A *base* of a group G is a sequence of points b_0, b_1, … that only the identity fixes one and all; the chain
//! G = G^(0) ≥ G^(1) ≥ … has G^(i) the stabilizer of b_0, …, b_{i−1}, and the last group is trivial. The orbit of
//! b_i under G^(i) is the i-th *fundamental orbit*, and a *transversal* holds for each of its points x one
//! *representative* u ∈ G^(i) with b_i^u = x. Every g ∈ G is in exactly one way a product … u_2 u_1 u_0 of
//! representatives, so |G| is the product of the orbit lengths, and *sifting*, that is dividing by u_0, u_1, … as the
//! base images demand, decides membership.
//!
//! A `StabilizerChain` can only be had from a finished, proved construction ([`schreier_sims`](crate::PermGroup::chain)):
//! its order is the order of the group. References: C. Sims (1970); Á. Seress, *Permutation Group Algorithms*
//! (2003), ch. 4; Holt, Eick, O'Brien, *Handbook of Computational Group Theory* (2005), §4.4.

pub(crate) mod alternating;
pub(crate) mod images;
pub(crate) mod levels;
pub(crate) mod stored;

use num_bigint::BigUint;
use rand::Rng;

use crate::permutation::Permutation;
use images::{narrow, widen};
use levels::{Chain, product_of};

pub(crate) use images::Point;
pub(crate) use levels::below;

/// The three widths of a stored chain.
#[derive(Clone, Debug)]
pub(crate) enum Repr {
    U8(Chain<u8>),
    U16(Chain<u16>),
    U32(Chain<u32>),
}

/// Evaluates an expression for the stored chain of whatever width.
macro_rules! with_chain {
    ($repr:expr, $chain:ident => $body:expr) => {
        match $repr {
            $crate::stabilizer_chain::Repr::U8($chain) => $body,
            $crate::stabilizer_chain::Repr::U16($chain) => $body,
            $crate::stabilizer_chain::Repr::U32($chain) => $body,
        }
    };
}
pub(crate) use with_chain;

/// A proved stabilizer chain of a permutation group.
///
/// ```
/// use groups::catalog::parse_group;
/// let group = parse_group("M11")?;
/// let chain = group.chain();
/// let lengths: Vec<usize> = chain.levels().map(|level| level.orbit().len()).collect();
/// assert_eq!(lengths.iter().product::<usize>(), 7920);
/// let g = &group.generators()[0] * &group.generators()[1];
/// assert!(chain.contains(&g));
/// # Ok::<(), groups::GroupError>(())
/// ```
#[derive(Clone, Debug)]
pub struct StabilizerChain {
    pub(crate) repr: Repr,
}

/// What is left of an element after dividing by representatives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sifted {
    /// The element divided by the representatives of the levels before `depth`.
    pub residue: Permutation,
    /// The level whose fundamental orbit did not contain the base image; the number of levels if all did. The
    /// element is in the group if and only if all did and the residue is the identity.
    pub depth: usize,
}

impl StabilizerChain {
    /// The number of points acted on.
    pub fn degree(&self) -> usize {
        with_chain!(&self.repr, c => c.degree)
    }

    /// The number of levels, which is the length of the base.
    pub fn len(&self) -> usize {
        with_chain!(&self.repr, c => c.levels.len())
    }

    /// Whether the base is empty; then the group is trivial.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The base points in order.
    pub fn base(&self) -> Vec<usize> {
        self.levels().map(|level| level.base_point()).collect()
    }

    /// The group's order: the product of the lengths of the fundamental orbits.
    pub fn order(&self) -> BigUint {
        self.order_from(0)
    }

    /// The order of G^(level), the stabilizer of the first `level` base points.
    pub fn order_from(&self, level: usize) -> BigUint {
        product_of(self.levels().skip(level).map(|l| l.orbit().len()))
    }

    /// One level.
    ///
    /// # Panics
    /// If there are not so many.
    pub fn level(&self, index: usize) -> Level<'_> {
        assert!(
            index < self.len(),
            "level {index} of a chain with {} levels",
            self.len()
        );
        Level { chain: self, index }
    }

    /// The levels from the whole group down.
    pub fn levels(&self) -> impl DoubleEndedIterator<Item = Level<'_>> + ExactSizeIterator {
        (0..self.len()).map(|index| Level { chain: self, index })
    }

    /// Divides `g` by representatives as long as its base images lie in the fundamental orbits.
    ///
    /// # Panics
    /// If the degree of `g` is not that of the group.
    pub fn sift(&self, g: &Permutation) -> Sifted {
        self.sift_from(g, 0)
    }

    /// Sifts an element that fixes the first `from` base points through the levels from there on.
    ///
    /// # Panics
    /// If the degree of `g` is not that of the group.
    pub fn sift_from(&self, g: &Permutation, from: usize) -> Sifted {
        assert_eq!(
            g.degree(),
            self.degree(),
            "an element to sift has the degree of the group"
        );
        with_chain!(&self.repr, c => {
            let mut images = narrow(g);
            let depth = c.sift(&mut images, from);
            Sifted { residue: widen(&images), depth }
        })
    }

    /// Whether `g` is in the group; false if its degree is another.
    pub fn contains(&self, g: &Permutation) -> bool {
        g.degree() == self.degree() && with_chain!(&self.repr, c => c.contains(&mut narrow(g)))
    }

    /// The element that maps the base points to `images`, one after the other, if there is one.
    ///
    /// With fewer images than base points, an element that maps the first ones so.
    ///
    /// ```
    /// use groups::catalog::parse_group;
    /// let group = parse_group("A5")?;
    /// let base = group.chain().base();
    /// let g = group.chain().element_with_base_images(&[3, 1]).ok_or("no such element").unwrap();
    /// assert_eq!((g.image(base[0]), g.image(base[1])), (3, 1));
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn element_with_base_images(&self, images: &[usize]) -> Option<Permutation> {
        with_chain!(&self.repr, c => c.with_base_images(images).map(|g| widen(&g)))
    }

    /// A uniformly distributed element of the group.
    ///
    /// Takes one point from every fundamental orbit: O(levels × degree × tree depth).
    pub fn random_element(&self, rng: &mut (impl Rng + ?Sized)) -> Permutation {
        with_chain!(&self.repr, c => widen(&c.random_element(0, rng)))
    }

    /// A uniformly distributed element of G^(level).
    pub fn random_element_from(&self, level: usize, rng: &mut (impl Rng + ?Sized)) -> Permutation {
        with_chain!(&self.repr, c => widen(&c.random_element(level, rng)))
    }
}

/// One step G^(i) > G^(i+1) of a [`StabilizerChain`].
///
/// ```
/// use groups::PermGroup;
/// let group = PermGroup::symmetric(4);
/// for level in group.chain().levels() {
///     for &x in level.orbit() {
///         let u = level.representative(x as usize).ok_or("a point of the orbit").unwrap();
///         assert_eq!(u.image(level.base_point()), x as usize);
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Level<'a> {
    chain: &'a StabilizerChain,
    index: usize,
}

impl<'a> Level<'a> {
    /// The base point b_i.
    pub fn base_point(&self) -> usize {
        with_chain!(&self.chain.repr, c => c.levels[self.index].base() as usize)
    }

    /// The orbit of the base point under G^(i), the base point first, then in the order found.
    pub fn orbit(&self) -> &'a [u32] {
        with_chain!(&self.chain.repr, c => c.levels[self.index].orbit())
    }

    /// Whether the fundamental orbit contains a point.
    pub fn contains(&self, point: usize) -> bool {
        point < self.chain.degree()
            && with_chain!(&self.chain.repr, c => c.levels[self.index].position(point).is_some())
    }

    /// The element u of the transversal with `base_point^u = point`, if the point is in the orbit.
    pub fn representative(&self, point: usize) -> Option<Permutation> {
        let inside = self.contains(point);
        with_chain!(&self.chain.repr, c => {
            let level = &c.levels[self.index];
            inside.then(|| level.position(point)).flatten().map(|at| widen(&level.representative(c.degree, at)))
        })
    }

    /// `x^(u⁻¹)` where u is the representative of `point`; `None` if `point` is not in the orbit.
    ///
    /// Costs the depth of the Schreier tree, whatever the degree.
    pub fn divide_point(&self, x: usize, point: usize) -> Option<usize> {
        if !self.contains(point) || x >= self.chain.degree() {
            return None;
        }
        with_chain!(&self.chain.repr, c => {
            let level = &c.levels[self.index];
            level.position(point).map(|at| level.divide_point(x, at))
        })
    }

    /// `g := g u⁻¹` in place, where u is the representative of `point`; false, and `g` untouched, if `point` is
    /// not in the orbit.
    pub fn divide(&self, g: &mut Permutation, point: usize) -> bool {
        let Some(u) = self.representative(point) else {
            return false;
        };
        *g = &*g * &u.inverse();
        true
    }

    /// Elements that generate G^(i).
    pub fn generators(&self) -> Vec<Permutation> {
        with_chain!(&self.chain.repr, c => {
            c.generators_of(self.index).iter().map(|g| widen(&g.images)).collect()
        })
    }
}
