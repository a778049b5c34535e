//! Certified bounds against what sampling, ascent and planted cases find: never below, and close where it is promised.

#![allow(clippy::unwrap_used)] // helpers of tests

use bridge::BridgeError;
use bridge::shadow::{
    AffineFitter, AffineMap, Ball, Cuboid, Enclosure, FitOptions, Region, curvature_constants,
};
use nalgebra::{DMatrix, DVector, dmatrix, dvector};
use nets::{Activation, Dense, Network};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const SMOOTH: [Activation; 5] = [
    Activation::Sigmoid,
    Activation::Tanh,
    Activation::Silu,
    Activation::Gelu,
    Activation::Linear,
];
const KINKED: [Activation; 2] = [Activation::Relu, Activation::LeakyRelu { slope: 0.1 }];

fn normal(rng: &mut ChaCha8Rng) -> f64 {
    // Irwin-Hall: near enough to a Gaussian for weights
    (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0
}

fn dense(rng: &mut ChaCha8Rng, inputs: usize, outputs: usize, gain: f64, activation: Activation) -> Dense {
    let scale = gain / (inputs as f64).sqrt();
    let weights = DMatrix::from_fn(outputs, inputs, |_, _| scale * normal(rng));
    let bias = DVector::from_fn(outputs, |_, _| normal(rng));
    Dense::new(weights, bias, activation).unwrap()
}

fn network(rng: &mut ChaCha8Rng, widths: &[usize], gain: f64, activation: Activation) -> Network {
    let layers = widths
        .windows(2)
        .map(|w| dense(rng, w[0], w[1], gain, activation).into())
        .collect();
    Network::new(layers).unwrap()
}

/// Largest (Euclidean, max) distances found by samples, by every direction of the Jacobian's rows, and by ascent.
fn sampled_sup(network: &Network, target: &AffineMap, region: &Region, seed: u64) -> (f64, f64) {
    let distance = |x: &DVector<f64>| {
        let difference = network.forward(x) - target.apply(x);
        (difference.norm(), difference.amax())
    };
    let center = region.center();
    let onto = |x: &DVector<f64>| -> DVector<f64> {
        let d = x - center;
        match region {
            Region::Ball(ball) => center + &d * (ball.radius() / d.norm().max(1e-300)),
            Region::Cuboid(cuboid) => center + d.zip_map(cuboid.half_widths(), |d, h| h * d.signum()),
        }
    };
    let mut points = region.sample(200, seed);
    let jacobian = network.jacobian(center);
    for row in jacobian.row_iter() {
        for sign in [1.0, -1.0] {
            points.push(onto(&(center + row.transpose() * sign)));
        }
    }
    let extremes: Vec<_> = points.iter().map(&onto).collect();
    points.extend(extremes);
    let (mut euclidean, mut max) = (0.0f64, 0.0f64);
    for x in &points {
        let (e, m) = distance(x);
        (euclidean, max) = (euclidean.max(e), max.max(m));
    }
    // ascent of the squared distance over the boundary
    points.sort_by(|a, b| distance(b).0.total_cmp(&distance(a).0));
    for start in points.iter().take(4) {
        let mut x = start.clone();
        for _ in 0..60 {
            let difference = network.forward(&x) - target.apply(&x);
            let gradient = (network.jacobian(&x) - target.linear()).transpose() * difference;
            if gradient.norm() == 0.0 {
                break;
            }
            let step = match region {
                Region::Ball(ball) => ball.radius(),
                Region::Cuboid(cuboid) => cuboid.half_widths().norm(),
            };
            x = onto(&(&x + gradient.normalize() * step));
            let (e, m) = distance(&x);
            (euclidean, max) = (euclidean.max(e), max.max(m));
        }
    }
    (euclidean, max)
}

#[test]
fn no_point_exceeds_the_bound_for_jets_least_squares_and_arbitrary_maps() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for (case, widths) in [
        vec![1, 1],
        vec![3, 5],
        vec![8, 4, 8],
        vec![5, 7, 3, 4],
        vec![2, 2, 2, 2, 2],
    ]
    .iter()
    .enumerate()
    {
        for activation in SMOOTH.into_iter().chain(KINKED) {
            for radius in [1e-9, 1e-4, 0.1, 1.0, 8.0] {
                let network = network(&mut rng, widths, 1.5, activation);
                let n = widths[0];
                let center = DVector::from_fn(n, |_, _| normal(&mut rng));
                let ball = Ball::new(center.clone(), radius).unwrap();
                let half = DVector::from_fn(n, |_, _| radius * rng.random::<f64>());
                let cuboid = Cuboid::new(center, half).unwrap();
                let shadow = AffineFitter::new(
                    n,
                    FitOptions {
                        pairs: 40,
                        held_out: 60,
                        seed: 9,
                    },
                )
                .unwrap()
                .shadow(&network, &ball)
                .unwrap();
                let wild = AffineMap::new(
                    DMatrix::from_fn(*widths.last().unwrap(), n, |_, _| normal(&mut rng)),
                    DVector::from_fn(*widths.last().unwrap(), |_, _| normal(&mut rng)),
                )
                .unwrap();
                for fit in [&shadow.jet, &shadow.least_squares] {
                    let bound = fit.residual.certified_sup.unwrap();
                    assert!(fit.residual.sample_max <= bound.euclidean);
                    assert!(fit.residual.sample_max_coordinate <= bound.max);
                }
                for region in [Region::from(ball), Region::from(cuboid)] {
                    let enclosure = Enclosure::new(&network, &region).unwrap();
                    for target in [&shadow.jet.element, &shadow.least_squares.element, &wild] {
                        let bound = enclosure.sup_distance(target).unwrap();
                        let (euclidean, max) = sampled_sup(&network, target, &region, case as u64);
                        let name =
                            format!("{widths:?} {activation:?} radius {radius}: {bound:?} {euclidean} {max}");
                        assert!(euclidean <= bound.euclidean && max <= bound.max, "{name}");
                    }
                }
            }
        }
    }
}

#[test]
fn one_unit_is_bounded_within_a_few_percent_of_its_true_supremum() {
    // one input, one unit: the true supremum is found on a fine grid
    for activation in SMOOTH {
        for bias in [-2.0, -0.6, 0.0, 0.3, 1.5] {
            for radius in [1e-4, 0.01, 0.2, 1.0, 3.0] {
                let layer = Dense::new(dmatrix![1.3], dvector![bias], activation).unwrap();
                let network = Network::new(vec![layer.into()]).unwrap();
                let ball = Ball::new(dvector![0.1], radius).unwrap();
                let fitter = AffineFitter::new(1, FitOptions::for_width(1, 4)).unwrap();
                let shadow = fitter.shadow(&network, &ball).unwrap();
                for fit in [&shadow.jet, &shadow.least_squares] {
                    let truth = (0..=4000)
                        .map(|k| {
                            let x = dvector![0.1 + radius * (f64::from(k) / 2000.0 - 1.0)];
                            (network.forward(&x) - fit.element.apply(&x)).norm()
                        })
                        .fold(0.0, f64::max);
                    let bound = fit.residual.certified_sup.unwrap();
                    let name = format!("{activation:?} bias {bias} radius {radius}: {bound:?} for {truth}");
                    assert!(bound.max >= truth && bound.max <= 1.35 * truth + 1e-12, "{name}");
                    assert!(bound.euclidean <= 1.36 * truth + 1e-12, "{name}");
                }
            }
        }
    }
}

#[test]
fn planted_layers_are_bounded_within_twice_their_supremum() {
    // orthogonal rows at the point of largest curvature, and compositions of such layers
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let critical = (1.0 / 3f64.sqrt()).atanh();
    for n in [2usize, 4, 16, 40] {
        let q = DMatrix::from_fn(n, n, |_, _| normal(&mut rng)).qr().q();
        let layer =
            |bias: f64| Dense::new(q.clone(), DVector::from_element(n, bias), Activation::Tanh).unwrap();
        let single = Network::new(vec![layer(critical).into()]).unwrap();
        let double = Network::new(vec![layer(critical).into(), layer(-0.2).into()]).unwrap();
        for (name, network) in [("one layer", &single), ("two layers", &double)] {
            for radius in [1e-3, 0.05, 0.3] {
                let ball = Ball::new(DVector::zeros(n), radius).unwrap();
                let fitter = AffineFitter::new(n, FitOptions::for_width(n, 5)).unwrap();
                let shadow = fitter.shadow(network, &ball).unwrap();
                for (which, fit) in [("jet", &shadow.jet), ("least squares", &shadow.least_squares)] {
                    let bound = fit.residual.certified_sup.unwrap();
                    let (euclidean, max) = sampled_sup(network, &fit.element, &ball.clone().into(), 6);
                    let ratios = (bound.euclidean / euclidean, bound.max / max);
                    println!("{name} {which} n = {n} radius {radius}: {ratios:?}");
                    assert!(
                        ratios.0 <= 2.0 && ratios.1 <= 2.0,
                        "{name} {which} n = {n} radius {radius}: {ratios:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_perturbed_group_element_is_bounded_on_a_box() {
    // f = g + δ·tanh(Vx + b): the bound of ‖f − g‖ on a box is within twice the true supremum
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    for n in [4usize, 16, 64] {
        for delta in [1e-3, 0.1] {
            let v = DMatrix::from_fn(n, n, |_, _| normal(&mut rng) / (n as f64).sqrt());
            let bump = Dense::new(v, DVector::from_fn(n, |_, _| normal(&mut rng)), Activation::Tanh).unwrap();
            let scale = Dense::new(
                DMatrix::identity(n, n) * delta,
                DVector::zeros(n),
                Activation::Linear,
            )
            .unwrap();
            let difference = Network::new(vec![bump.into(), scale.into()]).unwrap();
            let cuboid = Cuboid::new(DVector::zeros(n), DVector::from_element(n, 1.0)).unwrap();
            let zero = AffineMap::from_linear(DMatrix::zeros(n, n)).unwrap();
            let bound = Enclosure::new(&difference, &cuboid.clone().into())
                .unwrap()
                .sup_distance(&zero)
                .unwrap();
            let (euclidean, max) = sampled_sup(&difference, &zero, &cuboid.into(), 8);
            println!(
                "n = {n} delta = {delta}: {} {}",
                bound.euclidean / euclidean,
                bound.max / max
            );
            assert!(bound.euclidean >= euclidean && bound.euclidean <= 2.0 * euclidean);
            assert!(bound.max >= max && bound.max <= 2.0 * max);
        }
    }
}

#[test]
fn the_second_derivative_constant_bounds_the_jet_and_a_smaller_one_does_not() {
    let layer = Dense::new(
        dmatrix![0.6, 0.8; -2.0, 1.0],
        dvector![0.7, -0.4],
        Activation::Sigmoid,
    )
    .unwrap();
    let network = Network::new(vec![layer.clone().into()]).unwrap();
    let (center, radius) = (dvector![0.2, -0.1], 0.05);
    let region = Region::from(Ball::new(center.clone(), radius).unwrap());
    let constants = curvature_constants(&layer, &region).unwrap();
    let jet = Enclosure::new(&network, &region).unwrap().jet().clone();
    for (unit, constant) in constants.iter().enumerate() {
        let along = layer.weights().row(unit).transpose().normalize() * radius;
        let truth = [1.0, -1.0]
            .map(|sign| {
                let x = &center + &along * sign;
                (network.forward(&x) - jet.apply(&x))[unit].abs()
            })
            .into_iter()
            .fold(0.0, f64::max);
        let bound = constant * radius * radius;
        assert!(
            truth <= bound && truth >= 0.8 * bound,
            "unit {unit}: {truth} {bound}"
        );
    }
}

#[test]
fn a_kink_in_the_ball_is_refused_a_second_order_bound_and_given_a_first_order_one() {
    let layer = Dense::new(dmatrix![1.0, 0.0; 0.0, 2.0], dvector![5.0, 0.1], Activation::Relu).unwrap();
    let network = Network::new(vec![layer.clone().into()]).unwrap();
    let wide = Region::from(Ball::new(dvector![0.0, 0.0], 0.2).unwrap());
    let enclosure = Enclosure::new(&network, &wide).unwrap();
    match enclosure.remainder() {
        Err(BridgeError::NotTwiceDifferentiable(kink)) => assert_eq!((kink.layer, kink.unit), (0, 1)),
        other => panic!("a kink inside the ball must be refused, got {other:?}"),
    }
    assert!(matches!(
        curvature_constants(&layer, &wide),
        Err(BridgeError::NotTwiceDifferentiable(_))
    ));
    // the exact error of the jet x ↦ 2x + 0.1 is largest at the far side of the kink: 2·0.2 − 0.1
    let bound = enclosure.sup_distance(enclosure.jet()).unwrap();
    assert!(bound.max >= 0.3 && bound.max < 0.3 * (1.0 + 1e-9));
    // no kink in a smaller ball: the layer is affine there
    let narrow = Region::from(Ball::new(dvector![0.0, 0.0], 0.04).unwrap());
    assert!(
        Enclosure::new(&network, &narrow)
            .unwrap()
            .remainder()
            .unwrap()
            .euclidean
            < 1e-13
    );
}

#[test]
fn ill_fitting_and_unbounded_questions_are_typed_errors() {
    let layer = Dense::new(dmatrix![1.0, 2.0], dvector![0.0], Activation::Tanh).unwrap();
    let network = Network::new(vec![layer.into()]).unwrap();
    let line = Region::from(Ball::new(dvector![0.0], 1.0).unwrap());
    assert!(matches!(
        Enclosure::new(&network, &line),
        Err(BridgeError::Shape {
            expected: 2,
            got: 1,
            ..
        })
    ));
    let plane = Region::from(Ball::new(dvector![0.0, 0.0], 1.0).unwrap());
    let enclosure = Enclosure::new(&network, &plane).unwrap();
    let narrow = AffineMap::from_linear(dmatrix![1.0]).unwrap();
    assert!(matches!(
        enclosure.sup_distance(&narrow),
        Err(BridgeError::Shape { .. })
    ));
    let huge = Dense::new(dmatrix![1e300], dvector![0.0], Activation::Linear).unwrap();
    let network = Network::new(vec![huge.clone().into(), huge.into()]).unwrap();
    let unit = Region::from(Ball::new(dvector![0.0], 1.0).unwrap());
    let zero = AffineMap::from_linear(dmatrix![0.0]).unwrap();
    let refused = Enclosure::new(&network, &unit).and_then(|e| e.sup_distance(&zero).map(|_| ()));
    assert!(matches!(
        refused,
        Err(BridgeError::Unbounded | BridgeError::NotFinite { .. })
    ));
}
