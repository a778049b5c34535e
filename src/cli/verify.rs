//! `shadow verify`: the ledger of claims, and tables of claims.

mod batch;
pub(crate) mod sweep;

use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use bridge::claim::{
    self, Area, Claim, ClaimContext, ClaimReport, Correction, Cost, Level, Parameter, Parameters, Timed,
};
use bridge::sweep::{Plan, Shard, Summary};
use bridge::{claims, report};
use serde::Serialize;

use super::{CliError, Outcome, output};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Claims to check, by id or catalogue number; all of them when none is named.
    #[arg(value_name = "ID")]
    claims: Vec<String>,
    /// Only claims of this area: groups, lie, shadow, pretraining, depth or neighbours. May be repeated.
    #[arg(long, value_name = "AREA")]
    area: Vec<String>,
    /// Set a parameter of the claims that have it (docs/claims.md lists them). May be repeated.
    #[arg(long = "param", value_name = "KEY=VALUE")]
    parameters: Vec<String>,
    /// How much work to do: quick, standard or exhaustive.
    #[arg(long, value_name = "LEVEL", default_value = "quick")]
    level: String,
    /// List the claims, and the kinds of claims that tables may hold, and stop.
    #[arg(long)]
    list: bool,
    /// Print JSON; with a file, write it there.
    #[arg(long, value_name = "OUT", num_args = 0..=1)]
    json: Option<Option<PathBuf>>,
    /// Put the seconds that each claim took into the JSON, which is then never the same twice.
    #[arg(long)]
    timings: bool,
    /// Compute the values of a table of claims: entries with `claim` and `params` (docs/claims.md).
    #[arg(long, value_name = "FILE", conflicts_with_all = ["claims", "list", "area", "parameters", "timings", "report", "out"])]
    batch: Option<PathBuf>,
    /// Give up an entry of the table after so many seconds.
    #[arg(long, value_name = "SECONDS", requires = "batch")]
    time_limit: Option<f64>,
    /// Seed of every random choice.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Write a report with a picture of every claim: an HTML page that needs no network.
    #[arg(long, value_name = "FILE.html")]
    report: Option<PathBuf>,
    /// Check the claims at every seed from the first to the last, and count the false alarms.
    #[arg(long, value_name = "FIRST..LAST", requires = "out")]
    seeds: Option<String>,
    /// Folder for the journal of a sweep (`--seeds`, or `--level exhaustive`), from which it goes on when it was stopped.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Only a part of the sweep: every N-th item, beginning with the I-th; `shadow merge` joins the parts.
    #[arg(long, value_name = "I/N", requires = "out")]
    shard: Option<String>,
    /// The largest order of the groups of the exhaustive sweep, up to 100.
    #[arg(long, value_name = "N", default_value_t = 100)]
    max_order: usize,
    /// The largest degree of the transitive groups of the exhaustive sweep, up to 8.
    #[arg(long, value_name = "N", default_value_t = 8)]
    max_degree: usize,
    /// Number of threads; all processors when it is not given. The results do not depend on it.
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Ledger<'a> {
    schema: &'static str,
    seed: u64,
    level: Level,
    #[serde(skip_serializing_if = "Parameters::is_empty")]
    parameters: &'a Parameters,
    confidence: Correction,
    claims: Vec<Entry<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sweep: Option<&'a Summary>,
}

/// A claim in the JSON.
#[derive(Serialize)]
struct Entry<'a> {
    #[serde(flatten)]
    report: &'a ClaimReport,
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<f64>,
}

/// What `--list --json` prints.
#[derive(Serialize)]
struct Catalogue<'a> {
    schema: &'static str,
    claims: Vec<Card<'a>>,
    kinds: Vec<&'a claims::batch::Kind>,
}

/// A claim in the catalogue.
#[derive(Serialize)]
struct Card<'a> {
    #[serde(flatten)]
    about: &'a claim::About,
    parameters: &'a [Parameter],
    cost: Cost,
}

pub(crate) fn run(args: &Args) -> Result<Outcome, CliError> {
    let file = args.json.as_ref().and_then(Option::as_deref);
    if let Some(file) = file {
        output::writable(file)?;
    }
    with_threads(args.threads, || match &args.batch {
        Some(table) => batch::run(table, file, args.time_limit),
        None => check(args),
    })
}

/// Runs something on so many threads.
fn with_threads<T: Send>(
    threads: Option<usize>,
    run: impl FnOnce() -> Result<T, CliError> + Send,
) -> Result<T, CliError> {
    let Some(threads) = threads else { return run() };
    if threads == 0 || threads > 1024 {
        return Err(CliError::Option {
            option: "--threads",
            value: threads.to_string(),
            expected: "a number of threads from 1 to 1024",
        });
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.map_err(|error| CliError::Worker(std::io::Error::other(error)))?
        .install(run)
}

/// The claims that are named, of the areas that are named.
fn chosen(args: &Args) -> Result<Vec<&'static dyn Claim>, CliError> {
    let named = if args.claims.is_empty() {
        claims::all().to_vec()
    } else {
        args.claims
            .iter()
            .map(|name| claims::find(name))
            .collect::<Result<_, _>>()?
    };
    if args.area.is_empty() {
        return Ok(named);
    }
    let areas: Vec<Area> = args
        .area
        .iter()
        .map(|area| area.parse())
        .collect::<Result<_, _>>()?;
    let of_areas: Vec<&dyn Claim> = named
        .into_iter()
        .filter(|claim| areas.contains(&claim.about().area))
        .collect();
    if of_areas.is_empty() {
        return Err(CliError::Option {
            option: "--area",
            value: args.area.join(", "),
            expected: "an area of the claims that are named",
        });
    }
    Ok(of_areas)
}

/// Checks the chosen claims and prints what came out.
fn check(args: &Args) -> Result<Outcome, CliError> {
    let chosen = chosen(args)?;
    if args.list {
        return list(args, &chosen);
    }
    if let Some(file) = &args.report {
        output::writable(file)?;
    }
    let parameters = Parameters::parse(&args.parameters, &chosen)?;
    let level: Level = args.level.parse()?;
    let shard: Option<Shard> = args.shard.as_ref().map(|text| text.parse()).transpose()?;
    let plan = plan(args, &chosen, level, &parameters)?;
    let swept = match (&plan, &args.out) {
        (Some(plan), Some(folder)) => match sweep::run(plan, shard, folder)? {
            Some(summary) => Some(summary),
            None => return Ok(Outcome::Interrupted),
        },
        _ => None,
    };
    // A sweep over seeds, or a part of a sweep, is all that there is to do.
    if let Some(summary) = swept.as_ref().filter(|_| shard.is_some() || args.seeds.is_some()) {
        if args.json.is_some() {
            print(args, summary)?;
        } else {
            output::text(&sweep::describe(summary))?;
        }
        return Ok(sweep::outcome(summary));
    }
    let confidence = Correction::over(&chosen);
    let context = ClaimContext {
        level,
        parameters: &parameters,
        confidence: confidence.level,
        ..ClaimContext::with_seed(args.seed)
    };
    let start = Instant::now();
    let checked = {
        let bar = Mutex::new((0, output::Progress::over(chosen.len() as u64)));
        claim::check_all(&chosen, &context, &|id| {
            if let Ok(mut bar) = bar.lock() {
                bar.0 += 1;
                let done = bar.0;
                bar.1.at(done, id);
            }
        })?
    };
    if args.json.is_some() {
        let mut entries = Vec::with_capacity(checked.len());
        for Timed { report, time } in &checked {
            let seconds = args.timings.then_some(time.as_secs_f64());
            entries.push(Entry { report, seconds });
        }
        let ledger = Ledger {
            schema: "shadow.claims/1",
            seed: args.seed,
            level: context.level,
            parameters: &parameters,
            confidence,
            claims: entries,
            sweep: swept.as_ref(),
        };
        print(args, &ledger)?;
    } else {
        output::text(&format!(
            "seed {}, level {}; every interval has level {:.5}%, so that a run calls a true claim false by chance in at most {}% of all cases (Bonferroni over {} comparisons)\n",
            args.seed,
            context.level,
            100.0 * confidence.level,
            100.0 * confidence.family_error,
            confidence.comparisons,
        ))?;
        for timed in &checked {
            output::text(&describe(&timed.report, timed.time))?;
        }
        if let Some(summary) = &swept {
            output::text(&sweep::describe(summary))?;
        }
        let (reports, times): (Vec<_>, Vec<_>) = checked.iter().map(|t| (&t.report, t.time)).unzip();
        output::text(&table(&reports, &times))?;
        output::text(&summary(&reports, start.elapsed()))?;
    }
    if let Some(file) = &args.report {
        let page = report::claims_html(&report::Run {
            claims: &checked,
            seed: args.seed,
            level,
            parameters: &parameters,
            confidence,
        })?;
        output::file(file, page.as_bytes())?;
    }
    let reports: Vec<_> = checked.iter().map(|timed| &timed.report).collect();
    match swept.as_ref().map(sweep::outcome) {
        None | Some(Outcome::Good) => Ok(outcome(&reports)),
        Some(other) => Ok(other),
    }
}

/// The sweep that the options ask for, if they ask for one.
fn plan(
    args: &Args,
    chosen: &[&dyn Claim],
    level: Level,
    parameters: &Parameters,
) -> Result<Option<Plan>, CliError> {
    let plan = match &args.seeds {
        Some(text) => {
            let ends = text.split_once("..");
            let ends =
                ends.and_then(|(first, last)| Some((first.trim().parse().ok()?, last.trim().parse().ok()?)));
            let Some((first, last)) = ends else {
                return Err(CliError::Option {
                    option: "--seeds",
                    value: text.clone(),
                    expected: "FIRST..LAST, for example 1..100",
                });
            };
            Some(Plan::Seeds {
                claims: chosen.iter().map(|claim| claim.about().id.to_owned()).collect(),
                first,
                last,
                level,
                parameters: parameters.clone(),
            })
        }
        None => {
            let of_groups = chosen.iter().any(|claim| claim.about().area == Area::Groups);
            (level == Level::Exhaustive && of_groups).then_some(Plan::Groups {
                max_order: args.max_order,
                max_degree: args.max_degree,
            })
        }
    };
    let refused = |option, value: &str, expected| {
        Err(CliError::Option {
            option,
            value: value.to_owned(),
            expected,
        })
    };
    match (&plan, &args.out, &args.shard) {
        (Some(plan), Some(_), _) => {
            plan.items()?;
        }
        (Some(_), None, _) => {
            return refused(
                "--level",
                "exhaustive",
                "--out DIR with it, for the journal of the sweep over groups",
            );
        }
        (None, _, Some(shard)) => {
            return refused(
                "--shard",
                shard,
                "a sweep with it: --seeds FIRST..LAST, or claims about groups at --level exhaustive",
            );
        }
        (None, Some(out), None) => {
            return refused(
                "--out",
                &out.display().to_string(),
                "a sweep with it: --seeds FIRST..LAST, or claims about groups at --level exhaustive",
            );
        }
        (None, None, None) => {}
    }
    Ok(plan)
}

/// One line on the whole run.
fn summary(reports: &[&ClaimReport], time: Duration) -> String {
    let expected = reports.iter().filter(|report| report.as_expected()).count();
    let loose = reports
        .iter()
        .filter(|report| report.about.expected == claim::Verdict::Fails && report.as_expected())
        .count();
    format!(
        "{expected} of {} claims came out as theory expects, {loose} of them loose readings that fail; {:.1} s",
        reports.len(),
        time.as_secs_f64()
    )
}

/// JSON to where `--json` says.
fn print(args: &Args, value: &impl Serialize) -> Result<(), CliError> {
    match args.json.as_ref().and_then(Option::as_deref) {
        Some(file) => output::file(file, (output::to_json(value) + "\n").as_bytes()),
        None => output::json(value),
    }
}

fn list(args: &Args, claims: &[&'static dyn Claim]) -> Result<Outcome, CliError> {
    let card = |claim: &&'static dyn Claim| Card {
        about: claim.about(),
        parameters: claim.parameters(),
        cost: claim.cost(),
    };
    let kinds: Vec<_> = claims::batch::kinds().collect();
    if args.json.is_some() {
        let catalogue = Catalogue {
            schema: "shadow.claims-catalogue/1",
            claims: claims.iter().map(card).collect(),
            kinds,
        };
        print(args, &catalogue)?;
        return Ok(Outcome::Good);
    }
    for claim in claims {
        let card = claim.about();
        output::text(&format!(
            "{:5} {:34} {:12} {:16} {}",
            card.code,
            card.id,
            card.area,
            claim.cost(),
            card.statement
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
fn describe(report: &ClaimReport, time: Duration) -> String {
    let about = report.about;
    let mut text = format!(
        "{} {}: {} ({:.2} s)\n  {}\n  {}\n  source: {}\n",
        about.code,
        about.id,
        verdict(report),
        time.as_secs_f64(),
        about.statement,
        about.formula,
        about.source
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

/// The verdict, with what theory expects where that is another, or is not `holds`.
fn verdict(report: &ClaimReport) -> String {
    match (report.as_expected(), report.about.expected) {
        (true, claim::Verdict::Fails) => "fails (as it should)".to_owned(),
        (true, _) => report.verdict.to_string(),
        (false, expected) => format!("{}, not {expected}", report.verdict),
    }
}

/// The table of verdicts, with times where there are any.
pub(crate) fn table(reports: &[&ClaimReport], times: &[Duration]) -> String {
    let mut text = format!(
        "{:5} {:34} {:20} {:22} {:22} {:20} {}\n",
        "",
        "claim",
        "verdict",
        "exact part",
        "approximate part",
        "negative control",
        if times.is_empty() { "" } else { "time" }
    );
    for (index, report) in reports.iter().enumerate() {
        let part = |finding: &claim::Finding| format!("{} ({})", finding.outcome, finding.kind);
        let time = times
            .get(index)
            .map_or(String::new(), |time| format!("{:.2} s", time.as_secs_f64()));
        let line = format!(
            "{:5} {:34} {:20} {:22} {:22} {:20} {time}",
            report.about.code,
            report.about.id,
            verdict(report),
            part(&report.exact),
            part(&report.approximate),
            part(&report.control),
        );
        text += line.trim_end();
        text.push('\n');
    }
    text
}

/// Whether every claim came out as theory expects.
pub(crate) fn outcome(reports: &[&ClaimReport]) -> Outcome {
    if reports.iter().all(|report| report.as_expected()) {
        Outcome::Good
    } else {
        Outcome::ClaimsNotConfirmed
    }
}
