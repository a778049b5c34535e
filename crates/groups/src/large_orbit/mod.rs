//! Large orbits: tens of millions of sets, tuples, colourings or vectors, packed into words.
//!
//! A [`LargeOrbit`] answers the same questions as an [`Orbit`](crate::Orbit), with the same numbering, but stores each
//! point as a word of 4, 8 or 16 bytes, works on all threads of the current rayon pool, and takes memory only within
//! the limit given. Beside the point it holds at most 16 bytes a point: 4 for the order, at most 7.4 for the index, a
//! quarter of a point for growth. Parents are not stored: the parent of a point in the breadth-first tree is the
//! smallest-numbered of its images under the inverses of the generators.
//!
//! Points that do not fit 128 bits (a set of more than 128 points, a tuple of 20 points of 1,000) are refused;
//! [`Orbit`](crate::Orbit) takes them.

mod key;
mod packing;
mod random_words;
mod search;
mod shard;

use std::io::{self, Write};

use rayon::prelude::*;

use crate::action::{Action, OnColourings, OnSets, OnTuples};
use crate::error::GroupError;
use crate::matrix_group::{MatrixGroup, OnVectors};
use crate::orbit::OrbitLimit;
use crate::perm_group::PermGroup;
use key::PackedKey;
use packing::{Layout, PackedAction};
use search::Found;

pub use random_words::insert_random_words;
pub use search::OrbitProgress;

/// The orbit of a set, a tuple, a colouring or a vector, packed.
///
/// Points are numbered breadth first from the first one, generators in their order, as in [`Orbit`](crate::Orbit) and
/// whatever the number of threads.
///
/// ```
/// use groups::{LargeOrbit, OrbitLimit, catalog::parse_group};
/// let group = parse_group("M24")?;
/// let orbit = LargeOrbit::of_set(&group, &[0, 1, 2, 3, 4, 5, 6, 7], OrbitLimit::default())?;
/// assert_eq!(orbit.len(), 637_560);
/// assert_eq!(orbit.position(&orbit.point(1000)), Some(1000));
/// let word = orbit.word(1000);
/// let u = word.iter().fold(group.identity(), |u, &k| &u * &group.generators()[k]);
/// let mut image: Vec<u32> = (0..8).map(|x| u.image(x) as u32).collect();
/// image.sort_unstable();
/// assert_eq!(*orbit.point(1000), *image);
/// # Ok::<(), groups::GroupError>(())
/// ```
#[derive(Clone, Debug)]
pub struct LargeOrbit {
    words: Words,
}

#[derive(Clone, Debug)]
enum Words {
    U32(Packed<u32>),
    U64(Packed<u64>),
    U128(Packed<u128>),
}

#[derive(Clone, Debug)]
struct Packed<K> {
    action: PackedAction<K>,
    found: Found<K>,
}

/// Evaluates an expression for the orbit of whatever width.
macro_rules! with_words {
    ($words:expr, $packed:ident => $body:expr) => {
        match $words {
            Words::U32($packed) => $body,
            Words::U64($packed) => $body,
            Words::U128($packed) => $body,
        }
    };
}

/// Builds the packed orbit at the narrowest width for a layout.
macro_rules! at_width {
    ($layout:expr, $build:path, $group:expr, $point:expr, $limit:expr, $watch:expr) => {
        match $layout.width() {
            0..=32 => Words::U32(Packed::new($build($group, $layout), $point, $limit, $watch)?),
            33..=64 => Words::U64(Packed::new($build($group, $layout), $point, $limit, $watch)?),
            _ => Words::U128(Packed::new($build($group, $layout), $point, $limit, $watch)?),
        }
    };
}

impl LargeOrbit {
    /// The orbit of a set of points.
    ///
    /// Takes time O(points × generators × parts of a word), a few nanoseconds each.
    ///
    /// # Errors
    /// [`GroupError::PointOutOfRange`], [`GroupError::NotDistinct`]; [`GroupError::Limit`] if a packed set takes over
    /// 128 bits; [`GroupError::OrbitOverLimit`] or [`GroupError::MemoryLimit`] before a limit is passed.
    pub fn of_set(
        group: &PermGroup,
        set: &[usize],
        limit: impl Into<OrbitLimit>,
    ) -> Result<Self, GroupError> {
        Self::of_set_watched(group, set, limit, |_| ())
    }

    /// The same, with a callback after each block of points, on the calling thread.
    ///
    /// # Errors
    /// As [`of_set`](Self::of_set).
    pub fn of_set_watched(
        group: &PermGroup,
        set: &[usize],
        limit: impl Into<OrbitLimit>,
        watch: impl FnMut(OrbitProgress),
    ) -> Result<Self, GroupError> {
        group.check_points(set)?;
        let point = OnSets::point(set.iter().copied())?;
        let layout = Layout::set(group.degree(), point.len())?;
        Self::of_permutations(group, layout, &point, limit.into(), watch)
    }

    /// The orbit of a tuple of points, repetitions allowed.
    ///
    /// ```
    /// use groups::{LargeOrbit, OrbitLimit, catalog::parse_group};
    /// let orbit = LargeOrbit::of_tuple(&parse_group("M12")?, &[0, 1, 2, 3, 4], OrbitLimit::default())?;
    /// assert_eq!(orbit.len(), 95_040); // M12 is sharply 5-transitive
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    ///
    /// # Errors
    /// [`GroupError::PointOutOfRange`]; [`GroupError::Limit`] if a packed tuple takes over 128 bits;
    /// [`GroupError::OrbitOverLimit`] or [`GroupError::MemoryLimit`] before a limit is passed.
    pub fn of_tuple(
        group: &PermGroup,
        tuple: &[usize],
        limit: impl Into<OrbitLimit>,
    ) -> Result<Self, GroupError> {
        Self::of_tuple_watched(group, tuple, limit, |_| ())
    }

    /// The same, with a callback after each block of points, on the calling thread.
    ///
    /// # Errors
    /// As [`of_tuple`](Self::of_tuple).
    pub fn of_tuple_watched(
        group: &PermGroup,
        tuple: &[usize],
        limit: impl Into<OrbitLimit>,
        watch: impl FnMut(OrbitProgress),
    ) -> Result<Self, GroupError> {
        group.check_points(tuple)?;
        let point: Vec<u32> = tuple.iter().map(|&x| x as u32).collect();
        OnTuples.validate(group, &point.clone().into())?;
        let layout = Layout::tuple(group.degree(), point.len())?;
        Self::of_permutations(group, layout, &point, limit.into(), watch)
    }

    /// The orbit of a colouring, the colour of each point in order.
    ///
    /// ```
    /// use groups::{LargeOrbit, OrbitLimit, catalog::parse_group};
    /// let orbit = LargeOrbit::of_colouring(&parse_group("S9")?, &[0, 0, 0, 1, 1, 1, 2, 2, 2], OrbitLimit::default())?;
    /// assert_eq!(orbit.len(), 1680); // 9! / 3!³
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    ///
    /// # Errors
    /// [`GroupError::ShapeMismatch`]; [`GroupError::Limit`] if a packed colouring takes over 128 bits;
    /// [`GroupError::OrbitOverLimit`] or [`GroupError::MemoryLimit`] before a limit is passed.
    pub fn of_colouring(
        group: &PermGroup,
        colouring: &[u32],
        limit: impl Into<OrbitLimit>,
    ) -> Result<Self, GroupError> {
        OnColourings.validate(group, &colouring.into())?;
        let colours = colouring.iter().max().map_or(1, |&colour| colour as usize + 1);
        let layout = Layout::colouring(group.degree(), colours)?;
        Self::of_permutations(group, layout, colouring, limit.into(), |_| ())
    }

    /// The orbit of a column vector under a matrix group.
    ///
    /// ```
    /// use groups::{LargeOrbit, MatrixGroup, OrbitLimit};
    /// let group = MatrixGroup::general_linear(8, 3)?;
    /// let orbit = LargeOrbit::of_vector(&group, &[1, 0, 0, 0, 0, 0, 0, 0], OrbitLimit::default())?;
    /// assert_eq!(orbit.len(), 6560); // all vectors other than 0
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    ///
    /// # Errors
    /// What [`OnVectors`] says of a bad vector; [`GroupError::Limit`] if a packed vector takes over 128 bits or the
    /// characteristic is over 2,048; [`GroupError::OrbitOverLimit`] or [`GroupError::MemoryLimit`] before a limit is
    /// passed.
    pub fn of_vector(
        group: &MatrixGroup,
        vector: &[u32],
        limit: impl Into<OrbitLimit>,
    ) -> Result<Self, GroupError> {
        OnVectors::new(group.field()).validate(group, &vector.into())?;
        let (layout, limit) = (Layout::vector(group)?, limit.into());
        let words = at_width!(layout, PackedAction::of_matrices, group, vector, limit, |_| ());
        Ok(Self { words })
    }

    fn of_permutations(
        group: &PermGroup,
        layout: Layout,
        point: &[u32],
        limit: OrbitLimit,
        watch: impl FnMut(OrbitProgress),
    ) -> Result<Self, GroupError> {
        let words = at_width!(layout, PackedAction::of_permutations, group, point, limit, watch);
        Ok(Self { words })
    }

    /// The number of points.
    pub fn len(&self) -> usize {
        with_words!(&self.words, packed => packed.found.len())
    }

    /// Never true: an orbit contains its first point.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes of a packed point: 4, 8 or 16.
    pub fn bytes_per_word(&self) -> usize {
        match self.words {
            Words::U32(_) => 4,
            Words::U64(_) => 8,
            Words::U128(_) => 16,
        }
    }

    /// The bytes that the points, their index and their order take, spare capacity included.
    pub fn bytes(&self) -> usize {
        with_words!(&self.words, packed => packed.found.bytes())
    }

    /// The point with a number, as the plain action writes it: a set ascending.
    ///
    /// # Panics
    /// If there are not so many points.
    pub fn point(&self, number: usize) -> Box<[u32]> {
        with_words!(&self.words, packed => {
            packed.action.layout().decode(packed.found.key(number).wide())
        })
    }

    /// All points, in order.
    pub fn points(&self) -> impl ExactSizeIterator<Item = Box<[u32]>> {
        (0..self.len()).map(|number| self.point(number))
    }

    /// The number of a point, if it is in the orbit; a set ascending.
    pub fn position(&self, point: &[u32]) -> Option<usize> {
        with_words!(&self.words, packed => packed.position(point))
    }

    /// The generators, by number, that lead from the first point to the one with a number, by a shortest way.
    ///
    /// # Panics
    /// If there are not so many points.
    pub fn word(&self, number: usize) -> Vec<usize> {
        with_words!(&self.words, packed => packed.word(number))
    }

    /// Writes the Schreier graph: a line for each point, in order, with its number, its entries between commas, and
    /// the numbers of its images under the generators, between tabs.
    ///
    /// Needs 4 more bytes a point; the images are found in parallel and written a few thousand points at a time.
    ///
    /// ```
    /// use groups::{LargeOrbit, catalog::parse_group};
    /// let mut text = Vec::new();
    /// LargeOrbit::of_set(&parse_group("C4")?, &[0, 1], 10)?.write_graph(&mut text).unwrap();
    /// assert_eq!(String::from_utf8(text).unwrap(), "0\t0,1\t1\n1\t1,2\t2\n2\t2,3\t3\n3\t0,3\t0\n");
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    ///
    /// # Errors
    /// What the writer says.
    pub fn write_graph(&self, out: &mut impl Write) -> io::Result<()> {
        with_words!(&self.words, packed => packed.write_graph(out))
    }
}

impl<K: PackedKey> Packed<K> {
    fn new(
        action: PackedAction<K>,
        point: &[u32],
        limit: OrbitLimit,
        watch: impl FnMut(OrbitProgress),
    ) -> Result<Self, GroupError> {
        let start = K::from_wide(action.layout().encode(point));
        let found = Found::search(&action, start, limit, watch)?;
        Ok(Self { action, found })
    }

    fn position(&self, point: &[u32]) -> Option<usize> {
        let layout = self.action.layout();
        let packed = layout.encode_checked(point)?;
        self.found.position(K::from_wide(packed))
    }

    fn word(&self, number: usize) -> Vec<usize> {
        let (mut word, mut at) = (Vec::new(), number);
        while at != 0 {
            let key = self.found.key(at);
            // Of the points that lead here the search came first to the smallest, and tried its generators in order.
            let parents = (0..self.action.len()).map(|generator| {
                let parent = self.action.act_back(key, generator);
                (
                    self.found
                        .position(parent)
                        .expect("an orbit contains the images of its points"),
                    generator,
                )
            });
            let (parent, generator) = parents.min().expect("a second point was reached by a generator");
            word.push(generator);
            at = parent;
        }
        word.reverse();
        word
    }

    fn write_graph(&self, out: &mut impl Write) -> io::Result<()> {
        const LINES: usize = 1 << 12;
        const PIECES: usize = 16;
        let numbers = self.found.numbers();
        let piece = |from: usize| {
            let mut text = Vec::new();
            for number in from..(from + LINES).min(self.found.len()) {
                let key = self.found.key(number);
                let point = self.action.layout().decode(key.wide());
                let entries: Vec<String> = point.iter().map(u32::to_string).collect();
                write!(text, "{number}\t{}", entries.join(","))?;
                for generator in 0..self.action.len() {
                    let code = self.found.find(self.action.act(key, generator));
                    let code = code.expect("an orbit contains the images of its points");
                    write!(text, "\t{}", numbers.of(code))?;
                }
                text.push(b'\n');
            }
            Ok(text)
        };
        for from in (0..self.found.len()).step_by(LINES * PIECES) {
            let pieces = (0..PIECES).into_par_iter().map(|k| piece(from + k * LINES));
            for text in pieces.collect::<io::Result<Vec<Vec<u8>>>>()? {
                out.write_all(&text)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
