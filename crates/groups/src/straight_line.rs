//! Witnesses of membership: every element as a product of the given generators.
//!
//! A word for an element of a large group can be too long to be written; a *straight-line program* gets along with a
//! step for each product (Seress §1.2.3). [`Witnesses`] builds a chain whose strong generators remember how they were
//! made. Its orbits are compared with those of the proved chain, so the result is complete or there is none.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::error::GroupError;
use crate::group::Group;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;

/// One step of a [`StraightLineProgram`]; the numbers are those of inputs or of earlier steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// First the one, then the other.
    Product(usize, usize),
    /// The inverse.
    Inverse(usize),
}

/// A recipe for an element from generators: inputs 0, …, n − 1, then one new element a step.
///
/// ```
/// use groups::{catalog::parse_group, Group, StraightLineProgram, Witnesses};
/// let group = parse_group("M24")?;
/// let witnesses = Witnesses::new(&group)?;
/// let g = &group.generators()[0] * &group.generators()[1];
/// let program: StraightLineProgram = witnesses.program(&g).unwrap();
/// assert_eq!(program.evaluate(&group, group.generators())?, g);
/// # Ok::<(), groups::GroupError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StraightLineProgram {
    inputs: usize,
    steps: Vec<Step>,
    /// The input or the step that is the result; none for the identity.
    result: Option<usize>,
}

impl StraightLineProgram {
    /// The number of generators that it starts from.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// The steps, in order.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The input or, from [`inputs`](Self::inputs) on, the step that is the result; none for the identity.
    pub fn result(&self) -> Option<usize> {
        self.result
    }

    /// What the program makes of elements of any group, one product or inverse a step.
    ///
    /// # Errors
    /// [`GroupError::ShapeMismatch`] if there are not as many elements as inputs.
    pub fn evaluate<G: Group>(&self, group: &G, elements: &[G::Element]) -> Result<G::Element, GroupError> {
        if elements.len() != self.inputs {
            return Err(GroupError::ShapeMismatch {
                what: "the input of a straight-line program",
                got: elements.len(),
                expected: self.inputs,
            });
        }
        let mut values = elements.to_vec();
        for &step in &self.steps {
            values.push(match step {
                Step::Product(a, b) => group.mul(&values[a], &values[b]),
                Step::Inverse(a) => group.inv(&values[a]),
            });
        }
        Ok(self
            .result
            .map_or_else(|| group.identity(), |at| values[at].clone()))
    }

    /// The word that the program stands for, as inputs with whether they are inverted; none if it is longer than
    /// `limit` letters.
    ///
    /// ```
    /// use groups::{PermGroup, Witnesses};
    /// let group = PermGroup::symmetric(3);
    /// let g = group.generators()[0].inverse();
    /// let word = Witnesses::new(&group)?.program(&g).unwrap().word(1000).unwrap();
    /// let product = word.iter().fold(group.identity(), |u, &(k, inverted)| {
    ///     let g = &group.generators()[k];
    ///     if inverted { &u * &g.inverse() } else { &u * g }
    /// });
    /// assert_eq!(product, g);
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn word(&self, limit: usize) -> Option<Vec<(usize, bool)>> {
        let mut lengths = vec![1usize; self.inputs];
        for &step in &self.steps {
            lengths.push(match step {
                Step::Product(a, b) => lengths[a].saturating_add(lengths[b]),
                Step::Inverse(a) => lengths[a],
            });
        }
        let Some(result) = self.result else {
            return Some(Vec::new());
        };
        if lengths[result] > limit {
            return None;
        }
        let mut word = Vec::with_capacity(lengths[result]);
        let mut open = vec![(result, false)];
        while let Some((at, inverted)) = open.pop() {
            match at.checked_sub(self.inputs).map(|step| self.steps[step]) {
                None => word.push((at, inverted)),
                Some(Step::Inverse(a)) => open.push((a, !inverted)),
                // The factor to be written first is pushed last.
                Some(Step::Product(a, b)) if inverted => open.extend([(a, true), (b, true)]),
                Some(Step::Product(a, b)) => open.extend([(b, false), (a, false)]),
            }
        }
        Some(word)
    }
}

/// An element and the step that made it; no step for the identity.
#[derive(Clone, Debug)]
struct Made {
    element: Permutation,
    step: Option<usize>,
}

/// All steps taken so far.
#[derive(Clone, Debug)]
struct Tape {
    inputs: usize,
    steps: Vec<Step>,
}

impl Tape {
    fn push(&mut self, step: Step) -> usize {
        self.steps.push(step);
        self.inputs + self.steps.len() - 1
    }

    fn product(&mut self, g: &Made, h: &Made) -> Made {
        let step = match (g.step, h.step) {
            (Some(a), Some(b)) => Some(self.push(Step::Product(a, b))),
            (a, b) => a.or(b),
        };
        Made {
            element: &g.element * &h.element,
            step,
        }
    }

    fn inverse(&mut self, g: &Made) -> Made {
        let step = g.step.map(|a| self.push(Step::Inverse(a)));
        Made {
            element: g.element.inverse(),
            step,
        }
    }

    /// The program of a product of elements that are on the tape, with the steps that it needs only.
    fn program(&self, factors: &[usize]) -> StraightLineProgram {
        let mut needed = vec![false; self.inputs + self.steps.len()];
        factors.iter().for_each(|&at| needed[at] = true);
        for at in (0..self.steps.len()).rev() {
            if needed[self.inputs + at] {
                match self.steps[at] {
                    Step::Product(a, b) => (needed[a], needed[b]) = (true, true),
                    Step::Inverse(a) => needed[a] = true,
                }
            }
        }
        let mut place: Vec<usize> = (0..self.inputs).collect();
        let mut steps = Vec::new();
        for (at, &step) in self.steps.iter().enumerate() {
            place.push(self.inputs + steps.len());
            if needed[self.inputs + at] {
                steps.push(match step {
                    Step::Product(a, b) => Step::Product(place[a], place[b]),
                    Step::Inverse(a) => Step::Inverse(place[a]),
                });
            }
        }
        let mut result = None;
        for &factor in factors {
            result = Some(match result {
                None => place[factor],
                Some(so_far) => {
                    steps.push(Step::Product(so_far, place[factor]));
                    self.inputs + steps.len() - 1
                }
            });
        }
        StraightLineProgram {
            inputs: self.inputs,
            steps,
            result,
        }
    }
}

/// A level of the chain: the orbit of a base point, and how each of its points was reached.
#[derive(Clone, Debug)]
struct Level {
    base: usize,
    /// Generators and their inverses, in turn.
    generators: Vec<Made>,
    orbit: Vec<usize>,
    /// For each point the generator that leads to it, [`ROOT`] for the base point, [`ABSENT`] outside the orbit.
    label: Vec<u32>,
}

const ROOT: u32 = u32::MAX;
const ABSENT: u32 = u32::MAX - 1;

impl Level {
    fn new(base: usize, degree: usize) -> Self {
        let mut label = vec![ABSENT; degree];
        label[base] = ROOT;
        Self {
            base,
            generators: Vec::new(),
            orbit: vec![base],
            label,
        }
    }

    fn add(&mut self, g: Made, tape: &mut Tape) {
        let inverse = tape.inverse(&g);
        self.generators.extend([g, inverse]);
        self.orbit = vec![self.base];
        self.label.fill(ABSENT);
        self.label[self.base] = ROOT;
        let mut at = 0;
        while at < self.orbit.len() {
            for (label, g) in self.generators.iter().enumerate() {
                let y = g.element.image(self.orbit[at]);
                if self.label[y] == ABSENT {
                    self.label[y] = label as u32;
                    self.orbit.push(y);
                }
            }
            at += 1;
        }
    }

    /// The numbers of the generators that lead from a point back to the base point; none if the point is not in the
    /// orbit.
    fn way_back(&self, mut point: usize) -> Option<Vec<usize>> {
        let mut way = Vec::new();
        while point != self.base {
            if self.label[point] == ABSENT {
                return None;
            }
            // A generator and its inverse stand side by side.
            let back = self.label[point] as usize ^ 1;
            point = self.generators[back].element.image(point);
            way.push(back);
        }
        Some(way)
    }

    /// The depth of the tree: that of the last point, for the search is breadth first.
    fn depth(&self) -> usize {
        let last = self.orbit.last().and_then(|&x| self.way_back(x));
        last.map_or(0, |way| way.len())
    }

    /// A random element of the stabilizer of the base point in the group that the generators generate: to a point of
    /// the orbit, along a generator, and back.
    fn schreier_generator(&self, tape: &mut Tape, rng: &mut ChaCha8Rng) -> Made {
        let below = |rng: &mut ChaCha8Rng, n: usize| rng.random_range(0..n as u64) as usize;
        let start = self.orbit[below(rng, self.orbit.len())];
        let step = below(rng, self.generators.len());
        let end = self.generators[step].element.image(start);
        let there = self
            .way_back(start)
            .into_iter()
            .flatten()
            .rev()
            .map(|back| back ^ 1);
        let back = self.way_back(end).into_iter().flatten();
        let path = there
            .chain([step])
            .chain(back)
            .map(|label| &self.generators[label]);
        let nothing = Made {
            element: Permutation::identity(self.label.len()),
            step: None,
        };
        path.fold(nothing, |g, h| tape.product(&g, h))
    }
}

/// The elements of a group, each with a straight-line program from the generators that the group was given by.
///
/// The same group gives the same programs. Memory: the strong generators, and a step for each product taken.
///
/// ```
/// use groups::{PermGroup, Permutation, Witnesses};
/// let group = PermGroup::alternating(6);
/// let witnesses = Witnesses::new(&group)?;
/// assert!(witnesses.program(&Permutation::parse_cycles("(1,2)", Some(6))?).is_none());
/// assert!(witnesses.program(&Permutation::parse_cycles("(1,2)(3,4)", Some(6))?).is_some());
/// # Ok::<(), groups::GroupError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Witnesses {
    degree: usize,
    tape: Tape,
    levels: Vec<Level>,
}

impl Witnesses {
    /// The largest degree times length of the base: a level takes some twenty bytes a point.
    pub const MAX_SIZE: u64 = 1 << 25;

    /// Builds the chain: a few dozen products a level.
    ///
    /// The first level has the generators of the group. Each further one takes random Schreier generators of the level
    /// above, which are short, and random elements of the whole group if those do not fill the orbit.
    ///
    /// # Errors
    /// [`GroupError::Limit`] past [`MAX_SIZE`](Self::MAX_SIZE), or if a thousand random elements did not complete an
    /// orbit, which does not happen to elements that are anywhere near uniform.
    pub fn new(group: &PermGroup) -> Result<Self, GroupError> {
        const SINGLE: usize = 16;
        const TRIPLE: usize = 64;
        const TRIES: usize = 1000;
        // A cycle of length n is n / 2 deep; m random elements more make it of the order of n^(1/m).
        const DEEP: usize = 64;
        const SHORTCUTS: usize = 12;
        let lengths = || group.chain().levels().map(|level| level.orbit().len());
        let size = lengths().filter(|&length| length > 1).count() as u64 * group.degree() as u64;
        if size > Self::MAX_SIZE {
            return Err(GroupError::Limit {
                what: "the degree times the length of the base, for witnesses of membership,",
                asked: size,
                limit: Self::MAX_SIZE,
            });
        }
        let mut this = Self {
            degree: group.degree(),
            tape: Tape {
                inputs: group.generators().len(),
                steps: Vec::new(),
            },
            levels: Vec::new(),
        };
        let mut source = Source::new(group);
        let given = group.generators().iter().enumerate().map(|(k, g)| Made {
            element: g.clone(),
            step: Some(k),
        });
        let mut given: Vec<Made> = given.filter(|g| !g.element.is_identity()).collect();
        for known in group.chain().levels().filter(|level| level.orbit().len() > 1) {
            let mut level = Level::new(known.base_point(), this.degree);
            for g in given.drain(..) {
                level.add(g, &mut this.tape);
            }
            let mut tries = 0;
            // Two generators (and their inverses) are likely to generate more than one orbit; those given do.
            let spare = if this.levels.is_empty() { 0 } else { SINGLE };
            while level.orbit.len() < known.orbit().len() || (level.generators.len() < 4 && tries < spare) {
                let g = match (this.levels.last(), tries) {
                    (Some(above), 0..SINGLE) => above.schreier_generator(&mut this.tape, &mut source.rng),
                    (Some(above), SINGLE..TRIPLE) => {
                        let [a, b, c] =
                            [(); 3].map(|()| above.schreier_generator(&mut this.tape, &mut source.rng));
                        let ab = this.tape.product(&a, &b);
                        this.tape.product(&ab, &c)
                    }
                    (_, 0..TRIES) => {
                        let mut g = source.draw(&mut this.tape);
                        this.divide(&mut g);
                        g
                    }
                    _ => {
                        return Err(GroupError::Limit {
                            what: "the number of random elements that do not complete an orbit",
                            asked: tries as u64 + 1,
                            limit: TRIES as u64,
                        });
                    }
                };
                tries += 1;
                let grows = level
                    .orbit
                    .iter()
                    .any(|&x| level.label[g.element.image(x)] == ABSENT);
                if grows || (level.generators.len() < 4 && !g.element.is_identity()) {
                    level.add(g, &mut this.tape);
                }
            }
            for _ in 0..SHORTCUTS {
                if level.depth() <= DEEP {
                    break;
                }
                let mut g = source.draw(&mut this.tape);
                this.divide(&mut g);
                level.add(g, &mut this.tape);
            }
            this.levels.push(level);
        }
        Ok(this)
    }

    /// Divides an element of the group by representatives of all levels so far.
    fn divide(&mut self, g: &mut Made) {
        for level in &self.levels {
            let way = level.way_back(g.element.image(level.base));
            for back in way.into_iter().flatten() {
                *g = self.tape.product(g, &level.generators[back]);
            }
        }
    }

    /// A program that makes `g` from the generators of the group; none if it is not in the group.
    pub fn program(&self, g: &Permutation) -> Option<StraightLineProgram> {
        if g.degree() != self.degree {
            return None;
        }
        // g w_1 … w_m = 1, so g = w_m⁻¹ … w_1⁻¹; the inverse of a generator of a level stands beside it.
        let mut rest = g.clone();
        let mut factors = Vec::new();
        for level in &self.levels {
            for back in level.way_back(rest.image(level.base))? {
                rest = &rest * &level.generators[back].element;
                factors.extend(level.generators[back ^ 1].step);
            }
        }
        if !rest.is_identity() {
            return None;
        }
        factors.reverse();
        Some(self.tape.program(&factors))
    }
}

/// Product replacement that writes down what it does.
struct Source {
    slots: Vec<Made>,
    accumulator: Made,
    rng: ChaCha8Rng,
}

impl Source {
    fn new(group: &PermGroup) -> Self {
        const SLOTS: usize = 10;
        let made = |(k, g): (usize, &Permutation)| Made {
            element: g.clone(),
            step: Some(k),
        };
        let generators: Vec<Made> = group.generators().iter().enumerate().map(made).collect();
        let slots = if generators.is_empty() {
            0
        } else {
            SLOTS.max(generators.len() + 2)
        };
        Self {
            slots: generators.iter().cycle().take(slots).cloned().collect(),
            accumulator: Made {
                element: group.identity(),
                step: None,
            },
            rng: ChaCha8Rng::seed_from_u64(0x517 ^ group.degree() as u64),
        }
    }

    fn draw(&mut self, tape: &mut Tape) -> Made {
        let n = self.slots.len();
        // The first elements come after as many steps as the replacement needs to lose its beginning.
        let doublings = self.accumulator.element.degree().max(1).ilog2() as usize;
        let steps = match self.accumulator.step {
            None => n * (5 + doublings),
            Some(_) => 1 + doublings / 3,
        };
        for _ in 0..if n == 0 { 0 } else { steps } {
            let i = self.rng.random_range(0..n as u64) as usize;
            let j = (i + 1 + self.rng.random_range(0..n as u64 - 1) as usize) % n;
            let other = match self.rng.random_range(0..2u8) {
                0 => self.slots[j].clone(),
                _ => tape.inverse(&self.slots[j]),
            };
            self.slots[i] = match self.rng.random_range(0..2u8) {
                0 => tape.product(&self.slots[i], &other),
                _ => tape.product(&other, &self.slots[i]),
            };
            self.accumulator = tape.product(&self.accumulator, &self.slots[i]);
        }
        self.accumulator.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::parse_group;

    #[test]
    fn programs_make_what_they_say() {
        for text in [
            "()",
            "S1",
            "S2",
            "C12",
            "V4",
            "Q8",
            "S30",
            "S100",
            "A9",
            "A50",
            "C2 wr C20",
            "C1000",
            "M11",
            "M24",
            "PSL(2,7)",
            "S4 wr S4",
            "rubik",
            "(1,2)(3,4),(5,6)",
            "D7 x A5",
        ] {
            let group = parse_group(text).unwrap();
            let witnesses = Witnesses::new(&group).unwrap();
            let mut rng = ChaCha8Rng::seed_from_u64(9);
            for _ in 0..10 {
                let g = group.random_element(&mut rng);
                let program = witnesses.program(&g).unwrap();
                assert_eq!(program.evaluate(&group, group.generators()).unwrap(), g, "{text}");
            }
            let trivial = witnesses.program(&group.identity()).unwrap();
            assert_eq!(trivial.word(0), Some(Vec::new()));
            let too_many = vec![group.identity(); group.generators().len() + 1];
            assert!(trivial.evaluate(&group, &too_many).is_err());
        }
    }

    #[test]
    fn all_elements_and_no_others() {
        let symmetric = parse_group("S5").unwrap();
        for text in ["C5", "D5", "(1,2,3,4),(1,2)", "A4", "(1,2,3)(4,5)"] {
            let group = parse_group(text).unwrap();
            let mut generators: Vec<Permutation> = Vec::new();
            for g in group.generators() {
                generators.push(g.extended(5).unwrap());
            }
            let group = PermGroup::new(5, generators).unwrap();
            let witnesses = Witnesses::new(&group).unwrap();
            let mut inside = 0usize;
            for g in symmetric.elements() {
                let Some(program) = witnesses.program(&g) else {
                    continue;
                };
                inside += 1;
                let word = program.word(100_000).unwrap();
                let product = word.iter().fold(group.identity(), |u, &(k, inverted)| {
                    let h = &group.generators()[k];
                    if inverted { &u * &h.inverse() } else { &u * h }
                });
                assert_eq!(product, g, "{text}");
            }
            assert_eq!(group.order(), inside.into(), "{text}");
        }
        let witnesses = Witnesses::new(&symmetric).unwrap();
        assert!(witnesses.program(&Permutation::identity(4)).is_none());
    }

    /// A single cubie turned is no element of the cube's group, nor an odd permutation one of A_50.
    #[test]
    fn what_is_outside_has_no_program() {
        let cube = parse_group("rubik").unwrap();
        let three_cycle = cube.generators()[0].cycles()[0][..3].to_vec();
        let outside = Permutation::from_cycles(cube.degree(), &[&three_cycle]).unwrap();
        assert!(Witnesses::new(&cube).unwrap().program(&outside).is_none());
        let even = PermGroup::alternating(50);
        let outside = Permutation::from_cycles(50, &[&[7, 31]]).unwrap();
        assert!(Witnesses::new(&even).unwrap().program(&outside).is_none());
    }

    /// Random elements shorten the way along a cycle of 100,000 points; too much memory is refused beforehand.
    #[test]
    fn large_degrees() {
        let group = parse_group("C100000").unwrap();
        let witnesses = Witnesses::new(&group).unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let g = group.random_element(&mut rng);
        let program = witnesses.program(&g).unwrap();
        assert_eq!(program.evaluate(&group, group.generators()).unwrap(), g);
        assert_eq!(
            Witnesses::new(&PermGroup::symmetric(10_000)).unwrap_err(),
            GroupError::Limit {
                what: "the degree times the length of the base, for witnesses of membership,",
                asked: 9_999 * 10_000,
                limit: Witnesses::MAX_SIZE,
            }
        );
    }

    #[test]
    fn the_same_program_twice() {
        let group = parse_group("M12").unwrap();
        let g = &group.generators()[0] * &group.generators()[1];
        let program = || Witnesses::new(&group).unwrap().program(&g).unwrap();
        assert_eq!(program(), program());
    }
}
