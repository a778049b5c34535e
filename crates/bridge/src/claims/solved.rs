//! C33, C34, C35, C37: what is solved exactly for one layer, one ring, one hidden unit.

use nets::Activation;
use nets::models::{hidden_unit::effective_coupling, ising};
use nets::theory::{kernel::KernelRecursion, relu};
use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};

use super::batch::card;
use super::short::{Evidence, Short, Tuned};
use crate::BridgeError;
use crate::claim::{About, Cost, Parameter};

const DRAWS: Parameter = Parameter::samples("samples", 20_000, "Gaussian draws for each kernel");
const PAIRS: Parameter = Parameter::samples("samples", 40_000, "Gaussian pairs for each correlation");
const NETWORKS: Parameter = Parameter::samples("samples", 6_000, "layers of width 64");
const RINGS: Parameter = Parameter::samples("samples", 20_000, "rings of 8 spins for each coupling");
const STATES: Parameter = Parameter::samples(
    "samples",
    20_000,
    "pairs of visible units for each pair of weights",
);

const TANH_CARD: About = card(
    "tanh-kernel-recursion",
    "K' = σ_b² + σ_w² E φ(√K z)²,  χ∥ = dK'/dK",
);

fn tanh(sigma_w2: f64) -> Result<KernelRecursion, BridgeError> {
    Ok(KernelRecursion::new(Activation::Tanh, sigma_w2, 0.0)?)
}

pub(super) static TANH_KERNEL: Tuned = Short {
    about: &TANH_CARD,
    exact: |_| {
        let mut evidence = Evidence::exact(
            "Small kernels: K' = K − 2K² + (17/3)K³ − (62/3)K⁴ + O(K⁵), from the series of tanh²; χ∥ as the derivative of K'.",
        );
        for k in [1e-4f64, 1e-3, 1e-2] {
            let series = k - 2.0 * k * k + 17.0 / 3.0 * k.powi(3) - 62.0 / 3.0 * k.powi(4);
            // The next coefficient is 1382·945/14175.
            let rest = 1.1 * 1382.0 / 15.0 * k.powi(5) + 1e-16;
            evidence.close(&format!("K' at K = {k}"), tanh(1.0)?.next(k)?, series, rest);
        }
        for k in [0.1, 1.0, 10.0] {
            let h = 1e-4 * k;
            let slope = (tanh(1.5)?.next(k + h)? - tanh(1.5)?.next(k - h)?) / (2.0 * h);
            evidence.close(
                &format!("χ∥ at K = {k}"),
                tanh(1.5)?.susceptibilities(k)?.parallel,
                slope,
                1e-7,
            );
        }
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng("tanh-kernel-recursion");
        let mut evidence = Evidence::statistical(
            "Means of tanh² and of its squared slope over Gaussian draws.",
            context,
        );
        for k in [0.5f64, 2.0] {
            let draws: Vec<f64> = (0..context.natural(&DRAWS)?).map(|_| StandardNormal.sample(&mut rng)).collect();
            let values: Vec<f64> = draws
                .iter()
                .map(|z: &f64| (k.sqrt() * z).tanh().powi(2))
                .collect();
            evidence.mean(&format!("K' at K = {k}"), &values, tanh(1.0)?.next(k)?);
            let slopes: Vec<f64> = values.iter().map(|square| (1.0 - square).powi(2)).collect();
            evidence.mean(
                &format!("χ⊥ at K = {k}"),
                &slopes,
                tanh(1.0)?.susceptibilities(k)?.perpendicular,
            );
        }
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::numerical(TANH_CARD.control);
        for k in [0.01, 0.1, 1.0, 10.0] {
            let next = tanh(1.0)?.next(k)?;
            evidence.case(next >= k, || format!("K = {k} shrinks to {next:.4}"));
        }
        evidence.finish()
    },
}
.with(&[DRAWS], Cost::Second);

const ANGLE_CARD: About = card("relu-angle-recursion", "c' = (√(1 − c²) + (π − arccos c) c)/π");

pub(super) static RELU_ANGLE: Tuned = Short {
    about: &ANGLE_CARD,
    exact: |_| {
        let mut evidence = Evidence::exact(
            "Known values, and the approach to 1: l² (1 − c_l) → 9π²/2, which is polynomial.",
        );
        let first = |c: f64| -> Result<f64, BridgeError> { Ok(relu::angle_flow(c, 1)?[1]) };
        evidence.close("c' at c = 0", first(0.0)?, std::f64::consts::FRAC_1_PI, 1e-15);
        evidence.close("c' at c = 1", first(1.0)?, 1.0, 1e-15);
        evidence.close("c' at c = −1", first(-1.0)?, 0.0, 1e-15);
        let flow = relu::angle_flow(0.0, 50_000)?;
        // 1 − c' = (1 − c) − (2√2/3π)(1 − c)^{3/2} + …, whose solution is 9π²/(2 l²).
        let limit = 4.5 * std::f64::consts::PI.powi(2);
        evidence.close(
            "l² (1 − c_l) at l = 50000",
            2.5e9 * (1.0 - flow[50_000]),
            limit,
            0.5,
        );
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng("relu-angle-recursion");
        let mut evidence = Evidence::statistical(
            "Means of 2 relu(u) relu(v) over Gaussian pairs of correlation c.",
            context,
        );
        for c in [-0.5f64, 0.0, 0.9] {
            let mut pair = || -> f64 {
                let (z, w): (f64, f64) = (StandardNormal.sample(&mut rng), StandardNormal.sample(&mut rng));
                2.0 * z.max(0.0) * (c * z + (1.0 - c * c).sqrt() * w).max(0.0)
            };
            let sample: Vec<f64> = (0..context.natural(&PAIRS)?).map(|_| pair()).collect();
            evidence.mean(&format!("c' at c = {c}"), &sample, relu::angle_flow(c, 1)?[1]);
        }
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::numerical(ANGLE_CARD.control);
        let flow = relu::angle_flow(0.0, 4000)?;
        // Exponentially, the ratio would be far below 1/4.
        evidence.case((1.0 - flow[4000]) / (1.0 - flow[2000]) < 0.1, || {
            format!(
                "1 − c shrinks by {:.4} from l = 2000 to 4000",
                (1.0 - flow[4000]) / (1.0 - flow[2000])
            )
        });
        evidence.finish()
    },
}
.with(&[PAIRS], Cost::Second);

const VERTEX_CARD: About = card(
    "tanh-four-point-growth",
    "V' = χ∥² V + σ_w⁴ Var φ²,  V/K² ~ (2/3) l",
);

/// V/K² for layers from 1.
fn vertices(layers: usize) -> Result<Vec<f64>, BridgeError> {
    let flow = tanh(1.0)?.four_point_flow(1.0, layers)?;
    Ok(flow
        .into_iter()
        .map(|(kernel, vertex)| vertex / (kernel * kernel))
        .collect())
}

pub(super) static VERTEX: Tuned = Short {
    about: &VERTEX_CARD,
    exact: |_| {
        let mut evidence = Evidence::exact("The recursion by quadrature: the growth of V/K² a layer.");
        let flow = vertices(1601)?;
        evidence.close(
            "(V/K² at 1601 − at 801)/800",
            (flow[1600] - flow[800]) / 800.0,
            2.0 / 3.0,
            2e-3,
        );
        evidence.close("V/K² at 1601, a layer", flow[1600] / 1601.0, 2.0 / 3.0, 5e-3);
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng("tanh-four-point-growth");
        let mut evidence = Evidence::statistical(
            "n times the variance, between networks of width n = 64, of the kernel that layer 2 sees: Var tanh² of layer 1, at leading order exact.",
            context,
        );
        let width = 64;
        let kernels: Vec<f64> = (0..context.natural(&NETWORKS)?)
            .map(|_| {
                let layer = (0..width).map(|_| -> f64 { StandardNormal.sample(&mut rng) });
                layer.map(|z| z.tanh().powi(2)).sum::<f64>() / f64::from(width)
            })
            .collect();
        let kernel = tanh(1.0)?.next(1.0)?;
        let squares: Vec<f64> = kernels
            .iter()
            .map(|k| f64::from(width) * (k - kernel).powi(2))
            .collect();
        let flow = tanh(1.0)?.four_point_flow(1.0, 2)?;
        evidence.mean("n Var K_2", &squares, flow[1].1);
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::numerical(VERTEX_CARD.control);
        let flow = vertices(800)?;
        evidence.case(flow[799] < 1.5 * flow[399], || {
            format!(
                "V/K² grows from {:.1} at l = 400 to {:.1} at l = 800",
                flow[399], flow[799]
            )
        });
        evidence.finish()
    },
}
.with(&[NETWORKS], Cost::Second);

const RING_CARD: About = card("ising-1d-ring", "Z = (2 cosh K)^n + (2 sinh K)^n");

/// ln Z and the mean energy of a ring, by going through all states.
fn enumerated(n: u32, k: f64) -> (f64, f64) {
    let bonds = |state: u32| {
        (0..n)
            .map(|i| {
                if (state >> i ^ state >> ((i + 1) % n)) & 1 == 0 {
                    1.0
                } else {
                    -1.0
                }
            })
            .sum::<f64>()
    };
    let (mut z, mut energy) = (0.0, 0.0);
    for state in 0..1u32 << n {
        let weight = (k * bonds(state)).exp();
        z += weight;
        energy -= bonds(state) * weight;
    }
    (z.ln(), energy / z)
}

pub(super) static RING: Tuned = Short {
    about: &RING_CARD,
    exact: |_| {
        let mut evidence = Evidence::exact("ln Z and the energy against the sum over all states.");
        for n in [3, 4, 7, 12] {
            for k in [-0.8, 0.1, 0.5, 1.5] {
                let (found, (ln_z, energy)) = (ising::ring(n.into(), k)?, enumerated(n, k));
                evidence.close(
                    &format!("ln Z/n, n = {n}, K = {k}"),
                    found.ln_z,
                    ln_z / f64::from(n),
                    1e-12,
                );
                evidence.close(
                    &format!("energy/n, n = {n}, K = {k}"),
                    found.energy,
                    energy / f64::from(n),
                    1e-12,
                );
            }
        }
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng("ising-1d-ring");
        let mut evidence = Evidence::statistical(
            "Rings of 8 spins drawn by their bonds (an even number of broken ones), rejecting odd ones: the mean energy.",
            context,
        );
        for k in [0.3f64, 1.0] {
            let broken = 1.0 / (1.0 + (2.0 * k).exp());
            let mut draw = || loop {
                let count = (0..8).filter(|_| rng.random_bool(broken)).count();
                if count % 2 == 0 {
                    return (2.0 * count as f64 - 8.0) / 8.0;
                }
            };
            let sample: Vec<f64> = (0..context.natural(&RINGS)?).map(|_| draw()).collect();
            evidence.mean(&format!("energy/n, K = {k}"), &sample, ising::ring(8, k)?.energy);
        }
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::exact(RING_CARD.control);
        for n in [3u32, 6] {
            let open = (2.0 * 0.8f64.cosh()).ln();
            evidence.close(
                &format!("ln Z/n, n = {n}, K = 0.8"),
                open,
                enumerated(n, 0.8).0 / f64::from(n),
                1e-9,
            );
        }
        evidence.finish()
    },
}
.with(&[RINGS], Cost::Second);

const HIDDEN_CARD: About = card("rbm-hidden-marginal", "J = artanh(tanh a tanh c)");

pub(super) static HIDDEN: Tuned = Short {
    about: &HIDDEN_CARD,
    exact: |_| {
        let mut evidence = Evidence::exact(
            "Sums over the hidden unit: ln of the ratio of like to unlike visible states is 2J.",
        );
        for a in [-1.2, 0.3, 0.9, 2.0] {
            for c in [-0.4, 0.7, 1.5] {
                let weight = |s: f64, t: f64| {
                    [1.0, -1.0]
                        .map(|h: f64| (h * (a * s + c * t)).exp())
                        .iter()
                        .sum::<f64>()
                };
                let ratio: f64 =
                    weight(1.0, 1.0) * weight(-1.0, -1.0) / (weight(1.0, -1.0) * weight(-1.0, 1.0));
                evidence.close(
                    &format!("J, a = {a}, c = {c}"),
                    effective_coupling(a, c)?,
                    ratio.ln() / 4.0,
                    1e-12,
                );
            }
        }
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng("rbm-hidden-marginal");
        let mut evidence = Evidence::statistical(
            "Visible pairs drawn through the hidden unit: the mean of s t is tanh J.",
            context,
        );
        for (a, c) in [(0.7f64, 0.9f64), (1.5, -0.6)] {
            let mut sign = |slope: f64| {
                if rng.random_bool(1.0 / (1.0 + (-2.0 * slope).exp())) {
                    1.0
                } else {
                    -1.0
                }
            };
            // Given h = ±1 the visible units are independent, and both values of h are as likely.
            let sample: Vec<f64> = (0..context.natural(&STATES)?)
                .map(|_| {
                    let h = sign(0.0);
                    sign(a * h) * sign(c * h)
                })
                .collect();
            evidence.mean(
                &format!("mean of s t, a = {a}, c = {c}"),
                &sample,
                effective_coupling(a, c)?.tanh(),
            );
        }
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::exact(HIDDEN_CARD.control);
        evidence.close("J, a = 0.7, c = 0.9", effective_coupling(0.7, 0.9)?, 0.63, 1e-6);
        evidence.finish()
    },
}
.with(&[STATES], Cost::Second);
