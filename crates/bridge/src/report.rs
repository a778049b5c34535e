//! The report of a study: one self-contained HTML page with inline SVG that needs no network.

mod audit;
pub(crate) mod chart;
mod drawing;
mod first_features;
mod ledger;
mod neighbours;
mod page;
mod picture;
mod tiles;

pub use audit::audit_html;
pub use drawing::graph_svg;
pub use first_features::{first_features_figures, first_features_html};
pub use ledger::{Run, claims_html};
pub use tiles::feature_png;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::BridgeError;
use crate::claim::{ClaimReport, Finding, Verdict};
use crate::neighbours::NeighbourReport;
use crate::study::Study;

/// Renders a study as an HTML page, with what the systems of neighbouring papers found, if any were run.
///
/// # Errors
/// [`BridgeError::Drawing`] if a picture cannot be drawn.
pub fn html(study: &Study, neighbours: &[NeighbourReport]) -> Result<String, BridgeError> {
    let (height, width) = study.data.image_shape;
    let layers: Vec<Markup> = study
        .layers
        .iter()
        .enumerate()
        .map(|(index, layer)| page::layer(study, index, layer))
        .collect::<Result<_, _>>()?;
    let widths: Vec<String> = study
        .layers
        .iter()
        .map(|l| l.visible)
        .chain(study.layers.last().map(|l| l.hidden))
        .map(|w| w.to_string())
        .collect();
    let body = html! {
        h1 { "What did this stack learn, and how large are its orbits?" }
        p class="lead" {
            "A sigmoid autoencoder stack " b { (widths.join("-")) } " was pretrained layer by layer on "
            b { (study.data.name) } " (" (study.data.rows) " images of " (height) " × " (width)
            " pixels) from seed " b { (study.options.seed) } ". Below: the verdict on each claim, then for every layer what it learned, how closely a group element shadows it, and the orbits and stabilizers of its features."
        }
        (verdicts(&study.claims))
        @for layer in &layers { (layer) }
        @if !neighbours.is_empty() { (neighbours::section(neighbours)) }
        footer {
            p { "Data checksum " code { (study.data.checksum) } ". Written by shadow " (env!("CARGO_PKG_VERSION")) "; the figures stand in " code { "study.json" } ", the weights in " code { "network.safetensors" } ", the graphs beside them in DOT, GraphML and JSON." }
        }
    };
    Ok(document(&format!("shadow study: {}", study.data.name), &body))
}

/// A self-contained page.
fn document(title: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { (body) }
        }
    };
    page.into_string()
}

/// The table of verdicts with the evidence folded under each row.
fn verdicts(reports: &[ClaimReport]) -> Markup {
    let part = |name: &str, finding: &Finding| {
        html! {
            p { b { (name) } " (" (finding.kind) ", " (finding.cases) " cases): " span class=(finding.outcome) { (finding.outcome) } ". " (finding.statement) }
            @if !finding.figures.is_empty() {
                ul { @for figure in &finding.figures { li { (figure) } } }
            }
        }
    };
    html! {
        section {
            h2 { "Verdicts" }
            p { "Each claim is checked exactly on small objects and approximately on samples, and so is a false statement of the same form, the negative control. A claim whose control is not found false would be " i { "vacuous" } "." }
            table {
                thead { tr { th {} th { "Claim" } th { "Exact part" } th { "Approximate part" } th { "Negative control" } th { "Verdict" } } }
                tbody {
                    @for report in reports {
                        tr {
                            td class="code" { (report.about.code) }
                            td {
                                (report.about.statement)
                                div class="formula" { (report.about.formula) }
                                div class="source" { "Source: " (report.about.source) }
                                details {
                                    summary { "evidence" }
                                    (part("Exact part", &report.exact))
                                    (part("Approximate part", &report.approximate))
                                    (part("Negative control", &report.control))
                                }
                            }
                            @for finding in [&report.exact, &report.approximate, &report.control] {
                                td { span class=(finding.outcome) { (finding.outcome) } div class="source" { (finding.kind) } }
                            }
                            td {
                                span class={ "verdict " (report.verdict) } { (report.verdict) }
                                @if report.about.expected == Verdict::Fails { div class="source" { "a loose reading, which should" } }
                            }
                        }
                    }
                }
            }
        }
    }
}

const STYLE: &str = "
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; color: #1b1b1b; background: #fff; max-width: 1180px; margin: 2rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin-bottom: .4rem; } h2 { margin-top: 2.6rem; border-bottom: 2px solid #e4e4e4; padding-bottom: .2rem; } h3 { margin: 1.6rem 0 .3rem; }
.lead { font-size: 1.08rem; color: #333; max-width: 62rem; }
section > p, figcaption { max-width: 62rem; color: #333; }
table { border-collapse: collapse; width: 100%; font-size: .95rem; }
th { text-align: left; background: #f4f4f4; } th, td { padding: .45rem .6rem; border-bottom: 1px solid #e4e4e4; vertical-align: top; }
table.numbers { width: auto; } table.numbers td:not(:first-child), table.numbers th:not(:first-child) { text-align: right; font-variant-numeric: tabular-nums; }
td.code { color: #666; font-variant-numeric: tabular-nums; } td.time { white-space: nowrap; }
.formula { font-family: ui-monospace, monospace; font-size: .86rem; color: #444; margin-top: .2rem; } .source { font-size: .8rem; color: #777; }
.holds { color: #00704a; font-weight: 600; } .fails { color: #b3261e; font-weight: 600; } .undecided, .vacuous { color: #8a5a00; font-weight: 600; }
.verdict { font-size: 1.05rem; }
details { margin-top: .3rem; font-size: .88rem; } summary { cursor: pointer; color: #0072b2; } details p { margin: .4rem 0 .1rem; } details ul { margin: .1rem 0 .4rem; }
figure { margin: 1rem 0; } figcaption { font-size: .9rem; margin-top: .2rem; }
.row { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start; } .row figure { flex: 1 1 500px; margin: .4rem 0; }
svg, img { max-width: 100%; height: auto; } img.tiles { image-rendering: pixelated; }
footer { margin-top: 3rem; color: #666; font-size: .88rem; border-top: 1px solid #e4e4e4; }
@media print { details { display: none; } }
";
