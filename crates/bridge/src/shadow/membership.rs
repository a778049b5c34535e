//! Which group the linear part of a shadow belongs to, if any.
//!
//! A is an element of GL(n) iff it is square of full rank. A map through k < n hidden units has an affine shadow of
//! rank at most k, so it is in no GL(n) (claim C20). There still is a group element in it, and one only up to
//! conjugacy: Fitting's lemma splits ℝⁿ = C ⊕ N into the *core* C = im Aᵛ, on which A is invertible, and
//! N = ker Aᵛ, on which A is nilpotent, where the index ν is the least with rank Aᵛ = rank Aᵛ⁺¹. The restriction of
//! A to C is the element of GL(C) ≅ GL(k).
//!
//! Why the core and not the isomorphism from the row space onto the image: that isomorphism has two different spaces at
//! its ends, so it composes with itself only after an arbitrary identification; the orthogonal one (by the polar
//! factor's isometry) would turn a product of shadows into something else. On the core A acts on *one* space, powers of A
//! are powers of the element, and in the multiplicative monoid of all n × n matrices the index is 1 exactly if A lies in
//! a subgroup, namely the maximal subgroup around the projection onto im A along ker A, which is isomorphic to GL(k)
//! (Clifford, Preston, *The Algebraic Theory of Semigroups* I, §2.2; the group inverse of A exists iff ν ≤ 1:
//! Ben-Israel, Greville, *Generalized Inverses*, §4.4).
//!
//! The affine map F(x) = Ax + c maps the affine subspace Fᵛ(0) + C onto itself; in the coordinates of an orthonormal
//! basis of C it is an element of Aff(k).
//!
//! ```
//! use bridge::shadow::{AffineMap, GroupStatus};
//! use nalgebra::{dmatrix, dvector};
//! // rank one: stretches the line of (1, 1) by 3, kills (1, −2)
//! let shadow = AffineMap::new(dmatrix![2.0, 1.0; 2.0, 1.0], dvector![0.0, 1.0])?;
//! let GroupStatus::NoElementOfGl { rank, core: Some(core), .. } = GroupStatus::of(&shadow, None)? else {
//!     panic!("a singular matrix is no element of GL(2)")
//! };
//! assert_eq!((rank.value, core.index), (1, 1));
//! assert!((core.element.linear()[(0, 0)] - 3.0).abs() < 1e-12);
//! # Ok::<(), bridge::BridgeError>(())
//! ```

use super::affine::AffineMap;
use super::polar::{NumericRank, factors, svd};
use crate::BridgeError;
use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

/// Size of an invertible matrix in its group.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Invertibility {
    /// ln |det|, which neither over- nor underflows.
    pub log_abs_determinant: f64,
    /// Whether the determinant is positive: whether the element lies in the identity component GL⁺.
    pub orientation_preserving: bool,
    /// Condition number σ₁/σₖ.
    pub condition: f64,
}

/// Why a linear part is no element of GL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Obstruction {
    /// It is not square.
    Rectangular {
        /// Rows.
        rows: usize,
        /// Columns.
        columns: usize,
    },
    /// The map passes through a layer that is too narrow.
    Bottleneck {
        /// Width of the narrowest layer.
        width: usize,
    },
    /// It is square and singular.
    RankDeficient,
}

/// The invertible part of a singular affine map; see the module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittingCore {
    /// Dimension of the core.
    pub dimension: usize,
    /// Fitting index ν: the least with rank Aᵛ = rank Aᵛ⁺¹. 1 if A lies in a subgroup of the matrix monoid.
    pub index: usize,
    /// n × k, an orthonormal basis of the core.
    pub basis: DMatrix<f64>,
    /// A point of the affine subspace that the map takes to itself.
    pub origin: DVector<f64>,
    /// The element of Aff(k): in coordinates y of the point origin + basis·y.
    pub element: AffineMap,
    /// Determinant and condition of its linear part; `None` for a core of dimension 0 (a nilpotent A).
    pub invertibility: Option<Invertibility>,
}

/// Whether an affine map is an element of an affine group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupStatus {
    /// The linear part is in GL(n).
    ElementOfGl {
        /// Rank n, with its evidence.
        rank: NumericRank,
        /// Determinant and condition.
        invertibility: Invertibility,
    },
    /// It is not.
    NoElementOfGl {
        /// Rank, with its evidence.
        rank: NumericRank,
        /// Why.
        obstruction: Obstruction,
        /// The group element on the subspace where the map acts invertibly; `None` if the map is between spaces of
        /// different dimension, which nothing acts on.
        core: Option<FittingCore>,
    },
}

impl GroupStatus {
    /// The status of an affine map whose values pass through `bottleneck` dimensions, if that is known: then the rank is
    /// known to be at most that, whatever rounding shows. O(n³) for each step of the Fitting index.
    ///
    /// # Errors
    /// [`BridgeError::NoConvergence`] if a singular value decomposition fails.
    pub fn of(map: &AffineMap, bottleneck: Option<usize>) -> Result<Self, BridgeError> {
        let a = map.linear();
        let (m, n) = a.shape();
        let decomposition = svd(a)?;
        let sigma = decomposition.singular_values.as_slice();
        let evident = NumericRank::of(sigma, m, n);
        let known = bottleneck.unwrap_or(usize::MAX);
        let rank = if evident.value > known {
            NumericRank::at(known, sigma, m, n)
        } else {
            evident
        };
        if m != n {
            let obstruction = Obstruction::Rectangular { rows: m, columns: n };
            return Ok(GroupStatus::NoElementOfGl {
                rank,
                obstruction,
                core: None,
            });
        }
        if rank.value == n {
            return Ok(GroupStatus::ElementOfGl {
                rank,
                invertibility: invertibility(a, sigma),
            });
        }
        let obstruction = if known < n {
            Obstruction::Bottleneck { width: known }
        } else {
            Obstruction::RankDeficient
        };
        let image = factors(&decomposition).0.columns(0, rank.value).into_owned();
        let core = fitting_core(map, image)?;
        Ok(GroupStatus::NoElementOfGl {
            rank,
            obstruction,
            core: Some(core),
        })
    }
}

/// Determinant and condition of a square matrix with the given singular values.
fn invertibility(a: &DMatrix<f64>, sigma: &[f64]) -> Invertibility {
    let lu = a.clone().lu();
    let negative = lu.u().diagonal().iter().filter(|d| **d < 0.0).count();
    let swaps_odd = lu.p().determinant::<f64>() < 0.0;
    Invertibility {
        log_abs_determinant: sigma.iter().map(|s| s.ln()).sum(),
        orientation_preserving: (negative % 2 == 1) == swaps_odd,
        condition: sigma.first().copied().unwrap_or(1.0) / sigma.last().copied().unwrap_or(1.0),
    }
}

/// Restricts to the image again and again until the restriction is invertible.
fn fitting_core(map: &AffineMap, image: DMatrix<f64>) -> Result<FittingCore, BridgeError> {
    let n = map.input_width();
    let (mut basis, mut index) = (image, 1);
    let (restricted, invertibility) = loop {
        let restricted = basis.transpose() * map.linear() * &basis;
        if basis.ncols() == 0 {
            break (restricted, None);
        }
        let decomposition = svd(&restricted)?;
        let sigma = decomposition.singular_values.as_slice();
        let rank = NumericRank::of(sigma, basis.ncols(), basis.ncols());
        if rank.value == basis.ncols() {
            let size = invertibility(&restricted, sigma);
            break (restricted, Some(size));
        }
        basis *= factors(&decomposition).0.columns(0, rank.value);
        index += 1;
    };
    let origin = (0..index).fold(DVector::zeros(n), |x, _| map.apply(&x));
    let drift = basis.transpose() * (map.apply(&origin) - &origin);
    Ok(FittingCore {
        dimension: basis.ncols(),
        index,
        element: AffineMap::new(restricted, drift)?,
        basis,
        origin,
        invertibility,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::{dmatrix, dvector};
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn random(rng: &mut ChaCha8Rng, m: usize, n: usize) -> DMatrix<f64> {
        DMatrix::from_fn(m, n, |_, _| rng.random_range(-1.0..1.0))
    }

    #[test]
    fn full_rank_square_maps_are_elements_with_the_right_determinant() {
        for (a, determinant) in [
            (dmatrix![2.0, 0.0; 0.0, 3.0], 6.0),
            (dmatrix![0.0, 1.0; 1.0, 0.0], -1.0),
            (dmatrix![0.0, 0.0, 1.0; 1.0, 0.0, 0.0; 0.0, 1.0, 0.0], 1.0),
            (dmatrix![-1.0, 5.0; 0.0, 4.0], -4.0f64),
        ] {
            let map = AffineMap::from_linear(a).unwrap();
            let GroupStatus::ElementOfGl { invertibility, .. } = GroupStatus::of(&map, None).unwrap() else {
                panic!("full rank")
            };
            assert!((invertibility.log_abs_determinant - determinant.abs().ln()).abs() < 1e-14);
            assert_eq!(invertibility.orientation_preserving, determinant > 0.0);
        }
    }

    #[test]
    fn the_core_of_a_product_through_a_bottleneck_is_conjugate_to_the_reversed_product() {
        // nonzero spectrum of D·E equals that of E·D: an independent value of the determinant
        let mut rng = ChaCha8Rng::seed_from_u64(21);
        for (n, k) in [(3, 1), (8, 3), (64, 48)] {
            let (d, e) = (random(&mut rng, n, k), random(&mut rng, k, n));
            let reversed = &e * &d;
            let map = AffineMap::new(&d * &e, DVector::from_element(n, 0.3)).unwrap();
            let GroupStatus::NoElementOfGl {
                rank,
                obstruction,
                core: Some(core),
            } = GroupStatus::of(&map, Some(k)).unwrap()
            else {
                panic!("a bottleneck")
            };
            assert_eq!((rank.value, core.dimension, core.index), (k, k, 1));
            assert_eq!(obstruction, Obstruction::Bottleneck { width: k });
            let size = core.invertibility.unwrap();
            let (sign, log) = sign_and_log(&reversed);
            assert!(
                (size.log_abs_determinant - log).abs() < 1e-8 * (1.0 + log.abs()),
                "n = {n}"
            );
            assert_eq!(size.orientation_preserving, sign > 0.0);
            // the element acts as the map does on the invariant affine subspace
            let y = random(&mut rng, k, 1).column(0).into_owned();
            let there = map.apply(&(&core.origin + &core.basis * &y));
            let image = &core.origin + &core.basis * core.element.apply(&y);
            assert!((there - image).norm() < 1e-10 * n as f64);
        }
    }

    fn sign_and_log(a: &DMatrix<f64>) -> (f64, f64) {
        let eigen = a.complex_eigenvalues();
        let log = eigen.iter().map(|z| z.norm().ln()).sum();
        let negative = eigen.iter().filter(|z| z.im == 0.0 && z.re < 0.0).count();
        (if negative % 2 == 0 { 1.0 } else { -1.0 }, log)
    }

    #[test]
    fn a_nilpotent_block_raises_the_index_and_leaves_the_core() {
        // diag(5) with a Jordan block of size 3 at 0, in a skewed basis
        let mut a = DMatrix::zeros(4, 4);
        a[(0, 0)] = 5.0;
        a[(1, 2)] = 1.0;
        a[(2, 3)] = 1.0;
        let t = dmatrix![1.0, 2.0, 0.0, 0.0; 0.0, 1.0, 1.0, 0.0; 1.0, 0.0, 1.0, 0.0; 0.0, 0.0, 1.0, 1.0];
        let inverse = t.clone().try_inverse().unwrap();
        let map = AffineMap::new(&t * a * inverse, dvector![1.0, 0.0, 2.0, 0.0]).unwrap();
        let GroupStatus::NoElementOfGl {
            core: Some(core),
            obstruction,
            rank,
        } = GroupStatus::of(&map, None).unwrap()
        else {
            panic!("singular")
        };
        assert_eq!(obstruction, Obstruction::RankDeficient);
        assert_eq!((rank.value, core.dimension, core.index), (3, 1, 3));
        assert!((core.element.linear()[(0, 0)] - 5.0).abs() < 1e-9);
        let there = map.apply(&(&core.origin + &core.basis * 2.0).column(0).into_owned());
        let image = &core.origin + &core.basis * core.element.apply(&dvector![2.0]);
        assert!((there - image).norm() < 1e-9);
    }

    #[test]
    fn nilpotent_and_rectangular_maps_have_no_group_element() {
        let nilpotent = AffineMap::from_linear(dmatrix![0.0, 1.0; 0.0, 0.0]).unwrap();
        let GroupStatus::NoElementOfGl { core: Some(core), .. } = GroupStatus::of(&nilpotent, None).unwrap()
        else {
            panic!("singular")
        };
        assert_eq!((core.dimension, core.index, core.invertibility), (0, 2, None));
        let wide = AffineMap::from_linear(dmatrix![1.0, 0.0]).unwrap();
        assert!(matches!(
            GroupStatus::of(&wide, None).unwrap(),
            GroupStatus::NoElementOfGl {
                obstruction: Obstruction::Rectangular { rows: 1, columns: 2 },
                core: None,
                ..
            }
        ));
    }
}
