//! `shadow lie roots`.

use groups::lie::RootSystem;
use serde::Serialize;

use crate::cli::{CliError, Outcome, output};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// A finite type: E8, B3, A1+G2, …
    #[arg(value_name = "TYPE")]
    kind: String,
    /// The highest weight of an irreducible representation whose dimension is asked for, in fundamental weights.
    #[arg(long, value_delimiter = ',')]
    weight: Option<Vec<u64>>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Answer {
    #[serde(rename = "type")]
    kind: String,
    rank: usize,
    root_count: usize,
    cartan_matrix: Vec<Vec<i64>>,
    positive_roots: Vec<Vec<i64>>,
    highest_roots: Vec<Vec<i64>>,
    weyl_order: String,
    algebra_dimension: usize,
    fundamental_dimensions: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    irreducible: Option<Irreducible>,
}

#[derive(Serialize)]
struct Irreducible {
    highest_weight: Vec<u64>,
    dimension: String,
}

pub(super) fn run(args: &Args) -> Result<Outcome, CliError> {
    let roots = RootSystem::parse(&args.kind)?;
    let dimension = |weight: &[u64]| -> Result<String, CliError> {
        Ok(roots.dimension_of_irreducible(weight)?.to_string())
    };
    let irreducible = match &args.weight {
        Some(weight) => Some(Irreducible {
            dimension: dimension(weight)?,
            highest_weight: weight.clone(),
        }),
        None => None,
    };
    let fundamental = |i: usize| (0..roots.rank()).map(|j| u64::from(i == j)).collect::<Vec<_>>();
    let answer = Answer {
        kind: roots.kind().to_string(),
        rank: roots.rank(),
        root_count: roots.roots().len(),
        cartan_matrix: roots.cartan_matrix().to_vec(),
        positive_roots: roots.positive_roots().to_vec(),
        highest_roots: roots.highest_roots().into_iter().cloned().collect(),
        weyl_order: roots.weyl_order().to_string(),
        algebra_dimension: roots.rank() + roots.roots().len(),
        fundamental_dimensions: (0..roots.rank())
            .map(|i| dimension(&fundamental(i)))
            .collect::<Result<_, _>>()?,
        irreducible,
    };
    if args.json {
        output::json(&answer)?;
    } else {
        output::text(&describe(&answer))?;
    }
    Ok(Outcome::Good)
}

fn describe(answer: &Answer) -> String {
    let row = |numbers: &Vec<i64>| numbers.iter().map(|x| format!("{x:>3}")).collect::<String>();
    let rows = |matrix: &[Vec<i64>]| matrix.iter().map(row).collect::<Vec<_>>().join("\n    ");
    let mut text = format!(
        "{}: rank {}, {} roots, Weyl group of order {}, Lie algebra of dimension {}\n",
        answer.kind, answer.rank, answer.root_count, answer.weyl_order, answer.algebra_dimension
    );
    text += &format!("Cartan matrix\n    {}\n", rows(&answer.cartan_matrix));
    text += &format!(
        "highest root of each component, in simple roots\n    {}\n",
        rows(&answer.highest_roots)
    );
    text += &format!(
        "dimensions of the fundamental representations\n    {}\n",
        answer.fundamental_dimensions.join(" ")
    );
    if let Some(irreducible) = &answer.irreducible {
        text += &format!(
            "dimension of the representation of highest weight {:?}: {}\n",
            irreducible.highest_weight, irreducible.dimension
        );
    }
    text + &format!(
        "positive roots, by height\n    {}\n",
        rows(&answer.positive_roots)
    )
}
