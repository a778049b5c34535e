//! Points packed into words, and generators as tables on parts of the words.
//!
//! A packed point is a row of *fields* of equally many bits, and a generator sends it to a sum over its fields of words
//! that depend on one field each: for sets, tuples and colourings the words have disjoint bits, for vectors they are
//! added entry by entry modulo p. So neighbouring fields are looked up together in a table of at most 2^10 entries, and
//! a generator costs as many look-ups as a point has parts. Only sets and tuples of points whose numbers are too long
//! for tables are taken apart and put together again.

use super::key::PackedKey;
use crate::error::GroupError;
use crate::group::Group;
use crate::matrix_group::MatrixGroup;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;

/// The bits of the widest word.
pub(super) const WIDEST: u32 = 128;
/// The bits of the widest field that is looked up in a table.
const WIDEST_FIELD: u32 = 12;

/// How points are written into words: `count` fields of `bits` bits, the first one lowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    kind: Kind,
    count: u32,
    bits: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A set as a mask: one field for each point of the domain.
    Mask,
    /// A set as the ascending list of its points.
    List,
    Tuple,
    /// A colour for each point of the domain.
    Colouring,
    /// The digits to base p of the entries of a vector over GF(p^digits); the top bit of each field stays free.
    Vector {
        characteristic: u32,
        digits: u32,
    },
}

/// The bits that the numbers below `bound` need.
fn bits_below(bound: usize) -> u32 {
    usize::BITS - bound.saturating_sub(1).leading_zeros()
}

impl Layout {
    pub(super) fn set(degree: usize, size: usize) -> Result<Self, GroupError> {
        let list = Self::new(Kind::List, size, bits_below(degree));
        if degree <= 64 || (degree <= WIDEST as usize && !list.as_ref().is_ok_and(|list| list.width() <= 64))
        {
            return Self::new(Kind::Mask, degree, 1);
        }
        list
    }

    pub(super) fn tuple(degree: usize, length: usize) -> Result<Self, GroupError> {
        Self::new(Kind::Tuple, length, bits_below(degree))
    }

    pub(super) fn colouring(degree: usize, colours: usize) -> Result<Self, GroupError> {
        Self::new(Kind::Colouring, degree, bits_below(colours))
    }

    pub(super) fn vector(group: &MatrixGroup) -> Result<Self, GroupError> {
        let characteristic = group.field().characteristic();
        let digits = group.field().degree() as u32;
        let kind = Kind::Vector {
            characteristic,
            digits,
        };
        // Sums of two digits must fit, with a bit to tell which reached p.
        let bits = match characteristic {
            2 => 1,
            p => bits_below(p as usize) + 1,
        };
        if bits > WIDEST_FIELD {
            return Err(GroupError::Limit {
                what: "the characteristic of a field whose vectors are to be packed",
                asked: characteristic.into(),
                limit: 1 << (WIDEST_FIELD - 1),
            });
        }
        Self::new(kind, group.dimension() * digits as usize, bits)
    }

    fn new(kind: Kind, count: usize, bits: u32) -> Result<Self, GroupError> {
        let bits = bits.max(1);
        let width = (count as u64).saturating_mul(bits.into());
        if width > WIDEST.into() {
            return Err(GroupError::Limit {
                what: "the number of bits of a packed point",
                asked: width,
                limit: WIDEST.into(),
            });
        }
        let count = count as u32;
        Ok(Self { kind, count, bits })
    }

    /// The bits of a point.
    pub(super) fn width(&self) -> u32 {
        self.count * self.bits
    }

    fn field(&self, key: u128, at: u32) -> u32 {
        ((key >> (at * self.bits)) & ((1 << self.bits) - 1)) as u32
    }

    fn pack(&self, fields: impl IntoIterator<Item = u32>) -> u128 {
        let fields = fields.into_iter().zip(0..self.count);
        fields.fold(0, |key, (field, at)| key | u128::from(field) << (at * self.bits))
    }

    /// A point whose entries its caller has checked: a set ascending, a tuple, a colouring or a vector.
    pub(super) fn encode(&self, point: &[u32]) -> u128 {
        match self.kind {
            Kind::Mask => point.iter().fold(0, |key, &x| key | 1 << x),
            Kind::Vector {
                characteristic: p,
                digits,
            } => self.pack(point.iter().flat_map(|&a| digits_of(a, p, digits))),
            _ => self.pack(point.iter().copied()),
        }
    }

    /// The same for any list; none if it is no point.
    pub(super) fn encode_checked(&self, point: &[u32]) -> Option<u128> {
        let largest = match self.kind {
            Kind::Mask => self.count,
            Kind::Vector {
                characteristic: p,
                digits,
            } => p.checked_pow(digits)?,
            _ => 1u32.checked_shl(self.bits).unwrap_or(u32::MAX),
        };
        if point.iter().any(|&x| x >= largest) {
            return None;
        }
        let packed = self.encode(point);
        (*self.decode(packed) == *point).then_some(packed)
    }

    pub(super) fn decode(&self, key: u128) -> Box<[u32]> {
        let fields = (0..self.count).map(|at| self.field(key, at));
        match self.kind {
            Kind::Mask => (0..self.count).filter(|&x| self.field(key, x) == 1).collect(),
            Kind::Vector {
                characteristic: p,
                digits,
            } => {
                let fields: Vec<u32> = fields.collect();
                let entry = |digits: &[u32]| digits.iter().rev().fold(0, |a, &d| a * p + d);
                fields.chunks(digits as usize).map(entry).collect()
            }
            _ => fields.collect(),
        }
    }
}

/// The digits of a field element to base p, lowest first.
fn digits_of(mut a: u32, p: u32, digits: u32) -> impl Iterator<Item = u32> {
    (0..digits).map(move |_| {
        let digit = a % p;
        a /= p;
        digit
    })
}

/// How the images of the parts of a point are put together.
#[derive(Clone, Debug)]
enum Sum<K> {
    /// Bits that are disjoint, or vectors over fields of characteristic 2.
    Xor,
    /// Digits modulo p: `bias` lifts those that reach p over the top bit of their field.
    Modular {
        characteristic: K,
        bias: K,
        top: K,
        shift: u32,
    },
    /// No sum: fields are replaced one by one and, for a set, sorted.
    Fields,
}

impl<K: PackedKey> Sum<K> {
    #[inline(always)]
    fn modular(a: K, b: K, characteristic: K, bias: K, top: K, shift: u32) -> K {
        let sum = a.plus(b);
        let reached = (sum.plus(bias) & top) >> shift;
        sum.minus(reached.times(characteristic))
    }

    fn of(&self, a: K, b: K) -> K {
        match *self {
            Sum::Modular {
                characteristic,
                bias,
                top,
                shift,
            } => Self::modular(a, b, characteristic, bias, top, shift),
            _ => a ^ b,
        }
    }
}

/// The generators of a group acting on packed points, and their inverses.
#[derive(Clone, Debug)]
pub(super) struct PackedAction<K> {
    layout: Layout,
    sum: Sum<K>,
    /// The fields looked up together, as bits of the index into a table.
    part_bits: u32,
    parts: u32,
    generators: Vec<Map<K>>,
    inverses: Vec<Map<K>>,
}

/// One group element: a table for each part, one after the other, or the images of points.
#[derive(Clone, Debug)]
struct Map<K> {
    tables: Box<[K]>,
    images: Box<[u32]>,
}

impl<K: PackedKey> PackedAction<K> {
    /// Permutations acting on sets, tuples or colourings.
    pub(super) fn of_permutations(group: &PermGroup, layout: Layout) -> Self {
        let inverses: Vec<Permutation> = group.generators().iter().map(Permutation::inverse).collect();
        let mut action = Self::blank(layout, Sum::Xor);
        let word = |field: usize, value: u32| K::from_wide(u128::from(value) << (field as u32 * layout.bits));
        let by_tables = match layout.kind {
            Kind::List => false,
            Kind::Tuple => layout.bits <= WIDEST_FIELD,
            _ => true,
        };
        let mut map = |g: &Permutation| match layout.kind {
            _ if !by_tables => Map {
                tables: Box::new([]),
                images: g.images().into(),
            },
            // Patterns that are no points are never looked up.
            Kind::Tuple => action.tables(|at, x| word(at, g.images().get(x as usize).copied().unwrap_or(0))),
            _ => action.tables(|x, value| word(g.image(x), value)),
        };
        let maps = |elements: &[Permutation], map: &mut dyn FnMut(&Permutation) -> Map<K>| {
            elements.iter().map(map).collect::<Vec<_>>()
        };
        let (forward, backward) = (maps(group.generators(), &mut map), maps(&inverses, &mut map));
        if !by_tables {
            action.sum = Sum::Fields;
        }
        (action.generators, action.inverses) = (forward, backward);
        action
    }

    /// Matrices acting on column vectors.
    pub(super) fn of_matrices(group: &MatrixGroup, layout: Layout) -> Self {
        let Kind::Vector {
            characteristic,
            digits,
        } = layout.kind
        else {
            unreachable!("matrices act on vectors");
        };
        let all = |x: u32| K::from_wide(layout.pack(std::iter::repeat_n(x, layout.count as usize)));
        let sum = match characteristic {
            2 => Sum::Xor,
            p => Sum::Modular {
                characteristic: K::from_wide(p.into()),
                bias: all((1 << (layout.bits - 1)) - p),
                top: all(1 << (layout.bits - 1)),
                shift: layout.bits - 1,
            },
        };
        let mut action = Self::blank(layout, sum);
        let field = group.field();
        let basis = field.prime_field_basis();
        let map = |action: &Self, g: &crate::matrix_group::FieldMatrix| {
            let digit = |at: usize, value: u32| {
                if value >= characteristic {
                    return K::ZERO;
                }
                // The image of value · (basis element) · e_j is that multiple of column j.
                let (j, digit) = (at / digits as usize, at % digits as usize);
                let scale = field.mul(field.from_integer(value.into()), basis[digit]);
                let column = (0..g.dimension()).map(|i| field.mul(g.entry(i, j), scale));
                K::from_wide(layout.encode(&column.collect::<Vec<u32>>()))
            };
            action.tables(digit)
        };
        action.generators = group.generators().iter().map(|g| map(&action, g)).collect();
        let inverse = |g: &crate::matrix_group::FieldMatrix| {
            g.inverse(field)
                .expect("a generator of a matrix group is invertible: its constructor checks it")
        };
        action.inverses = group
            .generators()
            .iter()
            .map(|g| map(&action, &inverse(g)))
            .collect();
        action
    }

    fn blank(layout: Layout, sum: Sum<K>) -> Self {
        // Tables of the widest words would not fit the cache with more entries.
        let most = if size_of::<K>() > 8 { 8 } else { 10 };
        let together = (most / layout.bits).max(1);
        let parts = layout.count.div_ceil(together);
        let together = layout.count.div_ceil(parts.max(1));
        Self {
            layout,
            sum,
            part_bits: together * layout.bits,
            parts,
            generators: Vec::new(),
            inverses: Vec::new(),
        }
    }

    /// The tables of an element that sends a field with a value to a word.
    fn tables(&self, image: impl Fn(usize, u32) -> K) -> Map<K> {
        let bits = self.layout.bits;
        let together = self.part_bits / bits;
        let mut tables = Vec::with_capacity((self.parts as usize) << self.part_bits);
        for part in 0..self.parts {
            let fields = part * together..self.layout.count.min((part + 1) * together);
            let words: Vec<Vec<K>> = fields
                .map(|field| (0..1 << bits).map(|value| image(field as usize, value)).collect())
                .collect();
            tables.extend((0..1u32 << self.part_bits).map(|value| {
                let field = |at: usize| (value >> (at as u32 * bits)) as usize & ((1 << bits) - 1);
                let words = words.iter().enumerate().map(|(at, words)| words[field(at)]);
                words.fold(K::ZERO, |sum, word| self.sum.of(sum, word))
            }));
        }
        Map {
            tables: tables.into_boxed_slice(),
            images: Box::new([]),
        }
    }

    pub(super) fn layout(&self) -> Layout {
        self.layout
    }

    /// The number of generators.
    pub(super) fn len(&self) -> usize {
        self.generators.len()
    }

    /// Whether there are no generators.
    pub(super) fn is_empty(&self) -> bool {
        self.generators.is_empty()
    }

    /// The bytes of the tables.
    pub(super) fn bytes(&self) -> usize {
        let maps = self.generators.iter().chain(&self.inverses);
        maps.map(|map| size_of_val(&*map.tables) + size_of_val(&*map.images))
            .sum()
    }

    /// The image of a point under a generator.
    #[inline(always)]
    pub(super) fn act(&self, key: K, generator: usize) -> K {
        self.apply(key, &self.generators[generator])
    }

    /// The image of a point under the inverse of a generator.
    pub(super) fn act_back(&self, key: K, generator: usize) -> K {
        self.apply(key, &self.inverses[generator])
    }

    #[inline(always)]
    fn apply(&self, key: K, map: &Map<K>) -> K {
        let mask = (1usize << self.part_bits) - 1;
        let look_up = |part: u32| {
            let value = (key >> (part * self.part_bits)).low() & mask;
            map.tables[(part as usize) << self.part_bits | value]
        };
        match self.sum {
            Sum::Xor => (0..self.parts).fold(K::ZERO, |image, part| image ^ look_up(part)),
            Sum::Modular {
                characteristic,
                bias,
                top,
                shift,
            } => (0..self.parts).fold(K::ZERO, |image, part| {
                Sum::modular(image, look_up(part), characteristic, bias, top, shift)
            }),
            Sum::Fields => self.apply_to_fields(key.wide(), &map.images),
        }
    }

    fn apply_to_fields(&self, key: u128, images: &[u32]) -> K {
        let Layout { kind, count, bits } = self.layout;
        let mut fields = [0; WIDEST as usize];
        let fields = &mut fields[..count as usize];
        let mask = (1 << bits) - 1;
        let mut rest = key;
        for field in fields.iter_mut() {
            *field = images[(rest & mask) as usize];
            rest >>= bits;
        }
        if kind == Kind::List {
            fields.sort_unstable();
        }
        let packed = fields.iter().rev().fold(0, |key, &x| key << bits | u128::from(x));
        K::from_wide(packed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::{Action, OnColourings, OnSets, OnTuples};
    use crate::catalog::parse_group;
    use crate::matrix_group::OnVectors;

    /// The packed images of a point under all generators and their inverses against those of the plain action.
    fn agrees<K: PackedKey>(action: &PackedAction<K>, point: &[u32], images: &[Box<[u32]>]) {
        let layout = action.layout();
        let key = K::from_wide(layout.encode(point));
        assert_eq!(&*layout.decode(key.wide()), point);
        for (g, image) in images.iter().enumerate() {
            let packed = action.act(key, g);
            assert_eq!(&layout.decode(packed.wide()), image, "{layout:?}");
            assert_eq!(action.act_back(packed, g), key, "{layout:?}");
        }
    }

    #[test]
    fn packed_sets_tuples_and_colourings_move_like_plain_ones() {
        for (text, set) in [
            ("M24", vec![0, 3, 5, 22, 23]),
            ("S2", vec![]),
            ("rubik", vec![1, 40, 47]),
            ("S100", vec![0, 1, 98, 99]),
            ("S100", (0..60).collect()),
            ("S1000", vec![0, 5, 512, 998, 999]),
            ("S5000", vec![17, 4999]),
        ] {
            let group = parse_group(text).unwrap();
            let set: Box<[u32]> = set.into();
            let images = |act: &dyn Fn(&Permutation) -> Box<[u32]>| {
                group.generators().iter().map(act).collect::<Vec<_>>()
            };
            let layout = Layout::set(group.degree(), set.len()).unwrap();
            let wide = PackedAction::<u128>::of_permutations(&group, layout);
            agrees(&wide, &set, &images(&|g| OnSets.act(&set, g)));
            if layout.width() <= 64 {
                let word = PackedAction::<u64>::of_permutations(&group, layout);
                agrees(&word, &set, &images(&|g| OnSets.act(&set, g)));
            }
            if let Ok(layout) = Layout::tuple(group.degree(), set.len()) {
                let tuple: Box<[u32]> = set.iter().rev().copied().collect();
                let action = PackedAction::<u128>::of_permutations(&group, layout);
                agrees(&action, &tuple, &images(&|g| OnTuples.act(&tuple, g)));
            }
            if let Ok(layout) = Layout::colouring(group.degree(), 5) {
                let colours: Box<[u32]> = (0..group.degree() as u32).map(|x| x * x % 5).collect();
                let action = PackedAction::<u128>::of_permutations(&group, layout);
                agrees(&action, &colours, &images(&|g| OnColourings.act(&colours, g)));
            }
        }
    }

    #[test]
    fn packed_vectors_move_like_plain_ones() {
        for (n, q) in [
            (8, 3),
            (6, 7),
            (4, 9),
            (3, 8),
            (2, 25),
            (20, 2),
            (1, 5),
            (2, 1021),
            (7, 27),
        ] {
            let group = MatrixGroup::general_linear(n, q).unwrap();
            let action = OnVectors::new(group.field());
            let layout = Layout::vector(&group).unwrap();
            let packed = PackedAction::<u128>::of_matrices(&group, layout);
            for k in 0..20u32 {
                let v: Box<[u32]> = (0..n as u32)
                    .map(|i| (k * 37 + i * i * 11 + i) % q as u32)
                    .collect();
                let images: Vec<_> = group.generators().iter().map(|g| action.act(&v, g)).collect();
                agrees(&packed, &v, &images);
            }
        }
    }

    #[test]
    fn points_that_do_not_fit_are_refused() {
        assert!(Layout::set(129, 17).is_err());
        assert!(Layout::tuple(1000, 13).is_err());
        assert!(Layout::colouring(65, 3).is_err());
        let large = MatrixGroup::general_linear(2, 4099).unwrap();
        assert!(matches!(
            Layout::vector(&large),
            Err(GroupError::Limit { asked: 4099, .. })
        ));
    }
}
