//! C20, C22, C24, C30: shadows in GL, drift of orbits, gauges of linear autoencoders, invariant kernels.

use groups::linear::RationalMatrix;
use groups::scalar::rational;
use nalgebra::{DMatrix, DVector, Matrix2, Vector2};
use nets::Activation;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};
use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};

use super::short::{Evidence, Short, Tuned};
use crate::claim::{About, Area, Cost, Parameter, Verdict};
use crate::shadow::unit::shadow_constants;

const GL_CARD: About = About {
    code: "C20",
    id: "shadow-in-GL",
    area: Area::Shadow,
    statement: "The linear part of a layer's shadow is in GL(n) exactly if its weights are square and of full rank and no unit is flat: diag(φ'(b)) W is invertible iff W is and φ'(b_i) ≠ 0.",
    formula: "det(diag(φ'(b)) W) = Π φ'(b_i) · det W",
    source: "chain rule; Paul & Venkatasubramanian, arXiv 1412.6621 (shadow group)",
    control: "Every layer has a shadow in GL: also a bottleneck, a singular W, a dead ReLU unit.",
    expected: Verdict::Holds,
};

/// The Jacobian at 0 of a layer φ(Wx + b).
fn jacobian(activation: Activation, w: &DMatrix<f64>, b: &[f64]) -> DMatrix<f64> {
    DMatrix::from_fn(w.nrows(), w.ncols(), |i, j| {
        activation.derivative(b[i]) * w[(i, j)]
    })
}

/// The smallest singular value over the largest, 0 for a map that is not square.
fn conditioning(matrix: &DMatrix<f64>) -> f64 {
    let values = matrix.singular_values();
    if matrix.is_square() {
        values.min() / values.max()
    } else {
        0.0
    }
}

pub(super) static IN_GL: Short = Short {
    about: &GL_CARD,
    exact: |_| {
        let mut evidence =
            Evidence::exact("All 2 x 2 matrices over -1, 0, 1 with slopes 1/4, 1 or 0, in rationals.");
        let slopes = [rational(1, 4), rational(1, 1), rational(0, 1)];
        for code in 0..81i64 {
            let entries: Vec<i64> = (0..4).map(|k| code / 3i64.pow(k) % 3 - 1).collect();
            let w = RationalMatrix::from_integers(2, 2, &entries)?;
            for first in &slopes {
                for second in &slopes {
                    let scales = [first, second];
                    let shadow = RationalMatrix::from_fn(2, 2, |i, j| scales[i] * &w.row(i)[j]);
                    let flat = first.is_zero() || second.is_zero();
                    let right = (shadow.rank() == 2) == (w.rank() == 2 && !flat)
                        && shadow.determinant()? == first * second * w.determinant()?;
                    evidence.case(right, || format!("W = {entries:?}, slopes {first}, {second}"));
                }
            }
        }
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng("shadow-in-GL");
        let mut evidence = Evidence::statistical(
            "Random layers of 6 sigmoid or tanh units: the Jacobian is invertible when W is, and not when W has rank 5.",
            context,
        );
        for trial in 0..40 {
            let activation = if trial % 2 == 0 {
                Activation::Tanh
            } else {
                Activation::Sigmoid
            };
            let mut normal = |_: usize, _: usize| -> f64 { StandardNormal.sample(&mut rng) };
            let full = DMatrix::from_fn(6, 6, &mut normal);
            let (tall, wide) = (
                DMatrix::from_fn(6, 5, &mut normal),
                DMatrix::from_fn(5, 6, &mut normal),
            );
            let b: Vec<f64> = DVector::from_fn(6, |_, _| rng.random_range(-2.0..2.0))
                .as_slice()
                .to_vec();
            let (regular, singular) = (
                conditioning(&jacobian(activation, &full, &b)),
                conditioning(&jacobian(activation, &(tall * wide), &b)),
            );
            evidence.case(regular > 1e-9 && singular < 1e-13, || {
                format!("{regular:e}, {singular:e}")
            });
        }
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::numerical(GL_CARD.control);
        let square = DMatrix::from_row_slice(2, 2, &[1.0, 2.0, 3.0, 4.0]);
        for (name, map) in [
            (
                "bottleneck 3 -> 2",
                jacobian(Activation::Tanh, &DMatrix::from_element(2, 3, 0.5), &[0.0, 1.0]),
            ),
            (
                "W = (1 2; 2 4)",
                jacobian(
                    Activation::Tanh,
                    &DMatrix::from_row_slice(2, 2, &[1.0, 2.0, 2.0, 4.0]),
                    &[0.0, 1.0],
                ),
            ),
            (
                "dead ReLU unit",
                jacobian(Activation::Relu, &square, &[1.0, -1.0]),
            ),
        ] {
            let found = conditioning(&map);
            evidence.case(found > 1e-12, || {
                format!("{name}: not invertible, σ_min/σ_max = {found:.1e}")
            });
        }
        evidence.finish()
    },
};

const DRIFT_CARD: About = About {
    code: "C22",
    id: "shadow-orbit-drift",
    area: Area::Shadow,
    statement: "Iterated inside the ball where a shadow T is within δ of the map F, the two orbits part by at most δ times the geometric sum of the Lipschitz constant.",
    formula: "|F^m x − T^m x| ≤ δ Σ_{j<m} L^j,  δ ≤ ½ sup|φ''| max|w_i|² r²",
    source: "telescoping sum; Hairer, Nørsett and Wanner, Solving Ordinary Differential Equations I, §II.3 (Lady Windermere's fan)",
    control: "The distance stays below δ for every m when L = 2.",
    expected: Verdict::Holds,
};

/// For people.
fn float(value: &BigRational) -> f64 {
    value.to_f64().unwrap_or(f64::NAN)
}

/// The orbits of x under a·x + c·x² and a·x, inside |x| ≤ r in rationals: their distances, step by step.
fn quadratic_drift(
    a: &BigRational,
    c: &BigRational,
    start: &BigRational,
    r: &BigRational,
) -> Vec<BigRational> {
    let (mut f, mut t) = (start.clone(), start.clone());
    let mut distances = Vec::new();
    while distances.len() < 8 && &f.abs() <= r && &t.abs() <= r {
        f = a * &f + c * &f * &f;
        t = a * &t;
        distances.push((&f - &t).abs());
    }
    distances
}

pub(super) static DRIFT: Short = Short {
    about: &DRIFT_CARD,
    exact: |_| {
        let mut evidence = Evidence::exact(
            "F(x) = a x + x²/8 and its 1-jet T(x) = a x at 0, in rationals: |F − T| ≤ r²/8 for |x| ≤ r.",
        );
        let (c, r) = (rational(1, 8), rational(1, 2));
        for a in [rational(1, 2), rational(1, 1), rational(-1, 1), rational(2, 1)] {
            for start in [rational(1, 64), rational(-1, 5), rational(1, 2)] {
                let (mut sum, mut power) = (BigRational::zero(), rational(1, 1));
                for (m, distance) in quadratic_drift(&a, &c, &start, &r).into_iter().enumerate() {
                    sum += &power;
                    power *= a.abs();
                    let bound = &c * &r * &r * &sum;
                    evidence.case(distance <= bound, || {
                        format!(
                            "a = {a}, x = {start}, m = {}: {:.4} > {:.4}",
                            m + 1,
                            float(&distance),
                            float(&bound)
                        )
                    });
                }
            }
        }
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng("shadow-orbit-drift");
        let mut evidence = Evidence::statistical(
            "Random tanh layers of two units with spectral norm 0.7, 1 and 1.5, their 1-jets at 0, orbits inside radius 0.4.",
            context,
        );
        let curvature = shadow_constants().tanh_second;
        let radius = 0.4;
        for norm in [0.7, 1.0, 1.5] {
            let mut nearest: f64 = 0.0;
            for _ in 0..100 {
                let w = Matrix2::from_fn(|_, _| rng.random_range(-1.0..1.0f64));
                let w = w * (norm / w.singular_values().max());
                // Half the curvature times |w_i · x|², in every unit.
                let rows = (0..2).map(|i| w.row(i).norm_squared());
                let delta = rows
                    .map(|s| (0.5 * curvature * s * radius * radius).powi(2))
                    .sum::<f64>()
                    .sqrt();
                let angle = rng.random_range(0.0..std::f64::consts::TAU);
                let start = Vector2::new(angle.cos(), angle.sin()) * rng.random_range(0.1..radius);
                let (mut f, mut t, mut sum) = (start, start, 0.0);
                for m in 0..12i32 {
                    if f.norm() > radius || t.norm() > radius {
                        break;
                    }
                    f = (w * f).map(f64::tanh);
                    t = w * t;
                    sum += norm.powi(m);
                    let distance = (f - t).norm();
                    nearest = nearest.max(distance / (delta * sum));
                    evidence.case(distance <= delta * sum, || {
                        format!("L = {norm}: {distance} > {}", delta * sum)
                    });
                }
            }
            evidence.case(nearest > 0.0, || format!("L = {norm}: no orbit parted"));
        }
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::exact(DRIFT_CARD.control);
        let (c, r) = (rational(1, 8), rational(1, 2));
        let delta = &c * &r * &r;
        for (m, distance) in quadratic_drift(&rational(2, 1), &c, &rational(1, 66), &r)
            .into_iter()
            .enumerate()
        {
            evidence.case(distance <= delta, || {
                format!("m = {}: {:.4} > δ = {delta}", m + 1, float(&distance))
            });
        }
        evidence.finish()
    },
};

const GAUGE_CARD: About = About {
    code: "C24",
    id: "linear-ae-glk-orbit",
    area: Area::Pretraining,
    statement: "A linear autoencoder's factors move under GL(k) without changing the map; at rank k the orbit has dimension k² and what is left 2nk − k².",
    formula: "(B, A) ↦ (BC, C⁻¹A),  rank d(BA) = 2nk − k²",
    source: "textbook; Baldi and Hornik 1989",
    control: "Factors of rank below k have a Jacobian of rank 2nk − k² too.",
    expected: Verdict::Holds,
};

/// The rank of (dB, dA) ↦ dB·A + B·dA, exactly.
fn product_rank(b: &RationalMatrix, a: &RationalMatrix) -> usize {
    let (n, k) = (b.rows(), b.cols());
    // Row (i, j) of BA changes with B_il by A_lj and with A_lj by B_il.
    let entry = |row: usize, column: usize| {
        let (i, j) = (row / n, row % n);
        let (first, second) = (column % (n * k) / k, column % k);
        match column < n * k {
            true if first == i => a.row(second)[j].clone(),
            false if first == j => b.row(i)[second].clone(),
            _ => BigRational::zero(),
        }
    };
    RationalMatrix::from_fn(n * n, 2 * n * k, entry).rank()
}

/// The dimension of the gauge orbit: the rank of X ↦ (BX, −XA).
fn gauge_rank(b: &RationalMatrix, a: &RationalMatrix) -> usize {
    let (n, k) = (b.rows(), b.cols());
    let entry = |row: usize, column: usize| {
        let (p, q) = (column / k, column % k);
        if row < n * k {
            let (i, j) = (row / k, row % k);
            if j == q {
                b.row(i)[p].clone()
            } else {
                BigRational::zero()
            }
        } else {
            let (i, j) = ((row - n * k) / n, (row - n * k) % n);
            if i == p {
                -a.row(q)[j].clone()
            } else {
                BigRational::zero()
            }
        }
    };
    RationalMatrix::from_fn(2 * n * k, k * k, entry).rank()
}

fn integers(rng: &mut impl Rng, rows: usize, cols: usize) -> RationalMatrix {
    RationalMatrix::from_fn(rows, cols, |_, _| rational(rng.random_range(-5..=5), 1))
}

/// x ↦ i + 1 to the power of j: any k rows or columns are independent.
fn vandermonde(rows: usize, cols: usize) -> RationalMatrix {
    RationalMatrix::from_fn(rows, cols, |i, j| rational((i as i64 + 1).pow(j as u32), 1))
}

const SIZES: [(usize, usize); 5] = [(3, 1), (4, 2), (5, 2), (5, 3), (6, 4)];

pub(super) static GAUGE: Short = Short {
    about: &GAUGE_CARD,
    exact: |_| {
        let mut evidence =
            Evidence::exact("Vandermonde factors: both ranks over the rationals, and BC·C⁻¹A = BA.");
        for (n, k) in SIZES {
            let (b, a) = (vandermonde(n, k), vandermonde(n, k).transpose());
            evidence.equal(
                &format!("rank of d(BA), n = {n}, k = {k}"),
                product_rank(&b, &a),
                2 * n * k - k * k,
            );
            evidence.equal(
                &format!("dimension of the orbit, n = {n}, k = {k}"),
                gauge_rank(&b, &a),
                k * k,
            );
            let c = vandermonde(k, k);
            let moved = b.try_mul(&c)?.try_mul(&c.inverse()?.try_mul(&a)?)?;
            evidence.case(moved == b.try_mul(&a)?, || {
                format!("n = {n}, k = {k}: the map changed")
            });
        }
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng("linear-ae-glk-orbit");
        let mut evidence = Evidence::statistical(
            "Random integer factors of rank k, ranks over the rationals.",
            context,
        );
        for (n, k) in SIZES {
            for _ in 0..5 {
                let (b, a) = loop {
                    let (b, a) = (integers(&mut rng, n, k), integers(&mut rng, k, n));
                    if b.rank() == k && a.rank() == k {
                        break (b, a);
                    }
                };
                let ranks = (product_rank(&b, &a), gauge_rank(&b, &a));
                evidence.case(ranks == (2 * n * k - k * k, k * k), || {
                    format!("n = {n}, k = {k}: {ranks:?}")
                });
            }
        }
        evidence.finish()
    },
    control: |_| {
        let mut evidence = Evidence::exact(GAUGE_CARD.control);
        let (n, k) = (4, 2);
        let b = RationalMatrix::from_fn(n, k, |i, _| rational(i as i64 + 1, 1));
        let a = RationalMatrix::from_fn(k, n, |_, j| rational(j as i64 + 1, 1));
        evidence.equal(
            "rank of d(BA), factors of rank 1",
            product_rank(&b, &a),
            2 * n * k - k * k,
        );
        evidence.finish()
    },
};

const KERNEL_CARD: About = About {
    code: "C30",
    id: "invariant-kernel",
    area: Area::Neighbours,
    statement: "Equivariant features with an orthogonal action have a kernel that is invariant when both points move; when one moves, only its mean over the group is.",
    formula: "k(gx, gy) = k(x, y);  Σ_g k(gx, y) is invariant in x",
    source: "Haasdonk and Burkhardt 2007; Mroueh, Voinea and Poggio, arXiv 1506.02544",
    control: "k(gx, y) = k(x, y) without the mean; k(gx, gy) = k(x, y) for g that is not orthogonal.",
    expected: Verdict::Holds,
};

const FEATURES: Parameter = Parameter::samples("samples", 20_000, "random features for each transformation");

const PERIOD: usize = 6;
const FILTER: [i64; PERIOD] = [3, -1, 0, 2, 0, 1];

fn shifted(x: &[i64], by: usize) -> Vec<i64> {
    (0..x.len()).map(|i| x[(i + by) % x.len()]).collect()
}

/// Cyclic correlation with the filter, rectified: equivariant under shifts, and not linear.
fn features(x: &[i64]) -> Vec<i64> {
    let response = |i: usize| (0..PERIOD).map(|j| FILTER[j] * x[(i + j) % PERIOD]).sum::<i64>();
    (0..PERIOD).map(|i| response(i).max(0)).collect()
}

fn kernel(x: &[i64], y: &[i64]) -> i64 {
    features(x).iter().zip(features(y)).map(|(a, b)| a * b).sum()
}

fn averaged(x: &[i64], y: &[i64]) -> i64 {
    (0..PERIOD).map(|g| kernel(&shifted(x, g), y)).sum()
}

/// Words of the period over -1, 0, 1, every seventh of them.
fn words() -> Vec<Vec<i64>> {
    let word = |code: i64| (0..PERIOD as u32).map(|k| code / 3i64.pow(k) % 3 - 1).collect();
    (0..729).step_by(7).map(word).collect()
}

/// cos(w·gx) cos(w·gy) + sin sin − the same without g, for a Gaussian w.
fn random_feature(w: &Vector2<f64>, g: &Matrix2<f64>, x: &Vector2<f64>, y: &Vector2<f64>) -> f64 {
    (w.dot(&(g * (x - y)))).cos() - w.dot(&(x - y)).cos()
}

/// Differences of the random-feature kernel at a pair and its image under g.
fn differences(rng: &mut impl Rng, g: Matrix2<f64>, count: usize) -> Vec<f64> {
    let (x, y) = (Vector2::new(0.3, -1.1), Vector2::new(-0.4, 0.2));
    let mut draw = || StandardNormal.sample(&mut *rng);
    (0..count)
        .map(|_| random_feature(&Vector2::new(draw(), draw()), &g, &x, &y))
        .collect()
}

pub(super) static KERNEL: Tuned = Short {
    about: &KERNEL_CARD,
    exact: |_| {
        let mut evidence =
            Evidence::exact("Rectified cyclic correlations of integer words of length 6, under all shifts.");
        let words = words();
        for x in &words {
            for y in &words {
                for g in 1..PERIOD {
                    let (gx, gy) = (shifted(x, g), shifted(y, g));
                    evidence.case(features(&gx) == shifted(&features(x), g), || {
                        format!("{x:?}: not equivariant")
                    });
                    evidence.case(kernel(&gx, &gy) == kernel(x, y), || format!("{x:?}, {y:?}"));
                    evidence.case(averaged(&gx, y) == averaged(x, y), || {
                        format!("{x:?}, {y:?}: the mean")
                    });
                }
            }
        }
        evidence.finish()
    },
    approximate: |context| {
        let mut rng = context.rng("invariant-kernel");
        let mut evidence = Evidence::statistical(
            "Random Fourier features with Gaussian weights: the kernel at a pair and at its images under O(2).",
            context,
        );
        for angle in [0.7f64, 2.5] {
            let (sine, cosine) = angle.sin_cos();
            for sign in [1.0, -1.0] {
                let g = Matrix2::new(cosine, -sign * sine, sine, sign * cosine);
                evidence.mean(
                    &format!("k(gx, gy) − k(x, y), angle {angle}, det {sign}"),
                    &differences(&mut rng, g, context.size(&FEATURES)?),
                    0.0,
                );
            }
        }
        evidence.finish()
    },
    control: |context| {
        let mut rng = context.rng("invariant-kernel control");
        let mut evidence = Evidence::statistical(KERNEL_CARD.control, context);
        let x = [1, 0, 0, 0, 0, 0];
        evidence.equal("k(gx, x)", kernel(&shifted(&x, 1), &x), kernel(&x, &x));
        let stretch = Matrix2::new(2.0, 0.0, 0.0, 1.0);
        evidence.mean(
            "k(gx, gy) − k(x, y), g = diag(2, 1)",
            &differences(&mut rng, stretch, context.size(&FEATURES)?),
            0.0,
        );
        evidence.finish()
    },
}
.with(&[FEATURES], Cost::Second);
