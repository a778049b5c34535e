//! Centralizers and conjugating elements in full wreath products.
//!
//! An element x of H ≀ B is written (h_j; b): (j, i)^x = (j^b, i^(h_j)). With g = (g_j; s), g⁻¹xg = x' = (h'_j; b') holds
//! if and only if s⁻¹bs = b' and g_(j^b) = h_j⁻¹ g_j h'_(j^s) for all j. Going once around the cycle of b through j, this
//! says that g_j conjugates the product a of the h around the cycle to that of the h' around the image of the cycle; and
//! g_j, chosen so for one j of each cycle, determines the others. So s is any element of B that conjugates b to b' and
//! carries cycles to cycles whose products are conjugate in H, and the centralizer has order |S| ∏ |C_H(a)| with S the
//! group of these s for x' = x. (James and Kerber, *The Representation Theory of the Symmetric Group*, §4.2.)

use num_bigint::BigUint;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::elements;
use super::wreath::all_cycles;
use crate::error::GroupError;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;
use crate::schreier_sims::chain_of_order;
use crate::shape::Wreath;

/// An element in coordinates.
struct Coordinates {
    /// b.
    top: Permutation,
    /// The h_j.
    entries: Vec<Permutation>,
    cycles: Vec<Vec<usize>>,
    /// For each j: the number of its cycle, and the product of the entries from the start of the cycle up to j.
    cycle_of: Vec<usize>,
    prefix: Vec<Permutation>,
    /// For each cycle, the product around it from its start.
    products: Vec<Permutation>,
}

impl Coordinates {
    fn new(wreath: &Wreath, x: &Permutation) -> Self {
        let blocks = wreath.points.len();
        let size = wreath.inner.degree();
        let mut place = vec![(0, 0); blocks * size];
        for (j, points) in wreath.points.iter().enumerate() {
            points.iter().enumerate().for_each(|(i, &p)| place[p] = (j, i));
        }
        let mut top = vec![0u32; blocks];
        let mut entries = Vec::with_capacity(blocks);
        for (j, points) in wreath.points.iter().enumerate() {
            top[j] = place[x.image(points[0])].0 as u32;
            let entry: Box<[u32]> = points.iter().map(|&p| place[x.image(p)].1 as u32).collect();
            entries.push(Permutation::from_images_unchecked(entry));
        }
        let top = Permutation::from_images_unchecked(top);
        let cycles = all_cycles(&top);
        let mut cycle_of = vec![0; blocks];
        let mut prefix = vec![Permutation::identity(size); blocks];
        let mut products = Vec::with_capacity(cycles.len());
        for (c, cycle) in cycles.iter().enumerate() {
            let mut product = Permutation::identity(size);
            for &j in cycle {
                cycle_of[j] = c;
                prefix[j] = product.clone();
                product = &product * &entries[j];
            }
            products.push(product);
        }
        Self {
            top,
            entries,
            cycles,
            cycle_of,
            prefix,
            products,
        }
    }
}

/// One product around a cycle up to conjugacy: the class, and what conjugates its representative to the product.
struct Classified {
    class: usize,
    from_representative: Permutation,
}

fn classify(
    inner: &PermGroup,
    products: &[Permutation],
    representatives: &mut Vec<Permutation>,
) -> Result<Vec<Classified>, GroupError> {
    let mut all: Vec<Classified> = Vec::with_capacity(products.len());
    'products: for (k, product) in products.iter().enumerate() {
        if let Some(same) = (0..k).find(|&i| products[i] == *product) {
            let class = all[same].class;
            let from_representative = all[same].from_representative.clone();
            all.push(Classified {
                class,
                from_representative,
            });
            continue;
        }
        for (class, representative) in representatives.iter().enumerate() {
            if let Some(from_representative) = inner.conjugating_element(representative, product)? {
                all.push(Classified {
                    class,
                    from_representative,
                });
                continue 'products;
            }
        }
        all.push(Classified {
            class: representatives.len(),
            from_representative: inner.identity(),
        });
        representatives.push(product.clone());
    }
    Ok(all)
}

fn colours(x: &Coordinates, classified: &[Classified]) -> Vec<u32> {
    x.cycle_of.iter().map(|&c| classified[c].class as u32).collect()
}

/// The element (g_j; s) that conjugates x to y, whose coordinate at the start of each cycle of x is given.
fn lift(
    wreath: &Wreath,
    (x, y): (&Coordinates, &Coordinates),
    s: &Permutation,
    starts: &[Permutation],
) -> Permutation {
    let mut images = vec![0u32; wreath.points.len() * wreath.inner.degree()];
    for (cycle, start) in x.cycles.iter().zip(starts) {
        let mut g = start.clone();
        for &j in cycle {
            let to = s.image(j);
            for (i, &p) in wreath.points[j].iter().enumerate() {
                images[p] = wreath.points[to][g.image(i)] as u32;
            }
            g = &(&x.entries[j].inverse() * &g) * &y.entries[to];
        }
    }
    Permutation::from_images_unchecked(images)
}

/// For each cycle of x, u⁻¹ z v p: it conjugates the product a to the representative of its class, keeps that by z, and
/// goes on to the product around the image of the cycle, from the image of its start.
fn starts(
    (x, of_x): (&Coordinates, &[Classified]),
    (y, of_y): (&Coordinates, &[Classified]),
    s: &Permutation,
    mut commuting: impl FnMut(usize) -> Option<Permutation>,
) -> Vec<Permutation> {
    let start = |(c, cycle): (usize, &Vec<usize>)| {
        let to = s.image(cycle[0]);
        let target = &of_y[y.cycle_of[to]];
        let mut g = of_x[c].from_representative.inverse();
        if let Some(z) = commuting(of_x[c].class) {
            g = &g * &z;
        }
        &(&g * &target.from_representative) * &y.prefix[to]
    };
    x.cycles.iter().enumerate().map(start).collect()
}

/// The centralizer of an element of a wreath product.
pub(super) fn centralizer(wreath: &Wreath, x: &Permutation) -> Result<PermGroup, GroupError> {
    let coordinates = Coordinates::new(wreath, x);
    let mut representatives = Vec::new();
    let classified = classify(&wreath.inner, &coordinates.products, &mut representatives)?;
    let inner: Vec<PermGroup> = representatives
        .iter()
        .map(|a| wreath.inner.element_centralizer(a))
        .collect::<Result<_, _>>()?;
    let colours = colours(&coordinates, &classified);
    let outer = elements::centralizer(&wreath.outer, &coordinates.top, Some(&colours))?;
    let order = classified
        .iter()
        .fold(outer.order(), |order: BigUint, c| order * inner[c.class].order());
    let mut rng = ChaCha8Rng::seed_from_u64(0xce27 ^ x.degree() as u64);
    let both = (&coordinates, &classified[..]);
    // Uniform elements, so that the known order proves the chain.
    let chain = chain_of_order(x.degree(), &[], &order, || {
        let s = outer.random_element(&mut rng);
        let starts = starts(both, both, &s, |class| {
            Some(inner[class].random_element(&mut rng))
        });
        lift(wreath, (&coordinates, &coordinates), &s, &starts)
    });
    Ok(PermGroup::from_chain(chain.generators(), chain))
}

/// An element of a wreath product that conjugates one of its elements to another.
pub(super) fn conjugator(
    wreath: &Wreath,
    x: &Permutation,
    y: &Permutation,
) -> Result<Option<Permutation>, GroupError> {
    if x.cycle_type() != y.cycle_type() {
        return Ok(None);
    }
    let (x, y) = (Coordinates::new(wreath, x), Coordinates::new(wreath, y));
    let mut representatives = Vec::new();
    let of_x = classify(&wreath.inner, &x.products, &mut representatives)?;
    let of_y = classify(&wreath.inner, &y.products, &mut representatives)?;
    let (before, after) = (colours(&x, &of_x), colours(&y, &of_y));
    let s = elements::conjugator(&wreath.outer, &x.top, &y.top, Some((&before, &after)))?;
    Ok(s.map(|s| {
        let starts = starts((&x, &of_x), (&y, &of_y), &s, |_| None);
        lift(wreath, (&x, &y), &s, &starts)
    }))
}
