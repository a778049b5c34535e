//! Kinds about finite groups: orbits, searches, walks, tuples.

use groups::PermGroup;
use num_bigint::BigUint;
use serde_json::{Map, Value, json};

use super::params::Params;
use super::{Field, Kind, count, fraction};
use crate::BridgeError;
use crate::claim::Area;
use crate::error::refuse;
use crate::finite::search::{Feature, first_found, group_of, hitting_time};
use crate::finite::walk::Walk;
use crate::finite::{FiniteAction, named_group, orbits, tuples};

const GROUP: Field = Field {
    key: "group",
    about: "a group of the grammar of docs/group-grammar.md (S4, D6, Q8, A5, C12, …), or D4gridN and C4gridN for the pixels of an N x N grid, D2gridHxW, p:k or F21 for x -> ax+b modulo p, CubeFaces, CubeVertices, CubeEdges and those of Tetrahedron, Octahedron, Dodecahedron, Icosahedron",
};
const ACTION: Field = Field {
    key: "action",
    about: "what it acts on, in words: q-colourings, binary or ternary necklaces, q-colour bracelets, words over q letters, k-subsets, unordered or ordered pairs, k-tuples, injective k-tuples, k-multisets, points, colourings of k-subsets; a size that is mentioned (HxW grid, length n, of n, n points, Zn) must be the degree",
};
const ORDER: Field = Field {
    key: "order",
    about: "optional: the order of the group, which is checked",
};
const SEARCH_ACTION: Field = Field {
    key: "action",
    about: "words (also colourings, necklaces, 3x3 words), subsets, tuples or points: what x and y are",
};
const POINTS: Field = Field {
    key: "points",
    about: "optional: the degree of the group, or its order for the regular action",
};
const GRAPH: Field = Field {
    key: "graph",
    about: "C n (a cycle), K n (a complete graph), Cayley(GROUP; …) on the elements in lexicographic order of their images, or Schreier GROUP on POINTS (n vertices, points, k-subsets); up to 1000 points",
};
const GENERATORS: Field = Field {
    key: "generators",
    about: "shifts +1,-1 of a cycle; adjacent, all or star transpositions; k-cycles; r, r^-1, s; i, -i, j, -j of Q8; generators (unit vectors, bit flips), generators and inverses, all non-identity elements; cycles such as (1,2),(1,2,3); one of them is applied at each step, all alike",
};
const LAZY: Field = Field {
    key: "lazy",
    about: "optional, 0: the probability to stay, from 0 to below 1",
};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        id: "orbit-stabilizer-finite",
        code: "C01",
        area: Area::Groups,
        statement: "The size of an orbit times the order of the stabilizer is the order of the group, |G·x| |G_x| = |G|, for every x.",
        source: "textbook (Lagrange); orbits by walking along generators, or by the table of marks",
        control: "Flipping the bits of a word after a shift of even order is an action.",
        params: &[GROUP, ACTION, ORDER],
        value: &[
            Field {
                key: "orbit_size_histogram",
                about: "for each size of an orbit how many there are",
            },
            Field {
                key: "check",
                about: "the statement",
            },
        ],
        accuracy: "exact",
        answer: |params| {
            let action = FiniteAction::parse(params.text("group")?, params.text("action")?)?;
            params.agree("order", &action.group().order())?;
            let histogram = orbits::size_histogram(&action)?;
            let counted: Map<String, Value> = histogram
                .iter()
                .map(|(size, number)| (size.to_string(), count(number)))
                .collect();
            Ok(json!({"orbit_size_histogram": counted, "check": "|O||S|=|G| for every x"}))
        },
    },
    Kind {
        id: "burnside-count",
        code: "C04",
        area: Area::Groups,
        statement: "The number of orbits is the mean number of fixed points, |X/G| = Σ_g |Fix g| / |G|.",
        source: "Cauchy, Frobenius (Burnside's lemma); through the cycle index",
        control: "The number of orbits is |X|/|G| (true only of free actions).",
        params: &[GROUP, ACTION],
        value: &[
            Field {
                key: "sum_fix",
                about: "Σ_g |Fix g|",
            },
            Field {
                key: "orbits",
                about: "the number of orbits",
            },
        ],
        accuracy: "exact",
        answer: |params| {
            let action = FiniteAction::parse(params.text("group")?, params.text("action")?)?;
            params.agree("order", &action.group().order())?;
            let found = orbits::burnside(&action)?;
            Ok(json!({"sum_fix": count(&found.sum_of_fixed), "orbits": count(&found.orbits)}))
        },
    },
    Kind {
        id: "hitting-time-iid",
        code: "C08",
        area: Area::Groups,
        statement: "For independent uniform g the first g in G_x comes at a geometric time T: E T = |G·x|, Var T = |G|(|G| − |G_x|)/|G_x|²; without replacement E T = (|G| + 1)/(|G_x| + 1); without the identity E T = (|G| − 1)/(|G_x| − 1).",
        source: "geometric and negative hypergeometric laws; stabilizers by partition backtrack",
        control: "E T = |G_x|.",
        params: &[
            GROUP,
            Field {
                key: "x",
                about: "a feature: the letter at every point, a list of points, or one point",
            },
            SEARCH_ACTION,
            ORDER,
            Field {
                key: "stab",
                about: "optional: the order of the stabilizer, which is checked",
            },
        ],
        value: &[
            Field {
                key: "E_with_replacement",
                about: "E T, a fraction",
            },
            Field {
                key: "var_with_replacement",
                about: "Var T, a fraction",
            },
            Field {
                key: "E_without_replacement",
                about: "E T without replacement, a fraction",
            },
            Field {
                key: "E_nonidentity_draws",
                about: "E T without the identity, a fraction, or inf for a trivial stabilizer",
            },
            Field {
                key: "P_within_orbit_size_draws",
                about: "P(T <= |G·x|)",
            },
        ],
        accuracy: "exact; the probability 1e-14",
        answer: |params| {
            let action = params.text("action")?;
            let group = group_of(params.text("group")?, action)?;
            let stabilizer = Feature::parse("x", &params.points("x")?, action)?
                .stabilizer("x", &group)?
                .order();
            params.agree("order", &group.order())?;
            params.agree("stab", &stabilizer)?;
            let time = hitting_time(&group.order(), &stabilizer)?;
            let without_identity = time.mean_without_identity.as_ref();
            Ok(json!({
                "E_with_replacement": fraction(&time.mean),
                "var_with_replacement": fraction(&time.variance),
                "E_without_replacement": fraction(&time.mean_without_replacement),
                "E_nonidentity_draws": without_identity.map_or_else(|| "inf".into(), fraction),
                "P_within_orbit_size_draws": time.within_orbit_size,
            }))
        },
    },
    Kind {
        id: "minimal-orbit-first",
        code: "C09",
        area: Area::Groups,
        statement: "When the same draws are tried on x and y, P(x strictly first) = |S_x \\ S_y|/|S_x ∪ S_y| and P(tie) = |S_x ∩ S_y|/|S_x ∪ S_y| > 0: the smaller orbit is never less likely to come first.",
        source: "first draw in the union of the stabilizers; makes Paul & Venkatasubramanian, arXiv 1412.6621, precise",
        control: "P(x first) = |S_x|/(|S_x| + |S_y|).",
        params: &[
            GROUP,
            Field {
                key: "x",
                about: "a feature: the letter at every point, a list of points, or one point",
            },
            Field {
                key: "y",
                about: "another one",
            },
            SEARCH_ACTION,
            Field {
                key: "Sx, Sy, Sx_and_Sy",
                about: "optional: the orders of the stabilizers and of their intersection, which are checked",
            },
        ],
        value: &[
            Field {
                key: "P_x_strictly_first",
                about: "a fraction",
            },
            Field {
                key: "P_y_strictly_first",
                about: "a fraction",
            },
            Field {
                key: "P_tie",
                about: "a fraction",
            },
            Field {
                key: "naive_Sx_over_sum",
                about: "|S_x|/(|S_x| + |S_y|), the loose form",
            },
        ],
        accuracy: "exact",
        answer: |params| {
            let action = params.text("action")?;
            let group = group_of(params.text("group")?, action)?;
            let stabilizer =
                |key: &str| Feature::parse(key, &params.points(key)?, action)?.stabilizer(key, &group);
            let (x, y) = (stabilizer("x")?, stabilizer("y")?);
            let both = x.intersection(&y)?;
            for (key, found) in [("Sx", &x), ("Sy", &y), ("Sx_and_Sy", &both)] {
                params.agree(key, &found.order())?;
            }
            let found = first_found(&x.order(), &y.order(), &both.order())?;
            Ok(json!({
                "P_x_strictly_first": fraction(&found.x_strictly_first),
                "P_y_strictly_first": fraction(&found.y_strictly_first),
                "P_tie": fraction(&found.tie),
                "naive_Sx_over_sum": fraction(&found.naive),
            }))
        },
    },
    Kind {
        id: "cayley-walk-return-time",
        code: "C10",
        area: Area::Groups,
        statement: "An irreducible walk by generators returns to x after |G·x| steps on the mean, for every choice of generators, lazy or not, periodic or not; hitting times from elsewhere are not |G·x|.",
        source: "Kac's theorem; (1 − Q)h = 1 solved in rationals",
        control: "The mean hitting time from a uniform start is |G·x| (on C12 it is 143/6).",
        params: &[
            GRAPH,
            GENERATORS,
            LAZY,
            Field {
                key: "target",
                about: "optional, 0: the point to hit",
            },
            Field {
                key: "points",
                about: "optional: the number of points, which is checked",
            },
        ],
        value: &[
            Field {
                key: "expected_return_time_to_0",
                about: "a fraction (for target t the key ends in t)",
            },
            Field {
                key: "hitting_times_to_0_from_1_up",
                about: "fractions, for the other points in ascending order (for target t > 0 the key is hitting_times_to_t_from_others)",
            },
            Field {
                key: "mean_hit_from_uniform",
                about: "a fraction; the target itself counts with 0",
            },
        ],
        accuracy: "exact",
        answer: |params| {
            let walk = walk(params)?;
            let target = usize::try_from(params.natural_or("target", 0)?).unwrap_or(usize::MAX);
            let times = walk.hitting_times(target)?;
            let mean = times.iter().sum::<num_rational::BigRational>()
                / num_rational::BigRational::from_integer(times.len().into());
            let others = (0..times.len()).filter(|&x| x != target);
            let others: Vec<Value> = others.map(|x| fraction(&times[x])).collect();
            let from = if target == 0 { "1_up" } else { "others" };
            let mut value = Map::new();
            value.insert(
                format!("expected_return_time_to_{target}"),
                fraction(&walk.return_time(target)?),
            );
            value.insert(format!("hitting_times_to_{target}_from_{from}"), others.into());
            value.insert("mean_hit_from_uniform".to_owned(), fraction(&mean));
            Ok(value.into())
        },
    },
    Kind {
        id: "cayley-walk-mixing",
        code: "C11",
        area: Area::Groups,
        statement: "The distance of the walk from the uniform law is at most ½√n λ*^t for a symmetric walk, λ* the second largest modulus of an eigenvalue; a symmetric walk without rest on a bipartite graph never mixes.",
        source: "exact powers in rationals; eigenvalues of the transition matrix numerically",
        control: "The walk +1,-1 on C12 converges (the distance stays 1/2).",
        params: &[
            GRAPH,
            GENERATORS,
            LAZY,
            Field {
                key: "start",
                about: "optional, 0: the point where the walk starts",
            },
            Field {
                key: "points",
                about: "optional: the number of points, which is checked",
            },
        ],
        value: &[
            Field {
                key: "TV_distance",
                about: "total variation after 1, 2, 5, 10 steps, fractions, and after 20, 30, 50, 100, floats",
            },
            Field {
                key: "second_largest_abs_eigenvalue",
                about: "λ*, to 12 decimals",
            },
        ],
        accuracy: "exact up to 10 steps, then 1e-15; eigenvalues 1e-11",
        answer: |params| {
            let walk = walk(params)?;
            let start = usize::try_from(params.natural_or("start", 0)?).unwrap_or(usize::MAX);
            let mut distances = Map::new();
            for steps in [1, 2, 5, 10, 20, 30, 50, 100] {
                let distance = walk.total_variation(start, steps)?;
                let shown = if steps <= 10 {
                    fraction(&distance)
                } else {
                    super::float(num_traits::ToPrimitive::to_f64(&distance).unwrap_or(f64::NAN))
                };
                distances.insert(steps.to_string(), shown);
            }
            let eigenvalue = (walk.second_eigenvalue() * 1e12).round() / 1e12;
            Ok(json!({"TV_distance": distances, "second_largest_abs_eigenvalue": eigenvalue}))
        },
    },
    Kind {
        id: "depth-complexity-ktuples",
        code: "C12",
        area: Area::Depth,
        statement: "On k-tuples the number of orbits is the mean of fix^k and never decreases; the number of types of stabilizers never decreases either and is constant from the length of a base on.",
        source: "Burnside; types as orbits on sets of fixed points, by smallest images",
        control: "The number of types grows strictly with k (C6: 1, 1, 1, 1, 1).",
        params: &[
            GROUP,
            POINTS,
            Field {
                key: "k",
                about: "lengths of tuples, a list or one number, each up to 1000",
            },
        ],
        value: &[
            Field {
                key: "orbits_on_Xk",
                about: "for each k the number of orbits on k-tuples",
            },
            Field {
                key: "isotropy_types_on_Xk",
                about: "for each k the number of conjugacy classes of stabilizers",
            },
        ],
        accuracy: "exact",
        answer: |params| {
            let group = group_on_points(params)?;
            let lengths = match params.get("k") {
                Some(Value::Array(_)) => params.naturals("k")?,
                _ => vec![params.natural("k")?],
            };
            if let Some(long) = lengths.iter().find(|&&k| k > 1000) {
                return refuse("k", long, "lengths up to 1000");
            }
            let longest = lengths.iter().max().map_or(0, |&k| k as usize);
            let types = tuples::isotropy_types(&group, longest)?;
            let orbits = lengths
                .iter()
                .map(|&k| Ok(count(&tuples::orbits(&group, k as usize)?)));
            let orbits: Vec<Value> = orbits.collect::<Result<_, BridgeError>>()?;
            let types: Vec<usize> = lengths.iter().map(|&k| types[k as usize]).collect();
            Ok(json!({"orbits_on_Xk": orbits, "isotropy_types_on_Xk": types}))
        },
    },
    Kind {
        id: "equivariant-layer-dimension",
        code: "C14",
        area: Area::Groups,
        statement: "The equivariant linear maps from functions on X^j to functions on X^k have dimension mean fix^(j+k): 15 for 2 → 2 under S_n only from n = 4 on.",
        source: "Maron et al., arXiv 1812.09902; orbits on tuples",
        control: "The dimension for S3 on 2 → 2 is 15 (it is 14).",
        params: &[
            GROUP,
            POINTS,
            Field {
                key: "input",
                about: "X^j, or a sum X^1 + X^2",
            },
            Field {
                key: "output",
                about: "X^k, or a sum",
            },
        ],
        value: &[Field {
            key: "(the value itself)",
            about: "the dimension",
        }],
        accuracy: "exact",
        answer: |params| {
            let group = group_on_points(params)?;
            let input = tuples::parse_powers("input", params.text("input")?)?;
            let output = tuples::parse_powers("output", params.text("output")?)?;
            Ok(count(&tuples::equivariant_layer_dimension(
                &group, &input, &output,
            )?))
        },
    },
];

fn walk(params: &Params<'_>) -> Result<Walk, BridgeError> {
    let lazy = match params.get("lazy") {
        Some(_) => params.rational("lazy")?,
        None => num_rational::BigRational::from_integer(0.into()),
    };
    let walk = Walk::parse(params.text("graph")?, params.text("generators")?, lazy)?;
    params.agree("points", &walk.states().into())?;
    Ok(walk)
}

/// The group on its own points, or on its elements when as many are spoken of.
fn group_on_points(params: &Params<'_>) -> Result<PermGroup, BridgeError> {
    let group = named_group(params.text("group")?)?;
    let Some(_) = params.get("points") else {
        return Ok(group);
    };
    let points = params.natural("points")?;
    if points == group.degree() as u64 {
        return Ok(group);
    }
    if points <= 10_000 && BigUint::from(points) == group.order() {
        let trivial = PermGroup::trivial(group.degree());
        return Ok(group.coset_homomorphism(&trivial, 10_000)?.image_group().clone());
    }
    refuse(
        "points",
        points,
        format!(
            "{} (the degree of the group) or {} (its order)",
            group.degree(),
            group.order()
        ),
    )
}
