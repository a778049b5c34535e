//! C16, C18, C21: norm balls, constants of shadows, closure of fits.

use rand::RngExt;

use super::batch::card;
use super::short::{Evidence, Short, Tuned};
use crate::claim::{About, Cost, Curve, Parameter, Picture};
use crate::figure::dimensions;
use crate::shadow::unit::{Unit, closure_defects, shadow_constants};
use groups::lie::haar::ellipse_share_inside;
use nets::Activation;

const BALL_CARD: About = card(
    "circle-vs-ellipse-norm-ball",
    "μ{T ∈ D O(2) D⁻¹ : |T|_F ≤ R} = (2/π) asin √((R² − 2)/(k − 1/k)²)",
);

const ROTATIONS: Parameter =
    Parameter::samples("samples", 20_000, "random rotations for each ellipse and radius");

pub(super) static NORM_BALL: Tuned = Short {
    about: &BALL_CARD,
    exact: |_| {
        let mut evidence = Evidence::numerical(
            "Dimensions of orbits by exact rank: circle and ellipse have the same; the share is 1 exactly from R² = k² + 1/k² on.",
        );
        let circle = dimensions("GL(2,R)", "x^2+y^2")?;
        for ellipse in ["x^2/4+y^2", "x^2+9y^2", "x^2+xy+y^2"] {
            evidence.equal(ellipse, dimensions("GL(2,R)", ellipse)?.orbit, circle.orbit);
        }
        for k in [0.5f64, 2.0, 4.0] {
            let whole = (k * k + 1.0 / (k * k)).sqrt();
            let (below, above) = (
                ellipse_share_inside(k, whole - 1e-6),
                ellipse_share_inside(k, whole + 1e-6),
            );
            evidence.case(below < 1.0 && above == 1.0, || format!("k = {k}"));
        }
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng("circle-vs-ellipse-norm-ball");
        let mut evidence = Evidence::statistical(
            "Random rotations conjugated by diag(k, 1) that lie in the ball.",
            context,
        );
        for (k, radius) in [(2.0, 2.0f64), (2.0, 1.6), (4.0, 2.0)] {
            let trials = context.natural(&ROTATIONS)?;
            let inside = (0..trials).filter(|_| {
                let (sine, cosine) = rng.random_range(0.0..std::f64::consts::TAU).sin_cos();
                2.0 * cosine * cosine + (k * sine).powi(2) + (sine / k).powi(2) <= radius * radius
            });
            let share = crate::statistics::proportion(inside.count() as u64, trials, context.confidence);
            evidence.covers(
                &format!("share, k = {k}, R = {radius}"),
                share,
                trials,
                ellipse_share_inside(k, radius),
            );
        }
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::numerical(BALL_CARD.control);
        for radius in [2.0, 3.0, 10.0] {
            let share = ellipse_share_inside(2.0, radius);
            evidence.case(share < 1.0, || {
                format!("the share is {share} at R = {radius}, k = 2")
            });
        }
        evidence.finish()
    },
}
.with(&[ROTATIONS], Cost::Instant);

const CONSTANTS_CARD: About = card("shadow-constants", "sup|tanh''| = 4/(3√3), sup|σ''| = 1/(6√3)");

const POINTS: Parameter = Parameter::samples("samples", 20_000, "random points for each activation");

pub(super) static CONSTANTS: Tuned = Short {
    about: &CONSTANTS_CARD,
    exact: |_| {
        let mut evidence = Evidence::exact("The derivatives at their critical points, against the radicals.");
        let (constants, root) = (shadow_constants(), 3f64.sqrt());
        for (name, found, expected) in [
            ("sup |tanh''|", constants.tanh_second, 4.0 / (3.0 * root)),
            ("sup |sigmoid''|", constants.sigmoid_second, 1.0 / (6.0 * root)),
            ("sup |tanh'''|", constants.tanh_third, 2.0),
            ("sup |sigmoid'''|", constants.sigmoid_third, 0.125),
        ] {
            evidence.close(name, found, expected, 1e-15);
        }
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng("shadow-constants");
        let mut evidence = Evidence::statistical(
            "No random point has a larger second derivative, and some come near.",
            context,
        );
        let constants = shadow_constants();
        for (activation, sup) in [
            (Activation::Tanh, constants.tanh_second),
            (Activation::Sigmoid, constants.sigmoid_second),
        ] {
            let draws = (0..context.natural(&POINTS)?)
                .map(|_| activation.second_derivative(rng.random_range(-6.0..6.0)).abs());
            let largest = draws.fold(0.0, f64::max);
            evidence.case(largest <= sup, || format!("{activation:?}: {largest}"));
            evidence.close(
                &format!("largest at random points, {activation:?}"),
                largest,
                sup,
                1e-5,
            );
        }
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::exact(CONSTANTS_CARD.control);
        evidence.close("sup |sigmoid''|", shadow_constants().sigmoid_second, 0.25, 1e-12);
        evidence.finish()
    },
}
.with(&[POINTS], Cost::Instant);

const CLOSURE_CARD: About = card(
    "shadow-closure-defect",
    "|slope(g∘f) − slope(g) slope(f)| = O(r²)",
);

/// Exponents of the slope defect between r = 0.1 and 0.05.
fn closure_order(f: (Activation, f64, f64), g: (Activation, f64, f64)) -> Result<f64, crate::BridgeError> {
    let (f, g) = (Unit::new(f.0, f.1, f.2)?, Unit::new(g.0, g.1, g.2)?);
    Ok((closure_defects(&f, &g, 0.1)?.1 / closure_defects(&f, &g, 0.05)?.1).log2())
}

const UNITS: Parameter = Parameter::integer("units", 8, (1, 200), "random pairs of units");

/// The defects of least-squares fits of two tanh units against the radius.
fn closure_picture() -> Result<Picture, crate::BridgeError> {
    let radii = [0.025, 0.05, 0.1, 0.2, 0.4];
    let defects = |b: f64, c: f64| -> Result<Vec<(f64, f64)>, crate::BridgeError> {
        let (f, g) = (
            Unit::new(Activation::Tanh, 1.0, b)?,
            Unit::new(Activation::Tanh, 1.2, c)?,
        );
        radii
            .iter()
            .map(|&r| Ok((r, closure_defects(&f, &g, r)?.1)))
            .collect()
    };
    let generic = defects(0.5, 0.4)?;
    let scale = generic[0].1 / radii[0].powi(2);
    let square = radii.iter().map(|&r| (r, scale * r * r)).collect();
    Ok(Picture::power_law(
        "Least-squares fits do not close",
        "radius r",
        "|slope(g∘f) − slope(g) slope(f)|",
        vec![
            Curve::measured("biases 0.5 and 0.4", generic),
            Curve::measured("biases 0", defects(0.0, 0.0)?),
            Curve::theory("r²", square),
        ],
    ))
}

pub(super) static CLOSURE: Tuned = Short {
    about: &CLOSURE_CARD,
    exact: |context| {
        let mut evidence =
            Evidence::exact("1-jets: the slope of the composition is the product of slopes, to rounding.");
        for (w, b, v, c) in [(1.0, 0.5, 1.2, -0.3), (2.0, 0.4, 1.0, 0.2), (-1.5, 0.1, 0.7, 0.9)] {
            let (f, g) = (Activation::Tanh, Activation::Sigmoid);
            let composed = |x: f64| g.apply(v * f.apply(w * x + b) + c);
            let h = 1e-5;
            let slope = (composed(h) - composed(-h)) / (2.0 * h);
            let product = v * g.derivative(v * f.apply(b) + c) * w * context.derivative(f.derivative(b));
            evidence.close(&format!("slope, w = {w}"), slope, product, 1e-9);
        }
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng("shadow-closure-defect");
        let mut evidence = Evidence::statistical(
            "The exponent of the slope defect of least-squares fits of random units.",
            context,
        );
        for _ in 0..context.natural(&UNITS)? {
            let mut unit = |activation| (activation, rng.random_range(0.8..1.5), rng.random_range(0.3..0.7));
            let (f, g) = (unit(Activation::Tanh), unit(Activation::Sigmoid));
            evidence.close("exponent", closure_order(f, g)?, 2.0, 0.1);
        }
        evidence.close(
            "exponent at an inflection",
            closure_order((Activation::Tanh, 1.0, 0.0), (Activation::Tanh, 1.0, 0.0))?,
            4.0,
            0.1,
        );
        evidence.picture(closure_picture()?);
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::exact(CLOSURE_CARD.control);
        let unit = Unit::new(Activation::Tanh, 1.0, 0.5)?;
        evidence.close(
            "slope defect at r = 0.2",
            closure_defects(&unit, &unit, 0.2)?.1,
            0.0,
            1e-9,
        );
        evidence.finish()
    },
}
.with(&[UNITS], Cost::Instant);
