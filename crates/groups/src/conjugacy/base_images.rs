//! Elements of a group that conjugate one thing to another, found by the images of a base.
//!
//! Two questions are answered here. *Tuples*: given x_1, …, x_k and y_1, …, y_k, which g ∈ G have g⁻¹ x_j g = y_j for all
//! j? Once the image of one point is chosen, those of all points of its orbit under ⟨x_1, …, x_k⟩ are forced, because
//! (p^x_j)^g = (p^g)^y_j. *Subgroups*: given H, K ≤ G of one order, which g ∈ G have g⁻¹ H g = K? Such a g carries a
//! base b_0, b_1, … of H to a base c_0, c_1, … of K, and the orbits of the stabilizer of b_0, …, b_i in H to those of
//! the stabilizer of c_0, …, c_i in K; as gk will do as well as g for every k ∈ K, only one c_{i+1} of each orbit need
//! be tried. Then generators s_1, s_2, … of H are dealt with one after the other: the images of the points b_i^(s_j)
//! determine the element t_j = g⁻¹ s_j g of K, and from there on s_j and t_j force images as in the first question.
//!
//! The points are put in order beforehand, and the stabilizer chain of G is built with them as its base, so a partial
//! assignment that no element of G fits is given up at once. Colours that conjugation keeps ([`super::colouring`])
//! prune further. (G. Butler, *Computing in permutation and matrix groups II: backtrack algorithm*, 1982, and *III:
//! Sylow subgroups*; J. Leon, *Partitions, refinements, and permutation group computation*, 1997; Holt et al. §4.6.)
//!
//! The group of all g with x_j^g = x_j, or H^g = H, is found from the bottom: once its elements that fix the first i
//! chosen points are known, one more element is sought for each possible image of the next, up to the orbits of what is
//! known.

use std::sync::Arc;

use super::colouring::{Colouring, Invariants};
use super::node::{Node, generators_from_below, next_base_point};
use super::plan::{Item, Kind, Plan};
use crate::backtrack::StrongGenerators;
use crate::error::GroupError;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;
use crate::stabilizer_chain::StabilizerChain;
use crate::transversals::{ABSENT, Transversals};

/// What is to be conjugated.
enum Subject {
    Tuple(Colouring),
    Subgroup(Guide),
}

/// A subgroup H with a base.
struct Guide {
    subgroup: PermGroup,
    base: Vec<usize>,
    chain: StabilizerChain,
    /// The stabilizers of the first 0, 1, … base points.
    nodes: Vec<Node>,
}

/// A group with a base along what is to be conjugated.
pub(crate) struct BaseImageSearch {
    invariants: Arc<Invariants>,
    subject: Subject,
    /// The elements x_j, or the generators s_j of the subgroup.
    elements: Vec<Permutation>,
    items: Vec<Item>,
    transversals: Transversals,
}

/// What things are to be conjugated to.
enum Target<'a> {
    Tuple(&'a [Permutation], Colouring),
    Subgroup(&'a PermGroup, Node),
}

/// A partial assignment. Entries of items not passed yet are left from before and mean nothing.
struct Path<'a> {
    target: &'a Target<'a>,
    images: Vec<u16>,
    /// The places in the fundamental orbits that were chosen.
    digits: Vec<u16>,
    /// The elements t_j that the x_j go to.
    partners: Vec<Permutation>,
    nodes: Vec<Node>,
    /// The chain of the target subgroup along the images of the base.
    chain: Option<StabilizerChain>,
    steps: usize,
    limit: usize,
}

impl BaseImageSearch {
    /// Prepares the search for elements that conjugate a tuple, whose entries need not be in the group, and that keep
    /// the given colours of the points.
    ///
    /// # Errors
    /// [`GroupError::Limit`] if the transversals of the group cannot be written out.
    pub(crate) fn for_tuple(
        group: &PermGroup,
        elements: Vec<Permutation>,
        colours: Option<&[u32]>,
    ) -> Result<Self, GroupError> {
        let invariants = group.invariants();
        let colouring = Colouring::new(&invariants, colours, &elements);
        let plan = Plan::along_orbits(group.degree(), &elements, &colouring);
        let (items, transversals) = plan.with_levels(group)?;
        Ok(Self {
            invariants,
            subject: Subject::Tuple(colouring),
            elements,
            items,
            transversals,
        })
    }

    /// Prepares the search for elements that conjugate a subgroup.
    ///
    /// # Errors
    /// [`GroupError::Limit`] if the transversals of the group cannot be written out.
    pub(crate) fn for_subgroup(group: &PermGroup, subgroup: &PermGroup) -> Result<Self, GroupError> {
        let invariants = group.invariants();
        let mut nodes = vec![Node::root(subgroup, &invariants)];
        let mut base = Vec::new();
        while let Some(point) = next_base_point(&nodes[nodes.len() - 1]) {
            base.push(point);
            nodes.push(nodes[nodes.len() - 1].child(point, &invariants)?);
        }
        let stabilizers: Vec<PermGroup> = nodes.iter().map(|node| node.stabilizer.clone()).collect();
        let elements = generators_from_below(&stabilizers);
        let colouring = &nodes[nodes.len() - 1].colouring;
        let plan = Plan::along_generators(group.degree(), &base, &elements, colouring);
        let (items, transversals) = plan.with_levels(group)?;
        let guide = Guide {
            chain: subgroup.chain_with_base(&base)?,
            subgroup: subgroup.clone(),
            base,
            nodes,
        };
        Ok(Self {
            invariants,
            subject: Subject::Subgroup(guide),
            elements,
            items,
            transversals,
        })
    }

    /// Some g in the group that conjugates the tuple to `targets`, and carries the colours given to `colours`.
    ///
    /// # Errors
    /// [`GroupError::Limit`] after `max_steps` partial elements.
    pub(crate) fn conjugator(
        &self,
        targets: &[Permutation],
        colours: Option<&[u32]>,
        max_steps: usize,
    ) -> Result<Option<Permutation>, GroupError> {
        let colouring = Colouring::new(&self.invariants, colours, targets);
        self.search(&Target::Tuple(targets, colouring), max_steps)
    }

    /// Some g in the group that conjugates the subgroup to another, of the same order and in the group.
    ///
    /// # Errors
    /// [`GroupError::Limit`] after `max_steps` partial elements.
    pub(crate) fn subgroup_conjugator(
        &self,
        other: &PermGroup,
        max_steps: usize,
    ) -> Result<Option<Permutation>, GroupError> {
        let root = Node::root(other, &self.invariants);
        self.search(&Target::Subgroup(other, root), max_steps)
    }

    fn search(&self, target: &Target<'_>, max_steps: usize) -> Result<Option<Permutation>, GroupError> {
        let mut path = self.start(target, max_steps);
        let alike = match (&self.subject, target) {
            (Subject::Tuple(mine), Target::Tuple(_, theirs)) => mine.is_like(theirs),
            (Subject::Subgroup(guide), Target::Subgroup(_, root)) => {
                guide.nodes[0].colouring.is_like(&root.colouring)
            }
            _ => false,
        };
        if alike {
            self.extend(0, &mut path)
        } else {
            Ok(None)
        }
    }

    fn start<'a>(&self, target: &'a Target<'a>, limit: usize) -> Path<'a> {
        let degree = self.transversals.degree;
        let (partners, nodes) = match target {
            Target::Tuple(targets, _) => (targets.to_vec(), Vec::new()),
            Target::Subgroup(_, root) => (self.elements.clone(), vec![root.clone()]),
        };
        Path {
            target,
            images: (0..degree).map(|x| x as u16).collect(),
            digits: Vec::new(),
            partners,
            nodes,
            chain: None,
            steps: 0,
            limit,
        }
    }

    /// The centralizer of the tuple that keeps the colours, or the normalizer of the subgroup.
    ///
    /// # Errors
    /// [`GroupError::Limit`] after `max_steps` partial elements in a search for one more generator.
    pub(crate) fn stabilizer(&self, max_steps: usize) -> Result<PermGroup, GroupError> {
        let degree = self.transversals.degree;
        let target = match &self.subject {
            Subject::Tuple(colouring) => Target::Tuple(&self.elements, colouring.clone()),
            Subject::Subgroup(guide) => Target::Subgroup(&guide.subgroup, guide.nodes[0].clone()),
        };
        let mut generators: Vec<Permutation> = Vec::new();
        for (at, item) in self.items.iter().enumerate().rev() {
            let (Some(point), Some(level)) = (item.chosen_point(), item.level) else {
                continue;
            };
            if let (Kind::Base(_), Subject::Subgroup(guide)) = (item.kind, &self.subject) {
                // What fixes the base points before is in the normalizer, too.
                let node = &guide.nodes[item.base_before];
                generators.extend(node.stabilizer.generators().iter().cloned());
            }
            let level = &self.transversals.levels[level];
            let mut tried = vec![false; degree];
            spread(&mut tried, &[point], &generators);
            for (digit, &image) in level.orbit.iter().enumerate() {
                if tried[image as usize] {
                    continue;
                }
                let mut path = self.start(&target, max_steps);
                path.digits = vec![0; item.digits_before];
                self.follow_identity(item, &mut path);
                match self.choose(at, point, image, digit, &mut path)? {
                    // The orbit of the point grows, and so do those of the points that failed before.
                    Some(g) => {
                        generators.push(g);
                        let marked: Vec<usize> = (0..degree).filter(|&x| tried[x]).collect();
                        tried = vec![false; degree];
                        spread(&mut tried, &marked, &generators);
                    }
                    None => spread(&mut tried, &[image as usize], &generators),
                }
            }
        }
        // The points chosen are a base: an element that fixes them fixes all that they force, and so is the identity.
        let base = self.items.iter().filter(|item| item.level.is_some());
        let base = base.filter_map(Item::chosen_point).collect();
        Ok(StrongGenerators::new(degree, base, generators).into_group())
    }

    /// The path of the identity up to an item.
    fn follow_identity(&self, item: &Item, path: &mut Path<'_>) {
        if let Subject::Subgroup(guide) = &self.subject {
            path.nodes = guide.nodes[..=item.base_before].to_vec();
            if item.base_before == guide.base.len() {
                path.chain = Some(guide.chain.clone());
            }
        }
    }

    /// Whether a point may go to another as far as the colours tell.
    fn fits(&self, item: &Item, path: &Path<'_>, point: usize, image: u16) -> bool {
        let (mine, theirs) = match (&self.subject, path.target) {
            (Subject::Tuple(mine), Target::Tuple(_, theirs)) => (mine, theirs),
            (Subject::Subgroup(guide), _) => (
                &guide.nodes[item.base_before].colouring,
                &path.nodes[item.base_before].colouring,
            ),
            _ => return false,
        };
        mine.colours[point] == theirs.colours[image as usize]
    }

    /// Completes a path, from an item on, to an element that conjugates as demanded.
    fn extend(&self, from: usize, path: &mut Path<'_>) -> Result<Option<Permutation>, GroupError> {
        path.steps += 1;
        crate::transversals::over(
            "the steps of a search for a conjugating element",
            path.steps,
            path.limit,
        )?;
        for (at, item) in self.items.iter().enumerate().skip(from) {
            let passed = match item.kind {
                Kind::Free(point) | Kind::Base(point) => match item.level {
                    Some(level) => return self.branch(at, point, level, path),
                    None => {
                        let image = self.multiplied(point as u16, &path.digits);
                        self.fits(item, path, point, image) && self.enter(item, point, image, path)?
                    }
                },
                Kind::Forced { point, from, pair } => {
                    let image = path.partners[pair].image(path.images[from] as usize) as u16;
                    path.images[point] = image;
                    self.place(item, point, image, path)
                }
                Kind::Check { from, pair, to } => {
                    let image = path.partners[pair].image(path.images[from] as usize);
                    image == path.images[to] as usize
                }
                Kind::Define(pair) => self.define(pair, path)?,
            };
            if !passed {
                return Ok(None);
            }
        }
        let g = self.element_of(&path.digits);
        Ok(self.conjugates(&g, path.target).then_some(g))
    }

    /// The last word: whether an element does what is demanded.
    fn conjugates(&self, g: &Permutation, target: &Target<'_>) -> bool {
        match (target, &self.subject) {
            (Target::Tuple(targets, _), _) => {
                let mut pairs = self.elements.iter().zip(*targets);
                pairs.all(|(x, y)| (0..g.degree()).all(|p| g.image(x.image(p)) == y.image(g.image(p))))
            }
            (Target::Subgroup(other, _), Subject::Subgroup(guide)) => {
                let mut generators = guide.subgroup.generators().iter();
                generators.all(|h| other.contains(&h.conjugate_by(g)))
            }
            _ => false,
        }
    }

    /// Tries all images of a point that is free.
    fn branch(
        &self,
        at: usize,
        point: usize,
        level: usize,
        path: &mut Path<'_>,
    ) -> Result<Option<Permutation>, GroupError> {
        let item = &self.items[at];
        let level = &self.transversals.levels[level];
        let up_to =
            matches!(item.kind, Kind::Base(_)).then(|| path.nodes[item.base_before].stabilizer.clone());
        let mut tried = vec![
            false;
            if up_to.is_some() {
                self.transversals.degree
            } else {
                0
            }
        ];
        for (digit, &x) in level.orbit.iter().enumerate() {
            let image = self.multiplied(x, &path.digits);
            if let Some(group) = &up_to {
                if tried[image as usize] {
                    continue;
                }
                spread(&mut tried, &[image as usize], group.generators());
            }
            let found = self.choose(at, point, image, digit, path)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// Goes on with an image chosen for the point of an item; leaves the path as it was.
    fn choose(
        &self,
        at: usize,
        point: usize,
        image: u16,
        digit: usize,
        path: &mut Path<'_>,
    ) -> Result<Option<Permutation>, GroupError> {
        let item = &self.items[at];
        if !self.fits(item, path, point, image) {
            return Ok(None);
        }
        path.digits.push(digit as u16);
        let mut found = None;
        if self.settles(item, path) && self.enter(item, point, image, path)? {
            found = self.extend(at + 1, path)?;
        }
        path.digits.truncate(item.digits_before);
        path.nodes.truncate(item.base_before + 1);
        if item.base_before < self.base_length() {
            path.chain = None;
        }
        Ok(found)
    }

    fn base_length(&self) -> usize {
        match &self.subject {
            Subject::Tuple(_) => 0,
            Subject::Subgroup(guide) => guide.base.len(),
        }
    }

    /// Notes the image of a point; for a base point of the subgroup, whether the stabilizers agree.
    fn enter(&self, item: &Item, point: usize, image: u16, path: &mut Path<'_>) -> Result<bool, GroupError> {
        path.images[point] = image;
        let (Kind::Base(_), Subject::Subgroup(guide)) = (&item.kind, &self.subject) else {
            return Ok(true);
        };
        let mine = &guide.nodes[item.base_before + 1];
        let parent = &path.nodes[item.base_before];
        let orbit = |group: &PermGroup, x: usize| group.orbit(x).len();
        if orbit(&parent.stabilizer, image as usize)
            != orbit(&guide.nodes[item.base_before].stabilizer, point)
        {
            return Ok(false);
        }
        let child = parent.child(image as usize, &self.invariants)?;
        let alike = mine.colouring.is_like(&child.colouring);
        path.nodes.truncate(item.base_before + 1);
        path.nodes.push(child);
        path.chain = None;
        Ok(alike)
    }

    /// Whether the group has an element with this forced image; takes the digit.
    fn place(&self, item: &Item, point: usize, image: u16, path: &mut Path<'_>) -> bool {
        let Some(level) = item.level else {
            return self.multiplied(point as u16, &path.digits) == image;
        };
        let at = self.transversals.levels[level].position[self.divided(image, &path.digits) as usize];
        if at == ABSENT {
            return false;
        }
        path.digits.push(at);
        self.settles(item, path)
    }

    /// Whether the points whose images are settled by the last digit keep their colours.
    fn settles(&self, item: &Item, path: &Path<'_>) -> bool {
        item.settled.iter().all(|&x| {
            let image = self.multiplied(x, &path.digits);
            self.fits(item, path, x as usize, image)
        })
    }

    /// Finds the element of the target subgroup that a generator goes to.
    fn define(&self, pair: usize, path: &mut Path<'_>) -> Result<bool, GroupError> {
        let (Subject::Subgroup(guide), Target::Subgroup(other, _)) = (&self.subject, path.target) else {
            return Ok(true);
        };
        if path.chain.is_none() {
            let images: Vec<usize> = guide.base.iter().map(|&b| path.images[b] as usize).collect();
            path.chain = Some(other.chain_with_base(&images)?);
        }
        let s = &self.elements[pair];
        let images: Vec<usize> = guide
            .base
            .iter()
            .map(|&b| path.images[s.image(b)] as usize)
            .collect();
        let found = path
            .chain
            .as_ref()
            .and_then(|chain| chain.element_with_base_images(&images));
        let Some(found) = found else {
            return Ok(false);
        };
        path.partners[pair] = found;
        Ok(true)
    }

    /// The image of a point under u_i … u_0, where the u are the representatives of the digits.
    #[inline]
    fn multiplied(&self, x: u16, digits: &[u16]) -> u16 {
        let factors = self.transversals.levels.iter().zip(digits);
        factors
            .rev()
            .fold(x, |x, (level, &at)| level.representative(at as usize)[x as usize])
    }

    /// The preimage of a point under u_i … u_0.
    #[inline]
    fn divided(&self, x: u16, digits: &[u16]) -> u16 {
        let factors = self.transversals.levels.iter().zip(digits);
        factors.fold(x, |x, (level, &at)| level.inverse(at as usize)[x as usize])
    }

    fn element_of(&self, digits: &[u16]) -> Permutation {
        let image = |x: usize| u32::from(self.multiplied(x as u16, digits));
        Permutation::from_images_unchecked((0..self.transversals.degree).map(image).collect::<Box<[u32]>>())
    }
}

/// Marks the orbits of some points.
fn spread(marked: &mut [bool], points: &[usize], generators: &[Permutation]) {
    let mut queue = points.to_vec();
    points.iter().for_each(|&x| marked[x] = true);
    while let Some(x) = queue.pop() {
        for y in generators.iter().map(|g| g.image(x)) {
            if !std::mem::replace(&mut marked[y], true) {
                queue.push(y);
            }
        }
    }
}

#[cfg(test)]
mod tests;
