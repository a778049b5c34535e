//! `shadow volume`: how fast the volume of near-stabilizers, or of near-solutions, shrinks with the tolerance.

use std::path::{Path, PathBuf};

use bridge::volume::{
    BoxLoss, GroupVolume, LearningCoefficient, MonomialLoss, Moved, NestedOptions, NetworkLoss,
    PolynomialLoss, ReducedRankLoss, follow,
};
use groups::lie::haar::{Measure, VolumeQuestion};
use groups::linear::RationalMatrix;
use groups::polynomial::Polynomial;
use nalgebra::DMatrix;
use nets::DataSource;
use serde::Serialize;

use super::{CliError, Outcome, model, output};

#[derive(clap::Args)]
#[command(group = clap::ArgGroup::new("what").required(true).args(["group", "loss", "crossing", "reduced_rank", "model"]))]
pub(crate) struct Args {
    /// A group that moves a point: SO(n) or O(n), by Haar measure; GL(n) needs --proposal.
    #[arg(long, requires = "point")]
    group: Option<String>,
    /// The point: a vector "1,0,0", or a symmetric matrix "1,0; 0,2", moved as a quadratic form.
    #[arg(long, value_name = "X", allow_hyphen_values = true)]
    point: Option<String>,
    /// From what to draw elements of a group without invariant probability: ball:R, the Frobenius ball of that radius.
    #[arg(long, value_name = "LAW", requires = "group")]
    proposal: Option<String>,
    /// Number of group elements to draw.
    #[arg(long, default_value_t = 1_000_000, requires = "group")]
    samples: u64,
    /// The tolerances, relative to the norm of the point: LOW,HIGH.
    #[arg(long, default_value = "0.02,0.3", value_name = "LOW,HIGH")]
    epsilon: String,
    /// A polynomial loss that is nowhere negative, such as x^2*y^4, or w1^2*w2^4 in weights.
    #[arg(long, value_name = "K", allow_hyphen_values = true)]
    loss: Option<String>,
    /// A normal crossing by its exponents: 2,4 for x^2*y^4.
    #[arg(long, value_name = "EXPONENTS", value_delimiter = ',')]
    crossing: Option<Vec<u32>>,
    /// Reduced-rank regression: inputs, hidden units, outputs, true rank.
    #[arg(long, value_name = "M,H,N,R", value_delimiter = ',')]
    reduced_rank: Option<Vec<usize>>,
    /// A trained network of at most 200 weights: the loss is the mean square change of its outputs on --data.
    #[arg(long, requires = "data")]
    model: Option<PathBuf>,
    /// Rows for the network.
    #[arg(long, value_name = "SOURCE")]
    data: Option<String>,
    /// Half the side of the box of parameters; for a network, about its weights.
    #[arg(long = "box", value_name = "B")]
    half_width: Option<f64>,
    /// Live points in each run of nested sampling; 250 for a network, 1000 otherwise, unless given.
    #[arg(long, value_name = "N")]
    live: Option<usize>,
    /// Independent runs.
    #[arg(long, default_value_t = 4)]
    runs: usize,
    /// The smallest loss to follow the volume to, where the arithmetic of the loss allows it.
    #[arg(long, default_value = "1e-60")]
    floor: f64,
    /// Seed of every random choice.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// An answer, the same fields for groups and for losses. Absent is what does not apply.
#[derive(Serialize)]
struct Answer {
    schema: &'static str,
    question: String,
    /// λ: V(K < t) ~ t^λ. For a group, K = ‖gx − x‖² and λ is half the exponent.
    lambda: f64,
    multiplicity: u32,
    /// V ~ ε^exponent, with K = ε².
    exponent: f64,
    /// The factor before the power (and, for m > 1, before the power of −ln t), V as a share of the box or of the group.
    constant: f64,
    /// Confidence interval for λ.
    interval: (f64, f64),
    level: f64,
    /// Of losses; for a group, of ε.
    window: (f64, f64),
    seed: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<GroupVolume>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coefficient: Option<LearningCoefficient>,
    /// λ and m of the theory, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    theory: Option<(f64, u32)>,
}

pub(crate) fn run(args: &Args) -> Result<Outcome, CliError> {
    let answer = if let Some(group) = &args.group {
        of_group(args, group)?
    } else if let Some(exponents) = &args.crossing {
        let loss = MonomialLoss::new(exponents)?;
        of_loss(
            args,
            format!("normal crossing {exponents:?}"),
            &loss,
            Some(loss.theory()),
            1000,
        )?
    } else if let Some(widths) = &args.reduced_rank {
        let &[m, h, n, r] = widths.as_slice() else {
            return Err(option(
                "--reduced-rank",
                &format!("{widths:?}"),
                "four numbers: M,H,N,R",
            ));
        };
        let loss = ReducedRankLoss::new(m, h, n, r)?;
        of_loss(
            args,
            format!("reduced-rank regression {m},{h},{n} of rank {r}"),
            &loss,
            Some(loss.theory()),
            250,
        )?
    } else if let Some(path) = &args.model {
        of_network(args, path)?
    } else {
        let text = args.loss.as_deref().unwrap_or_default();
        let polynomial = Polynomial::parse(&weights_as_coordinates(text), None)?;
        let loss = PolynomialLoss::new(&polynomial, args.half_width.unwrap_or(1.0))?;
        of_loss(args, format!("loss {text}"), &loss, None, 1000)?
    };
    if args.json {
        output::json(&answer)?;
    } else {
        output::text(&describe(&answer))?;
    }
    Ok(Outcome::Good)
}

fn option(option: &'static str, value: &str, expected: &'static str) -> CliError {
    CliError::Option {
        option,
        value: value.to_owned(),
        expected,
    }
}

/// The text with weights w1, w2, … under the names that polynomials have, x1, x2, ….
fn weights_as_coordinates(text: &str) -> String {
    let numbered = |pair: &[u8]| pair[0] == b'w' && pair[1].is_ascii_digit();
    if text.as_bytes().windows(2).any(numbered) && !text.contains('x') {
        text.replace('w', "x")
    } else {
        text.to_owned()
    }
}

fn of_loss<L: BoxLoss>(
    args: &Args,
    question: String,
    loss: &L,
    theory: Option<(f64, u32)>,
    live: usize,
) -> Result<Answer, CliError> {
    let options = NestedOptions {
        live: args.live.unwrap_or(live),
        runs: args.runs,
        sweeps: if loss.dimension() > 8 { 1 } else { 4 },
        floor: args.floor,
        seed: args.seed,
        ..NestedOptions::default()
    };
    let found = LearningCoefficient::of(&follow(loss, &options)?)?;
    Ok(Answer {
        schema: "shadow.volume/1",
        question,
        lambda: found.lambda,
        multiplicity: found.multiplicity,
        exponent: 2.0 * found.lambda,
        constant: found.log_constant.exp(),
        interval: found.interval,
        level: found.level,
        window: found.window,
        seed: found.seed,
        group: None,
        coefficient: Some(found),
        theory,
    })
}

/// Rows of the data that the loss of a network is averaged over: more sharpen nothing but cost time.
const ROWS: usize = 64;

fn of_network(args: &Args, path: &Path) -> Result<Answer, CliError> {
    let network = model::read(path, None)?.network();
    let source = args.data.as_deref().unwrap_or_default();
    let data = source.parse::<DataSource>()?.read()?;
    let rows = data.len().min(ROWS);
    let chosen = |k: usize| k * data.len() / rows;
    let matrix = DMatrix::from_fn(data.width(), rows, |i, k| {
        f64::from(data.values()[chosen(k) * data.width() + i])
    });
    let loss = NetworkLoss::new(&network, matrix, args.half_width.unwrap_or(0.5))?;
    of_loss(
        args,
        format!(
            "weights of {} that give its outputs on {rows} rows of {}",
            path.display(),
            data.name()
        ),
        &loss,
        None,
        250,
    )
}

fn of_group(args: &Args, group: &str) -> Result<Answer, CliError> {
    let measure = measure(group, args.proposal.as_deref())?;
    let point = args.point.as_deref().unwrap_or_default();
    let matrix = RationalMatrix::parse(point)?;
    let moved = match matrix.rows() {
        1 => Moved::Vector(matrix.row(0).to_vec()),
        n if n == matrix.cols() && matrix == matrix.transpose() => Moved::Form(matrix),
        _ => return Err(option("--point", point, "a vector, or a symmetric matrix")),
    };
    let window: Vec<f64> = args
        .epsilon
        .split(',')
        .filter_map(|e| e.trim().parse().ok())
        .collect();
    let &[low, high] = window.as_slice() else {
        return Err(option("--epsilon", &args.epsilon, "two tolerances: LOW,HIGH"));
    };
    if !(low > 0.0 && low < high && high.is_finite()) {
        return Err(option("--epsilon", &args.epsilon, "0 < LOW < HIGH"));
    }
    let question = VolumeQuestion {
        samples: args.samples,
        ..VolumeQuestion::over_decades(low, high, 8)
    };
    let found = GroupVolume::of(&measure, &moved, &question, args.seed)?;
    let (exponent, lower, upper) = found.exponent.unwrap_or((f64::NAN, f64::NAN, f64::NAN));
    let law = found.estimate.law.as_ref();
    Ok(Answer {
        schema: "shadow.volume/1",
        question: format!("{group} moving {point}"),
        lambda: exponent / 2.0,
        multiplicity: 1,
        exponent,
        constant: found.constant.map_or(f64::NAN, |c| c.0),
        interval: (lower / 2.0, upper / 2.0),
        level: question.confidence,
        window: law.map_or((low, high), |law| (law.epsilon_min, law.epsilon_max)),
        seed: args.seed,
        theory: Some((found.orbit_dimension as f64 / 2.0, 1)),
        group: Some(found),
        coefficient: None,
    })
}

/// From what the elements of the named group are drawn.
fn measure(group: &str, proposal: Option<&str>) -> Result<Measure, CliError> {
    const KNOWN: &str = "SO(n), O(n), or GL(n) with --proposal ball:R, n from 1 to 64";
    let refuse = || option("--group", group, KNOWN);
    let (name, rest) = group.trim().split_once('(').ok_or_else(refuse)?;
    let n: usize = rest.trim_end_matches(')').trim().parse().map_err(|_| refuse())?;
    if !(1..=64).contains(&n) {
        return Err(refuse());
    }
    match (name.trim().to_ascii_uppercase().as_str(), proposal) {
        ("SO", None) => Ok(Measure::SpecialOrthogonal { n }),
        ("O", None) => Ok(Measure::Orthogonal { n }),
        ("GL", None) => Err(option(
            "--group",
            group,
            "a law to draw from, by --proposal ball:R: GL(n) has no invariant probability",
        )),
        ("GL", Some(law)) => {
            let radius = law.strip_prefix("ball:").and_then(|r| r.parse().ok());
            let radius: f64 = radius
                .filter(|r: &f64| r.is_finite() && *r > 0.0)
                .ok_or_else(|| option("--proposal", law, "ball:R, with a radius above 0"))?;
            Ok(Measure::FrobeniusBall { n, radius })
        }
        ("SO" | "O", Some(law)) => Err(option("--proposal", law, "none: this group has Haar probability")),
        _ => Err(refuse()),
    }
}

fn describe(answer: &Answer) -> String {
    let mut text = format!(
        "{}\nlambda {:.4}, {:.0}% interval ({:.4}, {:.4}), multiplicity {}\nexponent of epsilon {:.4}, constant {:.6}\n",
        answer.question,
        answer.lambda,
        100.0 * answer.level,
        answer.interval.0,
        answer.interval.1,
        answer.multiplicity,
        answer.exponent,
        answer.constant,
    );
    let (low, high) = answer.window;
    if let Some(found) = &answer.group {
        let singular: Vec<String> = found.singular_values.iter().map(|s| format!("{s:.4}")).collect();
        text += &format!(
            "fitted for epsilon from {low:.4} to {high:.4}, {} samples\nexact: orbit of dimension {}, stabilizer of dimension {}\nsingular values of the infinitesimal action: {}\n",
            found.estimate.samples,
            found.orbit_dimension,
            found.stabilizer_dimension,
            singular.join(" ")
        );
        if let Some(crossover) = found.crossover {
            let seen: Vec<String> = found
                .scales
                .iter()
                .map(|s| format!("{} at {:.3}", s.dimension, s.epsilon))
                .collect();
            text += &format!(
                "all dimensions show below {crossover:.4}; dimension seen: {}\n",
                seen.join(", ")
            );
        }
        if let (Some(predicted), Some((_, low, high))) = (found.predicted_constant, found.constant) {
            text +=
                &format!("constant of the theory {predicted:.6}, measured interval ({low:.6}, {high:.6})\n");
        }
    }
    if let Some(found) = &answer.coefficient {
        text += &format!(
            "fitted for losses from {low:.1e} to {high:.1e}: {} levels, as good as {:.0} independent ones, R-hat {:.3}, {} evaluations\n",
            found.levels, found.effective_sample_size, found.r_hat, found.evaluations
        );
        if !found.complete {
            text += "the limit of evaluations was reached before the floor\n";
        }
        for fit in found.fits.iter().take(4) {
            text += &format!(
                "  multiplicity {}: lambda {:.4}, log-likelihood {:+.1}\n",
                fit.multiplicity,
                fit.lambda,
                fit.log_likelihood - found.fits[0].log_likelihood
            );
        }
    }
    if let (Some((lambda, multiplicity)), None) = (answer.theory, &answer.group) {
        text += &format!("theory: lambda {lambda}, multiplicity {multiplicity}\n");
    }
    text + &format!("seed {}\n", answer.seed)
}

#[cfg(test)]
mod tests {
    use super::weights_as_coordinates;

    #[test]
    fn weights_have_numbers_and_the_fourth_coordinate_has_none() {
        assert_eq!(weights_as_coordinates("w1^2*w2^4+w10"), "x1^2*x2^4+x10");
        assert_eq!(weights_as_coordinates("x^2+w^4"), "x^2+w^4");
        assert_eq!(weights_as_coordinates("w^4"), "w^4");
    }
}
