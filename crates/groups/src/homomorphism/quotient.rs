//! Quotients as permutation groups of small degree.
//!
//! G/N is what G does on any set where exactly N acts trivially. Tried are, in order: the orbits of N on the points;
//! its orbits on pairs of points; and the cosets of N, which always serve but are |G : N| many. What is found is then
//! made smaller: orbits that are not needed for the action to be faithful are left out, and points of a transitive part
//! are put together into blocks as long as the action stays faithful.

use num_bigint::BigUint;

use super::{Homomorphism, not_in};
use crate::blocks::Classes;
use crate::constituents::{action_on_orbit, principal_block_systems, restricted};
use crate::error::GroupError;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;

/// The most cosets of N that are listed where nothing smaller serves.
const MAX_COSETS: usize = 1 << 17;
/// The largest degree whose pairs of points are looked at.
const MAX_PAIRED: usize = 300;

impl PermGroup {
    /// The projection G → G/N onto the quotient by a normal subgroup, as a permutation group of small degree.
    ///
    /// # Errors
    /// [`GroupError::NotAMember`] if N is not inside G, [`GroupError::NotNormal`] with a conjugate outside N;
    /// [`GroupError::OrbitOverLimit`] if no action but that on more than 2^17 cosets was found.
    ///
    /// ```
    /// use groups::catalog::parse_group;
    /// let group = parse_group("GL(2,3)")?;
    /// let quotient = group.quotient(&group.center())?;
    /// assert_eq!(quotient.image_group().order().to_string(), "24");
    /// assert_eq!(quotient.image_group().degree(), 4);
    /// assert!(quotient.kernel().equals(&group.center()));
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn quotient(&self, normal: &Self) -> Result<Homomorphism, GroupError> {
        self.check_normal(normal)?;
        let order = self.order() / normal.order();
        if order == BigUint::from(1u8) {
            let images = vec![Permutation::identity(1); self.generators().len()];
            return Ok(Homomorphism::known(self, 1, images));
        }
        let labels = (normal.is_trivial().then(|| (0..self.degree()).collect()))
            .or_else(|| self.faithful_modulo(&order, orbit_labels(normal), |g, x| g.image(x)));
        let images: Vec<Permutation> = match labels {
            Some(labels) => label_action(self.generators(), &labels, |g, x| g.image(x)),
            None => match self.on_orbits_of_pairs(normal, &order) {
                Some(images) => images,
                None => {
                    let map = self.coset_homomorphism(normal, MAX_COSETS)?;
                    map.image_group_generators(self)?
                }
            },
        };
        let degree = images.first().map_or(1, Permutation::degree);
        let images = smaller(degree, images, &order);
        let degree = images.first().map_or(1, Permutation::degree);
        Ok(Homomorphism::known(self, degree, images))
    }

    /// Refuses a group that is not a normal subgroup of this one.
    pub(crate) fn check_normal(&self, normal: &Self) -> Result<(), GroupError> {
        if let Some(n) = normal.generators().iter().find(|n| !self.contains(n)) {
            return Err(not_in("a generator of the normal subgroup", n));
        }
        let conjugates = |n: &Permutation| {
            self.generators()
                .iter()
                .map(|g| n.conjugate_by(g))
                .collect::<Vec<_>>()
        };
        let mut all = normal.generators().iter().flat_map(conjugates);
        match all.find(|c| !normal.contains(c)) {
            Some(element) => Err(GroupError::NotNormal {
                element: element.to_string(),
            }),
            None => Ok(()),
        }
    }

    /// The labels, if the group acts on the classes of points with the same label as a group of this order.
    fn faithful_modulo(
        &self,
        order: &BigUint,
        labels: Vec<usize>,
        act: impl Fn(&Permutation, usize) -> usize,
    ) -> Option<Vec<usize>> {
        let images = label_action(self.generators(), &labels, act);
        let degree = images.first().map_or(1, Permutation::degree);
        (PermGroup::from_generators(degree, images).order() == *order).then_some(labels)
    }

    /// The action on the orbits of N on pairs of points, if its kernel is N.
    fn on_orbits_of_pairs(&self, normal: &Self, order: &BigUint) -> Option<Vec<Permutation>> {
        let n = self.degree();
        if n > MAX_PAIRED {
            return None;
        }
        let act = move |g: &Permutation, pair: usize| g.image(pair / n) * n + g.image(pair % n);
        let on_pairs = |g: &Permutation| {
            let images = (0..n * n).map(|pair| act(g, pair) as u32);
            Permutation::from_images_unchecked(images.collect::<Box<[u32]>>())
        };
        let moved: Vec<Permutation> = normal.generators().iter().map(on_pairs).collect();
        let mut classes = Classes::new(n * n);
        for g in &moved {
            let pairs: Vec<(usize, usize)> = (0..n * n).map(|x| (x, g.image(x))).collect();
            classes.close(&pairs, &[]);
        }
        let labels: Vec<usize> = (0..n * n).map(|x| classes.root(x)).collect();
        let labels = self.faithful_modulo(order, labels, act)?;
        Some(label_action(self.generators(), &labels, act))
    }
}

impl Homomorphism {
    /// The images of the generators, in order.
    fn image_group_generators(&self, group: &PermGroup) -> Result<Vec<Permutation>, GroupError> {
        group.generators().iter().map(|g| self.image(g)).collect()
    }
}

/// For each point the smallest point of its orbit.
fn orbit_labels(group: &PermGroup) -> Vec<usize> {
    let mut labels = vec![0; group.degree()];
    for orbit in group.orbits() {
        orbit.iter().for_each(|&x| labels[x] = orbit[0]);
    }
    labels
}

/// What permutations do to classes of equal labels, which are numbered by their first points.
fn label_action(
    generators: &[Permutation],
    labels: &[usize],
    act: impl Fn(&Permutation, usize) -> usize,
) -> Vec<Permutation> {
    let mut number = vec![u32::MAX; labels.len()];
    let mut first = Vec::new();
    for (x, &label) in labels.iter().enumerate() {
        if number[label] == u32::MAX {
            number[label] = first.len() as u32;
            first.push(x);
        }
    }
    let image = |g: &Permutation| {
        let images = first.iter().map(|&x| number[labels[act(g, x)]]);
        Permutation::from_images_unchecked(images.collect::<Box<[u32]>>())
    };
    generators.iter().map(image).collect()
}

/// A faithful action of smaller degree of the group that these permutations generate.
fn smaller(degree: usize, mut images: Vec<Permutation>, order: &BigUint) -> Vec<Permutation> {
    let group = |images: &[Permutation], degree| PermGroup::from_generators(degree, images.to_vec());
    let mut current = group(&images, degree);
    // Leave out orbits, the longest first.
    let mut kept: Vec<Vec<usize>> = current.orbits().to_vec();
    kept.sort_by_key(|orbit| std::cmp::Reverse(orbit.len()));
    let mut at = 0;
    while kept.len() > 1 && at < kept.len() {
        let mut rest: Vec<usize> = [&kept[..at], &kept[at + 1..]].concat().concat();
        rest.sort_unstable();
        if action_on_orbit(&current, &rest).order() == *order {
            kept.remove(at);
        } else {
            at += 1;
        }
    }
    let mut points = kept.concat();
    points.sort_unstable();
    images = images.iter().map(|g| restricted(g, &points)).collect();
    current = group(&images, points.len());
    // Put points together into blocks.
    while current.is_transitive() {
        let systems = principal_block_systems(&current);
        let faithful = systems
            .iter()
            .rev()
            .find(|s| s.action(&current).order() == *order);
        let Some(system) = faithful else { break };
        images = images.iter().map(|g| system.image(g)).collect();
        current = group(&images, system.blocks.len());
    }
    images
}
