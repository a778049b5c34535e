//! `shadow lie stabilizer`: of one figure; `--batch` answers a file of them.

use std::path::PathBuf;

use groups::lie::{
    ComponentGroup, Figure, IsotropyReport, MatrixGroup, StabilizerAnswer, StabilizerMode, component_group,
    isotropy_of_figure, stabilizer_answer,
};
use groups::linear::RationalMatrix;
use groups::polynomial::Polynomial;
use serde::Serialize;

use super::batch;
use crate::cli::{CliError, Outcome, output};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The algebra: gl(n), sl(n), so(n), aff(n), se(n), …
    #[arg(long, required_unless_present_any = ["batch", "basis", "group"])]
    algebra: Option<String>,
    /// A group instead: GL(n), SL(n), O(n), SO(n), Aff(n), E(n), SE(n); its stabilizers come with their components.
    #[arg(long, conflicts_with_all = ["algebra", "basis", "batch"])]
    group: Option<String>,
    /// A JSON file with a basis of matrices, in place of a name.
    #[arg(long, value_name = "FILE", conflicts_with = "algebra")]
    basis: Option<PathBuf>,
    #[command(flatten)]
    figure: FigureArgs,
    /// How a matrix is acted on.
    #[arg(
        long,
        value_name = "ACTION",
        requires = "matrix",
        value_enum,
        default_value = "conjugation"
    )]
    by: By,
    /// The slots of a tensor: how many transform like vectors, and how many like linear forms.
    #[arg(long, value_name = "P,Q", requires = "tensor")]
    slots: Option<String>,
    /// Print JSON; with a file, write it there.
    #[arg(long, value_name = "OUT", num_args = 0..=1)]
    json: Option<Option<PathBuf>>,
}

#[derive(clap::Args)]
#[group(required = true, multiple = false)]
struct FigureArgs {
    /// A polynomial such as x^2+y^2-1; given several times, the ideal that they generate.
    #[arg(long, value_name = "F", num_args = 1, allow_hyphen_values = true)]
    polynomial: Vec<String>,
    /// A vector: 1,0,-1/2.
    #[arg(long, value_name = "V", allow_hyphen_values = true)]
    vector: Option<String>,
    /// Several vectors, each of which stays fixed: "1,0; 0,1".
    #[arg(long, value_name = "V;W", allow_hyphen_values = true)]
    tuple: Option<String>,
    /// A subspace through 0, by vectors that span it: "1,2".
    #[arg(long, value_name = "V;W", allow_hyphen_values = true)]
    subspace: Option<String>,
    /// A bilinear form by its matrix: "1,0; 0,1" (the same as --matrix with --by congruence).
    #[arg(long, value_name = "M", allow_hyphen_values = true)]
    form: Option<String>,
    /// A matrix: "0,1; 0,0".
    #[arg(long, value_name = "M", allow_hyphen_values = true)]
    matrix: Option<String>,
    /// A tensor by its entries in lexicographic order of the indices; needs --slots.
    #[arg(long, value_name = "T", allow_hyphen_values = true, requires = "slots")]
    tensor: Option<String>,
    /// A JSON file of many figures; needs --json OUT.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["algebra", "basis"])]
    batch: Option<PathBuf>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum By {
    /// M -> g M g^-1.
    Conjugation,
    /// M -> g^-t M g^-1, as a bilinear form.
    Congruence,
}

#[derive(Serialize)]
struct Answer<'a> {
    algebra: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    polynomials: Option<Vec<String>>,
    #[serde(flatten)]
    stabilizer: Stabilizer,
    /// Component groups, of the zero set and of the function or of the figure; null where nothing is proved.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    components: Vec<Option<ComponentGroup>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Stabilizer {
    OfPolynomials(StabilizerAnswer),
    OfFigure { dim: usize, stabilizer: IsotropyReport },
}

pub(super) fn run(args: &Args) -> Result<Outcome, CliError> {
    if let Some(file) = &args.figure.batch {
        let out = args.json.as_ref().and_then(Option::as_deref);
        return batch::run(file, out);
    }
    let group: Option<MatrixGroup> = args.group.as_deref().map(str::parse).transpose()?;
    let algebra = match &group {
        Some(group) => group.algebra()?,
        None => super::read_algebra(args.algebra.as_deref(), args.basis.as_deref())?,
    };
    let label = args
        .algebra
        .as_deref()
        .or(args.group.as_deref())
        .unwrap_or("the given algebra");
    let variables = algebra.coordinates();
    let components = |figure: &Figure| -> Result<Option<ComponentGroup>, CliError> {
        Ok(group
            .as_ref()
            .map(|group| component_group(group, figure))
            .transpose()?
            .flatten())
    };
    let (title, answer) = match args.read_figure(variables)? {
        Figure::Polynomials(polynomials, _) => {
            let texts: Vec<String> = polynomials.iter().map(ToString::to_string).collect();
            let answer = Answer {
                algebra: label,
                polynomials: Some(texts.clone()),
                stabilizer: Stabilizer::OfPolynomials(stabilizer_answer(&algebra, &polynomials)?),
                components: match &group {
                    None => Vec::new(),
                    Some(_) => [StabilizerMode::ZeroSet, StabilizerMode::Function]
                        .into_iter()
                        .map(|mode| components(&Figure::Polynomials(polynomials.clone(), mode)))
                        .collect::<Result<_, _>>()?,
                },
            };
            (texts.join(", "), answer)
        }
        figure => {
            let stabilizer = Stabilizer::OfFigure {
                dim: algebra.dimension(),
                stabilizer: isotropy_of_figure(&algebra, &figure)?.report()?,
            };
            let answer = Answer {
                algebra: label,
                polynomials: None,
                stabilizer,
                components: match &group {
                    None => Vec::new(),
                    Some(_) => vec![components(&figure)?],
                },
            };
            ("the figure".to_owned(), answer)
        }
    };
    match &args.json {
        Some(Some(path)) => output::file(path, output::to_json(&answer).as_bytes())?,
        Some(None) => output::json(&answer)?,
        None => output::text(&describe(&title, &answer))?,
    }
    Ok(Outcome::Good)
}

impl Args {
    fn read_figure(&self, variables: Option<usize>) -> Result<Figure, CliError> {
        let given = &self.figure;
        let rows = |text: &str| -> Result<Vec<_>, CliError> {
            let matrix = RationalMatrix::parse(text)?;
            Ok((0..matrix.rows()).map(|i| matrix.row(i).to_vec()).collect())
        };
        Ok(
            if let Some(text) = given.vector.as_ref().or(given.tuple.as_ref()) {
                let points = rows(text)?;
                if given.vector.is_some() && points.len() > 1 {
                    return Err(CliError::Option {
                        option: "--vector",
                        value: text.clone(),
                        expected: "one vector, such as 1,0 (several: --tuple)",
                    });
                }
                Figure::Points(points)
            } else if let Some(text) = &given.subspace {
                Figure::Subspaces(vec![RationalMatrix::parse(text)?])
            } else if let Some(text) = &given.form {
                Figure::Congruence(RationalMatrix::parse(text)?)
            } else if let Some(text) = &given.matrix {
                let matrix = RationalMatrix::parse(text)?;
                match self.by {
                    By::Conjugation => Figure::Conjugation(matrix),
                    By::Congruence => Figure::Congruence(matrix),
                }
            } else if let Some(text) = &given.tensor {
                let (contravariant, covariant) = slots(self.slots.as_deref().unwrap_or_default())?;
                Figure::Tensor {
                    contravariant,
                    covariant,
                    entries: rows(text)?.concat(),
                }
            } else {
                let read = |text: &String| Polynomial::parse(text, variables);
                let polynomials = given.polynomial.iter().map(read).collect::<Result<_, _>>()?;
                Figure::Polynomials(polynomials, StabilizerMode::ZeroSet)
            },
        )
    }
}

fn slots(text: &str) -> Result<(usize, usize), CliError> {
    let number = |part: &str| part.trim().parse::<usize>().ok().filter(|&k| k < 64);
    text.split_once(',')
        .and_then(|(p, q)| number(p).zip(number(q)))
        .ok_or_else(|| CliError::Option {
            option: "--slots",
            value: text.to_owned(),
            expected: "two numbers below 64, such as 0,2",
        })
}

fn describe(title: &str, answer: &Answer<'_>) -> String {
    let (dim, reports) = match &answer.stabilizer {
        Stabilizer::OfPolynomials(both) => (
            both.dim,
            vec![
                (" of the zero set", &both.zero_set),
                (" of the function", &both.function),
            ],
        ),
        Stabilizer::OfFigure { dim, stabilizer } => (*dim, vec![("", stabilizer)]),
    };
    let mut text = format!("{} (dimension {dim}) on {title}\n", answer.algebra);
    for (at, (what, report)) in reports.into_iter().enumerate() {
        text += &format!(
            "stabilizer{what}: {}, dimension {}, orbit of dimension {}\n",
            report.kind, report.dim, report.orbit_dim
        );
        match answer.components.get(at) {
            Some(Some(found)) => {
                let kind = found
                    .kind
                    .as_ref()
                    .map(|kind| format!(", the group {kind}"))
                    .unwrap_or_default();
                text += &format!(
                    "    components: {}{kind}, {} of positive determinant\n",
                    found.order, found.orientation_preserving
                );
            }
            Some(None) => text += "    components: not proved\n",
            None => {}
        }
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
