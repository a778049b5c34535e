use super::*;
use crate::catalog::parse_group;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Centralizers of pairs that keep colours, and conjugators of pairs, in small groups against all elements.
#[test]
fn tuples_agree_with_brute_force() {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    for text in ["S5", "PSL(2,7)", "S3 wr S3", "D8", "A4 x S3", "AGL(1,9)"] {
        let group = parse_group(text).unwrap();
        let mut draw = || group.random_element(&mut rng);
        for round in 0..8 {
            // One element, and two.
            let xs: Vec<Permutation> = (0..1 + round % 2).map(|_| draw()).collect();
            let g = draw();
            let ys: Vec<Permutation> = match round % 4 {
                3 => xs.iter().map(|x| x.conjugate_by(&g)).collect(),
                _ => xs.iter().map(|_| draw()).collect(),
            };
            let colours: Vec<u32> = (0..group.degree() as u32).map(|x| x % 3 / 2).collect();
            let search = BaseImageSearch::for_tuple(&group, xs.clone(), Some(&colours)).unwrap();
            let centralizer = search.stabilizer(100_000).unwrap();
            let keeps = |g: &Permutation| (0..g.degree()).all(|x| colours[x] == colours[g.image(x)]);
            let commutes = |g: &Permutation| xs.iter().all(|x| g * x == x * g);
            let expected = group.elements().filter(|g| keeps(g) && commutes(g)).count();
            assert_eq!(centralizer.order(), expected.into(), "{text}: {xs:?}");
            let search = BaseImageSearch::for_tuple(&group, xs.clone(), None).unwrap();
            let found = search.conjugator(&ys, None, 100_000).unwrap();
            let conjugates = |g: &Permutation| xs.iter().zip(&ys).all(|(x, y)| x.conjugate_by(g) == *y);
            assert_eq!(
                found.is_some(),
                group.elements().any(|g| conjugates(&g)),
                "{text}: {xs:?}"
            );
            if let Some(g) = found {
                assert!(group.contains(&g) && conjugates(&g));
            }
        }
    }
}

#[test]
fn the_number_of_steps_is_limited() {
    let group = parse_group("M11").unwrap();
    let x = group.generators()[0].clone();
    let search = BaseImageSearch::for_tuple(&group, vec![x.clone()], None).unwrap();
    assert!(matches!(
        search.conjugator(&[x], None, 1),
        Err(GroupError::Limit { .. })
    ));
    let klein = parse_group("(1,2)(3,4),(1,3)(2,4)").unwrap();
    let search = BaseImageSearch::for_subgroup(&PermGroup::symmetric(4), &klein).unwrap();
    assert!(matches!(search.stabilizer(1), Err(GroupError::Limit { .. })));
}
