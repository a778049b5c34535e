//! A chain of levels over image lists of one width.

use std::sync::Arc;

use num_bigint::BigUint;
use num_traits::One;
use rand::{Rng, RngExt};

use super::alternating::{Alternating, Unrolled};
use super::images::{Generator, Point, identity, inverse, is_identity};
use super::stored::Stored;

/// A level, stored or not.
#[derive(Clone, Debug)]
pub(crate) enum ChainLevel<P> {
    Stored(Box<Stored<P>>),
    Alternating(Alternating),
}

/// Evaluates an expression for the level of either kind.
macro_rules! with_level {
    ($level:expr, $l:ident => $body:expr) => {
        match $level {
            ChainLevel::Stored($l) => $body,
            ChainLevel::Alternating($l) => $body,
        }
    };
}

impl<P: Point> ChainLevel<P> {
    pub(crate) fn stored(base: u32, degree: usize) -> Self {
        Self::Stored(Box::new(Stored::new(base, degree)))
    }

    pub(crate) fn base(&self) -> u32 {
        match self {
            Self::Stored(level) => level.base,
            Self::Alternating(level) => level.orbit()[0],
        }
    }

    pub(crate) fn orbit(&self) -> &[u32] {
        match self {
            Self::Stored(level) => &level.orbit,
            Self::Alternating(level) => level.orbit(),
        }
    }

    #[inline]
    pub(crate) fn position(&self, point: usize) -> Option<usize> {
        with_level!(self, level => level.position(point))
    }

    pub(crate) fn divide(&self, g: &mut [P], at: usize) {
        with_level!(self, level => level.divide(g, at));
    }

    pub(crate) fn divide_point(&self, x: usize, at: usize) -> usize {
        with_level!(self, level => level.divide_point(x, at))
    }

    /// The representative of orbit position `at`.
    pub(crate) fn representative(&self, degree: usize, at: usize) -> Vec<P> {
        let mut u = identity(degree);
        self.divide(&mut u, at);
        inverse(&u)
    }

    pub(crate) fn as_stored(&self) -> Option<&Stored<P>> {
        match self {
            Self::Stored(level) => Some(level),
            Self::Alternating(_) => None,
        }
    }

    pub(crate) fn as_stored_mut(&mut self) -> Option<&mut Stored<P>> {
        match self {
            Self::Stored(level) => Some(level),
            Self::Alternating(_) => None,
        }
    }
}

/// A stabilizer chain over image lists.
#[derive(Clone, Debug)]
pub(crate) struct Chain<P> {
    pub(crate) degree: usize,
    pub(crate) levels: Vec<ChainLevel<P>>,
    /// Disjoint sets Ω with Alt(Ω) in the group.
    pub(crate) factors: Arc<[Box<[u32]>]>,
    /// Whether the generators of each level generate its group by themselves; otherwise those of all later levels
    /// are needed too.
    pub(crate) nested: bool,
}

impl<P: Point> Chain<P> {
    pub(crate) fn new(degree: usize) -> Self {
        Self {
            degree,
            levels: Vec::new(),
            factors: Arc::new([]),
            nested: false,
        }
    }

    /// Divides `g` by representatives from level `from` on as long as its base images allow, and returns the
    /// level where that stopped (the number of levels if it never did).
    #[inline]
    pub(crate) fn sift(&self, g: &mut [P], from: usize) -> usize {
        let mut depth = from;
        while let Some(level) = self.levels.get(depth) {
            match level {
                ChainLevel::Stored(level) => match level.position(g[level.base as usize].index()) {
                    Some(0) => depth += 1,
                    Some(at) => {
                        level.divide(g, at);
                        depth += 1;
                    }
                    None => return depth,
                },
                ChainLevel::Alternating(first) => match Unrolled::new(first, g) {
                    Some(mut unrolled) => {
                        let mut inside = true;
                        while let Some(level) = self.same_segment(first, depth) {
                            let Some(at) = unrolled.image_of_base(level.start as usize) else {
                                inside = false;
                                break;
                            };
                            unrolled.divide(level.start as usize, at);
                            depth += 1;
                        }
                        unrolled.store(g);
                        if !inside {
                            return depth;
                        }
                    }
                    None => match first.position(g[first.orbit()[0] as usize].index()) {
                        Some(at) => {
                            first.divide(g, at);
                            depth += 1;
                        }
                        None => return depth,
                    },
                },
            }
        }
        depth
    }

    /// The level at `depth` if it belongs to the same segment as `first`.
    fn same_segment(&self, first: &Alternating, depth: usize) -> Option<&Alternating> {
        match self.levels.get(depth) {
            Some(ChainLevel::Alternating(level)) if Arc::ptr_eq(&level.segment, &first.segment) => {
                Some(level)
            }
            _ => None,
        }
    }

    pub(crate) fn contains(&self, g: &mut [P]) -> bool {
        self.sift(g, 0) == self.levels.len() && is_identity(g)
    }

    /// An element that maps the base points to `images`.
    pub(crate) fn with_base_images(&self, images: &[usize]) -> Option<Vec<P>> {
        let mut inverse_of_g = identity::<P>(self.degree);
        let mut depth = 0;
        while let (Some(level), Some(&image)) = (self.levels.get(depth), images.get(depth)) {
            match level {
                ChainLevel::Stored(level) => {
                    let image = inverse_of_g.get(image)?.index();
                    level.divide(&mut inverse_of_g, level.position(image)?);
                    depth += 1;
                }
                ChainLevel::Alternating(first) => {
                    let mut unrolled = Unrolled::identity(first);
                    while let (Some(level), Some(&image)) =
                        (self.same_segment(first, depth), images.get(depth))
                    {
                        let image = first.position(inverse_of_g.get(image)?.index())?;
                        let at = unrolled.image_of(image, level.start as usize)?;
                        unrolled.divide(level.start as usize, at);
                        depth += 1;
                    }
                    unrolled.multiply_into(&mut inverse_of_g);
                }
            }
        }
        Some(inverse(&inverse_of_g))
    }

    /// A product of inverses of random representatives: the inverse of a uniform element of the group of level
    /// `from`, so uniform itself.
    pub(crate) fn random_element(&self, from: usize, rng: &mut (impl Rng + ?Sized)) -> Vec<P> {
        let mut g = identity(self.degree);
        let mut depth = from;
        while let Some(level) = self.levels.get(depth) {
            match level {
                ChainLevel::Stored(level) => {
                    level.divide(&mut g, below(rng, level.orbit.len()));
                    depth += 1;
                }
                ChainLevel::Alternating(first) => {
                    let mut unrolled = Unrolled::identity(first);
                    while let Some(level) = self.same_segment(first, depth) {
                        unrolled.divide(level.start as usize, below(rng, level.orbit().len()));
                        depth += 1;
                    }
                    unrolled.multiply_into(&mut g);
                }
            }
        }
        g
    }

    /// Generators of the group of a level.
    pub(crate) fn generators_of(&self, level: usize) -> Vec<Generator<P>> {
        let last = if self.nested {
            (level + 1).min(self.levels.len())
        } else {
            self.levels.len()
        };
        let mut generators = Vec::new();
        let mut seen: Vec<&Arc<_>> = Vec::new();
        for level in &self.levels[level.min(last)..last] {
            match level {
                ChainLevel::Stored(level) => generators.extend(level.generators.iter().cloned()),
                ChainLevel::Alternating(level) => {
                    if !seen.iter().any(|segment| Arc::ptr_eq(segment, &level.segment)) {
                        seen.push(&level.segment);
                        generators.extend(level.generators(self.degree).into_iter().map(Generator::new));
                    }
                }
            }
        }
        generators
    }

    /// The product of the orbit lengths.
    pub(crate) fn order(&self) -> BigUint {
        product_of(self.levels.iter().map(|level| level.orbit().len()))
    }

    /// The chain of the stabilizer of the first `count` base points.
    pub(crate) fn drop_levels(&mut self, count: usize) {
        let count = count.min(self.levels.len());
        let mut used = vec![false; self.degree];
        for level in self.levels.drain(..count) {
            used[level.base() as usize] = true;
        }
        let left = self
            .factors
            .iter()
            .map(|factor| factor.iter().copied().filter(|&x| !used[x as usize]));
        let left: Vec<Box<[u32]>> = left.map(Iterator::collect).collect();
        self.factors = left.into_iter().filter(|factor| factor.len() > 2).collect();
    }
}

/// A product of many small numbers, by halves, so that the cost stays that of one large multiplication.
pub(crate) fn product_of(factors: impl Iterator<Item = usize>) -> BigUint {
    let mut rest: Vec<BigUint> = Vec::new();
    let mut word = 1u64;
    for factor in factors {
        word = word.checked_mul(factor as u64).unwrap_or_else(|| {
            rest.push(word.into());
            factor as u64
        });
    }
    rest.push(word.into());
    while rest.len() > 1 {
        rest = rest.chunks(2).map(|pair| pair.iter().product()).collect();
    }
    rest.pop().unwrap_or_else(BigUint::one)
}

/// A uniform integer in `0..bound`, the same on every platform.
pub(crate) fn below(rng: &mut (impl Rng + ?Sized), bound: usize) -> usize {
    rng.random_range(0..bound as u64) as usize
}
