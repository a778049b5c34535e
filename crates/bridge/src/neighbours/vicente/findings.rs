//! What is tested about the four views.

use maud::html;
use nalgebra::{DMatrix, DVector};
use nets::models::tent;
use nets::models::tent::deep_network;
use nets::theory::kernel::KernelRecursion;
use nets::theory::relu::kernel_ratio;
use nets::{
    Activation, AutoencoderOptions, AutoencoderTrainer, Dataset, Dense, Layer, Loss, Network, TrainOptions,
    ignore_progress,
};
use num_bigint::BigUint;
use num_traits::One;
use rand::RngExt;

use super::{NeighbourOptions, Views, kernels, views};
use crate::BridgeError;
use crate::claim::{ClaimContext, Figure, Finding};
use crate::claims::Evidence;

/// Hidden ReLU units of the one network.
const UNITS: usize = 24;

const SEGMENTS: usize = 60;

/// Fresh networks over which the kernel is averaged.
const FRESH: u64 = 100;

fn settings(seed: u64) -> AutoencoderOptions {
    AutoencoderOptions {
        code_width: UNITS,
        activation: Activation::Relu,
        decoder_activation: Activation::Linear,
        loss: Loss::SquaredError,
        train: TrainOptions {
            epochs: 40,
            seed,
            ..TrainOptions::default()
        },
        ..AutoencoderOptions::default()
    }
}

/// The one network before and after training, with its views.
pub(super) struct Trained {
    data: Dataset,
    fresh: (Network, Views),
    trained: (Network, Views),
    seed: u64,
}

impl Trained {
    pub(super) fn new(options: &NeighbourOptions) -> Result<Self, BridgeError> {
        let digits = Dataset::digits();
        let rows: Vec<usize> = (0..if options.quick { 400 } else { digits.len() }).collect();
        let data = digits.select(&rows);
        let mut trainer = AutoencoderTrainer::new(&data, settings(options.seed))?;
        let seen = |trainer: &AutoencoderTrainer<'_>| -> Result<(Network, Views), BridgeError> {
            let network = trainer.autoencoder().reconstruction_network();
            let views = views(&network, &data, SEGMENTS)?;
            Ok((network, views))
        };
        let fresh = seen(&trainer)?;
        trainer.run(&mut ignore_progress)?;
        let trained = seen(&trainer)?;
        drop(trainer);
        Ok(Trained {
            data,
            fresh,
            trained,
            seed: options.seed,
        })
    }

    fn context(&self) -> ClaimContext<'static> {
        ClaimContext::with_seed(self.seed)
    }

    pub(super) fn four_views(&self) -> Result<Finding, BridgeError> {
        let mut evidence = Evidence::statistical(
            "A ReLU autoencoder of digits with 24 hidden units: orbit times isotropy is 24!, one scale a unit, at most 25 pieces on a line, and training keeps more of the variance than random weights.",
            &self.context(),
        );
        let factorial = (1..=UNITS).fold(BigUint::one(), |product, k| product * k);
        for (name, (_, seen)) in [("fresh", &self.fresh), ("trained", &self.trained)] {
            let symmetry = &seen.symmetry;
            evidence.equal(
                &format!("{name}: orbit times isotropy"),
                &symmetry.orbit * &symmetry.isotropy,
                factorial.clone(),
            );
            evidence.equal(&format!("{name}: scales"), symmetry.continuous, UNITS);
            for (layer, kernel) in seen.physics.iter().enumerate() {
                evidence.note(Figure::number(
                    format!("{name}: kernel of layer {}, measured over predicted", layer + 1),
                    kernel.measured / kernel.predicted,
                ));
            }
            if let Some(pieces) = seen.computation {
                evidence.case(pieces.most <= (UNITS + 1) as f64, || {
                    format!("{name}: {} pieces", pieces.most)
                });
                evidence.note(Figure::number(
                    format!("{name}: median pieces between digits"),
                    pieces.median,
                ));
            }
            evidence.note(Figure::number(
                format!("{name}: share of variance kept"),
                seen.information.variance_kept,
            ));
        }
        let kept = |seen: &Views| seen.information.variance_kept;
        evidence.case(kept(&self.trained.1) > kept(&self.fresh.1), || {
            "training kept less than random weights".into()
        });
        evidence.finish()
    }

    /// The same map with its hidden units in another order and at other scales.
    fn relabelled(&self, scales: bool) -> Result<Network, BridgeError> {
        let mut rng = self.context().rng("vicente relabelling");
        let mut order: Vec<usize> = (0..UNITS).collect();
        for last in (1..UNITS).rev() {
            order.swap(last, rng.random_range(0..=last));
        }
        let scale: Vec<f64> = (0..UNITS)
            .map(|_| if scales { rng.random_range(0.5..2.0) } else { 1.0 })
            .collect();
        let [Layer::Dense(hidden), Layer::Dense(output)] = self.trained.0.layers() else {
            return Ok(self.trained.0.clone());
        };
        let into = DMatrix::from_fn(UNITS, hidden.input_width(), |i, j| {
            hidden.weights()[(order[i], j)] * scale[i]
        });
        let bias = DVector::from_fn(UNITS, |i, _| hidden.bias()[order[i]] * scale[i]);
        let out = DMatrix::from_fn(output.output_width(), UNITS, |i, j| {
            output.weights()[(i, order[j])] / scale[j]
        });
        let layers = vec![
            Dense::new(into, bias, hidden.activation())?.into(),
            Dense::new(out, output.bias().clone(), output.activation())?.into(),
        ];
        Ok(Network::new(layers)?)
    }

    pub(super) fn views_under_symmetry(&self, options: &NeighbourOptions) -> Result<Finding, BridgeError> {
        let mut evidence = Evidence::statistical(
            "Units relabelled and scaled: map, pieces, orbit and variance kept stay; the kernels stay under relabelling alone, and not under scaling, because they are of the weights and not of the map.",
            &ClaimContext::with_seed(options.seed),
        );
        let (network, before) = &self.trained;
        for scales in [false, true] {
            let name = if scales {
                "relabelled and scaled"
            } else {
                "relabelled"
            };
            let moved = self.relabelled(scales)?;
            let after = views(&moved, &self.data, SEGMENTS)?;
            let point = self.data.point(0);
            let difference = (network.forward(&point) - moved.forward(&point)).amax();
            evidence.close(&format!("{name}: difference of the maps"), difference, 0.0, 1e-12);
            evidence.case(after.computation == before.computation, || {
                format!("{name}: pieces")
            });
            evidence.case(after.symmetry == before.symmetry, || format!("{name}: orbit"));
            evidence.close(
                &format!("{name}: difference of the variance kept"),
                after.information.variance_kept - before.information.variance_kept,
                0.0,
                1e-9,
            );
            let kernels = after.physics[0].measured / before.physics[0].measured - 1.0;
            let same = kernels.abs() < 1e-9;
            evidence.case(same != scales, || {
                format!("{name}: kernel changed by {kernels:e}")
            });
            evidence.note(Figure::number(
                format!("{name}: relative change of the first kernel"),
                kernels,
            ));
        }
        evidence.finish()
    }

    pub(super) fn kernel_of_random_weights(&self) -> Result<Finding, BridgeError> {
        let mut evidence = Evidence::statistical(
            "Fresh networks follow the kernel recursion in their first layer, on average over networks; the trained one is reported.",
            &self.context(),
        );
        let mut ratios = Vec::new();
        for offset in 0..FRESH {
            let settings = settings(self.seed.wrapping_add(offset));
            let trainer = AutoencoderTrainer::new(&self.data, settings)?;
            let network = trainer.autoencoder().reconstruction_network();
            let layer = kernels(&network, &self.data)?[0];
            ratios.push(layer.measured / layer.predicted);
        }
        evidence.mean("fresh: measured over predicted, layer 1", &ratios, 1.0);
        let ratio = |seen: &Views, layer: usize| seen.physics[layer].measured / seen.physics[layer].predicted;
        evidence.note(Figure::number("trained: layer 1", ratio(&self.trained.1, 0)));
        evidence.note(Figure::number(
            "fresh, one network: layer 2",
            ratio(&self.fresh.1, 1),
        ));
        evidence.note(Figure::number("trained: layer 2", ratio(&self.trained.1, 1)));
        evidence.finish()
    }

    pub(super) fn narrow_keeps_all(&self) -> Result<Finding, BridgeError> {
        let mut evidence = Evidence::statistical(
            "False statement: 24 units keep all of the variance of the digits (to 1e-3).",
            &self.context(),
        );
        evidence.close("share kept", self.trained.1.information.variance_kept, 1.0, 1e-3);
        evidence.finish()
    }

    /// The table of the four views.
    pub(super) fn table(&self) -> String {
        let (fresh, trained) = (&self.fresh.1, &self.trained.1);
        let pieces = |seen: &Views| {
            seen.computation.map_or_else(
                || "not piecewise linear".to_owned(),
                |p| format!("{} / {} / {}", p.fewest, p.median, p.most),
            )
        };
        let kernel = |seen: &Views, layer: usize| {
            let k = &seen.physics[layer];
            format!("{:.3} / {:.3}", k.measured, k.predicted)
        };
        let rows: Vec<(&str, String, String, String)> = [
            (
                "symmetry",
                "orbit of the weights",
                [fresh, trained].map(|s| format!("{:.3e}", approximate(&s.symmetry.orbit))),
            ),
            (
                "",
                "isotropy",
                [fresh, trained].map(|s| s.symmetry.isotropy.to_string()),
            ),
            (
                "",
                "dimension of the scalings",
                [fresh, trained].map(|s| s.symmetry.continuous.to_string()),
            ),
            (
                "physics",
                "kernel of layer 1, measured / predicted",
                [fresh, trained].map(|s| kernel(s, 0)),
            ),
            (
                "",
                "kernel of layer 2, measured / predicted",
                [fresh, trained].map(|s| kernel(s, 1)),
            ),
            (
                "",
                "susceptibility of layer 1",
                [fresh, trained].map(|s| format!("{:.3}", s.physics[0].susceptibility)),
            ),
            (
                "computation",
                "pieces between digits, min / median / max",
                [fresh, trained].map(pieces),
            ),
            (
                "information",
                "variance kept by the hidden layer",
                [fresh, trained].map(|s| format!("{:.4}", s.information.variance_kept)),
            ),
        ]
        .into_iter()
        .map(|(view, what, [a, b])| (view, what.to_owned(), a, b))
        .collect();
        let title = "A ReLU autoencoder of digits, 64-24-64, from four sides";
        let drawing = html! {
            svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 260" width="760" height="260" font-family="sans-serif" role="img" {
                title { (title) }
                text x="380" y="20" text-anchor="middle" font-size="15" { (title) }
                text x="520" y="46" text-anchor="middle" font-size="13" font-weight="bold" { "random weights" }
                text x="670" y="46" text-anchor="middle" font-size="13" font-weight="bold" { "trained" }
                line x1="10" x2="750" y1="54" y2="54" stroke="#999" {}
                @for (index, (view, what, a, b)) in rows.iter().enumerate() {
                    @let y = 74 + 23 * index;
                    text x="14" y=(y) font-size="13" font-weight="bold" { (view) }
                    text x="115" y=(y) font-size="13" { (what) }
                    text x="520" y=(y) text-anchor="middle" font-size="13" { (a) }
                    text x="670" y=(y) text-anchor="middle" font-size="13" { (b) }
                }
            }
        };
        drawing.into_string()
    }
}

/// A big integer as a float, for printing.
fn approximate(value: &BigUint) -> f64 {
    num_traits::ToPrimitive::to_f64(value).unwrap_or(f64::INFINITY)
}

/// A chain of dense layers from rows of numbers: hidden units with their biases, then outputs.
pub(super) fn small_network(units: &[[f64; 3]], activation: Activation) -> Result<Network, BridgeError> {
    let k = units.len();
    let hidden = Dense::new(
        DMatrix::from_fn(k, 2, |i, j| units[i][j]),
        DVector::zeros(k),
        activation,
    )?;
    let output = Dense::new(
        DMatrix::from_fn(1, k, |_, i| units[i][2]),
        DVector::zeros(1),
        Activation::Linear,
    )?;
    Ok(Network::new(vec![hidden.into(), output.into()])?)
}

/// Points of the plane that are not on a line.
pub(super) fn plane() -> Result<Dataset, BridgeError> {
    Ok(Dataset::new(
        "plane",
        vec![0.0, 1.0, 1.0, 0.5, -1.0, 0.25, 0.3, -0.8],
        2,
    )?)
}

/// A linear autoencoder that keeps the first two of four coordinates, on data of variances 5, 3, 2, 1.
pub(super) fn kept_by_two() -> Result<f64, BridgeError> {
    let mut values = vec![0f32; 32];
    // ± the standard deviations times 2 along each axis: covariance diag(5, 3, 2, 1) over the 8 rows.
    for (axis, variance) in [5.0f32, 3.0, 2.0, 1.0].into_iter().enumerate() {
        values[8 * axis + axis] = (4.0 * variance).sqrt();
        values[8 * axis + 4 + axis] = -(4.0 * variance).sqrt();
    }
    let data = Dataset::new("axes", values, 4)?;
    let encoder = DMatrix::from_fn(2, 4, |i, j| f64::from(u8::from(i == j)));
    let decoder = Dense::new(encoder.transpose(), DVector::zeros(4), Activation::Linear)?;
    let encoder = Dense::new(encoder, DVector::zeros(2), Activation::Linear)?;
    let network = Network::new(vec![encoder.into(), decoder.into()])?;
    Ok(views(&network, &data, 1)?.information.variance_kept)
}

/// Pieces of the k-fold tent on [0, 1], through the views.
pub(super) fn tent_pieces(depth: u32) -> Result<f64, BridgeError> {
    let ends = Dataset::new("ends", vec![0.0, 1.0], 1)?;
    let seen = views(&deep_network(depth)?, &ends, 1)?;
    Ok(seen.computation.map_or(f64::NAN, |pieces| pieces.most))
}

pub(super) fn known_networks() -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::exact(
        "The same function of networks with known answers: orbits of three tanh units, pieces of tents, the susceptibility of ReLU, and the variance that two of four principal components keep.",
    );
    let generic = [[1.0, 2.0, 3.0], [2.0, 1.0, 1.0], [3.0, 1.0, 2.0]];
    let twins = [generic[0], [-1.0, -2.0, -3.0], generic[2]];
    for (units, orbit, name) in [
        (generic, 48u32, "generic units"),
        (twins, 24, "one unit minus another"),
    ] {
        let seen = views(&small_network(&units, Activation::Tanh)?, &plane()?, 1)?;
        evidence.equal(&format!("orbit, {name}"), seen.symmetry.orbit, orbit.into());
    }
    for depth in [3u32, 6] {
        let exact =
            num_traits::ToPrimitive::to_f64(&tent::linear_pieces(u64::from(depth))?).unwrap_or(f64::NAN);
        evidence.close(
            &format!("pieces of the {depth}-fold tent"),
            tent_pieces(depth)?,
            exact,
            0.0,
        );
    }
    let seen = views(&small_network(&generic, Activation::Relu)?, &plane()?, 1)?;
    let layer = seen.physics[0];
    evidence.close(
        "χ⊥ over σ_w²/2, ReLU",
        layer.susceptibility / (layer.sigma_w2 / 2.0),
        1.0,
        1e-9,
    );
    evidence.close(
        "kept by two of variances 5, 3, 2, 1",
        kept_by_two()?,
        8.0 / 11.0,
        1e-6,
    );
    evidence.finish()
}

pub(super) fn always_factorial() -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::exact(
        "False statement: the orbit of the weights of 3 ReLU units under relabelling is always 3!.",
    );
    let twins = [[1.0, 2.0, 3.0], [1.0, 2.0, 3.0], [3.0, 1.0, 2.0]];
    let seen = views(&small_network(&twins, Activation::Relu)?, &plane()?, 1)?;
    evidence.equal("orbit with two equal units", seen.symmetry.orbit, 6u32.into());
    evidence.finish()
}

pub(super) fn low_tents_multiply() -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::exact(
        "False statement: eight layers make 2⁸ pieces whatever the weights (here tents of height 1/2).",
    );
    let half = |dense: &Dense| Dense::new(dense.weights() * 0.5, dense.bias().clone(), dense.activation());
    let mut layers: Vec<Layer> = Vec::new();
    for (index, layer) in deep_network(8)?.layers().iter().enumerate() {
        layers.push(match layer {
            Layer::Dense(dense) if index > 0 => half(dense)?.into(),
            other => other.clone(),
        });
    }
    let ends = Dataset::new("ends", vec![0.0, 1.0], 1)?;
    let seen = views(&Network::new(layers)?, &ends, 1)?;
    let pieces = seen.computation.map_or(f64::NAN, |pieces| pieces.most);
    evidence.close("pieces", pieces, 256.0, 0.0);
    evidence.finish()
}

pub(super) fn one_is_critical() -> Result<Finding, BridgeError> {
    let mut evidence = Evidence::exact("False statement: ReLU layers are critical at σ_w² = 1.");
    evidence.close("K after 10 layers over K", kernel_ratio(1.0, 10)?, 1.0, 1e-3);
    let own = KernelRecursion::new(Activation::Relu, 1.0, 0.0)?.susceptibilities(1.0)?;
    evidence.close("χ⊥", own.perpendicular, 1.0, 1e-3);
    evidence.finish()
}
