//! `shadow lie orbit-table`: the paper's figures with their stabilizers.

use groups::lie::haar::FigureVolume;
use groups::lie::{OrbitEntry, OrbitTable, orbit_table};

use crate::cli::{CliError, Outcome, output};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Measure the volumes of ε-stabilizers beside the exact dimensions.
    #[arg(long)]
    approximate: bool,
    /// The radius of the Frobenius ball of GL(2) from which matrices are drawn.
    #[arg(
        long,
        default_value_t = 2.0,
        requires = "approximate",
        allow_negative_numbers = true
    )]
    radius: f64,
    /// How many matrices are drawn for each figure.
    #[arg(long, default_value_t = 500_000, requires = "approximate", value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    samples: u64,
    /// The seed of the draw.
    #[arg(long, default_value_t = 1, requires = "approximate")]
    seed: u64,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> Result<Outcome, CliError> {
    let mut table = orbit_table()?;
    if args.approximate {
        table.measure(args.radius, args.samples, args.seed)?;
    }
    if args.json {
        output::json(&table)?;
    } else {
        output::text(&describe(&table, args))?;
    }
    Ok(Outcome::Good)
}

fn describe(table: &OrbitTable, args: &Args) -> String {
    let mut text = format!(
        "{:<22}{:<40}{:<10}{:<31}{}\n{:<72}{:<31}{}\n",
        "figure",
        "given by",
        "fixed",
        "in GL(2), dimension 4",
        "in Aff(2), dimension 6",
        "",
        "stab orb  type           comp",
        "stab orb  type           comp"
    );
    for row in &table.rows {
        text += &format!("{:<22}{:<40}{:<10}", row.figure, row.given_by, row.fixed);
        for entry in &row.entries {
            text += &format!("{:<31}", cell(entry));
        }
        text = text.trim_end().to_owned() + "\n";
    }
    text += "\nstab and orb are dimensions; type is that of the Lie algebra of the stabilizer; comp is the group of its\n\
             components (? where it is not proved). A finite stabilizer is its own component group.\n";
    text += &format!("\n{}\n", table.circle_and_ellipse);
    if let Some(both) = &table.comparison {
        text += &format!(
            "\nVolumes of {{g : distance(g·figure, figure) < ε}}, {} matrices, seed {}, Frobenius ball of radius {}:\n",
            args.samples, args.seed, args.radius
        );
        text += &format!(
            "{:<22}{:<34}{:<34}\n",
            "figure", "GL(2), exponent (exact)", "O(2), exponent (exact)"
        );
        for row in table.rows.iter().filter(|row| !row.volumes.is_empty()) {
            text += &format!("{:<22}", row.figure);
            for volume in &row.volumes {
                text += &format!("{:<34}", exponent(volume));
            }
            text = text.trim_end().to_owned() + "\n";
        }
        text += "\nThe error of an exponent is its standard error, enlarged where the counts bend away from a power law.\n";
        let last = |estimate: &groups::lie::haar::VolumeEstimate| {
            estimate.points.last().map_or_else(String::new, |point| {
                format!(
                    "{:.4} in [{:.4}, {:.4}] at ε = {}",
                    point.volume, point.lower, point.upper, point.epsilon
                )
            })
        };
        text += &format!(
            "\ncircle   {}\nellipse  {} (axis ratio {})\nconstant without a ball {:.4} ε^{} for both; inside the ball lie {:.3} and {:.3} of the stabilizers\n",
            last(&both.circle),
            last(&both.ellipse),
            both.axis_ratio,
            both.constant,
            both.orbit_dimension,
            both.shares[0],
            both.shares[1],
        );
        text += &format!("\n{}\n", table.norm_ball);
    }
    text
}

fn cell(entry: &OrbitEntry) -> String {
    let components = entry
        .components
        .as_ref()
        .and_then(|c| c.kind.as_deref())
        .unwrap_or("?");
    format!(
        "{:>4}{:>4}  {:<15}{components}",
        entry.stabilizer_dim, entry.orbit_dim, entry.kind
    )
}

fn exponent(volume: &FigureVolume) -> String {
    let exact = volume.orbit_dimension;
    match &volume.estimate.law {
        Some(law) => format!("{:.2} ± {:.2} ({exact})", law.slope, law.scaled_slope_error()),
        None if volume.fixes_everything() => format!("0, every g within every ε ({exact})"),
        None => format!("too few hits ({exact})"),
    }
}
