//! Kinds about wide networks, networks of finite width, and rare minima.

use nets::theory::kernel::KernelRecursion;
use nets::theory::{depth_width, relu, saddles};
use serde_json::json;

use super::params::Params;
use super::{Field, Kind};
use crate::BridgeError;
use crate::claim::Area;
use crate::error::refuse;
use crate::shadow::unit::activation_named;

const SIGMA_W2: Field = Field {
    key: "sigma_w2",
    about: "n times the variance of the weights, positive up to 1e6",
};
const SIGMA_B2: Field = Field {
    key: "sigma_b2",
    about: "optional, 0: the variance of the biases, up to 1e6",
};
const ACTIVATION: Field = Field {
    key: "activation",
    about: "optional, tanh: tanh, sigmoid, relu, leaky_relu, silu, gelu, erf or linear",
};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        id: "tanh-kernel-recursion",
        code: "C33",
        area: Area::Neighbours,
        statement: "The kernel of a wide network goes from layer to layer by K' = σ_b² + σ_w² E φ(√K z)², with susceptibilities χ∥ = dK'/dK and χ⊥ = σ_w² E φ'(√K z)².",
        source: "Roberts, Yaida and Hanin, arXiv 2106.10165; adaptive Gauss-Kronrod quadrature",
        control: "tanh has a fixed point K > 0 at σ_w² = 1 without biases.",
        params: &[
            Field {
                key: "K",
                about: "the kernel, 0 to 1e12",
            },
            SIGMA_W2,
            SIGMA_B2,
            ACTIVATION,
        ],
        value: &[
            Field {
                key: "next_K",
                about: "K'",
            },
            Field {
                key: "chi_perp",
                about: "χ⊥",
            },
            Field {
                key: "chi_parallel",
                about: "χ∥",
            },
        ],
        accuracy: "1e-12",
        answer: |params| {
            let recursion = recursion(params)?;
            let kernel = params.number("K")?;
            let chi = recursion.susceptibilities(kernel)?;
            Ok(json!({
                "next_K": recursion.next(kernel)?,
                "chi_perp": chi.perpendicular,
                "chi_parallel": chi.parallel,
            }))
        },
    },
    Kind {
        id: "tanh-criticality",
        code: "C33",
        area: Area::Neighbours,
        statement: "For tanh l·K_l → 1/2 iff σ_w² = 1; below, K_l vanishes exponentially, above it tends to a fixed point.",
        source: "Roberts, Yaida and Hanin, arXiv 2106.10165, §5.3; iterated quadrature",
        control: "l·K_l → 1/2 at σ_w² = 0.8 or 1.5.",
        params: &[
            Field {
                key: "K0",
                about: "the kernel of layer 0, 0 to 1e12",
            },
            SIGMA_W2,
            SIGMA_B2,
            ACTIVATION,
        ],
        value: &[
            Field {
                key: "layer_K_lK",
                about: "[l, K_l, l K_l] for l = 1, 5, 20, 100, 1000",
            },
            Field {
                key: "limit",
                about: "the statement",
            },
        ],
        accuracy: "1e-11",
        answer: |params| {
            let flow = recursion(params)?.flow(params.number("K0")?, 1000)?;
            let rows = [1usize, 5, 20, 100, 1000].map(|l| json!([l, flow[l], l as f64 * flow[l]]));
            Ok(json!({
                "layer_K_lK": rows,
                "limit": "l K -> 1/2 iff sigma_w2=1; K->0 exponentially if <1; K*>0 if >1",
            }))
        },
    },
    Kind {
        id: "relu-criticality",
        code: "C34",
        area: Area::Neighbours,
        statement: "For ReLU K' = (σ_w²/2) K and χ = σ_w²/2: critical at σ_w² = 2.",
        source: "He et al. 2015; closed form",
        control: "σ_w² = 1 is critical.",
        params: &[
            SIGMA_W2,
            Field {
                key: "layers",
                about: "the number of layers",
            },
        ],
        value: &[
            Field {
                key: "K_ratio",
                about: "K_L/K_0",
            },
            Field {
                key: "chi",
                about: "χ",
            },
        ],
        accuracy: "1e-13",
        answer: |params| {
            let sigma = params.number("sigma_w2")?;
            Ok(
                json!({"K_ratio": relu::kernel_ratio(sigma, layers(params)?)?, "chi": relu::susceptibility(sigma)?}),
            )
        },
    },
    Kind {
        id: "relu-angle-recursion",
        code: "C34",
        area: Area::Neighbours,
        statement: "Correlations in a wide ReLU network go by c' = (√(1 − c²) + (π − arccos c) c)/π and tend to 1 polynomially, whatever σ_w².",
        source: "Cho and Saul 2009",
        control: "Correlations tend to 1 exponentially.",
        params: &[
            Field {
                key: "cos0",
                about: "the cosine between two inputs, -1 to 1",
            },
            Field {
                key: "sigma_w2",
                about: "optional: positive, without influence",
            },
            Field {
                key: "layers",
                about: "optional, 5: the number of layers, up to 100000",
            },
        ],
        value: &[Field {
            key: "cos_by_layer",
            about: "the cosines in layers 0 to 5",
        }],
        accuracy: "1e-14",
        answer: |params| {
            relu::susceptibility(params.number_or("sigma_w2", 2.0)?)?;
            let layers = params.natural_or("layers", 5)?;
            if layers > 100_000 {
                return refuse("layers", layers, "an integer up to 100000");
            }
            Ok(json!({"cos_by_layer": relu::angle_flow(params.number("cos0")?, layers as usize)?}))
        },
    },
    Kind {
        id: "depth-width-variance",
        code: "C35",
        area: Area::Neighbours,
        statement: "q = |h_L|²/|h_0|² in square Gaussian networks has mean 1 and E q² = (1 + 2/n)^L for linear, (1 + 5/n)^L for ReLU layers with σ_w² = 2: fluctuations grow with L/n.",
        source: "Hanin and Rolnick 2018; product of independent layers",
        control: "The variance does not depend on the depth.",
        params: &[
            Field {
                key: "layers",
                about: "L",
            },
            Field {
                key: "width",
                about: "n, from 1",
            },
        ],
        value: &[
            Field {
                key: "linear_E_q2",
                about: "(1 + 2/n)^L",
            },
            Field {
                key: "relu_he_E_q2",
                about: "(1 + 5/n)^L",
            },
            Field {
                key: "linear_leading, relu_leading",
                about: "the leading terms of the variances",
            },
            Field {
                key: "E_log_q_relu_sign",
                about: "negative for L > 0, by Jensen's inequality",
            },
        ],
        accuracy: "1e-13",
        answer: |params| {
            let (layers, width) = (layers(params)?, params.natural("width")?);
            Ok(json!({
                "linear_E_q2": depth_width::linear_second_moment(layers, width)?,
                "relu_he_E_q2": depth_width::relu_second_moment(layers, width)?,
                "linear_leading": "2L/n",
                "relu_leading": "5L/n",
                "E_log_q_relu_sign": if layers == 0 { "zero" } else { "negative" },
            }))
        },
    },
    Kind {
        id: "tanh-four-point-growth",
        code: "C35",
        area: Area::Neighbours,
        statement: "At leading order in 1/n the variance between networks obeys V' = χ∥² V + σ_w⁴ Var(φ²); for critical tanh V/K² grows as (2/3) l.",
        source: "Roberts, Yaida and Hanin, arXiv 2106.10165, §5.4; iterated quadrature",
        control: "V/K² stays bounded.",
        params: &[
            Field {
                key: "K0",
                about: "the kernel of layer 1, positive up to 1e12",
            },
            SIGMA_W2,
            SIGMA_B2,
            ACTIVATION,
        ],
        value: &[
            Field {
                key: "layer_V_over_K2_and_ratio",
                about: "[l, V/K², V/(K² l)] for l = 2, 6, 21, 101, 401",
            },
            Field {
                key: "limit",
                about: "the statement",
            },
        ],
        accuracy: "1e-11",
        answer: |params| {
            let flow = recursion(params)?.four_point_flow(params.number("K0")?, 401)?;
            let rows = [2usize, 6, 21, 101, 401].map(|l| {
                let (kernel, vertex) = flow[l - 1];
                let ratio = vertex / (kernel * kernel);
                json!([l, ratio, ratio / l as f64])
            });
            Ok(json!({
                "layer_V_over_K2_and_ratio": rows,
                "limit": "V/K^2/l -> 2/3",
            }))
        },
    },
    Kind {
        id: "saddle-dominance-goe",
        code: "C38",
        area: Area::Neighbours,
        statement: "Nearly all critical points of a random surface are saddles: a GOE matrix has only positive eigenvalues with probability (2 − √2)/4 for N = 2, (π − 2√2)/(4π) for N = 3, about exp(−(ln 3)/4 N²) for large N.",
        source: "Dean and Majumdar 2006; ratio of Pfaffians (de Bruijn 1955)",
        control: "The probability is 2^−N.",
        params: &[Field {
            key: "N",
            about: "the size, 1 to 8",
        }],
        value: &[Field {
            key: "P_all_eigenvalues_positive",
            about: "the probability",
        }],
        accuracy: "1e-9",
        answer: |params| {
            Ok(json!({"P_all_eigenvalues_positive": saddles::probability_all_positive(params.size("N")?)?}))
        },
    },
];

fn recursion(params: &Params<'_>) -> Result<KernelRecursion, BridgeError> {
    let activation = match params.get("activation") {
        Some(_) => activation_named(params.text("activation")?)?,
        None => nets::Activation::Tanh,
    };
    Ok(KernelRecursion::new(
        activation,
        params.number("sigma_w2")?,
        params.number_or("sigma_b2", 0.0)?,
    )?)
}

fn layers(params: &Params<'_>) -> Result<u32, BridgeError> {
    let layers = params.natural("layers")?;
    u32::try_from(layers).or_else(|_| refuse("layers", layers, "an integer up to 2^32 - 1"))
}
