//! C03, C05, C06, C07: orbits partition, stabilizers along an orbit, cosets, types of orbits.
//!
//! Permutations act from the right in the library and from the left in the catalogue: g·x is the image of x under g, and
//! the product gh, first h then g, is `h * g`.

use std::collections::{BTreeMap, BTreeSet};

use groups::{PermGroup, Permutation, subgroups::SubgroupLattice};
use rand::RngExt;

use super::short::{Evidence, Short};
use crate::BridgeError;
use crate::claim::{About, Area, Verdict};
use crate::finite::{FiniteAction, named_group, tuples};

/// Small actions, whose points and elements are all gone through.
const ACTIONS: [(&str, &str); 7] = [
    ("S3", "points"),
    ("S4", "2-subsets"),
    ("D4", "2-colourings of the 2x2 grid"),
    ("C6", "binary necklaces of length 6"),
    ("D6", "2-colourings"),
    ("A4", "3-colourings of 4 points"),
    ("7:3", "3-subsets of Z7"),
];

const MOST_POINTS: usize = 1 << 12;

/// An action written out: the elements of the group, and where each sends the points.
struct Table {
    name: String,
    elements: Vec<Permutation>,
    moves: Vec<Vec<usize>>,
    points: usize,
}

impl Table {
    fn of((group, points): (&str, &str)) -> Result<Self, BridgeError> {
        let action = FiniteAction::parse(group, points)?;
        let all = action.elements(MOST_POINTS)?;
        let number: BTreeMap<&[u32], usize> =
            all.iter().enumerate().map(|(i, x)| (x.as_slice(), i)).collect();
        let elements: Vec<Permutation> = action.group().elements().collect();
        let image = |g: &Permutation| all.iter().map(|x| number[action.act(x, g).as_slice()]).collect();
        Ok(Table {
            name: format!("{group} on {points}"),
            moves: elements.iter().map(image).collect(),
            points: all.len(),
            elements,
        })
    }

    /// G_x, as a set of elements.
    fn stabilizer(&self, x: usize) -> BTreeSet<&Permutation> {
        let fixing = self.elements.iter().zip(&self.moves).filter(|(_, to)| to[x] == x);
        fixing.map(|(g, _)| g).collect()
    }
}

/// What can be reached from every point by one of the maps.
fn reached(points: usize, maps: &[Vec<usize>]) -> Vec<BTreeSet<usize>> {
    (0..points)
        .map(|x| maps.iter().map(|to| to[x]).collect())
        .collect()
}

/// What can be reached from every point by any number of steps.
fn reached_in_steps(points: usize, maps: &[Vec<usize>]) -> Vec<BTreeSet<usize>> {
    let from = |x| {
        let (mut seen, mut next) = (BTreeSet::from([x]), vec![x]);
        while let Some(y) = next.pop() {
            next.extend(maps.iter().map(|to| to[y]).filter(|&z| seen.insert(z)));
        }
        seen
    };
    (0..points).map(from).collect()
}

/// Whether sets, one for each point, partition the points; else where they do not.
fn breaks(sets: &[BTreeSet<usize>]) -> Option<(usize, usize)> {
    let own = (0..sets.len()).find(|x| !sets[*x].contains(x)).map(|x| (x, x));
    own.or_else(|| {
        let pairs = sets
            .iter()
            .enumerate()
            .flat_map(|(x, set)| set.iter().map(move |&y| (x, y)));
        pairs.into_iter().find(|&(x, y)| sets[x] != sets[y])
    })
}

const PARTITION_CARD: About = About {
    code: "C03",
    id: "orbit-partition",
    area: Area::Groups,
    statement: "The orbits of a group are disjoint and cover the set: being moved to each other is an equivalence.",
    formula: "G·x ∩ G·y ≠ ∅  ⇒  G·x = G·y",
    source: "textbook; Seress, Permutation Group Algorithms, §1.1",
    control: "The points that a map which is not invertible leads to partition the set as well.",
    expected: Verdict::Holds,
};

pub(super) static PARTITION: Short = Short {
    about: &PARTITION_CARD,
    exact: |_| {
        let mut evidence = Evidence::exact(
            "The images of every point under all elements are compared with what its own images reach.",
        );
        for case in ACTIONS {
            let table = Table::of(case)?;
            let orbits = reached(table.points, &table.moves);
            let broken = breaks(&orbits);
            evidence.case(broken.is_none(), || format!("{}: {broken:?}", table.name));
            let whole: usize = orbits
                .iter()
                .collect::<BTreeSet<_>>()
                .iter()
                .map(|orbit| orbit.len())
                .sum();
            evidence.equal(
                &format!("sum of the orbits of {}", table.name),
                whole,
                table.points,
            );
        }
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng("orbit-partition");
        let mut evidence = Evidence::statistical(
            "A walk along generators from x ends in y; the orbit of y, walked again, is that of x.",
            context,
        );
        for (group, points) in ACTIONS {
            let table = Table::of((group, points))?;
            let group = FiniteAction::parse(group, points)?;
            let generators: Vec<Vec<usize>> = group
                .group()
                .generators()
                .iter()
                .filter_map(|g| {
                    table
                        .elements
                        .iter()
                        .position(|h| h == g)
                        .map(|i| table.moves[i].clone())
                })
                .collect();
            let orbits = reached_in_steps(table.points, &generators);
            for _ in 0..50 {
                let x = rng.random_range(0..table.points);
                let mut y = x;
                for _ in 0..20 {
                    y = generators[rng.random_range(0..generators.len())][y];
                }
                evidence.case(orbits[x] == orbits[y], || format!("{}: {x}, {y}", table.name));
            }
        }
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::exact(PARTITION_CARD.control);
        let halving = vec![(0..8).map(|x| x / 2).collect()];
        let broken = breaks(&reached_in_steps(8, &halving));
        evidence.case(broken.is_none(), || {
            let (x, y) = broken.unwrap_or_default();
            format!("halving leads from {x} to {y} and not back")
        });
        evidence.finish()
    },
};

const CONJUGATE_CARD: About = About {
    code: "C05",
    id: "conjugate-stabilizers",
    area: Area::Groups,
    statement: "The stabilizers along an orbit are conjugate, and equal to each other only where they are normal.",
    formula: "G_{g·x} = g G_x g⁻¹",
    source: "textbook; Seress, Permutation Group Algorithms, §1.1",
    control: "G_{g·x} = G_x, or G_{g·x} = g⁻¹ G_x g, for S3 on points and D4 on colourings.",
    expected: Verdict::Holds,
};

/// g s g⁻¹, first g⁻¹, then s, then g.
fn conjugate(s: &Permutation, g: &Permutation) -> Permutation {
    &(&g.inverse() * s) * g
}

/// Whether G_{g·x} is what a rule makes of G_x and g, for all x and g; else where it is not.
fn rule_breaks(table: &Table, rule: impl Fn(&Permutation, &Permutation) -> Permutation) -> Option<String> {
    for (g, to) in table.elements.iter().zip(&table.moves) {
        for (x, &image) in to.iter().enumerate() {
            let ruled: BTreeSet<Permutation> = table.stabilizer(x).into_iter().map(|s| rule(s, g)).collect();
            if !ruled.iter().eq(table.stabilizer(image)) {
                return Some(format!("{}, g = {g}, point {x}", table.name));
            }
        }
    }
    None
}

pub(super) static CONJUGATE: Short = Short {
    about: &CONJUGATE_CARD,
    exact: |_| {
        let mut evidence = Evidence::exact("Both sides as sets of elements, for all g and x.");
        for case in ACTIONS {
            let table = Table::of(case)?;
            let broken = rule_breaks(&table, conjugate);
            evidence.case(broken.is_none(), || broken.unwrap_or_default());
        }
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng("conjugate-stabilizers");
        let mut evidence = Evidence::statistical(
            "Random elements of large groups: generators of G_x, conjugated, fix g·x, and the orders agree.",
            context,
        );
        for name in ["M11", "M24", "S20", "PSL(2,13)"] {
            let group = named_group(name)?;
            for _ in 0..10 {
                let g = group.random_element(&mut rng);
                let x = rng.random_range(0..group.degree());
                let (at_x, at_image) = (group.stabilizer(x)?, group.stabilizer(g.image(x))?);
                let inside = at_x
                    .generators()
                    .iter()
                    .all(|s| at_image.contains(&conjugate(s, &g)));
                evidence.case(inside && at_x.order() == at_image.order(), || {
                    format!("{name}, {g}, {x}")
                });
            }
        }
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::exact(CONJUGATE_CARD.control);
        for case in [ACTIONS[0], ACTIONS[2]] {
            let table = Table::of(case)?;
            for broken in [
                rule_breaks(&table, |s, _| s.clone()),
                rule_breaks(&table, |s, g| conjugate(s, &g.inverse())),
            ] {
                evidence.case(broken.is_none(), || broken.unwrap_or_default());
            }
        }
        evidence.finish()
    },
};

const COSET_CARD: About = About {
    code: "C06",
    id: "coset-bijection",
    area: Area::Groups,
    statement: "For a left action the left cosets of the stabilizer are the points of the orbit, one each.",
    formula: "g G_x ↦ g·x is a bijection G/G_x → G·x",
    source: "textbook; Seress, Permutation Group Algorithms, §1.1",
    control: "The right cosets G_x g are the points of the orbit (S3 on 3 points).",
    expected: Verdict::Holds,
};

/// Whether cosets, made by a rule from an element of G_x and g, are sent to points one to one; else where they are not.
fn cosets_break(
    table: &Table,
    product: impl Fn(&Permutation, &Permutation) -> Permutation,
) -> Option<String> {
    for x in 0..table.points {
        let stabilizer = table.stabilizer(x);
        let mut point_of: BTreeMap<BTreeSet<Permutation>, usize> = BTreeMap::new();
        for (g, to) in table.elements.iter().zip(&table.moves) {
            let coset = stabilizer.iter().map(|s| product(g, s)).collect();
            if *point_of.entry(coset).or_insert(to[x]) != to[x] {
                return Some(format!(
                    "{}: the coset of {g} has several images of point {x}",
                    table.name
                ));
            }
        }
        let points: BTreeSet<usize> = point_of.values().copied().collect();
        if points.len() != point_of.len() {
            return Some(format!("{}: two cosets have one image of point {x}", table.name));
        }
    }
    None
}

pub(super) static COSETS: Short = Short {
    about: &COSET_CARD,
    exact: |_| {
        let mut evidence =
            Evidence::exact("All cosets of the stabilizer of every point, as sets of elements.");
        for case in ACTIONS {
            let table = Table::of(case)?;
            // gs is first s, then g.
            let broken = cosets_break(&table, |g, s| s * g);
            evidence.case(broken.is_none(), || broken.unwrap_or_default());
        }
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng("coset-bijection");
        let mut evidence = Evidence::statistical(
            "Random pairs in large groups: g·x = h·x exactly if g⁻¹h is in G_x.",
            context,
        );
        for name in ["M11", "M24", "S20", "PSL(2,13)"] {
            let group = named_group(name)?;
            let stabilizer = group.stabilizer(0)?;
            let mut met = 0;
            for trial in 0..400 {
                let g = group.random_element(&mut rng);
                let h = match trial % 2 {
                    0 => group.random_element(&mut rng),
                    _ => &stabilizer.random_element(&mut rng) * &g,
                };
                let equal = g.image(0) == h.image(0);
                met += usize::from(equal);
                evidence.case(equal == stabilizer.contains(&(&h * &g.inverse())), || {
                    format!("{name}: {g}, {h}")
                });
            }
            evidence.case((200..400).contains(&met), || {
                format!("{name}: {met} pairs of 400 meet")
            });
        }
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::exact(COSET_CARD.control);
        let broken = cosets_break(&Table::of(ACTIONS[0])?, |g, s| g * s);
        evidence.case(broken.is_none(), || broken.unwrap_or_default());
        evidence.finish()
    },
};

const TYPES_CARD: About = About {
    code: "C07",
    id: "orbit-types",
    area: Area::Groups,
    statement: "An action has at most as many types of orbits as the group has classes of subgroups, and every class is the type of some orbit.",
    formula: "#types(X) ≤ #classes of subgroups",
    source: "textbook; Kerber, Applied Finite Group Actions, §2.1",
    control: "Every action has all types: S4 on tuples of points has 11.",
    expected: Verdict::Holds,
};

/// Groups with their numbers of classes of subgroups and of subgroups, by GAP 4.12.
const LATTICES: [(&str, usize, usize); 12] = [
    ("S3", 4, 6),
    ("S4", 11, 30),
    ("D4", 8, 10),
    ("Q8", 6, 6),
    ("A4", 5, 10),
    ("A5", 9, 59),
    ("S5", 19, 156),
    ("D6", 10, 16),
    ("C12", 6, 6),
    ("PSL(2,7)", 15, 179),
    ("7:3", 4, 10),
    ("5:4", 6, 14),
];

/// Cosets of each subgroup whose stabilizers are looked at; the others' are conjugate to them (C05).
const COSETS_SEEN: usize = 4;

/// The number of classes in which the stabilizers of cosets Hg lie, for one subgroup H of every class.
fn types_of_cosets(group: &PermGroup, lattice: &SubgroupLattice) -> Result<usize, BridgeError> {
    let elements: Vec<Permutation> = group.elements().collect();
    let mut types = BTreeSet::new();
    for class in lattice.classes() {
        let h = class.representative();
        let mut cosets: BTreeSet<BTreeSet<Permutation>> = BTreeSet::new();
        for g in &elements {
            if cosets.len() == COSETS_SEEN {
                break;
            }
            cosets.insert(h.elements().map(|s| &s * g).collect());
        }
        for coset in cosets {
            let fixing = elements
                .iter()
                .filter(|k| coset.iter().all(|c| coset.contains(&(c * *k))));
            let stabilizer = PermGroup::new(group.degree(), fixing.cloned().collect())?;
            types.insert(lattice.find(&stabilizer)?.0);
        }
    }
    Ok(types.len())
}

pub(super) static TYPES: Short = Short {
    about: &TYPES_CARD,
    exact: |_| {
        let mut evidence = Evidence::exact(
            "Classes of subgroups against GAP's; types of orbits on tuples are no more; the cosets of all subgroups have every type.",
        );
        for (name, classes, subgroups) in LATTICES {
            let group = named_group(name)?;
            let lattice = group.subgroup_lattice()?;
            evidence.equal(
                &format!("classes of subgroups of {name}"),
                lattice.n_classes(),
                classes,
            );
            evidence.equal(&format!("subgroups of {name}"), lattice.n_subgroups(), subgroups);
            evidence.equal(
                &format!("types on all cosets of {name}"),
                types_of_cosets(&group, &lattice)?,
                classes,
            );
            for (k, types) in tuples::isotropy_types(&group, 3)?.into_iter().enumerate() {
                evidence.case(types <= classes, || format!("{name} on {k}-tuples: {types}"));
            }
        }
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng("orbit-types");
        let mut evidence = Evidence::statistical(
            "Stabilizers of random colourings, named in the lattice: never a class more.",
            context,
        );
        for (name, classes, _) in LATTICES {
            let group = named_group(name)?;
            let lattice = group.subgroup_lattice()?;
            let elements: Vec<Permutation> = group.elements().collect();
            let mut types = BTreeSet::new();
            for _ in 0..60 {
                let colours: Vec<u8> = (0..group.degree()).map(|_| rng.random_range(0..3)).collect();
                let fixing = elements
                    .iter()
                    .filter(|g| (0..colours.len()).all(|p| colours[p] == colours[g.image(p)]));
                let stabilizer = PermGroup::new(group.degree(), fixing.cloned().collect())?;
                types.insert(lattice.find(&stabilizer)?.0);
            }
            evidence.case((1..=classes).contains(&types.len()), || {
                format!("{name}: {} types", types.len())
            });
        }
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::exact(TYPES_CARD.control);
        let s4 = named_group("S4")?;
        let types = tuples::isotropy_types(&s4, 4)?;
        evidence.equal(
            "types of S4 on 4-tuples",
            types.last().copied().unwrap_or_default(),
            s4.subgroup_lattice()?.n_classes(),
        );
        evidence.finish()
    },
};
