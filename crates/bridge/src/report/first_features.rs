//! The verdict page of the experiment on which features are learned first, and its pictures.

use maud::{Markup, PreEscaped, html};
use plotters::prelude::SeriesLabelPosition;

use super::chart::{Chart, Series};
use super::document;
use crate::BridgeError;
use crate::first_features::Experiment;
use crate::first_features::analysis::{Analysis, PREDICTORS, Response};
use crate::first_features::figure::ENERGY;
use crate::first_features::learning::Method;
use crate::first_features::orbit::{OrbitSize, TOLERANCE, TOLERANCES};
use crate::first_features::patches::Source;
use crate::first_features::pose::PoseMeasure;
use crate::first_features::runs::Condition;
use crate::statistics::Interval;

/// The pictures of an experiment as SVG, with the names of their files: for each law of poses, the steps to 20 % against the
/// covering number at equal energy, at equal variance and with swapped variances (gradient descent), and against 1/λ.
///
/// # Errors
/// [`BridgeError::Drawing`] if a picture cannot be drawn.
pub fn first_features_figures(experiment: &Experiment) -> Result<Vec<(String, String)>, BridgeError> {
    let mut figures = Vec::new();
    for measure in &experiment.options.measures {
        let name = measure.to_string().replace([':', ','], "-");
        for condition in Condition::ALL {
            figures.push((
                format!("{name}-covering-{}.svg", file_name(condition)),
                against_volume(experiment, measure, condition)?,
            ));
        }
        figures.push((
            format!("{name}-spectrum-equal-variance.svg"),
            against_spectrum(experiment, measure)?,
        ));
    }
    if !experiment.filters.is_empty() {
        figures.push(("filters.svg".to_owned(), filters_over_time(experiment)?));
    }
    Ok(figures)
}

fn file_name(condition: Condition) -> String {
    condition.to_string().replace(' ', "-")
}

/// Orbits with the geometric means of the steps to 20 % by gradient descent.
fn cells<'a>(
    experiment: &'a Experiment,
    measure: &PoseMeasure,
    condition: Condition,
) -> Vec<(&'a OrbitSize, f64)> {
    let tables = &experiment.tables;
    tables
        .orbits
        .iter()
        .filter(|o| o.measure == *measure && !o.control)
        .filter_map(|orbit| {
            let logs: Vec<f64> = tables
                .runs
                .iter()
                .filter(|r| r.figure == orbit.figure && r.measure == *measure)
                .filter(|r| (r.condition, r.method) == (condition, Method::Sgd))
                .filter_map(|r| Some(r.learned.steps[1]?.ln()))
                .collect();
            (!logs.is_empty()).then(|| (orbit, (logs.iter().sum::<f64>() / logs.len() as f64).exp()))
        })
        .collect()
}

/// One series for each dimension, closed curves apart from the others.
fn by_dimension(cells: &[(&OrbitSize, f64)], x: impl Fn(&OrbitSize) -> f64) -> Vec<Series> {
    let mut dimensions: Vec<(usize, bool)> =
        cells.iter().map(|(o, _)| (o.dimension, o.closed_curve)).collect();
    dimensions.sort_unstable();
    dimensions.dedup();
    dimensions
        .into_iter()
        .map(|(dimension, closed)| {
            let points = cells
                .iter()
                .filter(|(o, _)| (o.dimension, o.closed_curve) == (dimension, closed))
                .map(|(o, steps)| (x(o), *steps))
                .collect();
            let kind = if closed { ", closed curves" } else { "" };
            Series::scatter(format!("dimension {dimension}{kind}"), points)
        })
        .collect()
}

fn against_volume(
    experiment: &Experiment,
    measure: &PoseMeasure,
    condition: Condition,
) -> Result<String, BridgeError> {
    let cells = cells(experiment, measure, condition);
    Chart {
        title: &format!("{measure}, {condition} (gradient descent)"),
        x: &format!(
            "covering number at a distance of {}",
            TOLERANCES[TOLERANCE] * ENERGY.sqrt()
        ),
        y: "steps to 20 % of the variance",
        logarithmic: (true, true),
        // Rising clouds leave the upper left free, falling ones the upper right.
        legend: match condition {
            Condition::EqualVariance => SeriesLabelPosition::UpperLeft,
            Condition::Energy | Condition::SwappedVariance => SeriesLabelPosition::UpperRight,
        },
        series: by_dimension(&cells, |o| o.seen_covering(condition) as f64),
    }
    .to_svg()
}

fn against_spectrum(experiment: &Experiment, measure: &PoseMeasure) -> Result<String, BridgeError> {
    let cells = cells(experiment, measure, Condition::EqualVariance);
    Chart {
        title: &format!("{measure}, equal variance (gradient descent)"),
        x: "variance/λ of the eigenvalue needed for 20 %",
        y: "steps to 20 % of the variance",
        logarithmic: (true, true),
        legend: SeriesLabelPosition::UpperLeft,
        series: by_dimension(&cells, |o| o.inverse_eigenvalue[1] * o.variance),
    }
    .to_svg()
}

fn filters_over_time(experiment: &Experiment) -> Result<String, BridgeError> {
    let filters = &experiment.filters;
    let last = filters.iter().filter_map(|f| f.step).max().unwrap_or(1).max(1) as f64;
    let series = Source::ALL
        .iter()
        .map(|source| {
            let of = filters.iter().filter(|f| f.source == *source);
            let mut steps: Vec<Option<usize>> = of.clone().map(|f| f.step).collect();
            steps.sort_unstable();
            steps.dedup();
            let mut points = Vec::new();
            for step in steps {
                let values: Vec<f64> = of
                    .clone()
                    .filter(|f| f.step == step)
                    .map(|f| f.translation_ratio)
                    .collect();
                let mean = values.iter().sum::<f64>() / values.len() as f64;
                match step {
                    Some(step) => points.push((step.max(1) as f64, mean)),
                    // Sources without training are a level.
                    None => points.extend([(1.0, mean), (last, mean)]),
                }
            }
            if of.clone().all(|f| f.step.is_none()) {
                Series::line(source.to_string(), points)
            } else {
                Series::dots(source.to_string(), points)
            }
        })
        .collect();
    Chart {
        title: "How far filters are from stripes",
        x: "steps (1 stands for before training)",
        y: "ratio of the structure tensor (0: stripes)",
        logarithmic: (true, false),
        legend: SeriesLabelPosition::LowerLeft,
        series,
    }
    .to_svg()
}

/// Renders an experiment as one self-contained HTML page.
///
/// # Errors
/// [`BridgeError::Drawing`] if a picture cannot be drawn.
pub fn first_features_html(experiment: &Experiment) -> Result<String, BridgeError> {
    let options = &experiment.options;
    let laws: Vec<String> = options.measures.iter().map(ToString::to_string).collect();
    let figures = options.figures();
    let main = figures.iter().filter(|f| !f.control).count();
    let findings = &experiment.findings;
    let pictures = first_features_figures(experiment)?;
    let body = html! {
        h1 { "Are features with smaller orbits learned first?" }
        p class="lead" { b { (findings.conclusion) } }
        p {
            (main) " figures with stabilizers made on purpose, drawn with the laws of poses " (laws.join("; "))
            "; " (experiment.tables.runs.len()) " networks on single figures and "
            (experiment.tables.mixed.len() / crate::first_features::runs::MIXED) " on mixtures, seed " b { (options.seed) } ". "
            "Intervals are 95 % percentiles of " (options.replicates) " bootstrap replicates over figures and seeds."
        }
        section {
            h2 { "Verdicts" }
            table {
                thead { tr { th { "Statement" } th { "Evidence" } th { "Verdict" } } }
                tbody {
                    @for sentence in &findings.sentences {
                        tr {
                            td { (sentence.statement) }
                            td { (sentence.evidence) }
                            td { span class={ "verdict " (sentence.outcome) } { (sentence.outcome) } }
                        }
                    }
                }
            }
            p { "A statement about all laws and methods holds if the whole interval lies above 0 in each of them, fails if one lies below 0, and is undecided otherwise. The control of swapped variances " @if findings.control_fails { "does not support the order, as it must." } @else { b { "supports the order: the check says nothing." } } }
        }
        (fails(experiment))
        section {
            h2 { "Steps to 20 % of the variance" }
            (correlations(experiment))
            div class="row" { @for (_, svg) in &pictures { figure { (PreEscaped(svg)) } } }
        }
        (mixtures(experiment))
        (pens(experiment))
        (filters(experiment))
        (method(experiment))
        footer { p { "All runs stand in " code { "runs.csv" } ", the orbits in " code { "orbits.csv" } ", all regressions for all thresholds in " code { "regressions.json" } ". Written by shadow " (env!("CARGO_PKG_VERSION")) "." } }
    };
    Ok(document("shadow first-features", &body))
}

fn shown(interval: Option<Interval>) -> String {
    interval.map_or("–".to_owned(), |i| {
        format!("{:.2} ({:.2} to {:.2})", i.estimate, i.low, i.high)
    })
}

fn correlations(experiment: &Experiment) -> Markup {
    let rows: Vec<&Analysis> = experiment
        .analyses
        .correlations
        .iter()
        .filter(|a| a.response == Response::Steps20 && a.cells > 0)
        .collect();
    html! {
        table class="numbers" {
            thead { tr {
                th { "law" } th { "condition" } th { "method" } th { "cells" } th { "open" }
                th { "ρ " (PREDICTORS[0]) } th { "ρ " (PREDICTORS[1]) } th { "ρ " (PREDICTORS[2]) }
                th { "dimension, given spectrum" } th { "covering, given spectrum" } th { "spectrum, given the rest" }
            } }
            tbody {
                @for row in rows {
                    tr {
                        td { (row.scope) } td { (row.condition) } td { (row.method) } td { (row.cells) } td { (row.censored) }
                        @for relation in row.relations.iter().take(3) { td { (shown(relation.spearman)) } }
                        @for relation in row.relations.iter().take(2) { td { (shown(relation.given_spectrum)) } }
                        td { (shown(row.relations[2].partial)) }
                    }
                }
            }
        }
        p { "Rank correlations ρ with the logarithm of the steps and partial rank correlations, with 95 % intervals; “open” counts runs that did not get there and take the last rank. A dash: not defined, as a predictor is the same for all figures." }
    }
}

fn fails(experiment: &Experiment) -> Markup {
    let (flat, all) = experiment.analyses.flat;
    let saturated = experiment.tables.orbits.iter().filter(|o| o.saturated).count();
    html! {
        section {
            h2 { "Where the loose statement fails" }
            ul {
                li { b { "A walk is not a uniform draw. " } "For independent uniform draws the mean time to hit the stabilizer is the size of the orbit; for a walk with local steps it also depends on the spectral gap. An orbit of 7 points takes 78 steps by adjacent transpositions of S₇, one of 35 points 62 by all transpositions. Gradient descent is such a walk, and here the spectrum takes the place of the gap." }
                li { b { "Dimension is seen at a scale. " } "At the tolerance of the covering numbers " (flat) " of " (all) " orbits have a lower dimension than in the limit of small tolerances: a direction along which a unit step moves the picture by less than the tolerance does not count yet." }
                li {
                    b { "GL(2) and SE(2) have no invariant probability. " } "The size of an orbit depends on the box of poses. "
                    @for control in &experiment.analyses.boxes {
                        "Between " (control.measures.0) " and " (control.measures.1) ", " (control.reversed) " of " (control.pairs) " pairs of figures change their order by covering number. "
                    }
                }
                li { b { "An orbit of dimension 0 has no variance. " } "Circles under rotations are left out: there is nothing to learn but one picture." }
                @if saturated > 0 { li { (saturated) " covering numbers are more than a third of the number of pictures and so too small; their ranks are the highest all the same." } }
            }
        }
    }
}

fn mixtures(experiment: &Experiment) -> Markup {
    let rows = &experiment.analyses.mixtures;
    html! {
        @if rows.iter().any(|m| m.mixtures > 0) {
            section {
                h2 { "Mixtures: one network, six figures" }
                table class="numbers" {
                    thead { tr { th { "law" } th { "condition" } th { "method" } th { "mixtures" } th { "ρ dimension" } th { "ρ covering number" } } }
                    tbody { @for m in rows { tr { td { (m.measure) } td { (m.condition) } td { (m.method) } td { (m.mixtures) } td { (shown(m.dimension)) } td { (shown(m.volume)) } } } }
                }
                p { "Means over mixtures of the rank correlation, over the figures of a mixture, with the steps until 20 % of the figure's variance are left. Mixtures share figures, so the normal intervals are too narrow." }
            }
        }
    }
}

fn pens(experiment: &Experiment) -> Markup {
    let rows = experiment
        .analyses
        .pens
        .iter()
        .filter(|p| p.condition == Condition::EqualVariance);
    html! {
        section {
            h2 { "The same orbit, another pen" }
            table class="numbers" {
                thead { tr { th { "figure" } th { "law" } th { "method" } th { "dimension" } th { "pen: steps to 20 % (covering number)" } } }
                tbody {
                    @for p in rows {
                        tr {
                            td { (p.figure) } td { (p.measure) } td { (p.method) } td { (p.dimension) }
                            td { @for (i, (pen, covering, steps)) in p.pens.iter().enumerate() { @if i > 0 { "; " } (pen) ": " (format!("{steps:.0}")) " (" (covering) ")" } }
                        }
                    }
                }
            }
            p { "Orbit and dimension are those of the curve, whatever the pen; at equal variance the steps change with the pen all the same." }
        }
    }
}

fn filters(experiment: &Experiment) -> Markup {
    let of = |value: Option<f64>| value.map_or("–".to_owned(), |v| format!("{v:.3}"));
    let images = match &experiment.options.images {
        Some(folder) => format!(
            "PNG images of the folder {}",
            folder.file_name().unwrap_or_default().to_string_lossy()
        ),
        None => "synthetic dead leaves (no folder of images was given)".to_owned(),
    };
    html! {
        @if !experiment.filters.is_empty() {
            section {
                h2 { "Filters learned from patches of images" }
                p { "Whitened patches of 12 × 12 pixels of " (images) "." }
                table class="numbers" {
                    thead { tr { th { "source" } th { "network" } th { "step" } th { "unexplained" } th { "stabilizer dimension in gl(2)" } th { "gl(2) ratio" } th { "translation ratio" } } }
                    tbody {
                        @for f in &experiment.filters {
                            tr {
                                td { (f.source) } td { (f.init) } td { (f.step.map_or("–".to_owned(), |s| s.to_string())) } td { (of(f.unexplained)) }
                                td { (format!("{:.2}", f.stabilizer_dimension)) } td { (format!("{:.3}", f.gl2_ratio)) } td { (format!("{:.3}", f.translation_ratio)) }
                            }
                        }
                    }
                }
                p { "Simple filters (large approximate stabilizers, small ratios) come first only if they are simple at early steps already and remain so." }
            }
        }
    }
}

fn method(experiment: &Experiment) -> Markup {
    let o = &experiment.options;
    html! {
        section {
            h2 { "Method" }
            p {
                "Pictures of 16 × 16 pixels, drawn with a Gaussian pen of fixed width after the pose has moved the curve, all of the same energy. Autoencoders 256-" (o.training.hidden) "-256, sigmoid hidden units, linear output, batches of 64, Adam with rate 0.001 or gradient descent with rate 0.02 and momentum 0.9; "
                (o.train) " pictures to train on, " (o.test) " to test, " (o.inits) " initial weights, at most " (o.training.steps) " steps. A figure counts as learned when the test error is below a share of the variance about the mean. The covering number is the size of a greedy net of the training pictures, as scaled for training, at a distance of 2 (half the norm of a picture of equal energy, half the root mean square distance of two pictures at equal variance). 1/λ belongs to the last eigenvalue of the covariance that is needed for the threshold: a linear autoencoder learns that direction last, in a time proportional to it."
            }
        }
    }
}
