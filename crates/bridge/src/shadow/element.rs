//! The ladder of groups that act on ℝⁿ, and the nearest element of each.
//!
//! permutations < signed permutations < O(n) < similarities ℝ₊O(n) < GL(n) < Aff(n). For points xᵢ with images yᵢ the
//! nearest element minimises Σ|yᵢ − gxᵢ|². In the first three groups |gx| = |x|, so that is to maximise ⟨g, C⟩ for the
//! cross moment C = Σ yᵢxᵢᵀ: a linear assignment of C (of |C| with the signs of C), and the orthogonal polar factor of C
//! (Procrustes; Schönemann 1966). A similarity scales that factor by tr(gᵀC)/Σ|xᵢ|². GL and Aff are least squares.
//!
//! A permutation g is the matrix with entry 1 at (i^g, i): it takes eᵢ to the unit vector of i^g, as in the action on
//! features (x·g)\[i^g\] = x\[i\].
//!
//! ```
//! use bridge::shadow::{Rung, nearest_element};
//! use nalgebra::dmatrix;
//! let a = dmatrix![0.1, -0.9; 1.1, 0.0];
//! let turn = nearest_element(Rung::SignedPermutation, &a)?.expect("always there");
//! assert_eq!(turn.element.matrix(), dmatrix![0.0, -1.0; 1.0, 0.0]);
//! assert!((turn.distance - 0.03f64.sqrt()).abs() < 1e-12);
//! # Ok::<(), bridge::BridgeError>(())
//! ```

use super::affine::AffineMap;
use super::fit::pseudo_inverse;
use super::logarithm::{Logarithm, NoLogarithm, log_linear, log_orthogonal};
use super::polar::{NumericRank, factors, svd};
use crate::BridgeError;
use crate::assignment::assign;
use groups::Permutation;
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A group of the ladder; ordered by inclusion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rung {
    /// Permutations of the coordinates, Sₙ.
    Permutation,
    /// Permutations with signs, the hyperoctahedral group C₂ wr Sₙ.
    SignedPermutation,
    /// O(n).
    Orthogonal,
    /// Orthogonal maps times a positive factor.
    Similarity,
    /// GL(n).
    GeneralLinear,
    /// Aff(n).
    Affine,
}

impl Rung {
    /// All of them, smallest first.
    pub const ALL: [Rung; 6] = [
        Rung::Permutation,
        Rung::SignedPermutation,
        Rung::Orthogonal,
        Rung::Similarity,
        Rung::GeneralLinear,
        Rung::Affine,
    ];
}

impl fmt::Display for Rung {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Rung::Permutation => "permutation",
            Rung::SignedPermutation => "signed permutation",
            Rung::Orthogonal => "orthogonal",
            Rung::Similarity => "similarity",
            Rung::GeneralLinear => "general linear",
            Rung::Affine => "affine",
        })
    }
}

/// An element of a group of the ladder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupElement {
    /// eᵢ ↦ e at i^g.
    Permutation(Permutation),
    /// eᵢ ↦ signᵢ·e at i^g.
    SignedPermutation {
        /// g.
        permutation: Permutation,
        /// ±1 for each coordinate.
        signs: Vec<i8>,
    },
    /// An orthogonal matrix.
    Orthogonal(DMatrix<f64>),
    /// scale·orthogonal.
    Similarity {
        /// The factor, positive.
        scale: f64,
        /// The orthogonal matrix.
        orthogonal: DMatrix<f64>,
    },
    /// An invertible matrix.
    GeneralLinear(DMatrix<f64>),
    /// An invertible affine map.
    Affine(AffineMap),
}

impl GroupElement {
    /// The group that it is written as an element of.
    pub fn rung(&self) -> Rung {
        match self {
            GroupElement::Permutation(_) => Rung::Permutation,
            GroupElement::SignedPermutation { .. } => Rung::SignedPermutation,
            GroupElement::Orthogonal(_) => Rung::Orthogonal,
            GroupElement::Similarity { .. } => Rung::Similarity,
            GroupElement::GeneralLinear(_) => Rung::GeneralLinear,
            GroupElement::Affine(_) => Rung::Affine,
        }
    }

    /// The matrix of its linear part, n × n.
    pub fn matrix(&self) -> DMatrix<f64> {
        let signed = |permutation: &Permutation, sign: &dyn Fn(usize) -> f64| {
            let n = permutation.degree();
            let mut matrix = DMatrix::zeros(n, n);
            for i in 0..n {
                matrix[(permutation.image(i), i)] = sign(i);
            }
            matrix
        };
        match self {
            GroupElement::Permutation(permutation) => signed(permutation, &|_| 1.0),
            GroupElement::SignedPermutation { permutation, signs } => {
                signed(permutation, &|i| f64::from(signs[i]))
            }
            GroupElement::Orthogonal(matrix) | GroupElement::GeneralLinear(matrix) => matrix.clone(),
            GroupElement::Similarity { scale, orthogonal } => orthogonal * *scale,
            GroupElement::Affine(map) => map.linear().clone(),
        }
    }

    /// A logarithm in the Lie algebra of its group; of an affine map in the algebra of (n + 1) × (n + 1) matrices.
    pub fn logarithm(&self) -> Logarithm {
        match self {
            GroupElement::Permutation(_) | GroupElement::SignedPermutation { .. } => {
                Logarithm::none(NoLogarithm::FiniteGroup)
            }
            GroupElement::Orthogonal(matrix) => log_orthogonal(matrix),
            GroupElement::Similarity { scale, orthogonal } => match log_orthogonal(orthogonal) {
                Logarithm::Exists {
                    mut generator,
                    residual,
                } => {
                    for i in 0..generator.nrows() {
                        generator[(i, i)] += scale.ln();
                    }
                    Logarithm::Exists { generator, residual }
                }
                none => none,
            },
            GroupElement::GeneralLinear(matrix) => log_linear(matrix),
            GroupElement::Affine(map) => log_linear(&homogeneous(map)),
        }
    }
}

/// The matrix (A c; 0 1) of an affine map.
pub(super) fn homogeneous(map: &AffineMap) -> DMatrix<f64> {
    let n = map.input_width();
    let mut matrix = DMatrix::identity(n + 1, n + 1);
    matrix.view_mut((0, 0), (n, n)).copy_from(map.linear());
    matrix.view_mut((0, n), (n, 1)).copy_from(map.offset());
    matrix
}

/// The element of a group nearest to a matrix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Nearest {
    /// The element.
    pub element: GroupElement,
    /// Its distance in the Frobenius norm.
    pub distance: f64,
}

/// The element of a rung nearest to the n × n matrix `a` in the Frobenius norm: the distance of `a` from that
/// subgroup of GL(n). `None` for GL(n) and Aff(n) if `a` is singular (their elements come as close as one likes, none is
/// nearest), and for similarities if even the best factor is 0. O(n³).
///
/// # Errors
/// [`BridgeError::Shape`] if `a` is not square; [`BridgeError::NotFinite`] for an entry that is not finite.
pub fn nearest_element(rung: Rung, a: &DMatrix<f64>) -> Result<Option<Nearest>, BridgeError> {
    let n = a.nrows();
    super::affine::check_width(
        "columns of a matrix to compare with a group (one per row)",
        n,
        a.ncols(),
    )?;
    super::region::check_finite("matrix to compare with a group (column-major)", a.iter())?;
    let cloud = Cloud {
        points: DMatrix::identity(n, n),
        images: a.clone(),
        inverse: None,
    };
    let element = match rung {
        Rung::Affine => cloud.nearest(Rung::GeneralLinear)?.map(|element| {
            let map = AffineMap::from_linear(element.matrix());
            GroupElement::Affine(map.expect("the matrix was checked to be finite"))
        }),
        rung => cloud.nearest(rung)?,
    };
    Ok(element.map(|element| Nearest {
        distance: (element.matrix() - a).norm(),
        element,
    }))
}

/// The permutation in a list nearest to the n × n matrix `a` in the Frobenius norm, with its place in the list: the
/// distance of `a` from a finite group of permutations given by its elements. O(n) for each; `None` for an empty list.
///
/// # Errors
/// [`BridgeError::Shape`] if `a` is not square or a permutation has another degree.
pub fn nearest_permutation<'a>(
    elements: impl IntoIterator<Item = &'a Permutation>,
    a: &DMatrix<f64>,
) -> Result<Option<(usize, f64)>, BridgeError> {
    let n = a.nrows();
    super::affine::check_width(
        "columns of a matrix to compare with a group (one per row)",
        n,
        a.ncols(),
    )?;
    let mut best: Option<(usize, f64)> = None;
    for (index, g) in elements.into_iter().enumerate() {
        super::affine::check_width("degree of a permutation to compare with a matrix", n, g.degree())?;
        let overlap: f64 = (0..n).map(|i| a[(g.image(i), i)]).sum();
        let distance = (a.norm_squared() + n as f64 - 2.0 * overlap).max(0.0).sqrt();
        if best.is_none_or(|(_, least)| distance < least) {
            best = Some((index, distance));
        }
    }
    Ok(best)
}

/// Points and their images as columns, n × N.
pub(super) struct Cloud {
    pub(super) points: DMatrix<f64>,
    pub(super) images: DMatrix<f64>,
    /// Pseudo-inverse of the points, if it is known; `None` stands for points that are an orthonormal basis.
    pub(super) inverse: Option<DMatrix<f64>>,
}

impl Cloud {
    /// # Errors
    /// If the singular values of the points cannot be computed.
    pub(super) fn new(points: DMatrix<f64>, images: DMatrix<f64>) -> Result<Self, BridgeError> {
        let inverse = Some(pseudo_inverse(&points)?);
        Ok(Cloud {
            points,
            images,
            inverse,
        })
    }

    /// The least-squares linear map.
    pub(super) fn least_squares(&self) -> DMatrix<f64> {
        match &self.inverse {
            Some(inverse) => &self.images * inverse,
            None => &self.images * self.points.transpose(),
        }
    }

    /// The nearest linear element; `None` if the best linear map is in no group (singular).
    pub(super) fn nearest(&self, rung: Rung) -> Result<Option<GroupElement>, BridgeError> {
        let cross = &self.images * self.points.transpose();
        Ok(Some(match rung {
            Rung::Permutation => GroupElement::Permutation(assigned(&cross)?),
            Rung::SignedPermutation => {
                let permutation = assigned(&cross.abs())?;
                let sign = |i: usize| {
                    if cross[(permutation.image(i), i)] < 0.0 {
                        -1
                    } else {
                        1
                    }
                };
                GroupElement::SignedPermutation {
                    signs: (0..cross.nrows()).map(sign).collect(),
                    permutation,
                }
            }
            Rung::Orthogonal => GroupElement::Orthogonal(procrustes(&cross)?),
            Rung::Similarity => {
                let orthogonal = procrustes(&cross)?;
                let scale = orthogonal.dot(&cross) / self.points.norm_squared();
                if !(scale > 0.0 && scale.is_finite()) {
                    return Ok(None);
                }
                GroupElement::Similarity { scale, orthogonal }
            }
            Rung::GeneralLinear | Rung::Affine => {
                let matrix = self.least_squares();
                if !is_invertible(&matrix)? {
                    return Ok(None);
                }
                GroupElement::GeneralLinear(matrix)
            }
        }))
    }
}

pub(super) fn is_invertible(matrix: &DMatrix<f64>) -> Result<bool, BridgeError> {
    let n = matrix.nrows();
    let sigma = svd(matrix)?.singular_values;
    Ok(NumericRank::of(sigma.as_slice(), n, n).value == n)
}

/// The permutation g with the largest Σᵢ gains[i^g, i].
fn assigned(gains: &DMatrix<f64>) -> Result<Permutation, BridgeError> {
    let assignment = assign(&-gains.transpose())?;
    let images = assignment.columns.iter().map(|&j| j as u32).collect();
    Ok(Permutation::from_images(images)?)
}

/// The orthogonal factor UVᵀ of C = UΣVᵀ.
fn procrustes(cross: &DMatrix<f64>) -> Result<DMatrix<f64>, BridgeError> {
    let decomposition = svd(cross)?;
    let (u, v_t) = factors(&decomposition);
    Ok(u * v_t)
}
