//! Claims C19 to C22 of shadow fits, each with a control that must come out false.

#![allow(clippy::unwrap_used)] // helpers of tests

use bridge::shadow::{
    AffineFitter, AffineMap, Ball, Closure, FitOptions, GroupStatus, Obstruction, closure_defect,
    geometric_radii, growth, log_log_slope,
};
use nalgebra::{DMatrix, DVector, dmatrix, dvector};
use nets::{Activation, Dense, Network};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn random(rng: &mut ChaCha8Rng, m: usize, n: usize) -> DMatrix<f64> {
    DMatrix::from_fn(m, n, |_, _| rng.random_range(-1.0..1.0))
}

fn layer(weights: DMatrix<f64>, bias: DVector<f64>, activation: Activation) -> Network {
    Network::new(vec![Dense::new(weights, bias, activation).unwrap().into()]).unwrap()
}

#[test]
fn the_error_grows_with_exponent_two_generically_three_at_inflections_and_one_at_a_kink() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let n = 6;
    let weights = random(&mut rng, 5, n);
    let generic = DVector::from_fn(5, |_, _| rng.random_range(0.3..1.0));
    let radii = geometric_radii(1e-3, 3e-2, 8);
    let fitter = AffineFitter::new(n, FitOptions::for_width(n, 2)).unwrap();
    let cases = [
        (Activation::Sigmoid, generic.clone(), 2.0),
        (Activation::Tanh, generic, 2.0),
        (Activation::Sigmoid, DVector::zeros(5), 3.0),
        (Activation::Tanh, DVector::zeros(5), 3.0),
        (Activation::Relu, DVector::zeros(5), 1.0),
    ];
    for (activation, bias, exponent) in cases {
        let network = layer(weights.clone(), bias, activation);
        let growth = growth(&fitter, &network, &DVector::zeros(n), &radii).unwrap();
        let slopes = [
            growth.jet_slope,
            growth.jet_bound_slope,
            growth.least_squares_slope,
            growth.least_squares_bound_slope,
        ];
        for slope in slopes {
            let slope = slope.unwrap();
            assert!(
                (slope.slope - exponent).abs() < 0.1,
                "{activation:?}: {slope:?}, expected {exponent}"
            );
            assert!(slope.standard_error < 0.02);
        }
        for point in &growth.points {
            assert!(point.jet_max <= point.jet_bound && point.least_squares_rms <= point.least_squares_bound);
        }
    }
}

#[test]
fn the_constants_of_one_dimension_are_those_of_the_claim() {
    // minimax |σ''|w²r²/4 is not fitted here; least squares has rms |σ''|w²r²/(3√5) for the uniform law on [-r, r]
    let (w, b, r) = (1.7, 0.8, 1e-3);
    let network = layer(dmatrix![w], dvector![b], Activation::Tanh);
    let options = FitOptions {
        pairs: 4000,
        held_out: 20_000,
        seed: 3,
    };
    let shadow = AffineFitter::new(1, options)
        .unwrap()
        .shadow(&network, &Ball::new(dvector![0.0], r).unwrap())
        .unwrap();
    let curvature = Activation::Tanh.second_derivative(b).abs() * w * w * r * r;
    let expected = curvature / (3.0 * 5f64.sqrt());
    let rms = shadow.least_squares.residual.sample_rms;
    assert!((rms / expected - 1.0).abs() < 0.02, "{rms} {expected}");
    let bound = shadow.jet.residual.certified_sup.unwrap().max;
    assert!((bound / (0.5 * curvature) - 1.0).abs() < 0.01);
}

#[test]
fn a_linear_network_has_no_error_and_no_exponent() {
    let network = layer(
        dmatrix![1.0, 2.0; 3.0, 4.0],
        dvector![0.1, 0.2],
        Activation::Linear,
    );
    let fitter = AffineFitter::new(2, FitOptions::for_width(2, 2)).unwrap();
    let growth = growth(
        &fitter,
        &network,
        &dvector![0.3, 0.4],
        &geometric_radii(1e-3, 1.0, 5),
    )
    .unwrap();
    assert_eq!(growth.jet_slope, None);
    assert!(growth.points.iter().all(|p| p.jet_bound < 1e-13));
}

#[test]
fn a_shadow_is_in_gl_exactly_if_its_layer_is_square_and_of_full_rank() {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let fitter = AffineFitter::new(4, FitOptions::for_width(4, 2)).unwrap();
    let ball = Ball::new(DVector::zeros(4), 0.1).unwrap();
    let status = |network: &Network| fitter.shadow(network, &ball).unwrap().group;
    let bias = DVector::from_element(4, 0.5);
    let square = random(&mut rng, 4, 4);
    assert!(matches!(
        status(&layer(square.clone(), bias.clone(), Activation::Sigmoid)),
        GroupStatus::ElementOfGl { .. }
    ));
    // controls: singular weights, a dead ReLU unit, a bottleneck, a rectangular layer
    let mut singular = square.clone();
    let copy = singular.row(0) * 2.0;
    singular.row_mut(3).copy_from(&copy);
    let dead = DVector::from_vec(vec![0.5, 0.5, 0.5, -100.0]);
    for network in [
        layer(singular, bias.clone(), Activation::Sigmoid),
        layer(square.clone(), dead, Activation::Relu),
    ] {
        let GroupStatus::NoElementOfGl {
            rank,
            obstruction,
            core,
        } = status(&network)
        else {
            panic!("a singular layer is no group element")
        };
        assert_eq!((rank.value, obstruction), (3, Obstruction::RankDeficient));
        assert_eq!(core.unwrap().dimension, 3);
    }
    let down = Dense::new(random(&mut rng, 2, 4), DVector::zeros(2), Activation::Sigmoid).unwrap();
    let up = Dense::new(random(&mut rng, 4, 2), DVector::zeros(4), Activation::Sigmoid).unwrap();
    let reconstruction = Network::new(vec![down.clone().into(), up.into()]).unwrap();
    let shadow = fitter.shadow(&reconstruction, &ball).unwrap();
    for fit in [&shadow.jet.element, &shadow.least_squares.element] {
        let GroupStatus::NoElementOfGl {
            rank,
            obstruction,
            core: Some(core),
        } = GroupStatus::of(fit, Some(shadow.bottleneck)).unwrap()
        else {
            panic!("a bottleneck is no group element")
        };
        assert_eq!(
            (rank.value, obstruction, core.dimension),
            (2, Obstruction::Bottleneck { width: 2 }, 2)
        );
    }
    let encoder = status(&Network::new(vec![down.into()]).unwrap());
    assert!(matches!(
        encoder,
        GroupStatus::NoElementOfGl {
            obstruction: Obstruction::Rectangular { rows: 2, columns: 4 },
            core: None,
            ..
        }
    ));
}

fn closures(bias: f64, radii: &[f64]) -> Vec<Closure> {
    let network = layer(dmatrix![1.3], dvector![bias], Activation::Tanh);
    let fitter = AffineFitter::new(
        1,
        FitOptions {
            pairs: 2000,
            held_out: 1,
            seed: 5,
        },
    )
    .unwrap();
    let ball = |r: f64| Ball::new(dvector![0.0], r).unwrap();
    radii
        .iter()
        .map(|r| closure_defect(&fitter, &network, &network, &ball(*r)).unwrap())
        .collect()
}

#[test]
fn jets_close_under_composition_and_least_squares_fits_do_not() {
    let radii = geometric_radii(0.02, 0.2, 6);
    let slope = |closures: &[Closure], f: fn(&Closure) -> f64| {
        log_log_slope(radii.iter().copied().zip(closures.iter().map(f)))
            .unwrap()
            .slope
    };
    let generic = closures(0.4, &radii);
    assert!(
        generic
            .iter()
            .all(|c| c.jet.linear < 1e-14 && c.jet.value < 1e-15)
    );
    assert!(
        generic.iter().all(|c| c.least_squares.linear > 1e-6),
        "least-squares fits do not close exactly"
    );
    assert!((slope(&generic, |c| c.least_squares.linear) - 2.0).abs() < 0.1);
    assert!((slope(&generic, |c| c.least_squares.value) - 4.0).abs() < 0.1);
    // tanh after tanh at the inflection: the slope defect is of fourth order
    let odd = closures(0.0, &radii);
    assert!((slope(&odd, |c| c.least_squares.linear) - 4.0).abs() < 0.1);
}

#[test]
fn closure_through_a_narrow_layer_is_measured_on_the_image() {
    let mut rng = ChaCha8Rng::seed_from_u64(6);
    let down = layer(
        random(&mut rng, 3, 6),
        DVector::from_element(3, 0.4),
        Activation::Sigmoid,
    );
    let up = layer(
        random(&mut rng, 6, 3),
        DVector::from_element(6, -0.3),
        Activation::Sigmoid,
    );
    let fitter = AffineFitter::new(6, FitOptions::for_width(6, 2)).unwrap();
    let at = |r: f64| closure_defect(&fitter, &down, &up, &Ball::new(DVector::zeros(6), r).unwrap()).unwrap();
    let (near, far) = (at(0.05), at(0.4));
    assert!(near.jet.linear < 1e-13 && far.jet.linear < 1e-13);
    assert!(near.least_squares.linear < 0.05 * far.least_squares.linear);
    assert!(closure_defect(&fitter, &down, &down, &Ball::new(DVector::zeros(6), 0.1).unwrap()).is_err());
}

#[test]
fn an_orbit_drifts_within_the_geometric_sum_and_not_within_a_uniform_bound() {
    // F(x) = tanh(2x) near its repelling fixed point 0: |F^m x − T^m x| ≤ ε Σ L^j while the orbit stays in the ball
    let network = layer(dmatrix![2.0], dvector![0.0], Activation::Tanh);
    let radius = 0.3;
    let fitter = AffineFitter::new(1, FitOptions::for_width(1, 7)).unwrap();
    let shadow = fitter
        .shadow(&network, &Ball::new(dvector![0.0], radius).unwrap())
        .unwrap();
    let epsilon = shadow.jet.residual.certified_sup.unwrap().euclidean;
    let (mut x, mut y) = (dvector![0.002], dvector![0.002]);
    let (mut allowed, mut uniform_fails, mut steps) = (0.0, false, 0);
    let step_error = {
        // the uniform claim |F^m x − T^m x| ≤ (error of one step at x) for all m
        let t: &AffineMap = &shadow.jet.element;
        (network.forward(&x) - t.apply(&x)).norm()
    };
    while y.norm() * 2.0 < radius {
        x = network.forward(&x);
        y = shadow.jet.element.apply(&y);
        allowed = 2.0 * allowed + epsilon;
        let drift = (&x - &y).norm();
        assert!(drift <= allowed);
        uniform_fails |= drift > step_error;
        steps += 1;
    }
    assert!(
        steps > 4 && uniform_fails,
        "the drift of an expanding map grows with the number of compositions"
    );
}

#[test]
fn the_same_seed_gives_the_same_bytes_for_any_number_of_threads() {
    let mut rng = ChaCha8Rng::seed_from_u64(8);
    let network = layer(random(&mut rng, 7, 5), DVector::zeros(7), Activation::Sigmoid);
    let balls: Vec<Ball> = (0..6)
        .map(|k| Ball::new(DVector::from_element(5, f64::from(k) * 0.1), 0.2).unwrap())
        .collect();
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let fitter = AffineFitter::new(5, FitOptions::for_width(5, 3)).unwrap();
        let shadows = pool.install(|| fitter.shadows(&network, &balls)).unwrap();
        serde_json::to_string(&shadows).unwrap()
    };
    assert_eq!(run(1), run(4));
    let read: Vec<bridge::shadow::AffineShadow> = serde_json::from_str(&run(2)).unwrap();
    assert_eq!(read.len(), 6);
}
