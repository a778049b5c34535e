//! Against exact rationals, eigenfunctions and simulation.

use super::*;
use crate::finite::walk::Walk;
use crate::statistics;
use groups::catalog::parse_group;
use groups::{OnColourings, Orbit, PermGroup, Permutation};
use nalgebra::{DMatrix, SymmetricEigen};
use num_traits::ToPrimitive;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Transpositions of seven points.
fn transpositions(kind: &str) -> Vec<Permutation> {
    let pairs: Vec<(usize, usize)> = (0..7).flat_map(|i| (i + 1..7).map(move |j| (i, j))).collect();
    let kept = pairs.into_iter().filter(|&(i, j)| match kind {
        "adjacent" => j == i + 1,
        "star" => i == 0,
        _ => true,
    });
    kept.map(|(i, j)| Permutation::from_cycles(7, &[&[i, j]]).unwrap())
        .collect()
}

/// The walk of S_7 by these generators on the arrangements of a word.
fn on_word(generators: &[Permutation], word: &[u32]) -> (GraphWalk, Vec<Permutation>) {
    let group = PermGroup::new(7, generators.to_vec()).unwrap();
    let point: Box<[u32]> = word.into();
    let orbit = Orbit::new(&group, &OnColourings, &point, 1_000).unwrap();
    use groups::Action;
    let moves: Vec<Vec<u32>> = (generators.iter())
        .map(|g| {
            let image = |x| orbit.position(&OnColourings.act(x, g)).unwrap() as u32;
            orbit.points().iter().map(image).collect()
        })
        .collect();
    let exact = moves
        .iter()
        .map(|m| Permutation::from_images(m.clone()).unwrap())
        .collect();
    (GraphWalk::new(moves).unwrap(), exact)
}

const WORDS: [(&[u32], f64); 3] = [
    (&[1, 0, 0, 0, 0, 0, 0], 7.0),
    (&[1, 1, 1, 0, 0, 0, 0], 35.0),
    (&[0, 0, 0, 1, 1, 2, 2], 210.0),
];

/// Kac: nine walks, three orbits; the same times in rationals for the two smaller orbits.
#[test]
fn return_times_are_orbit_sizes_to_nine_digits() {
    for kind in ["adjacent", "all", "star"] {
        for (word, size) in WORDS {
            let (walk, exact) = on_word(&transpositions(kind), word);
            let found = walk.hitting_times(0).unwrap();
            assert!(found.relative_error < 1e-10, "{kind}: {}", found.relative_error);
            assert!(
                (found.return_time - size).abs() < 1e-9,
                "{kind}: {}",
                found.return_time
            );
            if size < 100.0 {
                let rational = Walk::new(&exact, groups::scalar::rational(0, 1)).unwrap();
                for (time, exact) in found.times.iter().zip(rational.hitting_times(0).unwrap()) {
                    let exact = exact.to_f64().unwrap();
                    assert!((time - exact).abs() <= found.relative_error * exact + 1e-12);
                }
            }
        }
    }
}

/// A walk that is not reversible: one generator of order 7 and one of order 3.
#[test]
fn return_times_of_walks_without_symmetry() {
    let generators =
        ["(1,2,3,4,5,6,7)", "(1,2,4)"].map(|text| Permutation::parse_cycles(text, Some(7)).unwrap());
    for (word, size) in WORDS {
        let (walk, _) = on_word(&generators, word);
        assert!(!walk.is_symmetric());
        let found = walk.hitting_times(0).unwrap();
        assert!(
            (found.return_time - size).abs() < 1e-9 * size,
            "{}",
            found.return_time
        );
        assert!(found.relative_error < 1e-9);
    }
}

/// Smaller orbits are not always hit sooner from a uniform start: 78.0 against 62.1, by an independent program. On the path of
/// seven points 78 = 6/7 · 91 by hand.
#[test]
fn a_larger_orbit_is_hit_sooner_under_other_generators() {
    let seven = on_word(&transpositions("adjacent"), WORDS[0].0)
        .0
        .hitting_times(0)
        .unwrap();
    let thirty_five = on_word(&transpositions("all"), WORDS[1].0)
        .0
        .hitting_times(0)
        .unwrap();
    assert!((seven.from_uniform - 78.0).abs() < 1e-9);
    assert!(
        (thirty_five.from_uniform - 62.1).abs() < 0.05,
        "{}",
        thirty_five.from_uniform
    );
    // Under one law of steps the order of the orbits is kept, and the star hits seven points in 5.14.
    let star = on_word(&transpositions("star"), WORDS[0].0).0;
    let star: Vec<f64> = (0..7)
        .map(|x| star.hitting_times(x).unwrap().from_uniform)
        .collect();
    assert!(star.iter().any(|t| (t - 5.14).abs() < 0.01), "{star:?}");
    let same = on_word(&transpositions("all"), WORDS[0].0)
        .0
        .hitting_times(0)
        .unwrap();
    assert!(same.from_uniform < thirty_five.from_uniform);
}

/// Σ φⱼ(x)²/(1 − λⱼ), and never more than (n − 1)/gap.
#[test]
fn hitting_times_agree_with_eigenfunctions() {
    for kind in ["adjacent", "all", "star"] {
        for (word, size) in &WORDS[..2] {
            let (walk, _) = on_word(&transpositions(kind), word);
            let n = walk.states();
            let mut matrix = DMatrix::<f64>::zeros(n, n);
            for images in walk.moves() {
                for (x, &y) in images.iter().enumerate() {
                    matrix[(x, y as usize)] += 1.0 / walk.moves().len() as f64;
                }
            }
            let eigen = SymmetricEigen::new(matrix);
            let top = eigen.eigenvalues.imax();
            for target in [0, n / 2] {
                let sum: f64 = (0..n)
                    .filter(|&j| j != top)
                    .map(|j| size * eigen.eigenvectors[(target, j)].powi(2) / (1.0 - eigen.eigenvalues[j]))
                    .sum();
                let found = walk.hitting_times(target).unwrap().from_uniform;
                assert!((sum - found).abs() < 1e-8 * sum, "{kind} {target}: {sum} {found}");
            }
            let measures = walk.measures().unwrap();
            assert!(measures.hitting.from_uniform <= measures.hitting_bound * (1.0 + 1e-9));
        }
    }
}

/// The gap of all transpositions is 2/(n − 1) on every orbit but a point (Diaconis and Shahshahani 1981): here 1/3; the path
/// has (1 − cos(π/7))/3 for a move that is one of six.
#[test]
fn gaps_have_their_closed_forms() {
    for (word, _) in WORDS {
        let gap = on_word(&transpositions("all"), word).0.spectral_gap().unwrap();
        assert!((gap.gap - 1.0 / 3.0).abs() < 1e-12, "{gap:?}");
        let gap = on_word(&transpositions("adjacent"), word)
            .0
            .spectral_gap()
            .unwrap();
        // Aldous' order: the gap of the interchange process is that of one particle (Caputo, Liggett, Richthammer 2010).
        let path = (1.0 - (std::f64::consts::PI / 7.0).cos()) / 3.0;
        assert!((gap.gap - path).abs() < 1e-12, "{gap:?}");
    }
}

/// Lanczos on a long cycle and a large torus, against cosines; the cycle of even length alternates.
#[test]
fn large_graphs_are_done_by_lanczos() {
    let turn = |n: u32, k: u32| (0..n).map(|x| (x + k) % n).collect::<Vec<u32>>();
    let cycle = GraphWalk::new(vec![turn(500, 1), turn(500, 499)]).unwrap();
    let gap = cycle.spectral_gap().unwrap_or_else(|_| panic!("500 points"));
    let exact = 1.0 - (std::f64::consts::TAU / 500.0).cos();
    assert!((gap.gap - exact).abs() <= gap.residual + 1e-12, "{gap:?} {exact}");
    assert!(gap.absolute_gap.abs() < 1e-9);
    let torus = |down: u32, right: u32| -> Vec<u32> {
        (0..2_500)
            .map(|p| (p / 50 + down) % 50 * 50 + (p % 50 + right) % 50)
            .collect()
    };
    let walk = GraphWalk::new(vec![torus(1, 0), torus(49, 0), torus(0, 1), torus(0, 49)]).unwrap();
    let measures = walk.measures().unwrap();
    let exact = (1.0 - (std::f64::consts::TAU / 50.0).cos()) / 2.0;
    assert!((measures.spectrum.gap - exact).abs() < 1e-9);
    assert_eq!(measures.diameter, Some(50));
    assert!((measures.hitting.return_time - 2_500.0).abs() < 1e-9 * 2_500.0);
    // Vertex-transitive: Σ 1/(1 − λ).
    let eigenvalue = |i: i32, j: i32| {
        let angle = |k: i32| (std::f64::consts::TAU * f64::from(k) / 50.0).cos();
        (angle(i) + angle(j)) / 2.0
    };
    let sum: f64 = (0..50)
        .flat_map(|i| (0..50).map(move |j| (i, j)))
        .filter(|&ij| ij != (0, 0))
        .map(|(i, j)| 1.0 / (1.0 - eigenvalue(i, j)))
        .sum();
    assert!((measures.hitting.from_uniform - sum).abs() < 1e-8 * sum);
}

/// T1: independent uniform draws hit a stabilizer after |O| draws on average, 10 and 360; the control: not after |S|.
#[test]
fn uniform_draws_hit_a_stabilizer_after_as_many_as_the_orbit_has_points() {
    for (name, word, orbit, stabilizer) in [
        ("S5", &[1u32, 1, 1, 0, 0][..], 10.0, 12.0),
        ("S6", &[0, 1, 2, 3, 4, 4], 360.0, 2.0),
        ("S4", &[5, 5, 5, 5], 1.0, 24.0),
    ] {
        let group = parse_group(name).unwrap();
        let point: Box<[u32]> = word.into();
        assert_eq!(
            Orbit::new(&group, &OnColourings, &point, 1_000).unwrap().len() as f64,
            orbit
        );
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        let draws: Vec<f64> = (0..4_000)
            .map(|_| {
                let fixes = |g: Permutation| (0..word.len()).all(|i| word[g.image(i)] == word[i]);
                let hit = (1u32..).find(|_| fixes(group.random_element(&mut rng)));
                hit.map_or(f64::INFINITY, f64::from)
            })
            .collect();
        let mean = statistics::mean(&draws, 0.9999);
        assert!(mean.contains(orbit), "{name}: {mean:?}");
        assert!(!mean.contains(stabilizer), "{name}: {mean:?}");
    }
}

/// The walk simulated.
#[test]
fn hitting_times_agree_with_simulation() {
    let (walk, _) = on_word(&transpositions("star"), WORDS[1].0);
    let exact = walk.hitting_times(3).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let samples: Vec<f64> = (0..4_000)
        .map(|_| {
            let (mut x, mut t) = (rng.random_range(0..walk.states()), 0.0);
            while x != 3 {
                x = walk.moves()[rng.random_range(0..walk.moves().len())][x] as usize;
                t += 1.0;
            }
            t
        })
        .collect();
    assert!(statistics::mean(&samples, 0.9999).contains(exact.from_uniform));
}

#[test]
fn schreier_graphs_are_walked() {
    let group = parse_group("D4").unwrap();
    let graph = LabelledGraph::of_cosets(&group, &group.stabilizer(0).unwrap(), 100).unwrap();
    let walk = GraphWalk::of_graph(&graph, true).unwrap();
    assert!(walk.is_symmetric());
    let measures = walk.measures().unwrap();
    assert!((measures.hitting.return_time - 4.0).abs() < 1e-12);
    let one = LabelledGraph::of_cosets(&group, &group, 100).unwrap();
    let one = GraphWalk::of_graph(&one, true).unwrap().measures().unwrap();
    assert_eq!(
        (one.points, one.diameter, one.hitting.return_time),
        (1, Some(0), 1.0)
    );
}

#[test]
fn what_is_no_walk_is_refused() {
    for (moves, says) in [
        (vec![], "empty"),
        (vec![vec![0, 0]], "not one to one"),
        (vec![vec![0, 5]], "not one to one"),
        (vec![vec![1, 0], vec![0]], "different lengths"),
        (vec![vec![0, 1]], "does not connect"),
    ] {
        let message = GraphWalk::new(moves).unwrap_err().to_string();
        assert!(message.contains(says), "{message}");
    }
    let walk = GraphWalk::new(vec![vec![1, 0]]).unwrap();
    assert!(matches!(
        walk.hitting_times(2),
        Err(BridgeError::Parameter { .. })
    ));
}
