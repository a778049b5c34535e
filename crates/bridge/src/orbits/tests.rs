//! Networks whose orbits are known: equivariant ones, and ones that are not.

use super::*;
use crate::BridgeError;
use crate::symmetry::discrete::{InputGroup, Layout};
use nalgebra::{DMatrix, DVector};
use nets::{Activation, Dataset, Dense, Network};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

fn gaussian(rows: usize, width: usize, seed: u64) -> Dataset {
    crate::audit::gaussian_rows(width, rows, seed).unwrap()
}

fn random(rows: usize, columns: usize, seed: u64) -> DMatrix<f64> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    DMatrix::from_fn(rows, columns, |_, _| {
        rng.sample::<f64, _>(StandardNormal) / (columns as f64).sqrt()
    })
}

fn dense(weights: DMatrix<f64>, activation: Activation) -> Dense {
    let bias = DVector::zeros(weights.nrows());
    Dense::new(weights, bias, activation).unwrap()
}

/// All cyclic shifts of two kernels: 2n units, an equivariant layer.
fn shifted(n: usize, activation: Activation) -> Dense {
    let kernels = random(2, n, 3);
    dense(
        DMatrix::from_fn(2 * n, n, |unit, j| kernels[(unit / n, (j + n - unit % n) % n)]),
        activation,
    )
}

fn cyclic(n: usize) -> InputGroup {
    InputGroup::parse(&format!("C{n}"), &Layout::of_shape(&[n])).unwrap()
}

fn options() -> OrbitOptions {
    OrbitOptions {
        tolerance: Some(1e-9),
        rows: 400,
        ..OrbitOptions::default()
    }
}

/// The two orbits of an equivariant layer are one, through a nonlinear activation and a second layer; the null is far off.
#[test]
fn orbits_of_an_equivariant_network_are_one() {
    let n = 7;
    let second = {
        let kernel = random(1, 2 * n, 5);
        DMatrix::from_fn(n, 2 * n, |unit, j| {
            kernel[(0, j / n * n + (j % n + n - unit) % n)]
        })
    };
    let network = Network::new(vec![
        shifted(n, Activation::Tanh).into(),
        dense(second, Activation::Tanh).into(),
    ])
    .unwrap();
    let found = feature_orbits(&network, &gaussian(400, n, 1), &cyclic(n), &options()).unwrap();
    assert!(found.unanswered.is_empty());
    assert_eq!((found.group_order.as_str(), found.layers.len()), ("7", 2));
    for layer in &found.layers {
        assert!(
            layer.residual[0] < 1e-6 && layer.residual[1] > 0.1,
            "{:?}",
            layer.residual
        );
        assert!(layer.representation_defect[0] < 1e-6);
        assert!(
            layer.gram_defect[0] < 1e-10 && layer.gram_defect[1] > 0.01,
            "{:?}",
            layer.gram_defect
        );
        assert!(
            layer.distance.learned < 1e-5 && layer.distance.null > 0.02,
            "{:?}",
            layer.distance
        );
        assert!(layer.distance.better.low > 0.5);
        for feature in &layer.features {
            assert_eq!((feature.orbit_size.as_str(), feature.fixed), ("7", false));
            let matching = feature.matching.unwrap();
            assert!(matching.certified_gap < 1e-9 && matching.mean <= matching.labelled + 1e-12);
            assert!(matching.mean <= matching.hausdorff + 1e-12);
        }
    }
    // Linear features have no mean to take: the orbits agree to rounding.
    let linear = Network::new(vec![shifted(n, Activation::Linear).into()]).unwrap();
    let found = feature_orbits(&linear, &gaussian(400, n, 1), &cyclic(n), &options()).unwrap();
    for feature in &found.layers[0].features {
        let matching = feature.matching.unwrap();
        assert!(
            matching.hausdorff < 1e-6 && matching.labelled < 1e-6,
            "{matching:?}"
        );
    }
}

/// A layer of too few features to be closed under the group, by hand: the row (1, 0, 0, 0) alone under C4 on white data is
/// moved by A_g = 0 but for the identity, so that three of four points are a distance of 1 off.
#[test]
fn a_single_coordinate_is_not_closed_under_shifts() {
    let network = Network::new(vec![
        dense(
            DMatrix::from_row_slice(1, 4, &[1.0, 0.0, 0.0, 0.0]),
            Activation::Linear,
        )
        .into(),
    ])
    .unwrap();
    let found = feature_orbits(
        &network,
        &gaussian(4_000, 4, 2),
        &cyclic(4),
        &OrbitOptions {
            rows: 4_000,
            ..options()
        },
    )
    .unwrap();
    let layer = &found.layers[0];
    let matching = layer.features[0].matching.unwrap();
    assert!((matching.mean - 0.75).abs() < 0.01, "{matching:?}");
    assert!((matching.hausdorff - 1.0).abs() < 0.05);
    // Three quarters of the variance are not explained.
    assert!(
        (layer.residual[0] - 0.75f64.sqrt()).abs() < 0.03,
        "{:?}",
        layer.residual
    );
}

/// Stabilizers: a symmetric feature, one nearly so, one that all fix, and one of norm 0, which is refused with its reason.
#[test]
fn stabilizers_types_and_graphs_of_planted_features() {
    let rows = [
        [1.0, 2.0, 1.0, 2.0, 1.0, 2.0],
        [1.0, 2.0, 1.001, 2.0, 1.0, 2.0],
        [1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
        [0.0; 6],
        [3.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 5.0, 0.0, 1.0, 0.0],
    ];
    let network = Network::new(vec![
        dense(DMatrix::from_fn(6, 6, |i, j| rows[i][j]), Activation::Linear).into(),
    ])
    .unwrap();
    let group = InputGroup::parse("C6", &Layout::of_shape(&[6])).unwrap();
    let ask = |tolerance| {
        let options = OrbitOptions {
            tolerance: Some(tolerance),
            ..options()
        };
        feature_orbits(&network, &gaussian(400, 6, 1), &group, &options)
            .unwrap()
            .layers
            .remove(0)
    };
    let exact = ask(0.0);
    let orders: Vec<&str> = exact
        .features
        .iter()
        .map(|f| f.stabilizer_order.as_str())
        .collect();
    assert_eq!(orders, ["3", "1", "6", "1", "1"]);
    assert_eq!(exact.refused.len(), 1);
    assert_eq!(exact.refused[0].unit, 3);
    assert!(
        exact.refused[0].why.contains("norm 0"),
        "{}",
        exact.refused[0].why
    );
    let fixed: Vec<bool> = exact.features.iter().map(|f| f.fixed).collect();
    assert_eq!(fixed, [false, false, true, false, false]);
    assert_eq!(exact.types.types.len(), 3);
    assert_eq!(exact.types.covers, [(0, 1), (1, 2)]);
    assert_eq!(exact.types.types[0].units, [1, 4, 5]);
    for (kind, points) in exact.types.types.iter().zip([6, 2, 1]) {
        let measures = kind.schreier.as_ref().unwrap();
        assert_eq!(measures.points, points);
        assert!((measures.hitting.return_time - points as f64).abs() < 1e-9);
    }
    let near = ask(0.01);
    assert_eq!(near.features[1].stabilizer_order, "3");
    assert!(near.features[1].rounding > 1e-5 && near.features[1].rounding < 1e-3);
    assert_eq!(near.features[0].rounding, 0.0);
    let graphs = near.graphs;
    assert_eq!(graphs.unit, Some(0));
    assert_eq!(graphs.schreier.unwrap().vertex_count(), 2);
    assert_eq!(graphs.chain.unwrap().vertex_count(), 2);
    assert_eq!(graphs.types.vertex_count(), 3);
    // Half of what the null allows by itself is smaller than the distance of the planted feature from its images.
    let chosen = feature_orbits(
        &network,
        &gaussian(400, 6, 1),
        &group,
        &OrbitOptions {
            tolerance: None,
            ..options()
        },
    )
    .unwrap();
    assert!(chosen.layers[0].tolerance > 0.01);
}

/// Sign changes act through twice as many points.
#[test]
fn signed_groups_move_features_with_their_signs() {
    let network = Network::new(vec![dense(DMatrix::identity(3, 3), Activation::Tanh).into()]).unwrap();
    let group = InputGroup::parse("signed", &Layout::of_shape(&[3])).unwrap();
    let found = feature_orbits(&network, &gaussian(400, 3, 1), &group, &options()).unwrap();
    let layer = &found.layers[0];
    // ±eᵢ: six points, and tanh is odd, so that the layer is equivariant.
    assert!(layer.residual[0] < 1e-10 && layer.gram_defect[0] < 1e-10);
    assert!(
        layer
            .types
            .types
            .iter()
            .all(|t| t.orbit_size == "6" || t.orbit_size == "48" || t.orbit_size == "24")
    );
    let tower = found.tower.unwrap();
    assert_eq!(tower.points, 48);
    assert!(tower.levels.iter().all(|l| l.gram_defect < 1e-10));
}

#[test]
fn answers_do_not_depend_on_threads() {
    let network = Network::new(vec![shifted(5, Activation::Sigmoid).into()]).unwrap();
    let data = gaussian(200, 5, 1);
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let found =
            pool.install(|| feature_orbits(&network, &data, &cyclic(5), &OrbitOptions::default()).unwrap());
        serde_json::to_string(&found).unwrap()
    };
    assert_eq!(run(1), run(3));
}

#[test]
fn what_cannot_be_asked_is_refused() {
    let network = Network::new(vec![dense(random(3, 4, 1), Activation::Tanh).into()]).unwrap();
    let data = gaussian(100, 4, 1);
    let ask = |network: &Network, data: &Dataset, group: &InputGroup, options: OrbitOptions| {
        feature_orbits(network, data, group, &options).unwrap_err()
    };
    let c4 = cyclic(4);
    assert!(matches!(
        ask(
            &network,
            &data,
            &c4,
            OrbitOptions {
                layer: Some(3),
                ..options()
            }
        ),
        BridgeError::NoSuchLayer { .. }
    ));
    assert!(matches!(
        ask(&network, &gaussian(100, 5, 1), &c4, options()),
        BridgeError::Shape { .. }
    ));
    assert!(matches!(
        ask(&network, &data, &cyclic(5), options()),
        BridgeError::Shape { .. }
    ));
    assert!(matches!(
        ask(
            &network,
            &data,
            &c4,
            OrbitOptions {
                tolerance: Some(f64::NAN),
                ..options()
            }
        ),
        BridgeError::Tolerance { .. }
    ));
    assert!(matches!(
        ask(
            &network,
            &data,
            &c4,
            OrbitOptions {
                rows: 5,
                layer: Some(0),
                ..options()
            }
        ),
        BridgeError::TooFewSamples { .. }
    ));
    let large = Network::new(vec![dense(random(3, 8, 1), Activation::Tanh).into()]).unwrap();
    let s8 = InputGroup::parse("S_8", &Layout::of_shape(&[8])).unwrap();
    assert!(matches!(
        ask(&large, &gaussian(100, 8, 1), &s8, options()),
        BridgeError::GroupTooLarge { .. }
    ));
    let dead = Network::new(vec![dense(DMatrix::zeros(3, 4), Activation::Tanh).into()]).unwrap();
    assert!(matches!(
        ask(
            &dead,
            &data,
            &c4,
            OrbitOptions {
                layer: Some(0),
                ..options()
            }
        ),
        BridgeError::ConstantMap { .. }
    ));
}
