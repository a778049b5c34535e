//! `shadow lie`: questions about a Lie algebra.

use groups::lie::{IsotropyReport, LieAlgebra, StabilizerMode, parse_algebra, stabilizer_of_polynomials};
use groups::polynomial::Polynomial;
use serde::Serialize;

use super::{CliError, Outcome, output};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    question: Question,
}

#[derive(clap::Subcommand)]
enum Question {
    /// The stabilizer of a figure given by polynomials, and the dimension of its orbit.
    Stabilizer(StabilizerArgs),
}

#[derive(clap::Args)]
struct StabilizerArgs {
    /// The algebra: gl(n), sl(n), so(n), aff(n), se(n), …
    #[arg(long)]
    algebra: String,
    /// A polynomial such as x^2+y^2-1; given several times, the ideal that they generate.
    #[arg(long, required = true, num_args = 1, allow_hyphen_values = true)]
    polynomial: Vec<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Answer<'a> {
    algebra: &'a str,
    dim: usize,
    polynomials: Vec<String>,
    zero_set: IsotropyReport,
    function: IsotropyReport,
}

pub(crate) fn run(args: &Args) -> Result<Outcome, CliError> {
    match &args.question {
        Question::Stabilizer(args) => stabilizer(args),
    }
}

fn stabilizer(args: &StabilizerArgs) -> Result<Outcome, CliError> {
    let algebra = parse_algebra(&args.algebra)?;
    let variables = algebra.coordinates();
    let polynomials: Vec<Polynomial> = args
        .polynomial
        .iter()
        .map(|text| Polynomial::parse(text, variables))
        .collect::<Result<_, _>>()?;
    let report = |mode| -> Result<IsotropyReport, CliError> {
        Ok(stabilizer_of_polynomials(&algebra, &polynomials, mode)?.report())
    };
    let answer = Answer {
        algebra: &args.algebra,
        dim: algebra.dimension(),
        polynomials: polynomials.iter().map(ToString::to_string).collect(),
        zero_set: report(StabilizerMode::ZeroSet)?,
        function: report(StabilizerMode::Function)?,
    };
    if args.json {
        output::json(&answer)?;
    } else {
        output::text(&describe(&algebra, &answer))?;
    }
    Ok(Outcome::Good)
}

fn describe(algebra: &LieAlgebra, answer: &Answer<'_>) -> String {
    let mut text = format!(
        "{} (dimension {}) on {}\n",
        answer.algebra,
        algebra.dimension(),
        answer.polynomials.join(", ")
    );
    for (what, report) in [("zero set", &answer.zero_set), ("function", &answer.function)] {
        text += &format!(
            "stabilizer of the {what}: dimension {}, orbit of dimension {}\n",
            report.dim, report.orbit_dim
        );
        for element in &report.basis {
            text += &format!(
                "    {}\n",
                serde_json::to_string(element).expect("a field of rationals serialises")
            );
        }
        if let Some(structure) = &report.structure {
            let kind = [
                (structure.is_abelian, "abelian"),
                (structure.is_nilpotent, "nilpotent"),
                (structure.is_solvable, "solvable"),
                (structure.is_semisimple, "semisimple"),
            ];
            let names: Vec<&str> = kind.iter().filter(|(is, _)| *is).map(|(_, name)| *name).collect();
            let [positive, negative, zero] = structure.killing_signature;
            text += &format!(
                "    {}; derived series {:?}; Killing form signature (+{positive}, -{negative}, 0·{zero})\n",
                if names.is_empty() {
                    "neither solvable nor semisimple".to_owned()
                } else {
                    names.join(", ")
                },
                structure.derived_series_dims,
            );
        }
    }
    text
}
