//! Names of isotropy groups.
//!
//! Orbits on which the group acts alike (there is a bijection that commutes with it) are *linked*: what an element does
//! to one it does to all. The group embeds into the product of the symmetric groups of one orbit of each kind (of the
//! groups Bₙ of signed permutations where an orbit holds a unit with both its signs), and is that product if and only
//! if the orders agree.

use std::collections::BTreeSet;

use groups::Permutation;
use groups::backtrack::GraphAutomorphisms;
use groups::catalog::parse_group;
use num_bigint::BigUint;

use super::colored::Layout;

/// The largest order of groups that are compared with cyclic and dihedral ones.
const LARGEST_COMPARED: u32 = 400;

/// Linked orbits.
struct Kind {
    orbit: Vec<usize>,
    spans: BTreeSet<usize>,
    /// Whether the orbit holds units with both signs.
    signed: bool,
}

impl Kind {
    fn units(&self) -> usize {
        if self.signed {
            self.orbit.len() / 2
        } else {
            self.orbit.len()
        }
    }

    fn order(&self) -> BigUint {
        let n = self.units();
        let permutations: BigUint = (1..=n).product();
        if self.signed {
            permutations << n
        } else {
            permutations
        }
    }

    fn name(&self) -> String {
        match (self.units(), self.signed) {
            (1, true) => "S2".into(),
            (n, true) => format!("B{n}"),
            (n, false) => format!("S{n}"),
        }
    }
}

pub(super) fn name(layout: &Layout, found: &GraphAutomorphisms) -> Option<String> {
    let generators = found.generators();
    if generators.is_empty() {
        return Some("1".into());
    }
    let span_of = |vertex: usize| layout.spans.partition_point(|span| span.start <= vertex) - 1;
    let mut kinds: Vec<Kind> = Vec::new();
    for orbit in orbits(layout.degree, generators) {
        let span = span_of(orbit[0]);
        let linked = |kind: &Kind| {
            kind.orbit.len() == orbit.len()
                && orbit
                    .iter()
                    .any(|&b| commuting_bijection(generators, &kind.orbit, b))
        };
        if let Some(kind) = kinds.iter_mut().find(|kind| linked(kind)) {
            kind.spans.insert(span);
            continue;
        }
        let start = layout.spans[span].start;
        let has_both = |&v: &usize| orbit.contains(&(((v - start) ^ 1) + start));
        kinds.push(Kind {
            signed: layout.spans[span].signed && orbit.iter().any(has_both),
            orbit,
            spans: BTreeSet::from([span]),
        });
    }
    if kinds.iter().map(Kind::order).product::<BigUint>() != found.order() {
        return cyclic_or_dihedral(found);
    }
    kinds.sort_by_key(|kind| std::cmp::Reverse(kind.units()));
    let fixed = |span: usize| {
        let span = &layout.spans[span];
        (0..span.size)
            .filter(|unit| {
                let vertex = span.start + unit * (span.vertices() / span.size);
                generators.iter().all(|g| g.image(vertex) == vertex)
            })
            .count()
    };
    let everywhere = kinds
        .iter()
        .all(|kind| kind.spans.len() == layout.spans.len() && layout.spans.len() > 1);
    let fixed: BTreeSet<usize> = (0..layout.spans.len()).map(fixed).collect();
    if everywhere && fixed.len() == 1 {
        let mut factors: Vec<String> = kinds.iter().map(Kind::name).collect();
        factors.extend(std::iter::repeat_n(
            "S1".to_owned(),
            fixed.first().copied().unwrap_or(0),
        ));
        return Some(format!("Δ({})", product(&factors)));
    }
    let factors: Vec<String> = kinds
        .iter()
        .map(|kind| {
            if kind.spans.len() > 1 {
                format!("Δ({})", kind.name())
            } else {
                kind.name()
            }
        })
        .collect();
    Some(product(&factors))
}

/// Factors joined by ×; more than three equal ones in a row are a power.
fn product(factors: &[String]) -> String {
    let runs = factors.chunk_by(|a, b| a == b).flat_map(|run| {
        if run.len() > 3 {
            vec![format!("{}^{}", run[0], run.len())]
        } else {
            run.to_vec()
        }
    });
    runs.collect::<Vec<_>>().join("×")
}

/// The orbits of more than one point, ascending.
fn orbits(degree: usize, generators: &[Permutation]) -> Vec<Vec<usize>> {
    let mut seen = vec![false; degree];
    let mut orbits = Vec::new();
    for point in 0..degree {
        if std::mem::replace(&mut seen[point], true) {
            continue;
        }
        let mut orbit = vec![point];
        let mut at = 0;
        while at < orbit.len() {
            for g in generators {
                let image = g.image(orbit[at]);
                if !std::mem::replace(&mut seen[image], true) {
                    orbit.push(image);
                }
            }
            at += 1;
        }
        if orbit.len() > 1 {
            orbit.sort_unstable();
            orbits.push(orbit);
        }
    }
    orbits
}

/// Whether there is a map from `orbit` that sends its first point to `b` and commutes with the generators.
fn commuting_bijection(generators: &[Permutation], orbit: &[usize], b: usize) -> bool {
    let mut images = std::collections::HashMap::from([(orbit[0], b)]);
    let mut queue = vec![orbit[0]];
    while let Some(x) = queue.pop() {
        let y = images[&x];
        for g in generators {
            match images.entry(g.image(x)) {
                std::collections::hash_map::Entry::Occupied(known) => {
                    if *known.get() != g.image(y) {
                        return false;
                    }
                }
                std::collections::hash_map::Entry::Vacant(open) => {
                    open.insert(g.image(y));
                    queue.push(g.image(x));
                }
            }
        }
    }
    true
}

fn cyclic_or_dihedral(found: &GraphAutomorphisms) -> Option<String> {
    let order = u32::try_from(found.order())
        .ok()
        .filter(|&n| n <= LARGEST_COMPARED)?;
    let group = found.group();
    if group.elements().any(|g| g.order() == BigUint::from(order)) {
        return Some(format!("C{order}"));
    }
    let dihedral = parse_group(&format!("D{}", order / 2)).ok()?;
    let alike = order.is_multiple_of(2) && group.is_isomorphic_to(&dihedral).ok()?;
    alike.then(|| format!("D{}", order / 2))
}
