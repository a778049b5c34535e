//! `shadow orbits`: the orbits of learned features, exact and as the network moves them, layer by layer.

use std::path::{Path, PathBuf};

use bridge::graph::LabelledGraph;
use bridge::orbits::{LayerOrbits, NetworkOrbits, OrbitOptions, feature_orbits};
use bridge::report::graph_svg;
use serde::Serialize;

use super::isotropy::whole_network;
use super::{CliError, Outcome, discrete, model, output};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    model: model::Args,
    #[command(flatten)]
    group: discrete::Group,
    /// Rows to work on, as for `shadow audit`.
    #[arg(long, value_name = "SOURCE")]
    data: Option<String>,
    /// The stage of this layer only, counted from 0.
    #[arg(long, value_name = "LAYER")]
    layer: Option<usize>,
    /// The tolerance of stabilizers, relative to the norm of a feature; unless given, half of the smallest that gives a random
    /// feature a stabilizer.
    #[arg(long, value_name = "EPSILON", allow_negative_numbers = true)]
    tolerance: Option<f64>,
    /// Rows of the data to use at most.
    #[arg(long, default_value_t = OrbitOptions::default().rows)]
    rows: usize,
    /// Write the answers as JSON to a file, or to the standard output with `-`.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write the graphs to a folder: DOT, GraphML, JSON and SVG.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Seed of every random choice.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    model: &'a Path,
    data: Data<'a>,
    #[serde(flatten)]
    orbits: &'a NetworkOrbits,
}

#[derive(Serialize)]
struct Data<'a> {
    name: &'a str,
    checksum: &'a str,
    rows: usize,
}

pub(crate) fn run(args: &Args) -> Result<Outcome, CliError> {
    let to_file = args.json.as_deref().filter(|path| *path != Path::new("-"));
    if let Some(path) = to_file {
        output::writable(path)?;
    }
    if let Some(folder) = &args.out {
        output::folder(folder)?;
    }
    let network = whole_network(&args.model.read()?);
    let data = discrete::rows(args.data.as_deref(), &network, args.seed)?;
    let group = args.group.on(&network, &data)?;
    let options = OrbitOptions {
        layer: args.layer,
        tolerance: args.tolerance,
        rows: args.rows,
        seed: args.seed,
    };
    let found = feature_orbits(&network, &data, &group, &options)?;
    if let Some(folder) = &args.out {
        for (name, graph) in graphs(&found) {
            save(folder, &name, graph)?;
        }
    }
    let report = Report {
        schema: "shadow-orbits/1",
        model: args.model.path(),
        data: Data {
            name: data.name(),
            checksum: data.checksum(),
            rows: data.len(),
        },
        orbits: &found,
    };
    match to_file {
        Some(file) => output::file(file, (output::to_json(&report) + "\n").as_bytes())?,
        None if args.json.is_some() => return output::json(&report).map(|()| Outcome::Good),
        None => {}
    }
    output::text(&describe(args.model.path(), &found))?;
    Ok(Outcome::Good)
}

/// The graphs that were found, with the names of their files.
fn graphs(found: &NetworkOrbits) -> Vec<(String, LabelledGraph)> {
    let mut all = Vec::new();
    for layer in &found.layers {
        let graphs = &layer.graphs;
        let place = format!("layer{}", layer.layer);
        for (name, graph) in [("orbit", &graphs.schreier), ("chain", &graphs.chain)] {
            if let (Some(graph), Some(unit)) = (graph, graphs.unit) {
                all.push((format!("{name}-{place}-unit{unit}"), graph.clone()));
            }
        }
        all.push((format!("types-{place}"), graphs.types.clone()));
    }
    if let Some(tower) = &found.tower {
        all.push(("layers".to_owned(), tower.graph()));
    }
    all
}

/// The largest graph that is drawn: the layout takes cubic time, and more vertices show nothing.
const DRAWN: usize = 260;

fn save(folder: &Path, name: &str, graph: LabelledGraph) -> Result<(), CliError> {
    let path = |ending: &str| folder.join(format!("{name}.{ending}"));
    output::file(&path("dot"), graph.to_dot().as_bytes())?;
    output::file(&path("graphml"), graph.to_graphml().as_bytes())?;
    output::file(&path("json"), output::to_json(&graph.to_json()).as_bytes())?;
    if graph.vertex_count() <= DRAWN {
        output::file(&path("svg"), graph_svg(&graph).as_bytes())?;
    }
    Ok(())
}

fn describe(path: &Path, found: &NetworkOrbits) -> String {
    let mut text = format!(
        "{}: {} (order {}) on {} rows; each figure with that of the null in parentheses\n",
        path.display(),
        found.group,
        found.group_order,
        found.rows
    );
    for layer in &found.layers {
        text += &describe_layer(layer);
    }
    if let Some(tower) = &found.tower {
        let images: Vec<String> = tower
            .levels
            .iter()
            .map(|l| format!("{}{}", l.blocks, if l.quotient { "" } else { " (no quotient)" }))
            .collect();
        text += &format!(
            "orbit of the first row in the layers: {} points → {}\n",
            tower.points,
            images.join(" → ")
        );
    }
    let tuples: Vec<String> = found
        .tuples
        .iter()
        .map(|t| match t.isotropy_types {
            Some(types) => format!("{} of {} types", t.orbits, types),
            None => t.orbits.clone(),
        })
        .collect();
    text += &format!("orbits of tuples of 1, 2, … coordinates: {}\n", tuples.join(", "));
    for item in &found.unanswered {
        text += &format!("not answered: {}: {}\n", item.question, item.why);
    }
    text
}

fn describe_layer(layer: &LayerOrbits) -> String {
    let mut text = format!("{}: {} units\n", layer.stage, layer.units);
    for (what, against) in [
        ("mean distance of the matched orbits", &layer.distance),
        ("Hausdorff distance", &layer.hausdorff),
        ("symmetry of the features", &layer.symmetry),
    ] {
        text += &format!(
            "  {what} {:.3} ({:.3}); better than the null with probability {:.2} ({:.2} to {:.2})\n",
            against.learned, against.null, against.better.estimate, against.better.low, against.better.high
        );
    }
    for (what, [ours, null]) in [
        ("error of the induced maps", layer.residual),
        ("off a representation by", layer.representation_defect),
        ("change of inner products", layer.gram_defect),
        (
            "symmetry of rows seen here",
            [layer.rows.symmetry, layer.rows_of_null.symmetry],
        ),
    ] {
        text += &format!("  {what} {ours:.3} ({null:.3})\n");
    }
    text += &format!("  stabilizers at tolerance {:.3}:", layer.tolerance);
    for kind in &layer.types.types {
        text += &format!(
            " order {} orbit {} ({} features)",
            kind.stabilizer_order,
            kind.orbit_size,
            kind.units.len()
        );
        if let Some(measures) = &kind.schreier {
            let diameter = measures.diameter.map_or("unknown".to_owned(), |d| d.to_string());
            text += &format!(
                " [diameter {diameter}, gap {:.4}, return {:.3}, hit {:.3}]",
                measures.spectrum.gap, measures.hitting.return_time, measures.hitting.from_uniform
            );
        }
        text += ";";
    }
    text.pop();
    text.push('\n');
    if !layer.refused.is_empty() {
        text += &format!(
            "  {} units have no feature: {}\n",
            layer.refused.len(),
            layer.refused[0].why
        );
    }
    text
}
