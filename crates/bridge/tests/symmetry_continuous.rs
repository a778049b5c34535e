//! Symmetry algebras of maps that are known: exact ones built from polynomials, and networks trained elsewhere.

#![allow(clippy::unwrap_used)] // helpers of tests

use bridge::BridgeError;
use bridge::symmetry::continuous::{
    Algebra, ContinuousOptions, ContinuousSymmetries, Interpolation, continuous_symmetries,
    equivariant_pairs, gaussian_inputs,
};
use bridge::symmetry::continuous::{Ambient, default_ambient};
use nalgebra::{DMatrix, DVector, dmatrix, dvector};
use nets::{
    Activation, Arithmetic, Conv2d, Dense, Elementwise, Network, NetworkBuilder, Padding, SparseMap, Window,
    read_npy,
};
use std::path::{Path, PathBuf};

fn data_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data")
}

fn ambient(name: &str, width: usize) -> Ambient {
    name.parse::<Algebra>().unwrap().on(width, None).unwrap()
}

fn find(network: &Network, data: &DMatrix<f64>, algebra: &str) -> ContinuousSymmetries {
    let ambient = ambient(algebra, data.nrows());
    continuous_symmetries(network, data, &ambient, ContinuousOptions::default()).unwrap()
}

/// x ↦ v·tanh(W q + c) with q_k = (a_k·x + d_k)(b_k·x + d_k): a smooth function of the quadratic forms that W sums up.
fn of_quadratics(a: DMatrix<f64>, b: DMatrix<f64>, shift: DVector<f64>, sums: DMatrix<f64>) -> Network {
    let forms = sums.nrows();
    let mut builder = NetworkBuilder::new(&[a.ncols()]);
    let input = builder.input();
    let features = a.nrows();
    let left = builder
        .add(
            Dense::new(a, shift.clone(), Activation::Linear).unwrap().into(),
            &[input],
        )
        .unwrap();
    let right = builder
        .add(Dense::new(b, shift, Activation::Linear).unwrap().into(), &[input])
        .unwrap();
    let product = Elementwise::new(Arithmetic::Multiply, &[features], &[features]).unwrap();
    let squares = builder.add(product.into(), &[left, right]).unwrap();
    // Three units for each form, with different offsets, so that the function is not a function of fewer.
    let hidden = DMatrix::from_fn(3 * forms, features, |i, j| {
        sums[(i / 3, j)] * (0.2 + 0.1 * (i % 3) as f64)
    });
    let offsets = DVector::from_fn(3 * forms, |i, _| 0.5 - 0.4 * (i % 3) as f64);
    let hidden = Dense::new(hidden, offsets, Activation::Tanh).unwrap();
    let node = builder.add(hidden.into(), &[squares]).unwrap();
    let output = DMatrix::from_fn(1, 3 * forms, |_, i| 1.0 + 0.3 * i as f64);
    let output = Dense::new(output, dvector![0.0], Activation::Linear).unwrap();
    let node = builder.add(output.into(), &[node]).unwrap();
    builder.finish(node).unwrap()
}

/// A function of Σ ±(xᵢ − c)².
fn of_form(signs: &[f64], centre: f64) -> Network {
    let n = signs.len();
    let one = DMatrix::identity(n, n);
    let signs = DMatrix::from_row_slice(1, n, signs);
    of_quadratics(one.clone(), one, DVector::from_element(n, -centre), signs)
}

/// A function of |r₁|², |r₂|² and r₁·r₂ of two vectors in ℝⁿ.
fn of_two_vectors(n: usize) -> Network {
    let part = |first: bool| DMatrix::from_fn(n, 2 * n, |i, j| f64::from(j == if first { i } else { n + i }));
    let stack = |parts: [bool; 3]| {
        let mut all = DMatrix::zeros(3 * n, 2 * n);
        parts
            .iter()
            .enumerate()
            .for_each(|(k, &first)| all.rows_mut(k * n, n).copy_from(&part(first)));
        all
    };
    let sums = DMatrix::from_fn(3, 3 * n, |k, j| f64::from(j / n == k));
    of_quadratics(
        stack([true, false, true]),
        stack([true, false, false]),
        DVector::zeros(3 * n),
        sums,
    )
}

/// The smallest cosine of a principal angle between the spans of two sets of matrices.
fn smallest_cosine(found: &[Vec<Vec<f64>>], truth: &[DMatrix<f64>]) -> f64 {
    let flatten = |m: &DMatrix<f64>| DVector::from_column_slice(m.transpose().as_slice());
    let found: Vec<DVector<f64>> = found.iter().map(|m| DVector::from_vec(m.concat())).collect();
    let truth: Vec<DVector<f64>> = truth.iter().map(flatten).collect();
    assert_eq!(found.len(), truth.len());
    let (a, b) = (
        DMatrix::from_columns(&found).qr().q(),
        DMatrix::from_columns(&truth).qr().q(),
    );
    a.tr_mul(&b).singular_values().min()
}

#[test]
fn exact_maps_have_exactly_their_algebras() {
    let two = ambient("so(5)", 10).matrices().to_vec();
    let diagonal: Vec<DMatrix<f64>> = two
        .iter()
        .map(|m| {
            let mut both = DMatrix::zeros(10, 10);
            both.view_mut((0, 0), (5, 5)).copy_from(m);
            both.view_mut((5, 5), (5, 5)).copy_from(m);
            both
        })
        .collect();
    let so = |name: &str, n: usize| ambient(name, n).matrices().to_vec();
    for (label, network, algebra, name, truth) in [
        ("O(5) on two vectors", of_two_vectors(5), "gl", "so(5)", diagonal),
        (
            "O(5) on two vectors, blockwise",
            of_two_vectors(5),
            "gl(5)",
            "so(5)",
            two,
        ),
        ("plane", of_form(&[1.0, 1.0], 0.0), "gl", "so(2)", so("so", 2)),
        (
            "space",
            of_form(&[1.0, 1.0, 1.0], 0.0),
            "gl",
            "so(3)",
            so("so", 3),
        ),
        (
            "Lorentz plane",
            of_form(&[1.0, -1.0], 0.0),
            "gl",
            "so(1,1)",
            so("so(1,1)", 2),
        ),
        (
            "Lorentz space",
            of_form(&[1.0, -1.0, -1.0], 0.0),
            "sl",
            "so(2,1)",
            so("so(1,2)", 3),
        ),
        ("four-space", of_form(&[1.0; 4], 0.0), "gl", "so(4)", so("so", 4)),
        (
            "Minkowski space",
            of_form(&[1.0, -1.0, -1.0, -1.0], 0.0),
            "gl",
            "so(3,1)",
            so("so(1,3)", 4),
        ),
    ] {
        let data = gaussian_inputs(network.input_width(), 600, 5);
        let found = find(&network, &data, algebra);
        assert_eq!(found.dimension, truth.len(), "{label}: {:?}", found.verdict);
        assert_eq!(found.name.as_deref(), Some(name), "{label}: {:?}", found.naming);
        assert!(found.gap_decades >= 15.0, "{label}: {}", found.gap_decades);
        assert!(smallest_cosine(&found.generators, &truth) >= 0.9999, "{label}");
        assert!(
            found.residuals.iter().all(|r| *r < 1e-9),
            "{label}: {:?}",
            found.residuals
        );
        assert!(
            found.closure_defect < 1e-9 && found.confidence.share == 1.0,
            "{label}"
        );
        for check in &found.finite {
            assert!(
                check.change.unwrap() < 1e-6 && check.control.unwrap() > 0.1,
                "{label}: {check:?}"
            );
        }
    }
}

#[test]
fn the_centre_of_a_rotation_is_found() {
    let network = of_form(&[1.0, 1.0, 1.0], 0.7);
    let found = find(&network, &gaussian_inputs(3, 400, 1), "aff");
    assert_eq!((found.dimension, found.name.as_deref()), (3, Some("so(3)")));
    for generator in &found.generators {
        let field: Vec<f64> = generator[..3]
            .iter()
            .map(|row| 0.7 * (row[0] + row[1] + row[2]) + row[3])
            .collect();
        assert!(field.iter().all(|v| v.abs() < 1e-9), "{generator:?}");
    }
    // Of these, the turn about the axis through the origin and the centre is linear.
    let linear = find(&network, &gaussian_inputs(3, 400, 1), "gl");
    assert_eq!((linear.dimension, linear.name.as_deref()), (1, Some("so(2)")));
}

#[test]
fn rotations_in_bad_coordinates_keep_their_name() {
    // |Sx|² with S far from orthogonal.
    let s = dmatrix![1.0, 0.4, -0.3; 0.0, 0.6, 0.5; 0.2, 0.0, 1.7];
    let network = of_quadratics(s.clone(), s, DVector::zeros(3), dmatrix![1.0, 1.0, 1.0]);
    let found = find(&network, &gaussian_inputs(3, 400, 2), "aff");
    assert_eq!(
        (found.dimension, found.name.as_deref()),
        (3, Some("so(3)")),
        "{:?}",
        found.naming
    );
}

/// v·x alone: 1 of the 2 translations, n² − 1 in aff(n).
#[test]
fn a_ridge_is_invariant_along_its_kernel() {
    for n in [2usize, 3, 4] {
        let v = DMatrix::from_fn(1, n, |_, j| 0.5 + 0.3 * j as f64);
        let hidden = Dense::new(
            dmatrix![1.0; -0.7; 2.0] * &v,
            dvector![0.1, 0.4, -0.3],
            Activation::Tanh,
        )
        .unwrap();
        let output = Dense::new(dmatrix![1.0, 0.5, -0.8], dvector![0.0], Activation::Linear).unwrap();
        let network = Network::new(vec![hidden.into(), output.into()]).unwrap();
        let data = gaussian_inputs(n, 400, 3);
        let translations = find(&network, &data, "translations");
        assert_eq!(translations.dimension, n - 1);
        let flat = if n == 2 {
            "R".to_owned()
        } else {
            format!("R^{}", n - 1)
        };
        assert_eq!(translations.name, Some(flat));
        assert_eq!(find(&network, &data, "aff").dimension, n * n - 1);
    }
}

/// x + silu(3y) + xy and quartics have no linear or affine symmetry: a gap alone would find one.
#[test]
fn no_symmetry_is_an_answer() {
    let mut builder = NetworkBuilder::new(&[2]);
    let input = builder.input();
    let features = Dense::new(dmatrix![1.0, 0.0; 0.0, 3.0], dvector![0.0, 0.0], Activation::Silu).unwrap();
    let features = builder.add(features.into(), &[input]).unwrap();
    let x = builder
        .add(SparseMap::slice(&[2], 0, &[0]).unwrap().into(), &[input])
        .unwrap();
    let y = builder
        .add(SparseMap::slice(&[2], 0, &[1]).unwrap().into(), &[input])
        .unwrap();
    let product = builder
        .add(
            Elementwise::new(Arithmetic::Multiply, &[1], &[1]).unwrap().into(),
            &[x, y],
        )
        .unwrap();
    let both = builder
        .add(
            SparseMap::concat(&[&[2], &[1]], 0).unwrap().into(),
            &[features, product],
        )
        .unwrap();
    let output = Dense::new(dmatrix![1.0, 1.0, 1.0], dvector![0.0], Activation::Linear).unwrap();
    let output = builder.add(output.into(), &[both]).unwrap();
    let network = builder.finish(output).unwrap();
    for algebra in ["translations", "so", "sl", "gl", "aff", "sp", "so(1,1)"] {
        let found = find(&network, &gaussian_inputs(2, 500, 9), algebra);
        assert_eq!(found.dimension, 0, "{algebra}: {:?}", found.verdict);
        assert_eq!(found.name, None);
    }
    let one = DMatrix::identity(3, 3);
    let quartic = of_quadratics(one.clone(), one.clone(), DVector::zeros(3), one);
    for algebra in ["so", "gl", "aff"] {
        assert_eq!(
            find(&quartic, &gaussian_inputs(3, 500, 9), algebra).dimension,
            0,
            "{algebra}"
        );
    }
}

/// On the plane z = x + y, what leads out of it is not asked about and what vanishes on it is not counted.
#[test]
fn only_what_the_data_can_see_is_counted() {
    let network = of_form(&[1.0, 1.0, 1.0], 0.0);
    let plane = gaussian_inputs(2, 500, 4);
    let data = DMatrix::from_fn(3, 500, |i, j| {
        if i < 2 {
            plane[(i, j)]
        } else {
            plane[(0, j)] + plane[(1, j)]
        }
    });
    let found = find(&network, &data, "gl");
    // gl(3) has 9 dimensions; 6 keep the plane, of which 2 + … move nothing in it but by the third column: gl(2) acts.
    assert_eq!(found.data_dimension, 2);
    assert_eq!(found.tangent_dimension - found.spurious_dimension, 4);
    // The restriction of the sphere's form to the plane is definite: rotations.
    assert_eq!(found.dimension, 1, "{:?}", found.verdict);
    assert!(found.residuals[0] < 1e-9);
}

#[test]
fn bad_input_is_refused_with_its_reason() {
    let network = of_form(&[1.0, 1.0], 0.0);
    let options = ContinuousOptions::default();
    let aff = ambient("aff", 2);
    let constant = Network::new(vec![
        Dense::new(dmatrix![0.0, 0.0], dvector![3.0], Activation::Tanh)
            .unwrap()
            .into(),
    ])
    .unwrap();
    let data = gaussian_inputs(2, 100, 1);
    let error = continuous_symmetries(&constant, &data, &aff, options).unwrap_err();
    assert!(
        matches!(error, BridgeError::ConstantMap { rows: 100, .. }),
        "{error}"
    );
    let few = gaussian_inputs(2, 5, 1);
    let error = continuous_symmetries(&network, &few, &aff, options).unwrap_err();
    assert!(
        matches!(error, BridgeError::TooFewSamples { got: 5, needed: 12 }),
        "{error}"
    );
    let wide = gaussian_inputs(3, 50, 1);
    assert!(matches!(
        continuous_symmetries(&network, &wide, &aff, options),
        Err(BridgeError::Shape {
            expected: 2,
            got: 3,
            ..
        })
    ));
    let mut broken = data.clone();
    broken[(1, 7)] = f64::NAN;
    assert!(matches!(
        continuous_symmetries(&network, &broken, &aff, options),
        Err(BridgeError::NotFinite { .. })
    ));
    for (name, width) in [
        ("so(1,2)", 2),
        ("sp", 3),
        ("gl(5)", 12),
        ("gl", 40),
        ("image", 12),
    ] {
        assert!(
            name.parse::<Algebra>().unwrap().on(width, None).is_err(),
            "{name}"
        );
    }
    for name in ["", "so(", "so(a)", "so(1,2,3)", "translations(2)", "su(2)"] {
        assert!(
            matches!(name.parse::<Algebra>(), Err(BridgeError::UnknownAlgebra { .. })),
            "{name}"
        );
    }
}

#[test]
fn the_same_seed_gives_the_same_result() {
    let network = of_form(&[1.0, -1.0, -1.0], 0.0);
    let data = gaussian_inputs(3, 300, 1);
    let text = || serde_json::to_string(&find(&network, &data, "aff")).unwrap();
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(text(), one.install(text));
}

/// A periodic convolution and a mean: all translations of the periodic image, and nothing else.
#[test]
fn translations_of_a_periodic_image() {
    let shape = [1, 9, 9];
    let filter: Vec<f64> = (0..9).map(|k| ((k * 7 + 3) % 11) as f64 / 5.0 - 1.0).collect();
    let window = Window::new((3, 3), 1, 1);
    let conv = Conv2d::new(shape, 1, filter, vec![0.1], 1, window, Padding::Circular).unwrap();
    let mut builder = NetworkBuilder::new(&shape);
    let node = builder.add(conv.into(), &[builder.input()]).unwrap();
    let square = Elementwise::new(Arithmetic::Multiply, &shape, &shape).unwrap();
    let node = builder.add(square.into(), &[node, node]).unwrap();
    let mean = SparseMap::mean(&shape, &[0, 1, 2], false).unwrap();
    let node = builder.add(mean.into(), &[node]).unwrap();
    let network = builder.finish(node).unwrap();
    // Images of low frequency.
    let phases = gaussian_inputs(50, 120, 3);
    let data = DMatrix::from_fn(81, 120, |pixel, j| {
        let (r, s) = ((pixel / 9) as f64, (pixel % 9) as f64);
        (0..25)
            .map(|k| {
                let (a, b) = ((k / 5) as f64 - 2.0, (k % 5) as f64 - 2.0);
                let angle = std::f64::consts::TAU * (a * r + b * s) / 9.0;
                phases[(2 * k, j)] * angle.cos() + phases[(2 * k + 1, j)] * angle.sin()
            })
            .sum()
    });
    let spectral = Ambient::image(shape, Interpolation::Spectral);
    let options = ContinuousOptions::default();
    let found = continuous_symmetries(&network, &data, &spectral, options).unwrap();
    assert_eq!(
        (found.dimension, found.name.as_deref()),
        (2, Some("R^2")),
        "{:?}",
        found.verdict
    );
    assert!(
        found.residuals.iter().all(|r| *r < 1e-12),
        "{:?}",
        found.residuals
    );
    for generator in &found.generators {
        assert!((0..2).all(|i| generator[i][0].abs() < 1e-9 && generator[i][1].abs() < 1e-9));
    }
}

/// A planted rotation of four blocks at once, from the linear map that predicts the next state: pairs (A, B) of one network.
#[test]
fn a_linear_predictor_has_the_rotation_of_its_blocks() {
    let turn = |angle: f64| dmatrix![angle.cos(), -angle.sin(); angle.sin(), angle.cos()];
    let mut step = DMatrix::zeros(8, 8);
    for k in 0..4 {
        step.view_mut((2 * k, 2 * k), (2, 2)).copy_from(&turn(0.1));
    }
    let map = Dense::new(step, DVector::zeros(8), Activation::Linear).unwrap();
    let network = Network::new(vec![map.into()]).unwrap();
    let data = gaussian_inputs(8, 300, 6);
    let blocks = ambient("gl(2)", 8);
    let pairs = equivariant_pairs(&network, &data, &blocks, &blocks, ContinuousOptions::default()).unwrap();
    // Whatever acts on all blocks alike is carried along; conjugation by the turn is its output side.
    assert_eq!(pairs.dimension, 4);
    let same = |a: &[Vec<f64>], b: &[Vec<f64>]| {
        let a = DMatrix::from_fn(2, 2, |i, j| a[i][j]);
        let b = DMatrix::from_fn(2, 2, |i, j| b[i][j]);
        (turn(0.1) * a - b * turn(0.1)).norm()
    };
    for (a, b) in pairs.inputs.iter().zip(&pairs.outputs) {
        assert!(same(a, b) < 1e-9);
    }
}

fn stored(folder: &str, name: &str) -> Network {
    Network::read_safetensors(
        &data_folder().join(folder).join(format!("{name}.safetensors")),
        None,
    )
    .unwrap()
}

/// The five maps of `data/symmetry`, learned to a mean squared error of 5e-4 to 2e-3.
#[test]
fn trained_networks_have_the_algebras_of_their_maps() {
    for (file, width, algebra, dimension, name, truth) in [
        ("o5", 10, "gl(5)", 10, Some("so(5)"), "so(5)"),
        ("so2", 2, "gl", 1, Some("so(2)"), "so"),
        ("so3", 3, "gl", 3, Some("so(3)"), "so"),
        ("so11", 2, "gl", 1, Some("so(1,1)"), "so(1,1)"),
        ("none", 2, "gl", 0, None, ""),
    ] {
        let network = stored("symmetry", file);
        let data = gaussian_inputs(width, 2_000, 11);
        let found = find(&network, &data, algebra);
        assert_eq!(found.dimension, dimension, "{file}: {:?}", found.verdict);
        assert_eq!(found.name.as_deref(), name, "{file}: {:?}", found.naming);
        assert!(found.confidence.share > 0.95, "{file}: {:?}", found.confidence);
        if dimension > 0 {
            let cosine = smallest_cosine(&found.generators, ambient(truth, width).matrices());
            assert!(cosine >= 0.9999, "{file}: {cosine}");
            assert!(
                found
                    .finite
                    .iter()
                    .all(|c| c.change.unwrap() < 0.2 * c.control.unwrap()),
                "{file}"
            );
        }
        // Affine fields are no better.
        if width < 10 {
            assert_eq!(find(&network, &data, "aff").dimension, dimension, "{file} in aff");
        }
    }
}

/// Networks that were made elsewhere, with the rows that came with them.
#[test]
fn networks_from_elsewhere() {
    for (file, dimension, name, truth) in [
        (
            "so2_radial_mlp",
            1,
            Some("so(2)"),
            dmatrix![0.0, -1.0, 0.0; 1.0, 0.0, 0.0; 0.0, 0.0, 0.0],
        ),
        (
            "lorentz_mlp",
            1,
            Some("so(1,1)"),
            dmatrix![0.0, 1.0, 0.0; 1.0, 0.0, 0.0; 0.0, 0.0, 0.0],
        ),
        ("deepsets6", 0, None, DMatrix::zeros(7, 7)),
        ("digits_mlp_relu", 0, None, DMatrix::zeros(3, 3)),
        ("digits_mlp_relu_c4", 0, None, DMatrix::zeros(3, 3)),
        ("digits_mlp_tanh_cyclic", 0, None, DMatrix::zeros(3, 3)),
        ("digits_mlp_sigmoid", 0, None, DMatrix::zeros(3, 3)),
    ] {
        let network = Network::read_onnx(&data_folder().join(format!("models/{file}.onnx"))).unwrap();
        let rows = read_npy(&data_folder().join(format!("models/{file}.in.npy"))).unwrap();
        let width = network.input_width();
        let count = rows.values.len() / width;
        let data = DMatrix::from_fn(width, count, |i, j| rows.values[j * width + i]);
        let ambient = default_ambient(width, None, count * network.output_width()).unwrap();
        let found = continuous_symmetries(&network, &data, &ambient, ContinuousOptions::default()).unwrap();
        assert_eq!(found.dimension, dimension, "{file}: {:?}", found.verdict);
        assert_eq!(found.name.as_deref(), name, "{file}");
        if dimension > 0 {
            let cosine = smallest_cosine(&found.generators, &[truth]);
            assert!(cosine > 0.999, "{file}: {cosine}");
        }
    }
}
