//! The page on all claims, written from the claims, followed by that on the kinds of tables, written from the kinds.

use std::fmt::Write;

use super::{all, batch};
use crate::claim::{Claim, Level, Verdict};

const HEAD: &str = "# Claims

This page is written from the claims themselves by `bridge::claims::documentation`; a test fails when it is out of date. How to
check them, and how to add one, is in [verify.md](verify.md). Its first part is the ledger, which `shadow verify` checks; its second
part the vocabulary of tables of claims, which `shadow verify --batch` computes.

# The ledger
";

/// The page `docs/claims.md`.
///
/// ```
/// let page = bridge::claims::documentation();
/// assert!(page.contains("### `hitting-time-iid` (C08)") && page.contains("# Tables of claims"));
/// ```
pub fn documentation() -> String {
    let mut page = HEAD.to_owned();
    let mut area = None;
    let mut claims: Vec<_> = all().to_vec();
    claims.sort_by_key(|claim| claim.about().area as usize);
    for claim in claims {
        let of_claim = claim.about().area;
        if area != Some(of_claim) {
            area = Some(of_claim);
            let name = of_claim.to_string();
            let _ = write!(page, "\n## {}{}\n", name[..1].to_uppercase(), &name[1..]);
        }
        section(&mut page, claim);
    }
    page.push('\n');
    page.push_str(&batch::documentation());
    page
}

fn section(page: &mut String, claim: &dyn Claim) {
    let about = claim.about();
    let _ = write!(
        page,
        "\n### `{}` ({})\n\n{}\n\n    {}\n\n",
        about.id, about.code, about.statement, about.formula
    );
    if !claim.parameters().is_empty() {
        page.push_str("| parameter | meaning | range | default |\n|---|---|---|---|\n");
        for parameter in claim.parameters() {
            let [quick, standard, exhaustive] = Level::ALL.map(|level| parameter.default_at(level));
            let default = if quick == standard {
                quick
            } else {
                format!("{quick}, {standard} (standard), {exhaustive} (exhaustive)")
            };
            let _ = writeln!(
                page,
                "| `{}` | {} | {} | {default} |",
                parameter.key, parameter.meaning, parameter.range
            );
        }
        page.push('\n');
    }
    let _ = write!(
        page,
        "- Source: {}.\n- Negative control, which must fail: {}\n- Expected verdict: {}.\n- Cost: {}.\n",
        about.source,
        about.control,
        match about.expected {
            Verdict::Fails => "fails (a loose reading; the careful form is an entry of its own)".to_owned(),
            verdict => verdict.to_string(),
        },
        claim.cost()
    );
}
