//! `shadow verify`: the ledger of claims, and tables of claims.

mod batch;

use std::path::PathBuf;

use bridge::claim::{self, ClaimContext, ClaimReport};
use bridge::claims;
use serde::Serialize;

use super::{CliError, Outcome, output};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Claims to check, by id or catalogue number; all of them when none is named.
    #[arg(value_name = "ID")]
    claims: Vec<String>,
    /// List the claims, and the kinds of claims that tables may hold, and stop.
    #[arg(long)]
    list: bool,
    /// Print JSON; with a file, write it there.
    #[arg(long, value_name = "OUT", num_args = 0..=1)]
    json: Option<Option<PathBuf>>,
    /// Compute the values of a table of claims: entries with `claim` and `params` (docs/claims.md).
    #[arg(long, value_name = "FILE", conflicts_with_all = ["claims", "list"])]
    batch: Option<PathBuf>,
    /// Give up an entry of the table after so many seconds.
    #[arg(long, value_name = "SECONDS", requires = "batch")]
    time_limit: Option<f64>,
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

/// What `--list --json` prints.
#[derive(Serialize)]
struct Catalogue<'a> {
    schema: &'static str,
    claims: Vec<&'a claim::About>,
    kinds: Vec<&'a claims::batch::Kind>,
}

pub(crate) fn run(args: &Args) -> Result<Outcome, CliError> {
    let file = args.json.as_ref().and_then(Option::as_deref);
    if let Some(file) = file {
        output::writable(file)?;
    }
    if let Some(table) = &args.batch {
        return batch::run(table, file, args.time_limit);
    }
    let chosen = if args.claims.is_empty() {
        claims::all().to_vec()
    } else {
        args.claims
            .iter()
            .map(|name| claims::find(name))
            .collect::<Result<_, _>>()?
    };
    if args.list {
        return list(args, &chosen);
    }
    let context = ClaimContext::with_seed(args.seed);
    let mut bar = output::Progress::over(chosen.len() as u64);
    let mut reports = Vec::with_capacity(chosen.len());
    for (done, claim) in chosen.into_iter().enumerate() {
        bar.at(done as u64, claim.about().id);
        reports.push(claim::check(claim, &context)?);
    }
    drop(bar);
    if args.json.is_some() {
        let ledger = Ledger {
            schema: "shadow.claims/1",
            seed: args.seed,
            claims: &reports,
        };
        print(args, &ledger)?;
    } else {
        output::text(&format!("seed {}\n", args.seed))?;
        for report in &reports {
            output::text(&describe(report))?;
        }
        output::text(&table(&reports))?;
    }
    Ok(outcome(&reports))
}

/// JSON to where `--json` says.
fn print(args: &Args, value: &impl Serialize) -> Result<(), CliError> {
    match args.json.as_ref().and_then(Option::as_deref) {
        Some(file) => output::file(file, (output::to_json(value) + "\n").as_bytes()),
        None => output::json(value),
    }
}

fn list(args: &Args, claims: &[&dyn claim::Claim]) -> Result<Outcome, CliError> {
    let cards: Vec<_> = claims.iter().map(|claim| claim.about()).collect();
    let kinds: Vec<_> = claims::batch::kinds().collect();
    if args.json.is_some() {
        let catalogue = Catalogue {
            schema: "shadow.claims-catalogue/1",
            claims: cards,
            kinds,
        };
        print(args, &catalogue)?;
        return Ok(Outcome::Good);
    }
    for card in cards {
        output::text(&format!(
            "{:4} {:26} {:12} {}",
            card.code, card.id, card.area, card.statement
        ))?;
    }
    output::text("\nkinds of claims for --batch (docs/claims.md has the vocabulary):")?;
    for kind in kinds {
        let keys: Vec<&str> = kind.params.iter().map(|field| field.key).collect();
        output::text(&format!(
            "{:4} {:32} {:12} params: {}",
            kind.code,
            kind.id,
            kind.area,
            if keys.is_empty() {
                "none".to_owned()
            } else {
                keys.join(", ")
            }
        ))?;
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
