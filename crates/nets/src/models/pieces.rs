//! The linear pieces of a ReLU network on a segment.

use nalgebra::DVector;

use crate::error::refuse;
use crate::{Activation, Dense, Layer, NetError, Network};

/// The most pieces that are followed.
pub const MAX_PIECES: usize = 1_000_000;

/// A part of the segment on which all values so far are affine: constant + slope·t for t from `from` to `to`.
struct Part {
    from: f64,
    to: f64,
    constant: DVector<f64>,
    slope: DVector<f64>,
}

impl Part {
    fn middle(&self) -> f64 {
        self.from.midpoint(self.to)
    }
}

/// The number of maximal intervals of t in [0, 1] on which the network's value at (1 − t)·start + t·end is affine.
///
/// Layer by layer, every part is cut where a unit of it changes sign. Kinks nearer than 1e-12 are one, and neighbouring
/// parts whose slopes agree to 1e-9 of the largest are joined in the end. O(pieces × weights).
///
/// # Errors
/// [`NetError::Option`] unless the network is a chain of dense layers with ReLU or linear units, or past [`MAX_PIECES`];
/// [`NetError::Shape`] if an end is not as wide as the input.
///
/// ```
/// use nets::models::{pieces::pieces_on_segment, tent::deep_network};
/// use nalgebra::dvector;
/// let tent = deep_network(3)?;
/// assert_eq!(pieces_on_segment(&tent, &dvector![0.0], &dvector![1.0])?, 8);
/// # Ok::<(), nets::NetError>(())
/// ```
pub fn pieces_on_segment(
    network: &Network,
    start: &DVector<f64>,
    end: &DVector<f64>,
) -> Result<usize, NetError> {
    for point in [start, end] {
        if point.len() != network.input_width() {
            return Err(NetError::Shape {
                what: "end of a segment".into(),
                expected: network.input_width(),
                got: point.len(),
            });
        }
    }
    let mut parts = vec![Part {
        from: 0.0,
        to: 1.0,
        constant: start.clone(),
        slope: end - start,
    }];
    for dense in dense_chain(network)? {
        let relu = dense.activation() == Activation::Relu;
        let mut next = Vec::with_capacity(parts.len());
        for part in parts {
            let constant = dense.pre_activation(&part.constant);
            let slope = dense.weights() * &part.slope;
            let mut cuts = vec![part.from, part.to];
            if relu {
                let kinks = constant.iter().zip(&slope).map(|(c, s)| -c / s);
                cuts.extend(kinks.filter(|t| *t > part.from + 1e-12 && *t < part.to - 1e-12));
                cuts.sort_by(f64::total_cmp);
                cuts.dedup_by(|a, b| (*a - *b).abs() < 1e-12);
            }
            for pair in cuts.windows(2) {
                let mut piece = Part {
                    from: pair[0],
                    to: pair[1],
                    constant: constant.clone(),
                    slope: slope.clone(),
                };
                if relu {
                    let middle = piece.middle();
                    for (c, s) in piece.constant.iter_mut().zip(piece.slope.iter_mut()) {
                        if *c + *s * middle <= 0.0 {
                            (*c, *s) = (0.0, 0.0);
                        }
                    }
                }
                next.push(piece);
            }
        }
        if next.len() > MAX_PIECES {
            return refuse("pieces", next.len(), "at most 1000000 on the segment");
        }
        parts = next;
    }
    let largest = parts.iter().fold(0.0f64, |m, part| m.max(part.slope.amax()));
    let kinks = parts
        .windows(2)
        .filter(|pair| (&pair[0].slope - &pair[1].slope).amax() > 1e-9 * largest);
    Ok(1 + kinks.count())
}

/// The dense layers of a chain of ReLU and linear units.
fn dense_chain(network: &Network) -> Result<Vec<&Dense>, NetError> {
    fn dense(layer: &Layer) -> Result<&Dense, NetError> {
        match layer {
            Layer::Dense(dense) if matches!(dense.activation(), Activation::Relu | Activation::Linear) => {
                Ok(dense)
            }
            layer => refuse(
                "layer",
                layer.kind(),
                "dense layers with ReLU or linear units, which are piecewise linear",
            ),
        }
    }
    if !network.is_chain() {
        return refuse("network", "a graph", "a chain of layers");
    }
    network.layers().iter().map(dense).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::tent;
    use crate::random::{Purpose, stream, unit_f64};
    use nalgebra::{DMatrix, dvector};

    #[test]
    fn tents_have_their_values_and_pieces() {
        for depth in 1..=8u32 {
            let network = tent::deep_network(depth).unwrap();
            for i in 0..=20 {
                let x = f64::from(i) / 20.0;
                let exact = tent::iterate(1.0, depth.into(), x);
                assert!((network.forward(&dvector![x])[0] - exact).abs() < 1e-9);
            }
            let found = pieces_on_segment(&network, &dvector![0.0], &dvector![1.0]).unwrap();
            assert_eq!(
                num_bigint::BigUint::from(found),
                tent::linear_pieces(depth.into()).unwrap()
            );
        }
    }

    /// Against changes of slope on a fine grid.
    #[test]
    fn pieces_of_random_networks_are_those_of_a_grid() {
        for seed in 0..5u64 {
            let mut rng = stream(seed, Purpose::Weights, 7, 7);
            let mut dense = |rows, columns, activation| {
                let mut draw = || 2.0 * unit_f64(&mut rng) - 1.0;
                let weights = DMatrix::from_fn(rows, columns, |_, _| draw());
                let bias = DVector::from_fn(rows, |_, _| 0.5 * draw());
                Layer::from(Dense::new(weights, bias, activation).unwrap())
            };
            let layers = vec![
                dense(6, 2, Activation::Relu),
                dense(5, 6, Activation::Relu),
                dense(2, 5, Activation::Linear),
            ];
            let network = Network::new(layers).unwrap();
            let (start, end) = (dvector![-2.0, 1.0], dvector![2.0, -0.5]);
            let cells = 40_000;
            let at = |i: usize| {
                let t = i as f64 / f64::from(cells);
                network.forward(&(&start * (1.0 - t) + &end * t))
            };
            let values: Vec<_> = (0..=cells as usize).map(at).collect();
            let bends: Vec<bool> = values
                .windows(3)
                .map(|v| (&v[2] - &v[1] * 2.0 + &v[0]).amax() > 1e-10)
                .collect();
            // A kink between grid points bends two neighbouring cells.
            let kinks = bends
                .iter()
                .enumerate()
                .filter(|&(i, &bend)| bend && (i == 0 || !bends[i - 1]))
                .count();
            assert_eq!(
                pieces_on_segment(&network, &start, &end).unwrap(),
                1 + kinks,
                "{seed}"
            );
        }
    }

    #[test]
    fn other_networks_are_refused() {
        let tanh = Dense::new(DMatrix::identity(1, 1), DVector::zeros(1), Activation::Tanh).unwrap();
        let network = Network::new(vec![tanh.into()]).unwrap();
        let refused = pieces_on_segment(&network, &dvector![0.0], &dvector![1.0]).unwrap_err();
        assert!(refused.to_string().contains("ReLU or linear"));
        let tent = tent::deep_network(1).unwrap();
        assert!(pieces_on_segment(&tent, &dvector![0.0, 1.0], &dvector![1.0]).is_err());
    }
}
