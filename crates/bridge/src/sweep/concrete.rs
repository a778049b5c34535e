//! A finite group written out: every element, and what multiplying and conjugating by generators does to them. No chain of
//! stabilizers and no lattice is trusted here; both are checked against it.

use std::collections::HashMap;

use groups::{PermGroup, Permutation};

/// The elements of a permutation group with their numbers, the identity first.
pub(super) struct Concrete {
    pub(super) elements: Vec<Permutation>,
    /// For each generator s the number of g·s, for every g.
    pub(super) right: Vec<Vec<usize>>,
    /// For each generator s the number of s⁻¹·g·s, for every g.
    pub(super) conjugate: Vec<Vec<usize>>,
    numbers: HashMap<Permutation, usize>,
}

impl Concrete {
    /// Closes the generators under products.
    pub(super) fn of(group: &PermGroup) -> Self {
        let generators = group.generators();
        let mut elements = vec![group.identity()];
        let mut numbers = HashMap::from([(group.identity(), 0)]);
        let mut right: Vec<Vec<usize>> = vec![Vec::new(); generators.len()];
        let mut next = 0;
        while next < elements.len() {
            for (generator, row) in generators.iter().zip(&mut right) {
                let product = &elements[next] * generator;
                let number = *numbers.entry(product.clone()).or_insert(elements.len());
                if number == elements.len() {
                    elements.push(product);
                }
                row.push(number);
            }
            next += 1;
        }
        let conjugate = generators
            .iter()
            .map(|s| elements.iter().map(|g| numbers[&g.conjugate_by(s)]).collect())
            .collect();
        Concrete {
            elements,
            right,
            conjugate,
            numbers,
        }
    }

    pub(super) fn order(&self) -> usize {
        self.elements.len()
    }

    /// The number of an element, if it is one.
    pub(super) fn number(&self, element: &Permutation) -> Option<usize> {
        self.numbers.get(element).copied()
    }

    /// The action on the points that the elements permute.
    pub(super) fn on_points(&self) -> Acting<'_> {
        let degree = self.elements[0].degree();
        let images = self
            .elements
            .iter()
            .map(|g| (0..degree).map(|x| g.image(x)).collect())
            .collect();
        Acting {
            group: self,
            points: degree,
            images,
        }
    }

    /// The action on the right cosets of a subgroup, given by the numbers of its elements: the coset of g has number 0 for the
    /// subgroup itself. `None` if the sets H·g overlap without being equal, so that H is no subgroup.
    pub(super) fn on_cosets(&self, subgroup: &[usize]) -> Option<Acting<'_>> {
        let n = self.order();
        let mut coset_of = vec![usize::MAX; n];
        let mut cosets: Vec<Vec<usize>> = Vec::new();
        let mut place = |members: Vec<usize>, cosets: &mut Vec<Vec<usize>>| -> Option<usize> {
            let first = coset_of[*members.first()?];
            if first == usize::MAX {
                if members.iter().any(|&g| coset_of[g] != usize::MAX) {
                    return None;
                }
                for &g in &members {
                    coset_of[g] = cosets.len();
                }
                cosets.push(members);
                Some(cosets.len() - 1)
            } else if members.iter().all(|&g| coset_of[g] == first) && members.len() == cosets[first].len() {
                Some(first)
            } else {
                None
            }
        };
        place(subgroup.to_vec(), &mut cosets)?;
        let mut moves: Vec<Vec<usize>> = vec![Vec::new(); self.right.len()];
        let mut next = 0;
        while next < cosets.len() {
            for (row, to) in self.right.iter().zip(&mut moves) {
                let moved: Vec<usize> = cosets[next].iter().map(|&g| row[g]).collect();
                to.push(place(moved, &mut cosets)?);
            }
            next += 1;
        }
        if coset_of.contains(&usize::MAX) {
            return None;
        }
        let images = self.images(cosets.len(), &moves);
        Some(Acting {
            group: self,
            points: cosets.len(),
            images,
        })
    }

    /// The images under all elements, from those under the generators.
    fn images(&self, points: usize, moves: &[Vec<usize>]) -> Vec<Vec<usize>> {
        let mut images: Vec<Vec<usize>> = vec![Vec::new(); self.order()];
        images[0] = (0..points).collect();
        // An element is reached from one with a smaller number, since they were numbered in that order.
        for g in 0..self.order() {
            for (row, step) in self.right.iter().zip(moves) {
                if images[row[g]].is_empty() {
                    images[row[g]] = images[g].iter().map(|&x| step[x]).collect();
                }
            }
        }
        images
    }
}

/// A group on a finite set, written out.
pub(super) struct Acting<'a> {
    pub(super) group: &'a Concrete,
    pub(super) points: usize,
    /// For each element the image of every point.
    pub(super) images: Vec<Vec<usize>>,
}

impl Acting<'_> {
    /// The number of the element that generator s is.
    fn generator(&self, s: usize) -> usize {
        self.group.right[s][0]
    }

    /// The images under a generator.
    pub(super) fn step(&self, s: usize) -> &[usize] {
        &self.images[self.generator(s)]
    }

    /// The number of generators.
    pub(super) fn generators(&self) -> usize {
        self.group.right.len()
    }

    /// Whether x·1 = x and (x·g)·s = x·(gs) for all points, elements and generators, which makes it an action.
    pub(super) fn is_action(&self) -> bool {
        let identity = self.images[0].iter().enumerate().all(|(x, y)| x == *y);
        identity
            && (0..self.generators()).all(|s| {
                let step = self.step(s);
                let products = &self.group.right[s];
                self.images.iter().zip(products).all(|(image, &product)| {
                    image
                        .iter()
                        .zip(&self.images[product])
                        .all(|(&y, &z)| step[y] == z)
                })
            })
    }

    /// The points that are reached from x along the generators.
    pub(super) fn orbit(&self, x: usize) -> Vec<usize> {
        let mut seen = vec![false; self.points];
        seen[x] = true;
        let mut orbit = vec![x];
        let mut next = 0;
        while next < orbit.len() {
            for s in 0..self.generators() {
                let y = self.step(s)[orbit[next]];
                if !std::mem::replace(&mut seen[y], true) {
                    orbit.push(y);
                }
            }
            next += 1;
        }
        orbit
    }

    /// The numbers of the elements that fix x, in ascending order.
    pub(super) fn stabilizer(&self, x: usize) -> Vec<usize> {
        (0..self.group.order())
            .filter(|&g| self.images[g][x] == x)
            .collect()
    }

    /// The numbers of the points of the orbit of each point, by union of the points that generators join.
    pub(super) fn parts(&self) -> Vec<usize> {
        fn root(parents: &mut [usize], mut x: usize) -> usize {
            while parents[x] != x {
                parents[x] = parents[parents[x]];
                x = parents[x];
            }
            x
        }
        let mut parents: Vec<usize> = (0..self.points).collect();
        for s in 0..self.generators() {
            for x in 0..self.points {
                let (a, b) = (root(&mut parents, x), root(&mut parents, self.step(s)[x]));
                parents[a.max(b)] = a.min(b);
            }
        }
        (0..self.points).map(|x| root(&mut parents, x)).collect()
    }
}
