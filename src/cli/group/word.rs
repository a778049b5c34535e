//! `shadow group word`.

use groups::{GroupError, Permutation, Step, StraightLineProgram, Witnesses, catalog};
use serde::Serialize;

use crate::cli::{CliError, Outcome, output};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// A name (S5, M24, PSL(2,7), "S3 wr S2", rubik) or 1-based cycles ("(1,2,3)(4,5),(1,2)").
    group: String,
    /// The element: 1-based cycles "(1,2,3)", or the images of the points counted from 0, "[1,2,0]".
    #[arg(long, value_name = "G")]
    element: String,
    /// The longest word that is written out.
    #[arg(long, default_value_t = 1000, value_name = "N")]
    letters: usize,
    /// Print JSON (0-based points).
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Answer<'a> {
    group: &'a str,
    element: &'a [u32],
    /// What x1, x2, … stand for.
    generators: Vec<&'a [u32]>,
    /// x(n + 1), x(n + 2), …, each made of earlier ones.
    program: Vec<NamedStep>,
    /// The number of the x that is the element; none for the identity.
    result: Option<usize>,
    /// The letters from left to right, −k for the inverse of xk; none if there are more than asked for.
    word: Option<Vec<i64>>,
    checked: bool,
}

/// A step by the numbers of the x it takes, from 1.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum NamedStep {
    Product(usize, usize),
    Inverse(usize),
}

impl From<&Step> for NamedStep {
    fn from(step: &Step) -> Self {
        match *step {
            Step::Product(a, b) => Self::Product(a + 1, b + 1),
            Step::Inverse(a) => Self::Inverse(a + 1),
        }
    }
}

pub(super) fn run(args: &Args) -> Result<Outcome, CliError> {
    let group = catalog::parse_group(&args.group)?;
    let element = read(&args.element, group.degree())?;
    let outside = || GroupError::NotAMember {
        what: "the element".to_owned(),
        element: element.to_string(),
    };
    if !group.contains(&element) {
        return Err(outside().into());
    }
    let program = Witnesses::new(&group)?.program(&element).ok_or_else(outside)?;
    if program.evaluate(&group, group.generators())? != element {
        return Err(CliError::WrongProgram(element.to_string()));
    }
    let word = program.word(args.letters);
    if args.json {
        output::json(&Answer {
            group: &args.group,
            element: element.images(),
            generators: group.generators().iter().map(Permutation::images).collect(),
            program: program.steps().iter().map(NamedStep::from).collect(),
            result: program.result().map(|at| at + 1),
            word: word.map(|word| word.iter().map(|&(k, inverted)| signed(k, inverted)).collect()),
            checked: true,
        })?;
        return Ok(Outcome::Good);
    }
    let mut text = format!(
        "{element} is in {}: a program of {} steps, checked\n",
        args.group,
        program.steps().len()
    );
    for (k, g) in group.generators().iter().enumerate() {
        text += &format!("  x{} = {g}\n", k + 1);
    }
    text += &match word {
        Some(word) => format!("word of {} letters: {}", word.len(), powers(&word)),
        None => format!(
            "the word is longer than {} letters\n{}",
            args.letters,
            listing(&program)
        ),
    };
    output::text(&text)?;
    Ok(Outcome::Good)
}

/// A permutation of the degree, as cycles or as images.
fn read(text: &str, degree: usize) -> Result<Permutation, CliError> {
    let text = text.trim();
    if text.starts_with('(') {
        return Ok(Permutation::parse_cycles(text, Some(degree))?);
    }
    let refused = || CliError::Option {
        option: "--element",
        value: text.to_owned(),
        expected: "1-based cycles such as (1,2,3) or 0-based images such as [1,2,0]",
    };
    let inner = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let parts = inner.unwrap_or(text).split(',').map(str::trim);
    let images: Result<Vec<u32>, _> = parts.filter(|part| !part.is_empty()).map(str::parse).collect();
    let element = Permutation::from_images(images.map_err(|_| refused())?)?;
    if element.degree() != degree {
        return Err(CliError::Group(GroupError::DegreeMismatch {
            what: "the element".to_owned(),
            got: element.degree(),
            expected: degree,
        }));
    }
    Ok(element)
}

fn signed(k: usize, inverted: bool) -> i64 {
    let number = k as i64 + 1;
    if inverted { -number } else { number }
}

/// A word with its runs as powers: `x1^2 x2^-1`.
fn powers(word: &[(usize, bool)]) -> String {
    let power = |run: &[(usize, bool)]| {
        let (k, inverted) = run[0];
        match signed(run.len() - 1, inverted) {
            1 => format!("x{}", k + 1),
            exponent => format!("x{}^{exponent}", k + 1),
        }
    };
    let runs: Vec<String> = word.chunk_by(|a, b| a == b).map(power).collect();
    if runs.is_empty() {
        "()".to_owned()
    } else {
        runs.join(" ")
    }
}

/// The steps, one a line.
fn listing(program: &StraightLineProgram) -> String {
    let mut lines = String::new();
    for (k, step) in program.steps().iter().enumerate() {
        let name = program.inputs() + k + 1;
        lines += &match NamedStep::from(step) {
            NamedStep::Product(a, b) => format!("  x{name} = x{a} x{b}\n"),
            NamedStep::Inverse(a) => format!("  x{name} = x{a}^-1\n"),
        };
    }
    lines
}
