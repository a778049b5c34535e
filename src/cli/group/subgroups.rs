//! `shadow group subgroups`.

use groups::catalog;
use groups::subgroups::{Cover, SubgroupLattice, SubgroupLimits};
use serde::Serialize;

use crate::cli::{CliError, Outcome, output};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// A name (S5, M24, PSL(2,7), "S3 wr S2", rubik) or 1-based cycles ("(1,2,3)(4,5),(1,2)").
    group: String,
    /// Print JSON (0-based points and classes).
    #[arg(long)]
    json: bool,
    /// The largest order of a group whose subgroups are listed.
    #[arg(long, default_value_t = SubgroupLimits::default().max_order)]
    max_order: usize,
    /// The most subgroups.
    #[arg(long, default_value_t = SubgroupLimits::default().max_subgroups)]
    limit: usize,
}

#[derive(Serialize)]
struct Answer<'a> {
    group: &'a str,
    degree: usize,
    order: String,
    n_subgroup_classes: usize,
    n_subgroups: usize,
    classes: Vec<Class>,
    covers: Vec<Cover>,
}

#[derive(Serialize)]
struct Class {
    order: String,
    length: String,
    normalizer_order: String,
    normal: bool,
    generators: Vec<Vec<u32>>,
}

pub(super) fn run(args: &Args) -> Result<Outcome, CliError> {
    let group = catalog::parse_group(&args.group)?;
    let limits = SubgroupLimits {
        max_order: args.max_order,
        max_subgroups: args.limit,
        ..SubgroupLimits::default()
    };
    let lattice = group.subgroup_lattice_within(&limits)?;
    if args.json {
        output::json(&answer(&args.group, &lattice))?;
    } else {
        output::text(&table(&args.group, &lattice))?;
    }
    Ok(Outcome::Good)
}

fn answer<'a>(name: &'a str, lattice: &SubgroupLattice) -> Answer<'a> {
    let class = |class: &groups::SubgroupClass| Class {
        order: class.order().to_string(),
        length: class.length().to_string(),
        normalizer_order: class.normalizer_order().to_string(),
        normal: class.is_normal(),
        generators: class
            .representative()
            .generators()
            .iter()
            .map(|g| g.images().to_vec())
            .collect(),
    };
    Answer {
        group: name,
        degree: lattice.group().degree(),
        order: lattice.group().order().to_string(),
        n_subgroup_classes: lattice.n_classes(),
        n_subgroups: lattice.n_subgroups(),
        classes: lattice.classes().iter().map(class).collect(),
        covers: lattice.covers(),
    }
}

fn table(name: &str, lattice: &SubgroupLattice) -> String {
    let mut text = format!(
        "{name}: {} subgroups in {} classes\n class      order     length normalizer  normal  maximal subgroups (class:number)\n",
        lattice.n_subgroups(),
        lattice.n_classes(),
    );
    for (k, class) in lattice.classes().iter().enumerate() {
        let maximal: Vec<String> = lattice
            .maximal_classes(k)
            .iter()
            .map(|cover| format!("{}:{}", cover.lower, cover.below))
            .collect();
        let line = format!(
            "{k:>6} {:>10} {:>10} {:>10}  {:<6}  {}",
            class.order().to_string(),
            class.length().to_string(),
            class.normalizer_order().to_string(),
            if class.is_normal() { "yes" } else { "no" },
            maximal.join(" "),
        );
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
