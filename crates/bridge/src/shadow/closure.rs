//! The closure defect: how far the shadow of a composition is from the composition of shadows.
//!
//! 1-jets at matched base points compose exactly, by the chain rule: their defect is rounding. Least-squares fits do not,
//! so the set of fits is no group by itself: for g ∘ f on a ball of radius r, with g fitted on the image of the ball under
//! the fit of f, the defect is O(r²) relative to the linear part in the slope and O(r⁴) in the value at the centre
//! (claim C21; the second because both means see the same quadratic parts).

use super::affine::{AffineMap, check_width};
use super::fit::{AffineFitter, even_and_odd, pseudo_inverse};
use super::polar::truncate_rank;
use super::region::Ball;
use super::stage::bottleneck;
use crate::BridgeError;
use nalgebra::DVector;
use nets::{Layer, Network, NetworkBuilder};
use serde::{Deserialize, Serialize};

/// How far the fit of a composition is from the composition of fits.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ClosureDefect {
    /// Frobenius norm of the difference of the linear parts, relative to that of the fitted composition.
    pub linear: f64,
    /// Euclidean distance of the values at the centre.
    pub value: f64,
    /// That distance relative to r‖A‖: how far the fitted composition moves points of the ball.
    pub value_relative: f64,
}

/// The defects of both kinds of fits.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Closure {
    /// Of 1-jets: rounding only.
    pub jet: ClosureDefect,
    /// Of least-squares fits.
    pub least_squares: ClosureDefect,
}

/// The closure defect of `second` after `first` on `ball`, with `fitter` for the width of `first`.
///
/// ```
/// use bridge::shadow::{AffineFitter, Ball, FitOptions, closure_defect};
/// use nalgebra::{dmatrix, dvector};
/// use nets::{Activation, Dense, Network};
/// let layer = Dense::new(dmatrix![1.2], dvector![0.3], Activation::Tanh)?;
/// let network = Network::new(vec![layer.into()])?;
/// let fitter = AffineFitter::new(1, FitOptions::for_width(1, 1))?;
/// let closure = closure_defect(&fitter, &network, &network, &Ball::new(dvector![0.0], 0.2)?)?;
/// assert!(closure.jet.linear < 1e-14 && closure.least_squares.linear > 1e-4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`BridgeError::Shape`] if the widths do not fit together; [`BridgeError::NotFinite`] if a value is not finite.
pub fn closure_defect(
    fitter: &AffineFitter,
    first: &Network,
    second: &Network,
    ball: &Ball,
) -> Result<Closure, BridgeError> {
    check_width(
        "input width of the second map of a composition",
        first.output_width(),
        second.input_width(),
    )?;
    let composed = compose(first, second)?;
    let x0 = ball.center();
    let jet = |f: &Network, x: &DVector<f64>| AffineMap::through(f.jacobian(x), x, &f.forward(x));
    let jets = jet(second, &first.forward(x0))?.after(&jet(first, x0)?)?;

    let inner = fitter.fit_rank(|x| first.forward(x), ball, bottleneck(first))?;
    let displacements = inner.linear() * fitter.displacements(ball.radius());
    let center = inner.apply(x0);
    let (mean, odd) = even_and_odd(|y| second.forward(y), &center, &displacements)?;
    let linear = truncate_rank(&(odd * pseudo_inverse(&displacements)?), bottleneck(second))?;
    let outer = AffineMap::through(linear, &center, &mean)?;
    let whole = fitter.fit_rank(|x| composed.forward(x), ball, bottleneck(&composed))?;
    Ok(Closure {
        jet: defect(&jet(&composed, x0)?, &jets, ball),
        least_squares: defect(&whole, &outer.after(&inner)?, ball),
    })
}

/// The network that applies `first`, then `second`.
fn compose(first: &Network, second: &Network) -> Result<Network, BridgeError> {
    let mut builder = NetworkBuilder::new(first.input_shape());
    let mut node = builder.input();
    for network in [first, second] {
        if builder.shape(node) != network.input_shape() {
            node = builder.add(Layer::Reshape(network.input_shape().to_vec()), &[node])?;
        }
        let mut nodes = vec![node];
        for (layer, wires) in network.layers().iter().zip(network.wires()) {
            let inputs: Vec<_> = wires.iter().map(|&wire| nodes[wire]).collect();
            nodes.push(builder.add(layer.clone(), &inputs)?);
        }
        node = nodes[network.output()];
    }
    Ok(builder.finish(node)?)
}

fn defect(fit: &AffineMap, product: &AffineMap, ball: &Ball) -> ClosureDefect {
    let ratio = |difference: f64, size: f64| if difference == 0.0 { 0.0 } else { difference / size };
    let value = (fit.apply(ball.center()) - product.apply(ball.center())).norm();
    let size = fit.linear().norm();
    ClosureDefect {
        linear: ratio((fit.linear() - product.linear()).norm(), size),
        value,
        value_relative: ratio(value, size * ball.radius()),
    }
}
