//! Kinds about exactly solved models, geometric layers and codes of rings.

use nets::models::hidden_unit::effective_coupling;
use nets::models::hierarchy::Hierarchy;
use nets::models::oscillator::Oscillator;
use nets::models::{ising, tent};
use num_bigint::BigUint;
use serde_json::{Value, json};

use super::params::{Params, number};
use super::{Field, Kind, count};
use crate::BridgeError;
use crate::claim::Area;
use crate::error::refuse;
use crate::finite::necklaces::necklace_counts;

pub(super) const KINDS: &[Kind] = &[
    Kind {
        id: "invariant-equivariant-split-Cn",
        code: "C29",
        area: Area::Neighbours,
        statement: "A word on a ring is its canonical rotation and a pose, which is unique iff the word is aperiodic; the power spectrum is invariant but not complete.",
        source: "Winter et al., arXiv 2202.07559; Burnside and Möbius; autocorrelations of all necklaces",
        control: "The power spectrum tells all orbits apart up to reflection (not on C8: 30 classes, 29 spectra).",
        params: &[
            Field {
                key: "group",
                about: "C n, as long as there are at most 20 million necklaces",
            },
            Field {
                key: "alphabet",
                about: "the number of letters 0, …, q − 1, from 1",
            },
        ],
        value: &[
            Field {
                key: "orbits",
                about: "necklaces",
            },
            Field {
                key: "free_orbits_unique_pose",
                about: "aperiodic necklaces",
            },
            Field {
                key: "dihedral_orbits",
                about: "bracelets",
            },
            Field {
                key: "distinct_autocorrelations",
                about: "different power spectra",
            },
            Field {
                key: "missed_by_power_spectrum",
                about: "orbits less spectra",
            },
            Field {
                key: "missed_beyond_reflection",
                about: "bracelets less spectra",
            },
        ],
        accuracy: "exact",
        answer: |params| {
            let group = params.text("group")?;
            let digits = group
                .trim()
                .trim_start_matches(['C', 'c', 'Z', 'z'])
                .trim_start_matches('_');
            let Ok(n) = digits.parse::<usize>() else {
                return refuse("group", format!("`{group}`"), "C n");
            };
            let letters = params.natural("alphabet")?;
            let found = necklace_counts(n, u32::try_from(letters).unwrap_or(u32::MAX))?;
            Ok(json!({
                "orbits": count(&found.orbits),
                "free_orbits_unique_pose": count(&found.free_orbits),
                "dihedral_orbits": count(&found.dihedral_orbits),
                "distinct_autocorrelations": found.distinct_autocorrelations,
                "missed_by_power_spectrum": count(&found.missed_by_power_spectrum()),
                "missed_beyond_reflection": count(&found.missed_beyond_reflection()),
            }))
        },
    },
    Kind {
        id: "rhm-counts",
        code: "C31",
        area: Area::Neighbours,
        statement: "A random hierarchy model has n_c m^((s^L − 1)/(s − 1)) inputs of length s^L; networks learn it from about P* = n_c m^L of them.",
        source: "Petrini et al., arXiv 2307.02129; P* is a scaling with a constant of order 1",
        control: "P* grows exponentially with the length of the input.",
        params: &[
            Field {
                key: "n_classes",
                about: "n_c, from 1",
            },
            Field {
                key: "m",
                about: "synonyms of a symbol, from 1",
            },
            Field {
                key: "s",
                about: "symbols in a rule, from 1",
            },
            Field {
                key: "L",
                about: "levels, from 1; the counts must have at most a million bits",
            },
            Field {
                key: "v",
                about: "optional: symbols of the alphabet; m <= v^(s-1) is checked",
            },
        ],
        value: &[
            Field {
                key: "input_dim",
                about: "s^L",
            },
            Field {
                key: "total_inputs",
                about: "the number of inputs",
            },
            Field {
                key: "P_star",
                about: "n_c m^L",
            },
        ],
        accuracy: "exact",
        answer: |params| {
            let (synonyms, branching) = (params.natural("m")?, params.natural("s")?);
            let depth = u32::try_from(params.natural("L")?).unwrap_or(u32::MAX);
            let model = Hierarchy::new(params.natural("n_classes")?, synonyms, branching, depth)?;
            if params.get("v").is_some() {
                let alphabet = params.natural("v")?;
                let rules =
                    BigUint::from(alphabet).pow(u32::try_from(branching - 1).unwrap_or(u32::MAX).min(64));
                if rules < synonyms.into() {
                    return refuse("v", alphabet, "an alphabet with m <= v^(s-1)");
                }
            }
            Ok(json!({
                "input_dim": count(&model.input_dimension()),
                "total_inputs": count(&model.total_inputs()),
                "P_star": count(&model.sample_complexity()),
            }))
        },
    },
    Kind {
        id: "tent-depth-pieces",
        code: "C32",
        area: Area::Neighbours,
        statement: "The k-fold tent map has 2^k linear pieces; a network with one hidden layer of ReLU units needs 2^k − 1 units for it.",
        source: "Telgarsky 2015; Fan, Ma and Zhong, arXiv 1904.05526",
        control: "A tent with a peak of at most 1/2 has exponentially many pieces as well.",
        params: &[Field {
            key: "depth",
            about: "k, 0 to 100000",
        }],
        value: &[
            Field {
                key: "linear_pieces",
                about: "2^k",
            },
            Field {
                key: "one_hidden_layer_relu_units_needed",
                about: "2^k − 1",
            },
        ],
        accuracy: "exact",
        answer: |params| {
            let depth = params.natural("depth")?;
            Ok(json!({
                "linear_pieces": count(&tent::linear_pieces(depth)?),
                "one_hidden_layer_relu_units_needed": count(&tent::shallow_units(depth)?),
            }))
        },
    },
    Kind {
        id: "hamiltonian-layer-invariants",
        code: "C36",
        area: Area::Neighbours,
        statement: "Symplectic Euler keeps p² + q² − h p q for the harmonic oscillator and is stable for h < 2; the implicit midpoint rule keeps the norm; explicit Euler multiplies the energy by 1 + h².",
        source: "Celledoni et al., arXiv 2006.03364; Hairer, Lubich and Wanner",
        control: "Symplectic steps keep the norm.",
        params: &[
            Field {
                key: "system",
                about: "optional: `H=(p^2+q^2)/2, q0=1,p0=0` with any finite start",
            },
            Field {
                key: "h",
                about: "the step",
            },
            Field {
                key: "steps",
                about: "their number, up to 10 million",
            },
        ],
        value: &[
            Field {
                key: "explicit_euler_energy_ratio",
                about: "(1 + h²)^n",
            },
            Field {
                key: "implicit_midpoint_energy_ratio",
                about: "1",
            },
            Field {
                key: "sympl_euler_final",
                about: "[q, p]",
            },
            Field {
                key: "sympl_euler_conserved",
                about: "what is kept",
            },
            Field {
                key: "sympl_euler_conservation_error_lt",
                about: "1e-11, or the next power of ten above the error",
            },
            Field {
                key: "stable_iff",
                about: "h<2",
            },
        ],
        accuracy: "1e-12 for stable steps",
        answer: hamiltonian,
    },
    Kind {
        id: "ising-1d-decimation",
        code: "C37",
        area: Area::Neighbours,
        statement: "Summing out every second spin of a chain gives tanh K' = tanh² K, halves the correlation length and adds ln 2 + ½ ln cosh 2K to ln Z for each pair.",
        source: "Kadanoff; exact",
        control: "Decimation in the plane stays with nearest neighbours.",
        params: &[Field {
            key: "K",
            about: "the coupling, -100 to 100",
        }],
        value: &[
            Field {
                key: "flow",
                about: "K and its next four values",
            },
            Field {
                key: "xi",
                about: "the correlation length −1/ln tanh |K|",
            },
            Field {
                key: "half_lncosh2K",
                about: "½ ln cosh 2K, which is K'",
            },
            Field {
                key: "free_energy_const_per_pair",
                about: "ln 2 + ½ ln cosh 2K",
            },
        ],
        accuracy: "1e-14",
        answer: |params| {
            let k = params.number("K")?;
            Ok(json!({
                "flow": ising::decimation_flow(k, 4)?,
                "xi": ising::correlation_length(k)?,
                "half_lncosh2K": ising::decimate(k)?,
                "free_energy_const_per_pair": ising::decimation_constant(k)?,
            }))
        },
    },
    Kind {
        id: "ising-1d-ring",
        code: "C37",
        area: Area::Neighbours,
        statement: "A ring of n spins has Z = (2 cosh K)^n + (2 sinh K)^n.",
        source: "transfer matrix",
        control: "Z = (2 cosh K)^n (the open chain's leading factor) for small rings.",
        params: &[
            Field {
                key: "n",
                about: "spins, from 1",
            },
            Field {
                key: "K",
                about: "the coupling, -100 to 100",
            },
        ],
        value: &[
            Field {
                key: "lnZ_per_spin",
                about: "ln Z / n",
            },
            Field {
                key: "energy_per_spin",
                about: "the mean of −s s'",
            },
        ],
        accuracy: "1e-13",
        answer: |params| Ok(per_spin(ising::ring(params.natural("n")?, params.number("K")?)?)),
    },
    Kind {
        id: "ising-2d-energy",
        code: "C37",
        area: Area::Neighbours,
        statement: "The square lattice has Onsager's energy u(K), −√2 at K_c = ½ ln(1 + √2); small tori have another.",
        source: "Onsager 1944 by the arithmetic-geometric mean; tori by transfer matrices",
        control: "The 4 x 4 torus has Onsager's energy.",
        params: &[
            Field {
                key: "K",
                about: "the coupling, -100 to 100, or `Kc`",
            },
            Field {
                key: "torus",
                about: "optional: [height, width] with the shorter side a up to 10 and 4^a a b up to 5e9",
            },
        ],
        value: &[
            Field {
                key: "onsager_energy_per_spin",
                about: "without a torus: u(K)",
            },
            Field {
                key: "lnZ_per_spin, energy_per_spin",
                about: "with a torus",
            },
            Field {
                key: "Kc, energy",
                about: "for K = Kc without a torus: K_c and u(K_c)",
            },
        ],
        accuracy: "1e-12",
        answer: |params| {
            let critical = params
                .get("K")
                .and_then(Value::as_str)
                .is_some_and(|k| k.trim().eq_ignore_ascii_case("kc"));
            let k = if critical {
                ising::CRITICAL_COUPLING
            } else {
                params.number("K")?
            };
            if params.get("torus").is_some() {
                return match params.naturals("torus")?.as_slice() {
                    &[height, width] => Ok(per_spin(ising::torus(height as usize, width as usize, k)?)),
                    sides => refuse("torus", format!("{sides:?}"), "[height, width]"),
                };
            }
            let energy = ising::onsager_energy(k)?;
            Ok(if critical {
                json!({"Kc": k, "energy": energy})
            } else {
                json!({"onsager_energy_per_spin": energy})
            })
        },
    },
    Kind {
        id: "rbm-hidden-marginal",
        code: "C37",
        area: Area::Neighbours,
        statement: "Summing out a hidden ±1 unit with weights a and c couples its visible ±1 units by J = artanh(tanh a tanh c).",
        source: "sum over h = ±1",
        control: "J = a c.",
        params: &[Field {
            key: "one_hidden_pm1_weights",
            about: "[a, c], finite",
        }],
        value: &[
            Field {
                key: "J_eff",
                about: "the coupling, by the formula",
            },
            Field {
                key: "equals",
                about: "the formula",
            },
            Field {
                key: "check",
                about: "½ ln(cosh(a + c)/cosh(a − c)), the sum over the hidden unit",
            },
        ],
        accuracy: "1e-14",
        answer: |params| match params.numbers("one_hidden_pm1_weights")?.as_slice() {
            &[a, c] => Ok(json!({
                "J_eff": hidden_coupling(a, c),
                "equals": "atanh(tanh a tanh c)",
                "check": effective_coupling(a, c)?,
            })),
            weights => refuse(
                "one_hidden_pm1_weights",
                format!("a list of {}", weights.len()),
                "two numbers",
            ),
        },
    },
];

fn per_spin(found: ising::PerSpin) -> Value {
    json!({"lnZ_per_spin": found.ln_z, "energy_per_spin": found.energy})
}

/// The formula itself, where tanh does not saturate.
fn hidden_coupling(a: f64, c: f64) -> Value {
    let direct = (a.tanh() * c.tanh()).atanh();
    if direct.abs() < 15.0 {
        super::float(direct)
    } else {
        effective_coupling(a, c).map_or(Value::Null, super::float)
    }
}

fn hamiltonian(params: &Params<'_>) -> Result<Value, BridgeError> {
    let (mut q, mut p) = (1.0, 0.0);
    if params.get("system").is_some() {
        let text = params.text("system")?;
        let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        for part in compact.split([',', ';']).filter(|part| !part.is_empty()) {
            match part.split_once('=') {
                Some(("H", energy))
                    if ["(p^2+q^2)/2", "(q^2+p^2)/2", "p^2/2+q^2/2", "q^2/2+p^2/2"].contains(&energy) => {}
                Some(("q0" | "q", start)) => q = number("system", &start.into())?,
                Some(("p0" | "p", start)) => p = number("system", &start.into())?,
                _ => return refuse("system", format!("`{text}`"), "H=(p^2+q^2)/2, q0=…, p0=…"),
            }
        }
    }
    let steps = params.natural("steps")?;
    if steps > 10_000_000 {
        return refuse("steps", steps, "an integer up to 10000000");
    }
    let oscillator = Oscillator::new(q, p, params.number("h")?)?;
    let (q, p) = oscillator.symplectic_euler(steps);
    let error = oscillator.conservation_error(steps);
    let below = if error < 1e-11 {
        1e-11
    } else {
        10f64.powf(error.log10().floor() + 1.0)
    };
    Ok(json!({
        "explicit_euler_energy_ratio": oscillator.explicit_euler_energy_ratio(steps),
        "implicit_midpoint_energy_ratio": oscillator.implicit_midpoint_energy_ratio(steps),
        "sympl_euler_final": [q, p],
        "sympl_euler_conserved": "p^2+q^2-h p q (p updated first)",
        "sympl_euler_conservation_error_lt": super::float(below),
        "stable_iff": "h<2",
    }))
}
