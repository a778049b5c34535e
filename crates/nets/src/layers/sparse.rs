//! Fixed sparse linear maps: every layer that only moves, adds or averages coordinates.
//!
//! Row i of the map lists which coordinates of the (concatenated) inputs are summed into output i, with one weight for
//! all of them. Reshaping apart, that is what transposition, slicing, concatenation, sums and means along axes,
//! broadcasting and average pooling are.

use super::conv::Window;
use super::{Ball, LocalBounds, Map, shape_error};
use crate::NetError;
use crate::rounding::{EPSILON, norm, up};
use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

/// A sparse linear map of one or more inputs.
///
/// ```
/// use nalgebra::dvector;
/// use nets::{Layer, SparseMap};
/// // [[1, 2, 3], [4, 5, 6]] transposed, and summed along its first axis.
/// let x = dvector![1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
/// let transpose = Layer::from(SparseMap::transpose(&[2, 3], &[1, 0])?);
/// assert_eq!(transpose.forward(&x), dvector![1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
/// let sum = Layer::from(SparseMap::sum(&[2, 3], &[0], false)?);
/// assert_eq!(sum.forward(&x), dvector![5.0, 7.0, 9.0]);
/// # Ok::<(), nets::NetError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SparseMap {
    name: String,
    input_widths: Vec<usize>,
    shape: Vec<usize>,
    /// Row i sums `sources[starts[i]..starts[i + 1]]`.
    starts: Vec<u32>,
    sources: Vec<u32>,
    /// One weight per row; empty for all 1.
    weights: Vec<f64>,
}

/// Strides of a row-major tensor.
pub(crate) fn strides(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; shape.len()];
    for axis in (0..shape.len().saturating_sub(1)).rev() {
        strides[axis] = strides[axis + 1] * shape[axis + 1];
    }
    strides
}

/// Calls `visit` with every index of a shape, in row-major order.
pub(crate) fn for_each_index(shape: &[usize], mut visit: impl FnMut(&[usize])) {
    if shape.contains(&0) {
        return;
    }
    let mut index = vec![0; shape.len()];
    loop {
        visit(&index);
        let Some(axis) = (0..shape.len()).rev().find(|&axis| index[axis] + 1 < shape[axis]) else {
            return;
        };
        index[axis] += 1;
        index[axis + 1..].fill(0);
    }
}

fn flat(index: &[usize], strides: &[usize]) -> usize {
    index.iter().zip(strides).map(|(i, s)| i * s).sum()
}

/// An error about an axis or a parameter of a map.
fn invalid(option: &str, got: impl std::fmt::Debug, expected: String) -> NetError {
    NetError::Option {
        option: option.into(),
        got: format!("{got:?}"),
        expected,
    }
}

impl SparseMap {
    fn gather(name: &str, input_widths: Vec<usize>, shape: Vec<usize>, sources: Vec<u32>) -> Self {
        let starts = (0..=sources.len() as u32).collect();
        SparseMap {
            name: name.into(),
            input_widths,
            shape,
            starts,
            sources,
            weights: Vec::new(),
        }
    }

    /// Reorders axes: axis a of the output is axis `order[a]` of the input.
    ///
    /// # Errors
    /// [`NetError::Option`] if `order` is not a permutation of the axes.
    pub fn transpose(shape: &[usize], order: &[usize]) -> Result<Self, NetError> {
        let mut sorted = order.to_vec();
        sorted.sort_unstable();
        if !sorted.iter().copied().eq(0..shape.len()) {
            return Err(invalid(
                "order of axes",
                order,
                format!("a permutation of 0..{}", shape.len()),
            ));
        }
        let stride = strides(shape);
        let out: Vec<usize> = order.iter().map(|&axis| shape[axis]).collect();
        let permuted: Vec<usize> = order.iter().map(|&axis| stride[axis]).collect();
        let mut sources = Vec::with_capacity(out.iter().product());
        for_each_index(&out, |index| sources.push(flat(index, &permuted) as u32));
        Ok(SparseMap::gather(
            "transpose",
            vec![shape.iter().product()],
            out,
            sources,
        ))
    }

    /// Takes, along one axis, the given positions in the given order (a slice with any step).
    ///
    /// # Errors
    /// [`NetError::Option`] if the axis or a position does not exist, or there is no position.
    pub fn slice(shape: &[usize], axis: usize, positions: &[usize]) -> Result<Self, NetError> {
        let Some(&size) = shape.get(axis) else {
            return Err(invalid("axis of a slice", axis, format!("below {}", shape.len())));
        };
        if positions.is_empty() || positions.iter().any(|&p| p >= size) {
            return Err(invalid(
                "positions of a slice",
                positions,
                format!("at least one, all below {size}"),
            ));
        }
        let stride = strides(shape);
        let mut out = shape.to_vec();
        out[axis] = positions.len();
        let mut sources = Vec::with_capacity(out.iter().product());
        for_each_index(&out, |index| {
            let here = flat(index, &stride) - index[axis] * stride[axis];
            sources.push((here + positions[index[axis]] * stride[axis]) as u32);
        });
        Ok(SparseMap::gather(
            "slice",
            vec![shape.iter().product()],
            out,
            sources,
        ))
    }

    /// Joins inputs along one axis.
    ///
    /// # Errors
    /// [`NetError::Option`] if there is no input, the axis does not exist, or the other axes differ.
    pub fn concat(shapes: &[&[usize]], axis: usize) -> Result<Self, NetError> {
        let Some(first) = shapes.first().filter(|first| axis < first.len()) else {
            return Err(invalid(
                "axis of a concatenation",
                axis,
                "an axis of all inputs".into(),
            ));
        };
        let fits = |shape: &&[usize]| {
            shape.len() == first.len() && (0..first.len()).all(|a| a == axis || shape[a] == first[a])
        };
        if let Some(other) = shapes.iter().find(|shape| !fits(shape)) {
            return Err(invalid(
                "shape in a concatenation",
                other,
                format!("{first:?} but for axis {axis}"),
            ));
        }
        let widths: Vec<usize> = shapes.iter().map(|shape| shape.iter().product()).collect();
        let mut out = first.to_vec();
        out[axis] = shapes.iter().map(|shape| shape[axis]).sum();
        let mut sources = Vec::with_capacity(out.iter().product());
        for_each_index(&out, |index| {
            let (mut offset, mut position) = (0, index[axis]);
            for (shape, width) in shapes.iter().zip(&widths) {
                if position < shape[axis] {
                    let mut index = index.to_vec();
                    index[axis] = position;
                    sources.push((offset + flat(&index, &strides(shape))) as u32);
                    return;
                }
                position -= shape[axis];
                offset += width;
            }
        });
        Ok(SparseMap::gather("concat", widths, out, sources))
    }

    /// Repeats axes of size 1 to a larger shape (with axes added in front if there are more).
    ///
    /// # Errors
    /// [`NetError::Option`] if the shape cannot be broadcast.
    pub fn broadcast(shape: &[usize], to: &[usize]) -> Result<Self, NetError> {
        let sources = broadcast_indices(shape, to)
            .ok_or_else(|| invalid("shape to broadcast", shape, format!("one that extends to {to:?}")))?;
        Ok(SparseMap::gather(
            "broadcast",
            vec![shape.iter().product()],
            to.to_vec(),
            sources,
        ))
    }

    /// Sums along axes; the summed axes are kept with size 1 if `keep`.
    ///
    /// # Errors
    /// [`NetError::Option`] if an axis does not exist.
    pub fn sum(shape: &[usize], axes: &[usize], keep: bool) -> Result<Self, NetError> {
        if let Some(axis) = axes.iter().find(|&&axis| axis >= shape.len()) {
            return Err(invalid("axis of a sum", axis, format!("below {}", shape.len())));
        }
        let reduced = |axis: &usize| axes.contains(axis);
        let size = |axis: usize| if reduced(&axis) { 1 } else { shape[axis] };
        let kept: Vec<usize> = (0..shape.len()).map(size).collect();
        let (kept_strides, width) = (strides(&kept), kept.iter().product());
        let mut rows = vec![Vec::new(); width];
        let mut source = 0u32;
        for_each_index(shape, |index| {
            let target: usize = (0..shape.len())
                .filter(|a| !reduced(a))
                .map(|a| index[a] * kept_strides[a])
                .sum();
            rows[target].push(source);
            source += 1;
        });
        let out = if keep {
            kept
        } else {
            (0..shape.len())
                .filter(|a| !reduced(a))
                .map(|a| shape[a])
                .collect()
        };
        Ok(SparseMap::from_rows(
            "sum",
            vec![shape.iter().product()],
            out,
            rows,
            Vec::new(),
        ))
    }

    /// Means along axes; the axes are kept with size 1 if `keep`.
    ///
    /// # Errors
    /// [`NetError::Option`] if an axis does not exist.
    pub fn mean(shape: &[usize], axes: &[usize], keep: bool) -> Result<Self, NetError> {
        let sum = SparseMap::sum(shape, axes, keep)?;
        let weights = sum
            .starts
            .windows(2)
            .map(|w| 1.0 / f64::from(w[1] - w[0]))
            .collect();
        Ok(SparseMap {
            name: "mean".into(),
            weights,
            ..sum
        })
    }

    /// Average pooling of an image (channels, height, width); `count_padding` divides by the whole window also where
    /// it reaches over the border, else by the number of pixels in it.
    ///
    /// # Errors
    /// [`NetError::Option`] if the window does not fit the padded image.
    pub fn average_pool(input: [usize; 3], window: Window, count_padding: bool) -> Result<Self, NetError> {
        let (rows, [channels, height, width]) = window.pools(input)?;
        let whole = (window.size.0 * window.size.1) as f64;
        let weight = |row: &Vec<u32>| 1.0 / if count_padding { whole } else { row.len() as f64 };
        let weights = rows.iter().map(weight).collect();
        let shape = vec![channels, height, width];
        Ok(SparseMap::from_rows(
            "average pool",
            vec![input.iter().product()],
            shape,
            rows,
            weights,
        ))
    }

    fn from_rows(
        name: &str,
        input_widths: Vec<usize>,
        shape: Vec<usize>,
        rows: Vec<Vec<u32>>,
        weights: Vec<f64>,
    ) -> Self {
        let mut starts = vec![0];
        let mut end = 0;
        for row in &rows {
            end += row.len() as u32;
            starts.push(end);
        }
        SparseMap {
            name: name.into(),
            input_widths,
            shape,
            starts,
            sources: rows.concat(),
            weights,
        }
    }

    /// What the map does, in a word.
    pub fn name(&self) -> &'static str {
        match self.name.as_str() {
            "transpose" => "transpose",
            "slice" => "slice",
            "concat" => "concat",
            "broadcast" => "broadcast",
            "sum" => "sum",
            "mean" => "mean",
            "average pool" => "average pool",
            _ => "sparse map",
        }
    }

    /// Widths of the inputs.
    pub fn input_widths(&self) -> &[usize] {
        &self.input_widths
    }

    /// Shape of the output.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// For each output the coordinates of the (concatenated) inputs that are summed into it, and the weight of the sum.
    pub fn rows(&self) -> impl Iterator<Item = (&[u32], f64)> {
        self.starts.windows(2).enumerate().map(|(row, ends)| {
            let sources = &self.sources[ends[0] as usize..ends[1] as usize];
            (sources, self.weights.get(row).copied().unwrap_or(1.0))
        })
    }

    /// The image of concatenated inputs.
    fn apply(&self, input: &[f64], out: &mut [f64]) {
        for ((sources, weight), out) in self.rows().zip(out) {
            *out = weight * sources.iter().map(|&source| input[source as usize]).sum::<f64>();
        }
    }

    /// Images of the columns of the inputs, one above the other.
    fn apply_columns(&self, inputs: &[&DMatrix<f64>]) -> DMatrix<f64> {
        let columns = inputs[0].ncols();
        let mut out = DMatrix::zeros(self.starts.len() - 1, columns);
        let mut joined = Vec::with_capacity(self.input_widths.iter().sum());
        for (index, mut out) in out.column_iter_mut().enumerate() {
            joined.clear();
            inputs
                .iter()
                .for_each(|input| joined.extend_from_slice(input.column(index).as_slice()));
            self.apply(&joined, out.as_mut_slice());
        }
        out
    }
}

/// For each index of `to`, the flat index in `shape` that it is broadcast from.
pub(crate) fn broadcast_indices(shape: &[usize], to: &[usize]) -> Option<Vec<u32>> {
    let added = to.len().checked_sub(shape.len())?;
    if !shape
        .iter()
        .zip(&to[added..])
        .all(|(&from, &to)| from == to || from == 1)
    {
        return None;
    }
    let stride = strides(shape);
    let stride: Vec<usize> = (0..to.len())
        .map(|a| {
            if a < added || shape[a - added] == 1 {
                0
            } else {
                stride[a - added]
            }
        })
        .collect();
    let mut sources = Vec::with_capacity(to.iter().product());
    for_each_index(to, |index| sources.push(flat(index, &stride) as u32));
    Some(sources)
}

impl Map for SparseMap {
    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, NetError> {
        for (shape, &expected) in inputs.iter().zip(&self.input_widths) {
            let got = shape.iter().product();
            if got != expected {
                return Err(shape_error(&format!("input of a {}", self.name), expected, got));
            }
        }
        Ok(self.shape.clone())
    }

    fn forward(&self, inputs: &[&DMatrix<f64>]) -> DMatrix<f64> {
        self.apply_columns(inputs)
    }

    fn tangent(&self, _: &[&DVector<f64>], tangents: &[&DMatrix<f64>]) -> DMatrix<f64> {
        self.apply_columns(tangents)
    }

    fn cotangent(&self, _: &[&DVector<f64>], cotangents: &DMatrix<f64>) -> Vec<DMatrix<f64>> {
        let mut joined = DMatrix::zeros(self.input_widths.iter().sum(), cotangents.ncols());
        for (cotangent, mut out) in cotangents.column_iter().zip(joined.column_iter_mut()) {
            for ((sources, weight), value) in self.rows().zip(cotangent.iter()) {
                sources
                    .iter()
                    .for_each(|&source| out[source as usize] += weight * value);
            }
        }
        let mut from = 0;
        let part = |&width: &usize| {
            from += width;
            joined.rows(from - width, width).into_owned()
        };
        self.input_widths.iter().map(part).collect()
    }

    fn local_bounds(&self, at: &[Ball<'_>]) -> LocalBounds {
        // ‖A‖₂² ≤ ‖A‖₁‖A‖_∞, columns times rows, for each input apart.
        let mut rows = vec![0.0f64; self.input_widths.len()];
        let mut columns = vec![0.0; self.input_widths.iter().sum()];
        let owner: Vec<usize> = self
            .input_widths
            .iter()
            .enumerate()
            .flat_map(|(i, &w)| std::iter::repeat_n(i, w))
            .collect();
        let mut longest = 1;
        for (sources, weight) in self.rows() {
            let mut sums = vec![0.0; rows.len()];
            longest = longest.max(sources.len());
            for &source in sources {
                sums[owner[source as usize]] += weight.abs();
                columns[source as usize] += weight.abs();
            }
            rows.iter_mut()
                .zip(sums)
                .for_each(|(row, sum)| *row = row.max(sum));
        }
        let mut largest = vec![0.0f64; rows.len()];
        owner
            .iter()
            .zip(&columns)
            .for_each(|(&i, &column)| largest[i] = largest[i].max(column));
        let first: Vec<f64> = rows
            .iter()
            .zip(&largest)
            .map(|(r, c)| up((r * c).sqrt(), 2 * longest + 8))
            .collect();
        let size: f64 = at
            .iter()
            .zip(&first)
            .map(|(ball, f)| f * norm(ball.center.iter()))
            .sum();
        let rounding = if longest == 1 && self.weights.is_empty() {
            0.0
        } else {
            EPSILON * longest as f64 * size
        };
        LocalBounds::linear(first, up(rounding, 4))
    }
}
