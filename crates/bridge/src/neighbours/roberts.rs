//! Criticality and the expansion in depth over width (Roberts, Yaida and Hanin 2021, *The Principles of Deep Learning
//! Theory*).
//!
//! Kernels from layer to layer for the activations of [`nets::Activation`], the initialisations at which they neither swell
//! nor die, and ensembles of networks with weights of their own against the first order in 1/n.
//!
//! ```
//! use bridge::neighbours::{NeighbourOptions, roberts};
//! let report = roberts::run(&NeighbourOptions::default())?;
//! println!("{}", report.findings[0].statement);
//! # Ok::<(), bridge::BridgeError>(())
//! ```

use nets::Activation;
use nets::theory::criticality::{Criticality, FixedPoint, criticality};
use nets::theory::depth_width::relu_second_moment;
use nets::theory::ensemble::{Ensemble, Spread};
use nets::theory::finite_width::{FiniteWidth, Moments, Weights};
use nets::theory::kernel::KernelRecursion;
use plotters::prelude::SeriesLabelPosition;

use super::{NeighbourOptions, NeighbourReport};
use crate::BridgeError;
use crate::claim::{ClaimContext, Figure, Finding};
use crate::claims::Evidence;
use crate::report::chart::{Chart, Series};
use crate::statistics::{Interval, normal_quantile};

/// Runs the system: critical points and flows by quadrature, fluctuations by ensembles.
///
/// # Errors
/// None that the options bring about; those of the quadrature otherwise.
pub fn run(options: &NeighbourOptions) -> Result<NeighbourReport, BridgeError> {
    let context = ClaimContext::with_seed(options.seed);
    let sizes = Sizes::of(options.quick);
    Ok(NeighbourReport {
        id: "roberts",
        title: "Critical initialisations keep a signal alive, and networks stray from the wide limit by depth over width",
        source: "D. A. Roberts, S. Yaida and B. Hanin, The Principles of Deep Learning Theory, arXiv 2106.10165 (2021)",
        findings: vec![
            critical_points()?,
            no_criticality()?,
            kernel_flow()?,
            vertex_growth()?,
            tanh_ensembles(&context, &sizes)?,
            relu_ensembles(&context, &sizes)?,
            orthogonal_ensembles(&context, &sizes)?,
            relu_at_one()?,
            positive_limit_for_tanh()?,
            depth_does_not_matter(&context, &sizes)?,
            orthogonal_like_gaussian(&context, &sizes)?,
        ],
        picture: Some(picture()?),
        notes: vec![
            "The variance of tanh networks is compared with the first order in 1/n; at a depth over width of 1/8 the second order is some 8% of it, which 1,000 networks hardly see.".into(),
            "The recursion for orthogonal weights is derived in the documentation of `nets::theory::finite_width`, not taken from the book; the ensembles are its check.".into(),
            "Kernels are looked for between 2^-16 and 2^16 by changes of sign; a zero of E φφ'' without one would be missed.".into(),
            "Only single-input kernels are treated: neither the tangent kernel nor training.".into(),
        ],
    })
}

/// How large the ensembles are.
struct Sizes {
    widths: &'static [usize],
    /// For orthogonal weights and for ReLU.
    narrow: &'static [usize],
    networks: usize,
}

impl Sizes {
    fn of(quick: bool) -> Self {
        if quick {
            Sizes {
                widths: &[32, 64, 128],
                narrow: &[32, 64],
                networks: 400,
            }
        } else {
            Sizes {
                widths: &[32, 64, 128, 256, 512],
                narrow: &[32, 64, 128, 256],
                networks: 1000,
            }
        }
    }
}

fn critical_points() -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::exact(
        "Solving E φφ'' = 0 gives both susceptibilities 1 to 1e-6: at every kernel for ReLU, leaky ReLU and the identity, at 0 for tanh and erf, at a positive kernel for SiLU and GELU. Expected values: 2, 2/(1 + a²), 1, 1, π/4, and those of section 5.3.4 of the book.",
    );
    let pi_over_4 = std::f64::consts::FRAC_PI_4;
    let gelu_kernel = (3.0 + 17f64.sqrt()) / 2.0;
    for (name, activation, class, expected) in [
        ("ReLU", Activation::Relu, "scale-invariant", (2.0, 0.0, None)),
        (
            "leaky ReLU, slope 0.1",
            Activation::LeakyRelu { slope: 0.1 },
            "scale-invariant",
            (2.0 / 1.01, 0.0, None),
        ),
        (
            "identity",
            Activation::Linear,
            "scale-invariant",
            (1.0, 0.0, None),
        ),
        ("tanh", Activation::Tanh, "K* = 0, attracting", (1.0, 0.0, None)),
        (
            "erf",
            Activation::Erf,
            "K* = 0, attracting",
            (pi_over_4, 0.0, None),
        ),
        (
            "SiLU",
            Activation::Silu,
            "isolated K*, half-stable",
            (1.988_004_68, 0.555_143_17, Some(14.320_173_62)),
        ),
        (
            "GELU",
            Activation::Gelu,
            "isolated K*, half-stable",
            (1.983_058_26, 0.172_922_39, Some(gelu_kernel)),
        ),
    ] {
        let (sigma_w2, sigma_b2, kernel) = expected;
        let found = match criticality(activation)? {
            Criticality::Points(points) => points.last().copied(),
            Criticality::None(_) => None,
        };
        let Some(point) = found else {
            evidence.case(false, || format!("{name}: none found"));
            continue;
        };
        evidence.case(point.class() == class, || format!("{name}: {}", point.class()));
        evidence.close(&format!("{name}, σ_w²"), point.sigma_w2, sigma_w2, 1e-7);
        evidence.case((point.sigma_b2 - sigma_b2).abs() < 1e-7, || {
            format!("{name}: σ_b² = {}", point.sigma_b2)
        });
        if let (Some(expected), FixedPoint::Isolated { kernel, .. }) = (kernel, point.fixed_point) {
            evidence.close(&format!("{name}, σ_b²"), point.sigma_b2, sigma_b2, 1e-7);
            evidence.close(&format!("{name}, K*"), kernel, expected, 1e-6);
        }
        evidence.case(point.residual < 1e-6, || {
            format!("{name}: residual {}", point.residual)
        });
    }
    evidence.finish()
}

fn no_criticality() -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::exact(
        "The sigmoid has no critical initialisation: at K = 0 it would need biases of variance −(φ/φ')² = −4, and E φφ'' vanishes nowhere else.",
    );
    match criticality(Activation::Sigmoid)? {
        Criticality::None(refused) => {
            evidence.equal("kernels refused", refused.len(), 1);
            for refused in refused {
                evidence.close("σ_b² it would need", refused.sigma_b2, -4.0, 1e-12);
            }
        }
        Criticality::Points(points) => evidence.case(false, || format!("{points:?}")),
    }
    evidence.finish()
}

fn tanh(sigma_w2: f64) -> Result<KernelRecursion, BridgeError> {
    Ok(KernelRecursion::new(Activation::Tanh, sigma_w2, 0.0)?)
}

fn relu(sigma_w2: f64) -> Result<KernelRecursion, BridgeError> {
    Ok(KernelRecursion::new(Activation::Relu, sigma_w2, 0.0)?)
}

fn kernel_flow() -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::exact(
        "The kernel of critical tanh networks falls like 1/(2l) (l K_l of layers 1, 20, 100, 1000 from K = 1, by mpmath); below criticality it dies exponentially.",
    );
    let flow = tanh(1.0)?.flow(1.0, 1000)?;
    for (layer, expected) in [
        (1, 0.394_294_490_398),
        (20, 0.518_039_534_405),
        (100, 0.506_901_920_017),
        (1000, 0.501_163_910_456),
    ] {
        evidence.close(
            &format!("l K_l at l = {layer}"),
            layer as f64 * flow[layer],
            expected,
            1e-8,
        );
    }
    evidence.close(
        "K_1000 at σ_w² = 0.8",
        tanh(0.8)?.flow(1.0, 1000)?[1000],
        0.0,
        1e-90,
    );
    evidence.finish()
}

/// V/K² after so many layers of weights, from K = 1.
fn relative_vertex(recursion: KernelRecursion, weights: Weights, steps: usize) -> Result<f64, BridgeError> {
    let flow = FiniteWidth::new(recursion, weights)?.flow(1.0, steps + 1)?;
    Ok(flow[steps].vertex / flow[steps].kernel.powi(2))
}

fn vertex_growth() -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::exact(
        "The four-point vertex V/K² grows linearly with depth: by 5 a layer for ReLU, by 2/3 in the long run for tanh (values at layers 6, 101 and 401 by mpmath); with orthogonal weights by 3 for ReLU, and for tanh it falls like 8/(3l).",
    );
    evidence.close(
        "ReLU, 40 layers",
        relative_vertex(relu(2.0)?, Weights::Gaussian, 40)?,
        200.0,
        1e-7,
    );
    evidence.close(
        "ReLU, orthogonal, 40 layers",
        relative_vertex(relu(2.0)?, Weights::Orthogonal, 40)?,
        120.0,
        1e-7,
    );
    for (layer, expected) in [(6, 3.019_730_175), (101, 65.467_697_199), (401, 265.071_599_249)] {
        evidence.close(
            &format!("tanh, layer {layer}"),
            relative_vertex(tanh(1.0)?, Weights::Gaussian, layer - 1)?,
            expected,
            1e-4,
        );
    }
    let calm = relative_vertex(tanh(1.0)?, Weights::Orthogonal, 400)?;
    evidence.close(
        "tanh, orthogonal, 400 V/K² at layer 401",
        400.0 * calm,
        8.0 / 3.0,
        0.2,
    );
    evidence.finish()
}

/// Kernels of an ensemble at depths of these shares of its width, with what the expansion says.
fn sample(
    context: &ClaimContext<'_>,
    recursion: KernelRecursion,
    weights: Weights,
    (width, networks): (usize, usize),
    shares: &[usize],
) -> Result<Vec<(usize, Vec<f64>, Moments)>, BridgeError> {
    let ensemble = Ensemble {
        recursion,
        weights,
        width,
        networks,
        seed: context.seed,
    };
    let depths: Vec<usize> = shares.iter().map(|share| width / share).collect();
    let deepest = depths[depths.len() - 1];
    let flow = FiniteWidth::new(recursion, weights)?.flow(1.0, deepest + 1)?;
    let kernels = ensemble.kernels(1.0, &depths)?;
    Ok(depths
        .into_iter()
        .zip(kernels)
        .map(|(depth, kernels)| (depth, kernels, flow[depth]))
        .collect())
}

/// Var Ĝ/K² with its interval.
fn relative_variance(kernels: &[f64], moments: &Moments, level: f64) -> Interval {
    let (spread, scale) = (Spread::of(kernels), moments.kernel.powi(2));
    let half = normal_quantile(level) * spread.variance_error / scale;
    let estimate = spread.variance / scale;
    Interval {
        estimate,
        low: estimate - half,
        high: estimate + half,
        level,
    }
}

fn relative_mean(kernels: &[f64], moments: &Moments, level: f64) -> Interval {
    let relative: Vec<f64> = kernels.iter().map(|k| k / moments.kernel).collect();
    crate::statistics::mean(&relative, level)
}

fn tanh_ensembles(context: &ClaimContext<'_>, sizes: &Sizes) -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::statistical(
        "Ensembles of critical tanh networks with Gaussian weights of their own, at depth over width 1/16 and 1/8: the kernel has the mean K + G/n and the variance V/n.",
        context,
    );
    for &width in sizes.widths {
        let n = width as f64;
        let samples = sample(
            context,
            tanh(1.0)?,
            Weights::Gaussian,
            (width, sizes.networks),
            &[16, 8],
        )?;
        for (depth, kernels, moments) in &samples {
            let count = kernels.len() as u64;
            evidence.covers(
                &format!("Var/K², n = {width}, {depth} layers"),
                relative_variance(kernels, moments, context.confidence),
                count,
                moments.vertex / n / moments.kernel.powi(2),
            );
            evidence.covers(
                &format!("mean/K, n = {width}, {depth} layers"),
                relative_mean(kernels, moments, context.confidence),
                count,
                1.0 + moments.correction / n / moments.kernel,
            );
        }
    }
    evidence.finish()
}

fn relu_ensembles(context: &ClaimContext<'_>, sizes: &Sizes) -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::statistical(
        "Ensembles of critical ReLU networks at depth over width 1/32 and 1/16: the variance is (1 + 5/n)^L − 1, exactly, which is 5L/n at first order.",
        context,
    );
    for &width in sizes.narrow {
        let samples = sample(
            context,
            relu(2.0)?,
            Weights::Gaussian,
            (width, sizes.networks),
            &[32, 16],
        )?;
        for (depth, kernels, moments) in &samples {
            let exact = relu_second_moment(*depth as u32, width as u64)? - 1.0;
            let variance = relative_variance(kernels, moments, context.confidence);
            evidence.covers(
                &format!("Var/K², n = {width}, {depth} layers"),
                variance,
                kernels.len() as u64,
                exact,
            );
        }
    }
    evidence.finish()
}

fn orthogonal_ensembles(context: &ClaimContext<'_>, sizes: &Sizes) -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::statistical(
        "Contrast: with orthogonal weights tanh networks hardly fluctuate at any depth, as the recursion for uniform vectors says.",
        context,
    );
    for &width in sizes.narrow {
        let samples = sample(
            context,
            tanh(1.0)?,
            Weights::Orthogonal,
            (width, sizes.networks),
            &[16, 8],
        )?;
        for (depth, kernels, moments) in &samples {
            let n = width as f64;
            evidence.covers(
                &format!("Var/K², n = {width}, {depth} layers"),
                relative_variance(kernels, moments, context.confidence),
                kernels.len() as u64,
                moments.vertex / n / moments.kernel.powi(2),
            );
            evidence.note(Figure::number(
                format!("the same with Gaussian weights, first order, n = {width}"),
                relative_vertex(tanh(1.0)?, Weights::Gaussian, *depth)? / n,
            ));
        }
    }
    evidence.finish()
}

fn relu_at_one() -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::exact("False statement: σ_w² = 1 is critical for ReLU.");
    evidence.close(
        "χ⊥ at K = 1",
        relu(1.0)?.susceptibilities(1.0)?.perpendicular,
        1.0,
        1e-6,
    );
    evidence.finish()
}

fn positive_limit_for_tanh() -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::exact("False statement: l K_l → 1/2 for tanh at σ_w² = 0.8 or 1.5 too.");
    for sigma_w2 in [0.8, 1.5] {
        evidence.close(
            &format!("500 K_500 at σ_w² = {sigma_w2}"),
            500.0 * tanh(sigma_w2)?.flow(1.0, 500)?[500],
            0.5,
            0.01,
        );
    }
    evidence.finish()
}

fn depth_does_not_matter(context: &ClaimContext<'_>, sizes: &Sizes) -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::statistical(
        "False statement: the variance of critical tanh networks of width 64 is that of one layer, whatever the depth.",
        context,
    );
    let samples = sample(
        context,
        tanh(1.0)?,
        Weights::Gaussian,
        (64, sizes.networks),
        &[64, 8],
    )?;
    let one = &samples[0].2;
    let expected = one.vertex / 64.0 / one.kernel.powi(2);
    for (depth, kernels, moments) in &samples {
        evidence.covers(
            &format!("Var/K² after {depth} layers"),
            relative_variance(kernels, moments, context.confidence),
            kernels.len() as u64,
            expected,
        );
    }
    evidence.finish()
}

fn orthogonal_like_gaussian(context: &ClaimContext<'_>, sizes: &Sizes) -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::statistical(
        "False statement: orthogonal tanh networks of width 64 fluctuate as Gaussian ones do.",
        context,
    );
    let samples = sample(
        context,
        tanh(1.0)?,
        Weights::Orthogonal,
        (64, sizes.networks),
        &[8],
    )?;
    let (depth, kernels, moments) = &samples[0];
    evidence.covers(
        &format!("Var/K² after {depth} layers"),
        relative_variance(kernels, moments, context.confidence),
        kernels.len() as u64,
        relative_vertex(tanh(1.0)?, Weights::Gaussian, *depth)? / 64.0,
    );
    evidence.finish()
}

/// Kernels from layer to layer, and the line that critical ones flow to.
fn picture() -> Result<String, BridgeError> {
    let layers = 1000;
    let flow = |recursion: KernelRecursion| -> Result<Vec<(f64, f64)>, BridgeError> {
        let kernels = recursion.flow(1.0, layers)?;
        let kept = kernels.into_iter().enumerate().skip(1).filter(|(_, k)| *k > 1e-5);
        Ok(kept.map(|(layer, k)| (layer as f64, k)).collect())
    };
    let law = (1..=layers)
        .map(|layer| (layer as f64, 0.5 / layer as f64))
        .collect();
    Chart {
        title: "Kernels from layer to layer",
        x: "layer",
        y: "kernel",
        logarithmic: (true, true),
        legend: SeriesLabelPosition::LowerLeft,
        series: vec![
            Series::line("tanh, σ_w² = 1", flow(tanh(1.0)?)?),
            Series::line("tanh, σ_w² = 0.8", flow(tanh(0.8)?)?),
            Series::line("tanh, σ_w² = 1.5", flow(tanh(1.5)?)?),
            Series::line("ReLU, σ_w² = 2", flow(relu(2.0)?)?),
            Series::line("ReLU, σ_w² = 1.9", flow(relu(1.9)?)?),
            Series::line("1/(2l)", law),
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
