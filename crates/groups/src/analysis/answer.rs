//! The answer to one question.

use num_bigint::BigUint;
use num_traits::ToPrimitive;
use serde_json::{Value, json};

use super::Field;
use super::entry::{colours, permutation, permutations, points};
use crate::error::GroupError;
use crate::perm_group::PermGroup;

/// Answers one field of an entry; `input` is what the table has there.
///
/// # Errors
/// What is wrong with the input, or which limit the question passes.
pub fn answer(group: &PermGroup, field: Field, input: &Value) -> Result<Value, GroupError> {
    Ok(match field {
        Field::Orbits => json!(group.orbits()),
        Field::OrbitSizes => group.orbits().iter().map(Vec::len).collect(),
        Field::Primitive => json!(group.is_primitive()),
        Field::Blocks => json!(group.blocks(usize::MAX)?),
        Field::MinimalBlocks => json!(group.minimal_blocks()),
        Field::MinimalBlockSizes => {
            let mut sizes: Vec<usize> = group.minimal_blocks().iter().map(Vec::len).collect();
            sizes.sort_unstable();
            sizes.dedup();
            json!(sizes)
        }
        Field::Order => order(group),
        Field::IsAbelian => json!(group.is_abelian()),
        Field::Members | Field::Nonmembers => permutations(input, group.degree())?
            .iter()
            .map(|g| group.contains(g))
            .collect(),
        Field::Transitivity => json!(group.transitivity()),
        Field::PointStabilizerOrder => order(&group.stabilizer(0)?),
        Field::SylowOrders => json!(group.order_factors()),
        Field::DerivedOrder => order(&group.derived_subgroup()),
        Field::DerivedSeriesOrders => group.derived_series().iter().map(order).collect(),
        Field::AbelianInvariants => json!(group.abelian_invariants()),
        Field::IsPerfect => json!(group.is_perfect()),
        Field::IsSolvable => json!(group.is_solvable()),
        Field::IsNilpotent => json!(group.is_nilpotent()),
        Field::CenterOrder => order(&group.center()),
        Field::OrbitsOnPairs => count(&group.number_of_orbits_on_pairs()?),
        Field::TupleStabilizer
        | Field::SetStabilizer
        | Field::SetStabilizer2
        | Field::ColoringStabilizer
        | Field::PartitionStabilizer => stabilizer(group, field, input)?,
        Field::Centralizer => centralizer(group, input)?,
        Field::Normalizer => normalizer(group, input)?,
        Field::IsSimple => json!(group.is_simple()?),
        Field::CompositionFactors => {
            let factors = group.composition_factors()?;
            factors.iter().map(|factor| factor.order().to_string()).collect()
        }
        Field::BurnsideColorings2 => json!(group.number_of_colourings(&2u32.into())?.to_string()),
        Field::BurnsideColorings3 => json!(group.number_of_colourings(&3u32.into())?.to_string()),
        Field::Exponent => json!(group.exponent()?.to_string()),
        Field::NConjugacyClasses => count(&group.n_conjugacy_classes()?),
        Field::ClassSizes => {
            let classes = group.conjugacy_classes()?;
            let class = |c: &crate::ConjugacyClass| json!([count(c.element_order()), c.size().to_string()]);
            classes.iter().map(class).collect()
        }
        Field::NSylowSubgroups => group
            .order_factors()
            .into_iter()
            .map(|(p, _)| Ok(json!([p, count(&group.n_sylow_subgroups(p)?)])))
            .collect::<Result<_, GroupError>>()?,
        Field::NNormalSubgroups => json!(group.n_normal_subgroups()?),
        Field::IdSmallGroup => {
            let (order, number) = group.id_small_group()?;
            json!([order, number])
        }
        Field::NSubgroupClasses => json!(group.subgroup_lattice()?.n_classes()),
        Field::NSubgroups => json!(group.subgroup_lattice()?.n_subgroups()),
    })
}

fn order(group: &PermGroup) -> Value {
    json!(group.order().to_string())
}

/// A number that is usually small: a number where JSON readers keep it exact, a decimal string beyond.
fn count(number: &BigUint) -> Value {
    match number.to_u64().filter(|n| *n < 1 << 53) {
        Some(small) => json!(small),
        None => json!(number.to_string()),
    }
}

fn stabilizer(group: &PermGroup, field: Field, input: &Value) -> Result<Value, GroupError> {
    let (key, stabilizer) = match field {
        Field::TupleStabilizer => (
            "tuple",
            group.pointwise_stabilizer(&points(&input["tuple"], "`tuple`")?)?,
        ),
        Field::ColoringStabilizer => {
            let colouring = colours(&input["coloring"])?;
            ("coloring", group.colouring_stabilizer(&colouring)?)
        }
        Field::PartitionStabilizer => {
            let parts = input["parts"].as_array().map_or(&[][..], Vec::as_slice);
            let parts = parts.iter().map(|part| points(part, "a part of `parts`"));
            (
                "parts",
                group.partition_stabilizer(&parts.collect::<Result<Vec<_>, _>>()?)?,
            )
        }
        _ => ("set", group.set_stabilizer(&points(&input["set"], "`set`")?)?),
    };
    Ok(json!({key: input[key], "order": order(&stabilizer)}))
}

fn centralizer(group: &PermGroup, input: &Value) -> Result<Value, GroupError> {
    let element = permutation(&input["element"], group.degree())?;
    Ok(json!({
        "element": input["element"],
        "element_order": count(&element.order()),
        "order": order(&group.element_centralizer(&element)?),
    }))
}

fn normalizer(group: &PermGroup, input: &Value) -> Result<Value, GroupError> {
    let generators = permutations(&input["subgroup_generators"], group.degree())?;
    let subgroup = PermGroup::new(group.degree(), generators)?;
    Ok(json!({
        "subgroup_generators": input["subgroup_generators"],
        "subgroup_order": order(&subgroup),
        "order": order(&group.normalizer(&subgroup)?),
    }))
}
