//! `shadow lie info`.

use std::path::PathBuf;

use groups::lie::LieInfo;

use crate::cli::{CliError, Outcome, output};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The algebra: gl(n), sl(n), so(p,q), sp(2n), su(n), aff(n), se(n), heis(3), "sl(2) + so(3)", …
    #[arg(required_unless_present = "basis")]
    algebra: Option<String>,
    /// A JSON file with a basis of matrices, or with structure constants.
    #[arg(long, value_name = "FILE", conflicts_with = "algebra")]
    basis: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> Result<Outcome, CliError> {
    let algebra = super::read_algebra(args.algebra.as_deref(), args.basis.as_deref())?;
    let info = algebra.info()?;
    if args.json {
        output::json(&info)?;
    } else {
        let title = args
            .algebra
            .clone()
            .unwrap_or_else(|| "the given algebra".to_owned());
        output::text(&describe(&title, &info))?;
    }
    Ok(Outcome::Good)
}

fn describe(title: &str, info: &LieInfo) -> String {
    let structure = &info.structure;
    let kinds = [
        (structure.is_abelian, "abelian"),
        (structure.is_nilpotent, "nilpotent"),
        (structure.is_solvable, "solvable"),
        (structure.is_semisimple, "semisimple"),
        (structure.is_reductive, "reductive"),
        (structure.is_perfect, "perfect"),
    ];
    let kinds: Vec<&str> = kinds
        .iter()
        .filter(|(is, _)| *is)
        .map(|(_, kind)| *kind)
        .collect();
    let [positive, negative, zero] = structure.killing_signature;
    let mut lines = vec![
        ("type over R", info.description.clone()),
        ("dimension", info.dimension.to_string()),
        (
            "kind",
            if kinds.is_empty() {
                "none of the named kinds".to_owned()
            } else {
                kinds.join(", ")
            },
        ),
        ("derived series", format!("{:?}", structure.derived_series_dims)),
        (
            "lower central series",
            format!("{:?}", structure.lower_central_series_dims),
        ),
        (
            "Killing form",
            format!(
                "rank {}, signature (+{positive}, -{negative}, 0·{zero})",
                structure.killing_rank
            ),
        ),
        (
            "centre, radical, nilradical",
            format!(
                "{}, {}, {}",
                structure.center_dim, structure.radical_dim, info.nilradical_dim
            ),
        ),
        ("Levi factor", info.levi_dim.to_string()),
        ("Cartan subalgebra", info.cartan_dim.to_string()),
    ];
    if let Some(size) = info.matrix_size {
        lines.insert(2, ("matrix size", size.to_string()));
    }
    if let (Some(kind), Some(roots), Some(weyl)) = (&info.root_system, info.n_roots, &info.weyl_order) {
        let split = if info.is_split == Some(true) {
            ", split over Q"
        } else {
            ""
        };
        lines.push((
            "Dynkin type",
            format!("{kind}{split}: {roots} roots, Weyl group of order {weyl}"),
        ));
        let forms: Vec<String> = info.real_forms.iter().map(|forms| forms.join(" or ")).collect();
        lines.push(("real forms", forms.join(" + ")));
    }
    let body: String = lines
        .iter()
        .map(|(what, value)| format!("  {what:<28}{value}\n"))
        .collect();
    format!("{title}\n{body}")
}
