//! Errors of equivariance under motions of an image.

use nalgebra::DMatrix;
use nets::Network;
use serde::Serialize;
use std::f64::consts::{FRAC_PI_2, PI};

use crate::BridgeError;
use crate::symmetry::continuous::Interpolation;
use crate::symmetry::equivariance::{
    EquivarianceReport, Motion, Norms, finite_equivariance, image_maps, interpolation_floor,
};

/// Rows that motions are measured on at most.
pub(super) const ROWS: usize = 64;

/// The error under one motion.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MotionError {
    /// The motion.
    pub motion: &'static str,
    /// The error of the network and of its layers. Where the output of a layer is an image the motion acts on it; where it
    /// is not, the layer is to be invariant.
    #[serde(flatten)]
    pub report: EquivarianceReport,
    /// How much the output changes when the image is moved there and back: what the interpolation does by itself.
    pub interpolation_floor: Norms,
}

/// The errors under a shift by one row, by one column, a turn by 30 degrees, and on squares a quarter turn; images are
/// interpolated by cubic convolution and are 0 outside. `data` holds one row a column.
///
/// # Errors
/// [`BridgeError::Shape`] if the data or the shape do not fit the network.
pub fn motion_errors(
    network: &Network,
    data: &DMatrix<f64>,
    shape: [usize; 3],
) -> Result<Vec<MotionError>, BridgeError> {
    let [_, height, width] = shape;
    let mut motions = vec![
        (
            "shift by one row",
            Motion::Translation {
                down: 1.0 / height as f64,
                right: 0.0,
            },
        ),
        (
            "shift by one column",
            Motion::Translation {
                down: 0.0,
                right: 1.0 / width as f64,
            },
        ),
        ("turn by 30 degrees", Motion::Rotation(PI / 6.0)),
    ];
    if height == width {
        motions.push(("quarter turn", Motion::Rotation(FRAC_PI_2)));
    }
    let error = |(name, motion): (&'static str, Motion)| {
        let there = motion.map(shape, Interpolation::Cubic);
        let back = motion.inverse().map(shape, Interpolation::Cubic);
        let mut maps = image_maps(network, motion, Interpolation::Cubic);
        // The network may take its images as vectors.
        maps[0] = there.clone();
        Ok(MotionError {
            motion: name,
            report: finite_equivariance(network, data, &maps)?,
            interpolation_floor: interpolation_floor(network, data, &there, &back)?,
        })
    };
    motions.into_iter().map(error).collect()
}
