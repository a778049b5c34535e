//! A priori bounds of the error that a plain f64 evaluation makes, so that certified bounds hold for computed values.
//!
//! A residual on samples compares two computed numbers; for a nearly affine map it is all rounding. The certified
//! bounds therefore add what rounding can contribute over the region: γₙ(|W||a| + |b|) for an affine step, in any
//! order of summation (Higham 2002, §3.5), carried through an activation by its Lipschitz constant on the range.

use super::activation::{self, EVALUATION_ERROR};
use super::affine::AffineMap;
use super::region::Support;
use super::relaxation::Units;
use super::rounding::{Interval, add_up, gamma, mul_up, sum_up, underflow};
use super::stage::Stage;
use nalgebra::DVector;

/// Bounds of the evaluation error of Wa + b, for inputs enclosed by `inputs` and evaluated within `errors`.
pub(super) fn affine(inputs: &Units, errors: &[f64], stage: &Stage) -> Vec<f64> {
    let Some(weights) = &stage.weights_t else {
        return if stage.constant.is_some() {
            vec![0.0; inputs.len()]
        } else {
            errors.to_vec()
        };
    };
    let terms = weights.nrows();
    let size: Vec<f64> = (0..terms)
        .map(|k| add_up(inputs.magnitude(k), errors[k]))
        .collect();
    (0..weights.ncols())
        .map(|j| {
            let weighted =
                |v: &[f64]| sum_up(weights.column(j).iter().zip(v).map(|(w, x)| mul_up(w.abs(), *x)));
            let bias = stage.bias.as_ref().map_or(0.0, |b| b[j].abs());
            let rounding = mul_up(gamma(stage.terms()), add_up(weighted(&size), bias));
            add_up(add_up(weighted(errors), rounding), underflow(terms))
        })
        .collect()
}

/// Bounds of the evaluation error of σ(z), for pre-activations enclosed by `z` and evaluated within `errors`.
pub(super) fn activate(z: &Units, errors: &[f64], sigma: nets::Activation) -> Vec<f64> {
    if sigma == nets::Activation::Linear {
        return errors.to_vec();
    }
    (0..z.len())
        .map(|k| {
            let range = Interval::point(z.value[k]) + z.offset(k) + Interval::symmetric(errors[k]);
            let lipschitz = activation::derivative(sigma, range).magnitude();
            let own = mul_up(EVALUATION_ERROR, activation::value(sigma, range).magnitude());
            add_up(add_up(mul_up(lipschitz, errors[k]), own), f64::MIN_POSITIVE)
        })
        .collect()
}

/// Bounds of the evaluation error of (Ax + c)ⱼ over the region.
pub(super) fn target(target: &AffineMap, center: &DVector<f64>, support: &Support) -> Vec<f64> {
    let reach: Vec<f64> = (0..center.len())
        .map(|i| add_up(center[i].abs(), support.coordinate(i)))
        .collect();
    let terms = center.len() + 2;
    (0..target.output_width())
        .map(|j| {
            let row = target.linear().row(j);
            let products = row.iter().zip(&reach).map(|(a, x)| mul_up(a.abs(), *x));
            let size = add_up(sum_up(products), target.offset()[j].abs());
            if size == 0.0 {
                0.0
            } else {
                add_up(mul_up(gamma(terms), size), underflow(terms))
            }
        })
        .collect()
}
