//! The section of the report on one layer.

use maud::{Markup, PreEscaped, html};
use plotters::prelude::SeriesLabelPosition;

use super::chart::{Chart, Series};
use super::{drawing, tiles};
use crate::BridgeError;
use crate::filtration::Filtration;
use crate::study::{LayerStudy, MapShadow, OrbitSizes, SYMMETRY_LIMIT, Study};

pub(super) fn layer(study: &Study, index: usize, layer: &LayerStudy) -> Result<Markup, BridgeError> {
    let graphs = study
        .graphs
        .iter()
        .filter(|g| g.name.contains(&format!("layer{}", index + 1)));
    let orbit = graphs.clone().find(|g| g.name.starts_with("orbit"));
    let chain = graphs.clone().find(|g| g.name.starts_with("stabilizers"));
    Ok(html! {
        section {
            h2 { "Layer " (index + 1) ": " (layer.visible) " → " (layer.hidden) " → " (layer.visible) }
            div class="row" {
                (features(study, layer)?)
                figure { (PreEscaped(errors(layer)?)) figcaption { "Mean squared reconstruction error per coordinate of the layer's input; epoch 0 is before training." } }
            }
            h3 { "Its shadow" }
            p { (layer.shadows.encoder.rank.says) " " (layer.shadows.reconstruction.rank.says) }
            div class="row" {
                @for map in [&layer.shadows.encoder, &layer.shadows.reconstruction] {
                    figure { (PreEscaped(growth(map)?)) figcaption { (growth_caption(map)) } }
                }
            }
            (shadow_table(layer))
            h3 { "Orbits and stabilizers of its features" }
            p {
                "Under " (layer.orbits.group) " (order " (layer.orbits.group_order) "), each bar is one feature's chain of stabilizers: the darker, the larger the subgroup that moves the feature by at most ε. The control is as many Gaussian features of the same norms. The probability that a learned feature is more symmetric than a random one is "
                b { (format!("{:.3}", layer.orbits.more_symmetric_than_random.estimate)) }
                (format!(" (99% CI {:.3} to {:.3}; 0.5 would mean no difference).", layer.orbits.more_symmetric_than_random.low, layer.orbits.more_symmetric_than_random.high))
            }
            div class="row" {
                figure { (drawing::barcode(&layer.orbits.learned, LIMIT, "Stabilizer filtrations: learned features")) }
                figure { (drawing::barcode(&layer.orbits.random, LIMIT, "Stabilizer filtrations: random features")) }
            }
            div class="row" {
                figure {
                    (PreEscaped(sizes(&layer.orbits.sizes)?))
                    figcaption { "Orbit size |G| / |S_ε| at every tolerance: median and smallest over the layer's features, learned and random." }
                }
                @if let Some(orbit) = orbit {
                    figure { (drawing::graph(&orbit.graph)) figcaption { (orbit.caption) " The feature itself is the red vertex." } }
                }
            }
            @if let Some(chain) = chain { (chain_table(study, index, &chain.caption)) }
        }
    })
}

/// The largest tolerance that the barcodes show.
const LIMIT: f64 = 1.5;

fn features(study: &Study, layer: &LayerStudy) -> Result<Markup, BridgeError> {
    let features: Vec<&[f64]> = layer.features.iter().map(Vec::as_slice).collect();
    let source = tiles::sheet(&features, study.data.image_shape, &layer.name)?;
    Ok(html! {
        figure {
            img class="tiles" src=(source) alt={ "Receptive fields of " (layer.name) };
            figcaption { "Receptive fields of its " (layer.hidden) " hidden units on the image grid: the gradient of each activation with respect to the image, at the mean image (red positive, blue negative, each scaled to its own largest weight)." }
        }
    })
}

fn errors(layer: &LayerStudy) -> Result<String, BridgeError> {
    let of = |value: fn(&nets::EpochError) -> Option<f64>| -> Vec<(f64, f64)> {
        layer
            .history
            .iter()
            .filter_map(|e| Some((e.epoch as f64, value(e)?)))
            .collect()
    };
    Chart {
        title: "Reconstruction error",
        x: "epoch",
        y: "mean squared error",
        logarithmic: (false, true),
        legend: SeriesLabelPosition::UpperRight,
        series: vec![
            Series::line("training", of(|e| Some(e.train))),
            Series::line("held out", of(|e| e.held_out)),
        ],
    }
    .to_svg()
}

fn growth(map: &MapShadow) -> Result<String, BridgeError> {
    let of = |value: fn(&crate::study::WorstResidual) -> f64| -> Vec<(f64, f64)> {
        map.growth.iter().map(|g| (g.radius, value(g))).collect()
    };
    Chart {
        title: &format!("Distance of {} from its affine shadow", map.name),
        x: "radius of the ball",
        y: "residual (2-norm)",
        logarithmic: (true, true),
        legend: SeriesLabelPosition::LowerRight,
        series: vec![
            Series::line("certified bound", of(|g| g.certified_sup)),
            Series::dots("largest held-out residual", of(|g| g.sample_max)),
            Series::dots("rms held-out residual", of(|g| g.sample_rms)),
        ],
    }
    .to_svg()
}

fn growth_caption(map: &MapShadow) -> String {
    format!(
        "{}: residual of the affine fit on balls around {} data points, against the radius. Log-log slope over the five smallest radii: residual {:.3} (99% CI {:.3} to {:.3}), certified bound {:.3}; theory says 2.",
        map.name,
        map.centres,
        map.residual_slope.estimate,
        map.residual_slope.low,
        map.residual_slope.high,
        map.bound_slope.estimate,
    )
}

fn shadow_table(layer: &LayerStudy) -> Markup {
    let shadows = &layer.shadows;
    let maps = [&shadows.encoder, &shadows.reconstruction];
    let row = |name: &str, value: &dyn Fn(&MapShadow) -> String| {
        html! { tr { td { (name) } @for map in maps { td { (value(map)) } } } }
    };
    html! {
        table class="numbers" {
            thead { tr { th {} @for map in maps { th { (map.name) } } } }
            tbody {
                (row("input and output width", &|m| format!("{} → {}", m.input, m.output)))
                (row("rank of the linear part (numeric, with its gap)", &|m| format!("{} ({:.1e})", m.rank.rank, m.rank.gap)))
                (row("largest singular value, median over centres", &|m| format!("{:.4}", m.singular_max)))
                (row("smallest nonzero singular value, median", &|m| format!("{:.2e}", m.singular_min)))
                (row("subspace where it acts invertibly: dimension", &|m| if m.core_dimension == 0 { "none".to_owned() } else { m.core_dimension.to_string() }))
                (row("ln |det| of the group element there, median", &|m| m.core_log_determinant.map_or("none".to_owned(), |d| format!("{d:.1}"))))
                (row("distance of the polar factors' product from the linear part", &|m| format!("{:.1e}", m.polar_residual)))
                (row(&format!("certified bound at radius {:.2}", shadows.encoder.reference.radius), &|m| format!("{:.3e}", m.reference.certified_sup)))
                (row("largest held-out residual there", &|m| format!("{:.3e}", m.reference.sample_max)))
            }
        }
        p { (format!("Closure at radius {:.2}: the fit of the composition and the composition of the fits (encoder, then decoder) differ by {:.2e} relative to the composition for least-squares fits, and by {:.1e} for 1-jets, which compose by the chain rule.", shadows.closure.radius, shadows.closure.least_squares, shadows.closure.jets)) }
    }
}

fn sizes(sizes: &[OrbitSizes]) -> Result<String, BridgeError> {
    let of = |value: fn(&OrbitSizes) -> f64| -> Vec<(f64, f64)> {
        sizes.iter().map(|s| (s.epsilon, value(s))).collect()
    };
    Chart {
        title: "Size of orbits against the tolerance",
        x: "tolerance ε",
        y: "orbit size",
        logarithmic: (false, true),
        legend: SeriesLabelPosition::UpperRight,
        series: vec![
            Series::line("learned, median", of(|s| s.learned[1])),
            Series::line("random, median", of(|s| s.random[1])),
            Series::line("learned, smallest", of(|s| s.learned[0])),
            Series::line("random, smallest", of(|s| s.random[0])),
        ],
    }
    .to_svg()
}

/// The steps of the most symmetric feature, as numbers.
fn chain_table(study: &Study, index: usize, caption: &str) -> Markup {
    let symmetry = |f: &Filtration| f.symmetry(SYMMETRY_LIMIT);
    let learned = &study.layers[index].orbits.learned;
    let best = learned.iter().max_by(|a, b| symmetry(a).total_cmp(&symmetry(b)));
    html! {
        @if let Some(filtration) = best {
            p { (caption) }
            table class="numbers" {
                thead { tr { th { "born at ε" } th { "|S_ε|" } th { "orbit size" } } }
                tbody { @for step in &filtration.steps { tr { td { (format!("{:.4}", step.epsilon)) } td { (step.order) } td { (step.orbit_size) } } } }
            }
        }
    }
}
