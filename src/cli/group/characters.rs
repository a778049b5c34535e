//! `shadow group characters`.

use groups::catalog;
use groups::characters::CharacterTable;
use serde::Serialize;

use crate::cli::{CliError, Outcome, output};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// A name (S5, M11, PSL(2,7), "S3 wr S2", Q8) or 1-based cycles ("(1,2,3)(4,5),(1,2)").
    group: String,
    /// Print JSON (0-based points; values as sums of roots of unity E(n)).
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Answer<'a> {
    group: &'a str,
    order: String,
    classes: Vec<Class>,
    characters: Vec<Character>,
    permutation_character: PermutationCharacter,
}

#[derive(Serialize)]
struct Class {
    element_order: String,
    size: String,
    representative: Vec<u32>,
    /// The class of the squares.
    square: usize,
    inverse: usize,
}

#[derive(Serialize)]
struct Character {
    degree: u64,
    indicator: i8,
    is_rational: bool,
    values: Vec<String>,
}

#[derive(Serialize)]
struct PermutationCharacter {
    multiplicities: Vec<u64>,
    rank: u64,
}

pub(super) fn run(args: &Args) -> Result<Outcome, CliError> {
    let group = catalog::parse_group(&args.group)?;
    let table = group.character_table()?;
    let answer = answer(&args.group, &table)?;
    if args.json {
        output::json(&answer)?;
    } else {
        output::text(&describe(&answer))?;
    }
    Ok(Outcome::Good)
}

fn answer<'a>(name: &'a str, table: &CharacterTable) -> Result<Answer<'a>, CliError> {
    let (squares, inverses) = (table.power_map(2), table.power_map(-1));
    let classes = table.classes().iter().enumerate().map(|(k, class)| Class {
        element_order: class.element_order().to_string(),
        size: class.size().to_string(),
        representative: class.representative().images().to_vec(),
        square: squares[k],
        inverse: inverses[k],
    });
    let indicators = table.indicators()?;
    let characters = indicators.iter().enumerate().map(|(i, &indicator)| Character {
        degree: table.degree(i),
        indicator,
        is_rational: table.is_rational(i),
        values: (0..table.len()).map(|k| table.value(i, k).to_string()).collect(),
    });
    let multiplicities = table.decompose(&table.permutation_character())?;
    Ok(Answer {
        group: name,
        order: table.group_order().to_string(),
        classes: classes.collect(),
        characters: characters.collect(),
        permutation_character: PermutationCharacter {
            rank: multiplicities.iter().map(|m| m * m).sum(),
            multiplicities,
        },
    })
}

/// The table in columns, with the sizes and the element orders of the classes above it.
fn describe(answer: &Answer<'_>) -> String {
    let head = |label: &str, of: fn(&Class) -> String| {
        let cells = answer.classes.iter().map(of);
        [label.to_owned()].into_iter().chain(cells).collect::<Vec<_>>()
    };
    let mut rows = vec![
        head("order", |class| class.element_order.clone()),
        head("size", |class| class.size.clone()),
    ];
    for (i, character) in answer.characters.iter().enumerate() {
        let sign = match character.indicator {
            0 => 'o',
            1.. => '+',
            _ => '-',
        };
        let cells = character.values.iter().cloned();
        rows.push([format!("X{i} {sign}")].into_iter().chain(cells).collect());
    }
    let widths: Vec<usize> = (0..=answer.classes.len())
        .map(|k| rows.iter().map(|row| row[k].chars().count()).max().unwrap_or(0))
        .collect();
    let mut text = format!(
        "{}: order {}, {} classes; indicator + real, - quaternionic, o not real\n",
        answer.group,
        answer.order,
        answer.classes.len()
    );
    for row in &rows {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(cell, &w)| format!("{cell:>w$}"))
            .collect();
        text += &format!("{}\n", cells.join("  "));
    }
    let constituents: Vec<String> = (0..answer.characters.len())
        .filter(|&i| answer.permutation_character.multiplicities[i] > 0)
        .map(|i| match answer.permutation_character.multiplicities[i] {
            1 => format!("X{i}"),
            m => format!("{m} X{i}"),
        })
        .collect();
    text + &format!(
        "permutation character: {}; {} orbits on pairs\n",
        constituents.join(" + "),
        answer.permutation_character.rank
    )
}
