//! All small groups on the cosets of all their subgroups, and the transitive groups of small degree on their points,
//! checked exactly: every element, every point, every pair of points.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use groups::subgroups::SubgroupLimits;
use groups::{Permutation, catalog};
use num_bigint::BigUint;
use num_rational::BigRational;
use serde_json::json;

use super::Line;
use super::concrete::{Acting, Concrete};
use crate::BridgeError;
use crate::claim::Verdict;
use crate::error::refuse;
use crate::finite::walk::Walk;
use groups::scalar::rational;

/// The number of groups of order 1, 2, …, 100 (OEIS A000001): 1,048 together.
const SMALL: [usize; 100] = [
    1, 1, 1, 2, 1, 2, 1, 5, 2, 2, 1, 5, 1, 2, 1, 14, 1, 5, 1, 5, 2, 2, 1, 15, 2, 2, 5, 4, 1, 4, 1, 51, 1, 2,
    1, 14, 1, 2, 2, 14, 1, 6, 1, 4, 2, 2, 1, 52, 2, 5, 1, 5, 1, 15, 2, 13, 2, 2, 1, 13, 1, 2, 4, 267, 1, 4,
    1, 5, 1, 4, 1, 50, 1, 2, 3, 4, 1, 6, 1, 52, 15, 2, 1, 15, 1, 2, 1, 12, 1, 10, 1, 4, 2, 2, 1, 231, 1, 5,
    2, 16,
];

/// The number of transitive groups of degree 2, 3, …, 8 (OEIS A002106).
const TRANSITIVE: [usize; 7] = [1, 2, 5, 5, 16, 7, 50];

/// A group with more subgroups than this is left undecided. C2^6 has 2,825, the most up to order 100.
const LIMITS: SubgroupLimits = SubgroupLimits {
    max_order: 100,
    max_subgroups: 10_000,
    max_bytes: 1 << 28,
};

/// Walks on so many points are solved in rationals; on more, the premises of Kac's theorem are counted.
const SOLVED: usize = 6;

/// How many mistakes of an item are written out.
const SHOWN: usize = 10;

/// The items, small groups first.
pub(super) fn items(max_order: usize, max_degree: usize) -> Result<Vec<String>, BridgeError> {
    if !(1..=SMALL.len()).contains(&max_order) {
        return refuse("max-order", max_order, "an order from 1 to 100");
    }
    if max_degree > TRANSITIVE.len() + 1 {
        return refuse("max-degree", max_degree, "a degree from 0 (none) to 8");
    }
    let small = (1..).zip(&SMALL[..max_order]);
    let small = small.flat_map(|(order, &count)| (1..=count).map(move |i| format!("small:{order},{i}")));
    let transitive = (2..=max_degree).zip(TRANSITIVE);
    let transitive =
        transitive.flat_map(|(degree, count)| (1..=count).map(move |i| format!("transitive:{degree},{i}")));
    Ok(small.chain(transitive).collect())
}

/// Checks one group.
pub(super) fn check(item: &str) -> Result<Line, BridgeError> {
    check_within(item, &LIMITS)
}

pub(super) fn check_within(item: &str, limits: &SubgroupLimits) -> Result<Line, BridgeError> {
    let group = catalog::parse_group(item)?;
    let concrete = Concrete::of(&group);
    let mut found = Found::default();
    if item.starts_with("transitive") {
        found.expect("order by closing the generators", || {
            group.order() == BigUint::from(concrete.order())
        });
        let acting = concrete.on_points();
        found.action(&acting, &|_| None);
        return Ok(found.line(item, json!({"order": concrete.order()})));
    }
    let lattice = match group.subgroup_lattice_within(limits) {
        Ok(lattice) => lattice,
        Err(error) => {
            return Ok(Line {
                item: item.to_owned(),
                outcome: Verdict::Undecided,
                as_expected: false,
                result: json!({"order": concrete.order(), "undecided": error.to_string()}),
            });
        }
    };
    // Every subgroup that the lattice speaks of, by its elements.
    let mut classes: HashMap<u128, usize> = HashMap::new();
    let mut representatives = Vec::new();
    for (number, class) in lattice.classes().iter().enumerate() {
        let elements: Option<Vec<usize>> = class
            .representative()
            .elements()
            .map(|g| concrete.number(&g))
            .collect();
        let Some(elements) = elements else {
            found
                .broken
                .push(format!("class {number} has an element outside the group"));
            continue;
        };
        let conjugates = conjugates(&concrete, &elements);
        found.expect(&format!("length of class {number}"), || {
            class.length() == BigUint::from(conjugates.len())
        });
        for conjugate in conjugates {
            let known = classes.insert(conjugate, number);
            found.expect(&format!("class {number} is met once"), || known.is_none());
        }
        representatives.push((number, elements));
    }
    found.expect("number of subgroups", || classes.len() == lattice.n_subgroups());
    let class_of = |elements: &[usize]| classes.get(&mask(elements)).copied();
    for (number, elements) in &representatives {
        let Some(acting) = concrete.on_cosets(elements) else {
            found.broken.push(format!("class {number} is no subgroup"));
            continue;
        };
        let class = &lattice.classes()[*number];
        found.expect(&format!("index of class {number}"), || {
            class.order() * acting.points == BigUint::from(concrete.order())
        });
        found.expect(&format!("stabilizer of the coset 1 of class {number}"), || {
            class_of(&acting.stabilizer(0)) == Some(*number)
        });
        let normal = found.action(&acting, &class_of);
        found.expect(&format!("class {number} is normal or not"), || {
            normal == class.is_normal()
        });
    }
    let about = json!({
        "order": concrete.order(),
        "classes": lattice.n_classes(),
        "subgroups": lattice.n_subgroups(),
    });
    Ok(found.line(item, about))
}

/// A set of elements of a group of order at most 128, bit by bit.
fn mask(elements: &[usize]) -> u128 {
    elements.iter().fold(0, |mask, g| mask | 1 << g)
}

/// The conjugates of a subgroup.
fn conjugates(group: &Concrete, elements: &[usize]) -> BTreeSet<u128> {
    let mut found = BTreeSet::from([mask(elements)]);
    let mut queue = vec![elements.to_vec()];
    while let Some(subgroup) = queue.pop() {
        for conjugate in &group.conjugate {
            let image: Vec<usize> = subgroup.iter().map(|&g| conjugate[g]).collect();
            if found.insert(mask(&image)) {
                queue.push(image);
            }
        }
    }
    found
}

/// The class that the stabilizer with these elements belongs to, where classes are known.
type ClassOf<'a> = &'a dyn Fn(&[usize]) -> Option<usize>;

/// What the checks of an item found.
#[derive(Default)]
struct Found {
    /// Cases of each claim.
    cases: BTreeMap<&'static str, u64>,
    /// False statements that were put to the checks, and how many of them were found false.
    controls: (u64, u64),
    broken: Vec<String>,
}

impl Found {
    fn expect(&mut self, what: &str, holds: impl FnOnce() -> bool) {
        if !holds() {
            self.broken.push(what.to_owned());
        }
    }

    fn case(&mut self, claim: &'static str, count: usize, holds: bool, what: impl FnOnce() -> String) {
        *self.cases.entry(claim).or_insert(0) += count as u64;
        if !holds {
            self.broken.push(format!("{claim}: {}", what()));
        }
    }

    fn control(&mut self, refuted: bool) {
        self.controls.0 += 1;
        self.controls.1 += u64::from(refuted);
    }

    fn line(self, item: &str, mut result: serde_json::Value) -> Line {
        let outcome = if self.controls.0 != self.controls.1 {
            Verdict::Vacuous
        } else {
            Verdict::from(self.broken.is_empty())
        };
        result["cases"] = json!(self.cases);
        result["false_statements"] = json!({"put": self.controls.0, "refuted": self.controls.1});
        if !self.broken.is_empty() {
            result["broken"] = json!(self.broken.iter().take(SHOWN).collect::<Vec<_>>());
        }
        Line {
            item: item.to_owned(),
            outcome,
            as_expected: outcome == Verdict::Holds,
            result,
        }
    }

    /// Checks a transitive action; gives back whether the stabilizers are normal, that is all the same.
    fn action(&mut self, acting: &Acting<'_>, class_of: ClassOf<'_>) -> bool {
        let (n, m) = (acting.group.order(), acting.points);
        let name = || format!("on {m} points");
        self.expect("the axioms of an action", || acting.is_action());
        self.spoilt(acting);
        self.orbits(acting);
        let stabilizers: Vec<Vec<usize>> = (0..m).map(|x| acting.stabilizer(x)).collect();
        let product = stabilizers.iter().all(|stabilizer| m * stabilizer.len() == n);
        self.case("orbit-stabilizer-finite", m, product, name);
        let hit = stabilizers
            .iter()
            .all(|s| rational(n as i64, s.len() as i64) == rational(m as i64, 1));
        self.case("hitting-time-iid", m, hit, name);
        self.fibres(acting, &stabilizers);
        let normal = self.conjugates(acting, &stabilizers);
        self.fixed_points(acting, &stabilizers, class_of);
        self.returns(acting);
        normal
    }

    /// The false statement that an action stays one when two images under one element are exchanged. The element is the
    /// last, or the identity of a group of order 2, where the exchange can make another action out of the first.
    fn spoilt(&mut self, acting: &Acting<'_>) {
        if acting.points < 2 {
            return;
        }
        let mut images = acting.images.clone();
        let element = if images.len() == 2 { 0 } else { images.len() - 1 };
        images[element].swap(0, 1);
        let spoilt = Acting {
            group: acting.group,
            points: acting.points,
            images,
        };
        self.control(!spoilt.is_action());
    }

    /// Orbits by walking along the generators, by union, and by all elements.
    fn orbits(&mut self, acting: &Acting<'_>) {
        let parts = acting.parts();
        let walked = acting.orbit(0).len() == acting.points;
        let united = parts.iter().all(|&part| part == 0);
        let reached: BTreeSet<usize> = acting.images.iter().map(|image| image[0]).collect();
        let all = walked && united && reached.len() == acting.points;
        self.case("orbit-partition", acting.points, all, || {
            format!("on {} points", acting.points)
        });
    }

    /// Every point is reached from 0 by exactly one coset of the stabilizer: if g and h lead to the same point, then g h⁻¹ fixes 0.
    fn fibres(&mut self, acting: &Acting<'_>, stabilizers: &[Vec<usize>]) {
        let mut fibres = vec![0; acting.points];
        for image in &acting.images {
            fibres[image[0]] += 1;
        }
        let right = fibres.iter().all(|&fibre| fibre == stabilizers[0].len());
        self.case("coset-bijection", acting.points, right, || {
            format!("on {} points", acting.points)
        });
    }

    /// The stabilizer of x·s is s⁻¹ G_x s, as a set; the false statement that it is G_x, for stabilizers that are not normal.
    fn conjugates(&mut self, acting: &Acting<'_>, stabilizers: &[Vec<usize>]) -> bool {
        let (mut holds, mut same) = (true, true);
        for s in 0..acting.generators() {
            let step = acting.step(s);
            for (x, stabilizer) in stabilizers.iter().enumerate() {
                let mut image: Vec<usize> =
                    stabilizer.iter().map(|&g| acting.group.conjugate[s][g]).collect();
                image.sort_unstable();
                holds &= image == stabilizers[step[x]];
                same &= *stabilizer == stabilizers[step[x]];
            }
        }
        let cases = acting.generators() * acting.points;
        self.case("conjugate-stabilizers", cases, holds, || {
            format!("on {} points", acting.points)
        });
        if !same {
            self.control(true);
        }
        same
    }

    /// Fixed points on points and on pairs against orbits counted by walking, and the types of stabilizers of pairs against
    /// the classes of subgroups.
    fn fixed_points(&mut self, acting: &Acting<'_>, stabilizers: &[Vec<usize>], class_of: ClassOf<'_>) {
        let (n, m) = (acting.group.order(), acting.points);
        let (mut fixed, mut squares) = (0, 0);
        for image in &acting.images {
            let fix = image.iter().enumerate().filter(|(x, y)| x == *y).count();
            fixed += fix;
            squares += fix * fix;
        }
        let mut seen = vec![false; m * m];
        let mut pairs = Vec::new();
        for start in 0..m * m {
            if std::mem::replace(&mut seen[start], true) {
                continue;
            }
            pairs.push((start / m, start % m));
            let mut queue = vec![start];
            while let Some(pair) = queue.pop() {
                for s in 0..acting.generators() {
                    let step = acting.step(s);
                    let next = step[pair / m] * m + step[pair % m];
                    if !std::mem::replace(&mut seen[next], true) {
                        queue.push(next);
                    }
                }
            }
        }
        let counted = fixed == n && squares == n * pairs.len();
        self.case("burnside-count", 2 * n, counted, || {
            format!("on {m} points: {squares} fixed pairs, {} orbits", pairs.len())
        });
        // Without a lattice the classes are not known.
        let Some(whole) = class_of(&stabilizers[0]) else {
            return;
        };
        let mut types = BTreeSet::from([whole]);
        for (x, y) in pairs.iter().copied() {
            let both: Vec<usize> = stabilizers[x]
                .iter()
                .copied()
                .filter(|g| stabilizers[y].binary_search(g).is_ok())
                .collect();
            match class_of(&both) {
                Some(class) => {
                    types.insert(class);
                }
                None => self.broken.push(format!(
                    "orbit-types: the stabilizer of {x} and {y} is in no class"
                )),
            }
        }
        // The classes of stabilizers are classes of subgroups, so there are no more of them; counted all the same.
        self.case("orbit-types", pairs.len(), types.contains(&whole), || {
            format!("on {m} points")
        });
    }

    /// Kac: the walk by generators returns to a point after as many steps as there are points, on the mean. On few points
    /// this is solved in rationals. On more the premises are counted: every point has as many predecessors as successors, and every
    /// point is reached.
    fn returns(&mut self, acting: &Acting<'_>) {
        let (k, m) = (acting.generators(), acting.points);
        if k == 0 {
            return;
        }
        let holds = if m <= SOLVED {
            let images = |s| acting.step(s).iter().map(|&y| y as u32).collect();
            let steps: Result<Vec<Permutation>, _> =
                (0..k).map(|s| Permutation::from_images(images(s))).collect();
            let walk = steps
                .ok()
                .and_then(|steps| Walk::new(&steps, rational(0, 1)).ok());
            let size = BigRational::from_integer(m.into());
            walk.is_some_and(|walk| (0..m).all(|x| walk.return_time(x).is_ok_and(|time| time == size)))
        } else {
            let mut predecessors = vec![0; m];
            for s in 0..k {
                for &y in acting.step(s) {
                    predecessors[y] += 1;
                }
            }
            predecessors.iter().all(|&count| count == k) && acting.orbit(0).len() == m
        };
        self.case("cayley-walk-return-time", m, holds, || format!("on {m} points"));
    }
}
