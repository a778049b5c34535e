use super::*;
use groups::{PermGroup, Permutation};
use nalgebra::DVector;
use nets::{Activation, Dense, Network};
use proptest::prelude::*;

fn orders(matrix: &DMatrix<f64>) -> (String, Option<String>) {
    let found = matrix_isotropy(matrix, &IsotropyOptions::default()).unwrap();
    (found.order.to_string(), found.name)
}

/// All pairs (p, q) with W[p(i), q(j)] = W[i, j]: the slow, obvious way.
fn brute_force(matrix: &DMatrix<f64>) -> usize {
    let all = |n: usize| PermGroup::symmetric(n).elements().collect::<Vec<Permutation>>();
    let fixes = |p: &Permutation, q: &Permutation| {
        (0..matrix.nrows())
            .all(|i| (0..matrix.ncols()).all(|j| matrix[(p.image(i), q.image(j))] == matrix[(i, j)]))
    };
    let columns = all(matrix.ncols());
    all(matrix.nrows())
        .iter()
        .map(|p| columns.iter().filter(|q| fixes(p, q)).count())
        .sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn it_agrees_with_trying_all_permutations(rows in 1usize..5, columns in 1usize..5, entries in proptest::collection::vec(0u8..3, 16)) {
        let matrix = DMatrix::from_fn(rows, columns, |i, j| f64::from(entries[4 * i + j]));
        prop_assert_eq!(orders(&matrix).0, brute_force(&matrix).to_string());
    }

    #[test]
    fn it_is_a_group_that_moves_with_the_weights(entries in proptest::collection::vec(-1i8..2, 30), p in Just((0..5usize).collect::<Vec<_>>()).prop_shuffle(), signs in proptest::collection::vec(any::<bool>(), 5)) {
        let network = |entries: &[f64]| {
            let first = DMatrix::from_row_slice(5, 3, &entries[..15]);
            let second = DMatrix::from_row_slice(2, 5, &entries[15..25]);
            let bias = DVector::from_row_slice(&entries[25..]);
            (first, second, bias)
        };
        let build = |(first, second, bias): (DMatrix<f64>, DMatrix<f64>, DVector<f64>)| {
            let hidden = Dense::new(first, bias, Activation::Tanh).unwrap();
            let output = Dense::new(second, DVector::zeros(2), Activation::Linear).unwrap();
            WeightSpace::of(&Network::new(vec![hidden.into(), output.into()]).unwrap())
        };
        let here: Vec<f64> = entries.iter().map(|&e| f64::from(e)).collect();
        let (first, second, bias) = network(&here);
        let sign = |i: usize| if signs[i] { -1.0 } else { 1.0 };
        let mut moved = (first.clone(), second.clone(), bias.clone());
        for i in 0..5 {
            moved.0.set_row(p[i], &(first.row(i) * sign(i)));
            moved.1.set_column(p[i], &(second.column(i) * sign(i)));
            moved.2[p[i]] = bias[i] * sign(i);
        }
        let options = IsotropyOptions::default();
        let a = isotropy(&build((first, second, bias)), &options).unwrap();
        let b = isotropy(&build(moved), &options).unwrap();
        prop_assert_eq!(&a.order, &b.order);
        prop_assert_eq!(&a.name, &b.name);
        prop_assert_eq!(a.certificate.displacement, 0.0);
        prop_assert_eq!(&a.order * &a.orbit_size, a.ambient_order);
    }
}

#[test]
fn the_known_types_have_their_orders_and_names() {
    let typed = |sizes: &[usize]| {
        let n: usize = sizes.iter().sum();
        let block = |i: usize| {
            sizes
                .iter()
                .scan(0, |end, s| {
                    *end += s;
                    Some(*end)
                })
                .position(|end| i < end)
                .unwrap()
        };
        DMatrix::from_fn(n, n, |i, j| {
            (10 * block(i) + block(j)) as f64 + if i == j { 0.5 } else { 0.0 }
        })
    };
    for (matrix, order, name) in [
        (DMatrix::identity(7, 7), "5040", "Δ(S7)"),
        (typed(&[6, 1]), "720", "Δ(S6×S1)"),
        (typed(&[5, 2]), "240", "Δ(S5×S2)"),
        (typed(&[5, 1, 1]), "120", "Δ(S5×S1×S1)"),
        (DMatrix::from_element(7, 7, 0.3), "25401600", "S7×S7"),
        (DMatrix::from_fn(7, 7, |i, j| ((7 + j - i) % 7) as f64), "7", "C7"),
        (
            DMatrix::from_fn(7, 7, |i, j| {
                let d = (7 + j - i) % 7;
                d.min(7 - d) as f64
            }),
            "14",
            "D7",
        ),
        (
            DMatrix::from_fn(7, 7, |i, j| ((7 * i + j) as f64).sqrt().sin()),
            "1",
            "1",
        ),
    ] {
        assert_eq!(orders(&matrix), (order.to_owned(), Some(name.to_owned())));
    }
}

#[test]
fn the_window_is_where_the_answer_is_the_same() {
    // Values 0, 1e-3, 1 and 1 + 1e-6: the answer changes at the gaps 1e-6, 1e-3 and about 1.
    let matrix = DMatrix::from_row_slice(2, 2, &[1.0, 0.0, 1e-3, 1.0 + 1e-6]);
    let at = |tolerance: f64| {
        let options = IsotropyOptions {
            tolerance: Some(tolerance),
            ..IsotropyOptions::default()
        };
        matrix_isotropy(&matrix, &options).unwrap()
    };
    let orders: Vec<String> = [0.0, 1e-4, 1e-2, 2.0]
        .iter()
        .map(|&t| at(t).order.to_string())
        .collect();
    assert_eq!(orders, ["1", "1", "2", "4"]);
    let window = at(1e-2).tolerance_window;
    assert_eq!((window.low, window.high), (1e-3, Some(1.0 - 1e-3)));
    assert!((window.decades.unwrap() - 2.9996).abs() < 1e-3);
    assert_eq!(at(1e-4).tolerance_window.low, 0.0);
    assert_eq!(at(1e-4).tolerance_window.high, Some(1e-3));
    assert_eq!(at(3.0).tolerance_window.high, None);
    assert_eq!(at(1e-2).certificate.cluster_diameter, 1e-3);
    assert!(at(1e-2).certificate.displacement <= 1e-3);
    let options = IsotropyOptions {
        tolerance: Some(f64::NAN),
        ..IsotropyOptions::default()
    };
    assert!(matches!(
        matrix_isotropy(&matrix, &options),
        Err(BridgeError::Tolerance { .. })
    ));
}

#[test]
fn dead_units_flip_their_signs() {
    let hidden = Dense::new(DMatrix::zeros(3, 2), DVector::zeros(3), Activation::Tanh).unwrap();
    let output = Dense::new(DMatrix::zeros(1, 3), DVector::zeros(1), Activation::Linear).unwrap();
    let space = WeightSpace::of(&Network::new(vec![hidden.into(), output.into()]).unwrap());
    let found = isotropy(&space, &IsotropyOptions::default()).unwrap();
    assert_eq!(
        (found.order.to_string(), found.name),
        ("48".into(), Some("B3".into()))
    );
    assert_eq!(found.orbit_size, BigUint::from(1u32));
    let all = IsotropyOptions {
        inputs: true,
        outputs: true,
        ..IsotropyOptions::default()
    };
    assert_eq!(isotropy(&space, &all).unwrap().order.to_string(), "96");
}
