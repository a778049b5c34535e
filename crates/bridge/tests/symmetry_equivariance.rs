//! Equivariance errors whose values are known: exact zeros, and exact sums over the layers.

#![allow(clippy::unwrap_used)] // helpers of tests

use bridge::BridgeError;
use bridge::symmetry::continuous::{Interpolation, gaussian_inputs};
use bridge::symmetry::equivariance::{
    Motion, finite_equivariance, image_fields, image_maps, infinitesimal_equivariance, interpolation_floor,
};
use nalgebra::DMatrix;
use nets::{Activation, Arithmetic, Conv2d, Elementwise, Layer, Network, NetworkBuilder, Padding, Window};
use std::f64::consts::{FRAC_PI_2, FRAC_PI_6, TAU};

const SAMPLES: usize = 64;
const SIGNAL: [usize; 3] = [1, 1, SAMPLES];

/// 500 real periodic signals of frequencies up to 8 and variance 1.
fn signals() -> DMatrix<f64> {
    let waves = gaussian_inputs(17, 500, 3);
    let mut signals = DMatrix::from_fn(SAMPLES, 500, |i, j| {
        let angle = TAU * i as f64 / SAMPLES as f64;
        (1..=8).fold(waves[(0, j)], |sum, k| {
            let phase = k as f64 * angle;
            sum + waves[(2 * k - 1, j)] * phase.cos() + waves[(2 * k, j)] * phase.sin()
        })
    });
    let deviation = (signals.norm_squared() / signals.len() as f64).sqrt();
    signals /= deviation;
    signals
}

/// One turn of the circle per unit of time.
const SHIFT: Motion = Motion::Translation {
    down: 0.0,
    right: 1.0,
};

fn relative(network: &Network, data: &DMatrix<f64>) -> f64 {
    let fields = image_fields(network, SHIFT, Interpolation::Spectral);
    let report = infinitesimal_equivariance(network, data, &fields).unwrap();
    report.total.relative.unwrap()
}

fn circular(kernel: [f64; 3]) -> Layer {
    let window = Window {
        padding: [0, 1, 0, 1],
        ..Window::new((1, 3), 1, 0)
    };
    Conv2d::new(
        SIGNAL,
        1,
        kernel.to_vec(),
        vec![0.3],
        1,
        window,
        Padding::Circular,
    )
    .unwrap()
    .into()
}

/// u ↦ u^power, by repeated multiplication.
fn power(power: usize) -> Network {
    let mut builder = NetworkBuilder::new(&SIGNAL);
    let input = builder.input();
    let mut node = input;
    for _ in 1..power {
        let product = Elementwise::new(Arithmetic::Multiply, &SIGNAL, &SIGNAL).unwrap();
        node = builder.add(product.into(), &[node, input]).unwrap();
    }
    builder.finish(node).unwrap()
}

fn on_signals(layers: Vec<Layer>) -> Network {
    let mut builder = NetworkBuilder::new(&SIGNAL);
    let mut node = builder.input();
    for layer in layers {
        node = builder.add(layer, &[node]).unwrap();
    }
    builder.finish(node).unwrap()
}

/// Translations commute with convolutions, and with u² as 2·8 < 32; u⁵ aliases as 40 > 32, and a kink has all frequencies.
#[test]
fn exact_zeros_of_periodic_signals() {
    let data = signals();
    assert!(relative(&on_signals(vec![circular([0.4, -1.0, 0.7])]), &data) < 1e-25);
    assert!(relative(&power(2), &data) < 1e-25);
    let fifth = relative(&power(5), &data);
    assert!(fifth > 1e-4 && fifth < 1e-1, "{fifth}");
    let kink = relative(&on_signals(vec![Activation::Relu.into()]), &data);
    assert!(kink > 1e-2 && kink < 1.0, "{kink}");
}

/// By finite translations of a fraction of a sample the same holds.
#[test]
fn finite_translations_agree() {
    let data = signals();
    let motion = Motion::Translation {
        down: 0.0,
        right: 0.0137,
    };
    let run = |network: &Network| {
        let maps = image_maps(network, motion, Interpolation::Spectral);
        finite_equivariance(network, &data, &maps)
            .unwrap()
            .total
            .relative
            .unwrap()
    };
    assert!(run(&on_signals(vec![circular([0.4, -1.0, 0.7])])) < 1e-25);
    assert!(run(&power(2)) < 1e-25);
    assert!(run(&power(5)) > 1e-5);
    let network = on_signals(vec![circular([0.4, -1.0, 0.7])]);
    let there = motion.map(SIGNAL, Interpolation::Spectral);
    let back = motion.inverse().map(SIGNAL, Interpolation::Spectral);
    assert!(
        interpolation_floor(&network, &data, &there, &back)
            .unwrap()
            .mean_square
            < 1e-25
    );
}

#[test]
fn contributions_of_layers_sum_to_the_total() {
    let data = signals();
    let network = on_signals(vec![
        circular([0.4, -1.0, 0.7]),
        Activation::Relu.into(),
        circular([1.0, 0.5, -0.2]),
        Activation::Tanh.into(),
        Layer::flatten(SAMPLES),
    ]);
    let mut fields = image_fields(&network, SHIFT, Interpolation::Spectral);
    // The flat output is moved as the image before it.
    fields[5] = fields[4].clone();
    let report = infinitesimal_equivariance(&network, &data, &fields).unwrap();
    assert_eq!(report.layers.len(), 5);
    let scale = report.total.motion.mean_square.sqrt();
    assert!(report.chain_defect < 1e-9 * scale, "{}", report.chain_defect);
    // Convolutions and the reshape add nothing, the pointwise maps do; in both norms.
    for (layer, exact) in report.layers.iter().zip([true, false, true, false, true]) {
        let square = layer.own.error.mean_square / scale.powi(2);
        assert_eq!(square < 1e-24, exact, "{}: {square}", layer.kind);
        assert_eq!(layer.own.error.mean_absolute / scale < 1e-12, exact);
        assert_eq!(layer.contribution.mean_square / scale.powi(2) < 1e-24, exact);
    }
    let finite = finite_equivariance(&network, &data, &{
        let motion = Motion::Translation {
            down: 0.0,
            right: 0.013,
        };
        let mut maps = image_maps(&network, motion, Interpolation::Spectral);
        maps[5] = maps[4].clone();
        maps
    })
    .unwrap();
    assert!(finite.chain_defect < 1e-12, "{}", finite.chain_defect);
    assert!(finite.total.error.mean_square > 1e-8);
}

/// A convolution with a kernel of four-fold symmetry commutes with quarter turns exactly; with a turn by 30 degrees as far as the
/// interpolation allows; one without does not.
#[test]
fn turns_of_the_grid() {
    let shape = [1, 7, 7];
    let conv = |kernel: [f64; 9]| {
        let layer = Conv2d::new(
            shape,
            1,
            kernel.to_vec(),
            vec![0.0],
            1,
            Window::new((3, 3), 1, 1),
            Padding::Zero,
        )
        .unwrap();
        let mut builder = NetworkBuilder::new(&shape);
        let node = builder.add(layer.into(), &[builder.input()]).unwrap();
        let node = builder.add(Activation::Relu.into(), &[node]).unwrap();
        builder.finish(node).unwrap()
    };
    let symmetric = conv([0.1, 0.5, 0.1, 0.5, -1.0, 0.5, 0.1, 0.5, 0.1]);
    let lopsided = conv([0.1, 0.5, 0.1, 0.5, -1.0, 0.5, 0.1, 0.5, 0.9]);
    let data = gaussian_inputs(49, 100, 8);
    let run = |network: &Network, angle: f64| {
        let maps = image_maps(network, Motion::Rotation(angle), Interpolation::Cubic);
        finite_equivariance(network, &data, &maps).unwrap()
    };
    let floor = |network: &Network, angle: f64| {
        let motion = Motion::Rotation(angle);
        let there = motion.map(shape, Interpolation::Cubic);
        let back = motion.inverse().map(shape, Interpolation::Cubic);
        interpolation_floor(network, &data, &there, &back)
            .unwrap()
            .mean_square
    };
    let exact = run(&symmetric, FRAC_PI_2);
    assert!(exact.total.error.mean_square < 1e-28 && exact.total.motion.mean_square > 0.1);
    assert_eq!(floor(&symmetric, FRAC_PI_2), 0.0);
    assert!(run(&lopsided, FRAC_PI_2).total.error.mean_square > 1e-2);
    // At 30 degrees the network's error is not above what the interpolation does.
    let inexact = run(&symmetric, FRAC_PI_6).total.error.mean_square;
    assert!(
        inexact > 1e-3 && inexact < floor(&symmetric, FRAC_PI_6),
        "{inexact}"
    );
}

#[test]
fn actions_that_do_not_fit_are_refused() {
    let network = on_signals(vec![Activation::Relu.into()]);
    let fields = image_fields(&network, SHIFT, Interpolation::Spectral);
    let data = signals();
    assert!(matches!(
        infinitesimal_equivariance(&network, &data, &fields[..1]),
        Err(BridgeError::Shape {
            expected: 2,
            got: 1,
            ..
        })
    ));
    let narrow = gaussian_inputs(3, 10, 1);
    assert!(matches!(
        infinitesimal_equivariance(&network, &narrow, &fields),
        Err(BridgeError::Shape {
            expected: 64,
            got: 3,
            ..
        })
    ));
}
