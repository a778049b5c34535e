use std::collections::HashSet;

use num_bigint::BigUint;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;

fn order(graph: &ColoredGraph) -> BigUint {
    let automorphisms = graph.automorphisms();
    assert!(
        automorphisms
            .generators()
            .iter()
            .all(|g| graph.is_automorphism(g) && !g.is_identity())
    );
    assert_eq!(
        automorphisms.order(),
        automorphisms.group().order(),
        "the generators are strong"
    );
    let canonical = graph.canonical_form();
    assert_eq!(canonical.automorphisms.order(), automorphisms.order());
    assert_eq!(graph.image(&canonical.labeling).unwrap(), canonical.graph);
    automorphisms.order()
}

fn factorial(n: usize) -> BigUint {
    (1..=n).fold(BigUint::from(1u32), |product, k| product * k)
}

fn number(n: u64) -> BigUint {
    BigUint::from(n)
}

fn edges_where(n: usize, joined: impl Fn(usize, usize) -> bool) -> ColoredGraph {
    let pairs = (0..n).flat_map(|u| (0..u).map(move |v| (v, u)));
    ColoredGraph::undirected(n, &pairs.filter(|&(u, v)| joined(u, v)).collect::<Vec<_>>()).unwrap()
}

fn random_permutation(n: usize, rng: &mut ChaCha8Rng) -> Permutation {
    PermGroup::symmetric(n).random_element(rng)
}

/// A bipartite graph of the rows and columns of a matrix, its entries as colours.
fn matrix_graph(rows: &[Vec<u32>]) -> ColoredGraph {
    let (m, n) = (rows.len(), rows[0].len());
    let colors = (0..m + n).map(|x| u32::from(x >= m)).collect();
    let entry = |(i, row): (usize, &Vec<u32>)| {
        row.iter()
            .enumerate()
            .map(move |(j, &w)| (i, m + j, w))
            .collect::<Vec<_>>()
    };
    ColoredGraph::new(colors, rows.iter().enumerate().flat_map(entry).collect()).unwrap()
}

#[test]
fn graphs_of_known_symmetry() {
    let pairs: Vec<(usize, usize)> = (0..5).flat_map(|a| (0..a).map(move |b| (b, a))).collect();
    let disjoint = |x: usize, y: usize| {
        let ((a, b), (c, d)) = (pairs[x], pairs[y]);
        a != c && a != d && b != c && b != d
    };
    assert_eq!(order(&edges_where(10, disjoint)), number(120), "Petersen");
    for n in 0..40 {
        assert_eq!(order(&edges_where(n, |_, _| true)), factorial(n), "K_{n}");
        assert_eq!(
            order(&edges_where(n, |_, _| false)),
            factorial(n),
            "the empty graph on {n} vertices"
        );
    }
    assert_eq!(
        order(&edges_where(12, |u, v| v - u == 1 || v - u == 11)),
        number(24),
        "C_12"
    );
    for d in 1..8 {
        let expected = (factorial(d) * number(1)) << d;
        assert_eq!(
            order(&edges_where(1 << d, |u, v| (u ^ v).is_power_of_two())),
            expected,
            "Q_{d}"
        );
    }
    for q in [5usize, 13, 17, 29, 37, 101] {
        let is_square = |x: usize| (1..q).any(|y| y * y % q == x % q);
        let expected = number((q * (q - 1) / 2) as u64);
        assert_eq!(
            order(&edges_where(q, |u, v| is_square(v - u))),
            expected,
            "Paley {q}"
        );
    }
    for (a, b, expected) in [(4, 7, 4u64), (5, 5, 8), (1, 6, 2), (2, 2, 8)] {
        let joined = |u: usize, v: usize| (v - u == b) || (v - u == 1 && !v.is_multiple_of(b));
        assert_eq!(
            order(&edges_where(a * b, joined)),
            number(expected),
            "the {a} x {b} grid"
        );
    }
    // The lattice graph: two entries of a square are joined if they share a row or a column.
    for n in [3usize, 5, 8] {
        let joined = |u: usize, v: usize| u / n == v / n || u % n == v % n;
        assert_eq!(
            order(&edges_where(n * n, joined)),
            (factorial(n).pow(2)) << 1,
            "L_2({n})"
        );
    }
    // Five pentagons side by side: D_5 wr S_5.
    let pentagons = edges_where(25, |u, v| u / 5 == v / 5 && matches!(v - u, 1 | 4));
    assert_eq!(order(&pentagons), number(10).pow(5) * factorial(5));
}

#[test]
fn the_shrikhande_graph_is_not_the_lattice_graph() {
    // Both are strongly regular with parameters (16, 6, 2, 2): refinement alone cannot tell them apart.
    let difference = |u: usize, v: usize| ((4 + v / 4 - u / 4) % 4, (4 + v % 4 - u % 4) % 4);
    let joined = |d| matches!(d, (0, 1) | (0, 3) | (1, 0) | (3, 0) | (1, 1) | (3, 3));
    let shrikhande = edges_where(16, |u, v| joined(difference(u, v)));
    let lattice = edges_where(16, |u, v| u / 4 == v / 4 || u % 4 == v % 4);
    assert_eq!(order(&shrikhande), number(192));
    assert_eq!(order(&lattice), number(1152));
    assert!(shrikhande.isomorphism_to(&lattice).is_none());
}

#[test]
fn graphs_of_classical_groups() {
    // Incidence of points and lines of the projective plane of order 7 (lines are also given by vectors): PGL(3,7)
    // on each side, of order 7^3 (7^3 - 1)(7^2 - 1), and the duality that swaps the sides.
    let q = 7usize;
    let points: Vec<[usize; 3]> = std::iter::once([0, 0, 1])
        .chain((0..q).map(|z| [0, 1, z]))
        .chain((0..q * q).map(|yz| [1, yz / q, yz % q]))
        .collect();
    let m = points.len();
    let incident = |u: usize, v: usize| {
        u < m
            && v >= m
            && points[u]
                .iter()
                .zip(points[v - m])
                .map(|(a, b)| a * b)
                .sum::<usize>()
                % q
                == 0
    };
    assert_eq!(order(&edges_where(2 * m, incident)), number(2 * 343 * 342 * 48));
    // The pairs of even weight vectors: halved 6-cube, 2^5 * 6! (times nothing else for n = 6).
    let even: Vec<u32> = (0..64u32).filter(|x| x.count_ones() % 2 == 0).collect();
    let halved = edges_where(32, |u, v| (even[u] ^ even[v]).count_ones() == 2);
    assert_eq!(order(&halved), number(32) * factorial(6));
}

#[test]
fn weights_as_graphs() {
    let square = |n: usize, entry: &dyn Fn(usize, usize) -> u32| {
        let rows: Vec<Vec<u32>> = (0..n).map(|i| (0..n).map(|j| entry(i, j)).collect()).collect();
        order(&matrix_graph(&rows))
    };
    assert_eq!(square(64, &|i, j| u32::from(i == j)), factorial(64));
    assert_eq!(square(7, &|i, j| u32::from(i == j)), number(5040));
    assert_eq!(square(7, &|_, _| 3), number(25_401_600));
    assert_eq!(
        square(7, &|i, j| ((7 + j - i) % 7) as u32),
        number(7),
        "circulant"
    );
    assert_eq!(
        square(7, &|i, j| (j.abs_diff(i)).min(7 - j.abs_diff(i)) as u32),
        number(14)
    );
    assert_eq!(square(7, &|i, j| (7 * i + j) as u32), number(1));
    // A diagonal that singles out one or two units leaves the others free.
    let diagonal =
        |free: usize| move |i: usize, j: usize| if i != j { 0 } else { 1 + i.max(free - 1) as u32 };
    assert_eq!(square(7, &diagonal(6)), number(720));
    assert_eq!(square(7, &diagonal(5)), number(120));
}

#[test]
fn agrees_with_brute_force() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    for case in 0..300 {
        let n = case % 8;
        let colors = (0..n).map(|_| rng.random_range(0..1 + case as u32 % 2)).collect();
        let density = rng.random_range(0.1..0.9);
        let mut arcs = Vec::new();
        for u in 0..n {
            for v in 0..n {
                // Loops and parallel arcs too.
                while rng.random_bool(density) && arcs.len() < 60 {
                    arcs.push((u, v, rng.random_range(0..1 + case as u32 % 3)));
                    if case % 3 != 0 {
                        break;
                    }
                }
            }
        }
        let directed = case % 4 < 2;
        if !directed {
            arcs = arcs
                .iter()
                .flat_map(|&(u, v, c)| [(u, v, c), (v, u, c)])
                .collect();
        }
        let graph = ColoredGraph::new(colors, arcs).unwrap();
        let all = PermGroup::symmetric(n);
        let expected = all.elements().filter(|g| graph.is_automorphism(g)).count();
        assert_eq!(order(&graph), number(expected as u64), "{graph:?}");
        // All isomorphic copies have one canonical form, reached by the labelling.
        let canonical = graph.canonical_form();
        for _ in 0..5 {
            let copy = graph.image(&random_permutation(n, &mut rng)).unwrap();
            assert_eq!(copy.canonical_form().graph, canonical.graph);
        }
    }
}

#[test]
fn all_graphs_on_few_vertices_fall_into_the_known_number_of_classes() {
    // Graphs up to isomorphism: OEIS A000088; directed graphs without loops: A000273.
    for (n, classes) in [
        (0usize, 1usize),
        (1, 1),
        (2, 2),
        (3, 4),
        (4, 11),
        (5, 34),
        (6, 156),
    ] {
        let pairs: Vec<(usize, usize)> = (0..n).flat_map(|u| (0..u).map(move |v| (v, u))).collect();
        let mut forms = HashSet::new();
        for bits in 0..1u32 << pairs.len() {
            let chosen = |k: &usize| bits >> k & 1 == 1;
            let edges: Vec<_> = (0..pairs.len()).filter(chosen).map(|k| pairs[k]).collect();
            forms.insert(
                ColoredGraph::undirected(n, &edges)
                    .unwrap()
                    .canonical_form()
                    .graph
                    .arcs()
                    .to_vec(),
            );
        }
        assert_eq!(forms.len(), classes, "graphs on {n} vertices");
    }
    for (n, classes) in [(3usize, 16usize), (4, 218)] {
        let pairs: Vec<(usize, usize, u32)> = (0..n)
            .flat_map(|u| (0..n).filter(move |&v| v != u).map(move |v| (u, v, 0)))
            .collect();
        let mut forms = HashSet::new();
        for bits in 0..1u32 << pairs.len() {
            let arcs = (0..pairs.len())
                .filter(|k| bits >> k & 1 == 1)
                .map(|k| pairs[k])
                .collect();
            forms.insert(
                ColoredGraph::new(vec![0; n], arcs)
                    .unwrap()
                    .canonical_form()
                    .graph
                    .arcs()
                    .to_vec(),
            );
        }
        assert_eq!(forms.len(), classes, "directed graphs on {n} vertices");
    }
}

#[test]
fn canonical_forms_of_larger_graphs_do_not_depend_on_the_names() {
    let mut rng = ChaCha8Rng::seed_from_u64(8);
    let cube = edges_where(64, |u, v| (u ^ v).is_power_of_two());
    let lattice = edges_where(49, |u, v| u / 7 == v / 7 || u % 7 == v % 7);
    let sparse = edges_where(60, |u, v| (u * 7 + v * 13) % 31 == 3);
    let paley = edges_where(37, |u, v| (1..37).any(|y| y * y % 37 == v - u));
    let pentagons = edges_where(40, |u, v| u / 5 == v / 5 && matches!(v - u, 1 | 4));
    for graph in [cube, lattice, sparse, paley, pentagons] {
        let canonical = graph.canonical_form().graph;
        for _ in 0..4 {
            let copy = graph
                .image(&random_permutation(graph.vertex_count(), &mut rng))
                .unwrap();
            assert_eq!(copy.canonical_form().graph, canonical);
            let g = graph.isomorphism_to(&copy).unwrap();
            assert_eq!(graph.image(&g).unwrap(), copy);
        }
    }
}

#[test]
fn an_arc_must_join_vertices() {
    let bad = ColoredGraph::new(vec![0; 3], vec![(0, 3, 0)]);
    assert_eq!(bad, Err(GroupError::PointOutOfRange { point: 3, degree: 3 }));
}
