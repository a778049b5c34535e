//! The report on a run of claims: for each the statement, its pictures, the verdict and the control.

use maud::{Markup, html};

use super::{document, picture};
use crate::BridgeError;
use crate::claim::{ClaimReport, Correction, Finding, Level, Parameters, Timed, Verdict};

/// A run of claims, for its report.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// What was checked.
    pub claims: &'a [Timed],
    /// The seed.
    pub seed: u64,
    /// How much work was done.
    pub level: Level,
    /// What was set.
    pub parameters: &'a Parameters,
    /// The level of the intervals.
    pub confidence: Correction,
}

/// Renders a run as one self-contained HTML page.
///
/// # Errors
/// [`BridgeError::Drawing`] if a picture cannot be drawn.
pub fn claims_html(run: &Run<'_>) -> Result<String, BridgeError> {
    let expected = run
        .claims
        .iter()
        .filter(|timed| timed.report.as_expected())
        .count();
    let sections: Vec<Markup> = run.claims.iter().map(section).collect::<Result<_, _>>()?;
    let body = html! {
        h1 { "Claims and their verdicts" }
        p class="lead" {
            (expected) " of " (run.claims.len()) " claims came out as theory expects, from seed " b { (run.seed) } " at level " b { (run.level) }
            @if !run.parameters.is_empty() { ", with parameters that were set" }
            ". Every interval has the level " (format!("{:.5}%", 100.0 * run.confidence.level))
            ": over all " (run.confidence.comparisons) " comparisons a true claim is called false by chance in at most "
            (format!("{}%", 100.0 * run.confidence.family_error)) " of such runs."
        }
        p { "Each claim is checked exactly on small objects and approximately on samples, and so is a false statement of the same form, the negative control. A claim whose control is not found false would be " i { "vacuous" } ". A loose reading is a form of a claim that is not true in general, and fails as it should." }
        table {
            thead { tr { th {} th { "Claim" } th { "Exact" } th { "Approximate" } th { "Control" } th { "Verdict" } th { "Time" } } }
            tbody { @for timed in run.claims { (row(timed)) } }
        }
        @for section in &sections { (section) }
        footer { p { "Written by shadow " (env!("CARGO_PKG_VERSION")) "; the same figures stand in the JSON that " code { "--json" } " writes." } }
    };
    Ok(document("shadow verify", &body))
}

fn verdict(report: &ClaimReport) -> Markup {
    html! {
        span class={ "verdict " (report.verdict) } { (report.verdict) }
        @if !report.as_expected() {
            div class="source" { "theory expects: " (report.about.expected) }
        } @else if report.about.expected == Verdict::Fails {
            div class="source" { "as this loose reading should" }
        }
    }
}

fn seconds(timed: &Timed) -> String {
    format!("{:.2} s", timed.time.as_secs_f64())
}

fn row(timed: &Timed) -> Markup {
    let report = &timed.report;
    html! {
        tr {
            td class="code" { (report.about.code) }
            td { a href={ "#" (report.about.id) } { (report.about.id) } }
            @for finding in [&report.exact, &report.approximate, &report.control] {
                td { span class=(finding.outcome) { (finding.outcome) } div class="source" { (finding.kind) } }
            }
            td { (verdict(report)) }
            td class="time" { (seconds(timed)) }
        }
    }
}

fn section(timed: &Timed) -> Result<Markup, BridgeError> {
    let report = &timed.report;
    let about = report.about;
    let pictures = picture::of_claim(report)?;
    Ok(html! {
        section id=(about.id) {
            h2 { (about.code) " " (about.id) }
            p class="lead" { (about.statement) }
            p class="formula" { (about.formula) }
            div { (verdict(report)) " " span class="source" { "after " (seconds(timed)) ". Source: " (about.source) } }
            @if !pictures.is_empty() {
                div class="row" { @for picture in &pictures { figure { (picture) } } }
            }
            (part("Exact part", &report.exact))
            (part("Approximate part", &report.approximate))
            (part("Negative control, which must fail", &report.control))
        }
    })
}

/// A finding: what was tested and what came out, with the figures folded under it.
fn part(name: &str, finding: &Finding) -> Markup {
    html! {
        p {
            b { (name) } " (" (finding.kind) ", " (finding.cases) " cases"
            @if let Some(seed) = finding.seed { ", seed " (seed) }
            "): " span class=(finding.outcome) { (finding.outcome) } ". " (finding.statement)
        }
        @if !finding.figures.is_empty() {
            details {
                summary { (finding.figures.len()) " figures" }
                ul { @for figure in &finding.figures { li { (figure) } } }
            }
        }
    }
}
