use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::catalog::parse_group;
use crate::group::Group;
use crate::orbit::Orbit;

fn boxed(points: &[usize]) -> Box<[u32]> {
    points.iter().map(|&x| x as u32).collect()
}

/// The large orbit against the plain one: points, order, positions, words.
fn check<G: Group, A: Action<G, Point = Box<[u32]>>>(
    group: &G,
    action: &A,
    first: &A::Point,
    large: &LargeOrbit,
) {
    let plain = Orbit::new(group, action, first, 10_000_000).unwrap();
    assert_eq!(large.len(), plain.len());
    for (number, point) in plain.points().iter().enumerate() {
        assert_eq!(&large.point(number), point);
    }
    for number in (0..plain.len()).step_by(1 + plain.len() / 50) {
        assert_eq!(large.position(&plain.points()[number]), Some(number));
        assert_eq!(
            large.word(number),
            plain.word(group, action, number),
            "point {number}"
        );
    }
}

#[test]
fn numbered_as_the_plain_search_numbers() {
    for (text, points) in [
        ("M24", vec![0, 1, 2, 3]),
        ("M12", vec![0, 1, 2, 3]),
        ("S60", vec![3, 17, 59]),
        ("S100", vec![3, 99]),
        ("rubik", vec![0, 1]),
        ("S300", vec![0, 7]),
        ("C5000", vec![0, 1, 2]),
        ("()", vec![]),
        ("S1", vec![0]),
        ("S2", vec![]),
    ] {
        let group = parse_group(text).unwrap();
        let first = boxed(&points);
        let sets = LargeOrbit::of_set(&group, &points, 10_000_000).unwrap();
        check(&group, &OnSets, &first, &sets);
        let tuples = LargeOrbit::of_tuple(&group, &points, 10_000_000).unwrap();
        check(&group, &OnTuples, &first, &tuples);
    }
    let group = parse_group("S10").unwrap();
    let colours: Box<[u32]> = [0, 0, 0, 0, 1, 1, 1, 2, 2, 3].into();
    let large = LargeOrbit::of_colouring(&group, &colours, 100_000).unwrap();
    assert_eq!(large.len(), 12_600);
    check(&group, &OnColourings, &colours, &large);
    for (n, q) in [(7, 3), (4, 7), (3, 9), (9, 2)] {
        let group = MatrixGroup::general_linear(n, q).unwrap();
        let mut first = vec![0; n].into_boxed_slice();
        first[0] = 1;
        let large = LargeOrbit::of_vector(&group, &first, 100_000).unwrap();
        assert_eq!(large.len(), q.pow(n as u32) - 1);
        check(&group, &OnVectors::new(group.field()), &first, &large);
    }
}

#[test]
fn the_same_on_one_thread_and_on_two() {
    let group = parse_group("M24").unwrap();
    let bytes = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            let orbit = LargeOrbit::of_tuple(&group, &[0, 1, 2, 3], 1_000_000).unwrap();
            assert_eq!(orbit.len(), 24 * 23 * 22 * 21);
            let mut text = Vec::new();
            orbit.write_graph(&mut text).unwrap();
            text
        })
    };
    assert_eq!(bytes(1), bytes(2));
}

#[test]
fn every_arc_of_the_graph_is_an_image() {
    let group = parse_group("M11").unwrap();
    let orbit = LargeOrbit::of_set(&group, &[0, 1, 2, 3, 4], 1000).unwrap();
    let mut text = Vec::new();
    orbit.write_graph(&mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(rows.len(), orbit.len());
    let entries = |row: &Vec<&str>| -> Box<[u32]> { row[1].split(',').map(|x| x.parse().unwrap()).collect() };
    for row in &rows {
        for (g, target) in group.generators().iter().zip(&row[2..]) {
            let image = OnSets.act(&entries(row), g);
            assert_eq!(entries(&rows[target.parse::<usize>().unwrap()]), image);
        }
    }
}

#[test]
fn limits_are_kept() {
    let group = parse_group("M24").unwrap();
    let five = [0, 1, 2, 3, 4, 5, 6, 7];
    // 637,560 points of 4 bytes, and at most 16 more each, but for the buffers of the search.
    let orbit = LargeOrbit::of_set(&group, &five, OrbitLimit::default()).unwrap();
    assert!(orbit.bytes() <= (4 + 16) * orbit.len());
    for limit in [0, 1000, 100_000, 1 << 20, 8 << 20] {
        match LargeOrbit::of_set(&group, &five, OrbitLimit::bytes(limit)) {
            Err(GroupError::MemoryLimit { limit: said, points }) => {
                assert_eq!(said, limit);
                assert!(points < orbit.len() && 4 * points <= limit);
            }
            other => panic!("{limit} bytes: {:?}", other.map(|orbit| orbit.len())),
        }
    }
    let error = LargeOrbit::of_set(&group, &five, 637_559).unwrap_err();
    assert_eq!(error, GroupError::OrbitOverLimit { limit: 637_559 });
    assert!(LargeOrbit::of_set(&group, &five, 637_560).is_ok());
    assert!(LargeOrbit::of_set(&group, &five, 0).is_err());
    assert!(LargeOrbit::of_set(&group, &[24], 10).is_err());
    assert!(LargeOrbit::of_set(&group, &[1, 1], 10).is_err());
}

#[test]
fn points_outside_have_no_position() {
    let group = parse_group("M24").unwrap();
    let orbit = LargeOrbit::of_set(&group, &[0, 1, 2], 10_000).unwrap();
    for outside in [&[0, 1][..], &[0, 1, 2, 3], &[0, 1, 99], &[2, 1, 0], &[0, 0, 1]] {
        assert_eq!(orbit.position(outside), None, "{outside:?}");
    }
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for _ in 0..100 {
        let mut set: Vec<u32> = (0..3).map(|k| 8 * k + rng.random_range(0..8u32)).collect();
        set.sort_unstable();
        let at = orbit.position(&set).unwrap();
        assert_eq!(*orbit.point(at), *set);
    }
}
