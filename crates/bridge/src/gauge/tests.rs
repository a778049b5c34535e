use super::*;
use nalgebra::DVector;
use nets::{Activation, Conv2d, Dense, Layer, MaxPool2d, NetworkBuilder, Padding, Window};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn dense(rng: &mut ChaCha8Rng, outputs: usize, inputs: usize, activation: Activation) -> Layer {
    let weights = DMatrix::from_fn(outputs, inputs, |_, _| rng.random_range(-1.0..1.0));
    let bias = DVector::from_fn(outputs, |_, _| rng.random_range(-0.5..0.5));
    Dense::new(weights, bias, activation).unwrap().into()
}

fn chain(seed: u64, widths: &[usize], activations: &[Activation]) -> Network {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let layers = widths
        .windows(2)
        .zip(activations)
        .map(|(w, &activation)| dense(&mut rng, w[1], w[0], activation));
    Network::new(layers.collect()).unwrap()
}

fn points(width: usize, count: usize) -> DMatrix<f64> {
    let mut rng = ChaCha8Rng::seed_from_u64(99);
    DMatrix::from_fn(width, count, |_, _| rng.random_range(-2.0..2.0))
}

#[test]
fn the_formula_for_one_linear_axis_is_the_rank_of_the_action() {
    use Activation::{Linear, Relu, Tanh};
    for (widths, middle) in [
        (&[3, 5, 2][..], Linear),
        (&[4, 2, 6], Linear),
        (&[2, 6, 6], Linear),
    ] {
        let network = chain(3, widths, &[middle, Linear]);
        let space = WeightSpace::of(&network);
        let orbit = gauge_orbit(&space).unwrap();
        let axis = space
            .axes()
            .iter()
            .position(|axis| axis.is_hidden() && axis.layer.is_some())
            .unwrap();
        let direct = GappedRank::of(&linear::tangents(&space, &[axis], &[])).unwrap();
        assert_eq!(orbit.dimension, Some(direct.rank), "{widths:?}");
        assert!(orbit.gap_decades.unwrap() > 8.0 && direct.gap_decades > 8.0);
        let found = functional_dimension(&network, &points(widths[0], 200)).unwrap();
        assert_eq!(found.hidden_excess, Some(0), "{widths:?}");
    }
    // A linear axis between a ReLU and a tanh axis: the ReLU and the linear one act on the same weights.
    let network = chain(4, &[3, 4, 3, 4, 2], &[Relu, Linear, Tanh, Linear]);
    let orbit = gauge_orbit(&WeightSpace::of(&network)).unwrap();
    assert_eq!(
        (orbit.scaling, orbit.linear_group, orbit.dimension),
        (4, 12, Some(16))
    );
    let found = functional_dimension(&network, &points(3, 600)).unwrap();
    assert_eq!(found.hidden_excess, Some(0), "{found:?}");
    // Two linear axes in a row: the map is one matrix of rank 2 and a shift, 2·(4 + 3 − 2) + 3 dimensions.
    let network = chain(5, &[4, 5, 2, 3], &[Linear; 3]);
    let found = functional_dimension(&network, &points(4, 200)).unwrap();
    assert_eq!(found.rank.rank, 13);
    assert_eq!(found.hidden_excess, Some(0), "{found:?}");
}

#[test]
fn unconnected_units_do_not_scale() {
    let mut network = chain(1, &[2, 4, 2], &[Activation::Relu, Activation::Linear]);
    assert_eq!(gauge_orbit(&WeightSpace::of(&network)).unwrap().scaling, 4);
    let layers: Vec<Layer> = network
        .layers()
        .iter()
        .map(|layer| {
            let Layer::Dense(dense) = layer else {
                unreachable!("dense layers only")
            };
            let (mut w, mut b) = (dense.weights().clone(), dense.bias().clone());
            if w.nrows() == 4 {
                w.row_mut(1).fill(0.0);
                b[1] = 0.0;
            } else {
                w.column_mut(1).fill(0.0);
            }
            Dense::new(w, b, dense.activation()).unwrap().into()
        })
        .collect();
    network = Network::new(layers).unwrap();
    let orbit = gauge_orbit(&WeightSpace::of(&network)).unwrap();
    assert_eq!(
        (orbit.scaled_units, orbit.scaling, orbit.dimension),
        (4, 3, Some(3))
    );
}

/// Every entry of the derivative against central differences of the outputs.
#[test]
fn derivatives_of_weights_agree_with_differences() {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let weights: Vec<f64> = (0..2 * 9).map(|_| rng.random_range(-1.0..1.0)).collect();
    let build = |w: &[f64], last: &Layer| {
        let conv = Conv2d::new(
            [1, 4, 4],
            2,
            w.to_vec(),
            vec![0.1, -0.2],
            1,
            Window::new((3, 3), 1, 1),
            Padding::Zero,
        )
        .unwrap();
        let pool = MaxPool2d::new([2, 4, 4], Window::new((2, 2), 2, 0)).unwrap();
        let mut builder = NetworkBuilder::new(&[1, 4, 4]);
        let mut node = builder.input();
        for layer in [
            conv.into(),
            Layer::Activation(Activation::Tanh),
            pool.into(),
            Layer::flatten(8),
            last.clone(),
        ] {
            node = builder.add(layer, &[node]).unwrap();
        }
        builder.finish(node).unwrap()
    };
    let last = dense(&mut rng, 3, 8, Activation::Sigmoid);
    let network = build(&weights, &last);
    let x = points(16, 1);
    let rows = derivative::reduced(&network, &x).unwrap();
    assert_eq!(rows.shape(), (3, 18 + 2 + 24 + 3));
    let value = |network: &Network| network.forward(&x.column(0).into_owned());
    let h = 1e-6;
    for k in 0..18 {
        let shifted = |by: f64| {
            let mut moved = weights.clone();
            moved[k] += by;
            value(&build(&moved, &last))
        };
        let difference = (shifted(h) - shifted(-h)) / (2.0 * h);
        assert!((rows.column(k) - difference).amax() < 1e-8);
    }
    let Layer::Dense(inner) = &last else {
        unreachable!("a dense layer")
    };
    for k in 0..24 {
        let shifted = |by: f64| {
            let mut w = inner.weights().clone();
            w[(k / 8, k % 8)] += by;
            value(&build(
                &weights,
                &Dense::new(w, inner.bias().clone(), inner.activation())
                    .unwrap()
                    .into(),
            ))
        };
        let difference = (shifted(h) - shifted(-h)) / (2.0 * h);
        assert!((rows.column(20 + k) - difference).amax() < 1e-8);
    }
}

#[test]
fn what_cannot_be_counted_is_refused() {
    let network = chain(1, &[3, 4, 2], &[Activation::Tanh, Activation::Linear]);
    assert!(matches!(
        functional_dimension(&network, &points(2, 5)),
        Err(BridgeError::Shape { .. })
    ));
    let wide = chain(1, &[40, 40, 2], &[Activation::Tanh, Activation::Linear]);
    assert!(matches!(
        functional_dimension(&wide, &points(40, 5)),
        Err(BridgeError::TooManyParameters { .. })
    ));
    // Fewer equations than weights: the rank is that of the equations.
    assert_eq!(
        functional_dimension(&network, &points(3, 4)).unwrap().rank.rank,
        8
    );
    assert_eq!(
        functional_dimension(&network, &DMatrix::zeros(3, 0))
            .unwrap()
            .rank
            .rank,
        0
    );
}
