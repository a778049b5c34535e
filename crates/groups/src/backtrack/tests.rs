//! Searches against brute force over all subgroups of S5, and with planted answers in larger groups.

use std::collections::BTreeMap;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::catalog::parse_group;
use crate::error::GroupError;
use crate::perm_group::PermGroup;
use crate::permutation::Permutation;

/// A subgroup of S5 with all its elements.
struct Subgroup {
    group: PermGroup,
    elements: Vec<Permutation>,
    /// By place in the sorted list of all 120 permutations: whether it is an element.
    mask: u128,
}

/// All subgroups, as closures of pairs of elements: no subgroup of S5 needs more than two generators.
fn subgroups_of_s5() -> Vec<Subgroup> {
    let all: Vec<Permutation> = PermGroup::symmetric(5).sorted_elements().collect();
    let place = |g: &Permutation| all.binary_search(g).unwrap();
    let product: Vec<Vec<usize>> = all
        .iter()
        .map(|g| all.iter().map(|h| place(&(g * h))).collect())
        .collect();
    let mut found: BTreeMap<u128, [usize; 2]> = BTreeMap::new();
    for a in 0..all.len() {
        for b in a..all.len() {
            let (mut mask, mut open) = (
                1u128 << place(&Permutation::identity(5)),
                vec![place(&Permutation::identity(5))],
            );
            while let Some(x) = open.pop() {
                for y in [product[x][a], product[x][b]] {
                    if mask >> y & 1 == 0 {
                        mask |= 1 << y;
                        open.push(y);
                    }
                }
            }
            found.entry(mask).or_insert([a, b]);
        }
    }
    let subgroup = |(mask, [a, b]): (u128, [usize; 2])| Subgroup {
        group: PermGroup::new(5, vec![all[a].clone(), all[b].clone()]).unwrap(),
        elements: (0..all.len())
            .filter(|k| mask >> k & 1 == 1)
            .map(|k| all[k].clone())
            .collect(),
        mask,
    };
    found.into_iter().map(subgroup).collect()
}

/// Whether a group consists of exactly those of some elements that have a property.
fn is_exactly(group: &PermGroup, elements: &[Permutation], property: impl Fn(&Permutation) -> bool) -> bool {
    let expected: Vec<&Permutation> = elements.iter().filter(|g| property(g)).collect();
    group.order() == expected.len().into() && expected.iter().all(|g| group.contains(g))
}

fn image(set: &[usize], g: &Permutation) -> Vec<usize> {
    let mut image: Vec<usize> = set.iter().map(|&x| g.image(x)).collect();
    image.sort_unstable();
    image
}

fn images(parts: &[Vec<usize>], g: &Permutation) -> Vec<Vec<usize>> {
    let mut images: Vec<Vec<usize>> = parts.iter().map(|part| image(part, g)).collect();
    images.sort();
    images
}

fn subsets() -> Vec<Vec<usize>> {
    (0..32usize)
        .map(|bits| (0..5).filter(|x| bits >> x & 1 == 1).collect())
        .collect()
}

/// All sets of disjoint nonempty subsets of five points: the partitions of six points, less the part of the last.
fn partial_partitions() -> Vec<Vec<Vec<usize>>> {
    let mut growing: Vec<Vec<Vec<usize>>> = vec![vec![]];
    for x in 0..6 {
        let mut longer = Vec::new();
        for parts in &growing {
            for k in 0..=parts.len() {
                let mut parts = parts.clone();
                if k == parts.len() {
                    parts.push(Vec::new());
                }
                parts[k].push(x);
                longer.push(parts);
            }
        }
        growing = longer;
    }
    for parts in &mut growing {
        parts.retain(|part| !part.contains(&5));
    }
    growing
}

#[test]
fn there_are_156_subgroups_of_s5() {
    let subgroups = subgroups_of_s5();
    assert_eq!(subgroups.len(), 156);
    for s in &subgroups {
        assert_eq!(s.group.order(), s.elements.len().into());
    }
    assert_eq!(partial_partitions().len(), 203);
}

#[test]
fn sets_under_all_subgroups_of_s5() {
    let sets = subsets();
    let (mut met, mut apart) = (0, 0);
    for Subgroup { group, elements, .. } in subgroups_of_s5() {
        for set in &sets {
            let stabilizer = group.set_stabilizer(set).unwrap();
            assert!(
                is_exactly(&stabilizer, &elements, |g| image(set, g) == *set),
                "{group:?} {set:?}"
            );
            let (smallest, g) = group.smallest_set_image(set).unwrap();
            assert_eq!(
                Some(&smallest),
                elements.iter().map(|g| image(set, g)).min().as_ref()
            );
            assert!(elements.contains(&g) && image(set, &g) == smallest);
            for other in sets.iter().filter(|other| other.len() == set.len()) {
                let exists = elements.iter().any(|g| image(set, g) == *other);
                match group.set_transporter(set, other).unwrap() {
                    Some(g) => {
                        met += 1;
                        assert!(elements.contains(&g) && image(set, &g) == *other);
                    }
                    None => {
                        apart += 1;
                        assert!(!exists, "{group:?} takes {set:?} to {other:?}");
                    }
                }
            }
        }
    }
    assert!(
        met > 5000 && apart > 5000,
        "{met} pairs in one orbit, {apart} not"
    );
}

#[test]
fn colourings_under_all_subgroups_of_s5() {
    let colourings: Vec<Vec<u32>> = (0..243u32)
        .map(|k| (0..5).map(|i| k / 3u32.pow(i) % 3).collect())
        .collect();
    let takes = |from: &[u32], to: &[u32], g: &Permutation| (0..5).all(|x| to[g.image(x)] == from[x]);
    let mut met = 0;
    for (n, Subgroup { group, elements, .. }) in subgroups_of_s5().iter().enumerate() {
        for k in (n % 5..243).step_by(5) {
            let c = &colourings[k];
            let stabilizer = group.colouring_stabilizer(c).unwrap();
            assert!(
                is_exactly(&stabilizer, elements, |g| takes(c, c, g)),
                "{group:?} {c:?}"
            );
            for d in [&colourings[(7 * k + n) % 243], &colourings[k / 3 + k % 3 * 81]] {
                let found = group.colouring_transporter(c, d).unwrap();
                met += usize::from(found.is_some());
                assert_eq!(
                    found.is_some(),
                    elements.iter().any(|g| takes(c, d, g)),
                    "{group:?} {c:?} {d:?}"
                );
                assert!(found.is_none_or(|g| elements.contains(&g) && takes(c, d, &g)));
            }
        }
    }
    assert!(met > 500, "{met}");
}

#[test]
fn partitions_under_all_subgroups_of_s5() {
    let partitions = partial_partitions();
    let (mut met, mut apart) = (0, 0);
    for (n, Subgroup { group, elements, .. }) in subgroups_of_s5().iter().enumerate() {
        for k in (n % 3..partitions.len()).step_by(3) {
            let parts = &partitions[k];
            let identity = Permutation::identity(5);
            let stabilizer = group.partition_stabilizer(parts).unwrap();
            let kept = |g: &Permutation| images(parts, g) == images(parts, &identity);
            assert!(is_exactly(&stabilizer, elements, kept), "{group:?} {parts:?}");
            let ordered = group.ordered_partition_stabilizer(parts).unwrap();
            let kept = |g: &Permutation| parts.iter().all(|part| image(part, g) == *part);
            assert!(is_exactly(&ordered, elements, kept), "{group:?} {parts:?}");
            // A partition of the same shape, which need not be in the orbit.
            let turn = Permutation::from_images((0..5).map(|x| (2 * x + n as u32) % 5).collect()).unwrap();
            let other = images(parts, &turn);
            let exists = elements.iter().any(|g| images(parts, g) == other);
            let found = group.partition_transporter(parts, &other).unwrap();
            assert_eq!(found.is_some(), exists, "{group:?} {parts:?} {other:?}");
            assert!(found.is_none_or(|g| elements.contains(&g) && images(parts, &g) == other));
            *(if exists { &mut met } else { &mut apart }) += 1;
        }
    }
    assert!(met > 500 && apart > 500, "{met} pairs in one orbit, {apart} not");
}

#[test]
fn intersections_of_all_subgroups_of_s5() {
    let subgroups = subgroups_of_s5();
    let all: Vec<Permutation> = PermGroup::symmetric(5).sorted_elements().collect();
    let mut empty = 0;
    for (i, a) in subgroups.iter().enumerate() {
        for (j, b) in subgroups[i..].iter().enumerate() {
            let common = a.group.intersection(&b.group).unwrap();
            assert_eq!(
                common.order(),
                (a.mask & b.mask).count_ones().into(),
                "{:?} {:?}",
                a.group,
                b.group
            );
            assert!(common.is_subgroup_of(&a.group) && common.is_subgroup_of(&b.group));
            if (i + j) % 7 != 0 {
                continue;
            }
            let (x, y) = (&all[(31 * i + 7 * j) % 120], &all[(17 * i + 53 * j) % 120]);
            let inside =
                |s: &Subgroup, x: &Permutation, g: &Permutation| s.elements.contains(&(g * &x.inverse()));
            let exists = all.iter().any(|g| inside(a, x, g) && inside(b, y, g));
            let found = a.group.coset_intersection(x, &b.group, y).unwrap();
            assert_eq!(found.is_some(), exists, "{:?} {x} {:?} {y}", a.group, b.group);
            empty += usize::from(!exists);
            assert!(found.is_none_or(|g| inside(a, x, &g) && inside(b, y, &g)));
        }
    }
    assert!(empty > 100, "{empty} empty intersections of cosets");
}

/// A random subset, with a planted symmetry: a union of orbits of a cyclic subgroup.
fn planted(group: &PermGroup, h: &Permutation, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let cyclic = PermGroup::new(group.degree(), vec![h.clone()]).unwrap();
    let chosen = cyclic.orbits().iter().filter(|_| rng.random_range(0..2u32) == 0);
    let set: Vec<usize> = chosen.flatten().copied().collect();
    image(&set, &group.identity())
}

#[test]
fn planted_symmetries_are_found() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    for text in [
        "M24",
        "rubik",
        "PSL(3,4)",
        "S5 wr S4",
        "A5 wr M11",
        "W(E6)",
        "S4 x M12 x S5",
        "GL(3,3)",
    ] {
        let group = parse_group(text).unwrap();
        for _ in 0..6 {
            let h = group.random_element(&mut rng);
            let set = planted(&group, &h, &mut rng);
            let stabilizer = group.set_stabilizer(&set).unwrap();
            assert!(stabilizer.contains(&h), "{text} {set:?} {h}");
            assert!(
                stabilizer
                    .generators()
                    .iter()
                    .all(|g| group.contains(g) && image(&set, g) == set)
            );
            let g = group.random_element(&mut rng);
            let moved = image(&set, &g);
            let order = group.set_stabilizer(&moved).unwrap().order();
            assert_eq!(order, stabilizer.order(), "{text} {set:?}: conjugate stabilizers");
            let found = group.set_transporter(&moved, &set).unwrap().unwrap();
            assert!(group.contains(&found) && image(&moved, &found) == set, "{text}");
            // Set stabilizers are intersections with Young subgroups.
            if group.degree() < 60 {
                let young = PermGroup::symmetric(group.degree()).set_stabilizer(&set).unwrap();
                assert!(
                    group.intersection(&young).unwrap().equals(&stabilizer),
                    "{text} {set:?}"
                );
            }
        }
    }
}

#[test]
fn smallest_images_are_canonical() {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    for text in [
        "M24",
        "PSL(2,25)",
        "S5 wr S4",
        "W(E6)",
        "S4 x M12",
        "rubik",
        "S30",
        "C60",
    ] {
        let group = parse_group(text).unwrap();
        for size in [1, 3, group.degree() / 3] {
            let mut points: Vec<usize> = (0..group.degree()).collect();
            for i in (1..points.len()).rev() {
                points.swap(i, rng.random_range(0..=i as u64) as usize);
            }
            let set = image(&points[..size], &group.identity());
            let (smallest, g) = group.smallest_set_image(&set).unwrap();
            assert!(
                group.contains(&g) && image(&set, &g) == smallest && smallest <= set,
                "{text}"
            );
            let h = group.random_element(&mut rng);
            assert_eq!(
                group.smallest_set_image(&image(&set, &h)).unwrap().0,
                smallest,
                "{text} {set:?}"
            );
            let (tuple, g) = group.smallest_tuple_image(&points[..size]).unwrap();
            assert!(group.contains(&g));
            assert_eq!(
                tuple,
                points[..size].iter().map(|&x| g.image(x)).collect::<Vec<_>>()
            );
            let moved: Vec<usize> = points[..size].iter().map(|&x| h.image(x)).collect();
            assert_eq!(group.smallest_tuple_image(&moved).unwrap().0, tuple, "{text}");
        }
    }
}

#[test]
fn orbits_of_sets_have_one_smallest_image() {
    // The number of orbits of M11 on k-sets of 11 points, from the cycle index; 5-sets fall apart.
    let m11 = parse_group("M11").unwrap();
    let mut images = std::collections::BTreeSet::new();
    let mut total = 0usize;
    for bits in (0..1usize << 11).filter(|bits: &usize| bits.count_ones() == 5) {
        let set: Vec<usize> = (0..11).filter(|x| bits >> x & 1 == 1).collect();
        images.insert(m11.smallest_set_image(&set).unwrap().0);
        total += 1;
    }
    let length = |set: &Vec<usize>| {
        let index = m11.order() / m11.set_stabilizer(set).unwrap().order();
        usize::try_from(index).unwrap()
    };
    assert_eq!(images.iter().map(length).sum::<usize>(), total);
}

#[test]
fn giants_and_products_do_not_explode() {
    // Degrees, groups and the orders that Young subgroups and wreath products have.
    let factorial = crate::factorization::factorial;
    let s = parse_group("S60").unwrap();
    let set: Vec<usize> = (0..60).step_by(3).collect();
    assert_eq!(
        s.set_stabilizer(&set).unwrap().order(),
        factorial(20) * factorial(40)
    );
    let a = parse_group("A60").unwrap();
    assert_eq!(
        a.set_stabilizer(&set).unwrap().order(),
        factorial(20) * factorial(40) / 2u32
    );
    let triples: Vec<Vec<usize>> = set.iter().map(|&x| vec![x, x + 1, x + 2]).collect();
    let wreath = factorial(20) * factorial(3).pow(20);
    assert_eq!(s.partition_stabilizer(&triples).unwrap().order(), wreath);
    assert_eq!(a.partition_stabilizer(&triples).unwrap().order(), wreath / 2u32);
    // Ten of each block of S_20 ≀ S_5 are chosen: S_2 permutes the halves of no block, S_5 the blocks.
    let w = parse_group("S20 wr S5").unwrap();
    let even: Vec<usize> = (0..100).step_by(2).collect();
    let expected = factorial(10).pow(10) * factorial(5);
    assert_eq!(w.set_stabilizer(&even).unwrap().order(), expected);
}

#[test]
fn degenerate_groups_and_objects() {
    for degree in 0..3 {
        for group in [PermGroup::trivial(degree), PermGroup::symmetric(degree)] {
            let all: Vec<usize> = (0..degree).collect();
            assert_eq!(group.set_stabilizer(&all).unwrap().order(), group.order());
            assert_eq!(group.set_stabilizer(&[]).unwrap().order(), group.order());
            assert_eq!(
                group
                    .partition_stabilizer(&[all.clone(), vec![]])
                    .unwrap()
                    .order(),
                group.order()
            );
            assert_eq!(group.intersection(&group).unwrap().order(), group.order());
            assert_eq!(group.smallest_set_image(&all).unwrap().0, all);
            assert_eq!(group.smallest_tuple_image(&all).unwrap().0, all);
            assert!(group.set_transporter(&all, &all).unwrap().is_some());
        }
    }
}

#[test]
fn bad_input_is_refused() {
    let group = parse_group("M11").unwrap();
    let out_of_range = GroupError::PointOutOfRange {
        point: 11,
        degree: 11,
    };
    assert_eq!(group.set_stabilizer(&[0, 11]).unwrap_err(), out_of_range);
    assert_eq!(group.smallest_set_image(&[11]).unwrap_err(), out_of_range);
    assert_eq!(group.smallest_tuple_image(&[11]).unwrap_err(), out_of_range);
    assert_eq!(
        group.partition_stabilizer(&[vec![1], vec![11]]).unwrap_err(),
        out_of_range
    );
    assert!(matches!(
        group.set_transporter(&[0], &[4, 4]).unwrap_err(),
        GroupError::NotDistinct { point: 4, .. }
    ));
    assert!(matches!(
        group.partition_stabilizer(&[vec![1, 2], vec![2]]).unwrap_err(),
        GroupError::NotDistinct { point: 2, .. }
    ));
    assert!(matches!(
        group.colouring_stabilizer(&[0; 10]).unwrap_err(),
        GroupError::ShapeMismatch {
            got: 10,
            expected: 11,
            ..
        }
    ));
    assert!(matches!(
        group.intersection(&PermGroup::symmetric(12)).unwrap_err(),
        GroupError::DegreeMismatch {
            got: 12,
            expected: 11,
            ..
        }
    ));
}

#[test]
fn a_wreath_product_of_large_degree() {
    // S_8 ≀ PSL(2,125): three points of each of the first blocks, none of the others but one.
    let group = parse_group("S8 wr PSL(2,125)").unwrap();
    let factorial = crate::factorization::factorial;
    let set: Vec<usize> = (0..24).filter(|x| x % 8 < 3).chain([1007]).collect();
    let stabilizer = group.set_stabilizer(&set).unwrap();
    // The blocks 0 to 2 are permuted as by the stabilizer of a 3-set that fixes one more point.
    let psl = parse_group("PSL(2,125)")
        .unwrap()
        .set_stabilizer(&[0, 1, 2])
        .unwrap();
    let top = psl.stabilizer(125).unwrap().order();
    let inside = (factorial(3) * factorial(5)).pow(3) * factorial(7) * factorial(8).pow(122);
    assert_eq!(stabilizer.order(), inside * top);
    assert!(stabilizer.generators().iter().all(|g| image(&set, g) == set));
    assert!(group.set_transporter(&set, &set[1..]).unwrap().is_none());
    let mut other = set.clone();
    other[0] = 30;
    assert!(group.set_transporter(&set, &other).unwrap().is_none());
    let g = &group.generators()[0] * &group.generators()[1];
    let moved = image(&set, &g);
    let found = group.set_transporter(&set, &moved).unwrap().unwrap();
    assert_eq!(image(&set, &found), moved);
}

#[test]
fn orbits_on_sets_agree_with_burnside() {
    // The number of orbits on all sets is the number of colourings with two colours.
    for text in [
        "M11",
        "M12",
        "PSL(2,11)",
        "D9",
        "S3 wr S3",
        "S4 x A4",
        "C8",
        "()",
        "AGL(3,2)",
    ] {
        let group = parse_group(text).unwrap();
        let mut total = 0;
        for size in 0..=group.degree() {
            let sets = group.set_orbit_representatives(size, 10_000).unwrap();
            assert!(sets.is_sorted() && sets.iter().all(|set| set.len() == size));
            for set in &sets {
                assert_eq!(group.smallest_set_image(set).unwrap().0, *set, "{text}");
            }
            total += sets.len();
        }
        assert_eq!(
            group.number_of_colourings(&2u32.into()).unwrap(),
            total.into(),
            "{text}"
        );
    }
    // M24 on sets of up to twelve points (J. Conway, in *Finite Simple Groups*, 1971).
    let m24 = parse_group("M24").unwrap();
    let counts = (0..=12).map(|k| m24.set_orbit_representatives(k, 100).unwrap().len());
    assert_eq!(
        counts.collect::<Vec<_>>(),
        [1, 1, 1, 1, 1, 1, 2, 2, 3, 3, 3, 3, 5]
    );
    assert!(matches!(
        m24.set_orbit_representatives(8, 2).unwrap_err(),
        GroupError::Limit { limit: 2, .. }
    ));
    assert!(matches!(
        m24.set_orbit_representatives(25, 2).unwrap_err(),
        GroupError::Domain { .. }
    ));
}

#[test]
fn rows_and_columns_have_the_grid_in_common() {
    // S_7 ≀ S_7 on the rows of a square, and on its columns: both keep the square's S_7 × S_7.
    let rows = parse_group("S7 wr S7").unwrap();
    let turn = Permutation::from_images((0..49).map(|x| x % 7 * 7 + x / 7).collect()).unwrap();
    let generators = rows.generators().iter().map(|g| g.conjugate_by(&turn)).collect();
    let columns = PermGroup::new(49, generators).unwrap();
    let grid = rows.intersection(&columns).unwrap();
    assert_eq!(grid.order(), crate::factorization::factorial(7).pow(2));
    let even = grid.intersection(&PermGroup::alternating(49)).unwrap();
    assert_eq!(even.order() * 2u32, grid.order());
    // The turn takes rows to columns, so no element of the group of the rows does what it does.
    assert!(
        rows.coset_intersection(&turn, &rows, &rows.identity())
            .unwrap()
            .is_none()
    );
    assert!(rows.coset_intersection(&turn, &columns, &turn).unwrap().is_some());
}
