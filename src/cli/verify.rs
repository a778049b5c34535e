//! `shadow verify`: the ledger of claims.

use bridge::claim::{self, ClaimContext, ClaimReport};
use bridge::claims;
use serde::Serialize;

use super::{CliError, Outcome, output};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Claims to check, by id or catalogue number; all of them when none is named.
    #[arg(value_name = "ID")]
    claims: Vec<String>,
    /// List the claims and stop.
    #[arg(long)]
    list: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Seed of every random choice.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Ledger<'a> {
    schema: &'static str,
    seed: u64,
    claims: &'a [ClaimReport],
}

pub(crate) fn run(args: &Args) -> Result<Outcome, CliError> {
    let chosen = if args.claims.is_empty() {
        claims::all().to_vec()
    } else {
        args.claims
            .iter()
            .map(|name| claims::find(name))
            .collect::<Result<_, _>>()?
    };
    if args.list {
        return list(&chosen, args.json);
    }
    let context = ClaimContext::with_seed(args.seed);
    let mut bar = output::Progress::over(chosen.len() as u64);
    let mut reports = Vec::with_capacity(chosen.len());
    for (done, claim) in chosen.into_iter().enumerate() {
        bar.at(done as u64, claim.about().id);
        reports.push(claim::check(claim, &context)?);
    }
    drop(bar);
    if args.json {
        output::json(&Ledger {
            schema: "shadow.claims/1",
            seed: args.seed,
            claims: &reports,
        })?;
    } else {
        output::text(&format!("seed {}\n", args.seed))?;
        for report in &reports {
            output::text(&describe(report))?;
        }
        output::text(&table(&reports))?;
    }
    Ok(outcome(&reports))
}

fn list(claims: &[&dyn claim::Claim], json: bool) -> Result<Outcome, CliError> {
    let cards: Vec<_> = claims.iter().map(|claim| claim.about()).collect();
    if json {
        output::json(&cards)?;
    } else {
        for card in cards {
            output::text(&format!(
                "{:4} {:26} {:12} {}",
                card.code, card.id, card.area, card.statement
            ))?;
        }
    }
    Ok(Outcome::Good)
}

/// One claim with its evidence, for people.
fn describe(report: &ClaimReport) -> String {
    let about = report.about;
    let mut text = format!(
        "{} {}: {}\n  {}\n  {}\n  source: {}\n",
        about.code, about.id, report.verdict, about.statement, about.formula, about.source
    );
    let parts = [
        ("exact part", &report.exact),
        ("approximate part", &report.approximate),
        ("negative control", &report.control),
    ];
    for (name, finding) in parts {
        text += &format!(
            "  {name} ({}, {} cases): {}\n    {}\n",
            finding.kind, finding.cases, finding.outcome, finding.statement
        );
        for figure in &finding.figures {
            text += &format!("      {figure}\n");
        }
    }
    text
}

/// The table of verdicts.
pub(crate) fn table(reports: &[ClaimReport]) -> String {
    let mut text = format!(
        "{:4} {:26} {:10} {:22} {:22} {}\n",
        "", "claim", "verdict", "exact part", "approximate part", "negative control"
    );
    for report in reports {
        let part = |finding: &claim::Finding| format!("{} ({})", finding.outcome, finding.kind);
        text += &format!(
            "{:4} {:26} {:10} {:22} {:22} {}\n",
            report.about.code,
            report.about.id,
            report.verdict,
            part(&report.exact),
            part(&report.approximate),
            part(&report.control),
        );
    }
    text
}

/// Whether every claim came out as theory expects.
pub(crate) fn outcome(reports: &[ClaimReport]) -> Outcome {
    if reports.iter().all(ClaimReport::as_expected) {
        Outcome::Good
    } else {
        Outcome::ClaimsNotConfirmed
    }
}
