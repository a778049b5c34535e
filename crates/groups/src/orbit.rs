//! Orbits of any action, with a Schreier vector.
//!
//! An [`Orbit`] lists its points breadth first from the first one; each further point remembers the generator that
//! reached it (the *Schreier vector*), so a representative u with `act(first, u) = x` can be multiplied up. The
//! parent of a point is not stored: it is the point's image under the inverse of that generator.
//!
//! Memory per point: the point, two bytes for the generator, and at most 10.7 for the index (open addressing with
//! 4-byte entries between 3/8 and 3/4 full).

use std::hash::{BuildHasher, Hash};

use rustc_hash::FxBuildHasher;

use crate::action::Action;
use crate::error::GroupError;
use crate::group::Group;
use crate::permutation::Permutation;

/// Generators are stored by their numbers in two bytes.
const MAX_GENERATORS: usize = 1 << 16;

/// How large an orbit may grow before the enumeration gives up with an error.
///
/// ```
/// use groups::OrbitLimit;
/// let limit = OrbitLimit::points(1_000_000).with_bytes(1 << 30);
/// assert_eq!(limit.max_points, 1_000_000);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrbitLimit {
    /// The most points.
    pub max_points: usize,
    /// The most bytes for points, index and Schreier vector together.
    pub max_bytes: usize,
}

impl OrbitLimit {
    /// A limit on the number of points, whatever their size.
    pub fn points(max_points: usize) -> Self {
        Self {
            max_points,
            max_bytes: usize::MAX,
        }
    }

    /// A limit on memory, whatever the number of points.
    pub fn bytes(max_bytes: usize) -> Self {
        Self {
            max_points: usize::MAX,
            max_bytes,
        }
    }

    /// The same, with a memory limit.
    pub fn with_bytes(self, max_bytes: usize) -> Self {
        Self { max_bytes, ..self }
    }
}

impl Default for OrbitLimit {
    /// 2 GiB.
    fn default() -> Self {
        Self::bytes(2 << 30)
    }
}

impl From<usize> for OrbitLimit {
    fn from(max_points: usize) -> Self {
        Self::points(max_points)
    }
}

/// The orbit of a point under a group.
///
/// ```
/// use groups::{catalog::parse_group, Action, OnSets, Orbit};
/// let group = parse_group("S5")?;
/// let orbit = Orbit::new(&group, &OnSets, &OnSets::point([0, 1])?, 1000)?;
/// assert_eq!(orbit.len(), 10);
/// let last = &orbit.points()[9];
/// let u = orbit.representative(&group, &OnSets, 9);
/// assert_eq!(&OnSets.act(&orbit.points()[0], &u), last);
/// # Ok::<(), groups::GroupError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Orbit<P> {
    points: Vec<P>,
    index: Index,
    labels: Vec<u16>,
}

impl<P: Clone + Eq + Hash> Orbit<P> {
    /// Enumerates the orbit of `point`, breadth first, trying the generators in their order.
    ///
    /// Calls the action once per point and generator.
    ///
    /// # Errors
    /// What the action says of a bad point; [`GroupError::OrbitOverLimit`] or [`GroupError::MemoryLimit`] before a
    /// limit is passed; [`GroupError::Limit`] for more than 65,536 generators.
    pub fn new<G, A>(
        group: &G,
        action: &A,
        point: &P,
        limit: impl Into<OrbitLimit>,
    ) -> Result<Self, GroupError>
    where
        G: Group,
        A: Action<G, Point = P>,
    {
        action.validate(group, point)?;
        let generators = group.generators().len();
        if generators > MAX_GENERATORS {
            return Err(GroupError::Limit {
                what: "the number of generators of a group whose orbit is asked for",
                asked: generators as u64,
                limit: MAX_GENERATORS as u64,
            });
        }
        let limit = limit.into();
        let mut heap = 0;
        let mut orbit = Self {
            points: Vec::new(),
            index: Index::new(),
            labels: Vec::new(),
        };
        orbit.insert(point.clone(), 0, action.heap_bytes(point), &mut heap, limit)?;
        let mut at = 0;
        while at < orbit.points.len() {
            for (label, g) in group.generators().iter().enumerate() {
                let image = action.act(&orbit.points[at], g);
                let bytes = action.heap_bytes(&image);
                orbit.insert(image, label, bytes, &mut heap, limit)?;
            }
            at += 1;
        }
        Ok(orbit)
    }

    fn insert(
        &mut self,
        point: P,
        label: usize,
        bytes: usize,
        heap: &mut usize,
        limit: OrbitLimit,
    ) -> Result<(), GroupError> {
        if self.position(&point).is_some() {
            return Ok(());
        }
        let points = self.points.len();
        if points >= limit.max_points {
            return Err(GroupError::OrbitOverLimit {
                limit: limit.max_points,
            });
        }
        // Growth doubles a vector, and old and new exist side by side for a moment.
        let grown = |len: usize, capacity: usize, size: usize| {
            if len < capacity {
                capacity * size
            } else {
                3 * capacity.max(2) * size
            }
        };
        let needed = grown(points, self.points.capacity(), size_of::<P>())
            + grown(points, self.labels.capacity(), size_of::<u16>())
            + self.index.bytes_after_insert(points)
            + *heap
            + bytes;
        if needed > limit.max_bytes || points >= u32::MAX as usize - 1 {
            return Err(GroupError::MemoryLimit {
                limit: limit.max_bytes,
                points,
            });
        }
        *heap += bytes;
        let hash = hash_of(&point);
        self.points.push(point);
        self.labels.push(label as u16);
        let all = &self.points;
        self.index.insert(hash, points, |at| hash_of(&all[at]));
        Ok(())
    }

    /// The number of points.
    pub fn len(&self) -> usize {
        self.points.len()
    }

    /// Never true: an orbit contains its first point.
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// The points, breadth first from the first one.
    pub fn points(&self) -> &[P] {
        &self.points
    }

    /// The points, without the index.
    pub fn into_points(self) -> Vec<P> {
        self.points
    }

    /// Where a point stands in [`points`](Self::points), if it is in the orbit.
    pub fn position(&self, point: &P) -> Option<usize> {
        self.index.find(hash_of(point), |at| self.points[at] == *point)
    }

    /// Whether a point is in the orbit.
    pub fn contains(&self, point: &P) -> bool {
        self.position(point).is_some()
    }

    /// The generators, by number, that lead from the first point to the one at `position`.
    ///
    /// # Panics
    /// If there are not so many points.
    pub fn word<G: Group, A: Action<G, Point = P>>(
        &self,
        group: &G,
        action: &A,
        position: usize,
    ) -> Vec<usize> {
        let inverses: Vec<_> = group.generators().iter().map(|g| group.inv(g)).collect();
        let mut word = Vec::new();
        let mut at = position;
        while at != 0 {
            let label = self.labels[at] as usize;
            word.push(label);
            let parent = action.act(&self.points[at], &inverses[label]);
            // The first point met no label, so a point that is not in the orbit cannot come up.
            at = self.position(&parent).unwrap_or(0);
        }
        word.reverse();
        word
    }

    /// The representative u with `act(first point, u)` the point at `position`.
    ///
    /// # Panics
    /// If there are not so many points.
    pub fn representative<G, A>(&self, group: &G, action: &A, position: usize) -> G::Element
    where
        G: Group,
        A: Action<G, Point = P>,
    {
        let word = self.word(group, action, position);
        let generators = group.generators();
        word.iter()
            .fold(group.identity(), |u, &label| group.mul(&u, &generators[label]))
    }
}

impl<P: Clone + Eq + Hash> Orbit<P> {
    /// A representative for each point, in order.
    ///
    /// One product and one action for each point.
    pub fn transversal<G, A>(&self, group: &G, action: &A) -> Vec<G::Element>
    where
        G: Group,
        A: Action<G, Point = P>,
    {
        let generators = group.generators();
        let inverses: Vec<_> = generators.iter().map(|g| group.inv(g)).collect();
        let mut transversal = vec![group.identity()];
        for (point, &label) in self.points.iter().zip(&self.labels).skip(1) {
            let parent = action.act(point, &inverses[label as usize]);
            let parent = self.position(&parent);
            let parent = parent.expect("the search came to a point from an earlier one");
            transversal.push(group.mul(&transversal[parent], &generators[label as usize]));
        }
        transversal
    }

    /// The Schreier generators of the stabilizer of the first point, those left out that are trivial because they
    /// belong to an edge of the tree.
    ///
    /// They generate the stabilizer (Schreier's lemma), whatever the group; there are up to points × generators of
    /// them. For a permutation group [`orbit_stabilizer`](crate::orbit_stabilizer) is the faster way.
    ///
    /// ```
    /// use groups::{Action, MatrixGroup, OnVectors, Orbit};
    /// let group = MatrixGroup::general_linear(2, 3)?;
    /// let action = OnVectors::new(group.field());
    /// let vector = action.vector(vec![1, 0])?;
    /// let orbit = Orbit::new(&group, &action, &vector, 100)?;
    /// for g in orbit.schreier_generators(&group, &action) {
    ///     assert_eq!(action.act(&vector, &g), vector);
    /// }
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn schreier_generators<G, A>(&self, group: &G, action: &A) -> Vec<G::Element>
    where
        G: Group,
        A: Action<G, Point = P>,
    {
        let transversal = self.transversal(group, action);
        let mut generators = Vec::new();
        for (at, u) in transversal.iter().enumerate() {
            for (label, g) in group.generators().iter().enumerate() {
                let image = self.position(&action.act(&self.points[at], g));
                let image = image.expect("an orbit contains the images of its points");
                let comes_from = || action.act(&self.points[image], &group.inv(g)) == self.points[at];
                if image != 0 && self.labels[image] as usize == label && comes_from() {
                    continue;
                }
                let step = group.mul(u, g);
                generators.push(group.mul(&step, &group.inv(&transversal[image])));
            }
        }
        generators
    }
}

/// The orbits of a group on a finite domain, in the order of their first points.
///
/// The points of all of them together are limited, and the bytes of each. Points that are met outside of the domain are kept.
///
/// ```
/// use groups::{catalog::parse_group, orbits_of, OnSets};
/// let pairs = (0..6).flat_map(|x| (0..x).map(move |y| OnSets::point([x, y])));
/// let orbits = orbits_of(&parse_group("C6")?, &OnSets, pairs.collect::<Result<Vec<_>, _>>()?, 1000)?;
/// assert_eq!(orbits.iter().map(|orbit| orbit.len()).collect::<Vec<_>>(), [6, 6, 3]);
/// # Ok::<(), groups::GroupError>(())
/// ```
///
/// # Errors
/// As [`Orbit::new`].
pub fn orbits_of<G, A>(
    group: &G,
    action: &A,
    domain: impl IntoIterator<Item = A::Point>,
    limit: impl Into<OrbitLimit>,
) -> Result<Vec<Orbit<A::Point>>, GroupError>
where
    G: Group,
    A: Action<G>,
{
    let limit = limit.into();
    let mut left = limit;
    let mut orbits: Vec<Orbit<A::Point>> = Vec::new();
    let mut seen: rustc_hash::FxHashSet<A::Point> = Default::default();
    for point in domain {
        if seen.contains(&point) {
            continue;
        }
        let orbit = Orbit::new(group, action, &point, left).map_err(|error| match error {
            GroupError::OrbitOverLimit { .. } => GroupError::OrbitOverLimit {
                limit: limit.max_points,
            },
            other => other,
        })?;
        left.max_points -= orbit.len();
        seen.extend(orbit.points().iter().cloned());
        orbits.push(orbit);
    }
    Ok(orbits)
}

fn hash_of<P: Hash>(point: &P) -> u64 {
    FxBuildHasher.hash_one(point)
}

/// An open-addressing table from hashes to positions in a vector that it does not own.
#[derive(Clone, Debug)]
pub(crate) struct Index {
    /// A position plus one, or 0.
    slots: Vec<u32>,
    filled: usize,
}

impl Index {
    const SMALLEST: usize = 8;

    pub(crate) fn new() -> Self {
        Self {
            slots: vec![0; Self::SMALLEST],
            filled: 0,
        }
    }

    /// The table's size is a power of two; the top bits of the product spread the hash over it.
    fn start(&self, hash: u64) -> usize {
        (hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - self.slots.len().ilog2())) as usize
    }

    pub(crate) fn find(&self, hash: u64, is_it: impl Fn(usize) -> bool) -> Option<usize> {
        let mask = self.slots.len() - 1;
        let mut at = self.start(hash);
        loop {
            match self.slots[at] {
                0 => return None,
                entry if is_it(entry as usize - 1) => return Some(entry as usize - 1),
                _ => at = (at + 1) & mask,
            }
        }
    }

    /// Adds a position that is not there yet.
    pub(crate) fn insert(&mut self, hash: u64, position: usize, hash_at: impl Fn(usize) -> u64) {
        if 4 * (self.filled + 1) > 3 * self.slots.len() {
            let old = std::mem::take(&mut self.slots);
            self.slots = vec![0; 2 * old.len()];
            for entry in old.into_iter().filter(|&entry| entry != 0) {
                self.place(hash_at(entry as usize - 1), entry);
            }
        }
        self.place(hash, position as u32 + 1);
        self.filled += 1;
    }

    fn place(&mut self, hash: u64, entry: u32) {
        let mask = self.slots.len() - 1;
        let mut at = self.start(hash);
        while self.slots[at] != 0 {
            at = (at + 1) & mask;
        }
        self.slots[at] = entry;
    }

    /// The bytes in use while one more position goes in.
    fn bytes_after_insert(&self, filled: usize) -> usize {
        let slots = self.slots.len();
        size_of::<u32>()
            * if 4 * (filled + 1) > 3 * slots {
                3 * slots
            } else {
                slots
            }
    }
}

/// The orbits of permutations on points, each ascending, by smallest point.
pub(crate) fn point_orbits(degree: usize, generators: &[Permutation]) -> Vec<Vec<usize>> {
    let mut seen = vec![false; degree];
    let mut orbits = Vec::new();
    for start in 0..degree {
        if std::mem::replace(&mut seen[start], true) {
            continue;
        }
        let mut orbit = vec![start];
        let mut at = 0;
        while at < orbit.len() {
            for g in generators {
                let image = g.image(orbit[at]);
                if !std::mem::replace(&mut seen[image], true) {
                    orbit.push(image);
                }
            }
            at += 1;
        }
        orbit.sort_unstable();
        orbits.push(orbit);
    }
    orbits
}
