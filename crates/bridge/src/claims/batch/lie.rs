//! Kinds about Lie groups: dimensions of orbits, and volumes of approximate stabilizers.

use groups::lie::haar::{ellipse_constant, ellipse_share_inside, line_constant, vector_constant};
use serde_json::{Map, Value, json};

use super::params::Params;
use super::{Field, Kind};
use crate::BridgeError;
use crate::claim::Area;
use crate::error::refuse;
use crate::figure::volume::{ellipse_leading_term, ellipse_volume_ratio, form_law};
use crate::figure::{dimensions_of, matrix_algebra, parse_figure, polynomial_in};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        id: "orbit-stabilizer-lie",
        code: "C02",
        area: Area::Lie,
        statement: "For a Lie group dim G·x + dim G_x = dim G, dim G·x being the rank of the infinitesimal action; circle, ellipse and hyperbola have orbits of dimension 3 under GL(2).",
        source: "textbook; exact rank over the rationals",
        control: "The orbit of an ellipse has a larger dimension than that of the circle.",
        params: &[
            Field {
                key: "group",
                about: "GL(n,R), SL(n,R), O(n), SO(n), Sp(n,R), Aff(n), E(n), SE(n)",
            },
            Field {
                key: "figure",
                about: "one figure: a polynomial in x, y, z, w as a function, words around it are left out (`circle x^2+y^2`); or vector, line, k-plane k=2, quadratic form",
            },
            Field {
                key: "space",
                about: "optional: `binary forms degree 3`; the degree is checked against the polynomial",
            },
            Field {
                key: "figures",
                about: "instead of figure: several, separated by semicolons",
            },
        ],
        value: &[
            Field {
                key: "orbit_dim",
                about: "dim G·x",
            },
            Field {
                key: "stabilizer_dim",
                about: "dim G_x",
            },
            Field {
                key: "vector, line, ellipsoid, two_plane, …",
                about: "for figures: [orbit dim, stabilizer dim] of each, under the name of the figure",
            },
        ],
        accuracy: "exact",
        answer: orbit_stabilizer,
    },
    Kind {
        id: "eps-stabilizer-volume",
        code: "C15",
        area: Area::Lie,
        statement: "vol{T : d(T·f, f) < ε} ~ C ε^r with r = dim G·f; C = ω_r ∫ 1/J over the stabilizer. For an ellipse in the Frobenius norm of forms C = (2√2 π²/3)(ab)³.",
        source: "coarea formula; at finite ε the mean of √(det A/det(A + Z)) over the ε-ball, by tanh-sinh quadrature",
        control: "The exponent of the circle is 2, or the dimension of the stabilizer.",
        params: &[
            Field {
                key: "figure",
                about: "ellipse …, circle; `unoriented line through 0 / vector e1`; or a form such as x^4+y^4 whose stabilizer is finite or O(2)",
            },
            Field {
                key: "a",
                about: "ellipses: the first half axis, 1e-6 to 1e6 (1 for a circle)",
            },
            Field {
                key: "b",
                about: "ellipses: the second half axis",
            },
            Field {
                key: "eps",
                about: "optional, ellipses: the ε of a finite ball, 1e-6 to 1e6",
            },
            Field {
                key: "norm_ball",
                about: "`none`, or the radius of the Frobenius ball of matrices: needed for line and vector (from 1), allowed for ellipses without eps",
            },
            Field {
                key: "metric",
                about: "optional: Frobenius on forms for ellipses, Euclidean on monomial coefficients for forms; others are refused",
            },
            Field {
                key: "stabilizer_order",
                about: "optional: the order of a finite stabilizer, checked where ours is found",
            },
        ],
        value: &[
            Field {
                key: "exponent",
                about: "r",
            },
            Field {
                key: "constant",
                about: "C",
            },
            Field {
                key: "formula",
                about: "ellipses without eps: the formula",
            },
            Field {
                key: "volume_over_leading_term",
                about: "with eps: the exact volume over C ε³",
            },
            Field {
                key: "se",
                about: "with eps: the error of the quadrature, as estimated",
            },
            Field {
                key: "leading_term",
                about: "with eps: C ε³",
            },
            Field {
                key: "line, vector",
                about: "exponent and constant of each, for the figure of that name",
            },
        ],
        accuracy: "1e-12; with eps 1e-9",
        answer: volume,
    },
    Kind {
        id: "circle-vs-ellipse-norm-ball",
        code: "C16",
        area: Area::Lie,
        statement: "The stabilizer of an ellipse is conjugate to that of the circle and the orbit is the same; a norm ball sees the difference: of D O(2) D⁻¹ the share (2/π) asin √((R² − 2)/(k − 1/k)²) has Frobenius norm at most R.",
        source: "|D R_t D⁻¹|² = 2 + (k − 1/k)² sin² t",
        control: "The share stays below 1 for every R (it is 1 from R² = k² + 1/k² on).",
        params: &[
            Field {
                key: "axis_ratio",
                about: "k = a/b, positive",
            },
            Field {
                key: "frobenius_radius",
                about: "R, not negative",
            },
        ],
        value: &[Field {
            key: "fraction_of_stabilizer_inside",
            about: "the share, 0 to 1",
        }],
        accuracy: "1e-14",
        answer: |params| {
            let (ratio, radius) = (params.number("axis_ratio")?, params.number("frobenius_radius")?);
            if ratio <= 0.0 {
                return refuse("axis_ratio", ratio, "a positive number");
            }
            if radius < 0.0 {
                return refuse("frobenius_radius", radius, "a number from 0");
            }
            Ok(json!({"fraction_of_stabilizer_inside": ellipse_share_inside(ratio, radius)}))
        },
    },
];

fn orbit_stabilizer(params: &Params<'_>) -> Result<Value, BridgeError> {
    let (algebra, n) = matrix_algebra(params.text("group")?)?;
    if params.get("figure").is_none() && params.get("figures").is_some() {
        let mut value = Map::new();
        for text in params
            .text("figures")?
            .split(';')
            .map(str::trim)
            .filter(|text| !text.is_empty())
        {
            let found = dimensions_of(&algebra, &parse_figure(text, n)?)?;
            value.insert(name_of(text), json!([found.orbit, found.stabilizer]));
        }
        return Ok(value.into());
    }
    let text = params.text("figure")?;
    let figure = parse_figure(text, n)?;
    if let (Some(f), Some(_)) = (polynomial_in(text, n), params.get("space")) {
        let space = params.text("space")?;
        let stated = space.rsplit(' ').next().and_then(|last| last.parse::<u32>().ok());
        if space.contains("degree")
            && stated.is_some_and(|degree| f.degree() != Some(degree) || !f.is_homogeneous())
        {
            return refuse("space", format!("`{space}`"), format!("the space of {f}"));
        }
    }
    let found = dimensions_of(&algebra, &figure)?;
    Ok(json!({"orbit_dim": found.orbit, "stabilizer_dim": found.stabilizer}))
}

/// The key of a figure among several.
fn name_of(text: &str) -> String {
    let lower = text.to_lowercase();
    let plane = || {
        let digits: String = lower.chars().filter(char::is_ascii_digit).collect();
        let words = [
            "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
        ];
        match digits.parse::<usize>() {
            Ok(k) if k < words.len() => format!("{}_plane", words[k]),
            _ => "two_plane".to_owned(),
        }
    };
    match () {
        () if lower.contains("plane") => plane(),
        () if lower.contains("vector") => "vector".to_owned(),
        () if lower.contains("line") => "line".to_owned(),
        () if ["definite", "quadratic form", "ellips"]
            .iter()
            .any(|word| lower.contains(word)) =>
        {
            "ellipsoid".to_owned()
        }
        () => text.to_owned(),
    }
}

fn volume(params: &Params<'_>) -> Result<Value, BridgeError> {
    let figure = params.text("figure")?;
    let lower = figure.to_lowercase();
    let ball = match params.get("norm_ball") {
        None => None,
        Some(Value::String(text)) if text.trim().eq_ignore_ascii_case("none") => None,
        Some(_) => Some(params.number("norm_ball")?),
    };
    let metric = |known: &str| match params.get("metric").and_then(Value::as_str) {
        Some(metric) if !metric.to_lowercase().contains(known) => {
            refuse("metric", format!("`{metric}`"), known)
        }
        _ => Ok(()),
    };
    if lower.starts_with("ellipse") || lower.starts_with("circle") {
        metric("frobenius")?;
        return ellipse_volume(params, lower.starts_with("circle"), ball);
    }
    if lower.contains("line") || lower.contains("vector") {
        return match ball {
            Some(radius) if radius >= 1.0 => Ok(json!({
                "line": {
                    "exponent": 1,
                    "constant": line_constant(radius),
                    "exact": "pi R^4 eps for all eps<=pi/2",
                },
                "vector": {"exponent": 2, "constant": vector_constant(radius)},
            })),
            Some(radius) => refuse("norm_ball", radius, "a radius from 1"),
            None => refuse(
                "norm_ball",
                "none",
                "a radius from 1: without a ball the volume is infinite",
            ),
        };
    }
    let Some(f) = (2..=4).find_map(|n| polynomial_in(figure, n)) else {
        return refuse(
            "figure",
            format!("`{figure}`"),
            "an ellipse, a circle, a line or vector, or a form in x, y, z, w",
        );
    };
    metric("euclidean")?;
    if let Some(radius) = ball {
        return refuse("norm_ball", radius, "none for a form");
    }
    let stated = match params.get("stabilizer_order") {
        Some(_) => Some(params.size("stabilizer_order")?),
        None => None,
    };
    let law = form_law(&f, stated)?;
    if law.exponent == f.variables() * f.variables() {
        params.agree("stabilizer_order", &law.components.into())?;
    }
    Ok(json!({"exponent": law.exponent, "constant": law.constant}))
}

fn ellipse_volume(params: &Params<'_>, circle: bool, ball: Option<f64>) -> Result<Value, BridgeError> {
    let axis = |key: &str| {
        let value = match circle {
            true => params.number_or(key, 1.0)?,
            false => params.number(key)?,
        };
        match (1e-6..=1e6).contains(&value) {
            true => Ok(value),
            false => refuse(key, value, "a number from 1e-6 to 1e6"),
        }
    };
    let (a, b) = (axis("a")?, axis("b")?);
    if params.get("eps").is_some() {
        if let Some(radius) = ball {
            return refuse("norm_ball", radius, "none together with eps");
        }
        let epsilon = params.number("eps")?;
        let ratio = ellipse_volume_ratio(a, b, epsilon)?;
        return Ok(json!({
            "volume_over_leading_term": ratio.value,
            "se": ratio.error,
            "leading_term": ellipse_leading_term(a, b, epsilon),
        }));
    }
    let share = ball.map_or(1.0, |radius| ellipse_share_inside(a / b, radius));
    let formula = match ball {
        None => "(2 sqrt2 pi^2/3)(ab)^3",
        Some(_) => "(2 sqrt2 pi^2/3)(ab)^3 times the share of the stabilizer in the ball",
    };
    Ok(json!({"exponent": 3, "constant": ellipse_constant(a, b) * share, "formula": formula}))
}
