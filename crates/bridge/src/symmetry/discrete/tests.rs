use super::*;
use groups::{PermGroup, Permutation};
use nalgebra::{DMatrix, DVector};
use nets::{Activation, Conv2d, Dense, Layer, NetworkBuilder, Padding, SparseMap, Window};
use num_traits::ToPrimitive;
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn numbers(rng: &mut ChaCha8Rng, count: usize) -> Vec<f64> {
    (0..count).map(|_| 2.0 * rng.random::<f64>() - 1.0).collect()
}

fn rows(width: usize, count: usize, seed: u64) -> Dataset {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let values = numbers(&mut rng, width * count)
        .into_iter()
        .map(|v| v as f32)
        .collect();
    Dataset::new("uniform rows", values, width).unwrap()
}

/// Σ over the group of a random neuron at gx, which the group leaves fixed, plus `delta` times one that it does not.
fn planted(group: &PermGroup, coordinates: Coordinates, neurons: usize, delta: f64, seed: u64) -> Network {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let n = coordinates.width();
    let action = MapAction {
        input: coordinates,
        output: None,
    };
    let (mut weights, mut biases, mut outs) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..neurons {
        let weight = DMatrix::from_column_slice(n, 1, &numbers(&mut rng, n)) * 3.0;
        let (bias, out) = (2.0 * rng.random::<f64>() - 1.0, 2.0 * rng.random::<f64>() - 1.0);
        for g in group.elements() {
            weights.push(action.move_inputs(&g, &weight));
            biases.push(bias);
            outs.push(out);
        }
    }
    weights.push(DMatrix::from_column_slice(n, 1, &numbers(&mut rng, n)) * 2.0);
    biases.push(0.3);
    outs.push(delta);
    let rows: Vec<_> = weights.iter().map(|w| w.column(0).transpose()).collect();
    let hidden = Dense::new(
        DMatrix::from_rows(&rows),
        DVector::from_vec(biases),
        Activation::Tanh,
    )
    .unwrap();
    let output = Dense::new(
        DMatrix::from_row_slice(1, outs.len(), &outs),
        DVector::zeros(1),
        Activation::Linear,
    );
    Network::new(vec![hidden.into(), output.unwrap().into()]).unwrap()
}

/// The network x ↦ f(xg).
fn moved(network: &Network, coordinates: Coordinates, g: &Permutation) -> Network {
    let n = coordinates.width();
    let action = MapAction {
        input: coordinates,
        output: None,
    };
    let matrix = action.move_inputs(g, &DMatrix::identity(n, n));
    let first = Dense::new(matrix, DVector::zeros(n), Activation::Linear).unwrap();
    Network::new(
        std::iter::once(first.into())
            .chain(network.layers().to_vec())
            .collect(),
    )
    .unwrap()
}

fn group(text: &str) -> PermGroup {
    groups::catalog::parse_group(text).unwrap()
}

fn find(network: &Network, data: &Dataset) -> DiscreteSymmetries {
    discrete_symmetries(network, data, None, None, &DiscreteOptions::default()).unwrap()
}

fn filtered(network: &Network, data: &Dataset, within: &InputGroup, tolerance: Option<f64>) -> MapStabilizer {
    let mut options = DiscreteOptions::default();
    options.stabilizer.tolerance = tolerance;
    discrete_symmetries(network, data, Some(within), Some(OutputRule::Fixed), &options)
        .unwrap()
        .stabilizer
}

#[test]
fn planted_groups_are_found_without_being_named() {
    for (text, name, order) in [
        ("S5", "S_5", 120),
        ("C5", "C5", 5),
        ("D5", "D5", 10),
        ("(1,2),(3,4,5),(3,4)", "S_3 x S_2", 12),
        ("A5", "A_5", 60),
    ] {
        let g = PermGroup::new(
            5,
            group(text)
                .generators()
                .iter()
                .map(|g| g.extended(5).unwrap())
                .collect(),
        )
        .unwrap();
        let network = planted(&g, Coordinates::Plain(5), 6, 0.0, 1);
        let data = rows(5, 200, 2);
        let found = find(&network, &data);
        // 3-cycles are not among the candidates of the search, so the alternating group is found where it is asked for
        if text != "A5" {
            assert_eq!(
                (found.group.as_str(), found.order.to_u64()),
                (name, Some(order)),
                "{text}"
            );
            assert_eq!(found.exact_order.to_u64(), Some(order));
        }
        let within = InputGroup::parse("S5", &Layout::of_shape(&[5])).unwrap();
        let inside = filtered(&network, &data, &within, None);
        assert!(inside.subgroup.equals(&g), "{text}");
        assert!(inside.complete);
    }
}

#[test]
fn no_symmetry_is_found_where_none_is() {
    for seed in 0..4 {
        let network = planted(&PermGroup::trivial(6), Coordinates::Plain(6), 20, 1.0, seed);
        let found = find(&network, &rows(6, 200, seed + 50));
        assert_eq!((found.group.as_str(), found.order.to_u64()), ("trivial", Some(1)));
        assert!(found.generators.is_empty());
    }
}

#[test]
fn signs_and_half_signs_are_told_apart() {
    let signed = groups::catalog::hyperoctahedral(3).unwrap();
    let data = rows(3, 200, 3);
    let found = find(&planted(&signed, Coordinates::Signed(3), 5, 0.0, 4), &data);
    assert_eq!((found.group.as_str(), found.order.to_u64()), ("B_3", Some(48)));
    let minus = Permutation::parse_cycles("(1,2)(3,4)(5,6)", Some(6)).unwrap();
    let minus = PermGroup::new(6, vec![minus]).unwrap();
    let found = find(&planted(&minus, Coordinates::Signed(3), 9, 0.0, 5), &data);
    assert_eq!((found.group.as_str(), found.order.to_u64()), ("{1, -1}", Some(2)));
    assert_eq!(found.generators[0].input.signs, Some(vec![-1, -1, -1]));
}

#[test]
fn large_symmetric_groups_are_checked_by_samples() {
    // a set function of 16 numbers, which might as well be an image of 4 x 4 pixels
    let n = 16;
    let mut rng = ChaCha8Rng::seed_from_u64(6);
    let mut hidden = DMatrix::zeros(8 * n, n);
    let mut bias = DVector::zeros(8 * n);
    for k in 0..8 {
        let (slope, shift) = (4.0 * rng.random::<f64>() - 2.0, 2.0 * rng.random::<f64>() - 1.0);
        for i in 0..n {
            hidden[(k * n + i, i)] = slope;
            bias[k * n + i] = shift;
        }
    }
    let pooled = DMatrix::from_fn(3, 8 * n, |j, k| ((j + 1) as f64 * (k / n) as f64).sin());
    let network = Network::new(vec![
        Dense::new(hidden, bias, Activation::Tanh).unwrap().into(),
        Dense::new(pooled, DVector::zeros(3), Activation::Linear)
            .unwrap()
            .into(),
    ])
    .unwrap();
    let found = find(&network, &rows(n, 200, 7));
    assert_eq!(
        (found.group.as_str(), found.order.to_string().as_str()),
        ("S_16", "20922789888000")
    );
    assert!(matches!(
        found.verification,
        Verification::Sampled { elements: 256, .. }
    ));
    assert!(found.largest_deviation < EXACT);
}

#[test]
fn exact_symmetries_are_not_hidden_by_approximate_ones() {
    let minus = Permutation::parse_cycles("(1,2)(3,4)(5,6)", Some(6)).unwrap();
    let minus = PermGroup::new(6, vec![minus]).unwrap();
    let coordinates = Coordinates::Signed(3);
    let data = rows(3, 256, 9);
    let exact = find(&planted(&minus, coordinates, 9, 0.0, 5), &data);
    assert_eq!(
        (exact.exact_order.to_u64(), exact.order.to_u64()),
        (Some(2), Some(2))
    );
    assert!(exact.largest_deviation < EXACT);
    // with a disturbance nothing is exact, and the group is still there
    let found = find(&planted(&minus, coordinates, 9, 0.1, 5), &data);
    assert_eq!(
        (found.group.as_str(), found.exact_order.to_u64()),
        ("{1, -1}", Some(1))
    );
    assert!(found.largest_deviation > 1e-3 && found.largest_deviation <= found.tolerance);
}

fn image_network(layers: Vec<Layer>) -> Network {
    let mut builder = NetworkBuilder::new(&[1, 6, 6]);
    let mut node = builder.input();
    for layer in layers {
        node = builder.add(layer, &[node]).unwrap();
    }
    builder.finish(node).unwrap()
}

#[test]
fn circular_convolutions_commute_with_shifts_and_strides_with_some() {
    let mut rng = ChaCha8Rng::seed_from_u64(10);
    let conv = |stride: usize, rng: &mut ChaCha8Rng| {
        let window = Window::new((3, 3), stride, 1);
        Conv2d::new(
            [1, 6, 6],
            4,
            numbers(rng, 36),
            numbers(rng, 4),
            1,
            window,
            Padding::Circular,
        )
        .unwrap()
    };
    let data = rows(36, 120, 11);
    // equivariant, with an output of as many pixels but four channels
    let network = image_network(vec![conv(1, &mut rng).into(), Activation::Tanh.into()]);
    let found = find(&network, &data);
    assert_eq!((found.group.as_str(), found.output), ("Z6xZ6", OutputRule::Same));
    assert_eq!(found.exact_order.to_u64(), Some(36));
    // with stride 2, the even shifts move the output by half as much
    let network = image_network(vec![conv(2, &mut rng).into(), Activation::Tanh.into()]);
    let found = find(&network, &data);
    assert_eq!((found.group.as_str(), found.order.to_u64()), ("C3^2", Some(9)));
    // invariant once the positions are averaged
    let mean = SparseMap::mean(&[4, 6, 6], &[1, 2], false).unwrap();
    let network = Network::new(vec![
        conv(1, &mut rng).into(),
        Activation::Relu.into(),
        mean.into(),
    ])
    .unwrap();
    let found = find(&network, &data);
    assert_eq!((found.group.as_str(), found.output), ("Z6xZ6", OutputRule::Fixed));
}

#[test]
fn the_output_permutation_is_fitted() {
    // f_j(x) = tanh(3 x_j) + tanh(x_j + 1): whatever exchanges the inputs exchanges the outputs, in another order
    let place = [2usize, 0, 3, 1];
    let mut hidden = DMatrix::zeros(8, 4);
    let mut out = DMatrix::zeros(4, 8);
    let mut bias = DVector::zeros(8);
    for i in 0..4 {
        (hidden[(i, i)], hidden[(4 + i, i)], bias[4 + i]) = (3.0, 1.0, 1.0);
        (out[(place[i], i)], out[(place[i], 4 + i)]) = (1.0, 1.0);
    }
    let network = Network::new(vec![
        Dense::new(hidden, bias, Activation::Tanh).unwrap().into(),
        Dense::new(out, DVector::zeros(4), Activation::Linear)
            .unwrap()
            .into(),
    ])
    .unwrap();
    let data = rows(4, 100, 12);
    let options = DiscreteOptions::default();
    let within = InputGroup::parse("S4", &Layout::of_shape(&[4])).unwrap();
    let found = |rule| discrete_symmetries(&network, &data, Some(&within), Some(rule), &options).unwrap();
    assert_eq!(found(OutputRule::Fixed).order.to_u64(), Some(1));
    // those that commute with the order of the outputs, a cycle of four
    assert_eq!(found(OutputRule::Same).order.to_u64(), Some(4));
    let fitted = found(OutputRule::Fitted);
    assert_eq!(
        (fitted.order.to_u64(), fitted.exact_order.to_u64()),
        (Some(24), Some(24))
    );
    for generator in &fitted.generators {
        let output = generator.output.as_ref().unwrap();
        for i in 0..4 {
            assert_eq!(output.images[place[i]], place[generator.input.images[i]]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn the_filtration_is_nested_and_is_what_the_elements_within_epsilon_generate(seed in 0u64..1000, delta in 0.1f64..3.0) {
        let network = planted(&group("(1,2,3,4)"), Coordinates::Plain(4), 3, delta, seed);
        let data = rows(4, 60, seed);
        let within = InputGroup::parse("S4", &Layout::of_shape(&[4])).unwrap();
        let found = filtered(&network, &data, &within, None);
        let probe = Probe::new(&network, &data, 60).unwrap();
        let action = MapAction { input: Coordinates::Plain(4), output: None };
        for pair in found.filtration.windows(2) {
            prop_assert!(pair[0].epsilon < pair[1].epsilon && pair[0].order < pair[1].order);
            prop_assert!(pair[0].subgroup.is_subgroup_of(&pair[1].subgroup));
        }
        prop_assert_eq!(found.filtration.last().unwrap().order.to_u64(), Some(24));
        for epsilon in [0.0, 0.2, 0.5, 0.8, 1.1, 2.0] {
            let near: Vec<Permutation> = within
                .group
                .elements()
                .filter(|g| probe.deviation(&action, g, 60) <= epsilon + 1e-9)
                .collect();
            let generated = PermGroup::new(4, near).unwrap();
            prop_assert!(found.at(epsilon + 1e-9).unwrap().subgroup.equals(&generated));
        }
    }

    #[test]
    fn the_subgroup_is_a_largest_one_within_the_tolerance(seed in 0u64..1000, delta in 0.1f64..3.0, tolerance in 0.2f64..1.3) {
        let network = planted(&group("(1,2,3,4)"), Coordinates::Plain(4), 2, delta, seed);
        let data = rows(4, 60, seed);
        let within = InputGroup::parse("S4", &Layout::of_shape(&[4])).unwrap();
        let found = filtered(&network, &data, &within, Some(tolerance));
        let probe = Probe::new(&network, &data, 60).unwrap();
        let action = MapAction { input: Coordinates::Plain(4), output: None };
        let fits = |g: &PermGroup| g.elements().all(|g| probe.deviation(&action, &g, 60) <= tolerance);
        prop_assert!(fits(&found.subgroup));
        // every subgroup of S4 has two generators
        let all: Vec<Permutation> = within.group.elements().collect();
        let best = all
            .iter()
            .flat_map(|g| all.iter().map(move |h| vec![g.clone(), h.clone()]))
            .map(|pair| PermGroup::new(4, pair).unwrap())
            .filter(|g| fits(g))
            .map(|g| g.order())
            .max();
        prop_assert_eq!(Some(found.subgroup.order()), best);
    }

    #[test]
    fn moving_the_model_conjugates_its_stabilizer(seed in 0u64..1000, which in 0usize..48, delta in 0.0f64..0.4) {
        let signed = groups::catalog::hyperoctahedral(3).unwrap();
        let coordinates = Coordinates::Signed(3);
        let planted_group = PermGroup::new(6, vec![Permutation::parse_cycles("(1,3)(2,4)", Some(6)).unwrap(), Permutation::parse_cycles("(5,6)", Some(6)).unwrap()]).unwrap();
        let network = planted(&planted_group, coordinates, 4, delta, seed);
        let g = signed.elements().nth(which).unwrap();
        // data that the moves carry to themselves
        let base = rows(3, 5, seed);
        let action = MapAction { input: coordinates, output: None };
        let mut values = Vec::new();
        for h in signed.elements() {
            for row in 0..base.len() {
                let x = DMatrix::from_column_slice(3, 1, base.point(row).as_slice());
                values.extend(action.move_inputs(&h, &x).iter().map(|&v| v as f32));
            }
        }
        let data = Dataset::new("whole orbits", values, 3).unwrap();
        let within = InputGroup { name: "B_3".into(), coordinates, group: signed };
        let (here, there) = (
            filtered(&network, &data, &within, None),
            filtered(&moved(&network, coordinates, &g), &data, &within, None),
        );
        prop_assert_eq!(here.subgroup.order(), there.subgroup.order());
        prop_assert_eq!(here.filtration.len(), there.filtration.len());
        for (a, b) in here.filtration.iter().zip(&there.filtration) {
            prop_assert_eq!(&a.order, &b.order);
            prop_assert!((a.epsilon - b.epsilon).abs() < 1e-6);
            // f(xg) is fixed by h where f is fixed by g⁻¹hg
            for s in b.subgroup.generators() {
                prop_assert!(a.subgroup.contains(&s.conjugate_by(&g)));
            }
        }
    }
}

#[test]
fn the_same_question_has_the_same_answer_whatever_the_threads() {
    let network = planted(&group("C4"), Coordinates::Plain(4), 3, 0.3, 13);
    let data = rows(4, 100, 14);
    let ask = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| serde_json::to_string(&find(&network, &data)).unwrap())
    };
    assert_eq!(ask(1), ask(3));
}

#[test]
fn what_cannot_be_asked_is_refused() {
    let network = planted(&group("C4"), Coordinates::Plain(4), 3, 0.0, 15);
    let options = DiscreteOptions::default();
    let constant = Network::new(vec![
        Dense::new(
            DMatrix::zeros(2, 4),
            DVector::from_vec(vec![1.0, 2.0]),
            Activation::Tanh,
        )
        .unwrap()
        .into(),
    ])
    .unwrap();
    let data = rows(4, 50, 16);
    let error = discrete_symmetries(&constant, &data, None, None, &options).unwrap_err();
    assert!(
        matches!(error, BridgeError::ConstantMap { rows: 50, .. }),
        "{error}"
    );
    let error = discrete_symmetries(&network, &rows(5, 50, 16), None, None, &options).unwrap_err();
    assert!(error.to_string().contains("expected 4, got 5"), "{error}");
    let layout = Layout::of_shape(&[4]);
    for (text, part) in [
        ("S_5", "permutes 5 points and the input has 4 coordinates"),
        ("grid:C4", "is no image"),
        ("rows:S_2", "no table"),
        ("grid:Z3xZ3", "is no image"),
    ] {
        let error = InputGroup::parse(text, &layout).unwrap_err().to_string();
        assert!(error.contains(part) && !error.contains('\n'), "{error}");
    }
    let image = Layout::of_shape(&[1, 4, 6]);
    assert!(
        InputGroup::parse("grid:C4", &image).is_err(),
        "a quarter turn needs a square"
    );
    assert!(InputGroup::parse("Z4xZ6", &image).is_ok());
    let same = discrete_symmetries(
        &network,
        &data,
        Some(&InputGroup::parse("S4", &layout).unwrap()),
        Some(OutputRule::Same),
        &options,
    );
    assert!(matches!(same, Err(BridgeError::GroupDoesNotAct { .. })));
}
