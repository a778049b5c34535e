//! Centralizers and conjugating elements, for one element.
//!
//! The centralizer of x in S_n is the direct product, over the lengths l of the cycles of x, of groups C_l ≀ S_m where m
//! is the number of l-cycles; elements with the same cycle lengths are conjugate. In A_n one has to look at signs. In a
//! direct product everything is done factor by factor, and in a full wreath product through the coordinates
//! ([`super::wreath_elements`]). In other groups the elements are searched for ([`super::base_images`]).

use super::base_images::BaseImageSearch;
use super::wreath::all_cycles;
use super::{ClassLimits, wreath_elements};
use crate::constituents::restricted;
use crate::error::GroupError;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;
use crate::shape::Shape;

impl PermGroup {
    /// The elements that commute with a permutation, which need not be in the group.
    ///
    /// # Errors
    /// [`GroupError::DegreeMismatch`]; [`GroupError::Limit`] if a search would pass the default
    /// [`ClassLimits::max_steps`], or the transversals of the group do not fit.
    ///
    /// ```
    /// use groups::{catalog::parse_group, Permutation};
    /// let m24 = parse_group("M24")?;
    /// let g = &m24.generators()[0];
    /// assert_eq!(m24.element_centralizer(g)?.order().to_string(), "23");
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn element_centralizer(&self, element: &Permutation) -> Result<Self, GroupError> {
        self.check_degree_of("an element to be centralized", element.degree())?;
        if self.generators().iter().all(|g| g * element == element * g) {
            return Ok(self.clone());
        }
        centralizer(self, element, None)
    }

    /// An element g with g⁻¹ x g = y; `None` if there is none. Neither x nor y need be in the group.
    ///
    /// # Errors
    /// As [`element_centralizer`](Self::element_centralizer).
    ///
    /// ```
    /// use groups::{PermGroup, Permutation};
    /// let x = Permutation::parse_cycles("(1,2,3,4,5)", Some(5))?;
    /// let y = x.pow(2);
    /// let g = PermGroup::symmetric(5).conjugating_element(&x, &y)?.ok_or("they are conjugate").unwrap();
    /// assert_eq!(x.conjugate_by(&g), y);
    /// assert!(PermGroup::alternating(5).conjugating_element(&x, &y)?.is_none());
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn conjugating_element(
        &self,
        x: &Permutation,
        y: &Permutation,
    ) -> Result<Option<Permutation>, GroupError> {
        self.check_degree_of("the first of two elements to be conjugated", x.degree())?;
        self.check_degree_of("the second of two elements to be conjugated", y.degree())?;
        if x == y {
            return Ok(Some(self.identity()));
        }
        conjugator(self, x, y, None)
    }
}

/// Colours of the points before and after.
pub(super) type Colours<'a> = Option<(&'a [u32], &'a [u32])>;

/// The elements that commute with `x` and keep the colours of the points.
pub(super) fn centralizer(
    group: &PermGroup,
    x: &Permutation,
    colours: Option<&[u32]>,
) -> Result<PermGroup, GroupError> {
    let is_inside = group.contains(x);
    match group.shape() {
        Shape::Symmetric => Ok(symmetric_centralizer(x, colours)),
        Shape::Alternating => Ok(even_subgroup(&symmetric_centralizer(x, colours))),
        Shape::Product(factors) if is_inside => {
            let mut generators = Vec::new();
            for factor in factors {
                let colours = colours.map(|c| chosen(c, &factor.points));
                let part = centralizer(&factor.group, &restricted(x, &factor.points), colours.as_deref())?;
                let identity = group.identity();
                generators.extend(
                    part.generators()
                        .iter()
                        .map(|g| on_points(&identity, &factor.points, g)),
                );
            }
            Ok(PermGroup::from_generators(group.degree(), generators))
        }
        Shape::Wreath(wreath) if is_inside && colours.is_none() => wreath_elements::centralizer(wreath, x),
        _ => BaseImageSearch::for_tuple(group, vec![x.clone()], colours)?
            .stabilizer(ClassLimits::default().max_steps),
    }
}

/// An element that conjugates `x` to `y` and carries the first colours to the second.
pub(super) fn conjugator(
    group: &PermGroup,
    x: &Permutation,
    y: &Permutation,
    colours: Colours<'_>,
) -> Result<Option<Permutation>, GroupError> {
    let is_inside = group.contains(x);
    if is_inside != group.contains(y) {
        return Ok(None);
    }
    match group.shape() {
        Shape::Symmetric => Ok(symmetric_conjugator(x, y, colours)),
        Shape::Alternating => {
            let found = symmetric_conjugator(x, y, colours);
            let odd = |g: &Permutation| {
                let centralizer = symmetric_centralizer(x, colours.map(|(before, _)| before));
                let odd = centralizer.generators().iter().find(|c| !c.is_even());
                odd.map(|c| c * g)
            };
            Ok(found.and_then(|g| if g.is_even() { Some(g) } else { odd(&g) }))
        }
        Shape::Product(factors) if is_inside => {
            let mut all = group.identity();
            if let Some((before, after)) = colours {
                let moved = |p: usize| factors.iter().any(|f| f.points.binary_search(&p).is_ok());
                if (0..group.degree()).any(|p| before[p] != after[p] && !moved(p)) {
                    return Ok(None);
                }
            }
            for factor in factors {
                let points = &factor.points;
                let colours = colours.map(|(before, after)| (chosen(before, points), chosen(after, points)));
                let colours = colours.as_ref().map(|(before, after)| (&before[..], &after[..]));
                let (x, y) = (restricted(x, points), restricted(y, points));
                let Some(g) = conjugator(&factor.group, &x, &y, colours)? else {
                    return Ok(None);
                };
                all = on_points(&all, points, &g);
            }
            Ok(Some(all))
        }
        Shape::Wreath(wreath) if is_inside && colours.is_none() => wreath_elements::conjugator(wreath, x, y),
        _ => BaseImageSearch::for_tuple(group, vec![x.clone()], colours.map(|(before, _)| before))?
            .conjugator(
                std::slice::from_ref(y),
                colours.map(|(_, after)| after),
                ClassLimits::default().max_steps,
            ),
    }
}

fn chosen(colours: &[u32], points: &[usize]) -> Vec<u32> {
    points.iter().map(|&p| colours[p]).collect()
}

/// `g`, acting as `h` on some points that it fixes.
pub(crate) fn on_points(g: &Permutation, points: &[usize], h: &Permutation) -> Permutation {
    let mut images = g.images().to_vec();
    for (k, &x) in points.iter().enumerate() {
        images[x] = points[h.image(k)] as u32;
    }
    Permutation::from_images_unchecked(images)
}

/// The even permutations in a group.
///
/// With an odd generator o, the subgroup of index at most two has the Schreier generators g and ogo⁻¹ for even
/// generators g, and go⁻¹ and og for odd ones.
pub(crate) fn even_subgroup(group: &PermGroup) -> PermGroup {
    let Some(odd) = group.generators().iter().find(|g| !g.is_even()) else {
        return group.clone();
    };
    let inverse = odd.inverse();
    let schreier = group.generators().iter().flat_map(|g| match g.is_even() {
        true => [g.clone(), g.conjugate_by(&inverse)],
        false => [g * &inverse, odd * g],
    });
    PermGroup::from_generators(group.degree(), schreier.collect())
}

/// The cycles of a permutation, each from the place where its colours read smallest, sorted by colours and length.
fn coloured_cycles(x: &Permutation, colours: Option<&[u32]>) -> Vec<(Vec<u32>, Vec<usize>)> {
    let read = |cycle: Vec<usize>| match colours {
        None => (vec![0; cycle.len()], cycle),
        Some(colours) => {
            let of = |k: usize| colours[cycle[k % cycle.len()]];
            let word = |start: usize| (start..start + cycle.len()).map(of);
            let start = (0..cycle.len())
                .min_by(|&a, &b| word(a).cmp(word(b)))
                .unwrap_or(0);
            let turned = (start..start + cycle.len()).map(|k| cycle[k % cycle.len()]);
            (word(start).collect(), turned.collect())
        }
    };
    let mut cycles: Vec<(Vec<u32>, Vec<usize>)> = all_cycles(x).into_iter().map(read).collect();
    cycles.sort_by(|a, b| (a.0.len(), &a.0).cmp(&(b.0.len(), &b.0)));
    cycles
}

/// The permutations that commute with `x` and keep the colours.
fn symmetric_centralizer(x: &Permutation, colours: Option<&[u32]>) -> PermGroup {
    let cycles = coloured_cycles(x, colours);
    let mut generators = Vec::new();
    let identity: Vec<u32> = (0..x.degree() as u32).collect();
    for alike in cycles.chunk_by(|a, b| a.0 == b.0) {
        let (word, first) = &alike[0];
        let length = first.len();
        // The least rotation that keeps the colours.
        let period = (1..=length)
            .find(|&d| (0..length).all(|k| word[k] == word[(k + d) % length]))
            .unwrap_or(length);
        let mut rotation = identity.clone();
        for k in 0..length {
            rotation[first[k]] = first[(k + period) % length] as u32;
        }
        generators.push(Permutation::from_images_unchecked(rotation));
        for moved in [alike.len(), 2].into_iter().filter(|&m| m <= alike.len()) {
            let mut shift = identity.clone();
            for k in 0..moved {
                let (from, to) = (&alike[k].1, &alike[(k + 1) % moved].1);
                from.iter().zip(to).for_each(|(&p, &q)| shift[p] = q as u32);
            }
            generators.push(Permutation::from_images_unchecked(shift));
        }
    }
    PermGroup::from_generators(x.degree(), generators)
}

fn symmetric_conjugator(x: &Permutation, y: &Permutation, colours: Colours<'_>) -> Option<Permutation> {
    let of_x = coloured_cycles(x, colours.map(|(before, _)| before));
    let of_y = coloured_cycles(y, colours.map(|(_, after)| after));
    if of_x.len() != of_y.len() || of_x.iter().zip(&of_y).any(|(a, b)| a.0 != b.0) {
        return None;
    }
    let mut images = vec![0u32; x.degree()];
    for ((_, from), (_, to)) in of_x.iter().zip(&of_y) {
        from.iter().zip(to).for_each(|(&p, &q)| images[p] = q as u32);
    }
    Some(Permutation::from_images_unchecked(images))
}
