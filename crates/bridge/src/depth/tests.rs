//! Exactly equivariant networks, and networks that are not.

use super::*;
use crate::feature_action::{Feature, OnFeatures, act};
use groups::{Action, Orbit, PermGroup, catalog::parse_group};
use nalgebra::{DMatrix, DVector};
use nets::{Activation, Dense, Network};
use num_bigint::BigUint;

/// The orbit of a vector under permutations of its coordinates: points (columns), moves, order of the stabilizer.
fn orbit_of(group: &PermGroup, x: &[f64]) -> (DMatrix<f64>, Vec<Vec<u32>>, BigUint) {
    let point = Feature::new(x.to_vec()).unwrap();
    let orbit = Orbit::new(group, &OnFeatures, &point, 10_000).unwrap();
    let moves = group.generators().iter().map(|g| {
        let image = |y: &Feature| orbit.position(&OnFeatures.act(y, g)).unwrap() as u32;
        orbit.points().iter().map(image).collect()
    });
    let points = DMatrix::from_fn(x.len(), orbit.len(), |i, k| orbit.points()[k].values()[i]);
    (points, moves.collect(), group.order() / orbit.len())
}

fn level(name: &str, codes: DMatrix<f64>) -> LevelCodes {
    LevelCodes {
        name: name.to_owned(),
        codes,
        scale: 1.0,
    }
}

/// A cyclic convolution of n values, as a dense layer.
fn circulant(kernel: &[f64], n: usize, activation: Activation) -> Dense {
    let weights = DMatrix::from_fn(n, n, |i, j| kernel.get((j + n - i) % n).copied().unwrap_or(0.0));
    Dense::new(weights, DVector::from_element(n, 0.25), activation).unwrap()
}

/// Sum over the residues mod `period`: equivariant, with the cyclic group acting through a quotient.
fn pooling(n: usize, period: usize) -> Dense {
    let weights = DMatrix::from_fn(period, n, |i, j| f64::from(u8::from(j % period == i)));
    Dense::new(weights, DVector::zeros(period), Activation::Linear).unwrap()
}

/// Twelve beads through a convolution with ReLU, pooling mod 4, mod 2 and to the sum: S_x ≤ S_φ(x) at every layer, and every
/// orbit graph a quotient. Weights and inputs are dyadic, so that all sums are exact.
#[test]
fn stabilizers_grow_through_a_cyclic_convolution() {
    let group = parse_group("C12").unwrap();
    let network = Network::new(vec![
        circulant(&[1.0, -0.5, 0.0, 0.25], 12, Activation::Relu).into(),
        pooling(12, 4).into(),
        pooling(4, 2).into(),
        pooling(2, 1).into(),
    ])
    .unwrap();
    for x in [
        [1.0, 0.0, 0.0, 0.0, 0.5, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0],
        [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0],
    ] {
        let (points, moves, stabilizer) = orbit_of(&group, &x);
        let mut levels = vec![level("input", points.clone())];
        for (l, codes) in network
            .activation_columns(&points)
            .into_iter()
            .enumerate()
            .skip(1)
        {
            levels.push(level(&format!("layer {l}"), codes));
        }
        let tower = OrbitTower::of(moves.clone(), &stabilizer, &levels, 0.0).unwrap();
        let mut order = BigUint::from(1u32);
        for (l, found) in tower.levels.iter().enumerate() {
            assert!(
                found.quotient && found.nested && found.gram_defect == 0.0,
                "{found:?}"
            );
            // |O_φ(x)| divides |O_x|, and the order is that of the stabilizer counted by brute force.
            assert_eq!(tower.points % found.blocks, 0);
            let next: BigUint = found.stabilizer_order.as_deref().unwrap().parse().unwrap();
            assert!(next >= order && (&next % &order) == BigUint::ZERO);
            let part = (l > 0).then(|| network.up_to(l - 1).unwrap());
            let value = |y: &[f64]| {
                let y = DVector::from_column_slice(y);
                part.as_ref().map_or(y.clone(), |part| part.forward(&y))
            };
            let fixing = group
                .elements()
                .filter(|g| value(&act(&x, g)) == value(&x))
                .count();
            assert_eq!(next, BigUint::from(fixing));
            order = next;
            // The homomorphism, arc by arc.
            let quotient = tower.quotient_moves(l).unwrap();
            for (images, below) in quotient.iter().zip(&moves) {
                for (v, &w) in below.iter().enumerate() {
                    assert_eq!(images[found.block_of[v]] as usize, found.block_of[w as usize]);
                }
            }
        }
        assert_eq!(tower.levels[4].blocks, 1); // the sum is invariant
        let graph = tower.graph();
        assert_eq!(
            graph.vertex_count(),
            tower.levels.iter().map(|l| l.blocks).sum::<usize>()
        );
        let rows: &Vec<usize> = graph.levels.as_ref().unwrap();
        assert_eq!(*rows.last().unwrap(), 4);
    }
}

/// The control: a layer that treats one place apart. Where it merges points, they are no blocks; where it does not, the inner
/// products give it away. Then a layer that is one to one and linear but not orthogonal.
#[test]
fn layers_that_are_not_equivariant_are_told_apart() {
    let group = parse_group("C6").unwrap();
    let (points, moves, stabilizer) = orbit_of(&group, &[1.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    let first = DMatrix::from_fn(1, 6, |_, k| points[(0, k)]);
    let uneven = DMatrix::from_fn(6, 6, |i, k| points[(i, k)] * (1.0 + i as f64));
    let turned = DMatrix::from_fn(6, 6, |i, k| points[(5 - i, k)]);
    let levels = [
        level("input", points.clone()),
        level("one place", first),
        level("uneven", uneven),
        level("reversed", turned),
    ];
    let tower = OrbitTower::of(moves, &stabilizer, &levels, 1e-12).unwrap();
    let [input, one, uneven, reversed] = &tower.levels[..] else {
        panic!("four levels")
    };
    assert!(input.quotient && input.gram_defect == 0.0);
    assert_eq!((one.blocks, one.quotient), (2, false));
    assert_eq!(one.stabilizer_order, None);
    assert!(tower.quotient_moves(1).is_none());
    assert!(uneven.quotient && uneven.blocks == 6 && uneven.gram_defect > 0.5);
    assert!(!uneven.nested, "after one place, whose points it tells apart");
    // Reversal is equivariant for another action on the codes.
    assert!(reversed.quotient && reversed.gram_defect == 0.0);
}

/// Layers of deep sets under S_5 on words: equivariant, then invariant.
#[test]
fn orbits_of_words_shrink_through_a_deep_set() {
    let group = parse_group("S5").unwrap();
    let (points, moves, stabilizer) = orbit_of(&group, &[1.0, 1.0, 2.0, 3.0, 3.0]);
    assert_eq!((points.ncols(), stabilizer.to_string()), (30, "4".to_owned()));
    // Threshold between 1 and 2: the word becomes 0, 0, 1, 1, 1.
    let step = points.map(|v| if v > 1.5 { 1.0 } else { 0.0 });
    let sum = DMatrix::from_fn(1, 30, |_, k| step.column(k).sum());
    let levels = [level("word", points), level("threshold", step), level("sum", sum)];
    let tower = OrbitTower::of(moves, &stabilizer, &levels, 0.0).unwrap();
    let blocks: Vec<usize> = tower.levels.iter().map(|l| l.blocks).collect();
    let orders: Vec<&str> = tower
        .levels
        .iter()
        .filter_map(|l| l.stabilizer_order.as_deref())
        .collect();
    assert_eq!(blocks, [30, 10, 1]);
    assert_eq!(orders, ["4", "12", "120"]);
    assert_eq!(tower.levels[1].between, Some(2f64.sqrt()));
    assert_eq!(tower.levels[1].within, 0.0);
}

#[test]
fn bad_levels_are_refused() {
    let turn = vec![vec![1, 2, 0]];
    let of = |codes, tolerance| OrbitTower::of(turn.clone(), &1u32.into(), &[level("x", codes)], tolerance);
    use crate::BridgeError;
    assert!(matches!(
        of(DMatrix::zeros(1, 2), 0.0),
        Err(BridgeError::Shape { .. })
    ));
    assert!(matches!(
        of(DMatrix::zeros(1, 3), -1.0),
        Err(BridgeError::Tolerance { .. })
    ));
    assert!(matches!(
        of(DMatrix::from_element(1, 3, f64::NAN), 0.0),
        Err(BridgeError::NotFinite { .. })
    ));
    let stuck = OrbitTower::of(vec![vec![0, 1]], &1u32.into(), &[], 0.0);
    assert!(matches!(stuck, Err(BridgeError::Parameter { .. })));
}

/// T13: dim X/G, with the numbers of independent invariants that are in every textbook.
#[test]
fn moduli_spaces_have_their_dimensions() {
    let vectors = |n, k| ModuliSpace::Vectors { n, k };
    for (algebra, space, expected) in [
        ("so(3)", ModuliSpace::Forms { n: 3 }, 3),
        ("so(2)", ModuliSpace::Forms { n: 2 }, 2),
        ("so(4)", vectors(4, 1), 1),
        ("so(4)", vectors(4, 2), 3),
        ("so(4)", vectors(4, 3), 6),
        // 4 · 4 − 6: all ten inner products are independent.
        ("so(4)", vectors(4, 4), 10),
        ("so(4)", vectors(4, 6), 18),
        ("se(2)", vectors(2, 2), 1),
        ("se(2)", vectors(2, 3), 3),
        ("gl(3)", vectors(3, 1), 0),
        ("gl(3)", vectors(3, 4), 3),
    ] {
        let found = moduli_dimension(algebra, space).unwrap();
        assert_eq!(found.moduli, expected, "{algebra} on {space:?}: {found:?}");
        assert_eq!(found.moduli, found.space + found.stabilizer - found.group);
    }
    // The rank of the derivative of tr M, tr M², tr M³ at a random form is 3, independently.
    let m = nalgebra::dmatrix![1.0, 0.3, -0.7; 0.3, 2.0, 0.4; -0.7, 0.4, -1.5];
    let powers = [DMatrix::identity(3, 3), m.clone(), &m * &m];
    let gradients = DMatrix::from_fn(3, 9, |k, e| powers[k][(e / 3, e % 3)]);
    assert_eq!(gradients.rank(1e-9), 3);
    assert!(moduli_dimension("so(3)", vectors(3, 0)).is_err());
    assert!(moduli_dimension("so(3)", vectors(2, 1)).is_err());
    assert!(moduli_dimension("nothing", vectors(2, 1)).is_err());
}

/// Stabilizers of rows from distances: the sign of an invariant layer, and the control.
#[test]
fn stabilizers_of_rows_are_measured() {
    let group = parse_group("D4").unwrap();
    let elements = crate::filtration::Elements::of(&group).unwrap();
    let still = vec![vec![0.0; 8]; 3];
    let found = code_stabilizers(&group, &elements, &still).unwrap();
    assert_eq!((found.symmetry, found.orders[0].order), (1.0, 8.0));
    let far: Vec<Vec<f64>> = vec![(0..8).map(|k| if k == 0 { 0.0 } else { 2.0 }).collect(); 3];
    let found = code_stabilizers(&group, &elements, &far).unwrap();
    assert_eq!((found.symmetry, found.orders[3].order), (0.0, 1.0));
    assert!(code_stabilizers(&group, &elements, &[]).is_err());
    assert!(code_stabilizers(&group, &elements, &[vec![0.0; 3]]).is_err());
}
