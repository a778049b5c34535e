//! Stabilizers of sets, tuples, colourings and partitions against GAP's answers (`data/oracle/groups.json`).
//!
//! Every answer is also checked to be a subgroup that keeps what it is the stabilizer of, and every set, colouring
//! and partition is carried along by a random element, which a transporter must then find again.

use std::time::Instant;

use groups::{Action, OnColourings, PermGroup, Permutation};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::table::{group_of, table};

fn read<T: DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap()
}

fn sorted_image(points: &[usize], g: &Permutation) -> Vec<usize> {
    let mut image: Vec<usize> = points.iter().map(|&x| g.image(x)).collect();
    image.sort_unstable();
    image
}

fn image_of_parts(parts: &[Vec<usize>], g: &Permutation) -> Vec<Vec<usize>> {
    let mut images: Vec<Vec<usize>> = parts.iter().map(|part| sorted_image(part, g)).collect();
    images.sort();
    images
}

/// What is asked of one field of one row: the stabilizer, whether an element keeps the object, and whether the
/// object and its image under a random element are found to be in one orbit.
struct Answer {
    stabilizer: PermGroup,
    kept_by_all: bool,
    carried_along: bool,
}

fn set_answer(group: &PermGroup, set: &[usize], g: &Permutation) -> Answer {
    let stabilizer = group.set_stabilizer(set).unwrap();
    let sorted = sorted_image(set, &group.identity());
    let image = sorted_image(set, g);
    let h = group.set_transporter(set, &image).unwrap();
    Answer {
        kept_by_all: stabilizer
            .generators()
            .iter()
            .all(|s| sorted_image(set, s) == sorted),
        carried_along: h.is_some_and(|h| group.contains(&h) && sorted_image(set, &h) == image),
        stabilizer,
    }
}

fn colouring_answer(group: &PermGroup, colours: &[u32], g: &Permutation) -> Answer {
    let stabilizer = group.colouring_stabilizer(colours).unwrap();
    let colours: Box<[u32]> = colours.into();
    let image = OnColourings.act(&colours, g);
    let h = group.colouring_transporter(&colours, &image).unwrap();
    Answer {
        kept_by_all: stabilizer
            .generators()
            .iter()
            .all(|s| OnColourings.act(&colours, s) == colours),
        carried_along: h.is_some_and(|h| group.contains(&h) && OnColourings.act(&colours, &h) == image),
        stabilizer,
    }
}

fn partition_answer(group: &PermGroup, parts: &[Vec<usize>], g: &Permutation) -> Answer {
    let stabilizer = group.partition_stabilizer(parts).unwrap();
    let sorted = image_of_parts(parts, &group.identity());
    let image = image_of_parts(parts, g);
    let h = group.partition_transporter(parts, &image).unwrap();
    Answer {
        kept_by_all: stabilizer
            .generators()
            .iter()
            .all(|s| image_of_parts(parts, s) == sorted),
        carried_along: h.is_some_and(|h| group.contains(&h) && image_of_parts(parts, &h) == image),
        stabilizer,
    }
}

#[test]
fn stabilizers() {
    let mut rng = ChaCha8Rng::seed_from_u64(9);
    let (mut compared, mut wrong, mut times) = (0, Vec::new(), Vec::new());
    for row in table("groups") {
        let group = group_of(&row);
        for field in [
            "set_stabilizer",
            "set_stabilizer_2",
            "coloring_stabilizer",
            "partition_stabilizer",
            "tuple_stabilizer",
        ] {
            let Some(query) = row.get(field).filter(|value| !value.is_null()) else {
                continue;
            };
            let g = group.random_element(&mut rng);
            let start = Instant::now();
            let answer = match field {
                "coloring_stabilizer" => colouring_answer(&group, &read::<Vec<u32>>(&query["coloring"]), &g),
                "partition_stabilizer" => partition_answer(&group, &read::<Vec<_>>(&query["parts"]), &g),
                "tuple_stabilizer" => {
                    let tuple: Vec<usize> = read(&query["tuple"]);
                    let stabilizer = group.pointwise_stabilizer(&tuple).unwrap();
                    let fixed = |s: &Permutation| tuple.iter().all(|&x| s.image(x) == x);
                    Answer {
                        kept_by_all: stabilizer.generators().iter().all(fixed),
                        carried_along: true,
                        stabilizer,
                    }
                }
                _ => set_answer(&group, &read::<Vec<usize>>(&query["set"]), &g),
            };
            let what = format!("{field} of {}", row["name"]);
            times.push((start.elapsed(), what.clone()));
            compared += 1;
            let (found, expected) = (
                answer.stabilizer.order().to_string(),
                query["order"].as_str().unwrap(),
            );
            if found != expected {
                wrong.push(format!("{what}: found {found}, expected {expected}"));
            }
            if !(answer.kept_by_all && answer.stabilizer.is_subgroup_of(&group)) {
                wrong.push(format!("{what}: not a stabilizer"));
            }
            if !answer.carried_along {
                wrong.push(format!("{what}: no transporter to an image"));
            }
        }
    }
    times.sort();
    for (time, what) in times.iter().rev().take(12) {
        println!("{time:>12.3?}  {what}");
    }
    assert!(
        wrong.is_empty(),
        "{} answers differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(compared >= 900, "only {compared} answers were compared");
}
