//! `--group` and `--output-group`, and the data that questions about a map are asked on.

use std::path::Path;

use bridge::audit::gaussian_rows;
use bridge::symmetry::discrete::{
    DiscreteSymmetries, InputGroup, Layout, OutputRule, Verification, generators_from_json,
};
use nets::{DataSource, Dataset, Network};

use super::CliError;

/// Rows that are drawn when there are no data.
const DRAWN_ROWS: usize = 1_000;

/// Which group to look for discrete symmetries in.
#[derive(clap::Args)]
#[group(skip)]
pub(crate) struct Args {
    /// Where to look for discrete symmetries: `S_6`, `C4`, `D4`, `Z8xZ8`, `grid:full`, `signs`, `signed`, `rows:S_5`,
    /// `file:GENERATORS.json`, … (docs/input-groups.md); what suits the input unless given.
    #[arg(long, value_name = "GROUP")]
    group: Option<String>,
    /// What the outputs are to do: `fixed`, `same` (move as the inputs do) or `fit` (be permuted as fits best); fixed, and
    /// same where the outputs are laid out like the inputs, unless given.
    #[arg(long, value_name = "RULE")]
    output_group: Option<String>,
}

/// A group that has to be named.
#[derive(clap::Args)]
#[group(skip)]
pub(crate) struct Group {
    /// The group on the inputs: `S_6`, `C4`, `D4`, `Z8xZ8`, `grid:full`, `signs`, `signed`, `rows:S_5`,
    /// `file:GENERATORS.json`, … (docs/input-groups.md).
    #[arg(long, value_name = "GROUP")]
    group: String,
}

impl Group {
    /// The group on inputs of this network and these data.
    pub(crate) fn on(&self, network: &Network, data: &Dataset) -> Result<InputGroup, CliError> {
        input_group(&self.group, network, data)
    }
}

/// The group that a text names, or that a file generates.
fn input_group(text: &str, network: &Network, data: &Dataset) -> Result<InputGroup, CliError> {
    Ok(match text.strip_prefix("file:") {
        Some(path) => {
            let path = Path::new(path);
            let json = std::fs::read_to_string(path).map_err(CliError::read(path))?;
            generators_from_json(text, &json, network.input_width())?
        }
        None => InputGroup::parse(text, &Layout::of_inputs(network, data))?,
    })
}

impl Args {
    /// The group on inputs of this network and these data.
    pub(crate) fn group(&self, network: &Network, data: &Dataset) -> Result<Option<InputGroup>, CliError> {
        let group = self.group.as_ref().map(|text| input_group(text, network, data));
        group.transpose()
    }

    /// What the outputs are to do.
    pub(crate) fn rule(&self) -> Result<Option<OutputRule>, CliError> {
        let parse = |text: &String| {
            text.parse().map_err(|_| CliError::Option {
                option: "--output-group",
                value: text.clone(),
                expected: "fixed, same or fit",
            })
        };
        self.output_group.as_ref().map(parse).transpose()
    }
}

/// The rows of a source; without one the embedded digits for networks of 64 inputs, and standard Gaussian rows for others.
pub(crate) fn rows(source: Option<&str>, network: &Network, seed: u64) -> Result<Dataset, CliError> {
    let digits = Dataset::digits();
    match source {
        Some(source) => Ok(source.parse::<DataSource>()?.read()?),
        None if network.input_width() == digits.width() => Ok(digits),
        None => Ok(gaussian_rows(network.input_width(), DRAWN_ROWS, seed)?),
    }
}

/// A few lines about what was found.
pub(crate) fn describe(found: &DiscreteSymmetries) -> String {
    let outputs = |rule| match rule {
        OutputRule::Fixed => "outputs stay",
        OutputRule::Same => "outputs move like the inputs",
        OutputRule::Fitted => "outputs permuted as fits best",
    };
    let mut text = format!(
        "discrete symmetries: {}, order {}, within {} (order {}), {}\n",
        found.group,
        found.order,
        found.within,
        found.within_order,
        outputs(found.output)
    );
    let checked = match &found.verification {
        Verification::Exhaustive { elements } => format!("all {elements} elements"),
        Verification::Sampled { elements, .. } => format!("generators and {elements} random elements"),
    };
    text += &format!(
        "  largest deviation {:.3e} ({checked}), tolerance {:.3e}; no symmetry: {:.2}\n",
        found.largest_deviation, found.tolerance, found.chance
    );
    if let Some(wider) = &found.approximate {
        text += &format!(
            "  approximately {}, order {} (largest deviation {:.3})\n",
            wider.group, wider.order, wider.largest_deviation
        );
    }
    if let Some(whole) = found.within_deviation {
        text += &format!("  deviation of {} as a whole {whole:.5}\n", found.within);
    }
    let steps: Vec<String> = found
        .filtration
        .iter()
        .take(8)
        .map(|step| format!("{:.3}: {}", step.epsilon, step.order))
        .collect();
    let more = if found.filtration.len() > 8 { " …" } else { "" };
    text += &format!("  filtration (ε: order)  {}{more}\n", steps.join("  "));
    if let Some(other) = &found.other {
        text += &format!(
            "  {}: {}, order {}\n",
            outputs(other.output),
            other.group,
            other.order
        );
    }
    text
}
