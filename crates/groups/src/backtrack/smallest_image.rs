//! The smallest image of a set or tuple under a group: a canonical representative of its orbit.
//!
//! Sets are compared as ascending lists. The smallest image of S is built from its smallest point on: with m_0 < … < m_{k−1}
//! its first points, a *candidate* is an element g that takes points s_0, …, s_{k−1} of S to them. All other choices for
//! the same s_i are g h with h in the stabilizer H of the m_i, so the smallest point that S^(g h) can have next is the
//! smallest point of an H-orbit that meets the rest of S^g. Candidates for which it is larger than for others are
//! dropped, the others go on, one for each point of the rest in that orbit; candidates that differ by an element of the
//! stabilizer of S lead to the same images, so one point of each orbit of the stabilizer of the s_i in it is enough.
//! (S. Linton, "Finding the smallest image of a set", 2004; C. Jefferson, E. Jonauskyte, M. Pfeiffer, R. Waldecker,
//! "Minimal and canonical images", 2019.)

use rustc_hash::FxHashSet;

use crate::error::GroupError;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;
use crate::schreier_sims::rebase;
use crate::transversals::over;

/// The most candidates at a time, times the degree.
const MAX_ENTRIES: usize = 1 << 28;

/// A way to the first points of the smallest image.
struct Candidate {
    /// g⁻¹.
    inverse: Permutation,
    /// The points of S^g that are not among the first ones, ascending.
    rest: Vec<u32>,
    /// The stabilizer of S and of the points that g takes to the first ones; `None` if it is trivial.
    symmetries: Option<PermGroup>,
}

impl PermGroup {
    /// The lexicographically smallest image of a set of points, ascending, and an element that takes the set to it.
    ///
    /// Two sets are in one orbit if and only if their smallest images are equal. Exponential in the worst case, without
    /// regard to the length of the orbit.
    ///
    /// # Errors
    /// [`GroupError::PointOutOfRange`]; [`GroupError::NotDistinct`]; [`GroupError::Limit`] if more candidates are equally
    /// good than fit into 2^28 points.
    ///
    /// ```
    /// let m11 = groups::catalog::parse_group("M11")?;
    /// let (smallest, g) = m11.smallest_set_image(&[3, 7, 8, 10])?;
    /// assert_eq!(smallest, vec![0, 1, 2, 3]);
    /// assert!(m11.contains(&g) && g.image(7) < 4);
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn smallest_set_image(&self, set: &[usize]) -> Result<(Vec<usize>, Permutation), GroupError> {
        let symmetries = self.set_stabilizer(set)?;
        let mut rest: Vec<u32> = set.iter().map(|&x| x as u32).collect();
        rest.sort_unstable();
        let mut candidates = vec![Candidate {
            inverse: self.identity(),
            rest,
            symmetries: nontrivial(symmetries),
        }];
        let mut fixing = self.clone();
        let mut smallest = Vec::with_capacity(set.len());
        while smallest.len() < set.len() && !fixing.is_trivial() {
            let next = least_of_orbits(&fixing);
            let point = candidates
                .iter()
                .filter_map(|c| c.least(&next))
                .min()
                .unwrap_or(0);
            smallest.push(point as usize);
            let chain = rebase(fixing.chain(), &[point as usize]);
            let below = chain.clone().into_stabilizer(1);
            let below = Self::from_chain(below.generators(), below);
            candidates = step(
                candidates,
                point,
                &next,
                &chain.level(0),
                &least_of_orbits(&below),
            )?;
            fixing = below;
        }
        // Nothing moves any more: the first of what is left.
        let best = candidates.into_iter().min_by(|a, b| a.rest.cmp(&b.rest));
        let Some(best) = best else {
            unreachable!("of several candidates one is as good as any")
        };
        smallest.extend(best.rest.iter().map(|&x| x as usize));
        Ok((smallest, best.inverse.inverse()))
    }

    /// The lexicographically smallest image of a tuple of points, repetitions allowed, and an element that takes the
    /// tuple to it.
    ///
    /// # Errors
    /// [`GroupError::PointOutOfRange`].
    ///
    /// ```
    /// let a5 = groups::PermGroup::alternating(5);
    /// assert_eq!(a5.smallest_tuple_image(&[4, 2, 4, 1, 0])?.0, vec![0, 1, 0, 2, 4]);
    /// assert_eq!(a5.smallest_tuple_image(&[1, 0, 2, 3, 4])?.0, vec![0, 1, 2, 4, 3]);
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn smallest_tuple_image(&self, tuple: &[usize]) -> Result<(Vec<usize>, Permutation), GroupError> {
        self.check_points(tuple)?;
        let mut fixing = self.clone();
        let mut g = self.identity();
        for &x in tuple {
            if fixing.is_trivial() {
                break;
            }
            let image = g.image(x);
            let least = least_of_orbits(&fixing)[image] as usize;
            let chain = rebase(fixing.chain(), &[least]);
            if let Some(u) = chain.level(0).representative(image) {
                g = &g * &u.inverse();
            }
            let below = chain.into_stabilizer(1);
            fixing = Self::from_chain(below.generators(), below);
        }
        Ok((tuple.iter().map(|&x| g.image(x)).collect(), g))
    }
}

fn nontrivial(group: PermGroup) -> Option<PermGroup> {
    Some(group).filter(|group| !group.is_trivial())
}

/// The smallest point of the orbit of each point.
fn least_of_orbits(group: &PermGroup) -> Vec<u32> {
    let mut least = vec![0; group.degree()];
    for orbit in group.orbits() {
        orbit.iter().for_each(|&x| least[x] = orbit[0] as u32);
    }
    least
}

impl Candidate {
    /// The smallest point that can come next.
    fn least(&self, next: &[u32]) -> Option<u32> {
        self.rest.iter().map(|&x| next[x as usize]).min()
    }

    /// The points of the rest that can be moved to `point`, one for each orbit of the symmetries.
    fn choices(&self, point: u32, next: &[u32]) -> Vec<u32> {
        let movable = self.rest.iter().copied().filter(|&x| next[x as usize] == point);
        let Some(symmetries) = &self.symmetries else {
            return movable.collect();
        };
        let orbit = least_of_orbits(symmetries);
        let mut seen = FxHashSet::default();
        movable
            .filter(|&x| seen.insert(orbit[self.inverse.image(x as usize)]))
            .collect()
    }

    /// The candidate that takes one more point of S on, by way of a point of the rest.
    fn through(&self, choice: u32, point: u32, u: &Permutation) -> Self {
        // g' = g u⁻¹ with u a representative that takes the new point to the choice.
        let inverse = u * &self.inverse;
        let back = u.inverse();
        let moved = self.rest.iter().map(|&x| back.images()[x as usize]);
        let mut rest: Vec<u32> = moved.filter(|&x| x != point).collect();
        rest.sort_unstable();
        let source = self.inverse.image(choice as usize);
        let fixing = |group: &PermGroup| group.stabilizer(source).ok().and_then(nontrivial);
        Self {
            symmetries: self.symmetries.as_ref().and_then(fixing),
            inverse,
            rest,
        }
    }
}

/// The candidates for one more point, those left out that are already known to lose at the one after it.
fn step(
    candidates: Vec<Candidate>,
    point: u32,
    next: &[u32],
    level: &crate::Level<'_>,
    after: &[u32],
) -> Result<Vec<Candidate>, GroupError> {
    let mut kept: Vec<Candidate> = Vec::new();
    let mut seen: FxHashSet<Vec<u32>> = FxHashSet::default();
    let mut best = None;
    for candidate in candidates {
        for choice in candidate.choices(point, next) {
            let Some(u) = level.representative(choice as usize) else {
                continue;
            };
            let longer = candidate.through(choice, point, &u);
            let least = longer.least(after);
            if best.is_none_or(|best| least < best) {
                best = Some(least);
                kept.clear();
                seen.clear();
            }
            // Equal images have the same continuations.
            if best == Some(least) && seen.insert(longer.rest.clone()) {
                over(
                    "the points of candidates for a smallest image",
                    (kept.len() + 1).saturating_mul(next.len()),
                    MAX_ENTRIES,
                )?;
                kept.push(longer);
            }
        }
    }
    Ok(kept)
}
