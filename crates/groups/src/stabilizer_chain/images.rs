//! Permutations as image lists over the narrowest integer that holds a point.
//!
//! A chain is nothing but products, and a product of permutations runs at the speed of the cache; so inside a chain
//! elements are lists of `u8`, `u16` or `u32`.

use std::fmt::Debug;

use crate::permutation::Permutation;

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

/// `out := g · h`.
#[inline]
pub(crate) fn product_into<P: Point>(g: &[P], h: &[P], out: &mut [P]) {
    for (z, y) in out.iter_mut().zip(g) {
        *z = h[y.index()];
    }
}

/// `g · h`.
pub(crate) fn product<P: Point>(g: &[P], h: &[P]) -> Vec<P> {
    g.iter().map(|y| h[y.index()]).collect()
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

/// Whether an odd number of transpositions makes it.
pub(crate) fn is_odd<P: Point>(g: &[P]) -> bool {
    let mut seen = vec![false; g.len()];
    let mut odd = false;
    for x in 0..g.len() {
        // A cycle of length m is made of m − 1 transpositions.
        let mut y = x;
        while !std::mem::replace(&mut seen[y], true) {
            y = g[y].index();
            odd ^= y != x;
        }
    }
    odd
}

/// The smallest point that is not fixed.
pub(crate) fn first_moved<P: Point>(g: &[P]) -> Option<u32> {
    g.iter()
        .enumerate()
        .position(|(x, y)| x != y.index())
        .map(|x| x as u32)
}

pub(crate) fn narrow<P: Point>(g: &Permutation) -> Vec<P> {
    g.images().iter().map(|&x| P::new(x as usize)).collect()
}

pub(crate) fn widen<P: Point>(g: &[P]) -> Permutation {
    Permutation::from_images_unchecked(g.iter().map(|x| x.index() as u32).collect::<Box<[u32]>>())
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
