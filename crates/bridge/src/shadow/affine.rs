//! Affine maps x ↦ Ax + c.

use super::region::check_finite;
use crate::BridgeError;
use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

/// The affine map x ↦ Ax + c of ℝⁿ into ℝᵐ, with A of shape m × n.
///
/// ```
/// use bridge::shadow::AffineMap;
/// use nalgebra::{dmatrix, dvector};
/// let turn = AffineMap::new(dmatrix![0.0, -1.0; 1.0, 0.0], dvector![1.0, 0.0])?;
/// assert_eq!(turn.apply(&dvector![1.0, 0.0]), dvector![1.0, 1.0]);
/// let twice = turn.after(&turn)?; // first turn, then turn
/// assert_eq!(twice.apply(&dvector![1.0, 0.0]), turn.apply(&dvector![1.0, 1.0]));
/// # Ok::<(), bridge::BridgeError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AffineMap {
    /// A, m × n.
    linear: DMatrix<f64>,
    /// c, of length m.
    offset: DVector<f64>,
}

impl AffineMap {
    /// The map x ↦ `linear`·x + `offset`.
    ///
    /// # Errors
    /// [`BridgeError::Shape`] if the offset is not as long as the linear part has rows;
    /// [`BridgeError::NotFinite`] for an entry that is not finite.
    pub fn new(linear: DMatrix<f64>, offset: DVector<f64>) -> Result<Self, BridgeError> {
        if linear.nrows() != offset.len() {
            return Err(BridgeError::Shape {
                what: "length of an affine map's offset (one per row of its linear part)".into(),
                expected: linear.nrows(),
                got: offset.len(),
            });
        }
        check_finite("linear part of an affine map (column-major)", linear.iter())?;
        check_finite("offset of an affine map", offset.iter())?;
        Ok(AffineMap { linear, offset })
    }

    /// The linear map x ↦ Ax.
    ///
    /// # Errors
    /// As [`AffineMap::new`].
    pub fn from_linear(linear: DMatrix<f64>) -> Result<Self, BridgeError> {
        let offset = DVector::zeros(linear.nrows());
        AffineMap::new(linear, offset)
    }

    /// The map with linear part A that takes `base` to `value`: c = value − A·base.
    ///
    /// # Errors
    /// [`BridgeError::Shape`] if the lengths do not fit A; [`BridgeError::NotFinite`] as [`AffineMap::new`].
    pub fn through(
        linear: DMatrix<f64>,
        base: &DVector<f64>,
        value: &DVector<f64>,
    ) -> Result<Self, BridgeError> {
        check_width(
            "length of the base point of an affine map",
            linear.ncols(),
            base.len(),
        )?;
        check_width(
            "length of the value of an affine map",
            linear.nrows(),
            value.len(),
        )?;
        let offset = value - &linear * base;
        AffineMap::new(linear, offset)
    }

    /// A, m × n.
    pub fn linear(&self) -> &DMatrix<f64> {
        &self.linear
    }

    /// c.
    pub fn offset(&self) -> &DVector<f64> {
        &self.offset
    }

    /// n, the width of the argument.
    pub fn input_width(&self) -> usize {
        self.linear.ncols()
    }

    /// m, the width of the value.
    pub fn output_width(&self) -> usize {
        self.linear.nrows()
    }

    /// Ax + c.
    ///
    /// # Panics
    /// If `x` is not [`AffineMap::input_width`] long.
    pub fn apply(&self, x: &DVector<f64>) -> DVector<f64> {
        &self.linear * x + &self.offset
    }

    /// The composition x ↦ self(first(x)).
    ///
    /// # Errors
    /// [`BridgeError::Shape`] if `first`'s values are not as wide as the arguments of `self`.
    pub fn after(&self, first: &AffineMap) -> Result<AffineMap, BridgeError> {
        check_width(
            "width of the inner map's values in a composition",
            self.input_width(),
            first.output_width(),
        )?;
        AffineMap::new(&self.linear * &first.linear, self.apply(&first.offset))
    }
}

/// Refuses a width other than the expected one.
pub(super) fn check_width(what: &str, expected: usize, got: usize) -> Result<(), BridgeError> {
    if expected == got {
        Ok(())
    } else {
        Err(BridgeError::Shape {
            what: what.into(),
            expected,
            got,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::{dmatrix, dvector};

    #[test]
    fn the_map_through_a_point_takes_it_there() {
        let map = AffineMap::through(
            dmatrix![1.0, 2.0; 0.0, 3.0],
            &dvector![1.0, 1.0],
            &dvector![5.0, -1.0],
        )
        .unwrap();
        assert_eq!(map.apply(&dvector![1.0, 1.0]), dvector![5.0, -1.0]);
    }

    #[test]
    fn ill_formed_maps_are_refused() {
        assert!(matches!(
            AffineMap::new(dmatrix![1.0, 2.0], dvector![1.0, 2.0]),
            Err(BridgeError::Shape {
                expected: 1,
                got: 2,
                ..
            })
        ));
        assert!(matches!(
            AffineMap::from_linear(dmatrix![1.0, f64::INFINITY]),
            Err(BridgeError::NotFinite { index: 1, .. })
        ));
        let wide = AffineMap::from_linear(dmatrix![1.0, 2.0]).unwrap();
        assert!(matches!(wide.after(&wide), Err(BridgeError::Shape { .. })));
    }
}
