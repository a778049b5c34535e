//! C33, C34, C35, C38: wide networks, networks of finite width, rare minima.

use nalgebra::DMatrix;
use nets::Activation;
use nets::theory::kernel::KernelRecursion;
use nets::theory::{depth_width, relu, saddles};
use rand_distr::{Distribution, StandardNormal};

use super::batch::card;
use super::short::{Evidence, Short, Tuned};
use crate::claim::{About, Cost, Curve, Parameter, Picture};

/// Squared norms per unit of a random network's last layer, for unit input variance.
fn finite_networks(
    activation: Activation,
    sigma_w2: f64,
    (layers, width, networks): (usize, usize, usize),
    rng: &mut impl rand::Rng,
) -> Vec<f64> {
    let spread = (sigma_w2 / width as f64).sqrt();
    (0..networks)
        .map(|_| {
            let mut h: Vec<f64> = vec![1.0; width];
            for _ in 0..layers {
                h = (0..width)
                    .map(|_| {
                        let mut normal = || -> f64 { StandardNormal.sample(&mut *rng) };
                        let sum: f64 = h.iter().map(|x| normal() * x).sum();
                        activation.apply(spread * sum)
                    })
                    .collect();
            }
            h.iter().map(|x| x * x).sum::<f64>() / width as f64
        })
        .collect()
}

const CRITICALITY_CARD: About = card("tanh-criticality", "l·K_l → 1/2  ⇔  σ_w² = 1");

const WIDE: Parameter = Parameter::samples("samples", 400, "networks of one layer of width 200");

pub(super) static CRITICALITY: Tuned = Short {
    about: &CRITICALITY_CARD,
    exact: |_| {
        let mut evidence = Evidence::exact(
            "2000 layers by quadrature: 1/K_l grows by 2 a layer at σ_w² = 1, K_l vanishes below, and has a positive limit above.",
        );
        let at = |sigma| KernelRecursion::new(Activation::Tanh, sigma, 0.0).and_then(|r| r.flow(1.0, 2000));
        let (critical, ordered, chaotic) = (at(1.0)?, at(0.8)?, at(1.5)?);
        evidence.close("l K_l at l = 2000", 2000.0 * critical[2000], 0.5, 1e-3);
        let layers = || std::iter::successors(Some(1usize), |l| Some((l * 5 / 4).max(l + 1))).take_while(|&l| l <= 2000);
        let along = |flow: &[f64]| layers().map(|l| (l as f64, l as f64 * flow[l])).collect();
        evidence.picture(Picture::power_law(
            "Only at σ_w² = 1 does l K_l tend to 1/2",
            "layer l",
            "l K_l",
            vec![
                Curve::measured("σ_w² = 1", along(&critical)),
                Curve::measured("σ_w² = 0.8", along(&ordered[..200]
                    .iter()
                    .copied()
                    .chain(std::iter::repeat_n(0.0, 1801))
                    .collect::<Vec<_>>())),
                Curve::measured("σ_w² = 1.5", along(&chaotic)),
                Curve::theory("1/2", vec![(1.0, 0.5), (2000.0, 0.5)]),
            ],
        ));
        evidence.close(
            "(1/K_2000 − 1/K_1000)/1000",
            (1.0 / critical[2000] - 1.0 / critical[1000]) / 1000.0,
            2.0,
            5e-3,
        );
        evidence.close("K_500 at 0.8", ordered[500], 0.0, 1e-40);
        evidence.case(
            chaotic[2000] > 0.1 && (chaotic[2000] - chaotic[1000]).abs() < 1e-12,
            || format!("{}", chaotic[2000]),
        );
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng("tanh-criticality");
        let mut evidence = Evidence::statistical(
            "The first layer's E tanh² of an ensemble of networks of width 200, against the recursion.",
            context,
        );
        let sample = finite_networks(Activation::Tanh, 1.0, (1, 200, context.size(&WIDE)?), &mut rng);
        // What the layer passes on is the next kernel over σ_w².
        evidence.mean(
            "K_1",
            &sample,
            KernelRecursion::new(Activation::Tanh, 1.0, 0.0)?.next(1.0)?,
        );
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::exact(CRITICALITY_CARD.control);
        for sigma in [0.8, 1.5] {
            let flow = KernelRecursion::new(Activation::Tanh, sigma, 0.0)?.flow(1.0, 1000)?;
            evidence.close(
                &format!("l K_l at σ_w² = {sigma}"),
                1000.0 * flow[1000],
                0.5,
                0.01,
            );
        }
        evidence.finish()
    },
}
.with(&[WIDE], Cost::Second);

const RELU_CARD: About = card("relu-criticality", "K' = (σ_w²/2) K");

const RECTIFIED: Parameter = Parameter::samples("samples", 2000, "networks of three layers of width 32");

pub(super) static RELU: Tuned = Short {
    about: &RELU_CARD,
    exact: |_| {
        let mut evidence = Evidence::exact("The closed form against the recursion by quadrature.");
        for sigma in [0.5, 1.0, 1.9, 2.0, 2.1] {
            let flow = KernelRecursion::new(Activation::Relu, sigma, 0.0)?.flow(1.0, 10)?;
            evidence.close(
                &format!("K_10/K_0 at σ_w² = {sigma}"),
                flow[10],
                relu::kernel_ratio(sigma, 10)?,
                1e-10,
            );
        }
        evidence.equal("χ at σ_w² = 2", relu::susceptibility(2.0)?, 1.0);
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng("relu-criticality");
        let mut evidence = Evidence::statistical(
            "Ensembles of networks of width 32 and 3 layers: the mean squared norm.",
            context,
        );
        for sigma in [1.0, 2.0] {
            let sample = finite_networks(
                Activation::Relu,
                sigma,
                (3, 32, context.size(&RECTIFIED)?),
                &mut rng,
            );
            evidence.mean(
                &format!("E q at σ_w² = {sigma}"),
                &sample,
                relu::kernel_ratio(sigma, 3)?,
            );
        }
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::exact(RELU_CARD.control);
        evidence.close("K_10/K_0 at σ_w² = 1", relu::kernel_ratio(1.0, 10)?, 1.0, 0.01);
        evidence.finish()
    },
}
.with(&[RECTIFIED], Cost::Second);

const FLUCTUATIONS_CARD: About = card("depth-width-variance", "E q² = (1 + 2/n)^L, (1 + 5/n)^L");

const NARROW: Parameter = Parameter::samples("samples", 3000, "networks of four layers of width 24");

pub(super) static FLUCTUATIONS: Tuned = Short {
    about: &FLUCTUATIONS_CARD,
    exact: |_| {
        let mut evidence = Evidence::exact(
            "One layer by Gaussian moments: E (χ²_n/n)² = 1 + 2/n and Var(2 max(g, 0)²) = 5; layers multiply.",
        );
        for (layers, width) in [(1, 10u64), (5, 50), (20, 100)] {
            let n = width as f64;
            let moments = KernelRecursion::new(Activation::Relu, 2.0, 0.0)?.four_point_flow(1.0, 2)?[1].1;
            let one = 1.0 + moments / n;
            evidence.close(
                &format!("ReLU, L = {layers}, n = {width}"),
                depth_width::relu_second_moment(layers, width)?,
                one.powi(layers as i32),
                1e-9,
            );
            evidence.close(
                &format!("linear, L = {layers}, n = {width}"),
                depth_width::linear_second_moment(layers, width)?,
                (n * (n + 2.0) / (n * n)).powi(layers as i32),
                1e-12,
            );
        }
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng("depth-width-variance");
        let mut evidence =
            Evidence::statistical("Ensembles of networks of width 24 and 4 layers.", context);
        for (activation, sigma, expected) in [
            (Activation::Linear, 1.0, depth_width::linear_second_moment(4, 24)?),
            (Activation::Relu, 2.0, depth_width::relu_second_moment(4, 24)?),
        ] {
            let squares: Vec<f64> = finite_networks(activation, sigma, (4, 24, context.size(&NARROW)?), &mut rng)
                .iter()
                .map(|q| q * q)
                .collect();
            evidence.mean(&format!("E q², {activation:?}"), &squares, expected);
            if activation == Activation::Relu {
                let title = "ReLU networks, 4 layers of width 24";
                let level = context.confidence;
                evidence.picture(Picture::convergence(title, "E q²", &squares, expected, level));
            }
        }
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::exact(FLUCTUATIONS_CARD.control);
        let [one, ten] = [1, 10].map(|layers| depth_width::linear_second_moment(layers, 100));
        evidence.close("E q² at L = 10, n = 100", ten?, one?, 1e-3);
        evidence.finish()
    },
}
.with(&[NARROW], Cost::Second);

const SADDLES_CARD: About = card(
    "saddle-dominance-goe",
    "P(all eigenvalues of GOE(2) > 0) = (2 − √2)/4",
);

const MATRICES: Parameter = Parameter::samples(
    "samples",
    20_000,
    "2 × 2 matrices; twice as many 3 × 3 and five times as many 4 × 4",
);

pub(super) static SADDLES: Tuned = Short {
    about: &SADDLES_CARD,
    exact: |_| {
        use std::f64::consts::{PI, SQRT_2};
        let mut evidence = Evidence::exact("Ratios of Pfaffians against the closed forms.");
        for (n, expected) in [
            (1, 0.5),
            (2, (2.0 - SQRT_2) / 4.0),
            (3, (PI - 2.0 * SQRT_2) / (4.0 * PI)),
        ] {
            evidence.close(
                &format!("N = {n}"),
                saddles::probability_all_positive(n)?,
                expected,
                1e-12,
            );
        }
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng("saddle-dominance-goe");
        let mut evidence = Evidence::statistical(
            "Random symmetric matrices that have a Cholesky decomposition.",
            context,
        );
        let matrices = context.natural(&MATRICES)?;
        for (n, trials) in [(2, matrices), (3, 2 * matrices), (4, 5 * matrices)] {
            let positive = (0..trials).filter(|_| {
                let mut m = DMatrix::zeros(n, n);
                for i in 0..n {
                    for j in i..n {
                        let g: f64 = StandardNormal.sample(&mut rng);
                        let g = if i == j { g * std::f64::consts::SQRT_2 } else { g };
                        (m[(i, j)], m[(j, i)]) = (g, g);
                    }
                }
                m.cholesky().is_some()
            });
            let share = crate::statistics::proportion(positive.count() as u64, trials, context.confidence);
            evidence.covers(
                &format!("N = {n}"),
                share,
                trials,
                saddles::probability_all_positive(n)?,
            );
        }
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::exact(SADDLES_CARD.control);
        evidence.close("N = 2", saddles::probability_all_positive(2)?, 0.25, 0.01);
        evidence.finish()
    },
}
.with(&[MATRICES], Cost::Second);
