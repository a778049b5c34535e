//! `shadow group info`.

use groups::catalog;
use serde::Serialize;

use crate::cli::{CliError, Outcome, output};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// A name (S5, M24, PSL(2,7), "S3 wr S2", rubik) or 1-based cycles ("(1,2,3)(4,5),(1,2)").
    group: String,
    /// Print JSON (0-based points).
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Info<'a> {
    group: &'a str,
    degree: usize,
    order: String,
    generators: Vec<Vec<u32>>,
    orbits: &'a [Vec<usize>],
    orbit_sizes: Vec<usize>,
    is_transitive: bool,
    is_abelian: bool,
    base: Vec<usize>,
    basic_orbit_sizes: Vec<usize>,
}

pub(super) fn run(args: &Args) -> Result<Outcome, CliError> {
    let group = catalog::parse_group(&args.group)?;
    let info = Info {
        group: &args.group,
        degree: group.degree(),
        order: group.order().to_string(),
        generators: group.generators().iter().map(|g| g.images().to_vec()).collect(),
        orbits: group.orbits(),
        orbit_sizes: group.orbits().iter().map(Vec::len).collect(),
        is_transitive: group.is_transitive(),
        is_abelian: group.is_abelian(),
        base: group.chain().base(),
        basic_orbit_sizes: group.chain().levels().map(|level| level.orbit().len()).collect(),
    };
    if args.json {
        output::json(&info)?;
    } else {
        let yes = |value: bool| if value { "yes" } else { "no" };
        let list = |values: &[usize]| {
            values
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(" ")
        };
        output::text(&format!(
            "{}\n  degree          {}\n  order           {}\n  orbits          {} (sizes {})\n  transitive      {}\n  abelian         {}\n  base            {} (0-based)\n  basic orbits    {}\n  generators (1-based cycles)\n{}",
            info.group,
            info.degree,
            info.order,
            info.orbits.len(),
            list(&info.orbit_sizes),
            yes(info.is_transitive),
            yes(info.is_abelian),
            list(&info.base),
            list(&info.basic_orbit_sizes),
            super::cycles(&group)
                .lines()
                .map(|line| format!("    {line}\n"))
                .collect::<String>(),
        ))?;
    }
    Ok(Outcome::Good)
}
