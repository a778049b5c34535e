//! The derivative of a network's outputs with respect to its weights, reduced to a triangle.

use nalgebra::{DMatrix, DVector};
use nets::{Conv2d, Dense, Layer, Network, Padding};

use super::MAX_PARAMETERS;
use crate::BridgeError;

/// Where the weights of a layer stand among all.
struct Place<'a> {
    layer: usize,
    start: usize,
    weights: Weights<'a>,
}

enum Weights<'a> {
    Dense(&'a Dense),
    Convolution(&'a Conv2d),
}

/// A matrix with as many columns as there are weights and the singular values of the derivative over all examples
/// (orthogonal transformations of its rows): blocks of rows are reduced to a triangle as they come.
pub(super) fn reduced(network: &Network, data: &DMatrix<f64>) -> Result<DMatrix<f64>, BridgeError> {
    if data.nrows() != network.input_width() {
        return Err(BridgeError::Shape {
            what: "width of the data (the network's input)".into(),
            expected: network.input_width(),
            got: data.nrows(),
        });
    }
    let (places, parameters) = places(network)?;
    if parameters > MAX_PARAMETERS {
        return Err(BridgeError::TooManyParameters {
            got: parameters,
            limit: MAX_PARAMETERS,
        });
    }
    let outputs = network.output_width();
    let room = (4 * parameters).max(512).div_ceil(outputs) * outputs;
    let mut triangle = DMatrix::zeros(0, parameters);
    let mut pending: Vec<DMatrix<f64>> = Vec::new();
    for (k, x) in data.column_iter().enumerate() {
        pending.push(rows_at(network, &places, parameters, &x.into_owned()));
        if pending.len() * outputs >= room || k + 1 == data.ncols() {
            triangle = reduce(&triangle, &pending);
            pending.clear();
        }
    }
    Ok(triangle)
}

fn places(network: &Network) -> Result<(Vec<Place<'_>>, usize), BridgeError> {
    let (mut places, mut start) = (Vec::new(), 0);
    for (index, layer) in network.layers().iter().enumerate() {
        let (weights, count) = match layer {
            Layer::Dense(dense) => (Weights::Dense(dense), dense.weights().len() + dense.bias().len()),
            Layer::Conv2d(conv) => (
                Weights::Convolution(conv),
                conv.weights().len() + conv.bias().len(),
            ),
            Layer::BatchNorm(_) | Layer::LayerNorm(_) | Layer::Constant(_) => {
                return Err(BridgeError::NoDerivative {
                    layer: index,
                    kind: layer.kind().into(),
                });
            }
            _ => continue,
        };
        places.push(Place {
            layer: index,
            start,
            weights,
        });
        start += count;
    }
    Ok((places, start))
}

/// The triangle of the rows above and those that came.
fn reduce(triangle: &DMatrix<f64>, pending: &[DMatrix<f64>]) -> DMatrix<f64> {
    let columns = triangle.ncols();
    let rows: usize = triangle.nrows() + pending.iter().map(DMatrix::nrows).sum::<usize>();
    let mut stacked = DMatrix::zeros(rows, columns);
    let mut at = 0;
    for part in std::iter::once(triangle).chain(pending) {
        stacked.rows_mut(at, part.nrows()).copy_from(part);
        at += part.nrows();
    }
    if rows <= columns {
        return stacked;
    }
    stacked.qr().unpack_r()
}

/// One row per output: its derivative with respect to all weights, by reverse mode.
fn rows_at(network: &Network, places: &[Place<'_>], parameters: usize, x: &DVector<f64>) -> DMatrix<f64> {
    let values = network.activations(x);
    let outputs = network.output_width();
    let mut rows = DMatrix::zeros(outputs, parameters);
    let mut pulled: Vec<Option<DMatrix<f64>>> = vec![None; values.len()];
    pulled[network.output()] = Some(DMatrix::identity(outputs, outputs));
    let mut places = places.iter().rev().peekable();
    for (index, wires) in network.wires().iter().enumerate().rev() {
        let place = places.next_if(|place| place.layer == index);
        let Some(cotangent) = pulled[index + 1].take() else {
            continue;
        };
        if let Some(place) = place {
            let input = &values[wires[0]];
            for (o, delta) in cotangent.column_iter().enumerate() {
                let mut add = |k: usize, value: f64| rows[(o, place.start + k)] += value;
                match place.weights {
                    Weights::Dense(dense) => dense_gradient(dense, input, delta.as_slice(), &mut add),
                    Weights::Convolution(conv) => {
                        convolution_gradient(conv, input.as_slice(), delta.as_slice(), &mut add);
                    }
                }
            }
        }
        let at: Vec<&DVector<f64>> = wires.iter().map(|&wire| &values[wire]).collect();
        if at.is_empty() {
            continue;
        }
        let transposed = network.layers()[index].transposed_jacobians(&at);
        for (&wire, transposed) in wires.iter().zip(transposed) {
            let part = transposed * &cotangent;
            pulled[wire] = Some(match pulled[wire].take() {
                Some(sum) => sum + part,
                None => part,
            });
        }
    }
    rows
}

/// Weights row by row, then biases; the layer may be applied at several positions.
fn dense_gradient(dense: &Dense, input: &DVector<f64>, delta: &[f64], add: &mut impl FnMut(usize, f64)) {
    let (inputs, outputs) = (dense.input_width(), dense.output_width());
    for (x, delta) in input.as_slice().chunks(inputs).zip(delta.chunks(outputs)) {
        let z = dense.pre_activation(&DVector::from_column_slice(x));
        for i in 0..outputs {
            let d = delta[i] * dense.activation().derivative(z[i]);
            for (j, x) in x.iter().enumerate() {
                add(i * inputs + j, d * x);
            }
            add(outputs * inputs + i, d);
        }
    }
}

fn convolution_gradient(conv: &Conv2d, x: &[f64], delta: &[f64], add: &mut impl FnMut(usize, f64)) {
    let ([channels, height, width], [outputs, rows, columns]) = (conv.input_shape(), conv.output_shape());
    let window = conv.window();
    let (per_group, outputs_per_group) = (channels / conv.groups(), outputs / conv.groups());
    let inside = |at: isize, size: usize| match conv.padding() {
        Padding::Circular => Some(at.rem_euclid(size as isize) as usize),
        Padding::Zero => usize::try_from(at).ok().filter(|&at| at < size),
    };
    for o in 0..outputs {
        for (place, d) in delta[o * rows * columns..(o + 1) * rows * columns]
            .iter()
            .enumerate()
        {
            let (row, column) = (place / columns, place % columns);
            add(conv.weights().len() + o, *d);
            for i in 0..per_group {
                let channel = o / outputs_per_group * per_group + i;
                for tap in 0..window.size.0 * window.size.1 {
                    let (down, across) = (tap / window.size.1, tap % window.size.1);
                    let y = (row * window.stride.0 + down * window.dilation.0) as isize
                        - window.padding[0] as isize;
                    let z = (column * window.stride.1 + across * window.dilation.1) as isize
                        - window.padding[1] as isize;
                    if let Some((y, z)) = inside(y, height).zip(inside(z, width)) {
                        let weight = (o * per_group + i) * window.size.0 * window.size.1 + tap;
                        add(weight, d * x[(channel * height + y) * width + z]);
                    }
                }
            }
        }
    }
}
