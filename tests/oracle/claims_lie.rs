//! The Lie rows of the table of claims, and laws that every stabilizer keeps: exact annihilation, closure under the
//! bracket, figures that stay put under the exponential, and numerical ranks equal to exact ones.

use groups::lie::haar::{
    Measure, VolumeQuestion, ellipse_constant, ellipse_share_inside, estimate_volume,
    finite_stabilizer_constant, form_displacement, line_constant, singular_values, vector_constant,
};
use groups::lie::{
    Figure, LieAlgebra, MatrixGroup, Module, Representation, StabilizerMode, component_group,
    infinitesimal_action, isotropy_of_figure, normal_slice, parse_algebra, stabilizer_of_polynomials,
};
use groups::linear::RationalMatrix;
use groups::polynomial::Polynomial;
use groups::scalar::rational;
use nalgebra::{DMatrix, DVector};
use num_rational::BigRational;
use num_traits::ToPrimitive;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

fn claims(name: &str) -> Vec<Value> {
    let path = format!("{}/data/oracle/claims.json", env!("CARGO_MANIFEST_DIR"));
    let table: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let entries = table["entries"].as_array().unwrap();
    entries
        .iter()
        .filter(|entry| entry["claim"] == name)
        .cloned()
        .collect()
}

fn integers(rows: usize, cols: usize, entries: &[i64]) -> RationalMatrix {
    RationalMatrix::from_integers(rows, cols, entries).unwrap()
}

fn dimensions(algebra: &str, figure: &Figure) -> [u64; 2] {
    let isotropy = isotropy_of_figure(&parse_algebra(algebra).unwrap(), figure).unwrap();
    [
        isotropy.orbit_dimension as u64,
        isotropy.stabilizer.dimension() as u64,
    ]
}

#[test]
fn orbit_and_stabilizer_dimensions_of_the_claims() {
    let rows = claims("orbit-stabilizer-lie");
    let mut compared = 0;
    for row in &rows {
        if let Some(text) = row["params"]["figure"].as_str() {
            let figure = match text.split(' ').next().unwrap() {
                "circle" => "x^2+y^2",
                "ellipse" => "x^2/4+y^2",
                "hyperbola" => "x^2-y^2",
                "double" => "x^2",
                "linear" => "x",
                _ => text.split_once(' ').unwrap().1,
            };
            let f = Polynomial::parse(&figure.replace("x^2/4", "1/4*x^2"), Some(2)).unwrap();
            let found = dimensions("gl(2)", &Figure::Polynomials(vec![f], StabilizerMode::Function));
            let expected = ["orbit_dim", "stabilizer_dim"].map(|key| row["value"][key].as_u64().unwrap());
            assert_eq!(found, expected, "{text}");
            compared += 1;
        } else {
            let n = if row["params"]["group"] == "GL(2,R)" { 2 } else { 3 };
            let algebra = format!("gl({n})");
            let axis: Vec<BigRational> = (0..n).map(|i| rational(i64::from(i == 0), 1)).collect();
            let first = |k: usize| RationalMatrix::from_fn(k, n, |i, j| rational(i64::from(i == j), 1));
            for (key, figure) in [
                ("vector", Figure::Points(vec![axis])),
                ("line", Figure::Subspaces(vec![first(1)])),
                ("ellipsoid", Figure::Congruence(RationalMatrix::identity(n))),
                ("two_plane", Figure::Subspaces(vec![first(2)])),
            ] {
                let expected: Vec<u64> = serde_json::from_value(row["value"][key].clone()).unwrap();
                assert_eq!(
                    dimensions(&algebra, &figure).to_vec(),
                    expected,
                    "{key} in {algebra}"
                );
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 9 + 8);
}

#[test]
fn volume_constants_of_the_claims() {
    let close = |found: f64, expected: &Value| {
        let expected = expected.as_f64().unwrap();
        assert!(
            (found - expected).abs() < 1e-10 * expected.abs(),
            "{found} {expected}"
        );
    };
    let mut compared = 0;
    for row in claims("eps-stabilizer-volume") {
        let (params, value) = (&row["params"], &row["value"]);
        let number = |key: &str| params[key].as_f64();
        match params["figure"].as_str().unwrap() {
            figure if figure.starts_with("ellipse") => {
                let (a, b) = (number("a").unwrap(), number("b").unwrap());
                match number("eps") {
                    None => close(ellipse_constant(a, b), &value["constant"]),
                    Some(epsilon) => close(ellipse_constant(a, b) * epsilon.powi(3), &value["leading_term"]),
                }
            }
            figure if figure.starts_with("unoriented") => {
                let radius = number("norm_ball").unwrap();
                close(line_constant(radius), &value["line"]["constant"]);
                close(vector_constant(radius), &value["vector"]["constant"]);
            }
            text => {
                let f = Polynomial::parse(text, Some(2)).unwrap();
                let figure = Figure::Polynomials(vec![f.clone()], StabilizerMode::Function);
                let group = component_group(&MatrixGroup::General(2), &figure)
                    .unwrap()
                    .unwrap();
                assert_eq!(
                    group.order as u64,
                    params["stabilizer_order"].as_u64().unwrap(),
                    "{text}"
                );
                let degree = f.degree().unwrap();
                let module =
                    Representation::new(&parse_algebra("gl(2)").unwrap(), &Module::Polynomials(degree))
                        .unwrap();
                let point: Vec<BigRational> = groups::polynomial::monomials_of_degree(2, degree)
                    .iter()
                    .map(|m| f.coefficient(m))
                    .collect();
                let values = singular_values(&module.action_at(&point).unwrap());
                close(
                    finite_stabilizer_constant(group.order, &values),
                    &value["constant"],
                );
                assert_eq!(value["exponent"].as_u64().unwrap() as usize, values.len());
            }
        }
        compared += 1;
    }
    assert!(compared >= 11, "{compared}");
    for row in claims("circle-vs-ellipse-norm-ball") {
        let number = |key: &str| row["params"][key].as_f64().unwrap();
        close(
            ellipse_share_inside(number("axis_ratio"), number("frobenius_radius")),
            &row["value"]["fraction_of_stabilizer_inside"],
        );
    }
}

/// Sampled volumes cover the exact ones: forms at finite ε (by quadrature in the table), the line and the vector.
#[test]
fn sampled_volumes_cover_the_claims() {
    let question = |epsilon: f64| VolumeQuestion {
        epsilons: vec![epsilon],
        samples: 400_000,
        confidence: 0.9999,
        min_hits: 1,
    };
    let ball = |radius| Measure::FrobeniusBall { n: 2, radius };
    let mut compared = 0;
    for row in claims("eps-stabilizer-volume") {
        let Some(epsilon) = row["params"]["eps"].as_f64() else {
            continue;
        };
        let (a, b) = (
            row["params"]["a"].as_f64().unwrap(),
            row["params"]["b"].as_f64().unwrap(),
        );
        let exact = row["value"]["leading_term"].as_f64().unwrap()
            * row["value"]["volume_over_leading_term"].as_f64().unwrap();
        // T^t A T <= A + ε bounds |T|² by tr((A + ε) U^t A^-1 U), largest when the large eigenvalues meet.
        let ratio = (a / b).powi(2);
        let radius = (ratio + 1.0 / ratio + epsilon * (a * a + b * b)).sqrt();
        let moved = |g: &DMatrix<f64>| form_displacement(g, [1.0 / (a * a), 1.0 / (b * b)]);
        let found = estimate_volume(&ball(radius), moved, &question(epsilon), 17).unwrap();
        let point = &found.points[0];
        assert!(point.hits > 20 || epsilon < 0.15, "{row}: {point:?}");
        assert!(point.lower <= exact && exact <= point.upper, "{exact} {point:?}");
        compared += 1;
    }
    assert_eq!(compared, 5);
    let angle = |g: &DMatrix<f64>| g[(1, 0)].abs().atan2(g[(0, 0)].abs());
    let line = &estimate_volume(&ball(2.0), angle, &question(0.1), 3)
        .unwrap()
        .points[0];
    assert!(line.lower <= line_constant(2.0) * 0.1 && line_constant(2.0) * 0.1 <= line.upper);
    let moved = |g: &DMatrix<f64>| (g[(0, 0)] - 1.0).hypot(g[(1, 0)]);
    // No uniform probability: the constant depends on the ball from which one draws.
    let small = &estimate_volume(&ball(1.5), moved, &question(0.1), 3)
        .unwrap()
        .points[0];
    let large = &estimate_volume(&ball(3.0), moved, &question(0.1), 3)
        .unwrap()
        .points[0];
    for (point, radius) in [(small, 1.5), (large, 3.0)] {
        let exact = vector_constant(radius) * 0.01;
        assert!(
            point.lower * 0.99 <= exact && exact <= point.upper * 1.01,
            "{exact} {point:?}"
        );
    }
    assert!(small.upper < large.lower);
}

/// Figures with a float test of membership: sample points, and how far a point is from the figure.
fn sampled_figures() -> Vec<(&'static str, &'static str, Vec<Vec<f64>>)> {
    let circle = |a: f64, b: f64| {
        (0..7)
            .map(f64::from)
            .map(move |t| vec![a * t.cos(), b * t.sin()])
            .collect()
    };
    vec![
        ("aff(2)", "x^2 + y^2 - 1", circle(1.0, 1.0)),
        ("gl(2)", "x^2 + 4*y^2 - 1", circle(1.0, 0.5)),
        (
            "aff(2)",
            "y - x^2",
            (-3..4)
                .map(|k| f64::from(k) / 3.0)
                .map(|x| vec![x, x * x])
                .collect(),
        ),
        (
            "gl(2)",
            "x*y - 1",
            (1..6).map(f64::from).map(|x| vec![x, 1.0 / x]).collect(),
        ),
        (
            "aff(2)",
            "y - x^3",
            (-3..4)
                .map(|k| f64::from(k) / 3.0)
                .map(|x| vec![x, x.powi(3)])
                .collect(),
        ),
        (
            "gl(2)",
            "x^2*y - 1",
            (1..5).map(f64::from).map(|x| vec![x, 1.0 / (x * x)]).collect(),
        ),
        (
            "aff(3)",
            "z - x^2 - y^2",
            (0..6)
                .map(|k| f64::from(k) / 3.0)
                .map(|t| vec![t, 1.0 - t, t * t + (1.0 - t).powi(2)])
                .collect(),
        ),
        (
            "gl(3)",
            "x^2 + y^2 - z^2",
            (0..6)
                .map(f64::from)
                .map(|t| vec![2.0 * t.cos(), 2.0 * t.sin(), 2.0])
                .collect(),
        ),
        (
            "se(3)",
            "(x^2 + y^2 + z^2 + 3)^2 - 16*(x^2 + y^2)",
            (0..6)
                .map(f64::from)
                .map(|t| vec![3.0 * t.cos(), 3.0 * t.sin(), 0.0])
                .collect(),
        ),
    ]
}

fn float_field(algebra: &LieAlgebra) -> Vec<DMatrix<f64>> {
    algebra
        .affine_elements()
        .iter()
        .map(|element| {
            let n = element.b.len();
            DMatrix::from_fn(n + 1, n + 1, |i, j| match (i < n, j < n) {
                (true, true) => element.linear[(i, j)].to_f64().unwrap(),
                (true, false) => element.b[i].to_f64().unwrap(),
                _ => 0.0,
            })
        })
        .collect()
}

fn float_value(f: &Polynomial, x: &[f64]) -> f64 {
    f.terms()
        .map(|(m, c)| {
            let powers = m.exponents().iter().zip(x).map(|(&e, x)| x.powi(e as i32));
            c.to_f64().unwrap() * powers.product::<f64>()
        })
        .sum()
}

#[test]
fn exponentials_of_stabilizers_keep_the_points_of_the_figure_on_it() {
    for (name, text, points) in sampled_figures() {
        let algebra = parse_algebra(name).unwrap();
        let f = Polynomial::parse(text, algebra.coordinates()).unwrap();
        let isotropy =
            stabilizer_of_polynomials(&algebra, std::slice::from_ref(&f), StabilizerMode::ZeroSet).unwrap();
        assert!(isotropy.stabilizer.dimension() > 0, "{name} on {text}");
        for field in float_field(&isotropy.stabilizer) {
            let g = (field * 0.3).exp();
            for point in &points {
                assert!(float_value(&f, point).abs() < 1e-12, "{point:?} is on {text}");
                let mut homogeneous = DVector::from_vec(point.clone()).push(1.0);
                homogeneous = &g * homogeneous;
                let image: Vec<f64> = homogeneous.iter().take(point.len()).copied().collect();
                assert!(
                    float_value(&f, &image).abs() < 1e-12,
                    "{name} on {text}: {point:?} -> {image:?}"
                );
            }
        }
        // A field outside the stabilizer moves some point off the figure.
        let moved = float_field(&algebra).iter().any(|field| {
            let g = (field * 0.3).exp();
            points.iter().any(|point| {
                let image = &g * DVector::from_vec(point.clone()).push(1.0);
                float_value(&f, &image.as_slice()[..point.len()]).abs() > 1e-3
            })
        });
        assert!(moved, "{name} on {text}");
    }
}

/// Every kind of figure: annihilation is checked on the figure's own equations, closure by building the subalgebra anew.
#[test]
fn stabilizers_annihilate_and_are_closed() {
    let nilpotent = integers(3, 3, &[0, 1, 0, 0, 0, 1, 0, 0, 0]);
    let lorentz = integers(3, 3, &[1, 0, 0, 0, 1, 0, 0, 0, -1]);
    let gl3 = parse_algebra("gl(3)").unwrap();
    let checked = |figure: &Figure, annihilates: &dyn Fn(&RationalMatrix) -> bool| {
        let isotropy = isotropy_of_figure(&gl3, figure).unwrap();
        let matrices = isotropy.stabilizer.matrices().unwrap().to_vec();
        assert!(matrices.iter().all(annihilates), "{figure:?}");
        assert!(
            !gl3.matrices().unwrap().iter().all(annihilates),
            "{figure:?} is moved by something"
        );
        assert_eq!(
            LieAlgebra::from_matrices(matrices).unwrap().dimension(),
            isotropy.stabilizer.dimension()
        );
        isotropy.stabilizer.dimension()
    };
    let commutes = |x: &RationalMatrix| x.commutator(&nilpotent).unwrap().is_zero();
    assert_eq!(checked(&Figure::Conjugation(nilpotent.clone()), &commutes), 3);
    let preserves = |x: &RationalMatrix| (&(&x.transpose() * &lorentz) + &(&lorentz * x)).is_zero();
    assert_eq!(checked(&Figure::Congruence(lorentz.clone()), &preserves), 3);
    let vectors = [[1i64, 2, 0], [0, 1, -1]].map(|v| v.map(|x| rational(x, 1)).to_vec());
    let fixes = |x: &RationalMatrix| {
        vectors
            .iter()
            .all(|v| x.apply(v).unwrap().iter().all(|y| *y == rational(0, 1)))
    };
    assert_eq!(checked(&Figure::Points(vectors.to_vec()), &fixes), 3);
    // The determinant as a tensor: sl(3).
    let sign = |i: usize, j: usize, k: usize| {
        let [i, j, k] = [i, j, k].map(|x| x as i64);
        (i - j) * (j - k) * (k - i) / 2
    };
    let entries = (0..27)
        .map(|t| rational(sign(t / 9, t / 3 % 3, t % 3), 1))
        .collect();
    let volume = Figure::Tensor {
        contravariant: 0,
        covariant: 3,
        entries,
    };
    assert_eq!(checked(&volume, &|x| x.trace() == rational(0, 1)), 8);
    // An ideal: the line x = y = 0 through its two equations; membership by substitution into a point of the line.
    let ideal = ["x", "y"].map(|text| Polynomial::parse(text, Some(3)).unwrap());
    let stays = |x: &RationalMatrix| x[(0, 2)] == rational(0, 1) && x[(1, 2)] == rational(0, 1);
    assert_eq!(
        checked(
            &Figure::Polynomials(ideal.to_vec(), StabilizerMode::ZeroSet),
            &stays
        ),
        7
    );
    let isotropy = stabilizer_of_polynomials(&gl3, &ideal, StabilizerMode::Function).unwrap();
    for f in &ideal {
        assert!(
            infinitesimal_action(&isotropy.stabilizer, f)
                .unwrap()
                .iter()
                .all(Polynomial::is_zero)
        );
    }
}

/// The numerical rank of the infinitesimal action at random points is the exact one.
#[test]
fn numerical_ranks_are_the_exact_ones() {
    let mut rng = ChaCha8Rng::seed_from_u64(12);
    for (algebra, module) in [
        ("gl(3)", Module::Matrices),
        ("so(4)", Module::Tuples(2)),
        ("gl(2)", Module::Polynomials(4)),
        ("so(3)", Module::SymmetricForms),
        ("se(3)", Module::Tuples(3)),
        ("sp(4)", Module::AlternatingForms),
        ("sl(3)", Module::Polynomials(3)),
        (
            "gl(2)",
            Module::Tensors {
                contravariant: 1,
                covariant: 2,
            },
        ),
    ] {
        let representation = Representation::new(&parse_algebra(algebra).unwrap(), &module).unwrap();
        for _ in 0..3 {
            let point: Vec<BigRational> = (0..representation.dimension())
                .map(|_| rational(rng.random_range(-20..=20), 7))
                .collect();
            let action = representation.action_at(&point).unwrap();
            let values = singular_values(&action);
            let numerical = values.iter().filter(|&&s| s > 1e-9 * values[0]).count();
            assert_eq!(numerical, action.rank(), "{algebra} on {module:?}: {values:?}");
        }
    }
}

/// At the normal slice the tangent space and the normal space fill the module, and the stabilizer acts on the latter.
#[test]
fn slices_complement_orbits() {
    let so3 = parse_algebra("so(3)").unwrap();
    let point: Vec<BigRational> = [1, 0, 0, 1, 0, 2].map(|x| rational(x, 1)).to_vec();
    let slice = normal_slice(&so3, &Module::SymmetricForms, &point).unwrap();
    assert_eq!(slice.isotropy.orbit_dimension + slice.normal.rows(), 6);
    assert_eq!(slice.action.len(), slice.isotropy.stabilizer.dimension());
}
