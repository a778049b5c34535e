//! `shadow group orbit`.

use std::io::BufWriter;
use std::path::PathBuf;

use groups::{
    GroupError, LargeOrbit, OnSets, OnTuples, Orbit, OrbitLimit, OrbitProgress, PermGroup, catalog,
};
use serde::Serialize;

use super::target::{Target, TargetArgs};
use crate::cli::output::Progress;
use crate::cli::{CliError, Outcome, output};

#[derive(clap::Args)]
pub(super) struct Args {
    /// A name (S5, M24, PSL(2,7), "S3 wr S2", rubik) or 1-based cycles ("(1,2,3)(4,5),(1,2)").
    group: String,
    #[command(flatten)]
    target: TargetArgs,
    /// Print JSON (0-based points).
    #[arg(long)]
    json: bool,
    /// Print the size only.
    #[arg(long)]
    count_only: bool,
    /// The most points; without it 10,000,000 if they are listed, and no limit if they are counted.
    #[arg(long)]
    limit: Option<usize>,
    /// The most memory: bytes, or with a unit, such as 500MB or 2GiB.
    #[arg(long, value_name = "BYTES", default_value = "2GiB")]
    memory_limit: String,
    /// The number of threads; without it one for each core. The answer does not depend on it.
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Write the Schreier graph to a file: number, point, numbers of its images under the generators.
    #[arg(long, value_name = "FILE")]
    stream: Option<PathBuf>,
}

#[derive(Serialize)]
struct Answer<'a> {
    group: &'a str,
    degree: usize,
    action: &'static str,
    point: Vec<usize>,
    size: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    orbit: Option<Vec<Box<[u32]>>>,
}

/// An orbit, packed if its points fit.
enum Listed {
    Packed(LargeOrbit),
    Plain(Vec<Box<[u32]>>),
}

impl Listed {
    fn len(&self) -> usize {
        match self {
            Self::Packed(orbit) => orbit.len(),
            Self::Plain(points) => points.len(),
        }
    }

    fn points(&self) -> Box<dyn Iterator<Item = Box<[u32]>> + '_> {
        match self {
            Self::Packed(orbit) => Box::new(orbit.points()),
            Self::Plain(points) => Box::new(points.iter().cloned()),
        }
    }
}

pub(super) fn run(args: &Args) -> Result<Outcome, CliError> {
    let memory = bytes(&args.memory_limit).ok_or_else(|| CliError::Option {
        option: "--memory-limit",
        value: args.memory_limit.clone(),
        expected: "a number of bytes, such as 2000000000, 500MB or 2GiB",
    })?;
    match args.threads {
        None => answer(args, memory),
        Some(threads) => {
            let refused = |reason: String| CliError::Option {
                option: "--threads",
                value: reason,
                expected: "a number of threads from 1 to 1024",
            };
            if !(1..=1024).contains(&threads) {
                return Err(refused(threads.to_string()));
            }
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            pool.map_err(|error| refused(format!("{threads} ({error})")))?
                .install(|| answer(args, memory))
        }
    }
}

fn answer(args: &Args, max_bytes: usize) -> Result<Outcome, CliError> {
    const LISTED: usize = 10_000_000;
    let group = catalog::parse_group(&args.group)?;
    let target = args.target.read(&group)?;
    let most = if args.count_only { usize::MAX } else { LISTED };
    let limit = OrbitLimit::points(args.limit.unwrap_or(most)).with_bytes(max_bytes);
    let orbit = orbit(&group, &target, limit, args.stream.is_some())?;
    if let (Some(path), Listed::Packed(orbit)) = (&args.stream, &orbit) {
        output::stream(path, |file| orbit.write_graph(&mut BufWriter::new(file)))?;
    }
    if args.json {
        output::json(&Answer {
            group: &args.group,
            degree: group.degree(),
            action: target.action(),
            point: target.points().to_vec(),
            size: orbit.len(),
            orbit: (!args.count_only).then(|| orbit.points().collect()),
        })?;
    } else {
        let size = orbit.len();
        output::text(&format!(
            "orbit of {target} under {}: {size} points (0-based)",
            args.group
        ))?;
        if !args.count_only {
            list(&orbit, &target)?;
        }
    }
    Ok(Outcome::Good)
}

/// Prints a few thousand lines at a time, so that the text never stands in memory as a whole.
fn list(orbit: &Listed, target: &Target) -> Result<(), CliError> {
    const LINES: usize = 4096;
    let mut points = orbit.points().peekable();
    while points.peek().is_some() {
        let lines: Vec<String> = points
            .by_ref()
            .take(LINES)
            .map(|x| target.show(&x.iter().map(|&p| p as usize).collect::<Vec<_>>()))
            .collect();
        output::text(&lines.join("\n"))?;
    }
    Ok(())
}

fn orbit(
    group: &PermGroup,
    target: &Target,
    limit: OrbitLimit,
    must_be_packed: bool,
) -> Result<Listed, CliError> {
    let mut bar = Progress::over(0);
    let watch = |progress: OrbitProgress| {
        let doing = format!("{} of {} points found so far", progress.done, progress.found);
        bar.at_of(progress.done as u64, progress.found as u64, &doing);
    };
    let points = target.points();
    let packed = match target {
        Target::Set(_) => LargeOrbit::of_set_watched(group, points, limit, watch),
        Target::Point(_) | Target::Tuple(_) => LargeOrbit::of_tuple_watched(group, points, limit, watch),
    };
    let point: Box<[u32]> = points.iter().map(|&p| p as u32).collect();
    match packed {
        Ok(orbit) => Ok(Listed::Packed(orbit)),
        // Too long for a packed word, not too many.
        Err(GroupError::Limit { .. }) if !must_be_packed => {
            let orbit = match target {
                Target::Set(_) => Orbit::new(group, &OnSets, &point, limit)?,
                Target::Point(_) | Target::Tuple(_) => Orbit::new(group, &OnTuples, &point, limit)?,
            };
            Ok(Listed::Plain(orbit.into_points()))
        }
        Err(error) => Err(error.into()),
    }
}

/// A number of bytes with a unit or without.
fn bytes(text: &str) -> Option<usize> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit: usize = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1000,
        "mb" => 1000 * 1000,
        "gb" => 1000 * 1000 * 1000,
        "tb" => 1000 * 1000 * 1000 * 1000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        "tib" => 1 << 40,
        _ => return None,
    };
    number.parse::<usize>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn units_of_memory() {
        for (text, expected) in [
            ("0", Some(0)),
            ("17", Some(17)),
            ("2GiB", Some(2 << 30)),
            ("500 MB", Some(500_000_000)),
            ("GiB", None),
            ("-1", None),
            ("2 apples", None),
            ("1.5GiB", None),
            ("99999999999999TiB", None),
        ] {
            assert_eq!(bytes(text), expected, "{text}");
        }
    }
}
