//! The section of the report on neighbouring papers.

use maud::{Markup, PreEscaped, html};

use crate::neighbours::NeighbourReport;

/// What every system found, with its picture.
pub(super) fn section(reports: &[NeighbourReport]) -> Markup {
    html! {
        section {
            h2 { "Neighbouring papers" }
            p { "Each is a small system that runs. A statement that begins with “False” is its negative control, and has to fail." }
            @for report in reports {
                h3 { (report.title) }
                p class="source" { (report.source) }
                table {
                    thead { tr { th { "Statement" } th { "Evidence" } th { "Outcome" } } }
                    tbody {
                        @for finding in &report.findings {
                            tr {
                                td {
                                    (finding.statement)
                                    @if !finding.figures.is_empty() {
                                        details {
                                            summary { "figures" }
                                            ul { @for figure in &finding.figures { li { (figure) } } }
                                        }
                                    }
                                }
                                td { (finding.kind) ", " (finding.cases) " cases" }
                                td { span class=(finding.outcome) { (finding.outcome) } }
                            }
                        }
                    }
                }
                @if let Some(picture) = &report.picture { figure { (PreEscaped(picture)) } }
                @for note in &report.notes { p class="source" { (note) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claim::{EvidenceKind, Finding, Verdict};

    fn report(outcome: Verdict) -> NeighbourReport {
        let finding = |statement: &str, outcome| Finding {
            statement: statement.to_owned(),
            kind: EvidenceKind::Exact,
            outcome,
            figures: Vec::new(),
            cases: 1,
            seed: None,
            picture: None,
        };
        NeighbourReport {
            id: "nobody",
            title: "Nothing is shown",
            source: "nowhere",
            findings: vec![
                finding("One is one.", Verdict::Holds),
                finding("False statement: one is two.", outcome),
            ],
            picture: Some("<svg></svg>".to_owned()),
            notes: vec!["a < b".to_owned()],
        }
    }

    #[test]
    fn everything_is_on_the_page_and_a_control_that_holds_is_counted() {
        let good = report(Verdict::Fails);
        let page = section(std::slice::from_ref(&good)).into_string();
        for part in [
            "Nothing is shown",
            "nowhere",
            "One is one.",
            "<svg></svg>",
            "a &lt; b",
        ] {
            assert!(page.contains(part), "{part}");
        }
        assert!(good.as_expected());
        let vacuous = report(Verdict::Holds);
        assert_eq!((vacuous.right(), vacuous.as_expected()), (1, false));
    }
}
