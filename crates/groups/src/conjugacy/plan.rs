//! The order in which a search for conjugating elements goes through the points.
//!
//! A plan is static: it is made for what is conjugated, and followed by every target. Its items choose the image of a
//! point, take a forced one, compare two ways to the same point, or work out the partner of a generator.

use num_traits::One;

use super::colouring::Colouring;
use crate::error::GroupError;
use crate::orbit::point_orbits;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;
use crate::stabilizer_chain::StabilizerChain;
use crate::transversals::Transversals;

/// One thing to do; points and pairs by number.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// Choose the image of a base point of the subgroup.
    Base(usize),
    /// Choose the image of another point.
    Free(usize),
    /// `point = from^(x_pair)`, so its image is that of `from` under the partner of x_pair.
    Forced { point: usize, from: usize, pair: usize },
    /// `to = from^(x_pair)`, and both images are known.
    Check { from: usize, pair: usize, to: usize },
    /// The images of the base points under the generator are known, and with them its partner.
    Define(usize),
}

#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) kind: Kind,
    /// The written level of which the point is the base point; `None` if the points before determine its image.
    pub(super) level: Option<usize>,
    /// How many levels and how many base points of the subgroup come before.
    pub(super) digits_before: usize,
    pub(super) base_before: usize,
    /// Points that the stabilizers of the points up to this one fix, and those of the points before do not.
    pub(super) settled: Vec<u16>,
}

impl Item {
    /// The point whose image is chosen here.
    pub(super) fn chosen_point(&self) -> Option<usize> {
        match self.kind {
            Kind::Base(point) | Kind::Free(point) => Some(point),
            _ => None,
        }
    }
}

/// The items without the levels of the group.
pub(super) struct Plan<'a> {
    elements: &'a [Permutation],
    kinds: Vec<Kind>,
    /// The points in the order of their items.
    order: Vec<usize>,
    known: Vec<bool>,
    /// The pairs whose partners are known.
    defined: Vec<usize>,
}

impl<'a> Plan<'a> {
    fn new(degree: usize, elements: &'a [Permutation]) -> Self {
        Self {
            elements,
            kinds: Vec::new(),
            order: Vec::new(),
            known: vec![false; degree],
            defined: Vec::new(),
        }
    }

    /// For a tuple: whole orbits, those first whose points can go to few others for each image that they force.
    pub(super) fn along_orbits(degree: usize, elements: &'a [Permutation], colouring: &Colouring) -> Self {
        let mut plan = Self::new(degree, elements);
        plan.defined = (0..elements.len()).collect();
        let sizes = colouring.class_sizes();
        let alike = |x: usize| sizes[colouring.colours[x] as usize];
        let mut firsts: Vec<(usize, usize)> = point_orbits(degree, elements)
            .iter()
            .filter_map(|orbit| {
                let first = *orbit.iter().min_by_key(|&&x| alike(x))?;
                Some((alike(first).ilog2() as usize * 64 / orbit.len(), first))
            })
            .collect();
        firsts.sort_unstable();
        for (_, first) in firsts {
            plan.choose(Kind::Free(first), first);
        }
        plan
    }

    /// For a subgroup with a base: the base, then what its generators need, and then the other points.
    pub(super) fn along_generators(
        degree: usize,
        base: &[usize],
        elements: &'a [Permutation],
        colouring: &Colouring,
    ) -> Self {
        let mut plan = Self::new(degree, elements);
        for &b in base {
            plan.choose(Kind::Base(b), b);
        }
        for (pair, s) in elements.iter().enumerate() {
            for &b in base {
                plan.choose(Kind::Free(s.image(b)), s.image(b));
            }
            plan.kinds.push(Kind::Define(pair));
            plan.defined.push(pair);
            let known: Vec<usize> = plan.order.clone();
            plan.close(&known, &[pair]);
        }
        let sizes = colouring.class_sizes();
        let mut rest: Vec<usize> = (0..degree).collect();
        rest.sort_by_key(|&x| sizes[colouring.colours[x] as usize]);
        for x in rest {
            plan.choose(Kind::Free(x), x);
        }
        plan
    }

    /// Adds an item for a point, unless its image is known, and all that it forces.
    fn choose(&mut self, kind: Kind, point: usize) {
        if self.known[point] {
            return;
        }
        self.kinds.push(kind);
        self.learn(point);
        let defined = self.defined.clone();
        self.close(&[point], &defined);
    }

    fn learn(&mut self, point: usize) {
        self.known[point] = true;
        self.order.push(point);
    }

    /// Follows some pairs from points that are known, and all pairs from points that become so.
    fn close(&mut self, points: &[usize], pairs: &[usize]) {
        let mut queue: Vec<usize> = points.to_vec();
        let mut at = 0;
        while at < queue.len() {
            let from = queue[at];
            let all = self.defined.clone();
            for pair in if at < points.len() { pairs.to_vec() } else { all } {
                let point = self.elements[pair].image(from);
                if self.known[point] {
                    let to = point;
                    self.kinds.push(Kind::Check { from, pair, to });
                } else {
                    self.kinds.push(Kind::Forced { point, from, pair });
                    self.learn(point);
                    queue.push(point);
                }
            }
            at += 1;
        }
    }

    /// The items with the levels of a chain of the group along them, up to where its stabilizer is trivial.
    ///
    /// # Errors
    /// [`GroupError::Limit`] if the transversals of the group cannot be written out.
    pub(super) fn with_levels(self, group: &PermGroup) -> Result<(Vec<Item>, Transversals), GroupError> {
        /// A base is hardly ever longer in a group that is not made of symmetric ones.
        const SHORT: usize = 48;
        let mut is_moved = vec![false; group.degree()];
        for orbit in group.orbits().iter().filter(|orbit| orbit.len() > 1) {
            orbit.iter().for_each(|&x| is_moved[x] = true);
        }
        let order: Vec<usize> = self.order.iter().copied().filter(|&x| is_moved[x]).collect();
        let mut chain = group.chain_with_base(&order[..order.len().min(SHORT)])?;
        if order.len() > SHORT && !chain.order_from(SHORT).is_one() {
            chain = group.chain_with_base(&order)?;
        }
        let transversals = Transversals::new(&chain)?;
        let mut items: Vec<Item> = Vec::new();
        let mut state = Levels::new(&chain, &is_moved);
        let mut base_before = 0;
        for kind in self.kinds {
            if state.digits == transversals.levels.len() {
                break;
            }
            let digits_before = state.digits;
            let (level, settled) = match kind {
                Kind::Base(point) | Kind::Free(point) | Kind::Forced { point, .. } => state.pass(point),
                Kind::Check { .. } | Kind::Define(_) => (None, Vec::new()),
            };
            items.push(Item {
                kind,
                level,
                digits_before,
                base_before,
                settled,
            });
            base_before += usize::from(matches!(kind, Kind::Base(_)));
        }
        Ok((items, transversals))
    }
}

/// The levels of a chain as they are passed.
struct Levels<'a> {
    chain: &'a StabilizerChain,
    is_moved: &'a [bool],
    /// The number of levels passed, and of those with more than one point.
    passed: usize,
    digits: usize,
    /// Points whose images are known or were found to be settled.
    is_settled: Vec<bool>,
}

impl<'a> Levels<'a> {
    fn new(chain: &'a StabilizerChain, is_moved: &'a [bool]) -> Self {
        Self {
            chain,
            is_moved,
            passed: 0,
            digits: 0,
            is_settled: is_moved.iter().map(|moved| !moved).collect(),
        }
    }

    /// Passes a point: its written level, if it has a proper one, and the points settled by it.
    fn pass(&mut self, point: usize) -> (Option<usize>, Vec<u16>) {
        self.is_settled[point] = true;
        if !self.is_moved[point] {
            return (None, Vec::new());
        }
        let at = self.passed;
        self.passed += 1;
        if self.chain.level(at).orbit().len() == 1 {
            return (None, Vec::new());
        }
        let below = match at + 1 < self.chain.len() {
            true => self.chain.level(at + 1).generators(),
            false => Vec::new(),
        };
        let mut settled = Vec::new();
        for (x, is_settled) in self.is_settled.iter_mut().enumerate() {
            if !*is_settled && below.iter().all(|g| g.image(x) == x) {
                *is_settled = true;
                settled.push(x as u16);
            }
        }
        self.digits += 1;
        (Some(self.digits - 1), settled)
    }
}
