//! Sum, difference, product and quotient of two inputs, with broadcasting.

use super::sparse::broadcast_indices;
use super::{Ball, LocalBounds, Map, shape_error};
use crate::NetError;
use crate::rounding::{EPSILON, norm, up};
use nalgebra::{DMatrix, DVector, dmatrix};
use serde::{Deserialize, Serialize};

/// An arithmetic operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arithmetic {
    /// a + b.
    Add,
    /// a − b.
    Subtract,
    /// a·b.
    Multiply,
    /// a / b.
    Divide,
}

impl Arithmetic {
    /// Its name in a word.
    pub fn name(self) -> &'static str {
        match self {
            Arithmetic::Add => "add",
            Arithmetic::Subtract => "subtract",
            Arithmetic::Multiply => "multiply",
            Arithmetic::Divide => "divide",
        }
    }

    fn apply(self, a: f64, b: f64) -> f64 {
        match self {
            Arithmetic::Add => a + b,
            Arithmetic::Subtract => a - b,
            Arithmetic::Multiply => a * b,
            Arithmetic::Divide => a / b,
        }
    }

    /// Partial derivatives at (a, b).
    fn partials(self, a: f64, b: f64) -> (f64, f64) {
        match self {
            Arithmetic::Add => (1.0, 1.0),
            Arithmetic::Subtract => (1.0, -1.0),
            Arithmetic::Multiply => (b, a),
            Arithmetic::Divide => (1.0 / b, -a / (b * b)),
        }
    }
}

/// An arithmetic operation on two inputs, coordinate by coordinate, with NumPy's broadcasting.
///
/// ```
/// use nalgebra::dvector;
/// use nets::{Arithmetic, Elementwise, Layer, NetworkBuilder};
/// // x ↦ x + x, a residual connection around nothing.
/// let mut builder = NetworkBuilder::new(&[2]);
/// let add = Elementwise::new(Arithmetic::Add, &[2], &[2])?;
/// let sum = builder.add(add.into(), &[builder.input(), builder.input()])?;
/// let network = builder.finish(sum)?;
/// assert_eq!(network.forward(&dvector![1.0, 2.0]), dvector![2.0, 4.0]);
/// # Ok::<(), nets::NetError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Elementwise {
    operation: Arithmetic,
    left: Vec<u32>,
    right: Vec<u32>,
    widths: (usize, usize),
    shape: Vec<usize>,
}

impl Elementwise {
    /// An operation on inputs of the given shapes.
    ///
    /// # Errors
    /// [`NetError::Option`] if the shapes cannot be broadcast to a common one.
    pub fn new(operation: Arithmetic, left: &[usize], right: &[usize]) -> Result<Self, NetError> {
        let axes = left.len().max(right.len());
        let size = |shape: &[usize], axis: usize| {
            let added = axes - shape.len();
            if axis < added { 1 } else { shape[axis - added] }
        };
        let shape: Vec<usize> = (0..axes)
            .map(|axis| size(left, axis).max(size(right, axis)))
            .collect();
        let widths = (left.iter().product(), right.iter().product());
        let indices = broadcast_indices(left, &shape).zip(broadcast_indices(right, &shape));
        let (left, right) = indices.ok_or_else(|| NetError::Option {
            option: format!("shapes to {}", operation.name()),
            got: format!("{left:?} and {right:?}"),
            expected: "shapes that broadcast to a common one".into(),
        })?;
        Ok(Elementwise {
            operation,
            left,
            right,
            widths,
            shape,
        })
    }

    /// The operation.
    pub fn operation(&self) -> Arithmetic {
        self.operation
    }

    /// Widths of the two inputs.
    pub fn input_widths(&self) -> (usize, usize) {
        self.widths
    }

    /// Shape of the output.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn pairs(&self) -> impl Iterator<Item = (usize, usize)> {
        self.left
            .iter()
            .zip(&self.right)
            .map(|(&l, &r)| (l as usize, r as usize))
    }
}

impl Map for Elementwise {
    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, NetError> {
        for (shape, expected) in inputs.iter().zip([self.widths.0, self.widths.1]) {
            let got = shape.iter().product();
            if got != expected {
                return Err(shape_error(
                    &format!("input to {}", self.operation.name()),
                    expected,
                    got,
                ));
            }
        }
        Ok(self.shape.clone())
    }

    fn forward(&self, inputs: &[&DMatrix<f64>]) -> DMatrix<f64> {
        let mut out = DMatrix::zeros(self.left.len(), inputs[0].ncols());
        for (column, mut out) in out.column_iter_mut().enumerate() {
            for (out, (l, r)) in out.iter_mut().zip(self.pairs()) {
                *out = self
                    .operation
                    .apply(inputs[0][(l, column)], inputs[1][(r, column)]);
            }
        }
        out
    }

    fn tangent(&self, at: &[&DVector<f64>], tangents: &[&DMatrix<f64>]) -> DMatrix<f64> {
        let mut out = DMatrix::zeros(self.left.len(), tangents[0].ncols());
        for (row, (l, r)) in self.pairs().enumerate() {
            let (dl, dr) = self.operation.partials(at[0][l], at[1][r]);
            for column in 0..out.ncols() {
                out[(row, column)] = dl * tangents[0][(l, column)] + dr * tangents[1][(r, column)];
            }
        }
        out
    }

    fn cotangent(&self, at: &[&DVector<f64>], cotangents: &DMatrix<f64>) -> Vec<DMatrix<f64>> {
        let mut left = DMatrix::zeros(self.widths.0, cotangents.ncols());
        let mut right = DMatrix::zeros(self.widths.1, cotangents.ncols());
        for (row, (l, r)) in self.pairs().enumerate() {
            let (dl, dr) = self.operation.partials(at[0][l], at[1][r]);
            for column in 0..cotangents.ncols() {
                left[(l, column)] += dl * cotangents[(row, column)];
                right[(r, column)] += dr * cotangents[(row, column)];
            }
        }
        vec![left, right]
    }

    fn local_bounds(&self, at: &[Ball<'_>]) -> LocalBounds {
        // Repeating each coordinate m times has norm √m; ‖u∘v‖₂ ≤ ‖u‖₂ max|v|.
        let repeats = |indices: &[u32], width: usize| {
            let mut uses = vec![0u32; width];
            indices.iter().for_each(|&i| uses[i as usize] += 1);
            f64::from(uses.into_iter().max().unwrap_or(0)).sqrt() * (1.0 + EPSILON)
        };
        let (left, right) = (
            repeats(&self.left, self.widths.0),
            repeats(&self.right, self.widths.1),
        );
        let largest = |ball: &Ball<'_>| up(ball.center.amax() + ball.radius, 2);
        let size = left * norm(at[0].center.iter()) + right * norm(at[1].center.iter());
        let (first, second, rounding) = match self.operation {
            Arithmetic::Add | Arithmetic::Subtract => (vec![left, right], dmatrix![0.0, 0.0; 0.0, 0.0], size),
            Arithmetic::Multiply => {
                let cross = left.min(right);
                let first = vec![left * largest(&at[1]), right * largest(&at[0])];
                (
                    first,
                    dmatrix![0.0, cross; cross, 0.0],
                    left * norm(at[0].center.iter()) * largest(&at[1]),
                )
            }
            Arithmetic::Divide => {
                let least = at[1].center.iter().fold(f64::INFINITY, |m, b| m.min(b.abs())) - at[1].radius;
                let least = if least > 0.0 {
                    least * (1.0 - 4.0 * EPSILON)
                } else {
                    0.0
                };
                let top = largest(&at[0]);
                let cross = left.min(right) / (least * least);
                let first = vec![left / least, right * top / (least * least)];
                let second = dmatrix![0.0, cross; cross, 2.0 * right * top / least.powi(3)];
                (first, second, left * norm(at[0].center.iter()) / least)
            }
        };
        let first = first.into_iter().map(|f| up(f, 8)).collect();
        LocalBounds {
            first,
            second: Some(second.map(|s| up(s, 8))),
            rounding: up(2.0 * EPSILON * rounding, 8),
        }
    }
}
