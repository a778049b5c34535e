//! C31, C32, C36, C37: hierarchies, tents, the oscillator, Ising.

use nets::models::hierarchy::Hierarchy;
use nets::models::oscillator::Oscillator;
use nets::models::{ising, tent};
use num_bigint::BigUint;
use num_traits::ToPrimitive;
use rand::RngExt;

use super::batch::card;
use super::short::{Evidence, Short, Tuned};
use crate::claim::{About, Cost, Curve, Parameter, Picture};

const HIERARCHY_CARD: About = card("rhm-counts", "#inputs = n_c m^((s^L − 1)/(s − 1))");

const DERIVATIONS: Parameter = Parameter::samples("samples", 2000, "random derivations");

pub(super) static HIERARCHY: Tuned = Short {
    about: &HIERARCHY_CARD,
    exact: |_| {
        let mut evidence =
            Evidence::exact("The recursion N_(l+1) = (m N_l^s) for inputs below one symbol, level by level.");
        for (classes, m, s, depth) in [(2u64, 2u64, 2u64, 2u32), (8, 8, 2, 3), (3, 2, 3, 3), (5, 3, 1, 4)] {
            let below = (0..depth).fold(BigUint::from(1u32), |below, _| m * below.pow(s as u32));
            let model = Hierarchy::new(classes, m, s, depth)?;
            evidence.equal(
                &format!("n_c = {classes}, m = {m}, s = {s}, L = {depth}"),
                model.total_inputs(),
                classes * below,
            );
        }
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng("rhm-counts");
        let mut evidence = Evidence::statistical(
            "Random derivations of the model with 2 classes, 2 synonyms, s = 2, L = 2 meet all of its inputs and no others.",
            context,
        );
        // Symbol a (of 4) is rewritten by the strings 2a and 2a + 1 in base 4.
        let mut seen = std::collections::HashSet::new();
        for _ in 0..context.natural(&DERIVATIONS)? {
            let mut word = vec![rng.random_range(0..2u64)];
            for _ in 0..2 {
                word = word
                    .iter()
                    .flat_map(|a| {
                        let rule = 2 * a + rng.random_range(0..2);
                        [rule % 4, rule / 4]
                    })
                    .collect();
            }
            seen.insert(word);
        }
        evidence.equal(
            "different inputs",
            BigUint::from(seen.len()),
            Hierarchy::new(2, 2, 2, 2)?.total_inputs(),
        );
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::exact(HIERARCHY_CARD.control);
        let growth = |depth| -> Result<f64, crate::BridgeError> {
            let model = Hierarchy::new(8, 8, 2, depth)?;
            let samples = model.sample_complexity().to_f64().unwrap_or(f64::NAN);
            Ok(samples.ln() / model.input_dimension().to_f64().unwrap_or(f64::NAN))
        };
        // Exponential in the length d would keep ln P*/d away from 0.
        evidence.close(
            "ln P*/d at L = 12, over that at L = 6",
            growth(12)? / growth(6)?,
            1.0,
            0.5,
        );
        evidence.finish()
    },
}
.with(&[DERIVATIONS], Cost::Instant);

const TENT_CARD: About = card("tent-depth-pieces", "#pieces of T^k = 2^k");

/// Linear pieces, by changes of slope on a grid that contains all kinks.
fn pieces(peak: f64, depth: u64) -> usize {
    let cells = 1 << (depth + 2);
    let at = |k: usize| tent::iterate(peak, depth, k as f64 / cells as f64);
    let slopes: Vec<f64> = (0..cells).map(|k| at(k + 1) - at(k)).collect();
    1 + slopes.windows(2).filter(|s| (s[0] - s[1]).abs() > 1e-12).count()
}

const DEPTH: Parameter = Parameter::integer("depth", 10, (2, 16), "the deepest composition");

pub(super) static TENT: Tuned = Short {
    about: &TENT_CARD,
    exact: |context| {
        let mut evidence = Evidence::exact(
            "Changes of slope of the iterated map on a dyadic grid, where it is computed exactly.",
        );
        let (mut counted, mut flat) = (Vec::new(), Vec::new());
        for depth in 1..=context.natural(&DEPTH)? {
            let count = pieces(1.0, depth);
            evidence.equal(
                &format!("pieces at depth {depth}"),
                BigUint::from(count),
                tent::linear_pieces(depth)?,
            );
            counted.push((depth as f64, count as f64));
            flat.push((depth as f64, pieces(0.5, depth) as f64));
        }
        let theory = counted.iter().map(|&(depth, _)| (depth, depth.exp2())).collect();
        evidence.picture(Picture::Chart {
            title: "Linear pieces of the iterated tent".to_owned(),
            x: "depth k".to_owned(),
            y: "pieces".to_owned(),
            logarithmic: (false, true),
            curves: vec![
                Curve::measured("peak 1", counted),
                Curve::measured("peak 1/2 (the control)", flat),
                Curve::theory("2^k", theory),
            ],
        });
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng("tent-depth-pieces");
        let mut evidence =
            Evidence::statistical("The slope of the 8-fold map at random points is ±2^8.", context);
        for _ in 0..200 {
            let x: f64 = rng.random_range(0.001..0.999);
            let h = 1e-9;
            let slope = ((tent::iterate(1.0, 8, x + h) - tent::iterate(1.0, 8, x)) / h).abs();
            // A kink between x and x + h has probability 256e-9.
            evidence.case((slope - 256.0).abs() < 0.1, || format!("slope {slope} at {x}"));
        }
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::exact(TENT_CARD.control);
        evidence.equal(
            "pieces at depth 8, peak 1/2",
            BigUint::from(pieces(0.5, 8)),
            tent::linear_pieces(8)?,
        );
        evidence.finish()
    },
}
.with(&[DEPTH], Cost::Instant);

const OSCILLATOR_CARD: About = card(
    "hamiltonian-layer-invariants",
    "p² + q² − h p q is kept by p ← p − h q, q ← q + h p",
);

const LAYERS: Parameter = Parameter::integer("layers", 1000, (10, 100_000), "layers in floating point");

pub(super) static OSCILLATOR: Tuned = Short {
    about: &OSCILLATOR_CARD,
    exact: |_| {
        use groups::scalar::rational;
        let mut evidence = Evidence::exact("The invariants in rational arithmetic over 20 steps.");
        let (h, mut q, mut p) = (rational(1, 3), rational(2, 1), rational(-1, 5));
        let modified =
            |q: &num_rational::BigRational, p: &num_rational::BigRational| p * p + q * q - &h * p * q;
        let start = modified(&q, &p);
        for step in 0..20 {
            p = &p - &h * &q;
            q = &q + &h * &p;
            evidence.case(modified(&q, &p) == start, || format!("step {step}"));
        }
        let oscillator = Oscillator::new(2.0, -0.2, 1.0 / 3.0)?;
        let (x, y) = oscillator.symplectic_euler(20);
        evidence.close("q after 20 steps", x, q.to_f64().unwrap_or(f64::NAN), 1e-12);
        evidence.close("p after 20 steps", y, p.to_f64().unwrap_or(f64::NAN), 1e-12);
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng("hamiltonian-layer-invariants");
        let mut evidence =
            Evidence::statistical("Random starts and steps, many layers in floating point.", context);
        let layers = context.natural(&LAYERS)?;
        for _ in 0..50 {
            let oscillator = Oscillator::new(
                rng.random_range(-1.0..1.0),
                rng.random_range(-1.0..1.0),
                rng.random_range(0.01..1.0),
            )?;
            let error = oscillator.conservation_error(layers);
            evidence.case(error < 1e-11, || format!("error {error}"));
        }
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::exact(OSCILLATOR_CARD.control);
        let (q, p) = Oscillator::new(1.0, 0.0, 0.5)?.symplectic_euler(10);
        evidence.close("q² + p² after 10 steps from 1", q * q + p * p, 1.0, 1e-6);
        evidence.finish()
    },
}
.with(&[LAYERS], Cost::Instant);

const DECIMATION_CARD: About = card("ising-1d-decimation", "tanh K' = tanh² K,  ξ' = ξ/2");

const COUPLING: Parameter = Parameter::real("coupling", 0.7, (0.05, 2.0), "K of the chains that are sampled");
const CHAINS: Parameter = Parameter::samples("samples", 40_000, "chains");

pub(super) static DECIMATION: Tuned = Short {
    about: &DECIMATION_CARD,
    exact: |_| {
        let mut evidence = Evidence::exact(
            "ln Z of a ring of 2n spins at K is n times the constant plus that of n spins at K'; the correlation length halves.",
        );
        for k in [0.2, 0.5, 1.0, 2.0] {
            let next = ising::decimate(k)?;
            let (long, short) = (ising::ring(12, k)?, ising::ring(6, next)?);
            evidence.close(
                &format!("ln Z, K = {k}"),
                12.0 * long.ln_z,
                6.0 * (ising::decimation_constant(k)? + short.ln_z),
                1e-11,
            );
            evidence.close(
                &format!("ξ/ξ', K = {k}"),
                ising::correlation_length(k)? / ising::correlation_length(next)?,
                2.0,
                1e-9,
            );
        }
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng("ising-1d-decimation");
        let mut evidence = Evidence::statistical(
            "Sampled chains: next-nearest spins are correlated as neighbours at K' are.",
            context,
        );
        let coupling = context.real(&COUPLING)?;
        let t = coupling.tanh();
        let products: Vec<f64> = (0..context.natural(&CHAINS)?)
            .map(|_| {
                // Bonds of an open chain are independent and satisfied with probability (1 + t)/2.
                let mut bond = || {
                    if rng.random_bool((1.0 + t) / 2.0) {
                        1.0
                    } else {
                        -1.0
                    }
                };
                bond() * bond()
            })
            .collect();
        let expected = ising::decimate(coupling)?.tanh();
        evidence.mean("⟨s_0 s_2⟩", &products, expected);
        let title = format!("Next-nearest neighbours at K = {coupling}");
        evidence.picture(Picture::convergence(&title, "⟨s_0 s_2⟩", &products, expected, context.confidence));
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::exact(
            "Decimation in the plane stays with nearest neighbours: summing out the centre of a cross of four spins leaves pair couplings only.",
        );
        // ln(2 cosh K(s1 + s2 + s3 + s4)) as a function of the sum: a + b (pairs) would need f(4) − 4 f(2) + 3 f(0) = 0.
        let f = |sum: f64| (2.0 * (0.4 * sum).cosh()).ln();
        evidence.close(
            "four-spin coupling times 8",
            f(4.0) - 4.0 * f(2.0) + 3.0 * f(0.0),
            0.0,
            1e-6,
        );
        evidence.finish()
    },
}
.with(&[COUPLING, CHAINS], Cost::Instant);

const ONSAGER_CARD: About = card(
    "ising-2d-energy",
    "u(K) = −coth 2K [1 + (2/π)(2 tanh² 2K − 1) K(κ)],  u(K_c) = −√2",
);

const TORI: Parameter = Parameter::samples("samples", 100, "independent tori");

pub(super) static ONSAGER: Tuned = Short {
    about: &ONSAGER_CARD,
    exact: |_| {
        let mut evidence = Evidence::exact(
            "u(K_c) = −√2; long tori away from K_c tend to u(K); the 3 × 3 torus by going through its 512 states.",
        );
        evidence.close(
            "u(K_c)",
            ising::onsager_energy(ising::CRITICAL_COUPLING)?,
            -(2f64.sqrt()),
            1e-12,
        );
        for k in [0.1, 0.2, 0.3] {
            evidence.close(
                &format!("8 × 64 torus, K = {k}"),
                ising::torus(8, 64, k)?.energy,
                ising::onsager_energy(k)?,
                0.01,
            );
        }
        let (mut z, mut sum) = (0.0, 0.0);
        for state in 0u32..512 {
            let spin = |i: usize, j: usize| {
                if state >> (3 * (i % 3) + j % 3) & 1 == 1 {
                    1.0
                } else {
                    -1.0
                }
            };
            let at = |i: usize, j: usize| spin(i, j) * (spin(i + 1, j) + spin(i, j + 1));
            let energy: f64 = -(0..9).map(|x| at(x / 3, x % 3)).sum::<f64>();
            z += (-0.4 * energy).exp();
            sum += energy * (-0.4 * energy).exp();
        }
        evidence.close(
            "3 × 3 torus, K = 0.4",
            ising::torus(3, 3, 0.4)?.energy,
            sum / z / 9.0,
            1e-12,
        );
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng("ising-2d-energy");
        let mut evidence = Evidence::statistical(
            "Heat-bath sweeps of independent 16 × 16 tori at K = 0.2, 60 sweeps each.",
            context,
        );
        let (n, k) = (16usize, 0.2f64);
        let energies: Vec<f64> = (0..context.natural(&TORI)?)
            .map(|_| {
                let mut spins = vec![1i32; n * n];
                for _ in 0..60 {
                    for x in 0..n * n {
                        let (i, j) = (x / n, x % n);
                        let field = spins[(i + 1) % n * n + j]
                            + spins[(i + n - 1) % n * n + j]
                            + spins[i * n + (j + 1) % n]
                            + spins[i * n + (j + n - 1) % n];
                        let up = 1.0 / (1.0 + (-2.0 * k * f64::from(field)).exp());
                        spins[x] = if rng.random_bool(up) { 1 } else { -1 };
                    }
                }
                let bonds: i32 = (0..n * n)
                    .map(|x| spins[x] * (spins[(x / n + 1) % n * n + x % n] + spins[x / n * n + (x + 1) % n]))
                    .sum();
                -f64::from(bonds) / (n * n) as f64
            })
            .collect();
        evidence.mean("energy per spin", &energies, ising::onsager_energy(k)?);
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::exact(ONSAGER_CARD.control);
        evidence.close(
            "4 × 4 torus, K = 0.4",
            ising::torus(4, 4, 0.4)?.energy,
            ising::onsager_energy(0.4)?,
            0.01,
        );
        evidence.finish()
    },
}
.with(&[TORI], Cost::Second);
