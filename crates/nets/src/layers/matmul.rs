//! The matrix product of two inputs (as in attention), with the leading axes alike.

use super::{Ball, LocalBounds, Map, shape_error};
use crate::NetError;
use crate::rounding::{EPSILON, norm, up};
use nalgebra::{DMatrix, DMatrixView, DVector, dmatrix};
use serde::{Deserialize, Serialize};

/// The product of an input (batch…, m, k) and an input (batch…, k, n).
///
/// ```
/// use nets::MatMul;
/// assert_eq!(MatMul::new(&[7, 2, 3], &[7, 3, 4])?.shape(), [7, 2, 4]);
/// assert!(MatMul::new(&[2, 3], &[4, 2]).is_err());
/// # Ok::<(), nets::NetError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MatMul {
    batch: usize,
    m: usize,
    k: usize,
    n: usize,
    shape: Vec<usize>,
}

impl MatMul {
    /// A product of inputs of the given shapes, which must agree in all axes before the last two.
    ///
    /// # Errors
    /// [`NetError::Option`] if the shapes do not fit.
    pub fn new(left: &[usize], right: &[usize]) -> Result<Self, NetError> {
        if let ([batch @ .., m, k], [other @ .., inner, n]) = (left, right)
            && batch == other
            && k == inner
        {
            let shape = batch.iter().copied().chain([*m, *n]).collect();
            return Ok(MatMul {
                batch: batch.iter().product(),
                m: *m,
                k: *k,
                n: *n,
                shape,
            });
        }
        Err(NetError::Option {
            option: "shapes of a matrix product".into(),
            got: format!("{left:?} and {right:?}"),
            expected: "(batch…, m, k) and (batch…, k, n)".into(),
        })
    }

    /// Shape of the output.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Widths of the two inputs.
    pub fn input_widths(&self) -> (usize, usize) {
        (self.batch * self.m * self.k, self.batch * self.k * self.n)
    }

    /// The transposes of the matrices in a flat row-major tensor: column-major, so without copying.
    fn parts(values: &[f64], rows: usize, columns: usize) -> impl Iterator<Item = DMatrixView<'_, f64>> {
        values
            .chunks(rows * columns)
            .map(move |part| DMatrixView::from_slice(part, columns, rows))
    }

    /// A·B for each matrix of the batch.
    fn multiply(&self, a: &[f64], b: &[f64]) -> DVector<f64> {
        let products = MatMul::parts(a, self.m, self.k)
            .zip(MatMul::parts(b, self.k, self.n))
            .map(|(a, b)| b * a);
        DVector::from_vec(products.flat_map(|product| product.as_slice().to_vec()).collect())
    }
}

impl Map for MatMul {
    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, NetError> {
        let (left, right) = self.input_widths();
        for (shape, expected) in inputs.iter().zip([left, right]) {
            let got = shape.iter().product();
            if got != expected {
                return Err(shape_error("input of a matrix product", expected, got));
            }
        }
        Ok(self.shape.clone())
    }

    fn forward(&self, inputs: &[&DMatrix<f64>]) -> DMatrix<f64> {
        let columns: Vec<DVector<f64>> = inputs[0]
            .column_iter()
            .zip(inputs[1].column_iter())
            .map(|(a, b)| self.multiply(a.as_slice(), b.as_slice()))
            .collect();
        DMatrix::from_columns(&columns)
    }

    fn tangent(&self, at: &[&DVector<f64>], tangents: &[&DMatrix<f64>]) -> DMatrix<f64> {
        let mut out = DMatrix::zeros(self.shape.iter().product(), tangents[0].ncols());
        for ((a, b), mut out) in tangents[0]
            .column_iter()
            .zip(tangents[1].column_iter())
            .zip(out.column_iter_mut())
        {
            out.copy_from(
                &(self.multiply(a.as_slice(), at[1].as_slice())
                    + self.multiply(at[0].as_slice(), b.as_slice())),
            );
        }
        out
    }

    fn cotangent(&self, at: &[&DVector<f64>], cotangents: &DMatrix<f64>) -> Vec<DMatrix<f64>> {
        let (left, right) = self.input_widths();
        let mut out = (
            DMatrix::zeros(left, cotangents.ncols()),
            DMatrix::zeros(right, cotangents.ncols()),
        );
        for (column, g) in cotangents.column_iter().enumerate() {
            let parts = MatMul::parts(at[0].as_slice(), self.m, self.k)
                .zip(MatMul::parts(at[1].as_slice(), self.k, self.n))
                .zip(MatMul::parts(g.as_slice(), self.m, self.n));
            // Transposed matrices throughout: (G·Bᵀ)ᵀ = B·Gᵀ and (Aᵀ·G)ᵀ = Gᵀ·A.
            let (mut da, mut db) = (Vec::new(), Vec::new());
            for ((a, b), g) in parts {
                da.extend_from_slice((b.transpose() * g).as_slice());
                db.extend_from_slice((g * a.transpose()).as_slice());
            }
            out.0.column_mut(column).copy_from_slice(&da);
            out.1.column_mut(column).copy_from_slice(&db);
        }
        vec![out.0, out.1]
    }

    fn local_bounds(&self, at: &[Ball<'_>]) -> LocalBounds {
        // ‖AB‖_F ≤ ‖A‖_F‖B‖_F, for a batch too.
        let sizes = [norm(at[0].center.iter()), norm(at[1].center.iter())];
        let first = vec![up(sizes[1] + at[1].radius, 2), up(sizes[0] + at[0].radius, 2)];
        let rounding = up(EPSILON * (self.k + 2) as f64 * sizes[0] * sizes[1], 8);
        LocalBounds {
            first,
            second: Some(dmatrix![0.0, 1.0; 1.0, 0.0]),
            rounding,
        }
    }
}
