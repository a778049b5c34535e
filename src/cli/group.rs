//! `shadow group`: questions about a permutation group.

mod analyze;
mod characters;
mod cycle_index;
mod info;
mod isomorphism;
mod orbit;
mod structure;
mod subgroups;
mod target;
mod word;

use std::path::PathBuf;

use bridge::graph::LabelledGraph;
use groups::{PermGroup, catalog};
use serde::Serialize;

use super::{CliError, Outcome, output};
use target::{Target, TargetArgs};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    question: Question,
}

#[derive(clap::Subcommand)]
enum Question {
    /// Order, orbits, base and more.
    Info(info::Args),
    /// The character table, and the constituents of the permutation character.
    Characters(characters::Args),
    /// Series, composition factors by name, and with --normal the normal subgroups.
    Structure(structure::Args),
    /// Whether two groups are isomorphic, and an isomorphism.
    Isomorphism(isomorphism::Args),
    /// The orbit of a point, a set or a tuple.
    Orbit(orbit::Args),
    /// The stabilizer of a point, a set or a tuple.
    Stabilizer(StabilizerArgs),
    /// All subgroups up to conjugacy, with their maximal subgroups.
    Subgroups(subgroups::Args),
    /// An element as a product of the generators.
    Word(word::Args),
    /// The cycle index, as a polynomial.
    CycleIndex(cycle_index::Args),
    /// The Schreier graph of an orbit.
    Graph(GraphArgs),
    /// Answers a table of groups and fields.
    Analyze(analyze::Args),
    /// Answers questions from standard input; started by `analyze`.
    #[command(hide = true)]
    AnalyzeWorker,
}

#[derive(clap::Args)]
struct StabilizerArgs {
    /// A name (S5, M24, PSL(2,7), "S3 wr S2", rubik) or 1-based cycles ("(1,2,3)(4,5),(1,2)").
    group: String,
    #[command(flatten)]
    target: TargetArgs,
    /// Print JSON (0-based points).
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
struct GraphArgs {
    /// A name (S5, M24, PSL(2,7), "S3 wr S2", rubik) or 1-based cycles ("(1,2,3)(4,5),(1,2)").
    group: String,
    #[command(flatten)]
    target: TargetArgs,
    /// Print JSON (node-link form) instead of DOT.
    #[arg(long)]
    json: bool,
    /// Write DOT to a file.
    #[arg(long, value_name = "FILE")]
    dot: Option<PathBuf>,
    /// Write GraphML to a file.
    #[arg(long, value_name = "FILE")]
    graphml: Option<PathBuf>,
    /// The largest orbit that is drawn.
    #[arg(long, default_value_t = 100_000)]
    limit: usize,
}

#[derive(Serialize)]
struct StabilizerAnswer<'a> {
    group: &'a str,
    degree: usize,
    action: &'static str,
    point: Vec<usize>,
    order: String,
    orbit_size: String,
    generators: Vec<Vec<u32>>,
}

pub(crate) fn run(args: &Args) -> Result<Outcome, CliError> {
    match &args.question {
        Question::Info(args) => info::run(args),
        Question::Characters(args) => characters::run(args),
        Question::Orbit(args) => orbit::run(args),
        Question::Structure(args) => structure::run(args),
        Question::Isomorphism(args) => isomorphism::run(args),
        Question::Stabilizer(args) => stabilizer(args),
        Question::Subgroups(args) => subgroups::run(args),
        Question::Word(args) => word::run(args),
        Question::CycleIndex(args) => cycle_index::run(args),
        Question::Graph(args) => graph(args),
        Question::Analyze(args) => analyze::run(args),
        Question::AnalyzeWorker => analyze::serve(),
    }
}

fn stabilizer(args: &StabilizerArgs) -> Result<Outcome, CliError> {
    let group = catalog::parse_group(&args.group)?;
    let target = args.target.read(&group)?;
    let stabilizer = target.stabilizer(&group)?;
    let (order, orbit_size) = (stabilizer.order(), group.order() / stabilizer.order());
    if args.json {
        output::json(&StabilizerAnswer {
            group: &args.group,
            degree: group.degree(),
            action: target.action(),
            point: target.points().to_vec(),
            order: order.to_string(),
            orbit_size: orbit_size.to_string(),
            generators: stabilizer
                .generators()
                .iter()
                .map(|g| g.images().to_vec())
                .collect(),
        })?;
    } else {
        let text = format!(
            "stabilizer of {target} in {}: order {order}, orbit of {orbit_size}\ngenerators (1-based cycles):\n{}",
            args.group,
            cycles(&stabilizer)
        );
        output::text(&text)?;
    }
    Ok(Outcome::Good)
}

fn graph(args: &GraphArgs) -> Result<Outcome, CliError> {
    let group = catalog::parse_group(&args.group)?;
    let target = args.target.read(&group)?;
    let graph = target
        .graph(&group, args.limit)?
        .titled(format!("Orbit of {target} under {}", args.group));
    save(&args.dot, || graph.to_dot())?;
    save(&args.graphml, || graph.to_graphml())?;
    match (args.json, args.dot.is_none() && args.graphml.is_none()) {
        (true, _) => output::json(&graph.to_json())?,
        (false, true) => output::text(&graph.to_dot())?,
        (false, false) => output::text(&count(&graph))?,
    }
    Ok(Outcome::Good)
}

fn save(path: &Option<PathBuf>, text: impl FnOnce() -> String) -> Result<(), CliError> {
    path.as_ref()
        .map_or(Ok(()), |path| output::file(path, text().as_bytes()))
}

fn count(graph: &LabelledGraph) -> String {
    format!(
        "{}: {} vertices, {} arcs",
        graph.title,
        graph.vertex_count(),
        graph.arc_count()
    )
}

/// The generators of a group, one line each.
fn cycles(group: &PermGroup) -> String {
    if group.generators().is_empty() {
        return "()".to_owned();
    }
    group
        .generators()
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

impl Target {
    /// A point of the orbit as people write it.
    fn show(&self, points: &[usize]) -> String {
        let listed = points
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(",");
        match self {
            Target::Point(_) => listed,
            Target::Set(_) => format!("{{{listed}}}"),
            Target::Tuple(_) => format!("({listed})"),
        }
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.action(), self.show(self.points()))
    }
}
