//! Layers that keep what they should (Celledoni et al. 2020, *Structure preserving deep learning*).
//!
//! Symplectic, orthogonal, invertible and non-expansive layers of [`nets::structure`], each against the ordinary layer that
//! keeps nothing.
//!
//! ```
//! use bridge::neighbours::{NeighbourOptions, celledoni};
//! let report = celledoni::run(&NeighbourOptions::default())?;
//! println!("{}", report.findings[0].statement);
//! # Ok::<(), bridge::BridgeError>(())
//! ```

use nalgebra::{DMatrix, DVector, dmatrix, dvector};
use nets::models::oscillator::Oscillator;
use nets::structure::coupling::Couplings;
use nets::structure::gradient_flow::GradientFlowLayer;
use nets::structure::hamiltonian::{HamiltonianLayer, Scheme, State, symplectic_defect};
use nets::structure::orthogonal::{OrthogonalChain, cayley, loss_and_gradients};
use nets::{Activation, Dense, NetError, Network};
use plotters::prelude::SeriesLabelPosition;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use super::{NeighbourOptions, NeighbourReport};
use crate::BridgeError;
use crate::claim::{ClaimContext, Figure, Finding};
use crate::claims::Evidence;
use crate::report::chart::{Chart, Series};

/// Layers of every long run.
const LAYERS: usize = 1000;

/// Runs the system.
///
/// # Errors
/// None that the options bring about; those of the layers otherwise.
pub fn run(options: &NeighbourOptions) -> Result<NeighbourReport, BridgeError> {
    let context = ClaimContext::with_seed(options.seed);
    let epochs = if options.quick { 400 } else { 4000 };
    Ok(NeighbourReport {
        id: "celledoni",
        title: "Layers that keep energy, norm, volume or information by construction",
        source: "E. Celledoni, M. J. Ehrhardt, C. Etmann, R. I. McLachlan, B. Owren, C.-B. Schönlieb and F. Sherry, Structure preserving deep learning, arXiv 2006.03364 (2020)",
        findings: vec![
            oscillator()?,
            hamiltonian(&context)?,
            cayley_layers(&context)?,
            couplings(&context)?,
            non_expansive(&context)?,
            training(&context, epochs)?,
            euler_keeps_energy()?,
            euler_is_symplectic(&context)?,
            symplectic_keeps_the_norm()?,
            floats_invert_exactly(&context)?,
            plain_descent_stays_orthogonal(&context, epochs)?,
            large_steps_do_not_expand(&context)?,
        ],
        picture: Some(picture()?),
        notes: vec![
            "Couplings are inverted bit for bit on integers (lifting); on floats to rounding only, which the control shows.".into(),
            "Symplectic layers do not keep the energy itself: it oscillates about its value, within a bound of the order of the step. What is kept to rounding is named in the findings.".into(),
            "Equivariant layers, which the paper treats too, are the subject of other rooms of this project.".into(),
        ],
    })
}

fn normal(rows: usize, columns: usize, rng: &mut ChaCha8Rng) -> DMatrix<f64> {
    DMatrix::from_fn(rows, columns, |_, _| StandardNormal.sample(rng))
}

fn oscillator() -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::exact(
        "The oscillator as a layer: symplectic Euler keeps p² + q² − h p q to 1e-12 over 1,000 layers, explicit Euler multiplies the energy by (1 + h²)^n, the implicit midpoint rule by 1.",
    );
    for (h, steps, ratio, end) in [
        (
            0.1,
            100,
            2.704_813_829_421_528_5,
            (-0.809_384_821_133_211_2, 0.548_202_119_543_513_4),
        ),
        (
            0.5,
            10,
            9.313_225_746_154_785,
            (0.577_946_662_902_832, 0.973_253_250_122_070_3),
        ),
    ] {
        let oscillator = Oscillator::new(1.0, 0.0, h)?;
        evidence.close(
            &format!("energy ratio of Euler, h = {h}, {steps} layers"),
            oscillator.explicit_euler_energy_ratio(steps),
            ratio,
            1e-11,
        );
        let (q, p) = oscillator.symplectic_euler(steps);
        evidence.case((q - end.0).abs().max((p - end.1).abs()) < 1e-12, || {
            format!("symplectic end at h = {h}: {q}, {p}")
        });
        evidence.close(
            &format!("drift of p² + q² − h p q over {LAYERS} layers, h = {h}"),
            oscillator.conservation_error(LAYERS as u64),
            0.0,
            1e-12,
        );
        evidence.equal(
            &format!("energy ratio of the midpoint rule, h = {h}"),
            oscillator.implicit_midpoint_energy_ratio(LAYERS as u64),
            1.0,
        );
    }
    evidence.finish()
}

/// A layer of 6 units on 4 positions whose potential does not see translations, and a start.
fn translation_invariant(context: &ClaimContext<'_>) -> Result<(HamiltonianLayer, State), BridgeError> {
    let mut rng = context.rng("celledoni hamiltonian");
    let mut weights = normal(6, 4, &mut rng) * 0.5;
    for mut row in weights.row_iter_mut() {
        let mean = row.mean();
        row.add_scalar_mut(-mean);
    }
    let bias = normal(6, 1, &mut rng).column(0).into_owned();
    let start = State {
        q: normal(4, 1, &mut rng).column(0).into_owned(),
        p: normal(4, 1, &mut rng).column(0).into_owned(),
    };
    Ok((HamiltonianLayer::new(weights, bias, 0.1)?, start))
}

fn hamiltonian(context: &ClaimContext<'_>) -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::statistical(
        "1,000 symplectic layers with a tanh force that does not see translations: the total momentum is kept to 1e-12, every Jacobian is symplectic to rounding, the energy stays within 10%, and the layers are undone.",
        context,
    );
    let (layer, start) = translation_invariant(context)?;
    let energy = layer.energy(&start);
    for (name, scheme) in [
        ("symplectic Euler", Scheme::SymplecticEuler),
        ("Störmer-Verlet", Scheme::StormerVerlet),
    ] {
        let mut state = start.clone();
        let (mut momentum, mut defect, mut drift) = (0.0f64, 0.0f64, 0.0f64);
        for _ in 0..LAYERS {
            defect = defect.max(symplectic_defect(&layer.jacobian(scheme, &state)?)?);
            state = layer.steps(scheme, &state, 1)?;
            momentum = momentum.max((state.p.sum() - start.p.sum()).abs());
            drift = drift.max((layer.energy(&state) / energy - 1.0).abs());
        }
        evidence.close(
            &format!("drift of the total momentum, {name}"),
            momentum,
            0.0,
            1e-12,
        );
        evidence.close(&format!("|JᵀΩJ − Ω|, {name}"), defect, 0.0, 1e-13);
        evidence.close(
            &format!("relative excursion of the energy, {name}"),
            drift,
            0.0,
            0.1,
        );
    }
    let end = layer.steps(Scheme::SymplecticEuler, &start, LAYERS)?;
    let back = layer.inverse_steps(&end, LAYERS)?;
    let error = (back.q - &start.q).amax().max((back.p - &start.p).amax());
    evidence.close("error of the inverse of all layers", error, 0.0, 1e-9);
    let euler = layer.steps(Scheme::ExplicitEuler, &start, LAYERS)?;
    evidence.note(Figure::number(
        "energy over that at the start, explicit Euler",
        layer.energy(&euler) / energy,
    ));
    evidence.finish()
}

fn cayley_layers(context: &ClaimContext<'_>) -> Result<Finding, BridgeError> {
    let mut rng = context.rng("celledoni cayley");
    let mut evidence = Evidence::statistical(
        "1,000 layers that are Cayley transforms of random skew matrices: the norm is kept to 1e-12.",
        context,
    );
    let start = DVector::from_fn(8, |_, _| StandardNormal.sample(&mut rng));
    let (mut x, mut worst) = (start.clone(), 0.0f64);
    for _ in 0..LAYERS {
        let free = normal(8, 8, &mut rng);
        x = cayley(&(&free - free.transpose()))? * x;
        worst = worst.max((x.norm() / start.norm() - 1.0).abs());
    }
    evidence.close("largest relative change of the norm", worst, 0.0, 1e-12);
    evidence.finish()
}

/// Eight couplings of ReLU networks on six numbers.
fn random_couplings(rng: &mut ChaCha8Rng) -> Result<Couplings, BridgeError> {
    let mut shift = || -> Result<Network, NetError> {
        let first = Dense::new(normal(16, 3, rng) * 0.5, DVector::zeros(16), Activation::Relu)?;
        let second = Dense::new(normal(3, 16, rng) * 0.25, DVector::zeros(3), Activation::Linear)?;
        Network::new(vec![first.into(), second.into()])
    };
    let shifts = (0..8).map(|_| shift()).collect::<Result<_, _>>()?;
    Ok(Couplings::new(shifts)?)
}

/// How many of some random floats come back from the couplings bit for bit, out of how many, and the largest relative error.
fn float_inverses(context: &ClaimContext<'_>) -> Result<(u64, u64, f64), BridgeError> {
    let mut rng = context.rng("celledoni floats");
    let couplings = random_couplings(&mut rng)?;
    let (mut exact, mut worst) = (0, 0.0f64);
    let trials = 500;
    for _ in 0..trials {
        let x = DVector::from_fn(6, |_, _| StandardNormal.sample(&mut rng));
        let y = couplings.forward(&x)?;
        let back = couplings.inverse(&y)?;
        exact += u64::from(back == x);
        worst = worst.max((back - x).amax() / y.amax().max(1.0));
    }
    Ok((exact, trials, worst))
}

fn couplings(context: &ClaimContext<'_>) -> Result<Finding, BridgeError> {
    let mut rng = context.rng("celledoni couplings");
    let mut evidence = Evidence::statistical(
        "Eight additive couplings of ReLU networks: integers with 30 bits behind the point come back bit for bit, floats to rounding.",
        context,
    );
    let couplings = random_couplings(&mut rng)?;
    let mut moved = 0u64;
    for _ in 0..500 {
        let x: Vec<i64> = (0..6).map(|_| rng.random_range(-(1 << 33)..1 << 33)).collect();
        let y = couplings.forward_lifted(&x, 30)?;
        moved += u64::from(y != x);
        let back = couplings.inverse_lifted(&y, 30)?;
        evidence.case(back == x, || format!("{x:?} comes back as {back:?}"));
    }
    evidence.note(Figure::exact("inputs that the couplings move", moved));
    let (_, _, worst) = float_inverses(context)?;
    evidence.close(
        "largest error on floats, relative to the value",
        worst,
        0.0,
        1e-13,
    );
    evidence.finish()
}

fn pair_ratio(layer: &GradientFlowLayer, scale: f64, rng: &mut ChaCha8Rng) -> f64 {
    (0..500)
        .map(|_| {
            let mut point = || {
                DVector::from_fn(4, |_, _| {
                    scale * Distribution::<f64>::sample(&StandardNormal, rng)
                })
            };
            let (x, y) = (point(), point());
            (layer.forward(&x) - layer.forward(&y)).norm() / (x - y).norm()
        })
        .fold(0.0, f64::max)
}

/// A random layer with this share of the largest step that does not expand.
fn flow_layer(context: &ClaimContext<'_>, share: f64) -> Result<GradientFlowLayer, BridgeError> {
    let weights = normal(5, 4, &mut context.rng("celledoni flow"));
    let bias = DVector::zeros(5);
    let limit = GradientFlowLayer::new(weights.clone(), bias.clone(), 1.0)?.largest_step();
    Ok(GradientFlowLayer::new(weights, bias, share * limit)?)
}

fn non_expansive(context: &ClaimContext<'_>) -> Result<Finding, BridgeError> {
    let mut rng = context.rng("celledoni pairs");
    let mut evidence = Evidence::statistical(
        "Gradient-flow layers with steps up to 2/|W|² bring no pair of points further apart.",
        context,
    );
    for share in [0.1, 0.5, 0.99] {
        let layer = flow_layer(context, share)?;
        let ratio = pair_ratio(&layer, 1e-3, &mut rng).max(pair_ratio(&layer, 2.0, &mut rng));
        evidence.case(ratio <= 1.0 + 1e-12, || {
            format!("ratio {ratio} at {share} of the limit")
        });
        evidence.note(Figure::number(
            format!("largest ratio of distances at {share} of the limit"),
            ratio,
        ));
    }
    evidence.finish()
}

/// A chain to be trained, with inputs and the outputs of another chain.
fn task(context: &ClaimContext<'_>) -> Result<(OrthogonalChain, DMatrix<f64>, DMatrix<f64>), BridgeError> {
    let inputs = normal(6, 60, &mut context.rng("celledoni task"));
    let targets = OrthogonalChain::random(6, 3, context.seed.wrapping_add(1))?.forward(&inputs);
    Ok((OrthogonalChain::random(6, 3, context.seed)?, inputs, targets))
}

const RATE: f64 = 0.2;

fn training(context: &ClaimContext<'_>, epochs: usize) -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::statistical(
        "Three orthogonal layers with tanh between them learn the outputs of another such chain by descent along the Stiefel manifold: QᵀQ = 1 to 1e-12 after every step, while the loss falls below a tenth.",
        context,
    );
    let (mut chain, inputs, targets) = task(context)?;
    let mut first = None;
    let (mut last, mut deviation) = (0.0, 0.0f64);
    for _ in 0..epochs {
        last = chain.step(&inputs, &targets, RATE, 0.8)?;
        first.get_or_insert(last);
        deviation = deviation.max(chain.deviation());
    }
    let share = last / first.unwrap_or(f64::NAN);
    evidence.close("largest |QᵀQ − 1|", deviation, 0.0, 1e-12);
    evidence.case(share < 0.1, || format!("loss only falls to {share} of its start"));
    evidence.note(Figure::number("loss over that at the start", share));
    evidence.finish()
}

fn euler_keeps_energy() -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::exact(
        "False statement: the ordinary residual layer, explicit Euler at h = 0.1, keeps the energy over 1,000 layers to 1e-12.",
    );
    let oscillator = Oscillator::new(1.0, 0.0, 0.1)?;
    evidence.close(
        "energy ratio",
        oscillator.explicit_euler_energy_ratio(LAYERS as u64),
        1.0,
        1e-12,
    );
    evidence.finish()
}

fn euler_is_symplectic(context: &ClaimContext<'_>) -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::statistical(
        "False statement: the layer of explicit Euler is symplectic.",
        context,
    );
    let (layer, start) = translation_invariant(context)?;
    let jacobian = layer.jacobian(Scheme::ExplicitEuler, &start)?;
    evidence.close("|JᵀΩJ − Ω|", symplectic_defect(&jacobian)?, 0.0, 1e-13);
    evidence.finish()
}

fn symplectic_keeps_the_norm() -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::exact(
        "False statement: symplectic layers keep the norm (h = 0.5, ten layers from (1, 0)).",
    );
    let (q, p) = Oscillator::new(1.0, 0.0, 0.5)?.symplectic_euler(10);
    evidence.close("p² + q²", p * p + q * q, 1.0, 1e-12);
    evidence.finish()
}

fn floats_invert_exactly(context: &ClaimContext<'_>) -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::statistical(
        "False statement: couplings on floats come back bit for bit.",
        context,
    );
    let (exact, trials, _) = float_inverses(context)?;
    evidence.equal("inputs that do", exact, trials);
    evidence.finish()
}

fn plain_descent_stays_orthogonal(context: &ClaimContext<'_>, epochs: usize) -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::statistical(
        "False statement: gradient descent on the matrices as they are keeps them orthogonal to 1e-12.",
        context,
    );
    let (chain, inputs, targets) = task(context)?;
    let mut matrices = chain.matrices();
    for _ in 0..epochs {
        let (_, gradients) = loss_and_gradients(&matrices, &inputs, &targets)?;
        for (matrix, gradient) in matrices.iter_mut().zip(&gradients) {
            *matrix -= gradient * RATE;
        }
    }
    let off = matrices
        .iter()
        .map(|w| (w.tr_mul(w) - DMatrix::identity(6, 6)).amax());
    evidence.close("largest |WᵀW − 1|", off.fold(0.0, f64::max), 0.0, 1e-12);
    evidence.finish()
}

fn large_steps_do_not_expand(context: &ClaimContext<'_>) -> Result<Finding, BridgeError> {
    let mut rng = context.rng("celledoni pairs");
    let mut evidence = Evidence::statistical(
        "False statement: a step of 1.5 times the limit expands no pair either.",
        context,
    );
    let ratio = pair_ratio(&flow_layer(context, 1.5)?, 1e-3, &mut rng);
    evidence.close(
        "largest ratio of distances, beyond 1",
        (ratio - 1.0).max(0.0),
        0.0,
        1e-12,
    );
    evidence.finish()
}

/// Orbits of one particle in the potential ln cosh q under three kinds of layers.
fn picture() -> Result<String, BridgeError> {
    let layer = HamiltonianLayer::new(dmatrix![1.0], dvector![0.0], 0.25)?;
    let start = State {
        q: dvector![1.5],
        p: dvector![0.0],
    };
    let orbit = |scheme, layers| -> Result<Vec<(f64, f64)>, BridgeError> {
        let mut states = vec![start.clone()];
        for step in 0..layers {
            states.push(layer.steps(scheme, &states[step], 1)?);
        }
        Ok(states.iter().map(|s| (s.q[0], s.p[0])).collect())
    };
    Chart {
        title: "Phase portraits: H = p²/2 + ln cosh q, h = 1/4",
        x: "q",
        y: "p",
        logarithmic: (false, false),
        legend: SeriesLabelPosition::UpperRight,
        series: vec![
            Series::line("explicit Euler, 80 layers", orbit(Scheme::ExplicitEuler, 80)?),
            Series::line(
                "symplectic Euler, 1000 layers",
                orbit(Scheme::SymplecticEuler, LAYERS)?,
            ),
            Series::line(
                "Störmer-Verlet, 1000 layers",
                orbit(Scheme::StormerVerlet, LAYERS)?,
            ),
        ],
    }
    .to_svg()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_holds_and_its_controls_fail() {
        super::super::check_report(run);
    }
}
