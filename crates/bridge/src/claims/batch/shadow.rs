//! Kinds about shadows of single units.

use serde_json::{Map, Value, json};

use super::params::{Params, number};
use super::{Field, Kind, float};
use crate::BridgeError;
use crate::claim::Area;
use crate::error::refuse;
use crate::shadow::unit::{Unit, activation_named, closure_defects, shadow_constants};

const UNIT: &str = "[activation, w, b]: tanh, sigmoid, relu, leaky_relu, silu, gelu, erf or linear, with numbers up to 1e6 in size";

pub(super) const KINDS: &[Kind] = &[
    Kind {
        id: "shadow-constants",
        code: "C18",
        area: Area::Shadow,
        statement: "sup|tanh''| = 4/(3√3) at artanh(1/√3), sup|σ''| = 1/(6√3) at 2 artanh(1/√3) for the sigmoid σ, |tanh'''| <= 2, |σ'''| <= 1/8.",
        source: "calculus",
        control: "sup|σ''| = 1/4.",
        params: &[],
        value: &[
            Field {
                key: "max_abs_tanh2, argmax_tanh2",
                about: "sup|tanh''| and where",
            },
            Field {
                key: "max_abs_tanh3",
                about: "sup|tanh'''|",
            },
            Field {
                key: "max_abs_sigmoid2, argmax_sigmoid2",
                about: "sup|σ''| and where",
            },
            Field {
                key: "max_abs_sigmoid3",
                about: "sup|σ'''|",
            },
            Field {
                key: "lip_tanh, lip_sigmoid",
                about: "Lipschitz constants",
            },
        ],
        accuracy: "1e-15",
        answer: |_| {
            let constants = shadow_constants();
            Ok(json!({
                "max_abs_tanh2": constants.tanh_second,
                "argmax_tanh2": constants.tanh_second_at,
                "max_abs_tanh3": constants.tanh_third,
                "max_abs_sigmoid2": constants.sigmoid_second,
                "argmax_sigmoid2": constants.sigmoid_second_at,
                "max_abs_sigmoid3": constants.sigmoid_third,
                "lip_tanh": constants.tanh_lipschitz,
                "lip_sigmoid": constants.sigmoid_lipschitz,
            }))
        },
    },
    Kind {
        id: "shadow-affine-error",
        code: "C19",
        area: Area::Shadow,
        statement: "On |x| <= r a smooth unit φ(wx + b) differs from its affine shadow by at most ½ sup|φ''| w² r²: order 2 in r, order 3 at an inflection (b = 0), order 1 at a kink.",
        source: "Taylor's theorem; Legendre projection; minimax line by bisection",
        control: "The order is 2 for ReLU at its kink.",
        params: &[
            Field {
                key: "activation",
                about: "tanh, sigmoid, relu, leaky_relu, silu, gelu, erf or linear",
            },
            Field {
                key: "w",
                about: "a number up to 1e6 in size",
            },
            Field {
                key: "b",
                about: "a number up to 1e6 in size",
            },
            Field {
                key: "r",
                about: "a positive number up to 1e6",
            },
        ],
        value: &[
            Field {
                key: "taylor_sup",
                about: "sup of the error of the 1-jet at 0 (at a kink the slope from the left)",
            },
            Field {
                key: "ls_intercept, ls_slope, ls_rms",
                about: "the least-squares line against the uniform law, and its root mean square error",
            },
            Field {
                key: "minimax_sup",
                about: "the smallest sup of all lines",
            },
            Field {
                key: "hessian_bound",
                about: "½ sup|φ''| w² r², null at a kink",
            },
            Field {
                key: "orders_taylor_ls_minimax_r02_over_r01",
                about: "log2 of the errors at r = 0.2 over those at 0.1, to three decimals; null where they vanish",
            },
        ],
        accuracy: "1e-11",
        answer: |params| {
            let activation = activation_named(params.text("activation")?)?;
            let unit = Unit::new(activation, params.number("w")?, params.number("b")?)?;
            let radius = params.number("r")?;
            let fit = unit.least_squares(0.0, radius);
            let errors = |r: f64| -> Result<[f64; 3], BridgeError> {
                Ok([
                    unit.taylor_error(r)?,
                    unit.least_squares(0.0, r)?.rms,
                    unit.minimax_error(r)?,
                ])
            };
            let (coarse, fine) = (errors(0.2)?, errors(0.1)?);
            let orders: Vec<Value> = (0..3).map(|i| order(coarse[i], fine[i])).collect();
            let fit = fit?;
            Ok(json!({
                "taylor_sup": unit.taylor_error(radius)?,
                "ls_intercept": fit.intercept,
                "ls_slope": fit.slope,
                "ls_rms": fit.rms,
                "minimax_sup": unit.minimax_error(radius)?,
                "hessian_bound": unit.curvature_bound(radius)?,
                "orders_taylor_ls_minimax_r02_over_r01": orders,
            }))
        },
    },
    Kind {
        id: "shadow-closure-defect",
        code: "C21",
        area: Area::Shadow,
        statement: "1-jets at matched base points compose exactly; least-squares fits do not: the slope of the fit of g∘f differs from the product of slopes by O(r²), the intercept by O(r⁴).",
        source: "chain rule; Legendre projections of the composition",
        control: "Least-squares fits close exactly.",
        params: &[
            Field {
                key: "f",
                about: UNIT,
            },
            Field {
                key: "g",
                about: UNIT,
            },
            Field {
                key: "fit",
                about: "a remark: f and g∘f are fitted on [-r, r], g about f(0) on the radius |slope of f| r",
            },
        ],
        value: &[
            Field {
                key: "defect_intercept_slope",
                about: "for r = 0.4, 0.2, 0.1, 0.05: the two defects",
            },
            Field {
                key: "order_intercept, order_slope",
                about: "log2 of the defects at 0.1 over those at 0.05, to three decimals; null where they vanish",
            },
        ],
        accuracy: "1e-15 absolute",
        answer: |params| {
            let (f, g) = (unit(params, "f")?, unit(params, "g")?);
            let mut defects = Map::new();
            let mut last = Vec::new();
            for radius in [0.4, 0.2, 0.1, 0.05] {
                let (intercept, slope) = closure_defects(&f, &g, radius)?;
                defects.insert(radius.to_string(), json!([intercept, slope]));
                last.push((intercept, slope));
            }
            Ok(json!({
                "defect_intercept_slope": defects,
                "order_intercept": order(last[2].0, last[3].0),
                "order_slope": order(last[2].1, last[3].1),
            }))
        },
    },
];

/// log2 of a ratio to three decimals; null where the errors are rounding.
fn order(coarse: f64, fine: f64) -> Value {
    if fine < 1e-15 || coarse < 1e-15 {
        return Value::Null;
    }
    float(((coarse / fine).log2() * 1e3).round() / 1e3)
}

fn unit(params: &Params<'_>, key: &str) -> Result<Unit, BridgeError> {
    match params.list(key)? {
        [Value::String(name), weight, bias] => {
            Unit::new(activation_named(name)?, number(key, weight)?, number(key, bias)?)
        }
        _ => refuse(key, "a list of another form", UNIT),
    }
}
