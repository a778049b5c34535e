use super::findings::{kept_by_two, plane, small_network, tent_pieces};
use super::*;

#[test]
fn the_report_holds_and_its_controls_fail() {
    crate::neighbours::check_report(run);
}

#[test]
fn oracle_values() {
    assert_eq!((tent_pieces(3).unwrap(), tent_pieces(6).unwrap()), (8.0, 64.0));
    assert!((kept_by_two().unwrap() - 8.0 / 11.0).abs() < 1e-6);
    let orbit = |units: &[[f64; 3]], activation| {
        let seen = views(&small_network(units, activation).unwrap(), &plane().unwrap(), 1).unwrap();
        (
            seen.symmetry.orbit.to_string(),
            seen.symmetry.isotropy.to_string(),
        )
    };
    let units = [[1.0, 2.0, 3.0], [2.0, 1.0, 1.0], [3.0, 1.0, 2.0], [1.0, 1.0, 1.0]];
    assert_eq!(orbit(&units, Activation::Tanh), ("384".into(), "1".into()));
    assert_eq!(orbit(&units[..3], Activation::Tanh), ("48".into(), "1".into()));
    let equal = [units[0], units[0], units[2]];
    assert_eq!(orbit(&equal, Activation::Tanh), ("24".into(), "2".into()));
    assert_eq!(orbit(&equal, Activation::Sigmoid), ("3".into(), "2".into()));
}

/// A network that is not piecewise linear has no pieces, and the other views.
#[test]
fn tanh_networks_have_three_views() {
    let units = [[1.0, 2.0, 3.0], [2.0, 1.0, 1.0]];
    let seen = views(
        &small_network(&units, Activation::Tanh).unwrap(),
        &plane().unwrap(),
        1,
    )
    .unwrap();
    assert!(seen.computation.is_none());
    assert!((0.0..=1.0).contains(&seen.information.variance_kept));
    // The recursion of the second layer, from the kernel of the first.
    let layer = seen.physics[1];
    let next = KernelRecursion::new(Activation::Tanh, layer.sigma_w2, layer.sigma_b2)
        .and_then(|recursion| recursion.next(seen.physics[0].measured))
        .unwrap();
    assert_eq!(layer.predicted, next);
}

#[test]
fn what_has_no_four_views_is_refused() {
    let units = [[1.0, 2.0, 3.0], [2.0, 1.0, 1.0]];
    let network = small_network(&units, Activation::Relu).unwrap();
    let says = |data: &Dataset, segments| views(&network, data, segments).unwrap_err().to_string();
    assert!(says(&plane().unwrap(), 0).contains("from 1 to 10000"));
    let wide = Dataset::new("wide", vec![0.0; 6], 3).unwrap();
    assert!(says(&wide, 1).contains("expected 2, got 3"));
    let equal = Dataset::new("equal", vec![1.0; 4], 2).unwrap();
    assert!(says(&equal, 1).contains("two different rows"));
    let single = Network::new(vec![network.layers()[0].clone()]).unwrap();
    assert!(
        views(&single, &plane().unwrap(), 1)
            .unwrap_err()
            .to_string()
            .contains("at least 2 dense")
    );
}
