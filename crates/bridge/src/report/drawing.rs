//! Barcodes of filtrations and drawings of graphs, as inline SVG.

use maud::{Markup, html};
use petgraph::visit::EdgeRef;
use plotters::style::RGBColor;

use super::chart::PALETTE;
use crate::filtration::{Filtration, Step};
use crate::graph::LabelledGraph;

fn css(colour: RGBColor) -> String {
    format!("rgb({},{},{})", colour.0, colour.1, colour.2)
}

/// One bar a feature, from ε = 0 to `limit`: the darker, the larger the stabilizer alive there.
pub(super) fn barcode(filtrations: &[Filtration], limit: f64, title: &str) -> Markup {
    const WIDTH: f64 = 470.0;
    const LEFT: f64 = 34.0;
    let bar = (220.0 / filtrations.len().max(1) as f64).clamp(2.0, 12.0);
    let bottom = 26.0 + bar * filtrations.len() as f64;
    let x = |epsilon: f64| LEFT + WIDTH * (epsilon / limit).min(1.0);
    let mut order: Vec<&Filtration> = filtrations.iter().collect();
    order.sort_by(|a, b| b.symmetry(limit).total_cmp(&a.symmetry(limit)));
    // ln |S| / ln |G|, in [0, 1].
    let share = |step: &Step| {
        let whole = (step.orbit_size_f64() * step.order_f64()).ln();
        if whole > 0.0 {
            step.order_f64().ln() / whole
        } else {
            1.0
        }
    };
    html! {
        svg viewBox={ "0 0 560 " (bottom + 40.0) } width="560" height=(bottom + 40.0) font-family="sans-serif" role="img" {
            title { (title) }
            text x="280" y="15" text-anchor="middle" font-size="15" { (title) }
            @for (row, f) in order.iter().enumerate() {
                @for (i, step) in f.steps.iter().enumerate() {
                    @let end = f.steps.get(i + 1).map_or(limit, |next| next.epsilon).min(limit);
                    @if step.epsilon < limit {
                        rect x=(round(x(step.epsilon))) y=(round(26.0 + bar * row as f64)) width=(round((x(end) - x(step.epsilon)).max(0.0))) height=(round(bar * 0.86)) fill=(shade(share(step))) {
                            title { "|S| = " (step.order) ", orbit of " (step.orbit_size) ", from ε = " (format!("{:.3}", step.epsilon)) }
                        }
                    }
                }
            }
            @for tick in 0..=5 {
                @let epsilon = limit * f64::from(tick) / 5.0;
                line x1=(round(x(epsilon))) x2=(round(x(epsilon))) y1=(bottom) y2=(bottom + 4.0) stroke="#666" {}
                text x=(round(x(epsilon))) y=(bottom + 17.0) text-anchor="middle" font-size="12" { (format!("{epsilon:.1}")) }
            }
            text x=(LEFT + WIDTH / 2.0) y=(bottom + 34.0) text-anchor="middle" font-size="13" { "tolerance ε (relative to the norm of the feature)" }
        }
    }
}

/// A bar of a bar chart.
pub(super) struct Bar {
    pub(super) label: String,
    pub(super) value: f64,
    pub(super) marked: bool,
}

/// Horizontal bars on a linear scale from 0, with their numbers.
pub(super) fn bars(bars: &[Bar], title: &str) -> Markup {
    const LEFT: f64 = 200.0;
    const WIDTH: f64 = 280.0;
    const STEP: f64 = 24.0;
    let largest = bars
        .iter()
        .map(|b| b.value)
        .filter(|v| v.is_finite())
        .fold(0.0, f64::max);
    let length = |value: f64| {
        if largest > 0.0 {
            (WIDTH * value / largest).clamp(0.0, WIDTH)
        } else {
            0.0
        }
    };
    let height = 34.0 + STEP * bars.len() as f64;
    html! {
        svg viewBox={ "0 0 560 " (height) } width="560" height=(height) font-family="sans-serif" role="img" {
            title { (title) }
            text x="280" y="15" text-anchor="middle" font-size="15" { (title) }
            @for (row, bar) in bars.iter().enumerate() {
                @let y = 26.0 + STEP * row as f64;
                text x=(LEFT - 6.0) y=(y + 13.0) text-anchor="end" font-size="12" { (shortened(&bar.label)) }
                rect x=(LEFT) y=(y) width=(round(length(bar.value))) height="17" fill=(if bar.marked { "rgb(8,48,107)" } else { "rgb(107,154,200)" }) {}
                text x=(round(LEFT + length(bar.value) + 5.0)) y=(y + 13.0) font-size="12" { (format!("{:.3e}", bar.value)) }
            }
        }
    }
}

/// A label that fits beside a bar.
fn shortened(label: &str) -> String {
    const LONGEST: usize = 30;
    if label.chars().count() <= LONGEST {
        return label.to_owned();
    }
    label.chars().take(LONGEST - 1).chain(['…']).collect()
}

/// The order of a growing subgroup (as log₁₀) against ε from 0 to `limit`: one bar a subgroup, from its birth on, with the
/// tolerance as a dashed line.
pub(super) fn steps(births: &[(f64, f64)], tolerance: f64, limit: f64, title: &str) -> Markup {
    const LEFT: f64 = 60.0;
    const WIDTH: f64 = 470.0;
    let births: Vec<(f64, f64)> = births.iter().copied().filter(|b| b.0 <= limit).collect();
    let bar = (240.0 / births.len().max(1) as f64).clamp(4.0, 22.0);
    let bottom = 28.0 + bar * births.len() as f64;
    let x = |epsilon: f64| LEFT + WIDTH * (epsilon / limit).clamp(0.0, 1.0);
    let largest = births
        .iter()
        .map(|b| b.1)
        .fold(0.0, f64::max)
        .max(f64::MIN_POSITIVE);
    html! {
        svg viewBox={ "0 0 560 " (bottom + 42.0) } width="560" height=(bottom + 42.0) font-family="sans-serif" role="img" {
            title { (title) }
            text x="280" y="15" text-anchor="middle" font-size="15" { (title) }
            @for (row, &(epsilon, order)) in births.iter().enumerate() {
                @let y = 26.0 + bar * row as f64;
                rect x=(round(x(epsilon))) y=(round(y)) width=(round(LEFT + WIDTH - x(epsilon))) height=(round(bar * 0.84)) fill=(shade(order / largest)) {
                    title { "order 10^" (format!("{order:.2}")) " from ε = " (format!("{epsilon:.4}")) }
                }
                @if bar >= 9.0 {
                    text x=(LEFT - 6.0) y=(round(y + bar * 0.62)) text-anchor="end" font-size="11" { (if order < 6.0 { format!("{:.0}", 10f64.powf(order)) } else { format!("1e{order:.0}") }) }
                }
            }
            line x1=(round(x(tolerance))) x2=(round(x(tolerance))) y1="22" y2=(bottom) stroke="#b3261e" stroke-dasharray="4 3" {}
            @for tick in 0..=5 {
                @let epsilon = limit * f64::from(tick) / 5.0;
                line x1=(round(x(epsilon))) x2=(round(x(epsilon))) y1=(bottom) y2=(bottom + 4.0) stroke="#666" {}
                text x=(round(x(epsilon))) y=(bottom + 17.0) text-anchor="middle" font-size="12" { (format!("{epsilon:.2}")) }
            }
            text x=(LEFT + WIDTH / 2.0) y=(bottom + 34.0) text-anchor="middle" font-size="13" { "deviation ε (relative to the spread of the outputs)" }
        }
    }
}

/// From near white (only the identity) to dark blue (the whole group).
fn shade(share: f64) -> String {
    let mix = |light: f64, dark: f64| (light + (dark - light) * share.clamp(0.0, 1.0)).round();
    format!(
        "rgb({},{},{})",
        mix(236.0, 8.0),
        mix(240.0, 48.0),
        mix(244.0, 107.0)
    )
}

fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// A drawing of a graph as an SVG file: by the spectrum of the graph, or in rows where it has levels.
///
/// ```
/// use bridge::{graph::LabelledGraph, report::graph_svg};
/// let group = groups::catalog::parse_group("D4")?;
/// let graph = LabelledGraph::of_cosets(&group, &group.stabilizer(0)?, 100)?;
/// assert!(graph_svg(&graph).starts_with("<svg xmlns="));
/// # Ok::<(), bridge::BridgeError>(())
/// ```
pub fn graph_svg(graph: &LabelledGraph) -> String {
    let drawing = draw(graph, true).into_string();
    drawing.replacen("<svg ", "<svg xmlns=\"http://www.w3.org/2000/svg\" ", 1)
}

/// The largest graph in rows whose vertices carry their labels.
const LABELLED: usize = 60;

/// A drawing of a graph for a page that says what it shows.
pub(super) fn graph(graph: &LabelledGraph) -> Markup {
    draw(graph, false)
}

/// A drawing of a graph, with its title if asked; arcs take their colour from their label.
fn draw(graph: &LabelledGraph, titled: bool) -> Markup {
    const MARGIN: f64 = 24.0;
    // Rows of labelled vertices need room for their texts.
    let widest = graph.levels.as_ref().map_or(0, |levels| {
        let count = |level: usize| levels.iter().filter(|&&l| l == level).count();
        (0..=levels.iter().copied().max().unwrap_or(0))
            .map(count)
            .max()
            .unwrap_or(0)
    });
    let rows = graph.levels.iter().flatten().max().map_or(1, |top| top + 1);
    let labelled = graph.levels.is_some() && graph.vertex_count() <= LABELLED;
    let longest = graph
        .graph
        .node_weights()
        .map(|label| label.chars().count())
        .max()
        .unwrap_or(0);
    let room = if labelled {
        6.2 * longest as f64 + 14.0
    } else {
        12.0
    };
    let width = (2.0 * MARGIN + widest as f64 * room).clamp(420.0, 2400.0);
    let height = if graph.levels.is_some() {
        (70.0 * rows as f64).max(160.0)
    } else {
        420.0
    };
    let places: Vec<[f64; 2]> = graph
        .layout()
        .into_iter()
        .map(|[x, y]| {
            [
                round(MARGIN + (x + 1.0) / 2.0 * (width - 2.0 * MARGIN)),
                round(2.0 * MARGIN + (y + 1.0) / 2.0 * (height - 2.0 * MARGIN)),
            ]
        })
        .collect();
    let mut labels: Vec<&String> = graph.graph.edge_weights().collect();
    labels.sort();
    labels.dedup();
    // Arcs whose texts are all different, as the indices of a chain, are drawn alike and carry their texts.
    let plain = graph.levels.is_some() && labels.len() > 6;
    let colour = |label: &String| match plain {
        true => "#666".to_owned(),
        false => css(PALETTE[labels.iter().position(|l| *l == label).unwrap_or(0) % PALETTE.len()]),
    };
    let radius = if places.len() > 40 { 5.0 } else { 8.0 };
    let bottom = height + MARGIN;
    html! {
        svg viewBox={ "0 0 " (width) " " (bottom + 24.0) } width=(width) height=(bottom + 24.0) font-family="sans-serif" role="img" {
            title { (graph.title) }
            @if titled {
                text x=(width / 2.0) y="18" text-anchor="middle" font-size="14" { (graph.title) }
            }
            @for edge in graph.graph.edge_references() {
                @let (from, to) = (places[edge.source().index()], places[edge.target().index()]);
                @if edge.source() == edge.target() {
                    circle cx=(from[0]) cy=(round(from[1] - radius - 3.0)) r=(radius) fill="none" stroke=(colour(edge.weight())) stroke-opacity="0.5" {}
                } @else if graph.levels.is_some() && from[1] == to[1] {
                    @let bow = round(from[1] - 0.22 * (to[0] - from[0]).abs().min(140.0));
                    path d={ "M" (from[0]) " " (from[1]) "Q" (round((from[0] + to[0]) / 2.0)) " " (bow) " " (to[0]) " " (to[1]) } fill="none" stroke=(colour(edge.weight())) stroke-opacity="0.5" stroke-width="1.2" {}
                } @else {
                    line x1=(from[0]) y1=(from[1]) x2=(to[0]) y2=(to[1]) stroke=(colour(edge.weight())) stroke-opacity="0.6" stroke-width="1.4" {}
                }
                @if plain {
                    text x=(round((from[0] + to[0]) / 2.0 + 6.0)) y=(round((from[1] + to[1]) / 2.0 + 4.0)) font-size="11" fill="#666" { (edge.weight()) }
                }
            }
            @for (vertex, place) in places.iter().enumerate() {
                @let label = graph.graph.node_weights().nth(vertex).map_or("", String::as_str);
                circle cx=(place[0]) cy=(place[1]) r=(radius) fill=(if vertex == 0 { "#b3261e" } else { "#333" }) stroke="#fff" {
                    title { (label) }
                }
                @if labelled {
                    text x=(place[0]) y=(round(place[1] + radius + 12.0)) text-anchor="middle" font-size="11" stroke="#fff" stroke-width="3" paint-order="stroke" { (label) }
                }
            }
            @if !plain {
                @for (i, label) in labels.iter().enumerate() {
                    rect x=(20 + 70 * i) y=(bottom + 6.0) width="16" height="4" fill=(colour(label)) {}
                    text x=(40 + 70 * i) y=(bottom + 13.0) font-size="13" { (label) }
                }
            }
        }
    }
}
