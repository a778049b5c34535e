//! Levels that need no storage: those inside an alternating factor.
//!
//! If Alt(Ω) ≤ G acts on Ω and fixes everything else, and the group of a level keeps Ω, then for a base point
//! b ∈ Ω the fundamental orbit is Ω itself and the 3-cycles (b, x, y) are representatives. For base points
//! ω_0, ω_1, … all in Ω the orbits are Ω less the points used, so one ordered list of Ω serves all |Ω| − 2 levels,
//! and sifting through all of them takes O(|Ω|) steps. What is left after them swaps the last two points of Ω or
//! fixes both.

use std::sync::Arc;

use super::images::Point;

/// The ordered points of one alternating factor, shared by its levels.
#[derive(Debug)]
pub(crate) struct Segment {
    /// The base points in order of use, then the two points left.
    points: Vec<u32>,
    /// The position in `points` of each point of the domain, or [`ABSENT`].
    slot: Vec<u32>,
}

const ABSENT: u32 = u32::MAX;

impl Segment {
    pub(crate) fn new(points: Vec<u32>, degree: usize) -> Self {
        let mut slot = vec![ABSENT; degree];
        for (at, &point) in points.iter().enumerate() {
            slot[point as usize] = at as u32;
        }
        Self { points, slot }
    }
}

/// The level whose base point is the point of its segment at `start`.
#[derive(Clone, Debug)]
pub(crate) struct Alternating {
    pub(crate) segment: Arc<Segment>,
    pub(crate) start: u32,
}

impl Alternating {
    pub(crate) fn orbit(&self) -> &[u32] {
        &self.segment.points[self.start as usize..]
    }

    #[inline]
    pub(crate) fn position(&self, point: usize) -> Option<usize> {
        let slot = self.segment.slot[point];
        (slot != ABSENT && slot >= self.start).then(|| (slot - self.start) as usize)
    }

    /// The 3-cycle (b, x, y) that is the representative of orbit position `at ≥ 1`; y is the last point that is
    /// not x.
    fn cycle(&self, at: usize) -> [u32; 3] {
        let orbit = self.orbit();
        let last = orbit.len() - 1;
        [
            orbit[0],
            orbit[at],
            orbit[if at == last { last - 1 } else { last }],
        ]
    }

    /// `x^(u⁻¹)` with u the representative of orbit position `at`.
    #[inline]
    pub(crate) fn divide_point(&self, x: usize, at: usize) -> usize {
        if at == 0 {
            return x;
        }
        let [b, image, third] = self.cycle(at);
        match x as u32 {
            x if x == image => b as usize,
            x if x == third => image as usize,
            x if x == b => third as usize,
            _ => x,
        }
    }

    /// `g := g · u⁻¹` by a pass over the images.
    pub(crate) fn divide<P: Point>(&self, g: &mut [P], at: usize) {
        if at == 0 {
            return;
        }
        for y in g {
            *y = P::new(self.divide_point(y.index(), at));
        }
    }

    /// Two permutations that generate the alternating group of the orbit: a 3-cycle on its first points and the
    /// longest odd cycle that starts at its first or second point.
    pub(crate) fn generators<P: Point>(&self, degree: usize) -> Vec<Vec<P>> {
        let orbit = self.orbit();
        let cycle = |points: &[u32]| {
            let mut g = super::images::identity::<P>(degree);
            for (k, &x) in points.iter().enumerate() {
                g[x as usize] = P::new(points[(k + 1) % points.len()] as usize);
            }
            g
        };
        let long = if orbit.len().is_multiple_of(2) {
            &orbit[1..]
        } else {
            orbit
        };
        let three = cycle(&orbit[..3]);
        if orbit.len() == 3 {
            vec![three]
        } else {
            vec![three, cycle(long)]
        }
    }
}

/// The images of a segment's points under an element that keeps what is left of the segment, by position, so that
/// a 3-cycle costs O(1).
pub(crate) struct Unrolled<'a> {
    segment: &'a Segment,
    first: usize,
    /// `images[k]` is the position of the image of the point at position `first + k`, less `first`.
    images: Vec<u32>,
    preimages: Vec<u32>,
}

impl<'a> Unrolled<'a> {
    /// `None` if `g` does not keep the points from the level on.
    pub(crate) fn new<P: Point>(level: &'a Alternating, g: &[P]) -> Option<Self> {
        let orbit = level.orbit();
        let mut images = Vec::with_capacity(orbit.len());
        let mut preimages = vec![0; orbit.len()];
        for (k, &x) in orbit.iter().enumerate() {
            let at = level.position(g[x as usize].index())?;
            images.push(at as u32);
            preimages[at] = k as u32;
        }
        Some(Self {
            segment: &level.segment,
            first: level.start as usize,
            images,
            preimages,
        })
    }

    /// The identity on the points from the level on.
    pub(crate) fn identity(level: &'a Alternating) -> Self {
        let images: Vec<u32> = (0..level.orbit().len() as u32).collect();
        let preimages = images.clone();
        Self {
            segment: &level.segment,
            first: level.start as usize,
            images,
            preimages,
        }
    }

    /// The position, in the orbit of the level with this start, of the image of its base point.
    pub(crate) fn image_of_base(&self, start: usize) -> Option<usize> {
        self.image_of(start - self.first, start)
    }

    /// The same for the image of the point at a position in the orbit of the first level.
    pub(crate) fn image_of(&self, position: usize, start: usize) -> Option<usize> {
        (self.images[position] as usize).checked_sub(start - self.first)
    }

    /// Divides by the representative of orbit position `at` of the level with this start.
    pub(crate) fn divide(&mut self, start: usize, at: usize) {
        if at == 0 {
            return;
        }
        let b = start - self.first;
        let x = b + at;
        let last = self.images.len() - 1;
        let y = if x == last { last - 1 } else { last };
        // u⁻¹ sends x to b, y to x and b to y.
        let [from_b, from_x, from_y] = [b, x, y].map(|z| self.preimages[z] as usize);
        for (from, to) in [(from_x, b), (from_y, x), (from_b, y)] {
            self.images[from] = to as u32;
            self.preimages[to] = from as u32;
        }
    }

    /// `g := g · w` for the element w unrolled here.
    pub(crate) fn multiply_into<P: Point>(&self, g: &mut [P]) {
        for y in g {
            let slot = self.segment.slot[y.index()];
            if slot != ABSENT && slot as usize >= self.first {
                let image = self.first + self.images[slot as usize - self.first] as usize;
                *y = P::new(self.segment.points[image] as usize);
            }
        }
    }

    /// Writes the images back.
    pub(crate) fn store<P: Point>(&self, g: &mut [P]) {
        let points = &self.segment.points[self.first..];
        for (&x, &image) in points.iter().zip(&self.images) {
            g[x as usize] = P::new(points[image as usize] as usize);
        }
    }
}
