//! Discrete symmetries of trained networks whose symmetry is on record: what is found, what is not, and the deviations
//! that PyTorch measured.

#![allow(clippy::unwrap_used)] // helpers of tests

use std::path::PathBuf;

use bridge::symmetry::discrete::{
    DiscreteOptions, DiscreteSymmetries, InputGroup, Layout, OutputRule, discrete_symmetries,
};
use nets::{Dataset, Network};

fn model(name: &str) -> (Network, Dataset) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../data/models");
    (
        Network::read_onnx(&folder.join(format!("{name}.onnx"))).unwrap(),
        Dataset::read_npy(&folder.join(format!("{name}.in.npy"))).unwrap(),
    )
}

fn search(name: &str) -> DiscreteSymmetries {
    let (network, data) = model(name);
    discrete_symmetries(&network, &data, None, None, &DiscreteOptions::default()).unwrap()
}

#[test]
fn the_search_finds_the_symmetry_on_the_card_and_no_other() {
    for (name, group, order, exact) in [
        ("deepsets6", "S_6", "720", "720"),
        ("digits_mlp_relu_c4", "C4", "4", "1"),
        ("digits_mlp_tanh_cyclic", "Z8xZ8", "64", "1"),
        ("digits_cnn", "trivial", "1", "1"),
        ("digits_mlp_relu", "trivial", "1", "1"),
        ("digits_mlp_sigmoid", "trivial", "1", "1"),
        ("digits_ae_tied", "trivial", "1", "1"),
        ("lorentz_mlp", "C2^2", "4", "1"),
        ("so2_radial_mlp", "B_2", "8", "1"),
    ] {
        let found = search(name);
        assert_eq!(
            (
                found.group.as_str(),
                found.order.to_string().as_str(),
                found.exact_order.to_string().as_str()
            ),
            (group, order, exact),
            "{name}"
        );
        assert!(found.largest_deviation <= found.tolerance, "{name}");
        assert_eq!(found.output, OutputRule::Fixed, "{name}");
    }
}

#[test]
fn the_signs_of_the_hyperbolic_map_are_signs_and_not_the_exchange() {
    let found = search("lorentz_mlp");
    assert!(found.generators.iter().all(|g| g.input.images == [0, 1]));
    assert!(found.largest_deviation < 0.05);
}

#[test]
fn group_deviations_are_those_that_were_measured_in_pytorch() {
    // (model, group, measured_orbit_deviation of its card)
    for (name, group, measured) in [
        ("digits_mlp_relu_c4", "C4", 0.20904),
        ("digits_mlp_relu_c4", "D4", 0.59484),
        ("digits_mlp_relu_c4", "Z8xZ8", 1.51442),
        ("digits_mlp_tanh_cyclic", "C4", 1.1456),
        ("digits_mlp_tanh_cyclic", "D4", 1.1085),
        ("digits_mlp_tanh_cyclic", "Z8xZ8", 0.33225),
        ("digits_cnn", "C4", 1.31876),
        ("digits_cnn", "D4", 1.22821),
        ("digits_mlp_relu", "C4", 1.54108),
        ("digits_mlp_relu", "D4", 1.42136),
        ("digits_mlp_sigmoid", "C4", 1.44346),
        ("digits_mlp_sigmoid", "D4", 1.34037),
        ("deepsets6", "S_6", 0.0),
    ] {
        let (network, data) = model(name);
        let within = InputGroup::parse(group, &Layout::of_inputs(&network, &data)).unwrap();
        let rule = Some(OutputRule::Fixed);
        let found =
            discrete_symmetries(&network, &data, Some(&within), rule, &DiscreteOptions::default()).unwrap();
        let deviation = found.within_deviation.unwrap();
        assert!(
            (deviation - measured).abs() < 2e-5,
            "{name} {group}: {deviation}, measured {measured}"
        );
    }
}

#[test]
fn inside_a_larger_group_the_trained_one_is_found() {
    let (network, data) = model("digits_mlp_relu_c4");
    let within = InputGroup::parse("D4", &Layout::of_inputs(&network, &data)).unwrap();
    let found =
        discrete_symmetries(&network, &data, Some(&within), None, &DiscreteOptions::default()).unwrap();
    assert_eq!((found.group.as_str(), found.within.as_str()), ("C4", "grid:D4"));
    let orders: Vec<String> = found.filtration.iter().map(|s| s.order.to_string()).collect();
    assert_eq!(orders, ["1", "2", "4", "8"]);
}
