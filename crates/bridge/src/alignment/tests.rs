use super::*;
use nalgebra::DVector;
use nets::{Activation, Dense};
use proptest::prelude::*;
use rand::RngExt;
use rand::seq::SliceRandom;

fn normal(rng: &mut ChaCha8Rng) -> f64 {
    (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0
}

type Weights = Vec<(DMatrix<f64>, DVector<f64>)>;

fn random(widths: &[usize], rng: &mut ChaCha8Rng) -> Weights {
    widths
        .windows(2)
        .map(|w| {
            let scale = (2.0 / w[0] as f64).sqrt();
            (
                DMatrix::from_fn(w[1], w[0], |_, _| scale * normal(rng)),
                DVector::from_fn(w[1], |_, _| 0.1 * normal(rng)),
            )
        })
        .collect()
}

fn network(weights: &Weights, activation: Activation) -> Network {
    let last = weights.len() - 1;
    let layers = weights.iter().enumerate().map(|(l, (w, b))| {
        let activation = if l == last { Activation::Linear } else { activation };
        Dense::new(w.clone(), b.clone(), activation).unwrap().into()
    });
    Network::new(layers.collect()).unwrap()
}

/// Moves hidden unit i to place p[i], with a factor.
fn moved(
    weights: &Weights,
    rng: &mut ChaCha8Rng,
    factor: impl Fn(&mut ChaCha8Rng) -> f64,
) -> (Weights, Vec<Vec<usize>>) {
    let mut out = weights.clone();
    let mut permutations = Vec::new();
    for l in 0..weights.len() - 1 {
        let n = weights[l].1.len();
        let mut p: Vec<usize> = (0..n).collect();
        p.shuffle(rng);
        let before = out.clone();
        for (i, &to) in p.iter().enumerate() {
            let f = factor(rng);
            out[l].0.set_row(to, &(before[l].0.row(i) * f));
            out[l].1[to] = before[l].1[i] * f;
            out[l + 1].0.set_column(to, &(before[l + 1].0.column(i) / f));
        }
        permutations.push(p);
    }
    (out, permutations)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn permuted_copies_are_found_bit_for_bit(seed in 0u64..10_000, hidden in proptest::collection::vec(1usize..9, 1..5)) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let widths: Vec<usize> = [3].into_iter().chain(hidden).chain([2]).collect();
        let a = random(&widths, &mut rng);
        let (b, planted) = moved(&a, &mut rng, |_| 1.0);
        for activation in [Activation::Relu, Activation::Tanh, Activation::Sigmoid] {
            let spaces = [&a, &b].map(|w| WeightSpace::of(&network(w, activation)));
            let found = align_weights(&spaces[0], &spaces[1], &AlignOptions::default()).unwrap();
            prop_assert_eq!(found.permutations(), planted.iter().map(|p| &p[..]).collect::<Vec<_>>());
            prop_assert!(found.bitwise && found.exact && found.distance == 0.0);
        }
    }

    #[test]
    fn the_distance_does_not_depend_on_the_order_of_units(seed in 0u64..10_000) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let widths = [4, 6, 5, 2];
        let (a, mut b) = (random(&widths, &mut rng), Weights::new());
        let mut near = a.clone();
        for (w, _) in &mut near {
            w.iter_mut().for_each(|x| *x *= 1.0 + 0.05 * normal(&mut rng));
        }
        b.extend(near);
        let (c, _) = moved(&b, &mut rng, |_| 1.0);
        let options = AlignOptions::default();
        let space = |w| WeightSpace::of(&network(w, Activation::Sigmoid));
        let first = align_weights(&space(&a), &space(&b), &options).unwrap();
        let second = align_weights(&space(&a), &space(&c), &options).unwrap();
        prop_assert!((first.distance - second.distance).abs() < 1e-12);
        prop_assert!(!first.exact);
    }
}

#[test]
fn signs_and_factors_are_found() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let a = random(&[4, 7, 6, 3], &mut rng);
    let sign = |rng: &mut ChaCha8Rng| if rng.random::<bool>() { 1.0 } else { -1.0 };
    let (b, planted) = moved(&a, &mut rng, sign);
    let space = |w, activation| WeightSpace::of(&network(w, activation));
    let found = align_weights(
        &space(&a, Activation::Tanh),
        &space(&b, Activation::Tanh),
        &AlignOptions::default(),
    )
    .unwrap();
    assert!(found.bitwise, "{}", found.largest_difference);
    assert_eq!(found.permutations(), planted);
    assert!(found.axes[0].signs.as_ref().unwrap().contains(&-1));
    let without = AlignOptions {
        signs: false,
        ..AlignOptions::default()
    };
    assert!(
        !align_weights(
            &space(&a, Activation::Tanh),
            &space(&b, Activation::Tanh),
            &without
        )
        .unwrap()
        .exact
    );

    let (c, planted) = moved(&a, &mut rng, |rng| rng.random_range(0.2..5.0));
    let found = align_weights(
        &space(&a, Activation::Relu),
        &space(&c, Activation::Relu),
        &AlignOptions::default(),
    )
    .unwrap();
    assert!(found.exact && !found.bitwise && found.largest_difference < 1e-13);
    assert_eq!(found.permutations(), planted);
    let scale = &found.axes[0].scales.as_ref().unwrap()[2];
    let k = planted[0][2];
    assert!((scale * c[0].0[(k, 0)] - a[0].0[(2, 0)]).abs() < 1e-12);
}

#[test]
fn activations_find_the_same_units() {
    let mut rng = ChaCha8Rng::seed_from_u64(6);
    let a = random(&[5, 9, 8, 3], &mut rng);
    let data = DMatrix::from_fn(5, 400, |_, _| normal(&mut rng));
    for (activation, negative) in [(Activation::Relu, false), (Activation::Tanh, true)] {
        let factor = |rng: &mut ChaCha8Rng| match negative {
            true if rng.random::<bool>() => -1.0,
            true => 1.0,
            false => rng.random_range(0.5..2.0),
        };
        let (b, planted) = moved(&a, &mut rng, factor);
        let found = align_activations(
            &network(&a, activation),
            &network(&b, activation),
            &data,
            &AlignOptions::default(),
        )
        .unwrap();
        assert_eq!(found.permutations(), planted);
        assert!(
            found.exact && found.unexplained == 0,
            "{}",
            found.largest_difference
        );
    }
    // Units that never fire are told apart by their weights.
    let mut silent = a.clone();
    for unit in [1, 4, 6] {
        silent[0].1[unit] = -100.0 + unit as f64;
    }
    let (b, planted) = moved(&silent, &mut rng, |_| 1.0);
    let nets = [&silent, &b].map(|w| network(w, Activation::Relu));
    let found = align_activations(&nets[0], &nets[1], &data, &AlignOptions::default()).unwrap();
    assert_eq!(found.permutations(), planted);
    assert!(found.bitwise);
    let wrong = DMatrix::zeros(4, 10);
    let net = network(&a, Activation::Relu);
    assert!(matches!(
        align_activations(&net, &net, &wrong, &AlignOptions::default()),
        Err(BridgeError::Shape { .. })
    ));
}

#[test]
fn unrelated_networks_are_not_exact_and_others_are_refused() {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let widths = [6, 12, 12, 2];
    let space = |w: &Weights, activation| WeightSpace::of(&network(w, activation));
    let (a, b) = (random(&widths, &mut rng), random(&widths, &mut rng));
    let found = align_weights(
        &space(&a, Activation::Relu),
        &space(&b, Activation::Relu),
        &AlignOptions::default(),
    )
    .unwrap();
    assert!(!found.exact && found.unexplained > 12 && found.relative_distance > 0.5 && found.starts == 18);
    assert!(found.distance < found.distance_before);
    let other = random(&[6, 11, 12, 2], &mut rng);
    for (second, activation) in [(&other, Activation::Relu), (&b, Activation::Tanh)] {
        let error = align_weights(
            &space(&a, Activation::Relu),
            &space(second, activation),
            &AlignOptions::default(),
        );
        assert!(matches!(error, Err(BridgeError::DifferentShapes { .. })));
    }
}

#[test]
fn the_same_seed_gives_the_same_answer() {
    let mut rng = ChaCha8Rng::seed_from_u64(8);
    let (a, b) = (
        random(&[3, 8, 8, 8, 2], &mut rng),
        random(&[3, 8, 8, 8, 2], &mut rng),
    );
    let space = |w: &Weights| WeightSpace::of(&network(w, Activation::Sigmoid));
    let run = || align_weights(&space(&a), &space(&b), &AlignOptions::default()).unwrap();
    assert_eq!(run(), run());
}
