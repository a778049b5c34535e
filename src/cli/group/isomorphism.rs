//! `shadow group isomorphism`.

use groups::catalog;
use serde::Serialize;

use crate::cli::{CliError, Outcome, output};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// A name (S5, M24, PSL(2,7), "S3 wr S2", rubik) or 1-based cycles ("(1,2,3)(4,5),(1,2)").
    first: String,
    /// The group to compare it with, which may have another degree.
    second: String,
    /// Print JSON (0-based points).
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Answer<'a> {
    first: &'a str,
    second: &'a str,
    is_isomorphic: bool,
    /// The generators of the first group, and what an isomorphism sends them to.
    isomorphism: Option<Vec<Pair>>,
}

#[derive(Serialize)]
struct Pair {
    generator: Vec<u32>,
    image: Vec<u32>,
}

pub(super) fn run(args: &Args) -> Result<Outcome, CliError> {
    let (first, second) = (
        catalog::parse_group(&args.first)?,
        catalog::parse_group(&args.second)?,
    );
    let map = first.isomorphism(&second)?;
    let mut images = Vec::new();
    if let Some(map) = &map {
        for g in first.generators() {
            images.push((g, map.image(g)?));
        }
    }
    if args.json {
        let pair = |(g, h): &(&groups::Permutation, groups::Permutation)| Pair {
            generator: g.images().to_vec(),
            image: h.images().to_vec(),
        };
        output::json(&Answer {
            first: &args.first,
            second: &args.second,
            is_isomorphic: map.is_some(),
            isomorphism: map.as_ref().map(|_| images.iter().map(pair).collect()),
        })?;
    } else if map.is_some() {
        let lines = images.iter().map(|(g, h)| format!("  {g} -> {h}\n"));
        output::text(&format!(
            "{} and {} are isomorphic (1-based cycles)\n{}",
            args.first,
            args.second,
            lines.collect::<String>()
        ))?;
    } else {
        output::text(&format!(
            "{} and {} are not isomorphic\n",
            args.first, args.second
        ))?;
    }
    Ok(Outcome::Good)
}
