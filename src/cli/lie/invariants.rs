//! `shadow lie invariants`.

use clap::ValueEnum;
use groups::catalog;
use groups::invariants::{
    FiniteMatrixGroup, Form, LinearGroup, MolienSeries, PolynomialInvariants, TensorWord,
};
use groups::lie::MatrixGroup;
use groups::scalar::Scalar;
use serde::Serialize;

use crate::cli::{CliError, Outcome, output};

/// The largest degree: every degree up to it is answered, however few monomials each has.
const DEGREE_LIMIT: u32 = 200;

#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("question").required(true).multiple(true).args(["degree", "tensor"])))]
pub(crate) struct Args {
    /// A classical group (SO(3), O(1,3), Sp(4), …) or a finite group (D4, S5, "S3 wr S2", …).
    #[arg(long)]
    group: String,
    /// Invariant polynomials up to this degree, at most 200.
    #[arg(long)]
    degree: Option<u32>,
    /// Invariant tensors in a space such as T(2,1), Sym(3), Alt(2)*V or Hom(V^2,V).
    #[arg(long, value_name = "WORD")]
    tensor: Option<TensorWord>,
    /// How a finite group acts: D<n> and C<n> by symmetries of the regular polygon in the plane unless `points` is
    /// asked for, all others by permuting coordinates.
    #[arg(long, value_enum)]
    on: Option<Representation>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// The spaces on which a finite group may act.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Representation {
    /// The plane of the regular polygon, by rotations and reflections with cyclotomic entries.
    Plane,
    /// The coordinates of the points that the group permutes.
    Points,
}

#[derive(Serialize)]
struct Answer<'a> {
    group: &'a str,
    representation: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    polynomials: Option<Polynomials>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tensors: Option<Tensors>,
}

#[derive(Serialize)]
struct Polynomials {
    degree: u32,
    /// By degree, from 0.
    dimensions: Vec<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ring: Option<InvariantRing>,
    basis: Vec<Vec<String>>,
}

/// What is known of the ring of a finite group beyond bases.
#[derive(Serialize)]
struct InvariantRing {
    molien_series: MolienSeries,
    generators: Vec<String>,
    generator_degrees: Vec<u32>,
    generate_the_whole_ring: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    primary_degrees: Option<Vec<u32>>,
    /// Coefficient d counts the secondary invariants of degree d.
    #[serde(skip_serializing_if = "Option::is_none")]
    secondary_degrees: Option<String>,
}

#[derive(Serialize)]
struct Tensors {
    space: String,
    ambient_dimension: usize,
    dimension: usize,
    /// Each vector by its nonzero coordinates.
    basis: Vec<Vec<(usize, String)>>,
}

pub(super) fn run(args: &Args) -> Result<Outcome, CliError> {
    if let Some(degree) = args.degree.filter(|&degree| degree > DEGREE_LIMIT) {
        return Err(groups::GroupError::Limit {
            what: "the degree",
            asked: degree.into(),
            limit: DEGREE_LIMIT.into(),
        }
        .into());
    }
    let answer = match args.group.parse::<MatrixGroup>() {
        Ok(group) => {
            if args.on.is_some() {
                return Err(CliError::Usage(format!(
                    "--on is for finite groups, {group} has its matrices"
                )));
            }
            let linear = LinearGroup::of_matrix_group(&group)?;
            Answer {
                group: &args.group,
                representation: format!("matrices of size {}", linear.size()),
                order: None,
                polynomials: args
                    .degree
                    .map(|degree| of_linear_group(&linear, degree))
                    .transpose()?,
                tensors: tensors(args, &linear)?,
            }
        }
        Err(error @ groups::GroupError::Limit { .. }) => return Err(error.into()),
        Err(_) => finite(args)?,
    };
    if args.json {
        output::json(&answer)?;
    } else {
        output::text(&describe(&answer))?;
    }
    Ok(Outcome::Good)
}

fn finite(args: &Args) -> Result<Answer<'_>, CliError> {
    let polygon = polygon(&args.group);
    if let (Some((letter, n)), None | Some(Representation::Plane)) = (polygon, args.on) {
        if args.tensor.is_some() {
            return Err(CliError::Usage(
                "--tensor needs rational matrices: add --on points, or a classical group".to_owned(),
            ));
        }
        let group = match letter {
            'D' => FiniteMatrixGroup::dihedral(n)?,
            _ => FiniteMatrixGroup::rotations(n)?,
        };
        return Ok(Answer {
            group: &args.group,
            representation: format!("the plane of the regular polygon with {n} vertices"),
            order: Some(group.order().to_string()),
            polynomials: args
                .degree
                .map(|degree| of_finite_group(&group, degree))
                .transpose()?,
            tensors: None,
        });
    }
    if args.on == Some(Representation::Plane) {
        return Err(CliError::Option {
            option: "--on",
            value: "plane".to_owned(),
            expected: "a group D<n> or C<n> for the plane of a polygon",
        });
    }
    let group = catalog::parse_group(&args.group)?;
    Ok(Answer {
        group: &args.group,
        representation: format!("permutations of {} coordinates", group.degree()),
        order: Some(group.order().to_string()),
        polynomials: args
            .degree
            .map(|degree| of_finite_group(&group, degree))
            .transpose()?,
        tensors: tensors(args, &LinearGroup::of_permutations(&group))?,
    })
}

/// The letter and the number of a group named D<n> or C<n>.
fn polygon(name: &str) -> Option<(char, usize)> {
    let letter = name.chars().next()?.to_ascii_uppercase();
    let n = name.get(1..)?.parse().ok()?;
    matches!(letter, 'D' | 'C').then_some((letter, n))
}

fn of_linear_group(group: &LinearGroup, degree: u32) -> Result<Polynomials, CliError> {
    let bases = (0..=degree)
        .map(|d| group.invariant_forms(d))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Polynomials {
        degree,
        dimensions: bases.iter().map(Vec::len).collect(),
        ring: None,
        basis: texts(&bases),
    })
}

fn of_finite_group<G: PolynomialInvariants>(group: &G, degree: u32) -> Result<Polynomials, CliError> {
    let bases = (0..=degree)
        .map(|d| group.invariants_of_degree(d))
        .collect::<Result<Vec<_>, _>>()?;
    let molien_series = group.molien_series()?;
    let generators = group.fundamental_invariants(Some(degree))?;
    let primary = match generators.is_complete() {
        true => generators.primary()?,
        false => None,
    };
    let primary_degrees: Option<Vec<u32>> = primary.map(|forms| forms.iter().map(|f| f.degree()).collect());
    let secondary = primary_degrees
        .as_ref()
        .and_then(|degrees| molien_series.numerator_over(degrees));
    let ring = InvariantRing {
        molien_series,
        generators: generators.forms().iter().map(ToString::to_string).collect(),
        generator_degrees: generators.forms().iter().map(Form::degree).collect(),
        generate_the_whole_ring: generators.is_complete(),
        primary_degrees,
        secondary_degrees: secondary.map(|numerator| numerator.to_text("t")),
    };
    Ok(Polynomials {
        degree,
        dimensions: bases.iter().map(Vec::len).collect(),
        ring: Some(ring),
        basis: texts(&bases),
    })
}

fn texts<S: Scalar>(bases: &[Vec<Form<S>>]) -> Vec<Vec<String>> {
    let list = |forms: &Vec<Form<S>>| forms.iter().map(ToString::to_string).collect();
    bases.iter().map(list).collect()
}

fn tensors(args: &Args, group: &LinearGroup) -> Result<Option<Tensors>, CliError> {
    let Some(word) = &args.tensor else {
        return Ok(None);
    };
    let found = group.invariant_tensors(word)?;
    let basis = found
        .basis()
        .iter()
        .map(|v| v.iter().map(|(i, x)| (*i, x.to_string())).collect());
    Ok(Some(Tensors {
        space: word.to_string(),
        ambient_dimension: found.ambient(),
        dimension: found.dimension(),
        basis: basis.collect(),
    }))
}

fn describe(answer: &Answer<'_>) -> String {
    let mut text = format!("{} on {}", answer.group, answer.representation);
    if let Some(order) = &answer.order {
        text += &format!(", order {order}");
    }
    text += "\n";
    if let Some(polynomials) = &answer.polynomials {
        if let Some(ring) = &polynomials.ring {
            text += &format!("Molien series {}\n", ring.molien_series);
            let extent = match ring.generate_the_whole_ring {
                true => "generators of the ring".to_owned(),
                false => format!("generators up to degree {}", polynomials.degree),
            };
            text += &format!("{extent}\n");
            for (degree, form) in ring.generator_degrees.iter().zip(&ring.generators) {
                text += &format!("    degree {degree}: {form}\n");
            }
            if let (Some(primary), Some(secondary)) = (&ring.primary_degrees, &ring.secondary_degrees) {
                text +=
                    &format!("primary invariants of degrees {primary:?}, secondary by degree {secondary}\n");
            }
        }
        text += "invariants by degree\n";
        for (degree, forms) in polynomials.basis.iter().enumerate() {
            text += &format!(
                "    degree {degree}, dimension {}\n",
                polynomials.dimensions[degree]
            );
            for form in forms {
                text += &format!("        {form}\n");
            }
        }
    }
    if let Some(tensors) = &answer.tensors {
        text += &format!(
            "{} of dimension {}: {} invariant tensors, as coordinate:coefficient (coordinates from 0)\n",
            tensors.space, tensors.ambient_dimension, tensors.dimension
        );
        for vector in &tensors.basis {
            let terms: Vec<String> = vector.iter().map(|(i, x)| format!("{i}:{x}")).collect();
            text += &format!("    {}\n", terms.join(" "));
        }
    }
    text
}
