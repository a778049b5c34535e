//! Centralizers, normalizers and conjugacy in S_5 against plain enumeration, for all of its 156 subgroups.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up is a failed test")]

use std::collections::BTreeSet;

use groups::{PermGroup, Permutation};

/// A subgroup as the set of its elements, by their numbers.
type Elements = u128;

/// S_5 with its multiplication table.
struct Enumerated {
    elements: Vec<Permutation>,
    product: Vec<Vec<usize>>,
    inverse: Vec<usize>,
}

impl Enumerated {
    fn new() -> Self {
        let mut elements: Vec<Permutation> = PermGroup::symmetric(5).elements().collect();
        elements.sort();
        let number = |g: &Permutation| elements.binary_search(g).unwrap();
        let row = |g: &Permutation| elements.iter().map(|h| number(&(g * h))).collect();
        Self {
            product: elements.iter().map(row).collect(),
            inverse: elements.iter().map(|g| number(&g.inverse())).collect(),
            elements,
        }
    }

    fn closure(&self, mut set: Elements) -> Elements {
        set |= 1;
        loop {
            let members: Vec<usize> = (0..120).filter(|k| set >> k & 1 == 1).collect();
            let all = members
                .iter()
                .flat_map(|&g| members.iter().map(move |&h| self.product[g][h]));
            let larger = all.fold(set, |set, k| set | 1 << k);
            if larger == set {
                return set;
            }
            set = larger;
        }
    }

    /// All subgroups: closures of one subgroup and one more element, from the trivial group on.
    fn subgroups(&self) -> Vec<Elements> {
        let mut found = BTreeSet::from([1u128]);
        let mut open = vec![1u128];
        while let Some(subgroup) = open.pop() {
            for k in (0..120).filter(|k| subgroup >> k & 1 == 0) {
                let larger = self.closure(subgroup | 1 << k);
                if found.insert(larger) {
                    open.push(larger);
                }
            }
        }
        found.into_iter().collect()
    }

    fn group(&self, set: Elements) -> PermGroup {
        // Every other element and the first ones: enough to generate, and not a strong generating set.
        let mut generators = Vec::new();
        let mut generated = 1;
        for k in (0..120).rev().filter(|k| set >> k & 1 == 1) {
            if generated >> k & 1 == 0 {
                generators.push(self.elements[k].clone());
                generated = self.closure(generated | 1 << k);
            }
        }
        PermGroup::new(5, generators).unwrap()
    }

    fn set_of(&self, group: &PermGroup) -> Elements {
        group
            .elements()
            .fold(0, |set, g| set | 1 << self.elements.binary_search(&g).unwrap())
    }

    fn conjugate(&self, set: Elements, g: usize) -> Elements {
        let members = (0..120).filter(|k| set >> k & 1 == 1);
        members.fold(0, |all, h| {
            all | 1 << self.product[self.product[self.inverse[g]][h]][g]
        })
    }

    fn filter(&self, ambient: Elements, keep: impl Fn(usize) -> bool) -> Elements {
        (0..120)
            .filter(|&g| ambient >> g & 1 == 1 && keep(g))
            .fold(0, |set, g| set | 1 << g)
    }
}

#[test]
fn centralizers_normalizers_and_conjugators() {
    let s5 = Enumerated::new();
    assert!(s5.elements[0].is_identity());
    let subgroups = s5.subgroups();
    assert_eq!(subgroups.len(), 156);
    let groups: Vec<PermGroup> = subgroups.iter().map(|&set| s5.group(set)).collect();
    let mut conjugate_pairs = 0;
    for (&ambient, group) in subgroups.iter().zip(&groups) {
        for (&set, subgroup) in subgroups.iter().zip(&groups) {
            // Centralizers of groups that need not be subgroups.
            let commutes =
                |g: usize| (0..120).all(|h| set >> h & 1 == 0 || s5.product[g][h] == s5.product[h][g]);
            let expected = s5.filter(ambient, commutes);
            assert_eq!(
                s5.set_of(&group.centralizer(subgroup).unwrap()),
                expected,
                "{group:?}, {subgroup:?}"
            );
            if set & !ambient != 0 {
                assert!(group.normalizer(subgroup).is_err());
                continue;
            }
            let expected = s5.filter(ambient, |g| s5.conjugate(set, g) == set);
            assert_eq!(
                s5.set_of(&group.normalizer(subgroup).unwrap()),
                expected,
                "{group:?}, {subgroup:?}"
            );
        }
    }
    // Conjugacy of subgroups, in S_5, A_5, AGL(1,5) and S_3 x S_2 and wherever else there are such subgroups.
    for (&ambient, group) in subgroups
        .iter()
        .zip(&groups)
        .filter(|(set, _)| set.count_ones() >= 12)
    {
        for (&h, first) in subgroups.iter().zip(&groups).filter(|&(&h, _)| h & !ambient == 0) {
            for (&k, second) in subgroups.iter().zip(&groups).filter(|&(&k, _)| k & !ambient == 0) {
                if h.count_ones() != k.count_ones() {
                    continue;
                }
                let expected = (0..120).any(|g| ambient >> g & 1 == 1 && s5.conjugate(h, g) == k);
                let found = group.subgroup_conjugator(first, second).unwrap();
                assert_eq!(found.is_some(), expected, "{group:?}: {first:?}, {second:?}");
                if let Some(g) = found {
                    let number = s5.elements.binary_search(&g).unwrap();
                    assert!(ambient >> number & 1 == 1 && s5.conjugate(h, number) == k);
                    conjugate_pairs += 1;
                }
            }
        }
    }
    assert!(conjugate_pairs > 1000);
}

#[test]
fn sylow_subgroups_and_their_numbers() {
    let s5 = Enumerated::new();
    let subgroups = s5.subgroups();
    for &set in &subgroups {
        let group = s5.group(set);
        for (p, k) in [(2u64, 3u32), (3, 1), (5, 1)] {
            let largest = (0..=k)
                .rev()
                .map(|k| p.pow(k) as u32)
                .find(|q| set.count_ones() % q == 0)
                .unwrap();
            let number = subgroups
                .iter()
                .filter(|&&h| h & !set == 0 && h.count_ones() == largest)
                .count();
            let found = s5.set_of(&group.sylow_subgroup(p).unwrap());
            assert!(
                found & !set == 0 && found.count_ones() == largest,
                "{group:?}, {p}"
            );
            assert_eq!(
                group.n_sylow_subgroups(p).unwrap(),
                number.into(),
                "{group:?}, {p}"
            );
        }
    }
}

/// Elements of S_5 against enumeration, in subgroups that do not contain them, too.
#[test]
fn conjugating_elements() {
    let s5 = Enumerated::new();
    for set in s5.subgroups().into_iter().step_by(5) {
        let group = s5.group(set);
        for x in (0..120).step_by(3) {
            for y in (0..120).step_by(2) {
                let is_conjugator = |g: usize| s5.product[s5.product[s5.inverse[g]][x]][g] == y;
                let expected = (0..120).any(|g| set >> g & 1 == 1 && is_conjugator(g));
                let found = group
                    .conjugating_element(&s5.elements[x], &s5.elements[y])
                    .unwrap();
                assert_eq!(found.is_some(), expected, "{group:?}: {x} to {y}");
                if let Some(g) = found {
                    let g = s5.elements.binary_search(&g).unwrap();
                    assert!(set >> g & 1 == 1 && is_conjugator(g));
                }
            }
        }
    }
}
