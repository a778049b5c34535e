//! Kinds about pretraining: linear autoencoders, denoising, weight space.

use nets::theory::linear_autoencoder::{denoising_gains, landscape, noisy_score_slopes};
use num_rational::BigRational;
use num_traits::ToPrimitive;
use serde_json::{Value, json};

use super::params::{Params, number};
use super::{Field, Kind, count, float};
use crate::BridgeError;
use crate::claim::Area;
use crate::error::refuse;
use crate::finite::weights::{HiddenSymmetry, weight_orbit};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        id: "linear-ae-pca",
        code: "C23",
        area: Area::Pretraining,
        statement: "min E|x − BAx|² over k-dimensional codes is the sum of the discarded eigenvalues; BA is the projector on the top k directions, unique iff λ_k > λ_{k+1}; the other critical points of rank k are saddles; (B, A) is determined up to GL(k).",
        source: "Baldi and Hornik 1989; Eckart and Young",
        control: "The projector is unique for the spectrum 4, 4, 1 and k = 1.",
        params: &[
            Field {
                key: "cov_eigenvalues",
                about: "eigenvalues of the covariance from 0, in any order",
            },
            Field {
                key: "k",
                about: "the dimension of the code, 1 to their number",
            },
        ],
        value: &[
            Field {
                key: "min_loss",
                about: "the sum of the discarded eigenvalues",
            },
            Field {
                key: "fixed_subspace_dim",
                about: "k",
            },
            Field {
                key: "projector_unique",
                about: "λ_k > λ_{k+1}, or k is all",
            },
            Field {
                key: "rank_k_critical_values",
                about: "the losses of critical points of rank k, ascending, each once",
            },
            Field {
                key: "n_rank_k_critical_projectors",
                about: "their number, or `continuum` where eigenvalues repeat",
            },
            Field {
                key: "glk_orbit_dim",
                about: "k²",
            },
            Field {
                key: "factor_params",
                about: "2nk",
            },
            Field {
                key: "quotient_dim",
                about: "2nk − k²",
            },
        ],
        accuracy: "exact for decimals that are written out",
        answer: |params| {
            let found = landscape(&params.rationals("cov_eigenvalues")?, params.size("k")?)?;
            let values: Vec<Value> = found.critical_values.iter().map(decimal).collect();
            Ok(json!({
                "min_loss": decimal(&found.min_loss),
                "fixed_subspace_dim": found.fixed_subspace_dimension,
                "projector_unique": found.projector_unique,
                "rank_k_critical_values": values,
                "n_rank_k_critical_projectors":
                    found.critical_projectors.as_ref().map_or_else(|| "continuum".into(), count),
                "glk_orbit_dim": found.gauge_orbit_dimension,
                "factor_params": found.factor_parameters,
                "quotient_dim": found.quotient_dimension,
            }))
        },
    },
    Kind {
        id: "weight-space-orbit",
        code: "C25",
        area: Area::Pretraining,
        statement: "The symmetries of a hidden layer make k!·2^k/|isotropy| different weights of one function for an odd activation (signed permutations), k!/|isotropy| for permutations alone.",
        source: "Hecht-Nielsen 1990; classes of equal units",
        control: "The orbit always has k!·2^k points (not with equal or dead units).",
        params: &[
            Field {
                key: "activation",
                about: "tanh, erf, sin, linear (signed permutations); sigmoid, gelu, silu, softplus, or any name followed by `permutations only`",
            },
            Field {
                key: "units_w_then_v",
                about: "one row for each unit: its weights in, then out",
            },
        ],
        value: &[
            Field {
                key: "group_order",
                about: "k! 2^k or k!",
            },
            Field {
                key: "orbit",
                about: "the number of different weights",
            },
            Field {
                key: "isotropy",
                about: "the order of the subgroup that keeps them",
            },
        ],
        accuracy: "exact",
        answer: |params| {
            let symmetry = HiddenSymmetry::of_activation(params.text("activation")?)?;
            let found = weight_orbit(symmetry, &units(params)?)?;
            Ok(json!({
                "group_order": count(&found.group_order),
                "orbit": count(&found.orbit),
                "isotropy": count(&found.isotropy),
            }))
        },
    },
    Kind {
        id: "dae-linear-shrinkage",
        code: "C28",
        area: Area::Pretraining,
        statement: "The best linear denoiser shrinks each principal direction by λ/(λ + σ²); (r(x) − x)/σ² is the score of the noisy density.",
        source: "Wiener filter; Vincent 2011",
        control: "It is the score of the clean density at σ² = 0.5.",
        params: &[
            Field {
                key: "cov_eigenvalues",
                about: "eigenvalues of the covariance from 0",
            },
            Field {
                key: "noise_var",
                about: "σ², positive",
            },
        ],
        value: &[
            Field {
                key: "optimal_gains",
                about: "λ/(λ + σ²) for each",
            },
            Field {
                key: "residual_over_noise_equals_score",
                about: "−1/(λ + σ²) for each",
            },
        ],
        accuracy: "1e-15",
        answer: |params| {
            let (spectrum, noise) = (params.numbers("cov_eigenvalues")?, params.number("noise_var")?);
            Ok(json!({
                "optimal_gains": denoising_gains(&spectrum, noise)?,
                "residual_over_noise_equals_score": noisy_score_slopes(&spectrum, noise)?,
            }))
        },
    },
];

/// A whole number as such, anything else as a float.
fn decimal(value: &BigRational) -> Value {
    match value.to_integer().to_biguint() {
        Some(whole) if value.is_integer() => count(&whole),
        _ => float(value.to_f64().unwrap_or(f64::NAN)),
    }
}

fn units(params: &Params<'_>) -> Result<Vec<Vec<f64>>, BridgeError> {
    const KEY: &str = "units_w_then_v";
    let row = |row: &Value| match row.as_array() {
        Some(row) => row.iter().map(|weight| number(KEY, weight)).collect(),
        None => refuse(KEY, row, "a list of rows of weights"),
    };
    params.list(KEY)?.iter().map(row).collect()
}
