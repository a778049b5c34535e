//! Max pooling.

use super::conv::Window;
use super::{Ball, LocalBounds, Map, shape_error};
use crate::NetError;
use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

/// Maximum over a window that slides over an image (channels, height, width).
///
/// Where two pixels tie the derivative follows the first, as in PyTorch.
///
/// ```
/// use nalgebra::dvector;
/// use nets::{Layer, MaxPool2d, Window};
/// let pool = MaxPool2d::new([1, 2, 2], Window::new((2, 2), 2, 0))?;
/// assert_eq!(Layer::from(pool).forward(&dvector![1.0, 3.0, -2.0, 0.0]), dvector![3.0]);
/// # Ok::<(), nets::NetError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MaxPool2d {
    input: [usize; 3],
    output: [usize; 3],
    window: Window,
    pools: Vec<Vec<u32>>,
}

impl MaxPool2d {
    /// A pooling of images of the given shape.
    ///
    /// # Errors
    /// [`NetError::Option`] if the window does not fit.
    pub fn new(input: [usize; 3], window: Window) -> Result<Self, NetError> {
        let (pools, output) = window.pools(input)?;
        Ok(MaxPool2d {
            input,
            output,
            window,
            pools,
        })
    }

    /// Channels, height and width of the input.
    pub fn input_shape(&self) -> [usize; 3] {
        self.input
    }

    /// The window.
    pub fn window(&self) -> Window {
        self.window
    }

    /// Numbers in the input.
    pub fn input_width(&self) -> usize {
        self.input.iter().product()
    }

    /// Where the maximum of each pool stands: the first, if there are several.
    fn winners(&self, x: &[f64]) -> impl Iterator<Item = usize> {
        self.pools.iter().map(|pool| {
            let first = pool[0] as usize;
            pool[1..].iter().fold(first, |best, &pixel| {
                if x[pixel as usize] > x[best] {
                    pixel as usize
                } else {
                    best
                }
            })
        })
    }
}

impl Map for MaxPool2d {
    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, NetError> {
        let got = inputs[0].iter().product();
        if got != self.input_width() {
            return Err(shape_error("input of a max pool", self.input_width(), got));
        }
        Ok(self.output.to_vec())
    }

    fn forward(&self, inputs: &[&DMatrix<f64>]) -> DMatrix<f64> {
        let mut out = DMatrix::zeros(self.pools.len(), inputs[0].ncols());
        for (x, mut y) in inputs[0].column_iter().zip(out.column_iter_mut()) {
            y.iter_mut()
                .zip(self.winners(x.as_slice()))
                .for_each(|(y, winner)| *y = x[winner]);
        }
        out
    }

    fn tangent(&self, at: &[&DVector<f64>], tangents: &[&DMatrix<f64>]) -> DMatrix<f64> {
        let winners: Vec<usize> = self.winners(at[0].as_slice()).collect();
        DMatrix::from_fn(winners.len(), tangents[0].ncols(), |row, column| {
            tangents[0][(winners[row], column)]
        })
    }

    fn cotangent(&self, at: &[&DVector<f64>], cotangents: &DMatrix<f64>) -> Vec<DMatrix<f64>> {
        let mut out = DMatrix::zeros(self.input_width(), cotangents.ncols());
        for (row, winner) in self.winners(at[0].as_slice()).enumerate() {
            for column in 0..cotangents.ncols() {
                out[(winner, column)] += cotangents[(row, column)];
            }
        }
        vec![out]
    }

    fn local_bounds(&self, at: &[Ball<'_>]) -> LocalBounds {
        let Ball { center, radius } = at[0];
        let mut uses = vec![0u32; center.len()];
        self.pools
            .iter()
            .flatten()
            .for_each(|&pixel| uses[pixel as usize] += 1);
        let overlap = uses.into_iter().max().map_or(0.0, f64::from);
        // A difference of two coordinates changes by at most √2 times the radius.
        let gap = radius * std::f64::consts::SQRT_2 * (1.0 + 1e-12);
        let settled = self
            .winners(center.as_slice())
            .zip(&self.pools)
            .all(|(winner, pool)| {
                pool.iter()
                    .all(|&pixel| pixel as usize == winner || center[winner] - center[pixel as usize] > gap)
            });
        // ‖max pooling‖ ≤ √overlap: each output is a coordinate, each coordinate is used `overlap` times at most.
        LocalBounds::unary(overlap.sqrt() * (1.0 + 1e-15), settled.then_some(0.0), 0.0)
    }
}
