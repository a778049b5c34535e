//! Pictures of findings: the series that a claim gives, or else its estimates beside what theory says.

use maud::{Markup, PreEscaped, html};
use petgraph::graph::{DiGraph, NodeIndex};
use plotters::prelude::*;

use super::chart::{Chart, PALETTE, Series};
use super::drawing;
use crate::BridgeError;
use crate::claim::{ClaimReport, Figure, FigureValue, Finding, Picture, Style};
use crate::graph::LabelledGraph;

/// The pictures of a claim: those that its findings carry, and the estimates of all of them that have an interval.
pub(super) fn of_claim(report: &ClaimReport) -> Result<Vec<Markup>, BridgeError> {
    let mut pictures = Vec::new();
    for finding in [&report.exact, &report.approximate] {
        if let Some(picture) = &finding.picture {
            pictures.push(draw(picture)?);
        }
    }
    let rows: Vec<Row> = [(&report.approximate, false), (&report.control, true)]
        .into_iter()
        .flat_map(|(finding, control)| rows(finding, control))
        .collect();
    if !rows.is_empty() {
        pictures.push(intervals(&rows));
    } else if pictures.is_empty()
        && let Some(chart) = [&report.exact, &report.approximate]
            .into_iter()
            .find_map(found_against_expected)
    {
        pictures.push(PreEscaped(chart.to_svg()?));
    }
    Ok(pictures)
}

/// Draws what a claim gave.
fn draw(picture: &Picture) -> Result<Markup, BridgeError> {
    match picture {
        Picture::Chart {
            title,
            x,
            y,
            logarithmic,
            curves,
        } => {
            let series = curves.iter().map(|curve| Series {
                name: curve.name.clone(),
                points: curve.points.clone(),
                dotted: curve.style == Style::Dots,
                band: curve.band.clone(),
                joined: true,
            });
            let chart = Chart {
                title,
                x,
                y,
                logarithmic: *logarithmic,
                legend: emptiest_corner(curves.iter().flat_map(|c| &c.points), *logarithmic),
                series: series.collect(),
            };
            Ok(PreEscaped(chart.to_svg()?))
        }
        Picture::Histogram {
            title,
            x,
            bins,
            shares,
            theory,
        } => Ok(PreEscaped(histogram(title, x, *bins, shares, theory)?)),
        Picture::Orbit { title, points, arcs } => {
            let mut graph = DiGraph::new();
            for point in points {
                graph.add_node(point.clone());
            }
            for (from, to, name) in arcs {
                if from.max(to) < &points.len() {
                    graph.add_edge(NodeIndex::new(*from), NodeIndex::new(*to), name.clone());
                }
            }
            let graph = LabelledGraph {
                title: title.clone(),
                graph,
                levels: None,
            };
            Ok(html! { (drawing::graph(&graph)) p class="source" { (title) } })
        }
    }
}

/// The corner of a chart with the fewest points, for the legend.
fn emptiest_corner<'a>(
    points: impl Iterator<Item = &'a (f64, f64)>,
    logarithmic: (bool, bool),
) -> SeriesLabelPosition {
    let scaled = |value: f64, log: bool| if log { value.ln() } else { value };
    let points: Vec<(f64, f64)> = points
        .map(|(x, y)| (scaled(*x, logarithmic.0), scaled(*y, logarithmic.1)))
        .filter(|(x, y)| x.is_finite() && y.is_finite())
        .collect();
    let middle = |values: &mut dyn Iterator<Item = f64>| {
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| {
            (l.min(v), h.max(v))
        });
        (low + high) / 2.0
    };
    let x = middle(&mut points.iter().map(|p| p.0));
    let y = middle(&mut points.iter().map(|p| p.1));
    let count = |right: bool, upper: bool| {
        points
            .iter()
            .filter(|p| (p.0 > x) == right && (p.1 > y) == upper)
            .count()
    };
    [
        (SeriesLabelPosition::UpperRight, count(true, true)),
        (SeriesLabelPosition::UpperLeft, count(false, true)),
        (SeriesLabelPosition::LowerRight, count(true, false)),
        (SeriesLabelPosition::LowerLeft, count(false, false)),
    ]
    .into_iter()
    .min_by_key(|(_, count)| *count)
    .map_or(SeriesLabelPosition::UpperRight, |(corner, _)| corner)
}

/// Bars for the sample, dots on a line for theory.
fn histogram(
    title: &str,
    x: &str,
    (first, width): (f64, f64),
    shares: &[f64],
    theory: &[f64],
) -> Result<String, BridgeError> {
    let mut svg = String::new();
    let draw = |svg: &mut String| -> Result<(), Box<dyn std::error::Error>> {
        let area = SVGBackend::with_string(svg, (560, 320)).into_drawing_area();
        let top = shares.iter().chain(theory).fold(0.0_f64, |a, b| a.max(*b)) * 1.08;
        let right = first + width * shares.len() as f64;
        let mut chart = ChartBuilder::on(&area)
            .caption(title, ("sans-serif", 16))
            .margin(8)
            .x_label_area_size(40)
            .y_label_area_size(64)
            .build_cartesian_2d(first..right, 0.0..top.max(f64::MIN_POSITIVE))?;
        chart
            .configure_mesh()
            .x_desc(x)
            .y_desc("share")
            .x_labels(8)
            .y_labels(7)
            .light_line_style(TRANSPARENT)
            .bold_line_style(RGBColor(228, 228, 228))
            .label_style(("sans-serif", 12))
            .axis_desc_style(("sans-serif", 13))
            .draw()?;
        let place = |bin: usize| first + width * bin as f64;
        chart.draw_series(shares.iter().enumerate().map(|(bin, share)| {
            let gap = 0.08 * width;
            let corners = [(place(bin) + gap, 0.0), (place(bin + 1) - gap, *share)];
            Rectangle::new(corners, PALETTE[0].mix(0.55).filled())
        }))?;
        let points: Vec<(f64, f64)> = theory
            .iter()
            .enumerate()
            .map(|(bin, share)| (place(bin) + width / 2.0, *share))
            .collect();
        chart.draw_series(LineSeries::new(points.clone(), PALETTE[1].stroke_width(2)))?;
        chart.draw_series(points.into_iter().map(|p| Circle::new(p, 2, PALETTE[1].filled())))?;
        Ok(())
    };
    draw(&mut svg).map_err(|error| BridgeError::Drawing {
        what: title.to_owned(),
        why: error.to_string(),
    })?;
    Ok(svg)
}

/// An estimate beside theory: how far it is from it, in halves of its interval.
struct Row {
    name: String,
    deviation: f64,
    control: bool,
}

/// A number as figures state what they expect: `3/4`, `1.5`, `0.500000 ± 1e-3`.
fn stated(text: &str) -> Option<f64> {
    let text = text.split('±').next()?.trim();
    match text.split_once('/') {
        Some((a, b)) => Some(a.trim().parse::<f64>().ok()? / b.trim().parse::<f64>().ok()?),
        None => text.parse().ok(),
    }
}

fn rows(finding: &Finding, control: bool) -> Vec<Row> {
    let row = |figure: &Figure| {
        let FigureValue::Estimate {
            estimate, low, high, ..
        } = figure.value
        else {
            return None;
        };
        let expected = stated(figure.expected.as_deref()?)?;
        // The side of the interval that looks at theory, which need not be as long as the other.
        let half = if expected < estimate {
            estimate - low
        } else {
            high - estimate
        };
        let deviation = if half > 0.0 {
            (estimate - expected) / half
        } else if estimate == expected {
            0.0
        } else {
            f64::INFINITY.copysign(estimate - expected)
        };
        Some(Row {
            name: figure.name.clone(),
            deviation,
            control,
        })
    };
    finding.figures.iter().filter_map(row).collect()
}

/// Estimates as dots with their intervals, theory at 0; the interval reaches 1 to either side. What is farther away than the
/// picture is drawn at its edge.
fn intervals(rows: &[Row]) -> Markup {
    const LEFT: f64 = 240.0;
    const WIDTH: f64 = 300.0;
    const STEP: f64 = 20.0;
    const EDGE: f64 = 4.0;
    let x = |value: f64| {
        ((LEFT + WIDTH * (value.clamp(-EDGE, EDGE) + EDGE) / (2.0 * EDGE)) * 100.0).round() / 100.0
    };
    let bottom = 30.0 + STEP * rows.len() as f64;
    let title = "Estimates with their intervals, theory at 0";
    html! {
        svg viewBox={ "0 0 560 " (bottom + 38.0) } width="560" height=(bottom + 38.0) font-family="sans-serif" role="img" {
            title { (title) }
            text x="280" y="15" text-anchor="middle" font-size="15" { (title) }
            line x1=(x(0.0)) x2=(x(0.0)) y1="24" y2=(bottom) stroke="#333" stroke-dasharray="4 3" {}
            @for (index, row) in rows.iter().enumerate() {
                @let y = 36.0 + STEP * index as f64;
                @let colour = if row.control { "rgb(213,94,0)" } else { "rgb(0,114,178)" };
                text x=(LEFT - 8.0) y=(y + 4.0) text-anchor="end" font-size="11" { @if row.control { "control: " } (shortened(&row.name, row.control)) }
                line x1=(x(row.deviation - 1.0)) x2=(x(row.deviation + 1.0)) y1=(y) y2=(y) stroke=(colour) stroke-width="2" {}
                @if row.deviation.abs() > EDGE {
                    text x=(x(row.deviation)) y=(y + 4.0) text-anchor=(if row.deviation < 0.0 { "start" } else { "end" }) font-size="13" fill=(colour) { (if row.deviation < 0.0 { "◀" } else { "▶" }) }
                } @else {
                    circle cx=(x(row.deviation)) cy=(y) r="4" fill=(colour) {}
                }
            }
            @for tick in [-4, -2, 0, 2, 4] {
                line x1=(x(f64::from(tick))) x2=(x(f64::from(tick))) y1=(bottom) y2=(bottom + 4.0) stroke="#666" {}
                text x=(x(f64::from(tick))) y=(bottom + 17.0) text-anchor="middle" font-size="12" { (tick) }
            }
            text x=(LEFT + WIDTH / 2.0) y=(bottom + 33.0) text-anchor="middle" font-size="13" { "(estimate − theory) / half of the interval" }
        }
    }
}

/// A name that fits beside a row.
fn shortened(name: &str, control: bool) -> String {
    let longest = if control { 26 } else { 34 };
    if name.chars().count() <= longest {
        return name.to_owned();
    }
    name.chars().take(longest - 1).chain(['…']).collect()
}

/// What a part found against what it expected, where both are numbers.
fn found_against_expected(finding: &Finding) -> Option<Chart<'static>> {
    let points: Vec<(f64, f64)> = finding
        .figures
        .iter()
        .filter_map(|figure| {
            let expected = stated(figure.expected.as_deref()?)?;
            let found = match &figure.value {
                FigureValue::Exact(text) => stated(text)?,
                FigureValue::Number(value) => *value,
                FigureValue::Estimate { estimate, .. } => *estimate,
            };
            (found.is_finite() && expected.is_finite()).then_some((expected, found))
        })
        .collect();
    if points.len() < 2 {
        return None;
    }
    let ends = points
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), p| {
            (l.min(p.0.min(p.1)), h.max(p.0.max(p.1)))
        });
    // Over several powers of ten the small ones would all be drawn at 0.
    let logarithmic = ends.0 > 0.0 && ends.1 / ends.0 > 100.0 && points.iter().all(|p| p.1 > 0.0);
    Some(Chart {
        title: "Found against expected; the line is equality",
        x: "expected",
        y: "found",
        logarithmic: (logarithmic, logarithmic),
        legend: SeriesLabelPosition::UpperLeft,
        series: vec![
            Series::scatter("found", points),
            Series::line("equal", vec![(ends.0, ends.0), (ends.1, ends.1)]),
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::{Curve, EvidenceKind, Verdict};
    use crate::statistics::Interval;

    #[test]
    fn numbers_are_read_as_figures_state_them() {
        assert_eq!(stated("3/4"), Some(0.75));
        assert_eq!(stated("0.500000 ± 1e-3"), Some(0.5));
        assert_eq!(stated("12"), Some(12.0));
        assert_eq!(stated("orbit 3"), None);
    }

    #[test]
    fn every_kind_of_picture_is_drawn() {
        let sample: Vec<f64> = (0..500).map(|i| f64::from(i % 7)).collect();
        for picture in [
            Picture::convergence("means", "mean", &sample, 3.0, 0.99),
            Picture::power_law(
                "law",
                "r",
                "defect",
                vec![Curve::theory("r²", vec![(0.1, 0.01), (1.0, 1.0)])],
            ),
            Picture::integer_histogram("draws", "T", &[1.0, 1.0, 2.0, 9.0], 3, |t| 0.5f64.powi(t as i32)),
            Picture::Orbit {
                title: "square".to_owned(),
                points: vec!["a".into(), "b".into(), "c".into()],
                arcs: vec![(0, 1, "r".into()), (1, 2, "r".into()), (0, 9, "out".into())],
            },
        ] {
            let svg = draw(&picture).unwrap().into_string();
            assert!(svg.contains("<svg") && svg.contains("</svg>"));
        }
    }

    /// Theory inside its interval is within 1 of 0; theory far away is at the edge.
    #[test]
    fn intervals_reach_one_to_either_side() {
        let interval = Interval {
            estimate: 2.0,
            low: 1.0,
            high: 4.0,
            level: 0.99,
        };
        let finding = |expected: &str| Finding {
            statement: String::new(),
            kind: EvidenceKind::Statistical,
            outcome: Verdict::Holds,
            figures: vec![Figure::estimate("x", interval).expecting(expected)],
            cases: 1,
            seed: None,
            picture: None,
        };
        let deviation = |expected: &str| rows(&finding(expected), false)[0].deviation;
        assert_eq!((deviation("1"), deviation("2"), deviation("4")), (1.0, 0.0, -1.0));
        assert!(rows(&finding("many"), true).is_empty());
        let svg = intervals(&rows(&finding("1000"), true)).into_string();
        assert!(svg.contains('◀') && svg.contains("control: x"));
    }
}
