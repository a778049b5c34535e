//! Functional dimension of a 3-5-2 net with biases on 4000 inputs (task E8): known ranks, each with its gap.

#![allow(clippy::unwrap_used)] // helpers of tests

use bridge::gauge::{FunctionalDimension, functional_dimension};
use nalgebra::{DMatrix, DVector};
use nets::{Activation, Dense, Network};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

fn found(activation: Activation, equal_units: bool, seed: u64) -> FunctionalDimension {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut normal = || -> f64 { StandardNormal.sample(&mut rng) };
    let mut first = (
        DMatrix::from_fn(5, 3, |_, _| normal()),
        DVector::from_fn(5, |_, _| normal()),
    );
    if equal_units {
        let row = first.0.row(0).into_owned();
        first.0.set_row(1, &row);
        first.1[1] = first.1[0];
    }
    let second = (
        DMatrix::from_fn(2, 5, |_, _| normal()),
        DVector::from_fn(2, |_, _| normal()),
    );
    let hidden = Dense::new(first.0, first.1, activation).unwrap();
    let output = Dense::new(second.0, second.1, Activation::Linear).unwrap();
    let network = Network::new(vec![hidden.into(), output.into()]).unwrap();
    functional_dimension(&network, &DMatrix::from_fn(3, 4000, |_, _| normal())).unwrap()
}

#[test]
fn functional_dimensions_are_the_known_ones() {
    for seed in 0..3 {
        for (activation, equal_units, rank, orbit, excess) in [
            (Activation::Tanh, false, 32, 0, 0),
            (Activation::Relu, false, 27, 5, 0),
            // The map is a 2 × 3 matrix and a shift; the orbit is that of the affine maps of the five units.
            (Activation::Linear, false, 8, 24, 0),
            // Of two equal units only the sum of the outgoing weights counts to first order, and one pair of incoming.
            (Activation::Tanh, true, 30, 0, 2),
        ] {
            let found = found(activation, equal_units, seed);
            let rank_found = found.rank;
            println!("{activation:?}, equal units {equal_units}: {found:?}");
            assert_eq!(found.parameters, 32);
            assert_eq!(rank_found.rank, rank, "{activation:?}");
            assert!(rank_found.gap_decades > 6.0, "{rank_found:?}");
            assert_eq!((found.orbit, found.hidden_excess), (Some(orbit), Some(excess)));
        }
    }
}
