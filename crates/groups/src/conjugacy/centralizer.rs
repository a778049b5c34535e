//! Elements g with x^g = y, found by their base images along the cycles of x.
//!
//! If g⁻¹xg = y, then g carries each cycle of x to a cycle of y, and the image of one point of a cycle determines those
//! of the others: (p^x)^g = (p^g)^y. With a base that runs through the cycles of x one after the other there is a choice
//! only at the first point of each, among the points of y on cycles of the same length that the stabilizer chain allows.
//! (G. Butler, *Computing in permutation and matrix groups II: backtrack algorithm*, 1982; Holt et al. §4.6.5.)
//!
//! The centralizer C(x) is found from the bottom of the chain: once its elements that fix the first i + 1 base points are
//! known, one more element is sought for each possible image of the i-th, up to the orbits of what is known.

use crate::error::GroupError;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;
use crate::transversals::Transversals;

/// The cycles of a permutation, laid out so that powers are look-ups.
struct CycleTable {
    /// The cycles one after the other.
    points: Vec<u16>,
    /// For each point: where its cycle starts in `points`, the length, and the place of the point in its cycle.
    start: Vec<u16>,
    length: Vec<u16>,
    place: Vec<u16>,
}

impl CycleTable {
    fn new(g: &Permutation) -> Self {
        let degree = g.degree();
        let mut table = Self {
            points: Vec::with_capacity(degree),
            start: vec![0; degree],
            length: vec![0; degree],
            place: vec![0; degree],
        };
        for first in 0..degree {
            if table.length[first] != 0 {
                continue;
            }
            let start = table.points.len();
            let mut x = first;
            loop {
                table.place[x] = (table.points.len() - start) as u16;
                table.points.push(x as u16);
                // Marked at once, so that the walk ends; the true length is written below.
                table.length[x] = 1;
                x = g.image(x);
                if x == first {
                    break;
                }
            }
            let length = (table.points.len() - start) as u16;
            for &x in &table.points[start..] {
                table.start[x as usize] = start as u16;
                table.length[x as usize] = length;
            }
        }
        table
    }

    /// The image of a point under the power with an exponent below the length of its cycle.
    #[inline]
    fn power(&self, x: u16, exponent: u16) -> u16 {
        let x = x as usize;
        let at = (self.place[x] as u32 + exponent as u32) % self.length[x] as u32;
        self.points[self.start[x] as usize + at as usize]
    }

    fn same_cycle(&self, x: usize, y: usize) -> bool {
        self.start[x] == self.start[y]
    }
}

/// A point whose image is determined by that of an earlier base point: `point = base_level^(x^exponent)`.
struct Forced {
    point: u16,
    level: usize,
    exponent: u16,
}

/// A group with a base along the cycles of an element.
pub(crate) struct CentralizerSearch {
    element: Permutation,
    cycles: CycleTable,
    transversals: Transversals,
    /// For each level: what forces the image of its base point, if something does.
    forced: Vec<Option<Forced>>,
    /// For each level: other points that are fixed below it, so that their images are known once it is passed.
    implied: Vec<Vec<Forced>>,
}

/// The state of a search for one element: a digit and an image for each level passed.
struct Path {
    digits: Vec<usize>,
    images: Vec<u16>,
    steps: usize,
    limit: usize,
}

impl Path {
    fn new(limit: usize) -> Self {
        Self {
            digits: Vec::new(),
            images: Vec::new(),
            steps: 0,
            limit,
        }
    }
}

impl CentralizerSearch {
    /// Prepares the search for elements that conjugate `element`, which need not be in the group.
    ///
    /// # Errors
    /// [`GroupError::Limit`] if the transversals of the group cannot be written out.
    pub(crate) fn new(group: &PermGroup, element: &Permutation) -> Result<Self, GroupError> {
        let cycles = CycleTable::new(element);
        let chain = group.chain_with_base(&base_along(&cycles, group))?;
        let transversals = Transversals::new(&chain)?;
        let mut forced = Vec::new();
        for (depth, level) in transversals.levels.iter().enumerate() {
            let above = transversals.levels[..depth].iter().map(|l| l.base);
            forced.push(forcing(&cycles, above, level.base));
        }
        // A point is settled by the last level that it is not fixed below.
        let mut implied: Vec<Vec<Forced>> = transversals.levels.iter().map(|_| Vec::new()).collect();
        let mut depth = 0;
        let mut settled = vec![false; group.degree()];
        let proper: Vec<usize> = (0..chain.len())
            .filter(|&k| chain.level(k).orbit().len() > 1)
            .collect();
        for &at in &proper {
            let below = match chain.len() > at + 1 {
                true => chain.level(at + 1).generators(),
                false => Vec::new(),
            };
            let bases: Vec<usize> = transversals.levels[..=depth].iter().map(|l| l.base).collect();
            for (x, settled) in settled.iter_mut().enumerate() {
                if *settled || bases.contains(&x) || below.iter().any(|g| g.image(x) != x) {
                    continue;
                }
                *settled = true;
                implied[depth].extend(forcing(&cycles, bases.iter().copied(), x));
            }
            depth += 1;
        }
        Ok(Self {
            element: element.clone(),
            cycles,
            transversals,
            forced,
            implied,
        })
    }

    /// Some g in the group with g⁻¹ x g = `target`, if there is one.
    ///
    /// # Errors
    /// [`GroupError::Limit`] after `max_steps` partial elements.
    pub(crate) fn conjugator(
        &self,
        target: &Permutation,
        max_steps: usize,
    ) -> Result<Option<Permutation>, GroupError> {
        if self.element.cycle_type() != target.cycle_type() {
            return Ok(None);
        }
        let mut path = Path::new(max_steps);
        self.extend(&CycleTable::new(target), target, &mut path)
    }

    /// The centralizer of the element.
    ///
    /// # Errors
    /// [`GroupError::Limit`] after `max_steps` partial elements in a search for one more generator.
    pub(crate) fn centralizer(&self, max_steps: usize) -> Result<PermGroup, GroupError> {
        let degree = self.transversals.degree;
        let mut generators: Vec<Permutation> = Vec::new();
        for depth in (0..self.transversals.levels.len()).rev() {
            if self.forced[depth].is_some() {
                continue;
            }
            let level = &self.transversals.levels[depth];
            let mut tried = vec![false; degree];
            spread(&mut tried, &[level.base], &generators);
            for (at, &image) in level.orbit.iter().enumerate() {
                if tried[image as usize] || !self.fits(&self.cycles, level.base, image) {
                    continue;
                }
                let mut path = Path::new(max_steps);
                for above in &self.transversals.levels[..depth] {
                    path.digits.push(0);
                    path.images.push(above.base as u16);
                }
                path.digits.push(at);
                path.images.push(image);
                let found = match self.is_consistent(&self.cycles, &path) {
                    true => self.extend(&self.cycles, &self.element, &mut path)?,
                    false => None,
                };
                match found {
                    // The orbit of the base point grows, and so do those of the points that failed before.
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
        Ok(PermGroup::from_generators(degree, generators))
    }

    /// Whether a point may go to another as far as cycle lengths tell.
    fn fits(&self, target: &CycleTable, point: usize, image: u16) -> bool {
        self.cycles.length[point] == target.length[image as usize]
    }

    /// Completes a path to an element that conjugates x to the target.
    fn extend(
        &self,
        target: &CycleTable,
        wanted: &Permutation,
        path: &mut Path,
    ) -> Result<Option<Permutation>, GroupError> {
        path.steps += 1;
        crate::transversals::over(
            "the steps of a search for a conjugating element",
            path.steps,
            path.limit,
        )?;
        let depth = path.digits.len();
        let Some(level) = self.transversals.levels.get(depth) else {
            let g = self.element_of(&path.digits);
            let conjugates =
                (0..g.degree()).all(|x| g.image(self.element.image(x)) == wanted.image(g.image(x)));
            return Ok(conjugates.then_some(g));
        };
        if let Some(forced) = &self.forced[depth] {
            let image = target.power(path.images[forced.level], forced.exponent);
            let at = level.position[self.divided(image, &path.digits) as usize];
            if at == crate::transversals::ABSENT {
                return Ok(None);
            }
            return self.try_image(target, wanted, path, at as usize, image);
        }
        for (at, &x) in level.orbit.iter().enumerate() {
            let image = self.multiplied(x, &path.digits);
            if self.fits(target, level.base, image) {
                let found = self.try_image(target, wanted, path, at, image)?;
                if found.is_some() {
                    return Ok(found);
                }
            }
        }
        Ok(None)
    }

    fn try_image(
        &self,
        target: &CycleTable,
        wanted: &Permutation,
        path: &mut Path,
        at: usize,
        image: u16,
    ) -> Result<Option<Permutation>, GroupError> {
        path.digits.push(at);
        path.images.push(image);
        let found = match self.is_consistent(target, path) {
            true => self.extend(target, wanted, path)?,
            false => None,
        };
        path.digits.pop();
        path.images.pop();
        Ok(found)
    }

    /// Whether the points whose images the last level of the path settles go where the cycles demand.
    fn is_consistent(&self, target: &CycleTable, path: &Path) -> bool {
        let depth = path.digits.len() - 1;
        self.implied[depth].iter().all(|forced| {
            let demanded = target.power(path.images[forced.level], forced.exponent);
            self.multiplied(forced.point, &path.digits) == demanded
        })
    }

    /// The image of a point under u_i … u_0, where the u are the representatives of the digits.
    #[inline]
    fn multiplied(&self, x: u16, digits: &[usize]) -> u16 {
        let factors = self.transversals.levels.iter().zip(digits);
        factors
            .rev()
            .fold(x, |x, (level, &at)| level.representative(at)[x as usize])
    }

    /// The preimage of a point under u_i … u_0.
    #[inline]
    fn divided(&self, x: u16, digits: &[usize]) -> u16 {
        let factors = self.transversals.levels.iter().zip(digits);
        factors.fold(x, |x, (level, &at)| level.inverse(at)[x as usize])
    }

    fn element_of(&self, digits: &[usize]) -> Permutation {
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

/// What forces the image of `point`: an earlier base point on the same cycle.
fn forcing(cycles: &CycleTable, above: impl Iterator<Item = usize>, point: usize) -> Option<Forced> {
    let (level, base) = above
        .enumerate()
        .find(|&(_, base)| cycles.same_cycle(base, point))?;
    let length = cycles.length[point];
    let exponent = (cycles.place[point] + length - cycles.place[base]) % length;
    Some(Forced {
        point: point as u16,
        level,
        exponent,
    })
}

/// The start of a base: whole cycles, those first whose points can go to few others for each image that they force.
fn base_along(cycles: &CycleTable, group: &PermGroup) -> Vec<usize> {
    /// A base is hardly ever longer where the search has a chance; further points are for the chain to choose.
    const LENGTH: usize = 64;
    let degree = group.degree();
    let mut on_cycles_of_length = vec![0usize; degree + 1];
    cycles
        .length
        .iter()
        .for_each(|&l| on_cycles_of_length[l as usize] += 1);
    let is_moved = |x: usize| group.generators().iter().any(|g| g.image(x) != x);
    let mut firsts: Vec<usize> = (0..degree)
        .filter(|&x| cycles.place[x] == 0 && is_moved(x))
        .collect();
    firsts.sort_by_key(|&x| {
        let length = cycles.length[x] as usize;
        (on_cycles_of_length[length].ilog2() as usize * 64 / length, x)
    });
    let whole = |&x: &usize| {
        let start = cycles.start[x] as usize;
        &cycles.points[start..start + cycles.length[x] as usize]
    };
    firsts
        .iter()
        .flat_map(whole)
        .map(|&x| x as usize)
        .take(LENGTH)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::parse_group;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    /// Centralizers and conjugators in small groups against all elements.
    #[test]
    fn agrees_with_brute_force() {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        for text in ["S5", "PSL(2,7)", "S3 wr S3", "D8", "A4 x S3", "AGL(1,9)"] {
            let group = parse_group(text).unwrap();
            for _ in 0..8 {
                let x = group.random_element(&mut rng);
                let search = CentralizerSearch::new(&group, &x).unwrap();
                let centralizer = search.centralizer(100_000).unwrap();
                let expected = group.elements().filter(|g| g * &x == &x * g).count();
                assert_eq!(centralizer.order(), expected.into(), "{text}: {x}");
                let y = group.random_element(&mut rng);
                let found = search.conjugator(&y, 100_000).unwrap();
                let conjugate = group.elements().any(|g| x.conjugate_by(&g) == y);
                assert_eq!(found.is_some(), conjugate, "{text}: {x} to {y}");
                if let Some(g) = found {
                    assert!(group.contains(&g) && x.conjugate_by(&g) == y);
                }
            }
        }
    }

    #[test]
    fn the_number_of_steps_is_limited() {
        let group = parse_group("M11").unwrap();
        let search = CentralizerSearch::new(&group, &group.generators()[0]).unwrap();
        assert!(matches!(
            search.conjugator(&group.generators()[0], 1),
            Err(GroupError::Limit { .. })
        ));
    }
}
