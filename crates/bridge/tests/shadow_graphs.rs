//! Certified bounds of networks that are no chain of dense layers: residual connections, convolutions, fixed
//! normalisations, sparse maps, products with constants.

#![allow(clippy::unwrap_used)] // helpers of tests

use bridge::BridgeError;
use bridge::shadow::{
    AffineFitter, AffineMap, Ball, Cuboid, Enclosure, Explanation, FitOptions, LadderOptions, Region, Rung,
    bottleneck, closure_defect, growth, ladder,
};
use nalgebra::{DMatrix, DVector};
use nets::{
    Activation, Arithmetic, BatchNorm, Conv2d, Dense, Elementwise, Layer, Network, NetworkBuilder, Padding,
    Softmax, SparseMap, Window,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn random(rng: &mut ChaCha8Rng, m: usize, n: usize) -> DMatrix<f64> {
    DMatrix::from_fn(m, n, |_, _| rng.random_range(-1.0..1.0))
}

fn dense(rng: &mut ChaCha8Rng, inputs: usize, outputs: usize, activation: Activation) -> Layer {
    let bias = DVector::from_fn(outputs, |_, _| rng.random_range(-0.5..0.5));
    let weights = random(rng, outputs, inputs) * (2.0 / inputs as f64).sqrt();
    Dense::new(weights, bias, activation).unwrap().into()
}

/// One network of twelve inputs for every kind of stage.
fn zoo(rng: &mut ChaCha8Rng, activation: Activation) -> Vec<(&'static str, Network)> {
    let mut all = Vec::new();
    let mut residual = NetworkBuilder::new(&[12]);
    let inner = vec![
        dense(rng, 12, 7, activation),
        dense(rng, 7, 12, Activation::Linear),
    ];
    let once = residual.residual(residual.input(), inner).unwrap();
    let twice = residual
        .residual(once, vec![dense(rng, 12, 12, activation)])
        .unwrap();
    all.push(("residual", residual.finish(twice).unwrap()));

    let image = [2, 2, 3];
    let weights: Vec<f64> = (0..3 * 2 * 4).map(|_| rng.random_range(-1.0..1.0)).collect();
    for padding in [Padding::Zero, Padding::Circular] {
        let window = Window::new((2, 2), 1, 1);
        let conv = Conv2d::new(
            image,
            3,
            weights.clone(),
            vec![0.3, -0.2, 0.1],
            1,
            window,
            padding,
        )
        .unwrap();
        let width = conv.output_width();
        let shape = conv.output_shape();
        let norm = BatchNorm::new(
            &[1.1, 0.7, -0.4],
            &[0.1; 3],
            &[0.2; 3],
            &[0.5, 2.0, 1.0],
            1e-5,
            shape[1] * shape[2],
        );
        let pool = SparseMap::mean(&shape, &[1, 2], false).unwrap();
        let layers: Vec<Layer> = vec![
            conv.into(),
            norm.unwrap().into(),
            activation.into(),
            Layer::Dropout { rate: 0.5 },
            Layer::Reshape(shape.to_vec()),
            pool.into(),
            dense(rng, 3, 4, activation),
        ];
        assert_eq!(width, shape.iter().product::<usize>());
        let mut builder = NetworkBuilder::new(&image);
        let mut node = builder.input();
        for layer in layers {
            node = builder.add(layer, &[node]).unwrap();
        }
        all.push(("convolution", builder.finish(node).unwrap()));
    }

    // two branches, scaled by constants, subtracted, on every position
    let mut builder = NetworkBuilder::new(&[3, 4]);
    let x = builder.input();
    let left = builder.add(dense(rng, 4, 5, activation), &[x]).unwrap();
    let right = builder.add(dense(rng, 4, 5, Activation::Linear), &[x]).unwrap();
    let factor = builder
        .add(
            Layer::Constant(DVector::from_vec(vec![0.5, -2.0, 1.5, 0.1, 3.0])),
            &[],
        )
        .unwrap();
    let both = |operation| Layer::from(Elementwise::new(operation, &[3, 5], &[5]).unwrap());
    let scaled = builder.add(both(Arithmetic::Multiply), &[left, factor]).unwrap();
    let divided = builder.add(both(Arithmetic::Divide), &[right, factor]).unwrap();
    let shifted = builder.add(both(Arithmetic::Add), &[divided, factor]).unwrap();
    let difference = Elementwise::new(Arithmetic::Subtract, &[3, 5], &[3, 5]).unwrap();
    let node = builder.add(difference.into(), &[scaled, shifted]).unwrap();
    let last = builder.add(activation.into(), &[node]).unwrap();
    all.push(("branches", builder.finish(last).unwrap()));
    all
}

fn sampled(network: &Network, target: &AffineMap, region: &Region) -> (f64, f64) {
    let mut points = region.sample(300, 5);
    let center = region.center().clone();
    let jacobian = network.jacobian(&center) - target.linear();
    for row in jacobian.row_iter() {
        let d = row.transpose();
        let d = match region {
            Region::Ball(ball) => &d * (ball.radius() / d.norm().max(1e-300)),
            Region::Cuboid(cuboid) => d.zip_map(cuboid.half_widths(), |d, h| h * d.signum()),
        };
        points.extend([&center + &d, &center - d]);
    }
    points.iter().fold((0.0, 0.0), |(euclidean, max), x| {
        let difference = network.forward(x) - target.apply(x);
        (
            f64::max(euclidean, difference.norm()),
            f64::max(max, difference.amax()),
        )
    })
}

#[test]
fn no_point_exceeds_the_bound_on_any_graph() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for activation in [
        Activation::Tanh,
        Activation::Relu,
        Activation::Gelu,
        Activation::Erf,
    ] {
        for (name, network) in zoo(&mut rng, activation) {
            for radius in [1e-8, 1e-3, 0.1, 2.0] {
                let center = DVector::from_fn(12, |_, _| rng.random_range(-1.0..1.0));
                let ball = Region::from(Ball::new(center.clone(), radius).unwrap());
                let cuboid = Region::from(Cuboid::new(center, DVector::from_element(12, radius)).unwrap());
                let wild = AffineMap::from_linear(random(&mut rng, network.output_width(), 12)).unwrap();
                for region in [ball, cuboid] {
                    let enclosure = Enclosure::new(&network, &region).unwrap();
                    for target in [enclosure.jet(), &wild] {
                        let bound = enclosure.sup_distance(target).unwrap();
                        let (euclidean, max) = sampled(&network, target, &region);
                        let name = format!("{name} {activation:?} {radius}: {bound:?} {euclidean} {max}");
                        assert!(euclidean <= bound.euclidean && max <= bound.max, "{name}");
                    }
                    // second order in the radius away from kinks, so not vacuous
                    if activation != Activation::Relu && radius <= 1e-3 {
                        let bound = enclosure.remainder().unwrap();
                        assert!(
                            bound.euclidean <= 200.0 * radius * radius + 3.0 * bound.rounding,
                            "{name}: {bound:?}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn a_planted_residual_map_is_bounded_within_twice_its_supremum_on_a_box() {
    // f(x) = gx + δ·tanh(Vx + b) as one network (task E10): its distance from g is known at the corners
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    for n in [4usize, 16, 64] {
        for delta in [1e-3, 1e-1] {
            let g = random(&mut rng, n, n).qr().q();
            let v = random(&mut rng, n, n) / n as f64;
            let bias = DVector::from_fn(n, |_, _| rng.random_range(-0.3..0.3));
            let mut builder = NetworkBuilder::new(&[n]);
            let x = builder.input();
            let zero = DVector::zeros(n);
            let turn = Dense::new(g.clone(), zero.clone(), Activation::Linear).unwrap();
            let bump = Dense::new(v.clone(), bias.clone(), Activation::Tanh).unwrap();
            let scale = Dense::new(DMatrix::identity(n, n) * delta, zero, Activation::Linear).unwrap();
            let turned = builder.add(turn.into(), &[x]).unwrap();
            let bumped = builder.add(bump.into(), &[x]).unwrap();
            let scaled = builder.add(scale.into(), &[bumped]).unwrap();
            let sum = Elementwise::new(Arithmetic::Add, &[n], &[n]).unwrap();
            let node = builder.add(sum.into(), &[turned, scaled]).unwrap();
            let network = builder.finish(node).unwrap();
            let region = Region::from(Cuboid::new(DVector::zeros(n), DVector::from_element(n, 0.5)).unwrap());
            let element = AffineMap::from_linear(g).unwrap();
            let bound = Enclosure::new(&network, &region)
                .unwrap()
                .sup_distance(&element)
                .unwrap()
                .max;
            let truth = (0..n)
                .map(|i| delta * (bias[i].abs() + 0.5 * v.row(i).iter().map(|w| w.abs()).sum::<f64>()).tanh())
                .fold(0.0, f64::max);
            assert!(
                bound >= truth && bound <= 1.01 * truth,
                "n = {n} delta = {delta}: {bound} {truth}"
            );
            // this h is nearly affine, so that only the tolerance tells g from g + δh: |h| ≤ 1 on points of mean square 1/12
            let explanation = Explanation::Within {
                relative: delta * 12f64.sqrt(),
            };
            let options = LadderOptions {
                explanation,
                ..LadderOptions::for_width(n, 3)
            };
            let found = ladder(&network, &region, options).unwrap();
            assert_eq!(found.smallest, Some(Rung::Orthogonal));
            let fit = found.rung(Rung::Orthogonal).unwrap();
            assert!(fit.residual.sample_max_coordinate <= fit.residual.certified_sup.unwrap().max);
        }
    }
}

#[test]
fn the_bottleneck_of_a_graph_is_its_least_cut() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut layer = |inputs, outputs| dense(&mut rng, inputs, outputs, Activation::Tanh);
    // 9 → (2 beside 3) → 9: the two branches together cut the network
    let mut builder = NetworkBuilder::new(&[9]);
    let x = builder.input();
    let left = builder.add(layer(9, 2), &[x]).unwrap();
    let right = builder.add(layer(9, 3), &[x]).unwrap();
    let left = builder.add(layer(2, 9), &[left]).unwrap();
    let right = builder.add(layer(3, 9), &[right]).unwrap();
    let sum = builder
        .add(
            Elementwise::new(Arithmetic::Add, &[9], &[9]).unwrap().into(),
            &[left, right],
        )
        .unwrap();
    let network = builder.finish(sum).unwrap();
    assert_eq!(bottleneck(&network), 5);
    // a generic Jacobian has exactly that rank
    let singular = network.jacobian(&DVector::from_element(9, 0.1)).singular_values();
    assert!(singular[4] > 1e-3 && singular[5] < 1e-14);
}

#[test]
fn what_has_no_enclosure_is_said_so_and_still_fitted() {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let network = Network::new(vec![
        dense(&mut rng, 3, 3, Activation::Linear),
        Softmax::new(&[3], 0).unwrap().into(),
    ])
    .unwrap();
    let ball = Ball::new(DVector::zeros(3), 0.1).unwrap();
    let region = Region::from(ball.clone());
    assert!(matches!(
        Enclosure::new(&network, &region),
        Err(BridgeError::UnsupportedLayer { layer: 1, .. })
    ));
    let fitter = AffineFitter::new(3, FitOptions::for_width(3, 1)).unwrap();
    let shadow = fitter.shadow(&network, &ball).unwrap();
    assert_eq!(shadow.jet.residual.certified_sup, None);
    assert!(shadow.jet.residual.sample_max < 0.02);
    assert!(matches!(
        growth(&fitter, &network, ball.center(), &[0.1, 0.2, 0.4]),
        Err(BridgeError::UnsupportedLayer { .. })
    ));
    let found = ladder(&network, &region, LadderOptions::for_width(3, 1)).unwrap();
    assert!(found.rungs.iter().all(|fit| fit.residual.certified_sup.is_none()));
    // a product of two wires is not affine
    let mut builder = NetworkBuilder::new(&[3]);
    let x = builder.input();
    let square = builder
        .add(
            Elementwise::new(Arithmetic::Multiply, &[3], &[3]).unwrap().into(),
            &[x, x],
        )
        .unwrap();
    let square = builder.finish(square).unwrap();
    assert!(matches!(
        Enclosure::new(&square, &region),
        Err(BridgeError::UnsupportedLayer { layer: 0, .. })
    ));
}

#[test]
fn residual_maps_compose_for_the_closure_defect() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let mut block = || {
        let mut builder = NetworkBuilder::new(&[4]);
        let sum = builder
            .residual(builder.input(), vec![dense(&mut rng, 4, 4, Activation::Tanh)])
            .unwrap();
        builder.finish(sum).unwrap()
    };
    let (first, second) = (block(), block());
    let fitter = AffineFitter::new(4, FitOptions::for_width(4, 1)).unwrap();
    let closure = closure_defect(
        &fitter,
        &first,
        &second,
        &Ball::new(DVector::zeros(4), 0.3).unwrap(),
    )
    .unwrap();
    assert!(closure.jet.linear < 1e-13);
    assert!(closure.least_squares.linear > 1e-5 && closure.least_squares.linear < 0.2);
}
