//! What a found algebra is: the nearest exact algebra that the exact side can name.
//!
//! Four readings are tried in turn. A single field is a rotation, so(2), or a boost, so(1,1), by the eigenvalues of its matrix.
//! If the fields have a common fixed point and on the n dimensions in which they move anything there are n(n−1)/2 of them that
//! preserve one symmetric form to within their error, it is so(p,q) with the form's signature, whatever the coordinates. Else the entries of the reduced basis are rounded to small
//! fractions; if the result is exactly closed it is an exact algebra and `groups` names it. Else the structure constants are
//! compared, by the signature of the Killing form and the dimensions of centre and derived algebra, with exact algebras of that
//! dimension.

use super::ambient::Ambient;
use groups::lie::{LieAlgebra, parse_algebra};
use groups::linear::RationalMatrix;
use groups::scalar::rational;
use nalgebra::{DMatrix, SymmetricEigen};
use serde::Serialize;

/// A name with its evidence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AlgebraName {
    /// The name, such as `so(3)` or `so(2,1)` (p ≥ q).
    pub name: Option<String>,
    /// The isomorphism type over ℝ, as `groups` gives it for the exact algebra: `sl(2,R)` for so(2,1).
    pub isomorphism_type: Option<String>,
    /// How it was read: `eigenvalues`, `invariant form`, `rounding` or `structure constants`.
    pub method: Option<&'static str>,
    /// How far the numbers are from the exact algebra, in the terms of the method.
    pub error: Option<f64>,
    /// Why there is no name.
    pub why_not: Option<String>,
}

impl AlgebraName {
    fn none(why: &str) -> Self {
        AlgebraName {
            name: None,
            isomorphism_type: None,
            method: None,
            error: None,
            why_not: Some(why.to_owned()),
        }
    }

    fn read(name: String, isomorphism_type: Option<String>, method: &'static str, error: f64) -> Self {
        AlgebraName {
            name: Some(name),
            isomorphism_type,
            method: Some(method),
            error: Some(error),
            why_not: None,
        }
    }
}

/// The largest dimension that is named; exact structure takes long above.
const LARGEST: usize = 28;

/// Names the algebra spanned by `matrices` (in reduced echelon form) inside `ambient`, whose fields are accurate to about
/// `level`, a relative error.
///
/// ```
/// use bridge::symmetry::continuous::{Algebra, name_algebra};
/// use nalgebra::dmatrix;
/// let gl = "gl".parse::<Algebra>()?.on(2, None)?;
/// // The rotations of an ellipse, with noise.
/// let name = name_algebra(&gl, &[dmatrix![0.01, -2.02; 1.0, 0.0]], 0.01);
/// assert_eq!(name.name.as_deref(), Some("so(2)"));
/// # Ok::<(), bridge::BridgeError>(())
/// ```
pub fn name_algebra(ambient: &Ambient, matrices: &[DMatrix<f64>], level: f64) -> AlgebraName {
    let d = matrices.len();
    if d == 0 {
        return AlgebraName::none("the algebra is 0");
    }
    if d > LARGEST {
        return AlgebraName::none("its dimension is above 28, where no name is sought");
    }
    if let [matrix] = matrices {
        return single(matrix, level);
    }
    let tolerance = (3.0 * level).clamp(1e-6, 0.15);
    let rounded = round(ambient, matrices, tolerance);
    if let Some((p, q, error)) = invariant_form(ambient, matrices, (2.0 * level).clamp(1e-6, 0.3)) {
        let name = if q == 0 {
            format!("so({p})")
        } else {
            format!("so({p},{q})")
        };
        let exact = parse_algebra(&name).and_then(|algebra| algebra.describe()).ok();
        return AlgebraName::read(name, exact, "invariant form", error);
    }
    if let Some((algebra, error)) = rounded
        && let Ok(kind) = algebra.describe()
    {
        return AlgebraName::read(kind.clone(), Some(kind), "rounding", error);
    }
    by_structure(matrices, (4.0 * level).clamp(1e-6, 0.25))
}

/// A rotation or a boost, up to conjugation, if the eigenvalues are 0 and one pair ±iω or ±ω.
fn single(matrix: &DMatrix<f64>, level: f64) -> AlgebraName {
    let eigenvalues = matrix.complex_eigenvalues();
    let largest = eigenvalues.iter().fold(0.0f64, |m, z| m.max(z.norm()));
    let one_line = Some("R".to_owned());
    // A nilpotent matrix with an error e has eigenvalues of the size of √e.
    let slack = (2.0 * level).clamp(1e-6, 0.3);
    if largest <= slack.sqrt() * matrix.norm() {
        return AlgebraName::read("R".into(), one_line, "eigenvalues", largest / matrix.norm());
    }
    let deviation = |kind: &dyn Fn(f64, f64) -> (f64, f64)| {
        // Distance of each eigenvalue from 0 and from the nearest of the pair, over the largest.
        eigenvalues
            .iter()
            .map(|z| {
                let (along, across) = kind(z.re, z.im);
                let off = across.abs().max((along.abs() - largest).abs());
                off.min(z.norm()) / largest
            })
            .fold(0.0, f64::max)
    };
    let balance: f64 = eigenvalues.iter().map(|z| z.re).sum::<f64>().abs() / largest;
    let rotation = deviation(&|re, im| (im, re));
    let boost = deviation(&|re, im| (re, im)).max(balance / eigenvalues.len() as f64 * 2.0);
    let tolerance = (4.0 * level).clamp(1e-3, 0.25);
    if rotation <= tolerance && rotation <= boost {
        AlgebraName::read("so(2)".into(), one_line, "eigenvalues", rotation)
    } else if boost <= tolerance && balance <= tolerance {
        AlgebraName::read("so(1,1)".into(), one_line, "eigenvalues", boost)
    } else {
        AlgebraName::read("R".into(), one_line, "eigenvalues", 0.0)
    }
}

/// The linear parts about a common fixed point, with the residual of the fixed point.
fn about_fixed_point(ambient: &Ambient, matrices: &[DMatrix<f64>]) -> Option<Vec<DMatrix<f64>>> {
    if !ambient.is_affine() {
        return Some(matrices.to_vec());
    }
    let n = matrices[0].nrows() - 1;
    let linear: Vec<DMatrix<f64>> = matrices
        .iter()
        .map(|m| m.view((0, 0), (n, n)).into_owned())
        .collect();
    let mut system = DMatrix::zeros(n * matrices.len(), n);
    let mut right = nalgebra::DVector::zeros(n * matrices.len());
    for (k, (matrix, part)) in matrices.iter().zip(&linear).enumerate() {
        system.view_mut((k * n, 0), (n, n)).copy_from(part);
        right
            .rows_mut(k * n, n)
            .copy_from(&(-matrix.view((0, n), (n, 1)).column(0)));
    }
    let size = system.norm();
    let point = system.clone().svd(true, true).solve(&right, 1e-6 * size).ok()?;
    ((system * point - &right).norm() <= 0.2 * size).then_some(linear)
}

/// The matrices on the span of their images, which they keep.
fn on_moved_subspace(matrices: Vec<DMatrix<f64>>, tolerance: f64) -> Vec<DMatrix<f64>> {
    let n = matrices[0].nrows();
    let gram = matrices
        .iter()
        .fold(DMatrix::zeros(n, n), |sum: DMatrix<f64>, m| {
            sum + m * m.transpose() / m.norm_squared()
        });
    let eigen = SymmetricEigen::new(gram);
    let largest = eigen.eigenvalues.max();
    let moved: Vec<usize> = (0..n)
        .filter(|&i| eigen.eigenvalues[i].max(0.0).sqrt() > tolerance.max(1e-6) * largest.sqrt())
        .collect();
    if moved.len() == n {
        return matrices;
    }
    let basis = eigen.eigenvectors.select_columns(&moved);
    matrices.iter().map(|m| basis.tr_mul(&(m * &basis))).collect()
}

/// The signature of the one symmetric form Q with AᵀQ + QA = 0, larger number first.
fn invariant_form(
    ambient: &Ambient,
    matrices: &[DMatrix<f64>],
    tolerance: f64,
) -> Option<(usize, usize, f64)> {
    let linear = on_moved_subspace(about_fixed_point(ambient, matrices)?, tolerance);
    let n = linear[0].nrows();
    if matrices.len() != n * (n - 1) / 2 {
        return None;
    }
    let pairs: Vec<(usize, usize)> = (0..n).flat_map(|j| (0..=j).map(move |i| (i, j))).collect();
    let unit = |(i, j): (usize, usize)| {
        let mut q = DMatrix::zeros(n, n);
        let value = if i == j {
            1.0
        } else {
            std::f64::consts::FRAC_1_SQRT_2
        };
        q[(i, j)] = value;
        q[(j, i)] = value;
        q
    };
    let mut gram = DMatrix::<f64>::zeros(pairs.len(), pairs.len());
    for matrix in &linear {
        let matrix = matrix / matrix.norm();
        let images: Vec<DMatrix<f64>> = pairs
            .iter()
            .map(|&pair| {
                let half = matrix.tr_mul(&unit(pair));
                &half + half.transpose()
            })
            .collect();
        for (i, a) in images.iter().enumerate() {
            for (j, b) in images.iter().enumerate() {
                gram[(i, j)] += a.dot(b) / linear.len() as f64;
            }
        }
    }
    let eigen = SymmetricEigen::new(gram);
    let mut order: Vec<usize> = (0..pairs.len()).collect();
    order.sort_by(|&a, &b| eigen.eigenvalues[a].total_cmp(&eigen.eigenvalues[b]));
    let value = |k: usize| eigen.eigenvalues[order[k]].max(0.0).sqrt();
    let error = value(0);
    if error > tolerance || (order.len() > 1 && value(1) < 3.0 * error.max(1e-9)) {
        return None;
    }
    let column = eigen.eigenvectors.column(order[0]);
    let form = pairs
        .iter()
        .zip(column.iter())
        .fold(DMatrix::zeros(n, n), |sum, (&pair, &c)| sum + unit(pair) * c);
    let values = SymmetricEigen::new(form).eigenvalues;
    let largest = values.amax();
    if values.iter().any(|v| v.abs() < 0.05 * largest) {
        return None;
    }
    let positive = values.iter().filter(|v| **v > 0.0).count();
    Some((positive.max(n - positive), positive.min(n - positive), error))
}

/// The algebra with entries rounded to fractions of small denominator, if it is closed.
fn round(ambient: &Ambient, matrices: &[DMatrix<f64>], tolerance: f64) -> Option<(LieAlgebra, f64)> {
    let mut error = 0.0f64;
    let mut exact = Vec::new();
    for matrix in matrices {
        let mut entries = Vec::new();
        for row in matrix.row_iter() {
            for &x in row.iter() {
                let (numerator, denominator) = [1i64, 2, 3, 4, 5, 6, 8, 10]
                    .into_iter()
                    .map(|d| ((x * d as f64).round() as i64, d))
                    .find(|&(p, d)| (x - p as f64 / d as f64).abs() <= tolerance)?;
                error = error.max((x - numerator as f64 / denominator as f64).abs());
                entries.push(rational(numerator, denominator));
            }
        }
        exact.push(RationalMatrix::from_entries(matrix.nrows(), matrix.ncols(), entries).ok()?);
    }
    let algebra = if ambient.is_affine() {
        LieAlgebra::from_affine_matrices(exact)
    } else {
        LieAlgebra::from_matrices(exact)
    };
    algebra.ok().map(|algebra| (algebra, error))
}

/// Invariants of an algebra that its isomorphism type determines.
#[derive(Debug, PartialEq)]
struct Invariants {
    killing: [usize; 3],
    centre: usize,
    derived: usize,
}

/// Exact algebras that a found one is compared with.
const CANDIDATES: [&str; 34] = [
    "R^2",
    "R^3",
    "R^4",
    "R^5",
    "so(3)",
    "so(2,1)",
    "so(4)",
    "so(3,1)",
    "so(2,2)",
    "so(5)",
    "so(4,1)",
    "so(3,2)",
    "so(6)",
    "so(5,1)",
    "so(4,2)",
    "so(3,3)",
    "sl(3)",
    "su(3)",
    "sp(4)",
    "gl(2)",
    "gl(3)",
    "u(2)",
    "u(3)",
    "so(3)+so(3)",
    "so(3)+sl(2)",
    "sl(2)+sl(2)",
    "so(3)+R",
    "se(2)",
    "se(3)",
    "se(1,1)",
    "sim(2)",
    "aff(1)",
    "aff(2)",
    "heis(3)",
];

fn by_structure(matrices: &[DMatrix<f64>], tolerance: f64) -> AlgebraName {
    let d = matrices.len();
    let Some((found, error)) = numeric_invariants(matrices, tolerance) else {
        return AlgebraName::none(
            "its structure constants are not accurate enough to tell zeros from the rest",
        );
    };
    let mut kinds: Vec<String> = Vec::new();
    for candidate in CANDIDATES {
        let Ok(algebra) = parse_algebra(candidate) else {
            continue;
        };
        if algebra.dimension() != d {
            continue;
        }
        let structure = algebra.structure();
        let exact = Invariants {
            killing: structure.killing_signature,
            centre: structure.center_dim,
            derived: structure.derived_series_dims.get(1).copied().unwrap_or(d),
        };
        if exact == found
            && let Ok(kind) = algebra.describe()
            && !kinds.contains(&kind)
        {
            kinds.push(kind);
        }
    }
    match &kinds[..] {
        [kind] => AlgebraName::read(kind.clone(), Some(kind.clone()), "structure constants", error),
        [] => AlgebraName::none("no algebra on the list has its Killing form, centre and derived algebra"),
        several => AlgebraName::none(&format!(
            "its invariants do not tell {} apart",
            several.join(" from ")
        )),
    }
}

/// Invariants of the structure constants in an orthonormal basis, `None` if a number is near no decision; the largest number
/// that was taken for 0, over the size of the brackets.
fn numeric_invariants(matrices: &[DMatrix<f64>], tolerance: f64) -> Option<(Invariants, f64)> {
    let d = matrices.len();
    let flat = DMatrix::from_fn(matrices[0].len(), d, |i, j| matrices[j][i]);
    let q = flat.qr().q();
    let shape = matrices[0].shape();
    let element =
        |i: usize| DMatrix::from_column_slice(shape.0, shape.1, q.column(i).into_owned().as_slice());
    let elements: Vec<DMatrix<f64>> = (0..d).map(element).collect();
    // Column j of ad[i] holds the coordinates of [eᵢ, eⱼ].
    let adjoints: Vec<DMatrix<f64>> = elements
        .iter()
        .map(|a| {
            DMatrix::from_fn(d, d, |k, j| {
                elements[k].dot(&(a * &elements[j] - &elements[j] * a))
            })
        })
        .collect();
    let size = adjoints.iter().map(DMatrix::norm_squared).sum::<f64>().sqrt();
    if size <= tolerance {
        return Some((
            Invariants {
                killing: [0, 0, d],
                centre: d,
                derived: 0,
            },
            size,
        ));
    }
    let all = DMatrix::from_fn(d, d * d, |k, ij| adjoints[ij / d][(k, ij % d)]) / size;
    let stacked = DMatrix::from_fn(d * d, d, |kj, i| adjoints[i][(kj / d, kj % d)]) / size;
    let killing = DMatrix::from_fn(d, d, |i, j| (&adjoints[i] * &adjoints[j]).trace()) / (size * size);
    let mut taken = 0.0f64;
    // Values between the tolerance and three times it are neither zero nor clearly not.
    let mut count = |values: Vec<f64>, scale: f64| -> Option<usize> {
        let largest = values.iter().fold(0.0f64, |m, v| m.max(v.abs())).max(scale);
        let mut zeros = 0;
        for v in values {
            let v = v.abs() / largest;
            if v <= tolerance {
                taken = taken.max(v);
                zeros += 1;
            } else if v < 2.0 * tolerance {
                return None;
            }
        }
        Some(zeros)
    };
    let derived = d - count(
        all.svd(false, false).singular_values.iter().copied().collect(),
        0.0,
    )?;
    let centre = count(
        stacked
            .svd(false, false)
            .singular_values
            .iter()
            .copied()
            .collect(),
        0.0,
    )?;
    let eigenvalues: Vec<f64> = SymmetricEigen::new(killing).eigenvalues.iter().copied().collect();
    let radical = count(eigenvalues.clone(), 1e-2 / d as f64)?;
    let mut ordered = eigenvalues;
    ordered.sort_by(|a, b| b.abs().total_cmp(&a.abs()));
    let positive = ordered[..d - radical].iter().filter(|v| **v > 0.0).count();
    let killing = [positive, d - radical - positive, radical];
    Some((
        Invariants {
            killing,
            centre,
            derived,
        },
        taken,
    ))
}
