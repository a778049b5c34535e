//! The laws of groups and of actions, over the catalog and for every action.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fmt::Debug;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use shadow::groups::catalog::{hyperoctahedral, parse_group};
use shadow::groups::{
    Action, ByConjugation, ByRightMultiplication, Group, MatrixGroup, OnColourings, OnCosets, OnMultisets,
    OnPartitions, OnPoints, OnSets, OnSignedCoordinates, OnSubgroups, OnSubspaces, OnTuples, OnVectors,
    Orbit, PermGroup, orbit_stabilizer, orbits_of,
};

/// One name for each family of the catalog, the degenerate ones included.
const CATALOG: [&str; 58] = [
    "trivial(0)",
    "trivial",
    "trivial(5)",
    "S1",
    "S2",
    "S3",
    "S7",
    "A3",
    "A4",
    "A7",
    "C1",
    "C2",
    "C12",
    "D1",
    "D2",
    "D7",
    "Q8",
    "Q12",
    "V4",
    "2^3",
    "3^2",
    "GL(2,3)",
    "SL(2,4)",
    "GammaL(2,4)",
    "PGL(2,7)",
    "PSL(2,8)",
    "PGammaL(2,8)",
    "AGL(1,7)",
    "ASL(2,3)",
    "AGammaL(1,8)",
    "Sp(4,2)",
    "PSp(4,3)",
    "GU(2,2)",
    "SU(3,2)",
    "PGU(3,2)",
    "PSU(3,3)",
    "Sz(8)",
    "M11",
    "M12",
    "M22",
    "M23",
    "M24",
    "J1",
    "J2",
    "HS",
    "B3",
    "W(A3)",
    "W(D4)",
    "W(F4)",
    "W(G2)",
    "rubik",
    "rubik2",
    "transitive:8,23",
    "small:96,70",
    "S3 wr S2",
    "S2 pwr S3",
    "V4 : S3",
    "S3 x C4 x A5",
];

fn rng() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(20)
}

#[test]
fn every_group_of_the_catalog_obeys_the_laws_of_groups() {
    for text in CATALOG {
        let group = parse_group(text).unwrap();
        let mut rng = rng();
        let mut elements: Vec<_> = (0..4).map(|_| group.random_element(&mut rng)).collect();
        elements.extend(group.generators().iter().take(2).cloned());
        let one = Group::identity(&group);
        for g in &elements {
            assert!(group.contains(g), "{text}");
            assert_eq!(group.mul(g, &one), *g, "{text}");
            assert_eq!(group.mul(&one, g), *g, "{text}");
            assert_eq!(group.mul(g, &group.inv(g)), one, "{text}");
            assert!((group.order() % g.order()) == 0u8.into(), "{text}: Lagrange");
            for h in &elements {
                let gh = group.mul(g, h);
                assert!(group.contains(&gh), "{text}");
                assert_eq!(group.inv(&gh), group.mul(&group.inv(h), &group.inv(g)), "{text}");
                for k in &elements[..3] {
                    assert_eq!(group.mul(&gh, k), group.mul(g, &group.mul(h, k)), "{text}");
                }
            }
        }
        let sizes = group.orbits().iter().map(Vec::len);
        assert_eq!(
            sizes.sum::<usize>(),
            group.degree(),
            "{text}: orbits partition the points"
        );
        let lengths = group.chain().levels().map(|level| level.orbit().len());
        let product: num_bigint::BigUint = lengths.map(num_bigint::BigUint::from).product();
        assert_eq!(product, group.order(), "{text}");
    }
}

/// The laws of a right action at a point, and what its orbit must be.
fn right_action<G, A>(what: &str, group: &G, action: &A, x: &A::Point, elements: &[G::Element]) -> usize
where
    G: Group,
    A: Action<G>,
    A::Point: Debug,
{
    const MOST: usize = 600;
    action.validate(group, x).unwrap();
    assert_eq!(action.act(x, &group.identity()), *x, "{what}");
    for g in elements {
        let y = action.act(x, g);
        action.validate(group, &y).unwrap();
        assert_eq!(action.act(&y, &group.inv(g)), *x, "{what}");
        for h in elements {
            assert_eq!(action.act(&y, h), action.act(x, &group.mul(g, h)), "{what}");
        }
    }
    let Ok(orbit) = Orbit::new(group, action, x, MOST) else {
        return 0;
    };
    for g in elements {
        assert!(orbit.contains(&action.act(x, g)), "{what}");
    }
    for (y, u) in orbit.points().iter().zip(orbit.transversal(group, action)) {
        assert_eq!(&action.act(x, &u), y, "{what}");
    }
    // An orbit is the orbit of each of its points, so a domain made of it has one.
    let last = orbit.points().last().unwrap().clone();
    let domain = [last].into_iter().chain(orbit.points().iter().cloned());
    let orbits = orbits_of(group, action, domain, MOST).unwrap();
    assert_eq!(orbits.len(), 1, "{what}");
    assert_eq!(orbits[0].len(), orbit.len(), "{what}");
    orbit.len()
}

/// The same for a permutation group, with the stabilizer found in two ways.
fn orbit_and_stabilizer<A: Action<PermGroup>>(text: &str, group: &PermGroup, action: &A, x: &A::Point)
where
    A::Point: Debug,
{
    let what = format!("{} at {x:?} under {text}", std::any::type_name::<A>());
    let mut rng = rng();
    let elements: Vec<_> = (0..3).map(|_| group.random_element(&mut rng)).collect();
    let length = right_action(&what, group, action, x, &elements);
    if length == 0 {
        return;
    }
    let (orbit, stabilizer) = orbit_stabilizer(group, action, x, length).unwrap();
    assert_eq!(stabilizer.order() * orbit.len(), group.order(), "{what}");
    assert!(stabilizer.is_subgroup_of(group), "{what}");
    for g in stabilizer.generators() {
        assert_eq!(action.act(x, g), *x, "{what}");
    }
    if length <= 60 {
        let schreier = orbit.schreier_generators(group, action);
        let schreier = PermGroup::new(group.degree(), schreier).unwrap();
        assert!(schreier.equals(&stabilizer), "{what}: Schreier's lemma");
    }
}

#[test]
fn every_action_obeys_the_laws_of_actions() {
    for text in CATALOG.into_iter().chain(["(1,2,3)(4,5),(6,7)", "D5 x C3"]) {
        let group = parse_group(text).unwrap();
        let n = group.degree();
        if n > 60 {
            continue;
        }
        let mut rng = rng();
        for point in [0, n / 2] {
            if point < n {
                orbit_and_stabilizer(text, &group, &OnPoints, &(point as u32));
            }
        }
        let some: Vec<usize> = (0..n.min(6)).step_by(2).collect();
        let tuple: Box<[u32]> = some.iter().rev().map(|&x| x as u32).collect();
        orbit_and_stabilizer(text, &group, &OnTuples, &tuple);
        orbit_and_stabilizer(
            text,
            &group,
            &OnSets,
            &OnSets::point(some.iter().copied()).unwrap(),
        );
        let doubled = OnMultisets::point(some.iter().chain(some.first()).copied());
        orbit_and_stabilizer(text, &group, &OnMultisets, &doubled);
        let colours: Box<[u32]> = (0..n as u32).map(|x| x % 3).collect();
        orbit_and_stabilizer(text, &group, &OnColourings, &colours);
        let halves = OnPartitions::point([(0..n / 2).collect(), (n / 2..n).collect()]).unwrap();
        orbit_and_stabilizer(text, &group, &OnPartitions, &halves);
        let x = group.random_element(&mut rng);
        orbit_and_stabilizer(text, &group, &ByConjugation, &x);
        orbit_and_stabilizer(text, &group, &ByRightMultiplication, &x);
        let subgroup = PermGroup::new(n, vec![x]).unwrap();
        if n <= 16 {
            orbit_and_stabilizer(text, &group, &OnSubgroups, &OnSubgroups::point(&subgroup));
        }
        if n <= 30 {
            let fixing = group.pointwise_stabilizer(&some[..some.len().min(2)]).unwrap();
            for subgroup in [&fixing, &subgroup] {
                let cosets = OnCosets::new(subgroup);
                orbit_and_stabilizer(text, &group, &cosets, &group.identity());
            }
        }
    }
}

#[test]
fn signed_coordinates_and_matrices() {
    for (n, vector, length) in [
        (1, vec![3], 2),
        (3, vec![1, -1, 0], 12),
        (4, vec![2, 0, 0, 0], 8),
        (4, vec![1, 2, 3, 4], 384),
        (5, vec![0; 5], 1),
    ] {
        let group = hyperoctahedral(n).unwrap();
        let (orbit, _) =
            orbit_stabilizer(&group, &OnSignedCoordinates, &vector.clone().into(), 1000).unwrap();
        assert_eq!(orbit.len(), length);
        orbit_and_stabilizer("B", &group, &OnSignedCoordinates, &vector.into());
    }
    let not_signed = parse_group("S6").unwrap();
    assert!(
        OnSignedCoordinates
            .validate(&not_signed, &[1, 2, 3].into())
            .is_err()
    );
    assert!(
        OnSignedCoordinates
            .validate(&hyperoctahedral(3).unwrap(), &[1, 2].into())
            .is_err()
    );
    for (n, q) in [(2, 3), (3, 2), (2, 9), (3, 4)] {
        let group = MatrixGroup::general_linear(n, q).unwrap();
        let g = group.generators().to_vec();
        let mut vector = vec![0; n];
        vector[n - 1] = 1;
        let vectors = OnVectors::new(group.field());
        let length = right_action("vectors", &group, &vectors, &vector.clone().into(), &g);
        assert_eq!(length, q.pow(n as u32) - 1);
        let spaces = OnSubspaces::new(group.field());
        let line = spaces.span(n, &[vector]).unwrap();
        let length = right_action("lines", &group, &spaces, &line, &g);
        assert_eq!(length, (q.pow(n as u32) - 1) / (q - 1));
    }
}

/// All subgroups of S_5 that two elements generate, against what is found by looking at every element.
#[test]
fn brute_force_over_the_subgroups_of_s5() {
    let s5 = parse_group("S5").unwrap();
    let all: Vec<_> = s5.elements().collect();
    let mut subgroups: Vec<PermGroup> = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for g in &all {
        for h in &all {
            let subgroup = PermGroup::new(5, vec![g.clone(), h.clone()]).unwrap();
            if seen.insert(OnSubgroups::point(&subgroup)) {
                subgroups.push(subgroup);
            }
        }
    }
    // Of the 156 subgroups all are generated by two elements.
    assert_eq!(subgroups.len(), 156);
    let pairs = OnPartitions::point([vec![0, 1], vec![2, 3]]).unwrap();
    let signs: Box<[u32]> = [0, 1, 0, 1, 2].into();
    for subgroup in &subgroups {
        let inside: Vec<_> = all.iter().filter(|g| subgroup.contains(g)).collect();
        assert_eq!(subgroup.order(), inside.len().into());
        let fixing =
            |fixes: &dyn Fn(&shadow::groups::Permutation) -> bool| inside.iter().filter(|g| fixes(g)).count();
        let (_, s) = orbit_stabilizer(subgroup, &OnPartitions, &pairs, 1000).unwrap();
        assert_eq!(
            s.order(),
            fixing(&|g| OnPartitions.act(&pairs, g) == pairs).into()
        );
        let (_, s) = orbit_stabilizer(subgroup, &OnColourings, &signs, 1000).unwrap();
        assert_eq!(
            s.order(),
            fixing(&|g| OnColourings.act(&signs, g) == signs).into()
        );
        let (_, s) = orbit_stabilizer(subgroup, &ByConjugation, &all[17], 1000).unwrap();
        assert_eq!(s.order(), fixing(&|g| g * &all[17] == &all[17] * g).into());
        // The least elements of the cosets, by looking at each coset.
        let transversal = s5.right_transversal(subgroup, 1000).unwrap();
        let mut least: Vec<_> = all
            .iter()
            .map(|x| inside.iter().map(|h| *h * x).min().unwrap())
            .collect();
        least.sort();
        least.dedup();
        assert_eq!(transversal, least);
    }
    // The classes of subgroups: 19, whose lengths add up.
    let points = subgroups.iter().map(OnSubgroups::point);
    let classes = orbits_of(&s5, &OnSubgroups, points, 1000).unwrap();
    assert_eq!(classes.len(), 19);
    assert_eq!(classes.iter().map(Orbit::len).sum::<usize>(), 156);
    let outside = parse_group("A4 x C1").unwrap();
    assert!(outside.right_transversal(&s5, 100).is_err());
}
