//! `shadow group cycle-index`.

use groups::catalog;
use groups::counting::CycleIndex;
use serde::Serialize;

use crate::cli::{CliError, Outcome, output};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// A name (S5, M24, PSL(2,7), "S3 wr S2", rubik) or 1-based cycles ("(1,2,3)(4,5),(1,2)").
    group: String,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// The most terms.
    #[arg(long, default_value_t = 300_000)]
    limit: usize,
}

#[derive(Serialize)]
struct Answer<'a> {
    group: &'a str,
    degree: usize,
    order: String,
    /// Pairs of [length, number of cycles] lists and coefficients.
    cycle_index: &'a CycleIndex,
}

pub(super) fn run(args: &Args) -> Result<Outcome, CliError> {
    let group = catalog::parse_group(&args.group)?;
    let index = group.cycle_index_within(args.limit)?;
    if args.json {
        output::json(&Answer {
            group: &args.group,
            degree: group.degree(),
            order: group.order().to_string(),
            cycle_index: &index,
        })?;
    } else {
        output::text(&index.to_string())?;
    }
    Ok(Outcome::Good)
}
