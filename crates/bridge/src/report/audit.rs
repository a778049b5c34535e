//! The report of an audit.

use maud::{Markup, PreEscaped, html};
use num_traits::ToPrimitive;
use plotters::prelude::SeriesLabelPosition;

use super::chart::{Chart, Series};
use super::document;
use super::drawing::{Bar, bars, steps};
use crate::BridgeError;
use crate::audit::{Audit, LadderSummary, StageShadow};
use crate::isotropy::Isotropy;
use crate::symmetry::discrete::{DiscreteSymmetries, OutputRule, Verification};

/// Orders and other numbers with more digits than this are shortened in tables.
const DIGITS: usize = 24;

/// Renders an audit of the model called `name` as one self-contained HTML page.
///
/// # Errors
/// [`BridgeError::Drawing`] if a picture cannot be drawn.
pub fn audit_html(audit: &Audit, name: &str) -> Result<String, BridgeError> {
    let shape = |shape: &[usize]| {
        shape
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(" × ")
    };
    let network = &audit.network;
    let body = html! {
        h1 { "What symmetry did " (name) " learn?" }
        p class="lead" {
            "A network from " b { (shape(&network.input_shape)) } " to " b { (shape(&network.output_shape)) }
            " with " (network.layers.len()) " layers and " (network.parameters) " weights, audited on "
            (audit.data.used) " of " (audit.data.rows) " rows of " b { (audit.data.name) } ", seed " (audit.seed) "."
        }
        (summary(audit))
        @if let Some(discrete) = &audit.discrete {
            section {
                h2 { "Discrete symmetries of the map" }
                (discrete_section(discrete))
                @if let Some(other) = &discrete.other {
                    h3 { @if other.output == OutputRule::Same { "With the outputs moved like the inputs" } @else { "With the outputs left where they are" } }
                    (discrete_section(other))
                }
            }
        }
        (continuous_section(audit)?)
        (isotropy_section(audit))
        @if !audit.shadows.is_empty() { (shadow_section(&audit.shadows)?) }
        @if !audit.unanswered.is_empty() {
            section {
                h2 { "Not answered" }
                table { tbody { @for item in &audit.unanswered { tr { td { (item.question) } td { (item.why) } } } } }
            }
        }
        footer {
            p { "Data checksum " code { (audit.data.checksum) } ". Written by shadow " (env!("CARGO_PKG_VERSION")) "; the same figures stand in the JSON that " code { "--json" } " writes." }
        }
    };
    Ok(document(&format!("shadow audit: {}", name), &body))
}

/// A number of many digits in few.
fn short(number: &str) -> String {
    if number.len() <= DIGITS {
        return number.to_owned();
    }
    format!("{}.{}e{}", &number[..1], &number[1..5], number.len() - 1)
}

fn summary(audit: &Audit) -> Markup {
    let smallest = |ladder: Option<&LadderSummary>| {
        ladder.map(|l| l.smallest.map_or("none".to_owned(), |rung| rung.to_string()))
    };
    let whole = audit.shadows.iter().find(|s| s.stage == "whole network");
    html! {
        table class="numbers" {
            thead { tr { th { "question" } th { "answer" } th { "evidence" } } }
            tbody {
                @if let Some(d) = &audit.discrete {
                    tr {
                        td { "discrete symmetries (" (says(d.output)) ")" }
                        td { b { (d.group) } ", order " (short(&d.order.to_string())) }
                        td { "largest deviation " (format!("{:.2e}", d.largest_deviation)) " of tolerance " (format!("{:.2e}", d.tolerance)) "; no symmetry: 1.41" }
                    }
                }
                @if let Some(c) = &audit.continuous {
                    tr {
                        td { "continuous symmetries, within " (c.algebra) }
                        td { b { "dimension " (c.dimension) } @if let Some(name) = &c.name { ", " (name) } }
                        td { (c.verdict.reason) }
                    }
                }
                @if let Some(i) = &audit.isotropy {
                    tr {
                        td { "isotropy of the weights" }
                        td { b { (i.whole.name.as_deref().unwrap_or("no name")) } ", order " (short(&i.whole.order.to_string())) }
                        td { (short(&i.whole.orbit_size.to_string())) " equivalent networks" }
                    }
                }
                @if let Some(found) = whole.and_then(|w| smallest(w.on_data.as_ref())) {
                    tr { td { "smallest group that explains the whole map on the data" } td { b { (found) } } td { "ladder of groups, below" } }
                }
            }
        }
    }
}

fn says(rule: OutputRule) -> &'static str {
    match rule {
        OutputRule::Fixed => "outputs stay",
        OutputRule::Same => "outputs move like the inputs",
        OutputRule::Fitted => "outputs permuted as fits best",
    }
}

fn discrete_section(found: &DiscreteSymmetries) -> Markup {
    let checked = match &found.verification {
        Verification::Exhaustive { elements } => format!("all of its {elements} elements were measured"),
        Verification::Sampled { elements, bound, .. } => format!(
            "its generators and {elements} random elements were measured, so that with {:.0}% confidence at most {:.1}% of the others deviate more",
            100.0 * bound.confidence,
            100.0 * bound.exceedance
        ),
    };
    let how = if found.complete {
        "All of its elements were measured."
    } else {
        "It is too large for that; candidates in it were measured."
    };
    let births: Vec<(f64, f64)> = found
        .filtration
        .iter()
        .map(|step| {
            // The logarithm of a number of so many digits, where it is too large for a float.
            let text = step.order.to_string();
            let log = step
                .order
                .to_f64()
                .filter(|f| f.is_finite())
                .map_or(text.len() as f64, f64::log10);
            (step.epsilon, log)
        })
        .collect();
    html! {
        p {
            "Within " b { (found.within) } " (order " (short(&found.within_order.to_string())) "), " (says(found.output)) ": the largest subgroup found whose elements all deviate by at most "
            (format!("{:.3}", found.tolerance)) " is " b { (found.group) } ", of order " b { (short(&found.order.to_string())) } "; " (checked)
            ". " (how) " Exact up to rounding: order " (short(&found.exact_order.to_string())) "."
            @if let Some(wider) = &found.approximate {
                " Within " (format!("{:.3}", wider.tolerance)) ", not exactly: " b { (wider.group) } " of order " (short(&wider.order.to_string())) " (largest deviation " (format!("{:.3}", wider.largest_deviation)) ")."
            }
        }
        div class="row" {
            figure {
                (steps(&births, found.tolerance, found.chance, "Stabilizer filtration of the map"))
                figcaption { "Order of the group that the elements within ε generate. A bar begins where a subgroup is born; the dashed line is the tolerance, the right end the deviation of what is no symmetry (√2)." }
            }
            table class="numbers" {
                thead { tr { th { "born at ε" } th { "|S_ε|" } } }
                tbody { @for step in found.filtration.iter().take(12) { tr { td { (format!("{:.4}", step.epsilon)) } td { (short(&step.order.to_string())) } } } }
            }
        }
        table class="numbers" {
            tbody {
                tr { td { "largest deviation over the subgroup" } td { (format!("{:.3e}", found.largest_deviation)) } }
                tr { td { "root mean square" } td { (format!("{:.3e}", found.mean_deviation)) } }
                tr { td { "of random displacements as large (control)" } td { (format!("{:.3}", found.control_deviation)) } }
                @if let Some(whole) = found.within_deviation { tr { td { "root mean square over " (found.within) } td { (format!("{whole:.4}")) } } }
                @for s in &found.searched { tr { td { "found in " (s.within) " (order " (short(&s.within_order.to_string())) ")" } td { (s.group) " (" (short(&s.order.to_string())) ")" } } }
            }
        }
    }
}

fn continuous_section(audit: &Audit) -> Result<Markup, BridgeError> {
    let spectrum = match &audit.continuous {
        Some(found) => {
            // A logarithmic axis has no place for 0, which stands for what is exact.
            let points = found.spectrum.iter().enumerate();
            let points = points
                .map(|(k, &v)| (k as f64 + 1.0, v.max(f64::EPSILON)))
                .collect();
            Some(
                Chart {
                    title: "How far each direction of the algebra is from a symmetry",
                    x: "direction",
                    y: "σ (1: a random field)",
                    logarithmic: (false, true),
                    legend: SeriesLabelPosition::LowerRight,
                    series: vec![Series::dots("σ", points)],
                }
                .to_svg()?,
            )
        }
        None => None,
    };
    let relative = |value: Option<f64>| value.map_or("–".to_owned(), |v| format!("{v:.2e}"));
    Ok(html! {
        @if let (Some(found), Some(spectrum)) = (&audit.continuous, spectrum) {
            section {
                h2 { "Continuous symmetries of the map" }
                p { "Within " b { (found.algebra) } " (dimension " (found.ambient_dimension) "): dimension " b { (found.dimension) } @if let Some(name) = &found.name { ", " b { (name) } } ". " (found.verdict.reason) }
                figure { (PreEscaped(spectrum)) figcaption { "Relative singular values of the derivatives along the fields of the algebra. Symmetries stand below a gap." } }
                @if found.dimension > 0 {
                    table class="numbers" {
                        thead { tr { th { "generator" } th { "residual σ" } } }
                        tbody { @for (k, residual) in found.residuals.iter().enumerate() { tr { td { (k) } td { (format!("{residual:.2e}")) } } } }
                    }
                }
            }
        }
        @if !audit.equivariance.is_empty() {
            section {
                h2 { "Errors of equivariance" }
                p { "How far f(gx) is from g·f(x), or from f(x) where the output is no image, for motions g of the image; the floor is what moving the image there and back does by itself." }
                table class="numbers" {
                    thead { tr { th { "motion" } th { "mean |error|" } th { "mean error²" } th { "of the motion" } th { "floor, mean square" } } }
                    tbody {
                        @for m in &audit.equivariance {
                            tr {
                                td { (m.motion) }
                                td { (format!("{:.3e}", m.report.total.error.mean_absolute)) }
                                td { (format!("{:.3e}", m.report.total.error.mean_square)) }
                                td { (relative(m.report.total.relative)) }
                                td { (format!("{:.2e}", m.interpolation_floor.mean_square)) }
                            }
                        }
                    }
                }
            }
        }
    })
}

fn isotropy_section(audit: &Audit) -> Markup {
    let row = |name: &str, found: &Isotropy| {
        let window = &found.tolerance_window;
        let high = window.high.map_or("∞".to_owned(), |high| format!("{high:.1e}"));
        html! {
            tr {
                td { (name) }
                td { (found.name.as_deref().unwrap_or("–")) }
                td { (short(&found.order.to_string())) }
                td { (short(&found.orbit_size.to_string())) }
                td { (format!("{:.1e}", window.low)) " to " (high) }
            }
        }
    };
    html! {
        @if let Some(isotropy) = &audit.isotropy {
            section {
                h2 { "Isotropy of the weights" }
                p { "Relabellings of hidden units (with signs, where everything is odd) that leave the weights as they are. The orbit counts the networks that differ from this one in the names of their units only." }
                table class="numbers" {
                    thead { tr { th { "weights of" } th { "name" } th { "order" } th { "orbit" } th { "same for tolerances" } } }
                    tbody {
                        (row("all layers", &isotropy.whole))
                        @for layer in &isotropy.layers { (row(&format!("layer {}", layer.layer), &layer.isotropy)) }
                    }
                }
                @if let Some(gauge) = &audit.gauge {
                    p {
                        "Continuous gauges: positive scalings of " (gauge.scaled_units) " hidden units make an orbit of dimension " (gauge.scaling)
                        @if let Some(dimension) = gauge.dimension.filter(|&d| d != gauge.scaling) { ", with linear maps of hidden axes without activation " (dimension) }
                        " among " (gauge.parameters) " weights."
                        @if let Some(f) = &audit.functional_dimension {
                            " The outputs on " (f.examples) " rows depend on the weights with rank " (f.rank.rank) " (gap " (format!("{:.1}", f.rank.gap_decades)) " decades)."
                        }
                    }
                }
            }
        }
    }
}

fn shadow_section(shadows: &[StageShadow]) -> Result<Markup, BridgeError> {
    let spectra: Vec<Series> = shadows
        .iter()
        .filter_map(|s| {
            let values = &s.affine.as_ref()?.singular_values;
            let points = values
                .iter()
                .enumerate()
                .map(|(k, &v)| (k as f64 + 1.0, v))
                .collect();
            Some(Series::line(s.stage.clone(), points))
        })
        .collect();
    let spectrum = Chart {
        title: "Singular values of the 1-jets",
        x: "number",
        y: "singular value",
        logarithmic: (false, true),
        legend: SeriesLabelPosition::LowerLeft,
        series: spectra,
    }
    .to_svg()?;
    let affine: Vec<Bar> = shadows
        .iter()
        .filter_map(|s| {
            Some(Bar {
                label: s.stage.clone(),
                value: s.affine.as_ref()?.relative_rms,
                marked: false,
            })
        })
        .collect();
    let ladder = |title: &str, found: &LadderSummary| {
        let rungs: Vec<Bar> = found
            .rungs
            .iter()
            .map(|r| Bar {
                label: r.group.to_string(),
                value: r.relative_rms,
                marked: found.smallest == Some(r.group),
            })
            .collect();
        html! { figure { (bars(&rungs, title)) figcaption { "Residual of the nearest element of each group, relative to the images; dark: the smallest group that explains the map." } } }
    };
    Ok(html! {
        section {
            h2 { "Shadows" }
            p { "The affine map that each stage imitates on a ball around the mean of the data there (radius: a tenth of their root mean square distance from it), and the nearest element of each group from permutations to affine maps where a stage maps a space into itself." }
            div class="row" {
                figure { (PreEscaped(spectrum)) figcaption { "A sharp fall is a numeric rank." } }
                figure { (bars(&affine, "Residual of the affine shadow")) figcaption { "Root mean square residual on held-out points of the ball, relative to the variation of the map there." } }
            }
            table class="numbers" {
                thead { tr { th { "stage" } th { "widths" } th { "radius" } th { "rank" } th { "in GL(n)" } th { "largest sampled residual" } th { "certified bound" } } }
                tbody {
                    @for s in shadows {
                        tr {
                            td { (s.stage) }
                            td { (s.inputs) " → " (s.outputs) }
                            td { (format!("{:.3}", s.radius)) }
                            @if let Some(a) = &s.affine {
                                td { (a.rank) }
                                td { @if a.in_gl { "yes" } @else { "no" } }
                                td { (format!("{:.2e}", a.sample_max)) }
                                td { (a.certified_sup.map_or("–".to_owned(), |c| format!("{c:.2e}"))) }
                            } @else { td { "–" } td { "–" } td { "–" } td { "–" } }
                        }
                    }
                }
            }
            @for s in shadows {
                @if s.on_ball.is_some() || s.on_data.is_some() {
                    h3 { "Ladder of groups: " (s.stage) }
                    div class="row" {
                        @if let Some(found) = &s.on_ball { (ladder("On the ball", found)) }
                        @if let Some(found) = &s.on_data { (ladder("On the data", found)) }
                    }
                }
            }
        }
    })
}
