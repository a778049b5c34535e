//! The centre, in polynomial time.
//!
//! A permutation that commutes with G and maps an orbit Ω of G to itself is determined on Ω by the image β of one
//! point α, and β is fixed by the stabilizer of α; conversely, for each fixed point β ∈ Ω of that stabilizer, α^g ↦ β^g
//! is well defined and commutes with G. These maps form the group C(Ω), and Z(G) is the intersection of G with the
//! direct product C of all C(Ω). As C commutes with G, (g, c) ↦ gc is a homomorphism from G × C, whose kernel is
//! {(z, z⁻¹) : z ∈ Z(G)}; it is read off from a stabilizer chain on two copies of the points, where (g, c) acts as gc
//! on the first and as g on the second. (E. Luks, *Permutation groups and polynomial-time computation*, 1993, §4.)

use crate::perm_group::PermGroup;
use crate::permutation::Permutation;

impl PermGroup {
    /// The centre: the elements that commute with all others.
    ///
    /// Takes one point stabilizer per orbit and, unless they show that the centre is trivial, a chain of twice the
    /// degree.
    ///
    /// ```
    /// use groups::catalog::parse_group;
    /// assert_eq!(parse_group("Q8")?.center().order().to_string(), "2");
    /// assert_eq!(parse_group("rubik")?.center().order().to_string(), "2");
    /// assert_eq!(parse_group("S3 wr S4")?.center().order().to_string(), "1");
    /// # Ok::<(), groups::GroupError>(())
    /// ```
    pub fn center(&self) -> Self {
        if self.is_abelian() {
            return self.clone();
        }
        let centralizer = orbitwise_centralizer(self);
        if centralizer.is_empty() {
            return Self::trivial(self.degree());
        }
        let degree = self.degree();
        let joint = self.generators().iter().chain(&centralizer).cloned();
        let joint = Self::from_generators(degree, joint.collect());
        let doubled = self
            .generators()
            .iter()
            .map(|g| side_by_side(g, g))
            .chain(centralizer.iter().map(|c| side_by_side(c, &self.identity())));
        let doubled = Self::from_generators(2 * degree, doubled.collect());
        let kernel = doubled
            .pointwise_stabilizer(&joint.chain().base())
            .expect("base points are in range");
        let generators = kernel.generators().iter().map(|z| second_half(z, degree));
        Self::from_generators(degree, generators.collect())
    }
}

/// Generators of the group of permutations that commute with G and map every orbit to itself.
pub(crate) fn orbitwise_centralizer(group: &PermGroup) -> Vec<Permutation> {
    let degree = group.degree();
    let mut generators = Vec::new();
    for orbit in group.orbits() {
        let first = orbit[0];
        let stabilizer = group.stabilizer(first).expect("the point is in an orbit");
        let is_fixed = |&x: &usize| stabilizer.generators().iter().all(|g| g.image(x) == x);
        let fixed: Vec<usize> = orbit.iter().copied().filter(is_fixed).collect();
        // Those found so far carry `first` to these points.
        let mut found: Vec<Permutation> = Vec::new();
        let mut reached = vec![false; degree];
        reached[first] = true;
        for &to in &fixed {
            if reached[to] {
                continue;
            }
            found.push(Permutation::from_images_unchecked(intertwiner(group, first, to)));
            let mut queue: Vec<usize> = fixed.iter().copied().filter(|&x| reached[x]).collect();
            while let Some(x) = queue.pop() {
                for c in &found {
                    let y = c.image(x);
                    if !std::mem::replace(&mut reached[y], true) {
                        queue.push(y);
                    }
                }
            }
        }
        generators.append(&mut found);
    }
    generators
}

/// The images of the map α^g ↦ β^g from the orbit of α to that of β, where they have the same stabilizer; outside of the
/// orbit of α every point is its own image.
pub(crate) fn intertwiner(group: &PermGroup, alpha: usize, beta: usize) -> Vec<u32> {
    let mut images: Vec<u32> = (0..group.degree() as u32).collect();
    let mut seen = vec![false; group.degree()];
    seen[alpha] = true;
    let mut queue = vec![(alpha, beta)];
    while let Some((x, y)) = queue.pop() {
        images[x] = y as u32;
        for g in group.generators() {
            if !std::mem::replace(&mut seen[g.image(x)], true) {
                queue.push((g.image(x), g.image(y)));
            }
        }
    }
    images
}

/// `g` on a first copy of the points and `h` on a second.
pub(crate) fn side_by_side(g: &Permutation, h: &Permutation) -> Permutation {
    let offset = g.degree() as u32;
    let second = h.images().iter().map(|&y| y + offset);
    Permutation::from_images_unchecked(g.images().iter().copied().chain(second).collect::<Box<[u32]>>())
}

/// What a permutation that maps the points from `offset` on among themselves does there.
pub(crate) fn second_half(g: &Permutation, offset: usize) -> Permutation {
    let images = g.images()[offset..].iter().map(|&y| y - offset as u32);
    Permutation::from_images_unchecked(images.collect::<Box<[u32]>>())
}
