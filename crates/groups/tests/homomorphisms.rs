//! Homomorphisms, actions as homomorphisms, and quotients: laws on known groups, and what they refuse.

#![allow(clippy::unwrap_used)]

use groups::catalog::parse_group;
use groups::{GroupError, Homomorphism, OnSets, PermGroup, Permutation};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

fn group(text: &str) -> PermGroup {
    parse_group(text).unwrap()
}

/// φ(gh) = φ(g)φ(h), φ(φ⁻¹(h)) = h, and |kernel| |image| = |source|, with the kernel made of what goes to 1.
fn check_laws(map: &Homomorphism) {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let (source, image, kernel) = (map.source(), map.image_group(), map.kernel());
    for _ in 0..6 {
        let (g, h) = (source.random_element(&mut rng), source.random_element(&mut rng));
        let (to_g, to_h) = (map.image(&g).unwrap(), map.image(&h).unwrap());
        assert_eq!(map.image(&(&g * &h)).unwrap(), &to_g * &to_h);
        assert!(image.contains(&to_g));
        let back = map.preimage(&to_g).unwrap();
        assert_eq!(map.image(&back).unwrap(), to_g);
        assert!(kernel.contains(&(&g * &back.inverse())));
        let k = kernel.random_element(&mut rng);
        assert!(source.contains(&k) && map.image(&k).unwrap().is_identity());
    }
    assert_eq!(kernel.order() * image.order(), source.order());
    assert!(kernel.is_normalized_by(source));
}

#[test]
fn actions_are_homomorphisms() {
    let (_, on_pairs) = group("M11")
        .action_homomorphism(&OnSets, &OnSets::point([0, 1]).unwrap(), 100)
        .unwrap();
    assert_eq!(on_pairs.image_group().degree(), 55);
    check_laws(&on_pairs);
    for (text, block, order) in [
        ("S4 wr M11", vec![0, 1, 2, 3], 7920u32),
        ("D12", vec![0, 6], 12),
        ("C12", vec![0, 4, 8], 4),
    ] {
        let map = group(text).block_homomorphism(&block).unwrap();
        assert_eq!(map.image_group().order(), order.into(), "{text}");
        check_laws(&map);
    }
    // The action on the six Sylow 5-subgroups is the exotic embedding of S5 in S6.
    let s5 = group("S5");
    let f20 = group("(1,2,3,4,5),(2,3,5,4)");
    let map = s5.coset_homomorphism(&f20, 100).unwrap();
    assert!(map.is_injective() && map.image_group().is_transitive());
    assert_eq!(map.image_group().transitivity(), 3);
    check_laws(&map);
    assert!(matches!(
        s5.coset_homomorphism(&f20, 5),
        Err(GroupError::OrbitOverLimit { limit: 5 })
    ));
    assert!(matches!(
        group("A5").coset_homomorphism(&f20, 100),
        Err(GroupError::NotAMember { .. })
    ));
    let blocks = group("rubik2").block_homomorphism(&[0, 1]);
    assert!(matches!(blocks, Err(GroupError::NotABlock { .. })));
}

#[test]
fn homomorphisms_by_images_of_generators() {
    // The sign, the determinant, and the trivial map.
    let c2 = group("C2");
    let swap = c2.generators()[0].clone();
    for text in ["S3", "S50", "S4"] {
        let source = group(text);
        let sign = |g: &Permutation| if g.is_even() { c2.identity() } else { swap.clone() };
        let images: Vec<Permutation> = source.generators().iter().map(sign).collect();
        let map = Homomorphism::new(&source, &c2, images).unwrap();
        assert!(
            map.kernel().equals(&PermGroup::alternating(source.degree())),
            "{text}"
        );
        check_laws(&map);
        let to_a3 = map.preimage_of_subgroup(&PermGroup::trivial(2)).unwrap();
        assert!(to_a3.equals(&map.kernel()));
    }
    let trivial = PermGroup::trivial(3);
    let map = Homomorphism::new(&trivial, &c2, Vec::new()).unwrap();
    check_laws(&map);
    let g = Permutation::parse_cycles("(1,2)", Some(3)).unwrap();
    assert!(matches!(map.image(&g), Err(GroupError::NotAMember { .. })));
    assert!(matches!(map.preimage(&swap), Err(GroupError::NotAMember { .. })));
}

/// Evaluates the text of a relation such as `x1^2*x2^-1` or `(x1*x2)^3`.
fn evaluate(relation: &str, degree: usize, values: &[Permutation]) -> Permutation {
    if let Some(rest) = relation.strip_prefix('(') {
        let (inside, exponent) = rest.rsplit_once(")^").unwrap();
        return evaluate(inside, degree, values).pow(exponent.parse().unwrap());
    }
    relation
        .split('*')
        .fold(Permutation::identity(degree), |product, factor| {
            let (name, exponent) = factor.split_once('^').unwrap_or((factor, "1"));
            let number: usize = name.strip_prefix('x').unwrap().parse().unwrap();
            &product * &values[number - 1].pow(exponent.parse().unwrap())
        })
}

fn refused(source: &PermGroup, target: &PermGroup, images: &[Permutation]) -> String {
    let error = Homomorphism::new(source, target, images.to_vec()).unwrap_err();
    let GroupError::NotAHomomorphism { relation, image } = error else {
        panic!("{error}");
    };
    assert!(
        evaluate(&relation, source.degree(), source.generators()).is_identity(),
        "{relation}"
    );
    let value = evaluate(&relation, target.degree(), images);
    assert!(!value.is_identity(), "{relation}");
    assert_eq!(value.to_string(), image);
    relation
}

#[test]
fn maps_that_are_no_homomorphisms_break_the_relation_that_is_named() {
    let p = |text: &str, degree| Permutation::parse_cycles(text, Some(degree)).unwrap();
    let c6 = group("C6");
    assert_eq!(refused(&c6, &group("C4"), &[p("(1,2,3,4)", 4)]), "x1^6");
    // Orders of generators and of their product fit, but the commutator does not.
    let v4 = group("(1,2),(3,4)");
    refused(&v4, &group("S3"), &[p("(1,2)", 3), p("(2,3)", 3)]);
    // Many random maps of two generators, nearly all wrong.
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut good = 0;
    for (source, target) in [("S6", "S6"), ("A5", "PSL(2,7)"), ("M11", "M12"), ("S30", "S5")] {
        let (source, target) = (group(source), group(target));
        for _ in 0..8 {
            let images: Vec<Permutation> = source
                .generators()
                .iter()
                .map(|_| target.random_element(&mut rng))
                .collect();
            match Homomorphism::new(&source, &target, images.clone()) {
                Ok(map) => {
                    good += 1;
                    check_laws(&map);
                }
                Err(_) => {
                    refused(&source, &target, &images);
                }
            }
        }
    }
    assert!(good < 8, "random maps are rarely homomorphisms");
    let mismatch = Homomorphism::new(&c6, &c6, Vec::new());
    assert!(matches!(
        mismatch,
        Err(GroupError::ShapeMismatch {
            got: 0,
            expected: 1,
            ..
        })
    ));
    let outside = Homomorphism::new(&c6, &c6, vec![p("(1,2)", 6)]);
    assert!(matches!(outside, Err(GroupError::NotAMember { .. })));
}

#[test]
fn quotients() {
    for (text, normal, order, degree) in [
        ("S4", "(1,2)(3,4),(1,3)(2,4)", 6u32, 3),
        ("C12", "(1,5,9)(2,6,10)(3,7,11)(4,8,12)", 4, 4),
        ("D6", "(1,4)(2,5)(3,6)", 6, 3),
        ("S3 x S4", "(1,2,3)", 48, 6),
    ] {
        let (source, n) = (group(text), group(normal));
        let generators = n
            .generators()
            .iter()
            .map(|g| g.extended(source.degree()).unwrap());
        let n = PermGroup::new(source.degree(), generators.collect()).unwrap();
        let map = source.quotient(&n).unwrap();
        assert_eq!(map.image_group().order(), order.into(), "{text}");
        assert!(
            map.image_group().degree() <= degree,
            "{text}: {}",
            map.image_group().degree()
        );
        assert!(map.kernel().equals(&n), "{text}");
        check_laws(&map);
    }
    for text in ["rubik", "SL(2,5)", "Sp(4,3)", "W(E6)", "S3 wr S3", "D20"] {
        let source = group(text);
        for normal in [source.center(), source.derived_subgroup(), source.clone()] {
            let map = source.quotient(&normal).unwrap();
            assert!(map.kernel().equals(&normal), "{text}");
            check_laws(&map);
        }
    }
    let s4 = group("S4");
    let klein = group("(1,2),(3,4)");
    assert!(matches!(s4.quotient(&klein), Err(GroupError::NotNormal { .. })));
    assert!(matches!(
        group("A4").quotient(&klein),
        Err(GroupError::NotAMember { .. })
    ));
}
