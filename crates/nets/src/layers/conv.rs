//! Two-dimensional convolution (cross-correlation, as in all deep-learning libraries).

use super::{Ball, LocalBounds, Map, shape_error};
use crate::NetError;
use crate::rounding::{EPSILON, norm, spectral_norm_bound, up};
use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

/// What lies beyond the border of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Padding {
    /// Zeros.
    Zero,
    /// The image again, as on a torus.
    Circular,
}

/// Most taps of a window at all its positions.
const LARGEST_TABLE: usize = 1 << 26;

/// A window that slides over an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Height and width.
    pub size: (usize, usize),
    /// Steps down and to the right.
    pub stride: (usize, usize),
    /// Distances between the taps, down and to the right.
    pub dilation: (usize, usize),
    /// Pixels added above, left, below, right.
    pub padding: [usize; 4],
    /// Whether the number of steps is rounded up (a last window may then reach over the padding).
    pub ceil: bool,
}

impl Window {
    /// A window of the given size that moves by `stride`, with the same padding on all sides.
    pub fn new(size: (usize, usize), stride: usize, padding: usize) -> Self {
        Window {
            size,
            stride: (stride, stride),
            dilation: (1, 1),
            padding: [padding; 4],
            ceil: false,
        }
    }

    /// Rows and columns of positions on an image of the given height and width.
    ///
    /// # Errors
    /// [`NetError::Option`] if a size, step or dilation is zero or the window is larger than the padded image.
    pub fn positions(&self, height: usize, width: usize) -> Result<(usize, usize), NetError> {
        let along =
            |input: usize, size: usize, stride: usize, dilation: usize, before: usize, after: usize| {
                let reach = size.checked_sub(1)?.checked_mul(dilation)?.checked_add(1)?;
                let room = input
                    .checked_add(before)?
                    .checked_add(after)?
                    .checked_sub(reach)?;
                if stride == 0 || dilation == 0 {
                    return None;
                }
                let floor = room / stride + 1;
                // A window that would start beyond the image is not counted, as in PyTorch.
                let extra = self.ceil && !room.is_multiple_of(stride) && floor * stride < input + before;
                Some(floor + usize::from(extra))
            };
        let [top, left, bottom, right] = self.padding;
        let rows = along(height, self.size.0, self.stride.0, self.dilation.0, top, bottom);
        let columns = along(width, self.size.1, self.stride.1, self.dilation.1, left, right);
        let few = |&(rows, columns): &(usize, usize)| {
            let taps = self.size.0.checked_mul(self.size.1);
            let places = rows
                .checked_mul(columns)
                .zip(taps)
                .and_then(|(p, t)| p.checked_mul(t));
            places.is_some_and(|places| places <= LARGEST_TABLE)
        };
        rows.zip(columns).filter(few).ok_or_else(|| NetError::Option {
            option: "window".into(),
            got: format!("{self:?}"),
            expected: format!(
                "positive sizes and steps, and a window inside the padded {height} x {width} image"
            ),
        })
    }

    /// For each output position and tap along one axis, the input position, or `None` beyond the border.
    fn taps(
        &self,
        vertical: bool,
        input: usize,
        outputs: usize,
        padding: Padding,
    ) -> Vec<Vec<Option<usize>>> {
        let (size, stride, dilation, before) = if vertical {
            (self.size.0, self.stride.0, self.dilation.0, self.padding[0])
        } else {
            (self.size.1, self.stride.1, self.dilation.1, self.padding[1])
        };
        let tap = |output: usize, tap: usize| {
            let at = (output * stride + tap * dilation) as isize - before as isize;
            match padding {
                Padding::Circular => Some(at.rem_euclid(input as isize) as usize),
                Padding::Zero => usize::try_from(at).ok().filter(|&at| at < input),
            }
        };
        (0..outputs)
            .map(|output| (0..size).map(|t| tap(output, t)).collect())
            .collect()
    }

    /// For pooling: the pixels under the window at each position of each channel, and the output's shape.
    pub(super) fn pools(&self, input: [usize; 3]) -> Result<(Vec<Vec<u32>>, [usize; 3]), NetError> {
        let [channels, height, width] = input;
        let (rows, columns) = self.positions(height, width)?;
        let down = self.taps(true, height, rows, Padding::Zero);
        let across = self.taps(false, width, columns, Padding::Zero);
        let mut pools = Vec::with_capacity(channels * rows * columns);
        for channel in 0..channels {
            for down in &down {
                for across in &across {
                    let pixels = down.iter().flatten().flat_map(|row| {
                        across
                            .iter()
                            .flatten()
                            .map(move |column| (channel * height + row) * width + column)
                    });
                    pools.push(pixels.map(|pixel| pixel as u32).collect::<Vec<u32>>());
                }
            }
        }
        if pools.iter().any(Vec::is_empty) {
            return Err(NetError::Option {
                option: "window".into(),
                got: format!("{self:?}"),
                expected: "a window that nowhere lies in the padding alone".into(),
            });
        }
        Ok((pools, [channels, rows, columns]))
    }
}

/// A convolution of an image (channels, height, width).
///
/// ```
/// use nalgebra::dvector;
/// use nets::{Conv2d, Layer, Padding, Window};
/// // A 1 x 2 difference along a ring of three pixels.
/// let window = Window { padding: [0, 0, 0, 1], ..Window::new((1, 2), 1, 0) };
/// let conv = Conv2d::new([1, 1, 3], 1, vec![-1.0, 1.0], vec![0.0], 1, window, Padding::Circular)?;
/// assert_eq!(Layer::from(conv).forward(&dvector![1.0, 4.0, 9.0]), dvector![3.0, 5.0, -8.0]);
/// # Ok::<(), nets::NetError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Conv2d {
    input: [usize; 3],
    output: [usize; 3],
    /// Out × in/groups × height × width.
    weights: Vec<f64>,
    bias: Vec<f64>,
    groups: usize,
    window: Window,
    padding: Padding,
}

/// Entries of the matrix of a convolution up to which its norm is computed from the matrix.
const MATRIX_LIMIT: usize = 1 << 20;

impl Conv2d {
    /// A convolution from an image of shape `input` to `channels` channels; weights are out × in/groups × height ×
    /// width, biases one per output channel.
    ///
    /// # Errors
    /// [`NetError::Shape`] if weights or biases do not fit, [`NetError::Option`] if the window or the groups do not,
    /// [`NetError::NotFinite`] for NaN or infinite parameters.
    pub fn new(
        input: [usize; 3],
        channels: usize,
        weights: Vec<f64>,
        bias: Vec<f64>,
        groups: usize,
        window: Window,
        padding: Padding,
    ) -> Result<Self, NetError> {
        let (rows, columns) = window.positions(input[1], input[2])?;
        if groups == 0
            || !input[0].is_multiple_of(groups)
            || !channels.is_multiple_of(groups)
            || channels == 0
        {
            return Err(NetError::Option {
                option: "groups".into(),
                got: groups.to_string(),
                expected: format!("a common divisor of {} and {channels} channels", input[0]),
            });
        }
        let expected = channels * (input[0] / groups) * window.size.0 * window.size.1;
        if weights.len() != expected {
            return Err(shape_error(
                "number of a convolution's weights",
                expected,
                weights.len(),
            ));
        }
        if bias.len() != channels {
            return Err(shape_error(
                "number of a convolution's biases",
                channels,
                bias.len(),
            ));
        }
        for (what, values) in [("convolution's weights", &weights), ("convolution's bias", &bias)] {
            if let Some((index, &value)) = values.iter().enumerate().find(|(_, v)| !v.is_finite()) {
                return Err(NetError::NotFinite {
                    what: what.into(),
                    index,
                    value,
                });
            }
        }
        Ok(Conv2d {
            input,
            output: [channels, rows, columns],
            weights,
            bias,
            groups,
            window,
            padding,
        })
    }

    /// Channels, height and width of the input.
    pub fn input_shape(&self) -> [usize; 3] {
        self.input
    }

    /// Channels, height and width of the output.
    pub fn output_shape(&self) -> [usize; 3] {
        self.output
    }

    /// Weights, out × in/groups × height × width, flat.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// Biases, one per output channel.
    pub fn bias(&self) -> &[f64] {
        &self.bias
    }

    /// Number of groups of channels.
    pub fn groups(&self) -> usize {
        self.groups
    }

    /// The window that slides over the image.
    pub fn window(&self) -> Window {
        self.window
    }

    /// What lies beyond the border.
    pub fn padding(&self) -> Padding {
        self.padding
    }

    /// Numbers in the input.
    pub fn input_width(&self) -> usize {
        self.input.iter().product()
    }

    /// Numbers in the output.
    pub fn output_width(&self) -> usize {
        self.output.iter().product()
    }

    /// Calls `visit(weight, output row start, input row start, pairs of columns)` for every weight and row it touches.
    fn for_each_row(&self, mut visit: impl FnMut(f64, usize, usize, &[(usize, usize)])) {
        let ([_, height, width], [channels, rows, columns]) = (self.input, self.output);
        let (tall, wide) = self.window.size;
        let down = self.window.taps(true, height, rows, self.padding);
        let across = self.window.taps(false, width, columns, self.padding);
        let pairs: Vec<Vec<(usize, usize)>> = (0..wide)
            .map(|tap| {
                (0..columns)
                    .filter_map(|column| across[column][tap].map(|from| (column, from)))
                    .collect()
            })
            .collect();
        let per_group = (self.input[0] / self.groups, channels / self.groups);
        for out in 0..channels {
            let group = out / per_group.1;
            for inside in 0..per_group.0 {
                let channel = group * per_group.0 + inside;
                for tap in 0..tall {
                    for (side, pairs) in pairs.iter().enumerate() {
                        let weight = self.weights[((out * per_group.0 + inside) * tall + tap) * wide + side];
                        for (row, down) in down.iter().enumerate() {
                            if let Some(from) = down[tap] {
                                visit(
                                    weight,
                                    (out * rows + row) * columns,
                                    (channel * height + from) * width,
                                    pairs,
                                );
                            }
                        }
                    }
                }
            }
        }
    }

    /// The linear part, column by column.
    fn apply(&self, input: &DMatrix<f64>) -> DMatrix<f64> {
        let mut out = DMatrix::zeros(self.output_width(), input.ncols());
        self.for_each_row(|weight, to, from, pairs| {
            for (x, mut y) in input.column_iter().zip(out.column_iter_mut()) {
                let (x, y) = (
                    &x.as_slice()[from..from + self.input[2]],
                    &mut y.as_mut_slice()[to..to + self.output[2]],
                );
                pairs
                    .iter()
                    .for_each(|&(column, source)| y[column] += weight * x[source]);
            }
        });
        out
    }

    /// The transpose of the linear part, column by column.
    fn apply_transposed(&self, input: &DMatrix<f64>) -> DMatrix<f64> {
        let mut out = DMatrix::zeros(self.input_width(), input.ncols());
        self.for_each_row(|weight, to, from, pairs| {
            for (y, mut x) in input.column_iter().zip(out.column_iter_mut()) {
                let (y, x) = (
                    &y.as_slice()[to..to + self.output[2]],
                    &mut x.as_mut_slice()[from..from + self.input[2]],
                );
                pairs
                    .iter()
                    .for_each(|&(column, source)| x[source] += weight * y[column]);
            }
        });
        out
    }

    /// A certified upper bound of the norm of the linear part.
    fn norm_bound(&self) -> f64 {
        // ‖A‖₂² ≤ ‖A‖₁‖A‖_∞ (Schur).
        let (mut rows, mut columns) = (vec![0.0; self.output_width()], vec![0.0; self.input_width()]);
        self.for_each_row(|weight, to, from, pairs| {
            for &(column, source) in pairs {
                rows[to + column] += weight.abs();
                columns[from + source] += weight.abs();
            }
        });
        let largest = |sums: &[f64]| sums.iter().copied().fold(0.0, f64::max);
        let schur = up(
            (largest(&rows) * largest(&columns)).sqrt(),
            2 * self.weights.len() + 8,
        );
        if self.input_width() * self.output_width() > MATRIX_LIMIT {
            return schur;
        }
        schur.min(spectral_norm_bound(
            &self.apply(&DMatrix::identity(self.input_width(), self.input_width())),
        ))
    }
}

impl Map for Conv2d {
    fn output_shape(&self, inputs: &[&[usize]]) -> Result<Vec<usize>, NetError> {
        let got = inputs[0].iter().product();
        if got != self.input_width() {
            return Err(shape_error("input of a convolution", self.input_width(), got));
        }
        Ok(self.output.to_vec())
    }

    fn forward(&self, inputs: &[&DMatrix<f64>]) -> DMatrix<f64> {
        let mut out = self.apply(inputs[0]);
        let plane = self.output[1] * self.output[2];
        for mut column in out.column_iter_mut() {
            for (pixels, bias) in column.as_mut_slice().chunks_mut(plane).zip(&self.bias) {
                pixels.iter_mut().for_each(|pixel| *pixel += bias);
            }
        }
        out
    }

    fn tangent(&self, _: &[&DVector<f64>], tangents: &[&DMatrix<f64>]) -> DMatrix<f64> {
        self.apply(tangents[0])
    }

    fn cotangent(&self, _: &[&DVector<f64>], cotangents: &DMatrix<f64>) -> Vec<DMatrix<f64>> {
        vec![self.apply_transposed(cotangents)]
    }

    fn local_bounds(&self, at: &[Ball<'_>]) -> LocalBounds {
        let first = self.norm_bound();
        let taps = self.weights.len() / self.output[0];
        let plane = (self.output[1] * self.output[2]) as f64;
        let absolute = norm(self.weights.iter()) * plane.sqrt() * norm(at[0].center.iter());
        let size = absolute + norm(self.bias.iter()) * plane.sqrt();
        LocalBounds::linear(vec![first], up(EPSILON * (taps + 2) as f64 * size, 8))
    }
}
