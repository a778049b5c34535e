//! Ising samples, block spins, and machines on a ring.

use nalgebra::{DMatrix, DVector};
use nets::models::spins::{Wolff, ring};
use nets::models::{hidden_unit, ising, momentum};
use nets::{Dataset, Rbm, RbmOptions, RbmTrainer, ignore_progress};

use super::NeighbourOptions;
use crate::BridgeError;
use crate::claim::{ClaimContext, Figure, Finding};
use crate::claims::{DECIDING, Evidence};
use crate::error::refuse;
use crate::statistics;

pub(super) fn ising_energies(options: &NeighbourOptions) -> Result<Finding, BridgeError> {
    let context = ClaimContext::with_seed(options.seed);
    let mut rng = context.rng("de mello koch energies");
    let mut evidence = Evidence::statistical(
        "Energies per spin of the samples: rings by transfer matrices, tori by Wolff's clusters (means of blocks), against the exact values; for 16 x 16 at K = 0.2 that of the plane (Onsager).",
        &context,
    );
    let samples = if options.quick { 4000 } else { 40_000 };
    for (n, k) in [(6u64, 0.7), (32, 1.0)] {
        let mut energies = Vec::with_capacity(samples);
        for _ in 0..samples {
            energies.push(-neighbour_product(&ring(n as usize, k, &mut rng)?));
        }
        evidence.mean(
            &format!("ring of {n}, K = {k}"),
            &energies,
            ising::ring(n, k)?.energy,
        );
    }
    let critical = ising::CRITICAL_COUPLING;
    let tori = [(4, 0.4, 6), (4, critical, 5), (8, critical, 8), (16, 0.2, 60)];
    for (side, k, clusters) in tori {
        let mut torus = Wolff::new(side, side, k)?;
        torus.flip_clusters(50 * clusters, &mut rng);
        let blocks: Vec<f64> = (0..samples / 40)
            .map(|_| {
                let measured = (0..40).map(|_| {
                    torus.flip_clusters(clusters, &mut rng);
                    torus.energy()
                });
                measured.sum::<f64>() / 40.0
            })
            .collect();
        let exact = if side <= 8 {
            ising::torus(side, side, k)?.energy
        } else {
            ising::onsager_energy(k)?
        };
        evidence.mean(&format!("torus {side} x {side}, K = {k:.4}"), &blocks, exact);
    }
    evidence.finish()
}

/// The mean of s s' over the bonds of a ring.
fn neighbour_product(spins: &[f64]) -> f64 {
    let n = spins.len();
    (0..n).map(|i| spins[i] * spins[(i + 1) % n]).sum::<f64>() / n as f64
}

pub(super) fn ring_spectrum(options: &NeighbourOptions) -> Result<Finding, BridgeError> {
    let context = ClaimContext::with_seed(options.seed);
    let mut rng = context.rng("de mello koch spectrum");
    let mut evidence = Evidence::statistical(
        "The power spectrum of a ring of 16 at K = 1 is (1 − t²)/(1 − 2t cos k + t²) · (1 − t¹⁶)/(1 + t¹⁶) with t = tanh K, which falls with the momentum: largest variance is lowest momentum.",
        &context,
    );
    let (n, k) = (16usize, 1.0f64);
    let samples = if options.quick { 4000 } else { 40_000 };
    let modes = momentum::modes(1, n)?;
    let mut rows = Vec::with_capacity(samples);
    for _ in 0..samples {
        rows.push(ring(n, k, &mut rng)?);
    }
    let t = k.tanh();
    let wound = t.powi(n as i32);
    let exact = |squared: f64| {
        // 2 cos k = 2 − k̂².
        (1.0 - t * t) / (1.0 - t * (2.0 - squared) + t * t) * (1.0 - wound) / (1.0 + wound)
    };
    for mode in modes.iter().step_by(3) {
        let squares: Vec<f64> = rows
            .iter()
            .map(|row| {
                let coefficient: f64 = row.iter().zip(&mode.values).map(|(s, v)| s * v).sum();
                coefficient * coefficient
            })
            .collect();
        let name = format!("power at k² = {:.3}", mode.squared_momentum);
        evidence.mean(&name, &squares, exact(mode.squared_momentum));
    }
    let falls = modes
        .windows(2)
        .all(|pair| exact(pair[0].squared_momentum) >= exact(pair[1].squared_momentum));
    evidence.case(falls, || "the exact spectrum rises somewhere".into());
    evidence.finish()
}

/// Measured neighbour products of a ring after each of `steps` decimations, with what the flow of the coupling predicts.
pub(super) fn block_flow(
    options: &NeighbourOptions,
    steps: usize,
) -> Result<Vec<(statistics::Interval, f64)>, BridgeError> {
    let mut rng = ClaimContext::with_seed(options.seed).rng("de mello koch blocks");
    let (n, k) = (64usize, 1.0);
    let samples = if options.quick { 2000 } else { 20_000 };
    let mut rows = Vec::with_capacity(samples);
    for _ in 0..samples {
        rows.push(ring(n, k, &mut rng)?);
    }
    let couplings = ising::decimation_flow(k, steps)?;
    let mut flow = Vec::new();
    for (step, coupling) in couplings.iter().enumerate() {
        let products: Vec<f64> = rows
            .iter()
            .map(|row| {
                let kept: Vec<f64> = row.iter().step_by(1 << step).copied().collect();
                neighbour_product(&kept)
            })
            .collect();
        let exact = -ising::ring((n >> step) as u64, *coupling)?.energy;
        flow.push((statistics::mean(&products, DECIDING), exact));
    }
    Ok(flow)
}

pub(super) fn block_spins(options: &NeighbourOptions) -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::statistical(
        "Every second spin of a ring of 64 at K = 1, kept again and again, is a ring at the decimated coupling, tanh K' = tanh² K; the correlation length halves.",
        &ClaimContext::with_seed(options.seed),
    );
    let couplings = ising::decimation_flow(1.0, 4)?;
    for (step, (measured, exact)) in block_flow(options, 4)?.into_iter().enumerate() {
        let name = format!(
            "neighbour product after {step} decimations, K = {:.4}",
            couplings[step]
        );
        evidence.covers(&name, measured, 1, exact);
    }
    let lengths = [0, 1].map(|i| ising::correlation_length(couplings[i]));
    let [before, after] = lengths;
    evidence.close("quotient of correlation lengths", before? / after?, 2.0, 1e-12);
    evidence.finish()
}

/// A Boltzmann machine with n visible and n hidden units in a ring, each hidden unit between two visible ones, whose ±1
/// couplings are all `a`: in units 0 and 1, weights 4a and biases −4a.
///
/// Summing the hidden units out leaves a ring of n spins at the coupling artanh(tanh² a), which is a decimation.
///
/// # Errors
/// [`BridgeError::Parameter`] for fewer than 3 spins or a coupling outside [−20, 20].
pub fn ring_machine(n: usize, a: f64) -> Result<Rbm, BridgeError> {
    if !(3..=10_000).contains(&n) {
        return refuse("n", n, "an integer from 3 to 10000");
    }
    if !(a.is_finite() && a.abs() <= 20.0) {
        return refuse("a", a, "a number from -20 to 20");
    }
    let weights = DMatrix::from_fn(
        n,
        n,
        |h, v| if v == h || v == (h + 1) % n { 4.0 * a } else { 0.0 },
    );
    let biases = DVector::from_element(n, -4.0 * a);
    Ok(Rbm::new(weights, biases.clone(), biases)?)
}

/// The largest difference of the probability of a visible state and that of the ring at coupling k, over all states.
pub(super) fn distance_from_ring(machine: &Rbm, k: f64) -> f64 {
    let n = machine.visible_width();
    let states: Vec<DVector<f64>> = (0..1usize << n)
        .map(|state| DVector::from_fn(n, |i, _| f64::from(u8::from(state >> i & 1 == 1))))
        .collect();
    let normalised = |weights: Vec<f64>| -> Vec<f64> {
        let z: f64 = weights.iter().sum();
        weights.into_iter().map(|w| w / z).collect()
    };
    let least = states
        .iter()
        .map(|v| machine.free_energy(v))
        .fold(f64::INFINITY, f64::min);
    let ours = normalised(
        states
            .iter()
            .map(|v| (least - machine.free_energy(v)).exp())
            .collect(),
    );
    let spins = |v: &DVector<f64>| -> Vec<f64> { v.iter().map(|x| 2.0 * x - 1.0).collect() };
    let bonds = |v: &DVector<f64>| n as f64 * (neighbour_product(&spins(v)) - 1.0);
    let ring = normalised(states.iter().map(|v| (k * bonds(v)).exp()).collect());
    ours.iter()
        .zip(&ring)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f64::max)
}

pub(super) fn machine_is_decimation() -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::exact(
        "A machine with one hidden unit between neighbours of a ring is a decimation: all states of 6 visible units have the probabilities of the ring at artanh(tanh² a) (to 1e-12).",
    );
    for a in [0.3, 0.7, 1.2] {
        let k = ising::decimate(a)?;
        let machine = ring_machine(6, a)?;
        evidence.close(
            &format!("a = {a}: largest difference"),
            distance_from_ring(&machine, k),
            0.0,
            1e-12,
        );
        evidence.close(
            &format!("a = {a}: coupling less that of one hidden unit"),
            k - hidden_unit::effective_coupling(a, a)?,
            0.0,
            1e-14,
        );
    }
    evidence.finish()
}

/// Neighbour products along the Gibbs chain v → h → v of a machine trained on a ring of 8 at K = 1, from fresh samples.
pub(super) fn trained_flow(
    options: &NeighbourOptions,
    steps: usize,
) -> Result<Vec<statistics::Interval>, BridgeError> {
    let mut rng = ClaimContext::with_seed(options.seed).rng("de mello koch machine");
    let (n, rows) = (8, if options.quick { 1500 } else { 6000 });
    let mut sample = || -> Result<Dataset, BridgeError> {
        let mut values = Vec::with_capacity(n * rows);
        for _ in 0..rows {
            values.extend(
                ring(n, 1.0, &mut rng)?
                    .into_iter()
                    .map(|s| f32::from(u8::from(s > 0.0))),
            );
        }
        Ok(Dataset::new("ring", values, n)?)
    };
    let (train, mut state) = (sample()?, sample()?);
    let settings = RbmOptions {
        hidden: n,
        epochs: if options.quick { 40 } else { 100 },
        seed: options.seed,
        ..RbmOptions::default()
    };
    let mut trainer = RbmTrainer::new(&train, settings)?;
    trainer.run(&mut ignore_progress)?;
    let machine = trainer.rbm();
    let mut flow = Vec::new();
    for step in 0..=steps {
        let products: Vec<f64> = (0..state.len())
            .map(|row| {
                let spins: Vec<f64> = state.row(row).iter().map(|&v| f64::from(2.0 * v - 1.0)).collect();
                neighbour_product(&spins)
            })
            .collect();
        flow.push(statistics::mean(&products, DECIDING));
        state = machine.gibbs(&state, 1, options.seed.wrapping_add(step as u64))?;
    }
    Ok(flow)
}

/// Steps of the machine's flow.
pub(super) const FLOW: usize = 4;

pub(super) fn machine_flow(options: &NeighbourOptions) -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::statistical(
        "The flow v → h → v of a machine trained on a ring of 8 at K = 1 starts at the samples' neighbour product; where it goes is reported.",
        &ClaimContext::with_seed(options.seed),
    );
    let start = -ising::ring(8, 1.0)?.energy;
    for (step, found) in trained_flow(options, FLOW)?.into_iter().enumerate() {
        if step == 0 {
            evidence.covers("neighbour product of the samples", found, 1, start);
        } else {
            evidence.note(Figure::estimate(format!("after {step} steps"), found));
        }
    }
    evidence.finish()
}

pub(super) fn machine_flow_is_decimation(options: &NeighbourOptions) -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::statistical(
        "False statement: one step of the trained machine's flow is one decimation of the ring.",
        &ClaimContext::with_seed(options.seed),
    );
    let flow = trained_flow(options, 1)?;
    let decimated = -ising::ring(8, ising::decimate(1.0)?)?.energy;
    evidence.covers("neighbour product after a step", flow[1], 1, decimated);
    evidence.finish()
}

pub(super) fn plane_stays_nearest() -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::exact(
        "False statement: decimating the square lattice leaves couplings between nearest neighbours only. (Summing out a spin among four others leaves ⅛ ln cosh 4K between any two and ⅛ ln cosh 4K − ½ ln cosh 2K between all four.)",
    );
    let k = ising::CRITICAL_COUPLING;
    let (pair, four) = four_neighbours(k);
    // Two removed spins lie between nearest neighbours of the new lattice, one between next-nearest.
    evidence.note(Figure::number("between nearest neighbours", 2.0 * pair));
    evidence.close("between next-nearest neighbours", pair, 0.0, 1e-12);
    evidence.close("among four spins", four, 0.0, 1e-12);
    evidence.finish()
}

/// The pair and the four-spin coupling that a spin leaves among its four neighbours, by projecting ln 2 cosh(K Σs) on
/// products of spins.
pub(super) fn four_neighbours(k: f64) -> (f64, f64) {
    let spin = |state: u32, i: u32| if state >> i & 1 == 1 { 1.0 } else { -1.0 };
    let free = |state: u32| (2.0 * (k * (0..4).map(|i| spin(state, i)).sum::<f64>()).cosh()).ln();
    let project = |places: &[u32]| {
        let product = |state: u32| places.iter().map(|&i| spin(state, i)).product::<f64>();
        (0..16).map(|state| free(state) * product(state)).sum::<f64>() / 16.0
    };
    (project(&[0, 1]), project(&[0, 1, 2, 3]))
}

pub(super) fn torus_is_plane() -> Result<Finding, BridgeError> {
    let mut evidence =
        Evidence::exact("False statement: the torus of 4 x 4 spins at K = 0.4 has the energy of the plane.");
    evidence.close(
        "energy per spin",
        ising::torus(4, 4, 0.4)?.energy,
        ising::onsager_energy(0.4)?,
        1e-3,
    );
    evidence.finish()
}
