//! `shadow group structure`.

use groups::{GroupError, PermGroup, catalog};
use serde::Serialize;

use crate::cli::{CliError, Outcome, output};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// A name (S5, M24, PSL(2,7), "S3 wr S2", rubik) or 1-based cycles ("(1,2,3)(4,5),(1,2)").
    group: String,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Also the normal subgroups, a chief series, socle, radical and Fitting subgroup, from all conjugacy classes.
    #[arg(long)]
    normal: bool,
    /// The most normal subgroups that are listed.
    #[arg(long, default_value_t = 100_000)]
    limit: usize,
}

#[derive(Serialize)]
struct Answer<'a> {
    group: &'a str,
    order: String,
    is_abelian: bool,
    is_nilpotent: bool,
    is_solvable: bool,
    is_perfect: bool,
    is_simple: bool,
    abelian_invariants: Vec<u64>,
    center_order: String,
    derived_series_orders: Vec<String>,
    composition_factors: Vec<Factor>,
    /// Order and number among the groups of that order, up to order 100.
    id_small_group: Option<(usize, usize)>,
    /// If asked for, and there are not too many conjugacy classes and normal subgroups.
    #[serde(skip_serializing_if = "Option::is_none")]
    normal: Option<Normal>,
    /// Why something is left out.
    notes: Vec<String>,
}

#[derive(Serialize)]
struct Factor {
    name: String,
    order: String,
    multiplicity: usize,
}

#[derive(Serialize)]
struct Normal {
    n_normal_subgroups: usize,
    normal_subgroup_orders: Vec<String>,
    chief_series_orders: Vec<String>,
    socle_order: String,
    solvable_radical_order: String,
    fitting_subgroup_order: String,
}

pub(super) fn run(args: &Args) -> Result<Outcome, CliError> {
    let group = catalog::parse_group(&args.group)?;
    let mut notes = Vec::new();
    let answer = Answer {
        group: &args.group,
        order: group.order().to_string(),
        is_abelian: group.is_abelian(),
        is_nilpotent: group.is_nilpotent(),
        is_solvable: group.is_solvable(),
        is_perfect: group.is_perfect(),
        is_simple: group.is_simple()?,
        abelian_invariants: group.abelian_invariants(),
        center_order: group.center().order().to_string(),
        derived_series_orders: orders(&group.derived_series()),
        composition_factors: factors(&group)?,
        id_small_group: within_limits(group.id_small_group(), &mut notes)?,
        normal: if args.normal {
            within_limits(normal(&group, args.limit), &mut notes)?
        } else {
            None
        },
        notes,
    };
    if args.json {
        output::json(&answer)?;
    } else {
        output::text(&describe(&answer))?;
    }
    Ok(Outcome::Good)
}

/// Passing a limit is an answer, and other errors are errors.
fn within_limits<T>(result: Result<T, GroupError>, notes: &mut Vec<String>) -> Result<Option<T>, CliError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(limit @ (GroupError::Limit { .. } | GroupError::NotInTable { .. })) => {
            notes.push(limit.to_string());
            Ok(None)
        }
        Err(other) => Err(other.into()),
    }
}

fn orders(groups: &[PermGroup]) -> Vec<String> {
    groups.iter().map(|group| group.order().to_string()).collect()
}

fn factors(group: &PermGroup) -> Result<Vec<Factor>, GroupError> {
    let mut factors: Vec<Factor> = Vec::new();
    for factor in group.composition_factors()? {
        let name = factor.to_string();
        match factors.last_mut().filter(|last| last.name == name) {
            Some(last) => last.multiplicity += 1,
            None => factors.push(Factor {
                name,
                order: factor.order().to_string(),
                multiplicity: 1,
            }),
        }
    }
    Ok(factors)
}

fn normal(group: &PermGroup, limit: usize) -> Result<Normal, GroupError> {
    let subgroups = group.normal_subgroups(limit)?;
    Ok(Normal {
        n_normal_subgroups: subgroups.len(),
        normal_subgroup_orders: orders(&subgroups),
        chief_series_orders: orders(&group.chief_series()?),
        socle_order: group.socle()?.order().to_string(),
        solvable_radical_order: group.solvable_radical()?.order().to_string(),
        fitting_subgroup_order: group.fitting_subgroup()?.order().to_string(),
    })
}

fn describe(answer: &Answer) -> String {
    let properties = [
        ("abelian", answer.is_abelian),
        ("nilpotent", answer.is_nilpotent),
        ("solvable", answer.is_solvable),
        ("perfect", answer.is_perfect),
        ("simple", answer.is_simple),
    ];
    let has: Vec<&str> = properties
        .iter()
        .filter(|(_, yes)| *yes)
        .map(|(name, _)| *name)
        .collect();
    let power = |factor: &Factor| match factor.multiplicity {
        1 => factor.name.clone(),
        m => format!("{}^{m}", factor.name),
    };
    let factors: Vec<String> = answer.composition_factors.iter().map(power).collect();
    let invariants: Vec<String> = answer
        .abelian_invariants
        .iter()
        .map(ToString::to_string)
        .collect();
    let or_none = |text: String| if text.is_empty() { "none".to_owned() } else { text };
    let mut rows = vec![
        ("order", answer.order.clone()),
        ("properties", or_none(has.join(", "))),
        ("factors", or_none(factors.join(" "))),
        ("abelian quotient", or_none(invariants.join(" x "))),
        ("centre", answer.center_order.clone()),
        ("derived series", answer.derived_series_orders.join(" > ")),
    ];
    if let Some((order, index)) = answer.id_small_group {
        rows.push(("small group", format!("{order},{index}")));
    }
    if let Some(normal) = &answer.normal {
        rows.push(("normal subgroups", normal.n_normal_subgroups.to_string()));
        rows.push(("chief series", normal.chief_series_orders.join(" > ")));
        rows.push(("socle", normal.socle_order.clone()));
        rows.push(("radical", normal.solvable_radical_order.clone()));
        rows.push(("Fitting subgroup", normal.fitting_subgroup_order.clone()));
    }
    rows.extend(answer.notes.iter().map(|note| ("left out", note.clone())));
    let lines = rows.iter().map(|(name, value)| format!("  {name:<18}{value}\n"));
    format!("{}\n{}", answer.group, lines.collect::<String>())
}
