//! Colourings under symmetric and alternating groups, direct products and wreath products: no search on the whole.
//!
//! * The stabilizer of a colouring in S_n is the Young subgroup of its classes, in A_n the even part of it.
//! * In a direct product on disjoint sets it is the product of the stabilizers in the factors.
//! * In H ≀ B the colouring restricted to block j is a colouring d_j of the places of H. Take a representative of each
//!   H-orbit of these and t_j ∈ H that takes it to d_j. An element (b; h_j) takes the blocks to blocks with a colouring
//!   in the same orbit, so b keeps the colouring of the blocks by orbits; and for each such b the elements (b; t_j⁻¹ t_{j^b})
//!   keep all colours. The rest is the product of the stabilizers t_j⁻¹ Stab t_j of the d_j.
//!
//! The base of such a group is about as long as its degree is large, and a search visits a node for each point of the base
//! for each generator it finds; here the searches are on the blocks, the places and the factors.

use num_bigint::BigUint;
use num_traits::One;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::error::GroupError;
use crate::factorization::factorial;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;
use crate::schreier_sims::chain_of_order;
use crate::shape::{Factor, Shape, Wreath};

/// The degree times the base length up to which a search is as fast as finding out what a group is made of.
const SMALL: usize = 1 << 14;

/// The shape of a group that colourings are not searched in.
pub(super) enum Parts<'a> {
    /// S_n, or A_n if the flag is set.
    Giant {
        even: bool,
    },
    Product(&'a [Factor]),
    Wreath(&'a Wreath),
}

impl PermGroup {
    /// What the group is made of, if that makes a search on all points needless.
    pub(super) fn parts_for_colourings(&self) -> Option<Parts<'_>> {
        if self.degree() < 3 {
            return None;
        }
        let (order, all) = (self.order(), factorial(self.degree()));
        if order == all {
            return Some(Parts::Giant { even: false });
        }
        if order * 2u32 == all {
            return Some(Parts::Giant { even: true });
        }
        if self.degree() * self.chain().len() <= SMALL {
            return None;
        }
        match self.shape() {
            Shape::Product(factors) => Some(Parts::Product(factors)),
            Shape::Wreath(wreath) => Some(Parts::Wreath(wreath)),
            Shape::Symmetric | Shape::Alternating | Shape::Other => None,
        }
    }
}

impl Parts<'_> {
    /// The stabilizer of a colouring.
    pub(super) fn stabilizer(&self, colours: &[u32]) -> Result<PermGroup, GroupError> {
        match self {
            Self::Giant { even } => Ok(young_subgroup(colours, *even)),
            Self::Product(factors) => stabilizer_in_product(factors, colours),
            Self::Wreath(wreath) => stabilizer_in_wreath(wreath, colours),
        }
    }

    /// An element that takes one colouring to another, if there is one.
    pub(super) fn transporter(&self, from: &[u32], to: &[u32]) -> Result<Option<Permutation>, GroupError> {
        match self {
            Self::Giant { even } => Ok(transporter_in_giant(from, to, *even)),
            Self::Product(factors) => transporter_in_product(factors, from, to),
            Self::Wreath(wreath) => transporter_in_wreath(wreath, from, to),
        }
    }
}

/// The points of each colour, by colour, ascending.
fn classes_of(colours: &[u32]) -> Vec<Vec<usize>> {
    let mut points: Vec<usize> = (0..colours.len()).collect();
    points.sort_by_key(|&x| colours[x]);
    points
        .chunk_by(|&x, &y| colours[x] == colours[y])
        .map(<[usize]>::to_vec)
        .collect()
}

/// The permutation that moves the points of a list along it in a cycle.
fn cycle(degree: usize, points: &[usize]) -> Permutation {
    let mut images: Vec<u32> = (0..degree as u32).collect();
    for (k, &x) in points.iter().enumerate() {
        images[x] = points[(k + 1) % points.len()] as u32;
    }
    Permutation::from_images_unchecked(images)
}

fn young_subgroup(colours: &[u32], even: bool) -> PermGroup {
    let degree = colours.len();
    let mut classes = classes_of(colours);
    classes.retain(|class| class.len() > 1);
    let mut generators = Vec::new();
    for class in &classes {
        if even {
            // Three-cycles that share two points in turn generate the alternating group.
            generators.extend(class.windows(3).map(|three| cycle(degree, three)));
        } else {
            generators.push(cycle(degree, &class[..2]));
            if class.len() > 2 {
                generators.push(cycle(degree, class));
            }
        }
    }
    if even && let [first, others @ ..] = classes.as_slice() {
        let swap = cycle(degree, &first[..2]);
        generators.extend(others.iter().map(|class| &swap * &cycle(degree, &class[..2])));
    }
    let mut order = classes
        .iter()
        .fold(BigUint::one(), |order, class| order * factorial(class.len()));
    if even && !classes.is_empty() {
        order >>= 1;
    }
    let symmetric: Vec<PermGroup> = classes
        .iter()
        .map(|class| PermGroup::symmetric(class.len()))
        .collect();
    let swap = classes.first().map(|class| cycle(degree, &class[..2]));
    group_of_order(degree, generators, &order, |rng| {
        let mut images: Vec<u32> = (0..degree as u32).collect();
        for (class, group) in classes.iter().zip(&symmetric) {
            put(&mut images, class, class, &group.random_element(rng));
        }
        let g = Permutation::from_images_unchecked(images);
        match &swap {
            Some(swap) if even && !g.is_even() => &g * swap,
            _ => g,
        }
    })
}

/// A group whose order is known, with a way to draw its elements uniformly.
fn group_of_order(
    degree: usize,
    generators: Vec<Permutation>,
    order: &BigUint,
    draw: impl Fn(&mut ChaCha8Rng) -> Permutation,
) -> PermGroup {
    let mut rng = ChaCha8Rng::seed_from_u64(0xc0105 ^ degree as u64);
    let chain = chain_of_order(degree, &[], order, || draw(&mut rng));
    PermGroup::from_chain(generators, chain)
}

/// Lets the k-th point of a list go where g says in another.
fn put(images: &mut [u32], from: &[usize], to: &[usize], g: &Permutation) {
    for (k, &x) in from.iter().enumerate() {
        images[x] = to[g.image(k)] as u32;
    }
}

/// The permutation that does on some points what g does on their places, and nothing elsewhere.
fn embed(degree: usize, points: &[usize], g: &Permutation) -> Permutation {
    let mut images: Vec<u32> = (0..degree as u32).collect();
    put(&mut images, points, points, g);
    Permutation::from_images_unchecked(images)
}

fn transporter_in_giant(from: &[u32], to: &[u32], even: bool) -> Option<Permutation> {
    let (left, right) = (classes_of(from), classes_of(to));
    let same = |(a, b): (&Vec<usize>, &Vec<usize>)| a.len() == b.len() && from[a[0]] == to[b[0]];
    if left.len() != right.len() || !left.iter().zip(&right).all(same) {
        return None;
    }
    let mut images = vec![0; from.len()];
    for (a, b) in left.iter().zip(&right) {
        a.iter().zip(b).for_each(|(&x, &y)| images[x] = y as u32);
    }
    let g = Permutation::from_images_unchecked(images);
    if !even || g.is_even() {
        return Some(g);
    }
    let class = right.iter().find(|class| class.len() > 1)?;
    Some(&g * &cycle(from.len(), &class[..2]))
}

fn colours_at(colours: &[u32], points: &[usize]) -> Vec<u32> {
    points.iter().map(|&x| colours[x]).collect()
}

fn stabilizer_in_product(factors: &[Factor], colours: &[u32]) -> Result<PermGroup, GroupError> {
    let degree = colours.len();
    let stabilizer = |factor: &Factor| {
        factor
            .group
            .colouring_stabilizer(&colours_at(colours, &factor.points))
    };
    let stabilizers: Vec<PermGroup> = factors.iter().map(stabilizer).collect::<Result<_, _>>()?;
    let mut generators = Vec::new();
    for (factor, stabilizer) in factors.iter().zip(&stabilizers) {
        let moving = stabilizer.generators().iter().filter(|g| !g.is_identity());
        generators.extend(moving.map(|g| embed(degree, &factor.points, g)));
    }
    let order = stabilizers
        .iter()
        .fold(BigUint::one(), |order, s| order * s.order());
    Ok(group_of_order(degree, generators, &order, |rng| {
        let mut images: Vec<u32> = (0..degree as u32).collect();
        for (factor, stabilizer) in factors.iter().zip(&stabilizers) {
            put(
                &mut images,
                &factor.points,
                &factor.points,
                &stabilizer.random_element(rng),
            );
        }
        Permutation::from_images_unchecked(images)
    }))
}

fn transporter_in_product(
    factors: &[Factor],
    from: &[u32],
    to: &[u32],
) -> Result<Option<Permutation>, GroupError> {
    let mut images: Vec<u32> = (0..from.len() as u32).collect();
    let mut fixed = vec![true; from.len()];
    for Factor { points, group } in factors {
        let found = group.colouring_transporter(&colours_at(from, points), &colours_at(to, points))?;
        let Some(g) = found else { return Ok(None) };
        put(&mut images, points, points, &g);
        points.iter().for_each(|&x| fixed[x] = false);
    }
    let fits = (0..from.len()).all(|x| !fixed[x] || from[x] == to[x]);
    Ok(fits.then(|| Permutation::from_images_unchecked(images)))
}

/// The colourings of blocks, up to the inner group.
struct InnerOrbits<'a> {
    inner: &'a PermGroup,
    representatives: Vec<Vec<u32>>,
}

impl InnerOrbits<'_> {
    /// The number of the orbit of a colouring, and an element that takes the representative to it.
    fn place(&mut self, colours: Vec<u32>) -> Result<(u32, Permutation), GroupError> {
        for (k, known) in self.representatives.iter().enumerate() {
            if let Some(t) = self.inner.colouring_transporter(known, &colours)? {
                return Ok((k as u32, t));
            }
        }
        self.representatives.push(colours);
        Ok((self.representatives.len() as u32 - 1, self.inner.identity()))
    }

    /// For each block, the number of the orbit and the element.
    fn place_all(
        &mut self,
        wreath: &Wreath,
        colours: &[u32],
    ) -> Result<(Vec<u32>, Vec<Permutation>), GroupError> {
        let blocks = wreath
            .points
            .iter()
            .map(|points| self.place(colours_at(colours, points)));
        Ok(blocks.collect::<Result<Vec<_>, _>>()?.into_iter().unzip())
    }
}

fn inner_orbits(wreath: &Wreath) -> InnerOrbits<'_> {
    InnerOrbits {
        inner: &wreath.inner,
        representatives: Vec::new(),
    }
}

/// The element (b; s_j⁻¹ t_{j^b}).
fn lifted(
    wreath: &Wreath,
    degree: usize,
    b: &Permutation,
    s: &[Permutation],
    t: &[Permutation],
) -> Permutation {
    let mut images = vec![0; degree];
    for (j, from) in wreath.points.iter().enumerate() {
        let to = b.image(j);
        put(&mut images, from, &wreath.points[to], &(&s[j].inverse() * &t[to]));
    }
    Permutation::from_images_unchecked(images)
}

fn stabilizer_in_wreath(wreath: &Wreath, colours: &[u32]) -> Result<PermGroup, GroupError> {
    let degree = colours.len();
    let mut orbits = inner_orbits(wreath);
    let (orbit_of, carry) = orbits.place_all(wreath, colours)?;
    let stabilizer = |colours: &Vec<u32>| wreath.inner.colouring_stabilizer(colours);
    let inner: Vec<PermGroup> = orbits
        .representatives
        .iter()
        .map(stabilizer)
        .collect::<Result<_, _>>()?;
    let outer = wreath.outer.colouring_stabilizer(&orbit_of)?;
    let mut generators: Vec<Permutation> = Vec::new();
    // The lifts conjugate the stabilizers of the blocks of one orbit into one another.
    for orbit in outer.orbits() {
        let j = orbit[0];
        let moving = inner[orbit_of[j] as usize]
            .generators()
            .iter()
            .filter(|g| !g.is_identity());
        generators.extend(moving.map(|g| embed(degree, &wreath.points[j], &g.conjugate_by(&carry[j]))));
    }
    generators.extend(
        outer
            .generators()
            .iter()
            .map(|b| lifted(wreath, degree, b, &carry, &carry)),
    );
    let order = orbit_of
        .iter()
        .fold(outer.order(), |order, &k| order * inner[k as usize].order());
    Ok(group_of_order(degree, generators, &order, |rng| {
        // A random element of the product of the stabilizers is put between the two halves of the lift.
        let turned = |j: usize| &inner[orbit_of[j] as usize].random_element(rng) * &carry[j];
        let turned: Vec<Permutation> = (0..orbit_of.len()).map(turned).collect();
        lifted(wreath, degree, &outer.random_element(rng), &carry, &turned)
    }))
}

fn transporter_in_wreath(
    wreath: &Wreath,
    from: &[u32],
    to: &[u32],
) -> Result<Option<Permutation>, GroupError> {
    let mut orbits = inner_orbits(wreath);
    let (left, s) = orbits.place_all(wreath, from)?;
    let (right, t) = orbits.place_all(wreath, to)?;
    let b = wreath.outer.colouring_transporter(&left, &right)?;
    Ok(b.map(|b| lifted(wreath, from.len(), &b, &s, &t)))
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::*;
    use crate::backtrack::rbase::Problem;
    use crate::catalog::parse_group;

    fn parts_of(group: &PermGroup) -> Parts<'_> {
        match group.shape() {
            Shape::Symmetric => Parts::Giant { even: false },
            Shape::Alternating => Parts::Giant { even: true },
            Shape::Product(factors) => Parts::Product(factors),
            Shape::Wreath(wreath) => Parts::Wreath(wreath),
            Shape::Other => panic!("a group without a shape"),
        }
    }

    fn takes(from: &[u32], to: &[u32], g: &Permutation) -> bool {
        (0..from.len()).all(|x| to[g.image(x)] == from[x])
    }

    /// The answers of the parts are those of the search on all points.
    #[test]
    fn parts_answer_as_the_search_does() {
        let mut rng = ChaCha8Rng::seed_from_u64(6);
        let (mut met, mut apart) = (0, 0);
        for text in [
            "S7",
            "A7",
            "S4 x A5 x M11",
            "S3 wr C4",
            "A4 wr S3",
            "C4 wr A4",
            "M11 wr S3",
            "C2 wr S3 wr S3",
            "(1,2,3,4),(1,2),(6,7,8),(9,10)",
        ] {
            let group = parse_group(text).unwrap();
            let parts = parts_of(&group);
            for round in 0..20u32 {
                let colour = |_| rng.random_range(0..2 + round % 3);
                let from: Vec<u32> = (0..group.degree()).map(colour).collect();
                let by_parts = parts.stabilizer(&from).unwrap();
                let problem = Problem::new(&group).unwrap().colours(from.clone(), from.clone());
                assert!(by_parts.equals(&problem.subgroup()), "{text} {from:?}");
                let generated = PermGroup::new(group.degree(), by_parts.generators().to_vec()).unwrap();
                assert_eq!(
                    generated.order(),
                    by_parts.order(),
                    "{text} {from:?}: the generators"
                );
                // An image, the same with two points exchanged, and the image under a permutation outside.
                let g = group.random_element(&mut rng);
                let mut to = vec![0; group.degree()];
                (0..to.len()).for_each(|x| to[g.image(x)] = from[x]);
                let mut other = to.clone();
                other.swap(0, group.degree() - 1);
                other.swap(1, group.degree() / 2);
                for to in [to, other] {
                    let problem = |from: &[u32], to: &[u32]| {
                        Ok(Problem::new(&group)?.colours(from.to_vec(), to.to_vec()))
                    };
                    let found = problem(&from, &to)
                        .unwrap()
                        .element(|| problem(&to, &from))
                        .unwrap();
                    let by_parts = parts.transporter(&from, &to).unwrap();
                    assert_eq!(found.is_some(), by_parts.is_some(), "{text} {from:?} {to:?}");
                    *(if found.is_some() { &mut met } else { &mut apart }) += 1;
                    for g in [found, by_parts].into_iter().flatten() {
                        assert!(
                            group.contains(&g) && takes(&from, &to, &g),
                            "{text} {from:?} {to:?}"
                        );
                    }
                }
            }
        }
        assert!(met > 180 && apart > 20, "{met} pairs in one orbit, {apart} not");
    }
}
